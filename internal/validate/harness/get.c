/* SPDX-License-Identifier: MIT */

#include <linux/rtnetlink.h>
#include <netlink/fib_lookup/lookup.h>
#include <netlink/genl/family.h>
#include <netlink/msg.h>
#include <netlink/netfilter/ct.h>
#include <netlink/netfilter/exp.h>
#include <netlink/netfilter/log_msg.h>
#include <netlink/netfilter/queue_msg.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/mdb.h>
#include <netlink/route/neighbour.h>
#include <netlink/route/netconf.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>
#include <netlink/route/rule.h>
#include "internal.h"
#if LIBNL_VER_NUM >= LIBNL_VER(3, 8)
#include <netlink/route/nh.h>
#endif

void see(const void *p, size_t len)
{
	const volatile uint8_t *b = p;

	while (len--)
		b[len];
}

void see_text(const char *s)
{
	if (s)
		see(s, strlen(s) + 1);
}

void see_addr(struct nl_addr *addr)
{
	char buf[256];

	if (!addr)
		return;
	nl_addr2str(addr, buf, sizeof(buf));
	see(nl_addr_get_binary_addr(addr), nl_addr_get_len(addr));
	nl_addr_cmp_prefix(addr, addr);
	nl_addr_iszero(addr);
}

void see_data(struct nl_data *data)
{
	if (data)
		see(nl_data_get(data), nl_data_get_size(data));
}

static void get_addr(struct rtnl_addr *addr)
{
	struct rtnl_link *link = rtnl_addr_get_link(addr);

	if (link)
		rtnl_link_put(link);
	see_text(rtnl_addr_get_label(addr));
	rtnl_addr_get_ifindex(addr);
	rtnl_addr_get_family(addr);
	rtnl_addr_get_prefixlen(addr);
	rtnl_addr_get_scope(addr);
	rtnl_addr_get_flags(addr);
	see_addr(rtnl_addr_get_local(addr));
	see_addr(rtnl_addr_get_peer(addr));
	see_addr(rtnl_addr_get_broadcast(addr));
	see_addr(rtnl_addr_get_multicast(addr));
	see_addr(rtnl_addr_get_anycast(addr));
	rtnl_addr_get_valid_lifetime(addr);
	rtnl_addr_get_preferred_lifetime(addr);
	rtnl_addr_get_create_time(addr);
	rtnl_addr_get_last_update_time(addr);
}

static void get_neigh(struct rtnl_neigh *neigh)
{
	rtnl_neigh_get_state(neigh);
	rtnl_neigh_get_flags(neigh);
	rtnl_neigh_get_ifindex(neigh);
	see_addr(rtnl_neigh_get_lladdr(neigh));
	see_addr(rtnl_neigh_get_dst(neigh));
	rtnl_neigh_get_type(neigh);
	rtnl_neigh_get_family(neigh);
	rtnl_neigh_get_vlan(neigh);
	rtnl_neigh_get_master(neigh);
#if LIBNL_VER_NUM >= LIBNL_VER(3, 8)
	OUT(uint32_t, rtnl_neigh_get_nhid, neigh);
#endif
#if LIBNL_VER_NUM >= LIBNL_VER(3, 11)
	OUT(uint32_t, rtnl_neigh_get_ext_flags, neigh);
#endif
}

static void get_rule(struct rtnl_rule *rule)
{
	rtnl_rule_get_family(rule);
	rtnl_rule_get_prio(rule);
	rtnl_rule_get_mark(rule);
	rtnl_rule_get_mask(rule);
	rtnl_rule_get_table(rule);
	rtnl_rule_get_dsfield(rule);
	see_addr(rtnl_rule_get_src(rule));
	see_addr(rtnl_rule_get_dst(rule));
	rtnl_rule_get_action(rule);
	see_text(rtnl_rule_get_iif(rule));
	see_text(rtnl_rule_get_oif(rule));
	rtnl_rule_get_realms(rule);
	rtnl_rule_get_goto(rule);
	rtnl_rule_get_l3mdev(rule);
	OUT(uint8_t, rtnl_rule_get_protocol, rule);
	OUT(uint8_t, rtnl_rule_get_ipproto, rule);
	OUT2(uint16_t, rtnl_rule_get_sport, rule);
	OUT2(uint16_t, rtnl_rule_get_dport, rule);
}

static void get_netconf(struct rtnl_netconf *netconf)
{
	OUT(int, rtnl_netconf_get_family, netconf);
	OUT(int, rtnl_netconf_get_ifindex, netconf);
	OUT(int, rtnl_netconf_get_forwarding, netconf);
	OUT(int, rtnl_netconf_get_mc_forwarding, netconf);
	OUT(int, rtnl_netconf_get_rp_filter, netconf);
	OUT(int, rtnl_netconf_get_proxy_neigh, netconf);
	OUT(int, rtnl_netconf_get_ignore_routes_linkdown, netconf);
	OUT(int, rtnl_netconf_get_input, netconf);
}

static void get_entry(struct rtnl_mdb_entry *e, void *arg)
{
	rtnl_mdb_entry_get_ifindex(e);
	rtnl_mdb_entry_get_vid(e);
	rtnl_mdb_entry_get_state(e);
	see_addr(rtnl_mdb_entry_get_addr(e));
	rtnl_mdb_entry_get_proto(e);
}

static void get_mdb(struct rtnl_mdb *mdb)
{
	rtnl_mdb_get_ifindex(mdb);
	rtnl_mdb_foreach_entry(mdb, get_entry, NULL);
}

#if LIBNL_VER_NUM >= LIBNL_VER(3, 12)
static void get_encap(struct rtnl_nh_encap *encap)
{
	if (!encap)
		return;
	rtnl_nh_encap_get_type(encap);
	see_addr(rtnl_nh_get_encap_mpls_dst(encap));
	rtnl_nh_get_encap_mpls_ttl(encap);
	see_addr(rtnl_nh_get_encap_ip6_dst(encap));
	rtnl_nh_get_encap_ip6_id(encap);
	rtnl_nh_get_encap_ip6_hoplimit(encap);
	rtnl_nh_get_encap_ip6_tc(encap);
	see_addr(rtnl_nh_get_encap_ip6_src(encap));
	rtnl_nh_get_encap_ip6_flags(encap);
	OUT(uint64_t, rtnl_nh_get_encap_ila_locator, encap);
	rtnl_nh_get_encap_ila_csum_mode(encap);
	rtnl_nh_get_encap_ila_ident_type(encap);
	rtnl_nh_get_encap_ila_hook_type(encap);
	see_addr(rtnl_nh_get_encap_ip_dst(encap));
	see_addr(rtnl_nh_get_encap_ip_src(encap));
	rtnl_nh_get_encap_ip_ttl(encap);
	rtnl_nh_get_encap_ip_tos(encap);
	rtnl_nh_get_encap_ip_id(encap);
	rtnl_nh_get_encap_ip_flags(encap);
}
#endif

#if LIBNL_VER_NUM >= LIBNL_VER(3, 8)
static void get_nh(struct rtnl_nh *nh)
{
	int n = rtnl_nh_get_group_size(nh);

	for (int i = -1; i <= n; i++)
		rtnl_nh_get_group_entry(nh, i);
	see_addr(rtnl_nh_get_gateway(nh));
	rtnl_nh_get_fdb(nh);
	rtnl_nh_get_group_size(nh);
	rtnl_nh_get_id(nh);
#if LIBNL_VER_NUM >= LIBNL_VER(3, 12)
	rtnl_nh_get_oif(nh);
	rtnl_nh_get_family(nh);
	rtnl_nh_get_group_type(nh);
	rtnl_nh_get_res_group_bucket_size(nh);
	OUT(uint32_t, rtnl_nh_get_res_group_idle_timer, nh);
	OUT(uint32_t, rtnl_nh_get_res_group_unbalanced_timer, nh);
#endif
#if LIBNL_VER_NUM >= LIBNL_VER(3, 12)
	get_encap(rtnl_nh_get_encap(nh));
#endif
}
#endif

static void get_hop(struct rtnl_nexthop *nh, void *arg)
{
	rtnl_route_nh_get_weight(nh);
	rtnl_route_nh_get_ifindex(nh);
	see_addr(rtnl_route_nh_get_gateway(nh));
	rtnl_route_nh_get_flags(nh);
	rtnl_route_nh_get_realms(nh);
	see_addr(rtnl_route_nh_get_newdst(nh));
	see_addr(rtnl_route_nh_get_via(nh));
	see_addr(rtnl_route_nh_get_encap_mpls_dst(nh));
	rtnl_route_nh_get_encap_mpls_ttl(nh);
#if LIBNL_VER_NUM >= LIBNL_VER(3, 12)
	get_encap(rtnl_route_nh_get_encap(nh));
#endif
}

static void get_route(struct rtnl_route *route)
{
	rtnl_route_get_table(route);
	rtnl_route_get_scope(route);
	rtnl_route_get_tos(route);
	rtnl_route_get_protocol(route);
	rtnl_route_get_priority(route);
	rtnl_route_get_family(route);
	rtnl_route_get_type(route);
	rtnl_route_get_flags(route);
	see_addr(rtnl_route_get_dst(route));
	see_addr(rtnl_route_get_src(route));
	see_addr(rtnl_route_get_pref_src(route));
	rtnl_route_get_iif(route);
	rtnl_route_get_ttl_propagate(route);
	rtnl_route_get_nnexthops(route);
	rtnl_route_guess_scope(route);
#if LIBNL_VER_NUM >= LIBNL_VER(3, 10)
	rtnl_route_get_nhid(route);
#endif
	for (int i = -1; i <= RTAX_MAX + 1; i++) {
		uint32_t v;

		rtnl_route_get_metric(route, i, &v);
	}
	rtnl_route_foreach_nexthop(route, get_hop, NULL);
}

static void get_result(struct flnl_result *res)
{
	flnl_result_get_table_id(res);
	flnl_result_get_prefixlen(res);
	flnl_result_get_nexthop_sel(res);
	flnl_result_get_type(res);
	flnl_result_get_scope(res);
	flnl_result_get_error(res);
}

static void get_ct(struct nfnl_ct *ct)
{
	nfnl_ct_get_family(ct);
	nfnl_ct_get_proto(ct);
	nfnl_ct_get_tcp_state(ct);
	nfnl_ct_get_status(ct);
	nfnl_ct_get_timeout(ct);
	nfnl_ct_get_mark(ct);
	nfnl_ct_get_use(ct);
	nfnl_ct_get_id(ct);
	nfnl_ct_get_zone(ct);
	see(nfnl_ct_get_timestamp(ct), sizeof(struct nfnl_ct_timestamp));
	for (int repl = 0; repl <= 1; repl++) {
		see_addr(nfnl_ct_get_src(ct, repl));
		see_addr(nfnl_ct_get_dst(ct, repl));
		nfnl_ct_get_src_port(ct, repl);
		nfnl_ct_get_dst_port(ct, repl);
		nfnl_ct_get_icmp_id(ct, repl);
		nfnl_ct_get_icmp_type(ct, repl);
		nfnl_ct_get_icmp_code(ct, repl);
		nfnl_ct_get_packets(ct, repl);
		nfnl_ct_get_bytes(ct, repl);
	}
}

static void get_log_msg(struct nfnl_log_msg *m)
{
	struct nfnl_ct *ct = nfnl_log_msg_get_ct(m);
	const void *p;
	int len;

	p = nfnl_log_msg_get_hwaddr(m, &len);
	see(p, len);
	p = nfnl_log_msg_get_payload(m, &len);
	see(p, len);
	p = nfnl_log_msg_get_hwheader(m, &len);
	see(p, len);
	p = nfnl_log_msg_get_timestamp(m);
	if (p)
		see(p, sizeof(struct timeval));
	see_text(nfnl_log_msg_get_prefix(m));
	nfnl_log_msg_get_family(m);
	nfnl_log_msg_get_hwproto(m);
	nfnl_log_msg_get_hook(m);
	nfnl_log_msg_get_mark(m);
	nfnl_log_msg_get_indev(m);
	nfnl_log_msg_get_outdev(m);
	nfnl_log_msg_get_physindev(m);
	nfnl_log_msg_get_physoutdev(m);
	nfnl_log_msg_get_uid(m);
	nfnl_log_msg_get_gid(m);
	nfnl_log_msg_get_seq(m);
	nfnl_log_msg_get_seq_global(m);
	nfnl_log_msg_get_hwtype(m);
	nfnl_log_msg_get_hwlen(m);
	nfnl_log_msg_get_vlan_proto(m);
	nfnl_log_msg_get_vlan_tag(m);
	nfnl_log_msg_get_ct_info(m);
	if (ct)
		get_ct(ct);
}

static void get_family(struct genl_family *family)
{
	genl_family_get_id(family);
	see_text(genl_family_get_name(family));
	genl_family_get_version(family);
	genl_family_get_hdrsize(family);
	genl_family_get_maxattr(family);
}

static void get_exp(struct nfnl_exp *exp)
{
	nfnl_exp_get_family(exp);
	nfnl_exp_get_timeout(exp);
	nfnl_exp_get_id(exp);
	nfnl_exp_get_zone(exp);
	nfnl_exp_get_flags(exp);
	nfnl_exp_get_class(exp);
	nfnl_exp_get_nat_dir(exp);
	see_text(nfnl_exp_get_helper_name(exp));
	see_text(nfnl_exp_get_fn(exp));
	for (int t = 0; t < NFNL_EXP_TUPLE_MAX; t++) {
		see_addr(nfnl_exp_get_src(exp, t));
		see_addr(nfnl_exp_get_dst(exp, t));
		nfnl_exp_get_l4protonum(exp, t);
		nfnl_exp_get_src_port(exp, t);
		nfnl_exp_get_dst_port(exp, t);
		nfnl_exp_get_icmp_id(exp, t);
		nfnl_exp_get_icmp_type(exp, t);
		nfnl_exp_get_icmp_code(exp, t);
	}
}

static void get_packet(struct nfnl_queue_msg *m)
{
	const uint8_t *p;
	int len;

	nfnl_queue_msg_get_group(m);
	nfnl_queue_msg_get_family(m);
	nfnl_queue_msg_get_packetid(m);
	nfnl_queue_msg_get_hwproto(m);
	nfnl_queue_msg_get_hook(m);
	nfnl_queue_msg_get_mark(m);
	nfnl_queue_msg_get_timestamp(m);
	nfnl_queue_msg_get_indev(m);
	nfnl_queue_msg_get_outdev(m);
	nfnl_queue_msg_get_physindev(m);
	nfnl_queue_msg_get_physoutdev(m);
	p = nfnl_queue_msg_get_hwaddr(m, &len);
	see(p, len);
	p = nfnl_queue_msg_get_payload(m, &len);
	see(p, len);
	nlmsg_free(nfnl_queue_msg_build_verdict(m));
	nlmsg_free(nfnl_queue_msg_build_verdict_batch(m));
}

void get(struct nl_object *obj)
{
	if (is(obj, "netfilter/exp"))
		get_exp((struct nfnl_exp *)obj);
	if (is(obj, "netfilter/queuemsg"))
		get_packet((struct nfnl_queue_msg *)obj);
	if (is(obj, "genl/family"))
		get_family((struct genl_family *)obj);
	if (is(obj, "netfilter/ct"))
		get_ct((struct nfnl_ct *)obj);
	if (is(obj, "netfilter/log_msg"))
		get_log_msg((struct nfnl_log_msg *)obj);
	if (is(obj, "route/link"))
		get_link(obj);
	if (is(obj, "route/addr"))
		get_addr((struct rtnl_addr *)obj);
	if (is(obj, "route/neigh"))
		get_neigh((struct rtnl_neigh *)obj);
	if (is(obj, "route/rule"))
		get_rule((struct rtnl_rule *)obj);
	if (is(obj, "route/netconf"))
		get_netconf((struct rtnl_netconf *)obj);
	if (is(obj, "route/mdb"))
		get_mdb((struct rtnl_mdb *)obj);
	if (is(obj, "route/route"))
		get_route((struct rtnl_route *)obj);
	if (is(obj, "fib_lookup/result"))
		get_result((struct flnl_result *)obj);
#if LIBNL_VER_NUM >= LIBNL_VER(3, 8)
	if (is(obj, "route/nh"))
		get_nh((struct rtnl_nh *)obj);
#endif
}
