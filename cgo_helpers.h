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
#else
#define NLGO_HAS_NH 1
#include <netlink/route/nh.h>
#define NLGO_HAS_NEIGH_NHID 1
#endif /* 3.8 */

#if LIBNL_VER_NUM < LIBNL_VER(3, 9)
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
#else
#define NLGO_HAS_NHID 1
#endif /* 3.10 */

#if LIBNL_VER_NUM < LIBNL_VER(3, 11)
static inline struct nl_addr *rtnl_link_get_perm_addr(struct rtnl_link *link)
{
	return NULL;
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
	int32_t n;    /* length, also where longer than the room, or -errno */
	uint32_t off; /* where it starts in the buffer */
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
/*
 * Takes what has arrived, up to max datagrams, one behind the other, and stops
 * early where room gets scarce or one had to go on in spare. Returns how many
 * of d were filled: at least one, and a failed read is the last.
 */
int nlgo_recv_many(int fd, uint8_t *buf, uint32_t len, uint8_t *spare,
		   uint32_t sparelen, struct nlgo_dgram *d, int max);
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

/* ---- NetLink */

/* Messages that the kernel had no room for in the socket's queue. */
uint32_t nlgo_drops(int fd);

#endif
