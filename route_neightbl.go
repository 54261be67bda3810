//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import "unsafe"

// NeighTable is a neighbour table with its parameters: struct rtnl_neightbl, "route/neightbl".
type NeighTable struct{ Object }

func (t *NeighTable) object() *Object { return (*Object)(unsafe.Pointer(t)) }

// Close gives the handle's reference back: see [Object.Close].
//
// Implements: rtnl_neightbl_put
func (t *NeighTable) Close() error { return t.object().Close() }

// ptr returns the C object, nil if the handle is nil, closed or revoked.
func (t *NeighTable) ptr() *C.struct_rtnl_neightbl {
	return (*C.struct_rtnl_neightbl)(unsafe.Pointer(t.object().ptr()))
}

// live returns the C object, for calls without an error result.
func (t *NeighTable) live() *C.struct_rtnl_neightbl {
	c := t.ptr()
	if c == nil {
		panicClosed("NeighTable")
	}
	return c
}
