//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
	"github.com/golibnl/libnl/internal/oracle"
	"golang.org/x/sys/unix"
)

const manyRoutes = 3000 // a dump of several datagrams

func fillRoutes(t testing.TB) {
	t.Helper()
	nltest.NetNS(t)
	noErr(t, oracle.FillRoutes(manyRoutes))
}

func allRoutes(t testing.TB) *libnl.Msg {
	t.Helper()
	m, err := libnl.NewMsgSimple(libnl.RTMGetRoute, libnl.FlagDump)
	noErr(t, err)
	rtm := make([]byte, 12)
	rtm[0] = unix.AF_INET
	m.Append(rtm, 4)
	noErr(t, m.Err())
	return m
}

// sendDump asks for the routes.
func sendDump(t testing.TB, s *libnl.Socket) {
	t.Helper()
	_, err := s.SendAuto(allRoutes(t))
	noErr(t, err)
}

// recordAll sets all callbacks of the set to note what fires.
func recordAll(t testing.TB, set *libnl.Callbacks, but ...libnl.CallbackType) *[]oracle.Event {
	t.Helper()
	var got []oracle.Event
	for typ := range cbTypes {
		switch {
		case slices.Contains(but, typ):
		case typ == cbErr:
			noErr(t, set.SetErr(libnl.KindCustom, func(e *libnl.Error) error {
				got = append(got, oracle.Event{Callback: int(typ), Err: int(e.Errno)})
				return libnl.Ignore
			}))
		default:
			noErr(t, set.Set(typ, libnl.KindCustom, func(m *libnl.Msg) error {
				h := m.Header()
				got = append(got, oracle.Event{Callback: int(typ), Type: uint16(h.Type), Flags: uint16(h.Flags), Len: h.Len})
				return nil
			}))
		}
	}
	return &got
}

// What the kernel sends fires the callbacks that it fires in plain libnl: on the engine, through an override, and in C.
func TestLoopOrderKernel(t *testing.T) {
	fillRoutes(t)
	refused := func(t *testing.T, s *libnl.Socket) {
		_, err := s.SendAuto(badMTU(t))
		noErr(t, err)
	}
	noop := func(t *testing.T, s *libnl.Socket) {
		_, err := s.SendAuto(noopMsg(t))
		noErr(t, err)
	}
	skewed := func(t *testing.T, s *libnl.Socket) { s.UseSeq(); noop(t, s) }
	seen := map[int]bool{}
	for _, c := range []struct {
		name string
		ask  func(*testing.T, *libnl.Socket)
		but  []libnl.CallbackType
	}{
		{"dump", func(t *testing.T, s *libnl.Socket) { sendDump(t, s) }, nil},
		{"dump checked by libnl", func(t *testing.T, s *libnl.Socket) { sendDump(t, s) }, []libnl.CallbackType{libnl.CbSeqCheck}},
		{"ack", noop, nil},
		{"error", refused, nil},
		{"wrong number", skewed, []libnl.CallbackType{libnl.CbSeqCheck}},
	} {
		func() { // not in a test of its own, which would be in another namespace
			// on the engine
			s := dial(t, nil)
			set, err := s.Callbacks()
			noErr(t, err)
			defer set.Close()
			engine := recordAll(t, set, c.but...)
			c.ask(t, s)
			noErr(t, s.Recv(ctxFor(t, 5*time.Second)))

			// through an override that does the same and keeps the bytes
			s2 := dial(t, nil)
			set2, err := s2.Callbacks()
			noErr(t, err)
			defer set2.Close()
			through := recordAll(t, set2, c.but...)
			var bytes [][]byte
			noErr(t, set2.OverwriteRecv(func(s *libnl.Socket) ([]byte, libnl.SockAddr, *syscall.Ucred, error) {
				b, from, err := s.RecvRaw(ctxFor(t, 5*time.Second))
				bytes = append(bytes, b)
				return b, from, nil, err
			}))
			c.ask(t, s2)
			noErr(t, s2.RecvMsgsDefault())

			// in C
			var opt oracle.LoopOptions
			for i := range opt.Callbacks {
				opt.Callbacks[i].Set = !slices.Contains(c.but, libnl.CallbackType(i))
			}
			opt.Seq = binary.NativeEndian.Uint32(bytes[0][8:])
			if c.name == "wrong number" {
				opt.Seq--
			}
			plain, codes := oracle.Loop(bytes, opt)
			if codes[0] < 0 {
				t.Fatalf("plain libnl: %d", codes[0])
			}
			want := []oracle.Event{{Callback: oracle.CbMsgOut}}
			for _, e := range plain {
				seen[e.Callback] = true
				if e.Callback == oracle.CbErr {
					want = append(want, oracle.Event{Callback: e.Callback, Err: -e.Err})
				} else {
					want = append(want, oracle.Event{Callback: e.Callback, Type: e.Type, Flags: e.Flags, Len: e.Len})
				}
			}
			for name, got := range map[string][]oracle.Event{"engine": *engine, "override": *through} {
				got[0] = oracle.Event{Callback: got[0].Callback}
				if !slices.Equal(got, want) {
					t.Errorf("%s, %s: %d callbacks, plain libnl %d: %+v", c.name, name, len(got), len(want), got[:min(len(got), 20)])
				}
			}
		}()
	}
	for _, i := range []int{oracle.CbValid, oracle.CbFinish, oracle.CbAck, oracle.CbMsgIn, oracle.CbSeqCheck, oracle.CbInvalid, oracle.CbErr} {
		if !seen[i] {
			t.Errorf("%s never fired", cbNames[i])
		}
	}
}

// badMTU is a request with an attribute at offset 32 that the kernel complains about.
func badMTU(t testing.TB) *libnl.Msg {
	t.Helper()
	m, err := libnl.NewMsgSimple(libnl.RTMNewLink, 0)
	noErr(t, err)
	ifi := make([]byte, 16)
	binary.NativeEndian.PutUint32(ifi[4:], 1)
	m.Append(ifi, 4)
	m.PutBytes(unix.IFLA_MTU, []byte{1})
	noErr(t, m.Err())
	return m
}

var errMine = errors.New("mine")

// brokenOff receives a dump that a callback ends at its tenth message.
func brokenOff(t *testing.T, s *libnl.Socket, set *libnl.Callbacks, explicit bool, how string) {
	t.Helper()
	n := 0
	noErr(t, set.Set(libnl.CbValid, libnl.KindCustom, func(m *libnl.Msg) error {
		if n++; n < 10 {
			return nil
		}
		switch how {
		case "error":
			return errMine
		case "panic":
			panic(errMine)
		}
		return libnl.Stop
	}))
	func() {
		defer func() {
			if r := recover(); how == "panic" && r != errMine || how != "panic" && r != nil {
				t.Errorf("recovered %v", r)
			}
		}()
		var err error
		if explicit {
			err = s.RecvMsgs(set)
		} else {
			err = s.RecvMsgsDefault()
		}
		if want := map[string]error{"error": errMine}[how]; err != want {
			t.Errorf("returned %v", err)
		}
	}()
	if n != 10 {
		t.Errorf("%d messages", n)
	}
	noErr(t, set.Set(libnl.CbValid, libnl.KindCustom, nil))
}

// eachBreak runs fn for each way of breaking a dump off, without a test for each: those would be in another namespace.
func eachBreak(t *testing.T, fn func(t *testing.T, explicit bool, how string)) {
	for _, how := range []string{"stop", "error", "panic"} {
		for _, explicit := range []bool{false, true} {
			name := how
			if explicit {
				name += " in a set"
			}
			t.Log(name)
			fn(t, explicit, how)
		}
	}
}

func setOf(t *testing.T, s *libnl.Socket, explicit bool) *libnl.Callbacks {
	t.Helper()
	set, err := s.Callbacks()
	if explicit {
		set.Close()
		set, err = libnl.NewCallbacks(libnl.KindDefault)
	}
	noErr(t, err)
	t.Cleanup(func() { set.Close() })
	return set
}

// After a dump that was broken off the next call of any sort finds the socket sound.
func TestDumpBrokenOff(t *testing.T) {
	fillRoutes(t)
	trap, err := oracle.TrapStop(oracle.Stop)
	noErr(t, err)
	if trap.NextFill == 0 || trap.NextRefused != -int(libnl.ErrSeqMismatch) {
		t.Fatalf("plain libnl goes on as if nothing were: %+v", trap)
	}
	whole := func(t *testing.T, s *libnl.Socket, set *libnl.Callbacks) {
		n := 0
		noErr(t, set.Set(libnl.CbValid, libnl.KindCustom, func(*libnl.Msg) error { n++; return nil }))
		defer set.Set(libnl.CbValid, libnl.KindCustom, nil)
		sendDump(t, s)
		noErr(t, s.RecvMsgs(set))
		if n < manyRoutes {
			t.Errorf("the next dump has %d messages", n)
		}
	}
	next := map[string]func(t *testing.T, s *libnl.Socket, set *libnl.Callbacks){
		"RecvMsgs": whole,
		"Recv": func(t *testing.T, s *libnl.Socket, _ *libnl.Callbacks) {
			sendDump(t, s)
			noErr(t, s.Recv(ctxFor(t, 5*time.Second)))
		},
		"WaitForAck": func(t *testing.T, s *libnl.Socket, _ *libnl.Callbacks) {
			_, err := s.SendAuto(noopMsg(t))
			noErr(t, err)
			noErr(t, s.WaitForAck())
		},
		"SendSync": func(t *testing.T, s *libnl.Socket, _ *libnl.Callbacks) { noErr(t, s.SendSync(noopMsg(t))) },
		"refused": func(t *testing.T, s *libnl.Socket, _ *libnl.Callbacks) {
			if err := s.SendSync(badMTU(t)); !errors.Is(err, syscall.ERANGE) {
				t.Errorf("a refused request: %v", err)
			}
		},
		"Do":   func(t *testing.T, s *libnl.Socket, _ *libnl.Callbacks) { noErr(t, s.Do(t.Context(), noopMsg(t))) },
		"dump": func(t *testing.T, s *libnl.Socket, _ *libnl.Callbacks) { noErr(t, s.Do(t.Context(), allRoutes(t))) },
		"Request": func(t *testing.T, s *libnl.Socket, _ *libnl.Callbacks) {
			all, err := s.RequestAll(t.Context(), allRoutes(t))
			if err != nil || len(all) < manyRoutes {
				t.Errorf("%d messages, %v", len(all), err)
			}
		},
		"nothing": func(t *testing.T, s *libnl.Socket, _ *libnl.Callbacks) {
			if err := s.Recv(ctxFor(t, 20*time.Millisecond)); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("something is left: %v", err)
			}
		},
	}
	eachBreak(t, func(t *testing.T, explicit bool, how string) {
		for name, fn := range next {
			s := dial(t, nil)
			noErr(t, s.SetDeadline(time.Now().Add(10*time.Second)))
			set := setOf(t, s, explicit)
			sendDump(t, s)
			brokenOff(t, s, set, explicit, how)
			t.Log("next:", name)
			fn(t, s, set)
			usable(t, s)
			noErr(t, s.Close())
		}
		// the same when another call has read, and queued, the dump in the meantime
		s := dial(t, nil)
		set := setOf(t, s, explicit)
		sendDump(t, s)
		for range 3 { // an answer stands behind the datagrams that were there before it
			noErr(t, s.Do(t.Context(), noopMsg(t)))
		}
		if st := s.Stats(); st.Pending < 40<<10 {
			t.Errorf("nothing much was queued: %+v", st)
		}
		brokenOff(t, s, set, explicit, how)
		usable(t, s)
		whole(t, s, set)
		if st := s.Stats(); st.Pending != 0 {
			t.Errorf("left behind: %+v", st)
		}
		noErr(t, s.Close())
	})
}

// Notifications that stand among the rest of the dump are the receiver's.
func TestDumpBrokenOffNotifications(t *testing.T) {
	fillRoutes(t)
	const news = 70
	routes := manyRoutes
	eachBreak(t, func(t *testing.T, explicit bool, how string) {
		for _, queued := range []bool{false, true} {
			s := dial(t, &libnl.Config{Groups: []libnl.Group{libnl.GroupIPv4Route}})
			s.EnableAutoAck()
			noErr(t, s.SetDeadline(time.Now().Add(10*time.Second)))
			set := setOf(t, s, explicit)
			if explicit { // sequence numbers are not checked in the socket's own set either
				noErr(t, set.Set(libnl.CbSeqCheck, libnl.KindCustom, func(*libnl.Msg) error { return nil }))
			}
			sendDump(t, s)
			first := routes
			routes += news
			noErr(t, oracle.FillRoutes(routes)) // those that are there already are not reported
			if queued {
				noErr(t, s.Do(t.Context(), noopMsg(t)))
			}
			brokenOff(t, s, set, explicit, how)
			noErr(t, s.SendSync(noopMsg(t)))
			noErr(t, s.Do(t.Context(), noopMsg(t)))
			_, err := s.SendAuto(noopMsg(t))
			noErr(t, err)
			noErr(t, s.WaitForAck())
			n := 0
			noErr(t, s.ModifyCallback(libnl.CbValid, libnl.KindCustom, func(m *libnl.Msg) error {
				dst, _ := m.FindAttr(12, unix.RTA_DST)
				if b := dst.Bytes(); m.Src().Groups == 0 || len(b) != 4 || int(b[2])<<8+int(b[3]) != first+n {
					t.Errorf("%d: %+v from %+v", n, m.Header(), m.Src())
				}
				n++
				return nil
			}))
			for n < news {
				if err := s.RecvMsgsDefault(); err != nil {
					t.Fatalf("%d notifications, then %v", n, err)
				}
			}
			if err := s.Recv(ctxFor(t, 20*time.Millisecond)); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("something is left: %v", err)
			}
			noErr(t, s.ModifyCallback(libnl.CbValid, libnl.KindDefault, nil))
			usable(t, s)
			noErr(t, s.Close())
		}
	})
}

// A callback in the middle of a dump sends; the answer waits until the dump is through. In plain libnl it ends the dump.
func TestDumpSendInside(t *testing.T) {
	fillRoutes(t)
	if inner, outer, err := oracle.TrapNestedRequest(); err != nil || inner == 0 && outer == 0 {
		t.Fatalf("plain libnl: %d, %d, %v: the scene is not the right one", inner, outer, err)
	}
	s := dial(t, nil)
	noErr(t, s.SetDeadline(time.Now().Add(10*time.Second)))
	n := 0
	noErr(t, s.ModifyCallback(libnl.CbValid, libnl.KindCustom, func(*libnl.Msg) error {
		if n++; n <= 3 {
			_, err := s.SendAuto(noopMsg(t))
			noErr(t, err)
		}
		return nil
	}))
	sendDump(t, s)
	noErr(t, s.RecvMsgsDefault())
	if n < manyRoutes {
		t.Errorf("%d messages", n)
	}
	noErr(t, s.WaitForAck())
	noErr(t, s.RecvMsgsDefault())
	noErr(t, s.WaitForAck())
	usable(t, s)
}

// A dump that ends in the middle with the socket closed, from inside or by another goroutine.
func TestDumpClose(t *testing.T) {
	fillRoutes(t)
	for _, inside := range []bool{true, false} {
		for _, explicit := range []bool{false, true} {
			s := dial(t, nil)
			set := setOf(t, s, explicit)
			n := 0
			noErr(t, set.Set(libnl.CbValid, libnl.KindCustom, func(*libnl.Msg) error {
				if n++; n == 10 {
					if inside {
						return s.Close()
					}
					closed := make(chan error)
					go func() { closed <- s.Close() }()
					noErr(t, <-closed)
				}
				return nil
			}))
			sendDump(t, s)
			var err error
			if explicit {
				err = s.RecvMsgs(set)
			} else {
				err = s.RecvMsgsDefault()
			}
			if !errors.Is(err, libnl.ErrClosed) || n != 10 {
				t.Errorf("%d messages, then %v", n, err)
			}
		}
	}
}

// The error callback sees the kernel's explanation, and decides what becomes of the error.
func TestErrCallback(t *testing.T) {
	nltest.NetNS(t)
	good := func(t *testing.T, e *libnl.Error) {
		t.Helper()
		if e.Errno != syscall.ERANGE || !strings.Contains(e.Msg, "policy") || e.Offset != 32 || !errors.Is(e, libnl.ErrnoFromSyscall(syscall.ERANGE)) {
			t.Errorf("%#v", e)
		}
	}
	for _, c := range []struct {
		name       string
		says       func(*libnl.Error) error
		same, mine bool // the kernel's error comes back, or the callback's
	}{
		{name: "none", same: true},
		{name: "nil", says: func(*libnl.Error) error { return nil }, same: true},
		{name: "itself", says: func(e *libnl.Error) error { return e }, same: true},
		{name: "Stop", says: func(*libnl.Error) error { return libnl.Stop }, same: true},
		{name: "Ignore", says: func(*libnl.Error) error { return libnl.Ignore }},
		{name: "Skip", says: func(*libnl.Error) error { return libnl.Skip }},
		{name: "mine", says: func(*libnl.Error) error { return errMine }, mine: true},
	} {
		for _, explicit := range []bool{false, true} {
			for _, call := range []string{"recv", "WaitForAck", "SendSync"} {
				if explicit && call != "recv" {
					continue
				}
				s := dial(t, nil)
				noErr(t, s.SetDeadline(time.Now().Add(5*time.Second)))
				set := setOf(t, s, explicit)
				var seen *libnl.Error
				if c.says != nil {
					noErr(t, set.SetErr(libnl.KindCustom, func(e *libnl.Error) error { seen = e; return c.says(e) }))
				}
				var err error
				switch call {
				case "SendSync":
					err = s.SendSync(badMTU(t))
				default:
					_, err = s.SendAuto(badMTU(t))
					noErr(t, err)
					switch {
					case explicit:
						err = s.RecvMsgs(set)
					case call == "recv":
						err = s.RecvMsgsDefault()
					default:
						err = s.WaitForAck()
					}
				}
				if c.says != nil {
					if seen == nil {
						t.Fatalf("%s, %s: not called", c.name, call)
					}
					good(t, seen)
				}
				e := (*libnl.Error)(nil)
				switch {
				case c.mine && err != errMine, !c.mine && !c.same && err != nil, c.same && !errors.As(err, &e):
					t.Errorf("%s, %s: %v", c.name, call, err)
				case c.same:
					good(t, e)
				}
				noErr(t, set.SetErr(libnl.KindDefault, nil))
				usable(t, s)
				noErr(t, s.Close())
			}
		}
	}
}

// A callback for outgoing messages holds them back.
func TestMsgOut(t *testing.T) {
	to, err := libnl.Dial(libnl.ProtoUserSock, &libnl.Config{Untrusted: true})
	noErr(t, err)
	defer to.Close()
	s, err := libnl.Dial(libnl.ProtoUserSock, nil)
	noErr(t, err)
	defer s.Close()
	s.SetPeerPort(to.LocalPort())
	s.DisableAutoAck()
	noErr(t, s.SetDeadline(time.Now().Add(5*time.Second)))
	body := oracle.Message(77, 0, 0, nil)
	sends := map[string]func() (int, error){
		"Send":      func() (int, error) { return s.Send(noopMsg(t)) },
		"SendAuto":  func() (int, error) { return s.SendAuto(noopMsg(t)) },
		"SendIovec": func() (int, error) { return s.SendIovec(noopMsg(t), body[:8], body[8:]) },
		"SendMsg": func() (int, error) {
			return s.SendMsg(noopMsg(t), &libnl.MsgHdr{Dst: libnl.SockAddr{Port: to.LocalPort()}, Iov: [][]byte{body}})
		},
		"SendSimple": func() (int, error) { return s.SendSimple(77, 0, []byte{1}) },
		"RTGen":      func() (int, error) { return 0, s.RTGenRequest(77, libnl.FamilyIPv4, 0) },
		"SendSync":   func() (int, error) { return 0, s.SendSync(noopMsg(t)) },
	}
	for name, send := range sends {
		for _, said := range []error{libnl.Skip, libnl.Stop, errMine} {
			calls := 0
			noErr(t, s.ModifyCallback(libnl.CbMsgOut, libnl.KindCustom, func(m *libnl.Msg) error {
				calls++
				if _ = m.Header(); m.Src().Port != s.LocalPort() {
					t.Errorf("%s: from %+v", name, m.Src())
				}
				return said
			}))
			if n, err := send(); n != 0 || err != said || calls != 1 {
				t.Errorf("%s: %d calls, then %d, %v, want %v", name, calls, n, err, said)
			}
		}
		noErr(t, s.ModifyCallback(libnl.CbMsgOut, libnl.KindDefault, nil))
		if _, _, err := to.RecvRaw(ctxFor(t, 5*time.Millisecond)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: something was sent: %v", name, err)
		}
		if n, err := send(); err != nil || name != "RTGen" && name != "SendSync" && n < 16 {
			t.Errorf("%s: %d, %v", name, n, err)
		}
		if b, _, err := to.RecvRaw(ctxFor(t, time.Second)); err != nil || len(b) < 16 {
			t.Errorf("%s: nothing was sent: %v", name, err)
		}
	}
}

// A request numbered by the user is out of sequence for libnl's loop, and that is all.
func TestOwnSequenceNumber(t *testing.T) {
	for _, seq := range []uint32{1, 12345, 1 << 31, 1<<32 - 1} {
		s := dial(t, nil)
		noErr(t, s.SetDeadline(time.Now().Add(5*time.Second)))
		usable(t, s)
		for range 3 {
			m := noopMsg(t)
			m.SetHeader(libnl.Header{Type: libnl.MsgNoop, Seq: seq})
			_, err := s.SendAuto(m)
			noErr(t, err)
			if err := s.RecvMsgsDefault(); !errors.Is(err, libnl.ErrSeqMismatch) {
				t.Errorf("%d: %v", seq, err)
			}
			usable(t, s)
		}
		noErr(t, s.Close())
	}
}

// Many answers that libnl's loop did not see, and then one that it does.
func TestManyUnseen(t *testing.T) {
	s := dial(t, nil)
	noErr(t, s.SetDeadline(time.Now().Add(10*time.Second)))
	for range 100 {
		for range 100 {
			_, err := s.SendAuto(noopMsg(t))
			noErr(t, err)
		}
		n := 0
		for _, err := range s.Messages(t.Context()) {
			noErr(t, err)
			if n++; n == 100 {
				break
			}
		}
	}
	usable(t, s)
}

// The same while numbers are not checked, with answers that the loop saw in between; and then they are checked again.
func TestSeqCheckOnAgain(t *testing.T) {
	s := dial(t, nil)
	noErr(t, s.SetDeadline(time.Now().Add(10*time.Second)))
	s.DisableSeqCheck()
	for range 3 {
		for range 5 {
			_, err := s.SendAuto(noopMsg(t))
			noErr(t, err)
			for _, err := range s.Messages(t.Context()) {
				noErr(t, err)
				break
			}
		}
		for range 2 {
			_, err := s.SendAuto(noopMsg(t))
			noErr(t, err)
			noErr(t, s.RecvMsgsDefault())
		}
	}
	noErr(t, s.ModifyCallback(libnl.CbSeqCheck, libnl.KindDefault, nil))
	usable(t, s)
}
