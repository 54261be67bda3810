//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

import (
	"encoding/binary"
	"slices"

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
	proto      Protocol
	fresh, del MsgType  // of messages that tell of an object, and that one is gone
	get        MsgType  // of requests
	families   []Family // that CacheFlagAFIter asks for
	groups     []Group  // that tell of changes
	request    func(get MsgType, a cacheArgs) (*Msg, error)

	apart  []Family                    // families whose objects are others than those asked for without a family
	watch  []Group                     // groups that tell of what can change the objects without a word
	unsure func(l *links, m *Msg) bool // reports whether a message of those groups, or of groups, does
}

// action says what a message of a type tells. A nil cacheType knows no message.
func (t *cacheType) action(m MsgType) ChangeAction {
	switch {
	case t == nil || m == 0:
		return ActUnspec
	case m == t.fresh:
		return ActNew
	case m == t.del:
		return ActDel
	}
	return ActUnspec
}

// wants reports whether a message with that family is of what is asked for with a.
func (t *cacheType) wants(a cacheArgs, f Family) bool {
	switch {
	case a.flags&CacheFlagAFIter != 0:
		return true
	case a.arg1 != 0 && t.byFamily():
		return f == Family(a.arg1)
	}
	return !slices.Contains(t.apart, f)
}

// byFamily reports whether the first argument is a family.
func (t *cacheType) byFamily() bool { return t.get != unix.RTM_GETMDB }

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
		fresh: RTMNewLink, del: RTMDelLink, get: RTMGetLink,
		families: []Family{0, FamilyBridge, FamilyIPv6},
		groups:   []Group{GroupLink, unix.RTNLGRP_IPV6_IFINFO},
		request:  askLinks,
		apart:    []Family{FamilyBridge, FamilyIPv6},
	},
	"route/addr": {
		fresh: RTMNewAddr, del: RTMDelAddr, get: RTMGetAddr,
		families: []Family{FamilyIPv4, FamilyIPv6},
		groups:   []Group{GroupIPv4IfAddr, GroupIPv6IfAddr},
		request:  ofFamily(unix.SizeofIfAddrmsg),
	},
	"route/route": {
		fresh: RTMNewRoute, del: RTMDelRoute, get: RTMGetRoute,
		families: []Family{FamilyIPv4, FamilyIPv6, unix.AF_MPLS},
		groups:   []Group{GroupIPv4Route, GroupIPv6Route, unix.RTNLGRP_MPLS_ROUTE, GroupIPv4MRoute, GroupIPv6MRoute},
		request:  askRoutes,
		watch:    []Group{GroupLink, GroupIPv4IfAddr, GroupNexthop},
		unsure:   routesUnsure,
	},
	"route/neigh": {
		fresh: RTMNewNeigh, del: RTMDelNeigh, get: RTMGetNeigh,
		families: []Family{0, FamilyBridge},
		groups:   []Group{GroupNeigh},
		request:  ofFamily(unix.SizeofNdMsg),
		apart:    []Family{FamilyBridge},
	},
	"route/neightbl": {fresh: unix.RTM_NEWNEIGHTBL, get: unix.RTM_GETNEIGHTBL, request: ofAll(0, 4)},
	"route/rule": {
		fresh: RTMNewRule, del: RTMDelRule, get: RTMGetRule,
		families: []Family{FamilyIPv4, FamilyIPv6},
		groups:   []Group{GroupIPv4Rule, GroupIPv6Rule},
		request:  ofFamily(12),
	},
	"route/netconf": {
		fresh: unix.RTM_NEWNETCONF, del: unix.RTM_DELNETCONF, get: unix.RTM_GETNETCONF,
		families: []Family{FamilyIPv4, FamilyIPv6, unix.AF_MPLS},
		groups:   []Group{unix.RTNLGRP_IPV4_NETCONF, unix.RTNLGRP_IPV6_NETCONF, unix.RTNLGRP_MPLS_NETCONF},
		request:  ofFamily(4),
	},
	"route/mdb": {
		fresh: unix.RTM_NEWMDB, del: unix.RTM_DELMDB, get: unix.RTM_GETMDB,
		families: []Family{FamilyBridge},
		groups:   []Group{unix.RTNLGRP_MDB},
		request:  ofAll(FamilyBridge, 8),
		watch:    []Group{GroupLink},
		unsure:   func(_ *links, m *Msg) bool { t := m.Header().Type; return t == RTMNewLink || t == RTMDelLink },
	},
	"route/nh": {
		fresh: unix.RTM_NEWNEXTHOP, del: unix.RTM_DELNEXTHOP, get: unix.RTM_GETNEXTHOP,
		families: []Family{0},
		groups:   []Group{GroupNexthop},
		request:  ofFamily(unix.SizeofNhmsg),
		watch:    []Group{GroupLink},
		unsure:   func(l *links, m *Msg) bool { return l.changed(m) },
	},
	"genl/family": {
		proto: ProtoGeneric, get: unix.GENL_ID_CTRL, // which is the type of all messages of the controller: what a notification tells its command says
		request: func(MsgType, cacheArgs) (*Msg, error) { return genlCtrlRequest(unix.CTRL_CMD_GETFAMILY, FlagDump), nil },
	},
	"route/qdisc": {fresh: 36, del: 37},
	"route/class": {fresh: 40, del: 41},
	"route/cls":   {fresh: 44, del: 45},
	"route/act":   {fresh: 48, del: 49},
	"netfilter/ct": {
		proto: ProtoNetfilter, fresh: MsgCTNew, del: MsgCTDelete, get: msgCTGet,
		groups:  []Group{GroupCTNew, GroupCTUpdate, GroupCTDestroy},
		request: askCTs,
	},
	"netfilter/exp":       {proto: ProtoNetfilter, fresh: 2 << 8, del: 2<<8 | 2},
	"netfilter/queue_msg": {proto: ProtoNetfilter, fresh: 3 << 8},
	"netfilter/log_msg":   {proto: ProtoNetfilter, fresh: 4 << 8},
}

// askLinks asks for virtual functions too, and of bridge ports for their VLANs.
func askLinks(get MsgType, a cacheArgs) (*Msg, error) {
	m := ask(get, a.arg1, unix.SizeofIfInfomsg)
	mask := uint32(rtextFilterVF)
	if a.arg1 == int(FamilyBridge) {
		mask |= 1 << 1 // RTEXT_FILTER_BRVLAN
		if HasCapability(CapVersion3_11_0) {
			mask |= 1 << 7 // RTEXT_FILTER_MST
		}
	}
	m.PutU32(unix.IFLA_EXT_MASK, mask)
	return m, m.Err()
}

// routeCacheContent is the flag of a cache of routes that asks for those that the kernel made of others (ROUTE_CACHE_CONTENT).
const routeCacheContent = 1

func askRoutes(get MsgType, a cacheArgs) (*Msg, error) {
	m := ask(get, a.arg1, unix.SizeofRtMsg)
	if a.arg2&routeCacheContent != 0 {
		p := m.Payload()
		binary.NativeEndian.PutUint32(p[8:], unix.RTM_F_CLONED)
	}
	return m, m.Err()
}

// links is the state in which links were last told to be.
type links map[int32]uint32

// changed takes a message and reports whether it is of a link that came, went, or changed its state.
func (l *links) changed(m *Msg) bool {
	p := m.Payload()
	t := m.Header().Type
	if t != RTMNewLink && t != RTMDelLink || len(p) < unix.SizeofIfInfomsg || p[0] != 0 {
		return false
	}
	index := int32(binary.NativeEndian.Uint32(p[4:]))
	state := binary.NativeEndian.Uint32(p[8:]) & (unix.IFF_UP | unix.IFF_RUNNING | unix.IFF_LOWER_UP)
	was, known := (*l)[index]
	if t == RTMDelLink {
		delete(*l, index)
		return true
	}
	if *l == nil {
		*l = links{}
	}
	(*l)[index] = state
	return !known || was != state
}

// routesUnsure reports whether IPv4 routes may have gone, or their flags have changed, without a notification: with a link, an address, a nexthop.
func routesUnsure(l *links, m *Msg) bool {
	switch m.Header().Type {
	case RTMNewLink, RTMDelLink:
		return l.changed(m)
	case RTMDelAddr:
		p := m.Payload()
		return len(p) > 0 && Family(p[0]) == FamilyIPv4
	case unix.RTM_NEWNEXTHOP, unix.RTM_DELNEXTHOP:
		return true
	}
	return false
}
