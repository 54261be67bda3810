//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"encoding/binary"
	"net/netip"
	"testing"

	"github.com/golibnl/libnl"
)

func newGRE(t testing.TB) libnl.LinkGRE {
	t.Helper()
	v, err := libnl.NewLinkGRE()
	made(t, v.Link(), err)
	return v
}

func greAttrs(v libnl.LinkGRE) []tunnelAttr {
	return []tunnelAttr{
		tunnelAttrOf("rtnl_link_ipgre_set_link", v.SetLinkIndex, v.LinkIndex, 1, 1, 0),
		tunnelAttrOf("rtnl_link_ipgre_set_iflags", v.SetIFlags, v.IFlags, libnl.GREKey|libnl.GRECsum, networkOrder(0xa000), libnl.GREFlags(0)),
		tunnelAttrOf("rtnl_link_ipgre_set_oflags", v.SetOFlags, v.OFlags, libnl.GREKey|libnl.GRESeq, networkOrder(0x3000), libnl.GREFlags(0)),
		tunnelAttrOf("rtnl_link_ipgre_set_ikey", v.SetIKey, v.IKey, 7, networkOrder32(7), uint32(0)),
		tunnelAttrOf("rtnl_link_ipgre_set_okey", v.SetOKey, v.OKey, 8, networkOrder32(8), uint32(0)),
		tunnelAttrOf("rtnl_link_ipgre_set_local", v.SetLocal, v.Local, netip.MustParseAddr("192.0.2.1"), in4("192.0.2.1"), netip.IPv4Unspecified()),
		tunnelAttrOf("rtnl_link_ipgre_set_remote", v.SetRemote, v.Remote, netip.MustParseAddr("192.0.2.2"), in4("192.0.2.2"), netip.IPv4Unspecified()),
		tunnelAttrOf("rtnl_link_ipgre_set_ttl", v.SetTTL, v.TTL, 9, 9, uint8(0)),
		tunnelAttrOf("rtnl_link_ipgre_set_tos", v.SetTOS, v.TOS, 0x10, 0x10, uint8(0)),
		tunnelAttrOf("rtnl_link_ipgre_set_pmtudisc", v.SetPMTUDisc, v.PMTUDisc, true, true, false),
		tunnelAttrOf("rtnl_link_ipgre_set_fwmark", v.SetFWMark, v.FWMark, 77, 77, nil),
	}
}

func init() { guardView(newGRE, tunnelCalls(greAttrs)) }

func TestLinkGRE(t *testing.T) { testTunnel(t, newGRE(t), (*libnl.Link).GRE, greAttrs) }

func TestLinkGREOtherKind(t *testing.T) { viewOfOtherKind(t, newGRE(t), tunnelCalls(greAttrs)) }

func TestKernelGRE(t *testing.T) {
	kernelTunnel(t, libnl.NewLinkGRE, (*libnl.Link).GRE, greAttrs,
		"dev lo local 192.0.2.1 remote 192.0.2.2 ttl 9 tos 0x10 ikey 7 okey 8 icsum oseq fwmark 77", libnl.AddGRE)
}

func newGRETap(t testing.TB) libnl.LinkGRE {
	t.Helper()
	v, err := libnl.NewLinkGRETap()
	made(t, v.Link(), err)
	return v
}

func TestLinkGRETap(t *testing.T) {
	equal(t, "kind", newGRETap(t).Link().Type(), "gretap")
	testTunnel(t, newGRETap(t), (*libnl.Link).GRE, greAttrs)
}

func TestLinkGRETapOtherKind(t *testing.T) { viewOfOtherKind(t, newGRETap(t), tunnelCalls(greAttrs)) }

func TestKernelGRETap(t *testing.T) {
	kernelTunnel(t, libnl.NewLinkGRETap, (*libnl.Link).GRE, greAttrs,
		"dev lo local 192.0.2.1 remote 192.0.2.2 ttl 9 tos 0x10 ikey 7 okey 8 icsum oseq fwmark 77", libnl.AddGRETap)
}

// Before 3.12 libnl looks at the wrong bits before it puts the flags of sent packets.
func TestLinkGREFlagsAlone(t *testing.T) {
	for _, v := range []libnl.LinkGRE{newGRE(t), newGRETap(t)} {
		noErr(t, v.SetOFlags(libnl.GREKey))
		l := v.Link()
		add, err := l.BuildAdd(0)
		noErr(t, err)
		change, err := l.BuildChange(l, 0)
		noErr(t, err)
		for _, m := range []*libnl.Msg{add, change} {
			flags, ok := libnl.FindAttr(linkData(t, m), 3) // IFLA_GRE_OFLAGS
			if !ok {
				t.Fatal("IFLA_GRE_OFLAGS is not there")
			}
			equal(t, "IFLA_GRE_OFLAGS", binary.BigEndian.Uint16(flags.Bytes()), 0x2000)
		}
		noErr(t, l.SetName("x0"))
		m, err := l.BuildAdd(0)
		noErr(t, err)
		w, _ := parseLink(t, m.Bytes()).GRE()
		f, err := w.OFlags()
		noErr(t, err)
		equal(t, "parsed", f, libnl.GREKey)
	}
}
