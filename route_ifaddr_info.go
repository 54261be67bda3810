//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"net/netip"
	"time"
	"unsafe"
)

// IfAddrInfo is a snapshot of an [IfAddr]: a comparable value that needs no closing. It leaves out the link that the address refers to,
// and addresses that are not IP. Its times are in nanoseconds in JSON.
type IfAddrInfo struct {
	Family            Family        `json:"family"`
	Index             int           `json:"ifindex"`
	Label             string        `json:"label,omitempty"`
	Local             netip.Addr    `json:"local,omitzero"`
	Peer              netip.Addr    `json:"peer,omitzero"`
	PrefixLen         int           `json:"prefixlen"` // of the peer's network if there is a peer
	Broadcast         netip.Addr    `json:"broadcast,omitzero"`
	Multicast         netip.Addr    `json:"multicast,omitzero"`
	Anycast           netip.Addr    `json:"anycast,omitzero"`
	Scope             Scope         `json:"scope"`
	Flags             IfAddrFlags   `json:"flags"`
	ValidLifetime     time.Duration `json:"valid_lifetime"`     // or Forever
	PreferredLifetime time.Duration `json:"preferred_lifetime"` // or Forever
	CreateTime        time.Duration `json:"create_time,omitzero"`
	LastUpdateTime    time.Duration `json:"last_update_time,omitzero"`
}

// Network returns the network that the address is in: that of the peer if there is one. It is the zero Prefix without an address.
func (i *IfAddrInfo) Network() netip.Prefix {
	ip := i.Local
	if i.Peer.IsValid() {
		ip = i.Peer
	}
	p, _ := ip.Prefix(i.PrefixLen)
	return p
}

// Info returns a snapshot of the address.
func (a *IfAddr) Info() IfAddrInfo {
	var c C.struct_nlgo_ifaddr_info
	C.nlgo_ifaddr_info(a.live(), &c)
	return IfAddrInfo{
		Family:            Family(c.family),
		Index:             int(c.ifindex),
		Label:             cName(&c.label),
		Local:             ipFromC(&c.local),
		Peer:              ipFromC(&c.peer),
		PrefixLen:         int(c.prefixlen),
		Broadcast:         ipFromC(&c.broadcast),
		Multicast:         ipFromC(&c.multicast),
		Anycast:           ipFromC(&c.anycast),
		Scope:             Scope(c.scope),
		Flags:             IfAddrFlags(c.flags),
		ValidLifetime:     lifetimeOf(c.valid),
		PreferredLifetime: lifetimeOf(c.preferred),
		CreateTime:        time.Duration(c.created) * centi,
		LastUpdateTime:    time.Duration(c.updated) * centi,
	}
}

// cName returns the name in a snapshot.
func cName(c *[C.IFNAMSIZ]C.char) string { return textOf((*[C.IFNAMSIZ]byte)(unsafe.Pointer(c))[:]) }
