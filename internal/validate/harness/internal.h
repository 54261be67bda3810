/* SPDX-License-Identifier: MIT */

#ifndef INTERNAL_H
#define INTERNAL_H

#include <netlink/netlink.h>
#include <netlink/addr.h>
#include <netlink/cache.h>
#include <netlink/data.h>
#include <netlink/msg.h>
#include <netlink/object.h>
#include <netlink/version.h>
#include <string.h>

/* Of the leak sanitizer, if it is there. */
void __lsan_disable(void) __attribute__((weak));
void __lsan_enable(void) __attribute__((weak));

void quiet(int on);

int is(struct nl_object *obj, const char *type);
int is_kind(struct nl_object *obj, const char *kind);
int has_functions(struct nl_object *obj);
int has_encap(struct nl_object *obj);

/* A clone that is as good as the original, whatever libnl makes of it. */
struct nl_object *clone(struct nl_object *obj);
/* Makes a parsed object, or a clone of one, complete. */
void settle(struct nl_object *obj, int cloned);

/* Prints all forms to nowhere. */
void dump(struct nl_object *obj);
/* Calls all getters that there are for an object. */
void get(struct nl_object *obj);
void get_link(struct nl_object *obj);
/* Builds the requests that objects make, and drops them. */
void build(struct nl_object *obj, struct nl_object *changes);
/* Does what takes several objects: compares, updates, caches them. */
void together(struct nl_object **objs, int n);

/* Read what getters return, every byte of it. */
void see(const void *p, size_t len);
void see_text(const char *s);
void see_addr(struct nl_addr *addr);
void see_data(struct nl_data *data);

#define OUT(type, fn, obj)                                                     \
	do {                                                                   \
		type v_;                                                       \
		if (fn(obj, &v_) >= 0)                                         \
			see(&v_, sizeof(v_));                                  \
	} while (0)
#define OUT2(type, fn, obj)                                                    \
	do {                                                                   \
		type v_, w_;                                                   \
		if (fn(obj, &v_, &w_) >= 0)                                    \
			see(&v_, sizeof(v_));                                  \
	} while (0)
/* An address with a reference of its own. */
#define OWN(fn, obj)                                                           \
	do {                                                                   \
		struct nl_addr *v_ = NULL;                                     \
		if (fn(obj, &v_) >= 0) {                                       \
			see_addr(v_);                                          \
			nl_addr_put(v_);                                       \
		}                                                              \
	} while (0)
#define LENT(fn, obj)                                                          \
	do {                                                                   \
		struct nl_addr *v_ = NULL;                                     \
		if (fn(obj, &v_) >= 0)                                         \
			see_addr(v_);                                          \
	} while (0)

#endif
