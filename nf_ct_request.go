//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"context"
	"encoding/binary"
	"errors"
	"io/fs"
	"iter"
)

// Types of the messages that tell of connections, and multicast groups of NETLINK_NETFILTER that do. The kernel tells of connections that were made
// while somebody listened, of others with the sysctl net.netfilter.nf_conntrack_events at 1.
const (
	MsgCTNew    MsgType = 1 << 8   // an entry is new, or has changed: [CTGroup] tells
	MsgCTDelete MsgType = 1<<8 | 2 // an entry is gone

	msgCTGet     MsgType = 1<<8 | 1
	msgCTGetZero MsgType = 1<<8 | 3 // IPCTNL_MSG_CT_GET_CTRZERO

	GroupCTNew     Group = 1
	GroupCTUpdate  Group = 2
	GroupCTDestroy Group = 3
)

// CTGroup returns the group that a message that tells of a connection belongs to, wherever it comes from: [GroupCTNew], [GroupCTUpdate] or
// [GroupCTDestroy], 0 for another message. One of a dump counts as an update.
//
// Implements: nfnlmsg_ct_group
func CTGroup(m *Msg) Group {
	switch h := m.Header(); h.Type {
	case MsgCTNew:
		if h.Flags&(FlagCreate|FlagExcl) != 0 {
			return GroupCTNew
		}
		return GroupCTUpdate
	case MsgCTDelete:
		return GroupCTDestroy
	}
	return 0
}

// tuples is which tuples a request needs.
type tuples int

const (
	oneTuple tuples = iota
	bothTuples
)

// check returns the error for an entry that no request can be built from: libnl leaves out what has no place, and the kernel takes a request to
// delete that has no tuple for one to delete all.
func (c *CT) check(fn string, want tuples) error {
	x := c.info()
	n := 0
	for d := range x.dir {
		t := &x.dir[d]
		if t.has == 0 {
			continue
		}
		if t.has&(C.NLGO_CT_SRC|C.NLGO_CT_DST) != C.NLGO_CT_SRC|C.NLGO_CT_DST {
			return &Error{Func: fn, Code: ErrMissingAttr, Msg: "the " + CTDir(d).String() + " tuple has not both addresses"}
		}
		for _, ip := range []*C.struct_nlgo_ip{&t.src, &t.dst} {
			if a := ipFromC(ip); !a.IsValid() || int(ip.prefixlen) != a.BitLen() {
				return argErr(fn, "the "+CTDir(d).String()+" tuple has an address that is not of one host")
			}
		}
		n++
	}
	switch {
	case n == 0, n == 1 && want == bothTuples:
		return &Error{Func: fn, Code: ErrMissingAttr, Msg: "a tuple"}
	case x.has_proto == 0:
		return &Error{Func: fn, Code: ErrMissingAttr, Msg: "the protocol"}
	}
	return nil
}

// BuildAdd returns the request that [CT.Add] sends, without sending it.
//
// Implements: nfnl_ct_build_add_request
func (c *CT) BuildAdd(f MsgFlags) (*Msg, error) {
	const fn = "nfnl_ct_build_add_request"
	if c.ptr() == nil {
		return nil, closedErr(fn)
	}
	want := oneTuple
	if f&FlagCreate != 0 {
		want = bothTuples
	}
	if err := c.check(fn, want); err != nil {
		return nil, err
	}
	if _, ok := c.Timeout(); !ok && f&FlagCreate != 0 {
		return nil, &Error{Func: fn, Code: ErrMissingAttr, Msg: "the timeout"}
	}
	return c.buildNew(fn, f)
}

// buildNew builds a NEW request, and puts in what libnl leaves out.
func (c *CT) buildNew(fn string, f MsgFlags) (*Msg, error) {
	var msg *C.struct_nl_msg
	rc := C.nfnl_ct_build_add_request(c.ptr(), C.int(f), &msg)
	m, err := builtMsg(fn, ProtoNetfilter, rc, msg)
	if err != nil {
		return nil, err
	}
	if s, ok := c.TCPState(); ok {
		editTCP(m, func([]byte) []byte { return attrOf(ctaTCPState, []byte{byte(s)}) })
	}
	// an entry in the table is confirmed, and the kernel refuses a status that says otherwise
	if a, ok := m.FindAttr(nfHeaderLen, ctaStatus); ok {
		s, _ := a.BE32()
		binary.BigEndian.PutUint32(a.Bytes(), s|uint32(CTStatusConfirmed))
	}
	return m, nil
}

// Add adds an entry (IPCTNL_MSG_CT_NEW), with FlagCreate in f; with FlagExcl one that is there is [fs.ErrExist], without it is changed, as
// far as the kernel lets. A new entry needs both tuples, the protocol and a timeout; to what it has of the status CTStatusConfirmed is added.
// What else there is see [CTExtra]. Equivalent to: conntrack -I.
//
// Implements: nfnl_ct_add
func (c *CT) Add(ctx context.Context, s *Socket, f MsgFlags) error {
	m, err := c.BuildAdd(f)
	if err != nil {
		return err
	}
	return s.ask(ctx, "nfnl_ct_add", m)
}

// BuildUpdate returns the request that [CT.Update] sends, without sending it.
func (c *CT) BuildUpdate(changes *CT) (*Msg, error) {
	const fn = "nfnl_ct_build_add_request"
	if c.ptr() == nil || changes.ptr() == nil {
		return nil, closedErr(fn)
	}
	if err := c.check(fn, oneTuple); err != nil {
		return nil, err
	}
	if err := c.keeps(fn, changes); err != nil {
		return nil, err
	}
	p := C.nlgo_ct_change(c.ptr(), changes.ptr())
	if p == nil {
		return nil, &Error{Func: fn, Code: ErrNoMem}
	}
	u := own[*CT]((*C.struct_nl_object)(p))
	defer u.Close()
	return u.buildNew(fn, 0)
}

// keeps returns an error if the changes are of another entry.
func (c *CT) keeps(fn string, changes *CT) error {
	is, to := c.info(), changes.info()
	other := to.has_zone != 0 && to.zone != is.zone || to.has_proto != 0 && to.proto != is.proto || to.family != 0 && to.family != is.family
	for d := range to.dir {
		t := &to.dir[d]
		other = other || t.has != 0 && tupleFromC(t) != tupleFromC(&is.dir[d])
	}
	if other {
		return argErr(fn, "tuples, zone, protocol and family of an entry stay")
	}
	return nil
}

// Update changes an entry of the table: status, timeout, mark and TCP state become what changes has of them, where c does not say that they are
// that already. So changes can be a new object with what is to change, or a clone of c, changed; what else the kernel has done to the entry
// since c was read stays. An entry that is not there is [fs.ErrNotExist]. The kernel refuses to unset CTStatusSeenReply and CTStatusAssured (EBUSY). Equivalent
// to: conntrack -U.
func (c *CT) Update(ctx context.Context, s *Socket, changes *CT) error {
	m, err := c.BuildUpdate(changes)
	if err != nil {
		return err
	}
	return s.ask(ctx, "nfnl_ct_add", m)
}

// BuildDelete returns the request that [CT.Delete] sends, without sending it. Without a tuple it is [ErrMissingAttr]: the kernel would delete all
// entries.
//
// Implements: nfnl_ct_build_delete_request
func (c *CT) BuildDelete(f MsgFlags) (*Msg, error) {
	const fn = "nfnl_ct_build_delete_request"
	if c.ptr() == nil {
		return nil, closedErr(fn)
	}
	if err := c.check(fn, oneTuple); err != nil {
		return nil, err
	}
	var msg *C.struct_nl_msg
	rc := C.nfnl_ct_build_delete_request(c.ptr(), C.int(f), &msg)
	return builtMsg(fn, ProtoNetfilter, rc, msg)
}

// Delete removes an entry (IPCTNL_MSG_CT_DELETE), found by its original tuple, else by that of the replies, in its zone; with an ID,
// no entry with another ID. One that is not there is [fs.ErrNotExist]. Equivalent to: conntrack -D.
//
// Implements: nfnl_ct_del
func (c *CT) Delete(ctx context.Context, s *Socket, f MsgFlags) error {
	m, err := c.BuildDelete(f)
	if err != nil {
		return err
	}
	return s.ask(ctx, "nfnl_ct_del", m)
}

// BuildQuery returns the request that [CT.Query] sends, without sending it.
//
// Implements: nfnl_ct_build_query_request
func (c *CT) BuildQuery(f MsgFlags) (*Msg, error) {
	const fn = "nfnl_ct_build_query_request"
	if c.ptr() == nil {
		return nil, closedErr(fn)
	}
	if f&FlagDump != 0 {
		return nil, argErr(fn, "a query is for one entry: Socket.CTs asks for all")
	}
	if err := c.check(fn, oneTuple); err != nil {
		return nil, err
	}
	var msg *C.struct_nl_msg
	rc := C.nfnl_ct_build_query_request(c.ptr(), C.int(f), &msg)
	return builtMsg(fn, ProtoNetfilter, rc, msg)
}

// Query returns the entry of the table (IPCTNL_MSG_CT_GET) that has the tuple of c, found as by [CT.Delete]; the caller owns it. One that is not there is
// [fs.ErrNotExist]. Equivalent to: conntrack -G.
//
// Implements: nfnl_ct_query
func (c *CT) Query(ctx context.Context, s *Socket, f MsgFlags) (*CT, error) {
	m, err := c.BuildQuery(f)
	if err != nil {
		return nil, err
	}
	return askOne[*CT](ctx, s, "nfnl_ct_query", m)
}

// QueryZero is [CT.Query], and sets the entry's counters to zero after they are read.
func (c *CT) QueryZero(ctx context.Context, s *Socket) (*CT, error) {
	m, err := c.BuildQuery(0)
	if err != nil {
		return nil, err
	}
	h := m.Header()
	h.Type = msgCTGetZero
	m.SetHeader(h)
	return askOne[*CT](ctx, s, "nfnl_ct_query", m)
}

// DumpCT asks for all entries, which then arrive: see [Socket.CTs] for a loop over them.
//
// Implements: nfnl_ct_dump_request
func (s *Socket) DumpCT() error {
	return named("nfnl_ct_dump_request", s.SendNFSimple(NFHeader{Subsys: 1, Subtype: 1}, FlagDump))
}

// NewCTCache returns a cache of the entries of the table, filled through s; without a socket it is empty, and [Cache.Refill] fills it. The caller
// owns it. In a cache an entry is another one if the original tuple, the zone or the ID is; what looks for one goes through all of them. A
// manager follows it as far as the kernel tells: see [GroupCTDestroy].
//
// Implements: nfnl_ct_alloc_cache
func NewCTCache(ctx context.Context, s *Socket) (*Cache[*CT], error) {
	return newFilledCache[*CT](ctx, s, "nfnl_ct_alloc_cache", cacheArgs{})
}

func askCTs(get MsgType, _ cacheArgs) (*Msg, error) { return (&CTFilter{}).dump(get) }

// CTFilter says which entries are meant: by a loop, a dump, or a flush. The zero value, and nil, is all.
type CTFilter struct {
	Family     Family
	Mark       uint32   // of the bits in MarkMask
	MarkMask   uint32   // if zero the mark does not matter
	Status     CTStatus // of the bits in StatusMask
	StatusMask CTStatus // if zero the status does not matter
	Zone       *uint16  // of both directions; nil is any

	// Zero sets the counters of the entries to zero after they are read. It goes with Family and Mark alone: kernels before 6.8 would take no
	// notice of the others, and set those of all to zero.
	Zero bool
}

func (f *CTFilter) check(fn string) error {
	if err := checkFamily(fn, f.Family); err != nil {
		return err
	}
	switch {
	case f.Mark&^f.MarkMask != 0:
		return argErr(fn, "a mark outside of its mask")
	case f.Status&^f.StatusMask != 0:
		return argErr(fn, "a status outside of its mask")
	case f.Zero && !f.everywhere():
		return argErr(fn, "Zero goes with Family and Mark alone")
	}
	return nil
}

// everywhere reports whether every kernel looks at all that the filter has.
func (f *CTFilter) everywhere() bool { return f.StatusMask == 0 && f.Zone == nil }

func (f *CTFilter) empty() bool {
	return f.Family == 0 && f.MarkMask == 0 && f.everywhere()
}

// put puts the attributes that the kernel filters by.
func (f *CTFilter) put(m *Msg) {
	if f.MarkMask != 0 {
		m.PutBE32(ctaMark, f.Mark)
		m.PutBE32(ctaMarkMask, f.MarkMask)
	}
	if f.StatusMask != 0 {
		m.PutBE32(ctaStatus, uint32(f.Status))
		m.PutBE32(ctaStatusMask, uint32(f.StatusMask))
	}
	if f.Zone != nil {
		m.PutBE16(ctaZone, *f.Zone)
	}
}

func (f *CTFilter) dump(get MsgType) (*Msg, error) {
	if f.Zero {
		get = msgCTGetZero
	}
	m, err := NewNFMsg(NFHeader{Subsys: uint8(get >> 8), Subtype: uint8(get), Family: f.Family}, FlagDump)
	if err != nil {
		return nil, err
	}
	m.own.proto = int(ProtoNetfilter)
	f.put(m)
	return m, m.Err()
}

// wants reports whether an entry passes: which filters the kernel knows depends on its version. It tells of a zone of one direction apart.
func (f *CTFilter) wants(i *CTInfo) bool {
	return (f.Family == 0 || i.Family == f.Family) && i.Mark&f.MarkMask == f.Mark && i.Status&f.StatusMask == f.Status &&
		(f.Zone == nil || i.Zone == *f.Zone && i.Orig.Zone == 0 && i.Reply.Zone == 0)
}

// NewCTDump returns a request for the entries that f means, nil for all: for [NetLink.DumpMsg], or [Socket.Request], which yields the messages
// themselves. The kernel leaves out what it can; those before 6.8 know nothing of zones.
func NewCTDump(f *CTFilter) (*Msg, error) {
	const fn = "nfnl_ct_dump_request"
	if f == nil {
		f = &CTFilter{}
	}
	if err := f.check(fn); err != nil {
		return nil, err
	}
	return f.dump(msgCTGet)
}

// ctMessages yields the messages that tell of the entries that f means, and what ParseCTInfo makes of them, if that is wanted.
func (s *Socket) ctMessages(ctx context.Context, fn string, f *CTFilter, read bool, yield func(*Msg, *CTInfo, error) bool) {
	if f == nil {
		f = &CTFilter{}
	}
	m, err := NewCTDump(f)
	if err == nil {
		err = s.speaks(fn, ProtoNetfilter)
	}
	if err != nil {
		yield(nil, nil, named(fn, err))
		return
	}
	var i CTInfo // one for all: it does not stay on the stack
	for r, err := range s.request(ctx, fn, m) {
		if err == nil && (read || !f.empty()) {
			i = CTInfo{}
			err = named(fn, i.parse(r.bytes()))
		}
		if err != nil {
			yield(nil, nil, err)
			return
		}
		if f.wants(&i) && !yield(r, &i, nil) {
			return
		}
	}
}

// CTInfos asks the kernel for the entries that f means, nil for all, and yields them one by one, with what [CT] has no place for. Errors are those
// of [Socket.Request], each ends the loop. Equivalent to: conntrack -L.
func (s *Socket) CTInfos(ctx context.Context, f *CTFilter) iter.Seq2[CTInfo, error] {
	return func(yield func(CTInfo, error) bool) {
		s.ctMessages(ctx, "CTInfos", f, true, func(_ *Msg, i *CTInfo, err error) bool {
			if err != nil {
				return yield(CTInfo{}, err)
			}
			return yield(*i, nil)
		})
	}
}

// CTs is [Socket.CTInfos] for objects of libnl's, each lent for its step; [Retain] or [Clone] keeps one.
func (s *Socket) CTs(ctx context.Context, f *CTFilter) iter.Seq2[*CT, error] {
	return func(yield func(*CT, error) bool) {
		const fn = "CTs"
		s.ctMessages(ctx, fn, f, false, func(m *Msg, _ *CTInfo, err error) bool {
			if err != nil {
				return yield(nil, err)
			}
			objs, err := m.parse(true)
			if err != nil {
				yield(nil, named(fn, err))
				return false
			}
			return objs.each(func(o *Object, _ error) bool { return yield(handle[*CT](o), nil) })
		})
	}
}

// flushBatch is how many entries are deleted at once.
const flushBatch = 64

// FlushCT removes the entries that f means, nil for all. By family and mark the kernel does so at once; by status and zone, which not all kernels
// look at here, they are asked for and deleted one by one. Equivalent to: conntrack -F, conntrack -D.
func (s *Socket) FlushCT(ctx context.Context, f *CTFilter) error {
	const fn = "FlushCT"
	if f == nil {
		f = &CTFilter{}
	}
	if err := f.check(fn); err != nil {
		return err
	}
	if f.Zero {
		return argErr(fn, "Zero is for loops")
	}
	if !f.everywhere() {
		return s.deleteCTs(ctx, fn, f)
	}
	m, err := NewNFMsg(NFHeader{Subsys: 1, Subtype: 2, Family: f.Family}, 0)
	if err != nil {
		return err
	}
	m.own.proto = int(ProtoNetfilter)
	if f.Family != 0 {
		m.Payload()[1] = 1 // the version from which on the family counts
	}
	f.put(m)
	if err := m.Err(); err != nil {
		return err
	}
	return s.ask(ctx, fn, m)
}

// deleteCTs deletes the entries that f means one by one; those that went meanwhile are no error.
func (s *Socket) deleteCTs(ctx context.Context, fn string, f *CTFilter) error {
	var batch []*Msg
	flush := func() error {
		for _, err := range s.Batch(ctx, batch) {
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return named(fn, err)
			}
		}
		batch = batch[:0]
		return nil
	}
	for c, err := range s.CTs(ctx, f) {
		if err != nil {
			return named(fn, err)
		}
		m, err := c.BuildDelete(0)
		if err != nil {
			return named(fn, err)
		}
		if batch = append(batch, m); len(batch) == flushBatch {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}
