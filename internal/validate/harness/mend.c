/* SPDX-License-Identifier: MIT */

/* What has to be done so that libnl's objects are whole. Each is a defect that
 * the rules cannot exclude, because the kernel's messages have it. */

#include <linux/rtnetlink.h>
#include <stdlib.h>

#include <netlink/route/link.h>
#include <netlink/route/link/sriov.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>
#include "internal.h"

void quiet(int on)
{
	if (on && __lsan_disable)
		__lsan_disable();
	if (!on && __lsan_enable)
		__lsan_enable();
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

/* Before 3.12 the clone of a next hop is marked as having an encapsulation it
 * has not. */
static void restore_encap(struct rtnl_route *to, struct rtnl_route *from)
{
	int n = rtnl_route_get_nnexthops(from);

	if (LIBNL_VER_NUM >= LIBNL_VER(3, 12))
		return;
	for (int i = 0; i < n; i++) {
		struct rtnl_nexthop *nh = rtnl_route_nexthop_n(from, i);
		struct nl_addr *labels = rtnl_route_nh_get_encap_mpls_dst(nh);

		if (labels)
			rtnl_route_nh_encap_mpls(
				rtnl_route_nexthop_n(to, i), labels,
				rtnl_route_nh_get_encap_mpls_ttl(nh));
	}
}

/*
 * Links of these kinds have data of their own, which a clone lacks (bridge
 * from 3.8 to 3.11, bond before 3.11), and what was parsed too (bond from 3.8
 * to 3.10, veth before 3.11). Setting the type makes it, empty.
 */
void settle(struct nl_object *obj, int cloned)
{
	struct rtnl_link *link = (struct rtnl_link *)obj;

	if (LIBNL_VER_NUM < LIBNL_VER(3, 11) && !cloned && is_kind(obj, "veth"))
		rtnl_link_set_type(link, "veth");
	if (LIBNL_VER_NUM < LIBNL_VER(3, 8))
		return;
	if (LIBNL_VER_NUM < LIBNL_VER(3, 11) && is_kind(obj, "bond"))
		rtnl_link_set_type(link, "bond");
	if (LIBNL_VER_NUM < LIBNL_VER(3, 12) && cloned &&
	    is_kind(obj, "bridge"))
		rtnl_link_set_type(link, "bridge");
}

/* libnl loses memory with each clone of these, with what is updated by an mdb,
 * and before 3.12 with each group of nexthops. */
static int leaks(struct nl_object *obj)
{
	return is_kind(obj, "can") || has_functions(obj) ||
	       is(obj, "route/mdb") ||
	       (LIBNL_VER_NUM < LIBNL_VER(3, 12) && is(obj, "route/nh"));
}

struct nl_object *clone(struct nl_object *obj)
{
	int lost = leaks(obj);
	struct nl_object *new;

	if (lost)
		quiet(1);
	new = nl_object_clone(obj);
	if (lost)
		quiet(0);
	if (!new)
		return NULL;
	settle(new, 1);
	if (is(obj, "route/link"))
		unshare_vlans((struct rtnl_link *)new);
	if (is(obj, "route/route"))
		restore_encap((struct rtnl_route *)new,
			      (struct rtnl_route *)obj);
	return new;
}
