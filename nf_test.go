//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"net"
	"testing"
	"time"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
)

// What the tests of libnl-nf share.

// nfNS moves the test into a network namespace of its own and opens a socket of NETLINK_NETFILTER in it.
func nfNS(t testing.TB) *libnl.Socket {
	t.Helper()
	nltest.NetNS(t)
	return dialNF(t, nil)
}

// dialNF opens a socket in the current namespace for the length of the test.
func dialNF(t testing.TB, cfg *libnl.Config) *libnl.Socket {
	t.Helper()
	s, err := libnl.DialNetfilter(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// nfPeer moves the test into a network namespace that is joined to a second one, which the function it returns runs things in: see [nltest.Peer].
// A rule that needs conntrack makes the kernel track the connections of the first.
func nfPeer(t testing.TB) (in func(func())) {
	t.Helper()
	nltest.NetNS(t)
	in = nltest.Peer(t)
	for _, program := range []string{"iptables", "ip6tables"} {
		nltest.Rule(t, program, "-A INPUT -m conntrack --ctstate INVALID -j DROP")
	}
	return in
}

func TestPeer(t *testing.T) {
	in := nfPeer(t)
	for _, address := range []string{"192.0.2.2:7", "[2001:db8::2]:7"} {
		var there net.PacketConn
		var err error
		in(func() { there, err = net.ListenPacket("udp", address) })
		noErr(t, err)
		defer there.Close()
		here, err := net.Dial("udp", address)
		noErr(t, err)
		defer here.Close()
		_, err = here.Write([]byte("hello"))
		noErr(t, err)
		var b [8]byte
		noErr(t, there.SetReadDeadline(time.Now().Add(10*time.Second)))
		n, _, err := there.ReadFrom(b[:])
		noErr(t, err)
		equal(t, address, string(b[:n]), "hello")
	}
}
