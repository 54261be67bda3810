//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"context"
	"iter"
	"math"
	"strconv"
	"time"
	"unsafe"
)

// NFLogMsgPacket is the type of the messages that hold an [NFLogMsg], for the handlers of a [NetLink].
const NFLogMsgPacket MsgType = 4 << 8 // NFNL_SUBSYS_ULOG, NFULNL_MSG_PACKET

// NFLogMsg is a packet that the packet filter logged: struct nfnl_log_msg, "netfilter/log_msg". What its message tells depends on the
// [NFLog], on where the packet was logged, and on the packet. The group it was logged to is in the message: [NFHeader.ResID] of [Msg.NF].
//
// Getters return false, or zero, an empty text or nil, where the object does not have the attribute. Setters are for objects of one's own; there
// is no request to send them with.
type NFLogMsg struct{ Object }

func (m *NFLogMsg) object() *Object { return (*Object)(unsafe.Pointer(m)) }

// NewNFLogMsg returns a new, empty object; the caller owns it.
//
// Implements: nfnl_log_msg_alloc
func NewNFLogMsg() (*NFLogMsg, error) {
	return newHandle[*NFLogMsg]("nfnl_log_msg_alloc", unsafe.Pointer(C.nfnl_log_msg_alloc()))
}

// ParseNFLogMsg returns the packet that a message tells of; the caller owns it. A message of another kind is [ErrMsgTypeNoSupport]. See
// [Msg.Objects] for messages that do not come from the kernel.
//
// Implements: nfnlmsg_log_msg_parse
func ParseNFLogMsg(m *Msg) (*NFLogMsg, error) {
	const fn = "nfnlmsg_log_msg_parse"
	o, err := m.Object()
	if err != nil {
		return nil, named(fn, err)
	}
	l, ok := As[*NFLogMsg](o)
	if !ok {
		_ = o.Close()
		return nil, &Error{Func: fn, Code: ErrMsgTypeNoSupport}
	}
	return l, nil
}

// NFLogMsgs yields the packets that arrive for the groups of the socket ([NFLog.Create]), each lent for its step; [Retain] or [Clone] keeps one.
// The body may make requests on the same socket. Messages of other types are passed over. [ErrOverrun] tells that packets were lost, and an error
// message of the kernel's comes as an error: the loop goes on. It ends, with the error, when the context is done or the socket is closed,
// and when a message cannot be parsed.
func (s *Socket) NFLogMsgs(ctx context.Context) iter.Seq2[*NFLogMsg, error] {
	return func(yield func(*NFLogMsg, error) bool) {
		const fn = "NFLogMsgs"
		if err := s.speaks(fn, ProtoNetfilter); err != nil {
			yield(nil, err)
			return
		}
		step := func(o *Object, _ error) bool { return yield(handle[*NFLogMsg](o), nil) }
		for m, err := range s.Messages(ctx) {
			if err != nil {
				if !yield(nil, named(fn, err)) {
					return
				}
				continue
			}
			if m.Header().Type != NFLogMsgPacket {
				continue
			}
			objs, err := m.parse(true)
			if err != nil {
				yield(nil, named(fn, err))
				return
			}
			if !objs.each(step) {
				return
			}
		}
	}
}

// Close gives the handle's reference back: see [Object.Close]. [Retain] takes another.
//
// Implements: nfnl_log_msg_put nfnl_log_msg_get
func (m *NFLogMsg) Close() error { return m.object().Close() }

// ptr returns the C object, nil if the handle is nil, closed or revoked.
func (m *NFLogMsg) ptr() *C.struct_nfnl_log_msg {
	return (*C.struct_nfnl_log_msg)(unsafe.Pointer(m.object().ptr()))
}

// live returns the C object, for calls without an error result.
func (m *NFLogMsg) live() *C.struct_nfnl_log_msg {
	c := m.ptr()
	if c == nil {
		panicClosed("NFLogMsg")
	}
	return c
}

// Family returns the family of the rule that logged the packet: FamilyIPv4, FamilyIPv6, FamilyBridge; FamilyUnspec if unset.
//
// Implements: nfnl_log_msg_get_family
func (m *NFLogMsg) Family() Family { return Family(C.nfnl_log_msg_get_family(m.live())) }

// SetFamily sets the family.
//
// Implements: nfnl_log_msg_set_family
func (m *NFLogMsg) SetFamily(f Family) error {
	const fn = "nfnl_log_msg_set_family"
	c := m.ptr()
	if c == nil {
		return closedErr(fn)
	}
	if err := checkFamily(fn, f); err != nil {
		return err
	}
	C.nfnl_log_msg_set_family(c, C.uint8_t(f))
	return nil
}

// HWProto returns the Ethernet protocol of the packet, in host order.
//
// Implements: nfnl_log_msg_get_hwproto nfnl_log_msg_test_hwproto
func (m *NFLogMsg) HWProto() (p EtherProto, ok bool) {
	c := m.live()
	return EtherProto(swap16(uint16(C.nfnl_log_msg_get_hwproto(c)))), C.nfnl_log_msg_test_hwproto(c) != 0
}

// SetHWProto sets the Ethernet protocol of the packet, in host order.
//
// Implements: nfnl_log_msg_set_hwproto
func (m *NFLogMsg) SetHWProto(p EtherProto) {
	C.nfnl_log_msg_set_hwproto(m.live(), C.uint16_t(swap16(uint16(p))))
}

// Hook returns where the packet was logged.
//
// Implements: nfnl_log_msg_get_hook nfnl_log_msg_test_hook
func (m *NFLogMsg) Hook() (h NFHook, ok bool) {
	c := m.live()
	return NFHook(C.nfnl_log_msg_get_hook(c)), C.nfnl_log_msg_test_hook(c) != 0
}

// SetHook sets where the packet was logged.
//
// Implements: nfnl_log_msg_set_hook
func (m *NFLogMsg) SetHook(h NFHook) { C.nfnl_log_msg_set_hook(m.live(), C.uint8_t(h)) }

// Mark returns the packet's mark. A packet whose mark is 0 has none.
//
// Implements: nfnl_log_msg_get_mark nfnl_log_msg_test_mark
func (m *NFLogMsg) Mark() (mark uint32, ok bool) {
	c := m.live()
	return uint32(C.nfnl_log_msg_get_mark(c)), C.nfnl_log_msg_test_mark(c) != 0
}

// SetMark sets the packet's mark.
//
// Implements: nfnl_log_msg_set_mark
func (m *NFLogMsg) SetMark(mark uint32) { C.nfnl_log_msg_set_mark(m.live(), C.uint32_t(mark)) }

// Timestamp returns when the packet was received, to the microsecond. Packets that this machine sends have none.
//
// Implements: nfnl_log_msg_get_timestamp
func (m *NFLogMsg) Timestamp() (t time.Time, ok bool) {
	tv := C.nfnl_log_msg_get_timestamp(m.live())
	if tv == nil {
		return time.Time{}, false
	}
	return time.Unix(int64(tv.tv_sec), int64(tv.tv_usec)*1000), true
}

// SetTimestamp sets when the packet was received; what is less than a microsecond is left out. A time before 1970 is [ErrRange].
//
// Implements: nfnl_log_msg_set_timestamp
func (m *NFLogMsg) SetTimestamp(t time.Time) error {
	const fn = "nfnl_log_msg_set_timestamp"
	c := m.ptr()
	if c == nil {
		return closedErr(fn)
	}
	tv := C.struct_timeval{tv_sec: C.time_t(t.Unix()), tv_usec: C.suseconds_t(t.Nanosecond() / 1000)}
	if t.Unix() < 0 || int64(tv.tv_sec) != t.Unix() {
		return &Error{Func: fn, Code: ErrRange, Msg: t.String()}
	}
	C.nfnl_log_msg_set_timestamp(c, &tv)
	return nil
}

// InDev returns the index of the interface that the packet came in by, 0 if unset. Of a port of a bridge it is the bridge: see
// [NFLogMsg.PhysInDev].
//
// Implements: nfnl_log_msg_get_indev
func (m *NFLogMsg) InDev() int { return int(C.nfnl_log_msg_get_indev(m.live())) }

// SetInDev sets the index of the interface that the packet came in by.
//
// Implements: nfnl_log_msg_set_indev
func (m *NFLogMsg) SetInDev(i int) error {
	const fn = "nfnl_log_msg_set_indev"
	c := m.ptr()
	if c == nil {
		return closedErr(fn)
	}
	if err := checkIndex(fn, i); err != nil {
		return err
	}
	C.nfnl_log_msg_set_indev(c, C.uint32_t(i))
	return nil
}

// OutDev returns the index of the interface that the packet goes out by, 0 if unset. Of a port of a bridge it is the bridge: see
// [NFLogMsg.PhysOutDev].
//
// Implements: nfnl_log_msg_get_outdev
func (m *NFLogMsg) OutDev() int { return int(C.nfnl_log_msg_get_outdev(m.live())) }

// SetOutDev sets the index of the interface that the packet goes out by.
//
// Implements: nfnl_log_msg_set_outdev
func (m *NFLogMsg) SetOutDev(i int) error {
	const fn = "nfnl_log_msg_set_outdev"
	c := m.ptr()
	if c == nil {
		return closedErr(fn)
	}
	if err := checkIndex(fn, i); err != nil {
		return err
	}
	C.nfnl_log_msg_set_outdev(c, C.uint32_t(i))
	return nil
}

// PhysInDev returns the index of the port of a bridge that the packet came in by, 0 if unset.
//
// Implements: nfnl_log_msg_get_physindev
func (m *NFLogMsg) PhysInDev() int { return int(C.nfnl_log_msg_get_physindev(m.live())) }

// SetPhysInDev sets the index of the port of a bridge that the packet came in by.
//
// Implements: nfnl_log_msg_set_physindev
func (m *NFLogMsg) SetPhysInDev(i int) error {
	const fn = "nfnl_log_msg_set_physindev"
	c := m.ptr()
	if c == nil {
		return closedErr(fn)
	}
	if err := checkIndex(fn, i); err != nil {
		return err
	}
	C.nfnl_log_msg_set_physindev(c, C.uint32_t(i))
	return nil
}

// PhysOutDev returns the index of the port of a bridge that the packet goes out by, 0 if unset.
//
// Implements: nfnl_log_msg_get_physoutdev
func (m *NFLogMsg) PhysOutDev() int { return int(C.nfnl_log_msg_get_physoutdev(m.live())) }

// SetPhysOutDev sets the index of the port of a bridge that the packet goes out by.
//
// Implements: nfnl_log_msg_set_physoutdev
func (m *NFLogMsg) SetPhysOutDev(i int) error {
	const fn = "nfnl_log_msg_set_physoutdev"
	c := m.ptr()
	if c == nil {
		return closedErr(fn)
	}
	if err := checkIndex(fn, i); err != nil {
		return err
	}
	C.nfnl_log_msg_set_physoutdev(c, C.uint32_t(i))
	return nil
}

// HWAddr returns the link-layer address of the packet's sender, the zero HWAddr if unset. Packets that this machine sends have none.
//
// Implements: nfnl_log_msg_get_hwaddr
func (m *NFLogMsg) HWAddr() HWAddr {
	var n C.int
	p := C.nfnl_log_msg_get_hwaddr(m.live(), &n)
	return HWAddrFrom(unsafe.Slice((*byte)(p), n))
}

// maxNFHWAddr is the longest link-layer address in messages about packets.
const maxNFHWAddr = 8

// SetHWAddr sets the link-layer address of the packet's sender, of 1 to 8 bytes ([ErrRange]).
//
// Implements: nfnl_log_msg_set_hwaddr
func (m *NFLogMsg) SetHWAddr(a HWAddr) error {
	const fn = "nfnl_log_msg_set_hwaddr"
	c := m.ptr()
	switch {
	case c == nil:
		return closedErr(fn)
	case a.n == 0 || a.n > maxNFHWAddr:
		return &Error{Func: fn, Code: ErrRange, Msg: "address of " + strconv.Itoa(int(a.n)) + " bytes"}
	}
	C.nfnl_log_msg_set_hwaddr(c, bytesPtr(a.b[:]), C.int(a.n))
	return nil
}

// bytesOf returns a copy of n bytes of C's, nil for none.
func bytesOf(p unsafe.Pointer, n C.int) []byte {
	if p == nil {
		return nil
	}
	return C.GoBytes(p, n)
}

// checkBytes returns the error for more bytes than C can count.
func checkBytes(fn string, b []byte) error {
	if len(b) > math.MaxInt32 {
		return &Error{Func: fn, Code: ErrRange, Msg: strconv.Itoa(len(b)) + " bytes"}
	}
	return nil
}

// Payload returns a copy of the packet, as far as it was copied, from its network header on (of FamilyBridge too); nil if unset.
//
// Implements: nfnl_log_msg_get_payload
func (m *NFLogMsg) Payload() []byte {
	var n C.int
	p := C.nfnl_log_msg_get_payload(m.live(), &n)
	return bytesOf(p, n)
}

// SetPayload sets the packet to a copy of b; without bytes it is unset.
//
// Implements: nfnl_log_msg_set_payload
func (m *NFLogMsg) SetPayload(b []byte) error {
	const fn = "nfnl_log_msg_set_payload"
	c := m.ptr()
	if c == nil {
		return closedErr(fn)
	}
	if err := checkBytes(fn, b); err != nil {
		return err
	}
	return codeErr(fn, int(C.nfnl_log_msg_set_payload(c, bytesPtr(b), C.int(len(b)))))
}

// Prefix returns the text that the rule has for its packets (--nflog-prefix), empty if unset.
//
// Implements: nfnl_log_msg_get_prefix
func (m *NFLogMsg) Prefix() string { return C.GoString(C.nfnl_log_msg_get_prefix(m.live())) }

// SetPrefix sets the text of the rule.
//
// Implements: nfnl_log_msg_set_prefix
func (m *NFLogMsg) SetPrefix(s string) error {
	const fn = "nfnl_log_msg_set_prefix"
	c := m.ptr()
	if c == nil {
		return closedErr(fn)
	}
	var buf [128]byte
	p, ok := cString(buf[:0], s)
	if !ok {
		return textErr(fn, ErrInval, s)
	}
	return codeErr(fn, int(C.nfnl_log_msg_set_prefix(c, unsafe.Pointer(p))))
}

// UID returns the user whose socket sent the packet, as the user namespace of the logging socket has it.
//
// Implements: nfnl_log_msg_get_uid nfnl_log_msg_test_uid
func (m *NFLogMsg) UID() (uid uint32, ok bool) {
	c := m.live()
	return uint32(C.nfnl_log_msg_get_uid(c)), C.nfnl_log_msg_test_uid(c) != 0
}

// SetUID sets the user whose socket sent the packet.
//
// Implements: nfnl_log_msg_set_uid
func (m *NFLogMsg) SetUID(uid uint32) { C.nfnl_log_msg_set_uid(m.live(), C.uint32_t(uid)) }

// GID returns the group whose socket sent the packet, as the user namespace of the logging socket has it.
//
// Implements: nfnl_log_msg_get_gid nfnl_log_msg_test_gid
func (m *NFLogMsg) GID() (gid uint32, ok bool) {
	c := m.live()
	return uint32(C.nfnl_log_msg_get_gid(c)), C.nfnl_log_msg_test_gid(c) != 0
}

// SetGID sets the group whose socket sent the packet.
//
// Implements: nfnl_log_msg_set_gid
func (m *NFLogMsg) SetGID(gid uint32) { C.nfnl_log_msg_set_gid(m.live(), C.uint32_t(gid)) }

// Seq returns the packet's number in its group, from 0 on: with [NFLogFlagSeq].
//
// Implements: nfnl_log_msg_get_seq nfnl_log_msg_test_seq
func (m *NFLogMsg) Seq() (n uint32, ok bool) {
	c := m.live()
	return uint32(C.nfnl_log_msg_get_seq(c)), C.nfnl_log_msg_test_seq(c) != 0
}

// SetSeq sets the packet's number in its group.
//
// Implements: nfnl_log_msg_set_seq
func (m *NFLogMsg) SetSeq(n uint32) { C.nfnl_log_msg_set_seq(m.live(), C.uint32_t(n)) }

// SeqGlobal returns the packet's number in all groups of the namespace that count: with [NFLogFlagSeqGlobal].
//
// Implements: nfnl_log_msg_get_seq_global nfnl_log_msg_test_seq_global
func (m *NFLogMsg) SeqGlobal() (n uint32, ok bool) {
	c := m.live()
	return uint32(C.nfnl_log_msg_get_seq_global(c)), C.nfnl_log_msg_test_seq_global(c) != 0
}

// SetSeqGlobal sets the packet's number in all groups.
//
// Implements: nfnl_log_msg_set_seq_global
func (m *NFLogMsg) SetSeqGlobal(n uint32) {
	C.nfnl_log_msg_set_seq_global(m.live(), C.uint32_t(n))
}

// HWType returns the type of the interface that the packet came in by.
//
// Implements: nfnl_log_msg_get_hwtype nfnl_log_msg_test_hwtype
func (m *NFLogMsg) HWType() (t LLProto, ok bool) {
	c := m.live()
	return LLProto(C.nfnl_log_msg_get_hwtype(c)), C.nfnl_log_msg_test_hwtype(c) != 0
}

// SetHWType sets the type of the interface that the packet came in by.
//
// Implements: nfnl_log_msg_set_hwtype
func (m *NFLogMsg) SetHWType(t LLProto) {
	C.nfnl_log_msg_set_hwtype(m.live(), C.uint16_t(t))
}

// HWLen returns the length of the link-layer header.
//
// Implements: nfnl_log_msg_get_hwlen nfnl_log_msg_test_hwlen
func (m *NFLogMsg) HWLen() (n uint16, ok bool) {
	c := m.live()
	return uint16(C.nfnl_log_msg_get_hwlen(c)), C.nfnl_log_msg_test_hwlen(c) != 0
}

// SetHWLen sets the length of the link-layer header.
//
// Implements: nfnl_log_msg_set_hwlen
func (m *NFLogMsg) SetHWLen(n uint16) { C.nfnl_log_msg_set_hwlen(m.live(), C.uint16_t(n)) }

// HWHeader returns a copy of the link-layer header, nil if unset. Packets that this machine sends have none.
//
// Implements: nfnl_log_msg_get_hwheader nfnl_log_msg_test_hwheader
func (m *NFLogMsg) HWHeader() []byte {
	var n C.int
	p := C.nfnl_log_msg_get_hwheader(m.live(), &n)
	return bytesOf(p, n)
}

// SetHWHeader sets the link-layer header to a copy of b; without bytes it is unset. The length that [NFLogMsg.HWLen] tells is another attribute.
//
// Implements: nfnl_log_msg_set_hwheader
func (m *NFLogMsg) SetHWHeader(b []byte) error {
	const fn = "nfnl_log_msg_set_hwheader"
	c := m.ptr()
	if c == nil {
		return closedErr(fn)
	}
	if err := checkBytes(fn, b); err != nil {
		return err
	}
	return codeErr(fn, int(C.nfnl_log_msg_set_hwheader(c, unsafe.Pointer(bytesPtr(b)), C.int(len(b)))))
}

// VLANProto returns the EtherType of the VLAN tag of a packet of FamilyBridge, in host order, 0x8100 (802.1Q) or 0x88a8 (802.1ad).
//
// Implements: nfnl_log_msg_get_vlan_proto nfnl_log_msg_test_vlan_proto
func (m *NFLogMsg) VLANProto() (p EtherProto, ok bool) {
	c := m.live()
	return EtherProto(swap16(uint16(C.nfnl_log_msg_get_vlan_proto(c)))), C.nfnl_log_msg_test_vlan_proto(c) != 0
}

// SetVLANProto sets the EtherType of the VLAN tag, in host order.
//
// Implements: nfnl_log_msg_set_vlan_proto
func (m *NFLogMsg) SetVLANProto(p EtherProto) {
	C.nfnl_log_msg_set_vlan_proto(m.live(), C.uint16_t(swap16(uint16(p))))
}

// VLANTag returns the VLAN tag of a packet of FamilyBridge: number, drop eligible bit and priority.
//
// Implements: nfnl_log_msg_get_vlan_tag nfnl_log_msg_test_vlan_tag
func (m *NFLogMsg) VLANTag() (tag uint16, ok bool) {
	c := m.live()
	return uint16(C.nfnl_log_msg_get_vlan_tag(c)), C.nfnl_log_msg_test_vlan_tag(c) != 0
}

// SetVLANTag sets the VLAN tag.
//
// Implements: nfnl_log_msg_set_vlan_tag
func (m *NFLogMsg) SetVLANTag(tag uint16) {
	C.nfnl_log_msg_set_vlan_tag(m.live(), C.uint16_t(tag))
}

// VLANID returns the number of the VLAN in the tag.
//
// Implements: nfnl_log_msg_get_vlan_id
func (m *NFLogMsg) VLANID() (id uint16, ok bool) {
	c := m.live()
	return uint16(C.nfnl_log_msg_get_vlan_id(c)), C.nfnl_log_msg_test_vlan_tag(c) != 0
}

// VLANCFI returns the drop eligible bit of the tag.
//
// Implements: nfnl_log_msg_get_vlan_cfi
func (m *NFLogMsg) VLANCFI() (cfi, ok bool) {
	c := m.live()
	return C.nfnl_log_msg_get_vlan_cfi(c) != 0, C.nfnl_log_msg_test_vlan_tag(c) != 0
}

// VLANPrio returns the priority in the tag, 0 to 7.
//
// Implements: nfnl_log_msg_get_vlan_prio
func (m *NFLogMsg) VLANPrio() (prio uint8, ok bool) {
	c := m.live()
	return uint8(C.nfnl_log_msg_get_vlan_prio(c)), C.nfnl_log_msg_test_vlan_tag(c) != 0
}

// CTInfo returns how the packet relates to its connection: 0 established, 1 related, 2 new, and the same plus 3 for the reply's direction
// (IP_CT_*). With [NFLogFlagConntrack].
//
// Implements: nfnl_log_msg_get_ct_info nfnl_log_msg_test_ct_info
func (m *NFLogMsg) CTInfo() (n uint32, ok bool) {
	c := m.live()
	return uint32(C.nfnl_log_msg_get_ct_info(c)), C.nfnl_log_msg_test_ct_info(c) != 0
}

// SetCTInfo sets how the packet relates to its connection.
//
// Implements: nfnl_log_msg_set_ct_info
func (m *NFLogMsg) SetCTInfo(n uint32) { C.nfnl_log_msg_set_ct_info(m.live(), C.uint32_t(n)) }

// CT returns the entry of the connection tracking table that the packet belongs to, with [NFLogFlagConntrack]; the caller owns the handle, and shares
// the entry with the message.
//
// Implements: nfnl_log_msg_get_ct nfnl_log_msg_test_ct
func (m *NFLogMsg) CT() (ct *CT, ok bool) {
	c := C.nfnl_log_msg_get_ct(m.live())
	if c == nil {
		return nil, false
	}
	refs.Lock()
	C.nfnl_ct_get(c)
	refs.Unlock()
	return own[*CT]((*C.struct_nl_object)(unsafe.Pointer(c))), true
}

// SetCT sets the entry to a copy of ct.
//
// Implements: nfnl_log_msg_set_ct
func (m *NFLogMsg) SetCT(ct *CT) error {
	const fn = "nfnl_log_msg_set_ct"
	c, entry := m.ptr(), ct.ptr()
	if c == nil || entry == nil {
		return closedErr(fn)
	}
	refs.Lock()
	rc := C.nlgo_log_msg_set_ct(c, entry)
	refs.Unlock()
	return codeErr(fn, int(rc))
}
