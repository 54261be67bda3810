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

// LinkVTI is what a link of kind vti has beside other links: IPsec over IPv4, whose packets the keys mark for policies. It is a view without a life of its own:
// the link is closed, not the view. Every method looks at the kind anew and returns [ErrOpNotSupp] for a link of another.
type LinkVTI struct{ l *Link }

// NewLinkVTI returns a new link of kind vti; the caller closes its Link.
//
// Implements: rtnl_link_ipvti_alloc
func NewLinkVTI() (LinkVTI, error) {
	l, err := newHandle[*Link]("rtnl_link_ipvti_alloc", unsafe.Pointer(C.rtnl_link_ipvti_alloc()))
	return LinkVTI{l}, err
}

// VTI returns the view of a link of kind vti; false for any other.
//
// Implements: rtnl_link_is_ipvti
func (l *Link) VTI() (LinkVTI, bool) { return LinkVTI{l}, l.isKind(C.NLGO_LINK_VTI) }

// AddVTI makes a link of kind vti with no more than a name, which the kernel chooses if it is empty. A name that is taken is [fs.ErrExist]: libnl
// would change the link that has it. So is a second tunnel without end points, and the kernel may have made one of its own (sysctl
// net.core.fb_tunnels_only_for_init_net). Equivalent to: ip link add NAME type vti.
//
// Implements: rtnl_link_ipvti_add
func AddVTI(ctx context.Context, s *Socket, name string) error {
	v, err := NewLinkVTI()
	if err != nil {
		return err
	}
	defer v.l.Close()
	return v.l.addNamed(ctx, s, "rtnl_link_ipvti_add", name)
}

// Link returns the link that the view is of.
func (v LinkVTI) Link() *Link { return v.l }

func (v LinkVTI) ptr(fn string) (*C.struct_rtnl_link, error) { return v.l.ofKind(fn, C.NLGO_LINK_VTI) }

// LinkIndex returns the index of the interface that the tunnel sends through, 0 for any or if unset.
//
// Implements: rtnl_link_ipvti_get_link
func (v LinkVTI) LinkIndex() (int, error) {
	const fn = "rtnl_link_ipvti_get_link"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	return int(C.rtnl_link_ipvti_get_link(c)), nil
}

// SetLinkIndex sets the index of the interface that the tunnel sends through, 0 for any.
//
// Implements: rtnl_link_ipvti_set_link
func (v LinkVTI) SetLinkIndex(i int) error {
	const fn = "rtnl_link_ipvti_set_link"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	if err := checkIndex(fn, i); err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ipvti_set_link(c, C.uint32_t(i))))
}

// IKey returns the key of received packets, in host order, 0 if unset.
//
// Implements: rtnl_link_ipvti_get_ikey
func (v LinkVTI) IKey() (uint32, error) {
	const fn = "rtnl_link_ipvti_get_ikey"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	return swap32(uint32(C.rtnl_link_ipvti_get_ikey(c))), nil
}

// SetIKey sets the key of received packets, in host order.
//
// Implements: rtnl_link_ipvti_set_ikey
func (v LinkVTI) SetIKey(key uint32) error {
	const fn = "rtnl_link_ipvti_set_ikey"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ipvti_set_ikey(c, C.uint32_t(swap32(key)))))
}

// OKey returns the key of sent packets, in host order, 0 if unset.
//
// Implements: rtnl_link_ipvti_get_okey
func (v LinkVTI) OKey() (uint32, error) {
	const fn = "rtnl_link_ipvti_get_okey"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	return swap32(uint32(C.rtnl_link_ipvti_get_okey(c))), nil
}

// SetOKey sets the key of sent packets, in host order.
//
// Implements: rtnl_link_ipvti_set_okey
func (v LinkVTI) SetOKey(key uint32) error {
	const fn = "rtnl_link_ipvti_set_okey"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ipvti_set_okey(c, C.uint32_t(swap32(key)))))
}

// Local returns the local end point, 0.0.0.0 (any) if unset.
//
// Implements: rtnl_link_ipvti_get_local
func (v LinkVTI) Local() (netip.Addr, error) {
	const fn = "rtnl_link_ipvti_get_local"
	c, err := v.ptr(fn)
	if err != nil {
		return netip.Addr{}, err
	}
	return fromIn4(C.rtnl_link_ipvti_get_local(c)), nil
}

// SetLocal sets the local end point, 0.0.0.0 for any.
//
// Implements: rtnl_link_ipvti_set_local
func (v LinkVTI) SetLocal(ip netip.Addr) error {
	const fn = "rtnl_link_ipvti_set_local"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	a, err := toIn4(fn, ip)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ipvti_set_local(c, a)))
}

// Remote returns the remote end point, 0.0.0.0 (any) if unset.
//
// Implements: rtnl_link_ipvti_get_remote
func (v LinkVTI) Remote() (netip.Addr, error) {
	const fn = "rtnl_link_ipvti_get_remote"
	c, err := v.ptr(fn)
	if err != nil {
		return netip.Addr{}, err
	}
	return fromIn4(C.rtnl_link_ipvti_get_remote(c)), nil
}

// SetRemote sets the remote end point, 0.0.0.0 for any.
//
// Implements: rtnl_link_ipvti_set_remote
func (v LinkVTI) SetRemote(ip netip.Addr) error {
	const fn = "rtnl_link_ipvti_set_remote"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	a, err := toIn4(fn, ip)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ipvti_set_remote(c, a)))
}

// FWMark returns the mark by which sent packets are routed, [ErrNoAttr] if unset.
//
// Implements: rtnl_link_ipvti_get_fwmark
func (v LinkVTI) FWMark() (uint32, error) {
	const fn = "rtnl_link_ipvti_get_fwmark"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint32_t
	rc := C.rtnl_link_ipvti_get_fwmark(c, &n)
	return uint32(n), attrErr(fn, rc)
}

// SetFWMark sets the mark by which sent packets are routed.
//
// Implements: rtnl_link_ipvti_set_fwmark
func (v LinkVTI) SetFWMark(mark uint32) error {
	const fn = "rtnl_link_ipvti_set_fwmark"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ipvti_set_fwmark(c, C.uint32_t(mark))))
}
