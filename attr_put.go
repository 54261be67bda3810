//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"time"
)

// ReserveAttr appends an attribute with n zeroed bytes of payload and returns a view of them to fill, good until something more
// is put. Nil if it failed, as PutBytes does, or with ErrInval for a negative n.
//
// Implements: nla_reserve
func (m *Msg) ReserveAttr(t uint16, n int) []byte { return m.write().attr(t, n) }

// attr appends an attribute and returns its payload to fill, nil if it failed or something did before.
func (o *ownMsg) attr(t uint16, n int) []byte {
	if o.err != nil {
		return nil
	}
	start := align4(len(o.b))
	if n < 0 || n > o.max || start+align4(attrHdrLen+n) > o.max || n > maxAttrLen {
		o.attrErr(t, n)
		return nil
	}
	o.grow(start + align4(attrHdrLen+n))
	o.setLen()
	b := o.b[start : start+attrHdrLen+n : start+attrHdrLen+n]
	binary.NativeEndian.PutUint16(b, uint16(len(b)))
	binary.NativeEndian.PutUint16(b[2:], t)
	return b[attrHdrLen:]
}

// attrErr latches why attr failed: like libnl, for want of room before all else.
func (o *ownMsg) attrErr(t uint16, n int) {
	t &= attrTypeMask
	switch {
	case n < 0:
		o.err = argErr("nla_put", fmt.Sprintf("attribute %d of negative length", t))
	case n > o.max || align4(len(o.b))+align4(attrHdrLen+n) > o.max:
		o.err = &Error{Func: "nla_put", Code: ErrNoMem, Msg: fmt.Sprintf("attribute %d of %d bytes does not fit: the message has %d of at most %d", t, n, len(o.b), o.max)}
	default:
		o.err = &Error{Func: "nla_put", Code: ErrAttrSize, Msg: fmt.Sprintf("attribute %d of %d bytes: %d is the limit", t, n, maxAttrLen)}
	}
}

// PutBytes appends an attribute with a copy of b. It fails with ErrNoMem if it does not fit, with ErrAttrSize if b is longer than
// 65531 bytes.
//
// Implements: nla_put nla_put_data
func (m *Msg) PutBytes(t uint16, b []byte) { copy(m.write().attr(t, len(b)), b) }

// PutU8 appends an attribute with a number. As all that put a value it fails with ErrNoMem if it does not fit.
//
// Implements: nla_put_u8
func (m *Msg) PutU8(t uint16, v uint8) {
	if p := m.write().attr(t, 1); p != nil {
		p[0] = v
	}
}

// PutU16 appends an attribute with a number.
//
// Implements: nla_put_u16
func (m *Msg) PutU16(t, v uint16) {
	if p := m.write().attr(t, 2); p != nil {
		binary.NativeEndian.PutUint16(p, v)
	}
}

// PutU32 appends an attribute with a number.
//
// Implements: nla_put_u32
func (m *Msg) PutU32(t uint16, v uint32) {
	if p := m.write().attr(t, 4); p != nil {
		binary.NativeEndian.PutUint32(p, v)
	}
}

// PutU64 appends an attribute with a number.
//
// Implements: nla_put_u64
func (m *Msg) PutU64(t uint16, v uint64) {
	if p := m.write().attr(t, 8); p != nil {
		binary.NativeEndian.PutUint64(p, v)
	}
}

// PutS8 appends an attribute with a signed number.
//
// Implements: nla_put_s8
func (m *Msg) PutS8(t uint16, v int8) { m.PutU8(t, uint8(v)) }

// PutS16 appends an attribute with a signed number.
//
// Implements: nla_put_s16
func (m *Msg) PutS16(t uint16, v int16) { m.PutU16(t, uint16(v)) }

// PutS32 appends an attribute with a signed number.
//
// Implements: nla_put_s32
func (m *Msg) PutS32(t uint16, v int32) { m.PutU32(t, uint32(v)) }

// PutS64 appends an attribute with a signed number.
//
// Implements: nla_put_s64
func (m *Msg) PutS64(t uint16, v int64) { m.PutU64(t, uint64(v)) }

// PutBE16 appends an attribute with a number in network byte order.
func (m *Msg) PutBE16(t, v uint16) {
	if p := m.write().attr(t, 2); p != nil {
		binary.BigEndian.PutUint16(p, v)
	}
}

// PutBE32 appends an attribute with a number in network byte order.
func (m *Msg) PutBE32(t uint16, v uint32) {
	if p := m.write().attr(t, 4); p != nil {
		binary.BigEndian.PutUint32(p, v)
	}
}

// PutBE64 appends an attribute with a number in network byte order.
func (m *Msg) PutBE64(t uint16, v uint64) {
	if p := m.write().attr(t, 8); p != nil {
		binary.BigEndian.PutUint64(p, v)
	}
}

// PutUint appends an attribute with a number in four bytes, or in eight if it needs them.
//
// Implements: nla_put_uint
func (m *Msg) PutUint(t uint16, v uint64) {
	if v <= math.MaxUint32 {
		m.PutU32(t, uint32(v))
		return
	}
	m.PutU64(t, v)
}

// PutSint appends an attribute with a signed number in four bytes, or in eight if it needs them.
//
// Implements: nla_put_sint
func (m *Msg) PutSint(t uint16, v int64) {
	if v == int64(int32(v)) {
		m.PutS32(t, int32(v))
		return
	}
	m.PutS64(t, v)
}

// PutString appends an attribute with s and a NUL. A NUL inside s is ErrInval.
//
// Implements: nla_put_string
func (m *Msg) PutString(t uint16, s string) {
	o := m.write()
	if o.err == nil && strings.IndexByte(s, 0) >= 0 {
		o.err = argErr("nla_put_string", fmt.Sprintf("attribute %d: NUL in the text", t&attrTypeMask))
	}
	copy(o.attr(t, len(s)+1), s)
}

// PutFlag appends an attribute without payload.
//
// Implements: nla_put_flag
func (m *Msg) PutFlag(t uint16) { m.write().attr(t, 0) }

// PutMsecs appends an attribute with a number of milliseconds, in eight bytes; what is less than one is cut off. A
// negative duration is ErrInval.
//
// Implements: nla_put_msecs
func (m *Msg) PutMsecs(t uint16, d time.Duration) {
	if o := m.write(); d < 0 && o.err == nil {
		o.err = argErr("nla_put_msecs", fmt.Sprintf("attribute %d: negative duration", t&attrTypeMask))
	}
	m.PutU64(t, uint64(d/time.Millisecond))
}

// PutNested appends an attribute with the payload of another message, which may be this one. Like libnl's it does not have the
// NLA_F_NESTED flag unless t has. A failure of the other message is one of this.
//
// Implements: nla_put_nested
func (m *Msg) PutNested(t uint16, other *Msg) {
	o := m.write()
	p := other.Payload()
	if err := other.Err(); err != nil && o.err == nil {
		o.err = err
	}
	copy(o.attr(t, len(p)), p)
}

// Nest appends an attribute that holds what fn puts, with the NLA_F_NESTED flag. If fn puts nothing, or if something fails or
// panics in it, the attribute is taken back. More than 65535 bytes are ErrAttrSize. After a failure fn is not called.
//
// Implements: nla_nest_start nla_nest_end nla_nest_cancel
func (m *Msg) Nest(t uint16, fn func(*Msg)) { m.nest(t, false, fn) }

// NestKeepEmpty is Nest, but keeps an attribute that holds nothing.
//
// Implements: nla_nest_end_keep_empty
func (m *Msg) NestKeepEmpty(t uint16, fn func(*Msg)) { m.nest(t, true, fn) }

func (m *Msg) nest(t uint16, keepEmpty bool, fn func(*Msg)) {
	o := m.write()
	if o.attr(t|attrNested, 0) == nil {
		return
	}
	start := len(o.b) - attrHdrLen
	keep := false
	defer func() {
		if !keep {
			o.b = o.b[:start]
			o.setLen()
		}
	}()
	fn(m)
	keep = o.nestEnd(start, keepEmpty)
}

// nestEnd closes the attribute at start, and reports whether it stays.
func (o *ownMsg) nestEnd(start int, keepEmpty bool) bool {
	n := align4(len(o.b)) - start // libnl counts the padding behind something appended in
	switch {
	case o.err != nil, n == attrHdrLen && !keepEmpty:
		return false
	case n > math.MaxUint16:
		o.err = &Error{Func: "nla_nest_end", Code: ErrAttrSize, Msg: fmt.Sprintf("nested attributes of %d bytes", n)}
		return false
	case start+n > o.max:
		o.full("nla_nest_end", start+n-len(o.b))
		return false
	}
	o.grow(start + n)
	o.setLen()
	binary.NativeEndian.PutUint16(o.b[start:], uint16(n))
	return true
}
