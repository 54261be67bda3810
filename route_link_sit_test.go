//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
	"github.com/golibnl/libnl/internal/oracle"
)

func newSIT(t testing.TB) libnl.LinkSIT {
	t.Helper()
	v, err := libnl.NewLinkSIT()
	made(t, v.Link(), err)
	return v
}

func sitPlainAttrs(v libnl.LinkSIT) []tunnelAttr {
	return []tunnelAttr{
		tunnelAttrOf("rtnl_link_sit_set_link", v.SetLinkIndex, v.LinkIndex, 1, 1, 0),
		tunnelAttrOf("rtnl_link_sit_set_local", v.SetLocal, v.Local, netip.MustParseAddr("192.0.2.1"), in4("192.0.2.1"), netip.IPv4Unspecified()),
		tunnelAttrOf("rtnl_link_sit_set_remote", v.SetRemote, v.Remote, netip.MustParseAddr("192.0.2.2"), in4("192.0.2.2"), netip.IPv4Unspecified()),
		tunnelAttrOf("rtnl_link_sit_set_ttl", v.SetTTL, v.TTL, 9, 9, uint8(0)),
		tunnelAttrOf("rtnl_link_sit_set_tos", v.SetTOS, v.TOS, 0x10, 0x10, uint8(0)),
		tunnelAttrOf("rtnl_link_sit_set_pmtudisc", v.SetPMTUDisc, v.PMTUDisc, true, true, false),
		tunnelAttrOf("rtnl_link_sit_set_flags", v.SetFlags, v.Flags, libnl.SITISATAP, 1, libnl.SITFlags(0)),
		tunnelAttrOf("rtnl_link_sit_set_proto", v.SetProto, v.Proto, libnl.IPProto(41), 41, libnl.IPProto(0)),
		tunnelAttrOf("rtnl_link_sit_set_fwmark", v.SetFWMark, v.FWMark, 77, 77, nil),
	}
}

// sitAttrs are the plain ones and those of 6rd, which a kernel may lack.
func sitAttrs(v libnl.LinkSIT) []tunnelAttr {
	return append(sitPlainAttrs(v), []tunnelAttr{
		{
			setter: "rtnl_link_sit_set_ip6rd_prefix",
			set:    func() error { return v.SetIP6RDPrefix(netip.MustParsePrefix("2001:db8::/32")) },
			c: func(c oracle.Ptr) {
				c.Call("rtnl_link_sit_set_ip6rd_prefix", in6("2001:db8::"))
				c.Call("rtnl_link_sit_set_ip6rd_prefixlen", 32)
			},
			get:  func() (any, error) { return v.IP6RDPrefix() },
			want: netip.MustParsePrefix("2001:db8::/32"),
			more: []string{"rtnl_link_sit_set_ip6rd_prefixlen", "rtnl_link_sit_get_ip6rd_prefixlen"},
		},
		{
			setter: "rtnl_link_sit_set_ip6rd_relay_prefix",
			set:    func() error { return v.SetIP6RDRelayPrefix(netip.MustParsePrefix("198.51.0.0/16")) },
			c: func(c oracle.Ptr) {
				c.Call("rtnl_link_sit_set_ip6rd_relay_prefix", in4("198.51.0.0"))
				c.Call("rtnl_link_sit_set_ip6rd_relay_prefixlen", 16)
			},
			get:  func() (any, error) { return v.IP6RDRelayPrefix() },
			want: netip.MustParsePrefix("198.51.0.0/16"),
			more: []string{"rtnl_link_sit_set_ip6rd_relay_prefixlen", "rtnl_link_sit_get_ip6rd_relay_prefixlen"},
		},
	}...)
}

func init() { guardView(newSIT, tunnelCalls(sitAttrs)) }

func TestLinkSIT(t *testing.T) { testTunnel(t, newSIT(t), (*libnl.Link).SIT, sitAttrs) }

func TestLinkSITOtherKind(t *testing.T) { viewOfOtherKind(t, newSIT(t), tunnelCalls(sitAttrs)) }

func TestKernelSIT(t *testing.T) {
	kernelTunnel(t, libnl.NewLinkSIT, (*libnl.Link).SIT, sitPlainAttrs,
		"mode ip6ip dev lo local 192.0.2.1 remote 192.0.2.2 ttl 9 tos 0x10 isatap fwmark 77", libnl.AddSIT)
}

func TestKernelSIT6RD(t *testing.T) {
	s := netNS(t)
	ctx := t.Context()
	nltest.Link(t, "sit", "x0", "local 192.0.2.1 6rd-prefix 2001:db8::/32 6rd-relay_prefix 198.51.0.0/16")
	byIP := getLink(t, s, "x0")
	v, _ := byIP.SIT()
	p, err := v.IP6RDPrefix()
	if errors.Is(err, libnl.ErrNoAttr) {
		t.Skip("the kernel does not have 6rd")
	}
	noErr(t, err)
	equal(t, "prefix", p, netip.MustParsePrefix("2001:db8::/32"))
	p, err = v.IP6RDRelayPrefix()
	noErr(t, err)
	equal(t, "relay prefix", p, netip.MustParsePrefix("198.51.0.0/16"))
	_, want := ipInfo(t, "x0")
	noErr(t, byIP.Delete(ctx, s))

	ours := newSIT(t)
	noErr(t, ours.SetLocal(netip.MustParseAddr("192.0.2.1")))
	noErr(t, ours.SetTTL(64))
	noErr(t, ours.SetPMTUDisc(true))
	noErr(t, ours.SetIP6RDPrefix(netip.MustParsePrefix("2001:db8::/32")))
	noErr(t, ours.SetIP6RDRelayPrefix(netip.MustParsePrefix("198.51.0.0/16")))
	noErr(t, ours.Link().SetName("x0"))
	noErr(t, ours.Link().Add(ctx, s, libnl.FlagCreate|libnl.FlagExcl))
	_, got := ipInfo(t, "x0")
	for _, key := range []string{"6rd_prefix", "6rd_prefixlen", "6rd_relay_prefix", "6rd_relay_prefixlen"} {
		equal(t, key, got[key], want[key])
	}
	var b strings.Builder
	noErr(t, getLink(t, s, "x0").Dump(&b, libnl.DumpDetails))
	equal(t, "the details have the prefix: "+b.String(), strings.Contains(b.String(), "6rd_prefix   2001:db8::\n"), true)
}

// 3.12 prints its stack where the prefix should stand.
func TestLinkSITDetails(t *testing.T) {
	v := newSIT(t)
	l := v.Link()
	noErr(t, l.SetName("x0"))
	noErr(t, l.SetAlias("      6rd_prefix   ::1"))
	for _, p := range []string{"2001:db8::/32", "2001:db8:1234:5678:9abc:def0:1234:5678/128", "::/0"} {
		p := netip.MustParsePrefix(p)
		noErr(t, v.SetIP6RDPrefix(p))
		noErr(t, v.SetIP6RDRelayPrefix(netip.MustParsePrefix("198.51.0.0/16")))
		for _, form := range []libnl.DumpType{libnl.DumpDetails, libnl.DumpStats} {
			var b strings.Builder
			noErr(t, l.Dump(&b, form))
			equal(t, "the details have the prefix: "+b.String(), strings.Contains(b.String(), "6rd_prefix   "+p.Addr().String()+"\n"), true)
			equal(t, "the details have the rest: "+b.String(), strings.Contains(b.String(), "6rd_relay_prefixlen   16\n"), true)
		}
	}
}

func TestLinkSITPrefixes(t *testing.T) {
	v := newSIT(t)
	isErr(t, "an IPv4 prefix", v.SetIP6RDPrefix(netip.MustParsePrefix("192.0.2.0/24")), libnl.ErrAFMismatch)
	isErr(t, "an IPv6 relay prefix", v.SetIP6RDRelayPrefix(netip.MustParsePrefix("2001:db8::/32")), libnl.ErrAFMismatch)
	isErr(t, "no prefix", v.SetIP6RDPrefix(netip.Prefix{}), libnl.ErrAFMismatch)
	isErr(t, "an address without a length", v.SetIP6RDPrefix(netip.PrefixFrom(netip.IPv6Unspecified(), -1)), libnl.ErrInval)
	isErr(t, "an address without a length", v.SetIP6RDRelayPrefix(netip.PrefixFrom(netip.IPv4Unspecified(), 33)), libnl.ErrInval)

	// what other programs may send
	parsed := func(attrs func(*libnl.Msg)) libnl.LinkSIT {
		t.Helper()
		m, err := libnl.NewMsgSimple(libnl.RTMNewLink, 0)
		noErr(t, err)
		defer m.Close()
		m.Append(make([]byte, unix.SizeofIfInfomsg), 4)
		m.PutString(unix.IFLA_IFNAME, "x0")
		m.Nest(unix.IFLA_LINKINFO, func(m *libnl.Msg) {
			m.PutString(unix.IFLA_INFO_KIND, "sit")
			m.Nest(unix.IFLA_INFO_DATA, attrs)
		})
		w, _ := parseLink(t, m.Bytes()).SIT()
		return w
	}
	w := parsed(func(m *libnl.Msg) {
		m.PutU32(12, in4("198.51.0.0"))   // IFLA_IPTUN_6RD_RELAY_PREFIX
		m.PutBytes(11, in6("2001:db8::")) // IFLA_IPTUN_6RD_PREFIX
	})
	_, err := w.IP6RDRelayPrefix()
	isErr(t, "a relay prefix without a length", err, libnl.ErrNoAttr)
	_, err = w.IP6RDPrefix()
	isErr(t, "a prefix without a length", err, libnl.ErrNoAttr)
	w = parsed(func(m *libnl.Msg) {
		m.PutBytes(11, in6("2001:db8::"))
		m.PutU16(13, 129) // IFLA_IPTUN_6RD_PREFIXLEN
	})
	_, err = w.IP6RDPrefix()
	isErr(t, "a prefix with a length that is too long", err, libnl.ErrRange)
}

func TestSITFlagsText(t *testing.T) {
	equal(t, "text", (libnl.SITISATAP | 0x8000).String(), "isatap,0x8000")
	f, err := libnl.ParseSITFlags("isatap,0x8000")
	noErr(t, err)
	equal(t, "parsed", f, libnl.SITISATAP|0x8000)
	_, err = libnl.ParseSITFlags("nosuch")
	isErr(t, "an unknown flag", err, libnl.ErrObjNotFound)
}
