//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"context"
	"maps"
	"os"
	"runtime"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

const (
	routeRcvBuf     = 16 << 20
	netfilterRcvBuf = 10 << 20
)

// NetLink is the base type of a program that follows the kernel: it joins multicast groups, asks for dumps, and gives what arrives, in
// one ordered stream, to handlers by message type, or to a loop.
//
// It delivers in [NetLink.ReadData], for programs with an epoll loop, in [NetLink.Run], or in the loop over [NetLink.Events]: one of these at a
// time, and in the goroutine that calls it. Every other method may be called at any time, from any goroutine and from inside handlers.
// What is on the way when a delivery ends early (an error, a panic, a break) stays for the next.
type NetLink struct {
	s        *Socket  // events and dumps
	config   Config   // for the other one
	ns       *os.File // the network namespace of both; nil: both are open
	handlers atomic.Pointer[handlers]

	mu     sync.Mutex
	closed atomic.Bool // set with mu held
	rq     *Socket     // requests
	last   Stats       // as of Close
	dumps  []*dump
	req    request // of the last dump, with numbers as far as can be from those of the socket's own requests
	poll   *pollFD

	d    delivery
	genl *genlBound // the family it is bound to, or nil
	t    *tracker
}

// handlers is what is registered. It is replaced as a whole, never changed.
type handlers struct {
	byType  map[MsgType]Handler
	family  MsgType           // whose messages go by command
	byCmd   map[uint8]Handler // of generic netlink
	other   Handler
	control Handler
}

// Handler takes an event, lent until it returns. Its error ends the delivery, which returns it as it is.
type Handler func(*Event) error

// NewNetLink opens a NetLink for NETLINK_ROUTE. Unless cfg says otherwise it asks for a receive buffer of 16 MiB; [Stats] tells what was
// granted. cfg.Groups are joined at once.
func NewNetLink(cfg *Config) (*NetLink, error) { return openNetLink(ProtoRoute, routeRcvBuf, cfg) }

// NewNfNetLink opens a NetLink for NETLINK_NETFILTER, with a receive buffer of 10 MiB.
func NewNfNetLink(cfg *Config) (*NetLink, error) {
	return openNetLink(ProtoNetfilter, netfilterRcvBuf, cfg)
}

func openNetLink(p Protocol, rcvBuf int, cfg *Config) (*NetLink, error) {
	n := &NetLink{}
	if cfg != nil {
		n.config = *cfg
	}
	n.handlers.Store(&handlers{})
	first := n.config
	if first.RcvBuf == 0 {
		first.RcvBuf = rcvBuf
	}
	n.config.Groups, n.config.Port = nil, 0

	runtime.LockOSThread() // the descriptor of the namespace and the socket have to agree
	defer runtime.UnlockOSThread()
	var err error
	if n.ns, err = netNSOf(n.config.NetNS); err != nil {
		return nil, err
	}
	if n.s, err = Dial(p, &first); err != nil {
		_ = n.ns.Close()
		return nil, err
	}
	n.d.box = inbox{s: n.s, max: batchSize}
	n.s.mu.Lock()
	n.req = n.s.numbers(0)
	n.s.mu.Unlock()
	n.req.seq ^= 1 << 31
	n.t = track(n, "NetLink")
	if n.ns != nil {
		n.config.NetNS = int(n.ns.Fd())
	} else if n.Socket(); n.rq.FD() < 0 {
		// the namespace could not be kept, and there is no socket of it
		defer n.Close()
		return nil, n.rq.unopened
	}
	return n, nil
}

// netNSOf returns a descriptor of its own for the namespace fd is of, 0 for this thread's; nil if there is no way to get one.
func netNSOf(fd int) (*os.File, error) {
	if fd < 0 {
		return nil, argErr("setns", "negative namespace descriptor")
	}
	if fd == 0 {
		var err error
		if fd, err = unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0); err != nil {
			return nil, nil // without /proc the other socket has to be opened at once
		}
		defer unix.Close(fd)
	}
	dup, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return nil, sysErr("fcntl", err.(unix.Errno))
	}
	return os.NewFile(uintptr(dup), "netns"), nil
}

// Close closes the NetLink and both its sockets; a delivery under way ends with [ErrClosed]. Closing again, or nil, does nothing.
func (n *NetLink) Close() error {
	if n == nil {
		return nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed.Load() {
		return nil
	}
	n.last = n.statsLocked()
	n.closed.Store(true)
	n.dumps = nil
	n.t.done()
	_ = n.rq.Close()
	n.poll.close()
	_ = n.ns.Close()
	return n.s.Close()
}

// lock takes the mutex, unless the NetLink is closed.
func (n *NetLink) lock(fn string) error {
	if n == nil {
		return argErr(fn, "nil NetLink")
	}
	n.mu.Lock()
	if n.closed.Load() {
		n.mu.Unlock()
		return closedErr(fn)
	}
	return nil
}

// RegisterGroup joins multicast groups; what the kernel sends to them from now on is delivered. At the first that fails it stops and names
// it; those before it stay joined.
//
// Implements: nl_socket_add_membership nl_socket_add_memberships
func (n *NetLink) RegisterGroup(groups ...Group) error {
	if n == nil {
		return argErr("nl_socket_add_membership", "nil NetLink")
	}
	return n.s.AddMembership(groups...)
}

// UnregisterGroup leaves multicast groups. What arrived before is still delivered.
//
// Implements: nl_socket_drop_membership nl_socket_drop_memberships
func (n *NetLink) UnregisterGroup(groups ...Group) error {
	if n == nil {
		return argErr("nl_socket_drop_membership", "nil NetLink")
	}
	return n.s.DropMembership(groups...)
}

// change replaces the handlers by what edit makes of a copy.
func (n *NetLink) change(fn string, edit func(*handlers) error) error {
	if err := n.lock(fn); err != nil {
		return err
	}
	defer n.mu.Unlock()
	h := *n.handlers.Load()
	if err := edit(&h); err != nil {
		return err
	}
	n.handlers.Store(&h)
	return nil
}

// Handle registers fn for the messages of type t, notifications and parts of dumps alike. A second one for a type is [ErrExist].
func (n *NetLink) Handle(t MsgType, fn Handler) error {
	return n.change("Handle", func(h *handlers) error {
		if fn == nil {
			return argErr("Handle", "nil handler")
		}
		if h.byType[t] != nil {
			return &Error{Func: "Handle", Code: ErrExist, Msg: "messages of type " + t.String() + " have a handler"}
		}
		m := maps.Clone(h.byType)
		if m == nil {
			m = map[MsgType]Handler{}
		}
		m[t] = fn
		h.byType = m
		return nil
	})
}

// Unhandle removes the handler for messages of type t. If there is none it fails with [ErrObjNotFound].
func (n *NetLink) Unhandle(t MsgType) error {
	return n.change("Unhandle", func(h *handlers) error {
		if h.byType[t] == nil {
			return &Error{Func: "Unhandle", Code: ErrObjNotFound, Msg: "messages of type " + t.String() + " have no handler"}
		}
		h.byType = maps.Clone(h.byType)
		delete(h.byType, t)
		return nil
	})
}

// HandleOther registers fn for messages of all types that have no handler of their own; nil removes it. A second one is [ErrExist].
func (n *NetLink) HandleOther(fn Handler) error {
	return n.change("HandleOther", func(h *handlers) error { return swap("HandleOther", &h.other, fn) })
}

// HandleControl registers fn for the events of other kinds than [EventMsg]: the end of a dump, an overrun, a family of generic netlink that came or
// went; nil removes it. A second one is [ErrExist].
func (n *NetLink) HandleControl(fn Handler) error {
	return n.change("HandleControl", func(h *handlers) error { return swap("HandleControl", &h.control, fn) })
}

func swap(fn string, slot *Handler, with Handler) error {
	switch {
	case with == nil && *slot == nil:
		return &Error{Func: fn, Code: ErrObjNotFound, Msg: "there is no handler"}
	case with != nil && *slot != nil:
		return &Error{Func: fn, Code: ErrExist, Msg: "there is a handler"}
	}
	*slot = with
	return nil
}

// find returns the handler for an event, nil if there is none.
func (h *handlers) find(e *Event) Handler {
	if e.Kind != EventMsg {
		return h.control
	}
	if e.Header.Type == h.family && h.byCmd != nil {
		if g, ok := e.Msg.Genl(); ok && h.byCmd[g.Cmd] != nil {
			return h.byCmd[g.Cmd]
		}
	}
	if fn := h.byType[e.Header.Type]; fn != nil {
		return fn
	}
	return h.other
}

// Socket returns the socket for requests, which belongs to the NetLink. It is another than the one events and dumps arrive on, of the same
// namespace, and opened when it is first asked for. If that fails, the calls of what is returned give the reason; asking again tries
// again. Of a closed NetLink it is a closed socket.
func (n *NetLink) Socket() *Socket {
	if n == nil {
		return nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	switch {
	case n.closed.Load():
		if n.rq == nil {
			n.rq, _ = NewSocket()
			_ = n.rq.Close()
		}
	case n.rq.FD() < 0:
		n.openRequests()
	}
	return n.rq
}

func (n *NetLink) openRequests() {
	s, err := Dial(n.s.proto, &n.config)
	if err == nil {
		_ = n.rq.Close() // of an earlier try
		n.rq = s
		return
	}
	if n.rq == nil {
		n.rq, _ = NewSocket()
	}
	if n.rq != nil {
		n.rq.mu.Lock()
		n.rq.unopened = err
		n.rq.mu.Unlock()
	}
}

// Do sends a request on the socket that events arrive on and waits for its answer, as [Socket.Do] does. It is for what the kernel ties to the
// socket that asks, such as a group of NFLOG ([NFLog.BuildCreate]). Everything else is for [NetLink.Socket].
func (n *NetLink) Do(ctx context.Context, m *Msg) error {
	if n == nil {
		return argErr("request", "nil NetLink")
	}
	return n.s.Do(ctx, m)
}

// Stats tells what a NetLink has seen.
type Stats struct {
	SocketStats        // of the socket for events and dumps
	Messages    uint64 // delivered, to handlers or a loop
	Unhandled   uint64 // messages that no handler wanted
	Malformed   uint64 // bytes that made no message
	Dropped     uint64 // messages the kernel had no room for: more than one may be lost in one overrun
	Dumps       int    // asked for and not yet ended
	RcvBuf      int    // effective receive buffer in bytes, the kernel's overhead included
}

// Stats returns the counters; of a closed NetLink those at the time of Close.
func (n *NetLink) Stats() Stats {
	if n == nil {
		panic("libnl: nil NetLink")
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed.Load() {
		return n.last
	}
	return n.statsLocked()
}

func (n *NetLink) statsLocked() Stats {
	st := Stats{
		SocketStats: n.s.Stats(),
		Messages:    n.d.messages.Load(),
		Unhandled:   n.d.unhandled.Load(),
		Malformed:   n.d.malformed.Load(),
		Dropped:     uint64(C.nlgo_drops(C.int(n.s.FD()))),
		Dumps:       len(n.dumps),
	}
	st.Stale += n.d.stale.Load()
	st.RcvBuf, _, _ = n.s.BufferSize()
	return st
}

// FD returns a descriptor that is readable as long as there is something for ReadData to deliver, in the kernel or in the NetLink, for
// poll, select and level-triggered epoll loops; -1 of a closed NetLink or if the system has no descriptor left. It is the NetLink's, and nothing can be read from it but by ReadData.
func (n *NetLink) FD() int {
	if n.lock("FD") != nil {
		return -1
	}
	defer n.mu.Unlock()
	if n.poll == nil {
		p, err := newPollFD(n.s.FD())
		if err != nil {
			return -1
		}
		n.poll = p
		n.signalLocked()
	}
	return n.poll.ep
}

// pollFD watches the socket and, through a second descriptor, what the NetLink holds itself.
type pollFD struct {
	ep, ev int
	set    bool
	net    runtime.Cleanup
}

func newPollFD(sock int) (*pollFD, error) {
	ep, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, err
	}
	ev, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		_ = unix.Close(ep)
		return nil, err
	}
	for _, fd := range []int{sock, ev} {
		if err := unix.EpollCtl(ep, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN}); err != nil {
			_ = unix.Close(ep)
			_ = unix.Close(ev)
			return nil, err
		}
	}
	p := &pollFD{ep: ep, ev: ev}
	p.net = runtime.AddCleanup(p, closeBoth, [2]int{ep, ev})
	return p, nil
}

func closeBoth(fds [2]int) {
	_ = unix.Close(fds[0])
	_ = unix.Close(fds[1])
}

func (p *pollFD) close() {
	if p != nil {
		p.net.Stop()
		closeBoth([2]int{p.ep, p.ev})
	}
}

// signal makes the descriptor readable, or leaves it to the socket.
func (p *pollFD) signal(on bool) {
	if p == nil || p.set == on {
		return
	}
	b := [8]byte{1, 0, 0, 0, 0, 0, 0, 1} // not zero in either byte order
	if on {
		_, _ = unix.Write(p.ev, b[:])
	} else {
		_, _ = unix.Read(p.ev, b[:])
	}
	p.set = on
}
