/* SPDX-License-Identifier: MIT */

#ifndef HARNESS_H
#define HARNESS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Parses one message and puts the objects through everything the package does
 * with objects. Returns what nl_msg_parse() returned, *objects is how many
 * objects there were.
 */
int harness_run(int proto, const void *buf, size_t len, int *objects);

#endif
