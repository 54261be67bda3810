//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import "unsafe"

// IfAddr is an address of an interface: struct rtnl_addr, "route/addr".
type IfAddr struct{ Object }

func (a *IfAddr) object() *Object { return (*Object)(unsafe.Pointer(a)) }

// Close gives the handle's reference back: see [Object.Close].
//
// Implements: rtnl_addr_put
func (a *IfAddr) Close() error { return a.object().Close() }

// ptr returns the C object, nil if the handle is nil, closed or revoked.
func (a *IfAddr) ptr() *C.struct_rtnl_addr {
	return (*C.struct_rtnl_addr)(unsafe.Pointer(a.object().ptr()))
}

// live returns the C object, for calls without an error result.
func (a *IfAddr) live() *C.struct_rtnl_addr {
	c := a.ptr()
	if c == nil {
		panicClosed("IfAddr")
	}
	return c
}
