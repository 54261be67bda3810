//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"encoding/binary"
	"errors"
	"strconv"
	"strings"
)

// What views of links have in common.

// attrBool returns the truth value that a getter returned, or its error.
func attrBool(fn string, rc C.int) (bool, error) { return rc > 0, attrErr(fn, rc) }

// kindAddr returns the address of a getter NLGO_* of the view with this ptr.
func kindAddr(fn string, ptr func(string) (*C.struct_rtnl_link, error), which C.int) (Addr, error) {
	c, err := ptr(fn)
	if err != nil {
		return Addr{}, err
	}
	var out C.struct_nlgo_addr
	rc := C.nlgo_kind_get_addr(c, which, &out)
	return addrFromC(&out), attrErr(fn, rc)
}

// setKindAddr gives the address of a host to a setter NLGO_* of the view with this ptr.
func setKindAddr(fn string, ptr func(string) (*C.struct_rtnl_link, error), which C.int, a Addr) error {
	c, err := ptr(fn)
	if err != nil {
		return err
	}
	if err := a.check(fn); err != nil {
		return err
	}
	if ip, ok := a.IP(); !ok || a.prefixLen != ip.BitLen() {
		return argErr(fn, "not the IP address of a host: "+a.String())
	}
	return codeErr(fn, int(C.nlgo_kind_set_addr(c, which, C.int(a.family), a.data(), C.size_t(len(a.raw)))))
}

// mendPort makes an attribute with a port in network order, that libnl put as a number of four bytes, one of two.
func mendPort(data []byte, t uint16) []byte {
	return editAttr(data, t, func(b []byte) []byte {
		if len(b) != 4 {
			return b
		}
		return binary.NativeEndian.AppendUint16(nil, uint16(binary.NativeEndian.Uint32(b)))
	})
}

// words are the words of an enumeration, or of a set of flags by bits, for which libnl has none.
type words []string

// text returns the word for v, a number if there is none.
func (w words) text(v uint64) string {
	if v < uint64(len(w)) {
		return w[v]
	}
	return "0x" + strconv.FormatUint(v, 16)
}

// parse reads a word in any case, or a number up to limit.
func (w words) parse(fn, s string, limit uint64) (uint64, error) {
	for i, word := range w {
		if strings.EqualFold(s, word) {
			return uint64(i), nil
		}
	}
	n, err := strconv.ParseUint(s, 0, 64)
	switch {
	case errors.Is(err, strconv.ErrRange), err == nil && n > limit:
		return 0, textErr(fn, ErrRange, s)
	case err != nil:
		return 0, textErr(fn, ErrObjNotFound, s)
	}
	return n, nil
}

// flags returns the words for the bits of v with commas between them, and behind them in one number the bits without a word.
func (w words) flags(v uint32) string {
	var names []string
	for i, word := range w {
		if v&(1<<i) != 0 {
			names = append(names, word)
			v &^= 1 << i
		}
	}
	if v != 0 {
		names = append(names, hexText(int(v)))
	}
	return strings.Join(names, ",")
}

// parseFlags reads what flags writes. An empty text has no flags.
func (w words) parseFlags(fn, s string) (uint32, error) {
	return parseFlags(fn, s, func(p *C.char) C.int {
		for i, word := range w {
			if strings.EqualFold(C.GoString(p), word) {
				return 1 << i
			}
		}
		return 0
	})
}
