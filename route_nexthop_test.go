//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
	"github.com/golibnl/libnl/internal/oracle"
	"golang.org/x/sys/unix"
)

// newNexthop returns a nexthop object, and skips the test if libnl has none.
func newNexthop(t testing.TB) *libnl.Nexthop {
	t.Helper()
	n, err := libnl.NewNexthop()
	if !oracle.Has("rtnl_nh_alloc") {
		isErr(t, "NewNexthop", err, libnl.ErrOpNotSupp)
		t.Skip("libnl has no nexthop objects")
	}
	return made(t, n, err)
}

// makesNexthops skips the test if libnl cannot make nexthop objects.
func makesNexthops(t testing.TB) {
	t.Helper()
	n := newNexthop(t)
	if !oracle.Has("rtnl_nh_add") {
		isErr(t, "SetID", n.SetID(1), libnl.ErrOpNotSupp)
		isErr(t, "SetOIF", n.SetOIF(1), libnl.ErrOpNotSupp)
		isErr(t, "SetFamily", n.SetFamily(2), libnl.ErrOpNotSupp)
		isErr(t, "SetGroup", n.SetGroup(libnl.NexthopGroupEntry{ID: 1}), libnl.ErrOpNotSupp)
		isErr(t, "SetEncap", n.SetEncap(nil), libnl.ErrOpNotSupp)
		isErr(t, "UnsetGateway", n.UnsetGateway(), libnl.ErrOpNotSupp)
		_, err := n.BuildAdd(0)
		isErr(t, "BuildAdd", err, libnl.ErrOpNotSupp)
		t.Skip("libnl cannot make nexthop objects")
	}
}

func TestNexthopUnset(t *testing.T) {
	n := newNexthop(t)
	equal(t, "id", n.ID(), 0)
	equal(t, "family", n.Family(), 0)
	equal(t, "oif", n.OIF(), 0)
	equal(t, "gateway", n.Gateway(), libnl.Addr{})
	equal(t, "fdb", n.FDB(), false)
	equal(t, "blackhole", n.Blackhole(), false)
	equal(t, "group", len(n.Group()), 0)
	_, ok := n.GroupType()
	equal(t, "group type", ok, false)
	_, ok = n.Buckets()
	equal(t, "buckets", ok, false)
	_, ok = n.IdleTimer()
	equal(t, "idle timer", ok, false)
	_, ok = n.UnbalancedTimer()
	equal(t, "unbalanced timer", ok, false)
	_, ok = n.Encap()
	equal(t, "encapsulation", ok, false)
	equal(t, "attributes", len(n.AttrList()), 0)
	_, err := n.BuildDelete()
	isErr(t, "no id", err, libnl.ErrMissingAttr)
	noErr(t, n.SetGateway(ip("10.0.0.1")))
	noErr(t, n.SetGateway(ip("10.0.0.2")))
	equal(t, "gateway", n.Gateway(), ip("10.0.0.2"))
	equal(t, "attributes", fmt.Sprint(n.AttrList()), "[gateway]")
}

func TestNexthopAttributes(t *testing.T) {
	makesNexthops(t)
	n := newNexthop(t)
	noErr(t, n.SetID(1<<32-7)) // -NLE_INVAL as an int
	equal(t, "id", n.ID(), 1<<32-7)
	noErr(t, n.SetFamily(libnl.FamilyIPv6))
	equal(t, "family", n.Family(), libnl.FamilyIPv6)
	noErr(t, n.SetOIF(3))
	equal(t, "oif", n.OIF(), 3)
	noErr(t, n.SetGateway(ip("2001:db8::1")))
	noErr(t, n.SetFDB(true))
	equal(t, "fdb", n.FDB(), true)
	isErr(t, "SetOIF(-1)", n.SetOIF(-1), libnl.ErrRange)
	isErr(t, "SetFamily(256)", n.SetFamily(256), libnl.ErrAFNoSupport)
	isErr(t, "SetBuckets", n.SetBuckets(8), libnl.ErrInval)
	isErr(t, "SetIdleTimer", n.SetIdleTimer(time.Second), libnl.ErrInval)
	equal(t, "attributes", fmt.Sprint(n.AttrList()), "[id oif gateway fdb]")
	m, err := n.BuildAdd(libnl.FlagReplace)
	noErr(t, err)
	want := slices.Concat([]byte{unix.AF_INET6, 0, 0, 0, 0, 0, 0, 0}, oracle.Attr(unix.NHA_ID, u32(1<<32-7)),
		oracle.Attr(unix.NHA_OIF, u32(3)), oracle.Attr(unix.NHA_GATEWAY, ip("2001:db8::1").Bytes()), oracle.Attr(11, nil))
	if b := oracle.Message(unix.RTM_NEWNEXTHOP, 0x500, 0, want); !slices.Equal(m.Bytes(), b) {
		t.Errorf("request %x, want %x", m.Bytes(), b)
	}
	c, err := libnl.Clone(n)
	made(t, c, err)
	equal(t, "difference of the clone", n.Diff(c), 0)
	equal(t, "the clone's gateway", c.Gateway(), n.Gateway())
	equal(t, "the original's gateway", n.Gateway(), ip("2001:db8::1"))

	noErr(t, n.UnsetGateway())
	noErr(t, n.SetFDB(false))
	noErr(t, n.SetOIF(0))
	noErr(t, n.SetID(0))
	equal(t, "attributes", len(n.AttrList()), 0)

	g := newNexthop(t)
	entries := []libnl.NexthopGroupEntry{{ID: 1, Weight: 2}, {ID: 1 << 31, Weight: 255}}
	noErr(t, g.SetGroup(entries...))
	equal(t, "group", fmt.Sprint(g.Group()), "[1 2147483648]")
	noErr(t, g.SetGroupType(libnl.NexthopGroupResilient))
	noErr(t, g.SetBuckets(1<<16-1))
	noErr(t, g.SetIdleTimer(1500*time.Millisecond))
	noErr(t, g.SetUnbalancedTimer(0))
	isErr(t, "a fraction", g.SetIdleTimer(time.Millisecond), libnl.ErrRange)
	isErr(t, "too long", g.SetIdleTimer(1<<62), libnl.ErrRange)
	isErr(t, "too many", g.SetGroup(make([]libnl.NexthopGroupEntry, 8192)...), libnl.ErrRange)
	kind, ok := g.GroupType()
	equal(t, "group type", kind, libnl.NexthopGroupResilient)
	equal(t, "group type", ok, true)
	buckets, _ := g.Buckets()
	equal(t, "buckets", buckets, 1<<16-1)
	d, _ := g.IdleTimer()
	equal(t, "idle timer", d, 1500*time.Millisecond)
	d, ok = g.UnbalancedTimer()
	equal(t, "unbalanced timer", d, 0)
	equal(t, "unbalanced timer", ok, true)
	m, err = g.BuildAdd(0)
	noErr(t, err)
	a, ok := m.FindAttr(8, unix.NHA_GROUP)
	equal(t, "group in the request", ok, true)
	equal(t, "group in the request", fmt.Sprint(a.Bytes()), fmt.Sprint(slices.Concat(u32(1), []byte{2, 0, 0, 0}, u32(1<<31), []byte{255, 0, 0, 0})))
	c, err = libnl.Clone(g)
	made(t, c, err)
	equal(t, "difference of the clone", g.Diff(c), 0)
	noErr(t, g.SetGroup())
	equal(t, "no group", len(g.Group()), 0)

	bothWays(t, []libnl.NexthopGroupType{0, 1, 2, 65535}, libnl.ParseNexthopGroupType)
	_, err = libnl.ParseNexthopGroupType("x")
	isErr(t, "no type", err, libnl.ErrObjNotFound)
}

func TestNexthopEncap(t *testing.T) {
	makesNexthops(t)
	for name, c := range encapCases(t) {
		n := newNexthop(t)
		noErr(t, n.SetEncap(c.e))
		copied, err := libnl.Clone(n)
		made(t, copied, err)
		noErr(t, n.SetEncap(c.e)) // shares addresses with the copy
		for _, n := range []*libnl.Nexthop{n, copied} {
			if got, ok := n.Encap(); !ok || !reflect.DeepEqual(got, c.e) {
				t.Errorf("%s: %+v, want %+v", name, got, c.e)
			}
		}
		m, err := n.BuildAdd(0)
		noErr(t, err)
		o, err := m.Object()
		if err == nil {
			t.Cleanup(func() { o.Close() })
			back, ok := libnl.As[*libnl.Nexthop](o)
			equal(t, name+": kind", ok, true)
			if got, _ := back.Encap(); !reflect.DeepEqual(got, c.e) {
				t.Errorf("%s: parsed as %+v, want %+v", name, got, c.e)
			}
		}
		noErr(t, n.SetEncap(nil))
		_, ok := n.Encap()
		equal(t, name+": unset", ok, false)
	}
	isErr(t, "wrong", newNexthop(t).SetEncap(libnl.EncapIP{Dst: ip("::1")}), libnl.ErrAFMismatch)
}

func TestNexthopClosed(t *testing.T) {
	for _, n := range []*libnl.Nexthop{nil, {}} {
		for what, err := range map[string]error{
			"SetID": n.SetID(1), "SetFamily": n.SetFamily(2), "SetOIF": n.SetOIF(1), "SetGateway": n.SetGateway(ip("10.0.0.1")),
			"UnsetGateway": n.UnsetGateway(), "SetFDB": n.SetFDB(true), "SetGroup": n.SetGroup(), "SetGroupType": n.SetGroupType(1),
			"SetBuckets": n.SetBuckets(1), "SetIdleTimer": n.SetIdleTimer(0), "SetUnbalancedTimer": n.SetUnbalancedTimer(0),
			"SetEncap": n.SetEncap(nil), "Add": n.Add(t.Context(), nil, 0), "Delete": n.Delete(t.Context(), nil),
		} {
			isErr(t, what, err, libnl.ErrClosed)
		}
		panicsIn(t, "ID", func() { n.ID() })
		panicsIn(t, "Encap", func() { n.Encap() })
	}
}

// hasNexthops skips the test if the kernel has no nexthop objects.
func hasNexthops(t testing.TB) {
	t.Helper()
	_ = nltest.Run(t, "ip", "nexthop", "add", "id", "999", "blackhole")
	_ = nltest.Run(t, "ip", "nexthop", "del", "id", "999")
}

func TestNexthopsOfIP(t *testing.T) {
	s, v0, v1 := routeNS(t)
	hasNexthops(t)
	for _, cmd := range []string{
		"add id 1 via 192.0.2.2 dev v0", "add id 2 via 198.51.100.2 dev v1", "add id 3 blackhole", "add id 4 via 2001:db8::2 dev v0",
		"add id 5 group 1/2,5", "add id 6 group 1/2 type resilient buckets 32 idle_timer 60 unbalanced_timer 300", "add id 7 via 192.0.2.9 fdb",
		"add id 4294967289 dev v1",
	} {
		nltest.Run(t, "ip", append([]string{"nexthop"}, strings.Fields(cmd)...)...)
	}
	if !oracle.Has("rtnl_nh_alloc") {
		for _, err := range s.Nexthops(t.Context(), nil) {
			isErr(t, "Nexthops", err, libnl.ErrOpNotSupp)
		}
		_, err := libnl.NewNexthopCache(t.Context(), s, 0)
		isErr(t, "NewNexthopCache", err, libnl.ErrOpNotSupp)
		t.Skip("libnl has no nexthop objects")
	}
	ids := func(f *libnl.NexthopFilter) (ids []uint32) {
		for n, err := range s.Nexthops(t.Context(), f) {
			noErr(t, err)
			ids = append(ids, n.ID())
		}
		return ids
	}
	equal(t, "all", fmt.Sprint(ids(nil)), "[1 2 3 4 5 6 7 4294967289]")
	equal(t, "by interface", fmt.Sprint(ids(&libnl.NexthopFilter{OIF: v1})), "[2 4294967289]")
	equal(t, "groups", fmt.Sprint(ids(&libnl.NexthopFilter{Groups: true})), "[5 6]")
	equal(t, "fdb", fmt.Sprint(ids(&libnl.NexthopFilter{FDB: true})), "[7]")
	all := map[uint32]*libnl.Nexthop{}
	for n, err := range s.Nexthops(t.Context(), nil) {
		noErr(t, err)
		c, err := libnl.Clone(n)
		all[n.ID()] = made(t, c, err)
		equal(t, "difference of the clone", n.Diff(c), 0)
	}
	cache, err := libnl.NewNexthopCache(t.Context(), s, 0)
	noErr(t, err)
	defer cache.Close()
	equal(t, "cached", cache.Len(), len(all))
	found, ok := libnl.NexthopByID(cache, 1<<32-7)
	equal(t, "in the cache", ok, true)
	equal(t, "from the cache", found.OIF(), v1)
	noErr(t, found.Close())
	_, ok = libnl.NexthopByID(cache, 77)
	equal(t, "not in the cache", ok, false)
	equal(t, "gateway", all[1].Gateway(), ip("192.0.2.2"))
	equal(t, "oif", all[1].OIF(), v0)
	equal(t, "blackhole", all[3].Blackhole(), true)
	equal(t, "blackhole", all[1].Blackhole(), false)
	equal(t, "gateway", all[4].Gateway(), ip("2001:db8::2"))
	equal(t, "group", fmt.Sprint(all[5].Group()), "[1 2]")
	equal(t, "fdb", all[7].FDB(), true)
	if !oracle.Has("rtnl_nh_get_family") {
		return
	}
	equal(t, "family", all[4].Family(), libnl.FamilyIPv6)
	kind, _ := all[6].GroupType()
	equal(t, "group type", kind, libnl.NexthopGroupResilient)
	buckets, _ := all[6].Buckets()
	equal(t, "buckets", buckets, 32)
	d, _ := all[6].IdleTimer()
	equal(t, "idle timer", d, time.Minute)
	d, _ = all[6].UnbalancedTimer()
	equal(t, "unbalanced timer", d, 5*time.Minute)
}

func TestNexthopAdd(t *testing.T) {
	makesNexthops(t)
	s, v0, v1 := routeNS(t)
	hasNexthops(t)
	add := func(id uint32, set func(n *libnl.Nexthop)) *libnl.Nexthop {
		t.Helper()
		n := newNexthop(t)
		noErr(t, n.SetID(id))
		set(n)
		noErr(t, n.Add(t.Context(), s, libnl.FlagExcl))
		return n
	}
	add(1, func(n *libnl.Nexthop) {
		noErr(t, n.SetFamily(libnl.FamilyIPv4))
		noErr(t, n.SetGateway(ip("192.0.2.2")))
		noErr(t, n.SetOIF(v0))
	})
	add(2, func(n *libnl.Nexthop) {
		noErr(t, n.SetFamily(libnl.FamilyIPv4))
		noErr(t, n.SetGateway(ip("198.51.100.2")))
		noErr(t, n.SetOIF(v1))
	})
	g := add(3, func(n *libnl.Nexthop) {
		noErr(t, n.SetGroup(libnl.NexthopGroupEntry{ID: 1}, libnl.NexthopGroupEntry{ID: 2, Weight: 4}))
		noErr(t, n.SetGroupType(libnl.NexthopGroupResilient))
		noErr(t, n.SetBuckets(16))
		noErr(t, n.SetIdleTimer(30*time.Second))
	})
	add(4, func(n *libnl.Nexthop) {
		noErr(t, n.SetFamily(libnl.FamilyIPv4))
		noErr(t, n.SetGateway(ip("192.0.2.9")))
		noErr(t, n.SetFDB(true))
	})
	out := string(nltest.Run(t, "ip", "-d", "nexthop"))
	for _, want := range []string{
		"id 1 via 192.0.2.2 dev v0", "id 2 via 198.51.100.2 dev v1", "id 3 group 1/2,5 type resilient buckets 16 idle_timer 30", " fdb",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in %s", want, out)
		}
	}
	isErr(t, "again", g.Add(t.Context(), s, libnl.FlagExcl), fs.ErrExist)

	// a route that leads there
	r := newRoute(t)
	noErr(t, r.SetDst(prefix("203.0.113.0/24")))
	noErr(t, r.SetNHID(3))
	noErr(t, r.Add(t.Context(), s, libnl.FlagExcl))
	back := routeTo(t, s, nil, "203.0.113.0/24")
	equal(t, "nhid", back.NHID(), 3)
	equal(t, "next hops", back.NumNexthops(), 2)
	noErr(t, back.Delete(t.Context(), s, 0))

	noErr(t, g.Delete(t.Context(), s))
	isErr(t, "deleting again", g.Delete(t.Context(), s), fs.ErrNotExist)
}
