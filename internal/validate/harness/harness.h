/* SPDX-License-Identifier: MIT */

#ifndef HARNESS_H
#define HARNESS_H

#include <stddef.h>

enum { HARNESS_MAX = 8 };

struct harness {
	void *objs[HARNESS_MAX];
	int n;
};

/*
 * Parses one message, puts the objects through everything the package does
 * with one object, and keeps them. Returns what nl_msg_parse() returned,
 * *objects is how many objects there were.
 */
int harness_feed(struct harness *h, int proto, const void *buf, size_t len,
		 int *objects);

/*
 * Puts what was kept through everything the package does with several objects
 * and frees them.
 */
void harness_end(struct harness *h);

#endif
