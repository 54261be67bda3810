//go:build linux

// SPDX-License-Identifier: MIT

package validate

import (
	"encoding/binary"

	"golang.org/x/sys/unix"
)

// encap returns what checks an encapsulation by its type, given the two attributes. Kinds that libnl has no parser for it leaves
// alone, or refuses.
func encap(name string, typ, kind int) func(env, []byte) error {
	return func(e env, b []byte) error {
		p, ok, _ := find(b, typ)
		t, typed, _ := find(b, kind)
		if !ok || !typed {
			return nil
		}
		in := encaps[binary.NativeEndian.Uint16(t)]
		if in == nil {
			return nil
		}
		if err := in.check(e, p); err != nil {
			return within(name, err)
		}
		return nil
	}
}

// encaps are the kinds of encapsulation that libnl parses (LWTUNNEL_ENCAP_*).
var encaps = map[uint16]*table{
	unix.LWTUNNEL_ENCAP_MPLS: encapMPLS,
	unix.LWTUNNEL_ENCAP_IP:   encapIP,
	unix.LWTUNNEL_ENCAP_ILA:  encapILA,
	unix.LWTUNNEL_ENCAP_IP6:  encapIP6,
}
var encapMPLS = attrs(table{
	rules: []attrRule{
		{unix.MPLS_IPTUNNEL_DST, "MPLS_IPTUNNEL_DST", by(func(_ env, p []byte) error { return labels(p, maxLabels) })},
		{unix.MPLS_IPTUNNEL_TTL, "MPLS_IPTUNNEL_TTL", u8},
	},
	need: []int{unix.MPLS_IPTUNNEL_DST},
})

var encapIP = attrs(table{
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

var encapIP6 = attrs(table{
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

var encapILA = attrs(table{
	rules: []attrRule{
		{1, "ILA_ATTR_LOCATOR", u64},
		{7, "ILA_ATTR_CSUM_MODE", u8},
		{8, "ILA_ATTR_IDENT_TYPE", u8},
		{9, "ILA_ATTR_HOOK_TYPE", u8},
	},
	need: []int{1},
})
