//go:build linux

// SPDX-License-Identifier: MIT

package validate

import (
	"encoding/binary"
	"fmt"

	"golang.org/x/sys/unix"
)

// kinds are the kinds of links whose IFLA_INFO_DATA libnl parses. Of the others it keeps the name.
var kinds = map[string]*table{
	"bond":    kindBond,
	"bridge":  kindBridge,
	"can":     kindCAN,
	"geneve":  kindGeneve,
	"gre":     kindGRE,
	"gretap":  kindGRE,
	"ip6gre":  kindIP6GRE,
	"ip6tnl":  kindIP6Tnl,
	"ipip":    kindIPIP,
	"ipvlan":  kindIPVLAN,
	"macsec":  kindMACsec,
	"macvlan": kindMACVLAN,
	"macvtap": kindMACVLAN,
	"ppp":     kindPPP,
	"sit":     kindSIT,
	"vlan":    kindVLAN,
	"vrf":     kindVRF,
	"vti":     kindVTI,
	"vti6":    kindVTI6,
	"vxlan":   kindVXLAN,
	"xfrm":    kindXFRM,
}

var kindBond = attrs(table{rules: []attrRule{
	{unix.IFLA_BOND_MODE, "IFLA_BOND_MODE", u8},
	{unix.IFLA_BOND_ACTIVE_SLAVE, "IFLA_BOND_ACTIVE_SLAVE", u32},
	{unix.IFLA_BOND_MIIMON, "IFLA_BOND_MIIMON", u32},
	{unix.IFLA_BOND_XMIT_HASH_POLICY, "IFLA_BOND_XMIT_HASH_POLICY", u8},
	{unix.IFLA_BOND_MIN_LINKS, "IFLA_BOND_MIN_LINKS", u32},
}})

var kindBridge = attrs(table{rules: []attrRule{
	{unix.IFLA_BR_AGEING_TIME, "IFLA_BR_AGEING_TIME", u32},
	{unix.IFLA_BR_STP_STATE, "IFLA_BR_STP_STATE", u32},
	{unix.IFLA_BR_VLAN_FILTERING, "IFLA_BR_VLAN_FILTERING", u8},
	{unix.IFLA_BR_VLAN_PROTOCOL, "IFLA_BR_VLAN_PROTOCOL", u16},
	{unix.IFLA_BR_MCAST_ROUTER, "IFLA_BR_MCAST_ROUTER", u8},
	{unix.IFLA_BR_MCAST_SNOOPING, "IFLA_BR_MCAST_SNOOPING", u8},
	{unix.IFLA_BR_NF_CALL_IPTABLES, "IFLA_BR_NF_CALL_IPTABLES", u8},
	{unix.IFLA_BR_NF_CALL_IP6TABLES, "IFLA_BR_NF_CALL_IP6TABLES", u8},
	{unix.IFLA_BR_NF_CALL_ARPTABLES, "IFLA_BR_NF_CALL_ARPTABLES", u8},
	{unix.IFLA_BR_VLAN_DEFAULT_PVID, "IFLA_BR_VLAN_DEFAULT_PVID", u16},
	{unix.IFLA_BR_VLAN_STATS_ENABLED, "IFLA_BR_VLAN_STATS_ENABLED", u8},
	{unix.IFLA_BR_MULTI_BOOLOPT, "IFLA_BR_MULTI_BOOLOPT", exact(8)},
}})

var kindCAN = attrs(table{rules: []attrRule{
	{unix.IFLA_CAN_BITTIMING, "IFLA_CAN_BITTIMING", atLeast(32)},
	{unix.IFLA_CAN_BITTIMING_CONST, "IFLA_CAN_BITTIMING_CONST", atLeast(48)},
	{unix.IFLA_CAN_CLOCK, "IFLA_CAN_CLOCK", atLeast(4)},
	{unix.IFLA_CAN_STATE, "IFLA_CAN_STATE", u32},
	{unix.IFLA_CAN_CTRLMODE, "IFLA_CAN_CTRLMODE", atLeast(8)},
	{unix.IFLA_CAN_RESTART_MS, "IFLA_CAN_RESTART_MS", u32},
	{unix.IFLA_CAN_RESTART, "IFLA_CAN_RESTART", u32},
	{unix.IFLA_CAN_BERR_COUNTER, "IFLA_CAN_BERR_COUNTER", atLeast(4)},
	{unix.IFLA_CAN_DATA_BITTIMING, "IFLA_CAN_DATA_BITTIMING", atLeast(32)},
	{unix.IFLA_CAN_DATA_BITTIMING_CONST, "IFLA_CAN_DATA_BITTIMING_CONST", atLeast(48)},
}})

// port is an integer of two bytes that libnl itself wrote as four before 3.12.
var port = between(2, 4)

var kindGeneve = attrs(table{rules: []attrRule{
	{unix.IFLA_GENEVE_ID, "IFLA_GENEVE_ID", u32},
	{unix.IFLA_GENEVE_REMOTE, "IFLA_GENEVE_REMOTE", exact(4)},
	{unix.IFLA_GENEVE_TTL, "IFLA_GENEVE_TTL", u8},
	{unix.IFLA_GENEVE_TOS, "IFLA_GENEVE_TOS", u8},
	{unix.IFLA_GENEVE_PORT, "IFLA_GENEVE_PORT", port},
	{unix.IFLA_GENEVE_REMOTE6, "IFLA_GENEVE_REMOTE6", exact(16)},
	{unix.IFLA_GENEVE_UDP_CSUM, "IFLA_GENEVE_UDP_CSUM", u8},
	{unix.IFLA_GENEVE_UDP_ZERO_CSUM6_TX, "IFLA_GENEVE_UDP_ZERO_CSUM6_TX", u8},
	{unix.IFLA_GENEVE_UDP_ZERO_CSUM6_RX, "IFLA_GENEVE_UDP_ZERO_CSUM6_RX", u8},
	{unix.IFLA_GENEVE_LABEL, "IFLA_GENEVE_LABEL", u32},
}})

var kindGRE = attrs(table{rules: []attrRule{
	{1, "IFLA_GRE_LINK", u32},
	{2, "IFLA_GRE_IFLAGS", u16},
	{3, "IFLA_GRE_OFLAGS", u16},
	{4, "IFLA_GRE_IKEY", u32},
	{5, "IFLA_GRE_OKEY", u32},
	{6, "IFLA_GRE_LOCAL", u32},
	{7, "IFLA_GRE_REMOTE", u32},
	{8, "IFLA_GRE_TTL", u8},
	{9, "IFLA_GRE_TOS", u8},
	{10, "IFLA_GRE_PMTUDISC", u8},
	{20, "IFLA_GRE_FWMARK", u32},
}})

var kindIP6GRE = attrs(table{rules: []attrRule{
	{1, "IFLA_GRE_LINK", u32},
	{2, "IFLA_GRE_IFLAGS", u16},
	{3, "IFLA_GRE_OFLAGS", u16},
	{4, "IFLA_GRE_IKEY", u32},
	{5, "IFLA_GRE_OKEY", u32},
	{6, "IFLA_GRE_LOCAL", exact(16)},
	{7, "IFLA_GRE_REMOTE", exact(16)},
	{8, "IFLA_GRE_TTL", u8},
	{11, "IFLA_GRE_ENCAP_LIMIT", u8},
	{12, "IFLA_GRE_FLOWINFO", u32},
	{13, "IFLA_GRE_FLAGS", u32},
	{20, "IFLA_GRE_FWMARK", u32},
}})

var kindIP6Tnl = attrs(table{rules: []attrRule{
	{1, "IFLA_IPTUN_LINK", u32},
	{2, "IFLA_IPTUN_LOCAL", exact(16)},
	{3, "IFLA_IPTUN_REMOTE", exact(16)},
	{4, "IFLA_IPTUN_TTL", u8},
	{5, "IFLA_IPTUN_TOS", u8},
	{6, "IFLA_IPTUN_ENCAP_LIMIT", u8},
	{7, "IFLA_IPTUN_FLOWINFO", u32},
	{8, "IFLA_IPTUN_FLAGS", u32},
	{9, "IFLA_IPTUN_PROTO", u8},
	{20, "IFLA_IPTUN_FWMARK", u32},
}})

var kindIPIP = attrs(table{rules: []attrRule{
	{1, "IFLA_IPTUN_LINK", u32},
	{2, "IFLA_IPTUN_LOCAL", u32},
	{3, "IFLA_IPTUN_REMOTE", u32},
	{4, "IFLA_IPTUN_TTL", u8},
	{5, "IFLA_IPTUN_TOS", u8},
	{10, "IFLA_IPTUN_PMTUDISC", u8},
	{20, "IFLA_IPTUN_FWMARK", u32},
}})

var kindSIT = attrs(table{rules: []attrRule{
	{1, "IFLA_IPTUN_LINK", u32},
	{2, "IFLA_IPTUN_LOCAL", u32},
	{3, "IFLA_IPTUN_REMOTE", u32},
	{4, "IFLA_IPTUN_TTL", u8},
	{5, "IFLA_IPTUN_TOS", u8},
	{8, "IFLA_IPTUN_FLAGS", u16},
	{9, "IFLA_IPTUN_PROTO", u8},
	{10, "IFLA_IPTUN_PMTUDISC", u8},
	{11, "IFLA_IPTUN_6RD_PREFIX", exact(16)},
	{12, "IFLA_IPTUN_6RD_RELAY_PREFIX", u32},
	{13, "IFLA_IPTUN_6RD_PREFIXLEN", u16},
	{14, "IFLA_IPTUN_6RD_RELAY_PREFIXLEN", u16},
	{20, "IFLA_IPTUN_FWMARK", u32},
}})

var kindIPVLAN = attrs(table{rules: []attrRule{
	{unix.IFLA_IPVLAN_MODE, "IFLA_IPVLAN_MODE", u16},
}})

// kindMACsec: libnl indexes arrays of names with what upTo bounds.
var kindMACsec = attrs(table{rules: []attrRule{
	{unix.IFLA_MACSEC_SCI, "IFLA_MACSEC_SCI", u64},
	{unix.IFLA_MACSEC_ICV_LEN, "IFLA_MACSEC_ICV_LEN", u8},
	{unix.IFLA_MACSEC_CIPHER_SUITE, "IFLA_MACSEC_CIPHER_SUITE", u64},
	{unix.IFLA_MACSEC_WINDOW, "IFLA_MACSEC_WINDOW", u32},
	{unix.IFLA_MACSEC_ENCODING_SA, "IFLA_MACSEC_ENCODING_SA", u8},
	{unix.IFLA_MACSEC_ENCRYPT, "IFLA_MACSEC_ENCRYPT", upTo(1)},
	{unix.IFLA_MACSEC_PROTECT, "IFLA_MACSEC_PROTECT", upTo(1)},
	{unix.IFLA_MACSEC_INC_SCI, "IFLA_MACSEC_INC_SCI", upTo(1)},
	{unix.IFLA_MACSEC_ES, "IFLA_MACSEC_ES", upTo(1)},
	{unix.IFLA_MACSEC_SCB, "IFLA_MACSEC_SCB", upTo(1)},
	{unix.IFLA_MACSEC_REPLAY_PROTECT, "IFLA_MACSEC_REPLAY_PROTECT", upTo(1)},
	{unix.IFLA_MACSEC_VALIDATION, "IFLA_MACSEC_VALIDATION", upTo(2)},
	{unix.IFLA_MACSEC_OFFLOAD, "IFLA_MACSEC_OFFLOAD", u8},
}})

var kindMACVLAN = attrs(table{
	rules: []attrRule{
		{unix.IFLA_MACVLAN_MODE, "IFLA_MACVLAN_MODE", u32},
		{unix.IFLA_MACVLAN_FLAGS, "IFLA_MACVLAN_FLAGS", u16},
		{unix.IFLA_MACVLAN_MACADDR_MODE, "IFLA_MACVLAN_MACADDR_MODE", u32},
		{unix.IFLA_MACVLAN_MACADDR_DATA, "IFLA_MACVLAN_MACADDR_DATA", nest(macList)},
		{unix.IFLA_MACVLAN_MACADDR_COUNT, "IFLA_MACVLAN_MACADDR_COUNT", u32},
	},
	last: macCount,
})

var macList = attrs(table{
	list:  true,
	rules: []attrRule{{unix.IFLA_MACVLAN_MACADDR, "IFLA_MACVLAN_MACADDR", exact(6)}},
})

// macCount checks that as many addresses are listed as counted: libnl makes room by the count and clones what is not there.
func macCount(_ env, b []byte) error {
	count, counted, _ := find(b, unix.IFLA_MACVLAN_MACADDR_COUNT)
	list, listed, _ := find(b, unix.IFLA_MACVLAN_MACADDR_DATA)
	if !counted || !listed {
		return nil
	}
	n := uint32(0)
	for ; len(list) >= attrLen; n++ {
		if binary.NativeEndian.Uint16(list[2:])&typeMask != unix.IFLA_MACVLAN_MACADDR {
			return fmt.Errorf("IFLA_MACVLAN_MACADDR_DATA: entry %d is not an address", n)
		}
		list = list[min(align(int(binary.NativeEndian.Uint16(list))), len(list)):]
	}
	if want := binary.NativeEndian.Uint32(count); n != want {
		return fmt.Errorf("IFLA_MACVLAN_MACADDR_COUNT: %d for %d addresses", want, n)
	}
	return nil
}

var kindPPP = attrs(table{rules: []attrRule{
	{unix.IFLA_PPP_DEV_FD, "IFLA_PPP_DEV_FD", u32},
}})

var kindVLAN = attrs(table{rules: []attrRule{
	{unix.IFLA_VLAN_ID, "IFLA_VLAN_ID", u16},
	{unix.IFLA_VLAN_FLAGS, "IFLA_VLAN_FLAGS", atLeast(8)},
	{unix.IFLA_VLAN_EGRESS_QOS, "IFLA_VLAN_EGRESS_QOS", nest(attrs(table{
		each:  new(exact(8)),
		count: notEmpty, // the clone of an empty one is freed twice
	}))},
	{unix.IFLA_VLAN_INGRESS_QOS, "IFLA_VLAN_INGRESS_QOS", nest(attrs(table{each: new(by(ingressQoS))}))},
	{unix.IFLA_VLAN_PROTOCOL, "IFLA_VLAN_PROTOCOL", u16},
}})

// ingressQoS checks struct ifla_vlan_qos_mapping, whose first member libnl uses as an index.
func ingressQoS(_ env, p []byte) error {
	if len(p) != 8 {
		return fmt.Errorf("%d bytes, want 8", len(p))
	}
	if from := binary.NativeEndian.Uint32(p); from > 7 {
		return fmt.Errorf("priority %d", from)
	}
	return nil
}

var kindVRF = attrs(table{rules: []attrRule{
	{unix.IFLA_VRF_TABLE, "IFLA_VRF_TABLE", u32},
}})

var kindVTI = attrs(table{rules: []attrRule{
	{1, "IFLA_VTI_LINK", u32},
	{2, "IFLA_VTI_IKEY", u32},
	{3, "IFLA_VTI_OKEY", u32},
	{4, "IFLA_VTI_LOCAL", u32},
	{5, "IFLA_VTI_REMOTE", u32},
	{6, "IFLA_VTI_FWMARK", u32},
}})

var kindVTI6 = attrs(table{rules: []attrRule{
	{1, "IFLA_VTI_LINK", u32},
	{2, "IFLA_VTI_IKEY", u32},
	{3, "IFLA_VTI_OKEY", u32},
	{4, "IFLA_VTI_LOCAL", exact(16)},
	{5, "IFLA_VTI_REMOTE", exact(16)},
	{6, "IFLA_VTI_FWMARK", u32},
}})

var kindVXLAN = attrs(table{rules: []attrRule{
	{unix.IFLA_VXLAN_ID, "IFLA_VXLAN_ID", u32},
	{unix.IFLA_VXLAN_GROUP, "IFLA_VXLAN_GROUP", exact(4)},
	{unix.IFLA_VXLAN_LINK, "IFLA_VXLAN_LINK", u32},
	{unix.IFLA_VXLAN_LOCAL, "IFLA_VXLAN_LOCAL", exact(4)},
	{unix.IFLA_VXLAN_TTL, "IFLA_VXLAN_TTL", u8},
	{unix.IFLA_VXLAN_TOS, "IFLA_VXLAN_TOS", u8},
	{unix.IFLA_VXLAN_LEARNING, "IFLA_VXLAN_LEARNING", u8},
	{unix.IFLA_VXLAN_AGEING, "IFLA_VXLAN_AGEING", u32},
	{unix.IFLA_VXLAN_LIMIT, "IFLA_VXLAN_LIMIT", u32},
	{unix.IFLA_VXLAN_PORT_RANGE, "IFLA_VXLAN_PORT_RANGE", exact(4)},
	{unix.IFLA_VXLAN_PROXY, "IFLA_VXLAN_PROXY", u8},
	{unix.IFLA_VXLAN_RSC, "IFLA_VXLAN_RSC", u8},
	{unix.IFLA_VXLAN_L2MISS, "IFLA_VXLAN_L2MISS", u8},
	{unix.IFLA_VXLAN_L3MISS, "IFLA_VXLAN_L3MISS", u8},
	{unix.IFLA_VXLAN_PORT, "IFLA_VXLAN_PORT", port},
	{unix.IFLA_VXLAN_GROUP6, "IFLA_VXLAN_GROUP6", exact(16)},
	{unix.IFLA_VXLAN_LOCAL6, "IFLA_VXLAN_LOCAL6", exact(16)},
	{unix.IFLA_VXLAN_UDP_CSUM, "IFLA_VXLAN_UDP_CSUM", u8},
	{unix.IFLA_VXLAN_UDP_ZERO_CSUM6_TX, "IFLA_VXLAN_UDP_ZERO_CSUM6_TX", u8},
	{unix.IFLA_VXLAN_UDP_ZERO_CSUM6_RX, "IFLA_VXLAN_UDP_ZERO_CSUM6_RX", u8},
	{unix.IFLA_VXLAN_REMCSUM_TX, "IFLA_VXLAN_REMCSUM_TX", u8},
	{unix.IFLA_VXLAN_REMCSUM_RX, "IFLA_VXLAN_REMCSUM_RX", u8},
	{unix.IFLA_VXLAN_COLLECT_METADATA, "IFLA_VXLAN_COLLECT_METADATA", u8},
	{unix.IFLA_VXLAN_LABEL, "IFLA_VXLAN_LABEL", u32},
}})

var kindXFRM = attrs(table{rules: []attrRule{
	{unix.IFLA_XFRM_LINK, "IFLA_XFRM_LINK", u32},
	{unix.IFLA_XFRM_IF_ID, "IFLA_XFRM_IF_ID", u32},
}})
