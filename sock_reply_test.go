//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/golibnl/libnl"
	"golang.org/x/sys/unix"
)

// regService is a service of the tests: a socket that others send requests to.
type regService struct {
	*libnl.Socket
	ended chan error
}

// regServe answers the requests that arrive with what GenlHandleMsg says, as examples/genl-service does, until the test ends.
func regServe(t testing.TB) *regService {
	t.Helper()
	s, err := libnl.Dial(libnl.ProtoUserSock, &libnl.Config{Untrusted: true, Events: true})
	noErr(t, err)
	v := &regService{s, make(chan error, 1)}
	ctx, cancel := context.WithCancel(context.Background())
	go func() { v.ended <- v.loop(ctx) }()
	t.Cleanup(func() {
		cancel()
		isErr(t, "the service", <-v.ended, context.Canceled)
		noErr(t, s.Close())
	})
	return v
}

func (v *regService) loop(ctx context.Context) error {
	for m, err := range v.Messages(ctx) {
		if m == nil {
			return err
		}
		err := libnl.GenlHandleMsg(m, v.Socket)
		end := libnl.NewAck
		if m.Header().Flags&libnl.FlagDump == libnl.FlagDump {
			end = libnl.NewDone
		}
		reply, err := end(m, err)
		if err == nil {
			err = v.Post(ctx, reply)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// client opens a socket that talks to the service.
func (v *regService) client(t testing.TB) *libnl.Socket {
	t.Helper()
	s := dialPeer(t, nil, libnl.Config{})
	s.SetPeerPort(v.LocalPort())
	return s
}

// Answers are those of the kernel, byte for byte, where it has no more to say.
func TestAckLikeKernels(t *testing.T) {
	s := netNS(t)
	noErr(t, unix.SetsockoptInt(s.FD(), unix.SOL_NETLINK, unix.NETLINK_CAP_ACK, 1))
	link := func(typ libnl.MsgType, f libnl.MsgFlags, index int32) *libnl.Msg {
		m, err := libnl.NewMsgSimple(typ, f|libnl.FlagRequest|libnl.FlagAck)
		noErr(t, err)
		binary.NativeEndian.PutUint32(m.Reserve(16, 4)[4:], uint32(index))
		return m
	}
	gateway, err := libnl.NewMsgSimple(libnl.RTMNewRoute, libnl.FlagRequest|libnl.FlagAck|libnl.FlagCreate)
	noErr(t, err)
	copy(gateway.Reserve(12, 4), []byte{unix.AF_INET, 32, 0, 0, unix.RT_TABLE_MAIN, unix.RTPROT_STATIC, unix.RT_SCOPE_UNIVERSE, unix.RTN_UNICAST})
	gateway.PutBytes(unix.RTA_DST, []byte{192, 0, 2, 1})
	gateway.PutBytes(unix.RTA_GATEWAY, []byte{198, 51, 100, 1})
	for what, m := range map[string]*libnl.Msg{
		"acknowledgement": link(libnl.RTMSetLink, 0, 1),
		"error":           link(libnl.RTMSetLink, 0, 12345),
		"with a text":     gateway,
	} {
		_, err := s.SendAuto(m)
		noErr(t, err)
		want, _, err := s.RecvRaw(within(t, 5*time.Second))
		noErr(t, err)
		for h := range libnl.EachMsg(want) {
			equal(t, what, h.Type, libnl.MsgError)
		}
		m.SetSrc(libnl.SockAddr{Port: s.LocalPort()})
		// what our side makes of the kernel's answer is what we make it from
		m2 := m.Clone()
		failed := s.Do(t.Context(), m2)
		if (failed == nil) != (what == "acknowledgement") {
			t.Fatalf("%s: %v", what, failed)
		}
		got, err := libnl.NewAck(m, failed)
		noErr(t, err)
		if !bytes.Equal(got.Bytes(), want) {
			t.Errorf("%s (%v): ours\n%sthe kernel's\n%s", what, failed, hex.Dump(got.Bytes()), hex.Dump(want))
		}
	}
}

// The client's error is the service's, as far as it goes over the wire: by an engine's request, by libnl's, and at the end of a dump.
func TestAckErrors(t *testing.T) {
	var answer error
	var mu sync.Mutex
	regFamily(t, regHandler("go-ack", regID, 0, libnl.GenlCmd{Handle: func(*libnl.GenlInfo) error {
		mu.Lock()
		defer mu.Unlock()
		return answer
	}}))
	v := regServe(t)
	s := v.client(t)
	long := strings.Repeat("x", 5000)
	for what, c := range map[string]struct {
		err    error
		errno  syscall.Errno
		text   string
		offset uint32
	}{
		"none":        {nil, 0, "", 0},
		"errno":       {syscall.EXFULL, syscall.EXFULL, "", 0},
		"code":        {libnl.ErrBusy, syscall.EBUSY, "", 0},
		"Error":       {&libnl.Error{Func: "f", Code: libnl.ErrRange, Msg: "too far", Offset: 24}, syscall.ERANGE, "too far", 24},
		"both":        {&libnl.Error{Code: libnl.ErrFailure, Errno: syscall.EXDEV}, syscall.EXDEV, "", 0},
		"wrapped":     {fmt.Errorf("outer: %w", &libnl.Error{Code: libnl.ErrExist, Msg: "inner", Offset: 40}), syscall.EEXIST, "outer: libnl: object exists: inner", 40},
		"errno in it": {fmt.Errorf("outer: %w", syscall.ENOTTY), syscall.ENOTTY, "outer: inappropriate ioctl for device", 0},
		"text":        {errors.New("no idea"), syscall.EIO, "no idea", 0},
		"not there":   {fs.ErrNotExist, syscall.ENOENT, "file does not exist", 0},
		"permission":  {fs.ErrPermission, syscall.EPERM, "permission denied", 0},
		"exists":      {fs.ErrExist, syscall.EEXIST, "file already exists", 0},
		"deadline":    {context.DeadlineExceeded, syscall.ETIMEDOUT, "context deadline exceeded", 0},
		"canceled":    {context.Canceled, syscall.ECANCELED, "context canceled", 0},
		"closed":      {libnl.ErrClosed, syscall.EIO, "libnl: use of a closed handle", 0},
		"NUL":         {errors.New("a\x00b"), syscall.EIO, "a", 0},
		"zero errno":  {syscall.Errno(0), syscall.EIO, "", 0},
		"long":        {errors.New(long), syscall.EIO, long[:4096], 0},
	} {
		mu.Lock()
		answer = c.err
		mu.Unlock()
		ways := map[string]func() error{
			"Do":   func() error { return s.Do(within(t, 5*time.Second), regMsg(t, regID, 1, 0, nil)) },
			"dump": func() error { return s.Do(within(t, 5*time.Second), regDump(t)) },
			"libnl": func() error {
				m := regMsg(t, regID, 1, 0, nil)
				m.SetHeader(libnl.Header{Type: regID})
				return s.SendSync(m)
			},
		}
		for way, ask := range ways {
			err := ask()
			e, _ := errors.AsType[*libnl.Error](err)
			switch {
			case c.errno == 0:
				noErr(t, err)
			case e == nil || e.Errno != c.errno || e.Msg != c.text || e.Offset != c.offset:
				t.Errorf("%s, %s: %#v", what, way, err)
			}
		}
	}
	// each of libnl's codes survives, but for those that have no errno
	for code := libnl.ErrFailure; code <= libnl.ErrNetDown; code++ {
		m, err := libnl.NewAck(regMsg(t, regID, 1, 0, nil), code)
		noErr(t, err)
		errno := syscall.Errno(-int32(binary.NativeEndian.Uint32(m.Payload())))
		if back := libnl.ErrnoFromSyscall(errno); back != code && errno != syscall.EIO && back != libnl.ErrInval && back != libnl.ErrFailure && back != libnl.ErrOpNotSupp {
			t.Errorf("%v is sent as %v, which libnl takes for %v", code, errno, back)
		}
	}
	_, err := libnl.NewAck(nil, nil)
	isErr(t, "nil request", err, libnl.ErrClosed)
	_, err = libnl.NewDone(nil, nil)
	isErr(t, "nil request", err, libnl.ErrClosed)
}

// regDump makes a request for a dump.
func regDump(t testing.TB) *libnl.Msg {
	t.Helper()
	m := regMsg(t, regID, 1, 0, nil)
	m.SetHeader(libnl.Header{Type: regID, Flags: libnl.FlagDump})
	return m
}

// A request that the policy refuses comes back with the attribute, by number and by place.
func TestServicePolicy(t *testing.T) {
	regFamily(t, regHandler("go-policy", regID, 4, libnl.GenlCmd{
		MaxAttr: 3,
		Policy:  libnl.Policy{1: {Kind: libnl.AttrString}, 2: {Kind: libnl.AttrU64}},
		Handle:  func(*libnl.GenlInfo) error { return nil },
	}))
	s := regServe(t).client(t)
	m := regMsg(t, regID, 1, 4, func(m *libnl.Msg) { m.PutString(1, "name"); m.PutU32(2, 1) })
	err := s.Do(within(t, 5*time.Second), m)
	e, ok := errors.AsType[*libnl.Error](err)
	if !ok || e.Errno != syscall.ERANGE || e.Msg != "attribute 2 has 4 bytes, fewer than 8" {
		t.Fatalf("%#v", err)
	}
	if a := m.Bytes()[e.Offset:]; binary.NativeEndian.Uint16(a[2:]) != 2 {
		t.Errorf("offset %d is not the attribute's", e.Offset)
	}
	isErr(t, "no command", s.Do(within(t, 5*time.Second), regMsg(t, regID, 7, 4, nil)), syscall.EOPNOTSUPP)
	noErr(t, s.Do(within(t, 5*time.Second), regMsg(t, regID, 1, 4, nil)))
}

// Replies in parts come in order, to each of several clients at a time, and end.
func TestServiceDump(t *testing.T) {
	const parts = 50
	regFamily(t, regHandler("go-dump", regID, 8, libnl.GenlCmd{Handle: func(in *libnl.GenlInfo) error {
		for i := range uint32(parts) {
			m, err := in.NewReply(libnl.FlagMulti, libnl.GenlHeader{Cmd: 9, Version: 2})
			if err != nil {
				return err
			}
			m.PutU32(1, i)
			m.PutBytes(2, in.UserHeader)
			if err := in.Arg.(*libnl.Socket).Post(t.Context(), m); err != nil {
				return err
			}
		}
		return nil
	}}))
	v := regServe(t)
	var wg sync.WaitGroup
	for i := range 4 {
		s := v.client(t)
		wg.Go(func() {
			for round := range 5 {
				m := regMsg(t, regID, 1, 8, nil)
				h := m.Header()
				h.Flags = libnl.FlagDump
				m.SetHeader(h)
				copy(m.Payload()[4:], fmt.Sprintf("%d.%d     ", i, round))
				n := uint32(0)
				for r, err := range s.Request(within(t, 20*time.Second), m) {
					if err != nil {
						t.Error(err)
						return
					}
					g, _ := r.Genl()
					equal(t, "header", g, libnl.GenlHeader{Cmd: 9, Version: 2})
					a, err := r.ParseAttrs(12, 2, nil)
					noErr(t, err)
					number, _ := a.Get(1)
					got, _ := number.U32()
					text, _ := a.Get(2)
					if got != n || string(text.Bytes()) != string(m.Payload()[4:12]) {
						t.Errorf("part %d for %q, want %d for %q", got, text.Bytes(), n, m.Payload()[4:12])
					}
					n++
				}
				equal(t, "parts", n, parts)
			}
		})
	}
	wg.Wait()
}

// regCPU returns the time that the process has been running.
func regCPU(t testing.TB) time.Duration {
	var u unix.Rusage
	noErr(t, unix.Getrusage(unix.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// A client that reads slowly makes the service's sends wait, which takes no time of the CPU, and in the end it has everything, in
// order; so has the service of what the client sends meanwhile.
func TestServiceSlowClient(t *testing.T) {
	const replies, size, more = 200, 1000, 40
	var waited atomic.Bool
	posted := make(chan error, 1)
	seen := atomic.Int64{}
	h := regHandler("go-slow", regID, 0, libnl.GenlCmd{Name: "MANY", Handle: func(in *libnl.GenlInfo) error {
		err := func() error {
			for i := range uint32(replies) {
				m, err := in.NewReply(libnl.FlagMulti, libnl.GenlHeader{})
				if err != nil {
					return err
				}
				m.PutU32(1, i)
				m.PutBytes(2, make([]byte, size))
				waited.Store(i > 0)
				if err := in.Arg.(*libnl.Socket).Post(within(t, 30*time.Second), m); err != nil {
					return err
				}
			}
			return nil
		}()
		posted <- err
		return err
	}})
	h.Cmds[2] = libnl.GenlCmd{Name: "COUNT", Handle: func(*libnl.GenlInfo) error { seen.Add(1); return nil }}
	regFamily(t, h)
	v := regServe(t)

	p := newPeer(t, 4096)
	dump := regDump(t).Bytes()
	dump[8] = 1
	p.send(v.LocalPort(), dump)
	if !eventually(waited.Load) {
		t.Fatal("the service sends nothing")
	}
	time.Sleep(50 * time.Millisecond)
	count := regMsg(t, regID, 2, 0, nil).Bytes()
	for range more { // which the service has to take while it waits
		p.send(v.LocalPort(), count)
	}
	before := regCPU(t)
	const pause = 600 * time.Millisecond
	time.Sleep(pause)
	if used := regCPU(t) - before; used > pause/4 {
		t.Errorf("the service needs %v of the CPU to wait for %v", used, pause)
	}
	select {
	case err := <-posted:
		t.Fatalf("all was sent to a client that reads nothing: %v", err)
	default:
	}

	next, acks, done := uint32(0), 0, false
	for acks < more || !done {
		b, _, ok := p.recv()
		if !ok {
			t.Fatalf("after %d replies and %d acknowledgements there is no more", next, acks)
		}
		for h, m := range libnl.EachMsg(b) {
			switch h.Type {
			case regID:
				if got := binary.NativeEndian.Uint32(m[24:]); got != next {
					t.Fatalf("reply %d, want %d", got, next)
				}
				next++
			case libnl.MsgDone:
				done = next == replies
			case libnl.MsgError:
				acks++
			}
		}
	}
	noErr(t, <-posted)
	equal(t, "requests", seen.Load(), more)
	equal(t, "overruns", v.Stats().Overruns, 0)
}

// Post keeps to its context, and to the life of the socket; what it said was sent arrives.
func TestPostWaits(t *testing.T) {
	p := newPeer(t, 4096)
	s := dialPeer(t, p, libnl.Config{})
	m := plainMsg(t, 100, 0, strings.Repeat("x", 1000))
	sent := 0
	var err error
	var took time.Duration
	for {
		start := time.Now()
		err = s.Post(within(t, 200*time.Millisecond), m)
		took = time.Since(start)
		if err != nil {
			break
		}
		sent++
	}
	isErr(t, "full", err, context.DeadlineExceeded)
	if took < 150*time.Millisecond || took > 5*time.Second {
		t.Errorf("it waits for %v", took)
	}
	closed := make(chan error)
	go func() { closed <- s.Post(context.Background(), m) }()
	time.Sleep(20 * time.Millisecond)
	noErr(t, s.Close())
	isErr(t, "closed", <-closed, libnl.ErrClosed)
	isErr(t, "closed before", s.Post(t.Context(), m), libnl.ErrClosed)
	got := 0
	for {
		if _, _, ok := p.recv(); !ok {
			break
		}
		got++
	}
	equal(t, "arrived", got, sent)
}

func TestPostErrors(t *testing.T) {
	p := newPeer(t, 0)
	s := dialPeer(t, p, libnl.Config{})
	m := plainMsg(t, 100, libnl.FlagEcho, "abc")
	h := m.Header()
	h.Seq, h.Port = 5, 6
	m.SetHeader(h)
	noErr(t, s.Post(t.Context(), m))
	if b, from, _ := p.recv(); !bytes.Equal(b, m.Bytes()) || from != s.LocalPort() { // as it is
		t.Errorf("% x from %d", b, from)
	}
	gone := newPeer(t, 0)
	m.SetDst(libnl.SockAddr{Port: gone.port})
	noErr(t, s.Post(t.Context(), m))
	noErr(t, unix.Close(gone.fd))
	gone.fd = -1
	isErr(t, "gone", s.Post(t.Context(), m), syscall.ECONNREFUSED)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	isErr(t, "ended", s.Post(ended, m), context.Canceled)
	isErr(t, "nil message", s.Post(t.Context(), nil), libnl.ErrInval)
	var none context.Context
	isErr(t, "nil context", s.Post(none, m), libnl.ErrInval)
	var noSocket *libnl.Socket
	isErr(t, "nil socket", noSocket.Post(t.Context(), m), libnl.ErrInval)
	noErr(t, m.Close())
	isErr(t, "closed message", s.Post(t.Context(), m), libnl.ErrClosed)
	unconnected, err := libnl.NewSocket()
	noErr(t, err)
	defer unconnected.Close()
	isErr(t, "unconnected", unconnected.Post(t.Context(), plainMsg(t, 100, 0, "")), libnl.ErrBadSock)
}
