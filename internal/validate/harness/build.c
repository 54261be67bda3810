/* SPDX-License-Identifier: MIT */

#include <netlink/netfilter/ct.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/neighbour.h>
#include <netlink/route/neightbl.h>
#include <netlink/route/route.h>
#include <netlink/route/rule.h>
#include <netlink/socket.h>
#include "internal.h"
#if LIBNL_VER_NUM >= LIBNL_VER(3, 8)
#include <netlink/route/nh.h>
#endif

#define TRY(call)                                                              \
	do {                                                                   \
		struct nl_msg *msg = NULL;                                     \
		if ((call) >= 0)                                               \
			nlmsg_free(msg);                                       \
	} while (0)

static void build_link(struct rtnl_link *link, struct rtnl_link *changes)
{
	int family = rtnl_link_get_family(link);
	int to = rtnl_link_get_family(changes);

	TRY(rtnl_link_build_add_request(link, NLM_F_CREATE, &msg));
	TRY(rtnl_link_build_delete_request(link, &msg));
	/* an abort if the family changes, and before 3.8 a nil function for
	 * families without a hook */
	if (to && to != family)
		return;
	if (LIBNL_VER_NUM >= LIBNL_VER(3, 8) ||
	    (family != AF_INET && family != AF_INET6))
		TRY(rtnl_link_build_change_request(link, changes, 0, &msg));
}

static void build_addr(struct rtnl_addr *addr)
{
	TRY(rtnl_addr_build_add_request(addr, NLM_F_CREATE, &msg));
	TRY(rtnl_addr_build_delete_request(addr, 0, &msg));
}

static void build_route(struct rtnl_route *route)
{
	TRY(rtnl_route_build_add_request(route, NLM_F_CREATE, &msg));
	TRY(rtnl_route_build_del_request(route, 0, &msg));
}

static void build_neigh(struct rtnl_neigh *neigh)
{
	TRY(rtnl_neigh_build_add_request(neigh, NLM_F_CREATE, &msg));
	TRY(rtnl_neigh_build_delete_request(neigh, 0, &msg));
}

static void build_rule(struct rtnl_rule *rule)
{
	TRY(rtnl_rule_build_add_request(rule, NLM_F_CREATE, &msg));
	TRY(rtnl_rule_build_delete_request(rule, 0, &msg));
}

static void build_neightbl(struct rtnl_neightbl *tbl, struct rtnl_neightbl *to)
{
	TRY(rtnl_neightbl_build_change_request(tbl, to, &msg));
}

static void build_ct(struct nfnl_ct *ct)
{
	TRY(nfnl_ct_build_add_request(ct, NLM_F_CREATE, &msg));
	TRY(nfnl_ct_build_delete_request(ct, 0, &msg));
	TRY(nfnl_ct_build_query_request(ct, 0, &msg));
}

/* There is no builder: a socket that is not open makes the message and fails
 * to send it. */
static void build_nh(struct nl_object *obj)
{
#if LIBNL_VER_NUM >= LIBNL_VER(3, 12)
	struct nl_sock *sk = nl_socket_alloc();

	rtnl_nh_add(sk, (struct rtnl_nh *)obj, 0);
	nl_socket_free(sk);
#endif
}

void build(struct nl_object *obj, struct nl_object *changes)
{
	if (is(obj, "route/link"))
		build_link((struct rtnl_link *)obj,
			   (struct rtnl_link *)changes);
	if (is(obj, "route/addr"))
		build_addr((struct rtnl_addr *)obj);
	if (is(obj, "route/route"))
		build_route((struct rtnl_route *)obj);
	if (is(obj, "route/neigh"))
		build_neigh((struct rtnl_neigh *)obj);
	if (is(obj, "route/rule"))
		build_rule((struct rtnl_rule *)obj);
	if (is(obj, "route/neightbl"))
		build_neightbl((struct rtnl_neightbl *)obj,
			       (struct rtnl_neightbl *)changes);
	if (is(obj, "route/nh"))
		build_nh(obj);
	if (is(obj, "netfilter/ct"))
		build_ct((struct nfnl_ct *)obj);
}
