//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"io"
	"iter"
	"strconv"
	"unsafe"
)

// RouteNexthop is a next hop of a route: struct rtnl_nexthop. ([Nexthop] is an object of the kernel's that routes can share.)
//
// One that was made, copied or taken out of a route is owned and closed by who did. [Route.AddNexthop] gives it to the route, and handles of
// a route's next hops, among them the one that was given, are lent: they work as long as the handle of the route by which they were got is
// open and the next hop is in that route, which every call looks at. Closing a lent one does nothing. As with objects, methods of a dead
// handle that have an error result return [ErrClosed], and the others panic.
type RouteNexthop struct {
	c    *C.struct_rtnl_nexthop
	in   *objectRef // the handle of the route it is in, nil if it is in none
	leak *tracker
}

// NewRouteNexthop returns a new, empty next hop; the caller owns it.
//
// Implements: rtnl_route_nh_alloc
func NewRouteNexthop() (*RouteNexthop, error) {
	return ownNexthop("rtnl_route_nh_alloc", C.rtnl_route_nh_alloc())
}

func ownNexthop(fn string, c *C.struct_rtnl_nexthop) (*RouteNexthop, error) {
	if c == nil {
		return nil, &Error{Func: fn, Code: ErrNoMem}
	}
	n := &RouteNexthop{c: c}
	n.leak = track(n, "RouteNexthop")
	return n, nil
}

// ptr returns the C struct, nil if the handle is nil, closed or dead.
func (n *RouteNexthop) ptr() *C.struct_rtnl_nexthop {
	switch {
	case n == nil || n.c == nil:
		return nil
	case n.in == nil:
		return n.c
	case n.in.c == nil || C.nlgo_route_has((*C.struct_rtnl_route)(unsafe.Pointer(n.in.c)), n.c) == 0:
		return nil
	}
	return n.c
}

// live returns the C struct, for calls without an error result.
func (n *RouteNexthop) live() *C.struct_rtnl_nexthop {
	c := n.ptr()
	if c == nil {
		panicClosed("RouteNexthop")
	}
	return c
}

// Close frees a next hop that is in no route. Closing again, or a nil or lent handle, does nothing.
//
// Implements: rtnl_route_nh_free
func (n *RouteNexthop) Close() error {
	if n == nil || n.c == nil || n.in != nil {
		return nil
	}
	refs.Lock()
	C.rtnl_route_nh_free(n.c)
	refs.Unlock()
	n.c = nil
	n.leak.done()
	return nil
}

// Clone returns a copy, which the caller owns and which is in no route.
//
// Implements: rtnl_route_nh_clone
func (n *RouteNexthop) Clone() (*RouteNexthop, error) {
	const fn = "rtnl_route_nh_clone"
	c := n.ptr()
	if c == nil {
		return nil, closedErr(fn)
	}
	refs.Lock()
	defer refs.Unlock()
	return ownNexthop(fn, C.nlgo_route_nh_clone(c))
}

// The attributes of a next hop that [RouteNexthop.Diff] compares.
const (
	NexthopDiffFlags   uint32 = 1 << iota // flags
	NexthopDiffWeight                     // weight
	NexthopDiffIndex                      // interface
	NexthopDiffGateway                    // gateway
	NexthopDiffRealms                     // realms
	NexthopDiffNewDst                     // labels to send with
	NexthopDiffVia                        // gateway of another family
	NexthopDiffEncap                      // encapsulation
)

// Diff returns which of the attributes in mask (NexthopDiff*, ^uint32(0) for all) differ, 0 if none; one that only one of the two has
// differs. With loose, of the flags only those count that were set or unset in p.
//
// Implements: rtnl_route_nh_compare
func (n *RouteNexthop) Diff(p *RouteNexthop, mask uint32, loose bool) uint32 {
	var l C.int
	if loose {
		l = 1
	}
	return uint32(C.rtnl_route_nh_compare(n.live(), p.live(), C.uint32_t(mask), l))
}

// Identical reports whether two next hops differ in flags and weight at most.
//
// Implements: rtnl_route_nh_identical
func (n *RouteNexthop) Identical(p *RouteNexthop) bool {
	return C.rtnl_route_nh_identical(n.live(), p.live()) != 0
}

// Dump writes the next hop as text to w, in libnl's words: [DumpLine] or [DumpDetails].
//
// Implements: rtnl_route_nh_dump
func (n *RouteNexthop) Dump(w io.Writer, t DumpType) error {
	const fn = "rtnl_route_nh_dump"
	switch {
	case n.ptr() == nil:
		return closedErr(fn)
	case t < DumpLine || t > DumpStats:
		return &Error{Func: fn, Code: ErrRange, Msg: "dump type " + strconv.Itoa(int(t))}
	case w == nil:
		return argErr(fn, "nil writer")
	}
	text, ok := n.dump(t)
	if !ok {
		return &Error{Func: fn, Code: ErrNoMem}
	}
	_, err := io.WriteString(w, text)
	return err
}

// String returns the next hop as libnl's text, "via 10.0.0.1 dev 2 ".
func (n *RouteNexthop) String() string {
	if n == nil {
		return "<nil>"
	}
	text, ok := n.dump(DumpLine)
	if !ok {
		panic("libnl: out of memory")
	}
	return text
}

func (n *RouteNexthop) dump(t DumpType) (string, bool) {
	c := n.live()
	refs.Lock()
	res := C.nlgo_route_nh_dump(c, C.int(t))
	refs.Unlock()
	if res.text == nil {
		return "", false
	}
	defer C.free(unsafe.Pointer(res.text))
	return C.GoStringN(res.text, C.int(res.len)), true
}

// Weight returns the share of the packets that go this way among the next hops of a route, less one: ip prints one more.
//
// Implements: rtnl_route_nh_get_weight
func (n *RouteNexthop) Weight() uint8 { return uint8(C.rtnl_route_nh_get_weight(n.live())) }

// SetWeight sets the share less one. That of an only next hop is no part of requests.
//
// Implements: rtnl_route_nh_set_weight
func (n *RouteNexthop) SetWeight(w uint8) { C.rtnl_route_nh_set_weight(n.live(), C.uint8_t(w)) }

// Index returns the index of the interface, 0 if unset.
//
// Implements: rtnl_route_nh_get_ifindex
func (n *RouteNexthop) Index() int { return int(C.rtnl_route_nh_get_ifindex(n.live())) }

// SetIndex sets the index of the interface.
//
// Implements: rtnl_route_nh_set_ifindex
func (n *RouteNexthop) SetIndex(i int) error {
	const fn = "rtnl_route_nh_set_ifindex"
	c := n.ptr()
	if c == nil {
		return closedErr(fn)
	}
	if err := checkIndex(fn, i); err != nil {
		return err
	}
	C.rtnl_route_nh_set_ifindex(c, C.int(i))
	return nil
}

// setAddr gives an address to the setter NLGO_ROUTE_NH_*.
func (n *RouteNexthop) setAddr(fn string, which C.int, a Addr) error {
	if err := a.check(fn); err != nil {
		return err
	}
	c := n.ptr()
	if c == nil {
		return closedErr(fn)
	}
	return codeErr(fn, int(C.nlgo_route_set_addr(unsafe.Pointer(c), which, C.int(a.family), a.data(), C.size_t(len(a.raw)), C.int(a.prefixLen))))
}

// Gateway returns the gateway, the zero Addr if unset.
//
// Implements: rtnl_route_nh_get_gateway
func (n *RouteNexthop) Gateway() Addr { return addrOf(C.rtnl_route_nh_get_gateway(n.live())) }

// SetGateway sets the gateway, of the family of the route: a request with another is [ErrAFMismatch], as [RouteNexthop.SetVia] is for
// those.
//
// Implements: rtnl_route_nh_set_gateway
func (n *RouteNexthop) SetGateway(a Addr) error {
	return n.setAddr("rtnl_route_nh_set_gateway", C.NLGO_ROUTE_NH_GATEWAY, a)
}

// UnsetGateway makes the gateway unset.
//
// Implements: rtnl_route_nh_set_gateway
func (n *RouteNexthop) UnsetGateway() { C.rtnl_route_nh_set_gateway(n.live(), nil) }

// Flags returns the flags.
//
// Implements: rtnl_route_nh_get_flags
func (n *RouteNexthop) Flags() NexthopFlags { return NexthopFlags(C.rtnl_route_nh_get_flags(n.live())) }

// SetFlags sets flags; others stay. Requests hold those of the low byte alone, and any other is [ErrRange].
//
// Implements: rtnl_route_nh_set_flags
func (n *RouteNexthop) SetFlags(f NexthopFlags) error {
	const fn = "rtnl_route_nh_set_flags"
	c := n.ptr()
	switch {
	case c == nil:
		return closedErr(fn)
	case f > 0xff:
		return &Error{Func: fn, Code: ErrRange, Msg: "flags " + f.String()}
	}
	C.rtnl_route_nh_set_flags(c, C.uint(f))
	return nil
}

// UnsetFlags clears flags; others stay.
//
// Implements: rtnl_route_nh_unset_flags
func (n *RouteNexthop) UnsetFlags(f NexthopFlags) { C.rtnl_route_nh_unset_flags(n.live(), C.uint(f)) }

// Realms returns the realms, 0 if unset.
//
// Implements: rtnl_route_nh_get_realms
func (n *RouteNexthop) Realms() Realms { return Realms(C.rtnl_route_nh_get_realms(n.live())) }

// SetRealms sets the realms; 0 is no part of requests.
//
// Implements: rtnl_route_nh_set_realms
func (n *RouteNexthop) SetRealms(r Realms) { C.rtnl_route_nh_set_realms(n.live(), C.uint32_t(r)) }

// NewDst returns the labels that a packet of MPLS goes on with, the zero Addr if unset.
//
// Implements: rtnl_route_nh_get_newdst
func (n *RouteNexthop) NewDst() Addr { return addrOf(C.rtnl_route_nh_get_newdst(n.live())) }

// SetNewDst sets the labels that a packet of MPLS goes on with.
//
// Implements: rtnl_route_nh_set_newdst
func (n *RouteNexthop) SetNewDst(a Addr) error {
	const fn = "rtnl_route_nh_set_newdst"
	if a.IsValid() && a.family != FamilyMPLS {
		return &Error{Func: fn, Code: ErrAFMismatch, Msg: "not labels of MPLS: " + a.String()}
	}
	return n.setAddr(fn, C.NLGO_ROUTE_NH_NEWDST, a)
}

// UnsetNewDst makes the labels unset.
//
// Implements: rtnl_route_nh_set_newdst
func (n *RouteNexthop) UnsetNewDst() { C.rtnl_route_nh_set_newdst(n.live(), nil) }

// Via returns the gateway of a family that may differ from the route's, the zero Addr if unset.
//
// Implements: rtnl_route_nh_get_via
func (n *RouteNexthop) Via() Addr { return addrOf(C.rtnl_route_nh_get_via(n.live())) }

// SetVia sets a gateway of any family: IPv4 or IPv6 for a route of MPLS, IPv6 for one of IPv4.
//
// Implements: rtnl_route_nh_set_via
func (n *RouteNexthop) SetVia(a Addr) error {
	return n.setAddr("rtnl_route_nh_set_via", C.NLGO_ROUTE_NH_VIA, a)
}

// UnsetVia makes the gateway of another family unset.
//
// Implements: rtnl_route_nh_set_via
func (n *RouteNexthop) UnsetVia() { C.rtnl_route_nh_set_via(n.live(), nil) }

// AddNexthop gives the route one more next hop, behind those it has: n, which is in no route. It becomes the route's, and n a lent handle
// of it. A route with one is sent as such, one with several as a multipath route. One that is in a route already is [ErrBusy].
//
// Implements: rtnl_route_add_nexthop
func (r *Route) AddNexthop(n *RouteNexthop) error {
	const fn = "rtnl_route_add_nexthop"
	c, nh := r.ptr(), n.ptr()
	switch {
	case c == nil || nh == nil:
		return closedErr(fn)
	case n.in != nil:
		return &Error{Func: fn, Code: ErrBusy, Msg: "the next hop is in a route"}
	}
	C.rtnl_route_add_nexthop(c, nh)
	n.in = r.r
	n.leak.done()
	n.leak = nil
	return nil
}

// RemoveNexthop takes a next hop out of the route; the caller owns n then. One that is not in the route, which libnl would not notice, is
// [ErrObjNotFound].
//
// Implements: rtnl_route_remove_nexthop
func (r *Route) RemoveNexthop(n *RouteNexthop) error {
	const fn = "rtnl_route_remove_nexthop"
	c, nh := r.ptr(), n.ptr()
	switch {
	case c == nil || nh == nil:
		return closedErr(fn)
	case n.in == nil || C.nlgo_route_has(c, nh) == 0:
		return &Error{Func: fn, Code: ErrObjNotFound, Msg: "the next hop is not in this route"}
	}
	C.rtnl_route_remove_nexthop(c, nh)
	n.in = nil
	n.leak = track(n, "RouteNexthop")
	return nil
}

// NumNexthops returns the number of next hops.
//
// Implements: rtnl_route_get_nnexthops
func (r *Route) NumNexthops() int { return int(C.rtnl_route_get_nnexthops(r.live())) }

// Nexthop returns the next hop i, counted from 0, lent; false if there are fewer.
//
// Implements: rtnl_route_nexthop_n
func (r *Route) Nexthop(i int) (*RouteNexthop, bool) {
	c := r.live()
	if i < 0 || !fitsInt(i) {
		return nil, false
	}
	nh := C.rtnl_route_nexthop_n(c, C.int(i))
	if nh == nil {
		return nil, false
	}
	return &RouteNexthop{c: nh, in: r.r}, true
}

// Nexthops yields the next hops that the route has when the loop starts, lent. The loop may take them out.
//
// Implements: rtnl_route_foreach_nexthop rtnl_route_get_nexthops
func (r *Route) Nexthops() iter.Seq[*RouteNexthop] {
	return func(yield func(*RouteNexthop) bool) {
		c := r.live()
		var room [8]*C.struct_rtnl_nexthop
		all := room[:]
		if n := int(C.nlgo_route_nexthops(c, &all[0], C.int(len(all)))); n > len(all) {
			all = make([]*C.struct_rtnl_nexthop, n)
			C.nlgo_route_nexthops(c, &all[0], C.int(n))
		} else {
			all = all[:n]
		}
		for _, c := range all {
			n := &RouteNexthop{c: c, in: r.r}
			if n.ptr() != nil && !yield(n) {
				return
			}
		}
	}
}
