//go:build linux

// SPDX-License-Identifier: MIT

package docs_test

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/golibnl/libnl/internal/nltest"
)

// The example with conntrack lists and follows connections.
func TestExampleConntrack(t *testing.T) {
	program := example(t, "conntrack")
	nltest.NetNS(t)
	nltest.Rule(t, "iptables", "-A INPUT -m conntrack --ctstate INVALID -j DROP")
	add := func(port, mark string) {
		nltest.Run(t, "conntrack", "-I", "-s", "192.0.2.1", "-d", "192.0.2.2", "-p", "tcp", "--sport", port, "--dport", "80", "--state", "ESTABLISHED", "-t", "600", "-m", mark)
	}
	add("4000", "7")
	add("4001", "8")
	want := "is tcp 192.0.2.1:4001 > 192.0.2.2:80 ESTABLISHED mark 0x8\n"
	if got := output(t, program, "-list", "-mark", "8/0xff"); got != want {
		t.Errorf("it prints %q, want %q", got, want)
	}

	cmd := exec.Command(program, "-mark", "7/15")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer time.AfterFunc(60*time.Second, func() { _ = cmd.Process.Kill() }).Stop()
	lines := bufio.NewScanner(out)
	expect := func(want string) {
		t.Helper()
		if !lines.Scan() || lines.Text() != want {
			t.Fatalf("it prints %q, want %q", lines.Text(), want)
		}
	}
	expect("is tcp 192.0.2.1:4000 > 192.0.2.2:80 ESTABLISHED mark 0x7")
	expect("following")
	add("4002", "8")
	add("4003", "7")
	expect("new tcp 192.0.2.1:4003 > 192.0.2.2:80 ESTABLISHED mark 0x7")
	nltest.Run(t, "conntrack", "-D", "-p", "tcp", "--sport", "4003")
	if lines.Scan(); !strings.HasPrefix(lines.Text(), "gone tcp 192.0.2.1:4003 > 192.0.2.2:80") {
		t.Errorf("it prints %q", lines.Text())
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}
