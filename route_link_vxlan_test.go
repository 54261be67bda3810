//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
	"github.com/golibnl/libnl/internal/oracle"
)

var (
	group4 = libnl.AddrFrom(libnl.FamilyIPv4, []byte{239, 1, 1, 1})
	local4 = libnl.AddrFrom(libnl.FamilyIPv4, []byte{192, 0, 2, 1})
	host6  = libnl.AddrFrom(libnl.FamilyIPv6, []byte{0x20, 1, 13: 0, 15: 1})
)

// addrForC returns an address for C.
func addrForC(a libnl.Addr) oracle.Addr {
	return oracle.Addr{Family: int(a.Family()), PrefixLen: -1, Bytes: a.Bytes()}
}

func vxlanAttrs(v libnl.LinkVXLAN) []kindAttr {
	return []kindAttr{
		{get: gets(v.ID), getC: "rtnl_link_vxlan_get_id", set: with(v.SetID, libnl.VXLANMaxID), setC: "rtnl_link_vxlan_set_id", args: []any{libnl.VXLANMaxID}, want: uint32(1<<24 - 1)},
		{get: gets(v.Group), getC: "rtnl_link_vxlan_get_group", set: with(v.SetGroup, group4), setC: "rtnl_link_vxlan_set_group", args: []any{addrForC(group4)}, want: group4},
		{get: gets(v.LinkIndex), getC: "rtnl_link_vxlan_get_link", set: with(v.SetLinkIndex, 7), setC: "rtnl_link_vxlan_set_link", args: []any{7}, want: 7},
		{get: gets(v.Local), getC: "rtnl_link_vxlan_get_local", set: with(v.SetLocal, local4), setC: "rtnl_link_vxlan_set_local", args: []any{addrForC(local4)}, want: local4},
		{get: gets(v.TTL), getC: "rtnl_link_vxlan_get_ttl", set: with(v.SetTTL, 255), setC: "rtnl_link_vxlan_set_ttl", args: []any{255}, want: uint8(255)},
		{get: gets(v.TOS), getC: "rtnl_link_vxlan_get_tos", set: with(v.SetTOS, 0x38), setC: "rtnl_link_vxlan_set_tos", args: []any{0x38}, want: uint8(0x38)},
		{get: gets(v.Learning), getC: "rtnl_link_vxlan_get_learning", set: with(v.SetLearning, false), setC: "rtnl_link_vxlan_set_learning", args: []any{0}, want: false},
		{get: gets(v.Ageing), getC: "rtnl_link_vxlan_get_ageing", set: with(v.SetAgeing, 300*time.Second), setC: "rtnl_link_vxlan_set_ageing", args: []any{300}, want: 300 * time.Second},
		{get: gets(v.Limit), getC: "rtnl_link_vxlan_get_limit", set: with(v.SetLimit, maxU32), setC: "rtnl_link_vxlan_set_limit", args: []any{uint32(maxU32)}, want: uint32(maxU32)},
		{
			get: gets(v.PortRange), getC: "rtnl_link_vxlan_get_port_range", set: with(v.SetPortRange, libnl.VXLANPortRange{Low: 1000, High: 2000}),
			setC: "rtnl_link_vxlan_set_port_range", args: []any{[]byte{1000 >> 8, 1000 & 255, 2000 >> 8, 2000 & 255}}, want: libnl.VXLANPortRange{Low: 1000, High: 2000},
		},
		{get: gets(v.Proxy), getC: "rtnl_link_vxlan_get_proxy", set: with(v.SetProxy, true), setC: "rtnl_link_vxlan_set_proxy", args: []any{1}, want: true},
		{get: gets(v.RSC), getC: "rtnl_link_vxlan_get_rsc", set: with(v.SetRSC, true), setC: "rtnl_link_vxlan_set_rsc", args: []any{1}, want: true},
		{get: gets(v.L2Miss), getC: "rtnl_link_vxlan_get_l2miss", set: with(v.SetL2Miss, false), setC: "rtnl_link_vxlan_set_l2miss", args: []any{0}, want: false},
		{get: gets(v.L3Miss), getC: "rtnl_link_vxlan_get_l3miss", set: with(v.SetL3Miss, true), setC: "rtnl_link_vxlan_set_l3miss", args: []any{1}, want: true},
		{get: gets(v.UDPCsum), getC: "rtnl_link_vxlan_get_udp_csum", set: with(v.SetUDPCsum, false), setC: "rtnl_link_vxlan_set_udp_csum", args: []any{0}, want: false},
		{get: gets(v.UDPZeroCsum6Tx), getC: "rtnl_link_vxlan_get_udp_zero_csum6_tx", set: with(v.SetUDPZeroCsum6Tx, true), setC: "rtnl_link_vxlan_set_udp_zero_csum6_tx", args: []any{1}, want: true},
		{get: gets(v.UDPZeroCsum6Rx), getC: "rtnl_link_vxlan_get_udp_zero_csum6_rx", set: with(v.SetUDPZeroCsum6Rx, true), setC: "rtnl_link_vxlan_set_udp_zero_csum6_rx", args: []any{1}, want: true},
		{get: gets(v.RemcsumTx), getC: "rtnl_link_vxlan_get_remcsum_tx", set: with(v.SetRemcsumTx, true), setC: "rtnl_link_vxlan_set_remcsum_tx", args: []any{1}, want: true},
		{get: gets(v.RemcsumRx), getC: "rtnl_link_vxlan_get_remcsum_rx", set: with(v.SetRemcsumRx, true), setC: "rtnl_link_vxlan_set_remcsum_rx", args: []any{1}, want: true},
		{get: gets(v.CollectMetadata), getC: "rtnl_link_vxlan_get_collect_metadata", set: with(v.SetCollectMetadata, true), setC: "rtnl_link_vxlan_set_collect_metadata", args: []any{1}, want: true},
		{get: gets(v.Label), getC: "rtnl_link_vxlan_get_label", set: with(v.SetLabel, 0xfffff), setC: "rtnl_link_vxlan_set_label", args: []any{0xfffff}, want: uint32(0xfffff)},
		{
			get: gets(v.Flags), getC: "rtnl_link_vxlan_get_flags", unset: libnl.VXLANFlags(0), set: with(v.SetFlags, libnl.VXLANGBP|libnl.VXLANRemcsumNoPartial),
			setC: "rtnl_link_vxlan_set_flags", args: []any{5, 1}, want: libnl.VXLANGBP | libnl.VXLANRemcsumNoPartial, blind: true,
		},
		{get: gets(v.Port), getC: "rtnl_link_vxlan_get_port", set: with(v.SetPort, 4789), setC: "rtnl_link_vxlan_set_port", args: []any{4789}, want: uint16(4789), mends: true},
	}
}

func newVXLAN(t testing.TB) libnl.LinkVXLAN {
	t.Helper()
	v, err := libnl.NewLinkVXLAN()
	made(t, v.Link(), err)
	return v
}

func vxlanCalls(v libnl.LinkVXLAN) map[string]error {
	errs := kindCalls(vxlanAttrs(v))
	return errs
}

func init() { guardView(newVXLAN, vxlanCalls) }

func TestLinkVXLANOtherKind(t *testing.T) { viewOfOtherKind(t, newVXLAN(t), vxlanCalls) }

func TestLinkVXLAN(t *testing.T) {
	testKind(t, newVXLAN(t), (*libnl.Link).VXLAN, vxlanAttrs, true)
}

func TestLinkVXLANRefused(t *testing.T) {
	v := newVXLAN(t)
	isErr(t, "SetID", v.SetID(libnl.VXLANMaxID+1), libnl.ErrRange)
	isErr(t, "SetLinkIndex", v.SetLinkIndex(-1), libnl.ErrRange)
	isErr(t, "SetLabel", v.SetLabel(1<<20), libnl.ErrRange)
	isErr(t, "SetPortRange", v.SetPortRange(libnl.VXLANPortRange{Low: 2, High: 1}), libnl.ErrRange)
	isErr(t, "SetFlags", v.SetFlags(8), libnl.ErrInval)
	for _, d := range []time.Duration{-time.Second, time.Millisecond, time.Second << 32} {
		isErr(t, "SetAgeing "+d.String(), v.SetAgeing(d), libnl.ErrRange)
	}
	for _, a := range []libnl.Addr{{}, group4.WithPrefixLen(24), addr(t, "02:00:00:00:00:01"), libnl.AddrFrom(libnl.FamilyIPv4, nil)} {
		isErr(t, "SetGroup "+a.String(), v.SetGroup(a), libnl.ErrInval)
		isErr(t, "SetLocal "+a.String(), v.SetLocal(a), libnl.ErrInval)
	}
	_, err := v.Group()
	isErr(t, "the group after that", err, libnl.ErrNoAttr)

	noErr(t, v.SetGroup(group4))
	noErr(t, v.SetGroup(host6))
	noErr(t, v.SetLocal(host6))
	a, err := v.Group()
	noErr(t, err)
	equal(t, "a group of IPv6", a, host6)
	a, err = v.Local()
	noErr(t, err)
	equal(t, "a local address of IPv6", a, host6)
	noErr(t, v.SetFlags(libnl.VXLANGBP|libnl.VXLANGPE))
	noErr(t, v.UnsetFlags(libnl.VXLANGBP))
	f, err := v.Flags()
	noErr(t, err)
	equal(t, "flags", f, libnl.VXLANGPE)
}

// Kernels want two bytes.
func TestLinkVXLANPort(t *testing.T) {
	v := newVXLAN(t)
	noErr(t, v.SetPort(0x1234))
	noErr(t, v.SetTTL(9))
	m, err := v.Link().BuildAdd(0)
	noErr(t, err)
	isPort(t, linkData(t, m), unix.IFLA_VXLAN_PORT)
	m, err = v.Link().BuildChange(v.Link(), 0)
	noErr(t, err)
	isPort(t, linkData(t, m), unix.IFLA_VXLAN_PORT)
}

// isPort fails the test unless the attribute is port 0x1234.
func isPort(t *testing.T, data []byte, typ uint16) {
	t.Helper()
	a, ok := libnl.FindAttr(data, typ)
	equal(t, "the port is there", ok, true)
	equal(t, "length of the port", a.Len(), 2)
	port, err := a.BE16()
	noErr(t, err)
	equal(t, "port", port, 0x1234)
}

func TestVXLANFlagsText(t *testing.T) {
	wordsBothWays(t, libnl.ParseVXLANFlags, map[libnl.VXLANFlags]string{0: "", libnl.VXLANGBP | libnl.VXLANRemcsumNoPartial: "gbp,remcsum_nopartial", libnl.VXLANGPE | 1<<31: "gpe,0x80000000"})
}

func TestKernelLinkVXLAN(t *testing.T) {
	s := netNS(t)
	below := nltest.Link(t, "veth", "v0", "peer name v1")
	nltest.Link(t, "vxlan", "name x0", "id 9 group 239.1.1.1 dev v0 dstport 4790 ttl 7 tos 8 ageing 100 maxaddress 50 nolearning proxy l3miss srcport 1000 2000")
	x0, ok := linkNow(t, s, "x0").VXLAN()
	equal(t, "is a vxlan", ok, true)
	kernelSays(t, vxlanAttrs(x0), map[string]any{
		"rtnl_link_vxlan_get_id": uint32(9), "rtnl_link_vxlan_get_group": group4, "rtnl_link_vxlan_get_link": below, "rtnl_link_vxlan_get_port": uint16(4790),
		"rtnl_link_vxlan_get_ttl": uint8(7), "rtnl_link_vxlan_get_tos": uint8(8), "rtnl_link_vxlan_get_ageing": 100 * time.Second,
		"rtnl_link_vxlan_get_limit": uint32(50), "rtnl_link_vxlan_get_learning": false, "rtnl_link_vxlan_get_proxy": true, "rtnl_link_vxlan_get_l3miss": true,
		"rtnl_link_vxlan_get_l2miss": false, "rtnl_link_vxlan_get_port_range": libnl.VXLANPortRange{Low: 1000, High: 2000},
	})
	deleteFrom(t, s, x0.Link())

	v := newVXLAN(t)
	noErr(t, v.SetID(10))
	noErr(t, v.SetGroup(group4))
	noErr(t, v.SetLocal(local4))
	noErr(t, v.SetLinkIndex(below))
	noErr(t, v.SetPort(4789))
	noErr(t, v.SetPortRange(libnl.VXLANPortRange{Low: 1000, High: 2000}))
	noErr(t, v.SetTTL(5))
	noErr(t, v.SetAgeing(77*time.Second))
	noErr(t, v.SetLearning(true))
	noErr(t, v.SetRSC(true))
	noErr(t, v.SetFlags(libnl.VXLANGBP))
	addTo(t, s, v.Link(), "x1", 0)
	ipShows(t, "x1", map[string]string{
		"id": "10", "group": `"239.1.1.1"`, "local": `"192.0.2.1"`, "link": `"v0"`, "port": "4789", "port_range": `{"high":2000,"low":1000}`,
		"ttl": "5", "ageing": "77", "learning": "true", "rsc": "true", "gbp": "true",
	})

	changes := newVXLAN(t)
	noErr(t, changes.SetID(10))
	noErr(t, changes.SetTTL(6))
	changeLink(t, s, "x1", changes.Link())
	ipShows(t, "x1", map[string]string{"ttl": "6", "ageing": "77"})
	deleteFrom(t, s, v.Link())

	six := newVXLAN(t)
	noErr(t, six.SetID(11))
	noErr(t, six.SetGroup(host6))
	noErr(t, six.SetPort(4789))
	noErr(t, six.SetLabel(0x12345))
	noErr(t, six.SetUDPZeroCsum6Tx(true))
	addTo(t, s, six.Link(), "x2", 0)
	ipShows(t, "x2", map[string]string{"remote6": `"2001::1"`, "label": `"0x12345"`, "udp_zero_csum6_tx": "true"})
}
