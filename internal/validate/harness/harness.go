//go:build linux

// SPDX-License-Identifier: MIT

// Package harness gives a message to libnl and does with the objects what the package lets its users do. It is there for the fuzz
// tests of package validate: what passes the rules must come through here, under the address sanitizer.
package harness

// #cgo pkg-config: libnl-3.0 libnl-route-3.0
// #cgo CFLAGS: -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Wno-unused-parameter
// #include "harness.h"
import "C"

import "unsafe"

// Run parses one message. It returns how many objects there were and what nl_msg_parse returned.
func Run(proto int, b []byte) (objects, rc int) {
	var n C.int
	rc = int(C.harness_run(C.int(proto), unsafe.Pointer(unsafe.SliceData(b)), C.size_t(len(b)), &n))
	return int(n), rc
}
