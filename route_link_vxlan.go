//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"math"
	"strconv"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// LinkVXLAN is what a link of kind vxlan has beside other links. It is a view without a life of its own: the link is closed, not the view.
// Every method looks at the kind anew and returns [ErrOpNotSupp] for a link of another. An attribute
// that is not set is [ErrNoAttr].
//
// libnl compares links of this kind attribute by attribute, but RSC, L2Miss and L3Miss, and before 3.12 the checksums of
// UDP and RemcsumTx and RemcsumRx, by whether Proxy differs; the flags it never compares.
type LinkVXLAN struct{ l *Link }

// NewLinkVXLAN returns a new link of kind vxlan; the caller closes its Link.
//
// Implements: rtnl_link_vxlan_alloc
func NewLinkVXLAN() (LinkVXLAN, error) {
	l, err := newHandle[*Link]("rtnl_link_vxlan_alloc", unsafe.Pointer(C.rtnl_link_vxlan_alloc()))
	return LinkVXLAN{l}, err
}

// VXLAN returns the view of a link of kind vxlan; false for any other.
//
// Implements: rtnl_link_is_vxlan
func (l *Link) VXLAN() (LinkVXLAN, bool) { return LinkVXLAN{l}, l.isKind(C.NLGO_LINK_VXLAN) }

// Link returns the link that the view is of.
func (v LinkVXLAN) Link() *Link { return v.l }

func (v LinkVXLAN) ptr(fn string) (*C.struct_rtnl_link, error) {
	return v.l.ofKind(fn, C.NLGO_LINK_VXLAN)
}

// VXLANMaxID is the highest number of a VXLAN network.
const VXLANMaxID = C.VXLAN_ID_MAX // VXLAN_ID_MAX

// ID returns the number of the VXLAN network (VNI).
//
// Implements: rtnl_link_vxlan_get_id
func (v LinkVXLAN) ID() (uint32, error) {
	const fn = "rtnl_link_vxlan_get_id"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint32_t
	rc := C.rtnl_link_vxlan_get_id(c, &n)
	return uint32(n), attrErr(fn, rc)
}

// SetID sets the number of the VXLAN network (VNI), 0 to [VXLANMaxID].
//
// Implements: rtnl_link_vxlan_set_id
func (v LinkVXLAN) SetID(id uint32) error {
	const fn = "rtnl_link_vxlan_set_id"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	if id > VXLANMaxID {
		return &Error{Func: fn, Code: ErrRange, Msg: "VNI " + strconv.FormatUint(uint64(id), 10)}
	}
	return codeErr(fn, int(C.rtnl_link_vxlan_set_id(c, C.uint32_t(id))))
}

// Group returns the multicast group, or the unicast address, that packets for unknown stations go to.
//
// Implements: rtnl_link_vxlan_get_group
func (v LinkVXLAN) Group() (Addr, error) {
	return kindAddr("rtnl_link_vxlan_get_group", v.ptr, C.NLGO_VXLAN_GROUP)
}

// SetGroup sets the multicast group, or the unicast address, that packets for unknown stations go to, an IPv4 or IPv6 address.
//
// Implements: rtnl_link_vxlan_set_group
func (v LinkVXLAN) SetGroup(a Addr) error {
	return setKindAddr("rtnl_link_vxlan_set_group", v.ptr, C.NLGO_VXLAN_GROUP, a)
}

// LinkIndex returns the index of the interface that packets leave through.
//
// Implements: rtnl_link_vxlan_get_link
func (v LinkVXLAN) LinkIndex() (int, error) {
	const fn = "rtnl_link_vxlan_get_link"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint32_t
	rc := C.rtnl_link_vxlan_get_link(c, &n)
	return int(n), attrErr(fn, rc)
}

// SetLinkIndex sets the index of the interface that packets leave through.
//
// Implements: rtnl_link_vxlan_set_link
func (v LinkVXLAN) SetLinkIndex(index int) error {
	const fn = "rtnl_link_vxlan_set_link"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	if err := checkIndex(fn, index); err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_vxlan_set_link(c, C.uint32_t(index))))
}

// Local returns the source address of packets.
//
// Implements: rtnl_link_vxlan_get_local
func (v LinkVXLAN) Local() (Addr, error) {
	return kindAddr("rtnl_link_vxlan_get_local", v.ptr, C.NLGO_VXLAN_LOCAL)
}

// SetLocal sets the source address of packets, an IPv4 or IPv6 address.
//
// Implements: rtnl_link_vxlan_set_local
func (v LinkVXLAN) SetLocal(a Addr) error {
	return setKindAddr("rtnl_link_vxlan_set_local", v.ptr, C.NLGO_VXLAN_LOCAL, a)
}

// TTL returns the time to live of packets, 0 for what the system has.
//
// Implements: rtnl_link_vxlan_get_ttl
func (v LinkVXLAN) TTL() (uint8, error) {
	const fn = "rtnl_link_vxlan_get_ttl"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	rc := C.rtnl_link_vxlan_get_ttl(c)
	return uint8(max(rc, 0)), attrErr(fn, rc)
}

// SetTTL sets the time to live of packets, 0 for what the system has.
//
// Implements: rtnl_link_vxlan_set_ttl
func (v LinkVXLAN) SetTTL(ttl uint8) error {
	const fn = "rtnl_link_vxlan_set_ttl"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_vxlan_set_ttl(c, C.uint8_t(ttl))))
}

// TOS returns the type of service of packets, 1 for that of the packet inside.
//
// Implements: rtnl_link_vxlan_get_tos
func (v LinkVXLAN) TOS() (uint8, error) {
	const fn = "rtnl_link_vxlan_get_tos"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	rc := C.rtnl_link_vxlan_get_tos(c)
	return uint8(max(rc, 0)), attrErr(fn, rc)
}

// SetTOS sets the type of service of packets, 1 for that of the packet inside.
//
// Implements: rtnl_link_vxlan_set_tos
func (v LinkVXLAN) SetTOS(tos uint8) error {
	const fn = "rtnl_link_vxlan_set_tos"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_vxlan_set_tos(c, C.uint8_t(tos))))
}

// Learning reports whether the addresses of remote stations are learned from packets.
//
// Implements: rtnl_link_vxlan_get_learning
func (v LinkVXLAN) Learning() (bool, error) {
	const fn = "rtnl_link_vxlan_get_learning"
	c, err := v.ptr(fn)
	if err != nil {
		return false, err
	}
	rc := C.rtnl_link_vxlan_get_learning(c)
	return attrBool(fn, rc)
}

// SetLearning says whether the addresses of remote stations are learned from packets.
//
// Implements: rtnl_link_vxlan_set_learning rtnl_link_vxlan_enable_learning rtnl_link_vxlan_disable_learning
func (v LinkVXLAN) SetLearning(on bool) error {
	const fn = "rtnl_link_vxlan_set_learning"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_vxlan_set_learning(c, C.uint8_t(cBool(on)))))
}

// Ageing returns how long a learned address lives without packets, 0 for ever.
//
// Implements: rtnl_link_vxlan_get_ageing
func (v LinkVXLAN) Ageing() (time.Duration, error) {
	const fn = "rtnl_link_vxlan_get_ageing"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint32_t
	rc := C.rtnl_link_vxlan_get_ageing(c, &n)
	return time.Duration(n) * time.Second, attrErr(fn, rc)
}

// SetAgeing sets how long a learned address lives without packets, whole seconds below 2^32, 0 for ever.
//
// Implements: rtnl_link_vxlan_set_ageing
func (v LinkVXLAN) SetAgeing(d time.Duration) error {
	const fn = "rtnl_link_vxlan_set_ageing"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	sec := d / time.Second
	if d%time.Second != 0 || sec < 0 || sec > math.MaxUint32 {
		return &Error{Func: fn, Code: ErrRange, Msg: d.String()}
	}
	return codeErr(fn, int(C.rtnl_link_vxlan_set_ageing(c, C.uint32_t(sec))))
}

// Limit returns how many addresses are learned at most, 0 for any number.
//
// Implements: rtnl_link_vxlan_get_limit
func (v LinkVXLAN) Limit() (uint32, error) {
	const fn = "rtnl_link_vxlan_get_limit"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint32_t
	rc := C.rtnl_link_vxlan_get_limit(c, &n)
	return uint32(n), attrErr(fn, rc)
}

// SetLimit sets how many addresses are learned at most, 0 for any number.
//
// Implements: rtnl_link_vxlan_set_limit
func (v LinkVXLAN) SetLimit(n uint32) error {
	const fn = "rtnl_link_vxlan_set_limit"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_vxlan_set_limit(c, C.uint32_t(n))))
}

// VXLANPortRange are the source ports of packets, in host order (struct ifla_vxlan_port_range). The zero value leaves them to the kernel.
type VXLANPortRange struct{ Low, High uint16 }

// PortRange returns the source ports of packets.
//
// Implements: rtnl_link_vxlan_get_port_range
func (v LinkVXLAN) PortRange() (VXLANPortRange, error) {
	const fn = "rtnl_link_vxlan_get_port_range"
	c, err := v.ptr(fn)
	if err != nil {
		return VXLANPortRange{}, err
	}
	var r C.struct_ifla_vxlan_port_range
	rc := C.rtnl_link_vxlan_get_port_range(c, &r)
	return VXLANPortRange{swap16(uint16(r.low)), swap16(uint16(r.high))}, attrErr(fn, rc)
}

// SetPortRange sets the source ports of packets.
//
// Implements: rtnl_link_vxlan_set_port_range
func (v LinkVXLAN) SetPortRange(r VXLANPortRange) error {
	const fn = "rtnl_link_vxlan_set_port_range"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	if r.Low > r.High {
		return &Error{Func: fn, Code: ErrRange, Msg: "the ports end before they begin"}
	}
	cr := C.struct_ifla_vxlan_port_range{low: C.__be16(swap16(r.Low)), high: C.__be16(swap16(r.High))}
	return codeErr(fn, int(C.rtnl_link_vxlan_set_port_range(c, &cr)))
}

// Proxy reports whether the interface answers ARP and neighbour solicitations for remote stations.
//
// Implements: rtnl_link_vxlan_get_proxy
func (v LinkVXLAN) Proxy() (bool, error) {
	const fn = "rtnl_link_vxlan_get_proxy"
	c, err := v.ptr(fn)
	if err != nil {
		return false, err
	}
	rc := C.rtnl_link_vxlan_get_proxy(c)
	return attrBool(fn, rc)
}

// SetProxy says whether the interface answers ARP and neighbour solicitations for remote stations.
//
// Implements: rtnl_link_vxlan_set_proxy rtnl_link_vxlan_enable_proxy rtnl_link_vxlan_disable_proxy
func (v LinkVXLAN) SetProxy(on bool) error {
	const fn = "rtnl_link_vxlan_set_proxy"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_vxlan_set_proxy(c, C.uint8_t(cBool(on)))))
}

// RSC reports whether packets to routers of the other side are routed at once (route short circuit).
//
// Implements: rtnl_link_vxlan_get_rsc
func (v LinkVXLAN) RSC() (bool, error) {
	const fn = "rtnl_link_vxlan_get_rsc"
	c, err := v.ptr(fn)
	if err != nil {
		return false, err
	}
	rc := C.rtnl_link_vxlan_get_rsc(c)
	return attrBool(fn, rc)
}

// SetRSC says whether packets to routers of the other side are routed at once (route short circuit).
//
// Implements: rtnl_link_vxlan_set_rsc rtnl_link_vxlan_enable_rsc rtnl_link_vxlan_disable_rsc
func (v LinkVXLAN) SetRSC(on bool) error {
	const fn = "rtnl_link_vxlan_set_rsc"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_vxlan_set_rsc(c, C.uint8_t(cBool(on)))))
}

// L2Miss reports whether programs are told when the link-layer address of a destination is not known.
//
// Implements: rtnl_link_vxlan_get_l2miss
func (v LinkVXLAN) L2Miss() (bool, error) {
	const fn = "rtnl_link_vxlan_get_l2miss"
	c, err := v.ptr(fn)
	if err != nil {
		return false, err
	}
	rc := C.rtnl_link_vxlan_get_l2miss(c)
	return attrBool(fn, rc)
}

// SetL2Miss says whether programs are told when the link-layer address of a destination is not known.
//
// Implements: rtnl_link_vxlan_set_l2miss rtnl_link_vxlan_enable_l2miss rtnl_link_vxlan_disable_l2miss
func (v LinkVXLAN) SetL2Miss(on bool) error {
	const fn = "rtnl_link_vxlan_set_l2miss"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_vxlan_set_l2miss(c, C.uint8_t(cBool(on)))))
}

// L3Miss reports whether programs are told when the address of a destination is not known.
//
// Implements: rtnl_link_vxlan_get_l3miss
func (v LinkVXLAN) L3Miss() (bool, error) {
	const fn = "rtnl_link_vxlan_get_l3miss"
	c, err := v.ptr(fn)
	if err != nil {
		return false, err
	}
	rc := C.rtnl_link_vxlan_get_l3miss(c)
	return attrBool(fn, rc)
}

// SetL3Miss says whether programs are told when the address of a destination is not known.
//
// Implements: rtnl_link_vxlan_set_l3miss rtnl_link_vxlan_enable_l3miss rtnl_link_vxlan_disable_l3miss
func (v LinkVXLAN) SetL3Miss(on bool) error {
	const fn = "rtnl_link_vxlan_set_l3miss"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_vxlan_set_l3miss(c, C.uint8_t(cBool(on)))))
}

// Port returns the UDP destination port of packets, in host order.
//
// Implements: rtnl_link_vxlan_get_port
func (v LinkVXLAN) Port() (uint16, error) {
	const fn = "rtnl_link_vxlan_get_port"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint32_t
	rc := C.rtnl_link_vxlan_get_port(c, &n)
	return uint16(n), attrErr(fn, rc)
}

// SetPort sets the UDP destination port of packets, in host order. The kernel's own is not the one assigned to VXLAN, 4789.
//
// Implements: rtnl_link_vxlan_set_port
func (v LinkVXLAN) SetPort(port uint16) error {
	const fn = "rtnl_link_vxlan_set_port"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_vxlan_set_port(c, C.uint32_t(port))))
}

// UDPCsum reports whether packets over IPv4 have a UDP checksum.
//
// Implements: rtnl_link_vxlan_get_udp_csum
func (v LinkVXLAN) UDPCsum() (bool, error) {
	const fn = "rtnl_link_vxlan_get_udp_csum"
	c, err := v.ptr(fn)
	if err != nil {
		return false, err
	}
	rc := C.rtnl_link_vxlan_get_udp_csum(c)
	return attrBool(fn, rc)
}

// SetUDPCsum says whether packets over IPv4 have a UDP checksum.
//
// Implements: rtnl_link_vxlan_set_udp_csum
func (v LinkVXLAN) SetUDPCsum(on bool) error {
	const fn = "rtnl_link_vxlan_set_udp_csum"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_vxlan_set_udp_csum(c, C.uint8_t(cBool(on)))))
}

// UDPZeroCsum6Tx reports whether packets over IPv6 are sent without a UDP checksum.
//
// Implements: rtnl_link_vxlan_get_udp_zero_csum6_tx
func (v LinkVXLAN) UDPZeroCsum6Tx() (bool, error) {
	const fn = "rtnl_link_vxlan_get_udp_zero_csum6_tx"
	c, err := v.ptr(fn)
	if err != nil {
		return false, err
	}
	rc := C.rtnl_link_vxlan_get_udp_zero_csum6_tx(c)
	return attrBool(fn, rc)
}

// SetUDPZeroCsum6Tx says whether packets over IPv6 are sent without a UDP checksum.
//
// Implements: rtnl_link_vxlan_set_udp_zero_csum6_tx
func (v LinkVXLAN) SetUDPZeroCsum6Tx(on bool) error {
	const fn = "rtnl_link_vxlan_set_udp_zero_csum6_tx"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_vxlan_set_udp_zero_csum6_tx(c, C.uint8_t(cBool(on)))))
}

// UDPZeroCsum6Rx reports whether packets over IPv6 are taken without a UDP checksum.
//
// Implements: rtnl_link_vxlan_get_udp_zero_csum6_rx
func (v LinkVXLAN) UDPZeroCsum6Rx() (bool, error) {
	const fn = "rtnl_link_vxlan_get_udp_zero_csum6_rx"
	c, err := v.ptr(fn)
	if err != nil {
		return false, err
	}
	rc := C.rtnl_link_vxlan_get_udp_zero_csum6_rx(c)
	return attrBool(fn, rc)
}

// SetUDPZeroCsum6Rx says whether packets over IPv6 are taken without a UDP checksum.
//
// Implements: rtnl_link_vxlan_set_udp_zero_csum6_rx
func (v LinkVXLAN) SetUDPZeroCsum6Rx(on bool) error {
	const fn = "rtnl_link_vxlan_set_udp_zero_csum6_rx"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_vxlan_set_udp_zero_csum6_rx(c, C.uint8_t(cBool(on)))))
}

// RemcsumTx reports whether checksums inside packets that are sent are left to the receiver (remote checksum offload).
//
// Implements: rtnl_link_vxlan_get_remcsum_tx
func (v LinkVXLAN) RemcsumTx() (bool, error) {
	const fn = "rtnl_link_vxlan_get_remcsum_tx"
	c, err := v.ptr(fn)
	if err != nil {
		return false, err
	}
	rc := C.rtnl_link_vxlan_get_remcsum_tx(c)
	return attrBool(fn, rc)
}

// SetRemcsumTx says whether checksums inside packets that are sent are left to the receiver (remote checksum offload).
//
// Implements: rtnl_link_vxlan_set_remcsum_tx
func (v LinkVXLAN) SetRemcsumTx(on bool) error {
	const fn = "rtnl_link_vxlan_set_remcsum_tx"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_vxlan_set_remcsum_tx(c, C.uint8_t(cBool(on)))))
}

// RemcsumRx reports whether checksums inside packets are completed for the sender (remote checksum offload).
//
// Implements: rtnl_link_vxlan_get_remcsum_rx
func (v LinkVXLAN) RemcsumRx() (bool, error) {
	const fn = "rtnl_link_vxlan_get_remcsum_rx"
	c, err := v.ptr(fn)
	if err != nil {
		return false, err
	}
	rc := C.rtnl_link_vxlan_get_remcsum_rx(c)
	return attrBool(fn, rc)
}

// SetRemcsumRx says whether checksums inside packets are completed for the sender (remote checksum offload).
//
// Implements: rtnl_link_vxlan_set_remcsum_rx
func (v LinkVXLAN) SetRemcsumRx(on bool) error {
	const fn = "rtnl_link_vxlan_set_remcsum_rx"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_vxlan_set_remcsum_rx(c, C.uint8_t(cBool(on)))))
}

// CollectMetadata reports whether routes and filters say where each packet goes, and nothing else of this link does ("external").
//
// Implements: rtnl_link_vxlan_get_collect_metadata
func (v LinkVXLAN) CollectMetadata() (bool, error) {
	const fn = "rtnl_link_vxlan_get_collect_metadata"
	c, err := v.ptr(fn)
	if err != nil {
		return false, err
	}
	rc := C.rtnl_link_vxlan_get_collect_metadata(c)
	return attrBool(fn, rc)
}

// SetCollectMetadata says whether routes and filters say where each packet goes, and nothing else of this link does ("external").
//
// Implements: rtnl_link_vxlan_set_collect_metadata
func (v LinkVXLAN) SetCollectMetadata(on bool) error {
	const fn = "rtnl_link_vxlan_set_collect_metadata"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_vxlan_set_collect_metadata(c, C.uint8_t(cBool(on)))))
}

// Label returns the flow label of packets over IPv6, in host order.
//
// Implements: rtnl_link_vxlan_get_label
func (v LinkVXLAN) Label() (uint32, error) {
	const fn = "rtnl_link_vxlan_get_label"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint32_t
	rc := C.rtnl_link_vxlan_get_label(c, &n)
	return uint32(n), attrErr(fn, rc)
}

// SetLabel sets the flow label of packets over IPv6, of 20 bits, in host order.
//
// Implements: rtnl_link_vxlan_set_label
func (v LinkVXLAN) SetLabel(label uint32) error {
	const fn = "rtnl_link_vxlan_set_label"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	if label > maxFlowLabel {
		return &Error{Func: fn, Code: ErrRange, Msg: "flow label " + strconv.FormatUint(uint64(label), 10)}
	}
	return codeErr(fn, int(C.rtnl_link_vxlan_set_label(c, C.uint32_t(label))))
}

// maxFlowLabel is the highest flow label; the kernel cuts others.
const maxFlowLabel = 1<<20 - 1

// Flags returns the flags, none if unset.
//
// Implements: rtnl_link_vxlan_get_flags
func (v LinkVXLAN) Flags() (VXLANFlags, error) {
	const fn = "rtnl_link_vxlan_get_flags"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint32_t
	rc := C.rtnl_link_vxlan_get_flags(c, &n)
	return VXLANFlags(n), codeErr(fn, int(rc))
}

// SetFlags sets flags; others stay.
//
// Implements: rtnl_link_vxlan_set_flags
func (v LinkVXLAN) SetFlags(f VXLANFlags) error { return v.setFlags(f, 1) }

// UnsetFlags clears flags; others stay. A request cannot take one from a link that exists.
//
// Implements: rtnl_link_vxlan_set_flags
func (v LinkVXLAN) UnsetFlags(f VXLANFlags) error { return v.setFlags(f, 0) }

func (v LinkVXLAN) setFlags(f VXLANFlags, enable C.int) error {
	const fn = "rtnl_link_vxlan_set_flags"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_vxlan_set_flags(c, C.uint32_t(f), enable)))
}

// VXLANFlags are the flags of a link of kind vxlan (RTNL_LINK_VXLAN_F_*).
type VXLANFlags uint32

// The flags of a link of kind vxlan.
const (
	VXLANGBP              VXLANFlags = C.RTNL_LINK_VXLAN_F_GBP               // group based policy
	VXLANGPE              VXLANFlags = C.RTNL_LINK_VXLAN_F_GPE               // generic protocol extension
	VXLANRemcsumNoPartial VXLANFlags = C.RTNL_LINK_VXLAN_F_REMCSUM_NOPARTIAL // remote checksum offload computes the whole checksum
)

var vxlanFlagWords = words{"gbp", "gpe", "remcsum_nopartial"}

// String returns the names of the flags, "gbp,gpe", and a number for those without one.
func (f VXLANFlags) String() string { return vxlanFlagWords.flags(uint32(f)) }

// ParseVXLANFlags reads what [VXLANFlags.String] writes. An unknown name is [ErrObjNotFound].
func ParseVXLANFlags(s string) (VXLANFlags, error) {
	n, err := vxlanFlagWords.parseFlags("ParseVXLANFlags", s)
	return VXLANFlags(n), err
}

// mendVXLAN gives the port two bytes; before 3.12 it has four, and on big endian not the first two.
func mendVXLAN(_ *Link, data []byte) ([]byte, error) {
	return mendPort(data, unix.IFLA_VXLAN_PORT), nil
}
