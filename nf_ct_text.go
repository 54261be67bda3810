//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// String returns "original", "reply", or a number for what is no direction.
func (d CTDir) String() string {
	switch d {
	case CTOriginal:
		return "original"
	case CTReply:
		return "reply"
	}
	return strconv.Itoa(int(d))
}

// ParseCTDir reads what [CTDir.String] writes for directions; another word is [ErrObjNotFound].
func ParseCTDir(s string) (CTDir, error) {
	for _, d := range []CTDir{CTOriginal, CTReply} {
		if s == d.String() {
			return d, nil
		}
	}
	return 0, textErr("ParseCTDir", ErrObjNotFound, s)
}

// TCPState is the state of a TCP connection as connection tracking has it (TCP_CONNTRACK_*).
type TCPState uint8

// The states of a TCP connection.
const (
	TCPStateNone        TCPState = iota
	TCPStateSynSent              // a SYN was seen
	TCPStateSynRecv              // and the answer
	TCPStateEstablished          // and the acknowledgement of that
	TCPStateFinWait              // one end is done
	TCPStateCloseWait            // and that was acknowledged
	TCPStateLastAck              // both are done
	TCPStateTimeWait             // and that was acknowledged
	TCPStateClose                // a reset was seen
	TCPStateSynSent2             // both ends sent a SYN; libnl says "LISTEN"
)

// String returns libnl's name of the state, "ESTABLISHED", or its number, "0xa".
//
// Implements: nfnl_ct_tcp_state2str
func (s TCPState) String() string {
	return enumText(func(p *C.char, n C.size_t) { C.nfnl_ct_tcp_state2str(C.uint8_t(s), p, n) })
}

// ParseTCPState reads what [TCPState.String] writes, in any case. A name that libnl does not know is [ErrObjNotFound].
//
// Implements: nfnl_ct_str2tcp_state
func ParseTCPState(s string) (TCPState, error) {
	const fn = "nfnl_ct_str2tcp_state"
	n, err := parseName(fn, s, math.MaxUint8, func(p *C.char) C.int { return C.nfnl_ct_str2tcp_state(p) })
	return TCPState(n), err
}

// CTStatus are status bits of an entry (IPS_*).
type CTStatus uint32

// The status bits.
const (
	CTStatusExpected     CTStatus = 1 << iota // another connection announced this one
	CTStatusSeenReply                         // packets went both ways
	CTStatusAssured                           // not to be given up when the table is full
	CTStatusConfirmed                         // the first packet has left: the entry is in the table
	CTStatusSrcNAT                            // the source is translated
	CTStatusDstNAT                            // the destination is
	CTStatusSeqAdjust                         // sequence numbers of TCP are adjusted
	CTStatusSrcNATDone                        // it was decided on the source
	CTStatusDstNATDone                        // and on the destination
	CTStatusDying                             // the entry is going
	CTStatusFixedTimeout                      // packets do not renew the timeout
	CTStatusTemplate                          // the entry is a template of a rule's
	CTStatusUntracked                         // unused
	CTStatusHelper                            // the helper was given by a rule or a request
	CTStatusOffload                           // the connection is in a flow table
	CTStatusHWOffload                         // and in hardware
)

// String returns libnl's names of the bits, "seen_reply,assured,confirmed", and a number for those it has no name for. No bit is an empty text.
//
// Implements: nfnl_ct_status2str
func (s CTStatus) String() string {
	return flagText(uint32(s), func(v C.int, p *C.char, n C.size_t) { C.nfnl_ct_status2str(v, p, n) })
}

// ParseCTStatus reads what [CTStatus.String] writes. A name that libnl does not know is [ErrObjNotFound].
//
// Implements: nfnl_ct_str2status
func ParseCTStatus(s string) (CTStatus, error) {
	n, err := parseFlags("nfnl_ct_str2status", s, func(p *C.char) C.int { return C.nfnl_ct_str2status(p) })
	return CTStatus(n), err
}

// TCPFlags say what one end of a TCP connection is known for (IP_CT_TCP_FLAG_*).
type TCPFlags uint8

// What is known of an end.
const (
	TCPWindowScale    TCPFlags = 1 << iota // it offered window scaling
	TCPSACKPerm                            // it offered selective acknowledgements
	TCPCloseInit                           // it sent the first FIN
	TCPBeLiberal                           // its packets are not checked against windows
	TCPUnacknowledged                      // it has sent what was not acknowledged
	TCPMaxAckSet                           // its highest acknowledgement is known
	TCPChallengeAck                        // a challenge acknowledgement may come
	TCPSimultaneous                        // both ends opened
)

var tcpFlagNames = [8]string{
	"window_scale", "sack_perm", "close_init", "be_liberal", "unacknowledged", "maxack_set", "challenge_ack", "simultaneous_open",
}

// String returns the names of the flags with commas between them; libnl has none.
func (f TCPFlags) String() string {
	var b []byte
	for i, name := range tcpFlagNames {
		if f&(1<<i) == 0 {
			continue
		}
		if len(b) > 0 {
			b = append(b, ',')
		}
		b = append(b, name...)
	}
	return string(b)
}

// ParseTCPFlags reads what [TCPFlags.String] writes. A name that is not known is [ErrObjNotFound].
func ParseTCPFlags(s string) (TCPFlags, error) {
	var all TCPFlags
	if s == "" {
		return 0, nil
	}
	for name := range strings.SplitSeq(s, ",") {
		i := slices.Index(tcpFlagNames[:], name)
		if i < 0 {
			return 0, textErr("ParseTCPFlags", ErrObjNotFound, name)
		}
		all |= 1 << i
	}
	return all, nil
}
