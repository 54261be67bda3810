//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import "context"

const nfulaCfgFlags = 6 // NFULA_CFG_FLAGS

// built returns what one of libnl's builders made. libnl leaves the flags out when none is set, though some were to be cleared.
func (l *NFLog) built(fn string, rc C.int, msg *C.struct_nl_msg) (*Msg, error) {
	m, err := builtMsg(fn, ProtoNetfilter, rc, msg)
	if err != nil {
		return nil, err
	}
	if f := C.nlgo_log_flags(l.live()); f.set == 0 && f.known != 0 {
		m.PutBE16(nfulaCfgFlags, 0)
	}
	return m, m.Err()
}

// check returns the error for what libnl would leave out of a request.
func (l *NFLog) check(fn string) error {
	if l.ptr() == nil {
		return closedErr(fn)
	}
	_, hasRange := l.CopyRange()
	if _, hasMode := l.CopyMode(); hasRange && !hasMode {
		return &Error{Func: fn, Code: ErrMissingAttr, Msg: "a copy range needs a copy mode"}
	}
	return nil
}

// BuildCreate returns the request that [NFLog.Create] sends, without sending it. It needs a group, and a copy mode with a copy range
// ([ErrMissingAttr]).
//
// Implements: nfnl_log_build_create_request
func (l *NFLog) BuildCreate() (*Msg, error) {
	const fn = "nfnl_log_build_create_request"
	if err := l.check(fn); err != nil {
		return nil, err
	}
	var msg *C.struct_nl_msg
	rc := C.nfnl_log_build_create_request(l.live(), &msg)
	return l.built(fn, rc, msg)
}

// Create makes the group: from now on the kernel sends what rules log to it to s, and to nobody else, until [NFLog.Delete] or until s is closed.
// [Socket.NFLogMsgs] yields the packets. A group that is there already is [ErrBusy], of another socket [ErrPerm]. For a [NetLink], whose events
// arrive on a socket of its own, it is nl.Do with [NFLog.BuildCreate].
//
// A socket whose packets a callback of libnl's loop takes needs [Config].Events: they have no sequence number.
//
// Implements: nfnl_log_create
func (l *NFLog) Create(ctx context.Context, s *Socket) error {
	m, err := l.BuildCreate()
	if err != nil {
		return err
	}
	return s.ask(ctx, "nfnl_log_create", m)
}

// BuildChange returns the request that [NFLog.Change] sends, without sending it. It needs a group, and a copy mode with a copy range
// ([ErrMissingAttr]).
//
// Implements: nfnl_log_build_change_request
func (l *NFLog) BuildChange() (*Msg, error) {
	const fn = "nfnl_log_build_change_request"
	if err := l.check(fn); err != nil {
		return nil, err
	}
	var msg *C.struct_nl_msg
	rc := C.nfnl_log_build_change_request(l.live(), &msg)
	return l.built(fn, rc, msg)
}

// Change changes a group of s: what is set replaces what the group has. A group that is not there is [ErrNoDev], of another socket
// [ErrPerm].
//
// Implements: nfnl_log_change
func (l *NFLog) Change(ctx context.Context, s *Socket) error {
	m, err := l.BuildChange()
	if err != nil {
		return err
	}
	return s.ask(ctx, "nfnl_log_change", m)
}

// BuildDelete returns the request that [NFLog.Delete] sends, without sending it. It needs a group ([ErrMissingAttr]).
//
// Implements: nfnl_log_build_delete_request
func (l *NFLog) BuildDelete() (*Msg, error) {
	const fn = "nfnl_log_build_delete_request"
	c := l.ptr()
	if c == nil {
		return nil, closedErr(fn)
	}
	var msg *C.struct_nl_msg
	rc := C.nfnl_log_build_delete_request(c, &msg)
	return builtMsg(fn, ProtoNetfilter, rc, msg)
}

// Delete removes a group of s; packets that were collected are sent first. A group that is not there is [ErrNoDev], of another socket
// [ErrPerm].
//
// Implements: nfnl_log_delete
func (l *NFLog) Delete(ctx context.Context, s *Socket) error {
	m, err := l.BuildDelete()
	if err != nil {
		return err
	}
	return s.ask(ctx, "nfnl_log_delete", m)
}

// BuildBindNFLog returns the request that [BindNFLog] sends, without sending it.
//
// Implements: nfnl_log_build_pf_bind
func BuildBindNFLog(f Family) (*Msg, error) {
	const fn = "nfnl_log_build_pf_bind"
	if err := checkFamily(fn, f); err != nil {
		return nil, err
	}
	var msg *C.struct_nl_msg
	rc := C.nfnl_log_build_pf_bind(C.uint8_t(f), &msg)
	return builtMsg(fn, ProtoNetfilter, rc, msg)
}

// BindNFLog makes NFLOG what the kernel itself logs packets of a family with, in the network namespace of s, instead of the kernel's log: those
// that connection tracking finds invalid, for example, go to group 0. For rules with NFLOG, and so for [NFLog.Create], it does nothing: today's kernels
// take every family for bound to them. It lasts until [UnbindNFLog], or until another logger takes the family: closing s does not end it.
//
// Implements: nfnl_log_pf_bind
func BindNFLog(ctx context.Context, s *Socket, f Family) error {
	m, err := BuildBindNFLog(f)
	if err != nil {
		return err
	}
	return s.ask(ctx, "nfnl_log_pf_bind", m)
}

// BuildUnbindNFLog returns the request that [UnbindNFLog] sends, without sending it.
//
// Implements: nfnl_log_build_pf_unbind
func BuildUnbindNFLog(f Family) (*Msg, error) {
	const fn = "nfnl_log_build_pf_unbind"
	if err := checkFamily(fn, f); err != nil {
		return nil, err
	}
	var msg *C.struct_nl_msg
	rc := C.nfnl_log_build_pf_unbind(C.uint8_t(f), &msg)
	return builtMsg(fn, ProtoNetfilter, rc, msg)
}

// UnbindNFLog makes the kernel log no packets of a family itself any more, with NFLOG or with anything else, in the network namespace of s. For
// rules with NFLOG it does nothing.
//
// Implements: nfnl_log_pf_unbind
func UnbindNFLog(ctx context.Context, s *Socket, f Family) error {
	m, err := BuildUnbindNFLog(f)
	if err != nil {
		return err
	}
	return s.ask(ctx, "nfnl_log_pf_unbind", m)
}
