// SPDX-License-Identifier: MIT
#include "cgo_helpers.h"

#include <stdio.h>

#include <linux/rtnetlink.h>
#include <netlink/genl/genl.h>
#include <netlink/netfilter/nfnl.h>
#include <netlink/route/action.h>
#include <netlink/route/class.h>
#include <netlink/route/classifier.h>
#include <netlink/route/cls/cgroup.h>
#include <netlink/route/cls/flower.h>
#include <netlink/route/cls/matchall.h>
#include <netlink/route/cls/u32.h>
#include <netlink/route/link.h>
#include <netlink/route/qdisc.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/qdisc/netem.h>
#include <netlink/route/route.h>
#include <netlink/route/tc.h>

/* ---- messages */

struct nl_msg *nlgo_msg_new(const void *data, uint32_t len,
			    const struct nlgo_msg *m)
{
	/* a zeroed tail keeps libnl's parsers, which round up, inside */
	struct nl_msg *msg = nlmsg_alloc_size(NLMSG_ALIGN((size_t)len) + 8);
	struct sockaddr_nl a = {.nl_family = AF_NETLINK};

	if (!msg)
		return NULL;
	memcpy(nlmsg_hdr(msg), data, len);
	nlmsg_hdr(msg)->nlmsg_len = len;
	nlmsg_set_proto(msg, m->proto);
	a.nl_pid = m->src_port;
	a.nl_groups = m->src_groups;
	nlmsg_set_src(msg, &a);
	if (m->has_dst) {
		a.nl_pid = m->dst_port;
		a.nl_groups = m->dst_groups;
		nlmsg_set_dst(msg, &a);
	}
	if (m->has_creds) {
		struct ucred c = m->creds;

		nlmsg_set_creds(msg, &c);
	}
	return msg;
}

void nlgo_msg_get(struct nl_msg *msg, struct nlgo_msg *m)
{
	struct sockaddr_nl *src = nlmsg_get_src(msg), *dst = nlmsg_get_dst(msg);
	struct ucred *creds = nlmsg_get_creds(msg);

	m->data = nlmsg_hdr(msg);
	m->len = nlmsg_hdr(msg)->nlmsg_len;
	m->proto = nlmsg_get_proto(msg);
	m->src_port = src->nl_pid;
	m->src_groups = src->nl_groups;
	m->has_dst = dst->nl_family == AF_NETLINK;
	m->dst_port = dst->nl_pid;
	m->dst_groups = dst->nl_groups;
	m->has_creds = creds != NULL;
	if (creds)
		m->creds = *creds;
}

int nlgo_msg_dump(const void *data, uint32_t len, const struct nlgo_msg *m,
		  char **text, size_t *n)
{
	struct nl_msg *msg = nlgo_msg_new(data, len, m);
	FILE *f;
	int err;

	*text = NULL;
	*n = 0;
	if (!msg)
		return -NLE_NOMEM;
	f = open_memstream(text, n);
	if (!f) {
		nlmsg_free(msg);
		return -NLE_NOMEM;
	}
	nl_msg_dump(msg, f);
	nlmsg_free(msg);
	err = ferror(f);
	if (fclose(f) || err) {
		free(*text);
		return -NLE_NOMEM;
	}
	return 0;
}

/* ---- objects */

/* Exported by libnl-route but in no public header. */
struct rtnl_tc_ops;
struct rtnl_tc_ops *rtnl_tc_lookup_ops(int type, const char *kind)
	__attribute__((weak));
void rtnl_tc_unregister(struct rtnl_tc_ops *ops) __attribute__((weak));

/* Each library is referenced, so that --as-needed keeps its object
 * types. */
static void *const nlgo_libraries[] __attribute__((used)) = {
	(void *)nl_object_put,
	(void *)rtnl_link_put,
	(void *)genl_connect,
	(void *)nfnl_connect,
};

void nlgo_init(void)
{
	struct rtnl_tc_ops *ops;

	/* the kind has no private data, and libnl aborts when it looks
	 * at it */
	if (!rtnl_tc_lookup_ops || !rtnl_tc_unregister)
		return;
	ops = rtnl_tc_lookup_ops(0 /* qdisc */, "blackhole");
	if (ops)
		rtnl_tc_unregister(ops);
}

int nlgo_object_is(struct nl_object *obj, const char *type)
{
	return !strcmp(nl_object_get_type(obj), type);
}

struct nlgo_objects nlgo_object_new(const char *type)
{
	struct nlgo_objects res = {.err = 0};

	/* nl_object_alloc_name leaves these three with the type of a
	 * qdisc, and a kind set later would be looked up among the
	 * qdiscs */
	if (!strcmp(type, "route/class"))
		res.first = (struct nl_object *)rtnl_class_alloc();
	else if (!strcmp(type, "route/cls"))
		res.first = (struct nl_object *)rtnl_cls_alloc();
	else if (!strcmp(type, "route/act"))
		res.first = (struct nl_object *)rtnl_act_alloc();
	else
		res.err = nl_object_alloc_name(type, &res.first);
	if (!res.err && !res.first)
		res.err = -NLE_NOMEM;
	return res;
}

void nlgo_objects_put(struct nl_object **v, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		nl_object_put(v[i]);
}

static void objects_drop(struct nlgo_objects *o, int err)
{
	nl_object_put(o->first);
	nlgo_objects_put(o->more, o->n_more);
	free(o->more);
	*o = (struct nlgo_objects){.err = err};
}

/* Takes over the caller's reference. */
static void objects_add(struct nlgo_objects *o, struct nl_object *obj)
{
	struct nl_object **v;

	if (o->err < 0) {
		nl_object_put(obj);
		return;
	}
	if (!o->first) {
		o->first = obj;
		return;
	}
	/* grow at powers of two */
	if (!(o->n_more & (o->n_more - 1))) {
		v = realloc(o->more,
			    (o->n_more ? 2 * o->n_more : 1) * sizeof(*v));
		if (!v) {
			nl_object_put(obj);
			objects_drop(o, -NLE_NOMEM);
			return;
		}
		o->more = v;
	}
	o->more[o->n_more++] = obj;
}

int nlgo_object_settle(struct nl_object *obj)
{
	struct rtnl_link *link = (struct rtnl_link *)obj;
	const char *type;

	/* Before 3.11 the parser drops what setting the type had
	 * allocated, the kernel sends no data for this type, and so
	 * dumps and requests follow a null pointer. Setting it again
	 * gives what 3.11 has: an empty peer.
	 */
	if (nl_ver_num >= LIBNL_VER(3, 11) || !nl_object_get_msgtype(obj) ||
	    !nlgo_object_is(obj, "route/link"))
		return 0;
	type = rtnl_link_get_type(link);
	return type && !strcmp(type, "veth") ? rtnl_link_set_type(link, "veth")
					     : 0;
}

static void collect(struct nl_object *obj, void *arg)
{
	struct nlgo_objects *o = arg;
	struct rtnl_act *head, *act;

	if (!nlgo_object_is(obj, "route/act")) {
		int err = nlgo_object_settle(obj);

		if (err < 0) {
			objects_drop(o, err);
			return;
		}
		nl_object_get(obj);
		objects_add(o, obj);
		return;
	}
	/* The actions hang on an empty first one, which comes again for
	 * each of them and is all that libnl will put. */
	head = (struct rtnl_act *)obj;
	if (rtnl_tc_get_kind((struct rtnl_tc *)head)) {
		nl_object_get(obj);
		objects_add(o, obj);
	}
	while ((act = rtnl_act_next(head))) {
		rtnl_act_remove(&head, act);
		objects_add(o, (struct nl_object *)act);
	}
}

struct nlgo_objects nlgo_msg_objects(const void *data, uint32_t len, int proto)
{
	struct nlgo_objects res = {.err = 0};
	struct nlgo_msg m = {.proto = proto};
	struct nl_msg *msg = nlgo_msg_new(data, len, &m);
	int err;

	if (!msg) {
		res.err = -NLE_NOMEM;
		return res;
	}
	err = nl_msg_parse(msg, collect, &res);
	if (err < 0)
		objects_drop(&res, err);
	nlmsg_free(msg);
	return res;
}

/* What libnl's clone of a classifier would share with it or lose. */
static const char *cls_hazard(struct rtnl_cls *cls, const char *kind)
{
	struct rtnl_act *act = NULL;

	if (!strcmp(kind, "basic"))
		return "a basic classifier";
	if (!strcmp(kind, "cgroup"))
		return rtnl_cgroup_get_ematch(cls) ? "ematches" : NULL;
	if (!strcmp(kind, "u32"))
		return rtnl_u32_get_action(cls) ? "actions" : NULL;
	if (!strcmp(kind, "flower"))
		act = rtnl_flower_get_action(cls);
	else if (!strcmp(kind, "matchall"))
		act = rtnl_mall_get_first_action(cls);
	rtnl_act_put(act);
	return act ? "actions" : NULL;
}

/* What libnl's clone would share with the original, to be freed twice, or lose.
 */
static const char *clone_hazard(struct nl_object *obj)
{
	const char *kind;
	int n;

	if (nlgo_object_is(obj, "route/link")) {
		n = rtnl_link_has_vf_list((struct rtnl_link *)obj);
		return n ? "virtual functions" : NULL;
	}
	if (nlgo_object_is(obj, "route/act"))
		return rtnl_act_next((struct rtnl_act *)obj) ? "a list" : NULL;
	if (nlgo_object_is(obj, "route/qdisc")) {
		kind = rtnl_tc_get_kind((struct rtnl_tc *)obj);
		if (!kind || strcmp(kind, "netem"))
			return NULL;
		n = rtnl_netem_get_delay_distribution_size(
			(struct rtnl_qdisc *)obj);
		return n > 0 ? "a delay distribution" : NULL;
	}
	if (!nlgo_object_is(obj, "route/cls"))
		return NULL;
	kind = rtnl_tc_get_kind((struct rtnl_tc *)obj);
	return kind ? cls_hazard((struct rtnl_cls *)obj, kind) : NULL;
}

/* Before 3.12 the clone of a nexthop is marked as having realms and an
 * encapsulation without having them; MPLS is the only one there was. */
static int nexthop_complete(struct rtnl_nexthop *dst, struct rtnl_nexthop *src)
{
	struct nl_addr *labels = rtnl_route_nh_get_encap_mpls_dst(src);
	int err;

	if (rtnl_route_nh_get_realms(src))
		rtnl_route_nh_set_realms(dst, rtnl_route_nh_get_realms(src));
	if (!labels || rtnl_route_nh_get_encap_mpls_dst(dst))
		return 0;
	labels = nl_addr_clone(labels);
	if (!labels)
		return -NLE_NOMEM;
	err = rtnl_route_nh_encap_mpls(dst, labels,
				       rtnl_route_nh_get_encap_mpls_ttl(src));
	nl_addr_put(labels);
	return err;
}

static int nexthops_complete(struct rtnl_route *dst, struct rtnl_route *src)
{
	int n = rtnl_route_get_nnexthops(src);
	int err = 0;

	for (int i = 0; i < n && !err; i++)
		err = nexthop_complete(rtnl_route_nexthop_n(dst, i),
				       rtnl_route_nexthop_n(src, i));
	return err;
}

struct nlgo_clone nlgo_object_clone(struct nl_object *obj)
{
	struct nlgo_clone res = {.why = clone_hazard(obj)};

	if (res.why)
		return res;
	res.obj = nl_object_clone(obj);
	if (res.obj && nlgo_object_is(obj, "route/route") &&
	    nexthops_complete((struct rtnl_route *)res.obj,
			      (struct rtnl_route *)obj) < 0) {
		nl_object_put(res.obj);
		res.obj = NULL;
	}
	return res;
}

/* A link's address family indexes a table of AF_MAX entries, unchecked;
 * 44 is the last family of the oldest kernel headers that libnl 3.7
 * builds with. */
static int incomparable(struct nl_object *obj)
{
	int family;

	if (!nlgo_object_is(obj, "route/link"))
		return 0;
	family = rtnl_link_get_family((struct rtnl_link *)obj);
	return family != AF_UNSPEC && (family < 0 || family > 43);
}

int nlgo_object_identical(struct nl_object *a, struct nl_object *b)
{
	return a == b || (!incomparable(a) && nl_object_identical(a, b));
}

uint64_t nlgo_object_diff(struct nl_object *a, struct nl_object *b)
{
	if (a == b)
		return 0;
	return incomparable(a) ? UINT64_MAX : nl_object_diff64(a, b);
}

int nlgo_object_match(struct nl_object *obj, struct nl_object *filter)
{
	return !incomparable(obj) && nl_object_match_filter(obj, filter);
}

/* At most one nexthop is added, at the end, and it is a clone of the
 * one in src.
 */
static int route_update(struct rtnl_route *dst, struct rtnl_route *src)
{
	int n = rtnl_route_get_nnexthops(dst);
	int err = nl_object_update((struct nl_object *)dst,
				   (struct nl_object *)src);

	if (err < 0 || rtnl_route_get_nnexthops(dst) <= n)
		return err;
	return nexthop_complete(rtnl_route_nexthop_n(dst, n),
				rtnl_route_nexthop_n(src, 0));
}

int nlgo_object_update(struct nl_object *dst, struct nl_object *src)
{
	if (nl_object_get_ops(dst) != nl_object_get_ops(src))
		return -NLE_OBJ_MISMATCH;
	/* libnl reads past an empty one and loses the entry it takes
	 * out */
	if (nlgo_object_is(src, "route/mdb") &&
	    nl_object_get_msgtype(src) == RTM_DELMDB)
		return -NLE_OPNOTSUPP;
	return nlgo_object_is(dst, "route/route")
		       ? route_update((struct rtnl_route *)dst,
				      (struct rtnl_route *)src)
		       : nl_object_update(dst, src);
}

struct nlgo_text nlgo_object_dump(struct nl_object *obj, int type)
{
	struct nlgo_text t = {.text = NULL};
	struct nl_dump_params dp = {.dp_type = type};
	int bad;

	dp.dp_fd = open_memstream(&t.text, &t.len);
	if (!dp.dp_fd)
		return t;
	nl_object_dump(obj, &dp);
	bad = ferror(dp.dp_fd);
	if (fclose(dp.dp_fd) || bad) {
		free(t.text);
		t.text = NULL;
	}
	return t;
}

uint64_t nlgo_link_high_attrs(struct nl_object *obj)
{
	struct rtnl_link *link = (struct rtnl_link *)obj;
	const char *port = rtnl_link_get_phys_port_name(link);
	uint64_t mask = 0;
	uint32_t u;
	int32_t s;

	if (!rtnl_link_get_link_netnsid(link, &s))
		mask |= (uint64_t)1 << 32;
	if (rtnl_link_has_vf_list(link))
		mask |= (uint64_t)1 << 33;
	if (!rtnl_link_get_carrier_changes(link, &u))
		mask |= (uint64_t)1 << 34;
	if (port && *port)
		mask |= (uint64_t)1 << 35;
	if (rtnl_link_get_phys_switch_id(link))
		mask |= (uint64_t)1 << 36;
	if (!rtnl_link_get_gso_max_segs(link, &u))
		mask |= (uint64_t)1 << 37;
	if (!rtnl_link_get_gso_max_size(link, &u))
		mask |= (uint64_t)1 << 38;
	if (rtnl_link_get_slave_type(link))
		mask |= (uint64_t)1 << 39;
	return mask;
}
