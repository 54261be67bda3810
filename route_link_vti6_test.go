//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"net/netip"
	"testing"

	"github.com/golibnl/libnl"
)

func newVTI6(t testing.TB) libnl.LinkVTI6 {
	t.Helper()
	v, err := libnl.NewLinkVTI6()
	made(t, v.Link(), err)
	return v
}

func vti6Attrs(v libnl.LinkVTI6) []tunnelAttr {
	return []tunnelAttr{
		tunnelAttrOf("rtnl_link_ip6vti_set_link", v.SetLinkIndex, v.LinkIndex, 1, 1, nil),
		tunnelAttrOf("rtnl_link_ip6vti_set_ikey", v.SetIKey, v.IKey, 7, networkOrder32(7), nil),
		tunnelAttrOf("rtnl_link_ip6vti_set_okey", v.SetOKey, v.OKey, 8, networkOrder32(8), nil),
		tunnelAttrOf("rtnl_link_ip6vti_set_local", v.SetLocal, v.Local, netip.MustParseAddr("2001:db8::1"), in6("2001:db8::1"), nil),
		tunnelAttrOf("rtnl_link_ip6vti_set_remote", v.SetRemote, v.Remote, netip.MustParseAddr("2001:db8::2"), in6("2001:db8::2"), nil),
		tunnelAttrOf("rtnl_link_ip6vti_set_fwmark", v.SetFWMark, v.FWMark, 77, 77, nil),
	}
}

func init() { guardView(newVTI6, tunnelCalls(vti6Attrs)) }

func TestLinkVTI6(t *testing.T) { testTunnel(t, newVTI6(t), (*libnl.Link).VTI6, vti6Attrs) }

func TestLinkVTI6OtherKind(t *testing.T) { viewOfOtherKind(t, newVTI6(t), tunnelCalls(vti6Attrs)) }

func TestKernelVTI6(t *testing.T) {
	kernelTunnel(t, libnl.NewLinkVTI6, (*libnl.Link).VTI6, vti6Attrs,
		"dev lo local 2001:db8::1 remote 2001:db8::2 ikey 7 okey 8 fwmark 77", libnl.AddVTI6)
}
