//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"context"
	"encoding/binary"
	"errors"
	"iter"

	"golang.org/x/sys/unix"
)

// BuildAdd returns the request that [IfAddr.Add] sends, without sending it. It needs an interface index, a local address and a prefix
// length ([ErrMissingAttr]).
//
// Implements: rtnl_addr_build_add_request
func (a *IfAddr) BuildAdd(f MsgFlags) (*Msg, error) {
	const fn = "rtnl_addr_build_add_request"
	c := a.ptr()
	if c == nil {
		return nil, closedErr(fn)
	}
	var msg *C.struct_nl_msg
	rc := C.rtnl_addr_build_add_request(c, C.int(f), &msg)
	return builtMsg(fn, ProtoRoute, rc, msg)
}

// Add adds the address to its interface (RTM_NEWADDR). One that is there already is [fs.ErrExist], or with FlagReplace in f is changed.
// Equivalent to: ip addr add.
//
// Implements: rtnl_addr_add
func (a *IfAddr) Add(ctx context.Context, s *Socket, f MsgFlags) error {
	m, err := a.BuildAdd(f)
	if err != nil {
		return err
	}
	return s.ask(ctx, "rtnl_addr_add", m)
}

// BuildDelete returns the request that [IfAddr.Delete] sends, without sending it. It needs an interface index and a family
// ([ErrMissingAttr]).
//
// Implements: rtnl_addr_build_delete_request
func (a *IfAddr) BuildDelete(f MsgFlags) (*Msg, error) {
	const fn = "rtnl_addr_build_delete_request"
	c := a.ptr()
	if c == nil {
		return nil, closedErr(fn)
	}
	var msg *C.struct_nl_msg
	rc := C.rtnl_addr_build_delete_request(c, C.int(f), &msg)
	return builtMsg(fn, ProtoRoute, rc, msg)
}

// Delete removes an address from its interface (RTM_DELADDR), of IPv4 the first that agrees in what is set. One that is not there is
// [fs.ErrNotExist]. Equivalent to: ip addr delete.
//
// Implements: rtnl_addr_delete
func (a *IfAddr) Delete(ctx context.Context, s *Socket, f MsgFlags) error {
	m, err := a.BuildDelete(f)
	if err != nil {
		return err
	}
	err = s.ask(ctx, "rtnl_addr_delete", m)
	if e, ok := errors.AsType[*Error](err); ok && e.Errno == unix.EADDRNOTAVAIL { // which has no code of its own
		e.Code = ErrObjNotFound
	}
	return err
}

// IfAddrFilter says which addresses [Socket.IfAddrs] yields. The zero value, and nil, is all of them.
type IfAddrFilter struct {
	Family Family
	Index  int // of the interface
}

func (f *IfAddrFilter) check(fn string) error {
	if err := checkFamily(fn, f.Family); err != nil {
		return err
	}
	return checkIndex(fn, f.Index)
}

// request returns the request for a dump.
func (f *IfAddrFilter) request() *Msg {
	hdr := make([]byte, unix.SizeofIfAddrmsg)
	hdr[0] = byte(f.Family)
	binary.NativeEndian.PutUint32(hdr[4:], uint32(f.Index))
	return dumpRequest(RTMGetAddr, hdr)
}

// dumpRequest returns a request for a dump with this header.
func dumpRequest(t MsgType, hdr []byte) *Msg {
	m := newMsg(256)
	m.own.proto = int(ProtoRoute)
	m.SetHeader(Header{Type: t, Flags: FlagDump})
	m.Append(hdr, 4)
	return m
}

// wants reports whether an address passes: the kernel filters by interface on sockets with strict checking alone.
func (f *IfAddrFilter) wants(a *IfAddr) bool {
	return (f.Family == 0 || a.Family() == f.Family) && (f.Index == 0 || a.Index() == f.Index)
}

// IfAddrs asks the kernel for addresses of interfaces and yields them one by one, each lent for its step; [Retain] or [Clone] keeps one. Errors
// are those of [Socket.Request], each ends the loop; a dump that a change interrupted ends with [ErrDumpIntr]. Equivalent to: ip addr show.
func (s *Socket) IfAddrs(ctx context.Context, f *IfAddrFilter) iter.Seq2[*IfAddr, error] {
	if f == nil {
		f = &IfAddrFilter{}
	}
	return func(yield func(*IfAddr, error) bool) {
		const fn = "IfAddrs"
		if err := f.check(fn); err != nil {
			yield(nil, err)
			return
		}
		objects(ctx, s, fn, f.request(), f.wants)(yield)
	}
}
