// SPDX-License-Identifier: MIT
#include "oracle.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include <netlink/addr.h>
#include <netlink/attr.h>
#include <netlink/cache.h>
#include <netlink/data.h>
#include <netlink/msg.h>
#include <netlink/object.h>
#include <netlink/route/link.h>
#include <netlink/socket.h>

/* ---- a socket fed from memory */

static __thread struct orc_feed *feed;

void orc_feed_use(struct orc_feed *f)
{
	feed = f;
	if (f) {
		f->at = 0;
		f->off = 0;
	}
}

/* libnl's own numbers begin at the time of day: the feed's are moved there. */
static void shift_seq(uint8_t *buf, int n, uint32_t delta)
{
	struct nlmsghdr *h = (struct nlmsghdr *)buf;

	for (; nlmsg_ok(h, n); h = nlmsg_next(h, &n))
		h->nlmsg_seq += delta;
}

int orc_feed_recv(struct nl_sock *sk, struct sockaddr_nl *nla,
		  unsigned char **buf, struct ucred **creds)
{
	uint32_t n;
	uint8_t *b;

	if (!feed)
		return -NLE_FAILURE;
	if (feed->at >= feed->n)
		return feed->end;
	n = feed->lens[feed->at++];
	if (n == 0)
		return 0;
	b = malloc(n);
	if (!b)
		return -NLE_NOMEM;
	memcpy(b, feed->bytes + feed->off, n);
	feed->off += n;
	shift_seq(b, n, feed->delta);
	nla->nl_family = AF_NETLINK;
	*buf = b;
	*creds = NULL;
	return n;
}

/* ---- libnl's loop */

struct slot {
	struct orc_loop *o;
	int type;
	uint32_t delta;
};

static uint64_t fnv(const uint8_t *p, size_t n)
{
	uint64_t h = 0xcbf29ce484222325;

	for (; n; n--, p++)
		h = (h ^ *p) * 0x100000001b3;
	return h;
}

static int fire(struct slot *s, const struct nlmsghdr *h, int err)
{
	struct orc_loop *o = s->o;
	struct orc_act *a = &o->act[s->type];
	int i = a->calls < a->n ? a->calls : a->n - 1;
	int ret = a->n ? a->ret[i] : NL_OK;

	a->calls++;
	if (o->n_ev < o->max_ev) {
		struct orc_event *e = &o->ev[o->n_ev];

		e->type = s->type;
		e->ret = ret;
		e->err = err;
		e->len = h->nlmsg_len;
		e->seq = h->nlmsg_seq - s->delta;
		e->msgtype = h->nlmsg_type;
		e->flags = h->nlmsg_flags;
		e->hash = fnv((const uint8_t *)h + NLMSG_HDRLEN,
			      h->nlmsg_len - NLMSG_HDRLEN);
	}
	o->n_ev++;
	return ret;
}

static int msg_cb(struct nl_msg *m, void *arg)
{
	return fire(arg, nlmsg_hdr(m), 0);
}

static int err_cb(struct sockaddr_nl *nla, struct nlmsgerr *e, void *arg)
{
	/* it always stands in the datagram, behind its header */
	return fire(arg, (struct nlmsghdr *)((char *)e - NLMSG_HDRLEN),
		    e->error);
}

int orc_loop(struct orc_loop *o, struct orc_event *ev, const uint8_t *bytes,
	     const uint32_t *lens, int n, int32_t *codes)
{
	struct orc_feed f = {
		.bytes = bytes, .lens = lens, .n = n, .end = o->end};
	struct slot slots[NL_CB_TYPE_MAX + 2];
	struct nl_cb *cb = nl_cb_alloc(o->kind);
	struct nl_sock *sk = NULL;
	int rc = -NLE_NOMEM, i;

	if (!cb)
		goto out;
	sk = nl_socket_alloc_cb(cb);
	if (!sk)
		goto out;
	o->ev = ev;
	f.delta = nl_socket_use_seq(sk) - o->expect;
	if (o->no_auto_ack)
		nl_socket_disable_auto_ack(sk);
	if (o->no_seq_check)
		nl_socket_disable_seq_check(sk);
	for (i = 0; i <= ORC_ERR_CB; i++) {
		slots[i] = (struct slot){o, i, f.delta};
		if (!o->act[i].set)
			continue;
		if (i == ORC_ERR_CB)
			nl_cb_err(cb, NL_CB_CUSTOM, err_cb, &slots[i]);
		else
			nl_cb_set(cb, i, NL_CB_CUSTOM, msg_cb, &slots[i]);
	}
	nl_cb_overwrite_recv(cb, orc_feed_recv);
	orc_feed_use(&f);
	for (i = 0; i < o->calls; i++)
		codes[i] = nl_recvmsgs_report(sk, cb);
	orc_feed_use(NULL);
	rc = 0;
out:
	nl_socket_free(sk);
	if (cb)
		nl_cb_put(cb);
	return rc;
}

/* ---- messages and attributes */

#define MAX_NEST 64

struct builder {
	struct nl_msg *m;
	struct nlattr *nest[MAX_NEST];
	int depth;
};

/* Room up to the next multiple of four, which nesting takes for granted. */
static int aligned_fits(struct nl_msg *m)
{
	return NLMSG_ALIGN(nlmsg_hdr(m)->nlmsg_len) <= nlmsg_get_max_size(m);
}

static int put_nested(struct nl_msg *m, int type, const void *v, uint32_t len)
{
	struct nl_msg *in = nlmsg_alloc_size(NLMSG_ALIGN(len) + NLMSG_HDRLEN);
	int rc;

	if (!in)
		return -NLE_NOMEM;
	rc = nlmsg_append(in, (void *)v, len, 0);
	if (!rc)
		rc = nla_put_nested(m, type, in);
	nlmsg_free(in);
	return rc;
}

static int put_addr(struct nl_msg *m, int type, int family, const void *v,
		    uint32_t len)
{
	struct nl_addr *a = nl_addr_build(family, v, len);
	int rc;

	if (!a)
		return -NLE_NOMEM;
	rc = nla_put_addr(m, type, a);
	nl_addr_put(a);
	return rc;
}

static int put_data(struct nl_msg *m, int type, const void *v, uint32_t len)
{
	struct nl_data *d = nl_data_alloc(v, len);
	int rc;

	if (!d)
		return -NLE_NOMEM;
	rc = nla_put_data(m, type, d);
	nl_data_free(d);
	return rc;
}

static int put_string(struct nl_msg *m, int type, const void *v, uint32_t len)
{
	char *s = strndup(v, len);
	int rc;

	if (!s)
		return -NLE_NOMEM;
	rc = nla_put_string(m, type, s);
	free(s);
	return rc;
}

static int expand(struct nl_msg *m, int64_t n)
{
	size_t old = nlmsg_get_max_size(m);
	int rc;

	if (n < 0 || n > 1 << 24)
		return ORC_BAD;
	rc = nlmsg_expand(m, n);
	if (!rc) /* what realloc added is anything, and would show in gaps */
		memset((char *)nlmsg_hdr(m) + old, 0, n - old);
	return rc;
}

static int nest(struct builder *b, const struct orc_op *op)
{
	struct nlattr *a;

	if (op->kind == ORC_NEST_START) {
		if (b->depth == MAX_NEST)
			return ORC_BAD;
		a = nla_nest_start(b->m, op->type);
		if (!a)
			return -NLE_NOMEM;
		b->nest[b->depth++] = a;
		return 0;
	}
	if (b->depth == 0 || !aligned_fits(b->m))
		return ORC_BAD;
	a = b->nest[--b->depth];
	switch (op->kind) {
	case ORC_NEST_END:
		return nla_nest_end(b->m, a);
	case ORC_NEST_END_KEEP_EMPTY:
		return nla_nest_end_keep_empty(b->m, a);
	}
	nla_nest_cancel(b->m, a);
	return 0;
}

static int run_op(struct builder *b, const struct orc_op *op, const uint8_t *v)
{
	struct nl_msg *m = b->m;

	if (nlmsg_hdr(m)->nlmsg_len < NLMSG_HDRLEN)
		return ORC_BAD; /* an odd length and a cancel can do that */
	switch (op->kind) {
	case ORC_PUT:
		if (op->n < INT32_MIN || op->n > 1 << 30)
			return ORC_BAD;
		return nlmsg_put(m, op->port, op->seq, op->type, op->n, op->arg)
			       ? 0
			       : -NLE_NOMEM;
	case ORC_APPEND:
		if (op->arg < 0 || op->arg > 1 << 16)
			return ORC_BAD;
		return nlmsg_append(m, (void *)v, op->len, op->arg);
	case ORC_RESERVE:
		if (op->n < 0 || op->arg < 0 || op->arg > 1 << 16)
			return ORC_BAD;
		return nlmsg_reserve(m, op->n, op->arg) ? 0 : -NLE_NOMEM;
	case ORC_EXPAND:
		/* open nests point into the old buffer */
		return b->depth ? ORC_BAD : expand(m, op->n);
	case ORC_NLA_RESERVE:
		if (op->n < INT32_MIN || op->n > 1 << 30)
			return ORC_BAD;
		return nla_reserve(m, op->type, op->n) ? 0 : -NLE_NOMEM;
	case ORC_NLA_PUT:
		return nla_put(m, op->type, op->len, v);
	case ORC_U8:
		return nla_put_u8(m, op->type, op->n);
	case ORC_U16:
		return nla_put_u16(m, op->type, op->n);
	case ORC_U32:
		return nla_put_u32(m, op->type, op->n);
	case ORC_U64:
		return nla_put_u64(m, op->type, op->n);
	case ORC_S8:
		return nla_put_s8(m, op->type, op->n);
	case ORC_S16:
		return nla_put_s16(m, op->type, op->n);
	case ORC_S32:
		return nla_put_s32(m, op->type, op->n);
	case ORC_S64:
		return nla_put_s64(m, op->type, op->n);
	case ORC_STRING:
		return put_string(m, op->type, v, op->len);
	case ORC_FLAG:
		return nla_put_flag(m, op->type);
	case ORC_MSECS:
		return nla_put_msecs(m, op->type, op->n);
	case ORC_ADDR:
		return put_addr(m, op->type, op->arg, v, op->len);
	case ORC_DATA:
		return put_data(m, op->type, v, op->len);
	case ORC_NESTED:
		return put_nested(m, op->type, v, op->len);
	case ORC_NEST_START:
	case ORC_NEST_END:
	case ORC_NEST_END_KEEP_EMPTY:
	case ORC_NEST_CANCEL:
		return nest(b, op);
	}
	return ORC_BAD;
}

int orc_build(size_t max, const struct orc_op *ops, int n_ops,
	      const uint8_t *values, void **out, uint32_t *out_len,
	      int32_t *failed)
{
	struct builder b = {.m = nlmsg_alloc_size(max)};
	int rc = 0, i;

	*out = NULL;
	*out_len = 0;
	*failed = -1;
	if (!b.m)
		return -NLE_NOMEM;
	for (i = 0; i < n_ops; i++) {
		rc = run_op(&b, &ops[i], values + ops[i].off);
		if (rc < 0) {
			*failed = i;
			break;
		}
	}
	*out_len = nlmsg_hdr(b.m)->nlmsg_len;
	*out = malloc(*out_len + 1);
	if (*out)
		memcpy(*out, nlmsg_hdr(b.m), *out_len);
	nlmsg_free(b.m);
	return rc;
}

/* A copy with zeros behind it: libnl rounds lengths up. */
static void *padded(const void *bytes, size_t len)
{
	char *b = calloc(1, len + 64);

	if (b && len)
		memcpy(b, bytes, len);
	return b;
}

int orc_attr_get(const void *bytes, uint32_t len, struct orc_attr *a,
		 char *string, void *copy, uint32_t copy_size, char *str,
		 uint32_t str_size)
{
	struct nlattr *nla;
	int n;

	memset(a, 0, sizeof(*a));
	a->string_len = -1;
	if (len < sizeof(*nla))
		return ORC_BAD;
	nla = padded(bytes, len);
	if (!nla)
		return -NLE_NOMEM;
	if (!nla_ok(nla, len)) {
		free(nla);
		return ORC_BAD;
	}
	n = nla_len(nla);
	a->type = nla_type(nla);
	a->len = n;
	a->nested = nla_is_nested(nla);
	a->flag = nla_get_flag(nla);
	if (n >= 1) {
		a->u8 = nla_get_u8(nla);
		a->s8 = nla_get_s8(nla);
	}
	if (n >= 2) {
		a->u16 = nla_get_u16(nla);
		a->s16 = nla_get_s16(nla);
	}
	if (n >= 4) {
		a->u32 = nla_get_u32(nla);
		a->s32 = nla_get_s32(nla);
	}
	/* these three check by themselves */
	a->u64 = nla_get_u64(nla);
	a->s64 = nla_get_s64(nla);
	a->msecs = nla_get_msecs(nla);
	if (memchr(nla_data(nla), 0, n)) {
		a->string_len = strlen(nla_get_string(nla));
		memcpy(string, nla_get_string(nla), a->string_len);
	}
	a->memcpy_n = nla_memcpy(copy, nla, copy_size);
	a->strlcpy_n = nla_strlcpy(str, nla, str_size);
	free(nla);
	return 0;
}

static int parse(void *b, uint32_t len, int hdrlen, int maxtype,
		 const struct nla_policy *p, struct nlattr **tb)
{
	if (hdrlen >= 0)
		return nlmsg_parse(b, hdrlen, tb, maxtype, p);
	return nla_parse(tb, maxtype, b, len, p);
}

static int validate(void *b, uint32_t len, int hdrlen, int maxtype,
		    const struct nla_policy *p)
{
	if (!p)
		return 0; /* libnl would read through it */
	if (hdrlen >= 0)
		return nlmsg_validate(b, hdrlen, maxtype, p);
	return nla_validate(b, len, maxtype, p);
}

int orc_parse(const void *bytes, uint32_t len, int hdrlen, int maxtype,
	      const struct orc_policy *policy, int n_policy, int32_t *offsets,
	      int32_t *parsed, int32_t *validated)
{
	struct nla_policy *p = NULL;
	struct nlattr **tb = NULL;
	int rc = ORC_BAD, i;
	char *b = NULL;

	if (maxtype < 0 || maxtype > 1 << 14 || hdrlen > 1 << 16)
		return ORC_BAD;
	for (i = 0; i < n_policy; i++)
		if (policy[i].type > NLA_TYPE_MAX)
			return ORC_BAD;
	if (hdrlen >= 0 && len < NLMSG_HDRLEN)
		return ORC_BAD;
	b = padded(bytes, len);
	tb = calloc(maxtype + 1, sizeof(*tb));
	if (n_policy)
		p = calloc(maxtype + 1, sizeof(*p));
	if (!b || !tb || (n_policy && !p)) {
		rc = -NLE_NOMEM;
		goto out;
	}
	if (hdrlen >= 0 && ((struct nlmsghdr *)b)->nlmsg_len > len)
		goto out;
	for (i = 0; i < n_policy && i <= maxtype; i++) {
		p[i].type = policy[i].type;
		p[i].minlen = policy[i].minlen;
		p[i].maxlen = policy[i].maxlen;
	}
	*parsed = parse(b, len, hdrlen, maxtype, p, tb);
	*validated = validate(b, len, hdrlen, maxtype, p);
	for (i = 0; i <= maxtype; i++)
		offsets[i] = tb[i] ? (char *)tb[i] - b : -1;
	rc = 0;
out:
	free(b);
	free(p);
	free(tb);
	return rc;
}

int orc_find(const void *bytes, uint32_t len, int type)
{
	char *b = padded(bytes, len);
	struct nlattr *a;
	int off;

	if (!b)
		return -1;
	a = nla_find((struct nlattr *)b, len, type);
	off = a ? (char *)a - b : -1;
	free(b);
	return off;
}

static struct nl_msg *make_msg(const void *bytes, uint32_t len, int proto)
{
	const struct nlmsghdr *h = bytes;
	struct nl_msg *m;

	if (len < NLMSG_HDRLEN || h->nlmsg_len < NLMSG_HDRLEN ||
	    h->nlmsg_len > len)
		return NULL;
	m = nlmsg_alloc_size(len + 64);
	if (!m)
		return NULL;
	memcpy(nlmsg_hdr(m), bytes, len);
	nlmsg_set_proto(m, proto);
	return m;
}

char *orc_msg_dump(const void *bytes, uint32_t len, int proto, size_t *n)
{
	struct nl_msg *m;
	char *text = NULL;
	FILE *f;

	/* the text grows with the square of the depth of nesting */
	if (len > 1 << 14)
		return NULL;
	m = make_msg(bytes, len, proto);
	if (!m)
		return NULL;
	f = open_memstream(&text, n);
	if (f) {
		nl_msg_dump(m, f);
		fclose(f);
	}
	nlmsg_free(m);
	return text;
}

struct collect {
	struct orc_object *objs;
	int n, dump_type, failed;
};

static void collect_cb(struct nl_object *o, void *arg)
{
	struct collect *c = arg;
	struct nl_dump_params p = {.dp_type = c->dump_type};
	struct orc_object *new = realloc(c->objs, (c->n + 1) * sizeof(*new));
	const char *kind = NULL;

	if (!new) {
		c->failed = 1;
		return;
	}
	c->objs = new;
	new += c->n;
	memset(new, 0, sizeof(*new));
	new->type = strdup(nl_object_get_type(o));
	if (!strcmp(nl_object_get_type(o), "route/link"))
		kind = rtnl_link_get_type((struct rtnl_link *)o);
	/* before 3.11 the details of a veth that was parsed crash */
	if (kind && !strcmp(kind, "veth") && LIBNL_VER_NUM < LIBNL_VER(3, 11))
		p.dp_type = NL_DUMP_LINE;
	p.dp_fd = open_memstream(&new->text, &new->text_len);
	if (!new->type || !p.dp_fd) {
		free(new->type);
		c->failed = 1;
		return;
	}
	c->n++;
	nl_object_dump(o, &p);
	fclose(p.dp_fd);
}

/* libnl aborts when it parses or dumps a blackhole qdisc. */
static int is_blackhole(struct nl_msg *m)
{
	struct nlattr *a;
	struct nlmsghdr *h = nlmsg_hdr(m);

	if (nlmsg_get_proto(m) != NETLINK_ROUTE ||
	    h->nlmsg_type < RTM_NEWQDISC || h->nlmsg_type > RTM_GETQDISC)
		return 0;
	a = nlmsg_find_attr(h, sizeof(struct tcmsg), TCA_KIND);
	return a && nla_len(a) >= 9 && !memcmp(nla_data(a), "blackhole", 9);
}

int orc_parse_objects(const void *bytes, uint32_t len, int proto, int dump_type,
		      struct orc_object **objs, int32_t *n)
{
	struct collect c = {.dump_type = dump_type};
	struct nl_msg *m;
	int rc;

	*objs = NULL;
	*n = 0;
	if (dump_type < 0 || dump_type > NL_DUMP_STATS)
		return ORC_BAD;
	m = make_msg(bytes, len, proto);
	if (!m)
		return ORC_BAD;
	rc = is_blackhole(m) ? ORC_BAD : nl_msg_parse(m, collect_cb, &c);
	nlmsg_free(m);
	*objs = c.objs;
	*n = c.n;
	return c.failed ? -NLE_NOMEM : rc;
}

void orc_free_objects(struct orc_object *objs, int n)
{
	int i;

	for (i = 0; i < n; i++) {
		free(objs[i].type);
		free(objs[i].text);
	}
	free(objs);
}
