//go:build linux

// SPDX-License-Identifier: MIT

package validate

import (
	"fmt"

	"golang.org/x/sys/unix"
)

func init() {
	register(unix.NETLINK_ROUTE, message{
		name:   "netconf message",
		header: 4, // struct netconfmsg is one byte, attributes begin behind the fourth
		env:    func(h []byte) env { return env{family: h[0]} },
		attrs:  netconfAttrs,
	}, unix.RTM_NEWNETCONF, unix.RTM_DELNETCONF, unix.RTM_GETNETCONF)
}

// netconfAttrs: libnl reads all of them in messages of each family, but has a policy only for those that belong to the family.
var netconfAttrs = attrs(table{
	rules: []attrRule{
		{1, "NETCONFA_IFINDEX", u32},
		{2, "NETCONFA_FORWARDING", u32},
		{3, "NETCONFA_RP_FILTER", u32},
		{4, "NETCONFA_MC_FORWARDING", u32},
		{5, "NETCONFA_PROXY_NEIGH", u32},
		{6, "NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN", u32},
		{7, "NETCONFA_INPUT", u32},
	},
	need: []int{1},
	last: netconfFamily,
})

// netconfFamily refuses families that libnl complains of on the standard output.
func netconfFamily(e env, _ []byte) error {
	switch e.family {
	case unix.AF_INET, unix.AF_INET6, unix.AF_MPLS:
		return nil
	}
	return fmt.Errorf("family %d: libnl knows none such", e.family)
}
