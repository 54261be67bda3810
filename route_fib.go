//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"context"
	"math"
	"strconv"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// ProtoFIBLookup is the netlink protocol of [LookupFIB] (NETLINK_FIB_LOOKUP).
const ProtoFIBLookup Protocol = unix.NETLINK_FIB_LOOKUP

// FIBResult is a result of a lookup in the forwarding information base: struct flnl_result, "fib_lookup/result".
type FIBResult struct{ Object }

func (r *FIBResult) object() *Object { return (*Object)(unsafe.Pointer(r)) }

// NewFIBResult returns a new, empty result; the caller owns it.
//
// Implements: flnl_result_alloc
func NewFIBResult() (*FIBResult, error) {
	return newHandle[*FIBResult]("flnl_result_alloc", unsafe.Pointer(C.flnl_result_alloc()))
}

// Close gives the handle's reference back: see [Object.Close].
//
// Implements: flnl_result_put
func (r *FIBResult) Close() error { return r.object().Close() }

// ptr returns the C object, nil if the handle is nil, closed or revoked.
func (r *FIBResult) ptr() *C.struct_flnl_result {
	return (*C.struct_flnl_result)(unsafe.Pointer(r.object().ptr()))
}

// live returns the C object, for calls without an error result.
func (r *FIBResult) live() *C.struct_flnl_result {
	c := r.ptr()
	if c == nil {
		panicClosed("FIBResult")
	}
	return c
}

// Table returns the table that was looked in.
//
// Implements: flnl_result_get_table_id
func (r *FIBResult) Table() RouteTable { return RouteTable(C.flnl_result_get_table_id(r.live())) }

// PrefixLen returns the prefix length of the route that was found.
//
// Implements: flnl_result_get_prefixlen
func (r *FIBResult) PrefixLen() int { return int(C.flnl_result_get_prefixlen(r.live())) }

// NexthopSel returns the number of the nexthop of the route that was chosen, from 0.
//
// Implements: flnl_result_get_nexthop_sel
func (r *FIBResult) NexthopSel() int { return int(C.flnl_result_get_nexthop_sel(r.live())) }

// Type returns the type of the route that was found.
//
// Implements: flnl_result_get_type
func (r *FIBResult) Type() RouteType { return RouteType(C.flnl_result_get_type(r.live())) }

// Scope returns the scope of the route that was found.
//
// Implements: flnl_result_get_scope
func (r *FIBResult) Scope() Scope { return Scope(C.flnl_result_get_scope(r.live())) }

// Err returns the error that the lookup ended with, nil if a route was found: [fs.ErrNotExist] for no route, or no table; the error of a
// route of type unreachable, prohibit or blackhole.
//
// Implements: flnl_result_get_error
func (r *FIBResult) Err() error {
	const fn = "flnl_lookup"
	e := int32(C.flnl_result_get_error(r.live()))
	if e == 0 {
		return nil
	}
	errno := syscall.Errno(-e)
	if errno == unix.EAGAIN { // what the kernel's rules take for: look in another table
		return &Error{Func: fn, Code: ErrObjNotFound, Errno: errno, Msg: "no route in this table"}
	}
	return sysErr(fn, errno)
}

// FIBRequest says what [LookupFIB] looks for. It stands for a struct flnl_request.
//
// Implements: flnl_request_alloc flnl_request_set_addr flnl_request_get_addr flnl_request_set_fwmark flnl_request_get_fwmark flnl_request_set_tos flnl_request_get_tos flnl_request_set_scope flnl_request_get_scope flnl_request_set_table flnl_request_get_table
type FIBRequest struct {
	Addr  Addr       // IPv4, no other
	Mark  uint32     // of the packet
	TOS   uint8      // of the packet
	Scope Scope      // that the route must have at least; the zero value is every one
	Table RouteTable // to look in, up to 255; 0 is the main table
}

// Build returns the request that [LookupFIB] sends, without sending it.
//
// Implements: flnl_lookup_build_request
func (r *FIBRequest) Build() (*Msg, error) {
	const fn = "flnl_lookup_build_request"
	switch {
	case r == nil:
		return nil, argErr(fn, "nil request")
	case r.Addr.Family() != FamilyIPv4:
		return nil, &Error{Func: fn, Code: ErrAFNoSupport, Msg: "the address is not IPv4"}
	case r.Addr.Len() != 4:
		return nil, argErr(fn, "the address has no bytes")
	case r.Table > math.MaxUint8:
		return nil, &Error{Func: fn, Code: ErrRange, Msg: "table " + strconv.FormatUint(uint64(r.Table), 10)}
	}
	c := C.struct_nlgo_fib_request{mark: C.uint32_t(r.Mark), table: C.uint32_t(r.Table), tos: C.uint8_t(r.TOS), scope: C.uint8_t(r.Scope)}
	var msg *C.struct_nl_msg
	rc := C.nlgo_fib_build(&c, r.Addr.data(), &msg)
	return builtMsg(fn, ProtoFIBLookup, rc, msg)
}

// LookupFIB asks the kernel, over a socket of [ProtoFIBLookup], which route of one table it would take; the caller owns the result. A lookup
// that finds none is the error of [FIBResult.Err]. (libnl puts the result into a cache.) Rules are not looked at: see [LookupRoute].
//
// Implements: flnl_lookup
func LookupFIB(ctx context.Context, s *Socket, r *FIBRequest) (*FIBResult, error) {
	const fn = "flnl_lookup"
	m, err := r.Build()
	if err != nil {
		return nil, err
	}
	if err := s.speaks(fn, ProtoFIBLookup); err != nil {
		return nil, err
	}
	answer, err := s.echo(ctx, fn, m)
	if err != nil {
		return nil, err
	}
	o, err := answer.Object()
	if err != nil {
		return nil, named(fn, err)
	}
	found := handle[*FIBResult](o)
	if err := found.Err(); err != nil {
		_ = found.Close()
		return nil, err
	}
	return found, nil
}

// echo sends a request of a protocol that answers with the message filled in, without an acknowledgement.
func (s *Socket) echo(ctx context.Context, fn string, m *Msg) (*Msg, error) {
	w := wait{ctx: ctx}
	r, err := s.beginRequest(fn, w, 1)
	if err != nil {
		return nil, err
	}
	defer s.end()
	b, to, err := s.prepare(fn, m, r)
	if err != nil {
		return nil, err
	}
	var answer *Msg
	err = s.transact(w, fn, b, &to, r.seq, 0, func(b []byte) bool {
		if msg, _ := nextMsg(b); msg != nil {
			answer = copyMsg(msg)
			answer.own.proto = int(m.Proto())
		}
		return answer != nil
	})
	if err != nil {
		return nil, named(fn, err)
	}
	return answer, nil
}
