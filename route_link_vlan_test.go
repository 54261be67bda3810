//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"testing"

	"golang.org/x/sys/unix"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/oracle"
)

func newVLAN(t testing.TB) libnl.LinkVLAN {
	t.Helper()
	v, err := libnl.NewLinkVLAN()
	made(t, v.Link(), err)
	return v
}

func TestLinkVLAN(t *testing.T) {
	v := newVLAN(t)
	c := madeC(t, "route/link")
	c.Call("rtnl_link_set_type", "vlan")
	same := func(what string) {
		t.Helper()
		m, err := v.Link().BuildAdd(libnl.FlagCreate)
		want, code := oracle.Build("rtnl_link_build_add_request", c, 0x400)
		sameRequest(t, what, m, err, want, code)
	}
	same("empty")

	equal(t, "type", v.Link().Type(), "vlan")
	id, err := v.ID()
	noErr(t, err)
	equal(t, "unset id", id, 0)
	noErr(t, v.SetID(4094))
	c.Call("rtnl_link_vlan_set_id", 4094)
	same("id")
	id, err = v.ID()
	noErr(t, err)
	equal(t, "id", id, 4094)
	isErr(t, "SetID(4096)", v.SetID(4096), libnl.ErrRange)

	proto, err := v.Protocol()
	noErr(t, err)
	equal(t, "unset protocol", proto, 0)
	noErr(t, v.SetProtocol(0x88a8))
	c.Call("rtnl_link_vlan_set_protocol", networkOrder(0x88a8))
	same("protocol")
	proto, err = v.Protocol()
	noErr(t, err)
	equal(t, "protocol", proto, 0x88a8)

	noErr(t, v.SetFlags(libnl.VLANGVRP|libnl.VLANReorderHdr))
	noErr(t, v.UnsetFlags(libnl.VLANReorderHdr|libnl.VLANMVRP))
	c.Call("rtnl_link_vlan_set_flags", 1|2)
	c.Call("rtnl_link_vlan_unset_flags", 1|8)
	same("flags")
	flags, err := v.Flags()
	noErr(t, err)
	equal(t, "flags", flags, libnl.VLANGVRP)

	_, set, err := v.IngressMap()
	noErr(t, err)
	equal(t, "unset ingress map", set, false)
	noErr(t, v.SetIngressMap(7, 1234))
	isErr(t, "SetIngressMap(8)", v.SetIngressMap(8, 1), libnl.ErrInval)
	prio, set, err := v.IngressMap()
	noErr(t, err)
	equal(t, "ingress map set", set, true)
	equal(t, "ingress map", prio, [8]uint32{7: 1234})

	maps, err := v.EgressMap()
	noErr(t, err)
	equal(t, "unset egress map", len(maps), 0)
	for i := range 20 {
		noErr(t, v.SetEgressMap(uint32(i), uint8(i%8)))
	}
	isErr(t, "SetEgressMap(8)", v.SetEgressMap(1, 8), libnl.ErrInval)
	maps, err = v.EgressMap()
	noErr(t, err)
	equal(t, "mappings", len(maps), 20)
	equal(t, "mapping", maps[19], libnl.VLANMap{From: 19, To: 3})

	copied, err := libnl.Clone(v.Link())
	made(t, copied, err)
	equal(t, "difference of the clone", v.Link().Diff(copied), 0)
	w, isVLAN := copied.VLAN()
	equal(t, "the clone is a vlan", isVLAN, true)
	maps, err = w.EgressMap()
	noErr(t, err)
	equal(t, "mappings of the clone", len(maps), 20)
}

// vlanCalls makes every call that libnl aborts on for a link of another kind, under the name of the C function.
func vlanCalls(v libnl.LinkVLAN) map[string]error {
	errs := map[string]error{
		"rtnl_link_vlan_set_id":          v.SetID(1),
		"rtnl_link_vlan_set_protocol":    v.SetProtocol(1),
		"rtnl_link_vlan_set_flags":       v.SetFlags(1),
		"rtnl_link_vlan_unset_flags":     v.UnsetFlags(1),
		"rtnl_link_vlan_set_ingress_map": v.SetIngressMap(1, 1),
		"rtnl_link_vlan_set_egress_map":  v.SetEgressMap(1, 1),
	}
	_, errs["rtnl_link_vlan_get_id"] = v.ID()
	_, errs["rtnl_link_vlan_get_protocol"] = v.Protocol()
	_, errs["rtnl_link_vlan_get_flags"] = v.Flags()
	_, _, errs["rtnl_link_vlan_get_ingress_map"] = v.IngressMap()
	_, errs["rtnl_link_vlan_get_egress_map"] = v.EgressMap()
	return errs
}

func init() { guardView(newVLAN, vlanCalls) }

func TestLinkVLANOtherKind(t *testing.T) { viewOfOtherKind(t, newVLAN(t), vlanCalls) }

func TestVLANFlagsText(t *testing.T) {
	equal(t, "flags", (libnl.VLANGVRP | libnl.VLANMVRP | 1<<20).String(), "gvrp,mvrp,0x100000")
	f, err := libnl.ParseVLANFlags("gvrp,mvrp,0x100000")
	noErr(t, err)
	equal(t, "parsed", f, libnl.VLANGVRP|libnl.VLANMVRP|1<<20)
	_, err = libnl.ParseVLANFlags("gvrp,nosuch")
	isErr(t, "an unknown flag", err, libnl.ErrObjNotFound)
}

// The types of the attributes with the mappings: newer kernels skip those with another than IFLA_VLAN_QOS_MAPPING.
func TestLinkVLANMaps(t *testing.T) {
	v := newVLAN(t)
	noErr(t, v.SetIngressMap(0, 10))
	noErr(t, v.SetIngressMap(5, 15))
	for i := range 5 {
		noErr(t, v.SetEgressMap(uint32(100+i), 7))
	}
	l := v.Link()
	add, err := l.BuildAdd(libnl.FlagCreate)
	noErr(t, err)
	change, err := l.BuildChange(l, 0)
	noErr(t, err)
	for _, m := range []*libnl.Msg{add, change} {
		data := linkData(t, m)
		for typ, want := range map[uint16]int{unix.IFLA_VLAN_INGRESS_QOS: 2, unix.IFLA_VLAN_EGRESS_QOS: 5} {
			maps, _ := libnl.FindAttr(data, typ)
			n := 0
			for a := range maps.Nested() {
				equal(t, "type of a mapping", a.Type(), unix.IFLA_VLAN_QOS_MAPPING)
				equal(t, "length of a mapping", a.Len(), 8)
				n++
			}
			equal(t, "mappings", n, want)
		}
	}
	for i := range 500 {
		noErr(t, v.SetEgressMap(uint32(1000+i), 1))
	}
	_, err = l.BuildAdd(0)
	isErr(t, "more mappings than a message has room for", err, libnl.ErrMsgSize)
}

// linkData returns the payload of IFLA_INFO_DATA in a request for a link.
func linkData(t testing.TB, m *libnl.Msg) []byte {
	t.Helper()
	info, ok := m.FindAttr(unix.SizeofIfInfomsg, unix.IFLA_LINKINFO)
	equal(t, "IFLA_LINKINFO", ok, true)
	data, _ := libnl.FindAttr(info.Bytes(), unix.IFLA_INFO_DATA)
	return data.Bytes()
}
