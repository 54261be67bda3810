//go:build linux

// SPDX-License-Identifier: MIT

package docs_test

import (
	"bufio"
	"net"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/golibnl/libnl/internal/nltest"
)

// The example with a queue lets through what it may, and shows what it does.
func TestExampleNFQueue(t *testing.T) {
	program := example(t, "nfqueue")
	nltest.NetNS(t)
	nltest.Rule(t, "iptables", "-A OUTPUT -p udp -j NFQUEUE --queue-num 5")
	cmd := exec.Command(program, "5", "forbidden")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	lines := bufio.NewScanner(out)
	if !lines.Scan() || lines.Text() != "reading queue 5" {
		t.Fatalf("it prints %q", lines.Text())
	}
	in, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	c, err := net.Dial("udp", in.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, s := range []string{"hello", "this is forbidden", "bye"} {
		if _, err := c.Write([]byte(s)); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	var b [64]byte
	_ = in.SetReadDeadline(time.Now().Add(20 * time.Second))
	for range 2 {
		n, _, err := in.ReadFrom(b[:])
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(b[:n]))
	}
	if slices.Sort(got); !slices.Equal(got, []string{"bye", "hello"}) {
		t.Errorf("%q arrives", got)
	}
	_ = cmd.Process.Signal(syscall.SIGTERM)
	var all []string
	for lines.Scan() {
		all = append(all, lines.Text())
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	text := strings.Join(all, "\n")
	for _, want := range []string{"1 NF_ACCEPT NF_INET_LOCAL_OUT ip, 33 bytes, out by 1, of user ", "2 NF_DROP NF_INET_LOCAL_OUT ip, 45 bytes", "3 packets, 0 lost"} {
		if !strings.Contains(text, want) {
			t.Errorf("it does not print %q:\n%s", want, text)
		}
	}
}
