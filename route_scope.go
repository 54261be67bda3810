//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

import (
	"math"
	"strconv"
)

// Scope says how far an address or a route reaches (RT_SCOPE_*).
type Scope uint8

// RouteTable is the number of a routing table (RT_TABLE_*).
type RouteTable uint32

// RouteProtocol says who made a route or a rule (RTPROT_*).
type RouteProtocol uint8

// RouteType is the type of a route (RTN_*).
type RouteType uint8

// Realms are the realms of a route or a rule: that of the source in the upper half, that of the destination in the lower.
type Realms uint32

// checkFamily returns the error for what is no family of one byte, as the headers of requests have room for.
func checkFamily(fn string, f Family) error {
	if f < 0 || f > math.MaxUint8 {
		return &Error{Func: fn, Code: ErrAFNoSupport, Msg: "family " + strconv.Itoa(int(f))}
	}
	return nil
}
