//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

import (
	"encoding"
	"encoding/binary"
	"fmt"
	"math"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Bitfield32 is the value of an attribute of NLA_BITFIELD32: the bits that Selector has are to be, or are, as in Value.
type Bitfield32 struct{ Value, Selector uint32 }

// FieldError says which field Marshal or Unmarshal failed at. The [*Error] that they return wraps it, find it with [errors.AsType].
type FieldError struct {
	Field string // from the struct that was given: "Peers[2].Endpoint"; "" for that itself
	Attr  uint16 // type of the field's attribute, without the flags
	Msg   string // what is wrong
	Err   error  // what MarshalBinary or UnmarshalBinary returned, or nil

	code  Errno
	knows bool // Attr is set
}

// Error reads "Peers[2].Endpoint, attribute 4: 3 bytes, not 4".
func (e *FieldError) Error() string {
	var b strings.Builder
	if e.Field != "" {
		fmt.Fprintf(&b, "%s, attribute %d: ", e.Field, e.Attr)
	}
	b.WriteString(e.Msg)
	if e.Err != nil {
		b.WriteString(e.Err.Error())
	}
	return b.String()
}

// Unwrap returns the code, and Err if there is one.
func (e *FieldError) Unwrap() []error {
	if e.Err != nil {
		return []error{e.code, e.Err}
	}
	return []error{e.code}
}

// in adds the field it happened in, from the inside out.
func (e *FieldError) in(field string, attr uint16) *FieldError {
	if !e.knows {
		e.Attr, e.knows = attr, true
	}
	switch {
	case e.Field == "" || e.Field[0] == '[':
		e.Field = field + e.Field
	default:
		e.Field = field + "." + e.Field
	}
	return e
}

// at adds the element of a slice it happened in.
func (e *FieldError) at(i int) *FieldError {
	at := "[" + strconv.Itoa(i) + "]"
	if e.Field != "" && e.Field[0] != '[' {
		at += "."
	}
	e.Field = at + e.Field
	return e
}

// of returns the error of a call, nil for nil.
func (e *FieldError) of(fn string) error {
	if e == nil {
		return nil
	}
	return &Error{Func: fn, Code: e.code, cause: e}
}

func rangeErr(format string, args ...any) *FieldError {
	return &FieldError{Msg: fmt.Sprintf(format, args...), code: ErrRange}
}

func invalErr(format string, args ...any) *FieldError {
	return &FieldError{Msg: fmt.Sprintf(format, args...), code: ErrInval}
}

func shortErr(b []byte, want int) *FieldError { return rangeErr("%d bytes, not %d", len(b), want) }

// Marshal returns a stream of attributes with the fields of v that have a netlink tag, in their order. V is a struct or a pointer
// to one.
//
//	type Peer struct {
//		Key      [32]byte      `netlink:"attr=1,required"`
//		Port     uint16        `netlink:"attr=2,be"`
//		Alive    time.Duration `netlink:"attr=3,u32,s,omitempty"`
//		Networks []Network     `netlink:"attr=4,array"`
//	}
//
// A tag is attr= with the attribute's type, and options behind commas. What a field's type makes of an attribute:
//
//	int8 ... int64, uint8 ... uint64  a number of that size
//	int, uint                         sint, uint: in four bytes, or in eight if it needs them
//	bool                              a flag: there, and empty, for true; with u8 and the like a number, 0 or 1
//	string                            text with a NUL behind it; with nonul without
//	[]byte, net.HardwareAddr          the bytes
//	[N]byte                           the bytes, N of them
//	netip.Addr                        4 or 16 bytes
//	HWAddr                            1 to 32 bytes
//	time.Duration                     milliseconds in u64
//	Bitfield32                        value and selector
//	a struct                          attributes, nested, with the flag NLA_F_NESTED
//	encoding.BinaryMarshaler          what it says, if the type is an encoding.BinaryUnmarshaler as well
//	a pointer                         what it points to; nothing for nil
//	a slice, with an option for it    array, multi or packed
//	an embedded struct without a tag  its fields are fields of the outer one
//
// The options:
//
//	u8 u16 u32 u64 s8 s16 s32 s64     the number has that size and sign, whatever Go's type has
//	uint sint                         the number has four bytes, or eight if it needs them
//	be, le                            the number is big or little endian; without, the host's order
//	net                               the same as be, and the attribute says so (NLA_F_NET_BYTEORDER)
//	s ms us ns                        the unit of a duration
//	nonul                             the text has no NUL behind it, and may have any inside
//	array, array=0                    the elements are attributes in the attribute, numbered from 1, or from 0
//	multi                             each element is an attribute of that type
//	packed                            the elements, numbers, stand one behind the other in the attribute
//	omitempty                         nothing is put for the zero value or the length 0, or of a struct that puts nothing
//	required                          for Unmarshal: without the attribute it fails with ErrMissingAttr
//
// Fields without a tag are left alone, as are those with "-".
//
// Nothing is cut: a number that does not fit is ErrRange, an attribute of more than 65535 bytes with its header ErrAttrSize, a text with a NUL
// inside, an address that is none or has a zone, and a nil element ErrInval, as are tags and types without a meaning. Of durations what is less
// than the unit is cut off. The error wraps a [*FieldError].
func Marshal(v any) ([]byte, error) { return appendStruct("Marshal", nil, v) }

// PutStruct puts the fields of v as [Marshal] does. A failure is latched as that of other puts, and returned too: the first one there
// was. Nothing is put then. It fails with ErrNoMem if the attributes do not fit.
func (m *Msg) PutStruct(v any) error {
	o, err := m.tryWrite("PutStruct")
	if err != nil {
		return err
	}
	if o.err != nil {
		return o.err
	}
	b, err := appendStruct("PutStruct", pad4(o.b), v)
	switch {
	case err != nil:
		o.err = err
	case len(b) > o.max:
		o.full("PutStruct", len(b)-len(o.b))
	default:
		o.b = b
		o.setLen()
	}
	return o.err
}

func appendStruct(fn string, b []byte, v any) ([]byte, error) {
	x := reflect.ValueOf(v)
	switch {
	case x.Kind() == reflect.Pointer && x.Type().Elem().Kind() == reflect.Struct && !x.IsNil():
		x = x.Elem()
	case x.Kind() == reflect.Struct:
		x = addressable(x)
	default:
		return nil, argErr(fn, fmt.Sprintf("a struct or a pointer to one is wanted, not %T", v))
	}
	p, err := planOf(x.Type())
	if err != nil {
		return nil, err.of(fn)
	}
	if b == nil {
		b = make([]byte, 0, 128)
	}
	b, err = p.append(b, x, 0)
	if err != nil {
		return nil, err.of(fn)
	}
	return b, nil
}

// addressable returns a copy that methods with a pointer receiver can be called on.
func addressable(x reflect.Value) reflect.Value {
	c := reflect.New(x.Type()).Elem()
	c.Set(x)
	return c
}

// pad4 appends zeros up to a multiple of four.
func pad4(b []byte) []byte {
	var zeros [3]byte
	return append(b, zeros[:align4(len(b))-len(b)]...)
}

// beginAttr appends the head of an attribute, whose length endAttr sets.
func beginAttr(b []byte, typ uint16) []byte {
	return binary.NativeEndian.AppendUint16(append(b, 0, 0), typ)
}

// endAttr ends the attribute that begins at start.
func endAttr(b []byte, start int) ([]byte, *FieldError) {
	n := len(b) - start
	if n > math.MaxUint16 {
		return b, &FieldError{Msg: fmt.Sprintf("%d bytes: %d is the limit", n-attrHdrLen, maxAttrLen), code: ErrAttrSize}
	}
	binary.NativeEndian.PutUint16(b[start:], uint16(n))
	return pad4(b), nil
}

// append appends the attributes of a struct, which is inside depth others.
func (p *structPlan) append(b []byte, x reflect.Value, depth int) ([]byte, *FieldError) {
	if depth > maxNesting {
		return b, rangeErr("nested more than %d deep", maxNesting)
	}
	var err *FieldError
	for i := range p.fields {
		f := &p.fields[i]
		if b, err = f.append(b, x.FieldByIndex(f.index), depth); err != nil {
			return b, err.in(f.name, f.attr)
		}
	}
	return b, nil
}

func (f *fieldPlan) append(b []byte, x reflect.Value, depth int) ([]byte, *FieldError) {
	switch {
	case f.omit && isEmpty(x):
		return b, nil
	case f.shape == "multi":
		return f.val.appendAll(b, x, f.attr, 0, depth)
	case f.shape != "":
		return f.appendSlice(b, x, depth)
	case f.val.kind == valPointer && x.IsNil(), f.val.kind == valFlag && !x.Bool():
		return b, nil
	}
	start := len(b)
	b, err := f.val.appendAttr(b, x, f.attr, depth)
	if f.omit && f.val.nested() && len(b) == start+attrHdrLen {
		b = b[:start]
	}
	return b, err
}

// appendSlice appends an attribute that holds the elements of a slice.
func (f *fieldPlan) appendSlice(b []byte, x reflect.Value, depth int) (_ []byte, err *FieldError) {
	start := len(b)
	if f.shape == "array" {
		b, err = f.val.appendAll(beginAttr(b, f.attr|attrNested), x, f.first, 1, depth)
	} else {
		b, err = f.val.appendPacked(beginAttr(b, f.attr|f.val.flags), x)
	}
	if err != nil {
		return b, err
	}
	return endAttr(b, start)
}

// appendAll appends an attribute for each element of x, of types from typ on in steps.
func (v *valuePlan) appendAll(b []byte, x reflect.Value, typ uint16, step, depth int) (_ []byte, err *FieldError) {
	for i := range x.Len() {
		if b, err = v.appendAttr(b, x.Index(i), (typ+uint16(i*step))&attrTypeMask, depth); err != nil {
			return b, err.at(i)
		}
	}
	return b, nil
}

func (v *valuePlan) appendPacked(b []byte, x reflect.Value) (_ []byte, err *FieldError) {
	for i := range x.Len() {
		if b, err = v.wire.putNumber(b, x.Index(i)); err != nil {
			return b, err.at(i)
		}
	}
	return b, nil
}

func (v *valuePlan) appendAttr(b []byte, x reflect.Value, typ uint16, depth int) ([]byte, *FieldError) {
	start := len(b)
	b, err := v.append(beginAttr(b, typ|v.flags), x, depth)
	if err != nil {
		return b, err
	}
	return endAttr(b, start)
}

// append appends the payload.
func (v *valuePlan) append(b []byte, x reflect.Value, depth int) ([]byte, *FieldError) {
	switch v.kind {
	case valNumber:
		return v.wire.putNumber(b, x)
	case valBool:
		n := uint64(0)
		if x.Bool() {
			n = 1
		}
		b, _ = v.wire.put(b, n)
		return b, nil
	case valString:
		return v.appendText(b, x.String())
	case valBytes, valByteArray:
		return append(b, x.Bytes()...), nil
	case valAddr:
		a := *x.Addr().Interface().(*netip.Addr)
		switch {
		case !a.IsValid():
			return b, invalErr("no address")
		case a.Zone() != "":
			return b, invalErr("an address with a zone: %v", a)
		}
		return append(b, a.AsSlice()...), nil
	case valHWAddr:
		a := x.Addr().Interface().(*HWAddr)
		if !a.IsValid() {
			return b, invalErr("no address")
		}
		return append(b, a.b[:a.n]...), nil
	case valDuration:
		d := time.Duration(x.Int())
		b, ok := v.wire.putInt(b, int64(d/v.unit))
		if !ok || d < 0 && !v.wire.signed {
			return b, rangeErr("%v does not fit in %s in units of %v", d, v.wire.name, v.unit)
		}
		return b, nil
	case valBitfield:
		f := x.Addr().Interface().(*Bitfield32)
		b = binary.NativeEndian.AppendUint32(b, f.Value)
		return binary.NativeEndian.AppendUint32(b, f.Selector), nil
	case valBinary:
		p, err := x.Addr().Interface().(encoding.BinaryMarshaler).MarshalBinary()
		if err != nil {
			return b, &FieldError{Err: err, code: ErrInval}
		}
		return append(b, p...), nil
	case valStruct:
		return v.nest.append(b, x, depth+1)
	case valPointer:
		if x.IsNil() {
			return b, invalErr("nil")
		}
		return v.elem.append(b, x.Elem(), depth)
	}
	return b, nil // a flag
}

func (v *valuePlan) appendText(b []byte, s string) ([]byte, *FieldError) {
	if !v.nul {
		return append(b, s...), nil
	}
	if strings.IndexByte(s, 0) >= 0 {
		return b, invalErr("NUL in the text")
	}
	return append(append(b, s...), 0), nil
}

func (v *valuePlan) nested() bool { return v.flags&attrNested != 0 }

// isEmpty reports whether omitempty leaves x out.
func isEmpty(x reflect.Value) bool {
	if k := x.Kind(); k == reflect.Slice || k == reflect.String {
		return x.Len() == 0
	}
	return x.IsZero()
}
