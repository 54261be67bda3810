//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"net/netip"
	"testing"

	"github.com/golibnl/libnl"
)

func newIPIP(t testing.TB) libnl.LinkIPIP {
	t.Helper()
	v, err := libnl.NewLinkIPIP()
	made(t, v.Link(), err)
	return v
}

func ipipAttrs(v libnl.LinkIPIP) []tunnelAttr {
	return []tunnelAttr{
		tunnelAttrOf("rtnl_link_ipip_set_link", v.SetLinkIndex, v.LinkIndex, 1, 1, 0),
		tunnelAttrOf("rtnl_link_ipip_set_local", v.SetLocal, v.Local, netip.MustParseAddr("192.0.2.1"), in4("192.0.2.1"), netip.IPv4Unspecified()),
		tunnelAttrOf("rtnl_link_ipip_set_remote", v.SetRemote, v.Remote, netip.MustParseAddr("192.0.2.2"), in4("192.0.2.2"), netip.IPv4Unspecified()),
		tunnelAttrOf("rtnl_link_ipip_set_ttl", v.SetTTL, v.TTL, 9, 9, uint8(0)),
		tunnelAttrOf("rtnl_link_ipip_set_tos", v.SetTOS, v.TOS, 0x10, 0x10, uint8(0)),
		tunnelAttrOf("rtnl_link_ipip_set_pmtudisc", v.SetPMTUDisc, v.PMTUDisc, true, true, false),
		tunnelAttrOf("rtnl_link_ipip_set_fwmark", v.SetFWMark, v.FWMark, 77, 77, nil),
	}
}

func init() { guardView(newIPIP, tunnelCalls(ipipAttrs)) }

func TestLinkIPIP(t *testing.T) { testTunnel(t, newIPIP(t), (*libnl.Link).IPIP, ipipAttrs) }

func TestLinkIPIPOtherKind(t *testing.T) { viewOfOtherKind(t, newIPIP(t), tunnelCalls(ipipAttrs)) }

func TestKernelIPIP(t *testing.T) {
	kernelTunnel(t, libnl.NewLinkIPIP, (*libnl.Link).IPIP, ipipAttrs,
		"mode ipip dev lo local 192.0.2.1 remote 192.0.2.2 ttl 9 tos 0x10 fwmark 77", libnl.AddIPIP)
}
