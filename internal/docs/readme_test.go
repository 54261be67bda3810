//go:build linux

// SPDX-License-Identifier: MIT

// The tests run what the README shows.
package docs_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/golibnl/libnl/internal/nltest"
	"golang.org/x/sys/unix"
)

const root = "../.."

// blocks returns the fenced blocks of the README in a language.
func blocks(t *testing.T, lang string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, m := range regexp.MustCompile("(?s)```"+lang+"\n(.*?)```").FindAllSubmatch(text, -1) {
		found = append(found, string(m[1]))
	}
	if len(found) == 0 {
		t.Fatalf("no %s block in the README", lang)
	}
	return found
}

// The program is made into a module of its own with the README's very command, built and run.
func TestReadmeProgram(t *testing.T) {
	if nltest.Valgrind {
		t.Skip("builds a program of its own, which valgrind does not see")
	}
	if nltest.ASan && os.Getenv("PKG_CONFIG_PATH") != "" {
		t.Skip("a libnl with AddressSanitizer runs in programs with AddressSanitizer alone")
	}
	var command string
	for _, b := range blocks(t, "sh") {
		if strings.HasPrefix(b, "go mod edit") {
			command = b
		}
	}
	if command == "" {
		t.Fatal("the README does not say how to use the module from a checkout")
	}
	dir := t.TempDir()
	checkout, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(checkout, filepath.Join(dir, "libnl")); err != nil {
		t.Fatal(err)
	}
	app := filepath.Join(dir, "app")
	if err := os.Mkdir(app, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(app, "main.go"), []byte(blocks(t, "go")[0]), 0o644); err != nil {
		t.Fatal(err)
	}
	// the sums of this checkout, so that no network is needed
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(app, "go.sum"), sums, 0o644); err != nil {
		t.Fatal(err)
	}
	sh := exec.Command("sh", "-ec", "go mod init app\n"+command+"go build -o app .")
	sh.Dir = app
	if out, err := sh.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}

	shows, end := start(t, filepath.Join(app, "app"))
	shows("lo ")
	nltest.Run(t, "ip", "link", "set", "lo", "mtu", "1234")
	shows("1234")
	end()
}

// start runs a program in a network namespace of its own; shows waits for what it prints, end interrupts it.
func start(t *testing.T, program string) (shows func(text string), end func()) {
	t.Helper()
	nltest.NetNS(t)
	run := exec.Command(program)
	out := &buffer{}
	run.Stdout, run.Stderr = out, out
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- run.Wait() }()
	shows = func(text string) {
		t.Helper()
		for end := time.Now().Add(10 * time.Second); !strings.Contains(out.String(), text); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("the program does not show %q:\n%s", text, out)
			}
		}
	}
	return shows, func() {
		t.Helper()
		if err := run.Process.Signal(unix.SIGINT); err != nil {
			t.Fatal(err)
		}
		if err := <-done; err != nil {
			t.Fatalf("the program ends with %v:\n%s", err, out)
		}
	}
}

// The example that follows links, addresses and routes tells what changes, by name.
func TestExampleFollow(t *testing.T) {
	program := example(t, "follow")
	shows, end := start(t, program)
	shows("1 route/link")
	shows(" route/route")
	nltest.Run(t, "ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1")
	shows("new v0 ")
	nltest.Run(t, "ip", "link", "set", "v0", "mtu", "1400")
	shows("changed: mtu")
	nltest.Run(t, "ip", "link", "set", "v0", "up")
	nltest.Run(t, "ip", "addr", "add", "192.0.2.1/24", "dev", "v0")
	shows("new 192.0.2.1/24 inet dev v0 ")
	shows("new inet 192.0.2.0/24 table main type unicast via dev v0")
	nltest.Run(t, "ip", "link", "del", "v0")
	shows("del v0 ")
	shows("del inet 192.0.2.0/24")
	end()
}

// The same program is kept as an example.
func TestReadmeProgramIsTheExample(t *testing.T) {
	example, err := os.ReadFile(filepath.Join(root, "examples/listen/main.go"))
	if err != nil {
		t.Fatal(err)
	}
	_, body, _ := bytes.Cut(example, []byte("// Command"))
	if got := "// Command" + string(body); got != blocks(t, "go")[0] {
		t.Errorf("examples/listen/main.go differs from the README's program")
	}
}

// Commands that the README shows are run by continuous integration.
func TestReadmeCommands(t *testing.T) {
	ci, err := os.ReadFile(filepath.Join(root, ".ci/run"))
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range blocks(t, "sh") {
		for line := range strings.Lines(b) {
			line, _, _ = strings.Cut(line, "#")
			if line = strings.TrimSpace(line); strings.HasPrefix(line, "make ") && !bytes.Contains(ci, []byte(line)) {
				t.Errorf("%q is not in .ci/run", line)
			}
		}
	}
}
