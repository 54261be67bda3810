//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"io/fs"
	"net/netip"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
	"github.com/golibnl/libnl/internal/oracle"
)

func newNeigh(t testing.TB) *libnl.Neigh {
	t.Helper()
	n, err := libnl.NewNeigh()
	return made(t, n, err)
}

var neighRequests = []builders[*libnl.Neigh]{
	{func(n *libnl.Neigh) (*libnl.Msg, error) { return n.BuildAdd(libnl.FlagCreate) }, "rtnl_neigh_build_add_request", []any{0x400}},
	{func(n *libnl.Neigh) (*libnl.Msg, error) { return n.BuildDelete(0) }, "rtnl_neigh_build_delete_request", []any{0}},
}

func TestNeighAttrs(t *testing.T) {
	type N = *libnl.Neigh
	var zero libnl.Addr
	mac, dst := mustAddr(t, "02:00:00:00:00:07"), mustAddr(t, "192.0.2.7")
	testAttrs(t, newNeigh(t), "route/neigh", neighRequests, []attrTest[N]{
		{"ifindex", func(n N) any { return n.Index() }, 0, func(n N) error { return n.SetIndex(7) }, []any{"rtnl_neigh_set_ifindex", 7}, 7},
		{"lladdr", func(n N) any { return n.LLAddr() }, zero, func(n N) error { return n.SetLLAddr(mac) }, []any{"rtnl_neigh_set_lladdr", cAddr(mac)}, mac},
		{"dst", func(n N) any { return n.Dst() }, zero, func(n N) error { return n.SetDst(dst) }, []any{"rtnl_neigh_set_dst", cAddr(dst)}, dst},
		{"", func(n N) any { return n.Family() }, libnl.FamilyIPv4, func(n N) error { return n.SetFamily(2) }, []any{"rtnl_neigh_set_family", 2}, libnl.FamilyIPv4},
		{"state", func(n N) any { return opt(n.State()) }, none[libnl.NeighState](), okFunc(func(n N) { n.SetState(unix.NUD_REACHABLE | unix.NUD_PERMANENT) }), []any{"rtnl_neigh_set_state", 0x82}, some(libnl.NeighState(0x82))},
		{"state", func(n N) any { return opt(n.State()) }, some(libnl.NeighState(0x82)), okFunc(func(n N) { n.UnsetState(unix.NUD_PERMANENT | unix.NUD_STALE) }), []any{"rtnl_neigh_unset_state", 0x84}, some(libnl.NeighState(2))},
		{"flags", func(n N) any { return n.Flags() }, libnl.NeighFlags(0), okFunc(func(n N) { n.SetFlags(unix.NTF_ROUTER | unix.NTF_PROXY) }), []any{"rtnl_neigh_set_flags", 0x88}, libnl.NeighFlags(0x88)},
		{"flags", func(n N) any { return n.Flags() }, libnl.NeighFlags(0x88), okFunc(func(n N) { n.UnsetFlags(unix.NTF_PROXY | unix.NTF_USE) }), []any{"rtnl_neigh_unset_flags", 9}, libnl.NeighFlags(0x80)},
		{"vlan", func(n N) any { return opt(n.VLAN()) }, none[uint16](), func(n N) error { return n.SetVLAN(4095) }, []any{"rtnl_neigh_set_vlan", 4095}, some[uint16](4095)},
		{"master", func(n N) any { return n.Master() }, 0, func(n N) error { return n.SetMaster(9) }, []any{"rtnl_neigh_set_master", 9}, 9},
		{"family", func(n N) any { return n.Family() }, libnl.FamilyIPv4, func(n N) error { return n.SetFamily(7) }, []any{"rtnl_neigh_set_family", 7}, libnl.FamilyBridge},
	})
	testAttrs(t, newNeigh(t), "route/neigh", nil, []attrTest[N]{
		{"type", func(n N) any { return opt(n.Type()) }, none[libnl.RouteType](), okFunc(func(n N) { n.SetType(255) }), []any{"rtnl_neigh_set_type", 255}, some(libnl.RouteType(255))},
	})
}

// Before 3.8 and 3.11 there is nothing to set, and it shows.
func TestNeighNewer(t *testing.T) {
	type N = *libnl.Neigh
	if oracle.Has("rtnl_neigh_set_nhid") {
		n := newNeigh(t)
		noErr(t, n.SetFamily(libnl.FamilyBridge))
		testAttrs(t, n, "route/neigh", nil, []attrTest[N]{
			{"nhid", func(n N) any { return opt(n.NHID()) }, none[uint32](), func(n N) error { return n.SetNHID(1 << 31) }, []any{"rtnl_neigh_set_nhid", uint32(1) << 31}, some(uint32(1 << 31))},
		})
	} else {
		n := newNeigh(t)
		isErr(t, "SetNHID", n.SetNHID(1), libnl.ErrOpNotSupp)
		equal(t, "nhid", opt(n.NHID()), none[uint32]())
	}
	if oracle.Has("rtnl_neigh_set_ext_flags") {
		n := newNeigh(t)
		noErr(t, n.SetFamily(libnl.FamilyBridge))
		testAttrs(t, n, "route/neigh", nil, []attrTest[N]{
			{"ext_flags", func(n N) any { return opt(n.ExtFlags()) }, none[libnl.NeighExtFlags](), func(n N) error { return n.SetExtFlags(3) }, []any{"rtnl_neigh_set_ext_flags", 3}, some(libnl.NeighExtFlags(3))},
			{"ext_flags", func(n N) any { return opt(n.ExtFlags()) }, some(libnl.NeighExtFlags(3)), func(n N) error { return n.UnsetExtFlags(2) }, []any{"rtnl_neigh_unset_ext_flags", 2}, some(libnl.NeighManaged)},
		})
		equal(t, "text", (libnl.NeighManaged | libnl.NeighLocked | 4).String(), "managed,locked,0x4")
		f, err := libnl.ParseNeighExtFlags("managed,locked,0x4")
		noErr(t, err)
		equal(t, "parsed", f, 7)
	} else {
		n := newNeigh(t)
		isErr(t, "SetExtFlags", n.SetExtFlags(1), libnl.ErrOpNotSupp)
		isErr(t, "UnsetExtFlags", n.UnsetExtFlags(1), libnl.ErrOpNotSupp)
		equal(t, "flags", opt(n.ExtFlags()), none[libnl.NeighExtFlags]())
		equal(t, "text", libnl.NeighManaged.String(), "0x1")
		f, err := libnl.ParseNeighExtFlags("0x1")
		noErr(t, err)
		equal(t, "parsed", f, libnl.NeighManaged)
		_, err = libnl.ParseNeighExtFlags("managed")
		isErr(t, "a name", err, libnl.ErrObjNotFound)
	}
}

// rtnl_neigh_set_type makes all else unset in libnl.
func TestNeighSetType(t *testing.T) {
	mac, dst := mustAddr(t, "02:00:00:00:00:07"), mustAddr(t, "192.0.2.7")
	n := newNeigh(t)
	noErr(t, n.SetIndex(7))
	noErr(t, n.SetLLAddr(mac))
	noErr(t, n.SetDst(dst))
	n.SetState(unix.NUD_STALE)
	n.SetFlags(unix.NTF_ROUTER)
	noErr(t, n.SetVLAN(0))
	noErr(t, n.SetMaster(9))
	noErr(t, n.SetFamily(libnl.FamilyBridge))
	before, err := libnl.Clone(n)
	made(t, before, err)
	n.SetType(3)
	equal(t, "what changed", n.AttrNames(n.Diff(before))[0], "type")
	equal(t, "number of changes", len(n.AttrNames(n.Diff(before))), 1)
	equal(t, "address", n.LLAddr(), mac)
	equal(t, "destination", n.Dst(), dst)

	few := newNeigh(t)
	noErr(t, few.SetDst(dst))
	few.SetType(3)
	list := few.AttrList()
	equal(t, "attributes", len(list), 3) // with the family
	equal(t, "state", opt(few.State()), none[libnl.NeighState]())

	// libnl itself
	c := madeC(t, "route/neigh")
	c.Call("rtnl_neigh_set_vlan", 5)
	c.Call("rtnl_neigh_set_type", 3)
	equal(t, "plain libnl's VLAN", int32(c.Call("rtnl_neigh_get_vlan")), -1)
}

// rtnl_neigh_set_dst refuses the end of a tunnel once the family is that of a bridge.
func TestNeighBridgeDst(t *testing.T) {
	n := newNeigh(t)
	noErr(t, n.SetFamily(libnl.FamilyBridge))
	noErr(t, n.SetDst(mustAddr(t, "2001:db8::1")))
	equal(t, "family", n.Family(), libnl.FamilyBridge)
	equal(t, "destination", n.Dst(), mustAddr(t, "2001:db8::1"))
	noErr(t, n.SetDst(mustAddr(t, "192.0.2.1")))

	c := madeC(t, "route/neigh")
	c.Call("rtnl_neigh_set_family", 7)
	equal(t, "plain libnl", libnl.Errno(-int32(c.Call("rtnl_neigh_set_dst", cAddr(mustAddr(t, "192.0.2.1"))))), libnl.ErrAFMismatch)
}

func TestNeighRefused(t *testing.T) {
	n := newNeigh(t)
	isErr(t, "no address", n.SetLLAddr(libnl.Addr{}), libnl.ErrInval)
	isErr(t, "no address", n.SetDst(libnl.Addr{}), libnl.ErrInval)
	isErr(t, "VLAN", n.SetVLAN(4096), libnl.ErrRange)
	isErr(t, "index", n.SetIndex(-1), libnl.ErrRange)
	isErr(t, "master", n.SetMaster(1<<31), libnl.ErrRange)
	isErr(t, "family", n.SetFamily(-1), libnl.ErrAFNoSupport)
	_, err := n.BuildAdd(0)
	isErr(t, "without a destination", err, libnl.ErrMissingAttr)
	_, err = n.BuildDelete(0)
	isErr(t, "without a destination", err, libnl.ErrMissingAttr)
	noErr(t, n.SetDst(mustAddr(t, "192.0.2.1")))
	isErr(t, "another family", n.SetDst(mustAddr(t, "2001:db8::1")), libnl.ErrAFMismatch)

	closed := newNeigh(t)
	noErr(t, closed.Close())
	for what, n := range map[string]*libnl.Neigh{"closed": closed, "nil": nil, "zero": {}} {
		errs := map[string]error{
			"SetIndex": n.SetIndex(1), "SetFamily": n.SetFamily(2), "SetLLAddr": n.SetLLAddr(libnl.Addr{}), "SetDst": n.SetDst(libnl.Addr{}),
			"SetVLAN": n.SetVLAN(1), "SetMaster": n.SetMaster(1), "SetNHID": n.SetNHID(1), "SetExtFlags": n.SetExtFlags(1),
			"UnsetExtFlags": n.UnsetExtFlags(1), "Add": n.Add(t.Context(), nil, 0), "Delete": n.Delete(t.Context(), nil, 0),
		}
		for name, err := range errs {
			isErr(t, what+": "+name, err, libnl.ErrClosed)
		}
		mustPanic(t, "closed Neigh", func() { n.Dst() })
		mustPanic(t, "closed Neigh", func() { n.SetType(1) })
		mustPanic(t, "closed Neigh", func() { n.Info() })
	}
}

func TestNeighText(t *testing.T) {
	testNames(t, libnl.NeighState.String, libnl.ParseNeighState, map[libnl.NeighState]string{
		0: "", 1: "incomplete", 2: "reachable", 4: "stale", 8: "delay", 0x10: "probe", 0x20: "failed", 0x40: "noarp", 0x80: "permanent",
		0x100: "0x100", 0x8082: "reachable,permanent,0x8000",
	})
	testNames(t, libnl.NeighFlags.String, libnl.ParseNeighFlags, map[libnl.NeighFlags]string{
		0: "", 1: "use", 2: "self", 4: "master", 8: "proxy", 0x10: "ext_learned", 0x20: "offloaded", 0x40: "0x40", 0x80: "router",
		0xff: "use,proxy,router,self,master,ext_learned,offloaded,0x40",
	})
	s, err := libnl.ParseNeighState("norarp") // an old spelling
	noErr(t, err)
	equal(t, "norarp", s, unix.NUD_NOARP)
	for _, name := range []string{"0x10000", "65536", "reachable,nosuch", ",", "reachable,"} {
		_, err := libnl.ParseNeighState(name)
		if err == nil {
			t.Errorf("state %q is read", name)
		}
	}
	if _, err := libnl.ParseNeighFlags("0x100"); err == nil {
		t.Error("flags 0x100 are read")
	}
}

func sameNeighGetters(t *testing.T, n *libnl.Neigh) {
	t.Helper()
	ip, _ := n.Dst().IP()
	state, _ := n.State()
	typ, _ := n.Type()
	vlan, _ := n.VLAN()
	id, _ := n.NHID()
	ext, _ := n.ExtFlags()
	equal(t, "snapshot", n.Info(), libnl.NeighInfo{
		n.Family(), n.Index(), ip, libnl.HWAddrFrom(n.LLAddr().Bytes()), state, n.Flags(), ext, typ, n.Master(), vlan, id,
	})
	roundTrip(t, n.Info())
}

func TestNeighInfo(t *testing.T) {
	equal(t, "of nothing", newNeigh(t).Info(), libnl.NeighInfo{})
	n := newNeigh(t)
	noErr(t, n.SetDst(mustAddr(t, "2001:db8::1")))
	noErr(t, n.SetLLAddr(libnl.AddrFrom(0, make([]byte, 32))))
	noErr(t, n.SetVLAN(9))
	n.SetState(4)
	n.SetType(2)
	sameNeighGetters(t, n)
	noErr(t, n.SetLLAddr(libnl.AddrFrom(0, make([]byte, 33))))
	equal(t, "too long for a snapshot", n.Info().LLAddr, libnl.HWAddr{})
}

func TestParseNeigh(t *testing.T) {
	n := newNeigh(t)
	noErr(t, n.SetIndex(3))
	noErr(t, n.SetDst(mustAddr(t, "192.0.2.7")))
	noErr(t, n.SetLLAddr(mustAddr(t, "02:00:00:00:00:07")))
	m, err := n.BuildAdd(0)
	noErr(t, err)
	got, err := libnl.ParseNeigh(m)
	made(t, got, err)
	equal(t, "destination", got.Dst(), n.Dst())
	equal(t, "state", opt(got.State()), some(libnl.NeighState(unix.NUD_PERMANENT)))

	a := newIfAddr(t)
	noErr(t, a.SetIndex(3))
	noErr(t, a.SetLocal(mustAddr(t, "192.0.2.7")))
	m, err = a.BuildAdd(0)
	noErr(t, err)
	_, err = libnl.ParseNeigh(m)
	isErr(t, "an address", err, libnl.ErrMsgTypeNoSupport)
	_, err = libnl.ParseNeigh(nil)
	isErr(t, "nil", err, libnl.ErrClosed)
}

// sameNeigh compares a snapshot with what ip says.
func sameNeigh(t *testing.T, i libnl.NeighInfo, ip map[string]any) {
	t.Helper()
	str := func(key string) string { s, _ := ip[key].(string); return s }
	equal(t, "destination", i.Dst.String(), str("dst"))
	equal(t, "address", i.LLAddr.String(), str("lladdr"))
	states, _ := ip["state"].([]any)
	state := ""
	if len(states) > 0 {
		state, _ = states[0].(string)
	}
	want, err := libnl.ParseNeighState(state)
	if state == "NONE" {
		want, err = 0, nil
	}
	noErr(t, err)
	equal(t, "state", i.State, want)
	_, router := ip["router"]
	equal(t, "router", i.Flags&unix.NTF_ROUTER != 0, router)
	_, proxy := ip["proxy"]
	equal(t, "proxy", i.Flags&unix.NTF_PROXY != 0, proxy)
}

func TestNeighKernel(t *testing.T) {
	s := netNS(t)
	v0, v1 := vethPair(t)
	ctx := t.Context()
	mac := mustAddr(t, "02:00:00:00:00:07")

	add := func(dst string, set func(n *libnl.Neigh)) *libnl.Neigh {
		t.Helper()
		n := newNeigh(t)
		noErr(t, n.SetIndex(v0))
		noErr(t, n.SetDst(mustAddr(t, dst)))
		set(n)
		noErr(t, n.Add(ctx, s, libnl.FlagCreate|libnl.FlagExcl))
		return n
	}
	n := add("192.0.2.1", func(n *libnl.Neigh) { noErr(t, n.SetLLAddr(mac)) })
	isErr(t, "adding again", n.Add(ctx, s, libnl.FlagCreate|libnl.FlagExcl), fs.ErrExist)
	add("2001:db8::1", func(n *libnl.Neigh) {
		noErr(t, n.SetLLAddr(mac))
		n.SetState(unix.NUD_STALE)
		n.SetFlags(unix.NTF_ROUTER)
	})
	add("192.0.2.2", func(n *libnl.Neigh) { n.SetFlags(unix.NTF_PROXY) })
	nltest.Run(t, "ip", "neigh", "add", "192.0.2.3", "dev", "v0", "lladdr", "02:00:00:00:00:03", "nud", "noarp")
	nltest.Run(t, "ip", "neigh", "add", "2001:db8::3", "dev", "v1", "lladdr", "02:00:00:00:00:04", "nud", "reachable")
	nltest.Run(t, "ip", "neigh", "add", "proxy", "2001:db8::4", "dev", "v1")

	for _, strict := range []bool{false, true} {
		s := dialRoute(t, &libnl.Config{Strict: strict})
		for dev, i := range map[string]int{"v0": v0, "v1": v1} {
			want := map[string]map[string]any{}
			for _, n := range ipMaps(t, "ip", "neigh", "show", "dev", dev, "nud", "all") {
				if !netip.MustParseAddr(n["dst"].(string)).IsMulticast() { // the kernel's own, any time
					want[n["dst"].(string)] = n
				}
			}
			got := slices.DeleteFunc(collect(t, s.Neighs(ctx, &libnl.NeighFilter{Index: i})), func(n *libnl.Neigh) bool {
				return n.Info().Dst.IsMulticast()
			})
			equal(t, "neighbours of "+dev, len(got), len(want))
			for _, n := range got {
				info := n.Info()
				equal(t, "index", info.Index, i)
				sameNeigh(t, info, want[info.Dst.String()])
				sameNeighGetters(t, n)
			}
			proxies := collect(t, s.Neighs(ctx, &libnl.NeighFilter{Index: i, Proxy: true}))
			equal(t, "proxies of "+dev, len(proxies), 1)
			sameNeigh(t, proxies[0].Info(), ipMaps(t, "ip", "neigh", "show", "proxy", "dev", dev)[0])
		}
		for _, n := range collect(t, s.Neighs(ctx, &libnl.NeighFilter{Family: libnl.FamilyIPv6})) {
			equal(t, "family", n.Family(), libnl.FamilyIPv6)
		}
		isErr(t, "index", failure(s.Neighs(ctx, &libnl.NeighFilter{Index: -1})), libnl.ErrRange)
		isErr(t, "master", failure(s.Neighs(ctx, &libnl.NeighFilter{Master: -1})), libnl.ErrRange)
		isErr(t, "family", failure(s.Neighs(ctx, &libnl.NeighFilter{Family: -1})), libnl.ErrAFNoSupport)
	}

	// change: what is not unset stays
	n.SetState(unix.NUD_STALE)
	n.UnsetState(unix.NUD_PERMANENT)
	noErr(t, n.SetLLAddr(mustAddr(t, "02:00:00:00:00:09")))
	noErr(t, n.Add(ctx, s, libnl.FlagReplace))
	got := ipMaps(t, "ip", "neigh", "show", "dev", "v0", "192.0.2.1")[0]
	equal(t, "changed", got["lladdr"].(string), "02:00:00:00:00:09")
	equal(t, "state", got["state"].([]any)[0].(string), "STALE")
	noErr(t, n.Delete(ctx, s, 0))
	isErr(t, "deleting again", n.Delete(ctx, s, 0), fs.ErrNotExist)
	noErr(t, n.SetIndex(12345))
	isErr(t, "no interface", n.Add(ctx, s, libnl.FlagCreate), fs.ErrNotExist)
}

// sameFDB compares a snapshot with what bridge says.
func sameFDB(t *testing.T, i libnl.NeighInfo, fdb map[string]any) {
	t.Helper()
	equal(t, "address", i.LLAddr.String(), fdb["mac"].(string))
	vlan, _ := fdb["vlan"].(float64)
	equal(t, "vlan", float64(i.VLAN), vlan)
	state, _ := fdb["state"].(string)
	equal(t, "permanent", i.State&unix.NUD_PERMANENT != 0, state == "permanent")
	equal(t, "static", i.State&(unix.NUD_NOARP|unix.NUD_PERMANENT) == unix.NUD_NOARP, state == "static")
	if dst, ok := fdb["dst"].(string); ok {
		equal(t, "destination", i.Dst, netip.MustParseAddr(dst))
	}
	flags, _ := fdb["flags"].([]any)
	self := false
	for _, f := range flags {
		self = self || f == "self"
	}
	equal(t, "self", i.Flags&unix.NTF_SELF != 0, self)
}

func TestNeighFDB(t *testing.T) {
	s := netNS(t)
	ctx := t.Context()
	v0, _ := vethPair(t)
	br := nltest.Link(t, "bridge", "br0", "vlan_filtering 1")
	nltest.Run(t, "ip", "link", "set", "v0", "master", "br0")
	vx := nltest.Link(t, "vxlan", "x0", "id 5 dstport 4789")

	port := newNeigh(t)
	noErr(t, port.SetFamily(libnl.FamilyBridge))
	noErr(t, port.SetIndex(v0))
	noErr(t, port.SetLLAddr(mustAddr(t, "02:00:00:00:00:11")))
	noErr(t, port.SetVLAN(1))
	port.SetFlags(unix.NTF_MASTER)
	port.SetState(unix.NUD_NOARP)
	noErr(t, port.Add(ctx, s, libnl.FlagCreate|libnl.FlagExcl))
	isErr(t, "adding again", port.Add(ctx, s, libnl.FlagCreate|libnl.FlagExcl), fs.ErrExist)

	tunnel := newNeigh(t)
	noErr(t, tunnel.SetFamily(libnl.FamilyBridge))
	noErr(t, tunnel.SetIndex(vx))
	noErr(t, tunnel.SetLLAddr(mustAddr(t, "02:00:00:00:00:12")))
	noErr(t, tunnel.SetDst(mustAddr(t, "192.0.2.9")))
	tunnel.SetFlags(unix.NTF_SELF)
	noErr(t, tunnel.Add(ctx, s, libnl.FlagCreate))
	nltest.Run(t, "bridge", "fdb", "append", "02:00:00:00:00:13", "dev", "x0", "dst", "192.0.2.10", "self")

	for _, strict := range []bool{false, true} {
		s := dialRoute(t, &libnl.Config{Strict: strict})
		for _, dev := range []struct {
			name string
			i    int
		}{{"v0", v0}, {"x0", vx}} {
			want := ipMaps(t, "bridge", "fdb", "show", "dev", dev.name)
			got := collect(t, s.Neighs(ctx, &libnl.NeighFilter{Family: libnl.FamilyBridge, Index: dev.i}))
			equal(t, "entries of "+dev.name, len(got), len(want))
			for i, n := range got {
				sameFDB(t, n.Info(), want[i])
				sameNeighGetters(t, n)
			}
		}
		want := ipMaps(t, "bridge", "fdb", "show", "br", "br0")
		got := collect(t, s.Neighs(ctx, &libnl.NeighFilter{Family: libnl.FamilyBridge, Master: br}))
		n := 0
		for _, w := range want {
			if w["master"] == "br0" {
				n++
			}
		}
		equal(t, "entries of the bridge", len(got), n)
		for _, n := range got {
			equal(t, "master", n.Master(), br)
		}
		both := collect(t, s.Neighs(ctx, &libnl.NeighFilter{Family: libnl.FamilyBridge, Master: br, Index: v0}))
		for _, n := range both {
			equal(t, "master", n.Master(), br)
			equal(t, "port", n.Index(), v0)
		}
		if len(both) == 0 {
			t.Error("no entries of the port")
		}
	}
	for _, n := range []*libnl.Neigh{port, tunnel} {
		noErr(t, n.Delete(ctx, s, 0))
		isErr(t, "deleting again", n.Delete(ctx, s, 0), fs.ErrNotExist)
	}
}
