//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"testing"

	"golang.org/x/sys/unix"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
)

var (
	mac1 = libnl.AddrFrom(libnl.FamilyLLC, []byte{2, 0, 0, 0, 0, 1})
	mac2 = libnl.AddrFrom(libnl.FamilyLLC, []byte{2, 0, 0, 0, 0, 2})
)

func macvlanAttrs(v libnl.LinkMACVLAN) []kindAttr {
	return []kindAttr{
		{get: gets(v.Mode), getC: "rtnl_link_macvlan_get_mode", unset: libnl.MACVLANMode(0), set: with(v.SetMode, libnl.MACVLANSource), setC: "rtnl_link_macvlan_set_mode", args: []any{16}, want: libnl.MACVLANSource},
		{get: gets(v.Flags), getC: "rtnl_link_macvlan_get_flags", unset: libnl.MACVLANFlags(0), set: with(v.SetFlags, 3), setC: "rtnl_link_macvlan_set_flags", args: []any{3}, want: libnl.MACVLANFlags(3)},
		{get: gets(v.Flags), getC: "rtnl_link_macvlan_get_flags", unset: libnl.MACVLANFlags(3), set: with(v.UnsetFlags, libnl.MACVLANNoPromisc|4), setC: "rtnl_link_macvlan_unset_flags", args: []any{5}, want: libnl.MACVLANNoDst},
		{get: gets(v.MACMode), getC: "rtnl_link_macvlan_get_macmode", set: with(v.SetMACMode, libnl.MACVLANAddrSet), setC: "rtnl_link_macvlan_set_macmode", args: []any{3}, want: libnl.MACVLANAddrSet},
		{get: gets(v.MACAddrs), getC: "rtnl_link_macvlan_count_macaddr", unset: []libnl.Addr{}, set: with(v.AddMACAddr, mac1), setC: "rtnl_link_macvlan_add_macaddr", args: []any{addrForC(mac1)}, want: []libnl.Addr{mac1}},
		{get: gets(v.MACAddrs), getC: "rtnl_link_macvlan_get_macaddr", unset: []libnl.Addr{mac1}, set: with(v.AddMACAddr, mac2), setC: "rtnl_link_macvlan_add_macaddr", args: []any{addrForC(mac2)}, want: []libnl.Addr{mac1, mac2}},
	}
}

func newMACVLAN(t testing.TB) libnl.LinkMACVLAN {
	t.Helper()
	v, err := libnl.NewLinkMACVLAN()
	made(t, v.Link(), err)
	return v
}

func macvlanCalls(v libnl.LinkMACVLAN) map[string]error {
	errs := kindCalls(macvlanAttrs(v))
	_, errs["rtnl_link_macvlan_del_macaddr"] = v.DelMACAddr(mac1)
	return errs
}

func init() { guardView(newMACVLAN, macvlanCalls) }

func TestLinkMACVLANOtherKind(t *testing.T) { viewOfOtherKind(t, newMACVLAN(t), macvlanCalls) }

func TestLinkMACVLAN(t *testing.T) {
	testKind(t, newMACVLAN(t), (*libnl.Link).MACVLAN, macvlanAttrs, false)
}

func macvtapAttrs(v libnl.LinkMACVTAP) []kindAttr {
	return []kindAttr{
		{get: gets(v.Mode), getC: "rtnl_link_macvtap_get_mode", unset: libnl.MACVLANMode(0), set: with(v.SetMode, libnl.MACVLANSource), setC: "rtnl_link_macvtap_set_mode", args: []any{16}, want: libnl.MACVLANSource},
		{get: gets(v.Flags), getC: "rtnl_link_macvtap_get_flags", unset: libnl.MACVLANFlags(0), set: with(v.SetFlags, 3), setC: "rtnl_link_macvtap_set_flags", args: []any{3}, want: libnl.MACVLANFlags(3)},
		{get: gets(v.Flags), getC: "rtnl_link_macvtap_get_flags", unset: libnl.MACVLANFlags(3), set: with(v.UnsetFlags, libnl.MACVLANNoPromisc|4), setC: "rtnl_link_macvtap_unset_flags", args: []any{5}, want: libnl.MACVLANNoDst},
	}
}

func newMACVTAP(t testing.TB) libnl.LinkMACVTAP {
	t.Helper()
	v, err := libnl.NewLinkMACVTAP()
	made(t, v.Link(), err)
	return v
}

func macvtapCalls(v libnl.LinkMACVTAP) map[string]error {
	errs := kindCalls(macvtapAttrs(v))
	return errs
}

func init() { guardView(newMACVTAP, macvtapCalls) }

func TestLinkMACVTAPOtherKind(t *testing.T) { viewOfOtherKind(t, newMACVTAP(t), macvtapCalls) }

func TestLinkMACVTAP(t *testing.T) {
	attrs := func(v libnl.LinkMACVTAP) []kindAttr {
		attrs := macvtapAttrs(v)
		attrs[0].set, attrs[0].args, attrs[0].want = with(v.SetMode, libnl.MACVLANVEPA), []any{2}, libnl.MACVLANVEPA // one that can be cloned
		return attrs
	}
	testKind(t, newMACVTAP(t), (*libnl.Link).MACVTAP, attrs, false)
}

// libnl's clone of a macvtap is a macvlan.
func TestLinkMACVTAPClone(t *testing.T) {
	v := newMACVTAP(t)
	clone := func() *libnl.Link {
		t.Helper()
		l, err := libnl.Clone(v.Link())
		made(t, l, err)
		equal(t, "kind", l.Type(), "macvtap")
		want, err := v.Link().BuildAdd(0)
		noErr(t, err)
		m, err := l.BuildAdd(0)
		sameRequest(t, "clone", m, err, want.Bytes(), 0)
		return l
	}
	clone()
	noErr(t, v.UnsetFlags(1)) // set, and zero
	clone()
	noErr(t, v.SetMode(libnl.MACVLANBridge))
	noErr(t, v.SetFlags(1))
	noErr(t, v.Link().SetName("t0"))
	equal(t, "name", clone().Name(), "t0")
	noErr(t, v.SetMode(libnl.MACVLANSource)) // there could be addresses
	_, err := libnl.Clone(v.Link())
	isErr(t, "a clone in source mode", err, libnl.ErrOpNotSupp)
}

func TestLinkMACVLANAddrs(t *testing.T) {
	v := newMACVLAN(t)
	isErr(t, "SetMACMode without a mode", v.SetMACMode(libnl.MACVLANAddrSet), libnl.ErrInval)
	isErr(t, "AddMACAddr without a mode", v.AddMACAddr(mac1), libnl.ErrInval)
	noErr(t, v.SetMode(libnl.MACVLANSource))
	_, err := v.MACAddrs()
	isErr(t, "addresses without a mode", err, libnl.ErrNoAttr)
	noErr(t, v.SetMACMode(libnl.MACVLANAddrSet))
	for _, a := range []libnl.Addr{{}, local4, libnl.AddrFrom(libnl.FamilyLLC, make([]byte, 8))} {
		isErr(t, "AddMACAddr "+a.String(), v.AddMACAddr(a), libnl.ErrInval)
	}
	for _, a := range []libnl.Addr{mac1, mac2, mac1} {
		noErr(t, v.AddMACAddr(a))
	}
	n, err := v.DelMACAddr(mac1)
	noErr(t, err)
	equal(t, "deleted", n, 2)
	n, err = v.DelMACAddr(mac1)
	noErr(t, err)
	equal(t, "deleted", n, 0)
	addrs, err := v.MACAddrs()
	noErr(t, err)
	deepEqual(t, "addresses", addrs, []libnl.Addr{mac2})
	for range 500 {
		noErr(t, v.AddMACAddr(mac1))
	}
	_, err = v.Link().BuildAdd(0)
	isErr(t, "more addresses than fit", err, libnl.ErrMsgSize)
	noErr(t, v.SetMode(libnl.MACVLANBridge))
	_, err = v.MACMode()
	isErr(t, "in another mode", err, libnl.ErrNoAttr)
}

// The kernel wants the one address that is added or deleted outside of the list.
func TestLinkMACVLANAdd(t *testing.T) {
	v := newMACVLAN(t)
	noErr(t, v.SetMode(libnl.MACVLANSource))
	for _, mode := range []libnl.MACVLANMACMode{libnl.MACVLANAddrAdd, libnl.MACVLANAddrDel} {
		noErr(t, v.SetMACMode(mode))
		_, err := v.Link().BuildAdd(0)
		isErr(t, "without an address", err, libnl.ErrInval)
		noErr(t, v.AddMACAddr(mac1))
		m, err := v.Link().BuildAdd(0)
		noErr(t, err)
		data := linkData(t, m)
		_, list := libnl.FindAttr(data, unix.IFLA_MACVLAN_MACADDR_DATA)
		equal(t, "a list", list, false)
		a, _ := libnl.FindAttr(data, unix.IFLA_MACVLAN_MACADDR)
		equal(t, "address", libnl.AddrFrom(libnl.FamilyLLC, a.Bytes()), mac1)
		noErr(t, v.AddMACAddr(mac2))
		_, err = v.Link().BuildChange(v.Link(), 0)
		isErr(t, "two addresses", err, libnl.ErrInval)
		for _, a := range []libnl.Addr{mac1, mac2} {
			_, err := v.DelMACAddr(a)
			noErr(t, err)
		}
	}
}

func TestMACVLANText(t *testing.T) {
	wordsBothWays(t, libnl.ParseMACVLANMode, map[libnl.MACVLANMode]string{1: "private", 2: "vepa", 4: "bridge", 8: "passthru", 16: "source", 32: "0x20"})
	wordsBothWays(t, libnl.ParseMACVLANMACMode, map[libnl.MACVLANMACMode]string{0: "add", 1: "del", 2: "flush", 3: "set", 9: "0x9"})
	wordsBothWays(t, libnl.ParseMACVLANFlags, map[libnl.MACVLANFlags]string{0: "", 1: "nopromisc", 0x8003: "nopromisc,0x8002"})
	_, err := libnl.ParseMACVLANFlags("0x10000")
	isErr(t, "a flag beyond 16 bits", err, libnl.ErrRange)
}

func TestKernelLinkMACVLAN(t *testing.T) {
	s := netNS(t)
	below := nltest.Link(t, "veth", "v0", "peer name v1")
	nltest.Link(t, "macvlan", "link v0 name x0", "mode source")
	nltest.Run(t, "ip", "link", "set", "x0", "type", "macvlan", "macaddr", "set", "02:00:00:00:00:01")
	x0, ok := linkNow(t, s, "x0").MACVLAN()
	equal(t, "is a macvlan", ok, true)
	kernelSays(t, macvlanAttrs(x0)[3:], map[string]any{"rtnl_link_macvlan_get_macaddr": []libnl.Addr{mac1}, "rtnl_link_macvlan_count_macaddr": []libnl.Addr{mac1}})
	mode, err := x0.Mode()
	noErr(t, err)
	equal(t, "mode", mode, libnl.MACVLANSource)
	deleteFrom(t, s, x0.Link())

	v := newMACVLAN(t)
	noErr(t, v.SetMode(libnl.MACVLANSource))
	noErr(t, v.SetMACMode(libnl.MACVLANAddrSet))
	noErr(t, v.AddMACAddr(mac2))
	addTo(t, s, v.Link(), "x1", below)
	ipShows(t, "x1", map[string]string{"mode": `"source"`, "macaddr_data": `["02:00:00:00:00:02"]`})
	for _, c := range []struct {
		mode  libnl.MACVLANMACMode
		addrs []libnl.Addr
		want  string
	}{
		{libnl.MACVLANAddrAdd, []libnl.Addr{mac1}, "2"},
		{libnl.MACVLANAddrDel, []libnl.Addr{mac2}, "1"},
		{libnl.MACVLANAddrSet, []libnl.Addr{mac1, mac2}, "2"},
		{libnl.MACVLANAddrFlush, nil, "0"},
	} {
		changes := newMACVLAN(t)
		noErr(t, changes.SetMode(libnl.MACVLANSource))
		noErr(t, changes.SetMACMode(c.mode))
		for _, a := range c.addrs {
			noErr(t, changes.AddMACAddr(a))
		}
		changeLink(t, s, "x1", changes.Link())
		ipShows(t, "x1", map[string]string{"macaddr_count": c.want})
	}
	deleteFrom(t, s, v.Link())

	pass := newMACVLAN(t)
	noErr(t, pass.SetMode(libnl.MACVLANPassthru))
	noErr(t, pass.SetFlags(libnl.MACVLANNoPromisc))
	addTo(t, s, pass.Link(), "x2", below)
	ipShows(t, "x2", map[string]string{"mode": `"passthru"`, "nopromisc": "true"})
}

func TestKernelLinkMACVTAP(t *testing.T) {
	s := netNS(t)
	below := nltest.Link(t, "veth", "v0", "peer name v1")
	nltest.Link(t, "macvtap", "link v0 name x0", "mode vepa")
	x0, ok := linkNow(t, s, "x0").MACVTAP()
	equal(t, "is a macvtap", ok, true)
	kernelSays(t, macvtapAttrs(x0), map[string]any{"rtnl_link_macvtap_get_mode": libnl.MACVLANVEPA})
	deleteFrom(t, s, x0.Link())

	v := newMACVTAP(t)
	noErr(t, v.SetMode(libnl.MACVLANBridge))
	addTo(t, s, v.Link(), "x1", below)
	ipShows(t, "x1", map[string]string{"mode": `"bridge"`})
	deleteFrom(t, s, v.Link())
}
