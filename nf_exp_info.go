//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"net/netip"
	"time"
	"unsafe"
)

// CTExpectTuple is a tuple in a [CTExpectInfo].
type CTExpectTuple struct {
	Proto IPProto `json:"proto"`
	CTTuple
}

// CTExpectInfo is a snapshot of a [CTExpect]: a comparable value that needs no closing. What is unset is zero. Its times are in nanoseconds in JSON.
type CTExpectInfo struct {
	Family  Family        `json:"family"`
	Expect  CTExpectTuple `json:"expect"`
	Mask    CTExpectTuple `json:"mask"`
	Master  CTExpectTuple `json:"master"`
	NAT     CTExpectTuple `json:"nat,omitzero"`
	NATDir  CTDir         `json:"nat_dir,omitzero"`
	Timeout time.Duration `json:"timeout"`
	ID      uint32        `json:"id"`
	Helper  string        `json:"helper,omitzero"`
	Fn      string        `json:"fn,omitzero"`
	Class   uint32        `json:"class,omitzero"`
	Zone    uint16        `json:"zone,omitzero"`
	Flags   CTExpectFlags `json:"flags,omitzero"`
}

// Info returns a snapshot of the expectation.
func (e *CTExpect) Info() CTExpectInfo {
	var c C.struct_nlgo_exp_info
	C.nlgo_exp_info(e.live(), &c)
	return CTExpectInfo{
		Family:  Family(c.family),
		Expect:  expTupleFromC(&c.tuple[ExpTupleExpect]),
		Mask:    expTupleFromC(&c.tuple[ExpTupleMask]),
		Master:  expTupleFromC(&c.tuple[ExpTupleMaster]),
		NAT:     expTupleFromC(&c.tuple[ExpTupleNAT]),
		NATDir:  CTDir(c.nat_dir),
		Timeout: time.Duration(c.timeout) * time.Second,
		ID:      uint32(c.id),
		Helper:  cName(&c.helper),
		Fn:      textOf((*[maxExpectFn + 1]byte)(unsafe.Pointer(&c.fn))[:]),
		Class:   uint32(c.class),
		Zone:    uint16(c.zone),
		Flags:   CTExpectFlags(c.flags),
	}
}

func expTupleFromC(c *C.struct_nlgo_exp_tuple) CTExpectTuple {
	t := CTExpectTuple{Proto: IPProto(c.proto)}
	t.ICMP = CTICMP{uint16(c.icmp_id), uint8(c.icmp_type), uint8(c.icmp_code)}
	if src := ipFromC(&c.src); src.IsValid() {
		t.Src = netip.AddrPortFrom(src, uint16(c.sport))
	}
	if dst := ipFromC(&c.dst); dst.IsValid() {
		t.Dst = netip.AddrPortFrom(dst, uint16(c.dport))
	}
	return t
}
