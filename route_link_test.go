//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/oracle"
	"golang.org/x/sys/unix"
)

func newLink(t testing.TB) *libnl.Link {
	t.Helper()
	l, err := libnl.NewLink()
	return made(t, l, err)
}

// linkAttr is an attribute of links: how it reads before, how it is set here and in C, how it reads then, and what a comparison calls it,
// empty where libnl does not compare it.
type linkAttr struct {
	name  string
	get   func(*libnl.Link) any
	unset any
	set   func(*libnl.Link) error
	want  any
	setC  func(oracle.Ptr)
	diff  string
}

var (
	testMAC   = oracle.Addr{Family: unix.AF_LLC, Bytes: []byte{2, 0, 0, 0, 0, 1}, PrefixLen: -1}
	testBcast = oracle.Addr{Family: unix.AF_LLC, Bytes: []byte{255, 255, 255, 255, 255, 255}, PrefixLen: -1}
)

func pair[A, B any](a A, b B) string { return fmt.Sprint(a, b) }

func linkAttrs() []linkAttr {
	type L = *libnl.Link
	ok := func(f func(L)) func(L) error {
		return func(l L) error { f(l); return nil }
	}
	call := func(fn string, args ...any) func(oracle.Ptr) {
		return func(c oracle.Ptr) { c.Call(fn, args...) }
	}
	return []linkAttr{
		{"index", func(l L) any { return l.Index() }, 0, func(l L) error { return l.SetIndex(0x7fffffff) }, 0x7fffffff, call("rtnl_link_set_ifindex", 0x7fffffff), "ifindex"},
		{"name", func(l L) any { return l.Name() }, "", func(l L) error { return l.SetName("abcdefghijklmno") }, "abcdefghijklmno", call("rtnl_link_set_name", "abcdefghijklmno"), "name"},
		{"alias", func(l L) any { return l.Alias() }, "", func(l L) error { return l.SetAlias(strings.Repeat("a", 255)) }, strings.Repeat("a", 255), call("rtnl_link_set_ifalias", strings.Repeat("a", 255)), "ifalias"},
		{"qdisc", func(l L) any { return l.Qdisc() }, "", func(l L) error { return l.SetQdisc("fq_codel") }, "fq_codel", call("rtnl_link_set_qdisc", "fq_codel"), "qdisc"},
		{"type", func(l L) any { return l.Type() }, "", func(l L) error { return l.SetType("nosuchkind") }, "nosuchkind", call("rtnl_link_set_type", "nosuchkind"), "linkinfo"},
		{"slave type", func(l L) any { return l.SlaveType() }, "", func(l L) error { return l.SetSlaveType("bridge") }, "bridge", call("rtnl_link_set_slave_type", "bridge"), ""},
		{"group", func(l L) any { return l.Group() }, uint32(0), ok(func(l L) { l.SetGroup(0xffffffff) }), uint32(0xffffffff), call("rtnl_link_set_group", uint32(0xffffffff)), "group"},
		{"flags", func(l L) any { return l.Flags() }, libnl.LinkFlags(0), ok(func(l L) { l.SetFlags(unix.IFF_UP | unix.IFF_NOARP) }), libnl.LinkFlags(unix.IFF_UP | unix.IFF_NOARP), call("rtnl_link_set_flags", unix.IFF_UP|unix.IFF_NOARP), "flags"},
		{"MTU", func(l L) any { return l.MTU() }, uint32(0), ok(func(l L) { l.SetMTU(9000) }), uint32(9000), call("rtnl_link_set_mtu", 9000), "mtu"},
		{"transmit queue", func(l L) any { return l.TxQLen() }, uint32(0), ok(func(l L) { l.SetTxQLen(17) }), uint32(17), call("rtnl_link_set_txqlen", 17), "txqlen"},
		{"family", func(l L) any { return l.Family() }, libnl.FamilyUnspec, func(l L) error { return l.SetFamily(libnl.Family(unix.AF_PACKET)) }, libnl.Family(unix.AF_PACKET), call("rtnl_link_set_family", unix.AF_PACKET), "family"},
		{"hardware type", func(l L) any { return l.ARPType() }, libnl.LLProto(unix.ARPHRD_VOID), ok(func(l L) { l.SetARPType(unix.ARPHRD_ETHER) }), libnl.LLProto(unix.ARPHRD_ETHER), call("rtnl_link_set_arptype", unix.ARPHRD_ETHER), ""},
		{"address", func(l L) any { return l.Addr() }, libnl.Addr{}, func(l L) error { return l.SetAddr(libnl.AddrFromMAC(testMAC.Bytes)) }, libnl.AddrFromMAC(testMAC.Bytes), call("rtnl_link_set_addr", testMAC), "address"},
		{"broadcast", func(l L) any { return l.Broadcast() }, libnl.Addr{}, func(l L) error { return l.SetBroadcast(libnl.AddrFromMAC(testBcast.Bytes)) }, libnl.AddrFromMAC(testBcast.Bytes), call("rtnl_link_set_broadcast", testBcast), "broadcast"},
		{"link", func(l L) any { return l.Link() }, 0, func(l L) error { return l.SetLink(3) }, 3, call("rtnl_link_set_link", 3), "link"},
		{"master", func(l L) any { return l.Master() }, 0, func(l L) error { return l.SetMaster(4) }, 4, call("rtnl_link_set_master", 4), "master"},
		{"carrier", func(l L) any { return l.Carrier() }, libnl.Carrier(0), ok(func(l L) { l.SetCarrier(1) }), libnl.Carrier(1), call("rtnl_link_set_carrier", 1), ""},
		{"operational state", func(l L) any { return l.OperState() }, libnl.OperUnknown, ok(func(l L) { l.SetOperState(libnl.OperDormant) }), libnl.OperDormant, call("rtnl_link_set_operstate", 5), "operstate"},
		{"mode", func(l L) any { return l.Mode() }, libnl.LinkMode(0), ok(func(l L) { l.SetMode(1) }), libnl.LinkMode(1), call("rtnl_link_set_linkmode", 1), "linkmode"},
		{"namespace of the link below", func(l L) any { return pair(l.LinkNetNSID()) }, "0 false", ok(func(l L) { l.SetLinkNetNSID(-5) }), "-5 true", call("rtnl_link_set_link_netnsid", -5), "link_netnsid"},
		{"promiscuity", func(l L) any { return l.Promiscuity() }, uint32(0), ok(func(l L) { l.SetPromiscuity(2) }), uint32(2), call("rtnl_link_set_promiscuity", 2), "promiscuity"},
		{"transmit queues", func(l L) any { return l.NumTxQueues() }, uint32(0), ok(func(l L) { l.SetNumTxQueues(5) }), uint32(5), call("rtnl_link_set_num_tx_queues", 5), "num_tx_queues"},
		{"receive queues", func(l L) any { return l.NumRxQueues() }, uint32(0), ok(func(l L) { l.SetNumRxQueues(6) }), uint32(6), call("rtnl_link_set_num_rx_queues", 6), "num_rx_queues"},
		{"namespace by descriptor", func(l L) any { return l.NetNSFD() }, 0, func(l L) error { return l.SetNetNSFD(7) }, 7, call("rtnl_link_set_ns_fd", 7), ""},
		{"namespace by process", func(l L) any { return l.NetNSPID() }, 0, func(l L) error { return l.SetNetNSPID(8) }, 8, call("rtnl_link_set_ns_pid", 8), ""},
		{"weight", func(l L) any { return l.Weight() }, uint32(0), ok(func(l L) { l.SetWeight(9) }), uint32(9), call("rtnl_link_set_weight", 9), "weight"},
	}
}

func TestLinkAttributes(t *testing.T) {
	for _, a := range linkAttrs() {
		l, empty, c := newLink(t), newLink(t), madeC(t, "route/link")
		equal(t, a.name+", unset", a.get(l), a.unset)
		noErr(t, a.set(l))
		a.setC(c)
		equal(t, a.name, a.get(l), a.want)
		m, err := l.BuildAdd(libnl.FlagCreate)
		want, code := oracle.Build("rtnl_link_build_add_request", c, 0x400)
		sameRequest(t, a.name, m, err, want, code)

		copied, err := libnl.Clone(l)
		made(t, copied, err)
		equal(t, a.name+" of the clone", a.get(copied), a.want)
		equal(t, a.name+": difference of the clone", l.Diff(copied), 0)
		names := l.AttrNames(l.Diff(empty))
		if a.diff == "" {
			equal(t, a.name+": difference", len(names), 0)
		} else if !slices.Contains(names, a.diff) {
			t.Errorf("%s: an empty link differs in %q, want %q", a.name, names, a.diff)
		}
	}
}

// All attributes in one request, in the one order that there is.
func TestLinkRequests(t *testing.T) {
	l, c := newLink(t), madeC(t, "route/link")
	for _, a := range linkAttrs() {
		if a.name == "family" { // no other than that of the link is changed
			continue
		}
		noErr(t, a.set(l))
		a.setC(c)
	}
	l.UnsetFlags(unix.IFF_NOARP | unix.IFF_PROMISC)
	c.Call("rtnl_link_unset_flags", unix.IFF_NOARP|unix.IFF_PROMISC)
	equal(t, "flags", l.Flags(), unix.IFF_UP)
	m, err := l.BuildAdd(libnl.FlagCreate | libnl.FlagExcl)
	want, code := oracle.Build("rtnl_link_build_add_request", c, 0x600)
	sameRequest(t, "add", m, err, want, code)

	orig, origC := newLink(t), madeC(t, "route/link")
	noErr(t, orig.SetIndex(5))
	origC.Call("rtnl_link_set_ifindex", 5)
	orig.SetFlags(unix.IFF_MULTICAST)
	origC.Call("rtnl_link_set_flags", unix.IFF_MULTICAST)
	m, err = orig.BuildChange(l, 0)
	want, code = oracle.Build("rtnl_link_build_change_request", origC, c, 0)
	sameRequest(t, "change", m, err, want, code)
	equal(t, "type of the request", m.Header().Type, libnl.RTMNewLink)

	m, err = l.BuildDelete()
	want, code = oracle.Build("rtnl_link_build_delete_request", c)
	sameRequest(t, "delete", m, err, want, code)

	for _, by := range []struct {
		index int
		name  string
		arg   any
	}{{5, "", nil}, {0, "eth0", "eth0"}, {6, "eth0", "eth0"}} {
		m, err = libnl.BuildGetLink(by.index, by.name)
		want, code = oracle.Build("rtnl_link_build_get_request", by.index, by.arg)
		sameRequest(t, "get", m, err, want, code)
	}

	// the deprecated names
	equal(t, "info type in C", oracle.String(c.Call("rtnl_link_get_info_type")), l.Type())
	c.Call("rtnl_link_set_info_type", "other")
	noErr(t, l.SetType("other"))
	m, err = l.BuildAdd(0)
	want, code = oracle.Build("rtnl_link_build_add_request", c, 0)
	sameRequest(t, "type set by the deprecated name", m, err, want, code)
}

func TestLinkUnset(t *testing.T) {
	l, c := newLink(t), madeC(t, "route/link")
	noErr(t, l.SetAlias("one"))
	noErr(t, l.SetAlias("two"))
	equal(t, "alias", l.Alias(), "two")
	l.UnsetAlias()
	equal(t, "alias", l.Alias(), "")
	noErr(t, l.SetSlaveType("bond"))
	noErr(t, l.SetSlaveType(""))
	equal(t, "slave type", l.SlaveType(), "")
	m, err := l.BuildAdd(0)
	want, code := oracle.Build("rtnl_link_build_add_request", c, 0)
	sameRequest(t, "unset", m, err, want, code)
}

func TestLinkRefusals(t *testing.T) {
	l := newLink(t)
	for what, err := range map[string]error{
		"negative index":     l.SetIndex(-1),
		"large index":        l.SetIndex(1 << 31),
		"long name":          l.SetName("abcdefghijklmnop"),
		"long alias":         l.SetAlias(strings.Repeat("a", 256)),
		"long qdisc":         l.SetQdisc(strings.Repeat("a", 32)),
		"long type":          l.SetType(strings.Repeat("a", 256)),
		"long slave type":    l.SetSlaveType(strings.Repeat("a", 256)),
		"link":               l.SetLink(-1),
		"master":             l.SetMaster(-1),
		"descriptor":         l.SetNetNSFD(-1),
		"process":            l.SetNetNSPID(-1),
		"counter":            l.SetStat(libnl.LinkStatMax+1, 1),
		"negative counter":   l.SetStat(-1, 1),
		"IPv4 setting 0":     l.SetInetConf(0, 1),
		"IPv4 setting 1000":  l.SetInetConf(1000, 1),
		"address generation": l.SetAddrGenMode(255),
	} {
		isErr(t, what, err, libnl.ErrRange)
	}
	for what, err := range map[string]error{
		"NUL in a name":    l.SetName("a\x00b"),
		"NUL in a type":    l.SetType("a\x00b"),
		"empty type":       l.SetType(""),
		"no address":       l.SetAddr(libnl.Addr{}),
		"no broadcast":     l.SetBroadcast(libnl.Addr{}),
		"no token":         l.SetInet6Token(libnl.Addr{}),
		"an IPv4 token":    l.SetInet6Token(libnl.AddrFrom(libnl.FamilyIPv4, []byte{1, 2, 3, 4})),
		"a token of none":  l.SetInet6Token(libnl.AddrFrom(libnl.FamilyIPv6, nil)),
		"a function of no": l.AddVF(nil),
	} {
		if err == nil {
			t.Errorf("%s: no error", what)
		}
	}
	isErr(t, "a family without room", l.SetFamily(44), libnl.ErrAFNoSupport)
	isErr(t, "a negative family", l.SetFamily(-1), libnl.ErrAFNoSupport)
	equal(t, "counter out of range", l.Stat(libnl.LinkStatMax+1)+l.Stat(-1), 0)
	equal(t, "nothing was set", len(l.AttrList()), 0)
}

// linkCalls makes a call of each kind on a link that is closed or nil; those with an error result come back with one.
func linkCalls(l *libnl.Link) map[string]error {
	errs := map[string]error{
		"SetIndex": l.SetIndex(1), "SetName": l.SetName("a"), "SetAlias": l.SetAlias("a"), "SetQdisc": l.SetQdisc("a"), "SetType": l.SetType("vlan"),
		"SetSlaveType": l.SetSlaveType("bond"), "SetFamily": l.SetFamily(0), "SetAddr": l.SetAddr(libnl.AddrFromMAC(testMAC.Bytes)),
		"SetBroadcast": l.SetBroadcast(libnl.AddrFromMAC(testMAC.Bytes)), "SetLink": l.SetLink(1), "SetMaster": l.SetMaster(1),
		"SetStat": l.SetStat(0, 1), "SetNetNSFD": l.SetNetNSFD(1), "SetNetNSPID": l.SetNetNSPID(1), "SetInetConf": l.SetInetConf(1, 1),
		"SetInet6Flags": l.SetInet6Flags(1), "SetInet6Token": l.SetInet6Token(libnl.AddrFrom(libnl.FamilyIPv6, make([]byte, 16))),
		"SetAddrGenMode": l.SetAddrGenMode(1), "AddVF": l.AddVF(nil),
	}
	_, errs["BuildAdd"] = l.BuildAdd(0)
	_, errs["BuildChange"] = l.BuildChange(l, 0)
	_, errs["BuildDelete"] = l.BuildDelete()
	return errs
}

func TestLinkClosed(t *testing.T) {
	l := newLink(t)
	noErr(t, l.Close())
	noErr(t, l.Close())
	for _, l := range []*libnl.Link{l, nil} {
		for what, err := range linkCalls(l) {
			isErr(t, what, err, libnl.ErrClosed)
		}
		for _, a := range linkAttrs() {
			mustPanicIn(t, a.name, func() { a.get(l) })
		}
		for what, f := range map[string]func(){
			"Info": func() { l.Info() }, "HasVFs": func() { l.HasVFs() }, "VF": func() { l.VF(0) }, "Stat": func() { l.Stat(0) }, "InetConf": func() { l.InetConf(1) },
			"Inet6Conf": func() { l.Inet6Conf(1) }, "Inet6Flags": func() { l.Inet6Flags() }, "Inet6Token": func() { l.Inet6Token() }, "AddrGenMode": func() { l.AddrGenMode() },
			"NumVF": func() { l.NumVF() }, "PhysPortID": func() { l.PhysPortID() }, "PermAddr": func() { l.PermAddr() }, "UnsetAlias": func() { l.UnsetAlias() },
		} {
			mustPanicIn(t, what, f)
		}
		_, ok := l.Bridge()
		equal(t, "view of a closed link", ok, false)
		_, ok = l.BridgePort()
		equal(t, "view of a closed link", ok, false)
	}
}

// panics fails the test unless f panics.
func mustPanicIn(t testing.TB, what string, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("%s: no panic", what)
		}
	}()
	f()
}

func TestLinkStats(t *testing.T) {
	l := newLink(t)
	for i := range libnl.LinkStatMax + 1 {
		equal(t, i.String(), l.Stat(i), 0)
		noErr(t, l.SetStat(i, 1<<63+uint64(i)))
	}
	for i := range libnl.LinkStatMax + 1 {
		equal(t, i.String(), l.Stat(i), 1<<63+uint64(i))
	}
	copied, err := libnl.Clone(l)
	made(t, copied, err)
	equal(t, "of the clone", copied.Stat(libnl.LinkStatMax), l.Stat(libnl.LinkStatMax))
}

// crafted returns a message about a link with the attributes.
func crafted(t testing.TB, family libnl.Family, attrs func(*libnl.Msg)) *libnl.Msg {
	t.Helper()
	m, err := libnl.NewMsgSize(1 << 16)
	noErr(t, err)
	m.SetProto(libnl.ProtoRoute)
	m.SetHeader(libnl.Header{Type: libnl.RTMNewLink})
	m.Append(append([]byte{byte(family)}, make([]byte, unix.SizeofIfInfomsg-1)...), 4)
	m.PutString(unix.IFLA_IFNAME, "test0")
	if attrs != nil {
		attrs(m)
	}
	noErr(t, m.Err())
	return m
}

// parsedLink returns what libnl makes of a message about a link.
func parsedLink(t testing.TB, family libnl.Family, attrs func(*libnl.Msg)) *libnl.Link {
	t.Helper()
	o, err := crafted(t, family, attrs).Object()
	made(t, o, err)
	l, ok := libnl.As[*libnl.Link](o)
	equal(t, "a link", ok, true)
	return l
}

// What only the kernel sets.
func TestLinkParsed(t *testing.T) {
	none := newLink(t)
	equal(t, "unset carrier changes", pair(none.CarrierChanges()), "0 false")
	equal(t, "unset functions", pair(none.NumVF()), "0 false")
	equal(t, "unset segments", pair(none.GSOMaxSegs()), "0 false")
	equal(t, "unset size", pair(none.GSOMaxSize()), "0 false")
	equal(t, "unset port id", none.PhysPortID() == nil, true)
	equal(t, "unset port name", none.PhysPortName(), "")
	equal(t, "unset switch id", none.PhysSwitchID() == nil, true)
	equal(t, "unset permanent address", none.PermAddr(), libnl.Addr{})

	l := parsedLink(t, 0, func(m *libnl.Msg) {
		m.PutU32(unix.IFLA_CARRIER_CHANGES, 11)
		m.PutU32(unix.IFLA_NUM_VF, 0)
		m.PutU32(unix.IFLA_GSO_MAX_SEGS, 13)
		m.PutU32(unix.IFLA_GSO_MAX_SIZE, 14)
		m.PutBytes(unix.IFLA_PHYS_PORT_ID, []byte("port"))
		m.PutString(unix.IFLA_PHYS_PORT_NAME, "p0")
		m.PutBytes(unix.IFLA_PHYS_SWITCH_ID, []byte{1, 2, 3})
		m.PutBytes(unix.IFLA_PERM_ADDRESS, testMAC.Bytes)
		m.PutS32(unix.IFLA_LINK_NETNSID, 0)
		m.PutBytes(unix.IFLA_ADDRESS, make([]byte, 20))
	})
	copied, err := libnl.Clone(l)
	made(t, copied, err)
	for _, l := range []*libnl.Link{l, copied} {
		equal(t, "carrier changes", pair(l.CarrierChanges()), "11 true")
		equal(t, "functions", pair(l.NumVF()), "0 true")
		equal(t, "segments", pair(l.GSOMaxSegs()), "13 true")
		equal(t, "size", pair(l.GSOMaxSize()), "14 true")
		equal(t, "port id", string(l.PhysPortID()), "port")
		equal(t, "port name", l.PhysPortName(), "p0")
		equal(t, "switch id", string(l.PhysSwitchID()), "\x01\x02\x03")
		equal(t, "namespace", pair(l.LinkNetNSID()), "0 true")
		equal(t, "length of the address", l.Addr().Len(), 20)
		if libnl.HasCapability(libnl.CapVersion3_11_0) {
			equal(t, "permanent address", l.PermAddr(), libnl.AddrFromMAC(testMAC.Bytes))
		}
	}
	equal(t, "difference of the clone", l.Diff(copied), 0)
}

func TestLinkTexts(t *testing.T) {
	type text struct {
		toStr, fromStr string
		limit          int64
		str            func(int64) string
		parse          func(string) (int64, error)
	}
	for _, x := range []text{
		{"rtnl_link_operstate2str", "rtnl_link_str2operstate", 255, func(n int64) string { return libnl.OperState(n).String() }, parser(libnl.ParseOperState)},
		{"rtnl_link_mode2str", "rtnl_link_str2mode", 255, func(n int64) string { return libnl.LinkMode(n).String() }, parser(libnl.ParseLinkMode)},
		{"rtnl_link_carrier2str", "rtnl_link_str2carrier", 255, func(n int64) string { return libnl.Carrier(n).String() }, parser(libnl.ParseCarrier)},
		{"rtnl_link_stat2str", "rtnl_link_str2stat", int64(libnl.LinkStatMax), func(n int64) string { return libnl.LinkStat(n).String() }, parser(libnl.ParseLinkStat)},
		{"rtnl_link_bridge_portstate2str", "rtnl_link_bridge_str2portstate", 255, func(n int64) string { return libnl.BridgePortState(n).String() }, parser(libnl.ParseBridgePortState)},
		{"rtnl_link_bridge_hwmode2str", "", 0xffff, func(n int64) string { return libnl.BridgeHWMode(n).String() }, parser(libnl.ParseBridgeHWMode)},
		{"rtnl_link_inet_devconf2str", "rtnl_link_inet_str2devconf", 1000, func(n int64) string { return libnl.InetConf(n).String() }, parser(libnl.ParseInetConf)},
		{"rtnl_link_inet6_addrgenmode2str", "", 255, func(n int64) string { return libnl.AddrGenMode(n).String() }, parser(libnl.ParseAddrGenMode)},
		{"", "", 200, func(n int64) string { return libnl.Inet6Conf(n).String() }, parser(libnl.ParseInet6Conf)},
		{"rtnl_link_vf_linkstate2str", "rtnl_link_vf_str2linkstate", 1000, func(n int64) string { return libnl.VFLinkState(n).String() }, parser(libnl.ParseVFLinkState)},
		{"rtnl_link_vf_vlanproto2str", "rtnl_link_vf_str2vlanproto", 0xffff, func(n int64) string { return libnl.VFVLANProto(n).String() }, parser(libnl.ParseVFVLANProto)},
	} {
		name := x.toStr
		seen := map[string]bool{}
		for n := range x.limit + 1 {
			s := x.str(n)
			if seen[s] {
				t.Errorf("%s: %q twice", name, s)
			}
			seen[s] = true
			if x.toStr != "" {
				equal(t, name, s, cText(x.toStr, n))
			}
			back, err := x.parse(s)
			if err != nil || back != n {
				t.Errorf("%s: %d as %q is parsed as %d, %v", name, n, s, back, err)
			}
			if back, err = x.parse(strings.ToUpper(s)); !strings.HasPrefix(s, "0x") && (err != nil || back != n) {
				t.Errorf("%s: %q in capitals is parsed as %d, %v", name, s, back, err)
			}
			if x.fromStr != "" && !strings.HasPrefix(s, "0x") {
				equal(t, x.fromStr, int64(int32(oracle.Call(x.fromStr, s))), n)
			}
		}
		for _, s := range []string{"nosuch", "unknown word", "-1"} {
			_, err := x.parse(s)
			isErr(t, name+" "+s, err, libnl.ErrObjNotFound)
		}
		_, err := x.parse("99999999999")
		isErr(t, name+": a large number", err, libnl.ErrRange)
		if _, err := x.parse(""); err == nil {
			t.Errorf("%s: the empty text is a value", name)
		}
	}
	// what an unsigned result would make of an error is a number as well
	mode, err := libnl.ParseBridgeHWMode("65524")
	noErr(t, err)
	equal(t, "mode", mode, 65524)
	gen, err := libnl.ParseAddrGenMode("244")
	noErr(t, err)
	equal(t, "mode", gen, 244)
}

// cText returns what one of libnl's X2str functions writes.
func cText(fn string, v int64) string {
	var b [128]byte
	oracle.Call(fn, v, b[:], len(b))
	text, _, _ := strings.Cut(string(b[:]), "\x00")
	return text
}

func parser[T ~int | ~uint8 | ~uint16 | ~uint32](f func(string) (T, error)) func(string) (int64, error) {
	return func(s string) (int64, error) {
		v, err := f(s)
		return int64(v), err
	}
}

func TestLinkFlagTexts(t *testing.T) {
	flags := func(toStr, fromStr string, str func(uint32) string, parse func(string) (int64, error)) {
		t.Helper()
		for bit := range 32 {
			v := uint32(1) << bit
			s := str(v)
			want := cText(toStr, int64(v))
			if want == "" {
				want = fmt.Sprintf("%#x", v)
			}
			equal(t, toStr, s, want)
			back, err := parse(s)
			if err != nil || uint32(back) != v {
				t.Errorf("%s: %#x as %q is parsed as %#x, %v", toStr, v, s, back, err)
			}
		}
		all, err := parse(str(0xffffffff))
		noErr(t, err)
		equal(t, toStr+": all", uint32(all), 0xffffffff)
		none, err := parse(str(0))
		noErr(t, err)
		equal(t, toStr+": none", none, 0)
		_, err = parse("nosuch")
		isErr(t, fromStr, err, libnl.ErrObjNotFound)
	}
	flags("rtnl_link_flags2str", "rtnl_link_str2flags", func(v uint32) string { return libnl.LinkFlags(v).String() }, parser(libnl.ParseLinkFlags))
	flags("rtnl_link_inet6_flags2str", "rtnl_link_inet6_str2flags", func(v uint32) string { return libnl.Inet6Flags(v).String() }, parser(libnl.ParseInet6Flags))
	flags("rtnl_link_bridge_flags2str", "rtnl_link_bridge_str2flags", func(v uint32) string { return libnl.BridgePortFlags(v).String() }, parser(libnl.ParseBridgePortFlags))
}

func TestVFGUID(t *testing.T) {
	const text = "01:23:45:67:89:ab:cd:ef"
	g, err := libnl.ParseVFGUID(text)
	noErr(t, err)
	equal(t, "GUID", g, 0x0123456789abcdef)
	equal(t, "text", g.String(), text)
	for _, s := range []string{"", "01:23:45:67:89:ab:cd", text + ":01", "01-23-45-67-89-ab-cd-ef", "+1:23:45:67:89:ab:cd:ef", " 1:23:45:67:89:ab:cd:ef", "01:23:45:67:89:ab:cd:e\x00"} {
		_, err := libnl.ParseVFGUID(s)
		isErr(t, s, err, libnl.ErrInval)
	}
}

// nativeU32 returns a number as the kernel's structs hold it.
func nativeU32(v ...uint32) []byte {
	var b []byte
	for _, n := range v {
		b = binary.NativeEndian.AppendUint32(b, n)
	}
	return b
}
