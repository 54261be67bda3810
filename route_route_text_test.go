//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/golibnl/libnl"
	"golang.org/x/sys/unix"
)

// bothWays has every value printed as libnl prints it, and read again.
func bothWays[T interface {
	comparable
	fmt.Stringer
}](t *testing.T, values []T, parse func(string) (T, error),
) {
	t.Helper()
	for _, v := range values {
		back, err := parse(v.String())
		if err != nil || back != v {
			t.Errorf("%q is read as %v, %v", v.String(), back, err)
		}
		back, err = parse(strings.ToUpper(v.String()))
		if err != nil || back != v {
			t.Errorf("%q in capitals is read as %v, %v", v.String(), back, err)
		}
	}
}

func bytesOf[T ~uint8]() []T {
	var all []T
	for v := range 256 {
		all = append(all, T(v))
	}
	return all
}

func TestRouteTexts(t *testing.T) {
	bothWays(t, bytesOf[libnl.RouteProtocol](), libnl.ParseRouteProtocol)
	bothWays(t, bytesOf[libnl.RouteType](), libnl.ParseRouteType)
	bothWays(t, bytesOf[libnl.Scope](), libnl.ParseScope)
	bothWays(t, []libnl.RouteTable{0, 1, 252, 253, 254, 255, 256, 1 << 31, 1<<32 - 12, 1<<32 - 1}, libnl.ParseRouteTable)
	bothWays(t, []libnl.RouteMetric{0, 1, 2, 5, 12, 13, 16, 17, 18, 1<<31 - 1}, libnl.ParseRouteMetric)

	equal(t, "table", libnl.RouteTable(254).String(), "main")
	equal(t, "table", libnl.RouteTable(1000).String(), "0x3e8")
	equal(t, "protocol", libnl.RouteProtocol(unix.RTPROT_KERNEL).String(), "kernel")
	equal(t, "type", libnl.RouteType(unix.RTN_BLACKHOLE).String(), "blackhole")
	equal(t, "scope", libnl.Scope(unix.RT_SCOPE_UNIVERSE).String(), "global")
	equal(t, "metric", libnl.RouteMetric(unix.RTAX_INITCWND).String(), "initcwnd")
	equal(t, "no metric", libnl.RouteMetric(1<<40).String(), "0x10000000000")

	_, err := libnl.ParseRouteTable("nosuch")
	isErr(t, "table", err, libnl.ErrObjNotFound)
	_, err = libnl.ParseRouteTable("4294967296")
	isErr(t, "table", err, libnl.ErrRange)
	_, err = libnl.ParseRouteTable("")
	isErr(t, "table", err, libnl.ErrInval)
	_, err = libnl.ParseRouteProtocol("256")
	isErr(t, "protocol", err, libnl.ErrRange)
	_, err = libnl.ParseRouteProtocol("-1")
	isErr(t, "protocol", err, libnl.ErrObjNotFound)
	_, err = libnl.ParseRouteType("256")
	isErr(t, "type", err, libnl.ErrRange)
	_, err = libnl.ParseScope("far")
	isErr(t, "scope", err, libnl.ErrObjNotFound)
	_, err = libnl.ParseRouteMetric("nosuch")
	isErr(t, "metric", err, libnl.ErrObjNotFound)
}

func TestRealms(t *testing.T) {
	r := libnl.MakeRealms(65535, 2)
	equal(t, "from", r.From(), 65535)
	equal(t, "to", r.To(), 2)
	equal(t, "text", r.String(), "65535/2")
	bothWays(t, []libnl.Realms{0, 1, r, 1<<32 - 1}, libnl.ParseRealms)
	to, err := libnl.ParseRealms("7")
	noErr(t, err)
	equal(t, "destination alone", to, libnl.MakeRealms(0, 7))
	for _, s := range []string{"", "/", "1/", "/1", "1/2/3", "65536/1", "1/-1", "x"} {
		_, err := libnl.ParseRealms(s)
		isErr(t, s, err, libnl.ErrInval)
	}
}

func TestRouteFlagTexts(t *testing.T) {
	for bit := range 32 {
		f := libnl.RouteFlags(1) << bit
		back, err := libnl.ParseRouteFlags(f.String())
		noErr(t, err)
		equal(t, f.String(), back, f)
		n := libnl.NexthopFlags(1) << bit
		nback, err := libnl.ParseNexthopFlags(n.String())
		noErr(t, err)
		equal(t, n.String(), nback, n)
	}
	equal(t, "flags of a route", libnl.RouteFlags(unix.RTM_F_CLONED|unix.RTNH_F_ONLINK|1<<20).String(), "onlink,cloned,0x100000")
	equal(t, "flags of a next hop", libnl.NexthopFlags(unix.RTNH_F_DEAD|unix.RTNH_F_ONLINK|unix.RTNH_F_LINKDOWN).String(), "dead,onlink,0x10")
	equal(t, "no flags", libnl.RouteFlags(0).String()+libnl.NexthopFlags(0).String(), "")
	_, err := libnl.ParseRouteFlags("onlink,nosuch")
	isErr(t, "an unknown flag", err, libnl.ErrObjNotFound)
	_, err = libnl.ParseNexthopFlags("onlink,nosuch")
	isErr(t, "an unknown flag", err, libnl.ErrObjNotFound)
	f, err := libnl.ParseRouteFlags("")
	noErr(t, err)
	equal(t, "no flags", f, 0)
}

// These lists are the process's: the test puts back what was there.
func TestRouteNames(t *testing.T) {
	dir := t.TempDir()
	file := func(text string) string {
		name := filepath.Join(dir, "names")
		noErr(t, os.WriteFile(name, []byte(text), 0o600))
		return name
	}
	t.Cleanup(func() {
		noErr(t, libnl.ReadRouteTableNames(file("0 unspec\n252 compat\n253 default\n254 main\n255 local\n")))
		noErr(t, libnl.ReadRouteProtocolNames(file("0 unspec\n1 redirect\n2 kernel\n3 boot\n4 static\n")))
	})
	long := "# " + strings.Repeat("x", 126) + "77 wrong\n" // libnl takes the end for a line
	noErr(t, libnl.ReadRouteTableNames(file(long+"\n \t\n100 vpn # comment\n0x80000000 big\n4294967284 code\n7 100\n")))
	equal(t, "name", libnl.RouteTable(100).String(), "vpn")
	equal(t, "name", libnl.RouteTable(1<<31).String(), "big")
	equal(t, "a former name", libnl.RouteTable(254).String(), "0xfe")
	for s, want := range map[string]libnl.RouteTable{"vpn": 100, "VPN": 100, "big": 1 << 31, "254": 254, "100": 7, "0xfffffff5": 1<<32 - 11} {
		got, err := libnl.ParseRouteTable(s)
		noErr(t, err)
		equal(t, s, got, want)
	}
	_, err := libnl.ParseRouteTable("wrong")
	isErr(t, "not a line", err, libnl.ErrObjNotFound)

	for text, want := range map[string]error{
		"1 one\nx two\n": libnl.ErrParseErr, "1\n": libnl.ErrParseErr, "4294967296 x\n": libnl.ErrRange, "-1 x\n": libnl.ErrParseErr,
		"1 " + strings.Repeat("x", 65): libnl.ErrRange, "1 a\x00b": libnl.ErrParseErr,
	} {
		isErr(t, text, libnl.ReadRouteTableNames(file(text)), want)
	}
	isErr(t, "no file", libnl.ReadRouteTableNames(filepath.Join(dir, "nosuch")), fs.ErrNotExist)
	equal(t, "after errors", libnl.RouteTable(100).String(), "vpn")

	noErr(t, libnl.ReadRouteProtocolNames(file("200 mine\n")))
	equal(t, "protocol", libnl.RouteProtocol(200).String(), "mine")
	p, err := libnl.ParseRouteProtocol("mine")
	noErr(t, err)
	equal(t, "protocol", p, 200)
	isErr(t, "no protocol", libnl.ReadRouteProtocolNames(file("256 x\n")), libnl.ErrRange)

	r := newRoute(t)
	noErr(t, r.SetDst(prefix("192.0.2.0/24")))
	r.SetTable(100)
	if s := r.String(); !strings.Contains(s, "table vpn") {
		t.Errorf("text of a route: %q", s)
	}
}
