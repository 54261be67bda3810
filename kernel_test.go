//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"encoding/binary"
	"errors"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
)

// Tests named TestKernel are run in other kernels too, by make kernel-test, and there a kernel that lacks something is no surprise: they probe and skip.
// What each kernel had of the kinds of links and of encapsulations below, in November 2026:
//
//	                                                     this machine  UML      qemu      s390x
//	                                                     6.18          7.2      6.1       7.2
//	bridge ifb macvlan macvtap tun veth vxlan            yes           yes      yes       yes
//	bond dummy erspan geneve gre gretap ip6gre ip6gretap
//	ip6tnl ipip ipvlan ipvtap macsec nlmon sit team
//	vcan vlan vrf vti vti6 vxcan                         -             yes      yes       yes
//	hsr                                                  -             yes      -         yes
//	wireguard xfrm                                       -             -        yes       yes
//	mpls ila                                             -             yes      yes       yes
//	seg6                                                 -             -        yes       yes
//	bareudp can netdevsim, virtual functions             -             -        -         -

// kernelLinks are ways to make a link x0 with ip. There are links v0 and v1, a veth pair.
var kernelLinks = []struct {
	name, kind, device, options string
	slave                       bool // links can be put into it
}{
	{name: "bareudp", options: "dstport 6635 ethertype mpls_uc"},
	{name: "bond", options: "mode active-backup miimon 100", slave: true},
	{name: "bond-lacp", kind: "bond", options: "mode 802.3ad lacp_rate fast xmit_hash_policy layer3+4", slave: true},
	{name: "bridge", options: "vlan_filtering 1 stp_state 1", slave: true},
	{name: "dummy"},
	{name: "erspan", options: "seq key 7 local 192.0.2.1 remote 192.0.2.2 erspan_ver 1 erspan 123"},
	{name: "geneve", options: "id 3 remote 192.0.2.3 ttl 9"},
	{name: "geneve-v6", kind: "geneve", options: "id 3 remote 2001:db8::3 dstport 6082"},
	{name: "gre", options: "local 192.0.2.1 remote 192.0.2.2 ttl 9 key 7"},
	{name: "gretap", options: "local 192.0.2.1 remote 192.0.2.2 csum"},
	{name: "hsr", options: "slave1 v0 slave2 v1"},
	{name: "ifb"},
	{name: "ip6gre", options: "local 2001:db8::1 remote 2001:db8::2 hoplimit 9"},
	{name: "ip6gretap", options: "local 2001:db8::1 remote 2001:db8::2"},
	{name: "ip6tnl", options: "mode any local 2001:db8::1 remote 2001:db8::2 tclass 8"},
	{name: "ipip", options: "local 192.0.2.1 remote 192.0.2.2 ttl 9"},
	{name: "ipvlan", device: "link v0", options: "mode l2"},
	{name: "ipvlan-l3s", kind: "ipvlan", device: "link v0", options: "mode l3s vepa"},
	{name: "ipvtap", device: "link v0"},
	{name: "macsec", device: "link v0", options: "sci 1 encrypt on"},
	{name: "macvlan", device: "link v0", options: "mode private"},
	{name: "macvlan-source", kind: "macvlan", device: "link v0", options: "mode source macaddr add 02:00:00:00:00:09"},
	{name: "macvtap", device: "link v0", options: "mode bridge"},
	{name: "nlmon"},
	{name: "sit", options: "local 192.0.2.1 remote 192.0.2.2 ttl 9"},
	{name: "team", slave: true},
	{name: "vcan"},
	{name: "veth", options: "peer name x1"},
	{name: "vlan", device: "link v0", options: "id 5 egress-qos-map 1:2 2:3 ingress-qos-map 3:4"},
	{name: "vlan-ad", kind: "vlan", device: "link v0", options: "protocol 802.1ad id 4094 reorder_hdr off"},
	{name: "vrf", options: "table 10", slave: true},
	{name: "vti", options: "local 192.0.2.1 remote 192.0.2.2 key 7"},
	{name: "vti6", options: "local 2001:db8::1 remote 2001:db8::2 key 7"},
	{name: "vxcan", options: "peer name x1"},
	{name: "vxlan", options: "id 9 group 239.1.1.1 dev v0 dstport 4789"},
	{name: "vxlan-v6", kind: "vxlan", options: "id 9 remote 2001:db8::9 dstport 4789 gbp nolearning"},
	{name: "wireguard"},
	{name: "xfrm", options: "dev v0 if_id 3"},
}

// kernelNS moves the test into a namespace with a veth pair v0, v1.
func kernelNS(t *testing.T) {
	t.Helper()
	nltest.NetNS(t)
	nltest.Run(t, "ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1")
}

// checkFromKernel does all there is to do with the object in a message of the kernel's, and has the validator see it as anybody's.
func checkFromKernel(t *testing.T, m *libnl.Msg, typeName string) {
	t.Helper()
	o, err := m.Object()
	if errors.Is(err, libnl.ErrMsgTypeNoSupport) && typeName == "route/route" {
		return // before 3.8 libnl does not parse a route with an encapsulation that it does not know
	}
	check(t, err)
	defer o.Close()
	if o.TypeName() != typeName {
		t.Errorf("a %s, want a %s", o.TypeName(), typeName)
	}
	exercise(t, o)
	foreign, err := libnl.MsgFromBytes(m.Bytes())
	check(t, err)
	foreign.SetProto(libnl.ProtoRoute)
	f, err := foreign.Object()
	if err != nil {
		t.Errorf("the validator refuses what the kernel sent: %v: % x", err, m.Bytes())
		return
	}
	defer f.Close()
	if diff := o.AttrNames(o.Diff(f)); len(diff) > 0 {
		t.Errorf("%s: the foreign one differs in %q", o, diff)
	}
}

// msgLinkIndex returns the index in a message about a link.
func msgLinkIndex(m *libnl.Msg) int { return int(int32(binary.NativeEndian.Uint32(m.Payload()[4:]))) }

// linkKinds returns what a message about a link says of its kind, and of its kind as a part of another; empty for nothing.
func linkKinds(t *testing.T, m *libnl.Msg) (kind, part string) {
	t.Helper()
	info, _ := m.FindAttr(unix.SizeofIfInfomsg, unix.IFLA_LINKINFO)
	for a := range info.Nested() {
		var err error
		switch a.Type() {
		case unix.IFLA_INFO_KIND:
			kind, err = a.Text()
		case unix.IFLA_INFO_SLAVE_KIND:
			part, err = a.Text()
		}
		check(t, err)
	}
	return kind, part
}

// dumpedLinks returns the messages of a dump of links, by index. It checks each.
func dumpedLinks(t *testing.T, s *libnl.Socket) map[int]*libnl.Msg {
	t.Helper()
	links := map[int]*libnl.Msg{}
	for m, err := range s.Request(t.Context(), linkDump(t)) {
		check(t, err)
		checkFromKernel(t, m, "route/link")
		links[msgLinkIndex(m)] = m.Clone()
	}
	return links
}

// linkGone waits for the event that a link is no more, and checks the events before it too.
func linkGone(t *testing.T, s *libnl.Socket, index int) {
	t.Helper()
	for m, err := range s.Messages(within(t, 10*time.Second)) {
		check(t, err)
		checkFromKernel(t, m, "route/link")
		if m.Header().Type == libnl.RTMDelLink && msgLinkIndex(m) == index {
			return
		}
	}
}

// Every kind of link, from the kernel's making it to the event that it is gone.
func TestKernelLinks(t *testing.T) {
	for _, c := range kernelLinks {
		t.Run(c.name, func(t *testing.T) {
			kernelNS(t)
			kind := c.kind
			if kind == "" {
				kind = c.name
			}
			events := dial(t, &libnl.Config{Groups: []libnl.Group{libnl.GroupLink}})
			index := nltest.Link(t, kind, c.device+" name x0", c.options)
			s := dial(t, nil)
			m := dumpedLinks(t, s)[index]
			if m == nil {
				t.Fatal("the link is not in the dump")
			}
			if got, _ := linkKinds(t, m); got != kind {
				t.Errorf("kind %q, want %q", got, kind)
			}
			if c.slave {
				nltest.Run(t, "ip", "link", "set", "v1", "down")
				nltest.Run(t, "ip", "link", "set", "v1", "master", "x0")
				v1, err := net.InterfaceByName("v1")
				check(t, err)
				if _, part := linkKinds(t, dumpedLinks(t, s)[v1.Index]); part != kind {
					t.Errorf("a part of kind %q, want %q", part, kind)
				}
				nltest.Run(t, "ip", "link", "set", "v1", "nomaster")
			}
			nltest.Run(t, "ip", "link", "del", "x0")
			linkGone(t, events, index)
			if dumpedLinks(t, s)[index] != nil {
				t.Error("the link is still in the dump")
			}
		})
	}
}

// ip makes tun and tap devices through /dev/net/tun.
func TestKernelTun(t *testing.T) {
	if _, err := os.Stat("/dev/net/tun"); err != nil {
		t.Skip(err)
	}
	for _, mode := range []string{"tun", "tap"} {
		t.Run(mode, func(t *testing.T) {
			kernelNS(t)
			nltest.Probe(t, "ip", "tuntap", "add", "x0", "mode", mode)
			x0, err := net.InterfaceByName("x0")
			check(t, err)
			if kind, _ := linkKinds(t, dumpedLinks(t, dial(t, nil))[x0.Index]); kind != "tun" {
				t.Errorf("kind %q", kind)
			}
		})
	}
}

// Routes of each way to encapsulate, and of MPLS itself.
func TestKernelRoutes(t *testing.T) {
	// by its protocol the route is known among those that the kernel makes for itself, at any time
	const proto = 77
	for _, c := range []struct{ name, args string }{
		{"mpls encap", "-4 route add 198.51.100.0/24 proto 77 encap mpls 100/200 via 192.0.2.2"},
		{"mpls encap v6", "-6 route add 2001:db8:1::/48 proto 77 encap mpls 300 ttl 9 via 2001:db8::2"},
		{"mpls swap", "-f mpls route add 300 proto 77 as 400/500 via inet 192.0.2.2"},
		{"mpls pop", "-f mpls route add 301 proto 77 dev lo"},
		{"mpls multipath", "-f mpls route add 302 proto 77 nexthop as 400 via inet 192.0.2.2 nexthop as 401 via inet 192.0.2.3"},
		{"ip encap", "-4 route add 198.51.100.0/24 proto 77 encap ip id 100 dst 192.0.2.9 ttl 9 via 192.0.2.2"},
		{"ip6 encap", "-6 route add 2001:db8:1::/48 proto 77 encap ip6 id 100 dst 2001:db8::9 via 2001:db8::2"},
		{"seg6 encap", "-6 route add 2001:db8:1::/48 proto 77 encap seg6 mode encap segs 2001:db8::5 dev v0"},
		{"ila encap", "-6 route add 2001:db8:1::1/128 proto 77 encap ila 1:2:3:4 csum-mode adj-transport ident-type luid via 2001:db8::2"},
		{"multipath", "-4 route add 198.51.100.0/24 proto 77 nexthop via 192.0.2.2 weight 3 nexthop via 192.0.2.3 dev v0"},
		{"metrics", "-4 route add 198.51.100.0/24 proto 77 via 192.0.2.2 mtu lock 1300 advmss 1200 rtt 9ms congctl cubic realm 3/4"},
	} {
		t.Run(c.name, func(t *testing.T) {
			kernelNS(t)
			words := strings.Fields(c.args)
			family := map[string]byte{"-4": unix.AF_INET, "-6": unix.AF_INET6, "-f": unix.AF_MPLS}[words[0]]
			if strings.Contains(c.args, "mpls") {
				nltest.Sysctl(t, "mpls/platform_labels", "1000")
			}
			for _, line := range []string{
				"link set v0 up", "link set v1 up", "addr add 192.0.2.1/24 dev v0", "addr add 2001:db8::1/64 dev v0 nodad",
			} {
				nltest.Run(t, "ip", strings.Fields(line)...)
			}
			s := dial(t, nil)
			nltest.Probe(t, "ip", words...)
			n := 0
			for _, m := range kernelDump(t, s, libnl.RTMGetRoute, rtmsg(family, 0)) {
				checkFromKernel(t, m, "route/route")
				if m.Payload()[5] == proto {
					n++
				}
			}
			if n != 1 {
				t.Errorf("%d of the route that was added", n)
			}
		})
	}
}
