//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
	"github.com/golibnl/libnl/internal/oracle"
	"golang.org/x/sys/unix"
)

func TestInetConf(t *testing.T) {
	l, c := newLink(t), madeC(t, "route/link")
	equal(t, "unset", pair(l.InetConf(libnl.InetConfForwarding)), "0 false")
	equal(t, "out of range", pair(l.InetConf(0)), "0 false")
	equal(t, "out of range", pair(l.InetConf(1<<20)), "0 false")
	for id := libnl.InetConfForwarding; id <= libnl.InetConfIGMPv3UnsolicitedReportInterval; id++ {
		noErr(t, l.SetInetConf(id, -int32(id)))
		c.Call("rtnl_link_inet_set_conf", int(id), -int32(id))
		equal(t, id.String(), pair(l.InetConf(id)), pair(-int32(id), true))
	}
	m, err := l.BuildAdd(0)
	want, code := oracle.Build("rtnl_link_build_add_request", c, 0)
	sameRequest(t, "settings", m, err, want, code)
	copied, err := libnl.Clone(l)
	made(t, copied, err)
	equal(t, "of the clone", pair(copied.InetConf(5)), "-5 true")
	// what is refused leaves nothing behind
	l = newLink(t)
	isErr(t, "1000", l.SetInetConf(1000, 1), libnl.ErrRange)
	m, err = l.BuildAdd(0)
	noErr(t, err)
	equal(t, "length of the request", m.Len(), 32)
}

func TestInet6(t *testing.T) {
	l, c := newLink(t), madeC(t, "route/link")
	equal(t, "unset flags", pair(l.Inet6Flags()), pair(libnl.Inet6Flags(0), false))
	equal(t, "unset mode", pair(l.AddrGenMode()), pair(libnl.AddrGenMode(0), false))
	equal(t, "unset token", l.Inet6Token(), libnl.Addr{})
	equal(t, "unset setting", pair(l.Inet6Conf(libnl.Inet6ConfMTU)), "0 false")

	noErr(t, l.SetInet6Flags(libnl.Inet6Ready|libnl.Inet6RSSent))
	c.Call("rtnl_link_inet6_set_flags", uint32(0x80000010))
	equal(t, "flags", pair(l.Inet6Flags()), pair(libnl.Inet6Ready|libnl.Inet6RSSent, true))
	equal(t, "mode beside flags", pair(l.AddrGenMode()), pair(libnl.AddrGenMode(0), false))
	equal(t, "token beside flags", l.Inet6Token(), libnl.Addr{})
	m, err := l.BuildAdd(0)
	want, code := oracle.Build("rtnl_link_build_add_request", c, 0)
	sameRequest(t, "flags", m, err, want, code)

	for _, mode := range []libnl.AddrGenMode{libnl.AddrGenNone, libnl.AddrGenStablePrivacy, libnl.AddrGenRandom, libnl.AddrGenEUI64} {
		noErr(t, l.SetAddrGenMode(mode))
		c.Call("rtnl_link_inet6_set_addr_gen_mode", uint8(mode))
		equal(t, "mode", pair(l.AddrGenMode()), pair(mode, true))
		m, err = l.BuildAdd(0)
		want, code = oracle.Build("rtnl_link_build_add_request", c, 0)
		sameRequest(t, mode.String(), m, err, want, code)
	}

	token := libnl.AddrFrom(libnl.FamilyIPv6, []byte{15: 9})
	noErr(t, l.SetInet6Token(token))
	equal(t, "token", l.Inet6Token(), token)
	noErr(t, l.SetInetConf(1, 1))
	copied, err := libnl.Clone(l)
	made(t, copied, err)
	equal(t, "token of the clone", copied.Inet6Token(), token)
	equal(t, "flags of the clone", pair(copied.Inet6Flags()), pair(libnl.Inet6Ready|libnl.Inet6RSSent, true))
	for what, build := range map[string]func() (*libnl.Msg, error){
		"add":    func() (*libnl.Msg, error) { return l.BuildAdd(0) },
		"change": func() (*libnl.Msg, error) { noErr(t, l.SetIndex(1)); return l.BuildChange(l, 0) },
		"clone":  func() (*libnl.Msg, error) { return copied.BuildAdd(0) },
	} {
		m, err := build()
		noErr(t, err)
		spec, _ := m.FindAttr(unix.SizeofIfInfomsg, unix.IFLA_AF_SPEC)
		inet6, _ := libnl.FindAttr(spec.Bytes(), unix.AF_INET6)
		got, _ := libnl.FindAttr(inet6.Bytes(), unix.IFLA_INET6_TOKEN)
		equal(t, what+": token", bytes.Equal(got.Bytes(), token.Bytes()), true)
		_, ok := libnl.FindAttr(inet6.Bytes(), unix.IFLA_INET6_ADDR_GEN_MODE)
		equal(t, what+": mode beside the token", ok, true)
		_, ok = libnl.FindAttr(spec.Bytes(), unix.AF_INET)
		equal(t, what+": IPv4 beside IPv6", ok, true)
		equal(t, what+": length", int(m.Header().Len), m.Len())
	}
	// alone
	l = newLink(t)
	noErr(t, l.SetInet6Token(token))
	m, err = l.BuildAdd(0)
	noErr(t, err)
	equal(t, "length with a token alone", m.Len(), 16+16+4+4+20)
}

// Settings of a link of its own: written by ours, read from /proc, and the other way round.
func TestInetConfKernel(t *testing.T) {
	s := netNS(t)
	ctx := context.Background()
	nltest.Run(t, "ip", "link", "add", "t0", "type", "ifb")
	sysctl := func(name string) string {
		b, err := os.ReadFile("/proc/sys/net/" + name)
		noErr(t, err)
		return strings.TrimSpace(string(b))
	}
	change := newLink(t)
	noErr(t, change.SetInetConf(libnl.InetConfForwarding, 1))
	noErr(t, change.SetInetConf(libnl.InetConfRPFilter, 2))
	noErr(t, change.SetInetConf(libnl.InetConfMediumID, -1))
	noErr(t, change.SetAddrGenMode(libnl.AddrGenNone))
	orig, err := libnl.GetLink(ctx, s, 0, "t0")
	made(t, orig, err)
	noErr(t, orig.Change(ctx, s, change, 0))
	for name, want := range map[string]string{"forwarding": "1", "rp_filter": "2", "medium_id": "-1"} {
		equal(t, name, sysctl("ipv4/conf/t0/"+name), want)
	}
	equal(t, "addr_gen_mode", sysctl("ipv6/conf/t0/addr_gen_mode"), "1")

	nltest.Sysctl(t, "ipv4/conf/t0/arp_announce", "2")
	nltest.Sysctl(t, "ipv6/conf/t0/hop_limit", "33")
	nltest.Run(t, "ip", "link", "set", "t0", "addrgenmode", "eui64", "up")
	now, err := libnl.GetLink(ctx, s, 0, "t0")
	made(t, now, err)
	equal(t, "arp_announce", pair(now.InetConf(libnl.InetConfARPAnnounce)), "2 true")
	equal(t, "medium_id", pair(now.InetConf(libnl.InetConfMediumID)), "-1 true")
	equal(t, "mode", pair(now.AddrGenMode()), pair(libnl.AddrGenEUI64, true))
	flags, ok := now.Inet6Flags()
	equal(t, "flags", ok && flags&libnl.Inet6Ready != 0, true)
	hops, ok := now.Inet6Conf(libnl.Inet6ConfHopLimit)
	equal(t, "there is the setting", ok, libnl.HasCapability(libnl.CapVersion3_8_0))
	if ok {
		equal(t, "hop_limit", hops, 33)
	}

	// a token takes an interface that listens to routers; a request of libnl's own says yes and does nothing
	nltest.Run(t, "ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1")
	nltest.Run(t, "ip", "link", "set", "v0", "up")
	veth, err := libnl.GetLink(ctx, s, 0, "v0")
	made(t, veth, err)
	set := newLink(t)
	noErr(t, set.SetInet6Token(libnl.AddrFrom(libnl.FamilyIPv6, []byte{15: 9})))
	noErr(t, veth.Change(ctx, s, set, 0))
	if out := string(nltest.Run(t, "ip", "token", "show", "dev", "v0")); !strings.Contains(out, "::9 ") {
		t.Errorf("token: %q", out)
	}
	nltest.Run(t, "ip", "token", "set", "::a", "dev", "v0")
	veth2, err := libnl.GetLink(ctx, s, 0, "v0")
	made(t, veth2, err)
	equal(t, "token", veth2.Inet6Token().String(), "::a")
}
