/* SPDX-License-Identifier: MIT */
#ifndef GOLIBNL_CGO_HELPERS_H
#define GOLIBNL_CGO_HELPERS_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <netdb.h>
#include <stdint.h>
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

/* ---- addresses */

/* 32 MPLS labels; MAX_ADDR_LEN of the kernel is 32 */
#define NLGO_ADDR_MAX 128

/* A flat copy of an nl_addr, filled into Go memory. */
struct nlgo_addr {
	int32_t family;
	int32_t prefixlen;
	uint32_t len; /* if above NLGO_ADDR_MAX, b has only the beginning */
	uint32_t has; /* 0: there was no nl_addr */
	uint8_t b[NLGO_ADDR_MAX];
};

struct nlgo_addrinfo {
	int32_t family, socktype, protocol;
	uint32_t len;
	uint8_t ip[16];
};

/* A new nl_addr that the caller puts; NULL without memory or beyond
 * NLGO_ADDR_MAX. There are zeroes behind the bytes: libnl reads as many as the
 * family has, whatever len says. */
struct nl_addr *nlgo_addr_new(int family, const void *b, size_t len,
			      int prefixlen);
void nlgo_addr_get(const struct nl_addr *a, struct nlgo_addr *out);

int nlgo_addr_parse(const char *s, int hint, struct nlgo_addr *out);
void nlgo_addr_str(int family, const void *b, size_t len, int prefixlen,
		   char *buf, size_t size);
/* Returns how many of out it filled, or a negative code. */
int nlgo_addr_info(int family, const void *b, size_t len, int prefixlen,
		   struct nlgo_addrinfo *out, int max);
int nlgo_addr_resolve(int family, const void *b, size_t len, char *buf,
		      size_t size);

/* ---- utilities */

/* What kept the rate of the packet scheduler from being read, 0 if nothing. */
int nlgo_psched_errno(void);
/* These return an errno. */
int nlgo_us2ticks(uint32_t us, uint32_t *ticks);
int nlgo_ticks2us(uint32_t ticks, uint32_t *us);

int nlgo_debug_level(void);
void nlgo_set_debug_level(int level);

#endif
