//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"net/netip"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/oracle"
)

func newCT(t testing.TB) *libnl.CT {
	t.Helper()
	c, err := libnl.NewCT()
	return made(t, c, err)
}

// setCTTuple gives an entry the tuple of a direction.
func setCTTuple(t testing.TB, c *libnl.CT, d libnl.CTDir, src, dst string) {
	t.Helper()
	for i, s := range []string{src, dst} {
		p := netip.MustParseAddrPort(s)
		set, setPort := c.SetSrc, c.SetSrcPort
		if i == 1 {
			set, setPort = c.SetDst, c.SetDstPort
		}
		a, err := libnl.ParseAddr(p.Addr().String(), libnl.FamilyUnspec)
		noErr(t, err)
		noErr(t, set(d, a))
		noErr(t, setPort(d, p.Port()))
	}
}

// ctFlow is an entry with both tuples, the second the first turned round.
func ctFlow(t testing.TB, proto libnl.IPProto, src, dst string) *libnl.CT {
	t.Helper()
	c := newCT(t)
	setCTTuple(t, c, libnl.CTOriginal, src, dst)
	setCTTuple(t, c, libnl.CTReply, dst, src)
	c.SetProto(proto)
	noErr(t, c.SetTimeout(1000*time.Second))
	return c
}

func TestCTAttrs(t *testing.T) {
	type C = *libnl.CT
	var zero libnl.Addr
	src, dst := mustAddr(t, "192.0.2.1"), mustAddr(t, "198.51.100.7")
	src6, dst6 := mustAddr(t, "2001:db8::1"), mustAddr(t, "2001:db8::7")
	type times struct {
		start, stop time.Time
		ok          bool
	}
	stamp := func(c C) any { a, b, ok := c.Timestamp(); return times{a, b, ok} }
	start, stop := time.Unix(1700000000, 5).UTC(), time.Unix(1800000000, 0).UTC()
	both := []libnl.CTDir{libnl.CTOriginal, libnl.CTReply}

	tests := []attrTest[C]{
		{"family", func(c C) any { return c.Family() }, libnl.FamilyUnspec, func(c C) error { return c.SetFamily(2) }, []any{"nfnl_ct_set_family", 2}, libnl.FamilyIPv4},
		{"proto", func(c C) any { return opt(c.Proto()) }, none[libnl.IPProto](), okFunc(func(c C) { c.SetProto(255) }), []any{"nfnl_ct_set_proto", 255}, some(libnl.IPProto(255))},
		{"tcpstate", func(c C) any { return opt(c.TCPState()) }, none[libnl.TCPState](), okFunc(func(c C) { c.SetTCPState(3) }), []any{"nfnl_ct_set_tcp_state", 3}, some(libnl.TCPStateEstablished)},
		{"status", func(c C) any { return opt(c.Status()) }, none[libnl.CTStatus](), okFunc(func(c C) { c.SetStatus(0x8000008e) }), []any{"nfnl_ct_set_status", uint32(0x8000008e)}, some(libnl.CTStatus(0x8000008e))},
		{"status", func(c C) any { return opt(c.Status()) }, some(libnl.CTStatus(0x8000008e)), okFunc(func(c C) { c.UnsetStatus(0x84) }), []any{"nfnl_ct_unset_status", 0x84}, some(libnl.CTStatus(0x8000000a))},
		{"timeout", func(c C) any { return opt(c.Timeout()) }, none[time.Duration](), func(c C) error { return c.SetTimeout(math.MaxUint32 * time.Second) }, []any{"nfnl_ct_set_timeout", uint32(math.MaxUint32)}, some(math.MaxUint32 * time.Second)},
		{"mark", func(c C) any { return opt(c.Mark()) }, none[uint32](), okFunc(func(c C) { c.SetMark(1 << 31) }), []any{"nfnl_ct_set_mark", uint32(1 << 31)}, some[uint32](1 << 31)},
		{"use", func(c C) any { return opt(c.Use()) }, none[uint32](), okFunc(func(c C) { c.SetUse(7) }), []any{"nfnl_ct_set_use", 7}, some[uint32](7)},
		{"id", func(c C) any { return opt(c.ID()) }, none[uint32](), okFunc(func(c C) { c.SetID(1 << 31) }), []any{"nfnl_ct_set_id", uint32(1 << 31)}, some[uint32](1 << 31)},
		{"", func(c C) any { return opt(c.Zone()) }, none[uint16](), okFunc(func(c C) { c.SetZone(65535) }), []any{"nfnl_ct_set_zone", 65535}, some[uint16](65535)},
		{"", stamp, times{}, func(c C) error { return c.SetTimestamp(start, stop) }, []any{"nfnl_ct_set_timestamp", start.UnixNano(), stop.UnixNano()}, times{start, stop, true}},
		{"", stamp, times{start, stop, true}, func(c C) error { return c.SetTimestamp(start, time.Time{}) }, []any{"nfnl_ct_set_timestamp", start.UnixNano(), 0}, times{start, time.Time{}, true}},
	}
	for i, d := range both {
		p := []string{"orig", "reply"}[i]
		tests = append(tests, []attrTest[C]{
			{p + "src", func(c C) any { return c.Src(d) }, zero, func(c C) error { return c.SetSrc(d, src) }, []any{"nfnl_ct_set_src", i, cAddr(src)}, src},
			{p + "dst", func(c C) any { return c.Dst(d) }, zero, func(c C) error { return c.SetDst(d, dst) }, []any{"nfnl_ct_set_dst", i, cAddr(dst)}, dst},
			{p + "src", func(c C) any { return c.Src(d) }, src, func(c C) error { return c.SetSrc(d, dst) }, []any{"nfnl_ct_set_src", i, cAddr(dst)}, dst},
			{p + "packets", func(c C) any { return opt(c.Packets(d)) }, none[uint64](), func(c C) error { return c.SetPackets(d, 1<<63) }, []any{"nfnl_ct_set_packets", i, uint64(1 << 63)}, some[uint64](1 << 63)},
			{p + "bytes", func(c C) any { return opt(c.Bytes(d)) }, none[uint64](), func(c C) error { return c.SetBytes(d, 1<<33) }, []any{"nfnl_ct_set_bytes", i, uint64(1 << 33)}, some[uint64](1 << 33)},
		}...)
	}
	testAttrs(t, newCT(t), "netfilter/ct", nil, tests)

	// the family comes with the first address
	testAttrs(t, newCT(t), "netfilter/ct", nil, []attrTest[C]{
		{"family", func(c C) any { return c.Src(0) }, zero, func(c C) error { return c.SetSrc(0, src6) }, []any{"nfnl_ct_set_src", 0, cAddr(src6)}, src6},
		{"replydst", func(c C) any { return c.Dst(1) }, zero, func(c C) error { return c.SetDst(1, dst6) }, []any{"nfnl_ct_set_dst", 1, cAddr(dst6)}, dst6},
		{"", func(c C) any { return c.Family() }, libnl.FamilyIPv6, func(c C) error { return c.SetFamily(10) }, []any{"nfnl_ct_set_family", 10}, libnl.FamilyIPv6},
	})

	for i, d := range both {
		p, q := []string{"orig", "reply"}[i], []string{"orig", "reply"}[1-i]
		o := both[1-i]
		testAttrs(t, newCT(t), "netfilter/ct", nil, []attrTest[C]{
			{p + "srcport", func(c C) any { return opt(c.SrcPort(d)) }, none[uint16](), func(c C) error { return c.SetSrcPort(d, 65535) }, []any{"nfnl_ct_set_src_port", i, 65535}, some[uint16](65535)},
			{p + "dstport", func(c C) any { return opt(c.DstPort(d)) }, none[uint16](), func(c C) error { return c.SetDstPort(d, 21) }, []any{"nfnl_ct_set_dst_port", i, 21}, some[uint16](21)},
			{q + "icmpid", func(c C) any { return opt(c.ICMPID(o)) }, none[uint16](), func(c C) error { return c.SetICMPID(o, 65535) }, []any{"nfnl_ct_set_icmp_id", 1 - i, 65535}, some[uint16](65535)},
			{q + "icmptype", func(c C) any { return opt(c.ICMPType(o)) }, none[uint8](), func(c C) error { return c.SetICMPType(o, 255) }, []any{"nfnl_ct_set_icmp_type", 1 - i, 255}, some[uint8](255)},
			{q + "icmpcode", func(c C) any { return opt(c.ICMPCode(o)) }, none[uint8](), func(c C) error { return c.SetICMPCode(o, 3) }, []any{"nfnl_ct_set_icmp_code", 1 - i, 3}, some[uint8](3)},
		})
	}
}

// ctRequests are the requests of an entry, in Go and C.
var ctRequests = []builders[*libnl.CT]{
	{func(c *libnl.CT) (*libnl.Msg, error) { return c.BuildAdd(libnl.FlagCreate | libnl.FlagExcl) }, "nfnl_ct_build_add_request", []any{0x600}},
	{func(c *libnl.CT) (*libnl.Msg, error) { return c.BuildAdd(0) }, "nfnl_ct_build_add_request", []any{0}},
	{func(c *libnl.CT) (*libnl.Msg, error) { return c.BuildDelete(libnl.FlagEcho) }, "nfnl_ct_build_delete_request", []any{8}},
	{func(c *libnl.CT) (*libnl.Msg, error) { return c.BuildQuery(0) }, "nfnl_ct_build_query_request", []any{0}},
}

func TestCTRequests(t *testing.T) {
	c, o := ctFlow(t, unix.IPPROTO_TCP, "192.0.2.1:4000", "198.51.100.7:21"), madeC(t, "netfilter/ct")
	for i, d := range []string{"192.0.2.1", "198.51.100.7"} {
		a := cAddr(mustAddr(t, d))
		o.Call("nfnl_ct_set_src", i, a)
		o.Call("nfnl_ct_set_dst", 1-i, a)
	}
	o.Call("nfnl_ct_set_proto", 6)
	for i, port := range []int{4000, 21} {
		o.Call("nfnl_ct_set_src_port", i, port)
		o.Call("nfnl_ct_set_dst_port", 1-i, port)
	}
	o.Call("nfnl_ct_set_timeout", 1000)
	same := func(what string) {
		t.Helper()
		for _, r := range ctRequests {
			sameBuilt(t, what, c, o, r)
		}
	}
	same("tuples")
	c.SetStatus(0x8e)
	o.Call("nfnl_ct_set_status", 0x8e)
	same("status")
	c.SetMark(7)
	o.Call("nfnl_ct_set_mark", 7)
	same("mark")
	c.SetID(0x12345678)
	o.Call("nfnl_ct_set_id", 0x12345678)
	same("id")
	c.SetZone(5)
	o.Call("nfnl_ct_set_zone", 5)
	same("zone")

	six, o6 := newCT(t), madeC(t, "netfilter/ct")
	a, b := mustAddr(t, "2001:db8::1"), mustAddr(t, "2001:db8::2")
	noErr(t, six.SetSrc(0, a))
	noErr(t, six.SetDst(0, b))
	six.SetProto(unix.IPPROTO_ICMPV6)
	noErr(t, six.SetICMPID(0, 9))
	noErr(t, six.SetICMPType(0, 128))
	noErr(t, six.SetICMPCode(0, 0))
	o6.Call("nfnl_ct_set_src", 0, cAddr(a))
	o6.Call("nfnl_ct_set_dst", 0, cAddr(b))
	o6.Call("nfnl_ct_set_proto", unix.IPPROTO_ICMPV6)
	o6.Call("nfnl_ct_set_icmp_id", 0, 9)
	o6.Call("nfnl_ct_set_icmp_type", 0, 128)
	o6.Call("nfnl_ct_set_icmp_code", 0, 0)
	for _, r := range ctRequests[1:] {
		sameBuilt(t, "ICMPv6", six, o6, r)
	}
}

// What libnl leaves out of a request, the kernel would refuse, or takes for something else.
func TestCTRequestMends(t *testing.T) {
	// without a tuple libnl builds the request to delete everything
	empty := newCT(t)
	want, rc := oracle.Build("nfnl_ct_build_delete_request", madeC(t, "netfilter/ct"), 0)
	equal(t, "plain libnl's request", len(want), 20)
	equal(t, "and its code", rc, 0)
	_, err := empty.BuildDelete(0)
	isErr(t, "nothing to delete", err, libnl.ErrMissingAttr)
	noErr(t, empty.SetSrcPort(0, 7))
	empty.SetID(7)
	empty.SetProto(6)
	_, err = empty.BuildDelete(0)
	isErr(t, "a port alone", err, libnl.ErrMissingAttr)

	c := ctFlow(t, unix.IPPROTO_TCP, "192.0.2.1:4000", "198.51.100.7:21")
	c.SetTCPState(libnl.TCPStateEstablished)
	c.SetStatus(libnl.CTStatusSeenReply)
	m, err := c.BuildAdd(libnl.FlagCreate)
	noErr(t, err)
	i, err := libnl.ParseCTInfo(m)
	noErr(t, err)
	equal(t, "state", i.TCPState, libnl.TCPStateEstablished)
	equal(t, "status", i.Status, libnl.CTStatusSeenReply|libnl.CTStatusConfirmed)
	equal(t, "status of the object", opt(c.Status()), some(libnl.CTStatusSeenReply))

	for what, set := range map[string]func(c *libnl.CT){
		"no reply": func(c *libnl.CT) {
			setCTTuple(t, c, 0, "192.0.2.1:1", "192.0.2.2:2")
			c.SetProto(6)
			noErr(t, c.SetTimeout(time.Second))
		},
		"no protocol": func(c *libnl.CT) {
			setCTTuple(t, c, 0, "192.0.2.1:1", "192.0.2.2:2")
			setCTTuple(t, c, 1, "192.0.2.1:1", "192.0.2.2:2")
			noErr(t, c.SetTimeout(time.Second))
		},
		"no timeout": func(c *libnl.CT) {
			setCTTuple(t, c, 0, "192.0.2.1:1", "192.0.2.2:2")
			setCTTuple(t, c, 1, "192.0.2.1:1", "192.0.2.2:2")
			c.SetProto(6)
		},
		"half a tuple": func(c *libnl.CT) { noErr(t, c.SetSrc(0, mustAddr(t, "192.0.2.1"))); c.SetProto(6) },
		"half a reply": func(c *libnl.CT) {
			setCTTuple(t, c, 0, "192.0.2.1:1", "192.0.2.2:2")
			noErr(t, c.SetDstPort(1, 1))
			c.SetProto(6)
		},
	} {
		c := newCT(t)
		set(c)
		_, err := c.BuildAdd(libnl.FlagCreate)
		isErr(t, what, err, libnl.ErrMissingAttr)
	}
	net := ctFlow(t, 17, "192.0.2.1:1", "192.0.2.2:2")
	noErr(t, net.SetDst(1, mustAddr(t, "192.0.2.0/24")))
	for what, build := range map[string]func() (*libnl.Msg, error){
		"add": func() (*libnl.Msg, error) { return net.BuildAdd(0) }, "delete": func() (*libnl.Msg, error) { return net.BuildDelete(0) },
		"query": func() (*libnl.Msg, error) { return net.BuildQuery(0) }, "update": func() (*libnl.Msg, error) { return net.BuildUpdate(c) },
	} {
		_, err := build()
		isErr(t, what+" a network", err, libnl.ErrInval)
	}
	_, err = c.BuildQuery(libnl.FlagMatch)
	isErr(t, "a query for all", err, libnl.ErrInval)
}

func TestCTUpdateRequest(t *testing.T) {
	c := ctFlow(t, unix.IPPROTO_TCP, "192.0.2.1:4000", "198.51.100.7:21")
	c.SetStatus(0xe)
	c.SetMark(1)
	c.SetZone(3)
	c.SetID(99)
	changed, err := libnl.Clone(c)
	made(t, changed, err)
	changed.SetMark(2)
	parse := func(to *libnl.CT) libnl.CTInfo {
		t.Helper()
		m, err := c.BuildUpdate(to)
		noErr(t, err)
		equal(t, "flags", m.Header().Flags, 0)
		i, err := libnl.ParseCTInfo(m)
		noErr(t, err)
		return i
	}
	want := libnl.CTInfo{Family: libnl.FamilyIPv4, Proto: 6, Zone: 3, Orig: c.Info().Orig}
	want.Mark = 2
	equal(t, "a clone, changed", parse(changed), want)
	fresh := newCT(t)
	fresh.SetMark(2)
	equal(t, "a new object", parse(fresh), want)
	fresh.SetTCPState(7)
	fresh.SetStatus(4)
	noErr(t, fresh.SetTimeout(time.Hour))
	want.TCPState, want.Status, want.Timeout = 7, 0xc, time.Hour
	equal(t, "all that can change", parse(fresh), want)
	want.Mark, want.TCPState, want.Status, want.Timeout = 0, 0, 0, 0
	equal(t, "nothing", parse(c), want)

	back := newCT(t)
	setCTTuple(t, back, libnl.CTReply, "198.51.100.7:21", "192.0.2.1:4000")
	back.SetProto(6)
	m, err := back.BuildUpdate(newCT(t))
	noErr(t, err)
	i, err := libnl.ParseCTInfo(m)
	noErr(t, err)
	equal(t, "by the reply", i, libnl.CTInfo{Family: libnl.FamilyIPv4, Reply: c.Info().Reply})

	for what, set := range map[string]func(*libnl.CT){
		"zone":  func(c *libnl.CT) { c.SetZone(4) },
		"proto": func(c *libnl.CT) { c.SetProto(17) },
		"port":  func(c *libnl.CT) { noErr(t, c.SetSrcPort(1, 7)) },
		"tuple": func(c *libnl.CT) { setCTTuple(t, c, 0, "192.0.2.1:4001", "198.51.100.7:21") },
		"v6":    func(c *libnl.CT) { noErr(t, c.SetFamily(libnl.FamilyIPv6)) },
	} {
		other := newCT(t)
		set(other)
		_, err := c.BuildUpdate(other)
		isErr(t, "another "+what, err, libnl.ErrInval)
	}
}

func TestCTRefused(t *testing.T) {
	c := newCT(t)
	v4, v6 := mustAddr(t, "192.0.2.1"), mustAddr(t, "2001:db8::1")
	isErr(t, "no address", c.SetSrc(0, libnl.Addr{}), libnl.ErrInval)
	isErr(t, "a link-layer address", c.SetDst(0, mustAddr(t, "02:00:00:00:00:01")), libnl.ErrAFNoSupport)
	noErr(t, c.SetSrc(0, v4))
	isErr(t, "another family", c.SetDst(1, v6), libnl.ErrAFMismatch)
	isErr(t, "the family of others", c.SetFamily(libnl.FamilyIPv6), libnl.ErrAFMismatch)
	isErr(t, "no family", c.SetFamily(-1), libnl.ErrAFNoSupport)
	isErr(t, "no family", c.SetFamily(256), libnl.ErrAFNoSupport)
	isErr(t, "part of a second", c.SetTimeout(1500*time.Millisecond), libnl.ErrRange)
	isErr(t, "the past", c.SetTimeout(-time.Second), libnl.ErrRange)
	isErr(t, "too long", c.SetTimeout(1<<32*time.Second), libnl.ErrRange)
	isErr(t, "too early", c.SetTimestamp(time.Unix(-1, 0), time.Time{}), libnl.ErrRange)
	isErr(t, "too late", c.SetTimestamp(time.Time{}, time.Unix(1<<34, 0)), libnl.ErrRange)
	noErr(t, c.SetSrcPort(0, 80))
	isErr(t, "an ID", c.SetICMPID(0, 1), libnl.ErrInval)
	isErr(t, "a type", c.SetICMPType(0, 1), libnl.ErrInval)
	isErr(t, "a code", c.SetICMPCode(0, 1), libnl.ErrInval)
	noErr(t, c.SetICMPType(1, 8))
	isErr(t, "a port", c.SetSrcPort(1, 1), libnl.ErrInval)
	isErr(t, "a port", c.SetDstPort(1, 1), libnl.ErrInval)
	equal(t, "port", opt(c.SrcPort(0)), some[uint16](80))

	// plain libnl keeps both in one place
	o := madeC(t, "netfilter/ct")
	o.Call("nfnl_ct_set_src_port", 0, 80)
	o.Call("nfnl_ct_set_icmp_id", 0, 9)
	equal(t, "plain libnl's port", uint16(o.Call("nfnl_ct_get_src_port", 0)), 9)

	for _, d := range []libnl.CTDir{-1, 2} {
		for what, err := range map[string]error{
			"SetSrc": c.SetSrc(d, v4), "SetDst": c.SetDst(d, v4), "SetSrcPort": c.SetSrcPort(d, 1), "SetDstPort": c.SetDstPort(d, 1),
			"SetICMPID": c.SetICMPID(d, 1), "SetICMPType": c.SetICMPType(d, 1), "SetICMPCode": c.SetICMPCode(d, 1),
			"SetPackets": c.SetPackets(d, 1), "SetBytes": c.SetBytes(d, 1),
		} {
			isErr(t, what, err, libnl.ErrRange)
		}
		equal(t, "source", c.Src(d), libnl.Addr{})
		equal(t, "destination", c.Dst(d), libnl.Addr{})
		equal(t, "port", opt(c.SrcPort(d)), none[uint16]())
		equal(t, "port", opt(c.DstPort(d)), none[uint16]())
		equal(t, "ID", opt(c.ICMPID(d)), none[uint16]())
		equal(t, "type", opt(c.ICMPType(d)), none[uint8]())
		equal(t, "code", opt(c.ICMPCode(d)), none[uint8]())
		equal(t, "packets", opt(c.Packets(d)), none[uint64]())
		equal(t, "bytes", opt(c.Bytes(d)), none[uint64]())
	}

	closed := newCT(t)
	noErr(t, closed.Close())
	for what, c := range map[string]*libnl.CT{"closed": closed, "nil": nil, "zero": {}} {
		_, query := c.Query(t.Context(), nil, 0)
		_, zero := c.QueryZero(t.Context(), nil)
		for name, err := range map[string]error{
			"SetFamily": c.SetFamily(2), "SetTimeout": c.SetTimeout(-1), "SetTimestamp": c.SetTimestamp(time.Time{}, time.Time{}), "SetSrc": c.SetSrc(0, v4),
			"SetDst": c.SetDst(9, v4), "SetSrcPort": c.SetSrcPort(0, 1), "SetDstPort": c.SetDstPort(9, 1), "SetICMPID": c.SetICMPID(0, 1),
			"SetICMPType": c.SetICMPType(0, 1), "SetICMPCode": c.SetICMPCode(0, 1), "SetPackets": c.SetPackets(0, 1), "SetBytes": c.SetBytes(0, 1),
			"Add": c.Add(t.Context(), nil, 0), "Update": c.Update(t.Context(), nil, newCT(t)), "Delete": c.Delete(t.Context(), nil, 0),
			"changes": newCT(t).Update(t.Context(), nil, c), "Query": query, "QueryZero": zero,
		} {
			isErr(t, what+": "+name, err, libnl.ErrClosed)
		}
		mustPanic(t, "closed CT", func() { c.Src(0) })
		mustPanic(t, "closed CT", func() { c.SetMark(1) })
		mustPanic(t, "closed CT", func() { c.Info() })
	}
}

func TestCTText(t *testing.T) {
	testNames(t, libnl.TCPState.String, libnl.ParseTCPState, map[libnl.TCPState]string{
		libnl.TCPStateNone: "NONE", libnl.TCPStateSynSent: "SYN_SENT", libnl.TCPStateSynRecv: "SYN_RECV", libnl.TCPStateEstablished: "ESTABLISHED",
		libnl.TCPStateFinWait: "FIN_WAIT", libnl.TCPStateCloseWait: "CLOSE_WAIT", libnl.TCPStateLastAck: "LAST_ACK", libnl.TCPStateTimeWait: "TIME_WAIT",
		libnl.TCPStateClose: "CLOSE", libnl.TCPStateSynSent2: "LISTEN", 10: "0xa", 255: "0xff",
	})
	testNames(t, libnl.CTStatus.String, libnl.ParseCTStatus, map[libnl.CTStatus]string{
		0: "", 1: "expected", 2: "seen_reply", 4: "assured", 8: "confirmed", 0x10: "snat", 0x20: "dnat", 0x40: "seqadjust", 0x80: "snat_done",
		0x100: "dnat_done", 0x200: "dying", 0x400: "fixed_timeout", libnl.CTStatusHelper: "0x2000", 0x8e: "seen_reply,assured,confirmed,snat_done",
		libnl.CTStatusHWOffload | 8: "confirmed,0x8000",
	})
	testNames(t, libnl.TCPFlags.String, libnl.ParseTCPFlags, map[libnl.TCPFlags]string{
		0: "", 0x23: "window_scale,sack_perm,maxack_set", 0xdc: "close_init,be_liberal,unacknowledged,challenge_ack,simultaneous_open",
	})
	testNames(t, libnl.CTDir.String, libnl.ParseCTDir, map[libnl.CTDir]string{libnl.CTOriginal: "original", libnl.CTReply: "reply"})
	equal(t, "no direction", libnl.CTDir(7).String(), "7")

	c := ctFlow(t, unix.IPPROTO_TCP, "192.0.2.1:4000", "198.51.100.7:21")
	c.SetTCPState(3)
	c.SetMark(5)
	equal(t, "a line", c.String(), libnl.IPProto(unix.IPPROTO_TCP).String()+" ESTABLISHED 192.0.2.1:4000 <-> 198.51.100.7:21 mark 5 ")
}

func TestCTLabels(t *testing.T) {
	var l libnl.CTLabels
	for n := range 128 {
		if one := l.With(n); !one.Has(n) || one.Has((n+1)%128) || l.Has(n) {
			t.Error(n, one)
		}
	}
	equal(t, "below", l.With(-1), l)
	equal(t, "beyond", l.With(128), l)
	equal(t, "beyond", l.Has(128) || l.Has(-1), false)
	l = l.With(0).With(127)
	equal(t, "two", l.Has(0) && l.Has(127) && !l.Has(1), true)
}

// sameCTGetters compares a snapshot with the getters.
func sameCTGetters(t *testing.T, c *libnl.CT) {
	t.Helper()
	tuple := func(d libnl.CTDir) (u libnl.CTTuple) {
		port := func(a libnl.Addr, p uint16) netip.AddrPort {
			ip, ok := a.IP()
			if !ok {
				return netip.AddrPort{}
			}
			return netip.AddrPortFrom(ip, p)
		}
		sport, _ := c.SrcPort(d)
		dport, _ := c.DstPort(d)
		u.Src, u.Dst = port(c.Src(d), sport), port(c.Dst(d), dport)
		u.ICMP.ID, _ = c.ICMPID(d)
		u.ICMP.Type, _ = c.ICMPType(d)
		u.ICMP.Code, _ = c.ICMPCode(d)
		return u
	}
	count := func(d libnl.CTDir) (n libnl.CTCount) {
		n.Packets, _ = c.Packets(d)
		n.Bytes, _ = c.Bytes(d)
		return n
	}
	want := libnl.CTInfo{
		Family: c.Family(), Orig: tuple(libnl.CTOriginal), Reply: tuple(libnl.CTReply),
		OrigCount: count(libnl.CTOriginal), ReplyCount: count(libnl.CTReply),
	}
	want.Proto, _ = c.Proto()
	want.Status, _ = c.Status()
	want.Timeout, _ = c.Timeout()
	want.Mark, _ = c.Mark()
	want.Zone, _ = c.Zone()
	want.ID, _ = c.ID()
	want.Use, _ = c.Use()
	want.TCPState, _ = c.TCPState()
	want.Start, want.Stop, _ = c.Timestamp()
	equal(t, "snapshot", c.Info(), want)
	roundTrip(t, c.Info())
}

func TestCTInfo(t *testing.T) {
	equal(t, "of nothing", newCT(t).Info(), libnl.CTInfo{})
	for _, src := range []string{"192.0.2.1:4000", "[2001:db8::1]:4000"} {
		c := ctFlow(t, unix.IPPROTO_TCP, src, src)
		c.SetStatus(0x18e)
		c.SetMark(1)
		c.SetUse(2)
		c.SetID(3)
		c.SetZone(4)
		c.SetTCPState(5)
		for d := range libnl.CTDir(2) {
			noErr(t, c.SetPackets(d, 7+uint64(d)))
			noErr(t, c.SetBytes(d, 9+uint64(d)))
		}
		noErr(t, c.SetTimestamp(time.Unix(1700000000, 5), time.Unix(1800000000, 7)))
		sameCTGetters(t, c)
	}
	icmp := newCT(t)
	noErr(t, icmp.SetSrc(0, mustAddr(t, "192.0.2.0/24")))
	noErr(t, icmp.SetICMPID(0, 1))
	noErr(t, icmp.SetICMPType(0, 2))
	noErr(t, icmp.SetICMPCode(0, 3))
	noErr(t, icmp.SetDstPort(1, 3))
	sameCTGetters(t, icmp)
}

// ctMsg is a message with everything in it, as the kernel would send it.
func ctMsg(t testing.TB, typ libnl.MsgType) *libnl.Msg {
	t.Helper()
	m, err := libnl.NewNFMsg(libnl.NFHeader{Subsys: uint8(typ >> 8), Subtype: uint8(typ), Family: libnl.FamilyIPv4}, 0)
	noErr(t, err)
	m.SetProto(libnl.ProtoNetfilter)
	ctAttrs(m)
	noErr(t, m.Err())
	return m
}

func ctAttrs(m *libnl.Msg) {
	tuple := func(typ uint16, last byte, src, dst uint16, zone uint16) {
		m.Nest(typ, func(m *libnl.Msg) {
			m.Nest(1, func(m *libnl.Msg) {
				m.PutBytes(1, []byte{192, 0, 2, last})
				m.PutBytes(2, []byte{192, 0, 2, 3 - last})
			})
			m.Nest(2, func(m *libnl.Msg) {
				m.PutU8(1, 6)
				m.PutBE16(2, src)
				m.PutBE16(3, dst)
			})
			if zone != 0 {
				m.PutBE16(3, zone)
			}
		})
	}
	tuple(1, 1, 4000, 21, 0)
	tuple(2, 2, 21, 4000, 6)
	tuple(14, 1, 3999, 20, 0)
	m.PutBE32(3, 0x18e)
	m.PutBE32(7, 431999)
	m.PutBE32(8, 7)
	m.PutBE32(11, 2)
	m.PutBE32(12, 0xdeadbeef)
	m.PutBE16(18, 5)
	for i := range uint16(2) {
		m.Nest(9+i, func(m *libnl.Msg) {
			m.PutBE64(1, 1<<40+uint64(i))
			m.PutBE64(2, 1<<41+uint64(i))
		})
	}
	m.Nest(4, func(m *libnl.Msg) {
		m.Nest(1, func(m *libnl.Msg) {
			m.PutU8(1, 3)
			m.PutU8(2, 7)
			m.PutU8(3, 8)
			m.PutBytes(4, []byte{0x23, 0})
			m.PutBytes(5, []byte{0x27, 0})
		})
	})
	m.Nest(5, func(m *libnl.Msg) { m.PutString(1, "ftp") })
	m.Nest(19, func(m *libnl.Msg) { m.PutString(1, "system_u:object_r") })
	m.Nest(20, func(m *libnl.Msg) { m.PutBE64(1, 1700000000000000005) })
	m.PutBytes(22, make([]byte, 15))
	m.PutU32(200, 1)
}

// ctMsgInfo is what ctMsg says.
func ctMsgInfo() libnl.CTInfo {
	a, b := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	ends := func(a, b netip.Addr, src, dst, zone uint16) libnl.CTTuple {
		return libnl.CTTuple{Src: netip.AddrPortFrom(a, src), Dst: netip.AddrPortFrom(b, dst), Zone: zone}
	}
	return libnl.CTInfo{
		Family: libnl.FamilyIPv4, Proto: 6, Orig: ends(a, b, 4000, 21, 0), Reply: ends(b, a, 21, 4000, 6), Master: ends(a, b, 3999, 20, 0),
		Status: 0x18e, Timeout: 431999 * time.Second, Mark: 7, Use: 2, ID: 0xdeadbeef, Zone: 5,
		OrigCount: libnl.CTCount{1 << 40, 1 << 41}, ReplyCount: libnl.CTCount{1<<40 + 1, 1<<41 + 1},
		TCPState: 3, OrigTCP: libnl.CTTCP{0x23, 7}, ReplyTCP: libnl.CTTCP{0x27, 8},
		Helper: "ftp", SecCtx: "system_u:object_r", Start: time.Unix(1700000000, 5).UTC(),
	}
}

func TestParseCT(t *testing.T) {
	want := ctMsgInfo()
	got, err := libnl.ParseCTInfo(ctMsg(t, libnl.MsgCTNew))
	noErr(t, err)
	equal(t, "all of it", got, want)
	roundTrip(t, got)

	// what libnl's object has
	inObject := want
	inObject.Reply.Zone, inObject.Master, inObject.OrigTCP, inObject.ReplyTCP, inObject.Helper, inObject.SecCtx = 0, libnl.CTTuple{}, libnl.CTTCP{}, libnl.CTTCP{}, "", ""
	c, err := libnl.ParseCT(ctMsg(t, libnl.MsgCTDelete))
	made(t, c, err)
	equal(t, "the object", c.Info(), inObject)
	sameCTGetters(t, c)
	equal(t, "message type", c.MsgType(), libnl.MsgCTDelete)

	// plain libnl knows no time of an entry that lives
	b := ctMsg(t, libnl.MsgCTNew).Bytes()
	out := make([]byte, 8)
	equal(t, "plain libnl's parser", int32(oracle.Call("nfnlmsg_ct_parse", slices.Clone(b), out)), 0)
	plain := oracle.PtrIn(out)
	defer plain.Free()
	equal(t, "plain libnl's timestamp", plain.Call("nfnl_ct_test_timestamp")&1, 0)
	equal(t, "plain libnl's mark", uint32(plain.Call("nfnl_ct_get_mark")), 7)

	for g, m := range map[libnl.Group]*libnl.Msg{
		libnl.GroupCTUpdate: ctMsg(t, libnl.MsgCTNew), libnl.GroupCTDestroy: ctMsg(t, libnl.MsgCTDelete), 0: ctMsg(t, 1<<8|1),
	} {
		equal(t, "group", libnl.CTGroup(m), g)
		equal(t, "plain libnl's group", libnl.Group(oracle.Call("nfnlmsg_ct_group", slices.Clone(m.Bytes()))), g)
	}
	fresh := ctMsg(t, libnl.MsgCTNew)
	h := fresh.Header()
	h.Flags = libnl.FlagCreate | libnl.FlagExcl
	fresh.SetHeader(h)
	equal(t, "group", libnl.CTGroup(fresh), libnl.GroupCTNew)
	equal(t, "group of a link", libnl.CTGroup(linkMsg(t)), 0)

	_, err = libnl.ParseCT(linkMsg(t))
	isErr(t, "a link", err, libnl.ErrMsgTypeNoSupport)
	_, err = libnl.ParseCTInfo(linkMsg(t))
	isErr(t, "a link", err, libnl.ErrMsgTypeNoSupport)
	_, err = libnl.ParseCT(nil)
	isErr(t, "nil", err, libnl.ErrClosed)
	_, err = libnl.ParseCTInfo(nil)
	isErr(t, "nil", err, libnl.ErrClosed)
}

func TestParseCTAttr(t *testing.T) {
	m, err := libnl.NewMsg()
	noErr(t, err)
	m.Nest(11, ctAttrs)
	a, ok := m.FindAttr(0, 11)
	equal(t, "there", ok, true)
	want := ctMsgInfo()
	got, err := libnl.ParseCTInfoAttr(a)
	noErr(t, err)
	equal(t, "snapshot", got, want)
	c, err := libnl.ParseCTAttr(a)
	made(t, c, err)
	equal(t, "family", c.Family(), libnl.FamilyIPv4)
	equal(t, "tuple", c.Info().Orig, want.Orig)
	equal(t, "mark", opt(c.Mark()), some[uint32](7))
	_, err = libnl.ParseCTAttr(libnl.Attr{})
	isErr(t, "none", err, libnl.ErrMissingAttr)
	_, err = libnl.ParseCTInfoAttr(libnl.Attr{})
	isErr(t, "none", err, libnl.ErrMissingAttr)

	m, err = libnl.NewMsg()
	noErr(t, err)
	m.Nest(11, func(m *libnl.Msg) { m.PutU8(3, 1) })
	a, _ = m.FindAttr(0, 11)
	_, err = libnl.ParseCTAttr(a)
	isErr(t, "a short status", err, libnl.ErrInval)
	_, err = libnl.ParseCTInfoAttr(a)
	isErr(t, "a short status", err, libnl.ErrRange)
}

// FuzzCTInfo reads any bytes, with and without libnl: what both read is the same.
func FuzzCTInfo(f *testing.F) {
	f.Add(ctMsg(f, libnl.MsgCTNew).Bytes()[16:])
	f.Add(ctMsg(f, libnl.MsgCTDelete).Bytes()[16:60])
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 3<<10 {
			return
		}
		m, err := libnl.NewMsgSimple(libnl.MsgCTNew, 0)
		noErr(t, err)
		m.Append(b, 1)
		noErr(t, m.Err())
		m.SetProto(libnl.ProtoNetfilter)
		i, err := libnl.ParseCTInfo(m)
		c, parsed := libnl.ParseCT(m)
		if parsed != nil {
			return
		}
		defer c.Close()
		if err != nil { // in what libnl does not look at
			isErr(t, "a short attribute", err, libnl.ErrRange)
			return
		}
		n := c.Info()
		equal(t, "status", i.Status, n.Status)
		equal(t, "mark", i.Mark, n.Mark)
		equal(t, "ID", i.ID, n.ID)
		equal(t, "ports", i.Orig.Src.Port(), n.Orig.Src.Port())
		equal(t, "source", i.Orig.Src.Addr(), n.Orig.Src.Addr())
		_ = c.String()
		if m, err := c.BuildAdd(0); err == nil {
			noErr(t, m.Err())
		}
	})
}

func TestCTExtra(t *testing.T) {
	c := ctFlow(t, unix.IPPROTO_TCP, "192.0.2.1:4000", "198.51.100.7:21")
	c.SetMark(5)
	c.SetTCPState(3)
	build := func(x libnl.CTExtra) (*libnl.Msg, error) {
		t.Helper()
		m, err := c.BuildAdd(libnl.FlagCreate)
		noErr(t, err)
		return m, x.Put(m)
	}
	var none, labels libnl.CTLabels
	labels = labels.With(3)
	master := libnl.CTTuple{Src: netip.MustParseAddrPort("192.0.2.1:3999"), Dst: netip.MustParseAddrPort("192.0.2.2:20"), Zone: 7}
	x := libnl.CTExtra{
		Helper: "ftp", Labels: labels, LabelsMask: labels.With(4), MarkMask: 0xff, OrigTCP: libnl.CTTCP{0x0b, 7}, ReplyTCP: libnl.CTTCP{0, 0},
		SrcNAT: libnl.CTNAT{Min: netip.MustParseAddr("203.0.113.1"), Max: netip.MustParseAddr("203.0.113.9"), MinPort: 1024, MaxPort: 65535},
		DstNAT: libnl.CTNAT{Min: netip.MustParseAddr("203.0.113.7")}, Master: master, MasterProto: 6,
	}
	m, err := build(x)
	noErr(t, err)
	i, err := libnl.ParseCTInfo(m)
	noErr(t, err)
	want := c.Info()
	want.Helper, want.Labels, want.OrigTCP, want.Master = "ftp", labels, x.OrigTCP, master
	equal(t, "read again", i, want)
	payload := func(typ uint16) []byte {
		a, _ := m.FindAttr(4, typ)
		return a.Bytes()
	}
	// the parts that are for the kernel alone
	nested := func(typ uint16, put func(*libnl.Msg)) []byte {
		m, err := libnl.NewMsg()
		noErr(t, err)
		m.Nest(typ, put)
		a, _ := m.FindAttr(0, typ)
		return bytes.Clone(a.Bytes())
	}
	equal(t, "mask of labels", bytes.Equal(payload(23), x.LabelsMask[:]), true)
	equal(t, "mask of the mark", binary.BigEndian.Uint32(payload(21)), 0xff)
	equal(t, "source", bytes.Equal(payload(6), nested(6, func(m *libnl.Msg) {
		m.PutBytes(1, []byte{203, 0, 113, 1})
		m.PutBytes(2, []byte{203, 0, 113, 9})
		m.Nest(3, func(m *libnl.Msg) { m.PutBE16(1, 1024); m.PutBE16(2, 65535) })
	})), true)
	equal(t, "destination", bytes.Equal(payload(13), nested(13, func(m *libnl.Msg) {
		m.PutBytes(1, []byte{203, 0, 113, 7})
		m.PutBytes(2, []byte{203, 0, 113, 7})
	})), true)

	m, err = build(libnl.CTExtra{})
	noErr(t, err)
	plain, err := c.BuildAdd(libnl.FlagCreate)
	noErr(t, err)
	equal(t, "nothing", bytes.Equal(m.Bytes(), plain.Bytes()), true)

	v6 := netip.MustParseAddr("2001:db8::1")
	for what, x := range map[string]libnl.CTExtra{
		"both":   {Helper: "ftp", NoHelper: true},
		"labels": {Labels: labels, LabelsMask: none.With(9)},
		"mark":   {MarkMask: 1},
	} {
		_, err := build(x)
		isErr(t, what, err, libnl.ErrInval)
	}
	for what, x := range map[string]libnl.CTExtra{
		"long helper": {Helper: "sixteen-letters!"}, "NUL": {Helper: "a\x00"},
		"range":    {SrcNAT: libnl.CTNAT{Min: netip.MustParseAddr("203.0.113.2"), Max: netip.MustParseAddr("203.0.113.1")}},
		"no begin": {SrcNAT: libnl.CTNAT{Max: netip.MustParseAddr("203.0.113.1")}}, "ports": {DstNAT: libnl.CTNAT{MinPort: 9, MaxPort: 8}}, "port": {DstNAT: libnl.CTNAT{MaxPort: 8}},
	} {
		_, err := build(x)
		isErr(t, what, err, libnl.ErrRange)
	}
	for what, x := range map[string]libnl.CTExtra{
		"source": {SrcNAT: libnl.CTNAT{Min: v6}}, "master": {Master: libnl.CTTuple{Src: netip.AddrPortFrom(v6, 1), Dst: netip.AddrPortFrom(v6, 1)}},
		"half a master": {Master: libnl.CTTuple{Src: master.Src}},
	} {
		_, err := build(x)
		isErr(t, what, err, libnl.ErrAFMismatch)
	}
	isErr(t, "a link", (&libnl.CTExtra{}).Put(linkMsg(t)), libnl.ErrInval)
	q, err := c.BuildQuery(0)
	noErr(t, err)
	isErr(t, "a query", (&libnl.CTExtra{}).Put(q), libnl.ErrInval)
}

func TestCTFilterRefused(t *testing.T) {
	for what, f := range map[string]libnl.CTFilter{
		"mark": {Mark: 2, MarkMask: 1}, "status": {Status: 2}, "zone and zero": {Zone: new(uint16(0)), Zero: true}, "status and zero": {StatusMask: 1, Zero: true},
	} {
		_, err := libnl.NewCTDump(&f)
		isErr(t, what, err, libnl.ErrInval)
	}
	_, err := libnl.NewCTDump(&libnl.CTFilter{Family: 256})
	isErr(t, "family", err, libnl.ErrAFNoSupport)
	m, err := libnl.NewCTDump(nil)
	noErr(t, err)
	equal(t, "length", m.Len(), 20)
	equal(t, "type", m.Header().Type, libnl.MsgType(1<<8|1))
	m, err = libnl.NewCTDump(&libnl.CTFilter{Zero: true, MarkMask: 1})
	noErr(t, err)
	equal(t, "type", m.Header().Type, libnl.MsgType(1<<8|3))
	closed, err := libnl.NewSocket()
	noErr(t, err)
	noErr(t, closed.Close())
	isErr(t, "flush", closed.FlushCT(t.Context(), &libnl.CTFilter{Zero: true}), libnl.ErrInval)
	isErr(t, "flush", closed.FlushCT(t.Context(), &libnl.CTFilter{StatusMask: 1}), libnl.ErrClosed)
	isErr(t, "flush", closed.FlushCT(t.Context(), nil), libnl.ErrClosed)
	isErr(t, "dump", closed.DumpCT(), libnl.ErrClosed)
	isErr(t, "loop", failure(closed.CTs(t.Context(), nil)), libnl.ErrClosed)
}
