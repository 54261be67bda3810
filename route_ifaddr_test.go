//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"context"
	"io/fs"
	"math"
	"net"
	"net/netip"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
)

func newIfAddr(t testing.TB) *libnl.IfAddr {
	t.Helper()
	a, err := libnl.NewIfAddr()
	return made(t, a, err)
}

var ifAddrRequests = []builders[*libnl.IfAddr]{
	{func(a *libnl.IfAddr) (*libnl.Msg, error) { return a.BuildAdd(libnl.FlagReplace) }, "rtnl_addr_build_add_request", []any{0x100}},
	{func(a *libnl.IfAddr) (*libnl.Msg, error) { return a.BuildDelete(0) }, "rtnl_addr_build_delete_request", []any{0}},
}

func TestIfAddrAttrs(t *testing.T) {
	type A = *libnl.IfAddr
	local, peer, bcast := mustAddr(t, "192.0.2.1/24"), mustAddr(t, "192.0.2.2/30"), mustAddr(t, "192.0.2.255")
	var zero libnl.Addr
	testAttrs(t, newIfAddr(t), "route/addr", ifAddrRequests, []attrTest[A]{
		{"ifindex", func(a A) any { return a.Index() }, 0, func(a A) error { return a.SetIndex(7) }, []any{"rtnl_addr_set_ifindex", 7}, 7},
		{"family", func(a A) any { return a.Family() }, libnl.FamilyUnspec, func(a A) error { return a.SetFamily(2) }, []any{"rtnl_addr_set_family", 2}, libnl.FamilyIPv4},
		{"local", func(a A) any { return a.Local() }, zero, func(a A) error { return a.SetLocal(local) }, []any{"rtnl_addr_set_local", cAddr(local)}, local},
		{"", func(a A) any { return a.PrefixLen() }, 24, func(a A) error { return a.SetPrefixLen(24) }, []any{"rtnl_addr_set_prefixlen", 24}, 24},
		{"local", func(a A) any { return a.PrefixLen() }, 24, func(a A) error { return a.SetPrefixLen(16) }, []any{"rtnl_addr_set_prefixlen", 16}, 16},
		{"peer", func(a A) any { return a.Peer() }, zero, func(a A) error { return a.SetPeer(peer) }, []any{"rtnl_addr_set_peer", cAddr(peer)}, peer},
		{"peer", func(a A) any { return a.PrefixLen() }, 30, func(a A) error { return a.SetPrefixLen(31) }, []any{"rtnl_addr_set_prefixlen", 31}, 31},
		{"broadcast", func(a A) any { return a.Broadcast() }, zero, func(a A) error { return a.SetBroadcast(bcast) }, []any{"rtnl_addr_set_broadcast", cAddr(bcast)}, bcast},
		{"label", func(a A) any { return a.Label() }, "", func(a A) error { return a.SetLabel("fifteen:letters") }, []any{"rtnl_addr_set_label", "fifteen:letters"}, "fifteen:letters"},
		{"scope", func(a A) any { return a.Scope() }, libnl.Scope(255), okFunc(func(a A) { a.SetScope(253) }), []any{"rtnl_addr_set_scope", 253}, libnl.Scope(253)},
		{"flags", func(a A) any { return a.Flags() }, libnl.IfAddrFlags(0), okFunc(func(a A) { a.SetFlags(unix.IFA_F_NOPREFIXROUTE | unix.IFA_F_NODAD) }), []any{"rtnl_addr_set_flags", 0x202}, libnl.IfAddrFlags(0x202)},
		{"flags", func(a A) any { return a.Flags() }, libnl.IfAddrFlags(0x202), okFunc(func(a A) { a.UnsetFlags(unix.IFA_F_NODAD | unix.IFA_F_PERMANENT) }), []any{"rtnl_addr_unset_flags", 0x82}, libnl.IfAddrFlags(0x200)},
		{"peer", func(a A) any { return a.Peer() }, peer.WithPrefixLen(31), func(a A) error { return a.SetPeer(zero) }, []any{"rtnl_addr_set_peer", nil}, zero},
		{"local", func(a A) any { return a.Local() }, local.WithPrefixLen(0), func(a A) error { return a.SetLocal(zero) }, []any{"rtnl_addr_set_local", nil}, zero},
		{"broadcast", func(a A) any { return a.Broadcast() }, bcast, func(a A) error { return a.SetBroadcast(zero) }, []any{"rtnl_addr_set_broadcast", nil}, zero},
	})
	v6, mcast := mustAddr(t, "2001:db8::1/64"), mustAddr(t, "ff02::1")
	testAttrs(t, newIfAddr(t), "route/addr", ifAddrRequests, []attrTest[A]{
		{"multicast", func(a A) any { return a.Multicast() }, zero, func(a A) error { return a.SetMulticast(mcast) }, []any{"rtnl_addr_set_multicast", cAddr(mcast)}, mcast},
		{"0x800", func(a A) any { return a.Anycast() }, zero, func(a A) error { return a.SetAnycast(v6) }, []any{"rtnl_addr_set_anycast", cAddr(v6)}, v6},
		{"local", func(a A) any { return a.Local() }, zero, func(a A) error { return a.SetLocal(v6) }, []any{"rtnl_addr_set_local", cAddr(v6)}, v6},
		{"ifindex", func(a A) any { return a.Index() }, 0, func(a A) error { return a.SetIndex(math.MaxInt32) }, []any{"rtnl_addr_set_ifindex", math.MaxInt32}, math.MaxInt32},
		{"multicast", func(a A) any { return a.Multicast() }, mcast, func(a A) error { return a.SetMulticast(zero) }, []any{"rtnl_addr_set_multicast", nil}, zero},
		{"0x800", func(a A) any { return a.Anycast() }, v6, func(a A) error { return a.SetAnycast(zero) }, []any{"rtnl_addr_set_anycast", nil}, zero},
	})
}

func TestIfAddrLifetimes(t *testing.T) {
	a := newIfAddr(t)
	c := madeC(t, "route/addr")
	noErr(t, a.SetIndex(1))
	noErr(t, a.SetLocal(mustAddr(t, "192.0.2.1/24")))
	c.Call("rtnl_addr_set_ifindex", 1)
	c.Call("rtnl_addr_set_local", cAddr(mustAddr(t, "192.0.2.1/24")))
	is := func(what string, valid, preferred time.Duration, cValid, cPreferred uint32) {
		t.Helper()
		equal(t, what+": valid", a.ValidLifetime(), valid)
		equal(t, what+": preferred", a.PreferredLifetime(), preferred)
		c.Call("rtnl_addr_set_valid_lifetime", cValid)
		c.Call("rtnl_addr_set_preferred_lifetime", cPreferred)
		for _, r := range ifAddrRequests {
			sameBuilt(t, what, a, c, r)
		}
	}
	equal(t, "unset", a.ValidLifetime(), libnl.Forever)
	equal(t, "unset preferred", a.PreferredLifetime(), libnl.Forever)
	noErr(t, a.SetValidLifetime(100*time.Second))
	is("valid alone", 100*time.Second, 100*time.Second, 100, 100)
	noErr(t, a.SetPreferredLifetime(60*time.Second))
	is("both", 100*time.Second, 60*time.Second, 100, 60)
	noErr(t, a.SetValidLifetime(time.Second/2))
	is("rounded", time.Second, 60*time.Second, 1, 60)
	noErr(t, a.SetPreferredLifetime(0))
	noErr(t, a.SetValidLifetime(libnl.Forever))
	is("forever, deprecated", libnl.Forever, 0, math.MaxUint32, 0)
	noErr(t, a.SetPreferredLifetime(libnl.Forever))
	is("forever", libnl.Forever, libnl.Forever, math.MaxUint32, math.MaxUint32)

	b := newIfAddr(t)
	noErr(t, b.SetPreferredLifetime(time.Minute))
	equal(t, "preferred alone leaves valid", b.ValidLifetime(), libnl.Forever)
	equal(t, "preferred alone", b.PreferredLifetime(), time.Minute)
	for _, d := range []time.Duration{-1, -time.Hour, math.MaxUint32 * time.Second, math.MaxInt64 - 1} {
		isErr(t, "valid "+d.String(), b.SetValidLifetime(d), libnl.ErrRange)
		isErr(t, "preferred "+d.String(), b.SetPreferredLifetime(d), libnl.ErrRange)
	}
	noErr(t, b.SetValidLifetime((math.MaxUint32-1)*time.Second))
	equal(t, "the longest", b.ValidLifetime(), (math.MaxUint32-1)*time.Second)
}

func TestIfAddrRefused(t *testing.T) {
	a := newIfAddr(t)
	v4, v6 := mustAddr(t, "192.0.2.1/24"), mustAddr(t, "2001:db8::1/64")
	isErr(t, "peer of IPv6", a.SetPeer(v6), libnl.ErrAFNoSupport)
	isErr(t, "broadcast of IPv6", a.SetBroadcast(v6), libnl.ErrAFNoSupport)
	isErr(t, "multicast of IPv4", a.SetMulticast(v4), libnl.ErrAFNoSupport)
	isErr(t, "anycast of IPv4", a.SetAnycast(v4), libnl.ErrAFNoSupport)
	isErr(t, "no bytes", a.SetLocal(libnl.AddrFrom(libnl.FamilyIPv4, nil)), libnl.ErrInval)
	isErr(t, "prefix", a.SetPrefixLen(129), libnl.ErrRange)
	isErr(t, "prefix", a.SetPrefixLen(-1), libnl.ErrRange)
	isErr(t, "index", a.SetIndex(-1), libnl.ErrRange)
	isErr(t, "family", a.SetFamily(256), libnl.ErrAFNoSupport)
	isErr(t, "label", a.SetLabel("sixteen-letters!"), libnl.ErrRange)
	isErr(t, "label", a.SetLabel("a\x00b"), libnl.ErrInval)
	noErr(t, a.SetLocal(v4))
	isErr(t, "another family", a.SetLocal(v6), libnl.ErrAFMismatch)
	isErr(t, "another family", a.SetAnycast(v6), libnl.ErrAFMismatch)
	isErr(t, "prefix", a.SetPrefixLen(33), libnl.ErrRange)
	noErr(t, a.SetPeer(mustAddr(t, "192.0.2.2/30")))
	isErr(t, "local with a prefix behind the peer", a.SetLocal(v4), libnl.ErrInval)
	noErr(t, a.SetLocal(v4.WithPrefixLen(0)))
	equal(t, "prefix of the peer", a.PrefixLen(), 30)
	_, err := a.BuildAdd(0)
	isErr(t, "no index", err, libnl.ErrMissingAttr)
	_, err = newIfAddr(t).BuildDelete(0)
	isErr(t, "nothing to delete", err, libnl.ErrMissingAttr)
}

func TestIfAddrClosed(t *testing.T) {
	closed := newIfAddr(t)
	noErr(t, closed.Close())
	for what, a := range map[string]*libnl.IfAddr{"closed": closed, "nil": nil, "zero": {}} {
		errs := map[string]error{
			"SetIndex": a.SetIndex(1), "SetLink": a.SetLink(nil), "SetFamily": a.SetFamily(2), "SetLocal": a.SetLocal(libnl.Addr{}),
			"SetPeer": a.SetPeer(libnl.Addr{}), "SetBroadcast": a.SetBroadcast(libnl.Addr{}), "SetMulticast": a.SetMulticast(libnl.Addr{}),
			"SetAnycast": a.SetAnycast(libnl.Addr{}), "SetPrefixLen": a.SetPrefixLen(1), "SetLabel": a.SetLabel("x"),
			"SetValidLifetime": a.SetValidLifetime(1), "SetPreferredLifetime": a.SetPreferredLifetime(1),
			"Add": a.Add(t.Context(), nil, 0), "Delete": a.Delete(t.Context(), nil, 0),
		}
		for name, err := range errs {
			isErr(t, what+": "+name, err, libnl.ErrClosed)
		}
		mustPanic(t, "closed IfAddr", func() { a.Local() })
		mustPanic(t, "closed IfAddr", func() { a.Info() })
		mustPanic(t, "closed IfAddr", func() { a.Link() })
	}
}

// libnl's rtnl_addr_set_link keeps a link it has put when it is given none.
func TestIfAddrLink(t *testing.T) {
	a := newIfAddr(t)
	_, has := a.Link()
	equal(t, "has a link", has, false)
	l, err := libnl.NewLink()
	made(t, l, err)
	noErr(t, l.SetIndex(5))
	noErr(t, a.SetLink(l))
	noErr(t, a.SetLink(l))
	equal(t, "references", l.RefCount(), 2)
	equal(t, "index", a.Index(), 5)
	isErr(t, "no link", a.SetLink(nil), libnl.ErrClosed)

	got, has := a.Link()
	equal(t, "has a link", has, true)
	made(t, got, nil)
	equal(t, "index of the link", got.Index(), 5)
	copied, err := libnl.Clone(a)
	noErr(t, err)
	equal(t, "references, with a clone", l.RefCount(), 4)
	other, err := libnl.NewLink()
	made(t, other, err)
	noErr(t, copied.SetLink(other))
	equal(t, "references, the clone's link changed", l.RefCount(), 3)
	noErr(t, copied.Close())
	noErr(t, a.Close())
	equal(t, "references at the end", l.RefCount(), 2)
}

func TestIfAddrFlagsText(t *testing.T) {
	testNames(t, libnl.IfAddrFlags.String, libnl.ParseIfAddrFlags, map[libnl.IfAddrFlags]string{
		0: "", 1: "secondary", 2: "nodad", 4: "optimistic", 8: "dadfailed", 0x10: "homeaddress", 0x20: "deprecated", 0x40: "tentative",
		0x80: "permanent", 0x100: "mngtmpaddr", 0x200: "noprefixroute", 0x400: "0x400", 0x80000a80: "permanent,noprefixroute,0x80000800",
	})
}

// vethPair makes two interfaces and returns their indexes.
func vethPair(t testing.TB) (v0, v1 int) {
	t.Helper()
	nltest.Run(t, "ip", "link", "add", "v0", "up", "type", "veth", "peer", "name", "v1")
	nltest.Run(t, "ip", "link", "set", "v1", "up")
	for name, i := range map[string]*int{"v0": &v0, "v1": &v1} {
		iface, err := net.InterfaceByName(name)
		if err != nil {
			t.Fatal(err)
		}
		*i = iface.Index
	}
	return v0, v1
}

// ipAddrs returns what ip says of the addresses of an interface.
func ipAddrs(t testing.TB, dev string) (list []map[string]any) {
	t.Helper()
	for _, l := range ipMaps(t, "ip", "addr", "show", "dev", dev) {
		infos, _ := l["addr_info"].([]any)
		for _, i := range infos {
			if m := i.(map[string]any); len(m) > 0 {
				list = append(list, m)
			}
		}
	}
	return list
}

// sameIfAddr compares a snapshot with what ip says.
func sameIfAddr(t *testing.T, i libnl.IfAddrInfo, ip map[string]any) {
	t.Helper()
	str := func(key string) string { s, _ := ip[key].(string); return s }
	equal(t, "family", i.Family.String(), str("family"))
	equal(t, "local", i.Local.String(), str("local"))
	if i.Peer.IsValid() || ip["address"] != nil {
		equal(t, "peer", i.Peer.String(), str("address"))
	}
	equal(t, "prefix length", float64(i.PrefixLen), ip["prefixlen"].(float64))
	if i.Broadcast.IsValid() || ip["broadcast"] != nil {
		equal(t, "broadcast", i.Broadcast.String(), str("broadcast"))
	}
	equal(t, "label", i.Label, str("label"))
	for what, l := range map[string]struct {
		d  time.Duration
		ip float64
	}{"valid": {i.ValidLifetime, ip["valid_life_time"].(float64)}, "preferred": {i.PreferredLifetime, ip["preferred_life_time"].(float64)}} {
		if l.ip == math.MaxUint32 {
			equal(t, what, l.d, libnl.Forever)
		} else if off := l.d - time.Duration(l.ip)*time.Second; off < 0 || off > 2*time.Second {
			t.Errorf("%s lifetime: %v, ip says %v", what, l.d, l.ip)
		}
	}
	for name, bit := range map[string]libnl.IfAddrFlags{"noprefixroute": unix.IFA_F_NOPREFIXROUTE, "nodad": unix.IFA_F_NODAD, "tentative": unix.IFA_F_TENTATIVE} {
		equal(t, name, i.Flags&bit != 0, ip[name] == true)
	}
	equal(t, "permanent", i.Flags&unix.IFA_F_PERMANENT == 0, ip["dynamic"] == true)
	scopes := map[libnl.Scope]string{0: "global", 200: "site", 253: "link", 254: "host"}
	equal(t, "scope", scopes[i.Scope], str("scope"))
}

func TestIfAddrKernel(t *testing.T) {
	s := netNS(t)
	v0, _ := vethPair(t)
	ctx := t.Context()
	nltest.Run(t, "ip", "addr", "flush", "dev", "v0")

	// ours, as ip sees them
	for _, make := range []func(a *libnl.IfAddr) error{
		func(a *libnl.IfAddr) error { return a.SetLocal(mustAddr(t, "192.0.2.1/24")) },
		func(a *libnl.IfAddr) error {
			noErr(t, a.SetLocal(mustAddr(t, "198.51.100.1/24")))
			noErr(t, a.SetBroadcast(mustAddr(t, "198.51.100.255")))
			noErr(t, a.SetLabel("v0:x"))
			a.SetScope(253)
			a.SetFlags(unix.IFA_F_NOPREFIXROUTE)
			noErr(t, a.SetValidLifetime(time.Hour))
			return a.SetPreferredLifetime(time.Minute)
		},
		func(a *libnl.IfAddr) error {
			noErr(t, a.SetLocal(mustAddr(t, "203.0.113.1")))
			return a.SetPeer(mustAddr(t, "203.0.113.2/30"))
		},
		func(a *libnl.IfAddr) error {
			a.SetFlags(unix.IFA_F_NODAD)
			noErr(t, a.SetLocal(mustAddr(t, "2001:db8::1/64")))
			return a.SetValidLifetime(time.Hour)
		},
	} {
		a := newIfAddr(t)
		noErr(t, a.SetIndex(v0))
		noErr(t, make(a))
		noErr(t, a.Add(ctx, s, libnl.FlagExcl))
		isErr(t, "adding again", a.Add(ctx, s, 0), fs.ErrExist)
		noErr(t, a.Add(ctx, s, libnl.FlagReplace))
	}
	// ip's, as we see them
	nltest.Run(t, "ip", "addr", "add", "10.1.2.3/16", "peer", "10.9.0.0/16", "dev", "v0", "label", "v0:ip", "scope", "host")
	nltest.Run(t, "ip", "addr", "add", "2001:db8:1::1", "peer", "2001:db8:2::/48", "dev", "v0", "nodad", "valid_lft", "1000", "preferred_lft", "0")
	nltest.Run(t, "ip", "addr", "add", "2001:db8:3::1/128", "dev", "v0", "noprefixroute", "nodad")

	for _, strict := range []bool{false, true} {
		s := dialRoute(t, &libnl.Config{Strict: strict})
		got := collect(t, s.IfAddrs(ctx, &libnl.IfAddrFilter{Index: v0}))
		want := ipAddrs(t, "v0")
		equal(t, "number of addresses", len(got), len(want))
		for i, a := range got {
			info := a.Info()
			sameIfAddr(t, info, want[i])
			roundTrip(t, info)
			sameGetters(t, a)
			equal(t, "index", info.Index, v0)
			if info.CreateTime <= 0 || info.LastUpdateTime < info.CreateTime {
				t.Errorf("made at %v, changed at %v", info.CreateTime, info.LastUpdateTime)
			}
		}
		equal(t, "of IPv6 in all", len(collect(t, s.IfAddrs(ctx, &libnl.IfAddrFilter{Family: libnl.FamilyIPv6, Index: v0}))), 3)
		all := collect(t, s.IfAddrs(ctx, nil))
		if len(all) < len(got)+2 {
			t.Errorf("%d addresses in all", len(all))
		}
		isErr(t, "index", failure(s.IfAddrs(ctx, &libnl.IfAddrFilter{Index: -1})), libnl.ErrRange)
		isErr(t, "family", failure(s.IfAddrs(ctx, &libnl.IfAddrFilter{Family: 300})), libnl.ErrAFNoSupport)
	}
	for _, a := range collect(t, s.IfAddrs(ctx, &libnl.IfAddrFilter{Index: v0})) {
		noErr(t, a.Delete(ctx, s, 0))
		isErr(t, "deleting again", a.Delete(ctx, s, 0), fs.ErrNotExist)
	}
	equal(t, "addresses left", len(ipAddrs(t, "v0")), 0)
	gone := newIfAddr(t)
	noErr(t, gone.SetIndex(12345))
	noErr(t, gone.SetLocal(mustAddr(t, "192.0.2.1/24")))
	isErr(t, "no such interface", gone.Add(ctx, s, 0), fs.ErrNotExist)
	generic, err := libnl.Dial(libnl.ProtoGeneric, nil)
	noErr(t, err)
	defer generic.Close()
	isErr(t, "the wrong socket", gone.Add(ctx, generic, 0), libnl.ErrProtoMismatch)
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	isErr(t, "cancelled", failure(s.IfAddrs(cancelled, nil)), context.Canceled)
}

// sameGetters compares the snapshot with the getters.
func sameGetters(t *testing.T, a *libnl.IfAddr) {
	t.Helper()
	i := a.Info()
	ip := func(a libnl.Addr) netip.Addr { ip, _ := a.IP(); return ip }
	want := libnl.IfAddrInfo{
		a.Family(), a.Index(), a.Label(), ip(a.Local()), ip(a.Peer()), a.PrefixLen(), ip(a.Broadcast()), ip(a.Multicast()), ip(a.Anycast()),
		a.Scope(), a.Flags(), a.ValidLifetime(), a.PreferredLifetime(), a.CreateTime(), a.LastUpdateTime(),
	}
	equal(t, "snapshot", i, want)
	network := i.Local
	if i.Peer.IsValid() {
		network = i.Peer
	}
	equal(t, "network", i.Network().String(), netip.PrefixFrom(network, a.PrefixLen()).Masked().String())
}

// The snapshot of an address of every attribute, and of none.
func TestIfAddrInfo(t *testing.T) {
	equal(t, "of nothing", newIfAddr(t).Info(), libnl.IfAddrInfo{Scope: 255, ValidLifetime: libnl.Forever, PreferredLifetime: libnl.Forever})
	equal(t, "network of nothing", (&libnl.IfAddrInfo{}).Network(), netip.Prefix{})
	a := newIfAddr(t)
	noErr(t, a.SetLocal(mustAddr(t, "2001:db8::1/64")))
	noErr(t, a.SetMulticast(mustAddr(t, "ff02::1")))
	noErr(t, a.SetAnycast(mustAddr(t, "2001:db8::2")))
	noErr(t, a.SetLabel("fifteen:letters"))
	sameGetters(t, a)
	roundTrip(t, a.Info())
}
