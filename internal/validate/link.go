//go:build linux

// SPDX-License-Identifier: MIT

package validate

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

func init() {
	register(unix.NETLINK_ROUTE, message{
		name:   "link message",
		header: unix.SizeofIfInfomsg,
		env:    func(h []byte) env { return env{family: h[0]} },
		attrs:  linkAttrs,
	}, unix.RTM_NEWLINK, unix.RTM_DELLINK, unix.RTM_GETLINK, unix.RTM_SETLINK)
}

var linkAttrs = attrs(table{
	rules: []attrRule{
		{unix.IFLA_ADDRESS, "IFLA_ADDRESS", hwAddr},
		{unix.IFLA_BROADCAST, "IFLA_BROADCAST", hwAddr},
		{unix.IFLA_PERM_ADDRESS, "IFLA_PERM_ADDRESS", hwAddr},
		{unix.IFLA_IFNAME, "IFLA_IFNAME", text(unix.IFNAMSIZ)},
		{unix.IFLA_MTU, "IFLA_MTU", u32},
		{unix.IFLA_LINK, "IFLA_LINK", u32},
		{unix.IFLA_QDISC, "IFLA_QDISC", text(32)},
		{unix.IFLA_STATS, "IFLA_STATS", atLeast(23 * 4)},
		{unix.IFLA_MASTER, "IFLA_MASTER", u32},
		{unix.IFLA_PROTINFO, "IFLA_PROTINFO", shape{}}, // by the family, in linkProtinfo
		{unix.IFLA_TXQLEN, "IFLA_TXQLEN", u32},
		{unix.IFLA_MAP, "IFLA_MAP", atLeast(32)},
		{unix.IFLA_WEIGHT, "IFLA_WEIGHT", u32},
		{unix.IFLA_OPERSTATE, "IFLA_OPERSTATE", u8},
		{unix.IFLA_LINKMODE, "IFLA_LINKMODE", u8},
		{unix.IFLA_LINKINFO, "IFLA_LINKINFO", nest(linkInfo)},
		{unix.IFLA_NET_NS_PID, "IFLA_NET_NS_PID", u32},
		{unix.IFLA_NET_NS_FD, "IFLA_NET_NS_FD", u32},
		{unix.IFLA_IFALIAS, "IFLA_IFALIAS", text(256)},
		{unix.IFLA_NUM_VF, "IFLA_NUM_VF", by(numFunctions)},
		{unix.IFLA_VFINFO_LIST, "IFLA_VFINFO_LIST", nest(vfList)},
		{unix.IFLA_STATS64, "IFLA_STATS64", atLeast(23 * 8)},
		{unix.IFLA_AF_SPEC, "IFLA_AF_SPEC", by(linkAFSpec)},
		{unix.IFLA_GROUP, "IFLA_GROUP", u32},
		{unix.IFLA_PROMISCUITY, "IFLA_PROMISCUITY", u32},
		{unix.IFLA_NUM_TX_QUEUES, "IFLA_NUM_TX_QUEUES", u32},
		{unix.IFLA_NUM_RX_QUEUES, "IFLA_NUM_RX_QUEUES", u32},
		{unix.IFLA_CARRIER, "IFLA_CARRIER", u8},
		{unix.IFLA_PHYS_PORT_ID, "IFLA_PHYS_PORT_ID", between(0, 32)},
		{unix.IFLA_CARRIER_CHANGES, "IFLA_CARRIER_CHANGES", u32},
		{unix.IFLA_PHYS_SWITCH_ID, "IFLA_PHYS_SWITCH_ID", between(0, 32)},
		{unix.IFLA_LINK_NETNSID, "IFLA_LINK_NETNSID", u32},
		{unix.IFLA_PHYS_PORT_NAME, "IFLA_PHYS_PORT_NAME", text(unix.IFNAMSIZ)},
		{unix.IFLA_GSO_MAX_SEGS, "IFLA_GSO_MAX_SEGS", u32},
		{unix.IFLA_GSO_MAX_SIZE, "IFLA_GSO_MAX_SIZE", u32},
	},
	need: []int{unix.IFLA_IFNAME},
	last: func(e env, b []byte) error {
		if e.family >= maxFamily {
			return fmt.Errorf("family %d: libnl has no room for it", e.family)
		}
		if err := linkFunctions(b); err != nil {
			return within("IFLA_VFINFO_LIST", err)
		}
		return linkProtinfo(e, b)
	},
})

// maxFamily bounds the family of a link, by which libnl indexes an array of AF_MAX pointers when it compares.
const maxFamily = 40

var linkInfo = attrs(table{
	rules: []attrRule{
		{unix.IFLA_INFO_KIND, "IFLA_INFO_KIND", by(linkKind)},
		{unix.IFLA_INFO_DATA, "IFLA_INFO_DATA", shape{}}, // by the kind, in linkData
		{unix.IFLA_INFO_XSTATS, "IFLA_INFO_XSTATS", shape{}},
		{unix.IFLA_INFO_SLAVE_KIND, "IFLA_INFO_SLAVE_KIND", text(maxKind)},
	},
	last: linkData,
})

const maxKind = 56 // MODULE_NAME_LEN of the kernel

// linkKind checks the name of a kind. libnl also takes it for the name or number of an address family, and reads its own memory as an
// attribute if that is AF_INET6.
func linkKind(_ env, p []byte) error {
	if len(p) == 0 || len(p) > maxKind || p[len(p)-1] != 0 {
		return errors.New("string empty, too long or without its NUL")
	}
	kind := cstring(p)
	for i, c := range kind {
		lower := c >= 'a' && c <= 'z'
		other := c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.'
		if !lower && (i == 0 || !other) {
			return fmt.Errorf("%q is not the name of a kind", kind)
		}
	}
	switch string(kind) {
	case "", "inet", "inet6":
		return fmt.Errorf("%q is not the name of a kind", kind)
	}
	return nil
}

func cstring(p []byte) []byte {
	s, _, _ := bytes.Cut(p, []byte{0})
	return s
}

// linkData checks what belongs to the kind. For a kind that it knows libnl parses the data, takes it to be there, and prints from it.
func linkData(e env, b []byte) error {
	p, ok, _ := find(b, unix.IFLA_INFO_KIND)
	if !ok {
		return nil
	}
	kind := cstring(p)
	data, hasData, _ := find(b, unix.IFLA_INFO_DATA)
	_, hasStats, _ := find(b, unix.IFLA_INFO_XSTATS)
	if string(kind) == "veth" {
		if hasData || hasStats {
			return errors.New("IFLA_INFO_DATA (veth): before 3.11 libnl has no peer to parse it into")
		}
		return nil
	}
	t := kinds[string(kind)]
	if t == nil {
		return nil
	}
	if !hasData {
		return fmt.Errorf("IFLA_INFO_DATA (%s): missing", kind)
	}
	if err := t.check(e, data); err != nil {
		return within(fmt.Sprintf("IFLA_INFO_DATA (%s)", kind), err)
	}
	return nil
}

// linkProtinfo checks IFLA_PROTINFO by the family: that of the message, or AF_BRIDGE for a bridge in a message of a family of which libnl knows nothing.
func linkProtinfo(e env, b []byte) error {
	p, ok, flags := find(b, unix.IFLA_PROTINFO)
	if !ok {
		return nil
	}
	family := e.family
	switch family {
	case unix.AF_INET, unix.AF_INET6, unix.AF_BRIDGE:
	default:
		info, _, _ := find(b, unix.IFLA_LINKINFO)
		if kind, _, _ := find(info, unix.IFLA_INFO_KIND); string(cstring(kind)) == "bridge" {
			family = unix.AF_BRIDGE
		}
	}
	var err error
	switch {
	case family == unix.AF_INET6:
		err = linkInet6.check(e, p)
	case family == unix.AF_BRIDGE && flags&nested != 0:
		err = bridgePort.check(e, p)
	case family == unix.AF_BRIDGE && len(p) == 0:
		err = errors.New("empty")
	}
	if err != nil {
		return within("IFLA_PROTINFO", err)
	}
	return nil
}

// linkAFSpec checks IFLA_AF_SPEC, which means one thing in messages of bridges and another in those of no family. libnl reads no others.
func linkAFSpec(e env, p []byte) error {
	switch e.family {
	case unix.AF_UNSPEC:
		return familySpec.check(e, p)
	case unix.AF_BRIDGE:
		return bridgeSpec.check(e, p)
	}
	return nil
}

var familySpec = attrs(table{rules: []attrRule{
	{unix.AF_INET, "AF_INET", nest(attrs(table{rules: []attrRule{
		{unix.IFLA_INET_CONF, "IFLA_INET_CONF", multiple(4)},
	}}))},
	{unix.AF_INET6, "AF_INET6", nest(linkInet6)},
}})

var linkInet6 = attrs(table{rules: []attrRule{
	{unix.IFLA_INET6_FLAGS, "IFLA_INET6_FLAGS", u32},
	{unix.IFLA_INET6_CONF, "IFLA_INET6_CONF", multiple(4)},
	{unix.IFLA_INET6_STATS, "IFLA_INET6_STATS", multiple(8)},
	{unix.IFLA_INET6_CACHEINFO, "IFLA_INET6_CACHEINFO", atLeast(16)},
	{unix.IFLA_INET6_ICMP6STATS, "IFLA_INET6_ICMP6STATS", multiple(8)},
	{unix.IFLA_INET6_TOKEN, "IFLA_INET6_TOKEN", exact(16)},
	{unix.IFLA_INET6_ADDR_GEN_MODE, "IFLA_INET6_ADDR_GEN_MODE", u8},
}})

var bridgePort = attrs(table{rules: []attrRule{
	{unix.IFLA_BRPORT_STATE, "IFLA_BRPORT_STATE", u8},
	{unix.IFLA_BRPORT_PRIORITY, "IFLA_BRPORT_PRIORITY", u16},
	{unix.IFLA_BRPORT_COST, "IFLA_BRPORT_COST", u32},
	{unix.IFLA_BRPORT_MODE, "IFLA_BRPORT_MODE", u8},
	{unix.IFLA_BRPORT_GUARD, "IFLA_BRPORT_GUARD", u8},
	{unix.IFLA_BRPORT_PROTECT, "IFLA_BRPORT_PROTECT", u8},
	{unix.IFLA_BRPORT_FAST_LEAVE, "IFLA_BRPORT_FAST_LEAVE", u8},
	{unix.IFLA_BRPORT_LEARNING, "IFLA_BRPORT_LEARNING", u8},
	{unix.IFLA_BRPORT_LEARNING_SYNC, "IFLA_BRPORT_LEARNING_SYNC", u8},
	{unix.IFLA_BRPORT_UNICAST_FLOOD, "IFLA_BRPORT_UNICAST_FLOOD", u8},
	{unix.IFLA_BRPORT_PROXYARP, "IFLA_BRPORT_PROXYARP", u8},
	{unix.IFLA_BRPORT_PROXYARP_WIFI, "IFLA_BRPORT_PROXYARP_WIFI", u8},
	{unix.IFLA_BRPORT_MCAST_FLOOD, "IFLA_BRPORT_MCAST_FLOOD", u8},
	{unix.IFLA_BRPORT_MCAST_TO_UCAST, "IFLA_BRPORT_MCAST_TO_UCAST", u8},
	{unix.IFLA_BRPORT_VLAN_TUNNEL, "IFLA_BRPORT_VLAN_TUNNEL", u8},
	{unix.IFLA_BRPORT_BCAST_FLOOD, "IFLA_BRPORT_BCAST_FLOOD", u8},
	{unix.IFLA_BRPORT_NEIGH_SUPPRESS, "IFLA_BRPORT_NEIGH_SUPPRESS", u8},
	{unix.IFLA_BRPORT_ISOLATED, "IFLA_BRPORT_ISOLATED", u8},
	{unix.IFLA_BRPORT_LOCKED, "IFLA_BRPORT_LOCKED", u8},
	{unix.IFLA_BRPORT_MAB, "IFLA_BRPORT_MAB", u8},
	{unix.IFLA_BRPORT_NEIGH_VLAN_SUPPRESS, "IFLA_BRPORT_NEIGH_VLAN_SUPPRESS", u8},
}})

var bridgeSpec = attrs(table{
	list: true,
	rules: []attrRule{
		{1, "IFLA_BRIDGE_MODE", u16},
		{2, "IFLA_BRIDGE_VLAN_INFO", by(bridgeVLAN)},
		{6, "IFLA_BRIDGE_MST", nest(attrs(table{
			list: true,
			rules: []attrRule{{1, "IFLA_BRIDGE_MST_ENTRY", nest(attrs(table{
				rules: []attrRule{
					{1, "IFLA_BRIDGE_MST_ENTRY_MSTI", u16},
					{2, "IFLA_BRIDGE_MST_ENTRY_STATE", u8},
				},
				need: []int{1, 2},
			}))}},
		}))},
	},
})

// bridgeVLAN checks struct bridge_vlan_info.
func bridgeVLAN(_ env, p []byte) error {
	if len(p) != 4 {
		return fmt.Errorf("%d bytes, want 4", len(p))
	}
	if vid := binary.NativeEndian.Uint16(p[2:]); vid == 0 || vid > 4094 {
		return fmt.Errorf("VLAN %d", vid)
	}
	return nil
}

// numFunctions bounds the number of virtual functions by what PCI can have: who looks for each by its number shall come to an end.
func numFunctions(_ env, p []byte) error {
	if len(p) != 4 {
		return fmt.Errorf("%d bytes, want 4", len(p))
	}
	if n := binary.NativeEndian.Uint32(p); n > 0xffff {
		return fmt.Errorf("%d virtual functions", n)
	}
	return nil
}

// linkFunctions checks that each virtual function says which one it is, in ascending order, and that IFLA_NUM_VF bounds them: so that
// each can be found by its number.
func linkFunctions(b []byte) error {
	list, _, _ := find(b, unix.IFLA_VFINFO_LIST)
	num, _, _ := find(b, unix.IFLA_NUM_VF)
	limit := uint32(0)
	if len(num) == 4 {
		limit = binary.NativeEndian.Uint32(num)
	}
	next := uint32(0)
	for n := 0; len(list) >= attrLen; n++ {
		size := int(binary.NativeEndian.Uint16(list))
		mac, ok, _ := find(list[attrLen:size], unix.IFLA_VF_MAC)
		if !ok {
			return fmt.Errorf("entry %d: IFLA_VF_MAC: missing", n)
		}
		vf := binary.NativeEndian.Uint32(mac)
		if vf < next || vf >= limit {
			return fmt.Errorf("entry %d: function %d", n, vf)
		}
		next = vf + 1
		list = list[min(align(size), len(list)):]
	}
	return nil
}

// vfList is the list of virtual functions: each entry is one, whatever its type.
var vfList = attrs(table{each: new(nest(vfInfo))})

var vfInfo = attrs(table{rules: []attrRule{
	{unix.IFLA_VF_MAC, "IFLA_VF_MAC", atLeast(36)},
	{unix.IFLA_VF_VLAN, "IFLA_VF_VLAN", atLeast(12)},
	{unix.IFLA_VF_TX_RATE, "IFLA_VF_TX_RATE", atLeast(8)},
	{unix.IFLA_VF_SPOOFCHK, "IFLA_VF_SPOOFCHK", atLeast(8)},
	{unix.IFLA_VF_LINK_STATE, "IFLA_VF_LINK_STATE", atLeast(8)},
	{unix.IFLA_VF_RATE, "IFLA_VF_RATE", atLeast(12)},
	{unix.IFLA_VF_RSS_QUERY_EN, "IFLA_VF_RSS_QUERY_EN", atLeast(8)},
	{unix.IFLA_VF_STATS, "IFLA_VF_STATS", nest(vfStats)},
	{unix.IFLA_VF_TRUST, "IFLA_VF_TRUST", atLeast(8)},
	{unix.IFLA_VF_IB_NODE_GUID, "IFLA_VF_IB_NODE_GUID", atLeast(16)},
	{unix.IFLA_VF_IB_PORT_GUID, "IFLA_VF_IB_PORT_GUID", atLeast(16)},
	{unix.IFLA_VF_VLAN_LIST, "IFLA_VF_VLAN_LIST", nest(attrs(table{
		each:  new(atLeast(16)),
		count: notEmpty, // an empty one is taken from the function before
	}))},
}})

var vfStats = attrs(table{rules: []attrRule{
	{unix.IFLA_VF_STATS_RX_PACKETS, "IFLA_VF_STATS_RX_PACKETS", u64},
	{unix.IFLA_VF_STATS_TX_PACKETS, "IFLA_VF_STATS_TX_PACKETS", u64},
	{unix.IFLA_VF_STATS_RX_BYTES, "IFLA_VF_STATS_RX_BYTES", u64},
	{unix.IFLA_VF_STATS_TX_BYTES, "IFLA_VF_STATS_TX_BYTES", u64},
	{unix.IFLA_VF_STATS_BROADCAST, "IFLA_VF_STATS_BROADCAST", u64},
	{unix.IFLA_VF_STATS_MULTICAST, "IFLA_VF_STATS_MULTICAST", u64},
}})
