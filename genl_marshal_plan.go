//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

import (
	"cmp"
	"encoding"
	"net/netip"
	"reflect"
	"slices"
	"strconv"
	"sync"
	"time"
)

// structPlan is what the tags of a struct say, worked out once for each type.
type structPlan struct {
	fields   []fieldPlan
	at       []uint16 // by type of attribute: 1 + its index in fields, 0 for none
	required uint64   // the bits of the fields that have to be there
}

// fieldPlan is a field that has a tag.
type fieldPlan struct {
	name  string
	index []int // through the embedded structs
	attr  uint16
	bit   uint64 // its own in structPlan.required
	omit  bool   // omitempty
	shape string // "", or how a slice is written: array, multi, packed
	first uint16 // type of the first element of an array
	val   valuePlan
}

// valuePlan is a value: that of a field, or an element of its slice.
type valuePlan struct {
	kind  valKind
	flags uint16 // of its attribute: attrNested, attrNetOrder
	wire  wire   // of valNumber, valBool and valDuration
	unit  time.Duration
	nul   bool        // a text ends with NUL
	elem  *valuePlan  // of valPointer
	nest  *structPlan // of valStruct
}

type valKind uint8

const (
	valNumber valKind = iota
	valFlag
	valBool
	valString
	valBytes
	valByteArray
	valAddr
	valHWAddr
	valDuration
	valBitfield
	valBinary
	valStruct
	valPointer
)

// plans has the plans of the types that were marshalled before: reflect.Type to *structPlan.
var plans sync.Map

func planOf(t reflect.Type) (*structPlan, *FieldError) {
	if p, ok := plans.Load(t); ok {
		return p.(*structPlan), nil
	}
	p, err := planner{}.structOf(t)
	if err != nil {
		return nil, err
	}
	kept, _ := plans.LoadOrStore(t, p)
	return kept.(*structPlan), nil
}

// planner has the plans that are being made, of types which may hold themselves.
type planner map[reflect.Type]*structPlan

func (pl planner) structOf(t reflect.Type) (*structPlan, *FieldError) {
	if p := pl[t]; p != nil {
		return p, nil
	}
	p := new(structPlan)
	pl[t] = p
	if err := pl.fields(p, t, nil); err != nil {
		return nil, err
	}
	if len(p.fields) == 0 {
		return nil, invalErr("no field of %v has a netlink tag", t)
	}
	return p, nil
}

// fields adds the fields of t, an embedded struct if index is not empty.
func (pl planner) fields(p *structPlan, t reflect.Type, index []int) *FieldError {
	for i := range t.NumField() {
		sf := t.Field(i)
		at := append(slices.Clone(index), i)
		text, tagged := sf.Tag.Lookup("netlink")
		var err *FieldError
		switch {
		case text == "-":
		case tagged:
			err = pl.field(p, sf, text, at)
		case sf.Anonymous && sf.Type.Kind() == reflect.Struct:
			err = pl.fields(p, sf.Type, at)
		case sf.Anonymous && sf.Type.Kind() == reflect.Pointer && sf.Type.Elem().Kind() == reflect.Struct:
			err = invalErr(`an embedded pointer: embed the struct, or give it a tag ("-" leaves it out)`).in(sf.Name, 0)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (pl planner) field(p *structPlan, sf reflect.StructField, text string, index []int) *FieldError {
	tag, err := parseTag(text)
	if err != nil {
		return err.in(sf.Name, tag.attr)
	}
	if !sf.IsExported() {
		return invalErr("has a netlink tag and is not exported").in(sf.Name, tag.attr)
	}
	if p.find(tag.attr) != nil {
		return invalErr("another field has this attribute already").in(sf.Name, tag.attr)
	}
	f := fieldPlan{name: sf.Name, index: index, attr: tag.attr, omit: tag.omit, shape: tag.shape, first: tag.first}
	if tag.required {
		if f.bit = (p.required + 1) &^ p.required; f.bit == 0 {
			return invalErr("more than 64 fields are required").in(sf.Name, tag.attr)
		}
		p.required |= f.bit
	}
	if f.val, err = pl.fieldValue(sf.Type, &tag); err != nil {
		return err.in(sf.Name, tag.attr)
	}
	p.fields = append(p.fields, f)
	if need := int(tag.attr) + 1 - len(p.at); need > 0 {
		p.at = append(p.at, make([]uint16, need)...)
	}
	p.at[tag.attr] = uint16(len(p.fields))
	return nil
}

func (pl planner) fieldValue(t reflect.Type, tag *fieldTag) (v valuePlan, err *FieldError) {
	if tag.shape == "" {
		v, err = pl.value(t, tag)
		if err == nil {
			err = tag.unused(&v, t)
		}
		return v, err
	}
	if t.Kind() != reflect.Slice {
		return v, invalErr("%s is for slices, not %v", tag.shape, t)
	}
	if v, err = pl.value(t.Elem(), tag); err != nil {
		return v, err
	}
	switch {
	case v.kind == valFlag:
		return v, invalErr("flags in a slice: %v needs u8", t)
	case tag.shape == "packed" && (v.kind != valNumber || v.wire.size == 0):
		return v, invalErr("packed is for numbers of one size, not %v", t)
	}
	return v, tag.unused(&v, t)
}

// find returns the field of the attribute, nil if there is none.
func (p *structPlan) find(attr uint16) *fieldPlan {
	if int(attr) >= len(p.at) || p.at[attr] == 0 {
		return nil
	}
	return &p.fields[p.at[attr]-1]
}

var (
	typeAddr        = reflect.TypeFor[netip.Addr]()
	typeHWAddr      = reflect.TypeFor[HWAddr]()
	typeDuration    = reflect.TypeFor[time.Duration]()
	typeBitfield    = reflect.TypeFor[Bitfield32]()
	typeMarshaler   = reflect.TypeFor[encoding.BinaryMarshaler]()
	typeUnmarshaler = reflect.TypeFor[encoding.BinaryUnmarshaler]()
)

func (pl planner) value(t reflect.Type, tag *fieldTag) (valuePlan, *FieldError) {
	switch t {
	case typeAddr:
		return valuePlan{kind: valAddr}, nil
	case typeHWAddr:
		return valuePlan{kind: valHWAddr}, nil
	case typeBitfield:
		return valuePlan{kind: valBitfield}, nil
	case typeDuration:
		v := tag.number(valDuration, "u64")
		v.unit = cmp.Or(tag.unit, time.Millisecond)
		return v, nil
	}
	if p := reflect.PointerTo(t); p.Implements(typeMarshaler) && p.Implements(typeUnmarshaler) {
		return valuePlan{kind: valBinary}, nil
	}
	switch k := t.Kind(); k {
	case reflect.Bool:
		if tag.wire == "" {
			return valuePlan{kind: valFlag}, nil
		}
		return tag.number(valBool, ""), nil
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return tag.number(valNumber, "s"+strconv.Itoa(t.Bits())), nil
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return tag.number(valNumber, "u"+strconv.Itoa(t.Bits())), nil
	case reflect.Int:
		return tag.number(valNumber, "sint"), nil
	case reflect.Uint:
		return tag.number(valNumber, "uint"), nil
	case reflect.String:
		return valuePlan{kind: valString, nul: !tag.nonul}, nil
	case reflect.Slice, reflect.Array:
		switch {
		case t.Elem().Kind() != reflect.Uint8 && k == reflect.Slice:
			return valuePlan{}, invalErr("a slice needs array, multi or packed: %v", t)
		case t.Elem().Kind() != reflect.Uint8:
			return valuePlan{}, invalErr("arrays other than of bytes have no form: %v", t)
		case k == reflect.Slice:
			return valuePlan{kind: valBytes}, nil
		}
		return valuePlan{kind: valByteArray}, nil
	case reflect.Struct:
		nest, err := pl.structOf(t)
		return valuePlan{kind: valStruct, flags: attrNested, nest: nest}, err
	case reflect.Pointer:
		elem, err := pl.value(t.Elem(), tag)
		switch {
		case err != nil:
			return valuePlan{}, err
		case elem.kind == valPointer:
			return valuePlan{}, invalErr("a pointer to a pointer: %v", t)
		case elem.kind == valFlag:
			return valuePlan{}, invalErr("a pointer to a flag: %v needs u8", t)
		}
		return valuePlan{kind: valPointer, flags: elem.flags, elem: &elem}, nil
	}
	return valuePlan{}, invalErr("no attribute holds %v", t)
}
