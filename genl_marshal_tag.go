//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

import (
	"encoding/binary"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// fieldTag is a netlink tag taken apart; what it does not say is zero.
type fieldTag struct {
	attr     uint16
	wire     string
	order    string
	unit     time.Duration
	shape    string
	first    uint16 // of an array
	nonul    bool
	omit     bool
	required bool
}

var tagUnits = map[string]time.Duration{"s": time.Second, "ms": time.Millisecond, "us": time.Microsecond, "ns": time.Nanosecond}

// parseTag reads a tag. With an error the attribute is what was read of it.
func parseTag(text string) (tag fieldTag, err *FieldError) {
	number, options, more := strings.Cut(text, ",")
	n, ok := strings.CutPrefix(number, "attr=")
	attr, bad := strconv.ParseUint(n, 0, 16)
	if !ok || bad != nil || attr > attrTypeMask {
		return tag, invalErr("the tag %q does not begin with attr= and a number up to %d", text, attrTypeMask)
	}
	tag.attr = uint16(attr)
	if !more {
		return tag, nil
	}
	for o := range strings.SplitSeq(options, ",") {
		if !tag.option(o) {
			return tag, invalErr("%q in the tag %q is unknown, or one too many", o, text)
		}
	}
	return tag, nil
}

// option takes in an option of a tag; not ok if there is none of that name, or if its place is taken.
func (t *fieldTag) option(o string) bool {
	unit := tagUnits[o]
	_, number := wires[o]
	switch {
	case number && t.wire == "":
		t.wire = o
	case (o == "be" || o == "le" || o == "net") && t.order == "":
		t.order = o
	case unit > 0 && t.unit == 0:
		t.unit = unit
	case (o == "array" || o == "multi" || o == "packed") && t.shape == "":
		t.shape, t.first = o, 1
	case o == "array=0" && t.shape == "":
		t.shape = "array"
	case o == "nonul" && !t.nonul:
		t.nonul = true
	case o == "omitempty" && !t.omit:
		t.omit = true
	case o == "required" && !t.required:
		t.required = true
	default:
		return false
	}
	return true
}

// number returns the plan of a number as the tag says it, or else named.
func (t *fieldTag) number(k valKind, name string) valuePlan {
	if t.wire != "" {
		name = t.wire
	}
	v := valuePlan{kind: k, wire: wires[name]}
	v.wire.name, v.wire.order = name, binary.NativeEndian
	switch t.order {
	case "be":
		v.wire.order = binary.BigEndian
	case "le":
		v.wire.order = binary.LittleEndian
	case "net":
		v.wire.order, v.flags = binary.BigEndian, attrNetOrder
	}
	return v
}

// unused returns an error if the tag says something that the value, of type t, has no use for.
func (t *fieldTag) unused(v *valuePlan, typ reflect.Type) *FieldError {
	if v.kind == valPointer {
		v = v.elem
	}
	number := v.kind == valNumber || v.kind == valBool || v.kind == valDuration
	switch {
	case t.wire != "" && !number:
		return invalErr("%s is for numbers, not %v", t.wire, typ)
	case t.order != "" && !number:
		return invalErr("%s is for numbers, not %v", t.order, typ)
	case t.unit != 0 && v.kind != valDuration:
		return invalErr("a unit of time is for durations, not %v", typ)
	case t.nonul && v.kind != valString:
		return invalErr("nonul is for texts, not %v", typ)
	}
	return nil
}
