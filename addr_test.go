//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/golibnl/libnl"
	"golang.org/x/sys/unix"
)

const familyDECnet libnl.Family = unix.AF_DECnet

func TestAddrParse(t *testing.T) {
	const (
		any4 = libnl.FamilyUnspec
		v4   = libnl.FamilyIPv4
		v6   = libnl.FamilyIPv6
		ll   = libnl.FamilyLLC
		mpls = libnl.FamilyMPLS
	)
	for _, tt := range []struct {
		in     string
		hint   libnl.Family
		family libnl.Family
		bytes  string
		prefix int
		out    string
	}{
		{"10.0.0.1", any4, v4, "\x0a\x00\x00\x01", 32, "10.0.0.1"},
		{"10.0.0.1", v4, v4, "\x0a\x00\x00\x01", 32, "10.0.0.1"},
		{"10.0.0.0/8", any4, v4, "\x0a\x00\x00\x00", 8, "10.0.0.0/8"},
		{"10.0.0.0/010", any4, v4, "\x0a\x00\x00\x00", 8, "10.0.0.0/8"},
		{"10.0.0.0/0x18", any4, v4, "\x0a\x00\x00\x00", 24, "10.0.0.0/24"},
		{"0.0.0.0/0", any4, v4, "\x00\x00\x00\x00", 0, "0.0.0.0/0"},
		{"::", any4, v6, strings.Repeat("\x00", 16), 128, "::"},
		{"::1", v6, v6, strings.Repeat("\x00", 15) + "\x01", 128, "::1"},
		{"fe80::1/64", any4, v6, "\xfe\x80" + strings.Repeat("\x00", 13) + "\x01", 64, "fe80::1/64"},
		{"::ffff:1.2.3.4", any4, v6, strings.Repeat("\x00", 10) + "\xff\xff\x01\x02\x03\x04", 128, "::ffff:1.2.3.4"},
		{"::1.2.3.4", any4, v6, strings.Repeat("\x00", 12) + "\x01\x02\x03\x04", 128, "::1.2.3.4"},
		{"::1.2.3.4/96", any4, v6, strings.Repeat("\x00", 12) + "\x01\x02\x03\x04", 96, "::1.2.3.4/96"},
		{"00:11:22:33:44:55", any4, ll, "\x00\x11\x22\x33\x44\x55", 48, "00:11:22:33:44:55"},
		{"0:1:2:3:4:5", ll, ll, "\x00\x01\x02\x03\x04\x05", 48, "00:01:02:03:04:05"},
		{"00:11:22:33:44:55/24", ll, ll, "\x00\x11\x22\x33\x44\x55", 24, "00:11:22:33:44:55/24"},
		{"1.5", any4, familyDECnet, "\x05\x04", 16, "1.5"},
		{"1,5", familyDECnet, familyDECnet, "\x05\x04", 16, "1.5"},
		{"63.1023", any4, familyDECnet, "\xff\xff", 16, "63.1023"},
		{"00:11:22:33:44", any4, libnl.FamilyUnspec, "\x00\x11\x22\x33\x44", 40, "00:11:22:33:44"},
		{"12:34", any4, libnl.FamilyUnspec, "\x12\x34", 16, "12:34"},
		{"100", mpls, mpls, "\x00\x06\x41\x00", 20, "100"},
		{"100/200", mpls, mpls, "\x00\x06\x40\x00\x00\x0c\x81\x00", 20, "100/200"},
		{"0x10/17", mpls, mpls, "\x00\x01\x00\x00\x00\x01\x11\x00", 20, "16/17"},
		{"none", v6, v6, "", 0, "none"},
		{"none", libnl.FamilyBridge, libnl.FamilyBridge, "", 0, "none"},

		// what libnl cuts off after six bytes
		{"00:11:22:33:44:55:66:77", ll, ll, "\x00\x11\x22\x33\x44\x55\x66\x77", 64, "00:11:22:33:44:55:66:77"},
		{"00:11:22:33:44:55:66", any4, libnl.FamilyUnspec, "\x00\x11\x22\x33\x44\x55\x66", 56, "00:11:22:33:44:55:66"},
		{
			"80:00:02:08:fe:80:00:00:00:00:00:00:00:02:c9:03:00:0a:0b:0c", any4, libnl.FamilyUnspec,
			"\x80\x00\x02\x08\xfe\x80\x00\x00\x00\x00\x00\x00\x00\x02\xc9\x03\x00\x0a\x0b\x0c", 160,
			"80:00:02:08:fe:80:00:00:00:00:00:00:00:02:c9:03:00:0a:0b:0c",
		},
	} {
		a, err := libnl.ParseAddr(tt.in, tt.hint)
		if err != nil {
			t.Errorf("ParseAddr(%q, %v): %v", tt.in, tt.hint, err)
			continue
		}
		if a.Family() != tt.family || string(a.Bytes()) != tt.bytes || a.PrefixLen() != tt.prefix || a.String() != tt.out || a.Len() != len(tt.bytes) {
			t.Errorf("ParseAddr(%q, %v) = %v %x /%d %q, want %v %x /%d %q", tt.in, tt.hint,
				a.Family(), a.Bytes(), a.PrefixLen(), a, tt.family, tt.bytes, tt.prefix, tt.out)
		}
		if a != libnl.AddrFrom(tt.family, []byte(tt.bytes)).WithPrefixLen(tt.prefix) {
			t.Errorf("ParseAddr(%q, %v) differs from the address made of its parts", tt.in, tt.hint)
		}
	}
}

func TestAddrParseWords(t *testing.T) {
	for _, word := range []string{"any", "ALL", "default", "Default/0"} {
		for hint, want := range map[libnl.Family]netip.Prefix{
			libnl.FamilyUnspec: netip.MustParsePrefix("0.0.0.0/0"),
			libnl.FamilyIPv4:   netip.MustParsePrefix("0.0.0.0/0"),
			libnl.FamilyIPv6:   netip.MustParsePrefix("::/0"),
		} {
			a, err := libnl.ParseAddr(word, hint)
			if err != nil {
				t.Errorf("ParseAddr(%q, %v): %v", word, hint, err)
				continue
			}
			if p, ok := a.Prefix(); !ok || p != want || !a.IsZero() || a.PrefixLen() != 0 {
				t.Errorf("ParseAddr(%q, %v) = %v, prefix %v %v", word, hint, a, p, ok)
			}
			if full := libnl.HasCapability(libnl.CapVersion3_8_0); full != (a.Len() > 0) {
				t.Errorf("ParseAddr(%q, %v) has %d bytes with libnl %v", word, hint, a.Len(), libnl.RuntimeVersion())
			}
		}
		if a, err := libnl.ParseAddr(word, libnl.FamilyLLC); err != nil || a.Family() != libnl.FamilyLLC || !a.IsZero() {
			t.Errorf("ParseAddr(%q, llc) = %v, %v", word, a, err)
		}
		if _, err := libnl.ParseAddr(word, libnl.FamilyMPLS); !errors.Is(err, libnl.ErrAFNoSupport) && !errors.Is(err, libnl.ErrInval) {
			t.Errorf("ParseAddr(%q, mpls): %v", word, err)
		}
	}
	if a, err := libnl.ParseAddr("none", libnl.FamilyUnspec); err != nil || a.IsValid() {
		t.Errorf("none = %v, %v", a, err)
	}
}

func TestAddrParseErrors(t *testing.T) {
	for _, tt := range []struct {
		in   string
		hint libnl.Family
		want libnl.Errno
	}{
		{"", 0, libnl.ErrNoAddr},
		{"x", 0, libnl.ErrNoAddr},
		{"100", 0, libnl.ErrNoAddr},
		{"1:2:", 0, libnl.ErrInval},
		{":1", 0, libnl.ErrInval},
		{"fe80::1%lo", 0, libnl.ErrInval},
		{"10.0.0.0/", 0, libnl.ErrInval},
		{"::1", libnl.FamilyIPv4, libnl.ErrNoAddr},
		{"10.0.0.1", libnl.FamilyIPv6, libnl.ErrNoAddr},
		{"00:11:22:33:44", libnl.FamilyLLC, libnl.ErrNoAddr},
		{"1048576", libnl.FamilyMPLS, libnl.ErrInval},
		{"any", libnl.FamilyBridge, libnl.ErrAFNoSupport},
		{"10.0.0.1", -1, libnl.ErrAFNoSupport},
		{"10.0.0.1", math.MaxInt64, libnl.ErrAFNoSupport},
		{"10.0.0.1", 1<<32 + 2, libnl.ErrAFNoSupport},

		// what libnl accepts
		{"10.0.0.256", 0, libnl.ErrNoAddr},
		{"01.2.3.4", 0, libnl.ErrNoAddr},
		{"1.2.3.4.5", 0, libnl.ErrNoAddr},
		{"10.0.0.1", familyDECnet, libnl.ErrNoAddr},
		{"1.5xyz", 0, libnl.ErrNoAddr},
		{"65537.3", 0, libnl.ErrNoAddr},
		{"10.0.0.0/8abc", 0, libnl.ErrInval},
		{"10.0.0.0/8/9", 0, libnl.ErrInval},
		{"10.0.0.0/33", 0, libnl.ErrInval},
		{"10.0.0.0/-1", 0, libnl.ErrInval},
		{"10.0.0.0/+8", 0, libnl.ErrInval},
		{"10.0.0.0/ 8", 0, libnl.ErrInval},
		{"10.0.0.0/1_0", 0, libnl.ErrInval},
		{"10.0.0.0/0b11", 0, libnl.ErrInval},
		{"10.0.0.0/4294967296", 0, libnl.ErrInval},
		{"10.0.0.0/99999999999999999999", 0, libnl.ErrInval},
		{"::/129", 0, libnl.ErrInval},
		{"any/8", 0, libnl.ErrInval},
		{"none/8", 0, libnl.ErrInval},
		{"00:11:22:33:44:55zz", 0, libnl.ErrNoAddr},
		{"00:11:22:33:44:555", 0, libnl.ErrNoAddr},
		{"00:11:22:33:44:55", libnl.FamilyIPv4, libnl.ErrNoAddr},
		{"aa:bb,cc", 0, libnl.ErrNoAddr},
		{"-1:2", 0, libnl.ErrNoAddr},
		{"+5", libnl.FamilyMPLS, libnl.ErrNoAddr},
		{"10.0.0.1\x00/8", 0, libnl.ErrNoAddr},
		{"10.0.0.1\x00", libnl.FamilyIPv4, libnl.ErrNoAddr},

		{strings.Repeat("0:", libnl.MaxAddrLen) + "0", 0, libnl.ErrRange},
		{strings.Repeat("0:", 255) + "0", 0, libnl.ErrRange},
		{strings.Repeat("0:", 256) + "0", 0, libnl.ErrRange},
		{strings.Repeat("1/", libnl.MaxAddrLen/4) + "1", libnl.FamilyMPLS, libnl.ErrRange},
		{strings.Repeat("9", 1<<20), 0, libnl.ErrNoAddr},
		{strings.Repeat("1:", 1<<20), 0, libnl.ErrNoAddr},
		{"10.0.0.0/" + strings.Repeat("8", 1<<20), 0, libnl.ErrInval},
	} {
		a, err := libnl.ParseAddr(tt.in, tt.hint)
		short := tt.in[:min(len(tt.in), 40)]
		e, ok := errors.AsType[*libnl.Error](err)
		if a.IsValid() || !ok {
			t.Errorf("ParseAddr(%q, %v) = %v, %v", short, tt.hint, a, err)
			continue
		}
		if e.Func != "nl_addr_parse" || e.Code != tt.want {
			t.Errorf("ParseAddr(%q, %v): %v, want %v", short, tt.hint, err, tt.want)
		}
		if len(err.Error()) > 200 {
			t.Errorf("ParseAddr(%q, %v): error text of %d bytes", short, tt.hint, len(err.Error()))
		}
	}
}

func TestAddrFrom(t *testing.T) {
	for _, tt := range []struct {
		family libnl.Family
		bytes  []byte
		ok     bool
		prefix int
		out    string
	}{
		{libnl.FamilyIPv4, nil, true, 0, "none"},
		{libnl.FamilyIPv4, []byte{192, 0, 2, 1}, true, 32, "192.0.2.1"},
		{libnl.FamilyIPv4, []byte{192, 0, 2}, false, 0, "none"},
		{libnl.FamilyIPv4, make([]byte, 16), false, 0, "none"},
		{libnl.FamilyIPv6, make([]byte, 16), true, 128, "::"},
		{libnl.FamilyIPv6, make([]byte, 4), false, 0, "none"},
		{libnl.FamilyLLC, []byte{1}, true, 8, "01"},
		{libnl.FamilyLLC, []byte{2, 0, 0, 0, 0, 0xfe}, true, 48, "02:00:00:00:00:fe"},
		{libnl.FamilyLLC, make([]byte, 32), true, 256, strings.Repeat("00:", 31) + "00"},
		{libnl.FamilyLLC, make([]byte, libnl.MaxAddrLen), true, 8 * libnl.MaxAddrLen, strings.Repeat("00:", libnl.MaxAddrLen-1) + "00"},
		{libnl.FamilyLLC, make([]byte, libnl.MaxAddrLen+1), false, 0, "none"},
		{libnl.FamilyLLC, make([]byte, 1<<20), false, 0, "none"},
		{libnl.FamilyUnspec, nil, false, 0, "none"},
		{libnl.FamilyUnspec, []byte{1, 2, 3, 4}, true, 32, "01:02:03:04"},
		{libnl.FamilyBridge, []byte{1, 2}, true, 16, "01:02"},
		{familyDECnet, []byte{5, 4}, true, 16, "1.5"},
		{familyDECnet, []byte{5, 4, 3}, false, 0, "none"},
		{libnl.FamilyMPLS, []byte{0, 6, 0x41, 0}, true, 20, "100"},
		{libnl.FamilyMPLS, []byte{0, 6, 0x40, 0}, false, 0, "none"},                // no bottom of stack: libnl reads on
		{libnl.FamilyMPLS, []byte{0, 6, 0x41, 0, 0, 6, 0x41, 0}, false, 0, "none"}, // two
		{libnl.FamilyMPLS, []byte{0, 6, 0x41}, false, 0, "none"},
		{libnl.FamilyMPLS, nil, true, 0, "none"},
		{-1, []byte{1}, false, 0, "none"},
		{1 << 16, []byte{1}, false, 0, "none"},
		{math.MinInt64, []byte{1}, false, 0, "none"},
	} {
		a := libnl.AddrFrom(tt.family, tt.bytes)
		if a.IsValid() != tt.ok || a.PrefixLen() != tt.prefix || a.String() != tt.out {
			t.Errorf("AddrFrom(%v, %x) = %v (%d), valid %v, want %s (%d), %v", tt.family, tt.bytes, a, a.PrefixLen(), a.IsValid(), tt.out, tt.prefix, tt.ok)
		}
		if tt.ok && (a.Family() != tt.family || !bytes.Equal(a.Bytes(), tt.bytes)) {
			t.Errorf("AddrFrom(%v, %x) has family %v, bytes %x", tt.family, tt.bytes, a.Family(), a.Bytes())
		}
	}

	b := []byte{192, 0, 2, 1}
	a := libnl.AddrFrom(libnl.FamilyIPv4, b)
	b[0] = 10
	a.Bytes()[0] = 11
	if a.String() != "192.0.2.1" {
		t.Errorf("the address changed to %v with its bytes", a)
	}
}

func TestAddrGoTypes(t *testing.T) {
	ip4, ip6 := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")
	for _, ip := range []netip.Addr{ip4, ip6, netip.MustParseAddr("::ffff:1.2.3.4")} {
		a := libnl.AddrFromIP(ip)
		if got, ok := a.IP(); !ok || got != ip || a.String() != ip.String() {
			t.Errorf("AddrFromIP(%v) = %v, back %v %v", ip, a, got, ok)
		}
		p := netip.PrefixFrom(ip, 17)
		if got, ok := libnl.AddrFromPrefix(p).Prefix(); !ok || got != p {
			t.Errorf("AddrFromPrefix(%v), back %v %v", p, got, ok)
		}
	}
	if a := libnl.AddrFromIP(netip.MustParseAddr("fe80::1%lo")); a.String() != "fe80::1" {
		t.Errorf("address with a zone: %v", a)
	}
	if a := libnl.AddrFromIP(netip.Addr{}); a.IsValid() {
		t.Errorf("zero netip.Addr: %v", a)
	}
	for _, p := range []netip.Prefix{{}, netip.PrefixFrom(ip4, 33), netip.PrefixFrom(ip4, -1)} {
		if a := libnl.AddrFromPrefix(p); a.IsValid() {
			t.Errorf("prefix %v: %v", p, a)
		}
	}
	mac := net.HardwareAddr{2, 0, 0, 0, 0, 1}
	if got, ok := libnl.AddrFromMAC(mac).MAC(); !ok || !bytes.Equal(got, mac) {
		t.Errorf("MAC back %v %v", got, ok)
	}
	ib := net.HardwareAddr(bytes.Repeat([]byte{7}, 20))
	if got, ok := libnl.AddrFrom(libnl.FamilyUnspec, ib).MAC(); !ok || !bytes.Equal(got, ib) {
		t.Errorf("20 byte MAC back %v %v", got, ok)
	}
	if a := libnl.AddrFromMAC(nil); a.IsValid() {
		t.Errorf("nil MAC: %v", a)
	}
	for _, a := range []libnl.Addr{{}, libnl.AddrFromMAC(mac), libnl.AddrFrom(libnl.FamilyIPv4, nil)} {
		if ip, ok := a.IP(); ok {
			t.Errorf("%v has IP %v", a, ip)
		}
	}
	if m, ok := libnl.AddrFromIP(ip4).MAC(); ok {
		t.Errorf("an IP has MAC %v", m)
	}
	if p, ok := libnl.AddrFrom(libnl.FamilyIPv6, nil).Prefix(); !ok || p.String() != "::/0" {
		t.Errorf("IPv6 without bytes has prefix %v %v", p, ok)
	}
}

func TestAddrZero(t *testing.T) {
	var a libnl.Addr
	if a.IsValid() || a.Family() != 0 || a.Len() != 0 || a.PrefixLen() != 0 || len(a.Bytes()) != 0 || !a.IsZero() ||
		a.GuessFamily() != 0 || a.String() != "none" || a.Compare(a) != 0 || a.ComparePrefix(a) != 0 ||
		a.WithPrefixLen(0).IsValid() || a.WithPrefixLen(1).IsValid() || a.WithPrefixLen(-1).IsValid() {
		t.Error("the zero Addr is not nothing")
	}
	if _, ok := a.IP(); ok {
		t.Error("has IP")
	}
	if _, ok := a.Prefix(); ok {
		t.Error("has Prefix")
	}
	if _, ok := a.MAC(); ok {
		t.Error("has MAC")
	}
	if _, err := a.FillSockaddr(); !errors.Is(err, libnl.ErrInval) {
		t.Error("FillSockaddr: ", err)
	}
	if _, err := a.Info(); !errors.Is(err, libnl.ErrAFNoSupport) {
		t.Error("Info: ", err)
	}
	if _, err := a.Resolve(t.Context()); !errors.Is(err, libnl.ErrInval) {
		t.Error("Resolve: ", err)
	}
	if v := a.WithFamily(libnl.FamilyIPv4); !v.IsValid() || v.Family() != libnl.FamilyIPv4 || v.Len() != 0 {
		t.Error("WithFamily: ", v)
	}
}

func TestAddrWith(t *testing.T) {
	a := mustAddr(t, "10.1.2.3")
	for n, want := range map[int]string{0: "10.1.2.3/0", 8: "10.1.2.3/8", 31: "10.1.2.3/31", 32: "10.1.2.3"} {
		if s := a.WithPrefixLen(n).String(); s != want {
			t.Errorf("/%d prints %s", n, s)
		}
	}
	for _, n := range []int{-1, 33, math.MaxInt64, math.MinInt64, 1 << 32} {
		if b := a.WithPrefixLen(n); b.IsValid() {
			t.Errorf("/%d is %v", n, b)
		}
	}
	if b := a.WithPrefixLen(8).WithFamily(libnl.FamilyLLC); b.String() != "0a:01:02:03/8" {
		t.Error("as link-layer address: ", b)
	}
	for _, f := range []libnl.Family{libnl.FamilyIPv6, libnl.FamilyMPLS, familyDECnet, -1, 1 << 16} {
		if b := a.WithFamily(f); b.IsValid() {
			t.Errorf("as %v: %v", f, b)
		}
	}
}

func TestAddrCompare(t *testing.T) {
	ordered := []libnl.Addr{
		{},
		libnl.AddrFrom(libnl.FamilyUnspec, []byte{9}),
		libnl.AddrFrom(libnl.FamilyIPv4, nil),
		mustAddr(t, "10.0.0.0/0"),
		mustAddr(t, "10.0.0.0/8"),
		mustAddr(t, "10.0.0.0"),
		mustAddr(t, "10.0.0.1/8"),
		mustAddr(t, "200.0.0.1/8"), // as unsigned bytes
		mustAddr(t, "::"),
		mustAddr(t, "::1"),
		mustAddr(t, "00:00:00:00:00:01"),
	}
	for i, a := range ordered {
		for j, b := range ordered {
			want := max(-1, min(i-j, 1))
			if got := a.Compare(b); got != want {
				t.Errorf("%v (%v) compared with %v (%v) is %d, want %d", a, a.Family(), b, b.Family(), got, want)
			}
			if (a == b) != (want == 0) {
				t.Errorf("%v == %v is %v", a, b, a == b)
			}
		}
	}
}

func TestAddrComparePrefix(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"10.0.0.0/8", "10.1.2.3", 0},
		{"10.0.0.0/8", "11.1.2.3", -1},
		{"10.0.0.0/9", "10.128.0.0/9", -1},
		{"10.128.0.0/9", "10.0.0.0/9", 1},
		{"10.128.0.0/8", "10.0.0.0/9", 0},
		{"10.0.0.0/0", "200.0.0.0/8", 0},
		{"10.1.2.3", "10.1.2.3", 0},
		{"10.1.2.3", "10.1.2.4", -1},
		{"10.1.2.3/31", "10.1.2.2/31", 0},
		{"2001:db8::/32", "2001:db8:1::1", 0},
		{"2001:db8::/33", "2001:db8:8000::1", -1},
		{"10.0.0.0/8", "::/8", -1},
		{"aa:bb:cc/24", "aa:bb:cc:dd", 0},
		{"aa:bb:cc/20", "aa:bb:cf:dd", 0},
		{"aa:bb:cc", "aa:bb:bc:dd", 1},
	} {
		a, b := mustAddr(t, tt.a), mustAddr(t, tt.b)
		if got := a.ComparePrefix(b); got != tt.want {
			t.Errorf("%s and %s: %d, want %d", tt.a, tt.b, got, tt.want)
		}
		if got := b.ComparePrefix(a); got != -tt.want {
			t.Errorf("%s and %s: %d, want %d", tt.b, tt.a, got, -tt.want)
		}
	}
	if c := libnl.AddrFrom(libnl.FamilyIPv4, nil).ComparePrefix(mustAddr(t, "10.0.0.1")); c != 0 {
		t.Error("the network of all addresses does not contain one: ", c)
	}
}

func TestAddrGuessFamily(t *testing.T) {
	for n, want := range map[int]libnl.Family{0: 0, 1: 0, 4: libnl.FamilyIPv4, 6: libnl.FamilyLLC, 16: libnl.FamilyIPv6, 20: 0} {
		if got := libnl.AddrFrom(libnl.FamilyUnspec, make([]byte, n)).GuessFamily(); got != want {
			t.Errorf("%d bytes: %v, want %v", n, got, want)
		}
	}
	if a := libnl.AddrFrom(libnl.FamilyLLC, make([]byte, 20)); !a.IsZero() {
		t.Error("zeroes are not zero")
	}
	if a := mustAddr(t, "0.0.1.0"); a.IsZero() {
		t.Error("0.0.1.0 is zero")
	}
}

func TestAddrFillSockaddr(t *testing.T) {
	sa, err := mustAddr(t, "10.1.2.3/8").FillSockaddr()
	if in, ok := sa.(*unix.SockaddrInet4); err != nil || !ok || in.Addr != [4]byte{10, 1, 2, 3} || in.Port != 0 {
		t.Errorf("IPv4: %v, %v", sa, err)
	}
	sa, err = mustAddr(t, "::1").FillSockaddr()
	if in6, ok := sa.(*unix.SockaddrInet6); err != nil || !ok || in6.Addr != [16]byte{15: 1} || in6.ZoneId != 0 {
		t.Errorf("IPv6: %v, %v", sa, err)
	}
	sa, err = libnl.AddrFrom(libnl.FamilyIPv4, nil).FillSockaddr()
	if in, ok := sa.(*unix.SockaddrInet4); err != nil || !ok || in.Addr != [4]byte{} {
		t.Errorf("IPv4 without bytes: %v, %v", sa, err)
	}
	sa, err = mustAddr(t, "00:00:00:00:00:01").FillSockaddr()
	if sa != nil || !errors.Is(err, libnl.ErrInval) {
		t.Errorf("LLC: %v, %v", sa, err)
	}
}

func TestAddrInfo(t *testing.T) {
	for _, s := range []string{"192.0.2.1", "2001:db8::1"} {
		a := mustAddr(t, s)
		infos, err := a.Info()
		if err != nil || len(infos) == 0 {
			t.Errorf("%s: %v, %v", s, infos, err)
		}
		types := map[int]bool{}
		for _, i := range infos {
			types[i.SockType] = true
			if i.Family != a.Family() || i.Addr.String() != s {
				t.Errorf("%s: %+v", s, i)
			}
		}
		if !types[unix.SOCK_STREAM] || !types[unix.SOCK_DGRAM] {
			t.Errorf("%s: no stream or datagram among %+v", s, infos)
		}
	}
	for _, a := range []libnl.Addr{mustAddr(t, "10.0.0.0/8"), libnl.AddrFrom(libnl.FamilyIPv4, nil)} {
		if _, err := a.Info(); !errors.Is(err, libnl.ErrObjNotFound) {
			t.Errorf("%v: %v", a, err)
		}
	}
	if _, err := mustAddr(t, "00:00:00:00:00:01").Info(); !errors.Is(err, libnl.ErrAFNoSupport) {
		t.Error("LLC: ", err)
	}
}

func TestAddrResolve(t *testing.T) {
	// 127.0.0.1 is in /etc/hosts on any system that has one.
	switch name, err := mustAddr(t, "127.0.0.1").Resolve(context.Background()); {
	case err == nil && name == "":
		t.Error("no name and no error")
	case err != nil && !errors.Is(err, libnl.ErrObjNotFound) && !errors.Is(err, libnl.ErrFailure):
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := mustAddr(t, "127.0.0.1").Resolve(ctx); !errors.Is(err, context.Canceled) {
		t.Error("cancelled: ", err)
	}
	ctx, cancel = context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	name, err := mustAddr(t, "192.0.2.1").Resolve(ctx)
	if err == nil && name == "" {
		t.Error("no name and no error")
	}
	if d := time.Since(start); d > 2*time.Second {
		t.Errorf("returned %v after %v for a deadline of 50 ms", err, d)
	}
}

func TestAddrValid(t *testing.T) {
	for _, tt := range []struct {
		in   string
		f    libnl.Family
		want bool
	}{
		{"10.0.0.1", libnl.FamilyIPv4, true},
		{"10.0.0.1/8", libnl.FamilyIPv4, false},
		{"10.0.0", libnl.FamilyIPv4, false},
		{"10.0.0.1\x00x", libnl.FamilyIPv4, false},
		{"any", libnl.FamilyIPv4, false},
		{"::1", libnl.FamilyIPv6, true},
		{"10.0.0.1", libnl.FamilyIPv6, false},
		{"1.5", familyDECnet, true},
		{"1.5x", familyDECnet, false},
		{"65537.3", familyDECnet, false},
		{"", familyDECnet, false},
		{"100/200", libnl.FamilyMPLS, true},
		{"100/", libnl.FamilyMPLS, false},
		{"", libnl.FamilyMPLS, false},
		{"00:11:22:33:44:55", libnl.FamilyLLC, true}, // never for libnl
		{"00:11:22:33:44:55:66:77", libnl.FamilyLLC, true},
		{"00:11:22:33:44", libnl.FamilyLLC, false},
		{"00:11:22:33:44:zz", libnl.FamilyLLC, false},
		{"x", libnl.FamilyBridge, false}, // always for libnl
		{"10.0.0.1", libnl.FamilyBridge, false},
		{"x", -1, false},
		{"10.0.0.1", 1<<32 + 2, false},
		{"10.0.0.1", libnl.FamilyUnspec, true},
		{"::1", libnl.FamilyUnspec, true},
		{"1.5", libnl.FamilyUnspec, true},
		{"12:34", libnl.FamilyUnspec, true},
		{"any", libnl.FamilyUnspec, false},
		{"x", libnl.FamilyUnspec, false},
		{strings.Repeat("9/", 1<<20), libnl.FamilyMPLS, false},
	} {
		if got := libnl.ValidAddr(tt.in, tt.f); got != tt.want {
			t.Errorf("ValidAddr(%q, %v) = %v", tt.in[:min(len(tt.in), 40)], tt.f, got)
		}
	}
}

func TestAddrText(t *testing.T) {
	type doc struct{ A libnl.Addr }
	for _, s := range []string{"10.0.0.0/8", "2001:db8::1", "::1.2.3.4", "02:00:00:00:00:01", "1.5", "12:34:56"} {
		in := doc{mustAddr(t, s)}
		b, err := json.Marshal(in)
		if err != nil {
			t.Errorf("%s: %v", s, err)
			continue
		}
		var out doc
		if err := json.Unmarshal(b, &out); err != nil || in != out || string(b) != `{"A":"`+s+`"}` {
			t.Errorf("%s: %s, back %v, %v", s, b, out.A, err)
		}
	}
	var zero, back libnl.Addr
	back = mustAddr(t, "::1")
	if b, err := zero.MarshalText(); err != nil || len(b) != 0 {
		t.Errorf("zero: %q, %v", b, err)
	}
	if err := back.UnmarshalText(nil); err != nil || back.IsValid() {
		t.Errorf("empty: %v, %v", back, err)
	}
	back = mustAddr(t, "::1")
	if err := back.UnmarshalText([]byte("nonsense")); err == nil || back != mustAddr(t, "::1") {
		t.Errorf("nonsense: %v, %v", back, err)
	}
	for _, a := range []libnl.Addr{
		libnl.AddrFrom(libnl.FamilyMPLS, []byte{0, 6, 0x41, 0}),
		libnl.AddrFromMAC(make(net.HardwareAddr, 8)), // reads as IPv6
		libnl.AddrFromMAC(make(net.HardwareAddr, 20)),
		libnl.AddrFrom(libnl.FamilyIPv4, nil),
		libnl.AddrFrom(libnl.FamilyLLC, []byte{1}),
	} {
		if b, err := a.MarshalText(); !errors.Is(err, libnl.ErrAFNoSupport) {
			t.Errorf("%v: %q, %v", a, b, err)
		}
	}
}

func TestAddrFamilyNames(t *testing.T) {
	for f, want := range map[libnl.Family]string{
		0: "unspec", libnl.FamilyIPv4: "inet", libnl.FamilyIPv6: "inet6", libnl.FamilyBridge: "bridge", libnl.FamilyLLC: "llc",
		libnl.FamilyMPLS: "mpls", familyDECnet: "decnet", 99: "0x63", -1: "0xffffffff", 1<<32 + 2: "0x100000002",
	} {
		if got := f.String(); got != want {
			t.Errorf("%d is %q, want %q", int(f), got, want)
		}
	}
	for s, want := range map[string]libnl.Family{"inet": libnl.FamilyIPv4, "INET6": libnl.FamilyIPv6, "0x7": libnl.FamilyBridge, "28": libnl.FamilyMPLS, "unspec": 0, "0": 0} {
		if got, err := libnl.ParseFamily(s); err != nil || got != want {
			t.Errorf("%q is %v, %v", s, got, err)
		}
	}
	checkNameErrors(t, "nl_str2af", func(s string) error { _, err := libnl.ParseFamily(s); return err })
}

func FuzzParseAddr(f *testing.F) {
	for _, s := range []string{
		"10.0.0.1/8", "fe80::1", "::1.2.3.4", "any", "none", "00:11:22:33:44:55", "1.5", "12:34:56", "100/200", "/", "10.0.0.0/-1",
		"00:11:22:33:44:55:66:77:88:99", "0x10/17", "\x00",
	} {
		f.Add(s, int(libnl.FamilyUnspec))
		f.Add(s, int(libnl.FamilyLLC))
		f.Add(s, int(libnl.FamilyMPLS))
		f.Add(s, int(familyDECnet))
	}
	f.Fuzz(func(t *testing.T, s string, hint int) {
		valid := libnl.ValidAddr(s, libnl.Family(hint))
		a, err := libnl.ParseAddr(s, libnl.Family(hint))
		if err != nil {
			if a.IsValid() {
				t.Fatalf("%q: %v with %v", s, a, err)
			}
			if valid {
				t.Fatalf("%q is valid for %v and yet %v", s, libnl.Family(hint), err)
			}
			return
		}
		checkAddr(t, a)
		if a.Len() == 0 {
			return
		}
		again, err := libnl.ParseAddr(a.String(), a.Family())
		switch a.Family() {
		case libnl.FamilyIPv4, libnl.FamilyIPv6, libnl.FamilyLLC, libnl.FamilyMPLS, familyDECnet:
			if err != nil || again != a {
				t.Fatalf("%q is %v, and that is %v, %v", s, a, again, err)
			}
		default: // six bytes are LLC, eight IPv6
			if err == nil && again.Family() == a.Family() && again != a {
				t.Fatalf("%q is %v, and that is %v", s, a, again)
			}
		}
	})
}

func FuzzAddrBytes(f *testing.F) {
	f.Add(int(libnl.FamilyIPv4), []byte{10, 0, 0, 1}, 8, int(libnl.FamilyIPv4), []byte{10, 0, 0, 2}, 31)
	f.Add(int(libnl.FamilyMPLS), []byte{0, 6, 0x40, 0, 0, 6, 0x41, 0}, 20, int(libnl.FamilyMPLS), []byte{}, 20)
	f.Add(int(libnl.FamilyIPv6), make([]byte, 16), 128, int(familyDECnet), []byte{1, 2}, 3)
	f.Add(-1, make([]byte, 300), -1, 1<<40, []byte(nil), 1<<40)
	f.Fuzz(func(t *testing.T, f1 int, b1 []byte, n1 int, f2 int, b2 []byte, n2 int) {
		a := libnl.AddrFrom(libnl.Family(f1), b1)
		b := libnl.AddrFrom(libnl.Family(f2), b2)
		if a.IsValid() && (!bytes.Equal(a.Bytes(), b1) || a.Family() != libnl.Family(f1)) {
			t.Fatalf("AddrFrom(%d, %x) = %v", f1, b1, a)
		}
		for _, p := range [][2]libnl.Addr{
			{a, b},
			{a.WithPrefixLen(n1), b.WithPrefixLen(n2)},
			{a.WithFamily(libnl.Family(f2)), b.WithFamily(libnl.Family(f1))},
		} {
			checkAddr(t, p[0])
			checkAddr(t, p[1])
			if c, d := p[0].Compare(p[1]), p[1].Compare(p[0]); c != -d {
				t.Fatalf("%v and %v compare as %d and %d", p[0], p[1], c, d)
			}
			if c, d := p[0].ComparePrefix(p[1]), p[1].ComparePrefix(p[0]); c != -d {
				t.Fatalf("prefixes of %v and %v compare as %d and %d", p[0], p[1], c, d)
			}
			if p[0] == p[1] && (p[0].Compare(p[1]) != 0 || p[0].ComparePrefix(p[1]) != 0) {
				t.Fatalf("%v does not compare equal to itself", p[0])
			}
		}
	})
}

// checkAddr calls everything an address has and looks for contradictions.
func checkAddr(t *testing.T, a libnl.Addr) {
	t.Helper()
	if a.Len() != len(a.Bytes()) || a.Len() > libnl.MaxAddrLen || a.PrefixLen() < 0 || a.PrefixLen() > 8*a.Len() {
		t.Fatalf("%v has %d bytes, prefix length %d", a, a.Len(), a.PrefixLen())
	}
	s := a.String()
	if s == "" || strings.ContainsRune(s, 0) {
		t.Fatalf("%x prints %q", a.Bytes(), s)
	}
	if ip, ok := a.IP(); ok {
		if ip.String() != strings.Split(s, "/")[0] && !strings.HasPrefix(s, "::") {
			t.Fatalf("%v prints %q", ip, s)
		}
		if infos, err := a.Info(); (err == nil) != (a.PrefixLen() == 8*a.Len()) || err == nil && infos[0].Addr != ip {
			t.Fatalf("%v: %v, %v", a, infos, err)
		}
	}
	_, _ = a.Prefix()
	_, _ = a.MAC()
	_, _ = a.IsZero(), a.GuessFamily()
	if _, err := a.FillSockaddr(); err == nil && a.Family() != libnl.FamilyIPv4 && a.Family() != libnl.FamilyIPv6 {
		t.Fatalf("%v of %v has a socket address", a, a.Family())
	}
	b, err := a.MarshalText()
	var back libnl.Addr
	if err == nil && (back.UnmarshalText(b) != nil || back != a) {
		t.Fatalf("%v is %q as text and that %v", a, b, back)
	}
}

func TestAddrStringRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		var b [16]byte
		for i := range b {
			if r.IntN(3) == 0 {
				b[i] = byte(r.Uint32())
			}
		}
		a := libnl.AddrFrom(libnl.FamilyIPv6, b[:])
		back, err := libnl.ParseAddr(a.String(), libnl.FamilyIPv6)
		if err != nil || back != a {
			t.Fatalf("%x prints %v, which is %v, %v", b, a, back, err)
		}
	}
}

func mustAddr(t *testing.T, s string) libnl.Addr {
	t.Helper()
	a, err := libnl.ParseAddr(s, libnl.FamilyUnspec)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func BenchmarkAddrString(b *testing.B) {
	a := libnl.AddrFrom(libnl.FamilyIPv4, []byte{10, 0, 0, 1})
	b.ReportAllocs()
	for b.Loop() {
		_ = a.String()
	}
}

func BenchmarkParseAddr(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := libnl.ParseAddr("10.0.0.1/8", libnl.FamilyUnspec); err != nil {
			b.Fatal(err)
		}
	}
}
