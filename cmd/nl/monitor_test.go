//go:build linux

// SPDX-License-Identifier: MIT

package main_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golibnl/libnl/internal/nltest"
)

func waitFor(t *testing.T, what string, ready func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !ready(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("waited in vain for ", what)
		}
	}
}

// listener is a program that prints what happens.
type listener struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *listener) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

// String returns what was printed since take.
func (l *listener) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

func (l *listener) take() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.buf.Reset()
}

func listen(t *testing.T, path string, args ...string) *listener {
	t.Helper()
	l := &listener{}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Stdout, cmd.Stderr = l, l
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	return l
}

// groups counts the sockets of the namespace of this thread that have joined a group.
func groups(t *testing.T) (n int) {
	t.Helper()
	b, err := os.ReadFile("/proc/thread-self/net/netlink")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if f := strings.Fields(line); len(f) > 3 && f[3] != "00000000" && f[3] != "Groups" && f[2] != "0" {
			n++
		}
	}
	return n
}

// settled waits until both have printed the same, and for a while nothing more.
func settled(a, b *listener) {
	last, since := "", time.Now()
	for end := since.Add(3 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		now := a.String() + "\x00" + b.String()
		if now != last {
			last, since = now, time.Now()
		}
		quiet := time.Since(since)
		if a.String() == b.String() && a.String() != "" && quiet > 60*time.Millisecond || quiet > time.Second {
			return
		}
	}
}

const allGroups = "link neigh ipv4-ifaddr ipv4-route ipv6-ifaddr ipv6-route ipv6-ifinfo ipv6-prefix ipv4-netconf ipv6-netconf mdb notify tc"

// events happen one by one, in a namespace with the links and objects of populate.
var events = []string{
	"ip link set dev ifb1 mtu 1390",
	"ip link set dev tap0 up",
	"ip link set dev ifb1 down",
	"ip link set dev ifb1 up",
	"ip link add name new0 address 02:00:00:00:00:09 type ifb",
	"ip link set dev new0 up",
	"ip addr add 10.7.0.1/24 dev ifb0",
	"ip addr add 2001:db8:7::1/64 dev ifb0 nodad",
	"ip addr del 10.7.0.1/24 dev ifb0",
	"ip route add 10.70.0.0/16 via 10.0.0.9",
	"ip route add 10.71.0.0/16 nexthop via 10.0.0.9 nexthop via 10.0.0.8 weight 3",
	"ip route replace 10.70.0.0/16 via 10.0.0.8",
	"ip route del 10.70.0.0/16",
	"ip route add blackhole 2001:db8:77::/48",
	"ip route del blackhole 2001:db8:77::/48",
	"ip neigh add 10.0.0.77 lladdr 02:00:00:00:01:77 dev ifb0 nud permanent",
	"ip neigh change 10.0.0.77 lladdr 02:00:00:00:01:78 dev ifb0 nud permanent",
	"ip neigh del 10.0.0.77 dev ifb0",
	"bridge fdb add 02:00:00:00:03:07 dev tap1 master static",
	"bridge fdb del 02:00:00:00:03:07 dev tap1 master",
	"bridge mdb add dev br0 port tap1 grp 239.7.7.7 permanent",
	"bridge mdb del dev br0 port tap1 grp 239.7.7.7 permanent",
	"ip link set dev tap0 master br0",
	"ip link del new0",
}

func TestMonitor(t *testing.T) {
	if _, err := exec.LookPath("nl-monitor"); err != nil {
		t.Skip(err)
	}
	for _, form := range []string{"-f brief", "-f details", "-f stats", ""} {
		t.Run("form"+form, func(t *testing.T) { compareMonitor(t, form, allGroups, events) })
	}
	// the original cannot print more of a veth before libnl 3.11
	t.Run("veth", func(t *testing.T) {
		compareMonitor(t, "-f brief", "link nosuch", []string{
			"ip link add name v0 address 02:00:00:00:00:09 type veth peer name v1 address 02:00:00:00:00:0a",
			"ip link set dev v0 up",
			"ip link set dev v1 up",
			"ip link del v0",
		})
	})
}

func compareMonitor(t *testing.T, form, groupNames string, events []string) {
	nltest.NetNS(t)
	populate(t)
	args := append(strings.Fields(form), strings.Fields(groupNames)...)
	// its output is not to wait in a buffer
	theirs := listen(t, "stdbuf", append([]string{"-o0", "nl-monitor"}, args...)...)
	ours := listen(t, nl, append([]string{"monitor"}, args...)...)
	waitFor(t, "the monitors' groups", func() bool { return groups(t) >= 2 })
	ready := func(l *listener) func() bool {
		return func() bool {
			nltest.Run(t, "ip", "link", "set", "dev", "ifb0", "alias", "awake")
			nltest.Run(t, "ip", "link", "set", "dev", "ifb0", "alias", "")
			time.Sleep(30 * time.Millisecond)
			return strings.Contains(l.String(), "ifb0")
		}
	}
	waitFor(t, "the original's first event", ready(theirs))
	waitFor(t, "our first event", ready(ours))
	time.Sleep(200 * time.Millisecond)
	theirs.take()
	ours.take()
	for _, e := range events {
		words := strings.Fields(e)
		nltest.Run(t, words[0], words[1:]...)
		settled(theirs, ours)
		if theirs.String() == "" {
			t.Errorf("%s: no event", e)
		}
		report(t, command(fmt.Sprintf("nl-monitor %s (%s)", strings.TrimSpace(form), e)), theirs, ours)
		theirs.take()
		ours.take()
	}
}
