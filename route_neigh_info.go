//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"net/netip"
	"unsafe"
)

// NeighInfo is a snapshot of a [Neigh]: a comparable value that needs no closing. It leaves out destinations that are not IP, and
// what libnl has no getter for: the number of probes, and when the neighbour was last used, confirmed and updated.
type NeighInfo struct {
	Family   Family        `json:"family"`
	Index    int           `json:"ifindex"`
	Dst      netip.Addr    `json:"dst,omitzero"`
	LLAddr   HWAddr        `json:"lladdr,omitzero"`
	State    NeighState    `json:"state"`
	Flags    NeighFlags    `json:"flags"`
	ExtFlags NeighExtFlags `json:"ext_flags,omitzero"` // libnl 3.11
	Type     RouteType     `json:"type,omitzero"`
	Master   int           `json:"master,omitzero"`
	VLAN     uint16        `json:"vlan,omitzero"`
	NHID     uint32        `json:"nhid,omitzero"` // libnl 3.8
}

// Info returns a snapshot of the neighbour.
func (n *Neigh) Info() NeighInfo {
	var c C.struct_nlgo_neigh_info
	C.nlgo_neigh_info(n.live(), &c)
	return NeighInfo{
		Family:   Family(c.family),
		Index:    int(c.ifindex),
		Dst:      ipFromC(&c.dst),
		LLAddr:   HWAddrFrom((*[maxHWAddr]byte)(unsafe.Pointer(&c.lladdr))[:c.lladdr_len]),
		State:    NeighState(max(c.state, 0)),
		Flags:    NeighFlags(c.flags),
		ExtFlags: NeighExtFlags(c.ext_flags),
		Type:     RouteType(max(c._type, 0)),
		Master:   int(c.master),
		VLAN:     uint16(max(c.vlan, 0)),
		NHID:     uint32(c.nhid),
	}
}
