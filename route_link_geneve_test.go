//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"testing"

	"golang.org/x/sys/unix"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
)

func geneveAttrs(v libnl.LinkGeneve) []kindAttr {
	return []kindAttr{
		{get: gets(v.ID), getC: "rtnl_link_geneve_get_id", set: with(v.SetID, libnl.GeneveMaxID), setC: "rtnl_link_geneve_set_id", args: []any{libnl.GeneveMaxID}, want: uint32(1<<24 - 1)},
		{get: gets(v.Remote), getC: "rtnl_link_geneve_get_remote", set: with(v.SetRemote, local4), setC: "rtnl_link_geneve_set_remote", args: []any{addrForC(local4)}, want: local4},
		{get: gets(v.TTL), getC: "rtnl_link_geneve_get_ttl", set: with(v.SetTTL, 255), setC: "rtnl_link_geneve_set_ttl", args: []any{255}, want: uint8(255)},
		{get: gets(v.TOS), getC: "rtnl_link_geneve_get_tos", set: with(v.SetTOS, 0x38), setC: "rtnl_link_geneve_set_tos", args: []any{0x38}, want: uint8(0x38)},
		{get: gets(v.Label), getC: "rtnl_link_geneve_get_label", set: with(v.SetLabel, 0xfffff), setC: "rtnl_link_geneve_set_label", args: []any{0xfffff}, want: uint32(0xfffff)},
		{get: gets(v.UDPCsum), getC: "rtnl_link_geneve_get_udp_csum", set: with(v.SetUDPCsum, true), setC: "rtnl_link_geneve_set_udp_csum", args: []any{1}, want: true},
		{get: gets(v.UDPZeroCsum6Tx), getC: "rtnl_link_geneve_get_udp_zero_csum6_tx", set: with(v.SetUDPZeroCsum6Tx, false), setC: "rtnl_link_geneve_set_udp_zero_csum6_tx", args: []any{0}, want: false},
		{get: gets(v.UDPZeroCsum6Rx), getC: "rtnl_link_geneve_get_udp_zero_csum6_rx", set: with(v.SetUDPZeroCsum6Rx, true), setC: "rtnl_link_geneve_set_udp_zero_csum6_rx", args: []any{1}, want: true},
		{
			get: gets(v.Flags), getC: "rtnl_link_geneve_get_flags", unset: libnl.GeneveFlags(0), set: with(v.SetFlags, libnl.GeneveCollectMetadata),
			setC: "rtnl_link_geneve_set_flags", args: []any{1, 1}, want: libnl.GeneveCollectMetadata,
		},
		{get: gets(v.Port), getC: "rtnl_link_geneve_get_port", set: with(v.SetPort, 6082), setC: "rtnl_link_geneve_set_port", args: []any{6082}, want: uint16(6082), mends: true},
	}
}

func newGeneve(t testing.TB) libnl.LinkGeneve {
	t.Helper()
	v, err := libnl.NewLinkGeneve()
	made(t, v.Link(), err)
	return v
}

func geneveCalls(v libnl.LinkGeneve) map[string]error {
	errs := kindCalls(geneveAttrs(v))
	return errs
}

func init() { guardView(newGeneve, geneveCalls) }

func TestLinkGeneveOtherKind(t *testing.T) { viewOfOtherKind(t, newGeneve(t), geneveCalls) }

func TestLinkGeneve(t *testing.T) {
	testKind(t, newGeneve(t), (*libnl.Link).Geneve, geneveAttrs, false)
}

func TestLinkGeneveRefused(t *testing.T) {
	v := newGeneve(t)
	isErr(t, "SetID", v.SetID(libnl.GeneveMaxID+1), libnl.ErrRange)
	isErr(t, "SetLabel", v.SetLabel(1<<20), libnl.ErrRange)
	isErr(t, "SetFlags", v.SetFlags(2), libnl.ErrInval)
	isErr(t, "SetRemote", v.SetRemote(libnl.Addr{}), libnl.ErrInval)
	noErr(t, v.SetRemote(host6))
	a, err := v.Remote()
	noErr(t, err)
	equal(t, "a remote address of IPv6", a, host6)
	noErr(t, v.SetFlags(libnl.GeneveCollectMetadata))
	noErr(t, v.UnsetFlags(libnl.GeneveCollectMetadata))
	f, err := v.Flags()
	noErr(t, err)
	equal(t, "flags", f, 0)
	noErr(t, v.SetPort(0x1234))
	m, err := v.Link().BuildAdd(0)
	noErr(t, err)
	isPort(t, linkData(t, m), unix.IFLA_GENEVE_PORT)
}

func TestGeneveFlagsText(t *testing.T) {
	wordsBothWays(t, libnl.ParseGeneveFlags, map[libnl.GeneveFlags]string{0: "", 1: "collect_metadata", 0x81: "collect_metadata,0x80"})
	_, err := libnl.ParseGeneveFlags("0x100")
	isErr(t, "a flag of more than 8 bits", err, libnl.ErrRange)
}

func TestKernelLinkGeneve(t *testing.T) {
	s := netNS(t)
	nltest.Link(t, "geneve", "name x0", "id 9 remote 192.0.2.1 ttl 7 tos 8 dstport 6082 udpcsum")
	x0, ok := linkNow(t, s, "x0").Geneve()
	equal(t, "is a geneve", ok, true)
	kernelSays(t, geneveAttrs(x0), map[string]any{
		"rtnl_link_geneve_get_id": uint32(9), "rtnl_link_geneve_get_remote": local4, "rtnl_link_geneve_get_port": uint16(6082),
		"rtnl_link_geneve_get_ttl": uint8(7), "rtnl_link_geneve_get_tos": uint8(8), "rtnl_link_geneve_get_udp_csum": true,
	})
	deleteFrom(t, s, x0.Link())

	v := newGeneve(t)
	noErr(t, v.SetID(10))
	noErr(t, v.SetRemote(host6))
	noErr(t, v.SetPort(6083))
	noErr(t, v.SetTTL(5))
	noErr(t, v.SetLabel(0x12345))
	noErr(t, v.SetUDPZeroCsum6Rx(true))
	addTo(t, s, v.Link(), "x1", 0)
	ipShows(t, "x1", map[string]string{"id": "10", "remote6": `"2001::1"`, "port": "6083", "ttl": "5", "label": `"0x12345"`, "udp_zero_csum6_rx": "true"})
	deleteFrom(t, s, v.Link())

	external := newGeneve(t)
	noErr(t, external.SetFlags(libnl.GeneveCollectMetadata))
	addTo(t, s, external.Link(), "x2", 0)
	x2, _ := linkNow(t, s, "x2").Geneve()
	f, err := x2.Flags()
	noErr(t, err)
	equal(t, "flags", f, libnl.GeneveCollectMetadata)
}
