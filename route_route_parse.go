//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"context"
	"encoding/binary"
	"errors"
	"hash/maphash"
	"iter"
	"math/bits"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Attributes of routes that x/sys/unix does not have.
const (
	rtaVia    = 18 // RTA_VIA
	rtaNewDst = 19 // RTA_NEWDST
	rtaEncap  = 22 // RTA_ENCAP
	rtaNHID   = 30 // RTA_NH_ID
)

// routeParser reads a route from a message, without libnl.
type routeParser struct {
	c    C.struct_nlgo_route_info
	b    []byte // attributes
	hops []byte // RTA_MULTIPATH
}

// ParseRouteInfo returns the route that a message tells of, as [Route.Info] does of libnl's object: of a dump, an event, or a request. It reads the
// message itself, which is several times faster, and has [RouteInfo].NHID whatever the version of libnl. A message of another kind is [ErrMsgTypeNoSupport], a malformed one [ErrRange].
func ParseRouteInfo(m *Msg) (RouteInfo, error) {
	const fn = "ParseRouteInfo"
	b := m.bytes()
	if b == nil {
		return RouteInfo{}, closedErr(fn)
	}
	var p routeParser
	if err := p.parse(b); err != nil {
		return RouteInfo{}, named(fn, err)
	}
	return routeInfoFromC(&p.c), nil
}

// parse reads a whole message.
func (p *routeParser) parse(b []byte) error {
	if len(b) < headerLen+unix.SizeofRtMsg {
		return &Error{Code: ErrMsgTooShort}
	}
	if t := getHeader(b).Type; t != RTMNewRoute && t != RTMDelRoute && t != RTMGetRoute {
		return &Error{Code: ErrMsgTypeNoSupport}
	}
	h := b[headerLen:]
	*p = routeParser{b: h[unix.SizeofRtMsg:]}
	c := &p.c
	c.family, c.tos, c.table, c.protocol = C.uint8_t(h[0]), C.uint8_t(h[3]), C.uint32_t(h[4]), C.uint8_t(h[5])
	c.scope, c._type = C.uint8_t(h[6]), C.uint8_t(h[7])
	c.flags = C.uint32_t(binary.NativeEndian.Uint32(h[8:]))
	if Family(h[0]) == FamilyIPv4 || Family(h[0]) == FamilyIPv6 {
		c.dst.family, c.dst.prefixlen = c.family, C.uint8_t(h[1])
	}
	r := attrReader{b: p.b}
	hop := p.attrs(&r, h[1], h[2])
	if p.hops == nil {
		if hop {
			c.nexthops = 1
		}
		return r.end()
	}
	c.oif, c.gateway = 0, C.struct_nlgo_ip{}
	ok := eachHop(p.hops, func(index int32, attrs []byte) bool {
		if c.nexthops == 0 {
			c.oif = C.int32_t(index)
			in := attrReader{b: attrs}
			p.hop(&in)
			r.done(&in)
		}
		c.nexthops++
		return true
	})
	r.bad = r.bad || !ok
	return r.end()
}

// attrs reads the attributes and reports whether they have a next hop.
func (p *routeParser) attrs(r *attrReader, dst, src uint8) (hop bool) {
	c := &p.c
	for r.next() {
		switch r.typ {
		case unix.RTA_DST:
			p.ip(r, &c.dst, dst)
		case unix.RTA_SRC:
			if Family(c.family) == FamilyIPv6 { // libnl has none of IPv4 either
				p.ip(r, &c.src, src)
			}
		case unix.RTA_PREFSRC:
			p.ip(r, &c.pref_src, 8*uint8(len(r.p)))
		case unix.RTA_TABLE:
			c.table = C.uint32_t(r.u32())
		case unix.RTA_PRIORITY:
			c.priority = C.uint32_t(r.u32())
		case unix.RTA_IIF:
			c.iif = C.int32_t(r.u32())
		case rtaNHID:
			c.nhid = C.uint32_t(r.u32())
		case unix.RTA_OIF:
			c.oif = C.int32_t(r.u32())
			hop = true
		case unix.RTA_GATEWAY, rtaVia:
			p.gateway(r)
			hop = true
		case unix.RTA_FLOW, rtaNewDst, rtaEncap:
			hop = true
		case unix.RTA_MULTIPATH:
			p.hops = r.p
		}
	}
	return hop
}

// hop reads the attributes of a next hop of several.
func (p *routeParser) hop(r *attrReader) {
	for r.next() {
		if r.typ == unix.RTA_GATEWAY || r.typ == rtaVia {
			p.gateway(r)
		}
	}
}

func (p *routeParser) gateway(r *attrReader) {
	g := &p.c.gateway
	if r.typ == unix.RTA_GATEWAY {
		p.ip(r, g, 8*uint8(len(r.p)))
	} else if r.has(2) && g.family == 0 {
		setIP(g, Family(binary.NativeEndian.Uint16(r.p)), r.p[2:], 8*uint8(len(r.p)-2))
	}
}

// ip reads an address of the route's family.
func (p *routeParser) ip(r *attrReader, to *C.struct_nlgo_ip, prefixLen uint8) {
	f := Family(p.c.family)
	if !setIP(to, f, r.p, prefixLen) && (f == FamilyIPv4 || f == FamilyIPv6) {
		r.bad = true
	}
}

// setIP reports whether it is an address of IPv4 or IPv6.
func setIP(to *C.struct_nlgo_ip, f Family, b []byte, prefixLen uint8) bool {
	if !(f == FamilyIPv4 && len(b) == 4) && !(f == FamilyIPv6 && len(b) == 16) {
		return false
	}
	to.family, to.prefixlen = C.uint8_t(f), C.uint8_t(prefixLen)
	copy((*[16]byte)(unsafe.Pointer(&to.b))[:], b)
	return true
}

// eachHop gives the next hops of a RTA_MULTIPATH to see until it returns false, and reports whether they are well formed.
func eachHop(b []byte, see func(index int32, attrs []byte) bool) bool {
	for len(b) >= unix.SizeofRtNexthop {
		n := int(binary.NativeEndian.Uint16(b))
		if n < unix.SizeofRtNexthop || n > len(b) {
			return false
		}
		if !see(int32(binary.NativeEndian.Uint32(b[4:])), b[unix.SizeofRtNexthop:n]) {
			return true
		}
		b = b[min(align4(n), len(b)):]
	}
	return true
}

// through reports whether a next hop goes through an interface.
func (p *routeParser) through(index int) bool {
	found := int(p.c.oif) == index && p.c.nexthops > 0
	if p.hops != nil {
		eachHop(p.hops, func(i int32, _ []byte) bool {
			found = found || int(i) == index
			return !found
		})
	}
	return found
}

var printSeed = maphash.MakeSeed()

// print returns a number that tells the route from others with the same values. It is made of all that the message holds but for what the
// kernel changes without a word: flags and times.
func (p *routeParser) print() uint64 {
	var sum uint64
	r := attrReader{b: p.b}
	for all := r.b; r.next(); all = r.b {
		switch r.typ {
		case unix.RTA_CACHEINFO:
		case unix.RTA_MULTIPATH:
			hops := r.p
			eachHop(hops, func(index int32, attrs []byte) bool {
				sum = bits.RotateLeft64(sum, 5) ^ maphash.Bytes(printSeed, attrs) ^ uint64(index)<<8 ^ uint64(hops[3])
				hops = hops[min(align4(unix.SizeofRtNexthop+len(attrs)), len(hops)):]
				return true
			})
		default:
			sum = bits.RotateLeft64(sum, 5) ^ maphash.Bytes(printSeed, all[:attrHdrLen+len(r.p)])
		}
	}
	return sum
}

// wantsParsed is wants for a route that was parsed.
func (f *RouteFilter) wantsParsed(p *routeParser) bool {
	c := &p.c
	return (f.Family == 0 || Family(c.family) == f.Family) && (f.Table == 0 || RouteTable(c.table) == f.Table) &&
		(f.Protocol == 0 || RouteProtocol(c.protocol) == f.Protocol) && (f.Type == 0 || RouteType(c._type) == f.Type) &&
		(f.OIF == 0 || p.through(f.OIF))
}

// check returns an error for what cannot be asked for.
func (f *RouteFilter) check(fn string) error {
	if err := checkIndex(fn, f.OIF); err != nil {
		return err
	}
	if f.Family < 0 || f.Family > 0xff {
		return &Error{Func: fn, Code: ErrAFNoSupport, Msg: "family " + strconv.Itoa(int(f.Family))}
	}
	return nil
}

// noTable reports whether an error is what the kernel says of a table that is not there: it has no routes.
func (f *RouteFilter) noTable(err error) bool { return f.Table != 0 && errors.Is(err, unix.ENOENT) }

// RouteInfos is [Socket.Routes] for plain values, which the package reads from the messages itself: three times as fast. It yields routes of other
// families than IPv4 and IPv6 too, without addresses.
func (s *Socket) RouteInfos(ctx context.Context, f *RouteFilter) iter.Seq2[RouteInfo, error] {
	return func(yield func(RouteInfo, error) bool) {
		s.parsedRoutes(ctx, "RouteInfos", f, func(p *routeParser, err error) bool {
			if err != nil {
				return yield(RouteInfo{}, err)
			}
			return yield(routeInfoFromC(&p.c), nil)
		})
	}
}

// parsedRoutes yields the routes that f wants, nil for all.
func (s *Socket) parsedRoutes(ctx context.Context, fn string, f *RouteFilter, yield func(*routeParser, error) bool) {
	if f == nil {
		f = &RouteFilter{}
	}
	if err := f.check(fn); err != nil {
		yield(nil, err)
		return
	}
	if err := s.speaks(fn, ProtoRoute); err != nil {
		yield(nil, err)
		return
	}
	var p routeParser
	for m, err := range s.request(ctx, fn, f.request()) {
		if f.noTable(err) {
			return
		}
		if err == nil && m.Header().Type != RTMNewRoute {
			continue
		}
		if err == nil {
			err = named(fn, p.parse(m.bytes()))
		}
		if err != nil {
			yield(nil, err)
			return
		}
		if f.wantsParsed(&p) && !yield(&p, nil) {
			return
		}
	}
}
