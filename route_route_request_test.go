//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
	"golang.org/x/sys/unix"
)

// routeNS is a namespace with the ends of a cable, v0 with 192.0.2.1/24 and 2001:db8::1/64, and v1.
func routeNS(t testing.TB) (s *libnl.Socket, v0, v1 int) {
	t.Helper()
	s = netNS(t)
	nltest.Run(t, "ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1")
	for _, cmd := range []string{
		"link set v0 up", "link set v1 up", "addr add 192.0.2.1/24 dev v0", "-6 addr add 2001:db8::1/64 dev v0 nodad",
		"addr add 198.51.100.1/24 dev v1", "-6 addr add 2001:db8:1::1/64 dev v1 nodad",
	} {
		nltest.Run(t, "ip", strings.Fields(cmd)...)
	}
	return s, linkIndex(t, s, "v0"), linkIndex(t, s, "v1")
}

func linkIndex(t testing.TB, s *libnl.Socket, name string) int {
	t.Helper()
	l, err := libnl.GetLink(t.Context(), s, 0, name)
	made(t, l, err)
	return l.Index()
}

// ipRoute is a route as ip shows it.
type ipRoute struct {
	Type, Dst, Gateway, Dev, Protocol, Scope, PrefSrc, Table string
	TOS                                                      string
	Metric                                                   uint32
	Flags                                                    []string
	Via                                                      struct{ Family, Host string }
	Metrics                                                  []map[string]any
	Nexthops                                                 []struct {
		Gateway, Dev string
		Weight       int
		Flags        []string
	}
	Expires int
	NHID    uint32
}

// ipRoutes returns what ip shows.
func ipRoutes(t testing.TB, args ...string) []ipRoute {
	t.Helper()
	var all []ipRoute
	out := nltest.Run(t, "ip", append([]string{"-j", "-d"}, args...)...)
	if len(bytes.TrimSpace(out)) == 0 {
		return nil
	}
	if err := json.Unmarshal(out, &all); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return all
}

// routeTo returns the route with a destination, a copy.
func routeTo(t testing.TB, s *libnl.Socket, f *libnl.RouteFilter, dst string) *libnl.Route {
	t.Helper()
	for r, err := range s.Routes(t.Context(), f) {
		noErr(t, err)
		if r.Info().Dst == netip.MustParsePrefix(dst) {
			r, err := libnl.Clone(r)
			return made(t, r, err)
		}
	}
	t.Fatalf("no route to %s", dst)
	return nil
}

func TestRouteAdd(t *testing.T) {
	s, v0, v1 := routeNS(t)
	r := newRoute(t)
	noErr(t, r.SetDst(prefix("203.0.113.0/24")))
	r.SetTable(1000)
	r.SetTOS(0x10)
	r.SetProtocol(unix.RTPROT_BGP)
	r.SetPriority(77)
	noErr(t, r.SetPrefSrc(ip("192.0.2.1")))
	noErr(t, r.SetMetric(unix.RTAX_MTU, 1400))
	noErr(t, r.SetMetric(unix.RTAX_ADVMSS, 1300))
	a, b := newHop(t, "192.0.2.2", v0), newHop(t, "198.51.100.2", v1)
	b.SetWeight(4)
	noErr(t, r.AddNexthop(a))
	noErr(t, r.AddNexthop(b))
	noErr(t, r.Add(t.Context(), s, libnl.FlagExcl))
	isErr(t, "again", r.Add(t.Context(), s, libnl.FlagExcl), fs.ErrExist)

	all := ipRoutes(t, "route", "show", "table", "1000")
	equal(t, "routes", len(all), 1)
	got := all[0]
	equal(t, "type", got.Type, "unicast")
	equal(t, "dst", got.Dst, "203.0.113.0/24")
	equal(t, "scope", got.Scope, "global")
	equal(t, "protocol", got.Protocol, "bgp")
	equal(t, "prefsrc", got.PrefSrc, "192.0.2.1")
	equal(t, "metric", got.Metric, 77)
	equal(t, "tos", got.TOS, "0x10")
	equal(t, "metrics", fmt.Sprint(got.Metrics), "[map[advmss:1300 mtu:1400]]")
	equal(t, "next hops", len(got.Nexthops), 2)
	equal(t, "next hop", got.Nexthops[0].Gateway+got.Nexthops[0].Dev+strconv.Itoa(got.Nexthops[0].Weight), "192.0.2.2v01")
	equal(t, "next hop", got.Nexthops[1].Gateway+got.Nexthops[1].Dev+strconv.Itoa(got.Nexthops[1].Weight), "198.51.100.2v15")

	back := routeTo(t, s, nil, "203.0.113.0/24")
	equal(t, "snapshot", back.Info(), libnl.RouteInfo{
		Family: libnl.FamilyIPv4, Table: 1000, Type: 1, Protocol: unix.RTPROT_BGP, TOS: 0x10, Priority: 77,
		Dst: netip.MustParsePrefix("203.0.113.0/24"), PrefSrc: netip.MustParseAddr("192.0.2.1"), Gateway: netip.MustParseAddr("192.0.2.2"), OIF: v0, Nexthops: 2,
	})
	v, ok := back.Metric(unix.RTAX_MTU)
	equal(t, "mtu", v, 1400)
	equal(t, "mtu", ok, true)

	noErr(t, back.Delete(t.Context(), s, 0))
	isErr(t, "deleting again", back.Delete(t.Context(), s, 0), fs.ErrNotExist)
	equal(t, "routes", len(ipRoutes(t, "route", "show", "table", "all", "203.0.113.0/24")), 0)
}

func TestRouteKinds(t *testing.T) {
	s, v0, _ := routeNS(t)
	for _, c := range []struct {
		dst  string
		typ  libnl.RouteType
		want string
	}{
		{"203.0.113.1/32", unix.RTN_BLACKHOLE, "blackhole"},
		{"203.0.113.2/32", unix.RTN_UNREACHABLE, "unreachable"},
		{"203.0.113.3/32", unix.RTN_PROHIBIT, "prohibit"},
		{"203.0.113.4/32", unix.RTN_THROW, "throw"},
		{"2001:db8:9::1/128", unix.RTN_BLACKHOLE, "blackhole"},
		{"2001:db8:9::2/128", unix.RTN_UNREACHABLE, "unreachable"},
	} {
		r := newRoute(t)
		noErr(t, r.SetDst(prefix(c.dst)))
		noErr(t, r.SetType(c.typ))
		noErr(t, r.Add(t.Context(), s, libnl.FlagExcl))
		family := "-4"
		if r.Family() == libnl.FamilyIPv6 {
			family = "-6"
		}
		all := ipRoutes(t, family, "route", "show", "type", c.want, c.dst)
		equal(t, c.dst, len(all), 1)
		back := routeTo(t, s, &libnl.RouteFilter{Type: c.typ}, c.dst)
		equal(t, c.dst, back.Type(), c.typ)
		noErr(t, back.Delete(t.Context(), s, 0))
	}
	// scope: a route to an interface, one of this host
	r := newRoute(t)
	noErr(t, r.SetDst(prefix("203.0.113.8/29")))
	noErr(t, r.AddNexthop(newHop(t, "", v0)))
	noErr(t, r.Add(t.Context(), s, libnl.FlagExcl))
	equal(t, "scope", routeTo(t, s, nil, "203.0.113.8/29").Scope(), unix.RT_SCOPE_LINK)
	equal(t, "ip's scope", ipRoutes(t, "route", "show", "203.0.113.8/29")[0].Scope, "link")

	// a gateway that is not on the link
	on := newRoute(t)
	noErr(t, on.SetDst(prefix("203.0.113.16/29")))
	h := newHop(t, "10.9.9.9", v0)
	noErr(t, on.AddNexthop(h))
	isErr(t, "gateway", on.Add(t.Context(), s, libnl.FlagExcl), unix.ENETUNREACH)
	noErr(t, h.SetFlags(unix.RTNH_F_ONLINK))
	noErr(t, on.Add(t.Context(), s, libnl.FlagExcl))
	equal(t, "flags", fmt.Sprint(ipRoutes(t, "route", "show", "203.0.113.16/29")[0].Flags), "[onlink]")
	nh, _ := routeTo(t, s, nil, "203.0.113.16/29").Nexthop(0)
	equal(t, "flags", nh.Flags(), unix.RTNH_F_ONLINK)

	// a gateway of IPv6 for IPv4
	via := newRoute(t)
	noErr(t, via.SetDst(prefix("203.0.113.24/29")))
	h = newHop(t, "", v0)
	noErr(t, h.SetVia(ip("2001:db8::2")))
	noErr(t, via.AddNexthop(h))
	noErr(t, via.Add(t.Context(), s, libnl.FlagExcl))
	got := ipRoutes(t, "route", "show", "203.0.113.24/29")[0]
	equal(t, "via", got.Via.Host, "2001:db8::2")
	equal(t, "scope", got.Scope, "global")
	back := routeTo(t, s, nil, "203.0.113.24/29")
	equal(t, "gateway", back.Info().Gateway, netip.MustParseAddr("2001:db8::2"))
	noErr(t, back.Delete(t.Context(), s, 0))
}

func TestRouteChange(t *testing.T) {
	s, v0, _ := routeNS(t)
	r := newRoute(t)
	noErr(t, r.SetDst(prefix("203.0.113.0/24")))
	noErr(t, r.AddNexthop(newHop(t, "192.0.2.2", v0)))
	change := func(r *libnl.Route) error {
		m, err := r.BuildAdd(libnl.FlagReplace)
		noErr(t, err)
		h := m.Header()
		h.Flags &^= libnl.FlagCreate
		m.SetHeader(h)
		return s.Do(t.Context(), m)
	}
	isErr(t, "changing what is not there", change(r), fs.ErrNotExist)
	noErr(t, r.Add(t.Context(), s, libnl.FlagReplace))
	n, _ := r.Nexthop(0)
	noErr(t, n.SetGateway(ip("192.0.2.3")))
	noErr(t, change(r))
	all := ipRoutes(t, "route", "show", "203.0.113.0/24")
	equal(t, "routes", len(all), 1)
	equal(t, "gateway", all[0].Gateway, "192.0.2.3")
	noErr(t, n.SetGateway(ip("192.0.2.4")))
	noErr(t, r.Add(t.Context(), s, libnl.FlagReplace))
	equal(t, "gateway", ipRoutes(t, "route", "show", "203.0.113.0/24")[0].Gateway, "192.0.2.4")
}

// Two routes that differ in their next hop alone are two.
func TestRoutesSameDestination(t *testing.T) {
	s, v0, v1 := routeNS(t)
	for i, gw := range []string{"192.0.2.2", "198.51.100.2"} {
		r := newRoute(t)
		noErr(t, r.SetDst(prefix("203.0.113.0/24")))
		noErr(t, r.AddNexthop(newHop(t, gw, []int{v0, v1}[i])))
		noErr(t, r.Add(t.Context(), s, libnl.FlagAppend))
	}
	equal(t, "ip's routes", len(ipRoutes(t, "route", "show", "203.0.113.0/24")), 2)
	var gateways []string
	for r, err := range s.Routes(t.Context(), &libnl.RouteFilter{Family: libnl.FamilyIPv4}) {
		noErr(t, err)
		if i := r.Info(); i.Dst == netip.MustParsePrefix("203.0.113.0/24") {
			gateways = append(gateways, i.Gateway.String())
		}
	}
	slices.Sort(gateways)
	equal(t, "gateways", fmt.Sprint(gateways), "[192.0.2.2 198.51.100.2]")
	// what is deleted is the one that agrees
	r := newRoute(t)
	noErr(t, r.SetDst(prefix("203.0.113.0/24")))
	noErr(t, r.AddNexthop(newHop(t, "198.51.100.2", 0)))
	noErr(t, r.Delete(t.Context(), s, 0))
	all := ipRoutes(t, "route", "show", "203.0.113.0/24")
	equal(t, "left", len(all), 1)
	equal(t, "left", all[0].Gateway, "192.0.2.2")
}

// What ip makes is read as ip shows it, default routes and both families among it.
func TestRoutesOfIP(t *testing.T) {
	s, v0, _ := routeNS(t)
	for _, cmd := range []string{
		"route add default via 192.0.2.254 proto static",
		"-6 route add default via 2001:db8::fe proto static metric 5",
		"route add 203.0.113.0/24 via 192.0.2.2 dev v0 tos 0x8 metric 9 src 192.0.2.1 proto 186 table 5 mtu 1300 window 100 rtt 20 realm 3/4",
		"route add blackhole 203.0.113.128/25",
		"-6 route add 2001:db8:5::/48 proto static metric 3 nexthop via 2001:db8::2 dev v0 weight 3 nexthop via 2001:db8:1::2 dev v1",
		"-6 route add 2001:db8:6::/48 via 2001:db8::2 dev v0 expires 600",
	} {
		nltest.Run(t, "ip", strings.Fields(cmd)...)
	}
	for _, cfg := range []*libnl.Config{nil, {Strict: true}} {
		sk := dialRoute(t, cfg)
		r := routeTo(t, sk, nil, "0.0.0.0/0")
		equal(t, "default gateway", r.Info().Gateway, netip.MustParseAddr("192.0.2.254"))
		equal(t, "dst", r.Dst(), prefix("0.0.0.0/0"))
		r = routeTo(t, sk, &libnl.RouteFilter{Family: libnl.FamilyIPv6}, "::/0")
		equal(t, "default gateway", r.Info().Gateway, netip.MustParseAddr("2001:db8::fe"))
		equal(t, "priority", r.Priority(), 5)
	}
	r := routeTo(t, s, &libnl.RouteFilter{Table: 5}, "203.0.113.0/24")
	want := libnl.RouteInfo{
		Family: libnl.FamilyIPv4, Table: 5, Type: 1, Protocol: 186, TOS: 8, Priority: 9, Dst: netip.MustParsePrefix("203.0.113.0/24"),
		PrefSrc: netip.MustParseAddr("192.0.2.1"), Gateway: netip.MustParseAddr("192.0.2.2"), OIF: v0, Nexthops: 1,
	}
	equal(t, "snapshot", r.Info(), want)
	nh, _ := r.Nexthop(0)
	equal(t, "realms", nh.Realms(), libnl.MakeRealms(3, 4))
	for m, want := range map[libnl.RouteMetric]uint32{unix.RTAX_MTU: 1300, unix.RTAX_WINDOW: 100, unix.RTAX_RTT: 20} {
		v, ok := r.Metric(m)
		equal(t, m.String(), ok, true)
		equal(t, m.String(), v, want)
	}
	_, ok := r.CacheInfo()
	equal(t, "cache info of IPv4", ok, false)

	r = routeTo(t, s, nil, "2001:db8:5::/48")
	equal(t, "next hops", r.NumNexthops(), 2)
	nh, _ = r.Nexthop(0)
	equal(t, "weight", nh.Weight(), 2)

	r = routeTo(t, s, nil, "2001:db8:6::/48")
	info, ok := r.CacheInfo()
	equal(t, "cache info", ok, true)
	if info.Expires <= 590*time.Second || info.Expires > 600*time.Second || info.Error != 0 {
		t.Errorf("cache info %+v, want 600 s to live", info)
	}
	noErr(t, r.Delete(t.Context(), s, 0))
}

// The filter is the kernel's with strict checking and ours without, and gives the same.
func TestRoutesFilter(t *testing.T) {
	s, v0, v1 := routeNS(t)
	for i := range 200 {
		r := newRoute(t)
		noErr(t, r.SetDst(prefix(fmt.Sprintf("10.0.%d.0/24", i))))
		noErr(t, r.AddNexthop(newHop(t, "", []int{v0, v1}[i%2])))
		r.SetTable(libnl.RouteTable(300 + i%3))
		r.SetProtocol(libnl.RouteProtocol(100 + i%5))
		if i%7 == 0 {
			m, ok := r.Nexthop(0)
			equal(t, "next hop", ok, true)
			noErr(t, r.RemoveNexthop(m))
			noErr(t, m.Close())
			noErr(t, r.SetType(unix.RTN_PROHIBIT))
		}
		noErr(t, r.Add(t.Context(), s, libnl.FlagExcl))
	}
	strict := dialRoute(t, &libnl.Config{Strict: true})
	for name, c := range map[string]struct {
		f    *libnl.RouteFilter
		want func(i libnl.RouteInfo) bool
	}{
		"table":    {&libnl.RouteFilter{Table: 301}, func(i libnl.RouteInfo) bool { return i.Table == 301 }},
		"protocol": {&libnl.RouteFilter{Protocol: 103}, func(i libnl.RouteInfo) bool { return i.Protocol == 103 }},
		"type":     {&libnl.RouteFilter{Type: unix.RTN_PROHIBIT}, func(i libnl.RouteInfo) bool { return i.Type == unix.RTN_PROHIBIT }},
		"oif":      {&libnl.RouteFilter{OIF: v1}, func(i libnl.RouteInfo) bool { return i.OIF == v1 }},
		"family":   {&libnl.RouteFilter{Family: libnl.FamilyIPv6}, func(i libnl.RouteInfo) bool { return i.Family == libnl.FamilyIPv6 }},
		"all": {&libnl.RouteFilter{Family: libnl.FamilyIPv4, Table: 300, Protocol: 101, Type: 1, OIF: v1}, func(i libnl.RouteInfo) bool {
			return i.Table == 300 && i.Protocol == 101 && i.OIF == v1 && i.Type == 1
		}},
		"none":              {nil, func(libnl.RouteInfo) bool { return true }},
		"no such table":     {&libnl.RouteFilter{Table: 9999}, func(libnl.RouteInfo) bool { return false }},
		"no such table, v4": {&libnl.RouteFilter{Table: 9999, Family: libnl.FamilyIPv4}, func(libnl.RouteInfo) bool { return false }},
		"no such family":    {&libnl.RouteFilter{Family: 77}, func(libnl.RouteInfo) bool { return false }},
	} {
		read := func(s *libnl.Socket, f *libnl.RouteFilter) (all []libnl.RouteInfo) {
			for r, err := range s.Routes(t.Context(), f) {
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				all = append(all, r.Info())
			}
			return all
		}
		var want, got, checked []libnl.RouteInfo
		if !eventually(func() bool { // the kernel makes some of its own meanwhile
			want = slices.DeleteFunc(read(s, nil), func(i libnl.RouteInfo) bool { return !c.want(i) })
			got, checked = read(s, c.f), read(strict, c.f)
			return slices.Equal(got, want) && slices.Equal(checked, want)
		}) {
			t.Errorf("%s: %d routes, with strict checking %d, want %d", name, len(got), len(checked), len(want))
		}
	}
	for _, f := range []*libnl.RouteFilter{{OIF: -1}, {OIF: 1 << 31}, {Family: 256}, {Family: -1}} {
		for _, err := range s.Routes(t.Context(), f) {
			if err == nil {
				t.Errorf("%+v: no error", f)
			}
		}
	}
}

func TestLookupRoute(t *testing.T) {
	_, v0, _ := routeNS(t)
	nltest.Run(t, "ip", "route", "add", "203.0.113.0/24", "via", "192.0.2.2")
	for _, cfg := range []*libnl.Config{nil, {Strict: true}} {
		s := dialRoute(t, cfg)
		r, err := libnl.LookupRoute(t.Context(), s, ip("203.0.113.9"))
		made(t, r, err)
		i := r.Info()
		equal(t, "dst", i.Dst, netip.MustParsePrefix("203.0.113.9/32"))
		equal(t, "gateway", i.Gateway, netip.MustParseAddr("192.0.2.2"))
		equal(t, "source", i.PrefSrc, netip.MustParseAddr("192.0.2.1"))
		equal(t, "oif", i.OIF, v0)
		_, ok := r.CacheInfo()
		equal(t, "cache info", ok, true)
		r, err = libnl.LookupRoute(t.Context(), s, ip("2001:db8::77"))
		made(t, r, err)
		equal(t, "oif", r.Info().OIF, v0)
		r, err = libnl.LookupRoute(t.Context(), s, ip("127.0.0.1"))
		made(t, r, err)
		equal(t, "type", r.Type(), unix.RTN_LOCAL)
		_, err = libnl.LookupRoute(t.Context(), s, ip("10.1.2.3"))
		isErr(t, "no route", err, unix.ENETUNREACH)
		_, err = libnl.LookupRoute(t.Context(), s, ip("2001:dead::"))
		isErr(t, "no route", err, unix.ENETUNREACH)
		for _, a := range []libnl.Addr{{}, prefix("10.0.0.0/8"), libnl.AddrFrom(libnl.FamilyIPv4, nil)} {
			_, err = libnl.LookupRoute(t.Context(), s, a)
			isErr(t, a.String(), err, libnl.ErrInval)
		}
		_, err = libnl.LookupRoute(t.Context(), s, libnl.AddrFromMAC([]byte{1, 2, 3, 4, 5, 6}))
		isErr(t, "no family", err, libnl.ErrAFNoSupport)
		cancelled, stop := context.WithCancel(t.Context())
		stop()
		_, err = libnl.LookupRoute(cancelled, s, ip("203.0.113.9"))
		isErr(t, "cancelled", err, context.Canceled)
	}
}

// Nexthops appended to a route of IPv6 are one route in a dump.
func TestRouteIPv6Multipath(t *testing.T) {
	s, v0, v1 := routeNS(t)
	for i, gw := range []string{"2001:db8::2", "2001:db8:1::2"} {
		r := newRoute(t)
		noErr(t, r.SetDst(prefix("2001:db8:5::/48")))
		r.SetPriority(9)
		noErr(t, r.AddNexthop(newHop(t, gw, []int{v0, v1}[i])))
		noErr(t, r.Add(t.Context(), s, libnl.FlagAppend))
	}
	r := routeTo(t, s, nil, "2001:db8:5::/48")
	equal(t, "next hops", r.NumNexthops(), 2)
	noErr(t, r.Delete(t.Context(), s, 0))
	equal(t, "left", len(ipRoutes(t, "-6", "route", "show", "2001:db8:5::/48")), 0)
}

func TestRouteCache(t *testing.T) {
	s, v0, _ := routeNS(t)
	nltest.Run(t, "ip", "route", "add", "203.0.113.0/24", "via", "192.0.2.2")
	for f, n := range map[libnl.Family]int{0: 0, libnl.FamilyIPv4: 4, libnl.FamilyIPv6: 6} {
		c, err := libnl.NewRouteCache(t.Context(), s, f, 0)
		noErr(t, err)
		found := false
		for r := range c.All() {
			i := r.Info()
			if n != 0 && i.Family != f {
				t.Errorf("a route of family %v among those of %v", i.Family, f)
			}
			if i.Dst == netip.MustParsePrefix("203.0.113.0/24") {
				found = i.OIF == v0
			}
		}
		equal(t, f.String(), found, f != libnl.FamilyIPv6)
		noErr(t, c.Close())
	}
	c, err := libnl.NewRouteCache(t.Context(), s, libnl.FamilyIPv4, libnl.RouteCacheContent)
	noErr(t, err)
	noErr(t, c.Close())
	c, err = libnl.NewRouteCache(t.Context(), nil, 0, 0)
	noErr(t, err)
	equal(t, "without a socket", c.Len(), 0)
	noErr(t, c.Close())
	_, err = libnl.NewRouteCache(t.Context(), s, 256, 0)
	isErr(t, "no family", err, libnl.ErrAFNoSupport)
}

const routesKey = "LIBNL_TEST_ROUTES"

// 200,000 routes stream in the memory of 2,000: each number is one child's peak.
func TestRoutesMemory(t *testing.T) {
	if testing.Short() || nltest.Race || nltest.ASan || nltest.Valgrind {
		t.Skip("measures memory")
	}
	if n, err := strconv.Atoi(os.Getenv(routesKey)); err == nil {
		routesMemory(t, n)
		return
	}
	peak := func(n int) int {
		cmd := exec.Command(os.Args[0], "-test.run=^TestRoutesMemory$", "-test.v")
		cmd.Env = append(os.Environ(), routesKey+"="+strconv.Itoa(n), childKey+"=routes", "GOGC=50")
		out, err := cmd.CombinedOutput()
		if bytes.Contains(out, []byte("SKIP")) {
			t.Skipf("%s", out)
		}
		_, line, ok := strings.Cut(string(out), "peak ")
		var kib int
		if _, scanErr := fmt.Sscan(line, &kib); err != nil || !ok || scanErr != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return kib << 10
	}
	few, many := peak(2000), peak(200_000)
	t.Logf("2,000 routes: peak of %d KiB; 200,000: %d KiB", few>>10, many>>10)
	if many-few >= 4<<20 {
		t.Errorf("200,000 routes take %d KiB more than 2,000", (many-few)>>10)
	}
}

func routesMemory(t *testing.T, n int) {
	s := netNS(t)
	lo := linkIndex(t, s, "lo")
	const table = 1000
	r := newRoute(t)
	noErr(t, r.SetDst(prefix("10.0.0.0/32")))
	r.SetTable(table)
	noErr(t, r.AddNexthop(newHop(t, "", lo)))
	m, err := r.BuildAdd(libnl.FlagExcl)
	noErr(t, err)
	dst, ok := m.FindAttr(unix.SizeofRtMsg, unix.RTA_DST)
	equal(t, "destination", ok, true)
	at := bytes.Index(m.Bytes(), append([]byte{8, 0, unix.RTA_DST, 0}, dst.Bytes()...)) + 4
	for i := 0; i < n; {
		var batch []*libnl.Msg
		for ; i < n && len(batch) < 500; i++ {
			b := slices.Clone(m.Bytes())
			binary.BigEndian.PutUint32(b[at:], 10<<24+uint32(i))
			one, err := libnl.MsgFromBytes(b)
			noErr(t, err)
			batch = append(batch, one)
		}
		for _, err := range s.Batch(t.Context(), batch) {
			noErr(t, err)
		}
	}
	nltest.RSS(t) // a collection
	noErr(t, os.WriteFile("/proc/self/clear_refs", []byte("5"), 0))
	got := 0
	for r, err := range s.Routes(t.Context(), &libnl.RouteFilter{Family: libnl.FamilyIPv4, Table: table}) {
		noErr(t, err)
		if r.Info().OIF == lo {
			got++
		}
	}
	equal(t, "routes", got, n)
	status, err := os.ReadFile("/proc/self/status")
	noErr(t, err)
	_, line, _ := strings.Cut(string(status), "VmHWM:")
	fmt.Println("peak", strings.Fields(line)[0])
}

// MPLS, in User Mode Linux.
func TestKernelMPLS(t *testing.T) {
	for _, m := range []string{"mpls_router", "mpls_iptunnel"} {
		_ = exec.Command("modprobe", m).Run()
	}
	s, v0, _ := routeNS(t)
	nltest.Sysctl(t, "mpls/platform_labels", "1000")
	r := newRoute(t)
	noErr(t, r.SetDst(labels(t, "100")))
	h := newHop(t, "", v0)
	noErr(t, h.SetNewDst(labels(t, "200/300")))
	noErr(t, h.SetVia(ip("192.0.2.2")))
	noErr(t, r.AddNexthop(h))
	r.SetTTLPropagate(true)
	noErr(t, r.Add(t.Context(), s, libnl.FlagExcl))
	out := string(nltest.Run(t, "ip", "-d", "-f", "mpls", "route"))
	for _, want := range []string{"100 as to 200/300 via inet 192.0.2.2 dev v0", "enabled"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in %s", want, out)
		}
	}
	var n int
	for got, err := range s.Routes(t.Context(), &libnl.RouteFilter{Family: libnl.FamilyMPLS}) {
		noErr(t, err)
		n++
		equal(t, "dst", got.Dst(), labels(t, "100"))
		nh, _ := got.Nexthop(0)
		equal(t, "labels", nh.NewDst(), labels(t, "200/300"))
		equal(t, "via", nh.Via(), ip("192.0.2.2"))
		on, ok := got.TTLPropagate()
		equal(t, "ttl propagate", on && ok, true)
	}
	equal(t, "routes", n, 1)
	answer, err := libnl.LookupRoute(t.Context(), s, labels(t, "100"))
	made(t, answer, err)
	equal(t, "looked up", answer.Dst(), labels(t, "100"))
	noErr(t, r.Delete(t.Context(), s, 0))
	equal(t, "left", len(nltest.Run(t, "ip", "-f", "mpls", "route")), 0)

	v4 := newRoute(t)
	noErr(t, v4.SetDst(prefix("203.0.113.0/24")))
	h = newHop(t, "192.0.2.2", v0)
	noErr(t, h.SetEncap(libnl.EncapMPLS{Labels: labels(t, "100/200"), TTL: 9}))
	noErr(t, v4.AddNexthop(h))
	noErr(t, v4.Add(t.Context(), s, libnl.FlagExcl))
	out = string(nltest.Run(t, "ip", "route", "show", "203.0.113.0/24"))
	if want := "203.0.113.0/24  encap mpls  100/200 ttl 9 via 192.0.2.2 dev v0"; !strings.Contains(out, want) {
		t.Errorf("no %q in %s", want, out)
	}
	back := routeTo(t, s, nil, "203.0.113.0/24")
	nh, _ := back.Nexthop(0)
	e, _ := nh.Encap()
	equal(t, "encapsulation", e, libnl.Encap(libnl.EncapMPLS{Labels: labels(t, "100/200"), TTL: 9}))
	noErr(t, back.Delete(t.Context(), s, 0))
}

// Encapsulations that libnl may not know, in User Mode Linux.
func TestKernelRouteEncap(t *testing.T) {
	s, v0, _ := routeNS(t)
	if out, err := exec.Command("ip", "route", "add", "203.0.113.0/24", "encap", "ip", "id", "7", "dst", "10.0.0.1", "ttl", "3", "dev", "v0").CombinedOutput(); err != nil {
		t.Skipf("this kernel has no encapsulation: %s", out)
	}
	r := routeTo(t, s, nil, "203.0.113.0/24")
	nh, _ := r.Nexthop(0)
	equal(t, "index", nh.Index(), v0)
	e, ok := nh.Encap()
	if !ok {
		isErr(t, "encapsulation", nh.SetEncap(libnl.EncapIP{Dst: ip("10.0.0.1")}), libnl.ErrOpNotSupp)
		return
	}
	equal(t, "encapsulation", e.(libnl.EncapIP).Dst, ip("10.0.0.1"))
	equal(t, "id", e.(libnl.EncapIP).ID, 7)
	noErr(t, r.Delete(t.Context(), s, 0))
	noErr(t, r.Add(t.Context(), s, libnl.FlagExcl))
	out := string(nltest.Run(t, "ip", "route", "show", "203.0.113.0/24"))
	if !strings.Contains(out, "encap ip id 7 src 0.0.0.0 dst 10.0.0.1 ttl 3") {
		t.Errorf("ip shows %s", out)
	}
}
