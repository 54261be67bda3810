//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
	"github.com/golibnl/libnl/internal/oracle"
)

// netconfMsg is a notification of a configuration.
func netconfWith(t testing.TB, family byte, attrs map[uint16]int32) *libnl.Msg {
	t.Helper()
	m, err := libnl.NewMsgSimple(unix.RTM_NEWNETCONF, 0)
	noErr(t, err)
	m.SetProto(libnl.ProtoRoute)
	m.Append([]byte{family}, 4)
	for typ := uint16(1); typ < 9; typ++ {
		if v, ok := attrs[typ]; ok {
			m.PutS32(typ, v)
		}
	}
	return m
}

func newNetconf(t testing.TB, family byte, attrs map[uint16]int32) *libnl.Netconf {
	t.Helper()
	o, err := netconfWith(t, family, attrs).Object()
	made(t, o, err)
	n, ok := libnl.As[*libnl.Netconf](o)
	equal(t, "is a netconf", ok, true)
	return n
}

// netconfValues are all getters.
func netconfValues(n *libnl.Netconf) map[string]any {
	return map[string]any{
		"rtnl_netconf_get_family": opt(n.Family()), "rtnl_netconf_get_ifindex": opt(n.Index()), "rtnl_netconf_get_forwarding": opt(n.Forwarding()),
		"rtnl_netconf_get_mc_forwarding": opt(n.MCForwarding()), "rtnl_netconf_get_rp_filter": opt(n.RPFilter()),
		"rtnl_netconf_get_proxy_neigh": opt(n.ProxyNeigh()), "rtnl_netconf_get_ignore_routes_linkdown": opt(n.IgnoreRoutesLinkdown()),
		"rtnl_netconf_get_input": opt(n.Input()),
	}
}

func TestNetconfAttrs(t *testing.T) {
	var off maybe[bool]
	for _, c := range []struct {
		family byte
		attrs  map[uint16]int32
		want   map[string]any
	}{
		{unix.AF_INET, map[uint16]int32{1: -1, 2: 1, 3: 2, 4: 0, 5: 1, 6: 0}, map[string]any{
			"rtnl_netconf_get_family": some(libnl.FamilyIPv4), "rtnl_netconf_get_ifindex": some(libnl.NetconfAll),
			"rtnl_netconf_get_forwarding": some(true), "rtnl_netconf_get_mc_forwarding": some(false),
			"rtnl_netconf_get_rp_filter": some(libnl.RPFilterLoose), "rtnl_netconf_get_proxy_neigh": some(true),
			"rtnl_netconf_get_ignore_routes_linkdown": some(false), "rtnl_netconf_get_input": off,
		}},
		{unix.AF_INET6, map[uint16]int32{1: 7}, map[string]any{
			"rtnl_netconf_get_family": some(libnl.FamilyIPv6), "rtnl_netconf_get_ifindex": some(7),
			"rtnl_netconf_get_forwarding": off, "rtnl_netconf_get_mc_forwarding": off,
			"rtnl_netconf_get_rp_filter": none[libnl.RPFilter](), "rtnl_netconf_get_proxy_neigh": off,
			"rtnl_netconf_get_ignore_routes_linkdown": off, "rtnl_netconf_get_input": off,
		}},
		{unix.AF_MPLS, map[uint16]int32{1: -2, 7: 1}, map[string]any{
			"rtnl_netconf_get_family": some(libnl.FamilyMPLS), "rtnl_netconf_get_ifindex": some(libnl.NetconfDefault),
			"rtnl_netconf_get_forwarding": off, "rtnl_netconf_get_mc_forwarding": off,
			"rtnl_netconf_get_rp_filter": none[libnl.RPFilter](), "rtnl_netconf_get_proxy_neigh": off,
			"rtnl_netconf_get_ignore_routes_linkdown": off, "rtnl_netconf_get_input": some(true),
		}},
	} {
		n := newNetconf(t, c.family, c.attrs)
		copied, err := libnl.Clone(n)
		made(t, copied, err)
		equal(t, "difference of the clone", n.Diff(copied), 0)
		for _, n := range []*libnl.Netconf{n, copied} {
			for fn, got := range netconfValues(n) {
				if got != c.want[fn] {
					t.Errorf("family %d: %s: %v, want %v", c.family, fn, got, c.want[fn])
				}
			}
		}
	}
	a, b := newNetconf(t, unix.AF_INET, map[uint16]int32{1: 3, 2: 0, 3: 0}), newNetconf(t, unix.AF_INET, map[uint16]int32{1: 3, 2: 1, 3: 2})
	equal(t, "difference", strings.Join(a.AttrNames(a.Diff(b)), ","), "rp_filter,forwarding")
	noErr(t, a.Update(b))
	equal(t, "updated", a.Diff(b), 0)
	o, err := libnl.NewObject("route/netconf")
	made(t, o, err)
	empty, _ := libnl.As[*libnl.Netconf](o)
	equal(t, "family of nothing", opt(empty.Family()), none[libnl.Family]())
	equal(t, "index of nothing", opt(empty.Index()), none[int]())
	noErr(t, o.Close())
	mustPanic(t, "closed Netconf", func() { empty.Forwarding() })
}

// libnl's parser prints to standard output what it does not expect.
func TestNetconfPrintsNothing(t *testing.T) {
	r, w, err := os.Pipe()
	noErr(t, err)
	defer r.Close()
	stdout, err := unix.Dup(1)
	noErr(t, err)
	noErr(t, unix.Dup2(int(w.Fd()), 1))
	for _, m := range []*libnl.Msg{
		netconfWith(t, unix.AF_BRIDGE, map[uint16]int32{1: 1}), netconfWith(t, unix.AF_UNSPEC, map[uint16]int32{1: 1}), netconfWith(t, unix.AF_INET, nil),
	} {
		if _, err := m.Object(); err == nil {
			t.Error("parsed")
		}
	}
	oracle.Call("fflush", nil)
	noErr(t, unix.Dup2(stdout, 1))
	unix.Close(stdout)
	w.Close()
	var buf [256]byte
	if n, _ := r.Read(buf[:]); n > 0 {
		t.Errorf("printed: %q", buf[:n])
	}
}

func TestRPFilterText(t *testing.T) {
	for f, s := range map[libnl.RPFilter]string{0: "off", 1: "strict", 2: "loose", 7: "7"} {
		equal(t, "text", f.String(), s)
		got, err := libnl.ParseRPFilter(s)
		noErr(t, err)
		equal(t, "value", got, f)
	}
	_, err := libnl.ParseRPFilter("nosuch")
	isErr(t, "an unknown word", err, libnl.ErrObjNotFound)
}

// sameNetconf compares a configuration with what ip says.
func sameNetconf(t *testing.T, n *libnl.Netconf, names map[int]string, ip map[string]any) {
	t.Helper()
	i, _ := n.Index()
	equal(t, "interface", names[i], ip["interface"].(string))
	family, _ := n.Family()
	equal(t, "family", family.String(), ip["family"].(string))
	same := func(key string, on, ok bool) {
		t.Helper()
		v, has := ip[key].(bool)
		equal(t, key+" is there", ok, has)
		equal(t, key, on, v)
	}
	on, ok := n.Forwarding()
	same("forwarding", on, ok)
	on, ok = n.MCForwarding()
	same("mc_forwarding", on, ok)
	on, ok = n.ProxyNeigh()
	same("proxy_neigh", on, ok)
	on, ok = n.IgnoreRoutesLinkdown()
	same("ignore_routes_with_linkdown", on, ok)
	if f, ok := n.RPFilter(); ok {
		equal(t, "rp_filter", f.String(), ip["rp_filter"].(string))
	}
}

func TestNetconfKernel(t *testing.T) {
	s := netNS(t)
	ctx := t.Context()
	v0, v1 := vethPair(t)
	names := map[int]string{libnl.NetconfAll: "all", libnl.NetconfDefault: "default", 1: "lo", v0: "v0", v1: "v1"}
	for file, v := range map[string]string{
		"ipv4/conf/v0/forwarding": "1", "ipv4/conf/v0/rp_filter": "2", "ipv4/conf/v1/rp_filter": "1", "ipv4/conf/v1/proxy_arp": "1",
		"ipv6/conf/v0/forwarding": "1", "ipv6/conf/v1/ignore_routes_with_linkdown": "1", "ipv4/conf/default/ignore_routes_with_linkdown": "1",
	} {
		nltest.Sysctl(t, file, v)
	}
	for _, strict := range []bool{false, true} {
		s := dialRoute(t, &libnl.Config{Strict: strict})
		for family, flag := range map[libnl.Family]string{libnl.FamilyIPv4: "-4", libnl.FamilyIPv6: "-6"} {
			want := ipMaps(t, "ip", flag, "netconf", "show")
			got := collect(t, s.Netconfs(ctx, &libnl.NetconfFilter{Family: family}))
			equal(t, "configurations", len(got), len(want))
			for i, n := range got {
				sameNetconf(t, n, names, want[i])
			}
		}
		var families []libnl.Family // and MPLS, if the kernel has it
		for _, n := range collect(t, s.Netconfs(ctx, &libnl.NetconfFilter{Index: v0})) {
			f, _ := n.Family()
			families = append(families, f)
		}
		equal(t, "of one interface", fmt.Sprint(families[:2]), fmt.Sprint([]libnl.Family{libnl.FamilyIPv4, libnl.FamilyIPv6}))
		equal(t, "of all interfaces", len(collect(t, s.Netconfs(ctx, &libnl.NetconfFilter{Family: libnl.FamilyIPv4, Index: libnl.NetconfAll}))), 1)
	}
	isErr(t, "family", failure(s.Netconfs(ctx, &libnl.NetconfFilter{Family: -1})), libnl.ErrAFNoSupport)
}

func TestKernelNetconfMPLS(t *testing.T) {
	s := netNS(t)
	nltest.Link(t, "dummy", "d0")
	nltest.Sysctl(t, "mpls/conf/d0/input", "1")
	all := collect(t, s.Netconfs(t.Context(), &libnl.NetconfFilter{Family: libnl.FamilyMPLS}))
	seen := false
	for _, n := range all {
		on, ok := n.Input()
		equal(t, "has input", ok, true)
		seen = seen || on
	}
	equal(t, "an interface takes labels in", seen, true)
}
