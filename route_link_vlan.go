//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"encoding/binary"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// LinkVLAN is what a link of kind vlan has beside other links. It is a view without a life of its own: the link is closed, not the view.
// Every method looks at the kind anew and returns [ErrOpNotSupp] for a link of another.
type LinkVLAN struct{ l *Link }

// NewLinkVLAN returns a new link of kind vlan; the caller closes its Link.
//
// Implements: rtnl_link_vlan_alloc
func NewLinkVLAN() (LinkVLAN, error) {
	l, err := newHandle[*Link]("rtnl_link_vlan_alloc", unsafe.Pointer(C.rtnl_link_vlan_alloc()))
	return LinkVLAN{l}, err
}

// VLAN returns the view of a link of kind vlan; false for any other.
//
// Implements: rtnl_link_is_vlan
func (l *Link) VLAN() (LinkVLAN, bool) { return LinkVLAN{l}, l.isKind(C.NLGO_LINK_VLAN) }

// Link returns the link that the view is of.
func (v LinkVLAN) Link() *Link { return v.l }

func (v LinkVLAN) ptr(fn string) (*C.struct_rtnl_link, error) {
	return v.l.ofKind(fn, C.NLGO_LINK_VLAN)
}

// ID returns the number of the VLAN, 0 if unset.
//
// Implements: rtnl_link_vlan_get_id
func (v LinkVLAN) ID() (uint16, error) {
	const fn = "rtnl_link_vlan_get_id"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	return uint16(C.rtnl_link_vlan_get_id(c)), nil
}

// SetID sets the number of the VLAN, 0 to 4095.
//
// Implements: rtnl_link_vlan_set_id
func (v LinkVLAN) SetID(id uint16) error {
	const fn = "rtnl_link_vlan_set_id"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	if id > 4095 {
		return &Error{Func: fn, Code: ErrRange, Msg: "VLAN " + strconv.Itoa(int(id))}
	}
	return codeErr(fn, int(C.rtnl_link_vlan_set_id(c, C.uint16_t(id))))
}

// Protocol returns the EtherType of the tag in host order, 0x8100 (802.1Q) or 0x88a8 (802.1ad), 0 if unset.
//
// Implements: rtnl_link_vlan_get_protocol
func (v LinkVLAN) Protocol() (EtherProto, error) {
	const fn = "rtnl_link_vlan_get_protocol"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	return EtherProto(swap16(uint16(C.rtnl_link_vlan_get_protocol(c)))), nil
}

// SetProtocol sets the EtherType of the tag, in host order.
//
// Implements: rtnl_link_vlan_set_protocol
func (v LinkVLAN) SetProtocol(p EtherProto) error {
	const fn = "rtnl_link_vlan_set_protocol"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_vlan_set_protocol(c, C.uint16_t(swap16(uint16(p))))))
}

// swap16 converts between host and network order.
func swap16(v uint16) uint16 {
	var b [2]byte
	binary.NativeEndian.PutUint16(b[:], v)
	return binary.BigEndian.Uint16(b[:])
}

// Flags returns the flags.
//
// Implements: rtnl_link_vlan_get_flags
func (v LinkVLAN) Flags() (VLANFlags, error) {
	const fn = "rtnl_link_vlan_get_flags"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	return VLANFlags(C.rtnl_link_vlan_get_flags(c)), nil
}

// SetFlags sets flags; others stay, and a request changes those alone that were set or unset.
//
// Implements: rtnl_link_vlan_set_flags
func (v LinkVLAN) SetFlags(f VLANFlags) error {
	const fn = "rtnl_link_vlan_set_flags"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_vlan_set_flags(c, C.uint(f))))
}

// UnsetFlags clears flags; others stay.
//
// Implements: rtnl_link_vlan_unset_flags
func (v LinkVLAN) UnsetFlags(f VLANFlags) error {
	const fn = "rtnl_link_vlan_unset_flags"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_vlan_unset_flags(c, C.uint(f))))
}

// VLANMaxPrio is the highest priority that a tag has room for.
const VLANMaxPrio = 7 // VLAN_PRIO_MAX

// IngressMap returns the priority that the kernel gives to packets, by the priority in their tag; not ok if no mapping was set.
//
// Implements: rtnl_link_vlan_get_ingress_map
func (v LinkVLAN) IngressMap() (prio [VLANMaxPrio + 1]uint32, ok bool, err error) {
	const fn = "rtnl_link_vlan_get_ingress_map"
	c, err := v.ptr(fn)
	if err != nil {
		return prio, false, err
	}
	p := C.rtnl_link_vlan_get_ingress_map(c)
	if p == nil {
		return prio, false, nil
	}
	for i, n := range unsafe.Slice(p, len(prio)) {
		prio[i] = uint32(n)
	}
	return prio, true, nil
}

// SetIngressMap has packets whose tag has priority from (0 to 7) treated with priority to.
//
// Implements: rtnl_link_vlan_set_ingress_map
func (v LinkVLAN) SetIngressMap(from uint8, to uint32) error {
	const fn = "rtnl_link_vlan_set_ingress_map"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_vlan_set_ingress_map(c, C.int(from), C.uint32_t(to))))
}

// VLANMap is a mapping of priorities (struct vlan_map): packets with priority From leave with To in their tag.
type VLANMap struct{ From, To uint32 }

// EgressMap returns the mappings for packets that leave, in the order they were set; nil if there are none.
//
// Implements: rtnl_link_vlan_get_egress_map
func (v LinkVLAN) EgressMap() ([]VLANMap, error) {
	const fn = "rtnl_link_vlan_get_egress_map"
	c, err := v.ptr(fn)
	if err != nil {
		return nil, err
	}
	var n C.int
	p := C.rtnl_link_vlan_get_egress_map(c, &n)
	if p == nil {
		return nil, nil
	}
	var maps []VLANMap
	for _, m := range unsafe.Slice(p, n) {
		maps = append(maps, VLANMap{uint32(m.vm_from), uint32(m.vm_to)})
	}
	return maps, nil
}

// SetEgressMap adds a mapping: packets with priority from leave with to (0 to 7) in their tag.
//
// Implements: rtnl_link_vlan_set_egress_map
func (v LinkVLAN) SetEgressMap(from uint32, to uint8) error {
	const fn = "rtnl_link_vlan_set_egress_map"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_vlan_set_egress_map(c, C.uint32_t(from), C.int(to))))
}

// mendVLAN gives the mappings of priorities their attribute type, which before 3.12 is a running number: newer kernels ignore all others.
func mendVLAN(l *Link, data []byte) ([]byte, error) {
	count := map[uint16]int{}
	for _, t := range []uint16{unix.IFLA_VLAN_INGRESS_QOS, unix.IFLA_VLAN_EGRESS_QOS} {
		maps, _ := FindAttr(data, t)
		for a := range maps.Nested() {
			binary.NativeEndian.PutUint16(a.b[2:], unix.IFLA_VLAN_QOS_MAPPING)
			count[t]++
		}
	}
	// before 3.8 libnl does not say when it had no room for them
	v := LinkVLAN{l}
	_, ingress, err := v.IngressMap()
	if err != nil {
		return nil, err
	}
	egress, err := v.EgressMap()
	if err != nil {
		return nil, err
	}
	if ingress && count[unix.IFLA_VLAN_INGRESS_QOS] == 0 || count[unix.IFLA_VLAN_EGRESS_QOS] != len(egress) {
		return nil, &Error{Code: ErrMsgSize, Msg: "the mappings of priorities do not fit: see SetDefaultMsgSize"}
	}
	return data, nil
}

// VLANFlags are the flags of a link of kind vlan (VLAN_FLAG_*).
type VLANFlags uint32

// The flags of a link of kind vlan.
const (
	VLANReorderHdr    VLANFlags = 1 << iota // VLAN_FLAG_REORDER_HDR
	VLANGVRP                                // VLAN_FLAG_GVRP
	VLANLooseBinding                        // VLAN_FLAG_LOOSE_BINDING
	VLANMVRP                                // VLAN_FLAG_MVRP
	VLANBridgeBinding                       // VLAN_FLAG_BRIDGE_BINDING
)

// String returns libnl's names of the flags, "reorder_hdr,gvrp".
//
// Implements: rtnl_link_vlan_flags2str
func (f VLANFlags) String() string {
	return flagText(uint32(f), func(v C.int, p *C.char, n C.size_t) { C.rtnl_link_vlan_flags2str(v, p, n) })
}

// ParseVLANFlags reads what [VLANFlags.String] writes. A name that libnl does not know is [ErrObjNotFound].
//
// Implements: rtnl_link_vlan_str2flags
func ParseVLANFlags(s string) (VLANFlags, error) {
	n, err := parseFlags("rtnl_link_vlan_str2flags", s, func(p *C.char) C.int { return C.rtnl_link_vlan_str2flags(p) })
	return VLANFlags(n), err
}
