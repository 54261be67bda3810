//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

import (
	"net/netip"
	"time"
)

// Attributes of conntrack messages (CTA_*).
const (
	ctaTupleOrig     = 1
	ctaTupleReply    = 2
	ctaStatus        = 3
	ctaProtoInfo     = 4
	ctaHelp          = 5
	ctaNATSrc        = 6
	ctaTimeout       = 7
	ctaMark          = 8
	ctaCountersOrig  = 9
	ctaCountersReply = 10
	ctaUse           = 11
	ctaID            = 12
	ctaNATDst        = 13
	ctaTupleMaster   = 14
	ctaZone          = 18
	ctaSecCtx        = 19
	ctaTimestamp     = 20
	ctaMarkMask      = 21
	ctaLabels        = 22
	ctaLabelsMask    = 23
	ctaStatusMask    = 26

	ctaTupleIP    = 1
	ctaTupleProto = 2
	ctaTupleZone  = 3

	ctaProtoInfoTCP = 1
	ctaTCPState     = 1
	ctaTCPWScale    = 2 // and of the reply
	ctaTCPFlags     = 4 // and of the reply
)

// ParseCTInfo returns what a message tells of an entry, whatever it comes from: an event, or one of a dump. It reads the message itself, without
// libnl, and finds what libnl's object has no place for. A message of another kind is [ErrMsgTypeNoSupport], one with an attribute that is
// too short [ErrRange].
func ParseCTInfo(m *Msg) (CTInfo, error) {
	const fn = "ParseCTInfo"
	b := m.bytes()
	if b == nil {
		return CTInfo{}, closedErr(fn)
	}
	var i CTInfo
	if err := i.parse(b); err != nil {
		return CTInfo{}, named(fn, err)
	}
	return i, nil
}

// ParseCTInfoAttr is [ParseCTInfo] for an attribute that holds an entry: see [ParseCTAttr].
func ParseCTInfoAttr(a Attr) (CTInfo, error) {
	const fn = "ParseCTInfoAttr"
	if len(a.b) < attrHdrLen {
		return CTInfo{}, &Error{Func: fn, Code: ErrMissingAttr}
	}
	var i CTInfo
	if err := i.attrs(a.Bytes()); err != nil {
		return CTInfo{}, named(fn, err)
	}
	switch {
	case i.Orig.Src.Addr().Is4():
		i.Family = FamilyIPv4
	case i.Orig.Src.IsValid():
		i.Family = FamilyIPv6
	}
	return i, nil
}

// parse reads a whole message.
func (i *CTInfo) parse(b []byte) error {
	if len(b) < headerLen {
		return &Error{Code: ErrMsgTooShort}
	}
	switch getHeader(b).Type {
	case MsgCTNew, msgCTGet, MsgCTDelete, msgCTGetZero:
	default:
		return &Error{Code: ErrMsgTypeNoSupport}
	}
	if len(b) < headerLen+nfHeaderLen {
		return &Error{Code: ErrMsgTooShort}
	}
	i.Family = Family(b[headerLen])
	return i.attrs(b[headerLen+nfHeaderLen:])
}

// attrs reads the attributes of an entry.
func (i *CTInfo) attrs(b []byte) error {
	r := attrReader{b: b}
	for r.next() {
		switch r.typ {
		case ctaTupleOrig:
			i.Proto = i.Orig.read(&r)
		case ctaTupleReply:
			i.Reply.read(&r)
		case ctaTupleMaster:
			i.Master.read(&r)
		case ctaStatus:
			i.Status = CTStatus(r.be32())
		case ctaProtoInfo:
			i.protoInfo(&r)
		case ctaHelp:
			i.Helper = r.textIn(1)
		case ctaSecCtx:
			i.SecCtx = r.textIn(1)
		case ctaTimeout:
			i.Timeout = time.Duration(r.be32()) * time.Second
		case ctaMark:
			i.Mark = r.be32()
		case ctaCountersOrig:
			i.OrigCount.read(&r)
		case ctaCountersReply:
			i.ReplyCount.read(&r)
		case ctaUse:
			i.Use = r.be32()
		case ctaID:
			i.ID = r.be32()
		case ctaZone:
			i.Zone = r.be16()
		case ctaTimestamp:
			i.times(&r)
		case ctaLabels:
			copy(i.Labels[:], r.p)
		}
	}
	return r.end()
}

// read reads a tuple and returns the protocol.
func (t *CTTuple) read(r *attrReader) (p IPProto) {
	var src, dst netip.Addr
	var sport, dport uint16
	in := r.inner()
	for in.next() {
		switch in.typ {
		case ctaTupleIP:
			a := in.inner()
			for a.next() {
				switch a.typ {
				case 1:
					src = a.ip4()
				case 2:
					dst = a.ip4()
				case 3:
					src = a.ip6()
				case 4:
					dst = a.ip6()
				}
			}
			in.done(&a)
		case ctaTupleProto:
			a := in.inner()
			for a.next() {
				switch a.typ {
				case 1:
					p = IPProto(a.u8())
				case 2:
					sport = a.be16()
				case 3:
					dport = a.be16()
				case 4, 7:
					t.ICMP.ID = a.be16()
				case 5, 8:
					t.ICMP.Type = a.u8()
				case 6, 9:
					t.ICMP.Code = a.u8()
				}
			}
			in.done(&a)
		case ctaTupleZone:
			t.Zone = in.be16()
		}
	}
	r.done(&in)
	if src.IsValid() {
		t.Src = netip.AddrPortFrom(src, sport)
	}
	if dst.IsValid() {
		t.Dst = netip.AddrPortFrom(dst, dport)
	}
	return p
}

func (n *CTCount) read(r *attrReader) {
	in := r.inner()
	for in.next() {
		switch in.typ {
		case 1:
			n.Packets = in.be64()
		case 2:
			n.Bytes = in.be64()
		case 3:
			n.Packets = uint64(in.be32())
		case 4:
			n.Bytes = uint64(in.be32())
		}
	}
	r.done(&in)
}

func (i *CTInfo) times(r *attrReader) {
	in := r.inner()
	for in.next() {
		switch in.typ {
		case 1:
			i.Start = ctTime(in.be64())
		case 2:
			i.Stop = ctTime(in.be64())
		}
	}
	r.done(&in)
}

func (i *CTInfo) protoInfo(r *attrReader) {
	in := r.inner()
	for in.next() {
		if in.typ != ctaProtoInfoTCP {
			continue
		}
		tcp := in.inner()
		for tcp.next() {
			switch tcp.typ {
			case ctaTCPState:
				i.TCPState = TCPState(tcp.u8())
			case ctaTCPWScale:
				i.OrigTCP.WScale = tcp.u8()
			case ctaTCPWScale + 1:
				i.ReplyTCP.WScale = tcp.u8()
			case ctaTCPFlags:
				i.OrigTCP.Flags = TCPFlags(tcp.u8())
			case ctaTCPFlags + 1:
				i.ReplyTCP.Flags = TCPFlags(tcp.u8())
			}
		}
		in.done(&tcp)
	}
	r.done(&in)
}
