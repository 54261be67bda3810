//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
	"github.com/golibnl/libnl/internal/oracle"
	"golang.org/x/sys/unix"
)

func newBridgePort(t testing.TB) libnl.BridgePort {
	t.Helper()
	p, err := libnl.NewBridgePort()
	made(t, p.Link(), err)
	return p
}

func newBridge(t testing.TB) libnl.LinkBridge {
	t.Helper()
	v, err := libnl.NewLinkBridge()
	made(t, v.Link(), err)
	return v
}

// got returns what a getter returned, or its error's code.
func got[T any](v T, err error) any {
	if err == nil {
		return v
	}
	for _, code := range []libnl.Errno{libnl.ErrNoAttr, libnl.ErrOpNotSupp, libnl.ErrObjNotFound} {
		if errors.Is(err, code) {
			return code
		}
	}
	return err
}

// since returns a value, or what a libnl without the function says.
func since(c libnl.Capability, v any) any {
	if libnl.HasCapability(c) {
		return v
	}
	return libnl.ErrOpNotSupp
}

// supported checks the result of a setter.
func supported(t testing.TB, what string, err error, c libnl.Capability) {
	t.Helper()
	if libnl.HasCapability(c) {
		noErr(t, err)
	} else {
		isErr(t, what, err, libnl.ErrOpNotSupp)
	}
}

func TestBridgePort(t *testing.T) {
	const v310, v311 = libnl.CapVersion3_10_0, libnl.CapVersion3_11_0
	p := newBridgePort(t)
	orig, c, origC := newLink(t), madeC(t, "route/link"), madeC(t, "route/link")
	noErr(t, orig.SetIndex(5))
	noErr(t, orig.SetFamily(libnl.FamilyBridge))
	c.Call("rtnl_link_set_family", unix.AF_BRIDGE)
	origC.Call("rtnl_link_set_ifindex", 5)
	origC.Call("rtnl_link_set_family", unix.AF_BRIDGE)
	same := func(what string) {
		t.Helper()
		m, err := orig.BuildChange(p.Link(), 0)
		want, code := oracle.Build("rtnl_link_build_change_request", origC, c, 0)
		copy(want[4:], u16(unix.RTM_SETLINK)) // before flags were set, libnl asks for what the kernel passes over
		sameRequest(t, what, m, err, want, code)
	}
	ext, err := p.HasExtInfo()
	noErr(t, err)
	equal(t, "extended", ext, false)
	for what, v := range map[string]any{
		"state":      got(p.State()),
		"priority":   got(p.Priority()),
		"cost":       got(p.Cost()),
		"flags":      got(p.Flags()),
		"mode":       got(p.HWMode()),
		"PVID":       got(p.PVID()),
		"in a VLAN":  got(p.HasVLAN()),
		"VLANs":      got(p.VLANs()),
		"MST":        got(p.MSTState(1)),
		"MST states": got(func() (int, error) { s, err := p.MSTStates(); return len(s), err }()),
	} {
		equal(t, "unset "+what, v, map[string]any{
			"state": libnl.BridgePortDisabled, "priority": uint16(0), "cost": uint32(0), "flags": libnl.BridgePortFlags(0), "mode": libnl.ErrNoAttr,
			"PVID": libnl.ErrNoAttr, "in a VLAN": false, "VLANs": libnl.ErrNoAttr, "MST": since(v311, libnl.ErrObjNotFound), "MST states": since(v311, 0),
		}[what])
	}
	noErr(t, p.SetState(libnl.BridgePortBlocking))
	c.Call("rtnl_link_bridge_set_port_state", 4)
	equal(t, "state", got(p.State()), any(libnl.BridgePortBlocking))
	isErr(t, "state 5", p.SetState(5), libnl.ErrInval)
	same("state")
	noErr(t, p.SetPriority(0xffff))
	c.Call("rtnl_link_bridge_set_priority", 0xffff)
	equal(t, "priority", got(p.Priority()), any(uint16(0xffff)))
	same("priority")
	noErr(t, p.SetCost(0xffffffff))
	c.Call("rtnl_link_bridge_set_cost", uint32(0xffffffff))
	equal(t, "cost", got(p.Cost()), any(uint32(0xffffffff)))
	same("cost")
	noErr(t, p.SetFlags(libnl.BridgeHairpinMode|libnl.BridgeLearningSync))
	noErr(t, p.UnsetFlags(libnl.BridgeHairpinMode|libnl.BridgeLearning))
	c.Call("rtnl_link_bridge_set_flags", 1|64)
	c.Call("rtnl_link_bridge_unset_flags", 1|32)
	equal(t, "flags", got(p.Flags()), any(libnl.BridgeLearningSync))
	same("flags")
	supported(t, "later flags", p.SetFlags(libnl.BridgeIsolated), v311)
	supported(t, "later flags", p.UnsetFlags(libnl.BridgeIsolated), v311)
	if libnl.HasCapability(v311) {
		c.Call("rtnl_link_bridge_unset_flags", 1<<14)
	}
	isErr(t, "unknown flags", p.SetFlags(1<<31), libnl.ErrOpNotSupp)
	isErr(t, "unknown flags", p.UnsetFlags(1<<31), libnl.ErrOpNotSupp)
	same("later flags")
	noErr(t, p.SetSelf())
	c.Call("rtnl_link_bridge_set_self")
	same("self")
	noErr(t, p.SetHWMode(libnl.BridgeVEPA))
	c.Call("rtnl_link_bridge_set_hwmode", 1)
	equal(t, "mode", got(p.HWMode()), any(libnl.BridgeVEPA))
	isErr(t, "undefined mode", p.SetHWMode(libnl.BridgeHWModeUndef), libnl.ErrInval)
	same("mode")
	supported(t, "master", p.SetMaster(), v310)
	supported(t, "enable VLANs", p.EnableVLAN(), v310)
	supported(t, "VLANs", p.SetVLANs(2, 40, true), v310)
	supported(t, "VLANs", p.SetVLANs(4094, 4094, false), v310)
	supported(t, "VLANs", p.UnsetVLANs(3, 3), v310)
	supported(t, "PVID", p.SetPVID(9), v310)
	if libnl.HasCapability(v310) {
		c.Call("rtnl_link_bridge_set_master")
		c.Call("rtnl_link_bridge_enable_vlan")
		c.Call("rtnl_link_bridge_set_port_vlan_map_range", 2, 40, 1)
		c.Call("rtnl_link_bridge_set_port_vlan_map_range", 4094, 4094, 0)
		c.Call("rtnl_link_bridge_unset_port_vlan_map_range", 3, 3)
		c.Call("rtnl_link_bridge_set_port_vlan_pvid", 9)
		v, err := p.VLANs()
		noErr(t, err)
		equal(t, "VLANs", v.VLANs.String(), "2,4-40,4094")
		equal(t, "untagged VLANs", v.Untagged.String(), "2,4-40")
		equal(t, "PVID", got(p.PVID()), any(uint16(9)))
		equal(t, "in a VLAN", got(p.HasVLAN()), any(true))
		isErr(t, "VLAN 4095", p.SetVLANs(1, 4095, true), libnl.ErrInval)
		isErr(t, "VLAN 0", p.SetVLANs(0, 1, true), libnl.ErrInval)
		isErr(t, "PVID 4095", p.SetPVID(4095), libnl.ErrInval)
		isErr(t, "before EnableVLAN", newBridgePort(t).SetVLANs(1, 2, true), libnl.ErrNoAttr)
	}
	supported(t, "MST", p.SetMSTState(3, libnl.BridgePortLearning), v311)
	supported(t, "MST", p.SetMSTState(5, libnl.BridgePortBlocking), v311)
	supported(t, "MST", p.SetMSTState(6, libnl.BridgePortBlocking), v311)
	supported(t, "MST", p.DeleteMSTState(6), v311)
	if libnl.HasCapability(v311) {
		c.Call("rtnl_link_bridge_set_mst_port_state", 3, 2)
		c.Call("rtnl_link_bridge_set_mst_port_state", 5, 4)
		equal(t, "MST", got(p.MSTState(5)), any(libnl.BridgePortBlocking))
		states, err := p.MSTStates()
		noErr(t, err)
		equal(t, "MST", slices.Equal(states, []libnl.MSTState{{3, libnl.BridgePortLearning}, {5, libnl.BridgePortBlocking}}), true)
		isErr(t, "no such state", p.SetMSTState(1, 5), libnl.ErrInval)
		isErr(t, "no such instance", p.DeleteMSTState(9), libnl.ErrObjNotFound)
	}
	same("VLANs")

	l := p.Link()
	copied, err := libnl.Clone(l)
	made(t, copied, err)
	equal(t, "difference of the clone", l.Diff(copied), 0)
	q, ok := copied.BridgePort()
	equal(t, "the clone is a port", ok, true)
	equal(t, "cost of the clone", got(q.Cost()), any(uint32(0xffffffff)))
	equal(t, "VLANs of the clone", got(q.VLANs()) == got(p.VLANs()), true)
	supported(t, "clear", q.ClearMSTStates(), v311)
}

// bridgePortCalls makes every call that libnl aborts on for a link of another family, under the name of the C function.
func bridgePortCalls(p libnl.BridgePort) map[string]error {
	errs := map[string]error{
		"rtnl_link_bridge_set_port_state":            p.SetState(1),
		"rtnl_link_bridge_set_priority":              p.SetPriority(1),
		"rtnl_link_bridge_set_cost":                  p.SetCost(1),
		"rtnl_link_bridge_set_flags":                 p.SetFlags(1),
		"rtnl_link_bridge_unset_flags":               p.UnsetFlags(1),
		"rtnl_link_bridge_set_self":                  p.SetSelf(),
		"rtnl_link_bridge_set_hwmode":                p.SetHWMode(0),
		"rtnl_link_bridge_set_master":                p.SetMaster(),
		"rtnl_link_bridge_enable_vlan":               p.EnableVLAN(),
		"rtnl_link_bridge_set_port_vlan_map_range":   p.SetVLANs(1, 2, true),
		"rtnl_link_bridge_unset_port_vlan_map_range": p.UnsetVLANs(1, 2),
		"rtnl_link_bridge_set_port_vlan_pvid":        p.SetPVID(1),
		"rtnl_link_bridge_set_mst_port_state":        p.SetMSTState(1, 1),
		"rtnl_link_bridge_del_mst_port_state":        p.DeleteMSTState(1),
		"rtnl_link_bridge_clear_mst_port_state_info": p.ClearMSTStates(),
	}
	_, errs["rtnl_link_bridge_has_ext_info"] = p.HasExtInfo()
	_, errs["rtnl_link_bridge_get_port_state"] = p.State()
	_, errs["rtnl_link_bridge_get_priority"] = p.Priority()
	_, errs["rtnl_link_bridge_get_cost"] = p.Cost()
	_, errs["rtnl_link_bridge_get_flags"] = p.Flags()
	_, errs["rtnl_link_bridge_get_hwmode"] = p.HWMode()
	_, errs["rtnl_link_bridge_pvid"] = p.PVID()
	_, errs["rtnl_link_bridge_has_vlan"] = p.HasVLAN()
	_, errs["rtnl_link_bridge_get_port_vlan"] = p.VLANs()
	_, errs["rtnl_link_bridge_get_mst_port_state"] = p.MSTState(1)
	_, errs["rtnl_link_bridge_foreach_mst_entry"] = p.MSTStates()
	return errs
}

func init() {
	guards = append(guards, func(t *testing.T) map[string]error {
		p := newBridgePort(t)
		noErr(t, p.Link().SetFamily(libnl.FamilyUnspec))
		return bridgePortCalls(p)
	})
}

func TestBridgePortOtherFamily(t *testing.T) {
	p := newBridgePort(t)
	other, err := libnl.Retain(p.Link())
	made(t, other, err)
	each := func(what string, p libnl.BridgePort, want error) {
		t.Helper()
		for name, err := range bridgePortCalls(p) {
			isErr(t, what+": "+name, err, want)
		}
	}
	for _, f := range []libnl.Family{libnl.FamilyUnspec, libnl.FamilyIPv6, libnl.FamilyIPv4} {
		noErr(t, other.SetFamily(f))
		each("now "+f.String(), p, libnl.ErrOpNotSupp)
		_, ok := other.BridgePort()
		equal(t, "a view", ok, false)
	}
	noErr(t, p.Link().Close())
	each("closed", p, libnl.ErrClosed)
	each("zero", libnl.BridgePort{}, libnl.ErrClosed)
}

// Messages as the kernel sends them, old and new.
func TestBridgePortParsed(t *testing.T) {
	old := parsedLink(t, libnl.FamilyBridge, func(m *libnl.Msg) { m.PutU8(unix.IFLA_PROTINFO, 3) })
	p, ok := old.BridgePort()
	equal(t, "a port", ok, true)
	equal(t, "state", got(p.State()), any(libnl.BridgePortForwarding))
	equal(t, "extended", got(p.HasExtInfo()), any(false))

	l := parsedLink(t, libnl.FamilyBridge, func(m *libnl.Msg) {
		m.Nest(unix.IFLA_PROTINFO, func(m *libnl.Msg) {
			m.PutU8(unix.IFLA_BRPORT_STATE, 2)
			m.PutU16(unix.IFLA_BRPORT_PRIORITY, 32)
			m.PutU32(unix.IFLA_BRPORT_COST, 100)
			m.PutU8(unix.IFLA_BRPORT_MODE, 1)
			m.PutU8(unix.IFLA_BRPORT_GUARD, 0)
			m.PutU8(unix.IFLA_BRPORT_LEARNING, 1)
		})
		m.Nest(unix.IFLA_AF_SPEC, func(m *libnl.Msg) {
			m.PutU16(1, uint16(libnl.BridgeVEPA)) // IFLA_BRIDGE_MODE, for which libnl 3.7 refuses the message
			for _, v := range [][2]uint16{{2 | 4, 1}, {4 | 8, 10}, {4 | 16, 20}, {0, 4094}} {
				m.PutU32(2, vlanInfo(v[0], v[1]))
			}
		})
	})
	p, ok = l.BridgePort()
	equal(t, "a port", ok, true)
	equal(t, "state", got(p.State()), any(libnl.BridgePortLearning))
	equal(t, "priority", got(p.Priority()), any(uint16(32)))
	equal(t, "cost", got(p.Cost()), any(uint32(100)))
	equal(t, "flags", got(p.Flags()), any(libnl.BridgeHairpinMode|libnl.BridgeLearning))
	equal(t, "extended", got(p.HasExtInfo()), any(true))
	equal(t, "mode", got(p.HWMode()), any(libnl.BridgeVEPA))
	equal(t, "PVID", got(p.PVID()), any(uint16(1)))
	equal(t, "in a VLAN", got(p.HasVLAN()), any(true))
	v, err := p.VLANs()
	noErr(t, err)
	equal(t, "VLANs", v.VLANs.String(), "1,10-20,4094")
	equal(t, "untagged VLANs", v.Untagged.String(), "1,10-20")
	equal(t, "PVID", v.PVID, 1)
	equal(t, "number of VLANs", v.VLANs.Len(), 13)
	equal(t, "VLAN 10", v.VLANs.Contains(10) && v.VLANs.Contains(20) && v.VLANs.Contains(4094), true)
	equal(t, "VLAN 9", v.VLANs.Contains(9) || v.VLANs.Contains(0xffff), false)
	var all []uint16
	for n := range v.VLANs.All() {
		if all = append(all, n); n == 12 {
			break
		}
	}
	equal(t, "VLANs", slices.Equal(all, []uint16{1, 10, 11, 12}), true)
	equal(t, "no VLANs", (libnl.VLANSet{}).String(), "")
	// libnl compares ports that were read alone
	q := parsedLink(t, libnl.FamilyBridge, func(m *libnl.Msg) {
		m.Nest(unix.IFLA_PROTINFO, func(m *libnl.Msg) { m.PutU32(unix.IFLA_BRPORT_COST, 101) })
	})
	equal(t, "difference", slices.Contains(l.AttrNames(l.Diff(q)), "protinfo"), true)
	var text strings.Builder
	noErr(t, l.Dump(&text, libnl.DumpDetails))
	equal(t, "as text", strings.Contains(text.String(), "vepa"), true)
}

// vlanInfo is struct bridge_vlan_info.
func vlanInfo(flags, vlan uint16) uint32 {
	b := binary.NativeEndian.AppendUint16(nil, flags)
	return binary.NativeEndian.Uint32(binary.NativeEndian.AppendUint16(b, vlan))
}

func TestLinkBridge(t *testing.T) {
	const v38, v310, v311 = libnl.CapVersion3_8_0, libnl.CapVersion3_10_0, libnl.CapVersion3_11_0
	v := newBridge(t)
	c := madeC(t, "route/link")
	c.Call("rtnl_link_set_type", "bridge")
	equal(t, "type", v.Link().Type(), "bridge")
	settings := func(v libnl.LinkBridge) map[string]any {
		return map[string]any{
			"VLAN filtering": got(v.VLANFiltering()), "VLAN protocol": got(v.VLANProtocol()), "VLAN counters": got(v.VLANStats()),
			"default PVID": got(v.VLANDefaultPVID()), "ageing": got(v.AgeingTime()), "iptables": got(v.NFCallIPTables()), "ip6tables": got(v.NFCallIP6Tables()),
			"arptables": got(v.NFCallARPTables()), "STP": got(v.STPState()), "router": got(v.McastRouter()), "snooping": got(v.McastSnooping()),
			"learn": got(v.BoolOpt(libnl.BridgeNoLinkLocalLearn)), "MST": got(v.BoolOpt(libnl.BridgeMSTEnable)),
		}
	}
	versions := map[string]libnl.Capability{"VLAN filtering": v38, "VLAN protocol": v38, "VLAN counters": v38, "default PVID": v310, "ageing": v310}
	check := func(what string, v libnl.LinkBridge, want map[string]any) {
		t.Helper()
		for name, value := range settings(v) {
			ver, ok := versions[name]
			if !ok {
				ver = v311
			}
			equal(t, what+": "+name, value, since(ver, want[name]))
		}
	}
	unset := map[string]any{}
	for name := range settings(v) {
		unset[name] = libnl.ErrNoAttr
	}
	check("unset", v, unset)
	set := func(err error, ver libnl.Capability, fn string, arg ...any) {
		t.Helper()
		supported(t, fn, err, ver)
		if err == nil {
			c.Call(fn, arg...)
		}
		m, err := v.Link().BuildAdd(0)
		want, code := oracle.Build("rtnl_link_build_add_request", c, 0)
		sameRequest(t, fn, m, err, want, code)
	}
	set(v.SetVLANFiltering(true), v38, "rtnl_link_bridge_set_vlan_filtering", 1)
	set(v.SetVLANProtocol(0x88a8), v38, "rtnl_link_bridge_set_vlan_protocol", 0x88a8)
	set(v.SetVLANStats(true), v38, "rtnl_link_bridge_set_vlan_stats_enabled", 1)
	set(v.SetVLANDefaultPVID(4094), v311, "rtnl_link_bridge_set_vlan_default_pvid", 4094)
	set(v.SetAgeingTime(1230*time.Millisecond), v310, "rtnl_link_bridge_set_ageing_time", 123)
	set(v.SetNFCallIPTables(true), v310, "rtnl_link_bridge_set_nf_call_iptables", 1)
	set(v.SetNFCallIP6Tables(false), v310, "rtnl_link_bridge_set_nf_call_ip6tables", 0)
	set(v.SetNFCallARPTables(true), v310, "rtnl_link_bridge_set_nf_call_arptables", 1)
	set(v.SetSTPState(1), v311, "rtnl_link_bridge_set_stp_state", 1)
	set(v.SetMcastRouter(2), v311, "rtnl_link_bridge_set_mcast_router", 2)
	set(v.SetMcastSnooping(true), v311, "rtnl_link_bridge_set_mcast_snooping", 1)
	set(v.SetBoolOpt(libnl.BridgeNoLinkLocalLearn, true), v311, "rtnl_link_bridge_set_boolopt", 0, 1)
	set(v.SetBoolOpt(libnl.BridgeMSTEnable, false), v311, "rtnl_link_bridge_set_boolopt", 2, 0)
	want := map[string]any{
		"VLAN filtering": true, "VLAN protocol": libnl.EtherProto(0x88a8), "VLAN counters": true, "default PVID": uint16(4094), "ageing": 1230 * time.Millisecond,
		"iptables": true, "ip6tables": false, "arptables": true, "STP": uint32(1), "router": uint8(2), "snooping": true, "learn": true, "MST": false,
	}
	if !libnl.HasCapability(v311) {
		want["default PVID"] = libnl.ErrNoAttr
	}
	check("set", v, want)
	if libnl.HasCapability(v311) {
		isErr(t, "a fraction", v.SetAgeingTime(time.Millisecond), libnl.ErrRange)
		isErr(t, "a negative time", v.SetAgeingTime(-time.Second), libnl.ErrRange)
		isErr(t, "VLAN 4095", v.SetVLANDefaultPVID(4095), libnl.ErrRange)
		isErr(t, "setting 32", v.SetBoolOpt(32, true), libnl.ErrRange)
		_, err := v.BoolOpt(-1)
		isErr(t, "setting -1", err, libnl.ErrRange)
		equal(t, "another setting", got(v.BoolOpt(31)), any(libnl.ErrNoAttr))
	}
	copied, err := libnl.Clone(v.Link())
	made(t, copied, err)
	w, ok := copied.Bridge()
	equal(t, "the clone is a bridge", ok, true)
	check("clone", w, want)
	equal(t, "difference of the clone", v.Link().Diff(copied), 0)
	m, err := copied.BuildAdd(0)
	bytes, code := oracle.Build("rtnl_link_build_add_request", c, 0)
	sameRequest(t, "clone", m, err, bytes, code)
	again, err := libnl.Clone(copied)
	made(t, again, err)
	w, _ = again.Bridge()
	check("clone of the clone", w, want)
}

func bridgeCalls(v libnl.LinkBridge) map[string]error {
	errs := map[string]error{
		"rtnl_link_bridge_set_vlan_filtering":     v.SetVLANFiltering(true),
		"rtnl_link_bridge_set_vlan_protocol":      v.SetVLANProtocol(1),
		"rtnl_link_bridge_set_vlan_stats_enabled": v.SetVLANStats(true),
		"rtnl_link_bridge_set_vlan_default_pvid":  v.SetVLANDefaultPVID(1),
		"rtnl_link_bridge_set_ageing_time":        v.SetAgeingTime(0),
		"rtnl_link_bridge_set_nf_call_iptables":   v.SetNFCallIPTables(true),
		"rtnl_link_bridge_set_nf_call_ip6tables":  v.SetNFCallIP6Tables(true),
		"rtnl_link_bridge_set_nf_call_arptables":  v.SetNFCallARPTables(true),
		"rtnl_link_bridge_set_stp_state":          v.SetSTPState(1),
		"rtnl_link_bridge_set_mcast_router":       v.SetMcastRouter(1),
		"rtnl_link_bridge_set_mcast_snooping":     v.SetMcastSnooping(true),
		"rtnl_link_bridge_set_boolopt":            v.SetBoolOpt(0, true),
	}
	_, errs["rtnl_link_bridge_get_vlan_filtering"] = v.VLANFiltering()
	_, errs["rtnl_link_bridge_get_vlan_protocol"] = v.VLANProtocol()
	_, errs["rtnl_link_bridge_get_vlan_stats_enabled"] = v.VLANStats()
	_, errs["rtnl_link_bridge_get_vlan_default_pvid"] = v.VLANDefaultPVID()
	_, errs["rtnl_link_bridge_get_ageing_time"] = v.AgeingTime()
	_, errs["rtnl_link_bridge_get_nf_call_iptables"] = v.NFCallIPTables()
	_, errs["rtnl_link_bridge_get_nf_call_ip6tables"] = v.NFCallIP6Tables()
	_, errs["rtnl_link_bridge_get_nf_call_arptables"] = v.NFCallARPTables()
	_, errs["rtnl_link_bridge_get_stp_state"] = v.STPState()
	_, errs["rtnl_link_bridge_get_mcast_router"] = v.McastRouter()
	_, errs["rtnl_link_bridge_get_mcast_snooping"] = v.McastSnooping()
	_, errs["rtnl_link_bridge_get_boolopt"] = v.BoolOpt(0)
	return errs
}

func init() { guardView(newBridge, bridgeCalls) }

func TestLinkBridgeOtherKind(t *testing.T) { viewOfOtherKind(t, newBridge(t), bridgeCalls) }

// bridgePorts returns what bridge -j -d link show says, by the name of the port.
func bridgePorts(t testing.TB) map[string]map[string]any {
	t.Helper()
	var list []map[string]any
	noErr(t, json.Unmarshal(nltest.Run(t, "bridge", "-j", "-d", "link", "show"), &list))
	ports := map[string]map[string]any{}
	for _, p := range list {
		ports[p["ifname"].(string)] = p
	}
	return ports
}

func TestBridgeKernel(t *testing.T) {
	s := netNS(t)
	ctx := context.Background()
	noErr(t, libnl.AddBridge(ctx, s, "br0"))
	isErr(t, "again", libnl.AddBridge(ctx, s, "br0"), fs.ErrExist)
	isErr(t, "a long name", libnl.AddBridge(ctx, s, "abcdefghijklmnop"), libnl.ErrRange)
	noErr(t, libnl.AddBridge(ctx, s, ""))
	equal(t, "kind", ipLinks(t)["br0"].LinkInfo.InfoKind, "bridge")
	equal(t, "kind of one that the kernel named", ipLinks(t)["bridge0"].LinkInfo.InfoKind, "bridge")

	nltest.Run(t, "ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1")
	nltest.Run(t, "ip", "link", "set", "v0", "up")
	nltest.Run(t, "ip", "link", "set", "v1", "up")
	nltest.Run(t, "ip", "link", "set", "br0", "up")
	index := func(name string) int { return ipLinks(t)[name].IfIndex }
	noErr(t, libnl.Enslave(ctx, s, index("br0"), index("v0")))

	// ours writes, bridge reads
	orig := newLink(t)
	noErr(t, orig.SetIndex(index("v0")))
	noErr(t, orig.SetFamily(libnl.FamilyBridge))
	change := func(f func(libnl.BridgePort)) {
		t.Helper()
		p := newBridgePort(t)
		f(p)
		noErr(t, orig.Change(ctx, s, p.Link(), 0))
	}
	change(func(p libnl.BridgePort) {
		noErr(t, p.SetCost(77))
		noErr(t, p.SetPriority(9))
	})
	change(func(p libnl.BridgePort) { noErr(t, p.SetState(libnl.BridgePortLearning)) })
	change(func(p libnl.BridgePort) {
		noErr(t, p.SetFlags(libnl.BridgeHairpinMode|libnl.BridgeBPDUGuard|libnl.BridgeRootBlock))
		noErr(t, p.UnsetFlags(libnl.BridgeUnicastFlood))
	})
	port := bridgePorts(t)["v0"]
	for name, want := range map[string]any{"cost": 77.0, "priority": 9.0, "state": "learning", "hairpin": true, "guard": true, "root_block": true, "fastleave": false, "flood": false, "learning": true} {
		equal(t, name, port[name], want)
	}

	// bridge writes, ours reads
	nltest.Run(t, "bridge", strings.Fields("link set dev v0 cost 5 priority 3 hairpin off guard off root_block off fastleave on learning off flood on state 3")...)
	n := 0
	for l, err := range s.Links(ctx, &libnl.LinkFilter{Family: libnl.FamilyBridge}) {
		noErr(t, err)
		p, ok := l.BridgePort()
		equal(t, "a port", ok, true)
		if l.Name() != "v0" {
			continue
		}
		n++
		equal(t, "cost", got(p.Cost()), any(uint32(5)))
		equal(t, "priority", got(p.Priority()), any(uint16(3)))
		equal(t, "state", got(p.State()), any(libnl.BridgePortForwarding))
		f, err := p.Flags()
		noErr(t, err)
		const first = libnl.BridgeLearningSync<<1 - 1
		equal(t, "flags", f&first, libnl.BridgeFastLeave|libnl.BridgeUnicastFlood)
		equal(t, "extended", got(p.HasExtInfo()), any(true))
		equal(t, "master", l.Master(), index("br0"))
	}
	equal(t, "ports", n, 1)

	// what takes two requests, or no request at all
	p := newBridgePort(t)
	noErr(t, p.SetCost(6))
	p.Link().SetMTU(1400)
	isErr(t, "with an MTU", orig.Change(ctx, s, p.Link(), 0), libnl.ErrInval)
	p = newBridgePort(t)
	noErr(t, p.SetCost(6))
	p.Link().SetFlags(unix.IFF_UP)
	isErr(t, "with flags", orig.Change(ctx, s, p.Link(), 0), libnl.ErrInval)
	p = newBridgePort(t)
	noErr(t, p.SetCost(6))
	noErr(t, p.Link().SetInetConf(1, 1))
	isErr(t, "with settings of IPv4", orig.Change(ctx, s, p.Link(), 0), libnl.ErrInval)
	noErr(t, p.Link().SetName("v0"))
	isErr(t, "add", p.Link().Add(ctx, s, 0), libnl.ErrOpNotSupp)
	byName := newLink(t)
	noErr(t, byName.SetFamily(libnl.FamilyBridge))
	noErr(t, byName.SetName("v0"))
	isErr(t, "without an index", byName.Change(ctx, s, p.Link(), 0), libnl.ErrMissingAttr)
	equal(t, "cost", bridgePorts(t)["v0"]["cost"], any(5.0))

	// an ordinary change of a bridge, which libnl makes one of FamilyBridge
	br, err := libnl.GetLink(ctx, s, 0, "br0")
	made(t, br, err)
	equal(t, "family of a bridge", br.Family(), libnl.FamilyBridge)
	up := newLink(t)
	up.SetMTU(1400)
	up.UnsetFlags(unix.IFF_UP)
	noErr(t, br.Change(ctx, s, up, 0))
	equal(t, "MTU", ipLinks(t)["br0"].MTU, 1400)
}

// Plain libnl asks for the state of a port in a way that the kernel passes over; the answer is yes.
func TestBridgePortPlain(t *testing.T) {
	s := netNS(t)
	ctx := context.Background()
	noErr(t, libnl.AddBridge(ctx, s, "br0"))
	nltest.Run(t, "ip", "link", "add", "v0", "master", "br0", "type", "veth", "peer", "name", "v1")
	orig, c := madeC(t, "route/link"), madeC(t, "route/link")
	orig.Call("rtnl_link_set_ifindex", ipLinks(t)["v0"].IfIndex)
	orig.Call("rtnl_link_set_family", unix.AF_BRIDGE)
	c.Call("rtnl_link_set_family", unix.AF_BRIDGE)
	c.Call("rtnl_link_bridge_set_cost", 55)
	b, code := oracle.Build("rtnl_link_build_change_request", orig, c, 0)
	equal(t, "code", code, 0)
	m, err := libnl.MsgFromBytes(b)
	noErr(t, err)
	noErr(t, s.Do(ctx, m))
	if cost := bridgePorts(t)["v0"]["cost"]; cost == 55.0 {
		t.Error("libnl's request does it: BuildChange need not put it right")
	}
}

func TestLinkBridgeKernel(t *testing.T) {
	s := netNS(t)
	ctx := context.Background()
	if !libnl.HasCapability(libnl.CapVersion3_11_0) {
		t.Skip("libnl before 3.11 has not these settings of bridges")
	}
	v := newBridge(t)
	noErr(t, v.Link().SetName("br0"))
	noErr(t, v.SetAgeingTime(100*time.Second))
	noErr(t, v.SetSTPState(1))
	noErr(t, v.SetMcastSnooping(false))
	noErr(t, v.SetNFCallIPTables(true))
	noErr(t, v.Link().Add(ctx, s, libnl.FlagCreate|libnl.FlagExcl))
	var list []struct {
		LinkInfo struct {
			InfoData map[string]any `json:"info_data"`
		} `json:"linkinfo"`
	}
	noErr(t, json.Unmarshal(nltest.Run(t, "ip", "-j", "-d", "link", "show", "br0"), &list))
	for name, want := range map[string]any{"ageing_time": 10000.0, "stp_state": 1.0, "mcast_snooping": 0.0, "nf_call_iptables": 1.0} {
		equal(t, name, list[0].LinkInfo.InfoData[name], want)
	}
	l, err := libnl.GetLink(ctx, s, 0, "br0")
	made(t, l, err)
	w, ok := l.Bridge()
	equal(t, "a bridge", ok, true)
	equal(t, "ageing", got(w.AgeingTime()), any(100*time.Second))
	equal(t, "snooping", got(w.McastSnooping()), any(false))
}
