//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
)

func newRule(t testing.TB) *libnl.Rule {
	t.Helper()
	r, err := libnl.NewRule()
	return made(t, r, err)
}

var ruleRequests = []builders[*libnl.Rule]{
	{func(r *libnl.Rule) (*libnl.Msg, error) { return r.BuildAdd(libnl.FlagExcl) }, "rtnl_rule_build_add_request", []any{0x200}},
	{func(r *libnl.Rule) (*libnl.Msg, error) { return r.BuildDelete(0) }, "rtnl_rule_build_delete_request", []any{0}},
}

type ports struct {
	from, to uint16
	ok       bool
}

func portsOf(from, to uint16, ok bool) ports { return ports{from, to, ok} }

func TestRuleAttrs(t *testing.T) {
	type R = *libnl.Rule
	var zero libnl.Addr
	src, dst := mustAddr(t, "192.0.2.0/24"), mustAddr(t, "198.51.100.7/32")
	u32 := func(get func(R) uint32) func(R) any { return func(r R) any { return get(r) } }
	r := newRule(t)
	testAttrs(t, r, "route/rule", ruleRequests, []attrTest[R]{
		// first, because without an action BuildAdd refuses what libnl builds
		{"action", func(r R) any { return r.Action() }, libnl.RuleAction(0), okFunc(func(r R) { r.SetAction(libnl.RuleLookup) }), []any{"rtnl_rule_set_action", 1}, libnl.RuleLookup},
		{"family", func(r R) any { return r.Family() }, libnl.FamilyUnspec, func(r R) error { return r.SetFamily(2) }, []any{"rtnl_rule_set_family", 2}, libnl.FamilyIPv4},
		{"src", func(r R) any { return r.Src() }, zero, func(r R) error { return r.SetSrc(src) }, []any{"rtnl_rule_set_src", cAddr(src)}, src},
		{"dst", func(r R) any { return r.Dst() }, zero, func(r R) error { return r.SetDst(dst) }, []any{"rtnl_rule_set_dst", cAddr(dst)}, dst},
		{"prio", u32(R.Prio), uint32(0), okFunc(func(r R) { r.SetPrio(1 << 31) }), []any{"rtnl_rule_set_prio", uint32(1) << 31}, uint32(1 << 31)},
		{"mark", u32(R.Mark), uint32(0), okFunc(func(r R) { r.SetMark(1 << 31) }), []any{"rtnl_rule_set_mark", uint32(1) << 31}, uint32(1 << 31)},
		{"mask", u32(R.Mask), uint32(0), okFunc(func(r R) { r.SetMask(^uint32(0)) }), []any{"rtnl_rule_set_mask", ^uint32(0)}, ^uint32(0)},
		{"table", func(r R) any { return r.Table() }, libnl.RouteTable(0), okFunc(func(r R) { r.SetTable(1000) }), []any{"rtnl_rule_set_table", 1000}, libnl.RouteTable(1000)},
		{"dsfield", func(r R) any { return r.DSField() }, uint8(0), okFunc(func(r R) { r.SetDSField(255) }), []any{"rtnl_rule_set_dsfield", 255}, uint8(255)},
		{"iifname", func(r R) any { return r.IIF() }, "", func(r R) error { return r.SetIIF("fifteen-letters") }, []any{"rtnl_rule_set_iif", "fifteen-letters"}, "fifteen-letters"},
		{"oifname", func(r R) any { return r.OIF() }, "", func(r R) error { return r.SetOIF("fifteen-letters") }, []any{"rtnl_rule_set_oif", "fifteen-letters"}, "fifteen-letters"},
		{"flow", func(r R) any { return r.Realms() }, libnl.Realms(0), okFunc(func(r R) { r.SetRealms(0x30004) }), []any{"rtnl_rule_set_realms", 0x30004}, libnl.Realms(0x30004)},
		{"goto", u32(R.Goto), uint32(0), okFunc(func(r R) { r.SetGoto(99) }), []any{"rtnl_rule_set_goto", 99}, uint32(99)},
		{"", func(r R) any { return r.L3MDev() }, false, okFunc(func(r R) { r.SetL3MDev(true) }), []any{"rtnl_rule_set_l3mdev", 1}, true},
		{"", func(r R) any { return r.L3MDev() }, true, okFunc(func(r R) { r.SetL3MDev(false) }), []any{"rtnl_rule_set_l3mdev", -1}, false},
		{"", func(r R) any { return opt(r.Protocol()) }, none[libnl.RouteProtocol](), okFunc(func(r R) { r.SetProtocol(255) }), []any{"rtnl_rule_set_protocol", 255}, some(libnl.RouteProtocol(255))},
		{"", func(r R) any { return opt(r.Protocol()) }, some(libnl.RouteProtocol(255)), okFunc(func(r R) { r.SetProtocol(0) }), []any{"rtnl_rule_set_protocol", 0}, none[libnl.RouteProtocol]()},
		{"", func(r R) any { return opt(r.IPProto()) }, none[libnl.IPProto](), okFunc(func(r R) { r.SetIPProto(6) }), []any{"rtnl_rule_set_ipproto", 6}, some(libnl.IPProto(6))},
		{"", func(r R) any { return portsOf(r.SPort()) }, ports{}, okFunc(func(r R) { r.SetSPort(80) }), []any{"rtnl_rule_set_sport", 80}, ports{80, 80, true}},
		{"", func(r R) any { return portsOf(r.SPort()) }, ports{80, 80, true}, func(r R) error { return r.SetSPortRange(1, 65535) }, []any{"rtnl_rule_set_sport_range", 1, 65535}, ports{1, 65535, true}},
		{"", func(r R) any { return portsOf(r.SPort()) }, ports{1, 65535, true}, okFunc(func(r R) { r.SetSPort(0) }), []any{"rtnl_rule_set_sport", 0}, ports{}},
		{"", func(r R) any { return portsOf(r.DPort()) }, ports{}, okFunc(func(r R) { r.SetDPort(443) }), []any{"rtnl_rule_set_dport", 443}, ports{443, 443, true}},
		{"", func(r R) any { return portsOf(r.DPort()) }, ports{443, 443, true}, func(r R) error { return r.SetDPortRange(400, 500) }, []any{"rtnl_rule_set_dport_range", 400, 500}, ports{400, 500, true}},
		{"", func(r R) any { return portsOf(r.DPort()) }, ports{400, 500, true}, func(r R) error { return r.SetDPortRange(0, 0) }, []any{"rtnl_rule_set_dport_range", 0, 0}, ports{}},
		{"", func(r R) any { return opt(r.IPProto()) }, some(libnl.IPProto(6)), okFunc(func(r R) { r.SetIPProto(0) }), []any{"rtnl_rule_set_ipproto", 0}, none[libnl.IPProto]()},
	})
}

func TestRuleRefused(t *testing.T) {
	r := newRule(t)
	noErr(t, r.SetFamily(libnl.FamilyIPv4))
	_, err := r.BuildAdd(0)
	isErr(t, "no action", err, libnl.ErrMissingAttr)
	_, err = r.BuildDelete(0)
	noErr(t, err)
	isErr(t, "another family", r.SetSrc(mustAddr(t, "2001:db8::/32")), libnl.ErrAFMismatch)
	isErr(t, "no address", r.SetDst(libnl.Addr{}), libnl.ErrInval)
	isErr(t, "name", r.SetIIF("sixteen-letters!"), libnl.ErrRange)
	isErr(t, "name", r.SetOIF("a\x00"), libnl.ErrInval)
	isErr(t, "family", r.SetFamily(256), libnl.ErrAFNoSupport)
	for _, set := range []func(from, to uint16) error{r.SetSPortRange, r.SetDPortRange} {
		isErr(t, "ports", set(2, 1), libnl.ErrInval)
		isErr(t, "ports", set(0, 1), libnl.ErrInval)
	}
	empty := newRule(t)
	empty.SetAction(libnl.RuleNop)
	_, err = empty.BuildAdd(0)
	isErr(t, "no family", err, libnl.ErrMissingAttr)
	_, err = empty.BuildDelete(0)
	isErr(t, "no family", err, libnl.ErrMissingAttr)

	closed := newRule(t)
	noErr(t, closed.Close())
	for what, r := range map[string]*libnl.Rule{"closed": closed, "nil": nil, "zero": {}} {
		errs := map[string]error{
			"SetFamily": r.SetFamily(2), "SetSrc": r.SetSrc(libnl.Addr{}), "SetDst": r.SetDst(libnl.Addr{}), "SetIIF": r.SetIIF("x"),
			"SetOIF": r.SetOIF("x"), "SetSPortRange": r.SetSPortRange(1, 2), "SetDPortRange": r.SetDPortRange(1, 2),
			"Add": r.Add(t.Context(), nil, 0), "Delete": r.Delete(t.Context(), nil, 0),
		}
		for name, err := range errs {
			isErr(t, what+": "+name, err, libnl.ErrClosed)
		}
		mustPanic(t, "closed Rule", func() { r.Src() })
		mustPanic(t, "closed Rule", func() { r.SetL3MDev(true) })
		mustPanic(t, "closed Rule", func() { r.SPort() })
	}
}

func TestRuleActionText(t *testing.T) {
	testNames(t, libnl.RuleAction.String, libnl.ParseRuleAction, map[libnl.RuleAction]string{
		0: "0x0", 1: "lookup", 2: "goto", 3: "nop", 4: "0x4", 6: "blackhole", 7: "unreachable", 8: "prohibit", 255: "0xff",
	})
	a, err := libnl.ParseRuleAction("BlackHole")
	noErr(t, err)
	equal(t, "in any case", a, libnl.RuleBlackhole)
	equal(t, "lookup", libnl.RuleLookup, unix.FR_ACT_TO_TBL)
	equal(t, "goto", libnl.RuleGoto, unix.FR_ACT_GOTO)
	equal(t, "nop", libnl.RuleNop, unix.FR_ACT_NOP)
	equal(t, "blackhole", libnl.RuleBlackhole, unix.FR_ACT_BLACKHOLE)
	equal(t, "unreachable", libnl.RuleUnreachable, unix.FR_ACT_UNREACHABLE)
	equal(t, "prohibit", libnl.RuleProhibit, unix.FR_ACT_PROHIBIT)
}

// sameRule compares a rule with what ip says.
func sameRule(t *testing.T, r *libnl.Rule, ip map[string]any) {
	t.Helper()
	str := func(key string) string { s, _ := ip[key].(string); return s }
	num := func(key string) uint32 { f, _ := ip[key].(float64); return uint32(f) }
	prefix := func(key, length string) string {
		s, ok := ip[key].(string)
		switch bits, hasLen := ip[length].(float64); {
		case !ok || s == "all":
			return ""
		case hasLen:
			return s + "/" + strconv.Itoa(int(bits))
		}
		return s
	}
	text := func(a libnl.Addr) string {
		if !a.IsValid() {
			return ""
		}
		return a.String()
	}
	equal(t, "priority", r.Prio(), num("priority"))
	equal(t, "source", text(r.Src()), prefix("src", "srclen"))
	equal(t, "destination", text(r.Dst()), prefix("dst", "dstlen"))
	equal(t, "iif", r.IIF(), str("iif"))
	equal(t, "oif", r.OIF(), str("oif"))
	hex := func(key string) uint32 { n, _ := strconv.ParseUint(str(key), 0, 32); return uint32(n) }
	equal(t, "mark", r.Mark(), hex("fwmark"))
	if _, ok := ip["fwmask"]; ok {
		equal(t, "mask", r.Mask(), hex("fwmask"))
	}
	equal(t, "tos", uint32(r.DSField()), hex("tos"))
	_, l3mdev := ip["l3mdev"]
	equal(t, "l3mdev", r.L3MDev(), l3mdev)
	tables := map[string]libnl.RouteTable{"local": 255, "main": 254, "default": 253, "": 0}
	table, ok := tables[str("table")]
	if !ok {
		n, _ := strconv.Atoi(str("table"))
		table = libnl.RouteTable(n)
	}
	equal(t, "table", r.Table(), table)
	if proto, ok := r.IPProto(); ok || ip["ipproto"] != nil {
		name := proto.String()
		if !strings.HasPrefix(name, "ipproto-") && strings.HasPrefix(str("ipproto"), "ipproto-") { // no /etc/protocols
			name = fmt.Sprintf("ipproto-%d", proto)
		}
		equal(t, "ipproto", name, str("ipproto"))
	}
	from, to, ok := r.SPort()
	if ok && from == to {
		equal(t, "sport", uint32(from), num("sport"))
	} else {
		equal(t, "sport", uint32(from), num("sport_start"))
		equal(t, "sport end", uint32(to), num("sport_end"))
	}
	from, to, ok = r.DPort()
	if ok && from == to {
		equal(t, "dport", uint32(from), num("dport"))
	} else {
		equal(t, "dport", uint32(from), num("dport_start"))
		equal(t, "dport end", uint32(to), num("dport_end"))
	}
	if r.Action() == libnl.RuleGoto {
		equal(t, "goto", r.Goto(), num("goto"))
	}
	if a := str("action"); a != "" {
		equal(t, "action", r.Action().String(), a)
	}
	realm := func(key string) libnl.Realms { n, _ := strconv.Atoi(str(key)); return libnl.Realms(n) }
	equal(t, "realm to", r.Realms()&0xffff, realm("flow_to"))
	equal(t, "realm from", r.Realms()>>16, realm("flow_from"))
}

func TestRuleKernel(t *testing.T) {
	s := netNS(t)
	ctx := t.Context()
	for i, set := range []func(r *libnl.Rule) error{
		func(r *libnl.Rule) error { r.SetTable(100); return r.SetSrc(mustAddr(t, "192.0.2.0/24")) },
		func(r *libnl.Rule) error {
			noErr(t, r.SetFamily(libnl.FamilyIPv4))
			r.SetTable(100000)
			r.SetMark(0x10)
			r.SetMask(0xff)
			r.SetDSField(0x10)
			r.SetRealms(0x30004)
			noErr(t, r.SetIIF("lo"))
			noErr(t, r.SetOIF("nosuch0"))
			return r.SetDst(mustAddr(t, "198.51.100.7"))
		},
		func(r *libnl.Rule) error {
			noErr(t, r.SetFamily(libnl.FamilyIPv4))
			r.SetTable(100)
			r.SetIPProto(unix.IPPROTO_TCP)
			r.SetProtocol(99)
			r.SetDPort(80)
			return r.SetSPortRange(1000, 2000)
		},
		func(r *libnl.Rule) error {
			r.SetAction(libnl.RuleUnreachable)
			return r.SetSrc(mustAddr(t, "2001:db8::/32"))
		},
		func(r *libnl.Rule) error {
			r.SetAction(libnl.RuleBlackhole)
			return r.SetDst(mustAddr(t, "2001:db8::1"))
		},
		func(r *libnl.Rule) error { r.SetAction(libnl.RuleProhibit); return r.SetFamily(libnl.FamilyIPv4) },
		func(r *libnl.Rule) error { r.SetAction(libnl.RuleNop); return r.SetFamily(libnl.FamilyIPv4) },
		func(r *libnl.Rule) error {
			r.SetAction(libnl.RuleGoto)
			r.SetGoto(32766)
			return r.SetFamily(libnl.FamilyIPv4)
		},
		func(r *libnl.Rule) error { r.SetL3MDev(true); return r.SetFamily(libnl.FamilyIPv6) },
	} {
		r := newRule(t)
		r.SetAction(libnl.RuleLookup)
		r.SetPrio(uint32(100 + i))
		noErr(t, set(r))
		if err := r.Add(ctx, s, libnl.FlagExcl); err != nil {
			t.Errorf("rule %d: %v", i, err)
		}
		isErr(t, "adding again", r.Add(ctx, s, libnl.FlagExcl), fs.ErrExist)
	}
	nltest.Run(t, "ip", "rule", "add", "from", "10.0.0.0/8", "to", "10.1.0.0/16", "iif", "v0", "fwmark", "7/0xf", "table", "77", "prio", "200", "sport", "5", "ipproto", "17")
	nltest.Run(t, "ip", "-6", "rule", "add", "from", "2001:db8::/48", "oif", "v1", "table", "78", "prio", "201", "dport", "5-6", "ipproto", "6")

	for _, strict := range []bool{false, true} {
		s := dialRoute(t, &libnl.Config{Strict: strict})
		for family, flag := range map[libnl.Family]string{libnl.FamilyIPv4: "-4", libnl.FamilyIPv6: "-6"} {
			want := ipMaps(t, "ip", flag, "rule", "show")
			got := collect(t, s.Rules(ctx, &libnl.RuleFilter{Family: family}))
			equal(t, "rules of "+family.String(), len(got), len(want))
			for i, r := range got {
				equal(t, "family", r.Family(), family)
				sameRule(t, r, want[i])
			}
		}
		equal(t, "rules with a table", len(collect(t, s.Rules(ctx, &libnl.RuleFilter{Table: 100}))), 2)
		isErr(t, "family", failure(s.Rules(ctx, &libnl.RuleFilter{Family: 256})), libnl.ErrAFNoSupport)
		if n := len(collect(t, s.Rules(ctx, nil))); n < 16 {
			t.Errorf("%d rules in all", n)
		}
	}

	for _, r := range collect(t, s.Rules(ctx, nil)) {
		if r.Prio() < 100 || r.Prio() > 300 {
			continue
		}
		noErr(t, r.Delete(ctx, s, 0))
		isErr(t, "deleting again", r.Delete(ctx, s, 0), fs.ErrNotExist)
	}
	equal(t, "rules left", len(ipMaps(t, "ip", "-4", "rule", "show"))+len(ipMaps(t, "ip", "-6", "rule", "show")), 5)

	all := newRule(t) // from everywhere: an address without bits
	all.SetAction(libnl.RuleLookup)
	all.SetTable(9)
	all.SetPrio(300)
	noErr(t, all.SetSrc(mustAddr(t, "0.0.0.0/0")))
	noErr(t, all.Add(ctx, s, 0))
	noErr(t, all.Delete(ctx, s, 0))
	none := newRule(t)
	none.SetAction(libnl.RuleLookup)
	none.SetPrio(301)
	none.SetTable(9)
	any, err := libnl.ParseAddr("any", libnl.FamilyIPv4)
	noErr(t, err)
	noErr(t, none.SetSrc(any))
	noErr(t, none.Add(ctx, s, 0))
	noErr(t, none.Delete(ctx, s, 0))
}

// Without an action the kernel takes a rule that fails every lookup: BuildAdd refuses it.
func TestRuleWithoutAction(t *testing.T) {
	s := netNS(t)
	ctx := t.Context()
	r := newRule(t)
	noErr(t, r.SetFamily(libnl.FamilyIPv4))
	r.SetPrio(5)
	isErr(t, "Add", r.Add(ctx, s, 0), libnl.ErrMissingAttr)

	nltest.Run(t, "ip", "route", "add", "192.0.2.0/24", "dev", "lo")
	nltest.Run(t, "ip", "route", "get", "192.0.2.1")
	m, err := r.BuildDelete(0)
	noErr(t, err)
	h := m.Header()
	h.Type, h.Flags = libnl.RTMNewRule, libnl.FlagCreate
	m.SetHeader(h)
	noErr(t, s.Do(ctx, m)) // what libnl would send
	if got := ipMaps(t, "ip", "rule", "show", "prio", "5"); len(got) != 1 {
		t.Errorf("the kernel took no rule: %v", got)
	}
	get, err := libnl.NewMsgSimple(libnl.RTMGetRoute, 0)
	noErr(t, err)
	get.Append([]byte{unix.AF_INET, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 4)
	get.PutBytes(unix.RTA_DST, []byte{192, 0, 2, 1})
	if err := s.Do(ctx, get); err == nil {
		t.Error("a rule without an action does no harm")
	}
}
