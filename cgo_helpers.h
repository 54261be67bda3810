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

/* ---- objects */

/* What a call that makes objects gives back. */
struct nlgo_objects {
	struct nl_object *first; /* NULL if there is none */
	struct nl_object **more; /* malloc'ed */
	uint32_t n_more;
	int32_t err; /* negative NLE_*, then there are no objects */
};

/* What became of a clone. */
struct nlgo_clone {
	struct nl_object *obj;
	const char *why; /* what libnl would get wrong, with obj == NULL */
};

/* Text in malloc'ed memory; NULL without memory. */
struct nlgo_text {
	char *text;
	size_t len;
};

/* Disarms what would abort in ordinary use. Called once. */
void nlgo_init(void);

/* A new object with one reference; err is a negative NLE_*. */
struct nlgo_objects nlgo_object_new(const char *type);
/* The objects in a message of len bytes, one reference each. */
struct nlgo_objects nlgo_msg_objects(const void *data, uint32_t len, int proto);
void nlgo_objects_put(struct nl_object **v, uint32_t n);
/* Completes a link that libnl's parser made; a negative NLE_* without memory.
 */
int nlgo_object_settle(struct nl_object *obj);

struct nlgo_clone nlgo_object_clone(struct nl_object *obj);
int nlgo_object_is(struct nl_object *obj, const char *type);
int nlgo_object_identical(struct nl_object *a, struct nl_object *b);
uint64_t nlgo_object_diff(struct nl_object *a, struct nl_object *b);
int nlgo_object_match(struct nl_object *obj, struct nl_object *filter);
int nlgo_object_update(struct nl_object *dst, struct nl_object *src);
struct nlgo_text nlgo_object_dump(struct nl_object *obj, int type);
/* Bits above 31 of what a link has. */
uint64_t nlgo_link_high_attrs(struct nl_object *obj);

#endif
