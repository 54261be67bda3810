//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"context"
	"encoding/binary"
	"slices"
	"syscall"
)

// The receives that run libnl's own loop, with its callbacks.

// loopMode is what of libnl's loop is run.
type loopMode int

const (
	loopRecv   loopMode = iota // nl_recvmsgs
	loopAck                    // nl_wait_for_ack
	loopPickup                 // nl_recvmsgs, for an answer alone
)

// trace follows what passes through the receive override, as far as libnl does not tell.
type trace struct {
	trusted bool   // of the datagram at hand: the kernel sent it
	group   uint32 // the group it was sent to
	nsid    int32

	multi   bool   // in the middle of a dump
	seq     uint32 // of that dump
	ended   bool   // an answer ended
	endSeq  uint32 // the last one's sequence number
	done    *Error // a DONE said that the dump failed
	errs    []*Error
	refused *Error // the one that ended the receive, when a callback saw it
}

func (t *trace) scan(fn string, b []byte, meta *inbound) {
	t.trusted, t.group, t.nsid = meta.trusted, meta.group, meta.nsid
	notice := meta.notice()
	for m, rest := nextMsg(b); m != nil; m, rest = nextMsg(rest) {
		typ := MsgType(binary.NativeEndian.Uint16(m[4:]))
		if typ >= MsgMinType {
			if !notice && !t.multi && MsgFlags(binary.NativeEndian.Uint16(m[6:]))&FlagMulti != 0 {
				t.multi, t.seq = true, binary.NativeEndian.Uint32(m[8:])
			}
			continue
		}
		switch typ {
		case MsgDone:
			t.multi = false
			if e := kernelError(fn, m); e != nil && !notice && t.done == nil {
				t.done = e
			}
		case MsgError:
			if e := kernelError(fn, m); e != nil && len(t.errs) < 16 {
				t.errs = append(t.errs, e)
			}
			if binary.NativeEndian.Uint32(m[8:]) == t.seq {
				t.multi = false
			}
		default:
			continue
		}
		if !notice {
			t.ended, t.endSeq = true, binary.NativeEndian.Uint32(m[8:])
		}
	}
}

// recv is the engine under libnl's loop: the next datagram for it, good until the next call.
func (a *activation) recv() (*datagram, error) {
	s := a.s
	for {
		if a.full {
			a.full = false
			return &a.first, nil
		}
		if a.err != nil {
			return nil, a.err
		}
		if a.got > 0 { // a dump may have no end
			if err := s.goOn(a.w); err != nil {
				return nil, err
			}
		}
		err := a.take(a.w)
		if err == nil {
			continue
		}
		if err != errAgain {
			return nil, err
		}
		if a.w.never && a.got == 0 {
			a.again = true
			return nil, err
		}
		// in the middle of an answer, which is rare: this wait takes the thread
		if err := s.waitReadable(a.w, a, a.readable); err != nil {
			return nil, err
		}
	}
}

// take makes the next datagram for libnl the first one, without waiting. The token is held.
func (a *activation) take(w wait) error {
	if a.full {
		return nil
	}
	s := a.s
	var lost bool
	for {
		d, ok, l := a.queued()
		if lost = l; !ok {
			break
		}
		if len(d.b) > 0 || d.err != nil {
			return a.got1st(d)
		}
	}
	if a.buf == nil {
		a.buf = rbufs.Get().(*rbuf)
	}
	for {
		d, err := s.recvGo(a.buf.b[:], &a.buf.d)
		switch {
		case err == ErrOverrun && a.mode != loopRecv:
			s.keepOverrun()
			lost = true
			continue
		case err == errAgain && lost:
			return ErrOverrun
		case err != nil:
			a.dropBuf() // idle sockets hold no buffer
			return err
		}
		who, st := s.route(&d, 0, -1)
		if a.mine(&d, who, st) && (len(d.b) > 0 || d.err != nil) {
			return a.got1st(d)
		}
		s.keep(d, who, st)
		if err := s.goOn(w); err != nil {
			return err
		}
	}
}

// queued returns what others have read for this loop, and whether messages were lost since its request was sent.
func (a *activation) queued() (d datagram, ok, lost bool) {
	s := a.s
	if a.st == nil {
		d, ok = s.popPending(a.wants, a.mode != loopRecv)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if a.st != nil && !a.st.q.empty() {
		d, ok = a.st.q.take(0), true
	}
	return d, ok, a.mode != loopRecv && a.lost != s.lost
}

// mine reports whether a datagram that was just read is for this loop.
func (a *activation) mine(d *datagram, who owner, st *stream) bool {
	if a.st != nil {
		return st == a.st
	}
	return who == forReceiver && a.wants(d)
}

// got1st keeps a datagram for libnl.
func (a *activation) got1st(d datagram) error {
	a.first = d
	a.full = d.err == nil
	return d.err
}

func (a *activation) dropBuf() {
	if a.buf != nil {
		a.first = datagram{}
		rbufs.Put(a.buf)
		a.buf = nil
	}
}

// wants reports whether the loop may have a datagram of the receiver's now. Waiting for an answer, libnl would take a notification for
// it; and in the middle of a dump it would break off at the answer to what a callback has sent.
func (a *activation) wants(d *datagram) bool {
	if len(d.b) == 0 || d.notice() {
		return a.mode == loopRecv
	}
	return !a.trace.multi || len(d.b) < headerLen || binary.NativeEndian.Uint32(d.b[8:]) == a.trace.seq
}

// readable is take in the poller.
func (a *activation) readable() bool {
	err := a.take(a.w)
	if err == errAgain {
		return false
	}
	if err != nil {
		a.fail(err)
	}
	return true
}

// ready is for waitReadable.
func (a *activation) ready() bool {
	switch {
	case a.mode != loopRecv && a.lost != a.s.lost:
		return true
	case a.st != nil:
		return !a.st.q.empty()
	case a.mode == loopRecv && !a.trace.multi:
		return !a.s.pending.empty()
	case a.mode != loopRecv && a.s.pending.answers == 0:
		return false
	}
	return slices.ContainsFunc(a.s.pending.d, func(d datagram) bool { return a.wants(&d) })
}

// startLoop prepares a run of libnl's loop; the reference to set, nil for the socket's own, goes to it. The receiver's role is for the
// receives proper, of which there is one at a time.
func (s *Socket) startLoop(fn string, w wait, set *cbSet, mode loopMode, receiver bool) (*activation, error) {
	err := s.lockConnected(fn)
	if err == nil && (receiver && s.receiving || s.nested()) {
		s.mu.Unlock()
		err = &Error{Func: fn, cause: ErrNested}
	}
	if err == nil && w.ctx == nil {
		s.mu.Unlock()
		err = argErr(fn, "nil context")
	}
	if err != nil {
		if set != nil {
			set.release()
		}
		return nil, err
	}
	defer s.mu.Unlock()
	if set == nil {
		set = s.set.retain()
	}
	if receiver {
		s.receiving = true
	}
	s.users++
	s.stack++
	a := s.spare
	s.spare = nil
	if a == nil {
		a = &activation{}
	}
	a.s, a.fn, a.set, a.w, a.mode, a.receiver = s, fn, set, w, mode, receiver
	a.lost = s.lost
	return a, nil
}

// end undoes startLoop, whatever happened in between.
func (a *activation) end() {
	s, set := a.s, a.set
	if a.token {
		s.dropToken()
	}
	if a.st != nil {
		s.dropStream(a.st)
	}
	if a.full { // libnl did not come for it, as the receive was replaced meanwhile
		s.unread(datagram{b: slices.Clone(a.first.b), meta: a.first.meta})
	}
	a.dropBuf()
	s.mu.Lock()
	if s.loop == a {
		s.loop = nil
	}
	if a.receiver {
		s.receiving = false
	}
	s.unstack()
	*a = activation{scratch: a.scratch[:0], msgs: a.msgs}
	s.spare = a
	s.endLocked()
	s.mu.Unlock()
	set.release()
}

// unstack counts a call out that could reach a callback, and lets a changed callback set take effect after the last of them.
func (s *Socket) unstack() {
	s.stack--
	if s.stack == 0 && !s.closed {
		s.applySet()
	}
}

// runLoop runs libnl's receive loop and returns what nl_recvmsgs_report would, or the error.
func (s *Socket) runLoop(fn string, w wait, set *cbSet) (int, error) {
	a, err := s.startLoop(fn, w, set, loopRecv, true)
	if err != nil {
		return 0, err
	}
	defer a.end()
	if a.overridden() { // who replaces the reading waits as well
		err = s.takeToken(a.w)
	} else {
		err = s.fetch(a.w, a)
	}
	if err != nil {
		return 0, named(fn, err)
	}
	a.token = true
	a.run()
	a.settle()
	a.finish()
	return a.result()
}

// runAck runs nl_wait_for_ack, or the loop of nl_pickup, until the answer to a request has ended: to the one numbered seq, or, if seq is
// 0, to any. Notifications are kept for the receiver.
func (a *activation) runAck(seq uint32) error {
	s := a.s
	for {
		var err error
		switch replaced := a.overridden(); {
		case replaced && !a.token:
			err = s.takeToken(a.w)
		case !replaced && !a.token:
			err = s.fetch(a.w, a)
		case !replaced:
			err = a.fill()
		}
		if err != nil {
			return named(a.fn, err)
		}
		a.token = true
		a.run()
		a.settle()
		a.finish()
		_, err = a.result()
		switch {
		case err != nil, a.trace.ended && (seq == 0 || a.trace.endSeq == seq):
			return err
		case a.looped: // whoever replaces the loop says what the answer is
			return nil
		case a.eof:
			return &Error{Func: a.fn, Code: ErrIntr, Msg: "the override's data ended before the answer"}
		}
		if a.st != nil {
			s.dropToken()
			a.token = false
		}
	}
}

// fill waits for the next datagram with the token held.
func (a *activation) fill() error {
	for {
		err := a.take(a.w)
		if err == nil || err != errAgain || a.w.never {
			return err
		}
		if err := a.s.waitReadable(a.w, a, a.readable); err != nil {
			return err
		}
		if a.full || a.err != nil {
			return a.err
		}
	}
}

// overridden reports whether the set has overrides that read.
func (a *activation) overridden() bool {
	a.set.mu.Lock()
	defer a.set.mu.Unlock()
	a.looped = a.set.loop != nil
	a.replaced = a.looped || a.set.recv != nil
	return a.replaced
}

// run is the time in C.
func (a *activation) run() {
	s := a.s
	sl := takeSlot(a)
	defer sl.give()
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		a.res = C.struct_nlgo_res{rc: -C.NLE_BAD_SOCK}
		a.fail(ErrClosed)
		return
	}
	s.loop = a
	a.set.mu.Lock()
	if s.misaligned && !s.noAck && !a.set.anySeq {
		s.misaligned = false
		C.nlgo_expect_seq(s.res.sk, C.uint32_t(s.alignTo), C.uint32_t(s.unseen))
		s.unseen = 0
	}
	was := a.trace
	handed := a.hand()
	if a.err == nil {
		a.enter(sl)
	}
	if handed && a.res.took == 0 { // libnl did not get that far
		a.full, a.trace = true, was
		a.got--
	}
	a.set.mu.Unlock()
	if s.misaligned && a.trace.ended {
		s.align(a.trace.endSeq)
	}
	s.loop = nil
	s.mu.Unlock()
}

// hand prepares the datagram that is there already for C, so that C need not come back for it, and reports whether it did. One that
// cannot be printed ends the run. The mutexes are held: nobody replaces the receive now.
func (a *activation) hand() bool {
	a.d.n = 0
	if !a.full || a.set.recv != nil || a.set.loop != nil {
		return false
	}
	a.full = false
	if err := a.set.checkPrint("", a.first.b); err != nil {
		a.res = C.struct_nlgo_res{rc: a.fail(err)}
		return false
	}
	a.got++
	a.trace.scan(a.fn, a.first.b, &a.first.meta)
	a.first.toC(&a.d)
	return true
}

func (a *activation) enter(sl *slot) {
	s := a.s
	if a.mode == loopAck {
		C.nlgo_wait_for_ack(s.res.sk, sl.h, bytesPtr(a.first.b), &a.d, &a.res)
	} else {
		C.nlgo_recvmsgs(s.res.sk, a.set.cb, sl.h, bytesPtr(a.first.b), &a.d, &a.res)
	}
}

// align notes that libnl is to expect the number after seq, if that is one of its own and not of a user's making. The state mutex is held.
func (s *Socket) align(seq uint32) {
	if d := int32(seq - s.answered); d > -1<<24 && d < 1<<24 {
		s.answered = seq
		s.misaligned, s.alignTo = true, seq+1
	}
}

// settle leaves the socket sound after an early end: the rest of a dump is discarded, notifications among it are kept, and libnl is
// told which answer to expect next.
func (a *activation) settle() {
	if a.res.rc >= 0 && a.res.stopped == 0 || a.again {
		return
	}
	s := a.s
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	seq, rest := a.trace.seq, a.trace.multi
	if rest {
		s.skipAnswer(seq)
		a.trace.ended, a.trace.endSeq = true, a.trace.seq
	}
	if a.trace.ended {
		s.align(a.trace.endSeq)
		s.unseen++
	}
	s.mu.Unlock()
	if !rest {
		return
	}
	s.discard(func() bool { return slices.Contains(s.skips, seq) })
	if a.replaced { // the rest is wherever the override had the beginning from
		s.mu.Lock()
		s.skips = slices.DeleteFunc(s.skips, func(n uint32) bool { return n == seq })
		s.mu.Unlock()
	}
}

const maxSkips = 64 // answers of programs that never end one

// skipAnswer discards what of an answer to libnl has been read by others already, and from now on what still comes. The state mutex
// is held.
func (s *Socket) skipAnswer(seq uint32) {
	for i := 0; i < len(s.pending.d); {
		d := &s.pending.d[i]
		if d.err != nil || d.notice() || len(d.b) < headerLen || binary.NativeEndian.Uint32(d.b[8:]) != seq {
			i++
			continue
		}
		ended := ends(d.b)
		s.stats.Stale++
		s.pending.take(i)
		if ended {
			return
		}
	}
	if len(s.skips) == maxSkips {
		s.skips = slices.Delete(s.skips, 0, 1)
	}
	s.skips = append(s.skips, seq)
}

// discard reads, as long as on says so, what is there of a dump that nobody wants any more. The token is held.
func (s *Socket) discard(on func() bool) {
	buf := rbufs.Get().(*rbuf)
	defer rbufs.Put(buf)
	for {
		s.mu.Lock()
		more := !s.closed && on()
		s.mu.Unlock()
		if !more {
			return
		}
		d, err := s.recvGo(buf.b[:], &buf.d)
		switch {
		case err == ErrOverrun:
			s.keepOverrun()
			continue
		case err != nil:
			return
		}
		who, st := s.route(&d, 0, -1)
		s.keep(d, who, st)
	}
}

// result turns what C returned into what the caller gets.
func (a *activation) result() (int, error) {
	rc := int(a.res.rc)
	switch {
	case a.err != nil:
		return 0, a.failure()
	case a.res.deep != 0:
		return 0, tooDeep(a.fn)
	case a.again:
		return 0, &Error{Func: a.fn, Code: ErrAgain}
	case rc >= 0:
		if a.trace.done != nil {
			return 0, a.trace.done
		}
		return rc, nil
	case a.trace.refused != nil && -rc == int(a.trace.refused.Code):
		return 0, a.trace.refused
	}
	for _, e := range a.trace.errs {
		if -rc == int(e.Code) {
			return 0, e
		}
	}
	return 0, codeErr(a.fn, rc)
}

// named gives an error of the engine's the name of the call; an error of the user's stays as it is.
func named(fn string, err error) error {
	switch err {
	case ErrOverrun:
		return &Error{Func: fn, Code: ErrNoMem, Errno: syscall.ENOBUFS, cause: err}
	case ErrClosed, ErrNested:
		return &Error{Func: fn, cause: err}
	}
	if e, ok := err.(*Error); ok && (e.Func == "" || e == errAgain) {
		c := *e
		c.Func = fn
		return &c
	}
	return err
}

func tooDeep(fn string) error {
	return &Error{Func: fn, Msg: "callbacks inside callbacks, too many levels", cause: ErrNested}
}

// waiting returns how long the calls wait that libnl has too.
func (s *Socket) waiting() wait {
	s.mu.Lock()
	defer s.mu.Unlock()
	return wait{ctx: context.Background(), deadline: true, never: s.never}
}

// Recv waits until something has arrived and then runs libnl's receive loop with the socket's callbacks: one datagram, or all of a
// dump. The wait takes no thread.
//
// Implements: nl_recvmsgs_default
func (s *Socket) Recv(ctx context.Context) error {
	_, err := s.runLoop("nl_recvmsgs_default", wait{ctx: ctx}, nil)
	return err
}

// RecvMsgsDefault runs libnl's receive loop with the socket's callbacks. It waits as libnl does, obeying SetDeadline and
// SetNonblocking.
//
// Implements: nl_recvmsgs_default
func (s *Socket) RecvMsgsDefault() error {
	if s == nil {
		return argErr("nl_recvmsgs_default", "nil Socket")
	}
	_, err := s.runLoop("nl_recvmsgs_default", s.waiting(), nil)
	return err
}

// RecvMsgs runs libnl's receive loop with the callbacks of cb.
//
// Implements: nl_recvmsgs
func (s *Socket) RecvMsgs(cb *Callbacks) error {
	_, err := s.recvMsgs("nl_recvmsgs", cb)
	return err
}

// RecvMsgsReport runs libnl's receive loop with the callbacks of cb and returns the number of messages.
//
// Implements: nl_recvmsgs_report
func (s *Socket) RecvMsgsReport(cb *Callbacks) (int, error) {
	return s.recvMsgs("nl_recvmsgs_report", cb)
}

func (s *Socket) recvMsgs(fn string, cb *Callbacks) (int, error) {
	if s == nil {
		return 0, argErr(fn, "nil Socket")
	}
	set, err := cb.hold(fn)
	if err != nil {
		return 0, err
	}
	return s.runLoop(fn, s.waiting(), set)
}

// WaitForAck waits until the answer to a message sent with auto-ack has ended, and returns the error it ended with. Unlike libnl it
// takes no other datagram for the answer: notifications stay for the receiver.
//
// Implements: nl_wait_for_ack
func (s *Socket) WaitForAck() error {
	const fn = "nl_wait_for_ack"
	if s == nil {
		return argErr(fn, "nil Socket")
	}
	a, err := s.startLoop(fn, s.waiting(), nil, loopAck, true)
	if err != nil {
		return err
	}
	defer a.end()
	return a.runAck(0)
}

// Pickup waits for the answer to a message sent with auto-ack and returns the object in it, which is the caller's; the last if there are
// several, nil if there is none. Unlike libnl it reads the answer to its end, and takes no other datagram for it.
//
// Implements: nl_pickup nl_pickup_keep_syserr
func (s *Socket) Pickup() (*Object, error) {
	const fn = "nl_pickup"
	var obj *Object
	err := s.pickup(fn, func(m *Msg) error {
		o, err := m.Object()
		if err == nil {
			_ = obj.Close()
			obj = o
		}
		return err
	})
	if err != nil {
		_ = obj.Close()
		return nil, err
	}
	return obj, nil
}

// pickup waits for an answer as libnl does, to its end, and gives the messages with data to valid.
func (s *Socket) pickup(fn string, valid MsgFunc) error {
	if s == nil {
		return argErr(fn, "nil Socket")
	}
	own, err := s.Callbacks()
	if err != nil {
		return err
	}
	defer own.Close()
	cb, err := own.Clone()
	if err != nil {
		return err
	}
	defer cb.Close()
	if err := cb.Set(CbValid, KindCustom, valid); err != nil {
		return err
	}
	set, err := cb.hold(fn)
	if err != nil {
		return err
	}
	a, err := s.startLoop(fn, s.waiting(), set, loopPickup, true)
	if err != nil {
		return err
	}
	defer a.end()
	return a.runAck(0)
}
