//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import "unsafe"

// Netconf is the network configuration of an interface: struct rtnl_netconf, "route/netconf".
type Netconf struct{ Object }

func (n *Netconf) object() *Object { return (*Object)(unsafe.Pointer(n)) }

// Close gives the handle's reference back: see [Object.Close].
//
// Implements: rtnl_netconf_put
func (n *Netconf) Close() error { return n.object().Close() }

// ptr returns the C object, nil if the handle is nil, closed or revoked.
func (n *Netconf) ptr() *C.struct_rtnl_netconf {
	return (*C.struct_rtnl_netconf)(unsafe.Pointer(n.object().ptr()))
}

// live returns the C object, for calls without an error result.
func (n *Netconf) live() *C.struct_rtnl_netconf {
	c := n.ptr()
	if c == nil {
		panicClosed("Netconf")
	}
	return c
}
