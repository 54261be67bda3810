/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>

#ifndef SO_RCVBUFFORCE
#define SO_RCVBUFFORCE 33
#endif

static uint64_t now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void fail(const char *what, int code)
{
	fprintf(stderr, "%s: %s\n", what,
		code < 0 ? nl_geterror(code) : strerror(errno));
	exit(1);
}

/* The most memory that was resident, in KiB; getrusage() would count what the
 * parent had when it forked. */
static long peak(void)
{
	char line[128];
	long kib = 0;
	FILE *f = fopen("/proc/self/status", "r");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "VmHWM: %ld", &kib) == 1)
			break;
	if (f)
		fclose(f);
	return kib;
}

static void wait_for_food(void)
{
	char line[16];

	puts("ready");
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		exit(1);
}

int run(iteration it, int n, int times, int fed)
{
	uint64_t wall = UINT64_MAX, cpu = UINT64_MAX;
	struct found f = {0, 0};

	for (int i = 0; i <= times; i++) {
		memset(&f, 0, sizeof(f));
		if (fed)
			wait_for_food();
		uint64_t w = now(CLOCK_MONOTONIC),
			 c = now(CLOCK_PROCESS_CPUTIME_ID);

		it(&f, n);
		c = now(CLOCK_PROCESS_CPUTIME_ID) - c;
		w = now(CLOCK_MONOTONIC) - w;
		if (i && w < wall)
			wall = w;
		if (i && c < cpu)
			cpu = c;
	}
	printf("result {\"wall\":%" PRIu64 ",\"cpu\":%" PRIu64
	       ",\"count\":%" PRIu64 ",\"sum\":%" PRIu64 ",\"rss\":%ld}\n",
	       wall, cpu, f.count, f.sum, peak());
	return 0;
}

struct nl_sock *connected(int protocol, int rcvbuf)
{
	struct nl_sock *sk = nl_socket_alloc();
	int err;

	if (!sk)
		fail("nl_socket_alloc", 0);
	err = nl_connect(sk, protocol);
	if (err < 0)
		fail("nl_connect", err);
	if (rcvbuf && setsockopt(nl_socket_get_fd(sk), SOL_SOCKET,
				 SO_RCVBUFFORCE, &rcvbuf, sizeof(rcvbuf)) < 0)
		fail("SO_RCVBUFFORCE", 0);
	return sk;
}

void receive_dump(int fd, void (*each)(struct nlmsghdr *, struct found *),
		  struct found *f)
{
	static char buf[32768];

	for (;;) {
		ssize_t got = recv(fd, buf, sizeof(buf), 0);

		if (got < 0)
			fail("recv", 0);
		int len = (int)got;

		for (struct nlmsghdr *h = (struct nlmsghdr *)buf;
		     nlmsg_ok(h, len); h = nlmsg_next(h, &len)) {
			if (h->nlmsg_type == NLMSG_DONE)
				return;
			if (h->nlmsg_type == NLMSG_ERROR)
				fail("the dump failed", 0);
			f->count++;
			if (each)
				each(h, f);
		}
	}
}

struct nlmsghdr *exchange(int fd, struct nlmsghdr *request)
{
	static char buf[32768];
	struct nlmsghdr *h = (struct nlmsghdr *)buf;

	if (send(fd, request, request->nlmsg_len, 0) < 0)
		fail("send", 0);
	ssize_t got = recv(fd, buf, sizeof(buf), 0);

	if (got < 0)
		fail("recv", 0);
	if (!nlmsg_ok(h, (int)got))
		fail("no message", -NLE_MSG_TOOSHORT);
	if (h->nlmsg_type == NLMSG_ERROR) {
		struct nlmsgerr *e = nlmsg_data(h);

		if (e->error)
			fail("the request failed", -nl_syserr2nlerr(e->error));
	}
	return h;
}
