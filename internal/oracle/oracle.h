/* SPDX-License-Identifier: MIT */
#ifndef GOLIBNL_ORACLE_H
#define GOLIBNL_ORACLE_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <netlink/netlink.h>
#include <netlink/attr.h>
#include <netlink/addr.h>

/* ---- any function of libnl by its name */

struct orc_addr;

void *orc_symbol(const char *name);
int64_t orc_call(void *fn, const int64_t *arg);
struct nl_object *orc_object_new(const char *type);
struct nl_addr *orc_addr_new(int family, const void *b, uint32_t len,
			     int prefixlen);
const char *orc_text_at(int64_t p);
int orc_addr_at(int64_t p, struct orc_addr *out);
struct nl_msg *orc_ptr(const void *slot);
const void *orc_msg_bytes(struct nl_msg *msg, uint32_t *len);
void orc_msg_free(struct nl_msg *msg);

/* ---- a socket fed from memory */

/* Datagrams for cb_recv_ow: n of them, one behind the other in bytes. */
struct orc_feed {
	const uint8_t *bytes;
	const uint32_t *lens;
	int32_t n;
	int32_t end;	/* what the override returns after the last */
	uint32_t delta; /* added to the sequence number of each message */
	int32_t at;	/* next datagram */
	size_t off;
};

/* Makes f the thread's feed (NULL: none) for sockets whose callbacks have
 * orc_feed_recv as override. */
void orc_feed_use(struct orc_feed *f);
int orc_feed_recv(struct nl_sock *sk, struct sockaddr_nl *nla,
		  unsigned char **buf, struct ucred **creds);

/* ---- libnl's loop */

#define ORC_ERR_CB   (NL_CB_TYPE_MAX + 1)
#define ORC_MAX_RETS 16

/* The i-th call returns ret[i], later ones ret[n - 1]; NL_OK if n is 0. */
struct orc_act {
	int32_t set, n;
	int32_t ret[ORC_MAX_RETS];
	int32_t calls;
};

struct orc_event {
	uint64_t hash; /* FNV-1a of the payload */
	int32_t type, ret, err;
	uint32_t len, seq, msgtype, flags;
};

struct orc_loop {
	int32_t kind, no_seq_check, no_auto_ack, calls, end;
	uint32_t expect; /* the first sequence number expected */
	struct orc_act act[NL_CB_TYPE_MAX + 2];
	struct orc_event *ev;
	int32_t max_ev, n_ev;
};

/* Runs nl_recvmsgs_report o->calls times; codes gets what each returned. */
int orc_loop(struct orc_loop *o, struct orc_event *ev, const uint8_t *bytes,
	     const uint32_t *lens, int n, int32_t *codes);

/* ---- messages and attributes */

enum orc_op_kind {
	ORC_PUT,
	ORC_APPEND,
	ORC_RESERVE,
	ORC_EXPAND,
	ORC_NLA_RESERVE,
	ORC_NLA_PUT,
	ORC_U8,
	ORC_U16,
	ORC_U32,
	ORC_U64,
	ORC_S8,
	ORC_S16,
	ORC_S32,
	ORC_S64,
	ORC_STRING,
	ORC_FLAG,
	ORC_MSECS,
	ORC_ADDR,
	ORC_DATA,
	ORC_NESTED,
	ORC_NEST_START,
	ORC_NEST_END,
	ORC_NEST_END_KEEP_EMPTY,
	ORC_NEST_CANCEL,
};

struct orc_op {
	int64_t n;
	int32_t kind, type, arg;
	uint32_t port, seq;
	uint32_t off, len; /* of the value in the bytes passed along */
};

#define ORC_BAD                                                                \
	(-1000) /* not run: libnl would abort or write out of bounds           \
		 */

/* Runs ops; *out gets the malloc'ed bytes, *failed the index of the op whose
 * code is returned, -1 if all went well. */
int orc_build(size_t max, const struct orc_op *ops, int n_ops,
	      const uint8_t *values, void **out, uint32_t *out_len,
	      int32_t *failed);

struct orc_attr {
	uint64_t u64, msecs;
	int64_t s64;
	uint32_t u32;
	int32_t s32;
	int32_t type, len, nested, flag;
	int32_t memcpy_n, string_len; /* string_len -1: no NUL */
	uint32_t strlcpy_n;
	uint16_t u16;
	int16_t s16;
	uint8_t u8;
	int8_t s8;
};

int orc_attr_get(const void *bytes, uint32_t len, struct orc_attr *a,
		 char *string, void *copy, uint32_t copy_size, char *str,
		 uint32_t str_size);

struct orc_policy {
	uint16_t type, minlen, maxlen;
};

/* hdrlen < 0: bytes are attributes; else a message with such a header.
 * offsets gets maxtype + 1 of them, -1 for absent. */
int orc_parse(const void *bytes, uint32_t len, int hdrlen, int maxtype,
	      const struct orc_policy *policy, int n_policy, int32_t *offsets,
	      int32_t *parsed, int32_t *validated);
int orc_find(const void *bytes, uint32_t len, int type);

char *orc_msg_dump(const void *bytes, uint32_t len, int proto, size_t *n);

struct orc_object {
	char *type, *text;
	size_t text_len;
};

int orc_parse_objects(const void *bytes, uint32_t len, int proto, int dump_type,
		      struct orc_object **objs, int32_t *n);
void orc_free_objects(struct orc_object *objs, int n);

/* ---- addresses and text */

#define ORC_ADDR_MAX 64
#define ORC_TEXT     1024

struct orc_addr {
	int32_t family, prefixlen, len, guess, iszero;
	uint8_t bytes[256];
};

int orc_addr_parse(const char *s, int hint, struct orc_addr *a, char *text);
int orc_addr_text(const struct orc_addr *a, char *text);
int orc_addr_cmp(const struct orc_addr *a, const struct orc_addr *b,
		 int32_t *prefix);
int orc_addr_valid(const char *s, int family);

int orc_text(const char *fn, int64_t n, int64_t arg, char *buf);
int orc_number(const char *fn, const char *s, int64_t *v);
int orc_cancel_down(const char *fn, uint64_t n, double *v, char *unit);

/* ---- traps: each fills out and returns 0, or minus the line of traps.c at
 * which the scene could not be set */

int orc_fill_routes(int n);
int orc_trap_stop(int ret, int32_t *out);
int orc_trap_refused_dump(int32_t *out);
int orc_trap_any_datagram(int32_t *out);
int orc_trap_rename(const char *from, const char *to, int32_t *out);
int orc_trap_unread_ack(int32_t *out);
int orc_trap_overrun(int32_t *out);
int orc_trap_big_datagram(int size, int32_t *out);
int orc_trap_control_data(int32_t *out);
int orc_trap_full_queue(int proto, int nonblock, int32_t *out);
int orc_trap_second_dump(int32_t *out);
int orc_trap_foreign(int32_t *out);
int orc_trap_wrong_ack(int32_t *out);
int orc_trap_rcvbuf(int32_t *out);
int orc_trap_same_msg(int32_t *out);
int orc_trap_nested_request(int32_t *out);
int orc_trap_close(int32_t *out);
int orc_trap_local_port(int32_t *out);
int orc_trap_resolve_closed(int32_t *out);
uint32_t orc_trap_short_u32(void);

/* nl_cache_dump; malloc'ed, NULL without memory. */
char *orc_cache_text(struct nl_cache *cache, int type);

/* Fills a cache from fed datagrams; out: code, items, requests sent. */
int orc_trap_fill(const char *name, int resync, const uint8_t *bytes,
		  const uint32_t *lens, int n, int32_t *out);
/* rtnl_link_get_kernel from fed datagrams; out: code, a link was returned. */
int orc_trap_get_kernel(const uint8_t *bytes, const uint32_t *lens, int n,
			int32_t *out);

#endif
