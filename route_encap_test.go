//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"encoding/binary"
	"errors"
	"reflect"
	"testing"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/oracle"
	"golang.org/x/sys/unix"
)

// encapCase is an encapsulation, and how plain libnl (3.12) is told.
type encapCase struct {
	e libnl.Encap
	c func(t *testing.T, e oracle.Ptr)
}

func encapCases(t *testing.T) map[string]encapCase {
	v4, v6 := ip("192.0.2.1"), ip("2001:db8::1")
	call := func(e oracle.Ptr, fn string, args ...any) {
		t.Helper()
		if rc := int32(e.Call(fn, args...)); rc < 0 {
			t.Fatalf("%s: %d", fn, rc)
		}
	}
	return map[string]encapCase{
		"mpls": {libnl.EncapMPLS{Labels: labels(t, "100/200"), TTL: 7}, func(t *testing.T, e oracle.Ptr) {
			call(e, "rtnl_nh_encap_mpls", forC(labels(t, "100/200")), 7)
		}},
		"ip": {libnl.EncapIP{Dst: v4, Src: ip("192.0.2.9"), ID: 1 << 40, TTL: 3, TOS: 4, Flags: libnl.TunnelKey | libnl.TunnelSeq}, func(t *testing.T, e oracle.Ptr) {
			call(e, "rtnl_nh_encap_ip", forC(v4))
			call(e, "rtnl_nh_set_encap_ip_src", forC(ip("192.0.2.9")))
			call(e, "rtnl_nh_set_encap_ip_id", uint64(1<<40))
			call(e, "rtnl_nh_set_encap_ip_ttl", 3)
			call(e, "rtnl_nh_set_encap_ip_tos", 4)
			call(e, "rtnl_nh_set_encap_ip_flags", networkOrder(4|8))
		}},
		"ip alone": {libnl.EncapIP{Dst: v4}, func(t *testing.T, e oracle.Ptr) { call(e, "rtnl_nh_encap_ip", forC(v4)) }},
		"ip6": {libnl.EncapIP6{Dst: v6, Src: ip("2001:db8::9"), ID: 5, HopLimit: 3, TrafficClass: 4, Flags: libnl.TunnelCsum}, func(t *testing.T, e oracle.Ptr) {
			call(e, "rtnl_nh_encap_ip6", forC(v6))
			call(e, "rtnl_nh_set_encap_ip6_src", forC(ip("2001:db8::9")))
			call(e, "rtnl_nh_set_encap_ip6_id", 5)
			call(e, "rtnl_nh_set_encap_ip6_hoplimit", 3)
			call(e, "rtnl_nh_set_encap_ip6_tc", 4)
			call(e, "rtnl_nh_set_encap_ip6_flags", networkOrder(1))
		}},
		"ila": {libnl.EncapILA{Locator: 0x20010db800000001, CsumMode: new(uint8(0)), IdentType: new(uint8(1)), HookType: new(uint8(2))}, func(t *testing.T, e oracle.Ptr) {
			call(e, "rtnl_nh_encap_ila", swap64(0x20010db800000001))
			call(e, "rtnl_nh_set_encap_ila_csum_mode", 0)
			call(e, "rtnl_nh_set_encap_ila_ident_type", 1)
			call(e, "rtnl_nh_set_encap_ila_hook_type", 2)
		}},
		"ila alone": {libnl.EncapILA{Locator: 1}, func(t *testing.T, e oracle.Ptr) { call(e, "rtnl_nh_encap_ila", swap64(1)) }},
	}
}

// swap64 returns a number of eight bytes in network order.
func swap64(v uint64) uint64 {
	return binary.BigEndian.Uint64(binary.NativeEndian.AppendUint64(nil, v))
}

func TestRouteEncap(t *testing.T) {
	for name, c := range encapCases(t) {
		p := newRoutePair(t, prefix("192.0.2.0/24"))
		h := p.hop()
		err := h.n.SetEncap(c.e)
		if !oracle.Has("rtnl_nh_encap_alloc") {
			if name != "mpls" {
				isErr(t, name, err, libnl.ErrOpNotSupp)
			}
			continue
		}
		noErr(t, err)
		e := oracle.Ptr(oracle.Call("rtnl_nh_encap_alloc"))
		c.c(t, e)
		oracle.Call("rtnl_route_nh_set_encap", h.c, e)
		p.same(name)
		p.copied(name)
		got, ok := h.n.Encap()
		if !ok || !reflect.DeepEqual(got, c.e) {
			t.Errorf("%s: %+v, want %+v", name, got, c.e)
		}
		m, err := p.r.BuildAdd(0)
		noErr(t, err)
		back, err := libnl.ParseRoute(m)
		made(t, back, err)
		n, _ := back.Nexthop(0)
		if got, _ := n.Encap(); !reflect.DeepEqual(got, c.e) {
			t.Errorf("%s: parsed as %+v, want %+v", name, got, c.e)
		}
		noErr(t, h.n.SetEncap(nil))
		_, ok = h.n.Encap()
		equal(t, name+": unset", ok, false)
		m, err = p.r.BuildAdd(0)
		noErr(t, err)
		_, ok = m.FindAttr(unix.SizeofRtMsg, unix.RTA_ENCAP)
		equal(t, name+": in the request", ok, false)
	}
}

func TestRouteEncapWrong(t *testing.T) {
	n := newHop(t, "", 1)
	empty := libnl.AddrFrom(libnl.FamilyMPLS, nil)
	for _, e := range []libnl.Encap{
		libnl.EncapMPLS{},
		libnl.EncapMPLS{Labels: ip("10.0.0.1")},
		libnl.EncapMPLS{Labels: empty},
		libnl.EncapIP{Dst: ip("::1")},
		libnl.EncapIP{Dst: ip("10.0.0.1"), Src: ip("::1")},
		libnl.EncapIP6{Dst: ip("10.0.0.1")},
		libnl.EncapIP6{Dst: ip("::1"), Src: ip("10.0.0.1")},
	} {
		err := n.SetEncap(e)
		if !errors.Is(err, libnl.ErrAFMismatch) && !errors.Is(err, libnl.ErrInval) {
			t.Errorf("%+v: %v", e, err)
		}
	}
	if !oracle.Has("rtnl_nh_encap_alloc") {
		isErr(t, "unsetting", n.SetEncap(nil), libnl.ErrOpNotSupp)
	}
}

func TestTunnelFlags(t *testing.T) {
	f := libnl.TunnelKey | libnl.TunnelCsum | 1<<12
	equal(t, "text", f.String(), "key,csum,0x1000")
	for bit := range 16 {
		f := libnl.TunnelFlags(1) << bit
		back, err := libnl.ParseTunnelFlags(f.String())
		noErr(t, err)
		equal(t, f.String(), back, f)
	}
	_, err := libnl.ParseTunnelFlags("key,nosuch")
	isErr(t, "an unknown flag", err, libnl.ErrObjNotFound)
	_, err = libnl.ParseTunnelFlags("0x10000")
	isErr(t, "no room", err, libnl.ErrObjNotFound)
}
