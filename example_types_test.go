//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/netip"
	"os"

	"github.com/golibnl/libnl"
	"golang.org/x/sys/unix"
)

// A socket asks: the answer is an iterator, an error that of the kernel.
func ExampleSocket() {
	ctx := context.Background()
	s, err := libnl.DialRoute(nil)
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	for l, err := range s.Links(ctx, &libnl.LinkFilter{NoStats: true}) {
		if err != nil {
			log.Fatal(err)
		}
		if l.Flags()&unix.IFF_LOOPBACK != 0 {
			fmt.Println(l.Index(), l.Name())
		}
	}
	// Output: 1 lo
}

// A message is built put by put; the first that fails is told once, at the end.
func ExampleMsg() {
	m, err := libnl.NewMsgSimple(unix.RTM_GETLINK, libnl.FlagRequest)
	if err != nil {
		log.Fatal(err)
	}
	m.Append(make([]byte, unix.SizeofIfInfomsg), 4)
	m.PutString(unix.IFLA_IFNAME, "lo")
	m.Nest(unix.IFLA_LINKINFO, func(m *libnl.Msg) { m.PutString(unix.IFLA_INFO_KIND, "vlan") })
	if err := m.Err(); err != nil {
		log.Fatal(err)
	}
	for a := range m.Attrs(unix.SizeofIfInfomsg) {
		fmt.Println(a.Type(), a.Len())
	}
	// Output:
	// 3 3
	// 18 12
}

// Attributes are views of the message, and check what libnl does not.
func ExampleAttr() {
	m, err := libnl.NewMsg()
	if err != nil {
		log.Fatal(err)
	}
	m.PutU32(1, 1400)
	m.PutU8(2, 7)
	for a := range m.Attrs(0) {
		v, err := a.U32()
		fmt.Println(a.Type(), v, err)
	}
	// Output:
	// 1 1400 <nil>
	// 2 0 libnl: nla_get: input data out of range: attribute 2 has 1 bytes, not 4
}

// A callback set is made once and used by several sockets.
func ExampleCallbacks() {
	cb, err := libnl.NewCallbacks(libnl.KindDefault)
	if err != nil {
		log.Fatal(err)
	}
	defer cb.Close()
	finished := 0
	if err := cb.Set(libnl.CbFinish, libnl.KindCustom, func(*libnl.Msg) error { finished++; return nil }); err != nil {
		log.Fatal(err)
	}
	for range 2 {
		s, err := libnl.DialRoute(&libnl.Config{Callbacks: cb})
		if err != nil {
			log.Fatal(err)
		}
		if err := s.RTGenRequest(unix.RTM_GETLINK, libnl.FamilyUnspec, libnl.FlagDump); err != nil {
			log.Fatal(err)
		}
		if err := s.RecvMsgsDefault(); err != nil {
			log.Fatal(err)
		}
		s.Close()
	}
	fmt.Println(finished)
	// Output: 2
}

// Addresses are values of any family.
func ExampleAddr() {
	a, err := libnl.ParseAddr("192.0.2.0/24", libnl.FamilyUnspec)
	if err != nil {
		log.Fatal(err)
	}
	b := libnl.AddrFromPrefix(netip.MustParsePrefix("192.0.2.7/24"))
	mac, err := libnl.ParseAddr("02:00:00:00:00:01", libnl.FamilyUnspec)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(a, a.Family(), a.ComparePrefix(b) == 0, a == b, mac.Family())
	// Output: 192.0.2.0/24 inet true false llc
}

// What every object has: a type, texts, copies, comparison.
func ExampleObject() {
	a, err := libnl.NewRule()
	if err != nil {
		log.Fatal(err)
	}
	defer a.Close()
	a.SetPrio(100)
	b, err := libnl.Clone(a)
	if err != nil {
		log.Fatal(err)
	}
	defer b.Close()
	b.SetPrio(200)
	fmt.Println(a.TypeName(), a.Identical(b), a.AttrNames(a.Diff(b)))
	// Output: route/rule false [prio]
}

// A link with its kind, as a request for the kernel.
func ExampleLink() {
	v, err := libnl.NewLinkVLAN()
	if err != nil {
		log.Fatal(err)
	}
	l := v.Link()
	defer l.Close()
	if err := errors.Join(l.SetName("vlan7"), l.SetLink(2), v.SetID(7)); err != nil {
		log.Fatal(err)
	}
	m, err := l.BuildAdd(libnl.FlagCreate | libnl.FlagExcl) // l.Add(ctx, s, flags) sends it, too
	if err != nil {
		log.Fatal(err)
	}
	name, _ := m.FindAttr(unix.SizeofIfInfomsg, unix.IFLA_IFNAME)
	text, err := name.Text()
	fmt.Println(l.Type(), text, err)
	if _, ok := l.Bond(); !ok {
		fmt.Println("not a bond")
	}
	// Output:
	// vlan vlan7 <nil>
	// not a bond
}

// A route, of which a snapshot is a plain value.
func ExampleRoute() {
	r, err := libnl.NewRoute()
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	hop, err := libnl.NewRouteNexthop()
	if err != nil {
		log.Fatal(err)
	}
	err = errors.Join(
		r.SetDst(libnl.AddrFromPrefix(netip.MustParsePrefix("198.51.100.0/24"))),
		hop.SetGateway(libnl.AddrFromIP(netip.MustParseAddr("192.0.2.1"))),
		hop.SetIndex(2),
		r.AddNexthop(hop), // which is the route's from now on
	)
	if err != nil {
		log.Fatal(err)
	}
	i := r.Info()
	fmt.Println(i.Dst, i.Gateway, i.OIF, i.Nexthops)
	// Output: 198.51.100.0/24 192.0.2.1 2 1
}

// A cache is filled once, searched, and printed as libnl's tools do.
func ExampleCache() {
	ctx := context.Background()
	s, err := libnl.DialRoute(nil)
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	links, err := libnl.NewLinkCache(ctx, s, libnl.FamilyUnspec)
	if err != nil {
		log.Fatal(err)
	}
	defer links.Close()
	lo, ok := libnl.LinkByName(links, "lo")
	if !ok {
		log.Fatal("no lo")
	}
	defer lo.Close() // ours: it outlives the cache
	if err := links.Refill(ctx, s); err != nil {
		log.Fatal(err)
	}
	fmt.Println(lo.Index(), links.Len() > 0)
	// Output: 1 true
}

// A manager keeps caches as the kernel is, and tells what changed, by name.
func ExampleCacheManager() {
	m, err := libnl.NewCacheManager(libnl.ProtoRoute, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer m.Close()
	links, err := m.Add("route/link", func(c libnl.Change[*libnl.Object]) {
		fmt.Println(c.Action, c.New, c.Names())
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(links.TypeName(), links.Len() > 0)
	// go m.Run(ctx), or m.Poll and m.FD in a loop of one's own
	// Output: route/link true
}

// The routes of a large table, by prefix, address and interface.
func ExampleRouteIndex() {
	ctx := context.Background()
	x, err := libnl.NewRouteIndex(ctx, nil, &libnl.RouteFilter{Table: unix.RT_TABLE_MAIN})
	if err != nil {
		log.Fatal(err)
	}
	defer x.Close()
	// go x.Run(ctx), or x.DataReady and x.FD in a loop of one's own
	for _, r := range x.Covering(unix.RT_TABLE_MAIN, netip.MustParseAddr("192.0.2.1")) {
		_ = r.Gateway
	}
	fmt.Println(x.Current())
	// Output: true
}

// What the kernel tells of a family of generic netlink, in one round trip.
func ExampleGetGenlFamily() {
	s, err := libnl.DialGeneric(nil)
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	f, err := libnl.GetGenlFamily(context.Background(), s, "nlctrl")
	if err != nil {
		log.Fatal(err)
	}
	g, _ := f.Group("notify")
	fmt.Println(f.Name, uint16(f.ID), g.ID)
	// Output: nlctrl 16 16
}

// Whatever libnl can print goes to a writer.
func ExampleObject_dump() {
	a, err := libnl.NewIfAddr()
	if err != nil {
		log.Fatal(err)
	}
	defer a.Close()
	if err := a.SetLocal(libnl.AddrFromPrefix(netip.MustParsePrefix("192.0.2.1/24"))); err != nil {
		log.Fatal(err)
	}
	if err := a.Dump(os.Stdout, libnl.DumpLine); err != nil {
		log.Fatal(err)
	}
	// Output: 192.0.2.1/24 inet dev 0 scope nowhere
}
