//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"math"
	"time"
	"unsafe"
)

// NeighTable is a table of neighbours with its parameters, or the parameters of one interface in it: struct rtnl_neightbl,
// "route/neightbl".
//
// Setters prepare a request or a filter; nothing changes in the kernel until [NeighTable.Change]. Times are in milliseconds, rounded up,
// and must not be more than 2^31-1 of them, of which the kernel would take a part ([ErrRange]). libnl has no getters: [NeighTable.Info] stands
// for them.
type NeighTable struct{ Object }

func (t *NeighTable) object() *Object { return (*Object)(unsafe.Pointer(t)) }

// NewNeighTable returns a new, empty table; the caller owns it.
//
// Implements: rtnl_neightbl_alloc
func NewNeighTable() (*NeighTable, error) {
	return newHandle[*NeighTable]("rtnl_neightbl_alloc", unsafe.Pointer(C.rtnl_neightbl_alloc()))
}

// Close gives the handle's reference back: see [Object.Close].
//
// Implements: rtnl_neightbl_put
func (t *NeighTable) Close() error { return t.object().Close() }

// ptr returns the C object, nil if the handle is nil, closed or revoked.
func (t *NeighTable) ptr() *C.struct_rtnl_neightbl {
	return (*C.struct_rtnl_neightbl)(unsafe.Pointer(t.object().ptr()))
}

// live returns the C object, for calls without an error result.
func (t *NeighTable) live() *C.struct_rtnl_neightbl {
	c := t.ptr()
	if c == nil {
		panicClosed("NeighTable")
	}
	return c
}

// SetFamily sets the address family.
//
// Implements: rtnl_neightbl_set_family
func (t *NeighTable) SetFamily(f Family) error {
	const fn = "rtnl_neightbl_set_family"
	c := t.ptr()
	if c == nil {
		return closedErr(fn)
	}
	if err := checkFamily(fn, f); err != nil {
		return err
	}
	C.rtnl_neightbl_set_family(c, C.int(f))
	return nil
}

// SetName sets the name of the table, "arp_cache", of 31 bytes at most ([ErrRange]).
//
// Implements: rtnl_neightbl_set_name
func (t *NeighTable) SetName(name string) error {
	const fn = "rtnl_neightbl_set_name"
	c := t.ptr()
	if c == nil {
		return closedErr(fn)
	}
	return setText(fn, name, 31, func(p *C.char) { C.rtnl_neightbl_set_name(c, p) })
}

// SetDev sets the index of the interface whose parameters these are.
//
// Implements: rtnl_neightbl_set_dev
func (t *NeighTable) SetDev(i int) error {
	const fn = "rtnl_neightbl_set_dev"
	c := t.ptr()
	if c == nil {
		return closedErr(fn)
	}
	if err := checkIndex(fn, i); err != nil {
		return err
	}
	C.rtnl_neightbl_set_dev(c, C.int(i))
	return nil
}

// SetGCThresh1 sets the number of entries below which none is collected.
//
// Implements: rtnl_neightbl_set_gc_tresh1
func (t *NeighTable) SetGCThresh1(n uint32) { C.rtnl_neightbl_set_gc_tresh1(t.live(), C.int(n)) }

// SetGCThresh2 sets the number of entries above which those that are older than five seconds are collected.
//
// Implements: rtnl_neightbl_set_gc_tresh2
func (t *NeighTable) SetGCThresh2(n uint32) { C.rtnl_neightbl_set_gc_tresh2(t.live(), C.int(n)) }

// SetGCThresh3 sets the most entries that the table has.
//
// Implements: rtnl_neightbl_set_gc_tresh3
func (t *NeighTable) SetGCThresh3(n uint32) { C.rtnl_neightbl_set_gc_tresh3(t.live(), C.int(n)) }

// SetQueueLen sets how many packets may wait for an address to be resolved.
//
// Implements: rtnl_neightbl_set_queue_len
func (t *NeighTable) SetQueueLen(n uint32) { C.rtnl_neightbl_set_queue_len(t.live(), C.int(n)) }

// SetProxyQueueLen sets how many requests that the machine answers for others may wait.
//
// Implements: rtnl_neightbl_set_proxy_queue_len
func (t *NeighTable) SetProxyQueueLen(n uint32) {
	C.rtnl_neightbl_set_proxy_queue_len(t.live(), C.int(n))
}

// SetAppProbes sets how often a program is asked for an address.
//
// Implements: rtnl_neightbl_set_app_probes
func (t *NeighTable) SetAppProbes(n uint32) { C.rtnl_neightbl_set_app_probes(t.live(), C.int(n)) }

// SetUcastProbes sets how often the neighbour itself is asked.
//
// Implements: rtnl_neightbl_set_ucast_probes
func (t *NeighTable) SetUcastProbes(n uint32) { C.rtnl_neightbl_set_ucast_probes(t.live(), C.int(n)) }

// SetMcastProbes sets how often everybody is asked.
//
// Implements: rtnl_neightbl_set_mcast_probes
func (t *NeighTable) SetMcastProbes(n uint32) { C.rtnl_neightbl_set_mcast_probes(t.live(), C.int(n)) }

// setTime gives a time to a setter.
func (t *NeighTable) setTime(fn string, d time.Duration, set func(*C.struct_rtnl_neightbl, C.uint64_t)) error {
	c := t.ptr()
	if c == nil {
		return closedErr(fn)
	}
	ms := d / time.Millisecond
	if d%time.Millisecond > 0 {
		ms++
	}
	if d < 0 || ms > math.MaxInt32 {
		return &Error{Func: fn, Code: ErrRange, Msg: d.String()}
	}
	set(c, C.uint64_t(ms))
	return nil
}

// SetGCInterval sets how often old entries are looked for.
//
// Implements: rtnl_neightbl_set_gc_interval
func (t *NeighTable) SetGCInterval(d time.Duration) error {
	return t.setTime("rtnl_neightbl_set_gc_interval", d, func(c *C.struct_rtnl_neightbl, ms C.uint64_t) { C.rtnl_neightbl_set_gc_interval(c, ms) })
}

// SetBaseReachableTime sets about how long a neighbour counts as reachable after it was heard of.
//
// Implements: rtnl_neightbl_set_base_reachable_time
func (t *NeighTable) SetBaseReachableTime(d time.Duration) error {
	return t.setTime("rtnl_neightbl_set_base_reachable_time", d, func(c *C.struct_rtnl_neightbl, ms C.uint64_t) { C.rtnl_neightbl_set_base_reachable_time(c, ms) })
}

// SetRetransTime sets how long an answer is waited for before the request is sent again.
//
// Implements: rtnl_neightbl_set_retrans_time
func (t *NeighTable) SetRetransTime(d time.Duration) error {
	return t.setTime("rtnl_neightbl_set_retrans_time", d, func(c *C.struct_rtnl_neightbl, ms C.uint64_t) { C.rtnl_neightbl_set_retrans_time(c, ms) })
}

// SetGCStaleTime sets how long an entry must not have been used to be collected.
//
// Implements: rtnl_neightbl_set_gc_stale_time
func (t *NeighTable) SetGCStaleTime(d time.Duration) error {
	return t.setTime("rtnl_neightbl_set_gc_stale_time", d, func(c *C.struct_rtnl_neightbl, ms C.uint64_t) { C.rtnl_neightbl_set_gc_stale_time(c, ms) })
}

// SetDelayProbeTime sets how long a neighbour that was used may keep silent before it is asked.
//
// Implements: rtnl_neightbl_set_delay_probe_time
func (t *NeighTable) SetDelayProbeTime(d time.Duration) error {
	return t.setTime("rtnl_neightbl_set_delay_probe_time", d, func(c *C.struct_rtnl_neightbl, ms C.uint64_t) { C.rtnl_neightbl_set_delay_probe_time(c, ms) })
}

// SetAnycastDelay sets how long an answer for an anycast address is put off at most.
//
// Implements: rtnl_neightbl_set_anycast_delay
func (t *NeighTable) SetAnycastDelay(d time.Duration) error {
	return t.setTime("rtnl_neightbl_set_anycast_delay", d, func(c *C.struct_rtnl_neightbl, ms C.uint64_t) { C.rtnl_neightbl_set_anycast_delay(c, ms) })
}

// SetProxyDelay sets how long an answer for others is put off at most.
//
// Implements: rtnl_neightbl_set_proxy_delay
func (t *NeighTable) SetProxyDelay(d time.Duration) error {
	return t.setTime("rtnl_neightbl_set_proxy_delay", d, func(c *C.struct_rtnl_neightbl, ms C.uint64_t) { C.rtnl_neightbl_set_proxy_delay(c, ms) })
}

// SetLockTime sets how old an entry must be to be replaced.
//
// Implements: rtnl_neightbl_set_locktime
func (t *NeighTable) SetLockTime(d time.Duration) error {
	return t.setTime("rtnl_neightbl_set_locktime", d, func(c *C.struct_rtnl_neightbl, ms C.uint64_t) { C.rtnl_neightbl_set_locktime(c, ms) })
}
