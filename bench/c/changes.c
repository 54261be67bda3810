/* SPDX-License-Identifier: MIT */
/* Adds n routes of IPv4, one request and one acknowledgement each, and deletes
 * them: rtnl_route_add() and rtnl_route_delete(). */
#include "common.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>

static struct nl_sock *sk;
static int device;

static struct rtnl_route *route(int i)
{
	struct rtnl_route *r = rtnl_route_alloc();
	struct rtnl_nexthop *nh = rtnl_route_nh_alloc();
	uint32_t to = htonl(0x0b000000u + (uint32_t)i),
		 via = htonl(0xc0000202u);
	struct nl_addr *dst = nl_addr_build(AF_INET, &to, sizeof(to)),
		       *gateway = nl_addr_build(AF_INET, &via, sizeof(via));

	if (!r || !nh || !dst || !gateway)
		fail("alloc", -NLE_NOMEM);
	nl_addr_set_prefixlen(dst, 32);
	rtnl_route_set_dst(r, dst);
	rtnl_route_nh_set_ifindex(nh, device);
	rtnl_route_nh_set_gateway(nh, gateway);
	rtnl_route_add_nexthop(r, nh);
	nl_addr_put(dst);
	nl_addr_put(gateway);
	return r;
}

static void change(struct found *f, int n)
{
	for (int i = 0; i < 2 * n; i++) {
		struct rtnl_route *r = route(i % n);
		int err = i < n ? rtnl_route_add(sk, r, NLM_F_EXCL)
				: rtnl_route_delete(sk, r, 0);

		if (err < 0)
			fail(i < n ? "rtnl_route_add" : "rtnl_route_delete",
			     err);
		rtnl_route_put(r);
		f->count++;
	}
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	sk = connected(NETLINK_ROUTE, 0);
	device = (int)if_nametoindex("v0");
	return run(change, atoi(argv[2]), atoi(argv[3]), 0);
}
