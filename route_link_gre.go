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

// LinkGRE is what a link of kind gre or gretap has beside other links: GRE over IPv4. It is a view without a life of its own:
// the link is closed, not the view. Every method looks at the kind anew and returns [ErrOpNotSupp] for a link of another.
type LinkGRE struct{ l *Link }

// NewLinkGRE returns a new link of kind gre; the caller closes its Link.
//
// Implements: rtnl_link_ipgre_alloc
func NewLinkGRE() (LinkGRE, error) {
	l, err := newHandle[*Link]("rtnl_link_ipgre_alloc", unsafe.Pointer(C.rtnl_link_ipgre_alloc()))
	return LinkGRE{l}, err
}

// NewLinkGRETap returns a new link of kind gretap, which carries Ethernet frames; the caller closes its Link.
//
// Implements: rtnl_link_ipgretap_alloc
func NewLinkGRETap() (LinkGRE, error) {
	l, err := newHandle[*Link]("rtnl_link_ipgretap_alloc", unsafe.Pointer(C.rtnl_link_ipgretap_alloc()))
	return LinkGRE{l}, err
}

// GRE returns the view of a link of kind gre or gretap, which [Link.Type] tells apart; false for any other.
//
// Implements: rtnl_link_is_ipgre rtnl_link_is_ipgretap
func (l *Link) GRE() (LinkGRE, bool) {
	return LinkGRE{l}, l.isKind(C.NLGO_LINK_GRE) || l.isKind(C.NLGO_LINK_GRETAP)
}

// AddGRE makes a link of kind gre with no more than a name, which the kernel chooses if it is empty. A name that is taken is [fs.ErrExist]: libnl
// would change the link that has it. So is a second tunnel without end points, and the kernel may have made one of its own (sysctl
// net.core.fb_tunnels_only_for_init_net). Equivalent to: ip link add NAME type gre.
//
// Implements: rtnl_link_ipgre_add
func AddGRE(ctx context.Context, s *Socket, name string) error {
	v, err := NewLinkGRE()
	if err != nil {
		return err
	}
	defer v.l.Close()
	return v.l.addNamed(ctx, s, "rtnl_link_ipgre_add", name)
}

// AddGRETap is [AddGRE] for the kind gretap. Equivalent to: ip link add NAME type gretap.
//
// Implements: rtnl_link_ipgretap_add
func AddGRETap(ctx context.Context, s *Socket, name string) error {
	v, err := NewLinkGRETap()
	if err != nil {
		return err
	}
	defer v.l.Close()
	return v.l.addNamed(ctx, s, "rtnl_link_ipgretap_add", name)
}

// Link returns the link that the view is of.
func (v LinkGRE) Link() *Link { return v.l }

func (v LinkGRE) ptr(fn string) (*C.struct_rtnl_link, error) {
	if v.l.isKind(C.NLGO_LINK_GRETAP) {
		return v.l.ptr(), nil
	}
	return v.l.ofKind(fn, C.NLGO_LINK_GRE)
}

// LinkIndex returns the index of the interface that the tunnel sends through, 0 for any or if unset.
//
// Implements: rtnl_link_ipgre_get_link
func (v LinkGRE) LinkIndex() (int, error) {
	const fn = "rtnl_link_ipgre_get_link"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	return int(C.rtnl_link_ipgre_get_link(c)), nil
}

// SetLinkIndex sets the index of the interface that the tunnel sends through, 0 for any.
//
// Implements: rtnl_link_ipgre_set_link
func (v LinkGRE) SetLinkIndex(i int) error {
	const fn = "rtnl_link_ipgre_set_link"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	if err := checkIndex(fn, i); err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ipgre_set_link(c, C.uint32_t(i))))
}

// IFlags returns the flags that received packets have, 0 if unset.
//
// Implements: rtnl_link_ipgre_get_iflags
func (v LinkGRE) IFlags() (GREFlags, error) {
	const fn = "rtnl_link_ipgre_get_iflags"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	return GREFlags(swap16(uint16(C.rtnl_link_ipgre_get_iflags(c)))), nil
}

// SetIFlags sets the flags that received packets have.
//
// Implements: rtnl_link_ipgre_set_iflags
func (v LinkGRE) SetIFlags(f GREFlags) error {
	const fn = "rtnl_link_ipgre_set_iflags"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ipgre_set_iflags(c, C.uint16_t(swap16(uint16(f))))))
}

// OFlags returns the flags that sent packets get, 0 if unset.
//
// Implements: rtnl_link_ipgre_get_oflags
func (v LinkGRE) OFlags() (GREFlags, error) {
	const fn = "rtnl_link_ipgre_get_oflags"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	return GREFlags(swap16(uint16(C.rtnl_link_ipgre_get_oflags(c)))), nil
}

// SetOFlags sets the flags that sent packets get.
//
// Implements: rtnl_link_ipgre_set_oflags
func (v LinkGRE) SetOFlags(f GREFlags) error {
	const fn = "rtnl_link_ipgre_set_oflags"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ipgre_set_oflags(c, C.uint16_t(swap16(uint16(f))))))
}

// IKey returns the key of received packets, in host order, 0 if unset.
//
// Implements: rtnl_link_ipgre_get_ikey
func (v LinkGRE) IKey() (uint32, error) {
	const fn = "rtnl_link_ipgre_get_ikey"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	return swap32(uint32(C.rtnl_link_ipgre_get_ikey(c))), nil
}

// SetIKey sets the key of received packets, in host order; the kernel takes it if [LinkGRE.SetIFlags] has [GREKey].
//
// Implements: rtnl_link_ipgre_set_ikey
func (v LinkGRE) SetIKey(key uint32) error {
	const fn = "rtnl_link_ipgre_set_ikey"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ipgre_set_ikey(c, C.uint32_t(swap32(key)))))
}

// OKey returns the key of sent packets, in host order, 0 if unset.
//
// Implements: rtnl_link_ipgre_get_okey
func (v LinkGRE) OKey() (uint32, error) {
	const fn = "rtnl_link_ipgre_get_okey"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	return swap32(uint32(C.rtnl_link_ipgre_get_okey(c))), nil
}

// SetOKey sets the key of sent packets, in host order; the kernel takes it if [LinkGRE.SetOFlags] has [GREKey].
//
// Implements: rtnl_link_ipgre_set_okey
func (v LinkGRE) SetOKey(key uint32) error {
	const fn = "rtnl_link_ipgre_set_okey"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ipgre_set_okey(c, C.uint32_t(swap32(key)))))
}

// Local returns the local end point, 0.0.0.0 (any) if unset.
//
// Implements: rtnl_link_ipgre_get_local
func (v LinkGRE) Local() (netip.Addr, error) {
	const fn = "rtnl_link_ipgre_get_local"
	c, err := v.ptr(fn)
	if err != nil {
		return netip.Addr{}, err
	}
	return fromIn4(C.rtnl_link_ipgre_get_local(c)), nil
}

// SetLocal sets the local end point, 0.0.0.0 for any.
//
// Implements: rtnl_link_ipgre_set_local
func (v LinkGRE) SetLocal(ip netip.Addr) error {
	const fn = "rtnl_link_ipgre_set_local"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	a, err := toIn4(fn, ip)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ipgre_set_local(c, a)))
}

// Remote returns the remote end point, 0.0.0.0 (any) if unset.
//
// Implements: rtnl_link_ipgre_get_remote
func (v LinkGRE) Remote() (netip.Addr, error) {
	const fn = "rtnl_link_ipgre_get_remote"
	c, err := v.ptr(fn)
	if err != nil {
		return netip.Addr{}, err
	}
	return fromIn4(C.rtnl_link_ipgre_get_remote(c)), nil
}

// SetRemote sets the remote end point, 0.0.0.0 for any.
//
// Implements: rtnl_link_ipgre_set_remote
func (v LinkGRE) SetRemote(ip netip.Addr) error {
	const fn = "rtnl_link_ipgre_set_remote"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	a, err := toIn4(fn, ip)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ipgre_set_remote(c, a)))
}

// TTL returns the TTL of sent packets, 0 for that of the packet inside; 0 also if unset.
//
// Implements: rtnl_link_ipgre_get_ttl
func (v LinkGRE) TTL() (uint8, error) {
	const fn = "rtnl_link_ipgre_get_ttl"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	return uint8(C.rtnl_link_ipgre_get_ttl(c)), nil
}

// SetTTL sets the TTL of sent packets, 0 for that of the packet inside.
//
// Implements: rtnl_link_ipgre_set_ttl
func (v LinkGRE) SetTTL(n uint8) error {
	const fn = "rtnl_link_ipgre_set_ttl"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ipgre_set_ttl(c, C.uint8_t(n))))
}

// TOS returns the TOS of sent packets, 1 for that of the packet inside; 0 if unset.
//
// Implements: rtnl_link_ipgre_get_tos
func (v LinkGRE) TOS() (uint8, error) {
	const fn = "rtnl_link_ipgre_get_tos"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	return uint8(C.rtnl_link_ipgre_get_tos(c)), nil
}

// SetTOS sets the TOS of sent packets, 1 for that of the packet inside.
//
// Implements: rtnl_link_ipgre_set_tos
func (v LinkGRE) SetTOS(n uint8) error {
	const fn = "rtnl_link_ipgre_set_tos"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ipgre_set_tos(c, C.uint8_t(n))))
}

// PMTUDisc reports whether sent packets may not be fragmented (path MTU discovery); false also if unset, which to the kernel is true.
//
// Implements: rtnl_link_ipgre_get_pmtudisc
func (v LinkGRE) PMTUDisc() (bool, error) {
	const fn = "rtnl_link_ipgre_get_pmtudisc"
	c, err := v.ptr(fn)
	if err != nil {
		return false, err
	}
	return C.rtnl_link_ipgre_get_pmtudisc(c) != 0, nil
}

// SetPMTUDisc sets whether sent packets may not be fragmented (path MTU discovery).
//
// Implements: rtnl_link_ipgre_set_pmtudisc
func (v LinkGRE) SetPMTUDisc(on bool) error {
	const fn = "rtnl_link_ipgre_set_pmtudisc"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ipgre_set_pmtudisc(c, C.uint8_t(cBool(on)))))
}

// FWMark returns the mark by which sent packets are routed, [ErrNoAttr] if unset.
//
// Implements: rtnl_link_ipgre_get_fwmark
func (v LinkGRE) FWMark() (uint32, error) {
	const fn = "rtnl_link_ipgre_get_fwmark"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint32_t
	rc := C.rtnl_link_ipgre_get_fwmark(c, &n)
	return uint32(n), attrErr(fn, rc)
}

// SetFWMark sets the mark by which sent packets are routed.
//
// Implements: rtnl_link_ipgre_set_fwmark
func (v LinkGRE) SetFWMark(mark uint32) error {
	const fn = "rtnl_link_ipgre_set_fwmark"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ipgre_set_fwmark(c, C.uint32_t(mark))))
}
