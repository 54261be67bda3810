// SPDX-License-Identifier: MIT
#include "cgo_helpers.h"
#include "_cgo_export.h"

#include <arpa/inet.h>
#include <endian.h>
#include <limits.h>
#include <malloc.h>
#include <math.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/if_bridge.h>
#include <linux/lwtunnel.h>
#include <linux/if_link.h>
#include <linux/netconf.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netlink/genl/genl.h>
#include <netlink/genl/mngt.h>
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

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

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

/* ---- addresses */

struct nl_addr *nlgo_addr_new(int family, const void *b, size_t len,
			      int prefixlen)
{
	struct nl_addr *a;

	if (len > NLGO_ADDR_MAX)
		return NULL;
	a = nl_addr_alloc(NLGO_ADDR_MAX);
	if (!a)
		return NULL;
	nl_addr_set_family(a, family);
	nl_addr_set_binary_addr(a, b, len);
	nl_addr_set_prefixlen(a, prefixlen);
	return a;
}

void nlgo_addr_get(const struct nl_addr *a, struct nlgo_addr *out)
{
	out->has = a != NULL;
	if (!a)
		return;
	out->family = nl_addr_get_family(a);
	out->prefixlen = (int)nl_addr_get_prefixlen(a);
	out->len = nl_addr_get_len(a);
	memcpy(out->b, nl_addr_get_binary_addr(a),
	       out->len < NLGO_ADDR_MAX ? out->len : NLGO_ADDR_MAX);
}

int nlgo_addr_parse(const char *s, int hint, struct nlgo_addr *out)
{
	struct nl_addr *a = NULL;
	int err = nl_addr_parse(s, hint, &a);

	if (err < 0)
		return err;
	nlgo_addr_get(a, out);
	nl_addr_put(a);
	return 0;
}

void nlgo_addr_str(int family, const void *b, size_t len, int prefixlen,
		   char *buf, size_t size)
{
	struct nl_addr *a = nlgo_addr_new(family, b, len, prefixlen);

	buf[0] = '\0';
	if (!a)
		return;
	nl_addr2str(a, buf, size);
	nl_addr_put(a);
}

int nlgo_addr_info(int family, const void *b, size_t len, int prefixlen,
		   struct nlgo_addrinfo *out, int max)
{
	struct nl_addr *a = nlgo_addr_new(family, b, len, prefixlen);
	struct addrinfo *list = NULL, *i;
	int n = 0, err;

	if (!a)
		return -NLE_NOMEM;
	err = nl_addr_info(a, &list);
	nl_addr_put(a);
	if (err < 0)
		return err;
	for (i = list; i && n < max; i = i->ai_next) {
		struct nlgo_addrinfo *o = &out[n];

		o->family = i->ai_family;
		o->socktype = i->ai_socktype;
		o->protocol = i->ai_protocol;
		if (i->ai_family == AF_INET) {
			struct sockaddr_in *in = (void *)i->ai_addr;

			o->len = 4;
			memcpy(o->ip, &in->sin_addr, 4);
		} else if (i->ai_family == AF_INET6) {
			struct sockaddr_in6 *in6 = (void *)i->ai_addr;

			o->len = 16;
			memcpy(o->ip, &in6->sin6_addr, 16);
		} else {
			continue;
		}
		n++;
	}
	freeaddrinfo(list);
	return n;
}

int nlgo_addr_resolve(int family, const void *b, size_t len, char *buf,
		      size_t size)
{
	struct nl_addr *a = nlgo_addr_new(family, b, len, 8 * (int)len);
	int err;

	if (!a)
		return NLE_NOMEM;
	err = nl_addr_resolve(a, buf, size);
	nl_addr_put(a);
	return err;
}

/* ---- utilities */

/*
 * libnl reads the rate of the packet scheduler when something first asks for
 * it, be it the dump of a neighbour or the parser of a qdisc. It calls exit()
 * when there is something unexpected in the file, divides by an HZ of 0, and
 * blocks for ever if three threads come at once. So it is made to read here,
 * while there is one thread, after a look at what it will find; where that is
 * bad it is given a rate for the moment, and psched_errno remembers.
 */

static int psched_errno;
static double ticks_per_usec = 1.0;

static int psched_look(void)
{
	unsigned int ns_per_usec, ns_per_tick, nom, denom;
	const char *root, *path = getenv("PROC_NET_PSCHED");
	const char *rate = getenv("TICKS_PER_USEC");
	char name[FILENAME_MAX];
	struct stat st;
	FILE *f;
	int n;

	if (rate) {
		ticks_per_usec = strtod(rate, NULL);
		if (!isfinite(ticks_per_usec) || ticks_per_usec <= 0)
			return EINVAL;
		return 0;
	}
	root = getenv("PROC_ROOT");
	if (path)
		n = snprintf(name, sizeof(name), "%s", path);
	else
		n = snprintf(name, sizeof(name), "%s/net/psched",
			     root ? root : "/proc");
	if (n < 0 || (size_t)n >= sizeof(name))
		return ENAMETOOLONG;
	if (stat(name, &st))
		return errno;
	if (!S_ISREG(st.st_mode))
		return EINVAL;
	f = fopen(name, "re");
	if (!f)
		return errno;
	n = fscanf(f, "%08x %08x %08x %08x", &ns_per_usec, &ns_per_tick, &nom,
		   &denom);
	fclose(f);
	if (n != 4 || !ns_per_usec || !ns_per_tick ||
	    (nom == 1000000 && (!denom || denom > INT_MAX)))
		return EINVAL;
	ticks_per_usec = (double)ns_per_usec / ns_per_tick;
	return 0;
}

static int hz_is_bad(void)
{
	const char *hz = getenv("HZ");
	long n = hz ? strtol(hz, NULL, 0) : 100;

	/* the limits of long it takes for an overflow, and asks the system */
	return n != LONG_MIN && n != LONG_MAX && (n <= 0 || n > INT_MAX);
}

/* Sets an environment variable to value and returns what it was. */
static char *env_swap(const char *name, const char *value)
{
	const char *was = getenv(name);
	char *copy = was ? strdup(was) : NULL;

	setenv(name, value, 1);
	return copy;
}

static void env_restore(const char *name, char *was)
{
	if (was)
		setenv(name, was, 1);
	else
		unsetenv(name);
	free(was);
}

static void __attribute__((constructor)) psched_init(void)
{
	int bad_hz = hz_is_bad();
	char *hz = NULL, *rate = NULL;

	psched_errno = psched_look();
	if (bad_hz) {
		char n[24];

		snprintf(n, sizeof(n), "%ld", sysconf(_SC_CLK_TCK));
		hz = env_swap("HZ", n);
	}
	if (psched_errno)
		rate = env_swap("TICKS_PER_USEC", "1");
	nl_get_user_hz();
	if (psched_errno)
		env_restore("TICKS_PER_USEC", rate);
	if (bad_hz)
		env_restore("HZ", hz);
}

int nlgo_psched_errno(void)
{
	return psched_errno;
}

int nlgo_us2ticks(uint32_t us, uint32_t *ticks)
{
	if (psched_errno)
		return psched_errno;
	if (us * ticks_per_usec >= 4294967296.0)
		return ERANGE;
	*ticks = nl_us2ticks(us);
	return 0;
}

int nlgo_ticks2us(uint32_t ticks, uint32_t *us)
{
	if (psched_errno)
		return psched_errno;
	if (ticks / ticks_per_usec >= 4294967296.0)
		return ERANGE;
	*us = nl_ticks2us(ticks);
	return 0;
}

int nlgo_debug_level(void)
{
	return __atomic_load_n(&nl_debug, __ATOMIC_RELAXED);
}

void nlgo_set_debug_level(int level)
{
	__atomic_store_n(&nl_debug, level, __ATOMIC_RELAXED);
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

/* ---- sockets */

struct activation {
	uintptr_t go;
	const struct nl_sock *sk;
	struct activation *below;
	int depth;
	int loop;     /* libnl's receive loop, not a send */
	int callback; /* one is running */
	int poisoned;
	int stopped;
	const uint8_t *first; /* what is received first */
	const struct nlgo_dgram *first_d;
	int took;
};

enum { MAX_DEPTH = 64 }; /* the stack of a thread is finite */

static __thread struct activation *current;

static int enter(struct activation *a, const struct nl_sock *sk, uintptr_t go,
		 int loop, struct nlgo_res *res)
{
	int depth = current ? current->depth + 1 : 0;

	if (depth > MAX_DEPTH) {
		*res = (struct nlgo_res){.rc = -NLE_BUSY, .deep = 1};
		return 0;
	}
	*a = (struct activation){.go = go,
				 .sk = sk,
				 .loop = loop,
				 .depth = depth,
				 .below = current};
	current = a;
	errno = 0;
	return 1;
}

static void leave(struct activation *a, int rc, struct nlgo_res *res)
{
	int err = errno;

	current = a->below;
	res->rc = rc;
	res->stopped = a->stopped;
	res->deep = 0;
	res->took = a->took;
	/* libnl's functions leave errno alone after a failed system call */
	res->sys_errno = rc < 0 && err && nl_syserr2nlerr(err) == -rc ? err : 0;
}

void nlgo_abandon(void)
{
	if (current)
		current = current->below;
}

int nlgo_inside(const struct nl_sock *sk)
{
	const struct activation *a;
	int in = 0;

	for (a = current; a; a = a->below) {
		if (a->sk != sk)
			continue;
		if (a->loop)
			return NLGO_IN_LOOP;
		if (a->callback)
			in = NLGO_IN_SEND;
	}
	return in;
}

/* What a Go function returned: below zero it failed, and was the last. */
static int judge(struct activation *a, int rc)
{
	if (rc < 0)
		a->poisoned = 1;
	else if (rc == NL_STOP)
		a->stopped = 1;
	return rc;
}

static int msg_trampoline(struct nl_msg *msg, void *slot)
{
	struct activation *a = current;
	struct nlgo_msg m;
	int rc;

	if (!a || a->poisoned)
		return -NLE_INTR;
	nlgo_msg_get(msg, &m);
	a->callback = 1;
	rc = nlgoMsg(a->go, (int)(uintptr_t)slot, &m);
	a->callback = 0;
	return judge(a, rc);
}

static int err_trampoline(struct sockaddr_nl *from, struct nlmsgerr *e,
			  void *arg)
{
	struct activation *a = current;
	int rc;

	if (!a || a->poisoned)
		return -NLE_INTR;
	/* libnl's loop points e into the message, right behind its header */
	rc = nlgoErr(a->go, (char *)e - NLMSG_HDRLEN);
	if (rc == NL_STOP)
		return -nl_syserr2nlerr(e->error);
	return judge(a, rc);
}

/* Hands buf, which holds d, to libnl. */
static int deliver(void *buf, const struct nlgo_dgram *d,
		   struct sockaddr_nl *from, unsigned char **to,
		   struct ucred **creds)
{
	struct ucred *c = NULL;

	if (creds && d->has_creds) {
		c = malloc(sizeof(*c));
		if (!c) {
			free(buf);
			return -NLE_NOMEM;
		}
		*c = d->creds;
	}
	if (creds)
		*creds = c;
	*from = (struct sockaddr_nl){.nl_family = AF_NETLINK,
				     .nl_pid = d->port,
				     .nl_groups = d->groups};
	*to = buf;
	return d->n;
}

static int recv_override(struct nl_sock *sk, struct sockaddr_nl *from,
			 unsigned char **buf, struct ucred **creds)
{
	struct activation *a = current;
	struct nlgo_rx rx = {0};
	int n;

	if (!a || a->sk != sk)
		return -NLE_BAD_SOCK;
	if (a->poisoned)
		return -NLE_INTR;
	if (a->first) {
		rx.buf = malloc(a->first_d->n);
		if (!rx.buf)
			return -NLE_NOMEM;
		memcpy(rx.buf, a->first, a->first_d->n);
		a->first = NULL;
		a->took = 1;
		return deliver(rx.buf, a->first_d, from, buf, creds);
	}
	n = nlgoRecv(a->go, &rx);
	if (n < 0)
		a->poisoned = 1;
	if (n <= 0) {
		free(rx.buf); /* refused, or the socket was closed just then */
		return n;
	}
	return deliver(rx.buf, &rx.d, from, buf, creds);
}

static int send_override(struct nl_sock *sk, struct nl_msg *msg)
{
	struct activation *a = current;
	struct nlgo_msg m;
	int rc;

	if (!a || a->poisoned)
		return -NLE_INTR;
	nlgo_msg_get(msg, &m);
	rc = nlgoSend(a->go, &m);
	if (rc < 0)
		a->poisoned = 1;
	return rc;
}

static int recvmsgs_override(struct nl_sock *sk, struct nl_cb *cb)
{
	struct activation *a = current;
	int rc;

	if (!a || a->poisoned)
		return -NLE_INTR;
	rc = nlgoRecvMsgs(a->go);
	if (rc < 0)
		a->poisoned = 1;
	return rc;
}

struct nl_cb *nlgo_cb_alloc(int kind)
{
	struct nl_cb *cb = nl_cb_alloc(kind);

	if (!cb)
		return NULL;
	nl_cb_overwrite_recv(cb, recv_override);
	/* left alone, this one prints to stdout */
	nl_cb_set(cb, NL_CB_VALID, kind, NULL, stderr);
	return cb;
}

int nlgo_cb_set(struct nl_cb *cb, int type, int kind, int go)
{
	return nl_cb_set(cb, type, kind, go ? msg_trampoline : NULL,
			 go ? (void *)(uintptr_t)type : stderr);
}

int nlgo_cb_set_all(struct nl_cb *cb, int kind, int go)
{
	int type, rc;

	/* one by one, since each slot has an argument of its own */
	if (!go)
		return nl_cb_set_all(cb, kind, NULL, stderr);
	for (type = 0; type <= NL_CB_TYPE_MAX; type++) {
		rc = nlgo_cb_set(cb, type, kind, go);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int nlgo_cb_err(struct nl_cb *cb, int kind, int go)
{
	return nl_cb_err(cb, kind, go ? err_trampoline : NULL, NULL);
}

static int accept_seq(struct nl_msg *msg, void *arg)
{
	return NL_OK;
}

void nlgo_cb_accept_seq(struct nl_cb *cb)
{
	nl_cb_set(cb, NL_CB_SEQ_CHECK, NL_CB_CUSTOM, accept_seq, NULL);
}

void nlgo_cb_overwrite_send(struct nl_cb *cb, int go)
{
	nl_cb_overwrite_send(cb, go ? send_override : NULL);
}

void nlgo_cb_overwrite_recvmsgs(struct nl_cb *cb, int go)
{
	nl_cb_overwrite_recvmsgs(cb, go ? recvmsgs_override : NULL);
}

struct nl_sock *nlgo_socket_alloc(void)
{
	struct nl_sock *sk = nl_socket_alloc();
	struct nl_cb *cb;

	if (!sk)
		return NULL;
	cb = nl_socket_get_cb(sk);
	nl_cb_overwrite_recv(cb, recv_override);
	nl_cb_put(cb);
	return sk;
}

/* The errno behind rc, if the system call that failed left it. */
static int errno_of(int rc)
{
	return rc < 0 && errno && nl_syserr2nlerr(errno) == -rc ? errno : 0;
}

int nlgo_connect(struct nl_sock *sk, int protocol, int *sys_errno)
{
	int rc;

	errno = 0;
	rc = nl_connect(sk, protocol);
	*sys_errno = errno_of(rc);
	return rc;
}

int nlgo_membership(struct nl_sock *sk, int group, int join, int *sys_errno)
{
	int rc;

	errno = 0;
	rc = join ? nl_socket_add_membership(sk, group)
		  : nl_socket_drop_membership(sk, group);
	*sys_errno = errno_of(rc);
	return rc;
}

int nlgo_set_fd(struct nl_sock *sk, int protocol, int fd, int *sys_errno)
{
	int rc;

	errno = 0;
	rc = nl_socket_set_fd(sk, protocol, fd);
	*sys_errno = errno_of(rc);
	return rc;
}

int nlgo_nonblock(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return -errno;
	return 0;
}

int nlgo_setsockopt(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value)) < 0 ? -errno
								      : 0;
}

int nlgo_getsockopt(int fd, int level, int name, int *value)
{
	socklen_t len = sizeof(*value);

	return getsockopt(fd, level, name, value, &len) < 0 ? -errno : 0;
}

static void read_control(struct msghdr *msg, struct nlgo_dgram *d)
{
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		size_t len = c->cmsg_len - CMSG_LEN(0);

		if (c->cmsg_level == SOL_SOCKET &&
		    c->cmsg_type == SCM_CREDENTIALS &&
		    len >= sizeof(d->creds)) {
			memcpy(&d->creds, CMSG_DATA(c), sizeof(d->creds));
			d->has_creds = 1;
		} else if (c->cmsg_level == SOL_NETLINK &&
			   c->cmsg_type == NETLINK_PKTINFO &&
			   len >= sizeof(struct nl_pktinfo)) {
			memcpy(&d->group, CMSG_DATA(c), sizeof(d->group));
		} else if (c->cmsg_level == SOL_NETLINK &&
			   c->cmsg_type == NETLINK_LISTEN_ALL_NSID &&
			   len >= sizeof(d->nsid)) {
			memcpy(&d->nsid, CMSG_DATA(c), sizeof(d->nsid));
		}
	}
}

/* What one recvmsg() or recvmmsg() needs beside the header. */
struct receive {
	struct sockaddr_nl from;
	struct iovec iov[2];
	char control[128] __attribute__((aligned(8)));
};

enum { RECV_FLAGS = MSG_TRUNC | MSG_DONTWAIT | MSG_CMSG_CLOEXEC };

static struct msghdr receive_into(struct receive *r, int parts)
{
	return (struct msghdr){
		.msg_name = &r->from,
		.msg_namelen = sizeof(r->from),
		.msg_iov = r->iov,
		.msg_iovlen = parts,
		.msg_control = r->control,
		.msg_controllen = sizeof(r->control),
	};
}

/* Whether to read again. EINVAL is the kernel's when a read wanted to go on
 * with a dump that the one who asked for it ended just then: nothing is
 * amiss. */
static int again(int *spurious)
{
	return errno == EINTR || (errno == EINVAL && (*spurious)-- > 0);
}

static void received(struct msghdr *msg, const struct receive *r, ssize_t n,
		     struct nlgo_dgram *d)
{
	*d = (struct nlgo_dgram){.nsid = -1};
	d->n = n > INT32_MAX ? INT32_MAX : n;
	if (msg->msg_namelen >= sizeof(r->from)) {
		d->port = r->from.nl_pid;
		d->groups = r->from.nl_groups;
	}
	if (msg->msg_controllen)
		read_control(msg, d);
}

void nlgo_recv(int fd, uint8_t *buf, uint32_t len, uint8_t *spare,
	       uint32_t sparelen, struct nlgo_dgram *d)
{
	struct receive r;
	struct msghdr msg = receive_into(&r, 2);
	int spurious = 8;
	ssize_t n;

	r.iov[0] = (struct iovec){.iov_base = buf, .iov_len = len};
	r.iov[1] = (struct iovec){.iov_base = spare, .iov_len = sparelen};
	do
		n = recvmsg(fd, &msg, RECV_FLAGS);
	while (n < 0 && again(&spurious));
	if (n < 0)
		d->n = -errno;
	else
		received(&msg, &r, n, d);
}

int nlgo_recv_many(int fd, uint8_t *places, uint32_t len, uint32_t stride,
		   struct nlgo_dgram *d, int max)
{
	struct receive r[NLGO_RECV_MAX];
	struct mmsghdr msgs[NLGO_RECV_MAX];
	int spurious = 8;
	int i, n;

	for (i = 0; i < max; i++) {
		msgs[i].msg_hdr = receive_into(&r[i], 1);
		r[i].iov[0] =
			(struct iovec){.iov_base = places + (size_t)i * stride,
				       .iov_len = len};
	}
	do
		n = recvmmsg(fd, msgs, max, RECV_FLAGS, NULL);
	while (n < 0 && again(&spurious));
	if (n < 0) {
		d->n = -errno;
		return 1;
	}
	for (i = 0; i < n; i++)
		received(&msgs[i].msg_hdr, &r[i], msgs[i].msg_len, &d[i]);
	return n;
}

int nlgo_send(int fd, const uint8_t *data, uint32_t len, uint32_t port,
	      uint32_t groups, const struct ucred *creds)
{
	struct sockaddr_nl to = {
		.nl_family = AF_NETLINK, .nl_pid = port, .nl_groups = groups};
	struct iovec iov = {.iov_base = (void *)data, .iov_len = len};
	char control[CMSG_SPACE(sizeof(struct ucred))]
		__attribute__((aligned(8)));
	struct msghdr msg = {
		.msg_name = &to,
		.msg_namelen = sizeof(to),
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};
	ssize_t n;

	if (creds) {
		struct cmsghdr *c;

		memset(control, 0, sizeof(control));
		msg.msg_control = control;
		msg.msg_controllen = sizeof(control);
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_CREDENTIALS;
		c->cmsg_len = CMSG_LEN(sizeof(*creds));
		memcpy(CMSG_DATA(c), creds, sizeof(*creds));
	}
	do
		n = sendmsg(fd, &msg, MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : (int)n;
}

int nlgo_transact(int fd, const uint8_t *data, uint32_t len, uint32_t port,
		  uint32_t groups, const struct ucred *creds, uint8_t *buf,
		  uint32_t buflen, uint8_t *spare, uint32_t sparelen,
		  struct nlgo_dgram *d)
{
	int n = nlgo_send(fd, data, len, port, groups, creds);

	if (n >= 0)
		nlgo_recv(fd, buf, buflen, spare, sparelen, d);
	return n;
}

static int enter_loop(struct activation *a, const struct nl_sock *sk,
		      uintptr_t go, const uint8_t *first,
		      const struct nlgo_dgram *d, struct nlgo_res *res)
{
	if (!enter(a, sk, go, 1, res))
		return 0;
	if (d->n > 0) {
		a->first = first;
		a->first_d = d;
	}
	return 1;
}

void nlgo_recvmsgs(struct nl_sock *sk, struct nl_cb *cb, uintptr_t go,
		   const uint8_t *first, const struct nlgo_dgram *d,
		   struct nlgo_res *res)
{
	struct activation a;

	if (enter_loop(&a, sk, go, first, d, res))
		leave(&a, nl_recvmsgs_report(sk, cb), res);
}

void nlgo_wait_for_ack(struct nl_sock *sk, uintptr_t go, const uint8_t *first,
		       const struct nlgo_dgram *d, struct nlgo_res *res)
{
	struct activation a;

	if (enter_loop(&a, sk, go, first, d, res))
		leave(&a, nl_wait_for_ack(sk), res);
}

/*
 * libnl has no setter for the sequence number it expects. But its loop tells
 * by the callback for invalid messages whether a number is the expected one,
 * and counts up for each no-op message: so it is fed with such.
 */

struct probe {
	uint32_t seq;
	int type;
	int fed;
	int mismatch;
};

static __thread struct probe *probing;

static int probe_recv(struct nl_sock *sk, struct sockaddr_nl *from,
		      unsigned char **buf, struct ucred **creds)
{
	struct nlmsghdr *h;

	if (probing->fed)
		return 0;
	h = calloc(1, NLMSG_HDRLEN);
	if (!h)
		return -NLE_NOMEM;
	h->nlmsg_len = NLMSG_HDRLEN;
	h->nlmsg_type = probing->type;
	h->nlmsg_seq = probing->seq;
	probing->fed = 1;
	*buf = (unsigned char *)h;
	*creds = NULL;
	return NLMSG_HDRLEN;
}

static int probe_invalid(struct nl_msg *msg, void *arg)
{
	probing->mismatch = 1;
	return NL_OK;
}

static int probe(struct nl_sock *sk, struct nl_cb *cb, int type, uint32_t seq)
{
	struct probe p = {.seq = seq, .type = type};

	probing = &p;
	nl_recvmsgs(sk, cb);
	probing = NULL;
	return p.mismatch;
}

void nlgo_expect_seq(struct nl_sock *sk, uint32_t seq, uint32_t behind)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);
	uint32_t most = 1 << 12;

	if (!cb)
		return;
	nl_cb_overwrite_recv(cb, probe_recv);
	nl_cb_set(cb, NL_CB_INVALID, NL_CB_CUSTOM, probe_invalid, NULL);
	if (probe(sk, cb, NLMSG_MIN_TYPE, seq - behind)) {
		/* it is behind by the terminators that were left unread: few */
		behind = 0;
		while (behind < most &&
		       probe(sk, cb, NLMSG_MIN_TYPE, seq - behind))
			behind++;
		if (behind == most)
			behind = 0;
	}
	for (; behind; behind--)
		probe(sk, cb, NLMSG_NOOP, seq);
	nl_cb_put(cb);
}

void nlgo_send_op(struct nl_sock *sk, uintptr_t go, int op, uint8_t *data,
		  uint32_t len, struct nlgo_msg *m, const uint8_t *iov,
		  const uint8_t *control, const struct nlgo_iov *v,
		  struct nlgo_res *res)
{
	struct activation a;
	struct nl_msg *msg = nlgo_msg_new(data, len, m);
	struct sockaddr_nl to = {.nl_family = AF_NETLINK};
	struct iovec vec;
	struct msghdr hdr = {0};
	int rc = 0;

	if (!msg) {
		*res = (struct nlgo_res){.rc = -NLE_NOMEM};
		return;
	}
	if (!enter(&a, sk, go, op == NLGO_SEND_SYNC, res)) {
		nlmsg_free(msg);
		return;
	}
	switch (op) {
	case NLGO_SEND:
		rc = nl_send(sk, msg);
		break;
	case NLGO_SEND_AUTO:
	case NLGO_SEND_SYNC:
		rc = nl_send_auto(sk, msg);
		break;
	case NLGO_SEND_IOVEC:
		vec = (struct iovec){(void *)iov, v->len};
		rc = nl_send_iovec(sk, msg, &vec, 1);
		break;
	case NLGO_SENDMSG:
		vec = (struct iovec){(void *)iov, v->len};
		to.nl_pid = v->port;
		to.nl_groups = v->groups;
		hdr.msg_name = &to;
		hdr.msg_namelen = sizeof(to);
		hdr.msg_iov = &vec;
		hdr.msg_iovlen = 1;
		hdr.msg_control = v->controllen ? (void *)control : NULL;
		hdr.msg_controllen = v->controllen;
		rc = nl_sendmsg(sk, msg, &hdr);
		break;
	case NLGO_COMPLETE:
		nl_complete_msg(sk, msg);
		break;
	}
	leave(&a, rc, res);
	nlgo_msg_get(msg, m);
	memcpy(data, m->data, NLMSG_HDRLEN);
	m->data = NULL;
	nlmsg_free(msg);
}

void nlgo_send_simple(struct nl_sock *sk, uintptr_t go, int type, int flags,
		      uint8_t *body, uint32_t len, struct nlgo_res *res)
{
	struct activation a;

	if (enter(&a, sk, go, 0, res))
		leave(&a,
		      nl_send_simple(sk, type, flags, len ? body : NULL, len),
		      res);
}

void nlgo_rtgen_request(struct nl_sock *sk, uintptr_t go, int type, int family,
			int flags, struct nlgo_res *res)
{
	struct activation a;

	if (enter(&a, sk, go, 0, res))
		leave(&a, nl_rtgen_request(sk, type, family, flags), res);
}

int nlgo_sendto(struct nl_sock *sk, uint8_t *b, uint32_t len, int *sys_errno)
{
	int rc;

	errno = 0;
	rc = nl_sendto(sk, b, len);
	*sys_errno = rc < 0 ? errno : 0;
	return rc;
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

	/* Before 3.11 the parser drops what setting the type had
	 * allocated. For veth the kernel sends no data, and before 3.11
	 * libnl does not parse that of a bond, so dumps, requests and
	 * setters follow a null pointer. Setting the type again gives
	 * an empty peer, as 3.11 has, and an empty bond.
	 */
	if (nl_ver_num >= LIBNL_VER(3, 11) || !nl_object_get_msgtype(obj) ||
	    !nlgo_object_is(obj, "route/link"))
		return 0;
	if (nlgo_link_is(link, NLGO_LINK_BOND))
		return rtnl_link_set_type(link, "bond");
	if (!nlgo_link_is(link, NLGO_LINK_VETH) || nlgo_veth_owner(link))
		return 0;
	return rtnl_link_set_type(link, "veth");
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

/* The message that parsers are given, kept for the next one, because to make
 * one costs half of what parsing a route does. The caller of nlgo_msg_objects
 * holds a lock. */
#ifdef __SANITIZE_ADDRESS__
enum { SCRATCH_MIN = 0, SCRATCH_KEEP = 0 }; /* a read beyond it must show */
#else
enum { SCRATCH_MIN = 4096, SCRATCH_KEEP = 65536 };
#endif
static struct nl_msg *scratch;
static size_t scratch_size;

static struct nl_msg *scratch_get(const void *data, uint32_t len, int proto)
{
	/* a zeroed tail keeps libnl's parsers, which round up, inside */
	size_t need = NLMSG_ALIGN((size_t)len) + 8;
	char *p;

	if (need > scratch_size) {
		nlmsg_free(scratch);
		scratch_size = need > SCRATCH_MIN ? need : SCRATCH_MIN;
		scratch = nlmsg_alloc_size(scratch_size);
		if (!scratch) {
			scratch_size = 0;
			return NULL;
		}
	}
	p = (char *)nlmsg_hdr(scratch);
	memcpy(p, data, len);
	memset(p + len, 0, need - len);
	nlmsg_hdr(scratch)->nlmsg_len = len;
	nlmsg_set_proto(scratch, proto);
	return scratch;
}

static void scratch_put(void)
{
	if (scratch_size <= SCRATCH_KEEP)
		return;
	nlmsg_free(scratch);
	scratch = NULL;
	scratch_size = 0;
}

/* Before 3.12 a route with an encapsulation that libnl has no parser for, and
 * MPLS is the only one it has, ends a dump with an error. From then on the
 * encapsulation is left out, and so it is here. */
static void encap_hide_attrs(struct nlattr *a, int len)
{
	int rest;

	nla_for_each_attr(a, a, len, rest)
	{
		if (nla_type(a) == RTA_ENCAP_TYPE && nla_len(a) >= 2 &&
		    nla_get_u16(a) != LWTUNNEL_ENCAP_MPLS)
			a->nla_type = 0x3fff; /* beyond RTA_MAX */
	}
}

static void encap_hide(struct nlmsghdr *h)
{
	struct nlattr *a;
	int rest;

	if ((h->nlmsg_type != RTM_NEWROUTE && h->nlmsg_type != RTM_DELROUTE &&
	     h->nlmsg_type != RTM_GETROUTE) ||
	    !nlmsg_valid_hdr(h, sizeof(struct rtmsg)))
		return;
	encap_hide_attrs(nlmsg_attrdata(h, sizeof(struct rtmsg)),
			 nlmsg_attrlen(h, sizeof(struct rtmsg)));
	nlmsg_for_each_attr(a, h, sizeof(struct rtmsg), rest)
	{
		struct rtnexthop *nh = nla_data(a);
		int len = nla_len(a);

		if (nla_type(a) != RTA_MULTIPATH)
			continue;
		for (; RTNH_OK(nh, len); nh = RTNH_NEXT(nh)) {
			encap_hide_attrs((struct nlattr *)RTNH_DATA(nh),
					 nh->rtnh_len - sizeof(*nh));
			len -= RTNH_ALIGN(nh->rtnh_len);
		}
	}
}

/* Before 3.8 the parser takes the mode of a bridge port in hardware for a VLAN,
 * which it is too short for, and gives the link up. Hides it from the parser
 * and returns it; -1 if there is nothing to do. */
static int bridge_mode(struct nlmsghdr *h, int proto)
{
	struct ifinfomsg *ifi = nlmsg_data(h);
	struct nlattr *spec, *a;
	int rem, mode = -1;

	if (nl_ver_num >= LIBNL_VER(3, 8) || proto != NETLINK_ROUTE ||
	    h->nlmsg_type < RTM_NEWLINK || h->nlmsg_type > RTM_SETLINK ||
	    !nlmsg_valid_hdr(h, sizeof(*ifi)) || ifi->ifi_family != AF_BRIDGE)
		return -1;
	spec = nlmsg_find_attr(h, sizeof(*ifi), IFLA_AF_SPEC);
	if (!spec)
		return -1;
	nla_for_each_nested(a, spec, rem)
	{
		if (nla_type(a) != IFLA_BRIDGE_MODE || nla_len(a) != 2)
			continue;
		mode = nla_get_u16(a);
		a->nla_type = 0x3fff; /* no such attribute */
	}
	return mode;
}

/* swap_halves of an attribute of 64 bits. */
static void swap_halves(struct nlattr *a)
{
	uint32_t *half = nla_data(a), upper;

	if (nla_len(a) != sizeof(uint64_t))
		return;
	upper = half[0];
	half[0] = half[1];
	half[1] = upper;
}

/* The parser reads the first half of times that have 64 bits, which in big
 * endian is the upper one. Swaps the halves. */
static void neightbl_times(struct nlmsghdr *h)
{
	struct nlattr *a, *b;
	int rem, rem2;

	if (__BYTE_ORDER__ != __ORDER_BIG_ENDIAN__ ||
	    h->nlmsg_type != RTM_NEWNEIGHTBL ||
	    !nlmsg_valid_hdr(h, sizeof(struct ndtmsg)))
		return;
	nlmsg_for_each_attr(a, h, sizeof(struct ndtmsg), rem)
	{
		if (nla_type(a) == NDTA_GC_INTERVAL)
			swap_halves(a);
		if (nla_type(a) != NDTA_PARMS)
			continue;
		nla_for_each_nested(b, a, rem2) swap_halves(b);
	}
}

struct nlgo_objects nlgo_msg_objects(const void *data, uint32_t len, int proto)
{
	struct nlgo_objects res = {.err = 0};
	struct nl_msg *msg = scratch_get(data, len, proto);
	struct nlattr *nat;
	int err, mode;

	if (!msg) {
		res.err = -NLE_NOMEM;
		return res;
	}
	if (proto == NETLINK_ROUTE && nl_ver_num < LIBNL_VER(3, 12))
		encap_hide(nlmsg_hdr(msg));
	mode = bridge_mode(nlmsg_hdr(msg), proto);
	if (proto == NETLINK_ROUTE)
		neightbl_times(nlmsg_hdr(msg));
	nlgo_genl_event(nlmsg_hdr(msg), proto);
	nat = nlgo_exp_hide_nat(nlmsg_hdr(msg), proto);
	err = nl_msg_parse(msg, collect, &res);
	if (err >= 0 && nat && res.first)
		err = nlgo_exp_take_nat(res.first, nat);
	if (err < 0)
		objects_drop(&res, err);
	else if (res.first)
		nlgo_bond_parsed(res.first, nlmsg_hdr(msg));
	if (proto == NETLINK_NETFILTER && res.first)
		nlgo_ct_parsed(res.first, nlmsg_hdr(msg));
	if (mode >= 0 && res.first)
		rtnl_link_bridge_set_hwmode((struct rtnl_link *)res.first,
					    mode);
	scratch_put();
	return res;
}

uint32_t nlgo_msgs_objects(const void *data, uint32_t n, int proto,
			   struct nlgo_made *v)
{
	const char *p = data;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t len = ((const struct nlmsghdr *)p)->nlmsg_len;
		struct nlgo_objects o = nlgo_msg_objects(p, len, proto);

		if (o.err < 0)
			return i;
		if (!o.first || o.n_more) {
			objects_drop(&o, 0);
			return i;
		}
		v[i].obj = o.first;
		v[i].ops = nl_object_get_ops(o.first);
		p += NLMSG_ALIGN(len);
	}
	return n;
}

void nlgo_made_put(struct nlgo_made *v, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		nl_object_put(v[i].obj);
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

static const char *link_hazard(struct rtnl_link *link)
{
	struct rtnl_link *peer = NULL;
	int vfs = rtnl_link_has_vf_list(link);
	uint32_t mode;

	if (nlgo_veth_owner(link) ||
	    (nlgo_link_is(link, NLGO_LINK_VETH) &&
	     !nl_object_get_msgtype((struct nl_object *)link)))
		peer = rtnl_link_veth_get_peer(link);
	if (peer) {
		vfs |= rtnl_link_has_vf_list(peer);
		rtnl_link_put(peer);
	}
	if (vfs)
		return "virtual functions";
	if (!nlgo_link_is(link, NLGO_LINK_MACVTAP))
		return NULL;
	mode = rtnl_link_macvtap_get_mode(link);
	return mode == MACVLAN_MODE_SOURCE ? "a macvtap in source mode" : NULL;
}

/* What libnl's clone would share with the original, to be freed twice, or lose.
 */
static const char *clone_hazard(struct nl_object *obj)
{
	const char *kind;
	int n;

	if (nlgo_object_is(obj, "route/link"))
		return link_hazard((struct rtnl_link *)obj);
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

/* libnl's clone of a macvtap is a macvlan. */
static int macvtap_complete(struct rtnl_link *dst)
{
	uint32_t mode = rtnl_link_macvlan_get_mode(dst);
	uint16_t flags = rtnl_link_macvlan_get_flags(dst);
	struct nl_msg *msg;
	struct nlattr *a;
	int err;

	/* only a request tells whether flags are set if there are none */
	err = rtnl_link_build_add_request(dst, 0, &msg);
	if (err < 0)
		return err;
	a = nlmsg_find_attr(nlmsg_hdr(msg), sizeof(struct ifinfomsg),
			    IFLA_LINKINFO);
	a = a ? nla_find(nla_data(a), nla_len(a), IFLA_INFO_DATA) : NULL;
	a = a ? nla_find(nla_data(a), nla_len(a), IFLA_MACVLAN_FLAGS) : NULL;
	err = rtnl_link_set_type(dst, "macvtap");
	if (err >= 0 && mode)
		rtnl_link_macvtap_set_mode(dst, mode);
	if (err >= 0 && a)
		rtnl_link_macvtap_set_flags(dst, flags);
	nlmsg_free(msg);
	return err;
}

static int clone_complete(struct nl_object *dst, struct nl_object *src)
{
	if (nlgo_object_is(src, "route/route"))
		return nexthops_complete((struct rtnl_route *)dst,
					 (struct rtnl_route *)src);
	if (!nlgo_object_is(src, "route/link"))
		return 0;
	if (nlgo_link_is((struct rtnl_link *)src, NLGO_LINK_MACVTAP))
		return macvtap_complete((struct rtnl_link *)dst);
	return nlgo_bond_cloned((struct rtnl_link *)dst,
				(struct rtnl_link *)src);
}

/* libnl loses a piece of memory where it clones a can link. */
static void lsan_ignore(struct nl_object *obj, int on)
{
#ifdef __SANITIZE_ADDRESS__
	if (!nlgo_object_is(obj, "route/link") ||
	    !nlgo_link_is((struct rtnl_link *)obj, NLGO_LINK_CAN))
		return;
	if (on)
		__lsan_disable();
	else
		__lsan_enable();
#endif
}

/* The settings of a bridge that a request for it would carry; NULL if there
 * are none. */
static struct nlattr *bridge_settings(struct nl_msg *msg)
{
	struct nlattr *info;

	info = nlmsg_find_attr(nlmsg_hdr(msg), sizeof(struct ifinfomsg),
			       IFLA_LINKINFO);
	return info ? nla_find(nla_data(info), nla_len(info), IFLA_INFO_DATA)
		    : NULL;
}

static void bridge_boolopts(struct rtnl_link *dst, struct nlattr *a)
{
	uint32_t v[2]; /* struct br_boolopt_multi: value, mask */

	nla_memcpy(v, a, sizeof(v));
	for (int i = 0; i < 32; i++)
		if (v[1] & ((uint32_t)1 << i))
			rtnl_link_bridge_set_boolopt(dst, i, v[0] >> i & 1);
}

/* IFLA_BR_*, some of which are newer than the headers of a distribution */
enum {
	BR_AGEING_TIME = 4,
	BR_STP_STATE = 5,
	BR_VLAN_FILTERING = 7,
	BR_VLAN_PROTOCOL = 8,
	BR_MCAST_ROUTER = 22,
	BR_MCAST_SNOOPING = 23,
	BR_NF_CALL_IPTABLES = 36,
	BR_NF_CALL_IP6TABLES = 37,
	BR_NF_CALL_ARPTABLES = 38,
	BR_VLAN_DEFAULT_PVID = 39,
	BR_VLAN_STATS_ENABLED = 41,
	BR_MULTI_BOOLOPT = 46,
};

/* Whether the libnl that this was compiled with has a setter for the setting.
 */
static int bridge_set(struct rtnl_link *dst, struct nlattr *a)
{
	int minor = 8;

	switch (nla_type(a)) {
	case BR_VLAN_FILTERING:
		rtnl_link_bridge_set_vlan_filtering(dst, nla_get_u8(a));
		break;
	case BR_VLAN_PROTOCOL:
		rtnl_link_bridge_set_vlan_protocol(dst, ntohs(nla_get_u16(a)));
		break;
	case BR_VLAN_STATS_ENABLED:
		rtnl_link_bridge_set_vlan_stats_enabled(dst, nla_get_u8(a));
		break;
	case BR_AGEING_TIME:
		rtnl_link_bridge_set_ageing_time(dst, nla_get_u32(a));
		minor = 10;
		break;
	case BR_NF_CALL_IPTABLES:
		rtnl_link_bridge_set_nf_call_iptables(dst, nla_get_u8(a));
		minor = 10;
		break;
	case BR_NF_CALL_IP6TABLES:
		rtnl_link_bridge_set_nf_call_ip6tables(dst, nla_get_u8(a));
		minor = 10;
		break;
	case BR_NF_CALL_ARPTABLES:
		rtnl_link_bridge_set_nf_call_arptables(dst, nla_get_u8(a));
		minor = 10;
		break;
	case BR_VLAN_DEFAULT_PVID:
		nlgo_bridge_set_vlan_default_pvid(dst, nla_get_u16(a));
		minor = 11;
		break;
	case BR_STP_STATE:
		rtnl_link_bridge_set_stp_state(dst, nla_get_u32(a));
		minor = 11;
		break;
	case BR_MCAST_ROUTER:
		rtnl_link_bridge_set_mcast_router(dst, nla_get_u8(a));
		minor = 11;
		break;
	case BR_MCAST_SNOOPING:
		rtnl_link_bridge_set_mcast_snooping(dst, nla_get_u8(a));
		minor = 11;
		break;
	case BR_MULTI_BOOLOPT:
		bridge_boolopts(dst, a);
		minor = 11;
		break;
	default:
		return 0;
	}
	return LIBNL_VER_NUM >= LIBNL_VER(3, minor);
}

/* From 3.8 to 3.11 the clone of a bridge has none of its settings, and not
 * even the place for them, which every call takes to be there. Returns what
 * cannot be given to it; then, and without memory, the clone is gone. */
static const char *bridge_complete(struct nl_object **clone,
				   struct rtnl_link *src)
{
	struct rtnl_link *dst = (struct rtnl_link *)*clone;
	const char *why = NULL;
	struct nl_msg *msg = NULL;
	struct nlattr *settings, *a;
	int rem, err;

	if (nl_ver_num < LIBNL_VER(3, 8) || nl_ver_num >= LIBNL_VER(3, 12) ||
	    !nlgo_link_is(src, NLGO_LINK_BRIDGE))
		return NULL;
	err = rtnl_link_set_type(dst, "bridge");
	if (err >= 0)
		err = rtnl_link_build_add_request(src, 0, &msg);
	settings = err < 0 ? NULL : bridge_settings(msg);
	if (settings)
		nla_for_each_nested(a, settings, rem) if (!bridge_set(dst, a))
			why = "the settings of a bridge";
	nlmsg_free(msg);
	if (err < 0 || why) {
		nl_object_put(*clone);
		*clone = NULL;
	}
	return why;
}

struct nlgo_clone nlgo_object_clone(struct nl_object *obj)
{
	struct nlgo_clone res = {.why = clone_hazard(obj)};

	if (res.why)
		return res;
	lsan_ignore(obj, 1);
	res.obj = nl_object_clone(obj);
	lsan_ignore(obj, 0);
	if (res.obj && clone_complete(res.obj, obj) < 0) {
		nl_object_put(res.obj);
		res.obj = NULL;
	}
	if (res.obj && nlgo_object_is(obj, "route/link"))
		res.why = bridge_complete(&res.obj, (struct rtnl_link *)obj);
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

/* Before 3.10 libnl compares flags and weights too where it looks for the
 * nexthop that a notification for an IPv6 route is about, and finds none. Does
 * what is to be done about one that is there; 0 leaves it to libnl. */
static int ecmp_update(struct rtnl_route *dst, struct rtnl_route *src)
{
	struct rtnl_nexthop *nh = rtnl_route_nexthop_n(src, 0), *old = NULL;
	int n = rtnl_route_get_nnexthops(dst);

	if (rtnl_route_get_family(src) != AF_INET6 ||
	    rtnl_route_get_table(src) == RT_TABLE_LOCAL ||
	    rtnl_route_get_nnexthops(src) != 1 ||
	    !rtnl_route_nh_get_gateway(nh))
		return 0;
	for (int i = 0; i < n && !old; i++) {
		old = rtnl_route_nexthop_n(dst, i);
		if (!rtnl_route_nh_identical(old, nh))
			old = NULL;
	}
	if (!old)
		return 0;
	switch (nl_object_get_msgtype((struct nl_object *)src)) {
	case RTM_NEWROUTE:
		return 1;
	case RTM_DELROUTE:
		if (n <= 1)
			return 0;
		rtnl_route_remove_nexthop(dst, old);
		rtnl_route_nh_free(old);
		return 1;
	}
	return 0;
}

/* At most one nexthop is added, at the end, and it is a clone of the
 * one in src.
 */
static int route_update(struct rtnl_route *dst, struct rtnl_route *src)
{
	int n = rtnl_route_get_nnexthops(dst);
	int err;

	/* then one takes the place of the other; up to 3.12 libnl merges them
	 */
	if (rtnl_route_get_nhid(dst) != rtnl_route_get_nhid(src))
		return -NLE_OPNOTSUPP;
	if (nl_ver_num < LIBNL_VER(3, 10) && ecmp_update(dst, src))
		return 0;
	err = nl_object_update((struct nl_object *)dst,
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

/* Before 3.12 the clones of nexthops that libnl makes itself, as caches do
 * when one is appended to a route, are marked as having an encapsulation that
 * they do not have, and dumps follow the null pointer. */
static int nexthop_settle(struct rtnl_nexthop *nh)
{
	struct rtnl_nexthop *empty;
	struct nl_addr *none;
	int diff, err;

	if (rtnl_route_nh_get_encap_mpls_dst(nh))
		return 0;
	empty = rtnl_route_nh_alloc();
	if (!empty)
		return -NLE_NOMEM;
	diff = rtnl_route_nh_compare(nh, empty, 0x80 /* encapsulation */, 0);
	rtnl_route_nh_free(empty);
	if (!diff)
		return 0;
	none = nl_addr_build(AF_MPLS, NULL, 0);
	if (!none)
		return -NLE_NOMEM;
	err = rtnl_route_nh_encap_mpls(nh, none, 0);
	nl_addr_put(none);
	return err;
}

static int route_settle(struct nl_object *obj)
{
	struct rtnl_route *route = (struct rtnl_route *)obj;
	int n, err = 0;

	if (nl_ver_num >= LIBNL_VER(3, 12) ||
	    !nlgo_object_is(obj, "route/route"))
		return 0;
	n = rtnl_route_get_nnexthops(route);
	for (int i = 0; i < n && !err; i++)
		err = nexthop_settle(rtnl_route_nexthop_n(route, i));
	return err;
}

struct nlgo_text nlgo_object_dump(struct nl_object *obj, int type)
{
	struct nlgo_text t = {.text = NULL};
	struct nl_dump_params dp = {.dp_type = type};
	struct nlgo_parent parent;
	int bad;

	if (route_settle(obj) < 0)
		return t;
	dp.dp_fd = open_memstream(&t.text, &t.len);
	if (!dp.dp_fd)
		return t;
	nlgo_dump_begin(obj, type, &parent);
	nl_object_dump(obj, &dp);
	bad = ferror(dp.dp_fd);
	if (fclose(dp.dp_fd) || bad) {
		free(t.text);
		t.text = NULL;
	}
	nlgo_dump_end(obj, &parent, &t);
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

/* ---- caches */

static int list_add(struct nlgo_list *l, struct nl_object *obj)
{
	if (l->n == l->room) {
		uint32_t room = l->room ? 2 * l->room : 64;
		struct nl_object **v = realloc(l->v, room * sizeof(*v));

		if (!v)
			return -NLE_NOMEM;
		l->v = v;
		l->room = room;
	}
	nl_object_get(obj);
	l->v[l->n++] = obj;
	return 0;
}

void nlgo_list_free(struct nlgo_list *l, int put)
{
	if (put)
		nlgo_objects_put(l->v, l->n);
	free(l->v);
	*l = (struct nlgo_list){.v = NULL};
}

int nlgo_list_parse(struct nlgo_list *l, const void *data, uint32_t len,
		    int proto, const struct nl_object_ops *ops)
{
	struct nlgo_objects o = nlgo_msg_objects(data, len, proto);
	int err = o.err;

	if (o.first && nl_object_get_ops(o.first) == ops)
		err = incomparable(o.first) ? -NLE_AF_NOSUPPORT
					    : list_add(l, o.first);
	for (uint32_t i = 0; i < o.n_more && !err; i++)
		if (nl_object_get_ops(o.more[i]) == ops)
			err = list_add(l, o.more[i]);
	objects_drop(&o, 0);
	return err;
}

int nlgo_cache_items(struct nl_cache *cache, struct nl_object *filter,
		     struct nlgo_list *l)
{
	struct nl_object *obj;
	int err = 0;

	for (obj = nl_cache_get_first(cache); obj && !err;
	     obj = nl_cache_get_next(obj))
		if (!filter || nl_object_match_filter(obj, filter))
			err = list_add(l, obj);
	if (err)
		nlgo_list_free(l, 1);
	return err;
}

struct nlgo_result nlgo_cache_new(const char *type, struct nl_object_ops **ops)
{
	struct nlgo_result res = {.err = 0};
	struct nlgo_objects o = nlgo_object_new(type);

	if (o.err == -NLE_OPNOTSUPP)
		o.err = -NLE_NOCACHE;
	if (o.err) {
		res.err = o.err;
		return res;
	}
	*ops = nl_object_get_ops(o.first);
	objects_drop(&o, 0);
	res.err = nl_cache_alloc_name(type, &res.cache);
	return res;
}

/* The hash table of a cache has new objects in front, up to 3.11. */
void nlgo_cache_clear(struct nl_cache *cache)
{
	struct nl_object *obj;

	while ((obj = nl_cache_get_last(cache)))
		nl_cache_remove(obj);
}

/* The caller's reference is the last but for that of a cache that is provided.
 */
void nlgo_cache_free(struct nl_cache *cache)
{
	nl_cache_put(cache);
}

/* Puts an object in that is in no cache. nl_cache_add would put in a copy of
 * one that once was in a cache. */
static int cache_put(struct nl_cache *cache, struct nl_object *obj)
{
	int err = nl_cache_move(cache, obj);

	if (err)
		nl_object_put(obj); /* libnl keeps a reference */
	return err;
}

struct nlgo_result nlgo_cache_add(struct nl_cache *cache, struct nl_object *obj)
{
	struct nlgo_result res = {.err = 0};
	struct nlgo_clone copy = {.obj = obj};

	if (incomparable(obj)) {
		res.err = -NLE_AF_NOSUPPORT;
		return res;
	}
	if (nl_object_get_cache(obj)) {
		copy = nlgo_object_clone(obj);
		if (!copy.obj) {
			res.why = copy.why;
			res.err = copy.why ? -NLE_OPNOTSUPP : -NLE_NOMEM;
			return res;
		}
	}
	res.err = cache_put(cache, copy.obj);
	if (copy.obj != obj)
		nl_object_put(copy.obj);
	return res;
}

struct nlgo_result nlgo_cache_move(struct nl_cache *cache,
				   struct nl_object *obj)
{
	struct nlgo_result res = {.err = 0};
	struct nl_cache *from = nl_object_get_cache(obj);

	if (from == cache)
		return res;
	/* libnl loses an object that the other cache does not take */
	nl_object_get(obj);
	if (from)
		nl_cache_remove(obj);
	res = nlgo_cache_add(cache, obj);
	if (res.err && from)
		cache_put(from, obj);
	nl_object_put(obj);
	return res;
}

int nlgo_cache_remove(struct nl_cache *cache, struct nl_object *obj)
{
	if (nl_object_get_cache(obj) != cache)
		return 0;
	nl_cache_remove(obj);
	return 1;
}

struct nlgo_result nlgo_cache_copy(struct nl_cache *cache,
				   struct nl_object *filter)
{
	struct nlgo_result res = {
		.cache = nl_cache_alloc(nl_cache_get_ops(cache)),
	};
	struct nl_cache *copy = res.cache;
	struct nl_object *obj;

	if (!copy) {
		res.err = -NLE_NOMEM;
		return res;
	}
	for (obj = nl_cache_get_first(cache); obj && !res.err;
	     obj = nl_cache_get_next(obj))
		if (!filter || nl_object_match_filter(obj, filter))
			res = nlgo_cache_add(copy, obj);
	res.cache = copy;
	if (res.err) {
		nl_cache_put(copy);
		res.cache = NULL;
	}
	return res;
}

struct nl_object *nlgo_cache_search(struct nl_cache *cache,
				    struct nl_object *obj)
{
	if (incomparable(obj))
		return NULL;
	if (nl_object_get_cache(obj) == cache) {
		nl_object_get(obj);
		return obj;
	}
	return nl_cache_search(cache, obj);
}

struct nl_object *nlgo_cache_find(struct nl_cache *cache,
				  struct nl_object *filter)
{
	return incomparable(filter) ? NULL : nl_cache_find(cache, filter);
}

struct nl_object *nlgo_cache_step(struct nl_cache *cache, struct nl_object *obj,
				  int back)
{
	if (!obj)
		obj = back ? nl_cache_get_last(cache)
			   : nl_cache_get_first(cache);
	else if (nl_object_get_cache(obj) != cache)
		return NULL;
	else
		obj = back ? nl_cache_get_prev(obj) : nl_cache_get_next(obj);
	if (obj)
		nl_object_get(obj);
	return obj;
}

struct nlgo_text nlgo_cache_dump(struct nl_cache *cache, int type,
				 struct nl_object *filter)
{
	struct nlgo_text t = {.text = NULL};
	struct nl_dump_params dp = {.dp_type = type};
	int bad;

	dp.dp_fd = open_memstream(&t.text, &t.len);
	if (!dp.dp_fd)
		return t;
	nl_cache_dump_filter(cache, &dp, filter);
	bad = ferror(dp.dp_fd);
	if (fclose(dp.dp_fd) || bad) {
		free(t.text);
		t.text = NULL;
	}
	return t;
}

/* libnl forgets the reference to one that was provided before. */
void nlgo_cache_provide(struct nl_cache *cache, const char *type)
{
	struct nl_cache *before = __nl_cache_mngt_require(type);

	if (before == cache)
		return;
	if (before)
		nl_cache_mngt_unprovide(before);
	nl_cache_mngt_provide(cache);
}

/*
 * What stands for the same thing in the kernel. To libnl an mdb is another one
 * as soon as its entries are others, or come in another order, and a conntrack
 * entry as soon as a packet was counted.
 */

struct mdb_entries {
	struct rtnl_mdb_entry **v;
	uint32_t n, room;
	int err;
};

static void mdb_collect(struct rtnl_mdb_entry *e, void *arg)
{
	struct mdb_entries *m = arg;

	if (m->n == m->room) {
		uint32_t room = m->room ? 2 * m->room : 16;
		struct rtnl_mdb_entry **v = realloc(m->v, room * sizeof(*v));

		if (!v) {
			m->err = -NLE_NOMEM;
			return;
		}
		m->v = v;
		m->room = room;
	}
	m->v[m->n++] = e;
}

static int mdb_same(struct rtnl_mdb_entry *a, struct rtnl_mdb_entry *b)
{
	return rtnl_mdb_entry_get_ifindex(a) == rtnl_mdb_entry_get_ifindex(b) &&
	       rtnl_mdb_entry_get_vid(a) == rtnl_mdb_entry_get_vid(b) &&
	       rtnl_mdb_entry_get_proto(a) == rtnl_mdb_entry_get_proto(b) &&
	       !nl_addr_cmp(rtnl_mdb_entry_get_addr(a),
			    rtnl_mdb_entry_get_addr(b));
}

/* Whether two have the same entries. */
static int mdb_equal(struct nl_object *a, struct nl_object *b)
{
	struct mdb_entries ea = {.n = 0}, eb = {.n = 0};
	uint32_t i, j;
	int equal;

	rtnl_mdb_foreach_entry((struct rtnl_mdb *)a, mdb_collect, &ea);
	rtnl_mdb_foreach_entry((struct rtnl_mdb *)b, mdb_collect, &eb);
	equal = !ea.err && !eb.err && ea.n == eb.n;
	for (i = 0; equal && i < ea.n; i++) {
		for (j = 0; j < eb.n; j++)
			if (mdb_same(ea.v[i], eb.v[j]) &&
			    rtnl_mdb_entry_get_state(ea.v[i]) ==
				    rtnl_mdb_entry_get_state(eb.v[j]))
				break;
		equal = j < eb.n;
	}
	free(ea.v);
	free(eb.v);
	return equal;
}

/* Whether two have the number that the kernel gives an expectation, which stays
 * while the timeout runs down. */
static int exp_counterparts(struct nl_object *a, struct nl_object *b)
{
	struct nfnl_exp *ea = (struct nfnl_exp *)a, *eb = (struct nfnl_exp *)b;

	if (!nfnl_exp_test_id(ea) || !nfnl_exp_test_id(eb))
		return nl_object_identical(a, b);
	return nfnl_exp_get_id(ea) == nfnl_exp_get_id(eb);
}

static int counterparts(struct nl_object *a, struct nl_object *b)
{
	if (nlgo_object_is(a, "netfilter/ct"))
		return nlgo_ct_same(a, b);
	if (nlgo_object_is(a, "netfilter/exp"))
		return exp_counterparts(a, b);
	if (!nlgo_object_is(a, "route/mdb"))
		return nl_object_identical(a, b);
	return rtnl_mdb_get_ifindex((struct rtnl_mdb *)a) ==
	       rtnl_mdb_get_ifindex((struct rtnl_mdb *)b);
}

/* The counterpart of obj in the cache, with a reference. */
static struct nl_object *counterpart(struct nl_cache *cache,
				     struct nl_object *obj)
{
	struct nl_object *o;

	if (!nlgo_object_is(obj, "route/mdb") &&
	    !nlgo_object_is(obj, "netfilter/ct") &&
	    !nlgo_object_is(obj, "netfilter/exp"))
		return nlgo_cache_search(cache, obj);
	for (o = nl_cache_get_first(cache); o; o = nl_cache_get_next(o))
		if (counterparts(o, obj))
			break;
	if (o)
		nl_object_get(o);
	return o;
}

static uint64_t difference(struct nl_object *old, struct nl_object *obj)
{
	if (nlgo_object_is(old, "route/mdb") && mdb_equal(old, obj))
		return 0;
	return nl_object_diff64(old, obj);
}

void nlgo_changes_free(struct nlgo_changes *c, uint32_t from)
{
	for (uint32_t i = from; i < c->n; i++) {
		nl_object_put(c->v[i].old);
		nl_object_put(c->v[i].obj);
	}
	free(c->v);
	*c = (struct nlgo_changes){.v = NULL};
}

/* Room for one more, so that changes_add cannot fail. */
static int changes_room(struct nlgo_changes *c)
{
	uint32_t room = c->room ? 2 * c->room : 4;
	struct nlgo_change *v;

	if (c->n < c->room)
		return 0;
	v = realloc(c->v, room * sizeof(*v));
	if (!v)
		return -NLE_NOMEM;
	c->v = v;
	c->room = room;
	return 0;
}

static void changes_add(struct nlgo_changes *c, struct nl_object *old,
			struct nl_object *obj, uint64_t diff)
{
	if (old)
		nl_object_get(old);
	if (obj)
		nl_object_get(obj);
	c->v[c->n++] = (struct nlgo_change){
		.old = old,
		.obj = obj,
		.diff = diff,
		.action = !old	? NL_ACT_NEW
			  : obj ? NL_ACT_CHANGE
				: NL_ACT_DEL,
	};
}

/* Puts obj where old was. */
static int replace(struct nl_cache *cache, struct nl_object *old,
		   struct nl_object *obj, struct nlgo_changes *changes)
{
	uint64_t diff = difference(old, obj);
	int err;

	nl_object_get(old);
	nl_cache_remove(old);
	err = cache_put(cache, obj);
	if (err)
		cache_put(cache, old);
	else if (diff)
		changes_add(changes, old, obj, diff);
	nl_object_put(old);
	return err;
}

static int take_out(struct nl_object *old, struct nlgo_changes *changes)
{
	changes_add(changes, old, NULL, 0);
	nl_cache_remove(old);
	return 0;
}

static int put_in(struct nl_cache *cache, struct nl_object *obj,
		  struct nlgo_changes *changes)
{
	int err = cache_put(cache, obj);

	if (!err)
		changes_add(changes, NULL, obj, 0);
	return err;
}

/*
 * Objects that come in parts. libnl merges some of it, in place: entries of an
 * mdb are added twice, or taken out for another VLAN, and lost; what an MPLS
 * netconf has is forgotten. There are no setters: a message of the whole is
 * made and parsed.
 */

static struct nl_object *parse_one(struct nl_msg *msg)
{
	struct nlmsghdr *h = nlmsg_hdr(msg);
	struct nlgo_objects o =
		nlgo_msg_objects(h, h->nlmsg_len, NETLINK_ROUTE);
	struct nl_object *obj = o.first;

	if (obj)
		nl_object_get(obj);
	objects_drop(&o, 0);
	nlmsg_free(msg);
	return obj;
}

enum { MDB_PART = 1000 }; /* entries that fit in an attribute */

static struct nl_object *mdb_part(uint32_t ifindex, struct rtnl_mdb_entry **v,
				  uint32_t n)
{
	struct br_port_msg port = {.family = AF_BRIDGE, .ifindex = ifindex};
	struct nl_msg *msg =
		nlmsg_alloc_size(512 + n * (sizeof(struct br_mdb_entry) + 8));
	struct nlattr *db, *entry;

	if (!msg)
		return NULL;
	if (!nlmsg_put(msg, 0, 0, RTM_NEWMDB, 0, 0) ||
	    nlmsg_append(msg, &port, sizeof(port), NLMSG_ALIGNTO) < 0 ||
	    !(db = nla_nest_start(msg, MDBA_MDB)) ||
	    !(entry = nla_nest_start(msg, MDBA_MDB_ENTRY)))
		goto failed;
	for (uint32_t i = 0; i < n; i++) {
		struct nl_addr *a = rtnl_mdb_entry_get_addr(v[i]);
		struct br_mdb_entry e = {
			.ifindex = rtnl_mdb_entry_get_ifindex(v[i]),
			.state = rtnl_mdb_entry_get_state(v[i]),
			.vid = rtnl_mdb_entry_get_vid(v[i]),
			.addr.proto = htons(rtnl_mdb_entry_get_proto(v[i])),
		};

		if (nl_addr_get_len(a) > sizeof(e.addr.u))
			goto failed;
		memcpy(&e.addr.u, nl_addr_get_binary_addr(a),
		       nl_addr_get_len(a));
		if (nla_put(msg, MDBA_MDB_ENTRY_INFO, sizeof(e), &e) < 0)
			goto failed;
	}
	nla_nest_end(msg, entry);
	nla_nest_end(msg, db);
	return parse_one(msg);
failed:
	nlmsg_free(msg);
	return NULL;
}

static struct nl_object *mdb_build(uint32_t ifindex, struct rtnl_mdb_entry **v,
				   uint32_t n)
{
	struct nl_object *obj = NULL, *part;
	int err;

	for (uint32_t i = 0; i == 0 || i < n; i += MDB_PART) {
		part = mdb_part(ifindex, v + i,
				n - i < MDB_PART ? n - i : MDB_PART);
		if (!part || !obj) {
			obj = part;
			if (!part)
				return NULL;
			continue;
		}
		err = nl_object_update(obj, part);
		nl_object_put(part);
		if (err) {
			nl_object_put(obj);
			return NULL;
		}
	}
	return obj;
}

/* old with the entries of obj, or without them. */
static int mdb_merge(struct nl_object *old, struct nl_object *obj, int action,
		     struct nl_object **res)
{
	struct mdb_entries all = {.n = 0}, change = {.n = 0};
	uint32_t kept = 0;

	rtnl_mdb_foreach_entry((struct rtnl_mdb *)obj, mdb_collect, &change);
	if (!change.n && !change.err) {
		free(change.v);
		return -NLE_OPNOTSUPP; /* all of it */
	}
	rtnl_mdb_foreach_entry((struct rtnl_mdb *)old, mdb_collect, &all);
	for (uint32_t i = 0; i < all.n; i++) {
		uint32_t j = 0;

		while (j < change.n && !mdb_same(all.v[i], change.v[j]))
			j++;
		if (j == change.n)
			all.v[kept++] = all.v[i];
	}
	all.n = kept;
	for (uint32_t i = 0; action == NL_ACT_NEW && i < change.n; i++)
		mdb_collect(change.v[i], &all);
	*res = all.err || change.err
		       ? NULL
		       : mdb_build(rtnl_mdb_get_ifindex((struct rtnl_mdb *)old),
				   all.v, all.n);
	free(all.v);
	free(change.v);
	return *res ? 0 : -NLE_NOMEM;
}

static int netconf_merge(struct nl_object *old, struct nl_object *obj,
			 struct nl_object **res)
{
	static const struct {
		int attr;
		int (*get)(struct rtnl_netconf *, int *);
	} values[] = {
		{NETCONFA_IFINDEX, rtnl_netconf_get_ifindex},
		{NETCONFA_FORWARDING, rtnl_netconf_get_forwarding},
		{NETCONFA_RP_FILTER, rtnl_netconf_get_rp_filter},
		{NETCONFA_MC_FORWARDING, rtnl_netconf_get_mc_forwarding},
		{NETCONFA_PROXY_NEIGH, rtnl_netconf_get_proxy_neigh},
		{NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN,
		 rtnl_netconf_get_ignore_routes_linkdown},
		{NETCONFA_INPUT, rtnl_netconf_get_input},
	};
	struct netconfmsg nc = {0};
	struct nl_msg *msg = nlmsg_alloc_size(512);
	int family, v;

	if (!msg)
		return -NLE_NOMEM;
	if (!rtnl_netconf_get_family((struct rtnl_netconf *)old, &family))
		nc.ncm_family = family;
	if (!nlmsg_put(msg, 0, 0, RTM_NEWNETCONF, 0, 0) ||
	    nlmsg_append(msg, &nc, sizeof(nc), NLMSG_ALIGNTO) < 0)
		goto failed;
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		if (values[i].get((struct rtnl_netconf *)obj, &v) &&
		    values[i].get((struct rtnl_netconf *)old, &v))
			continue;
		if (nla_put_s32(msg, values[i].attr, v) < 0)
			goto failed;
	}
	*res = parse_one(msg);
	return *res ? 0 : -NLE_NOMEM;
failed:
	nlmsg_free(msg);
	return -NLE_NOMEM;
}

/* What old becomes with a part of it; -NLE_OPNOTSUPP if obj is all of it. */
static int merge(struct nl_object *old, struct nl_object *obj, int action,
		 int kernel, struct nl_object **res)
{
	struct nlgo_clone copy;
	int err;

	if (nlgo_object_is(old, "route/mdb"))
		return mdb_merge(old, obj, action, res);
	if (nlgo_object_is(old, "route/netconf"))
		return action == NL_ACT_NEW ? netconf_merge(old, obj, res)
					    : -NLE_OPNOTSUPP;
	/* since 4.11 the kernel tells all nexthops of a new one */
	if (!nlgo_object_is(old, "route/route") ||
	    (kernel && action == NL_ACT_NEW))
		return -NLE_OPNOTSUPP;
	copy = nlgo_object_clone(old);
	if (!copy.obj)
		return -NLE_NOMEM;
	err = nlgo_object_update(copy.obj, obj);
	if (err)
		nl_object_put(copy.obj);
	else
		*res = copy.obj;
	return err;
}

/*
 * Routes. To libnl routes with one destination, table, priority and TOS are
 * one: fe80::/64 of each interface, or what was appended. The cache has the
 * first; the others stand behind it, to come forward.
 */

static int addr_same(struct nl_addr *a, struct nl_addr *b)
{
	return a == b || (a && b && !nl_addr_cmp(a, b));
}

static int nexthop_same(struct rtnl_nexthop *a, struct rtnl_nexthop *b)
{
	return rtnl_route_nh_get_ifindex(a) == rtnl_route_nh_get_ifindex(b) &&
	       addr_same(rtnl_route_nh_get_gateway(a),
			 rtnl_route_nh_get_gateway(b)) &&
	       addr_same(rtnl_route_nh_get_via(a), rtnl_route_nh_get_via(b));
}

/* Whether all nexthops of a are nexthops of b. */
static int nexthops_in(struct rtnl_route *a, struct rtnl_route *b)
{
	int n = rtnl_route_get_nnexthops(a), m = rtnl_route_get_nnexthops(b);

	for (int i = 0; i < n; i++) {
		struct rtnl_nexthop *nh = rtnl_route_nexthop_n(a, i);
		int j = 0;

		while (j < m && !nexthop_same(nh, rtnl_route_nexthop_n(b, j)))
			j++;
		if (j == m)
			return 0;
	}
	return 1;
}

static int route_same(struct nl_object *a, struct nl_object *b)
{
	struct rtnl_route *ra = (void *)a, *rb = (void *)b;

	return rtnl_route_get_type(ra) == rtnl_route_get_type(rb) &&
	       rtnl_route_get_nnexthops(ra) == rtnl_route_get_nnexthops(rb) &&
	       nexthops_in(ra, rb);
}

/* Whether the kernel, when it tells of obj, means what was old: for IPv6 the
 * same with more nexthops. */
static int route_is_now(struct nl_object *old, struct nl_object *obj)
{
	struct rtnl_route *was = (void *)old, *now = (void *)obj;

	return route_same(old, obj) ||
	       (rtnl_route_get_family(now) == AF_INET6 &&
		rtnl_route_get_nnexthops(was) > 0 &&
		rtnl_route_get_nnexthops(now) > 1 && nexthops_in(was, now));
}

/* The first of those behind that is identical to obj, from one on; n if there
 * is none. */
static uint32_t behind_find(struct nlgo_list *l, struct nl_object *obj,
			    uint32_t from)
{
	while (from < l->n && !nl_object_identical(l->v[from], obj))
		from++;
	return from;
}

static void list_del(struct nlgo_list *l, uint32_t i)
{
	nl_object_put(l->v[i]);
	l->n--;
	memmove(l->v + i, l->v + i + 1, (l->n - i) * sizeof(*l->v));
}

static int route_new(struct nl_cache *cache, struct nl_object *old,
		     struct nl_object *obj, struct nlgo_including *how,
		     struct nlgo_changes *changes)
{
	struct nlgo_list *behind = how->behind;
	uint32_t i = behind_find(behind, obj, 0);
	int err;

	if (i == behind->n && how->flags & NLM_F_REPLACE)
		return replace(cache, old, obj, changes);
	if (route_is_now(old, obj))
		return replace(cache, old, obj, changes);
	for (; i < behind->n; i = behind_find(behind, obj, i + 1)) {
		if (!route_is_now(behind->v[i], obj))
			continue;
		nl_object_put(behind->v[i]);
		nl_object_get(obj);
		behind->v[i] = obj;
		return 0;
	}
	if (how->flags & NLM_F_REPLACE)
		how->uncertain = 1; /* one of several */
	if (how->flags & NLM_F_APPEND ||
	    rtnl_route_get_family((struct rtnl_route *)obj) == AF_INET6)
		return list_add(behind, obj);
	err = list_add(behind, old);
	if (err)
		return err;
	for (i = behind->n - 1; i > 0; i--)
		behind->v[i] = behind->v[i - 1];
	behind->v[0] = old;
	return replace(cache, old, obj, changes);
}

static int route_del(struct nl_cache *cache, struct nl_object *old,
		     struct nl_object *obj, struct nlgo_including *how,
		     struct nlgo_changes *changes)
{
	struct nlgo_list *behind = how->behind;
	uint32_t i = behind_find(behind, obj, 0);
	int err;

	if (route_same(old, obj)) {
		if (i == behind->n)
			return take_out(old, changes);
		err = replace(cache, old, behind->v[i], changes);
		list_del(behind, i);
		return err;
	}
	for (; i < behind->n; i = behind_find(behind, obj, i + 1)) {
		if (!route_same(behind->v[i], obj))
			continue;
		list_del(behind, i);
		return 0;
	}
	how->uncertain = 1;
	return 0;
}

static int include(struct nl_cache *cache, struct nl_object *old,
		   struct nl_object *obj, int action,
		   struct nlgo_including *how, struct nlgo_changes *changes)
{
	struct nl_object *merged = NULL;
	int kernels = how->kernel && how->behind &&
		      nlgo_object_is(obj, "route/route");
	int err = changes_room(changes);

	if (err)
		return err;
	if (!old)
		return action == NL_ACT_NEW ? put_in(cache, obj, changes) : 0;
	if (old == obj)
		return action == NL_ACT_NEW ? 0 : take_out(old, changes);
	err = merge(old, obj, action, how->kernel, &merged);
	if (!err) {
		uint64_t diff = difference(old, merged);

		if (diff)
			err = replace(cache, old, merged, changes);
		nl_object_put(merged);
		if (err || diff || !kernels)
			return err;
		err = -NLE_OPNOTSUPP;
	}
	if (err != -NLE_OPNOTSUPP)
		return err;
	if (kernels)
		return action == NL_ACT_NEW
			       ? route_new(cache, old, obj, how, changes)
			       : route_del(cache, old, obj, how, changes);
	return action == NL_ACT_NEW ? replace(cache, old, obj, changes)
				    : take_out(old, changes);
}

struct nlgo_result nlgo_cache_include(struct nl_cache *cache,
				      struct nl_object *obj, int action,
				      struct nlgo_including *how,
				      struct nlgo_changes *changes)
{
	struct nlgo_result res = {.err = 0};
	struct nl_cache *in = nl_object_get_cache(obj);
	struct nlgo_clone copy = {.obj = obj};
	struct nl_object *old;

	if (incomparable(obj)) {
		res.err = -NLE_AF_NOSUPPORT;
		return res;
	}
	old = counterpart(cache, obj);
	if (in && in != cache && action == NL_ACT_NEW) {
		copy = nlgo_object_clone(obj);
		if (!copy.obj) {
			res.why = copy.why;
			res.err = copy.why ? -NLE_OPNOTSUPP : -NLE_NOMEM;
			nl_object_put(old);
			return res;
		}
	}
	res.err = include(cache, old, copy.obj, action, how, changes);
	if (copy.obj != obj)
		nl_object_put(copy.obj);
	nl_object_put(old);
	return res;
}

static int event_action(const struct nlmsghdr *h, int proto)
{
	int gone = proto == NETLINK_NETFILTER
			   ? (h->nlmsg_type & 0xff) == IPCTNL_MSG_CT_DELETE
			   : h->nlmsg_type & 1;

	return gone ? NL_ACT_DEL : NL_ACT_NEW;
}

struct nlgo_result nlgo_cache_event(struct nl_cache *cache, const void *data,
				    uint32_t len, int proto,
				    const struct nl_object_ops *ops,
				    struct nlgo_including *how,
				    struct nlgo_changes *changes)
{
	const struct nlmsghdr *h = data;
	struct nlgo_list l = {.v = NULL};
	struct nlgo_result res = {
		.err = nlgo_list_parse(&l, data, len, proto, ops),
	};

	how->kernel = 1;
	how->flags = h->nlmsg_flags;
	for (uint32_t i = 0; i < l.n && !res.err; i++)
		res = nlgo_cache_include(cache, l.v[i], event_action(h, proto),
					 how, changes);
	nlgo_list_free(&l, 1);
	return res;
}

int nlgo_resync_begin(struct nl_cache *cache, struct nlgo_resync *r)
{
	int err = nlgo_cache_items(cache, NULL, &r->was);

	if (err)
		return err;
	r->of = calloc(r->now.n + 1, sizeof(*r->of));
	if (!r->of)
		return -NLE_NOMEM;
	nl_cache_mark_all(cache);
	return 0;
}

/* What obj was, of those behind the cursor first: dumps come in much the same
 * order each time, and a cache of conntrack entries has no hash table. */
static struct nl_object *ct_was(struct nlgo_resync *r, struct nl_object *obj)
{
	for (uint32_t i = 0; i < r->was.n; i++) {
		uint32_t at = (r->cursor + i) % r->was.n;

		if (!nlgo_ct_same(r->was.v[at], obj))
			continue;
		r->cursor = at + 1;
		return r->was.v[at];
	}
	return NULL;
}

void nlgo_resync_match(struct nl_cache *cache, struct nlgo_resync *r,
		       uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++) {
		struct nl_object *obj = r->now.v[i], *old;

		if (r->cursor < r->was.n &&
		    counterparts(r->was.v[r->cursor], obj)) {
			old = r->was.v[r->cursor++];
		} else if (nlgo_object_is(obj, "netfilter/ct")) {
			old = ct_was(r, obj);
		} else {
			old = counterpart(cache, obj);
			nl_object_put(old); /* was has another */
		}
		if (!old || !nl_object_is_marked(old))
			continue;
		nl_object_unmark(old);
		r->of[i] = old;
	}
}

int nlgo_resync_fill(struct nl_cache *cache, struct nlgo_resync *r,
		     struct nlgo_changes *changes, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++) {
		struct nl_object *obj = r->now.v[i], *known;
		struct nl_object *old = r->of ? r->of[i] : NULL;
		uint64_t diff = old ? difference(old, obj) : 0;
		int err = changes ? changes_room(changes) : 0;

		if (err)
			return err;
		if (r->partial && (known = counterpart(cache, obj))) {
			nl_object_put(known); /* interrupted, and told twice */
			continue;
		}
		err = cache_put(cache, obj);
		if (err == -NLE_EXIST) {
			err = list_add(&r->behind, obj);
			if (err)
				return err;
			continue;
		}
		if (err)
			return err;
		if (changes && (!old || diff))
			changes_add(changes, old, obj, diff);
	}
	return 0;
}

int nlgo_resync_end(struct nl_cache *cache, struct nlgo_resync *r,
		    struct nlgo_changes *changes)
{
	for (uint32_t i = 0; i < r->was.n; i++) {
		struct nl_object *old = r->was.v[i];
		int err = changes ? changes_room(changes) : 0;

		if (err)
			return err;
		if (!nl_object_is_marked(old))
			continue;
		nl_object_unmark(old);
		if (r->partial)
			err = cache_put(cache, old);
		else if (changes)
			changes_add(changes, old, NULL, 0);
		if (err && err != -NLE_EXIST)
			return err;
	}
	return 0;
}

void nlgo_resync_free(struct nlgo_resync *r)
{
	nlgo_list_free(&r->now, 1);
	nlgo_list_free(&r->was, 1);
	nlgo_list_free(&r->behind, 1);
	free(r->of);
	r->of = NULL;
}

/* ---- links */

static const char *const link_kinds[] = {
	[NLGO_LINK_BOND] = "bond",	 [NLGO_LINK_BRIDGE] = "bridge",
	[NLGO_LINK_CAN] = "can",	 [NLGO_LINK_GENEVE] = "geneve",
	[NLGO_LINK_GRE] = "gre",	 [NLGO_LINK_GRETAP] = "gretap",
	[NLGO_LINK_IP6GRE] = "ip6gre",	 [NLGO_LINK_IP6GRETAP] = "ip6gretap",
	[NLGO_LINK_IP6TNL] = "ip6tnl",	 [NLGO_LINK_IPIP] = "ipip",
	[NLGO_LINK_IPVLAN] = "ipvlan",	 [NLGO_LINK_IPVTAP] = "ipvtap",
	[NLGO_LINK_MACSEC] = "macsec",	 [NLGO_LINK_MACVLAN] = "macvlan",
	[NLGO_LINK_MACVTAP] = "macvtap", [NLGO_LINK_PPP] = "ppp",
	[NLGO_LINK_SIT] = "sit",	 [NLGO_LINK_TEAM] = "team",
	[NLGO_LINK_VETH] = "veth",	 [NLGO_LINK_VLAN] = "vlan",
	[NLGO_LINK_VRF] = "vrf",	 [NLGO_LINK_VTI] = "vti",
	[NLGO_LINK_VTI6] = "vti6",	 [NLGO_LINK_VXCAN] = "vxcan",
	[NLGO_LINK_VCAN] = "vcan",	 [NLGO_LINK_VXLAN] = "vxlan",
	[NLGO_LINK_XFRM] = "xfrm",
};

int nlgo_link_is(struct rtnl_link *link, int kind)
{
	const char *type = rtnl_link_get_type(link);

	return type && !strcmp(type, link_kinds[kind]);
}

int nlgo_link_set_addr(struct rtnl_link *link, int which, int family,
		       const void *b, size_t len, int prefixlen)
{
	struct nl_addr *a = nlgo_addr_new(family, b, len, prefixlen);
	int err = 0;

	if (!a)
		return -NLE_NOMEM;
	switch (which) {
	case NLGO_LINK_ADDR:
		rtnl_link_set_addr(link, a);
		break;
	case NLGO_LINK_BROADCAST:
		rtnl_link_set_broadcast(link, a);
		break;
	case NLGO_LINK_INET6_TOKEN:
		err = rtnl_link_inet6_set_token(link, a);
		break;
	}
	nl_addr_put(a);
	return err;
}

int nlgo_link_build_change(struct rtnl_link *orig, struct rtnl_link *changes,
			   int flags, struct nl_msg **msg)
{
	int family = rtnl_link_get_family(orig);
	int wanted = rtnl_link_get_family(changes);
	char name[IFNAMSIZ] = "";
	int err;

	/* libnl aborts */
	if (wanted && wanted != family)
		return -NLE_IMMUTABLE;
	/* before 3.8 these have no function where libnl calls one */
	if (nl_ver_num < LIBNL_VER(3, 8) &&
	    (family == AF_INET || family == AF_INET6))
		return -NLE_OPNOTSUPP;
	if (rtnl_link_get_name(changes))
		strcpy(name, rtnl_link_get_name(changes));
	err = rtnl_link_build_change_request(orig, changes, flags, msg);
	/* libnl drops the name from changes where orig has it already */
	if (name[0] && !rtnl_link_get_name(changes))
		rtnl_link_set_name(changes, name);
	return err;
}

/* ---- routes */

int nlgo_route_set_addr(void *obj, int which, int family, const void *b,
			size_t len, int prefixlen)
{
	struct nl_addr *a = nlgo_addr_new(family, b, len, prefixlen);
	int err = 0;

	if (!a)
		return -NLE_NOMEM;
	switch (which) {
	case NLGO_ROUTE_DST:
		err = rtnl_route_set_dst(obj, a);
		break;
	case NLGO_ROUTE_SRC:
		err = rtnl_route_set_src(obj, a);
		break;
	case NLGO_ROUTE_PREF_SRC:
		err = rtnl_route_set_pref_src(obj, a);
		break;
	case NLGO_ROUTE_NH_GATEWAY:
		rtnl_route_nh_set_gateway(obj, a);
		break;
	case NLGO_ROUTE_NH_NEWDST:
		err = rtnl_route_nh_set_newdst(obj, a);
		break;
	case NLGO_ROUTE_NH_VIA:
		err = rtnl_route_nh_set_via(obj, a);
		break;
	case NLGO_NH_GATEWAY:
		err = rtnl_nh_set_gateway(obj, a);
		break;
	}
	nl_addr_put(a);
	return err;
}

static int other_family(const struct nl_addr *a, int family)
{
	return a && nl_addr_get_family(a) != family;
}

int nlgo_route_set_family(struct rtnl_route *route, int family)
{
	if (other_family(rtnl_route_get_dst(route), family) ||
	    other_family(rtnl_route_get_src(route), family) ||
	    other_family(rtnl_route_get_pref_src(route), family))
		return -NLE_AF_MISMATCH;
	return rtnl_route_set_family(route, family);
}

/* libnl copies the first bytes of the name, as if it were a number. */
static int has_cc_algo(struct rtnl_route *route)
{
	return !rtnl_route_get_metric(route, RTAX_CC_ALGO, NULL);
}

struct hazard {
	int family;
	int bad;
};

static void check_nexthop(struct rtnl_nexthop *nh, void *arg)
{
	struct hazard *h = arg;

	if (other_family(rtnl_route_nh_get_gateway(nh), h->family))
		h->bad = 1;
}

int nlgo_route_hazard(struct rtnl_route *route, int op)
{
	struct hazard h = {.family = rtnl_route_get_family(route)};

	rtnl_route_foreach_nexthop(route, check_nexthop, &h);
	if (h.bad)
		return -NLE_AF_MISMATCH;
	return op != NLGO_ROUTE_BUILD_DEL && has_cc_algo(route) ? -NLE_OPNOTSUPP
								: 0;
}

static void find_via(struct rtnl_nexthop *nh, void *arg)
{
	if (rtnl_route_nh_get_via(nh))
		*(int *)arg = 1;
}

int nlgo_route_guess_scope(struct rtnl_route *route)
{
	int scope = rtnl_route_guess_scope(route);
	int via = 0;

	/* before 3.10 libnl does not take RTA_VIA for a gateway */
	if (scope == RT_SCOPE_LINK)
		rtnl_route_foreach_nexthop(route, find_via, &via);
	return via ? RT_SCOPE_UNIVERSE : scope;
}

static int route_build(struct rtnl_route *route, int type, int flags,
		       size_t size, struct nl_msg **msg)
{
	struct nl_msg *m = nlmsg_alloc_size(size);
	int err;

	if (!m)
		return -NLE_NOMEM;
	nlmsg_put(m, 0, 0, type, 0, flags);
	err = rtnl_route_build_msg(m, route);
	if (err < 0) {
		nlmsg_free(m);
		return err;
	}
	*msg = m;
	return 0;
}

static int route_request(struct rtnl_route *route, int op, int type, int flags,
			 struct nl_msg **msg)
{
	int err;

	switch (op) {
	case NLGO_ROUTE_BUILD_ADD:
		type = RTM_NEWROUTE;
		err = rtnl_route_build_add_request(route, flags, msg);
		flags |= NLM_F_CREATE;
		break;
	case NLGO_ROUTE_BUILD_DEL:
		type = RTM_DELROUTE;
		err = rtnl_route_build_del_request(route, flags, msg);
		break;
	default:
		err = route_build(route, type, flags, 4096, msg);
	}
	/* No more than 64 KiB: libnl drops a list of nexthops that does not
	 * fit an attribute, and sends the rest. */
	if (err == -NLE_MSGSIZE)
		err = route_build(route, type, flags, 65536, msg);
	return err;
}

int nlgo_route_build(struct rtnl_route *route, int op, int type, int flags,
		     struct nl_msg **msg)
{
	uint32_t cc = 0;
	struct rtmsg *rtm;
	int cut = has_cc_algo(route), err;

	if (cut) {
		rtnl_route_get_metric(route, RTAX_CC_ALGO, &cc);
		rtnl_route_unset_metric(route, RTAX_CC_ALGO);
	}
	err = route_request(route, op, type, flags, msg);
	if (cut)
		rtnl_route_set_metric(route, RTAX_CC_ALGO, cc);
	if (err < 0)
		return err;
	rtm = nlmsg_data(nlmsg_hdr(*msg));
	if (rtnl_route_get_scope(route) == RT_SCOPE_NOWHERE &&
	    rtm->rtm_scope == RT_SCOPE_LINK)
		rtm->rtm_scope = nlgo_route_guess_scope(route);
	return 0;
}

static void ip_get(const struct nl_addr *a, struct nlgo_ip *out)
{
	int family, len;

	out->family = AF_UNSPEC;
	if (!a)
		return;
	family = nl_addr_get_family(a);
	len = nl_addr_get_len(a);
	/* before 3.8 a default route has no bytes */
	if ((family != AF_INET || (len != 4 && len)) &&
	    (family != AF_INET6 || (len != 16 && len)))
		return;
	out->family = family;
	out->prefixlen = nl_addr_get_prefixlen(a);
	memset(out->b, 0, sizeof(out->b));
	memcpy(out->b, nl_addr_get_binary_addr(a), len);
}

void nlgo_route_info(struct rtnl_route *route, struct nlgo_route_info *out)
{
	struct rtnl_nexthop *nh = rtnl_route_nexthop_n(route, 0);

	ip_get(rtnl_route_get_dst(route), &out->dst);
	ip_get(rtnl_route_get_src(route), &out->src);
	ip_get(rtnl_route_get_pref_src(route), &out->pref_src);
	out->table = rtnl_route_get_table(route);
	out->priority = rtnl_route_get_priority(route);
	out->flags = rtnl_route_get_flags(route);
	out->nhid = rtnl_route_get_nhid(route);
	out->nexthops = rtnl_route_get_nnexthops(route);
	out->iif = rtnl_route_get_iif(route);
	out->family = rtnl_route_get_family(route);
	out->protocol = rtnl_route_get_protocol(route);
	out->scope = rtnl_route_get_scope(route);
	out->type = rtnl_route_get_type(route);
	out->tos = rtnl_route_get_tos(route);
	out->oif = 0;
	out->gateway.family = AF_UNSPEC;
	if (!nh)
		return;
	out->oif = rtnl_route_nh_get_ifindex(nh);
	ip_get(rtnl_route_nh_get_gateway(nh) ? rtnl_route_nh_get_gateway(nh)
					     : rtnl_route_nh_get_via(nh),
	       &out->gateway);
}

struct nexthops {
	struct rtnl_nexthop **out;
	int n, max;
};

static void collect_nexthop(struct rtnl_nexthop *nh, void *arg)
{
	struct nexthops *v = arg;

	if (v->n < v->max)
		v->out[v->n] = nh;
	v->n++;
}

int nlgo_route_nexthops(struct rtnl_route *route, struct rtnl_nexthop **out,
			int max)
{
	struct nexthops v = {.out = out, .max = max};

	rtnl_route_foreach_nexthop(route, collect_nexthop, &v);
	return v.n;
}

struct search {
	const struct rtnl_nexthop *nh; /* or NULL: one with this index */
	int ifindex;
	int found;
};

static void match_nexthop(struct rtnl_nexthop *nh, void *arg)
{
	struct search *s = arg;

	if (s->nh ? nh == s->nh : rtnl_route_nh_get_ifindex(nh) == s->ifindex)
		s->found = 1;
}

int nlgo_route_has(struct rtnl_route *route, const struct rtnl_nexthop *nh)
{
	struct search s = {.nh = nh};

	rtnl_route_foreach_nexthop(route, match_nexthop, &s);
	return s.found;
}

int nlgo_route_has_oif(struct rtnl_route *route, int ifindex)
{
	struct search s = {.ifindex = ifindex};

	rtnl_route_foreach_nexthop(route, match_nexthop, &s);
	return s.found;
}

struct rtnl_nexthop *nlgo_route_nh_clone(struct rtnl_nexthop *nh)
{
	struct rtnl_nexthop *copy = rtnl_route_nh_clone(nh);

	if (copy && nexthop_complete(copy, nh) < 0) {
		rtnl_route_nh_free(copy);
		return NULL;
	}
	return copy;
}

struct nlgo_text nlgo_route_nh_dump(struct rtnl_nexthop *nh, int type)
{
	struct nlgo_text t = {.text = NULL};
	/* details are for a route's details alone */
	struct nl_dump_params dp = {.dp_type = type,
				    .dp_ivar = NH_DUMP_FROM_DETAILS};
	int bad;

	if (nl_ver_num < LIBNL_VER(3, 12) && nexthop_settle(nh) < 0)
		return t;
	dp.dp_fd = open_memstream(&t.text, &t.len);
	if (!dp.dp_fd)
		return t;
	rtnl_route_nh_dump(nh, &dp);
	bad = ferror(dp.dp_fd);
	if (fclose(dp.dp_fd) || bad) {
		free(t.text);
		t.text = NULL;
	}
	return t;
}

static void encap_get_ila(struct rtnl_nh_encap *e, struct nlgo_encap *out)
{
	int v;

	rtnl_nh_get_encap_ila_locator(e, &out->id);
	v = rtnl_nh_get_encap_ila_csum_mode(e);
	out->csum_mode = v;
	out->has |= (v >= 0) << 0;
	v = rtnl_nh_get_encap_ila_ident_type(e);
	out->ident_type = v;
	out->has |= (v >= 0) << 1;
	v = rtnl_nh_get_encap_ila_hook_type(e);
	out->hook_type = v;
	out->has |= (v >= 0) << 2;
}

static void encap_get(struct rtnl_nh_encap *e, struct nlgo_encap *out)
{
	int type = rtnl_nh_encap_get_type(e);

	out->type = LWTUNNEL_ENCAP_NONE;
	out->dst.has = out->src.has = 0;
	out->has = 0;
	if (type < 0)
		return;
	out->type = type;
	switch (type) {
	case LWTUNNEL_ENCAP_MPLS:
		nlgo_addr_get(rtnl_nh_get_encap_mpls_dst(e), &out->dst);
		out->ttl = rtnl_nh_get_encap_mpls_ttl(e);
		break;
	case LWTUNNEL_ENCAP_IP:
		nlgo_addr_get(rtnl_nh_get_encap_ip_dst(e), &out->dst);
		nlgo_addr_get(rtnl_nh_get_encap_ip_src(e), &out->src);
		out->ttl = rtnl_nh_get_encap_ip_ttl(e);
		out->tos = rtnl_nh_get_encap_ip_tos(e);
		out->flags = rtnl_nh_get_encap_ip_flags(e);
		out->id = rtnl_nh_get_encap_ip_id(e);
		break;
	case LWTUNNEL_ENCAP_IP6:
		nlgo_addr_get(rtnl_nh_get_encap_ip6_dst(e), &out->dst);
		nlgo_addr_get(rtnl_nh_get_encap_ip6_src(e), &out->src);
		out->ttl = rtnl_nh_get_encap_ip6_hoplimit(e);
		out->tos = rtnl_nh_get_encap_ip6_tc(e);
		out->flags = rtnl_nh_get_encap_ip6_flags(e);
		out->id = rtnl_nh_get_encap_ip6_id(e);
		break;
	case LWTUNNEL_ENCAP_ILA:
		encap_get_ila(e, out);
		break;
	}
}

static int encap_fill_ip(struct rtnl_nh_encap *e, const struct nlgo_encap *v,
			 struct nl_addr *dst, struct nl_addr *src)
{
	int err = rtnl_nh_encap_ip(e, dst);

	if (!err && src)
		err = rtnl_nh_set_encap_ip_src(e, src);
	if (!err)
		err = rtnl_nh_set_encap_ip_ttl(e, v->ttl);
	if (!err)
		err = rtnl_nh_set_encap_ip_tos(e, v->tos);
	if (!err)
		err = rtnl_nh_set_encap_ip_flags(e, v->flags);
	return err ? err : rtnl_nh_set_encap_ip_id(e, v->id);
}

static int encap_fill_ip6(struct rtnl_nh_encap *e, const struct nlgo_encap *v,
			  struct nl_addr *dst, struct nl_addr *src)
{
	int err = rtnl_nh_encap_ip6(e, dst);

	if (!err && src)
		err = rtnl_nh_set_encap_ip6_src(e, src);
	if (!err)
		err = rtnl_nh_set_encap_ip6_hoplimit(e, v->ttl);
	if (!err)
		err = rtnl_nh_set_encap_ip6_tc(e, v->tos);
	if (!err)
		err = rtnl_nh_set_encap_ip6_flags(e, v->flags);
	return err ? err : rtnl_nh_set_encap_ip6_id(e, v->id);
}

static int encap_fill_ila(struct rtnl_nh_encap *e, const struct nlgo_encap *v)
{
	int err = rtnl_nh_encap_ila(e, v->id);

	if (!err && v->has & 1 << 0)
		err = rtnl_nh_set_encap_ila_csum_mode(e, v->csum_mode);
	if (!err && v->has & 1 << 1)
		err = rtnl_nh_set_encap_ila_ident_type(e, v->ident_type);
	if (!err && v->has & 1 << 2)
		err = rtnl_nh_set_encap_ila_hook_type(e, v->hook_type);
	return err;
}

static struct nl_addr *encap_addr(const struct nlgo_addr *a)
{
	return a->has ? nlgo_addr_new(a->family, a->b, a->len, a->prefixlen)
		      : NULL;
}

/* A new encapsulation. A second call of libnl's for one that has its type
 * would leak what the first made. */
static int encap_new(const struct nlgo_encap *v, struct rtnl_nh_encap **out)
{
	struct nl_addr *dst = encap_addr(&v->dst), *src = encap_addr(&v->src);
	struct rtnl_nh_encap *e = rtnl_nh_encap_alloc();
	int err = -NLE_NOMEM;

	if (!e || (v->dst.has && !dst) || (v->src.has && !src))
		goto out;
	switch (v->type) {
	case LWTUNNEL_ENCAP_MPLS:
		err = rtnl_nh_encap_mpls(e, dst, v->ttl);
		break;
	case LWTUNNEL_ENCAP_IP:
		err = encap_fill_ip(e, v, dst, src);
		break;
	case LWTUNNEL_ENCAP_IP6:
		err = encap_fill_ip6(e, v, dst, src);
		break;
	case LWTUNNEL_ENCAP_ILA:
		err = encap_fill_ila(e, v);
		break;
	default:
		err = -NLE_OPNOTSUPP;
	}
out:
	nl_addr_put(dst);
	nl_addr_put(src);
	if (err < 0)
		rtnl_nh_encap_free(e);
	else
		*out = e;
	return err;
}

#define NLGO_HAS_ENCAP (LIBNL_VER_NUM >= LIBNL_VER(3, 12))

void nlgo_route_nh_get_encap(struct rtnl_nexthop *nh, struct nlgo_encap *out)
{
	struct nl_addr *labels;

	encap_get(rtnl_route_nh_get_encap(nh), out);
	if (NLGO_HAS_ENCAP)
		return;
	labels = rtnl_route_nh_get_encap_mpls_dst(nh);
	if (!labels)
		return;
	out->type = LWTUNNEL_ENCAP_MPLS;
	nlgo_addr_get(labels, &out->dst);
	out->ttl = rtnl_route_nh_get_encap_mpls_ttl(nh);
}

int nlgo_route_nh_set_encap(struct rtnl_nexthop *nh, const struct nlgo_encap *v)
{
	struct rtnl_nh_encap *e = NULL;
	struct nl_addr *labels;
	int err;

	if (NLGO_HAS_ENCAP) {
		err = v->type ? encap_new(v, &e) : 0;
		return err ? err : rtnl_route_nh_set_encap(nh, e);
	}
	if (v->type != LWTUNNEL_ENCAP_MPLS)
		return -NLE_OPNOTSUPP;
	labels = encap_addr(&v->dst);
	if (!labels)
		return -NLE_NOMEM;
	err = rtnl_route_nh_encap_mpls(nh, labels, v->ttl);
	nl_addr_put(labels);
	return err;
}

void nlgo_nh_get_encap(struct rtnl_nh *nh, struct nlgo_encap *out)
{
	encap_get(rtnl_nh_get_encap(nh), out);
}

int nlgo_nh_set_encap(struct rtnl_nh *nh, const struct nlgo_encap *v)
{
	struct rtnl_nh_encap *e = NULL;
	int err;

	if (!NLGO_HAS_ENCAP)
		return -NLE_OPNOTSUPP;
	err = v->type ? encap_new(v, &e) : 0;
	return err ? err : rtnl_nh_set_encap(nh, e);
}

/* libnl does not say what a nexthop object has, but an empty one differs in
 * just that. */
uint32_t nlgo_nh_attrs(struct rtnl_nh *nh)
{
	struct rtnl_nh *empty = rtnl_nh_alloc();
	uint32_t mask;

	if (!empty)
		return 0;
	mask = nl_object_diff64((struct nl_object *)nh,
				(struct nl_object *)empty);
	rtnl_nh_put(empty);
	return mask;
}

/* The builder of the request is not exported: rtnl_nh_add is run on a socket
 * that keeps the message instead of sending it. */
static __thread struct nl_msg *kept;

static int keep_msg(struct nl_sock *sk, struct nl_msg *msg)
{
	nlmsg_get(msg);
	kept = msg;
	return 0;
}

enum { NHA_FDB_ = 11 }; /* of <linux/nexthop.h> */

int nlgo_nh_build_add(struct rtnl_nh *nh, int flags, struct nl_msg **msg)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);
	struct nl_sock *sk = cb ? nl_socket_alloc_cb(cb) : NULL;
	struct nlmsghdr *h;
	int err = -NLE_NOMEM;

	nl_cb_put(cb);
	if (!sk)
		return err;
	nl_cb_overwrite_send(cb, keep_msg);
	nl_socket_disable_auto_ack(sk);
	nl_socket_set_local_port(sk, 1); /* none of the process's is taken */
	kept = NULL;
	err = rtnl_nh_add(sk, nh, flags);
	nl_socket_free(sk);
	if (err >= 0 && !kept)
		err = -NLE_FAILURE;
	/* which libnl knows and does not send */
	if (err >= 0 && rtnl_nh_get_fdb(nh) &&
	    !nlmsg_find_attr(nlmsg_hdr(kept), 8, NHA_FDB_))
		err = nla_put_flag(kept, NHA_FDB_);
	if (err < 0) {
		nlmsg_free(kept);
		return err;
	}
	h = nlmsg_hdr(kept);
	h->nlmsg_pid = 0;
	h->nlmsg_seq = 0;
	h->nlmsg_flags &= ~NLM_F_REQUEST;
	*msg = kept;
	return 0;
}

/* ---- kinds of links: geneve, macvlan, veth, vxlan */

int nlgo_kind_set_addr(struct rtnl_link *link, int which, int family,
		       const void *b, size_t len)
{
	struct nl_addr *a = nlgo_addr_new(family, b, len, 8 * (int)len);
	int err = -NLE_INVAL;

	if (!a)
		return -NLE_NOMEM;
	switch (which) {
	case NLGO_GENEVE_REMOTE:
		err = rtnl_link_geneve_set_remote(link, a);
		break;
	case NLGO_MACVLAN_ADD:
		err = rtnl_link_macvlan_add_macaddr(link, a);
		break;
	case NLGO_MACVLAN_DEL:
		err = rtnl_link_macvlan_del_macaddr(link, a);
		break;
	case NLGO_VXLAN_GROUP:
		err = rtnl_link_vxlan_set_group(link, a);
		break;
	case NLGO_VXLAN_LOCAL:
		err = rtnl_link_vxlan_set_local(link, a);
		break;
	}
	nl_addr_put(a);
	return err;
}

int nlgo_kind_get_addr(struct rtnl_link *link, int which, struct nlgo_addr *out)
{
	struct nl_addr *a = NULL;
	int err = -NLE_INVAL;

	switch (which) {
	case NLGO_GENEVE_REMOTE:
		err = rtnl_link_geneve_get_remote(link, &a);
		break;
	case NLGO_VXLAN_GROUP:
		err = rtnl_link_vxlan_get_group(link, &a);
		break;
	case NLGO_VXLAN_LOCAL:
		err = rtnl_link_vxlan_get_local(link, &a);
		break;
	}
	if (err < 0)
		return err;
	if (!a)
		return -NLE_NOMEM;
	nlgo_addr_get(a, out);
	nl_addr_put(a);
	return 0;
}

struct veth {
	struct veth *next;
	struct rtnl_link *peer, *owner; /* a reference to the owner */
};

static struct veth *veths;

/* Where in the list the veth with this peer or owner is, the end if
 * nowhere. */
static struct veth **veth_find(struct rtnl_link *peer, struct rtnl_link *owner)
{
	struct veth **p = &veths;

	while (*p && (*p)->peer != peer && (*p)->owner != owner)
		p = &(*p)->next;
	return p;
}

static void veth_forget(struct veth **p)
{
	struct veth *v = *p;

	*p = v->next;
	rtnl_link_put(v->owner);
	free(v);
}

int nlgo_veth_owner(struct rtnl_link *link)
{
	return *veth_find(NULL, link) != NULL;
}

struct rtnl_link *nlgo_veth_peer(struct rtnl_link *link)
{
	struct rtnl_link *other = rtnl_link_veth_get_peer(link);
	struct veth *v;

	if (*veth_find(link, link))
		return other;
	v = calloc(1, sizeof(*v));
	if (!v) {
		rtnl_link_put(other);
		return NULL;
	}
	nl_object_get((struct nl_object *)link);
	v->peer = other;
	v->owner = link;
	v->next = veths;
	veths = v;
	return other;
}

void nlgo_object_put(struct nl_object *obj)
{
	struct veth **v = &veths;

	nl_object_put(obj);
	while (*v) {
		if (nl_object_get_refcnt((struct nl_object *)(*v)->peer) == 1)
			veth_forget(v);
		else
			v = &(*v)->next;
	}
}

int nlgo_link_set_type(struct rtnl_link *link, const char *type)
{
	struct veth **v = veth_find(NULL, link);
	int err;

	if (*veth_find(link, NULL))
		return -NLE_BUSY;
	err = rtnl_link_set_type(link, type);
	if (*v) {
		/* on its own now, with an empty peer */
		rtnl_link_set_type((*v)->peer, "veth");
		veth_forget(v);
	}
	return err;
}

/* ---- tunnels and bonds */

/* Sets in the bond what the message says of it. */
static void bond_read(struct rtnl_link *link, struct nlmsghdr *h)
{
	struct nlattr *a;
	int rest;

	a = nlmsg_find_attr(h, sizeof(struct ifinfomsg), IFLA_LINKINFO);
	if (a)
		a = nla_find(nla_data(a), nla_len(a), IFLA_INFO_DATA);
	if (!a)
		return;
	rest = nla_len(a);
	for (a = nla_data(a); nla_ok(a, rest); a = nla_next(a, &rest)) {
		switch (nla_type(a)) {
		case IFLA_BOND_MODE:
			rtnl_link_bond_set_mode(link, nla_get_u8(a));
			break;
		case IFLA_BOND_ACTIVE_SLAVE:
			rtnl_link_bond_set_activeslave(link,
						       (int)nla_get_u32(a));
			break;
		case IFLA_BOND_XMIT_HASH_POLICY:
			rtnl_link_bond_set_hashing_type(link, nla_get_u8(a));
			break;
		case IFLA_BOND_MIIMON:
			rtnl_link_bond_set_miimon(link, nla_get_u32(a));
			break;
		case IFLA_BOND_MIN_LINKS:
			rtnl_link_bond_set_min_links(link, nla_get_u32(a));
			break;
		}
	}
}

int nlgo_bond_cloned(struct rtnl_link *dst, struct rtnl_link *src)
{
	struct nl_msg *msg;
	int err;

	/* the others clone them, or have nothing to clone */
	if (nl_ver_num < LIBNL_VER(3, 8) || nl_ver_num >= LIBNL_VER(3, 11) ||
	    !nlgo_link_is(dst, NLGO_LINK_BOND))
		return 0;
	err = rtnl_link_set_type(dst, "bond");
	/* what a cache holds was perhaps parsed by libnl alone, and a
	 * request would follow a null pointer; the parser knows nothing
	 * of bonds, so there is nothing to copy */
	if (err < 0 || nl_object_get_cache((struct nl_object *)src))
		return err;
	/* before 3.11 there is no other way to read them */
	err = rtnl_link_build_add_request(src, 0, &msg);
	if (err < 0)
		return err;
	bond_read(dst, nlmsg_hdr(msg));
	nlmsg_free(msg);
	return 0;
}

void nlgo_bond_parsed(struct nl_object *obj, struct nlmsghdr *h)
{
	/* 3.11 takes the interval and the number of links for the hashing;
	 * 41 is NL_CAPABILITY_ROUTE_FIX_PARSE_BONDING */
	if (nl_ver_num < LIBNL_VER(3, 11) || nl_has_capability(41) ||
	    !nlgo_object_is(obj, "route/link") ||
	    !nlgo_link_is((struct rtnl_link *)obj, NLGO_LINK_BOND))
		return;
	bond_read((struct rtnl_link *)obj, h);
}

/* The index of the link below, of the kinds whose details name it; 0 if
 * none. */
static uint32_t details_link(struct rtnl_link *link)
{
	uint32_t i = 0;

	if (nlgo_link_is(link, NLGO_LINK_GRE) ||
	    nlgo_link_is(link, NLGO_LINK_GRETAP))
		return rtnl_link_ipgre_get_link(link);
	if (nlgo_link_is(link, NLGO_LINK_IP6TNL))
		return rtnl_link_ip6_tnl_get_link(link);
	if (nlgo_link_is(link, NLGO_LINK_IPIP))
		return rtnl_link_ipip_get_link(link);
	if (nlgo_link_is(link, NLGO_LINK_SIT))
		return rtnl_link_sit_get_link(link);
	if (nlgo_link_is(link, NLGO_LINK_VTI))
		return rtnl_link_ipvti_get_link(link);
	if (nlgo_link_is(link, NLGO_LINK_VXLAN))
		return rtnl_link_vxlan_get_link(link, &i) < 0 ? 0 : i;
	if (nlgo_link_is(link, NLGO_LINK_XFRM))
		return rtnl_link_xfrmi_get_link(link, &i) < 0 ? 0 : i;
	return 0;
}

void nlgo_dump_begin(struct nl_object *obj, int type, struct nlgo_parent *p)
{
	struct nl_cache *cache, *provided = NULL;
	uint32_t i;

	*p = (struct nlgo_parent){.link = NULL};
	/* before 3.12 details keep a reference to the link below */
	if (nl_ver_num >= LIBNL_VER(3, 12) || type == NL_DUMP_LINE ||
	    !nlgo_object_is(obj, "route/link"))
		return;
	i = details_link((struct rtnl_link *)obj);
	if (!i)
		return;
	cache = nl_object_get_cache(obj);
	if (!cache)
		cache = provided = nl_cache_mngt_require_safe("route/link");
	if (cache)
		p->link = rtnl_link_get(cache, (int)i);
	if (p->link)
		p->refcnt = nl_object_get_refcnt((struct nl_object *)p->link);
	nl_cache_put(provided);
}

/* 3.12 prints bytes of its stack where the 6rd prefix should stand. */
static void sit_correct(struct rtnl_link *link, struct nlgo_text *t)
{
	static const char label[] = "      6rd_prefix   ";
	char right[INET6_ADDRSTRLEN], *p, *end, *text, *at = NULL;
	struct in6_addr a;
	size_t head, n;

	if (rtnl_link_sit_get_ip6rd_prefix(link, &a) ||
	    !inet_ntop(AF_INET6, &a, right, sizeof(right)))
		return;
	/* the last one: an alias before it can hold anything */
	for (p = t->text; (p = strstr(p, label)); p = at)
		at = p + strlen(label);
	if (!at)
		return;
	end = strchrnul(at, '\n');
	n = strlen(right);
	if ((size_t)(end - at) == n && !memcmp(at, right, n))
		return;
	head = (size_t)(at - t->text);
	text = malloc(head + n + strlen(end) + 1);
	if (text) {
		memcpy(text, t->text, head);
		memcpy(text + head, right, n);
		strcpy(text + head + n, end);
		t->len = head + n + strlen(end);
	}
	free(t->text);
	t->text = text;
}

void nlgo_dump_end(struct nl_object *obj, struct nlgo_parent *p,
		   struct nlgo_text *t)
{
	struct nl_object *parent = (struct nl_object *)p->link;

	if (parent) {
		while (nl_object_get_refcnt(parent) > p->refcnt)
			nl_object_put(parent);
		nl_object_put(parent);
	}
	if (t->text && nlgo_object_is(obj, "route/link") &&
	    nlgo_link_is((struct rtnl_link *)obj, NLGO_LINK_SIT))
		sit_correct((struct rtnl_link *)obj, t);
}

/* ---- link details: snapshots, bridges, virtual functions */

static uint8_t hw_addr(struct nl_addr *a, uint8_t *out)
{
	unsigned int len = a ? nl_addr_get_len(a) : 0;

	if (len > NLGO_HWADDR_MAX)
		return 0;
	if (len)
		memcpy(out, nl_addr_get_binary_addr(a), len);
	return len;
}

void nlgo_link_info(struct rtnl_link *link, struct nlgo_link_info *out)
{
	out->name = rtnl_link_get_name(link);
	out->type = rtnl_link_get_type(link);
	out->slave_type = rtnl_link_get_slave_type(link);
	out->alias = rtnl_link_get_ifalias(link);
	out->qdisc = rtnl_link_get_qdisc(link);
	out->index = rtnl_link_get_ifindex(link);
	out->link = rtnl_link_get_link(link);
	out->master = rtnl_link_get_master(link);
	out->family = rtnl_link_get_family(link);
	if (rtnl_link_get_link_netnsid(link, &out->link_netnsid) < 0)
		out->link_netnsid = -1;
	out->arptype = rtnl_link_get_arptype(link);
	out->flags = rtnl_link_get_flags(link);
	out->mtu = rtnl_link_get_mtu(link);
	out->txqlen = rtnl_link_get_txqlen(link);
	out->group = rtnl_link_get_group(link);
	out->promiscuity = rtnl_link_get_promiscuity(link);
	out->tx_queues = rtnl_link_get_num_tx_queues(link);
	out->rx_queues = rtnl_link_get_num_rx_queues(link);
	/* these leave out as it is, zero, if unset */
	rtnl_link_get_carrier_changes(link, &out->carrier_changes);
	rtnl_link_get_num_vf(link, &out->num_vf);
	rtnl_link_get_gso_max_segs(link, &out->gso_max_segs);
	rtnl_link_get_gso_max_size(link, &out->gso_max_size);
	out->operstate = rtnl_link_get_operstate(link);
	out->mode = rtnl_link_get_linkmode(link);
	out->carrier = rtnl_link_get_carrier(link);
	out->addr_len = hw_addr(rtnl_link_get_addr(link), out->addr);
	out->broadcast_len =
		hw_addr(rtnl_link_get_broadcast(link), out->broadcast);
	out->perm_addr_len =
		hw_addr(rtnl_link_get_perm_addr(link), out->perm_addr);
}

int nlgo_link_full(struct rtnl_link *link, struct nl_msg *msg)
{
	/* more than the longest attribute of a function, and the ends of the
	 * empty ones around it, which libnl takes back */
	enum { ROOM = 64 };

	return rtnl_link_has_vf_list(link) &&
	       nlmsg_get_max_size(msg) < nlmsg_hdr(msg)->nlmsg_len + ROOM;
}

int nlgo_link_inet6_token(struct rtnl_link *link, struct nlgo_addr *out)
{
	struct nl_addr *a = NULL;
	int err = rtnl_link_inet6_get_token(link, &a);

	if (err < 0)
		return err;
	nlgo_addr_get(a, out);
	nl_addr_put(a);
	return 0;
}

struct mst_list {
	struct nlgo_mst *out;
	int n, max;
};

static void mst_collect(uint16_t instance, uint8_t state, void *arg)
{
	struct mst_list *l = arg;

	if (l->n < l->max)
		l->out[l->n] = (struct nlgo_mst){instance, state};
	l->n++;
}

int nlgo_bridge_mst(struct rtnl_link *link, struct nlgo_mst *out, int max)
{
	struct mst_list l = {.out = out, .max = max};
	int err = rtnl_link_bridge_foreach_mst_entry(link, mst_collect, &l);

	return err < 0 ? err : l.n;
}

int nlgo_vf_set_addr(struct rtnl_link_vf *vf, int family, const void *b,
		     size_t len, int prefixlen)
{
	struct nl_addr *a = nlgo_addr_new(family, b, len, prefixlen);

	if (!a)
		return -NLE_NOMEM;
	rtnl_link_vf_set_addr(vf, a);
	nl_addr_put(a);
	return 0;
}

int nlgo_vf_set_vlans(struct rtnl_link_vf *vf, const struct nlgo_vf_vlan *v,
		      int n)
{
	nl_vf_vlans_t *old = NULL, *vlans;
	int err, before;

	err = rtnl_link_vf_vlan_alloc(&vlans, n);
	if (err < 0)
		return err;
	for (int i = 0; i < n; i++) {
		vlans->vlans[i].vf_vlan = v[i].vlan;
		vlans->vlans[i].vf_vlan_qos = v[i].qos;
		vlans->vlans[i].vf_vlan_proto = v[i].proto;
	}
	if (rtnl_link_vf_get_vlans(vf, &old) < 0)
		old = NULL;
	before = old ? old->ce_refcnt : 0;
	rtnl_link_vf_set_vlans(vf, vlans);
	/* libnl forgets the reference that it had */
	if (old && old->ce_refcnt == before)
		rtnl_link_vf_vlan_put(old);
	rtnl_link_vf_vlan_put(old);
	/* and takes one of its own, though it says that it takes ours */
	if (vlans->ce_refcnt > 1)
		rtnl_link_vf_vlan_put(vlans);
	return 0;
}

int nlgo_vf_get_vlans(struct rtnl_link_vf *vf, struct nlgo_vf_vlan *out,
		      int max)
{
	nl_vf_vlans_t *vlans;
	int n, err = rtnl_link_vf_get_vlans(vf, &vlans);

	if (err < 0)
		return err;
	n = vlans->size;
	for (int i = 0; i < n && i < max; i++) {
		out[i].vlan = vlans->vlans[i].vf_vlan;
		out[i].qos = vlans->vlans[i].vf_vlan_qos;
		out[i].proto = vlans->vlans[i].vf_vlan_proto;
	}
	rtnl_link_vf_vlan_put(vlans);
	return n;
}

/* ---- addresses of interfaces, neighbours, rules */

#define OBJ(o) ((struct nl_object *)(o))

/* Bits of what nl_object_diff64 returns. */
enum {
	NEIGH_FLAGS = 0x1,
	NEIGH_IFINDEX = 0x20,
	NEIGH_FAMILY = 0x40,
	NEIGH_MASTER = 0x200,
	NEIGHTBL_THRESH3 = 0x20,
};

static int neigh_set_dst(struct rtnl_neigh *n, struct nl_addr *a)
{
	int family = rtnl_neigh_get_family(n);
	int err;

	/* that of a forwarding entry is the end of a tunnel */
	if (family != AF_BRIDGE)
		return rtnl_neigh_set_dst(n, a);
	rtnl_neigh_set_family(n, nl_addr_get_family(a));
	err = rtnl_neigh_set_dst(n, a);
	rtnl_neigh_set_family(n, family);
	return err;
}

static int set_addr(void *obj, int attr, struct nl_addr *a)
{
	switch (attr) {
	case NLGO_IFADDR_LOCAL:
		return rtnl_addr_set_local(obj, a);
	case NLGO_IFADDR_PEER:
		return rtnl_addr_set_peer(obj, a);
	case NLGO_IFADDR_BROADCAST:
		return rtnl_addr_set_broadcast(obj, a);
	case NLGO_IFADDR_MULTICAST:
		return rtnl_addr_set_multicast(obj, a);
	case NLGO_IFADDR_ANYCAST:
		return rtnl_addr_set_anycast(obj, a);
	case NLGO_NEIGH_LLADDR:
		rtnl_neigh_set_lladdr(obj, a);
		return 0;
	case NLGO_NEIGH_DST:
		return neigh_set_dst(obj, a);
	case NLGO_RULE_SRC:
		return rtnl_rule_set_src(obj, a);
	case NLGO_RULE_DST:
		return rtnl_rule_set_dst(obj, a);
	}
	return -NLE_INVAL;
}

int nlgo_set_addr(struct nl_object *obj, int attr, int family, const void *b,
		  size_t len, int prefixlen)
{
	struct nl_addr *a = nlgo_addr_new(family, b, len, prefixlen);
	int err;

	if (!a)
		return -NLE_NOMEM;
	err = set_addr(obj, attr, a);
	nl_addr_put(a);
	return err;
}

void nlgo_ifaddr_info(struct rtnl_addr *a, struct nlgo_ifaddr_info *out)
{
	const char *label = rtnl_addr_get_label(a);

	out->family = rtnl_addr_get_family(a);
	out->ifindex = rtnl_addr_get_ifindex(a);
	out->prefixlen = rtnl_addr_get_prefixlen(a);
	out->scope = rtnl_addr_get_scope(a);
	out->flags = rtnl_addr_get_flags(a);
	out->valid = rtnl_addr_get_valid_lifetime(a);
	out->preferred = rtnl_addr_get_preferred_lifetime(a);
	out->created = rtnl_addr_get_create_time(a);
	out->updated = rtnl_addr_get_last_update_time(a);
	ip_get(rtnl_addr_get_local(a), &out->local);
	ip_get(rtnl_addr_get_peer(a), &out->peer);
	ip_get(rtnl_addr_get_broadcast(a), &out->broadcast);
	ip_get(rtnl_addr_get_multicast(a), &out->multicast);
	ip_get(rtnl_addr_get_anycast(a), &out->anycast);
	strcpy(out->label, label ? label : "");
}

void nlgo_neigh_info(struct rtnl_neigh *n, struct nlgo_neigh_info *out)
{
	struct nl_addr *ll = rtnl_neigh_get_lladdr(n);

	out->family = rtnl_neigh_get_family(n);
	out->ifindex = rtnl_neigh_get_ifindex(n);
	out->type = rtnl_neigh_get_type(n);
	out->master = rtnl_neigh_get_master(n);
	out->state = rtnl_neigh_get_state(n);
	out->vlan = rtnl_neigh_get_vlan(n);
	out->flags = rtnl_neigh_get_flags(n);
	out->ext_flags = 0;
	rtnl_neigh_get_ext_flags(n, &out->ext_flags);
	out->nhid = 0;
	rtnl_neigh_get_nhid(n, &out->nhid);
	ip_get(rtnl_neigh_get_dst(n), &out->dst);
	out->lladdr_len = 0;
	if (ll && nl_addr_get_len(ll) <= sizeof(out->lladdr)) {
		out->lladdr_len = nl_addr_get_len(ll);
		memcpy(out->lladdr, nl_addr_get_binary_addr(ll),
		       out->lladdr_len);
	}
}

/* Sets again what n has, as the difference from an empty one tells, so that it
 * counts as set: flags and states with no bit more. */
void nlgo_neigh_set_type(struct rtnl_neigh *n, int type)
{
	struct rtnl_neigh *none = rtnl_neigh_alloc();
	struct nl_addr *dst = rtnl_neigh_get_dst(n);
	struct nl_addr *ll = rtnl_neigh_get_lladdr(n);
	int state = rtnl_neigh_get_state(n), vlan = rtnl_neigh_get_vlan(n);
	int family = rtnl_neigh_get_family(n);
	uint32_t ext, nhid;
	int has_ext = !rtnl_neigh_get_ext_flags(n, &ext);
	int has_nhid = !rtnl_neigh_get_nhid(n, &nhid);
	uint64_t had = none ? nl_object_diff64(OBJ(n), OBJ(none)) : UINT64_MAX;

	nl_object_put(OBJ(none));
	rtnl_neigh_set_type(n, type);
	if (state != -1)
		rtnl_neigh_set_state(n, 0);
	if (vlan != -1)
		rtnl_neigh_set_vlan(n, vlan);
	if (has_ext)
		rtnl_neigh_set_ext_flags(n, 0);
	if (has_nhid)
		rtnl_neigh_set_nhid(n, nhid);
	if (had & NEIGH_FLAGS)
		rtnl_neigh_set_flags(n, 0);
	if (had & NEIGH_IFINDEX)
		rtnl_neigh_set_ifindex(n, rtnl_neigh_get_ifindex(n));
	if (had & NEIGH_MASTER)
		rtnl_neigh_set_master(n, rtnl_neigh_get_master(n));
	/* the setter puts the old one first */
	if (dst) {
		nl_addr_get(dst);
		rtnl_neigh_set_dst(n, dst);
		nl_addr_put(dst);
	}
	if (ll) {
		nl_addr_get(ll);
		rtnl_neigh_set_lladdr(n, ll);
		nl_addr_put(ll);
	}
	if (had & NEIGH_FAMILY)
		rtnl_neigh_set_family(n, family);
}

/* Where in a table libnl keeps the threshold, found by setting it to what no
 * other field has; 0 if it is not there. */
static size_t thresh3_offset(void)
{
	static const uint32_t mark = 0x5ac3a53c;
	struct rtnl_neightbl *t = rtnl_neightbl_alloc();
	size_t at = 0, room;

	if (!t)
		return 0;
	rtnl_neightbl_set_gc_tresh3(t, (int)mark);
	room = malloc_usable_size(t);
	for (size_t i = sizeof(mark); i + sizeof(mark) <= room && !at;
	     i += sizeof(mark))
		if (!memcmp((char *)t + i, &mark, sizeof(mark)))
			at = i;
	rtnl_neightbl_put(t);
	return at;
}

int nlgo_neightbl_has_thresh3(struct rtnl_neightbl *t)
{
	struct rtnl_neightbl *none = rtnl_neightbl_alloc();
	int has;

	if (!none)
		return 0;
	has = !!(nl_object_diff64(OBJ(t), OBJ(none)) & NEIGHTBL_THRESH3);
	rtnl_neightbl_put(none);
	return has;
}

int nlgo_neightbl_thresh3(struct rtnl_neightbl *t, uint32_t *v)
{
	size_t at = thresh3_offset();

	if (!at)
		return 0;
	memcpy(v, (char *)t + at, sizeof(*v));
	return 1;
}

struct mdb_walk {
	struct nlgo_mdb_entry *out;
	uint32_t max, n;
};

static void mdb_entry(struct rtnl_mdb_entry *e, void *arg)
{
	struct mdb_walk *w = arg;
	struct nlgo_mdb_entry *o;

	if (w->n++ >= w->max)
		return;
	o = &w->out[w->n - 1];
	o->ifindex = rtnl_mdb_entry_get_ifindex(e);
	o->vid = rtnl_mdb_entry_get_vid(e);
	o->state = rtnl_mdb_entry_get_state(e);
	o->proto = rtnl_mdb_entry_get_proto(e);
	nlgo_addr_get(rtnl_mdb_entry_get_addr(e), &o->addr);
}

uint32_t nlgo_mdb_entries(struct rtnl_mdb *mdb, struct nlgo_mdb_entry *out,
			  uint32_t max)
{
	struct mdb_walk w = {out, max, 0};

	rtnl_mdb_foreach_entry(mdb, mdb_entry, &w);
	return w.n;
}

int nlgo_fib_build(const struct nlgo_fib_request *r, const void *ip,
		   struct nl_msg **msg)
{
	struct flnl_request *req = flnl_request_alloc();
	struct nl_addr *a = nl_addr_build(AF_INET, ip, 4);
	int err = -NLE_NOMEM;

	if (req && a)
		err = flnl_request_set_addr(req, a);
	if (!err) {
		flnl_request_set_fwmark(req, r->mark);
		flnl_request_set_tos(req, r->tos);
		flnl_request_set_scope(req, r->scope);
		flnl_request_set_table(req, (int)r->table);
		err = flnl_lookup_build_request(req, 0, msg);
	}
	nl_addr_put(a);
	nl_object_put(OBJ(req));
	return err;
}

/* ---- generic netlink: families registered from Go */

struct nlgo_genl {
	struct genl_ops ops;
	struct genl_cmd cmds[];
};

/* What nlgo_genl_handle waits for on this thread. */
static _Thread_local struct genl_wanted {
	struct genl_cmd *cmd;
	unsigned int hdrlen;
	uint32_t *at;
} * genl_wanted;

struct nlgo_genl *nlgo_genl_new(const char *name, uint32_t hdrlen, int id,
				uint32_t ncmds)
{
	struct nlgo_genl *f =
		calloc(1, sizeof(*f) + ncmds * sizeof(f->cmds[0]));

	if (!f)
		return NULL;
	f->ops.o_name = strdup(name);
	if (!f->ops.o_name) {
		free(f);
		return NULL;
	}
	f->ops.o_hdrsize = hdrlen;
	f->ops.o_id = id;
	f->ops.o_cmds = f->cmds;
	f->ops.o_ncmds = ncmds;
	return f;
}

/* Called by libnl once the policy has been enforced: Go's function runs when
 * libnl has returned. Whoever else calls genl_handle_msg has no handler
 * here. */
static int genl_parser(struct nl_cache_ops *ops, struct genl_cmd *cmd,
		       struct genl_info *info, void *arg)
{
	struct genl_wanted *w = genl_wanted;
	char *base;
	int i;

	if (!w || arg != w || cmd != w->cmd)
		return -NLE_OPNOTSUPP;
	base = (char *)nlmsg_attrdata(info->nlh, GENL_HDRLEN + w->hdrlen);
	for (i = 0; i <= cmd->c_maxattr; i++)
		w->at[i] =
			info->attrs[i]
				? 1 + (uint32_t)((char *)info->attrs[i] - base)
				: 0;
	return 1;
}

int nlgo_genl_add_cmd(struct nlgo_genl *f, uint32_t i, int id, const char *name,
		      int maxattr, const void *policy, int handled)
{
	struct genl_cmd *cmd = &f->cmds[i];

	cmd->c_id = id;
	cmd->c_maxattr = maxattr;
	cmd->c_msg_parser = handled ? genl_parser : NULL;
	cmd->c_name = strdup(name);
	if (!cmd->c_name)
		return -NLE_NOMEM;
	if (policy) {
		size_t n = (maxattr + 1) * sizeof(struct nla_policy);

		cmd->c_attr_policy = malloc(n);
		if (!cmd->c_attr_policy)
			return -NLE_NOMEM;
		memcpy(cmd->c_attr_policy, policy, n);
	}
	return 0;
}

void nlgo_genl_free(struct nlgo_genl *f)
{
	int i;

	for (i = 0; i < f->ops.o_ncmds; i++) {
		free(f->cmds[i].c_name);
		free(f->cmds[i].c_attr_policy);
	}
	free(f->ops.o_name);
	free(f);
}

int nlgo_genl_register(struct nlgo_genl *f)
{
	return genl_register_family(&f->ops);
}

void nlgo_genl_unregister(struct nlgo_genl *f)
{
	genl_unregister_family(&f->ops);
}

void nlgo_genl_set_id(struct nlgo_genl *f, int id)
{
	f->ops.o_id = id;
}

int nlgo_genl_handle(struct nlgo_genl *f, uint32_t i, const void *data,
		     uint32_t len, const struct nlgo_msg *m, uint32_t *at)
{
	struct genl_wanted w = {
		.cmd = &f->cmds[i],
		.hdrlen = f->ops.o_hdrsize,
		.at = at,
	};
	struct nl_msg *msg = nlgo_msg_new(data, len, m);
	int rc;

	if (!msg)
		return -NLE_NOMEM;
	genl_wanted = &w;
	rc = genl_handle_msg(msg, &w);
	genl_wanted = NULL;
	nlmsg_free(msg);
	return rc;
}

int nlgo_genl_op2name(int family, int op, char *buf, size_t len)
{
	return genl_op2name(family, op, buf, len) != NULL;
}

/* ---- generic netlink: the controller */

void nlgo_genl_event(struct nlmsghdr *h, int proto)
{
	struct genlmsghdr *g = nlmsg_data(h);

	if (proto != NETLINK_GENERIC || h->nlmsg_type != GENL_ID_CTRL ||
	    !nlmsg_valid_hdr(h, GENL_HDRLEN))
		return;
	/* the others have no parser, though they are of the same form */
	switch (g->cmd) {
	case CTRL_CMD_DELFAMILY:
	case CTRL_CMD_NEWMCAST_GRP:
	case CTRL_CMD_DELMCAST_GRP:
		g->cmd = CTRL_CMD_NEWFAMILY;
	}
}

/* ---- conntrack */

/* Bits of what nl_object_diff64 returns: family, protocol, and the tuple of the
 * first packet. */
enum { CT_TUPLE = 0x7f03 };

int nlgo_ct_ports(const struct nfnl_ct *ct, int repl)
{
	return nfnl_ct_test_src_port(ct, repl) ||
	       nfnl_ct_test_dst_port(ct, repl);
}

int nlgo_ct_icmp(const struct nfnl_ct *ct, int repl)
{
	return nfnl_ct_test_icmp_id(ct, repl) ||
	       nfnl_ct_test_icmp_type(ct, repl) ||
	       nfnl_ct_test_icmp_code(ct, repl);
}

static void ct_dir(const struct nfnl_ct *ct, int repl, struct nlgo_ct_dir *out)
{
	struct nl_addr *src = nfnl_ct_get_src(ct, repl);
	struct nl_addr *dst = nfnl_ct_get_dst(ct, repl);

	ip_get(src, &out->src);
	ip_get(dst, &out->dst);
	out->has = (src ? NLGO_CT_SRC : 0) | (dst ? NLGO_CT_DST : 0);
	/* ports and what ICMP has are in one place */
	if (nfnl_ct_test_src_port(ct, repl))
		out->sport = nfnl_ct_get_src_port(ct, repl);
	if (nfnl_ct_test_dst_port(ct, repl))
		out->dport = nfnl_ct_get_dst_port(ct, repl);
	if (nfnl_ct_test_icmp_id(ct, repl))
		out->icmp_id = nfnl_ct_get_icmp_id(ct, repl);
	if (nfnl_ct_test_icmp_type(ct, repl))
		out->icmp_type = nfnl_ct_get_icmp_type(ct, repl);
	if (nfnl_ct_test_icmp_code(ct, repl))
		out->icmp_code = nfnl_ct_get_icmp_code(ct, repl);
	if (nlgo_ct_ports(ct, repl))
		out->has |= NLGO_CT_PORTS;
	if (nlgo_ct_icmp(ct, repl))
		out->has |= NLGO_CT_ICMP;
	out->packets = nfnl_ct_get_packets(ct, repl);
	out->bytes = nfnl_ct_get_bytes(ct, repl);
}

void nlgo_ct_info(const struct nfnl_ct *ct, struct nlgo_ct_info *out)
{
	const struct nfnl_ct_timestamp *t = nfnl_ct_get_timestamp(ct);

	*out = (struct nlgo_ct_info){
		.start = t->start,
		.stop = t->stop,
		.status = nfnl_ct_get_status(ct),
		.timeout = nfnl_ct_get_timeout(ct),
		.mark = nfnl_ct_get_mark(ct),
		.use = nfnl_ct_get_use(ct),
		.id = nfnl_ct_get_id(ct),
		.zone = nfnl_ct_get_zone(ct),
		.family = nfnl_ct_get_family(ct),
		.proto = nfnl_ct_get_proto(ct),
		.tcp_state = nfnl_ct_get_tcp_state(ct),
		.has_proto = nfnl_ct_test_proto(ct),
		.has_tcp_state = nfnl_ct_test_tcp_state(ct),
		.has_status = nfnl_ct_test_status(ct),
		.has_timeout = nfnl_ct_test_timeout(ct),
		.has_zone = nfnl_ct_test_zone(ct),
	};
	ct_dir(ct, 0, &out->dir[0]);
	ct_dir(ct, 1, &out->dir[1]);
}

int nlgo_ct_set_addr(struct nfnl_ct *ct, int repl, int dst, int family,
		     const void *b, size_t len, int prefixlen)
{
	struct nl_addr *a = nlgo_addr_new(family, b, len, prefixlen);
	int err;

	if (!a)
		return -NLE_NOMEM;
	err = dst ? nfnl_ct_set_dst(ct, repl, a) : nfnl_ct_set_src(ct, repl, a);
	nl_addr_put(a);
	return err;
}

int nlgo_ct_parse_nested(const void *attr, size_t len, struct nfnl_ct **res)
{
	/* libnl's parser rounds up */
	struct nlattr *a = calloc(1, NLA_ALIGN(len) + 8);
	int err;

	if (!a)
		return -NLE_NOMEM;
	memcpy(a, attr, len);
	err = nfnlmsg_ct_parse_nested(a, res);
	free(a);
	return err;
}

static int ct_copy_tuple(struct nfnl_ct *to, const struct nfnl_ct *ct, int repl)
{
	struct nl_addr *src = nfnl_ct_get_src(ct, repl);
	struct nl_addr *dst = nfnl_ct_get_dst(ct, repl);
	int err = src ? nfnl_ct_set_src(to, repl, src) : 0;

	if (!err && dst)
		err = nfnl_ct_set_dst(to, repl, dst);
	if (nfnl_ct_test_src_port(ct, repl))
		nfnl_ct_set_src_port(to, repl, nfnl_ct_get_src_port(ct, repl));
	if (nfnl_ct_test_dst_port(ct, repl))
		nfnl_ct_set_dst_port(to, repl, nfnl_ct_get_dst_port(ct, repl));
	if (nfnl_ct_test_icmp_id(ct, repl))
		nfnl_ct_set_icmp_id(to, repl, nfnl_ct_get_icmp_id(ct, repl));
	if (nfnl_ct_test_icmp_type(ct, repl))
		nfnl_ct_set_icmp_type(to, repl,
				      nfnl_ct_get_icmp_type(ct, repl));
	if (nfnl_ct_test_icmp_code(ct, repl))
		nfnl_ct_set_icmp_code(to, repl,
				      nfnl_ct_get_icmp_code(ct, repl));
	return err;
}

struct nfnl_ct *nlgo_ct_change(const struct nfnl_ct *ct,
			       const struct nfnl_ct *to)
{
	struct nfnl_ct *res = nfnl_ct_alloc();
	int repl = !nfnl_ct_get_src(ct, 0);

	if (!res)
		return NULL;
	nfnl_ct_set_family(res, nfnl_ct_get_family(ct));
	if (nfnl_ct_test_proto(ct))
		nfnl_ct_set_proto(res, nfnl_ct_get_proto(ct));
	if (nfnl_ct_test_zone(ct))
		nfnl_ct_set_zone(res, nfnl_ct_get_zone(ct));
	if (ct_copy_tuple(res, ct, repl) < 0) {
		nfnl_ct_put(res);
		return NULL;
	}
	if (nfnl_ct_test_status(to) &&
	    (!nfnl_ct_test_status(ct) ||
	     nfnl_ct_get_status(ct) != nfnl_ct_get_status(to)))
		nfnl_ct_set_status(res, nfnl_ct_get_status(to));
	if (nfnl_ct_test_timeout(to) &&
	    (!nfnl_ct_test_timeout(ct) ||
	     nfnl_ct_get_timeout(ct) != nfnl_ct_get_timeout(to)))
		nfnl_ct_set_timeout(res, nfnl_ct_get_timeout(to));
	if (nfnl_ct_test_mark(to) &&
	    (!nfnl_ct_test_mark(ct) ||
	     nfnl_ct_get_mark(ct) != nfnl_ct_get_mark(to)))
		nfnl_ct_set_mark(res, nfnl_ct_get_mark(to));
	if (nfnl_ct_test_tcp_state(to) &&
	    (!nfnl_ct_test_tcp_state(ct) ||
	     nfnl_ct_get_tcp_state(ct) != nfnl_ct_get_tcp_state(to)))
		nfnl_ct_set_tcp_state(res, nfnl_ct_get_tcp_state(to));
	return res;
}

int nlgo_ct_same(struct nl_object *a, struct nl_object *b)
{
	struct nfnl_ct *x = (struct nfnl_ct *)a, *y = (struct nfnl_ct *)b;

	if (nfnl_ct_test_id(x) && nfnl_ct_test_id(y) &&
	    nfnl_ct_get_id(x) != nfnl_ct_get_id(y))
		return 0;
	return nfnl_ct_get_zone(x) == nfnl_ct_get_zone(y) &&
	       !(nl_object_diff64(a, b) & CT_TUPLE);
}

/* An entry that lives has a time when it was made and no other, of which
 * libnl makes nothing. */
void nlgo_ct_parsed(struct nl_object *obj, struct nlmsghdr *h)
{
	struct nfnl_ct *ct = (struct nfnl_ct *)obj;
	struct nlattr *times, *start;
	uint64_t ns;

	if (h->nlmsg_type >> 8 != NFNL_SUBSYS_CTNETLINK ||
	    nfnl_ct_test_timestamp(ct))
		return;
	times = nlmsg_find_attr(h, sizeof(struct nfgenmsg), CTA_TIMESTAMP);
	start = times ? nla_find(nla_data(times), nla_len(times),
				 CTA_TIMESTAMP_START)
		      : NULL;
	if (!start || nla_len(start) < (int)sizeof(ns))
		return;
	memcpy(&ns, nla_data(start), sizeof(ns));
	nfnl_ct_set_timestamp(ct, be64toh(ns), 0);
}

/* ---- expectations */

int nlgo_exp_set_addr(struct nfnl_exp *exp, int tuple, int dst, int family,
		      const void *b, size_t len, int prefixlen)
{
	struct nl_addr *a = nlgo_addr_new(family, b, len, prefixlen);
	int err;

	if (!a)
		return -NLE_NOMEM;
	err = dst ? nfnl_exp_set_dst(exp, tuple, a)
		  : nfnl_exp_set_src(exp, tuple, a);
	nl_addr_put(a);
	return err;
}

static int is_network(const struct nl_addr *a)
{
	return a && nl_addr_get_prefixlen(a) != 8 * nl_addr_get_len(a);
}

struct nlgo_unsaid nlgo_exp_unsaid(struct nfnl_exp *exp)
{
	const int nat = NFNL_EXP_TUPLE_NAT;

	for (int t = 0; t < NFNL_EXP_TUPLE_MAX; t++)
		if (is_network(nfnl_exp_get_src(exp, t)) ||
		    is_network(nfnl_exp_get_dst(exp, t)))
			return (struct nlgo_unsaid){
				-NLE_INVAL, "an address with a prefix length"};
	if (!nfnl_exp_test_src(exp, nat) &&
	    (nfnl_exp_test_nat_dir(exp) || nfnl_exp_test_dst(exp, nat) ||
	     nfnl_exp_test_l4protonum(exp, nat) ||
	     nfnl_exp_test_ports(exp, nat) || nfnl_exp_test_icmp(exp, nat)))
		return (struct nlgo_unsaid){-NLE_MISSING_ATTR,
					    "NAT without a source address"};
	return (struct nlgo_unsaid){0, NULL};
}

static struct nlattr *nested(struct nlattr *a, int type)
{
	return a ? nla_find(nla_data(a), nla_len(a), type) : NULL;
}

enum { ICMPV6_STEP = CTA_PROTO_ICMPV6_ID - CTA_PROTO_ICMP_ID };

/* libnl knows the attributes of ICMP and not those of ICMPv6, which are as many
 * and in the same order. Makes one the other. */
static void icmp_of_icmpv6(struct nlattr *tuple)
{
	struct nlattr *proto = nested(tuple, CTA_TUPLE_PROTO), *a;
	int rem;

	if (!proto)
		return;
	nla_for_each_nested(a, proto,
			    rem) if (nla_type(a) >= CTA_PROTO_ICMPV6_ID &&
				     nla_type(a) <= CTA_PROTO_ICMPV6_CODE)
		a->nla_type -= ICMPV6_STEP;
}

static void icmpv6_of_icmp(struct nlattr *tuple)
{
	struct nlattr *proto = nested(tuple, CTA_TUPLE_PROTO), *a;
	struct nlattr *num = nested(proto, CTA_PROTO_NUM);
	int rem;

	if (!num || nla_get_u8(num) != IPPROTO_ICMPV6)
		return;
	nla_for_each_nested(a, proto,
			    rem) if (nla_type(a) >= CTA_PROTO_ICMP_ID &&
				     nla_type(a) <= CTA_PROTO_ICMP_CODE)
		a->nla_type += ICMPV6_STEP;
}

int nlgo_exp_build(struct nfnl_exp *exp, int cmd, int flags,
		   struct nl_msg **msg)
{
	struct nlmsghdr *h;
	struct nlattr *nat, *dir;
	int err;

	if (cmd == IPCTNL_MSG_EXP_NEW)
		err = nfnl_exp_build_add_request(exp, flags, msg);
	else if (cmd == IPCTNL_MSG_EXP_DELETE)
		err = nfnl_exp_build_delete_request(exp, flags, msg);
	else
		err = nfnl_exp_build_query_request(exp, flags, msg);
	if (err < 0)
		return err;
	h = nlmsg_hdr(*msg);
	for (int t = CTA_EXPECT_MASTER; t <= CTA_EXPECT_MASK; t++)
		icmpv6_of_icmp(nlmsg_find_attr(h, sizeof(struct nfgenmsg), t));
	nat = nlmsg_find_attr(h, sizeof(struct nfgenmsg), CTA_EXPECT_NAT);
	icmpv6_of_icmp(nested(nat, CTA_EXPECT_NAT_TUPLE));
	/* libnl leaves it in the order of the machine */
	dir = nested(nat, CTA_EXPECT_NAT_DIR);
	if (dir)
		*(uint32_t *)nla_data(dir) = htonl(nla_get_u32(dir));
	return 0;
}

/* libnl reads the attribute from the mask, and crashes if there is none. */
struct nlattr *nlgo_exp_hide_nat(struct nlmsghdr *h, int proto)
{
	struct nlattr *a, *nat = NULL;
	int rem;

	if (proto != NETLINK_NETFILTER ||
	    NFNL_SUBSYS_ID(h->nlmsg_type) != NFNL_SUBSYS_CTNETLINK_EXP ||
	    !nlmsg_valid_hdr(h, sizeof(struct nfgenmsg)))
		return NULL;
	nlmsg_for_each_attr(a, h, sizeof(struct nfgenmsg), rem)
	{
		switch (nla_type(a)) {
		case CTA_EXPECT_MASTER:
		case CTA_EXPECT_TUPLE:
		case CTA_EXPECT_MASK:
			icmp_of_icmpv6(a);
			break;
		case CTA_EXPECT_NAT:
			a->nla_type = 0x3fff; /* beyond CTA_EXPECT_MAX */
			nat = a;
		}
	}
	return nat;
}

static int exp_copy_tuple(struct nfnl_exp *to, int t, struct nfnl_exp *from,
			  int f)
{
	int err = 0;

	if (nfnl_exp_test_src(from, f))
		err = nfnl_exp_set_src(to, t, nfnl_exp_get_src(from, f));
	if (!err && nfnl_exp_test_dst(from, f))
		err = nfnl_exp_set_dst(to, t, nfnl_exp_get_dst(from, f));
	if (nfnl_exp_test_l4protonum(from, f))
		nfnl_exp_set_l4protonum(to, t,
					nfnl_exp_get_l4protonum(from, f));
	if (nfnl_exp_test_ports(from, f))
		nfnl_exp_set_ports(to, t, nfnl_exp_get_src_port(from, f),
				   nfnl_exp_get_dst_port(from, f));
	if (nfnl_exp_test_icmp(from, f))
		nfnl_exp_set_icmp(to, t, nfnl_exp_get_icmp_id(from, f),
				  nfnl_exp_get_icmp_type(from, f),
				  nfnl_exp_get_icmp_code(from, f));
	return err;
}

/* The tuple is parsed as that of an expectation of its own. */
int nlgo_exp_take_nat(struct nl_object *obj, struct nlattr *nat)
{
	struct nfnl_exp *exp = (struct nfnl_exp *)obj, *of;
	struct nlattr *dir = nested(nat, CTA_EXPECT_NAT_DIR);
	struct nlattr *tuple = nested(nat, CTA_EXPECT_NAT_TUPLE);
	struct nl_msg *msg;
	int err;

	if (dir && nla_len(dir) >= (int)sizeof(uint32_t))
		nfnl_exp_set_nat_dir(exp, ntohl(nla_get_u32(dir)));
	if (!tuple)
		return 0;
	icmp_of_icmpv6(tuple);
	msg = nfnlmsg_alloc_simple(NFNL_SUBSYS_CTNETLINK_EXP,
				   IPCTNL_MSG_EXP_NEW, 0,
				   nfnl_exp_get_family(exp), 0);
	if (!msg)
		return -NLE_NOMEM;
	err = nla_put(msg, CTA_EXPECT_TUPLE, nla_len(tuple), nla_data(tuple));
	if (err >= 0)
		err = nfnlmsg_exp_parse(nlmsg_hdr(msg), &of);
	nlmsg_free(msg);
	if (err < 0)
		return err;
	err = exp_copy_tuple(exp, NFNL_EXP_TUPLE_NAT, of,
			     NFNL_EXP_TUPLE_EXPECT);
	nfnl_exp_put(of);
	return err;
}

static void exp_tuple(struct nfnl_exp *exp, int t, struct nlgo_exp_tuple *out)
{
	*out = (struct nlgo_exp_tuple){.proto =
					       nfnl_exp_get_l4protonum(exp, t)};
	ip_get(nfnl_exp_get_src(exp, t), &out->src);
	ip_get(nfnl_exp_get_dst(exp, t), &out->dst);
	if (nfnl_exp_test_ports(exp, t)) {
		out->sport = nfnl_exp_get_src_port(exp, t);
		out->dport = nfnl_exp_get_dst_port(exp, t);
	}
	if (nfnl_exp_test_icmp(exp, t)) {
		out->icmp_id = nfnl_exp_get_icmp_id(exp, t);
		out->icmp_type = nfnl_exp_get_icmp_type(exp, t);
		out->icmp_code = nfnl_exp_get_icmp_code(exp, t);
	}
}

void nlgo_exp_info(struct nfnl_exp *exp, struct nlgo_exp_info *out)
{
	const char *helper = nfnl_exp_get_helper_name(exp);
	const char *fn = nfnl_exp_get_fn(exp);

	for (int t = 0; t < NFNL_EXP_TUPLE_MAX; t++)
		exp_tuple(exp, t, &out->tuple[t]);
	out->timeout = nfnl_exp_get_timeout(exp);
	out->id = nfnl_exp_get_id(exp);
	out->flags = nfnl_exp_get_flags(exp);
	out->class = nfnl_exp_get_class(exp);
	out->zone = nfnl_exp_get_zone(exp);
	out->family = nfnl_exp_get_family(exp);
	out->nat_dir = nfnl_exp_get_nat_dir(exp);
	snprintf(out->helper, sizeof(out->helper), "%s", helper ? helper : "");
	snprintf(out->fn, sizeof(out->fn), "%s", fn ? fn : "");
}

/* ---- log */

/* Where in a configuration libnl keeps the flags, and behind them those that
 * were set or unset, found by setting what no other field has; 0 if they are
 * not there. */
static size_t log_flags_offset(void)
{
	static const uint32_t marks[2] = {0x5ac3a53c, 0x5ac3a53c};
	struct nfnl_log *log = nfnl_log_alloc();
	size_t at = 0, room;

	if (!log)
		return 0;
	nfnl_log_set_flags(log, marks[0]);
	room = malloc_usable_size(log);
	for (size_t i = sizeof(marks[0]); i + sizeof(marks) <= room && !at;
	     i += sizeof(marks[0]))
		if (!memcmp((char *)log + i, marks, sizeof(marks)))
			at = i;
	nfnl_log_put(log);
	return at;
}

struct nlgo_log_flags nlgo_log_flags(struct nfnl_log *log)
{
	struct nlgo_log_flags f = {0, 0};
	size_t at = log_flags_offset();

	if (at)
		memcpy(&f, (char *)log + at, sizeof(f));
	return f;
}

static uint32_t log_msg_has(struct nfnl_log_msg *m)
{
	uint32_t has = 0;

	if (nfnl_log_msg_get_timestamp(m))
		has |= NLGO_LOG_TIMESTAMP;
	if (nfnl_log_msg_test_uid(m))
		has |= NLGO_LOG_UID;
	if (nfnl_log_msg_test_gid(m))
		has |= NLGO_LOG_GID;
	if (nfnl_log_msg_test_seq(m))
		has |= NLGO_LOG_SEQ;
	if (nfnl_log_msg_test_seq_global(m))
		has |= NLGO_LOG_SEQ_GLOBAL;
	if (nfnl_log_msg_test_vlan_tag(m))
		has |= NLGO_LOG_VLAN_TAG;
	if (nfnl_log_msg_test_ct_info(m))
		has |= NLGO_LOG_CT_INFO;
	return has;
}

void nlgo_log_msg_info(struct nfnl_log_msg *m, struct nlgo_log_msg_info *out)
{
	const struct timeval *tv = nfnl_log_msg_get_timestamp(m);

	out->has = log_msg_has(m);
	if (tv) {
		out->sec = tv->tv_sec;
		out->usec = tv->tv_usec;
	}
	out->payload = nfnl_log_msg_get_payload(m, &out->payload_len);
	out->hwheader = nfnl_log_msg_get_hwheader(m, &out->hwheader_len);
	out->hwaddr = nfnl_log_msg_get_hwaddr(m, &out->hwaddr_len);
	out->prefix = nfnl_log_msg_get_prefix(m);
	out->mark = nfnl_log_msg_get_mark(m);
	out->indev = nfnl_log_msg_get_indev(m);
	out->outdev = nfnl_log_msg_get_outdev(m);
	out->physindev = nfnl_log_msg_get_physindev(m);
	out->physoutdev = nfnl_log_msg_get_physoutdev(m);
	out->uid = nfnl_log_msg_get_uid(m);
	out->gid = nfnl_log_msg_get_gid(m);
	out->seq = nfnl_log_msg_get_seq(m);
	out->seq_global = nfnl_log_msg_get_seq_global(m);
	out->ct_info = nfnl_log_msg_get_ct_info(m);
	out->hwproto = nfnl_log_msg_get_hwproto(m);
	out->hwtype = nfnl_log_msg_get_hwtype(m);
	out->vlan_proto = nfnl_log_msg_get_vlan_proto(m);
	out->vlan_tag = nfnl_log_msg_get_vlan_tag(m);
	out->family = nfnl_log_msg_get_family(m);
	out->hook = nfnl_log_msg_get_hook(m);
}

int nlgo_log_msg_set_ct(struct nfnl_log_msg *m, struct nfnl_ct *ct)
{
	struct nfnl_ct *old = nfnl_log_msg_get_ct(m);
	struct nl_object *room = nl_object_clone(OBJ(ct));

	/* without memory the setter would leave an entry that is NULL, and
	 * dumps follow it */
	if (!room)
		return -NLE_NOMEM;
	nl_object_put(room);
	nfnl_log_msg_set_ct(m, ct);
	nfnl_ct_put(old);
	return 0;
}

/* ---- queue */

void nlgo_queue_msg_info(const struct nfnl_queue_msg *m,
			 struct nlgo_queue_msg *out)
{
	const struct timeval *tv = nfnl_queue_msg_get_timestamp(m);
	const uint8_t *hwaddr;
	int len;

	memset(out, 0, sizeof(*out));
	if (tv) {
		out->has_time = 1;
		out->sec = tv->tv_sec;
		out->usec = tv->tv_usec;
	}
	out->packetid = nfnl_queue_msg_get_packetid(m);
	out->mark = nfnl_queue_msg_get_mark(m);
	out->indev = nfnl_queue_msg_get_indev(m);
	out->outdev = nfnl_queue_msg_get_outdev(m);
	out->physindev = nfnl_queue_msg_get_physindev(m);
	out->physoutdev = nfnl_queue_msg_get_physoutdev(m);
	out->group = nfnl_queue_msg_get_group(m);
	out->hwproto = nfnl_queue_msg_get_hwproto(m);
	out->family = nfnl_queue_msg_get_family(m);
	out->hook = nfnl_queue_msg_get_hook(m);
	hwaddr = nfnl_queue_msg_get_hwaddr(m, &len);
	if (hwaddr && len > 0 && len <= (int)sizeof(out->hwaddr)) {
		out->hwaddr_len = len;
		memcpy(out->hwaddr, hwaddr, len);
	}
}

int nlgo_queue_msg_set_time(struct nfnl_queue_msg *m, int64_t sec, int64_t usec)
{
	struct timeval tv = {.tv_sec = sec, .tv_usec = usec};

	if (tv.tv_sec != sec)
		return -NLE_RANGE;
	nfnl_queue_msg_set_timestamp(m, &tv);
	return 0;
}

/* ---- NetLink */

uint32_t nlgo_drops(int fd)
{
	uint32_t mem[SK_MEMINFO_VARS];
	socklen_t len = sizeof(mem);

	if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, mem, &len) < 0 ||
	    len < sizeof(mem))
		return 0;
	return mem[SK_MEMINFO_DROPS];
}
