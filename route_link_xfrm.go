//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import "unsafe"

// LinkXFRM is what a link of kind xfrm has beside other links. It is a view without a life of its own: the link is closed, not the view.
// Every method looks at the kind anew and returns [ErrOpNotSupp] for a link of another. An attribute
// that is not set is [ErrNoAttr]. libnl does not compare what links of this kind have.
type LinkXFRM struct{ l *Link }

// NewLinkXFRM returns a new link of kind xfrm; the caller closes its Link.
//
// Implements: rtnl_link_xfrmi_alloc
func NewLinkXFRM() (LinkXFRM, error) {
	l, err := newHandle[*Link]("rtnl_link_xfrmi_alloc", unsafe.Pointer(C.rtnl_link_xfrmi_alloc()))
	return LinkXFRM{l}, err
}

// XFRM returns the view of a link of kind xfrm; false for any other.
//
// Implements: rtnl_link_is_xfrmi
func (l *Link) XFRM() (LinkXFRM, bool) { return LinkXFRM{l}, l.isKind(C.NLGO_LINK_XFRM) }

// Link returns the link that the view is of.
func (v LinkXFRM) Link() *Link { return v.l }

func (v LinkXFRM) ptr(fn string) (*C.struct_rtnl_link, error) {
	return v.l.ofKind(fn, C.NLGO_LINK_XFRM)
}

// LinkIndex returns the index of the interface below.
//
// Implements: rtnl_link_xfrmi_get_link
func (v LinkXFRM) LinkIndex() (int, error) {
	const fn = "rtnl_link_xfrmi_get_link"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint32_t
	rc := C.rtnl_link_xfrmi_get_link(c, &n)
	return int(n), attrErr(fn, rc)
}

// SetLinkIndex sets the index of the interface below.
//
// Implements: rtnl_link_xfrmi_set_link
func (v LinkXFRM) SetLinkIndex(index int) error {
	const fn = "rtnl_link_xfrmi_set_link"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	if err := checkIndex(fn, index); err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_xfrmi_set_link(c, C.uint32_t(index))))
}

// IfID returns the id that policies and states of this interface have.
//
// Implements: rtnl_link_xfrmi_get_if_id
func (v LinkXFRM) IfID() (uint32, error) {
	const fn = "rtnl_link_xfrmi_get_if_id"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint32_t
	rc := C.rtnl_link_xfrmi_get_if_id(c, &n)
	return uint32(n), attrErr(fn, rc)
}

// SetIfID sets the id that policies and states of this interface have.
//
// Implements: rtnl_link_xfrmi_set_if_id
func (v LinkXFRM) SetIfID(id uint32) error {
	const fn = "rtnl_link_xfrmi_set_if_id"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_xfrmi_set_if_id(c, C.uint32_t(id))))
}
