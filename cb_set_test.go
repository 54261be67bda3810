//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
	"github.com/golibnl/libnl/internal/oracle"
	"golang.org/x/sys/unix"
)

func newSet(t testing.TB, k libnl.CallbackKind) *libnl.Callbacks {
	t.Helper()
	set, err := libnl.NewCallbacks(k)
	noErr(t, err)
	t.Cleanup(func() { set.Close() })
	return set
}

func TestCallbacksRange(t *testing.T) {
	for _, k := range []libnl.CallbackKind{-1, 4, 1 << 30} {
		if set, err := libnl.NewCallbacks(k); !errors.Is(err, libnl.ErrRange) || set != nil {
			t.Errorf("NewCallbacks(%d): %v", k, err)
		}
	}
	set, s := newSet(t, libnl.KindDefault), dial(t, nil)
	fn := func(*libnl.Msg) error { return nil }
	for name, err := range map[string]error{
		"type -1":          set.Set(-1, libnl.KindCustom, fn),
		"type 11":          set.Set(11, libnl.KindCustom, fn),
		"type 1<<40":       set.Set(1<<40, libnl.KindDefault, nil),
		"kind -1":          set.Set(libnl.CbValid, -1, nil),
		"kind 4":           set.Set(libnl.CbValid, 4, nil),
		"all, kind 4":      set.SetAll(4, nil),
		"err, kind -1":     set.SetErr(-1, nil),
		"socket, type 11":  s.ModifyCallback(11, libnl.KindCustom, fn),
		"socket, kind 4":   s.ModifyCallback(libnl.CbValid, 4, nil),
		"socket, err kind": s.ModifyErrCallback(4, nil),
	} {
		if !errors.Is(err, libnl.ErrRange) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, err := range map[string]error{
		"set":    set.Set(libnl.CbValid, libnl.KindDefault, fn),
		"all":    set.SetAll(libnl.KindDebug, fn),
		"err":    set.SetErr(libnl.KindVerbose, func(*libnl.Error) error { return nil }),
		"socket": s.ModifyCallback(libnl.CbValid, libnl.KindVerbose, fn),
	} {
		if !errors.Is(err, libnl.ErrInval) {
			t.Errorf("a function of kind default, %s: %v", name, err)
		}
	}
	if err := s.SetCallbacks(nil); !errors.Is(err, libnl.ErrInval) {
		t.Errorf("SetCallbacks(nil): %v", err)
	}
	set.Close()
	if err := s.SetCallbacks(set); !errors.Is(err, libnl.ErrClosed) {
		t.Errorf("SetCallbacks(closed): %v", err)
	}
	if _, err := libnl.NewSocketCallbacks(set); !errors.Is(err, libnl.ErrClosed) {
		t.Errorf("NewSocketCallbacks(closed): %v", err)
	}
	if _, err := libnl.Dial(libnl.ProtoRoute, &libnl.Config{Callbacks: set}); !errors.Is(err, libnl.ErrClosed) {
		t.Errorf("Dial(closed): %v", err)
	}
	if err := s.RecvMsgs(set); !errors.Is(err, libnl.ErrClosed) {
		t.Errorf("RecvMsgs(closed): %v", err)
	}
	usable(t, s)
}

func TestCallbacksHandles(t *testing.T) {
	set := newSet(t, libnl.KindCustom)
	var ran string
	run := func(name string) libnl.MsgFunc { return func(*libnl.Msg) error { ran += name; return nil } }
	noErr(t, set.Set(libnl.CbMsgOut, libnl.KindCustom, run("a")))
	noErr(t, set.OverwriteRecvMsgs(func(*libnl.Socket, *libnl.Callbacks) (int, error) { return 7, nil }))
	clone, err := set.Clone()
	noErr(t, err)
	defer clone.Close()
	again := set.Retain()
	noErr(t, set.Close())
	noErr(t, set.Close())
	noErr(t, (*libnl.Callbacks)(nil).Close())
	if set.Retain() != nil {
		t.Error("a handle of a closed set")
	}
	s, err := libnl.Dial(libnl.ProtoRoute, &libnl.Config{Callbacks: again})
	noErr(t, err)
	defer s.Close()
	s2, err := libnl.Dial(libnl.ProtoRoute, &libnl.Config{Callbacks: clone})
	noErr(t, err)
	defer s2.Close()
	send := func(s *libnl.Socket, want string) {
		t.Helper()
		ran = ""
		if _, err := s.Send(noopMsg(t)); err != nil || ran != want {
			t.Errorf("ran %q, want %q: %v", ran, want, err)
		}
	}
	send(s, "a")
	send(s2, "a")
	noErr(t, again.Set(libnl.CbMsgOut, libnl.KindCustom, run("b")))
	noErr(t, again.OverwriteRecvMsgs(nil))
	send(s, "b")
	send(s2, "a")
	noErr(t, again.Close()) // the set lives on in its socket
	send(s, "b")
	if n, err := s2.RecvMsgsReport(clone); n != 7 || err != nil {
		t.Errorf("the clone's override: %d, %v", n, err)
	}
	own, err := s.Callbacks()
	noErr(t, err)
	noErr(t, own.Set(libnl.CbMsgOut, libnl.KindDefault, nil))
	send(s, "")
	noErr(t, s.SetCallbacks(own)) // its own
	noErr(t, s.SetCallbacks(clone))
	send(s, "a")
	noErr(t, own.SetAll(libnl.KindCustom, run("c")))
	send(s, "a")
	noErr(t, s.SetCallbacks(own))
	noErr(t, own.Close())
	send(s, "c")
}

func TestActiveType(t *testing.T) {
	const none = libnl.CbDumpIntr + 1
	eachScene(t, func(t *testing.T, sc *scene) {
		if got := sc.set.ActiveType(); got != none {
			t.Errorf("before: %d", got)
		}
		var got libnl.CallbackType
		sc.hook(func(*libnl.Msg) error { got = sc.set.ActiveType(); return nil })
		noErr(t, sc.call())
		if sc.typ != cbErr && got != sc.typ || sc.typ == cbErr && got != none {
			t.Errorf("inside: %d", got)
		}
		if got := sc.set.ActiveType(); got != none {
			t.Errorf("afterwards: %d", got)
		}
	})
}

// Two sockets receive with one set, while others modify it, clone it, and make and close handles of it.
func TestCallbacksShared(t *testing.T) {
	set := newSet(t, libnl.KindDefault)
	rounds := 300
	if nltest.Race || nltest.ASan {
		rounds = 60
	}
	var receivers, others sync.WaitGroup
	stop := make(chan bool)
	for range 2 {
		s, err := libnl.Dial(libnl.ProtoRoute, &libnl.Config{Callbacks: set})
		noErr(t, err)
		defer s.Close()
		receivers.Go(func() {
			for i := range rounds {
				var err error
				if i%2 == 0 {
					_, err = s.SendAuto(linkDump(t))
				} else {
					err = s.RTGenRequest(libnl.RTMGetLink, 0, libnl.FlagDump)
				}
				if err == nil {
					err = s.Recv(ctxFor(t, 10*time.Second))
				}
				if err == nil && i%10 == 0 {
					err = s.SendSync(noopMsg(t))
				}
				if err == nil && i%10 == 5 {
					err = s.RecvMsgs(nil)
					if errors.Is(err, libnl.ErrInval) {
						err = nil
					}
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	until := func(fn func(i int) error) {
		others.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				if err := fn(i); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	until(func(i int) error {
		typ := libnl.CallbackType(i % int(cbErr))
		if typ == libnl.CbInvalid || typ == libnl.CbSeqCheck {
			return set.Set(typ, libnl.KindDefault, nil)
		}
		return errors.Join(
			set.Set(typ, libnl.KindCustom, func(m *libnl.Msg) error { _ = m.Header(); return nil }),
			set.SetErr(libnl.KindCustom, func(*libnl.Error) error { return nil }),
			set.Set(typ, libnl.KindCustom, nil),
		)
	})
	until(func(int) error {
		h := set.Retain()
		_ = h.ActiveType()
		c, err := h.Clone()
		return errors.Join(err, c.Close(), h.Close())
	})
	// a handle closed by one goroutine in the middle of another's call
	until(func(int) error {
		c, err := set.Clone()
		if err != nil {
			return err
		}
		var wg sync.WaitGroup
		wg.Go(func() { c.Close() })
		wg.Go(func() { _ = c.Set(libnl.CbValid, libnl.KindCustom, nil) })
		wg.Go(func() {
			if d, err := c.Clone(); err == nil {
				d.Close()
			}
		})
		wg.Go(func() {
			if s, err := libnl.NewSocketCallbacks(c); err == nil {
				_ = s.SetCallbacks(c)
				s.Close()
			}
		})
		wg.Wait()
		return nil
	})
	receivers.Wait()
	close(stop)
	others.Wait()
}

// libnl's own callbacks print to standard error; so in a process of their own.
func TestKindsPrint(t *testing.T) {
	if os.Getenv("LIBNL_TEST_KINDS") != "" {
		nltest.NetNS(t)
		for _, k := range []libnl.CallbackKind{libnl.KindVerbose, libnl.KindDebug} {
			set := newSet(t, k)
			s := dial(t, &libnl.Config{Callbacks: set})
			if _, err := s.SendAuto(linkDump(t)); err != nil {
				t.Fatal(err)
			}
			noErr(t, s.RecvMsgsDefault())
			fmt.Fprintln(os.Stderr, "refused:")
			_, err := s.SendAuto(badMTU(t))
			noErr(t, err)
			if err := s.RecvMsgs(set); !errors.Is(err, syscall.ERANGE) {
				t.Errorf("%v", err)
			}
			fmt.Fprintln(os.Stderr, "kind done")
		}
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestKindsPrint$", "-test.v")
	cmd.Env = append(os.Environ(), "LIBNL_TEST_KINDS=1")
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %s %.3000s", err, out.Bytes(), errOut.Bytes())
	}
	if strings.Contains(out.String(), "SKIP") {
		t.Skip(out.String())
	}
	kinds := strings.Split(errOut.String(), "kind done")
	for i, want := range [][]string{{"-- Warning: unhandled valid message", "-- Error received:"}, {"-- Debug: Sent Message", "-- Debug: Received Message", "-- Debug: End of multipart"}} {
		for _, w := range want {
			if !strings.Contains(kinds[i], w) {
				t.Errorf("kind %d did not print %q: %.2000s", i+1, w, kinds[i])
			}
		}
	}
}

// libnl's debug callbacks print what is nested with a call for each level, and indented by it: gigabytes, if the stack is enough.
func TestDebugKindNestedDeep(t *testing.T) {
	m, err := libnl.MsgFromBytes(oracle.Message(uint16(libnl.RTMNewLink), 0, 1, append(make([]byte, 16), nestedDeep(65532)...)))
	noErr(t, err)
	m.SetProto(libnl.ProtoRoute)
	byKind := newSet(t, libnl.KindDebug)
	one, all := newSet(t, libnl.KindDefault), newSet(t, libnl.KindDefault)
	noErr(t, one.Set(libnl.CbMsgIn, libnl.KindDebug, nil))
	noErr(t, all.SetAll(libnl.KindDebug, nil))
	clone, err := all.Clone()
	noErr(t, err)
	defer clone.Close()
	for _, set := range []*libnl.Callbacks{byKind, one, all, clone} {
		s, err := libnl.Dial(libnl.ProtoRoute, &libnl.Config{Callbacks: set})
		noErr(t, err)
		if n, err := s.Send(m); n != 0 || !errors.Is(err, libnl.ErrInval) {
			t.Errorf("sent %d bytes, %v", n, err)
		}
		if _, err := s.SendSimple(libnl.RTMNewLink, 0, append(make([]byte, 16), nestedDeep(4000)...)); !errors.Is(err, libnl.ErrInval) {
			t.Errorf("sent: %v", err)
		}
		feed(t, set, m.Bytes())
		if err := s.RecvMsgs(set); !errors.Is(err, libnl.ErrInval) {
			t.Errorf("received: %v", err)
		}
		noErr(t, s.Close())
	}
}

// nestedDeep returns n bytes of attributes, each in the one before.
func nestedDeep(n int) []byte {
	var b []byte
	for left := n; left >= 4; left -= 4 {
		a := oracle.Attr(unix.NLA_F_NESTED|1, nil)
		copy(a, u16(uint16(left)))
		b = append(b, a...)
	}
	return b
}

// Each override: what it returns, an error (TestCallbackErrorVerbatim), a panic, Close inside, nil again.
func TestOverwriteSend(t *testing.T) {
	s := dial(t, nil)
	set, err := s.Callbacks()
	noErr(t, err)
	defer set.Close()
	noErr(t, s.SetDeadline(time.Now().Add(5*time.Second)))
	var got *libnl.Msg
	noErr(t, set.OverwriteSend(func(o *libnl.Socket, m *libnl.Msg) (int, error) {
		if o != s {
			t.Error("another socket")
		}
		got = m.Retain()
		return s.SendTo(m.Bytes())
	}))
	m := noopMsg(t)
	if n, err := s.SendAuto(m); n != 16 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if got.Header() != m.Header() || got.Header().Seq == 0 {
		t.Errorf("the override saw %+v, the message is %+v", got.Header(), m.Header())
	}
	noErr(t, s.WaitForAck())
	noErr(t, s.SendSync(noopMsg(t)))
	if _, err := s.SendSimple(libnl.MsgNoop, 0, nil); err != nil {
		t.Error(err)
	}
	noErr(t, s.WaitForAck())

	noErr(t, set.OverwriteSend(func(_ *libnl.Socket, m *libnl.Msg) (int, error) {
		if _, err := s.SendTo(m.Bytes()); err != nil {
			return 0, err
		}
		b, _, err := s.RecvRaw(ctxFor(t, time.Second)) // the answer, before the sender knows
		return len(b), err
	}))
	if n, err := s.SendAuto(noopMsg(t)); n != 36 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	for _, n := range []int{2, 0, -5} {
		noErr(t, set.OverwriteSend(func(*libnl.Socket, *libnl.Msg) (int, error) { return n, nil }))
		if sent, err := s.SendAuto(noopMsg(t)); sent != max(n, 0) || err != nil {
			t.Errorf("said %d, the send %d, %v", n, sent, err)
		}
	}
	v := &thrown{}
	noErr(t, set.OverwriteSend(func(*libnl.Socket, *libnl.Msg) (int, error) { panic(v) }))
	if r := recovered(func() { s.SendAuto(noopMsg(t)) }); r != v {
		t.Errorf("recovered %v", r)
	}
	noErr(t, set.OverwriteSend(nil))
	noErr(t, s.Do(t.Context(), noopMsg(t)))
	noErr(t, set.OverwriteSend(func(*libnl.Socket, *libnl.Msg) (int, error) { return 1, s.Close() }))
	if n, err := s.SendAuto(noopMsg(t)); n != 0 || !errors.Is(err, libnl.ErrClosed) {
		t.Errorf("%d, %v", n, err)
	}
}

func recovered(fn func()) (v any) {
	defer func() { v = recover() }()
	fn()
	return nil
}

func TestOverwriteRecv(t *testing.T) {
	nltest.NetNS(t)
	s := dial(t, nil)
	set, err := s.Callbacks()
	noErr(t, err)
	defer set.Close()
	noErr(t, s.SetDeadline(time.Now().Add(5*time.Second)))
	calls := 0
	creds := syscall.Ucred{Pid: 1, Uid: 2, Gid: 3}
	from := libnl.SockAddr{Port: 9}
	through := func(s *libnl.Socket) ([]byte, libnl.SockAddr, *syscall.Ucred, error) {
		calls++
		b, _, err := s.RecvRaw(ctxFor(t, 5*time.Second))
		return b, from, &creds, err
	}
	noErr(t, set.OverwriteRecv(through))
	n := 0
	noErr(t, set.Set(libnl.CbValid, libnl.KindCustom, func(m *libnl.Msg) error {
		n++
		if c, ok := m.Creds(); !ok || c != creds || m.Src() != from || m.Proto() != libnl.ProtoRoute {
			t.Errorf("from %+v, %+v", m.Src(), c)
		}
		return nil
	}))
	_, err = s.SendAuto(linkDump(t))
	noErr(t, err)
	noErr(t, s.RecvMsgsDefault())
	if calls == 0 || n == 0 {
		t.Errorf("%d calls, %d messages", calls, n)
	}
	// nl_wait_for_ack works with a clone of the set, which has the override too
	calls = 0
	_, err = s.SendAuto(noopMsg(t))
	noErr(t, err)
	noErr(t, s.WaitForAck())
	noErr(t, s.SendSync(noopMsg(t)))
	if calls != 2 {
		t.Errorf("%d calls of the override for two acknowledgements", calls)
	}
	// a datagram that is no answer does not pass for one, nor does the end of the data
	first := true
	noErr(t, set.OverwriteRecv(func(s *libnl.Socket) ([]byte, libnl.SockAddr, *syscall.Ucred, error) {
		if first {
			first = false
			return oracle.Message(16, 0, 0, make([]byte, 16)), libnl.SockAddr{Groups: 1}, nil, nil
		}
		return through(s)
	}))
	noErr(t, set.Set(libnl.CbSeqCheck, libnl.KindCustom, func(*libnl.Msg) error { return nil }))
	noErr(t, set.Set(libnl.CbValid, libnl.KindDefault, nil))
	if err := s.SendSync(badMTU(t)); !errors.Is(err, syscall.ERANGE) {
		t.Errorf("a refused request behind a notification: %v", err)
	}
	noErr(t, set.OverwriteRecv(func(s *libnl.Socket) ([]byte, libnl.SockAddr, *syscall.Ucred, error) {
		return nil, libnl.SockAddr{}, nil, nil
	}))
	if err := s.WaitForAck(); !errors.Is(err, libnl.ErrIntr) {
		t.Errorf("no answer: %v", err)
	}
	noErr(t, set.Set(libnl.CbSeqCheck, libnl.KindDefault, nil))
	// another goroutine is not inside
	noErr(t, set.OverwriteRecv(func(s *libnl.Socket) ([]byte, libnl.SockAddr, *syscall.Ucred, error) {
		other := make(chan error)
		go func() { _, _, err := s.RecvRaw(t.Context()); other <- err }()
		if err := <-other; !errors.Is(err, libnl.ErrNested) {
			t.Errorf("RecvRaw of another goroutine: %v", err)
		}
		for name, fn := range requests(t, s, t.Context()) {
			if err := fn(); !errors.Is(err, libnl.ErrNested) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := s.Recv(t.Context()); !errors.Is(err, libnl.ErrNested) {
			t.Errorf("Recv: %v", err)
		}
		var none context.Context
		if _, _, err := s.RecvRaw(none); !errors.Is(err, libnl.ErrInval) {
			t.Errorf("RecvRaw(nil): %v", err)
		}
		if _, _, err := s.RecvRaw(ctxFor(t, 10*time.Millisecond)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("RecvRaw: %v", err)
		}
		return nil, libnl.SockAddr{}, nil, nil
	}))
	noErr(t, s.RecvMsgsDefault())
	// it is taken away, and set, in the middle
	noErr(t, set.OverwriteRecv(func(s *libnl.Socket) ([]byte, libnl.SockAddr, *syscall.Ucred, error) {
		noErr(t, set.OverwriteRecv(nil))
		return through(s)
	}))
	_, err = s.SendAuto(linkDump(t))
	noErr(t, err)
	noErr(t, s.RecvMsgsDefault())
	v := &thrown{}
	noErr(t, set.OverwriteRecv(func(*libnl.Socket) ([]byte, libnl.SockAddr, *syscall.Ucred, error) { panic(v) }))
	if r := recovered(func() { _ = s.RecvMsgsDefault() }); r != v {
		t.Errorf("recovered %v", r)
	}
	noErr(t, set.OverwriteRecv(nil))
	usable(t, s)
	for _, with := range [][]byte{nil, ackMsg(0, 1)} {
		s := dial(t, nil)
		set, err := s.Callbacks()
		noErr(t, err)
		noErr(t, set.OverwriteRecv(func(s *libnl.Socket) ([]byte, libnl.SockAddr, *syscall.Ucred, error) {
			return with, libnl.SockAddr{}, &creds, s.Close()
		}))
		noErr(t, set.Close())
		if err := s.RecvMsgsDefault(); !errors.Is(err, libnl.ErrClosed) {
			t.Errorf("closed inside: %v", err)
		}
	}
}

func TestOverwriteRecvMsgs(t *testing.T) {
	s := dial(t, nil)
	set, err := s.Callbacks()
	noErr(t, err)
	defer set.Close()
	noErr(t, s.SetDeadline(time.Now().Add(5*time.Second)))
	var lent, kept *libnl.Callbacks
	said := 0
	noErr(t, set.OverwriteRecvMsgs(func(o *libnl.Socket, c *libnl.Callbacks) (int, error) {
		if o != s {
			t.Error("another socket")
		}
		noErr(t, c.Set(libnl.CbValid, libnl.KindDefault, nil))
		lent = c
		return said, nil
	}))
	for said = range 4 {
		if n, err := s.RecvMsgsReport(set); n != said || err != nil {
			t.Errorf("said %d, got %d, %v", said, n, err)
		}
	}
	noErr(t, s.RecvMsgsDefault())
	noErr(t, s.WaitForAck())
	if err := lent.Set(libnl.CbValid, libnl.KindDefault, nil); !errors.Is(err, libnl.ErrClosed) {
		t.Errorf("the lent set lives on: %v", err)
	}
	noErr(t, set.OverwriteRecvMsgs(func(s *libnl.Socket, c *libnl.Callbacks) (int, error) {
		kept = c.Retain()
		if err := s.RecvMsgs(c); !errors.Is(err, libnl.ErrNested) {
			t.Errorf("RecvMsgs: %v", err)
		}
		b, _, err := s.RecvRaw(ctxFor(t, time.Second))
		return len(b), err
	}))
	_, err = s.SendAuto(noopMsg(t))
	noErr(t, err)
	if n, err := s.RecvMsgsReport(set); n != 36 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	noErr(t, kept.Set(libnl.CbValid, libnl.KindDefault, nil))
	noErr(t, kept.Close())
	v := &thrown{}
	noErr(t, set.OverwriteRecvMsgs(func(*libnl.Socket, *libnl.Callbacks) (int, error) { panic(v) }))
	if r := recovered(func() { _ = s.WaitForAck() }); r != v {
		t.Errorf("recovered %v", r)
	}
	noErr(t, set.OverwriteRecvMsgs(nil))
	noErr(t, s.Do(t.Context(), noopMsg(t)))
	noErr(t, set.OverwriteRecvMsgs(func(*libnl.Socket, *libnl.Callbacks) (int, error) { return 1, s.Close() }))
	if err := s.RecvMsgsDefault(); !errors.Is(err, libnl.ErrClosed) {
		t.Errorf("closed inside: %v", err)
	}
}

// A message kept beyond its callback is dead; what was retained is not, and views show some bytes or other.
func TestCallbackMsgKept(t *testing.T) {
	s := dial(t, nil)
	var lent, owned []*libnl.Msg
	var views [][]byte
	var attrs []libnl.Attr
	noErr(t, s.ModifyCallback(libnl.CbMsgIn, libnl.KindCustom, func(m *libnl.Msg) error {
		lent, owned = append(lent, m), append(owned, m.Retain())
		views = append(views, m.Payload(), m.Bytes())
		for a := range m.Attrs(16) {
			attrs = append(attrs, a)
		}
		return nil
	}))
	noErr(t, s.ModifyCallback(libnl.CbMsgOut, libnl.KindCustom, func(m *libnl.Msg) error {
		lent, owned = append(lent, m), append(owned, m.Clone())
		return nil
	}))
	for range 100 {
		_, err := s.SendAuto(linkDump(t))
		noErr(t, err)
		noErr(t, s.RecvMsgsDefault())
	}
	noErr(t, s.Close())
	if len(lent) < 200 {
		t.Fatalf("%d messages", len(lent))
	}
	sum := 0
	for _, v := range views {
		for _, b := range v {
			sum += int(b)
		}
	}
	for _, a := range attrs {
		_, _ = a.U32()
		_, _ = a.Text()
		sum += len(a.Clone().Bytes())
	}
	for i, m := range lent {
		if h := owned[i].Header(); h.Len < 16 {
			t.Fatalf("the retained message has %+v", h)
		}
		if err := m.Err(); !errors.Is(err, libnl.ErrClosed) {
			t.Fatalf("Err: %v", err)
		}
		if m.Retain() != nil || m.Clone() != nil {
			t.Fatal("a copy of a dead message")
		}
	}
	other := dial(t, nil)
	dead := reflect.ValueOf(lent[0])
	for i := range dead.NumMethod() {
		everyWay(t, dead, i, map[string]bool{"Close": true, "Retain": true, "Clone": true}, "closed Msg", other)
	}
	if _, err := other.SendAuto(lent[0]); !errors.Is(err, libnl.ErrClosed) {
		t.Errorf("sent a dead message: %v", err)
	}
}

// everyWay calls the i-th method of h, a dead handle, with zero arguments: it has to return an error, or panic and name the handle.
func everyWay(t *testing.T, h reflect.Value, i int, silent map[string]bool, handle string, s *libnl.Socket) {
	t.Helper()
	name := h.Type().Method(i).Name
	if silent[name] {
		return
	}
	typ := h.Method(i).Type()
	var args []reflect.Value
	for k := range typ.NumIn() {
		a := reflect.Zero(typ.In(k))
		switch {
		case typ.IsVariadic() && k == typ.NumIn()-1:
			continue
		case typ.In(k) == reflect.TypeFor[context.Context]():
			a = reflect.ValueOf(t.Context())
		case typ.In(k) == reflect.TypeFor[[]*libnl.Msg]():
			a = reflect.ValueOf([]*libnl.Msg{nil})
		case typ.In(k) == reflect.TypeFor[*libnl.Msg](), typ.In(k) == reflect.TypeFor[*libnl.Callbacks]():
			// nil
		}
		args = append(args, a)
	}
	var failed bool
	v := recovered(func() {
		for _, r := range h.Method(i).Call(args) {
			switch e := r.Interface().(type) {
			case error:
				failed = failed || e != nil
			case []error:
				failed = failed || errors.Join(e...) != nil
			case func(func(*libnl.Msg, error) bool):
				for _, err := range e {
					failed = failed || err != nil
				}
			default:
				if r.Kind() == reflect.Func && r.Type().CanSeq2() {
					for _, x := range r.Seq2() {
						failed = failed || !x.IsNil()
					}
				} else if r.Kind() == reflect.Func && r.Type().CanSeq() {
					for range r.Seq() {
					}
				}
			}
		}
	})
	switch v := v.(type) {
	case nil:
		if !failed {
			t.Errorf("%s on a dead handle: no error, no panic", name)
		}
	case string:
		if !strings.Contains(v, handle) && !strings.Contains(v, "nil "+strings.TrimPrefix(handle, "closed ")) {
			t.Errorf("%s: panic: %s", name, v)
		}
	default:
		t.Errorf("%s: panic: %v", name, v)
	}
}

// Every method of a nil and of a closed handle is an error or a panic in Go that names the handle.
func TestDeadHandles(t *testing.T) {
	closed := dial(t, nil)
	noErr(t, closed.Close())
	for _, s := range []*libnl.Socket{nil, closed} {
		v := reflect.ValueOf(s)
		for i := range v.NumMethod() {
			everyWay(t, v, i, map[string]bool{"Close": true, "FD": true}, "closed Socket", nil)
		}
		if s.FD() != -1 || s.Close() != nil {
			t.Error("FD or Close")
		}
	}
	set := newSet(t, libnl.KindDefault)
	noErr(t, set.Close())
	for _, c := range []*libnl.Callbacks{nil, set} {
		v := reflect.ValueOf(c)
		for i := range v.NumMethod() {
			everyWay(t, v, i, map[string]bool{"Close": true, "Retain": true}, "closed Callbacks", nil)
		}
		if c.Retain() != nil || c.Close() != nil {
			t.Error("Retain or Close")
		}
	}
	var m *libnl.Msg
	v := reflect.ValueOf(m)
	for i := range v.NumMethod() {
		everyWay(t, v, i, map[string]bool{"Close": true, "Retain": true, "Clone": true}, "closed Msg", nil)
	}
	// the same with the zero value of the types, which nobody should make
	for _, h := range []any{&libnl.Callbacks{}, &libnl.Msg{}} {
		v := reflect.ValueOf(h)
		for i := range v.NumMethod() {
			everyWay(t, v, i, map[string]bool{"Close": true, "Retain": true, "Clone": true}, "closed "+v.Type().Elem().Name(), nil)
		}
	}
}

// An unconnected socket refuses what needs the descriptor.
func TestUnconnected(t *testing.T) {
	s, err := libnl.NewSocket()
	noErr(t, err)
	defer s.Close()
	set := newSet(t, libnl.KindDefault)
	calls := receives(t, s, set, t.Context())
	for name, fn := range requests(t, s, t.Context()) {
		calls[name] = fn
	}
	calls["Send"] = func() error { _, err := s.Send(noopMsg(t)); return err }
	calls["SendTo"] = func() error { _, err := s.SendTo([]byte{1}); return err }
	calls["SendSync"] = func() error { return s.SendSync(noopMsg(t)) }
	calls["AddMembership"] = func() error { return s.AddMembership(1) }
	for name, fn := range calls {
		if err := fn(); !errors.Is(err, libnl.ErrBadSock) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
