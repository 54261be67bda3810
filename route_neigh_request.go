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

// BuildAdd returns the request that [Neigh.Add] sends, without sending it. Without a destination it is [ErrMissingAttr], but with
// FamilyBridge.
//
// Implements: rtnl_neigh_build_add_request
func (n *Neigh) BuildAdd(f MsgFlags) (*Msg, error) {
	const fn = "rtnl_neigh_build_add_request"
	c := n.ptr()
	if c == nil {
		return nil, closedErr(fn)
	}
	var msg *C.struct_nl_msg
	rc := C.rtnl_neigh_build_add_request(c, C.int(f), &msg)
	return builtMsg(fn, ProtoRoute, rc, msg)
}

// Add adds a neighbour (RTM_NEWNEIGH) with FlagCreate in f, and with FlagReplace changes one that exists. With FamilyBridge it is an
// entry of the forwarding database, and the flags say which: unix.NTF_MASTER that of the bridge of the port, unix.NTF_SELF that of the
// interface. Equivalent to: ip neigh add, bridge fdb add.
//
// Implements: rtnl_neigh_add
func (n *Neigh) Add(ctx context.Context, s *Socket, f MsgFlags) error {
	m, err := n.BuildAdd(f)
	if err != nil {
		return err
	}
	return s.ask(ctx, "rtnl_neigh_add", m)
}

// BuildDelete returns the request that [Neigh.Delete] sends, without sending it. Without a destination it is [ErrMissingAttr], but with
// FamilyBridge.
//
// Implements: rtnl_neigh_build_delete_request
func (n *Neigh) BuildDelete(f MsgFlags) (*Msg, error) {
	const fn = "rtnl_neigh_build_delete_request"
	c := n.ptr()
	if c == nil {
		return nil, closedErr(fn)
	}
	var msg *C.struct_nl_msg
	rc := C.rtnl_neigh_build_delete_request(c, C.int(f), &msg)
	return builtMsg(fn, ProtoRoute, rc, msg)
}

// Delete removes a neighbour (RTM_DELNEIGH); one that is not there is [fs.ErrNotExist]. Equivalent to: ip neigh delete, bridge fdb delete.
//
// Implements: rtnl_neigh_delete
func (n *Neigh) Delete(ctx context.Context, s *Socket, f MsgFlags) error {
	m, err := n.BuildDelete(f)
	if err != nil {
		return err
	}
	return s.ask(ctx, "rtnl_neigh_delete", m)
}

// NeighFilter says which neighbours [Socket.Neighs] yields. The zero value, and nil, is all of IPv4 and IPv6.
type NeighFilter struct {
	Family Family // FamilyBridge: the forwarding databases of bridges and vxlans
	Index  int    // of the interface
	Master int    // index of the master of the interface
	Proxy  bool   // those that the machine answers for, instead
}

func (f *NeighFilter) check(fn string) error {
	if err := checkFamily(fn, f.Family); err != nil {
		return err
	}
	if err := checkIndex(fn, f.Index); err != nil {
		return err
	}
	return checkIndex(fn, f.Master)
}

// request returns the request for a dump.
func (f *NeighFilter) request() *Msg {
	hdr := make([]byte, unix.SizeofNdMsg)
	hdr[0] = byte(f.Family)
	if f.Proxy {
		hdr[10] = unix.NTF_PROXY
	}
	m := dumpRequest(RTMGetNeigh, hdr)
	if f.Index != 0 {
		m.PutU32(unix.NDA_IFINDEX, uint32(f.Index))
	}
	// of FamilyBridge without strict checking the kernel takes two for what goes with another header
	if f.Master != 0 && (f.Index == 0 || f.Family != FamilyBridge) {
		m.PutU32(unix.NDA_MASTER, uint32(f.Master))
	}
	return m
}

// wants reports whether a neighbour passes: which filters the kernel knows depends on its version. The master shows in those of bridges alone.
func (f *NeighFilter) wants(n *Neigh) bool {
	return (f.Family == 0 || n.Family() == f.Family) && (f.Index == 0 || n.Index() == f.Index) &&
		(f.Master == 0 || f.Family != FamilyBridge || n.Master() == f.Master) &&
		(n.Flags()&unix.NTF_PROXY != 0) == f.Proxy
}

// Neighs asks the kernel for neighbours and yields them one by one, each lent for its step; [Retain] or [Clone] keeps one. Errors are those
// of [Socket.Request], each ends the loop; a dump that a change interrupted ends with [ErrDumpIntr]. Equivalent to: ip neigh show, bridge fdb
// show.
func (s *Socket) Neighs(ctx context.Context, f *NeighFilter) iter.Seq2[*Neigh, error] {
	if f == nil {
		f = &NeighFilter{}
	}
	return func(yield func(*Neigh, error) bool) {
		const fn = "Neighs"
		if err := f.check(fn); err != nil {
			yield(nil, err)
			return
		}
		objects(ctx, s, fn, f.request(), f.wants)(yield)
	}
}
