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
		name:   "packet message",
		header: 4, // struct nfgenmsg
		env:    func(h []byte) env { return env{family: h[0]} },
		attrs:  queueAttrs,
	}, 3<<8) // NFQNL_MSG_PACKET
}

var queueAttrs = attrs(table{
	rules: []attrRule{
		{1, "NFQA_PACKET_HDR", exact(7)},
		{2, "NFQA_VERDICT_HDR", exact(8)},
		{3, "NFQA_MARK", u32},
		{4, "NFQA_TIMESTAMP", by(queueTime)},
		{5, "NFQA_IFINDEX_INDEV", u32},
		{6, "NFQA_IFINDEX_OUTDEV", u32},
		{7, "NFQA_IFINDEX_PHYSINDEV", u32},
		{8, "NFQA_IFINDEX_PHYSOUTDEV", u32},
		{9, "NFQA_HWADDR", exact(12)},
		{10, "NFQA_PAYLOAD", shape{}},
	},
})

// queueTime is seconds and microseconds that make a time.
func queueTime(_ env, p []byte) error {
	if len(p) != 16 {
		return fmt.Errorf("%d bytes, want 16", len(p))
	}
	if binary.BigEndian.Uint64(p) >= 1<<62 || binary.BigEndian.Uint64(p[8:]) >= 1e6 {
		return errors.New("no time")
	}
	return nil
}
