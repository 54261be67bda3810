//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
	"github.com/golibnl/libnl/internal/oracle"
)

func newNFLogMsg(t testing.TB) *libnl.NFLogMsg {
	t.Helper()
	m, err := libnl.NewNFLogMsg()
	return made(t, m, err)
}

func be64(v uint64) []byte { return binary.BigEndian.AppendUint64(nil, v) }

// Attributes of messages about logged packets.
const (
	nfulaPacketHdr = 1 + iota
	nfulaMark
	nfulaTimestamp
	nfulaInDev
	nfulaOutDev
	nfulaPhysInDev
	nfulaPhysOutDev
	nfulaHWAddr
	nfulaPayload
	nfulaPrefix
	nfulaUID
	nfulaSeq
	nfulaSeqGlobal
	nfulaGID
	nfulaHWType
	nfulaHWHeader
	nfulaHWLen
	nfulaCT
	nfulaCTInfo
	nfulaVLAN
)

// logMsg is a message about a logged packet of group 9.
func logMsg(t testing.TB, fill func(m *libnl.Msg)) *libnl.Msg {
	t.Helper()
	m, err := libnl.NewNFMsg(libnl.NFHeader{Subsys: 4, Family: libnl.FamilyBridge, ResID: 9}, 0)
	noErr(t, err)
	m.SetProto(libnl.ProtoNetfilter)
	if fill != nil {
		fill(m)
	}
	noErr(t, m.Err())
	return m
}

// fullLogMsg has everything but a connection tracking entry.
func fullLogMsg(t testing.TB) *libnl.Msg {
	return logMsg(t, func(m *libnl.Msg) {
		m.PutBytes(nfulaPacketHdr, append(be16(0x86dd), 2, 0))
		m.PutBytes(nfulaMark, be32(0x80000001))
		m.PutBytes(nfulaTimestamp, append(be64(1700000000), be64(123456)...))
		m.PutBytes(nfulaInDev, be32(11))
		m.PutBytes(nfulaOutDev, be32(12))
		m.PutBytes(nfulaPhysInDev, be32(13))
		m.PutBytes(nfulaPhysOutDev, be32(14))
		m.PutBytes(nfulaHWAddr, append(be16(6), 0, 0, 2, 0, 0, 0, 0, 1, 0xee, 0xee))
		m.PutBytes(nfulaPayload, []byte{0x60, 1, 2})
		m.PutString(nfulaPrefix, "drop: ")
		m.PutBytes(nfulaUID, be32(1000))
		m.PutBytes(nfulaGID, be32(1001))
		m.PutBytes(nfulaSeq, be32(0))
		m.PutBytes(nfulaSeqGlobal, be32(0xffffffff))
		m.PutBytes(nfulaHWType, be16(unix.ARPHRD_ETHER))
		m.PutBytes(nfulaHWHeader, []byte{1, 2, 3, 4, 5})
		m.PutBytes(nfulaHWLen, be16(14))
		m.PutBytes(nfulaCTInfo, be32(2))
		m.Nest(nfulaVLAN, func(m *libnl.Msg) {
			m.PutBytes(1, be16(0x88a8))
			m.PutBytes(2, be16(0xb007))
		})
	})
}

// fullLogInfo is what fullLogMsg tells.
func fullLogInfo(t testing.TB) libnl.NFLogMsgInfo {
	t.Helper()
	mac, err := libnl.ParseHWAddr("02:00:00:00:00:01")
	noErr(t, err)
	return libnl.NFLogMsgInfo{
		Family: libnl.FamilyBridge, HWProto: 0x86dd, Hook: libnl.NFHookForward, Mark: 0x80000001, Timestamp: time.Unix(1700000000, 123456000),
		InDev: 11, OutDev: 12, PhysInDev: 13, PhysOutDev: 14, HWAddr: mac, HWType: unix.ARPHRD_ETHER, HWHeader: []byte{1, 2, 3, 4, 5},
		Prefix: "drop: ", Payload: []byte{0x60, 1, 2}, UID: new(uint32(1000)), GID: new(uint32(1001)), Seq: new(uint32(0)), SeqGlobal: new(^uint32(0)),
		VLANProto: 0x88a8, VLANTag: new(uint16(0xb007)), CTInfo: new(uint32(2)),
	}
}

// logGetters are the getters of what an info has too.
func logGetters(m *libnl.NFLogMsg) (i libnl.NFLogMsgInfo) {
	i.Family = m.Family()
	i.HWProto, _ = m.HWProto()
	i.Hook, _ = m.Hook()
	i.Mark, _ = m.Mark()
	i.Timestamp, _ = m.Timestamp()
	i.InDev, i.OutDev, i.PhysInDev, i.PhysOutDev = m.InDev(), m.OutDev(), m.PhysInDev(), m.PhysOutDev()
	i.HWAddr = m.HWAddr()
	i.HWType, _ = m.HWType()
	i.HWHeader, i.Payload, i.Prefix = m.HWHeader(), m.Payload(), m.Prefix()
	i.VLANProto, _ = m.VLANProto()
	if tag, ok := m.VLANTag(); ok {
		i.VLANTag = &tag
	}
	for _, f := range []struct {
		to  **uint32
		get func() (uint32, bool)
	}{{&i.UID, m.UID}, {&i.GID, m.GID}, {&i.Seq, m.Seq}, {&i.SeqGlobal, m.SeqGlobal}, {&i.CTInfo, m.CTInfo}} {
		if v, ok := f.get(); ok {
			*f.to = &v
		}
	}
	return i
}

// sameLogInfo compares snapshots, and what the getters say.
func sameLogInfo(t testing.TB, what string, m *libnl.NFLogMsg, want libnl.NFLogMsgInfo) {
	t.Helper()
	text := func(i libnl.NFLogMsgInfo) string {
		b, err := json.Marshal(i)
		noErr(t, err)
		return string(b)
	}
	for how, got := range map[string]libnl.NFLogMsgInfo{"snapshot": m.Info(), "getters": logGetters(m)} {
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %s\n%s, want\n%s", what, how, text(got), text(want))
		}
	}
}

func TestNFLogMsgParse(t *testing.T) {
	b := fullLogMsg(t)
	m, err := libnl.ParseNFLogMsg(b)
	made(t, m, err)
	sameLogInfo(t, "parsed", m, fullLogInfo(t))
	hwlen, ok := m.HWLen()
	equal(t, "header length", hwlen, 14)
	id, ok1 := m.VLANID()
	cfi, ok2 := m.VLANCFI()
	prio, ok3 := m.VLANPrio()
	equal(t, "VLAN tag", fmt.Sprint(ok, id, ok1, cfi, ok2, prio, ok3), "true 7 true true true 5 true")
	c, rc := oracle.ParseObjects(slices.Clone(b.Bytes()), unix.NETLINK_NETFILTER, int(libnl.DumpLine))
	equal(t, "libnl's code", rc, 0)
	equal(t, "text", dumpOf(t, &m.Object, libnl.DumpLine), c[0].Text)
	clone, err := libnl.Clone(m)
	made(t, clone, err)
	sameLogInfo(t, "clone", clone, fullLogInfo(t))
	noErr(t, m.Close())
	sameLogInfo(t, "clone without its original", clone, fullLogInfo(t))

	empty, err := libnl.ParseNFLogMsg(logMsg(t, nil))
	made(t, empty, err)
	sameLogInfo(t, "without attributes", empty, libnl.NFLogMsgInfo{Family: libnl.FamilyBridge})
	zero, err := libnl.ParseNFLogMsg(logMsg(t, func(m *libnl.Msg) {
		m.PutBytes(nfulaPacketHdr, make([]byte, 4))
		m.PutBytes(nfulaPayload, nil)
		m.PutString(nfulaPrefix, "")
		m.PutBytes(nfulaHWHeader, nil)
		m.PutBytes(nfulaUID, be32(0))
	}))
	made(t, zero, err)
	sameLogInfo(t, "zeroes", zero, libnl.NFLogMsgInfo{Family: libnl.FamilyBridge, UID: new(uint32(0))})
	if _, ok := zero.Hook(); !ok {
		t.Error("hook 0 counts as unset")
	}

	_, err = libnl.ParseNFLogMsg(linkMsg(t))
	isErr(t, "a link", err, libnl.ErrMsgTypeNoSupport)
	_, err = libnl.ParseNFLogMsg(logMsg(t, func(m *libnl.Msg) { m.PutBytes(nfulaPrefix, []byte("no NUL")) }))
	isErr(t, "a prefix without its end", err, libnl.ErrInval)
	_, err = libnl.ParseNFLogMsg(nil)
	isErr(t, "nil", err, libnl.ErrClosed)
}

// The kernel sends the entry only if it was built to: here it is hand-made.
func TestNFLogMsgParseCT(t *testing.T) {
	b := logMsg(t, func(m *libnl.Msg) {
		m.Nest(nfulaCT, func(m *libnl.Msg) {
			m.Nest(1, func(m *libnl.Msg) { // CTA_TUPLE_ORIG
				m.Nest(1, func(m *libnl.Msg) {
					m.PutBytes(1, []byte{192, 0, 2, 1})
					m.PutBytes(2, []byte{192, 0, 2, 2})
				})
				m.Nest(2, func(m *libnl.Msg) {
					m.PutU8(1, unix.IPPROTO_UDP)
					m.PutBytes(2, be16(4000))
					m.PutBytes(3, be16(53))
				})
			})
			m.PutBytes(8, be32(0x80000007)) // CTA_MARK
		})
		m.PutBytes(nfulaCTInfo, be32(2))
	})
	m, err := libnl.ParseNFLogMsg(b)
	made(t, m, err)
	ct, ok := m.CT()
	if !ok {
		t.Fatal("no entry")
	}
	made(t, ct, nil)
	equal(t, "source", ct.Src(libnl.CTOriginal), mustAddr(t, "192.0.2.1"))
	equal(t, "destination", ct.Dst(libnl.CTOriginal), mustAddr(t, "192.0.2.2"))
	equal(t, "port", opt(ct.DstPort(libnl.CTOriginal)), some(uint16(53)))
	equal(t, "mark", opt(ct.Mark()), some(uint32(0x80000007)))
	equal(t, "family", ct.Family(), libnl.FamilyIPv4)
	c, rc := oracle.ParseObjects(slices.Clone(b.Bytes()), unix.NETLINK_NETFILTER, int(libnl.DumpLine))
	equal(t, "libnl's code", rc, 0)
	equal(t, "text", dumpOf(t, &m.Object, libnl.DumpLine), c[0].Text)
	noErr(t, m.Close())
	equal(t, "without the message", opt(ct.SrcPort(libnl.CTOriginal)), some(uint16(4000)))
	equal(t, "references", ct.RefCount(), 1)
}

// Each setter against C's, as far as libnl's text shows it; the getters, which the messages of TestNFLogMsgParse check, for all.
func TestNFLogMsgAttrs(t *testing.T) {
	type M = *libnl.NFLogMsg
	mac, err := libnl.ParseHWAddr("02:00:00:00:00:00:00:01")
	noErr(t, err)
	at := time.Unix(1700000000, 123456000)
	u32 := func(get func(M) (uint32, bool)) func(M) any { return func(m M) any { return opt(get(m)) } }
	u16 := func(get func(M) (uint16, bool)) func(M) any { return func(m M) any { return opt(get(m)) } }
	text := func(b []byte) string { return fmt.Sprintf("%x", b) }
	m := newNFLogMsg(t)
	c := madeC(t, "netfilter/log_msg")
	for _, a := range []attrTest[M]{
		{"", func(m M) any { return m.Family() }, libnl.FamilyUnspec, func(m M) error { return m.SetFamily(10) }, []any{"nfnl_log_msg_set_family", 10}, libnl.FamilyIPv6},
		{"", func(m M) any { return opt(m.HWProto()) }, none[libnl.EtherProto](), okFunc(func(m M) { m.SetHWProto(0x86dd) }), []any{"nfnl_log_msg_set_hwproto", networkOrder(0x86dd)}, some(libnl.EtherProto(0x86dd))},
		{"", func(m M) any { return opt(m.Hook()) }, none[libnl.NFHook](), okFunc(func(m M) { m.SetHook(4) }), []any{"nfnl_log_msg_set_hook", 4}, some(libnl.NFHookPostRouting)},
		{"", u32(M.Mark), none[uint32](), okFunc(func(m M) { m.SetMark(1 << 31) }), []any{"nfnl_log_msg_set_mark", uint32(1) << 31}, some(uint32(1 << 31))},
		{"", func(m M) any { return opt(m.Timestamp()) }, none[time.Time](), func(m M) error { return m.SetTimestamp(at.Add(999)) }, []any{"nfnl_log_msg_set_timestamp", cTimeval(at)}, some(at)},
		{"", func(m M) any { return m.InDev() }, 0, func(m M) error { return m.SetInDev(1) }, []any{"nfnl_log_msg_set_indev", 1}, 1},
		{"", func(m M) any { return m.OutDev() }, 0, func(m M) error { return m.SetOutDev(2) }, []any{"nfnl_log_msg_set_outdev", 2}, 2},
		{"", func(m M) any { return m.PhysInDev() }, 0, func(m M) error { return m.SetPhysInDev(3) }, []any{"nfnl_log_msg_set_physindev", 3}, 3},
		{"", func(m M) any { return m.PhysOutDev() }, 0, func(m M) error { return m.SetPhysOutDev(4) }, []any{"nfnl_log_msg_set_physoutdev", 4}, 4},
		{"", func(m M) any { return m.HWAddr() }, libnl.HWAddr{}, func(m M) error { return m.SetHWAddr(mac) }, []any{"nfnl_log_msg_set_hwaddr", []byte(mac.HardwareAddr()), 8}, mac},
		{"", func(m M) any { return text(m.Payload()) }, "", func(m M) error { return m.SetPayload([]byte{4, 5, 6}) }, []any{"nfnl_log_msg_set_payload", []byte{4, 5, 6}, 3}, "040506"},
		{"", func(m M) any { return text(m.Payload()) }, "040506", func(m M) error { return m.SetPayload(nil) }, []any{"nfnl_log_msg_set_payload", nil, 0}, ""},
		{"", func(m M) any { return m.Prefix() }, "", func(m M) error { return m.SetPrefix(strings.Repeat("x", 200)) }, []any{"nfnl_log_msg_set_prefix", strings.Repeat("x", 200)}, strings.Repeat("x", 200)},
		{"", func(m M) any { return m.Prefix() }, strings.Repeat("x", 200), func(m M) error { return m.SetPrefix("p ") }, []any{"nfnl_log_msg_set_prefix", "p "}, "p "},
		{"", u32(M.UID), none[uint32](), okFunc(func(m M) { m.SetUID(0) }), []any{"nfnl_log_msg_set_uid", 0}, some(uint32(0))},
		{"", u32(M.GID), none[uint32](), okFunc(func(m M) { m.SetGID(1 << 31) }), []any{"nfnl_log_msg_set_gid", uint32(1) << 31}, some(uint32(1 << 31))},
		{"", u32(M.Seq), none[uint32](), okFunc(func(m M) { m.SetSeq(7) }), []any{"nfnl_log_msg_set_seq", 7}, some(uint32(7))},
		{"", u32(M.SeqGlobal), none[uint32](), okFunc(func(m M) { m.SetSeqGlobal(8) }), []any{"nfnl_log_msg_set_seq_global", 8}, some(uint32(8))},
		{"", func(m M) any { return opt(m.HWType()) }, none[libnl.LLProto](), okFunc(func(m M) { m.SetHWType(65534) }), []any{"nfnl_log_msg_set_hwtype", 65534}, some(libnl.LLProto(65534))},
		{"", u16(M.HWLen), none[uint16](), okFunc(func(m M) { m.SetHWLen(14) }), []any{"nfnl_log_msg_set_hwlen", 14}, some(uint16(14))},
		{"", func(m M) any { return text(m.HWHeader()) }, "", func(m M) error { return m.SetHWHeader([]byte{1, 2}) }, []any{"nfnl_log_msg_set_hwheader", []byte{1, 2}, 2}, "0102"},
		{"", func(m M) any { return text(m.HWHeader()) }, "0102", func(m M) error { return m.SetHWHeader([]byte{}) }, []any{"nfnl_log_msg_set_hwheader", nil, 0}, ""},
		{"", func(m M) any { return opt(m.VLANProto()) }, none[libnl.EtherProto](), okFunc(func(m M) { m.SetVLANProto(0x88a8) }), []any{"nfnl_log_msg_set_vlan_proto", networkOrder(0x88a8)}, some(libnl.EtherProto(0x88a8))},
		{"", u16(M.VLANTag), none[uint16](), okFunc(func(m M) { m.SetVLANTag(0xe001) }), []any{"nfnl_log_msg_set_vlan_tag", 0xe001}, some(uint16(0xe001))},
		{"", u32(M.CTInfo), none[uint32](), okFunc(func(m M) { m.SetCTInfo(5) }), []any{"nfnl_log_msg_set_ct_info", 5}, some(uint32(5))},
	} {
		what := a.c[0].(string)
		equal(t, what+": unset", a.get(m), a.unset)
		noErr(t, a.set(m))
		c.Call(what, a.c[1:]...)
		equal(t, what, a.get(m), a.want)
		clone, err := libnl.Clone(m)
		noErr(t, err)
		equal(t, what+" of the clone", a.get(clone), a.want)
		noErr(t, clone.Close())
		buf := make([]byte, 1024)
		oracle.Call("nl_object_dump_buf", c, buf, len(buf))
		line, _, _ := strings.Cut(string(buf), "\n")
		equal(t, what+": text", m.String(), line)
	}
	equal(t, "C's timestamp", cTimevalAt(c.Call("nfnl_log_msg_get_timestamp")), 1700000000)
}

func TestNFLogMsgRefused(t *testing.T) {
	m := newNFLogMsg(t)
	for _, set := range []func(int) error{m.SetInDev, m.SetOutDev, m.SetPhysInDev, m.SetPhysOutDev} {
		isErr(t, "index", set(-1), libnl.ErrRange)
		isErr(t, "index", set(1<<31), libnl.ErrRange)
	}
	isErr(t, "family", m.SetFamily(256), libnl.ErrAFNoSupport)
	isErr(t, "no address", m.SetHWAddr(libnl.HWAddr{}), libnl.ErrRange)
	isErr(t, "nine bytes", m.SetHWAddr(libnl.HWAddrFrom(make([]byte, 9))), libnl.ErrRange)
	isErr(t, "prefix", m.SetPrefix("a\x00b"), libnl.ErrInval)
	isErr(t, "time", m.SetTimestamp(time.Time{}), libnl.ErrRange)
	isErr(t, "no entry", m.SetCT(nil), libnl.ErrClosed)
	sameLogInfo(t, "after all", m, libnl.NFLogMsgInfo{})
	equal(t, "libnl cannot compare", m.Diff(newNFLogMsg(t)), ^uint64(0))

	closed := newNFLogMsg(t)
	noErr(t, closed.Close())
	ct, err := libnl.NewCT()
	made(t, ct, err)
	for what, m := range map[string]*libnl.NFLogMsg{"closed": closed, "nil": nil, "zero": {}} {
		errs := map[string]error{
			"SetFamily": m.SetFamily(2), "SetTimestamp": m.SetTimestamp(time.Now()), "SetInDev": m.SetInDev(1), "SetOutDev": m.SetOutDev(1),
			"SetPhysInDev": m.SetPhysInDev(1), "SetPhysOutDev": m.SetPhysOutDev(1), "SetHWAddr": m.SetHWAddr(libnl.HWAddr{}),
			"SetPayload": m.SetPayload(nil), "SetPrefix": m.SetPrefix(""), "SetHWHeader": m.SetHWHeader(nil), "SetCT": m.SetCT(ct),
		}
		for name, err := range errs {
			isErr(t, what+": "+name, err, libnl.ErrClosed)
		}
		for _, f := range []func(){
			func() { m.Info() }, func() { m.Payload() }, func() { m.HWAddr() }, func() { m.HWHeader() }, func() { m.Prefix() }, func() { m.CT() },
			func() { m.Timestamp() }, func() { m.SetMark(1) }, func() { m.VLANID() }, func() { m.UID() },
		} {
			mustPanic(t, "closed NFLogMsg", f)
		}
	}
}

// libnl's setter loses the entry that was there. The message owns one reference to each, and handles have their own.
func TestNFLogMsgCT(t *testing.T) {
	m := newNFLogMsg(t)
	if _, ok := m.CT(); ok {
		t.Error("an empty message has an entry")
	}
	ct, err := libnl.NewCT()
	made(t, ct, err)
	noErr(t, m.SetCT(ct))
	equal(t, "references to the original", ct.RefCount(), 1)
	first, ok := m.CT()
	equal(t, "entry", ok, true)
	made(t, first, nil)
	equal(t, "references to the first", first.RefCount(), 2)
	noErr(t, m.SetCT(first))
	equal(t, "references to the first, replaced", first.RefCount(), 1)
	second, _ := m.CT()
	made(t, second, nil)
	clone, err := libnl.Clone(m)
	made(t, clone, err)
	equal(t, "references to the second, cloned", second.RefCount(), 2)
	third, ok := clone.CT()
	equal(t, "entry of the clone", ok, true)
	made(t, third, nil)
	noErr(t, m.Close())
	noErr(t, clone.Close())
	equal(t, "references to the second, alone", second.RefCount(), 1)
	equal(t, "text of the third", third.String(), second.String())
}

// cTimeval is a struct timeval.
func cTimeval(at time.Time) []byte {
	tv := unix.NsecToTimeval(at.UnixNano())
	b, err := binary.Append(nil, binary.NativeEndian, tv)
	if err != nil {
		panic(err)
	}
	return b
}

func cTimevalAt(p int64) int64 {
	b := make([]byte, 8)
	oracle.Call("memcpy", b, p, 8)
	return int64(binary.NativeEndian.Uint64(b))
}

// nfNext takes packets that were logged to the socket, until wants is true of one, and returns what was made of that.
func nfNext(t testing.TB, s *libnl.Socket, wants func(m *libnl.NFLogMsg) bool) *libnl.NFLogMsg {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for m, err := range s.NFLogMsgs(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		if wants == nil || wants(m) {
			kept, err := libnl.Retain(m)
			return made(t, kept, err)
		}
	}
	t.Fatal("no packet")
	return nil
}

// udp sends text over UDP, with a mark, and returns the ports.
func udp(t testing.TB, network, to, text string, mark int) (from uint16) {
	t.Helper()
	c, err := net.Dial(network, to)
	noErr(t, err)
	defer c.Close()
	raw, err := c.(*net.UDPConn).SyscallConn()
	noErr(t, err)
	raw.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_MARK, mark) })
	noErr(t, err)
	_, err = c.Write([]byte(text))
	noErr(t, err)
	return uint16(c.LocalAddr().(*net.UDPAddr).Port)
}

// udpPacket checks that b is the packet in which udp sent the text.
func udpPacket(t testing.TB, what string, b []byte, v6 bool, from, to uint16, text string) {
	t.Helper()
	header := 20
	if v6 {
		header = 40
	}
	if len(b) != header+8+len(text) {
		t.Fatalf("%s: packet of %d bytes: %x", what, len(b), b)
	}
	equal(t, what+": IP version", b[0]>>4, map[bool]byte{false: 4, true: 6}[v6])
	equal(t, what+": source port", binary.BigEndian.Uint16(b[header:]), from)
	equal(t, what+": destination port", binary.BigEndian.Uint16(b[header+2:]), to)
	equal(t, what+": text", string(b[header+8:]), text)
}

func macOf(t testing.TB, name string) (index int, mac string) {
	t.Helper()
	i, err := net.InterfaceByName(name)
	noErr(t, err)
	return i.Index, i.HardwareAddr.String()
}

func TestNFLogPackets(t *testing.T) {
	in := nfPeer(t)
	s := dialNF(t, nil)
	nfLog(t, s, 200, func(l *libnl.NFLog) { l.SetFlags(libnl.NFLogFlagSeq | libnl.NFLogFlagSeqGlobal) })
	for _, program := range []string{"iptables", "ip6tables"} {
		nltest.Rule(t, program, "-A OUTPUT -p udp --dport 7 -j NFLOG --nflog-group 200 --nflog-prefix out/")
		nltest.Rule(t, program, "-A INPUT -p udp --dport 7 -j NFLOG --nflog-group 200")
	}
	v0, mac0 := macOf(t, "v0")
	var mac1 string
	in(func() { _, mac1 = macOf(t, "v1") })
	// what the credentials of a file are taken from; without the right to change them they stay
	unix.Setfsuid(1234)
	unix.Setfsgid(2345)
	uid, _ := unix.SetfsuidRetUid(-1)
	gid, _ := unix.SetfsgidRetGid(-1)

	seq := uint32(0)
	for _, v6 := range []bool{false, true} {
		network, here, there, family, proto := "udp4", "192.0.2.1:7", "192.0.2.2:7", libnl.FamilyIPv4, libnl.EtherProto(0x800)
		if v6 {
			network, here, there, family, proto = "udp6", "[2001:db8::1]:7", "[2001:db8::2]:7", libnl.FamilyIPv6, 0x86dd
		}
		out := network + " out"
		from := udp(t, network, there, "to the other side", 42)
		m := nfNext(t, s, nil)
		i := m.Info()
		udpPacket(t, out, i.Payload, v6, from, 7, "to the other side")
		want := libnl.NFLogMsgInfo{
			Family: family, HWProto: proto, Hook: libnl.NFHookLocalOut, Mark: 42, OutDev: v0, Prefix: "out/", Payload: i.Payload,
			UID: new(uint32(uid)), GID: new(uint32(gid)), Seq: new(seq), SeqGlobal: i.SeqGlobal,
		}
		sameLogInfo(t, out, m, want)

		begin := time.Now()
		in(func() { from = udp(t, network, here, "to this side", 0) })
		m = nfNext(t, s, nil)
		i = m.Info()
		udpPacket(t, network+" in", i.Payload, v6, from, 7, "to this side")
		header := slices.Concat(parseMAC(t, mac0), parseMAC(t, mac1), be16(uint16(proto)))
		mac, err := libnl.ParseHWAddr(mac1)
		noErr(t, err)
		sameLogInfo(t, network+" in", m, libnl.NFLogMsgInfo{
			Family: family, HWProto: proto, Hook: libnl.NFHookLocalIn, Timestamp: i.Timestamp, InDev: v0, HWAddr: mac, HWType: unix.ARPHRD_ETHER,
			HWHeader: header, Payload: i.Payload, Seq: new(seq + 1), SeqGlobal: new(*want.SeqGlobal + 1),
		})
		hwlen, _ := m.HWLen()
		equal(t, "header length", hwlen, 14)
		if d := i.Timestamp.Sub(begin); d < -time.Second || d > time.Since(begin)+time.Second {
			t.Errorf("%s in: logged %v after it was sent", network, d)
		}
		if p, ok := m.HWProto(); !ok || p != proto {
			t.Errorf("protocol %v", p)
		}
		seq += 2
	}
}

func parseMAC(t testing.TB, s string) net.HardwareAddr {
	t.Helper()
	m, err := net.ParseMAC(s)
	noErr(t, err)
	return m
}

// What the configuration says of packets and their messages.
func TestNFLogModes(t *testing.T) {
	nfPeer(t)
	s := dialNF(t, nil)
	ctx := t.Context()
	l := nfLog(t, s, 3, func(l *libnl.NFLog) { l.SetFlags(libnl.NFLogFlagSeq) })
	nltest.Rule(t, "iptables", "-A OUTPUT -p udp --dport 7 -j NFLOG --nflog-group 3")
	next := func() (i libnl.NFLogMsgInfo) {
		udp(t, "udp4", "192.0.2.2:7", strings.Repeat("x", 1000), 0)
		return nfNext(t, s, nil).Info()
	}
	i := next()
	equal(t, "whole packet", len(i.Payload), 1028)
	equal(t, "numbered", *i.Seq, 0)
	noErr(t, l.SetCopyMode(libnl.NFLogCopyPacket))
	l.SetCopyRange(50)
	l.UnsetFlags(libnl.NFLogFlagSeq)
	noErr(t, l.Change(ctx, s))
	i = next()
	equal(t, "50 bytes", len(i.Payload), 50)
	equal(t, "no longer numbered", i.Seq, nil)
	noErr(t, l.SetCopyMode(libnl.NFLogCopyMeta))
	noErr(t, l.Change(ctx, s))
	equal(t, "no bytes", len(next().Payload), 0)
	noErr(t, l.Delete(ctx, s))
}

func TestNFLogConntrack(t *testing.T) {
	nfPeer(t)
	s := dialNF(t, nil)
	l := newNFLog(t)
	l.SetGroup(3)
	l.SetQueueThreshold(1)
	l.SetFlags(libnl.NFLogFlagConntrack)
	err := l.Create(t.Context(), s)
	if isUnsupported(err) {
		t.Skip(err)
	}
	noErr(t, err)
	nltest.Rule(t, "iptables", "-A OUTPUT -p udp --dport 7 -j NFLOG --nflog-group 3")
	from := udp(t, "udp4", "192.0.2.2:7", "x", 0)
	m := nfNext(t, s, nil)
	info, ok := m.CTInfo()
	equal(t, "IP_CT_NEW", opt(info, ok), some(uint32(2)))
	ct, ok := m.CT()
	if !ok {
		t.Fatal("no entry")
	}
	made(t, ct, nil)
	if text := ct.String(); !strings.Contains(text, "udp") || !strings.Contains(text, fmt.Sprint("192.0.2.1:", from)) {
		t.Errorf("entry %q", text)
	}
	if text := m.String(); !strings.Contains(text, ct.String()) {
		t.Errorf("text %q", text)
	}
}

func isUnsupported(err error) bool {
	e, ok := err.(*libnl.Error)
	return ok && e.Errno == unix.EOPNOTSUPP
}

// Packets of a bridge: of a port, with a VLAN tag.
func TestNFLogBridge(t *testing.T) {
	in := nfPeer(t)
	s := dialNF(t, nil)
	nfLog(t, s, 3, nil)
	nltest.Link(t, "bridge", "br0")
	nltest.Run(t, "ip", "link", "set", "v0", "master", "br0")
	nltest.Run(t, "ip", "link", "set", "br0", "up")
	if _, err := exec.LookPath("ebtables"); err != nil {
		t.Skip(err)
	}
	nltest.Probe(t, "ebtables", "-A", "INPUT", "-s", "02:00:00:00:00:07", "--nflog-group", "3", "--nflog-prefix", "tagged", "-j", "ACCEPT")
	v0, _ := macOf(t, "v0")
	br0, _ := macOf(t, "br0")
	content := slices.Concat(bytes.Repeat([]byte{0xff}, 6), []byte{2, 0, 0, 0, 0, 7}, be16(0x8100), be16(0xb007), be16(0x88b5), bytes.Repeat([]byte("payload!"), 8))
	var fd int
	var err error
	in(func() { fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0) })
	if errors.Is(err, unix.EPERM) {
		t.Skip("no right to send frames: ", err)
	}
	noErr(t, err)
	defer unix.Close(fd)
	in(func() {
		v1, _ := macOf(t, "v1")
		noErr(t, unix.Sendto(fd, content, 0, &unix.SockaddrLinklayer{Ifindex: v1, Protocol: networkOrder(0x8100)}))
	})
	m := nfNext(t, s, func(m *libnl.NFLogMsg) bool { return m.Prefix() == "tagged" })
	i := m.Info()
	equal(t, "family", i.Family, libnl.FamilyBridge)
	equal(t, "port", i.PhysInDev, v0)
	equal(t, "bridge", i.InDev, br0)
	equal(t, "VLAN protocol", i.VLANProto, 0x8100)
	equal(t, "protocol", i.HWProto, 0x88b5)
	id, _ := m.VLANID()
	cfi, _ := m.VLANCFI()
	prio, ok := m.VLANPrio()
	equal(t, "VLAN", fmt.Sprint(id, cfi, prio, ok), "7 true 5 true")
	equal(t, "sender", i.HWAddr.String(), "02:00:00:00:00:07")
	equal(t, "payload", string(i.Payload), strings.Repeat("payload!", 8))
}

// nfBatch makes a group with a number in which libnl, and whoever believes that a DONE carries an error, sees one, for the socket that do asks
// on, and has three packets logged to it in one datagram.
func nfBatch(t *testing.T, do func(ctx context.Context, m *libnl.Msg) error) {
	t.Helper()
	l := newNFLog(t)
	l.SetGroup(0xe0ff)
	noErr(t, l.SetFlushTimeout(time.Hour))
	m, err := l.BuildCreate()
	noErr(t, err)
	noErr(t, do(t.Context(), m))
	nltest.Rule(t, "iptables", "-A OUTPUT -p udp --dport 7 -j NFLOG --nflog-group 57599 --nflog-threshold 3")
	nfThree(t)
}

func nfThree(t *testing.T) {
	t.Helper()
	for i := range 3 {
		udp(t, "udp4", "192.0.2.2:7", fmt.Sprint("packet ", i), 0)
	}
}

func nfText(m *libnl.NFLogMsg) string { return string(m.Payload()[28:]) }

const nfBatchTexts = "[packet 0 packet 1 packet 2]"

// Several packets in one datagram end in a DONE that has a netfilter header, where other DONEs have an error.
func TestNFLogBatch(t *testing.T) {
	nfPeer(t)
	s := dialNF(t, nil)
	nfBatch(t, s.Do)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var got []string
	var kept *libnl.NFLogMsg
	for m, err := range s.NFLogMsgs(ctx) {
		noErr(t, err)
		kept = m
		got = append(got, nfText(m))
		noErr(t, s.Do(ctx, nfNoop(t))) // the body may ask
		if len(got)%3 != 0 {
			continue
		}
		if len(got) == 9 {
			break
		}
		nfThree(t)
	}
	equal(t, "packets", fmt.Sprint(got[:3]), nfBatchTexts)
	equal(t, "packets", fmt.Sprint(got[6:]), nfBatchTexts)
	mustPanic(t, "closed NFLogMsg", func() { kept.Payload() })

	got = nil
	nfThree(t)
	for m, err := range s.Messages(ctx) {
		noErr(t, err)
		h, _ := m.NF()
		equal(t, "group", h.ResID, 0xe0ff)
		got = append(got, m.Header().Type.String())
		if len(got) == 3 {
			break
		}
	}
	equal(t, "messages", fmt.Sprint(got), "[0x400 0x400 0x400]")
	nfThree(t)
	noErr(t, s.Do(ctx, nfNoop(t)))
	equal(t, "after the messages", nfText(nfNext(t, s, nil)), "packet 0")
}

// nfNoop is a request that changes nothing: group 1 is not there, and nobody minds.
func nfNoop(t testing.TB) *libnl.Msg {
	m, err := libnl.BuildUnbindNFLog(libnl.FamilyBridge)
	noErr(t, err)
	return m
}

// libnl's own loop, and its wait for an answer while packets wait.
func TestNFLogCallback(t *testing.T) {
	nfPeer(t)
	s := dialNF(t, &libnl.Config{Events: true})
	var got []string
	noErr(t, s.ModifyCallback(libnl.CbValid, libnl.KindCustom, func(m *libnl.Msg) error {
		l, err := libnl.ParseNFLogMsg(m)
		if err != nil {
			return err
		}
		defer l.Close()
		got = append(got, nfText(l))
		return nil
	}))
	nfBatch(t, s.Do)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	noErr(t, s.Recv(ctx))
	equal(t, "packets", fmt.Sprint(got), nfBatchTexts)

	got = nil
	nfThree(t)
	refused := newNFLog(t)
	refused.SetGroup(1) // which is not there
	m, err := refused.BuildDelete()
	noErr(t, err)
	s.EnableAutoAck()
	_, err = s.SendAuto(m)
	noErr(t, err)
	isErr(t, "the answer behind packets", s.WaitForAck(), libnl.ErrNoDev)
	noErr(t, s.Recv(ctx))
	equal(t, "packets", fmt.Sprint(got), nfBatchTexts)
}

func TestNFLogNetLink(t *testing.T) {
	nfPeer(t)
	n, err := libnl.NewNfNetLink(nil)
	noErr(t, err)
	defer n.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var got []string
	noErr(t, libnl.HandleObject(n, libnl.NFLogMsgPacket, func(e *libnl.Event, m *libnl.NFLogMsg) error {
		h, _ := e.Msg.NF()
		equal(t, "group", h.ResID, 0xe0ff)
		got = append(got, nfText(m))
		noErr(t, n.Do(ctx, nfNoop(t)))
		if len(got) == 6 {
			cancel()
		}
		return nil
	}))
	nfBatch(t, n.Do)
	nfThree(t)
	isErr(t, "Run", n.Run(ctx), context.Canceled)
	equal(t, "packets", fmt.Sprint(got[:3]), nfBatchTexts)
	equal(t, "packets", fmt.Sprint(got[3:]), nfBatchTexts)
	equal(t, "unhandled", n.Stats().Unhandled, 0)
	noErr(t, n.Close())
	isErr(t, "closed", n.Do(t.Context(), nfNoop(t)), libnl.ErrClosed)
	isErr(t, "nil", (*libnl.NetLink)(nil).Do(t.Context(), nfNoop(t)), libnl.ErrInval)
}

func TestNFLogOverrun(t *testing.T) {
	nfPeer(t)
	s := dialNF(t, &libnl.Config{RcvBuf: 4096})
	nfLog(t, s, 3, nil)
	nltest.Rule(t, "iptables", "-A OUTPUT -p udp --dport 7 -j NFLOG --nflog-group 3")
	text := strings.Repeat("x", 1000)
	for range 100 {
		udp(t, "udp4", "192.0.2.2:7", text, 0)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	packets, overruns := 0, 0
	for m, err := range s.NFLogMsgs(ctx) {
		last := func() { udp(t, "udp4", "192.0.2.2:7", "last", 0) }
		switch {
		case err == nil && nfText(m) == "last":
			cancel()
		case err == nil && overruns > 0: // the kernel has room again when all that is there was read
			packets++
			last()
		case err == nil:
			packets++
		case ctx.Err() != nil:
			isErr(t, "end", err, context.Canceled)
		default:
			isErr(t, "in the loop", err, libnl.ErrOverrun)
			overruns++
			last()
		}
	}
	equal(t, "the loop ended by the packet behind the overrun", ctx.Err(), context.Canceled)
	if overruns == 0 || packets == 0 || packets == 100 {
		t.Errorf("%d packets, %d overruns", packets, overruns)
	}
}

// What goes wrong with the socket.
func TestNFLogMsgsErrors(t *testing.T) {
	s := nfNS(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	isErr(t, "context", failure(s.NFLogMsgs(ctx)), context.Canceled)
	isErr(t, "protocol", failure(dialRoute(t, nil).NFLogMsgs(t.Context())), libnl.ErrProtoMismatch)
	noErr(t, s.Close())
	isErr(t, "closed", failure(s.NFLogMsgs(t.Context())), libnl.ErrClosed)
	isErr(t, "nil", failure((*libnl.Socket)(nil).NFLogMsgs(t.Context())))
}

func FuzzNFLogMsg(f *testing.F) {
	f.Add(fullLogMsg(f).Payload())
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 4096 {
			return
		}
		m, err := libnl.NewMsgSimple(libnl.NFLogMsgPacket, 0)
		noErr(t, err)
		m.SetProto(libnl.ProtoNetfilter)
		m.Append(b, 4)
		l, err := libnl.ParseNFLogMsg(m)
		if err != nil {
			return
		}
		defer l.Close()
		sameLogInfo(t, "fuzzed", l, l.Info())
		clone, err := libnl.Clone(l)
		noErr(t, err)
		defer clone.Close()
		sameLogInfo(t, "cloned", clone, l.Info())
		equal(t, "text", clone.String(), l.String())
		if ct, ok := l.CT(); ok {
			noErr(t, l.SetCT(ct))
			noErr(t, ct.Close())
		}
	})
}
