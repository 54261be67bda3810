//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// Rule is a rule of policy routing: struct rtnl_rule, "route/rule".
//
// Getters return what the object holds: zero, or an empty text or the zero [Addr], where it does not have the attribute. Those that can
// tell say so. Setters prepare a request or a filter; nothing changes in the kernel until [Rule.Add] or [Rule.Delete].
//
// [Object.Diff] and its kin do not look at the ports, the protocols and l3mdev: for libnl, and its caches, rules that differ in nothing
// else are the same.
type Rule struct{ Object }

func (r *Rule) object() *Object { return (*Object)(unsafe.Pointer(r)) }

// NewRule returns a new, empty rule; the caller owns it.
//
// Implements: rtnl_rule_alloc
func NewRule() (*Rule, error) {
	return newHandle[*Rule]("rtnl_rule_alloc", unsafe.Pointer(C.rtnl_rule_alloc()))
}

// Close gives the handle's reference back: see [Object.Close].
//
// Implements: rtnl_rule_put
func (r *Rule) Close() error { return r.object().Close() }

// ptr returns the C object, nil if the handle is nil, closed or revoked.
func (r *Rule) ptr() *C.struct_rtnl_rule {
	return (*C.struct_rtnl_rule)(unsafe.Pointer(r.object().ptr()))
}

// live returns the C object, for calls without an error result.
func (r *Rule) live() *C.struct_rtnl_rule {
	c := r.ptr()
	if c == nil {
		panicClosed("Rule")
	}
	return c
}

// Family returns the address family, FamilyUnspec if unset.
//
// Implements: rtnl_rule_get_family
func (r *Rule) Family() Family { return Family(C.rtnl_rule_get_family(r.live())) }

// SetFamily sets the address family. The first address that is set does so too, and one of another is [ErrAFMismatch] from then on.
//
// Implements: rtnl_rule_set_family
func (r *Rule) SetFamily(f Family) error {
	const fn = "rtnl_rule_set_family"
	c := r.ptr()
	if c == nil {
		return closedErr(fn)
	}
	if err := checkFamily(fn, f); err != nil {
		return err
	}
	C.rtnl_rule_set_family(c, C.int(f))
	return nil
}

// Prio returns the priority; the lowest number is looked at first.
//
// Implements: rtnl_rule_get_prio
func (r *Rule) Prio() uint32 { return uint32(C.rtnl_rule_get_prio(r.live())) }

// SetPrio sets the priority. Unset, the kernel takes the one in front of the first rule that is not of priority 0.
//
// Implements: rtnl_rule_set_prio
func (r *Rule) SetPrio(n uint32) { C.rtnl_rule_set_prio(r.live(), C.uint32_t(n)) }

// Mark returns the mark that packets must have.
//
// Implements: rtnl_rule_get_mark
func (r *Rule) Mark() uint32 { return uint32(C.rtnl_rule_get_mark(r.live())) }

// SetMark sets the mark that packets must have.
//
// Implements: rtnl_rule_set_mark
func (r *Rule) SetMark(n uint32) { C.rtnl_rule_set_mark(r.live(), C.uint32_t(n)) }

// Mask returns which bits of the mark count.
//
// Implements: rtnl_rule_get_mask
func (r *Rule) Mask() uint32 { return uint32(C.rtnl_rule_get_mask(r.live())) }

// SetMask sets which bits of the mark count; unset it is all of them.
//
// Implements: rtnl_rule_set_mask
func (r *Rule) SetMask(n uint32) { C.rtnl_rule_set_mask(r.live(), C.uint32_t(n)) }

// Table returns the routing table to look in, 0 if unset.
//
// Implements: rtnl_rule_get_table
func (r *Rule) Table() RouteTable { return RouteTable(C.rtnl_rule_get_table(r.live())) }

// SetTable sets the routing table to look in, for [RuleLookup].
//
// Implements: rtnl_rule_set_table
func (r *Rule) SetTable(t RouteTable) { C.rtnl_rule_set_table(r.live(), C.uint32_t(t)) }

// DSField returns the type of service that packets must have, 0 for any.
//
// Implements: rtnl_rule_get_dsfield
func (r *Rule) DSField() uint8 { return uint8(C.rtnl_rule_get_dsfield(r.live())) }

// SetDSField sets the type of service that packets must have.
//
// Implements: rtnl_rule_set_dsfield
func (r *Rule) SetDSField(n uint8) { C.rtnl_rule_set_dsfield(r.live(), C.uint8_t(n)) }

// setAddr gives an address to the setter NLGO_RULE_*.
func (r *Rule) setAddr(fn string, which C.int, a Addr) error {
	if r.ptr() == nil {
		return closedErr(fn)
	}
	if err := a.check(fn); err != nil {
		return err
	}
	return codeErr(fn, int(setAddr(r.object().ptr(), which, a)))
}

// Src returns the network that packets must come from, the zero Addr for any.
//
// Implements: rtnl_rule_get_src
func (r *Rule) Src() Addr { return addrOf(C.rtnl_rule_get_src(r.live())) }

// SetSrc sets the network that packets must come from.
//
// Implements: rtnl_rule_set_src
func (r *Rule) SetSrc(a Addr) error { return r.setAddr("rtnl_rule_set_src", C.NLGO_RULE_SRC, a) }

// Dst returns the network that packets must go to, the zero Addr for any.
//
// Implements: rtnl_rule_get_dst
func (r *Rule) Dst() Addr { return addrOf(C.rtnl_rule_get_dst(r.live())) }

// SetDst sets the network that packets must go to.
//
// Implements: rtnl_rule_set_dst
func (r *Rule) SetDst(a Addr) error { return r.setAddr("rtnl_rule_set_dst", C.NLGO_RULE_DST, a) }

// IIF returns the name of the interface that packets must come in by, empty for any.
//
// Implements: rtnl_rule_get_iif
func (r *Rule) IIF() string { return C.GoString(C.rtnl_rule_get_iif(r.live())) }

// SetIIF sets the name of the interface that packets must come in by, of 15 bytes at most ([ErrRange]); "lo" is the machine's own packets.
//
// Implements: rtnl_rule_set_iif
func (r *Rule) SetIIF(name string) error {
	const fn = "rtnl_rule_set_iif"
	c := r.ptr()
	if c == nil {
		return closedErr(fn)
	}
	return setText(fn, name, unix.IFNAMSIZ-1, func(p *C.char) { C.rtnl_rule_set_iif(c, p) })
}

// OIF returns the name of the interface that sockets must be bound to, empty for any.
//
// Implements: rtnl_rule_get_oif
func (r *Rule) OIF() string { return C.GoString(C.rtnl_rule_get_oif(r.live())) }

// SetOIF sets the name of the interface that sockets must be bound to, of 15 bytes at most ([ErrRange]).
//
// Implements: rtnl_rule_set_oif
func (r *Rule) SetOIF(name string) error {
	const fn = "rtnl_rule_set_oif"
	c := r.ptr()
	if c == nil {
		return closedErr(fn)
	}
	return setText(fn, name, unix.IFNAMSIZ-1, func(p *C.char) { C.rtnl_rule_set_oif(c, p) })
}

// Action returns what the rule does, 0 if unset.
//
// Implements: rtnl_rule_get_action
func (r *Rule) Action() RuleAction { return RuleAction(C.rtnl_rule_get_action(r.live())) }

// SetAction sets what the rule does. A new rule needs one.
//
// Implements: rtnl_rule_set_action
func (r *Rule) SetAction(a RuleAction) { C.rtnl_rule_set_action(r.live(), C.uint8_t(a)) }

// Realms returns the realms that packets get, 0 if unset.
//
// Implements: rtnl_rule_get_realms
func (r *Rule) Realms() Realms { return Realms(C.rtnl_rule_get_realms(r.live())) }

// SetRealms sets the realms that packets get, of IPv4.
//
// Implements: rtnl_rule_set_realms
func (r *Rule) SetRealms(v Realms) { C.rtnl_rule_set_realms(r.live(), C.uint32_t(v)) }

// Goto returns the priority of the rule to go on with, 0 if unset.
//
// Implements: rtnl_rule_get_goto
func (r *Rule) Goto() uint32 { return uint32(C.rtnl_rule_get_goto(r.live())) }

// SetGoto sets the priority of the rule to go on with, for [RuleGoto].
//
// Implements: rtnl_rule_set_goto
func (r *Rule) SetGoto(prio uint32) { C.rtnl_rule_set_goto(r.live(), C.uint32_t(prio)) }

// L3MDev reports whether the table to look in is that of the VRF of the packet's interface.
//
// Implements: rtnl_rule_get_l3mdev
func (r *Rule) L3MDev() bool { return C.rtnl_rule_get_l3mdev(r.live()) > 0 }

// SetL3MDev sets whether the table to look in is that of the VRF of the packet's interface.
//
// Implements: rtnl_rule_set_l3mdev
func (r *Rule) SetL3MDev(on bool) {
	v := C.int(-1) // unset
	if on {
		v = 1
	}
	C.rtnl_rule_set_l3mdev(r.live(), v)
}

// Protocol returns who made the rule, false if unset.
//
// Implements: rtnl_rule_get_protocol
func (r *Rule) Protocol() (p RouteProtocol, ok bool) {
	var v C.uint8_t
	rc := C.rtnl_rule_get_protocol(r.live(), &v)
	return RouteProtocol(v), rc == 0
}

// SetProtocol sets who made the rule; 0 makes it unset.
//
// Implements: rtnl_rule_set_protocol
func (r *Rule) SetProtocol(p RouteProtocol) { C.rtnl_rule_set_protocol(r.live(), C.uint8_t(p)) }

// IPProto returns the protocol that packets must be of, false for any.
//
// Implements: rtnl_rule_get_ipproto
func (r *Rule) IPProto() (p IPProto, ok bool) {
	var v C.uint8_t
	rc := C.rtnl_rule_get_ipproto(r.live(), &v)
	return IPProto(v), rc == 0
}

// SetIPProto sets the protocol that packets must be of; 0 makes it unset.
//
// Implements: rtnl_rule_set_ipproto
func (r *Rule) SetIPProto(p IPProto) { C.rtnl_rule_set_ipproto(r.live(), C.uint8_t(p)) }

// SPort returns the range of ports that packets must come from, both ends included, in host order; false for any.
//
// Implements: rtnl_rule_get_sport
func (r *Rule) SPort() (from, to uint16, ok bool) {
	var start, end C.uint16_t
	rc := C.rtnl_rule_get_sport(r.live(), &start, &end)
	return uint16(start), uint16(end), rc == 0
}

// SetSPort sets the port that packets must come from; 0 makes it unset.
//
// Implements: rtnl_rule_set_sport
func (r *Rule) SetSPort(port uint16) { C.rtnl_rule_set_sport(r.live(), C.uint16_t(port)) }

// SetSPortRange sets the range of ports that packets must come from, both ends included. It is [ErrInval] for one that ends before it
// begins, or that begins with 0; from 0 to 0 makes it unset.
//
// Implements: rtnl_rule_set_sport_range
func (r *Rule) SetSPortRange(from, to uint16) error {
	const fn = "rtnl_rule_set_sport_range"
	c := r.ptr()
	if c == nil {
		return closedErr(fn)
	}
	return codeErr(fn, int(C.rtnl_rule_set_sport_range(c, C.uint16_t(from), C.uint16_t(to))))
}

// DPort returns the range of ports that packets must go to, both ends included, in host order; false for any.
//
// Implements: rtnl_rule_get_dport
func (r *Rule) DPort() (from, to uint16, ok bool) {
	var start, end C.uint16_t
	rc := C.rtnl_rule_get_dport(r.live(), &start, &end)
	return uint16(start), uint16(end), rc == 0
}

// SetDPort sets the port that packets must go to; 0 makes it unset.
//
// Implements: rtnl_rule_set_dport
func (r *Rule) SetDPort(port uint16) { C.rtnl_rule_set_dport(r.live(), C.uint16_t(port)) }

// SetDPortRange sets the range of ports that packets must go to, as [Rule.SetSPortRange] does.
//
// Implements: rtnl_rule_set_dport_range
func (r *Rule) SetDPortRange(from, to uint16) error {
	const fn = "rtnl_rule_set_dport_range"
	c := r.ptr()
	if c == nil {
		return closedErr(fn)
	}
	return codeErr(fn, int(C.rtnl_rule_set_dport_range(c, C.uint16_t(from), C.uint16_t(to))))
}
