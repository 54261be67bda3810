//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
	"golang.org/x/sys/unix"
)

func manager(t testing.TB, cfg *libnl.Config) *libnl.CacheManager {
	t.Helper()
	m, err := libnl.NewCacheManager(libnl.ProtoRoute, cfg)
	check(t, err)
	t.Cleanup(func() { m.Close() })
	return m
}

// followed returns a cache that m follows, and where its changes are noted.
func followed(t testing.TB, m *libnl.CacheManager, typ string) (*libnl.Cache[*libnl.Object], *[]string) {
	t.Helper()
	told := new([]string)
	c, err := m.Add(typ, func(c libnl.Change[*libnl.Object]) {
		o := c.New
		if o == nil {
			o = c.Old
		}
		*told = append(*told, fmt.Sprint(c.Action, " ", o, " ", c.Names()))
	})
	check(t, err)
	return c, told
}

// drained lets the manager take over all that is there.
func drained(t testing.TB, m *libnl.CacheManager) {
	t.Helper()
	for {
		n, err := m.Poll(20 * time.Millisecond)
		if err != nil && !errors.Is(err, libnl.ErrOverrun) && !errors.Is(err, libnl.ErrDumpIntr) {
			t.Fatal(err)
		}
		if n == 0 && err == nil {
			return
		}
	}
}

// readable reports whether poll(2) says that a descriptor is.
func readable(t testing.TB, fd int) bool {
	t.Helper()
	p := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	n, err := unix.Poll(p, 0)
	check(t, err)
	return n > 0
}

func TestManagerFollows(t *testing.T) {
	netNS(t)
	m := manager(t, nil)
	c, told := followed(t, m, "route/link")
	equal(t, "length", c.Len(), 1)
	equal(t, "nothing there", readable(t, m.FD()), false)
	n, err := m.DataReady()
	equal(t, "messages", n, 0)
	noErr(t, err)

	ip := func(args ...string) string {
		*told = nil
		nltest.Run(t, "ip", args...)
		equal(t, "something there", readable(t, m.FD()), true)
		drained(t, m)
		equal(t, "nothing there", readable(t, m.FD()), false)
		sameLinks(t, c)
		return strings.Join(*told, "; ")
	}
	contains := func(what, got string, parts ...string) {
		t.Helper()
		for _, p := range parts {
			if !strings.Contains(got, p) {
				t.Errorf("%s: %q without %q", what, got, p)
			}
		}
	}
	contains("add", ip("link", "add", "v0", "type", "veth", "peer", "name", "v1"), "new v0 ", "new v1 ")
	contains("mtu", ip("link", "set", "v0", "mtu", "1400"), "change v0 ", "mtu")
	contains("up", ip("link", "set", "v0", "up"), "change v0 ", "flags")
	contains("rename", ip("link", "set", "v1", "name", "w1"), "change w1 ", "name")
	contains("bridge", ip("link", "add", "br0", "type", "bridge"), "new bridge br0 ")
	contains("port", ip("link", "set", "w1", "master", "br0"), "change w1 ", "master")
	contains("port state", ip("link", "set", "w1", "up"), "change w1 ")
	contains("no port", ip("link", "set", "w1", "nomaster"), "change w1 ", "master")
	contains("delete", ip("link", "del", "v0"), "del w1 ", "del v0 ")

	var b bytes.Buffer
	check(t, m.Dump(&b, libnl.DumpLine))
	contains("info", b.String(), ".name = route/link", "br0", ".protocol = route")

	// the cache is closed: the manager forgets it
	noErr(t, c.Close())
	nltest.Run(t, "ip", "link", "del", "br0")
	equal(t, "no group is left", readable(t, m.FD()), false)
	c, _ = followed(t, m, "route/link")
	sameLinks(t, c)
	noErr(t, m.Close())
	equal(t, "closed with the manager", panics(func() { c.Len() }), any("libnl: use of a closed Cache"))
	equal(t, "descriptor", m.FD(), -1)
}

func TestManagerErrors(t *testing.T) {
	s := netNS(t)
	m := manager(t, nil)
	c, err := m.Add("route/link", nil)
	check(t, err)
	for typ, want := range map[string]error{
		"route/link": libnl.ErrExist, "route/neightbl": libnl.ErrOpNotSupp, "route/qdisc": libnl.ErrOpNotSupp, "netfilter/ct": libnl.ErrProtoMismatch,
		"route/nosuch": libnl.ErrNoCache, "": libnl.ErrInval,
	} {
		_, err := m.Add(typ, nil)
		isErr(t, typ, err, want)
	}
	other := newCache(t, "route/addr")
	user, err := libnl.NewCacheManager(libnl.ProtoUserSock, nil)
	check(t, err)
	defer user.Close()
	isErr(t, "other protocol", libnl.ManageCache(user, other, nil), libnl.ErrProtoMismatch)
	isErr(t, "nil manager", libnl.ManageCache(nil, other, nil), libnl.ErrInval)
	isErr(t, "nil cache", libnl.ManageCache[*libnl.Link](m, nil, nil), libnl.ErrClosed)
	isErr(t, "the manager's", c.Refill(t.Context(), s), libnl.ErrBusy)
	isErr(t, "the manager's", c.Resync(t.Context(), s, nil), libnl.ErrBusy)
	check(t, libnl.ManageCache(m, other, nil))
	m2 := manager(t, nil)
	isErr(t, "another's", libnl.ManageCache(m2, other, nil), libnl.ErrBusy)
	o, ok := c.First()
	equal(t, "first", ok, true)
	isErr(t, "out of it", newCache(t, "route/link").Move(o), libnl.ErrBusy)
	noErr(t, o.Close())
	equal(t, "nested", panics(func() {
		_, _ = m.Add("route/rule", nil)
		panic("not nested")
	}), any("not nested"))

	noErr(t, m.Close())
	noErr(t, m.Close())
	equal(t, "the caller's", other.Len(), 2)
	check(t, other.Refill(t.Context(), s))
	check(t, libnl.ManageCache(m2, other, nil))
	for what, m := range map[string]*libnl.CacheManager{"nil": nil, "closed": m} {
		want := libnl.ErrClosed
		if m == nil {
			want = libnl.ErrInval
		}
		_, err := m.DataReady()
		isErr(t, what, err, want)
		_, err = m.Poll(0)
		isErr(t, what, err, want)
		isErr(t, what, m.Run(t.Context()), want)
		isErr(t, what, m.Dump(&bytes.Buffer{}, 0), want)
		_, err = m.Add("route/link", nil)
		isErr(t, what, err, want)
		noErr(t, m.Close())
	}
	isErr(t, "dump", m2.Dump(nil, 0), libnl.ErrInval)
	isErr(t, "dump", m2.Dump(&bytes.Buffer{}, 9), libnl.ErrRange)
	isErr(t, "nil context", m2.Run(context.Context(nil)), libnl.ErrInval)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	isErr(t, "cancelled", m2.Run(ctx), context.Canceled)
	time.AfterFunc(20*time.Millisecond, func() { m2.Close() })
	isErr(t, "closed", m2.Run(t.Context()), libnl.ErrClosed)
}

// A function that panics leaves the rest for the next delivery, and no reference behind.
func TestManagerPanic(t *testing.T) {
	netNS(t)
	m := manager(t, nil)
	links, ok := libnl.CacheAs[*libnl.Link](newCache(t, "route/link"))
	equal(t, "links", ok, true)
	var told []string
	var kept *libnl.Link
	bad := true
	check(t, libnl.ManageCache(m, links, func(c libnl.Change[*libnl.Link]) {
		kept = c.New
		if bad {
			bad = false
			panic("told")
		}
		told = append(told, c.Action.String())
		// from inside, the cache and the manager may be used
		if got, ok := links.Search(c.New); ok {
			got.Close()
		}
		equal(t, "holds", links.Holds(c.New), true)
		_, err := m.DataReady()
		isErr(t, "inside", err, libnl.ErrNested)
	}))
	nltest.Run(t, "sh", "-ec", "ip link add br0 type bridge; ip link add br1 type bridge")
	equal(t, "panic", panics(func() { _, _ = m.DataReady() }), any("told"))
	equal(t, "revoked", panics(func() { kept.Name() }), any("libnl: use of a closed Link"))
	equal(t, "something there", readable(t, m.FD()), true)
	drained(t, m)
	equal(t, "told", strings.Join(told, " "), "new")
	for l := range links.All() {
		equal(t, "references", l.RefCount() >= refsInCache+1, true)
	}
}

// Lost notifications are reported, and made good.
func TestManagerOverrun(t *testing.T) {
	ns := nltest.NetNS(t)
	for _, handled := range []bool{false, true} {
		m := manager(t, &libnl.Config{RcvBuf: 20_000, NetNS: ns})
		c, told := followed(t, m, "route/link")
		equal(t, "small buffer", m.Stats().RcvBuf < 100_000, true)
		var overruns []libnl.Overrun
		if handled {
			m.HandleOverrun(func(o *libnl.Overrun) error {
				overruns = append(overruns, *o)
				sameLinks(t, c)
				return nil
			})
		}
		nltest.Run(t, "sh", "-c", "for i in $(seq 200); do echo link add v$i type veth peer name w$i; done | ip -batch -")
		n, err := m.DataReady()
		if handled {
			noErr(t, err)
			equal(t, "overruns", len(overruns), 1)
			isErr(t, "overrun", overruns[0].Err, libnl.ErrOverrun)
			equal(t, "found", overruns[0].Changes > 100, true)
		} else {
			isErr(t, "overrun", err, libnl.ErrOverrun, unix.ENOBUFS)
		}
		t.Log(n, "messages,", err)
		sameLinks(t, c)
		equal(t, "all told", len(slices.Compact(slices.Sorted(slices.Values(*told)))) >= 400, true)
		drained(t, m)
		sameLinks(t, c)
		equal(t, "nothing there", readable(t, m.FD()), false)
		nltest.Run(t, "sh", "-c", "for i in $(seq 200); do echo link del v$i; done | ip -batch -")
		drained(t, m)
		sameLinks(t, c)
		noErr(t, m.Close())
	}
}

// IPv4 routes go without a word, and routes that libnl cannot tell apart stand behind each other.
func TestManagerRoutes(t *testing.T) {
	s := netNS(t)
	fillNS(t)
	m := manager(t, nil)
	c, told := followed(t, m, "route/route")
	for _, cmd := range []string{
		"ip route add 203.0.113.0/24 via 192.0.2.9",
		"ip route append 203.0.113.0/24 via 192.0.2.8",
		"ip route prepend 203.0.113.0/24 via 192.0.2.7",
		"ip route del 203.0.113.0/24 via 192.0.2.7",
		"ip route del 203.0.113.0/24 via 192.0.2.9",
		"ip route replace 203.0.113.0/24 via 192.0.2.6",
		"ip route add 203.0.113.0/25 nexthop via 192.0.2.6 nexthop via 192.0.2.7",
		"ip -6 route add 2001:db8:1::/48 via 2001:db8::2",
		"ip -6 route append 2001:db8:1::/48 via 2001:db8::3",
		"ip -6 route append 2001:db8:1::/48 via 2001:db8::4",
		"ip -6 route del 2001:db8:1::/48 via 2001:db8::2",
		"ip -6 route del 2001:db8:1::/48 via 2001:db8::4",
		"ip -6 route replace 2001:db8:1::/48 via 2001:db8::5",
		"ip -6 route change 2001:db8:1::/48 via 2001:db8::5 mtu 1300",
		"ip -6 route del 2001:db8:1::/48",
		"ip nexthop add id 7 via 192.0.2.7 dev v0",
		"ip route add 203.0.114.0/24 nhid 7",
		"ip nexthop del id 7",
		"ip link add v2 type veth peer name v3; ip link set v2 up; ip link set v3 up; sleep 0.1",
		"ip link set v2 down",
		"ip link set v0 down",
		"ip link set v0 up; ip addr add 192.0.2.77/24 dev v0; sleep 0.1",
		"ip addr flush dev v0 scope global",
		"ip link del v2; ip link del v0",
	} {
		*told = nil
		nltest.Run(t, "sh", "-ec", cmd)
		fresh := newCache(t, "route/route")
		settled(t, m, c, fresh, s)
		sameTexts(t, cmd, c, fresh)
		sameRoutes(t, c)
		if t.Failed() {
			t.Fatalf("after %s: told %q", cmd, *told)
		}
	}
}

// settled waits until the cache is what a new one is: the kernel tells of some changes later.
func settled(t testing.TB, m *libnl.CacheManager, c, fresh *libnl.Cache[*libnl.Object], s *libnl.Socket) {
	t.Helper()
	eventually(func() bool {
		drained(t, m)
		check(t, fresh.Refill(t.Context(), s))
		return slices.Equal(allTexts(t, c), allTexts(t, fresh))
	})
}

// sameTexts compares all that libnl says of two caches.
func sameTexts(t testing.TB, what string, a, b *libnl.Cache[*libnl.Object]) {
	t.Helper()
	sameAs(t, what, allTexts(t, a), allTexts(t, b))
}

// allTexts returns what libnl says of the objects, in order.
func allTexts(t testing.TB, c *libnl.Cache[*libnl.Object]) (all []string) {
	t.Helper()
	for o := range c.All() {
		var b bytes.Buffer
		check(t, o.Dump(&b, libnl.DumpDetails))
		// nexthops come in another order, and the last of several keeps its weight of none
		lines := strings.Split(strings.ReplaceAll(b.String(), "weight 0 ", ""), "\n")
		slices.Sort(lines)
		all = append(all, strings.Join(lines, "\n"))
	}
	slices.Sort(all)
	return all
}

// The other types.
func TestManagerTypes(t *testing.T) {
	s := netNS(t)
	fillNS(t)
	m := manager(t, nil)
	types := []string{"route/addr", "route/neigh", "route/rule", "route/netconf", "route/mdb", "route/route", "route/link"}
	if libnl.RuntimeVersion().Minor >= 8 {
		types = append(types, "route/nh")
	}
	caches := map[string]*libnl.Cache[*libnl.Object]{}
	told := map[string]*[]string{}
	for _, typ := range types {
		caches[typ], told[typ] = followed(t, m, typ)
	}
	for _, step := range []struct {
		cmd, tells string // the type of which a change must be told
	}{
		{"ip addr add 192.0.2.3/24 dev v0", "route/addr"},
		{"ip addr del 192.0.2.1/24 dev v0", "route/addr"},
		{"ip neigh replace 192.0.2.9 lladdr 02:00:00:00:00:0a dev v0", "route/neigh"},
		{"bridge fdb add 02:00:00:00:00:0b dev v1 master", ""}, // of another family
		{"ip neigh del 192.0.2.9 dev v0", "route/neigh"},
		{"ip rule add to 192.0.2.0/24 table 9", "route/rule"},
		{"ip rule del to 192.0.2.0/24 table 9", "route/rule"},
		{"echo 1 >/proc/sys/net/ipv4/conf/v0/forwarding", "route/netconf"},
		{"echo 2 >/proc/sys/net/ipv4/conf/v0/rp_filter", "route/netconf"},
		{"echo 1 >/proc/sys/net/ipv6/conf/all/forwarding", "route/netconf"},
		{"bridge mdb add dev br0 port v1 grp 239.1.1.2 permanent", "route/mdb"},
		{"bridge mdb add dev br0 port v1 grp 239.1.1.1 permanent vid 3", "route/mdb"},
		{"bridge mdb del dev br0 port v1 grp 239.1.1.1 permanent", "route/mdb"},
		{"bridge mdb del dev br0 port v1 grp 239.1.1.1 permanent vid 3", "route/mdb"},
		{"bridge mdb del dev br0 port v1 grp 239.1.1.2 permanent", "route/mdb"},
		{"ip link add br1 type bridge", "route/link"},
		{"ip addr add 192.0.2.4/24 dev v0", "route/addr"},
		{"ip nexthop add id 3 via 192.0.2.9 dev v0", "route/nh"},
		{"ip link set v0 down", "route/link"},
		{"ip link del br0", "route/mdb"},
		{"ip link del v0", "route/netconf"},
	} {
		for _, l := range told {
			*l = nil
		}
		nltest.Run(t, "sh", "-ec", step.cmd)
		time.Sleep(10 * time.Millisecond)
		drained(t, m)
		if l := told[step.tells]; l != nil && len(*l) == 0 {
			t.Errorf("%s: nothing told of %s", step.cmd, step.tells)
		}
		for typ, c := range caches {
			fresh := newCache(t, typ)
			check(t, fresh.Refill(t.Context(), s))
			if typ == "route/route" || typ == "route/netconf" {
				settled(t, m, c, fresh, s)
			}
			if typ == "route/mdb" {
				sameAs(t, step.cmd, mdbTexts(c), mdbTexts(fresh))
			} else if typ != "route/neigh" && typ != "route/link" && typ != "route/addr" { // with times and counters
				sameTexts(t, step.cmd, c, fresh)
			}
			if typ != "route/neigh" { // of which some are made without a word
				equal(t, step.cmd+": number of "+typ, c.Len(), fresh.Len())
			}
		}
		drained(t, m)
		sameAddrs(t, caches["route/addr"])
		sameLinks(t, caches["route/link"])
	}
}

// mdbTexts tells what a cache has, in an order of its own.
func mdbTexts(c *libnl.Cache[*libnl.Object]) (all []string) {
	for o := range c.All() {
		lines := strings.Split(o.String(), "\n")
		slices.Sort(lines)
		all = append(all, strings.Join(lines, "\n"))
	}
	return all
}

// A manager fills a cache while another goroutine delivers.
func TestManagerFillsWhileRunning(t *testing.T) {
	ns := nltest.NetNS(t)
	m := manager(t, &libnl.Config{NetNS: ns})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	_, err := m.Add("route/rule", nil)
	check(t, err)
	go func() { done <- m.Run(ctx) }()
	busy := make(chan struct{})
	churn := dialRoute(t, &libnl.Config{NetNS: ns})
	go func() {
		defer close(busy)
		for i := range 80 {
			name := fmt.Sprint("b", i%7)
			m := aboutLink(t, libnl.RTMNewLink, libnl.FlagCreate|libnl.FlagExcl, 0, name)
			m.Nest(unix.IFLA_LINKINFO, func(m *libnl.Msg) { m.PutString(unix.IFLA_INFO_KIND, "bridge") })
			_ = churn.Do(context.Background(), m)
			_ = churn.Do(context.Background(), aboutLink(t, libnl.RTMDelLink, 0, 0, fmt.Sprint("b", (i+3)%7)))
		}
	}()
	var c *libnl.Cache[*libnl.Object]
	for range 20 {
		_ = c.Close()
		c, err = m.Add("route/link", func(libnl.Change[*libnl.Object]) {})
		check(t, err)
		_ = c.Len()
	}
	<-busy
	equal(t, "caught up", eventually(func() bool { return c.Len() == len(ipJSON[ipLink](t, "link")) }), true)
	cancel()
	isErr(t, "Run", <-done, context.Canceled)
	drained(t, m)
	sameLinks(t, c)
}

// Two managers, four sockets and streams in goroutines of their own, while links, addresses and routes come and go; LIBNL_CHURN says for how long.
func TestManagerParallel(t *testing.T) {
	ns := nltest.NetNS(t)
	length := 5 * time.Second
	if d, err := time.ParseDuration(os.Getenv("LIBNL_CHURN")); err == nil {
		length = d
	}
	nltest.Run(t, "sh", "-ec", "ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up")
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	var managers []*libnl.CacheManager
	var caches [][3]*libnl.Cache[*libnl.Object]
	for i := range 2 {
		cfg := libnl.Config{NetNS: ns}
		if i == 1 {
			cfg.RcvBuf = 30_000 // loses some
		}
		m := manager(t, &cfg)
		m.HandleOverrun(func(*libnl.Overrun) error { return nil })
		var set [3]*libnl.Cache[*libnl.Object]
		for k, typ := range []string{"route/link", "route/addr", "route/route"} {
			c, err := m.Add(typ, func(c libnl.Change[*libnl.Object]) {
				if c.New != nil {
					_, _ = c.New.String(), c.Names()
				}
			})
			check(t, err)
			set[k] = c
		}
		managers, caches = append(managers, m), append(caches, set)
		wg.Go(func() {
			if err := m.Run(ctx); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
		wg.Go(func() { // one that reads what the manager writes
			for ctx.Err() == nil {
				for _, c := range set {
					for o := range c.All() {
						if got, ok := c.Search(o); ok {
							_ = got.String()
							got.Close()
						}
					}
				}
			}
		})
	}
	for i := range 4 {
		s := dialRoute(t, &libnl.Config{NetNS: ns})
		wg.Go(func() {
			own, err := libnl.NewCache([]string{"route/link", "route/addr", "route/route", "route/neigh"}[i])
			if err != nil {
				t.Error(err)
				return
			}
			defer own.Close()
			for ctx.Err() == nil {
				if err := own.Resync(ctx, s, func(libnl.Change[*libnl.Object]) {}); err != nil && !errors.Is(err, libnl.ErrDumpIntr) && ctx.Err() == nil {
					t.Error(err)
				}
				for l, err := range s.Links(ctx, nil) {
					if err != nil {
						break
					}
					_ = l.Name()
				}
			}
		})
	}
	batch := `for i in $(seq 20); do
	echo link add x$i type veth peer name y$i
	echo link set x$i up; echo link set y$i up
	echo addr add 10.$i.0.1/24 dev x$i
	echo route add 10.$i.128.0/24 via 10.$i.0.9
	echo route add 10.$i.129.0/24 dev x$i
	done | ip -force -batch - ; for i in $(seq 20); do
	echo route del 10.$i.128.0/24
	echo link set v0 mtu $((1400 + i))
	[ $((i % 3)) = 0 ] || echo link del x$i
	done | ip -force -batch -; true`
	for end := time.Now().Add(length); time.Now().Before(end); {
		nltest.Run(t, "sh", "-c", batch+" 2>/dev/null")
		nltest.Run(t, "sh", "-c", "for i in 3 6 9 12 15; do ip link del x$i; done 2>/dev/null; true")
	}
	// addresses get ready, and the kernel tidies up
	same := func() bool {
		for _, set := range caches {
			if set[0].Len() != len(ipJSON[ipLink](t, "link")) {
				return false
			}
		}
		return true
	}
	time.Sleep(2 * time.Second)
	equal(t, "caught up", eventually(same), true)
	cancel()
	wg.Wait()
	for i, m := range managers {
		drained(t, m)
		sameLinks(t, caches[i][0])
		sameAddrs(t, caches[i][1])
		sameRoutes(t, caches[i][2])
		t.Logf("manager %d: %+v", i, m.Stats())
		noErr(t, m.Close())
	}
}

func init() {
	guards = append(guards, func(t *testing.T) map[string]error {
		_, err := libnl.NewCacheManager(libnl.Protocol(99), nil)
		return map[string]error{"nl_cache_mngr_alloc": err}
	})
}
