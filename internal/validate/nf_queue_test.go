//go:build linux

// SPDX-License-Identifier: MIT

package validate_test

import "testing"

const queuePacket = 3 << 8 // NFQNL_MSG_PACKET

// packet is a message of queue 5 with packet 7.
func packet(attrs ...[]byte) []byte {
	hdr := attr(1, []byte{0, 0, 0, 7, 8, 0, 3})
	return msg(queuePacket, []byte{2, 0, 0, 5}, append([][]byte{hdr}, attrs...)...)
}

func sec64(v byte) []byte { return []byte{0, 0, 0, 0, 0, 0, 0, v} }

func init() {
	good["packet/plain"] = packet()
	good["packet/full"] = packet(attr(2, zeros(8)), attr(3, u32(42)), attr(4, sec64(100), sec64(3)), attr(5, u32(1)), attr(6, u32(2)), attr(7, u32(3)), attr(8, u32(4)),
		attr(9, []byte{0, 6, 0, 0, 2, 0, 0, 0, 0, 1, 0, 0}), attr(10, []byte("packet")),
		attr(11, attr(1, zeros(4))), attr(12, u32(2)), attr(13, u32(1500)), attr(14, u32(1)), attr(16, u32(0)), attr(17, u32(0)), attr(18, str("ctx")))
	good["packet/without header"] = msg(queuePacket, zeros(4))
	good["packet/empty"] = packet(attr(10))
	good["packet/address of 65535 bytes"] = packet(attr(9, []byte{0xff, 0xff}, zeros(10)))
	bad = append(bad, []struct {
		name string
		b    []byte
		want string
	}{
		{"packet/header cut", msg(queuePacket, zeros(3)), "packet message: header of 3 bytes, want 4"},
		{"packet/hdr", msg(queuePacket, zeros(4), attr(1, zeros(6))), "NFQA_PACKET_HDR: 6 bytes, want 7"},
		{"packet/verdict", packet(attr(2, zeros(4))), "NFQA_VERDICT_HDR: 4 bytes, want 8"},
		{"packet/mark", packet(attr(3, u16(1))), "NFQA_MARK: 2 bytes, want 4"},
		{"packet/time short", packet(attr(4, zeros(8))), "NFQA_TIMESTAMP: 8 bytes, want 16"},
		{"packet/no time", packet(attr(4, zeros(8), []byte{0, 0, 0, 0, 0, 0x0f, 0x42, 0x40})), "NFQA_TIMESTAMP: no time"},
		{"packet/time too large", packet(attr(4, []byte{0x40}, zeros(15))), "NFQA_TIMESTAMP: no time"},
		{"packet/indev", packet(attr(5, u8(1))), "NFQA_IFINDEX_INDEV: 1 bytes, want 4"},
		{"packet/hwaddr", packet(attr(9, zeros(8))), "NFQA_HWADDR: 8 bytes, want 12"},
		{"packet/twice", packet(attr(10, zeros(1)), attr(10, zeros(2))), "NFQA_PAYLOAD: stands there twice"},
	}...)
}

func FuzzPacket(f *testing.F) { fuzz(f, families["packet"]) }
