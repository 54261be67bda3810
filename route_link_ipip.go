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

// LinkIPIP is what a link of kind ipip has beside other links: IPv4 over IPv4. It is a view without a life of its own:
// the link is closed, not the view. Every method looks at the kind anew and returns [ErrOpNotSupp] for a link of another.
type LinkIPIP struct{ l *Link }

// NewLinkIPIP returns a new link of kind ipip; the caller closes its Link.
//
// Implements: rtnl_link_ipip_alloc
func NewLinkIPIP() (LinkIPIP, error) {
	l, err := newHandle[*Link]("rtnl_link_ipip_alloc", unsafe.Pointer(C.rtnl_link_ipip_alloc()))
	return LinkIPIP{l}, err
}

// IPIP returns the view of a link of kind ipip; false for any other.
//
// Implements: rtnl_link_is_ipip
func (l *Link) IPIP() (LinkIPIP, bool) { return LinkIPIP{l}, l.isKind(C.NLGO_LINK_IPIP) }

// AddIPIP makes a link of kind ipip with no more than a name, which the kernel chooses if it is empty. A name that is taken is [fs.ErrExist]: libnl
// would change the link that has it. So is a second tunnel without end points, and the kernel may have made one of its own (sysctl
// net.core.fb_tunnels_only_for_init_net). Equivalent to: ip link add NAME type ipip.
//
// Implements: rtnl_link_ipip_add
func AddIPIP(ctx context.Context, s *Socket, name string) error {
	v, err := NewLinkIPIP()
	if err != nil {
		return err
	}
	defer v.l.Close()
	return v.l.addNamed(ctx, s, "rtnl_link_ipip_add", name)
}

// Link returns the link that the view is of.
func (v LinkIPIP) Link() *Link { return v.l }

func (v LinkIPIP) ptr(fn string) (*C.struct_rtnl_link, error) {
	return v.l.ofKind(fn, C.NLGO_LINK_IPIP)
}

// LinkIndex returns the index of the interface that the tunnel sends through, 0 for any or if unset.
//
// Implements: rtnl_link_ipip_get_link
func (v LinkIPIP) LinkIndex() (int, error) {
	const fn = "rtnl_link_ipip_get_link"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	return int(C.rtnl_link_ipip_get_link(c)), nil
}

// SetLinkIndex sets the index of the interface that the tunnel sends through, 0 for any.
//
// Implements: rtnl_link_ipip_set_link
func (v LinkIPIP) SetLinkIndex(i int) error {
	const fn = "rtnl_link_ipip_set_link"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	if err := checkIndex(fn, i); err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ipip_set_link(c, C.uint32_t(i))))
}

// Local returns the local end point, 0.0.0.0 (any) if unset.
//
// Implements: rtnl_link_ipip_get_local
func (v LinkIPIP) Local() (netip.Addr, error) {
	const fn = "rtnl_link_ipip_get_local"
	c, err := v.ptr(fn)
	if err != nil {
		return netip.Addr{}, err
	}
	return fromIn4(C.rtnl_link_ipip_get_local(c)), nil
}

// SetLocal sets the local end point, 0.0.0.0 for any.
//
// Implements: rtnl_link_ipip_set_local
func (v LinkIPIP) SetLocal(ip netip.Addr) error {
	const fn = "rtnl_link_ipip_set_local"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	a, err := toIn4(fn, ip)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ipip_set_local(c, a)))
}

// Remote returns the remote end point, 0.0.0.0 (any) if unset.
//
// Implements: rtnl_link_ipip_get_remote
func (v LinkIPIP) Remote() (netip.Addr, error) {
	const fn = "rtnl_link_ipip_get_remote"
	c, err := v.ptr(fn)
	if err != nil {
		return netip.Addr{}, err
	}
	return fromIn4(C.rtnl_link_ipip_get_remote(c)), nil
}

// SetRemote sets the remote end point, 0.0.0.0 for any.
//
// Implements: rtnl_link_ipip_set_remote
func (v LinkIPIP) SetRemote(ip netip.Addr) error {
	const fn = "rtnl_link_ipip_set_remote"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	a, err := toIn4(fn, ip)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ipip_set_remote(c, a)))
}

// TTL returns the TTL of sent packets, 0 for that of the packet inside; 0 also if unset.
//
// Implements: rtnl_link_ipip_get_ttl
func (v LinkIPIP) TTL() (uint8, error) {
	const fn = "rtnl_link_ipip_get_ttl"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	return uint8(C.rtnl_link_ipip_get_ttl(c)), nil
}

// SetTTL sets the TTL of sent packets, 0 for that of the packet inside.
//
// Implements: rtnl_link_ipip_set_ttl
func (v LinkIPIP) SetTTL(n uint8) error {
	const fn = "rtnl_link_ipip_set_ttl"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ipip_set_ttl(c, C.uint8_t(n))))
}

// TOS returns the TOS of sent packets, 1 for that of the packet inside; 0 if unset.
//
// Implements: rtnl_link_ipip_get_tos
func (v LinkIPIP) TOS() (uint8, error) {
	const fn = "rtnl_link_ipip_get_tos"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	return uint8(C.rtnl_link_ipip_get_tos(c)), nil
}

// SetTOS sets the TOS of sent packets, 1 for that of the packet inside.
//
// Implements: rtnl_link_ipip_set_tos
func (v LinkIPIP) SetTOS(n uint8) error {
	const fn = "rtnl_link_ipip_set_tos"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ipip_set_tos(c, C.uint8_t(n))))
}

// PMTUDisc reports whether sent packets may not be fragmented (path MTU discovery); false also if unset, which to the kernel is true.
//
// Implements: rtnl_link_ipip_get_pmtudisc
func (v LinkIPIP) PMTUDisc() (bool, error) {
	const fn = "rtnl_link_ipip_get_pmtudisc"
	c, err := v.ptr(fn)
	if err != nil {
		return false, err
	}
	return C.rtnl_link_ipip_get_pmtudisc(c) != 0, nil
}

// SetPMTUDisc sets whether sent packets may not be fragmented (path MTU discovery).
//
// Implements: rtnl_link_ipip_set_pmtudisc
func (v LinkIPIP) SetPMTUDisc(on bool) error {
	const fn = "rtnl_link_ipip_set_pmtudisc"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ipip_set_pmtudisc(c, C.uint8_t(cBool(on)))))
}

// FWMark returns the mark by which sent packets are routed, [ErrNoAttr] if unset.
//
// Implements: rtnl_link_ipip_get_fwmark
func (v LinkIPIP) FWMark() (uint32, error) {
	const fn = "rtnl_link_ipip_get_fwmark"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint32_t
	rc := C.rtnl_link_ipip_get_fwmark(c, &n)
	return uint32(n), attrErr(fn, rc)
}

// SetFWMark sets the mark by which sent packets are routed.
//
// Implements: rtnl_link_ipip_set_fwmark
func (v LinkIPIP) SetFWMark(mark uint32) error {
	const fn = "rtnl_link_ipip_set_fwmark"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ipip_set_fwmark(c, C.uint32_t(mark))))
}
