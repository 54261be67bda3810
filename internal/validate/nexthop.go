//go:build linux

// SPDX-License-Identifier: MIT

package validate

import "golang.org/x/sys/unix"

// Attributes that the package unix lacks.
const (
	nhaFDB      = 11 // NHA_FDB
	nhaResGroup = 12 // NHA_RES_GROUP
)

func init() {
	register(unix.NETLINK_ROUTE, message{
		name:   "nexthop message",
		header: 8, // struct nhmsg
		env:    func(h []byte) env { return env{family: h[0]} },
		attrs:  nexthopAttrs,
	}, unix.RTM_NEWNEXTHOP, unix.RTM_DELNEXTHOP, unix.RTM_GETNEXTHOP)
}

var nexthopAttrs = attrs(table{
	rules: []attrRule{
		{unix.NHA_ID, "NHA_ID", u32},
		{unix.NHA_GROUP, "NHA_GROUP", multiple(8)}, // struct nexthop_grp; what is left over is lost, and none makes no request
		{unix.NHA_GROUP_TYPE, "NHA_GROUP_TYPE", u16},
		{unix.NHA_BLACKHOLE, "NHA_BLACKHOLE", shape{}},
		{unix.NHA_OIF, "NHA_OIF", u32},
		{unix.NHA_GATEWAY, "NHA_GATEWAY", familyAddr},
		{unix.NHA_ENCAP_TYPE, "NHA_ENCAP_TYPE", u16},
		{unix.NHA_ENCAP, "NHA_ENCAP", shape{}}, // by its type, in encap
		{unix.NHA_GROUPS, "NHA_GROUPS", shape{}},
		{nhaFDB, "NHA_FDB", shape{}},
		{nhaResGroup, "NHA_RES_GROUP", nest(nexthopResilient)},
	},
	last: encap("NHA_ENCAP", unix.NHA_ENCAP, unix.NHA_ENCAP_TYPE),
})

var nexthopResilient = attrs(table{rules: []attrRule{
	{1, "NHA_RES_GROUP_BUCKETS", u16},
	{2, "NHA_RES_GROUP_IDLE_TIMER", u32},
	{3, "NHA_RES_GROUP_UNBALANCED_TIMER", u32},
	{4, "NHA_RES_GROUP_UNBALANCED_TIME", u64},
}})
