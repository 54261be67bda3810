//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"encoding/binary"
	"net/netip"
	"time"
)

// CTInfo is a snapshot of an entry of the connection tracking table: a comparable value that needs no closing. What the entry does not have
// is zero.
//
// Address translation shows in the status, and in the reply tuple: it is not the original one turned round.
type CTInfo struct {
	Family     Family        `json:"family"`
	Proto      IPProto       `json:"proto"`
	Orig       CTTuple       `json:"orig"`
	Reply      CTTuple       `json:"reply"`
	Status     CTStatus      `json:"status"`
	Timeout    time.Duration `json:"timeout"` // whole seconds
	Mark       uint32        `json:"mark,omitzero"`
	Zone       uint16        `json:"zone,omitzero"` // of both directions
	ID         uint32        `json:"id"`
	Use        uint32        `json:"use,omitzero"`
	OrigCount  CTCount       `json:"orig_count,omitzero"`  // see [CT.Packets]
	ReplyCount CTCount       `json:"reply_count,omitzero"` // see [CT.Packets]
	TCPState   TCPState      `json:"tcp_state,omitzero"`
	Start      time.Time     `json:"start,omitzero"` // see [CT.Timestamp]
	Stop       time.Time     `json:"stop,omitzero"`  // see [CT.Timestamp]

	// in messages alone: libnl's object does not have it
	OrigTCP  CTTCP    `json:"orig_tcp,omitzero"`
	ReplyTCP CTTCP    `json:"reply_tcp,omitzero"`
	Helper   string   `json:"helper,omitzero"` // "ftp"
	Labels   CTLabels `json:"labels,omitzero"`
	Master   CTTuple  `json:"master,omitzero"` // original tuple of the connection that announced this one
	SecCtx   string   `json:"secctx,omitzero"` // security context
}

// CTTuple is what the packets of one direction of a connection have in common.
type CTTuple struct {
	Src  netip.AddrPort `json:"src"` // with port 0 where the protocol has none
	Dst  netip.AddrPort `json:"dst"`
	ICMP CTICMP         `json:"icmp,omitzero"`
	Zone uint16         `json:"zone,omitzero"` // of this direction alone; in messages alone
}

// CTICMP is what a tuple of ICMP or ICMPv6 has.
type CTICMP struct {
	ID   uint16 `json:"id"`
	Type uint8  `json:"type"`
	Code uint8  `json:"code"`
}

// CTCount is what was counted in a direction.
type CTCount struct {
	Packets uint64 `json:"packets"`
	Bytes   uint64 `json:"bytes"`
}

// CTTCP is what is known of one end of a TCP connection.
type CTTCP struct {
	Flags  TCPFlags `json:"flags"`
	WScale uint8    `json:"wscale"` // the window is shifted by so many bits
}

// CTLabels are the labels of an entry, a set of numbers from 0 to 127.
type CTLabels [16]byte

// Has reports whether label n is set.
func (l CTLabels) Has(n int) bool {
	return n >= 0 && n < 128 && binary.NativeEndian.Uint64(l[n/64*8:])>>(n%64)&1 != 0
}

// With returns the labels with label n set; there is none below 0 or above 127.
func (l CTLabels) With(n int) CTLabels {
	if n < 0 || n >= 128 {
		return l
	}
	word := l[n/64*8:]
	binary.NativeEndian.PutUint64(word, binary.NativeEndian.Uint64(word)|1<<(n%64))
	return l
}

// Info returns a snapshot of the entry. What libnl's object does not have is zero: [ParseCTInfo] finds it in the message.
func (c *CT) Info() CTInfo {
	x := c.info()
	return CTInfo{
		Family:     Family(x.family),
		Proto:      IPProto(x.proto),
		Orig:       tupleFromC(&x.dir[CTOriginal]),
		Reply:      tupleFromC(&x.dir[CTReply]),
		Status:     CTStatus(x.status),
		Timeout:    time.Duration(x.timeout) * time.Second,
		Mark:       uint32(x.mark),
		Zone:       uint16(x.zone),
		ID:         uint32(x.id),
		Use:        uint32(x.use),
		OrigCount:  CTCount{uint64(x.dir[CTOriginal].packets), uint64(x.dir[CTOriginal].bytes)},
		ReplyCount: CTCount{uint64(x.dir[CTReply].packets), uint64(x.dir[CTReply].bytes)},
		TCPState:   TCPState(x.tcp_state),
		Start:      ctTime(uint64(x.start)),
		Stop:       ctTime(uint64(x.stop)),
	}
}

func (c *CT) info() (x C.struct_nlgo_ct_info) {
	C.nlgo_ct_info(c.live(), &x)
	return x
}

func tupleFromC(c *C.struct_nlgo_ct_dir) CTTuple {
	t := CTTuple{ICMP: CTICMP{uint16(c.icmp_id), uint8(c.icmp_type), uint8(c.icmp_code)}}
	if src := ipFromC(&c.src); src.IsValid() {
		t.Src = netip.AddrPortFrom(src, uint16(c.sport))
	}
	if dst := ipFromC(&c.dst); dst.IsValid() {
		t.Dst = netip.AddrPortFrom(dst, uint16(c.dport))
	}
	return t
}
