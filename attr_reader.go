//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

import (
	"bytes"
	"encoding/binary"
	"net/netip"
)

// attrReader goes through a sequence of attributes. What is too short is zero, and remembered.
type attrReader struct {
	b   []byte // the rest
	p   []byte // the payload of the current one
	typ uint16
	bad bool
}

// next steps to the next attribute.
func (r *attrReader) next() bool {
	if len(r.b) < attrHdrLen {
		return false
	}
	n := int(binary.NativeEndian.Uint16(r.b))
	if n < attrHdrLen || n > len(r.b) {
		r.bad = true
		return false
	}
	r.typ = binary.NativeEndian.Uint16(r.b[2:]) & attrTypeMask
	r.p = r.b[attrHdrLen:n]
	r.b = r.b[min(align4(n), len(r.b)):]
	return true
}

// end returns the error for what was wrong.
func (r *attrReader) end() error {
	if r.bad {
		return &Error{Code: ErrRange, Msg: "an attribute is too short"}
	}
	return nil
}

func (r *attrReader) inner() attrReader   { return attrReader{b: r.p} }
func (r *attrReader) done(in *attrReader) { r.bad = r.bad || in.bad }

func (r *attrReader) has(n int) bool {
	if len(r.p) < n {
		r.bad = true
		return false
	}
	return true
}

func (r *attrReader) u8() uint8 {
	if !r.has(1) {
		return 0
	}
	return r.p[0]
}

func (r *attrReader) u32() uint32 {
	if !r.has(4) {
		return 0
	}
	return binary.NativeEndian.Uint32(r.p)
}

func (r *attrReader) be16() uint16 {
	if !r.has(2) {
		return 0
	}
	return binary.BigEndian.Uint16(r.p)
}

func (r *attrReader) be32() uint32 {
	if !r.has(4) {
		return 0
	}
	return binary.BigEndian.Uint32(r.p)
}

func (r *attrReader) be64() uint64 {
	if !r.has(8) {
		return 0
	}
	return binary.BigEndian.Uint64(r.p)
}

func (r *attrReader) ip4() netip.Addr {
	if !r.has(4) {
		return netip.Addr{}
	}
	return netip.AddrFrom4([4]byte(r.p))
}

func (r *attrReader) ip6() netip.Addr {
	if !r.has(16) {
		return netip.Addr{}
	}
	return netip.AddrFrom16([16]byte(r.p))
}

// textIn returns the text of the attribute of a type within the current one.
func (r *attrReader) textIn(typ uint16) string {
	var s string
	in := r.inner()
	for in.next() {
		if in.typ == typ {
			text, _, _ := bytes.Cut(in.p, []byte{0})
			s = string(text)
		}
	}
	r.done(&in)
	return s
}
