//go:build linux && !race

// SPDX-License-Identifier: MIT

package nltest

// Race says that the tests run under the race detector.
const Race = false
