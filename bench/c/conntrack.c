/* SPDX-License-Identifier: MIT */
/* Dumps the connections of IPv4: recv (receive only), libnl (nl_recvmsgs with a
 * callback that counts). */
#include "common.h"

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netlink/netfilter/ct.h>
#include <netlink/netfilter/nfnl.h>

static struct nl_sock *sk;
static struct found *now_found;

static void ask(void)
{
	int err = nfnl_send_simple(sk, NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_GET,
				   NLM_F_DUMP, AF_INET, 0);

	if (err < 0)
		fail("nfnl_send_simple", err);
}

static void receive_only(struct found *f, int n)
{
	(void)n;
	ask();
	receive_dump(nl_socket_get_fd(sk), NULL, f);
}

static int count(struct nl_msg *msg, void *arg)
{
	(void)msg, (void)arg;
	now_found->count++;
	return NL_OK;
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

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	sk = connected(NETLINK_NETFILTER, 0);
	nl_socket_modify_cb(sk, NL_CB_VALID, NL_CB_CUSTOM, count, NULL);
	return run(!strcmp(argv[1], "recv") ? receive_only : with_libnl,
		   atoi(argv[2]), atoi(argv[3]), 0);
}
