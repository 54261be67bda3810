//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"math"
	"strings"
	"unsafe"
)

// LinkIPVLAN is what a link of kind ipvlan has beside other links. It is a view without a life of its own: the link is closed, not the view.
// Every method looks at the kind anew and returns [ErrOpNotSupp] for a link of another. libnl
// does not compare what links of this kind have, and knows the mode alone.
type LinkIPVLAN struct{ l *Link }

// NewLinkIPVLAN returns a new link of kind ipvlan; the caller closes its Link.
//
// Implements: rtnl_link_ipvlan_alloc
func NewLinkIPVLAN() (LinkIPVLAN, error) {
	l, err := newHandle[*Link]("rtnl_link_ipvlan_alloc", unsafe.Pointer(C.rtnl_link_ipvlan_alloc()))
	return LinkIPVLAN{l}, err
}

// IPVLAN returns the view of a link of kind ipvlan; false for any other.
//
// Implements: rtnl_link_is_ipvlan
func (l *Link) IPVLAN() (LinkIPVLAN, bool) { return LinkIPVLAN{l}, l.isKind(C.NLGO_LINK_IPVLAN) }

// Link returns the link that the view is of.
func (v LinkIPVLAN) Link() *Link { return v.l }

func (v LinkIPVLAN) ptr(fn string) (*C.struct_rtnl_link, error) {
	return v.l.ofKind(fn, C.NLGO_LINK_IPVLAN)
}

// Mode returns the mode; [ErrNoAttr] if unset.
//
// Implements: rtnl_link_ipvlan_get_mode
func (v LinkIPVLAN) Mode() (IPVLANMode, error) {
	const fn = "rtnl_link_ipvlan_get_mode"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint16_t
	rc := C.rtnl_link_ipvlan_get_mode(c, &n)
	return IPVLANMode(n), inModeErr(fn, rc)
}

// SetMode sets the mode.
//
// Implements: rtnl_link_ipvlan_set_mode
func (v LinkIPVLAN) SetMode(m IPVLANMode) error {
	const fn = "rtnl_link_ipvlan_set_mode"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_ipvlan_set_mode(c, C.uint16_t(m))))
}

// IPVLANMode says at what layer a link of kind ipvlan works (IPVLAN_MODE_*).
type IPVLANMode uint16

// The modes of a link of kind ipvlan.
const (
	IPVLANL2  IPVLANMode = iota // IPVLAN_MODE_L2
	IPVLANL3                    // IPVLAN_MODE_L3
	IPVLANL3S                   // IPVLAN_MODE_L3S: L3 with connection tracking
)

// l3s is the name that libnl lacks.
const l3s = "l3s"

// String returns the name of the mode, "l2", a number if it has none.
//
// Implements: rtnl_link_ipvlan_mode2str
func (m IPVLANMode) String() string {
	if m == IPVLANL3S {
		return l3s
	}
	return enumText(func(p *C.char, n C.size_t) { C.rtnl_link_ipvlan_mode2str(C.int(m), p, n) })
}

// ParseIPVLANMode reads what [IPVLANMode.String] writes, in any case, or a number.
//
// Implements: rtnl_link_ipvlan_str2mode
func ParseIPVLANMode(s string) (IPVLANMode, error) {
	if strings.EqualFold(s, l3s) {
		return IPVLANL3S, nil
	}
	n, err := parseName("rtnl_link_ipvlan_str2mode", s, math.MaxUint16, func(p *C.char) C.int { return C.rtnl_link_ipvlan_str2mode(p) })
	return IPVLANMode(n), err
}
