//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"strconv"
	"strings"
)

// What the text forms of libnl's enumerations and sets of flags have in common.

// parseName reads the word of an enumeration, or a number, with one of libnl's str2X functions: an unknown one is [ErrObjNotFound].
func parseName(fn, s string, limit uint64, f func(*C.char) C.int) (int, error) {
	var buf [64]byte
	p, err := nameArg(fn, buf[:0], s)
	if err != nil {
		return 0, err
	}
	return nameValue(fn, s, f(p), limit)
}

// parseFlags reads names of flags with commas between them; libnl's own functions skip what they do not know, here it is
// [ErrObjNotFound]. A number is what [flagText] writes for bits without a name. An empty text has no flags.
func parseFlags(fn, s string, f func(*C.char) C.int) (uint32, error) {
	var all uint32
	if s == "" {
		return 0, nil
	}
	for name := range strings.SplitSeq(s, ",") {
		bits, err := parseFlag(fn, name, f)
		if err != nil {
			return 0, err
		}
		all |= bits
	}
	return all, nil
}

func parseFlag(fn, name string, f func(*C.char) C.int) (uint32, error) {
	if n, ok := hexFlag(name); ok {
		return n, nil
	}
	var buf [64]byte
	p, ok := cString(buf[:0], name)
	if !ok || name == "" {
		return 0, textErr(fn, ErrObjNotFound, name)
	}
	n := f(p)
	if n == 0 || n == -1 {
		return 0, textErr(fn, ErrObjNotFound, name)
	}
	return uint32(n), nil
}

// enumText returns what one of libnl's X2str functions writes.
func enumText(f func(*C.char, C.size_t)) string {
	var b [textLen]byte
	f(bufPtr(b[:]), textLen)
	return textOf(b[:])
}

// flagText returns the names of flags with commas between them as libnl writes them, and behind them in one number the bits without a
// name, which libnl leaves out.
func flagText(v uint32, f func(C.int, *C.char, C.size_t)) string {
	var b [1024]byte
	f(C.int(v), bufPtr(b[:]), C.size_t(len(b)))
	text := strings.Trim(textOf(b[:]), ",")
	var rest uint32
	for bit := uint32(1); bit != 0; bit <<= 1 {
		if v&bit == 0 {
			continue
		}
		f(C.int(bit), bufPtr(b[:]), C.size_t(len(b)))
		if textOf(b[:]) == "" {
			rest |= bit
		}
	}
	switch {
	case rest == 0:
		return text
	case text == "":
		return hexText(int(rest))
	}
	return text + "," + hexText(int(rest))
}

// hexFlag reads the number that flagText writes.
func hexFlag(s string) (uint32, bool) {
	digits, ok := strings.CutPrefix(s, "0x")
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseUint(digits, 16, 32)
	return uint32(n), err == nil
}
