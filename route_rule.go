//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import "unsafe"

// Rule is a routing rule: struct rtnl_rule, "route/rule".
type Rule struct{ Object }

func (r *Rule) object() *Object { return (*Object)(unsafe.Pointer(r)) }

// Close gives the handle's reference back: see [Object.Close].
//
// Implements: rtnl_rule_put
func (r *Rule) Close() error { return r.object().Close() }

// ptr returns the C object, nil if the handle is nil, closed or revoked.
func (r *Rule) ptr() *C.struct_rtnl_rule {
	return (*C.struct_rtnl_rule)(unsafe.Pointer(r.object().ptr()))
}

// live returns the C object, for calls without an error result.
func (r *Rule) live() *C.struct_rtnl_rule {
	c := r.ptr()
	if c == nil {
		panicClosed("Rule")
	}
	return c
}
