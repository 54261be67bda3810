//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"context"
	"io/fs"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
	"github.com/golibnl/libnl/internal/oracle"
)

func TestFIBRequest(t *testing.T) {
	ip := mustAddr(t, "192.0.2.7")
	for _, r := range []libnl.FIBRequest{{Addr: ip}, {ip, 1 << 31, 255, 253, 255}} {
		c := oracle.Ptr(oracle.Call("flnl_request_alloc"))
		c.Call("flnl_request_set_addr", cAddr(r.Addr))
		if r.Mark != 0 {
			c.Call("flnl_request_set_fwmark", r.Mark)
			c.Call("flnl_request_set_tos", r.TOS)
			c.Call("flnl_request_set_scope", r.Scope)
			c.Call("flnl_request_set_table", uint32(r.Table))
		}
		m, err := r.Build()
		want, code := oracle.Build("flnl_lookup_build_request", c, 0)
		sameRequest(t, "request", m, err, want, code)
		equal(t, "protocol", m.Proto(), libnl.ProtoFIBLookup)
		c.Free()
	}
	for _, c := range []struct {
		r    *libnl.FIBRequest
		want error
	}{
		{nil, libnl.ErrInval},
		{&libnl.FIBRequest{}, libnl.ErrAFNoSupport},
		{&libnl.FIBRequest{Addr: mustAddr(t, "2001:db8::1")}, libnl.ErrAFNoSupport},
		{&libnl.FIBRequest{Addr: libnl.AddrFrom(libnl.FamilyIPv4, nil)}, libnl.ErrInval},
		{&libnl.FIBRequest{Addr: ip, Table: 256}, libnl.ErrRange}, // libnl would look in table 0
	} {
		_, err := c.r.Build()
		isErr(t, "request", err, c.want)
		_, err = libnl.LookupFIB(t.Context(), nil, c.r)
		isErr(t, "lookup", err, c.want)
	}
	_, err := libnl.LookupFIB(t.Context(), nil, &libnl.FIBRequest{Addr: ip})
	isErr(t, "no socket", err, libnl.ErrInval)
}

func TestFIBResult(t *testing.T) {
	r, err := libnl.NewFIBResult()
	made(t, r, err)
	equal(t, "table", r.Table(), 0)
	equal(t, "prefix length", r.PrefixLen(), 0)
	equal(t, "nexthop", r.NexthopSel(), 0)
	equal(t, "type", r.Type(), 0)
	equal(t, "scope", r.Scope(), 0)
	noErr(t, r.Err())
	noErr(t, r.Close())
	mustPanic(t, "closed FIBResult", func() { r.Table() })
	mustPanic(t, "closed FIBResult", func() { _ = r.Err() })
}

func TestLookupFIB(t *testing.T) {
	nltest.NetNS(t)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	s, err := libnl.Dial(libnl.ProtoFIBLookup, nil)
	if err != nil {
		t.Skip("no lookups: ", err)
	}
	defer s.Close()
	vethPair(t)
	nltest.Run(t, "ip", "addr", "add", "192.0.2.1/24", "dev", "v0")
	nltest.Run(t, "ip", "route", "add", "198.51.100.0/25", "via", "192.0.2.2")
	nltest.Run(t, "ip", "route", "add", "198.51.100.128/25", "nexthop", "via", "192.0.2.2", "nexthop", "via", "192.0.2.3")
	nltest.Run(t, "ip", "route", "add", "10.0.0.0/8", "dev", "v0", "table", "77", "scope", "link")
	nltest.Run(t, "ip", "route", "add", "unreachable", "203.0.113.0/24")
	nltest.Run(t, "ip", "route", "add", "prohibit", "203.0.113.0/25")
	look := func(ip string, table libnl.RouteTable) (*libnl.FIBResult, error) {
		return libnl.LookupFIB(ctx, s, &libnl.FIBRequest{Addr: mustAddr(t, ip), Table: table})
	}
	for range 3 { // and nothing is left over for the next
		for _, c := range []struct {
			ip    string
			table libnl.RouteTable
			want  libnl.RouteTable
			bits  int
			typ   libnl.RouteType
			scope libnl.Scope
		}{
			{"198.51.100.7", 0, 254, 25, unix.RTN_UNICAST, unix.RT_SCOPE_UNIVERSE},
			{"198.51.100.200", 254, 254, 25, unix.RTN_UNICAST, unix.RT_SCOPE_UNIVERSE},
			{"192.0.2.9", 0, 254, 24, unix.RTN_UNICAST, unix.RT_SCOPE_LINK},
			{"192.0.2.1", 255, 255, 32, unix.RTN_LOCAL, unix.RT_SCOPE_HOST},
			{"10.1.2.3", 77, 77, 8, unix.RTN_UNICAST, unix.RT_SCOPE_LINK},
		} {
			r, err := look(c.ip, c.table)
			if err != nil {
				t.Errorf("%s in %d: %v", c.ip, c.table, err)
				continue
			}
			equal(t, c.ip+": table", r.Table(), c.want)
			equal(t, c.ip+": prefix length", r.PrefixLen(), c.bits)
			equal(t, c.ip+": type", r.Type(), c.typ)
			equal(t, c.ip+": scope", r.Scope(), c.scope)
			if r.NexthopSel() > 1 {
				t.Errorf("%s: nexthop %d", c.ip, r.NexthopSel())
			}
			copied, err := libnl.Clone(r)
			noErr(t, err)
			equal(t, "clone", copied.PrefixLen(), c.bits)
			noErr(t, copied.Close())
			noErr(t, r.Close())
		}
		_, err = look("10.1.2.3", 0)
		isErr(t, "no route", err, fs.ErrNotExist)
		_, err = look("10.1.2.3", 99)
		isErr(t, "no table", err, fs.ErrNotExist)
		_, err = look("203.0.113.200", 0)
		isErr(t, "unreachable", err, unix.EHOSTUNREACH)
		_, err = look("203.0.113.2", 0)
		isErr(t, "prohibit", err, fs.ErrPermission)
	}
	_, err = libnl.LookupFIB(ctx, dialRoute(t, nil), &libnl.FIBRequest{Addr: mustAddr(t, "192.0.2.1")})
	isErr(t, "the wrong socket", err, libnl.ErrProtoMismatch)
}
