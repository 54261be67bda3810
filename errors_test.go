//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
	"github.com/golibnl/libnl/internal/oracle"
	"golang.org/x/sys/unix"
)

// routeVia is a request for 10.2.0.0/16 by way of a gateway that nothing leads to.
func routeVia(t testing.TB, attrs func(m *libnl.Msg)) *libnl.Msg {
	t.Helper()
	m, err := libnl.NewMsgSimple(libnl.RTMNewRoute, libnl.FlagCreate|libnl.FlagExcl)
	check(t, err)
	m.Append([]byte{unix.AF_INET, 16, 0, 0, unix.RT_TABLE_MAIN, unix.RTPROT_STATIC, 0, unix.RTN_UNICAST, 0, 0, 0, 0}, 4)
	m.PutBytes(unix.RTA_DST, []byte{10, 2, 0, 0})
	attrs(m)
	check(t, m.Err())
	return m
}

// What the kernel says arrives whole: errno, libnl's code, text and offset, through every call.
func TestErrorOfKernel(t *testing.T) {
	nltest.NetNS(t)
	s := dial(t, nil)
	unreachable := func() *libnl.Msg {
		return routeVia(t, func(m *libnl.Msg) { m.PutBytes(unix.RTA_GATEWAY, []byte{192, 0, 2, 1}) })
	}
	malformed := func() *libnl.Msg {
		return routeVia(t, func(m *libnl.Msg) { m.PutBytes(unix.RTA_OIF, []byte{1}) })
	}
	for name, ask := range map[string]func(m *libnl.Msg) error{
		"request": func(m *libnl.Msg) error { return s.Do(t.Context(), m) },
		"request ": func(m *libnl.Msg) error {
			_, err := s.RequestAll(t.Context(), m)
			return err
		},
		" request":     func(m *libnl.Msg) error { return s.Batch(t.Context(), []*libnl.Msg{m})[0] },
		"nl_send_sync": s.SendSync,
		"nl_wait_for_ack": func(m *libnl.Msg) error {
			_, err := s.SendAuto(m)
			check(t, err)
			return s.WaitForAck()
		},
		"nl_recvmsgs_default": func(m *libnl.Msg) error {
			_, err := s.SendAuto(m)
			check(t, err)
			return s.RecvMsgsDefault()
		},
		"receive": func(m *libnl.Msg) error {
			_, err := s.SendAuto(m)
			check(t, err)
			_, err = nextEvent(t, s)
			return err
		},
		"callback": func(m *libnl.Msg) error {
			var got *libnl.Error
			check(t, s.ModifyErrCallback(libnl.KindCustom, func(e *libnl.Error) error { got = e; return nil }))
			defer s.ModifyErrCallback(libnl.KindDefault, nil)
			err := s.SendSync(m)
			if err != error(got) {
				t.Errorf("the callback was given %v, the call returned %v", got, err)
			}
			return err
		},
	} {
		fn := strings.TrimSpace(name)
		err := ask(unreachable())
		e, ok := errors.AsType[*libnl.Error](err)
		if !ok {
			t.Fatalf("%s: %v", name, err)
		}
		if fn == "callback" {
			fn = e.Func
		}
		if e.Func != fn || e.Code != libnl.ErrFailure || e.Errno != syscall.ENETUNREACH || e.Msg != "Nexthop has invalid gateway" {
			t.Errorf("%s: %#v", name, e)
		}
		if want := "libnl: " + fn + ": network is unreachable: Nexthop has invalid gateway"; err.Error() != want {
			t.Errorf("%s: %q, want %q", name, err, want)
		}
		isErr(t, name, err, libnl.ErrFailure, syscall.ENETUNREACH)
		for _, not := range []error{libnl.ErrInval, syscall.EINVAL, fs.ErrExist, fs.ErrNotExist, fs.ErrPermission, libnl.ErrOverrun, libnl.ErrClosed, os.ErrDeadlineExceeded, context.Canceled} {
			if errors.Is(err, not) {
				t.Errorf("%s: %v matches %v", name, err, not)
			}
		}
		m := malformed()
		err = ask(m)
		e, ok = errors.AsType[*libnl.Error](err)
		// the offset is that of the attribute: header, struct rtmsg, RTA_DST
		if !ok || e.Errno != syscall.EINVAL && e.Errno != syscall.ERANGE || e.Offset != 16+12+8 || e.Msg == "" {
			t.Errorf("%s: %#v, want an offset of %d", name, e, 16+12+8)
		}
	}

	check(t, s.Do(t.Context(), blackholeRoute(t, libnl.RTMNewRoute, 1)))
	err := s.Do(t.Context(), blackholeRoute(t, libnl.RTMNewRoute, 1))
	isErr(t, "twice", err, libnl.ErrExist, syscall.EEXIST, fs.ErrExist, os.ErrExist)
	check(t, s.Do(t.Context(), blackholeRoute(t, libnl.RTMDelRoute, 1)))
	err = s.Do(t.Context(), blackholeRoute(t, libnl.RTMDelRoute, 1))
	isErr(t, "gone", err, libnl.ErrObjNotFound, syscall.ESRCH, fs.ErrNotExist)
	err = s.Do(t.Context(), func() *libnl.Msg {
		m := loRequest(t, libnl.RTMGetLink)
		b := m.Payload()
		b[4] = 99
		return m
	}())
	isErr(t, "no such device", err, libnl.ErrNoDev, syscall.ENODEV, fs.ErrNotExist)

	// without explanations
	q := dial(t, &libnl.Config{NoExtAck: true})
	if err := q.Do(t.Context(), unreachable()); err == nil || err.Error() != "libnl: request: network is unreachable" {
		t.Errorf("not explained: %v", err)
	}
}

// libnl has few words: the errno is what tells failures apart.
func TestErrorCodes(t *testing.T) {
	nltest.NetNS(t)
	p := newPeer(t, 0)
	var says atomic.Int32
	p.serve(func(r request) [][]byte { return [][]byte{errorMsg(r, int(says.Load()))} })
	s := dialPeer(t, p, libnl.Config{})
	codes := map[libnl.Errno]int{}
	for errno := 1; errno < 134; errno++ {
		says.Store(int32(errno))
		e := syscall.Errno(errno)
		want := libnl.Errno(oracle.SysErr(errno))
		for name, ask := range map[string]func() error{
			"Do":       func() error { return s.Do(t.Context(), plainMsg(t, typData, 0, "")) },
			"SendSync": func() error { return s.SendSync(plainMsg(t, typData, 0, "")) },
		} {
			err := ask()
			got, ok := errors.AsType[*libnl.Error](err)
			if !ok || got.Code != want || got.Errno != e || !errors.Is(err, e) || !errors.Is(err, want) {
				t.Errorf("%s: %v: %#v, want the code %d", name, e, got, want)
			}
			if !strings.HasSuffix(err.Error(), ": "+e.Error()) {
				t.Errorf("%s: text %q, want that of %v", name, err, e)
			}
			if errors.Is(err, libnl.ErrOverrun) {
				t.Errorf("%s: %v is taken for an overrun", name, e)
			}
		}
		codes[want]++
		if libnl.ErrnoFromSyscall(e) != want {
			t.Errorf("%v: code %d, want %d", e, libnl.ErrnoFromSyscall(e), want)
		}
	}
	if len(codes) < 15 || codes[libnl.ErrFailure] < 20 {
		t.Errorf("codes %v: not what libnl has", codes)
	}
	for e := libnl.Errno(-1); e < 40; e++ {
		if text := e.Error(); text == "" || text != strings.ToLower(text) {
			t.Errorf("%d: text %q", int(e), text)
		}
	}
	says.Store(int32(syscall.EPERM))
	isErr(t, "EPERM", s.Do(t.Context(), plainMsg(t, typData, 0, "")), fs.ErrPermission, libnl.ErrPerm)
	says.Store(int32(syscall.EACCES))
	isErr(t, "EACCES", s.Do(t.Context(), plainMsg(t, typData, 0, "")), fs.ErrPermission, libnl.ErrNoAccess)
}

// A wait that ends says why.
func TestErrorOfWait(t *testing.T) {
	nltest.NetNS(t)
	s := dial(t, &libnl.Config{Groups: []libnl.Group{libnl.GroupLink}})
	s.EnableAutoAck()
	mute := newPeer(t, 0)
	u := dialPeer(t, mute, libnl.Config{})
	mine := errors.New("mine")
	waits := map[string]func(ctx context.Context) error{
		"Recv":    s.Recv,
		"RecvRaw": func(ctx context.Context) error { _, _, err := s.RecvRaw(ctx); return err },
		"Messages": func(ctx context.Context) (err error) {
			for _, err = range s.Messages(ctx) {
			}
			return err
		},
		"Do": func(ctx context.Context) error { return u.Do(ctx, plainMsg(t, typData, 0, "")) },
		"Request": func(ctx context.Context) error {
			_, err := u.RequestAll(ctx, plainMsg(t, typData, libnl.FlagDump, ""))
			return err
		},
		"Batch": func(ctx context.Context) error { return u.Batch(ctx, []*libnl.Msg{plainMsg(t, typData, 0, "")})[0] },
	}
	for name, wait := range waits {
		before, cancel := context.WithCancel(t.Context())
		cancel()
		err := wait(before)
		isErr(t, name, err, context.Canceled)
		if e, ok := errors.AsType[*libnl.Error](err); !ok || e.Func == "" {
			t.Errorf("%s: %#v", name, err)
		}
		isErr(t, name, wait(short(t)), context.DeadlineExceeded)
		ctx, cancelWith := context.WithCancelCause(t.Context())
		time.AfterFunc(10*time.Millisecond, func() { cancelWith(mine) })
		isErr(t, name, wait(ctx), mine)
		if err := wait(nil); !errors.Is(err, libnl.ErrInval) { //nolint:staticcheck // that is the test
			t.Errorf("%s without a context: %v", name, err)
		}
		for _, not := range []error{os.ErrDeadlineExceeded, libnl.ErrClosed, libnl.ErrOverrun} {
			if errors.Is(err, not) {
				t.Errorf("%s: %v matches %v", name, err, not)
			}
		}
	}
	for name, wait := range map[string]func() error{
		"RecvMsgsDefault": s.RecvMsgsDefault,
		"WaitForAck":      s.WaitForAck,
		"SendSync":        func() error { return u.SendSync(plainMsg(t, typData, 0, "")) },
	} {
		for _, x := range []*libnl.Socket{s, u} {
			check(t, x.SetDeadline(time.Now().Add(20*time.Millisecond)))
		}
		start := time.Now()
		err := wait()
		isErr(t, name, err, os.ErrDeadlineExceeded, libnl.ErrAgain)
		if d := time.Since(start); d > time.Second {
			t.Errorf("%s took %v", name, d)
		}
		if !strings.HasSuffix(fmt.Sprint(err), "timeout") {
			t.Errorf("%s: text %q", name, err)
		}
	}
	for _, x := range []*libnl.Socket{s, u} {
		check(t, x.SetDeadline(time.Time{}))
		check(t, x.SetNonblocking())
	}
	isErr(t, "RecvMsgsDefault", s.RecvMsgsDefault(), libnl.ErrAgain)
	isErr(t, "WaitForAck", s.WaitForAck(), libnl.ErrAgain)

	for _, x := range []*libnl.Socket{s, u} {
		check(t, x.Close())
	}
	for name, wait := range waits {
		err := wait(t.Context())
		isErr(t, name, err, libnl.ErrClosed, os.ErrClosed)
		if e, ok := errors.AsType[*libnl.Error](err); !ok || !strings.HasPrefix(err.Error(), "libnl: "+e.Func+": use of a closed handle") {
			t.Errorf("%s: %q", name, err)
		}
	}
	isErr(t, "RecvMsgsDefault", s.RecvMsgsDefault(), libnl.ErrClosed)
	isErr(t, "WaitForAck", s.WaitForAck(), libnl.ErrClosed)
	isErr(t, "SendSync", s.SendSync(badRequest(t)), libnl.ErrClosed)
}

// Errors of local calls name the call, the code and the system's errno.
func TestErrorLocal(t *testing.T) {
	nltest.NetNS(t)
	_, err := libnl.Dial(99, nil)
	isErr(t, "no such protocol", err, syscall.EPROTONOSUPPORT)
	if e, ok := errors.AsType[*libnl.Error](err); !ok || e.Func != "nl_connect" {
		t.Errorf("%#v", err)
	}
	s, err := libnl.NewSocket()
	check(t, err)
	defer s.Close()
	isErr(t, "not connected", s.Do(t.Context(), badRequest(t)), libnl.ErrBadSock)
	isErr(t, "nil message", dial(t, nil).Do(t.Context(), nil), libnl.ErrInval)
	var e *libnl.Error
	if err := fmt.Errorf("wrapped: %w", s.RecvMsgsDefault()); !errors.As(err, &e) || e.Code != libnl.ErrBadSock || e.Func != "nl_recvmsgs_default" {
		t.Errorf("%v", err)
	}
	var none *libnl.Socket
	isErr(t, "nil socket", none.Do(t.Context(), badRequest(t)), libnl.ErrInval)
}
