/* SPDX-License-Identifier: MIT */

#include <linux/can/netlink.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>

#include <netlink/route/link.h>
#include <netlink/route/link/bonding.h>
#include <netlink/route/link/bridge.h>
#include <netlink/route/link/can.h>
#include <netlink/route/link/geneve.h>
#include <netlink/route/link/inet.h>
#include <netlink/route/link/inet6.h>
#include <netlink/route/link/ip6gre.h>
#include <netlink/route/link/ip6tnl.h>
#include <netlink/route/link/ip6vti.h>
#include <netlink/route/link/ipgre.h>
#include <netlink/route/link/ipip.h>
#include <netlink/route/link/ipvlan.h>
#include <netlink/route/link/ipvti.h>
#include <netlink/route/link/macsec.h>
#include <netlink/route/link/macvlan.h>
#include <netlink/route/link/macvtap.h>
#include <netlink/route/link/ppp.h>
#include <netlink/route/link/sit.h>
#include <netlink/route/link/sriov.h>
#include <netlink/route/link/veth.h>
#include <netlink/route/link/vlan.h>
#include <netlink/route/link/vrf.h>
#include <netlink/route/link/vxlan.h>
#include <netlink/route/link/xfrmi.h>
#include "internal.h"
#if LIBNL_VER_NUM >= LIBNL_VER(3, 8)
#include <netlink/route/link/bridge_info.h>
#endif

static void get_bond(struct rtnl_link *link)
{
#if LIBNL_VER_NUM >= LIBNL_VER(3, 11)
	OUT(uint8_t, rtnl_link_bond_get_mode, link);
	OUT(int, rtnl_link_bond_get_activeslave, link);
	OUT(uint8_t, rtnl_link_bond_get_hashing_type, link);
	OUT(uint32_t, rtnl_link_bond_get_miimon, link);
	OUT(uint32_t, rtnl_link_bond_get_min_links, link);
#endif
}

static void get_can(struct rtnl_link *link)
{
	rtnl_link_can_restart(link);
	OUT(uint32_t, rtnl_link_can_freq, link);
	OUT(uint32_t, rtnl_link_can_state, link);
	rtnl_link_can_berr_rx(link);
	rtnl_link_can_berr_tx(link);
	OUT(struct can_berr_counter, rtnl_link_can_berr, link);
	OUT(struct can_bittiming_const, rtnl_link_can_get_bt_const, link);
	OUT(struct can_bittiming, rtnl_link_can_get_bittiming, link);
	OUT(uint32_t, rtnl_link_can_get_bitrate, link);
	OUT(uint32_t, rtnl_link_can_get_sample_point, link);
	OUT(uint32_t, rtnl_link_can_get_restart_ms, link);
	OUT(uint32_t, rtnl_link_can_get_ctrlmode, link);
	OUT(struct can_bittiming_const, rtnl_link_can_get_data_bittiming_const,
	    link);
	OUT(struct can_bittiming, rtnl_link_can_get_data_bittiming, link);
#if LIBNL_VER_NUM >= LIBNL_VER(3, 9)
	OUT(struct can_device_stats, rtnl_link_can_get_device_stats, link);
#endif
}

static void get_geneve(struct rtnl_link *link)
{
	OUT(uint32_t, rtnl_link_geneve_get_id, link);
	OWN(rtnl_link_geneve_get_remote, link);
	rtnl_link_geneve_get_ttl(link);
	rtnl_link_geneve_get_tos(link);
	OUT(uint32_t, rtnl_link_geneve_get_port, link);
	OUT(uint32_t, rtnl_link_geneve_get_label, link);
	rtnl_link_geneve_get_udp_csum(link);
	rtnl_link_geneve_get_udp_zero_csum6_tx(link);
	rtnl_link_geneve_get_udp_zero_csum6_rx(link);
	OUT(uint8_t, rtnl_link_geneve_get_flags, link);
}

static void get_ip6gre(struct rtnl_link *link)
{
	OUT(uint32_t, rtnl_link_ip6gre_get_link, link);
	OUT(uint16_t, rtnl_link_ip6gre_get_iflags, link);
	OUT(uint16_t, rtnl_link_ip6gre_get_oflags, link);
	OUT(uint32_t, rtnl_link_ip6gre_get_ikey, link);
	OUT(uint32_t, rtnl_link_ip6gre_get_okey, link);
	OUT(struct in6_addr, rtnl_link_ip6gre_get_local, link);
	OUT(struct in6_addr, rtnl_link_ip6gre_get_remote, link);
	OUT(uint8_t, rtnl_link_ip6gre_get_ttl, link);
	OUT(uint8_t, rtnl_link_ip6gre_get_encaplimit, link);
	OUT(uint32_t, rtnl_link_ip6gre_get_flowinfo, link);
	OUT(uint32_t, rtnl_link_ip6gre_get_flags, link);
	OUT(uint32_t, rtnl_link_ip6gre_get_fwmark, link);
}

static void get_ip6_tnl(struct rtnl_link *link)
{
	rtnl_link_ip6_tnl_get_link(link);
	OUT(struct in6_addr, rtnl_link_ip6_tnl_get_local, link);
	OUT(struct in6_addr, rtnl_link_ip6_tnl_get_remote, link);
	rtnl_link_ip6_tnl_get_ttl(link);
	rtnl_link_ip6_tnl_get_tos(link);
	rtnl_link_ip6_tnl_get_encaplimit(link);
	rtnl_link_ip6_tnl_get_flags(link);
	rtnl_link_ip6_tnl_get_flowinfo(link);
	rtnl_link_ip6_tnl_get_proto(link);
	OUT(uint32_t, rtnl_link_ip6_tnl_get_fwmark, link);
#if LIBNL_VER_NUM >= LIBNL_VER(3, 12)
	OUT(int, rtnl_link_ip6_tnl_get_collect_metadata, link);
#endif
}

static void get_ip6vti(struct rtnl_link *link)
{
	OUT(uint32_t, rtnl_link_ip6vti_get_link, link);
	OUT(uint32_t, rtnl_link_ip6vti_get_ikey, link);
	OUT(uint32_t, rtnl_link_ip6vti_get_okey, link);
	OUT(struct in6_addr, rtnl_link_ip6vti_get_local, link);
	OUT(struct in6_addr, rtnl_link_ip6vti_get_remote, link);
	OUT(uint32_t, rtnl_link_ip6vti_get_fwmark, link);
}

static void get_ipgre(struct rtnl_link *link)
{
	rtnl_link_ipgre_get_link(link);
	rtnl_link_ipgre_get_iflags(link);
	rtnl_link_ipgre_get_oflags(link);
	rtnl_link_ipgre_get_ikey(link);
	rtnl_link_ipgre_get_okey(link);
	rtnl_link_ipgre_get_local(link);
	rtnl_link_ipgre_get_remote(link);
	rtnl_link_ipgre_get_ttl(link);
	rtnl_link_ipgre_get_tos(link);
	rtnl_link_ipgre_get_pmtudisc(link);
	OUT(uint32_t, rtnl_link_ipgre_get_fwmark, link);
}

static void get_ipip(struct rtnl_link *link)
{
	rtnl_link_ipip_get_link(link);
	rtnl_link_ipip_get_local(link);
	rtnl_link_ipip_get_remote(link);
	rtnl_link_ipip_get_ttl(link);
	rtnl_link_ipip_get_tos(link);
	rtnl_link_ipip_get_pmtudisc(link);
	OUT(uint32_t, rtnl_link_ipip_get_fwmark, link);
}

static void get_ipvlan(struct rtnl_link *link)
{
	OUT(uint16_t, rtnl_link_ipvlan_get_mode, link);
}

static void get_ipvti(struct rtnl_link *link)
{
	rtnl_link_ipvti_get_link(link);
	rtnl_link_ipvti_get_ikey(link);
	rtnl_link_ipvti_get_okey(link);
	rtnl_link_ipvti_get_local(link);
	rtnl_link_ipvti_get_remote(link);
	OUT(uint32_t, rtnl_link_ipvti_get_fwmark, link);
}

static void get_macsec(struct rtnl_link *link)
{
	OUT(uint64_t, rtnl_link_macsec_get_sci, link);
	OUT(uint16_t, rtnl_link_macsec_get_port, link);
	OUT(uint64_t, rtnl_link_macsec_get_cipher_suite, link);
	OUT(uint16_t, rtnl_link_macsec_get_icv_len, link);
	OUT(uint8_t, rtnl_link_macsec_get_protect, link);
	OUT(uint8_t, rtnl_link_macsec_get_encrypt, link);
	OUT(uint8_t, rtnl_link_macsec_get_offload, link);
	OUT(uint8_t, rtnl_link_macsec_get_encoding_sa, link);
	OUT(enum macsec_validation_type, rtnl_link_macsec_get_validation_type,
	    link);
	OUT(uint8_t, rtnl_link_macsec_get_replay_protect, link);
	OUT(uint32_t, rtnl_link_macsec_get_window, link);
	OUT(uint8_t, rtnl_link_macsec_get_send_sci, link);
	OUT(uint8_t, rtnl_link_macsec_get_end_station, link);
	OUT(uint8_t, rtnl_link_macsec_get_scb, link);
}

static void get_macvtap(struct rtnl_link *link)
{
	rtnl_link_macvtap_get_mode(link);
	rtnl_link_macvtap_get_flags(link);
}

static void get_ppp(struct rtnl_link *link)
{
	OUT(int32_t, rtnl_link_ppp_get_fd, link);
}

static void get_sit(struct rtnl_link *link)
{
	rtnl_link_sit_get_link(link);
	rtnl_link_sit_get_local(link);
	rtnl_link_sit_get_remote(link);
	rtnl_link_sit_get_ttl(link);
	rtnl_link_sit_get_tos(link);
	rtnl_link_sit_get_pmtudisc(link);
	rtnl_link_sit_get_flags(link);
	rtnl_link_sit_get_proto(link);
	OUT(struct in6_addr, rtnl_link_sit_get_ip6rd_prefix, link);
	OUT(uint16_t, rtnl_link_sit_get_ip6rd_prefixlen, link);
	OUT(uint32_t, rtnl_link_sit_get_ip6rd_relay_prefix, link);
	OUT(uint16_t, rtnl_link_sit_get_ip6rd_relay_prefixlen, link);
	OUT(uint32_t, rtnl_link_sit_get_fwmark, link);
}

static void get_vrf(struct rtnl_link *link)
{
	OUT(uint32_t, rtnl_link_vrf_get_tableid, link);
}

static void get_vxlan(struct rtnl_link *link)
{
	OUT(uint32_t, rtnl_link_vxlan_get_id, link);
	OWN(rtnl_link_vxlan_get_group, link);
	OUT(uint32_t, rtnl_link_vxlan_get_link, link);
	OWN(rtnl_link_vxlan_get_local, link);
	rtnl_link_vxlan_get_ttl(link);
	rtnl_link_vxlan_get_tos(link);
	rtnl_link_vxlan_get_learning(link);
	OUT(uint32_t, rtnl_link_vxlan_get_ageing, link);
	OUT(uint32_t, rtnl_link_vxlan_get_limit, link);
	OUT(struct ifla_vxlan_port_range, rtnl_link_vxlan_get_port_range, link);
	rtnl_link_vxlan_get_proxy(link);
	rtnl_link_vxlan_get_rsc(link);
	rtnl_link_vxlan_get_l2miss(link);
	rtnl_link_vxlan_get_l3miss(link);
	OUT(uint32_t, rtnl_link_vxlan_get_port, link);
	rtnl_link_vxlan_get_udp_csum(link);
	rtnl_link_vxlan_get_udp_zero_csum6_tx(link);
	rtnl_link_vxlan_get_udp_zero_csum6_rx(link);
	rtnl_link_vxlan_get_remcsum_tx(link);
	rtnl_link_vxlan_get_remcsum_rx(link);
	OUT(uint32_t, rtnl_link_vxlan_get_flags, link);
	rtnl_link_vxlan_get_collect_metadata(link);
	OUT(uint32_t, rtnl_link_vxlan_get_label, link);
}

static void get_xfrmi(struct rtnl_link *link)
{
	OUT(uint32_t, rtnl_link_xfrmi_get_link, link);
	OUT(uint32_t, rtnl_link_xfrmi_get_if_id, link);
}

static void get_bridge(struct rtnl_link *link)
{
#if LIBNL_VER_NUM >= LIBNL_VER(3, 8)
	OUT(uint8_t, rtnl_link_bridge_get_vlan_filtering, link);
	OUT(uint16_t, rtnl_link_bridge_get_vlan_protocol, link);
	OUT(uint8_t, rtnl_link_bridge_get_vlan_stats_enabled, link);
#endif
#if LIBNL_VER_NUM >= LIBNL_VER(3, 10)
	OUT(uint32_t, rtnl_link_bridge_get_ageing_time, link);
	OUT(uint16_t, rtnl_link_bridge_get_vlan_default_pvid, link);
#endif
#if LIBNL_VER_NUM >= LIBNL_VER(3, 11)
	OUT(uint8_t, rtnl_link_bridge_get_nf_call_iptables, link);
	OUT(uint8_t, rtnl_link_bridge_get_nf_call_ip6tables, link);
	OUT(uint8_t, rtnl_link_bridge_get_nf_call_arptables, link);
	OUT(uint32_t, rtnl_link_bridge_get_stp_state, link);
	OUT(uint8_t, rtnl_link_bridge_get_mcast_router, link);
	OUT(uint8_t, rtnl_link_bridge_get_mcast_snooping, link);
#endif
#if LIBNL_VER_NUM >= LIBNL_VER(3, 11)
	for (int opt = -1; opt <= 32; opt++)
		rtnl_link_bridge_get_boolopt(link, opt);
#endif
}

static void get_macvlan(struct rtnl_link *link)
{
	uint32_t n = 0;

	rtnl_link_macvlan_get_mode(link);
	rtnl_link_macvlan_get_flags(link);
	OUT(uint32_t, rtnl_link_macvlan_get_macmode, link);
	rtnl_link_macvlan_count_macaddr(link, &n);
	for (uint32_t i = 0; i <= n; i++) {
		const struct nl_addr *addr;

		if (rtnl_link_macvlan_get_macaddr(link, i, &addr) >= 0)
			see_addr((struct nl_addr *)addr);
	}
}

static void get_veth(struct rtnl_link *link)
{
	struct rtnl_link *peer = rtnl_link_veth_get_peer(link);

	if (peer)
		rtnl_link_put(peer);
}

static void get_vlan(struct rtnl_link *link)
{
	int n = 0;
	struct vlan_map *map = rtnl_link_vlan_get_egress_map(link, &n);
	uint32_t *ingress = rtnl_link_vlan_get_ingress_map(link);

	if (map)
		see(map, n * sizeof(*map));
	if (ingress)
		see(ingress, (VLAN_PRIO_MAX + 1) * sizeof(*ingress));
	rtnl_link_vlan_get_protocol(link);
	rtnl_link_vlan_get_id(link);
	rtnl_link_vlan_get_flags(link);
}

static const struct {
	const char *name;
	void (*get)(struct rtnl_link *link);
} kinds[] = {
	{"bond", get_bond},	  {"bridge", get_bridge},
	{"can", get_can},	  {"geneve", get_geneve},
	{"gre", get_ipgre},	  {"gretap", get_ipgre},
	{"ip6gre", get_ip6gre},	  {"ip6tnl", get_ip6_tnl},
	{"ipip", get_ipip},	  {"ipvlan", get_ipvlan},
	{"macsec", get_macsec},	  {"macvlan", get_macvlan},
	{"macvtap", get_macvtap}, {"ppp", get_ppp},
	{"sit", get_sit},	  {"veth", get_veth},
	{"vlan", get_vlan},	  {"vrf", get_vrf},
	{"vti", get_ipvti},	  {"vti6", get_ip6vti},
	{"vxlan", get_vxlan},	  {"xfrm", get_xfrmi},
};

static void get_port(struct rtnl_link *link)
{
	struct rtnl_link_bridge_vlan *v = rtnl_link_bridge_get_port_vlan(link);

	if (v)
		see(v, sizeof(*v));
	rtnl_link_bridge_has_vlan(link);
	rtnl_link_bridge_has_ext_info(link);
	rtnl_link_bridge_get_port_state(link);
	rtnl_link_bridge_get_priority(link);
	OUT(uint32_t, rtnl_link_bridge_get_cost, link);
	rtnl_link_bridge_get_flags(link);
	OUT(uint16_t, rtnl_link_bridge_get_hwmode, link);
	rtnl_link_bridge_pvid(link);
#if LIBNL_VER_NUM >= LIBNL_VER(3, 11)
	for (int i = 0; i < 8; i++)
		rtnl_link_bridge_get_mst_port_state(link, i);
#endif
}

static void get_function(struct rtnl_link_vf *vf)
{
	nl_vf_vlans_t *vlans = NULL;

	LENT(rtnl_link_vf_get_addr, vf);
	OUT(uint32_t, rtnl_link_vf_get_index, vf);
	OUT(uint32_t, rtnl_link_vf_get_linkstate, vf);
	OUT(struct nl_vf_rate, rtnl_link_vf_get_rate, vf);
	OUT(uint32_t, rtnl_link_vf_get_rss_query_en, vf);
	OUT(uint32_t, rtnl_link_vf_get_spoofchk, vf);
	OUT(uint32_t, rtnl_link_vf_get_trust, vf);
	for (int i = 0; i <= RTNL_LINK_VF_STATS_MAX; i++) {
		uint64_t v;

		rtnl_link_vf_get_stat(vf, i, &v);
	}
	if (rtnl_link_vf_get_vlans(vf, &vlans) >= 0) {
		see(vlans->vlans, vlans->size * sizeof(*vlans->vlans));
		rtnl_link_vf_vlan_put(vlans);
	}
}

static void get_functions(struct rtnl_link *link)
{
	uint32_t n = 0;

	if (!rtnl_link_has_vf_list(link) || rtnl_link_get_num_vf(link, &n) < 0)
		return;
	for (uint32_t i = 0; i < n; i++) {
		struct rtnl_link_vf *vf = rtnl_link_vf_get(link, i);

		if (vf) {
			get_function(vf);
			rtnl_link_vf_put(vf);
		}
	}
}

static void get_family(struct rtnl_link *link)
{
	uint32_t v;

	for (int i = 0; i < 256; i++) {
		rtnl_link_inet_get_conf(link, i, &v);
#if LIBNL_VER_NUM >= LIBNL_VER(3, 8)
		rtnl_link_inet6_get_conf(link, i, &v);
#endif
	}
	OWN(rtnl_link_inet6_get_token, link);
	OUT(uint8_t, rtnl_link_inet6_get_addr_gen_mode, link);
	OUT(uint32_t, rtnl_link_inet6_get_flags, link);
}

static void get_plain(struct rtnl_link *link)
{
	see_text(rtnl_link_get_qdisc(link));
	see_text(rtnl_link_get_name(link));
	rtnl_link_get_group(link);
	rtnl_link_get_flags(link);
	rtnl_link_get_mtu(link);
	rtnl_link_get_txqlen(link);
	rtnl_link_get_ifindex(link);
	rtnl_link_get_family(link);
	rtnl_link_get_arptype(link);
	see_addr(rtnl_link_get_addr(link));
	see_addr(rtnl_link_get_broadcast(link));
	rtnl_link_get_link(link);
	rtnl_link_get_master(link);
	rtnl_link_get_carrier(link);
	OUT(uint32_t, rtnl_link_get_carrier_changes, link);
	rtnl_link_get_operstate(link);
	rtnl_link_get_linkmode(link);
	OUT(int32_t, rtnl_link_get_link_netnsid, link);
	see_text(rtnl_link_get_ifalias(link));
	OUT(uint32_t, rtnl_link_get_num_vf, link);
	see_text(rtnl_link_get_type(link));
	see_text(rtnl_link_get_slave_type(link));
	rtnl_link_get_promiscuity(link);
	rtnl_link_get_num_tx_queues(link);
	rtnl_link_get_num_rx_queues(link);
	OUT(uint32_t, rtnl_link_get_gso_max_segs, link);
	OUT(uint32_t, rtnl_link_get_gso_max_size, link);
	see_data(rtnl_link_get_phys_port_id(link));
	see_text(rtnl_link_get_phys_port_name(link));
	see_data(rtnl_link_get_phys_switch_id(link));
	rtnl_link_get_ns_fd(link);
	rtnl_link_get_ns_pid(link);
#if LIBNL_VER_NUM >= LIBNL_VER(3, 11)
	see_addr(rtnl_link_get_perm_addr(link));
#endif
	for (int i = 0; i <= RTNL_LINK_STATS_MAX; i++)
		rtnl_link_get_stat(link, i);
}

void get_link(struct nl_object *obj)
{
	struct rtnl_link *link = (struct rtnl_link *)obj;

	get_plain(link);
	get_family(link);
	get_functions(link);
	if (rtnl_link_is_bridge(link))
		get_port(link);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (is_kind(obj, kinds[i].name))
			kinds[i].get(link);
}
