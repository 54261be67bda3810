//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import "unsafe"

// LinkInfo is what a link holds, in plain Go values: comparable with ==, without a life of its own, ready for JSON. Attributes that are not
// set are zero. Left out are counters ([Link.Stat]), what belongs to one kind or one family, virtual functions, ids of physical ports and
// switches, and what only requests carry.
type LinkInfo struct {
	Index          int       `json:"index"`
	Name           string    `json:"name"`
	Type           string    `json:"type,omitempty"`
	SlaveType      string    `json:"slave_type,omitempty"` // kind of the master
	Alias          string    `json:"alias,omitempty"`
	Qdisc          string    `json:"qdisc,omitempty"`
	Family         Family    `json:"family,omitempty"` // see [Link.Family]
	ARPType        LLProto   `json:"arp_type"`
	Flags          LinkFlags `json:"flags"`
	OperState      OperState `json:"oper_state"`
	Mode           LinkMode  `json:"mode"`
	Carrier        Carrier   `json:"carrier"`
	CarrierChanges uint32    `json:"carrier_changes,omitempty"`
	MTU            uint32    `json:"mtu"`
	TxQLen         uint32    `json:"tx_qlen,omitempty"`
	Addr           HWAddr    `json:"addr,omitzero"` // the zero HWAddr also for more than 32 bytes, here and below
	Broadcast      HWAddr    `json:"broadcast,omitzero"`
	PermAddr       HWAddr    `json:"perm_addr,omitzero"` // since libnl 3.11
	Link           int       `json:"link,omitempty"`     // index of the interface below
	LinkNetNSID    int32     `json:"link_netnsid"`       // of the namespace that Link is in, -1 for this one
	Master         int       `json:"master,omitempty"`   // index of the master
	Group          uint32    `json:"group"`
	NumTxQueues    uint32    `json:"tx_queues,omitempty"`
	NumRxQueues    uint32    `json:"rx_queues,omitempty"`
	Promiscuity    uint32    `json:"promiscuity,omitempty"`
	GSOMaxSegs     uint32    `json:"gso_max_segs,omitempty"`
	GSOMaxSize     uint32    `json:"gso_max_size,omitempty"`
	NumVF          uint32    `json:"num_vf,omitempty"` // virtual functions
}

// Info returns what the link holds, taken out of it in one call of C.
func (l *Link) Info() LinkInfo {
	var c C.struct_nlgo_link_info
	C.nlgo_link_info(l.live(), &c)
	return LinkInfo{
		Index:          int(c.index),
		Name:           C.GoString(c.name),
		Type:           C.GoString(c._type),
		SlaveType:      C.GoString(c.slave_type),
		Alias:          C.GoString(c.alias),
		Qdisc:          C.GoString(c.qdisc),
		Family:         Family(c.family),
		ARPType:        LLProto(c.arptype),
		Flags:          LinkFlags(c.flags),
		OperState:      OperState(c.operstate),
		Mode:           LinkMode(c.mode),
		Carrier:        Carrier(c.carrier),
		CarrierChanges: uint32(c.carrier_changes),
		MTU:            uint32(c.mtu),
		TxQLen:         uint32(c.txqlen),
		Addr:           hwAddrOf(&c.addr, c.addr_len),
		Broadcast:      hwAddrOf(&c.broadcast, c.broadcast_len),
		PermAddr:       hwAddrOf(&c.perm_addr, c.perm_addr_len),
		Link:           int(c.link),
		LinkNetNSID:    int32(c.link_netnsid),
		Master:         int(c.master),
		Group:          uint32(c.group),
		NumTxQueues:    uint32(c.tx_queues),
		NumRxQueues:    uint32(c.rx_queues),
		Promiscuity:    uint32(c.promiscuity),
		GSOMaxSegs:     uint32(c.gso_max_segs),
		GSOMaxSize:     uint32(c.gso_max_size),
		NumVF:          uint32(c.num_vf),
	}
}

// hwAddrOf returns the address in a struct that C filled in.
func hwAddrOf(b *[C.NLGO_HWADDR_MAX]C.uint8_t, n C.uint8_t) HWAddr {
	return HWAddr{n: uint8(n), b: *(*[maxHWAddr]byte)(unsafe.Pointer(b))}
}
