/* SPDX-License-Identifier: MIT */
/* Resolves a generic netlink family n times: genl_ctrl_resolve(). */
#include "common.h"

#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>

static struct nl_sock *sk;

static void resolve(struct found *f, int n)
{
	for (int i = 0; i < n; i++) {
		int id = genl_ctrl_resolve(sk, "nlctrl");

		if (id < 0)
			fail("genl_ctrl_resolve", id);
		f->sum += (uint64_t)id;
		f->count++;
	}
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	sk = connected(NETLINK_GENERIC, 0);
	return run(resolve, atoi(argv[2]), atoi(argv[3]), 0);
}
