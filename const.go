//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// Protocol is a netlink protocol (NETLINK_*).
type Protocol int

// Family is an address family (AF_*).
type Family int

// Group is a multicast group: RTNLGRP_*, NFNLGRP_*, or one that a generic netlink family was asked for.
type Group int

// MsgType is the type of a message (nlmsg_type).
type MsgType uint16

// MsgFlags are the flags of a message (NLM_F_*).
type MsgFlags uint16

// Netlink protocols. Any other NETLINK_* constant of package unix will do.
const (
	ProtoRoute     Protocol = 0
	ProtoUserSock  Protocol = 2
	ProtoNetfilter Protocol = 12
	ProtoUEvent    Protocol = 15
	ProtoGeneric   Protocol = 16
)

// Address families. Any other AF_* constant of package unix will do.
const (
	FamilyUnspec Family = 0
	FamilyIPv4   Family = 2
	FamilyIPv6   Family = 10
	FamilyBridge Family = 7
	FamilyLLC    Family = 26
	FamilyMPLS   Family = 28
)

// Message flags.
const (
	FlagRequest  MsgFlags = 0x1
	FlagMulti    MsgFlags = 0x2
	FlagAck      MsgFlags = 0x4
	FlagEcho     MsgFlags = 0x8
	FlagDumpIntr MsgFlags = 0x10

	// of a GET request
	FlagRoot   MsgFlags = 0x100
	FlagMatch  MsgFlags = 0x200
	FlagAtomic MsgFlags = 0x400
	FlagDump   MsgFlags = FlagRoot | FlagMatch

	// of a NEW request
	FlagReplace MsgFlags = 0x100
	FlagExcl    MsgFlags = 0x200
	FlagCreate  MsgFlags = 0x400
	FlagAppend  MsgFlags = 0x800

	// of an acknowledgement
	FlagCapped  MsgFlags = 0x100
	FlagAckTLVs MsgFlags = 0x200
)

// Message types of the protocol itself and of NETLINK_ROUTE. Any other constant of package unix will do.
const (
	MsgNoop    MsgType = 1
	MsgError   MsgType = 2
	MsgDone    MsgType = 3
	MsgOverrun MsgType = 4
	MsgMinType MsgType = 16 // types below are control messages

	RTMNewLink  MsgType = 16
	RTMDelLink  MsgType = 17
	RTMGetLink  MsgType = 18
	RTMSetLink  MsgType = 19
	RTMNewAddr  MsgType = 20
	RTMDelAddr  MsgType = 21
	RTMGetAddr  MsgType = 22
	RTMNewRoute MsgType = 24
	RTMDelRoute MsgType = 25
	RTMGetRoute MsgType = 26
	RTMNewNeigh MsgType = 28
	RTMDelNeigh MsgType = 29
	RTMGetNeigh MsgType = 30
	RTMNewRule  MsgType = 32
	RTMDelRule  MsgType = 33
	RTMGetRule  MsgType = 34
)

// Multicast groups of NETLINK_ROUTE (RTNLGRP_*). Any other constant of package unix will do.
const (
	GroupLink       Group = 1
	GroupNotify     Group = 2
	GroupNeigh      Group = 3
	GroupTC         Group = 4
	GroupIPv4IfAddr Group = 5
	GroupIPv4MRoute Group = 6
	GroupIPv4Route  Group = 7
	GroupIPv4Rule   Group = 8
	GroupIPv6IfAddr Group = 9
	GroupIPv6MRoute Group = 10
	GroupIPv6Route  Group = 11
	GroupIPv6Rule   Group = 19
	GroupNexthop    Group = 32
)
