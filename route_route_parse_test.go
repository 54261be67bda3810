//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"slices"
	"testing"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
	"golang.org/x/sys/unix"
)

// variedRoutes makes routes of all sorts, as far as the kernel knows them.
func variedRoutes(t testing.TB) {
	t.Helper()
	fillNS(t)
	nltest.Sysctl(t, "ipv6/conf/default/accept_dad", "0")
	nltest.Run(t, "sh", "-c", `
ip route add 203.0.113.0/24 via 192.0.2.9 src 192.0.2.1 mtu 1400
ip route append 203.0.113.0/24 via 192.0.2.8
ip route add 203.0.113.0/24 via 192.0.2.7 tos 0x10
ip route add 203.0.113.0/25 nexthop via 192.0.2.6 weight 3 nexthop dev br0 nexthop via 192.0.2.7 onlink
ip route add default via 192.0.2.6 metric 4000000000
ip route add default via inet6 fe80::1 dev v0 metric 9
ip route add 203.0.114.0/24 nexthop via inet6 fe80::1 dev v0 nexthop via 192.0.2.7
ip route add blackhole 10.1.0.0/16 table 4000000000 proto bgp
ip route add prohibit 10.2.0.0/16
ip route add unreachable default table 77
ip route add throw 10.3.0.0/16 table 77
ip route add 10.4.0.0/16 nhid 9
ip nexthop add id 10 via 192.0.2.8 dev v0; ip nexthop add id 11 group 9/10,5
ip route add 10.5.0.0/16 nhid 11
ip route add 10.6.0.0/16 encap mpls 30 via 192.0.2.9
ip route add 10.7.0.0/16 dev v0 scope link realms 3/4
ip -6 route add 2001:db8:1::/48 via 2001:db8::2
ip -6 route append 2001:db8:1::/48 via 2001:db8::3
ip -6 route add 2001:db8:2::/48 nexthop via 2001:db8::2 weight 2 nexthop dev br0
ip -6 route add 2001:db8:3::/48 from 2001:db8:9::/48 via 2001:db8::2
ip -6 route add blackhole 2001:db8:4::/48 table 500
ip -6 route add default via fe80::9 dev v0 expires 300
ip -6 route add 2001:db8:5::/48 dev v0 src 2001:db8::1 pref high
echo 100 >/proc/sys/net/mpls/platform_labels && ip -f mpls route add 20 via inet 192.0.2.9 && ip -f mpls route add 21 as 22/23 via inet6 2001:db8::2
true
`)
}

// routeInfos collects a stream, as texts in order.
func routeInfos(t testing.TB, s *libnl.Socket, f *libnl.RouteFilter) (all []string) {
	t.Helper()
	for r, err := range s.RouteInfos(t.Context(), f) {
		if errors.Is(err, unix.ENODEV) { // no such interface, says a kernel that filters
			return nil
		}
		noErr(t, err)
		all = append(all, fmt.Sprintf("%+v", r))
	}
	slices.Sort(all)
	return all
}

// What the package reads from messages is what libnl reads.
func TestRouteInfosAreLibnls(t *testing.T) {
	s := netNS(t)
	variedRoutes(t)
	index := linkIndex(t, s, "br0")
	strict := dialRoute(t, &libnl.Config{Strict: true})
	for _, f := range []*libnl.RouteFilter{
		nil,
		{Family: libnl.FamilyIPv4},
		{Family: libnl.FamilyIPv6},
		{Family: unix.AF_MPLS},
		{Table: 77},
		{Table: 4_000_000_000},
		{Table: 12345},
		{Protocol: unix.RTPROT_BGP},
		{Type: unix.RTN_BLACKHOLE},
		{OIF: index},
		{OIF: index, Family: libnl.FamilyIPv6},
		{OIF: 9999},
	} {
		for _, s := range []*libnl.Socket{s, strict} {
			var want, got []string
			byObject := map[netip.Prefix]uint32{} // not before libnl 3.10
			for r, err := range s.Routes(t.Context(), f) {
				if errors.Is(err, unix.ENODEV) {
					break
				}
				noErr(t, err)
				byObject[r.Info().Dst] = r.Info().NHID
				want = append(want, fmt.Sprintf("%+v", r.Info()))
			}
			for r, err := range s.RouteInfos(t.Context(), f) {
				if errors.Is(err, unix.ENODEV) {
					break
				}
				noErr(t, err)
				if byObject[r.Dst] == 0 {
					r.NHID = 0
				}
				got = append(got, fmt.Sprintf("%+v", r))
			}
			slices.Sort(want)
			slices.Sort(got)
			sameAs(t, fmt.Sprintf("%+v", f), got, want)
			if f == nil && len(got) < 25 {
				t.Errorf("only %d routes: %v", len(got), got)
			}
		}
	}
}

func TestRouteInfosErrors(t *testing.T) {
	s := netNS(t)
	ends := func(what string, s *libnl.Socket, ctx context.Context, f *libnl.RouteFilter, want error) {
		t.Helper()
		n := 0
		for _, err := range s.RouteInfos(ctx, f) {
			n++
			isErr(t, what, err, want)
		}
		if n != 1 {
			t.Errorf("%s: %d steps", what, n)
		}
	}
	ends("negative interface", s, t.Context(), &libnl.RouteFilter{OIF: -1}, libnl.ErrRange)
	ends("no family", s, t.Context(), &libnl.RouteFilter{Family: 300}, libnl.ErrAFNoSupport)
	ends("nil context", s, nil, nil, libnl.ErrInval)
	ends("nil socket", nil, t.Context(), nil, libnl.ErrInval)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	ends("cancelled", s, ctx, nil, context.Canceled)
	g, err := libnl.DialGeneric(nil)
	noErr(t, err)
	defer g.Close()
	ends("another protocol", g, t.Context(), nil, libnl.ErrProtoMismatch)
	noErr(t, s.Close())
	ends("closed", s, t.Context(), nil, fs.ErrClosed)
}

func TestParseRouteInfo(t *testing.T) {
	r := newRoute(t)
	noErr(t, r.SetDst(prefix("203.0.113.0/24")))
	r.SetPriority(7)
	for i, via := range []string{"192.0.2.2", "192.0.2.3"} {
		noErr(t, r.AddNexthop(newHop(t, via, 3+i)))
	}
	m, err := r.BuildAdd(0)
	noErr(t, err)
	got, err := libnl.ParseRouteInfo(m)
	noErr(t, err)
	want := r.Info()
	want.Scope = got.Scope // a request has it guessed
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if got.Nexthops != 2 || got.Gateway != netip.MustParseAddr("192.0.2.2") || got.OIF != 3 {
		t.Errorf("got %+v", got)
	}

	whole := slices.Clone(m.Bytes())
	for n := range whole { // cut anywhere: an error, or what stands before
		b := slices.Clone(whole[:n])
		if n >= 16 {
			copy(b, u32(uint32(n)))
			if m, err := libnl.MsgFromBytes(b); err == nil {
				_, err = libnl.ParseRouteInfo(m)
				if n < 28 {
					isErr(t, "short", err, libnl.ErrMsgTooShort)
				}
			}
		}
	}
	other, err := libnl.NewMsgSimple(libnl.RTMNewLink, 0)
	noErr(t, err)
	other.Append(make([]byte, 16), 4)
	_, err = libnl.ParseRouteInfo(other)
	isErr(t, "a link", err, libnl.ErrMsgTypeNoSupport)
	for what, attr := range map[string][]byte{
		"short table":       {0: 5, 2: unix.RTA_TABLE, 4: 0},
		"short destination": {0: 7, 2: unix.RTA_DST, 6: 0},
		"short next hop":    {0: 12, 2: unix.RTA_MULTIPATH, 4: 200, 11: 0},
	} {
		bad, err := libnl.NewMsgSimple(libnl.RTMNewRoute, 0)
		noErr(t, err)
		bad.Append([]byte{unix.AF_INET, 24, 11: 0}, 4)
		if n := int(attr[0]); n != len(attr) {
			t.Fatal(what, n, len(attr))
		}
		raw := append(append(u16(uint16(attr[0])), u16(uint16(attr[2]))...), attr[4:]...)
		bad.Append(raw, 4)
		noErr(t, bad.Err())
		_, err = libnl.ParseRouteInfo(bad)
		isErr(t, what, err, libnl.ErrRange)
	}
	noErr(t, m.Close())
	_, err = libnl.ParseRouteInfo(m)
	isErr(t, "closed", err, fs.ErrClosed)
	_, err = libnl.ParseRouteInfo(nil)
	isErr(t, "nil", err, fs.ErrClosed)
}

// FuzzRouteInfo: whatever libnl reads as a route is read alike.
func FuzzRouteInfo(f *testing.F) {
	for _, b := range [][]byte{
		{unix.AF_INET, 24, 0, 0, 254, 4, 0, 1, 0, 0, 0, 0, 8, 0, 1, 0, 203, 0, 113, 0, 8, 0, 5, 0, 192, 0, 2, 1, 8, 0, 4, 0, 3, 0, 0, 0},
		{
			unix.AF_INET, 24, 0, 0, 254, 4, 0, 1, 0, 0, 0, 0, 36, 0, 9, 0, 16, 0, 0, 1, 3, 0, 0, 0, 8, 0, 5, 0, 192, 0, 2, 1,
			16, 0, 0, 1, 4, 0, 0, 0, 8, 0, 5, 0, 192, 0, 2, 2,
		},
		{unix.AF_INET6, 0, 0, 0, 254, 4, 0, 1, 0, 0, 0, 0, 8, 0, 4, 0, 3, 0, 0, 0, 8, 0, 30, 0, 3, 0, 0, 0},
		{unix.AF_MPLS, 20, 0, 0, 254, 4, 0, 1, 0, 0, 0, 0, 8, 0, 1, 0, 0, 1, 65, 0, 10, 0, 18, 0, 2, 0, 192, 0, 2, 9},
	} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := libnl.NewMsgSize(16 + len(b) + 4)
		if err != nil {
			return
		}
		m.SetHeader(libnl.Header{Type: libnl.RTMNewRoute})
		m.Append(b, 1)
		noErr(t, m.Err())
		got, failed := libnl.ParseRouteInfo(m)
		r, err := libnl.ParseRoute(m)
		if err != nil {
			return
		}
		defer r.Close()
		if failed != nil {
			return // stricter: libnl takes addresses of any length
		}
		want := r.Info()
		if want.NHID == 0 { // not before libnl 3.10
			got.NHID = 0
		}
		if got != want {
			t.Errorf("got  %+v\nwant %+v\nof % x", got, want, b)
		}
	})
}
