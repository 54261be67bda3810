//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"math"
	"strconv"
	"unsafe"
)

// LinkPPP is what a link of kind ppp has beside other links. It is a view without a life of its own: the link is closed, not the view.
// Every method looks at the kind anew and returns [ErrOpNotSupp] for a link of another.
type LinkPPP struct{ l *Link }

// NewLinkPPP returns a new link of kind ppp; the caller closes its Link.
//
// Implements: rtnl_link_ppp_alloc
func NewLinkPPP() (LinkPPP, error) {
	l, err := newHandle[*Link]("rtnl_link_ppp_alloc", unsafe.Pointer(C.rtnl_link_ppp_alloc()))
	return LinkPPP{l}, err
}

// PPP returns the view of a link of kind ppp; false for any other.
func (l *Link) PPP() (LinkPPP, bool) { return LinkPPP{l}, l.isKind(C.NLGO_LINK_PPP) }

// Link returns the link that the view is of.
func (v LinkPPP) Link() *Link { return v.l }

func (v LinkPPP) ptr(fn string) (*C.struct_rtnl_link, error) {
	return v.l.ofKind(fn, C.NLGO_LINK_PPP)
}

// FD returns the descriptor of /dev/ppp that a request attaches the link to; [ErrNoAttr] if unset. The kernel does not report it.
//
// Implements: rtnl_link_ppp_get_fd
func (v LinkPPP) FD() (int, error) {
	const fn = "rtnl_link_ppp_get_fd"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.int32_t
	rc := C.rtnl_link_ppp_get_fd(c, &n)
	return int(n), attrErr(fn, rc)
}

// SetFD sets the descriptor of /dev/ppp that a request attaches the link to.
//
// Implements: rtnl_link_ppp_set_fd
func (v LinkPPP) SetFD(fd int) error {
	const fn = "rtnl_link_ppp_set_fd"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	if fd < 0 || fd > math.MaxInt32 {
		return &Error{Func: fn, Code: ErrRange, Msg: "descriptor " + strconv.Itoa(fd)}
	}
	if _, err := v.FD(); err == nil {
		// libnl would mix the bits of the two; it is all that the kind has
		if err := v.l.SetType("ppp"); err != nil {
			return err
		}
	}
	return codeErr(fn, int(C.rtnl_link_ppp_set_fd(c, C.int32_t(fd))))
}
