//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

import (
	"encoding/binary"
	"math"
)

// nfHeaderLen is the length of struct nfgenmsg.
const nfHeaderLen = 4

// NFHeader is the header of a netfilter message, behind the netlink header (struct nfgenmsg), with the two halves of the message type.
type NFHeader struct {
	Subsys  uint8 // NFNL_SUBSYS_*
	Subtype uint8
	Family  Family
	ResID   uint16
}

// Type returns the message type that subsystem and subtype make.
//
// Implements: NFNLMSG_TYPE
func (h NFHeader) Type() MsgType { return MsgType(h.Subsys)<<8 | MsgType(h.Subtype) }

// DialNetfilter opens a socket of NETLINK_NETFILTER: conntrack, log and queue.
//
// Implements: nfnl_connect
func DialNetfilter(cfg *Config) (*Socket, error) { return Dial(ProtoNetfilter, cfg) }

// NewNFMsg makes a message with a netfilter header, to be completed when it is sent.
//
// Implements: nfnlmsg_alloc_simple
func NewNFMsg(h NFHeader, f MsgFlags) (*Msg, error) {
	m, err := NewMsgSimple(h.Type(), f)
	if err != nil {
		return nil, err
	}
	return m, m.appendNF("nfnlmsg_alloc_simple", h)
}

// PutNF sets the netlink header (see [Msg.PutHeader]) and puts the netfilter one.
//
// Implements: nfnlmsg_put
func (m *Msg) PutNF(port, seq uint32, h NFHeader, f MsgFlags) error {
	if err := m.PutHeader(port, seq, h.Type(), 0, f); err != nil {
		return err
	}
	return m.appendNF("nfnlmsg_put", h)
}

func (m *Msg) appendNF(fn string, h NFHeader) error {
	if h.Family < 0 || h.Family > math.MaxUint8 {
		return argErr(fn, "address family out of range")
	}
	m.Append([]byte{byte(h.Family), 0, byte(h.ResID >> 8), byte(h.ResID)}, 4)
	return m.Err()
}

// NF returns the netfilter header; false if the message is too short to have one.
//
// Implements: nfnlmsg_subsys nfnlmsg_subtype nfnlmsg_family nfnlmsg_res_id
func (m *Msg) NF() (NFHeader, bool) {
	p := m.Payload()
	if len(p) < nfHeaderLen {
		return NFHeader{}, false
	}
	t := m.Header().Type
	return NFHeader{uint8(t >> 8), uint8(t), Family(p[0]), binary.BigEndian.Uint16(p[2:])}, true
}

// SendNFSimple makes a message that is a netfilter header alone, completes and sends it.
//
// Implements: nfnl_send_simple
func (s *Socket) SendNFSimple(h NFHeader, f MsgFlags) error {
	m, err := NewNFMsg(h, f)
	if err != nil {
		return err
	}
	_, err = s.SendAuto(m)
	return err
}

// holdsPackets reports whether a datagram of the kernel's has packets that netfilter logs (NFULNL_MSG_PACKET) or queues (NFQNL_MSG_PACKET). They come
// to one socket alone and answer nothing; nor does the DONE behind several logged ones, which has a netfilter header where others have an error.
func holdsPackets(b []byte) bool {
	if len(b) < headerLen {
		return false
	}
	t := getHeader(b).Type
	return t == NFQueuePacket || t == NFLogMsgPacket
}
