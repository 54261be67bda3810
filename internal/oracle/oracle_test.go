//go:build linux

// SPDX-License-Identifier: MIT

package oracle_test

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/golibnl/libnl/internal/nltest"
	"github.com/golibnl/libnl/internal/oracle"
	"golang.org/x/sys/unix"
)

// The codes of libnl that the traps end in.
const (
	again        = -4
	noMem        = -5
	exist        = -6
	objNotFound  = -12
	seqMismatch  = -16
	msgTrunc     = -18
	typeNoSupp   = -22
	busy         = -25
	perm         = -28
	dumpIntr     = -33
	flagMulti    = unix.NLM_F_MULTI
	flagDumpIntr = unix.NLM_F_DUMP_INTR
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func join(parts ...[]byte) (b []byte) {
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

func done(flags uint16, seq uint32) []byte {
	return oracle.Message(unix.NLMSG_DONE, flagMulti|flags, seq, make([]byte, 4))
}

// An error that a callback returns is lost when the dump was interrupted.
func TestTrapCallbackErrorLostToDumpIntr(t *testing.T) {
	for _, c := range []struct {
		flags uint16
		want  int
	}{{flagMulti, perm}, {flagMulti | flagDumpIntr, dumpIntr}} {
		var o oracle.LoopOptions
		o.Seq = 7
		o.Callbacks[oracle.CbValid] = oracle.Action{Set: true, Returns: []int{perm}}
		events, codes := oracle.Loop([][]byte{oracle.Message(16, c.flags, 7, make([]byte, 16)), done(0, 7)}, o)
		if len(events) != 1 || codes[0] != c.want {
			t.Errorf("flags %#x: %d callbacks, code %d, want 1 and %d", c.flags, len(events), codes[0], c.want)
		}
	}
}

// With a callback for it, an interrupted dump is reported nowhere else.
func TestTrapDumpIntrHidden(t *testing.T) {
	var o oracle.LoopOptions
	d := [][]byte{join(oracle.Message(16, flagMulti|flagDumpIntr, 0, make([]byte, 16)), done(0, 0))}
	if _, codes := oracle.Loop(d, o); codes[0] != dumpIntr {
		t.Errorf("without a callback: code %d, want %d", codes[0], dumpIntr)
	}
	o.Callbacks[oracle.CbDumpIntr].Set = true
	if _, codes := oracle.Loop(d, o); codes[0] != 2 {
		t.Errorf("with a callback: code %d, want 2 messages", codes[0])
	}
}

func TestTrapStop(t *testing.T) {
	nltest.NetNS(t)
	must(t, oracle.FillRoutes(2000))
	for _, c := range []struct{ ret, code int }{{oracle.Stop, 0}, {perm, perm}} {
		s, err := oracle.TrapStop(c.ret)
		must(t, err)
		if s.Code != c.code || s.Callbacks != 1 {
			t.Errorf("callback returned %d: %d callbacks, code %d, want 1 and %d", c.ret, s.Callbacks, s.Code, c.code)
		}
		if s.NextFill != typeNoSupp && s.NextFill != seqMismatch && s.NextFill != busy {
			t.Errorf("callback returned %d: the next fill is not disturbed: %d", c.ret, s.NextFill)
		}
		if s.NextRefused != seqMismatch {
			t.Errorf("callback returned %d: the next, refused request has the code %d, want %d", c.ret, s.NextRefused, seqMismatch)
		}
	}
}

func TestTrapRefusedDump(t *testing.T) {
	nltest.NetNS(t)
	code, inDone, err := oracle.TrapRefusedDump()
	must(t, err)
	if code != 0 || inDone != -int(unix.ENOENT) {
		t.Errorf("code %d with %d in DONE, want 0 with %d", code, inDone, -int(unix.ENOENT))
	}
}

func TestTrapAnyDatagram(t *testing.T) {
	nltest.NetNS(t)
	code, control, err := oracle.TrapAnyDatagram()
	must(t, err)
	if code != 0 || control >= 0 {
		t.Errorf("code %d, want 0; with nothing queued %d, want an error", code, control)
	}
}

func TestTrapRename(t *testing.T) {
	nltest.NetNS(t)
	nltest.Run(t, "ip", "link", "add", "one", "type", "veth", "peer", "name", "two")
	code, control, err := oracle.TrapRename("one", "two")
	must(t, err)
	if code != 0 || control != exist {
		t.Errorf("code %d, want 0; with nothing queued %d, want %d", code, control, exist)
	}
}

func TestTrapUnreadAck(t *testing.T) {
	nltest.NetNS(t)
	code, items, err := oracle.TrapUnreadAck()
	must(t, err)
	if code != 0 || items != 0 {
		t.Errorf("code %d and %d links, want 0 and none", code, items)
	}
}

func u16(v ...uint16) (b []byte) {
	for _, x := range v {
		b = binary.NativeEndian.AppendUint16(b, x)
	}
	return b
}

func u32(v ...uint32) (b []byte) {
	for _, x := range v {
		b = binary.NativeEndian.AppendUint32(b, x)
	}
	return b
}

// addr is a message about an IPv4 address of lo.
func addr(flags uint16, last byte) []byte {
	ip := []byte{192, 0, 2, last}
	return oracle.Message(unix.RTM_NEWADDR, flagMulti|flags, 0, join([]byte{unix.AF_INET, 24, 0, 0}, u32(1),
		oracle.Attr(unix.IFA_ADDRESS, ip), oracle.Attr(unix.IFA_LOCAL, ip)))
}

// The restarts of an interrupted fill have no bound, and keep what came before.
func TestTrapInterruptedFill(t *testing.T) {
	const restarts = 20
	good := join(addr(0, 1), addr(0, 2), done(0, 0))
	bad := join(addr(0, 1), addr(flagDumpIntr, 2), done(0, 0))
	feed := [][]byte{good}
	for range restarts {
		feed = append([][]byte{bad}, feed...)
	}
	r, err := oracle.Fill("route/addr", false, [][]byte{good})
	must(t, err)
	if r != (oracle.FillResult{Items: 2, Requests: 1}) {
		t.Fatalf("without interruption: %+v, want 2 items and 1 request", r)
	}
	r, err = oracle.Fill("route/addr", false, feed)
	must(t, err)
	if r != (oracle.FillResult{Items: 2 * (restarts + 1), Requests: restarts + 1}) {
		t.Errorf("refill: %+v, want each of %d dumps in it", r, restarts+1)
	}
	r, err = oracle.Fill("route/addr", true, feed)
	must(t, err)
	if r.Requests != restarts+1 {
		t.Errorf("resync: %+v, want %d requests", r, restarts+1)
	}
}

func TestTrapOverrun(t *testing.T) {
	nltest.NetNS(t)
	code, outOfMemory, err := oracle.TrapOverrun()
	must(t, err)
	if code != noMem || code != outOfMemory {
		t.Errorf("code %d, want %d, as for ENOMEM (%d)", code, noMem, outOfMemory)
	}
}

func TestTrapBigDatagram(t *testing.T) {
	nltest.NetNS(t)
	d, err := oracle.TrapBigDatagram(120 << 10)
	must(t, err)
	if d.Code != msgTrunc || d.Next != again {
		t.Errorf("codes %d, then %d, want %d and nothing left (%d)", d.Code, d.Next, msgTrunc, again)
	}
	if d.PeekCode >= 0 || d.PeekCode == msgTrunc || d.PeekNext != again {
		t.Errorf("with peek: codes %d, then %d, want the kernel's refusal and %d", d.PeekCode, d.PeekNext, again)
	}
}

func TestTrapControlData(t *testing.T) {
	nltest.NetNS(t)
	pktinfo, passcred, control, err := oracle.TrapControlData()
	must(t, err)
	if pktinfo != msgTrunc || passcred != msgTrunc || control <= 0 {
		t.Errorf("with packet info %d, with credentials %d, want %d; with neither %d, want a datagram", pktinfo, passcred, msgTrunc, control)
	}
}

func TestTrapFullQueue(t *testing.T) {
	nltest.NetNS(t)
	for _, proto := range []int{unix.NETLINK_USERSOCK, unix.NETLINK_ROUTE} {
		q, err := oracle.TrapFullQueue(proto, false)
		must(t, err)
		if q.Code != again || q.Millis < 250 || q.Sent == 0 {
			t.Errorf("protocol %d: %+v, want a send that waits for ever", proto, q)
		}
		q, err = oracle.TrapFullQueue(proto, true)
		must(t, err)
		if q.Code != again || q.Millis > 200 || !q.Writable {
			t.Errorf("protocol %d, not blocking: %+v, want %d from a socket that poll calls writable", proto, q, again)
		}
	}
}

func TestTrapSecondDump(t *testing.T) {
	nltest.NetNS(t)
	must(t, oracle.FillRoutes(2000))
	checked, unchecked, err := oracle.TrapSecondDump()
	must(t, err)
	if checked != seqMismatch || unchecked != busy {
		t.Errorf("codes %d and, without sequence check, %d, want %d and %d", checked, unchecked, seqMismatch, busy)
	}
}

func TestTrapForeignSender(t *testing.T) {
	nltest.NetNS(t)
	f, err := oracle.TrapForeignSender()
	must(t, err)
	if f != (oracle.ForeignSender{Delivered: 1, NotKernel: true}) {
		t.Errorf("%+v, want the forged link delivered and the forged ACK taken", f)
	}
}

func TestTrapWrongAck(t *testing.T) {
	nltest.NetNS(t)
	refused, granted, err := oracle.TrapWrongAck()
	must(t, err)
	if refused != 0 || granted >= 0 {
		t.Errorf("codes %d and %d, want the answers of each request's predecessor: 0 and an error", refused, granted)
	}
}

func TestTrapRcvBuf(t *testing.T) {
	nltest.NetNS(t)
	kernel, connected, err := oracle.TrapRcvBuf()
	must(t, err)
	if connected != 64<<10 || connected >= kernel {
		t.Errorf("%d bytes, want 64 KiB and less than the kernel's %d", connected, kernel)
	}
}

func TestTrapSameMsg(t *testing.T) {
	nltest.NetNS(t)
	once, twice, err := oracle.TrapSameMsg()
	must(t, err)
	if once != 0 || twice != seqMismatch {
		t.Errorf("codes %d and %d, want 0 and %d", once, twice, seqMismatch)
	}
}

func TestTrapNestedRequest(t *testing.T) {
	nltest.NetNS(t)
	must(t, oracle.FillRoutes(2000))
	inner, outer, err := oracle.TrapNestedRequest()
	must(t, err)
	if inner != seqMismatch || outer != 0 {
		t.Errorf("the granted request has %d, the dump around it %d; want %d and 0", inner, outer, seqMismatch)
	}
}

func TestTrapClose(t *testing.T) {
	nltest.NetNS(t)
	waiting, err := oracle.TrapClose()
	must(t, err)
	if !waiting {
		t.Error("nl_close woke the receiver")
	}
}

func TestTrapLocalPort(t *testing.T) {
	nltest.NetNS(t)
	asked, control, err := oracle.TrapLocalPort()
	must(t, err)
	if asked != exist || control != 0 {
		t.Errorf("codes %d and, not having asked, %d, want %d and 0", asked, control, exist)
	}
}

func TestTrapResolveClosed(t *testing.T) {
	code, err := oracle.TrapResolveClosed()
	must(t, err)
	if code != objNotFound {
		t.Errorf("code %d, want %d", code, objNotFound)
	}
}

func TestTrapGetterReadsBeyond(t *testing.T) {
	if v := oracle.TrapShortU32(); v == 0x11 || v == 0 {
		t.Errorf("nla_get_u32 of one byte is %#x, want what stands behind it in it", v)
	}
}

// An ACK that comes in place of the link is success without a link.
func TestTrapGetKernel(t *testing.T) {
	ack := oracle.Message(unix.NLMSG_ERROR, 0, 0, make([]byte, 20))
	code, found, err := oracle.TrapGetKernel([][]byte{ack, ack})
	must(t, err)
	if code != 0 || found {
		t.Errorf("code %d, a link: %v; want 0 and none", code, found)
	}
}

func TestTrapLossyCodes(t *testing.T) {
	for _, e := range []unix.Errno{unix.ENETUNREACH, unix.ETIMEDOUT, unix.EMSGSIZE} {
		if c := oracle.SysErr(int(e)); c != 1 {
			t.Errorf("%v has the code %d, want 1", e, c)
		}
	}
}

func TestLoopOrder(t *testing.T) {
	var o oracle.LoopOptions
	o.Seq, o.Calls, o.End = 0xfffffffe, 4, again
	for i := range o.Callbacks {
		o.Callbacks[i].Set = true
	}
	refused := make([]byte, 20)
	binary.NativeEndian.PutUint32(refused, uint32(0xffffffff-12)) // -13
	events, codes := oracle.Loop([][]byte{
		join(oracle.Message(16, flagMulti|flagDumpIntr|unix.NLM_F_ACK, 0xfffffffe, []byte("abcd")), done(0, 0xfffffffe)),
		oracle.Message(unix.NLMSG_ERROR, 0, 0xffffffff, refused),
		oracle.Message(unix.NLMSG_NOOP, 0, 0, nil),
	}, o)
	want := []int{
		oracle.CbMsgIn, oracle.CbSeqCheck, oracle.CbDumpIntr, oracle.CbSendAck, oracle.CbValid,
		oracle.CbMsgIn, oracle.CbSeqCheck, oracle.CbFinish,
		oracle.CbMsgIn, oracle.CbSeqCheck, oracle.CbErr,
		oracle.CbMsgIn, oracle.CbSeqCheck, oracle.CbSkipped,
	}
	if len(events) != len(want) {
		t.Fatalf("events %+v", events)
	}
	for i, e := range events {
		if e.Callback != want[i] {
			t.Errorf("event %d is %d, want %d", i, e.Callback, want[i])
		}
	}
	if e := events[4]; e.Seq != 0xfffffffe || e.Type != 16 || e.Len != 20 || e.Hash != oracle.Hash([]byte("abcd")) {
		t.Errorf("event of the message: %+v", e)
	}
	if e := events[10]; e.Err != -13 || e.Seq != 0xffffffff || e.Type != unix.NLMSG_ERROR {
		t.Errorf("event of the error: %+v", e)
	}
	if codes[0] != 2 || codes[1] != 1 || codes[2] != 1 || codes[3] != again {
		t.Errorf("codes %v", codes)
	}
}

// Without callbacks the expected number counts on from Seq.
func TestLoopSeq(t *testing.T) {
	o := oracle.LoopOptions{Seq: 5, Calls: 3}
	ack := make([]byte, 20)
	_, codes := oracle.Loop([][]byte{
		oracle.Message(unix.NLMSG_ERROR, 0, 5, ack),
		oracle.Message(unix.NLMSG_ERROR, 0, 6, ack),
		oracle.Message(unix.NLMSG_ERROR, 0, 6, ack),
	}, o)
	if codes[0] != 1 || codes[1] != 1 || codes[2] != seqMismatch {
		t.Errorf("codes %v, want 1, 1, %d", codes, seqMismatch)
	}
}

func TestBuildMsg(t *testing.T) {
	b, code, failed := oracle.BuildMsg(256, []oracle.Op{
		{Kind: oracle.Put, Type: 16, N: 4, Arg: 5, Port: 6, Seq: 7},
		{Kind: oracle.PutU16, Type: 1, N: 0x1234},
		{Kind: oracle.NestStart, Type: 2},
		{Kind: oracle.PutString, Type: 3, Value: []byte("eth0")},
		{Kind: oracle.NestEnd},
		{Kind: oracle.PutAddr, Type: 4, Arg: unix.AF_INET, Value: []byte{10, 0, 0, 1}},
	})
	want := join(u32(52), u16(16, 5), u32(7, 6), make([]byte, 4), u16(6, 1, 0x1234, 0), u16(16, 2|unix.NLA_F_NESTED), u16(9, 3), []byte("eth0"),
		make([]byte, 4), u16(8, 4), []byte{10, 0, 0, 1})
	if code != 0 || failed != -1 || string(b) != string(want) {
		t.Errorf("code %d at %d:\n% x, want\n% x", code, failed, b, want)
	}
	_, code, failed = oracle.BuildMsg(32, []oracle.Op{{Kind: oracle.PutU32, Type: 1}, {Kind: oracle.PutU64, Type: 1}, {Kind: oracle.PutU64, Type: 1}})
	if code != noMem || failed != 1 {
		t.Errorf("full: code %d at %d, want %d at 1", code, failed, noMem)
	}
	if _, code, _ = oracle.BuildMsg(64, []oracle.Op{{Kind: oracle.NestEnd}}); code != oracle.Bad {
		t.Errorf("end of no nest: code %d, want Bad", code)
	}
}

func TestAttrs(t *testing.T) {
	b := join(oracle.Attr(1, []byte{1, 2, 3, 4}), oracle.Attr(5, []byte("lo\x00")), oracle.Attr(1, make([]byte, 8)))
	v, ok := oracle.AttrGet(b[8:], 2)
	if !ok || v.Type != 5 || v.Len != 3 || v.String != "lo" || string(v.Copied) != "lo" || v.Strlcpy != "l" || v.StrlcpyLen != 2 {
		t.Errorf("AttrGet: %+v %v", v, ok)
	}
	p, ok := oracle.ParseAttrs(b, 5, nil)
	if !ok || p.Code != 0 || p.Offsets[1] != 16 || p.Offsets[5] != 8 || p.Offsets[0] != -1 {
		t.Errorf("ParseAttrs: %+v %v", p, ok)
	}
	p, ok = oracle.ParseAttrs(b, 5, []oracle.Policy{{}, {MinLen: 5}})
	if !ok || p.Code != -8 || p.Validate != -8 {
		t.Errorf("ParseAttrs with a policy: %+v %v", p, ok)
	}
	if _, ok = oracle.ParseAttrs(b, 5, []oracle.Policy{{Type: oracle.NlaTypeMax + 1}}); ok {
		t.Error("ParseAttrs took a policy that aborts")
	}
	if p, ok = oracle.ParseMsg(oracle.Message(16, 0, 0, join(make([]byte, 4), b)), 4, 5, nil); !ok || p.Offsets[5] != 28 {
		t.Errorf("ParseMsg: %+v %v", p, ok)
	}
	if i := oracle.Find(b, 5); i != 8 {
		t.Errorf("Find: %d, want 8", i)
	}
	if i := oracle.Find(b, 9); i != -1 {
		t.Errorf("Find: %d, want -1", i)
	}
}

func TestText(t *testing.T) {
	if s, ok := oracle.Text("nl_af2str", unix.AF_INET6, 0); !ok || s != "inet6" {
		t.Errorf("nl_af2str: %q %v", s, ok)
	}
	if s, ok := oracle.Text("nl_rate2str", 125000, 1); !ok || s != "125.00Kbit/s" {
		t.Errorf("nl_rate2str: %q %v", s, ok)
	}
	if _, ok := oracle.Text("nl_rate2str", 1, 2); ok {
		t.Error("nl_rate2str ran with a type that aborts")
	}
	if v, code := oracle.Number("nl_str2msec", "1h 2s"); code != 0 || v != 3602000 {
		t.Errorf("nl_str2msec: %d, code %d", v, code)
	}
	if v, code := oracle.Number("nl_size2int", "4k"); code != 0 || v != 4096 {
		t.Errorf("nl_size2int: %d, code %d", v, code)
	}
	if _, code := oracle.Number("nl_nonsense", ""); code != oracle.Bad {
		t.Errorf("nl_nonsense: code %d", code)
	}
	if v, unit, ok := oracle.CancelDown("nl_cancel_down_bytes", 2048); !ok || v != 2 || unit != "KiB" {
		t.Errorf("nl_cancel_down_bytes: %v %q %v", v, unit, ok)
	}
	p, code := oracle.AddrParse("10.1.0.0/16", unix.AF_UNSPEC)
	if code != 0 || p.Family != unix.AF_INET || p.PrefixLen != 16 || string(p.Bytes) != "\x0a\x01\x00\x00" || p.Text != "10.1.0.0/16" {
		t.Errorf("AddrParse: %+v, code %d", p, code)
	}
	q := p.Addr
	q.Bytes = []byte{10, 1, 9, 9}
	if cmp, prefix := oracle.AddrCmp(p.Addr, q); cmp >= 0 || prefix != 0 {
		t.Errorf("AddrCmp: %d, %d", cmp, prefix)
	}
	if s, ok := oracle.AddrText(q); !ok || s != "10.1.9.9/16" {
		t.Errorf("AddrText: %q %v", s, ok)
	}
	if oracle.AddrValid("10.1", unix.AF_INET) {
		t.Error("AddrValid took 10.1")
	}
}

func TestParseObjects(t *testing.T) {
	objs, code := oracle.ParseObjects(addr(0, 7), unix.NETLINK_ROUTE, oracle.DumpDetails)
	if code != 0 || len(objs) != 1 || objs[0].Type != "route/addr" || objs[0].Text == "" {
		t.Errorf("%+v, code %d", objs, code)
	}
	if _, code = oracle.ParseObjects(oracle.Message(9999, 0, 0, nil), unix.NETLINK_ROUTE, oracle.DumpLine); code != typeNoSupp {
		t.Errorf("unknown type: code %d, want %d", code, typeNoSupp)
	}
	if s, ok := oracle.MsgDump(addr(0, 7), unix.NETLINK_ROUTE); !ok || s == "" {
		t.Errorf("MsgDump: %q %v", s, ok)
	}
}

// What may be fed with anything survives anything. Run with -asan.
func TestAnything(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	bytes := func() []byte {
		b := make([]byte, r.IntN(96))
		for i := range b {
			if b[i] = byte(r.Uint32()); r.IntN(3) > 0 {
				b[i] &= 0x1f // more lengths that fit
			}
			if i%4 == 1 && r.IntN(4) > 0 {
				b[i] = 0
			}
		}
		if len(b) >= 16 && r.IntN(2) == 0 {
			binary.NativeEndian.PutUint32(b, uint32(len(b)-r.IntN(3)))
		}
		return b
	}
	for range 20000 {
		b := bytes()
		pol := make([]oracle.Policy, r.IntN(6))
		for i := range pol {
			pol[i] = oracle.Policy{Type: uint16(r.IntN(14)), MinLen: uint16(r.IntN(4)), MaxLen: uint16(r.IntN(8))}
		}
		oracle.ParseAttrs(b, r.IntN(8), pol)
		oracle.ParseMsg(b, r.IntN(24), r.IntN(8), pol)
		oracle.Find(b, r.IntN(8))
		oracle.AttrGet(b, r.IntN(12))
		oracle.MsgDump(b, []int{unix.NETLINK_ROUTE, unix.NETLINK_GENERIC, unix.NETLINK_NETFILTER, 99}[r.IntN(4)])
		o := oracle.LoopOptions{Calls: r.IntN(4), NoSeqCheck: r.IntN(2) == 0, NoAutoAck: r.IntN(2) == 0, End: -r.IntN(5)}
		for i := range o.Callbacks {
			o.Callbacks[i] = oracle.Action{Set: r.IntN(2) == 0, Returns: []int{r.IntN(3), r.IntN(5) - 2, 0}}
		}
		oracle.Loop([][]byte{b, bytes(), bytes()}, o)
		ops := make([]oracle.Op, r.IntN(12))
		for i := range ops {
			ops[i] = oracle.Op{Kind: oracle.OpKind(r.IntN(26)), Type: r.IntN(9), N: int64(r.IntN(90) - 9), Arg: r.IntN(9) - 1, Value: bytes()}
		}
		oracle.BuildMsg(r.IntN(200), ops)
		a := oracle.Addr{Family: []int{0, 2, 10, 12, 26, 28, 99}[r.IntN(7)], PrefixLen: r.IntN(140) - 5, Bytes: bytes()}
		oracle.AddrText(a)
		oracle.AddrCmp(a, oracle.Addr{Family: a.Family, PrefixLen: r.IntN(140), Bytes: bytes()})
		oracle.AddrParse(string(bytes()), a.Family)
	}
}
