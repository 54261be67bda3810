/* SPDX-License-Identifier: MIT */
/* Dumps the IPv4 routes: recv (receive only), libnl (nl_recvmsgs with a
 * callback that counts), libnl-objects (a libnl object for each). */
#include "common.h"

#include <linux/rtnetlink.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>

static struct nl_sock *sk;
static struct found *now_found;

static void ask(void)
{
	struct rtmsg r = {.rtm_family = AF_INET};
	int err = nl_send_simple(sk, RTM_GETROUTE, NLM_F_DUMP, &r, sizeof(r));

	if (err < 0)
		fail("nl_send_simple", err);
}

static void receive_only(struct found *f, int n)
{
	(void)n;
	ask();
	receive_dump(nl_socket_get_fd(sk), NULL, f);
}

static void with_libnl(struct found *f, int n)
{
	(void)n;
	now_found = f;
	ask();
	int err = nl_recvmsgs_default(sk);

	if (err < 0)
		fail("nl_recvmsgs", err);
}

static int count(struct nl_msg *msg, void *arg)
{
	(void)msg, (void)arg;
	now_found->count++;
	return NL_OK;
}

static void read_route(struct nl_object *o, void *arg)
{
	struct rtnl_route *r = (struct rtnl_route *)o;
	struct nl_addr *dst = rtnl_route_get_dst(r), *gateway = NULL;
	struct rtnl_nexthop *nh = rtnl_route_nexthop_n(r, 0);
	uint32_t v;

	(void)arg;
	now_found->count++;
	if (nl_addr_get_len(dst) == sizeof(v)) {
		memcpy(&v, nl_addr_get_binary_addr(dst), sizeof(v));
		now_found->sum += v;
	}
	if (!nh)
		return;
	now_found->sum += (uint64_t)rtnl_route_nh_get_ifindex(nh);
	gateway = rtnl_route_nh_get_gateway(nh);
	if (gateway && nl_addr_get_len(gateway) == sizeof(v)) {
		memcpy(&v, nl_addr_get_binary_addr(gateway), sizeof(v));
		now_found->sum += v;
	}
}

static int parse(struct nl_msg *msg, void *arg)
{
	int err = nl_msg_parse(msg, read_route, arg);

	if (err < 0)
		fail("nl_msg_parse", err);
	return NL_OK;
}

int main(int argc, char **argv)
{
	iteration it = with_libnl;

	if (argc != 4)
		return 2;
	sk = connected(NETLINK_ROUTE, 0);
	if (!strcmp(argv[1], "recv"))
		it = receive_only;
	else
		nl_socket_modify_cb(sk, NL_CB_VALID, NL_CB_CUSTOM,
				    !strcmp(argv[1], "libnl-objects") ? parse
								      : count,
				    NULL);
	return run(it, atoi(argv[2]), atoi(argv[3]), 0);
}
