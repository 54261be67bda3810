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

// CTExpect is an expectation of connection tracking, a connection that is to come because another one, its master, has arranged it, as the data
// connections of FTP are: struct nfnl_exp, "netfilter/exp". It has four tuples of addresses and ports: see [ExpTuple].
//
// Getters return zero, or the zero [Addr], and false where the object does not have the attribute. Setters prepare a request or a filter; nothing
// changes in the kernel until [CTExpect.Add] or [CTExpect.Delete].
type CTExpect struct{ Object }

func (e *CTExpect) object() *Object { return (*Object)(unsafe.Pointer(e)) }

// Multicast groups of NETLINK_NETFILTER that tell of expectations. The kernel sends nothing to the second. It tells of those of connections that
// began when somebody listened, or of all with the sysctl net.netfilter.nf_conntrack_events at 1.
const (
	GroupCTExpectNew     Group = unix.NFNLGRP_CONNTRACK_EXP_NEW
	GroupCTExpectUpdate  Group = unix.NFNLGRP_CONNTRACK_EXP_UPDATE
	GroupCTExpectDestroy Group = unix.NFNLGRP_CONNTRACK_EXP_DESTROY
)

// Message types of expectations.
const (
	MsgCTExpectNew    MsgType = unix.NFNL_SUBSYS_CTNETLINK_EXP << 8   // IPCTNL_MSG_EXP_NEW
	MsgCTExpectGet    MsgType = unix.NFNL_SUBSYS_CTNETLINK_EXP<<8 | 1 // IPCTNL_MSG_EXP_GET
	MsgCTExpectDelete MsgType = unix.NFNL_SUBSYS_CTNETLINK_EXP<<8 | 2 // IPCTNL_MSG_EXP_DELETE
)

// NewCTExpect returns a new, empty expectation; the caller owns it.
//
// Implements: nfnl_exp_alloc
func NewCTExpect() (*CTExpect, error) {
	return newHandle[*CTExpect]("nfnl_exp_alloc", unsafe.Pointer(C.nfnl_exp_alloc()))
}

// ParseCTExpect returns the expectation that a message tells of; the caller owns it. A message of another kind is [ErrMsgTypeNoSupport]. See
// [Msg.Objects] for messages that do not come from the kernel. (libnl takes the mask for what NAT does to it, and does not know ICMPv6.)
//
// Implements: nfnlmsg_exp_parse
func ParseCTExpect(m *Msg) (*CTExpect, error) {
	const fn = "nfnlmsg_exp_parse"
	o, err := m.Object()
	if err != nil {
		return nil, named(fn, err)
	}
	e, ok := As[*CTExpect](o)
	if !ok {
		_ = o.Close()
		return nil, &Error{Func: fn, Code: ErrMsgTypeNoSupport}
	}
	return e, nil
}

// CTExpectGroup returns the group that a notification of an expectation belongs to, 0 for another message. The answer to a request, which looks like
// a notification, belongs to [GroupCTExpectUpdate].
//
// Implements: nfnlmsg_exp_group
func CTExpectGroup(m *Msg) Group {
	h := m.Header()
	switch {
	case h.Type == MsgCTExpectDelete:
		return GroupCTExpectDestroy
	case h.Type == MsgCTExpectNew && h.Flags&(FlagCreate|FlagExcl) != 0:
		return GroupCTExpectNew
	case h.Type == MsgCTExpectNew:
		return GroupCTExpectUpdate
	}
	return 0
}

// Close gives the handle's reference back: see [Object.Close].
//
// Implements: nfnl_exp_get nfnl_exp_put
func (e *CTExpect) Close() error { return e.object().Close() }

// ptr returns the C object, nil if the handle is nil, closed or revoked.
func (e *CTExpect) ptr() *C.struct_nfnl_exp {
	return (*C.struct_nfnl_exp)(unsafe.Pointer(e.object().ptr()))
}

// live returns the C object, for calls without an error result.
func (e *CTExpect) live() *C.struct_nfnl_exp {
	c := e.ptr()
	if c == nil {
		panicClosed("CTExpect")
	}
	return c
}

// Family returns the address family, FamilyUnspec if unset.
//
// Implements: nfnl_exp_get_family
func (e *CTExpect) Family() Family { return Family(C.nfnl_exp_get_family(e.live())) }

// SetFamily sets the address family: FamilyIPv4 or FamilyIPv6, others are [ErrAFNoSupport]. The first address that is set does so too; when there
// is one, another family than its is [ErrAFMismatch].
//
// Implements: nfnl_exp_set_family
func (e *CTExpect) SetFamily(f Family) error {
	const fn = "nfnl_exp_set_family"
	c := e.ptr()
	if c == nil {
		return closedErr(fn)
	}
	if f != FamilyIPv4 && f != FamilyIPv6 {
		return &Error{Func: fn, Code: ErrAFNoSupport, Msg: "family " + f.String()}
	}
	for t := range expTuples {
		if C.nfnl_exp_test_src(c, C.int(t))+C.nfnl_exp_test_dst(c, C.int(t)) > 0 && f != e.Family() {
			return &Error{Func: fn, Code: ErrAFMismatch, Msg: "the addresses are of family " + e.Family().String()}
		}
	}
	C.nfnl_exp_set_family(c, C.uint8_t(f))
	return nil
}

// Timeout returns how long the expectation is there if nobody connects, in seconds; false if unset.
//
// Implements: nfnl_exp_get_timeout nfnl_exp_test_timeout
func (e *CTExpect) Timeout() (d time.Duration, ok bool) {
	c := e.live()
	return time.Duration(C.nfnl_exp_get_timeout(c)) * time.Second, C.nfnl_exp_test_timeout(c) != 0
}

// SetTimeout sets how long the expectation is there if nobody connects, in seconds, rounded up; more than 32 bits hold is [ErrRange]. The kernel
// takes it of one that it has; a new one gets the time that the helper has for its class.
//
// Implements: nfnl_exp_set_timeout
func (e *CTExpect) SetTimeout(d time.Duration) error {
	const fn = "nfnl_exp_set_timeout"
	c := e.ptr()
	if c == nil {
		return closedErr(fn)
	}
	s := d / time.Second
	if d%time.Second > 0 {
		s++
	}
	if d < 0 || s > math.MaxUint32 {
		return &Error{Func: fn, Code: ErrRange, Msg: "timeout " + d.String()}
	}
	C.nfnl_exp_set_timeout(c, C.uint32_t(s))
	return nil
}

// ID returns the number that the kernel gives the expectation, false if unset.
//
// Implements: nfnl_exp_get_id nfnl_exp_test_id
func (e *CTExpect) ID() (id uint32, ok bool) {
	c := e.live()
	return uint32(C.nfnl_exp_get_id(c)), C.nfnl_exp_test_id(c) != 0
}

// SetID sets the number of the expectation: with it [CTExpect.Delete] and [CTExpect.Query] find no other with the same tuple.
//
// Implements: nfnl_exp_set_id
func (e *CTExpect) SetID(id uint32) { C.nfnl_exp_set_id(e.live(), C.uint32_t(id)) }

// HelperName returns the name of the helper of the master, "ftp"; false if unset.
//
// Implements: nfnl_exp_get_helper_name nfnl_exp_test_helper_name
func (e *CTExpect) HelperName() (name string, ok bool) {
	c := e.live()
	return C.GoString(C.nfnl_exp_get_helper_name(c)), C.nfnl_exp_test_helper_name(c) != 0
}

// SetHelperName sets the name of the helper that the expected connection gets, of 15 bytes at most ([ErrRange]).
//
// Implements: nfnl_exp_set_helper_name
func (e *CTExpect) SetHelperName(name string) error {
	const fn = "nfnl_exp_set_helper_name"
	c := e.ptr()
	if c == nil {
		return closedErr(fn)
	}
	var rc C.int
	err := setText(fn, name, maxHelperName, func(p *C.char) { rc = C.nfnl_exp_set_helper_name(c, unsafe.Pointer(p)) })
	if err != nil {
		return err
	}
	return codeErr(fn, int(rc))
}

// Zone returns the conntrack zone, false if unset, as it is in what the kernel sends.
//
// Implements: nfnl_exp_get_zone nfnl_exp_test_zone
func (e *CTExpect) Zone() (zone uint16, ok bool) {
	c := e.live()
	return uint16(C.nfnl_exp_get_zone(c)), C.nfnl_exp_test_zone(c) != 0
}

// SetZone sets the conntrack zone of the master.
//
// Implements: nfnl_exp_set_zone
func (e *CTExpect) SetZone(zone uint16) { C.nfnl_exp_set_zone(e.live(), C.uint16_t(zone)) }

// Flags returns the flags, false if unset.
//
// Implements: nfnl_exp_get_flags nfnl_exp_test_flags
func (e *CTExpect) Flags() (f CTExpectFlags, ok bool) {
	c := e.live()
	return CTExpectFlags(C.nfnl_exp_get_flags(c)), C.nfnl_exp_test_flags(c) != 0
}

// SetFlags sets flags; others stay.
//
// Implements: nfnl_exp_set_flags
func (e *CTExpect) SetFlags(f CTExpectFlags) { C.nfnl_exp_set_flags(e.live(), C.uint32_t(f)) }

// UnsetFlags clears flags; others stay. The flags count as set then, as none perhaps.
//
// Implements: nfnl_exp_unset_flags
func (e *CTExpect) UnsetFlags(f CTExpectFlags) { C.nfnl_exp_unset_flags(e.live(), C.uint32_t(f)) }

// Class returns which of the helper's classes of expectations it is, false if unset.
//
// Implements: nfnl_exp_get_class nfnl_exp_test_class
func (e *CTExpect) Class() (class uint32, ok bool) {
	c := e.live()
	return uint32(C.nfnl_exp_get_class(c)), C.nfnl_exp_test_class(c) != 0
}

// SetClass sets which of the helper's classes of expectations it is. The kernel looks at it only with the name of a helper.
//
// Implements: nfnl_exp_set_class
func (e *CTExpect) SetClass(class uint32) { C.nfnl_exp_set_class(e.live(), C.uint32_t(class)) }

// Fn returns the name of the kernel's function that is called when the connection comes, "nat-follow-master"; false if unset.
//
// Implements: nfnl_exp_get_fn nfnl_exp_test_fn
func (e *CTExpect) Fn() (name string, ok bool) {
	c := e.live()
	return C.GoString(C.nfnl_exp_get_fn(c)), C.nfnl_exp_test_fn(c) != 0
}

// maxExpectFn is more than any of the kernel's has.
const maxExpectFn = 255

// SetFn sets the name of the kernel's function that is called when the connection comes, of 255 bytes at most ([ErrRange]).
//
// Implements: nfnl_exp_set_fn
func (e *CTExpect) SetFn(name string) error {
	const fn = "nfnl_exp_set_fn"
	c := e.ptr()
	if c == nil {
		return closedErr(fn)
	}
	var rc C.int
	err := setText(fn, name, maxExpectFn, func(p *C.char) { rc = C.nfnl_exp_set_fn(c, unsafe.Pointer(p)) })
	if err != nil {
		return err
	}
	return codeErr(fn, int(rc))
}

// NATDir returns the direction of the master whose addresses NAT has changed, false if unset.
//
// Implements: nfnl_exp_get_nat_dir nfnl_exp_test_nat_dir
func (e *CTExpect) NATDir() (d CTDir, ok bool) {
	c := e.live()
	return CTDir(C.nfnl_exp_get_nat_dir(c)), C.nfnl_exp_test_nat_dir(c) != 0
}

// SetNATDir sets the direction of the master whose addresses NAT has changed; it goes with [ExpTupleNAT].
//
// Implements: nfnl_exp_set_nat_dir
func (e *CTExpect) SetNATDir(d CTDir) error {
	const fn = "nfnl_exp_set_nat_dir"
	c := e.ptr()
	switch {
	case c == nil:
		return closedErr(fn)
	case !d.valid():
		return &Error{Func: fn, Code: ErrRange, Msg: "direction " + strconv.Itoa(int(d))}
	}
	C.nfnl_exp_set_nat_dir(c, C.uint8_t(d))
	return nil
}
