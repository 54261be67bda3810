/* SPDX-License-Identifier: MIT */
/* Adds n routes of IPv4, one request and one acknowledgement each, and deletes
 * them: raw (send and receive only, what the kernel costs), libnl
 * (rtnl_route_add() and rtnl_route_delete()). */
#include "common.h"

#include <arpa/inet.h>
#include <linux/rtnetlink.h>
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

/* The request for the first route is made by libnl; for the others its
 * destination is changed. */
static void raw(struct found *f, int n)
{
	struct nl_msg *msg[2];
	struct rtnl_route *r = route(0);
	int err = rtnl_route_build_add_request(r, NLM_F_EXCL, &msg[0]);

	if (err >= 0)
		err = rtnl_route_build_del_request(r, 0, &msg[1]);
	if (err < 0)
		fail("rtnl_route_build_add_request", err);
	rtnl_route_put(r);
	for (int i = 0; i < 2 * n; i++) {
		struct nlmsghdr *h = nlmsg_hdr(msg[i / n]);
		uint32_t to = htonl(0x0b000000u + (uint32_t)(i % n));

		memcpy(nla_data(nlmsg_find_attr(h, sizeof(struct rtmsg),
						RTA_DST)),
		       &to, sizeof(to));
		h->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
		h->nlmsg_seq = (uint32_t)i;
		exchange(nl_socket_get_fd(sk), h);
		f->count++;
	}
	nlmsg_free(msg[0]);
	nlmsg_free(msg[1]);
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
	return run(!strcmp(argv[1], "raw") ? raw : change, atoi(argv[2]),
		   atoi(argv[3]), 0);
}
