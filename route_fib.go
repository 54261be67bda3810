//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import "unsafe"

// FIBResult is a result of a lookup in the forwarding information base: struct flnl_result, "fib_lookup/result".
type FIBResult struct{ Object }

func (r *FIBResult) object() *Object { return (*Object)(unsafe.Pointer(r)) }

// Close gives the handle's reference back: see [Object.Close].
//
// Implements: flnl_result_put
func (r *FIBResult) Close() error { return r.object().Close() }

// ptr returns the C object, nil if the handle is nil, closed or revoked.
func (r *FIBResult) ptr() *C.struct_flnl_result {
	return (*C.struct_flnl_result)(unsafe.Pointer(r.object().ptr()))
}

// live returns the C object, for calls without an error result.
func (r *FIBResult) live() *C.struct_flnl_result {
	c := r.ptr()
	if c == nil {
		panicClosed("FIBResult")
	}
	return c
}
