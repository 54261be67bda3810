//go:build linux

// SPDX-License-Identifier: MIT

// Package oracle runs plain libnl, in C, with nothing of package libnl in between. Tests use it in two ways.
//
// The traps (traps.go) each set up one scene in which libnl loses a result, an error or a message, and return what libnl said. A
// test of package libnl that shows the same scene going well has its twin here, which proves that the scene is the right one.
//
// The references answer what libnl makes of the same input: [BuildMsg], [AttrGet], [ParseAttrs], [ParseMsg], [Find], [MsgDump],
// [ParseObjects], [AddrParse], [Text], [Number], and [Loop], libnl's own receive loop over datagrams from memory.
//
// Codes are libnl's as C returns them: 0 or more is success, negative is -NLE_*. What would make libnl abort or leave its buffers
// is not run and has the code [Bad]; ParseAttrs, ParseMsg, Find, AttrGet, MsgDump, BuildMsg, Loop and the text functions may be
// fed with anything, ParseObjects only with messages from the kernel or well-formed ones, because libnl's parsers trust them.
//
// Everything runs in the network namespace of the calling thread.
package oracle

// #cgo pkg-config: libnl-3.0 libnl-route-3.0 libnl-genl-3.0 libnl-nf-3.0
// #cgo CFLAGS: -std=gnu11 -Wall -Wextra -Wno-unused-parameter
// #include "oracle.h"
import "C"

import (
	"encoding/binary"
	"hash/fnv"
)

// Bad is the code of a call that was not made, because libnl would abort or leave its buffers.
const Bad = C.ORC_BAD

// Message returns a message as it stands in a datagram: header, payload, and zeros up to a multiple of four.
func Message(typ, flags uint16, seq uint32, payload []byte) []byte {
	n := 16 + len(payload)
	b := make([]byte, (n+3)&^3)
	binary.NativeEndian.PutUint32(b, uint32(n))
	binary.NativeEndian.PutUint16(b[4:], typ)
	binary.NativeEndian.PutUint16(b[6:], flags)
	binary.NativeEndian.PutUint32(b[8:], seq)
	copy(b[16:], payload)
	return b
}

// Attr returns an attribute with the zeros behind it.
func Attr(typ uint16, payload []byte) []byte {
	n := 4 + len(payload)
	b := make([]byte, (n+3)&^3)
	binary.NativeEndian.PutUint16(b, uint16(n))
	binary.NativeEndian.PutUint16(b[2:], typ)
	copy(b[4:], payload)
	return b
}

// Hash is the hash that [Event] has of a payload.
func Hash(payload []byte) uint64 {
	h := fnv.New64a()
	h.Write(payload)
	return h.Sum64()
}

// flat packs datagrams for C: neither slice is empty, so that both have an address.
func flat(datagrams [][]byte) (bytes []byte, lens []C.uint32_t) {
	for _, d := range datagrams {
		bytes = append(bytes, d...)
		lens = append(lens, C.uint32_t(len(d)))
	}
	return append(bytes, 0), append(lens, 0)
}

// first returns the address of b's first byte, of some byte if it has none.
func first(b []byte) *byte {
	if len(b) == 0 {
		return new(byte)
	}
	return &b[0]
}
