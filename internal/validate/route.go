//go:build linux

// SPDX-License-Identifier: MIT

package validate

import (
	"encoding/binary"
	"fmt"

	"golang.org/x/sys/unix"
)

const rtaNHID = 30 // RTA_NH_ID

func init() {
	register(unix.NETLINK_ROUTE, message{
		name:   "route message",
		header: unix.SizeofRtMsg,
		env:    func(h []byte) env { return env{family: h[0], dst: h[1], src: h[2]} },
		attrs:  routeAttrs,
	}, unix.RTM_NEWROUTE, unix.RTM_DELROUTE, unix.RTM_GETROUTE)
}

var routeAttrs = attrs(table{
	rules: []attrRule{
		{unix.RTA_DST, "RTA_DST", familyAddr},
		{unix.RTA_SRC, "RTA_SRC", familyAddr},
		{unix.RTA_IIF, "RTA_IIF", u32},
		{unix.RTA_OIF, "RTA_OIF", u32},
		{unix.RTA_GATEWAY, "RTA_GATEWAY", familyAddr},
		{unix.RTA_PRIORITY, "RTA_PRIORITY", u32},
		{unix.RTA_PREFSRC, "RTA_PREFSRC", familyAddr},
		{unix.RTA_METRICS, "RTA_METRICS", nest(attrs(table{}))}, // libnl skips what is too short
		{unix.RTA_MULTIPATH, "RTA_MULTIPATH", by(multipath)},
		{unix.RTA_FLOW, "RTA_FLOW", u32},
		{unix.RTA_CACHEINFO, "RTA_CACHEINFO", atLeast(32)},
		{unix.RTA_TABLE, "RTA_TABLE", u32},
		{unix.RTA_VIA, "RTA_VIA", by(via)},
		{unix.RTA_NEWDST, "RTA_NEWDST", newDst},
		{unix.RTA_ENCAP_TYPE, "RTA_ENCAP_TYPE", u16},
		{unix.RTA_ENCAP, "RTA_ENCAP", shape{}}, // by its type, in encap
		{unix.RTA_TTL_PROPAGATE, "RTA_TTL_PROPAGATE", u8},
		{rtaNHID, "RTA_NH_ID", u32},
	},
	last: func(e env, b []byte) error {
		if err := prefix(b, unix.RTA_DST, e.dst); err != nil {
			return within("RTA_DST", err)
		}
		if err := prefix(b, unix.RTA_SRC, e.src); err != nil {
			return within("RTA_SRC", err)
		}
		return routeEncap(e, b)
	},
})

var routeEncap = encap("RTA_ENCAP", unix.RTA_ENCAP, unix.RTA_ENCAP_TYPE)

// hopAttrs are the attributes of a next hop. Those that libnl checks but does not use are left to it.
var hopAttrs = attrs(table{
	rules: []attrRule{
		{unix.RTA_GATEWAY, "RTA_GATEWAY", familyAddr},
		{unix.RTA_FLOW, "RTA_FLOW", u32},
		{unix.RTA_VIA, "RTA_VIA", by(via)},
		{unix.RTA_NEWDST, "RTA_NEWDST", newDst},
		{unix.RTA_ENCAP_TYPE, "RTA_ENCAP_TYPE", u16},
		{unix.RTA_ENCAP, "RTA_ENCAP", shape{}},
	},
	last: routeEncap,
})

// multipath checks a list of struct rtnexthop with attributes. libnl does not advance over one of length zero, and runs past the
// end when the padding of the last one is not there.
func multipath(e env, p []byte) error {
	for n := 0; len(p) > 0; n++ {
		if len(p) < unix.SizeofRtNexthop {
			return fmt.Errorf("%d stray bytes at the end", len(p))
		}
		size := int(binary.NativeEndian.Uint16(p))
		if size < unix.SizeofRtNexthop || align(size) > len(p) {
			return fmt.Errorf("next hop %d: length %d with %d bytes left", n, size, len(p))
		}
		if err := hopAttrs.check(e, p[unix.SizeofRtNexthop:size]); err != nil {
			return within(fmt.Sprintf("next hop %d", n), err)
		}
		p = p[align(size):]
	}
	return nil
}

// via checks struct rtvia, an address that names its family.
func via(_ env, p []byte) error {
	if len(p) < 2 {
		return fmt.Errorf("%d bytes, want a family and an address", len(p))
	}
	switch f := binary.NativeEndian.Uint16(p); f {
	case unix.AF_INET, unix.AF_INET6, unix.AF_PACKET:
		return address(uint8(f), p[2:])
	default:
		return fmt.Errorf("address of unknown family %d", f)
	}
}
