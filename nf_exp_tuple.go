//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import "strconv"

// ExpTuple says which tuple of an expectation is meant (NFNL_EXP_TUPLE_*). Getters have nothing for one that is not there, setters return [ErrRange].
type ExpTuple int

// The tuples of an expectation.
const (
	ExpTupleExpect ExpTuple = C.NFNL_EXP_TUPLE_EXPECT // of the connection that is expected
	ExpTupleMaster ExpTuple = C.NFNL_EXP_TUPLE_MASTER // of the connection that has arranged it, in its original direction
	ExpTupleMask   ExpTuple = C.NFNL_EXP_TUPLE_MASK   // which bits of the source and its port count in the first
	ExpTupleNAT    ExpTuple = C.NFNL_EXP_TUPLE_NAT    // the source is what the connection was to go to before NAT
)

const expTuples = C.NFNL_EXP_TUPLE_MAX

func (t ExpTuple) valid() bool { return t >= 0 && t < expTuples }

// tuple returns the C object for a setter, or why it cannot be called.
func (e *CTExpect) tuple(fn string, t ExpTuple) (*C.struct_nfnl_exp, error) {
	c := e.ptr()
	switch {
	case c == nil:
		return nil, closedErr(fn)
	case !t.valid():
		return nil, &Error{Func: fn, Code: ErrRange, Msg: "tuple " + strconv.Itoa(int(t))}
	}
	return c, nil
}

// setAddr sets the source or the destination of a tuple.
func (e *CTExpect) setAddr(fn string, t ExpTuple, dst C.int, a Addr) error {
	c, err := e.tuple(fn, t)
	if err != nil {
		return err
	}
	if err := a.check(fn); err != nil {
		return err
	}
	if _, ok := a.IP(); !ok {
		return &Error{Func: fn, Code: ErrAFNoSupport, Msg: "no address of IPv4 or IPv6: " + a.String()}
	}
	rc := C.nlgo_exp_set_addr(c, C.int(t), dst, C.int(a.family), a.data(), C.size_t(len(a.raw)), C.int(a.prefixLen))
	return codeErr(fn, int(rc))
}

// Src returns the source address of a tuple, the zero Addr if unset.
//
// Implements: nfnl_exp_get_src nfnl_exp_test_src
func (e *CTExpect) Src(t ExpTuple) Addr {
	c := e.live()
	if !t.valid() {
		return Addr{}
	}
	return addrOf(C.nfnl_exp_get_src(c, C.int(t)))
}

// SetSrc sets the source address of a tuple. It must be IPv4 or IPv6 ([ErrAFNoSupport]) and of the family that is set ([ErrAFMismatch]). A prefix length
// is for filters ([Object.Match]); requests have no place for one, not in the mask either: its address is that of a netmask.
//
// Implements: nfnl_exp_set_src
func (e *CTExpect) SetSrc(t ExpTuple, a Addr) error { return e.setAddr("nfnl_exp_set_src", t, 0, a) }

// Dst returns the destination address of a tuple, the zero Addr if unset.
//
// Implements: nfnl_exp_get_dst nfnl_exp_test_dst
func (e *CTExpect) Dst(t ExpTuple) Addr {
	c := e.live()
	if !t.valid() {
		return Addr{}
	}
	return addrOf(C.nfnl_exp_get_dst(c, C.int(t)))
}

// SetDst sets the destination address of a tuple, as [CTExpect.SetSrc] does. The kernel does not look at those of the mask and of NAT, but wants them.
//
// Implements: nfnl_exp_set_dst
func (e *CTExpect) SetDst(t ExpTuple, a Addr) error { return e.setAddr("nfnl_exp_set_dst", t, 1, a) }

// L4ProtoNum returns the protocol of a tuple, false if unset.
//
// Implements: nfnl_exp_get_l4protonum nfnl_exp_test_l4protonum
func (e *CTExpect) L4ProtoNum(t ExpTuple) (p IPProto, ok bool) {
	c := e.live()
	if !t.valid() {
		return 0, false
	}
	return IPProto(C.nfnl_exp_get_l4protonum(c, C.int(t))), C.nfnl_exp_test_l4protonum(c, C.int(t)) != 0
}

// SetL4ProtoNum sets the protocol of a tuple.
//
// Implements: nfnl_exp_set_l4protonum
func (e *CTExpect) SetL4ProtoNum(t ExpTuple, p IPProto) error {
	c, err := e.tuple("nfnl_exp_set_l4protonum", t)
	if err != nil {
		return err
	}
	C.nfnl_exp_set_l4protonum(c, C.int(t), C.uint8_t(p))
	return nil
}

// hasPorts returns the C object if the tuple has ports.
func (e *CTExpect) hasPorts(t ExpTuple) (*C.struct_nfnl_exp, bool) {
	c := e.live()
	return c, t.valid() && C.nfnl_exp_test_ports(c, C.int(t)) != 0
}

// SrcPort returns the source port of a tuple, false if the ports are unset.
//
// Implements: nfnl_exp_get_src_port nfnl_exp_test_ports
func (e *CTExpect) SrcPort(t ExpTuple) (port uint16, ok bool) {
	c, ok := e.hasPorts(t)
	if !ok {
		return 0, false
	}
	return uint16(C.nfnl_exp_get_src_port(c, C.int(t))), true
}

// DstPort returns the destination port of a tuple, false if the ports are unset.
//
// Implements: nfnl_exp_get_dst_port nfnl_exp_test_ports
func (e *CTExpect) DstPort(t ExpTuple) (port uint16, ok bool) {
	c, ok := e.hasPorts(t)
	if !ok {
		return 0, false
	}
	return uint16(C.nfnl_exp_get_dst_port(c, C.int(t))), true
}

// SetPorts sets the ports of a tuple. One with an ICMP id, which libnl has in the same place, is [ErrInval].
//
// Implements: nfnl_exp_set_ports
func (e *CTExpect) SetPorts(t ExpTuple, src, dst uint16) error {
	const fn = "nfnl_exp_set_ports"
	c, err := e.tuple(fn, t)
	switch {
	case err != nil:
		return err
	case C.nfnl_exp_test_icmp(c, C.int(t)) != 0:
		return argErr(fn, "the tuple has an ICMP id")
	}
	C.nfnl_exp_set_ports(c, C.int(t), C.uint16_t(src), C.uint16_t(dst))
	return nil
}

// hasICMP returns the C object if the tuple has an ICMP id, type and code.
func (e *CTExpect) hasICMP(t ExpTuple) (*C.struct_nfnl_exp, bool) {
	c := e.live()
	return c, t.valid() && C.nfnl_exp_test_icmp(c, C.int(t)) != 0
}

// ICMPID returns the id of a tuple of ICMP or ICMPv6, false if unset.
//
// Implements: nfnl_exp_get_icmp_id nfnl_exp_test_icmp
func (e *CTExpect) ICMPID(t ExpTuple) (id uint16, ok bool) {
	c, ok := e.hasICMP(t)
	if !ok {
		return 0, false
	}
	return uint16(C.nfnl_exp_get_icmp_id(c, C.int(t))), true
}

// ICMPType returns the type of a tuple of ICMP or ICMPv6, false if unset.
//
// Implements: nfnl_exp_get_icmp_type nfnl_exp_test_icmp
func (e *CTExpect) ICMPType(t ExpTuple) (typ uint8, ok bool) {
	c, ok := e.hasICMP(t)
	if !ok {
		return 0, false
	}
	return uint8(C.nfnl_exp_get_icmp_type(c, C.int(t))), true
}

// ICMPCode returns the code of a tuple of ICMP or ICMPv6, false if unset.
//
// Implements: nfnl_exp_get_icmp_code nfnl_exp_test_icmp
func (e *CTExpect) ICMPCode(t ExpTuple) (code uint8, ok bool) {
	c, ok := e.hasICMP(t)
	if !ok {
		return 0, false
	}
	return uint8(C.nfnl_exp_get_icmp_code(c, C.int(t))), true
}

// SetICMP sets the id, type and code of a tuple of ICMP or ICMPv6. One with ports, which libnl has in the same place, is [ErrInval].
//
// Implements: nfnl_exp_set_icmp
func (e *CTExpect) SetICMP(t ExpTuple, id uint16, typ, code uint8) error {
	const fn = "nfnl_exp_set_icmp"
	c, err := e.tuple(fn, t)
	switch {
	case err != nil:
		return err
	case C.nfnl_exp_test_ports(c, C.int(t)) != 0:
		return argErr(fn, "the tuple has ports")
	}
	C.nfnl_exp_set_icmp(c, C.int(t), C.uint16_t(id), C.uint8_t(typ), C.uint8_t(code))
	return nil
}
