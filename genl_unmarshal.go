//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

import (
	"bytes"
	"encoding"
	"encoding/binary"
	"fmt"
	"math"
	"net/netip"
	"reflect"
)

// Unmarshal sets the fields of the struct that v points to from a stream of attributes; [Marshal] says what tags mean. What it sets is a
// copy, independent of b.
//
// Every field with a tag is set: to its zero value if there is no such attribute. Attributes that no field asks for are ignored, so are
// the flags of attribute types and the types of an array's elements. Of several attributes of one type the last counts, unless the field is
// multi. As for [Attr], bytes behind a number, a [N]byte or a Bitfield32 do not matter.
//
// A payload that is too short, or of another length than an address has, and a number that does not fit are ErrRange; a text without a NUL,
// and bytes that are no whole attribute ErrInval; no attribute for a field with the option required is ErrMissingAttr; attributes nested more than 256
// deep are ErrRange. The error wraps a [*FieldError]. What the fields hold then is undefined.
func Unmarshal(b []byte, v any) error {
	const fn = "Unmarshal"
	x := reflect.ValueOf(v)
	if x.Kind() != reflect.Pointer || x.IsNil() || x.Type().Elem().Kind() != reflect.Struct {
		return argErr(fn, fmt.Sprintf("a pointer to a struct is wanted, not %T", v))
	}
	x = x.Elem()
	p, err := planOf(x.Type())
	if err != nil {
		return err.of(fn)
	}
	for i := range p.fields {
		x.FieldByIndex(p.fields[i].index).SetZero()
	}
	return p.read(b, x, 0).of(fn)
}

// Unmarshal is [Unmarshal] of what follows a family header of hdrlen bytes. A message without room for that header is
// ErrMsgTooShort.
func (m *Msg) Unmarshal(hdrlen int, v any) error {
	if err := m.validHdr("Unmarshal", hdrlen); err != nil {
		return err
	}
	return Unmarshal(m.AttrData(hdrlen), v)
}

// UnmarshalGenl is [Unmarshal] of what follows the generic header and hdrlen bytes of the family's own. A message without room for them is
// ErrMsgTooShort.
func (m *Msg) UnmarshalGenl(hdrlen int, v any) error {
	if hdrlen < 0 {
		return argErr("Unmarshal", "negative header length")
	}
	return m.Unmarshal(genlHeaderLen+min(hdrlen, maxMsgSize), v)
}

// Unmarshal is [Unmarshal] of the attributes in the payload. For no attribute it is ErrMissingAttr.
func (a Attr) Unmarshal(v any) error {
	if !a.Flag() {
		return &Error{Func: "Unmarshal", Code: ErrMissingAttr}
	}
	return Unmarshal(a.Bytes(), v)
}

// cutAttr returns the first attribute in b and what follows it; not ok if it is not whole.
func cutAttr(b []byte) (a Attr, rest []byte, ok bool) {
	if len(b) < attrHdrLen {
		return a, nil, false
	}
	n := Attr{b}.size()
	if n < attrHdrLen || n > len(b) {
		return a, nil, false
	}
	return Attr{b[:n:n]}, b[min(align4(n), len(b)):], true
}

func notWhole(b []byte) *FieldError {
	return invalErr("the last %d bytes are no whole attribute", len(b))
}

// read sets the fields of a struct, which are zero, and which is inside depth others.
func (p *structPlan) read(b []byte, x reflect.Value, depth int) *FieldError {
	if depth > maxNesting {
		return rangeErr("nested more than %d deep", maxNesting)
	}
	var seen uint64
	for len(b) > 0 {
		a, rest, ok := cutAttr(b)
		if !ok {
			return notWhole(b)
		}
		b = rest
		f := p.find(a.Type())
		if f == nil {
			continue
		}
		seen |= f.bit
		if err := f.read(a.Bytes(), x.FieldByIndex(f.index), depth); err != nil {
			return err.in(f.name, f.attr)
		}
	}
	if p.required&^seen == 0 {
		return nil
	}
	for i := range p.fields {
		if f := &p.fields[i]; f.bit&^seen != 0 {
			return (&FieldError{Msg: "missing", code: ErrMissingAttr}).in(f.name, f.attr)
		}
	}
	return nil
}

func (f *fieldPlan) read(b []byte, x reflect.Value, depth int) *FieldError {
	switch f.shape {
	case "multi":
		n := x.Len()
		x.Grow(1)
		x.SetLen(n + 1)
		if err := f.val.read(b, x.Index(n), depth); err != nil {
			return err.at(n)
		}
		return nil
	case "array":
		return f.val.readArray(b, x, depth)
	case "packed":
		return f.val.readPacked(b, x)
	}
	return f.val.read(b, x, depth)
}

// setSlice makes x a slice of n zero elements, in one allocation where reflect.MakeSlice takes two.
func setSlice(x reflect.Value, n int) {
	if n == 0 {
		x.Set(reflect.MakeSlice(x.Type(), 0, 0)) // not nil
		return
	}
	x.SetZero()
	x.Grow(n)
	x.SetLen(n)
}

func (v *valuePlan) readArray(b []byte, x reflect.Value, depth int) *FieldError {
	n := 0
	for rest := b; len(rest) > 0; n++ {
		_, next, ok := cutAttr(rest)
		if !ok {
			return notWhole(rest)
		}
		rest = next
	}
	setSlice(x, n)
	for i := range n {
		var a Attr
		a, b, _ = cutAttr(b)
		if err := v.read(a.Bytes(), x.Index(i), depth); err != nil {
			return err.at(i)
		}
	}
	return nil
}

func (v *valuePlan) readPacked(b []byte, x reflect.Value) *FieldError {
	size := v.wire.size
	if len(b)%size != 0 {
		return rangeErr("%d bytes, not a multiple of %d", len(b), size)
	}
	n := len(b) / size
	setSlice(x, n)
	for i := range n {
		if err := v.wire.getNumber(b[i*size:], x.Index(i)); err != nil {
			return err.at(i)
		}
	}
	return nil
}

// read sets x from a payload.
func (v *valuePlan) read(b []byte, x reflect.Value, depth int) *FieldError {
	switch v.kind {
	case valNumber:
		return v.wire.getNumber(b, x)
	case valFlag:
		x.SetBool(true)
	case valBool:
		n, err := v.wire.get(b)
		x.SetBool(n != 0)
		return err
	case valString:
		return v.readText(b, x)
	case valBytes:
		x.SetBytes(append([]byte{}, b...))
	case valByteArray:
		if len(b) < x.Len() {
			return shortErr(b, x.Len())
		}
		copy(x.Bytes(), b)
	case valAddr:
		a, ok := netip.AddrFromSlice(b)
		if !ok {
			return rangeErr("%d bytes, not 4 or 16", len(b))
		}
		*x.Addr().Interface().(*netip.Addr) = a
	case valHWAddr:
		a := HWAddrFrom(b)
		if !a.IsValid() {
			return rangeErr("%d bytes, not 1 to %d", len(b), maxHWAddr)
		}
		*x.Addr().Interface().(*HWAddr) = a
	case valDuration:
		return v.readDuration(b, x)
	case valBitfield:
		if len(b) < 8 {
			return shortErr(b, 8)
		}
		*x.Addr().Interface().(*Bitfield32) = Bitfield32{binary.NativeEndian.Uint32(b), binary.NativeEndian.Uint32(b[4:])}
	case valBinary:
		if err := x.Addr().Interface().(encoding.BinaryUnmarshaler).UnmarshalBinary(b); err != nil {
			return &FieldError{Err: err, code: ErrInval}
		}
	case valStruct:
		x.SetZero()
		return v.nest.read(b, x, depth+1)
	case valPointer:
		x.Set(reflect.New(x.Type().Elem()))
		return v.elem.read(b, x.Elem(), depth)
	}
	return nil
}

func (v *valuePlan) readText(b []byte, x reflect.Value) *FieldError {
	if v.nul {
		n := bytes.IndexByte(b, 0)
		switch {
		case len(b) == 0:
			return shortErr(b, 1)
		case n < 0:
			return invalErr("no NUL in the text")
		}
		b = b[:n]
	}
	x.SetString(string(b))
	return nil
}

func (v *valuePlan) readDuration(b []byte, x reflect.Value) *FieldError {
	n, err := v.wire.getInt(b)
	if err != nil {
		return err
	}
	if limit := math.MaxInt64 / int64(v.unit); n > limit || n < -limit {
		return rangeErr("%d times %v is more than a Duration holds", n, v.unit)
	}
	x.SetInt(n * int64(v.unit))
	return nil
}
