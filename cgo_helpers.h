/* SPDX-License-Identifier: MIT */
#ifndef GOLIBNL_CGO_HELPERS_H
#define GOLIBNL_CGO_HELPERS_H

#include <errno.h>
#include <netdb.h>

#include <fcntl.h>
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
#include <netlink/fib_lookup/lookup.h>
#include <netlink/fib_lookup/request.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/family.h>
#include <netlink/genl/genl.h>
#include <netlink/netfilter/ct.h>
#include <netlink/netfilter/exp.h>
#include <netlink/netfilter/nfnl.h>
#include <netlink/netfilter/log.h>
#include <netlink/netfilter/log_msg.h>
#include <netlink/netfilter/netfilter.h>
#include <netlink/netfilter/nfnl.h>
#include <netlink/netfilter/queue.h>
#include <netlink/netfilter/queue_msg.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/bonding.h>
#include <netlink/route/link/bridge.h>
#include <netlink/route/link/can.h>
#include <netlink/route/link/geneve.h>
#include <netlink/route/link/inet.h>
#include <netlink/route/link/inet6.h>
#include <netlink/route/link/ip6gre.h>
#include <netlink/route/link/ip6tnl.h>
#include <netlink/route/link/ip6vti.h>
#include <netlink/route/link/ipgre.h>
#include <netlink/route/link/ipip.h>
#include <netlink/route/link/ipvlan.h>
#include <netlink/route/link/ipvti.h>
#include <netlink/route/link/macsec.h>
#include <netlink/route/link/macvlan.h>
#include <netlink/route/link/macvtap.h>
#include <netlink/route/link/ppp.h>
#include <netlink/route/link/sit.h>
#include <netlink/route/link/sriov.h>
#include <netlink/route/link/team.h>
#include <netlink/route/link/veth.h>
#include <netlink/route/link/vlan.h>
#include <netlink/route/link/vrf.h>
#include <netlink/route/link/vxlan.h>
#include <netlink/route/link/xfrmi.h>
#include <netlink/route/mdb.h>
#include <netlink/route/neighbour.h>
#include <netlink/route/neightbl.h>
#include <netlink/route/netconf.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>
#include <netlink/route/rtnl.h>
#include <netlink/route/rule.h>

#if LIBNL_VER_NUM < LIBNL_VER(3, 7)
#error "github.com/golibnl/libnl needs libnl 3.7 or later"
#endif

/*
 * ---- what came after 3.7: declared for every libnl, so that the Go side is
 * the same everywhere; without it a call is -NLE_OPNOTSUPP, or NULL. A block
 * for each release.
 */

struct rtnl_nh;

#if LIBNL_VER_NUM < LIBNL_VER(3, 8)
#define NLGO_HAS_NH 0

typedef struct nl_nh_group_info {
	uint32_t nh_id;
	uint8_t weight;
} nl_nh_group_info_t;

static inline struct rtnl_nh *rtnl_nh_alloc(void)
{
	return NULL;
}
static inline void rtnl_nh_put(struct rtnl_nh *nh)
{
	nl_object_put((struct nl_object *)nh);
}
static inline struct rtnl_nh *rtnl_nh_get(struct nl_cache *cache, int nhid)
{
	return NULL;
}
#define NLGO_HAS_NEIGH_NHID 0
static inline void rtnl_neigh_set_nhid(struct rtnl_neigh *neigh, uint32_t nhid)
{
}
static inline int rtnl_neigh_get_nhid(struct rtnl_neigh *neigh, uint32_t *nhid)
{
	return -NLE_OPNOTSUPP;
}
static inline int rtnl_nh_set_gateway(struct rtnl_nh *nh, struct nl_addr *a)
{
	return -NLE_OPNOTSUPP;
}
static inline struct nl_addr *rtnl_nh_get_gateway(struct rtnl_nh *nh)
{
	return NULL;
}
static inline int rtnl_nh_set_fdb(struct rtnl_nh *nh, int value)
{
	return -NLE_OPNOTSUPP;
}
static inline int rtnl_nh_get_fdb(struct rtnl_nh *nh)
{
	return 0;
}
static inline int rtnl_nh_get_group_entry(struct rtnl_nh *nh, int n)
{
	return -NLE_OPNOTSUPP;
}
static inline int rtnl_nh_get_group_size(struct rtnl_nh *nh)
{
	return -NLE_OPNOTSUPP;
}
static inline int rtnl_nh_get_id(struct rtnl_nh *nh)
{
	return -NLE_OPNOTSUPP;
}
static inline void rtnl_link_bond_set_mode(struct rtnl_link *link, uint8_t mode)
{
}
static inline void rtnl_link_bond_set_activeslave(struct rtnl_link *link,
						  int active_slave)
{
}
static inline void rtnl_link_bridge_set_vlan_filtering(struct rtnl_link *link,
						       uint8_t on)
{
}
static inline int rtnl_link_bridge_get_vlan_filtering(struct rtnl_link *link,
						      uint8_t *on)
{
	return -NLE_OPNOTSUPP;
}
static inline void rtnl_link_bridge_set_vlan_protocol(struct rtnl_link *link,
						      uint16_t proto)
{
}
static inline int rtnl_link_bridge_get_vlan_protocol(struct rtnl_link *link,
						     uint16_t *proto)
{
	return -NLE_OPNOTSUPP;
}
static inline void
rtnl_link_bridge_set_vlan_stats_enabled(struct rtnl_link *link, uint8_t on)
{
}
static inline int
rtnl_link_bridge_get_vlan_stats_enabled(struct rtnl_link *link, uint8_t *on)
{
	return -NLE_OPNOTSUPP;
}
static inline int rtnl_link_inet6_get_conf(struct rtnl_link *link,
					   unsigned int id, uint32_t *value)
{
	return -NLE_OPNOTSUPP;
}
#else
#define NLGO_HAS_NH 1
#include <netlink/route/link/bridge_info.h>
#include <netlink/route/nh.h>
#define NLGO_HAS_NEIGH_NHID 1
#endif /* 3.8 */

#if LIBNL_VER_NUM < LIBNL_VER(3, 9)
static inline void rtnl_link_bond_set_hashing_type(struct rtnl_link *link,
						   uint8_t type)
{
}
static inline void rtnl_link_bond_set_miimon(struct rtnl_link *link,
					     uint32_t miimon)
{
}
static inline void rtnl_link_bond_set_min_links(struct rtnl_link *link,
						uint32_t min_links)
{
}
static inline int rtnl_link_can_get_device_stats(struct rtnl_link *link,
						 struct can_device_stats *stats)
{
	return -NLE_OPNOTSUPP;
}
#endif /* 3.9 */

#if LIBNL_VER_NUM < LIBNL_VER(3, 10)
#define NLGO_HAS_NHID 0

static inline int rtnl_route_nh_identical(struct rtnl_nexthop *a,
					  struct rtnl_nexthop *b)
{
	/* ifindex, gateway, realms, newdst, via, encapsulation */
	return !rtnl_route_nh_compare(a, b, 0xfc, 0);
}
static inline void rtnl_route_set_nhid(struct rtnl_route *route, uint32_t nhid)
{
}
static inline uint32_t rtnl_route_get_nhid(struct rtnl_route *route)
{
	return 0;
}
static inline int rtnl_link_bridge_set_master(struct rtnl_link *link)
{
	return -NLE_OPNOTSUPP;
}
static inline int rtnl_link_bridge_enable_vlan(struct rtnl_link *link)
{
	return -NLE_OPNOTSUPP;
}
static inline int
rtnl_link_bridge_set_port_vlan_map_range(struct rtnl_link *link, uint16_t start,
					 uint16_t end, int untagged)
{
	return -NLE_OPNOTSUPP;
}
static inline int
rtnl_link_bridge_unset_port_vlan_map_range(struct rtnl_link *link,
					   uint16_t start, uint16_t end)
{
	return -NLE_OPNOTSUPP;
}
static inline int rtnl_link_bridge_set_port_vlan_pvid(struct rtnl_link *link,
						      uint16_t pvid)
{
	return -NLE_OPNOTSUPP;
}
static inline void rtnl_link_bridge_set_ageing_time(struct rtnl_link *link,
						    uint32_t time)
{
}
static inline int rtnl_link_bridge_get_ageing_time(struct rtnl_link *link,
						   uint32_t *time)
{
	return -NLE_OPNOTSUPP;
}
static inline int rtnl_link_bridge_get_vlan_default_pvid(struct rtnl_link *link,
							 uint16_t *pvid)
{
	return -NLE_OPNOTSUPP;
}
static inline void rtnl_link_bridge_set_nf_call_iptables(struct rtnl_link *link,
							 uint8_t on)
{
}
static inline void
rtnl_link_bridge_set_nf_call_ip6tables(struct rtnl_link *link, uint8_t on)
{
}
static inline void
rtnl_link_bridge_set_nf_call_arptables(struct rtnl_link *link, uint8_t on)
{
}
#else
#define NLGO_HAS_NHID 1
#endif /* 3.10 */

#if LIBNL_VER_NUM < LIBNL_VER(3, 11)
static inline int rtnl_link_bond_get_mode(struct rtnl_link *link, uint8_t *mode)
{
	return -NLE_OPNOTSUPP;
}
static inline int rtnl_link_bond_get_activeslave(struct rtnl_link *link,
						 int *active_slave)
{
	return -NLE_OPNOTSUPP;
}
static inline int rtnl_link_bond_get_hashing_type(struct rtnl_link *link,
						  uint8_t *type)
{
	return -NLE_OPNOTSUPP;
}
static inline int rtnl_link_bond_get_miimon(struct rtnl_link *link,
					    uint32_t *miimon)
{
	return -NLE_OPNOTSUPP;
}
static inline int rtnl_link_bond_get_min_links(struct rtnl_link *link,
					       uint32_t *min_links)
{
	return -NLE_OPNOTSUPP;
}
static inline struct nl_addr *rtnl_link_get_perm_addr(struct rtnl_link *link)
{
	return NULL;
}
static inline int rtnl_link_bridge_set_mst_port_state(struct rtnl_link *link,
						      uint16_t instance,
						      uint8_t state)
{
	return -NLE_OPNOTSUPP;
}
static inline int rtnl_link_bridge_get_mst_port_state(struct rtnl_link *link,
						      uint16_t instance)
{
	return -NLE_OPNOTSUPP;
}
static inline int rtnl_link_bridge_del_mst_port_state(struct rtnl_link *link,
						      uint16_t instance)
{
	return -NLE_OPNOTSUPP;
}
static inline int
rtnl_link_bridge_clear_mst_port_state_info(struct rtnl_link *link)
{
	return -NLE_OPNOTSUPP;
}
static inline int rtnl_link_bridge_foreach_mst_entry(
	struct rtnl_link *link,
	void (*cb)(uint16_t instance, uint8_t state, void *arg), void *arg)
{
	return -NLE_OPNOTSUPP;
}
/* 3.10 declares rtnl_link_bridge_set_vlan_default_pvid without having it */
static inline void nlgo_bridge_set_vlan_default_pvid(struct rtnl_link *link,
						     uint16_t pvid)
{
}
static inline int rtnl_link_bridge_get_nf_call_iptables(struct rtnl_link *link,
							uint8_t *on)
{
	return -NLE_OPNOTSUPP;
}
static inline int rtnl_link_bridge_get_nf_call_ip6tables(struct rtnl_link *link,
							 uint8_t *on)
{
	return -NLE_OPNOTSUPP;
}
static inline int rtnl_link_bridge_get_nf_call_arptables(struct rtnl_link *link,
							 uint8_t *on)
{
	return -NLE_OPNOTSUPP;
}
static inline void rtnl_link_bridge_set_stp_state(struct rtnl_link *link,
						  uint32_t state)
{
}
static inline int rtnl_link_bridge_get_stp_state(struct rtnl_link *link,
						 uint32_t *state)
{
	return -NLE_OPNOTSUPP;
}
static inline void rtnl_link_bridge_set_mcast_router(struct rtnl_link *link,
						     uint8_t type)
{
}
static inline int rtnl_link_bridge_get_mcast_router(struct rtnl_link *link,
						    uint8_t *type)
{
	return -NLE_OPNOTSUPP;
}
static inline void rtnl_link_bridge_set_mcast_snooping(struct rtnl_link *link,
						       uint8_t on)
{
}
static inline int rtnl_link_bridge_get_mcast_snooping(struct rtnl_link *link,
						      uint8_t *on)
{
	return -NLE_OPNOTSUPP;
}
static inline int rtnl_link_bridge_set_boolopt(struct rtnl_link *link, int opt,
					       int value)
{
	return -NLE_OPNOTSUPP;
}
static inline int rtnl_link_bridge_get_boolopt(struct rtnl_link *link, int opt)
{
	return -NLE_OPNOTSUPP;
}
#define NLGO_HAS_NEIGH_EXT_FLAGS 0
static inline char *rtnl_neigh_extflags2str(uint32_t flags, char *buf,
					    size_t len)
{
	buf[0] = '\0';
	return buf;
}
static inline uint32_t rtnl_neigh_str2extflag(const char *name)
{
	return -NLE_OBJ_NOTFOUND;
}
static inline void rtnl_neigh_set_ext_flags(struct rtnl_neigh *neigh,
					    uint32_t flags)
{
}
static inline void rtnl_neigh_unset_ext_flags(struct rtnl_neigh *neigh,
					      uint32_t flags)
{
}
static inline int rtnl_neigh_get_ext_flags(struct rtnl_neigh *neigh,
					   uint32_t *flags)
{
	return -NLE_OPNOTSUPP;
}
#else
static inline void nlgo_bridge_set_vlan_default_pvid(struct rtnl_link *link,
						     uint16_t pvid)
{
	rtnl_link_bridge_set_vlan_default_pvid(link, pvid);
}
#define NLGO_HAS_NEIGH_EXT_FLAGS 1
#endif /* 3.11 */

#if LIBNL_VER_NUM < LIBNL_VER(3, 12)
struct rtnl_nh_encap;

#if NLGO_HAS_NH
/* there since 3.8, in a public header since 3.12 */
extern int rtnl_nh_get_oif(struct rtnl_nh *nh);
#else
static inline int rtnl_nh_get_oif(struct rtnl_nh *nh)
{
	return 0;
}
#endif
static inline int rtnl_nh_add(struct nl_sock *sk, struct rtnl_nh *nh, int flags)
{
	return -NLE_OPNOTSUPP;
}
static inline int rtnl_nh_set_group(struct rtnl_nh *nh,
				    const nl_nh_group_info_t *entries,
				    unsigned size)
{
	return -NLE_OPNOTSUPP;
}
static inline int rtnl_nh_set_id(struct rtnl_nh *nh, uint32_t id)
{
	return -NLE_OPNOTSUPP;
}
static inline int rtnl_nh_set_oif(struct rtnl_nh *nh, uint32_t ifindex)
{
	return -NLE_OPNOTSUPP;
}
static inline int rtnl_nh_set_family(struct rtnl_nh *nh, uint8_t family)
{
	return -NLE_OPNOTSUPP;
}
static inline int rtnl_nh_get_family(struct rtnl_nh *nh)
{
	return -NLE_OPNOTSUPP;
}
static inline int rtnl_nh_set_group_type(struct rtnl_nh *nh, uint16_t type)
{
	return -NLE_OPNOTSUPP;
}
static inline int rtnl_nh_get_group_type(struct rtnl_nh *nh)
{
	return -NLE_OPNOTSUPP;
}
static inline int rtnl_nh_set_res_group_bucket_size(struct rtnl_nh *nh,
						    uint16_t n)
{
	return -NLE_OPNOTSUPP;
}
static inline int rtnl_nh_get_res_group_bucket_size(struct rtnl_nh *nh)
{
	return -NLE_OPNOTSUPP;
}
static inline int rtnl_nh_set_res_group_idle_timer(struct rtnl_nh *nh,
						   uint32_t v)
{
	return -NLE_OPNOTSUPP;
}
static inline int rtnl_nh_get_res_group_idle_timer(struct rtnl_nh *nh,
						   uint32_t *v)
{
	return -NLE_OPNOTSUPP;
}
static inline int rtnl_nh_set_res_group_unbalanced_timer(struct rtnl_nh *nh,
							 uint32_t v)
{
	return -NLE_OPNOTSUPP;
}
static inline int rtnl_nh_get_res_group_unbalanced_timer(struct rtnl_nh *nh,
							 uint32_t *v)
{
	return -NLE_OPNOTSUPP;
}
static inline int rtnl_nh_set_encap(struct rtnl_nh *nh,
				    struct rtnl_nh_encap *encap)
{
	return -NLE_OPNOTSUPP;
}
static inline struct rtnl_nh_encap *rtnl_nh_get_encap(struct rtnl_nh *nh)
{
	return NULL;
}
static inline int rtnl_route_nh_set_encap(struct rtnl_nexthop *nh,
					  struct rtnl_nh_encap *encap)
{
	return -NLE_OPNOTSUPP;
}
static inline struct rtnl_nh_encap *
rtnl_route_nh_get_encap(struct rtnl_nexthop *nh)
{
	return NULL;
}
static inline struct rtnl_nh_encap *rtnl_nh_encap_alloc(void)
{
	return NULL;
}
static inline void rtnl_nh_encap_free(struct rtnl_nh_encap *encap)
{
}
static inline int rtnl_nh_encap_get_type(struct rtnl_nh_encap *encap)
{
	return -NLE_OPNOTSUPP;
}
static inline int rtnl_nh_encap_mpls(struct rtnl_nh_encap *encap,
				     struct nl_addr *dst, uint8_t ttl)
{
	return -NLE_OPNOTSUPP;
}
static inline struct nl_addr *
rtnl_nh_get_encap_mpls_dst(struct rtnl_nh_encap *encap)
{
	return NULL;
}
static inline int rtnl_nh_get_encap_mpls_ttl(struct rtnl_nh_encap *encap)
{
	return -NLE_OPNOTSUPP;
}
static inline int rtnl_nh_encap_ila(struct rtnl_nh_encap *encap, uint64_t v)
{
	return -NLE_OPNOTSUPP;
}
static inline int rtnl_nh_get_encap_ila_locator(struct rtnl_nh_encap *encap,
						uint64_t *v)
{
	return -NLE_OPNOTSUPP;
}
#define NLGO_NO_ENCAP_U(name, type)                                            \
	static inline int rtnl_nh_set_encap_##name(                            \
		struct rtnl_nh_encap *encap, type v)                           \
	{                                                                      \
		return -NLE_OPNOTSUPP;                                         \
	}                                                                      \
	static inline int rtnl_nh_get_encap_##name(                            \
		struct rtnl_nh_encap *encap)                                   \
	{                                                                      \
		return -NLE_OPNOTSUPP;                                         \
	}
#define NLGO_NO_ENCAP_IP(kind, ttl, tos)                                       \
	static inline int rtnl_nh_encap_##kind(struct rtnl_nh_encap *encap,    \
					       struct nl_addr *dst)            \
	{                                                                      \
		return -NLE_OPNOTSUPP;                                         \
	}                                                                      \
	static inline struct nl_addr *rtnl_nh_get_encap_##kind##_dst(          \
		struct rtnl_nh_encap *encap)                                   \
	{                                                                      \
		return NULL;                                                   \
	}                                                                      \
	static inline int rtnl_nh_set_encap_##kind##_src(                      \
		struct rtnl_nh_encap *encap, struct nl_addr *src)              \
	{                                                                      \
		return -NLE_OPNOTSUPP;                                         \
	}                                                                      \
	static inline struct nl_addr *rtnl_nh_get_encap_##kind##_src(          \
		struct rtnl_nh_encap *encap)                                   \
	{                                                                      \
		return NULL;                                                   \
	}                                                                      \
	NLGO_NO_ENCAP_U(kind##_##ttl, uint8_t)                                 \
	NLGO_NO_ENCAP_U(kind##_##tos, uint8_t)                                 \
	NLGO_NO_ENCAP_U(kind##_flags, uint16_t)                                \
	NLGO_NO_ENCAP_U(kind##_id, uint64_t)
NLGO_NO_ENCAP_IP(ip, ttl, tos)
NLGO_NO_ENCAP_IP(ip6, hoplimit, tc)
NLGO_NO_ENCAP_U(ila_csum_mode, uint8_t)
NLGO_NO_ENCAP_U(ila_ident_type, uint8_t)
NLGO_NO_ENCAP_U(ila_hook_type, uint8_t)
static inline int rtnl_link_ip6_tnl_set_collect_metadata(struct rtnl_link *link,
							 int enable)
{
	return -NLE_OPNOTSUPP;
}
static inline int rtnl_link_ip6_tnl_get_collect_metadata(struct rtnl_link *link,
							 int *enable)
{
	return -NLE_OPNOTSUPP;
}
#endif /* 3.12 */

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

/*
 * ---- sockets
 *
 * How the two worlds meet. A call from Go that can reach a callback runs
 * inside an activation: a record on the C stack, found through a thread-local
 * pointer, that holds the handle of its Go half. libnl's callbacks and
 * overrides get no usable argument of their own (clones copy it, overrides
 * have none), so the trampolines take the activation of their thread and the
 * argument says only which slot they sit in. The outermost record of a thread
 * is linked to the ones below it: a callback may use another socket.
 *
 * The Go half holds the socket's state mutex and that of the callback set
 * while C runs, and lets go of both around user code. After the first failure
 * in a callback the record is poisoned: nothing of Go runs until C is out.
 */

struct nlgo_dgram {
	int32_t n; /* length, also where longer than the room, or -errno */
	uint32_t port;
	uint32_t groups;
	uint32_t group; /* NETLINK_PKTINFO, 0 without */
	int32_t nsid;	/* NETLINK_LISTEN_ALL_NSID, -1 without */
	uint32_t has_creds;
	struct ucred creds;
};

/* What a receive override hands to libnl. */
struct nlgo_rx {
	void *buf; /* malloc'ed, goes to libnl */
	struct nlgo_dgram d;
};

struct nlgo_res {
	int32_t rc;
	int32_t sys_errno; /* of the system call that failed, else 0 */
	uint32_t stopped;  /* a Go callback returned NL_STOP */
	uint32_t deep;	   /* not run: too many activations on the stack */
	uint32_t took;	   /* libnl took the first datagram */
};

struct nl_cb *nlgo_cb_alloc(int kind);
int nlgo_cb_set(struct nl_cb *cb, int type, int kind, int go);
int nlgo_cb_set_all(struct nl_cb *cb, int kind, int go);
int nlgo_cb_err(struct nl_cb *cb, int kind, int go);
void nlgo_cb_accept_seq(struct nl_cb *cb);
void nlgo_cb_overwrite_send(struct nl_cb *cb, int go);
void nlgo_cb_overwrite_recvmsgs(struct nl_cb *cb, int go);

/* Sets the engine as receive override of the socket's own set. */
struct nl_sock *nlgo_socket_alloc(void);
int nlgo_connect(struct nl_sock *sk, int protocol, int *sys_errno);
int nlgo_set_fd(struct nl_sock *sk, int protocol, int fd, int *sys_errno);
/* Makes the descriptor non-blocking; 0 or -errno. */
int nlgo_nonblock(int fd);
int nlgo_membership(struct nl_sock *sk, int group, int join, int *sys_errno);
int nlgo_setsockopt(int fd, int level, int name, int value);
int nlgo_getsockopt(int fd, int level, int name, int *value);

/* Takes one datagram into buf and, what does not fit, spare; never waits. */
void nlgo_recv(int fd, uint8_t *buf, uint32_t len, uint8_t *spare,
	       uint32_t sparelen, struct nlgo_dgram *d);
enum { NLGO_RECV_MAX = 32 };

/*
 * Takes what has arrived, up to max datagrams, NLGO_RECV_MAX at most, each to a
 * place of len bytes; places are stride bytes apart. Returns how many of d were
 * filled: at least one, and a failed read is the only one.
 */
int nlgo_recv_many(int fd, uint8_t *places, uint32_t len, uint32_t stride,
		   struct nlgo_dgram *d, int max);
/* Sends, never waits; bytes sent or -errno. */
int nlgo_send(int fd, const uint8_t *data, uint32_t len, uint32_t port,
	      uint32_t groups, const struct ucred *creds);
/* nlgo_send, then nlgo_recv; returns what the send returned. */
int nlgo_transact(int fd, const uint8_t *data, uint32_t len, uint32_t port,
		  uint32_t groups, const struct ucred *creds, uint8_t *buf,
		  uint32_t buflen, uint8_t *spare, uint32_t sparelen,
		  struct nlgo_dgram *d);

/* libnl's calls of these names; d->n bytes at first are what they receive
 * first, if that is more than 0. */
void nlgo_recvmsgs(struct nl_sock *sk, struct nl_cb *cb, uintptr_t go,
		   const uint8_t *first, const struct nlgo_dgram *d,
		   struct nlgo_res *res);
void nlgo_wait_for_ack(struct nl_sock *sk, uintptr_t go, const uint8_t *first,
		       const struct nlgo_dgram *d, struct nlgo_res *res);

enum nlgo_inside {
	NLGO_IN_SEND = 1, /* a callback of a send of sk */
	NLGO_IN_LOOP,	  /* libnl's loop of sk, a callback or an override */
};

/* Where in sk the Go code on this thread stands, 0 outside. */
int nlgo_inside(const struct nl_sock *sk);
/* Forgets the innermost activation of this thread: C will not return to it. */
void nlgo_abandon(void);
/* Makes the sequence number that sk, with auto-ack on, expects next equal to
 * seq, if it is one of the last before that; probably it is behind by that
 * many. */
void nlgo_expect_seq(struct nl_sock *sk, uint32_t seq, uint32_t behind);

enum nlgo_send_op {
	NLGO_SEND,
	NLGO_SEND_AUTO,
	NLGO_SEND_SYNC, /* the same, with the reader's token held */
	NLGO_SEND_IOVEC,
	NLGO_SENDMSG,
	NLGO_COMPLETE,
};

/* What nlgo_send_op sends beside the message, all optional. */
struct nlgo_iov {
	uint32_t len;
	uint32_t port, groups;
	uint32_t controllen;
};

/*
 * The libnl call op with a copy of the message; the header that it has
 * afterwards and its protocol are written back.
 */
void nlgo_send_op(struct nl_sock *sk, uintptr_t go, int op, uint8_t *data,
		  uint32_t len, struct nlgo_msg *m, const uint8_t *iov,
		  const uint8_t *control, const struct nlgo_iov *v,
		  struct nlgo_res *res);
void nlgo_send_simple(struct nl_sock *sk, uintptr_t go, int type, int flags,
		      uint8_t *body, uint32_t len, struct nlgo_res *res);
void nlgo_rtgen_request(struct nl_sock *sk, uintptr_t go, int type, int family,
			int flags, struct nlgo_res *res);
int nlgo_sendto(struct nl_sock *sk, uint8_t *b, uint32_t len, int *sys_errno);

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
/* The objects in a message of len bytes, one reference each. Under a lock. */
struct nlgo_objects nlgo_msg_objects(const void *data, uint32_t len, int proto);
void nlgo_objects_put(struct nl_object **v, uint32_t n);

/* An object that a message made. */
struct nlgo_made {
	struct nl_object *obj;
	struct nl_object_ops *ops;
};

/* Parses up to n messages that stand one after another, as long as each makes
 * one object, and returns how many did. Under a lock, as putting them. */
uint32_t nlgo_msgs_objects(const void *data, uint32_t n, int proto,
			   struct nlgo_made *v);
void nlgo_made_put(struct nlgo_made *v, uint32_t n);
/* Puts a reference of Go's. Under a lock. */
void nlgo_object_put(struct nl_object *obj);
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

/* ---- caches */

/* Objects with a reference each, in malloc'ed memory. */
struct nlgo_list {
	struct nl_object **v;
	uint32_t n, room;
};

/* What became of a call; why is what libnl would get wrong. */
struct nlgo_result {
	int32_t err; /* negative NLE_* */
	const char *why;
	struct nl_cache *cache;
	uint32_t skipped; /* objects that a cache had already */
};

/* The objects of a cache that match filter, if there is one. */
int nlgo_cache_items(struct nl_cache *cache, struct nl_object *filter,
		     struct nlgo_list *l);
/* Adds the objects of type ops in a message to the list. */
int nlgo_list_parse(struct nlgo_list *l, const void *data, uint32_t len,
		    int proto, const struct nl_object_ops *ops);
/* Gives up the memory, and with put the references. */
void nlgo_list_free(struct nlgo_list *l, int put);

struct nlgo_result nlgo_cache_new(const char *type, struct nl_object_ops **ops);
/* nl_cache_clear in the order that does not search. */
void nlgo_cache_clear(struct nl_cache *cache);
void nlgo_cache_free(struct nl_cache *cache);
struct nlgo_result nlgo_cache_add(struct nl_cache *cache,
				  struct nl_object *obj);
struct nlgo_result nlgo_cache_move(struct nl_cache *cache,
				   struct nl_object *obj);
int nlgo_cache_remove(struct nl_cache *cache, struct nl_object *obj);
/* A copy of those that match. */
struct nlgo_result nlgo_cache_copy(struct nl_cache *cache,
				   struct nl_object *filter);
struct nl_object *nlgo_cache_search(struct nl_cache *cache,
				    struct nl_object *obj);
struct nl_object *nlgo_cache_find(struct nl_cache *cache,
				  struct nl_object *filter);
/* The object before or behind obj, with a reference. */
struct nl_object *nlgo_cache_step(struct nl_cache *cache, struct nl_object *obj,
				  int back);
struct nlgo_text nlgo_cache_dump(struct nl_cache *cache, int type,
				 struct nl_object *filter);
void nlgo_cache_provide(struct nl_cache *cache, const char *type);

/* What happened to a cache, with a reference to each object; old or obj is
 * NULL where there is none. */
struct nlgo_change {
	struct nl_object *old, *obj;
	uint64_t diff;
	int32_t action;
};

struct nlgo_changes {
	struct nlgo_change *v;
	uint32_t n, room;
};

/* Gives up the memory, and the references of those from on. */
void nlgo_changes_free(struct nlgo_changes *c, uint32_t from);

/* How an object is included. */
struct nlgo_including {
	uint32_t kernel;	  /* it comes from a message of the kernel's */
	uint32_t flags;		  /* of that message */
	uint32_t uncertain;	  /* set: only a dump can tell what is there */
	struct nlgo_list *behind; /* routes that the cache has no place for */
};

/* nl_cache_include, by action NL_ACT_NEW or NL_ACT_DEL. No object that was in
 * the cache is changed, another takes its place. */
struct nlgo_result nlgo_cache_include(struct nl_cache *cache,
				      struct nl_object *obj, int action,
				      struct nlgo_including *how,
				      struct nlgo_changes *changes);
/* Includes what is in a message of the kernel's. */
struct nlgo_result nlgo_cache_event(struct nl_cache *cache, const void *data,
				    uint32_t len, int proto,
				    const struct nl_object_ops *ops,
				    struct nlgo_including *how,
				    struct nlgo_changes *changes);

/* The way from what a cache has to what the kernel has. */
struct nlgo_resync {
	struct nlgo_list now;  /* what the kernel has */
	struct nlgo_list was;  /* what the cache had */
	struct nl_object **of; /* what now[i] was, borrowed, or NULL */
	struct nlgo_list behind;
	uint32_t cursor;
	uint32_t partial; /* what is not in now may still be there */
};

/* The steps, in this order; those with from and to do a part of now. */
int nlgo_resync_begin(struct nl_cache *cache, struct nlgo_resync *r);
void nlgo_resync_match(struct nl_cache *cache, struct nlgo_resync *r,
		       uint32_t from, uint32_t to);
int nlgo_resync_fill(struct nl_cache *cache, struct nlgo_resync *r,
		     struct nlgo_changes *changes, uint32_t from, uint32_t to);
int nlgo_resync_end(struct nl_cache *cache, struct nlgo_resync *r,
		    struct nlgo_changes *changes);
void nlgo_resync_free(struct nlgo_resync *r);

/* ---- links */

/* The last family that has a place in a link, with the oldest kernel headers
 * that libnl 3.7 builds with. */
#define NLGO_LINK_FAMILY_MAX 43

/* Kinds of links, in the order of the alphabet. */
enum nlgo_link_kind {
	NLGO_LINK_BOND,
	NLGO_LINK_BRIDGE,
	NLGO_LINK_CAN,
	NLGO_LINK_GENEVE,
	NLGO_LINK_GRE,
	NLGO_LINK_GRETAP,
	NLGO_LINK_IP6GRE,
	NLGO_LINK_IP6GRETAP,
	NLGO_LINK_IP6TNL,
	NLGO_LINK_IPIP,
	NLGO_LINK_IPVLAN,
	NLGO_LINK_IPVTAP,
	NLGO_LINK_MACSEC,
	NLGO_LINK_MACVLAN,
	NLGO_LINK_MACVTAP,
	NLGO_LINK_PPP,
	NLGO_LINK_SIT,
	NLGO_LINK_TEAM,
	NLGO_LINK_VETH,
	NLGO_LINK_VLAN,
	NLGO_LINK_VRF,
	NLGO_LINK_VTI,
	NLGO_LINK_VTI6,
	NLGO_LINK_VXCAN,
	NLGO_LINK_VCAN,
	NLGO_LINK_VXLAN,
	NLGO_LINK_XFRM,
};

/* Whether the link is of a kind now. */
int nlgo_link_is(struct rtnl_link *link, int kind);

enum nlgo_link_addr {
	NLGO_LINK_ADDR,
	NLGO_LINK_BROADCAST,
	NLGO_LINK_INET6_TOKEN,
};

/* Gives a copy of the address to the setter. */
int nlgo_link_set_addr(struct rtnl_link *link, int which, int family,
		       const void *b, size_t len, int prefixlen);
/* rtnl_link_build_change_request, which leaves changes as it was. */
int nlgo_link_build_change(struct rtnl_link *orig, struct rtnl_link *changes,
			   int flags, struct nl_msg **msg);

/* ---- routes */

/* An address or network of IPv4 or IPv6, filled into Go memory. */
struct nlgo_ip {
	uint8_t family; /* 0: none */
	uint8_t prefixlen;
	uint8_t b[16];
};

struct nlgo_route_info {
	struct nlgo_ip dst, src, pref_src, gateway;
	uint32_t table, priority, flags, nhid, nexthops;
	int32_t iif, oif;
	uint8_t family, protocol, scope, type, tos;
};

enum nlgo_route_addr {
	NLGO_ROUTE_DST,
	NLGO_ROUTE_SRC,
	NLGO_ROUTE_PREF_SRC,
	NLGO_ROUTE_NH_GATEWAY,
	NLGO_ROUTE_NH_NEWDST,
	NLGO_ROUTE_NH_VIA,
	NLGO_NH_GATEWAY,
};

/* Gives a copy of the address to the setter of a route, a nexthop of one, or a
 * nexthop object. */
int nlgo_route_set_addr(void *obj, int which, int family, const void *b,
			size_t len, int prefixlen);
/* -NLE_AF_MISMATCH if the route has addresses of another family. */
int nlgo_route_set_family(struct rtnl_route *route, int family);

enum nlgo_route_build {
	NLGO_ROUTE_BUILD_MSG,
	NLGO_ROUTE_BUILD_ADD,
	NLGO_ROUTE_BUILD_DEL,
};

/* Whether libnl would build something else than the route: -NLE_AF_MISMATCH
 * for a gateway of another family, -NLE_OPNOTSUPP for a congestion control
 * algorithm. */
int nlgo_route_hazard(struct rtnl_route *route, int op);
/* The libnl call op, with as much room as the route takes. */
int nlgo_route_build(struct rtnl_route *route, int op, int type, int flags,
		     struct nl_msg **msg);
int nlgo_route_guess_scope(struct rtnl_route *route);
void nlgo_route_info(struct rtnl_route *route, struct nlgo_route_info *out);

/* The first max nexthops of the route; returns how many there are. */
int nlgo_route_nexthops(struct rtnl_route *route, struct rtnl_nexthop **out,
			int max);
int nlgo_route_has(struct rtnl_route *route, const struct rtnl_nexthop *nh);
int nlgo_route_has_oif(struct rtnl_route *route, int ifindex);

struct rtnl_nexthop *nlgo_route_nh_clone(struct rtnl_nexthop *nh);
struct nlgo_text nlgo_route_nh_dump(struct rtnl_nexthop *nh, int type);

/* An encapsulation, as a value. */
struct nlgo_encap {
	uint16_t type; /* LWTUNNEL_ENCAP_*, 0 for none */
	uint8_t ttl, tos;
	uint16_t flags;
	uint16_t has; /* of an ILA: bits 0 to 2 for the three below */
	uint8_t csum_mode, ident_type, hook_type;
	uint64_t id; /* also the locator */
	struct nlgo_addr dst, src;
};

void nlgo_route_nh_get_encap(struct rtnl_nexthop *nh, struct nlgo_encap *out);
int nlgo_route_nh_set_encap(struct rtnl_nexthop *nh,
			    const struct nlgo_encap *e);
void nlgo_nh_get_encap(struct rtnl_nh *nh, struct nlgo_encap *out);
int nlgo_nh_set_encap(struct rtnl_nh *nh, const struct nlgo_encap *e);

/* What a nexthop object has. */
enum nlgo_nh_attr {
	NLGO_NH_ATTR_ID = 1 << 1,
	NLGO_NH_ATTR_GROUP = 1 << 2,
	NLGO_NH_ATTR_BLACKHOLE = 1 << 3,
	NLGO_NH_ATTR_GATEWAY = 1 << 5,
	NLGO_NH_ATTR_FDB = 1 << 8,
};
uint32_t nlgo_nh_attrs(struct rtnl_nh *nh);
/* The request that rtnl_nh_add sends. */
int nlgo_nh_build_add(struct rtnl_nh *nh, int flags, struct nl_msg **msg);

/* ---- kinds of links: geneve, macvlan, veth, vxlan */

enum nlgo_kind_addr {
	NLGO_GENEVE_REMOTE,
	NLGO_MACVLAN_ADD,
	NLGO_MACVLAN_DEL,
	NLGO_VXLAN_GROUP,
	NLGO_VXLAN_LOCAL,
};

/* Gives a copy of the address to the setter. */
int nlgo_kind_set_addr(struct rtnl_link *link, int which, int family,
		       const void *b, size_t len);
/* Copies what the getter makes. */
int nlgo_kind_get_addr(struct rtnl_link *link, int which,
		       struct nlgo_addr *out);

/*
 * The two links of a veth point at each other, and one of them, the owner, is
 * made by the user and frees the other, its peer, which then points nowhere and
 * crashes in requests and details. So as long as there are references to a peer
 * beside the owner's, there is one to the owner. All under a lock.
 */

/* A new reference to the other link, NULL without memory. */
struct rtnl_link *nlgo_veth_peer(struct rtnl_link *link);
/* Whether the link owns a peer that nlgo_veth_peer gave out. */
int nlgo_veth_owner(struct rtnl_link *link);
/* rtnl_link_set_type; -NLE_BUSY for a peer that nlgo_veth_peer gave out. */
int nlgo_link_set_type(struct rtnl_link *link, const char *type);

/* ---- tunnels and bonds */

/* Completes the clone of a bond; a negative NLE_* without memory. */
int nlgo_bond_cloned(struct rtnl_link *dst, struct rtnl_link *src);
/* Reads again what libnl's parser made of a message with a bond. */
void nlgo_bond_parsed(struct nl_object *obj, struct nlmsghdr *h);

/* What a dump of a link with details leaves behind. */
struct nlgo_parent {
	struct rtnl_link *link; /* NULL if nothing */
	int refcnt;
};

void nlgo_dump_begin(struct nl_object *obj, int type, struct nlgo_parent *p);
/* With the text, if there is one. */
void nlgo_dump_end(struct nl_object *obj, struct nlgo_parent *p,
		   struct nlgo_text *t);

/* ---- link details: snapshots, bridges, virtual functions */

#define NLGO_HWADDR_MAX 32

/* A link in one piece. Texts are the link's own, NULL if unset. */
struct nlgo_link_info {
	const char *name, *type, *slave_type, *alias, *qdisc;
	int32_t index, link, master, family;
	int32_t link_netnsid; /* -1 if unset */
	uint32_t arptype, flags, mtu, txqlen, group, promiscuity;
	uint32_t tx_queues, rx_queues, carrier_changes, num_vf;
	uint32_t gso_max_segs, gso_max_size;
	uint8_t operstate, mode, carrier;
	uint8_t addr_len, broadcast_len, perm_addr_len;
	uint8_t addr[NLGO_HWADDR_MAX];
	uint8_t broadcast[NLGO_HWADDR_MAX];
	uint8_t perm_addr[NLGO_HWADDR_MAX];
};

void nlgo_link_info(struct rtnl_link *link, struct nlgo_link_info *out);

/* Whether so little room is left in a request that libnl may have left
 * something of a virtual function out, which it does without a word. */
int nlgo_link_full(struct rtnl_link *link, struct nl_msg *msg);

int nlgo_link_inet6_token(struct rtnl_link *link, struct nlgo_addr *out);

struct nlgo_mst {
	uint16_t instance;
	uint8_t state;
};

/* Fills up to max of out and returns how many there are, or a negative code.
 */
int nlgo_bridge_mst(struct rtnl_link *link, struct nlgo_mst *out, int max);

struct nlgo_vf_vlan {
	uint32_t vlan, qos;
	uint16_t proto;
};

int nlgo_vf_set_addr(struct rtnl_link_vf *vf, int family, const void *b,
		     size_t len, int prefixlen);
/* Replaces what there is. */
int nlgo_vf_set_vlans(struct rtnl_link_vf *vf, const struct nlgo_vf_vlan *v,
		      int n);
/* Fills up to max of out and returns how many there are, or a negative code.
 */
int nlgo_vf_get_vlans(struct rtnl_link_vf *vf, struct nlgo_vf_vlan *out,
		      int max);

/* ---- addresses of interfaces, neighbours, rules */

enum nlgo_addr_attr {
	NLGO_IFADDR_LOCAL,
	NLGO_IFADDR_PEER,
	NLGO_IFADDR_BROADCAST,
	NLGO_IFADDR_MULTICAST,
	NLGO_IFADDR_ANYCAST,
	NLGO_NEIGH_LLADDR,
	NLGO_NEIGH_DST,
	NLGO_RULE_SRC,
	NLGO_RULE_DST,
};

/* Gives a copy of the address to the setter. */
int nlgo_set_addr(struct nl_object *obj, int attr, int family, const void *b,
		  size_t len, int prefixlen);

struct nlgo_ifaddr_info {
	int32_t family, ifindex, prefixlen, scope;
	uint32_t flags, valid, preferred, created, updated;
	struct nlgo_ip local, peer, broadcast, multicast, anycast;
	char label[IFNAMSIZ];
};

void nlgo_ifaddr_info(struct rtnl_addr *a, struct nlgo_ifaddr_info *out);

struct nlgo_neigh_info {
	int32_t family, ifindex, type, master, state, vlan;
	uint32_t flags, ext_flags, nhid;
	struct nlgo_ip dst;
	uint8_t lladdr_len;
	uint8_t lladdr[32];
};

void nlgo_neigh_info(struct rtnl_neigh *n, struct nlgo_neigh_info *out);
/* rtnl_neigh_set_type, which forgets what else was set. */
void nlgo_neigh_set_type(struct rtnl_neigh *n, int type);

/* The threshold that libnl keeps and never sends; 0 where it cannot be found.
 */
int nlgo_neightbl_thresh3(struct rtnl_neightbl *t, uint32_t *v);
/* Whether it is set. */
int nlgo_neightbl_has_thresh3(struct rtnl_neightbl *t);

struct nlgo_mdb_entry {
	int32_t ifindex, vid, state;
	uint32_t proto;
	struct nlgo_addr addr;
};

/* Fills out with up to max entries; returns how many there are. */
uint32_t nlgo_mdb_entries(struct rtnl_mdb *mdb, struct nlgo_mdb_entry *out,
			  uint32_t max);

struct nlgo_fib_request {
	uint32_t mark, table;
	uint8_t tos, scope;
};

/* flnl_lookup_build_request for an IPv4 address. */
int nlgo_fib_build(const struct nlgo_fib_request *r, const void *ip,
		   struct nl_msg **msg);

/* ---- generic netlink: families registered from Go */

/* struct genl_ops with its commands, names and policies, all of it malloc'ed.
 */
struct nlgo_genl;

/* A family with room for so many commands; NULL without memory. */
struct nlgo_genl *nlgo_genl_new(const char *name, uint32_t hdrlen, int id,
				uint32_t ncmds);
/* Fills in command i; policy is an array of maxattr + 1, or NULL. */
int nlgo_genl_add_cmd(struct nlgo_genl *f, uint32_t i, int id, const char *name,
		      int maxattr, const void *policy, int handled);
void nlgo_genl_free(struct nlgo_genl *f);
int nlgo_genl_register(struct nlgo_genl *f);
void nlgo_genl_unregister(struct nlgo_genl *f);
void nlgo_genl_set_id(struct nlgo_genl *f, int id);
/*
 * genl_handle_msg for a message of command i of f. 1 if the command's parser
 * was reached, with at[t] for each of its attribute types 1 + the offset of the
 * attribute behind the headers, or 0; else what libnl says.
 */
int nlgo_genl_handle(struct nlgo_genl *f, uint32_t i, const void *data,
		     uint32_t len, const struct nlgo_msg *m, uint32_t *at);
/* Whether there is such a command. */
int nlgo_genl_op2name(int family, int op, char *buf, size_t len);

/* ---- generic netlink: the controller */

/* Makes a notification of the controller, of a family that goes or of a group,
 * what libnl's parser makes an object of. */
void nlgo_genl_event(struct nlmsghdr *h, int proto);

/* ---- conntrack */

/* Bits of what an entry has. */
enum {
	NLGO_CT_SRC = 1,
	NLGO_CT_DST = 2,
	NLGO_CT_PORTS = 4, /* one of them */
	NLGO_CT_ICMP = 8,  /* ID, type or code */
};

struct nlgo_ct_dir {
	struct nlgo_ip src, dst;
	uint16_t sport, dport, icmp_id;
	uint8_t icmp_type, icmp_code;
	uint32_t has; /* NLGO_CT_* */
	uint64_t packets, bytes;
};

struct nlgo_ct_info {
	struct nlgo_ct_dir dir[2];
	uint64_t start, stop;
	uint32_t status, timeout, mark, use, id;
	uint16_t zone;
	uint8_t family, proto, tcp_state;
	uint8_t has_proto, has_tcp_state, has_status, has_timeout, has_zone;
};

void nlgo_ct_info(const struct nfnl_ct *ct, struct nlgo_ct_info *out);
/* Whether a direction has ports, or what ICMP has. */
int nlgo_ct_ports(const struct nfnl_ct *ct, int repl);
int nlgo_ct_icmp(const struct nfnl_ct *ct, int repl);
int nlgo_ct_set_addr(struct nfnl_ct *ct, int repl, int dst, int family,
		     const void *b, size_t len, int prefixlen);
/* nfnlmsg_ct_parse_nested for an attribute of Go's. */
int nlgo_ct_parse_nested(const void *attr, size_t len, struct nfnl_ct **res);
/* An entry to change ct by: its tuple, and of to what it does not have. NULL
 * without memory. */
struct nfnl_ct *nlgo_ct_change(const struct nfnl_ct *ct,
			       const struct nfnl_ct *to);
/* Whether both are of one connection. */
int nlgo_ct_same(struct nl_object *a, struct nl_object *b);
/* Sets of a new entry what libnl's parser leaves out. */
void nlgo_ct_parsed(struct nl_object *obj, struct nlmsghdr *h);

/* ---- expectations */

/* nfnl_exp_set_src and nfnl_exp_set_dst. */
int nlgo_exp_set_addr(struct nfnl_exp *exp, int tuple, int dst, int family,
		      const void *b, size_t len, int prefixlen);

/* What the request would not say of the object; err is 0 if it says all. */
struct nlgo_unsaid {
	int err;
	const char *why;
};

struct nlgo_unsaid nlgo_exp_unsaid(struct nfnl_exp *exp);

/* nfnl_exp_build_*_request by IPCTNL_MSG_EXP_*, and what is wrong with the
 * request put right. */
int nlgo_exp_build(struct nfnl_exp *exp, int cmd, int flags,
		   struct nl_msg **msg);

/* Makes a message of an expectation what libnl's parser understands, and hides
 * the attribute that it looks for in the wrong place, which is returned. */
struct nlattr *nlgo_exp_hide_nat(struct nlmsghdr *h, int proto);
/* Gives the object what that attribute says. */
int nlgo_exp_take_nat(struct nl_object *obj, struct nlattr *nat);

struct nlgo_exp_tuple {
	struct nlgo_ip src, dst;
	uint16_t sport, dport, icmp_id;
	uint8_t proto, icmp_type, icmp_code;
};

struct nlgo_exp_info {
	struct nlgo_exp_tuple tuple[NFNL_EXP_TUPLE_MAX];
	uint32_t timeout, id, flags, class;
	uint16_t zone;
	uint8_t family, nat_dir;
	char helper[16], fn[256]; /* as long as setters and the kernel allow */
};

void nlgo_exp_info(struct nfnl_exp *exp, struct nlgo_exp_info *out);

/* ---- log */

struct nlgo_log_flags {
	uint32_t set;	/* nfnl_log_get_flags, which not every libnl exports */
	uint32_t known; /* and those that were set or unset */
};

struct nlgo_log_flags nlgo_log_flags(struct nfnl_log *log);

/* What a logged packet has, of what it may have with any value. */
enum nlgo_log_attr {
	NLGO_LOG_TIMESTAMP = 1,
	NLGO_LOG_UID = 2,
	NLGO_LOG_GID = 4,
	NLGO_LOG_SEQ = 8,
	NLGO_LOG_SEQ_GLOBAL = 16,
	NLGO_LOG_VLAN_TAG = 32,
	NLGO_LOG_CT_INFO = 64,
};

/* A logged packet in one piece; what pointers lead to is the object's own. */
struct nlgo_log_msg_info {
	int64_t sec, usec;
	const void *payload, *hwheader;
	const uint8_t *hwaddr;
	const char *prefix;
	int payload_len, hwheader_len, hwaddr_len;
	uint32_t has, mark, indev, outdev, physindev, physoutdev;
	uint32_t uid, gid, seq, seq_global, ct_info;
	uint16_t hwproto, hwtype, vlan_proto, vlan_tag;
	uint8_t family, hook;
};

void nlgo_log_msg_info(struct nfnl_log_msg *m, struct nlgo_log_msg_info *out);
/* nfnl_log_msg_set_ct, which loses the entry that was there. */
int nlgo_log_msg_set_ct(struct nfnl_log_msg *m, struct nfnl_ct *ct);

/* ---- queue */

struct nlgo_queue_msg {
	int64_t sec, usec;
	uint32_t packetid, mark, indev, outdev, physindev, physoutdev;
	uint16_t group, hwproto; /* as in the object */
	uint8_t family, hook, hwaddr_len, has_time;
	uint8_t hwaddr[8];
};

void nlgo_queue_msg_info(const struct nfnl_queue_msg *m,
			 struct nlgo_queue_msg *out);
/* -NLE_RANGE for a time that does not fit. */
int nlgo_queue_msg_set_time(struct nfnl_queue_msg *m, int64_t sec,
			    int64_t usec);

/* ---- NetLink */

/* Messages that the kernel had no room for in the socket's queue. */
uint32_t nlgo_drops(int fd);

#endif
