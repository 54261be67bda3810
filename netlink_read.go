//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

import (
	"bytes"
	"context"
	"iter"
	"slices"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// EventKind says what an event is.
type EventKind uint8

// The kinds of events.
const (
	EventMsg             EventKind = iota // a message: a notification, or a part of a dump
	EventDumpDone                         // a dump has ended
	EventDumpInterrupted                  // a change interrupted the dump that ends now: it is not consistent; EventDumpDone follows
	EventDumpFailed                       // a dump was refused or broken off; Err tells why
	EventOverrun                          // messages were lost, or one was too large to take (Err matches ErrMsgTrunc): resynchronise
	EventFamilyAdded                      // the family of a GenlNetLink came back: resolve it
	EventFamilyRemoved                    // the family of a GenlNetLink is no more; Err matches fs.ErrNotExist
)

var eventKinds = [...]string{"message", "dump done", "dump interrupted", "dump failed", "overrun", "family added", "family removed"}

// String returns a word or two for the kind.
func (k EventKind) String() string {
	if int(k) < len(eventKinds) {
		return eventKinds[k]
	}
	return "event kind " + itoa(int64(k))
}

// Event is what a NetLink delivers. It is lent, and so is all that it holds: afterwards Msg and the object are closed.
type Event struct {
	Kind   EventKind
	Header Header  // of the message, or of the one that ended a dump
	Dump   MsgType // the GET type of the dump the event belongs to; 0 for notifications
	Cmd    uint8   // of a dump of generic netlink, its command
	Msg    *Msg    // of EventMsg; of a family that came or went, what [ParseGenlFamily] reads; else nil
	Err    error   // what the kernel reports in an error message; why a dump failed, what was lost

	msg Msg
	obj *Object
}

// Object returns the first object in the event's message, made by libnl's parser when it is first asked for. It is lent as the event
// is; [Retain] and [Clone] keep it. Errors are those of [Msg.Object].
//
// Implements: nl_msg_parse
func (e *Event) Object() (*Object, error) {
	if e == nil || e.Msg == nil {
		return nil, argErr("nl_msg_parse", "the event has no message")
	}
	if e.obj.ptr() == nil {
		o, err := e.Msg.Object()
		if err != nil {
			return nil, err
		}
		e.obj = o
	}
	return e.obj, nil
}

// revoke ends the life of an event.
func (e *Event) revoke() {
	if e != nil {
		e.msg.revoke()
		_ = e.obj.Close()
	}
}

// delivery is the state of what is read and not yet delivered. It belongs to the receiver; the rest is for all.
type delivery struct {
	box   inbox
	in    inbound
	rest  []byte  // of the datagram
	dump  *dump   // that the datagram may be of
	ready []Event // events without messages, before rest
	lent  *Event
	slab  []Event

	kept      atomic.Bool // something is ready, and nobody delivers
	messages  atomic.Uint64
	unhandled atomic.Uint64
	malformed atomic.Uint64
	stale     atomic.Uint64
}

// lend makes an event that is not used twice, as messages are.
func (d *delivery) lend(e Event) *Event {
	if len(d.slab) == 0 {
		d.slab = make([]Event, 64)
	}
	d.lent = &d.slab[0]
	d.slab = d.slab[1:]
	*d.lent = e
	return d.lent
}

// begin takes the role of the one who delivers.
func (n *NetLink) begin(fn string, ctx context.Context) error {
	if n == nil {
		return argErr(fn, "nil NetLink")
	}
	return n.s.receiverRole(fn, ctx)
}

// end gives the role back, whatever happened meanwhile.
func (n *NetLink) end() {
	d := &n.d
	d.lent.revoke()
	d.lent = nil
	rest := bytes.Clone(d.rest)
	d.rest = nil
	d.box.release()
	if len(rest) > 0 {
		n.s.unread(datagram{b: rest, meta: d.in})
	}
	d.kept.Store(len(d.ready) > 0)
	n.s.dropRole()
	n.signal()
}

// signal makes FD tell the truth about what the NetLink holds itself.
func (n *NetLink) signal() {
	n.mu.Lock()
	n.signalLocked()
	n.mu.Unlock()
}

func (n *NetLink) signalLocked() {
	if n.poll == nil || n.closed.Load() {
		return
	}
	n.s.mu.Lock()
	pending := !n.s.pending.empty()
	n.s.mu.Unlock()
	n.poll.signal(pending || n.d.kept.Load())
}

// next returns the next event. Reads counts down how often the descriptor may be read; at 0 it is errAgain, below there is no limit.
func (n *NetLink) next(w wait, reads *int) (*Event, error) {
	d := &n.d
	d.lent.revoke()
	d.lent = nil
	if n.s.over(w) {
		n.s.mu.Lock()
		defer n.s.mu.Unlock()
		return nil, n.s.stopped(w)
	}
	for {
		if len(d.ready) > 0 {
			e := d.ready[0]
			d.ready = d.ready[1:]
			return d.lend(e), nil
		}
		if len(d.rest) > 0 {
			if e := n.message(); e != nil {
				return e, nil
			}
			continue
		}
		if err := n.datagram(w, reads); err != nil {
			return nil, err
		}
	}
}

// datagram takes the next datagram, or the word that some were lost.
func (n *NetLink) datagram(w wait, reads *int) error {
	d := &n.d
	flying := n.flying()
	lost := flying != nil && flying.lost && *reads != 0
	if flying != nil {
		d.box.large = true
	}
	err := n.take(w, reads, lost)
	switch {
	case err == nil:
		d.in, d.rest = d.box.d.meta, d.box.d.b
		d.dump = nil
		if d.answers() {
			d.dump = n.flying() // which may have been sent while this waited
		}
	case passing(err):
		if flying := n.flying(); flying != nil {
			flying.lost = true
		}
		d.ready = append(d.ready, Event{Kind: EventOverrun, Err: err})
	case err == errAgain && lost:
		// the kernel answers before send returns, and goes on with a dump before a read does: nothing more will come
		flying.err = ErrOverrun
		n.endDump(flying, Header{})
	default:
		return err
	}
	return nil
}

// answers reports whether the datagram is one of the kernel's to this socket alone.
func (d *delivery) answers() bool {
	return d.in.trusted && d.in.group == 0 && d.in.src == (SockAddr{})
}

func (n *NetLink) take(w wait, reads *int, never bool) error {
	box := &n.d.box
	if !box.holds() {
		if *reads == 0 {
			return box.takePending()
		}
		*reads--
	}
	return box.fetch(wait{ctx: w.ctx, never: w.never || never})
}

// message takes a message off the datagram and returns its event, nil if it is not one to deliver.
func (n *NetLink) message() *Event {
	d := &n.d
	b, rest := nextMsg(d.rest)
	d.rest = rest
	if b == nil {
		d.malformed.Add(1)
		return nil
	}
	e := Event{Header: getHeader(b)}
	switch {
	case d.dump != nil && e.Header.Seq == d.dump.seq && !d.dump.ended:
		data := d.dump.see(b)
		if d.dump.ended {
			n.endDump(d.dump, e.Header)
		}
		if !data {
			return nil
		}
		e.Dump, e.Cmd = d.dump.kind, d.dump.cmd
	case e.Header.Type == MsgNoop, d.in.unasked && e.Header.Type == MsgDone:
		return nil
	case n.isStale(e.Header.Seq):
		d.stale.Add(1)
		return nil
	case n.genl != nil && e.Header.Type == unix.GENL_ID_CTRL && d.in.trusted && d.in.notice() && n.genl.name != "nlctrl":
		if !n.familyEvent(&e, b) {
			return nil
		}
	case e.Header.Type == MsgError || e.Header.Type == MsgDone:
		if k := kernelError("receive", b); k != nil {
			e.Err = k
		}
	}
	d.messages.Add(1)
	ev := d.lend(e)
	ev.msg.view, ev.msg.in = b, &d.in
	ev.Msg = &ev.msg
	return ev
}

// isStale reports whether the message is of a dump that has ended already.
func (n *NetLink) isStale(seq uint32) bool {
	if !n.d.answers() {
		return false
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.req.seq-seq < 1<<20
}

// dispatch gives an event to its handler.
func (n *NetLink) dispatch(e *Event) error {
	fn := n.handlers.Load().find(e)
	if fn == nil {
		if e.Kind == EventMsg {
			n.d.unhandled.Add(1)
		}
		return e.Err
	}
	return fn(e)
}

// readBound is how often one ReadData reads from the kernel.
const readBound = 128 / batchSize

// ReadData gives what is there to the handlers and never waits. It takes up to 128 datagrams and delivers all of them; when there are more,
// [NetLink.FD] stays readable. It returns the number of events delivered, and an error: a handler's, as it is, and after it the next
// ReadData goes on with the next event; [ErrClosed]; [ErrNested] while another delivery is under way.
//
// Messages without a handler are dropped and counted. An event with an error that has no handler, [EventOverrun] or [EventDumpFailed] for example,
// ends ReadData and Run with that error.
func (n *NetLink) ReadData() (int, error) {
	const fn = "ReadData"
	w := wait{ctx: context.Background(), never: true}
	if err := n.begin(fn, w.ctx); err != nil {
		return 0, err
	}
	defer n.end()
	reads := readBound
	return n.deliver(fn, w, &reads)
}

// Run gives what arrives to the handlers until a handler returns an error, which it returns as it is, or ctx is done, or the NetLink is
// closed ([ErrClosed]). It can be called again. For events without a handler see [NetLink.ReadData].
func (n *NetLink) Run(ctx context.Context) error {
	const fn = "Run"
	if err := n.begin(fn, ctx); err != nil {
		return err
	}
	defer n.end()
	reads := -1
	_, err := n.deliver(fn, wait{ctx: ctx}, &reads)
	return err
}

// deliver is the loop of both. Where nothing is left and it is not to wait it returns nil.
func (n *NetLink) deliver(fn string, w wait, reads *int) (int, error) {
	for count := 0; ; count++ {
		e, err := n.next(w, reads)
		if err == errAgain {
			return count, nil
		}
		if err != nil {
			return count, named(fn, err)
		}
		if err := n.dispatch(e); err != nil {
			return count + 1, err
		}
	}
}

// Events yields what arrives, each event lent for its step; handlers are not called. With an event comes its error, if it has one, and
// the loop goes on. Without an event the error is the last: ctx is done, or the NetLink closed.
func (n *NetLink) Events(ctx context.Context) iter.Seq2[*Event, error] {
	const fn = "Events"
	return func(yield func(*Event, error) bool) {
		if err := n.begin(fn, ctx); err != nil {
			yield(nil, err)
			return
		}
		defer n.end()
		w := wait{ctx: ctx}
		reads := -1
		for {
			e, err := n.next(w, &reads)
			if err != nil {
				yield(nil, named(fn, err))
				return
			}
			if !yield(e, e.Err) {
				return
			}
		}
	}
}

// Feed delivers the messages in b, from a file or a stream for example, as if they had arrived now, but not as the kernel's: what becomes an
// object is checked first. b has to hold whole messages, nothing of it is used otherwise ([ErrMsgTooShort]). The handlers have them, and
// their error is Feed's, before it returns; but while ReadData, Run or Events is under way, that delivers them. Control messages are delivered as
// messages: they end no dump. [ErrAgain] when 16 MiB wait already.
func (n *NetLink) Feed(b []byte) error {
	const fn = "Feed"
	if err := n.lock(fn); err != nil {
		return err
	}
	n.mu.Unlock()
	for rest := b; len(rest) > 0; {
		var m []byte
		if m, rest = nextMsg(rest); m == nil {
			return &Error{Func: fn, Code: ErrMsgTooShort, Msg: "no whole message at the end"}
		}
	}
	if len(b) == 0 {
		return nil
	}
	s := n.s
	s.mu.Lock()
	full := s.pending.bytes+len(b) > queueLimit
	if !full {
		s.pending.push(datagram{b: slices.Clone(b), meta: inbound{proto: int(s.proto), nsid: -1}})
		s.notify()
	}
	s.mu.Unlock()
	if full {
		return &Error{Func: fn, Code: ErrAgain, Msg: "too much is waiting to be delivered"}
	}
	w := wait{ctx: context.Background(), never: true}
	if n.begin(fn, w.ctx) != nil {
		n.signal()
		return nil
	}
	defer n.end()
	reads := 0
	_, err := n.deliver(fn, w, &reads)
	return err
}
