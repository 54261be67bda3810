//go:build linux

// SPDX-License-Identifier: MIT

package validate

import (
	"fmt"

	"golang.org/x/sys/unix"
)

func init() {
	register(unix.NETLINK_GENERIC, message{
		name:   "message of the controller",
		header: 4, // struct genlmsghdr
		env:    func(h []byte) env { return env{family: h[0]} },
		attrs:  ctrlAttrs,
	}, unix.GENL_ID_CTRL)
}

const genlName = 16 // GENL_NAMSIZ

var ctrlAttrs = attrs(table{
	rules: []attrRule{
		{unix.CTRL_ATTR_FAMILY_ID, "CTRL_ATTR_FAMILY_ID", u16},
		{unix.CTRL_ATTR_FAMILY_NAME, "CTRL_ATTR_FAMILY_NAME", text(genlName)},
		{unix.CTRL_ATTR_VERSION, "CTRL_ATTR_VERSION", u32},
		{unix.CTRL_ATTR_HDRSIZE, "CTRL_ATTR_HDRSIZE", u32},
		{unix.CTRL_ATTR_MAXATTR, "CTRL_ATTR_MAXATTR", u32},
		{unix.CTRL_ATTR_OPS, "CTRL_ATTR_OPS", nest(entries(opAttrs))},
		{unix.CTRL_ATTR_MCAST_GROUPS, "CTRL_ATTR_MCAST_GROUPS", nest(entries(groupAttrs))},
	},
	need: []int{unix.CTRL_ATTR_FAMILY_ID, unix.CTRL_ATTR_FAMILY_NAME},
	// the commands that tell of a family, for which the package has a parser
	last: func(e env, _ []byte) error {
		switch e.family {
		case unix.CTRL_CMD_NEWFAMILY, unix.CTRL_CMD_DELFAMILY, unix.CTRL_CMD_NEWMCAST_GRP, unix.CTRL_CMD_DELMCAST_GRP:
			return nil
		}
		return fmt.Errorf("no rules for command %d", e.family)
	},
})

var opAttrs = attrs(table{
	rules: []attrRule{
		{unix.CTRL_ATTR_OP_ID, "CTRL_ATTR_OP_ID", u32},
		{unix.CTRL_ATTR_OP_FLAGS, "CTRL_ATTR_OP_FLAGS", u32},
	},
	need: []int{unix.CTRL_ATTR_OP_ID},
})

var groupAttrs = attrs(table{
	rules: []attrRule{
		{unix.CTRL_ATTR_MCAST_GRP_NAME, "CTRL_ATTR_MCAST_GRP_NAME", text(genlName)},
		{unix.CTRL_ATTR_MCAST_GRP_ID, "CTRL_ATTR_MCAST_GRP_ID", u32},
	},
	need: []int{unix.CTRL_ATTR_MCAST_GRP_NAME, unix.CTRL_ATTR_MCAST_GRP_ID},
})

// entries is a list of numbered attributes that each hold what t describes.
func entries(t *table) *table {
	each := nest(t)
	return attrs(table{each: &each})
}
