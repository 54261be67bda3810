//go:build linux

// SPDX-License-Identifier: MIT

package validate

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

const (
	maxHWAddr = 32 // MAX_ADDR_LEN of the kernel
	maxLabels = 16 // the text of more does not fit the buffers of libnl
)

// hwAddr is a link layer address; libnl guesses a family by its length.
var hwAddr = between(0, maxHWAddr)

// familyAddr is an address of the message's family.
var familyAddr = by(func(e env, p []byte) error { return address(e.family, p) })

// address checks that a binary address has the length that libnl takes its family to have.
func address(family uint8, p []byte) error {
	want := 0
	switch family {
	case unix.AF_INET:
		want = 4
	case unix.AF_INET6:
		want = 16
	case unix.AF_DECnet:
		want = 2
	case unix.AF_MPLS:
		return labels(p, 1)
	default:
		if len(p) == 0 || len(p) > maxHWAddr {
			return fmt.Errorf("address of %d bytes", len(p))
		}
		return nil
	}
	if len(p) != want {
		return fmt.Errorf("address of %d bytes in a message of family %d, want %d", len(p), family, want)
	}
	return nil
}

// labels checks a stack of MPLS labels: libnl reads on until the bottom of stack bit.
func labels(p []byte, max int) error {
	if len(p) == 0 || len(p)%4 != 0 || len(p) > 4*max {
		return fmt.Errorf("label stack of %d bytes, want 1 to %d labels", len(p), max)
	}
	for i := 2; i < len(p); i += 4 {
		if bottom := p[i]&1 != 0; bottom != (i+2 == len(p)) {
			return errors.New("label stack without its bottom at its end")
		}
	}
	return nil
}

// newDst is the destination a next hop puts in: of MPLS, a stack.
var newDst = by(func(e env, p []byte) error {
	if e.family == unix.AF_MPLS {
		return labels(p, maxLabels)
	}
	return address(e.family, p)
})

// prefix checks that an address has the bits its prefix length speaks of: libnl compares that many.
func prefix(b []byte, typ int, bits uint8) error {
	p, _, _ := find(b, typ)
	if int(bits) > 8*len(p) {
		return fmt.Errorf("prefix of %d bits on an address of %d bytes", bits, len(p))
	}
	return nil
}
