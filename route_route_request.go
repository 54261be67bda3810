//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"context"
	"encoding/binary"
	"iter"
	"strconv"

	"golang.org/x/sys/unix"
)

// build is the libnl call NLGO_ROUTE_BUILD_*.
func (r *Route) build(fn string, op C.int, t MsgType, f MsgFlags) (*Msg, error) {
	c := r.ptr()
	switch {
	case c == nil:
		return nil, closedErr(fn)
	case C.rtnl_route_get_dst(c) == nil:
		return nil, &Error{Func: fn, Code: ErrMissingAttr, Msg: "the route has no destination"}
	}
	switch code := Errno(-C.nlgo_route_hazard(c, op)); code {
	case ErrAFMismatch:
		return nil, &Error{Func: fn, Code: code, Msg: "a gateway is of another family than the route: SetVia is for those"}
	case ErrOpNotSupp:
		return nil, &Error{Func: fn, Code: code, Msg: "libnl cuts the name of the congestion control algorithm"}
	}
	var msg *C.struct_nl_msg
	rc := C.nlgo_route_build(c, op, C.int(t), C.int(f), &msg)
	return builtMsg(fn, ProtoRoute, rc, msg)
}

// BuildMsg returns the route as a message of any type.
//
// Implements: rtnl_route_build_msg
func (r *Route) BuildMsg(t MsgType, f MsgFlags) (*Msg, error) {
	return r.build("rtnl_route_build_msg", C.NLGO_ROUTE_BUILD_MSG, t, f)
}

// BuildAdd returns the request that [Route.Add] sends, without sending it. The list of next hops can take 64 KiB.
//
// Implements: rtnl_route_build_add_request
func (r *Route) BuildAdd(f MsgFlags) (*Msg, error) {
	return r.build("rtnl_route_build_add_request", C.NLGO_ROUTE_BUILD_ADD, 0, f)
}

// Add makes the route (RTM_NEWROUTE). With FlagExcl in f one that exists is [fs.ErrExist], with FlagReplace it is replaced, with FlagAppend
// another is made behind it; libnl adds FlagCreate to all of them. To change a route that must exist, take that out of the request:
//
//	m, err := r.BuildAdd(libnl.FlagReplace)
//	...
//	h := m.Header()
//	h.Flags &^= libnl.FlagCreate
//	m.SetHeader(h)
//	err = s.Do(ctx, m)
//
// A gateway whose family is not the route's is [ErrAFMismatch]. Equivalent to: ip route add, replace, append, change.
//
// Implements: rtnl_route_add
func (r *Route) Add(ctx context.Context, s *Socket, f MsgFlags) error {
	m, err := r.BuildAdd(f)
	if err != nil {
		return err
	}
	return s.ask(ctx, "rtnl_route_add", m)
}

// BuildDelete returns the request that [Route.Delete] sends, without sending it.
//
// Implements: rtnl_route_build_del_request
func (r *Route) BuildDelete(f MsgFlags) (*Msg, error) {
	return r.build("rtnl_route_build_del_request", C.NLGO_ROUTE_BUILD_DEL, 0, f)
}

// Delete removes the first route that agrees with r (RTM_DELROUTE), by table, destination, TOS, priority, and what else r has of protocol,
// type, scope, next hops and metrics. As a new Route has protocol static, type unicast and a guessed scope, one that is to match any needs
// SetProtocol(RTPROT_UNSPEC), SetType(RTN_UNSPEC) and SetScope(RT_SCOPE_NOWHERE). If there is none, it is [fs.ErrNotExist].
// Equivalent to: ip route delete.
//
// Implements: rtnl_route_delete
func (r *Route) Delete(ctx context.Context, s *Socket, f MsgFlags) error {
	m, err := r.BuildDelete(f)
	if err != nil {
		return err
	}
	return s.ask(ctx, "rtnl_route_delete", m)
}

// LookupRoute asks the kernel how it would send to an address, and returns that as a route to it, which the caller owns: next hop, source
// address, table. Where there is no way it is the kernel's error, [syscall.ENETUNREACH] or [syscall.EHOSTUNREACH]. An address with a prefix
// that does not cover it is [ErrInval]. The request has the address alone, so that a socket with strict checking can be used.
// Equivalent to: ip route get.
//
// Implements: rtnl_route_lookup
func LookupRoute(ctx context.Context, s *Socket, dst Addr) (*Route, error) {
	const fn = "rtnl_route_lookup"
	if err := dst.check(fn); err != nil {
		return nil, err
	}
	whole := 8 * len(dst.raw)
	switch dst.family {
	case FamilyIPv4, FamilyIPv6:
	case FamilyMPLS:
		whole = 20
	default:
		return nil, &Error{Func: fn, Code: ErrAFNoSupport, Msg: "family " + dst.family.String()}
	}
	if len(dst.raw) == 0 || dst.prefixLen != whole {
		return nil, argErr(fn, "not one address: "+dst.String())
	}
	m := routeMsg(RTMGetRoute, 0, unix.RtMsg{Family: uint8(dst.family), Dst_len: uint8(whole)})
	m.PutAddr(unix.RTA_DST, dst)
	return askOne[*Route](ctx, s, fn, m)
}

// routeMsg returns a message that begins with h.
func routeMsg(t MsgType, f MsgFlags, h unix.RtMsg) *Msg {
	m := newMsg(256)
	m.own.proto = int(ProtoRoute)
	m.SetHeader(Header{Type: t, Flags: f})
	b := []byte{h.Family, h.Dst_len, h.Src_len, h.Tos, h.Table, h.Protocol, h.Scope, h.Type}
	m.Append(binary.NativeEndian.AppendUint32(b, h.Flags), 4)
	return m
}

// RouteFilter says which routes [Socket.Routes] yields. The zero value, and nil, is all of them, of every family that has routes.
type RouteFilter struct {
	Family   Family
	Table    RouteTable
	Protocol RouteProtocol
	Type     RouteType
	OIF      int  // index of the interface of a next hop
	Cached   bool // entries of the kernel's cache (exceptions) instead of routes
}

// request returns the request for a dump. Only a socket with strict checking has the kernel look beyond the family.
func (f *RouteFilter) request() *Msg {
	h := unix.RtMsg{Family: uint8(f.Family), Protocol: uint8(f.Protocol), Type: uint8(f.Type)}
	if f.Cached {
		h.Flags = unix.RTM_F_CLONED
	}
	m := routeMsg(RTMGetRoute, FlagDump, h)
	if f.Table != 0 {
		m.PutU32(unix.RTA_TABLE, uint32(f.Table))
	}
	if f.OIF != 0 {
		m.PutU32(unix.RTA_OIF, uint32(f.OIF))
	}
	return m
}

// wants reports whether a route passes. For a family without routes the kernel answers with those of all others.
func (f *RouteFilter) wants(r *Route) bool {
	return (f.Family == 0 || r.Family() == f.Family) && (f.Table == 0 || r.Table() == f.Table) &&
		(f.Protocol == 0 || r.Protocol() == f.Protocol) && (f.Type == 0 || r.Type() == f.Type) &&
		(f.OIF == 0 || C.nlgo_route_has_oif(r.live(), C.int(f.OIF)) != 0)
}

// Routes asks the kernel for routes and yields them one by one, each lent for its step; [Retain] or [Clone] keeps one. It takes as much
// memory for many as for one. On a socket with strict checking ([Config.Strict]) the kernel filters, on any other the package does; the
// result is the same. In particular, of a table that is not there it is empty.
//
// Before libnl 3.12 an encapsulation other than MPLS is left out of the route, and with it of a request that is made of the route.
//
// Errors are those of [Socket.Request], each ends the loop; a dump that a change interrupted ends with [ErrDumpIntr].
// Equivalent to: ip route show.
func (s *Socket) Routes(ctx context.Context, f *RouteFilter) iter.Seq2[*Route, error] {
	if f == nil {
		f = &RouteFilter{}
	}
	return func(yield func(*Route, error) bool) {
		const fn = "Routes"
		if err := f.check(fn); err != nil {
			yield(nil, err)
			return
		}
		for r, err := range objects(ctx, s, fn, f.request(), f.wants) {
			if f.noTable(err) {
				return
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// RouteCacheFlags say what a cache of routes is filled with.
type RouteCacheFlags int

// RouteCacheContent asks for entries of the kernel's cache instead of routes.
const RouteCacheContent RouteCacheFlags = C.ROUTE_CACHE_CONTENT

// NewRouteCache returns a cache of the routes of a family, FamilyUnspec for all, filled through s; the caller owns it. Without a socket it is
// empty. Two routes with the same destination, table, TOS and priority are one to libnl's caches: [Socket.Routes] tells them apart.
//
// Implements: rtnl_route_alloc_cache
func NewRouteCache(ctx context.Context, s *Socket, f Family, flags RouteCacheFlags) (*Cache[*Route], error) {
	const fn = "rtnl_route_alloc_cache"
	if f < 0 || f > 0xff {
		return nil, &Error{Func: fn, Code: ErrAFNoSupport, Msg: "family " + strconv.Itoa(int(f))}
	}
	return newFilledCache[*Route](ctx, s, fn, cacheArgs{arg1: int(f), arg2: int(flags & RouteCacheContent)})
}
