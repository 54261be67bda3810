//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import "unsafe"

// LinkVRF is what a link of kind vrf has beside other links. It is a view without a life of its own: the link is closed, not the view.
// Every method looks at the kind anew and returns [ErrOpNotSupp] for a link of another. libnl does
// not compare what links of this kind have.
type LinkVRF struct{ l *Link }

// NewLinkVRF returns a new link of kind vrf; the caller closes its Link.
//
// Implements: rtnl_link_vrf_alloc
func NewLinkVRF() (LinkVRF, error) {
	l, err := newHandle[*Link]("rtnl_link_vrf_alloc", unsafe.Pointer(C.rtnl_link_vrf_alloc()))
	return LinkVRF{l}, err
}

// VRF returns the view of a link of kind vrf; false for any other.
//
// Implements: rtnl_link_is_vrf
func (l *Link) VRF() (LinkVRF, bool) { return LinkVRF{l}, l.isKind(C.NLGO_LINK_VRF) }

// Link returns the link that the view is of.
func (v LinkVRF) Link() *Link { return v.l }

func (v LinkVRF) ptr(fn string) (*C.struct_rtnl_link, error) {
	return v.l.ofKind(fn, C.NLGO_LINK_VRF)
}

// TableID returns the number of the routing table; [ErrNoAttr] if unset.
//
// Implements: rtnl_link_vrf_get_tableid
func (v LinkVRF) TableID() (uint32, error) {
	const fn = "rtnl_link_vrf_get_tableid"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint32_t
	rc := C.rtnl_link_vrf_get_tableid(c, &n)
	return uint32(n), attrErr(fn, rc)
}

// SetTableID sets the number of the routing table.
//
// Implements: rtnl_link_vrf_set_tableid
func (v LinkVRF) SetTableID(id uint32) error {
	const fn = "rtnl_link_vrf_set_tableid"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_vrf_set_tableid(c, C.uint32_t(id))))
}
