//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"cmp"
	"context"
	"math"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// MaxAddrLen is the most bytes an [Addr] holds: four times what the kernel allows a link-layer address, and enough for a stack
// of 32 MPLS labels.
const MaxAddrLen = C.NLGO_ADDR_MAX

const familyDECnet Family = unix.AF_DECnet

// Addr is an address of any family with a prefix length: an immutable, comparable copy of a struct nl_addr, which itself lives
// no longer than a call. The zero Addr is no address at all; it is what a getter returns when nothing is set. Being a plain
// value, an Addr needs no reference counting and may be used by any number of goroutines and as a key of a map.
//
// Implements: nl_addr_alloc nl_addr_clone nl_addr_get nl_addr_put nl_addr_shared
type Addr struct {
	family    Family
	prefixLen int
	raw       string
}

// AddrFrom returns the address of the family with these bytes, copied, and a prefix that covers them all (20 bits for MPLS). It
// returns the zero Addr when there are more than [MaxAddrLen] bytes, or when they cannot be an address of the family: IPv4 has
// 4, IPv6 16, DECnet 2, MPLS labels of 4 of which the last alone is marked as bottom of the stack. No bytes at all are good for
// any family (libnl calls that "none"), though with FamilyUnspec they are again the zero Addr.
//
// Implements: nl_addr_build nl_addr_set_binary_addr
func AddrFrom(f Family, b []byte) Addr {
	if len(b) > MaxAddrLen {
		return Addr{}
	}
	a := Addr{family: f, prefixLen: 8 * len(b), raw: string(b)}
	if f == FamilyMPLS && len(b) > 0 {
		a.prefixLen = 20
	}
	if !a.wellFormed() {
		return Addr{}
	}
	return a
}

// AddrFromIP returns the address of an IP host. An IPv6 zone is dropped, libnl has no place for it; the zero netip.Addr is the
// zero Addr.
func AddrFromIP(ip netip.Addr) Addr {
	switch {
	case ip.Is4():
		return AddrFrom(FamilyIPv4, ip.AsSlice())
	case ip.Is6():
		return AddrFrom(FamilyIPv6, ip.AsSlice())
	}
	return Addr{}
}

// AddrFromPrefix returns the address of an IP network, with the host bits p has. An invalid prefix is the zero Addr.
func AddrFromPrefix(p netip.Prefix) Addr {
	if !p.IsValid() {
		return Addr{}
	}
	return AddrFromIP(p.Addr()).WithPrefixLen(p.Bits())
}

// AddrFromMAC returns the link-layer address (FamilyLLC) with the bytes of m, of which there need not be six. An empty m is the
// zero Addr.
func AddrFromMAC(m net.HardwareAddr) Addr {
	if len(m) == 0 {
		return Addr{}
	}
	return AddrFrom(FamilyLLC, m)
}

// ParseAddr reads an address from its text, with an optional prefix length behind a slash. FamilyUnspec as hint tries every
// family in this order:
//
//	10.0.0.0/8           FamilyIPv4
//	2001:db8::/32        FamilyIPv6
//	00:de:ad:be:ef:00    FamilyLLC: six bytes; with hint FamilyLLC six or more
//	1.5, 1,5             AF_DECnet
//	00:de:ad             FamilyUnspec: any other number of bytes from two; eight read as IPv6
//	100/200              FamilyMPLS, only when that is the hint: the slash separates labels
//
// "any", "all" and "default" are the address that stands for all of IPv4 (without a hint), IPv6 or FamilyLLC: libnl before 3.8
// makes it an address without bytes, later ones make it zeroes with prefix length 0, and both are what the objects of the same
// libnl contain. "none" is an address without bytes of the family of the hint.
//
// libnl stops reading early where the text goes on: to it "10.0.0.256" is DECnet 10.0, of twenty link-layer bytes the first six
// are the address, "/4294967296" is "/0", and "/99" is good for IPv4. Here all bytes count, and what libnl would cut or wrap is
// an error: ErrNoAddr for the address, ErrInval for the prefix length, ErrRange beyond [MaxAddrLen] bytes. A hint that is no
// family, or has no address for a word, is ErrAFNoSupport.
//
// Implements: nl_addr_parse
func ParseAddr(s string, hint Family) (Addr, error) {
	const fn = "nl_addr_parse"
	var buf [64]byte
	p, ok := cString(buf[:0], s)
	if !ok {
		return Addr{}, textErr(fn, ErrNoAddr, s)
	}
	if !validFamily(hint) {
		return Addr{}, &Error{Func: fn, Code: ErrAFNoSupport, Msg: "hint " + strconv.Itoa(int(hint))}
	}
	var out C.struct_nlgo_addr
	if rc := C.nlgo_addr_parse(p, C.int(hint), &out); rc < 0 {
		return Addr{}, textErr(fn, Errno(-rc), s)
	}

	body, prefix, hasPrefix := s, "", false
	if hint != FamilyMPLS {
		body, prefix, hasPrefix = strings.Cut(s, "/")
	}
	a := addrFromC(&out)
	switch {
	case isAddrWord(body):
		if out.prefixlen != 0 {
			return Addr{}, textErr(fn, ErrInval, s)
		}
		return a, nil
	case a.family == FamilyIPv4 || a.family == FamilyIPv6: // inet_pton reads all of it
	case out.family == C.int32_t(familyDECnet):
		if !isDECnet(body) {
			return Addr{}, textErr(fn, ErrNoAddr, s)
		}
	case out.family == C.int32_t(FamilyMPLS):
		if !isMPLS(body) {
			return Addr{}, textErr(fn, ErrNoAddr, s)
		}
		if out.len > MaxAddrLen {
			return Addr{}, textErr(fn, ErrRange, s)
		}
	default:
		b, ok := hexBytes(body)
		switch {
		case !ok:
			return Addr{}, textErr(fn, ErrNoAddr, s)
		case len(b) > MaxAddrLen:
			return Addr{}, textErr(fn, ErrRange, s)
		}
		f := FamilyUnspec
		if hint == FamilyLLC || len(b) == 6 {
			f = FamilyLLC
		}
		a = AddrFrom(f, b)
	}
	if !hasPrefix {
		return a, nil
	}
	n, err := strconv.ParseUint(prefix, 0, 31) // as strtol reads it, octal and hexadecimal too
	if len(prefix) > 1 && strings.ContainsAny(prefix[1:2], "bBoO") || strings.Contains(prefix, "_") {
		err = strconv.ErrSyntax // Go's own, and 0b11 is a number for newer C libraries only
	}
	if err != nil || int64(n) != int64(out.prefixlen) || int(n) > 8*len(a.raw) {
		return Addr{}, textErr(fn, ErrInval, s)
	}
	return a.WithPrefixLen(int(n)), nil
}

// ValidAddr reports whether s is the text of an address of the family: IPv4, IPv6, LLC, DECnet or MPLS, or any of the first
// four with FamilyUnspec. It takes no prefix length and none of the words that [ParseAddr] knows. (libnl itself says no to
// every link-layer address and yes to every text for a family it does not know.)
//
// Implements: nl_addr_valid
func ValidAddr(s string, f Family) bool {
	var buf [64]byte
	p, ok := cString(buf[:0], s)
	if !ok {
		return false
	}
	switch f {
	case FamilyIPv4, FamilyIPv6:
		return C.nl_addr_valid(p, C.int(f)) != 0
	case familyDECnet:
		return isDECnet(s) && C.nl_addr_valid(p, C.int(f)) != 0
	case FamilyMPLS:
		return isMPLS(s) && strings.Count(s, "/") < MaxAddrLen/4 && C.nl_addr_valid(p, C.int(f)) != 0
	case FamilyLLC:
		b, ok := hexBytes(s)
		return ok && len(b) >= 6 && len(b) <= MaxAddrLen
	case FamilyUnspec:
		b, ok := hexBytes(s)
		return ok && len(b) <= MaxAddrLen || ValidAddr(s, FamilyIPv4) || ValidAddr(s, FamilyIPv6) || ValidAddr(s, familyDECnet)
	}
	return false
}

// isAddrWord reports whether libnl reads the text as a word.
func isAddrWord(s string) bool {
	for _, w := range [...]string{"none", "default", "all", "any"} {
		if strings.EqualFold(s, w) {
			return true
		}
	}
	return false
}

// isDECnet reports whether the text is an area and a node and no more.
func isDECnet(s string) bool {
	area, node, ok := strings.Cut(strings.Replace(s, ",", ".", 1), ".")
	return ok && isDecimal(area, 63) && isDecimal(node, 1023)
}

// isMPLS reports whether the text is labels and slashes and no more.
func isMPLS(s string) bool {
	for l := range strings.SplitSeq(s, "/") {
		if _, err := strconv.ParseUint(l, 0, 20); err != nil {
			return false
		}
	}
	return true
}

func isDecimal(s string, limit uint64) bool {
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && n <= limit
}

// hexBytes reads two or more bytes, each of one or two hexadecimal digits, with colons between them.
func hexBytes(s string) ([]byte, bool) {
	if !strings.Contains(s, ":") {
		return nil, false
	}
	var b []byte
	for g := range strings.SplitSeq(s, ":") {
		n, err := strconv.ParseUint(g, 16, 8)
		if err != nil || len(g) > 2 {
			return nil, false
		}
		b = append(b, byte(n))
	}
	return b, true
}

// validFamily reports whether f fits a sa_family_t.
func validFamily(f Family) bool { return f >= 0 && f <= math.MaxUint16 }

// wellFormed reports whether the bytes can be an address of the family. libnl looks at the family alone where it prints and
// copies, and reads past the end of others.
func (a Addr) wellFormed() bool {
	n := len(a.raw)
	if n > MaxAddrLen || !validFamily(a.family) {
		return false
	}
	switch a.family {
	case FamilyIPv4:
		return n == 0 || n == 4
	case FamilyIPv6:
		return n == 0 || n == 16
	case familyDECnet:
		return n == 0 || n == 2
	case FamilyMPLS:
		if n%4 != 0 {
			return false
		}
		for i := 2; i < n; i += 4 {
			if bottom := a.raw[i]&1 != 0; bottom != (i+2 == n) {
				return false
			}
		}
	}
	return true
}

// check returns the error for an address that libnl must not be given.
func (a Addr) check(fn string) error {
	switch {
	case !a.IsValid():
		return argErr(fn, "no address")
	case !a.wellFormed():
		return argErr(fn, "the bytes are no address of family "+a.family.String())
	}
	return nil
}

// data is the address's bytes for nlgo_addr_new and its kin.
func (a Addr) data() unsafe.Pointer { return unsafe.Pointer(unsafe.StringData(a.raw)) }

// addrFromC returns what nlgo_addr_get filled in: the zero Addr if there was no nl_addr, or one beyond MaxAddrLen.
func addrFromC(c *C.struct_nlgo_addr) Addr {
	if c.has == 0 || c.len > MaxAddrLen {
		return Addr{}
	}
	return Addr{
		family:    Family(c.family),
		prefixLen: int(c.prefixlen),
		raw:       string(unsafe.Slice((*byte)(&c.b[0]), c.len)),
	}
}

// IsValid reports whether a is an address, not the zero Addr.
func (a Addr) IsValid() bool { return a != Addr{} }

// Family returns the address family.
//
// Implements: nl_addr_get_family
func (a Addr) Family() Family { return a.family }

// WithFamily returns the same bytes and prefix length as an address of another family, or the zero Addr if they cannot be one.
//
// Implements: nl_addr_set_family
func (a Addr) WithFamily(f Family) Addr {
	a.family = f
	if !a.wellFormed() {
		return Addr{}
	}
	return a
}

// Len returns how many bytes the address has.
//
// Implements: nl_addr_get_len
func (a Addr) Len() int { return len(a.raw) }

// PrefixLen returns the prefix length in bits.
//
// Implements: nl_addr_get_prefixlen
func (a Addr) PrefixLen() int { return a.prefixLen }

// WithPrefixLen returns the address with a prefix of n bits; the bits behind it stay. It returns the zero Addr when the address
// has not as many bits, or n is negative.
//
// Implements: nl_addr_set_prefixlen
func (a Addr) WithPrefixLen(n int) Addr {
	if n < 0 || n > 8*len(a.raw) {
		return Addr{}
	}
	a.prefixLen = n
	return a
}

// Bytes returns a copy of the address's bytes.
//
// Implements: nl_addr_get_binary_addr
func (a Addr) Bytes() []byte { return []byte(a.raw) }

// IP returns the address without its prefix length, if it is one of IPv4 or IPv6 and has bytes.
func (a Addr) IP() (netip.Addr, bool) {
	switch {
	case a.family == FamilyIPv4 && len(a.raw) == 4:
		return netip.AddrFrom4([4]byte([]byte(a.raw))), true
	case a.family == FamilyIPv6 && len(a.raw) == 16:
		return netip.AddrFrom16([16]byte([]byte(a.raw))), true
	}
	return netip.Addr{}, false
}

// Prefix returns an IPv4 or IPv6 address with its prefix length; host bits stay. One without bytes and with prefix length 0, as
// libnl before 3.8 has it for a default route, is 0.0.0.0/0 or ::/0.
func (a Addr) Prefix() (netip.Prefix, bool) {
	ip, ok := a.IP()
	switch {
	case ok:
	case a == Addr{family: FamilyIPv4}:
		ip = netip.IPv4Unspecified()
	case a == Addr{family: FamilyIPv6}:
		ip = netip.IPv6Unspecified()
	}
	p := netip.PrefixFrom(ip, a.prefixLen)
	return p, p.IsValid()
}

// MAC returns the bytes of a link-layer address: of FamilyLLC, or of FamilyUnspec, which is what libnl calls those that are not
// six bytes long.
func (a Addr) MAC() (net.HardwareAddr, bool) {
	if len(a.raw) == 0 || a.family != FamilyLLC && a.family != FamilyUnspec {
		return nil, false
	}
	return net.HardwareAddr(a.raw), true
}

// Compare orders addresses by family, number of bytes, bytes and prefix length: -1, 0 or 1. Those without bytes differ in
// family only.
//
// Implements: nl_addr_cmp
func (a Addr) Compare(b Addr) int {
	if c := cmp.Compare(a.family, b.family); c != 0 {
		return c
	}
	if c := cmp.Compare(len(a.raw), len(b.raw)); c != 0 || len(a.raw) == 0 {
		return c
	}
	if c := strings.Compare(a.raw, b.raw); c != 0 {
		return c
	}
	return cmp.Compare(a.prefixLen, b.prefixLen)
}

// ComparePrefix orders addresses by family and then by the bits that the shorter of the two prefixes covers: it returns 0 if
// one network contains the other. Where an address has fewer bits than that, it comes first.
//
// Implements: nl_addr_cmp_prefix
func (a Addr) ComparePrefix(b Addr) int {
	if c := cmp.Compare(a.family, b.family); c != 0 {
		return c
	}
	n := max(0, min(a.prefixLen, b.prefixLen))
	short := min(8*len(a.raw), 8*len(b.raw))
	bits := min(n, short)
	whole := bits / 8
	if c := strings.Compare(a.raw[:whole], b.raw[:whole]); c != 0 {
		return c
	}
	if rest := bits % 8; rest != 0 {
		mask := ^(byte(0xff) >> rest)
		if c := cmp.Compare(a.raw[whole]&mask, b.raw[whole]&mask); c != 0 {
			return c
		}
	}
	if n > short {
		return cmp.Compare(len(a.raw), len(b.raw))
	}
	return 0
}

// IsZero reports whether all bytes of the address are zero, as those of an address without bytes are.
//
// Implements: nl_addr_iszero
func (a Addr) IsZero() bool { return strings.Trim(a.raw, "\x00") == "" }

// GuessFamily returns the family that the number of bytes suggests: 4 IPv4, 6 LLC, 16 IPv6, FamilyUnspec for any other.
//
// Implements: nl_addr_guess_family
func (a Addr) GuessFamily() Family {
	switch len(a.raw) {
	case 4:
		return FamilyIPv4
	case 6:
		return FamilyLLC
	case 16:
		return FamilyIPv6
	}
	return FamilyUnspec
}

// FillSockaddr returns an IPv4 or IPv6 address as a socket address with port 0; without bytes it is the unspecified one. Any
// other family is ErrInval.
//
// Implements: nl_addr_fill_sockaddr
func (a Addr) FillSockaddr() (unix.Sockaddr, error) {
	switch {
	case a.family == FamilyIPv4 && a.wellFormed():
		sa := &unix.SockaddrInet4{}
		copy(sa.Addr[:], a.raw)
		return sa, nil
	case a.family == FamilyIPv6 && a.wellFormed():
		sa := &unix.SockaddrInet6{}
		copy(sa.Addr[:], a.raw)
		return sa, nil
	}
	return nil, argErr("nl_addr_fill_sockaddr", "not IPv4 or IPv6: "+a.String())
}

// AddrInfo is one way to reach an address, from getaddrinfo(3).
type AddrInfo struct {
	Family   Family
	SockType int // SOCK_STREAM, SOCK_DGRAM, SOCK_RAW
	Protocol int // IPPROTO_*
	Addr     netip.Addr
}

// Info returns what getaddrinfo(3) says about an IPv4 or IPv6 host address: one entry for each type of socket. It asks no name
// server. An address whose prefix is shorter than itself, or that has no bytes, is ErrObjNotFound, any other family
// ErrAFNoSupport.
//
// Implements: nl_addr_info
func (a Addr) Info() ([]AddrInfo, error) {
	const fn = "nl_addr_info"
	if a.family != FamilyIPv4 && a.family != FamilyIPv6 || !a.wellFormed() {
		return nil, textErr(fn, ErrAFNoSupport, a.String())
	}
	var out [16]C.struct_nlgo_addrinfo
	n := C.nlgo_addr_info(C.int(a.family), a.data(), C.size_t(len(a.raw)), C.int(a.prefixLen), &out[0], C.int(len(out)))
	if n < 0 {
		return nil, textErr(fn, Errno(-n), a.String())
	}
	infos := make([]AddrInfo, n)
	for i := range infos {
		c := &out[i]
		ip := unsafe.Slice((*byte)(&c.ip[0]), c.len)
		infos[i] = AddrInfo{Family: Family(c.family), SockType: int(c.socktype), Protocol: int(c.protocol)}
		infos[i].Addr, _ = netip.AddrFromSlice(ip)
	}
	return infos, nil
}

// Resolve returns the name of an IPv4 or IPv6 address, from the system's resolver (getnameinfo(3)). It can wait for name
// servers for long; when ctx ends it returns at once, though the thread that asks stays until the resolver gives up. Without a
// name, or when no server answers, it is ErrObjNotFound; any other family is ErrInval.
//
// Implements: nl_addr_resolve
func (a Addr) Resolve(ctx context.Context) (string, error) {
	const fn = "nl_addr_resolve"
	if _, err := a.FillSockaddr(); err != nil {
		return "", argErr(fn, "not IPv4 or IPv6: "+a.String())
	}
	if err := ctx.Err(); err != nil {
		return "", &Error{Func: fn, cause: err}
	}
	if ctx.Done() == nil {
		return a.resolve(fn)
	}
	type result struct {
		name string
		err  error
	}
	done := make(chan result, 1)
	go func() {
		name, err := a.resolve(fn)
		done <- result{name, err}
	}()
	select {
	case r := <-done:
		return r.name, r.err
	case <-ctx.Done():
		return "", &Error{Func: fn, cause: ctx.Err()}
	}
}

func (a Addr) resolve(fn string) (string, error) {
	buf := make([]byte, C.NI_MAXHOST)
	rc := C.nlgo_addr_resolve(C.int(a.family), a.data(), C.size_t(len(a.raw)), bufPtr(buf), C.size_t(len(buf)))
	// A code of the resolver (EAI_*) that libnl took for an errno: these two say what did not happen.
	if rc == C.NLE_INTR || rc == C.NLE_AGAIN {
		rc = C.NLE_FAILURE
	}
	if rc != 0 {
		return "", textErr(fn, Errno(max(rc, -rc)), a.String())
	}
	return textOf(buf), nil
}

// String returns the text of the address, with its prefix length where that is not all of it: "10.0.0.0/8", "2001:db8::1",
// "00:de:ad:be:ef:00", "100/200" for MPLS, "none" for one without bytes. Bytes that are no address of their family print as
// pairs of hexadecimal digits.
//
// Implements: nl_addr2str
func (a Addr) String() string {
	var buf [64]byte
	b := buf[:0]
	n := len(a.raw)
	switch ip, isIP := a.IP(); {
	case n == 0:
		b = append(b, "none"...)
	case isIP && !isIPv4Compatible(a.raw):
		b = ip.AppendTo(b)
	case (isIP || a.family == familyDECnet || a.family == FamilyMPLS) && a.wellFormed():
		return a.textFromC()
	default:
		const digits = "0123456789abcdef"
		for i := range n {
			if i > 0 {
				b = append(b, ':')
			}
			b = append(b, digits[a.raw[i]>>4], digits[a.raw[i]&15])
		}
	}
	if a.prefixLen != 8*n && a.family != FamilyMPLS {
		b = append(b, '/')
		b = strconv.AppendInt(b, int64(a.prefixLen), 10)
	}
	return string(b)
}

// textFromC returns libnl's text of a well-formed address.
func (a Addr) textFromC() string {
	var buf [16 + 3*MaxAddrLen]byte
	C.nlgo_addr_str(C.int(a.family), a.data(), C.size_t(len(a.raw)), C.int(a.prefixLen), bufPtr(buf[:]), C.size_t(len(buf)))
	return textOf(buf[:])
}

// isIPv4Compatible reports whether the text ends in a dotted quad for some versions of inet_ntop(3), and not for package netip:
// ::1.2.3.4.
func isIPv4Compatible(raw string) bool {
	return len(raw) == 16 && strings.Trim(raw[:12], "\x00") == ""
}

// MarshalText returns the text that [Addr.UnmarshalText] turns back into the same address, empty for the zero Addr. The text of
// some addresses does not tell their family (MPLS, link-layer addresses of other than six bytes): those are ErrAFNoSupport.
func (a Addr) MarshalText() ([]byte, error) {
	if !a.IsValid() {
		return []byte{}, nil
	}
	s := a.String()
	if b, err := ParseAddr(s, FamilyUnspec); err != nil || a != b {
		return nil, textErr("nl_addr2str", ErrAFNoSupport, s)
	}
	return []byte(s), nil
}

// UnmarshalText is [ParseAddr] without a hint; empty text is the zero Addr.
func (a *Addr) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*a = Addr{}
		return nil
	}
	b, err := ParseAddr(string(text), FamilyUnspec)
	if err != nil {
		return err
	}
	*a = b
	return nil
}

// String returns libnl's name of the family, "inet6", or its number, "0x63".
//
// Implements: nl_af2str
func (f Family) String() string {
	if !fitsInt(int(f)) {
		return hexText(int(f))
	}
	var b [textLen]byte
	C.nl_af2str(C.int(f), bufPtr(b[:]), textLen)
	return textOf(b[:])
}

// ParseFamily returns the family with this name, in any case, or number. A name that libnl does not know is ErrObjNotFound.
//
// Implements: nl_str2af
func ParseFamily(s string) (Family, error) {
	const fn = "nl_str2af"
	var b [textLen]byte
	p, err := nameArg(fn, b[:0], s)
	if err != nil {
		return 0, err
	}
	n, err := nameValue(fn, s, C.nl_str2af(p), math.MaxUint16)
	return Family(n), err
}
