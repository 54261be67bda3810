//go:build linux

// SPDX-License-Identifier: MIT

package main_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/golibnl/libnl/internal/nltest"
)

// little is what a tool finds that changes something.
const little = `
link add name ifb0 address 02:00:00:00:00:01 type ifb
link add name ifb1 address 02:00:00:00:00:02 type ifb
link add name br0 address 02:00:00:00:00:03 type bridge
tuntap add dev tap0 mode tap
link set dev tap0 address 02:00:00:00:00:04
link set dev lo up
link set dev ifb0 up
link set dev ifb1 up
addr add 10.0.0.1/24 dev ifb0
addr add 10.1.0.1/24 dev ifb1
addr add 10.1.0.2/24 dev ifb1
addr add 2001:db8:a::1/64 dev ifb0 nodad
route add 10.10.0.0/16 via 10.0.0.9
route add 10.11.0.0/16 via 10.0.0.9 table 77
route add 10.12.0.0/16 dev ifb1
route add blackhole 10.13.0.0/16
route add 2001:db8:10::/48 via 2001:db8:a::9
neigh add 10.0.0.9 lladdr 02:00:00:00:01:09 dev ifb0 nud permanent
neigh add 10.0.0.8 lladdr 02:00:00:00:01:08 dev ifb0 nud permanent
neigh add 2001:db8:a::9 lladdr 02:00:00:00:02:09 dev ifb0 nud permanent
`

// state is what the kernel has, in the words of ip. The order of neighbours is another in every namespace.
func state(t *testing.T) string {
	t.Helper()
	var lines []string
	for _, family := range []string{"-4", "-6"} {
		cmd := exec.Command("ip", family, "-d", "-batch", "-")
		cmd.Stdin = strings.NewReader("addr\nroute show table all\nneigh show nud all\nrule\n")
		out, err := cmd.Output()
		if err != nil {
			t.Fatal("ip -batch: ", err)
		}
		lines = slices.AppendSeq(lines, strings.Lines(string(out)))
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}

// compareChange runs a tool that changes something, each time in a new namespace, and compares what it printed and what the kernel has then.
func compareChange(t *testing.T, c call) {
	t.Helper()
	fresh := func(run func(*testing.T) result) func() result {
		return func() (r result) {
			nltest.NetNS(t)
			quiet(t)
			batch(t, little)
			r = run(t)
			r.err += "\n-- state\n" + state(t)
			return r
		}
	}
	compare(t, c, fresh(c.original), fresh(c.ours))
}

func TestChange(t *testing.T) {
	for line := range strings.Lines(changes) {
		if c := command(line); len(c.args) > 0 {
			t.Run(strings.TrimSpace(line), func(t *testing.T) { compareChange(t, c) })
		}
	}
}

const changes = `
nl-link-set -n ifb1 --mtu 1300
nl-link-set --index 2 --txqlen 55 -q
nl-link-set -n ifb1 --ifalias=text
nl-link-set -n ifb1 --state down
nl-link-set -n tap0 --state up
nl-link-set -n tap0 --rename tap9
nl-link-set -n ifb1 --mtu 1300 --txqlen 9 --ifalias x --weight 3
nl-link-set -n nosuch --mtu 1300
nl-link-set -n lo --mtu x
nl-link-set -n tap0 --mtu 1
nl-link-set -n ifb0 --rename ifb1
nl-link-enslave br0 tap0
nl-link-enslave br0 nosuch
nl-link-enslave nosuch tap0
nl-link-enslave lo tap0
nl-link-enslave br0 lo
nl-link-release tap0
nl-link-release nosuch
nl-addr-add -a 10.0.0.5/24 -d ifb0
nl-addr-add --local=10.9.0.1/24 --dev=ifb1 --broadcast=10.9.0.255 --label=ifb1:a
nl-addr-add -a 10.9.0.1 -d ifb1 --peer 10.9.0.2 --scope link
nl-addr-add -q -a 2001:db8:9::1/64 -d ifb1
nl-addr-add -a 2001:db8:9::1/64 -d ifb1 --preferred 50000sec --valid 60000sec
nl-addr-add -a 2001:db8:9::1/64 -d ifb1 --preferred forever --valid forever
nl-addr-add -a 10.0.0.1/24 -d ifb0
nl-addr-add -a 10.0.0.1/24 -d ifb0 --replace
nl-addr-add -a 10.0.0.1/24 -d nosuch
nl-addr-add -a 10.0.0.1/24
nl-addr-add -d ifb0
nl-addr-add -a 10.0.0.5/24 -d ifb0 --label eth0
nl-addr-add -a 2001:db8:9::1/64 -d ifb0 --peer 10.0.0.1
nl-addr-add --family inet6 -a 10.0.0.5/24 -d ifb0
nl-addr-add --nosuch
nl-addr-delete -a 10.0.0.1/24 -d ifb0
nl-addr-delete -d ifb1
nl-addr-delete -d ifb0 --family inet
nl-addr-delete --family inet6 -d ifb0
nl-addr-delete -q --label=ifb1
nl-addr-delete -a 10.99.0.1/24
nl-addr-delete -d nosuch
nl-neigh-add -a 10.0.0.7 -l 02:00:00:00:01:07 -d ifb0
nl-neigh-add --addr=10.0.0.7 --lladdr=02:00:00:00:01:07 --dev=ifb0 --state=noarp
nl-neigh-add -a 2001:db8:a::7 -l 02:00:00:00:01:07 -d ifb0 -q
nl-neigh-add -a 10.0.0.9 -l 02:00:00:00:01:77 -d ifb0
nl-neigh-add -a 10.0.0.9 -l 02:00:00:00:01:77 -d ifb0 --create-only
nl-neigh-add -a 10.0.0.7 -l 02:00:00:00:01:77 -d ifb0 --update-only
nl-neigh-add -a 10.0.0.9 -l 02:00:00:00:01:77 -d ifb0 --update-only
nl-neigh-add -a 10.0.0.9 -l 02:00:00:00:01:77
nl-neigh-add -a 10.0.0.9 -d nosuch
nl-neigh-add -a x -d ifb0
nl-neigh-delete -a 10.0.0.9 -d ifb0
nl-neigh-delete --family inet6 -d ifb0
nl-neigh-delete -l 02:00:00:00:01:08
nl-neigh-delete --state permanent -d ifb0 -q
nl-neigh-delete -a 10.99.0.9
nl-neigh-delete -d nosuch
nl-neigh-delete --family unspec
nl-route-add -d 10.20.0.0/16 -n dev=ifb0,via=10.0.0.9
nl-route-add -d 10.20.0.0/16 -n via=10.0.0.9
nl-route-add --dst=10.20.0.0/16 --nexthop=dev=ifb1
nl-route-add -d 10.20.0.0/16 -n dev=ifb0,via=10.0.0.9,weight=2 -n dev=ifb1,via=10.1.0.9,weight=5
nl-route-add -d 10.20.0.0/16 -n dev=ifb0,via=10.0.0.9 --priority 7 --metrics mtu=1300,hoplimit=9 --pref-src 10.0.0.1
nl-route-add -d 10.20.0.0/16 -n dev=ifb0,via=10.0.0.9 -t 88 --protocol boot --scope global
nl-route-add -d 10.20.0.0/16 --type blackhole
nl-route-add -d 10.20.0.0/16 --type unreachable -q
nl-route-add -d default -n dev=ifb0,via=10.0.0.9
nl-route-add -d 2001:db8:20::/48 -n dev=ifb0,via=2001:db8:a::9
nl-route-add -d 2001:db8:20::/48 -n dev=ifb0
nl-route-add -d 10.10.0.0/16 -n via=10.0.0.9
nl-route-add -d 10.20.0.0/16 -n via=10.99.0.9
nl-route-add -d 10.20.0.0/16 -n dev=nosuch
nl-route-add -d 10.20.0.0/16 --table nosuch
nl-route-add
nl-route-delete -d 10.10.0.0/16
nl-route-delete -d 10.11.0.0/16 -t 77
nl-route-delete -t 77
nl-route-delete -n dev=ifb1,via=10.1.0.9
nl-route-delete --type blackhole
nl-route-delete --family inet6 -d 2001:db8:10::/48
nl-route-delete -q -d 10.12.0.0/16
nl-route-delete -d 10.99.0.0/16
nl-route-delete
nl-route-delete -d x
`

// The answers: yes, no, an empty line, and what is none.
func TestChangeInteractive(t *testing.T) {
	for _, c := range []call{
		{strings.Fields("nl-addr-delete -i -d ifb1"), "y\nn\nn\n"},
		{strings.Fields("nl-addr-delete --interactive --yes --family inet6 -d ifb0"), "\nn\n"},
		{strings.Fields("nl-neigh-delete --interactive -d ifb0 --family inet6"), "what\nYes\n"},
		{strings.Fields("nl-route-delete -i -t 77"), "y\n"},
		{strings.Fields("nl-route-delete --interactive --yes -d 10.10.0.0/16"), "\n"},
	} {
		t.Run(c.String(), func(t *testing.T) { compareChange(t, c) })
	}
}

// The original asks for ever when there is nobody to answer.
func TestInteractiveEOF(t *testing.T) {
	nltest.NetNS(t)
	quiet(t)
	batch(t, little)
	r := command("nl-addr-delete -i -d ifb0 --family inet").ours(t)
	if r.code != 0 || !strings.HasSuffix(r.out, "Deleted 0 addresses\n") || r.err != "Error while reading\n." {
		t.Error(r)
	}
}

// Where the original goes on with half of what it was told, ours does nothing: it takes an option that it does not know for none, and so deletes
// everything; of 10.0.0.300 it makes an address of DECnet, of /33 a prefix of IPv4, of 12x a number.
func TestStricter(t *testing.T) {
	nltest.NetNS(t)
	quiet(t)
	batch(t, little)
	before := state(t)
	for line, code := range map[string]int{
		"nl-route-delete --yes --tabel 77":         7,
		"nl-neigh-delete -d ifb0 --sate permanent": 7,
		"nl-link-set -n ifb0 -m 1400":              7,
		"nl-addr-add -a 10.0.0.300/24 -d ifb0":     19,
		"nl-addr-add -a 10.0.0.5/33 -d ifb0":       7,
		"nl-addr-delete --family inte6":            22,
		"nf-ct-add -4 --status nosuch":             12,
		"nf-ct-list -F inte6":                      22,
		"nf-exp-list -F inte6":                     22,
		"nl-link-set -n ifb0 --mtu 12x":            22,
		"nl-link-set -n ifb0 --mtu 0b111":          22,
		"nl-link-set -n ifb0 --state dwon":         22,
		"nl-neigh-add -a 10.0.0.7 --state nosuch":  12,
	} {
		if r := command(line).ours(t); r.code != code || r.err == "" || r.out != "" {
			t.Errorf("%s: not exit code %d: %s", line, code, r)
		}
	}
	if after := state(t); after != before {
		t.Error("something was changed: ", difference(before, after))
	}
}
