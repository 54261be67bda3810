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

// LinkVTI6 is what a link of kind vti6 has beside other links: IPsec over IPv6, whose packets the keys mark for policies. It is a view without a life of its own:
// the link is closed, not the view. Every method looks at the kind anew and returns [ErrOpNotSupp] for a link of another.
type LinkVTI6 struct{ l *Link }

// NewLinkVTI6 returns a new link of kind vti6; the caller closes its Link.
//
// Implements: rtnl_link_ip6vti_alloc
func NewLinkVTI6() (LinkVTI6, error) {
	l, err := newHandle[*Link]("rtnl_link_ip6vti_alloc", unsafe.Pointer(C.rtnl_link_ip6vti_alloc()))
	return LinkVTI6{l}, err
}

// VTI6 returns the view of a link of kind vti6; false for any other.
//
// Implements: rtnl_link_is_ip6vti
func (l *Link) VTI6() (LinkVTI6, bool) { return LinkVTI6{l}, l.isKind(C.NLGO_LINK_VTI6) }

// AddVTI6 makes a link of kind vti6 with no more than a name, which the kernel chooses if it is empty. A name that is taken is [fs.ErrExist]: libnl
// would change the link that has it. So is a second tunnel without end points, and the kernel may have made one of its own (sysctl
// net.core.fb_tunnels_only_for_init_net). Equivalent to: ip link add NAME type vti6.
//
// Implements: rtnl_link_ip6vti_add
func AddVTI6(ctx context.Context, s *Socket, name string) error {
	v, err := NewLinkVTI6()
	if err != nil {
		return err
	}
	defer v.l.Close()
	return v.l.addNamed(ctx, s, "rtnl_link_ip6vti_add", name)
}

// Link returns the link that the view is of.
func (v LinkVTI6) Link() *Link { return v.l }

func (v LinkVTI6) ptr(fn string) (*C.struct_rtnl_link, error) {
	return v.l.ofKind(fn, C.NLGO_LINK_VTI6)
}

// LinkIndex returns the index of the interface that the tunnel sends through, [ErrNoAttr] if unset.
//
// Implements: rtnl_link_ip6vti_get_link
func (v LinkVTI6) LinkIndex() (int, error) {
	const fn = "rtnl_link_ip6vti_get_link"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint32_t
	rc := C.rtnl_link_ip6vti_get_link(c, &n)
	return int(n), attrErr(fn, rc)
}

// SetLinkIndex sets the index of the interface that the tunnel sends through, 0 for any.
//
// Implements: rtnl_link_ip6vti_set_link
func (v LinkVTI6) SetLinkIndex(i int) error {
	const fn = "rtnl_link_ip6vti_set_link"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	if err := checkIndex(fn, i); err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ip6vti_set_link(c, C.uint32_t(i))))
}

// IKey returns the key of received packets, in host order, [ErrNoAttr] if unset.
//
// Implements: rtnl_link_ip6vti_get_ikey
func (v LinkVTI6) IKey() (uint32, error) {
	const fn = "rtnl_link_ip6vti_get_ikey"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint32_t
	rc := C.rtnl_link_ip6vti_get_ikey(c, &n)
	return swap32(uint32(n)), attrErr(fn, rc)
}

// SetIKey sets the key of received packets, in host order.
//
// Implements: rtnl_link_ip6vti_set_ikey
func (v LinkVTI6) SetIKey(key uint32) error {
	const fn = "rtnl_link_ip6vti_set_ikey"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ip6vti_set_ikey(c, C.uint32_t(swap32(key)))))
}

// OKey returns the key of sent packets, in host order, [ErrNoAttr] if unset.
//
// Implements: rtnl_link_ip6vti_get_okey
func (v LinkVTI6) OKey() (uint32, error) {
	const fn = "rtnl_link_ip6vti_get_okey"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint32_t
	rc := C.rtnl_link_ip6vti_get_okey(c, &n)
	return swap32(uint32(n)), attrErr(fn, rc)
}

// SetOKey sets the key of sent packets, in host order.
//
// Implements: rtnl_link_ip6vti_set_okey
func (v LinkVTI6) SetOKey(key uint32) error {
	const fn = "rtnl_link_ip6vti_set_okey"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ip6vti_set_okey(c, C.uint32_t(swap32(key)))))
}

// Local returns the local end point, [ErrNoAttr] if unset.
//
// Implements: rtnl_link_ip6vti_get_local
func (v LinkVTI6) Local() (netip.Addr, error) {
	const fn = "rtnl_link_ip6vti_get_local"
	c, err := v.ptr(fn)
	if err != nil {
		return netip.Addr{}, err
	}
	var a in6
	rc := C.rtnl_link_ip6vti_get_local(c, a.c())
	if err := attrErr(fn, rc); err != nil {
		return netip.Addr{}, err
	}
	return a.addr(), nil
}

// SetLocal sets the local end point, :: for any.
//
// Implements: rtnl_link_ip6vti_set_local
func (v LinkVTI6) SetLocal(ip netip.Addr) error {
	const fn = "rtnl_link_ip6vti_set_local"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	a, err := toIn6(fn, ip)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ip6vti_set_local(c, a.c())))
}

// Remote returns the remote end point, [ErrNoAttr] if unset.
//
// Implements: rtnl_link_ip6vti_get_remote
func (v LinkVTI6) Remote() (netip.Addr, error) {
	const fn = "rtnl_link_ip6vti_get_remote"
	c, err := v.ptr(fn)
	if err != nil {
		return netip.Addr{}, err
	}
	var a in6
	rc := C.rtnl_link_ip6vti_get_remote(c, a.c())
	if err := attrErr(fn, rc); err != nil {
		return netip.Addr{}, err
	}
	return a.addr(), nil
}

// SetRemote sets the remote end point, :: for any.
//
// Implements: rtnl_link_ip6vti_set_remote
func (v LinkVTI6) SetRemote(ip netip.Addr) error {
	const fn = "rtnl_link_ip6vti_set_remote"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	a, err := toIn6(fn, ip)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ip6vti_set_remote(c, a.c())))
}

// FWMark returns the mark by which sent packets are routed, [ErrNoAttr] if unset.
//
// Implements: rtnl_link_ip6vti_get_fwmark
func (v LinkVTI6) FWMark() (uint32, error) {
	const fn = "rtnl_link_ip6vti_get_fwmark"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint32_t
	rc := C.rtnl_link_ip6vti_get_fwmark(c, &n)
	return uint32(n), attrErr(fn, rc)
}

// SetFWMark sets the mark by which sent packets are routed.
//
// Implements: rtnl_link_ip6vti_set_fwmark
func (v LinkVTI6) SetFWMark(mark uint32) error {
	const fn = "rtnl_link_ip6vti_set_fwmark"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ip6vti_set_fwmark(c, C.uint32_t(mark))))
}
