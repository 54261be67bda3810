//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"context"
	"encoding/binary"
	"iter"
	"os"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// build returns what libnl makes of a request to change the table.
func (t *NeighTable) build(fn string, changes *NeighTable) (*Msg, error) {
	c, ch := t.ptr(), changes.ptr()
	if c == nil || ch == nil {
		return nil, closedErr(fn)
	}
	var msg *C.struct_nl_msg
	rc := C.rtnl_neightbl_build_change_request(c, ch, &msg)
	return builtMsg(fn, ProtoRoute, rc, msg)
}

// BuildChange returns the request that [NeighTable.Change] sends, without sending it. libnl leaves the third threshold out, and puts the
// proxy delay where the delay of the first probe belongs; here both are as set.
//
// Implements: rtnl_neightbl_build_change_request
func (t *NeighTable) BuildChange(changes *NeighTable) (*Msg, error) {
	const fn = "rtnl_neightbl_build_change_request"
	built, err := t.build(fn, changes)
	if err != nil {
		return nil, err
	}
	if name, ok := built.FindAttr(sizeofNdtMsg, ndtaName); !ok || name.Len() <= 1 {
		return nil, &Error{Func: fn, Code: ErrMissingAttr, Msg: "the table has no name"}
	}
	m := newMsg(os.Getpagesize())
	m.own.proto = int(ProtoRoute)
	m.SetHeader(built.Header())
	m.Append(built.Payload()[:sizeofNdtMsg], 4)
	seen := false
	for a := range built.Attrs(sizeofNdtMsg) {
		switch {
		case a.Type() == ndtaParms:
			m.PutBytes(a.RawType(), changes.mendParms(a))
		case a.Type() == ndtaThresh2 && seen, a.Type() == ndtaThresh3:
		default:
			m.PutBytes(a.RawType(), a.Bytes())
			seen = seen || a.Type() == ndtaThresh2
		}
	}
	var v C.uint32_t
	if C.nlgo_neightbl_has_thresh3(changes.live()) != 0 {
		if C.nlgo_neightbl_thresh3(changes.live(), &v) == 0 {
			return nil, &Error{Func: fn, Code: ErrOpNotSupp, Msg: "libnl does not give the third threshold away"}
		}
		m.PutU32(ndtaThresh3, uint32(v))
	}
	return m, m.Err()
}

// mendParms returns the parameters of a request with the right delay of the first probe.
func (t *NeighTable) mendParms(parms Attr) []byte {
	b := slices.Clone(parms.Bytes())
	for a := range EachAttr(b) {
		if a.Type() == ndtpaDelayProbeTime && a.Len() == 8 {
			text, _ := t.object().dump(DumpDetails)
			d, _ := ParseMsec(tableWords(text)["initial-probe-delay"])
			binary.NativeEndian.PutUint64(a.Bytes(), uint64(d/time.Millisecond))
		}
	}
	return b
}

// Change changes the table that t names, or its parameters for the interface that t has, to what changes holds (RTM_SETNEIGHTBL). The
// thresholds and the interval belong to the machine and can be changed in its first network namespace alone. Equivalent to: ip ntable
// change.
//
// Implements: rtnl_neightbl_change
func (t *NeighTable) Change(ctx context.Context, s *Socket, changes *NeighTable) error {
	m, err := t.BuildChange(changes)
	if err != nil {
		return err
	}
	return s.ask(ctx, "rtnl_neightbl_change", m)
}

// NeighTableFilter says which tables [Socket.NeighTables] yields. The zero value, and nil, is all of them.
type NeighTableFilter struct {
	Family Family
}

// NeighTables asks the kernel for the tables of neighbours and yields each, and behind it its parameters for every interface, lent for its
// step; [Retain] or [Clone] keeps one. Errors are those of [Socket.Request], each ends the loop. Equivalent to: ip ntable show.
func (s *Socket) NeighTables(ctx context.Context, f *NeighTableFilter) iter.Seq2[*NeighTable, error] {
	if f == nil {
		f = &NeighTableFilter{}
	}
	return func(yield func(*NeighTable, error) bool) {
		const fn = "NeighTables"
		if err := checkFamily(fn, f.Family); err != nil {
			yield(nil, err)
			return
		}
		// the kernel filters by family
		m := dumpRequest(unix.RTM_GETNEIGHTBL, []byte{byte(f.Family), 0, 0, 0})
		objects[*NeighTable](ctx, s, fn, m, nil)(yield)
	}
}
