//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"testing"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
)

func ipvlanAttrs(v libnl.LinkIPVLAN) []kindAttr {
	return []kindAttr{
		{get: gets(v.Mode), getC: "rtnl_link_ipvlan_get_mode", set: with(v.SetMode, libnl.IPVLANL3), setC: "rtnl_link_ipvlan_set_mode", args: []any{1}, want: libnl.IPVLANL3},
	}
}

func newIPVLAN(t testing.TB) libnl.LinkIPVLAN {
	t.Helper()
	v, err := libnl.NewLinkIPVLAN()
	made(t, v.Link(), err)
	return v
}

func ipvlanCalls(v libnl.LinkIPVLAN) map[string]error {
	errs := kindCalls(ipvlanAttrs(v))
	return errs
}

func init() { guardView(newIPVLAN, ipvlanCalls) }

func TestLinkIPVLANOtherKind(t *testing.T) { viewOfOtherKind(t, newIPVLAN(t), ipvlanCalls) }

func TestLinkIPVLAN(t *testing.T) {
	testKind(t, newIPVLAN(t), (*libnl.Link).IPVLAN, ipvlanAttrs, false)
}

func TestIPVLANModeText(t *testing.T) {
	wordsBothWays(t, libnl.ParseIPVLANMode, map[libnl.IPVLANMode]string{0: "l2", 1: "l3", 2: "l3s", 0xffff: "0xffff"})
	_, err := libnl.ParseIPVLANMode("65536")
	isErr(t, "a number beyond 16 bits", err, libnl.ErrRange)
}

func TestKernelLinkIPVLAN(t *testing.T) {
	s := netNS(t)
	below := nltest.Link(t, "veth", "v0", "peer name v1")
	nltest.Link(t, "ipvlan", "link v0 name x0", "mode l3s")
	x0, ok := linkNow(t, s, "x0").IPVLAN()
	equal(t, "is an ipvlan", ok, true)
	kernelSays(t, ipvlanAttrs(x0), map[string]any{"rtnl_link_ipvlan_get_mode": libnl.IPVLANL3S})
	deleteFrom(t, s, x0.Link())

	v := newIPVLAN(t)
	noErr(t, v.SetMode(libnl.IPVLANL3))
	addTo(t, s, v.Link(), "x1", below)
	ipShows(t, "x1", map[string]string{"mode": `"l3"`})
	changes := newIPVLAN(t)
	noErr(t, changes.SetMode(libnl.IPVLANL2))
	changeLink(t, s, "x1", changes.Link())
	ipShows(t, "x1", map[string]string{"mode": `"l2"`})
	deleteFrom(t, s, v.Link())
}
