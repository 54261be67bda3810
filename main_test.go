//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
)

// TestMain runs the tests with leak tracing: a handle that dies unclosed fails the run.
func TestMain(m *testing.M) {
	if os.Getenv(childKey) != "" {
		os.Exit(m.Run())
	}
	var mu sync.Mutex
	var leaks []libnl.Leak
	libnl.TraceLeaks(func(l libnl.Leak) {
		mu.Lock()
		leaks = append(leaks, l)
		mu.Unlock()
	})
	code := m.Run()
	for range 3 {
		if nltest.Valgrind { // which no garbage collection survives
			break
		}
		runtime.GC()
		time.Sleep(10 * time.Millisecond)
	}
	mu.Lock()
	for _, l := range leaks {
		fmt.Fprintf(os.Stderr, "leaked %s, made at:\n%s\n", l.Kind, l.Stack)
		code = 1
	}
	os.Exit(code)
}
