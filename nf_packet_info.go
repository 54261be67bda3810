//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

import (
	"encoding/binary"
	"strings"
	"time"
)

// Attributes of a packet (NFQA_*).
const (
	nfqaPacketHdr  = 1
	nfqaVerdictHdr = 2
	nfqaMark       = 3
	nfqaTimestamp  = 4
	nfqaInDev      = 5
	nfqaOutDev     = 6
	nfqaPhysInDev  = 7
	nfqaPhysOutDev = 8
	nfqaHWAddr     = 9
	nfqaPayload    = 10
	nfqaCT         = 11
	nfqaCTInfo     = 12
	nfqaCapLen     = 13
	nfqaSKBInfo    = 14
	nfqaUID        = 16
	nfqaGID        = 17
	nfqaSecCtx     = 18
	nfqaVLAN       = 19
	nfqaL2Hdr      = 20
	nfqaPriority   = 21
)

// NFPacketInfo is what is known of a packet in a queue, without the packet itself: a comparable value. What the kernel did not tell is zero.
type NFPacketInfo struct {
	Queue      uint16     `json:"queue"`
	ID         uint32     `json:"id"` // the packet's number in the queue
	Family     Family     `json:"family"`
	HWProto    EtherProto `json:"hwproto,omitzero"`
	Hook       NFHook     `json:"hook"`
	Mark       uint32     `json:"mark,omitzero"`
	Time       time.Time  `json:"time,omitzero"` // when it arrived, if the kernel took note
	InDev      int        `json:"indev,omitzero"`
	OutDev     int        `json:"outdev,omitzero"`
	PhysInDev  int        `json:"physindev,omitzero"` // port of a bridge
	PhysOutDev int        `json:"physoutdev,omitzero"`
	HWAddr     HWAddr     `json:"hwaddr,omitzero"` // of the sender of the frame

	// what libnl does not know
	Flags     NFPacketFlags `json:"flags,omitzero"`
	Len       int           `json:"len,omitzero"` // of the packet, if the payload is cut
	HasUser   bool          `json:"has_user,omitzero"`
	UID       uint32        `json:"uid,omitzero"` // of the local socket it comes from: NFQueueUIDGID
	GID       uint32        `json:"gid,omitzero"`
	SecCtx    string        `json:"secctx,omitzero"`     // of that socket: NFQueueSecCtx
	VLANProto EtherProto    `json:"vlan_proto,omitzero"` // of a bridged packet with a tag
	VLANTCI   uint16        `json:"vlan_tci,omitzero"`
	L2Header  string        `json:"l2header,omitzero"` // bytes of a bridged packet's link-layer header
	Priority  uint32        `json:"priority,omitzero"`
	CTInfo    uint32        `json:"ctinfo,omitzero"` // IP_CT_*, what the packet is to its connection: NFQueueConntrack
}

// NFPacket returns what a message of the type [NFQueuePacket] tells of its packet, what libnl does not know too. A message of another type is
// [ErrMsgTypeNoSupport], a malformed one [ErrInval].
func (m *Msg) NFPacket() (NFPacketInfo, error) {
	const fn = "nfnlmsg_queue_msg_parse"
	b := m.bytes()
	switch {
	case b == nil:
		return NFPacketInfo{}, closedErr(fn)
	case len(b) < headerLen || getHeader(b).Type != NFQueuePacket:
		return NFPacketInfo{}, &Error{Func: fn, Code: ErrMsgTypeNoSupport}
	}
	var p NFPacketInfo
	if !p.read(b) {
		return NFPacketInfo{}, argErr(fn, "malformed packet message")
	}
	return p, nil
}

// NFPacketCT returns the entry of the connection tracking table that a message of the type [NFQueuePacket] brings with its packet, which the
// caller owns; [ErrNoAttr] if there is none: see [NFQueueConntrack]. What the packet is to the connection [NFPacketInfo] tells.
func (m *Msg) NFPacketCT() (*CT, error) {
	const fn = "nfnlmsg_ct_parse_nested"
	b := m.bytes()
	switch {
	case b == nil:
		return nil, closedErr(fn)
	case len(b) < headerLen+nfHeaderLen || getHeader(b).Type != NFQueuePacket:
		return nil, &Error{Func: fn, Code: ErrMsgTypeNoSupport}
	}
	ct, ok := m.FindAttr(nfHeaderLen, nfqaCT)
	if !ok {
		return nil, &Error{Func: fn, Code: ErrNoAttr}
	}
	return ParseCTAttr(ct)
}

// read fills in what a message tells, and reports whether it is well-formed.
func (p *NFPacketInfo) read(b []byte) bool {
	if len(b) < headerLen+nfHeaderLen {
		return false
	}
	b = b[headerLen:]
	p.Family, p.Queue = Family(b[0]), binary.BigEndian.Uint16(b[2:])
	hdr, whole := false, true
	for a := range EachAttr(b[nfHeaderLen:]) {
		v := a.Bytes()
		switch a.Type() {
		case nfqaPacketHdr:
			if hdr = len(v) >= 7; hdr {
				p.ID, p.HWProto, p.Hook = binary.BigEndian.Uint32(v), EtherProto(binary.BigEndian.Uint16(v[4:])), NFHook(v[6])
			}
		case nfqaTimestamp:
			if len(v) < 16 {
				whole = false
				break
			}
			usec := time.Duration(binary.BigEndian.Uint64(v[8:]))
			p.Time = time.Unix(int64(binary.BigEndian.Uint64(v)), 0).Add(usec * time.Microsecond)
		case nfqaHWAddr:
			if len(v) < 4+maxQueueHWAddr {
				whole = false
				break
			}
			n := min(int(binary.BigEndian.Uint16(v)), maxQueueHWAddr)
			p.HWAddr = HWAddrFrom(v[4 : 4+n])
		case nfqaSecCtx:
			p.SecCtx = strings.TrimRight(string(v), "\x00")
		case nfqaL2Hdr:
			p.L2Header = string(v)
		case nfqaVLAN:
			proto, _ := FindAttr(v, 1)
			tci, _ := FindAttr(v, 2)
			vlan, err1 := proto.BE16()
			tag, err2 := tci.BE16()
			p.VLANProto, p.VLANTCI = EtherProto(vlan), tag
			whole = whole && err1 == nil && err2 == nil
		default:
			whole = p.number(a) && whole
		}
	}
	return hdr && whole
}

// number takes an attribute that is a number, and reports whether it is one.
func (p *NFPacketInfo) number(a Attr) bool {
	var dev *int
	var to *uint32
	switch a.Type() {
	case nfqaMark:
		to = &p.Mark
	case nfqaInDev:
		dev = &p.InDev
	case nfqaOutDev:
		dev = &p.OutDev
	case nfqaPhysInDev:
		dev = &p.PhysInDev
	case nfqaPhysOutDev:
		dev = &p.PhysOutDev
	case nfqaCapLen:
		dev = &p.Len
	case nfqaSKBInfo:
		to = (*uint32)(&p.Flags)
	case nfqaUID:
		to, p.HasUser = &p.UID, true
	case nfqaGID:
		to = &p.GID
	case nfqaPriority:
		to = &p.Priority
	case nfqaCTInfo:
		to = &p.CTInfo
	default:
		return true
	}
	v, err := a.BE32()
	if dev != nil {
		*dev = int(v)
	} else {
		*to = v
	}
	return err == nil
}
