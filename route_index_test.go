//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
	"golang.org/x/sys/unix"
)

func routeIndex(t testing.TB, cfg *libnl.Config, f *libnl.RouteFilter) *libnl.RouteIndex {
	t.Helper()
	x, err := libnl.NewRouteIndex(t.Context(), cfg, f)
	noErr(t, err)
	t.Cleanup(func() { x.Close() })
	return x
}

// indexed returns what an index holds, as texts in order.
func indexed(x *libnl.RouteIndex) (all []string) {
	for r := range x.All() {
		all = append(all, fmt.Sprintf("%+v", r))
	}
	slices.Sort(all)
	return all
}

// ofKernel returns the routes of IPv4 and IPv6 that a filter wants, as texts in order.
func ofKernel(t testing.TB, s *libnl.Socket, f libnl.RouteFilter) (all []string) {
	t.Helper()
	for _, f.Family = range []libnl.Family{libnl.FamilyIPv4, libnl.FamilyIPv6} {
		all = append(all, routeInfos(t, s, &f)...)
	}
	slices.Sort(all)
	return all
}

// sameRouteIndex waits until an index is what the kernel has: it tells of some changes later.
func sameRouteIndex(t testing.TB, what string, x *libnl.RouteIndex, s *libnl.Socket, f libnl.RouteFilter) {
	t.Helper()
	eventually(func() bool {
		for {
			n, err := x.DataReady()
			noErr(t, err)
			if n == 0 {
				break
			}
		}
		return slices.Equal(indexed(x), ofKernel(t, s, f))
	})
	sameAs(t, what, indexed(x), ofKernel(t, s, f))
	if n := len(indexed(x)); x.Len() != n {
		t.Errorf("after %s: Len is %d of %d", what, x.Len(), n)
	}
	if !x.Current() {
		t.Errorf("after %s: not current", what)
	}
}

func texts(rs []libnl.RouteInfo) (all []string) {
	for _, r := range rs {
		all = append(all, fmt.Sprintf("%+v", r))
	}
	return all
}

// sameLookups compares all that an index finds with what the kernel's list says.
func sameLookups(t testing.TB, what string, x *libnl.RouteIndex, s *libnl.Socket) {
	t.Helper()
	type key struct {
		table  libnl.RouteTable
		prefix netip.Prefix
	}
	byPrefix := map[key][]string{}
	for _, family := range []libnl.Family{libnl.FamilyIPv4, libnl.FamilyIPv6} {
		for r, err := range s.RouteInfos(t.Context(), &libnl.RouteFilter{Family: family}) {
			noErr(t, err)
			k := key{r.Table, r.Dst}
			byPrefix[k] = append(byPrefix[k], fmt.Sprintf("%+v", r))
		}
	}
	for k, want := range byPrefix {
		got := texts(x.Prefix(k.table, k.prefix))
		if k.prefix.Addr().Is6() { // the kernel has some of equal rank in the order of their making
			slices.Sort(got)
			slices.Sort(want)
		}
		sameAs(t, fmt.Sprintf("after %s: %v", what, k), got, want)

		var longest netip.Prefix
		for o := range byPrefix {
			if o.table == k.table && o.prefix.Contains(k.prefix.Addr()) && (!longest.IsValid() || o.prefix.Bits() > longest.Bits()) {
				longest = o.prefix
			}
		}
		covering := x.Covering(k.table, k.prefix.Addr())
		if len(covering) == 0 || covering[0].Dst != longest {
			t.Errorf("after %s: %v is covered by %v, want %v", what, k, covering, longest)
		}
	}
	links, err := net.Interfaces()
	noErr(t, err)
	for _, l := range links {
		i := l.Index
		got := texts(x.Interface(i))
		slices.Sort(got)
		sameAs(t, fmt.Sprintf("after %s: through %d", what, i), got, ofKernel(t, s, libnl.RouteFilter{OIF: i}))
	}
}

// The same as the kernel's after every change, whether it tells of it or not, and found in every way.
func TestRouteIndex(t *testing.T) {
	s := netNS(t)
	variedRoutes(t)
	x := routeIndex(t, nil, nil)
	main := routeIndex(t, nil, &libnl.RouteFilter{Table: unix.RT_TABLE_MAIN, OIF: linkIndex(t, s, "v0")})
	sameLookups(t, "nothing", x, s)
	for _, cmd := range []string{
		"ip route add 198.18.0.0/24 via 192.0.2.9",
		"ip route append 198.18.0.0/24 via 192.0.2.8",
		"ip route append 198.18.0.0/24 via 192.0.2.8 mtu 1300",
		"ip route prepend 198.18.0.0/24 via 192.0.2.7",
		"ip route add 198.18.0.0/24 via 192.0.2.7 metric 5",
		"ip route add 198.18.0.0/24 via 192.0.2.7 tos 4",
		"ip route add 198.18.0.0/24 via 192.0.2.7 tos 8 metric 3",
		"ip route del 198.18.0.0/24 via 192.0.2.7 metric 0",
		"ip route del 198.18.0.0/24 via 192.0.2.8 mtu 1300",
		"ip route replace 198.18.0.0/24 via 192.0.2.6",
		"ip route replace 198.18.0.0/24 via 192.0.2.6",
		"ip route change 198.18.0.0/24 via 192.0.2.5 mtu 1200",
		"ip route flush 198.18.0.0/24",
		"ip route add 198.18.1.0/25 nexthop via 192.0.2.6 nexthop via 192.0.2.7",
		"ip route append 198.18.1.0/25 nexthop via 192.0.2.6 nexthop via 192.0.2.8",
		"ip route append 198.18.1.0/25 nexthop via 192.0.2.6 nexthop via 192.0.2.8 weight 5",
		"ip route del 198.18.1.0/25 nexthop via 192.0.2.6 nexthop via 192.0.2.8",
		"ip route replace default via 192.0.2.2 metric 4000000000",
		"ip route add 198.18.2.1 dev v0 table 300; ip route add 198.18.2.0/24 dev v0 table 300; ip route add default dev v0 table 300",
		"ip route flush table 300",
		"ip route add 198.18.6.0/24 via 192.0.2.9",
		"ip route replace 198.18.6.0/24 dev br0",
		"ip -6 route add 2001:db8:11::/48 via 2001:db8::2",
		"ip -6 route replace 2001:db8:11::/48 dev br0",
		"ip -6 route replace 2001:db8:11::/48 via 2001:db8::2",
		"ip -6 route append 2001:db8:11::/48 via 2001:db8::3",
		"ip -6 route append 2001:db8:11::/48 via 2001:db8::4",
		"ip -6 route del 2001:db8:11::/48 via 2001:db8::2",
		"ip -6 route del 2001:db8:11::/48 via 2001:db8::4",
		"ip -6 route replace 2001:db8:11::/48 via 2001:db8::5",
		"ip -6 route change 2001:db8:11::/48 via 2001:db8::5 mtu 1300",
		"ip -6 route add 2001:db8:11::/48 via 2001:db8::6 metric 9",
		"ip -6 route append 2001:db8:11::/48 dev br0",
		"ip -6 route replace 2001:db8:11::/48 nexthop via 2001:db8::2 nexthop via 2001:db8::3 nexthop via 2001:db8::4",
		"ip -6 route del 2001:db8:11::/48",
		"ip nexthop add id 7 via 192.0.2.7 dev v0",
		"ip route add 198.18.3.0/24 nhid 7",
		"ip nexthop replace id 7 via 192.0.2.8 dev v0",
		"ip nexthop del id 7",
		"ip link add v2 type veth peer name v3; ip link set v2 up; ip link set v3 up; sleep 0.1; ip route add 198.18.4.0/24 dev v2",
		"ip link set v3 down; sleep 0.1",
		"ip link set v2 down",
		"ip link set v0 down",
		"ip link set v0 up; ip addr add 192.0.2.77/24 dev v0; ip route add 198.18.5.0/24 via 192.0.2.9 src 192.0.2.77; sleep 0.1",
		"ip addr del 192.0.2.77/24 dev v0",
		"ip addr flush dev v0 scope global",
		"ip link del v2; ip link del v0",
	} {
		nltest.Run(t, "sh", "-ec", cmd)
		sameRouteIndex(t, cmd, x, s, libnl.RouteFilter{})
		sameLookups(t, cmd, x, s)
		if cmd == "ip link del v2; ip link del v0" {
			if n, err := main.DataReady(); err != nil || main.Len() != 0 {
				t.Errorf("%d routes through a link that is gone; %d, %v", main.Len(), n, err)
			}
		} else {
			sameRouteIndex(t, cmd+" (filtered)", main, s, libnl.RouteFilter{Table: unix.RT_TABLE_MAIN, OIF: linkIndex(t, s, "v0")})
		}
		if t.Failed() {
			t.FailNow()
		}
	}
}

func TestRouteIndexNothingFound(t *testing.T) {
	netNS(t)
	nltest.Run(t, "ip", "link", "set", "lo", "up")
	x := routeIndex(t, nil, nil)
	for what, n := range map[string]int{
		"zero prefix":       len(x.Prefix(unix.RT_TABLE_LOCAL, netip.Prefix{})),
		"zero address":      len(x.Covering(unix.RT_TABLE_LOCAL, netip.Addr{})),
		"address with zone": len(x.Covering(unix.RT_TABLE_LOCAL, netip.MustParseAddr("fe80::1%lo"))),
		"no such table":     len(x.Covering(4711, netip.MustParseAddr("127.0.0.1"))),
		"no such interface": len(x.Interface(4711)),
		"interface 0":       len(x.Interface(0)),
		"interface -1":      len(x.Interface(-1)),
		"another family":    len(x.Prefix(unix.RT_TABLE_LOCAL, netip.MustParsePrefix("::ffff:127.0.0.1/128"))),
	} {
		if n != 0 {
			t.Errorf("%s: %d routes", what, n)
		}
	}
	if got := x.Prefix(unix.RT_TABLE_LOCAL, netip.MustParsePrefix("127.9.9.9/8")); len(got) != 1 || got[0].Dst != netip.MustParsePrefix("127.0.0.0/8") {
		t.Errorf("got %+v", got)
	}
}

func TestRouteIndexErrors(t *testing.T) {
	netNS(t)
	for what, f := range map[string]struct {
		f    libnl.RouteFilter
		want error
	}{
		"cache":    {libnl.RouteFilter{Cached: true}, libnl.ErrInval},
		"family":   {libnl.RouteFilter{Family: unix.AF_MPLS}, libnl.ErrAFNoSupport},
		"negative": {libnl.RouteFilter{OIF: -1}, libnl.ErrRange},
	} {
		_, err := libnl.NewRouteIndex(t.Context(), nil, &f.f)
		isErr(t, what, err, f.want)
	}
	var none context.Context
	_, err := libnl.NewRouteIndex(none, nil, nil)
	isErr(t, "nil context", err, libnl.ErrInval)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = libnl.NewRouteIndex(ctx, nil, nil)
	isErr(t, "cancelled", err, context.Canceled)

	x := routeIndex(t, nil, nil)
	held := indexed(x)
	isErr(t, "cancelled", x.Run(ctx), context.Canceled)
	isErr(t, "nil context", x.Run(none), libnl.ErrInval)
	done := make(chan error)
	go func() {
		err := x.Run(context.Background())
		for errors.Is(err, libnl.ErrNested) { // a DataReady below was first
			err = x.Run(context.Background())
		}
		done <- err
	}()
	eventually(func() bool { _, err := x.DataReady(); return err != nil })
	_, err = x.DataReady()
	isErr(t, "a second delivery", err, libnl.ErrNested)
	noErr(t, x.Close())
	isErr(t, "closed meanwhile", <-done, fs.ErrClosed)
	noErr(t, x.Close())
	isErr(t, "closed", x.Run(t.Context()), fs.ErrClosed)
	_, err = x.DataReady()
	isErr(t, "closed", err, fs.ErrClosed)
	sameAs(t, "closed", indexed(x), held)
	if x.FD() != -1 {
		t.Error("a closed index has a descriptor")
	}
	x = nil
	noErr(t, x.Close())
	isErr(t, "nil", x.Run(t.Context()), libnl.ErrInval)
	_, err = x.DataReady()
	isErr(t, "nil", err, libnl.ErrInval)
}

// What was lost is found again, by itself.
func TestRouteIndexOverrun(t *testing.T) {
	s := netNS(t)
	fillNS(t)
	x := routeIndex(t, &libnl.Config{RcvBuf: 20_000}, nil)
	before := x.Stats().Overruns
	var ms []*libnl.Msg
	for i := range 2000 {
		r := routeSpec{dst: [4]byte{10, 9, byte(i >> 8), byte(i)}}
		ms = append(ms, r.add())
	}
	for _, err := range s.Batch(t.Context(), ms) {
		noErr(t, err)
	}
	sameRouteIndex(t, "an overrun", x, s, libnl.RouteFilter{})
	if x.Stats().Overruns == before || x.Len() < 2000 {
		t.Errorf("%d overruns, %d routes", x.Stats().Overruns-before, x.Len())
	}
}

// Under constant change it stays usable, and ends equal.
func TestRouteIndexChurn(t *testing.T) {
	s := netNS(t)
	fillNS(t)
	x := routeIndex(t, nil, nil)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	var failed error
	wg.Go(func() { failed = x.Run(ctx) })
	for range 2 {
		wg.Go(func() {
			for ctx.Err() == nil {
				x.Covering(unix.RT_TABLE_MAIN, netip.MustParseAddr("10.9.0.7"))
				x.Interface(2)
				n := 0
				for range x.All() {
					n++
				}
				if n == 0 {
					t.Error("no routes")
				}
			}
		})
	}
	end := time.Now().Add(2 * time.Second)
	for i := 0; time.Now().Before(end); i++ {
		var ms []*libnl.Msg
		for j := range 64 {
			r := routeSpec{dst: [4]byte{10, 9, byte(i), byte(j)}}
			if i%2 == 0 {
				ms = append(ms, r.add())
			} else {
				r.dst[2]--
				ms = append(ms, r.del())
			}
		}
		for _, err := range s.Batch(t.Context(), ms) {
			noErr(t, err)
		}
		if i%16 == 0 {
			nltest.Run(t, "sh", "-ec", "ip link set v0 down; ip link set v0 up; ip route add 198.51.100.0/24 via 192.0.2.9 metric 8")
			nltest.Run(t, "ip", "route", "del", "198.51.100.0/24", "metric", "8")
		}
	}
	eventually(func() bool { return x.Current() && slices.Equal(indexed(x), ofKernel(t, s, libnl.RouteFilter{})) })
	sameAs(t, "churn", indexed(x), ofKernel(t, s, libnl.RouteFilter{}))
	cancel()
	wg.Wait()
	isErr(t, "cancelled", failed, context.Canceled)
}

// A loop with epoll sees when there is something to do.
func TestRouteIndexFD(t *testing.T) {
	s := netNS(t)
	fillNS(t)
	x := routeIndex(t, nil, nil)
	sameRouteIndex(t, "nothing", x, s, libnl.RouteFilter{})
	ready := func(ms int) bool {
		fds := []unix.PollFd{{Fd: int32(x.FD()), Events: unix.POLLIN}}
		n, err := unix.Poll(fds, ms)
		noErr(t, err)
		return n == 1
	}
	if ready(0) {
		t.Error("readable, and nothing happened")
	}
	nltest.Run(t, "ip", "route", "add", "198.18.0.0/24", "via", "192.0.2.9")
	if !ready(1000) {
		t.Error("not readable")
	}
	if n, err := x.DataReady(); n == 0 || err != nil {
		t.Error(n, err)
	}
	if got := x.Covering(unix.RT_TABLE_MAIN, netip.MustParseAddr("198.18.0.99")); len(got) != 1 || got[0].Gateway != netip.MustParseAddr("192.0.2.9") {
		t.Errorf("got %+v", got)
	}
	if ready(0) {
		t.Error("readable, and all is read")
	}
}
