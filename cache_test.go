//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
	"github.com/golibnl/libnl/internal/oracle"
	"golang.org/x/sys/unix"
)

// newCache returns an empty cache for the length of the test.
func newCache(t testing.TB, typeName string) *libnl.Cache[*libnl.Object] {
	t.Helper()
	c, err := libnl.NewCache(typeName)
	check(t, err)
	t.Cleanup(func() { c.Close() })
	return c
}

// linkCache returns a cache with n links, named l1, l2 ...
func linkCache(t testing.TB, n int) *libnl.Cache[*libnl.Link] {
	t.Helper()
	c, ok := libnl.CacheAs[*libnl.Link](newCache(t, "route/link"))
	if !ok {
		t.Fatal("a cache of links is none")
	}
	for i := 1; i <= n; i++ {
		l := linkOf(t, i)
		check(t, c.Add(l))
		check(t, l.Close())
	}
	return c
}

func linkOf(t testing.TB, index int) *libnl.Link {
	t.Helper()
	l, err := libnl.NewLink()
	check(t, err)
	check(t, l.SetIndex(index))
	check(t, l.SetName("l"+strconv.Itoa(index)))
	l.SetFamily(0)
	return l
}

// linkNames tells what a cache of links has, in its order.
func linkNames(c *libnl.Cache[*libnl.Link]) string {
	var names []string
	for l := range c.All() {
		names = append(names, l.Name())
	}
	return strings.Join(names, " ")
}

// panics returns what a call panics with.
func panics(do func()) (v any) {
	defer func() { v = recover() }()
	do()
	return nil
}

func TestCacheTypes(t *testing.T) {
	route, genl, nf := netNS(t), dialGenl(t, nil), dialNF(t, nil)
	for typ, calls := range objectTypes() {
		s := route
		switch {
		case typ == "genl/family":
			s = genl
		case strings.HasPrefix(typ, "netfilter/"):
			s = nf
		}
		c := newCache(t, typ)
		equal(t, "type", c.TypeName(), typ)
		equal(t, typ+": length", c.Len(), 0)
		o := newObject(t, typ)
		equal(t, "object type", o.TypeName(), calls)
		if err := c.Add(o); err != nil {
			t.Errorf("%s: Add: %v", typ, err)
		}
		equal(t, typ+": length", c.Len(), 1)
		equal(t, typ+": references", o.RefCount() > 1, true)
		for _, d := range dumpTypes {
			noErr(t, c.Dump(io.Discard, d))
		}
		// EINVAL is the answer of a kernel without conntrack
		if err := c.Refill(t.Context(), s); err != nil {
			if s != nf || !errors.Is(err, unix.EINVAL) {
				isErr(t, typ, err, libnl.ErrOpNotSupp)
			}
			equal(t, typ+": length after a failed fill", c.Len(), 1)
		}
		c.Clear()
		equal(t, typ+": length", c.Len(), 0)
		equal(t, typ+": references", o.RefCount(), 1)
	}
	for name, want := range map[string]error{
		"": libnl.ErrInval, "route/link\x00": libnl.ErrInval, "route/nosuch": libnl.ErrNoCache,
	} {
		c, err := libnl.NewCache(name)
		if c != nil {
			t.Errorf("%q: a cache", name)
		}
		isErr(t, name, err, want)
	}
	links := newCache(t, "route/link")
	if _, ok := libnl.CacheAs[*libnl.Route](links); ok {
		t.Error("links are routes")
	}
	if _, ok := libnl.CacheAs[*libnl.Object](links); !ok {
		t.Error("links are no objects")
	}
	links.Close()
	if _, ok := libnl.CacheAs[*libnl.Link](links); ok {
		t.Error("a closed cache is of a kind")
	}
}

// fillNS gives the namespace something of each type.
func fillNS(t testing.TB) {
	t.Helper()
	// no addresses that the kernel makes when it feels like it
	nltest.Sysctl(t, "ipv6/conf/default/addr_gen_mode", "1")
	nltest.Run(t, "sh", "-ec", `
ip link add v0 type veth peer name v1
ip link add br0 type bridge forward_delay 0
ip link set v1 master br0
ip link set v0 up; ip link set v1 up; ip link set br0 up
ip addr add 192.0.2.1/24 dev v0; ip addr add 2001:db8::1/64 dev v0 nodad
ip route add 198.51.100.0/24 via 192.0.2.9 metric 7
ip neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev v0
ip rule add fwmark 7 table 77
ip nexthop add id 9 via 192.0.2.9 dev v0
bridge mdb add dev br0 port v1 grp 239.1.1.1 permanent
`)
	eventually(func() bool { return strings.Contains(string(nltest.Run(t, "ip", "link", "show", "br0")), "state UP") })
}

// The text of caches is that of plain libnl.
func TestCacheDumpIsC(t *testing.T) {
	s := netNS(t)
	fillNS(t)
	sk := oracle.Ptr(oracle.Call("nl_socket_alloc"))
	defer sk.Call("nl_socket_free")
	if rc := sk.Call("nl_connect", int(libnl.ProtoRoute)); int32(rc) != 0 {
		t.Fatal(rc)
	}
	for typ := range objectTypes() {
		if !strings.HasPrefix(typ, "route/") || strings.HasSuffix(typ, "mdb") { // whose timers tick, and which prints other memory
			continue
		}
		if typ == "route/neigh" { // the kernel makes some of its own between the two
			continue
		}
		if typ == "route/neightbl" && u32(1)[0] == 0 { // plain libnl reads times wrongly in big endian
			continue
		}
		c := newCache(t, typ)
		if err := c.Refill(t.Context(), s); errors.Is(err, libnl.ErrOpNotSupp) {
			continue
		} else if err != nil {
			t.Fatal(typ, err)
		}
		theirs := filledC(t, sk, typ)
		if c.Len() == 0 {
			t.Errorf("%s: empty", typ)
		}
		equal(t, typ+": length", c.Len(), int(int32(theirs.Call("nl_cache_nitems"))))
		// details of links with a veth abort in plain libnl before 3.11
		for _, d := range dumpTypes[:1] {
			var b bytes.Buffer
			check(t, c.Dump(&b, d))
			equal(t, typ, b.String(), oracle.CacheText(theirs, int(d)))
		}
		first, ok := c.First()
		if !ok {
			t.Fatal(typ, "no first")
		}
		defer first.Close()
		var all, some bytes.Buffer
		check(t, c.Dump(&all, libnl.DumpDetails))
		check(t, c.DumpMatching(&some, libnl.DumpDetails, first))
		if some.Len() == 0 || all.Len() < some.Len() {
			t.Errorf("%s: %d bytes of %d", typ, some.Len(), all.Len())
		}
		if n := c.Count(first); n < 1 || n > c.Len() {
			t.Errorf("%s: %d match the first", typ, n)
		}
	}
}

func filledC(t testing.TB, sk oracle.Ptr, typ string) oracle.Ptr {
	t.Helper()
	out := make([]byte, 8)
	if rc := int32(oracle.Call("nl_cache_alloc_name", typ, out)); rc != 0 {
		t.Fatal(typ, rc)
	}
	p := oracle.PtrIn(out)
	t.Cleanup(func() { p.Call("nl_cache_put") })
	if rc := int32(oracle.Call("nl_cache_refill", sk, p)); rc < 0 {
		t.Fatal(typ, rc)
	}
	return p
}

func TestCacheLoops(t *testing.T) {
	c := linkCache(t, 100)
	collect := func(seq func(func(*libnl.Link) bool), body func(l *libnl.Link) bool) string {
		var seen []string
		for l := range seq {
			seen = append(seen, l.Name())
			if !body(l) {
				break
			}
		}
		return strings.Join(seen, " ")
	}
	all := linkNames(c)
	equal(t, "first", strings.HasPrefix(all, "l1 l2 l3 "), true)

	equal(t, "removal of the current one", collect(c.All(), func(l *libnl.Link) bool {
		equal(t, "removed", c.Remove(l), true)
		equal(t, "removed twice", c.Remove(l), false)
		_ = l.Name() // still there for the step
		return true
	}), all)
	equal(t, "length", c.Len(), 0)

	c = linkCache(t, 10)
	equal(t, "removal of others", collect(c.All(), func(l *libnl.Link) bool {
		if n, ok := c.Next(l); ok {
			c.Remove(n)
			n.Close()
		}
		return true
	}), "l1 l3 l5 l7 l9")
	equal(t, "clear in the body", collect(c.All(), func(*libnl.Link) bool { c.Clear(); return true }), "l1")

	c = linkCache(t, 3)
	n := 3
	equal(t, "adding in the body", collect(c.All(), func(*libnl.Link) bool {
		n++
		l := linkOf(t, n)
		defer l.Close()
		check(t, c.Add(l))
		return true
	}), "l1 l2 l3")
	equal(t, "all", linkNames(c), "l1 l2 l3 l4 l5 l6")
	equal(t, "break", collect(c.All(), func(l *libnl.Link) bool { return l.Index() < 2 }), "l1 l2")
	equal(t, "nested", collect(c.All(), func(*libnl.Link) bool { return linkNames(c) != "" }), "l1 l2 l3 l4 l5 l6")
	equal(t, "panic", panics(func() {
		for range c.All() {
			panic("body")
		}
	}), any("body"))

	l, ok := c.First()
	equal(t, "first", ok, true)
	equal(t, "references after the loops", l.RefCount(), refsInCache+1)
	l.Close()

	var kept *libnl.Link
	for l := range c.All() {
		kept = l
	}
	isErr(t, "kept", kept.SetName("x"), libnl.ErrClosed)
	noErr(t, kept.Close())
	equal(t, "close in the body", collect(c.All(), func(l *libnl.Link) bool { c.Close(); return true }), "l1")

	filter := linkOf(t, 5)
	defer filter.Close()
	c = linkCache(t, 8)
	equal(t, "matching", collect(c.Matching(filter), func(l *libnl.Link) bool { c.Remove(l); return true }), "l5")
	equal(t, "matching", collect(c.Matching(filter), func(l *libnl.Link) bool { return true }), "")
}

// refsInCache is how many references a cache holds to an object in its hash table.
const refsInCache = 2

func TestCacheSearch(t *testing.T) {
	c := linkCache(t, 10)
	l := linkOf(t, 7)
	defer l.Close()
	got, ok := c.Search(l)
	if !ok || got.Name() != "l7" {
		t.Fatal("not found")
	}
	equal(t, "holds the other", c.Holds(l), false)
	equal(t, "holds it", c.Holds(got), true)
	equal(t, "removes an identical one", c.Remove(l), false)
	prev, ok := c.Prev(got)
	equal(t, "prev", ok && prev.Name() == "l6", true)
	next, ok := c.Next(got)
	equal(t, "next", ok && next.Name() == "l8", true)
	last, ok := c.Last()
	equal(t, "last", ok && last.Name() == "l10", true)
	for what, f := range map[string]func() (*libnl.Link, bool){
		"next of the last":          func() (*libnl.Link, bool) { return c.Next(last) },
		"next of one not in it":     func() (*libnl.Link, bool) { return c.Next(l) },
		"previous of one not in it": func() (*libnl.Link, bool) { return c.Prev(l) },
	} {
		if o, ok := f(); ok || o != nil {
			t.Errorf("%s: %v", what, o)
		}
	}
	noErr(t, l.SetIndex(77))
	if _, ok := c.Search(l); ok {
		t.Error("found what is not there")
	}
	byName, err := libnl.NewLink()
	made(t, byName, err)
	noErr(t, byName.SetName("l3"))
	found, ok := c.Find(byName)
	equal(t, "found by name", ok && found.Index() == 3, true)
	equal(t, "count", c.Count(byName), 1)
	equal(t, "references", found.RefCount(), refsInCache+1)
	all := c.Collect()
	equal(t, "collected", len(all), 10)
	equal(t, "references", found.RefCount(), refsInCache+2)
	for _, l := range all {
		noErr(t, l.Close())
	}
	for _, l := range []*libnl.Link{got, prev, next, last, found} {
		equal(t, "references", l.RefCount(), refsInCache+1)
		noErr(t, l.Close())
	}
}

func TestCacheAddMove(t *testing.T) {
	a, b := linkCache(t, 3), linkCache(t, 1)
	l, _ := a.Last()
	defer l.Close()
	check(t, b.Add(l)) // a copy
	equal(t, "a", linkNames(a), "l1 l2 l3")
	equal(t, "b", linkNames(b), "l1 l3")
	equal(t, "b has it itself", b.Holds(l), false)
	isErr(t, "move over another", b.Move(l), libnl.ErrExist)
	equal(t, "a has it still", a.Holds(l), true)
	isErr(t, "add again", a.Add(l), libnl.ErrExist)
	second, _ := a.Prev(l)
	defer second.Close()
	check(t, b.Move(second))
	check(t, b.Move(second))
	equal(t, "a", linkNames(a), "l1 l3")
	equal(t, "b", linkNames(b), "l1 l3 l2")
	equal(t, "references", second.RefCount(), refsInCache+1)
	free := linkOf(t, 9)
	defer free.Close()
	check(t, b.Move(free))
	equal(t, "b", linkNames(b), "l1 l3 l2 l9")

	// other types
	objs, other := newCache(t, "route/addr"), newObject(t, "route/route")
	isErr(t, "other type", objs.Add(other), libnl.ErrObjMismatch)
	isErr(t, "other type", objs.Move(other), libnl.ErrObjMismatch)
	isErr(t, "other type", objs.Include(other, nil), libnl.ErrObjMismatch)
	if _, ok := objs.Search(other); ok {
		t.Error("found")
	}
	if _, ok := objs.Find(other); ok {
		t.Error("found")
	}
	equal(t, "count", objs.Count(other), 0)
	equal(t, "removed", objs.Remove(other), false)
	_, err := objs.Subset(other)
	isErr(t, "other type", err, libnl.ErrObjMismatch)
	isErr(t, "other type", objs.DumpMatching(io.Discard, libnl.DumpLine, other), libnl.ErrObjMismatch)
	for range objs.Matching(other) {
		t.Error("matches")
	}
	// a cache without a hash table takes one twice
	addr := newObject(t, "route/addr")
	check(t, objs.Add(addr))
	check(t, objs.Add(addr))
	equal(t, "length", objs.Len(), 2)

	isErr(t, "dump type", objs.Dump(io.Discard, 9), libnl.ErrRange)
	isErr(t, "writer", objs.Dump(nil, libnl.DumpLine), libnl.ErrInval)
}

func TestCacheCopies(t *testing.T) {
	c := linkCache(t, 10)
	n, err := c.Clone()
	check(t, err)
	defer n.Close()
	equal(t, "clone", linkNames(n), linkNames(c))
	l, _ := c.First()
	defer l.Close()
	equal(t, "the clone has copies", n.Holds(l), false)
	sub, err := c.Subset(l)
	check(t, err)
	defer sub.Close()
	equal(t, "subset", linkNames(sub), "l1")
	c.MarkAll()
	marked := 0
	for l := range c.All() {
		if l.Marked() {
			marked++
		}
	}
	equal(t, "marked", marked, 10)
	for l := range n.All() {
		if l.Marked() {
			t.Error("the clone is marked")
		}
	}
}

// Up to 3.11 a cache has 1,024 chains; they are searched when an object is added, but not when all go.
func TestCacheLarge(t *testing.T) {
	const n = 10_000
	c := linkCache(t, n)
	equal(t, "length", c.Len(), n)
	for i := 1; i <= n; i += 997 {
		l := linkOf(t, i)
		got, ok := c.Search(l)
		if !ok || got.Name() != l.Name() {
			t.Errorf("%d: not found", i)
		}
		got.Close()
		l.Close()
	}
	seen := 0
	allocs := testing.AllocsPerRun(1, func() {
		for range c.All() {
			seen++
		}
	})
	if allocs > n/32 && !nltest.ASan {
		t.Errorf("%v allocations in a loop over %d", allocs, n)
	}
	for l := range c.All() {
		if l.Index()%2 == 0 {
			c.Remove(l)
		}
	}
	equal(t, "length", c.Len(), n/2)
	l := linkOf(t, n)
	defer l.Close()
	if _, ok := c.Search(l); ok {
		t.Error("found what was removed")
	}
	c.Clear()
	equal(t, "length", c.Len(), 0)
}

func TestCacheClosed(t *testing.T) {
	s := netNS(t)
	l := linkOf(t, 1)
	defer l.Close()
	closed := linkCache(t, 1)
	noErr(t, closed.Close())
	noErr(t, closed.Close())
	for what, c := range map[string]*libnl.Cache[*libnl.Link]{"nil": nil, "zero": {}, "closed": closed} {
		noErr(t, c.Close())
		_, clone := c.Clone()
		_, subset := c.Subset(l)
		for name, err := range map[string]error{
			"Add": c.Add(l), "Move": c.Move(l), "Include": c.Include(l, nil), "Clone": clone, "Subset": subset,
			"Refill": c.Refill(t.Context(), s), "Resync": c.Resync(t.Context(), s, nil), "Pickup": c.Pickup(s, false),
			"Dump": c.Dump(io.Discard, libnl.DumpLine), "DumpMatching": c.DumpMatching(io.Discard, libnl.DumpLine, l),
			"ParseAndAdd": c.ParseAndAdd(cacheLinkMsg(t, 1)), "ManageCache": libnl.ManageCache(manager(t, nil), c, nil),
		} {
			isErr(t, what+" "+name, err, libnl.ErrClosed)
		}
		for name, call := range map[string]func(){
			"Len": func() { c.Len() }, "Count": func() { c.Count(l) }, "All": func() {
				for range c.All() {
				}
			}, "Search": func() { c.Search(l) }, "Find": func() { c.Find(l) }, "First": func() { c.First() }, "Last": func() { c.Last() },
			"Next": func() { c.Next(l) }, "Prev": func() { c.Prev(l) }, "Holds": func() { c.Holds(l) }, "Remove": func() { c.Remove(l) },
			"Clear": func() { c.Clear() }, "MarkAll": func() { c.MarkAll() }, "Collect": func() { c.Collect() }, "Provide": func() { c.Provide() },
			"Unprovide": func() { c.Unprovide() }, "SetArg1": func() { c.SetArg1(1) }, "SetArg2": func() { c.SetArg2(1) },
			"SetFlags": func() { c.SetFlags(1) }, "TypeName": func() { c.TypeName() },
		} {
			equal(t, what+" "+name, panics(call), any("libnl: use of a closed Cache"))
		}
	}
	// closed objects
	c := linkCache(t, 1)
	gone := linkOf(t, 2)
	gone.Close()
	for what, o := range map[string]*libnl.Link{"nil": nil, "closed": gone} {
		_, subset := c.Subset(o)
		for name, err := range map[string]error{
			"Add": c.Add(o), "Move": c.Move(o), "Include": c.Include(o, nil), "Subset": subset,
			"DumpMatching": c.DumpMatching(io.Discard, libnl.DumpLine, o),
		} {
			isErr(t, what+" "+name, err, libnl.ErrClosed)
		}
		for name, call := range map[string]func(){
			"Count": func() { c.Count(o) }, "Search": func() { c.Search(o) }, "Find": func() { c.Find(o) }, "Next": func() { c.Next(o) },
			"Holds": func() { c.Holds(o) }, "Remove": func() { c.Remove(o) },
		} {
			equal(t, what+" "+name, panics(call), any("libnl: use of a closed Object"))
		}
	}
	equal(t, "the cache is free", c.Len(), 1)
}

// Two goroutines in one cache are found, most of the time.
func TestCacheConcurrent(t *testing.T) {
	c := linkCache(t, 300)
	found := make(chan any, 2)
	for range 2 {
		go func() {
			found <- panics(func() {
				for range 500 {
					n, _ := c.Clone()
					n.Close()
				}
			})
		}()
	}
	first := <-found
	if second := <-found; first == nil {
		first = second
	}
	if first != nil {
		equal(t, "panic", first, any("libnl: concurrent use of a Cache"))
	} else {
		t.Log("they never met")
	}
}

func TestCacheProvide(t *testing.T) {
	const typ = "route/link"
	if _, ok := libnl.RequireCache(typ); ok {
		t.Fatal("one is provided")
	}
	a, b := linkCache(t, 1), linkCache(t, 2)
	a.Provide()
	a.Provide()
	got, ok := libnl.RequireCache(typ)
	if !ok || got.Len() != 1 {
		t.Fatal("not what was provided")
	}
	b.Provide()
	noErr(t, a.Close())
	equal(t, "still there", got.Len(), 1)
	noErr(t, got.Close())
	got, ok = libnl.RequireCache(typ)
	if !ok || got.Len() != 2 {
		t.Fatal("not what was provided")
	}
	noErr(t, got.Close())
	a = linkCache(t, 1)
	a.Unprovide() // is not
	got, ok = libnl.RequireCache(typ)
	if !ok || got.Len() != 2 {
		t.Fatal("not what was provided")
	}
	noErr(t, got.Close())
	noErr(t, b.Close()) // and with it the end
	if _, ok := libnl.RequireCache(typ); ok {
		t.Error("a closed one is provided")
	}
	a.Provide()
	a.Unprovide()
	if _, ok := libnl.RequireCache(typ); ok {
		t.Error("one is provided")
	}
	for _, name := range []string{"", "route/nosuch", "route/link\x00"} {
		if _, ok := libnl.RequireCache(name); ok {
			t.Errorf("%q is provided", name)
		}
	}
}

// With links provided, dumps name interfaces.
func TestCacheProvidedNames(t *testing.T) {
	s := netNS(t)
	links, addrs := newCache(t, "route/link"), newCache(t, "route/addr")
	check(t, links.Refill(t.Context(), s))
	check(t, addrs.Refill(t.Context(), s))
	text := func() string {
		var b bytes.Buffer
		check(t, addrs.Dump(&b, libnl.DumpLine))
		return b.String()
	}
	equal(t, "number", strings.Contains(text(), "dev 1 "), true)
	links.Provide()
	equal(t, "name", strings.Contains(text(), "dev lo "), true)
	check(t, links.Refill(t.Context(), s)) // all at once
	equal(t, "name", strings.Contains(text(), "dev lo "), true)
	links.Unprovide()
	equal(t, "number", strings.Contains(text(), "dev 1 "), true)
}

// cacheLinkMsg is a notification of a link that never was.
func cacheLinkMsg(t testing.TB, index int) *libnl.Msg {
	t.Helper()
	m, err := libnl.NewMsgSimple(libnl.RTMNewLink, 0)
	check(t, err)
	m.SetProto(libnl.ProtoRoute)
	p := m.Reserve(unix.SizeofIfInfomsg, 4)
	p[4] = byte(index)
	m.PutString(unix.IFLA_IFNAME, fmt.Sprint("l", index))
	return m
}

func init() {
	guards = append(guards, func(t *testing.T) map[string]error {
		panicked := func(do func()) error {
			if v := panics(do); v != nil {
				return fmt.Errorf("panic: %v", v)
			}
			return nil
		}
		c, l := linkCache(t, 1), linkOf(t, 1)
		noErr(t, c.Close())
		noErr(t, l.Close())
		live := linkCache(t, 1)
		_, subset := live.Subset(nil)
		_, clone := libnl.Clone(l)
		return map[string]error{
			"nl_cache_nitems_filter": panicked(func() { c.Count(l) }),
			"nl_cache_subset":        subset,
			"nl_cache_find":          panicked(func() { c.Find(l) }),
			"nl_cache_dump_filter":   live.DumpMatching(io.Discard, 17, l),
			"nl_cache_foreach_filter": panicked(func() {
				for range c.Matching(l) {
				}
			}),
			"nl_cache_mngt_provide":   panicked(c.Provide),
			"nl_cache_mngt_unprovide": panicked(c.Unprovide),
			"nl_object_clone":         clone,
			"nl_object_get_type":      panicked(func() { l.TypeName() }),
		}
	})
}
