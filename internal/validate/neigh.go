//go:build linux

// SPDX-License-Identifier: MIT

package validate

import (
	"fmt"

	"golang.org/x/sys/unix"
)

const (
	ndaNHID     = 13 // NDA_NH_ID
	ndaFlagsExt = 15 // NDA_FLAGS_EXT
)

func init() {
	register(unix.NETLINK_ROUTE, message{
		name:   "neighbour message",
		header: unix.SizeofNdMsg,
		env:    func(h []byte) env { return env{family: h[0]} },
		attrs:  neighAttrs,
	}, unix.RTM_NEWNEIGH, unix.RTM_DELNEIGH, unix.RTM_GETNEIGH)
}

var neighAttrs = attrs(table{
	rules: []attrRule{
		{unix.NDA_DST, "NDA_DST", by(neighDst)},
		{unix.NDA_LLADDR, "NDA_LLADDR", hwAddr},
		{unix.NDA_CACHEINFO, "NDA_CACHEINFO", atLeast(16)},
		{unix.NDA_PROBES, "NDA_PROBES", u32},
		{unix.NDA_VLAN, "NDA_VLAN", u16},
		{unix.NDA_MASTER, "NDA_MASTER", u32},
		{ndaNHID, "NDA_NH_ID", u32},
		{ndaFlagsExt, "NDA_FLAGS_EXT", u32},
	},
})

// neighDst checks the address of a neighbour; that of a forwarding entry is a tunnel's end.
func neighDst(e env, p []byte) error {
	if e.family != unix.AF_BRIDGE {
		return address(e.family, p)
	}
	if len(p) != 4 && len(p) != 16 {
		return fmt.Errorf("address of %d bytes, want 4 or 16", len(p))
	}
	return nil
}
