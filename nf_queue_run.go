//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

import (
	"context"
	"errors"
	"runtime/debug"
	"sync"
)

// run is a Run under way: what its workers share.
type run struct {
	r  *NFQueueReader
	fn func(*NFPacket, error) error

	mu       sync.Mutex
	over     chan struct{} // closed when a worker has ended it
	err      error
	panicked bool
	value    any
}

// job is what a worker is given: a packet, or an error that the reader goes on after.
type job struct {
	p   *NFPacket
	err error
}

// Run receives packets and has that many workers call fn with them, each lent for the call; so the order in which packets are decided is not that of the
// queue. Errors that [NFQueueReader.Packets] goes on after come to fn, too, with a nil packet.
//
// An error that fn returns ends Run, which returns it as it is; so do a context that is done, or Close, with their errors. A panic in fn is raised again where Run
// was called, when the other workers have come back ([Socket.PanicStack] of the reader's socket tells where it began). Packets that were received
// and not given to fn get the fallback verdict then; after the end of the context fn gets them still.
func (r *NFQueueReader) Run(ctx context.Context, workers int, fn func(p *NFPacket, err error) error) error {
	switch {
	case r == nil:
		return argErr("Run", "nil NFQueueReader")
	case workers < 1:
		return argErr("Run", "no workers")
	case fn == nil:
		return argErr("Run", "nil handler")
	case ctx == nil:
		return argErr("Run", "nil context")
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	u := &run{r: r, fn: fn, over: make(chan struct{})}
	jobs := make(chan job, workers)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for j := range jobs {
				u.serve(j)
			}
		})
	}
	go func() { // the receiver may be waiting
		select {
		case <-u.over:
			cancel()
		case <-ctx.Done():
		}
	}()
	err := r.receive(ctx, func(p *NFPacket, err error) bool {
		j := job{err: err}
		if p != nil {
			j.p = &NFPacket{r: r, m: p.m.Retain(), n: p.n}
			p.kept = true
		}
		select {
		case jobs <- j:
			return !u.ended()
		case <-u.over:
			j.release()
			return false
		}
	})
	close(jobs)
	wg.Wait()
	for j := range jobs { // of workers that are gone
		j.release()
	}
	if failed := r.Flush(); err == nil {
		err = failed
	}
	switch {
	case u.panicked:
		panic(u.value)
	case u.err != nil:
		return u.err
	}
	return err
}

func (j job) release() {
	if j.p != nil {
		j.p.release()
	}
}

// ended reports whether a worker has ended the run.
func (u *run) ended() bool {
	select {
	case <-u.over:
		return true
	default:
		return false
	}
}

// end ends the run; only the first reason counts.
func (u *run) end(err error, panicked bool, value any) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.ended() {
		return
	}
	u.err, u.panicked, u.value = err, panicked, value
	close(u.over)
}

var errGoexit = errors.New("libnl: the handler was left by runtime.Goexit")

// serve calls the handler.
func (u *run) serve(j job) {
	defer j.release()
	if u.ended() {
		return
	}
	returned := false
	defer func() {
		if returned {
			return
		}
		if v := recover(); v != nil {
			u.r.s.mu.Lock()
			u.r.s.panicStack = debug.Stack()
			u.r.s.mu.Unlock()
			u.end(nil, true, v)
			return
		}
		u.end(errGoexit, false, nil)
	}()
	err := u.fn(j.p, j.err)
	returned = true
	if err != nil {
		u.end(err, false, nil)
	}
}
