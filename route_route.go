//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"bytes"
	"strconv"
	"syscall"
	"time"
	"unsafe"
)

// Route is a route: struct rtnl_route, "route/route". What it leads to are its next hops: [RouteNexthop].
//
// Getters return what the object holds. A new route has table main, protocol static, type unicast and scope nowhere, which is to say
// none, and the zero value of all else. Setters prepare a request or a filter; nothing changes in the kernel until [Route.Add] or
// [Route.Delete].
type Route struct{ Object }

func (r *Route) object() *Object { return (*Object)(unsafe.Pointer(r)) }

// NewRoute returns a new route; the caller owns it.
//
// Implements: rtnl_route_alloc
func NewRoute() (*Route, error) {
	return newHandle[*Route]("rtnl_route_alloc", unsafe.Pointer(C.rtnl_route_alloc()))
}

// ParseRoute returns the route in a message (RTM_NEWROUTE and its kin), which the caller owns. A message of another kind is
// [ErrMsgTypeNoSupport]; the other errors are those of [Msg.Objects]. An encapsulation of a next hop that libnl does not know is left out:
// libnl before 3.12 knows MPLS alone.
//
// Implements: rtnl_route_parse
func ParseRoute(m *Msg) (*Route, error) {
	const fn = "rtnl_route_parse"
	o, err := m.Object()
	if err != nil {
		return nil, named(fn, err)
	}
	r, ok := As[*Route](o)
	if !ok {
		_ = o.Close()
		return nil, &Error{Func: fn, Code: ErrMsgTypeNoSupport}
	}
	return r, nil
}

// Close gives the handle's reference back: see [Object.Close]; [Retain] makes one more. Next hops that the route holds end with its last
// reference.
//
// Implements: rtnl_route_put rtnl_route_get
func (r *Route) Close() error { return r.object().Close() }

// ptr returns the C object, nil if the handle is nil, closed or revoked.
func (r *Route) ptr() *C.struct_rtnl_route {
	return (*C.struct_rtnl_route)(unsafe.Pointer(r.object().ptr()))
}

// live returns the C object, for calls without an error result.
func (r *Route) live() *C.struct_rtnl_route {
	c := r.ptr()
	if c == nil {
		panicClosed("Route")
	}
	return c
}

// Table returns the routing table.
//
// Implements: rtnl_route_get_table
func (r *Route) Table() RouteTable { return RouteTable(C.rtnl_route_get_table(r.live())) }

// SetTable sets the routing table. MPLS has one alone, and requests for it do not name it.
//
// Implements: rtnl_route_set_table
func (r *Route) SetTable(t RouteTable) { C.rtnl_route_set_table(r.live(), C.uint32_t(t)) }

// Scope returns the scope of the destination, RT_SCOPE_NOWHERE if unset.
//
// Implements: rtnl_route_get_scope
func (r *Route) Scope() Scope { return Scope(C.rtnl_route_get_scope(r.live())) }

// SetScope sets the scope of the destination. A request for a route without one has that of [Route.GuessScope].
//
// Implements: rtnl_route_set_scope
func (r *Route) SetScope(s Scope) { C.rtnl_route_set_scope(r.live(), C.uint8_t(s)) }

// GuessScope returns the scope that a request has if none is set: host for a local route, global for one of MPLS and one with a gateway,
// link for any other.
//
// Implements: rtnl_route_guess_scope
func (r *Route) GuessScope() Scope { return Scope(C.nlgo_route_guess_scope(r.live())) }

// TOS returns the type of service that packets must have.
//
// Implements: rtnl_route_get_tos
func (r *Route) TOS() uint8 { return uint8(C.rtnl_route_get_tos(r.live())) }

// SetTOS sets the type of service that packets must have; IPv6 has none.
//
// Implements: rtnl_route_set_tos
func (r *Route) SetTOS(tos uint8) { C.rtnl_route_set_tos(r.live(), C.uint8_t(tos)) }

// Protocol returns who made the route.
//
// Implements: rtnl_route_get_protocol
func (r *Route) Protocol() RouteProtocol {
	return RouteProtocol(C.rtnl_route_get_protocol(r.live()))
}

// SetProtocol says who makes the route.
//
// Implements: rtnl_route_set_protocol
func (r *Route) SetProtocol(p RouteProtocol) { C.rtnl_route_set_protocol(r.live(), C.uint8_t(p)) }

// Priority returns the priority, which ip calls metric: the route with the lowest wins.
//
// Implements: rtnl_route_get_priority
func (r *Route) Priority() uint32 { return uint32(C.rtnl_route_get_priority(r.live())) }

// SetPriority sets the priority. Routes of MPLS have none, and the kernel refuses requests with one.
//
// Implements: rtnl_route_set_priority
func (r *Route) SetPriority(n uint32) { C.rtnl_route_set_priority(r.live(), C.uint32_t(n)) }

// Family returns the address family, FamilyUnspec if unset.
//
// Implements: rtnl_route_get_family
func (r *Route) Family() Family { return Family(C.rtnl_route_get_family(r.live())) }

// SetFamily sets the address family: IPv4, IPv6, MPLS or DECnet, another is [ErrAFNoSupport]. It is that of the addresses that are set before
// or after, or else [ErrAFMismatch]; the first of them sets it too.
//
// Implements: rtnl_route_set_family
func (r *Route) SetFamily(f Family) error {
	const fn = "rtnl_route_set_family"
	c := r.ptr()
	if c == nil {
		return closedErr(fn)
	}
	if err := checkRouteFamily(fn, f); err != nil {
		return err
	}
	return codeErr(fn, int(C.nlgo_route_set_family(c, C.int(f))))
}

func checkRouteFamily(fn string, f Family) error {
	switch f {
	case FamilyIPv4, FamilyIPv6, FamilyMPLS, familyDECnet:
		return nil
	}
	return &Error{Func: fn, Code: ErrAFNoSupport, Msg: "family " + f.String()}
}

// Type returns the type of the route.
//
// Implements: rtnl_route_get_type
func (r *Route) Type() RouteType { return RouteType(C.rtnl_route_get_type(r.live())) }

// SetType sets the type of the route; one that libnl does not know is [ErrRange].
//
// Implements: rtnl_route_set_type
func (r *Route) SetType(t RouteType) error {
	const fn = "rtnl_route_set_type"
	c := r.ptr()
	if c == nil {
		return closedErr(fn)
	}
	return codeErr(fn, int(C.rtnl_route_set_type(c, C.uint8_t(t))))
}

// Flags returns the flags of the route; those of its next hops are theirs.
//
// Implements: rtnl_route_get_flags
func (r *Route) Flags() RouteFlags { return RouteFlags(C.rtnl_route_get_flags(r.live())) }

// SetFlags sets flags; others stay.
//
// Implements: rtnl_route_set_flags
func (r *Route) SetFlags(f RouteFlags) { C.rtnl_route_set_flags(r.live(), C.uint32_t(f)) }

// UnsetFlags clears flags; others stay.
//
// Implements: rtnl_route_unset_flags
func (r *Route) UnsetFlags(f RouteFlags) { C.rtnl_route_unset_flags(r.live(), C.uint32_t(f)) }

// Metric returns a metric, in the kernel's unit (bytes, milliseconds, packets ...). The congestion control algorithm is never there:
// libnl takes its name for a number.
//
// Implements: rtnl_route_get_metric
func (r *Route) Metric(m RouteMetric) (v uint32, ok bool) {
	c := r.live()
	if m == metricCCAlgo || !fitsInt(int(m)) {
		return 0, false
	}
	var n C.uint32_t
	rc := C.rtnl_route_get_metric(c, C.int(m), &n)
	return uint32(n), rc == 0
}

// SetMetric sets a metric; a number that is none is [ErrRange], the congestion control algorithm [ErrOpNotSupp].
//
// Implements: rtnl_route_set_metric
func (r *Route) SetMetric(m RouteMetric, v uint32) error {
	const fn = "rtnl_route_set_metric"
	c := r.ptr()
	switch {
	case c == nil:
		return closedErr(fn)
	case m == metricCCAlgo:
		return &Error{Func: fn, Code: ErrOpNotSupp, Msg: "libnl has no place for the name of an algorithm"}
	case !fitsInt(int(m)):
		return &Error{Func: fn, Code: ErrRange, Msg: "metric " + strconv.Itoa(int(m))}
	}
	return codeErr(fn, int(C.rtnl_route_set_metric(c, C.int(m), C.uint(v))))
}

// UnsetMetric makes a metric unset; a number that is none is [ErrRange].
//
// Implements: rtnl_route_unset_metric
func (r *Route) UnsetMetric(m RouteMetric) error {
	const fn = "rtnl_route_unset_metric"
	c := r.ptr()
	switch {
	case c == nil:
		return closedErr(fn)
	case !fitsInt(int(m)):
		return &Error{Func: fn, Code: ErrRange, Msg: "metric " + strconv.Itoa(int(m))}
	}
	return codeErr(fn, int(C.rtnl_route_unset_metric(c, C.int(m))))
}

// setAddr gives an address to the setter NLGO_ROUTE_*.
func (r *Route) setAddr(fn string, which C.int, a Addr) error {
	c := r.ptr()
	if c == nil {
		return closedErr(fn)
	}
	if err := a.check(fn); err != nil {
		return err
	}
	if err := checkRouteFamily(fn, a.family); err != nil {
		return err
	}
	return codeErr(fn, int(C.nlgo_route_set_addr(unsafe.Pointer(c), which, C.int(a.family), a.data(), C.size_t(len(a.raw)), C.int(a.prefixLen))))
}

// Dst returns the destination, the zero Addr if unset. A default route is 0.0.0.0/0 or ::/0, though libnl before 3.8 has it without bytes.
//
// Implements: rtnl_route_get_dst
func (r *Route) Dst() Addr {
	a := addrOf(C.rtnl_route_get_dst(r.live()))
	if p, ok := a.Prefix(); ok && a.raw == "" {
		return AddrFromPrefix(p)
	}
	return a
}

// SetDst sets the destination, which every request needs: a network without host bits, a label of MPLS, or for a default route 0.0.0.0/0
// or ::/0. The zeroes of that are kept as the loaded libnl keeps those it gets from the kernel, so that the two are equal.
//
// Implements: rtnl_route_set_dst
func (r *Route) SetDst(a Addr) error {
	if p, ok := a.Prefix(); ok && p.Bits() == 0 && a.IsZero() {
		a = AddrFromPrefix(p)
		if !HasCapability(CapVersion3_8_0) {
			a.raw = ""
		}
	}
	return r.setAddr("rtnl_route_set_dst", C.NLGO_ROUTE_DST, a)
}

// Src returns the network that packets must come from, the zero Addr if unset.
//
// Implements: rtnl_route_get_src
func (r *Route) Src() Addr { return addrOf(C.rtnl_route_get_src(r.live())) }

// SetSrc sets the network that packets must come from. IPv4 has no such routes ([ErrSrcRtNoSupport]).
//
// Implements: rtnl_route_set_src
func (r *Route) SetSrc(a Addr) error { return r.setAddr("rtnl_route_set_src", C.NLGO_ROUTE_SRC, a) }

// PrefSrc returns the source address for packets of this host, the zero Addr if unset.
//
// Implements: rtnl_route_get_pref_src
func (r *Route) PrefSrc() Addr { return addrOf(C.rtnl_route_get_pref_src(r.live())) }

// SetPrefSrc sets the source address for packets of this host.
//
// Implements: rtnl_route_set_pref_src
func (r *Route) SetPrefSrc(a Addr) error {
	return r.setAddr("rtnl_route_set_pref_src", C.NLGO_ROUTE_PREF_SRC, a)
}

// IIF returns the index of the interface that packets must come in by, 0 if unset.
//
// Implements: rtnl_route_get_iif
func (r *Route) IIF() int { return int(C.rtnl_route_get_iif(r.live())) }

// SetIIF sets the index of the interface that packets must come in by, for filters and lookups: the kernel has no such routes.
//
// Implements: rtnl_route_set_iif
func (r *Route) SetIIF(i int) error {
	const fn = "rtnl_route_set_iif"
	c := r.ptr()
	if c == nil {
		return closedErr(fn)
	}
	if err := checkIndex(fn, i); err != nil {
		return err
	}
	C.rtnl_route_set_iif(c, C.int(i))
	return nil
}

// TTLPropagate reports whether the TTL of packets goes on from IP to MPLS labels and back.
//
// Implements: rtnl_route_get_ttl_propagate
func (r *Route) TTLPropagate() (on, ok bool) {
	rc := C.rtnl_route_get_ttl_propagate(r.live())
	return rc > 0, rc >= 0
}

// SetTTLPropagate says whether the TTL of packets goes on from MPLS labels to IP.
//
// Implements: rtnl_route_set_ttl_propagate
func (r *Route) SetTTLPropagate(on bool) {
	c := r.live()
	var v C.uint8_t
	if on {
		v = 1
	}
	C.rtnl_route_set_ttl_propagate(c, v)
}

// NHID returns the id of the nexthop object that the route leads to, 0 if there is none. It takes libnl 3.10; an older one has the next
// hops of such a route alone.
//
// Implements: rtnl_route_get_nhid
func (r *Route) NHID() uint32 { return uint32(C.rtnl_route_get_nhid(r.live())) }

// SetNHID sets the id of the nexthop object that the route leads to; the next hops of the route are then no part of requests. 0 makes it
// unset. It takes libnl 3.10 ([ErrOpNotSupp]).
//
// Implements: rtnl_route_set_nhid
func (r *Route) SetNHID(id uint32) error {
	const fn = "rtnl_route_set_nhid"
	c := r.ptr()
	switch {
	case c == nil:
		return closedErr(fn)
	case C.NLGO_HAS_NHID == 0:
		return &Error{Func: fn, Code: ErrOpNotSupp}
	}
	C.rtnl_route_set_nhid(c, C.uint32_t(id))
	return nil
}

// RouteCacheInfo is what the kernel tells about the use of a route (struct rta_cacheinfo), in whole seconds.
type RouteCacheInfo struct {
	Refs    uint32
	Used    uint32
	LastUse time.Duration // ago
	Expires time.Duration // from when it was read; 0 for never
	Error   syscall.Errno // what sending by the route gives: EHOSTUNREACH, EACCES ...
}

// CacheInfo returns what the kernel tells about the use of the route, if it does: for IPv6, and for answers of [LookupRoute]. libnl has
// no function for it, so this reads its text, which takes microseconds.
func (r *Route) CacheInfo() (RouteCacheInfo, bool) {
	r.live()
	text, ok := r.object().dump(DumpStats)
	if !ok {
		panic("libnl: out of memory")
	}
	var info RouteCacheInfo
	var found bool
	for line := range bytes.Lines(text) {
		f := bytes.Fields(line)
		switch {
		case len(f) == 8 && string(f[0]) == "used" && string(f[2]) == "refcnt":
			found = true
			info.Used, info.Refs = textU32(f[1]), textU32(f[3])
			info.LastUse, info.Expires = textSeconds(f[5]), textSeconds(f[7])
		case len(f) > 2 && string(f[0]) == "cacheinfo" && string(f[1]) == "error":
			n, _ := strconv.Atoi(string(f[2]))
			info.Error = syscall.Errno(max(n, -n))
		}
	}
	return info, found
}

func textU32(b []byte) uint32 {
	n, _ := strconv.ParseUint(string(b), 10, 32)
	return uint32(n)
}

// textSeconds reads seconds as libnl prints them, a signed number as an unsigned one.
func textSeconds(b []byte) time.Duration {
	n := int32(textU32(bytes.TrimSuffix(b, []byte("s"))))
	return time.Duration(n) * time.Second
}

// metricCCAlgo is RTAX_CC_ALGO, the one metric that is no number.
const metricCCAlgo RouteMetric = 16
