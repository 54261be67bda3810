// SPDX-License-Identifier: MIT
#include "cgo_helpers.h"
#include "_cgo_export.h"

#include <limits.h>
#include <malloc.h>
#include <math.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/lwtunnel.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
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

void nlgo_recv(int fd, uint8_t *buf, uint32_t len, uint8_t *spare,
	       uint32_t sparelen, struct nlgo_dgram *d)
{
	struct sockaddr_nl from;
	struct iovec iov[2] = {
		{.iov_base = buf, .iov_len = len},
		{.iov_base = spare, .iov_len = sparelen},
	};
	char control[256] __attribute__((aligned(8)));
	struct msghdr msg = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = iov,
		.msg_iovlen = 2,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	int spurious = 8;
	ssize_t n;

	*d = (struct nlgo_dgram){.nsid = -1};
	/* EINVAL is the kernel's when a read wanted to go on with a dump that
	 * the one who asked for it ended just then: nothing is amiss */
	do
		n = recvmsg(fd, &msg,
			    MSG_TRUNC | MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	while (n < 0 &&
	       (errno == EINTR || (errno == EINVAL && spurious-- > 0)));
	if (n < 0) {
		d->n = -errno;
		return;
	}
	d->n = n > INT32_MAX ? INT32_MAX : n;
	if (msg.msg_namelen >= sizeof(from)) {
		d->port = from.nl_pid;
		d->groups = from.nl_groups;
	}
	if (msg.msg_controllen)
		read_control(&msg, d);
}

enum { SCARCE = 4096 };

int nlgo_recv_many(int fd, uint8_t *buf, uint32_t len, uint8_t *spare,
		   uint32_t sparelen, struct nlgo_dgram *d, int max)
{
	uint32_t off = 0;
	int i;

	for (i = 0; i < max && len - off >= SCARCE; i++) {
		nlgo_recv(fd, buf + off, len - off, spare, sparelen, &d[i]);
		d[i].off = off;
		if (d[i].n < 0 || (uint32_t)d[i].n > len - off)
			return i + 1;
		off += NLMSG_ALIGN((uint32_t)d[i].n);
		if (off > len)
			off = len;
	}
	return i;
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

struct nlgo_objects nlgo_msg_objects(const void *data, uint32_t len, int proto)
{
	struct nlgo_objects res = {.err = 0};
	struct nl_msg *msg = scratch_get(data, len, proto);
	int err;

	if (!msg) {
		res.err = -NLE_NOMEM;
		return res;
	}
	if (proto == NETLINK_ROUTE && nl_ver_num < LIBNL_VER(3, 12))
		encap_hide(nlmsg_hdr(msg));
	err = nl_msg_parse(msg, collect, &res);
	if (err < 0)
		objects_drop(&res, err);
	scratch_put();
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
		if (n)
			return "virtual functions";
		/* of which it makes a macvlan, at least up to 3.12 */
		return rtnl_link_is_macvtap((struct rtnl_link *)obj)
			       ? "a macvtap"
			       : NULL;
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
	int bad;

	if (route_settle(obj) < 0)
		return t;
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

	if (!a)
		return -NLE_NOMEM;
	switch (which) {
	case NLGO_LINK_ADDR:
		rtnl_link_set_addr(link, a);
		break;
	case NLGO_LINK_BROADCAST:
		rtnl_link_set_broadcast(link, a);
		break;
	}
	nl_addr_put(a);
	return 0;
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
