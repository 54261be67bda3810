//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"context"
	"iter"

	"golang.org/x/sys/unix"
)

// BuildAdd returns the request that [Rule.Add] sends, without sending it. It needs a family and an action ([ErrMissingAttr]): the kernel
// takes a rule without an action, and fails every lookup that comes to it.
//
// Implements: rtnl_rule_build_add_request
func (r *Rule) BuildAdd(f MsgFlags) (*Msg, error) {
	const fn = "rtnl_rule_build_add_request"
	c := r.ptr()
	switch {
	case c == nil:
		return nil, closedErr(fn)
	case r.Action() == unix.FR_ACT_UNSPEC:
		return nil, &Error{Func: fn, Code: ErrMissingAttr, Msg: "the rule has no action"}
	}
	var msg *C.struct_nl_msg
	rc := C.rtnl_rule_build_add_request(c, C.int(f), &msg)
	return builtMsg(fn, ProtoRoute, rc, msg)
}

// Add adds a rule (RTM_NEWRULE). Without FlagExcl in f the kernel adds the same rule again. Equivalent to: ip rule add.
//
// Implements: rtnl_rule_add
func (r *Rule) Add(ctx context.Context, s *Socket, f MsgFlags) error {
	m, err := r.BuildAdd(f)
	if err != nil {
		return err
	}
	return s.ask(ctx, "rtnl_rule_add", m)
}

// BuildDelete returns the request that [Rule.Delete] sends, without sending it. It needs a family ([ErrMissingAttr]).
//
// Implements: rtnl_rule_build_delete_request
func (r *Rule) BuildDelete(f MsgFlags) (*Msg, error) {
	const fn = "rtnl_rule_build_delete_request"
	c := r.ptr()
	if c == nil {
		return nil, closedErr(fn)
	}
	var msg *C.struct_nl_msg
	rc := C.rtnl_rule_build_delete_request(c, C.int(f), &msg)
	return builtMsg(fn, ProtoRoute, rc, msg)
}

// Delete removes the first rule that agrees in what is set (RTM_DELRULE); with nothing but a family that is the first of all. One that is
// not there is [fs.ErrNotExist]. Equivalent to: ip rule delete.
//
// Implements: rtnl_rule_delete
func (r *Rule) Delete(ctx context.Context, s *Socket, f MsgFlags) error {
	m, err := r.BuildDelete(f)
	if err != nil {
		return err
	}
	return s.ask(ctx, "rtnl_rule_delete", m)
}

// RuleFilter says which rules [Socket.Rules] yields. The zero value, and nil, is all of them, those of multicast routing too.
type RuleFilter struct {
	Family Family
	Table  RouteTable // that they look in
}

// request returns the request for a dump.
func (f *RuleFilter) request() *Msg {
	hdr := make([]byte, sizeofFIBRuleHdr)
	hdr[0] = byte(f.Family)
	return dumpRequest(RTMGetRule, hdr)
}

const sizeofFIBRuleHdr = 12 // struct fib_rule_hdr

// wants reports whether a rule passes: the kernel knows the family alone.
func (f *RuleFilter) wants(r *Rule) bool {
	return (f.Family == 0 || r.Family() == f.Family) && (f.Table == 0 || r.Table() == f.Table)
}

// Rules asks the kernel for rules and yields them one by one, in their order, each lent for its step; [Retain] or [Clone] keeps one. Errors
// are those of [Socket.Request], each ends the loop; a dump that a change interrupted ends with [ErrDumpIntr]. Equivalent to: ip rule show.
func (s *Socket) Rules(ctx context.Context, f *RuleFilter) iter.Seq2[*Rule, error] {
	if f == nil {
		f = &RuleFilter{}
	}
	return func(yield func(*Rule, error) bool) {
		const fn = "Rules"
		if err := checkFamily(fn, f.Family); err != nil {
			yield(nil, err)
			return
		}
		objects(ctx, s, fn, f.request(), f.wants)(yield)
	}
}
