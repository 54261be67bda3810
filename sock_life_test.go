//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
)

// childKey names the test that the process was started for. Leaks are not traced there: that is a matter of the parent's.
const childKey = "LIBNL_TEST_CHILD"

// inChild runs the calling test once more in a process of its own, where it returns true; the parent gets false, after the child.
func inChild(t *testing.T) bool {
	t.Helper()
	if os.Getenv(childKey) == t.Name() {
		return true
	}
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=50s")
	cmd.Env = append(os.Environ(), childKey+"="+t.Name())
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("the child: %v\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		if _, text, ok := strings.Cut(line, "_test.go:"); ok {
			t.Log(strings.TrimSpace(text))
		}
	}
	return false
}

// built reports whether the test was built with a flag, "-race" or "-asan".
func built(flag string) bool {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return false
	}
	for _, s := range info.Settings {
		if s.Key == flag {
			return s.Value == "true"
		}
	}
	return false
}

func count(t testing.TB, dir string) int {
	t.Helper()
	names, err := filepath.Glob(dir + "/*")
	if err != nil {
		t.Fatal(err)
	}
	return len(names)
}

func rss(t testing.TB) int {
	t.Helper()
	runtime.GC()
	debug.FreeOSMemory()
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	var size, resident int
	if _, err := fmt.Sscan(string(b), &size, &resident); err != nil {
		t.Fatal(err)
	}
	return resident * os.Getpagesize()
}

// eventually waits until ok, for two seconds at most.
func eventually(ok func() bool) bool {
	for range 200 {
		if ok() {
			return true
		}
		time.Sleep(10 * time.Millisecond)
	}
	return ok()
}

func TestManySockets(t *testing.T) {
	if !inChild(t) {
		return
	}
	const n = 2000
	limit := unix.Rlimit{}
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	if limit.Cur < 2*n+100 {
		limit.Cur, limit.Max = 2*n+100, max(limit.Max, 2*n+100)
		if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
			t.Skip("too few descriptors: ", err)
		}
	}
	ns := nltest.NetNS(t)
	cfg := &libnl.Config{Groups: []libnl.Group{libnl.GroupIPv4Route}, NetNS: ns}
	manySockets(t, cfg, n/10) // what is allocated once, and pools
	before, threads := rss(t), count(t, "/proc/self/task")
	waiting, after := manySockets(t, cfg, n)

	t.Logf("threads: %d before, %d waiting, %d after two events each", threads, waiting.threads, after.threads)
	// on a busy machine the runtime makes some more at any time; then two thousand waiters must not add to them
	most, got := runtime.GOMAXPROCS(0)+8, max(waiting.threads, after.threads)
	if got > most && got > threads+2 && !built("-race") {
		t.Errorf("%d threads, more than %d", got, most)
	}
	each := (waiting.memory - before) / n
	t.Logf("%d bytes a socket, %d after events", each, (after.memory-before)/n)
	if each > 10<<10 && !built("-race") && !built("-asan") { // about 7 KiB, so that growth shows
		t.Errorf("a socket takes %d bytes", each)
	}
}

type usage struct{ threads, memory int }

func used(t testing.TB) usage { return usage{count(t, "/proc/self/task"), rss(t)} }

// manySockets opens n sockets, with a goroutine waiting on each, and wakes them all twice.
func manySockets(t *testing.T, cfg *libnl.Config, n int) (waiting, after usage) {
	got := make(chan bool, n) // who blocks in a callback keeps a thread
	var ended sync.WaitGroup
	defer ended.Wait()
	start := time.Now()
	for i := range n {
		s, err := libnl.Dial(libnl.ProtoRoute, cfg)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		ended.Go(func() {
			if i%2 == 0 {
				receiveOne(t, s, got)
			} else {
				messagesOne(t, s, got)
			}
		})
	}
	opened := time.Since(start)
	time.Sleep(200 * time.Millisecond)
	waiting = used(t)

	s := dial(t, &libnl.Config{NetNS: cfg.NetNS})
	r := routeSpec{dst: [4]byte{10, 0, 0, 1}}
	for _, m := range []*libnl.Msg{r.add(), r.del()} {
		start = time.Now()
		if err := s.Do(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		for range n {
			select {
			case <-got:
			case <-time.After(10 * time.Second):
				t.Fatal("an event is missing")
			}
		}
	}
	t.Logf("%d sockets opened in %v, read one event in %v", n, opened, time.Since(start))
	return waiting, used(t)
}

func receiveOne(t testing.TB, s *libnl.Socket, got chan<- bool) {
	err := s.ModifyCallback(libnl.CbValid, libnl.KindCustom, func(*libnl.Msg) error { got <- true; return nil })
	for err == nil {
		err = s.Recv(t.Context())
	}
	if !errors.Is(err, libnl.ErrClosed) {
		t.Error(err)
	}
}

func messagesOne(t testing.TB, s *libnl.Socket, got chan<- bool) {
	for _, err := range s.Messages(t.Context()) {
		if err == nil {
			got <- true
		} else if !errors.Is(err, libnl.ErrClosed) {
			t.Error(err)
		}
	}
}

// operations are calls that succeed on an open socket, as long as nobody else receives or dumps.
func operations(s *libnl.Socket, cb *libnl.Callbacks) []func(context.Context) error {
	ignore := func(*libnl.Msg) error { return nil }
	link := func() *libnl.Msg {
		m, _ := libnl.NewMsgSimple(libnl.RTMGetLink, 0)
		m.Append(u32(0, 1, 0, 0), 4)
		return m
	}
	dump := func() *libnl.Msg {
		m := link()
		m.SetHeader(libnl.Header{Type: libnl.RTMGetLink, Flags: libnl.FlagDump})
		clear(m.Payload())
		return m
	}
	all := func(ctx context.Context, m *libnl.Msg) (err error) {
		for _, e := range s.Request(ctx, m) {
			err = e
		}
		return err
	}
	ops := []func(context.Context) error{
		func(ctx context.Context) error { return s.Do(ctx, link()) },
		func(ctx context.Context) error {
			return errors.Join(s.Batch(ctx, []*libnl.Msg{link(), link(), link()})...)
		},
		func(ctx context.Context) error { return all(ctx, link()) },
		func(ctx context.Context) error { return all(ctx, dump()) },
		func(ctx context.Context) error { return s.Do(ctx, dump()) },
		func(ctx context.Context) error {
			for _, err := range s.Request(ctx, dump()) {
				return err
			}
			return nil
		},
		func(ctx context.Context) error {
			_, err := s.RequestAll(ctx, dump())
			return err
		},
		func(context.Context) error { return s.SendSync(link()) },
		func(context.Context) error { _, err := s.SendAuto(link()); return err },
		func(context.Context) error { _, err := s.Send(link()); return err },
		func(context.Context) error { _, err := s.SendIovec(link(), link().Bytes()); return err },
		func(context.Context) error { _, err := s.SendTo(link().Bytes()); return err },
		func(context.Context) error { return s.RTGenRequest(libnl.RTMGetLink, 0, libnl.FlagDump) },
		func(context.Context) error { return s.Complete(link()) },
		func(context.Context) error { return s.AddMembership(libnl.GroupLink, libnl.GroupIPv6Route) },
		func(context.Context) error { return s.DropMembership(libnl.GroupLink) },
		func(context.Context) error { return s.SetBufferSize(1<<18, 0) },
		func(context.Context) error { return s.SetPassCred(true) },
		func(context.Context) error { return s.ModifyCallback(libnl.CbMsgOut, libnl.KindCustom, ignore) },
		func(context.Context) error { return s.ModifyCallback(libnl.CbMsgOut, libnl.KindDefault, nil) },
		func(context.Context) error { return s.ModifyErrCallback(libnl.KindCustom, nil) },
		func(context.Context) error { return s.SetCallbacks(cb) },
		func(context.Context) error {
			c, err := s.Callbacks()
			c.Close()
			return err
		},
		func(context.Context) error { return s.SetDeadline(time.Now().Add(time.Hour)) },
		func(context.Context) error {
			_, _, err := s.BufferSize()
			return err
		},
		func(context.Context) error { s.FD(); return nil },
		func(context.Context) error {
			defer func() { recover() }() // of a closed one
			s.Stats()
			s.LocalPort()
			return nil
		},
	}
	for _, wait := range waiters(s) {
		ops = append(ops, wait)
	}
	return ops
}

// harmless reports whether a call may end so while others use the socket.
func harmless(err error) bool {
	for _, ok := range []error{nil, libnl.ErrClosed, libnl.ErrNested, libnl.ErrBusy, libnl.ErrDumpIntr} {
		if errors.Is(err, ok) {
			return true
		}
	}
	return false
}

func TestCloseAnyTime(t *testing.T) {
	ns := nltest.NetNS(t)
	rounds := 500
	if testing.Short() {
		rounds = 60
	}
	round := func(i int) { closeRound(t, ns, i) }
	for i := range 20 { // what is allocated once
		round(i)
	}
	fds, goroutines, memory := count(t, "/proc/self/fd"), runtime.NumGoroutine(), rss(t)
	for i := range rounds {
		if round(i); t.Failed() {
			return
		}
	}
	if !eventually(func() bool { return count(t, "/proc/self/fd") <= fds }) {
		t.Errorf("%d descriptors, %d before", count(t, "/proc/self/fd"), fds)
	}
	if !eventually(func() bool { return runtime.NumGoroutine() <= goroutines }) {
		t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), goroutines)
	}
	grown := rss(t) - memory
	t.Logf("%d rounds, memory grew by %d bytes", rounds, grown)
	if grown > 8<<20 && !built("-race") && !built("-asan") {
		t.Errorf("memory grew by %d bytes", grown)
	}
}

func closeRound(t *testing.T, ns, i int) {
	rnd := rand.New(rand.NewPCG(uint64(i), 2))
	s, err := libnl.Dial(libnl.ProtoRoute, &libnl.Config{Groups: []libnl.Group{libnl.GroupIPv4Route}, NetNS: ns})
	if err != nil {
		t.Fatal(err)
	}
	s.EnableAutoAck()
	cb, err := libnl.NewCallbacks(libnl.KindDefault)
	if err != nil {
		t.Fatal(err)
	}
	defer cb.Close()
	if err := cb.Set(libnl.CbSeqCheck, libnl.KindCustom, func(*libnl.Msg) error { return nil }); err != nil {
		t.Fatal(err)
	}
	closing := time.Duration(rnd.IntN(1500)) * time.Microsecond
	if i%4 == 0 { // from inside
		inside := rnd.IntN(20)
		err := s.ModifyCallback(libnl.CbMsgIn, libnl.KindCustom, func(*libnl.Msg) error {
			if inside--; inside == 0 {
				return s.Close()
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}

	ops := operations(s, cb)
	var wg sync.WaitGroup
	for range 6 {
		seed := rnd.Uint64()
		wg.Go(func() {
			rnd := rand.New(rand.NewPCG(seed, 3))
			for range 1000 {
				k := rnd.IntN(len(ops))
				err := ops[k](t.Context())
				if !harmless(err) {
					t.Errorf("round %d, operation %d: %v", i, k, err)
					return
				}
				if errors.Is(err, libnl.ErrClosed) && k%4 == 0 {
					return
				}
			}
		})
	}
	ended := make(chan bool)
	go func() { wg.Wait(); close(ended) }()
	time.Sleep(closing)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		buf := make([]byte, 1<<20)
		t.Fatalf("round %d hangs:\n%s", i, buf[:runtime.Stack(buf, true)])
	}
	if err := s.Do(t.Context(), routesDump()); !errors.Is(err, libnl.ErrClosed) {
		t.Error("after Close: ", err)
	}
}

func TestForgottenSocket(t *testing.T) {
	if !inChild(t) {
		return
	}
	leaks := make(chan libnl.Leak, 100)
	libnl.TraceLeaks(func(l libnl.Leak) { leaks <- l })
	nltest.NetNS(t)
	dial(t, nil).Close()
	fds := count(t, "/proc/self/fd")
	ways := map[string]func(*libnl.Socket){
		"unused": func(*libnl.Socket) {},
		"callbacks that lead back": func(s *libnl.Socket) {
			err := errors.Join(
				s.ModifyCallback(libnl.CbValid, libnl.KindCustom, func(*libnl.Msg) error { return s.Close() }),
				s.ModifyErrCallback(libnl.KindCustom, func(*libnl.Error) error { return s.Close() }))
			if _, e := s.SendAuto(linkDump(t)); errors.Join(err, e) != nil {
				t.Fatal(err, e)
			}
		},
		"after a receive": func(s *libnl.Socket) {
			err := s.ModifyCallback(libnl.CbValid, libnl.KindCustom, func(*libnl.Msg) error { s.FD(); return nil })
			if _, e := s.SendAuto(linkDump(t)); errors.Join(err, e) != nil {
				t.Fatal(err, e)
			}
			if err := s.Recv(t.Context()); err != nil {
				t.Fatal(err)
			}
		},
		"after a wait": func(s *libnl.Socket) {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
			defer cancel()
			if err := s.Recv(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Fatal(err)
			}
		},
		"after requests": func(s *libnl.Socket) {
			for range s.Request(t.Context(), linkDump(t)) {
				break
			}
			if err := s.Do(t.Context(), linkDump(t)); err != nil {
				t.Fatal(err)
			}
		},
	}
	for name, use := range ways {
		func() {
			s, err := libnl.Dial(libnl.ProtoRoute, nil)
			if err != nil {
				t.Fatal(err)
			}
			use(s)
		}()
		if !eventually(func() bool { runtime.GC(); return len(leaks) > 0 && count(t, "/proc/self/fd") <= fds }) {
			t.Fatalf("%s: %d reports, %d descriptors instead of %d", name, len(leaks), count(t, "/proc/self/fd"), fds)
		}
		if l := <-leaks; l.Kind != "Socket" || !strings.Contains(l.Stack, "TestForgottenSocket") {
			t.Errorf("%s: reported as %s of\n%s", name, l.Kind, l.Stack)
		}
	}
}

// astray counts the threads in another namespace.
func astray(home string) (n int) {
	tasks, _ := filepath.Glob("/proc/self/task/*/ns/net")
	for _, task := range tasks {
		if l, err := os.Readlink(task); err == nil && l != home {
			n++
		}
	}
	return n
}

func TestNetNS(t *testing.T) {
	home, err := os.Readlink("/proc/thread-self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	fd := make(chan int)
	hold := make(chan bool)
	defer close(hold)
	go func() { // a namespace that is not this goroutine's
		runtime.LockOSThread()
		if unix.Unshare(unix.CLONE_NEWNET) != nil {
			fd <- -1
			return
		}
		f, _ := unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
		fd <- f
		<-hold
	}()
	ns := <-fd
	if ns < 0 {
		t.Skip("no right to make a network namespace")
	}
	defer unix.Close(ns)

	before := astray(home)
	there := dial(t, &libnl.Config{NetNS: ns})
	r := routeSpec{dst: [4]byte{10, 0, 0, 1}, table: dumped}
	if err := there.Do(t.Context(), r.add()); err != nil {
		t.Fatal(err)
	}
	stillDumps(t, there, 1)
	stillDumps(t, dial(t, nil), 0)
	threads := count(t, "/proc/self/task")
	for range 50 {
		dial(t, &libnl.Config{NetNS: ns}).Close()
	}
	if n := count(t, "/proc/self/task"); n > threads+4 {
		t.Errorf("%d threads, %d before", n, threads)
	}
	if n := astray(home); n > before {
		t.Errorf("%d threads are not where they were", n-before)
	}

	for _, bad := range []int{-1, 1 << 20} {
		if s, err := libnl.Dial(libnl.ProtoRoute, &libnl.Config{NetNS: bad}); err == nil {
			s.Close()
			t.Errorf("opened in namespace %d", bad)
		}
	}
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	if _, err := libnl.Dial(libnl.ProtoRoute, &libnl.Config{NetNS: int(null.Fd())}); !errors.Is(err, unix.EINVAL) {
		t.Error("a descriptor of no namespace: ", err)
	}
}
