//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

// IfAddrFlags are the flags of an address (IFA_F_*). The constants of package unix are assignable.
type IfAddrFlags uint32

// String returns libnl's names of the flags, "permanent,noprefixroute", and a number for those it has no name for.
//
// Implements: rtnl_addr_flags2str
func (f IfAddrFlags) String() string {
	return flagText(uint32(f), func(v C.int, p *C.char, n C.size_t) { C.rtnl_addr_flags2str(v, p, n) })
}

// ParseIfAddrFlags reads what [IfAddrFlags.String] writes. A name that libnl does not know is [ErrObjNotFound].
//
// Implements: rtnl_addr_str2flags
func ParseIfAddrFlags(s string) (IfAddrFlags, error) {
	n, err := parseFlags("rtnl_addr_str2flags", s, func(p *C.char) C.int { return C.rtnl_addr_str2flags(p) })
	return IfAddrFlags(n), err
}
