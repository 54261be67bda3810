//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"math"
	"strconv"
	"time"
	"unsafe"
)

// NFLog is the configuration of a group of NFLOG, to which rules of the packet filter log packets: struct nfnl_log, "netfilter/log". The
// packets come as [NFLogMsg].
//
// Getters return false where the object does not have the attribute. Setters prepare a request; nothing changes in the kernel until
// [NFLog.Create] or [NFLog.Change]. [Object.Diff] and its kin, and the text forms, do not look at the flags.
type NFLog struct{ Object }

func (l *NFLog) object() *Object { return (*Object)(unsafe.Pointer(l)) }

// NewNFLog returns a new, empty configuration; the caller owns it.
//
// Implements: nfnl_log_alloc
func NewNFLog() (*NFLog, error) {
	return newHandle[*NFLog]("nfnl_log_alloc", unsafe.Pointer(C.nfnl_log_alloc()))
}

// Close gives the handle's reference back: see [Object.Close]. [Retain] takes another.
//
// Implements: nfnl_log_put nfnl_log_get
func (l *NFLog) Close() error { return l.object().Close() }

// ptr returns the C object, nil if the handle is nil, closed or revoked.
func (l *NFLog) ptr() *C.struct_nfnl_log {
	return (*C.struct_nfnl_log)(unsafe.Pointer(l.object().ptr()))
}

// live returns the C object, for calls without an error result.
func (l *NFLog) live() *C.struct_nfnl_log {
	c := l.ptr()
	if c == nil {
		panicClosed("NFLog")
	}
	return c
}

// Group returns the number of the group.
//
// Implements: nfnl_log_get_group nfnl_log_test_group
func (l *NFLog) Group() (n uint16, ok bool) {
	c := l.live()
	return uint16(C.nfnl_log_get_group(c)), C.nfnl_log_test_group(c) != 0
}

// SetGroup sets the number of the group. Every request needs it.
//
// Implements: nfnl_log_set_group
func (l *NFLog) SetGroup(n uint16) { C.nfnl_log_set_group(l.live(), C.uint16_t(n)) }

// CopyMode returns what is told of each packet.
//
// Implements: nfnl_log_get_copy_mode nfnl_log_test_copy_mode
func (l *NFLog) CopyMode() (m NFLogCopyMode, ok bool) {
	c := l.live()
	return NFLogCopyMode(C.nfnl_log_get_copy_mode(c)), C.nfnl_log_test_copy_mode(c) != 0
}

// SetCopyMode sets what is told of each packet; one that is not known is [ErrRange]. Unset, a new group gets [NFLogCopyPacket].
//
// Implements: nfnl_log_set_copy_mode
func (l *NFLog) SetCopyMode(m NFLogCopyMode) error {
	const fn = "nfnl_log_set_copy_mode"
	c := l.ptr()
	switch {
	case c == nil:
		return closedErr(fn)
	case m > NFLogCopyPacket: // libnl would send what stands on its stack
		return &Error{Func: fn, Code: ErrRange, Msg: "copy mode " + m.String()}
	}
	C.nfnl_log_set_copy_mode(c, C.enum_nfnl_log_copy_mode(m))
	return nil
}

// CopyRange returns how many bytes of a packet are copied.
//
// Implements: nfnl_log_get_copy_range nfnl_log_test_copy_range
func (l *NFLog) CopyRange() (n uint32, ok bool) {
	c := l.live()
	return uint32(C.nfnl_log_get_copy_range(c)), C.nfnl_log_test_copy_range(c) != 0
}

// SetCopyRange sets how many bytes of a packet are copied with [NFLogCopyPacket], which has to be set too ([ErrMissingAttr] in requests). Unset, 0
// and more than 65531 are as many as a message can hold. A rule can ask for less.
//
// Implements: nfnl_log_set_copy_range
func (l *NFLog) SetCopyRange(n uint32) { C.nfnl_log_set_copy_range(l.live(), C.uint32_t(n)) }

// FlushTimeout returns how long packets wait for others to be sent with.
//
// Implements: nfnl_log_get_flush_timeout nfnl_log_test_flush_timeout
func (l *NFLog) FlushTimeout() (d time.Duration, ok bool) {
	c := l.live()
	return time.Duration(C.nfnl_log_get_flush_timeout(c)) * centi, C.nfnl_log_test_flush_timeout(c) != 0
}

// SetFlushTimeout sets how long packets wait for others to be sent with, in whole hundredths of a second ([ErrRange]). A new group waits a second.
//
// Implements: nfnl_log_set_flush_timeout
func (l *NFLog) SetFlushTimeout(d time.Duration) error {
	const fn = "nfnl_log_set_flush_timeout"
	c := l.ptr()
	switch {
	case c == nil:
		return closedErr(fn)
	case d < 0 || d%centi != 0 || d/centi > math.MaxUint32:
		return &Error{Func: fn, Code: ErrRange, Msg: d.String()}
	}
	C.nfnl_log_set_flush_timeout(c, C.uint32_t(d/centi))
	return nil
}

// AllocSize returns the size of the buffer that packets are collected in, in bytes.
//
// Implements: nfnl_log_get_alloc_size nfnl_log_test_alloc_size
func (l *NFLog) AllocSize() (n uint32, ok bool) {
	c := l.live()
	return uint32(C.nfnl_log_get_alloc_size(c)), C.nfnl_log_test_alloc_size(c) != 0
}

// maxNFLogAlloc is the largest buffer that the kernel accepts.
const maxNFLogAlloc = 131072

// SetAllocSize sets the size of the buffer that packets are collected in, in bytes, 131072 at most ([ErrRange]). It can only be made larger than
// the kernel's own, which is a little less than a page, of 8192 bytes at most: anything smaller the kernel ignores, without a word.
//
// Implements: nfnl_log_set_alloc_size
func (l *NFLog) SetAllocSize(n uint32) error {
	const fn = "nfnl_log_set_alloc_size"
	c := l.ptr()
	switch {
	case c == nil:
		return closedErr(fn)
	case n > maxNFLogAlloc:
		return &Error{Func: fn, Code: ErrRange, Msg: strconv.FormatUint(uint64(n), 10) + " bytes"}
	}
	C.nfnl_log_set_alloc_size(c, C.uint32_t(n))
	return nil
}

// QueueThreshold returns how many packets are collected before they are sent.
//
// Implements: nfnl_log_get_queue_threshold nfnl_log_test_queue_threshold
func (l *NFLog) QueueThreshold() (n uint32, ok bool) {
	c := l.live()
	return uint32(C.nfnl_log_get_queue_threshold(c)), C.nfnl_log_test_queue_threshold(c) != 0
}

// SetQueueThreshold sets how many packets are collected before they are sent; what a rule says (--nflog-threshold) counts where it is less. A new
// group collects 100, or until its flush timeout has passed: for packets as they come it is 1.
//
// Implements: nfnl_log_set_queue_threshold
func (l *NFLog) SetQueueThreshold(n uint32) {
	C.nfnl_log_set_queue_threshold(l.live(), C.uint32_t(n))
}

// Flags returns the flags that are set.
//
// Implements: nfnl_log_get_flags
func (l *NFLog) Flags() NFLogFlags { return NFLogFlags(C.nlgo_log_flags(l.live()).set) }

// SetFlags sets flags; others stay. Requests carry all that are set, and replace those of the group.
//
// Implements: nfnl_log_set_flags
func (l *NFLog) SetFlags(f NFLogFlags) { C.nfnl_log_set_flags(l.live(), C.uint(f)) }

// UnsetFlags clears flags; others stay. If none is left a request clears those of the group, which libnl's do not.
//
// Implements: nfnl_log_unset_flags
func (l *NFLog) UnsetFlags(f NFLogFlags) { C.nfnl_log_unset_flags(l.live(), C.uint(f)) }

// NFLogCopyMode is what is told of each packet (NFNL_LOG_COPY_*).
type NFLogCopyMode uint8

// What is told of each packet.
const (
	NFLogCopyNone   NFLogCopyMode = C.NFNL_LOG_COPY_NONE   // what NFLogCopyMeta tells
	NFLogCopyMeta   NFLogCopyMode = C.NFNL_LOG_COPY_META   // all but its content
	NFLogCopyPacket NFLogCopyMode = C.NFNL_LOG_COPY_PACKET // its content too
)

// String returns libnl's name of the mode, "packet", or its number, "0x9".
//
// Implements: nfnl_log_copy_mode2str
func (m NFLogCopyMode) String() string {
	return enumText(func(b *C.char, n C.size_t) { C.nfnl_log_copy_mode2str(C.enum_nfnl_log_copy_mode(m), b, n) })
}

// ParseNFLogCopyMode returns the mode with this name, in any case, or number. A name that libnl does not know is [ErrObjNotFound].
//
// Implements: nfnl_log_str2copy_mode
func ParseNFLogCopyMode(s string) (NFLogCopyMode, error) {
	n, err := parseName("nfnl_log_str2copy_mode", s, math.MaxUint8, func(p *C.char) C.int { return C.nfnl_log_str2copy_mode(p) })
	return NFLogCopyMode(n), err
}

// NFLogFlags say what the messages of a group carry beside the packet (NFNL_LOG_FLAG_*).
type NFLogFlags uint16

// What the messages of a group carry beside the packet.
const (
	NFLogFlagSeq       NFLogFlags = C.NFNL_LOG_FLAG_SEQ        // a sequence number of the group
	NFLogFlagSeqGlobal NFLogFlags = C.NFNL_LOG_FLAG_SEQ_GLOBAL // a sequence number of all groups of the namespace
	NFLogFlagConntrack NFLogFlags = C.NFNL_LOG_FLAG_CONNTRACK  // the entry of the connection tracking table that the packet belongs to
)

// String returns libnl's names of the flags with commas between them, and what has none as a number.
//
// Implements: nfnl_log_flags2str
func (f NFLogFlags) String() string {
	return flagText(uint32(f), func(v C.int, b *C.char, n C.size_t) { C.nfnl_log_flags2str(C.uint(v), b, n) })
}

// ParseNFLogFlags reads what [NFLogFlags.String] writes. A name that is not known is [ErrObjNotFound].
//
// Implements: nfnl_log_str2flags
func ParseNFLogFlags(s string) (NFLogFlags, error) {
	const fn = "nfnl_log_str2flags"
	n, err := parseFlags(fn, s, func(p *C.char) C.int { return C.int(C.nfnl_log_str2flags(p)) })
	if err == nil && n > math.MaxUint16 {
		return 0, textErr(fn, ErrRange, s)
	}
	return NFLogFlags(n), err
}
