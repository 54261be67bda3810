//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"math"
	"net/netip"
	"unsafe"
)

// routeValue is a route as a value.
type routeValue struct {
	c     C.struct_nlgo_route_info
	print uint64
}

// moreInterfaces returns the interfaces of the next hops of a route behind the first.
func (p *routeParser) moreInterfaces() (more []int32) {
	if p.c.nexthops < 2 {
		return nil
	}
	eachHop(p.hops, func(index int32, _ []byte) bool {
		more = append(more, index)
		return true
	})
	return more[1:]
}

// prefixKey is what the kernel finds routes by.
type prefixKey struct {
	table  uint32
	family uint8
	bits   uint8
	ip     [16]byte
}

func prefixKeyOf(t RouteTable, p netip.Prefix) (prefixKey, bool) {
	if !p.IsValid() {
		return prefixKey{}, false
	}
	p = p.Masked()
	k := prefixKey{table: uint32(t), family: uint8(FamilyIPv6), bits: uint8(p.Bits())}
	if p.Addr().Is4() {
		k.family = uint8(FamilyIPv4)
		b := p.Addr().As4()
		copy(k.ip[:], b[:])
	} else {
		k.ip = p.Addr().As16()
	}
	return k, true
}

func (v *routeValue) key() prefixKey {
	k := prefixKey{table: uint32(v.c.table), family: uint8(v.c.family), bits: uint8(v.c.dst.prefixlen)}
	k.ip = *(*[16]byte)(unsafe.Pointer(&v.c.dst.b))
	return k
}

// rivals reports whether the kernel tells two routes to one prefix apart by their next hops alone.
func (v *routeValue) rivals(o *routeValue) bool {
	return v.c.tos == o.c.tos && v.c.priority == o.c.priority && v.c.src == o.c.src
}

// same reports whether they are one route. The kernel changes flags without a word.
func (v *routeValue) same(o *routeValue) bool {
	a := v.c
	a.flags = o.c.flags
	return v.print == o.print && a == o.c
}

// routeEntry is a place for a route. Of its neighbours it has the places, -1 for none.
type routeEntry struct {
	routeValue
	next   int32 // the next to the same prefix, or the next free place
	before int32 // the neighbours in the list of those whose first next hop goes through the same interface
	behind int32
	used   bool
}

// entryChunk is how many entries are allocated at a time.
const entryChunk = 512

// lengths counts the routes of a table and family by the length of their prefix.
type lengths [129]int32

type tableKey struct {
	table  uint32
	family uint8
}

// routeSet is a set of routes. What it holds many of has no pointers, so that the garbage collector passes over it.
type routeSet struct {
	chunks [][]routeEntry // which do not move
	size   int32          // how many places were ever used
	n      int
	free   int32
	first  map[prefixKey]int32
	by     map[int32]int32              // the first of those whose first next hop goes through an interface
	more   map[int32][]int32            // of an entry, the interfaces of its other next hops
	byMore map[int32]map[int32]struct{} // those of which one of these is an interface
	tables map[tableKey]*lengths
}

func newRouteSet() *routeSet {
	return &routeSet{
		free:   -1,
		first:  map[prefixKey]int32{},
		by:     map[int32]int32{},
		more:   map[int32][]int32{},
		byMore: map[int32]map[int32]struct{}{},
		tables: map[tableKey]*lengths{},
	}
}

func (s *routeSet) at(i int32) *routeEntry { return &s.chunks[i/entryChunk][i%entryChunk] }

// put takes a place for a route.
func (s *routeSet) put(v *routeValue, more []int32) int32 {
	i := s.free
	if i >= 0 {
		s.free = s.at(i).next
	} else {
		i = s.size
		s.size++
		if i%entryChunk == 0 {
			s.chunks = append(s.chunks, make([]routeEntry, entryChunk))
		}
	}
	*s.at(i) = routeEntry{next: -1, used: true}
	s.n++
	k := v.key()
	t := s.tables[tableKey{k.table, k.family}]
	if t == nil {
		t = new(lengths)
		s.tables[tableKey{k.table, k.family}] = t
	}
	t[k.bits]++
	s.fill(i, v, more)
	return i
}

// fill sets what is at a place.
func (s *routeSet) fill(i int32, v *routeValue, more []int32) {
	e := s.at(i)
	e.routeValue = *v
	e.before, e.behind = -1, -1
	oif := int32(v.c.oif)
	if oif != 0 {
		if first, ok := s.by[oif]; ok {
			e.behind = first
			s.at(first).before = i
		}
		s.by[oif] = i
	}
	if len(more) > 0 {
		s.more[i] = more
	}
	for _, o := range more {
		if o == oif {
			continue
		}
		if s.byMore[o] == nil {
			s.byMore[o] = map[int32]struct{}{}
		}
		s.byMore[o][i] = struct{}{}
	}
}

// empty undoes fill.
func (s *routeSet) empty(i int32) {
	e := s.at(i)
	switch {
	case e.before >= 0:
		s.at(e.before).behind = e.behind
	case e.behind >= 0:
		s.by[int32(e.c.oif)] = e.behind
	default:
		delete(s.by, int32(e.c.oif))
	}
	if e.behind >= 0 {
		s.at(e.behind).before = e.before
	}
	for _, o := range s.more[i] {
		delete(s.byMore[o], i)
		if len(s.byMore[o]) == 0 {
			delete(s.byMore, o)
		}
	}
	delete(s.more, i)
}

// add puts a route behind all others to its prefix.
func (s *routeSet) add(v *routeValue, more []int32) {
	k := v.key()
	last := int32(-1)
	for i := range s.each(k) {
		last = i
	}
	s.insert(k, last, v, more)
}

// insert puts a route behind the one at a place, -1 for the first.
func (s *routeSet) insert(k prefixKey, behind int32, v *routeValue, more []int32) {
	i := s.put(v, more)
	if behind >= 0 {
		s.at(i).next = s.at(behind).next
		s.at(behind).next = i
		return
	}
	if first, ok := s.first[k]; ok {
		s.at(i).next = first
	}
	s.first[k] = i
}

// remove takes the route at a place out.
func (s *routeSet) remove(k prefixKey, i int32) {
	s.empty(i)
	next := s.at(i).next
	if first := s.first[k]; first == i {
		if next < 0 {
			delete(s.first, k)
		} else {
			s.first[k] = next
		}
	} else {
		for j := range s.each(k) {
			if s.at(j).next == i {
				s.at(j).next = next
				break
			}
		}
	}
	*s.at(i) = routeEntry{next: s.free}
	s.free = i
	s.n--
	s.tables[tableKey{k.table, k.family}][k.bits]--
}

// each yields the places of the routes to a prefix, in order.
func (s *routeSet) each(k prefixKey) func(func(int32) bool) {
	return func(yield func(int32) bool) {
		i, ok := s.first[k]
		if !ok {
			return
		}
		for ; i >= 0; i = s.at(i).next {
			if !yield(i) {
				return
			}
		}
	}
}

// place is where a route stands, or belongs, among those to its prefix.
type place struct {
	before int32 // the last in front of its rivals
	first  int32 // of its rivals
	last   int32
	rivals int
	same   int32 // the route itself
	sames  int
}

func (s *routeSet) find(k prefixKey, v *routeValue) place {
	p := place{before: -1, first: -1, last: -1, same: -1}
	for i := range s.each(k) {
		o := &s.at(i).routeValue
		if !v.rivals(o) {
			if p.rivals == 0 && o.precedes(v) {
				p.before = i
			}
			continue
		}
		if p.rivals == 0 {
			p.first = i
		}
		p.last = i
		p.rivals++
		if v.same(o) {
			if p.sames == 0 {
				p.same = i
			}
			p.sames++
		}
	}
	return p
}

// precedes reports whether a route that is no rival stands in front: IPv4 has them by descending TOS and ascending priority, IPv6 by
// priority.
func (v *routeValue) precedes(o *routeValue) bool {
	if v.c.tos != o.c.tos {
		return v.c.tos > o.c.tos
	}
	return v.c.priority <= o.c.priority
}

// deleted takes over that the kernel deleted a route, and reports whether that leaves no doubt. One that is not there is one that was deleted
// before the routes were read.
func (s *routeSet) deleted(v *routeValue) bool {
	k := v.key()
	p := s.find(k, v)
	if p.sames == 1 {
		s.remove(k, p.same)
		return true
	}
	return p.rivals == 0
}

// added takes over that the kernel made, replaced or changed a route, and reports whether that leaves no doubt.
func (s *routeSet) added(v *routeValue, more []int32, f MsgFlags) bool {
	k := v.key()
	p := s.find(k, v)
	switch {
	case p.sames > 1:
		return false
	case p.rivals == 0:
		s.insert(k, p.before, v, more)
		return f&FlagReplace == 0
	case p.sames == 1 && (p.same == p.first || f&FlagReplace == 0):
		s.at(p.same).c = v.c
		return true
	case p.sames == 1:
		return false
	case f&FlagReplace != 0:
		s.empty(p.first)
		s.fill(p.first, v, more)
		return k.family == uint8(FamilyIPv4) || p.rivals == 1
	case k.family != uint8(FamilyIPv4): // another next hop of a route, or another route
		return false
	case f&FlagAppend != 0:
		s.insert(k, p.last, v, more)
	default:
		s.insert(k, p.before, v, more)
	}
	return true
}

// infos returns the routes to a prefix.
func (s *routeSet) infos(k prefixKey) (all []RouteInfo) {
	for i := range s.each(k) {
		all = append(all, routeInfoFromC(&s.at(i).c))
	}
	return all
}

// covering returns the routes to the longest prefix that holds a.
func (s *routeSet) covering(t RouteTable, a netip.Addr) []RouteInfo {
	if !a.IsValid() {
		return nil
	}
	family := FamilyIPv6
	if a.Is4() {
		family = FamilyIPv4
	}
	n := s.tables[tableKey{uint32(t), uint8(family)}]
	if n == nil {
		return nil
	}
	for bits := a.BitLen(); bits >= 0; bits-- {
		if n[bits] == 0 {
			continue
		}
		k, ok := prefixKeyOf(t, netip.PrefixFrom(a, bits))
		if !ok { // an address with a zone
			return nil
		}
		if all := s.infos(k); all != nil {
			return all
		}
	}
	return nil
}

func (s *routeSet) through(oif int) []RouteInfo {
	if oif <= 0 || oif > math.MaxInt32 {
		return nil
	}
	var all []RouteInfo
	if i, ok := s.by[int32(oif)]; ok {
		for ; i >= 0; i = s.at(i).behind {
			all = append(all, routeInfoFromC(&s.at(i).c))
		}
	}
	for i := range s.byMore[int32(oif)] {
		all = append(all, routeInfoFromC(&s.at(i).c))
	}
	return all
}

// copy copies routes from a place on, and returns how many, and the next place, -1 at the end.
func (s *routeSet) copy(to []RouteInfo, from int32) (int, int32) {
	n := 0
	for i := from; i < s.size; i++ {
		if n == len(to) {
			return n, i
		}
		if e := s.at(i); e.used {
			to[n] = routeInfoFromC(&e.c)
			n++
		}
	}
	return n, -1
}
