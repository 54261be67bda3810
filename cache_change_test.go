//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/oracle"
	"golang.org/x/sys/unix"
)

// What package unix does not have.
const (
	mdbaMDB, mdbaMDBEntry, mdbaMDBEntryInfo = 1, 1, 1

	netconfIfindex, netconfForwarding, netconfRPFilter, netconfProxyNeigh, netconfInput = 1, 2, 3, 5, 7
)

// parsedObject makes an object of a message that could be the kernel's.
func parsedObject(t testing.TB, typ uint16, payload []byte) *libnl.Object {
	t.Helper()
	m, err := libnl.MsgFromBytes(oracle.Message(typ, 0, 0, payload))
	check(t, err)
	m.SetProto(libnl.ProtoRoute)
	o, err := m.Object()
	if errors.Is(err, libnl.ErrInval) {
		t.Skip("not checked yet before it is parsed: ", err)
	}
	return made(t, o, err)
}

// included includes an object and returns what was told.
func included(t testing.TB, c *libnl.Cache[*libnl.Object], o *libnl.Object) string {
	t.Helper()
	var told []string
	check(t, c.Include(o, func(ch libnl.Change[*libnl.Object]) {
		if ch.New != nil && !c.Holds(ch.New) || ch.Old != nil && c.Holds(ch.Old) {
			t.Errorf("%v: the wrong one is in the cache", ch.Action)
		}
		told = append(told, strings.TrimSpace(ch.Action.String()+" "+strings.Join(ch.Names(), ",")))
	}))
	return strings.Join(told, "; ")
}

func linkPart(index uint32, attrs ...[]byte) []byte {
	return cat(append([][]byte{{0, 0, 1, 0}, u32(index), {0, 0, 0, 0}, {0, 0, 0, 0}}, attrs...)...)
}

func TestCacheInclude(t *testing.T) {
	c := newCache(t, "route/link")
	name := oracle.Attr(unix.IFLA_IFNAME, []byte("l1\x00"))
	mtu := func(n uint32) []byte { return oracle.Attr(unix.IFLA_MTU, u32(1280+n)) }
	first := parsedObject(t, unix.RTM_NEWLINK, linkPart(1, name, mtu(0)))
	equal(t, "new", included(t, c, first), "new")
	equal(t, "itself", included(t, c, first), "")
	equal(t, "the same again", included(t, c, parsedObject(t, unix.RTM_NEWLINK, linkPart(1, name, mtu(0)))), "")
	equal(t, "replaced", c.Holds(first), false)
	second := parsedObject(t, unix.RTM_NEWLINK, linkPart(1, name, mtu(1)))
	equal(t, "changed", included(t, c, second), "change mtu")
	equal(t, "length", c.Len(), 1)

	other := newCache(t, "route/link")
	equal(t, "of another cache", included(t, other, second), "new")
	equal(t, "a copy", other.Holds(second) || !c.Holds(second), false)

	equal(t, "gone", included(t, c, parsedObject(t, unix.RTM_DELLINK, linkPart(1, name))), "del")
	equal(t, "gone already", included(t, c, parsedObject(t, unix.RTM_DELLINK, linkPart(1, name))), "")
	equal(t, "references", second.RefCount(), 1)
	isErr(t, "not parsed", c.Include(newObject(t, "route/link"), nil), libnl.ErrMsgTypeNoSupport)
	equal(t, "length", c.Len(), 0)
	for a, want := range map[libnl.ChangeAction]string{libnl.ActNew: "new", libnl.ActDel: "del", libnl.ActChange: "change", 99: "action 99", -1: "action -1"} {
		equal(t, "action", a.String(), want)
	}

	// a panic of the function leaves no reference
	third := parsedObject(t, unix.RTM_NEWLINK, linkPart(3, name))
	equal(t, "panic", panics(func() { _ = c.Include(third, func(libnl.Change[*libnl.Object]) { panic("fn") }) }), any("fn"))
	equal(t, "references", third.RefCount(), refsInCache+1)
	equal(t, "length", c.Len(), 1)
}

// nexthopPart is an IPv6 route with one gateway.
func nexthopPart(last byte) []byte {
	ip := func(last byte) []byte { return cat([]byte{0x20, 1, 0xd, 0xb8}, make([]byte, 11), []byte{last}) }
	return cat([]byte{unix.AF_INET6, 64, 0, 0, 254, 3, 0, 1}, make([]byte, 4),
		oracle.Attr(unix.RTA_DST, ip(0)), oracle.Attr(unix.RTA_GATEWAY, ip(last)), oracle.Attr(unix.RTA_OIF, u32(1)))
}

// Nexthops of an IPv6 route come in parts; what users hold does not change.
func TestCacheIncludeNexthops(t *testing.T) {
	c := newCache(t, "route/route")
	text := func() string {
		o, ok := c.First()
		if !ok {
			return ""
		}
		defer o.Close()
		return strings.Join(allTexts(t, c), "")
	}
	equal(t, "first", included(t, c, parsedObject(t, unix.RTM_NEWROUTE, nexthopPart(1))), "new")
	held, _ := c.First()
	made(t, held, nil)
	before := held.String()
	equal(t, "second", included(t, c, parsedObject(t, unix.RTM_NEWROUTE, nexthopPart(2))), "change multipath")
	equal(t, "second again", included(t, c, parsedObject(t, unix.RTM_NEWROUTE, nexthopPart(2))), "")
	equal(t, "what is held", held.String(), before)
	equal(t, "nexthops", strings.Count(text(), "nexthop via"), 2)
	equal(t, "length", c.Len(), 1)
	equal(t, "less", included(t, c, parsedObject(t, unix.RTM_DELROUTE, nexthopPart(1))), "change multipath")
	equal(t, "nexthops", strings.Count(text(), "nexthop via"), 1)
	equal(t, "gone", included(t, c, parsedObject(t, unix.RTM_DELROUTE, nexthopPart(2))), "del")
	equal(t, "length", c.Len(), 0)
	equal(t, "references", held.RefCount(), 2)
}

func mdbPart(bridge uint32, entries ...[]byte) []byte {
	var all []byte
	for _, e := range entries {
		all = append(all, oracle.Attr(mdbaMDBEntry|0x8000, oracle.Attr(mdbaMDBEntryInfo, e))...)
	}
	return cat([]byte{unix.AF_BRIDGE, 0, 0, 0}, u32(bridge), oracle.Attr(mdbaMDB|0x8000, all))
}

func mdbEntry(port uint32, vid uint16, group byte) []byte {
	return cat(u32(port), []byte{1, 0}, u16(vid), []byte{239, 1, 1, group}, make([]byte, 12), []byte{8, 0, 0, 0})
}

// Entries of an mdb come and go one by one, and nothing else goes with them.
func TestCacheIncludeMDB(t *testing.T) {
	c := newCache(t, "route/mdb")
	entries := func() []string {
		o, ok := c.First()
		if !ok {
			return nil
		}
		defer o.Close()
		var all []string
		for l := range strings.Lines(o.String()) {
			if strings.HasPrefix(l, "port") {
				f := strings.Fields(l)
				all = append(all, f[1]+"/"+f[3]+"/"+f[7])
			}
		}
		slices.Sort(all)
		return all
	}
	include := func(typ uint16, payload []byte, told string, want ...string) {
		t.Helper()
		equal(t, "told", included(t, c, parsedObject(t, typ, payload)), told)
		if got := entries(); !slices.Equal(got, want) {
			t.Errorf("entries %q, want %q", got, want)
		}
	}
	include(unix.RTM_NEWMDB, mdbPart(4, mdbEntry(2, 0, 1)), "new", "2/0/239.1.1.1")
	include(unix.RTM_NEWMDB, mdbPart(4, mdbEntry(2, 0, 1)), "", "2/0/239.1.1.1")
	include(unix.RTM_NEWMDB, mdbPart(4, mdbEntry(2, 3, 1)), "change 0x2", "2/0/239.1.1.1", "2/3/239.1.1.1")
	include(unix.RTM_NEWMDB, mdbPart(4, mdbEntry(3, 0, 2)), "change 0x2", "2/0/239.1.1.1", "2/3/239.1.1.1", "3/0/239.1.1.2")
	include(unix.RTM_DELMDB, mdbPart(4, mdbEntry(2, 3, 1)), "change 0x2", "2/0/239.1.1.1", "3/0/239.1.1.2")
	include(unix.RTM_DELMDB, mdbPart(4, mdbEntry(2, 3, 1)), "", "2/0/239.1.1.1", "3/0/239.1.1.2")
	include(unix.RTM_DELMDB, mdbPart(4, mdbEntry(3, 0, 2)), "change 0x2", "2/0/239.1.1.1")
	include(unix.RTM_DELMDB, mdbPart(4, mdbEntry(2, 0, 1)), "change 0x2")
	equal(t, "the bridge is there", c.Len(), 1)
	var many [][]byte
	for i := range 250 {
		many = append(many, mdbEntry(2, uint16(i), 1))
	}
	for group := range byte(9) {
		for i := range many {
			many[i] = mdbEntry(2, uint16(i), group+1)
		}
		equal(t, "many", included(t, c, parsedObject(t, unix.RTM_NEWMDB, mdbPart(4, many...))), "change 0x2")
	}
	equal(t, "entries", len(entries()), 250*9)
	equal(t, "one less", included(t, c, parsedObject(t, unix.RTM_DELMDB, mdbPart(4, mdbEntry(2, 7, 5)))), "change 0x2")
	equal(t, "entries", len(entries()), 250*9-1)
}

func netconfPart(family byte, attrs ...[]byte) []byte {
	return cat(append([][]byte{{family, 0, 0, 0}, oracle.Attr(netconfIfindex, u32(1))}, attrs...)...)
}

func TestCacheIncludeNetconf(t *testing.T) {
	c := newCache(t, "route/netconf")
	attr := func(typ uint16, v uint32) []byte { return oracle.Attr(typ, u32(v)) }
	equal(t, "new", included(t, c, parsedObject(t, unix.RTM_NEWNETCONF,
		netconfPart(2, attr(netconfForwarding, 0), attr(netconfRPFilter, 0)))), "new")
	equal(t, "a part", included(t, c, parsedObject(t, unix.RTM_NEWNETCONF, netconfPart(2, attr(netconfRPFilter, 2)))), "change rp_filter")
	equal(t, "one that was not there", included(t, c, parsedObject(t, unix.RTM_NEWNETCONF,
		netconfPart(2, attr(netconfProxyNeigh, 1)))), "change proxy_neigh")
	o, _ := c.First()
	defer o.Close()
	equal(t, "all", strings.Contains(o.String(), "forwarding off rp_filter loose") && strings.Contains(o.String(), "proxy_neigh 1"), true)
	// libnl forgets this one
	equal(t, "mpls", included(t, c, parsedObject(t, unix.RTM_NEWNETCONF, netconfPart(unix.AF_MPLS, attr(netconfInput, 0)))), "new")
	equal(t, "mpls", included(t, c, parsedObject(t, unix.RTM_NEWNETCONF, netconfPart(unix.AF_MPLS, attr(netconfInput, 1)))), "change input")
	equal(t, "length", c.Len(), 2)
	equal(t, "gone", included(t, c, parsedObject(t, unix.RTM_DELNETCONF, netconfPart(2))), "del")
	equal(t, "length", c.Len(), 1)
}
