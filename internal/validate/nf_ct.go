//go:build linux

// SPDX-License-Identifier: MIT

package validate

import (
	"errors"

	"golang.org/x/sys/unix"
)

// nfHeaderLen is the length of struct nfgenmsg.
const nfHeaderLen = 4

func init() {
	register(unix.NETLINK_NETFILTER, message{
		name:   "conntrack message",
		header: nfHeaderLen,
		env:    func(h []byte) env { return env{family: h[0]} },
		attrs:  ctAttrs,
	}, 1<<8, 1<<8|1, 1<<8|2) // IPCTNL_MSG_CT_NEW, _GET, _DELETE
}

// CT returns nil if libnl's parser of nested conntrack entries may be given b, what the attribute holds.
func CT(b []byte) error {
	if err := ctAttrs.check(env{}, b); err != nil {
		return within("conntrack entry", err)
	}
	return nil
}

var ctAttrs = attrs(table{
	rules: []attrRule{
		{1, "CTA_TUPLE_ORIG", nest(ctTuple)},
		{2, "CTA_TUPLE_REPLY", nest(ctTuple)},
		{3, "CTA_STATUS", u32},
		{4, "CTA_PROTOINFO", nest(ctProtoInfo)},
		{7, "CTA_TIMEOUT", u32},
		{8, "CTA_MARK", u32},
		{9, "CTA_COUNTERS_ORIG", nest(ctCounters)},
		{10, "CTA_COUNTERS_REPLY", nest(ctCounters)},
		{11, "CTA_USE", u32},
		{12, "CTA_ID", u32},
		{18, "CTA_ZONE", u16},
		{20, "CTA_TIMESTAMP", nest(ctTimestamp)},
	},
})

var ctTuple = attrs(table{
	rules: []attrRule{
		{1, "CTA_TUPLE_IP", nest(ctIP)},
		{2, "CTA_TUPLE_PROTO", nest(ctProto)},
	},
})

// An address of another family than the message's is an error of libnl's.
var ctIP = attrs(table{
	rules: []attrRule{
		{1, "CTA_IP_V4_SRC", exact(4)},
		{2, "CTA_IP_V4_DST", exact(4)},
		{3, "CTA_IP_V6_SRC", exact(16)},
		{4, "CTA_IP_V6_DST", exact(16)},
	},
})

var ctProto = attrs(table{
	rules: []attrRule{
		{1, "CTA_PROTO_NUM", u8},
		{2, "CTA_PROTO_SRC_PORT", u16},
		{3, "CTA_PROTO_DST_PORT", u16},
		{4, "CTA_PROTO_ICMP_ID", u16},
		{5, "CTA_PROTO_ICMP_TYPE", u8},
		{6, "CTA_PROTO_ICMP_CODE", u8},
		{7, "CTA_PROTO_ICMPV6_ID", u16},
		{8, "CTA_PROTO_ICMPV6_TYPE", u8},
		{9, "CTA_PROTO_ICMPV6_CODE", u8},
	},
	last: portsOrICMP,
})

// portsOrICMP refuses what libnl would write over each other: it keeps ports where it keeps what ICMP has.
func portsOrICMP(_ env, b []byte) error {
	has := func(from, to int) bool {
		for typ := from; typ <= to; typ++ {
			if _, ok, _ := find(b, typ); ok {
				return true
			}
		}
		return false
	}
	if has(2, 3) && has(4, 9) {
		return errors.New("ports, and what ICMP has")
	}
	return nil
}

var ctProtoInfo = attrs(table{rules: []attrRule{{1, "CTA_PROTOINFO_TCP", nest(ctTCP)}}})

var ctTCP = attrs(table{
	rules: []attrRule{
		{1, "CTA_PROTOINFO_TCP_STATE", u8},
		{2, "CTA_PROTOINFO_TCP_WSCALE_ORIGINAL", u8},
		{3, "CTA_PROTOINFO_TCP_WSCALE_REPLY", u8},
		{4, "CTA_PROTOINFO_TCP_FLAGS_ORIGINAL", atLeast(2)},
		{5, "CTA_PROTOINFO_TCP_FLAGS_REPLY", atLeast(2)},
	},
})

var ctCounters = attrs(table{
	rules: []attrRule{
		{1, "CTA_COUNTERS_PACKETS", u64},
		{2, "CTA_COUNTERS_BYTES", u64},
		{3, "CTA_COUNTERS32_PACKETS", u32},
		{4, "CTA_COUNTERS32_BYTES", u32},
	},
})

var ctTimestamp = attrs(table{
	rules: []attrRule{
		{1, "CTA_TIMESTAMP_START", u64},
		{2, "CTA_TIMESTAMP_STOP", u64},
	},
})
