//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"bytes"
	"context"
	"iter"
	"sync"
)

// receiverRole takes the role of the socket's receiver, of which there is one at a time.
func (s *Socket) receiverRole(fn string, ctx context.Context) error {
	if err := s.lockConnected(fn); err != nil {
		return err
	}
	defer s.mu.Unlock()
	if ctx == nil {
		return argErr(fn, "nil context")
	}
	if s.receiving || s.nested() {
		return &Error{Func: fn, cause: ErrNested}
	}
	s.receiving = true
	s.users++
	return nil
}

func (s *Socket) dropRole() {
	s.mu.Lock()
	s.receiving = false
	s.endLocked()
	s.mu.Unlock()
}

// batch is what is read at a time.
type batch struct {
	read [batchSize]datagram // what of it is for the receiver; the last may be an error instead
	n    int
	next int
	d    [batchSize]C.struct_nlgo_dgram
	b    [2 * hotSize]byte // for many small ones, or a large one
}

var batches = sync.Pool{New: func() any { return new(batch) }}

// inbox reads the receiver's datagrams, several at a time.
type inbox struct {
	s     *Socket
	max   int      // so many at a time
	large bool     // but one
	buf   *batch   // nil while nothing is there
	d     datagram // taken
	rest  []byte   // of it, not yet seen

	slab msgSlab
	in   inbound
}

// ready is for fetch.
func (r *inbox) ready() bool { return !r.s.pending.empty() }

// take takes the next datagram, good until the next call. The token is held.
func (r *inbox) take(w wait) error {
	if err := r.takePending(); err != errAgain {
		return err
	}
	for {
		r.read()
		if r.buf.n == 0 {
			if err := r.s.goOn(w); err != nil {
				return err
			}
			continue
		}
		err := r.pop()
		if err == errAgain {
			r.release() // idle sockets hold no buffer
		}
		return err
	}
}

// takePending takes the next of those that were read already.
func (r *inbox) takePending() error {
	d, ok := r.s.popPending(nil, false)
	if !ok {
		return errAgain
	}
	r.d = d
	return d.err
}

// largeDatagram is the size from which datagrams are read one at a time: a dump's, which would only be copied.
const largeDatagram = 8 << 10

// read reads what has arrived. What is for others goes there.
func (r *inbox) read() {
	if r.buf == nil {
		r.buf = batches.Get().(*batch)
	}
	r.buf.n, r.buf.next = 0, 0
	if r.max > 1 && !r.large {
		if s := takePlaces(); s != nil {
			r.readMany(s)
			givePlaces(s)
			return
		}
	}
	d, err := r.s.recvGo(r.buf.b[:], &r.buf.d[0])
	r.large = len(d.b) >= largeDatagram
	r.sort(d, err)
}

// readMany reads several datagrams at once, and puts them one behind the other.
func (r *inbox) readMany(from *places) {
	b := r.buf
	n := int(C.nlgo_recv_many(C.int(r.s.fd), bytesPtr(from.b), placeSize, placeStride, &b.d[0], C.int(r.max)))
	room := b.b[:]
	for i := range b.d[:n] {
		d, err := r.s.received(&b.d[i], from.at(i), nil)
		size := len(d.b)
		r.large = r.large || size >= largeDatagram
		from.large = from.large || size >= placeLarge
		if size <= len(room) {
			copy(room, d.b)
			d.b, room = room[:size:size], room[size:]
			room = room[min(-size&3, len(room)):]
		} else {
			d.b = bytes.Clone(d.b)
		}
		r.sort(d, err)
	}
}

// sort keeps a datagram for the receiver, or gives it to whom it is for.
func (r *inbox) sort(d datagram, err error) {
	who, st := forReceiver, (*stream)(nil)
	if err != nil {
		d.err = err
	} else {
		who, st = r.s.route(&d, 0, -1)
	}
	if who != forReceiver {
		r.s.keep(d, who, st)
		return
	}
	r.buf.read[r.buf.n] = d
	r.buf.n++
}

func (r *inbox) pop() error {
	r.d = r.buf.read[r.buf.next]
	r.buf.next++
	return r.d.err
}

// holds reports whether something of what was read together is left.
func (r *inbox) holds() bool { return r.buf != nil && r.buf.next < r.buf.n }

// fetch waits for the next datagram.
func (r *inbox) fetch(w wait) error {
	if r.holds() && !r.s.over(w) {
		return r.pop()
	}
	r.release()
	if err := r.s.fetch(w, r); err != nil {
		return err
	}
	r.s.dropToken()
	return nil
}

// release gives the buffer back, and what was not taken of it to the queue, in front.
func (r *inbox) release() {
	b := r.buf
	if b == nil {
		return
	}
	if left := b.read[b.next:b.n]; len(left) > 0 {
		for i := range left {
			left[i].b = bytes.Clone(left[i].b)
		}
		r.s.unread(left...)
	}
	clear(b.read[:b.n])
	b.n, b.next = 0, 0
	batches.Put(b)
	r.buf = nil
}

// leave ends a loop over messages, wherever it is.
func (r *inbox) leave() {
	r.slab.revoke()
	rest := bytes.Clone(r.rest)
	r.release()
	if len(rest) > 0 {
		r.s.unread(datagram{b: rest, meta: r.in})
	}
	r.s.dropRole()
}

// Messages yields what arrives, message by message, each lent for the loop step; the body may make requests on the same socket. An error
// message comes with its error, and so does the DONE of a dump that failed or was interrupted ([ErrDumpIntr]). [ErrOverrun] tells that messages were lost at this
// point, [ErrMsgTrunc] that one was too large; the loop goes on. It ends, with the error, when the context is done or the socket is
// closed. No-op messages, and what ends a batch of logged packets, are passed over, sequence numbers are not checked, callbacks are not called.
func (s *Socket) Messages(ctx context.Context) iter.Seq2[*Msg, error] {
	const fn = "receive"
	return func(yield func(*Msg, error) bool) {
		if err := s.receiverRole(fn, ctx); err != nil {
			yield(nil, err)
			return
		}
		r := inbox{s: s, max: batchSize}
		defer r.leave()
		w := wait{ctx: ctx}
		a := &s.answer // goes on where the last loop was left
		for {
			if err := r.fetch(w); err != nil {
				if !yield(nil, named(fn, err)) || !passing(err) {
					return
				}
				continue
			}
			r.in = r.d.meta
			var b []byte
			for b, r.rest = nextMsg(r.d.b); b != nil; b, r.rest = nextMsg(r.rest) {
				if r.in.unasked && getHeader(b).Type == MsgDone {
					continue
				}
				a.see(fn, b)
				err := a.err
				if a.ended {
					s.endedFor(b, &r.in)
					*a = answer{intr: a.intr && a.seq != getHeader(b).Seq, seq: a.seq}
				}
				if getHeader(b).Type == MsgNoop {
					continue
				}
				if !yield(r.slab.lend(b, &r.in), err) {
					return
				}
				r.slab.revoke()
			}
		}
	}
}

// passing reports whether a receive can go on after an error.
func passing(err error) bool { return err == ErrOverrun || isCode(err, ErrMsgTrunc) }

// unread puts datagrams back, in front of all that the receiver has not seen.
func (s *Socket) unread(ds ...datagram) {
	s.mu.Lock()
	s.pending.unread(ds)
	s.notify()
	s.mu.Unlock()
}

// endedFor notes the end of an answer that libnl's loop did not see: it has to expect the next.
func (s *Socket) endedFor(m []byte, in *inbound) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if in.src.Port == s.peer.Port && !in.notice() {
		s.align(getHeader(m).Seq)
		s.unseen++
	}
}

// RecvRaw takes one datagram as it is, waiting if there is none, and returns its bytes and its sender. It is for protocols without
// netlink headers, and, inside the overrides of a callback set, for doing what they replace.
//
// Implements: nl_recv
func (s *Socket) RecvRaw(ctx context.Context) ([]byte, SockAddr, error) {
	const fn = "nl_recv"
	if s.inOverride() {
		return s.rawInside(fn, ctx)
	}
	if err := s.receiverRole(fn, ctx); err != nil {
		return nil, SockAddr{}, err
	}
	defer s.dropRole()
	r := inbox{s: s, max: 1}
	defer r.release()
	if err := r.fetch(wait{ctx: ctx}); err != nil {
		return nil, SockAddr{}, named(fn, err)
	}
	if s.proto != ProtoUEvent { // which has no headers
		for m, rest := nextMsg(r.d.b); m != nil; m, rest = nextMsg(rest) {
			if t := getHeader(m).Type; t == MsgDone || t == MsgError {
				s.endedFor(m, &r.d.meta)
			}
		}
	}
	return bytes.Clone(r.d.b), r.d.meta.src, nil
}

// inOverride reports whether the caller stands in an override of this socket's receive, which has the token.
func (s *Socket) inOverride() bool {
	if s == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.loop != nil && C.nlgo_inside(s.res.sk) == C.NLGO_IN_LOOP && s.loop.rawOK
}

func (s *Socket) rawInside(fn string, ctx context.Context) ([]byte, SockAddr, error) {
	if ctx == nil {
		return nil, SockAddr{}, argErr(fn, "nil context")
	}
	r := inbox{s: s, max: 1}
	defer r.release()
	w := wait{ctx: ctx}
	for {
		err := r.take(w)
		if err == errAgain {
			failed := errAgain
			if err = s.waitReadable(w, &r, func() bool { failed = r.take(w); return failed != errAgain }); err == nil {
				err = failed
			}
			if err == errAgain {
				continue
			}
		}
		if err != nil {
			return nil, SockAddr{}, named(fn, err)
		}
		return bytes.Clone(r.d.b), r.d.meta.src, nil
	}
}
