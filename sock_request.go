//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"context"
	"encoding/binary"
	"iter"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// The engine's requests: sent with sequence numbers of their own, answered to whom they belong.

// request is what a request is sent with.
type request struct {
	seq  uint32 // its number, of the engine's range
	port uint32
	peer SockAddr
}

// target says where a request goes, and as whom.
type target struct {
	SockAddr
	creds syscall.Ucred
	hasCr bool
}

// c returns the credentials for C, nil if there are none; they are kept in room.
func (to *target) c(room *C.struct_ucred) *C.struct_ucred {
	if !to.hasCr {
		return nil
	}
	*room = credsToC(to.creds)
	return room
}

// beginRequest counts a request, or several with numbers in a row, in; end counts it out.
func (s *Socket) beginRequest(fn string, w wait, n int) (request, error) {
	if w.ctx == nil {
		return request{}, argErr(fn, "nil context")
	}
	if err := s.beginLocked(fn); err != nil {
		return request{}, err
	}
	defer s.mu.Unlock()
	return s.numbers(n), nil
}

// numbers returns n sequence numbers in a row. The state mutex is held.
func (s *Socket) numbers(n int) request {
	r := request{seq: s.seq + 1, port: s.port, peer: s.peer}
	s.seq += uint32(n)
	s.issued = min(s.issued+uint32(n), 1<<20)
	return r
}

// prepare makes a message ready to go. The kernel acknowledges no dump, but what looks like one may be none.
func (s *Socket) prepare(fn string, m *Msg, r request) ([]byte, target, error) {
	to := target{SockAddr: r.peer}
	b, err := m.sendable(fn)
	if err != nil {
		return nil, to, err
	}
	h := getHeader(b)
	h.Len, h.Seq, h.Port = uint32(len(b)), r.seq, r.port
	h.Flags |= FlagRequest | FlagAck
	putHeader(b, h)
	if o := m.own; o != nil {
		o.filled, o.sent = r.seq, true
		to.creds, to.hasCr = o.creds, o.hasCr
		if o.hasDst {
			to.SockAddr = o.dst
		}
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

// post sends. Where another program's queue is full it tries again within ctx, less and less often: netlink's poll would say that
// there is room.
func (s *Socket) post(w wait, fn string, b []byte, to *target) error {
	var room C.struct_ucred
	creds := to.c(&room)
	for pause := time.Millisecond; ; pause = min(2*pause, 50*time.Millisecond) {
		n := int(C.nlgo_send(C.int(s.fd), bytesPtr(b), C.uint32_t(len(b)), C.uint32_t(to.Port), C.uint32_t(to.Groups), creds))
		if n >= 0 {
			return nil
		}
		if syscall.Errno(-n) != syscall.EAGAIN {
			return sysErr(fn, syscall.Errno(-n))
		}
		s.relieve()
		if err := s.sleep(w, pause); err != nil {
			return err
		}
	}
}

// relieve takes some of what has arrived off the descriptor, for whomever it is, so that two programs that fill each other's queues come
// free.
func (s *Socket) relieve() {
	select {
	case s.token <- struct{}{}:
		left := batchSize
		s.discard(func() bool { left--; return left >= 0 })
		s.dropToken()
	default: // somebody reads
	}
}

func (s *Socket) sleep(w wait, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-w.ctx.Done():
	case <-s.done:
	}
	return s.goOn(w)
}

// transact sends b, whose answers are numbered seq to seq+more, and gives each datagram of them to got until it says that the end has
// been seen. What else arrives goes to its owner. The kernel has answered when the send returns: until then the token is held. An answer
// that has to be waited for, another program's, leaves the token to others.
func (s *Socket) transact(w wait, fn string, b []byte, to *target, seq uint32, more int, got func(b []byte) bool) error {
	if err := s.takeToken(w); err != nil {
		return err
	}
	ended, sent, err := s.exchange(w, fn, b, to, seq, more, got)
	if ended || err != nil {
		s.dropToken()
		return err
	}
	st := s.register(seq, more)
	s.dropToken()
	defer s.dropStream(st)
	if !sent {
		if err := s.post(w, fn, b, to); err != nil {
			return err
		}
	}
	for {
		if err := s.fetch(w, st); err != nil {
			return err
		}
		s.dropToken()
		if got(st.d.b) {
			return nil
		}
	}
}

// exchange is transact as far as it does not wait.
func (s *Socket) exchange(w wait, fn string, b []byte, to *target, seq uint32, more int, got func(b []byte) bool) (ended, sent bool, err error) {
	buf := rbufs.Get().(*rbuf)
	defer rbufs.Put(buf)
	spare := takeSpare()
	defer giveSpare(spare)
	var room C.struct_ucred
	n := int(C.nlgo_transact(C.int(s.fd), bytesPtr(b), C.uint32_t(len(b)), C.uint32_t(to.Port), C.uint32_t(to.Groups), to.c(&room),
		bytesPtr(buf.b[:]), hotSize, bytesPtr(spare[:]), spareSize, &buf.d))
	if n < 0 {
		if syscall.Errno(-n) == syscall.EAGAIN {
			return false, false, nil
		}
		return false, false, sysErr(fn, syscall.Errno(-n))
	}
	lost := false
	for {
		d, err := s.received(&buf.d, buf.b[:], spare[:])
		switch {
		case err == ErrOverrun:
			// the answer may be among what was lost, or still come: the kernel drops what does not fit, not what is queued
			lost = true
			s.keepOverrun()
		case err == errAgain && lost:
			return false, true, ErrOverrun
		case err == errAgain:
			return false, true, nil
		case err != nil:
			return false, true, err
		default:
			who, st := s.route(&d, seq, more)
			if who != forStream || st != nil {
				s.keep(d, who, st)
				if err := s.goOn(w); err != nil {
					return false, true, err
				}
			} else if d.err != nil || got(d.b) {
				return true, true, d.err
			}
		}
		C.nlgo_recv(C.int(s.fd), bytesPtr(buf.b[:]), hotSize, bytesPtr(spare[:]), spareSize, &buf.d)
	}
}

// answer follows the messages of one answer.
type answer struct {
	intr  bool
	seq   uint32 // of the dump that was interrupted
	ended bool
	err   error
}

// see takes one message of the answer and reports whether it carries data.
func (a *answer) see(fn string, m []byte) (data bool) {
	h := getHeader(m)
	if h.Flags&FlagDumpIntr != 0 {
		a.intr, a.seq = true, h.Seq
	}
	switch h.Type {
	case MsgError, MsgDone:
		a.ended = true
		if e := kernelError(fn, m); e != nil {
			a.err = e
		} else if a.intr && a.seq == h.Seq {
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
func (s *Socket) Do(ctx context.Context, m *Msg) error { return s.do(ctx, "request", m) }

// do is Do on behalf of fn.
func (s *Socket) do(ctx context.Context, fn string, m *Msg) error {
	w := wait{ctx: ctx}
	r, err := s.beginRequest(fn, w, 1)
	if err != nil {
		return err
	}
	defer s.end()
	b, to, err := s.prepare(fn, m, r)
	if err != nil {
		return err
	}
	if isDump(s.proto, b) {
		return s.drain(ctx, fn, m)
	}
	return s.settled(w, fn, b, &to, r.seq, nil)
}

// drain is do for a dump.
func (s *Socket) drain(ctx context.Context, fn string, m *Msg) error {
	for _, err := range s.request(ctx, fn, m) {
		if err != nil {
			return err
		}
	}
	return nil
}

// settled is a transaction, until its end has been seen; or, where one message of data is the whole answer, until see has taken that.
func (s *Socket) settled(w wait, fn string, b []byte, to *target, seq uint32, see func(b []byte) error) error {
	var a answer
	err := s.transact(w, fn, b, to, seq, 0, func(b []byte) bool {
		for m, rest := nextMsg(b); m != nil && !a.ended; m, rest = nextMsg(rest) {
			if a.see(fn, m) && see != nil {
				a.ended, a.err = true, see(m)
			}
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
	if _, err := s.beginRequest(fn, w, 0); err != nil {
		return fail(0, err)
	}
	defer s.end()
	tacit := s.tacit()
	out := make([]byte, 0, 4<<10)
	for from := 0; from < len(ms); {
		var n int
		var err error
		n, out, err = s.window(w, fn, ms[from:], errs[from:], tacit, out[:0])
		from += n
		if err != nil {
			return fail(from, named(fn, err)) // of those that were not sent
		}
	}
	return errs
}

const (
	windowMsgs  = 64       // answers that fit in the smallest receive buffer
	windowBytes = 32 << 10 // requests that fit in the smallest send buffer
)

var errPending = &Error{Func: "request", Code: ErrIntr, Msg: "the outcome is unknown: no answer was seen"}

// tacit reports whether the kernel may be left to answer only what fails and the last of several requests: it goes through them one
// after the other. That needs a queue where lost answers are not likely, and show.
func (s *Socket) tacit() bool {
	s.mu.Lock()
	known := s.proto == ProtoRoute && !s.grouped && !s.untrusted
	s.mu.Unlock()
	if !known {
		return false
	}
	var silent C.int
	return C.nlgo_getsockopt(C.int(s.fd), unix.SOL_NETLINK, unix.NETLINK_NO_ENOBUFS, &silent) == 0 && silent == 0
}

// answered reports whether the kernel answers a request of this type whenever it fails. Of one that a signal interrupts (EINTR), which
// happens in drivers, it says nothing.
func answered(t MsgType) bool {
	switch t {
	case RTMNewAddr, RTMDelAddr, RTMNewRoute, RTMDelRoute, RTMNewNeigh, RTMDelNeigh, RTMNewRule, RTMDelRule, unix.RTM_NEWNEXTHOP, unix.RTM_DELNEXTHOP:
		return true
	}
	return false
}

// window sends as many requests as fit at once and fills in their results; it returns how many, and the buffer out. With tacit set those
// that the kernel had no reason to answer before it answered a later one went well.
func (s *Socket) window(w wait, fn string, ms []*Msg, errs []error, tacit bool, out []byte) (int, []byte, error) {
	var dst target
	n := 0
	count := min(len(ms), windowMsgs)
	s.mu.Lock()
	r := s.numbers(count)
	before := s.lost
	s.mu.Unlock()
	seq := r.seq
	waiting := 0                 // answers that have to be seen
	var unasked [windowMsgs]bool // those that need not
	last, at := 0, 0             // the request before, and where it is
	for ; n < count; n++ {
		r.seq = seq + uint32(n)
		b, to, err := s.prepare(fn, ms[n], r)
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
		if waiting > 0 && tacit && to.SockAddr == (SockAddr{}) && answered(getHeader(out[at:]).Type) {
			binary.NativeEndian.PutUint16(out[at+6:], uint16(getHeader(out[at:]).Flags&^FlagAck))
			unasked[last] = true
			waiting--
		}
		dst, last, at = to, n, len(out)
		out = append(out, b...)
		out = append(out, make([]byte, -len(b)&3)...)
		errs[n] = errPending
		waiting++
	}
	if waiting == 0 {
		return n, out, nil
	}
	reached := uint32(0)
	err := s.transact(w, fn, out, &dst, seq, n-1, func(b []byte) bool {
		for m, rest := nextMsg(b); m != nil; m, rest = nextMsg(rest) {
			i := getHeader(m).Seq - seq
			if i >= uint32(n) || errs[i] != errPending {
				continue
			}
			if a := (answer{}); !a.see(fn, m) && a.ended {
				errs[i] = a.err
				reached = max(reached, i)
				if !unasked[i] {
					waiting--
				}
			}
		}
		return waiting == 0
	})
	s.mu.Lock()
	lost := s.lost != before
	s.mu.Unlock()
	for i := range errs[:n] {
		switch {
		case errs[i] != errPending:
		case unasked[i] && uint32(i) < reached && !lost:
			errs[i] = nil
		case err != nil:
			errs[i] = named(fn, err)
		default:
			errs[i] = named(fn, ErrOverrun) // its answer may be among what was lost
		}
	}
	return n, out, err
}

// A stream is a request whose answer is awaited without the token.
type stream struct {
	s    *Socket
	seq  uint32
	more uint32 // numbers that follow seq
	lost uint64 // how often messages had been lost when it was sent
	q    queue  // what others read for it
	buf  *rbuf
	d    datagram // taken
	in   inbound
	answer
}

// register makes the answers numbered seq to seq+more a stream's.
func (s *Socket) register(seq uint32, more int) *stream {
	st := &stream{s: s, seq: seq, more: uint32(more)}
	s.mu.Lock()
	st.lost = s.lost
	s.streams = append(s.streams, st)
	s.users++
	s.mu.Unlock()
	return st
}

// reserveDump makes st the dump in progress. The kernel allows one on a socket.
func (s *Socket) reserveDump(fn string, st *stream) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dump != nil {
		return &Error{Func: fn, Code: ErrBusy, Msg: "a dump is in progress on this socket"}
	}
	s.dump = st
	return nil
}

// openStream sends a request and registers who reads its answer.
func (s *Socket) openStream(w wait, fn string, m *Msg) (*stream, error) {
	r, err := s.beginRequest(fn, w, 1)
	if err != nil {
		return nil, err
	}
	defer s.end()
	b, to, err := s.prepare(fn, m, r)
	if err != nil {
		return nil, err
	}
	// in its turn: what answers a request that libnl sent is read as a whole, and a callback must not ask
	if err := s.takeToken(w); err != nil {
		return nil, named(fn, err)
	}
	s.dropToken()
	st := s.register(r.seq, 0)
	if isDump(s.proto, b) {
		err = s.reserveDump(fn, st)
	}
	if err == nil {
		err = s.post(w, fn, b, &to)
	}
	if err != nil {
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
	if !st.ended {
		s.discardStream(st)
	}
	s.dropStream(st)
}

// discardStream drops what has come of a stream's answer. Who reads for longer than a second, in a callback or waiting for another
// program, drops the rest as stale.
func (s *Socket) discardStream(st *stream) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if s.takeToken(wait{ctx: ctx}) != nil {
		return
	}
	s.discard(func() bool {
		for !st.q.empty() && !st.ended {
			if d := st.q.take(0); ends(d.b) {
				st.ended = true
			}
		}
		return !st.ended
	})
	s.dropToken()
}

// take takes the stream's next datagram. The token is held.
func (st *stream) take(w wait) error {
	s := st.s
	s.mu.Lock()
	lost := st.lost != s.lost
	if !st.q.empty() {
		st.d = st.q.take(0)
		s.mu.Unlock()
		return st.d.err
	}
	s.mu.Unlock()
	if st.buf == nil {
		st.buf = rbufs.Get().(*rbuf)
	}
	for {
		d, err := s.recvGo(st.buf.b[:], &st.buf.d)
		switch {
		case err == ErrOverrun:
			lost = true
			s.keepOverrun()
			continue
		case err == errAgain && lost:
			return ErrOverrun // what the kernel has not queued by now was among what was lost
		case err != nil:
			return err
		}
		who, other := s.route(&d, 0, -1)
		if other == st {
			st.d = d
			return d.err
		}
		s.keep(d, who, other)
		if err := s.goOn(w); err != nil {
			return err
		}
	}
}

func (st *stream) ready() bool { return !st.q.empty() || st.lost != st.s.lost }

// Request sends a request when the loop starts and yields the replies; each is lent for the loop step. An error is yielded once and
// ends the loop: the kernel's refusal, also at the end of a dump; [ErrDumpIntr], after all data, when a dump was interrupted by a change and is
// not consistent; [ErrBusy] when another dump is in progress on the socket. A loop left early discards the rest of the answer;
// notifications among it stay for the receiver.
func (s *Socket) Request(ctx context.Context, m *Msg) iter.Seq2[*Msg, error] {
	return s.request(ctx, "request", m)
}

// request is Request on behalf of fn.
func (s *Socket) request(ctx context.Context, fn string, m *Msg) iter.Seq2[*Msg, error] {
	return func(yield func(*Msg, error) bool) {
		var slab msgSlab
		defer slab.revoke()
		for st, err := range s.answers(ctx, fn, m) {
			if err != nil {
				yield(nil, err)
				return
			}
			for b, rest := nextMsg(st.d.b); b != nil && !st.ended; b, rest = nextMsg(rest) {
				if !st.see(fn, b) {
					continue
				}
				more := yield(slab.lend(b, &st.in), nil)
				slab.revoke()
				if !more {
					return
				}
			}
		}
	}
}

// answers sends a request and yields its stream whenever there is a datagram in it, whose messages the loop body has to see.
func (s *Socket) answers(ctx context.Context, fn string, m *Msg) iter.Seq2[*stream, error] {
	return func(yield func(*stream, error) bool) {
		w := wait{ctx: ctx}
		st, err := s.openStream(w, fn, m)
		if err != nil {
			yield(nil, err)
			return
		}
		defer s.closeStream(st)
		for !st.ended {
			if err := s.fetch(w, st); err != nil {
				yield(nil, named(fn, err))
				return
			}
			s.dropToken()
			st.in = st.d.meta
			if !yield(st, nil) {
				return
			}
		}
		if st.err != nil {
			yield(nil, st.err)
		}
	}
}

// run returns the next messages in a row that belong to the answer, at most limit, and what stands behind them.
func (st *stream) run(fn string, b []byte, limit int) (msgs []byte, n int, rest []byte) {
	for n < limit && !st.ended {
		m, rest := nextMsg(b)
		if m == nil {
			return msgs, n, nil
		}
		if st.see(fn, m) {
			if n == 0 {
				msgs = b
			}
			n++
		} else if n > 0 {
			return msgs, n, rest
		}
		b = rest
	}
	if st.ended {
		b = nil
	}
	return msgs, n, b
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
