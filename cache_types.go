//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

import (
	"encoding/binary"

	"golang.org/x/sys/unix"
)

// CacheFlags change how a cache is filled (NL_CACHE_*).
type CacheFlags uint32

// CacheFlagAFIter asks once for each address family that has objects of the type, and keeps all answers: bridge ports are then in a cache of links a
// second time, with the data of the port, and links with their IPv6 data (NL_CACHE_AF_ITER).
const CacheFlagAFIter CacheFlags = 1

// cacheArgs is what the objects are asked for with.
type cacheArgs struct {
	arg1  int // the family, for the types that have one
	arg2  int
	flags CacheFlags
}

// cacheType is what the package knows of a type of cache.
type cacheType struct {
	proto    Protocol
	get      MsgType
	families []Family // that CacheFlagAFIter asks for
	groups   []Group  // that tell of changes
	request  func(get MsgType, a cacheArgs) (*Msg, error)
}

// ask makes a request with a header of n bytes, the family in the first.
func ask(get MsgType, family, n int) *Msg {
	m := newMsg(256)
	m.own.proto = int(ProtoRoute)
	m.SetHeader(Header{Type: get, Flags: FlagDump})
	m.Append(append([]byte{byte(family)}, make([]byte, n-1)...), 4)
	return m
}

// ofFamily asks for the family in arg1, with a header of n bytes.
func ofFamily(n int) func(MsgType, cacheArgs) (*Msg, error) {
	return func(get MsgType, a cacheArgs) (*Msg, error) { return ask(get, a.arg1, n), nil }
}

// ofAll asks for a family that the type fixes.
func ofAll(family Family, n int) func(MsgType, cacheArgs) (*Msg, error) {
	return func(get MsgType, _ cacheArgs) (*Msg, error) { return ask(get, int(family), n), nil }
}

var cacheTypes = map[string]*cacheType{
	"route/link": {
		get:      RTMGetLink,
		families: []Family{0, FamilyBridge, FamilyIPv6},
		groups:   []Group{GroupLink, unix.RTNLGRP_IPV6_IFINFO},
		request:  askLinks,
	},
	"route/addr": {
		get:      RTMGetAddr,
		families: []Family{FamilyIPv4, FamilyIPv6},
		groups:   []Group{GroupIPv4IfAddr, GroupIPv6IfAddr},
		request:  ofFamily(unix.SizeofIfAddrmsg),
	},
	"route/route": {
		get:      RTMGetRoute,
		families: []Family{FamilyIPv4, FamilyIPv6, unix.AF_MPLS},
		groups:   []Group{GroupIPv4Route, GroupIPv6Route, unix.RTNLGRP_MPLS_ROUTE},
		request:  askRoutes,
	},
	"route/neigh": {
		get:      RTMGetNeigh,
		families: []Family{0, FamilyBridge},
		groups:   []Group{GroupNeigh},
		request:  ofFamily(unix.SizeofNdMsg),
	},
	"route/neightbl": {get: unix.RTM_GETNEIGHTBL, request: ofAll(0, 4)},
	"route/rule": {
		get:      RTMGetRule,
		families: []Family{FamilyIPv4, FamilyIPv6},
		groups:   []Group{GroupIPv4Rule, GroupIPv6Rule},
		request:  ofFamily(12),
	},
	"route/netconf": {
		get:      unix.RTM_GETNETCONF,
		families: []Family{FamilyIPv4, FamilyIPv6, unix.AF_MPLS},
		groups:   []Group{unix.RTNLGRP_IPV4_NETCONF, unix.RTNLGRP_IPV6_NETCONF, unix.RTNLGRP_MPLS_NETCONF},
		request:  ofFamily(4),
	},
	"route/mdb": {
		get:      unix.RTM_GETMDB,
		families: []Family{FamilyBridge},
		groups:   []Group{unix.RTNLGRP_MDB},
		request:  ofAll(FamilyBridge, 8),
	},
	"route/nh": {
		get:      unix.RTM_GETNEXTHOP,
		families: []Family{0},
		groups:   []Group{GroupNexthop},
		request:  ofFamily(unix.SizeofNhmsg),
	},
}

// askLinks asks for virtual functions too, and of bridge ports for their VLANs.
func askLinks(get MsgType, a cacheArgs) (*Msg, error) {
	m := ask(get, a.arg1, unix.SizeofIfInfomsg)
	mask := uint32(rtextFilterVF)
	if a.arg1 == int(FamilyBridge) {
		mask |= 1 << 1 // RTEXT_FILTER_BRVLAN
	}
	m.PutU32(unix.IFLA_EXT_MASK, mask)
	return m, m.Err()
}

// RouteCacheContent is the flag of a cache of routes that asks for those that the kernel made of others (ROUTE_CACHE_CONTENT).
const routeCacheContent = 1

func askRoutes(get MsgType, a cacheArgs) (*Msg, error) {
	m := ask(get, a.arg1, unix.SizeofRtMsg)
	if a.arg2&routeCacheContent != 0 {
		p := m.Payload()
		binary.NativeEndian.PutUint32(p[8:], unix.RTM_F_CLONED)
	}
	return m, m.Err()
}
