//go:build linux

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"context"
	"iter"
	"slices"
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

// inbox reads the receiver's datagrams.
type inbox struct {
	s   *Socket
	buf *rbuf
	d   datagram
}

// take is for fetch.
func (r *inbox) take() error {
	s := r.s
	if d, ok := s.popPending(nil); ok {
		r.d = d
		return d.err
	}
	buf := rbufs.Get().(*rbuf)
	for {
		d, err := s.recvGo(buf)
		if err != nil {
			rbufs.Put(buf) // idle sockets hold no buffer
			return err
		}
		who, st := s.route(d.b, &d.meta, 0, -1)
		if who == forReceiver {
			r.release()
			r.buf, r.d = buf, d
			return nil
		}
		s.keep(d, who, st)
	}
}

func (r *inbox) release() {
	if r.buf != nil {
		rbufs.Put(r.buf)
		r.buf = nil
	}
}

// next waits for the next datagram; it is good until the next call.
func (r *inbox) next(w *wait) error {
	r.release()
	if err := r.s.fetch(w, r.take); err != nil {
		return err
	}
	r.s.dropToken()
	return nil
}

// Messages yields what arrives, message by message, each lent for the loop step; the body may make requests on the same socket. An error
// message comes with its error, and so does the DONE of a dump that failed or was interrupted ([ErrDumpIntr]). [ErrOverrun] tells that messages were lost at this
// point, [ErrMsgTrunc] that one was too large; the loop goes on. It ends, with the error, when the context is done or the socket is
// closed. No-op messages are passed over, sequence numbers are not checked, callbacks are not called.
func (s *Socket) Messages(ctx context.Context) iter.Seq2[*Msg, error] {
	const fn = "receive"
	return func(yield func(*Msg, error) bool) {
		if err := s.receiverRole(fn, ctx); err != nil {
			yield(nil, err)
			return
		}
		defer s.dropRole()
		w := wait{ctx: ctx}
		r := inbox{s: s}
		defer r.release()
		var slab msgSlab
		var in inbound
		var a answer
		for {
			if err := r.next(&w); err != nil {
				if !yield(nil, named(fn, err)) || !passing(err) {
					return
				}
				continue
			}
			in = r.d.meta
			for b, rest := nextMsg(r.d.b); b != nil; b, rest = nextMsg(rest) {
				a.see(fn, b)
				err := a.err
				if a.ended {
					s.endedFor(b, &in)
					a = answer{}
				}
				if getHeader(b).Type == MsgNoop {
					continue
				}
				m := slab.lend(b, &in)
				ok := yield(m, err)
				m.revoke()
				if !ok {
					s.keepRest(datagram{b: rest, meta: in})
					return
				}
			}
		}
	}
}

// passing reports whether a receive can go on after an error.
func passing(err error) bool { return err == ErrOverrun || isCode(err, ErrMsgTrunc) }

// keepRest puts what a loop left early has not seen of a datagram back, in front.
func (s *Socket) keepRest(d datagram) {
	if len(d.b) == 0 {
		return
	}
	d.b = slices.Clone(d.b)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pending.d = slices.Insert(s.pending.d, 0, d)
	s.pending.bytes += len(d.b)
}

// endedFor notes the end of an answer that libnl's loop did not see: it has to expect the next.
func (s *Socket) endedFor(m []byte, in *inbound) {
	if !in.trusted || in.group != 0 || in.src.Groups != 0 {
		return
	}
	s.mu.Lock()
	s.misaligned, s.alignTo = true, getHeader(m).Seq+1
	s.mu.Unlock()
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
	r := inbox{s: s}
	defer r.release()
	if err := r.next(&wait{ctx: ctx}); err != nil {
		return nil, SockAddr{}, named(fn, err)
	}
	return slices.Clone(r.d.b), r.d.meta.src, nil
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
	r := inbox{s: s}
	defer r.release()
	w := wait{ctx: ctx}
	for {
		err := r.take()
		if err == errAgain {
			failed := errAgain
			if err = s.waitReadable(&w, func() bool { failed = r.take(); return failed != errAgain }); err == nil {
				err = failed
			}
			if err == errAgain {
				continue
			}
		}
		if err != nil {
			return nil, SockAddr{}, named(fn, err)
		}
		return slices.Clone(r.d.b), r.d.meta.src, nil
	}
}
