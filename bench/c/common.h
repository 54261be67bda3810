/* SPDX-License-Identifier: MIT */
/* What the measured C programs share. Each takes a variant, a count and a
 * number of iterations, and prints one line a run: see report(). */
#ifndef BENCH_COMMON_H
#define BENCH_COMMON_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <netlink/netlink.h>
#include <netlink/msg.h>

/* What one iteration found: how many things, and a sum over what was read of
 * them, to compare with what other programs read. */
struct found {
	uint64_t count;
	uint64_t sum;
};

/* An iteration of a variant; n is the count of the command line. */
typedef void (*iteration)(struct found *f, int n);

/* Runs an iteration once to warm up, then as often as asked, and prints the
 * best wall and CPU time. Between runs of a variant that is fed (events), it
 * prints "ready" and waits for a line. */
int run(iteration it, int n, int times, int fed);

/* Ends the program with a message. */
void fail(const char *what, int code) __attribute__((noreturn));

/* A socket of libnl's, with the buffers that nl_connect() gives it, or with a
 * receive buffer of that size. */
struct nl_sock *connected(int protocol, int rcvbuf);

/* Reads datagrams of a dump from a socket and calls each() for each message,
 * until NLMSG_DONE. Receives only, if each is NULL. */
void receive_dump(int fd, void (*each)(struct nlmsghdr *, struct found *),
		  struct found *f);

/* Sends a request as it is and takes the one datagram of its answer, which is
 * returned. */
struct nlmsghdr *exchange(int fd, struct nlmsghdr *request);

#endif
