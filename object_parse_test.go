//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
)

// routeMsg returns a message of NETLINK_ROUTE with the header and what fill appends.
func routeMsg(t testing.TB, typ libnl.MsgType, hdr []byte, fill func(m *libnl.Msg)) *libnl.Msg {
	t.Helper()
	m, err := libnl.NewMsgSimple(typ, 0)
	if err != nil {
		t.Fatal(err)
	}
	m.SetProto(libnl.ProtoRoute)
	m.Append(hdr, 4)
	if fill != nil {
		fill(m)
	}
	if err := m.Err(); err != nil {
		t.Fatal(err)
	}
	return m
}

func u16(v ...uint16) (b []byte) {
	for _, v := range v {
		b = binary.NativeEndian.AppendUint16(b, v)
	}
	return b
}

func u32(v ...uint32) (b []byte) {
	for _, x := range v {
		b = binary.NativeEndian.AppendUint32(b, x)
	}
	return b
}

// ifinfo is a struct ifinfomsg.
func ifinfo(family byte, index, flags uint32) []byte {
	return slices.Concat([]byte{family, 0}, u16(unix.ARPHRD_ETHER), u32(index, flags, 0))
}

// rtmsg is a struct rtmsg of the main table, unicast, by the boot process.
func rtmsg(family, dstLen byte) []byte {
	return slices.Concat([]byte{family, dstLen, 0, 0, unix.RT_TABLE_MAIN, unix.RTPROT_BOOT, 0, unix.RTN_UNICAST}, u32(0))
}

func linkMsg(t testing.TB) *libnl.Msg {
	return routeMsg(t, libnl.RTMNewLink, ifinfo(0, 7, unix.IFF_UP), func(m *libnl.Msg) {
		m.PutString(unix.IFLA_IFNAME, "test7")
		m.PutBytes(unix.IFLA_ADDRESS, []byte{2, 0, 0, 0, 0, 7})
		m.PutU32(unix.IFLA_MTU, 1400)
		m.PutU32(unix.IFLA_CARRIER_CHANGES, 3)
		m.PutString(unix.IFLA_PHYS_PORT_NAME, "p0")
		m.PutU32(unix.IFLA_GSO_MAX_SEGS, 9)
		m.Nest(unix.IFLA_LINKINFO, func(m *libnl.Msg) { m.PutString(unix.IFLA_INFO_KIND, "dummy") })
	})
}

func addrMsg(t testing.TB) *libnl.Msg {
	return routeMsg(t, libnl.RTMNewAddr, slices.Concat([]byte{unix.AF_INET, 24, 0, 0}, u32(7)), func(m *libnl.Msg) {
		m.PutBytes(unix.IFA_LOCAL, []byte{192, 0, 2, 1})
		m.PutBytes(unix.IFA_ADDRESS, []byte{192, 0, 2, 1})
		m.PutString(unix.IFA_LABEL, "test7:0")
	})
}

func routeV4Msg(t testing.TB) *libnl.Msg {
	return routeMsg(t, libnl.RTMNewRoute, rtmsg(unix.AF_INET, 24), func(m *libnl.Msg) {
		m.PutBytes(unix.RTA_DST, []byte{198, 51, 100, 0})
		m.PutBytes(unix.RTA_GATEWAY, []byte{192, 0, 2, 254})
		m.PutU32(unix.RTA_OIF, 7)
		m.PutU32(unix.RTA_TABLE, unix.RT_TABLE_MAIN)
		m.PutU32(unix.RTA_FLOW, 0x10002)
	})
}

// routeV6Msg is a route to 2001:db8::/32 through one gateway, with an MPLS label if there is one.
func routeV6Msg(t testing.TB, typ libnl.MsgType, gw byte, label uint32) *libnl.Msg {
	return routeMsg(t, typ, rtmsg(unix.AF_INET6, 32), func(m *libnl.Msg) {
		m.PutBytes(unix.RTA_DST, []byte{0x20, 1, 0xd, 0xb8, 15: 0})
		m.PutBytes(unix.RTA_GATEWAY, []byte{0xfe, 0x80, 15: gw})
		m.PutU32(unix.RTA_OIF, 7)
		m.PutU32(unix.RTA_TABLE, unix.RT_TABLE_MAIN)
		if label != 0 {
			m.PutU16(unix.RTA_ENCAP_TYPE, 1) // LWTUNNEL_ENCAP_MPLS
			m.Nest(unix.RTA_ENCAP, func(m *libnl.Msg) { m.PutBE32(1, label<<12|1<<8) })
		}
	})
}

func neighMsg(t testing.TB) *libnl.Msg {
	return routeMsg(t, libnl.RTMNewNeigh, slices.Concat([]byte{unix.AF_INET, 0, 0, 0}, u32(7), u16(unix.NUD_REACHABLE), []byte{0, 1}),
		func(m *libnl.Msg) {
			m.PutBytes(unix.NDA_DST, []byte{192, 0, 2, 9})
			m.PutBytes(unix.NDA_LLADDR, []byte{2, 0, 0, 0, 0, 9})
		})
}

func ruleMsg(t testing.TB) *libnl.Msg {
	return routeMsg(t, libnl.RTMNewRule, rtmsg(unix.AF_INET, 0), func(m *libnl.Msg) {
		m.PutU32(unix.FRA_PRIORITY, 100)
		m.PutU32(unix.FRA_TABLE, 254)
		m.PutString(unix.FRA_IIFNAME, "test7")
	})
}

func neightblMsg(t testing.TB) *libnl.Msg {
	return routeMsg(t, unix.RTM_NEWNEIGHTBL, []byte{unix.AF_INET, 0, 0, 0}, func(m *libnl.Msg) {
		m.PutString(1, "arp_cache")                                                             // NDTA_NAME
		m.Nest(6, func(m *libnl.Msg) { m.PutU32(1, 7); m.PutU64(3, 30000); m.PutU64(5, 1000) }) // NDTA_PARMS
	})
}

func netconfMsg(t testing.TB) *libnl.Msg {
	return routeMsg(t, unix.RTM_NEWNETCONF, []byte{unix.AF_INET, 0, 0, 0}, func(m *libnl.Msg) {
		m.PutU32(1, 7) // NETCONFA_IFINDEX
		m.PutU32(2, 1) // NETCONFA_FORWARDING
	})
}

func mdbMsg(t testing.TB) *libnl.Msg {
	entry := slices.Concat(u32(7, 1), []byte{239, 1, 1, 1}, make([]byte, 12), []byte{8, 0, 0, 0}) // struct br_mdb_entry
	return routeMsg(t, unix.RTM_NEWMDB, slices.Concat([]byte{unix.AF_BRIDGE, 0, 0, 0}, u32(3)), func(m *libnl.Msg) {
		m.Nest(1, func(m *libnl.Msg) { m.Nest(1, func(m *libnl.Msg) { m.PutBytes(1, entry) }) }) // MDBA_MDB, _ENTRY, _ENTRY_INFO
	})
}

func nexthopMsg(t testing.TB) *libnl.Msg {
	return routeMsg(t, unix.RTM_NEWNEXTHOP, slices.Concat([]byte{unix.AF_INET, 0, 4, 0}, u32(0)), func(m *libnl.Msg) {
		m.PutU32(unix.NHA_ID, 1)
		m.PutBytes(unix.NHA_GATEWAY, []byte{192, 0, 2, 254})
		m.PutU32(unix.NHA_OIF, 7)
	})
}

// lookupMsg is the answer to a lookup of 192.0.2.9: struct fib_result_nl.
func lookupMsg(t testing.TB) *libnl.Msg {
	m := routeMsg(t, 0, slices.Concat([]byte{192, 0, 2, 9}, u32(0), []byte{0, 0, 254, 254, 24, 0, 1, 253}, u32(0)), nil)
	m.SetProto(unix.NETLINK_FIB_LOOKUP)
	return m
}

// parseOne parses a message that holds one object.
func parseOne(t testing.TB, m *libnl.Msg) *libnl.Object {
	t.Helper()
	o, err := m.Object()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.Close() })
	return o
}

func dumpOf(t testing.TB, o *libnl.Object, d libnl.DumpType) string {
	t.Helper()
	var b strings.Builder
	if err := o.Dump(&b, d); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestObjectParse(t *testing.T) {
	for _, c := range []struct {
		m                     *libnl.Msg
		typ, line, attrs, ids string
	}{
		{
			linkMsg(t), "route/link", "test7 ether 02:00:00:00:00:07 <up> ",
			"mtu address flags name ifindex family arptype change carrier_changes phys_port_name gso_max_segs", "ifindex family",
		},
		{addrMsg(t), "route/addr", "192.0.2.1/24 inet dev 7 scope global", "family prefixlen ifindex scope label local", ""},
		{
			routeV4Msg(t), "route/route", "inet 198.51.100.0/24 table main type unicast via 192.0.2.254 dev 7 ",
			"family tos table protocol scope type dst", "",
		},
		{neighMsg(t), "route/neigh", "inet 192.0.2.9 dev 7 lladdr 02:00:00:00:00:09 <reachable>", "state lladdr dst ifindex family", ""},
		{ruleMsg(t), "route/rule", "     100 inet iif test7 lookup main ", "family table iifname prio", ""},
		{neightblMsg(t), "route/neightbl", "arp_cache<7> reachable-time 30s retransmit-time 1s", "", ""},
		{netconfMsg(t), "route/netconf", "ipv4 dev 7 forwarding on", "family ifindex forwarding", ""},
		{mdbMsg(t), "route/mdb", "dev 3", "", ""},
	} {
		o := parseOne(t, c.m)
		if o.TypeName() != c.typ || o.MsgType() != c.m.Header().Type || o.RefCount() != 1 {
			t.Errorf("%s: %s of message type %d with %d references", c.typ, o.TypeName(), o.MsgType(), o.RefCount())
		}
		if got := o.String(); !strings.HasPrefix(got, c.line) {
			t.Errorf("%s: %q, want %q", c.typ, got, c.line)
		}
		attrs := o.AttrList()
		for a := range strings.FieldsSeq(c.attrs) {
			if !slices.Contains(attrs, a) {
				t.Errorf("%s: no %q among %q", c.typ, a, attrs)
			}
		}
		if got := strings.Join(o.AttrNames(o.IDAttrs()), " "); c.ids != "" && got != c.ids {
			t.Errorf("%s: identified by %q, want %q", c.typ, got, c.ids)
		}
		exercise(t, o)
	}
}

// exercise does with an object all that can be done, and checks what holds for every object that can be compared.
func exercise(t testing.TB, o *libnl.Object) {
	t.Helper()
	for _, d := range dumpTypes {
		dumpOf(t, o, d)
	}
	o.AttrList()
	if _, err := o.HashKey(7); err != nil {
		t.Error(err)
	}
	empty := newObject(t, o.TypeName())
	o.Diff(empty)
	empty.Diff(o)
	if !o.Match(empty) && o.TypeName() != "route/mdb" { // whose entries always count
		t.Errorf("%s does not match an empty filter", o)
	}
	c, err := libnl.Clone(o)
	if errors.Is(err, libnl.ErrOpNotSupp) {
		return
	}
	if err != nil {
		t.Errorf("clone of %s: %v", o, err)
		return
	}
	defer c.Close()
	// libnl holds the protocol data of two links for different where it cannot compare them, as in a dump of AF_INET6
	diff := o.AttrNames(o.Diff(c))
	same := len(diff) == 0
	if !same && (fmt.Sprint(diff) != "[protinfo]" || !strings.HasPrefix(o.String(), "inet6 ")) {
		t.Errorf("%s: the clone differs in %q", o, diff)
	}
	if !o.Identical(c) || o.Match(c) != same {
		t.Errorf("%s: identical to its clone %t, matches it %t", o, o.Identical(c), o.Match(c))
	}
	for _, d := range dumpTypes {
		if a, b := dumpOf(t, o, d), dumpOf(t, c, d); a != b {
			t.Errorf("dump %d: the clone reads\n%s\nnot\n%s", d, b, a)
		}
	}
}

func TestObjectsLent(t *testing.T) {
	m := linkMsg(t)
	var lent, kept, cloned *libnl.Object
	n := 0
	for o, err := range m.Objects() {
		if err != nil {
			t.Fatal(err)
		}
		n++
		lent = o
		if kept, err = libnl.Retain(o); err != nil {
			t.Fatal(err)
		}
		if cloned, err = libnl.Clone(o); err != nil {
			t.Fatal(err)
		}
		if as, ok := libnl.As[*libnl.Object](o); !ok || as.RefCount() != 2 {
			t.Error("As of a lent object")
		}
	}
	defer kept.Close()
	defer cloned.Close()
	if n != 1 {
		t.Fatalf("%d objects in a link message", n)
	}
	checkDead(t, "revoked", lent)
	for _, o := range []*libnl.Object{kept, cloned} {
		if o.RefCount() != 1 || !strings.HasPrefix(o.String(), "test7 ") {
			t.Errorf("kept: %s, %d references", o, o.RefCount())
		}
	}

	// break, close and panic in the body
	for o := range m.Objects() {
		lent = o
		break
	}
	checkDead(t, "abandoned", lent)
	for o := range m.Objects() {
		o.Close()
		checkDead(t, "closed while lent", o)
	}
	func() {
		defer func() {
			if recover() != "mine" {
				t.Error("the body's panic was lost")
			}
		}()
		for o := range m.Objects() {
			lent = o
			panic("mine")
		}
	}()
	checkDead(t, "lent to a panic", lent)
	m.Close()
	for o, err := range m.Objects() {
		if o != nil || !errors.Is(err, libnl.ErrClosed) {
			t.Errorf("objects of a closed message: %v, %v", o, err)
		}
	}
}

func TestObjectParseErrors(t *testing.T) {
	noProto, _ := libnl.MsgFromBytes(linkMsg(t).Bytes())
	foreign := linkMsg(t)
	foreign.SetProto(libnl.ProtoNetfilter)
	closed := linkMsg(t)
	closed.Close()
	for name, c := range map[string]struct {
		m    *libnl.Msg
		want error
	}{
		"no protocol":     {noProto, libnl.ErrInval},
		"other protocol":  {foreign, libnl.ErrInval},
		"closed":          {closed, libnl.ErrClosed},
		"nil":             {nil, libnl.ErrClosed},
		"no payload":      {routeMsg(t, libnl.RTMNewLink, nil, nil), libnl.ErrInval},
		"no name":         {routeMsg(t, libnl.RTMNewLink, ifinfo(0, 1, 0), nil), libnl.ErrInval},
		"not an object":   {routeMsg(t, libnl.MsgDone, u32(0), nil), libnl.ErrInval},
		"unchecked":       {routeMsg(t, unix.RTM_NEWQDISC, make([]byte, 20), blackhole), libnl.ErrInval},
		"wrong length":    {routeMsg(t, libnl.RTMNewLink, ifinfo(0, 1, 0), shortMTU), libnl.ErrInval},
		"veth with peer":  {routeMsg(t, libnl.RTMNewLink, ifinfo(0, 1, 0), vethPeer), libnl.ErrInval},
		"address too big": {routeMsg(t, libnl.RTMNewAddr, make([]byte, 8), bigAddress), libnl.ErrInval},
	} {
		if o, err := c.m.Object(); o != nil || !errors.Is(err, c.want) {
			t.Errorf("%s: %v, %v, want %v", name, o, err, c.want)
		}
		steps := 0
		for o, err := range c.m.Objects() {
			steps++
			if o != nil || !errors.Is(err, c.want) {
				t.Errorf("%s: %v, %v, want %v", name, o, err, c.want)
			}
		}
		if steps != 1 {
			t.Errorf("%s: %d steps, want one with the error", name, steps)
		}
	}
}

func blackhole(m *libnl.Msg) { m.PutString(1, "blackhole") }

func shortMTU(m *libnl.Msg) {
	m.PutString(unix.IFLA_IFNAME, "a")
	m.PutU8(unix.IFLA_MTU, 1)
}

func bigAddress(m *libnl.Msg) { m.PutBytes(unix.IFA_ADDRESS, make([]byte, 300)) }

func vethPeer(m *libnl.Msg) {
	m.PutString(unix.IFLA_IFNAME, "v")
	m.Nest(unix.IFLA_LINKINFO, func(m *libnl.Msg) {
		m.PutString(unix.IFLA_INFO_KIND, "veth")
		m.Nest(unix.IFLA_INFO_DATA, func(m *libnl.Msg) { m.PutBytes(1, ifinfo(0, 2, 0)) })
	})
}

// Every message cut short at every byte, and with every byte changed: an object or an error.
func TestObjectParseMangled(t *testing.T) {
	for _, m := range []*libnl.Msg{linkMsg(t), addrMsg(t), routeV4Msg(t), routeV6Msg(t, libnl.RTMNewRoute, 1, 17), neighMsg(t), ruleMsg(t)} {
		whole := m.Bytes()
		for n := 16; n < len(whole); n++ {
			b := bytes.Clone(whole[:n])
			binary.NativeEndian.PutUint32(b, uint32(n))
			tryParse(t, b)
		}
		for i := 16; i < len(whole); i++ {
			for _, v := range []byte{0, 1, 4, 0x7f, 0xff} {
				b := bytes.Clone(whole)
				b[i] = v
				tryParse(t, b)
			}
		}
	}
}

// tryParse parses bytes of no known quality and exercises what comes out.
func tryParse(t testing.TB, b []byte) {
	m, err := libnl.MsgFromBytes(b)
	if err != nil {
		return
	}
	m.SetProto(libnl.ProtoRoute)
	if m.Header().Type == 0 { // only results of lookups have it
		m.SetProto(unix.NETLINK_FIB_LOOKUP)
	}
	o, err := m.Object()
	if err != nil {
		if _, ok := errors.AsType[*libnl.Error](err); !ok {
			t.Errorf("error %v of another type", err)
		}
		return
	}
	defer o.Close()
	for _, d := range dumpTypes {
		dumpOf(t, o, d)
	}
	if c, err := libnl.Clone(o); err == nil {
		o.Diff(c)
		o.Match(c)
		dumpOf(t, c, libnl.DumpStats)
		c.Update(o)
		dumpOf(t, c, libnl.DumpStats)
		c.Close()
	}
}

func FuzzObject(f *testing.F) {
	for _, m := range []*libnl.Msg{
		linkMsg(f), addrMsg(f), routeV4Msg(f), routeV6Msg(f, libnl.RTMNewRoute, 1, 17), neighMsg(f), ruleMsg(f),
		neightblMsg(f), netconfMsg(f), mdbMsg(f), nexthopMsg(f), lookupMsg(f),
	} {
		f.Add(m.Bytes())
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) >= 16 && len(b) < 1<<16 {
			binary.NativeEndian.PutUint32(b, uint32(len(b)))
		}
		tryParse(t, b)
	})
}

// libnl before 3.12 clones the marks of a nexthop's encapsulation and realms, but not these.
func TestObjectCloneNexthop(t *testing.T) {
	labelled := parseOne(t, routeV6Msg(t, libnl.RTMNewRoute, 1, 17))
	if got := labelled.String(); !strings.Contains(got, "encap mpls") || !strings.Contains(got, "17") {
		t.Errorf("route with a label: %q", got)
	}
	exercise(t, labelled)
	realms := parseOne(t, routeV4Msg(t))
	if got := dumpOf(t, realms, libnl.DumpDetails); !strings.Contains(got, "realm 0001:0002") {
		t.Errorf("route with realms:\n%s", got)
	}
	exercise(t, realms)
}

// Notifications of an IPv6 multipath route come nexthop by nexthop.
func TestObjectUpdateRoute(t *testing.T) {
	r := parseOne(t, routeV6Msg(t, libnl.RTMNewRoute, 1, 0))
	hops := func() string { return fmt.Sprint(strings.Count(dumpOf(t, r, libnl.DumpDetails), "fe80::")) }
	steps := []struct {
		typ   libnl.MsgType
		gw    byte
		label uint32
		want  string
		err   error
	}{
		{libnl.RTMNewRoute, 1, 0, "1", nil},
		{libnl.RTMNewRoute, 2, 0, "2", nil},
		{libnl.RTMNewRoute, 3, 17, "3", nil},
		{libnl.RTMNewRoute, 3, 17, "3", nil},
		{libnl.RTMDelRoute, 2, 0, "2", nil},
		{libnl.RTMDelRoute, 3, 17, "1", nil},
		{libnl.RTMDelRoute, 1, 0, "1", libnl.ErrOpNotSupp},
	}
	for i, s := range steps {
		if err := r.Update(parseOne(t, routeV6Msg(t, s.typ, s.gw, s.label))); !errors.Is(err, s.err) {
			t.Errorf("step %d: %v, want %v", i, err, s.err)
		}
		if got := hops(); got != s.want {
			t.Errorf("step %d: %s gateways, want %s:\n%s", i, got, s.want, dumpOf(t, r, libnl.DumpDetails))
		}
		if strings.Contains(r.String(), "mpls") != (i == 2 || i == 3 || i == 4) {
			t.Errorf("step %d: %s", i, r)
		}
	}
	if err := r.Update(parseOne(t, routeV4Msg(t))); !errors.Is(err, libnl.ErrOpNotSupp) {
		t.Errorf("an IPv4 route: %v", err)
	}
}

// libnl's clone of a link shares the VLAN lists of its virtual functions and frees them twice.
func TestObjectCloneVF(t *testing.T) {
	o := parseOne(t, routeMsg(t, libnl.RTMNewLink, ifinfo(0, 7, 0), func(m *libnl.Msg) {
		m.PutString(unix.IFLA_IFNAME, "pf")
		m.PutU32(unix.IFLA_NUM_VF, 1)
		m.Nest(unix.IFLA_VFINFO_LIST, func(m *libnl.Msg) {
			m.Nest(unix.IFLA_VF_INFO, func(m *libnl.Msg) {
				m.PutBytes(unix.IFLA_VF_MAC, slices.Concat(u32(0), make([]byte, 32)))
				m.PutBytes(unix.IFLA_VF_VLAN, u32(0, 5, 0))
			})
		})
	}))
	if !slices.Contains(o.AttrList(), "vf_list") {
		t.Errorf("no virtual functions among %q", o.AttrList())
	}
	if c, err := libnl.Clone(o); c != nil || !errors.Is(err, libnl.ErrOpNotSupp) || !strings.Contains(fmt.Sprint(err), "virtual functions") {
		t.Errorf("clone: %v, %v", c, err)
	}
	exercise(t, o)
}

// The kernel sends nothing about a veth's peer, and before 3.11 libnl's dump follows a null pointer.
func TestObjectVeth(t *testing.T) {
	veth := parseOne(t, routeMsg(t, libnl.RTMNewLink, ifinfo(0, 7, 0), func(m *libnl.Msg) {
		m.PutString(unix.IFLA_IFNAME, "veth7")
		m.Nest(unix.IFLA_LINKINFO, func(m *libnl.Msg) { m.PutString(unix.IFLA_INFO_KIND, "veth") })
	}))
	for _, d := range []libnl.DumpType{libnl.DumpDetails, libnl.DumpStats} {
		if got := dumpOf(t, veth, d); !strings.HasPrefix(got, "veth7 ") || !strings.Contains(got, "mtu 0") || !strings.Contains(got, "peer") {
			t.Errorf("dump %d of a veth:\n%s", d, got)
		}
	}
	exercise(t, veth)
}

// The family of a link indexes a table that has no room for it.
func TestObjectLinkFamily(t *testing.T) {
	for _, family := range []byte{44, 45, 46, 200, 255} {
		m := routeMsg(t, libnl.RTMNewLink, ifinfo(family, 7, 0), func(m *libnl.Msg) { m.PutString(unix.IFLA_IFNAME, "x") })
		a, err := m.Object()
		if err != nil {
			continue
		}
		b := parseOne(t, m)
		if a.Diff(b) != ^uint64(0) || a.Identical(b) || a.Match(b) || !a.Identical(a) || a.Diff(a) != 0 {
			t.Errorf("family %d: %#x %t %t", family, a.Diff(b), a.Identical(b), a.Match(b))
		}
		a.Close()
	}
}

func TestObjectParseMemoryFlat(t *testing.T) {
	msgs := []*libnl.Msg{linkMsg(t), addrMsg(t), routeV4Msg(t), routeV6Msg(t, libnl.RTMNewRoute, 1, 17), neighMsg(t), ruleMsg(t)}
	i := 0
	flat(t, 100_000, func() {
		i++
		m := msgs[i%len(msgs)]
		for o, err := range m.Objects() {
			if err != nil {
				t.Fatal(err)
			}
			if i%16 == 0 {
				c, err := libnl.Clone(o)
				if err != nil {
					t.Fatal(err)
				}
				c.Close()
			}
		}
		o, err := m.Object()
		if err != nil {
			t.Fatal(err)
		}
		o.Close()
	})
}

// kernelDump asks the kernel for all objects of a kind and returns the messages of the answer, as the kernel sent them.
func kernelDump(t testing.TB, s *libnl.Socket, typ libnl.MsgType, hdr []byte) []*libnl.Msg {
	t.Helper()
	m, err := libnl.NewMsgSimple(typ, libnl.FlagDump)
	if err != nil {
		t.Fatal(err)
	}
	m.Append(hdr, 4)
	msgs, err := s.RequestAll(t.Context(), m)
	if err != nil {
		t.Logf("the kernel refuses a dump of type %d: %v", typ, err)
	}
	return msgs
}

// populate makes some of everything that the running kernel knows in the current namespace.
func populate(t testing.TB) {
	nltest.Run(t, "ip", "link", "add", "veth0", "type", "veth", "peer", "name", "veth1")
	for _, line := range []string{
		"ip link set veth0 up", "ip link set veth1 up", "ip link add dum0 type veth peer name dum1", "ip link set dum0 up", "ip link set dum1 up",
		"ip link add dum2 type dummy", "ip link add br0 type bridge", "ip link set veth1 master br0", "ip link set br0 up",
		"ip link add link dum0 name vlan5 type vlan id 5", "ip link add vx0 type vxlan id 9 dstport 4789 dev dum0",
		"ip link add mv0 link dum0 type macvlan", "ip link add ipv0 link dum0 type ipvlan", "ip link add bond0 type bond",
		"ip link add gre1 type gre local 192.0.2.1 remote 192.0.2.2", "ip link add sit1 type sit local 192.0.2.1",
		"ip link add tnl1 type ip6tnl", "ip link add vrf0 type vrf table 10", "ip link add gnv0 type geneve id 3 remote 192.0.2.3",
		"ip link add mac0 link dum0 type macsec", "ip link set veth0 alias some-text",
		"ip addr add 192.0.2.1/24 dev dum0", "ip addr add 192.0.2.5 peer 192.0.2.6 dev veth0", "ip addr add 2001:db8::1/64 dev dum0 nodad",
		"ip route add 198.51.100.0/24 via 192.0.2.254 dev dum0 mtu 1300",
		"ip route add 203.0.113.0/24 nexthop via 192.0.2.7 dev dum0 nexthop via 192.0.2.8 dev dum0",
		"ip -6 route add 2001:db8:1::/48 via 2001:db8::2", "ip route add blackhole 10.9.0.0/16", "ip route add 10.8.0.0/16 encap mpls 100 via 192.0.2.7",
		"ip neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev dum0", "ip neigh add proxy 192.0.2.10 dev dum0",
		"ip rule add from 192.0.2.0/24 table 100 prio 5000", "ip rule add iif dum0 fwmark 3 goto 32766 prio 6000",
		"ip -6 rule add to 2001:db8::/32 table 7", "bridge mdb add dev br0 port veth1 grp 239.1.1.1 permanent",
		"tc qdisc add dev dum0 root handle 1: htb default 1", "tc class add dev dum0 parent 1: classid 1:1 htb rate 1mbit",
		"tc qdisc add dev dum1 root blackhole", "tc qdisc add dev veth0 root handle 2: prio",
		"tc qdisc add dev veth0 parent 2:1 tbf rate 1mbit burst 10k latency 9ms",
		"tc qdisc add dev veth0 ingress",
		"tc filter add dev dum0 parent 1: protocol ip u32 match ip dst 192.0.2.0/24 flowid 1:1 action ok",
		"tc filter add dev dum0 parent 1: protocol ip prio 9 basic flowid 1:1",
		"tc filter add dev veth0 ingress protocol ip flower dst_ip 192.0.2.1 action drop",
		"tc filter add dev veth0 ingress prio 8 matchall action drop", "tc filter add dev dum0 parent 1: protocol ip prio 7 fw classid 1:1",
		"tc actions add action gact drop index 3", "tc actions add action gact ok index 4",
	} {
		args := strings.Fields(line)
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			t.Logf("not here: %s: %s", line, bytes.TrimSpace(out))
		}
	}
}

// What the kernel sends about a namespace with some of everything, as libnl's own parsers see it and as the validator does.
func TestObjectKernelDumps(t *testing.T) {
	nltest.NetNS(t)
	populate(t)
	index := func(name string) uint32 {
		i, err := net.InterfaceByName(name)
		if err != nil {
			t.Fatal(err)
		}
		return uint32(i.Index)
	}
	tcmsg := func(name string, parent uint32) []byte { return slices.Concat(u32(0, index(name), 0, parent, 0)) }
	zero := make([]byte, 28)
	u16 := binary.NativeEndian.AppendUint16
	gact := slices.Concat(u32(0), u16(u16(nil, 20), 1), u16(u16(nil, 16), 1), u16(u16(nil, 9), 1), []byte("gact\x00\x00\x00\x00"))
	for _, c := range []struct {
		proto   libnl.Protocol
		typ     libnl.MsgType
		hdr     []byte
		name    string
		checked bool // has rules in the validator
		alike   bool // libnl does not compare what tells them apart
	}{
		{libnl.ProtoRoute, libnl.RTMGetLink, ifinfo(unix.AF_UNSPEC, 0, 0), "route/link", true, false},
		{libnl.ProtoRoute, libnl.RTMGetLink, ifinfo(unix.AF_BRIDGE, 0, 0), "route/link", true, false},
		{libnl.ProtoRoute, libnl.RTMGetLink, ifinfo(unix.AF_INET6, 0, 0), "route/link", true, false},
		{libnl.ProtoRoute, libnl.RTMGetAddr, zero, "route/addr", true, false},
		{libnl.ProtoRoute, libnl.RTMGetRoute, zero, "route/route", true, false},
		{libnl.ProtoRoute, libnl.RTMGetNeigh, zero, "route/neigh", true, false},
		{libnl.ProtoRoute, libnl.RTMGetNeigh, ifinfo(unix.AF_BRIDGE, 0, 0), "route/neigh", true, false},
		{libnl.ProtoRoute, libnl.RTMGetRule, zero, "route/rule", true, false},
		{libnl.ProtoRoute, unix.RTM_GETNEIGHTBL, zero, "route/neightbl", true, true},
		{libnl.ProtoRoute, unix.RTM_GETNETCONF, zero[:4], "route/netconf", true, false},
		{libnl.ProtoRoute, unix.RTM_GETMDB, ifinfo(unix.AF_BRIDGE, 0, 0), "route/mdb", true, false},
		{libnl.ProtoRoute, unix.RTM_GETQDISC, zero, "route/qdisc", false, false},
		{libnl.ProtoRoute, unix.RTM_GETTCLASS, tcmsg("dum0", 0), "route/class", false, false},
		{libnl.ProtoRoute, unix.RTM_GETTFILTER, tcmsg("dum0", 0x10000), "route/cls", false, false},
		{libnl.ProtoRoute, unix.RTM_GETTFILTER, tcmsg("veth0", 0xffff0000), "route/cls", false, false},
		{libnl.ProtoRoute, unix.RTM_GETACTION, gact, "route/act", false, false},
		{libnl.ProtoGeneric, 16, []byte{3, 1, 0, 0}, "genl/family", false, false},
	} {
		s, err := libnl.Dial(c.proto, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		var objs []*libnl.Object
		for _, m := range kernelDump(t, s, c.typ, c.hdr) {
			n := 0
			for o, err := range m.Objects() {
				if err != nil {
					t.Errorf("%s of header % x: %v: % x", c.name, c.hdr, err, m.Bytes())
					break
				}
				n++
				if o.TypeName() != c.name {
					t.Errorf("got a %s in a dump of %s", o.TypeName(), c.name)
				}
				exercise(t, o)
				if o, err = libnl.Retain(o); err != nil {
					t.Fatal(err)
				}
				defer o.Close()
				objs = append(objs, o)
			}
			if n == 0 {
				t.Errorf("%s: nothing in a message: % x", c.name, m.Bytes())
			}
			foreign, err := libnl.MsgFromBytes(m.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			foreign.SetProto(c.proto)
			switch o, err := foreign.Object(); {
			case c.checked && err != nil:
				t.Errorf("%s: the validator refuses what the kernel sent: %v: % x", c.name, err, m.Bytes())
			case !c.checked && !errors.Is(err, libnl.ErrInval):
				t.Errorf("%s: an unchecked message gave %v, %v", c.name, o, err)
			case err == nil:
				if objs[len(objs)-1].Diff(o) != 0 && o.AttrNames(objs[len(objs)-1].Diff(o))[0] != "protinfo" {
					t.Errorf("%s: %s is not %s", c.name, o, objs[len(objs)-1])
				}
				o.Close()
			}
			m.Close()
		}
		if len(objs) == 0 && c.checked {
			t.Errorf("no %s for header % x", c.name, c.hdr)
		}
		t.Logf("%d × %s", len(objs), c.name)
		for i, a := range objs {
			if testing.Verbose() {
				t.Log(a)
			}
			for j, b := range objs {
				if i != j && c.checked && !c.alike && a.Diff(b) == 0 {
					t.Errorf("%s and %s do not differ", a, b)
				}
			}
		}
	}
}

func BenchmarkObjectParse(b *testing.B) {
	m := routeV4Msg(b)
	b.ReportAllocs()
	for b.Loop() {
		for o, err := range m.Objects() {
			if o == nil {
				b.Fatal(err)
			}
		}
	}
}
