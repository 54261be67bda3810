//go:build linux

// SPDX-License-Identifier: MIT

package validate

import "golang.org/x/sys/unix"

func init() {
	register(unix.NETLINK_ROUTE, message{
		name:   "rule message",
		header: 12, // struct fib_rule_hdr
		env:    func(h []byte) env { return env{family: h[0], dst: h[1], src: h[2]} },
		attrs:  ruleAttrs,
	}, unix.RTM_NEWRULE, unix.RTM_DELRULE, unix.RTM_GETRULE)
}

var ruleAttrs = attrs(table{
	rules: []attrRule{
		{unix.FRA_DST, "FRA_DST", familyAddr},
		{unix.FRA_SRC, "FRA_SRC", familyAddr},
		{unix.FRA_IIFNAME, "FRA_IIFNAME", text(unix.IFNAMSIZ)},
		{unix.FRA_GOTO, "FRA_GOTO", u32},
		{unix.FRA_PRIORITY, "FRA_PRIORITY", u32},
		{unix.FRA_FWMARK, "FRA_FWMARK", u32},
		{unix.FRA_FLOW, "FRA_FLOW", u32},
		{unix.FRA_TABLE, "FRA_TABLE", u32},
		{unix.FRA_FWMASK, "FRA_FWMASK", u32},
		{unix.FRA_OIFNAME, "FRA_OIFNAME", text(unix.IFNAMSIZ)},
		{unix.FRA_L3MDEV, "FRA_L3MDEV", u8},
		{unix.FRA_PROTOCOL, "FRA_PROTOCOL", u8},
		{unix.FRA_IP_PROTO, "FRA_IP_PROTO", u8},
		{unix.FRA_SPORT_RANGE, "FRA_SPORT_RANGE", exact(4)},
		{unix.FRA_DPORT_RANGE, "FRA_DPORT_RANGE", exact(4)},
	},
	last: func(e env, b []byte) error {
		if err := prefix(b, unix.FRA_DST, e.dst); err != nil {
			return within("FRA_DST", err)
		}
		if err := prefix(b, unix.FRA_SRC, e.src); err != nil {
			return within("FRA_SRC", err)
		}
		return nil
	},
})
