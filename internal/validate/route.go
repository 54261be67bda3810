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
		return encap(e, b)
	},
})

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
	last: encap,
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

// Kinds of encapsulation (LWTUNNEL_ENCAP_*).
const (
	encapMPLS = 1
	encapIP   = 2
	encapILA  = 3
	encapIP6  = 4
)

// encap checks RTA_ENCAP by RTA_ENCAP_TYPE. Kinds that libnl has no parser for it leaves alone, or refuses.
func encap(e env, b []byte) error {
	p, ok, _ := find(b, unix.RTA_ENCAP)
	t, typed, _ := find(b, unix.RTA_ENCAP_TYPE)
	if !ok || !typed {
		return nil
	}
	var in *table
	switch binary.NativeEndian.Uint16(t) {
	case encapMPLS:
		in = encapMPLSAttrs
	case encapIP:
		in = encapIPAttrs
	case encapILA:
		in = encapILAAttrs
	case encapIP6:
		in = encapIP6Attrs
	default:
		return nil
	}
	if err := in.check(e, p); err != nil {
		return within("RTA_ENCAP", err)
	}
	return nil
}

var encapMPLSAttrs = attrs(table{
	rules: []attrRule{
		{unix.MPLS_IPTUNNEL_DST, "MPLS_IPTUNNEL_DST", by(func(_ env, p []byte) error { return labels(p, maxLabels) })},
		{unix.MPLS_IPTUNNEL_TTL, "MPLS_IPTUNNEL_TTL", u8},
	},
	need: []int{unix.MPLS_IPTUNNEL_DST},
})

var encapIPAttrs = attrs(table{
	rules: []attrRule{
		{1, "LWTUNNEL_IP_ID", u64},
		{2, "LWTUNNEL_IP_DST", exact(4)},
		{3, "LWTUNNEL_IP_SRC", exact(4)},
		{4, "LWTUNNEL_IP_TTL", u8},
		{5, "LWTUNNEL_IP_TOS", u8},
		{6, "LWTUNNEL_IP_FLAGS", u16},
	},
	need: []int{2},
})

var encapIP6Attrs = attrs(table{
	rules: []attrRule{
		{1, "LWTUNNEL_IP6_ID", u64},
		{2, "LWTUNNEL_IP6_DST", exact(16)},
		{3, "LWTUNNEL_IP6_SRC", exact(16)},
		{4, "LWTUNNEL_IP6_HOPLIMIT", u8},
		{5, "LWTUNNEL_IP6_TC", u8},
		{6, "LWTUNNEL_IP6_FLAGS", u16},
	},
	need: []int{2},
})

var encapILAAttrs = attrs(table{
	rules: []attrRule{
		{1, "ILA_ATTR_LOCATOR", u64},
		{7, "ILA_ATTR_CSUM_MODE", u8},
		{8, "ILA_ATTR_IDENT_TYPE", u8},
		{9, "ILA_ATTR_HOOK_TYPE", u8},
	},
	need: []int{1},
})
