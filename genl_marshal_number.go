//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

import (
	"encoding/binary"
	"math"
	"reflect"
)

// wire is how a number stands in an attribute.
type wire struct {
	name   string
	size   int // 0: four bytes, or eight if they are needed
	signed bool
	order  byteOrder
}

type byteOrder interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

var wires = map[string]wire{
	"u8": {size: 1}, "u16": {size: 2}, "u32": {size: 4}, "u64": {size: 8}, "uint": {},
	"s8": {size: 1, signed: true}, "s16": {size: 2, signed: true}, "s32": {size: 4, signed: true}, "s64": {size: 8, signed: true},
	"sint": {signed: true},
}

// extend returns the lowest bytes of n as the number that they are, in 64 bits.
func (w *wire) extend(n uint64, size int) uint64 {
	shift := 64 - 8*size
	if w.signed {
		return uint64(int64(n<<shift) >> shift)
	}
	return n << shift >> shift
}

// put appends n, an int64 if the wire is signed; not ok if it does not fit.
func (w *wire) put(b []byte, n uint64) ([]byte, bool) {
	size := w.size
	if size == 0 {
		if size = 4; w.extend(n, 4) != n {
			size = 8
		}
	}
	if w.extend(n, size) != n {
		return b, false
	}
	switch size {
	case 1:
		return append(b, byte(n)), true
	case 2:
		return w.order.AppendUint16(b, uint16(n)), true
	case 4:
		return w.order.AppendUint32(b, uint32(n)), true
	}
	return w.order.AppendUint64(b, n), true
}

func (w *wire) putInt(b []byte, n int64) ([]byte, bool) {
	if n < 0 && !w.signed {
		return b, false
	}
	return w.put(b, uint64(n))
}

func (w *wire) putUint(b []byte, n uint64) ([]byte, bool) {
	if n > math.MaxInt64 && w.signed {
		return b, false
	}
	return w.put(b, n)
}

// get reads what put writes. What follows is not looked at.
func (w *wire) get(b []byte) (uint64, *FieldError) {
	size := w.size
	if size == 0 {
		if size = 4; len(b) != 4 {
			size = 8
		}
	}
	if len(b) < size {
		return 0, shortErr(b, size)
	}
	var n uint64
	switch size {
	case 1:
		n = uint64(b[0])
	case 2:
		n = uint64(w.order.Uint16(b))
	case 4:
		n = uint64(w.order.Uint32(b))
	case 8:
		n = w.order.Uint64(b)
	}
	return w.extend(n, size), nil
}

// getInt is get for a place that is signed.
func (w *wire) getInt(b []byte) (int64, *FieldError) {
	n, err := w.get(b)
	if err == nil && !w.signed && n > math.MaxInt64 {
		err = rangeErr("%d does not fit", n)
	}
	return int64(n), err
}

// getUint is get for a place that is not.
func (w *wire) getUint(b []byte) (uint64, *FieldError) {
	n, err := w.get(b)
	if err == nil && w.signed && int64(n) < 0 {
		err = rangeErr("%d does not fit", int64(n))
	}
	return n, err
}

// putNumber appends an integer of Go's.
func (w *wire) putNumber(b []byte, x reflect.Value) ([]byte, *FieldError) {
	ok := false
	if x.CanInt() {
		b, ok = w.putInt(b, x.Int())
	} else {
		b, ok = w.putUint(b, x.Uint())
	}
	if !ok {
		return b, rangeErr("%v does not fit in %s", x, w.name)
	}
	return b, nil
}

// getNumber sets an integer of Go's.
func (w *wire) getNumber(b []byte, x reflect.Value) *FieldError {
	if x.CanInt() {
		n, err := w.getInt(b)
		if err == nil && x.OverflowInt(n) {
			err = rangeErr("%d does not fit in %v", n, x.Type())
		}
		if err == nil {
			x.SetInt(n)
		}
		return err
	}
	n, err := w.getUint(b)
	if err == nil && x.OverflowUint(n) {
		err = rangeErr("%d does not fit in %v", n, x.Type())
	}
	if err == nil {
		x.SetUint(n)
	}
	return err
}
