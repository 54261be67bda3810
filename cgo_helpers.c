// SPDX-License-Identifier: MIT
#include "cgo_helpers.h"

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
