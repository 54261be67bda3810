//go:build linux

// SPDX-License-Identifier: MIT

package oracle

// #include "oracle.h"
import "C"

import (
	"bytes"
	"unsafe"
)

// Addr is what an nl_addr holds.
type Addr struct {
	Family, PrefixLen int
	Bytes             []byte // at most 256
}

// ParsedAddr is what nl_addr_parse made of a text.
type ParsedAddr struct {
	Addr
	Guess  int // nl_addr_guess_family
	IsZero bool
	Text   string // nl_addr2str
}

// AddrParse runs nl_addr_parse with the family as a hint. The text ends at its first NUL.
func AddrParse(s string, family int) (p ParsedAddr, code int) {
	cs := C.CString(s)
	defer C.free(unsafe.Pointer(cs))
	var (
		a    C.struct_orc_addr
		text [C.ORC_TEXT]byte
	)
	if rc := C.orc_addr_parse(cs, C.int(family), &a, (*C.char)(unsafe.Pointer(&text[0]))); rc < 0 {
		return p, int(rc)
	}
	return ParsedAddr{
		Addr:   Addr{int(a.family), int(a.prefixlen), C.GoBytes(unsafe.Pointer(&a.bytes[0]), C.int(a.len))},
		Guess:  int(a.guess),
		IsZero: a.iszero != 0,
		Text:   cString(text[:]),
	}, 0
}

// AddrText runs nl_addr2str. Not ok means that libnl would read beyond the address: a stack of MPLS labels without a last one.
func AddrText(a Addr) (text string, ok bool) {
	ca, ok := a.c()
	var buf [C.ORC_TEXT]byte
	if !ok || C.orc_addr_text(&ca, (*C.char)(unsafe.Pointer(&buf[0]))) != 0 {
		return "", false
	}
	return cString(buf[:]), true
}

// AddrCmp runs nl_addr_cmp and nl_addr_cmp_prefix. The latter trusts the prefix lengths: [Bad] for those beyond 256 bytes.
func AddrCmp(a, b Addr) (cmp, prefix int) {
	ca, ok := a.c()
	cb, ok2 := b.c()
	if !ok || !ok2 {
		return Bad, Bad
	}
	var p C.int32_t
	d := C.orc_addr_cmp(&ca, &cb, &p)
	return int(d), int(p)
}

// AddrValid runs nl_addr_valid.
func AddrValid(s string, family int) bool {
	cs := C.CString(s)
	defer C.free(unsafe.Pointer(cs))
	return C.orc_addr_valid(cs, C.int(family)) != 0
}

func (a Addr) c() (ca C.struct_orc_addr, ok bool) {
	if len(a.Bytes) > len(ca.bytes) {
		return ca, false
	}
	ca.family, ca.prefixlen, ca.len = C.int32_t(a.Family), C.int32_t(a.PrefixLen), C.int32_t(len(a.Bytes))
	for i, b := range a.Bytes {
		ca.bytes[i] = C.uint8_t(b)
	}
	return ca, true
}

// Text calls a function of libnl that names a number, such as "nl_af2str", "rtnl_link_flags2str", "nl_size2str", "nl_msec2str" or
// "nl_geterror". Arg is used by nl_rate2str only: 0 for bytes, 1 for bits. Not ok means that there is no such function here, or
// that it gave nothing.
//
// The table and protocol names of routes, the handles of traffic control and the IP protocols are process-wide tables without a
// lock.
func Text(fn string, n int64, arg int) (text string, ok bool) {
	cfn := C.CString(fn)
	defer C.free(unsafe.Pointer(cfn))
	var buf [C.ORC_TEXT]byte
	rc := C.orc_text(cfn, C.int64_t(n), C.int64_t(arg), (*C.char)(unsafe.Pointer(&buf[0])))
	return cString(buf[:]), rc >= 0
}

// Number calls a function of libnl that makes a number of a text, such as "nl_str2af", "nl_size2int" or "nl_str2msec". Code is
// [Bad] if there is no such function here, and else what the function returned beside the number; most return both in one, as v.
func Number(fn, s string) (v int64, code int) {
	cfn, cs := C.CString(fn), C.CString(s)
	defer C.free(unsafe.Pointer(cfn))
	defer C.free(unsafe.Pointer(cs))
	var n C.int64_t
	rc := C.orc_number(cfn, cs, &n)
	return int64(n), int(rc)
}

// CancelDown calls nl_cancel_down_bytes, nl_cancel_down_bits or nl_cancel_down_us.
func CancelDown(fn string, n uint64) (v float64, unit string, ok bool) {
	cfn := C.CString(fn)
	defer C.free(unsafe.Pointer(cfn))
	var (
		d C.double
		u [16]byte
	)
	rc := C.orc_cancel_down(cfn, C.uint64_t(n), &d, (*C.char)(unsafe.Pointer(&u[0])))
	return float64(d), cString(u[:]), rc == 0
}

// CacheText runs nl_cache_dump.
func CacheText(cache Ptr, dumpType int) string {
	p := C.orc_cache_text(*(**C.struct_nl_cache)(unsafe.Pointer(&cache)), C.int(dumpType))
	defer C.free(unsafe.Pointer(p))
	return C.GoString(p)
}

// SysErr returns nl_syserr2nlerr of an errno.
func SysErr(errno int) int { return int(C.nl_syserr2nlerr(C.int(errno))) }

// cString returns the bytes before the first NUL.
func cString(b []byte) string {
	s, _, _ := bytes.Cut(b, []byte{0})
	return string(s)
}
