// SPDX-License-Identifier: MIT
#include "oracle.h"

#include <dlfcn.h>
#include <string.h>

#include <netlink/msg.h>
#include <netlink/object.h>

void *orc_symbol(const char *name)
{
	return dlsym(RTLD_DEFAULT, name);
}

int64_t orc_call(void *fn, const int64_t *arg)
{
	int64_t (*f)(int64_t, int64_t, int64_t, int64_t, int64_t) =
		(int64_t(*)(int64_t, int64_t, int64_t, int64_t, int64_t))fn;

	return f(arg[0], arg[1], arg[2], arg[3], arg[4]);
}

struct nl_object *orc_object_new(const char *type)
{
	struct nl_object *obj = NULL;

	return nl_object_alloc_name(type, &obj) < 0 ? NULL : obj;
}

struct nl_addr *orc_addr_new(int family, const void *b, uint32_t len,
			     int prefixlen)
{
	struct nl_addr *a = nl_addr_build(family, b, len);

	if (a && prefixlen >= 0)
		nl_addr_set_prefixlen(a, prefixlen);
	return a;
}

const char *orc_text_at(int64_t p)
{
	return p ? (const char *)(intptr_t)p : "";
}

int orc_addr_at(int64_t p, struct orc_addr *out)
{
	struct nl_addr *a = (struct nl_addr *)(intptr_t)p;

	if (!a)
		return 0;
	out->family = nl_addr_get_family(a);
	out->prefixlen = (int)nl_addr_get_prefixlen(a);
	out->len = (int)nl_addr_get_len(a);
	memcpy(out->bytes, nl_addr_get_binary_addr(a), out->len);
	return 1;
}

struct nl_msg *orc_ptr(const void *slot)
{
	struct nl_msg *m;

	memcpy(&m, slot, sizeof(m));
	return m;
}

const void *orc_msg_bytes(struct nl_msg *msg, uint32_t *len)
{
	*len = nlmsg_hdr(msg)->nlmsg_len;
	return nlmsg_hdr(msg);
}

void orc_msg_free(struct nl_msg *msg)
{
	nlmsg_free(msg);
}
