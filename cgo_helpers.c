// SPDX-License-Identifier: MIT
#include "cgo_helpers.h"

#include <limits.h>
#include <math.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

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
