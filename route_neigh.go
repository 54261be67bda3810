//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"strconv"
	"unsafe"
)

// Neigh is a neighbour, an entry of the tables of ARP and neighbour discovery, or with FamilyBridge an entry of the forwarding database of
// a bridge or a vxlan: struct rtnl_neigh, "route/neigh".
//
// Getters return what the object holds: zero, or the zero [Addr], where it does not have the attribute. Those that can tell say so.
// Setters prepare a request or a filter; nothing changes in the kernel until [Neigh.Add] or [Neigh.Delete].
type Neigh struct{ Object }

func (n *Neigh) object() *Object { return (*Object)(unsafe.Pointer(n)) }

// NewNeigh returns a new, empty neighbour; the caller owns it.
//
// Implements: rtnl_neigh_alloc
func NewNeigh() (*Neigh, error) {
	return newHandle[*Neigh]("rtnl_neigh_alloc", unsafe.Pointer(C.rtnl_neigh_alloc()))
}

// ParseNeigh returns the neighbour that a message tells of; the caller owns it. A message of another kind is [ErrMsgTypeNoSupport]. See
// [Msg.Objects] for messages that do not come from the kernel.
//
// Implements: rtnl_neigh_parse
func ParseNeigh(m *Msg) (*Neigh, error) {
	const fn = "rtnl_neigh_parse"
	o, err := m.Object()
	if err != nil {
		return nil, named(fn, err)
	}
	n, ok := As[*Neigh](o)
	if !ok {
		_ = o.Close()
		return nil, &Error{Func: fn, Code: ErrMsgTypeNoSupport}
	}
	return n, nil
}

// Close gives the handle's reference back: see [Object.Close].
//
// Implements: rtnl_neigh_put
func (n *Neigh) Close() error { return n.object().Close() }

// ptr returns the C object, nil if the handle is nil, closed or revoked.
func (n *Neigh) ptr() *C.struct_rtnl_neigh {
	return (*C.struct_rtnl_neigh)(unsafe.Pointer(n.object().ptr()))
}

// live returns the C object, for calls without an error result.
func (n *Neigh) live() *C.struct_rtnl_neigh {
	c := n.ptr()
	if c == nil {
		panicClosed("Neigh")
	}
	return c
}

// Index returns the index of the interface, 0 if unset.
//
// Implements: rtnl_neigh_get_ifindex
func (n *Neigh) Index() int { return int(C.rtnl_neigh_get_ifindex(n.live())) }

// SetIndex sets the index of the interface; for an entry of a bridge, of the port.
//
// Implements: rtnl_neigh_set_ifindex
func (n *Neigh) SetIndex(i int) error {
	const fn = "rtnl_neigh_set_ifindex"
	c := n.ptr()
	if c == nil {
		return closedErr(fn)
	}
	if err := checkIndex(fn, i); err != nil {
		return err
	}
	C.rtnl_neigh_set_ifindex(c, C.int(i))
	return nil
}

// Family returns the address family, FamilyUnspec if unset.
//
// Implements: rtnl_neigh_get_family
func (n *Neigh) Family() Family { return Family(C.rtnl_neigh_get_family(n.live())) }

// SetFamily sets the address family. Setting the destination does so too; FamilyBridge has to be set.
//
// Implements: rtnl_neigh_set_family
func (n *Neigh) SetFamily(f Family) error {
	const fn = "rtnl_neigh_set_family"
	c := n.ptr()
	if c == nil {
		return closedErr(fn)
	}
	if err := checkFamily(fn, f); err != nil {
		return err
	}
	C.rtnl_neigh_set_family(c, C.int(f))
	return nil
}

// setAddr gives an address to the setter NLGO_NEIGH_*.
func (n *Neigh) setAddr(fn string, which C.int, a Addr) error {
	if n.ptr() == nil {
		return closedErr(fn)
	}
	if err := a.check(fn); err != nil {
		return err
	}
	return codeErr(fn, int(setAddr(n.object().ptr(), which, a)))
}

// Dst returns the network address of the neighbour, or where a vxlan sends frames for the link-layer address; the zero Addr if unset.
//
// Implements: rtnl_neigh_get_dst
func (n *Neigh) Dst() Addr { return addrOf(C.rtnl_neigh_get_dst(n.live())) }

// SetDst sets the network address of the neighbour; one of another family than the neighbour's is [ErrAFMismatch]. With FamilyBridge it is
// where a vxlan sends frames for the link-layer address.
//
// Implements: rtnl_neigh_set_dst
func (n *Neigh) SetDst(a Addr) error { return n.setAddr("rtnl_neigh_set_dst", C.NLGO_NEIGH_DST, a) }

// LLAddr returns the link-layer address, the zero Addr if unset. libnl guesses its family from the number of bytes.
//
// Implements: rtnl_neigh_get_lladdr
func (n *Neigh) LLAddr() Addr { return addrOf(C.rtnl_neigh_get_lladdr(n.live())) }

// SetLLAddr sets the link-layer address.
//
// Implements: rtnl_neigh_set_lladdr
func (n *Neigh) SetLLAddr(a Addr) error {
	return n.setAddr("rtnl_neigh_set_lladdr", C.NLGO_NEIGH_LLADDR, a)
}

// State returns the state, false if unset. In what the kernel sends one bit is set, or none.
//
// Implements: rtnl_neigh_get_state
func (n *Neigh) State() (s NeighState, ok bool) {
	v := C.rtnl_neigh_get_state(n.live())
	if v < 0 {
		return 0, false
	}
	return NeighState(v), true
}

// SetState sets bits of the state; others stay: to change from one state to another, unset the old one. Unset, a request asks for a
// permanent neighbour.
//
// Implements: rtnl_neigh_set_state
func (n *Neigh) SetState(s NeighState) { C.rtnl_neigh_set_state(n.live(), C.int(s)) }

// UnsetState clears bits of the state; others stay. The state counts as set then, as none perhaps.
//
// Implements: rtnl_neigh_unset_state
func (n *Neigh) UnsetState(s NeighState) { C.rtnl_neigh_unset_state(n.live(), C.int(s)) }

// Flags returns the flags.
//
// Implements: rtnl_neigh_get_flags
func (n *Neigh) Flags() NeighFlags { return NeighFlags(C.rtnl_neigh_get_flags(n.live())) }

// SetFlags sets flags; others stay.
//
// Implements: rtnl_neigh_set_flags
func (n *Neigh) SetFlags(f NeighFlags) { C.rtnl_neigh_set_flags(n.live(), C.uint(f)) }

// UnsetFlags clears flags; others stay.
//
// Implements: rtnl_neigh_unset_flags
func (n *Neigh) UnsetFlags(f NeighFlags) { C.rtnl_neigh_unset_flags(n.live(), C.uint(f)) }

// ExtFlags returns the extended flags, false if unset or with a libnl before 3.11.
//
// Implements: rtnl_neigh_get_ext_flags
func (n *Neigh) ExtFlags() (f NeighExtFlags, ok bool) {
	var v C.uint32_t
	rc := C.rtnl_neigh_get_ext_flags(n.live(), &v)
	return NeighExtFlags(v), rc == 0
}

// SetExtFlags sets extended flags; others stay. It takes libnl 3.11, else it is [ErrOpNotSupp].
//
// Implements: rtnl_neigh_set_ext_flags
func (n *Neigh) SetExtFlags(f NeighExtFlags) error {
	const fn = "rtnl_neigh_set_ext_flags"
	c := n.ptr()
	if c == nil {
		return closedErr(fn)
	}
	if C.NLGO_HAS_NEIGH_EXT_FLAGS == 0 {
		return sinceErr(fn, "3.11")
	}
	C.rtnl_neigh_set_ext_flags(c, C.uint32_t(f))
	return nil
}

// UnsetExtFlags clears extended flags; others stay. It takes libnl 3.11, else it is [ErrOpNotSupp].
//
// Implements: rtnl_neigh_unset_ext_flags
func (n *Neigh) UnsetExtFlags(f NeighExtFlags) error {
	const fn = "rtnl_neigh_unset_ext_flags"
	c := n.ptr()
	if c == nil {
		return closedErr(fn)
	}
	if C.NLGO_HAS_NEIGH_EXT_FLAGS == 0 {
		return sinceErr(fn, "3.11")
	}
	C.rtnl_neigh_unset_ext_flags(c, C.uint32_t(f))
	return nil
}

// sinceErr is the error for what the libnl that the package was compiled with does not have.
func sinceErr(fn, version string) error {
	return &Error{Func: fn, Code: ErrOpNotSupp, Msg: "it takes libnl " + version}
}

// NHID returns the id of the nexthop or the group of them that an entry of a vxlan refers to; false if unset, or with a libnl before 3.8.
//
// Implements: rtnl_neigh_get_nhid
func (n *Neigh) NHID() (id uint32, ok bool) {
	var v C.uint32_t
	rc := C.rtnl_neigh_get_nhid(n.live(), &v)
	return uint32(v), rc == 0
}

// SetNHID sets the id of the nexthop or the group of them that an entry of a vxlan refers to. It takes libnl 3.8, else it is [ErrOpNotSupp].
//
// Implements: rtnl_neigh_set_nhid
func (n *Neigh) SetNHID(id uint32) error {
	const fn = "rtnl_neigh_set_nhid"
	c := n.ptr()
	if c == nil {
		return closedErr(fn)
	}
	if C.NLGO_HAS_NEIGH_NHID == 0 {
		return sinceErr(fn, "3.8")
	}
	C.rtnl_neigh_set_nhid(c, C.uint32_t(id))
	return nil
}

// Type returns the type of the neighbour's address, as of a route; false if unset.
//
// Implements: rtnl_neigh_get_type
func (n *Neigh) Type() (t RouteType, ok bool) {
	v := C.rtnl_neigh_get_type(n.live())
	if v < 0 {
		return 0, false
	}
	return RouteType(v), true
}

// SetType sets the type of the neighbour's address, for filters: requests do not carry it. (libnl forgets what else was set; here it stays,
// but for the kernel's counters.)
//
// Implements: rtnl_neigh_set_type
func (n *Neigh) SetType(t RouteType) { C.nlgo_neigh_set_type(n.live(), C.int(t)) }

// VLAN returns the VLAN of an entry of a bridge, false if unset.
//
// Implements: rtnl_neigh_get_vlan
func (n *Neigh) VLAN() (id uint16, ok bool) {
	v := C.rtnl_neigh_get_vlan(n.live())
	if v < 0 {
		return 0, false
	}
	return uint16(v), true
}

// SetVLAN sets the VLAN of an entry of a bridge, 0 to 4095.
//
// Implements: rtnl_neigh_set_vlan
func (n *Neigh) SetVLAN(id uint16) error {
	const fn = "rtnl_neigh_set_vlan"
	c := n.ptr()
	switch {
	case c == nil:
		return closedErr(fn)
	case id > maxVLAN:
		return &Error{Func: fn, Code: ErrRange, Msg: "VLAN " + strconv.Itoa(int(id))}
	}
	C.rtnl_neigh_set_vlan(c, C.int(id))
	return nil
}

const maxVLAN = 4095

// Master returns the index of the bridge that an entry belongs to, 0 if unset.
//
// Implements: rtnl_neigh_get_master
func (n *Neigh) Master() int { return int(C.rtnl_neigh_get_master(n.live())) }

// SetMaster sets the index of the bridge, for filters: requests do not carry it.
//
// Implements: rtnl_neigh_set_master
func (n *Neigh) SetMaster(i int) error {
	const fn = "rtnl_neigh_set_master"
	c := n.ptr()
	if c == nil {
		return closedErr(fn)
	}
	if err := checkIndex(fn, i); err != nil {
		return err
	}
	C.rtnl_neigh_set_master(c, C.int(i))
	return nil
}
