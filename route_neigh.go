//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import "unsafe"

// Neigh is a neighbour, an entry of the ARP, NDP or forwarding table: struct rtnl_neigh, "route/neigh".
type Neigh struct{ Object }

func (n *Neigh) object() *Object { return (*Object)(unsafe.Pointer(n)) }

// Close gives the handle's reference back: see [Object.Close].
//
// Implements: rtnl_neigh_put
func (n *Neigh) Close() error { return n.object().Close() }

// ptr returns the C object, nil if the handle is nil, closed or revoked.
func (n *Neigh) ptr() *C.struct_rtnl_neigh {
	return (*C.struct_rtnl_neigh)(unsafe.Pointer(n.object().ptr()))
}

// live returns the C object, for calls without an error result.
func (n *Neigh) live() *C.struct_rtnl_neigh {
	c := n.ptr()
	if c == nil {
		panicClosed("Neigh")
	}
	return c
}
