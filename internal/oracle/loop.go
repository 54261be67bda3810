//go:build linux

// SPDX-License-Identifier: MIT

package oracle

// #include "oracle.h"
import "C"

import "unsafe"

// The kinds of callbacks, NL_CB_*, and the error callback.
const (
	CbValid    = C.NL_CB_VALID
	CbFinish   = C.NL_CB_FINISH
	CbOverrun  = C.NL_CB_OVERRUN
	CbSkipped  = C.NL_CB_SKIPPED
	CbAck      = C.NL_CB_ACK
	CbMsgIn    = C.NL_CB_MSG_IN
	CbMsgOut   = C.NL_CB_MSG_OUT
	CbInvalid  = C.NL_CB_INVALID
	CbSeqCheck = C.NL_CB_SEQ_CHECK
	CbSendAck  = C.NL_CB_SEND_ACK
	CbDumpIntr = C.NL_CB_DUMP_INTR
	CbErr      = C.ORC_ERR_CB
	CbCount    = CbErr + 1
)

// What a callback returns.
const (
	OK   = C.NL_OK
	Skip = C.NL_SKIP
	Stop = C.NL_STOP
)

// Action is a callback of [Loop].
type Action struct {
	Set bool
	// Returns holds what the calls return, one after the other (at most 16); the last one is repeated. Empty means OK.
	Returns []int
}

// LoopOptions says how [Loop] runs.
type LoopOptions struct {
	Callbacks  [CbCount]Action
	NoSeqCheck bool // nl_socket_disable_seq_check; a CbSeqCheck that is set replaces it
	NoAutoAck  bool // nl_socket_disable_auto_ack
	// Seq is the sequence number that the socket expects first.
	Seq uint32
	// Calls is how often nl_recvmsgs_report is called; 0 means once.
	Calls int
	// End is what the receive override returns when there is no datagram left: 0 for an end of file, -NLE_AGAIN for a
	// socket that does not block.
	End int
}

// Event is one callback that libnl made.
type Event struct {
	Callback int    // CbValid ...
	Type     uint16 // nlmsg_type
	Flags    uint16
	Seq      uint32
	Len      uint32 // nlmsg_len
	Hash     uint64 // of the payload: [Hash]
	Err      int    // CbErr: what the kernel said
	Ret      int    // what the callback returned
}

// Loop feeds the datagrams to nl_recvmsgs_report, through nl_cb_overwrite_recv, and returns the callbacks it made and what each
// call returned. An empty datagram is an end of file, as in nl_recv. Any bytes will do.
func Loop(datagrams [][]byte, opt LoopOptions) (events []Event, codes []int) {
	o := C.struct_orc_loop{
		kind:         C.NL_CB_CUSTOM,
		no_seq_check: cbool(opt.NoSeqCheck),
		no_auto_ack:  cbool(opt.NoAutoAck),
		calls:        C.int32_t(max(opt.Calls, 1)),
		end:          C.int32_t(min(opt.End, 0)),
		expect:       C.uint32_t(opt.Seq),
	}
	for i, a := range opt.Callbacks {
		o.act[i].set = cbool(a.Set)
		o.act[i].n = C.int32_t(copyInts(o.act[i].ret[:], a.Returns))
	}
	bytes, lens := flat(datagrams)
	ev := make([]C.struct_orc_event, 8+8*(len(bytes)/16)) // a message makes at most six
	o.max_ev = C.int32_t(len(ev))
	rets := make([]C.int32_t, o.calls)
	if rc := C.orc_loop(&o, &ev[0], (*C.uint8_t)(&bytes[0]), &lens[0], C.int(len(datagrams)), &rets[0]); rc != 0 {
		panic("oracle: out of memory")
	}
	if o.n_ev > o.max_ev {
		panic("oracle: more callbacks than a message can make")
	}
	for _, e := range ev[:o.n_ev] {
		events = append(events, Event{
			Callback: int(e._type), Type: uint16(e.msgtype), Flags: uint16(e.flags), Seq: uint32(e.seq), Len: uint32(e.len),
			Hash: uint64(e.hash), Err: int(e.err), Ret: int(e.ret),
		})
	}
	for _, r := range rets {
		codes = append(codes, int(r))
	}
	return events, codes
}

func copyInts(dst []C.int32_t, src []int) int {
	n := min(len(dst), len(src))
	for i := range n {
		dst[i] = C.int32_t(src[i])
	}
	return n
}

func cbool(b bool) C.int32_t {
	if b {
		return 1
	}
	return 0
}

// FillResult is what libnl's cache code made of a feed.
type FillResult struct {
	Code     int
	Items    int
	Requests int // dumps it asked for
}

// Fill runs nl_cache_refill, or nl_cache_resync, on an empty cache of the kind ("route/addr") over datagrams from memory. What the
// cache sends is swallowed; sequence numbers are not looked at; without a datagram left the read is -NLE_AGAIN. The messages must
// be well-formed.
func Fill(cache string, resync bool, datagrams [][]byte) (FillResult, error) {
	bytes, lens := flat(datagrams)
	name := C.CString(cache)
	defer C.free(unsafe.Pointer(name))
	var out [3]C.int32_t
	rc := C.orc_trap_fill(name, C.int(cbool(resync)), (*C.uint8_t)(&bytes[0]), &lens[0], C.int(len(datagrams)), &out[0])
	return FillResult{int(out[0]), int(out[1]), int(out[2])}, scene("Fill", rc)
}
