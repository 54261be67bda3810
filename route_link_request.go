//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"context"
	"errors"
	"iter"
	"unsafe"

	"golang.org/x/sys/unix"
)

// BuildAdd returns the request that [Link.Add] sends, without sending it.
//
// Implements: rtnl_link_build_add_request rtnl_link_fill_info
func (l *Link) BuildAdd(f MsgFlags) (*Msg, error) {
	const fn = "rtnl_link_build_add_request"
	c := l.ptr()
	if c == nil {
		return nil, closedErr(fn)
	}
	var msg *C.struct_nl_msg
	rc := C.rtnl_link_build_add_request(c, C.int(f), &msg)
	return builtLink(fn, rc, msg, l)
}

// Add makes a link (RTM_NEWLINK). Without FlagCreate in f the kernel changes one that exists. Equivalent to: ip link add.
//
// Implements: rtnl_link_add
func (l *Link) Add(ctx context.Context, s *Socket, f MsgFlags) error {
	m, err := l.BuildAdd(f)
	if err != nil {
		return err
	}
	return s.ask(ctx, "rtnl_link_add", m)
}

// BuildChange returns the request that [Link.Change] sends, without sending it.
//
// Implements: rtnl_link_build_change_request
func (l *Link) BuildChange(changes *Link, f MsgFlags) (*Msg, error) {
	const fn = "rtnl_link_build_change_request"
	orig, c := l.ptr(), changes.ptr()
	if orig == nil || c == nil {
		return nil, closedErr(fn)
	}
	var msg *C.struct_nl_msg
	rc := C.nlgo_link_build_change(orig, c, C.int(f), &msg)
	if Errno(-rc) == ErrImmutable {
		return nil, &Error{Func: fn, Code: ErrImmutable, Msg: "the family of a link does not change"}
	}
	return builtLink(fn, rc, msg, changes)
}

// Change changes the link that l names by its index, or by its name if it has no index, to what changes holds (RTM_NEWLINK, and
// RTM_SETLINK for kernels that do not support that). Equivalent to: ip link set.
//
// Implements: rtnl_link_change
func (l *Link) Change(ctx context.Context, s *Socket, changes *Link, f MsgFlags) error {
	const fn = "rtnl_link_change"
	m, err := l.BuildChange(changes, f)
	if err != nil {
		return err
	}
	err = s.ask(ctx, fn, m)
	if h := m.Header(); errors.Is(err, ErrOpNotSupp) && h.Type == RTMNewLink {
		h.Type = RTMSetLink
		m.SetHeader(h)
		return s.ask(ctx, fn, m)
	}
	return err
}

// BuildDelete returns the request that [Link.Delete] sends, without sending it.
//
// Implements: rtnl_link_build_delete_request
func (l *Link) BuildDelete() (*Msg, error) {
	const fn = "rtnl_link_build_delete_request"
	c := l.ptr()
	switch {
	case c == nil:
		return nil, closedErr(fn)
	case l.Index() == 0 && l.Name() == "":
		return nil, &Error{Func: fn, Code: ErrMissingAttr, Msg: "the link has neither index nor name"}
	}
	var msg *C.struct_nl_msg
	rc := C.rtnl_link_build_delete_request(c, &msg)
	return builtMsg(fn, ProtoRoute, rc, msg)
}

// Delete removes the link (RTM_DELLINK) that l names by its index or its name. Equivalent to: ip link delete.
//
// Implements: rtnl_link_delete
func (l *Link) Delete(ctx context.Context, s *Socket) error {
	m, err := l.BuildDelete()
	if err != nil {
		return err
	}
	return s.ask(ctx, "rtnl_link_delete", m)
}

// BuildGetLink returns the request that [GetLink] sends, without sending it.
//
// Implements: rtnl_link_build_get_request
func BuildGetLink(index int, name string) (*Msg, error) {
	const fn = "rtnl_link_build_get_request"
	if err := checkIndex(fn, index); err != nil {
		return nil, err
	}
	if index == 0 && name == "" {
		return nil, &Error{Func: fn, Code: ErrMissingAttr, Msg: "neither index nor name"}
	}
	var msg *C.struct_nl_msg
	var rc C.int
	if name == "" {
		rc = C.rtnl_link_build_get_request(C.int(index), nil, &msg)
		return builtMsg(fn, ProtoRoute, rc, msg)
	}
	err := setText(fn, name, unix.IFNAMSIZ-1, func(p *C.char) { rc = C.rtnl_link_build_get_request(C.int(index), p, &msg) })
	if err != nil {
		return nil, err
	}
	return builtMsg(fn, ProtoRoute, rc, msg)
}

// GetLink asks the kernel for one link, by its index, or by its name if index is 0; the caller owns the result. A link that is not there is
// [fs.ErrNotExist].
//
// Implements: rtnl_link_get_kernel
func GetLink(ctx context.Context, s *Socket, index int, name string) (*Link, error) {
	m, err := BuildGetLink(index, name)
	if err != nil {
		return nil, err
	}
	return askOne[*Link](ctx, s, "rtnl_link_get_kernel", m)
}

// Enslave gives the link with index slave to the master with index master. Where the kernel says yes and does nothing, which some masters
// do, it is [ErrOpNotSupp]. Equivalent to: ip link set dev SLAVE master MASTER.
//
// Implements: rtnl_link_enslave_ifindex rtnl_link_enslave
func Enslave(ctx context.Context, s *Socket, master, slave int) error {
	return setMaster(ctx, s, "rtnl_link_enslave_ifindex", master, slave)
}

// Release takes the link with index slave from its master. Equivalent to: ip link set dev SLAVE nomaster.
//
// Implements: rtnl_link_release_ifindex rtnl_link_release
func Release(ctx context.Context, s *Socket, slave int) error {
	return setMaster(ctx, s, "rtnl_link_release_ifindex", 0, slave)
}

func setMaster(ctx context.Context, s *Socket, fn string, master, slave int) error {
	l, err := NewLink()
	if err != nil {
		return err
	}
	defer l.Close()
	if err := l.SetIndex(slave); err != nil {
		return err
	}
	if err := l.SetMaster(master); err != nil {
		return err
	}
	if err := l.Change(ctx, s, l, 0); err != nil {
		return err
	}
	now, err := GetLink(ctx, s, slave, "")
	if err != nil {
		return err
	}
	defer now.Close()
	if now.Master() != master {
		return &Error{Func: fn, Code: ErrOpNotSupp, Msg: "the kernel agreed, but the master is another"}
	}
	return nil
}

// LinkFilter says which links [Socket.Links] yields. The zero value, and nil, is all of them.
type LinkFilter struct {
	Family  Family // FamilyBridge: the ports of bridges with their data
	Master  int    // index of the master
	Type    string // kind, "vlan"
	NoStats bool   // ask for no counters: a quarter of the bytes
	VFs     bool   // ask for the virtual functions of SR-IOV devices
}

// rtextFilter* are the bits of IFLA_EXT_MASK (RTEXT_FILTER_*).
const (
	rtextFilterVF        = 1 << 0
	rtextFilterSkipStats = 1 << 3
)

// request returns the request for a dump.
func (f *LinkFilter) request() *Msg {
	m := newMsg(256)
	m.own.proto = int(ProtoRoute)
	m.SetHeader(Header{Type: RTMGetLink, Flags: FlagDump})
	m.Append(append([]byte{byte(f.Family)}, make([]byte, unix.SizeofIfInfomsg-1)...), 4)
	var mask uint32
	if f.VFs {
		mask |= rtextFilterVF
	}
	if f.NoStats {
		mask |= rtextFilterSkipStats
	}
	if mask != 0 {
		m.PutU32(unix.IFLA_EXT_MASK, mask)
	}
	if f.Master != 0 {
		m.PutU32(unix.IFLA_MASTER, uint32(f.Master))
	}
	if f.Type != "" {
		m.Nest(unix.IFLA_LINKINFO, func(m *Msg) { m.PutString(unix.IFLA_INFO_KIND, f.Type) })
	}
	return m
}

// wants reports whether a link passes: the kernel filters as far as it can, which depends on its version.
func (f *LinkFilter) wants(l *Link) bool {
	return (f.Master == 0 || l.Master() == f.Master) && (f.Type == "" || l.Type() == f.Type)
}

// Links asks the kernel for links and yields them one by one, each lent for its step; [Retain] or [Clone] keeps one. It takes as much memory
// for many as for one. Errors are those of [Socket.Request], each ends the loop; a dump that a change interrupted ends with [ErrDumpIntr].
func (s *Socket) Links(ctx context.Context, f *LinkFilter) iter.Seq2[*Link, error] {
	if f == nil {
		f = &LinkFilter{}
	}
	return func(yield func(*Link, error) bool) {
		const fn = "Links"
		if err := checkIndex(fn, f.Master); err != nil {
			yield(nil, err)
			return
		}
		if f.Family < 0 || f.Family > maxLinkFamily {
			yield(nil, &Error{Func: fn, Code: ErrAFNoSupport})
			return
		}
		objects(ctx, s, fn, f.request(), f.wants)(yield)
	}
}

// newHandle makes a handle of an object that libnl made for fn.
func newHandle[O Kind](fn string, c unsafe.Pointer) (O, error) {
	if c == nil {
		return *new(O), &Error{Func: fn, Code: ErrNoMem}
	}
	return own[O]((*C.struct_nl_object)(c)), nil
}
