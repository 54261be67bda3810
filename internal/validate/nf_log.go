//go:build linux

// SPDX-License-Identifier: MIT

package validate

import (
	"encoding/binary"
	"fmt"

	"golang.org/x/sys/unix"
)

func init() {
	register(unix.NETLINK_NETFILTER, message{
		name:   "logged packet",
		header: nfHeaderLen,
		env:    func(h []byte) env { return env{family: h[0]} },
		attrs:  logAttrs,
	}, 4<<8) // NFNL_SUBSYS_ULOG, NFULNL_MSG_PACKET
}

var logAttrs = attrs(table{rules: []attrRule{
	{1, "NFULA_PACKET_HDR", atLeast(4)},
	{2, "NFULA_MARK", u32},
	{3, "NFULA_TIMESTAMP", atLeast(16)},
	{4, "NFULA_IFINDEX_INDEV", u32},
	{5, "NFULA_IFINDEX_OUTDEV", u32},
	{6, "NFULA_IFINDEX_PHYSINDEV", u32},
	{7, "NFULA_IFINDEX_PHYSOUTDEV", u32},
	{8, "NFULA_HWADDR", packetHWAddr},
	{9, "NFULA_PAYLOAD", atLeast(0)},
	{10, "NFULA_PREFIX", text(0)},
	{11, "NFULA_UID", u32},
	{12, "NFULA_SEQ", u32},
	{13, "NFULA_SEQ_GLOBAL", u32},
	{14, "NFULA_GID", u32},
	{15, "NFULA_HWTYPE", u16},
	{16, "NFULA_HWHEADER", atLeast(0)},
	{17, "NFULA_HWLEN", u16},
	{18, "NFULA_CT", nest(ctAttrs)},
	{19, "NFULA_CT_INFO", u32},
	{20, "NFULA_VLAN", nest(logVLAN)},
}})

var logVLAN = attrs(table{rules: []attrRule{
	{1, "NFULA_VLAN_PROTO", u16},
	{2, "NFULA_VLAN_TCI", u16},
}})

// packetHWAddr is an address of up to 8 bytes, its length in front of it.
var packetHWAddr = by(func(_ env, p []byte) error {
	if len(p) < 12 {
		return fmt.Errorf("%d bytes, want at least 12", len(p))
	}
	if n := binary.BigEndian.Uint16(p); n > 8 {
		return fmt.Errorf("address of %d bytes", n)
	}
	return nil
})
