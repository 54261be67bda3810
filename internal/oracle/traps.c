// SPDX-License-Identifier: MIT
#include "oracle.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <netlink/cache.h>
#include <netlink/genl/ctrl.h>
#include <netlink/msg.h>
#include <netlink/route/link.h>
#include <netlink/route/rtnl.h>
#include <netlink/socket.h>

#ifndef SOL_NETLINK
#define SOL_NETLINK 270
#endif

#define LO 1 /* its index in every namespace */

#define MUST(cond)                                                             \
	do {                                                                   \
		if (!(cond)) {                                                 \
			rc = -(__LINE__);                                      \
			goto out;                                              \
		}                                                              \
	} while (0)

static int set_timeout(struct nl_sock *sk, int what, int ms)
{
	struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

	return setsockopt(nl_socket_get_fd(sk), SOL_SOCKET, what, &tv,
			  sizeof(tv));
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/* A blocking socket with libnl's default callbacks, whatever NLCB says; its
 * waits end after two seconds, so that no trap can hang a test. */
static struct nl_sock *alloc_sk(void)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);
	struct nl_sock *sk;

	if (!cb)
		return NULL;
	sk = nl_socket_alloc_cb(cb);
	nl_cb_put(cb);
	return sk;
}

static struct nl_sock *open_sk(int proto)
{
	struct nl_sock *sk = alloc_sk();

	if (!sk)
		return NULL;
	if (nl_connect(sk, proto) < 0 || set_timeout(sk, SO_RCVTIMEO, 2000) ||
	    set_timeout(sk, SO_SNDTIMEO, 2000)) {
		nl_socket_free(sk);
		return NULL;
	}
	return sk;
}

/* A request that the kernel refuses: delete an address that is not there. */
static struct nl_msg *bad_request(void)
{
	struct ifaddrmsg ifa = {
		.ifa_family = AF_INET, .ifa_prefixlen = 32, .ifa_index = LO};
	struct nl_msg *m = nlmsg_alloc_simple(RTM_DELADDR, 0);

	if (m && (nlmsg_append(m, &ifa, sizeof(ifa), NLMSG_ALIGNTO) < 0 ||
		  nla_put(m, IFA_LOCAL, 4, "\xc0\0\2\1") < 0)) {
		nlmsg_free(m);
		return NULL;
	}
	return m;
}

static struct nl_msg *link_request(int type)
{
	struct ifinfomsg ifi = {.ifi_index = LO};
	struct nl_msg *m = nlmsg_alloc_simple(type, 0);

	if (m && nlmsg_append(m, &ifi, sizeof(ifi), NLMSG_ALIGNTO) < 0) {
		nlmsg_free(m);
		return NULL;
	}
	return m;
}

/* A request that the kernel grants, with nothing but an ACK: change nothing. */
static struct nl_msg *good_request(void)
{
	return link_request(RTM_NEWLINK);
}

/* nl_send_sync frees the message. */
static int send_sync(struct nl_sock *sk, struct nl_msg *m)
{
	return m ? nl_send_sync(sk, m) : -NLE_NOMEM;
}

static int send_auto(struct nl_sock *sk, struct nl_msg *m)
{
	int rc;

	if (!m)
		return -NLE_NOMEM;
	rc = nl_send_auto(sk, m);
	nlmsg_free(m);
	return rc;
}

int orc_fill_routes(int n)
{
	struct {
		struct nlmsghdr h;
		struct rtmsg r;
		struct rtattr a;
		uint8_t dst[4];
	} q[64];
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	int rc = 0, i, k;

	MUST(fd >= 0);
	for (i = 0; i < n; i += k) {
		memset(q, 0, sizeof(q));
		for (k = 0; k < 64 && i + k < n; k++) {
			int v = i + k;

			q[k].h.nlmsg_len = sizeof(q[k]);
			q[k].h.nlmsg_type = RTM_NEWROUTE;
			q[k].h.nlmsg_flags =
				NLM_F_REQUEST | NLM_F_CREATE | NLM_F_REPLACE;
			q[k].r.rtm_family = AF_INET;
			q[k].r.rtm_dst_len = 32;
			q[k].r.rtm_table = RT_TABLE_MAIN;
			q[k].r.rtm_protocol = RTPROT_STATIC;
			q[k].r.rtm_type = RTN_BLACKHOLE;
			q[k].a.rta_len = RTA_LENGTH(4);
			q[k].a.rta_type = RTA_DST;
			q[k].dst[0] = 10;
			q[k].dst[1] = v >> 16;
			q[k].dst[2] = v >> 8;
			q[k].dst[3] = v;
		}
		MUST(send(fd, q, k * sizeof(q[0]), 0) ==
		     (ssize_t)(k * sizeof(q[0])));
	}
	/* without NLM_F_ACK only a refusal is answered */
	MUST(recv(fd, q, sizeof(q), MSG_DONTWAIT) < 0 && errno == EAGAIN);
out:
	if (fd >= 0)
		close(fd);
	return rc;
}

struct count {
	int calls, ret;
};

static int count_cb(struct nl_msg *m, void *arg)
{
	struct count *c = arg;

	c->calls++;
	return c->ret;
}

/* Starts a dump of the routes and ends it with ret from the first message. */
static struct nl_sock *stopped_dump(int ret, int32_t *calls, int32_t *code)
{
	struct nl_sock *sk = open_sk(NETLINK_ROUTE);
	struct count c = {.ret = ret};

	if (!sk)
		return NULL;
	nl_socket_modify_cb(sk, NL_CB_VALID, NL_CB_CUSTOM, count_cb, &c);
	if (nl_rtgen_request(sk, RTM_GETROUTE, AF_INET, NLM_F_DUMP) < 0) {
		nl_socket_free(sk);
		return NULL;
	}
	*code = nl_recvmsgs_default(sk);
	*calls = c.calls;
	nl_socket_modify_cb(sk, NL_CB_VALID, NL_CB_DEFAULT, NULL, NULL);
	return sk;
}

/* out: code of the dump, callbacks, code of a link cache fill after it, code
 * of a refused request after it */
int orc_trap_stop(int ret, int32_t *out)
{
	struct nl_sock *sk = stopped_dump(ret, &out[1], &out[0]);
	struct nl_cache *cache = NULL;
	int rc = 0;

	MUST(sk);
	out[2] = rtnl_link_alloc_cache(sk, AF_UNSPEC, &cache);
	if (!out[2])
		nl_cache_free(cache);
	nl_socket_free(sk);
	sk = stopped_dump(ret, &out[1], &out[0]);
	MUST(sk);
	out[3] = send_sync(sk, bad_request());
out:
	nl_socket_free(sk);
	return rc;
}

static int done_cb(struct nl_msg *m, void *arg)
{
	struct nlmsghdr *h = nlmsg_hdr(m);

	if (h->nlmsg_type == NLMSG_DONE && nlmsg_datalen(h) >= 4)
		memcpy(arg, nlmsg_data(h), 4);
	return NL_OK;
}

/* out: code, what DONE carried */
int orc_trap_refused_dump(int32_t *out)
{
	struct rtmsg r = {.rtm_family = AF_INET};
	struct nl_sock *sk = open_sk(NETLINK_ROUTE);
	struct nl_msg *m = nlmsg_alloc_simple(RTM_GETROUTE, NLM_F_DUMP);
	int rc = 0, one = 1;

	MUST(sk && m);
	MUST(!setsockopt(nl_socket_get_fd(sk), SOL_NETLINK,
			 NETLINK_GET_STRICT_CHK, &one, sizeof(one)));
	MUST(!nlmsg_append(m, &r, sizeof(r), NLMSG_ALIGNTO));
	MUST(!nla_put_u32(m, RTA_TABLE, 9999));
	nl_socket_modify_cb(sk, NL_CB_MSG_IN, NL_CB_CUSTOM, done_cb, &out[1]);
	MUST(nl_send_auto(sk, m) > 0);
	out[0] = nl_recvmsgs_default(sk);
out:
	nlmsg_free(m);
	nl_socket_free(sk);
	return rc;
}

/* out: code of a refused request with a notification queued, and without */
int orc_trap_any_datagram(int32_t *out)
{
	struct nl_sock *sk = open_sk(NETLINK_ROUTE);
	int rc = 0;

	MUST(sk);
	nl_socket_disable_seq_check(sk);
	out[1] = send_sync(sk, bad_request());
	MUST(!nl_socket_add_membership(sk, RTNLGRP_IPV4_ROUTE));
	MUST(!orc_fill_routes(1));
	out[0] = send_sync(sk, bad_request());
out:
	nl_socket_free(sk);
	return rc;
}

static int rename_link(struct nl_sock *sk, int index, const char *to)
{
	struct ifinfomsg ifi = {.ifi_index = index};
	struct nl_msg *m = nlmsg_alloc_simple(RTM_NEWLINK, 0);

	if (!m || nlmsg_append(m, &ifi, sizeof(ifi), NLMSG_ALIGNTO) < 0 ||
	    nla_put_string(m, IFLA_IFNAME, to) < 0) {
		nlmsg_free(m);
		return -NLE_NOMEM;
	}
	return send_sync(sk, m);
}

/* out: code of a rename to a name in use with a link notification queued, and
 * without */
int orc_trap_rename(const char *from, const char *to, int32_t *out)
{
	struct nl_sock *sk = open_sk(NETLINK_ROUTE);
	struct nl_sock *other = open_sk(NETLINK_ROUTE);
	struct rtnl_link *orig = rtnl_link_alloc(), *change = rtnl_link_alloc();
	int rc = 0, index = if_nametoindex(from);

	MUST(sk && other && orig && change && index);
	nl_socket_disable_seq_check(sk);
	out[1] = rename_link(sk, index, to);
	MUST(!nl_socket_add_membership(sk, RTNLGRP_LINK));
	rtnl_link_set_ifindex(orig, LO);
	rtnl_link_set_mtu(change, 60000);
	MUST(!rtnl_link_change(other, orig, change, 0));
	out[0] = rename_link(sk, index, to);
out:
	rtnl_link_put(orig);
	rtnl_link_put(change);
	nl_socket_free(sk);
	nl_socket_free(other);
	return rc;
}

/* out: code of the fill, its items, objects the first request got */
int orc_trap_unread_ack(int32_t *out)
{
	struct nl_sock *sk = open_sk(NETLINK_ROUTE);
	struct nl_cache *cache = NULL;
	struct count c = {.ret = NL_OK};
	int rc = 0;

	MUST(sk);
	nl_socket_modify_cb(sk, NL_CB_VALID, NL_CB_CUSTOM, count_cb, &c);
	MUST(send_auto(sk, link_request(RTM_GETLINK)) > 0);
	MUST(!nl_recvmsgs_default(sk));
	out[2] = c.calls;
	nl_socket_modify_cb(sk, NL_CB_VALID, NL_CB_DEFAULT, NULL, NULL);
	out[0] = rtnl_link_alloc_cache(sk, AF_UNSPEC, &cache);
	if (!out[0]) {
		out[1] = nl_cache_nitems(cache);
		nl_cache_free(cache);
	}
out:
	nl_socket_free(sk);
	return rc;
}

/* out: code of an overrun, code of ENOMEM */
int orc_trap_overrun(int32_t *out)
{
	struct nl_sock *sk = open_sk(NETLINK_ROUTE);
	int rc = 0;

	MUST(sk);
	nl_socket_disable_seq_check(sk);
	MUST(!nl_socket_set_buffer_size(sk, 2048, 0));
	MUST(!nl_socket_add_membership(sk, RTNLGRP_IPV4_ROUTE));
	MUST(!orc_fill_routes(2000));
	out[0] = nl_recvmsgs_default(sk);
	out[1] = -nl_syserr2nlerr(ENOMEM);
out:
	nl_socket_free(sk);
	return rc;
}

/* out: code of the read, code of the next read, the same with peek on */
int orc_trap_big_datagram(int size, int32_t *out)
{
	struct nl_sock *sk = open_sk(NETLINK_ROUTE);
	struct nl_msg *m = NULL;
	struct ifaddrmsg ifa = {
		.ifa_family = AF_INET, .ifa_prefixlen = 32, .ifa_index = LO};
	int rc = 0, peek, left;

	MUST(sk);
	MUST(!nl_socket_set_buffer_size(sk, 1 << 20, 1 << 20));
	nl_socket_disable_seq_check(sk);
	for (peek = 0; peek < 2; peek++) {
		nlmsg_free(m);
		m = nlmsg_alloc_size(size + 4096);
		MUST(m);
		MUST(nlmsg_put(m, 0, 0, RTM_DELADDR, 0, 0));
		MUST(!nlmsg_append(m, &ifa, sizeof(ifa), NLMSG_ALIGNTO));
		MUST(!nla_put(m, IFA_LOCAL, 4, "\xc0\0\2\1"));
		for (left = size; left > 0; left -= 32000)
			MUST(nla_reserve(m, 200, left < 32000 ? left : 32000));
		if (peek)
			nl_socket_enable_msg_peek(sk);
		else
			MUST(!nl_socket_set_msg_buf_size(sk, 16384));
		MUST(nl_send_auto(sk, m) > 0);
		out[2 * peek] = nl_recvmsgs_default(sk);
		MUST(!set_timeout(sk, SO_RCVTIMEO, 50));
		out[2 * peek + 1] = nl_recvmsgs_default(sk);
	}
out:
	nlmsg_free(m);
	nl_socket_free(sk);
	return rc;
}

/* out: code of a read with packet info on; with credentials on and nowhere to
 * put them; with neither */
int orc_trap_control_data(int32_t *out)
{
	struct nl_sock *sk = NULL;
	int rc = 0, i;

	for (i = 0; i < 3; i++) {
		struct sockaddr_nl nla = {0};
		unsigned char *buf = NULL;

		nl_socket_free(sk);
		sk = open_sk(NETLINK_ROUTE);
		MUST(sk);
		if (i == 0)
			MUST(!nl_socket_recv_pktinfo(sk, 1));
		if (i == 1)
			MUST(!nl_socket_set_passcred(sk, 1));
		MUST(send_auto(sk, good_request()) > 0);
		out[i] = nl_recv(sk, &nla, &buf, NULL);
		if (out[i] > 0)
			free(buf);
	}
out:
	nl_socket_free(sk);
	return rc;
}

/* out: code, messages that went through before, milliseconds the last send
 * took, whether poll says that the sender can write */
int orc_trap_full_queue(int proto, int nonblock, int32_t *out)
{
	struct nl_sock *rx = open_sk(proto), *tx = open_sk(proto);
	struct nl_msg *m = nlmsg_alloc_simple(100, 0);
	struct pollfd p = {.events = POLLOUT};
	int64_t start = 0;
	int rc = 0;

	MUST(rx && tx && m);
	MUST(nlmsg_reserve(m, 1000, 0));
	MUST(!nl_socket_set_buffer_size(rx, 2048, 0));
	nl_socket_set_peer_port(tx, nl_socket_get_local_port(rx));
	MUST(!set_timeout(tx, SO_SNDTIMEO, 300));
	if (nonblock)
		MUST(!nl_socket_set_nonblocking(tx));
	p.fd = nl_socket_get_fd(tx);
	for (out[1] = 0; out[1] < 10000; out[1]++) {
		MUST(poll(&p, 1, 0) >= 0);
		start = now_ms();
		out[0] = nl_send(tx, m);
		if (out[0] < 0)
			break;
	}
	out[2] = now_ms() - start;
	out[3] = (p.revents & POLLOUT) != 0;
out:
	nlmsg_free(m);
	nl_socket_free(rx);
	nl_socket_free(tx);
	return rc;
}

/* out: what the reader of the first dump gets, with and without seq check */
int orc_trap_second_dump(int32_t *out)
{
	struct nl_sock *sk = NULL;
	int rc = 0, i;

	for (i = 0; i < 2; i++) {
		nl_socket_free(sk);
		sk = open_sk(NETLINK_ROUTE);
		MUST(sk);
		if (i)
			nl_socket_disable_seq_check(sk);
		MUST(nl_rtgen_request(sk, RTM_GETROUTE, AF_INET, NLM_F_DUMP) >=
		     0);
		MUST(nl_rtgen_request(sk, RTM_GETLINK, AF_UNSPEC, NLM_F_DUMP) >=
		     0);
		out[i] = nl_recvmsgs_default(sk);
	}
out:
	nl_socket_free(sk);
	return rc;
}

struct seen {
	int calls;
	uint32_t port;
};

static int src_cb(struct nl_msg *m, void *arg)
{
	struct seen *s = arg;

	s->calls++;
	s->port = nlmsg_get_src(m)->nl_pid;
	return NL_OK;
}

/* out: code, forged events delivered, whether they came from another program,
 * code of a refused request for which an ACK was forged */
int orc_trap_foreign(int32_t *out)
{
	struct nl_sock *sk = open_sk(NETLINK_ROUTE);
	struct nl_sock *liar = open_sk(NETLINK_ROUTE);
	struct nl_msg *m = NULL, *bad = NULL;
	struct seen s = {0};
	struct nlmsgerr e = {.error = 0};
	uint32_t seq;
	int rc = 0;

	MUST(sk && liar);
	nl_socket_set_peer_port(liar, nl_socket_get_local_port(sk));
	seq = nl_socket_use_seq(sk);
	m = link_request(RTM_NEWLINK);
	MUST(m);
	nlmsg_hdr(m)->nlmsg_seq = seq;
	MUST(nl_send(liar, m) > 0);
	nl_socket_modify_cb(sk, NL_CB_VALID, NL_CB_CUSTOM, src_cb, &s);
	out[0] = nl_recvmsgs_default(sk);
	out[1] = s.calls;
	out[2] = s.port == nl_socket_get_local_port(liar);

	nlmsg_free(m);
	m = nlmsg_alloc_simple(NLMSG_ERROR, 0);
	MUST(m);
	nlmsg_hdr(m)->nlmsg_seq = seq;
	MUST(!nlmsg_append(m, &e, sizeof(e), NLMSG_ALIGNTO));
	MUST(nl_send(liar, m) > 0);
	bad = bad_request();
	MUST(bad);
	nlmsg_hdr(bad)->nlmsg_seq = seq;
	out[3] = nl_send_sync(sk, bad);
out:
	nlmsg_free(m);
	nl_socket_free(sk);
	nl_socket_free(liar);
	return rc;
}

/* out: code of a refused request behind an unread ACK; code of the granted
 * request after it */
int orc_trap_wrong_ack(int32_t *out)
{
	struct nl_sock *sk = open_sk(NETLINK_ROUTE);
	int rc = 0;

	MUST(sk);
	MUST(send_auto(sk, good_request()) > 0);
	out[0] = send_sync(sk, bad_request());
	out[1] = send_sync(sk, good_request());
out:
	nl_socket_free(sk);
	return rc;
}

static int rcvbuf(int fd)
{
	int n = -1;
	socklen_t len = sizeof(n);

	getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &n, &len);
	return n;
}

/* out: effective receive buffer of a fresh socket, of a connected nl_sock */
int orc_trap_rcvbuf(int32_t *out)
{
	struct nl_sock *sk = open_sk(NETLINK_ROUTE);
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	int rc = 0;

	MUST(sk && fd >= 0);
	out[0] = rcvbuf(fd);
	out[1] = rcvbuf(nl_socket_get_fd(sk));
out:
	if (fd >= 0)
		close(fd);
	nl_socket_free(sk);
	return rc;
}

/* out: code of a message sent once, and sent again */
int orc_trap_same_msg(int32_t *out)
{
	struct nl_sock *sk = open_sk(NETLINK_ROUTE);
	struct nl_msg *m = good_request();
	int rc = 0, i;

	MUST(sk && m);
	for (i = 0; i < 2; i++) {
		MUST(nl_send_auto(sk, m) > 0);
		out[i] = nl_wait_for_ack(sk);
	}
out:
	nlmsg_free(m);
	nl_socket_free(sk);
	return rc;
}

struct nested {
	struct nl_sock *sk;
	int calls, code;
};

static int nested_cb(struct nl_msg *m, void *arg)
{
	struct nested *n = arg;

	/* the request inside runs under the same callbacks: once is enough */
	if (n->calls++ == 0)
		n->code = send_sync(n->sk, good_request());
	return NL_OK;
}

/* out: code of a granted request inside a dump's callback, code of the dump */
int orc_trap_nested_request(int32_t *out)
{
	struct nl_sock *sk = open_sk(NETLINK_ROUTE);
	struct nested n = {.sk = sk};
	int rc = 0;

	MUST(sk);
	nl_socket_modify_cb(sk, NL_CB_VALID, NL_CB_CUSTOM, nested_cb, &n);
	MUST(nl_rtgen_request(sk, RTM_GETROUTE, AF_INET, NLM_F_DUMP) >= 0);
	out[1] = nl_recvmsgs_default(sk);
	out[0] = n.code;
out:
	nl_socket_free(sk);
	return rc;
}

static void *recv_thread(void *sk)
{
	nl_recvmsgs_default(sk);
	return NULL;
}

/* out: whether a receiver was still waiting 300 ms after nl_close */
int orc_trap_close(int32_t *out)
{
	struct nl_sock *sk = open_sk(NETLINK_ROUTE);
	struct timespec until;
	pthread_t t;
	int rc = 0;

	MUST(sk);
	MUST(!set_timeout(sk, SO_RCVTIMEO, 800));
	MUST(!pthread_create(&t, NULL, recv_thread, sk));
	usleep(100 * 1000);
	nl_close(sk);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += 300 * 1000 * 1000;
	if (until.tv_nsec >= 1000 * 1000 * 1000) {
		until.tv_nsec -= 1000 * 1000 * 1000;
		until.tv_sec++;
	}
	out[0] = pthread_timedjoin_np(t, NULL, &until) == ETIMEDOUT;
	if (out[0])
		pthread_join(t, NULL);
out:
	nl_socket_free(sk);
	return rc;
}

/* out: code of nl_connect when another program has the port, after the port
 * had been asked for; and when it had not */
int orc_trap_local_port(int32_t *out)
{
	struct nl_sock *sk = alloc_sk();
	struct sockaddr_nl a = {.nl_family = AF_NETLINK};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	int rc = 0;

	MUST(sk && fd >= 0);
	a.nl_pid = nl_socket_get_local_port(sk);
	MUST(!bind(fd, (struct sockaddr *)&a, sizeof(a)));
	out[0] = nl_connect(sk, NETLINK_ROUTE);
	/* the port goes back, and is the next socket's first choice */
	nl_socket_free(sk);
	sk = alloc_sk();
	MUST(sk);
	out[1] = nl_connect(sk, NETLINK_ROUTE);
out:
	if (fd >= 0)
		close(fd);
	nl_socket_free(sk);
	return rc;
}

/* out: code of genl_ctrl_resolve on a socket that is not open */
int orc_trap_resolve_closed(int32_t *out)
{
	struct nl_sock *sk = alloc_sk();
	int rc = 0;

	MUST(sk);
	out[0] = genl_ctrl_resolve(sk, "nlctrl");
out:
	nl_socket_free(sk);
	return rc;
}

uint32_t orc_trap_short_u32(void)
{
	struct {
		struct nlattr a;
		uint8_t data[4];
	} attr = {{.nla_len = NLA_HDRLEN + 1, .nla_type = 1},
		  {0x11, 0xaa, 0xbb, 0xcc}};

	return nla_get_u32(&attr.a);
}

static __thread int sent;

static int swallow(struct nl_sock *sk, struct nl_msg *m)
{
	sent++;
	return nlmsg_hdr(m)->nlmsg_len;
}

static struct nl_sock *fed_sk(struct orc_feed *f)
{
	struct nl_sock *sk = open_sk(NETLINK_ROUTE);
	struct nl_cb *cb;

	if (!sk)
		return NULL;
	cb = nl_socket_get_cb(sk);
	nl_cb_overwrite_recv(cb, orc_feed_recv);
	nl_cb_overwrite_send(cb, swallow);
	nl_cb_put(cb);
	nl_socket_disable_seq_check(sk);
	sent = 0;
	orc_feed_use(f);
	return sk;
}

int orc_trap_fill(const char *name, int resync, const uint8_t *bytes,
		  const uint32_t *lens, int n, int32_t *out)
{
	struct orc_feed f = {
		.bytes = bytes, .lens = lens, .n = n, .end = -NLE_AGAIN};
	struct nl_sock *sk = fed_sk(&f);
	struct nl_cache *cache = NULL;
	int rc = 0;

	MUST(sk);
	MUST(!nl_cache_alloc_name(name, &cache));
	out[0] = resync ? nl_cache_resync(sk, cache, NULL, NULL)
			: nl_cache_refill(sk, cache);
	out[1] = nl_cache_nitems(cache);
	out[2] = sent;
out:
	if (cache)
		nl_cache_free(cache);
	nl_socket_free(sk);
	orc_feed_use(NULL);
	return rc;
}

int orc_trap_get_kernel(const uint8_t *bytes, const uint32_t *lens, int n,
			int32_t *out)
{
	struct orc_feed f = {
		.bytes = bytes, .lens = lens, .n = n, .end = -NLE_AGAIN};
	struct nl_sock *sk = fed_sk(&f);
	struct rtnl_link *link = NULL;
	int rc = 0;

	MUST(sk);
	out[0] = rtnl_link_get_kernel(sk, LO, NULL, &link);
	out[1] = link != NULL;
	rtnl_link_put(link);
out:
	nl_socket_free(sk);
	orc_feed_use(NULL);
	return rc;
}
