//go:build linux

// SPDX-License-Identifier: MIT

package validate

import (
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

func init() {
	register(unix.NETLINK_NETFILTER, message{
		name:   "expectation message",
		header: nfHeaderLen,
		env:    func(h []byte) env { return env{family: h[0]} },
		attrs:  expAttrs,
	}, 2<<8, 2<<8|1, 2<<8|2) // IPCTNL_MSG_EXP_NEW, _GET, _DELETE
}

var expAttrs = attrs(table{
	rules: []attrRule{
		{1, "CTA_EXPECT_MASTER", nest(ctTuple)},
		{2, "CTA_EXPECT_TUPLE", nest(ctTuple)},
		{3, "CTA_EXPECT_MASK", nest(ctTuple)},
		{4, "CTA_EXPECT_TIMEOUT", u32},
		{5, "CTA_EXPECT_ID", u32},
		{6, "CTA_EXPECT_HELP_NAME", text(16)}, // NF_CT_HELPER_NAME_LEN
		{7, "CTA_EXPECT_ZONE", u16},
		{8, "CTA_EXPECT_FLAGS", u32},
		{9, "CTA_EXPECT_CLASS", u32},
		{10, "CTA_EXPECT_NAT", nest(expNAT)},
		{11, "CTA_EXPECT_FN", text(256)},
	},
	// libnl reads what NAT does from the mask, wherever that is
	last: func(_ env, b []byte) error {
		_, nat, _ := find(b, 10)
		if _, mask, _ := find(b, 3); nat && !mask {
			return errors.New("CTA_EXPECT_NAT: without CTA_EXPECT_MASK")
		}
		return nil
	},
})

var expNAT = attrs(table{
	rules: []attrRule{
		{1, "CTA_EXPECT_NAT_DIR", by(func(_ env, p []byte) error {
			if len(p) != 4 || binary.BigEndian.Uint32(p) > 1 {
				return fmt.Errorf("no direction: %x", p)
			}
			return nil
		})},
		{2, "CTA_EXPECT_NAT_TUPLE", nest(ctTuple)},
	},
})
