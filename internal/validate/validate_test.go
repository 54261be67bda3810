//go:build linux

// SPDX-License-Identifier: MIT

package validate_test

import (
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/golibnl/libnl/internal/validate"
)

func TestGood(t *testing.T) {
	for name, b := range good {
		t.Run(name, func(t *testing.T) {
			if err := check(b); err != nil {
				t.Fatal(err)
			}
			objects, rc := run(b)
			if objects != 1 && !refusedByOld(name) {
				t.Fatalf("libnl makes %d objects of it and returns %d", objects, rc)
			}
		})
	}
}

// refusedByOld names what old versions of libnl do not know, and the mode of a bridge, which they refuse.
func refusedByOld(name string) bool {
	return strings.HasPrefix(name, "route/encap") || strings.HasPrefix(name, "nexthop/") || name == "link/bridge mode"
}

// cut returns a message without its last n bytes, its length made true.
func cut(b []byte, n int) []byte {
	b = append([]byte(nil), b[:len(b)-n]...)
	ne.PutUint32(b, uint32(len(b)))
	return b
}

func info(attrs ...[]byte) []byte { return link(attr(unix.IFLA_LINKINFO, attrs...)) }

func fns(n uint32, list ...[]byte) []byte {
	return link(attr(unix.IFLA_NUM_VF, u32(n)), attr(unix.IFLA_VFINFO_LIST, list...))
}

var bad = []struct {
	name string
	b    []byte
	want string // in the error
}{
	{"empty", nil, "shorter than a message header"},
	{"no header", zeros(15), "shorter than a message header"},
	{"length too large", append(ne.AppendUint32(nil, 17), zeros(12)...), "the header says 17 bytes"},
	{"length too small", append(ne.AppendUint32(nil, 12), zeros(12)...), "the header says 12 bytes"},
	{"unknown type", msg(unix.RTM_NEWQDISC, zeros(20)), "no rules for message type 36"},
	{"control message", msg(unix.NLMSG_DONE, zeros(4)), "no rules for message type 3"},

	{"link/header cut", msg(unix.RTM_NEWLINK, zeros(12)), "header of 12 bytes, want 16"},
	{"link/no name", msg(unix.RTM_NEWLINK, zeros(16)), "IFLA_IFNAME: missing"},
	{"link/name twice", link(attr(unix.IFLA_IFNAME, str("a"))), "IFLA_IFNAME: stands there twice"},
	{"link/name unterminated", link(attr(unix.IFLA_QDISC, []byte("abc"))), "IFLA_QDISC: string without its NUL"},
	{"link/name empty", link(attr(unix.IFLA_QDISC)), "IFLA_QDISC: 0 bytes, want 1 to 32"},
	{"link/alias too long", link(attr(unix.IFLA_IFALIAS, zeros(257))), "IFLA_IFALIAS: 257 bytes"},
	{"link/family too large", linkIn(200), "family 200"},
	{"link/attribute length 0", link(u16(0), u16(1)), "attribute 1: length 0"},
	{"link/attribute too long", link(u16(9), u16(1), u32(0)), "attribute 1: length 9 with 8 bytes left"},
	{"link/stray bytes", link([]byte{4, 0, 1}), "3 stray bytes"},
	{"link/mtu short", link(attr(unix.IFLA_MTU, u16(1))), "IFLA_MTU: 2 bytes, want 4"},
	{"link/netnsid short", link(attr(unix.IFLA_LINK_NETNSID, u8(1))), "IFLA_LINK_NETNSID: 1 bytes, want 4"},
	{"link/stats short", link(attr(unix.IFLA_STATS, zeros(88))), "IFLA_STATS: 88 bytes, want at least 92"},
	{"link/stats64 short", link(attr(unix.IFLA_STATS64, zeros(176))), "IFLA_STATS64: 176 bytes"},
	{"link/map short", link(attr(unix.IFLA_MAP, zeros(28))), "IFLA_MAP: 28 bytes"},
	{"link/address too long", link(attr(unix.IFLA_ADDRESS, zeros(33))), "IFLA_ADDRESS: 33 bytes"},
	{"link/slave kind unterminated", info(attr(unix.IFLA_INFO_SLAVE_KIND, []byte("abcd"))), "IFLA_INFO_SLAVE_KIND: string without its NUL"},
	{"link/kind unterminated", info(attr(unix.IFLA_INFO_KIND, []byte("vlan"))), "IFLA_INFO_KIND: string empty"},
	{"link/kind empty", info(attr(unix.IFLA_INFO_KIND, str(""))), `"" is not the name of a kind`},
	{"link/kind is a family", info(attr(unix.IFLA_INFO_KIND, str("inet6"))), `"inet6" is not the name of a kind`},
	{"link/kind is a family in capitals", info(attr(unix.IFLA_INFO_KIND, str("INET6"))), "is not the name of a kind"},
	{"link/kind is a number", info(attr(unix.IFLA_INFO_KIND, str("10"))), `"10" is not the name of a kind`},
	{"link/kind is a number with a sign", info(attr(unix.IFLA_INFO_KIND, str(" +0xa"))), "is not the name of a kind"},
	{"link/kind twice", info(attr(unix.IFLA_INFO_KIND, str("vlan")), attr(unix.IFLA_INFO_KIND, str("dummy"))), "IFLA_INFO_KIND: stands there twice"},
	{"link/vlan without data", info(attr(unix.IFLA_INFO_KIND, str("vlan"))), "IFLA_INFO_DATA (vlan): missing"},
	{"link/can with statistics only", info(attr(unix.IFLA_INFO_KIND, str("can")), attr(unix.IFLA_INFO_XSTATS, zeros(24))), "IFLA_INFO_DATA (can): missing"},
	{"link/veth with a peer", kind("veth", attr(1, zeros(16))), "IFLA_INFO_DATA (veth)"},
	{"link/inet conf", link(attr(unix.IFLA_AF_SPEC, attr(unix.AF_INET, attr(unix.IFLA_INET_CONF, zeros(6))))), "IFLA_AF_SPEC: AF_INET: IFLA_INET_CONF: 6 bytes, want a multiple of 4"},
	{"link/inet6 stats", link(attr(unix.IFLA_AF_SPEC, attr(unix.AF_INET6, attr(unix.IFLA_INET6_STATS, zeros(12))))), "AF_INET6: IFLA_INET6_STATS: 12 bytes"},
	{"link/inet6 token", linkIn(unix.AF_INET6, attr(unix.IFLA_PROTINFO, attr(unix.IFLA_INET6_TOKEN, v4))), "IFLA_PROTINFO: IFLA_INET6_TOKEN: 4 bytes, want 16"},
	{"link/protinfo empty", linkIn(unix.AF_BRIDGE, attr(unix.IFLA_PROTINFO)), "IFLA_PROTINFO: empty"},
	{"link/protinfo of a port", linkIn(unix.AF_BRIDGE, attr(unix.IFLA_PROTINFO|0x8000, attr(unix.IFLA_BRPORT_COST, u16(1)))), "IFLA_BRPORT_COST: 2 bytes, want 4"},
	{"link/protinfo by kind", linkIn(99%40, attr(unix.IFLA_PROTINFO), attr(unix.IFLA_LINKINFO, attr(unix.IFLA_INFO_KIND, str("bridge")), attr(unix.IFLA_INFO_DATA))), "IFLA_PROTINFO: empty"},
	{"link/bridge mode", linkIn(unix.AF_BRIDGE, attr(unix.IFLA_AF_SPEC, attr(1, u8(1)))), "IFLA_BRIDGE_MODE: 1 bytes, want 2"},
	{"link/bridge vlan length", linkIn(unix.AF_BRIDGE, attr(unix.IFLA_AF_SPEC, attr(2, u16(1)))), "IFLA_BRIDGE_VLAN_INFO: 2 bytes, want 4"},
	{"link/bridge vlan number", linkIn(unix.AF_BRIDGE, attr(unix.IFLA_AF_SPEC, attr(2, u16(0), u16(4095)))), "IFLA_BRIDGE_VLAN_INFO: VLAN 4095"},
	{"link/bridge mst", linkIn(unix.AF_BRIDGE, attr(unix.IFLA_AF_SPEC, attr(6, attr(1, attr(1, u16(1)))))), "IFLA_BRIDGE_MST_ENTRY_STATE: missing"},
	{"link/functions: no address", fns(1, attr(1, attr(unix.IFLA_VF_TRUST, u32(0, 1)))), "IFLA_VF_MAC: missing"},
	{"link/functions: the same twice", fns(2, vf(0), vf(0)), "entry 1: function 0"},
	{"link/functions: too many", fns(1, vf(0), vf(1)), "entry 1: function 1"},
	{"link/functions: beyond PCI", fns(1 << 16), "IFLA_NUM_VF: 65536 virtual functions"},
	{"link/functions: uncounted", link(attr(unix.IFLA_VFINFO_LIST, vf(0))), "entry 0: function 0"},
	{"link/functions: rate short", fns(1, vf(0, attr(unix.IFLA_VF_IB_NODE_GUID, u32(0, 1)))), "IFLA_VF_IB_NODE_GUID: 8 bytes"},
	{"link/functions: empty vlan list", fns(1, vf(0, attr(unix.IFLA_VF_VLAN_LIST))), "IFLA_VF_VLAN_LIST: empty list"},
	{"link/functions: vlan list short", fns(1, vf(0, attr(unix.IFLA_VF_VLAN_LIST, attr(1, u32(0, 1))))), "IFLA_VF_VLAN_LIST: entry 0: 8 bytes"},
	{"link/functions: stats short", fns(1, vf(0, attr(unix.IFLA_VF_STATS, attr(0, u32(1))))), "IFLA_VF_STATS_RX_PACKETS: 4 bytes, want 8"},

	{"kind/vlan id", kind("vlan", attr(unix.IFLA_VLAN_ID, u8(1))), "IFLA_INFO_DATA (vlan): IFLA_VLAN_ID: 1 bytes, want 2"},
	{"kind/vlan ingress", kind("vlan", attr(unix.IFLA_VLAN_INGRESS_QOS, attr(1, u32(8, 0)))), "IFLA_VLAN_INGRESS_QOS: entry 0: priority 8"},
	{"kind/vlan egress", kind("vlan", attr(unix.IFLA_VLAN_EGRESS_QOS, attr(1, u32(8)))), "IFLA_VLAN_EGRESS_QOS: entry 0: 4 bytes, want 8"},
	{"kind/vlan egress empty", kind("vlan", attr(unix.IFLA_VLAN_EGRESS_QOS)), "IFLA_VLAN_EGRESS_QOS: empty list"},
	{"kind/macsec validation", kind("macsec", attr(unix.IFLA_MACSEC_VALIDATION, u8(3))), "IFLA_MACSEC_VALIDATION: want one byte of 0 to 2"},
	{"kind/macsec encrypt", kind("macsec", attr(unix.IFLA_MACSEC_ENCRYPT, u8(2))), "IFLA_MACSEC_ENCRYPT: want one byte of 0 to 1"},
	{"kind/macvlan count", kind("macvlan", attr(unix.IFLA_MACVLAN_MACADDR_COUNT, u32(2)), attr(unix.IFLA_MACVLAN_MACADDR_DATA, attr(unix.IFLA_MACVLAN_MACADDR, mac))), "2 for 1 addresses"},
	{"kind/macvlan count huge", kind("macvlan", attr(unix.IFLA_MACVLAN_MACADDR_COUNT, u32(1<<31)), attr(unix.IFLA_MACVLAN_MACADDR_DATA)), "for 0 addresses"},
	{"kind/macvlan address", kind("macvtap", attr(unix.IFLA_MACVLAN_MACADDR_COUNT, u32(1)), attr(unix.IFLA_MACVLAN_MACADDR_DATA, attr(unix.IFLA_MACVLAN_MACADDR, v4))), "IFLA_MACVLAN_MACADDR: 4 bytes, want 6"},
	{"kind/macvlan not an address", kind("macvlan", attr(unix.IFLA_MACVLAN_MACADDR_COUNT, u32(1)), attr(unix.IFLA_MACVLAN_MACADDR_DATA, attr(9, mac))), "entry 0 is not an address"},
	{"kind/vxlan group6", kind("vxlan", attr(unix.IFLA_VXLAN_GROUP6, v4)), "IFLA_VXLAN_GROUP6: 4 bytes, want 16"},
	{"kind/can bittiming", kind("can", attr(unix.IFLA_CAN_BITTIMING, zeros(31))), "IFLA_CAN_BITTIMING: 31 bytes"},
	{"kind/bridge options", kind("bridge", attr(unix.IFLA_BR_MULTI_BOOLOPT, u32(1))), "IFLA_BR_MULTI_BOOLOPT: 4 bytes, want 8"},
	{"kind/data broken", kind("vrf", u16(3), u16(1)), "IFLA_INFO_DATA (vrf): attribute 1: length 3"},

	{"addr/v4 short", addr(unix.AF_INET, 24, attr(unix.IFA_LOCAL, u16(1))), "IFA_LOCAL: address of 2 bytes in a message of family 2, want 4"},
	{"addr/v6 in v4", addr(unix.AF_INET, 24, attr(unix.IFA_ADDRESS, v6)), "IFA_ADDRESS: address of 16 bytes"},
	{"addr/v4 prefix", addr(unix.AF_INET, 33, attr(unix.IFA_LOCAL, v4)), "prefix of 33 bits on an address of 4 bytes"},
	{"addr/v6 prefix", addr(unix.AF_INET6, 129, attr(unix.IFA_ADDRESS, v6)), "prefix of 129 bits"},
	{"addr/v6 prefix on nothing", addr(unix.AF_INET6, 64), "prefix of 64 bits on an address of 0 bytes"},
	{"addr/flags short", addr(unix.AF_INET, 0, attr(unix.IFA_FLAGS, u8(1))), "IFA_FLAGS: 1 bytes, want 4"},
	{"addr/cacheinfo short", addr(unix.AF_INET, 0, attr(unix.IFA_CACHEINFO, zeros(12))), "IFA_CACHEINFO: 12 bytes"},
	{"addr/label too long", addr(unix.AF_INET, 0, attr(unix.IFA_LABEL, zeros(17))), "IFA_LABEL: 17 bytes"},
	{"addr/decnet", addr(unix.AF_DECnet, 0, attr(unix.IFA_LOCAL, u8(1))), "IFA_LOCAL: address of 1 bytes"},
	{"addr/mpls", addr(unix.AF_MPLS, 0, attr(unix.IFA_LOCAL, v4)), "IFA_LOCAL: label stack without its bottom"},
	{"addr/other too long", addr(45, 0, attr(unix.IFA_LOCAL, zeros(40))), "IFA_LOCAL: address of 40 bytes"},

	{"route/dst short", route(unix.AF_INET, 24, 0, attr(unix.RTA_DST, u16(1))), "RTA_DST: address of 2 bytes"},
	{"route/dst prefix", route(unix.AF_INET, 33, 0, attr(unix.RTA_DST, v4)), "RTA_DST: prefix of 33 bits"},
	{"route/dst missing", route(unix.AF_INET6, 1, 0), "RTA_DST: prefix of 1 bits on an address of 0 bytes"},
	{"route/src missing", route(unix.AF_INET, 0, 32), "RTA_SRC: prefix of 32 bits on an address of 0 bytes"},
	{"route/gateway of another family", route(unix.AF_INET6, 0, 0, attr(unix.RTA_GATEWAY, v4)), "RTA_GATEWAY: address of 4 bytes"},
	{"route/table short", route(unix.AF_INET, 0, 0, attr(unix.RTA_TABLE, u16(1))), "RTA_TABLE: 2 bytes, want 4"},
	{"route/metrics broken", route(unix.AF_INET, 0, 0, attr(unix.RTA_METRICS, u16(1), u16(0))), "RTA_METRICS: attribute 0: length 1"},
	{"route/via empty", route(unix.AF_INET, 0, 0, attr(unix.RTA_VIA)), "RTA_VIA: 0 bytes"},
	{"route/via one byte", route(unix.AF_INET, 0, 0, attr(unix.RTA_VIA, u8(2))), "RTA_VIA: 1 bytes"},
	{"route/via short", route(unix.AF_INET, 0, 0, attr(unix.RTA_VIA, u16(unix.AF_INET6), v4)), "RTA_VIA: address of 4 bytes"},
	{"route/via labels", route(unix.AF_INET, 0, 0, attr(unix.RTA_VIA, u16(unix.AF_MPLS), v4)), "RTA_VIA: address of unknown family 28"},
	{"route/mpls dst without bottom", route(unix.AF_MPLS, 20, 0, attr(unix.RTA_DST, v4)), "RTA_DST: label stack without its bottom"},
	{"route/mpls newdst without bottom", route(unix.AF_MPLS, 0, 0, attr(unix.RTA_NEWDST, stack[:4])), "RTA_NEWDST: label stack without its bottom"},
	{"route/mpls newdst odd", route(unix.AF_MPLS, 0, 0, attr(unix.RTA_NEWDST, stack[:6])), "RTA_NEWDST: label stack of 6 bytes"},
	{"route/mpls newdst too deep", route(unix.AF_MPLS, 0, 0, attr(unix.RTA_NEWDST, zeros(68))), "RTA_NEWDST: label stack of 68 bytes"},
	{"route/hop of length 0", route(unix.AF_INET, 0, 0, attr(unix.RTA_MULTIPATH, zeros(8))), "RTA_MULTIPATH: next hop 0: length 0"},
	{"route/hop too short", route(unix.AF_INET, 0, 0, attr(unix.RTA_MULTIPATH, u16(4), zeros(6))), "next hop 0: length 4"},
	{"route/hop too long", route(unix.AF_INET, 0, 0, attr(unix.RTA_MULTIPATH, u16(12), zeros(6))), "next hop 0: length 12 with 8 bytes left"},
	{"route/hop without its padding", route(unix.AF_INET, 0, 0, attr(unix.RTA_MULTIPATH, u16(13), zeros(6), attr(99, u8(1))[:5])), "next hop 0: length 13 with 13 bytes left"},
	{"route/hop stray bytes", route(unix.AF_INET, 0, 0, attr(unix.RTA_MULTIPATH, hop(), u32(1))), "RTA_MULTIPATH: 4 stray bytes"},
	{"route/hop gateway", route(unix.AF_INET, 0, 0, attr(unix.RTA_MULTIPATH, hop(), hop(attr(unix.RTA_GATEWAY, v6)))), "RTA_MULTIPATH: next hop 1: RTA_GATEWAY: address of 16 bytes"},
	{"route/hop encap", route(unix.AF_INET, 0, 0, attr(unix.RTA_MULTIPATH, hop(attr(unix.RTA_ENCAP_TYPE, u16(1)), attr(unix.RTA_ENCAP)))), "next hop 0: RTA_ENCAP: MPLS_IPTUNNEL_DST: missing"},
	{"route/encap mpls without bottom", route(unix.AF_INET, 0, 0, attr(unix.RTA_ENCAP_TYPE, u16(1)), attr(unix.RTA_ENCAP, attr(1, v4))), "MPLS_IPTUNNEL_DST: label stack without its bottom"},
	{"route/encap type short", route(unix.AF_INET, 0, 0, attr(unix.RTA_ENCAP_TYPE, u8(1)), attr(unix.RTA_ENCAP)), "RTA_ENCAP_TYPE: 1 bytes, want 2"},
	{"route/encap ip", route(unix.AF_INET, 0, 0, attr(unix.RTA_ENCAP_TYPE, u16(2)), attr(unix.RTA_ENCAP, attr(2, v6))), "LWTUNNEL_IP_DST: 16 bytes, want 4"},
	{"route/encap ip6", route(unix.AF_INET, 0, 0, attr(unix.RTA_ENCAP_TYPE, u16(4)), attr(unix.RTA_ENCAP, attr(3, v6))), "LWTUNNEL_IP6_DST: missing"},
	{"route/encap ila", route(unix.AF_INET, 0, 0, attr(unix.RTA_ENCAP_TYPE, u16(3)), attr(unix.RTA_ENCAP, attr(1, u64(1)), attr(8))), "ILA_ATTR_IDENT_TYPE: 0 bytes"},
	{"route/cacheinfo short", route(unix.AF_INET, 0, 0, attr(unix.RTA_CACHEINFO, zeros(28))), "RTA_CACHEINFO: 28 bytes"},

	{"neigh/dst short", neigh(unix.AF_INET6, attr(unix.NDA_DST, v4)), "NDA_DST: address of 4 bytes"},
	{"neigh/fdb dst", neigh(unix.AF_BRIDGE, attr(unix.NDA_DST, mac)), "NDA_DST: address of 6 bytes"},
	{"neigh/lladdr too long", neigh(unix.AF_INET, attr(unix.NDA_LLADDR, zeros(36))), "NDA_LLADDR: 36 bytes"},
	{"neigh/vlan short", neigh(unix.AF_BRIDGE, attr(unix.NDA_VLAN, u8(1))), "NDA_VLAN: 1 bytes, want 2"},
	{"neigh/master short", neigh(unix.AF_BRIDGE, attr(unix.NDA_MASTER)), "NDA_MASTER: 0 bytes, want 4"},
	{"neigh/nexthop short", neigh(unix.AF_BRIDGE, attr(13, u16(1))), "NDA_NH_ID: 2 bytes, want 4"},
	{"neigh/flags short", neigh(unix.AF_BRIDGE, attr(15)), "NDA_FLAGS_EXT: 0 bytes, want 4"},
	{"neigh/cacheinfo short", neigh(unix.AF_INET, attr(unix.NDA_CACHEINFO, u32(1))), "NDA_CACHEINFO: 4 bytes"},

	{"rule/src short", rule(unix.AF_INET, 0, 0, attr(unix.FRA_SRC, u16(1))), "FRA_SRC: address of 2 bytes"},
	{"rule/src prefix", rule(unix.AF_INET, 0, 64, attr(unix.FRA_SRC, v4)), "FRA_SRC: prefix of 64 bits"},
	{"rule/dst prefix", rule(unix.AF_INET, 64, 0, attr(unix.FRA_DST, v4)), "FRA_DST: prefix of 64 bits"},
	{"rule/name", rule(unix.AF_INET, 0, 0, attr(unix.FRA_IIFNAME, []byte("eth0"))), "FRA_IIFNAME: string without its NUL"},
	{"rule/ports", rule(unix.AF_INET, 0, 0, attr(unix.FRA_SPORT_RANGE, u16(1))), "FRA_SPORT_RANGE: 2 bytes, want 4"},
	{"neightbl/header cut", msg(unix.RTM_NEWNEIGHTBL, zeros(3)), "header of 3 bytes, want 4"},
	{"neightbl/no name", neightbl(attr(2, u32(1))), "NDTA_NAME: missing"},
	{"neightbl/name", neightbl(attr(1, []byte("arp"))), "NDTA_NAME: string without its NUL"},
	{"neightbl/name too long", neightbl(attr(1, zeros(33))), "NDTA_NAME: 33 bytes"},
	{"neightbl/interval", neightbl(attr(1, str("a")), attr(8, u16(1))), "NDTA_GC_INTERVAL: 2 bytes, want 4 to 8"},
	{"neightbl/config", neightbl(attr(1, str("a")), attr(5, zeros(28))), "NDTA_CONFIG: 28 bytes"},
	{"neightbl/statistics", neightbl(attr(1, str("a")), attr(7, zeros(72))), "NDTA_STATS: 72 bytes"},
	{"neightbl/parameter", neightbl(attr(1, str("a")), attr(6, attr(15))), "NDTA_PARMS: NDTPA_LOCKTIME: 0 bytes"},
	{"neightbl/parameters broken", neightbl(attr(1, str("a")), attr(6, join(u16(1), u16(0)))), "NDTA_PARMS: attribute 0: length 1"},

	{"netconf/header cut", msg(unix.RTM_NEWNETCONF, zeros(1)), "header of 1 bytes, want 4"},
	{"netconf/family", netconf(unix.AF_BRIDGE, attr(1, u32(7))), "family 7"},
	{"netconf/no index", netconf(unix.AF_INET, attr(2, u32(1))), "NETCONFA_IFINDEX: missing"},
	{"netconf/of another family", netconf(unix.AF_MPLS, attr(1, u32(7)), attr(2)), "NETCONFA_FORWARDING: 0 bytes, want 4"},
	{"netconf/rp_filter in v6", netconf(unix.AF_INET6, attr(1, u32(7)), attr(3, u8(1))), "NETCONFA_RP_FILTER: 1 bytes, want 4"},

	{"mdb/header cut", msg(unix.RTM_NEWMDB, zeros(7)), "header of 7 bytes, want 8"},
	{"mdb/entry short", mdb(unix.RTM_NEWMDB, attr(1, attr(1, attr(1, zeros(24))))), "MDBA_MDB: entry 0: entry 0: 24 bytes, want at least 28"},
	{"mdb/entry empty", mdb(unix.RTM_NEWMDB, attr(1, attr(1, attr(9)))), "MDBA_MDB: entry 0: entry 0: 0 bytes"},
	{"mdb/entry broken", mdb(unix.RTM_NEWMDB, attr(1, attr(1, join(u16(3), u16(0))))), "MDBA_MDB: entry 0: attribute 0: length 3"},
	{"mdb/gone, none", mdb(unix.RTM_DELMDB), "MDBA_MDB: missing"},
	{"mdb/gone, empty", mdb(unix.RTM_DELMDB, attr(1)), "MDBA_MDB: empty list"},
	{"mdb/gone, group empty", mdb(unix.RTM_DELMDB, attr(1, attr(1))), "MDBA_MDB: entry 0: empty list"},

	{"nexthop/header cut", msg(unix.RTM_NEWNEXTHOP, zeros(4)), "header of 4 bytes, want 8"},
	{"nexthop/id short", nexthop(unix.AF_INET, attr(unix.NHA_ID, u16(1))), "NHA_ID: 2 bytes, want 4"},
	{"nexthop/gateway", nexthop(unix.AF_INET6, attr(unix.NHA_GATEWAY, v4)), "NHA_GATEWAY: address of 4 bytes"},
	{"nexthop/gateway labels", nexthop(unix.AF_MPLS, attr(unix.NHA_GATEWAY, v4)), "NHA_GATEWAY: label stack without its bottom"},
	{"nexthop/group empty", nexthop(0, attr(unix.NHA_GROUP)), "NHA_GROUP: 0 bytes, want a multiple of 8"},
	{"nexthop/group cut", nexthop(0, attr(unix.NHA_GROUP, u32(1, 0, 2))), "NHA_GROUP: 12 bytes, want a multiple of 8"},
	{"nexthop/resilient", nexthop(0, attr(12, attr(1, u8(1)))), "NHA_RES_GROUP: NHA_RES_GROUP_BUCKETS: 1 bytes, want 2"},
	{"nexthop/encap", nexthop(unix.AF_INET, attr(unix.NHA_ENCAP_TYPE, u16(1)), attr(unix.NHA_ENCAP)), "NHA_ENCAP: MPLS_IPTUNNEL_DST: missing"},

	{"ctrl/header cut", msg(ctrl, zeros(3)), "message of the controller: header of 3 bytes, want 4"},
	{"ctrl/command", family(3), "no rules for command 3"},
	{"ctrl/no name", msg(ctrl, []byte{1, 2, 0, 0}, attr(1, u16(1))), "CTRL_ATTR_FAMILY_NAME: missing"},
	{"ctrl/no ID", msg(ctrl, []byte{1, 2, 0, 0}, attr(2, str("a"))), "CTRL_ATTR_FAMILY_ID: missing"},
	{"ctrl/ID", msg(ctrl, []byte{1, 2, 0, 0}, attr(1, u8(1))), "CTRL_ATTR_FAMILY_ID: 1 bytes, want 2"},
	{"ctrl/name too long", msg(ctrl, []byte{1, 2, 0, 0}, attr(2, zeros(17))), "CTRL_ATTR_FAMILY_NAME: 17 bytes"},
	{"ctrl/name unterminated", msg(ctrl, []byte{1, 2, 0, 0}, attr(2, []byte("abc"))), "CTRL_ATTR_FAMILY_NAME: string without its NUL"},
	{"ctrl/version", family(1, attr(3, u16(1))), "CTRL_ATTR_VERSION: 2 bytes, want 4"},
	{"ctrl/operation without command", family(1, attr(6, attr(1, attr(2, u32(1))))), "CTRL_ATTR_OPS: entry 0: CTRL_ATTR_OP_ID: missing"},
	{"ctrl/operation", family(1, attr(6, attr(1, attr(1, u8(1))))), "CTRL_ATTR_OPS: entry 0: CTRL_ATTR_OP_ID: 1 bytes, want 4"},
	{"ctrl/operations broken", family(1, attr(6, join(u16(3), u16(0)))), "CTRL_ATTR_OPS: attribute 0: length 3"},
	{"ctrl/group without name", family(1, attr(7, attr(1, attr(2, u32(1))))), "CTRL_ATTR_MCAST_GRP_NAME: missing"},
	{"ctrl/group name", family(1, attr(7, attr(1, attr(2, u32(1)), attr(1, zeros(17))))), "CTRL_ATTR_MCAST_GRP_NAME: 17 bytes"},
	{"ctrl/group twice", family(1, attr(7, attr(1, attr(2, u32(1)), attr(2, u32(1))))), "CTRL_ATTR_MCAST_GRP_ID: stands there twice"},

	{"ct/header cut", msg(nf(1, 0), zeros(3)), "conntrack message: header of 3 bytes, want 4"},
	{"ct/other type", msg(nf(1, 3), zeros(4)), "no rules for message type 259"},
	{"ct/tuple broken", ct(unix.AF_INET, attr(1, join(u16(3), u16(0)))), "CTA_TUPLE_ORIG: attribute 0: length 3"},
	{"ct/address short", ct(unix.AF_INET, attr(1, attr(1, attr(1, u16(1))))), "CTA_TUPLE_ORIG: CTA_TUPLE_IP: CTA_IP_V4_SRC: 2 bytes, want 4"},
	{"ct/address long", ct(unix.AF_INET, attr(2, attr(1, attr(2, v6)))), "CTA_TUPLE_REPLY: CTA_TUPLE_IP: CTA_IP_V4_DST: 16 bytes, want 4"},
	{"ct/address v6", ct(unix.AF_INET6, attr(1, attr(1, attr(3, zeros(17))))), "CTA_IP_V6_SRC: 17 bytes, want 16"},
	{"ct/address twice", ct(unix.AF_INET, attr(1, attr(1, attr(1, v4), attr(1, v4)))), "CTA_IP_V4_SRC: stands there twice"},
	{"ct/port", ct(unix.AF_INET, attr(1, attr(2, attr(2, u8(1))))), "CTA_TUPLE_PROTO: CTA_PROTO_SRC_PORT: 1 bytes, want 2"},
	{"ct/port and type", ct(unix.AF_INET, attr(1, attr(2, attr(2, be16(1)), attr(5, u8(1))))), "CTA_TUPLE_PROTO: ports, and what ICMP has"},
	{"ct/state", ct(unix.AF_INET, attr(4, attr(1, attr(1)))), "CTA_PROTOINFO: CTA_PROTOINFO_TCP: CTA_PROTOINFO_TCP_STATE: 0 bytes, want 1"},
	{"ct/status", ct(unix.AF_INET, attr(3, u16(1))), "CTA_STATUS: 2 bytes, want 4"},
	{"ct/counters", ct(unix.AF_INET, attr(9, attr(1, be32(1)))), "CTA_COUNTERS_ORIG: CTA_COUNTERS_PACKETS: 4 bytes, want 8"},
	{"ct/zone", ct(unix.AF_INET, attr(18, u8(1))), "CTA_ZONE: 1 bytes, want 2"},
	{"ct/timestamp", ct(unix.AF_INET, attr(20, attr(1, be32(1)))), "CTA_TIMESTAMP: CTA_TIMESTAMP_START: 4 bytes, want 8"},

	{"log/header cut", msg(nf(4, 0), zeros(3)), "logged packet: header of 3 bytes, want 4"},
	{"log/configuration", msg(nf(4, 1), zeros(4)), "no rules for message type 1025"},
	{"log/packet header", logged(attr(1, be16(0x800))), "NFULA_PACKET_HDR: 2 bytes, want at least 4"},
	{"log/mark", logged(attr(2, be16(1))), "NFULA_MARK: 2 bytes, want 4"},
	{"log/timestamp", logged(attr(3, be64(1))), "NFULA_TIMESTAMP: 8 bytes, want at least 16"},
	{"log/address short", logged(attr(8, be16(6), be16(0), mac)), "NFULA_HWADDR: 10 bytes, want at least 12"},
	{"log/address too long", logged(attr(8, be16(20), zeros(22))), "NFULA_HWADDR: address of 20 bytes"},
	{"log/prefix unterminated", logged(attr(10, []byte("prefix!!"))), "NFULA_PREFIX: string without its NUL"},
	{"log/prefix empty", logged(attr(10)), "NFULA_PREFIX: 0 bytes, want at least 1"},
	{"log/type", logged(attr(15)), "NFULA_HWTYPE: 0 bytes, want 2"},
	{"log/vlan", logged(attr(20, attr(2, u8(1)))), "NFULA_VLAN: NFULA_VLAN_TCI: 1 bytes, want 2"},
	{"log/conntrack", logged(attr(18, attr(1, attr(1, attr(1, u16(1)))))), "NFULA_CT: CTA_TUPLE_ORIG: CTA_TUPLE_IP: CTA_IP_V4_SRC: 2 bytes, want 4"},
	{"log/conntrack twice", logged(attr(18), attr(18)), "NFULA_CT: stands there twice"},

	{"lookup/cut", cut(lookup(0), 4), "lookup result: header of 16 bytes, want 20"},
	{"lookup/more", join(u32(39), cut(lookup(0), 0)[4:], zeros(3)), "3 stray bytes"},

	{"rule/l3mdev", rule(unix.AF_INET, 0, 0, attr(unix.FRA_L3MDEV)), "FRA_L3MDEV: 0 bytes, want 1"},
}

func TestBad(t *testing.T) {
	for _, c := range bad {
		t.Run(c.name, func(t *testing.T) {
			err := check(c.b)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want %q", err, c.want)
			}
		})
	}
}

// TestOtherProtocol checks that rules hold for one protocol only.
func TestOtherProtocol(t *testing.T) {
	if err := validate.Msg(unix.NETLINK_NETFILTER, good["addr/v4"]); err == nil {
		t.Fatal("passed")
	}
	if err := validate.Msg(unix.NETLINK_ROUTE, good["ct/tcp"]); err == nil {
		t.Fatal("passed")
	}
}

// TestCut cuts good messages anywhere: no cut may make the validator read beyond the end, and what passes libnl must survive.
func TestCut(t *testing.T) {
	for name, b := range good {
		for n := 1; n < len(b); n++ {
			c := cut(b, n)
			if len(c) < 16 {
				break
			}
			if check(c) == nil {
				if objects, _ := run(c); objects > 1 {
					t.Fatalf("%s cut by %d: %d objects", name, n, objects)
				}
			}
		}
	}
}

func BenchmarkMsg(b *testing.B) {
	for _, name := range []string{"route/v4", "route/multipath", "neigh/v4", "addr/v4", "rule/v4", "link/plain", "kind/vxlan"} {
		m := good[name]
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(m)))
			for b.Loop() {
				if err := check(m); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestCTNested checks what the entries within other messages may be.
func TestCTNested(t *testing.T) {
	for name, b := range good {
		if !strings.HasPrefix(name, "ct/") {
			continue
		}
		if err := validate.CT(b[20:]); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := validate.CT(attr(1, attr(1, attr(1, u16(1))))); err == nil {
		t.Error("a short address passes")
	}
	if err := validate.CT([]byte{1}); err == nil {
		t.Error("a stray byte passes")
	}
}
