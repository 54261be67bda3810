//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"errors"
	"math"
	"strconv"
)

// NFQueueCopyMode is how much of a packet a queue gives to its program.
type NFQueueCopyMode uint8

// The copy modes of a queue.
const (
	NFQueueCopyNone   NFQueueCopyMode = iota // NFNL_QUEUE_COPY_NONE: the queue takes no packets
	NFQueueCopyMeta                          // NFNL_QUEUE_COPY_META: what is known about it
	NFQueueCopyPacket                        // NFNL_QUEUE_COPY_PACKET: that, and the packet up to the copy range
)

// String returns libnl's word for the mode, "packet", or its number.
//
// Implements: nfnl_queue_copy_mode2str
func (m NFQueueCopyMode) String() string {
	return enumText(func(p *C.char, n C.size_t) { C.nfnl_queue_copy_mode2str(C.enum_nfnl_queue_copy_mode(m), p, n) })
}

// ParseNFQueueCopyMode reads what [NFQueueCopyMode.String] writes. An unknown word is [ErrObjNotFound].
//
// Implements: nfnl_queue_str2copy_mode
func ParseNFQueueCopyMode(s string) (NFQueueCopyMode, error) {
	n, err := parseName("nfnl_queue_str2copy_mode", s, math.MaxUint8, func(p *C.char) C.int { return C.nfnl_queue_str2copy_mode(p) })
	return NFQueueCopyMode(n), err
}

// NFQueueFlags are what a queue does besides (NFQA_CFG_F_*).
type NFQueueFlags uint32

// The flags of a queue.
const (
	NFQueueFailOpen  NFQueueFlags = 1 << iota // packets that the queue, or the socket, has no room for are accepted instead of dropped
	NFQueueConntrack                          // packets come with their entry of the connection tracking table: NFPacket.CT
	NFQueueGSO                                // packets may be larger than the link takes and lack their checksums: NFPacketFlags
	NFQueueUIDGID                             // packets of local sockets come with the user and the group
	NFQueueSecCtx                             // packets of local sockets come with the security context
)

var queueFlags = words{"fail_open", "conntrack", "gso", "uid_gid", "secctx"}

// String returns the names of the flags, "fail_open,gso", and behind them in one number those without a name.
func (f NFQueueFlags) String() string { return queueFlags.flags(uint32(f)) }

// ParseNFQueueFlags reads what [NFQueueFlags.String] writes. An unknown name is [ErrObjNotFound].
func ParseNFQueueFlags(s string) (NFQueueFlags, error) {
	n, err := queueFlags.parseFlags("ParseNFQueueFlags", s)
	return NFQueueFlags(n), err
}

// NFPacketFlags tell of the state of a packet (NFQA_SKB_*).
type NFPacketFlags uint32

// The flags of a packet.
const (
	NFPacketChecksumNotReady    NFPacketFlags = 1 << iota // the checksums are not filled in yet: the packet is good
	NFPacketGSO                                           // it is larger than the link takes, and cut later
	NFPacketChecksumNotVerified                           // nobody has looked whether the checksums are right
)

var packetFlags = words{"csum_not_ready", "gso", "csum_not_verified"}

// String returns the names of the flags, "csum_not_ready,gso", and behind them in one number those without a name.
func (f NFPacketFlags) String() string { return packetFlags.flags(uint32(f)) }

// ParseNFPacketFlags reads what [NFPacketFlags.String] writes. An unknown name is [ErrObjNotFound].
func ParseNFPacketFlags(s string) (NFPacketFlags, error) {
	n, err := packetFlags.parseFlags("ParseNFPacketFlags", s)
	return NFPacketFlags(n), err
}

// Verdict is what becomes of a packet (NF_*).
type Verdict uint32

// The verdicts. [VerdictToQueue] makes one that hands the packet to another queue.
const (
	VerdictDrop   Verdict = iota // NF_DROP; an errno in the upper half, negated, is what the sender of a local packet gets
	VerdictAccept                // NF_ACCEPT: it goes on behind the rule
	VerdictStolen                // NF_STOLEN: the kernel refuses it for queued packets
	VerdictQueue                 // NF_QUEUE: into queue 0
	VerdictRepeat                // NF_REPEAT: through the same hook again, from the first rule on
	VerdictStop                  // NF_STOP: accepted, and past the rest of the hook
)

const verdictMask = 0xff // NF_VERDICT_MASK

// VerdictQueueBypass, or-ed to [VerdictToQueue], accepts the packet if that queue has no program (NF_VERDICT_FLAG_QUEUE_BYPASS).
const VerdictQueueBypass Verdict = 0x8000

// VerdictToQueue returns the verdict that puts a packet into another queue.
func VerdictToQueue(queue uint16) Verdict { return VerdictQueue | Verdict(queue)<<16 }

// String returns libnl's name of the verdict, "NF_ACCEPT", or its number, as of one with a queue in it.
//
// Implements: nfnl_verdict2str
func (v Verdict) String() string {
	return enumText(func(p *C.char, n C.size_t) { C.nfnl_verdict2str(C.uint(v), p, n) })
}

// ParseVerdict reads what [Verdict.String] writes. An unknown name is [ErrObjNotFound].
//
// Implements: nfnl_str2verdict
func ParseVerdict(s string) (Verdict, error) {
	const fn = "nfnl_str2verdict"
	if s != "" && s[0] >= '0' && s[0] <= '9' { // libnl cannot tell large numbers from its errors
		n, err := strconv.ParseUint(s, 0, 32)
		switch {
		case errors.Is(err, strconv.ErrRange):
			return 0, textErr(fn, ErrRange, s)
		case err != nil:
			return 0, textErr(fn, ErrObjNotFound, s)
		}
		return Verdict(n), nil
	}
	n, err := parseName(fn, s, math.MaxUint32, func(p *C.char) C.int { return C.int(C.nfnl_str2verdict(p)) })
	return Verdict(n), err
}

// check returns why the kernel would refuse the verdict.
func (v Verdict) check(fn string) error {
	switch v & verdictMask {
	case VerdictDrop, VerdictAccept, VerdictQueue, VerdictRepeat, VerdictStop:
		return nil
	case VerdictStolen:
		return argErr(fn, "a queued packet cannot be stolen")
	}
	return &Error{Func: fn, Code: ErrRange, Msg: "verdict " + v.String()}
}
