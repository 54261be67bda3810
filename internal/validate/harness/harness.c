/* SPDX-License-Identifier: MIT */

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <netlink/netlink.h>
#include <netlink/cache.h>
#include <netlink/msg.h>
#include <netlink/object.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/sriov.h>
#include <netlink/route/neighbour.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>
#include <netlink/route/rule.h>
#include <netlink/version.h>

#include "harness.h"

static int is(struct nl_object *obj, const char *type)
{
	return strcmp(nl_object_get_type(obj), type) == 0;
}

static int is_kind(struct nl_object *obj, const char *want)
{
	const char *kind;

	if (!is(obj, "route/link"))
		return 0;
	kind = rtnl_link_get_type((struct rtnl_link *)obj);
	return kind && strcmp(kind, want) == 0;
}

/* A parsed veth has no peer before 3.11. */
static int no_peer(struct nl_object *obj)
{
	return LIBNL_VER_NUM < LIBNL_VER(3, 11) && is_kind(obj, "veth");
}

/* 3.12 prints a pointer and the stack behind it for the 6rd prefix of a sit. */
static int only_line(struct nl_object *obj)
{
	return no_peer(obj) ||
	       (LIBNL_VER_NUM >= LIBNL_VER(3, 12) && is_kind(obj, "sit"));
}

static void dump(struct nl_object *obj)
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

/* The clone of a link has the VLAN lists of the original's functions. */
static void unshare_vlans(struct rtnl_link *link)
{
	uint32_t n = 0;

	if (!rtnl_link_has_vf_list(link) || rtnl_link_get_num_vf(link, &n) < 0)
		return;
	for (uint32_t i = 0; i < n; i++) {
		struct rtnl_link_vf *vf = rtnl_link_vf_get(link, i);
		nl_vf_vlans_t *vlans = NULL;

		if (!vf)
			continue;
		if (rtnl_link_vf_get_vlans(vf, &vlans) == 0) {
			size_t size = (vlans->size + 1) * sizeof(*vlans->vlans);
			void *copy = malloc(size);

			if (!copy)
				abort();
			vlans->vlans = memcpy(copy, vlans->vlans, size);
			rtnl_link_vf_vlan_put(vlans);
		}
		rtnl_link_vf_put(vf);
	}
}

#if LIBNL_VER_NUM < LIBNL_VER(3, 12)
/* The clone of a next hop is marked as having an encapsulation it has not. */
static void restore_encap(struct rtnl_route *to, struct rtnl_route *from)
{
	int n = rtnl_route_get_nnexthops(from);

	for (int i = 0; i < n; i++) {
		struct rtnl_nexthop *nh = rtnl_route_nexthop_n(from, i);
		struct nl_addr *labels = rtnl_route_nh_get_encap_mpls_dst(nh);

		if (labels)
			rtnl_route_nh_encap_mpls(
				rtnl_route_nexthop_n(to, i), labels,
				rtnl_route_nh_get_encap_mpls_ttl(nh));
	}
}
#else
static void restore_encap(struct rtnl_route *to, struct rtnl_route *from)
{
}
#endif

/*
 * From 3.8 on links of these kinds have data of their own, which a clone lacks
 * (bridge before 3.12, bond before 3.11), and a parsed bond before 3.11 too.
 * Setting the type makes it, empty.
 */
static void make_info(struct nl_object *obj, int cloned)
{
	struct rtnl_link *link = (struct rtnl_link *)obj;

	if (LIBNL_VER_NUM < LIBNL_VER(3, 8))
		return;
	if (LIBNL_VER_NUM < LIBNL_VER(3, 11) && is_kind(obj, "bond"))
		rtnl_link_set_type(link, "bond");
	if (LIBNL_VER_NUM < LIBNL_VER(3, 12) && cloned &&
	    is_kind(obj, "bridge"))
		rtnl_link_set_type(link, "bridge");
}

/* Of the leak sanitizer, if it is there. */
void __lsan_disable(void) __attribute__((weak));
void __lsan_enable(void) __attribute__((weak));

/* libnl loses memory with each clone of these. */
static int leaks(struct nl_object *obj)
{
	return is_kind(obj, "can") ||
	       (is(obj, "route/link") &&
		rtnl_link_has_vf_list((struct rtnl_link *)obj));
}

static struct nl_object *clone(struct nl_object *obj)
{
	int quiet = __lsan_disable && leaks(obj);
	struct nl_object *new;

	if (quiet)
		__lsan_disable();
	new = nl_object_clone(obj);
	if (quiet)
		__lsan_enable();
	if (!new)
		return NULL;
	make_info(new, 1);
	if (is(obj, "route/link"))
		unshare_vlans((struct rtnl_link *)new);
	if (is(obj, "route/route"))
		restore_encap((struct rtnl_route *)new,
			      (struct rtnl_route *)obj);
	return new;
}

static void compare(struct nl_object *a, struct nl_object *b)
{
	char buf[1024];

	nl_object_diff64(a, b);
	nl_object_diff64(b, a);
	nl_object_identical(a, b);
	nl_object_match_filter(a, b);
	nl_object_attr_list(a, buf, sizeof(buf));
	nl_object_attrs2str(a, ~0u, buf, sizeof(buf));
}

/* Builds the requests that the object makes, and drops them. */
static void build(struct nl_object *obj, struct nl_object *changes)
{
	struct nl_msg *msg = NULL;

#define TRY(call)                                                              \
	do {                                                                   \
		msg = NULL;                                                    \
		if ((call) >= 0)                                               \
			nlmsg_free(msg);                                       \
	} while (0)
	if (is(obj, "route/link") && !no_peer(obj)) {
		struct rtnl_link *link = (struct rtnl_link *)obj;
		int family = rtnl_link_get_family(link);

		TRY(rtnl_link_build_add_request(link, NLM_F_CREATE, &msg));
		TRY(rtnl_link_build_delete_request(link, &msg));
		/* before 3.8 a nil function for families without a hook */
		if (LIBNL_VER_NUM >= LIBNL_VER(3, 8) ||
		    (family != AF_INET && family != AF_INET6))
			TRY(rtnl_link_build_change_request(
				link, (struct rtnl_link *)changes, 0, &msg));
	} else if (is(obj, "route/addr")) {
		struct rtnl_addr *addr = (struct rtnl_addr *)obj;

		TRY(rtnl_addr_build_add_request(addr, NLM_F_CREATE, &msg));
		TRY(rtnl_addr_build_delete_request(addr, 0, &msg));
	} else if (is(obj, "route/route")) {
		struct rtnl_route *route = (struct rtnl_route *)obj;

		TRY(rtnl_route_build_add_request(route, NLM_F_CREATE, &msg));
		TRY(rtnl_route_build_del_request(route, 0, &msg));
	} else if (is(obj, "route/neigh")) {
		struct rtnl_neigh *neigh = (struct rtnl_neigh *)obj;

		TRY(rtnl_neigh_build_add_request(neigh, NLM_F_CREATE, &msg));
		TRY(rtnl_neigh_build_delete_request(neigh, 0, &msg));
	} else if (is(obj, "route/rule")) {
		struct rtnl_rule *rule = (struct rtnl_rule *)obj;

		TRY(rtnl_rule_build_add_request(rule, NLM_F_CREATE, &msg));
		TRY(rtnl_rule_build_delete_request(rule, 0, &msg));
	}
#undef TRY
}

/* Puts the object into a cache, and a clone on top of it. */
static void store(struct nl_object *obj, struct nl_object *other)
{
	struct nl_cache *cache;
	struct nl_object *found;

	if (nl_cache_alloc_name(nl_object_get_type(obj), &cache) < 0)
		return;
	if (nl_cache_add(cache, obj) >= 0) {
		nl_cache_include(cache, other, NULL, NULL);
		found = nl_cache_search(cache, obj);
		nl_object_put(found);
	}
	nl_cache_free(cache);
}

static void handle(struct nl_object *obj, void *arg)
{
	struct nl_object *first, *second;
	int *objects = arg;

	++*objects;
	make_info(obj, 0);
	dump(obj);
	first = clone(obj);
	if (first) {
		dump(first);
		compare(obj, first);
		second = clone(first);
		if (second) {
			compare(first, second);
			store(first, second);
			build(obj, second);
			nl_object_put(second);
		}
		nl_object_put(first);
	}
	dump(obj);
}

int harness_run(int proto, const void *buf, size_t len, int *objects)
{
	struct nl_msg *msg;
	struct nlmsghdr *hdr;
	int err;

	*objects = 0;
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
	err = nl_msg_parse(msg, handle, objects);
	nlmsg_free(msg);
	return err;
}
