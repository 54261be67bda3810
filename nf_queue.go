//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"strconv"
	"unsafe"
)

// NFQueue is what a queue of packets is set up with: struct nfnl_queue, "netfilter/queue". The kernel puts packets there that a rule of the
// packet filter sends to it (iptables -j NFQUEUE, nft queue), and a program that has made the queue decides what becomes of them.
// [OpenNFQueue] makes one and reads it.
//
// Setters prepare a request; nothing changes in the kernel until [NFQueue.Create] or [NFQueue.Change].
type NFQueue struct{ Object }

func (q *NFQueue) object() *Object { return (*Object)(unsafe.Pointer(q)) }

// NewNFQueue returns a new, empty description of a queue; the caller owns it.
//
// Implements: nfnl_queue_alloc
func NewNFQueue() (*NFQueue, error) {
	return newHandle[*NFQueue]("nfnl_queue_alloc", unsafe.Pointer(C.nfnl_queue_alloc()))
}

// Close gives the handle's reference back: see [Object.Close], and [Retain] for another.
//
// Implements: nfnl_queue_put nfnl_queue_get
func (q *NFQueue) Close() error { return q.object().Close() }

// ptr returns the C object, nil if the handle is nil, closed or revoked.
func (q *NFQueue) ptr() *C.struct_nfnl_queue {
	return (*C.struct_nfnl_queue)(unsafe.Pointer(q.object().ptr()))
}

// live returns the C object, for calls without an error result.
func (q *NFQueue) live() *C.struct_nfnl_queue {
	c := q.ptr()
	if c == nil {
		panicClosed("NFQueue")
	}
	return c
}

// Group returns the number of the queue, false if unset.
//
// Implements: nfnl_queue_get_group nfnl_queue_test_group
func (q *NFQueue) Group() (n uint16, ok bool) {
	c := q.live()
	return uint16(C.nfnl_queue_get_group(c)), C.nfnl_queue_test_group(c) != 0
}

// SetGroup sets the number of the queue.
//
// Implements: nfnl_queue_set_group
func (q *NFQueue) SetGroup(n uint16) { C.nfnl_queue_set_group(q.live(), C.uint16_t(n)) }

// MaxLen returns how many packets the queue holds, false if unset.
//
// Implements: nfnl_queue_get_maxlen nfnl_queue_test_maxlen
func (q *NFQueue) MaxLen() (n uint32, ok bool) {
	c := q.live()
	return uint32(C.nfnl_queue_get_maxlen(c)), C.nfnl_queue_test_maxlen(c) != 0
}

// SetMaxLen sets how many packets without a verdict the queue holds; unset, the kernel's limit is 1024. What comes then is dropped, or, with
// [NFQueueFailOpen], accepted.
//
// Implements: nfnl_queue_set_maxlen
func (q *NFQueue) SetMaxLen(n uint32) { C.nfnl_queue_set_maxlen(q.live(), C.uint32_t(n)) }

// CopyMode returns how much of a packet the program gets, false if unset.
//
// Implements: nfnl_queue_get_copy_mode nfnl_queue_test_copy_mode
func (q *NFQueue) CopyMode() (m NFQueueCopyMode, ok bool) {
	c := q.live()
	return NFQueueCopyMode(C.nfnl_queue_get_copy_mode(c)), C.nfnl_queue_test_copy_mode(c) != 0
}

// SetCopyMode sets how much of a packet the program gets. A queue that was never told is in mode [NFQueueCopyNone], which takes no packets.
//
// Implements: nfnl_queue_set_copy_mode
func (q *NFQueue) SetCopyMode(m NFQueueCopyMode) error {
	const fn = "nfnl_queue_set_copy_mode"
	c := q.ptr()
	switch {
	case c == nil:
		return closedErr(fn)
	case m > NFQueueCopyPacket:
		return &Error{Func: fn, Code: ErrRange, Msg: "copy mode " + strconv.Itoa(int(m))}
	}
	C.nfnl_queue_set_copy_mode(c, C.enum_nfnl_queue_copy_mode(m))
	return nil
}

// CopyRange returns how many bytes of a packet the program gets, false if unset.
//
// Implements: nfnl_queue_get_copy_range nfnl_queue_test_copy_range
func (q *NFQueue) CopyRange() (n uint32, ok bool) {
	c := q.live()
	return uint32(C.nfnl_queue_get_copy_range(c)), C.nfnl_queue_test_copy_range(c) != 0
}

// SetCopyRange sets how many bytes of a packet the program gets in mode [NFQueueCopyPacket]: unset, 0, or more than 65531, as many as fit in a
// message, which are 65531. The kernel takes it together with the mode alone.
//
// Implements: nfnl_queue_set_copy_range
func (q *NFQueue) SetCopyRange(n uint32) { C.nfnl_queue_set_copy_range(q.live(), C.uint32_t(n)) }
