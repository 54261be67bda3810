//go:build linux

// SPDX-License-Identifier: MIT

// Package validate decides which netlink messages libnl's object parsers may be given.
//
// The parsers trust their input: they read integers without looking at the length of the attribute, follow addresses whose length
// does not fit their family, loop over next hops of length zero, take attributes for granted. From the kernel that is fine, from
// anybody else it is not. [Msg] passes a message only if every version of libnl from 3.7.0 to 3.12 can parse it, and dump, clone,
// compare and turn back into a request what it parsed, without touching memory it should not.
//
// The rules are tables: one entry for each attribute that libnl looks at. Attributes that it does not look at pass with any
// content, as long as the sequence of attributes around them is whole. An attribute that it does look at stands at most once,
// except in lists.
//
// Some defects cannot be ruled out here, because the kernel itself sends what triggers them. Whoever works with the objects has
// to know them, and the harness (mend.c, together.c) shows how each is avoided. Of objects:
//   - before 3.11 a link of kind veth has no peer: details, statistics and requests follow a nil pointer;
//   - from 3.8 to 3.10 a link of kind bond has no data: requests, getters and setters follow a nil pointer;
//   - from 3.8 to 3.11 the clone of a bridge, and to 3.10 that of a bond, has no data: the same;
//   - 3.12 prints its own stack in the details of a link of kind sit with a 6rd prefix;
//   - the clone of a link with virtual functions shares their VLAN lists with the original, which are then freed twice;
//   - before 3.12 the clone of a route loses the MPLS encapsulation of its next hops, but is marked as having it: dumping it follows
//     a nil pointer. A next hop that an update merges into an IPv6 route is such a clone. Since 3.12 clones of next hops and of
//     nexthop objects share the addresses of their encapsulations with the original, whose count is not atomic;
//   - before 3.8 a request to change a link that was read by family AF_INET or AF_INET6 calls a nil function; a request to change a
//     link to one of another family aborts, and any such request takes the name out of the changes if it is the link's own;
//   - a multicast entry that is updated by a message that deletes reads beyond the end if that has no entries, and by itself never ends;
//   - details of links before 3.12 keep a reference to the parent that they name, if a cache of links is provided.
//
// Of caches, which do some of this on their own:
//   - nl_cache_subset, nl_cache_clone, and nl_cache_add of an object that is in a cache, put clones into the new cache: what is said
//     of clones holds for them;
//   - nl_cache_include, nl_cache_include_v2 and nl_cache_pickup_checkdup update routes, netconfs and multicast entries within the cache,
//     and so clone next hops; including a multicast entry that is in the cache already never ends;
//   - nl_cache_include_v2 clones what it updates, never a link; 3.11 puts that clone twice;
//   - they ignore messages of RTM_GETMDB, which is what the kernel's dump of multicast entries is made of;
//   - an object in a cache whose identifying attributes are changed is not found by them, and is found by the old ones after its removal;
//   - results of lookups are all alike to a cache, which so holds one of them if it looks for duplicates.
//
// These lose memory: the clone of a link of kind can, or with virtual functions; the entry that a multicast entry loses in an update;
// before 3.12 every group of nexthops that is freed.
package validate

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// A message is what is known about a message type.
type message struct {
	name   string
	header int // length of the family header that libnl wants (co_hdrsize)
	env    func(h []byte) env
	attrs  *table
}

// env is what the family header says that the attributes are read by.
type env struct {
	family   uint8
	dst, src uint8 // prefix lengths
}

type messageKey struct {
	proto int
	typ   uint16
}

// messages holds all types that have rules.
var messages = map[messageKey]*message{}

// register gives the types of a protocol their rules.
func register(proto int, m message, types ...uint16) {
	for _, t := range types {
		messages[messageKey{proto, t}] = &m
	}
}

const (
	headerLen = 16 // NLMSG_HDRLEN
	attrLen   = 4  // NLA_HDRLEN
	nested    = 0x8000
	typeMask  = 0x3fff // NLA_TYPE_MASK
)

func align(n int) int { return (n + 3) &^ 3 }

// Msg returns nil if libnl's parser for messages of this protocol and type may be given b, one whole message with its header.
// Otherwise the error names the attribute and says what is wrong with it.
func Msg(proto int, b []byte) error {
	if len(b) < headerLen {
		return errors.New("shorter than a message header")
	}
	if n := binary.NativeEndian.Uint32(b); uint64(n) != uint64(len(b)) {
		return fmt.Errorf("the header says %d bytes, there are %d", n, len(b))
	}
	typ := binary.NativeEndian.Uint16(b[4:])
	m := messages[messageKey{proto, typ}]
	if m == nil {
		return fmt.Errorf("no rules for message type %d of protocol %d yet", typ, proto)
	}
	b = b[headerLen:]
	if len(b) < m.header {
		return fmt.Errorf("%s: header of %d bytes, want %d", m.name, len(b), m.header)
	}
	if err := m.attrs.check(m.env(b), b[m.header:]); err != nil {
		return within(m.name, err)
	}
	return nil
}

func within(name string, err error) error { return errors.New(name + ": " + err.Error()) }
