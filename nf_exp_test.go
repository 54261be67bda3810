//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/oracle"
)

// Attributes of expectations: CTA_EXPECT_*.
const (
	ctaExpectMaster = 1 + iota
	ctaExpectTuple
	ctaExpectMask
	ctaExpectTimeout
	ctaExpectID
	ctaExpectHelpName
	ctaExpectZone
	ctaExpectFlags
	ctaExpectClass
	ctaExpectNAT
	ctaExpectFn
)

func newExpect(t testing.TB) *libnl.CTExpect {
	t.Helper()
	e, err := libnl.NewCTExpect()
	return made(t, e, err)
}

var expectRequests = []builders[*libnl.CTExpect]{
	{func(e *libnl.CTExpect) (*libnl.Msg, error) { return e.BuildAdd(libnl.FlagCreate) }, "nfnl_exp_build_add_request", []any{0x400}},
	{func(e *libnl.CTExpect) (*libnl.Msg, error) { return e.BuildDelete(0) }, "nfnl_exp_build_delete_request", []any{0}},
	{func(e *libnl.CTExpect) (*libnl.Msg, error) { return e.BuildQuery(libnl.FlagEcho) }, "nfnl_exp_build_query_request", []any{8}},
}

// expectAttrs are all attributes but the direction of NAT. The first are those without which there is no request.
func expectAttrs(t *testing.T, family string) (all []attrTest[*libnl.CTExpect], required int) {
	type E = *libnl.CTExpect
	var zero libnl.Addr
	add := func(name string, get func(E) any, unset any, set func(E) error, want any, c ...any) {
		all = append(all, attrTest[E]{name, get, unset, set, c, want})
	}
	net := "192.0.2."
	if family == "ip6" {
		net = "2001:db8::"
	}
	for i, tuple := range []string{"expect", "master", "mask", "nat"} {
		n := libnl.ExpTuple(i)
		src, dst := mustAddr(t, net+string(rune('1'+2*i))), mustAddr(t, net+string(rune('2'+2*i)))
		add(tuple+"ipsrc", func(e E) any { return e.Src(n) }, zero, func(e E) error { return e.SetSrc(n, src) }, src, "nfnl_exp_set_src", i, cAddr(src))
		add(tuple+"ipdst", func(e E) any { return e.Dst(n) }, zero, func(e E) error { return e.SetDst(n, dst) }, dst, "nfnl_exp_set_dst", i, cAddr(dst))
	}
	required = len(all)
	for i, tuple := range []string{"expect", "master", "mask", "nat"} {
		n := libnl.ExpTuple(i)
		proto := libnl.IPProto(255 - i)
		sport, dport := uint16(0xfe01+i), uint16(0x0102+i)
		add(tuple+"protonum", func(e E) any { return opt(e.L4ProtoNum(n)) }, none[libnl.IPProto](), func(e E) error { return e.SetL4ProtoNum(n, proto) },
			some(proto), "nfnl_exp_set_l4protonum", i, proto)
		if i%2 == 0 {
			type ports struct{ src, dst maybe[uint16] }
			add(tuple+"ports", func(e E) any { return ports{opt(e.SrcPort(n)), opt(e.DstPort(n))} }, ports{},
				func(e E) error { return e.SetPorts(n, sport, dport) }, ports{some(sport), some(dport)}, "nfnl_exp_set_ports", i, sport, dport)
			continue
		}
		type icmp struct {
			id        maybe[uint16]
			typ, code maybe[uint8]
		}
		add(tuple+"icmp", func(e E) any { return icmp{opt(e.ICMPID(n)), opt(e.ICMPType(n)), opt(e.ICMPCode(n))} }, icmp{},
			func(e E) error { return e.SetICMP(n, sport, 200, uint8(i)) }, icmp{some(sport), some[uint8](200), some(uint8(i))}, "nfnl_exp_set_icmp", i, sport, 200, i)
	}
	flags := func(e E) any { return opt(e.Flags()) }
	const top = libnl.CTExpectFlags(1 << 31)
	add("timeout", func(e E) any { return opt(e.Timeout()) }, none[time.Duration](), func(e E) error { return e.SetTimeout(1<<31*time.Second - 1) },
		some(1<<31*time.Second), "nfnl_exp_set_timeout", uint32(1<<31))
	add("id", func(e E) any { return opt(e.ID()) }, none[uint32](), okFunc(func(e E) { e.SetID(0xfffefdfc) }), some[uint32](0xfffefdfc), "nfnl_exp_set_id", uint32(0xfffefdfc))
	add("helpername", func(e E) any { return opt(e.HelperName()) }, none[string](), func(e E) error { return e.SetHelperName("fifteen-letters") },
		some("fifteen-letters"), "nfnl_exp_set_helper_name", "fifteen-letters")
	add("helpername", func(e E) any { return opt(e.HelperName()) }, some("fifteen-letters"), func(e E) error { return e.SetHelperName("ftp") },
		some("ftp"), "nfnl_exp_set_helper_name", "ftp")
	add("zone", func(e E) any { return opt(e.Zone()) }, none[uint16](), okFunc(func(e E) { e.SetZone(0xfffe) }), some[uint16](0xfffe), "nfnl_exp_set_zone", 0xfffe)
	add("flags", flags, none[libnl.CTExpectFlags](), okFunc(func(e E) { e.SetFlags(top | libnl.CTExpectPermanent) }), some(top|1), "nfnl_exp_set_flags", uint32(top|1))
	add("flags", flags, some(top|1), okFunc(func(e E) { e.SetFlags(libnl.CTExpectInactive) }), some(top|3), "nfnl_exp_set_flags", 2)
	add("flags", flags, some(top|3), okFunc(func(e E) { e.UnsetFlags(top | 4) }), some(libnl.CTExpectFlags(3)), "nfnl_exp_unset_flags", uint32(top|4))
	add("class", func(e E) any { return opt(e.Class()) }, none[uint32](), okFunc(func(e E) { e.SetClass(1 << 31) }), some[uint32](1<<31), "nfnl_exp_set_class", uint32(1<<31))
	long := strings.Repeat("x", 255)
	add("function", func(e E) any { return opt(e.Fn()) }, none[string](), func(e E) error { return e.SetFn(long) }, some(long), "nfnl_exp_set_fn", long)
	return all, required
}

// Every attribute is set, got, cloned and compared, and the requests are C's.
func TestCTExpectAttrs(t *testing.T) {
	for _, family := range []string{"ip4", "ip6"} {
		attrs, required := expectAttrs(t, family)
		testAttrs(t, newExpect(t), "netfilter/exp", nil, attrs)
		e, c := newExpect(t), madeC(t, "netfilter/exp")
		for i, a := range attrs {
			noErr(t, a.set(e))
			c.Call(a.c[0].(string), a.c[1:]...)
			if i+1 < required {
				continue
			}
			for _, r := range expectRequests {
				sameBuilt(t, a.c[0].(string), e, c, r)
			}
		}
	}
	testAttrs(t, newExpect(t), "netfilter/exp", nil, []attrTest[*libnl.CTExpect]{
		{"family", func(e *libnl.CTExpect) any { return e.Family() }, libnl.FamilyUnspec, func(e *libnl.CTExpect) error { return e.SetFamily(10) }, []any{"nfnl_exp_set_family", 10}, libnl.FamilyIPv6},
		{"natdir", func(e *libnl.CTExpect) any { return opt(e.NATDir()) }, none[libnl.CTDir](), func(e *libnl.CTExpect) error { return e.SetNATDir(libnl.CTReply) }, []any{"nfnl_exp_set_nat_dir", 1}, some(libnl.CTReply)},
		{"natdir", func(e *libnl.CTExpect) any { return opt(e.NATDir()) }, some(libnl.CTReply), func(e *libnl.CTExpect) error { return e.SetNATDir(libnl.CTOriginal) }, []any{"nfnl_exp_set_nat_dir", 0}, some(libnl.CTOriginal)},
	})
}

// fullExpect is an expectation that a request can be made of.
func fullExpect(t *testing.T, e *libnl.CTExpect, proto libnl.IPProto, addrs ...string) {
	t.Helper()
	for i, tuple := range []libnl.ExpTuple{libnl.ExpTupleExpect, libnl.ExpTupleMask, libnl.ExpTupleMaster, libnl.ExpTupleNAT}[:len(addrs)/2] {
		noErr(t, e.SetSrc(tuple, mustAddr(t, addrs[2*i])))
		noErr(t, e.SetDst(tuple, mustAddr(t, addrs[2*i+1])))
		noErr(t, e.SetL4ProtoNum(tuple, proto))
	}
}

// attrAt returns the content of an attribute within others.
func attrAt(t *testing.T, m *libnl.Msg, path ...uint16) []byte {
	t.Helper()
	a, ok := m.FindAttr(4, path[0])
	for _, want := range path[1:] {
		found := false
		for in := range a.Nested() {
			if in.Type() == want {
				a, found = in, true
				break
			}
		}
		ok = ok && found
	}
	if !ok {
		t.Fatalf("no attribute %v in %x", path, m.Bytes())
	}
	return a.Bytes()
}

func be16(v uint16) []byte { return binary.BigEndian.AppendUint16(nil, v) }
func be32(v uint32) []byte { return binary.BigEndian.AppendUint32(nil, v) }

// libnl sends the direction of NAT in the byte order of the machine; all else is C's.
func TestCTExpectNATRequest(t *testing.T) {
	attrs, _ := expectAttrs(t, "ip4")
	e, c := newExpect(t), madeC(t, "netfilter/exp")
	for _, a := range attrs {
		noErr(t, a.set(e))
		c.Call(a.c[0].(string), a.c[1:]...)
	}
	noErr(t, e.SetNATDir(libnl.CTReply))
	c.Call("nfnl_exp_set_nat_dir", 1)
	m, err := e.BuildAdd(libnl.FlagCreate)
	noErr(t, err)
	want, rc := oracle.Build("nfnl_exp_build_add_request", c, 0x400)
	equal(t, "C's code", rc, 0)
	dir := slices.Concat(u16(8, 1), be32(1)) // CTA_EXPECT_NAT_DIR
	ours, theirs := bytes.Index(m.Bytes(), dir), bytes.Index(want, slices.Concat(u16(8, 1), u32(1)))
	equal(t, "where the direction is", ours, theirs)
	if ours < 0 {
		t.Fatalf("no direction in\n%s", hex.Dump(m.Bytes()))
	}
	copy(want[theirs:], dir)
	if !bytes.Equal(m.Bytes(), want) {
		t.Errorf("the rest is not C's:\n%s\nC's:\n%s", hex.Dump(m.Bytes()), hex.Dump(want))
	}
}

// libnl sends an ICMPv6 tuple with the attributes of ICMP, which the kernel refuses.
func TestCTExpectICMPv6Request(t *testing.T) {
	e, c := newExpect(t), madeC(t, "netfilter/exp")
	fullExpect(t, e, unix.IPPROTO_ICMPV6, "2001:db8::1", "2001:db8::2", "ffff::", "ffff::", "2001:db8::3", "2001:db8::4", "2001:db8::5", "2001:db8::6")
	for tuple, cta := range map[libnl.ExpTuple][]uint16{libnl.ExpTupleExpect: {ctaExpectTuple}, libnl.ExpTupleMask: {ctaExpectMask}, libnl.ExpTupleMaster: {ctaExpectMaster}, libnl.ExpTupleNAT: {ctaExpectNAT, 2}} {
		noErr(t, e.SetICMP(tuple, 0x1234, 128, 7))
		m, err := e.BuildAdd(0)
		noErr(t, err)
		for typ, want := range map[uint16][]byte{1: {58}, 7: be16(0x1234), 8: {128}, 9: {7}} { // CTA_PROTO_NUM, CTA_PROTO_ICMPV6_*
			if got := attrAt(t, m, append(slices.Clone(cta), 2, typ)...); !bytes.Equal(got, want) {
				t.Errorf("%v: attribute %d is %x, want %x", tuple, typ, got, want)
			}
		}
	}
	// libnl itself
	a := mustAddr(t, "2001:db8::1")
	c.Call("nfnl_exp_set_src", 0, cAddr(a))
	c.Call("nfnl_exp_set_l4protonum", 0, 58)
	c.Call("nfnl_exp_set_icmp", 0, 0x1234, 128, 7)
	raw, _ := oracle.Build("nfnl_exp_build_query_request", c, 0)
	m, err := libnl.MsgFromBytes(raw)
	noErr(t, err)
	if got := attrAt(t, m, ctaExpectTuple, 2, 4); !bytes.Equal(got, be16(0x1234)) { // CTA_PROTO_ICMP_ID
		t.Errorf("plain libnl's ICMP id: %x", got)
	}
}

// nfMsg is a message of NETLINK_NETFILTER that did not come from the kernel.
func nfMsg(t testing.TB, typ libnl.MsgType, family byte, fill func(m *libnl.Msg)) *libnl.Msg {
	m := routeMsg(t, typ, []byte{family, 0, 0, 0}, fill)
	m.SetProto(libnl.ProtoNetfilter)
	return m
}

// putTuple puts the tuple of a TCP connection.
func putTuple(m *libnl.Msg, typ uint16, src, dst string, sport, dport uint16) {
	a, b := netip.MustParseAddr(src), netip.MustParseAddr(dst)
	ip := uint16(1) // CTA_IP_V4_SRC
	if a.Is6() {
		ip = 3
	}
	m.Nest(typ, func(m *libnl.Msg) {
		m.Nest(1, func(m *libnl.Msg) { m.PutBytes(ip, a.AsSlice()); m.PutBytes(ip+1, b.AsSlice()) })
		m.Nest(2, func(m *libnl.Msg) { m.PutU8(1, 6); m.PutBE16(2, sport); m.PutBE16(3, dport) })
	})
}

// expectMsg is what a kernel says of an expectation that NAT has changed.
func expectMsg(t testing.TB) *libnl.Msg {
	return nfMsg(t, libnl.MsgCTExpectNew, unix.AF_INET, func(m *libnl.Msg) {
		putTuple(m, ctaExpectTuple, "192.0.2.1", "192.0.2.2", 0, 25610)
		putTuple(m, ctaExpectMask, "255.255.255.0", "255.255.255.255", 0, 65535)
		putTuple(m, ctaExpectMaster, "192.0.2.3", "192.0.2.4", 59256, 21)
		m.Nest(ctaExpectNAT, func(m *libnl.Msg) {
			m.PutBE32(1, 1)
			putTuple(m, 2, "198.51.100.7", "0.0.0.0", 1234, 0)
		})
		m.PutBE32(ctaExpectTimeout, 299)
		m.PutBE32(ctaExpectID, 0xfffefdfc)
		m.PutBE32(ctaExpectFlags, 3)
		m.PutBE32(ctaExpectClass, 2)
		m.PutString(ctaExpectHelpName, "ftp")
		m.PutString(ctaExpectFn, "nat-follow-master")
		m.PutBE16(ctaExpectZone, 0x102)
	})
}

// icmpv6Msg is an expectation of ICMPv6.
func icmpv6Msg(t testing.TB) *libnl.Msg {
	return nfMsg(t, libnl.MsgCTExpectNew, unix.AF_INET6, func(m *libnl.Msg) {
		for _, typ := range []uint16{ctaExpectTuple, ctaExpectMask, ctaExpectMaster} {
			m.Nest(typ, func(m *libnl.Msg) {
				m.Nest(2, func(m *libnl.Msg) { m.PutU8(1, 58); m.PutBE16(7, 0x1234); m.PutU8(8, 128); m.PutU8(9, byte(typ)) })
			})
		}
	})
}

func addrPort(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }

func tcp(src, dst string) libnl.CTExpectTuple {
	return libnl.CTExpectTuple{Proto: unix.IPPROTO_TCP, CTTuple: libnl.CTTuple{Src: addrPort(src), Dst: addrPort(dst)}}
}

func TestCTExpectParse(t *testing.T) {
	e, err := libnl.ParseCTExpect(expectMsg(t))
	made(t, e, err)
	want := libnl.CTExpectInfo{
		Family: libnl.FamilyIPv4,
		Expect: tcp("192.0.2.1:0", "192.0.2.2:25610"), Mask: tcp("255.255.255.0:0", "255.255.255.255:65535"),
		Master: tcp("192.0.2.3:59256", "192.0.2.4:21"), NAT: tcp("198.51.100.7:1234", "0.0.0.0:0"), NATDir: libnl.CTReply,
		Timeout: 299 * time.Second, ID: 0xfffefdfc, Helper: "ftp", Fn: "nat-follow-master", Class: 2, Zone: 0x102,
		Flags: libnl.CTExpectPermanent | libnl.CTExpectInactive,
	}
	equal(t, "snapshot", e.Info(), want)
	roundTrip(t, e.Info())
	equal(t, "direction of NAT", opt(e.NATDir()), some(libnl.CTReply))
	exercise(t, &e.Object)
	const details = "helper ftp fn nat-follow-master class 2 zone 258 <PERMANENT,INACTIVE>"
	if got := dumpOf(t, &e.Object, libnl.DumpDetails); !strings.Contains(got, details) {
		t.Errorf("details %q", got)
	}
}

func TestCTExpectParseErrors(t *testing.T) {
	_, err := libnl.ParseCTExpect(linkMsg(t))
	isErr(t, "a link", err, libnl.ErrMsgTypeNoSupport)
	_, err = libnl.ParseCTExpect(nil)
	isErr(t, "nil", err, libnl.ErrClosed)
	_, err = libnl.ParseCTExpect(nfMsg(t, libnl.MsgCTExpectNew, unix.AF_INET, func(m *libnl.Msg) {
		m.Nest(ctaExpectNAT, func(m *libnl.Msg) { m.PutBE32(1, 0) })
	}))
	isErr(t, "NAT without a mask", err, libnl.ErrInval)
}

// libnl reads the mask where it should read NAT, and passes over ICMPv6.
func TestCTExpectParseTraps(t *testing.T) {
	plain := func(m *libnl.Msg) oracle.Ptr {
		t.Helper()
		var out [8]byte
		if rc := int32(oracle.Call("nfnlmsg_exp_parse", m.Bytes(), out[:])); rc != 0 {
			t.Fatal("nfnlmsg_exp_parse: ", rc)
		}
		c := oracle.PtrIn(out[:])
		t.Cleanup(c.Free)
		return c
	}
	c := plain(expectMsg(t))
	if c.Call("nfnl_exp_test_src", 3) != 0 {
		t.Error("plain libnl knows the source of NAT")
	}
	equal(t, "plain libnl's mask", uint8(c.Call("nfnl_exp_test_src", 2)), 1)

	m := icmpv6Msg(t)
	e, err := libnl.ParseCTExpect(m)
	made(t, e, err)
	c = plain(m)
	for i, tuple := range []libnl.ExpTuple{libnl.ExpTupleMaster, libnl.ExpTupleExpect, libnl.ExpTupleMask} {
		equal(t, "plain libnl has ICMPv6", c.Call("nfnl_exp_test_icmp", tuple), 0)
		equal(t, "id", opt(e.ICMPID(tuple)), some[uint16](0x1234))
		equal(t, "type", opt(e.ICMPType(tuple)), some[uint8](128))
		equal(t, "code", opt(e.ICMPCode(tuple)), some(uint8(i+1)))
	}
}

func TestCTExpectGroup(t *testing.T) {
	for typ, flags := range map[libnl.MsgType][]libnl.MsgFlags{libnl.MsgCTExpectNew: {0, 0x200, 0x400, 0x600, 2}, libnl.MsgCTExpectGet: {0}, libnl.MsgCTExpectDelete: {0, 0x400}} {
		for _, f := range flags {
			m := nfMsg(t, typ, 0, nil)
			h := m.Header()
			h.Flags = f
			m.SetHeader(h)
			equal(t, "group", libnl.CTExpectGroup(m), libnl.Group(int32(oracle.Call("nfnlmsg_exp_group", m.Bytes()))))
		}
	}
	equal(t, "another subsystem", libnl.CTExpectGroup(nfMsg(t, 0x102, 0, nil)), 0) // libnl says destroy
	m := nfMsg(t, libnl.MsgCTExpectNew, 0, nil)
	equal(t, "an answer", libnl.CTExpectGroup(m), libnl.GroupCTExpectUpdate)
}

func TestCTExpectText(t *testing.T) {
	testNames(t, libnl.CTExpectFlags.String, libnl.ParseCTExpectFlags, map[libnl.CTExpectFlags]string{
		0: "", 1: "permanent", 2: "inactive", 4: "userspace", 7: "permanent,inactive,userspace", 9: "permanent,0x8", 1 << 31: "0x80000000",
	})
	f, err := libnl.ParseCTExpectFlags("Inactive,0x1")
	noErr(t, err)
	equal(t, "in any case", f, 3)
	testNames(t, libnl.ExpTuple.String, libnl.ParseExpTuple, map[libnl.ExpTuple]string{0: "expect", 1: "master", 2: "mask", 3: "nat"})
	equal(t, "none", libnl.ExpTuple(4).String(), "4")
	// libnl's are of other flags
	buf := make([]byte, 64)
	oracle.Call("nfnl_exp_flags2str", 1, buf, len(buf))
	if !strings.HasPrefix(string(buf), "expected\x00") {
		t.Errorf("plain libnl's name: %q", buf)
	}
}

func TestCTExpectRefused(t *testing.T) {
	e := newExpect(t)
	for name, build := range map[string]func(libnl.MsgFlags) (*libnl.Msg, error){"add": e.BuildAdd, "delete": e.BuildDelete, "query": e.BuildQuery} {
		_, err := build(0)
		isErr(t, name+" without a tuple", err, libnl.ErrMissingAttr)
	}
	v4, v6 := mustAddr(t, "192.0.2.1"), mustAddr(t, "2001:db8::1")
	isErr(t, "no address", e.SetSrc(0, libnl.Addr{}), libnl.ErrInval)
	isErr(t, "link-layer address", e.SetSrc(0, mustAddr(t, "02:00:00:00:00:01")), libnl.ErrAFNoSupport)
	isErr(t, "address without bytes", e.SetSrc(0, libnl.AddrFrom(libnl.FamilyIPv4, nil)), libnl.ErrAFNoSupport)
	noErr(t, e.SetFamily(libnl.FamilyIPv6))
	noErr(t, e.SetFamily(libnl.FamilyIPv4))
	isErr(t, "family", e.SetFamily(libnl.FamilyBridge), libnl.ErrAFNoSupport)
	isErr(t, "family", e.SetFamily(258), libnl.ErrAFNoSupport)
	isErr(t, "another family", e.SetDst(libnl.ExpTupleNAT, v6), libnl.ErrAFMismatch)
	noErr(t, e.SetDst(libnl.ExpTupleNAT, v4))
	isErr(t, "family of an address", e.SetFamily(libnl.FamilyIPv6), libnl.ErrAFMismatch)
	noErr(t, e.SetFamily(libnl.FamilyIPv4))

	fullExpect(t, e, 6, "192.0.2.1", "192.0.2.2", "255.255.255.255", "255.255.255.255", "192.0.2.3", "192.0.2.4")
	_, err := e.BuildAdd(0)
	isErr(t, "NAT without a source", err, libnl.ErrMissingAttr)
	noErr(t, e.SetSrc(libnl.ExpTupleNAT, v4))
	_, err = e.BuildAdd(0)
	noErr(t, err)
	noErr(t, e.SetDst(libnl.ExpTupleMaster, mustAddr(t, "192.0.2.0/24")))
	_, err = e.BuildAdd(0)
	isErr(t, "a network", err, libnl.ErrInval)
	for _, f := range []libnl.MsgFlags{libnl.FlagDump, libnl.FlagExcl, libnl.FlagReplace} {
		_, err = e.BuildQuery(f)
		isErr(t, "a dump", err, libnl.ErrInval)
	}

	noErr(t, e.SetPorts(0, 1, 2))
	isErr(t, "ICMP beside ports", e.SetICMP(0, 1, 2, 3), libnl.ErrInval)
	equal(t, "ICMP id", opt(e.ICMPID(0)), none[uint16]())
	noErr(t, e.SetICMP(1, 1, 2, 3))
	isErr(t, "ports beside ICMP", e.SetPorts(1, 1, 2), libnl.ErrInval)
	equal(t, "port", opt(e.SrcPort(1)), none[uint16]())

	isErr(t, "timeout", e.SetTimeout(-1), libnl.ErrRange)
	isErr(t, "timeout", e.SetTimeout(1<<32*time.Second), libnl.ErrRange)
	isErr(t, "helper", e.SetHelperName("sixteen-letters!"), libnl.ErrRange)
	isErr(t, "helper", e.SetHelperName("a\x00"), libnl.ErrInval)
	isErr(t, "function", e.SetFn(strings.Repeat("x", 256)), libnl.ErrRange)
	isErr(t, "function", e.SetFn("\x00"), libnl.ErrInval)
	for _, d := range []libnl.CTDir{-1, 2, 256} {
		isErr(t, "direction", e.SetNATDir(d), libnl.ErrRange)
	}
	for _, tuple := range []libnl.ExpTuple{-1, 4, 1 << 32} {
		for name, err := range tupleSetters(e, tuple, v4) {
			isErr(t, name+" of no tuple", err, libnl.ErrRange)
		}
		equal(t, "address of no tuple", e.Src(tuple) == e.Dst(tuple) && !e.Src(tuple).IsValid(), true)
		equal(t, "protocol of no tuple", opt(e.L4ProtoNum(tuple)), none[libnl.IPProto]())
		equal(t, "port of no tuple", opt(e.DstPort(tuple)), none[uint16]())
		equal(t, "code of no tuple", opt(e.ICMPCode(tuple)), none[uint8]())
	}
}

func tupleSetters(e *libnl.CTExpect, tuple libnl.ExpTuple, a libnl.Addr) map[string]error {
	return map[string]error{
		"SetSrc": e.SetSrc(tuple, a), "SetDst": e.SetDst(tuple, a), "SetL4ProtoNum": e.SetL4ProtoNum(tuple, 6), "SetPorts": e.SetPorts(tuple, 1, 2),
		"SetICMP": e.SetICMP(tuple, 1, 2, 3),
	}
}

func TestCTExpectClosed(t *testing.T) {
	closed := newExpect(t)
	noErr(t, closed.Close())
	ctx := t.Context()
	for what, e := range map[string]*libnl.CTExpect{"closed": closed, "nil": nil, "zero": {}} {
		errs := tupleSetters(e, 0, libnl.Addr{})
		errs["SetFamily"], errs["SetTimeout"], errs["SetHelperName"] = e.SetFamily(2), e.SetTimeout(0), e.SetHelperName("x")
		errs["SetFn"], errs["SetNATDir"], errs["Add"] = e.SetFn("x"), e.SetNATDir(0), e.Add(ctx, nil, 0)
		errs["Delete"] = e.Delete(ctx, nil, 0)
		_, errs["Query"] = e.Query(ctx, nil, 0)
		for name, err := range errs {
			isErr(t, what+": "+name, err, libnl.ErrClosed)
		}
		for _, f := range []func(){
			func() { e.Src(0) },
			func() { e.SrcPort(9) },
			func() { e.ICMPID(0) },
			func() { e.SetID(1) },
			func() { e.Flags() },
			func() { e.Info() },
			func() { e.HelperName() },
		} {
			mustPanic(t, "closed CTExpect", f)
		}
		noErr(t, e.Close())
	}
}

// Every message cut short at every byte, and with every byte changed.
func TestCTExpectMangled(t *testing.T) {
	for _, m := range []*libnl.Msg{expectMsg(t), icmpv6Msg(t)} {
		whole := m.Payload()
		for n := range whole {
			tryExpect(t, whole[:n])
			for _, v := range []byte{0, 1, 4, 0x7f, 0xff} {
				b := bytes.Clone(whole)
				b[n] = v
				tryExpect(t, b)
			}
		}
	}
}

func FuzzCTExpect(f *testing.F) {
	for _, m := range []*libnl.Msg{expectMsg(f), icmpv6Msg(f)} {
		f.Add(m.Payload())
	}
	f.Fuzz(func(t *testing.T, payload []byte) { tryExpect(t, payload) })
}

// tryExpect parses what may be an expectation, and does with it what can be done.
func tryExpect(t *testing.T, payload []byte) {
	t.Helper()
	m, err := libnl.MsgFromBytes(oracle.Message(uint16(libnl.MsgCTExpectNew), 0, 1, payload)[:16+len(payload)])
	if err != nil {
		return
	}
	m.SetProto(libnl.ProtoNetfilter)
	e, err := libnl.ParseCTExpect(m)
	if err != nil {
		if _, ok := errors.AsType[*libnl.Error](err); !ok {
			t.Errorf("error %v of another type", err)
		}
		return
	}
	defer e.Close()
	exercise(t, &e.Object)
	e.Info()
	for _, build := range []func(libnl.MsgFlags) (*libnl.Msg, error){e.BuildAdd, e.BuildDelete, e.BuildQuery} {
		r, err := build(0)
		if err != nil {
			continue
		}
		again, err := libnl.ParseCTExpect(r)
		if err != nil {
			t.Errorf("what was built of it: %v", err)
			continue
		}
		if d := e.AttrNames(e.Diff(again)); len(d) != 0 {
			t.Errorf("what was built of it differs in %q", d)
		}
		noErr(t, again.Close())
	}
}
