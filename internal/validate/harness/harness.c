/* SPDX-License-Identifier: MIT */

#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>

#include <netlink/route/link.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>
#include "harness.h"
#include "internal.h"

int is(struct nl_object *obj, const char *type)
{
	return strcmp(nl_object_get_type(obj), type) == 0;
}

int is_kind(struct nl_object *obj, const char *want)
{
	const char *kind;

	if (!is(obj, "route/link"))
		return 0;
	kind = rtnl_link_get_type((struct rtnl_link *)obj);
	return kind && strcmp(kind, want) == 0;
}

int has_functions(struct nl_object *obj)
{
	return is(obj, "route/link") &&
	       rtnl_link_has_vf_list((struct rtnl_link *)obj);
}

int has_encap(struct nl_object *obj)
{
	struct rtnl_route *route = (struct rtnl_route *)obj;
	int n;

	if (!is(obj, "route/route"))
		return 0;
	n = rtnl_route_get_nnexthops(route);
	for (int i = 0; i < n; i++)
		if (rtnl_route_nh_get_encap_mpls_dst(
			    rtnl_route_nexthop_n(route, i)))
			return 1;
	return 0;
}

/* 3.12 prints a pointer and the stack behind it for the 6rd prefix of a sit. */
static int only_line(struct nl_object *obj)
{
	return LIBNL_VER_NUM >= LIBNL_VER(3, 12) && is_kind(obj, "sit");
}

void dump(struct nl_object *obj)
{
	int last = only_line(obj) ? NL_DUMP_LINE : NL_DUMP_STATS;

	for (int type = NL_DUMP_LINE; type <= last; type++) {
		char *text = NULL;
		size_t size = 0;
		struct nl_dump_params p = {.dp_type = type};

		p.dp_fd = open_memstream(&text, &size);
		if (!p.dp_fd)
			abort();
		nl_object_dump(obj, &p);
		fclose(p.dp_fd);
		free(text);
	}
}

static void compare(struct nl_object *a, struct nl_object *b)
{
	char buf[1024];
	uint32_t key;

	nl_object_diff64(a, b);
	nl_object_diff64(b, a);
	nl_object_identical(a, b);
	nl_object_match_filter(a, b);
	nl_object_attr_list(a, buf, sizeof(buf));
	nl_object_attrs2str(a, ~0u, buf, sizeof(buf));
	nl_object_keygen(a, &key, 1024);
}

static void handle(struct nl_object *obj, void *arg)
{
	struct nl_object *first, *second;
	struct harness *h = arg;

	settle(obj, 0);
	dump(obj);
	get(obj);
	first = clone(obj);
	if (first) {
		dump(first);
		get(first);
		compare(obj, first);
		second = clone(first);
		if (second) {
			compare(first, second);
			build(obj, second);
			build(first, obj);
			nl_object_put(second);
		}
		nl_object_put(first);
	}
	dump(obj);
	if (h->n == HARNESS_MAX)
		return;
	nl_object_get(obj);
	h->objs[h->n++] = obj;
}

static int hdr_type(const void *buf)
{
	return ((const struct nlmsghdr *)buf)->nlmsg_type;
}

int harness_feed(struct harness *h, int proto, const void *buf, size_t len,
		 int *objects)
{
	struct nl_msg *msg;
	struct nlmsghdr *hdr;
	int before = h->n;
	int err, lost;

	/* a copy without room to spare: reading beyond the end is seen */
	hdr = malloc(len);
	if (!hdr)
		abort();
	memcpy(hdr, buf, len);
	msg = nlmsg_convert(hdr);
	free(hdr);
	if (!msg)
		abort();
	nlmsg_set_proto(msg, proto);
	lost = LIBNL_VER_NUM < LIBNL_VER(3, 12) &&
	       hdr_type(buf) >= RTM_NEWNEXTHOP &&
	       hdr_type(buf) <= RTM_GETNEXTHOP;
	if (lost)
		quiet(1); /* the entries of a group are never freed */
	err = nl_msg_parse(msg, handle, h);
	if (lost)
		quiet(0);
	nlmsg_free(msg);
	*objects = h->n - before;
	return err;
}

void harness_end(struct harness *h)
{
	struct nl_object **objs = (struct nl_object **)h->objs;

	together(objs, h->n);
	for (int i = 0; i < h->n; i++)
		nl_object_put(objs[i]);
	h->n = 0;
}
