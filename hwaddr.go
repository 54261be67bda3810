//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

import (
	"encoding/hex"
	"net"
	"strconv"
)

// HWAddr is a link-layer address of 1 to 32 bytes in the snapshots of objects: a comparable value without a pointer, which marshals to
// text with colons, "00:de:ad:be:ef:00". The zero HWAddr is no address, and its text is empty; it is not the address of six zeroes that lo has.
type HWAddr struct {
	n uint8
	b [maxHWAddr]byte
}

// maxHWAddr is the most bytes that the kernel gives a link-layer address (MAX_ADDR_LEN).
const maxHWAddr = 32

// HWAddrFrom returns the address with these bytes; the zero HWAddr for none, and for more than 32.
func HWAddrFrom(b []byte) HWAddr {
	var h HWAddr
	if len(b) <= maxHWAddr {
		h.n = uint8(copy(h.b[:], b))
	}
	return h
}

// ParseHWAddr reads what [HWAddr.String] writes, in upper or lower case.
func ParseHWAddr(s string) (HWAddr, error) {
	n := (len(s) + 1) / 3
	h := HWAddr{n: uint8(n)}
	if n > maxHWAddr || len(s) != 3*n-1 {
		return HWAddr{}, hwAddrErr(s)
	}
	for i := range n {
		if _, err := hex.Decode(h.b[i:i+1], []byte(s[3*i:3*i+2])); err != nil || i > 0 && s[3*i-1] != ':' {
			return HWAddr{}, hwAddrErr(s)
		}
	}
	return h, nil
}

func hwAddrErr(s string) error {
	if len(s) > 3*maxHWAddr {
		s = s[:3*maxHWAddr] + "..."
	}
	return &Error{Func: "ParseHWAddr", Code: ErrNoAddr, Msg: strconv.Quote(s)}
}

// IsValid reports whether there is an address.
func (h HWAddr) IsValid() bool { return h.n > 0 }

// Len returns the number of bytes, 0 for no address.
func (h HWAddr) Len() int { return int(h.n) }

// HardwareAddr returns a copy of the bytes, nil for no address.
func (h HWAddr) HardwareAddr() net.HardwareAddr {
	if h.n == 0 {
		return nil
	}
	return append(net.HardwareAddr(nil), h.b[:h.n]...)
}

// String returns the bytes in hexadecimal with colons between them.
func (h HWAddr) String() string { return string(h.appendText(nil)) }

func (h HWAddr) appendText(text []byte) []byte {
	for i, v := range h.b[:h.n] {
		if i > 0 {
			text = append(text, ':')
		}
		text = hex.AppendEncode(text, []byte{v})
	}
	return text
}

// MarshalText returns the text of [HWAddr.String].
func (h HWAddr) MarshalText() ([]byte, error) { return h.appendText([]byte{}), nil }

// UnmarshalText is [ParseHWAddr]; empty text is no address.
func (h *HWAddr) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*h = HWAddr{}
		return nil
	}
	v, err := ParseHWAddr(string(text))
	if err != nil {
		return err
	}
	*h = v
	return nil
}
