//go:build linux

// SPDX-License-Identifier: MIT

package libnl

// #cgo pkg-config: libnl-3.0 libnl-route-3.0 libnl-genl-3.0 libnl-nf-3.0
// #cgo CFLAGS: -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Wno-unused-parameter
// #cgo noescape nlgo_recv
// #cgo nocallback nlgo_recv
// #cgo noescape nlgo_recv_malloc
// #cgo nocallback nlgo_recv_malloc
// #cgo noescape nlgo_send
// #cgo nocallback nlgo_send
// #cgo noescape nlgo_transact
// #cgo nocallback nlgo_transact
// #cgo noescape nl_object_attrs2str
// #cgo nocallback nl_object_attrs2str
// #cgo noescape nl_object_attr_list
// #cgo nocallback nl_object_attr_list
// #cgo noescape nl_object_keygen
// #cgo nocallback nl_object_keygen
// #include "cgo_helpers.h"
import "C"

import "fmt"

// Version is a release of libnl.
type Version struct{ Major, Minor, Micro int }

// String returns the version as libnl writes it, "3.7.0".
func (v Version) String() string { return fmt.Sprintf("%d.%d.%d", v.Major, v.Minor, v.Micro) }

// CompiledVersion returns the version of the libnl headers the package was compiled with.
//
// Implements: LIBNL_VER_MAJ LIBNL_VER_MIN LIBNL_VER_MIC
func CompiledVersion() Version {
	return Version{C.LIBNL_VER_MAJ, C.LIBNL_VER_MIN, C.LIBNL_VER_MIC}
}

// RuntimeVersion returns the version of the libnl that is loaded.
//
// Implements: nl_ver_num nl_ver_maj nl_ver_min nl_ver_mic
func RuntimeVersion() Version {
	return Version{int(C.nl_ver_maj), int(C.nl_ver_min), int(C.nl_ver_mic)}
}

// Capability is a fix or a behaviour that libnl can be asked for at run time (NL_CAPABILITY_*).
type Capability int

// HasCapability reports whether the loaded libnl has the capability.
// Out of range is false.
//
// Implements: nl_has_capability
func HasCapability(c Capability) bool { return C.nl_has_capability(C.int(c)) != 0 }
