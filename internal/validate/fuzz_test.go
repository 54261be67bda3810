//go:build linux

// SPDX-License-Identifier: MIT

package validate_test

import (
	"maps"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/golibnl/libnl/internal/validate"
	"github.com/golibnl/libnl/internal/validate/harness"
)

// families are the message types that have rules.
var families = map[string][]uint16{
	"link":     {unix.RTM_NEWLINK, unix.RTM_DELLINK, unix.RTM_GETLINK, unix.RTM_SETLINK},
	"addr":     {unix.RTM_NEWADDR, unix.RTM_DELADDR, unix.RTM_GETADDR},
	"route":    {unix.RTM_NEWROUTE, unix.RTM_DELROUTE, unix.RTM_GETROUTE},
	"neigh":    {unix.RTM_NEWNEIGH, unix.RTM_DELNEIGH, unix.RTM_GETNEIGH},
	"rule":     {unix.RTM_NEWRULE, unix.RTM_DELRULE, unix.RTM_GETRULE},
	"neightbl": {unix.RTM_NEWNEIGHTBL, unix.RTM_GETNEIGHTBL, unix.RTM_SETNEIGHTBL},
	"netconf":  {unix.RTM_NEWNETCONF, unix.RTM_DELNETCONF, unix.RTM_GETNETCONF},
	"mdb":      {unix.RTM_NEWMDB, unix.RTM_DELMDB, unix.RTM_GETMDB},
	"nexthop":  {unix.RTM_NEWNEXTHOP, unix.RTM_DELNEXTHOP, unix.RTM_GETNEXTHOP},
	"lookup":   {0},
	"ctrl":     {ctrl},
	"ct":       {nf(1, 0), nf(1, 1), nf(1, 2)},
	"exp":      {nf(2, 0), nf(2, 1), nf(2, 2)},
	"log":      {nf(4, 0)},
	"packet":   {queuePacket},
}

// types are those of all families, as the fuzzers choose them.
var types = func() (all []uint16) {
	for _, name := range slices.Sorted(maps.Keys(families)) {
		all = append(all, families[name]...)
	}
	return all
}()

// headerOf is the length of the family header.
func headerOf(typ uint16) int {
	switch {
	case typ == 0:
		return 20
	case typ&^3 == unix.RTM_NEWLINK:
		return unix.SizeofIfInfomsg
	case typ&^3 == unix.RTM_NEWADDR, typ&^3 == unix.RTM_NEWMDB, typ&^3 == unix.RTM_NEWNEXTHOP:
		return 8
	case typ&^3 == unix.RTM_NEWNEIGHTBL, typ&^3 == unix.RTM_NEWNETCONF, typ == ctrl, isNF(typ):
		return 4
	}
	return 12
}

// nf is a type of netfilter's: no other protocol here has one that large.
func nf(subsys, subtype uint16) uint16 { return subsys<<8 | subtype }

func isNF(typ uint16) bool { return typ>>8 != 0 && typ>>8 <= unix.NFNL_SUBSYS_ULOG }

// ctrl is the type that messages of the controller have here: on the wire theirs, in another protocol, is that of a link's.
const ctrl = 0x7f10

// wire returns a message as it is sent, and its protocol.
func wire(m []byte) (proto int, b []byte) {
	if len(m) < 6 {
		return unix.NETLINK_ROUTE, m
	}
	switch typ := ne.Uint16(m[4:]); {
	case typ == 0:
		return unix.NETLINK_FIB_LOOKUP, m
	case isNF(typ):
		return unix.NETLINK_NETFILTER, m
	case typ == ctrl:
		b = slices.Clone(m)
		ne.PutUint16(b[4:], unix.GENL_ID_CTRL)
		return unix.NETLINK_GENERIC, b
	}
	return unix.NETLINK_ROUTE, m
}

func check(m []byte) error { return validate.Msg(wire(m)) }

// run gives messages to libnl, all at once.
func run(ms ...[]byte) (objects, rc int) {
	all := make([]harness.Message, 0, len(ms))
	for _, m := range ms {
		proto, b := wire(m)
		all = append(all, harness.Message{Proto: proto, Bytes: b})
	}
	return harness.Run(all...)
}

// seeds are all messages known to be good.
func seeds(t testing.TB) [][]byte {
	var all [][]byte
	for _, name := range slices.Sorted(maps.Keys(good)) {
		all = append(all, good[name])
	}
	return append(all, load(t)...)
}

// try gives those messages to libnl that pass. What it must not do is crash.
func try(ms ...[]byte) {
	run(slices.DeleteFunc(ms, func(m []byte) bool { return check(m) != nil })...)
}

// FuzzParse takes a message type and what follows the message header.
func FuzzParse(f *testing.F) {
	for _, m := range seeds(f) {
		f.Add(uint8(slices.Index(types, ne.Uint16(m[4:]))), m[16:])
	}
	f.Fuzz(func(t *testing.T, typ uint8, payload []byte) {
		try(msg(types[int(typ)%len(types)], payload))
	})
}

// FuzzMutate mixes messages of all families: names of links stand in the dumps of others.
func FuzzMutate(f *testing.F) { fuzz(f, types) }

func FuzzLink(f *testing.F)     { fuzz(f, families["link"]) }
func FuzzAddr(f *testing.F)     { fuzz(f, families["addr"]) }
func FuzzRoute(f *testing.F)    { fuzz(f, families["route"]) }
func FuzzNeigh(f *testing.F)    { fuzz(f, families["neigh"]) }
func FuzzRule(f *testing.F)     { fuzz(f, families["rule"]) }
func FuzzNeightbl(f *testing.F) { fuzz(f, families["neightbl"]) }
func FuzzNetconf(f *testing.F)  { fuzz(f, families["netconf"]) }
func FuzzMDB(f *testing.F)      { fuzz(f, families["mdb"]) }
func FuzzNexthop(f *testing.F)  { fuzz(f, families["nexthop"]) }
func FuzzLookup(f *testing.F)   { fuzz(f, families["lookup"]) }
func FuzzCtrl(f *testing.F)     { fuzz(f, families["ctrl"]) }
func FuzzCT(f *testing.F)       { fuzz(f, families["ct"]) }
func FuzzExp(f *testing.F)      { fuzz(f, families["exp"]) }
func FuzzLog(f *testing.F)      { fuzz(f, families["log"]) }

// fuzz takes three good messages of the types and a script of changes to the attributes of each: lengths stay true, so that what
// comes out gets far. The three meet in comparisons, updates and caches.
func fuzz(f *testing.F, types []uint16) {
	all := slices.DeleteFunc(seeds(f), func(m []byte) bool { return !slices.Contains(types, ne.Uint16(m[4:])) })
	for i := range all {
		f.Add(uint16(i), []byte{byte(i), 1, 2, 3, 4, 5, 6, 7, 8, 9}, uint16(i+1), []byte{16, byte(i)}, uint16(i), []byte{})
	}
	f.Fuzz(func(t *testing.T, i uint16, a []byte, j uint16, b []byte, k uint16, c []byte) {
		try(mutate(all, int(i)%len(all), a), mutate(all, int(j)%len(all), b), mutate(all, int(k)%len(all), c))
	})
}

// node is an attribute in the hands of the mutator.
type node struct {
	typ  uint16 // with flags
	p    []byte // if it has no kids
	kids []*node
}

// parse splits a sequence of attributes, and the content of each that looks like one.
func parse(b []byte) (ns []*node) {
	for len(b) >= 4 {
		size := int(ne.Uint16(b))
		if size < 4 || size > len(b) {
			return nil
		}
		n := &node{typ: ne.Uint16(b[2:]), p: slices.Clone(b[4:size])}
		n.kids = parse(n.p)
		ns = append(ns, n)
		b = b[min((size+3)&^3, len(b)):]
	}
	if len(b) != 0 {
		return nil
	}
	return ns
}

func (n *node) bytes() []byte {
	if n.kids == nil {
		return attr(int(n.typ), n.p)
	}
	return attr(int(n.typ), encode(n.kids))
}

func encode(ns []*node) (b []byte) {
	for _, n := range ns {
		b = append(b, n.bytes()...)
	}
	return b
}

// script deals out bytes, zeros after its end.
type script []byte

func (s *script) next() int {
	if len(*s) == 0 {
		return 0
	}
	b := (*s)[0]
	*s = (*s)[1:]
	return int(b)
}

// pick returns one of n.
func (s *script) pick(n int) int {
	if n == 0 {
		return 0
	}
	return (s.next() | s.next()<<8) % n
}

// list is where attributes stand: the top of a message or within one.
type list struct{ at *[]*node }

// lists returns all places where attributes stand.
func lists(top *[]*node) []list {
	all := []list{{top}}
	for _, n := range *top {
		if n.kids != nil {
			all = append(all, lists(&n.kids)...)
		}
	}
	return all
}

var lengths = []int{0, 1, 2, 3, 4, 5, 6, 8, 12, 16, 20, 32, 64, 200}

var names = []string{
	"vlan", "veth", "bridge", "bond", "can", "dummy", "geneve", "gre", "gretap", "ip6gre", "ip6tnl", "ipip", "ipvlan", "macsec", "macvlan", "macvtap",
	"ppp", "sit", "team", "vrf", "vti", "vti6", "vxlan", "xfrm", "ifb", "inet6", "inet", "", "10", "x",
}

// mutate applies a script to a message.
func mutate(all [][]byte, seed int, b []byte) []byte {
	s := script(b[:min(len(b), 256)])
	m := all[seed]
	typ := ne.Uint16(m[4:])
	header := slices.Clone(m[16 : 16+headerOf(typ)])
	top := parse(m[16+headerOf(typ):])
	for len(s) > 0 {
		op := s.next()
		if op%17 == 16 { // another type of the family
			if t := typ&^3 | uint16(s.next()&3); slices.Contains(types, t) {
				typ = t
			}
			continue
		}
		places := lists(&top)
		at := places[s.pick(len(places))].at
		i := s.pick(len(*at))
		if op%17 >= 3 && len(*at) == 0 {
			continue
		}
		switch op % 17 {
		case 0: // family and the rest of the header
			header[s.pick(len(header))] = byte(s.next())
		case 1: // an attribute from another message
			other := all[s.pick(len(all))]
			if o := ne.Uint16(other[4:]); o&^3 == typ&^3 {
				from := parse(other[16+headerOf(o):])
				places := lists(&from)
				if l := *places[s.pick(len(places))].at; len(l) > 0 {
					*at = append(*at, l[s.pick(len(l))])
				}
			}
		case 2: // a new one
			n := &node{typ: uint16(s.pick(70)), p: make([]byte, lengths[s.pick(len(lengths))])}
			for j := range n.p {
				n.p[j] = byte(s.next())
			}
			*at = append(*at, n)
		case 3, 4: // another length
			n := (*at)[i]
			n.p = append(n.bytes()[4:], make([]byte, 256)...)[:lengths[s.pick(len(lengths))]]
			n.kids = nil
		case 5: // gone
			*at = slices.Delete(*at, i, i+1)
		case 6: // twice
			*at = append(*at, parse((*at)[i].bytes())...)
		case 7: // another type
			(*at)[i].typ = uint16(s.pick(70)) | uint16(s.next()&1)<<15
		case 8, 9, 10: // another byte
			if n := (*at)[i]; n.kids == nil && len(n.p) > 0 {
				n.p[s.pick(len(n.p))] = byte(s.next())
			}
		case 11: // another kind
			(*at)[i] = &node{typ: unix.IFLA_INFO_KIND, p: str(names[s.pick(len(names))])}
		case 12: // empty
			(*at)[i].p, (*at)[i].kids = nil, nil
		case 13: // all ones
			if n := (*at)[i]; n.kids == nil {
				for j := range n.p {
					n.p[j] = 0xff
				}
			}
		case 14: // of the family the header names
			n := (*at)[i]
			n.kids = nil
			n.p = make([]byte, map[uint8]int{unix.AF_INET: 4, unix.AF_INET6: 16}[header[0]])
		case 15: // within itself
			n := (*at)[i]
			if n.kids != nil && len(places) < 40 {
				n.kids = append(n.kids, &node{typ: n.typ, p: encode(n.kids)})
			}
		}
		if len(encode(top)) > 16<<10 {
			break
		}
	}
	return msg(typ, header, encode(top))
}
