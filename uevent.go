//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

import (
	"bytes"
	"context"
	"encoding/binary"
	"iter"
	"strconv"
	"strings"
)

// The multicast groups of NETLINK_KOBJECT_UEVENT.
const (
	GroupUEventKernel Group = 1 // the kernel's own
	GroupUEventUdev   Group = 2 // udev's, when it has seen to the device
)

const ueventRcvBuf = 16 << 20

// UEventSource tells who sent a uevent.
type UEventSource uint8

// The senders of uevents.
const (
	UEventKernel UEventSource = iota
	UEventUdev
)

// String returns "kernel" or "udev".
func (s UEventSource) String() string {
	switch s {
	case UEventKernel:
		return "kernel"
	case UEventUdev:
		return "udev"
	}
	return "source " + itoa(int64(s))
}

// UEvent is an event of a device.
type UEvent struct {
	Source    UEventSource
	Action    string // add, remove, change, move, online, offline, bind, unbind
	DevPath   string // in /sys
	Subsystem string // empty if the event names none
	SeqNum    uint64 // the kernel's number of the event, 0 if it has none
	Vars      map[string]string
}

// The head of udev's messages: a name, a magic number in network byte order, then sizes and filters in that of the machine.
const (
	udevPrefix = "libudev\x00"
	udevMagic  = 0xfeedcafe
	udevHeader = 40
)

// ParseUEvent reads an event from a message of either form. It fails with [ErrInval] for all else, and with [ErrMsgTrunc] if the
// message ends before its head says. A variable without a value is one with an empty value.
func ParseUEvent(b []byte) (UEvent, error) {
	if bytes.HasPrefix(b, []byte(udevPrefix)) {
		return parseUdev(b)
	}
	const fn = "uevent"
	head, rest, _ := bytes.Cut(b, []byte{0})
	action, path, ok := strings.Cut(string(head), "@")
	if !ok || action == "" || path == "" {
		return UEvent{}, argErr(fn, "it does not begin with an action and a device")
	}
	e := UEvent{Source: UEventKernel, Action: action, DevPath: path}
	e.setVars(rest)
	return e, nil
}

func parseUdev(b []byte) (UEvent, error) {
	const fn = "uevent of udev"
	if len(b) < udevHeader {
		return UEvent{}, &Error{Func: fn, Code: ErrMsgTrunc, Msg: strconv.Itoa(len(b)) + " bytes"}
	}
	if binary.BigEndian.Uint32(b[8:]) != udevMagic {
		return UEvent{}, argErr(fn, "another magic number")
	}
	off, size := uint64(binary.NativeEndian.Uint32(b[16:])), uint64(binary.NativeEndian.Uint32(b[20:]))
	switch {
	case off < 24:
		return UEvent{}, argErr(fn, "the properties begin in the head")
	case off+size > uint64(len(b)):
		return UEvent{}, &Error{Func: fn, Code: ErrMsgTrunc, Msg: "the properties end behind the message"}
	}
	e := UEvent{Source: UEventUdev}
	e.setVars(b[off : off+size])
	if e.Action, e.DevPath = e.Vars["ACTION"], e.Vars["DEVPATH"]; e.Action == "" || e.DevPath == "" {
		return UEvent{}, argErr(fn, "no action or no device")
	}
	return e, nil
}

// setVars takes the variables from NAME=VALUE texts, each with a NUL behind it.
func (e *UEvent) setVars(b []byte) {
	e.Vars = map[string]string{}
	for text := range strings.SplitSeq(string(b), "\x00") {
		if name, value, _ := strings.Cut(text, "="); name != "" {
			e.Vars[name] = value
		}
	}
	e.Subsystem = e.Vars["SUBSYSTEM"]
	e.SeqNum, _ = strconv.ParseUint(e.Vars["SEQNUM"], 10, 64)
}

// UEvents receives the events of devices: NETLINK_KOBJECT_UEVENT. It may be closed while another goroutine receives.
type UEvents struct{ s *Socket }

// NewUEvent opens a UEvents in the groups of the kernel and of udev, or in those of cfg.Groups, and asks for a receive buffer of 16 MiB, unless cfg
// says otherwise. What claims to be the kernel's has to come from the kernel, and udev's from a process of user 0 as this user
// namespace sees it; all else is counted as refused and dropped, unless cfg.Untrusted is set.
func NewUEvent(cfg *Config) (*UEvents, error) {
	var c Config
	if cfg != nil {
		c = *cfg
	}
	groups := c.Groups
	if len(groups) == 0 {
		groups = []Group{GroupUEventKernel, GroupUEventUdev}
	}
	if c.RcvBuf == 0 {
		c.RcvBuf = ueventRcvBuf
	}
	c.Groups = nil
	s, err := Dial(ProtoUEvent, &c)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.rootOK = true
	s.mu.Unlock()
	// credentials first: a message that was queued before has none
	if err = s.SetPassCred(true); err == nil {
		err = s.AddMembership(groups...)
	}
	if err != nil {
		_ = s.Close()
		return nil, err
	}
	return &UEvents{s}, nil
}

// Close closes the socket; a receive under way ends with [ErrClosed]. Closing again, or nil, does nothing.
func (u *UEvents) Close() error {
	if u == nil {
		return nil
	}
	return u.s.Close()
}

// FD returns the socket's descriptor for poll and the like, -1 if it is closed. What it announces is to be had from ReadEvent.
func (u *UEvents) FD() int {
	if u == nil {
		return -1
	}
	return u.s.FD()
}

// Stats returns the counters of the socket.
func (u *UEvents) Stats() SocketStats {
	if u == nil {
		panic("libnl: nil UEvents")
	}
	return u.s.Stats()
}

// ReadEvent returns the next event and never waits: [ErrAgain] where there is none. After any error but [ErrClosed] there may be more: [ErrOverrun] tells
// that events were lost, [ErrInval] that one made no sense.
func (u *UEvents) ReadEvent() (UEvent, error) {
	const fn = "ReadEvent"
	w := wait{ctx: context.Background(), never: true}
	r, err := u.begin(fn, w.ctx)
	if err != nil {
		return UEvent{}, err
	}
	defer u.s.dropRole()
	defer r.release()
	return u.next(fn, w, r)
}

// Events yields what arrives. An event that makes no sense, and the loss of some ([ErrOverrun]), are yielded as errors, and the loop goes
// on; it ends, with the error, when ctx is done or the socket is closed.
func (u *UEvents) Events(ctx context.Context) iter.Seq2[UEvent, error] {
	const fn = "Events"
	return func(yield func(UEvent, error) bool) {
		r, err := u.begin(fn, ctx)
		if err != nil {
			yield(UEvent{}, err)
			return
		}
		defer u.s.dropRole()
		defer r.release()
		w := wait{ctx: ctx}
		for {
			e, err := u.next(fn, w, r)
			last := err != nil && !isCode(err, ErrInval) && !isCode(err, ErrMsgTrunc) && !isOverrun(err)
			if !yield(e, err) || last {
				return
			}
		}
	}
}

func isOverrun(err error) bool {
	e, ok := err.(*Error)
	return ok && e.cause == ErrOverrun
}

func (u *UEvents) begin(fn string, ctx context.Context) (*inbox, error) {
	if u == nil {
		return nil, argErr(fn, "nil UEvents")
	}
	if err := u.s.receiverRole(fn, ctx); err != nil {
		return nil, err
	}
	return &inbox{s: u.s, max: 1}, nil // with none read ahead the descriptor tells the truth
}

func (u *UEvents) next(fn string, w wait, r *inbox) (UEvent, error) {
	for {
		if err := r.fetch(w); err != nil {
			return UEvent{}, named(fn, err)
		}
		e, err := ParseUEvent(r.d.b)
		if err == nil && e.Source == UEventKernel && r.d.meta.src.Port != 0 && !u.s.untrusted {
			u.s.mu.Lock()
			u.s.stats.Refused++
			u.s.mu.Unlock()
			continue
		}
		return e, err
	}
}
