//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import "unsafe"

// Route is a route: struct rtnl_route, "route/route".
type Route struct{ Object }

func (r *Route) object() *Object { return (*Object)(unsafe.Pointer(r)) }

// Close gives the handle's reference back: see [Object.Close].
//
// Implements: rtnl_route_put
func (r *Route) Close() error { return r.object().Close() }

// ptr returns the C object, nil if the handle is nil, closed or revoked.
func (r *Route) ptr() *C.struct_rtnl_route {
	return (*C.struct_rtnl_route)(unsafe.Pointer(r.object().ptr()))
}

// live returns the C object, for calls without an error result.
func (r *Route) live() *C.struct_rtnl_route {
	c := r.ptr()
	if c == nil {
		panicClosed("Route")
	}
	return c
}
