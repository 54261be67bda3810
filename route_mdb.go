//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import "unsafe"

// MDB is the multicast database of a bridge: struct rtnl_mdb, "route/mdb".
type MDB struct{ Object }

func (m *MDB) object() *Object { return (*Object)(unsafe.Pointer(m)) }

// Close gives the handle's reference back: see [Object.Close].
//
// Implements: rtnl_mdb_put
func (m *MDB) Close() error { return m.object().Close() }

// ptr returns the C object, nil if the handle is nil, closed or revoked.
func (m *MDB) ptr() *C.struct_rtnl_mdb { return (*C.struct_rtnl_mdb)(unsafe.Pointer(m.object().ptr())) }

// live returns the C object, for calls without an error result.
func (m *MDB) live() *C.struct_rtnl_mdb {
	c := m.ptr()
	if c == nil {
		panicClosed("MDB")
	}
	return c
}
