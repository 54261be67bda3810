//go:build linux

// SPDX-License-Identifier: MIT

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// result is what a process says of its best iteration; the C programs print the same. Times are in ns.
type result struct {
	Wall   float64 `json:"wall"`
	CPU    float64 `json:"cpu"`
	Count  uint64  `json:"count"`            // things that were received or done
	Sum    uint64  `json:"sum"`              // over what was read of them
	Allocs uint64  `json:"allocs,omitempty"` // of Go's, in one iteration
	Bytes  uint64  `json:"bytes,omitempty"`
	RSS    float64 `json:"rss"` // peak, in KiB

	Rate     float64 `json:"rate,omitempty"`     // events a second that were made
	Overruns uint64  `json:"overruns,omitempty"` // of the receive buffer
	Threads  int     `json:"threads,omitempty"`
	Memory   float64 `json:"memory,omitempty"` // bytes a socket
}

// found is what one iteration found.
type found struct{ count, sum uint64 }

// iteration does the work once.
type iteration func() (found, error)

// prefix starts the line with the result; other lines are "ready", from a variant that is fed.
const prefix = "result "

// child runs one variant: "bench variant NAME N TIMES".
func child(name string, n, times int) error {
	v, ok := variants[name]
	if !ok {
		return fmt.Errorf("no variant %q", name)
	}
	r, err := v(n, times)
	if err != nil {
		return err
	}
	peak, err := status("VmHWM") // getrusage would count what the parent had when it forked
	if err != nil {
		return err
	}
	r.RSS = float64(peak)
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	fmt.Printf("%s%s\n", prefix, line)
	return nil
}

// repeat makes a variant of what sets up and returns an iteration. It runs once to warm up, and then as often as it is told.
func repeat(setup func(n int) (iteration, error)) variant {
	return func(n, times int) (result, error) { return iterate(setup, n, times, nil) }
}

// fed is repeat for work that has to be brought first: the parent does so before each iteration.
func fed(setup func(n int) (iteration, error)) variant {
	return func(n, times int) (result, error) { return iterate(setup, n, times, await) }
}

func iterate(setup func(n int) (iteration, error), n, times int, before func() error) (result, error) {
	best := result{}
	run, err := setup(n)
	if err != nil {
		return best, err
	}
	for i := range times + 1 {
		if before != nil {
			if err := before(); err != nil {
				return best, err
			}
		}
		runtime.GC() // each pays for its own garbage, none for that of the iteration before
		var m0, m1 runtime.MemStats
		runtime.ReadMemStats(&m0)
		wall, cpu := time.Now(), cpuTime()
		f, err := run()
		w, c := float64(time.Since(wall)), float64(cpuTime()-cpu)
		if err != nil {
			return best, err
		}
		runtime.ReadMemStats(&m1)
		if i == 0 {
			continue
		}
		if best.Wall == 0 || w < best.Wall {
			best.Wall = w
		}
		if best.CPU == 0 || c < best.CPU {
			best.CPU = c
		}
		best.Count, best.Sum = f.count, f.sum
		best.Allocs, best.Bytes = m1.Mallocs-m0.Mallocs, m1.TotalAlloc-m0.TotalAlloc
	}
	return best, nil
}

func cpuTime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &t); err != nil {
		panic(err)
	}
	return time.Duration(t.Nano())
}

var stdin = bufio.NewReader(os.Stdin)

// await tells the parent that the variant is ready, and waits until it has made what the variant waits for.
func await() error {
	fmt.Println("ready")
	line, err := stdin.ReadString('\n')
	if err == nil && strings.TrimSpace(line) != "go" {
		err = fmt.Errorf("unexpected %q", line)
	}
	return err
}
