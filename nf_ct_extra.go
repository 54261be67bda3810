//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

import (
	"net/netip"
	"strings"

	"golang.org/x/sys/unix"
)

// CTExtra is what a request for an entry can carry that libnl's object has no place for: [CTExtra.Put] puts it into what [CT.BuildAdd] and
// [CT.BuildUpdate] return. Zero fields are left out.
type CTExtra struct {
	Helper      string   // that looks for connections that this one announces, "ftp"; only a new entry can get one
	NoHelper    bool     // takes the helper away
	Labels      CTLabels // labels to set
	LabelsMask  CTLabels // labels that become as Labels has them; if zero all do
	MarkMask    uint32   // bits that become as the entry's mark has them, which must have no others; if zero all do
	OrigTCP     CTTCP    // of the end that opened the connection: flags are set, none is taken away
	ReplyTCP    CTTCP    // of the other end
	SrcNAT      CTNAT    // what the source becomes, of a new entry
	DstNAT      CTNAT    // what the destination becomes, of a new entry
	Master      CTTuple  // original tuple of the connection that announced this one, of a new entry
	MasterProto IPProto
}

// CTNAT is a range of addresses and ports, one of each of which a connection is given.
type CTNAT struct {
	Min, Max         netip.Addr // without Max it is one
	MinPort, MaxPort uint16     // without MaxPort it is one, without both any
}

// maxHelperName is the longest name of a helper (NF_CT_HELPER_NAME_LEN has the NUL).
const maxHelperName = 15

// Put puts the attributes into a request.
func (x *CTExtra) Put(m *Msg) error {
	const fn = "CTExtra.Put"
	h, ok := m.NF()
	if !ok || h.Type() != MsgCTNew {
		return argErr(fn, "no request for a conntrack entry")
	}
	if err := x.check(fn, m, h.Family); err != nil {
		return err
	}
	if x.Helper != "" || x.NoHelper {
		m.Nest(ctaHelp, func(m *Msg) { m.PutString(1, x.Helper) })
	}
	if x.Labels != (CTLabels{}) || x.LabelsMask != (CTLabels{}) {
		m.PutBytes(ctaLabels, x.Labels[:])
	}
	if x.LabelsMask != (CTLabels{}) {
		m.PutBytes(ctaLabelsMask, x.LabelsMask[:])
	}
	if x.MarkMask != 0 {
		m.PutBE32(ctaMarkMask, x.MarkMask)
	}
	x.SrcNAT.put(m, ctaNATSrc)
	x.DstNAT.put(m, ctaNATDst)
	if x.Master != (CTTuple{}) {
		m.Nest(ctaTupleMaster, func(m *Msg) { x.Master.put(m, x.MasterProto) })
	}
	if x.OrigTCP != (CTTCP{}) || x.ReplyTCP != (CTTCP{}) {
		editTCP(m, x.tcp)
	}
	return m.Err()
}

func (x *CTExtra) check(fn string, m *Msg, f Family) error {
	mark, hasMark := m.FindAttr(nfHeaderLen, ctaMark)
	bits, _ := mark.BE32()
	switch {
	case x.Helper != "" && x.NoHelper:
		return argErr(fn, "a helper and none")
	case len(x.Helper) > maxHelperName || strings.IndexByte(x.Helper, 0) >= 0:
		return textErr(fn, ErrRange, x.Helper)
	case x.LabelsMask != (CTLabels{}) && x.Labels.beyond(x.LabelsMask):
		return argErr(fn, "labels outside of their mask")
	case x.MarkMask != 0 && !hasMark:
		return &Error{Func: fn, Code: ErrMissingAttr, Msg: "a mask, and no mark"}
	case x.MarkMask != 0 && bits&^x.MarkMask != 0:
		return argErr(fn, "a mark outside of its mask")
	case x.Master != (CTTuple{}) && !x.Master.of(f):
		return &Error{Func: fn, Code: ErrAFMismatch, Msg: "the master has not two addresses of the entry's family"}
	}
	for _, n := range []*CTNAT{&x.SrcNAT, &x.DstNAT} {
		if err := n.check(fn, f); err != nil {
			return err
		}
	}
	return nil
}

// beyond reports whether there are labels that mask does not have.
func (l CTLabels) beyond(mask CTLabels) bool {
	for i := range l {
		if l[i]&^mask[i] != 0 {
			return true
		}
	}
	return false
}

// ofFamilyIP reports whether a is an address of the family.
func ofFamilyIP(a netip.Addr, f Family) bool {
	return f == FamilyIPv4 && a.Is4() || f == FamilyIPv6 && a.Is6() && a.Zone() == ""
}

// of reports whether both addresses are there, and of the family.
func (t *CTTuple) of(f Family) bool {
	return ofFamilyIP(t.Src.Addr(), f) && ofFamilyIP(t.Dst.Addr(), f)
}

// put puts what a tuple holds.
func (t *CTTuple) put(m *Msg, p IPProto) {
	icmp := uint16(4)
	src, dst := uint16(1), uint16(2)
	if t.Src.Addr().Is6() {
		src, dst, icmp = 3, 4, 7
	}
	m.Nest(ctaTupleIP, func(m *Msg) {
		m.PutBytes(src, t.Src.Addr().AsSlice())
		m.PutBytes(dst, t.Dst.Addr().AsSlice())
	})
	m.Nest(ctaTupleProto, func(m *Msg) {
		m.PutU8(1, uint8(p))
		if p == unix.IPPROTO_ICMP || p == unix.IPPROTO_ICMPV6 {
			m.PutBE16(icmp, t.ICMP.ID)
			m.PutU8(icmp+1, t.ICMP.Type)
			m.PutU8(icmp+2, t.ICMP.Code)
			return
		}
		m.PutBE16(2, t.Src.Port())
		m.PutBE16(3, t.Dst.Port())
	})
	if t.Zone != 0 {
		m.PutBE16(ctaTupleZone, t.Zone)
	}
}

func (n *CTNAT) check(fn string, f Family) error {
	switch {
	case n.Min.IsValid() && !ofFamilyIP(n.Min, f), n.Max.IsValid() && !ofFamilyIP(n.Max, f):
		return &Error{Func: fn, Code: ErrAFMismatch, Msg: "a translation to another family"}
	case n.Max.IsValid() && (!n.Min.IsValid() || n.Max.Less(n.Min)), n.MaxPort != 0 && n.MaxPort < max(n.MinPort, 1), n.MaxPort != 0 && n.MinPort == 0:
		return &Error{Func: fn, Code: ErrRange, Msg: "a range that ends before it begins"}
	}
	return nil
}

// put puts a translation: both addresses, and both ports, are always told.
func (n *CTNAT) put(m *Msg, t uint16) {
	m.Nest(t, func(m *Msg) {
		if n.Min.IsValid() {
			low, high := uint16(1), uint16(2)
			if n.Min.Is6() {
				low, high = 4, 5
			}
			last := n.Max
			if !last.IsValid() {
				last = n.Min
			}
			m.PutBytes(low, n.Min.AsSlice())
			m.PutBytes(high, last.AsSlice())
		}
		if n.MinPort != 0 {
			m.Nest(3, func(m *Msg) {
				m.PutBE16(1, n.MinPort)
				m.PutBE16(2, max(n.MinPort, n.MaxPort))
			})
		}
	})
}

// tcp adds what is known of the ends to what there is of TCP.
func (x *CTExtra) tcp(b []byte) []byte {
	for i, end := range []CTTCP{x.OrigTCP, x.ReplyTCP} {
		// the kernel takes both or none
		if x.OrigTCP.WScale != 0 || x.ReplyTCP.WScale != 0 {
			b = append(b, attrOf(ctaTCPWScale+uint16(i), []byte{end.WScale})...)
		}
		if end.Flags != 0 {
			b = append(b, attrOf(ctaTCPFlags+uint16(i), []byte{byte(end.Flags), byte(end.Flags)})...)
		}
	}
	return b
}

// editTCP replaces what a request has of TCP by what f makes of it.
func editTCP(m *Msg, f func([]byte) []byte) {
	const start = headerLen + nfHeaderLen
	attrs := editAttr(m.own.b[start:], ctaProtoInfo, func(info []byte) []byte {
		return editAttr(info, ctaProtoInfoTCP, f)
	})
	m.own.b = append(m.own.b[:start:start], attrs...)
	m.own.setLen()
	m.own.max = max(m.own.max, len(m.own.b))
}
