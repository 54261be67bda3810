//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

import (
	"context"
	"errors"
	"os"
	"time"
)

// wait says how long a call may wait for the descriptor or for its turn.
type wait struct {
	ctx      context.Context
	deadline bool // obeys SetDeadline: the calls that libnl has too
	never    bool // SetNonblocking
}

// stopped returns why a wait has to end, nil while it may go on. The state mutex is held.
func (s *Socket) stopped(w wait) error {
	if s.closed {
		return ErrClosed
	}
	if err := w.ctx.Err(); err != nil {
		if cause := context.Cause(w.ctx); cause != err {
			err = errors.Join(err, cause)
		}
		return &Error{Code: ErrIntr, cause: err}
	}
	if w.deadline && s.expired {
		return &Error{Code: ErrAgain, cause: os.ErrDeadlineExceeded}
	}
	return nil
}

// goOn is stopped for those who do not hold the state mutex.
func (s *Socket) goOn(w wait) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stopped(w)
}

// takeToken makes the caller the reader, in its turn. Inside a callback of the same socket it is ErrNested.
func (s *Socket) takeToken(w wait) error {
	select {
	case s.token <- struct{}{}:
		return s.checkToken(w)
	default:
	}
	if s.inside() {
		return ErrNested
	}
	for {
		s.mu.Lock()
		if err := s.stopped(w); err != nil {
			s.mu.Unlock()
			return err
		}
		var expiry <-chan struct{}
		if w.deadline {
			expiry = s.changed()
		}
		s.mu.Unlock()
		select {
		case s.token <- struct{}{}:
			return s.checkToken(w)
		case <-w.ctx.Done():
		case <-s.done:
		case <-expiry:
		}
	}
}

// checkToken gives the token just taken back if the wait is over.
func (s *Socket) checkToken(w wait) error {
	if !w.deadline && !s.over(w) {
		return nil
	}
	err := s.goOn(w)
	if err != nil {
		s.dropToken()
	}
	return err
}

func (s *Socket) dropToken() { <-s.token }

// over tells without the mutex whether stopped has an error, but for a deadline.
func (s *Socket) over(w wait) bool {
	select {
	case <-s.done:
		return true
	default:
		return w.ctx.Err() != nil
	}
}

// changed returns a channel that is closed at the next change of anything that somebody may wait for. The state mutex is held.
func (s *Socket) changed() <-chan struct{} {
	if s.change == nil {
		s.change = make(chan struct{})
	}
	return s.change
}

// notify wakes all that wait, in the poller too. The state mutex is held.
func (s *Socket) notify() {
	if s.change != nil {
		close(s.change)
		s.change = nil
	}
	if s.polling && !s.kicked {
		s.kicked = true
		_ = s.file.SetReadDeadline(time.Unix(1, 0))
	}
}

// kick is notify for those who do not hold the state mutex.
func (s *Socket) kick() {
	s.mu.Lock()
	s.notify()
	s.mu.Unlock()
}

// waitReadable waits until try succeeds or anything changed, or others have read something for t. Only one goroutine at a time can
// stand in Go's poller, which calls try whenever the descriptor may be readable; the others wait for it to come out.
// No user code runs inside try: it holds the os.File, and closing that would wait for itself.
func (s *Socket) waitReadable(w wait, t taker, try func() bool) error {
	s.mu.Lock()
	if err := s.stopped(w); err != nil {
		s.mu.Unlock()
		return err
	}
	if t.ready() {
		s.mu.Unlock()
		return nil
	}
	if s.polling {
		ch := s.changed()
		s.mu.Unlock()
		select {
		case <-ch:
		case <-w.ctx.Done():
		}
		return nil
	}
	if err := s.usePoller(); err != nil {
		s.mu.Unlock()
		return err
	}
	s.polling = true
	s.mu.Unlock()

	var unwatch func() bool
	if w.ctx.Done() != nil {
		unwatch = context.AfterFunc(w.ctx, s.kick)
	}
	err := s.conn.Read(func(uintptr) bool { return try() })
	if unwatch != nil {
		unwatch()
	}

	s.mu.Lock()
	defer s.mu.Unlock()
	s.polling = false
	if s.kicked {
		s.kicked = false
		if !s.closed {
			_ = s.file.SetReadDeadline(time.Time{})
		}
	}
	s.notify()
	if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) && !s.closed {
		return &Error{Func: "poll", Code: ErrFailure, cause: err}
	}
	return nil
}

// taker is somebody that datagrams are for.
type taker interface {
	take(w wait) error // the next, without waiting: errAgain if there is none. The token is held
	ready() bool       // others have read something for it. The state mutex is held
}

// fetch waits for the next datagram for t, becomes the reader and takes it; it ends with the token held, unless there is an error.
func (s *Socket) fetch(w wait, t taker) error {
	for {
		if err := s.takeToken(w); err != nil {
			return err
		}
		err := t.take(w)
		if err == nil {
			return nil
		}
		s.dropToken()
		if err != errAgain || w.never {
			return err
		}
		if got, err := s.park(w, t); got || err != nil {
			return err
		}
	}
}

// park is fetch with nothing there. If it did not get the datagram itself, the one who did may have something.
func (s *Socket) park(w wait, t taker) (got bool, err error) {
	failed := errAgain
	err = s.waitReadable(w, t, func() bool {
		select {
		case s.token <- struct{}{}:
		default:
			return true // somebody reads: wait for one's turn outside of the poller
		}
		if failed = t.take(w); failed == nil {
			return true
		}
		s.dropToken()
		return failed != errAgain || s.isClosed()
	})
	switch {
	case failed == nil:
		return true, nil
	case failed != errAgain:
		return false, failed
	}
	return false, err
}

// SetDeadline sets the time at which the calls that wait as libnl's do (RecvMsgsDefault, RecvMsgs, RecvMsgsReport, WaitForAck,
// SendSync, Pickup) give up with an error that matches [os.ErrDeadlineExceeded]; those that wait now, too. The zero time is no
// deadline. Calls with a context do not look at it.
func (s *Socket) SetDeadline(t time.Time) error {
	if err := s.lock("SetDeadline"); err != nil {
		return err
	}
	defer s.mu.Unlock()
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
	s.expired = false
	if !t.IsZero() {
		left := time.Until(t)
		s.expired = left <= 0
		if left > 0 {
			var timer *time.Timer
			timer = time.AfterFunc(left, func() {
				s.mu.Lock()
				defer s.mu.Unlock()
				if s.timer == timer {
					s.expired = true
					s.notify()
				}
			})
			s.timer = timer
		}
	}
	s.notify()
	return nil
}
