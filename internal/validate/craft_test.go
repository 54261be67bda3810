//go:build linux

// SPDX-License-Identifier: MIT

package validate_test

import (
	"bytes"
	"encoding/binary"
	"slices"

	"golang.org/x/sys/unix"
)

var ne = binary.NativeEndian

// attr is one attribute with its padding.
func attr(typ int, payload ...[]byte) []byte {
	p := bytes.Join(payload, nil)
	b := ne.AppendUint16(nil, uint16(4+len(p)))
	b = ne.AppendUint16(b, uint16(typ))
	return pad(append(b, p...))
}

func pad(b []byte) []byte {
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

func u8(v uint8) []byte           { return []byte{v} }
func u16(v uint16) []byte         { return ne.AppendUint16(nil, v) }
func u32(v ...uint32) []byte      { return seq(v, ne.AppendUint32) }
func u64(v ...uint64) []byte      { return seq(v, ne.AppendUint64) }
func str(s string) []byte         { return append([]byte(s), 0) }
func zeros(n int) []byte          { return make([]byte, n) }
func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func seq[T any](vs []T, put func([]byte, T) []byte) (b []byte) {
	for _, v := range vs {
		b = put(b, v)
	}
	return b
}

// msg is a message with the header of its family.
func msg(typ uint16, header []byte, attrs ...[]byte) []byte {
	body := append(slices.Clone(header), bytes.Join(attrs, nil)...)
	b := ne.AppendUint32(nil, uint32(16+len(body)))
	b = ne.AppendUint16(b, typ)
	b = append(b, zeros(10)...)
	return append(b, body...)
}

func linkIn(family uint8, attrs ...[]byte) []byte {
	return msg(unix.RTM_NEWLINK, join(u8(family), u8(0), u16(1), u32(7, 0x1043, 0)), append([][]byte{attr(unix.IFLA_IFNAME, str("eth0"))}, attrs...)...)
}

func link(attrs ...[]byte) []byte { return linkIn(0, attrs...) }

// kind is a link of a kind with its data.
func kind(name string, data ...[]byte) []byte {
	return link(attr(unix.IFLA_LINKINFO, attr(unix.IFLA_INFO_KIND, str(name)), attr(unix.IFLA_INFO_DATA, data...)))
}

func addr(family, prefix uint8, attrs ...[]byte) []byte {
	return msg(unix.RTM_NEWADDR, join([]byte{family, prefix, 0x80, 0}, u32(7)), attrs...)
}

func route(family, dst, src uint8, attrs ...[]byte) []byte {
	return msg(unix.RTM_NEWROUTE, join([]byte{family, dst, src, 0, 254, 3, 0, 1}, u32(0)), attrs...)
}

func hop(attrs ...[]byte) []byte {
	p := bytes.Join(attrs, nil)
	return join(u16(uint16(8+len(p))), []byte{0, 0}, u32(7), p)
}

func neigh(family uint8, attrs ...[]byte) []byte {
	return msg(unix.RTM_NEWNEIGH, join([]byte{family, 0, 0, 0}, u32(7), u16(2), []byte{0x10, 1}), attrs...)
}

func rule(family, dst, src uint8, attrs ...[]byte) []byte {
	return msg(unix.RTM_NEWRULE, join([]byte{family, dst, src, 0, 254, 0, 0, 1}, u32(0)), attrs...)
}

func neightbl(attrs ...[]byte) []byte {
	return msg(unix.RTM_NEWNEIGHTBL, []byte{unix.AF_INET, 0, 0, 0}, attrs...)
}

func netconf(family uint8, attrs ...[]byte) []byte {
	return msg(unix.RTM_NEWNETCONF, []byte{family, 0, 0, 0}, attrs...)
}

func mdb(typ uint16, attrs ...[]byte) []byte {
	return msg(typ, join([]byte{unix.AF_BRIDGE, 0, 0, 0}, u32(3)), attrs...)
}

// group is an entry of a multicast database, with attributes behind it.
func group(proto uint16, addr []byte, attrs ...[]byte) []byte {
	b := join(u32(4), []byte{1, 0}, u16(7), addr, zeros(16-len(addr)), []byte{byte(proto >> 8), byte(proto)}, zeros(2))
	return attr(1, append([][]byte{b}, attrs...)...)
}

func nexthop(family uint8, attrs ...[]byte) []byte {
	return msg(unix.RTM_NEWNEXTHOP, join([]byte{family, 0, 4, 0}, u32(0)), attrs...)
}

// ct is a conntrack message.
func ct(family uint8, attrs ...[]byte) []byte {
	return msg(nf(1, 0), []byte{family, 0, 0, 0}, attrs...)
}

// logged is a packet that was logged.
func logged(attrs ...[]byte) []byte { return msg(nf(4, 0), []byte{unix.AF_INET, 0, 0, 9}, attrs...) }

func be16(v uint16) []byte { return binary.BigEndian.AppendUint16(nil, v) }
func be32(v uint32) []byte { return binary.BigEndian.AppendUint32(nil, v) }
func be64(v uint64) []byte { return binary.BigEndian.AppendUint64(nil, v) }

// ctTuple is a tuple of conntrack, with ports.
func ctTuple(typ int, src, dst []byte, proto uint8) []byte {
	first := 1
	if len(src) == 16 {
		first = 3
	}
	return attr(typ|0x8000, attr(1|0x8000, attr(first, src), attr(first+1, dst)), attr(2|0x8000, attr(1, u8(proto)), attr(2, be16(4000)), attr(3, be16(21))))
}

// ctCounters are those of a direction.
func ctCounters(typ int) []byte { return attr(typ|0x8000, attr(1, be64(7)), attr(2, be64(1<<33))) }

// family is a message of the controller.
func family(cmd uint8, attrs ...[]byte) []byte {
	return msg(ctrl, []byte{cmd, 2, 0, 0}, append([][]byte{attr(1, u16(16)), attr(2, str("nlctrl"))}, attrs...)...)
}

// lookup is an answer to a lookup of v4.
func lookup(err uint32) []byte {
	return msg(0, join(v4, u32(1), []byte{8, 0, 254}, []byte{254, 24, 0, 1, 253}, u32(err)))
}

var (
	v4    = []byte{192, 0, 2, 1}
	v6    = append([]byte{0x20, 1, 0xd, 0xb8}, zeros(12)...)
	mac   = []byte{2, 0, 0, 0, 0, 1}
	stack = []byte{0, 0x06, 0x40, 0xff, 0, 0x0c, 0x81, 0xff}
	label = []byte{0, 0x06, 0x41, 0xff}
)

// good are messages that must pass, among them every kind of link that libnl knows, whether this machine's kernel does or not.
var good = map[string][]byte{
	"link/plain": link(
		attr(unix.IFLA_ADDRESS, mac), attr(unix.IFLA_BROADCAST, mac), attr(unix.IFLA_PERM_ADDRESS, mac),
		attr(unix.IFLA_MTU, u32(1500)), attr(unix.IFLA_LINK, u32(3)), attr(unix.IFLA_QDISC, str("noqueue")),
		attr(unix.IFLA_STATS, zeros(96)), attr(unix.IFLA_STATS64, zeros(200)), attr(unix.IFLA_MAP, zeros(32)),
		attr(unix.IFLA_MASTER, u32(4)), attr(unix.IFLA_TXQLEN, u32(1000)), attr(unix.IFLA_WEIGHT, u32(1)),
		attr(unix.IFLA_OPERSTATE, u8(6)), attr(unix.IFLA_LINKMODE, u8(1)), attr(unix.IFLA_NET_NS_PID, u32(1)),
		attr(unix.IFLA_NET_NS_FD, u32(1)), attr(unix.IFLA_IFALIAS, str("an alias")), attr(unix.IFLA_GROUP, u32(1)),
		attr(unix.IFLA_PROMISCUITY, u32(1)), attr(unix.IFLA_NUM_TX_QUEUES, u32(1)), attr(unix.IFLA_NUM_RX_QUEUES, u32(1)),
		attr(unix.IFLA_CARRIER, u8(1)), attr(unix.IFLA_PHYS_PORT_ID, mac), attr(unix.IFLA_CARRIER_CHANGES, u32(2)),
		attr(unix.IFLA_PHYS_SWITCH_ID, mac), attr(unix.IFLA_LINK_NETNSID, u32(0)), attr(unix.IFLA_PHYS_PORT_NAME, str("p0")),
		attr(unix.IFLA_GSO_MAX_SEGS, u32(65535)), attr(unix.IFLA_GSO_MAX_SIZE, u32(65536)), attr(70, zeros(5)), attr(4000, nil)),
	"link/without padding":   link(attr(unix.IFLA_QDISC, str("noop"))[:9]),
	"link/unknown kind":      kind("wireguard", attr(1, []byte{1})),
	"link/kind without data": link(attr(unix.IFLA_LINKINFO, attr(unix.IFLA_INFO_KIND, str("dummy")), attr(unix.IFLA_INFO_SLAVE_KIND, str("bridge")))),
	"link/veth":              link(attr(unix.IFLA_LINKINFO, attr(unix.IFLA_INFO_KIND, str("veth")))),
	"link/af spec": link(attr(unix.IFLA_AF_SPEC,
		attr(unix.AF_INET, attr(unix.IFLA_INET_CONF, zeros(132))),
		attr(unix.AF_INET6, attr(unix.IFLA_INET6_FLAGS, u32(0x80000030)), attr(unix.IFLA_INET6_CONF, zeros(240)), attr(unix.IFLA_INET6_STATS, zeros(304)),
			attr(unix.IFLA_INET6_ICMP6STATS, zeros(56)), attr(unix.IFLA_INET6_CACHEINFO, zeros(16)), attr(unix.IFLA_INET6_TOKEN, v6), attr(unix.IFLA_INET6_ADDR_GEN_MODE, u8(1))),
		attr(unix.AF_BRIDGE, zeros(3)), attr(45, zeros(8)))),
	"link/inet6": linkIn(unix.AF_INET6, attr(unix.IFLA_PROTINFO|0x8000, attr(unix.IFLA_INET6_FLAGS, u32(1)), attr(unix.IFLA_INET6_CONF, zeros(800)), attr(unix.IFLA_INET6_STATS, zeros(8)))),
	"link/bridge port": linkIn(unix.AF_BRIDGE, attr(unix.IFLA_PROTINFO|0x8000, attr(unix.IFLA_BRPORT_STATE, u8(3)), attr(unix.IFLA_BRPORT_PRIORITY, u16(32)), attr(unix.IFLA_BRPORT_COST, u32(2)),
		attr(unix.IFLA_BRPORT_MODE, u8(1)), attr(unix.IFLA_BRPORT_LEARNING, u8(1)), attr(unix.IFLA_BRPORT_UNICAST_FLOOD, u8(1)), attr(unix.IFLA_BRPORT_MAB, u8(1))),
		attr(unix.IFLA_AF_SPEC, attr(0, u16(2)), attr(2, u16(2), u16(1)), attr(2, u16(8), u16(10)), attr(2, u16(16), u16(4094)), attr(6, attr(1, attr(1, u16(3)), attr(2, u8(1)))))),
	"link/bridge mode":             linkIn(unix.AF_BRIDGE, attr(unix.IFLA_AF_SPEC, attr(1, u16(1)))),
	"link/bridge port, old":        linkIn(unix.AF_BRIDGE, attr(unix.IFLA_PROTINFO, u8(3))),
	"link/bridge protinfo by kind": link(attr(unix.IFLA_PROTINFO, u8(3)), attr(unix.IFLA_LINKINFO, attr(unix.IFLA_INFO_KIND, str("bridge")), attr(unix.IFLA_INFO_DATA))),
	"link/functions": link(attr(unix.IFLA_NUM_VF, u32(2)), attr(unix.IFLA_VFINFO_LIST,
		vf(0, attr(unix.IFLA_VF_VLAN, u32(0, 5, 0)), attr(unix.IFLA_VF_VLAN_LIST, attr(1, u32(0, 5, 0), zeros(4)))),
		vf(1, attr(unix.IFLA_VF_VLAN, u32(1, 6, 1)), attr(unix.IFLA_VF_STATS, attr(0, u64(1)), attr(1, u64(2)), attr(6, nil))))),
	"link/no functions": link(attr(unix.IFLA_NUM_VF, u32(0)), attr(unix.IFLA_VFINFO_LIST)),

	"kind/bond":                kind("bond", attr(unix.IFLA_BOND_MODE, u8(4)), attr(unix.IFLA_BOND_ACTIVE_SLAVE, u32(2)), attr(unix.IFLA_BOND_MIIMON, u32(100)), attr(unix.IFLA_BOND_XMIT_HASH_POLICY, u8(1)), attr(unix.IFLA_BOND_MIN_LINKS, u32(1))),
	"kind/bridge":              kind("bridge", attr(unix.IFLA_BR_AGEING_TIME, u32(300)), attr(unix.IFLA_BR_VLAN_FILTERING, u8(1)), attr(unix.IFLA_BR_VLAN_PROTOCOL, u16(0x81)), attr(unix.IFLA_BR_MULTI_BOOLOPT, u32(1, 1))),
	"kind/can":                 kind("can", attr(unix.IFLA_CAN_BITTIMING, zeros(32)), attr(unix.IFLA_CAN_BITTIMING_CONST, zeros(48)), attr(unix.IFLA_CAN_CLOCK, u32(1)), attr(unix.IFLA_CAN_STATE, u32(9)), attr(unix.IFLA_CAN_CTRLMODE, u32(0xff, 0xff)), attr(unix.IFLA_CAN_RESTART_MS, u32(1)), attr(unix.IFLA_CAN_BERR_COUNTER, zeros(4))),
	"kind/geneve":              kind("geneve", attr(unix.IFLA_GENEVE_ID, u32(1)), attr(unix.IFLA_GENEVE_REMOTE, v4), attr(unix.IFLA_GENEVE_REMOTE6, v6), attr(unix.IFLA_GENEVE_PORT, u16(1)), attr(unix.IFLA_GENEVE_COLLECT_METADATA)),
	"kind/gre":                 kind("gre", attr(1, u32(1)), attr(2, u16(1)), attr(4, u32(1)), attr(6, v4), attr(7, v4), attr(8, u8(64)), attr(10, u8(1)), attr(20, u32(1))),
	"kind/gretap":              kind("gretap", attr(1, u32(1)), attr(6, v4)),
	"kind/ip6gre":              kind("ip6gre", attr(1, u32(1)), attr(6, v6), attr(7, v6), attr(11, u8(4)), attr(12, u32(1)), attr(13, u32(1))),
	"kind/ip6tnl":              kind("ip6tnl", attr(1, u32(1)), attr(2, v6), attr(3, v6), attr(8, u32(1)), attr(19)),
	"kind/ipip":                kind("ipip", attr(1, u32(1)), attr(2, v4), attr(3, v4), attr(10, u8(1))),
	"kind/ipvlan":              kind("ipvlan", attr(unix.IFLA_IPVLAN_MODE, u16(1))),
	"kind/macsec":              kind("macsec", attr(unix.IFLA_MACSEC_SCI, u64(1)), attr(unix.IFLA_MACSEC_ENCRYPT, u8(1)), attr(unix.IFLA_MACSEC_PROTECT, u8(1)), attr(unix.IFLA_MACSEC_VALIDATION, u8(2)), attr(unix.IFLA_MACSEC_REPLAY_PROTECT, u8(1)), attr(unix.IFLA_MACSEC_WINDOW, u32(9))),
	"kind/macvlan":             kind("macvlan", attr(unix.IFLA_MACVLAN_MODE, u32(16)), attr(unix.IFLA_MACVLAN_FLAGS, u16(1)), attr(unix.IFLA_MACVLAN_MACADDR_COUNT, u32(2)), attr(unix.IFLA_MACVLAN_MACADDR_DATA, attr(unix.IFLA_MACVLAN_MACADDR, mac), attr(unix.IFLA_MACVLAN_MACADDR, mac))),
	"kind/macvtap":             kind("macvtap", attr(unix.IFLA_MACVLAN_MODE, u32(4))),
	"kind/ppp":                 kind("ppp", attr(unix.IFLA_PPP_DEV_FD, u32(4))),
	"kind/sit":                 kind("sit", attr(1, u32(1)), attr(2, v4), attr(3, v4), attr(8, u16(1)), attr(11, v6), attr(12, v4), attr(13, u16(1))),
	"kind/vlan":                kind("vlan", attr(unix.IFLA_VLAN_ID, u16(5)), attr(unix.IFLA_VLAN_FLAGS, u32(1, 1)), attr(unix.IFLA_VLAN_INGRESS_QOS, attr(1, u32(7, 1))), attr(unix.IFLA_VLAN_EGRESS_QOS, attr(1, u32(1, 7)), attr(1, u32(900, 3))), attr(unix.IFLA_VLAN_PROTOCOL, u16(0x81))),
	"kind/vrf":                 kind("vrf", attr(unix.IFLA_VRF_TABLE, u32(10))),
	"kind/vti":                 kind("vti", attr(1, u32(1)), attr(2, u32(1)), attr(4, v4), attr(5, v4)),
	"kind/vti6":                kind("vti6", attr(1, u32(1)), attr(4, v6), attr(5, v6)),
	"kind/vxlan":               kind("vxlan", attr(unix.IFLA_VXLAN_ID, u32(42)), attr(unix.IFLA_VXLAN_GROUP, v4), attr(unix.IFLA_VXLAN_LINK, u32(2)), attr(unix.IFLA_VXLAN_LOCAL6, v6), attr(unix.IFLA_VXLAN_PORT, u16(0xb512)), attr(unix.IFLA_VXLAN_PORT_RANGE, zeros(4)), attr(unix.IFLA_VXLAN_GBP), attr(unix.IFLA_VXLAN_LABEL, u32(1))),
	"kind/vxlan by libnl":      kind("vxlan", attr(unix.IFLA_VXLAN_PORT, u32(0xb512))),
	"kind/xfrm":                kind("xfrm", attr(unix.IFLA_XFRM_LINK, u32(1)), attr(unix.IFLA_XFRM_IF_ID, u32(1))),
	"kind/can with statistics": link(attr(unix.IFLA_LINKINFO, attr(unix.IFLA_INFO_KIND, str("can")), attr(unix.IFLA_INFO_DATA), attr(unix.IFLA_INFO_XSTATS, zeros(24)))),

	"addr/v4":       addr(unix.AF_INET, 24, attr(unix.IFA_LOCAL, v4), attr(unix.IFA_ADDRESS, []byte{192, 0, 2, 9}), attr(unix.IFA_BROADCAST, v4), attr(unix.IFA_LABEL, str("eth0")), attr(unix.IFA_CACHEINFO, zeros(16)), attr(unix.IFA_FLAGS, u32(0x280))),
	"addr/v4, none": addr(unix.AF_INET, 32),
	"addr/v6":       addr(unix.AF_INET6, 64, attr(unix.IFA_ADDRESS, v6), attr(unix.IFA_CACHEINFO, zeros(16)), attr(unix.IFA_MULTICAST, v6), attr(unix.IFA_ANYCAST, v6)),
	"addr/other":    addr(45, 8, attr(unix.IFA_LOCAL, u8(9))),

	"route/v4":                 route(unix.AF_INET, 24, 32, attr(unix.RTA_DST, v4), attr(unix.RTA_SRC, v4), attr(unix.RTA_OIF, u32(2)), attr(unix.RTA_IIF, u32(2)), attr(unix.RTA_GATEWAY, v4), attr(unix.RTA_PREFSRC, v4), attr(unix.RTA_TABLE, u32(254)), attr(unix.RTA_PRIORITY, u32(1)), attr(unix.RTA_FLOW, u32(0x10002)), attr(unix.RTA_CACHEINFO, zeros(20), u32(0xffffffff), zeros(8)), attr(unix.RTA_METRICS, attr(2, u32(1400)), attr(16, str("cubic")), attr(3, u8(1)))),
	"route/default":            route(unix.AF_INET, 0, 0, attr(unix.RTA_GATEWAY, v4), attr(unix.RTA_OIF, u32(2))),
	"route/v6":                 route(unix.AF_INET6, 64, 0, attr(unix.RTA_DST, v6), attr(unix.RTA_GATEWAY, v6), attr(unix.RTA_OIF, u32(2)), attr(30, u32(7))),
	"route/multipath":          route(unix.AF_INET, 32, 0, attr(unix.RTA_DST, v4), attr(unix.RTA_MULTIPATH, hop(attr(unix.RTA_GATEWAY, v4)), hop(attr(unix.RTA_VIA, u16(unix.AF_INET6), v6), attr(unix.RTA_FLOW, u32(1))), hop())),
	"route/via":                route(unix.AF_INET, 32, 0, attr(unix.RTA_DST, v4), attr(unix.RTA_VIA, u16(unix.AF_INET6), v6), attr(unix.RTA_OIF, u32(1))),
	"route/mpls":               route(unix.AF_MPLS, 20, 0, attr(unix.RTA_DST, label), attr(unix.RTA_NEWDST, stack), attr(unix.RTA_VIA, u16(unix.AF_INET), v4), attr(unix.RTA_TTL_PROPAGATE, u8(1)), attr(unix.RTA_OIF, u32(2))),
	"route/mroute":             route(128, 32, 32, attr(unix.RTA_DST, v4), attr(unix.RTA_SRC, v4), attr(unix.RTA_MULTIPATH, hop())),
	"route/encap mpls":         route(unix.AF_INET, 32, 0, attr(unix.RTA_DST, v4), attr(unix.RTA_ENCAP_TYPE, u16(1)), attr(unix.RTA_ENCAP, attr(1, stack), attr(2, u8(3)))),
	"route/encap mpls on hops": route(unix.AF_INET, 32, 0, attr(unix.RTA_DST, v4), attr(unix.RTA_MULTIPATH, hop(attr(unix.RTA_ENCAP_TYPE, u16(1)), attr(unix.RTA_ENCAP, attr(1, label))), hop(attr(unix.RTA_GATEWAY, v4)))),
	"route/encap ip":           route(unix.AF_INET, 32, 0, attr(unix.RTA_DST, v4), attr(unix.RTA_ENCAP_TYPE, u16(2)), attr(unix.RTA_ENCAP, attr(1, u64(9)), attr(2, v4), attr(3, v4), attr(4, u8(1)), attr(5, u8(1)), attr(6, u16(7)))),
	"route/encap ip6":          route(unix.AF_INET6, 0, 0, attr(unix.RTA_ENCAP_TYPE, u16(4)), attr(unix.RTA_ENCAP, attr(1, u64(9)), attr(2, v6), attr(3, v6), attr(4, u8(1)), attr(5, u8(1)), attr(6, u16(7)))),
	"route/encap ila":          route(unix.AF_INET6, 0, 0, attr(unix.RTA_ENCAP_TYPE, u16(3)), attr(unix.RTA_ENCAP, attr(1, u64(9)), attr(7, u8(1)), attr(8, u8(1)), attr(9, u8(1)))),
	"route/encap seg6":         route(unix.AF_INET6, 0, 0, attr(unix.RTA_ENCAP_TYPE, u16(5)), attr(unix.RTA_ENCAP, attr(1, zeros(28)))),

	"neigh/v4":  neigh(unix.AF_INET, attr(unix.NDA_DST, v4), attr(unix.NDA_LLADDR, mac), attr(unix.NDA_PROBES, u32(1)), attr(unix.NDA_CACHEINFO, zeros(16))),
	"neigh/v6":  neigh(unix.AF_INET6, attr(unix.NDA_DST, v6), attr(unix.NDA_LLADDR), attr(15, u32(1))),
	"neigh/fdb": neigh(unix.AF_BRIDGE, attr(unix.NDA_LLADDR, mac), attr(unix.NDA_DST, v4), attr(unix.NDA_VLAN, u16(1)), attr(unix.NDA_MASTER, u32(4)), attr(13, u32(1)), attr(unix.NDA_PORT, u16(1)), attr(unix.NDA_VNI, u32(1))),

	"rule/v4": rule(unix.AF_INET, 24, 32, attr(unix.FRA_DST, v4), attr(unix.FRA_SRC, v4), attr(unix.FRA_IIFNAME, str("lo")), attr(unix.FRA_OIFNAME, str("lo")), attr(unix.FRA_PRIORITY, u32(1)), attr(unix.FRA_FWMARK, u32(1)), attr(unix.FRA_FWMASK, u32(1)), attr(unix.FRA_GOTO, u32(9)), attr(unix.FRA_TABLE, u32(1000)), attr(unix.FRA_FLOW, u32(1)), attr(unix.FRA_L3MDEV, u8(1)), attr(unix.FRA_PROTOCOL, u8(2)), attr(unix.FRA_IP_PROTO, u8(6)), attr(unix.FRA_SPORT_RANGE, u16(1), u16(2)), attr(unix.FRA_DPORT_RANGE, u16(2), u16(2))),
	"rule/v6": rule(unix.AF_INET6, 0, 64, attr(unix.FRA_SRC, v6)),

	"neightbl/table":  neightbl(attr(1, str("arp_cache")), attr(2, u32(128)), attr(3, u32(512)), attr(4, u32(1024)), attr(5, zeros(32)), attr(7, zeros(88)), attr(8, u64(30000)), attr(6, attr(2, u32(1)), attr(3, u64(30000)), attr(8, u32(101)), attr(16, u32(9)))),
	"neightbl/device": neightbl(attr(1, str("arp_cache")), attr(6, attr(1, u32(7)), attr(2, u32(1)), attr(3, u64(1)), attr(4, u64(2)), attr(5, u64(3)), attr(6, u64(4)), attr(7, u64(5)), attr(8, u32(6)), attr(9, u32(7)), attr(10, u32(8)), attr(11, u32(9)), attr(12, u64(10)), attr(13, u64(11)), attr(14, u32(12)), attr(15, u64(13)))),

	"netconf/v4":   netconf(unix.AF_INET, attr(1, u32(7)), attr(2, u32(1)), attr(3, u32(2)), attr(4, u32(0)), attr(5, u32(0)), attr(6, u32(0)), attr(8, u32(0))),
	"netconf/all":  netconf(unix.AF_INET6, attr(1, u32(0xffffffff)), attr(2, u32(1))),
	"netconf/mpls": netconf(unix.AF_MPLS, attr(1, u32(7)), attr(7, u32(1))),
	"netconf/gone": msg(unix.RTM_DELNETCONF, []byte{unix.AF_INET, 0, 0, 0}, attr(1, u32(7))),

	"mdb/new":   mdb(unix.RTM_NEWMDB, attr(1, attr(1, group(0x800, []byte{239, 1, 1, 1}, attr(1, u32(9)))))),
	"mdb/gone":  mdb(unix.RTM_DELMDB, attr(1, attr(1, group(0x800, []byte{239, 1, 1, 1})))),
	"mdb/dump":  mdb(unix.RTM_GETMDB, attr(1, attr(1, group(0x86dd, v6), group(0, mac)), attr(1, group(0x800, []byte{239, 1, 1, 2}))), attr(2, attr(1, u32(4)))),
	"mdb/empty": mdb(unix.RTM_NEWMDB, attr(1)),

	"nexthop/v4":        nexthop(unix.AF_INET, attr(unix.NHA_ID, u32(1)), attr(unix.NHA_OIF, u32(7)), attr(unix.NHA_GATEWAY, v4)),
	"nexthop/v6":        nexthop(unix.AF_INET6, attr(unix.NHA_ID, u32(2)), attr(unix.NHA_GATEWAY, v6), attr(11)),
	"nexthop/blackhole": nexthop(unix.AF_INET, attr(unix.NHA_ID, u32(3)), attr(unix.NHA_BLACKHOLE)),
	"nexthop/group":     nexthop(0, attr(unix.NHA_ID, u32(10)), attr(unix.NHA_GROUP, u32(1, 0, 2, 1)), attr(unix.NHA_GROUP_TYPE, u16(0))),
	"nexthop/resilient": nexthop(0, attr(unix.NHA_ID, u32(11)), attr(unix.NHA_GROUP, u32(1, 0)), attr(unix.NHA_GROUP_TYPE, u16(1)), attr(12, attr(1, u16(8)), attr(2, u32(120)), attr(3, u32(0)), attr(4, u64(0)))),
	"nexthop/encap":     nexthop(unix.AF_INET, attr(unix.NHA_ID, u32(4)), attr(unix.NHA_GATEWAY, v4), attr(unix.NHA_ENCAP_TYPE, u16(1)), attr(unix.NHA_ENCAP, attr(1, stack))),
	"nexthop/encap ip6": nexthop(unix.AF_INET6, attr(unix.NHA_ID, u32(5)), attr(unix.NHA_ENCAP_TYPE, u16(4)), attr(unix.NHA_ENCAP, attr(2, v6), attr(3, v6))),
	"nexthop/gone":      msg(unix.RTM_DELNEXTHOP, zeros(8), attr(unix.NHA_ID, u32(1))),

	"ct/tcp": ct(unix.AF_INET, ctTuple(1, v4, v4, unix.IPPROTO_TCP), ctTuple(2, v4, v4, unix.IPPROTO_TCP), attr(12, be32(0x1234)), attr(3, be32(0x18e)), attr(7, be32(431999)),
		ctCounters(9), ctCounters(10), attr(4|0x8000, attr(1|0x8000, attr(1, u8(3)), attr(2, u8(7)), attr(3, u8(7)), attr(4, []byte{0x23, 0}), attr(5, []byte{0x23, 0}))),
		attr(8, be32(7)), attr(18, be16(5)), attr(11, be32(1)), attr(20|0x8000, attr(1, be64(1e18)), attr(2, be64(2e18))), attr(5|0x8000, attr(1, str("ftp"))), attr(22, zeros(16))),
	"ct/udp v6": ct(unix.AF_INET6, ctTuple(1, v6, v6, unix.IPPROTO_UDP), ctTuple(2, v6, v6, unix.IPPROTO_UDP), attr(9, attr(3, be32(1)), attr(4, be32(2))), attr(20, attr(1, be64(1)))),
	"ct/icmp": ct(unix.AF_INET, attr(1, attr(1, attr(1, v4), attr(2, v4)), attr(2, attr(1, u8(1)), attr(4, be16(9)), attr(5, u8(8)), attr(6, u8(0)))),
		attr(2, attr(1, attr(1, v4), attr(2, v4)), attr(2, attr(1, u8(1)), attr(4, be16(9)), attr(5, u8(0)), attr(6, u8(0))))),
	"ct/icmpv6": ct(unix.AF_INET6, attr(1, attr(1, attr(3, v6), attr(4, v6)), attr(2, attr(1, u8(58)), attr(7, be16(9)), attr(8, u8(128)), attr(9, u8(0))))),
	"ct/gone":   msg(nf(1, 2), []byte{unix.AF_INET, 0, 0, 0}, ctTuple(1, v4, v4, unix.IPPROTO_UDP), attr(12, be32(1))),
	"ct/empty":  ct(0),

	"log/plain": logged(attr(1, be16(0x800), []byte{1, 0}), attr(2, be32(7)), attr(3, be64(1), be64(2)), attr(4, be32(2)), attr(5, be32(3)), attr(6, be32(4)), attr(7, be32(5)),
		attr(8, be16(6), be16(0), mac, zeros(2)), attr(9, zeros(61)), attr(10, str("prefix")), attr(11, be32(0)), attr(14, be32(0)), attr(12, be32(1)), attr(13, be32(2)),
		attr(15, be16(1)), attr(16, zeros(14)), attr(17, be16(14)), attr(20, attr(1, be16(0x8100)), attr(2, be16(0xb007))), attr(21, zeros(18))),
	"log/conntrack": logged(attr(18, ctTuple(1, v4, v4, unix.IPPROTO_TCP), ctTuple(2, v4, v4, unix.IPPROTO_TCP), attr(12, be32(1)), attr(3, be32(0x18e))), attr(19, be32(2))),
	"log/no bytes":  logged(attr(9), attr(10, str("")), attr(16), attr(18), attr(20)),
	"log/empty":     logged(),

	"lookup/found": lookup(0),
	"lookup/error": lookup(0xffffff8f), // -ENETUNREACH

	"ctrl/family": family(1, attr(3, u32(2)), attr(4, u32(0)), attr(5, u32(10)), attr(6, attr(1, attr(1, u32(3)), attr(2, u32(14))), attr(2, attr(1, u32(10)))),
		attr(7, attr(1, attr(2, u32(16)), attr(1, str("notify"))), attr(2, attr(2, u32(17)), attr(1, str("fifteen-letters")))), attr(8, zeros(4))),
	"ctrl/without": family(1),
	"ctrl/empty":   family(1, attr(6), attr(7)),
}

// vf is a virtual function.
func vf(n uint32, attrs ...[]byte) []byte {
	all := append([][]byte{attr(unix.IFLA_VF_MAC, u32(n), zeros(32))}, attrs...)
	all = append(all,
		attr(unix.IFLA_VF_TX_RATE, u32(n, 5)), attr(unix.IFLA_VF_SPOOFCHK, u32(n, 1)), attr(unix.IFLA_VF_LINK_STATE, u32(n, 1)),
		attr(unix.IFLA_VF_RATE, u32(n, 1, 2)), attr(unix.IFLA_VF_RSS_QUERY_EN, u32(n, 1)), attr(unix.IFLA_VF_TRUST, u32(n, 1)))
	return attr(1, all...)
}
