//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"math"
	"strconv"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// IfAddr is an address of an interface: struct rtnl_addr, "route/addr".
//
// Getters return what the object holds: zero, or an empty text or the zero [Addr], where it does not have the attribute. Setters prepare
// a request or a filter; nothing changes in the kernel until [IfAddr.Add] or [IfAddr.Delete].
type IfAddr struct{ Object }

func (a *IfAddr) object() *Object { return (*Object)(unsafe.Pointer(a)) }

// NewIfAddr returns a new, empty address; the caller owns it.
//
// Implements: rtnl_addr_alloc
func NewIfAddr() (*IfAddr, error) {
	return newHandle[*IfAddr]("rtnl_addr_alloc", unsafe.Pointer(C.rtnl_addr_alloc()))
}

// Close gives the handle's reference back: see [Object.Close].
//
// Implements: rtnl_addr_put
func (a *IfAddr) Close() error { return a.object().Close() }

// ptr returns the C object, nil if the handle is nil, closed or revoked.
func (a *IfAddr) ptr() *C.struct_rtnl_addr {
	return (*C.struct_rtnl_addr)(unsafe.Pointer(a.object().ptr()))
}

// live returns the C object, for calls without an error result.
func (a *IfAddr) live() *C.struct_rtnl_addr {
	c := a.ptr()
	if c == nil {
		panicClosed("IfAddr")
	}
	return c
}

// Index returns the index of the interface, 0 if unset.
//
// Implements: rtnl_addr_get_ifindex
func (a *IfAddr) Index() int { return int(C.rtnl_addr_get_ifindex(a.live())) }

// SetIndex sets the index of the interface.
//
// Implements: rtnl_addr_set_ifindex
func (a *IfAddr) SetIndex(i int) error {
	const fn = "rtnl_addr_set_ifindex"
	c := a.ptr()
	if c == nil {
		return closedErr(fn)
	}
	if err := checkIndex(fn, i); err != nil {
		return err
	}
	C.rtnl_addr_set_ifindex(c, C.int(i))
	return nil
}

// Link returns the interface, which the caller owns; false if the address does not refer to one. It does if [IfAddr.SetLink] was called,
// and if a link cache was provided when it was read. The link is the one that others have, not a copy: it is not to be changed.
//
// Implements: rtnl_addr_get_link
func (a *IfAddr) Link() (*Link, bool) {
	c := a.live()
	refs.Lock()
	l := (*C.struct_nl_object)(unsafe.Pointer(C.rtnl_addr_get_link(c)))
	refs.Unlock()
	if l == nil {
		return nil, false
	}
	return own[*Link](l), true
}

// SetLink has the address refer to an interface, and sets its index. The address keeps a reference of its own; l is closed by its owner.
//
// Implements: rtnl_addr_set_link
func (a *IfAddr) SetLink(l *Link) error {
	const fn = "rtnl_addr_set_link"
	c, lc := a.ptr(), l.ptr()
	if c == nil || lc == nil { // libnl would keep the old link to put it twice
		return closedErr(fn)
	}
	refs.Lock()
	C.rtnl_addr_set_link(c, lc)
	refs.Unlock()
	return nil
}

// Family returns the address family, FamilyUnspec if unset.
//
// Implements: rtnl_addr_get_family
func (a *IfAddr) Family() Family { return Family(C.rtnl_addr_get_family(a.live())) }

// SetFamily sets the address family. The first address that is set does so too, and those of another are [ErrAFMismatch] from then on.
//
// Implements: rtnl_addr_set_family
func (a *IfAddr) SetFamily(f Family) error {
	const fn = "rtnl_addr_set_family"
	c := a.ptr()
	if c == nil {
		return closedErr(fn)
	}
	if err := checkFamily(fn, f); err != nil {
		return err
	}
	C.rtnl_addr_set_family(c, C.int(f))
	return nil
}

// checkFamily returns the error for what is no family of one byte, as the headers of requests have room for.
func checkFamily(fn string, f Family) error {
	if f < 0 || f > math.MaxUint8 {
		return &Error{Func: fn, Code: ErrAFNoSupport, Msg: "family " + strconv.Itoa(int(f))}
	}
	return nil
}

// setAddr gives an address to the setter NLGO_IFADDR_*, or has unset take it away.
func (a *IfAddr) setAddr(fn string, which C.int, v Addr, unset func(*C.struct_rtnl_addr) C.int) error {
	c := a.ptr()
	if c == nil {
		return closedErr(fn)
	}
	if !v.IsValid() {
		return codeErr(fn, int(unset(c)))
	}
	if err := v.check(fn); err != nil {
		return err
	}
	if v.Len() == 0 { // libnl looks at the first byte
		return argErr(fn, "an address without bytes")
	}
	return codeErr(fn, int(setAddr(a.object().ptr(), which, v)))
}

// setAddr gives an address to one of the setters nlgo_set_addr knows.
func setAddr(c *C.struct_nl_object, which C.int, v Addr) C.int {
	return C.nlgo_set_addr(c, which, C.int(v.family), v.data(), C.size_t(len(v.raw)), C.int(v.prefixLen))
}

// Local returns the address of the interface itself.
//
// Implements: rtnl_addr_get_local
func (a *IfAddr) Local() Addr { return addrOf(C.rtnl_addr_get_local(a.live())) }

// SetLocal sets the address of the interface itself, and its prefix length as that of the network. With a peer set the prefix length is
// that of the peer's network, and an address with one is [ErrInval]: set the local address first, or one with prefix length 0. The zero
// Addr makes it unset.
//
// Implements: rtnl_addr_set_local
func (a *IfAddr) SetLocal(l Addr) error {
	return a.setAddr("rtnl_addr_set_local", C.NLGO_IFADDR_LOCAL, l, func(c *C.struct_rtnl_addr) C.int { return C.rtnl_addr_set_local(c, nil) })
}

// Peer returns the address at the other end of a point-to-point interface, the zero Addr if it is the local one.
//
// Implements: rtnl_addr_get_peer
func (a *IfAddr) Peer() Addr { return addrOf(C.rtnl_addr_get_peer(a.live())) }

// SetPeer sets the address at the other end of a point-to-point interface, and its prefix length as that of the network. It must be IPv4
// ([ErrAFNoSupport]). The zero Addr makes it unset, and the prefix length with it.
//
// Implements: rtnl_addr_set_peer
func (a *IfAddr) SetPeer(p Addr) error {
	return a.setAddr("rtnl_addr_set_peer", C.NLGO_IFADDR_PEER, p, func(c *C.struct_rtnl_addr) C.int { return C.rtnl_addr_set_peer(c, nil) })
}

// Broadcast returns the broadcast address.
//
// Implements: rtnl_addr_get_broadcast
func (a *IfAddr) Broadcast() Addr { return addrOf(C.rtnl_addr_get_broadcast(a.live())) }

// SetBroadcast sets the broadcast address, of IPv4 ([ErrAFNoSupport]). The zero Addr makes it unset.
//
// Implements: rtnl_addr_set_broadcast
func (a *IfAddr) SetBroadcast(b Addr) error {
	return a.setAddr("rtnl_addr_set_broadcast", C.NLGO_IFADDR_BROADCAST, b, func(c *C.struct_rtnl_addr) C.int { return C.rtnl_addr_set_broadcast(c, nil) })
}

// Multicast returns the multicast address.
//
// Implements: rtnl_addr_get_multicast
func (a *IfAddr) Multicast() Addr { return addrOf(C.rtnl_addr_get_multicast(a.live())) }

// SetMulticast sets the multicast address, of IPv6 ([ErrAFNoSupport]), for filters: requests do not carry it. The zero Addr makes it unset.
//
// Implements: rtnl_addr_set_multicast
func (a *IfAddr) SetMulticast(m Addr) error {
	return a.setAddr("rtnl_addr_set_multicast", C.NLGO_IFADDR_MULTICAST, m, func(c *C.struct_rtnl_addr) C.int { return C.rtnl_addr_set_multicast(c, nil) })
}

// Anycast returns the anycast address.
//
// Implements: rtnl_addr_get_anycast
func (a *IfAddr) Anycast() Addr { return addrOf(C.rtnl_addr_get_anycast(a.live())) }

// SetAnycast sets the anycast address, of IPv6 ([ErrAFNoSupport]), for filters: requests do not carry it. The zero Addr makes it unset.
//
// Implements: rtnl_addr_set_anycast
func (a *IfAddr) SetAnycast(v Addr) error {
	return a.setAddr("rtnl_addr_set_anycast", C.NLGO_IFADDR_ANYCAST, v, func(c *C.struct_rtnl_addr) C.int { return C.rtnl_addr_set_anycast(c, nil) })
}

// PrefixLen returns the number of bits of the network, 0 if unset.
//
// Implements: rtnl_addr_get_prefixlen
func (a *IfAddr) PrefixLen() int { return int(C.rtnl_addr_get_prefixlen(a.live())) }

// SetPrefixLen sets the number of bits of the network: that of the peer if there is one, else that of the local address. 0 makes it unset,
// and a request to add an address needs one. More than the address has, or 128 without an address, is [ErrRange].
//
// Implements: rtnl_addr_set_prefixlen
func (a *IfAddr) SetPrefixLen(n int) error {
	const fn = "rtnl_addr_set_prefixlen"
	c := a.ptr()
	if c == nil {
		return closedErr(fn)
	}
	limit := 128
	if net := a.network(); net.IsValid() {
		limit = 8 * net.Len()
	}
	if n < 0 || n > limit {
		return &Error{Func: fn, Code: ErrRange, Msg: "prefix length " + strconv.Itoa(n)}
	}
	C.rtnl_addr_set_prefixlen(c, C.int(n))
	return nil
}

// network returns the address that the prefix length belongs to.
func (a *IfAddr) network() Addr {
	if p := a.Peer(); p.IsValid() {
		return p
	}
	return a.Local()
}

// Label returns the label of an IPv4 address, the name of its interface as a rule and perhaps a colon and more; empty if unset.
//
// Implements: rtnl_addr_get_label
func (a *IfAddr) Label() string { return C.GoString(C.rtnl_addr_get_label(a.live())) }

// SetLabel sets the label, of 15 bytes at most ([ErrRange]).
//
// Implements: rtnl_addr_set_label
func (a *IfAddr) SetLabel(s string) error {
	const fn = "rtnl_addr_set_label"
	c := a.ptr()
	if c == nil {
		return closedErr(fn)
	}
	return setText(fn, s, unix.IFNAMSIZ-1, func(p *C.char) { C.rtnl_addr_set_label(c, p) })
}

// Scope returns how far the address reaches, nowhere (255) if unset: a request then says host for 127.0.0.0/8 and universe else.
//
// Implements: rtnl_addr_get_scope
func (a *IfAddr) Scope() Scope { return Scope(C.rtnl_addr_get_scope(a.live())) }

// SetScope sets how far the address reaches.
//
// Implements: rtnl_addr_set_scope
func (a *IfAddr) SetScope(s Scope) { C.rtnl_addr_set_scope(a.live(), C.int(s)) }

// Flags returns the flags.
//
// Implements: rtnl_addr_get_flags
func (a *IfAddr) Flags() IfAddrFlags { return IfAddrFlags(C.rtnl_addr_get_flags(a.live())) }

// SetFlags sets flags; others stay.
//
// Implements: rtnl_addr_set_flags
func (a *IfAddr) SetFlags(f IfAddrFlags) { C.rtnl_addr_set_flags(a.live(), C.uint(f)) }

// UnsetFlags clears flags; others stay.
//
// Implements: rtnl_addr_unset_flags
func (a *IfAddr) UnsetFlags(f IfAddrFlags) { C.rtnl_addr_unset_flags(a.live(), C.uint(f)) }

// Forever is the lifetime of an address that does not end.
const Forever time.Duration = math.MaxInt64

// forever is Forever in C.
const forever = math.MaxUint32

// lifetimeOf returns a lifetime in seconds as a duration.
func lifetimeOf(s C.uint32_t) time.Duration {
	if s == forever {
		return Forever
	}
	return time.Duration(s) * time.Second
}

// lifetime returns a duration in seconds.
func lifetime(fn string, d time.Duration) (C.uint32_t, error) {
	if d == Forever {
		return forever, nil
	}
	s := d / time.Second
	if d%time.Second > 0 {
		s++
	}
	if d < 0 || s >= forever {
		return 0, &Error{Func: fn, Code: ErrRange, Msg: "lifetime " + d.String()}
	}
	return C.uint32_t(s), nil
}

// ValidLifetime returns how long the address is still valid, in seconds, from when it was read; [Forever] if that does not end or is unset.
//
// Implements: rtnl_addr_get_valid_lifetime
func (a *IfAddr) ValidLifetime() time.Duration {
	return lifetimeOf(C.rtnl_addr_get_valid_lifetime(a.live()))
}

// SetValidLifetime sets how long the address is valid, in seconds, rounded up; [Forever], or what 32 bits hold ([ErrRange]). If it is
// preferred forever, or that is unset, it becomes preferred for as long: libnl would make it deprecated at once.
//
// Implements: rtnl_addr_set_valid_lifetime
func (a *IfAddr) SetValidLifetime(d time.Duration) error {
	const fn = "rtnl_addr_set_valid_lifetime"
	c := a.ptr()
	if c == nil {
		return closedErr(fn)
	}
	s, err := lifetime(fn, d)
	if err != nil {
		return err
	}
	if C.rtnl_addr_get_preferred_lifetime(c) == forever {
		C.rtnl_addr_set_preferred_lifetime(c, s)
	}
	C.rtnl_addr_set_valid_lifetime(c, s)
	return nil
}

// PreferredLifetime returns how long the address is still preferred for new connections, in seconds, from when it was read; [Forever] if
// that does not end or is unset.
//
// Implements: rtnl_addr_get_preferred_lifetime
func (a *IfAddr) PreferredLifetime() time.Duration {
	return lifetimeOf(C.rtnl_addr_get_preferred_lifetime(a.live()))
}

// SetPreferredLifetime sets how long the address is preferred, in seconds, rounded up; [Forever], or what 32 bits hold ([ErrRange]). The
// kernel refuses more than the valid lifetime, which stays, forever if it is unset.
//
// Implements: rtnl_addr_set_preferred_lifetime
func (a *IfAddr) SetPreferredLifetime(d time.Duration) error {
	const fn = "rtnl_addr_set_preferred_lifetime"
	c := a.ptr()
	if c == nil {
		return closedErr(fn)
	}
	s, err := lifetime(fn, d)
	if err != nil {
		return err
	}
	valid := C.rtnl_addr_get_valid_lifetime(c) // 0 once the other is set
	C.rtnl_addr_set_preferred_lifetime(c, s)
	C.rtnl_addr_set_valid_lifetime(c, valid)
	return nil
}

// centi is the unit of an address's times.
const centi = 10 * time.Millisecond

// CreateTime returns when the address was made, as time since the system started, in hundredths of a second; 0 if unset.
//
// Implements: rtnl_addr_get_create_time
func (a *IfAddr) CreateTime() time.Duration {
	return time.Duration(C.rtnl_addr_get_create_time(a.live())) * centi
}

// LastUpdateTime returns when the address was last changed, as time since the system started, in hundredths of a second; 0 if unset.
//
// Implements: rtnl_addr_get_last_update_time
func (a *IfAddr) LastUpdateTime() time.Duration {
	return time.Duration(C.rtnl_addr_get_last_update_time(a.live())) * centi
}
