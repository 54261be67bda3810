//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
	"github.com/golibnl/libnl/internal/oracle"
	"golang.org/x/sys/unix"
)

func newRoute(t testing.TB) *libnl.Route {
	t.Helper()
	r, err := libnl.NewRoute()
	return made(t, r, err)
}

func ip(s string) libnl.Addr     { return libnl.AddrFromIP(netip.MustParseAddr(s)) }
func prefix(s string) libnl.Addr { return libnl.AddrFromPrefix(netip.MustParsePrefix(s)) }

// labels returns a stack of labels of MPLS.
func labels(t testing.TB, s string) libnl.Addr {
	t.Helper()
	a, err := libnl.ParseAddr(s, libnl.FamilyMPLS)
	noErr(t, err)
	return a
}

// forC returns an address for a call of plain libnl.
func forC(a libnl.Addr) oracle.Addr {
	return oracle.Addr{Family: int(a.Family()), PrefixLen: a.PrefixLen(), Bytes: a.Bytes()}
}

// routePair is a route of the package and one of plain libnl to which the same is done.
type routePair struct {
	t testing.TB
	r *libnl.Route
	c oracle.Ptr
}

func newRoutePair(t testing.TB, dst libnl.Addr) *routePair {
	p := &routePair{t, newRoute(t), madeC(t, "route/route")}
	noErr(t, p.r.SetDst(dst))
	p.c.Call("rtnl_route_set_dst", forC(dst))
	return p
}

// same compares the requests.
func (p *routePair) same(what string) {
	p.t.Helper()
	m, err := p.r.BuildAdd(libnl.FlagExcl)
	want, code := oracle.Build("rtnl_route_build_add_request", p.c, 0x200)
	sameRequest(p.t, what+": add", m, err, want, code)
	m, err = p.r.BuildDelete(0)
	want, code = oracle.Build("rtnl_route_build_del_request", p.c, 0)
	sameRequest(p.t, what+": delete", m, err, want, code)
}

// copied clones the route and compares.
func (p *routePair) copied(what string) {
	p.t.Helper()
	c, err := libnl.Clone(p.r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer c.Close()
	equal(p.t, what+": difference of the clone", p.r.Diff(c), 0)
	equal(p.t, what+": the clone's snapshot", c.Info(), p.r.Info())
	m, err := c.BuildAdd(libnl.FlagExcl)
	noErr(p.t, err)
	want, err := p.r.BuildAdd(libnl.FlagExcl)
	noErr(p.t, err)
	if !bytes.Equal(m.Bytes(), want.Bytes()) {
		p.t.Errorf("%s: the clone's request differs", what)
	}
}

// differs reports that a new route differs from this one in an attribute that it is to differ in.
func (p *routePair) differs(attr string) {
	p.t.Helper()
	names := p.r.AttrNames(p.r.Diff(newRoute(p.t)))
	if !slices.Contains(names, attr) {
		p.t.Errorf("a route with %s differs from an empty one in %v", attr, names)
	}
	if !slices.Contains(p.r.AttrList(), attr) {
		p.t.Errorf("a route with %s has %v", attr, p.r.AttrList())
	}
}

func TestRouteUnset(t *testing.T) {
	r := newRoute(t)
	equal(t, "table", r.Table(), unix.RT_TABLE_MAIN)
	equal(t, "scope", r.Scope(), unix.RT_SCOPE_NOWHERE)
	equal(t, "protocol", r.Protocol(), unix.RTPROT_STATIC)
	equal(t, "type", r.Type(), unix.RTN_UNICAST)
	equal(t, "tos", r.TOS(), 0)
	equal(t, "priority", r.Priority(), 0)
	equal(t, "family", r.Family(), 0)
	equal(t, "flags", r.Flags(), 0)
	equal(t, "iif", r.IIF(), 0)
	equal(t, "nhid", r.NHID(), 0)
	for what, a := range map[string]libnl.Addr{"dst": r.Dst(), "src": r.Src(), "prefsrc": r.PrefSrc()} {
		equal(t, what, a, libnl.Addr{})
	}
	_, ok := r.Metric(unix.RTAX_MTU)
	equal(t, "mtu set", ok, false)
	_, ok = r.TTLPropagate()
	equal(t, "ttl propagate set", ok, false)
	_, ok = r.CacheInfo()
	equal(t, "cache info", ok, false)
	equal(t, "next hops", r.NumNexthops(), 0)
	equal(t, "guessed scope", r.GuessScope(), unix.RT_SCOPE_LINK)
	equal(t, "attributes", len(r.AttrList()), 0)
	_, err := r.BuildAdd(0)
	isErr(t, "no destination", err, libnl.ErrMissingAttr)
	equal(t, "snapshot", r.Info(), libnl.RouteInfo{Table: 254, Type: 1, Protocol: 4, Scope: 255})
}

func TestRouteAttributes(t *testing.T) {
	p := newRoutePair(t, prefix("192.0.2.0/24"))
	p.same("destination")
	p.differs("dst")
	equal(t, "dst", p.r.Dst(), prefix("192.0.2.0/24"))
	equal(t, "family", p.r.Family(), libnl.FamilyIPv4)

	p.r.SetTable(1000)
	p.c.Call("rtnl_route_set_table", 1000)
	p.same("table")
	p.differs("table")
	equal(t, "table", p.r.Table(), 1000)

	p.r.SetTOS(0x10)
	p.c.Call("rtnl_route_set_tos", 0x10)
	p.same("tos")
	p.differs("tos")
	equal(t, "tos", p.r.TOS(), 0x10)

	p.r.SetProtocol(unix.RTPROT_BGP)
	p.c.Call("rtnl_route_set_protocol", unix.RTPROT_BGP)
	p.same("protocol")
	p.differs("protocol")
	equal(t, "protocol", p.r.Protocol(), unix.RTPROT_BGP)

	p.r.SetPriority(1 << 31)
	p.c.Call("rtnl_route_set_priority", uint32(1<<31))
	p.same("priority")
	p.differs("prio")
	equal(t, "priority", p.r.Priority(), 1<<31)

	noErr(t, p.r.SetType(unix.RTN_LOCAL))
	p.c.Call("rtnl_route_set_type", unix.RTN_LOCAL)
	p.same("type")
	p.differs("type")
	equal(t, "type", p.r.Type(), unix.RTN_LOCAL)
	equal(t, "guessed scope of a local route", p.r.GuessScope(), unix.RT_SCOPE_HOST)
	isErr(t, "SetType(200)", p.r.SetType(200), libnl.ErrRange)

	p.r.SetScope(unix.RT_SCOPE_SITE)
	p.c.Call("rtnl_route_set_scope", unix.RT_SCOPE_SITE)
	p.same("scope")
	p.differs("scope")
	equal(t, "scope", p.r.Scope(), unix.RT_SCOPE_SITE)

	p.r.SetFlags(unix.RTM_F_NOTIFY | unix.RTNH_F_ONLINK)
	p.r.UnsetFlags(unix.RTM_F_NOTIFY)
	p.c.Call("rtnl_route_set_flags", unix.RTM_F_NOTIFY|unix.RTNH_F_ONLINK)
	p.c.Call("rtnl_route_unset_flags", unix.RTM_F_NOTIFY)
	p.same("flags")
	p.differs("flags")
	equal(t, "flags", p.r.Flags(), unix.RTNH_F_ONLINK)

	noErr(t, p.r.SetPrefSrc(ip("192.0.2.1")))
	p.c.Call("rtnl_route_set_pref_src", forC(ip("192.0.2.1")))
	p.same("preferred source")
	p.differs("pref_src")
	equal(t, "prefsrc", p.r.PrefSrc(), ip("192.0.2.1"))

	noErr(t, p.r.SetIIF(7))
	p.c.Call("rtnl_route_set_iif", 7)
	p.same("iif")
	p.differs("iif")
	equal(t, "iif", p.r.IIF(), 7)
	isErr(t, "SetIIF(-1)", p.r.SetIIF(-1), libnl.ErrRange)

	p.r.SetTTLPropagate(true)
	p.c.Call("rtnl_route_set_ttl_propagate", 1)
	p.same("ttl propagate")
	p.differs("ttl_propagate")
	on, ok := p.r.TTLPropagate()
	equal(t, "ttl propagate", on && ok, true)
	p.r.SetTTLPropagate(false)
	on, ok = p.r.TTLPropagate()
	equal(t, "no ttl propagate", !on && ok, true)
	p.c.Call("rtnl_route_set_ttl_propagate", 0)
	p.copied("all")

	m, err := p.r.BuildMsg(unix.RTM_GETROUTE, libnl.FlagDump)
	noErr(t, err)
	equal(t, "type of the message", m.Header().Type, libnl.RTMGetRoute)
	equal(t, "flags of the message", m.Header().Flags, libnl.FlagDump)

	same, err := m.Object()
	made(t, same, err)
	back, err := libnl.ParseRoute(m)
	made(t, back, err)
	equal(t, "the parsed route's snapshot", back.Info(), p.r.Info())
	equal(t, "kind", same.TypeName(), "route/route")
}

func TestRouteSrc(t *testing.T) {
	p := newRoutePair(t, prefix("2001:db8::/32"))
	noErr(t, p.r.SetSrc(prefix("2001:db8:1::/48")))
	p.c.Call("rtnl_route_set_src", forC(prefix("2001:db8:1::/48")))
	p.same("source")
	p.differs("src")
	equal(t, "src", p.r.Src(), prefix("2001:db8:1::/48"))
	p.copied("source")

	v4 := newRoute(t)
	isErr(t, "a source for IPv4", v4.SetSrc(prefix("10.0.0.0/8")), libnl.ErrSrcRtNoSupport)
}

func TestRouteFamily(t *testing.T) {
	r := newRoute(t)
	isErr(t, "FamilyBridge", r.SetFamily(libnl.FamilyBridge), libnl.ErrAFNoSupport)
	isErr(t, "a wrapped family", r.SetFamily(256+libnl.FamilyIPv4), libnl.ErrAFNoSupport)
	isErr(t, "a link-layer destination", r.SetDst(libnl.AddrFromMAC([]byte{1, 2, 3, 4, 5, 6})), libnl.ErrAFNoSupport)
	isErr(t, "no destination", r.SetDst(libnl.Addr{}), libnl.ErrInval)
	noErr(t, r.SetFamily(libnl.FamilyIPv6))
	isErr(t, "another destination", r.SetDst(prefix("10.0.0.0/8")), libnl.ErrAFMismatch)
	isErr(t, "another source", r.SetPrefSrc(ip("10.0.0.1")), libnl.ErrAFMismatch)
	noErr(t, r.SetDst(prefix("2001:db8::/64")))
	isErr(t, "another family", r.SetFamily(libnl.FamilyIPv4), libnl.ErrAFMismatch)
	noErr(t, r.SetFamily(libnl.FamilyIPv6))
}

// The default route is one thing, however libnl has it and whoever made it.
func TestRouteDefault(t *testing.T) {
	for _, text := range []string{"0.0.0.0/0", "::/0"} {
		r := newRoute(t)
		noErr(t, r.SetDst(prefix(text)))
		equal(t, "dst", r.Dst(), prefix(text))
		equal(t, "snapshot", r.Info().Dst, netip.MustParsePrefix(text))

		// as the kernel says it: no RTA_DST
		family := r.Family()
		head := []byte{byte(family), 0, 0, 0, unix.RT_TABLE_MAIN, unix.RTPROT_STATIC, 0, unix.RTN_UNICAST, 0, 0, 0, 0}
		m, err := libnl.MsgFromBytes(oracle.Message(unix.RTM_NEWROUTE, 0, 0, head))
		noErr(t, err)
		m.SetProto(libnl.ProtoRoute)
		kernels, err := libnl.ParseRoute(m)
		made(t, kernels, err)
		equal(t, "the kernel's dst", kernels.Dst(), prefix(text))
		equal(t, "the kernel's snapshot", kernels.Info().Dst, netip.MustParsePrefix(text))
		r.SetPriority(0)
		r.SetTOS(0)
		r.SetTable(unix.RT_TABLE_MAIN)
		equal(t, "identical", r.Identical(kernels), true)
		equal(t, "matches", kernels.Match(r), true)

		word, err := libnl.ParseAddr("default", family)
		noErr(t, err)
		noErr(t, r.SetDst(word))
		equal(t, "the word's dst", r.Dst(), prefix(text))
		equal(t, "identical to the word", r.Identical(kernels), true)
	}
}

func TestRouteMetrics(t *testing.T) {
	p := newRoutePair(t, prefix("192.0.2.0/24"))
	for m := libnl.RouteMetric(1); m <= unix.RTAX_MAX; m++ {
		if m == unix.RTAX_CC_ALGO {
			isErr(t, "the congestion control algorithm", p.r.SetMetric(m, 1), libnl.ErrOpNotSupp)
			continue
		}
		_, ok := p.r.Metric(m)
		equal(t, m.String()+" set", ok, false)
		noErr(t, p.r.SetMetric(m, uint32(1000+m)))
		p.c.Call("rtnl_route_set_metric", int(m), 1000+int(m))
		p.same(m.String())
		v, ok := p.r.Metric(m)
		equal(t, m.String(), v, uint32(1000+m))
		equal(t, m.String()+" set", ok, true)
	}
	p.differs("metrics")
	p.copied("metrics")
	noErr(t, p.r.UnsetMetric(unix.RTAX_MTU))
	p.c.Call("rtnl_route_unset_metric", unix.RTAX_MTU)
	p.same("unset")
	_, ok := p.r.Metric(unix.RTAX_MTU)
	equal(t, "mtu set", ok, false)
	for _, m := range []libnl.RouteMetric{-1, 0, 1000, 1<<32 + 1} {
		isErr(t, "no metric", p.r.SetMetric(m, 1), libnl.ErrRange)
		isErr(t, "no metric", p.r.UnsetMetric(m), libnl.ErrRange)
		_, ok := p.r.Metric(m)
		equal(t, "no metric set", ok, false)
	}
}

// A route with a congestion control algorithm, whose name libnl cuts, is not added as another, and can be deleted.
func TestRouteCongestionControl(t *testing.T) {
	head := []byte{unix.AF_INET, 24, 0, 0, unix.RT_TABLE_MAIN, unix.RTPROT_STATIC, 0, unix.RTN_UNICAST, 0, 0, 0, 0}
	body := slices.Concat(head, oracle.Attr(unix.RTA_DST, []byte{192, 0, 2, 0}),
		oracle.Attr(unix.RTA_METRICS, slices.Concat(oracle.Attr(unix.RTAX_CC_ALGO, []byte("cubic\x00")), oracle.Attr(unix.RTAX_MTU, []byte{0, 4, 0, 0}))))
	m, err := libnl.MsgFromBytes(oracle.Message(unix.RTM_NEWROUTE, 0, 0, body))
	noErr(t, err)
	m.SetProto(libnl.ProtoRoute)
	r, err := libnl.ParseRoute(m)
	made(t, r, err)
	_, ok := r.Metric(unix.RTAX_CC_ALGO)
	equal(t, "algorithm", ok, false)
	_, err = r.BuildAdd(0)
	isErr(t, "adding", err, libnl.ErrOpNotSupp)
	m, err = r.BuildDelete(0)
	noErr(t, err)
	if bytes.Contains(m.Bytes(), []byte("cubi")) {
		t.Error("the request to delete has half a name")
	}
	_, err = r.BuildDelete(0)
	noErr(t, err)
	noErr(t, r.UnsetMetric(unix.RTAX_CC_ALGO))
	_, err = r.BuildAdd(0)
	noErr(t, err)
}

func TestRouteNHID(t *testing.T) {
	r := newRoute(t)
	noErr(t, r.SetDst(prefix("192.0.2.0/24")))
	if !oracle.Has("rtnl_route_set_nhid") {
		isErr(t, "SetNHID", r.SetNHID(1), libnl.ErrOpNotSupp)
		return
	}
	noErr(t, r.SetNHID(1<<31))
	equal(t, "nhid", r.NHID(), 1<<31)
	equal(t, "snapshot", r.Info().NHID, 1<<31)
	m, err := r.BuildAdd(0)
	noErr(t, err)
	a, ok := m.FindAttr(unix.SizeofRtMsg, 30)
	equal(t, "in the request", ok, true)
	v, err := a.U32()
	noErr(t, err)
	equal(t, "in the request", v, 1<<31)
	noErr(t, r.SetNHID(0))
	equal(t, "unset", r.NHID(), 0)
}

func TestRouteInfo(t *testing.T) {
	r := newRoute(t)
	noErr(t, r.SetDst(prefix("192.0.2.0/24")))
	noErr(t, r.SetPrefSrc(ip("192.0.2.9")))
	r.SetPriority(5)
	r.SetScope(0)
	noErr(t, r.AddNexthop(newHop(t, "10.0.0.1", 3)))
	noErr(t, r.AddNexthop(newHop(t, "10.0.0.2", 4)))
	want := libnl.RouteInfo{
		Family: libnl.FamilyIPv4, Table: 254, Type: 1, Protocol: 4, Priority: 5, Dst: netip.MustParsePrefix("192.0.2.0/24"),
		PrefSrc: netip.MustParseAddr("192.0.2.9"), Gateway: netip.MustParseAddr("10.0.0.1"), OIF: 3, Nexthops: 2,
	}
	equal(t, "snapshot", r.Info(), want)
	b, err := json.Marshal(want)
	noErr(t, err)
	equal(t, "JSON", string(b), `{"family":2,"table":254,"type":1,"protocol":4,"scope":0,"priority":5,"dst":"192.0.2.0/24","prefsrc":"192.0.2.9","gateway":"10.0.0.1","oif":3,"nexthops":2}`)
	var back libnl.RouteInfo
	noErr(t, json.Unmarshal(b, &back))
	equal(t, "from JSON", back, want)

	v6 := newRoute(t)
	noErr(t, v6.SetDst(prefix("2001:db8::/48")))
	noErr(t, v6.SetSrc(prefix("2001:db8:1::/64")))
	h := newHop(t, "", 9)
	noErr(t, h.SetVia(ip("fe80::1")))
	noErr(t, v6.AddNexthop(h))
	info := v6.Info()
	equal(t, "dst", info.Dst, netip.MustParsePrefix("2001:db8::/48"))
	equal(t, "src", info.Src, netip.MustParsePrefix("2001:db8:1::/64"))
	equal(t, "gateway", info.Gateway, netip.MustParseAddr("fe80::1"))

	mpls := newRoute(t)
	noErr(t, mpls.SetDst(labels(t, "100")))
	equal(t, "dst of MPLS", mpls.Info().Dst, netip.Prefix{})
	equal(t, "guessed scope of MPLS", mpls.GuessScope(), 0)
	if nltest.Race || nltest.ASan {
		return // their checks of pointers allocate
	}
	if got := testing.AllocsPerRun(100, func() { r.Info() }); got > 0 {
		t.Errorf("a snapshot allocates %v times", got)
	}
}

func TestRouteClosed(t *testing.T) {
	r := newRoute(t)
	noErr(t, r.SetDst(prefix("192.0.2.0/24")))
	hop := newHop(t, "", 1)
	noErr(t, r.AddNexthop(hop))
	noErr(t, r.Close())
	own := newHop(t, "", 1)
	for _, r := range []*libnl.Route{r, nil, {}} {
		for what, err := range map[string]error{
			"SetFamily": r.SetFamily(2), "SetType": r.SetType(1), "SetMetric": r.SetMetric(1, 1), "UnsetMetric": r.UnsetMetric(1),
			"SetDst": r.SetDst(ip("10.0.0.1")), "SetIIF": r.SetIIF(1), "SetNHID": r.SetNHID(1), "AddNexthop": r.AddNexthop(own),
			"RemoveNexthop": r.RemoveNexthop(hop), "Add": r.Add(t.Context(), nil, 0), "Delete": r.Delete(t.Context(), nil, 0),
		} {
			isErr(t, what, err, libnl.ErrClosed)
		}
		_, err := r.BuildMsg(24, 0)
		isErr(t, "BuildMsg", err, libnl.ErrClosed)
		for what, call := range map[string]func(){
			"Table": func() { r.Table() }, "Dst": func() { r.Dst() }, "Info": func() { r.Info() }, "Metric": func() { r.Metric(2) },
			"Nexthops": func() {
				for range r.Nexthops() {
				}
			}, "CacheInfo": func() { r.CacheInfo() }, "SetTable": func() { r.SetTable(1) },
		} {
			panicsIn(t, what, call)
		}
	}
	_, err := libnl.ParseRoute(nil)
	isErr(t, "ParseRoute(nil)", err, libnl.ErrClosed)
}

// panics fails the test unless the call panics and says that a handle is closed.
func panicsIn(t *testing.T, what string, call func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if s, ok := recover().(string); !ok || !strings.Contains(s, "closed") {
			t.Errorf("%s of a closed handle did not panic for that", what)
		}
	}()
	call()
}

// Encapsulations that libnl does not know do not end a dump.
func TestRouteUnknownEncap(t *testing.T) {
	head := []byte{unix.AF_INET, 24, 0, 0, unix.RT_TABLE_MAIN, unix.RTPROT_STATIC, 0, unix.RTN_UNICAST, 0, 0, 0, 0}
	dst := oracle.Attr(unix.RTA_DST, []byte{192, 0, 2, 0})
	encap := slices.Concat(oracle.Attr(unix.RTA_ENCAP_TYPE, []byte{5, 0}), oracle.Attr(unix.RTA_ENCAP, oracle.Attr(1, make([]byte, 28)))) // seg6
	hop := slices.Concat(u16(uint16(8+len(encap)), 0), u32(3), encap)
	for what, body := range map[string][]byte{
		"one next hop": slices.Concat(head, dst, encap, oracle.Attr(unix.RTA_OIF, u32(3))),
		"several":      slices.Concat(head, dst, oracle.Attr(unix.RTA_MULTIPATH, slices.Concat(hop, hop))),
	} {
		m, err := libnl.MsgFromBytes(oracle.Message(unix.RTM_NEWROUTE, 0, 0, body))
		noErr(t, err)
		m.SetProto(libnl.ProtoRoute)
		r, err := libnl.ParseRoute(m)
		made(t, r, err)
		nh, ok := r.Nexthop(0)
		equal(t, what, ok, true)
		equal(t, what+": index", nh.Index(), 3)
		_, ok = nh.Encap()
		equal(t, what+": encapsulation", ok, false)
	}
}
