//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"time"
	"unsafe"
)

// NFLogMsgInfo is a snapshot of an [NFLogMsg]: values that need no closing. It leaves out the connection tracking entry: see [NFLogMsg.CT].
type NFLogMsgInfo struct {
	Family     Family     `json:"family"`
	HWProto    EtherProto `json:"hwproto,omitzero"`
	Hook       NFHook     `json:"hook"`
	Mark       uint32     `json:"mark,omitzero"`
	Timestamp  time.Time  `json:"timestamp,omitzero"`
	InDev      int        `json:"indev,omitzero"`
	OutDev     int        `json:"outdev,omitzero"`
	PhysInDev  int        `json:"physindev,omitzero"`
	PhysOutDev int        `json:"physoutdev,omitzero"`
	HWAddr     HWAddr     `json:"hwaddr,omitzero"`
	HWType     LLProto    `json:"hwtype,omitzero"`
	HWHeader   []byte     `json:"hwheader,omitzero"`
	Prefix     string     `json:"prefix,omitzero"`
	Payload    []byte     `json:"payload,omitzero"`
	UID        *uint32    `json:"uid,omitzero"` // nil if unset, as those below
	GID        *uint32    `json:"gid,omitzero"`
	Seq        *uint32    `json:"seq,omitzero"`
	SeqGlobal  *uint32    `json:"seq_global,omitzero"`
	VLANProto  EtherProto `json:"vlan_proto,omitzero"`
	VLANTag    *uint16    `json:"vlan_tag,omitzero"`
	CTInfo     *uint32    `json:"ct_info,omitzero"`
}

// Info returns a snapshot of the packet.
func (m *NFLogMsg) Info() NFLogMsgInfo {
	var c C.struct_nlgo_log_msg_info
	C.nlgo_log_msg_info(m.live(), &c)
	i := NFLogMsgInfo{
		Family:     Family(c.family),
		HWProto:    EtherProto(swap16(uint16(c.hwproto))),
		Hook:       NFHook(c.hook),
		Mark:       uint32(c.mark),
		InDev:      int(c.indev),
		OutDev:     int(c.outdev),
		PhysInDev:  int(c.physindev),
		PhysOutDev: int(c.physoutdev),
		HWAddr:     HWAddrFrom(unsafe.Slice((*byte)(c.hwaddr), c.hwaddr_len)),
		HWType:     LLProto(c.hwtype),
		HWHeader:   bytesOf(c.hwheader, c.hwheader_len),
		Prefix:     C.GoString(c.prefix),
		Payload:    bytesOf(c.payload, c.payload_len),
		VLANProto:  EtherProto(swap16(uint16(c.vlan_proto))),
	}
	if c.has&C.NLGO_LOG_TIMESTAMP != 0 {
		i.Timestamp = time.Unix(int64(c.sec), int64(c.usec)*1000)
	}
	if c.has&C.NLGO_LOG_VLAN_TAG != 0 {
		i.VLANTag = new(uint16(c.vlan_tag))
	}
	for _, f := range []struct {
		to  **uint32
		bit C.uint32_t
		v   C.uint32_t
	}{
		{&i.UID, C.NLGO_LOG_UID, c.uid},
		{&i.GID, C.NLGO_LOG_GID, c.gid},
		{&i.Seq, C.NLGO_LOG_SEQ, c.seq},
		{&i.SeqGlobal, C.NLGO_LOG_SEQ_GLOBAL, c.seq_global},
		{&i.CTInfo, C.NLGO_LOG_CT_INFO, c.ct_info},
	} {
		if c.has&f.bit != 0 {
			*f.to = new(uint32(f.v))
		}
	}
	return i
}
