//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/oracle"
)

// msg returns a message that can grow to limit bytes.
func msg(t testing.TB, limit int) *libnl.Msg {
	t.Helper()
	m, err := libnl.NewMsgSize(limit)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

// raw returns the bytes of a message of type 16 with a payload.
func raw(payload ...byte) []byte {
	b := binary.NativeEndian.AppendUint32(nil, uint32(16+len(payload)))
	b = binary.NativeEndian.AppendUint16(b, 16)
	return append(append(b, make([]byte, 10)...), payload...)
}

// mustPanic runs fn, which must panic with a text that holds want.
func mustPanic(t *testing.T, want string, fn func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if got, _ := recover().(string); !strings.Contains(got, want) {
			t.Errorf("panic %q, want one with %q", got, want)
		}
	}()
	fn()
}

func wantErr(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("error %v, want %v", err, want)
	}
	if e, ok := errors.AsType[*libnl.Error](err); want != nil && (!ok || e.Func == "") {
		t.Errorf("error %v does not name its C function", err)
	}
}

func TestNewMsg(t *testing.T) {
	m, err := libnl.NewMsg()
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if got, want := m.Header(), (libnl.Header{Len: 16}); got != want {
		t.Errorf("header %+v, want %+v", got, want)
	}
	if m.Len() != 16 || m.MaxSize() != os.Getpagesize() || len(m.Payload()) != 0 {
		t.Errorf("length %d of %d, payload %x", m.Len(), m.MaxSize(), m.Payload())
	}
	if m.Proto() != -1 || m.Src() != (libnl.SockAddr{}) || m.Dst() != (libnl.SockAddr{}) || m.Group() != 0 {
		t.Error("a new message has a protocol, an address or a group")
	}
	if _, ok := m.Creds(); ok {
		t.Error("a new message has credentials")
	}
	if _, ok := m.NSID(); ok {
		t.Error("a new message has a namespace")
	}

	m, err = libnl.NewMsgSimple(libnl.RTMGetLink, libnl.FlagRequest|libnl.FlagDump)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := m.Header(), (libnl.Header{Len: 16, Type: 18, Flags: 0x301}); got != want {
		t.Errorf("header %+v, want %+v", got, want)
	}
	want := libnl.Header{Len: 16, Type: 24, Flags: 5, Seq: 6, Port: 7}
	m, err = libnl.NewMsgInherit(libnl.Header{Len: 1000, Type: 24, Flags: 5, Seq: 6, Port: 7})
	if err != nil || m.Header() != want {
		t.Errorf("header %+v, error %v, want %+v", m.Header(), err, want)
	}
}

func TestNewMsgSize(t *testing.T) {
	if got := msg(t, 0).MaxSize(); got != 16 {
		t.Errorf("the least size is %d, want 16", got)
	}
	if got := msg(t, 1<<30).MaxSize(); got != 1<<30 {
		t.Errorf("size %d", got)
	}
	for _, n := range []int{-1, 1<<30 + 1} {
		_, err := libnl.NewMsgSize(n)
		wantErr(t, err, libnl.ErrInval)
	}
}

func TestSetDefaultMsgSize(t *testing.T) {
	defer libnl.SetDefaultMsgSize(os.Getpagesize())
	for _, c := range [][2]int{{64, 64}, {3, 16}, {8192, 8192}} {
		if err := libnl.SetDefaultMsgSize(c[0]); err != nil {
			t.Fatal(err)
		}
		m, err := libnl.NewMsg()
		if err != nil || m.MaxSize() != c[1] {
			t.Errorf("default size %d gives messages of %d, error %v", c[0], m.MaxSize(), err)
		}
	}
	wantErr(t, libnl.SetDefaultMsgSize(-1), libnl.ErrInval)
	wantErr(t, libnl.SetDefaultMsgSize(1<<31-1), libnl.ErrInval)
}

func TestMsgFromBytes(t *testing.T) {
	good := raw(1, 2, 3, 4, 5)
	m, err := libnl.MsgFromBytes(good)
	if err != nil {
		t.Fatal(err)
	}
	good[16] = 9 // it is a copy
	if got, want := m.Payload(), []byte{1, 2, 3, 4, 5}; !bytes.Equal(got, want) || m.Len() != 21 || m.MaxSize() != 24 {
		t.Errorf("payload %x, length %d of %d", got, m.Len(), m.MaxSize())
	}
	for n := range good {
		_, err := libnl.MsgFromBytes(good[:n])
		wantErr(t, err, libnl.ErrMsgTooShort)
	}
	_, err = libnl.MsgFromBytes(append(good, 0))
	wantErr(t, err, libnl.ErrInval)
	_, err = libnl.MsgFromBytes(make([]byte, 16)) // nlmsg_len is 0
	wantErr(t, err, libnl.ErrMsgTooShort)
}

func TestMsgRetainCloneClose(t *testing.T) {
	m := msg(t, 4096)
	m.SetProto(libnl.ProtoRoute)
	m.SetSrc(libnl.SockAddr{Port: 1, Groups: 2})
	m.SetDst(libnl.SockAddr{Port: 3, Groups: 4})
	m.SetCreds(syscall.Ucred{Pid: 5, Uid: 6, Gid: 7})
	m.PutU32(1, 2)
	r, c := m.Retain(), m.Clone()
	m.PutU32(3, 4)
	if !bytes.Equal(r.Bytes(), m.Bytes()) || c.Len() != 24 || m.Len() != 32 {
		t.Errorf("lengths: message %d, retained %d, clone %d", m.Len(), r.Len(), c.Len())
	}
	for range 2 {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	}
	for _, k := range []*libnl.Msg{r, c} {
		cr, ok := k.Creds()
		if k.Proto() != 0 || k.Src().Port != 1 || k.Dst().Groups != 4 || !ok || cr.Uid != 6 || k.MaxSize() != 4096 {
			t.Errorf("kept: %v %v %v %v %v %d", k.Proto(), k.Src(), k.Dst(), cr, ok, k.MaxSize())
		}
	}
	c.PutU64(5, 6)
	if r.Len() != 32 || c.Len() != 36 {
		t.Errorf("lengths: retained %d, clone %d", r.Len(), c.Len())
	}
	if m.Retain() != nil || m.Clone() != nil || (*libnl.Msg)(nil).Retain() != nil || (*libnl.Msg)(nil).Close() != nil {
		t.Error("a closed or nil message was kept")
	}
}

func TestMsgClosed(t *testing.T) {
	closed := msg(t, 64)
	closed.Close()
	for name, m := range map[string]*libnl.Msg{"closed Msg": closed, "nil Msg": nil, "closed Msg ": {}} {
		for _, fn := range []func(){
			func() { m.Header() }, func() { m.Bytes() }, func() { m.Payload() }, func() { m.Len() }, func() { m.MaxSize() },
			func() { m.SetHeader(libnl.Header{}) }, func() { m.Reserve(1, 1) }, func() { m.Append(nil, 0) },
			func() { m.Proto() }, func() { m.SetProto(0) }, func() { m.Src() }, func() { m.SetSrc(libnl.SockAddr{}) },
			func() { m.Dst() }, func() { m.SetDst(libnl.SockAddr{}) }, func() { m.Creds() }, func() { m.SetCreds(syscall.Ucred{}) },
			func() { m.Group() }, func() { m.NSID() }, func() { m.AttrData(0) }, func() { m.Attrs(0) }, func() { m.FindAttr(0, 1) },
			func() { m.ReserveAttr(1, 1) }, func() { m.PutBytes(1, nil) }, func() { m.PutU8(1, 1) }, func() { m.PutU16(1, 1) },
			func() { m.PutU32(1, 1) }, func() { m.PutU64(1, 1) }, func() { m.PutS8(1, 1) }, func() { m.PutS16(1, 1) },
			func() { m.PutS32(1, 1) }, func() { m.PutS64(1, 1) }, func() { m.PutBE16(1, 1) }, func() { m.PutBE32(1, 1) },
			func() { m.PutBE64(1, 1) }, func() { m.PutUint(1, 1) }, func() { m.PutSint(1, 1) }, func() { m.PutString(1, "") },
			func() { m.PutFlag(1) }, func() { m.PutMsecs(1, 1) }, func() { m.PutNested(1, msg(t, 64)) },
			func() { msg(t, 64).PutNested(1, m) }, func() { m.Nest(1, nil) }, func() { m.NestKeepEmpty(1, nil) },
		} {
			mustPanic(t, strings.TrimSpace(name), fn)
		}
		wantErr(t, m.Err(), libnl.ErrClosed)
		wantErr(t, m.PutHeader(0, 0, 0, 0, 0), libnl.ErrClosed)
		wantErr(t, m.Expand(100), libnl.ErrClosed)
		wantErr(t, m.Dump(io.Discard), libnl.ErrClosed)
		_, err := m.ParseAttrs(0, 1, nil)
		wantErr(t, err, libnl.ErrClosed)
		wantErr(t, m.Validate(0, 1, nil), libnl.ErrClosed)
	}
}

func TestMsgHeader(t *testing.T) {
	m := msg(t, 64)
	m.SetHeader(libnl.Header{Len: 5, Type: 1, Flags: 2, Seq: 3, Port: 4})
	if got, want := m.Header(), (libnl.Header{Len: 16, Type: 1, Flags: 2, Seq: 3, Port: 4}); got != want {
		t.Errorf("header %+v, want %+v", got, want)
	}
	if err := m.PutHeader(8, 7, 5, 3, 6); err != nil {
		t.Fatal(err)
	}
	if got, want := m.Header(), (libnl.Header{Len: 20, Type: 5, Flags: 6, Seq: 7, Port: 8}); got != want {
		t.Errorf("header %+v, want %+v", got, want)
	}
	if err := m.PutHeader(0, 0, 0, 44, 0); err != nil || m.Len() != 64 {
		t.Errorf("the payload is reserved anew: length %d, error %v", m.Len(), err)
	}
	wantErr(t, m.PutHeader(1, 2, 3, -1, 4), libnl.ErrInval)
	if m.Err() != nil {
		t.Error("a refused argument was latched: ", m.Err())
	}
	wantErr(t, m.PutHeader(1, 2, 3, 1, 4), libnl.ErrNoMem)
	wantErr(t, m.Err(), libnl.ErrNoMem)
	if m.Header().Seq != 2 || m.Len() != 64 {
		t.Errorf("header %+v", m.Header()) // as in libnl, it is set
	}
}

func TestMsgAppend(t *testing.T) {
	m := msg(t, 40)
	m.Append([]byte{1, 2, 3}, 4)
	m.Append([]byte{4}, 0)
	m.Append([]byte{5}, 1)
	copy(m.Reserve(3, 8), []byte{6, 7, 8})
	m.Append(nil, 4)
	if got, want := m.Payload(), []byte{1, 2, 3, 0, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0}; !bytes.Equal(got, want) {
		t.Errorf("payload %x, want %x", got, want)
	}
	if got := m.Header().Len; got != 30 || m.Err() != nil {
		t.Errorf("length %d, error %v", got, m.Err())
	}
	if got := m.Reserve(9, 4); got != nil { // 10 are left, it takes 12
		t.Errorf("reserved %d bytes", len(got))
	}
	wantErr(t, m.Err(), libnl.ErrNoMem)
	m.Append([]byte{1}, 0)
	if m.Len() != 30 {
		t.Error("something was put after a failure")
	}
	for _, c := range [][2]int{{-1, 0}, {1, -1}, {1, 3}, {1, -8}} {
		m := msg(t, 64)
		if m.Reserve(c[0], c[1]) != nil {
			t.Errorf("reserved %d, %d", c[0], c[1])
		}
		wantErr(t, m.Err(), libnl.ErrInval)
	}
	for _, pad := range []int{0, 1, 32, 1 << 62} { // nothing fits everywhere, padded to whatever
		m := msg(t, 16)
		m.Append(nil, pad)
		if m.Len() != 16 || m.Err() != nil {
			t.Errorf("nothing padded to %d: length %d, error %v", pad, m.Len(), m.Err())
		}
	}
	for _, c := range [][2]int{{1<<63 - 1, 0}, {1, 1 << 62}, {1<<63 - 1, 1 << 62}, {49, 0}} {
		m := msg(t, 64)
		if m.Reserve(c[0], c[1]) != nil {
			t.Errorf("reserved %d, %d", c[0], c[1])
		}
		wantErr(t, m.Err(), libnl.ErrNoMem)
	}
}

func TestMsgExpand(t *testing.T) {
	m := msg(t, 20)
	m.Append(make([]byte, 4), 0)
	wantErr(t, m.Expand(20), libnl.ErrInval)
	wantErr(t, m.Expand(-1), libnl.ErrInval)
	wantErr(t, m.Expand(1<<31-1), libnl.ErrInval)
	if err := m.Expand(100000); err != nil || m.MaxSize() != 100000 {
		t.Fatal(m.MaxSize(), err)
	}
	big := bytes.Repeat([]byte{7}, 50000)
	m.Append(big, 0)
	if m.Err() != nil || !bytes.Equal(m.Payload()[4:], big) {
		t.Error("the message did not grow: ", m.Err())
	}
}

// TestMsgReserveZero shows that no byte of something taken back comes to light again.
func TestMsgReserveZero(t *testing.T) {
	m := msg(t, 4096)
	func() {
		defer func() { _ = recover() }()
		m.Nest(1, func(m *libnl.Msg) {
			m.Append(bytes.Repeat([]byte{0xff}, 100), 0)
			panic("")
		})
	}()
	if b := m.Reserve(120, 0); !bytes.Equal(b, make([]byte, 120)) {
		t.Errorf("reserved %x", b)
	}
}

func TestEachMsg(t *testing.T) {
	b := append(raw(1, 2, 3, 4, 5), 0, 0, 0)
	b = append(b, raw()...)
	b = append(b, raw(6)...)
	var got [][]byte
	for h, m := range libnl.EachMsg(b) {
		if int(h.Len) != len(m) || cap(m) != len(m) {
			t.Errorf("header %+v of %d bytes", h, len(m))
		}
		got = append(got, m[16:])
	}
	if len(got) != 3 || len(got[0]) != 5 || len(got[1]) != 0 || len(got[2]) != 1 {
		t.Errorf("messages %x", got)
	}
	n := 0
	for range libnl.EachMsg(b[:len(b)-1]) {
		n++
	}
	for range libnl.EachMsg(b) {
		n++
		break
	}
	for range libnl.EachMsg(append(make([]byte, 16), b...)) { // nlmsg_len 0
		n += 100
	}
	if n != 3 {
		t.Errorf("%d messages, want 3", n)
	}
}

func TestMsgSizes(t *testing.T) {
	if libnl.MsgSize(5) != 21 || libnl.MsgTotalSize(5) != 24 || libnl.MsgPadLen(5) != 3 || libnl.MsgPadLen(0) != 0 {
		t.Error("message sizes")
	}
	if libnl.AttrSize(5) != 9 || libnl.AttrTotalSize(5) != 12 || libnl.AttrPadLen(5) != 3 || libnl.AttrPadLen(4) != 0 {
		t.Error("attribute sizes")
	}
}

func TestMsgTypeText(t *testing.T) {
	for typ, want := range map[libnl.MsgType]string{1: "NOOP", 2: "ERROR", 3: "DONE", 4: "OVERRUN", 0: "0x0", 5: "0x5", 0xffff: "0xffff"} {
		if got := typ.String(); got != want {
			t.Errorf("type %d is %q, want %q", uint16(typ), got, want)
		}
		if got, err := libnl.ParseMsgType(strings.ToLower(want)); err != nil || got != typ {
			t.Errorf("%q is %d, error %v", want, uint16(got), err)
		}
	}
	for s, want := range map[string]error{
		"": libnl.ErrInval, "x": libnl.ErrObjNotFound, "-1": libnl.ErrObjNotFound, "DONE\x00": libnl.ErrObjNotFound,
		"65536": libnl.ErrRange, "0x10000000010": libnl.ErrRange,
	} {
		_, err := libnl.ParseMsgType(s)
		wantErr(t, err, want)
	}
	for f, want := range map[libnl.MsgFlags]string{0: "", 5: "REQUEST,ACK", 0x301: "REQUEST,ROOT,MATCH", 0x8001: "REQUEST,0x8000"} {
		if got := f.String(); got != want {
			t.Errorf("flags %#x are %q, want %q", uint16(f), got, want)
		}
	}
	_ = libnl.MsgFlags(0xffff).String()
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestMsgDump(t *testing.T) {
	dump := func(m *libnl.Msg) string {
		t.Helper()
		var b strings.Builder
		if err := m.Dump(&b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	m := msg(t, 4096)
	m.SetProto(libnl.ProtoRoute)
	if err := m.PutHeader(7, 9, libnl.RTMNewLink, 16, libnl.FlagRequest); err != nil {
		t.Fatal(err)
	}
	m.PutString(3, "lo")
	m.Nest(18, func(m *libnl.Msg) { m.PutU32(1, 2) })
	got := dump(m)
	for _, want := range []string{
		"BEGIN NETLINK MESSAGE", ".nlmsg_len = 52", ".type = 16 <route/link::new>", ".flags = 1 <REQUEST>", ".seq = 9", ".port = 7",
		"[PAYLOAD] 16 octets", "[ATTR 03] 3 octets\n    6c 6f 00 ", "[PADDING] 1 octets", "[ATTR 18 NESTED] 8 octets\n    [ATTR 01] 4 octets",
		"END NETLINK MESSAGE",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the dump lacks %q:\n%s", want, got)
		}
	}
	if err := m.Dump(brokenWriter{}); err != io.ErrShortWrite {
		t.Error(err)
	}
	wantErr(t, m.Dump(nil), libnl.ErrInval)

	// An attribute that ends unaligned at the end of the message, the messages of every length, an error's original.
	full := m.Bytes()
	for n := 16; n <= len(full); n++ {
		c := bytes.Clone(full[:n])
		binary.NativeEndian.PutUint32(c, uint32(n))
		for _, typ := range []uint16{16, uint16(libnl.MsgError), 24, 0xffff} {
			binary.NativeEndian.PutUint16(c[4:], typ)
			for _, proto := range []libnl.Protocol{libnl.ProtoRoute, libnl.ProtoGeneric, -1, 1 << 30} {
				k, err := libnl.MsgFromBytes(c)
				if err != nil {
					t.Fatal(err)
				}
				k.SetProto(proto)
				dump(k)
			}
		}
	}
}

// TestMsgDumpDeep has attributes nested as deep as a message can: libnl would take a stack frame, and indent, for each.
func TestMsgDumpDeep(t *testing.T) {
	for _, depth := range []int{200, 16000} {
		m := msg(t, 1<<17)
		m.SetProto(libnl.ProtoRoute)
		if err := m.PutHeader(0, 0, libnl.RTMNewLink, 16, 0); err != nil {
			t.Fatal(err)
		}
		b := m.Reserve(4*depth, 0)
		for i := 0; i < len(b); i += 4 {
			binary.NativeEndian.PutUint16(b[i:], uint16(len(b)-i))
			binary.NativeEndian.PutUint16(b[i+2:], 0x8001)
		}
		var out bytes.Buffer
		if err := m.Dump(&out); err != nil {
			t.Fatal(err)
		}
		if nested := bytes.Count(out.Bytes(), []byte("NESTED")); nested != depth%16000 || out.Len() > 1<<20 {
			t.Errorf("depth %d: %d levels, %d bytes", depth, nested, out.Len())
		}
	}
}

func FuzzMsgFromBytes(f *testing.F) {
	f.Add(raw(1, 2, 3, 4, 5), 0)
	f.Add(raw(8, 0, 1, 0, 1, 2, 3, 4), 16)
	f.Fuzz(func(t *testing.T, b []byte, proto int) {
		whole := 0
		for _, one := range libnl.EachMsg(b) {
			whole++
			if _, err := libnl.MsgFromBytes(one); err != nil {
				t.Fatal(err)
			}
		}
		m, err := libnl.MsgFromBytes(b)
		if err != nil {
			return
		}
		if whole != 1 || !bytes.Equal(m.Bytes(), b) || m.Header().Len != uint32(len(b)) {
			t.Fatalf("%d messages in %x, one made of it is %x", whole, b, m.Bytes())
		}
		m.SetProto(libnl.Protocol(proto))
		if err := m.Dump(io.Discard); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzMsgDump compares with what plain libnl writes.
func FuzzMsgDump(f *testing.F) {
	for _, proto := range []uint8{0, 12, 16, 255} {
		for _, typ := range []uint16{2, 3, 16, 18, 24} {
			f.Add(typ, uint16(5), proto, append(make([]byte, 16), attr(0x8001, append(attr(2, 3), 0, 0, 0)...)...))
			f.Add(typ, uint16(0xffff), proto, append(make([]byte, 12), attr(1, 2)...))
		}
	}
	f.Fuzz(func(t *testing.T, typ, flags uint16, proto uint8, payload []byte) {
		if len(payload) > 1000 {
			return // beyond that a message may be dumped as plain bytes
		}
		b := raw(payload...)
		binary.NativeEndian.PutUint16(b[4:], typ)
		binary.NativeEndian.PutUint16(b[6:], flags)
		want, ok := oracle.MsgDump(b, int(int8(proto)))
		if !ok {
			t.Fatalf("libnl does not dump %x", b)
		}
		m, err := libnl.MsgFromBytes(b)
		if err != nil {
			t.Fatal(err)
		}
		m.SetProto(libnl.Protocol(int8(proto)))
		var got strings.Builder
		if err := m.Dump(&got); err != nil || got.String() != want {
			t.Fatalf("error %v, dump\n%s, libnl's\n%s", err, got.String(), want)
		}
	})
}

func BenchmarkNewMsgPut5(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		m, _ := libnl.NewMsgSimple(libnl.RTMNewRoute, libnl.FlagRequest)
		m.Reserve(12, 4)
		for t := range uint16(5) {
			m.PutU32(t, 1)
		}
		m.Close()
	}
}
