//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"context"
	"iter"
	"strconv"
)

// CTA_EXPECT_*, which package unix does not have.
const (
	ctaExpectMaster   = 1
	ctaExpectHelpName = 6
	ctaExpectZone     = 7
)

// build returns a request that libnl builds, put right where that is wrong: the direction of NAT in the byte order of the machine, ICMPv6 by
// the attributes of ICMP.
func (e *CTExpect) build(fn string, typ MsgType, f MsgFlags) (*Msg, error) {
	c := e.ptr()
	if c == nil {
		return nil, closedErr(fn)
	}
	if u := C.nlgo_exp_unsaid(c); u.err < 0 {
		return nil, &Error{Func: fn, Code: Errno(-u.err), Msg: "the request cannot say it: " + C.GoString(u.why)}
	}
	var msg *C.struct_nl_msg
	rc := C.nlgo_exp_build(c, C.int(typ&0xff), C.int(f), &msg)
	return builtMsg(fn, ProtoNetfilter, rc, msg)
}

// missing returns the error for an expectation without a source and a destination in one of the tuples.
func (e *CTExpect) missing(fn string, tuples ...ExpTuple) error {
	if e.ptr() == nil {
		return closedErr(fn)
	}
	for _, t := range tuples {
		if !e.Src(t).IsValid() || !e.Dst(t).IsValid() {
			return &Error{Func: fn, Code: ErrMissingAttr, Msg: "the tuple " + strconv.Quote(t.String()) + " has no source or no destination"}
		}
	}
	return nil
}

// BuildAdd returns the request that [CTExpect.Add] sends, without sending it. It needs a source and a destination in the tuples
// [ExpTupleExpect], [ExpTupleMask] and [ExpTupleMaster] ([ErrMissingAttr]). What the request has no place for is an error: an address with a
// prefix length ([ErrInval]), NAT without a source address ([ErrMissingAttr]).
//
// Implements: nfnl_exp_build_add_request
func (e *CTExpect) BuildAdd(f MsgFlags) (*Msg, error) {
	const fn = "nfnl_exp_build_add_request"
	if err := e.missing(fn, ExpTupleExpect, ExpTupleMask, ExpTupleMaster); err != nil {
		return nil, err
	}
	return e.build(fn, MsgCTExpectNew, f)
}

// Add adds an expectation with FlagCreate in f; without it, it changes the timeout of one that exists, and none that does is [fs.ErrNotExist]. The
// three tuples need their protocols too, and ports if that has ports. The master must be a connection that has a helper, else it is [ErrFailure]
// with EOPNOTSUPP. Equivalent to: conntrack -I expect.
//
// Implements: nfnl_exp_add
func (e *CTExpect) Add(ctx context.Context, s *Socket, f MsgFlags) error {
	m, err := e.BuildAdd(f)
	if err != nil {
		return err
	}
	return s.ask(ctx, "nfnl_exp_add", m)
}

// BuildDelete returns the request that [CTExpect.Delete] sends, without sending it. It needs a source and a destination in the tuple
// [ExpTupleExpect] ([ErrMissingAttr]): by one without a tuple the kernel deletes all expectations.
//
// Implements: nfnl_exp_build_delete_request
func (e *CTExpect) BuildDelete(f MsgFlags) (*Msg, error) {
	const fn = "nfnl_exp_build_delete_request"
	if err := e.missing(fn, ExpTupleExpect); err != nil {
		return nil, err
	}
	return e.build(fn, MsgCTExpectDelete, f)
}

// Delete removes the expectation of the connection in [ExpTupleExpect], in the zone and with the id if they are set; one that is not there is
// [fs.ErrNotExist]. Equivalent to: conntrack -D expect.
//
// Implements: nfnl_exp_del
func (e *CTExpect) Delete(ctx context.Context, s *Socket, f MsgFlags) error {
	m, err := e.BuildDelete(f)
	if err != nil {
		return err
	}
	return s.ask(ctx, "nfnl_exp_del", m)
}

// BuildQuery returns the request that [CTExpect.Query] sends, without sending it. It needs a source and a destination in the tuple
// [ExpTupleExpect] ([ErrMissingAttr]). Flags that make it a dump are [ErrInval].
//
// Implements: nfnl_exp_build_query_request
func (e *CTExpect) BuildQuery(f MsgFlags) (*Msg, error) {
	const fn = "nfnl_exp_build_query_request"
	if err := e.missing(fn, ExpTupleExpect); err != nil {
		return nil, err
	}
	if f&FlagDump != 0 {
		return nil, argErr(fn, "flags of a dump: CTExpects makes one")
	}
	return e.build(fn, MsgCTExpectGet, f)
}

// Query returns the kernel's expectation for the connection in [ExpTupleExpect], in the zone and with the id if they are set; the caller owns it.
// One that is not there is [fs.ErrNotExist]. (libnl leaves the answer to a callback of the socket.) Equivalent to: conntrack -G expect.
//
// Implements: nfnl_exp_query
func (e *CTExpect) Query(ctx context.Context, s *Socket, f MsgFlags) (*CTExpect, error) {
	m, err := e.BuildQuery(f)
	if err != nil {
		return nil, err
	}
	return askOne[*CTExpect](ctx, s, "nfnl_exp_query", m)
}

// newExpectMsg returns a request with a header alone.
func newExpectMsg(typ MsgType, f MsgFlags, family Family) (*Msg, error) {
	m, err := NewNFMsg(NFHeader{Subsys: uint8(typ >> 8), Subtype: uint8(typ), Family: family}, f)
	if err != nil {
		return nil, err
	}
	m.SetProto(ProtoNetfilter)
	return m, nil
}

// FlushCTExpects removes all expectations, or with the name of a helper those of the connections that it helps. Equivalent to: conntrack -F expect.
func (s *Socket) FlushCTExpects(ctx context.Context, helper string) error {
	const fn = "FlushCTExpects"
	if len(helper) > maxHelperName {
		return textErr(fn, ErrRange, helper)
	}
	m, err := newExpectMsg(MsgCTExpectDelete, 0, FamilyUnspec)
	if err != nil {
		return named(fn, err)
	}
	if helper != "" {
		m.PutString(ctaExpectHelpName, helper)
	}
	if err := m.Err(); err != nil {
		return named(fn, err)
	}
	return s.ask(ctx, fn, m)
}

// DumpCTExpect asks for all expectations; the answer is left to the receiver. [Socket.CTExpects] yields them.
//
// Implements: nfnl_exp_dump_request
func (s *Socket) DumpCTExpect() error {
	const fn = "nfnl_exp_dump_request"
	m, err := newExpectMsg(MsgCTExpectGet, FlagDump, FamilyUnspec)
	if err != nil {
		return named(fn, err)
	}
	if err := s.speaks(fn, ProtoNetfilter); err != nil {
		return err
	}
	_, err = s.SendAuto(m)
	return err
}

// CTExpectFilter says which expectations [Socket.CTExpects] yields. The zero value, and nil, is all of them. The kernel knows all of it.
type CTExpectFilter struct {
	Family Family
	Master CTExpectTuple // of the connection that has arranged them, in its original direction; one that is not there is [fs.ErrNotExist]
	Zone   uint16        // of that connection
}

// family returns the family to ask for.
func (f *CTExpectFilter) family(fn string) (Family, error) {
	if err := checkFamily(fn, f.Family); err != nil {
		return 0, err
	}
	src, dst := f.Master.Src.Addr(), f.Master.Dst.Addr()
	switch {
	case f.Master == (CTExpectTuple{}) && f.Zone != 0:
		return 0, &Error{Func: fn, Code: ErrMissingAttr, Msg: "a zone without a master"}
	case f.Master == (CTExpectTuple{}):
		return f.Family, nil
	case !src.IsValid() || !dst.IsValid():
		return 0, &Error{Func: fn, Code: ErrMissingAttr, Msg: "the master has no source or no destination"}
	}
	family := FamilyIPv4
	if src.Is6() {
		family = FamilyIPv6
	}
	if !f.Master.of(family) || f.Family != 0 && f.Family != family {
		return 0, &Error{Func: fn, Code: ErrAFMismatch}
	}
	return family, nil
}

// request returns the request for a dump.
func (f *CTExpectFilter) request(fn string) (*Msg, error) {
	family, err := f.family(fn)
	if err != nil {
		return nil, err
	}
	m, err := newExpectMsg(MsgCTExpectGet, FlagDump, family)
	if err != nil {
		return nil, named(fn, err)
	}
	if f.Master != (CTExpectTuple{}) {
		m.Nest(ctaExpectMaster, func(m *Msg) { f.Master.put(m, f.Master.Proto) })
		m.PutBE16(ctaExpectZone, f.Zone)
	}
	return m, m.Err()
}

// CTExpects asks the kernel for expectations and yields them one by one, each lent for its step; [Retain] or [Clone] keeps one. Errors are those of
// [Socket.Request], each ends the loop. Equivalent to: conntrack -L expect.
func (s *Socket) CTExpects(ctx context.Context, f *CTExpectFilter) iter.Seq2[*CTExpect, error] {
	if f == nil {
		f = &CTExpectFilter{}
	}
	return func(yield func(*CTExpect, error) bool) {
		const fn = "CTExpects"
		m, err := f.request(fn)
		if err != nil {
			yield(nil, err)
			return
		}
		wants := func(e *CTExpect) bool { return f.Family == 0 || e.Family() == f.Family }
		objects(ctx, s, fn, m, wants)(yield)
	}
}

// NewCTExpectCache returns a cache of expectations, of all families. For [Cache.Resync] and a [CacheManager] two are the same if the kernel's id is; see
// [GroupCTExpectNew] for what a manager is told.
//
// Implements: nfnl_exp_alloc_cache
func NewCTExpectCache(ctx context.Context, s *Socket) (*Cache[*CTExpect], error) {
	return newFilledCache[*CTExpect](ctx, s, "nfnl_exp_alloc_cache", cacheArgs{})
}

// askExpects asks for the expectations of the family in arg1.
func askExpects(get MsgType, a cacheArgs) (*Msg, error) {
	const fn = "nfnl_exp_dump_request"
	if err := checkFamily(fn, Family(a.arg1)); err != nil {
		return nil, err
	}
	return newExpectMsg(get, FlagDump, Family(a.arg1))
}
