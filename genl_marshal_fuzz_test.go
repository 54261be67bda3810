//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/oracle"
)

// marshAll has a field of each kind.
type marshAll struct {
	U8     uint8              `netlink:"attr=1"`
	S16    int16              `netlink:"attr=2,be"`
	U32    uint32             `netlink:"attr=3,net"`
	U64    *uint64            `netlink:"attr=4,le"`
	Int    int                `netlink:"attr=5"`
	Uint   uint               `netlink:"attr=6"`
	Flag   bool               `netlink:"attr=7"`
	Bool   bool               `netlink:"attr=8,u8"`
	Text   string             `netlink:"attr=9"`
	Raw    string             `netlink:"attr=10,nonul"`
	Bytes  []byte             `netlink:"attr=11"`
	Array  [6]byte            `netlink:"attr=12"`
	IP     netip.Addr         `netlink:"attr=13,omitempty"`
	HW     libnl.HWAddr       `netlink:"attr=14,omitempty"`
	MAC    net.HardwareAddr   `netlink:"attr=15"`
	Timer  time.Duration      `netlink:"attr=16"`
	Limit  time.Duration      `netlink:"attr=17,s32,s"`
	Bits   *libnl.Bitfield32  `netlink:"attr=18"`
	Bin    marshText          `netlink:"attr=19,omitempty"`
	Nested marshInner         `netlink:"attr=20,omitempty"`
	Next   *marshAll          `netlink:"attr=21"`
	Kids   []marshAll         `netlink:"attr=22,array"`
	Multi  []uint16           `netlink:"attr=23,multi"`
	Inner  []*marshInner      `netlink:"attr=24,multi"`
	Packed []uint32           `netlink:"attr=25,packed"`
	Texts  []string           `netlink:"attr=26,array=0"`
	Narrow uint8              `netlink:"attr=27,s64"`
	Bitses []libnl.Bitfield32 `netlink:"attr=28,array"`
}

// FuzzUnmarshal: no bytes make Unmarshal panic, and what it reads Marshal writes so that it is read as the same.
func FuzzUnmarshal(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{5, 0, 1, 0, 7})
	f.Add(cat(oracle.Attr(9, []byte("text\x00")), oracle.Attr(13, []byte{1, 2, 3, 4}), oracle.Attr(19, []byte("<x>")), oracle.Attr(14, make([]byte, 6)),
		oracle.Attr(5, marshBytes(1, 2)), oracle.Attr(6, marshBytes(1)), oracle.Attr(16, marshBytes(0, 0)), oracle.Attr(7, nil)))
	f.Add(cat(oracle.Attr(22, cat(oracle.Attr(1, oracle.Attr(1, []byte{1})), oracle.Attr(1, oracle.Attr(21, nil)))), oracle.Attr(23, []byte{1, 2}),
		oracle.Attr(24, oracle.Attr(1, []byte{2})), oracle.Attr(25, marshBytes(1, 2, 3)), oracle.Attr(26, oracle.Attr(0, []byte{0})), oracle.Attr(18, marshBytes(1, 2))))
	f.Fuzz(func(t *testing.T, b []byte) {
		var v, again marshAll
		if err := libnl.Unmarshal(b, &v); err != nil {
			if _, ok := errors.AsType[*libnl.FieldError](err); !ok {
				t.Fatalf("%v is no FieldError", err)
			}
			return
		}
		out, err := libnl.Marshal(&v)
		if errors.Is(err, libnl.ErrAttrSize) && len(b) > 1000 { // fields that were absent are there now
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if p, ok := oracle.ParseAttrs(out, 28, nil); !ok || p.Code != 0 || p.Offsets[1] != 0 {
			t.Fatalf("libnl says %+v", p)
		}
		if err := libnl.Unmarshal(out, &again); err != nil {
			t.Fatal(err)
		}
		if twice, err := libnl.Marshal(&again); err != nil || !bytes.Equal(out, twice) {
			t.Fatalf("%v\n%x\n%x", err, out, twice)
		}
	})
}

// FuzzMarshal: libnl's getters and Unmarshal read the values that Marshal wrote.
func FuzzMarshal(f *testing.F) {
	f.Add(uint64(0), "", []byte{})
	f.Add(uint64(1<<63), "text", []byte{1, 2, 3, 4, 5, 6})
	f.Add(uint64(0xfedcba9876543210), "h\xff", make([]byte, 16))
	f.Add(uint64(300), "a\x00b", make([]byte, 70000))
	f.Fuzz(func(t *testing.T, n uint64, s string, p []byte) {
		v := marshAll{
			U8: uint8(n), S16: int16(n), U32: uint32(n), U64: &n, Int: int(int32(n)), Uint: uint(uint32(n)), Flag: n&1 != 0, Bool: n&2 != 0, Text: s,
			Raw: s, Bytes: append([]byte{}, p...), MAC: append(net.HardwareAddr{}, p...), HW: libnl.HWAddrFrom(p),
			Timer: time.Duration(n>>24) * time.Millisecond, Limit: time.Duration(int32(n)) * time.Second,
			Bits: &libnl.Bitfield32{Value: uint32(n), Selector: uint32(n >> 32)}, Bin: marshText{s}, Nested: marshInner{uint8(n), s},
			Next: &marshAll{Bytes: []byte{}, MAC: net.HardwareAddr{}, Kids: []marshAll{}, Packed: []uint32{}, Texts: []string{}, Bitses: []libnl.Bitfield32{}},
			Kids: []marshAll{}, Packed: []uint32{uint32(n), 1}, Texts: []string{s, ""}, Narrow: uint8(n),
			Multi: []uint16{uint16(n)}, Inner: []*marshInner{{B: s}, {}}, Bitses: []libnl.Bitfield32{{}, {Value: 1}},
		}
		v.IP, _ = netip.AddrFromSlice(p)
		copy(v.Array[:], p)
		b, err := libnl.Marshal(v)
		switch {
		case strings.Contains(s, "\x00"):
			wantErr(t, err, libnl.ErrInval)
			return
		case len(p) > 65531 || len(s) > 20000:
			if !errors.Is(err, libnl.ErrAttrSize) && (err != nil || len(p) > 65531) {
				t.Fatal(err)
			}
			if err != nil {
				return
			}
		case v.Bin.s == "bad":
			wantErr(t, err, errMarshText)
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		get := func(typ int) oracle.AttrValues {
			at := oracle.Find(b, typ)
			if at < 0 {
				t.Fatalf("libnl does not find attribute %d", typ)
			}
			a, _ := oracle.AttrGet(b[at:], len(b)-at)
			return a
		}
		if get(1).U8 != v.U8 || get(2).S16 != int16(marshBE(2, uint64(uint16(v.S16)))) || get(3).U32 != uint32(marshBE(4, uint64(v.U32))) ||
			binary.LittleEndian.Uint64(get(4).Copied) != n || int(get(5).S32) != v.Int || uint(get(6).U32) != v.Uint || get(9).String != s ||
			!bytes.Equal(get(11).Copied, p) || get(16).Msecs != uint64(v.Timer.Milliseconds()) || (oracle.Find(b, 7) >= 0) != v.Flag {
			t.Errorf("libnl reads other values of %+v", v)
		}
		var got marshAll
		if err := libnl.Unmarshal(b, &got); err != nil || !reflect.DeepEqual(got, v) {
			t.Errorf("%v\n%+v\n%+v", err, got, v)
		}
	})
}

type marshPeer struct {
	Key       [32]byte          `netlink:"attr=1,required"`
	Flags     uint32            `netlink:"attr=3"`
	Port      uint16            `netlink:"attr=4,be"`
	Keepalive time.Duration     `netlink:"attr=5,u16,s"`
	Networks  []marshPeerRoutes `netlink:"attr=9,array"`
}

type marshPeerRoutes struct {
	Family uint16     `netlink:"attr=1"`
	Addr   netip.Addr `netlink:"attr=2"`
	Prefix uint8      `netlink:"attr=3"`
}

type marshDevice struct {
	Index uint32      `netlink:"attr=1"`
	Peers []marshPeer `netlink:"attr=8,array"`
}

func marshDeviceOf(peers int) *marshDevice {
	v := &marshDevice{Index: 3}
	for i := range peers {
		v.Peers = append(v.Peers, marshPeer{
			Key: [32]byte{byte(i)}, Port: 51820, Keepalive: 25 * time.Second,
			Networks: []marshPeerRoutes{{2, netip.AddrFrom4([4]byte{10, 0, byte(i), 0}), 24}, {10, netip.MustParseAddr("2001:db8::"), 64}},
		})
	}
	return v
}

// BenchmarkMarshal is a device with ten peers, which has 122 attributes.
func BenchmarkMarshal(b *testing.B) {
	v := marshDeviceOf(10)
	b.Run("marshal", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := libnl.Marshal(v); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("put", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			m, _ := libnl.NewMsgSize(8192)
			if err := m.PutStruct(v); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("by hand", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			m, _ := libnl.NewMsgSize(8192)
			marshByHand(m, v)
			if m.Err() != nil {
				b.Fatal(m.Err())
			}
		}
	})
	stream, err := libnl.Marshal(v)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("unmarshal", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var v marshDevice
			if err := libnl.Unmarshal(stream, &v); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func marshByHand(m *libnl.Msg, v *marshDevice) {
	m.PutU32(1, v.Index)
	m.NestKeepEmpty(8, func(m *libnl.Msg) {
		for i, p := range v.Peers {
			m.NestKeepEmpty(uint16(i+1), func(m *libnl.Msg) {
				m.PutBytes(1, p.Key[:])
				m.PutU32(3, p.Flags)
				m.PutBE16(4, p.Port)
				m.PutU16(5, uint16(p.Keepalive/time.Second))
				m.NestKeepEmpty(9, func(m *libnl.Msg) {
					for i, n := range p.Networks {
						m.NestKeepEmpty(uint16(i+1), func(m *libnl.Msg) {
							m.PutU16(1, n.Family)
							m.PutBytes(2, n.Addr.AsSlice())
							m.PutU8(3, n.Prefix)
						})
					}
				})
			})
		}
	})
}

// TestMarshalByHand: the struct and the calls make the same message.
func TestMarshalByHand(t *testing.T) {
	v := marshDeviceOf(3)
	hand := msg(t, 4096)
	marshByHand(hand, v)
	b, err := libnl.Marshal(v)
	if err != nil || !bytes.Equal(b, hand.Payload()) {
		t.Errorf("%v\n%x\n%x", err, b, hand.Payload())
	}
}
