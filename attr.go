//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"iter"
	"math"
	"time"
)

const (
	attrHdrLen   = 4      // NLA_HDRLEN
	attrTypeMask = 0x3fff // NLA_TYPE_MASK
	attrNested   = 0x8000 // NLA_F_NESTED
	attrNetOrder = 0x4000 // NLA_F_NET_BYTEORDER
	maxAttrLen   = math.MaxUint16 - attrHdrLen
)

// Attr is an attribute: a view of its bytes in the message. It is safe to keep, but shows other bytes once the message is gone:
// Clone keeps it. The zero value is no attribute: its getters fail with ErrMissingAttr.
//
// The getters check the length that libnl's do not. A longer payload than the value asked for is not an error: its first
// bytes count. The payload compares with bytes.Equal, and copies with copy, bytes.Clone and [Attr.Text].
//
// Implements: nla_memcpy nla_memcmp nla_strcmp nla_strlcpy
type Attr struct{ b []byte } // nla_len bytes

// size returns nla_len.
func (a Attr) size() int { return int(binary.NativeEndian.Uint16(a.b)) }

// RawType returns the type with the flags NLA_F_NESTED and NLA_F_NET_BYTEORDER.
func (a Attr) RawType() uint16 {
	if len(a.b) < attrHdrLen {
		return 0
	}
	return binary.NativeEndian.Uint16(a.b[2:])
}

// Type returns the type without the flags.
//
// Implements: nla_type
func (a Attr) Type() uint16 { return a.RawType() & attrTypeMask }

// IsNested reports whether the attribute says that it holds attributes. Not all that do say so.
//
// Implements: nla_is_nested
func (a Attr) IsNested() bool { return a.RawType()&attrNested != 0 }

// IsNetByteOrder reports whether the attribute says that its number is big endian. Most that are do not say so.
func (a Attr) IsNetByteOrder() bool { return a.RawType()&attrNetOrder != 0 }

// Len returns the length of the payload.
//
// Implements: nla_len
func (a Attr) Len() int { return max(len(a.b)-attrHdrLen, 0) }

// Bytes returns the payload: a view.
//
// Implements: nla_data
func (a Attr) Bytes() []byte {
	if len(a.b) < attrHdrLen {
		return nil
	}
	return a.b[attrHdrLen:]
}

// Clone returns a copy that outlives the message.
func (a Attr) Clone() Attr { return Attr{bytes.Clone(a.b)} }

// short returns why a has no value of so many bytes.
//
//go:noinline
func (a Attr) short(want int) error {
	if len(a.b) == 0 {
		return &Error{Func: "nla_get", Code: ErrMissingAttr}
	}
	return &Error{Func: "nla_get", Code: ErrRange, Msg: fmt.Sprintf("attribute %d has %d bytes, not %d", a.Type(), a.Len(), want)}
}

// U8 returns the payload as a number.
//
// Implements: nla_get_u8
func (a Attr) U8() (uint8, error) {
	if len(a.b) < attrHdrLen+1 {
		return 0, a.short(1)
	}
	return a.b[attrHdrLen], nil
}

// U16 returns the payload as a number.
//
// Implements: nla_get_u16
func (a Attr) U16() (uint16, error) {
	if len(a.b) < attrHdrLen+2 {
		return 0, a.short(2)
	}
	return binary.NativeEndian.Uint16(a.b[attrHdrLen:]), nil
}

// U32 returns the payload as a number.
//
// Implements: nla_get_u32
func (a Attr) U32() (uint32, error) {
	if len(a.b) < attrHdrLen+4 {
		return 0, a.short(4)
	}
	return binary.NativeEndian.Uint32(a.b[attrHdrLen:]), nil
}

// U64 returns the payload as a number. Fewer than eight bytes are an error, where libnl makes them 0.
//
// Implements: nla_get_u64
func (a Attr) U64() (uint64, error) {
	if len(a.b) < attrHdrLen+8 {
		return 0, a.short(8)
	}
	return binary.NativeEndian.Uint64(a.b[attrHdrLen:]), nil
}

// S8 returns the payload as a signed number.
//
// Implements: nla_get_s8
func (a Attr) S8() (int8, error) {
	v, err := a.U8()
	return int8(v), err
}

// S16 returns the payload as a signed number.
//
// Implements: nla_get_s16
func (a Attr) S16() (int16, error) {
	v, err := a.U16()
	return int16(v), err
}

// S32 returns the payload as a signed number.
//
// Implements: nla_get_s32
func (a Attr) S32() (int32, error) {
	v, err := a.U32()
	return int32(v), err
}

// S64 returns the payload as a signed number. Fewer than eight bytes are an error, where libnl makes them 0.
//
// Implements: nla_get_s64
func (a Attr) S64() (int64, error) {
	v, err := a.U64()
	return int64(v), err
}

// BE16 returns the payload as a number in network byte order.
func (a Attr) BE16() (uint16, error) {
	if len(a.b) < attrHdrLen+2 {
		return 0, a.short(2)
	}
	return binary.BigEndian.Uint16(a.b[attrHdrLen:]), nil
}

// BE32 returns the payload as a number in network byte order.
func (a Attr) BE32() (uint32, error) {
	if len(a.b) < attrHdrLen+4 {
		return 0, a.short(4)
	}
	return binary.BigEndian.Uint32(a.b[attrHdrLen:]), nil
}

// BE64 returns the payload as a number in network byte order.
func (a Attr) BE64() (uint64, error) {
	if len(a.b) < attrHdrLen+8 {
		return 0, a.short(8)
	}
	return binary.BigEndian.Uint64(a.b[attrHdrLen:]), nil
}

// Uint returns a number of variable length: of exactly four, or of eight bytes.
//
// Implements: nla_get_uint
func (a Attr) Uint() (uint64, error) {
	if len(a.b) == attrHdrLen+4 {
		return uint64(binary.NativeEndian.Uint32(a.b[attrHdrLen:])), nil
	}
	return a.U64()
}

// Sint returns a signed number of variable length: of exactly four, or of eight bytes.
//
// Implements: nla_get_sint
func (a Attr) Sint() (int64, error) {
	if len(a.b) == attrHdrLen+4 {
		return int64(int32(binary.NativeEndian.Uint32(a.b[attrHdrLen:]))), nil
	}
	return a.S64()
}

// Text returns the payload up to its first NUL. An empty payload is ErrRange, one without a NUL ErrInval.
//
// Implements: nla_get_string nla_strdup
func (a Attr) Text() (string, error) {
	p := a.Bytes()
	if len(p) == 0 {
		return "", a.short(1)
	}
	n := bytes.IndexByte(p, 0)
	if n < 0 {
		return "", &Error{Func: "nla_get_string", Code: ErrInval, Msg: fmt.Sprintf("attribute %d has no NUL", a.Type())}
	}
	return string(p[:n]), nil
}

// Flag reports whether there is such an attribute at all, as for the result of FindAttr and Get.
//
// Implements: nla_get_flag
func (a Attr) Flag() bool { return len(a.b) >= attrHdrLen }

// Msecs returns a number of milliseconds. More than a Duration holds is ErrRange.
//
// Implements: nla_get_msecs
func (a Attr) Msecs() (time.Duration, error) {
	v, err := a.U64()
	if err != nil {
		return 0, err
	}
	if v > uint64(math.MaxInt64/time.Millisecond) {
		return 0, &Error{Func: "nla_get_msecs", Code: ErrRange, Msg: fmt.Sprintf("%d ms", v)}
	}
	return time.Duration(v) * time.Millisecond, nil
}

// Nested iterates over the attributes in the payload, whether or not the attribute says that it is nested.
//
// Implements: nla_for_each_nested
func (a Attr) Nested() iter.Seq[Attr] { return EachAttr(a.Bytes()) }

// ParseNested is [ParseAttrs] of the payload.
//
// Implements: nla_parse_nested
func (a Attr) ParseNested(limit int, p Policy) (AttrTable, error) {
	return ParseAttrs(a.Bytes(), limit, p)
}

// EachAttr iterates over the attributes in b, and ends at the first that is not whole.
//
// Implements: nla_for_each_attr nla_ok nla_next
func EachAttr(b []byte) iter.Seq[Attr] {
	return func(yield func(Attr) bool) {
		for rest := b; len(rest) >= attrHdrLen; {
			n := int(binary.NativeEndian.Uint16(rest))
			if n < attrHdrLen || n > len(rest) || !yield(Attr{rest[:n:n]}) {
				return
			}
			rest = rest[min(align4(n), len(rest)):]
		}
	}
}

// FindAttr returns the first attribute of the type in b.
//
// Implements: nla_find
func FindAttr(b []byte, t uint16) (Attr, bool) {
	for a := range EachAttr(b) {
		if a.Type() == t {
			return a, true
		}
	}
	return Attr{}, false
}

// AttrData returns the bytes behind a family header of hdrlen bytes and its padding: where the attributes are. Nil if the
// message is shorter or hdrlen negative.
//
// Implements: nlmsg_attrdata nlmsg_attrlen
func (m *Msg) AttrData(hdrlen int) []byte {
	b := m.live()
	if hdrlen < 0 || hdrlen > len(b) || headerLen+align4(hdrlen) > len(b) {
		return nil
	}
	return b[headerLen+align4(hdrlen):]
}

// Attrs iterates over the attributes behind a family header of hdrlen bytes, and ends at the first that is not whole. There are
// none if the message is shorter than the header.
//
// Implements: nlmsg_for_each_attr
func (m *Msg) Attrs(hdrlen int) iter.Seq[Attr] { return EachAttr(m.AttrData(hdrlen)) }

// FindAttr returns the first attribute of the type behind a family header of hdrlen bytes.
//
// Implements: nlmsg_find_attr
func (m *Msg) FindAttr(hdrlen int, t uint16) (Attr, bool) { return FindAttr(m.AttrData(hdrlen), t) }

// ParseAttrs is [ParseAttrs] of what follows a family header of hdrlen bytes. A message without room for that header is
// ErrMsgTooShort.
//
// Implements: nlmsg_parse nlmsg_valid_hdr
func (m *Msg) ParseAttrs(hdrlen, limit int, p Policy) (AttrTable, error) {
	if err := m.validHdr("nlmsg_parse", hdrlen); err != nil {
		return AttrTable{}, err
	}
	return ParseAttrs(m.AttrData(hdrlen), limit, p)
}

// Validate is [ValidateAttrs] of what follows a family header of hdrlen bytes. A message without room for that header is
// ErrMsgTooShort.
//
// Implements: nlmsg_validate nlmsg_valid_hdr
func (m *Msg) Validate(hdrlen, limit int, p Policy) error {
	if err := m.validHdr("nlmsg_validate", hdrlen); err != nil {
		return err
	}
	return ValidateAttrs(m.AttrData(hdrlen), limit, p)
}

func (m *Msg) validHdr(fn string, hdrlen int) error {
	b := m.bytes()
	if b == nil {
		return closedErr(fn)
	}
	if hdrlen < 0 || hdrlen > len(b)-headerLen {
		return &Error{Func: fn, Code: ErrMsgTooShort, Msg: fmt.Sprintf("%d bytes of payload, a header of %d", len(b)-headerLen, hdrlen)}
	}
	return nil
}

// AttrKind says what a policy expects in an attribute (NLA_*).
type AttrKind uint16

// The kinds, each with the least payload it asks for if the policy does not say another.
const (
	AttrUnspec       AttrKind = 0  // NLA_UNSPEC: anything
	AttrU8           AttrKind = 1  // NLA_U8: one byte
	AttrU16          AttrKind = 2  // NLA_U16: two
	AttrU32          AttrKind = 3  // NLA_U32: four
	AttrU64          AttrKind = 4  // NLA_U64: eight
	AttrString       AttrKind = 5  // NLA_STRING: one, and the last byte is NUL
	AttrFlag         AttrKind = 6  // NLA_FLAG: none
	AttrMsecs        AttrKind = 7  // NLA_MSECS: none: libnl does not check
	AttrNested       AttrKind = 8  // NLA_NESTED: none
	AttrNestedCompat AttrKind = 9  // NLA_NESTED_COMPAT: none
	AttrNulString    AttrKind = 10 // NLA_NUL_STRING: none
	AttrBinary       AttrKind = 11 // NLA_BINARY: none
	AttrS8           AttrKind = 12 // NLA_S8: none, nor do the other signed ones
	AttrS16          AttrKind = 13 // NLA_S16
	AttrS32          AttrKind = 14 // NLA_S32
	AttrS64          AttrKind = 15 // NLA_S64
	AttrSint         AttrKind = 20 // NLA_SINT: four
	AttrUint         AttrKind = 21 // NLA_UINT: four
)

// minLen returns the least payload of the kind, false if there is no such kind.
func (k AttrKind) minLen() (n int, ok bool) {
	switch k {
	case AttrU8, AttrString:
		return 1, true
	case AttrU16:
		return 2, true
	case AttrU32, AttrSint, AttrUint:
		return 4, true
	case AttrU64:
		return 8, true
	}
	return 0, k <= AttrS64
}

// Policy says what is expected of attributes: entry n of type n. What it has no entry for may be anything. It is laid out
// as an array of struct nla_policy.
type Policy []PolicyEntry

// PolicyEntry says what is expected of an attribute (struct nla_policy).
type PolicyEntry struct {
	Kind   AttrKind
	MinLen uint16 // least payload, 0 for that of the kind
	MaxLen uint16 // most payload, 0 for any
}

// check returns why the policy refuses the attribute.
func (p Policy) check(fn string, a Attr, limit int) error {
	t := int(a.Type())
	if t > limit || t >= len(p) {
		return nil
	}
	e := &p[t]
	least, known := e.Kind.minLen()
	if e.MinLen > 0 {
		least = int(e.MinLen)
	}
	n := a.Len()
	switch {
	case !known:
		return argErr(fn, fmt.Sprintf("the policy has an unknown kind %d for attribute %d", e.Kind, t))
	case n < least:
		return &Error{Func: fn, Code: ErrRange, Msg: fmt.Sprintf("attribute %d has %d bytes, fewer than %d", t, n, least)}
	case e.MaxLen > 0 && n > int(e.MaxLen):
		return &Error{Func: fn, Code: ErrRange, Msg: fmt.Sprintf("attribute %d has %d bytes, more than %d", t, n, e.MaxLen)}
	case e.Kind == AttrString && a.b[len(a.b)-1] != 0:
		return &Error{Func: fn, Code: ErrInval, Msg: fmt.Sprintf("attribute %d does not end with NUL", t)}
	}
	return nil
}

// ValidateAttrs checks the attributes of types up to limit in b against the policy: ErrRange for a payload too short or too
// long, ErrInval for a text without NUL, or for a kind in the policy that does not exist. Other types, what the policy has no entry
// for, and what follows the last whole attribute are not looked at.
//
// Implements: nla_validate
func ValidateAttrs(b []byte, limit int, p Policy) error {
	if err := checkLimit("nla_validate", b, limit); err != nil {
		return err
	}
	for a := range EachAttr(b) {
		if err := p.check("nla_validate", a, limit); err != nil {
			return err
		}
	}
	return nil
}

// ParseAttrs sorts the attributes of types up to limit in b by their type, after a check as [ValidateAttrs] does it; a nil policy
// allows anything. Of several of one type the last counts.
//
// Implements: nla_parse
func ParseAttrs(b []byte, limit int, p Policy) (AttrTable, error) {
	if err := checkLimit("nla_parse", b, limit); err != nil {
		return AttrTable{}, err
	}
	t := AttrTable{b, make([]uint32, min(limit, attrTypeMask)+1)}
	at := uint32(1)
	for a := range EachAttr(b) {
		if typ := int(a.Type()); typ <= limit {
			if p != nil {
				if err := p.check("nla_parse", a, limit); err != nil {
					return AttrTable{}, err
				}
			}
			t.at[typ] = at
		}
		at += uint32(align4(len(a.b)))
	}
	return t, nil
}

func checkLimit(fn string, b []byte, limit int) error {
	if limit < 0 || limit > math.MaxUint16 {
		return argErr(fn, "highest attribute type out of range")
	}
	if len(b) > maxMsgSize {
		return argErr(fn, "too many bytes")
	}
	return nil
}

// AttrTable is what [ParseAttrs] found: a view like the attributes themselves.
type AttrTable struct {
	b  []byte
	at []uint32 // by type: 1 + where in b the attribute begins, 0 if there is none
}

// Get returns the attribute of the type.
func (t AttrTable) Get(typ uint16) (Attr, bool) {
	if int(typ) >= len(t.at) || t.at[typ] == 0 {
		return Attr{}, false
	}
	a := Attr{t.b[t.at[typ]-1:]}
	n := a.size() // read anew: what the view shows may have changed
	if n < attrHdrLen || n > len(a.b) {
		return Attr{}, false
	}
	return Attr{a.b[:n:n]}, true
}

// AttrSize returns the length of an attribute with so much payload.
//
// Implements: nla_attr_size
func AttrSize(payload int) int { return attrHdrLen + payload }

// AttrTotalSize returns the room that an attribute with so much payload takes: AttrSize and the padding behind it.
//
// Implements: nla_total_size
func AttrTotalSize(payload int) int { return align4(AttrSize(payload)) }

// AttrPadLen returns the length of the padding behind an attribute with so much payload.
//
// Implements: nla_padlen
func AttrPadLen(payload int) int { return AttrTotalSize(payload) - AttrSize(payload) }
