//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"context"
	"errors"
	"maps"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
	"github.com/golibnl/libnl/internal/oracle"
	"golang.org/x/sys/unix"
)

// cbTypes are all that can be hooked: the callback types, and cbErr.
const cbTypes = cbErr + 1

func noopMsg(t testing.TB) *libnl.Msg {
	t.Helper()
	m, err := libnl.NewMsgSimple(libnl.MsgNoop, 0)
	noErr(t, err)
	return m
}

func ctxFor(t testing.TB, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

// A scene is a socket on which one callback type is about to fire, twice: at two receives' messages from memory, or two sends.
type scene struct {
	t        testing.TB
	typ      libnl.CallbackType
	explicit bool // the receive is given its callback set
	s        *libnl.Socket
	set      *libnl.Callbacks
	seq      uint32 // what libnl expects first
}

func (sc *scene) String() string {
	if sc.explicit {
		return cbNames[sc.typ] + " of a set"
	}
	return cbNames[sc.typ]
}

func newScene(t testing.TB, typ libnl.CallbackType, explicit bool) *scene {
	t.Helper()
	sc := &scene{t: t, typ: typ, explicit: explicit && typ != libnl.CbMsgOut}
	sc.s = dial(t, nil)
	sc.seq = sc.s.UseSeq()
	var err error
	if sc.explicit {
		sc.set, err = libnl.NewCallbacks(libnl.KindDefault)
	} else {
		sc.set, err = sc.s.Callbacks()
	}
	noErr(t, err)
	t.Cleanup(func() { sc.set.Close() })
	if typ != libnl.CbMsgOut {
		feed(t, sc.set, sc.datagram())
	}
	return sc
}

// datagram makes the type fire twice, in one datagram.
func (sc *scene) datagram() []byte {
	data := func(flags uint16, seq uint32) []byte { return oracle.Message(16, flags, seq, []byte{1, 2, 3, 4}) }
	var b []byte
	for i := range uint32(2) {
		var m []byte
		switch sc.typ {
		case libnl.CbFinish:
			m = oracle.Message(unix.NLMSG_DONE, unix.NLM_F_MULTI, sc.seq+i, make([]byte, 4))
		case libnl.CbOverrun:
			m = oracle.Message(unix.NLMSG_OVERRUN, 0, sc.seq+i, nil)
		case libnl.CbSkipped:
			m = oracle.Message(unix.NLMSG_NOOP, 0, sc.seq+i, nil)
		case libnl.CbAck:
			m = ackMsg(0, sc.seq+i)
		case libnl.CbInvalid:
			m = data(0, sc.seq+9)
		case libnl.CbSendAck:
			m = data(unix.NLM_F_ACK, sc.seq)
		case libnl.CbDumpIntr:
			m = data(unix.NLM_F_DUMP_INTR, sc.seq)
		case cbErr:
			m = ackMsg(syscall.EEXIST, sc.seq+i)
		default:
			m = data(0, sc.seq)
		}
		b = append(b, m...)
	}
	return b
}

// hook sets fn as the callback; of the error callback, where nil would report the error, nil becomes Ignore.
func (sc *scene) hook(fn func(m *libnl.Msg) error) {
	sc.t.Helper()
	if sc.typ != cbErr {
		noErr(sc.t, sc.set.Set(sc.typ, libnl.KindCustom, fn))
		return
	}
	noErr(sc.t, sc.set.SetErr(libnl.KindCustom, func(*libnl.Error) error {
		if err := fn(nil); err != nil {
			return err
		}
		return libnl.Ignore
	}))
}

// call makes the callback run: twice, as far as it lets things go on.
func (sc *scene) call() error {
	switch {
	case sc.typ == libnl.CbMsgOut:
		for range 2 {
			if _, err := sc.s.SendTo(oracle.Message(unix.NLMSG_NOOP, 0, 0, nil)); err != nil {
				return err
			}
			if n, err := sc.s.Send(noopMsg(sc.t)); err != nil {
				if n != 0 {
					sc.t.Errorf("a send that failed returned %d", n)
				}
				return err
			}
		}
		return nil
	case sc.explicit:
		return sc.s.RecvMsgs(sc.set)
	}
	return sc.s.Recv(sc.t.Context())
}

// usable makes requests of all sorts on the socket, without the scene's hooks.
func (sc *scene) usable() {
	sc.t.Helper()
	noErr(sc.t, sc.set.SetAll(libnl.KindDefault, nil))
	noErr(sc.t, sc.set.SetErr(libnl.KindDefault, nil))
	noErr(sc.t, sc.set.OverwriteRecv(nil))
	noErr(sc.t, sc.set.OverwriteSend(nil))
	noErr(sc.t, sc.set.OverwriteRecvMsgs(nil))
	// what came from memory was counted as answers to requests that were never sent: Messages puts that straight
	_, err := sc.s.SendAuto(noopMsg(sc.t))
	noErr(sc.t, err)
	for _, err := range sc.s.Messages(ctxFor(sc.t, time.Second)) {
		noErr(sc.t, err)
		break
	}
	usable(sc.t, sc.s)
}

func usable(t testing.TB, s *libnl.Socket) {
	t.Helper()
	ctx := ctxFor(t, 5*time.Second)
	noErr(t, s.SetDeadline(time.Now().Add(5*time.Second)))
	noErr(t, s.SendSync(noopMsg(t)))
	_, err := s.SendAuto(noopMsg(t))
	noErr(t, err)
	noErr(t, s.WaitForAck())
	_, err = s.SendAuto(noopMsg(t))
	noErr(t, err)
	noErr(t, s.Recv(ctx))
	noErr(t, s.Do(ctx, noopMsg(t)))
	noErr(t, s.Do(ctx, linkDump(t)))
	noErr(t, errors.Join(s.Batch(ctx, []*libnl.Msg{noopMsg(t), noopMsg(t)})...))
	n, err := s.RequestAll(ctx, linkDump(t))
	if err != nil || len(n) == 0 {
		t.Fatalf("dump: %d links, %v", len(n), err)
	}
	noErr(t, s.SetDeadline(time.Time{}))
}

// eachScene runs fn for every callback type, with the socket's own callbacks and with a set that is given.
func eachScene(t *testing.T, fn func(t *testing.T, sc *scene)) {
	t.Helper()
	for typ := range cbTypes {
		for _, explicit := range []bool{false, true} {
			if explicit && typ == libnl.CbMsgOut {
				continue
			}
			sc := newScene(t, typ, explicit)
			if !t.Run(sc.String(), func(t *testing.T) {
				sc.t = t
				fn(t, sc)
			}) {
				return
			}
			noErr(t, sc.s.Close())
		}
	}
}

func TestCallbackNil(t *testing.T) {
	eachScene(t, func(t *testing.T, sc *scene) {
		n := 0
		sc.hook(func(*libnl.Msg) error { n++; return nil })
		noErr(t, sc.call())
		if n != 2 {
			t.Errorf("ran %d times", n)
		}
		sc.usable()
	})
}

func TestCallbackSkipStop(t *testing.T) {
	for said, want := range map[error]int{libnl.Skip: 2, libnl.Stop: 1} {
		eachScene(t, func(t *testing.T, sc *scene) {
			n := 0
			sc.hook(func(*libnl.Msg) error { n++; return said })
			err := sc.call()
			switch {
			case sc.typ == libnl.CbMsgOut: // and nothing was sent, see TestMsgOut
				if err != said || n != 1 {
					t.Errorf("%v: ran %d times, then %v", said, n, err)
				}
			case sc.typ == cbErr && said == libnl.Stop:
				if e := (*libnl.Error)(nil); !errors.As(err, &e) || e.Errno != syscall.EEXIST || n != 1 {
					t.Errorf("%v: ran %d times, then %v", said, n, err)
				}
			case err != nil || n != want:
				t.Errorf("%v: ran %d times, want %d, then %v", said, n, want, err)
			}
			sc.usable()
		})
	}
}

type thrown struct{ n int }

//go:noinline
func throwHere(v any) { panic(v) }

func TestCallbackPanic(t *testing.T) {
	eachScene(t, func(t *testing.T, sc *scene) {
		n := 0
		v := &thrown{}
		sc.hook(func(*libnl.Msg) error { n++; throwHere(v); return nil })
		func() {
			defer func() {
				if r := recover(); r != v {
					t.Errorf("recovered %v, want the value thrown", r)
				}
			}()
			err := sc.call()
			t.Errorf("returned %v", err)
		}()
		if n != 1 {
			t.Errorf("ran %d times", n)
		}
		if st := sc.s.PanicStack(); !strings.Contains(st, "throwHere") {
			t.Errorf("the stack does not tell where: %s", st)
		}
		sc.usable()
	})
}

// A fault in a callback is a panic like any other.
func TestCallbackFault(t *testing.T) {
	sc := newScene(t, libnl.CbValid, false)
	var nowhere *thrown
	sc.hook(func(*libnl.Msg) error { nowhere.n++; return nil })
	func() {
		defer func() {
			if _, ok := recover().(runtime.Error); !ok {
				t.Error("no runtime error")
			}
		}()
		_ = sc.call()
	}()
	sc.usable()
}

func TestCallbackClose(t *testing.T) {
	eachScene(t, func(t *testing.T, sc *scene) {
		n := 0
		sc.hook(func(m *libnl.Msg) error {
			n++
			noErr(t, sc.s.Close())
			if m != nil {
				_ = m.Header() // the message outlives the socket
			}
			if _, err := sc.s.SendTo([]byte("0123456789abcdef")); !errors.Is(err, libnl.ErrClosed) {
				t.Errorf("SendTo: %v", err)
			}
			if err := sc.s.Recv(t.Context()); !errors.Is(err, libnl.ErrClosed) {
				t.Errorf("Recv: %v", err)
			}
			return nil
		})
		if err := sc.call(); !errors.Is(err, libnl.ErrClosed) {
			t.Errorf("returned %v", err)
		}
		if n != 1 {
			t.Errorf("ran %d times", n)
		}
		if sc.s.FD() != -1 {
			t.Error("the descriptor is still there")
		}
	})
}

// Close and something else at once: what the callback says comes first.
func TestCallbackCloseAnd(t *testing.T) {
	mine := errors.New("mine")
	eachScene(t, func(t *testing.T, sc *scene) {
		sc.hook(func(*libnl.Msg) error { sc.s.Close(); return mine })
		if err := sc.call(); err != mine {
			t.Errorf("returned %v", err)
		}
	})
	eachScene(t, func(t *testing.T, sc *scene) {
		sc.hook(func(*libnl.Msg) error { sc.s.Close(); panic(mine) })
		defer func() {
			if r := recover(); r != mine {
				t.Errorf("recovered %v", r)
			}
		}()
		_ = sc.call()
	})
	eachScene(t, func(t *testing.T, sc *scene) {
		sc.hook(func(*libnl.Msg) error { sc.s.Close(); return libnl.Stop })
		if err := sc.call(); !errors.Is(err, libnl.ErrClosed) {
			t.Errorf("returned %v", err)
		}
	})
}

func TestCallbackSend(t *testing.T) {
	eachScene(t, func(t *testing.T, sc *scene) {
		n, sent := 0, map[uint32]bool{}
		sc.hook(func(*libnl.Msg) error {
			if n++; sc.typ == libnl.CbMsgOut && n > 2 {
				return nil // for its own
			}
			k := uint32(n)
			if _, err := sc.s.SendTo(oracle.Message(unix.NLMSG_NOOP, unix.NLM_F_REQUEST|unix.NLM_F_ACK, k, nil)); err != nil {
				t.Errorf("SendTo: %v", err)
			}
			m := noopMsg(t)
			if _, err := sc.s.SendAuto(m); err != nil {
				t.Errorf("SendAuto: %v", err)
			}
			sent[k], sent[m.Header().Seq] = true, true
			return nil
		})
		noErr(t, sc.call())
		for len(sent) > 0 {
			b, _, err := sc.s.RecvRaw(ctxFor(t, time.Second))
			noErr(t, err)
			for h := range libnl.EachMsg(b) {
				if h.Type != libnl.MsgError || !sent[h.Seq] {
					t.Fatalf("got %+v", h)
				}
				delete(sent, h.Seq)
			}
		}
	})
}

// A changed callback runs with the next message, a changed set after the call.
func TestCallbackModify(t *testing.T) {
	eachScene(t, func(t *testing.T, sc *scene) {
		var ran []string
		sc.hook(func(*libnl.Msg) error {
			ran = append(ran, "first")
			second := func() error { ran = append(ran, "second"); return nil }
			switch {
			case sc.explicit:
				sc.hook(func(*libnl.Msg) error { return second() })
			case sc.typ == cbErr:
				noErr(t, sc.s.ModifyErrCallback(libnl.KindCustom, func(*libnl.Error) error { _ = second(); return libnl.Ignore }))
			default:
				noErr(t, sc.s.ModifyCallback(sc.typ, libnl.KindCustom, func(*libnl.Msg) error { return second() }))
			}
			return nil
		})
		noErr(t, sc.call())
		if got := strings.Join(ran, " "); got != "first second" {
			t.Errorf("ran %s", got)
		}
	})
	eachScene(t, func(t *testing.T, sc *scene) {
		var ran []string
		other, err := libnl.NewCallbacks(libnl.KindDefault)
		noErr(t, err)
		sc.hook(func(*libnl.Msg) error {
			ran = append(ran, "first")
			noErr(t, sc.s.SetCallbacks(other))
			return nil
		})
		noErr(t, sc.call())
		old := sc.set
		sc.set, sc.explicit = other, false
		sc.hook(func(*libnl.Msg) error { ran = append(ran, "second"); return nil })
		if sc.typ != libnl.CbMsgOut {
			sc.s.DisableAutoAck() // and with it the check of sequence numbers
			feed(t, other, sc.datagram())
			if sc.typ == libnl.CbInvalid { // a truncated error is invalid, too
				feed(t, other, oracle.Message(unix.NLMSG_ERROR, 0, 0, make([]byte, 4)))
			}
		}
		noErr(t, sc.call())
		want := "first first second" // the second message of the datagram still goes to the old set
		if sc.typ == libnl.CbMsgOut {
			want = "first second"
		}
		if got := strings.Join(ran, " "); !strings.HasPrefix(got, want) {
			t.Errorf("ran %s", got)
		}
		noErr(t, old.Close())
		noErr(t, other.Close())
	})
}

// receives are the calls that a callback must not make; each returns what it was told.
func receives(t testing.TB, s *libnl.Socket, set *libnl.Callbacks, ctx context.Context) map[string]func() error {
	seq2 := func(it func(func(*libnl.Msg, error) bool)) (last error) {
		for _, err := range it {
			if last = err; err != nil {
				break
			}
		}
		return last
	}
	return map[string]func() error{
		"Recv":            func() error { return s.Recv(ctx) },
		"RecvMsgsDefault": s.RecvMsgsDefault,
		"RecvMsgs":        func() error { return s.RecvMsgs(set) },
		"RecvMsgsReport":  func() error { _, err := s.RecvMsgsReport(set); return err },
		"Messages":        func() error { return seq2(s.Messages(ctx)) },
		"RecvRaw":         func() error { _, _, err := s.RecvRaw(ctx); return err },
		"WaitForAck":      s.WaitForAck,
	}
}

// requests are those too.
func requests(t testing.TB, s *libnl.Socket, ctx context.Context) map[string]func() error {
	return map[string]func() error{
		"Do": func() error { return s.Do(ctx, noopMsg(t)) },
		"Request": func() (last error) {
			for _, err := range s.Request(ctx, linkDump(t)) {
				last = err
			}
			return last
		},
		"RequestAll": func() error { _, err := s.RequestAll(ctx, linkDump(t)); return err },
		"Batch":      func() error { return s.Batch(ctx, []*libnl.Msg{noopMsg(t)})[0] },
	}
}

func TestCallbackNested(t *testing.T) {
	for _, mode := range []string{"waiting", "non-blocking"} {
		eachScene(t, func(t *testing.T, sc *scene) {
			if mode == "non-blocking" {
				noErr(t, sc.s.SetNonblocking())
			}
			ctx := ctxFor(t, 10*time.Second)
			noErr(t, sc.s.SetDeadline(time.Now().Add(10*time.Second)))
			begin := time.Now()
			sc.hook(func(*libnl.Msg) error {
				all := receives(t, sc.s, sc.set, ctx)
				for name, fn := range requests(t, sc.s, ctx) {
					all[name] = fn
				}
				all["SendSync"] = func() error { return sc.s.SendSync(noopMsg(t)) }
				for name, fn := range all {
					if err := fn(); !errors.Is(err, libnl.ErrNested) {
						t.Errorf("%s returned %v", name, err)
					}
				}
				return nil
			})
			noErr(t, sc.call())
			if d := time.Since(begin); d > 2*time.Second {
				t.Errorf("took %v", d)
			}
			sc.usable()
		})
	}
}

// The same in the waits for an acknowledgement, also while a stream of another goroutine waits for its turn to read.
func TestCallbackNestedInAck(t *testing.T) {
	s := dial(t, nil)
	noErr(t, s.SetDeadline(time.Now().Add(10*time.Second)))
	set, err := s.Callbacks()
	noErr(t, err)
	defer set.Close()
	n := 0
	noErr(t, set.Set(libnl.CbMsgIn, libnl.KindCustom, func(*libnl.Msg) error {
		n++
		all := receives(t, s, set, t.Context())
		maps.Copy(all, requests(t, s, t.Context()))
		all["SendSync"] = func() error { return s.SendSync(noopMsg(t)) }
		for name, fn := range all {
			if err := fn(); !errors.Is(err, libnl.ErrNested) {
				t.Errorf("%s returned %v", name, err)
			}
		}
		return nil
	}))
	stop, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		for range s.Messages(stop) {
		}
		done <- nil
	}()
	for range 5 {
		noErr(t, s.SendSync(noopMsg(t)))
	}
	cancel()
	<-done
	_, err = s.SendAuto(noopMsg(t))
	noErr(t, err)
	noErr(t, s.WaitForAck())
	if n != 6 {
		t.Errorf("ran %d times", n)
	}
}

// A panic goes through the callbacks of two sockets, one inside the other.
func TestCallbackPanicNested(t *testing.T) {
	outer, inner := newScene(t, libnl.CbValid, false), newScene(t, libnl.CbMsgIn, true)
	v := &thrown{}
	inner.hook(func(*libnl.Msg) error { throwHere(v); return nil })
	outer.hook(func(*libnl.Msg) error { return inner.call() })
	if r := recovered(func() { _ = outer.call() }); r != v {
		t.Errorf("recovered %v", r)
	}
	for _, sc := range []*scene{outer, inner} {
		if st := sc.s.PanicStack(); !strings.Contains(st, "libnl") {
			t.Errorf("no stack: %q", st)
		}
		sc.usable()
	}
	// and an error
	outer, inner = newScene(t, libnl.CbValid, false), newScene(t, libnl.CbMsgIn, true)
	inner.hook(func(*libnl.Msg) error { return errMine })
	outer.hook(func(*libnl.Msg) error { return inner.call() })
	if err := outer.call(); err != errMine {
		t.Errorf("returned %v", err)
	}
	outer.usable()
	inner.usable()
}

// What another goroutine asks for while a callback runs has to wait, and is not told that it is inside.
func TestCallbackOtherGoroutine(t *testing.T) {
	eachScene(t, func(t *testing.T, sc *scene) {
		type result struct {
			name string
			err  error
		}
		late := make(chan result, 8)
		n := 0
		sc.hook(func(*libnl.Msg) error {
			if n++; n > 1 {
				return nil
			}
			short := ctxFor(t, 30*time.Millisecond)
			early := make(chan result)
			asked := requests(t, sc.s, short)
			all := maps.Clone(asked)
			if sc.typ != libnl.CbMsgOut { // a send keeps nobody from receiving
				maps.Copy(all, receives(t, sc.s, sc.set, short))
			}
			for name, fn := range all {
				go func() { early <- result{name, fn()} }()
			}
			for range all {
				r := <-early
				switch {
				case asked[r.name] == nil:
					if !errors.Is(r.err, libnl.ErrNested) {
						t.Errorf("%s returned %v", r.name, r.err)
					}
				case sc.typ == libnl.CbMsgOut:
					if r.err != nil && !errors.Is(r.err, libnl.ErrBusy) { // of two dumps one may find the other
						t.Errorf("%s returned %v", r.name, r.err)
					}
				case !errors.Is(r.err, context.DeadlineExceeded):
					t.Errorf("%s returned %v", r.name, r.err)
				}
			}
			for name, fn := range requests(t, sc.s, ctxFor(t, 5*time.Second)) {
				if name != "Request" && name != "RequestAll" {
					go func() { late <- result{name, fn()} }()
				}
			}
			return nil
		})
		noErr(t, sc.call())
		for range 2 {
			if r := <-late; r.err != nil {
				t.Errorf("%s returned %v", r.name, r.err)
			}
		}
		sc.usable()
	})
}

// Sends from inside a callback for sends go round in circles, but not for ever.
func TestCallbackSendRecursion(t *testing.T) {
	s := dial(t, nil)
	depth, deepest := 0, 0
	noErr(t, s.ModifyCallback(libnl.CbMsgOut, libnl.KindCustom, func(*libnl.Msg) error {
		depth++
		deepest = max(deepest, depth)
		defer func() { depth-- }()
		if depth > 10000 {
			return errors.New("too deep")
		}
		_, err := s.Send(noopMsg(t))
		return err
	}))
	if _, err := s.Send(noopMsg(t)); !errors.Is(err, libnl.ErrNested) {
		t.Errorf("returned %v", err)
	}
	if deepest < 8 || deepest > 1000 {
		t.Errorf("%d deep", deepest)
	}
	noErr(t, s.ModifyCallback(libnl.CbMsgOut, libnl.KindDefault, nil))
	usable(t, s)
}

// A callback that leaves by runtime.Goexit, as t.FailNow does, ends its goroutine, and nothing else.
func TestCallbackGoexit(t *testing.T) {
	if nltest.ASan {
		t.Skip("C frames are left behind, and what they held")
	}
	eachScene(t, func(t *testing.T, sc *scene) {
		sc.hook(func(*libnl.Msg) error { runtime.Goexit(); return nil })
		gone := make(chan bool)
		go func() {
			defer close(gone)
			_ = sc.call()
			t.Error("the call returned")
		}()
		<-gone
		sc.usable()
	})
}

func TestOverrideGoexit(t *testing.T) {
	if nltest.ASan {
		t.Skip("C frames are left behind, and what they held")
	}
	for _, which := range []string{"send", "recv", "loop", "nested"} {
		sc := newScene(t, libnl.CbValid, false)
		noErr(t, sc.set.OverwriteRecv(nil))
		call := sc.call
		switch which {
		case "send":
			noErr(t, sc.set.OverwriteSend(func(*libnl.Socket, *libnl.Msg) (int, error) { runtime.Goexit(); return 0, nil }))
			call = func() error { _, err := sc.s.Send(noopMsg(t)); return err }
		case "recv":
			noErr(t, sc.set.OverwriteRecv(func(*libnl.Socket) ([]byte, libnl.SockAddr, *syscall.Ucred, error) {
				runtime.Goexit()
				return nil, libnl.SockAddr{}, nil, nil
			}))
		case "loop":
			noErr(t, sc.set.OverwriteRecvMsgs(func(*libnl.Socket, *libnl.Callbacks) (int, error) { runtime.Goexit(); return 0, nil }))
		case "nested":
			inner := newScene(t, libnl.CbAck, true)
			inner.hook(func(*libnl.Msg) error { runtime.Goexit(); return nil })
			feed(t, sc.set, sc.datagram())
			sc.hook(func(*libnl.Msg) error { return inner.call() })
		}
		gone := make(chan bool)
		go func() {
			defer close(gone)
			_ = call()
			t.Error("the call returned")
		}()
		<-gone
		sc.usable()
	}
}

func TestCallbackPanicMemory(t *testing.T) {
	sc := newScene(t, libnl.CbMsgIn, false)
	sc.hook(func(*libnl.Msg) error { panic("again") })
	datagram := oracle.Message(16, 0, sc.seq, make([]byte, 2000))
	noErr(t, sc.set.OverwriteRecv(func(*libnl.Socket) ([]byte, libnl.SockAddr, *syscall.Ucred, error) {
		return datagram, libnl.SockAddr{}, nil, nil
	}))
	one := func() {
		defer func() {
			if r := recover(); r != "again" {
				t.Fatalf("recovered %v", r)
			}
		}()
		_ = sc.s.RecvMsgsDefault()
	}
	for range 2000 {
		one()
	}
	before := nltest.RSS(t)
	for range 20000 {
		one()
	}
	after := nltest.RSS(t)
	t.Logf("%d KiB before, %d KiB after", before>>10, after>>10)
	if grown := after - before; grown > 16<<20 && !nltest.ASan { // a leaked message or datagram is 40 MB; asan keeps freed memory
		t.Errorf("grew by %d KiB", grown>>10)
	}
	sc.usable()
}
