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
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// BuildAdd returns the request that [Link.Add] sends, without sending it. It does not carry the data of a bridge's port, which the kernel
// would pass over: a link with such data is [ErrOpNotSupp].
//
// Implements: rtnl_link_build_add_request rtnl_link_fill_info
func (l *Link) BuildAdd(f MsgFlags) (*Msg, error) {
	const fn = "rtnl_link_build_add_request"
	c := l.ptr()
	if c == nil {
		return nil, closedErr(fn)
	}
	if err := checkLink(fn, l); err != nil {
		return nil, err
	}
	var msg *C.struct_nl_msg
	rc := C.rtnl_link_build_add_request(c, C.int(f), &msg)
	m, err := builtLink(fn, rc, msg, l)
	if err != nil {
		return nil, err
	}
	if port, _ := bridgePortData(m); port {
		return nil, &Error{Func: fn, Code: ErrOpNotSupp, Msg: "the data of a bridge's port changes with Change"}
	}
	return m, nil
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
	if err := checkLink(fn, changes); err != nil {
		return nil, err
	}
	var msg *C.struct_nl_msg
	rc := C.nlgo_link_build_change(orig, c, C.int(f), &msg)
	switch Errno(-rc) {
	case ErrImmutable:
		return nil, &Error{Func: fn, Code: ErrImmutable, Msg: "the family of a link does not change"}
	case ErrOpNotSupp:
		return nil, &Error{Func: fn, Code: ErrOpNotSupp, Msg: "before 3.8 libnl changes no link that was read for FamilyIPv4 or FamilyIPv6"}
	}
	m, err := builtLink(fn, rc, msg, changes)
	if err != nil {
		return nil, err
	}
	if err := l.mendChange(fn, m); err != nil {
		return nil, err
	}
	return m, nil
}

// mendChange makes the request for a change of l one that names l, and one that the kernel does not pass over parts of.
func (l *Link) mendChange(fn string, m *Msg) error {
	port, other := bridgePortData(m)
	switch {
	case l.Index() != 0:
	case port:
		return &Error{Func: fn, Code: ErrMissingAttr, Msg: "the link has no index"}
	case l.Name() != "": // libnl names it by what changes holds
		return nameLink(fn, m, l.Name())
	}
	if !port {
		return nil
	}
	if other || getHeader(m.own.b).Flags&FlagCreate != 0 || binary.NativeEndian.Uint32(m.own.b[headerLen+12:]) != 0 {
		return &Error{Func: fn, Code: ErrInval, Msg: "the data of a bridge's port takes a request of its own"}
	}
	// a bridge takes no other, and the kernel passes over what nobody takes
	h := m.Header()
	h.Type = RTMSetLink
	m.SetHeader(h)
	return nil
}

// nameLink has a request for a link without an index name it.
func nameLink(fn string, m *Msg, name string) error {
	a, ok := m.FindAttr(unix.SizeofIfInfomsg, unix.IFLA_IFNAME)
	if !ok {
		m.PutString(unix.IFLA_IFNAME, name)
		return m.Err()
	}
	if to, _ := a.Text(); to != name {
		return &Error{Func: fn, Code: ErrMissingAttr, Msg: "another name takes the index"}
	}
	return nil
}

// Change changes the link that l names by its index, or by its name if it has no index, to what changes holds (RTM_NEWLINK, and
// RTM_SETLINK for kernels that do not support that). The data of a [BridgePort] takes a Change of its own, of a link with an index (RTM_SETLINK
// with FamilyBridge). Equivalent to: ip link set, bridge link set.
//
// Implements: rtnl_link_change
func (l *Link) Change(ctx context.Context, s *Socket, changes *Link, f MsgFlags) error {
	const fn = "rtnl_link_change"
	m, err := l.BuildChange(changes, f)
	if err != nil {
		return err
	}
	if l.Index() == 0 && l.Name() == "" { // the kernel would change all links of a group
		return &Error{Func: fn, Code: ErrMissingAttr, Msg: "the link has neither index nor name"}
	}
	err = s.ask(ctx, fn, m)
	// bridges say yes to what they do not support
	if h := m.Header(); errors.Is(err, ErrOpNotSupp) && h.Type == RTMNewLink && l.Family() != FamilyBridge {
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
// Implements: rtnl_link_enslave_ifindex rtnl_link_enslave rtnl_link_bond_enslave_ifindex rtnl_link_bond_enslave
func Enslave(ctx context.Context, s *Socket, master, slave int) error {
	return setMaster(ctx, s, "rtnl_link_enslave_ifindex", master, slave)
}

// Release takes the link with index slave from its master. Equivalent to: ip link set dev SLAVE nomaster.
//
// Implements: rtnl_link_release_ifindex rtnl_link_release rtnl_link_bond_release_ifindex rtnl_link_bond_release
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
	// Family is FamilyUnspec, or FamilyBridge for the ports of bridges with their data and that alone ([Link.BridgePort]), or FamilyIPv6 for
	// the interfaces with IPv6, with its data in place of other attributes.
	Family Family
	Master int    // index of the master
	Type   string // kind, "vlan"
	// NoStats has the kernel leave out the counters of IPv6, a quarter of the bytes, and of virtual functions, and since 7.x those of the links. It
	// does so since Linux 4.4, and with FamilyIPv6 never.
	NoStats bool
	VFs     bool // with the virtual functions of SR-IOV devices
}

// rtextFilter* are the bits of IFLA_EXT_MASK (RTEXT_FILTER_*).
const (
	rtextFilterVF         = 1 << 0
	rtextFilterBridgeVLAN = 1 << 2 // in ranges
	rtextFilterSkipStats  = 1 << 3
	rtextFilterMST        = 1 << 7
)

// check returns the error for a filter that no request can carry.
func (f *LinkFilter) check(fn string) error {
	if err := checkIndex(fn, f.Master); err != nil {
		return err
	}
	switch {
	case f.Family < 0 || f.Family > maxLinkFamily:
		return &Error{Func: fn, Code: ErrAFNoSupport, Msg: "family " + strconv.Itoa(int(f.Family))}
	case len(f.Type) > 55 || strings.IndexByte(f.Type, 0) >= 0: // MODULE_NAME_LEN
		return textErr(fn, ErrRange, f.Type)
	}
	return nil
}

// request returns the request for a dump. With strict checking the kernel takes no attributes for FamilyIPv6, and one for FamilyBridge.
func (f *LinkFilter) request() *Msg {
	m := newMsg(256)
	m.own.proto = int(ProtoRoute)
	m.SetHeader(Header{Type: RTMGetLink, Flags: FlagDump})
	m.Append(append([]byte{byte(f.Family)}, make([]byte, unix.SizeofIfInfomsg-1)...), 4)
	if f.Family == FamilyIPv6 {
		return m
	}
	if mask := f.mask(); mask != 0 {
		m.PutU32(unix.IFLA_EXT_MASK, mask)
	}
	if f.Family == FamilyBridge {
		return m
	}
	if f.Master != 0 {
		m.PutU32(unix.IFLA_MASTER, uint32(f.Master))
	}
	if f.Type != "" {
		m.Nest(unix.IFLA_LINKINFO, func(m *Msg) { m.PutString(unix.IFLA_INFO_KIND, f.Type) })
	}
	return m
}

// mask returns IFLA_EXT_MASK.
func (f *LinkFilter) mask() uint32 {
	var mask uint32
	if f.VFs {
		mask |= rtextFilterVF
	}
	if f.NoStats {
		mask |= rtextFilterSkipStats
	}
	if f.Family != FamilyBridge {
		return mask
	}
	if HasCapability(CapVersion3_11_0) {
		mask |= rtextFilterMST
	}
	return mask | rtextFilterBridgeVLAN
}

// wants reports whether a link passes: the kernel filters as far as it can, which depends on its version.
func (f *LinkFilter) wants(l *Link) bool {
	return (f.Master == 0 || l.Master() == f.Master) && (f.Type == "" || l.Type() == f.Type)
}

// Links asks the kernel for links and yields them one by one, each lent for its step; [Retain] or [Clone] keeps one. It takes as much memory
// for many as for one. Errors are those of [Socket.Request], each ends the loop; a dump that a change interrupted ends with [ErrDumpIntr].
// Equivalent to: ip link show, bridge link show.
func (s *Socket) Links(ctx context.Context, f *LinkFilter) iter.Seq2[*Link, error] {
	if f == nil {
		f = &LinkFilter{}
	}
	return func(yield func(*Link, error) bool) {
		const fn = "Links"
		if err := f.check(fn); err != nil {
			yield(nil, err)
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
