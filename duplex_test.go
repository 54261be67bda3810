//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
)

// routeSpec is an IPv4 route that needs no link: a blackhole, unless kind says otherwise.
type routeSpec struct {
	dst   [4]byte
	gw    [4]byte
	bits  byte
	kind  byte
	table byte
}

func (r routeSpec) msg(t libnl.MsgType, f libnl.MsgFlags) *libnl.Msg {
	m, err := libnl.NewMsgSimple(t, f)
	if err != nil {
		panic(err)
	}
	if r.kind == 0 {
		r.kind = unix.RTN_BLACKHOLE
	}
	if r.table == 0 {
		r.table = unix.RT_TABLE_MAIN
	}
	if r.bits == 0 {
		r.bits = 32
	}
	m.Append([]byte{unix.AF_INET, r.bits, 0, 0, r.table, unix.RTPROT_STATIC, 0, r.kind, 0, 0, 0, 0}, 4)
	m.PutBytes(unix.RTA_DST, r.dst[:])
	if r.gw != [4]byte{} {
		m.PutBytes(unix.RTA_GATEWAY, r.gw[:])
	}
	return m
}

func (r routeSpec) add() *libnl.Msg {
	return r.msg(libnl.RTMNewRoute, libnl.FlagCreate|libnl.FlagExcl)
}

func (r routeSpec) del() *libnl.Msg { return r.msg(libnl.RTMDelRoute, 0) }

func routesDump() *libnl.Msg {
	return routeSpec{}.msg(libnl.RTMGetRoute, libnl.FlagDump)
}

// routeOf returns the table and the destination of a route message.
func routeOf(b []byte) (table byte, dst [4]byte) {
	if len(b) < 28 {
		return 0, dst
	}
	if a, ok := libnl.FindAttr(b[28:], unix.RTA_DST); ok {
		copy(dst[:], a.Bytes())
	}
	return b[20], dst
}

// note is a notification of a route, in one number.
func note(b []byte) uint64 {
	_, dst := routeOf(b)
	return uint64(binary.NativeEndian.Uint16(b[4:]))<<32 | uint64(binary.BigEndian.Uint32(dst[:]))
}

// planLen requests follow each other in a sender's plan, and their outcomes differ.
const planLen = 6

type outcome struct {
	errno syscall.Errno
	text  string
}

func (o outcome) check(err error) error {
	e := &libnl.Error{}
	switch {
	case o.errno == 0 && err == nil:
		return nil
	case errors.As(err, &e) && e.Errno == o.errno && e.Msg == o.text:
		return nil
	}
	return fmt.Errorf("got %v, want %v %q", err, o.errno, o.text)
}

// plan returns the sender's request number i, and what is to become of it.
func plan(sender, i int) (*libnl.Msg, outcome) {
	n := i / planLen
	r := routeSpec{dst: [4]byte{10, byte(sender), byte(n >> 8), byte(n)}}
	switch i % planLen {
	case 0:
		return r.add(), outcome{}
	case 1:
		return r.add(), outcome{errno: syscall.EEXIST}
	case 2:
		r.bits = 33
		return r.add(), outcome{syscall.EINVAL, "Invalid prefix length"}
	case 3:
		r.kind, r.gw = unix.RTN_UNICAST, [4]byte{192, 0, 2, 1}
		return r.add(), outcome{syscall.ENETUNREACH, "Nexthop has invalid gateway"}
	case 4:
		return r.del(), outcome{}
	}
	return r.del(), outcome{errno: syscall.ESRCH}
}

// planNotes returns the notifications that a whole plan of n requests causes.
func planNotes(sender, n int) []uint64 {
	var notes []uint64
	for i := range n {
		if m, o := plan(sender, i); o.errno == 0 {
			notes = append(notes, note(m.Bytes()))
		}
	}
	return notes
}

// witness is a socket of the system's own that sees the same notifications.
type witness int

func newWitness(t testing.TB) witness {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.NETLINK_ROUTE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 512<<20); err != nil {
		t.Skip("no large receive buffer: ", err)
	}
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: 1 << (libnl.GroupIPv4Route - 1)}); err != nil {
		t.Fatal(err)
	}
	return witness(fd)
}

func (w witness) notes(t testing.TB) (notes []uint64) {
	buf := make([]byte, 4096)
	for {
		n, err := unix.Read(int(w), buf)
		if err == unix.EAGAIN {
			return notes
		}
		if err != nil {
			t.Fatal("the witness: ", err)
		}
		notes = append(notes, note(buf[:n]))
	}
}

// duplex is one socket in use by everybody at once.
type duplex struct {
	t    testing.TB
	s    *libnl.Socket
	ops  int          // requests of each sender
	msgs atomic.Int64 // sent and received

	mu    sync.Mutex
	sent  map[uint32]outcome // what SendAuto sent: its answers go to the receiver
	syncs map[uint32]bool    // what SendSync sent
	acks  map[uint32]error
	order []uint32 // of acks
	notes []uint64
	want  int // how many notes and acks there will be
	full  chan struct{}
}

func (d *duplex) errorf(format string, args ...any) { d.t.Errorf(format, args...) }

// got takes a message as the receiver sees it.
func (d *duplex) got(b []byte, h libnl.Header, err error) {
	d.msgs.Add(1)
	d.mu.Lock()
	defer d.mu.Unlock()
	switch h.Type {
	case libnl.MsgError:
		if _, twice := d.acks[h.Seq]; twice {
			d.errorf("answer %d came twice", h.Seq)
		}
		d.acks[h.Seq] = err
		d.order = append(d.order, h.Seq)
	case libnl.RTMNewRoute, libnl.RTMDelRoute:
		d.notes = append(d.notes, note(b))
	default:
		return
	}
	if len(d.notes)+len(d.acks) == d.want {
		close(d.full)
	}
}

// receive is the receiver, until the socket is closed.
func (d *duplex) receiveMessages(ctx context.Context) error {
	for m, err := range d.s.Messages(ctx) {
		if m == nil {
			return err
		}
		d.got(m.Bytes(), m.Header(), err)
	}
	return nil
}

func (d *duplex) receiveCallbacks(ctx context.Context) error {
	check := func(err error) {
		if err != nil {
			d.errorf("%v", err)
		}
	}
	check(d.s.ModifyCallback(libnl.CbValid, libnl.KindCustom, func(m *libnl.Msg) error {
		d.got(m.Bytes(), m.Header(), nil)
		return nil
	}))
	check(d.s.ModifyCallback(libnl.CbAck, libnl.KindCustom, func(m *libnl.Msg) error {
		d.got(m.Bytes(), m.Header(), nil)
		return nil
	}))
	// the callback for errors is not told the sequence number: so this one is
	var last libnl.Header
	check(d.s.ModifyCallback(libnl.CbMsgIn, libnl.KindCustom, func(m *libnl.Msg) error { last = m.Header(); return nil }))
	check(d.s.ModifyErrCallback(libnl.KindCustom, func(e *libnl.Error) error {
		if d.isSync(last.Seq) { // runs under SendSync, too
			return nil
		}
		d.got(nil, last, e)
		return libnl.Ignore
	}))
	for {
		if err := d.s.Recv(ctx); err != nil {
			return err
		}
	}
}

func (d *duplex) do(sender int) {
	for i := range d.ops {
		m, want := plan(sender, i)
		if err := want.check(d.s.Do(d.t.Context(), m)); err != nil {
			d.errorf("Do %d of sender %d: %v", i, sender, err)
			return
		}
		d.msgs.Add(2)
	}
}

func (d *duplex) batch(sender int) {
	for i := 0; i < d.ops; {
		var ms []*libnl.Msg
		var wants []outcome
		for ; i < d.ops && len(ms) < 20; i++ {
			m, want := plan(sender, i)
			ms, wants = append(ms, m), append(wants, want)
		}
		for k, err := range d.s.Batch(d.t.Context(), ms) {
			if err := wants[k].check(err); err != nil {
				d.errorf("batch up to %d of sender %d: %v", i, sender, err)
				return
			}
		}
		d.msgs.Add(int64(2 * len(ms)))
	}
}

func (d *duplex) sendSync(sender int) {
	for i := range d.ops {
		m, want := plan(sender, i)
		if err := d.s.Complete(m); err != nil {
			d.errorf("Complete: %v", err)
		}
		d.mu.Lock()
		d.syncs[m.Header().Seq] = true
		d.mu.Unlock()
		if err := want.check(d.s.SendSync(m)); err != nil {
			d.errorf("SendSync %d of sender %d: %v", i, sender, err)
			return
		}
		d.msgs.Add(2)
	}
}

func (d *duplex) sendAuto(sender int) {
	for i := range d.ops {
		m, want := plan(sender, i)
		if _, err := d.s.SendAuto(m); err != nil {
			d.errorf("SendAuto: %v", err)
			return
		}
		d.mu.Lock()
		d.sent[m.Header().Seq] = want
		d.mu.Unlock()
		d.msgs.Add(1)
		if i%64 == 63 { // not more at once than a queue holds
			for d.unanswered() > 64 && !d.t.Failed() {
				time.Sleep(time.Millisecond)
			}
		}
	}
}

func (d *duplex) isSync(seq uint32) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.syncs[seq]
}

func (d *duplex) unanswered() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.sent) - len(d.acks)
}

// dumped is the table that is dumped, and tabled the number of its routes.
const (
	dumped = 77
	tabled = 300
)

// dump asks for one dump after the other, which somebody else does too, and between for single routes.
func (d *duplex) dump(sender int) {
	for i := range max(d.ops/100, 3) {
		seen := map[[4]byte]bool{}
		var err error = libnl.ErrBusy
		for errors.Is(err, libnl.ErrBusy) && !d.t.Failed() {
			clear(seen)
			err = d.dumpOnce(seen)
			if errors.Is(err, libnl.ErrDumpIntr) {
				err = nil
			}
		}
		if err != nil || len(seen) != tabled {
			d.errorf("dump: %d routes, %v", len(seen), err)
			return
		}
		dst := [4]byte{127, 0, byte(sender), byte(i)}
		n := 0
		for m, err := range d.s.Request(d.t.Context(), routeSpec{dst: dst}.msg(libnl.RTMGetRoute, 0)) {
			if err != nil {
				d.errorf("get a route: %v", err)
				return
			}
			if _, got := routeOf(m.Bytes()); got != dst {
				d.errorf("asked for %v, got %v", dst, got)
			}
			n++
		}
		if n != 1 {
			d.errorf("%d answers instead of one", n)
		}
		d.msgs.Add(3)
	}
}

func (d *duplex) dumpOnce(seen map[[4]byte]bool) error {
	for m, err := range d.s.Request(d.t.Context(), routesDump()) {
		if err != nil {
			return err
		}
		d.msgs.Add(1)
		if table, dst := routeOf(m.Bytes()); table == dumped {
			if seen[dst] {
				d.errorf("%v came twice in one dump", dst)
			}
			seen[dst] = true
		}
	}
	return nil
}

// meddle changes what can be changed on the socket while it is in use.
func (d *duplex) meddle(stop <-chan struct{}) {
	big := libnl.Group(unix.RTNLGRP_NSID)
	var calls atomic.Int64
	for i := 0; ; i++ {
		select {
		case <-stop:
			return
		default:
		}
		err := errors.Join(
			d.s.AddMembership(libnl.GroupLink, libnl.GroupNeigh, big),
			d.s.ModifyCallback(libnl.CbSkipped, libnl.KindCustom, func(*libnl.Msg) error { calls.Add(1); return nil }),
			d.s.ModifyCallback(libnl.CbSendAck, libnl.KindCustom, func(*libnl.Msg) error { calls.Add(1); return nil }),
			d.s.DropMembership(libnl.GroupLink, big, libnl.GroupNeigh),
			d.s.ModifyCallback(libnl.CbSkipped, libnl.KindDebug, nil),
			d.s.ModifyCallback(libnl.CbSendAck, libnl.KindDefault, nil))
		if err != nil {
			d.errorf("meddle: %v", err)
			return
		}
		d.s.Stats()
		if i%8 == 7 {
			time.Sleep(time.Millisecond)
		}
	}
}

func TestDuplex(t *testing.T) {
	for name, receive := range map[string]func(*duplex, context.Context) error{
		"messages":  (*duplex).receiveMessages,
		"callbacks": (*duplex).receiveCallbacks,
	} {
		t.Run(name, func(t *testing.T) { runDuplex(t, receive) })
	}
}

func runDuplex(t *testing.T, receive func(*duplex, context.Context) error) {
	ns := nltest.NetNS(t)
	fill(t, ns, dumped, tabled)
	s := dial(t, &libnl.Config{Groups: []libnl.Group{libnl.GroupIPv4Route}, RcvBuf: 16 << 20, NetNS: ns})
	s.EnableAutoAck()
	w := newWitness(t)

	d := &duplex{t: t, s: s, ops: 6600, sent: map[uint32]outcome{}, syncs: map[uint32]bool{}, acks: map[uint32]error{}, full: make(chan struct{})}
	if testing.Short() {
		d.ops = 600
	}
	senders := []func(*duplex, int){
		(*duplex).do, (*duplex).do, (*duplex).batch, (*duplex).batch, (*duplex).sendSync, (*duplex).sendAuto, (*duplex).dump, (*duplex).dump,
	}
	const asking = 6
	d.want = asking*len(planNotes(0, d.ops)) + d.ops

	ended := make(chan error)
	go func() { ended <- receive(d, t.Context()) }()
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for i, send := range senders {
		wg.Go(func() { send(d, i) })
	}
	meddler := make(chan struct{})
	go func() { defer close(meddler); d.meddle(stop) }()
	wg.Wait()
	select {
	case <-d.full:
	case err := <-ended:
		t.Fatal("the receiver ended: ", err)
	case <-time.After(10 * time.Second):
		t.Error("messages are missing")
	}
	close(stop)
	<-meddler

	time.Sleep(20 * time.Millisecond) // for what comes twice, and until the receiver waits
	wakes(t, "Close", libnl.ErrClosed, func() { s.Close() }, ended)
	d.verify(w.notes(t), asking)
	if n := d.msgs.Load(); !testing.Short() && n < 100_000 {
		t.Errorf("%d messages are too few", n)
	} else {
		t.Logf("%d messages, %d of them in order to the receiver", n, len(d.notes)+len(d.order))
	}
}

func (d *duplex) verify(seen []uint64, asking int) {
	if len(d.notes)+len(d.acks) != d.want {
		d.errorf("%d notifications and %d answers, together not %d", len(d.notes), len(d.acks), d.want)
	}
	if !slices.Equal(d.notes, seen) {
		d.errorf("the kernel sent %d notifications in another order than the %d received", len(seen), len(d.notes))
	}
	for sender := range asking {
		var own []uint64
		for _, n := range d.notes {
			if byte(n>>16) == byte(sender) {
				own = append(own, n)
			}
		}
		if !slices.Equal(own, planNotes(sender, d.ops)) {
			d.errorf("sender %d: %d notifications, or out of order", sender, len(own))
		}
	}
	for seq, want := range d.sent {
		err, ok := d.acks[seq]
		if !ok {
			d.errorf("no answer to %d", seq)
		} else if err := want.check(err); err != nil {
			d.errorf("answer to %d: %v", seq, err)
		}
	}
	if !slices.IsSortedFunc(d.order, func(a, b uint32) int { return int(int32(a - b)) }) {
		d.errorf("answers came out of order")
	}
}

// wakes checks that what was done ends a wait with want, within 100 ms.
func wakes(t testing.TB, what string, want error, do func(), ended <-chan error) {
	t.Helper()
	start := time.Now()
	do()
	select {
	case err := <-ended:
		if took := time.Since(start); took > 100*time.Millisecond {
			t.Errorf("%s woke the receiver after %v", what, took)
		}
		if !errors.Is(err, want) {
			t.Errorf("%s: the receiver ended with %v", what, err)
		}
	case <-time.After(5 * time.Second):
		t.Fatalf("%s does not wake the receiver", what)
	}
}

// fill puts n routes in a table of their own, in a namespace.
func fill(t testing.TB, ns int, table byte, n int) {
	t.Helper()
	s := dial(t, &libnl.Config{NetNS: ns})
	var ms []*libnl.Msg
	for i := range n {
		ms = append(ms, routeSpec{dst: [4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}, table: table}.add())
	}
	if err := errors.Join(s.Batch(t.Context(), ms)...); err != nil {
		t.Fatal(err)
	}
}

// waiters are all calls that wait for something to arrive.
func waiters(s *libnl.Socket) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"Recv": s.Recv,
		"Messages": func(ctx context.Context) error {
			for _, err := range s.Messages(ctx) {
				return err
			}
			return nil
		},
		"RecvRaw": func(ctx context.Context) error {
			_, _, err := s.RecvRaw(ctx)
			return err
		},
		"RecvMsgsDefault": func(context.Context) error { return s.RecvMsgsDefault() },
		"WaitForAck":      func(context.Context) error { return s.WaitForAck() },
	}
}

func TestWake(t *testing.T) {
	nltest.NetNS(t)
	for name := range waiters(nil) {
		t.Run(name, func(t *testing.T) {
			wait := func(s *libnl.Socket, ctx context.Context) <-chan error {
				ended := make(chan error, 1)
				go func() { ended <- waiters(s)[name](ctx) }()
				time.Sleep(20 * time.Millisecond)
				return ended
			}
			s := dial(t, nil)
			if name == "RecvMsgsDefault" || name == "WaitForAck" {
				ended := wait(s, nil)
				wakes(t, "a deadline in the past", os.ErrDeadlineExceeded, func() { s.SetDeadline(time.Now()) }, ended)
				s.SetDeadline(time.Time{})
				ended = wait(s, nil)
				wakes(t, "a deadline", os.ErrDeadlineExceeded, func() { s.SetDeadline(time.Now().Add(30 * time.Millisecond)) }, ended)
				if err := <-wait(s, nil); !errors.Is(err, os.ErrDeadlineExceeded) {
					t.Error("after the deadline: ", err)
				}
				s.SetDeadline(time.Now().Add(60 * time.Millisecond))
				ended = wait(s, nil)
				s.SetDeadline(time.Now().Add(time.Hour))
				time.Sleep(60 * time.Millisecond)
				select {
				case err := <-ended:
					t.Error("a deadline put off ended the wait: ", err)
				default:
				}
				s.SetDeadline(time.Now().Add(20 * time.Millisecond))
				s.SetDeadline(time.Time{})
				time.Sleep(40 * time.Millisecond)
				select {
				case err := <-ended:
					t.Error("a deadline taken back ended the wait: ", err)
				default:
				}
				wakes(t, "Close", libnl.ErrClosed, func() { s.Close() }, ended)
				return
			}
			ctx, cancel := context.WithCancel(t.Context())
			wakes(t, "a cancelled context", context.Canceled, cancel, wait(s, ctx))
			ctx, cancel = context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			wakes(t, "a context's deadline", context.DeadlineExceeded, func() {}, wait(s, ctx))
			ctx, cancelCause := context.WithCancelCause(t.Context())
			why := errors.New("why")
			ended := wait(s, ctx)
			cancelCause(why)
			if err := <-ended; !errors.Is(err, why) || !errors.Is(err, context.Canceled) {
				t.Error("a context cancelled for a reason: ", err)
			}
			// nothing of it holds for the next one, nor does SetDeadline
			s.SetDeadline(time.Now())
			wakes(t, "Close", libnl.ErrClosed, func() { s.Close() }, wait(s, t.Context()))
		})
	}
}

// A request that waits, for a program that does not answer, ends in the same ways, and keeps nobody from receiving.
func TestWakeRequest(t *testing.T) {
	ns := nltest.NetNS(t)
	mute := dial(t, &libnl.Config{NetNS: ns})
	for _, name := range []string{"Do", "Request", "Batch", "SendSync"} {
		t.Run(name, func(t *testing.T) {
			s := dial(t, &libnl.Config{Groups: []libnl.Group{libnl.GroupIPv4Route}, NetNS: ns})
			s.EnableAutoAck()
			ask := func(ctx context.Context) <-chan error {
				ended := make(chan error, 1)
				m, _ := libnl.NewMsgSimple(100, 0)
				m.SetDst(libnl.SockAddr{Port: mute.LocalPort()})
				go func() {
					switch name {
					case "Do":
						ended <- s.Do(ctx, m)
					case "Batch":
						ended <- s.Batch(ctx, []*libnl.Msg{m})[0]
					case "SendSync":
						ended <- s.SendSync(m)
					default:
						for _, err := range s.Request(ctx, m) {
							ended <- err
						}
					}
				}()
				time.Sleep(20 * time.Millisecond)
				return ended
			}
			ctx, cancel := context.WithCancel(t.Context())
			if name == "SendSync" {
				wakes(t, "a deadline", os.ErrDeadlineExceeded, func() { s.SetDeadline(time.Now()) }, ask(nil))
				s.SetDeadline(time.Time{})
			} else {
				wakes(t, "a cancelled context", context.Canceled, cancel, ask(ctx))
			}
			cancel()
			ended := ask(t.Context())
			fill(t, ns, 50, 3)
			n := 0
			rctx, rcancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer rcancel()
			for m, err := range s.Messages(rctx) {
				if err != nil {
					t.Error(err)
					break
				}
				if m.Header().Type == libnl.RTMNewRoute {
					n++
				}
				if n == 3 {
					break
				}
			}
			if n != 3 {
				t.Errorf("%d notifications while a request waits", n)
			}
			unfill(t, ns, 50, 3)
			wakes(t, "Close", libnl.ErrClosed, func() { s.Close() }, ended)
		})
	}
}

func unfill(t testing.TB, ns int, table byte, n int) {
	t.Helper()
	s := dial(t, &libnl.Config{NetNS: ns})
	for i := range n {
		if err := s.Do(t.Context(), routeSpec{dst: [4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}, table: table}.del()); err != nil {
			t.Fatal(err)
		}
	}
}

// sound checks that a socket's next dump is whole.
func stillDumps(t testing.TB, s *libnl.Socket, want int) {
	t.Helper()
	n := 0
	for m, err := range s.Request(t.Context(), routesDump()) {
		if err != nil {
			t.Fatal("the next dump: ", err)
		}
		if table, _ := routeOf(m.Bytes()); table == dumped {
			n++
		}
	}
	if n != want {
		t.Fatalf("the next dump has %d routes, not %d", n, want)
	}
}

func TestStreamBody(t *testing.T) {
	ns := nltest.NetNS(t)
	const n = 3000
	fill(t, ns, dumped, n)
	s := dial(t, &libnl.Config{Groups: []libnl.Group{libnl.GroupIPv4Route}, NetNS: ns})
	r := routeSpec{dst: [4]byte{10, 99, 0, 1}}
	notes := 0
	body := func() {
		if err := s.Do(t.Context(), r.add()); err != nil {
			t.Fatal("Do in a body: ", err)
		}
		if err := s.Do(t.Context(), r.add()); !errors.Is(err, libnl.ErrExist) {
			t.Fatal("Do in a body: ", err)
		}
		for _, err := range s.Batch(t.Context(), []*libnl.Msg{r.del(), r.add(), r.del()}) {
			if err != nil {
				t.Fatal("Batch in a body: ", err)
			}
		}
		notes += 4
		got := 0
		for m, err := range s.Request(t.Context(), routeSpec{dst: [4]byte{127, 0, 0, 9}}.msg(libnl.RTMGetRoute, 0)) {
			if err != nil {
				t.Fatal("Request in a body: ", err)
			}
			if _, dst := routeOf(m.Bytes()); dst == [4]byte{127, 0, 0, 9} {
				got++
			}
		}
		if got != 1 {
			t.Fatalf("Request in a body: %d answers", got)
		}
	}
	busy := func() {
		for m, err := range s.Request(t.Context(), routesDump()) {
			if m != nil || !errors.Is(err, libnl.ErrBusy) {
				t.Fatal("a second dump: ", err)
			}
		}
		if err := s.Do(t.Context(), routesDump()); !errors.Is(err, libnl.ErrBusy) {
			t.Fatal("a second dump: ", err)
		}
	}

	seen := 0
	for m, err := range s.Request(t.Context(), routesDump()) {
		if err != nil && !errors.Is(err, libnl.ErrDumpIntr) {
			t.Fatal(err)
		}
		if m == nil {
			break
		}
		if table, _ := routeOf(m.Bytes()); table == dumped {
			seen++
		}
		if seen%500 == 0 {
			body()
			busy()
		}
	}
	if seen != n {
		t.Fatalf("%d routes", seen)
	}
	stillDumps(t, s, n)

	// left early, in every way
	early := map[string]func(seen int) bool{
		"break": func(int) bool { return false },
		"panic": func(int) bool { panic("out") },
		"goexit": func(int) bool {
			runtime.Goexit()
			return false
		},
		"in the second part": func(seen int) bool { return seen < 1500 },
		"after a request":    func(int) bool { body(); return false },
	}
	for name, leave := range early {
		t.Run(name, func(t *testing.T) {
			var kept *libnl.Msg
			out := make(chan any)
			go func() {
				defer func() { out <- recover() }()
				seen := 0
				for m, err := range s.Request(t.Context(), routesDump()) {
					if err != nil {
						t.Error(err)
						return
					}
					kept = m
					if seen++; !leave(seen) {
						return
					}
				}
			}()
			if v := <-out; name == "panic" && v != "out" {
				t.Error("recovered ", v)
			}
			if kept.Err() == nil {
				t.Error("a message outlives the loop")
			}
			stillDumps(t, s, n)
		})
	}

	// requests from the body of Messages, whose notifications come there too
	notes += 4 * 20
	got := 0
	for range 20 {
		if err := s.Do(t.Context(), r.add()); err != nil {
			t.Fatal(err)
		}
		if errs := s.Batch(t.Context(), []*libnl.Msg{r.del(), r.add(), r.del()}); errors.Join(errs...) != nil {
			t.Fatal(errs)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	want := libnl.RTMNewRoute
	for got < notes {
		for m, err := range s.Messages(ctx) {
			if err != nil {
				t.Fatalf("%d of %d notifications: %v", got, notes, err)
			}
			if typ := m.Header().Type; typ != want {
				t.Fatalf("%d of %d notifications: type %d, want %d", got, notes, typ, want)
			}
			got++
			want ^= libnl.RTMNewRoute ^ libnl.RTMDelRoute
			if got%40 == 10 && got < 200 {
				body()
			}
			if got%7 == 0 || got == notes {
				break
			}
		}
	}
	if st := s.Stats(); st.Pending != 0 {
		t.Errorf("%d bytes too many", st.Pending)
	}
	stillDumps(t, s, n)
}
