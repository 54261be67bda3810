//go:build linux

// SPDX-License-Identifier: MIT

package validate_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/golibnl/libnl/internal/nltest"
)

var record = flag.String("record", "", "write the kernel's messages to this file: testdata/kernel.hex on the machine, testdata/uml.hex in User Mode Linux")

// setup makes a bit of everything. What the kernel does not have is left out.
const setup = `
ip link add br0 type bridge
ip link set br0 type bridge vlan_filtering 1
ip link add v0 type veth peer name v1
ip link set v0 master br0
ip link set v0 alias outside
ip link set br0 up
ip link set v0 up
ip link set v1 up
ip link add vx0 type vxlan id 42 dstport 4789 local 192.0.2.1 group 239.1.1.1 dev v1
ip link add vx6 type vxlan id 43 dstport 4790 remote 2001:db8::9 dev v1
ip link set vx0 up
ip link add mv0 link v1 type macvlan mode source
ip link set mv0 type macvlan macaddr add 02:00:00:00:00:11
ip link set mv0 type macvlan macaddr add 02:00:00:00:00:12
ip link add mt0 link v1 type macvtap mode bridge
ip link add ifb7 type ifb
ip link add d0 type dummy
ip link add link v1 name vl0 type vlan id 7 ingress-qos-map 1:2 egress-qos-map 3:4 4:5
ip link add bo0 type bond mode 802.3ad
ip link add te0 type team
ip link add vrf0 type vrf table 77
ip link add gre1 type gre local 192.0.2.1 remote 192.0.2.2 key 5
ip link add gret1 type gretap local 192.0.2.1 remote 192.0.2.2
ip link add ip6gre1 type ip6gre local 2001:db8::1 remote 2001:db8::2
ip link add ipip1 type ipip local 192.0.2.1 remote 192.0.2.2
ip link add sit1 type sit local 192.0.2.1 remote 192.0.2.2
ip link add tnl6 type ip6tnl local 2001:db8::1 remote 2001:db8::2
ip link add vti1 type vti local 192.0.2.1 remote 192.0.2.2
ip link add vti6 type vti6 local 2001:db8::1 remote 2001:db8::2
ip link add p0 type veth peer name p1
ip link add ipv0 link p0 type ipvlan mode l3
ip link add gen0 type geneve id 9 remote 192.0.2.9
ip link add ms0 link p1 type macsec encrypt on
ip link add xf0 type xfrm dev v1 if_id 3
ip link add vc0 type vcan
ip link add can0 type vxcan
ip link add wg0 type wireguard
ip link add nk0 type netkit
ip tuntap add tap0 mode tap
ip tuntap add tun0 mode tun
bridge vlan add dev v0 vid 10-20
bridge vlan add dev v0 vid 30 pvid untagged
bridge fdb add 02:00:00:00:00:21 dev v0 master static vlan 10
bridge fdb add 02:00:00:00:00:22 dev vx0 dst 192.0.2.7 vni 5
bridge fdb append 00:00:00:00:00:00 dev vx6 dst 2001:db8::7
ip addr add 192.0.2.1/24 brd + dev v1 label v1:one
ip addr add 198.51.100.1 peer 198.51.100.2/32 dev v1
ip addr add 2001:db8::1/64 dev v1 nodad
ip addr add 2001:db8:1::1/64 dev v1 nodad valid_lft 1000 preferred_lft 500
ip route add 203.0.113.0/25 via 192.0.2.2 mtu 1400 metric 7 congctl cubic
ip route add 203.0.113.128/25 nexthop via 192.0.2.2 weight 2 nexthop via 192.0.2.3 dev v1
ip route add 203.0.114.0/24 via inet6 2001:db8::2 dev v1
ip route add blackhole 203.0.115.0/24
ip route add unreachable default metric 4000
ip route add prohibit 203.0.116.0/24 table 1000
ip route add 203.0.117.0/24 dev v1 src 192.0.2.1 realm 3 tos 8 proto static scope link
ip -6 route add 2001:db8:2::/64 via 2001:db8::2
ip -6 route add 2001:db8:3::/64 nexthop via 2001:db8::2 nexthop via 2001:db8::3 dev v1
ip -6 route add blackhole 2001:db8:4::/64
ip -6 route add 2001:db8:5::/64 from 2001:db8::/64 via 2001:db8::2
ip nexthop add id 1 via 192.0.2.2 dev v1
ip nexthop add id 2 via 192.0.2.3 dev v1
ip nexthop add id 3 blackhole
ip nexthop add id 4 encap mpls 100/200 via 192.0.2.2 dev v1
sysctl -q -w net.mpls.platform_labels=1000
ip nexthop add id 5 via 2001:db8::2 dev v1
ip nexthop add id 6 encap ip id 100 dst 192.0.2.9 via 192.0.2.2 dev v1
ip nexthop add id 10 group 1/2
ip nexthop add id 11 group 1,3/2 type resilient buckets 32 idle_timer 60
ip nexthop add id 20 via 192.0.2.2 fdb
ip nexthop add id 21 group 20 fdb
ip route add 203.0.118.0/24 nhid 1
ip route add 203.0.119.0/24 nhid 10
ip route add 203.0.120.0/24 encap ip id 100 dst 192.0.2.9 ttl 9 via 192.0.2.2
ip -6 route add 2001:db8:6::/64 encap ip6 id 100 dst 2001:db8::9 via 2001:db8::2
ip route add 203.0.121.0/24 encap mpls 100/200 via 192.0.2.2
ip -6 route add 2001:db8:7::/64 encap seg6 mode encap segs 2001:db8::5 dev v1
ip -6 route add 2001:db8:8::/64 encap ila 1:2:3:4 csum-mode adj-transport via 2001:db8::2
ip -f mpls route add 300 as 400/500 via inet 192.0.2.2
ip neigh add 192.0.2.7 lladdr 02:00:00:00:00:07 dev v1 nud permanent
ip neigh add 2001:db8::7 lladdr 02:00:00:00:00:07 dev v1 nud permanent router
bridge fdb add 02:00:00:00:00:23 dev vx0 nhid 21
ip neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev v1 managed extern_learn
bridge mdb add dev br0 port v0 grp 239.1.1.1 permanent vid 10
bridge mdb add dev br0 port v0 grp ff15::1 permanent vid 10
bridge mdb add dev br0 port v0 grp 01:02:03:04:05:06 permanent vid 10
bridge mdb add dev br0 port v0 grp 239.1.1.2 src 192.0.2.4 permanent vid 10
bridge mdb del dev br0 port v0 grp ff15::1 permanent vid 10
bridge mdb add dev br0 port v0 grp 239.1.1.3 permanent
bridge mdb add dev br0 port v0 grp ff15::3 permanent
bridge mdb del dev br0 port v0 grp ff15::3 permanent
sysctl -q -w net.ipv4.conf.v1.forwarding=1
sysctl -q -w net.ipv6.conf.v1.forwarding=1
sysctl -q -w net.mpls.conf.v1.input=1
ip neigh add proxy 192.0.2.8 dev v1
ip rule add from 192.0.2.0/24 to 203.0.113.0/24 iif v1 oif v1 fwmark 1/0xff tos 8 table 1000 pref 100
ip rule add pref 200 goto 300
ip rule add pref 300 ipproto tcp sport 100-200 dport 80 uidrange 0-10 table main
ip rule add pref 400 l3mdev
ip rule add pref 500 blackhole suppress_prefixlength 3
ip -6 rule add from 2001:db8::/32 table 1000
ip nexthop del id 11
ip link set v0 down
ip link set v0 up
ip link del mt0
ip addr del 198.51.100.1 peer 198.51.100.2/32 dev v1
ip route del 203.0.113.0/25
ip neigh del 192.0.2.7 dev v1
ip rule del pref 100
ip nexthop add id 1 blackhole
ip nexthop add id 10 group 1
ip nexthop add id 11 group 1 type resilient buckets 32 idle_timer 60
`

// TestKernel checks that whatever this kernel says passes, in dumps and as events.
func TestKernel(t *testing.T) {
	nltest.NetNS(t)
	events := listen(t)
	for line := range strings.Lines(strings.TrimSpace(setup)) {
		args := strings.Fields(line)
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			t.Logf("not here: %s: %s", strings.TrimSpace(line), bytes.TrimSpace(out))
		}
	}
	got := map[string][]byte{}
	drain(t, events, "event", got)
	for _, d := range []struct {
		name   string
		typ    uint16
		family uint8
		size   int
	}{
		{"link", unix.RTM_GETLINK, unix.AF_UNSPEC, unix.SizeofIfInfomsg},
		{"port", unix.RTM_GETLINK, unix.AF_BRIDGE, unix.SizeofIfInfomsg},
		{"link6", unix.RTM_GETLINK, unix.AF_INET6, unix.SizeofIfInfomsg},
		{"addr", unix.RTM_GETADDR, unix.AF_UNSPEC, unix.SizeofIfAddrmsg},
		{"route", unix.RTM_GETROUTE, unix.AF_UNSPEC, unix.SizeofRtMsg},
		{"neigh", unix.RTM_GETNEIGH, unix.AF_UNSPEC, unix.SizeofNdMsg},
		{"fdb", unix.RTM_GETNEIGH, unix.AF_BRIDGE, unix.SizeofNdMsg},
		{"rule", unix.RTM_GETRULE, unix.AF_UNSPEC, unix.SizeofRtMsg},
		{"neightbl", unix.RTM_GETNEIGHTBL, unix.AF_UNSPEC, 4},
		{"netconf", unix.RTM_GETNETCONF, unix.AF_INET, 4},
		{"netconf6", unix.RTM_GETNETCONF, unix.AF_INET6, 4},
		{"netconf-mpls", unix.RTM_GETNETCONF, unix.AF_MPLS, 4},
		{"mdb", unix.RTM_GETMDB, unix.AF_BRIDGE, 8},
		{"nexthop", unix.RTM_GETNEXTHOP, unix.AF_UNSPEC, 8},
	} {
		fd := open(t, unix.NETLINK_ROUTE)
		header := zeros(d.size)
		header[0] = d.family
		req := msg(d.typ, header)
		if d.typ == unix.RTM_GETLINK {
			req = msg(d.typ, header, attr(unix.IFLA_EXT_MASK, u32(3))) // RTEXT_FILTER_VF and _BRVLAN
		}
		ne.PutUint16(req[6:], unix.NLM_F_REQUEST|unix.NLM_F_DUMP)
		send(t, fd, req)
		if n := drain(t, fd, d.name, got); n == 0 {
			t.Logf("not here: %s", d.name)
		}
	}
	fd := open(t, unix.NETLINK_FIB_LOOKUP)
	if err := unix.SetNonblock(fd, true); err != nil { // the answer is there, and nothing ends it
		t.Fatal(err)
	}
	send(t, fd, lookup(0))
	if n := drain(t, fd, "lookup", got); n != 1 {
		t.Errorf("%d answers to a lookup", n)
	}
	testFamilies(t)
	if *record != "" {
		write(t, *record, got)
	}
}

// testFamilies checks what the controller of generic netlink says of its families. It is not recorded: every kernel says it.
func testFamilies(t *testing.T) {
	fd := open(t, unix.NETLINK_GENERIC)
	req := msg(unix.GENL_ID_CTRL, []byte{unix.CTRL_CMD_GETFAMILY, 1, 0, 0})
	ne.PutUint16(req[6:], unix.NLM_F_REQUEST|unix.NLM_F_DUMP)
	send(t, fd, req)
	got := map[string][]byte{}
	if drain(t, fd, "family", got) == 0 {
		t.Error("no families")
	}
	for name, m := range got {
		if n, rc := run(m); n != 1 {
			t.Errorf("%s: libnl makes %d objects of it and returns %d", name, n, rc)
		}
	}
}

// open returns a socket of a protocol.
func open(t *testing.T, proto int) int {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, proto)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		t.Fatal(err)
	}
	return fd
}

func send(t *testing.T, fd int, m []byte) {
	if err := unix.Sendto(fd, m, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		t.Fatal(err)
	}
}

// listen returns a NETLINK_ROUTE socket that gets events.
func listen(t *testing.T) int {
	fd := open(t, unix.NETLINK_ROUTE)
	if err := unix.SetNonblock(fd, true); err != nil {
		t.Fatal(err)
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 16<<20); err != nil {
		t.Log("receive buffer: ", err)
	}
	for _, group := range []int{
		unix.RTNLGRP_LINK, unix.RTNLGRP_NEIGH, unix.RTNLGRP_IPV4_IFADDR, unix.RTNLGRP_IPV4_ROUTE, unix.RTNLGRP_IPV4_RULE,
		unix.RTNLGRP_IPV6_IFADDR, unix.RTNLGRP_IPV6_ROUTE, unix.RTNLGRP_IPV6_IFINFO, unix.RTNLGRP_IPV6_RULE, unix.RTNLGRP_MPLS_ROUTE,
		unix.RTNLGRP_MDB, unix.RTNLGRP_NEXTHOP, unix.RTNLGRP_IPV4_NETCONF, unix.RTNLGRP_IPV6_NETCONF, unix.RTNLGRP_MPLS_NETCONF,
	} {
		if err := unix.SetsockoptInt(fd, unix.SOL_NETLINK, unix.NETLINK_ADD_MEMBERSHIP, group); err != nil {
			t.Fatal(err)
		}
	}
	return fd
}

// drain reads to the end of the dump, or until there is no more, checks each message and keeps it.
func drain(t *testing.T, fd int, name string, keep map[string][]byte) (n int) {
	buf := make([]byte, 256<<10)
	for {
		size, _, err := unix.Recvfrom(fd, buf, 0)
		if errors.Is(err, unix.EAGAIN) {
			return n
		}
		if err != nil {
			t.Fatal(name, ": ", err)
		}
		for b := buf[:size]; len(b) >= 16; {
			m := b[:ne.Uint32(b)]
			b = b[min((len(m)+3)&^3, len(b)):]
			switch typ := ne.Uint16(m[4:]); typ {
			case unix.NLMSG_DONE:
				return n
			case unix.NLMSG_ERROR:
				t.Fatalf("%s: %v", name, unix.Errno(-int32(ne.Uint32(m[16:]))))
			}
			if name == "family" {
				ne.PutUint16(m[4:], ctrl)
			}
			if err := check(m); err != nil {
				t.Errorf("%s: %v\n%x", name, err, m)
			}
			keep[fmt.Sprintf("%s/%d", name, n)] = slices.Clone(m)
			n++
		}
	}
}

// write records messages of different shapes: for each type and set of attribute types and kind of link, one.
func write(t *testing.T, path string, got map[string][]byte) {
	shapes := map[string]string{}
	names := make([]string, 0, len(got))
	for name := range got {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		m := got[name]
		s := shapeOf(m)
		if _, ok := shapes[s]; !ok {
			shapes[s] = name + " " + hex.EncodeToString(m)
		}
	}
	lines := make([]string, 0, len(shapes))
	for _, l := range shapes {
		lines = append(lines, l)
	}
	slices.Sort(lines)
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

func shapeOf(m []byte) string {
	typ := ne.Uint16(m[4:])
	var b strings.Builder
	fmt.Fprint(&b, typ, m[16])
	for _, n := range parse(m[16+headerOf(typ):]) {
		if n.typ == unix.IFLA_LINKINFO && typ < 20 {
			for _, k := range n.kids {
				if k.typ == unix.IFLA_INFO_KIND {
					fmt.Fprintf(&b, " %s", k.p)
				}
			}
			continue
		}
		if typ >= 20 {
			fmt.Fprint(&b, " ", n.typ)
		}
	}
	return b.String()
}

// load returns the recorded messages, which are little-endian: elsewhere none.
func load(t testing.TB) (ms [][]byte) {
	if ne.Uint16([]byte{1, 0}) != 1 {
		return nil
	}
	files, err := filepath.Glob("testdata/*.hex")
	if err != nil || len(files) == 0 {
		t.Fatal("no recorded messages: ", err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			_, digits, _ := strings.Cut(strings.TrimSpace(line), " ")
			m, err := hex.DecodeString(digits)
			if err != nil {
				t.Fatal(err)
			}
			ms = append(ms, m)
		}
	}
	return ms
}

// TestRecorded checks what a kernel said once, on machines of which the kernel says less.
func TestRecorded(t *testing.T) {
	ms := load(t)
	if ms == nil {
		t.Skip("recorded on little-endian machines")
	}
	for _, m := range ms {
		if err := check(m); err != nil {
			t.Errorf("%v\n%x", err, m)
			continue
		}
		run(m)
	}
}
