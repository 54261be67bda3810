//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"math"
	"strings"
)

// NeighState is a state of a neighbour, or several as bits (NUD_*). The constants of package unix are assignable.
type NeighState uint16

// String returns libnl's names of the states, "reachable", and a number for those it has no name for. No state is an empty text.
//
// Implements: rtnl_neigh_state2str
func (s NeighState) String() string {
	return flagText(uint32(s), func(v C.int, p *C.char, n C.size_t) { C.rtnl_neigh_state2str(v, p, n) })
}

// ParseNeighState reads what [NeighState.String] writes. A name that libnl does not know is [ErrObjNotFound].
//
// Implements: rtnl_neigh_str2state
func ParseNeighState(s string) (NeighState, error) {
	n, err := parseNames("rtnl_neigh_str2state", s, math.MaxUint16, func(p *C.char) C.int { return C.rtnl_neigh_str2state(p) })
	return NeighState(n), err
}

// NeighFlags are the flags of a neighbour (NTF_*). The constants of package unix are assignable.
type NeighFlags uint8

// String returns libnl's names of the flags, "self,ext_learned", and a number for those it has no name for.
//
// Implements: rtnl_neigh_flags2str
func (f NeighFlags) String() string {
	return flagText(uint32(f), func(v C.int, p *C.char, n C.size_t) { C.rtnl_neigh_flags2str(v, p, n) })
}

// ParseNeighFlags reads what [NeighFlags.String] writes. A name that libnl does not know is [ErrObjNotFound].
//
// Implements: rtnl_neigh_str2flag
func ParseNeighFlags(s string) (NeighFlags, error) {
	n, err := parseNames("rtnl_neigh_str2flag", s, math.MaxUint8, func(p *C.char) C.int { return C.rtnl_neigh_str2flag(p) })
	return NeighFlags(n), err
}

// NeighExtFlags are the extended flags of a neighbour (NTF_EXT_*).
type NeighExtFlags uint32

// The extended flags of a neighbour.
const (
	NeighManaged NeighExtFlags = 1 << iota // NTF_EXT_MANAGED: the kernel keeps it reachable
	NeighLocked                            // NTF_EXT_LOCKED: the port does not let it in
)

// String returns libnl's names of the flags, "managed", and a number for those it has no name for, which is all before libnl 3.11.
//
// Implements: rtnl_neigh_extflags2str
func (f NeighExtFlags) String() string {
	return flagText(uint32(f), func(v C.int, p *C.char, n C.size_t) { C.rtnl_neigh_extflags2str(C.uint32_t(v), p, n) })
}

// ParseNeighExtFlags reads what [NeighExtFlags.String] writes. A name that libnl does not know, as every one before 3.11, is
// [ErrObjNotFound].
//
// Implements: rtnl_neigh_str2extflag
func ParseNeighExtFlags(s string) (NeighExtFlags, error) {
	n, err := parseNames("rtnl_neigh_str2extflag", s, math.MaxUint32, func(p *C.char) C.int { return C.int(C.rtnl_neigh_str2extflag(p)) })
	return NeighExtFlags(n), err
}

// parseNames is parseFlags for functions of libnl's that know one name at a time, numbers too, and tell when they do not.
func parseNames(fn, s string, limit uint64, f func(*C.char) C.int) (uint32, error) {
	var all uint32
	if s == "" {
		return 0, nil
	}
	for name := range strings.SplitSeq(s, ",") {
		n, ok := hexFlag(name)
		if !ok {
			v, err := parseName(fn, name, limit, f)
			if err != nil {
				return 0, err
			}
			n = uint32(v)
		}
		if uint64(n) > limit {
			return 0, textErr(fn, ErrRange, name)
		}
		all |= n
	}
	return all, nil
}
