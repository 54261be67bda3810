//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"net/netip"
	"unsafe"
)

// RouteInfo is a snapshot of a route of IPv4 or IPv6: plain values, comparable. Of several next hops it has the first and the number. It
// leaves out metrics, labels of MPLS (the destination of such a route is the zero Prefix), encapsulations, realms, weights and flags of next
// hops, and what [Route.CacheInfo] tells.
type RouteInfo struct {
	Family   Family        `json:"family"`
	Table    RouteTable    `json:"table"`
	Type     RouteType     `json:"type"`
	Protocol RouteProtocol `json:"protocol"`
	Scope    Scope         `json:"scope"`
	TOS      uint8         `json:"tos,omitzero"`
	Priority uint32        `json:"priority,omitzero"`
	Flags    RouteFlags    `json:"flags,omitzero"`
	Dst      netip.Prefix  `json:"dst,omitzero"` // 0.0.0.0/0 or ::/0 for a default route
	Src      netip.Prefix  `json:"src,omitzero"`
	PrefSrc  netip.Addr    `json:"prefsrc,omitzero"`
	IIF      int           `json:"iif,omitzero"`
	Gateway  netip.Addr    `json:"gateway,omitzero"` // of the first next hop, of either family
	OIF      int           `json:"oif,omitzero"`     // of the first next hop
	NHID     uint32        `json:"nhid,omitzero"`    // see [Route.NHID]
	Nexthops int           `json:"nexthops"`         // how many there are
}

// Info returns a snapshot of the route. It panics on a closed handle.
func (r *Route) Info() RouteInfo {
	var c C.struct_nlgo_route_info
	C.nlgo_route_info(r.live(), &c)
	return routeInfoFromC(&c)
}

func routeInfoFromC(c *C.struct_nlgo_route_info) RouteInfo {
	return RouteInfo{
		Family:   Family(c.family),
		Table:    RouteTable(c.table),
		Type:     RouteType(c._type),
		Protocol: RouteProtocol(c.protocol),
		Scope:    Scope(c.scope),
		TOS:      uint8(c.tos),
		Priority: uint32(c.priority),
		Flags:    RouteFlags(c.flags),
		Dst:      prefixFromC(&c.dst),
		Src:      prefixFromC(&c.src),
		PrefSrc:  ipFromC(&c.pref_src),
		IIF:      int(c.iif),
		Gateway:  ipFromC(&c.gateway),
		OIF:      int(c.oif),
		NHID:     uint32(c.nhid),
		Nexthops: int(c.nexthops),
	}
}

func ipFromC(c *C.struct_nlgo_ip) netip.Addr {
	b := *(*[16]byte)(unsafe.Pointer(&c.b))
	switch Family(c.family) {
	case FamilyIPv4:
		return netip.AddrFrom4([4]byte(b[:4]))
	case FamilyIPv6:
		return netip.AddrFrom16(b)
	}
	return netip.Addr{}
}

func prefixFromC(c *C.struct_nlgo_ip) netip.Prefix {
	ip := ipFromC(c)
	if !ip.IsValid() {
		return netip.Prefix{}
	}
	return netip.PrefixFrom(ip, int(c.prefixlen))
}
