//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"net/netip"
	"testing"

	"github.com/golibnl/libnl"
)

func newIP6GRE(t testing.TB) libnl.LinkIP6GRE {
	t.Helper()
	v, err := libnl.NewLinkIP6GRE()
	made(t, v.Link(), err)
	return v
}

func ip6greAttrs(v libnl.LinkIP6GRE) []tunnelAttr {
	return []tunnelAttr{
		tunnelAttrOf("rtnl_link_ip6gre_set_link", v.SetLinkIndex, v.LinkIndex, 1, 1, nil),
		tunnelAttrOf("rtnl_link_ip6gre_set_iflags", v.SetIFlags, v.IFlags, libnl.GREKey|libnl.GRECsum, networkOrder(0xa000), nil),
		tunnelAttrOf("rtnl_link_ip6gre_set_oflags", v.SetOFlags, v.OFlags, libnl.GREKey|libnl.GRESeq, networkOrder(0x3000), nil),
		tunnelAttrOf("rtnl_link_ip6gre_set_ikey", v.SetIKey, v.IKey, 7, networkOrder32(7), nil),
		tunnelAttrOf("rtnl_link_ip6gre_set_okey", v.SetOKey, v.OKey, 8, networkOrder32(8), nil),
		tunnelAttrOf("rtnl_link_ip6gre_set_local", v.SetLocal, v.Local, netip.MustParseAddr("2001:db8::1"), in6("2001:db8::1"), nil),
		tunnelAttrOf("rtnl_link_ip6gre_set_remote", v.SetRemote, v.Remote, netip.MustParseAddr("2001:db8::2"), in6("2001:db8::2"), nil),
		tunnelAttrOf("rtnl_link_ip6gre_set_ttl", v.SetTTL, v.TTL, 9, 9, nil),
		tunnelAttrOf("rtnl_link_ip6gre_set_encaplimit", v.SetEncapLimit, v.EncapLimit, 3, 3, nil),
		tunnelAttrOf("rtnl_link_ip6gre_set_flowinfo", v.SetFlowInfo, v.FlowInfo, 0x0abcdef0, networkOrder32(0x0abcdef0), nil),
		tunnelAttrOf("rtnl_link_ip6gre_set_flags", v.SetFlags, v.Flags, libnl.IP6TnlRcvDSCPCopy, 0x10, nil).kernel(libnl.IP6TnlRcvDSCPCopy | 0x30000), // what the addresses allow
		tunnelAttrOf("rtnl_link_ip6gre_set_fwmark", v.SetFWMark, v.FWMark, 77, 77, nil),
	}
}

func init() { guardView(newIP6GRE, tunnelCalls(ip6greAttrs)) }

func TestLinkIP6GRE(t *testing.T) { testTunnel(t, newIP6GRE(t), (*libnl.Link).IP6GRE, ip6greAttrs) }

func TestLinkIP6GREOtherKind(t *testing.T) {
	viewOfOtherKind(t, newIP6GRE(t), tunnelCalls(ip6greAttrs))
}

func TestKernelIP6GRE(t *testing.T) {
	kernelTunnel(t, libnl.NewLinkIP6GRE, (*libnl.Link).IP6GRE, ip6greAttrs,
		"dev lo local 2001:db8::1 remote 2001:db8::2 hoplimit 9 encaplimit 3 tclass 0xab flowlabel 0xcdef0 dscp inherit ikey 7 okey 8 icsum oseq fwmark 77", libnl.AddIP6GRE)
}
