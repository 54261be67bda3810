//go:build linux

// SPDX-License-Identifier: MIT

// Package nltest holds what the tests share: namespaces, probes, witnesses.
package nltest

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// NetNS moves the calling goroutine into a network namespace of its own, with lo up, for the rest of the test, and returns a
// descriptor of that namespace. The goroutine stays locked to its thread, which ends with it. Programs started by this goroutine
// run in the namespace too; a subtest has a goroutine of its own, and with it the namespace of the machine. Without the right to make one the test is skipped.
func NetNS(t testing.TB) int {
	t.Helper()
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		runtime.UnlockOSThread()
		if errors.Is(err, unix.EPERM) {
			t.Skip("no right to make a network namespace: unshare(CLONE_NEWNET): ", err)
		}
		t.Fatal("unshare: ", err)
	}
	fd, err := unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal("open the namespace: ", err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	Run(t, "ip", "link", "set", "lo", "up")
	return fd
}

// Run runs a program, fails the test if it fails, and returns what it printed.
func Run(t testing.TB, name string, args ...string) []byte {
	t.Helper()
	var errOut bytes.Buffer
	cmd := exec.Command(name, args...)
	cmd.Stderr = &errOut
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %q: %v: %s", name, args, err, errOut.Bytes())
	}
	return out
}

// unsupported is what ip and its kin say for what the running kernel lacks, rather than refuses.
var unsupported = []string{
	"Unknown device type", "not supported",
	// iptables with a table, a match or a target that the kernel lacks
	"Table does not exist", "missing kernel module", "Could not fetch rule set generation id", "RULE_APPEND failed (No such file or directory)",
}

// Probe runs a program as [Run] does, but skips the test, with the program's words, if the kernel answers that it does not have what it
// was asked for (EOPNOTSUPP, EAFNOSUPPORT, EPROTONOSUPPORT). So a test runs wherever it can, and nobody keeps a list of what each kernel has.
func Probe(t testing.TB, name string, args ...string) []byte {
	t.Helper()
	var errOut bytes.Buffer
	cmd := exec.Command(name, args...)
	cmd.Stderr = &errOut
	out, err := cmd.Output()
	if err == nil {
		return out
	}
	words := strings.TrimSpace(errOut.String())
	for _, u := range unsupported {
		if strings.Contains(words, u) {
			t.Skipf("%s %s: %s", name, strings.Join(args, " "), words)
		}
	}
	t.Fatalf("%s %q: %v: %s", name, args, err, words)
	return nil
}

// Link makes a link of a kind in the namespace of the calling goroutine, which [NetNS] made, and returns its index. It runs
//
//	ip link add DEVICE type KIND OPTIONS...
//
// where device is the name, or words of which the name is the last ("link v0 name x0"), and an option can be several words too
// ("id 5"). If the kernel does not know the kind the test is skipped with what ip said; a kernel that does is found by make kernel-test.
func Link(t testing.TB, kind, device string, options ...string) int {
	t.Helper()
	words := strings.Fields(device)
	args := slices.Concat([]string{"link", "add"}, words, []string{"type", kind}, strings.Fields(strings.Join(options, " ")))
	Probe(t, "ip", args...)
	i, err := net.InterfaceByName(words[len(words)-1])
	if err != nil {
		t.Fatal(err)
	}
	return i.Index
}

// Sysctl writes a setting of the network namespace of the calling goroutine, which [NetNS] made; name is a file below /proc/sys/net. The test is
// skipped where there is no such setting, which is a part of the kernel that is missing, and in a container that has them read-only.
func Sysctl(t testing.TB, name, value string) {
	t.Helper()
	err := os.WriteFile("/proc/sys/net/"+name, []byte(value), 0)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.EROFS) {
		t.Skip("sysctl: ", err)
	}
	if err != nil {
		t.Fatal("sysctl: ", err)
	}
}

// Peer makes a second network namespace, joined to that of the calling goroutine, which [NetNS] made, by a pair of links: v0 here with 192.0.2.1/24
// and 2001:db8::1/64, v1 there with .2 and ::2. It returns what runs a function in the second one, for sockets and programs; it returns when the function has.
func Peer(t testing.TB) (in func(func())) {
	t.Helper()
	enter, leave := make(chan func()), make(chan struct{})
	made := make(chan error)
	var there string // its name in /proc
	go func() {
		defer close(leave)
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		err := unix.Unshare(unix.CLONE_NEWNET)
		if err == nil {
			there, err = os.Readlink("/proc/thread-self")
		}
		made <- err
		if err != nil {
			return
		}
		for f := range enter {
			f()
			leave <- struct{}{}
		}
	}()
	if err := <-made; err != nil {
		t.Fatal("a second namespace: ", err)
	}
	t.Cleanup(func() { close(enter); <-leave })
	in = func(f func()) { enter <- f; <-leave }

	// a test that gave up rights for a while has closed the process's /proc to programs without CAP_SYS_PTRACE
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 1, 0, 0, 0); err != nil {
		t.Fatal("prctl: ", err)
	}
	Probe(t, "ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1", "netns", "/proc/"+there+"/ns/net")
	up := func(device, v4, v6 string) {
		Run(t, "ip", "addr", "add", v4+"/24", "dev", device)
		Run(t, "ip", "addr", "add", v6+"/64", "dev", device, "nodad")
		Run(t, "ip", "link", "set", device, "up")
	}
	in(func() {
		Run(t, "ip", "link", "set", "lo", "up")
		up("v1", "192.0.2.2", "2001:db8::2")
	})
	up("v0", "192.0.2.1", "2001:db8::1")
	return in
}

// Rule adds a rule to the packet filter of the namespace of the calling goroutine, with iptables or ip6tables. The test is skipped if the
// kernel does not have what the rule needs, and in a guest that does not have the program.
func Rule(t testing.TB, program, rule string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Skip(err)
	}
	Probe(t, program, append([]string{"-w"}, strings.Fields(rule)...)...)
}

// RSS returns the memory of the process that is resident, in bytes, after a garbage collection and when what it freed is the kernel's
// again. Under valgrind, which none survives, the test is skipped.
func RSS(t testing.TB) int {
	t.Helper()
	if Valgrind {
		t.Skip("no garbage collection under valgrind")
	}
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
