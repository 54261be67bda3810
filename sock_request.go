//go:build linux

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"context"
	"iter"
	"slices"
	"syscall"
	"time"
	"unsafe"
)

// The engine's requests: sent with sequence numbers of their own, answered to whom they belong.

// prepare makes a message ready to go: numbered seq, from this socket, with flags more.
func (s *Socket) prepare(fn string, m *Msg, seq uint32) ([]byte, SockAddr, error) {
	b, err := m.sendable(fn)
	if err != nil {
		return nil, SockAddr{}, err
	}
	h := getHeader(b)
	h.Len, h.Seq = uint32(len(b)), seq
	h.Flags |= FlagRequest
	if h.Flags&FlagDump != FlagDump || !isGet(s.proto, h.Type) {
		h.Flags |= FlagAck
	}
	s.mu.Lock()
	h.Port = s.port
	to := s.peer
	s.mu.Unlock()
	putHeader(b, h)
	if m.own != nil && m.own.hasDst {
		to = m.own.dst
	}
	return b, to, nil
}

// isGet reports whether the flags of a request can mean a dump: for a NEW request the same bits say replace and exclude.
func isGet(p Protocol, t MsgType) bool {
	return p != ProtoRoute || t < MsgMinType || (t-MsgMinType)%4 == 2
}

// isDump reports whether a request asks for a dump.
func isDump(p Protocol, b []byte) bool {
	h := getHeader(b)
	return h.Flags&FlagDump == FlagDump && isGet(p, h.Type)
}

// post sends. Where another program's queue is full it tries again within ctx, less and less often: netlink's poll would say that there
// is room.
func (s *Socket) post(w *wait, fn string, b []byte, to SockAddr) error {
	for pause := time.Millisecond; ; pause = min(2*pause, 50*time.Millisecond) {
		n := int(C.nlgo_send(C.int(s.fd), bytesPtr(b), C.uint32_t(len(b)), C.uint32_t(to.Port), C.uint32_t(to.Groups), nil))
		if n >= 0 {
			return nil
		}
		if syscall.Errno(-n) != syscall.EAGAIN {
			return sysErr(fn, syscall.Errno(-n))
		}
		if err := s.sleep(w, pause); err != nil {
			return err
		}
	}
}

func (s *Socket) sleep(w *wait, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-w.ctx.Done():
	case <-s.done:
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stopped(w)
}

// transact sends b, whose answers are numbered seq to seq+more, and gives each datagram of them to got until it says that the end has
// been seen. What else arrives goes to its owner. The token is held.
func (s *Socket) transact(w *wait, fn string, b []byte, to SockAddr, seq uint32, more int, got func(b []byte, meta *inbound) bool) error {
	buf := rbufs.Get().(*rbuf)
	defer rbufs.Put(buf)
	spare := takeSpare()
	defer giveSpare(spare)
	var d C.struct_nlgo_dgram
	n := int(C.nlgo_transact(C.int(s.fd), bytesPtr(b), C.uint32_t(len(b)), C.uint32_t(to.Port), C.uint32_t(to.Groups),
		unsafe.Pointer(buf), hotSize, unsafe.Pointer(spare), spareSize, &d))
	if n < 0 {
		if syscall.Errno(-n) != syscall.EAGAIN {
			return sysErr(fn, syscall.Errno(-n))
		}
		if err := s.post(w, fn, b, to); err != nil {
			return err
		}
		d.n = -C.EAGAIN
	}
	lost := false
	for {
		dg, err := s.received(buf, spare, &d)
		switch {
		case err == nil:
			who, st := s.route(dg.b, &dg.meta, seq, more)
			if who == forStream && st == nil {
				if got(dg.b, &dg.meta) {
					return nil
				}
			} else {
				s.keep(dg, who, st)
			}
		case err == ErrOverrun:
			// the answer may be among what was lost, or still come: the kernel drops what does not fit, not what is queued
			lost = true
			s.keepOverrun()
		case err == errAgain:
			if lost {
				return ErrOverrun
			}
			if err := s.waitReadable(w, func() bool {
				C.nlgo_recv(C.int(s.fd), unsafe.Pointer(buf), hotSize, unsafe.Pointer(spare), spareSize, &d)
				return d.n != -C.EAGAIN
			}); err != nil {
				return err
			}
			if d.n != -C.EAGAIN {
				continue
			}
		default:
			return err
		}
		C.nlgo_recv(C.int(s.fd), unsafe.Pointer(buf), hotSize, unsafe.Pointer(spare), spareSize, &d)
	}
}

// claim begins a request: a count on the stack, and the token.
func (s *Socket) claim(fn string, w *wait) error {
	if w.ctx == nil {
		return argErr(fn, "nil context")
	}
	if err := s.begin(fn); err != nil {
		return err
	}
	if err := s.takeToken(w); err != nil {
		s.end()
		return named(fn, err)
	}
	return nil
}

func (s *Socket) unclaim() {
	s.dropToken()
	s.end()
}

// answer follows the messages of one answer.
type answer struct {
	intr  bool
	ended bool
	err   error
}

// see takes one message of the answer and reports whether it carries data.
func (a *answer) see(fn string, m []byte) (data bool) {
	h := getHeader(m)
	if h.Flags&FlagDumpIntr != 0 {
		a.intr = true
	}
	switch h.Type {
	case MsgError, MsgDone:
		a.ended = true
		if e := kernelError(fn, m); e != nil {
			a.err = e
		} else if a.intr {
			a.err = &Error{Func: fn, Code: ErrDumpIntr}
		}
	case MsgNoop:
	case MsgOverrun:
		a.ended = true
		a.err = &Error{Func: fn, Code: ErrMsgOverflow}
	default:
		return true
	}
	return false
}

// Do sends a request and waits until its own ACK, ERROR or DONE has been seen; replies with data are dropped. What else arrives
// meanwhile stays for its receiver. The request gets a sequence number of the engine's own, and the flags that ask for an answer.
func (s *Socket) Do(ctx context.Context, m *Msg) error {
	const fn = "request"
	w := wait{ctx: ctx}
	if err := s.claim(fn, &w); err != nil {
		return err
	}
	defer s.unclaim()
	seq := s.nextSeq(1)
	b, to, err := s.prepare(fn, m, seq)
	if err != nil {
		return err
	}
	if isDump(s.proto, b) {
		if err := s.reserveDump(fn, nil); err != nil {
			return err
		}
	}
	var a answer
	err = s.transact(&w, fn, b, to, seq, 0, func(b []byte, _ *inbound) bool {
		for m, rest := nextMsg(b); m != nil && !a.ended; m, rest = nextMsg(rest) {
			a.see(fn, m)
		}
		return a.ended
	})
	if err != nil {
		return named(fn, err)
	}
	return a.err
}

// Batch sends requests together and waits for all their answers; the result has an error, or nil, for each. One that fails does not stop
// the others. Dumps are refused: they have to go alone.
func (s *Socket) Batch(ctx context.Context, ms []*Msg) []error {
	const fn = "request"
	errs := make([]error, len(ms))
	fail := func(from int, err error) []error {
		for i := from; i < len(errs); i++ {
			if errs[i] == nil {
				errs[i] = err
			}
		}
		return errs
	}
	w := wait{ctx: ctx}
	if err := s.claim(fn, &w); err != nil {
		return fail(0, err)
	}
	defer s.unclaim()
	for from := 0; from < len(ms); {
		n, err := s.window(&w, fn, ms[from:], errs[from:])
		if err != nil {
			return fail(from, named(fn, err))
		}
		from += n
	}
	return errs
}

const (
	windowMsgs  = 64       // answers that fit in the smallest receive buffer
	windowBytes = 32 << 10 // requests that fit in the smallest send buffer
)

var errPending = &Error{Func: "request", Code: ErrIntr, Msg: "the outcome is unknown: no answer was seen"}

// window sends as many requests as fit at once and fills in their results; it returns how many.
func (s *Socket) window(w *wait, fn string, ms []*Msg, errs []error) (int, error) {
	var out []byte
	var dst SockAddr
	n := 0
	count := min(len(ms), windowMsgs)
	seq := s.nextSeq(count)
	waiting := 0
	for ; n < count; n++ {
		b, to, err := s.prepare(fn, ms[n], seq+uint32(n))
		if err == nil && isDump(s.proto, b) {
			err = argErr(fn, "a dump in a batch")
		}
		if err != nil {
			errs[n] = err
			continue
		}
		if waiting > 0 && (to != dst || len(out)+len(b) > windowBytes) {
			break
		}
		dst = to
		out = append(out, b...)
		out = append(out, make([]byte, -len(b)&3)...)
		errs[n] = errPending
		waiting++
	}
	if waiting == 0 {
		return n, nil
	}
	err := s.transact(w, fn, out, dst, seq, n-1, func(b []byte, _ *inbound) bool {
		for m, rest := nextMsg(b); m != nil; m, rest = nextMsg(rest) {
			i := getHeader(m).Seq - seq
			if i >= uint32(n) || errs[i] != errPending {
				continue
			}
			if a := (answer{}); !a.see(fn, m) && a.ended {
				errs[i] = a.err
				waiting--
			}
		}
		return waiting == 0
	})
	if err != nil {
		for i := range errs[:n] {
			if errs[i] == errPending {
				errs[i] = named(fn, err)
			}
		}
	}
	return n, err
}

// A stream is a request whose answer is being read.
type stream struct {
	seq  uint32
	dump bool
	q    queue
	buf  *rbuf
	in   inbound
	answer
}

// reserveDump makes st the dump in progress. The kernel allows one on a socket.
func (s *Socket) reserveDump(fn string, st *stream) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dump != nil || s.skipping {
		return &Error{Func: fn, Code: ErrBusy, Msg: "a dump is in progress on this socket"}
	}
	s.dump = st
	return nil
}

// openStream sends a request and registers who reads its answer.
func (s *Socket) openStream(w *wait, fn string, m *Msg) (*stream, error) {
	if err := s.claim(fn, w); err != nil {
		return nil, err
	}
	defer s.unclaim()
	st := &stream{seq: s.nextSeq(1)}
	b, to, err := s.prepare(fn, m, st.seq)
	if err != nil {
		return nil, err
	}
	if st.dump = isDump(s.proto, b); st.dump {
		if err := s.reserveDump(fn, st); err != nil {
			return nil, err
		}
	}
	s.mu.Lock()
	s.streams = append(s.streams, st)
	s.users++
	s.mu.Unlock()
	if err := s.post(w, fn, b, to); err != nil {
		st.ended = true
		s.dropStream(st)
		return nil, named(fn, err)
	}
	return st, nil
}

// dropStream forgets a stream.
func (s *Socket) dropStream(st *stream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.streams = slices.DeleteFunc(s.streams, func(o *stream) bool { return o == st })
	if s.dump == st {
		s.dump = nil
	}
	if st.buf != nil {
		rbufs.Put(st.buf)
		st.buf = nil
	}
	s.endLocked()
}

// closeStream ends a stream early: the rest of its answer is discarded.
func (s *Socket) closeStream(st *stream) {
	if !st.ended && s.takeToken(&wait{ctx: context.Background()}) == nil {
		s.discardStream(st)
		s.dropToken()
	}
	s.dropStream(st)
}

func (s *Socket) discardStream(st *stream) {
	s.discard(func() bool {
		for !st.q.empty() && !st.ended {
			if d := st.q.take(0); ends(d.b) {
				st.ended = true
			}
		}
		return !st.ended
	})
}

// next takes the stream's next datagram.
func (s *Socket) nextOf(w *wait, st *stream) (datagram, error) {
	var d datagram
	take := func() error {
		s.mu.Lock()
		if !st.q.empty() {
			d = st.q.take(0)
			s.mu.Unlock()
			return d.err
		}
		s.mu.Unlock()
		if st.buf == nil {
			st.buf = rbufs.Get().(*rbuf)
		}
		for {
			var err error
			d, err = s.recvGo(st.buf)
			if err == ErrOverrun {
				s.keepOverrun()
				continue
			}
			if err != nil {
				return err
			}
			who, other := s.route(d.b, &d.meta, st.seq, -1)
			if other == st {
				return nil
			}
			s.keep(d, who, other)
		}
	}
	// what is there already needs no wait
	if err := s.takeToken(w); err != nil {
		return d, err
	}
	err := take()
	s.dropToken()
	if err == errAgain {
		if err = s.fetch(w, take); err == nil {
			s.dropToken()
		}
	}
	return d, err
}

// Request sends a request when the loop starts and yields the replies; each is lent for the loop step. An error is yielded once and
// ends the loop: the kernel's refusal, also at the end of a dump; [ErrDumpIntr], after all data, when a dump was interrupted by a change and is
// not consistent; [ErrBusy] when another dump is in progress on the socket. A loop left early discards the rest of the answer;
// notifications among it stay for the receiver.
func (s *Socket) Request(ctx context.Context, m *Msg) iter.Seq2[*Msg, error] {
	const fn = "request"
	return func(yield func(*Msg, error) bool) {
		w := wait{ctx: ctx}
		st, err := s.openStream(&w, fn, m)
		if err != nil {
			yield(nil, err)
			return
		}
		defer s.closeStream(st)
		var slab msgSlab
		for !st.ended {
			d, err := s.nextOf(&w, st)
			if err != nil {
				yield(nil, named(fn, err))
				return
			}
			st.in = d.meta
			for b, rest := nextMsg(d.b); b != nil && !st.ended; b, rest = nextMsg(rest) {
				if !st.see(fn, b) {
					continue
				}
				m := slab.lend(b, &st.in)
				ok := yield(m, nil)
				m.revoke()
				if !ok {
					return
				}
			}
		}
		if st.err != nil {
			yield(nil, st.err)
		}
	}
}

// dumpTries is how often an interrupted dump is asked for.
const dumpTries = 5

// RequestAll sends a request and returns all replies, as messages of the caller's. A dump that was interrupted by a change is asked for
// again, five times at most; when it still was, the data is returned with an error that matches [ErrDumpIntr].
func (s *Socket) RequestAll(ctx context.Context, m *Msg) ([]*Msg, error) {
	for try := 1; ; try++ {
		var all []*Msg
		var failed error
		for r, err := range s.Request(ctx, m) {
			if err != nil {
				failed = err
				break
			}
			all = append(all, r.Retain())
		}
		if failed == nil || try == dumpTries || !isCode(failed, ErrDumpIntr) {
			return all, failed
		}
	}
}

func isCode(err error, code Errno) bool {
	e, ok := err.(*Error)
	return ok && e.Code == code
}
