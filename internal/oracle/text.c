// SPDX-License-Identifier: MIT
#include "oracle.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#include <netlink/addr.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netfilter/ct.h>
#include <netlink/netfilter/exp.h>
#include <netlink/netfilter/log.h>
#include <netlink/netfilter/netfilter.h>
#include <netlink/netfilter/nfnl.h>
#include <netlink/netfilter/queue.h>
#include <netlink/route/act/mirred.h>
#include <netlink/route/addr.h>
#include <netlink/route/classifier.h>
#include <netlink/route/cls/police.h>
#include <netlink/route/link.h>
#include <netlink/route/link/bridge.h>
#include <netlink/route/link/can.h>
#include <netlink/route/link/inet.h>
#include <netlink/route/link/inet6.h>
#include <netlink/route/link/ipvlan.h>
#include <netlink/route/link/macvlan.h>
#include <netlink/route/link/macvtap.h>
#include <netlink/route/link/sriov.h>
#include <netlink/route/link/vlan.h>
#include <netlink/route/neighbour.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/qdisc/prio.h>
#include <netlink/route/route.h>
#include <netlink/route/rtnl.h>
#include <netlink/route/tc.h>
#include <netlink/utils.h>

#ifndef AF_MPLS
#define AF_MPLS 28
#endif

/* ---- addresses */

/* libnl's text form of an MPLS stack reads on until a label says it is last. */
static int stack_ends(const struct orc_addr *a)
{
	uint32_t v;
	int i;

	for (i = 0; i + 4 <= a->len; i += 4) {
		memcpy(&v, a->bytes + i, 4);
		if (ntohl(v) & 0x100)
			return 1;
	}
	return 0;
}

/* Room to spare behind the address: libnl reads 4 or 16 bytes of any. */
static struct nl_addr *make_addr(const struct orc_addr *a)
{
	struct nl_addr *na;

	if (a->len < 0 || a->len > (int)sizeof(a->bytes))
		return NULL;
	na = nl_addr_alloc(sizeof(a->bytes) + 64);
	if (!na)
		return NULL;
	nl_addr_set_family(na, a->family);
	nl_addr_set_binary_addr(na, a->bytes, a->len);
	nl_addr_set_prefixlen(na, a->prefixlen);
	return na;
}

int orc_addr_text(const struct orc_addr *a, char *text)
{
	struct nl_addr *na;

	if (a->family == AF_MPLS && a->len > 0 && !stack_ends(a))
		return ORC_BAD;
	na = make_addr(a);
	if (!na)
		return ORC_BAD;
	text[0] = 0;
	nl_addr2str(na, text, ORC_TEXT);
	nl_addr_put(na);
	return 0;
}

int orc_addr_parse(const char *s, int hint, struct orc_addr *a, char *text)
{
	struct nl_addr *na = NULL;
	int rc = nl_addr_parse(s, hint, &na);

	memset(a, 0, sizeof(*a));
	text[0] = 0;
	if (rc < 0)
		return rc;
	a->family = nl_addr_get_family(na);
	a->prefixlen = nl_addr_get_prefixlen(na);
	a->len = nl_addr_get_len(na);
	memcpy(a->bytes, nl_addr_get_binary_addr(na), a->len);
	a->guess = nl_addr_guess_family(na);
	a->iszero = nl_addr_iszero(na);
	nl_addr2str(na, text, ORC_TEXT);
	nl_addr_put(na);
	return rc;
}

int orc_addr_cmp(const struct orc_addr *a, const struct orc_addr *b,
		 int32_t *prefix)
{
	struct nl_addr *x = make_addr(a), *y = make_addr(b);
	int d = ORC_BAD, len = 8 * (int)sizeof(a->bytes);

	*prefix = ORC_BAD;
	if (x && y) {
		d = nl_addr_cmp(x, y);
		if (a->prefixlen >= 0 && a->prefixlen <= len &&
		    b->prefixlen >= 0 && b->prefixlen <= len)
			*prefix = nl_addr_cmp_prefix(x, y);
	}
	if (x)
		nl_addr_put(x);
	if (y)
		nl_addr_put(y);
	return d;
}

int orc_addr_valid(const char *s, int family)
{
	return nl_addr_valid(s, family);
}

/* ---- text */

#define TEXTS(X)                                                               \
	X(nl_af2str)                                                           \
	X(nl_nlfamily2str)                                                     \
	X(nl_llproto2str)                                                      \
	X(nl_ether_proto2str)                                                  \
	X(nl_ip_proto2str)                                                     \
	X(nl_nlmsgtype2str)                                                    \
	X(nl_nlmsg_flags2str)                                                  \
	X(nl_size2str)                                                         \
	X(nl_msec2str)                                                         \
	X(nl_rtntype2str)                                                      \
	X(nl_police2str)                                                       \
	X(rtnl_scope2str)                                                      \
	X(rtnl_realms2str)                                                     \
	X(rtnl_addr_flags2str)                                                 \
	X(rtnl_neigh_state2str)                                                \
	X(rtnl_neigh_flags2str)                                                \
	X(rtnl_route_table2str)                                                \
	X(rtnl_route_proto2str)                                                \
	X(rtnl_route_metric2str)                                               \
	X(rtnl_route_nh_flags2str)                                             \
	X(rtnl_prio2str)                                                       \
	X(rtnl_tc_stat2str)                                                    \
	X(rtnl_tc_handle2str)                                                  \
	X(rtnl_link_stat2str)                                                  \
	X(rtnl_link_flags2str)                                                 \
	X(rtnl_link_operstate2str)                                             \
	X(rtnl_link_mode2str)                                                  \
	X(rtnl_link_carrier2str)                                               \
	X(rtnl_link_vlan_flags2str)                                            \
	X(rtnl_link_macvlan_mode2str)                                          \
	X(rtnl_link_macvlan_flags2str)                                         \
	X(rtnl_link_macvlan_macmode2str)                                       \
	X(rtnl_link_macvtap_mode2str)                                          \
	X(rtnl_link_macvtap_flags2str)                                         \
	X(rtnl_link_ipvlan_mode2str)                                           \
	X(rtnl_link_can_ctrlmode2str)                                          \
	X(rtnl_link_inet_devconf2str)                                          \
	X(rtnl_link_inet6_flags2str)                                           \
	X(rtnl_link_vf_linkstate2str)                                          \
	X(rtnl_link_vf_vlanproto2str)                                          \
	X(rtnl_link_bridge_flags2str)                                          \
	X(rtnl_link_bridge_portstate2str)                                      \
	X(rtnl_link_bridge_hwmode2str)                                         \
	X(nfnl_ct_tcp_state2str)                                               \
	X(nfnl_ct_status2str)                                                  \
	X(nfnl_exp_flags2str)                                                  \
	X(nfnl_log_flags2str)                                                  \
	X(nfnl_verdict2str)                                                    \
	X(nfnl_inet_hook2str)

#define NUMBERS(X)                                                             \
	X(nl_str2af)                                                           \
	X(nl_str2nlfamily)                                                     \
	X(nl_str2llproto)                                                      \
	X(nl_str2ether_proto)                                                  \
	X(nl_str2ip_proto)                                                     \
	X(nl_str2nlmsgtype)                                                    \
	X(nl_size2int)                                                         \
	X(nl_prob2int)                                                         \
	X(nl_str2rtntype)                                                      \
	X(nl_str2police)                                                       \
	X(rtnl_str2scope)                                                      \
	X(rtnl_addr_str2flags)                                                 \
	X(rtnl_neigh_str2state)                                                \
	X(rtnl_neigh_str2flag)                                                 \
	X(rtnl_route_str2table)                                                \
	X(rtnl_route_str2proto)                                                \
	X(rtnl_route_str2metric)                                               \
	X(rtnl_route_nh_str2flags)                                             \
	X(rtnl_str2prio)                                                       \
	X(rtnl_tc_str2stat)                                                    \
	X(rtnl_link_str2stat)                                                  \
	X(rtnl_link_str2flags)                                                 \
	X(rtnl_link_str2operstate)                                             \
	X(rtnl_link_str2mode)                                                  \
	X(rtnl_link_str2carrier)                                               \
	X(rtnl_link_vlan_str2flags)                                            \
	X(rtnl_link_macvlan_str2mode)                                          \
	X(rtnl_link_macvlan_str2flags)                                         \
	X(rtnl_link_macvlan_str2macmode)                                       \
	X(rtnl_link_macvtap_str2mode)                                          \
	X(rtnl_link_macvtap_str2flags)                                         \
	X(rtnl_link_ipvlan_str2mode)                                           \
	X(rtnl_link_can_str2ctrlmode)                                          \
	X(rtnl_link_inet_str2devconf)                                          \
	X(rtnl_link_inet6_str2flags)                                           \
	X(rtnl_link_inet6_str2addrgenmode)                                     \
	X(rtnl_link_vf_str2linkstate)                                          \
	X(rtnl_link_vf_str2vlanproto)                                          \
	X(rtnl_link_bridge_str2flags)                                          \
	X(rtnl_link_bridge_str2portstate)                                      \
	X(rtnl_link_bridge_str2hwmode)                                         \
	X(nfnl_ct_str2tcp_state)                                               \
	X(nfnl_ct_str2status)                                                  \
	X(nfnl_exp_str2flags)                                                  \
	X(nfnl_log_str2copy_mode)                                              \
	X(nfnl_log_str2flags)                                                  \
	X(nfnl_queue_str2copy_mode)                                            \
	X(nfnl_str2verdict)                                                    \
	X(nfnl_str2inet_hook)

int orc_text(const char *fn, int64_t n, int64_t arg, char *buf)
{
	const char *s;

	memset(buf, 0, ORC_TEXT);
#define X(f)                                                                   \
	if (!strcmp(fn, #f)) {                                                 \
		s = f(n, buf, ORC_TEXT);                                       \
		return s ? 0 : -NLE_FAILURE;                                   \
	}
	TEXTS(X)
#undef X
	if (!strcmp(fn, "nl_rate2str")) {
		if (arg < 0 || arg > NL_BIT_RATE)
			return ORC_BAD;
		return nl_rate2str(n, arg, buf, ORC_TEXT);
	}
	if (!strcmp(fn, "nl_geterror")) {
		if (n < -1000 || n > 1000)
			return ORC_BAD;
		strncpy(buf, nl_geterror(n), ORC_TEXT - 1);
		return 0;
	}
	return ORC_BAD;
}

int orc_number(const char *fn, const char *s, int64_t *v)
{
	*v = 0;
#define X(f)                                                                   \
	if (!strcmp(fn, #f)) {                                                 \
		*v = f(s);                                                     \
		return 0;                                                      \
	}
	NUMBERS(X)
#undef X
	if (!strcmp(fn, "nl_str2msec")) {
		uint64_t ms = 0;
		int rc = nl_str2msec(s, &ms);

		*v = ms;
		return rc;
	}
	if (!strcmp(fn, "rtnl_tc_str2handle")) {
		uint32_t h = 0;
		int rc = rtnl_tc_str2handle(s, &h);

		*v = h;
		return rc;
	}
	return ORC_BAD;
}

int orc_cancel_down(const char *fn, uint64_t n, double *v, char *unit)
{
	char *u = NULL;

	if (!strcmp(fn, "nl_cancel_down_bytes"))
		*v = nl_cancel_down_bytes(n, &u);
	else if (!strcmp(fn, "nl_cancel_down_bits"))
		*v = nl_cancel_down_bits(n, &u);
	else if (!strcmp(fn, "nl_cancel_down_us"))
		*v = nl_cancel_down_us(n, &u);
	else
		return ORC_BAD;
	strncpy(unit, u ? u : "", 15);
	unit[15] = 0;
	return 0;
}

char *orc_cache_text(struct nl_cache *cache, int type)
{
	struct nl_dump_params dp = {.dp_type = type};
	char *text = NULL;
	size_t n;

	dp.dp_fd = open_memstream(&text, &n);
	if (!dp.dp_fd)
		return NULL;
	nl_cache_dump(cache, &dp);
	fclose(dp.dp_fd);
	return text;
}
