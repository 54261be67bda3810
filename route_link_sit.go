//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"context"
	"math"
	"net/netip"
	"strconv"
	"unsafe"
)

// LinkSIT is what a link of kind sit has beside other links: IPv6 over IPv4. It is a view without a life of its own:
// the link is closed, not the view. Every method looks at the kind anew and returns [ErrOpNotSupp] for a link of another.
type LinkSIT struct{ l *Link }

// NewLinkSIT returns a new link of kind sit; the caller closes its Link.
//
// Implements: rtnl_link_sit_alloc
func NewLinkSIT() (LinkSIT, error) {
	l, err := newHandle[*Link]("rtnl_link_sit_alloc", unsafe.Pointer(C.rtnl_link_sit_alloc()))
	return LinkSIT{l}, err
}

// SIT returns the view of a link of kind sit; false for any other.
//
// Implements: rtnl_link_is_sit
func (l *Link) SIT() (LinkSIT, bool) { return LinkSIT{l}, l.isKind(C.NLGO_LINK_SIT) }

// AddSIT makes a link of kind sit with no more than a name, which the kernel chooses if it is empty. A name that is taken is [fs.ErrExist]: libnl
// would change the link that has it. So is a second tunnel without end points, and the kernel may have made one of its own (sysctl
// net.core.fb_tunnels_only_for_init_net). Equivalent to: ip link add NAME type sit.
//
// Implements: rtnl_link_sit_add
func AddSIT(ctx context.Context, s *Socket, name string) error {
	v, err := NewLinkSIT()
	if err != nil {
		return err
	}
	defer v.l.Close()
	return v.l.addNamed(ctx, s, "rtnl_link_sit_add", name)
}

// Link returns the link that the view is of.
func (v LinkSIT) Link() *Link { return v.l }

func (v LinkSIT) ptr(fn string) (*C.struct_rtnl_link, error) { return v.l.ofKind(fn, C.NLGO_LINK_SIT) }

// LinkIndex returns the index of the interface that the tunnel sends through, 0 for any or if unset.
//
// Implements: rtnl_link_sit_get_link
func (v LinkSIT) LinkIndex() (int, error) {
	const fn = "rtnl_link_sit_get_link"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	return int(C.rtnl_link_sit_get_link(c)), nil
}

// SetLinkIndex sets the index of the interface that the tunnel sends through, 0 for any.
//
// Implements: rtnl_link_sit_set_link
func (v LinkSIT) SetLinkIndex(i int) error {
	const fn = "rtnl_link_sit_set_link"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	if err := checkIndex(fn, i); err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_sit_set_link(c, C.uint32_t(i))))
}

// Local returns the local end point, 0.0.0.0 (any) if unset.
//
// Implements: rtnl_link_sit_get_local
func (v LinkSIT) Local() (netip.Addr, error) {
	const fn = "rtnl_link_sit_get_local"
	c, err := v.ptr(fn)
	if err != nil {
		return netip.Addr{}, err
	}
	return fromIn4(C.rtnl_link_sit_get_local(c)), nil
}

// SetLocal sets the local end point, 0.0.0.0 for any.
//
// Implements: rtnl_link_sit_set_local
func (v LinkSIT) SetLocal(ip netip.Addr) error {
	const fn = "rtnl_link_sit_set_local"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	a, err := toIn4(fn, ip)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_sit_set_local(c, a)))
}

// Remote returns the remote end point, 0.0.0.0 (any) if unset.
//
// Implements: rtnl_link_sit_get_remote
func (v LinkSIT) Remote() (netip.Addr, error) {
	const fn = "rtnl_link_sit_get_remote"
	c, err := v.ptr(fn)
	if err != nil {
		return netip.Addr{}, err
	}
	return fromIn4(C.rtnl_link_sit_get_remote(c)), nil
}

// SetRemote sets the remote end point, 0.0.0.0 for any.
//
// Implements: rtnl_link_sit_set_remote
func (v LinkSIT) SetRemote(ip netip.Addr) error {
	const fn = "rtnl_link_sit_set_remote"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	a, err := toIn4(fn, ip)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_sit_set_remote(c, a)))
}

// TTL returns the TTL of sent packets, 0 for that of the packet inside; 0 also if unset.
//
// Implements: rtnl_link_sit_get_ttl
func (v LinkSIT) TTL() (uint8, error) {
	const fn = "rtnl_link_sit_get_ttl"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	return uint8(C.rtnl_link_sit_get_ttl(c)), nil
}

// SetTTL sets the TTL of sent packets, 0 for that of the packet inside.
//
// Implements: rtnl_link_sit_set_ttl
func (v LinkSIT) SetTTL(n uint8) error {
	const fn = "rtnl_link_sit_set_ttl"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_sit_set_ttl(c, C.uint8_t(n))))
}

// TOS returns the TOS of sent packets, 1 for that of the packet inside; 0 if unset.
//
// Implements: rtnl_link_sit_get_tos
func (v LinkSIT) TOS() (uint8, error) {
	const fn = "rtnl_link_sit_get_tos"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	return uint8(C.rtnl_link_sit_get_tos(c)), nil
}

// SetTOS sets the TOS of sent packets, 1 for that of the packet inside.
//
// Implements: rtnl_link_sit_set_tos
func (v LinkSIT) SetTOS(n uint8) error {
	const fn = "rtnl_link_sit_set_tos"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_sit_set_tos(c, C.uint8_t(n))))
}

// PMTUDisc reports whether sent packets may not be fragmented (path MTU discovery); false also if unset, which to the kernel is true.
//
// Implements: rtnl_link_sit_get_pmtudisc
func (v LinkSIT) PMTUDisc() (bool, error) {
	const fn = "rtnl_link_sit_get_pmtudisc"
	c, err := v.ptr(fn)
	if err != nil {
		return false, err
	}
	return C.rtnl_link_sit_get_pmtudisc(c) != 0, nil
}

// SetPMTUDisc sets whether sent packets may not be fragmented (path MTU discovery).
//
// Implements: rtnl_link_sit_set_pmtudisc
func (v LinkSIT) SetPMTUDisc(on bool) error {
	const fn = "rtnl_link_sit_set_pmtudisc"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_sit_set_pmtudisc(c, C.uint8_t(cBool(on)))))
}

// Flags returns the flags of the tunnel, 0 if unset.
//
// Implements: rtnl_link_sit_get_flags
func (v LinkSIT) Flags() (SITFlags, error) {
	const fn = "rtnl_link_sit_get_flags"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	return SITFlags(C.rtnl_link_sit_get_flags(c)), nil
}

// SetFlags sets the flags of the tunnel.
//
// Implements: rtnl_link_sit_set_flags
func (v LinkSIT) SetFlags(f SITFlags) error {
	const fn = "rtnl_link_sit_set_flags"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_sit_set_flags(c, C.uint16_t(f))))
}

// Proto returns the protocol of the packets inside; 0 for any or if unset.
//
// Implements: rtnl_link_sit_get_proto
func (v LinkSIT) Proto() (IPProto, error) {
	const fn = "rtnl_link_sit_get_proto"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	return IPProto(C.rtnl_link_sit_get_proto(c)), nil
}

// SetProto sets the protocol of the packets inside: 41 (IPv6), 4 (IPv4), 137 (MPLS), 0 for any.
//
// Implements: rtnl_link_sit_set_proto
func (v LinkSIT) SetProto(p IPProto) error {
	const fn = "rtnl_link_sit_set_proto"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_sit_set_proto(c, C.uint8_t(p))))
}

// FWMark returns the mark by which sent packets are routed, [ErrNoAttr] if unset.
//
// Implements: rtnl_link_sit_get_fwmark
func (v LinkSIT) FWMark() (uint32, error) {
	const fn = "rtnl_link_sit_get_fwmark"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint32_t
	rc := C.rtnl_link_sit_get_fwmark(c, &n)
	return uint32(n), attrErr(fn, rc)
}

// SetFWMark sets the mark by which sent packets are routed.
//
// Implements: rtnl_link_sit_set_fwmark
func (v LinkSIT) SetFWMark(mark uint32) error {
	const fn = "rtnl_link_sit_set_fwmark"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_sit_set_fwmark(c, C.uint32_t(mark))))
}

// IP6RDPrefix returns the IPv6 prefix of the 6rd domain (RFC 5969), [ErrNoAttr] unless address and length are set.
//
// Implements: rtnl_link_sit_get_ip6rd_prefix rtnl_link_sit_get_ip6rd_prefixlen
func (v LinkSIT) IP6RDPrefix() (netip.Prefix, error) {
	const fn = "rtnl_link_sit_get_ip6rd_prefix"
	c, err := v.ptr(fn)
	if err != nil {
		return netip.Prefix{}, err
	}
	var a in6
	var n C.uint16_t
	rc := C.rtnl_link_sit_get_ip6rd_prefix(c, a.c())
	if rc == 0 {
		rc = C.rtnl_link_sit_get_ip6rd_prefixlen(c, &n)
	}
	if err := attrErr(fn, rc); err != nil {
		return netip.Prefix{}, err
	}
	return foundPrefix(fn, a.addr(), int(n))
}

// SetIP6RDPrefix sets the IPv6 prefix of the 6rd domain. The kernel wants the relay prefix with it.
//
// Implements: rtnl_link_sit_set_ip6rd_prefix rtnl_link_sit_set_ip6rd_prefixlen
func (v LinkSIT) SetIP6RDPrefix(p netip.Prefix) error {
	const fn = "rtnl_link_sit_set_ip6rd_prefix"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	a, err := toIn6(fn, p.Addr())
	if err != nil {
		return err
	}
	if !p.IsValid() {
		return argErr(fn, "no prefix")
	}
	if err := codeErr(fn, int(C.rtnl_link_sit_set_ip6rd_prefix(c, a.c()))); err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_sit_set_ip6rd_prefixlen(c, C.uint16_t(p.Bits()))))
}

// IP6RDRelayPrefix returns the part that the IPv4 addresses of the 6rd domain have in common, [ErrNoAttr] unless address and length are set.
//
// Implements: rtnl_link_sit_get_ip6rd_relay_prefix rtnl_link_sit_get_ip6rd_relay_prefixlen
func (v LinkSIT) IP6RDRelayPrefix() (netip.Prefix, error) {
	const fn = "rtnl_link_sit_get_ip6rd_relay_prefix"
	c, err := v.ptr(fn)
	if err != nil {
		return netip.Prefix{}, err
	}
	var a C.uint32_t
	var n C.uint16_t
	rc := C.rtnl_link_sit_get_ip6rd_relay_prefix(c, &a)
	if rc == 0 {
		rc = C.rtnl_link_sit_get_ip6rd_relay_prefixlen(c, &n)
	}
	if err := attrErr(fn, rc); err != nil {
		return netip.Prefix{}, err
	}
	if a != 0 && n == 0 { // libnl looks whether the address is set, where it was asked for the length
		return netip.Prefix{}, &Error{Func: fn, Code: ErrNoAttr}
	}
	return foundPrefix(fn, fromIn4(a), int(n))
}

// SetIP6RDRelayPrefix sets the part that the IPv4 addresses of the 6rd domain have in common, 0.0.0.0/0 for none.
//
// Implements: rtnl_link_sit_set_ip6rd_relay_prefix rtnl_link_sit_set_ip6rd_relay_prefixlen
func (v LinkSIT) SetIP6RDRelayPrefix(p netip.Prefix) error {
	const fn = "rtnl_link_sit_set_ip6rd_relay_prefix"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	a, err := toIn4(fn, p.Addr())
	if err != nil {
		return err
	}
	if !p.IsValid() {
		return argErr(fn, "no prefix")
	}
	if err := codeErr(fn, int(C.rtnl_link_sit_set_ip6rd_relay_prefix(c, a))); err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_sit_set_ip6rd_relay_prefixlen(c, C.uint16_t(p.Bits()))))
}

// foundPrefix returns what the getters of an address and of a length found.
func foundPrefix(fn string, ip netip.Addr, n int) (netip.Prefix, error) {
	p, err := ip.Prefix(n)
	if err != nil || p.Addr() != ip {
		return netip.Prefix{}, &Error{Func: fn, Code: ErrRange, Msg: "not a prefix: " + ip.String() + "/" + strconv.Itoa(n)}
	}
	return p, nil
}

// SITFlags are the flags of a tunnel of kind sit (SIT_*).
type SITFlags uint16

// SITISATAP is a flag of a tunnel of kind sit: it is one of ISATAP (RFC 5214).
const SITISATAP SITFlags = 1 // SIT_ISATAP

var sitFlagNames = []flagName{{uint32(SITISATAP), "isatap"}}

// String returns the names of the flags, and of those without a name the number.
func (f SITFlags) String() string { return flagNameText(uint32(f), sitFlagNames) }

// ParseSITFlags reads what [SITFlags.String] writes. An unknown name is [ErrObjNotFound].
func ParseSITFlags(s string) (SITFlags, error) {
	n, err := parseFlagNames("ParseSITFlags", s, sitFlagNames, math.MaxUint16)
	return SITFlags(n), err
}
