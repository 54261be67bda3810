//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"runtime"
	"sync"
	"syscall"
)

// CallbackType is the event in libnl's receive loop that a callback is for (NL_CB_*).
type CallbackType int

// CallbackKind is the sort of callback: one of libnl's own, or yours (NL_CB_DEFAULT ... NL_CB_CUSTOM).
type CallbackKind int

// The callback types, in libnl's order.
const (
	CbValid    CallbackType = iota // NL_CB_VALID: a message with data
	CbFinish                       // NL_CB_FINISH: the end of a dump
	CbOverrun                      // NL_CB_OVERRUN: the kernel says that data was lost
	CbSkipped                      // NL_CB_SKIPPED: a no-op message
	CbAck                          // NL_CB_ACK: an acknowledgement
	CbMsgIn                        // NL_CB_MSG_IN: every message received, before anything else
	CbMsgOut                       // NL_CB_MSG_OUT: every message sent
	CbInvalid                      // NL_CB_INVALID: a malformed message, or one out of sequence
	CbSeqCheck                     // NL_CB_SEQ_CHECK: instead of libnl's check of the sequence number
	CbSendAck                      // NL_CB_SEND_ACK: the sender wants an acknowledgement
	CbDumpIntr                     // NL_CB_DUMP_INTR: a dump was interrupted by a change

	cbTypes = iota
)

// The callback kinds.
const (
	KindDefault CallbackKind = iota // NL_CB_DEFAULT: libnl's, silent
	KindVerbose                     // NL_CB_VERBOSE: libnl's, printing errors and odd messages to standard error
	KindDebug                       // NL_CB_DEBUG: libnl's, printing everything to standard error
	KindCustom                      // NL_CB_CUSTOM: a function of yours
)

// MsgFunc is a callback. It runs inside a C call; m is lent: Retain it to keep it.
//
// nil is NL_OK, [Skip] is NL_SKIP and [Stop] is NL_STOP. Another error ends the receive, the rest of the answer is discarded, and
// that very error is what the receive returns. A panic is carried over the C frames and raised again with its value where the
// receive was called. runtime.Goexit, and so t.FailNow, leaves the C frames behind, with what memory they held: avoid it.
//
// Inside, the socket may send, change callbacks and close; a receive or a request on it returns [ErrNested].
type MsgFunc func(m *Msg) error

// ErrFunc is the callback for error messages of the kernel. nil reports the error, as libnl does without a callback; [Ignore] is
// NL_OK (the error is swallowed and reading goes on), [Skip] is NL_SKIP, [Stop] is NL_STOP, which reports the error as well;
// another error is reported instead.
type ErrFunc func(e *Error) error

// cbSet is one nl_cb with the Go functions behind it. Its mutex is held while C reads or writes the nl_cb, and let go of around user
// code; sockets that share the set take it after their own.
type cbSet struct {
	mu   sync.Mutex
	cb   *C.struct_nl_cb
	msg  [cbTypes]MsgFunc
	err  ErrFunc
	send func(*Socket, *Msg) (int, error)
	recv func(*Socket) ([]byte, SockAddr, *syscall.Ucred, error)
	loop func(*Socket, *Callbacks) (int, error)

	anySeq bool // libnl does not check sequence numbers
	debug  bool // some slot is or was libnl's that prints whole messages

	users int // handles, sockets and receives that hold the set; under refs
	net   runtime.Cleanup
}

// newSet makes a set of an nl_cb, whose reference is the set's from now on. Should all that use it be forgotten unclosed, its cleanup
// gives that back; nothing in C leads to a set.
func newSet(set *cbSet) *cbSet {
	set.net = runtime.AddCleanup(set, putCB, set.cb)
	return set
}

func putCB(cb *C.struct_nl_cb) {
	refs.Lock()
	C.nl_cb_put(cb)
	refs.Unlock()
}

func (c *cbSet) retain() *cbSet {
	refs.Lock()
	c.users++
	refs.Unlock()
	return c
}

func (c *cbSet) release() {
	refs.Lock()
	defer refs.Unlock()
	if c.users--; c.users == 0 {
		c.net.Stop()
		C.nl_cb_put(c.cb)
	}
}

// checkPrint returns an error if a message, or a datagram, is nested too deep for libnl to print. The set's mutex is held.
func (c *cbSet) checkPrint(fn string, b []byte) error {
	if c.debug && nestsDeep(b) {
		return argErr(fn, "attributes nested too deep for libnl's callbacks of kind debug, which print them")
	}
	return nil
}

func (c *cbSet) set(t CallbackType, k CallbackKind, fn MsgFunc) error {
	if t < 0 || t >= cbTypes {
		return &Error{Func: "nl_cb_set", Code: ErrRange, Msg: "no such callback type"}
	}
	if err := checkKind("nl_cb_set", k, fn != nil); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if rc := C.nlgo_cb_set(c.cb, C.int(t), C.int(k), cBool(fn != nil)); rc < 0 {
		return codeErr("nl_cb_set", int(rc))
	}
	c.msg[t] = fn
	if t == CbSeqCheck {
		c.anySeq = fn != nil
	}
	c.debug = c.debug || k == KindDebug
	return nil
}

func (c *cbSet) setAll(k CallbackKind, fn MsgFunc) error {
	if err := checkKind("nl_cb_set_all", k, fn != nil); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if rc := C.nlgo_cb_set_all(c.cb, C.int(k), cBool(fn != nil)); rc < 0 {
		return codeErr("nl_cb_set_all", int(rc))
	}
	for t := range c.msg {
		c.msg[t] = fn
	}
	c.anySeq = fn != nil
	c.debug = c.debug || k == KindDebug
	return nil
}

func (c *cbSet) setErr(k CallbackKind, fn ErrFunc) error {
	if err := checkKind("nl_cb_err", k, fn != nil); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if rc := C.nlgo_cb_err(c.cb, C.int(k), cBool(fn != nil)); rc < 0 {
		return codeErr("nl_cb_err", int(rc))
	}
	c.err = fn
	return nil
}

func checkKind(fn string, k CallbackKind, hasFunc bool) error {
	if k < KindDefault || k > KindCustom {
		return &Error{Func: fn, Code: ErrRange, Msg: "no such callback kind"}
	}
	if hasFunc && k != KindCustom {
		return argErr(fn, "a function goes with KindCustom only")
	}
	return nil
}

func cBool(b bool) C.int {
	if b {
		return 1
	}
	return 0
}

// Callbacks is a callback set: struct nl_cb. It is safe for concurrent use and can be shared by sockets. Close it when done; sockets
// that use it hold it themselves.
type Callbacks struct {
	c *cbSet // nil: closed; cleared under refs
	t *tracker
}

func newCallbacks(c *cbSet) *Callbacks {
	h := &Callbacks{c: c.retain()}
	h.t = track(h, "Callbacks")
	return h
}

// hold returns the set with one more reference: without, a Close on another goroutine could free it.
func (c *Callbacks) hold(fn string) (*cbSet, error) {
	if c == nil {
		return nil, argErr(fn, "nil Callbacks")
	}
	refs.Lock()
	defer refs.Unlock()
	if c.c == nil {
		return nil, closedErr(fn)
	}
	c.c.users++
	return c.c, nil
}

// NewCallbacks makes a callback set with libnl's functions of kind k in every slot; with KindCustom all are empty.
//
// Implements: nl_cb_alloc
func NewCallbacks(k CallbackKind) (*Callbacks, error) {
	if err := checkKind("nl_cb_alloc", k, false); err != nil {
		return nil, err
	}
	cb := C.nlgo_cb_alloc(C.int(k))
	if cb == nil {
		return nil, &Error{Func: "nl_cb_alloc", Code: ErrNoMem}
	}
	return newCallbacks(newSet(&cbSet{cb: cb, debug: k == KindDebug})), nil
}

// Clone makes a set of its own with the same callbacks and overrides.
//
// Implements: nl_cb_clone
func (c *Callbacks) Clone() (*Callbacks, error) {
	set, err := c.hold("nl_cb_clone")
	if err != nil {
		return nil, err
	}
	defer set.release()
	set.mu.Lock()
	defer set.mu.Unlock()
	cb := C.nl_cb_clone(set.cb)
	if cb == nil {
		return nil, &Error{Func: "nl_cb_clone", Code: ErrNoMem}
	}
	return newCallbacks(newSet(&cbSet{
		cb: cb, msg: set.msg, err: set.err, send: set.send, recv: set.recv, loop: set.loop,
		anySeq: set.anySeq, debug: set.debug,
	})), nil
}

// Retain makes another handle of the same set; each is closed by itself. It returns nil if c is closed.
//
// Implements: nl_cb_get
func (c *Callbacks) Retain() *Callbacks {
	set, err := c.hold("nl_cb_get")
	if err != nil {
		return nil
	}
	defer set.release()
	return newCallbacks(set)
}

// Close gives the handle up. The set lives on in the sockets that use it. Closing again, or nil, does nothing.
//
// Implements: nl_cb_put
func (c *Callbacks) Close() error {
	if c == nil {
		return nil
	}
	refs.Lock()
	set := c.c
	c.c = nil
	refs.Unlock()
	if set != nil {
		c.t.done()
		set.release()
	}
	return nil
}

// Set puts a callback in the slot for t: libnl's of kind k, or, with KindCustom, fn; a nil fn empties the slot. It holds from the
// next message on.
//
// Implements: nl_cb_set
func (c *Callbacks) Set(t CallbackType, k CallbackKind, fn MsgFunc) error {
	set, err := c.hold("nl_cb_set")
	if err != nil {
		return err
	}
	defer set.release()
	return set.set(t, k, fn)
}

// SetAll puts the same callback in all slots.
//
// Implements: nl_cb_set_all
func (c *Callbacks) SetAll(k CallbackKind, fn MsgFunc) error {
	set, err := c.hold("nl_cb_set_all")
	if err != nil {
		return err
	}
	defer set.release()
	return set.setAll(k, fn)
}

// SetErr sets the callback for error messages.
//
// Implements: nl_cb_err
func (c *Callbacks) SetErr(k CallbackKind, fn ErrFunc) error {
	set, err := c.hold("nl_cb_err")
	if err != nil {
		return err
	}
	defer set.release()
	return set.setErr(k, fn)
}

// ActiveType returns the type of the callback that is running; when none is, a number beyond the known types. A set that two sockets
// share knows only one of theirs.
//
// Implements: nl_cb_active_type
func (c *Callbacks) ActiveType() CallbackType {
	set, err := c.hold("nl_cb_active_type")
	if err != nil {
		panicClosed("Callbacks")
	}
	defer set.release()
	set.mu.Lock()
	defer set.mu.Unlock()
	return CallbackType(C.nl_cb_active_type(set.cb))
}

// OverwriteSend replaces nl_send, which every send of a message ends in except SendTo, SendMsg, SendIovec and what the engine sends
// (Do, Request, Batch). fn returns the number of bytes sent; its error is what the send returns. nil restores libnl's.
//
// Implements: nl_cb_overwrite_send
func (c *Callbacks) OverwriteSend(fn func(*Socket, *Msg) (int, error)) error {
	set, err := c.hold("nl_cb_overwrite_send")
	if err != nil {
		return err
	}
	defer set.release()
	set.mu.Lock()
	defer set.mu.Unlock()
	C.nlgo_cb_overwrite_send(set.cb, cBool(fn != nil))
	set.send = fn
	return nil
}

// OverwriteRecv replaces nl_recv under libnl's loop. fn returns one datagram, its sender and, if known, the sender's credentials; no
// bytes is the end of the data. Its error is what the receive returns. nil restores the engine.
//
// Implements: nl_cb_overwrite_recv
func (c *Callbacks) OverwriteRecv(fn func(*Socket) ([]byte, SockAddr, *syscall.Ucred, error)) error {
	set, err := c.hold("nl_cb_overwrite_recv")
	if err != nil {
		return err
	}
	defer set.release()
	set.mu.Lock()
	defer set.mu.Unlock()
	set.recv = fn
	return nil
}

// OverwriteRecvMsgs replaces libnl's receive loop. fn is lent the callbacks in force and returns the number of messages; its error
// is what the receive returns. nil restores libnl's.
//
// Implements: nl_cb_overwrite_recvmsgs
func (c *Callbacks) OverwriteRecvMsgs(fn func(*Socket, *Callbacks) (int, error)) error {
	set, err := c.hold("nl_cb_overwrite_recvmsgs")
	if err != nil {
		return err
	}
	defer set.release()
	set.mu.Lock()
	defer set.mu.Unlock()
	C.nlgo_cb_overwrite_recvmsgs(set.cb, cBool(fn != nil))
	set.loop = fn
	return nil
}
