//go:build linux

// SPDX-License-Identifier: MIT

package nlcover_test

import (
	"slices"
	"testing"

	"github.com/golibnl/libnl/internal/nlcover"
)

func TestDeclarations(t *testing.T) {
	got := nlcover.Declarations(`# 1 "/usr/include/libnl3/netlink/addr.h" 1 3
#define NETLINK_ADDR_H_
#define NL_SIZE (4 + 4)
#define NL_AT(x,y) ((x) + (y))
struct nl_addr;
extern struct nl_addr *nl_addr_get(struct nl_addr *, void (*)(int));
extern int nl_printf(const char *, ...)
	__attribute__ ((format(printf, 1, 2)));
__attribute__((deprecated)) extern void nl_old (void);
extern const int nl_ver_num;
extern struct nla_policy nl_policy[];
static inline int nl_inline(int a) { if (a) { return nl_other(a); } return 0; }
typedef int (*nl_cb_t)(struct nl_msg *msg, void *arg);
typedef enum { NL_A = 1, NL_B = NL_AT(1,2), NL_C, } nl_enum_t;
enum nl_kind { NL_KIND_A, NL_KIND_B = (1 << 2) };
struct nl_pair { int (*call)(int); int b; };
# 9 "/usr/include/stdio.h" 3
extern int printf(const char *, ...);
# 20 "/usr/include/libnl3/netlink/cli/utils.h" 3
extern int nl_cli_connect(void);
# 30 "/usr/include/libnl3/netlink/msg.h" 2 3
extern struct nl_addr *nl_addr_get(struct nl_addr *, void (*)(int));
`)
	const a = "netlink/addr.h"
	want := []nlcover.Declaration{
		{a, nlcover.Constant, "NL_SIZE"},
		{a, nlcover.Macro, "NL_AT"},
		{a, nlcover.Function, "nl_addr_get"},
		{a, nlcover.Function, "nl_printf"},
		{a, nlcover.Function, "nl_old"},
		{a, nlcover.Variable, "nl_ver_num"},
		{a, nlcover.Variable, "nl_policy"},
		{a, nlcover.Inline, "nl_inline"},
		{a, nlcover.Type, "nl_cb_t"},
		{a, nlcover.Constant, "NL_A"},
		{a, nlcover.Constant, "NL_B"},
		{a, nlcover.Constant, "NL_C"},
		{a, nlcover.Type, "nl_enum_t"},
		{a, nlcover.Constant, "NL_KIND_A"},
		{a, nlcover.Constant, "NL_KIND_B"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
