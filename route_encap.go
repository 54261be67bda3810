//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"encoding/binary"
	"strings"
	"unsafe"
)

// Encap is how a next hop wraps packets (lightweight tunnels): an [EncapMPLS], [EncapIP], [EncapIP6] or [EncapILA]. They are values; libnl's
// struct rtnl_nh_encap lives no longer than a call. MPLS is there in every libnl, for next hops of routes; all else takes libnl 3.12.
//
// Implements: rtnl_nh_encap_alloc rtnl_nh_encap_free rtnl_nh_encap_clone rtnl_nh_encap_get_type
type Encap interface {
	fill(c *C.struct_nlgo_encap) error
}

// EncapMPLS puts labels of MPLS in front of packets.
//
// Implements: rtnl_nh_encap_mpls rtnl_nh_get_encap_mpls_dst rtnl_nh_get_encap_mpls_ttl
type EncapMPLS struct {
	Labels Addr
	TTL    uint8 // 0: that of the packet
}

// EncapIP gives packets the metadata of a tunnel over IPv4, for an interface that takes it from there.
//
// Implements: rtnl_nh_encap_ip rtnl_nh_get_encap_ip_dst rtnl_nh_set_encap_ip_src rtnl_nh_get_encap_ip_src rtnl_nh_set_encap_ip_ttl rtnl_nh_get_encap_ip_ttl rtnl_nh_set_encap_ip_tos rtnl_nh_get_encap_ip_tos rtnl_nh_set_encap_ip_id rtnl_nh_get_encap_ip_id rtnl_nh_set_encap_ip_flags rtnl_nh_get_encap_ip_flags
type EncapIP struct {
	Dst, Src Addr // Src may be the zero Addr
	ID       uint64
	TTL, TOS uint8 // 0: not set
	Flags    TunnelFlags
}

// EncapIP6 gives packets the metadata of a tunnel over IPv6, for an interface that takes it from there.
//
// Implements: rtnl_nh_encap_ip6 rtnl_nh_get_encap_ip6_dst rtnl_nh_set_encap_ip6_src rtnl_nh_get_encap_ip6_src rtnl_nh_set_encap_ip6_hoplimit rtnl_nh_get_encap_ip6_hoplimit rtnl_nh_set_encap_ip6_tc rtnl_nh_get_encap_ip6_tc rtnl_nh_set_encap_ip6_id rtnl_nh_get_encap_ip6_id rtnl_nh_set_encap_ip6_flags rtnl_nh_get_encap_ip6_flags
type EncapIP6 struct {
	Dst, Src               Addr // Src may be the zero Addr
	ID                     uint64
	HopLimit, TrafficClass uint8 // 0: not set
	Flags                  TunnelFlags
}

// EncapILA replaces the upper half of destinations (identifier-locator addressing). nil is not set.
//
// Implements: rtnl_nh_encap_ila rtnl_nh_get_encap_ila_locator rtnl_nh_set_encap_ila_csum_mode rtnl_nh_get_encap_ila_csum_mode rtnl_nh_clear_encap_ila_csum_mode rtnl_nh_set_encap_ila_ident_type rtnl_nh_get_encap_ila_ident_type rtnl_nh_clear_encap_ila_ident_type rtnl_nh_set_encap_ila_hook_type rtnl_nh_get_encap_ila_hook_type rtnl_nh_clear_encap_ila_hook_type
type EncapILA struct {
	Locator   uint64 // 0x20010db800000001 is 2001:db8:0:1
	CsumMode  *uint8 // ILA_CSUM_*
	IdentType *uint8 // ILA_ATYPE_*
	HookType  *uint8 // ILA_HOOK_*
}

// TunnelFlags are the flags of a tunnel (TUNNEL_*), in host byte order.
type TunnelFlags uint16

// The flags of a tunnel that routes can set.
const (
	TunnelCsum TunnelFlags = 1 << 0 // TUNNEL_CSUM
	TunnelKey  TunnelFlags = 1 << 2 // TUNNEL_KEY
	TunnelSeq  TunnelFlags = 1 << 3 // TUNNEL_SEQ
)

var tunnelFlags = []struct {
	bit  TunnelFlags
	name string
}{{TunnelKey, "key"}, {TunnelCsum, "csum"}, {TunnelSeq, "seq"}}

// String returns libnl's names of the flags, "key,csum", and behind them in one number those without a name.
func (f TunnelFlags) String() string {
	var names []string
	for _, d := range tunnelFlags {
		if f&d.bit != 0 {
			names = append(names, d.name)
			f &^= d.bit
		}
	}
	if f != 0 {
		names = append(names, hexText(int(f)))
	}
	return strings.Join(names, ",")
}

// ParseTunnelFlags reads what [TunnelFlags.String] writes. An unknown name is [ErrObjNotFound].
func ParseTunnelFlags(s string) (TunnelFlags, error) {
	const fn = "ParseTunnelFlags"
	var all TunnelFlags
	if s == "" {
		return 0, nil
	}
next:
	for name := range strings.SplitSeq(s, ",") {
		for _, d := range tunnelFlags {
			if d.name == name {
				all |= d.bit
				continue next
			}
		}
		n, ok := hexFlag(name)
		if !ok || n > 0xffff {
			return 0, textErr(fn, ErrObjNotFound, name)
		}
		all |= TunnelFlags(n)
	}
	return all, nil
}

// The types of encapsulations (LWTUNNEL_ENCAP_*).
const (
	encapMPLS = 1
	encapIP   = 2
	encapILA  = 3
	encapIP6  = 4
)

// encapAddr fills in an address of the family.
func encapAddr(c *C.struct_nlgo_addr, a Addr, f Family) error {
	const fn = "rtnl_nh_encap"
	if err := a.check(fn); err != nil {
		return err
	}
	if a.family != f || a.raw == "" {
		return &Error{Func: fn, Code: ErrAFMismatch, Msg: "no address of family " + f.String() + ": " + a.String()}
	}
	c.has = 1
	c.family = C.int32_t(a.family)
	c.prefixlen = C.int32_t(a.prefixLen)
	c.len = C.uint32_t(len(a.raw))
	copy(unsafe.Slice((*byte)(&c.b[0]), len(c.b)), a.raw)
	return nil
}

func (e EncapMPLS) fill(c *C.struct_nlgo_encap) error {
	c._type = encapMPLS
	c.ttl = C.uint8_t(e.TTL)
	return encapAddr(&c.dst, e.Labels, FamilyMPLS)
}

func (e EncapIP) fill(c *C.struct_nlgo_encap) error {
	c._type = encapIP
	c.ttl, c.tos = C.uint8_t(e.TTL), C.uint8_t(e.TOS)
	c.flags = C.uint16_t(swapU16(uint16(e.Flags)))
	c.id = C.uint64_t(e.ID)
	if e.Src.IsValid() {
		if err := encapAddr(&c.src, e.Src, FamilyIPv4); err != nil {
			return err
		}
	}
	return encapAddr(&c.dst, e.Dst, FamilyIPv4)
}

func (e EncapIP6) fill(c *C.struct_nlgo_encap) error {
	c._type = encapIP6
	c.ttl, c.tos = C.uint8_t(e.HopLimit), C.uint8_t(e.TrafficClass)
	c.flags = C.uint16_t(swapU16(uint16(e.Flags)))
	c.id = C.uint64_t(e.ID)
	if e.Src.IsValid() {
		if err := encapAddr(&c.src, e.Src, FamilyIPv6); err != nil {
			return err
		}
	}
	return encapAddr(&c.dst, e.Dst, FamilyIPv6)
}

func (e EncapILA) fill(c *C.struct_nlgo_encap) error {
	c._type = encapILA
	c.id = C.uint64_t(swapU64(e.Locator))
	if e.CsumMode != nil {
		c.has |= 1 << 0
		c.csum_mode = C.uint8_t(*e.CsumMode)
	}
	if e.IdentType != nil {
		c.has |= 1 << 1
		c.ident_type = C.uint8_t(*e.IdentType)
	}
	if e.HookType != nil {
		c.has |= 1 << 2
		c.hook_type = C.uint8_t(*e.HookType)
	}
	return nil
}

// swapU16 turns host into network byte order and back, swapU64 too.
func swapU16(v uint16) uint16 {
	var b [2]byte
	binary.BigEndian.PutUint16(b[:], v)
	return binary.NativeEndian.Uint16(b[:])
}

func swapU64(v uint64) uint64 {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], v)
	return binary.NativeEndian.Uint64(b[:])
}

// encapFromC returns an encapsulation, false if there is none.
func encapFromC(c *C.struct_nlgo_encap) (Encap, bool) {
	dst, src := addrFromC(&c.dst), addrFromC(&c.src)
	flags := TunnelFlags(swapU16(uint16(c.flags)))
	switch c._type {
	case encapMPLS:
		return EncapMPLS{dst, uint8(c.ttl)}, true
	case encapIP:
		return EncapIP{dst, src, uint64(c.id), uint8(c.ttl), uint8(c.tos), flags}, true
	case encapIP6:
		return EncapIP6{dst, src, uint64(c.id), uint8(c.ttl), uint8(c.tos), flags}, true
	case encapILA:
		e := EncapILA{Locator: swapU64(uint64(c.id))}
		for i, p := range []struct {
			to *(*uint8)
			v  C.uint8_t
		}{{&e.CsumMode, c.csum_mode}, {&e.IdentType, c.ident_type}, {&e.HookType, c.hook_type}} {
			if c.has&(1<<i) != 0 {
				*p.to = new(uint8(p.v))
			}
		}
		return e, true
	}
	return nil, false
}

// encapToC fills c in from an encapsulation, none for nil.
func encapToC(fn string, c *C.struct_nlgo_encap, e Encap) error {
	if e == nil {
		return nil
	}
	if err := e.fill(c); err != nil {
		return named(fn, err)
	}
	return nil
}

// Encap returns the encapsulation, false if there is none.
//
// Implements: rtnl_route_nh_get_encap rtnl_route_nh_get_encap_mpls_dst rtnl_route_nh_get_encap_mpls_ttl
func (n *RouteNexthop) Encap() (Encap, bool) {
	var c C.struct_nlgo_encap
	C.nlgo_route_nh_get_encap(n.live(), &c)
	return encapFromC(&c)
}

// SetEncap sets the encapsulation; nil makes it unset. Before libnl 3.12 all but [EncapMPLS] is [ErrOpNotSupp].
//
// Implements: rtnl_route_nh_set_encap rtnl_route_nh_encap_mpls
func (n *RouteNexthop) SetEncap(e Encap) error {
	const fn = "rtnl_route_nh_set_encap"
	nh := n.ptr()
	if nh == nil {
		return closedErr(fn)
	}
	var c C.struct_nlgo_encap
	if err := encapToC(fn, &c, e); err != nil {
		return err
	}
	refs.Lock() // copies of an encapsulation share its addresses
	defer refs.Unlock()
	return codeErr(fn, int(C.nlgo_route_nh_set_encap(nh, &c)))
}

// Encap returns the encapsulation, false if there is none. It takes libnl 3.12.
//
// Implements: rtnl_nh_get_encap
func (n *Nexthop) Encap() (Encap, bool) {
	var c C.struct_nlgo_encap
	C.nlgo_nh_get_encap(n.live(), &c)
	return encapFromC(&c)
}

// SetEncap sets the encapsulation; nil makes it unset. It takes libnl 3.12 ([ErrOpNotSupp]).
//
// Implements: rtnl_nh_set_encap
func (n *Nexthop) SetEncap(e Encap) error {
	const fn = "rtnl_nh_set_encap"
	nh := n.ptr()
	if nh == nil {
		return closedErr(fn)
	}
	var c C.struct_nlgo_encap
	if err := encapToC(fn, &c, e); err != nil {
		return err
	}
	refs.Lock()
	defer refs.Unlock()
	return codeErr(fn, int(C.nlgo_nh_set_encap(nh, &c)))
}
