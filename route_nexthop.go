//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import "unsafe"

// Nexthop is a nexthop object (libnl 3.8 and later): struct rtnl_nh, "route/nh".
type Nexthop struct{ Object }

func (n *Nexthop) object() *Object { return (*Object)(unsafe.Pointer(n)) }

// Close gives the handle's reference back: see [Object.Close].
//
// Implements: rtnl_nh_put
func (n *Nexthop) Close() error { return n.object().Close() }

// ptr returns the C object, nil if the handle is nil, closed or revoked.
func (n *Nexthop) ptr() *C.struct_rtnl_nh {
	return (*C.struct_rtnl_nh)(unsafe.Pointer(n.object().ptr()))
}

// live returns the C object, for calls without an error result.
func (n *Nexthop) live() *C.struct_rtnl_nh {
	c := n.ptr()
	if c == nil {
		panicClosed("Nexthop")
	}
	return c
}
