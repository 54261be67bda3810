//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"encoding/binary"
	"net/netip"
	"testing"

	"github.com/golibnl/libnl"
)

func newVTI(t testing.TB) libnl.LinkVTI {
	t.Helper()
	v, err := libnl.NewLinkVTI()
	made(t, v.Link(), err)
	return v
}

func vtiAttrs(v libnl.LinkVTI) []tunnelAttr {
	return []tunnelAttr{
		tunnelAttrOf("rtnl_link_ipvti_set_link", v.SetLinkIndex, v.LinkIndex, 1, 1, 0),
		tunnelAttrOf("rtnl_link_ipvti_set_ikey", v.SetIKey, v.IKey, 7, networkOrder32(7), uint32(0)),
		tunnelAttrOf("rtnl_link_ipvti_set_okey", v.SetOKey, v.OKey, 8, networkOrder32(8), uint32(0)),
		tunnelAttrOf("rtnl_link_ipvti_set_local", v.SetLocal, v.Local, netip.MustParseAddr("192.0.2.1"), in4("192.0.2.1"), netip.IPv4Unspecified()),
		tunnelAttrOf("rtnl_link_ipvti_set_remote", v.SetRemote, v.Remote, netip.MustParseAddr("192.0.2.2"), in4("192.0.2.2"), netip.IPv4Unspecified()),
		tunnelAttrOf("rtnl_link_ipvti_set_fwmark", v.SetFWMark, v.FWMark, 77, 77, nil),
	}
}

func init() { guardView(newVTI, tunnelCalls(vtiAttrs)) }

func TestLinkVTI(t *testing.T) { testTunnel(t, newVTI(t), (*libnl.Link).VTI, vtiAttrs) }

func TestLinkVTIOtherKind(t *testing.T) { viewOfOtherKind(t, newVTI(t), tunnelCalls(vtiAttrs)) }

func TestKernelVTI(t *testing.T) {
	kernelTunnel(t, libnl.NewLinkVTI, (*libnl.Link).VTI, vtiAttrs,
		"dev lo local 192.0.2.1 remote 192.0.2.2 ikey 7 okey 8 fwmark 77", libnl.AddVTI)
}

// Before 3.12 libnl looks whether the key of received packets is set before it puts that of sent ones.
func TestLinkVTIKeyAlone(t *testing.T) {
	v := newVTI(t)
	noErr(t, v.SetOKey(8))
	m, err := v.Link().BuildAdd(0)
	noErr(t, err)
	key, ok := libnl.FindAttr(linkData(t, m), 3) // IFLA_VTI_OKEY
	if !ok {
		t.Fatal("IFLA_VTI_OKEY is not there")
	}
	equal(t, "IFLA_VTI_OKEY", binary.BigEndian.Uint32(key.Bytes()), 8)
	_, ok = libnl.FindAttr(linkData(t, m), 2) // IFLA_VTI_IKEY
	equal(t, "IFLA_VTI_IKEY is there", ok, false)
}
