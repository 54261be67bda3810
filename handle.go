//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// refs guards what plain libnl shares without a lock: reference counts of objects and callback sets, and the library's process-wide tables.
var refs sync.Mutex

// Leak is a handle that the garbage collector found unclosed.
type Leak struct {
	Kind  string // "Socket", "Callbacks", "Object" ...
	Stack string // where it was made
}

var leakReport atomic.Pointer[func(Leak)]

func init() {
	if os.Getenv("LIBNL_LEAKS") == "1" {
		TraceLeaks(nil)
	}
}

// TraceLeaks turns leak tracing on: from now on every handle that owns C memory remembers where it was made, and one that the
// garbage collector finds unclosed is given to report, on a goroutine of the runtime. With a nil report it is printed to standard
// error. Tests turn it on; the environment variable LIBNL_LEAKS=1 does so without a change to the program. Tracing costs a stack
// trace for each handle; without it there is no cost.
func TraceLeaks(report func(Leak)) {
	if report == nil {
		report = func(l Leak) { fmt.Fprintf(os.Stderr, "libnl: leaked %s made at:\n%s\n", l.Kind, l.Stack) }
	}
	leakReport.Store(&report)
}

// A tracker reports its handle if that dies before done is called. A nil tracker does nothing.
type tracker struct{ cleanup runtime.Cleanup }

// track starts tracing h, if tracing is on.
func track[T any](h *T, kind string) *tracker {
	if leakReport.Load() == nil {
		return nil
	}
	l := Leak{Kind: kind, Stack: string(debug.Stack())}
	return &tracker{runtime.AddCleanup(h, func(l Leak) { (*leakReport.Load())(l) }, l)}
}

func (t *tracker) done() {
	if t != nil {
		t.cleanup.Stop()
	}
}
