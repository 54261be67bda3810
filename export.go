//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"math"
	"runtime/cgo"
	"runtime/debug"
	"sync"
	"syscall"
	"unsafe"
)

// activation is the Go half of a call into C that can reach a callback; cgo_helpers.h tells of the other half. While C runs, its
// goroutine holds the mutexes of the socket's state and of the callback set; an exported function lets go of both.
type activation struct {
	s   *Socket
	fn  string // the C function that was called
	set *cbSet
	res C.struct_nlgo_res

	// What ended it early. The error goes to the caller as it is; C's return code cannot carry it.
	err      error
	verbatim bool // err is the user's own
	panicked bool
	value    any
	exited   bool  // by runtime.Goexit: nothing comes back, and the mutexes are not held
	held     error // Skip or Stop from a callback for an outgoing message

	// of a receive
	w        wait
	mode     loopMode
	receiver bool                // has the receiver's role
	token    bool                // holds the reader token
	replaced bool                // the set has overrides that read,
	looped   bool                // and one of the loop itself
	st       *stream             // of the one request that is waited for
	lost     uint64              // how often messages had been lost when it began
	first    datagram            // taken last
	full     bool                // libnl has not had it yet
	buf      *rbuf               // where it may be
	d        C.struct_nlgo_dgram // of it, while C runs
	rawOK    bool                // an override is running that may read for itself
	got      int                 // datagrams given to libnl
	again    bool                // nothing to read and not to wait
	eof      bool                // the override's data ended
	trace    trace               // what passed
	scratch  []byte
	in       inbound
	msgs     msgSlab
}

// slot is a handle for C that is kept: what C is given leads to the activation that uses it just now.
type slot struct {
	h C.uintptr_t
	a *activation
}

// slots that nobody uses: as many as calls were in C at a time.
var slots struct {
	mu   sync.Mutex
	free []*slot
}

func takeSlot(a *activation) *slot {
	slots.mu.Lock()
	defer slots.mu.Unlock()
	n := len(slots.free)
	if n == 0 {
		sl := &slot{a: a}
		sl.h = C.uintptr_t(cgo.NewHandle(sl))
		return sl
	}
	sl := slots.free[n-1]
	slots.free = slots.free[:n-1]
	sl.a = a
	return sl
}

func (sl *slot) give() {
	sl.a = nil
	slots.mu.Lock()
	slots.free = append(slots.free, sl)
	slots.mu.Unlock()
}

func activationOf(h C.uintptr_t) *activation { return cgo.Handle(h).Value().(*slot).a }

// lock takes the mutexes as an activation holds them while C runs.
func (a *activation) lock() {
	a.s.mu.Lock()
	a.set.mu.Lock()
}

func (a *activation) unlock() {
	a.set.mu.Unlock()
	a.s.mu.Unlock()
}

// leaving is what an exported function returns until the user's has returned.
const leaving = C.int(math.MinInt32)

// fence is deferred by every exported function: no panic reaches C.
func (a *activation) fence(rc *C.int) {
	v := recover()
	if v == nil && *rc == leaving { // runtime.Goexit, which cannot be held up: C's frames are left behind
		C.nlgo_abandon()
		a.exited = true
		return
	}
	a.lock()
	if v == nil {
		if a.s.closed && *rc >= 0 {
			*rc = a.fail(ErrClosed)
		}
		return
	}
	if !a.panicked {
		a.panicked, a.value = true, v
		a.s.panicStack = debug.Stack()
	}
	*rc = -C.NLE_INTR
}

// fail notes the first error and returns what ends libnl's loop.
func (a *activation) fail(err error) C.int {
	if a.err == nil {
		a.err = err
	}
	return -C.NLE_INTR
}

// refuse is fail with an error of the user's, which goes back as it is.
func (a *activation) refuse(err error) C.int {
	if a.err == nil {
		a.verbatim = true
	}
	return a.fail(err)
}

// failure returns the error that ended the activation.
func (a *activation) failure() error {
	if a.verbatim {
		return a.err
	}
	return named(a.fn, a.err)
}

// verdict turns the result of a user's function into libnl's word for it.
func (a *activation) verdict(err error) C.int {
	switch err {
	case nil:
		return C.NL_OK
	case Skip:
		return C.NL_SKIP
	case Stop:
		return C.NL_STOP
	}
	return a.refuse(err)
}

// finish raises what a callback panicked with, after C has unwound.
func (a *activation) finish() {
	if a.panicked {
		panic(a.value)
	}
}

// lend wraps libnl's message for a callback. Its bytes are copied, so that a view kept too long never shows freed memory.
func (a *activation) lend(m *C.struct_nlgo_msg) *Msg {
	a.scratch = append(a.scratch[:0], unsafe.Slice((*byte)(m.data), int(m.len))...)
	a.in = inbound{
		proto: int(m.proto),
		src:   SockAddr{uint32(m.src_port), uint32(m.src_groups)},
		dst:   SockAddr{uint32(m.dst_port), uint32(m.dst_groups)},
		hasCr: m.has_creds != 0,
		nsid:  -1,
	}
	if a.in.hasCr {
		a.in.creds = credsFromC(m.creds)
	}
	a.in.trusted = a.trace.trusted
	a.in.group = a.trace.group
	a.in.nsid = a.trace.nsid
	return a.msgs.lend(a.scratch, &a.in)
}

//export nlgoMsg
func nlgoMsg(h C.uintptr_t, slot C.int, m *C.struct_nlgo_msg) (rc C.int) {
	a := activationOf(h)
	fn := a.set.msg[slot]
	if fn == nil { // emptied since C read the slot
		return C.NL_OK
	}
	msg := a.lend(m)
	rc = leaving
	a.unlock()
	defer a.fence(&rc)
	defer msg.revoke()
	err := fn(msg)
	if CallbackType(slot) == CbMsgOut && (err == Skip || err == Stop) {
		a.held = err
	}
	return a.verdict(err)
}

//export nlgoErr
func nlgoErr(h C.uintptr_t, header unsafe.Pointer) (rc C.int) {
	a := activationOf(h)
	b := unsafe.Slice((*byte)(header), int(*(*uint32)(header)))
	e := kernelError(a.fn, b)
	fn := a.set.err
	if fn == nil {
		a.trace.refused = e
		return -C.int(e.Code)
	}
	rc = leaving
	a.unlock()
	defer a.fence(&rc)
	err := fn(e)
	switch err {
	case nil:
		return a.fail(e)
	case Ignore:
		return C.NL_OK
	case Skip:
		return C.NL_SKIP
	case Stop:
		a.trace.refused = e
		return C.NL_STOP
	}
	return a.refuse(err)
}

//export nlgoRecv
func nlgoRecv(h C.uintptr_t, rx *C.struct_nlgo_rx) (rc C.int) {
	a := activationOf(h)
	user := a.set.recv
	rc = leaving
	a.unlock()
	defer a.fence(&rc)
	var d *datagram
	var err error
	if user != nil {
		d, err = a.recvUser(user)
	} else {
		d, err = a.recv()
	}
	if err != nil {
		if a.again {
			return -C.NLE_AGAIN
		}
		return a.fail(err)
	}
	if len(d.b) == 0 {
		a.eof = true
		return 0
	}
	rx.buf = C.malloc(C.size_t(len(d.b))) // never nil: cgo sees to that
	b := unsafe.Slice((*byte)(rx.buf), len(d.b))
	copy(b, d.b)
	a.set.mu.Lock()
	err = a.set.checkPrint("", b)
	a.set.mu.Unlock()
	if err != nil {
		return a.fail(err)
	}
	a.got++
	a.trace.scan(a.fn, b, &d.meta)
	d.toC(&rx.d)
	return C.int(len(b))
}

// recvUser takes a datagram from the user's override.
func (a *activation) recvUser(fn func(*Socket) ([]byte, SockAddr, *syscall.Ucred, error)) (*datagram, error) {
	a.rawOK = true
	b, from, creds, err := fn(a.s)
	a.rawOK = false
	if err != nil {
		a.refuse(err)
		return nil, err
	}
	if len(b) > math.MaxInt32 {
		return nil, argErr("", "a datagram too large")
	}
	meta := inbound{proto: int(a.s.proto), src: from, nsid: -1}
	if creds != nil {
		meta.creds, meta.hasCr = *creds, true
	}
	return &datagram{b: b, meta: meta}, nil
}

//export nlgoSend
func nlgoSend(h C.uintptr_t, m *C.struct_nlgo_msg) (rc C.int) {
	a := activationOf(h)
	fn := a.set.send
	msg := a.lend(m)
	rc = leaving
	a.unlock()
	defer a.fence(&rc)
	defer msg.revoke()
	n, err := fn(a.s, msg)
	if err != nil {
		return a.refuse(err)
	}
	return C.int(min(max(n, 0), math.MaxInt32))
}

//export nlgoRecvMsgs
func nlgoRecvMsgs(h C.uintptr_t) (rc C.int) {
	a := activationOf(h)
	fn := a.set.loop
	rc = leaving
	a.unlock()
	defer a.fence(&rc)
	lent := &Callbacks{c: a.set.retain()}
	defer lent.Close()
	a.rawOK = true
	defer func() { a.rawOK = false }()
	n, err := fn(a.s, lent)
	if err != nil {
		return a.refuse(err)
	}
	return C.int(min(max(n, 0), math.MaxInt32))
}
