//go:build linux

// SPDX-License-Identifier: MIT

package validate

import "errors"

// TODO: gone when branch ct is merged, which has all this.

const nfHeaderLen = 4

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
