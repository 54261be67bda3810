//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"bytes"
	"errors"
	"math"
	"math/bits"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

// Bytes of any kind (struct nl_data, netlink/data.h) are []byte throughout the package, copied on the way in and out;
// bytes.Compare stands for nl_data_cmp.

// textLen is room enough for what libnl's X2str functions with a fixed set of words write.
const textLen = 128

// bufPtr is the start of a buffer that libnl writes text to.
func bufPtr(b []byte) *C.char { return (*C.char)(unsafe.Pointer(&b[0])) }

// textOf returns the text that libnl wrote to a buffer, which it always ends with a NUL.
func textOf(b []byte) string {
	n := bytes.IndexByte(b, 0)
	if n < 0 {
		n = len(b)
	}
	return string(b[:n])
}

// cString returns s as C text in buf, or in new memory if that is too small; false if there is a NUL in it.
func cString(buf []byte, s string) (*C.char, bool) {
	if strings.IndexByte(s, 0) >= 0 {
		return nil, false
	}
	return bufPtr(append(append(buf, s...), 0)), true
}

// textErr returns the error for a text that libnl, or the package, could not read.
func textErr(fn string, code Errno, s string) error {
	const limit = 64
	if len(s) > limit {
		s = s[:limit] + "..."
	}
	return &Error{Func: fn, Code: code, Msg: strconv.Quote(s)}
}

// fitsInt reports whether C can take n for an int.
func fitsInt(n int) bool { return n >= math.MinInt32 && n <= math.MaxInt32 }

// hexText is how libnl prints a number that has no name.
func hexText(n int) string { return "0x" + strconv.FormatUint(uint64(n), 16) }

// nameArg prepares a name for one of libnl's str2X functions, which take what strtoul takes where they know no name.
func nameArg(fn string, buf []byte, s string) (*C.char, error) {
	if s == "" {
		return nil, argErr(fn, "empty name")
	}
	p, ok := cString(buf, s)
	if !ok || strings.IndexByte(" \t\n\v\f\r+-", s[0]) >= 0 {
		return nil, textErr(fn, ErrObjNotFound, s)
	}
	return p, nil
}

// nameValue judges what one of libnl's str2X functions made of s: it cuts numbers down to an int, so that 4294967296 is 0 to it.
func nameValue(fn, s string, rc C.int, limit uint64) (int, error) {
	if s[0] >= '0' && s[0] <= '9' {
		n, err := strconv.ParseUint(s, 0, 64)
		if errors.Is(err, strconv.ErrRange) || err == nil && n > limit {
			return 0, textErr(fn, ErrRange, s)
		}
	}
	if rc < 0 {
		return 0, textErr(fn, ErrObjNotFound, s)
	}
	return int(rc), nil
}

// CancelDownBytes returns a number of bytes as a number of the largest of the units B, KiB, MiB, GiB and TiB that leaves it at
// 1 or above.
//
// Implements: nl_cancel_down_bytes
func CancelDownBytes(n uint64) (float64, string) {
	var unit *C.char
	f := C.nl_cancel_down_bytes(C.ulonglong(n), &unit)
	return float64(f), C.GoString(unit)
}

// CancelDownBits is [CancelDownBytes] for bits: bit, Kbit, Mbit, Gbit and Tbit, in steps of 1000.
//
// Implements: nl_cancel_down_bits
func CancelDownBits(n uint64) (float64, string) {
	var unit *C.char
	f := C.nl_cancel_down_bits(C.ulonglong(n), &unit)
	return float64(f), C.GoString(unit)
}

// CancelDownUS is [CancelDownBytes] for microseconds: us, ms and s.
//
// Implements: nl_cancel_down_us
func CancelDownUS(us uint32) (float64, string) {
	var unit *C.char
	f := C.nl_cancel_down_us(C.uint32_t(us), &unit)
	return float64(f), C.GoString(unit)
}

// RateType says what a rate counts (NL_BYTE_RATE, NL_BIT_RATE).
type RateType int

// What [FormatRate] knows.
const (
	RateByte RateType = C.NL_BYTE_RATE
	RateBit  RateType = C.NL_BIT_RATE
)

// FormatRate returns the text of a rate per second with two decimals: "1.50KiB/s" in steps of 1024 for bytes, "1.54Kbit/s" in
// steps of 1000 for bits.
//
// Implements: nl_rate2str
func FormatRate(rate uint64, t RateType) (string, error) {
	if t != RateByte && t != RateBit {
		return "", argErr("nl_rate2str", "neither RateByte nor RateBit") // libnl would abort
	}
	var b [textLen]byte
	C.nl_rate2str(C.ulonglong(rate), C.int(t), bufPtr(b[:]), textLen)
	return textOf(b[:]), nil
}

// splitNumber divides a text into the number it begins with, in C's notation without a sign, and the rest.
func splitNumber(fn, s string) (n uint64, unit string, err error) {
	end := 0
	digits := "0123456789"
	if strings.HasPrefix(s, "0x") || strings.HasPrefix(s, "0X") {
		end = 2
		digits = "0123456789abcdefABCDEF"
	}
	for end < len(s) && strings.IndexByte(digits, s[end]) >= 0 {
		end++
	}
	n, err = strconv.ParseUint(s[:end], 0, 64)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, "", textErr(fn, ErrRange, s)
	case err != nil:
		return 0, "", textErr(fn, ErrInval, s)
	}
	return n, s[end:], nil
}

// ParseSize reads a number of bytes: a number without a unit or with b, k or kb, m or mb, g or gb (steps of 1024), or a number
// of bits with bit, kbit, mbit or gbit (steps of 1000; 12bit is 1 byte). Case does not matter. What is not a size is ErrInval,
// what is beyond 2^63-1 ErrRange; libnl would wrap, and take a sign.
//
// Implements: nl_size2int
func ParseSize(s string) (uint64, error) {
	const fn = "nl_size2int"
	n, unit, err := splitNumber(fn, s)
	if err != nil {
		return 0, err
	}
	if strings.EqualFold(unit, "bit") {
		return n / 8, nil
	}
	var buf [16]byte
	p, ok := cString(buf[:0], "1"+unit)
	if !ok {
		return 0, textErr(fn, ErrInval, s)
	}
	factor := C.nl_size2int(p)
	if factor < 0 {
		return 0, textErr(fn, ErrInval, s)
	}
	hi, size := bits.Mul64(n, uint64(factor))
	if hi != 0 || size > math.MaxInt64 {
		return 0, textErr(fn, ErrRange, s)
	}
	return size, nil
}

// FormatSize returns the text of a number of bytes with at most two decimals in the largest unit that leaves it at 1 or above:
// "0B", "1.5KiB", "942.55KiB", up to EiB. It is what libnl means to print: its own text of a size below 1024 is "infB", of 100
// KiB "1e+02KiB", and its EiB are PiB.
//
// Implements: nl_size2str
func FormatSize(n uint64) string {
	const units = "KMGTPE"
	if n < 1024 {
		return strconv.FormatUint(n, 10) + "B"
	}
	i := (bits.Len64(n) - 1) / 10
	v := float64(n) / float64(uint64(1)<<(10*i))
	// shortest form of the value rounded to hundredths
	return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64) + units[i-1:i] + "iB"
}

// The range of a probability: never and always.
const (
	ProbMin uint32 = 0              // NL_PROB_MIN
	ProbMax uint32 = math.MaxUint32 // NL_PROB_MAX
)

// ParseProb reads a probability, "0.25" or "25%", as a share of [ProbMax]. Above 1 a number is percent without the sign too.
// (libnl takes "1%" for 100% and "0.5%" for 50%; here a percent sign is one.) What is not a number is ErrInval, what is not
// between 0 and 100% ErrRange.
//
// Implements: nl_prob2int
func ParseProb(s string) (uint32, error) {
	const fn = "nl_prob2int"
	text := s
	if number, ok := strings.CutSuffix(s, "%"); ok {
		if f, err := strconv.ParseFloat(number, 64); err == nil && f >= 0 && f <= 1 {
			text = strconv.FormatFloat(f/100, 'g', -1, 64)
		}
	}
	var buf [64]byte
	p, ok := cString(buf[:0], text)
	if !ok || strings.ContainsAny(text, "nN") { // not a number, infinity
		return 0, textErr(fn, ErrInval, s)
	}
	v := C.nl_prob2int(p)
	if v < 0 {
		return 0, textErr(fn, Errno(-v), s)
	}
	return uint32(v), nil
}

// UserHz returns how many of the kernel's clock ticks, as programs see them, a second has: 100, or what the environment
// variable HZ says. libnl reads that variable, like the others of [USToTicks], once when the program starts; an HZ of 0 or
// below, by which libnl would divide, is ignored.
//
// Implements: nl_get_user_hz
func UserHz() int { return int(C.nl_get_user_hz()) }

// PschedHz returns the clock rate of the packet scheduler, usually 1000000000. It fails as [USToTicks] does.
//
// Implements: nl_get_psched_hz
func PschedHz() (int, error) {
	if err := pschedErr("nl_get_psched_hz"); err != nil {
		return 0, err
	}
	return int(C.nl_get_psched_hz()), nil
}

// USToTicks converts microseconds to ticks of the packet scheduler. Beyond 2^32-1 ticks (275 seconds on most systems) it is
// ErrRange.
//
// The rate comes from /proc/net/psched, or from the environment: TICKS_PER_USEC is the rate, PROC_NET_PSCHED another file,
// PROC_ROOT another place of /proc. It is read once when the program starts, and every call fails if that could not be done:
// libnl would go on with a rate of 1, or exit when there is something else in the file.
//
// Implements: nl_us2ticks
func USToTicks(us uint32) (uint32, error) {
	const fn = "nl_us2ticks"
	var out C.uint32_t
	rc := C.nlgo_us2ticks(C.uint32_t(us), &out)
	return uint32(out), sysErr(fn, syscall.Errno(rc))
}

// TicksToUS converts ticks of the packet scheduler to microseconds. It fails as [USToTicks] does.
//
// Implements: nl_ticks2us
func TicksToUS(ticks uint32) (uint32, error) {
	const fn = "nl_ticks2us"
	var out C.uint32_t
	rc := C.nlgo_ticks2us(C.uint32_t(ticks), &out)
	return uint32(out), sysErr(fn, syscall.Errno(rc))
}

// pschedErr returns the error for a call that needs the rate of the packet scheduler when that could not be read.
func pschedErr(fn string) error { return sysErr(fn, syscall.Errno(C.nlgo_psched_errno())) }

// ParseMsec reads a time: numbers with the units d, h, m, s, or any longer beginning of day, hour, min and sec, in any case, or
// milliseconds without a unit or with msec, separated by blanks and added up: "1d 2h 3m 4s 5". What is not a time is ErrInval,
// one beyond 106751 days ErrRange; libnl would wrap.
//
// Implements: nl_str2msec
func ParseMsec(s string) (time.Duration, error) {
	const fn = "nl_str2msec"
	const limit = uint64(math.MaxInt64 / time.Millisecond)
	var total uint64
	empty := true
	for f := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ' ' || r == '\t' }) {
		empty = false
		n, unit, err := splitNumber(fn, f)
		if err != nil {
			return 0, err
		}
		if strings.EqualFold(unit, "msec") {
			unit = "" // what libnl writes and does not read
		}
		var buf [16]byte
		p, ok := cString(buf[:0], "1"+unit)
		var msec C.uint64_t
		if !ok || C.nl_str2msec(p, &msec) < 0 {
			return 0, textErr(fn, ErrInval, s)
		}
		hi, lo := bits.Mul64(n, uint64(msec))
		if hi != 0 || lo > limit || total+lo > limit {
			return 0, textErr(fn, ErrRange, s)
		}
		total += lo
	}
	if empty {
		return 0, textErr(fn, ErrInval, s)
	}
	return time.Duration(total) * time.Millisecond, nil
}

// FormatMsec returns the text of a time in days, hours, minutes, seconds and milliseconds, "1d 2h 3m 4s 5msec", without what is
// smaller. A negative time has a minus sign in front.
//
// Implements: nl_msec2str
func FormatMsec(d time.Duration) string {
	ms, sign := d.Milliseconds(), ""
	if ms < 0 {
		ms, sign = -ms, "-"
	}
	var b [textLen]byte
	C.nl_msec2str(C.uint64_t(ms), bufPtr(b[:]), textLen)
	return sign + textOf(b[:])
}

// LLProto is a type of link layer (ARPHRD_*), as a link has one.
type LLProto uint16

// String returns libnl's name of the type, "ether", or its number, "0x3039".
//
// Implements: nl_llproto2str
func (p LLProto) String() string {
	var b [textLen]byte
	C.nl_llproto2str(C.int(p), bufPtr(b[:]), textLen)
	return textOf(b[:])
}

// ParseLLProto returns the type of link layer with this name, in any case, or number. A name that libnl does not know is
// ErrObjNotFound.
//
// Implements: nl_str2llproto
func ParseLLProto(s string) (LLProto, error) {
	const fn = "nl_str2llproto"
	var b [textLen]byte
	p, err := nameArg(fn, b[:0], s)
	if err != nil {
		return 0, err
	}
	n, err := nameValue(fn, s, C.nl_str2llproto(p), math.MaxUint16)
	return LLProto(n), err
}

// EtherProto is an Ethernet protocol (ETH_P_*), in host byte order.
type EtherProto uint16

// String returns libnl's name of the protocol, "ipv6", or its number, "0x1234".
//
// Implements: nl_ether_proto2str
func (p EtherProto) String() string {
	var b [textLen]byte
	C.nl_ether_proto2str(C.int(p), bufPtr(b[:]), textLen)
	return textOf(b[:])
}

// ParseEtherProto returns the Ethernet protocol with this name, in any case, or number. A name that libnl does not know is
// ErrObjNotFound.
//
// Implements: nl_str2ether_proto
func ParseEtherProto(s string) (EtherProto, error) {
	const fn = "nl_str2ether_proto"
	var b [textLen]byte
	p, err := nameArg(fn, b[:0], s)
	if err != nil {
		return 0, err
	}
	n, err := nameValue(fn, s, C.nl_str2ether_proto(p), math.MaxUint16)
	return EtherProto(n), err
}

// IPProto is a protocol over IP (IPPROTO_*).
type IPProto uint8

// String returns the protocol's name in the system's database (/etc/protocols), "tcp", or its number, "0xfa".
//
// Implements: nl_ip_proto2str
func (p IPProto) String() string {
	refs.Lock() // the database has one buffer before libnl 3.8
	defer refs.Unlock()
	var b [1024]byte
	C.nl_ip_proto2str(C.int(p), bufPtr(b[:]), C.size_t(len(b)))
	return textOf(b[:])
}

// ParseIPProto returns the protocol with this name or alias in the system's database (/etc/protocols), or with this number. A
// name that is not there is ErrObjNotFound.
//
// Implements: nl_str2ip_proto
func ParseIPProto(s string) (IPProto, error) {
	const fn = "nl_str2ip_proto"
	var b [textLen]byte
	p, err := nameArg(fn, b[:0], s)
	if err != nil {
		return 0, err
	}
	refs.Lock()
	defer refs.Unlock()
	n, err := nameValue(fn, s, C.nl_str2ip_proto(p), math.MaxUint8)
	return IPProto(n), err
}

// String returns libnl's name of the netlink protocol, "route", or its number, "0x16".
//
// Implements: nl_nlfamily2str
func (p Protocol) String() string {
	if !fitsInt(int(p)) {
		return hexText(int(p))
	}
	var b [textLen]byte
	C.nl_nlfamily2str(C.int(p), bufPtr(b[:]), textLen)
	return textOf(b[:])
}

// ParseProtocol returns the netlink protocol with this name, in any case, or number. A name that libnl does not know is
// ErrObjNotFound.
//
// Implements: nl_str2nlfamily
func ParseProtocol(s string) (Protocol, error) {
	const fn = "nl_str2nlfamily"
	var b [textLen]byte
	p, err := nameArg(fn, b[:0], s)
	if err != nil {
		return 0, err
	}
	n, err := nameValue(fn, s, C.nl_str2nlfamily(p), math.MaxInt32)
	return Protocol(n), err
}

// String returns the name of a control message, "DONE", and of any other type the number, "0x10": its name depends on the protocol.
//
// Implements: nl_nlmsgtype2str
func (t MsgType) String() string {
	var b [textLen]byte
	C.nl_nlmsgtype2str(C.int(t), bufPtr(b[:]), textLen)
	return textOf(b[:])
}

// ParseMsgType returns the control message with this name, in any case, or the type with this number. Any other name is
// ErrObjNotFound.
//
// Implements: nl_str2nlmsgtype
func ParseMsgType(s string) (MsgType, error) {
	const fn = "nl_str2nlmsgtype"
	var b [textLen]byte
	p, err := nameArg(fn, b[:0], s)
	if err != nil {
		return 0, err
	}
	n, err := nameValue(fn, s, C.nl_str2nlmsgtype(p), math.MaxUint16)
	return MsgType(n), err
}

// String returns the names of the flags, "REQUEST,ACK,ROOT,MATCH", and of bits without a name the number. Flags that share a
// bit have the name they have in a GET request.
//
// Implements: nl_nlmsg_flags2str
func (f MsgFlags) String() string {
	var b [textLen]byte
	C.nl_nlmsg_flags2str(C.int(f), bufPtr(b[:]), textLen)
	return textOf(b[:])
}

// DebugLevel returns how much libnl tells on standard error, 0 (nothing) to 4, from the environment variable NLDBG at first. It
// is process-wide.
//
// Implements: nl_debug
func DebugLevel() int { return int(C.nlgo_debug_level()) }

// SetDebugLevel sets how much libnl tells on standard error, 0 (nothing) to 4. It is process-wide.
//
// Implements: nl_debug
func SetDebugLevel(level int) {
	C.nlgo_set_debug_level(C.int(max(0, min(level, math.MaxInt32))))
}
