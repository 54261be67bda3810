/* SPDX-License-Identifier: MIT */
#ifndef GOLIBNL_CGO_HELPERS_H
#define GOLIBNL_CGO_HELPERS_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <netlink/netlink.h>
#include <netlink/addr.h>
#include <netlink/attr.h>
#include <netlink/cache.h>
#include <netlink/data.h>
#include <netlink/errno.h>
#include <netlink/handlers.h>
#include <netlink/msg.h>
#include <netlink/object.h>
#include <netlink/socket.h>
#include <netlink/utils.h>
#include <netlink/version.h>

#if LIBNL_VER_NUM < LIBNL_VER(3, 7)
#error "github.com/golibnl/libnl needs libnl 3.7 or later"
#endif

#endif
