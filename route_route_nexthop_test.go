//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/oracle"
	"golang.org/x/sys/unix"
)

// newHop returns a next hop that the test closes if it is still in no route at the end.
func newHop(t testing.TB, gateway string, index int) *libnl.RouteNexthop {
	t.Helper()
	n, err := libnl.NewRouteNexthop()
	noErr(t, err)
	t.Cleanup(func() { n.Close() })
	if gateway != "" {
		noErr(t, n.SetGateway(ip(gateway)))
	}
	if index != 0 {
		noErr(t, n.SetIndex(index))
	}
	return n
}

// hopPair is a next hop in a route of the package, and one in a route of plain libnl.
type hopPair struct {
	*routePair
	n *libnl.RouteNexthop
	c oracle.Ptr
}

func (p *routePair) hop() hopPair {
	p.t.Helper()
	h := hopPair{p, newHop(p.t, "", 0), oracle.Ptr(oracle.Call("rtnl_route_nh_alloc"))}
	noErr(p.t, p.r.AddNexthop(h.n))
	p.c.Call("rtnl_route_add_nexthop", h.c)
	return h
}

func TestRouteNexthopAttributes(t *testing.T) {
	one := newRoutePair(t, prefix("192.0.2.0/24"))
	two := newRoutePair(t, prefix("198.51.100.0/24"))
	two.hop()
	for _, h := range []hopPair{one.hop(), two.hop()} {
		equal(t, "index", h.n.Index(), 0)
		equal(t, "weight", h.n.Weight(), 0)
		equal(t, "gateway", h.n.Gateway(), libnl.Addr{})
		equal(t, "via", h.n.Via(), libnl.Addr{})
		equal(t, "labels", h.n.NewDst(), libnl.Addr{})
		equal(t, "flags", h.n.Flags(), 0)
		equal(t, "realms", h.n.Realms(), 0)
		_, ok := h.n.Encap()
		equal(t, "encapsulation", ok, false)
		h.same("empty")

		noErr(t, h.n.SetIndex(5))
		oracle.Call("rtnl_route_nh_set_ifindex", h.c, 5)
		h.same("index")
		equal(t, "index", h.n.Index(), 5)
		isErr(t, "SetIndex(-1)", h.n.SetIndex(-1), libnl.ErrRange)

		noErr(t, h.n.SetGateway(ip("10.0.0.1")))
		oracle.Call("rtnl_route_nh_set_gateway", h.c, forC(ip("10.0.0.1")))
		h.same("gateway")
		equal(t, "gateway", h.n.Gateway(), ip("10.0.0.1"))
		equal(t, "guessed scope", h.r.GuessScope(), unix.RT_SCOPE_UNIVERSE)
		isErr(t, "no gateway", h.n.SetGateway(libnl.Addr{}), libnl.ErrInval)

		h.n.SetWeight(255)
		oracle.Call("rtnl_route_nh_set_weight", h.c, 255)
		h.same("weight")
		equal(t, "weight", h.n.Weight(), 255)

		noErr(t, h.n.SetFlags(unix.RTNH_F_ONLINK|unix.RTNH_F_PERVASIVE))
		h.n.UnsetFlags(unix.RTNH_F_PERVASIVE)
		oracle.Call("rtnl_route_nh_set_flags", h.c, unix.RTNH_F_ONLINK|unix.RTNH_F_PERVASIVE)
		oracle.Call("rtnl_route_nh_unset_flags", h.c, unix.RTNH_F_PERVASIVE)
		h.same("flags")
		equal(t, "flags", h.n.Flags(), unix.RTNH_F_ONLINK)
		isErr(t, "flags without room", h.n.SetFlags(1<<8), libnl.ErrRange)

		h.n.SetRealms(libnl.MakeRealms(1, 2))
		oracle.Call("rtnl_route_nh_set_realms", h.c, 1<<16|2)
		h.same("realms")
		equal(t, "realms", h.n.Realms(), libnl.MakeRealms(1, 2))

		noErr(t, h.n.SetNewDst(labels(t, "100/200")))
		oracle.Call("rtnl_route_nh_set_newdst", h.c, forC(labels(t, "100/200")))
		h.same("labels")
		equal(t, "labels", h.n.NewDst(), labels(t, "100/200"))
		isErr(t, "no labels", h.n.SetNewDst(ip("10.0.0.1")), libnl.ErrAFMismatch)

		noErr(t, h.n.SetVia(ip("2001:db8::1")))
		oracle.Call("rtnl_route_nh_set_via", h.c, forC(ip("2001:db8::1")))
		h.same("via")
		equal(t, "via", h.n.Via(), ip("2001:db8::1"))

		noErr(t, h.n.SetEncap(libnl.EncapMPLS{Labels: labels(t, "300/400"), TTL: 9}))
		oracle.Call("rtnl_route_nh_encap_mpls", h.c, forC(labels(t, "300/400")), 9)
		h.same("encapsulation")
		e, ok := h.n.Encap()
		equal(t, "encapsulation", ok, true)
		equal(t, "encapsulation", e, libnl.Encap(libnl.EncapMPLS{Labels: labels(t, "300/400"), TTL: 9}))
		h.copied("all")
		h.differs("multipath")
		copyOfHop(t, h.n)

		h.n.UnsetGateway()
		h.n.UnsetNewDst()
		h.n.UnsetVia()
		equal(t, "unset", h.n.Gateway() == libnl.Addr{} && h.n.Via() == libnl.Addr{} && h.n.NewDst() == libnl.Addr{}, true)
		for _, fn := range []string{"gateway", "newdst", "via"} {
			oracle.Call("rtnl_route_nh_set_"+fn, h.c, nil)
		}
		h.same("unset")
	}
}

// copyOfHop looks at a copy and at what makes it another.
func copyOfHop(t *testing.T, n *libnl.RouteNexthop) {
	t.Helper()
	c, err := n.Clone()
	noErr(t, err)
	defer c.Close()
	equal(t, "difference of the copy", n.Diff(c, ^uint32(0), false), 0)
	equal(t, "identical", n.Identical(c), true)
	equal(t, "realms of the copy", c.Realms(), n.Realms())
	equal(t, "the copy's text", c.String(), n.String())

	c.SetWeight(1)
	noErr(t, c.SetFlags(unix.RTNH_F_DEAD))
	equal(t, "weight and flags", n.Diff(c, ^uint32(0), false), libnl.NexthopDiffWeight|libnl.NexthopDiffFlags)
	equal(t, "identical but for weight and flags", n.Identical(c), true)
	c.UnsetFlags(unix.RTNH_F_DEAD)
	equal(t, "flags of which one was unset", n.Diff(c, libnl.NexthopDiffFlags, true), 0)
	noErr(t, c.SetIndex(77))
	noErr(t, c.SetGateway(ip("10.9.9.9")))
	noErr(t, c.SetVia(ip("10.9.9.9")))
	noErr(t, c.SetNewDst(labels(t, "1")))
	c.SetRealms(0)
	noErr(t, c.SetEncap(libnl.EncapMPLS{Labels: labels(t, "1")}))
	want := libnl.NexthopDiffWeight | libnl.NexthopDiffIndex | libnl.NexthopDiffGateway | libnl.NexthopDiffRealms |
		libnl.NexthopDiffNewDst | libnl.NexthopDiffVia | libnl.NexthopDiffEncap
	equal(t, "all", n.Diff(c, ^uint32(0), false), want)
	equal(t, "masked", n.Diff(c, libnl.NexthopDiffVia, false), libnl.NexthopDiffVia)
	equal(t, "identical", n.Identical(c), false)
}

func TestRouteNexthopText(t *testing.T) {
	n := newHop(t, "10.0.0.1", 3)
	n.SetWeight(4)
	n.SetRealms(libnl.MakeRealms(1, 2))
	noErr(t, n.SetFlags(unix.RTNH_F_ONLINK))
	noErr(t, n.SetEncap(libnl.EncapMPLS{Labels: labels(t, "100"), TTL: 3}))
	equal(t, "line", n.String(), " encap mpls 100 ttl 3 via 10.0.0.1 dev 3 ")
	var b strings.Builder
	noErr(t, n.Dump(&b, libnl.DumpDetails))
	equal(t, "details", b.String(), "nexthop encap mpls 100 ttl 3  via 10.0.0.1 dev 3 weight 4 realm 0001:0002 <onlink>")
	isErr(t, "no type", n.Dump(&b, 3), libnl.ErrRange)
	isErr(t, "no writer", n.Dump(nil, 0), libnl.ErrInval)
}

// Next hops are given, lent and taken back.
func TestRouteNexthopOwners(t *testing.T) {
	r, other := newRoute(t), newRoute(t)
	noErr(t, r.SetDst(prefix("192.0.2.0/24")))
	a, b, c := newHop(t, "10.0.0.1", 0), newHop(t, "10.0.0.2", 0), newHop(t, "10.0.0.3", 0)
	isErr(t, "taking one out of none", r.RemoveNexthop(a), libnl.ErrObjNotFound)
	for _, n := range []*libnl.RouteNexthop{a, b, c} {
		noErr(t, r.AddNexthop(n))
	}
	isErr(t, "giving it again", r.AddNexthop(a), libnl.ErrBusy)
	isErr(t, "giving it to another", other.AddNexthop(a), libnl.ErrBusy)
	isErr(t, "taking it out of another", other.RemoveNexthop(a), libnl.ErrObjNotFound)
	equal(t, "number", r.NumNexthops(), 3)
	noErr(t, a.Close()) // lent
	equal(t, "gateway", a.Gateway(), ip("10.0.0.1"))

	again, ok := r.Nexthop(1)
	equal(t, "by number", ok, true)
	equal(t, "gateway", again.Gateway(), ip("10.0.0.2"))
	for _, i := range []int{-1, 3, 1 << 32, -1 << 40} {
		_, ok = r.Nexthop(i)
		equal(t, "no number", ok, false)
	}
	noErr(t, r.RemoveNexthop(b))
	equal(t, "number", r.NumNexthops(), 2)
	equal(t, "gateway", b.Gateway(), ip("10.0.0.2")) // owned again
	panicsIn(t, "another handle of one that was taken out", func() { again.Gateway() })
	isErr(t, "another handle of one that was taken out", again.SetIndex(1), libnl.ErrClosed)
	isErr(t, "taking it out again", r.RemoveNexthop(b), libnl.ErrObjNotFound)
	noErr(t, b.Close())
	noErr(t, b.Close())
	isErr(t, "a closed one", b.SetIndex(1), libnl.ErrClosed)
	isErr(t, "giving a closed one", r.AddNexthop(b), libnl.ErrClosed)

	// through another handle of the same route
	same, err := libnl.Retain(r)
	made(t, same, err)
	for n := range same.Nexthops() {
		noErr(t, same.RemoveNexthop(n))
		noErr(t, n.Close())
	}
	equal(t, "number", r.NumNexthops(), 0)
	panicsIn(t, "one that is gone", func() { a.Index() })
	isErr(t, "one that is gone", a.SetEncap(nil), libnl.ErrClosed)
	_, err = a.Clone()
	isErr(t, "one that is gone", err, libnl.ErrClosed)
	isErr(t, "one that is gone", a.Dump(nil, 0), libnl.ErrClosed)

	noErr(t, r.AddNexthop(newHop(t, "10.0.0.9", 0)))
	last, _ := r.Nexthop(0)
	noErr(t, r.Close()) // the object lives on
	panicsIn(t, "one whose handle of the route is closed", func() { last.Gateway() })
	equal(t, "number", same.NumNexthops(), 1)
	var none *libnl.RouteNexthop
	noErr(t, none.Close())
	isErr(t, "nil", none.SetIndex(1), libnl.ErrClosed)
	equal(t, "nil", none.String(), "<nil>")
}

// More next hops than libnl's messages have room for.
func TestRouteManyNexthops(t *testing.T) {
	r := newRoute(t)
	noErr(t, r.SetDst(prefix("192.0.2.0/24")))
	const many = 4000
	for i := range many {
		noErr(t, r.AddNexthop(newHop(t, "10.0.0.1", i+1)))
		if i == 1000 {
			m, err := r.BuildAdd(0)
			noErr(t, err)
			a, ok := m.FindAttr(unix.SizeofRtMsg, unix.RTA_MULTIPATH)
			equal(t, "list", ok, true)
			equal(t, "its length", len(a.Bytes()), 1001*16)
			equal(t, "flags", m.Header().Flags, libnl.FlagCreate)
			m, err = r.BuildDelete(0)
			noErr(t, err)
			equal(t, "type", m.Header().Type, libnl.RTMDelRoute)
			back, err := libnl.ParseRoute(m)
			made(t, back, err)
			equal(t, "next hops of the request", back.NumNexthops(), 1001)
		}
	}
	var n int
	for h := range r.Nexthops() {
		n++
		if h.Index() != n {
			t.Fatalf("next hop %d has index %d", n, h.Index())
		}
	}
	equal(t, "number", n, many)
	for range r.Nexthops() {
		break
	}
	r2 := newRoute(t)
	noErr(t, r2.SetDst(prefix("192.0.2.0/24")))
	for i := range 5000 { // 80,000 bytes
		noErr(t, r2.AddNexthop(newHop(t, "10.0.0.1", i+1)))
	}
	_, err := r2.BuildAdd(0)
	isErr(t, "a list beyond 64 KiB", err, libnl.ErrMsgSize)
}

// A gateway of another family than the route's would be cut to that.
func TestRouteGatewayFamily(t *testing.T) {
	r := newRoute(t)
	noErr(t, r.SetDst(prefix("192.0.2.0/24")))
	noErr(t, r.AddNexthop(newHop(t, "2001:db8::1", 3)))
	_, err := r.BuildAdd(0)
	isErr(t, "IPv6 for IPv4", err, libnl.ErrAFMismatch)
	_, err = r.BuildDelete(0)
	isErr(t, "IPv6 for IPv4", err, libnl.ErrAFMismatch)

	// as RTA_VIA it is right, and a gateway for the scope too
	n, _ := r.Nexthop(0)
	n.UnsetGateway()
	noErr(t, n.SetVia(ip("2001:db8::1")))
	m, err := r.BuildAdd(0)
	noErr(t, err)
	equal(t, "scope", m.Payload()[6], unix.RT_SCOPE_UNIVERSE)
	equal(t, "guessed scope", r.GuessScope(), unix.RT_SCOPE_UNIVERSE)
	for _, s := range []libnl.Scope{unix.RT_SCOPE_LINK, unix.RT_SCOPE_NOWHERE} {
		r.SetScope(s)
		m, err = r.BuildAdd(0)
		noErr(t, err)
		equal(t, "scope", libnl.Scope(m.Payload()[6]), s)
	}
}

// What a cache does with notifications about next hops of IPv6, in every libnl.
func TestRouteUpdate(t *testing.T) {
	hop := func(index uint32, weight, flags byte) []byte {
		return slices.Concat(u16(24+4), []byte{flags, weight}, u32(index), oracle.Attr(unix.RTA_GATEWAY, ip("fe80::1").Bytes()))
	}
	route := func(typ uint16, hops ...[]byte) *libnl.Route {
		t.Helper()
		body := slices.Concat([]byte{unix.AF_INET6, 64, 0, 0, unix.RT_TABLE_MAIN, unix.RTPROT_STATIC, 0, unix.RTN_UNICAST, 0, 0, 0, 0},
			oracle.Attr(unix.RTA_DST, ip("2001:db8::").Bytes()), oracle.Attr(unix.RTA_MULTIPATH, slices.Concat(hops...)))
		m, err := libnl.MsgFromBytes(oracle.Message(typ, 0, 0, body))
		noErr(t, err)
		m.SetProto(libnl.ProtoRoute)
		r, err := libnl.ParseRoute(m)
		return made(t, r, err)
	}
	r := route(unix.RTM_NEWROUTE, hop(1, 0, 0))
	noErr(t, r.Update(route(unix.RTM_NEWROUTE, hop(2, 0, 0))))
	equal(t, "appended", r.NumNexthops(), 2)
	noErr(t, r.Update(route(unix.RTM_NEWROUTE, hop(2, 7, unix.RTNH_F_LINKDOWN))))
	equal(t, "one that is there", r.NumNexthops(), 2)
	noErr(t, r.Update(route(unix.RTM_DELROUTE, hop(9, 0, 0))))
	equal(t, "one that is not there", r.NumNexthops(), 2)
	noErr(t, r.Update(route(unix.RTM_DELROUTE, hop(1, 3, unix.RTNH_F_DEAD))))
	equal(t, "removed though flags differ", r.NumNexthops(), 1)
	isErr(t, "the last one", r.Update(route(unix.RTM_DELROUTE, hop(2, 0, 0))), libnl.ErrOpNotSupp)
}

// Before 3.12 the copy of a next hop that libnl makes by itself is marked as having an encapsulation, and its text is a crash.
func TestRouteDumpOfMergedEncap(t *testing.T) {
	p := newRoutePair(t, prefix("2001:db8::/64"))
	noErr(t, p.r.AddNexthop(newHop(t, "fe80::2", 2)))
	bare := newHop(t, "fe80::1", 1)
	noErr(t, p.r.AddNexthop(bare))
	for _, typ := range []libnl.DumpType{libnl.DumpLine, libnl.DumpDetails, libnl.DumpStats} {
		noErr(t, p.r.Dump(&strings.Builder{}, typ))
	}
	if !strings.Contains(p.r.String(), "fe80::1") {
		t.Errorf("text: %s", p.r)
	}
}
