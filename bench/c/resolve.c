/* SPDX-License-Identifier: MIT */
/* Resolves a generic netlink family n times: raw (send and receive only, what
 * the kernel costs), libnl (genl_ctrl_resolve()). */
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

static void raw(struct found *f, int n)
{
	struct nl_msg *msg = nlmsg_alloc();

	if (!msg || !genlmsg_put(msg, 0, 0, GENL_ID_CTRL, 0, NLM_F_REQUEST,
				 CTRL_CMD_GETFAMILY, 1))
		fail("genlmsg_put", -NLE_NOMEM);
	NLA_PUT_STRING(msg, CTRL_ATTR_FAMILY_NAME, "nlctrl");
	for (int i = 0; i < n; i++) {
		struct nlmsghdr *h =
			exchange(nl_socket_get_fd(sk), nlmsg_hdr(msg));
		struct nlattr *id =
			nlmsg_find_attr(h, GENL_HDRLEN, CTRL_ATTR_FAMILY_ID);

		if (!id)
		nla_put_failure:
			fail("no attribute", -NLE_MISSING_ATTR);
		f->sum += nla_get_u16(id);
		f->count++;
	}
	nlmsg_free(msg);
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	sk = connected(NETLINK_GENERIC, 0);
	return run(!strcmp(argv[1], "raw") ? raw : resolve, atoi(argv[2]),
		   atoi(argv[3]), 0);
}
