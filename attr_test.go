//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/oracle"
)

// attr returns the bytes of an attribute without padding.
func attr(typ uint16, payload ...byte) []byte {
	b := binary.NativeEndian.AppendUint16(nil, uint16(4+len(payload)))
	return append(binary.NativeEndian.AppendUint16(b, typ), payload...)
}

// first returns the first attribute in b.
func first(t testing.TB, b []byte) libnl.Attr {
	t.Helper()
	for a := range libnl.EachAttr(b) {
		return a
	}
	t.Fatalf("no attribute in %x", b)
	return libnl.Attr{}
}

func TestPutGet(t *testing.T) {
	m := msg(t, 4096)
	other := msg(t, 64)
	other.PutU8(1, 2)
	m.PutU8(1, 0xf1)
	m.PutU16(2, 0xf102)
	m.PutU32(3, 0xf1020304)
	m.PutU64(4, 0xf102030405060708)
	m.PutS8(5, -2)
	m.PutS16(6, -3)
	m.PutS32(7, -4)
	m.PutS64(8, -5)
	m.PutBE16(9, 0x0102)
	m.PutBE32(10, 0x01020304)
	m.PutBE64(11, 0x0102030405060708)
	m.PutUint(12, math.MaxUint32)
	m.PutUint(13, math.MaxUint32+1)
	m.PutSint(14, math.MinInt32)
	m.PutSint(15, math.MinInt32-1)
	m.PutString(16, "häh")
	m.PutString(17, "")
	m.PutBytes(18, []byte{1, 2, 3})
	m.PutBytes(19, nil)
	m.PutFlag(20)
	m.PutMsecs(21, 1500*time.Millisecond+7)
	m.PutNested(22, other)
	copy(m.ReserveAttr(23, 5), []byte{5, 4, 3})
	if err := m.Err(); err != nil {
		t.Fatal(err)
	}
	tab, err := m.ParseAttrs(0, 23, nil)
	if err != nil {
		t.Fatal(err)
	}
	get := func(typ uint16) libnl.Attr {
		a, ok := tab.Get(typ)
		if f, also := m.FindAttr(0, typ); !ok || !also || !bytes.Equal(f.Bytes(), a.Bytes()) || a.Type() != typ {
			t.Errorf("attribute %d: type %d, found %v, %v", typ, a.Type(), ok, also)
		}
		return a
	}
	check := func(typ uint16, size int, got any, err error, want any) {
		t.Helper()
		if err != nil || got != want || get(typ).Len() != size {
			t.Errorf("attribute %d is %v of %d bytes, error %v, want %v of %d", typ, got, get(typ).Len(), err, want, size)
		}
	}
	u8, err := get(1).U8()
	check(1, 1, u8, err, uint8(0xf1))
	u16, err := get(2).U16()
	check(2, 2, u16, err, uint16(0xf102))
	u32, err := get(3).U32()
	check(3, 4, u32, err, uint32(0xf1020304))
	u64, err := get(4).U64()
	check(4, 8, u64, err, uint64(0xf102030405060708))
	s8, err := get(5).S8()
	check(5, 1, s8, err, int8(-2))
	s16, err := get(6).S16()
	check(6, 2, s16, err, int16(-3))
	s32, err := get(7).S32()
	check(7, 4, s32, err, int32(-4))
	s64, err := get(8).S64()
	check(8, 8, s64, err, int64(-5))
	u16, err = get(9).BE16()
	check(9, 2, u16, err, uint16(0x0102))
	u32, err = get(10).BE32()
	check(10, 4, u32, err, uint32(0x01020304))
	u64, err = get(11).BE64()
	check(11, 8, u64, err, uint64(0x0102030405060708))
	if !bytes.Equal(get(11).Bytes(), []byte{1, 2, 3, 4, 5, 6, 7, 8}) {
		t.Errorf("network byte order: %x", get(11).Bytes())
	}
	u64, err = get(12).Uint()
	check(12, 4, u64, err, uint64(math.MaxUint32))
	u64, err = get(13).Uint()
	check(13, 8, u64, err, uint64(math.MaxUint32+1))
	s64, err = get(14).Sint()
	check(14, 4, s64, err, int64(math.MinInt32))
	s64, err = get(15).Sint()
	check(15, 8, s64, err, int64(math.MinInt32-1))
	s, err := get(16).Text()
	check(16, 5, s, err, "häh")
	s, err = get(17).Text()
	check(17, 1, s, err, "")
	check(18, 3, string(get(18).Bytes()), nil, "\x01\x02\x03")
	check(19, 0, len(get(19).Bytes()), nil, 0)
	check(20, 0, get(20).Flag(), nil, true)
	d, err := get(21).Msecs()
	check(21, 8, d, err, 1500*time.Millisecond)
	check(22, 8, get(22).IsNested(), nil, false)
	u8, err = first(t, get(22).Bytes()).U8()
	check(22, 8, u8, err, uint8(2))
	check(23, 5, string(get(23).Bytes()), nil, "\x05\x04\x03\x00\x00")

	n := 0
	for a := range m.Attrs(0) {
		if n++; a.Type() != uint16(n) {
			t.Errorf("attribute %d has type %d", n, a.Type())
		}
	}
	if n != 23 {
		t.Errorf("%d attributes", n)
	}
}

func TestAttrBytes(t *testing.T) {
	m := msg(t, 4096)
	m.Append([]byte{1}, 0) // the first attribute moves to the next multiple of four
	m.PutU8(1, 7)
	m.PutString(2, "abcd")
	m.PutFlag(3)
	want := []byte{1, 0, 0, 0}
	want = append(append(want, attr(1, 7)...), 0, 0, 0)
	want = append(append(want, attr(2, []byte("abcd\x00")...)...), 0, 0, 0)
	want = append(want, attr(3)...)
	if got := m.Payload(); !bytes.Equal(got, want) || m.Header().Len != uint32(16+len(want)) {
		t.Errorf("payload %x, want %x", got, want)
	}
}

func TestAttrFlags(t *testing.T) {
	a := first(t, attr(0xc005))
	if a.Type() != 5 || a.RawType() != 0xc005 || !a.IsNested() || !a.IsNetByteOrder() {
		t.Errorf("type %d, %#x, nested %v, network byte order %v", a.Type(), a.RawType(), a.IsNested(), a.IsNetByteOrder())
	}
	a = first(t, attr(5))
	if a.IsNested() || a.IsNetByteOrder() || len(a.Bytes()) != 0 || a.Bytes() == nil {
		t.Error("flags of a plain attribute")
	}
}

// TestAttrShort has every getter on every length that is too short, where libnl reads beyond the attribute.
func TestAttrShort(t *testing.T) {
	getters := []struct {
		least int
		get   func(libnl.Attr) error
	}{
		{1, func(a libnl.Attr) error { _, err := a.U8(); return err }},
		{1, func(a libnl.Attr) error { _, err := a.S8(); return err }},
		{2, func(a libnl.Attr) error { _, err := a.U16(); return err }},
		{2, func(a libnl.Attr) error { _, err := a.S16(); return err }},
		{2, func(a libnl.Attr) error { _, err := a.BE16(); return err }},
		{4, func(a libnl.Attr) error { _, err := a.U32(); return err }},
		{4, func(a libnl.Attr) error { _, err := a.S32(); return err }},
		{4, func(a libnl.Attr) error { _, err := a.BE32(); return err }},
		{8, func(a libnl.Attr) error { _, err := a.U64(); return err }},
		{8, func(a libnl.Attr) error { _, err := a.S64(); return err }},
		{8, func(a libnl.Attr) error { _, err := a.BE64(); return err }},
		{8, func(a libnl.Attr) error { _, err := a.Msecs(); return err }},
		{1, func(a libnl.Attr) error { _, err := a.Text(); return err }},
	}
	for i, g := range getters {
		for n := range 12 {
			err := g.get(first(t, attr(1, make([]byte, n)...)))
			if n < g.least {
				wantErr(t, err, libnl.ErrRange)
			} else if err != nil {
				t.Errorf("getter %d fails on %d bytes: %v", i, n, err)
			}
		}
		wantErr(t, g.get(libnl.Attr{}), libnl.ErrMissingAttr)
	}
	for _, n := range []int{0, 3, 5, 7} {
		_, err := first(t, attr(1, make([]byte, n)...)).Uint()
		wantErr(t, err, libnl.ErrRange)
		_, err = first(t, attr(1, make([]byte, n)...)).Sint()
		wantErr(t, err, libnl.ErrRange)
	}
	var none libnl.Attr
	if none.Type() != 0 || none.RawType() != 0 || none.Len() != 0 || none.Bytes() != nil || none.Flag() || none.IsNested() || none.Clone().Flag() {
		t.Error("the zero Attr is something")
	}
	for range none.Nested() {
		t.Error("the zero Attr holds something")
	}
	_, err := first(t, attr(1, 'a', 'b')).Text()
	wantErr(t, err, libnl.ErrInval)
	if s, err := first(t, attr(1, 'a', 0, 'b')).Text(); s != "a" || err != nil {
		t.Errorf("text %q, error %v", s, err)
	}
	_, err = first(t, attr(1, bytes.Repeat([]byte{0xff}, 8)...)).Msecs()
	wantErr(t, err, libnl.ErrRange)
}

func TestAttrClone(t *testing.T) {
	b := attr(1, 2)
	a := first(t, b)
	c := a.Clone()
	b[4] = 9
	v, _ := a.U8()
	kept, _ := c.U8()
	if v != 9 || kept != 2 {
		t.Errorf("view %d, clone %d", v, kept)
	}
}

func TestPutFull(t *testing.T) {
	// The last attribute that fits, and one byte more.
	for limit := 16; limit < 64; limit++ {
		for start := range 9 {
			for n := range 40 {
				m := msg(t, limit)
				m.Append(make([]byte, start), 0)
				if m.Err() != nil {
					continue
				}
				size := (16+start+3)&^3 + (4+n+3)&^3
				m.PutBytes(1, make([]byte, n))
				if fits := size <= limit; fits != (m.Err() == nil) || fits != (m.Len() == size) {
					t.Fatalf("%d bytes at %d of %d: length %d, error %v", n, start, limit, m.Len(), m.Err())
				}
			}
		}
	}
	m := msg(t, 32)
	m.PutU32(1, 1)
	m.PutU64(2, 2)
	wantErr(t, m.Err(), libnl.ErrNoMem)
	want := "libnl: nla_put: out of memory: attribute 2 of 8 bytes does not fit: the message has 24 of at most 32"
	if m.Err().Error() != want {
		t.Errorf("%q, want %q", m.Err(), want)
	}
	m.PutU32(3, 3)
	if m.Len() != 24 {
		t.Error("something was put after a failure")
	}
}

func TestPutRefused(t *testing.T) {
	for _, c := range []struct {
		want error
		put  func(*libnl.Msg)
	}{
		{libnl.ErrInval, func(m *libnl.Msg) { m.PutString(1, "a\x00b") }},
		{libnl.ErrInval, func(m *libnl.Msg) { m.PutMsecs(1, -1) }},
		{libnl.ErrInval, func(m *libnl.Msg) { m.ReserveAttr(1, -1) }},
		{libnl.ErrAttrSize, func(m *libnl.Msg) { m.ReserveAttr(1, 65532) }},
		{libnl.ErrAttrSize, func(m *libnl.Msg) { m.PutString(1, strings.Repeat("a", 65531)) }},
		{libnl.ErrNoMem, func(m *libnl.Msg) { m.ReserveAttr(1, 1<<20) }},
		{libnl.ErrNoMem, func(m *libnl.Msg) { m.ReserveAttr(1, math.MaxInt) }},
		{libnl.ErrNoMem, func(m *libnl.Msg) {
			o := msg(t, 16)
			o.PutFlag(1)
			m.PutNested(1, o)
		}},
	} {
		m := msg(t, 1<<20)
		c.put(m)
		wantErr(t, m.Err(), c.want)
		if m.Len() != 16 {
			t.Errorf("%v left %d bytes", c.want, m.Len())
		}
	}
	m := msg(t, 1<<20)
	m.PutBytes(1, make([]byte, 65531))
	if m.Err() != nil || first(t, m.Payload()).Len() != 65531 {
		t.Error(m.Err())
	}
}

func TestNest(t *testing.T) {
	m := msg(t, 4096)
	m.Nest(1, func(m *libnl.Msg) {
		m.PutU8(2, 3)
		m.Nest(4, func(m *libnl.Msg) { m.PutU16(5, 6) })
		m.Nest(7, func(*libnl.Msg) {})
		m.NestKeepEmpty(8, func(*libnl.Msg) {})
	})
	m.Nest(9, func(m *libnl.Msg) { m.Append([]byte{1}, 0) })
	m.Nest(10, func(*libnl.Msg) {})
	u16 := binary.NativeEndian.AppendUint16(nil, 6)
	inner := append(attr(2, 3), 0, 0, 0)
	inner = append(inner, attr(0x8004, append(attr(5, u16...), 0, 0)...)...)
	inner = append(inner, attr(0x8008)...)
	want := append(attr(0x8001, inner...), attr(0x8009, 1, 0, 0, 0)...)
	if got := m.Payload(); !bytes.Equal(got, want) || m.Err() != nil {
		t.Errorf("payload %x, error %v, want %x", got, m.Err(), want)
	}
	a, _ := m.FindAttr(0, 1)
	tab, err := a.ParseNested(10, nil)
	if _, ok := tab.Get(8); err != nil || !ok {
		t.Errorf("attribute 8 is missing: %v", err)
	}
	n := 0
	for range a.Nested() {
		n++
	}
	if n != 3 {
		t.Errorf("%d nested attributes", n)
	}
}

func TestNestFails(t *testing.T) {
	before := func(m *libnl.Msg) []byte {
		m.PutU32(1, 2)
		return bytes.Clone(m.Bytes())
	}
	t.Run("panic", func(t *testing.T) {
		m := msg(t, 4096)
		b := before(m)
		mustPanic(t, "mine", func() {
			m.Nest(3, func(m *libnl.Msg) {
				m.PutU32(4, 5)
				m.Nest(6, func(m *libnl.Msg) {
					m.Append([]byte{1}, 0)
					panic("mine")
				})
			})
		})
		if !bytes.Equal(m.Bytes(), b) || m.Err() != nil {
			t.Errorf("left %x of %x, error %v", m.Bytes(), b, m.Err())
		}
	})
	t.Run("error", func(t *testing.T) {
		m := msg(t, 64)
		b := before(m)
		m.Nest(3, func(m *libnl.Msg) {
			m.PutU32(4, 5)
			m.PutBytes(4, make([]byte, 64))
			m.Nest(5, func(*libnl.Msg) { t.Error("called after a failure") })
		})
		if !bytes.Equal(m.Bytes(), b) {
			t.Errorf("left %x of %x", m.Bytes(), b)
		}
		wantErr(t, m.Err(), libnl.ErrNoMem)
	})
	t.Run("no room for its header", func(t *testing.T) {
		m := msg(t, 24)
		before(m)
		m.Nest(3, func(*libnl.Msg) { t.Error("called without room") })
		wantErr(t, m.Err(), libnl.ErrNoMem)
	})
	t.Run("no room for its padding", func(t *testing.T) { // where libnl aborts
		m := msg(t, 29)
		b := before(m)
		m.Nest(3, func(m *libnl.Msg) { m.Append([]byte{1}, 0) })
		wantErr(t, m.Err(), libnl.ErrNoMem)
		if !bytes.Equal(m.Bytes(), b) {
			t.Errorf("left %x of %x", m.Bytes(), b)
		}
	})
	t.Run("too long", func(t *testing.T) {
		for _, n := range []int{65528, 65529, 100000} {
			m := msg(t, 1<<20)
			b := before(m)
			m.Nest(3, func(m *libnl.Msg) { m.Append(make([]byte, n), 4) })
			if n > 65528 {
				wantErr(t, m.Err(), libnl.ErrAttrSize)
				if !bytes.Equal(m.Bytes(), b) {
					t.Errorf("left %d bytes of %d", m.Len(), len(b))
				}
			} else if m.Err() != nil {
				t.Error(m.Err())
			}
		}
	})
	t.Run("closed inside", func(t *testing.T) {
		m := msg(t, 64)
		r := m.Retain()
		m.Nest(3, func(m *libnl.Msg) {
			m.PutU32(4, 5)
			m.Close()
		})
		if a := first(t, r.Payload()); a.Len() != 8 {
			t.Errorf("the nest has %d bytes", a.Len())
		}
	})
}

func TestPutNestedSelf(t *testing.T) {
	m := msg(t, 4096)
	for range 5 {
		m.PutNested(1, m)
	}
	want := []byte{}
	for range 5 {
		want = append(want, attr(1, want...)...)
	}
	if !bytes.Equal(m.Payload(), want) || m.Err() != nil {
		t.Errorf("payload %x, error %v, want %x", m.Payload(), m.Err(), want)
	}
}

func TestAttrsHdrLen(t *testing.T) {
	m, err := libnl.MsgFromBytes(raw(append([]byte{9, 9, 9, 9, 9, 0, 0, 0}, attr(1, 2)...)...))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{5, 8} {
		if _, ok := m.FindAttr(n, 1); !ok {
			t.Errorf("no attribute behind a header of %d", n)
		}
	}
	for _, n := range []int{-1, -16, math.MinInt, 14, 16, 17, 1 << 30, math.MaxInt, math.MaxInt - 3} {
		if b := m.AttrData(n); len(b) != 0 {
			t.Errorf("%d bytes behind a header of %d", len(b), n)
		}
		for range m.Attrs(n) {
			t.Errorf("attributes behind a header of %d", n)
		}
		if _, ok := m.FindAttr(n, 1); ok {
			t.Errorf("an attribute behind a header of %d", n)
		}
		if n == 14 || n == 16 {
			continue
		}
	}
	for _, n := range []int{-1, math.MinInt, 14, 1 << 30, math.MaxInt} {
		_, err := m.ParseAttrs(n, 1, nil)
		wantErr(t, err, libnl.ErrMsgTooShort)
		wantErr(t, m.Validate(n, 1, nil), libnl.ErrMsgTooShort)
	}
	if tab, err := m.ParseAttrs(13, 1, nil); err != nil { // the padding of the header is not there: no attributes
		t.Error(err)
	} else if _, ok := tab.Get(1); ok {
		t.Error("an attribute inside the header")
	}
}

func TestEachAttrMalformed(t *testing.T) {
	good := append(attr(1, 2), 0, 0, 0)
	for name, c := range map[string]struct {
		b []byte
		n int
	}{
		"empty":               {nil, 0},
		"three bytes":         {good[:3], 0},
		"length 0":            {append(bytes.Clone(good), 0, 0, 0, 0), 1},
		"length 3":            {append(bytes.Clone(good), 3, 3, 0, 0), 1},
		"longer than there":   {append(bytes.Clone(good), attr(2, 1, 2, 3)[:6]...), 1},
		"no padding":          {append(bytes.Clone(good), attr(2, 3)...), 2},
		"part of the padding": {append(bytes.Clone(good), append(attr(2, 3), 0)...), 2},
		"leftover":            {append(bytes.Clone(good), 1, 2, 3), 1},
	} {
		n := 0
		for a := range libnl.EachAttr(c.b) {
			n++
			if cap(a.Bytes()) != a.Len() {
				t.Errorf("%s: a payload of %d can be appended to", name, a.Len())
			}
		}
		if n != c.n {
			t.Errorf("%s: %d attributes, want %d", name, n, c.n)
		}
	}
}

func TestParseAttrs(t *testing.T) {
	b := append(attr(1, 1, 0, 0, 0), attr(0, 2, 0, 0, 0)...)
	b = append(b, attr(0x8001, 3, 0, 0, 0)...)
	b = append(b, attr(9, 4, 0, 0, 0)...)
	tab, err := libnl.ParseAttrs(b, 8, nil)
	if err != nil {
		t.Fatal(err)
	}
	for typ, want := range map[uint16]byte{0: 2, 1: 3} { // the last one of a type
		if a, ok := tab.Get(typ); !ok || a.Bytes()[0] != want {
			t.Errorf("attribute %d is %x", typ, a.Bytes())
		}
	}
	for _, typ := range []uint16{2, 8, 9, 0x8001, 65535} {
		if a, ok := tab.Get(typ); ok || a.Flag() {
			t.Errorf("attribute %d is there", typ)
		}
	}
	if _, ok := (libnl.AttrTable{}).Get(0); ok {
		t.Error("the zero table has attributes")
	}
	for _, limit := range []int{-1, 65536, math.MinInt, math.MaxInt} {
		_, err := libnl.ParseAttrs(b, limit, nil)
		wantErr(t, err, libnl.ErrInval)
		wantErr(t, libnl.ValidateAttrs(b, limit, nil), libnl.ErrInval)
	}
	if tab, err := libnl.ParseAttrs(b, 65535, nil); err != nil {
		t.Error(err)
	} else if _, ok := tab.Get(9); !ok {
		t.Error("attribute 9 is missing")
	}
	// The view shows what its bytes are now, and no more than there are.
	tab, _ = libnl.ParseAttrs(b, 8, nil)
	for _, n := range []uint16{0, 3, 4, 25, 65535} {
		binary.NativeEndian.PutUint16(b[16:], n)
		if a, ok := tab.Get(1); ok != (n == 4) || a.Len() != 0 {
			t.Errorf("length changed to %d: found %v, %d bytes", n, ok, a.Len())
		}
	}
}

func TestPolicy(t *testing.T) {
	for _, c := range []struct {
		entry   libnl.PolicyEntry
		payload string
		want    error
	}{
		{libnl.PolicyEntry{}, "", nil},
		{libnl.PolicyEntry{}, "abc", nil},
		{libnl.PolicyEntry{MinLen: 2}, "a", libnl.ErrRange},
		{libnl.PolicyEntry{MinLen: 2}, "ab", nil},
		{libnl.PolicyEntry{MaxLen: 2}, "ab", nil},
		{libnl.PolicyEntry{MaxLen: 2}, "abc", libnl.ErrRange},
		{libnl.PolicyEntry{Kind: libnl.AttrU8}, "", libnl.ErrRange},
		{libnl.PolicyEntry{Kind: libnl.AttrU8}, "ab", nil},
		{libnl.PolicyEntry{Kind: libnl.AttrU16}, "a", libnl.ErrRange},
		{libnl.PolicyEntry{Kind: libnl.AttrU16}, "ab", nil},
		{libnl.PolicyEntry{Kind: libnl.AttrU32}, "abc", libnl.ErrRange},
		{libnl.PolicyEntry{Kind: libnl.AttrU32}, "abcd", nil},
		{libnl.PolicyEntry{Kind: libnl.AttrU32, MinLen: 1}, "a", nil},
		{libnl.PolicyEntry{Kind: libnl.AttrU64}, "abcdefg", libnl.ErrRange},
		{libnl.PolicyEntry{Kind: libnl.AttrU64}, "abcdefgh", nil},
		{libnl.PolicyEntry{Kind: libnl.AttrString}, "", libnl.ErrRange},
		{libnl.PolicyEntry{Kind: libnl.AttrString}, "a", libnl.ErrInval},
		{libnl.PolicyEntry{Kind: libnl.AttrString}, "a\x00b", libnl.ErrInval},
		{libnl.PolicyEntry{Kind: libnl.AttrString}, "a\x00", nil},
		{libnl.PolicyEntry{Kind: libnl.AttrString, MaxLen: 2}, "ab\x00", libnl.ErrRange},
		{libnl.PolicyEntry{Kind: libnl.AttrFlag}, "a", nil},
		{libnl.PolicyEntry{Kind: libnl.AttrMsecs}, "", nil},
		{libnl.PolicyEntry{Kind: libnl.AttrNested}, "", nil},
		{libnl.PolicyEntry{Kind: libnl.AttrNulString}, "a", nil},
		{libnl.PolicyEntry{Kind: libnl.AttrS64}, "", nil},
		{libnl.PolicyEntry{Kind: libnl.AttrSint}, "abc", libnl.ErrRange},
		{libnl.PolicyEntry{Kind: libnl.AttrUint}, "abcd", nil},
		{libnl.PolicyEntry{Kind: 16}, "", libnl.ErrInval},
		{libnl.PolicyEntry{Kind: 19}, "", libnl.ErrInval},
		{libnl.PolicyEntry{Kind: 22}, "", libnl.ErrInval},
		{libnl.PolicyEntry{Kind: 65535, MinLen: 1}, "a", libnl.ErrInval},
	} {
		p := libnl.Policy{1: c.entry}
		b := attr(0x8001, []byte(c.payload)...)
		for range 2 {
			_, err := libnl.ParseAttrs(b, 1, p)
			wantErr(t, err, c.want)
			wantErr(t, libnl.ValidateAttrs(b, 1, p), c.want)
			m, err := libnl.MsgFromBytes(raw(b...))
			if err != nil {
				t.Fatal(err)
			}
			wantErr(t, m.Validate(0, 1, p), c.want)
			p = append(p, p...) // longer than needed
		}
		if err := libnl.ValidateAttrs(b, 1, libnl.Policy{}); err != nil { // shorter
			t.Error(err)
		}
		if err := libnl.ValidateAttrs(b, 0, p); err != nil { // of a type beyond the limit
			t.Error(err)
		}
	}
	_, err := libnl.ParseAttrs(attr(1, 2), 1, libnl.Policy{1: {Kind: libnl.AttrU32}})
	if want := "libnl: nla_parse: input data out of range: attribute 1 has 1 bytes, fewer than 4"; err.Error() != want {
		t.Errorf("%q, want %q", err, want)
	}
}

// route returns a message like the kernel's for a route: a header of 12 bytes and five attributes of four.
func route(t testing.TB) *libnl.Msg {
	m := msg(t, 4096)
	m.Reserve(12, 4)
	for i := range uint16(5) {
		m.PutU32(i+1, uint32(i))
	}
	return m
}

func sum(m *libnl.Msg) (n uint32) {
	for a := range m.Attrs(12) {
		v, err := a.U32()
		if err != nil {
			return 0
		}
		switch a.Type() {
		case 1, 2, 3, 4, 5:
			n += v
		}
	}
	return n
}

func TestAttrAllocs(t *testing.T) {
	m := route(t)
	for name, c := range map[string]struct {
		most float64
		fn   func()
	}{
		"iterate and get": {0, func() {
			if sum(m) != 10 {
				panic("sum")
			}
		}},
		"find":     {0, func() { m.FindAttr(12, 5) }},
		"validate": {0, func() { m.Validate(12, 5, libnl.Policy{1: {Kind: libnl.AttrU32}}) }},
		"parse":    {1, func() { m.ParseAttrs(12, 60, nil) }},
		"build": {1, func() {
			m, _ := libnl.NewMsgSimple(libnl.RTMNewRoute, libnl.FlagRequest)
			m.Reserve(12, 4)
			m.PutU32(1, 1)
			m.PutString(2, "eth0")
			m.PutBytes(3, []byte{1, 2, 3})
			m.Nest(4, func(m *libnl.Msg) { m.PutU8(5, 6) })
			m.Close()
		}},
	} {
		if got := testing.AllocsPerRun(100, c.fn); got > c.most {
			t.Errorf("%s: %v allocations, want at most %v", name, got, c.most)
		}
	}
}

// FuzzAttrParse compares parse, validate and find with plain libnl's.
func FuzzAttrParse(f *testing.F) {
	two := append(attr(1, 1, 2, 3, 4), attr(0x8002, attr(1, 2)...)...)
	f.Add(two, 0, 3, []byte{1, 0, 0, 5, 0, 0})
	f.Add(append(two, two...), 8, 1, []byte{0, 0, 0, 3, 0, 0, 5, 0, 9})
	f.Add(attr(1, 'a', 0), 3, 1, []byte{0, 0, 0, 5, 2, 2})
	f.Fuzz(func(t *testing.T, b []byte, hdrlen, limit int, policy []byte) {
		if len(b) > 1<<16 {
			return
		}
		var p libnl.Policy
		var op []oracle.Policy
		for ; len(policy) >= 3; policy = policy[3:] {
			p = append(p, libnl.PolicyEntry{Kind: libnl.AttrKind(policy[0]), MinLen: uint16(policy[1]), MaxLen: uint16(policy[2])})
			op = append(op, oracle.Policy{Type: uint16(policy[0]), MinLen: uint16(policy[1]), MaxLen: uint16(policy[2])})
		}
		compare := func(b []byte, want oracle.Parsed, tab libnl.AttrTable, perr, verr error) {
			t.Helper()
			if int(code(perr)) != -want.Code {
				t.Fatalf("parse says %v, libnl %d", perr, want.Code)
			}
			if p != nil && int(code(verr)) != -want.Validate {
				t.Fatalf("validate says %v, libnl %d", verr, want.Validate)
			}
			if perr != nil {
				return
			}
			for typ, at := range want.Offsets {
				a, ok := tab.Get(uint16(typ))
				if ok != (at >= 0) || ok && !bytes.HasPrefix(b[at+4:], a.Bytes()) {
					t.Fatalf("attribute %d is %x, libnl finds it at %d", typ, a.Bytes(), at)
				}
			}
		}

		tab, perr := libnl.ParseAttrs(b, limit, p)
		verr := libnl.ValidateAttrs(b, limit, p)
		if want, ok := oracle.ParseAttrs(b, limit, op); ok {
			compare(b, want, tab, perr, verr)
		}
		whole := raw(b...)
		m, err := libnl.MsgFromBytes(whole)
		if err != nil {
			t.Fatal(err)
		}
		tab, perr = m.ParseAttrs(hdrlen, limit, p)
		verr = m.Validate(hdrlen, limit, p)
		if want, ok := oracle.ParseMsg(whole, hdrlen, limit, op); ok {
			compare(whole, want, tab, perr, verr)
		}
		a, ok := libnl.FindAttr(b, uint16(limit))
		if at := oracle.Find(b, int(uint16(limit))); ok != (at >= 0) || ok && !bytes.HasPrefix(b[at+4:], a.Bytes()) {
			t.Fatalf("attribute %d is %x, libnl finds it at %d", limit, a.Bytes(), at)
		}

		n := 0
		for a := range libnl.EachAttr(b) {
			n += libnl.AttrTotalSize(a.Len())
			for range a.Nested() {
			}
		}
		if n > len(b)+3 {
			t.Fatalf("attributes take %d of %d bytes", n, len(b))
		}
	})
}

// FuzzAttrGet compares the getters with plain libnl's, where these do not read beyond the payload.
func FuzzAttrGet(f *testing.F) {
	f.Add(attr(1, 1, 2, 3, 4, 5, 6, 7, 8), uint8(3))
	f.Add(attr(0xc001, 'a', 0, 'b'), uint8(9))
	f.Add(attr(3), uint8(0))
	f.Fuzz(func(t *testing.T, b []byte, room uint8) {
		want, ok := oracle.AttrGet(b, int(room))
		var a libnl.Attr
		for a = range libnl.EachAttr(b) {
			break
		}
		if a.Flag() != ok {
			t.Fatalf("%x: an attribute: %v, libnl says %v", b, a.Flag(), ok)
		}
		if !ok {
			return
		}
		if int(a.Type()) != want.Type || a.Len() != want.Len || a.IsNested() != want.Nested || a.Flag() != want.Flag {
			t.Fatalf("%x: type %d of %d bytes, nested %v, libnl says %+v", b, a.Type(), a.Len(), a.IsNested(), want)
		}
		check := func(name string, size int, got any, err error, want any) {
			t.Helper()
			if enough := a.Len() >= size; (err == nil) != enough || enough && got != want {
				t.Fatalf("%x: %s is %v, error %v, libnl says %v", b, name, got, err, want)
			}
		}
		u8, err := a.U8()
		check("u8", 1, u8, err, want.U8)
		s8, err := a.S8()
		check("s8", 1, s8, err, want.S8)
		u16, err := a.U16()
		check("u16", 2, u16, err, want.U16)
		s16, err := a.S16()
		check("s16", 2, s16, err, want.S16)
		u32, err := a.U32()
		check("u32", 4, u32, err, want.U32)
		s32, err := a.S32()
		check("s32", 4, s32, err, want.S32)
		u64, err := a.U64()
		check("u64", 8, u64, err, want.U64)
		s64, err := a.S64()
		check("s64", 8, s64, err, want.S64)
		if d, err := a.Msecs(); err == nil && uint64(d/time.Millisecond) != want.Msecs {
			t.Fatalf("%x: %v, libnl says %d ms", b, d, want.Msecs)
		}
		if s, err := a.Text(); (err == nil) != want.HasString || s != want.String {
			t.Fatalf("%x: text %q, error %v, libnl says %q, %v", b, s, err, want.String, want.HasString)
		}
		if n := min(int(room), a.Len()); !bytes.Equal(a.Bytes()[:n], want.Copied) {
			t.Fatalf("%x: %x, libnl copies %x", b, a.Bytes()[:n], want.Copied)
		}
	})
}

// builder makes the calls of FuzzMsgBuild on a Msg.
type builder struct {
	m      *libnl.Msg
	ops    []oracle.Op
	at     int  // the next call
	failed int  // the call that failed, -1
	skip   bool // libnl cuts off too much in a cancel when the length is not a multiple of four
}

// decode reads calls from bytes, four each and a value, and closes what they leave open.
func decode(b []byte) (ops []oracle.Op) {
	kinds := [...]oracle.OpKind{
		oracle.Put, oracle.Append, oracle.Reserve, oracle.Expand, oracle.NlaReserve, oracle.NlaPut, oracle.PutU8, oracle.PutU16,
		oracle.PutU32, oracle.PutU64, oracle.PutS8, oracle.PutS16, oracle.PutS32, oracle.PutS64, oracle.PutString, oracle.PutFlag,
		oracle.PutMsecs, oracle.PutData, oracle.PutNested, oracle.NestStart, oracle.NestStart, oracle.NestEnd,
		oracle.NestEndKeepEmpty, oracle.NestCancel,
	}
	depth := 0
	for len(b) >= 4 {
		op := oracle.Op{Kind: kinds[int(b[0])%len(kinds)], Type: int(b[1]) * 0x0301}
		n, v := int(b[2]), b[4:min(len(b), 4+int(b[3]%64))]
		b = b[4+len(v):]
		switch op.Kind {
		case oracle.Put:
			op.N, op.Arg, op.Port, op.Seq = int64(n), n*0x101, uint32(n)<<24, uint32(n)
		case oracle.Append, oracle.Reserve:
			op.N, op.Arg, op.Value = int64(n), [...]int{0, 1, 2, 4, 8, 32}[n%6], v
		case oracle.Expand:
			if depth > 0 {
				continue // the oracle's open nests point into the old buffer
			}
			op.N = int64(n) << 10
		case oracle.NlaReserve:
			op.N = int64(n) * int64(n) * int64(len(v)%3)
		case oracle.PutString:
			op.Value = bytes.ReplaceAll(v, []byte{0}, nil)
		case oracle.NestStart:
			if depth++; depth > 60 {
				return nil
			}
		case oracle.NestEnd, oracle.NestEndKeepEmpty, oracle.NestCancel:
			if depth == 0 {
				continue
			}
			depth--
		default:
			for _, c := range v[:min(len(v), 6)] {
				op.N = op.N<<8 | int64(c)
			}
			if op.Kind == oracle.PutMsecs {
				op.N %= 1 << 40
			} else if n&1 != 0 {
				op.N = -op.N
			}
			op.Value = v
		}
		ops = append(ops, op)
	}
	for range depth {
		ops = append(ops, oracle.Op{Kind: oracle.NestEnd})
	}
	return ops
}

// end returns the call that closes the nest opened before at.
func (b *builder) end(at int) oracle.OpKind {
	for depth := 1; ; at++ {
		switch b.ops[at].Kind {
		case oracle.NestStart:
			depth++
		case oracle.NestEnd, oracle.NestEndKeepEmpty, oracle.NestCancel:
			if depth--; depth == 0 {
				return b.ops[at].Kind
			}
		}
	}
}

// run makes calls until one fails, or until it has met the end of this nest.
func (b *builder) run() {
	m := b.m
	for b.at < len(b.ops) && b.failed < 0 && !b.skip {
		op := b.ops[b.at]
		b.at++
		t := uint16(op.Type)
		var err error
		switch op.Kind {
		case oracle.Put:
			err = m.PutHeader(op.Port, op.Seq, libnl.MsgType(op.Type), int(op.N), libnl.MsgFlags(op.Arg))
		case oracle.Append:
			m.Append(op.Value, op.Arg)
		case oracle.Reserve:
			m.Reserve(int(op.N), op.Arg)
		case oracle.Expand:
			err = m.Expand(int(op.N))
		case oracle.NlaReserve:
			m.ReserveAttr(t, int(op.N))
		case oracle.NlaPut, oracle.PutData:
			m.PutBytes(t, op.Value)
		case oracle.PutU8:
			m.PutU8(t, uint8(op.N))
		case oracle.PutU16:
			m.PutU16(t, uint16(op.N))
		case oracle.PutU32:
			m.PutU32(t, uint32(op.N))
		case oracle.PutU64:
			m.PutU64(t, uint64(op.N))
		case oracle.PutS8:
			m.PutS8(t, int8(op.N))
		case oracle.PutS16:
			m.PutS16(t, int16(op.N))
		case oracle.PutS32:
			m.PutS32(t, int32(op.N))
		case oracle.PutS64:
			m.PutS64(t, op.N)
		case oracle.PutString:
			m.PutString(t, string(op.Value))
		case oracle.PutFlag:
			m.PutFlag(t)
		case oracle.PutMsecs:
			m.PutMsecs(t, time.Duration(op.N)*time.Millisecond)
		case oracle.PutNested:
			in, _ := libnl.NewMsgSize(16 + len(op.Value))
			in.Append(op.Value, 0)
			m.PutNested(t, in)
		case oracle.NestStart:
			b.nest(t)
		default: // the end of this nest
			if op.Kind == oracle.NestCancel {
				b.skip = b.skip || m.Len()%4 != 0
				panic("cancel")
			}
			return
		}
		if (err != nil || m.Err() != nil) && b.failed < 0 {
			b.failed = b.at - 1
		}
	}
}

func (b *builder) nest(t uint16) {
	defer func() {
		if r := recover(); r != nil && r != "cancel" {
			panic(r)
		}
	}()
	nest := b.m.Nest
	if b.end(b.at) == oracle.NestEndKeepEmpty {
		nest = b.m.NestKeepEmpty
	}
	nest(t, func(*libnl.Msg) { b.run() })
}

// FuzzMsgBuild makes the same calls here and in plain libnl: the same one fails with the same code, and the bytes are the same.
func FuzzMsgBuild(f *testing.F) {
	f.Add(uint32(4096), []byte{0, 24, 12, 0, 8, 1, 1, 4, 1, 2, 3, 4, 19, 7, 0, 0, 14, 1, 1, 5, 'l', 'o', 0, 'x', 'y', 21, 0, 0, 0})
	f.Add(uint32(40), []byte{1, 1, 1, 3, 1, 2, 3, 19, 7, 0, 0, 19, 7, 0, 0, 22, 0, 0, 0, 9, 1, 1, 4, 1, 2, 3, 4, 9, 1, 1, 0})
	f.Add(uint32(200000), []byte{19, 7, 0, 0, 4, 1, 255, 1, 0, 4, 1, 100, 1, 0, 21, 0, 0, 0})
	f.Add(uint32(64), []byte{19, 7, 0, 0, 6, 1, 1, 1, 9, 23, 0, 0, 0, 3, 0, 1, 0, 16, 1, 0, 3, 1, 2, 3, 18, 3, 0, 3, 1, 2, 3})
	f.Fuzz(func(t *testing.T, limit uint32, calls []byte) {
		limit %= 1 << 18
		ops := decode(calls)
		b := &builder{m: msg(t, int(limit)), ops: ops, failed: -1}
		b.run()
		err := b.m.Err()
		if n := b.m.Len(); n < 16 || n > b.m.MaxSize() || uint32(n) != b.m.Header().Len {
			t.Fatalf("length %d of %d, in the header %d", n, b.m.MaxSize(), b.m.Header().Len)
		}
		if b.skip {
			return
		}
		want, rc, failed := oracle.BuildMsg(int(limit), ops)
		switch {
		case rc == oracle.Bad: // libnl would abort, for want of room to align
			if failed != b.failed || !errors.Is(err, libnl.ErrNoMem) {
				t.Fatalf("call %d fails with %v, libnl aborts in %d", b.failed, err, failed)
			}
			return
		case errors.Is(err, libnl.ErrAttrSize) && failed != b.failed: // libnl puts a length that is cut off
			if failed >= 0 && failed < b.failed {
				t.Fatalf("call %d fails with %v, libnl's %d with %d", b.failed, err, failed, rc)
			}
			return
		case failed != b.failed, err != nil && int(code(err)) != -rc:
			t.Fatalf("call %d fails with %v, libnl's %d with %d", b.failed, err, failed, rc)
		}
		got := b.m.Bytes()
		if failed >= 0 { // here a nest that something fails in is taken back, at once
			got = got[4:min(len(got), len(want))]
			want = want[4 : 4+len(got)]
		}
		if !bytes.Equal(got, want) {
			t.Fatalf("failed %d\n%x, libnl's\n%x", failed, got, want)
		}
	})
}

// code returns libnl's code of an error, 0 of nil.
func code(err error) libnl.Errno {
	if e, ok := errors.AsType[*libnl.Error](err); ok {
		return e.Code
	}
	return 0
}

func BenchmarkAttrs5(b *testing.B) {
	m := route(b)
	b.ReportAllocs()
	for b.Loop() {
		sum(m)
	}
}

func BenchmarkParseAttrs5(b *testing.B) {
	m := route(b)
	b.ReportAllocs()
	for b.Loop() {
		tab, _ := m.ParseAttrs(12, 30, nil)
		for i := range uint16(5) {
			a, _ := tab.Get(i + 1)
			a.U32()
		}
	}
}

func BenchmarkFindAttr5(b *testing.B) {
	m := route(b)
	for b.Loop() {
		m.FindAttr(12, 5)
	}
}
