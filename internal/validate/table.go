//go:build linux

// SPDX-License-Identifier: MIT

package validate

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// A table describes a sequence of attributes.
type table struct {
	rules []attrRule
	need  []int                       // types that must be there
	last  func(e env, b []byte) error // what depends on several attributes; b is the whole sequence
	list  bool                        // the same type may stand more than once
	each  *shape                      // if set, it describes every attribute, whatever its type
	count func(n int) error           // of a list: what must hold for its length
	index [maxType]uint8              // type to rule+1
}

// attrRule is one attribute type that libnl looks at.
type attrRule struct {
	typ  int
	name string
	shape
}

// maxType bounds the types that have rules.
const maxType = 80

// A shape is what libnl needs the content of an attribute to be.
type shape struct {
	min, max int // length in bytes, without a maximum if 0
	text     bool
	in       *table
	fn       func(e env, p []byte) error
}

var (
	u8  = exact(1)
	u16 = exact(2)
	u32 = exact(4)
	u64 = exact(8)
)

func exact(n int) shape        { return shape{min: n, max: n} }
func atLeast(n int) shape      { return shape{min: n} }
func between(n, max int) shape { return shape{min: n, max: max} }

// text is a string that ends with its NUL, which counts.
func text(max int) shape { return shape{min: 1, max: max, text: true} }

// nest holds attributes.
func nest(t *table) shape { return shape{in: t} }

// by is decided by a function.
func by(fn func(e env, p []byte) error) shape { return shape{fn: fn} }

// attrs makes a table of the rules.
func attrs(t table) *table {
	for i, r := range t.rules {
		if r.typ < 0 || r.typ >= maxType || t.index[r.typ] != 0 {
			panic("validate: bad rule " + r.name)
		}
		t.index[r.typ] = uint8(i + 1)
	}
	return &t
}

// check applies the table to a sequence of attributes.
func (t *table) check(e env, b []byte) error {
	all := b
	var seen [maxType/64 + 1]uint64
	n := 0
	for ; len(b) >= attrLen; n++ {
		size := int(binary.NativeEndian.Uint16(b))
		typ := int(binary.NativeEndian.Uint16(b[2:]) & typeMask)
		if size < attrLen || size > len(b) {
			return fmt.Errorf("attribute %d: length %d with %d bytes left", typ, size, len(b))
		}
		p := b[attrLen:size]
		b = b[min(align(size), len(b)):]
		if t.each != nil {
			if err := t.each.check(e, p); err != nil {
				return within(fmt.Sprintf("entry %d", n), err)
			}
			continue
		}
		if typ >= maxType || t.index[typ] == 0 {
			continue
		}
		r := &t.rules[t.index[typ]-1]
		if seen[typ/64]&(1<<(typ%64)) != 0 && !t.list {
			return errors.New(r.name + ": stands there twice")
		}
		seen[typ/64] |= 1 << (typ % 64)
		if err := r.shape.check(e, p); err != nil {
			return within(r.name, err)
		}
	}
	if len(b) != 0 {
		return fmt.Errorf("%d stray bytes at the end", len(b))
	}
	for _, typ := range t.need {
		if seen[typ/64]&(1<<(typ%64)) == 0 {
			return errors.New(t.rules[t.index[typ]-1].name + ": missing")
		}
	}
	if t.count != nil {
		if err := t.count(n); err != nil {
			return err
		}
	}
	if t.last != nil {
		return t.last(e, all)
	}
	return nil
}

// check applies the shape to the content of an attribute.
func (s *shape) check(e env, p []byte) error {
	if len(p) < s.min || s.max != 0 && len(p) > s.max {
		return s.badLen(len(p))
	}
	switch {
	case s.text && p[len(p)-1] != 0:
		return errors.New("string without its NUL")
	case s.in != nil:
		return s.in.check(e, p)
	case s.fn != nil:
		return s.fn(e, p)
	}
	return nil
}

func (s *shape) badLen(n int) error {
	switch s.max {
	case s.min:
		return fmt.Errorf("%d bytes, want %d", n, s.min)
	case 0:
		return fmt.Errorf("%d bytes, want at least %d", n, s.min)
	}
	return fmt.Errorf("%d bytes, want %d to %d", n, s.min, s.max)
}

// find returns the content of the attribute of a type in a sequence that was checked, whether it is there, and its flags.
func find(b []byte, want int) (p []byte, ok bool, flags uint16) {
	for len(b) >= attrLen {
		size := int(binary.NativeEndian.Uint16(b))
		typ := binary.NativeEndian.Uint16(b[2:])
		if int(typ&typeMask) == want {
			return b[attrLen:size], true, typ &^ typeMask
		}
		b = b[min(align(size), len(b)):]
	}
	return nil, false, 0
}

// notEmpty is the count of lists that libnl takes to have an entry.
func notEmpty(n int) error {
	if n == 0 {
		return errors.New("empty list")
	}
	return nil
}

// multiple is an array of elements of a size, at least one.
func multiple(of int) shape {
	return by(func(_ env, p []byte) error {
		if len(p) == 0 || len(p)%of != 0 {
			return fmt.Errorf("%d bytes, want a multiple of %d", len(p), of)
		}
		return nil
	})
}

// upTo is an integer of one byte that libnl uses as an index.
func upTo(max uint8) shape {
	return by(func(_ env, p []byte) error {
		if len(p) != 1 || p[0] > max {
			return fmt.Errorf("want one byte of 0 to %d", max)
		}
		return nil
	})
}
