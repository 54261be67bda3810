//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// CTDir is a direction of a connection. TODO: gone when branch ct is merged, which has it.
type CTDir int

// The directions of a connection.
const (
	CTOriginal CTDir = 0
	CTReply    CTDir = 1
)
