/* SPDX-License-Identifier: MIT */
#ifndef GOLIBNL_CGO_HELPERS_H
#define GOLIBNL_CGO_HELPERS_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <netlink/netlink.h>
#include <netlink/addr.h>
#include <netlink/attr.h>
#include <netlink/cache.h>
#include <netlink/data.h>
#include <netlink/errno.h>
#include <netlink/handlers.h>
#include <netlink/msg.h>
#include <netlink/object.h>
#include <netlink/socket.h>
#include <netlink/utils.h>
#include <netlink/version.h>

#if LIBNL_VER_NUM < LIBNL_VER(3, 7)
#error "github.com/golibnl/libnl needs libnl 3.7 or later"
#endif

/* ---- messages: what an nl_msg is made from, and read back into */

struct nlgo_msg {
	void *data; /* the bytes, hdr->nlmsg_len of them */
	uint32_t len;
	int32_t proto;
	uint32_t src_port, src_groups;
	uint32_t dst_port, dst_groups;
	uint32_t has_dst;
	uint32_t has_creds;
	struct ucred creds;
};

/* A new nl_msg with a copy of len bytes at data and the rest of m; NULL without
 * memory. */
struct nl_msg *nlgo_msg_new(const void *data, uint32_t len,
			    const struct nlgo_msg *m);
/* Fills m from msg; m->data points into it. */
void nlgo_msg_get(struct nl_msg *msg, struct nlgo_msg *m);
/* nl_msg_dump of such a message into text of n bytes, for the caller to free.
 */
int nlgo_msg_dump(const void *data, uint32_t len, const struct nlgo_msg *m,
		  char **text, size_t *n);

#endif
