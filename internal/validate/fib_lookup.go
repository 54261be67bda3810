//go:build linux

// SPDX-License-Identifier: MIT

package validate

import "golang.org/x/sys/unix"

// The answer to a lookup has the type of the request, which libnl leaves at 0, and no attributes. Whatever stands in
// struct fib_result_nl, libnl can print and clone.
func init() {
	register(unix.NETLINK_FIB_LOOKUP, message{
		name:   "lookup result",
		header: 20, // struct fib_result_nl
		env:    func([]byte) env { return env{} },
		attrs:  attrs(table{}),
	}, 0)
}
