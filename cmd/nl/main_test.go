//go:build linux

// SPDX-License-Identifier: MIT

package main_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/golibnl/libnl/internal/nltest"
)

// nl is the program: NL_PROGRAM, or else it is built for the tests.
var nl string

// compared counts the lines that were printed.
var compared, differing int

func TestMain(m *testing.M) { os.Exit(buildAndRun(m)) }

func buildAndRun(m *testing.M) int {
	if nl = os.Getenv("NL_PROGRAM"); nl == "" {
		dir, err := os.MkdirTemp("", "nl")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		nl = filepath.Join(dir, "nl")
		if out, err := exec.Command("go", "build", "-o", nl, ".").CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "%v: %s", err, out)
			return 1
		}
	}
	code := m.Run()
	fmt.Println(compared-differing, "same,", differing, "differ")
	return code
}

// result is what a program did.
type result struct {
	out, err string
	code     int // 128 and the signal that ended it
}

func (r result) String() string {
	return fmt.Sprintf("exit code %d\n-- stdout\n%s-- stderr\n%s", r.code, r.out, r.err)
}

// call is a command line of one of the tools, by the original's name.
type call struct {
	args  []string
	stdin string
}

func command(words string) call { return call{args: strings.Fields(words)} }

func (c call) String() string {
	s := strings.Join(c.args, " ")
	if c.stdin != "" {
		s += fmt.Sprintf(" <<< %q", c.stdin)
	}
	return s
}

// original runs libnl's own tool, ours the same of nl, which finds it in argv[0] as through a link.
func (c call) original(t *testing.T) result {
	t.Helper()
	path, err := exec.LookPath(c.args[0])
	if err != nil {
		t.Skip(err)
	}
	return c.run(t, path)
}

func (c call) ours(t *testing.T) result { t.Helper(); return c.run(t, nl) }

func (c call) run(t *testing.T, path string) result {
	t.Helper()
	var out, errOut bytes.Buffer
	cmd := exec.CommandContext(t.Context(), path)
	cmd.Args = c.args
	cmd.Stdin = strings.NewReader(c.stdin)
	cmd.Stdout, cmd.Stderr = &out, &errOut
	cmd.WaitDelay = 5 * time.Second
	err := cmd.Run()
	exit, ok := errors.AsType[*exec.ExitError](err)
	if err != nil && !ok {
		t.Fatalf("%s: %v", c, err)
	}
	r := result{out: out.String(), err: errOut.String()}
	if exit != nil {
		r.code = exit.ExitCode()
		if ws := exit.Sys().(syscall.WaitStatus); ws.Signaled() {
			r.code = 128 + int(ws.Signal())
		}
	}
	return r
}

// crashed says that a signal ended the program.
func (r result) crashed() bool { return r.code > 128 && r.code < 128+65 }

// report prints the line of a comparison.
func report(t *testing.T, c fmt.Stringer, want, got fmt.Stringer) {
	t.Helper()
	compared++
	if want.String() == got.String() {
		fmt.Println("same", c)
		return
	}
	differing++
	fmt.Println("DIFFERS", c)
	t.Errorf("%s: %s", c, difference(want.String(), got.String()))
}

// difference tells two texts apart, without the lines that they begin and end with alike.
func difference(want, got string) string {
	w, g := strings.SplitAfter(want, "\n"), strings.SplitAfter(got, "\n")
	for len(w) > 0 && len(g) > 0 && w[0] == g[0] {
		w, g = w[1:], g[1:]
	}
	for len(w) > 0 && len(g) > 0 && w[len(w)-1] == g[len(g)-1] {
		w, g = w[:len(w)-1], g[:len(g)-1]
	}
	return fmt.Sprintf("the original:\n%s\nours:\n%s", strings.Join(w, ""), strings.Join(g, ""))
}

// tries is how often the original is given a chance to print the same before and after ours.
const tries = 5

// compare runs the original, ours, and the original again: only what the original prints twice can be asked of ours. As times may have gone on
// in between, there are several tries.
func compare(t *testing.T, c fmt.Stringer, original, ours func() result) {
	t.Helper()
	var before, got, after result
	for range tries {
		before, got, after = original(), ours(), original()
		if before == after && got == after {
			break
		}
	}
	if before != after {
		t.Errorf("%s: the original differs from itself: %s", c, difference(before.String(), after.String()))
	}
	report(t, c, after, got)
}

// compareCalls compares tools that only read, in the namespace of this goroutine.
func compareCalls(t *testing.T, mask func(string) string, lines string) {
	t.Helper()
	for line := range strings.Lines(lines) {
		c := command(line)
		if len(c.args) == 0 {
			continue
		}
		masked := func(run func(*testing.T) result) func() result {
			return func() result { r := run(t); r.out = mask(r.out); return r }
		}
		compare(t, c, masked(c.original), masked(c.ours))
	}
}

func unmasked(s string) string { return s }

// batch has ip do what the lines say.
func batch(t *testing.T, lines string) {
	t.Helper()
	cmd := exec.Command("ip", "-batch", "-")
	cmd.Stdin = strings.NewReader(lines)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("ip -batch: %v: %s", err, out)
	}
}

// quiet keeps the kernel from changing things by itself: no detection of duplicate addresses.
func quiet(t *testing.T) {
	t.Helper()
	for _, name := range []string{"ipv6/conf/all/accept_dad", "ipv6/conf/default/accept_dad", "ipv6/conf/default/router_solicitations"} {
		nltest.Sysctl(t, name, "0")
	}
}
