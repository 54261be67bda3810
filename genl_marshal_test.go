//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"net"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/oracle"
)

// marshC returns the attributes that libnl makes with these calls.
func marshC(t testing.TB, ops ...oracle.Op) []byte {
	t.Helper()
	b, code, failed := oracle.BuildMsg(4096, ops)
	if code < 0 {
		t.Fatalf("call %d of libnl fails with %d", failed, code)
	}
	return b[16:]
}

// marshBE is a big endian number of size bytes as a program of this host sees it.
func marshBE(size int, n uint64) int64 {
	switch b := binary.BigEndian.AppendUint64(nil, n)[8-size:]; size {
	case 2:
		return int64(binary.NativeEndian.Uint16(b))
	case 4:
		return int64(binary.NativeEndian.Uint32(b))
	default:
		return int64(binary.NativeEndian.Uint64(b))
	}
}

func marshLE(n uint32) int64 {
	return int64(binary.NativeEndian.Uint32(binary.LittleEndian.AppendUint32(nil, n)))
}

func marshBytes(words ...uint32) (b []byte) {
	for _, w := range words {
		b = binary.NativeEndian.AppendUint32(b, w)
	}
	return b
}

// marshText is a type that marshals itself, with pointer receivers.
type marshText struct{ s string }

var errMarshText = errors.New("no text")

func (m *marshText) MarshalBinary() ([]byte, error) {
	if m.s == "bad" {
		return nil, errMarshText
	}
	return []byte("<" + m.s + ">"), nil
}

func (m *marshText) UnmarshalBinary(b []byte) error {
	s, begins := strings.CutPrefix(string(b), "<")
	s, ends := strings.CutSuffix(s, ">")
	if !begins || !ends {
		return errMarshText
	}
	m.s = s
	return nil
}

type (
	marshFlags uint32
	marshBase  struct {
		A uint8 `netlink:"attr=1"`
	}
	marshInner struct {
		A uint8  `netlink:"attr=1"`
		B string `netlink:"attr=2,omitempty"`
	}
	marshOuter struct {
		marshBase
		B uint8 `netlink:"attr=2"`
	}
	marshTree struct {
		N    uint8       `netlink:"attr=1"`
		Next *marshTree  `netlink:"attr=2"`
		Kids []marshTree `netlink:"attr=3,multi"`
	}
)

// marshKinds has, for each kind, a struct, what libnl builds for it, and what a getter of libnl reads from its first attribute.
var marshKinds = []struct {
	name string
	v    any
	ops  []oracle.Op
	get  func(a oracle.AttrValues) any
	want any
}{
	{"uint8", &struct {
		A uint8 `netlink:"attr=1"`
	}{0xf1}, []oracle.Op{{Kind: oracle.PutU8, Type: 1, N: 0xf1}}, func(a oracle.AttrValues) any { return a.U8 }, uint8(0xf1)},
	{"uint16", &struct {
		A uint16 `netlink:"attr=0x1"`
	}{0xf102}, []oracle.Op{{Kind: oracle.PutU16, Type: 1, N: 0xf102}}, func(a oracle.AttrValues) any { return a.U16 }, uint16(0xf102)},
	{"uint32", &struct {
		A marshFlags `netlink:"attr=16383"`
	}{0xf1020304}, []oracle.Op{{Kind: oracle.PutU32, Type: 16383, N: 0xf1020304}}, func(a oracle.AttrValues) any { return a.U32 }, uint32(0xf1020304)},
	{"uint64", &struct {
		A uint64 `netlink:"attr=0"`
	}{math.MaxUint64 - 1}, []oracle.Op{{Kind: oracle.PutU64, N: -2}}, func(a oracle.AttrValues) any { return a.U64 }, uint64(math.MaxUint64 - 1)},
	{"int8", &struct {
		A int8 `netlink:"attr=1"`
	}{-2}, []oracle.Op{{Kind: oracle.PutS8, Type: 1, N: -2}}, func(a oracle.AttrValues) any { return a.S8 }, int8(-2)},
	{"int16", &struct {
		A int16 `netlink:"attr=1"`
	}{-3}, []oracle.Op{{Kind: oracle.PutS16, Type: 1, N: -3}}, func(a oracle.AttrValues) any { return a.S16 }, int16(-3)},
	{"int32", &struct {
		A int32 `netlink:"attr=1"`
	}{-4}, []oracle.Op{{Kind: oracle.PutS32, Type: 1, N: -4}}, func(a oracle.AttrValues) any { return a.S32 }, int32(-4)},
	{"int64", &struct {
		A int64 `netlink:"attr=1"`
	}{-5}, []oracle.Op{{Kind: oracle.PutS64, Type: 1, N: -5}}, func(a oracle.AttrValues) any { return a.S64 }, int64(-5)},
	{"int", &struct {
		A, B, C, D int `netlink:"-"`
		E          int `netlink:"attr=1"`
		F          int `netlink:"attr=2,s16"`
		G          int `netlink:"attr=3,u32"`
	}{0, 0, 0, 0, -6, -7, math.MaxUint32 >> 1}, []oracle.Op{
		{Kind: oracle.PutS32, Type: 1, N: -6}, {Kind: oracle.PutS16, Type: 2, N: -7}, {Kind: oracle.PutU32, Type: 3, N: math.MaxUint32 >> 1},
	}, func(a oracle.AttrValues) any { return a.S32 }, int32(-6)},
	{"uint", &struct {
		A uint   `netlink:"attr=1"`
		B uint64 `netlink:"attr=2,uint"`
		C uint64 `netlink:"attr=3,uint"`
		D int64  `netlink:"attr=4,sint"`
		E int64  `netlink:"attr=5,sint"`
		F uint64 `netlink:"attr=6,s64"`
		G uint64 `netlink:"attr=7,u8"`
		H int64  `netlink:"attr=8,u64"`
	}{7, math.MaxUint32, math.MaxUint32 + 1, math.MinInt32, math.MinInt32 - 1, math.MaxInt64, 255, math.MaxInt64}, []oracle.Op{
		{Kind: oracle.PutU32, Type: 1, N: 7},
		{Kind: oracle.PutU32, Type: 2, N: math.MaxUint32},
		{Kind: oracle.PutU64, Type: 3, N: math.MaxUint32 + 1},
		{Kind: oracle.PutS32, Type: 4, N: math.MinInt32},
		{Kind: oracle.PutS64, Type: 5, N: math.MinInt32 - 1},
		{Kind: oracle.PutS64, Type: 6, N: math.MaxInt64},
		{Kind: oracle.PutU8, Type: 7, N: 255},
		{Kind: oracle.PutU64, Type: 8, N: math.MaxInt64},
	}, func(a oracle.AttrValues) any { return a.U32 }, uint32(7)},
	{"big endian", &struct {
		A uint16 `netlink:"attr=1,be"`
		B uint32 `netlink:"attr=2,be"`
		C uint64 `netlink:"attr=3,be"`
		D int16  `netlink:"attr=4,be"`
		E uint32 `netlink:"attr=5,le"`
		F uint32 `netlink:"attr=6,net"`
		G uint8  `netlink:"attr=7,net"`
		H uint   `netlink:"attr=8,be"`
	}{0x102, 0x1020304, 0x102030405060708, -2, 0x1020304, 0x1020304, 9, 5}, []oracle.Op{
		{Kind: oracle.PutU16, Type: 1, N: marshBE(2, 0x102)},
		{Kind: oracle.PutU32, Type: 2, N: marshBE(4, 0x1020304)},
		{Kind: oracle.PutU64, Type: 3, N: marshBE(8, 0x102030405060708)},
		{Kind: oracle.PutU16, Type: 4, N: marshBE(2, 0xfffe)},
		{Kind: oracle.PutU32, Type: 5, N: marshLE(0x1020304)},
		{Kind: oracle.PutU32, Type: 6 | 0x4000, N: marshBE(4, 0x1020304)},
		{Kind: oracle.PutU8, Type: 7 | 0x4000, N: 9},
		{Kind: oracle.PutU32, Type: 8, N: marshBE(4, 5)},
	}, func(a oracle.AttrValues) any { return [2]byte(a.Copied) }, [2]byte{1, 2}},
	{"bool", &struct {
		A bool  `netlink:"attr=1"`
		B bool  `netlink:"attr=2"`
		C bool  `netlink:"attr=3,u8"`
		D bool  `netlink:"attr=4,u8"`
		E bool  `netlink:"attr=5,u32,be"`
		F *bool `netlink:"attr=6,u8"`
	}{true, false, true, false, true, new(false)}, []oracle.Op{
		{Kind: oracle.PutFlag, Type: 1},
		{Kind: oracle.PutU8, Type: 3, N: 1},
		{Kind: oracle.PutU8, Type: 4},
		{Kind: oracle.PutU32, Type: 5, N: marshBE(4, 1)},
		{Kind: oracle.PutU8, Type: 6},
	}, func(a oracle.AttrValues) any { return a.Flag }, true},
	{"string", &struct {
		A string `netlink:"attr=1"`
		B string `netlink:"attr=2"`
		C string `netlink:"attr=3,nonul"`
		D string `netlink:"attr=4,nonul"`
	}{"häh", "", "a\x00b", ""}, []oracle.Op{
		{Kind: oracle.PutString, Type: 1, Value: []byte("häh")},
		{Kind: oracle.PutString, Type: 2},
		{Kind: oracle.NlaPut, Type: 3, Value: []byte("a\x00b")},
		{Kind: oracle.NlaPut, Type: 4},
	}, func(a oracle.AttrValues) any { return a.String }, "häh"},
	{"bytes", &struct {
		A []byte           `netlink:"attr=1"`
		B []byte           `netlink:"attr=2"`
		C [5]byte          `netlink:"attr=3"`
		D net.HardwareAddr `netlink:"attr=4"`
		E *[2]marshByte    `netlink:"attr=5"`
		F [0]byte          `netlink:"attr=6"`
		G []marshByte      `netlink:"attr=7"`
	}{[]byte{1, 2, 3}, []byte{}, [5]byte{5, 4, 3, 2, 1}, net.HardwareAddr{2, 0, 0, 0, 0, 1}, &[2]marshByte{8, 9}, [0]byte{}, []marshByte{3}}, []oracle.Op{
		{Kind: oracle.NlaPut, Type: 1, Value: []byte{1, 2, 3}},
		{Kind: oracle.NlaPut, Type: 2},
		{Kind: oracle.NlaPut, Type: 3, Value: []byte{5, 4, 3, 2, 1}},
		{Kind: oracle.NlaPut, Type: 4, Value: []byte{2, 0, 0, 0, 0, 1}},
		{Kind: oracle.NlaPut, Type: 5, Value: []byte{8, 9}},
		{Kind: oracle.NlaPut, Type: 6},
		{Kind: oracle.NlaPut, Type: 7, Value: []byte{3}},
	}, func(a oracle.AttrValues) any { return string(a.Copied) }, "\x01\x02\x03"},
	{"addresses", &struct {
		A netip.Addr   `netlink:"attr=1"`
		B netip.Addr   `netlink:"attr=2"`
		C netip.Addr   `netlink:"attr=3"`
		D netip.Addr   `netlink:"attr=4,omitempty"`
		E *netip.Addr  `netlink:"attr=5"`
		F libnl.HWAddr `netlink:"attr=6"`
		G libnl.HWAddr `netlink:"attr=7,omitempty"`
	}{
		netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("::ffff:192.0.2.1"),
		netip.Addr{},
		nil,
		libnl.HWAddrFrom([]byte{2, 0, 0, 0, 0, 1}),
		libnl.HWAddr{},
	}, []oracle.Op{
		{Kind: oracle.PutAddr, Type: 1, Value: []byte{192, 0, 2, 1}, Arg: 2},
		{Kind: oracle.PutAddr, Type: 2, Value: netip.MustParseAddr("2001:db8::1").AsSlice(), Arg: 10},
		{Kind: oracle.PutAddr, Type: 3, Value: netip.MustParseAddr("::ffff:192.0.2.1").AsSlice(), Arg: 10},
		{Kind: oracle.PutAddr, Type: 6, Value: []byte{2, 0, 0, 0, 0, 1}, Arg: 26},
	}, func(a oracle.AttrValues) any { return [4]byte(a.Copied) }, [4]byte{192, 0, 2, 1}},
	{"durations", &struct {
		A time.Duration  `netlink:"attr=1"`
		B time.Duration  `netlink:"attr=2,s"`
		C time.Duration  `netlink:"attr=3,u32,us"`
		D time.Duration  `netlink:"attr=4,ns,s64"`
		E time.Duration  `netlink:"attr=5,u16,be,s"`
		F *time.Duration `netlink:"attr=6,ms,u32"`
	}{1500 * time.Millisecond, time.Hour, 7 * time.Microsecond, -3, time.Minute, new(time.Second)}, []oracle.Op{
		{Kind: oracle.PutMsecs, Type: 1, N: 1500},
		{Kind: oracle.PutU64, Type: 2, N: 3600},
		{Kind: oracle.PutU32, Type: 3, N: 7},
		{Kind: oracle.PutS64, Type: 4, N: -3},
		{Kind: oracle.PutU16, Type: 5, N: marshBE(2, 60)},
		{Kind: oracle.PutU32, Type: 6, N: 1000},
	}, func(a oracle.AttrValues) any { return a.Msecs }, uint64(1500)},
	{"bitfield32", &struct {
		A libnl.Bitfield32 `netlink:"attr=1"`
	}{libnl.Bitfield32{Value: 5, Selector: 7}}, []oracle.Op{{Kind: oracle.NlaPut, Type: 1, Value: marshBytes(5, 7)}}, func(a oracle.AttrValues) any { return a.U32 }, uint32(5)},
	{"binary", &struct {
		A marshText   `netlink:"attr=1"`
		B *marshText  `netlink:"attr=2"`
		C []marshText `netlink:"attr=3,multi"`
	}{marshText{"a"}, &marshText{"b"}, []marshText{{"c"}, {"d"}}}, []oracle.Op{
		{Kind: oracle.NlaPut, Type: 1, Value: []byte("<a>")},
		{Kind: oracle.NlaPut, Type: 2, Value: []byte("<b>")},
		{Kind: oracle.NlaPut, Type: 3, Value: []byte("<c>")},
		{Kind: oracle.NlaPut, Type: 3, Value: []byte("<d>")},
	}, func(a oracle.AttrValues) any { return string(a.Copied) }, "<a>"},
	{"pointers", &struct {
		A *uint16     `netlink:"attr=1"`
		B *uint16     `netlink:"attr=2"`
		C *string     `netlink:"attr=3"`
		D *[]byte     `netlink:"attr=4"`
		E *marshInner `netlink:"attr=5"`
		F *marshInner `netlink:"attr=6"`
		G *uint32     `netlink:"attr=7,be"`
	}{new(uint16(0)), nil, new(""), new([]byte{1}), &marshInner{A: 1}, nil, new(uint32(1))}, []oracle.Op{
		{Kind: oracle.PutU16, Type: 1},
		{Kind: oracle.PutString, Type: 3},
		{Kind: oracle.NlaPut, Type: 4, Value: []byte{1}},
		{Kind: oracle.NestStart, Type: 5},
		{Kind: oracle.PutU8, Type: 1, N: 1},
		{Kind: oracle.NestEnd},
		{Kind: oracle.PutU32, Type: 7, N: marshBE(4, 1)},
	}, func(a oracle.AttrValues) any { return a.Len }, 2},
	{"nested", &struct {
		A marshInner `netlink:"attr=1"`
		B marshInner `netlink:"attr=2,omitempty"`
		C marshEmpty `netlink:"attr=3"`
		D marshEmpty `netlink:"attr=4,omitempty"`
		E marshTree  `netlink:"attr=5"`
	}{marshInner{1, "x"}, marshInner{}, marshEmpty{}, marshEmpty{}, marshTree{N: 1, Next: &marshTree{N: 2}, Kids: []marshTree{{N: 3}, {N: 4}}}}, []oracle.Op{
		{Kind: oracle.NestStart, Type: 1},
		{Kind: oracle.PutU8, Type: 1, N: 1},
		{Kind: oracle.PutString, Type: 2, Value: []byte("x")},
		{Kind: oracle.NestEnd},
		{Kind: oracle.NestStart, Type: 3},
		{Kind: oracle.NestEndKeepEmpty},
		{Kind: oracle.NestStart, Type: 5},
		{Kind: oracle.PutU8, Type: 1, N: 1},
		{Kind: oracle.NestStart, Type: 2},
		{Kind: oracle.PutU8, Type: 1, N: 2},
		{Kind: oracle.NestEnd},
		{Kind: oracle.NestStart, Type: 3},
		{Kind: oracle.PutU8, Type: 1, N: 3},
		{Kind: oracle.NestEnd},
		{Kind: oracle.NestStart, Type: 3},
		{Kind: oracle.PutU8, Type: 1, N: 4},
		{Kind: oracle.NestEnd},
		{Kind: oracle.NestEnd},
	}, func(a oracle.AttrValues) any { return a.Nested }, true},
	{"arrays", &struct {
		A []uint16     `netlink:"attr=1,array"`
		B []marshInner `netlink:"attr=2,array=0"`
		C []string     `netlink:"attr=3,array"`
		D []uint16     `netlink:"attr=4,array"`
		E []uint16     `netlink:"attr=5,array,omitempty"`
		F []*uint16    `netlink:"attr=6,array,net"`
		G [][]byte     `netlink:"attr=7,array"`
		H []bool       `netlink:"attr=8,array,u8"`
	}{
		[]uint16{1, 2},
		[]marshInner{{A: 1}, {A: 2}},
		[]string{"a", ""},
		[]uint16{},
		nil,
		[]*uint16{new(uint16(3))},
		[][]byte{{1}, {}},
		[]bool{true, false},
	}, []oracle.Op{
		{Kind: oracle.NestStart, Type: 1},
		{Kind: oracle.PutU16, Type: 1, N: 1},
		{Kind: oracle.PutU16, Type: 2, N: 2},
		{Kind: oracle.NestEnd},
		{Kind: oracle.NestStart, Type: 2},
		{Kind: oracle.NestStart, Type: 0},
		{Kind: oracle.PutU8, Type: 1, N: 1},
		{Kind: oracle.NestEnd},
		{Kind: oracle.NestStart, Type: 1},
		{Kind: oracle.PutU8, Type: 1, N: 2},
		{Kind: oracle.NestEnd},
		{Kind: oracle.NestEnd},
		{Kind: oracle.NestStart, Type: 3},
		{Kind: oracle.PutString, Type: 1, Value: []byte("a")},
		{Kind: oracle.PutString, Type: 2},
		{Kind: oracle.NestEnd},
		{Kind: oracle.NestStart, Type: 4},
		{Kind: oracle.NestEndKeepEmpty},
		{Kind: oracle.NestStart, Type: 6},
		{Kind: oracle.PutU16, Type: 1 | 0x4000, N: marshBE(2, 3)},
		{Kind: oracle.NestEnd},
		{Kind: oracle.NestStart, Type: 7},
		{Kind: oracle.NlaPut, Type: 1, Value: []byte{1}},
		{Kind: oracle.NlaPut, Type: 2},
		{Kind: oracle.NestEnd},
		{Kind: oracle.NestStart, Type: 8},
		{Kind: oracle.PutU8, Type: 1, N: 1},
		{Kind: oracle.PutU8, Type: 2},
		{Kind: oracle.NestEnd},
	}, func(a oracle.AttrValues) any { return a.Len }, 16},
	{"multi", &struct {
		A []uint32     `netlink:"attr=1,multi,be"`
		B []marshInner `netlink:"attr=2,multi"`
		C []netip.Addr `netlink:"attr=3,multi"`
		D []string     `netlink:"attr=4,multi"`
		E []byte       `netlink:"attr=5,multi"`
	}{[]uint32{1, 2}, []marshInner{{A: 1}, {}}, []netip.Addr{netip.MustParseAddr("192.0.2.1")}, nil, []byte{7, 8}}, []oracle.Op{
		{Kind: oracle.PutU32, Type: 1, N: marshBE(4, 1)},
		{Kind: oracle.PutU32, Type: 1, N: marshBE(4, 2)},
		{Kind: oracle.NestStart, Type: 2},
		{Kind: oracle.PutU8, Type: 1, N: 1},
		{Kind: oracle.NestEnd},
		{Kind: oracle.NestStart, Type: 2},
		{Kind: oracle.PutU8, Type: 1, N: 0},
		{Kind: oracle.NestEnd},
		{Kind: oracle.NlaPut, Type: 3, Value: []byte{192, 0, 2, 1}},
		{Kind: oracle.PutU8, Type: 5, N: 7},
		{Kind: oracle.PutU8, Type: 5, N: 8},
	}, func(a oracle.AttrValues) any { return [4]byte(a.Copied) }, [4]byte{0, 0, 0, 1}},
	{"packed", &struct {
		A []uint32     `netlink:"attr=1,packed"`
		B []int        `netlink:"attr=2,packed,u8"`
		C []uint32     `netlink:"attr=3,packed"`
		D []uint16     `netlink:"attr=4,packed,be,omitempty"`
		E []uint32     `netlink:"attr=5,packed,omitempty"`
		F []marshFlags `netlink:"attr=6,packed,net"`
	}{[]uint32{1, 2}, []int{3, 255, 0}, []uint32{}, []uint16{0x102}, nil, []marshFlags{1}}, []oracle.Op{
		{Kind: oracle.NlaPut, Type: 1, Value: marshBytes(1, 2)},
		{Kind: oracle.NlaPut, Type: 2, Value: []byte{3, 255, 0}},
		{Kind: oracle.NlaPut, Type: 3},
		{Kind: oracle.NlaPut, Type: 4, Value: []byte{1, 2}},
		{Kind: oracle.NlaPut, Type: 6 | 0x4000, Value: []byte{0, 0, 0, 1}},
	}, func(a oracle.AttrValues) any { return a.U64 }, binary.NativeEndian.Uint64(marshBytes(1, 2))},
	{"embedded", &struct {
		marshOuter
		sync.Mutex
		C uint8 `netlink:"attr=3"`
	}{marshOuter{marshBase{1}, 2}, sync.Mutex{}, 3}, []oracle.Op{
		{Kind: oracle.PutU8, Type: 1, N: 1}, {Kind: oracle.PutU8, Type: 2, N: 2}, {Kind: oracle.PutU8, Type: 3, N: 3},
	}, func(a oracle.AttrValues) any { return a.U8 }, uint8(1)},
	{"embedded and nested", &struct {
		marshBase
		MarshNested `netlink:"attr=2"`
	}{marshBase{1}, MarshNested{4}}, []oracle.Op{
		{Kind: oracle.PutU8, Type: 1, N: 1}, {Kind: oracle.NestStart, Type: 2}, {Kind: oracle.PutU8, Type: 1, N: 4}, {Kind: oracle.NestEnd},
	}, func(a oracle.AttrValues) any { return a.U8 }, uint8(1)},
	{"omitempty", &struct {
		A uint8      `netlink:"attr=1,omitempty"`
		B string     `netlink:"attr=2,omitempty"`
		C []byte     `netlink:"attr=3,omitempty"`
		D [2]byte    `netlink:"attr=4,omitempty"`
		E marshInner `netlink:"attr=5,omitempty"`
		F *uint8     `netlink:"attr=6,omitempty"`
		G *uint8     `netlink:"attr=7,omitempty"`
		H []uint8    `netlink:"attr=8,array,omitempty"`
		I bool       `netlink:"attr=9,u8,omitempty"`
	}{F: new(uint8(0))}, []oracle.Op{{Kind: oracle.PutU8, Type: 6}}, func(a oracle.AttrValues) any { return a.U8 }, uint8(0)},
}

type (
	marshByte   byte
	MarshNested struct {
		A uint8 `netlink:"attr=1"`
	}
	marshEmpty struct {
		A *uint8 `netlink:"attr=1"`
	}
)

// TestMarshal: what Marshal writes is what libnl writes, Unmarshal reads what libnl wrote, libnl reads what Marshal wrote.
func TestMarshal(t *testing.T) {
	for _, k := range marshKinds {
		t.Run(k.name, func(t *testing.T) {
			c := marshC(t, k.ops...)
			b, err := libnl.Marshal(k.v)
			if err != nil || !bytes.Equal(b, c) {
				t.Fatalf("%x, %v; libnl writes %x", b, err, c)
			}
			if again, err := libnl.Marshal(reflect.ValueOf(k.v).Elem().Interface()); err != nil || !bytes.Equal(again, c) {
				t.Errorf("of the struct itself: %x, %v", again, err)
			}
			got := reflect.New(reflect.TypeOf(k.v).Elem())
			if err := libnl.Unmarshal(c, got.Interface()); err != nil || !reflect.DeepEqual(got.Interface(), k.v) {
				t.Errorf("%+v, %v; want %+v", got.Elem(), err, k.v)
			}
			clear(c) // nothing refers to the bytes
			if !reflect.DeepEqual(got.Interface(), k.v) {
				t.Error("the struct holds views")
			}
			if a, ok := oracle.AttrGet(b, len(b)); !ok || !reflect.DeepEqual(k.get(a), k.want) {
				t.Errorf("libnl reads %+v: %v, want %v", a, k.get(a), k.want)
			}
			if p, ok := oracle.ParseAttrs(b, 16383, nil); !ok || p.Code != 0 {
				t.Errorf("nla_parse: %+v", p.Code)
			}
		})
	}
}

// TestMarshalVariable: nla_put_uint and its kin are new in libnl 3.11, before that a program chooses between two functions itself.
func TestMarshalVariable(t *testing.T) {
	newer := oracle.Has("nla_put_uint")
	for _, n := range []uint64{0, 1, math.MaxInt32, math.MaxInt32 + 1, math.MaxUint32, math.MaxUint32 + 1, 1 << 63, math.MaxUint64 - math.MaxInt32, math.MaxUint64} {
		for _, sign := range []string{"uint", "sint"} {
			b, err := libnl.Marshal(struct {
				A uint64 `netlink:"attr=1,uint"`
			}{n})
			put := "nla_put_u64"
			if n <= math.MaxUint32 {
				put = "nla_put_u32"
			}
			if sign == "sint" {
				b, err = libnl.Marshal(struct {
					A int64 `netlink:"attr=1,sint"`
				}{int64(n)})
				put = "nla_put_s64"
				if int64(n) == int64(int32(n)) {
					put = "nla_put_s32"
				}
			}
			if newer {
				put = "nla_put_" + sign
			}
			m := oracle.Ptr(oracle.Call("nlmsg_alloc"))
			m.Call(put, 1, n)
			payload := make([]byte, 8)
			a := oracle.Call("nlmsg_find_attr", oracle.Ptr(m.Call("nlmsg_hdr")), 0, 1)
			payload = payload[:oracle.Call("nla_memcpy", payload, oracle.Ptr(a), 8)]
			m.Call("nlmsg_free")
			if err != nil || !bytes.Equal(b[4:], payload) || newer && oracle.Call("nla_get_"+sign, b) != int64(n) {
				t.Errorf("%s %d: %x, %v; libnl writes %x", sign, n, b, err, payload)
			}
		}
	}
}

// TestMarshalNestedC reads what is inside nested attributes with libnl.
func TestMarshalNestedC(t *testing.T) {
	b, err := libnl.Marshal(&struct {
		Peers []struct {
			Port  uint16       `netlink:"attr=1"`
			Addrs []netip.Addr `netlink:"attr=2,multi"`
		} `netlink:"attr=4,array"`
	}{[]struct {
		Port  uint16       `netlink:"attr=1"`
		Addrs []netip.Addr `netlink:"attr=2,multi"`
	}{{7, nil}, {8, []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("::1")}}}})
	if err != nil {
		t.Fatal(err)
	}
	enter := func(b []byte, typ int) []byte {
		t.Helper()
		at := oracle.Find(b, typ)
		if at < 0 {
			t.Fatalf("libnl does not find attribute %d", typ)
		}
		a, _ := oracle.AttrGet(b[at:], len(b))
		return a.Copied
	}
	peer := enter(enter(b, 4), 2)
	if p := enter(peer, 1); binary.NativeEndian.Uint16(p) != 8 {
		t.Errorf("port %x", p)
	}
	if a := enter(peer, 2); !bytes.Equal(a, []byte{192, 0, 2, 1}) {
		t.Errorf("address %v", a)
	}
}

// TestUnmarshalLenient: what is unknown is ignored, what is more than asked for too, the last of several counts.
func TestUnmarshalLenient(t *testing.T) {
	type all struct {
		A     uint16           `netlink:"attr=1"`
		B     [2]byte          `netlink:"attr=2"`
		C     marshInner       `netlink:"attr=3"`
		D     []uint8          `netlink:"attr=4,array"`
		E     libnl.Bitfield32 `netlink:"attr=5"`
		F     string           `netlink:"attr=6"`
		Kept  string
		Left  string `netlink:"-"`
		Flag  bool   `netlink:"attr=7"`
		Absen uint32 `netlink:"attr=8"`
		Zero  *int   `netlink:"attr=9"`
	}
	v := all{Kept: "kept", Left: "left", Flag: true, Absen: 5, Zero: new(1)}
	b := cat(oracle.Attr(99, []byte{1}), oracle.Attr(16383, nil), oracle.Attr(0, []byte{1, 2, 3, 4, 5}),
		oracle.Attr(1|0xc000, marshBytes(0, 0)), oracle.Attr(1|0x4000, cat(marshBytes(0)[:2], marshBytes(9))),
		oracle.Attr(2, []byte{1, 2, 3}),
		oracle.Attr(3, cat(oracle.Attr(2, []byte("x\x00")), oracle.Attr(1, []byte{1}))), oracle.Attr(3, cat(oracle.Attr(1, []byte{2}), oracle.Attr(44, nil))),
		oracle.Attr(4, cat(oracle.Attr(7, []byte{1}), oracle.Attr(7, []byte{2}), oracle.Attr(0, []byte{3}))),
		oracle.Attr(5, marshBytes(1, 2, 3)), oracle.Attr(6, []byte("ab\x00cd")))
	if err := libnl.Unmarshal(b[:len(b)-1], &v); err != nil { // without the padding of the last
		t.Fatal(err)
	}
	want := all{C: marshInner{A: 2}, B: [2]byte{1, 2}, D: []uint8{1, 2, 3}, E: libnl.Bitfield32{Value: 1, Selector: 2}, F: "ab", Kept: "kept", Left: "left"}
	if !reflect.DeepEqual(v, want) {
		t.Errorf("%+v, want %+v", v, want)
	}
	if err := libnl.Unmarshal(nil, &v); err != nil || !reflect.DeepEqual(v, all{Kept: "kept", Left: "left"}) {
		t.Errorf("of nothing: %+v, %v", v, err)
	}
}

func TestMarshalMsg(t *testing.T) {
	type pair struct {
		A uint8       `netlink:"attr=1"`
		B *marshInner `netlink:"attr=2,omitempty"`
	}
	m := msg(t, 64)
	if err := m.PutGenl(0, 0, 16, 3, 0, libnl.GenlHeader{Cmd: 1}); err != nil {
		t.Fatal(err)
	}
	m.Append([]byte{1}, 0) // attributes begin at the next multiple of four
	if err := m.PutStruct(pair{1, &marshInner{A: 3}}); err != nil || m.Err() != nil {
		t.Fatal(err, m.Err())
	}
	m.PutU8(9, 9)
	want := marshC(t, oracle.Op{Kind: oracle.PutU8, Type: 1, N: 1}, oracle.Op{Kind: oracle.NestStart, Type: 2},
		oracle.Op{Kind: oracle.PutU8, Type: 1, N: 3}, oracle.Op{Kind: oracle.NestEnd}, oracle.Op{Kind: oracle.PutU8, Type: 9, N: 9})
	if got := m.Payload()[12:]; !bytes.Equal(got, want) || int(m.Header().Len) != m.Len() {
		t.Errorf("%x, want %x", got, want)
	}
	var got pair
	if err := m.UnmarshalGenl(8, &got); err != nil || got.A != 1 || *got.B != (marshInner{A: 3}) {
		t.Errorf("%+v, %v", got, err)
	}
	if err := m.Unmarshal(12, &got); err != nil || got.A != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	var in marshInner
	if a, _ := m.FindAttr(12, 2); a.Unmarshal(&in) != nil || in.A != 3 {
		t.Errorf("%+v", in)
	}
	wantErr(t, libnl.Attr{}.Unmarshal(&in), libnl.ErrMissingAttr)
	for _, n := range []int{-1, m.Len(), math.MaxInt} {
		wantErr(t, m.Unmarshal(n, &got), libnl.ErrMsgTooShort)
	}
	wantErr(t, m.UnmarshalGenl(-1, &got), libnl.ErrInval)
	wantErr(t, m.UnmarshalGenl(math.MaxInt, &got), libnl.ErrMsgTooShort)

	n := m.Len()
	wantErr(t, m.PutStruct(struct {
		A [40]byte `netlink:"attr=1"`
	}{}), libnl.ErrNoMem)
	wantErr(t, m.Err(), libnl.ErrNoMem)
	wantErr(t, m.PutStruct(pair{}), libnl.ErrNoMem)
	m.PutFlag(1)
	if m.Len() != n || !bytes.Equal(m.Payload()[12:], want) {
		t.Error("something was put after a failure")
	}
	m = msg(t, 64)
	err := m.PutStruct(struct {
		A uint8  `netlink:"attr=1"`
		B string `netlink:"attr=2"`
	}{1, "\x00"})
	wantErr(t, err, libnl.ErrInval)
	if m.Err() != err || m.Len() != 16 {
		t.Error(m.Err(), m.Len())
	}
	if err := m.Close(); err != nil {
		t.Error(err)
	}
	wantErr(t, m.PutStruct(pair{}), libnl.ErrClosed)
	wantErr(t, m.Unmarshal(0, &got), libnl.ErrClosed)
	wantErr(t, m.UnmarshalGenl(0, &got), libnl.ErrClosed)
	wantErr(t, (*libnl.Msg)(nil).PutStruct(pair{}), libnl.ErrClosed)
}

// TestMarshalPanics: a panic of the user's code leaves the message as it was.
func TestMarshalPanics(t *testing.T) {
	m := msg(t, 64)
	func() {
		defer func() {
			if recover() != io.EOF {
				t.Error("no panic")
			}
		}()
		_ = m.PutStruct(struct {
			A uint8        `netlink:"attr=1"`
			B marshPanicky `netlink:"attr=2"`
		}{})
	}()
	m.PutU8(3, 4)
	if want := marshC(t, oracle.Op{Kind: oracle.PutU8, Type: 3, N: 4}); m.Err() != nil || !bytes.Equal(m.Payload(), want) {
		t.Errorf("%x, %v", m.Payload(), m.Err())
	}
}

type marshPanicky struct{}

func (marshPanicky) MarshalBinary() ([]byte, error)  { panic(io.EOF) }
func (*marshPanicky) UnmarshalBinary(b []byte) error { panic(io.EOF) }

func TestMarshalConcurrent(t *testing.T) {
	type fresh struct { // no plan yet
		A uint8      `netlink:"attr=1"`
		B marshTree  `netlink:"attr=2"`
		C *marshTree `netlink:"attr=3"`
	}
	want := fresh{1, marshTree{N: 2, Kids: []marshTree{{N: 3}}}, nil}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			b, err := libnl.Marshal(want)
			var got fresh
			if err == nil {
				err = libnl.Unmarshal(b, &got)
			}
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Error(got, err)
			}
		})
	}
	wg.Wait()
}

// TestMarshalKernel asks the controller about itself.
func TestMarshalKernel(t *testing.T) {
	got := marshFamily(t)
	if got.Name != "nlctrl" || got.ID != 16 || len(got.Ops) == 0 || got.Ops[0].ID != 3 {
		t.Errorf("%+v", got)
	}
	if !slices.ContainsFunc(got.Groups, func(g marshGroup) bool { return g.Name == "notify" && g.ID == 16 }) {
		t.Errorf("groups %+v", got.Groups)
	}
}

type marshGroup struct {
	Name string `netlink:"attr=1,required"`
	ID   uint32 `netlink:"attr=2,required"`
}

type marshFamilyInfo struct {
	ID      uint16 `netlink:"attr=1,required"`
	Name    string `netlink:"attr=2,required"`
	MaxAttr uint32 `netlink:"attr=5,required"`
	Ops     []struct {
		ID    uint32 `netlink:"attr=1,required"`
		Flags uint32 `netlink:"attr=2,required"`
	} `netlink:"attr=6,array"`
	Groups []marshGroup `netlink:"attr=7,array"`
}

func marshFamily(t *testing.T) (info marshFamilyInfo) {
	s, err := libnl.DialGeneric(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	m, err := libnl.NewMsg()
	if err != nil {
		t.Fatal(err)
	}
	if err := m.PutGenl(0, 0, 16, 0, 0, libnl.GenlHeader{Cmd: 3, Version: 1}); err != nil {
		t.Fatal(err)
	}
	if err := m.PutStruct(struct {
		Name string `netlink:"attr=2"`
	}{"nlctrl"}); err != nil {
		t.Fatal(err)
	}
	for answer, err := range s.Request(t.Context(), m) {
		if err != nil {
			t.Fatal(err)
		}
		if err := answer.UnmarshalGenl(0, &info); err != nil {
			t.Fatal(err)
		}
	}
	return info
}
