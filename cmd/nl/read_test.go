//go:build linux

// SPDX-License-Identifier: MIT

package main_test

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/golibnl/libnl/internal/nltest"
)

// links are those of every namespace here. None is a veth, of which the original prints no details before libnl 3.11.
const links = `
link add name ifb0 address 02:00:00:00:00:01 type ifb
link add name ifb1 address 02:00:00:00:00:02 type ifb
link add name br0 address 02:00:00:00:00:03 type bridge vlan_default_pvid 1 mcast_querier 1
tuntap add dev tap0 mode tap
tuntap add dev tap1 mode tap
link set dev tap0 address 02:00:00:00:00:04
link set dev tap1 address 02:00:00:00:00:05
link set dev tap1 master br0
link add link ifb0 name mv0 address 02:00:00:00:00:06 type macvlan mode bridge
link add name vx0 address 02:00:00:00:00:07 type vxlan id 42 dev ifb0 local 10.0.0.1 remote 10.0.0.9 dstport 4789 ttl 7
link set dev ifb1 mtu 1400 alias second txqlen 77
link set dev lo up
link set dev ifb0 up
link set dev ifb1 up
link set dev br0 up
link set dev tap1 up
`

// objects are addresses, routes, neighbours and rules on the links.
const objects = `
addr add 10.0.0.1/24 broadcast 10.0.0.255 dev ifb0
addr add 10.0.0.2/24 dev ifb0 label ifb0:x
addr add 10.1.0.1 peer 10.1.0.2/32 dev ifb1
addr add 10.2.0.1/16 dev ifb1 scope site
addr add 10.3.0.1/24 dev ifb1 valid_lft 900000 preferred_lft 800000 noprefixroute
addr add 2001:db8:a::1/64 dev ifb0 nodad
addr add 2001:db8:b::1/64 dev ifb1 nodad home
route add 10.10.0.0/16 via 10.0.0.9
route add 10.11.0.0/16 via 10.0.0.9 src 10.0.0.2 metric 7 mtu 1300 advmss 1200 rtt 20ms
route add 10.12.0.0/16 proto boot nexthop via 10.0.0.9 weight 2 nexthop via 10.2.0.9 dev ifb1 weight 3
nexthop add id 5 via 10.0.0.8 dev ifb0
route add 10.13.0.0/16 nhid 5
route add blackhole 10.14.0.0/16
route add prohibit 10.15.0.0/16 table 77
route add unreachable 10.16.0.0/16
route add default via 10.0.0.9
route add 10.17.0.0/16 dev ifb1 tos 0x10 scope link
route add 2001:db8:10::/48 via 2001:db8:a::9
route add 2001:db8:11::/48 via 2001:db8:a::9 metric 9
route add 2001:db8:12::/48 nexthop via 2001:db8:a::9 nexthop via 2001:db8:b::9 weight 4
route add blackhole 2001:db8:14::/48
rule add from 10.0.0.0/8 to 10.1.0.0/16 table 77 pref 100
rule add fwmark 7/0xff iif ifb0 table 77 pref 101
rule add oif ifb1 tos 0x10 blackhole pref 102
rule add pref 104 goto 32766
rule add ipproto tcp dport 80-90 sport 7 table 77 pref 105
neigh replace 10.0.0.9 lladdr 02:00:00:00:01:09 dev ifb0 nud permanent
neigh replace 10.0.0.8 lladdr 02:00:00:00:01:08 dev ifb0 nud noarp
neigh replace 2001:db8:a::9 lladdr 02:00:00:00:02:09 dev ifb0 nud permanent router
`

const fdb = `
fdb add 02:00:00:00:03:01 dev tap1 master static
fdb add 02:00:00:00:03:02 dev vx0 self dst 10.0.0.7
mdb add dev br0 port tap1 grp 239.1.1.1 permanent
`

func populate(t *testing.T) {
	t.Helper()
	quiet(t)
	batch(t, links)
	batch(t, objects)
	nltest.Run(t, "ip", strings.Fields("-6 rule add from 2001:db8::/32 table 77 pref 103")...)
	for line := range strings.Lines(strings.TrimSpace(fdb)) {
		nltest.Run(t, "bridge", strings.Fields(line)...)
	}
}

func TestRead(t *testing.T) {
	nltest.NetNS(t)
	populate(t)
	compareCalls(t, unmasked, `
		nl-link-list --details
		nl-link-list --stats
		nl-link-list --family bridge --details
		nl-link-list --family inet6 --details
		nl-link-list --det --name br0
	`)
	nltest.Peer(t) // from here on there is a veth
	compareCalls(t, unmasked, `
		nl-link-list
		nl-link-list --name v0
		nl-link-list -n br0
		nl-link-list --index 2
		nl-link-list --mtu 1400
		nl-link-list --txqlen=77
		nl-link-list --weight 5
		nl-link-list --family bridge
		nl-link-list --family inet6
		nl-link-list --details --name ifb0
		nl-link-list --details --name vx0
		nl-link-list --details --name mv0
		nl-link-list --name nosuch
		nl-link-list --family nosuch
		nl-link-list --index x
		nl-link-stats -l
		nl-link-stats -n v0
		nl-link-stats -i 1 rx_packets TX_BYTES nosuch
		nl-link-stats rx_packets
		nl-link-stats
		nl-link-name2ifindex br0
		nl-link-name2ifindex nosuch
		nl-link-ifindex2name 1
		nl-link-ifindex2name 0x2
		nl-link-ifindex2name 4711
		nl-link-ifindex2name x

		nl-addr-list
		nl-addr-list --details
		nl-addr-list --env
		nl-addr-list --env --prefix=x_
		nl-addr-list --prefix=--
		nl-addr-list --details --prefix=>
		nl-addr-list -4
		nl-addr-list -6 --details
		nl-addr-list --family inet6
		nl-addr-list -d ifb1
		nl-addr-list -a 10.0.0.1/24
		nl-addr-list --local=2001:db8:a::1/64
		nl-addr-list --label ifb0:x
		nl-addr-list --peer 10.1.0.2
		nl-addr-list --scope site
		nl-addr-list --scope 254
		nl-addr-list --broadcast 10.0.0.255
		nl-addr-list --dev nosuch
		nl-addr-list --local x
		nl-addr-list --local 1::2::3 --family inet
		nl-addr-list --scope nosuch
		nl-addr-list --valid nosuch
		nl-addr-list --nosuch
		nl-addr-list --l
		nl-addr-list -x
		nl-addr-list -d
		nl-addr-list --dev
		nl-addr-list --env=1

		nl-neigh-list
		nl-neigh-list -f brief
		nl-neigh-list -f details
		nl-neigh-list --format=stats
		nl-neigh-list --format=nosuch
		nl-neigh-list -a 10.0.0.9
		nl-neigh-list -l 02:00:00:00:03:01
		nl-neigh-list -d vx0
		nl-neigh-list --family bridge
		nl-neigh-list --family inet6 -f details
		nl-neigh-list --state permanent
		nl-neigh-list --family unspec

		nl-route-list
		nl-route-list -f brief
		nl-route-list -f details
		nl-route-list -f stats
		nl-route-list -f DETAILED
		nl-route-list -c
		nl-route-list -t main
		nl-route-list -t 77
		nl-route-list --table local -f details
		nl-route-list --family inet6
		nl-route-list --family inet -f stats
		nl-route-list -d 10.12.0.0/16
		nl-route-list -d 2001:db8:12::/48 -f details
		nl-route-list -n dev=ifb0,via=10.0.0.9
		nl-route-list --pref-src 10.0.0.2
		nl-route-list --metrics mtu=1300
		nl-route-list --priority 7
		nl-route-list --scope link
		nl-route-list --protocol boot
		nl-route-list --protocol 2
		nl-route-list --type blackhole
		nl-route-list --iif ifb0
		nl-route-list -t nosuch
		nl-route-list --protocol nosuch
		nl-route-list --type nosuch
		nl-route-list --scope nosuch
		nl-route-list --priority x
		nl-route-list --metrics nosuch=3
		nl-route-list --metrics mtu
		nl-route-list --metrics mtu=x
		nl-route-list --metrics unspec=1
		nl-route-list -n nosuch=3
		nl-route-list -n dev
		nl-route-list -n dev=nosuch
		nl-route-list -n weight=x
		nl-route-list -d x
		nl-route-list --src 10.0.0.0/8 --family inet

		nl-route-get 10.10.1.1
		nl-route-get 10.12.1.1
		nl-route-get 10.0.0.1
		nl-route-get 10.14.1.1
		nl-route-get 10.16.1.1
		nl-route-get 127.0.0.1
		nl-route-get 2001:db8:a::1
		nl-route-get x

		nl-rule-list
		nl-rule-list -f brief
		nl-rule-list -f details
		nl-rule-list -f stats
		nl-rule-list --family inet
		nl-rule-list --family inet6 -f details

		nl-fib-lookup 10.10.1.1
		nl-fib-lookup -t 254 10.12.1.1
		nl-fib-lookup --table 255 10.0.0.1
		nl-fib-lookup -t 77 10.15.1.1
		nl-fib-lookup -t 77 10.99.1.1
		nl-fib-lookup -t 99 10.10.1.1
		nl-fib-lookup --scope 253 -T 16 --fwmark 7 10.17.1.1
		nl-fib-lookup 10.14.1.1
		nl-fib-lookup x
		nl-fib-lookup ::1

		genl-ctrl-list
		genl-ctrl-list -f brief
		genl-ctrl-list -d
		genl-ctrl-list -f details
		genl-ctrl-list -f stats
	`)
}

// Tables of neighbours tell when they were last flushed, and when the reachable time was made anew, in units of less than a second.
func TestReadTimers(t *testing.T) {
	nltest.NetNS(t)
	populate(t)
	timers := regexp.MustCompile(`(last-(?:flush|rand) )[^,\n]*`)
	compareCalls(t, func(s string) string { return timers.ReplaceAllString(s, "${1}T") }, `
		nl-neightbl-list
		nl-neightbl-list -f brief
		nl-neightbl-list -f details
		nl-neightbl-list -f stats
	`)
}

// The sockets of a namespace: the kernel's, and those of a program.
func TestReadSockets(t *testing.T) {
	nltest.NetNS(t)
	listener := exec.CommandContext(t.Context(), "ip", "monitor")
	if err := listener.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { listener.Process.Kill(); listener.Wait() }()
	pid := fmt.Sprintf(" %d ", listener.Process.Pid)
	waitFor(t, "the listener's socket", func() bool { return strings.Contains(command("nl-list-sockets").ours(t).out, pid) })
	compareCalls(t, unmasked, "nl-list-sockets")
}

// Where the original crashes, as it does for details of a veth before libnl 3.11, ip is the witness.
func TestReadVeth(t *testing.T) {
	nltest.NetNS(t)
	populate(t)
	nltest.Link(t, "veth", "a0", "peer name b0")
	for _, line := range []string{"nl-link-list --details", "nl-link-list --stats"} {
		c := command(line)
		if want := c.original(t); !want.crashed() {
			report(t, call{args: append(c.args, "(veth)")}, want, c.ours(t))
			continue
		}
		report(t, call{args: append(c.args, "(veth, by ip -d)")}, ipLinks(t), ourLinks(t, c.ours(t)))
	}
}

// facts are what both say of links.
type facts []string

func (f facts) String() string { return strings.Join(f, "\n") + "\n" }

func ipLinks(t *testing.T) (all facts) {
	t.Helper()
	var links []struct {
		Index   int    `json:"ifindex"`
		Name    string `json:"ifname"`
		Below   string `json:"link"`
		MTU     int    `json:"mtu"`
		TxQLen  int    `json:"txqlen"`
		Address string `json:"address"`
	}
	if err := json.Unmarshal(nltest.Run(t, "ip", "-j", "-d", "link"), &links); err != nil {
		t.Fatal(err)
	}
	for _, l := range links {
		if l.Name == "lo" {
			l.Address = "" // libnl does not print zeroes
		}
		all = append(all, fmt.Sprintf("%d %s on %q mtu %d txqlen %d %s", l.Index, l.Name, l.Below, l.MTU, l.TxQLen, l.Address))
	}
	return all
}

// The first line of a link stands behind the blanks that its predecessor ends with.
var ourLink = regexp.MustCompile(`(\S+) (?:ether|loopback)(?: ([0-9a-f:]{17}))?(?: master \S+)? <[^>]*>(?: slave-of (\S+))?[^\n]*\n +mtu (\d+) txqlen (\d+) [^\n]* index (\d+)`)

func ourLinks(t *testing.T, r result) (all facts) {
	t.Helper()
	if r.code != 0 || r.err != "" {
		t.Error(r)
	}
	for _, m := range ourLink.FindAllStringSubmatch(r.out, -1) {
		all = append(all, fmt.Sprintf("%s %s on %q mtu %s txqlen %s %s", m[6], m[1], m[3], m[4], m[5], m[2]))
	}
	return all
}
