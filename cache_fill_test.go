//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
	"github.com/golibnl/libnl/internal/oracle"
	"golang.org/x/sys/unix"
)

// routePeer opens a peer on NETLINK_ROUTE: another program that answers in the kernel's place.
func routePeer(t testing.TB) (*peer, *libnl.Socket) {
	t.Helper()
	nltest.NetNS(t)
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	check(t, err)
	t.Cleanup(func() { unix.Close(fd) })
	check(t, unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}))
	sa, err := unix.Getsockname(fd)
	check(t, err)
	s := dialRoute(t, &libnl.Config{Untrusted: true})
	p := &peer{t: t, fd: fd, port: sa.(*unix.SockaddrNetlink).Pid}
	s.SetPeerPort(p.port)
	return p, s
}

// addrPart is a part of a dump of IPv4 addresses.
func addrPart(seq uint32, flags int, last byte) []byte {
	ip := []byte{192, 0, 2, last}
	return oracle.Message(unix.RTM_NEWADDR, uint16(flagMulti|flags), seq, cat([]byte{unix.AF_INET, 24, 0, 0}, u32(1),
		oracle.Attr(unix.IFA_ADDRESS, ip), oracle.Attr(unix.IFA_LOCAL, ip)))
}

// addrTexts tells what a cache of addresses has.
func addrTexts(c *libnl.Cache[*libnl.Object]) string {
	var all []string
	for o := range c.All() {
		text, _, _ := strings.Cut(strings.TrimPrefix(o.String(), "192.0.2."), "/")
		all = append(all, text)
	}
	return strings.Join(all, " ")
}

// An interrupted dump that is asked for again leaves neither duplicates nor gaps, and there is a bound.
func TestCacheFillInterrupted(t *testing.T) {
	// plain libnl keeps what came before: oracle.TestTrapInterruptedFill
	bad, good := cat(addrPart(0, 0, 1), addrPart(0, flagIntr, 2), doneMsg(0, 0, 0)), cat(addrPart(0, 0, 2), addrPart(0, 0, 3), doneMsg(0, 0, 0))
	r, err := oracle.Fill("route/addr", false, [][]byte{bad, good})
	check(t, err)
	equal(t, "plain libnl", r.Items, 4)

	p, s := routePeer(t)
	var interruptions atomic.Int32
	p.serve(func(r request) [][]byte {
		if interruptions.Add(-1) >= 0 {
			return [][]byte{addrPart(r.Seq, 0, 1), cat(addrPart(r.Seq, flagIntr, 2), addrPart(r.Seq, 0, 2)), doneMsg(flagIntr, r.Seq, 0)}
		}
		return [][]byte{addrPart(r.Seq, 0, 2), addrPart(r.Seq, 0, 3), doneMsg(0, r.Seq, 0)}
	})
	for _, resync := range []bool{false, true} {
		c := newCache(t, "route/addr")
		var told []string
		fill := func() error {
			told = nil
			if !resync {
				return c.Refill(t.Context(), s)
			}
			return c.Resync(t.Context(), s, func(ch libnl.Change[*libnl.Object]) { told = append(told, ch.Action.String()) })
		}
		interruptions.Store(3)
		before := p.count()
		check(t, fill())
		equal(t, "cache", addrTexts(c), "2 3")
		equal(t, "requests", p.count()-before, 4)
		interruptions.Store(100)
		before = p.count()
		isErr(t, "always interrupted", fill(), libnl.ErrDumpIntr)
		equal(t, "requests", p.count()-before, 5)
		want := "1 2" // the last try
		if resync {
			want = "1 2 3" // nothing goes that was not seen
			equal(t, "told", strings.Join(told, " "), "new")
		}
		equal(t, "cache", addrTexts(c), want)
		interruptions.Store(0)
		check(t, fill())
		equal(t, "cache", addrTexts(c), "2 3")
		if resync {
			equal(t, "told", strings.Join(told, " "), "del")
		}
	}
}

// On any other error a cache keeps what it had.
func TestCacheFillFails(t *testing.T) {
	p, s := routePeer(t)
	answers := map[string]func(r request) [][]byte{
		"good": func(r request) [][]byte {
			return [][]byte{addrPart(r.Seq, 0, 1), addrPart(r.Seq, 0, 2), doneMsg(0, r.Seq, 0)}
		},
		"done":  func(r request) [][]byte { return [][]byte{addrPart(r.Seq, 0, 7), doneMsg(0, r.Seq, 13)} },
		"error": func(r request) [][]byte { return [][]byte{errorMsg(r, 95)} },
		"garbage": func(r request) [][]byte {
			return [][]byte{oracle.Message(unix.RTM_NEWADDR, flagMulti, r.Seq, []byte{2, 24, 0})}
		},
		"other types": func(r request) [][]byte {
			return [][]byte{addrPart(r.Seq, 0, 1), cacheRouteMsg(r.Seq), addrPart(r.Seq, 0, 2), doneMsg(0, r.Seq, 0)}
		},
		"silence": func(r request) [][]byte { return [][]byte{addrPart(r.Seq, 0, 7)} },
	}
	var now atomic.Value
	p.serve(func(r request) [][]byte { return answers[now.Load().(string)](r) })
	c := newCache(t, "route/addr")
	for _, step := range []struct {
		what string
		want error
	}{
		{"good", nil},
		{"done", unix.EACCES},
		{"error", unix.EOPNOTSUPP},
		{"garbage", libnl.ErrInval},
		{"other types", nil},
		{"silence", context.DeadlineExceeded},
	} {
		now.Store(step.what)
		for _, resync := range []bool{false, true} {
			limit := 30 * time.Second
			if step.want == context.DeadlineExceeded {
				limit = 200 * time.Millisecond
			}
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			err := c.Refill(ctx, s)
			if resync {
				err = c.Resync(ctx, s, func(libnl.Change[*libnl.Object]) { t.Errorf("%s: a change", step.what) })
			}
			cancel()
			if (err == nil) != (step.want == nil) || err != nil && !errors.Is(err, step.want) {
				t.Errorf("%s: %v, want %v", step.what, err, step.want)
			}
			equal(t, step.what, addrTexts(c), "1 2")
		}
	}
	// the socket is closed in the middle
	now.Store("silence")
	time.AfterFunc(50*time.Millisecond, func() { s.Close() })
	isErr(t, "closed", c.Refill(t.Context(), s), libnl.ErrClosed)
	isErr(t, "closed", c.Refill(t.Context(), s), libnl.ErrClosed)
	equal(t, "cache", addrTexts(c), "1 2")

	isErr(t, "nil socket", c.Refill(t.Context(), nil), libnl.ErrInval)
	isErr(t, "nil context", c.Refill(context.Context(nil), dialRoute(t, nil)), libnl.ErrInval)
	user, err := libnl.Dial(libnl.ProtoUserSock, nil)
	check(t, err)
	defer user.Close()
	isErr(t, "other protocol", c.Refill(t.Context(), user), libnl.ErrProtoMismatch)
}

// cacheRouteMsg is a part of a dump of routes.
func cacheRouteMsg(seq uint32) []byte {
	return oracle.Message(unix.RTM_NEWROUTE, flagMulti, seq, cat([]byte{2, 24, 0, 0, 254, 3, 0, 1}, make([]byte, 4), oracle.Attr(unix.RTA_DST, []byte{198, 51, 100, 0})))
}

// Under constant change a fill ends, with data.
func TestCacheFillUnderChange(t *testing.T) {
	ns := nltest.NetNS(t)
	nltest.Run(t, "sh", "-c", "for i in $(seq 100); do echo link add v$i type veth peer name w$i; done | ip -batch -")
	s, other := dialRoute(t, nil), dialRoute(t, &libnl.Config{NetNS: ns})
	stop := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			m := aboutLink(t, libnl.RTMNewLink, libnl.FlagCreate|libnl.FlagExcl, 0, "x0")
			m.Nest(unix.IFLA_LINKINFO, func(m *libnl.Msg) { m.PutString(unix.IFLA_INFO_KIND, "bridge") })
			_ = other.Do(t.Context(), m)
			_ = other.Do(t.Context(), aboutLink(t, libnl.RTMDelLink, 0, 0, "x0"))
		}
	}()
	c := newCache(t, "route/link")
	interrupted := 0
	for range 30 {
		err := c.Refill(t.Context(), s)
		if err != nil {
			isErr(t, "under change", err, libnl.ErrDumpIntr)
			interrupted++
		}
		if n := c.Len(); n < 150 || n > 203 {
			t.Errorf("%d links", n)
		}
		isErr2 := c.Resync(t.Context(), s, nil)
		if isErr2 != nil {
			isErr(t, "under change", isErr2, libnl.ErrDumpIntr)
		}
	}
	t.Log(interrupted, "of 30 fills were interrupted to the last")
	close(stop)
	<-done
	check(t, c.Resync(t.Context(), s, nil))
	sameLinks(t, c)
}

// ipJSON runs ip with -j and returns what it prints.
func ipJSON[T any](t testing.TB, args ...string) (v []T) {
	t.Helper()
	out := nltest.Run(t, "ip", append([]string{"-j"}, args...)...)
	if len(bytes.TrimSpace(out)) == 0 {
		return nil
	}
	if err := json.Unmarshal(out, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

type ipLink struct {
	Index     int    `json:"ifindex"`
	Name      string `json:"ifname"`
	MTU       uint32
	Address   string
	Master    string
	Operstate string
	Flags     []string
	Addrs     []struct {
		Local  string
		Prefix int `json:"prefixlen"`
	} `json:"addr_info"`
}

// sameAs compares two lists as sets.
func sameAs(t testing.TB, what string, got, want []string) {
	t.Helper()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s: the cache has\n%s\nnot\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// sameLinks compares a cache of links with what ip says.
func sameLinks(t testing.TB, c *libnl.Cache[*libnl.Object]) {
	t.Helper()
	var got, want []string
	names := map[int]string{0: ""}
	for _, l := range ipJSON[ipLink](t, "link") {
		names[l.Index] = l.Name
		want = append(want, fmt.Sprintln(l.Index, l.Name, l.MTU, l.Address, l.Master, strings.ToLower(l.Operstate), slices.Contains(l.Flags, "UP")))
	}
	for o := range c.All() {
		l, ok := libnl.As[*libnl.Link](o)
		if !ok {
			t.Fatal("no link")
		}
		mac, _ := l.Addr().MAC()
		got = append(got, fmt.Sprintln(l.Index(), l.Name(), l.MTU(), mac, names[l.Master()], l.OperState(), l.Flags()&unix.IFF_UP != 0))
	}
	sameAs(t, "links", got, want)
}

// sameAddrs compares a cache of addresses with what ip says.
func sameAddrs(t testing.TB, c *libnl.Cache[*libnl.Object]) {
	t.Helper()
	var got, want []string
	for _, l := range ipJSON[ipLink](t, "addr") {
		for _, a := range l.Addrs {
			want = append(want, fmt.Sprintf("%s/%d dev %d", a.Local, a.Prefix, l.Index))
		}
	}
	for o := range c.All() {
		f := strings.Fields(o.String())
		if !strings.Contains(f[0], "/") {
			f[0] += map[string]string{"inet": "/32", "inet6": "/128"}[f[1]]
		}
		got = append(got, f[0]+" dev "+f[3])
	}
	sameAs(t, "addresses", got, want)
}

// sameRoutes compares a cache of routes with what ip says, as far as libnl tells routes apart, which must be one of those.
func sameRoutes(t testing.TB, c *libnl.Cache[*libnl.Object]) {
	t.Helper()
	type route struct {
		Dst, Dev, Table, Gateway string
		Hops                     []struct{ Dev, Gateway string } `json:"nexthops"`
	}
	index := map[string]int{}
	for _, l := range ipJSON[ipLink](t, "link") {
		index[l.Name] = l.Index
	}
	kernels := map[string][]string{}
	for _, family := range []string{"-4", "-6"} {
		for _, r := range ipJSON[route](t, family, "route", "show", "table", "all") {
			if r.Table == "" {
				r.Table = "main"
			}
			key := r.Dst + " " + r.Table
			hops := r.Hops
			if hops == nil {
				hops = append(hops, struct{ Dev, Gateway string }{r.Dev, r.Gateway})
			}
			for _, h := range hops {
				kernels[key] = append(kernels[key], fmt.Sprint(h.Gateway, " ", index[h.Dev]))
			}
		}
	}
	var got, want []string
	for k := range kernels {
		want = append(want, k)
	}
	for o := range c.All() {
		f := strings.Fields(o.String())
		key := f[1] + " " + f[3]
		got = append(got, key)
		if i := slices.Index(f, "via"); i > 0 && f[i+1] != "multipath" {
			hop := " " + f[i+2]
			if f[i+1] != "dev" {
				hop = f[i+1] + " " + f[i+3]
			}
			if !slices.Contains(kernels[key], hop) {
				t.Errorf("routes: %v goes via %q, not one of %q", o, hop, kernels[key])
			}
		}
	}
	sameAs(t, "routes", got, want)
}

func TestCacheResync(t *testing.T) {
	s := netNS(t)
	fillNS(t)
	kinds := []string{"route/link", "route/addr", "route/route", "route/neigh", "route/rule", "route/netconf", "route/mdb"}
	caches := map[string]*libnl.Cache[*libnl.Object]{}
	for _, k := range kinds {
		caches[k] = newCache(t, k)
		check(t, caches[k].Resync(t.Context(), s, func(c libnl.Change[*libnl.Object]) {
			if c.Action != libnl.ActNew || c.Old != nil || c.New == nil || c.Diff != 0 || c.Names() != nil {
				t.Errorf("%s: %+v", k, c)
			}
		}))
		check(t, caches[k].Resync(t.Context(), s, func(c libnl.Change[*libnl.Object]) {
			if !slices.Contains(c.Names(), "0x2") { // timers of an mdb are not compared, its order is
				t.Errorf("%s: without a change: %v %v %v %v", k, c.Action, c.Old, c.New, c.Names())
			}
		}))
	}
	nltest.Run(t, "sh", "-ec", `
ip link set v0 mtu 1400 alias hello
ip link add v2 type veth peer name v3
ip link del br0
ip addr del 192.0.2.1/24 dev v0
ip addr add 192.0.2.2/24 dev v0
ip rule del fwmark 7
`)
	got := map[string]int{}
	var names []string
	var kept []*libnl.Object
	for _, k := range kinds {
		check(t, caches[k].Resync(t.Context(), s, func(c libnl.Change[*libnl.Object]) {
			got[k+" "+c.Action.String()]++
			equal(t, "same cache", c.New == nil || caches[k].Holds(c.New), true)
			equal(t, "old one is out", c.Old == nil || !caches[k].Holds(c.Old), true)
			if k == "route/link" && c.Action == libnl.ActChange && strings.HasPrefix(c.New.String(), "v0 ") {
				names = c.Names()
			}
			if c.Old != nil {
				o, err := libnl.Retain(c.Old)
				check(t, err)
				kept = append(kept, o)
			}
		}))
	}
	for _, o := range kept {
		equal(t, "references", o.RefCount(), 1)
		noErr(t, o.Close())
	}
	for what, n := range map[string]int{"route/link new": 2, "route/link del": 1, "route/addr new": 1, "route/rule del": 1} {
		equal(t, what, got[what], n)
	}
	if !slices.Contains(names, "mtu") || !slices.Contains(names, "ifalias") {
		t.Errorf("changed: %q", names)
	}
	sameLinks(t, caches["route/link"])
	sameAddrs(t, caches["route/addr"])
	sameRoutes(t, caches["route/route"])
	for o := range caches["route/link"].All() {
		if o.Marked() {
			t.Error("a mark is left")
		}
	}
	equal(t, "panic of the function", panics(func() {
		caches["route/link"].Clear()
		_ = caches["route/link"].Resync(t.Context(), s, func(libnl.Change[*libnl.Object]) { panic("fn") })
	}), any("fn"))
	sameLinks(t, caches["route/link"])
}

// Plain libnl resynchronises what comes in parts to nothing.
func TestTrapResync(t *testing.T) {
	s := netNS(t)
	sk := oracle.Ptr(oracle.Call("nl_socket_alloc"))
	defer sk.Call("nl_socket_free")
	equal(t, "connect", int32(sk.Call("nl_connect", int(libnl.ProtoRoute))), 0)
	c := filledC(t, sk, "route/netconf")
	if int32(c.Call("nl_cache_nitems")) == 0 {
		t.Fatal("nothing there")
	}
	equal(t, "resync", int32(oracle.Call("nl_cache_resync", sk, c, nil, nil)), 0)
	equal(t, "left by plain libnl", int32(c.Call("nl_cache_nitems")), 0)

	ours := newCache(t, "route/netconf")
	check(t, ours.Refill(t.Context(), s))
	n := ours.Len()
	check(t, ours.Resync(t.Context(), s, func(c libnl.Change[*libnl.Object]) { t.Error(c.Action, c.Names()) }))
	equal(t, "left", ours.Len(), n)
}

// Bridge ports are not listed twice unless asked for.
func TestCacheBridgePorts(t *testing.T) {
	s := netNS(t)
	fillNS(t)
	c := newCache(t, "route/link")
	check(t, c.Refill(t.Context(), s))
	sameLinks(t, c)
	n := c.Len()
	c.SetFlags(libnl.CacheFlagAFIter)
	check(t, c.Refill(t.Context(), s))
	ports := 0
	for o := range c.All() {
		if l, _ := libnl.As[*libnl.Link](o); l.Family() == libnl.FamilyBridge && l.Name() == "v1" {
			ports++
		}
	}
	equal(t, "ports", ports, 1)
	if c.Len() <= n {
		t.Errorf("%d links, and %d when asked for all families", n, c.Len())
	}
	only := newCache(t, "route/link")
	only.SetArg1(int32(libnl.FamilyBridge))
	check(t, only.Refill(t.Context(), s))
	equal(t, "the port and the bridge", only.Len(), 2)
}

func TestCachePickup(t *testing.T) {
	s := netNS(t)
	c := newCache(t, "route/link")
	for i, replace := range []bool{false, false, true} {
		m := aboutLink(t, libnl.RTMGetLink, libnl.FlagDump, 0, "")
		_, err := s.SendAuto(m)
		check(t, err)
		before, _ := c.First()
		check(t, c.Pickup(s, replace))
		sameLinks(t, c)
		if i > 0 {
			equal(t, "still there", c.Holds(before), !replace)
			before.Close()
		}
	}
	isErr(t, "nil socket", c.Pickup(nil, false), libnl.ErrInval)
}

func TestCacheParseAndAdd(t *testing.T) {
	s := netNS(t)
	c := newCache(t, "route/link")
	for m, err := range s.Request(t.Context(), aboutLink(t, libnl.RTMGetLink, libnl.FlagDump, 0, "")) {
		check(t, err)
		check(t, c.ParseAndAdd(m))
		isErr(t, "again", c.ParseAndAdd(m), libnl.ErrExist)
		isErr(t, "another type", newCache(t, "route/addr").ParseAndAdd(m), libnl.ErrMsgTypeNoSupport)
	}
	sameLinks(t, c)
	isErr(t, "nil", c.ParseAndAdd(nil), libnl.ErrClosed)
}

func TestCacheRoutesAllocs(t *testing.T) {
	ns := nltest.NetNS(t)
	const n = 10_000
	fill(t, ns, dumped, n)
	s := dial(t, &libnl.Config{NetNS: ns})
	c := newCache(t, "route/route")
	var err error
	allocs := testing.AllocsPerRun(1, func() { err = c.Refill(t.Context(), s) })
	check(t, err)
	if c.Len() < n || allocs > n/32 {
		t.Errorf("%v allocations for %d routes", allocs, c.Len())
	}
	told := 0
	check(t, c.Resync(t.Context(), s, func(libnl.Change[*libnl.Object]) { told++ }))
	equal(t, "changes", told, 0)
}

func BenchmarkCacheFill(b *testing.B) {
	ns := nltest.NetNS(b)
	fill(b, ns, dumped, benchRoutes)
	s := dial(b, &libnl.Config{NetNS: ns})
	c := newCache(b, "route/route")
	perMessage(b, benchRoutes, func() { check(b, c.Refill(b.Context(), s)) })
}
