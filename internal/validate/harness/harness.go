//go:build linux

// SPDX-License-Identifier: MIT

// Package harness gives messages to libnl and does with the objects what the package lets its users do. It is there for the fuzz
// tests of package validate: what passes the rules must come through here, under the address sanitizer.
package harness

// #cgo pkg-config: libnl-3.0 libnl-route-3.0 libnl-genl-3.0 libnl-nf-3.0
// #cgo CFLAGS: -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Wno-unused-parameter
// #include "harness.h"
import "C"

import (
	"sync"
	"unsafe"
)

// Message is one message with the protocol it was sent by.
type Message struct {
	Proto int
	Bytes []byte
}

// mu is held because caches are provided for the whole process.
var mu sync.Mutex

// Run parses the messages, in one after the other, and does with the objects what can be done with each, with two of them, and with
// all of a type in a cache. It returns how many objects the last message held and what nl_msg_parse returned for it.
func Run(ms ...Message) (objects, rc int) {
	mu.Lock()
	defer mu.Unlock()
	var h C.struct_harness
	var n C.int
	for _, m := range ms {
		rc = int(C.harness_feed(&h, C.int(m.Proto), unsafe.Pointer(unsafe.SliceData(m.Bytes)), C.size_t(len(m.Bytes)), &n))
	}
	C.harness_end(&h)
	return int(n), rc
}
