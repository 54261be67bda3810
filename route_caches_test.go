//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"net/netip"
	"testing"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
	"golang.org/x/sys/unix"
)

// filled returns a cache for the length of the test.
func filled[O libnl.Kind](t testing.TB, c *libnl.Cache[O], err error) *libnl.Cache[O] {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// found closes what a lookup returned, and returns whether there was something.
func found[O libnl.Kind](o O, ok bool) bool {
	_ = o.Close()
	return ok
}

// Each cache of libnl-route is filled, and what is in it is found by its lookups, and nothing else is.
func TestCacheLookups(t *testing.T) {
	s := netNS(t)
	ctx := t.Context()
	nltest.Run(t, "ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1")
	nltest.Run(t, "ip", "addr", "add", "192.0.2.1/24", "dev", "v0")
	nltest.Run(t, "ip", "link", "set", "v0", "up")
	nltest.Run(t, "ip", "neigh", "add", "192.0.2.9", "lladdr", "02:00:00:00:00:09", "nud", "permanent", "dev", "v0")

	c, err := libnl.NewLinkCache(ctx, s, 0)
	links := filled(t, c, err)
	index, ok := libnl.LinkIndex(links, "v0")
	equal(t, "v0 has an index", ok, true)
	name, _ := libnl.LinkName(links, index)
	equal(t, "its name", name, "v0")
	equal(t, "by index", found(libnl.LinkByIndex(links, index)), true)
	equal(t, "by name", found(libnl.LinkByName(links, "v1")), true)
	for _, i := range []int{0, -1, 1 << 40, index + 1000} {
		equal(t, "by a wrong index", found(libnl.LinkByIndex(links, i)), false)
	}
	for _, n := range []string{"", "v0\x00", "v", "a name that is much too long for an interface"} {
		equal(t, "by a wrong name", found(libnl.LinkByName(links, n)), false)
		_, ok := libnl.LinkIndex(links, n)
		equal(t, "index of a wrong name", ok, false)
	}
	_, err = libnl.NewLinkCache(ctx, s, 1000)
	isErr(t, "a family out of range", err, libnl.ErrAFNoSupport)

	a, err := libnl.NewIfAddrCache(ctx, s)
	addrs := filled(t, a, err)
	local := libnl.AddrFromPrefix(netip.MustParsePrefix("192.0.2.1/24"))
	equal(t, "address of v0", found(libnl.IfAddrByLocal(addrs, index, local)), true)
	equal(t, "address of any", found(libnl.IfAddrByLocal(addrs, 0, local)), true)
	equal(t, "address of another", found(libnl.IfAddrByLocal(addrs, index+1, local)), false)
	equal(t, "another length", found(libnl.IfAddrByLocal(addrs, index, local.WithPrefixLen(25))), false)
	equal(t, "no address", found(libnl.IfAddrByLocal(addrs, 0, libnl.Addr{})), false)

	n, err := libnl.NewNeighCache(ctx, s)
	neighs := filled(t, n, err)
	dst := libnl.AddrFromIP(netip.MustParseAddr("192.0.2.9"))
	mac := libnl.AddrFromMAC([]byte{2, 0, 0, 0, 0, 9})
	equal(t, "neighbour", found(libnl.NeighByDst(neighs, index, dst)), true)
	equal(t, "neighbour of another", found(libnl.NeighByDst(neighs, index+1, dst)), false)
	equal(t, "no neighbour", found(libnl.NeighByDst(neighs, index, libnl.Addr{})), false)
	equal(t, "by MAC", found(libnl.NeighByVLAN(neighs, index, mac, 0)), true)
	equal(t, "in a VLAN", found(libnl.NeighByVLAN(neighs, index, mac, 7)), false)

	tb, err := libnl.NewNeighTableCache(ctx, s)
	tables := filled(t, tb, err)
	equal(t, "table", found(libnl.NeighTableByName(tables, "ARP_cache", 0)), true)
	equal(t, "of an interface", found(libnl.NeighTableByName(tables, "arp_cache", index)), true)
	equal(t, "another table", found(libnl.NeighTableByName(tables, "nosuch", 0)), false)

	nc, err := libnl.NewNetconfCache(ctx, s)
	confs := filled(t, nc, err)
	for _, i := range []int{index, libnl.NetconfAll, libnl.NetconfDefault} {
		equal(t, "netconf", found(libnl.NetconfByIndex(confs, libnl.FamilyIPv4, i)), true)
	}
	equal(t, "no netconf", found(libnl.NetconfByIndex(confs, libnl.FamilyIPv4, 0)), false)

	r, err := libnl.NewRuleCache(ctx, s, libnl.FamilyIPv4)
	rules := filled(t, r, err)
	equal(t, "rules of IPv4", rules.Len(), 3)
	_, err = libnl.NewRuleCache(ctx, s, 256)
	isErr(t, "a family out of range", err, libnl.ErrAFNoSupport)

	m, err := libnl.NewMDBCache(ctx, s)
	filled(t, m, err)

	other, err := libnl.Dial(unix.NETLINK_GENERIC, nil)
	noErr(t, err)
	defer other.Close()
	_, err = libnl.NewIfAddrCache(ctx, other)
	isErr(t, "another protocol", err, libnl.ErrProtoMismatch)
	empty, err := libnl.NewIfAddrCache(ctx, nil)
	equal(t, "without a socket", filled(t, empty, err).Len(), 0)
}
