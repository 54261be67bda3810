//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import "math"

// NFHook is a place where packets meet the packet filter (NF_INET_*).
type NFHook uint8

// The places where packets of IP meet the packet filter.
const (
	NFHookPreRouting NFHook = iota
	NFHookLocalIn
	NFHookForward
	NFHookLocalOut
	NFHookPostRouting
)

// String returns libnl's name of the hook, "NF_INET_LOCAL_IN", or its number, "0x9".
//
// Implements: nfnl_inet_hook2str
func (h NFHook) String() string {
	return enumText(func(b *C.char, n C.size_t) { C.nfnl_inet_hook2str(C.uint(h), b, n) })
}

// ParseNFHook returns the hook with this name, in any case, or number. A name that libnl does not know is [ErrObjNotFound].
//
// Implements: nfnl_str2inet_hook
func ParseNFHook(s string) (NFHook, error) {
	n, err := parseName("nfnl_str2inet_hook", s, math.MaxUint8, func(p *C.char) C.int { return C.int(C.nfnl_str2inet_hook(p)) })
	return NFHook(n), err
}
