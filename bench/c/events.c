/* SPDX-License-Identifier: MIT */
/* Drains events about IPv4 routes that were queued before: libnl (nl_recvmsgs
 * with a callback that counts), recv. */
#include "common.h"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

static struct nl_sock *sk;
static struct found *now_found;

static int count(struct nl_msg *msg, void *arg)
{
	(void)msg, (void)arg;
	now_found->count++;
	return NL_OK;
}

static void with_libnl(struct found *f, int n)
{
	now_found = f;
	while (f->count < (uint64_t)n) {
		int err = nl_recvmsgs_default(sk);

		if (err < 0)
			fail("nl_recvmsgs", err);
	}
}

static void receive_only(struct found *f, int n)
{
	static char buf[8192];

	for (; f->count < (uint64_t)n; f->count++)
		if (recv(nl_socket_get_fd(sk), buf, sizeof(buf), 0) < 0)
			fail("recv", 0);
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	sk = connected(NETLINK_ROUTE, 64 << 20);
	nl_socket_disable_seq_check(sk);
	nl_socket_modify_cb(sk, NL_CB_VALID, NL_CB_CUSTOM, count, NULL);
	if (nl_socket_add_memberships(sk, RTNLGRP_IPV4_ROUTE, 0) < 0)
		fail("nl_socket_add_memberships", 0);
	return run(!strcmp(argv[1], "recv") ? receive_only : with_libnl,
		   atoi(argv[2]), atoi(argv[3]), 1);
}
