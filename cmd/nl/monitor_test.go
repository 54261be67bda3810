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
	tool := strings.TrimSpace("nl-monitor " + form)
	compareEvents(t, tool, strings.TrimSpace(tool+" "+groupNames), events, func() {
		nltest.Run(t, "ip", "link", "set", "dev", "ifb0", "alias", "awake")
		nltest.Run(t, "ip", "link", "set", "dev", "ifb0", "alias", "")
	})
}

// compareEvents runs the original and ours at the same time, and compares what they print of each event; wake makes events until both have printed
// one.
func compareEvents(t *testing.T, name, line string, events []string, wake func()) {
	t.Helper()
	args := strings.Fields(line)
	// its output is not to wait in a buffer
	theirs := listen(t, "stdbuf", append([]string{"-o0"}, args...)...)
	ours := listen(t, nl, args...)
	waitFor(t, "the listeners' groups", func() bool { return groups(t) >= 2 })
	for _, l := range []*listener{theirs, ours} {
		waitFor(t, "a first event", func() bool {
			wake()
			time.Sleep(30 * time.Millisecond)
			return strings.Contains(l.String(), "\n")
		})
	}
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
		report(t, command(fmt.Sprintf("%s (%s)", name, e)), theirs, ours)
		theirs.take()
		ours.take()
	}
}

// ctEvents are those of a connection.
var ctEvents = []string{
	"conntrack -I -p tcp -s 10.0.0.1 -d 10.0.0.9 --sport 1000 --dport 80 --state ESTABLISHED -t 1000 -u SEEN_REPLY",
	"conntrack -I -p udp -s 10.0.0.1 -d 10.0.0.9 --sport 1000 --dport 53 -t 1000",
	"conntrack -I -p udp -s 2001:db8::1 -d 2001:db8::2 --sport 1000 --dport 53 -t 1000",
	"conntrack -U -p tcp -s 10.0.0.1 --mark 7",
	"conntrack -D -p tcp -s 10.0.0.1",
	"conntrack -D -p udp -s 10.0.0.1",
}

func TestMonitorNetfilter(t *testing.T) {
	for name, line := range map[string]string{"nf-monitor": "nf-monitor ct-new ct-update ct-destroy", "nf-ct-events": "nf-ct-events"} {
		t.Run(name, func(t *testing.T) {
			if _, err := exec.LookPath(name); err != nil {
				t.Skip(err)
			}
			nltest.NetNS(t)
			nltest.Probe(t, "conntrack", "-L")
			port := 2000
			compareEvents(t, name, line, ctEvents, func() {
				port++
				nltest.Probe(t, "conntrack", strings.Fields(fmt.Sprint("-I -p udp -s 10.0.0.7 -d 10.0.0.9 --dport 53 -t 1000 --sport ", port))...)
			})
		})
	}
	nltest.NetNS(t)
	compareCalls(t, unmasked, "nf-monitor nosuch")
}
