//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"context"
	"iter"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Netconf is the configuration of IPv4, IPv6 or MPLS on an interface: struct rtnl_netconf, "route/netconf". It can be read only.
//
// Getters return false for what the object does not have: rp_filter is IPv4's alone, input is MPLS's, the others are IP's.
type Netconf struct{ Object }

func (n *Netconf) object() *Object { return (*Object)(unsafe.Pointer(n)) }

// Close gives the handle's reference back: see [Object.Close].
//
// Implements: rtnl_netconf_put
func (n *Netconf) Close() error { return n.object().Close() }

// ptr returns the C object, nil if the handle is nil, closed or revoked.
func (n *Netconf) ptr() *C.struct_rtnl_netconf {
	return (*C.struct_rtnl_netconf)(unsafe.Pointer(n.object().ptr()))
}

// live returns the C object, for calls without an error result.
func (n *Netconf) live() *C.struct_rtnl_netconf {
	c := n.ptr()
	if c == nil {
		panicClosed("Netconf")
	}
	return c
}

// Indexes of configurations that are not of an interface (NETCONFA_IFINDEX_*).
const (
	NetconfAll     = -1 // of all interfaces
	NetconfDefault = -2 // of new interfaces
)

// Family returns the address family.
//
// Implements: rtnl_netconf_get_family
func (n *Netconf) Family() (f Family, ok bool) {
	var v C.int
	rc := C.rtnl_netconf_get_family(n.live(), &v)
	return Family(v), rc == 0
}

// Index returns the index of the interface, [NetconfAll] or [NetconfDefault].
//
// Implements: rtnl_netconf_get_ifindex
func (n *Netconf) Index() (i int, ok bool) {
	var v C.int
	rc := C.rtnl_netconf_get_ifindex(n.live(), &v)
	return int(v), rc == 0
}

// Forwarding reports whether packets are forwarded.
//
// Implements: rtnl_netconf_get_forwarding
func (n *Netconf) Forwarding() (on, ok bool) {
	var v C.int
	rc := C.rtnl_netconf_get_forwarding(n.live(), &v)
	return v != 0, rc == 0
}

// MCForwarding reports whether multicast packets are forwarded.
//
// Implements: rtnl_netconf_get_mc_forwarding
func (n *Netconf) MCForwarding() (on, ok bool) {
	var v C.int
	rc := C.rtnl_netconf_get_mc_forwarding(n.live(), &v)
	return v != 0, rc == 0
}

// RPFilter is how the source of a packet is checked (rp_filter).
type RPFilter int

// The ways to check the source of a packet.
const (
	RPFilterOff    RPFilter = iota
	RPFilterStrict          // the way back must be the interface
	RPFilterLoose           // there must be a way back
)

// String returns the word that libnl has for it, "strict", or the number.
func (f RPFilter) String() string {
	switch f {
	case RPFilterOff:
		return "off"
	case RPFilterStrict:
		return "strict"
	case RPFilterLoose:
		return "loose"
	}
	return strconv.Itoa(int(f))
}

// ParseRPFilter reads what [RPFilter.String] writes; what is neither a word of it nor a number is [ErrObjNotFound].
func ParseRPFilter(s string) (RPFilter, error) {
	for f := RPFilterOff; f <= RPFilterLoose; f++ {
		if f.String() == s {
			return f, nil
		}
	}
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil {
		return 0, textErr("ParseRPFilter", ErrObjNotFound, s)
	}
	return RPFilter(n), nil
}

// RPFilter returns how the source of a packet is checked.
//
// Implements: rtnl_netconf_get_rp_filter
func (n *Netconf) RPFilter() (f RPFilter, ok bool) {
	var v C.int
	rc := C.rtnl_netconf_get_rp_filter(n.live(), &v)
	return RPFilter(v), rc == 0
}

// ProxyNeigh reports whether the machine answers for neighbours behind it.
//
// Implements: rtnl_netconf_get_proxy_neigh
func (n *Netconf) ProxyNeigh() (on, ok bool) {
	var v C.int
	rc := C.rtnl_netconf_get_proxy_neigh(n.live(), &v)
	return v != 0, rc == 0
}

// IgnoreRoutesLinkdown reports whether routes over an interface without a carrier are passed over.
//
// Implements: rtnl_netconf_get_ignore_routes_linkdown
func (n *Netconf) IgnoreRoutesLinkdown() (on, ok bool) {
	var v C.int
	rc := C.rtnl_netconf_get_ignore_routes_linkdown(n.live(), &v)
	return v != 0, rc == 0
}

// Input reports whether packets with MPLS labels are taken in.
//
// Implements: rtnl_netconf_get_input
func (n *Netconf) Input() (on, ok bool) {
	var v C.int
	rc := C.rtnl_netconf_get_input(n.live(), &v)
	return v != 0, rc == 0
}

// NetconfFilter says which configurations [Socket.Netconfs] yields. The zero value, and nil, is all of them.
type NetconfFilter struct {
	Family Family
	Index  int // of an interface, NetconfAll or NetconfDefault
}

func (f *NetconfFilter) wants(n *Netconf) bool {
	family, _ := n.Family()
	index, _ := n.Index()
	return (f.Family == 0 || family == f.Family) && (f.Index == 0 || index == f.Index)
}

// Netconfs asks the kernel for the configurations of interfaces and yields them one by one, each lent for its step; [Retain] or [Clone] keeps
// one. Errors are those of [Socket.Request], each ends the loop; a dump that a change interrupted ends with [ErrDumpIntr]. Equivalent to: ip
// netconf show.
func (s *Socket) Netconfs(ctx context.Context, f *NetconfFilter) iter.Seq2[*Netconf, error] {
	if f == nil {
		f = &NetconfFilter{}
	}
	return func(yield func(*Netconf, error) bool) {
		const fn = "Netconfs"
		if err := checkFamily(fn, f.Family); err != nil {
			yield(nil, err)
			return
		}
		m := dumpRequest(unix.RTM_GETNETCONF, []byte{byte(f.Family)})
		objects(ctx, s, fn, m, f.wants)(yield)
	}
}
