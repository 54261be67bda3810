/* SPDX-License-Identifier: MIT */

#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>

#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/neighbour.h>
#include <netlink/route/neightbl.h>
#include <netlink/route/netconf.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>
#include "internal.h"
#if LIBNL_VER_NUM >= LIBNL_VER(3, 8)
#include <netlink/route/nh.h>
#endif

static int same(struct nl_object *a, struct nl_object *b)
{
	return nl_object_get_ops(a) == nl_object_get_ops(b);
}

/* Before 3.12 what libnl itself clones, when it updates, caches or copies a
 * cache, cannot be made whole; links with functions are freed twice. */
static int breaks(struct nl_object *obj)
{
	if (has_functions(obj) || is_kind(obj, "can"))
		return 1;
	if (LIBNL_VER_NUM >= LIBNL_VER(3, 12))
		return 0;
	return has_encap(obj) || is_kind(obj, "bridge") ||
	       is_kind(obj, "bond") || is(obj, "route/nh");
}

static void update(struct nl_object *a, struct nl_object *b)
{
	struct nl_object *to = clone(a);

	if (!to)
		return;
	if (!(LIBNL_VER_NUM < LIBNL_VER(3, 12) && has_encap(b)))
		nl_object_update(to, b);
	dump(to);
	get(to);
	build(to, b);
	nl_object_put(to);
}

static void pair(struct nl_object *a, struct nl_object *b)
{
	nl_object_diff64(a, b);
	nl_object_identical(a, b);
	nl_object_match_filter(a, b);
	build(a, b);
	update(a, b);
}

static void changed(struct nl_cache *cache, struct nl_object *obj, int action,
		    void *arg)
{
	dump(obj);
}

static void changed2(struct nl_cache *cache, struct nl_object *old,
		     struct nl_object *new, uint64_t diff, int action,
		     void *arg)
{
	if (old)
		dump(old);
	if (new)
		dump(new);
}

static void dump_cache(struct nl_cache *cache, struct nl_object *filter)
{
	char *text = NULL;
	size_t size = 0;
	struct nl_dump_params p = {.dp_type = NL_DUMP_LINE};

	p.dp_fd = open_memstream(&text, &size);
	if (!p.dp_fd)
		abort();
	if (filter)
		nl_cache_dump_filter(cache, &p, filter);
	else
		nl_cache_dump(cache, &p);
	fclose(p.dp_fd);
	free(text);
}

/* The functions that look something up in a cache of a type. */
static void look_up(struct nl_cache *cache, struct nl_object *obj)
{
	struct nl_object *found = NULL;
	char buf[64];

	if (is(obj, "route/link")) {
		struct rtnl_link *link = (struct rtnl_link *)obj;
		int index = rtnl_link_get_ifindex(link);
		const char *name = rtnl_link_get_name(link);

		rtnl_link_i2name(cache, index, buf, sizeof(buf));
		if (name)
			rtnl_link_name2i(cache, name);
		found = (struct nl_object *)rtnl_link_get(cache, index);
	} else if (is(obj, "route/addr")) {
		struct rtnl_addr *addr = (struct rtnl_addr *)obj;
		struct nl_addr *local = rtnl_addr_get_local(addr);

		if (local)
			found = (struct nl_object *)rtnl_addr_get(
				cache, rtnl_addr_get_ifindex(addr), local);
	} else if (is(obj, "route/neigh")) {
		struct rtnl_neigh *neigh = (struct rtnl_neigh *)obj;
		struct nl_addr *dst = rtnl_neigh_get_dst(neigh);

		if (dst)
			found = (struct nl_object *)rtnl_neigh_get(
				cache, rtnl_neigh_get_ifindex(neigh), dst);
	} else if (is(obj, "route/neightbl")) {
		found = (struct nl_object *)rtnl_neightbl_get(cache,
							      "arp_cache", 7);
	} else if (is(obj, "route/netconf")) {
		found = (struct nl_object *)rtnl_netconf_get_by_idx(cache,
								    AF_INET, 7);
#if LIBNL_VER_NUM >= LIBNL_VER(3, 8)
	} else if (is(obj, "route/nh")) {
		found = (struct nl_object *)rtnl_nh_get(cache, 1);
#endif
	}
	nl_object_put(found);
}

/* Caches that libnl makes of caches. */
static void copies(struct nl_cache *cache, struct nl_object *filter)
{
	struct nl_cache *sub = nl_cache_subset(cache, filter);
	struct nl_cache *all = nl_cache_clone(cache);

	if (sub) {
		dump_cache(sub, NULL);
		nl_cache_free(sub);
	}
	if (all) {
		dump_cache(all, filter);
		nl_cache_free(all);
	}
}

/* Dumps with names from a cache of links. Before 3.12 that loses references. */
static void dump_named(struct nl_cache *cache, struct nl_object **objs, int n)
{
	nl_cache_mngt_provide(cache);
	for (int i = 0; i < n; i++)
		dump(objs[i]);
	nl_cache_mngt_unprovide(cache);
}

/* 3.11 alone puts the clone it made of an updated object twice. */
static int v2_frees_twice(void)
{
	return LIBNL_VER_NUM >= LIBNL_VER(3, 11) &&
	       LIBNL_VER_NUM < LIBNL_VER(3, 12);
}

/* What libnl calls the cache of an object's type. */
static const char *cache_name(struct nl_object *obj)
{
	if (is(obj, "fib_lookup/result"))
		return "fib_lookup/fib_lookup";
	if (is(obj, "netfilter/queuemsg"))
		return "netfilter/queue_msg";
	return nl_object_get_type(obj);
}

/* Puts all that are like the first into a cache: some by adding, some by
 * including, which merges or replaces. */
static void store(struct nl_object **objs, int n)
{
	struct nl_object *first = objs[0];
	struct nl_object *found;
	struct nl_cache *cache;
	int fragile = 0;

	if (nl_cache_alloc_name(cache_name(first), &cache) < 0)
		return;
	for (int i = 0; i < n; i++) {
		struct nl_object *copy;

		if (!same(objs[i], first) ||
		    (LIBNL_VER_NUM < LIBNL_VER(3, 12) && has_encap(objs[i])))
			continue;
		fragile |= breaks(objs[i]);
		if (is(first, "route/link"))
			quiet(1);
		copy = clone(objs[i]);
		if (is(first, "route/link"))
			quiet(0);
		if (!copy)
			continue;
		if (i == 0)
			nl_cache_add(cache, copy);
		else if (i % 2 || v2_frees_twice())
			nl_cache_include(cache, copy, changed, NULL);
		else
			nl_cache_include_v2(cache, copy, changed2, NULL);
		nl_object_put(copy);
		found = nl_cache_search(cache, objs[i]);
		nl_object_put(found);
		found = nl_cache_find(cache, objs[i]);
		nl_object_put(found);
		look_up(cache, objs[i]);
	}
	nl_cache_mark_all(cache);
	dump_cache(cache, NULL);
	dump_cache(cache, first);
	if (!fragile)
		copies(cache, first);
	if (is(first, "route/link"))
		dump_named(cache, objs, n);
	nl_cache_free(cache);
}

/* Whether one of the objects before it is of the type of the i-th. */
static int like(struct nl_object **objs, int i)
{
	for (int j = 0; j < i; j++)
		if (same(objs[j], objs[i]))
			return 1;
	return 0;
}

void together(struct nl_object **objs, int n)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
			if (i != j && same(objs[i], objs[j]))
				pair(objs[i], objs[j]);
	for (int i = 0; i < n; i++)
		if (!like(objs, i))
			store(objs + i, n - i);
}
