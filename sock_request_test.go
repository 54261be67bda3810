//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
	"github.com/golibnl/libnl/internal/oracle"
	"golang.org/x/sys/unix"
)

const typData = 100 // of the peers' messages

// dumpMsg is a dump request to a peer.
func dumpMsg(t testing.TB) *libnl.Msg { return plainMsg(t, typData, libnl.FlagDump, "") }

// parts is a dump of n messages, the last of which has flags more, one a datagram.
func parts(r request, n, more int) (d [][]byte) {
	for i := range n {
		f := flagMulti
		if i == n-1 {
			f |= more
		}
		d = append(d, message(typData, f, r.Seq, fmt.Sprintf("%04d", i)))
	}
	return append(d, doneMsg(0, r.Seq, 0))
}

func bodies(ms []*libnl.Msg) (s []string) {
	for _, m := range ms {
		s = append(s, string(m.Payload()))
	}
	return s
}

// An interrupted dump is asked for again, with a bound, and then reported with its data.
func TestTrapInterruptedDump(t *testing.T) {
	nltest.NetNS(t)
	t.Run("libnl", func(t *testing.T) {
		// unlike ours: no bound, each piece as often as the dump was made; and no error for who has a callback for it
		addr := oracle.Message(unix.RTM_NEWADDR, flagMulti, 0, cat([]byte{unix.AF_INET, 24, 0, 0}, u32(1), oracle.Attr(unix.IFA_LOCAL, []byte{192, 0, 2, 1})))
		bad := bytes.Clone(addr)
		binary.NativeEndian.PutUint16(bad[6:], flagMulti|flagIntr)
		const restarts = 20
		var feed [][]byte
		for range restarts {
			feed = append(feed, cat(bad, doneMsg(0, 0, 0)))
		}
		r, err := oracle.Fill("route/addr", false, append(feed, cat(addr, doneMsg(0, 0, 0))))
		check(t, err)
		if r.Requests != restarts+1 || r.Items <= 1 {
			t.Fatalf("%+v: libnl has a bound and no duplicates", r)
		}
		var o oracle.LoopOptions
		o.Callbacks[oracle.CbDumpIntr].Set = true
		if _, codes := oracle.Loop(feed[:1], o); codes[0] < 0 {
			t.Fatalf("code %d", codes[0])
		}
	})
	for _, c := range []struct{ bad, requests int }{{0, 1}, {1, 2}, {4, 5}, {5, 5}, {100, 5}} {
		p := newPeer(t, 0)
		p.serve(func(r request) [][]byte {
			if p.count() <= c.bad {
				return parts(r, 3, flagIntr)
			}
			return parts(r, 4, 0)
		})
		s := dialPeer(t, p, libnl.Config{})
		all, err := s.RequestAll(within(t, 5*time.Second), dumpMsg(t))
		if p.count() != c.requests {
			t.Errorf("%d interrupted: %d requests, want %d", c.bad, p.count(), c.requests)
		}
		want := 4
		if c.bad >= 5 {
			want = 3
			isErr(t, "interrupted", err, libnl.ErrDumpIntr)
		} else if err != nil {
			t.Errorf("%d interrupted: %v", c.bad, err)
		}
		if len(all) != want {
			t.Errorf("%d interrupted: %q, want %d messages", c.bad, bodies(all), want)
		}
	}

	// one try: all data, then the error; wherever the flag stands
	for _, where := range []string{"first", "last", "DONE"} {
		p := newPeer(t, 0)
		p.serve(func(r request) [][]byte {
			d := parts(r, 3, 0)
			i := map[string]int{"first": 0, "last": 2, "DONE": 3}[where]
			binary.NativeEndian.PutUint16(d[i][6:], flagMulti|flagIntr)
			return d
		})
		s := dialPeer(t, p, libnl.Config{})
		n := 0
		var last error
		for m, err := range s.Request(within(t, 2*time.Second), dumpMsg(t)) {
			if m != nil {
				n++
			}
			last = err
		}
		if n != 3 {
			t.Errorf("%s: %d messages, want 3", where, n)
		}
		isErr(t, where, last, libnl.ErrDumpIntr)
		isErr(t, "Do", s.Do(within(t, 2*time.Second), dumpMsg(t)), libnl.ErrDumpIntr)

		n, last = 0, nil
		_, err := s.SendAuto(dumpMsg(t))
		check(t, err)
		for m, err := range s.Messages(within(t, 2*time.Second)) {
			last = err
			if m == nil || m.Header().Type == libnl.MsgDone {
				break
			}
			n++
		}
		if n != 3 {
			t.Errorf("Messages, %s: %d messages, want 3", where, n)
		}
		isErr(t, "Messages", last, libnl.ErrDumpIntr)

		n = 0
		cb := counting(t, &n)
		_, err = s.SendAuto(dumpMsg(t))
		check(t, err)
		isErr(t, "RecvMsgs", s.RecvMsgs(cb), libnl.ErrDumpIntr)
		if n != 3 {
			t.Errorf("RecvMsgs, %s: %d messages, want 3", where, n)
		}
	}

	// an ACK of another request in between does not take the flag for its own
	p := newPeer(t, 0)
	s := dialPeer(t, p, libnl.Config{Events: true})
	p.send(s.LocalPort(), message(typData, flagMulti|flagIntr, 7, ""), errorMsg(request{Header: libnl.Header{Seq: 8}}, 0), doneMsg(0, 7, 0))
	for i := range 3 { // in a loop each
		_, err := nextEvent(t, s)
		if (err != nil) != (i == 2) {
			t.Errorf("message %d: error %v", i, err)
		}
	}
}

// addrMsg is a request about the address 10.1.x.y/32 of lo.
func addrReply(t testing.TB, typ libnl.MsgType, i int) *libnl.Msg {
	t.Helper()
	var f libnl.MsgFlags
	if typ == libnl.RTMNewAddr {
		f = libnl.FlagCreate | libnl.FlagExcl
	}
	m, err := libnl.NewMsgSimple(typ, f)
	check(t, err)
	m.Append(append([]byte{unix.AF_INET, 32, 0, 0}, u32(1)...), 4)
	m.PutBytes(unix.IFA_LOCAL, []byte{10, 1, byte(i >> 8), byte(i)})
	check(t, m.Err())
	return m
}

// The same on the real kernel: addresses come and go while they are dumped.
func TestInterruptedDumpKernel(t *testing.T) {
	nltest.NetNS(t)
	const n = 1500
	s, other := dial(t, nil), dial(t, nil)
	var add []*libnl.Msg
	for i := range n {
		add = append(add, addrReply(t, libnl.RTMNewAddr, i))
	}
	for _, err := range other.Batch(t.Context(), add) {
		check(t, err)
	}
	dump := func() *libnl.Msg {
		m, err := libnl.NewMsgSimple(libnl.RTMGetAddr, libnl.FlagDump)
		check(t, err)
		m.Append([]byte{unix.AF_INET, 7: 0}, 4)
		return m
	}
	change := func(i int) {
		check(t, other.Do(context.Background(), addrReply(t, libnl.RTMDelAddr, i)))
		check(t, other.Do(context.Background(), addrReply(t, libnl.RTMNewAddr, i)))
	}

	got := 0
	var last error
	for m, err := range s.Request(t.Context(), dump()) {
		if last = err; m != nil {
			if got++; got == 1 {
				change(0)
			}
		}
	}
	isErr(t, "Request", last, libnl.ErrDumpIntr)
	if got < n {
		t.Errorf("Request: %d addresses, want %d and more", got, n)
	}
	got = 0
	cb, err := libnl.NewCallbacks(libnl.KindDefault)
	check(t, err)
	defer cb.Close()
	check(t, cb.Set(libnl.CbValid, libnl.KindCustom, func(*libnl.Msg) error {
		if got++; got == 1 {
			change(0)
		}
		return nil
	}))
	_, err = s.SendAuto(dump())
	check(t, err)
	isErr(t, "RecvMsgs", s.RecvMsgs(cb), libnl.ErrDumpIntr)

	// without rest: a fill ends, and is whole or says that it is not. (A change on another processor during the last part of a dump is one
	// that the kernel itself does not notice: that address may be there twice.)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := 0; ; i = (i + 1) % 100 {
			select {
			case <-stop:
				return
			default:
				change(i)
				time.Sleep(time.Millisecond)
			}
		}
	})
	intr, whole := 0, 0
	for start := time.Now(); time.Since(start) < 500*time.Millisecond; {
		all, err := s.RequestAll(t.Context(), dump())
		if err != nil {
			intr++
			isErr(t, "RequestAll", err, libnl.ErrDumpIntr)
			if len(all) < n-1 {
				t.Errorf("interrupted, %d addresses", len(all))
			}
			continue
		}
		whole++
		seen := map[string]bool{}
		for _, m := range all {
			a, _ := m.FindAttr(8, unix.IFA_LOCAL)
			seen[string(a.Bytes())] = true
		}
		if len(all) > len(seen)+1 || len(seen) < n-1 {
			t.Errorf("%d addresses, %d of them different, of %d", len(all), len(seen), n)
		}
	}
	close(stop)
	wg.Wait()
	t.Logf("%d dumps whole, %d interrupted five times in a row", whole, intr)
	if whole == 0 {
		t.Error("none of the dumps was whole")
	}
	sound(t, s, countRoutes(t))
}

// overflow makes n events, for a small receive buffer.
func overflow(t *testing.T, other *libnl.Socket, n int) {
	t.Helper()
	for i := range n {
		typ := libnl.RTMNewRoute
		if i%2 == 1 {
			typ = libnl.RTMDelRoute
		}
		check(t, other.Do(t.Context(), blackholeRoute(t, typ, 1)))
	}
}

// Lost messages are ErrOverrun, and the subscription lives on.
func TestTrapOverrun(t *testing.T) {
	nltest.NetNS(t)
	t.Run("libnl", func(t *testing.T) {
		nltest.NetNS(t)
		code, noMem, err := oracle.TrapOverrun()
		check(t, err)
		if code != noMem {
			t.Fatalf("code %d, want that of ENOMEM, %d", code, noMem)
		}
	})
	other := dial(t, nil)
	listener := func() *libnl.Socket {
		s := dial(t, &libnl.Config{Groups: []libnl.Group{libnl.GroupIPv4Route}})
		// SO_RCVBUFFORCE, so that nothing of the system's is in the way of making it small
		check(t, s.SetBufferSize(2048, 0))
		return s
	}
	overrun := func(how string, err error) {
		t.Helper()
		isErr(t, how, err, libnl.ErrOverrun, syscall.ENOBUFS)
		if err != nil && !strings.Contains(err.Error(), "lost") {
			t.Errorf("%s: %v: says nothing of lost messages", how, err)
		}
	}
	livesOn := func(how string, s *libnl.Socket) {
		t.Helper()
		for _, err := range s.Messages(short(t)) {
			if err != nil {
				isErr(t, how, err, context.DeadlineExceeded)
			}
		}
		check(t, other.Do(t.Context(), blackholeRoute(t, libnl.RTMNewRoute, 9)))
		if m, err := nextEvent(t, s); err != nil || m.Header().Type != libnl.RTMNewRoute {
			t.Errorf("%s: the next event: %v %v", how, m, err)
		}
		check(t, other.Do(t.Context(), blackholeRoute(t, libnl.RTMDelRoute, 9)))
		if m, err := nextEvent(t, s); err != nil || m.Header().Type != libnl.RTMDelRoute {
			t.Errorf("%s: the event after: %v %v", how, m, err)
		}
	}

	for _, c := range []struct {
		name string
		recv func(s *libnl.Socket) error
	}{
		{"Messages", func(s *libnl.Socket) error { _, err := nextEvent(t, s); return err }},
		{"RecvRaw", func(s *libnl.Socket) error { _, _, err := s.RecvRaw(t.Context()); return err }},
		{"Recv", func(s *libnl.Socket) error { return s.Recv(t.Context()) }},
		{"RecvMsgsDefault", func(s *libnl.Socket) error { return s.RecvMsgsDefault() }},
	} {
		s := listener()
		overflow(t, other, 100)
		overrun(c.name, c.recv(s))
		if st := s.Stats(); st.Overruns != 1 {
			t.Errorf("%s: %+v, want one overrun", c.name, st)
		}
		livesOn(c.name, s)
	}

	// In the middle of requests the receiver learns of it. Their own answers were lost, since the queue was full, or not.
	for _, c := range []struct {
		name string
		ask  func(s *libnl.Socket, m *libnl.Msg) error
	}{
		{"Do", func(s *libnl.Socket, m *libnl.Msg) error { return s.Do(within(t, 2*time.Second), m) }},
		{"Batch", func(s *libnl.Socket, m *libnl.Msg) error {
			return s.Batch(within(t, 2*time.Second), []*libnl.Msg{m})[0]
		}},
		{"RequestAll", func(s *libnl.Socket, m *libnl.Msg) error {
			_, err := s.RequestAll(within(t, 2*time.Second), m)
			return err
		}},
		{"SendSync", func(s *libnl.Socket, m *libnl.Msg) error {
			check(t, s.SetDeadline(time.Now().Add(2*time.Second)))
			s.EnableAutoAck()
			defer s.DisableAutoAck()
			return s.SendSync(m)
		}},
	} {
		s := listener()
		overflow(t, other, 100)
		overrun(c.name+", lost", c.ask(s, badRequest(t)))
		overrun(c.name+", the receiver", firstError(t, s))
		livesOn(c.name, s)
		isErr(t, c.name+", the next", c.ask(s, badRequest(t)), syscall.EADDRNOTAVAIL)

		// overrun, then room again, then the request: the error is still to be read, the answer is there
		s = listener()
		overflow(t, other, 100)
		check(t, s.SetBufferSize(1<<20, 0))
		drainRaw(t, s)
		isErr(t, c.name+", answered", c.ask(s, badRequest(t)), syscall.EADDRNOTAVAIL)
		livesOn(c.name+", answered", s)
	}

	// a dump goes on through it
	check(t, oracle.FillRoutes(2000))
	n := countRoutes(t)
	s := listener()
	got := 0
	for _, err := range s.Request(within(t, 5*time.Second), routeDump(t, 0)) {
		check(t, err)
		if got++; got%400 == 0 {
			overflow(t, other, 40)
		}
	}
	if got < n || got > n+1 {
		t.Errorf("%d routes, want %d", got, n)
	}
	overrun("in a dump, the receiver", firstError(t, s))
	livesOn("in a dump", s)
}

// Whoever reads word of an overrun, every request ends: with its own answer, or with the overrun.
func TestOverrunStorm(t *testing.T) {
	nltest.NetNS(t)
	s := dial(t, &libnl.Config{Groups: []libnl.Group{libnl.GroupIPv4Route}})
	s.EnableAutoAck()
	check(t, s.SetBufferSize(2048, 0))
	other := dial(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	events, overruns := 0, 0
	wg.Go(func() { // the receiver
		for m, err := range s.Messages(ctx) {
			switch {
			case m != nil:
				events++
			case errors.Is(err, libnl.ErrOverrun):
				overruns++
			case ctx.Err() == nil:
				t.Error("receiver: ", err)
			}
		}
	})
	var flood []*libnl.Msg
	for i := range 32 {
		flood = append(flood, blackholeRoute(t, libnl.RTMNewRoute, byte(i)), blackholeRoute(t, libnl.RTMDelRoute, byte(i)))
	}
	wg.Go(func() {
		for ctx.Err() == nil {
			for _, err := range other.Batch(context.Background(), flood) {
				if err != nil {
					t.Error("flood: ", err)
				}
			}
		}
	})
	answered, lost := 0, 0
	for start := time.Now(); time.Since(start) < 300*time.Millisecond && !t.Failed(); {
		for name, ask := range map[string]func() error{
			"Do":      func() error { return s.Do(within(t, 5*time.Second), badRequest(t)) },
			"Request": func() error { _, err := s.RequestAll(within(t, 5*time.Second), badRequest(t)); return err },
			"SendSync": func() error {
				check(t, s.SetDeadline(time.Now().Add(5*time.Second)))
				return s.SendSync(badRequest(t))
			},
		} {
			err := ask()
			switch {
			case errors.Is(err, syscall.EADDRNOTAVAIL):
				answered++
			case errors.Is(err, libnl.ErrOverrun):
				lost++
			default:
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	cancel()
	wg.Wait()
	t.Logf("%d answered, %d lost; %d events and %d overruns seen; %+v", answered, lost, events, overruns, s.Stats())
	if n := s.Stats().Overruns; overruns == 0 && n > 10 || uint64(overruns) > n { // the last ones may still be pending
		t.Errorf("the receiver saw %d overruns of %d", overruns, s.Stats().Overruns)
	}
}

// firstError reads on until the first error.
func firstError(t *testing.T, s *libnl.Socket) error {
	t.Helper()
	for _, err := range s.Messages(short(t)) {
		if err != nil {
			return err
		}
	}
	return nil
}

// drainRaw empties a socket's queue behind its back, as far as messages go: word of an overrun stays.
func drainRaw(t *testing.T, s *libnl.Socket) {
	t.Helper()
	conn, err := s.SyscallConn()
	check(t, err)
	check(t, conn.Control(func(fd uintptr) {
		b := make([]byte, 64<<10)
		for {
			// peeking takes no error away
			if _, _, err := unix.Recvfrom(int(fd), b, unix.MSG_DONTWAIT); err == unix.EAGAIN {
				return
			}
		}
	}))
}

// Large datagrams arrive whole, or are an error that tells their size; whatever SetMsgBufSize says.
func TestTrapBigDatagram(t *testing.T) {
	nltest.NetNS(t)
	t.Run("libnl", func(t *testing.T) {
		nltest.NetNS(t)
		d, err := oracle.TrapBigDatagram(120 << 10)
		check(t, err)
		if d.Code != cCode(libnl.ErrMsgTrunc) || d.Next != cCode(libnl.ErrAgain) {
			t.Fatalf("%+v, want %d and the datagram gone", d, cCode(libnl.ErrMsgTrunc))
		}
	})
	big := strings.Repeat("0123456789abcdef", 300<<10/16)
	huge := strings.Repeat("0123456789abcdef", 3<<19/16)
	hugeLen := fmt.Sprint(len(huge) + 16)
	p := newPeer(t, 0)
	if n, err := unix.GetsockoptInt(p.fd, unix.SOL_SOCKET, unix.SO_SNDBUF); err != nil || n < 2*len(huge) {
		t.Skipf("the system allows no messages of %d bytes: %d %v", len(huge), n, err)
	}
	p.serve(func(r request) [][]byte {
		switch string(r.body[16:]) {
		case "whole...":
			return [][]byte{cat(message(typData, flagMulti, r.Seq, big), message(typData, flagMulti, r.Seq, "tail")), doneMsg(0, r.Seq, 0)}
		case "huge....":
			return [][]byte{message(typData, flagMulti, r.Seq, huge), doneMsg(0, r.Seq, 0)}
		}
		return [][]byte{message(typData, flagMulti, r.Seq, "small"), doneMsg(0, r.Seq, 0)}
	})
	for _, size := range []int{0, 1, 4096} {
		s := dialPeer(t, p, libnl.Config{RcvBuf: 8 << 20})
		check(t, s.SetMsgBufSize(size))
		s.DisableMsgPeek()
		var got []string
		check(t, s.ModifyCallback(libnl.CbValid, libnl.KindCustom, func(m *libnl.Msg) error {
			got = append(got, string(m.Payload()))
			return nil
		}))
		recv := map[string]func(what string) ([]string, error){
			"Messages": func(what string) (got []string, err error) {
				_, err = s.SendAuto(plainMsg(t, typData, 0, what))
				check(t, err)
				for m, err := range s.Messages(within(t, 2*time.Second)) {
					if err != nil || m.Header().Type == libnl.MsgDone {
						return got, err
					}
					got = append(got, string(m.Payload()))
				}
				return nil, nil
			},
			"RecvRaw": func(what string) (got []string, err error) {
				_, err = s.SendAuto(plainMsg(t, typData, 0, what))
				check(t, err)
				for {
					b, _, err := s.RecvRaw(within(t, 2*time.Second))
					if err != nil {
						return got, err
					}
					for h, m := range libnl.EachMsg(b) {
						if h.Type == libnl.MsgDone {
							return got, nil
						}
						got = append(got, string(m[16:]))
					}
				}
			},
			"Request": func(what string) ([]string, error) {
				all, err := s.RequestAll(within(t, 2*time.Second), plainMsg(t, typData, 0, what))
				return bodies(all), err
			},
			"Recv": func(what string) ([]string, error) {
				got = nil
				_, err := s.SendAuto(plainMsg(t, typData, 0, what))
				check(t, err)
				err = s.Recv(within(t, 2*time.Second))
				return got, err
			},
		}
		for name, f := range recv {
			if got, err := f("whole..."); err != nil || len(got) != 2 || got[0] != big || got[1] != "tail" {
				t.Errorf("%s, buffer %d: %d messages, error %v", name, size, len(got), err)
			}
			got, err := f("huge....")
			isErr(t, name, err, libnl.ErrMsgTrunc)
			if len(got) != 0 || err != nil && !strings.Contains(err.Error(), hugeLen) {
				t.Errorf("%s, buffer %d: %d messages, error %v without the length %s", name, size, len(got), err, hugeLen)
			}
			// the DONE of the huge one goes first, to those who receive
			if name == "Recv" {
				check(t, s.Recv(within(t, 2*time.Second)))
			} else if name != "Request" {
				if b, _, err := s.RecvRaw(within(t, 2*time.Second)); err != nil || len(b) != 20 {
					t.Errorf("%s: the next datagram: %d bytes, error %v", name, len(b), err)
				}
			}
			if got, err := f("small"); err != nil || len(got) != 1 || got[0] != "small" {
				t.Errorf("%s, buffer %d: the next: %q, error %v", name, size, got, err)
			}
			isErr(t, "Do", s.Do(within(t, 2*time.Second), plainMsg(t, typData, 0, "huge....")), libnl.ErrMsgTrunc)
			if err := s.Do(within(t, 2*time.Second), plainMsg(t, typData, 0, "small")); err != nil {
				t.Error("Do: the next: ", err)
			}
		}
		if st := s.Stats(); st.Truncated != uint64(2*len(recv)) {
			t.Errorf("%+v, want %d truncated", st, 2*len(recv))
		}
	}

	{
		// one that is not the answer of the request that reads it, and one that is refused
		s := dialPeer(t, p, libnl.Config{RcvBuf: 8 << 20})
		other := newPeer(t, 0)
		other.send(s.LocalPort(), message(typData, 0, 0, huge))
		check(t, s.Do(within(t, 2*time.Second), plainMsg(t, typData, 0, "small")))
		_, err := nextEvent(t, s)
		isErr(t, "the receiver", err, libnl.ErrMsgTrunc)
		other.send(s.LocalPort(), message(typData, 0, 0, huge))
		all, err := s.RequestAll(within(t, 2*time.Second), plainMsg(t, typData, 0, "small"))
		if err != nil || len(all) != 1 {
			t.Errorf("RequestAll: %q %v", bodies(all), err)
		}
		_, err = nextEvent(t, s)
		isErr(t, "the receiver", err, libnl.ErrMsgTrunc)

		k, err := libnl.Dial(libnl.ProtoUserSock, &libnl.Config{RcvBuf: 8 << 20})
		check(t, err)
		defer k.Close()
		other.send(k.LocalPort(), message(typData, 0, 0, huge))
		for m, err := range k.Messages(short(t)) {
			if m != nil {
				t.Error("a message: ", m.Header())
			}
			isErr(t, "refused", err, context.DeadlineExceeded)
		}
		if st := k.Stats(); st.Refused != 1 {
			t.Errorf("%+v, want one refused", st)
		}
	}
}

// cpu returns the CPU time the process has used.
func cpu(t testing.TB) time.Duration {
	var u unix.Rusage
	check(t, unix.Getrusage(unix.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// Sending to a program whose queue is full neither spins nor hangs.
func TestTrapFullQueue(t *testing.T) {
	nltest.NetNS(t)
	t.Run("libnl", func(t *testing.T) {
		q, err := oracle.TrapFullQueue(unix.NETLINK_USERSOCK, false)
		check(t, err)
		if q.Millis < 250 {
			t.Fatalf("%+v: the send did not wait for ever", q)
		}
		if q, err = oracle.TrapFullQueue(unix.NETLINK_USERSOCK, true); err != nil || !q.Writable {
			t.Fatalf("%+v %v: poll knew", q, err)
		}
	})
	p := newPeer(t, 4096)
	s := dialPeer(t, p, libnl.Config{})
	m := plainMsg(t, typData, 0, strings.Repeat("x", 1000))
	fill := func(m *libnl.Msg) {
		t.Helper()
		for n := 0; ; n++ {
			start := time.Now()
			_, err := s.Send(m)
			if d := time.Since(start); d > 100*time.Millisecond {
				t.Fatalf("Send took %v", d)
			}
			if err != nil {
				isErr(t, "Send", err, libnl.ErrAgain, syscall.EAGAIN)
				return
			}
			if n > 1000 {
				t.Fatal("the queue never fills")
			}
		}
	}
	fill(m)
	fill(plainMsg(t, typData, 0, ""))
	_, err := s.SendAuto(plainMsg(t, typData, 0, ""))
	isErr(t, "SendAuto", err, libnl.ErrAgain)
	isErr(t, "SendSync", s.SendSync(plainMsg(t, typData, 0, "")), libnl.ErrAgain)
	_, err = s.SendTo(m.Bytes())
	isErr(t, "SendTo", err, libnl.ErrAgain)

	const wait = 300 * time.Millisecond
	for name, ask := range map[string]func(ctx context.Context) error{
		"Do":      func(ctx context.Context) error { return s.Do(ctx, m) },
		"Request": func(ctx context.Context) error { _, err := s.RequestAll(ctx, m); return err },
		"Batch":   func(ctx context.Context) error { return s.Batch(ctx, []*libnl.Msg{m, m})[1] },
	} {
		start, used := time.Now(), cpu(t)
		err := ask(within(t, wait))
		took, used := time.Since(start), cpu(t)-used
		isErr(t, name, err, context.DeadlineExceeded)
		if took < wait || took > wait+200*time.Millisecond || used > 100*time.Millisecond {
			t.Errorf("%s took %v and %v of CPU time", name, took, used)
		}
		mine := errors.New("mine")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(20*time.Millisecond, func() { cancel(mine) })
		isErr(t, name, ask(ctx), mine)
	}

	// a receiver on the same socket is not kept waiting by who cannot send
	third := newPeer(t, 0)
	ctx, cancel := context.WithCancel(t.Context())
	asked := make(chan error, 1)
	go func() { asked <- s.Do(ctx, m) }()
	time.Sleep(20 * time.Millisecond)
	for range 3 {
		third.send(s.LocalPort(), message(typData, 0, 0, "hello"))
		start := time.Now()
		if m, err := nextEvent(t, s); err != nil || string(m.Payload()) != "hello" {
			t.Errorf("beside Do: %v %v", m, err)
		}
		if d := time.Since(start); d > 200*time.Millisecond {
			t.Errorf("beside Do: a message took %v", d)
		}
	}
	cancel()
	isErr(t, "Do", <-asked, context.Canceled)

	// nor by who waits for a slow answer
	slow := newPeer(t, 0)
	s.SetPeerPort(slow.port)
	ctx, cancel = context.WithCancel(t.Context())
	go func() { asked <- s.Do(ctx, m) }()
	_, _, _ = slow.recv()
	for range 3 {
		third.send(s.LocalPort(), message(typData, 0, 0, "hello"))
		start := time.Now()
		if m, err := nextEvent(t, s); err != nil || string(m.Payload()) != "hello" {
			t.Errorf("beside a slow Do: %v %v", m, err)
		}
		if d := time.Since(start); d > 200*time.Millisecond {
			t.Errorf("beside a slow Do: a message took %v", d)
		}
	}
	cancel()
	isErr(t, "slow Do", <-asked, context.Canceled)
	s.SetPeerPort(p.port)

	// closing ends it
	s2 := dialPeer(t, p, libnl.Config{})
	go func() { time.Sleep(20 * time.Millisecond); s2.Close() }()
	isErr(t, "Do on a socket that is closed", s2.Do(t.Context(), m), libnl.ErrClosed)

	// and it goes through when the program reads
	time.AfterFunc(50*time.Millisecond, func() {
		p.serve(func(r request) [][]byte { return [][]byte{errorMsg(r, 0)} })
	})
	check(t, s.Do(within(t, 3*time.Second), m))
	for _, err := range s.Batch(within(t, 3*time.Second), []*libnl.Msg{m, m, m}) {
		check(t, err)
	}
}

// Two programs that fill each other's queues come free.
func TestFullQueueBothWays(t *testing.T) {
	nltest.NetNS(t)
	a := dialPeer(t, nil, libnl.Config{Events: true})
	b := dialPeer(t, nil, libnl.Config{Events: true})
	a.SetPeerPort(b.LocalPort())
	b.SetPeerPort(a.LocalPort())
	check(t, a.SetBufferSize(4096, 0))
	check(t, b.SetBufferSize(4096, 0))
	ctx := within(t, 5*time.Second)
	var wg sync.WaitGroup
	var answered atomic.Int32
	for _, s := range []*libnl.Socket{a, b} {
		wg.Go(func() { // answers
			for m, err := range s.Messages(ctx) {
				if err != nil {
					return
				}
				if h := m.Header(); h.Flags&libnl.FlagRequest != 0 {
					ack, err := libnl.MsgFromBytes(errorMsg(request{Header: h}, 0))
					if err != nil {
						t.Error(err)
						return
					}
					for {
						if _, err := s.Send(ack); !errors.Is(err, libnl.ErrAgain) || ctx.Err() != nil {
							break
						}
						time.Sleep(time.Millisecond)
					}
				}
			}
		})
	}
	var asks sync.WaitGroup
	for _, s := range []*libnl.Socket{a, b} {
		asks.Go(func() {
			for range 200 {
				if err := s.Do(ctx, plainMsg(t, typData, 0, strings.Repeat("x", 1000))); err != nil {
					t.Error(err)
					return
				}
				answered.Add(1)
			}
		})
	}
	asks.Wait()
	a.Close()
	b.Close()
	wg.Wait()
	if answered.Load() != 400 {
		t.Errorf("%d of 400 answered", answered.Load())
	}
}

// What was answered stays answered when a later request of a batch gets no answer.
func TestBatchPartial(t *testing.T) {
	p := newPeer(t, 0)
	p.serve(func(r request) [][]byte {
		switch string(r.body[16:]) {
		case "mute":
			return nil
		case "bad!":
			return [][]byte{errorMsg(r, int(syscall.EPERM))}
		}
		return [][]byte{errorMsg(r, 0)}
	})
	s := dialPeer(t, p, libnl.Config{})
	var ms []*libnl.Msg
	for _, w := range []string{"good", "bad!", "mute", "good"} {
		ms = append(ms, plainMsg(t, typData, 0, w))
	}
	for range 70 { // beyond the window
		ms = append(ms, plainMsg(t, typData, 0, "good"))
	}
	errs := s.Batch(within(t, 300*time.Millisecond), ms)
	for i, err := range errs {
		switch {
		case i == 1:
			isErr(t, "refused", err, syscall.EPERM, libnl.ErrPerm)
		case i == 2 || i >= 64:
			isErr(t, fmt.Sprint("unanswered ", i), err, context.DeadlineExceeded)
		case err != nil:
			t.Errorf("answered %d: %v", i, err)
		}
	}
}

// Each request of a batch has the result that it would have alone.
func TestBatchResults(t *testing.T) {
	nltest.NetNS(t)
	for _, cfg := range []*libnl.Config{nil, {Groups: []libnl.Group{libnl.GroupIPv4Route}, RcvBuf: 16 << 20}} {
		s := dial(t, cfg)
		var ms []*libnl.Msg
		var want []syscall.Errno
		put := func(m *libnl.Msg, err syscall.Errno) {
			ms = append(ms, m)
			want = append(want, err)
		}
		for i := range 300 {
			r := routeSpec{dst: [4]byte{10, 7, byte(i >> 8), byte(i)}}
			put(r.add(), 0)
			switch i % 7 {
			case 1:
				put(r.add(), syscall.EEXIST)
			case 2:
				put(loRequest(t, libnl.RTMGetLink), 0)
			case 3:
				put(badRequest(t), syscall.EADDRNOTAVAIL)
			case 4:
				put(r.del(), 0)
				put(r.del(), syscall.ESRCH)
				put(r.add(), 0)
			case 5: // a dump after all
				put(routeSpec{}.msg(libnl.RTMGetRule, libnl.FlagRoot), 0)
			}
			put(r.del(), 0)
		}
		for range 5 { // at different places of the windows
			for i, err := range s.Batch(within(t, 20*time.Second), ms) {
				if want[i] == 0 && err != nil || want[i] != 0 && !errors.Is(err, want[i]) {
					t.Fatalf("%d: %v instead of %v", i, err, want[i])
				}
			}
			put(badRequest(t), syscall.EADDRNOTAVAIL)
			ms, want = append(ms[len(ms)-1:], ms[:len(ms)-1]...), append(want[len(want)-1:], want[:len(want)-1]...)
		}
	}
}

// Where the queue is too small for the errors of a batch, none of it counts as success.
func TestBatchOverrun(t *testing.T) {
	nltest.NetNS(t)
	s := dial(t, nil)
	check(t, s.SetBufferSize(2048, 0))
	var ms []*libnl.Msg
	for range 60 {
		ms = append(ms, routeSpec{dst: [4]byte{10, 0, 0, 1}}.del())
	}
	lost := 0
	for i, err := range s.Batch(within(t, 5*time.Second), ms) {
		if !errors.Is(err, syscall.ESRCH) && !errors.Is(err, libnl.ErrOverrun) {
			t.Errorf("%d: %v", i, err)
		}
		if errors.Is(err, libnl.ErrOverrun) {
			lost++
		}
	}
	if lost == 0 || s.Stats().Overruns == 0 {
		t.Error("no overrun")
	}
	check(t, s.Do(t.Context(), routeSpec{dst: [4]byte{10, 0, 0, 1}}.add()))
}

// A message can be sent as often as one likes, in any way.
func TestTrapSameMsg(t *testing.T) {
	nltest.NetNS(t)
	t.Run("libnl", func(t *testing.T) {
		nltest.NetNS(t)
		once, again, err := oracle.TrapSameMsg()
		check(t, err)
		if once != 0 || again != cCode(libnl.ErrSeqMismatch) {
			t.Fatalf("codes %d and %d", once, again)
		}
	})
	s := dial(t, nil)
	m := loRequest(t, libnl.RTMNewLink)
	for i := range 3 {
		if err := s.SendSync(m); err != nil {
			t.Errorf("SendSync %d: %v", i, err)
		}
		if err := s.Do(t.Context(), m); err != nil {
			t.Errorf("Do %d: %v", i, err)
		}
		if err := s.SendSync(m.Clone()); err != nil {
			t.Errorf("SendSync of a clone %d: %v", i, err)
		}
		if _, err := s.SendAuto(m); err != nil {
			t.Fatal(err)
		}
		if err := s.WaitForAck(); err != nil {
			t.Errorf("WaitForAck %d: %v", i, err)
		}
	}
	// a number of the caller's own is kept
	h := m.Header()
	h.Seq = 4711
	m.SetHeader(h)
	s.DisableSeqCheck()
	for range 2 {
		_, err := s.SendAuto(m)
		check(t, err)
		if got := m.Header().Seq; got != 4711 {
			t.Errorf("number %d, want 4711", got)
		}
		check(t, s.Recv(t.Context()))
	}
}

// An unread ACK is the answer to its own request and no other.
func TestTrapWrongAck(t *testing.T) {
	nltest.NetNS(t)
	t.Run("libnl", func(t *testing.T) {
		nltest.NetNS(t)
		refused, granted, err := oracle.TrapWrongAck()
		check(t, err)
		if refused != 0 || granted >= 0 {
			t.Fatalf("codes %d and %d", refused, granted)
		}
	})
	for name, ask := range map[string]func(s *libnl.Socket, m *libnl.Msg) error{
		"Do":       func(s *libnl.Socket, m *libnl.Msg) error { return s.Do(t.Context(), m) },
		"SendSync": func(s *libnl.Socket, m *libnl.Msg) error { return s.SendSync(m) },
	} {
		s := dial(t, nil)
		_, err := s.SendAuto(loRequest(t, libnl.RTMNewLink))
		check(t, err)
		isErr(t, name, ask(s, badRequest(t)), syscall.EADDRNOTAVAIL)
		if err := ask(s, loRequest(t, libnl.RTMNewLink)); err != nil {
			t.Errorf("%s: a granted request: %v", name, err)
		}
	}
}

// A SendSync that was given up, or whose answer was lost, leaves the socket sound: the next has its own answer, the late one is dropped.
func TestSendSyncGivenUp(t *testing.T) {
	nltest.NetNS(t)
	p := newPeer(t, 0)
	s := dialPeer(t, p, libnl.Config{})
	for range 3 {
		check(t, s.SetDeadline(time.Now().Add(10*time.Millisecond)))
		isErr(t, "no answer", s.SendSync(plainMsg(t, typData, 0, "")), os.ErrDeadlineExceeded)
	}
	own := plainMsg(t, typData, 0, "") // with a number of its own
	check(t, own.PutHeader(0, 4711, typData, 0, 0))
	check(t, s.SetDeadline(time.Now().Add(10*time.Millisecond)))
	isErr(t, "no answer", s.SendSync(own), os.ErrDeadlineExceeded)
	for range 4 {
		b, from, ok := p.recv()
		if !ok {
			t.Fatal("no request")
		}
		for h := range libnl.EachMsg(b) {
			p.send(from, message(typData, flagMulti, h.Seq, ""), errorMsg(request{Header: h}, int(syscall.EPERM)))
		}
	}
	p.serve(func(r request) [][]byte { return [][]byte{errorMsg(r, int(syscall.EXDEV))} })
	check(t, s.SetDeadline(time.Now().Add(2*time.Second)))
	isErr(t, "the next", s.SendSync(plainMsg(t, typData, 0, "")), syscall.EXDEV)
	isErr(t, "the one after", s.SendSync(plainMsg(t, typData, 0, "")), syscall.EXDEV)
	if st := s.Stats(); st.Stale != 8 || st.Pending != 0 {
		t.Errorf("%+v, want 8 dropped", st)
	}

	k := dial(t, &libnl.Config{Groups: []libnl.Group{libnl.GroupIPv4Route}})
	k.EnableAutoAck()
	cb, err := libnl.NewCallbacks(libnl.KindDefault) // which checks the numbers
	check(t, err)
	defer cb.Close()
	check(t, k.SetCallbacks(cb))
	check(t, k.SetBufferSize(2048, 0))
	overflow(t, dial(t, nil), 100)
	isErr(t, "lost", k.SendSync(badRequest(t)), libnl.ErrOverrun)
	isErr(t, "the next", k.SendSync(badRequest(t)), syscall.EADDRNOTAVAIL)
	check(t, k.SendSync(loRequest(t, libnl.RTMNewLink)))
}

// Signals disturb no wait and no receive.
func TestSignalStorm(t *testing.T) {
	nltest.NetNS(t)
	check(t, oracle.FillRoutes(2000))
	n := countRoutes(t)
	notified := make(chan struct{})
	stopped := storm(t, notified)
	defer stopped()
	s := dial(t, &libnl.Config{Groups: []libnl.Group{libnl.GroupIPv4Route}})
	d := dial(t, nil)
	<-notified
	for start := time.Now(); time.Since(start) < time.Second; {
		all, err := d.RequestAll(t.Context(), routeDump(t, 0))
		if err != nil || len(all) != n {
			t.Fatalf("RequestAll: %d routes, error %v", len(all), err)
		}
		got := 0
		cb := counting(t, &got)
		_, err = d.SendAuto(routeDump(t, 0))
		check(t, err)
		if err := d.RecvMsgs(cb); err != nil || got != n {
			t.Fatalf("RecvMsgs: %d routes, error %v", got, err)
		}
		isErr(t, "SendSync", d.SendSync(badRequest(t)), syscall.EADDRNOTAVAIL)
		time.AfterFunc(5*time.Millisecond, func() { _, _ = d.SendAuto(loRequest(t, libnl.RTMGetLink)) })
		check(t, d.RecvMsgsDefault()) // waits for it
		check(t, d.WaitForAck())
		time.AfterFunc(5*time.Millisecond, func() { _ = d.Do(context.Background(), blackholeRoute(t, libnl.RTMNewRoute, 1)) })
		check(t, s.Recv(within(t, 2*time.Second)))
		check(t, d.Do(t.Context(), blackholeRoute(t, libnl.RTMDelRoute, 1)))
		_, err = nextEvent(t, s)
		check(t, err)
	}
}

// storm sends signals to every thread of the process until the function it returns is called.
func storm(t testing.TB, started chan<- struct{}) (stop func()) {
	t.Helper()
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, unix.SIGUSR1, unix.SIGURG)
	done := make(chan struct{})
	var wg sync.WaitGroup
	sent := 0
	wg.Go(func() {
		pid := unix.Getpid()
		for first := true; ; first = false {
			select {
			case <-done:
				return
			default:
			}
			tasks, _ := os.ReadDir("/proc/self/task")
			for _, e := range tasks {
				if tid, err := strconv.Atoi(e.Name()); err == nil {
					_ = unix.Tgkill(pid, tid, unix.SIGUSR1)
					_ = unix.Tgkill(pid, tid, unix.SIGURG)
					sent++
				}
			}
			if first {
				close(started)
			}
			time.Sleep(100 * time.Microsecond)
		}
	})
	return func() {
		close(done)
		wg.Wait()
		signal.Stop(ch)
		t.Logf("%d signals", 2*sent)
	}
}
