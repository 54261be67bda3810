//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"math"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// LinkGeneve is what a link of kind geneve has beside other links. It is a view without a life of its own: the link is closed, not the view.
// Every method looks at the kind anew and returns [ErrOpNotSupp] for a link of another. An attribute
// that is not set is [ErrNoAttr]. libnl does not compare what links of this kind have.
type LinkGeneve struct{ l *Link }

// NewLinkGeneve returns a new link of kind geneve; the caller closes its Link.
//
// Implements: rtnl_link_geneve_alloc
func NewLinkGeneve() (LinkGeneve, error) {
	l, err := newHandle[*Link]("rtnl_link_geneve_alloc", unsafe.Pointer(C.rtnl_link_geneve_alloc()))
	return LinkGeneve{l}, err
}

// Geneve returns the view of a link of kind geneve; false for any other.
//
// Implements: rtnl_link_is_geneve
func (l *Link) Geneve() (LinkGeneve, bool) { return LinkGeneve{l}, l.isKind(C.NLGO_LINK_GENEVE) }

// Link returns the link that the view is of.
func (v LinkGeneve) Link() *Link { return v.l }

func (v LinkGeneve) ptr(fn string) (*C.struct_rtnl_link, error) {
	return v.l.ofKind(fn, C.NLGO_LINK_GENEVE)
}

// GeneveMaxID is the highest number of a Geneve network.
const GeneveMaxID = C.RTNL_GENEVE_ID_MAX // RTNL_GENEVE_ID_MAX

// ID returns the number of the Geneve network (VNI).
//
// Implements: rtnl_link_geneve_get_id
func (v LinkGeneve) ID() (uint32, error) {
	const fn = "rtnl_link_geneve_get_id"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint32_t
	rc := C.rtnl_link_geneve_get_id(c, &n)
	return uint32(n), attrErr(fn, rc)
}

// SetID sets the number of the Geneve network (VNI), 0 to [GeneveMaxID].
//
// Implements: rtnl_link_geneve_set_id
func (v LinkGeneve) SetID(id uint32) error {
	const fn = "rtnl_link_geneve_set_id"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	if id > GeneveMaxID {
		return &Error{Func: fn, Code: ErrRange, Msg: "VNI " + strconv.FormatUint(uint64(id), 10)}
	}
	return codeErr(fn, int(C.rtnl_link_geneve_set_id(c, C.uint32_t(id))))
}

// Remote returns the address of the other end.
//
// Implements: rtnl_link_geneve_get_remote
func (v LinkGeneve) Remote() (Addr, error) {
	return kindAddr("rtnl_link_geneve_get_remote", v.ptr, C.NLGO_GENEVE_REMOTE)
}

// SetRemote sets the address of the other end, an IPv4 or IPv6 address.
//
// Implements: rtnl_link_geneve_set_remote
func (v LinkGeneve) SetRemote(a Addr) error {
	return setKindAddr("rtnl_link_geneve_set_remote", v.ptr, C.NLGO_GENEVE_REMOTE, a)
}

// TTL returns the time to live of packets, 0 for what the system has.
//
// Implements: rtnl_link_geneve_get_ttl
func (v LinkGeneve) TTL() (uint8, error) {
	const fn = "rtnl_link_geneve_get_ttl"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	rc := C.rtnl_link_geneve_get_ttl(c)
	return uint8(max(rc, 0)), attrErr(fn, rc)
}

// SetTTL sets the time to live of packets, 0 for what the system has.
//
// Implements: rtnl_link_geneve_set_ttl
func (v LinkGeneve) SetTTL(ttl uint8) error {
	const fn = "rtnl_link_geneve_set_ttl"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_geneve_set_ttl(c, C.uint8_t(ttl))))
}

// TOS returns the type of service of packets, 1 for that of the packet inside.
//
// Implements: rtnl_link_geneve_get_tos
func (v LinkGeneve) TOS() (uint8, error) {
	const fn = "rtnl_link_geneve_get_tos"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	rc := C.rtnl_link_geneve_get_tos(c)
	return uint8(max(rc, 0)), attrErr(fn, rc)
}

// SetTOS sets the type of service of packets, 1 for that of the packet inside.
//
// Implements: rtnl_link_geneve_set_tos
func (v LinkGeneve) SetTOS(tos uint8) error {
	const fn = "rtnl_link_geneve_set_tos"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_geneve_set_tos(c, C.uint8_t(tos))))
}

// Port returns the UDP destination port of packets, in host order.
//
// Implements: rtnl_link_geneve_get_port
func (v LinkGeneve) Port() (uint16, error) {
	const fn = "rtnl_link_geneve_get_port"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint32_t
	rc := C.rtnl_link_geneve_get_port(c, &n)
	return uint16(n), attrErr(fn, rc)
}

// SetPort sets the UDP destination port of packets, in host order.
//
// Implements: rtnl_link_geneve_set_port
func (v LinkGeneve) SetPort(port uint16) error {
	const fn = "rtnl_link_geneve_set_port"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_geneve_set_port(c, C.uint32_t(port))))
}

// Label returns the flow label of packets over IPv6, in host order.
//
// Implements: rtnl_link_geneve_get_label
func (v LinkGeneve) Label() (uint32, error) {
	const fn = "rtnl_link_geneve_get_label"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint32_t
	rc := C.rtnl_link_geneve_get_label(c, &n)
	return uint32(n), attrErr(fn, rc)
}

// SetLabel sets the flow label of packets over IPv6, of 20 bits, in host order.
//
// Implements: rtnl_link_geneve_set_label
func (v LinkGeneve) SetLabel(label uint32) error {
	const fn = "rtnl_link_geneve_set_label"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	if label > maxFlowLabel {
		return &Error{Func: fn, Code: ErrRange, Msg: "flow label " + strconv.FormatUint(uint64(label), 10)}
	}
	return codeErr(fn, int(C.rtnl_link_geneve_set_label(c, C.uint32_t(label))))
}

// UDPCsum reports whether packets over IPv4 have a UDP checksum.
//
// Implements: rtnl_link_geneve_get_udp_csum
func (v LinkGeneve) UDPCsum() (bool, error) {
	const fn = "rtnl_link_geneve_get_udp_csum"
	c, err := v.ptr(fn)
	if err != nil {
		return false, err
	}
	rc := C.rtnl_link_geneve_get_udp_csum(c)
	return attrBool(fn, rc)
}

// SetUDPCsum says whether packets over IPv4 have a UDP checksum.
//
// Implements: rtnl_link_geneve_set_udp_csum
func (v LinkGeneve) SetUDPCsum(on bool) error {
	const fn = "rtnl_link_geneve_set_udp_csum"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_geneve_set_udp_csum(c, C.uint8_t(cBool(on)))))
}

// UDPZeroCsum6Tx reports whether packets over IPv6 are sent without a UDP checksum.
//
// Implements: rtnl_link_geneve_get_udp_zero_csum6_tx
func (v LinkGeneve) UDPZeroCsum6Tx() (bool, error) {
	const fn = "rtnl_link_geneve_get_udp_zero_csum6_tx"
	c, err := v.ptr(fn)
	if err != nil {
		return false, err
	}
	rc := C.rtnl_link_geneve_get_udp_zero_csum6_tx(c)
	return attrBool(fn, rc)
}

// SetUDPZeroCsum6Tx says whether packets over IPv6 are sent without a UDP checksum.
//
// Implements: rtnl_link_geneve_set_udp_zero_csum6_tx
func (v LinkGeneve) SetUDPZeroCsum6Tx(on bool) error {
	const fn = "rtnl_link_geneve_set_udp_zero_csum6_tx"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_geneve_set_udp_zero_csum6_tx(c, C.uint8_t(cBool(on)))))
}

// UDPZeroCsum6Rx reports whether packets over IPv6 are taken without a UDP checksum.
//
// Implements: rtnl_link_geneve_get_udp_zero_csum6_rx
func (v LinkGeneve) UDPZeroCsum6Rx() (bool, error) {
	const fn = "rtnl_link_geneve_get_udp_zero_csum6_rx"
	c, err := v.ptr(fn)
	if err != nil {
		return false, err
	}
	rc := C.rtnl_link_geneve_get_udp_zero_csum6_rx(c)
	return attrBool(fn, rc)
}

// SetUDPZeroCsum6Rx says whether packets over IPv6 are taken without a UDP checksum.
//
// Implements: rtnl_link_geneve_set_udp_zero_csum6_rx
func (v LinkGeneve) SetUDPZeroCsum6Rx(on bool) error {
	const fn = "rtnl_link_geneve_set_udp_zero_csum6_rx"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_geneve_set_udp_zero_csum6_rx(c, C.uint8_t(cBool(on)))))
}

// Flags returns the flags, none if unset.
//
// Implements: rtnl_link_geneve_get_flags
func (v LinkGeneve) Flags() (GeneveFlags, error) {
	const fn = "rtnl_link_geneve_get_flags"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint8_t
	rc := C.rtnl_link_geneve_get_flags(c, &n)
	return GeneveFlags(n), codeErr(fn, int(rc))
}

// SetFlags sets flags; others stay.
//
// Implements: rtnl_link_geneve_set_flags
func (v LinkGeneve) SetFlags(f GeneveFlags) error { return v.setFlags(f, 1) }

// UnsetFlags clears flags; others stay. A request cannot take one from a link that exists.
//
// Implements: rtnl_link_geneve_set_flags
func (v LinkGeneve) UnsetFlags(f GeneveFlags) error { return v.setFlags(f, 0) }

func (v LinkGeneve) setFlags(f GeneveFlags, enable C.int) error {
	const fn = "rtnl_link_geneve_set_flags"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_geneve_set_flags(c, C.uint8_t(f), enable)))
}

// GeneveFlags are the flags of a link of kind geneve (RTNL_LINK_GENEVE_F_*).
type GeneveFlags uint8

// GeneveCollectMetadata has routes and filters say where each packet goes, and nothing else of the link.
const GeneveCollectMetadata GeneveFlags = C.RTNL_LINK_GENEVE_F_COLLECT_METADATA

var geneveFlagWords = words{"collect_metadata"}

// String returns the names of the flags, and a number for those without one.
func (f GeneveFlags) String() string { return geneveFlagWords.flags(uint32(f)) }

// ParseGeneveFlags reads what [GeneveFlags.String] writes. An unknown name is [ErrObjNotFound].
func ParseGeneveFlags(s string) (GeneveFlags, error) {
	const fn = "ParseGeneveFlags"
	n, err := geneveFlagWords.parseFlags(fn, s)
	if err == nil && n > math.MaxUint8 {
		err = textErr(fn, ErrRange, s)
	}
	return GeneveFlags(n), err
}

// mendGeneve gives the port two bytes; before 3.12 it has four, and on big endian not the first two.
func mendGeneve(_ *Link, data []byte) ([]byte, error) {
	return mendPort(data, unix.IFLA_GENEVE_PORT), nil
}
