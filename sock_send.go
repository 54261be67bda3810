//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"encoding/binary"
	"math"
	"slices"
	"sync"
	"syscall"
)

// MsgHdr is what SendMsg sends (struct msghdr).
type MsgHdr struct {
	Dst     SockAddr
	Iov     [][]byte // joined to one datagram
	Control []byte   // control messages, as the kernel takes them
}

// sendable returns the bytes of a message that may be sent.
func (m *Msg) sendable(fn string) ([]byte, error) {
	switch {
	case m == nil:
		return nil, argErr(fn, "nil Msg")
	case m.own == nil && m.view == nil:
		return nil, closedErr(fn)
	case m.own != nil && m.own.err != nil:
		return nil, m.own.err
	}
	b := m.bytes()
	if m.own == nil {
		b = slices.Clone(b) // libnl completes the header, which in a view is not ours
	}
	return b, nil
}

// sendArgs is what a send of libnl's has beside the bytes. A callback may move the stack meanwhile, so it does not live there.
type sendArgs struct {
	m   C.struct_nlgo_msg
	iov C.struct_nlgo_iov
	res C.struct_nlgo_res
}

var sendArgsPool = sync.Pool{New: func() any { return new(sendArgs) }}

// sendOp runs one of libnl's sends.
func (s *Socket) sendOp(fn string, op uint32, m *Msg, iov, control []byte, dst SockAddr) (int, error) {
	b, err := m.sendable(fn)
	if err != nil {
		return 0, err
	}
	if op == C.NLGO_COMPLETE {
		err = s.lock(fn)
	} else {
		err = s.lockConnected(fn)
	}
	if err != nil {
		return 0, err
	}
	v := sendArgsPool.Get().(*sendArgs)
	defer sendArgsPool.Put(v)
	v.m = m.cmeta()
	if m.own == nil {
		v.m.has_creds = 0 // a lent message's are those of its sender
	}
	v.iov = C.struct_nlgo_iov{
		len:  C.uint32_t(len(iov)),
		port: C.uint32_t(dst.Port), groups: C.uint32_t(dst.Groups),
		controllen: C.uint32_t(len(control)),
	}
	completes := op == C.NLGO_SEND_AUTO || op == C.NLGO_SEND_SYNC || op == C.NLGO_COMPLETE
	if o := m.own; o != nil && completes && o.sent && o.filled == getHeader(b).Seq {
		binary.NativeEndian.PutUint32(b[8:], 0) // to be sent again: another request, which needs another number
	}
	fresh := completes && getHeader(b).Seq == 0
	n, err := s.outward(fn, b, func(h C.uintptr_t, res *C.struct_nlgo_res) {
		C.nlgo_send_op(s.res.sk, h, C.int(op), bytesPtr(b), C.uint32_t(len(b)), &v.m, bytesPtr(iov), bytesPtr(control), &v.iov, res)
		if completes {
			s.avoidSeq(getHeader(b).Seq)
		}
	})
	if o := m.own; o != nil {
		if fresh {
			o.filled, o.sent = getHeader(b).Seq, false
		}
		if err == nil && completes && op != C.NLGO_COMPLETE {
			o.sent = o.filled == getHeader(b).Seq
		}
		o.proto = int(v.m.proto)
		o.src = SockAddr{uint32(v.m.src_port), uint32(v.m.src_groups)}
	}
	return n, err
}

// outward runs a call into C that sends b, with the state mutex, which is held, and the callback set's; it lets go of the state mutex.
func (s *Socket) outward(fn string, b []byte, call func(h C.uintptr_t, res *C.struct_nlgo_res)) (int, error) {
	set := s.set
	set.mu.Lock()
	if err := set.checkPrint(fn, b); err != nil {
		set.mu.Unlock()
		s.mu.Unlock()
		return 0, err
	}
	if set.msg[CbMsgOut] == nil && set.send == nil { // nothing of Go can be reached
		v := sendArgsPool.Get().(*sendArgs)
		defer sendArgsPool.Put(v)
		v.res = C.struct_nlgo_res{}
		call(0, &v.res)
		set.mu.Unlock()
		s.mu.Unlock()
		return sent(fn, &v.res)
	}
	a := &activation{s: s, fn: fn, set: set.retain()}
	s.users++
	s.stack++
	sl := takeSlot(a)
	defer func() {
		sl.give()
		if a.exited {
			s.mu.Lock()
		}
		s.unstack()
		s.endLocked()
		s.mu.Unlock()
		set.release()
		a.finish()
	}()
	call(sl.h, &a.res)
	set.mu.Unlock()
	if a.err != nil {
		return 0, a.failure()
	}
	if a.held != nil { // a callback for outgoing messages held it back, which libnl reports as one or two bytes sent
		return 0, a.held
	}
	return sent(fn, &a.res)
}

func sent(fn string, res *C.struct_nlgo_res) (int, error) {
	if res.rc >= 0 {
		return int(res.rc), nil
	}
	if res.deep != 0 {
		return 0, tooDeep(fn)
	}
	return 0, &Error{Func: fn, Code: Errno(-res.rc), Errno: syscall.Errno(res.sys_errno)}
}

// Send sends a message as it is and returns the number of bytes. On a full queue of another program it returns [ErrAgain].
//
// Implements: nl_send
func (s *Socket) Send(m *Msg) (int, error) {
	return s.sendOp("nl_send", C.NLGO_SEND, m, nil, nil, SockAddr{})
}

// SendAuto completes a message (see Complete) and sends it. The answer is for RecvMsgs and its kin, or WaitForAck.
//
// Implements: nl_send_auto nl_send_auto_complete
func (s *Socket) SendAuto(m *Msg) (int, error) {
	return s.sendOp("nl_send_auto", C.NLGO_SEND_AUTO, m, nil, nil, SockAddr{})
}

// SendIovec sends the parts as one datagram. m gives only its destination and credentials, and is what callbacks see.
//
// Implements: nl_send_iovec
func (s *Socket) SendIovec(m *Msg, iov ...[]byte) (int, error) {
	b := slices.Concat(iov...)
	if len(b) == 0 || len(b) > math.MaxInt32 {
		return 0, argErr("nl_send_iovec", "no bytes, or too many")
	}
	return s.sendOp("nl_send_iovec", C.NLGO_SEND_IOVEC, m, b, nil, SockAddr{})
}

// SendMsg sends what hdr says. m is only what callbacks see.
//
// Implements: nl_sendmsg
func (s *Socket) SendMsg(m *Msg, hdr *MsgHdr) (int, error) {
	if hdr == nil {
		return 0, argErr("nl_sendmsg", "nil MsgHdr")
	}
	b := slices.Concat(hdr.Iov...)
	if len(b) == 0 || len(b) > math.MaxInt32 || len(hdr.Control) > math.MaxInt32 {
		return 0, argErr("nl_sendmsg", "no bytes, or too many")
	}
	return s.sendOp("nl_sendmsg", C.NLGO_SENDMSG, m, b, hdr.Control, hdr.Dst)
}

// SendTo sends bytes as they are, without a callback.
//
// Implements: nl_sendto
func (s *Socket) SendTo(b []byte) (int, error) {
	if len(b) == 0 || len(b) > math.MaxInt32 {
		return 0, argErr("nl_sendto", "no bytes, or too many")
	}
	if err := s.lockConnected("nl_sendto"); err != nil {
		return 0, err
	}
	defer s.mu.Unlock()
	var errno C.int
	rc := C.nlgo_sendto(s.res.sk, bytesPtr(b), C.uint32_t(len(b)), &errno)
	if rc < 0 {
		return 0, &Error{Func: "nl_sendto", Code: Errno(-rc), Errno: syscall.Errno(errno)}
	}
	return int(rc), nil
}

// SendSimple makes a message of type t with flags f and the given body, completes and sends it.
//
// Implements: nl_send_simple
func (s *Socket) SendSimple(t MsgType, f MsgFlags, body []byte) (int, error) {
	return s.sendSimple("nl_send_simple", t, f, body)
}

// sendSimple is SendSimple on behalf of fn.
func (s *Socket) sendSimple(fn string, t MsgType, f MsgFlags, body []byte) (int, error) {
	if len(body) > math.MaxInt32 {
		return 0, argErr(fn, "body too long")
	}
	if err := s.lockConnected(fn); err != nil {
		return 0, err
	}
	return s.outward(fn, body, func(h C.uintptr_t, res *C.struct_nlgo_res) {
		C.nlgo_send_simple(s.res.sk, h, C.int(t), C.int(f), bytesPtr(body), C.uint32_t(len(body)), res)
	})
}

// Complete fills in what a message still lacks: port, libnl's next sequence number, protocol, the request flag and, unless auto-ack is
// off, the one that asks for an acknowledgement.
//
// Implements: nl_complete_msg nl_auto_complete
func (s *Socket) Complete(m *Msg) error {
	if m != nil && m.own == nil && m.view != nil {
		return argErr("nl_complete_msg", "a lent message cannot be changed")
	}
	_, err := s.sendOp("nl_complete_msg", C.NLGO_COMPLETE, m, nil, nil, SockAddr{})
	return err
}

// SendSync completes and sends a message, and waits for the end of its answer; with auto-ack off it does not wait. The message stays
// the caller's. It obeys SetDeadline. What else arrives stays for the receiver, except, where libnl checks the sequence numbers, the
// answers to what was sent before: unread ones come first, as libnl wants them in order, and keep others from asking meanwhile.
//
// Implements: nl_send_sync
func (s *Socket) SendSync(m *Msg) error {
	const fn = "nl_send_sync"
	if s == nil {
		return argErr(fn, "nil Socket")
	}
	a, err := s.startLoop(fn, s.waiting(), nil, loopAck, false)
	if err != nil {
		return err
	}
	defer a.end()
	if err := s.takeToken(a.w); err != nil {
		return named(fn, err)
	}
	a.token = true
	if m != nil && m.own == nil && m.view != nil {
		m = m.Clone() // for its sequence number
	}
	n, err := s.sendOp(fn, C.NLGO_SEND_SYNC, m, nil, nil, SockAddr{})
	if err != nil {
		return err
	}
	a.lock()
	noAck, anySeq := s.noAck, a.set.anySeq
	a.lost = s.lost
	a.unlock()
	if noAck || n == 0 {
		return nil
	}
	seq := getHeader(m.own.b).Seq
	if anySeq && !a.overridden() { // an override has to see the answer itself
		a.st = s.register(seq, 0)
		s.dropToken()
		a.token = false
	}
	err = a.runAck(seq)
	if err != nil && !(a.trace.ended && a.trace.endSeq == seq) {
		s.giveUp(seq)
	}
	return err
}

// giveUp forgets a request of libnl's: its answer is dropped if it still comes, and the next is what libnl expects.
func (s *Socket) giveUp(seq uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.skipAnswer(seq)
	s.align(seq)
	s.unseen++
}
