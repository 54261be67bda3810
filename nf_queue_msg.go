//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"encoding/binary"
	"math"
	"strconv"
	"time"
	"unsafe"
)

// NFQueueMsg is a packet of a queue as libnl knows it, and the verdict on it: struct nfnl_queue_msg, "netfilter/queue_msg". Of what newer
// kernels tell (user, connection, length of a packet that is cut ...) libnl knows nothing: [Msg.NFPacket] and [Msg.NFPacketCT] read it from the
// message.
//
// Getters return zero and false where the object does not have the attribute.
type NFQueueMsg struct{ Object }

func (m *NFQueueMsg) object() *Object { return (*Object)(unsafe.Pointer(m)) }

// NFQueuePacket is the type of the messages that bring packets (NFQNL_MSG_PACKET).
const NFQueuePacket MsgType = nfSubsysQueue << 8

const nfSubsysQueue = 3 // NFNL_SUBSYS_QUEUE

// NewNFQueueMsg returns a new, empty message; the caller owns it. With queue, packet and verdict set it can be sent.
//
// Implements: nfnl_queue_msg_alloc
func NewNFQueueMsg() (*NFQueueMsg, error) {
	return newHandle[*NFQueueMsg]("nfnl_queue_msg_alloc", unsafe.Pointer(C.nfnl_queue_msg_alloc()))
}

// ParseNFQueueMsg returns the packet that a message brings; the caller owns it. A message of another kind is [ErrMsgTypeNoSupport]. See
// [Msg.Objects] for messages that do not come from the kernel.
//
// Implements: nfnlmsg_queue_msg_parse
func ParseNFQueueMsg(m *Msg) (*NFQueueMsg, error) {
	const fn = "nfnlmsg_queue_msg_parse"
	o, err := m.Object()
	if err != nil {
		return nil, named(fn, err)
	}
	q, ok := As[*NFQueueMsg](o)
	if !ok {
		_ = o.Close()
		return nil, &Error{Func: fn, Code: ErrMsgTypeNoSupport}
	}
	return q, nil
}

// Close gives the handle's reference back: see [Object.Close], and [Retain] for another.
//
// Implements: nfnl_queue_msg_put nfnl_queue_msg_get
func (m *NFQueueMsg) Close() error { return m.object().Close() }

// ptr returns the C object, nil if the handle is nil, closed or revoked.
func (m *NFQueueMsg) ptr() *C.struct_nfnl_queue_msg {
	return (*C.struct_nfnl_queue_msg)(unsafe.Pointer(m.object().ptr()))
}

// live returns the C object, for calls without an error result.
func (m *NFQueueMsg) live() *C.struct_nfnl_queue_msg {
	c := m.ptr()
	if c == nil {
		panicClosed("NFQueueMsg")
	}
	return c
}

// Group returns the number of the queue.
//
// Implements: nfnl_queue_msg_get_group nfnl_queue_msg_test_group
func (m *NFQueueMsg) Group() (n uint16, ok bool) {
	c := m.live()
	return uint16(C.nfnl_queue_msg_get_group(c)), C.nfnl_queue_msg_test_group(c) != 0
}

// SetGroup sets the number of the queue.
//
// Implements: nfnl_queue_msg_set_group
func (m *NFQueueMsg) SetGroup(n uint16) { C.nfnl_queue_msg_set_group(m.live(), C.uint16_t(n)) }

// Family returns the address family of the rule: IPv4, IPv6, bridge.
//
// Implements: nfnl_queue_msg_get_family nfnl_queue_msg_test_family
func (m *NFQueueMsg) Family() (f Family, ok bool) {
	c := m.live()
	return Family(C.nfnl_queue_msg_get_family(c)), C.nfnl_queue_msg_test_family(c) != 0
}

// SetFamily sets the address family.
//
// Implements: nfnl_queue_msg_set_family
func (m *NFQueueMsg) SetFamily(f Family) error {
	const fn = "nfnl_queue_msg_set_family"
	c := m.ptr()
	if c == nil {
		return closedErr(fn)
	}
	if err := checkFamily(fn, f); err != nil {
		return err
	}
	C.nfnl_queue_msg_set_family(c, C.uint8_t(f))
	return nil
}

// PacketID returns the number of the packet in its queue.
//
// Implements: nfnl_queue_msg_get_packetid nfnl_queue_msg_test_packetid
func (m *NFQueueMsg) PacketID() (id uint32, ok bool) {
	c := m.live()
	return uint32(C.nfnl_queue_msg_get_packetid(c)), C.nfnl_queue_msg_test_packetid(c) != 0
}

// SetPacketID sets the number of the packet in its queue.
//
// Implements: nfnl_queue_msg_set_packetid
func (m *NFQueueMsg) SetPacketID(id uint32) { C.nfnl_queue_msg_set_packetid(m.live(), C.uint32_t(id)) }

// HWProto returns the protocol of the packet, in host byte order.
//
// Implements: nfnl_queue_msg_get_hwproto nfnl_queue_msg_test_hwproto
func (m *NFQueueMsg) HWProto() (p EtherProto, ok bool) {
	c := m.live()
	return EtherProto(hostOrder(uint16(C.nfnl_queue_msg_get_hwproto(c)))), C.nfnl_queue_msg_test_hwproto(c) != 0
}

// SetHWProto sets the protocol of the packet, in host byte order.
//
// Implements: nfnl_queue_msg_set_hwproto
func (m *NFQueueMsg) SetHWProto(p EtherProto) {
	C.nfnl_queue_msg_set_hwproto(m.live(), C.uint16_t(hostOrder(uint16(p))))
}

// hostOrder changes the byte order of a number between network and host, which is the same both ways.
func hostOrder(v uint16) uint16 {
	var b [2]byte
	binary.NativeEndian.PutUint16(b[:], v)
	return binary.BigEndian.Uint16(b[:])
}

// Hook returns where the packet is held.
//
// Implements: nfnl_queue_msg_get_hook nfnl_queue_msg_test_hook
func (m *NFQueueMsg) Hook() (h NFHook, ok bool) {
	c := m.live()
	return NFHook(C.nfnl_queue_msg_get_hook(c)), C.nfnl_queue_msg_test_hook(c) != 0
}

// SetHook sets where the packet is held.
//
// Implements: nfnl_queue_msg_set_hook
func (m *NFQueueMsg) SetHook(h NFHook) { C.nfnl_queue_msg_set_hook(m.live(), C.uint8_t(h)) }

// Mark returns the mark of the packet; the kernel does not tell a mark of 0.
//
// Implements: nfnl_queue_msg_get_mark nfnl_queue_msg_test_mark
func (m *NFQueueMsg) Mark() (mark uint32, ok bool) {
	c := m.live()
	return uint32(C.nfnl_queue_msg_get_mark(c)), C.nfnl_queue_msg_test_mark(c) != 0
}

// SetMark sets the mark that the packet gets with the verdict.
//
// Implements: nfnl_queue_msg_set_mark
func (m *NFQueueMsg) SetMark(mark uint32) { C.nfnl_queue_msg_set_mark(m.live(), C.uint32_t(mark)) }

// Timestamp returns when the packet arrived, in microseconds; the kernel knows it of those that it took the time of.
//
// Implements: nfnl_queue_msg_get_timestamp nfnl_queue_msg_test_timestamp
func (m *NFQueueMsg) Timestamp() (t time.Time, ok bool) {
	var c C.struct_nlgo_queue_msg
	C.nlgo_queue_msg_info(m.live(), &c)
	return queueTime(&c), c.has_time != 0
}

// SetTimestamp sets when the packet arrived; less than a microsecond is cut off.
//
// Implements: nfnl_queue_msg_set_timestamp
func (m *NFQueueMsg) SetTimestamp(t time.Time) error {
	const fn = "nfnl_queue_msg_set_timestamp"
	c := m.ptr()
	if c == nil {
		return closedErr(fn)
	}
	rc := C.nlgo_queue_msg_set_time(c, C.int64_t(t.Unix()), C.int64_t(t.Nanosecond()/1000))
	return codeErr(fn, int(rc))
}

// InDev returns the index of the interface that the packet came in by.
//
// Implements: nfnl_queue_msg_get_indev nfnl_queue_msg_test_indev
func (m *NFQueueMsg) InDev() (index int, ok bool) {
	c := m.live()
	return int(C.nfnl_queue_msg_get_indev(c)), C.nfnl_queue_msg_test_indev(c) != 0
}

// setDev gives an index to a setter.
func (m *NFQueueMsg) setDev(fn string, index int, set func(*C.struct_nfnl_queue_msg, C.uint32_t)) error {
	c := m.ptr()
	if c == nil {
		return closedErr(fn)
	}
	if err := checkIndex(fn, index); err != nil {
		return err
	}
	set(c, C.uint32_t(index))
	return nil
}

// SetInDev sets the index of the interface that the packet came in by.
//
// Implements: nfnl_queue_msg_set_indev
func (m *NFQueueMsg) SetInDev(index int) error {
	return m.setDev("nfnl_queue_msg_set_indev", index, func(c *C.struct_nfnl_queue_msg, i C.uint32_t) { C.nfnl_queue_msg_set_indev(c, i) })
}

// OutDev returns the index of the interface that the packet is to leave by.
//
// Implements: nfnl_queue_msg_get_outdev nfnl_queue_msg_test_outdev
func (m *NFQueueMsg) OutDev() (index int, ok bool) {
	c := m.live()
	return int(C.nfnl_queue_msg_get_outdev(c)), C.nfnl_queue_msg_test_outdev(c) != 0
}

// SetOutDev sets the index of the interface that the packet is to leave by.
//
// Implements: nfnl_queue_msg_set_outdev
func (m *NFQueueMsg) SetOutDev(index int) error {
	return m.setDev("nfnl_queue_msg_set_outdev", index, func(c *C.struct_nfnl_queue_msg, i C.uint32_t) { C.nfnl_queue_msg_set_outdev(c, i) })
}

// PhysInDev returns the index of the port of a bridge that the packet came in by.
//
// Implements: nfnl_queue_msg_get_physindev nfnl_queue_msg_test_physindev
func (m *NFQueueMsg) PhysInDev() (index int, ok bool) {
	c := m.live()
	return int(C.nfnl_queue_msg_get_physindev(c)), C.nfnl_queue_msg_test_physindev(c) != 0
}

// SetPhysInDev sets the index of the port of a bridge that the packet came in by.
//
// Implements: nfnl_queue_msg_set_physindev
func (m *NFQueueMsg) SetPhysInDev(index int) error {
	return m.setDev("nfnl_queue_msg_set_physindev", index, func(c *C.struct_nfnl_queue_msg, i C.uint32_t) { C.nfnl_queue_msg_set_physindev(c, i) })
}

// PhysOutDev returns the index of the port of a bridge that the packet is to leave by.
//
// Implements: nfnl_queue_msg_get_physoutdev nfnl_queue_msg_test_physoutdev
func (m *NFQueueMsg) PhysOutDev() (index int, ok bool) {
	c := m.live()
	return int(C.nfnl_queue_msg_get_physoutdev(c)), C.nfnl_queue_msg_test_physoutdev(c) != 0
}

// SetPhysOutDev sets the index of the port of a bridge that the packet is to leave by.
//
// Implements: nfnl_queue_msg_set_physoutdev
func (m *NFQueueMsg) SetPhysOutDev(index int) error {
	return m.setDev("nfnl_queue_msg_set_physoutdev", index, func(c *C.struct_nfnl_queue_msg, i C.uint32_t) { C.nfnl_queue_msg_set_physoutdev(c, i) })
}

const maxQueueHWAddr = 8 // bytes that the kernel, and libnl, have room for

// HWAddr returns the link-layer address of the sender, as the frame that brought the packet has it.
//
// Implements: nfnl_queue_msg_get_hwaddr nfnl_queue_msg_test_hwaddr
func (m *NFQueueMsg) HWAddr() (a HWAddr, ok bool) {
	var c C.struct_nlgo_queue_msg
	C.nlgo_queue_msg_info(m.live(), &c)
	return queueHWAddr(&c), C.nfnl_queue_msg_test_hwaddr(m.live()) != 0
}

// SetHWAddr sets the link-layer address of the sender, of up to 8 bytes.
//
// Implements: nfnl_queue_msg_set_hwaddr
func (m *NFQueueMsg) SetHWAddr(a HWAddr) error {
	const fn = "nfnl_queue_msg_set_hwaddr"
	c := m.ptr()
	switch {
	case c == nil:
		return closedErr(fn)
	case a.Len() == 0 || a.Len() > maxQueueHWAddr:
		return &Error{Func: fn, Code: ErrRange, Msg: "an address of " + strconv.Itoa(a.Len()) + " bytes, not 1 to 8"}
	}
	b := a.HardwareAddr()
	C.nfnl_queue_msg_set_hwaddr(c, bytesPtr(b), C.int(len(b)))
	return nil
}

// Payload returns a copy of the packet, from its network header on, as far as the queue's copy range goes; nil if there is none.
//
// Implements: nfnl_queue_msg_get_payload nfnl_queue_msg_test_payload
func (m *NFQueueMsg) Payload() []byte {
	var n C.int
	p := C.nfnl_queue_msg_get_payload(m.live(), &n)
	if p == nil {
		return nil
	}
	return C.GoBytes(p, n)
}

// SetPayload sets a copy of b as the packet, none if b is empty. A verdict does not carry it: see [NFQueueMsg.SendVerdictPayload].
//
// Implements: nfnl_queue_msg_set_payload
func (m *NFQueueMsg) SetPayload(b []byte) error {
	const fn = "nfnl_queue_msg_set_payload"
	c := m.ptr()
	switch {
	case c == nil:
		return closedErr(fn)
	case len(b) > math.MaxInt32:
		return &Error{Func: fn, Code: ErrRange, Msg: "a packet of " + strconv.Itoa(len(b)) + " bytes"}
	}
	rc := C.nfnl_queue_msg_set_payload(c, bytesPtr(b), C.int(len(b)))
	return codeErr(fn, int(rc))
}

// Verdict returns what is to become of the packet.
//
// Implements: nfnl_queue_msg_get_verdict nfnl_queue_msg_test_verdict
func (m *NFQueueMsg) Verdict() (v Verdict, ok bool) {
	c := m.live()
	return Verdict(C.nfnl_queue_msg_get_verdict(c)), C.nfnl_queue_msg_test_verdict(c) != 0
}

// SetVerdict sets what is to become of the packet, once the verdict is sent. One that the kernel refuses for queued packets is an error.
//
// Implements: nfnl_queue_msg_set_verdict
func (m *NFQueueMsg) SetVerdict(v Verdict) error {
	const fn = "nfnl_queue_msg_set_verdict"
	c := m.ptr()
	if c == nil {
		return closedErr(fn)
	}
	if err := v.check(fn); err != nil {
		return err
	}
	C.nfnl_queue_msg_set_verdict(c, C.uint(v))
	return nil
}

// Info returns a snapshot of what libnl knows of the packet, without the packet itself.
func (m *NFQueueMsg) Info() NFPacketInfo {
	var c C.struct_nlgo_queue_msg
	C.nlgo_queue_msg_info(m.live(), &c)
	return NFPacketInfo{
		Queue:      uint16(c.group),
		ID:         uint32(c.packetid),
		Family:     Family(c.family),
		HWProto:    EtherProto(hostOrder(uint16(c.hwproto))),
		Hook:       NFHook(c.hook),
		Mark:       uint32(c.mark),
		Time:       queueTime(&c),
		InDev:      int(c.indev),
		OutDev:     int(c.outdev),
		PhysInDev:  int(c.physindev),
		PhysOutDev: int(c.physoutdev),
		HWAddr:     queueHWAddr(&c),
	}
}

func queueTime(c *C.struct_nlgo_queue_msg) time.Time {
	if c.has_time == 0 {
		return time.Time{}
	}
	return time.Unix(int64(c.sec), 0).Add(time.Duration(c.usec) * time.Microsecond)
}

func queueHWAddr(c *C.struct_nlgo_queue_msg) HWAddr {
	return HWAddrFrom((*[maxQueueHWAddr]byte)(unsafe.Pointer(&c.hwaddr))[:c.hwaddr_len])
}
