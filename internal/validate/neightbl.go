//go:build linux

// SPDX-License-Identifier: MIT

package validate

import "golang.org/x/sys/unix"

func init() {
	register(unix.NETLINK_ROUTE, message{
		name:   "neighbour table message",
		header: 4, // struct ndtmsg; libnl wants its first byte, and looks for attributes behind the fourth
		env:    func(h []byte) env { return env{family: h[0]} },
		attrs:  neightblAttrs,
	}, unix.RTM_NEWNEIGHTBL, unix.RTM_GETNEIGHTBL, unix.RTM_SETNEIGHTBL)
}

var neightblAttrs = attrs(table{
	rules: []attrRule{
		{1, "NDTA_NAME", text(32)},
		{2, "NDTA_THRESH1", u32},
		{3, "NDTA_THRESH2", u32},
		{4, "NDTA_THRESH3", u32},
		{5, "NDTA_CONFIG", atLeast(32)},
		{6, "NDTA_PARMS", nest(neightblParms)},
		{7, "NDTA_STATS", atLeast(80)},
		{8, "NDTA_GC_INTERVAL", millis},
	},
	need: []int{1},
})

// millis is a time of eight bytes, of which libnl reads four.
var millis = between(4, 8)

// neightblParms has the values that libnl reads without looking at their length.
var neightblParms = attrs(table{rules: []attrRule{
	{1, "NDTPA_IFINDEX", u32},
	{2, "NDTPA_REFCNT", u32},
	{3, "NDTPA_REACHABLE_TIME", millis},
	{4, "NDTPA_BASE_REACHABLE_TIME", millis},
	{5, "NDTPA_RETRANS_TIME", millis},
	{6, "NDTPA_GC_STALETIME", millis},
	{7, "NDTPA_DELAY_PROBE_TIME", millis},
	{8, "NDTPA_QUEUE_LEN", u32},
	{9, "NDTPA_APP_PROBES", u32},
	{10, "NDTPA_UCAST_PROBES", u32},
	{11, "NDTPA_MCAST_PROBES", u32},
	{12, "NDTPA_ANYCAST_DELAY", millis},
	{13, "NDTPA_PROXY_DELAY", millis},
	{14, "NDTPA_PROXY_QLEN", u32},
	{15, "NDTPA_LOCKTIME", millis},
}})
