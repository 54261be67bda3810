//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/oracle"
)

// marshFails checks an error of Marshal or Unmarshal: code, field, attribute, and a part of the text.
func marshFails(t *testing.T, err error, code libnl.Errno, field string, attr uint16, text string) {
	t.Helper()
	wantErr(t, err, code)
	e, ok := errors.AsType[*libnl.FieldError](err)
	if !ok || e.Field != field || e.Attr != attr || !errors.Is(e, code) || !strings.Contains(err.Error(), text) {
		t.Errorf("%v (field %+v), want field %q, attribute %d, %q", err, e, field, attr, text)
	}
}

// TestMarshalTags: a tag or type without a meaning is an error, both ways.
func TestMarshalTags(t *testing.T) {
	field := func(typ any, tag string) any {
		return reflect.New(reflect.StructOf([]reflect.StructField{{Name: "F", Type: reflect.TypeOf(typ), Tag: reflect.StructTag(`netlink:"` + tag + `"`)}})).Interface()
	}
	for _, c := range []struct {
		typ       any
		tag, text string
		attr      uint16
	}{
		{0, "", "begin with attr=", 0},
		{0, "attr", "begin with attr=", 0},
		{0, "attr=", "begin with attr=", 0},
		{0, "attr=x", "begin with attr=", 0},
		{0, "attr=-1", "begin with attr=", 0},
		{0, "attr= 1", "begin with attr=", 0},
		{0, "attr=16384", "up to 16383", 0},
		{0, "attr=65536", "up to 16383", 0},
		{0, "be,attr=1", "begin with attr=", 0},
		{0, "attr=1,", `"" in the tag`, 1},
		{0, "attr=1,BE", `"BE" in the tag`, 1},
		{0, "attr=1, be", `" be" in the tag`, 1},
		{0, "attr=1,u12", `"u12" in the tag`, 1},
		{0, "attr=1,u8,s8", `"s8" in the tag`, 1},
		{0, "attr=1,be,le", `"le" in the tag`, 1},
		{0, "attr=1,be,be", `"be" in the tag`, 1},
		{0, "attr=1,omitempty,omitempty", `"omitempty" in the tag`, 1},
		{0, "attr=1,required,required", `"required" in the tag`, 1},
		{"", "attr=1,nonul,nonul", `"nonul" in the tag`, 1},
		{time.Second, "attr=1,s,ms", `"ms" in the tag`, 1},
		{[]uint8{}, "attr=1,array,multi", `"multi" in the tag`, 1},
		{[]uint8{}, "attr=1,multi,array=0", `"array=0" in the tag`, 1},
		{[]uint8{}, "attr=1,array=2", `"array=2" in the tag`, 1},
		{0, "attr=1,s", "unit of time", 1},
		{0, "attr=1,nonul", "nonul is for texts", 1},
		{0, "attr=1,array", "array is for slices, not int", 1},
		{[2]byte{}, "attr=1,multi", "multi is for slices", 1},
		{"", "attr=1,be", "be is for numbers", 1},
		{"", "attr=1,u8", "u8 is for numbers", 1},
		{true, "attr=1,be", "be is for numbers", 1},
		{new(""), "attr=1,be", "be is for numbers", 1},
		{[]string{}, "attr=1,array,be", "be is for numbers", 1},
		{[]byte{}, "attr=1,be", "be is for numbers", 1},
		{netip.Addr{}, "attr=1,be", "be is for numbers", 1},
		{struct {
			A int `netlink:"attr=1"`
		}{}, "attr=1,be", "be is for numbers", 1},
		{[]uint16{}, "attr=1", "needs array, multi or packed", 1},
		{[][]uint16{}, "attr=1,array", "needs array, multi or packed", 1},
		{[][][]byte{}, "attr=1,array", "needs array, multi or packed", 1},
		{[2]uint16{}, "attr=1", "arrays other than of bytes", 1},
		{[]bool{}, "attr=1,multi", "needs u8", 1},
		{new(true), "attr=1", "needs u8", 1},
		{[]*bool{}, "attr=1,multi", "needs u8", 1},
		{new(new(1)), "attr=1", "pointer to a pointer", 1},
		{new([]uint16{}), "attr=1,array", "array is for slices, not *", 1},
		{[]string{}, "attr=1,packed", "packed is for numbers of one size", 1},
		{[]int{}, "attr=1,packed", "packed is for numbers of one size", 1},
		{[]*uint8{}, "attr=1,packed", "packed is for numbers of one size", 1},
		{[]bool{}, "attr=1,packed,u8", "packed is for numbers of one size", 1},
		{1.5, "attr=1", "no attribute holds float64", 1},
		{uintptr(1), "attr=1", "no attribute holds uintptr", 1},
		{map[int]int{}, "attr=1", "no attribute holds map", 1},
		{func() {}, "attr=1", "no attribute holds func", 1},
		{make(chan int), "attr=1", "no attribute holds chan", 1},
		{[]any{}, "attr=1,multi", "no attribute holds interface", 1},
		{new(1i), "attr=1", "no attribute holds complex", 1},
		{libnl.Addr{}, "attr=1", "has a netlink tag", 1},
		{struct{}{}, "attr=1", "no field of struct {} has a netlink tag", 1},
	} {
		v := field(c.typ, c.tag)
		_, err := libnl.Marshal(v)
		marshFails(t, err, libnl.ErrInval, "F", c.attr, c.text)
		marshFails(t, libnl.Unmarshal(nil, v), libnl.ErrInval, "F", c.attr, c.text)
	}
	for _, c := range []struct {
		v     any
		field string
		attr  uint16
		text  string
	}{
		{&struct {
			A int `netlink:"attr=1"`
			B int `netlink:"attr=1"`
		}{}, "B", 1, "another field"},
		{&struct {
			marshBase
			B int `netlink:"attr=1"`
		}{}, "B", 1, "another field"},
		{&struct {
			a int `netlink:"attr=2"`
		}{}, "a", 2, "not exported"},
		{&struct {
			marshBase `netlink:"attr=2"`
		}{}, "marshBase", 2, "not exported"},
		{&struct {
			*marshBase
		}{}, "marshBase", 0, "embedded pointer"},
		{&struct{ A int }{}, "", 0, "has a netlink tag"},
		{&struct {
			A int `netlink:"-"`
		}{}, "", 0, "has a netlink tag"},
		{&struct {
			A []struct {
				B *struct {
					C float32 `netlink:"attr=3"`
				} `netlink:"attr=2"`
			} `netlink:"attr=1,array"`
		}{}, "A.B.C", 3, "float32"},
	} {
		_, err := libnl.Marshal(c.v)
		marshFails(t, err, libnl.ErrInval, c.field, c.attr, c.text)
		marshFails(t, libnl.Unmarshal(nil, c.v), libnl.ErrInval, c.field, c.attr, c.text)
	}
	var many []reflect.StructField
	for i := range 65 {
		tag := reflect.StructTag(fmt.Sprintf(`netlink:"attr=%d,required"`, i))
		many = append(many, reflect.StructField{Name: fmt.Sprint("F", i), Type: reflect.TypeFor[uint8](), Tag: tag})
	}
	err := libnl.Unmarshal(nil, reflect.New(reflect.StructOf(many[:64])).Interface())
	marshFails(t, err, libnl.ErrMissingAttr, "F0", 0, "missing")
	_, err = libnl.Marshal(reflect.New(reflect.StructOf(many)).Interface())
	marshFails(t, err, libnl.ErrInval, "F64", 64, "64 fields")
}

func TestMarshalNoStruct(t *testing.T) {
	for _, v := range []any{nil, 1, "", []byte{}, new(1), (*marshBase)(nil), new(new(marshBase)), []marshBase{}, map[int]int{}} {
		_, err := libnl.Marshal(v)
		wantErr(t, err, libnl.ErrInval)
		wantErr(t, libnl.Unmarshal(nil, v), libnl.ErrInval)
		wantErr(t, msg(t, 64).PutStruct(v), libnl.ErrInval)
	}
	wantErr(t, libnl.Unmarshal(nil, marshBase{}), libnl.ErrInval)
}

func TestMarshalRefused(t *testing.T) {
	type number struct {
		F uint64 `netlink:"attr=9,u16"`
	}
	loop := &marshTree{N: 1}
	loop.Next = loop
	for _, c := range []struct {
		v    any
		code libnl.Errno
		text string
	}{
		{number{65536}, libnl.ErrRange, "65536 does not fit in u16"},
		{struct {
			F int64 `netlink:"attr=9,s8"`
		}{-129}, libnl.ErrRange, "-129 does not fit in s8"},
		{struct {
			F int64 `netlink:"attr=9,s8"`
		}{128}, libnl.ErrRange, "128 does not fit in s8"},
		{struct {
			F int64 `netlink:"attr=9,u64"`
		}{-1}, libnl.ErrRange, "-1 does not fit in u64"},
		{struct {
			F int8 `netlink:"attr=9,uint"`
		}{-1}, libnl.ErrRange, "-1 does not fit in uint"},
		{struct {
			F uint64 `netlink:"attr=9,s64"`
		}{math.MaxInt64 + 1}, libnl.ErrRange, "does not fit in s64"},
		{struct {
			F uint8 `netlink:"attr=9,s8"`
		}{128}, libnl.ErrRange, "does not fit in s8"},
		{struct {
			F string `netlink:"attr=9"`
		}{"a\x00"}, libnl.ErrInval, "NUL in the text"},
		{struct {
			F netip.Addr `netlink:"attr=9"`
		}{}, libnl.ErrInval, "no address"},
		{struct {
			F netip.Addr `netlink:"attr=9"`
		}{netip.MustParseAddr("fe80::1%eth0")}, libnl.ErrInval, "zone"},
		{struct {
			F libnl.HWAddr `netlink:"attr=9"`
		}{}, libnl.ErrInval, "no address"},
		{struct {
			F time.Duration `netlink:"attr=9"`
		}{-1}, libnl.ErrRange, "-1ns does not fit in u64"},
		{struct {
			F time.Duration `netlink:"attr=9,u8,s"`
		}{256 * time.Second}, libnl.ErrRange, "4m16s does not fit in u8 in units of 1s"},
		{struct {
			F []byte `netlink:"attr=9"`
		}{make([]byte, 65532)}, libnl.ErrAttrSize, "65532 bytes: 65531"},
		{struct {
			F string `netlink:"attr=9"`
		}{strings.Repeat("a", 65531)}, libnl.ErrAttrSize, "65532 bytes: 65531"},
		{struct {
			F [][]byte `netlink:"attr=9,array"`
		}{make([][]byte, 16383)}, libnl.ErrAttrSize, "65532 bytes: 65531"},
		{struct {
			F []uint8 `netlink:"attr=9,array"`
		}{make([]uint8, 100000)}, libnl.ErrAttrSize, "800000 bytes: 65531"},
		{struct {
			F []uint32 `netlink:"attr=9,packed"`
		}{make([]uint32, 16383)}, libnl.ErrAttrSize, "65532 bytes: 65531"},
		{struct {
			F marshText `netlink:"attr=9"`
		}{marshText{"bad"}}, libnl.ErrInval, "no text"},
	} {
		b, err := libnl.Marshal(c.v)
		marshFails(t, err, c.code, "F", 9, "libnl: Marshal: F, attribute 9: ")
		marshFails(t, err, c.code, "F", 9, c.text)
		if b != nil {
			t.Errorf("%d bytes and an error", len(b))
		}
	}
	for _, c := range []struct {
		v     any
		code  libnl.Errno
		field string
		attr  uint16
	}{
		{struct {
			A []*marshInner `netlink:"attr=1,multi"`
		}{[]*marshInner{{}, nil}}, libnl.ErrInval, "A[1]", 1},
		{struct {
			A []number `netlink:"attr=1,array"`
		}{[]number{{}, {}, {1 << 16}}}, libnl.ErrRange, "A[2].F", 9},
		{struct {
			A []uint32 `netlink:"attr=1,packed,u8"`
		}{[]uint32{0, 256}}, libnl.ErrRange, "A[1]", 1},
		{struct {
			A struct {
				B []struct {
					C []uint32 `netlink:"attr=3,multi,u8"`
				} `netlink:"attr=2,array"`
			} `netlink:"attr=1"`
		}{struct {
			B []struct {
				C []uint32 `netlink:"attr=3,multi,u8"`
			} `netlink:"attr=2,array"`
		}{[]struct {
			C []uint32 `netlink:"attr=3,multi,u8"`
		}{{}, {[]uint32{0, 0, 999}}}}}, libnl.ErrRange, "A.B[1].C[2]", 3},
		{loop, libnl.ErrRange, strings.Repeat("Next.", 256) + "Next", 2},
	} {
		_, err := libnl.Marshal(c.v)
		marshFails(t, err, c.code, c.field, c.attr, "")
	}
	_, err := libnl.Marshal(struct {
		F marshText `netlink:"attr=9"`
	}{marshText{"bad"}})
	wantErr(t, err, errMarshText)
	// The longest that fits.
	b, err := libnl.Marshal(struct {
		F []byte `netlink:"attr=9"`
	}{make([]byte, 65531)})
	if a, ok := oracle.AttrGet(b, len(b)); err != nil || len(b) != 65536 || !ok || a.Len != 65531 {
		t.Errorf("%d bytes, %v, libnl reads %d", len(b), err, a.Len)
	}
}

func TestUnmarshalRefused(t *testing.T) {
	eight := bytes.Repeat([]byte{0xff}, 8)
	for _, c := range []struct {
		v       any
		payload []byte
		code    libnl.Errno
		text    string
	}{
		{&struct {
			F uint8 `netlink:"attr=9"`
		}{}, nil, libnl.ErrRange, "0 bytes, not 1"},
		{&struct {
			F uint16 `netlink:"attr=9,be"`
		}{}, eight[:1], libnl.ErrRange, "1 bytes, not 2"},
		{&struct {
			F int32 `netlink:"attr=9"`
		}{}, eight[:3], libnl.ErrRange, "3 bytes, not 4"},
		{&struct {
			F uint64 `netlink:"attr=9"`
		}{}, eight[:7], libnl.ErrRange, "7 bytes, not 8"},
		{&struct {
			F uint `netlink:"attr=9"`
		}{}, eight[:5], libnl.ErrRange, "5 bytes, not 8"},
		{&struct {
			F bool `netlink:"attr=9,u16"`
		}{}, eight[:1], libnl.ErrRange, "1 bytes, not 2"},
		{&struct {
			F uint8 `netlink:"attr=9,u16"`
		}{}, eight, libnl.ErrRange, "65535 does not fit in uint8"},
		{&struct {
			F int8 `netlink:"attr=9,s16"`
		}{}, marshBytes(0x70007000), libnl.ErrRange, "28672 does not fit in int8"},
		{&struct {
			F uint8 `netlink:"attr=9,s8"`
		}{}, eight, libnl.ErrRange, "-1 does not fit"},
		{&struct {
			F int64 `netlink:"attr=9,u64"`
		}{}, eight, libnl.ErrRange, "18446744073709551615 does not fit"},
		{&struct {
			F string `netlink:"attr=9"`
		}{}, nil, libnl.ErrRange, "0 bytes, not 1"},
		{&struct {
			F string `netlink:"attr=9"`
		}{}, []byte("ab"), libnl.ErrInval, "no NUL"},
		{&struct {
			F [6]byte `netlink:"attr=9"`
		}{}, eight[:5], libnl.ErrRange, "5 bytes, not 6"},
		{&struct {
			F netip.Addr `netlink:"attr=9"`
		}{}, eight, libnl.ErrRange, "8 bytes, not 4 or 16"},
		{&struct {
			F netip.Addr `netlink:"attr=9"`
		}{}, nil, libnl.ErrRange, "0 bytes, not 4 or 16"},
		{&struct {
			F libnl.HWAddr `netlink:"attr=9"`
		}{}, nil, libnl.ErrRange, "0 bytes, not 1 to 32"},
		{&struct {
			F libnl.HWAddr `netlink:"attr=9"`
		}{}, make([]byte, 33), libnl.ErrRange, "33 bytes, not 1 to 32"},
		{&struct {
			F time.Duration `netlink:"attr=9"`
		}{}, eight, libnl.ErrRange, "does not fit"},
		{&struct {
			F time.Duration `netlink:"attr=9"`
		}{}, cat(marshBytes(0x7fffffff, 0x7fffffff)), libnl.ErrRange, "more than a Duration"},
		{&struct {
			F time.Duration `netlink:"attr=9,s64,s"`
		}{}, cat(marshBytes(0x80000000, 0x80000000)), libnl.ErrRange, "more than a Duration"},
		{&struct {
			F time.Duration `netlink:"attr=9"`
		}{}, eight[:4], libnl.ErrRange, "4 bytes, not 8"},
		{&struct {
			F libnl.Bitfield32 `netlink:"attr=9"`
		}{}, eight[:7], libnl.ErrRange, "7 bytes, not 8"},
		{&struct {
			F []uint32 `netlink:"attr=9,packed"`
		}{}, eight[:6], libnl.ErrRange, "6 bytes, not a multiple of 4"},
		{&struct {
			F marshText `netlink:"attr=9"`
		}{}, eight, libnl.ErrInval, "no text"},
		{&struct {
			F marshInner `netlink:"attr=9"`
		}{}, eight[:3], libnl.ErrInval, "last 3 bytes are no whole"},
		{&struct {
			F []uint8 `netlink:"attr=9,array"`
		}{}, cat(oracle.Attr(1, []byte{1}), []byte{0, 0, 0, 0}), libnl.ErrInval, "last 4 bytes are no whole"},
		{&struct {
			F *uint32 `netlink:"attr=9"`
		}{}, nil, libnl.ErrRange, "0 bytes, not 4"},
	} {
		err := libnl.Unmarshal(oracle.Attr(9, c.payload), c.v)
		marshFails(t, err, c.code, "F", 9, "libnl: Unmarshal: F, attribute 9: ")
		marshFails(t, err, c.code, "F", 9, c.text)
	}
	type deep struct {
		A []struct {
			B *marshInner `netlink:"attr=2,required"`
			C []uint16    `netlink:"attr=3,multi"`
		} `netlink:"attr=1,array"`
	}
	ok := oracle.Attr(2, oracle.Attr(1, []byte{1}))
	for _, c := range []struct {
		b     []byte
		code  libnl.Errno
		field string
		attr  uint16
	}{
		{[]byte{0}, libnl.ErrInval, "", 0},
		{[]byte{3, 0, 3, 0}, libnl.ErrInval, "", 0},
		{cat(oracle.Attr(9, nil), oracle.Attr(9, make([]byte, 8))[:11]), libnl.ErrInval, "", 0},
		{oracle.Attr(1, oracle.Attr(1, nil)), libnl.ErrMissingAttr, "A[0].B", 2},
		{oracle.Attr(1, cat(oracle.Attr(1, ok), oracle.Attr(1, oracle.Attr(3, []byte{1, 2})))), libnl.ErrMissingAttr, "A[1].B", 2},
		{oracle.Attr(1, oracle.Attr(1, oracle.Attr(2, oracle.Attr(1, nil)))), libnl.ErrRange, "A[0].B.A", 1},
		{oracle.Attr(1, oracle.Attr(1, cat(ok, oracle.Attr(3, []byte{1, 2}), oracle.Attr(3, nil)))), libnl.ErrRange, "A[0].C[1]", 3},
	} {
		marshFails(t, libnl.Unmarshal(c.b, new(deep)), c.code, c.field, c.attr, "")
	}
	var nested []byte
	for range 1000 {
		nested = oracle.Attr(2, nested)
	}
	err := libnl.Unmarshal(nested, new(marshTree))
	marshFails(t, err, libnl.ErrRange, strings.Repeat("Next.", 256)+"Next", 2, "nested more than 256 deep")
}
