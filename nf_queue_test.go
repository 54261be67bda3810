//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"math"
	"testing"
	"time"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/oracle"
)

func newQueue(t testing.TB) *libnl.NFQueue {
	t.Helper()
	q, err := libnl.NewNFQueue()
	return made(t, q, err)
}

func newQueueMsg(t testing.TB) *libnl.NFQueueMsg {
	t.Helper()
	m, err := libnl.NewNFQueueMsg()
	return made(t, m, err)
}

func TestNFQueueAttrs(t *testing.T) {
	type Q = *libnl.NFQueue
	group := func(q Q) any { return opt(q.Group()) }
	testAttrs(t, newQueue(t), "netfilter/queue", []builders[Q]{
		{func(q Q) (*libnl.Msg, error) { return q.BuildCreate(0) }, "nfnl_queue_build_create_request", nil},
		{func(q Q) (*libnl.Msg, error) { return q.BuildChange(0, 0) }, "nfnl_queue_build_change_request", nil},
		{Q.BuildDelete, "nfnl_queue_build_delete_request", nil},
	}, []attrTest[Q]{
		{"maxlen", func(q Q) any { return opt(q.MaxLen()) }, none[uint32](), okFunc(func(q Q) { q.SetMaxLen(math.MaxUint32) }), []any{"nfnl_queue_set_maxlen", uint32(math.MaxUint32)}, some(uint32(math.MaxUint32))},
		{"group", group, none[uint16](), okFunc(func(q Q) { q.SetGroup(0xfffe) }), []any{"nfnl_queue_set_group", 0xfffe}, some(uint16(0xfffe))},
		{"copy_mode", func(q Q) any { return opt(q.CopyMode()) }, none[libnl.NFQueueCopyMode](), func(q Q) error { return q.SetCopyMode(libnl.NFQueueCopyPacket) }, []any{"nfnl_queue_set_copy_mode", 2}, some(libnl.NFQueueCopyPacket)},
		{"copy_range", func(q Q) any { return opt(q.CopyRange()) }, none[uint32](), okFunc(func(q Q) { q.SetCopyRange(0x12345678) }), []any{"nfnl_queue_set_copy_range", 0x12345678}, some(uint32(0x12345678))},
		{"copy_mode", func(q Q) any { return opt(q.CopyMode()) }, some(libnl.NFQueueCopyPacket), func(q Q) error { return q.SetCopyMode(libnl.NFQueueCopyMeta) }, []any{"nfnl_queue_set_copy_mode", 1}, some(libnl.NFQueueCopyMeta)},
		{"group", group, some(uint16(0xfffe)), okFunc(func(q Q) { q.SetGroup(0) }), []any{"nfnl_queue_set_group", 0}, some(uint16(0))},
	})
}

// What libnl has no setter for is in its message.
func TestNFQueueFlagsBuilt(t *testing.T) {
	q := newQueue(t)
	q.SetGroup(5)
	plain, err := q.BuildCreate(0)
	noErr(t, err)
	m, err := q.BuildCreate(libnl.NFQueueFailOpen | libnl.NFQueueUIDGID)
	noErr(t, err)
	checkFlags := func(m *libnl.Msg, flags, mask uint32) {
		t.Helper()
		for typ, want := range map[uint16]uint32{5: flags, 4: mask} {
			a, ok := m.FindAttr(4, typ)
			v, err := a.BE32()
			if !ok || err != nil || v != want {
				t.Errorf("attribute %d: %#x %v, want %#x", typ, v, err, want)
			}
		}
	}
	checkFlags(m, 9, 9)
	if n := plain.Len(); !bytes.Equal(m.Bytes()[4:n], plain.Bytes()[4:]) {
		t.Errorf("the request is not C's with attributes behind it:\n%s\n%s", hex.Dump(m.Bytes()), hex.Dump(plain.Bytes()))
	}
	m, err = q.BuildChange(libnl.NFQueueGSO, libnl.NFQueueGSO|libnl.NFQueueConntrack)
	noErr(t, err)
	checkFlags(m, 4, 6)
	m, err = q.BuildChange(0, libnl.NFQueueSecCtx)
	noErr(t, err)
	checkFlags(m, 0, 16)
	_, err = q.BuildChange(libnl.NFQueueGSO, libnl.NFQueueConntrack)
	isErr(t, "flags out of the mask", err, libnl.ErrInval)
}

func TestNFQueueRefused(t *testing.T) {
	q := newQueue(t)
	for what, build := range map[string]func() (*libnl.Msg, error){
		"create": func() (*libnl.Msg, error) { return q.BuildCreate(0) },
		"change": func() (*libnl.Msg, error) { return q.BuildChange(0, 0) },
		"delete": q.BuildDelete,
	} {
		_, err := build()
		isErr(t, what+" without a number", err, libnl.ErrMissingAttr)
	}
	q.SetGroup(1)
	q.SetCopyRange(100)
	_, err := q.BuildCreate(0)
	isErr(t, "a range that libnl forgets", err, libnl.ErrMissingAttr)
	_, err = q.BuildChange(0, 0)
	isErr(t, "a range that libnl forgets", err, libnl.ErrMissingAttr)
	// of which libnl builds a request with what happens to be in memory
	isErr(t, "copy mode", q.SetCopyMode(3), libnl.ErrRange)
	for _, build := range []func(libnl.Family) (*libnl.Msg, error){libnl.BuildBindNFQueue, libnl.BuildUnbindNFQueue} {
		_, err = build(256)
		isErr(t, "family", err, libnl.ErrAFNoSupport)
	}
	m := newQueueMsg(t)
	_, err = m.BuildVerdict()
	isErr(t, "a verdict on nothing", err, libnl.ErrMissingAttr)
	m.SetGroup(1)
	m.SetPacketID(1)
	_, err = m.BuildVerdictBatch()
	isErr(t, "no verdict", err, libnl.ErrMissingAttr)
	isErr(t, "stolen", m.SetVerdict(libnl.VerdictStolen), libnl.ErrInval)
	isErr(t, "no such verdict", m.SetVerdict(6), libnl.ErrRange)
	noErr(t, m.SetVerdict(libnl.VerdictAccept))
	_, err = m.BuildVerdictPayload(nil)
	isErr(t, "empty packet", err, libnl.ErrInval)
	_, err = m.BuildVerdictPayload(make([]byte, 65532))
	isErr(t, "packet too long", err, libnl.ErrRange)
	isErr(t, "family", m.SetFamily(-1), libnl.ErrAFNoSupport)
	isErr(t, "index", m.SetInDev(-1), libnl.ErrRange)
	isErr(t, "address of 9 bytes", m.SetHWAddr(libnl.HWAddrFrom(make([]byte, 9))), libnl.ErrRange)
	isErr(t, "no address", m.SetHWAddr(libnl.HWAddr{}), libnl.ErrRange)
	_, err = libnl.OpenNFQueue(nil, nil)
	isErr(t, "nil queue", err, libnl.ErrClosed)
	_, err = libnl.OpenNFQueue(newQueue(t), nil)
	isErr(t, "no number", err, libnl.ErrMissingAttr)
	noErr(t, q.SetCopyMode(libnl.NFQueueCopyNone))
	_, err = libnl.OpenNFQueue(q, nil)
	isErr(t, "copy mode none", err, libnl.ErrInval)
	noErr(t, q.SetCopyMode(libnl.NFQueueCopyMeta))
	for what, cfg := range map[string]libnl.NFQueueConfig{
		"batch":    {Batch: -1},
		"batches":  {Batch: 1025},
		"fallback": {Fallback: libnl.VerdictStolen},
		"trust":    {Config: libnl.Config{Untrusted: true}},
		"groups":   {Config: libnl.Config{Groups: []libnl.Group{1}}},
	} {
		_, err = libnl.OpenNFQueue(q, &cfg)
		isErr(t, what, err, libnl.ErrInval)
	}
}

func TestNFQueueBind(t *testing.T) {
	for fn, build := range map[string]func(libnl.Family) (*libnl.Msg, error){
		"nfnl_queue_build_pf_bind": libnl.BuildBindNFQueue, "nfnl_queue_build_pf_unbind": libnl.BuildUnbindNFQueue,
	} {
		m, err := build(libnl.FamilyIPv6)
		want, code := oracle.Build(fn, 10)
		sameRequest(t, fn, m, err, want, code)
	}
	s := nfNS(t)
	noErr(t, libnl.BindNFQueue(t.Context(), s, libnl.FamilyIPv4))
	noErr(t, libnl.UnbindNFQueue(t.Context(), s, libnl.FamilyIPv4))
}

func TestNFQueueText(t *testing.T) {
	testNames(t, libnl.NFQueueCopyMode.String, libnl.ParseNFQueueCopyMode, map[libnl.NFQueueCopyMode]string{
		libnl.NFQueueCopyNone: "none", libnl.NFQueueCopyMeta: "meta", libnl.NFQueueCopyPacket: "packet", 9: "0x9",
	})
	testNames(t, libnl.NFQueueFlags.String, libnl.ParseNFQueueFlags, map[libnl.NFQueueFlags]string{
		libnl.NFQueueFailOpen: "fail_open", libnl.NFQueueConntrack | libnl.NFQueueSecCtx: "conntrack,secctx", 0: "", 0x44: "gso,0x40",
	})
	testNames(t, libnl.NFPacketFlags.String, libnl.ParseNFPacketFlags, map[libnl.NFPacketFlags]string{
		libnl.NFPacketChecksumNotReady | libnl.NFPacketGSO: "csum_not_ready,gso", libnl.NFPacketChecksumNotVerified: "csum_not_verified", 8: "0x8",
	})
	testNames(t, libnl.Verdict.String, libnl.ParseVerdict, map[libnl.Verdict]string{
		libnl.VerdictDrop: "NF_DROP", libnl.VerdictAccept: "NF_ACCEPT", libnl.VerdictQueue: "NF_QUEUE", libnl.VerdictStop: "NF_STOP",
		libnl.VerdictToQueue(0xffff): "0xffff0003", libnl.VerdictToQueue(7) | libnl.VerdictQueueBypass: "0x78003",
	})
}

// cTime is a struct timeval.
func cTime(t time.Time) []byte {
	b := binary.NativeEndian.AppendUint64(nil, uint64(t.Unix()))
	return binary.NativeEndian.AppendUint64(b, uint64(t.Nanosecond()/1000))
}

// libnl does not compare these objects: what is set in Go and in C shows in the getters of C and in the text.
func TestNFQueueMsgAttrs(t *testing.T) {
	type M = *libnl.NFQueueMsg
	m, c := newQueueMsg(t), madeC(t, "netfilter/queue_msg")
	when := time.Unix(1700000000, 123456000)
	mac := []byte{2, 0, 0, 0, 0, 7}
	for _, a := range []struct {
		get   func(M) any
		unset any
		set   func(M) error
		c     []any
		want  any
	}{
		{func(m M) any { return opt(m.Group()) }, none[uint16](), okFunc(func(m M) { m.SetGroup(0xfffe) }), []any{"nfnl_queue_msg_set_group", 0xfffe}, some(uint16(0xfffe))},
		{func(m M) any { return opt(m.Family()) }, none[libnl.Family](), func(m M) error { return m.SetFamily(10) }, []any{"nfnl_queue_msg_set_family", 10}, some(libnl.FamilyIPv6)},
		{func(m M) any { return opt(m.PacketID()) }, none[uint32](), okFunc(func(m M) { m.SetPacketID(0xfffffffe) }), []any{"nfnl_queue_msg_set_packetid", uint32(0xfffffffe)}, some(uint32(0xfffffffe))},
		{func(m M) any { return opt(m.HWProto()) }, none[libnl.EtherProto](), okFunc(func(m M) { m.SetHWProto(0x86dd) }), []any{"nfnl_queue_msg_set_hwproto", networkOrder(0x86dd)}, some(libnl.EtherProto(0x86dd))},
		{func(m M) any { return opt(m.Hook()) }, none[libnl.NFHook](), okFunc(func(m M) { m.SetHook(libnl.NFHookForward) }), []any{"nfnl_queue_msg_set_hook", 2}, some(libnl.NFHookForward)},
		{func(m M) any { return opt(m.Mark()) }, none[uint32](), okFunc(func(m M) { m.SetMark(0x80000001) }), []any{"nfnl_queue_msg_set_mark", uint32(0x80000001)}, some(uint32(0x80000001))},
		{func(m M) any { return opt(m.InDev()) }, none[int](), func(m M) error { return m.SetInDev(math.MaxInt32) }, []any{"nfnl_queue_msg_set_indev", math.MaxInt32}, some(math.MaxInt32)},
		{func(m M) any { return opt(m.OutDev()) }, none[int](), func(m M) error { return m.SetOutDev(2) }, []any{"nfnl_queue_msg_set_outdev", 2}, some(2)},
		{func(m M) any { return opt(m.PhysInDev()) }, none[int](), func(m M) error { return m.SetPhysInDev(3) }, []any{"nfnl_queue_msg_set_physindev", 3}, some(3)},
		{func(m M) any { return opt(m.PhysOutDev()) }, none[int](), func(m M) error { return m.SetPhysOutDev(4) }, []any{"nfnl_queue_msg_set_physoutdev", 4}, some(4)},
		{func(m M) any { return opt(m.HWAddr()) }, none[libnl.HWAddr](), func(m M) error { return m.SetHWAddr(libnl.HWAddrFrom(mac)) }, []any{"nfnl_queue_msg_set_hwaddr", mac, len(mac)}, some(libnl.HWAddrFrom(mac))},
		{func(m M) any { return string(m.Payload()) }, "", func(m M) error { return m.SetPayload([]byte("a packet")) }, []any{"nfnl_queue_msg_set_payload", []byte("a packet"), 8}, "a packet"},
		{func(m M) any { return opt(m.Verdict()) }, none[libnl.Verdict](), func(m M) error { return m.SetVerdict(libnl.VerdictRepeat) }, []any{"nfnl_queue_msg_set_verdict", 4}, some(libnl.VerdictRepeat)},
		{func(m M) any { at, ok := m.Timestamp(); return opt(at.UnixMicro(), ok) }, opt(time.Time{}.UnixMicro(), false), func(m M) error { return m.SetTimestamp(when) }, []any{"nfnl_queue_msg_set_timestamp", cTime(when)}, some(when.UnixMicro())},
	} {
		what := a.c[0].(string)
		equal(t, what+": unset", a.get(m), a.unset)
		noErr(t, a.set(m))
		c.Call(what, a.c[1:]...)
		equal(t, what+": set", a.get(m), a.want)
		clone, err := libnl.Clone(m)
		made(t, clone, err)
		equal(t, what+": in the clone", a.get(clone), a.want)
		equal(t, what+": text", m.String(), clone.String())
		equal(t, what+": attributes", len(m.AttrList()), len(clone.AttrList()))
	}
	equal(t, "text", m.String(), "GROUP=65534 IN=2147483647 IN=3 OUT=2 PHYSOUT=4 MAC=02:00:00:00:00:07 FAMILY=inet6 HWPROTO=ipv6 HOOK=NF_INET_FORWARD "+
		"MARK=-2147483647 PAYLOADLEN=8 PACKETID=4294967294 VERDICT=NF_REPEAT ")
	equal(t, "snapshot", m.Info(), libnl.NFPacketInfo{
		Queue: 0xfffe, ID: 0xfffffffe, Family: libnl.FamilyIPv6, HWProto: 0x86dd, Hook: libnl.NFHookForward, Mark: 0x80000001, Time: when,
		InDev: math.MaxInt32, OutDev: 2, PhysInDev: 3, PhysOutDev: 4, HWAddr: libnl.HWAddrFrom(mac),
	})
	for fn, build := range map[string]func() (*libnl.Msg, error){
		"nfnl_queue_msg_build_verdict": m.BuildVerdict, "nfnl_queue_msg_build_verdict_batch": m.BuildVerdictBatch,
	} {
		v, err := build()
		sameRequest(t, fn, v, err, oracle.Built(fn, c), 0)
	}
	noErr(t, m.SetPayload(nil))
	equal(t, "no packet", string(m.Payload()), "")
}

// The new packet is in the message whole, and what pads it is zero.
func TestNFQueuePayloadBuilt(t *testing.T) {
	m := newQueueMsg(t)
	m.SetGroup(1)
	m.SetPacketID(2)
	noErr(t, m.SetVerdict(libnl.VerdictAccept))
	plain, err := m.BuildVerdict()
	noErr(t, err)
	for _, n := range []int{1, 2, 3, 4, 1500, 5000, 65531} {
		packet := bytes.Repeat([]byte{0xa5}, n+8)[:n]
		v, err := m.BuildVerdictPayload(packet)
		noErr(t, err)
		rest := v.Bytes()[plain.Len():]
		want := append(append(u16(uint16(4+n), 10), packet...), make([]byte, -n&3)...)
		if !bytes.Equal(rest, want) || !bytes.Equal(v.Bytes()[4:plain.Len()], plain.Bytes()[4:]) {
			t.Errorf("%d bytes: the message ends in %d bytes, want %d", n, len(rest), len(want))
		}
	}
}

func TestNFQueueClosed(t *testing.T) {
	q, m := newQueue(t), newQueueMsg(t)
	noErr(t, q.Close())
	noErr(t, m.Close())
	var p *libnl.NFPacket
	var r *libnl.NFQueueReader
	for what, err := range map[string]error{
		"SetCopyMode": q.SetCopyMode(1), "SetFamily": m.SetFamily(2), "SetHWAddr": m.SetHWAddr(libnl.HWAddrFrom([]byte{1})), "SetInDev": m.SetInDev(1),
		"SetOutDev": m.SetOutDev(1), "SetPhysInDev": m.SetPhysInDev(1), "SetPhysOutDev": m.SetPhysOutDev(1), "SetPayload": m.SetPayload(nil),
		"SetTimestamp": m.SetTimestamp(time.Time{}), "SetVerdict": m.SetVerdict(1), "Create": q.Create(t.Context(), nil, 0), "Change": q.Change(t.Context(), nil, 0, 0),
		"Delete": q.Delete(t.Context(), nil), "SendVerdict": m.SendVerdict(t.Context(), nil), "SendVerdictBatch": m.SendVerdictBatch(t.Context(), nil),
		"SendVerdictPayload": m.SendVerdictPayload(t.Context(), nil, []byte{1}), "Accept": p.Accept(), "Drop": p.Drop(),
	} {
		isErr(t, what, err, libnl.ErrClosed)
	}
	for what, call := range map[string]func(){
		"Group": func() { q.Group() }, "SetGroup": func() { q.SetGroup(1) }, "MaxLen": func() { q.MaxLen() }, "CopyRange": func() { q.CopyRange() },
		"Mark": func() { m.Mark() }, "SetMark": func() { m.SetMark(1) }, "Payload": func() { m.Payload() }, "Info": func() { m.Info() },
		"Timestamp": func() { m.Timestamp() }, "HWAddr": func() { m.HWAddr() }, "ID": func() { p.ID() }, "packet's Payload": func() { p.Payload() },
	} {
		panicsIn(t, what, call)
	}
	noErr(t, p.Close())
	noErr(t, r.Close())
	isErr(t, "Flush", r.Flush(), libnl.ErrInval)
	isErr(t, "Run", r.Run(t.Context(), 1, func(*libnl.NFPacket, error) error { return nil }), libnl.ErrInval)
	for _, err := range r.Packets(t.Context()) {
		isErr(t, "Packets", err, libnl.ErrInval)
	}
	if p.Retain() != nil || r.Socket() != nil {
		t.Error("something of nil")
	}
}

func be(v ...uint32) (b []byte) {
	for _, x := range v {
		b = binary.BigEndian.AppendUint32(b, x)
	}
	return b
}

// packetMsg is a message with all that the kernel can tell.
func packetMsg(t testing.TB) *libnl.Msg {
	m, err := libnl.NewNFMsg(libnl.NFHeader{Subsys: 3, Family: 2, ResID: 5}, 0)
	noErr(t, err)
	m.SetProto(libnl.ProtoNetfilter)
	m.PutBytes(1, append(be(0x80000007), 8, 0, 3))
	m.PutBytes(3, be(42))
	m.PutBytes(4, be(0, 1700000000, 0, 123456))
	for i := range uint16(4) {
		m.PutBytes(5+i, be(uint32(i)+1))
	}
	m.PutBytes(9, []byte{0, 6, 0, 0, 2, 0, 0, 0, 0, 7, 0, 0})
	m.PutBytes(10, []byte("the packet"))
	m.PutBytes(12, be(2))
	m.PutBytes(13, be(1500))
	m.PutBytes(14, be(5))
	m.PutBytes(16, be(1000))
	m.PutBytes(17, be(100))
	m.PutBytes(18, []byte("system_u\x00"))
	m.Nest(19, func(m *libnl.Msg) {
		m.PutBytes(1, []byte{0x81, 0})
		m.PutBytes(2, []byte{0x20, 5})
	})
	m.PutBytes(20, []byte("frame"))
	m.PutBytes(21, be(6))
	noErr(t, m.Err())
	return m
}

func TestNFPacketInfo(t *testing.T) {
	m := packetMsg(t)
	got, err := m.NFPacket()
	noErr(t, err)
	want := libnl.NFPacketInfo{
		Queue: 5, ID: 0x80000007, Family: 2, HWProto: 0x800, Hook: libnl.NFHookLocalOut, Mark: 42, Time: time.Unix(1700000000, 123456000),
		InDev: 1, OutDev: 2, PhysInDev: 3, PhysOutDev: 4, HWAddr: libnl.HWAddrFrom([]byte{2, 0, 0, 0, 0, 7}),
		Flags: libnl.NFPacketChecksumNotReady | libnl.NFPacketChecksumNotVerified, Len: 1500, HasUser: true, UID: 1000, GID: 100, SecCtx: "system_u",
		VLANProto: 0x8100, VLANTCI: 0x2005, L2Header: "frame", Priority: 6, CTInfo: 2,
	}
	equal(t, "of the message", got, want)
	o, err := libnl.ParseNFQueueMsg(m)
	made(t, o, err)
	base := want
	base.Flags, base.Len, base.HasUser, base.UID, base.GID, base.SecCtx = 0, 0, false, 0, 0, ""
	base.VLANProto, base.VLANTCI, base.L2Header, base.Priority, base.CTInfo = 0, 0, "", 0, 0
	equal(t, "of libnl's object", o.Info(), base)
	equal(t, "packet", string(o.Payload()), "the packet")
	_, err = m.NFPacketCT()
	isErr(t, "no connection", err, libnl.ErrNoAttr)

	// a connection
	m.Nest(11, func(m *libnl.Msg) {
		m.Nest(1, func(m *libnl.Msg) {
			m.Nest(1, func(m *libnl.Msg) {
				m.PutBytes(1, []byte{192, 0, 2, 1})
				m.PutBytes(2, []byte{192, 0, 2, 2})
			})
			m.Nest(2, func(m *libnl.Msg) {
				m.PutU8(1, 17)
				m.PutBE16(2, 1234)
				m.PutBE16(3, 7)
			})
		})
		m.PutBE32(12, 99)
	})
	ct, err := m.NFPacketCT()
	made(t, ct, err)
	equal(t, "connection", ct.Info().Orig.Dst.String(), "192.0.2.2:7")
	equal(t, "its ID", ct.Info().ID, 99)

	other, err := libnl.NewNFMsg(libnl.NFHeader{Subsys: 3, Subtype: 2}, 0)
	noErr(t, err)
	_, err = other.NFPacket()
	isErr(t, "of another type", err, libnl.ErrMsgTypeNoSupport)
	_, err = other.NFPacketCT()
	isErr(t, "of another type", err, libnl.ErrMsgTypeNoSupport)
	short, err := libnl.NewNFMsg(libnl.NFHeader{Subsys: 3}, 0)
	noErr(t, err)
	_, err = short.NFPacket()
	isErr(t, "no header", err, libnl.ErrInval)
	noErr(t, short.Close())
	_, err = short.NFPacket()
	isErr(t, "closed", err, libnl.ErrClosed)
	link := linkMsg(t)
	_, err = libnl.ParseNFQueueMsg(link)
	isErr(t, "a link", err, libnl.ErrMsgTypeNoSupport)
}

// FuzzNFPacket parses what follows the header of a packet's message: in Go, and, behind the validator, with libnl.
func FuzzNFPacket(f *testing.F) {
	f.Add(packetMsg(f).Payload())
	f.Add([]byte{2, 0, 0, 5})
	f.Fuzz(func(t *testing.T, payload []byte) {
		m, err := libnl.NewMsgSize(1 << 20)
		noErr(t, err)
		m.SetHeader(libnl.Header{Type: libnl.NFQueuePacket})
		m.SetProto(libnl.ProtoNetfilter)
		m.Append(payload, 4)
		if m.Err() != nil {
			return
		}
		info, infoErr := m.NFPacket()
		if ct, err := m.NFPacketCT(); err == nil {
			noErr(t, ct.Close())
		}
		o, err := libnl.ParseNFQueueMsg(m)
		if err != nil {
			return
		}
		defer o.Close()
		got := o.Info()
		if infoErr == nil && (got.ID != info.ID || got.Mark != info.Mark || !got.Time.Equal(info.Time) || got.HWAddr != info.HWAddr || got.HWProto != info.HWProto) {
			t.Errorf("libnl reads %+v, the package %+v", got, info)
		}
		if c, err := libnl.Clone(o); err == nil {
			_ = c.String()
			noErr(t, c.Close())
		}
		if o.SetVerdict(libnl.VerdictAccept) == nil {
			_, _ = o.BuildVerdict()
		}
	})
}
