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

// LinkIP6Tnl is what a link of kind ip6tnl has beside other links: IPv4 or IPv6 over IPv6. It is a view without a life of its own:
// the link is closed, not the view. Every method looks at the kind anew and returns [ErrOpNotSupp] for a link of another.
type LinkIP6Tnl struct{ l *Link }

// NewLinkIP6Tnl returns a new link of kind ip6tnl; the caller closes its Link.
//
// Implements: rtnl_link_ip6_tnl_alloc
func NewLinkIP6Tnl() (LinkIP6Tnl, error) {
	l, err := newHandle[*Link]("rtnl_link_ip6_tnl_alloc", unsafe.Pointer(C.rtnl_link_ip6_tnl_alloc()))
	return LinkIP6Tnl{l}, err
}

// IP6Tnl returns the view of a link of kind ip6tnl; false for any other.
//
// Implements: rtnl_link_is_ip6_tnl
func (l *Link) IP6Tnl() (LinkIP6Tnl, bool) { return LinkIP6Tnl{l}, l.isKind(C.NLGO_LINK_IP6TNL) }

// AddIP6Tnl makes a link of kind ip6tnl with no more than a name, which the kernel chooses if it is empty. A name that is taken is [fs.ErrExist]: libnl
// would change the link that has it. So is a second tunnel without end points, and the kernel may have made one of its own (sysctl
// net.core.fb_tunnels_only_for_init_net). Equivalent to: ip link add NAME type ip6tnl.
//
// Implements: rtnl_link_ip6_tnl_add
func AddIP6Tnl(ctx context.Context, s *Socket, name string) error {
	v, err := NewLinkIP6Tnl()
	if err != nil {
		return err
	}
	defer v.l.Close()
	return v.l.addNamed(ctx, s, "rtnl_link_ip6_tnl_add", name)
}

// Link returns the link that the view is of.
func (v LinkIP6Tnl) Link() *Link { return v.l }

func (v LinkIP6Tnl) ptr(fn string) (*C.struct_rtnl_link, error) {
	return v.l.ofKind(fn, C.NLGO_LINK_IP6TNL)
}

// LinkIndex returns the index of the interface that the tunnel sends through, 0 for any or if unset.
//
// Implements: rtnl_link_ip6_tnl_get_link
func (v LinkIP6Tnl) LinkIndex() (int, error) {
	const fn = "rtnl_link_ip6_tnl_get_link"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	return int(C.rtnl_link_ip6_tnl_get_link(c)), nil
}

// SetLinkIndex sets the index of the interface that the tunnel sends through, 0 for any.
//
// Implements: rtnl_link_ip6_tnl_set_link
func (v LinkIP6Tnl) SetLinkIndex(i int) error {
	const fn = "rtnl_link_ip6_tnl_set_link"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	if err := checkIndex(fn, i); err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ip6_tnl_set_link(c, C.uint32_t(i))))
}

// Local returns the local end point, :: (any) if unset.
//
// Implements: rtnl_link_ip6_tnl_get_local
func (v LinkIP6Tnl) Local() (netip.Addr, error) {
	const fn = "rtnl_link_ip6_tnl_get_local"
	c, err := v.ptr(fn)
	if err != nil {
		return netip.Addr{}, err
	}
	var a in6
	rc := C.rtnl_link_ip6_tnl_get_local(c, a.c())
	if err := attrErr(fn, rc); err != nil {
		return netip.Addr{}, err
	}
	return a.addr(), nil
}

// SetLocal sets the local end point, :: for any.
//
// Implements: rtnl_link_ip6_tnl_set_local
func (v LinkIP6Tnl) SetLocal(ip netip.Addr) error {
	const fn = "rtnl_link_ip6_tnl_set_local"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	a, err := toIn6(fn, ip)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ip6_tnl_set_local(c, a.c())))
}

// Remote returns the remote end point, :: (any) if unset.
//
// Implements: rtnl_link_ip6_tnl_get_remote
func (v LinkIP6Tnl) Remote() (netip.Addr, error) {
	const fn = "rtnl_link_ip6_tnl_get_remote"
	c, err := v.ptr(fn)
	if err != nil {
		return netip.Addr{}, err
	}
	var a in6
	rc := C.rtnl_link_ip6_tnl_get_remote(c, a.c())
	if err := attrErr(fn, rc); err != nil {
		return netip.Addr{}, err
	}
	return a.addr(), nil
}

// SetRemote sets the remote end point, :: for any.
//
// Implements: rtnl_link_ip6_tnl_set_remote
func (v LinkIP6Tnl) SetRemote(ip netip.Addr) error {
	const fn = "rtnl_link_ip6_tnl_set_remote"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	a, err := toIn6(fn, ip)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ip6_tnl_set_remote(c, a.c())))
}

// TTL returns the hop limit of sent packets, 0 for that of the packet inside; 0 also if unset.
//
// Implements: rtnl_link_ip6_tnl_get_ttl
func (v LinkIP6Tnl) TTL() (uint8, error) {
	const fn = "rtnl_link_ip6_tnl_get_ttl"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	return uint8(C.rtnl_link_ip6_tnl_get_ttl(c)), nil
}

// SetTTL sets the hop limit of sent packets, 0 for that of the packet inside.
//
// Implements: rtnl_link_ip6_tnl_set_ttl
func (v LinkIP6Tnl) SetTTL(n uint8) error {
	const fn = "rtnl_link_ip6_tnl_set_ttl"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ip6_tnl_set_ttl(c, C.uint8_t(n))))
}

// TOS returns the traffic class of sent packets, 0 if unset. The kernel has it in [LinkIP6Tnl.FlowInfo].
//
// Implements: rtnl_link_ip6_tnl_get_tos
func (v LinkIP6Tnl) TOS() (uint8, error) {
	const fn = "rtnl_link_ip6_tnl_get_tos"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	return uint8(C.rtnl_link_ip6_tnl_get_tos(c)), nil
}

// SetTOS sets the traffic class of sent packets, for other programs: the kernel takes it from [LinkIP6Tnl.SetFlowInfo].
//
// Implements: rtnl_link_ip6_tnl_set_tos
func (v LinkIP6Tnl) SetTOS(n uint8) error {
	const fn = "rtnl_link_ip6_tnl_set_tos"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ip6_tnl_set_tos(c, C.uint8_t(n))))
}

// EncapLimit returns how often packets may be encapsulated again, 0 if unset.
//
// Implements: rtnl_link_ip6_tnl_get_encaplimit
func (v LinkIP6Tnl) EncapLimit() (uint8, error) {
	const fn = "rtnl_link_ip6_tnl_get_encaplimit"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	return uint8(C.rtnl_link_ip6_tnl_get_encaplimit(c)), nil
}

// SetEncapLimit sets how often packets may be encapsulated again; the kernel takes it unless the flags have [IP6TnlIgnEncapLimit].
//
// Implements: rtnl_link_ip6_tnl_set_encaplimit
func (v LinkIP6Tnl) SetEncapLimit(n uint8) error {
	const fn = "rtnl_link_ip6_tnl_set_encaplimit"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ip6_tnl_set_encaplimit(c, C.uint8_t(n))))
}

// FlowInfo returns the traffic class and the flow label of sent packets, in host order, 0 if unset.
//
// Implements: rtnl_link_ip6_tnl_get_flowinfo
func (v LinkIP6Tnl) FlowInfo() (uint32, error) {
	const fn = "rtnl_link_ip6_tnl_get_flowinfo"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	return swap32(uint32(C.rtnl_link_ip6_tnl_get_flowinfo(c))), nil
}

// SetFlowInfo sets the traffic class (bits 20 to 27) and the flow label (bits 0 to 19) of sent packets, in host order.
//
// Implements: rtnl_link_ip6_tnl_set_flowinfo
func (v LinkIP6Tnl) SetFlowInfo(f uint32) error {
	const fn = "rtnl_link_ip6_tnl_set_flowinfo"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	if err := checkFlowInfo(fn, f); err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ip6_tnl_set_flowinfo(c, C.uint32_t(swap32(f)))))
}

// Flags returns the flags of the tunnel, 0 if unset.
//
// Implements: rtnl_link_ip6_tnl_get_flags
func (v LinkIP6Tnl) Flags() (IP6TnlFlags, error) {
	const fn = "rtnl_link_ip6_tnl_get_flags"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	return IP6TnlFlags(C.rtnl_link_ip6_tnl_get_flags(c)), nil
}

// SetFlags sets the flags of the tunnel.
//
// Implements: rtnl_link_ip6_tnl_set_flags
func (v LinkIP6Tnl) SetFlags(f IP6TnlFlags) error {
	const fn = "rtnl_link_ip6_tnl_set_flags"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ip6_tnl_set_flags(c, C.uint32_t(f))))
}

// Proto returns the protocol of the packets inside; 0 for any or if unset.
//
// Implements: rtnl_link_ip6_tnl_get_proto
func (v LinkIP6Tnl) Proto() (IPProto, error) {
	const fn = "rtnl_link_ip6_tnl_get_proto"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	return IPProto(C.rtnl_link_ip6_tnl_get_proto(c)), nil
}

// SetProto sets the protocol of the packets inside: 4 (IPv4), 41 (IPv6), 0 for both.
//
// Implements: rtnl_link_ip6_tnl_set_proto
func (v LinkIP6Tnl) SetProto(p IPProto) error {
	const fn = "rtnl_link_ip6_tnl_set_proto"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ip6_tnl_set_proto(c, C.uint8_t(p))))
}

// FWMark returns the mark by which sent packets are routed, [ErrNoAttr] if unset.
//
// Implements: rtnl_link_ip6_tnl_get_fwmark
func (v LinkIP6Tnl) FWMark() (uint32, error) {
	const fn = "rtnl_link_ip6_tnl_get_fwmark"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint32_t
	rc := C.rtnl_link_ip6_tnl_get_fwmark(c, &n)
	return uint32(n), attrErr(fn, rc)
}

// SetFWMark sets the mark by which sent packets are routed.
//
// Implements: rtnl_link_ip6_tnl_set_fwmark
func (v LinkIP6Tnl) SetFWMark(mark uint32) error {
	const fn = "rtnl_link_ip6_tnl_set_fwmark"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ip6_tnl_set_fwmark(c, C.uint32_t(mark))))
}

// CollectMetadata reports whether the tunnel takes its end points from each packet's metadata (lightweight tunnels). It takes libnl 3.12, else
// it is [ErrOpNotSupp].
//
// Implements: rtnl_link_ip6_tnl_get_collect_metadata
func (v LinkIP6Tnl) CollectMetadata() (bool, error) {
	const fn = "rtnl_link_ip6_tnl_get_collect_metadata"
	c, err := v.ptr(fn)
	if err != nil {
		return false, err
	}
	var on C.int
	rc := C.rtnl_link_ip6_tnl_get_collect_metadata(c, &on)
	return on != 0, codeErr(fn, int(rc))
}

// SetCollectMetadata sets whether the tunnel takes its end points from each packet's metadata. It takes libnl 3.12, else it is [ErrOpNotSupp].
//
// Implements: rtnl_link_ip6_tnl_set_collect_metadata
func (v LinkIP6Tnl) SetCollectMetadata(on bool) error {
	const fn = "rtnl_link_ip6_tnl_set_collect_metadata"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ip6_tnl_set_collect_metadata(c, cBool(on))))
}
