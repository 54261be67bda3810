//go:build linux

// SPDX-License-Identifier: MIT

package oracle

// #include "oracle.h"
import "C"

import (
	"encoding/binary"
	"fmt"
	"reflect"
	"unsafe"
)

// Ptr is something of C's: an object, a cache, what a function returned.
type Ptr uintptr

// maxArgs is what every ABI passes in registers.
const maxArgs = 5

// Call calls the function of libnl of that name, which takes integers and pointers and returns one or the other, at most [maxArgs]
// of them, and returns what it returned: cast it to the type that the function has. Arguments are integers of any type, bool, [Ptr],
// string (C text), [Addr] (an nl_addr, put afterwards; PrefixLen -1 leaves what nl_addr_build sets), nil, and []byte, which is copied to C memory and back, for structs and results.
//
// It panics on a name that libnl does not export: see [Has]. Nothing is checked: what makes libnl abort aborts the test.
func Call(fn string, args ...any) int64 {
	name := C.CString(fn)
	defer C.free(unsafe.Pointer(name))
	f := C.orc_symbol(name)
	if f == nil {
		panic("oracle: libnl does not have " + fn)
	}
	if len(args) > maxArgs {
		panic("oracle: too many arguments for " + fn)
	}
	var c [maxArgs]C.int64_t
	for i, a := range args {
		var release func()
		c[i], release = toC(a)
		defer release()
	}
	return int64(C.orc_call(f, &c[0]))
}

// Has reports whether the libnl at hand has a function.
func Has(fn string) bool {
	name := C.CString(fn)
	defer C.free(unsafe.Pointer(name))
	return C.orc_symbol(name) != nil
}

func toC(a any) (v C.int64_t, release func()) {
	none := func() {}
	switch a := a.(type) {
	case nil:
		return 0, none
	case bool:
		if a {
			return 1, none
		}
		return 0, none
	case string:
		p := C.CString(a)
		return ptr(unsafe.Pointer(p)), func() { C.free(unsafe.Pointer(p)) }
	case []byte:
		p := C.CBytes(append(a, make([]byte, 8)...))
		return ptr(p), func() {
			copy(a, unsafe.Slice((*byte)(p), len(a)))
			C.free(p)
		}
	case Addr:
		p := C.orc_addr_new(C.int(a.Family), unsafe.Pointer(first(a.Bytes)), C.uint32_t(len(a.Bytes)), C.int(a.PrefixLen))
		return ptr(unsafe.Pointer(p)), func() { C.nl_addr_put(p) }
	}
	switch r := reflect.ValueOf(a); {
	case r.CanInt():
		return C.int64_t(r.Int()), none
	case r.CanUint():
		return C.int64_t(r.Uint()), none
	}
	panic(fmt.Sprintf("oracle: an argument of type %T", a))
}

func ptr(p unsafe.Pointer) C.int64_t { return C.int64_t(uintptr(p)) }

// PtrIn returns the pointer that a function left in a result of 8 bytes.
func PtrIn(b []byte) Ptr { return Ptr(binary.NativeEndian.Uint64(b)) }

// New returns a new object of the named type (nl_object_alloc_name), which [Ptr.Free] puts.
func New(typeName string) Ptr {
	name := C.CString(typeName)
	defer C.free(unsafe.Pointer(name))
	o := C.orc_object_new(name)
	if o == nil {
		panic("oracle: no object " + typeName)
	}
	return Ptr(unsafe.Pointer(o))
}

// Call is [Call] with the object as first argument.
func (p Ptr) Call(fn string, args ...any) int64 { return Call(fn, append([]any{p}, args...)...) }

// Free puts an object.
func (p Ptr) Free() { Call("nl_object_put", p) }

// String returns the C text that a function returned, "" for none.
func String(p int64) string { return C.GoString(C.orc_text_at(C.int64_t(p))) }

// AddrAt returns the nl_addr that a function returned; not ok for none.
func AddrAt(p int64) (a Addr, ok bool) {
	var c C.struct_orc_addr
	if C.orc_addr_at(C.int64_t(p), &c) == 0 {
		return a, false
	}
	return Addr{Family: int(c.family), PrefixLen: int(c.prefixlen), Bytes: C.GoBytes(unsafe.Pointer(&c.bytes), c.len)}, true
}

// Built calls a builder that returns its message, and returns that; nil if there is none.
func Built(fn string, args ...any) []byte {
	var out [8]byte
	binary.NativeEndian.PutUint64(out[:], uint64(Call(fn, args...)))
	if PtrIn(out[:]) == 0 {
		return nil
	}
	return takeMsg(out)
}

// takeMsg returns the message that out points to, and frees it.
func takeMsg(out [8]byte) []byte {
	m := C.orc_ptr(unsafe.Pointer(&out[0]))
	var n C.uint32_t
	b := C.orc_msg_bytes(m, &n)
	msg := C.GoBytes(b, C.int(n))
	C.orc_msg_free(m)
	return msg
}

// Build calls a builder of requests, whose last argument is where the message goes, and returns the message and the builder's code.
func Build(fn string, args ...any) (msg []byte, code int) {
	var out [8]byte
	code = int(int32(Call(fn, append(args, out[:])...)))
	if code < 0 {
		return nil, code
	}
	return takeMsg(out), code
}
