//go:build linux

// SPDX-License-Identifier: MIT

package main_test

import (
	"net"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/golibnl/libnl/internal/nltest"
)

// The original and ours print the same of the same packets, one after the other: a group, or a queue, belongs to one program.
func TestPackets(t *testing.T) {
	for _, test := range []struct{ line, rule, proc string }{
		{"nf-log inet 5", "-A OUTPUT -p udp --dport 9 -j NFLOG --nflog-group 5 --nflog-prefix seen", "nfnetlink_log"},
		{"nf-log inet 5 packet 20", "-A OUTPUT -p udp --dport 9 -j NFLOG --nflog-group 5", "nfnetlink_log"},
		{"nf-queue inet 6", "-A OUTPUT -p udp --dport 9 -j NFQUEUE --queue-num 6", "nfnetlink_queue"},
		{"nf-queue inet 6 meta", "-A INPUT -p udp --dport 9 -j NFQUEUE --queue-num 6", "nfnetlink_queue"},
	} {
		t.Run(test.line, func(t *testing.T) {
			args := strings.Fields(test.line)
			if _, err := exec.LookPath(args[0]); err != nil {
				t.Skip(err)
			}
			nltest.NetNS(t)
			nltest.Rule(t, "iptables", test.rule)
			theirs := packets(t, test.proc, "stdbuf", append([]string{"-o0"}, args...)...)
			ours := packets(t, test.proc, nl, args...)
			again := packets(t, test.proc, "stdbuf", append([]string{"-o0"}, args...)...)
			if theirs != again {
				t.Fatalf("the original prints\n%s\nand then\n%s", theirs, again)
			}
			a, b := &listener{}, &listener{}
			a.Write([]byte(theirs))
			b.Write([]byte(ours))
			report(t, command(test.line), a, b)
		})
	}
}

// when is when a packet was seen.
var when = regexp.MustCompile(`\b\d{9,}\.\d+|\b[A-Z][a-z]{2} +\d+ \d\d:\d\d:\d\d \d{4}`)

// packets runs a program and returns what it prints of three packets, without the times.
func packets(t *testing.T, proc, path string, args ...string) string {
	t.Helper()
	bound := func() bool {
		b, err := os.ReadFile("/proc/thread-self/net/netfilter/" + proc)
		return err == nil && len(b) > 0
	}
	waitFor(t, "the program before", func() bool { return !bound() })
	l := &listener{}
	cmd := exec.Command(path, args...)
	cmd.Stdout, cmd.Stderr = l, l
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cmd.Process.Kill(); cmd.Wait() }()
	waitFor(t, "the program to ask for packets", bound)
	lines := func() int { return strings.Count(l.String(), "\n") }
	send := func() {
		c, err := net.DialUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1009}, &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 9})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := c.Write([]byte("what a packet holds")); err != nil {
			t.Fatal(err)
		}
	}
	if proc == "nfnetlink_log" {
		waitFor(t, "what it prints first", func() bool { return lines() > 0 })
	}
	for range 3 {
		before := lines()
		send()
		waitFor(t, "what it prints of a packet", func() bool { return lines() > before })
	}
	time.Sleep(50 * time.Millisecond) // for what should not come
	return when.ReplaceAllString(l.String(), "T")
}
