//go:build linux

// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/golibnl/libnl"
	"golang.org/x/sys/unix"
)

func eventsMessages(n int) (iteration, error) {
	s, err := dialRoute(&libnl.Config{Groups: []libnl.Group{libnl.GroupIPv4Route}, RcvBuf: 64 << 20})
	return func() (f found, err error) {
		for m, err := range s.Messages(context.Background()) {
			if err != nil {
				return f, err
			}
			f.sum += readRoute(m).sum()
			if f.count++; f.count == uint64(n) {
				break
			}
		}
		return f, nil
	}, err
}

// eventsRate counts events while they are made as fast as the kernel can, behind a buffer of 1 MiB.
func eventsRate(n, times int) (result, error) {
	least := result{}
	s, err := dialRoute(&libnl.Config{Groups: []libnl.Group{libnl.GroupIPv4Route}, RcvBuf: 1 << 20})
	if err != nil {
		return least, err
	}
	for i := range times + 1 {
		var seen atomic.Int64
		ctx, cancel := context.WithCancel(context.Background())
		overruns, failed := uint64(0), error(nil)
		done := make(chan struct{})
		go func() {
			defer close(done)
			for _, err := range s.Messages(ctx) {
				switch {
				case errors.Is(err, libnl.ErrOverrun):
					overruns++
				case err != nil:
					if !errors.Is(err, context.Canceled) {
						failed = err
					}
					return
				case seen.Add(1) == int64(n):
					return
				}
			}
		}()
		if err := await(); err != nil {
			cancel()
			return least, err
		}
		for last := int64(-1); last != seen.Load() && seen.Load() < int64(n); { // until nothing has come for a while
			last = seen.Load()
			select {
			case <-done:
			case <-time.After(300 * time.Millisecond):
			}
		}
		cancel()
		<-done
		if failed != nil {
			return least, failed
		}
		if got := uint64(seen.Load()); i == 0 || got < least.Count {
			least.Count, least.Overruns = got, overruns
		}
	}
	return least, nil
}

// waitingSockets opens n sockets, with a goroutine that waits on each, and counts the threads, the memory, and the CPU time of an event on each.
func waitingSockets(n, _ int) (result, error) {
	var r result
	var files unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &files); err != nil {
		return r, err
	}
	files.Cur = files.Max
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &files); err != nil {
		return r, err
	}
	n = min(n, (int(files.Cur)-100)/2)
	before, err := status("VmRSS")
	if err != nil {
		return r, err
	}
	var started, got atomic.Int64
	failed := make(chan error, 1)
	for range n {
		s, err := dialRoute(&libnl.Config{Groups: []libnl.Group{libnl.GroupIPv4Route}, RcvBuf: 32 << 10})
		if err != nil {
			return r, err
		}
		go func() {
			started.Add(1)
			for _, err := range s.Messages(context.Background()) {
				if err != nil {
					failed <- err
					return
				}
				got.Add(1)
			}
		}()
	}
	settle(func() bool { return started.Load() == int64(n) }, nil)
	time.Sleep(200 * time.Millisecond) // until they wait
	after, err := status("VmRSS")
	if err != nil {
		return r, err
	}
	r.Memory = float64(after-before) * 1024 / float64(n)
	if err := await(); err != nil {
		return r, err
	}
	got.Store(0)
	cpu := cpuTime()
	if err := await(); err != nil { // now the parent makes socketEvents events
		return r, err
	}
	settle(func() bool { return got.Load() >= int64(n*socketEvents) }, failed)
	r.CPU = float64(cpuTime() - cpu)
	r.Count = uint64(got.Load())
	threads, err := status("Threads")
	r.Threads = threads
	select {
	case err = <-failed:
	default:
	}
	return r, err
}

// socketEvents is how many events each of the waiting sockets gets.
const socketEvents = 20

// settle waits until something is so, or something has failed, at most a minute.
func settle(so func() bool, failed chan error) {
	for end := time.Now().Add(time.Minute); !so() && time.Now().Before(end) && len(failed) == 0; {
		time.Sleep(5 * time.Millisecond)
	}
}

// status returns a number of /proc/self/status.
func status(name string) (int, error) {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), "\n"+name+":")
	var v int
	_, err = fmt.Sscan(rest, &v)
	return v, err
}
