//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import "unsafe"

// CT is an entry of the connection tracking table: struct nfnl_ct, "netfilter/ct". An entry has two tuples of addresses and ports, that of the
// packets as the first one was, and that of the replies: see [CTDir].
//
// Getters return zero, or the zero [Addr], and false where the object does not have the attribute. Setters prepare a request or a filter; nothing
// changes in the kernel until [CT.Add], [CT.Update] or [CT.Delete].
type CT struct{ Object }

func (c *CT) object() *Object { return (*Object)(unsafe.Pointer(c)) }

// NewCT returns a new, empty entry; the caller owns it.
//
// Implements: nfnl_ct_alloc
func NewCT() (*CT, error) { return newHandle[*CT]("nfnl_ct_alloc", unsafe.Pointer(C.nfnl_ct_alloc())) }

// Close gives the handle's reference back: see [Object.Close].
//
// Implements: nfnl_ct_put
func (c *CT) Close() error { return c.object().Close() }

// ptr returns the C object, nil if the handle is nil, closed or revoked.
func (c *CT) ptr() *C.struct_nfnl_ct { return (*C.struct_nfnl_ct)(unsafe.Pointer(c.object().ptr())) }

// live returns the C object, for calls without an error result.
func (c *CT) live() *C.struct_nfnl_ct {
	p := c.ptr()
	if p == nil {
		panicClosed("CT")
	}
	return p
}
