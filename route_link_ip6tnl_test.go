//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"net/netip"
	"testing"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/oracle"
)

func newIP6Tnl(t testing.TB) libnl.LinkIP6Tnl {
	t.Helper()
	v, err := libnl.NewLinkIP6Tnl()
	made(t, v.Link(), err)
	return v
}

func ip6tnlAttrs(v libnl.LinkIP6Tnl) []tunnelAttr {
	return []tunnelAttr{
		tunnelAttrOf("rtnl_link_ip6_tnl_set_link", v.SetLinkIndex, v.LinkIndex, 1, 1, 0),
		tunnelAttrOf("rtnl_link_ip6_tnl_set_local", v.SetLocal, v.Local, netip.MustParseAddr("2001:db8::1"), in6("2001:db8::1"), netip.IPv6Unspecified()),
		tunnelAttrOf("rtnl_link_ip6_tnl_set_remote", v.SetRemote, v.Remote, netip.MustParseAddr("2001:db8::2"), in6("2001:db8::2"), netip.IPv6Unspecified()),
		tunnelAttrOf("rtnl_link_ip6_tnl_set_ttl", v.SetTTL, v.TTL, 9, 9, uint8(0)),
		tunnelAttrOf("rtnl_link_ip6_tnl_set_tos", v.SetTOS, v.TOS, 0x10, 0x10, uint8(0)).kernel(uint8(0)), // it is in the flow information
		tunnelAttrOf("rtnl_link_ip6_tnl_set_encaplimit", v.SetEncapLimit, v.EncapLimit, 3, 3, uint8(0)),
		tunnelAttrOf("rtnl_link_ip6_tnl_set_flowinfo", v.SetFlowInfo, v.FlowInfo, 0x0abcdef0, networkOrder32(0x0abcdef0), uint32(0)),
		tunnelAttrOf("rtnl_link_ip6_tnl_set_flags", v.SetFlags, v.Flags, libnl.IP6TnlRcvDSCPCopy, 0x10, libnl.IP6TnlFlags(0)).kernel(libnl.IP6TnlRcvDSCPCopy | 0x30000), // what the addresses allow
		tunnelAttrOf("rtnl_link_ip6_tnl_set_proto", v.SetProto, v.Proto, libnl.IPProto(4), 4, libnl.IPProto(0)),
		tunnelAttrOf("rtnl_link_ip6_tnl_set_fwmark", v.SetFWMark, v.FWMark, 77, 77, nil),
	}
}

func init() { guardView(newIP6Tnl, tunnelCalls(ip6tnlAttrs)) }

func TestLinkIP6Tnl(t *testing.T) { testTunnel(t, newIP6Tnl(t), (*libnl.Link).IP6Tnl, ip6tnlAttrs) }

func TestLinkIP6TnlOtherKind(t *testing.T) {
	viewOfOtherKind(t, newIP6Tnl(t), tunnelCalls(ip6tnlAttrs))
}

func TestKernelIP6Tnl(t *testing.T) {
	kernelTunnel(t, libnl.NewLinkIP6Tnl, (*libnl.Link).IP6Tnl, ip6tnlAttrs,
		"mode ipip6 dev lo local 2001:db8::1 remote 2001:db8::2 hoplimit 9 encaplimit 3 tclass 0xab flowlabel 0xcdef0 dscp inherit fwmark 77", libnl.AddIP6Tnl)
}

func TestLinkIP6TnlCollectMetadata(t *testing.T) {
	v := newIP6Tnl(t)
	err := v.SetCollectMetadata(true)
	if !oracle.Has("rtnl_link_ip6_tnl_set_collect_metadata") || !compiledSince(12) {
		isErr(t, "before 3.12", err, libnl.ErrOpNotSupp)
		_, err = v.CollectMetadata()
		isErr(t, "before 3.12", err, libnl.ErrOpNotSupp)
		return
	}
	noErr(t, err)
	on, err := v.CollectMetadata()
	noErr(t, err)
	equal(t, "set", on, true)
	m, err := v.Link().BuildAdd(0)
	noErr(t, err)
	_, ok := libnl.FindAttr(linkData(t, m), 19) // IFLA_IPTUN_COLLECT_METADATA
	equal(t, "in the request", ok, true)
	noErr(t, v.SetCollectMetadata(false))
	on, err = v.CollectMetadata()
	noErr(t, err)
	equal(t, "unset", on, false)
}

// compiledSince reports whether the package was compiled with libnl 3.minor or later.
func compiledSince(minor int) bool { return libnl.CompiledVersion().Minor >= minor }
