/* SPDX-License-Identifier: MIT */
/* Counts events of IPv4 routes while they are made, behind a buffer of 1 MiB:
 * recv (receive only). The sum is the number of overruns. */
#include "common.h"

#include <errno.h>
#include <netlink/socket.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <sys/time.h>

static struct nl_sock *sk;

static void receive_all(struct found *f, int n)
{
	static char buf[32768];

	while (f->count < (uint64_t)n) {
		if (recv(nl_socket_get_fd(sk), buf, sizeof(buf), 0) >= 0) {
			f->count++;
		} else if (errno == ENOBUFS) {
			f->sum++;
		} else if (errno == EAGAIN) {
			if (f->count) /* nothing has come for a while */
				return;
		} else {
			fail("recv", 0);
		}
	}
}

int main(int argc, char **argv)
{
	struct timeval pause = {.tv_usec = 300000};
	int err;

	if (argc != 4)
		return 2;
	sk = connected(NETLINK_ROUTE, 1 << 20);
	err = nl_socket_add_membership(sk, RTNLGRP_IPV4_ROUTE);
	if (err < 0)
		fail("nl_socket_add_membership", err);
	if (setsockopt(nl_socket_get_fd(sk), SOL_SOCKET, SO_RCVTIMEO, &pause,
		       sizeof(pause)) < 0)
		fail("SO_RCVTIMEO", 0);
	return run(receive_all, atoi(argv[2]), atoi(argv[3]), 1);
}
