//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"context"
	"net/netip"
	"unsafe"
)

// LinkIP6GRE is what a link of kind ip6gre has beside other links: GRE over IPv6. It is a view without a life of its own:
// the link is closed, not the view. Every method looks at the kind anew and returns [ErrOpNotSupp] for a link of another.
type LinkIP6GRE struct{ l *Link }

// NewLinkIP6GRE returns a new link of kind ip6gre; the caller closes its Link.
//
// Implements: rtnl_link_ip6gre_alloc
func NewLinkIP6GRE() (LinkIP6GRE, error) {
	l, err := newHandle[*Link]("rtnl_link_ip6gre_alloc", unsafe.Pointer(C.rtnl_link_ip6gre_alloc()))
	return LinkIP6GRE{l}, err
}

// IP6GRE returns the view of a link of kind ip6gre; false for any other.
//
// Implements: rtnl_link_is_ip6gre
func (l *Link) IP6GRE() (LinkIP6GRE, bool) { return LinkIP6GRE{l}, l.isKind(C.NLGO_LINK_IP6GRE) }

// AddIP6GRE makes a link of kind ip6gre with no more than a name, which the kernel chooses if it is empty. A name that is taken is [fs.ErrExist]: libnl
// would change the link that has it. So is a second tunnel without end points, and the kernel may have made one of its own (sysctl
// net.core.fb_tunnels_only_for_init_net). Equivalent to: ip link add NAME type ip6gre.
//
// Implements: rtnl_link_ip6gre_add
func AddIP6GRE(ctx context.Context, s *Socket, name string) error {
	v, err := NewLinkIP6GRE()
	if err != nil {
		return err
	}
	defer v.l.Close()
	return v.l.addNamed(ctx, s, "rtnl_link_ip6gre_add", name)
}

// Link returns the link that the view is of.
func (v LinkIP6GRE) Link() *Link { return v.l }

func (v LinkIP6GRE) ptr(fn string) (*C.struct_rtnl_link, error) {
	return v.l.ofKind(fn, C.NLGO_LINK_IP6GRE)
}

// LinkIndex returns the index of the interface that the tunnel sends through, [ErrNoAttr] if unset.
//
// Implements: rtnl_link_ip6gre_get_link
func (v LinkIP6GRE) LinkIndex() (int, error) {
	const fn = "rtnl_link_ip6gre_get_link"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint32_t
	rc := C.rtnl_link_ip6gre_get_link(c, &n)
	return int(n), attrErr(fn, rc)
}

// SetLinkIndex sets the index of the interface that the tunnel sends through, 0 for any.
//
// Implements: rtnl_link_ip6gre_set_link
func (v LinkIP6GRE) SetLinkIndex(i int) error {
	const fn = "rtnl_link_ip6gre_set_link"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	if err := checkIndex(fn, i); err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ip6gre_set_link(c, C.uint32_t(i))))
}

// IFlags returns the flags that received packets have, [ErrNoAttr] if unset.
//
// Implements: rtnl_link_ip6gre_get_iflags
func (v LinkIP6GRE) IFlags() (GREFlags, error) {
	const fn = "rtnl_link_ip6gre_get_iflags"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint16_t
	rc := C.rtnl_link_ip6gre_get_iflags(c, &n)
	return GREFlags(swap16(uint16(n))), attrErr(fn, rc)
}

// SetIFlags sets the flags that received packets have.
//
// Implements: rtnl_link_ip6gre_set_iflags
func (v LinkIP6GRE) SetIFlags(f GREFlags) error {
	const fn = "rtnl_link_ip6gre_set_iflags"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ip6gre_set_iflags(c, C.uint16_t(swap16(uint16(f))))))
}

// OFlags returns the flags that sent packets get, [ErrNoAttr] if unset.
//
// Implements: rtnl_link_ip6gre_get_oflags
func (v LinkIP6GRE) OFlags() (GREFlags, error) {
	const fn = "rtnl_link_ip6gre_get_oflags"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint16_t
	rc := C.rtnl_link_ip6gre_get_oflags(c, &n)
	return GREFlags(swap16(uint16(n))), attrErr(fn, rc)
}

// SetOFlags sets the flags that sent packets get.
//
// Implements: rtnl_link_ip6gre_set_oflags
func (v LinkIP6GRE) SetOFlags(f GREFlags) error {
	const fn = "rtnl_link_ip6gre_set_oflags"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ip6gre_set_oflags(c, C.uint16_t(swap16(uint16(f))))))
}

// IKey returns the key of received packets, in host order, [ErrNoAttr] if unset.
//
// Implements: rtnl_link_ip6gre_get_ikey
func (v LinkIP6GRE) IKey() (uint32, error) {
	const fn = "rtnl_link_ip6gre_get_ikey"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint32_t
	rc := C.rtnl_link_ip6gre_get_ikey(c, &n)
	return swap32(uint32(n)), attrErr(fn, rc)
}

// SetIKey sets the key of received packets, in host order; the kernel takes it if [LinkIP6GRE.SetIFlags] has [GREKey].
//
// Implements: rtnl_link_ip6gre_set_ikey
func (v LinkIP6GRE) SetIKey(key uint32) error {
	const fn = "rtnl_link_ip6gre_set_ikey"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ip6gre_set_ikey(c, C.uint32_t(swap32(key)))))
}

// OKey returns the key of sent packets, in host order, [ErrNoAttr] if unset.
//
// Implements: rtnl_link_ip6gre_get_okey
func (v LinkIP6GRE) OKey() (uint32, error) {
	const fn = "rtnl_link_ip6gre_get_okey"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint32_t
	rc := C.rtnl_link_ip6gre_get_okey(c, &n)
	return swap32(uint32(n)), attrErr(fn, rc)
}

// SetOKey sets the key of sent packets, in host order; the kernel takes it if [LinkIP6GRE.SetOFlags] has [GREKey].
//
// Implements: rtnl_link_ip6gre_set_okey
func (v LinkIP6GRE) SetOKey(key uint32) error {
	const fn = "rtnl_link_ip6gre_set_okey"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ip6gre_set_okey(c, C.uint32_t(swap32(key)))))
}

// Local returns the local end point, [ErrNoAttr] if unset.
//
// Implements: rtnl_link_ip6gre_get_local
func (v LinkIP6GRE) Local() (netip.Addr, error) {
	const fn = "rtnl_link_ip6gre_get_local"
	c, err := v.ptr(fn)
	if err != nil {
		return netip.Addr{}, err
	}
	var a in6
	rc := C.rtnl_link_ip6gre_get_local(c, a.c())
	if err := attrErr(fn, rc); err != nil {
		return netip.Addr{}, err
	}
	return a.addr(), nil
}

// SetLocal sets the local end point, :: for any.
//
// Implements: rtnl_link_ip6gre_set_local
func (v LinkIP6GRE) SetLocal(ip netip.Addr) error {
	const fn = "rtnl_link_ip6gre_set_local"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	a, err := toIn6(fn, ip)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ip6gre_set_local(c, a.c())))
}

// Remote returns the remote end point, [ErrNoAttr] if unset.
//
// Implements: rtnl_link_ip6gre_get_remote
func (v LinkIP6GRE) Remote() (netip.Addr, error) {
	const fn = "rtnl_link_ip6gre_get_remote"
	c, err := v.ptr(fn)
	if err != nil {
		return netip.Addr{}, err
	}
	var a in6
	rc := C.rtnl_link_ip6gre_get_remote(c, a.c())
	if err := attrErr(fn, rc); err != nil {
		return netip.Addr{}, err
	}
	return a.addr(), nil
}

// SetRemote sets the remote end point, :: for any.
//
// Implements: rtnl_link_ip6gre_set_remote
func (v LinkIP6GRE) SetRemote(ip netip.Addr) error {
	const fn = "rtnl_link_ip6gre_set_remote"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	a, err := toIn6(fn, ip)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ip6gre_set_remote(c, a.c())))
}

// TTL returns the hop limit of sent packets, 0 for that of the packet inside; [ErrNoAttr] if unset.
//
// Implements: rtnl_link_ip6gre_get_ttl
func (v LinkIP6GRE) TTL() (uint8, error) {
	const fn = "rtnl_link_ip6gre_get_ttl"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint8_t
	rc := C.rtnl_link_ip6gre_get_ttl(c, &n)
	return uint8(n), attrErr(fn, rc)
}

// SetTTL sets the hop limit of sent packets, 0 for that of the packet inside.
//
// Implements: rtnl_link_ip6gre_set_ttl
func (v LinkIP6GRE) SetTTL(n uint8) error {
	const fn = "rtnl_link_ip6gre_set_ttl"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ip6gre_set_ttl(c, C.uint8_t(n))))
}

// EncapLimit returns how often packets may be encapsulated again, [ErrNoAttr] if unset.
//
// Implements: rtnl_link_ip6gre_get_encaplimit
func (v LinkIP6GRE) EncapLimit() (uint8, error) {
	const fn = "rtnl_link_ip6gre_get_encaplimit"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint8_t
	rc := C.rtnl_link_ip6gre_get_encaplimit(c, &n)
	return uint8(n), attrErr(fn, rc)
}

// SetEncapLimit sets how often packets may be encapsulated again; the kernel takes it unless the flags have [IP6TnlIgnEncapLimit].
//
// Implements: rtnl_link_ip6gre_set_encaplimit
func (v LinkIP6GRE) SetEncapLimit(n uint8) error {
	const fn = "rtnl_link_ip6gre_set_encaplimit"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ip6gre_set_encaplimit(c, C.uint8_t(n))))
}

// FlowInfo returns the traffic class and the flow label of sent packets, in host order, [ErrNoAttr] if unset.
//
// Implements: rtnl_link_ip6gre_get_flowinfo
func (v LinkIP6GRE) FlowInfo() (uint32, error) {
	const fn = "rtnl_link_ip6gre_get_flowinfo"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint32_t
	rc := C.rtnl_link_ip6gre_get_flowinfo(c, &n)
	return swap32(uint32(n)), attrErr(fn, rc)
}

// SetFlowInfo sets the traffic class (bits 20 to 27) and the flow label (bits 0 to 19) of sent packets, in host order.
//
// Implements: rtnl_link_ip6gre_set_flowinfo
func (v LinkIP6GRE) SetFlowInfo(f uint32) error {
	const fn = "rtnl_link_ip6gre_set_flowinfo"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	if err := checkFlowInfo(fn, f); err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ip6gre_set_flowinfo(c, C.uint32_t(swap32(f)))))
}

// Flags returns the flags of the tunnel, [ErrNoAttr] if unset.
//
// Implements: rtnl_link_ip6gre_get_flags
func (v LinkIP6GRE) Flags() (IP6TnlFlags, error) {
	const fn = "rtnl_link_ip6gre_get_flags"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint32_t
	rc := C.rtnl_link_ip6gre_get_flags(c, &n)
	return IP6TnlFlags(n), attrErr(fn, rc)
}

// SetFlags sets the flags of the tunnel.
//
// Implements: rtnl_link_ip6gre_set_flags
func (v LinkIP6GRE) SetFlags(f IP6TnlFlags) error {
	const fn = "rtnl_link_ip6gre_set_flags"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ip6gre_set_flags(c, C.uint32_t(f))))
}

// FWMark returns the mark by which sent packets are routed, [ErrNoAttr] if unset.
//
// Implements: rtnl_link_ip6gre_get_fwmark
func (v LinkIP6GRE) FWMark() (uint32, error) {
	const fn = "rtnl_link_ip6gre_get_fwmark"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint32_t
	rc := C.rtnl_link_ip6gre_get_fwmark(c, &n)
	return uint32(n), attrErr(fn, rc)
}

// SetFWMark sets the mark by which sent packets are routed.
//
// Implements: rtnl_link_ip6gre_set_fwmark
func (v LinkIP6GRE) SetFWMark(mark uint32) error {
	const fn = "rtnl_link_ip6gre_set_fwmark"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ip6gre_set_fwmark(c, C.uint32_t(mark))))
}
