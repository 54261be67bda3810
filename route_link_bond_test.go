//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"io/fs"
	"math"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
	"github.com/golibnl/libnl/internal/oracle"
)

func newBond(t testing.TB) libnl.LinkBond {
	t.Helper()
	v, err := libnl.NewLinkBond()
	made(t, v.Link(), err)
	return v
}

// bondAttr is an attribute of a bond.
type bondAttr struct {
	name  string // of the C functions
	since int    // the minor version that has the setter; getters have come with 3.11
	set   func() error
	c     any // for the C setter
	get   func() (any, error)
	want  any
	typ   uint16 // in the request
}

func bondAttrs(v libnl.LinkBond) []bondAttr {
	return []bondAttr{
		{"mode", 8, func() error { return v.SetMode(libnl.BondActiveBackup) }, 1, func() (any, error) { return v.Mode() }, libnl.BondActiveBackup, unix.IFLA_BOND_MODE},
		{"activeslave", 8, func() error { return v.SetActiveSlave(7) }, 7, func() (any, error) { return v.ActiveSlave() }, 7, unix.IFLA_BOND_ACTIVE_SLAVE},
		{"hashing_type", 9, func() error { return v.SetHashingType(libnl.BondEncap34) }, 4, func() (any, error) { return v.HashingType() }, libnl.BondEncap34, unix.IFLA_BOND_XMIT_HASH_POLICY},
		{"miimon", 9, func() error { return v.SetMIIMon(100 * time.Millisecond) }, 100, func() (any, error) { return v.MIIMon() }, 100 * time.Millisecond, unix.IFLA_BOND_MIIMON},
		{"min_links", 9, func() error { return v.SetMinLinks(3) }, 3, func() (any, error) { return v.MinLinks() }, uint32(3), unix.IFLA_BOND_MIN_LINKS},
	}
}

// bondCalls makes all calls of the view.
func bondCalls(v libnl.LinkBond) map[string]error {
	errs := map[string]error{}
	for _, a := range bondAttrs(v) {
		errs["rtnl_link_bond_set_"+a.name] = a.set()
		_, errs["rtnl_link_bond_get_"+a.name] = a.get()
	}
	return errs
}

func init() { guardView(newBond, bondCalls) }

func TestLinkBondOtherKind(t *testing.T) { viewOfOtherKind(t, newBond(t), bondCalls) }

func TestLinkBond(t *testing.T) {
	v := newBond(t)
	l := v.Link()
	c := madeC(t, "route/link")
	c.Call("rtnl_link_set_type", "bond")
	noErr(t, l.SetName("x0"))
	c.Call("rtnl_link_set_name", "x0")
	same := func(what string) {
		t.Helper()
		m, err := l.BuildAdd(libnl.FlagCreate)
		want, code := oracle.Build("rtnl_link_build_add_request", c, 0x400)
		sameRequest(t, what, m, err, want, code)
	}
	same("empty")
	for _, a := range bondAttrs(v) {
		_, err := a.get()
		if compiledSince(11) {
			isErr(t, a.name+": unset", err, libnl.ErrNoAttr)
		} else {
			isErr(t, a.name+": before 3.11", err, libnl.ErrOpNotSupp)
		}
		if err := a.set(); !compiledSince(a.since) {
			isErr(t, a.name+" with an older libnl", err, libnl.ErrOpNotSupp)
			continue
		} else {
			noErr(t, err)
		}
		c.Call("rtnl_link_bond_set_"+a.name, a.c)
		same(a.name)
	}
	bondHas(t, "the link", l)
	copied, err := libnl.Clone(l)
	made(t, copied, err)
	bondHas(t, "the clone", copied)
	again, err := libnl.Clone(copied)
	made(t, again, err)
	bondHas(t, "the clone of the clone", again)
	m, err := l.BuildAdd(0)
	noErr(t, err)
	copy, err := copied.BuildAdd(0)
	noErr(t, err)
	equal(t, "the request of the clone", string(copy.Bytes()), string(m.Bytes()))
	if compiledSince(8) {
		w, _ := copied.Bond()
		noErr(t, w.SetMode(libnl.Bond8023AD))
		equal(t, "libnl sees the difference", l.Diff(copied) != 0, compiledSince(11))
	}
	other, err := libnl.NewLink()
	made(t, other, err)
	_, ok := other.Bond()
	equal(t, "a link without a kind is a bond", ok, false)
}

// bondHas looks for the attributes of bondAttrs, as far as libnl has them.
func bondHas(t *testing.T, what string, l *libnl.Link) {
	t.Helper()
	v, ok := l.Bond()
	equal(t, what+" is a bond", ok, true)
	m, err := l.BuildAdd(0)
	noErr(t, err)
	for _, a := range bondAttrs(v) {
		_, put := libnl.FindAttr(linkData(t, m), a.typ)
		equal(t, what+": "+a.name+" is in the request", put, compiledSince(a.since))
		if compiledSince(11) {
			got, err := a.get()
			noErr(t, err)
			equal(t, what+": "+a.name, got, a.want)
		}
	}
}

// bondMsg is what the kernel says of a bond.
func bondMsg(t testing.TB) *libnl.Msg {
	t.Helper()
	m, err := libnl.NewMsgSimple(libnl.RTMNewLink, 0)
	noErr(t, err)
	t.Cleanup(func() { m.Close() })
	m.Append(make([]byte, unix.SizeofIfInfomsg), 4)
	m.PutString(unix.IFLA_IFNAME, "x0")
	m.Nest(unix.IFLA_LINKINFO, func(m *libnl.Msg) {
		m.PutString(unix.IFLA_INFO_KIND, "bond")
		m.Nest(unix.IFLA_INFO_DATA, func(m *libnl.Msg) {
			m.PutU8(unix.IFLA_BOND_MODE, 1)
			m.PutU32(unix.IFLA_BOND_ACTIVE_SLAVE, 7)
			m.PutU32(unix.IFLA_BOND_MIIMON, 100)
			m.PutU32(unix.IFLA_BOND_UPDELAY, 1)
			m.PutU8(unix.IFLA_BOND_XMIT_HASH_POLICY, 4)
			m.PutU32(unix.IFLA_BOND_MIN_LINKS, 3)
		})
	})
	return m
}

// From 3.8 to 3.10 libnl does not parse bonds and then follows a null pointer, 3.11 takes one value for another.
func TestLinkBondParsed(t *testing.T) {
	l := parseLink(t, bondMsg(t).Bytes())
	v, ok := l.Bond()
	equal(t, "it is a bond", ok, true)
	copied, err := libnl.Clone(l)
	made(t, copied, err)
	if compiledSince(11) {
		bondHas(t, "parsed", l)
		bondHas(t, "its clone", copied)
		return
	}
	w, ok := copied.Bond()
	equal(t, "the clone is a bond", ok, true)
	for _, v := range []libnl.LinkBond{v, w} {
		_, err := v.Link().BuildAdd(0)
		noErr(t, err)
		for fn, err := range bondCalls(v) {
			if err != nil {
				isErr(t, fn, err, libnl.ErrOpNotSupp)
			}
		}
		_, err = v.Link().BuildAdd(0)
		noErr(t, err)
	}
	again, err := libnl.Clone(copied)
	made(t, again, err)
	if compiledSince(9) {
		bondHas(t, "the clone of what was set", again)
	}
}

func TestLinkBondRange(t *testing.T) {
	v := newBond(t)
	want := libnl.ErrRange
	if !compiledSince(9) {
		want = libnl.ErrOpNotSupp
	}
	for _, d := range []time.Duration{-time.Second, 1500 * time.Microsecond, (math.MaxInt32 + 1) * time.Millisecond} {
		isErr(t, "SetMIIMon", v.SetMIIMon(d), want)
	}
	if compiledSince(8) {
		isErr(t, "SetActiveSlave(-1)", v.SetActiveSlave(-1), libnl.ErrRange)
	}
}

func TestBondText(t *testing.T) {
	for i, text := range []string{"balance-rr", "active-backup", "balance-xor", "broadcast", "802.3ad", "balance-tlb", "balance-alb", "0x7"} {
		equal(t, "mode", libnl.BondMode(i).String(), text)
		m, err := libnl.ParseBondMode(text)
		noErr(t, err)
		equal(t, text, m, libnl.BondMode(i))
	}
	for i, text := range []string{"layer2", "layer3+4", "layer2+3", "encap2+3", "encap3+4", "vlan+srcmac", "0x6"} {
		equal(t, "hashing", libnl.BondHashing(i).String(), text)
		h, err := libnl.ParseBondHashing(text)
		noErr(t, err)
		equal(t, text, h, libnl.BondHashing(i))
	}
	_, err := libnl.ParseBondMode("nosuch")
	isErr(t, "an unknown mode", err, libnl.ErrObjNotFound)
	_, err = libnl.ParseBondHashing("0x100")
	isErr(t, "too big a number", err, libnl.ErrRange)
}

func TestKernelBond(t *testing.T) {
	s := netNS(t)
	ctx := t.Context()
	nltest.Link(t, "bond", "x0", "mode active-backup miimon 100 xmit_hash_policy encap3+4 min_links 3")
	slave := nltest.Link(t, "dummy", "d0")
	l := getLink(t, s, "x0")
	noErr(t, libnl.Enslave(ctx, s, l.Index(), slave))
	d := getLink(t, s, "d0")
	equal(t, "master", d.Master(), l.Index())
	equal(t, "kind of the master", d.SlaveType(), "bond")
	nltest.Run(t, "ip", "link", "set", "x0", "up")

	l = getLink(t, s, "x0")
	v, ok := l.Bond()
	equal(t, "it is a bond", ok, true)
	_, err := l.BuildAdd(0)
	noErr(t, err)
	for _, a := range bondAttrs(v) {
		got, err := a.get()
		if !compiledSince(11) {
			isErr(t, a.name+": before 3.11", err, libnl.ErrOpNotSupp)
			continue
		}
		noErr(t, err)
		if a.name == "activeslave" {
			a.want = slave
		}
		equal(t, a.name, got, a.want)
	}
	noErr(t, libnl.Release(ctx, s, slave))
	equal(t, "master of the released", getLink(t, s, "d0").Master(), 0)
	noErr(t, l.Delete(ctx, s))
	_, err = libnl.GetLink(ctx, s, 0, "x0")
	isErr(t, "the deleted bond", err, fs.ErrNotExist)

	noErr(t, libnl.AddBond(ctx, s, "x1", nil))
	isErr(t, "a name that is taken", libnl.AddBond(ctx, s, "x1", nil), fs.ErrExist)
	kind, _ := ipInfo(t, "x1")
	equal(t, "kind", kind, "bond")
	opts := newBond(t)
	noErr(t, opts.Link().SetName("x2"))
	opts.Link().SetMTU(1400)
	if compiledSince(9) {
		noErr(t, opts.SetMode(libnl.BondBalanceXOR))
		noErr(t, opts.SetHashingType(libnl.BondLayer34))
		noErr(t, opts.SetMIIMon(50*time.Millisecond))
	}
	noErr(t, libnl.AddBond(ctx, s, "", opts.Link()))
	equal(t, "MTU", getLink(t, s, "x2").MTU(), 1400)
	_, data := ipInfo(t, "x2")
	if compiledSince(9) {
		equal(t, "mode", data["mode"], any("balance-xor"))
		equal(t, "hashing", data["xmit_hash_policy"], any("layer3+4"))
		equal(t, "miimon", data["miimon"], any(50.0))
	}
	noErr(t, libnl.AddBond(ctx, s, "x3", opts.Link()))
	equal(t, "the name in opts stays", opts.Link().Name(), "x2")
	vlan := newVLAN(t)
	isErr(t, "options of another kind", libnl.AddBond(ctx, s, "x4", vlan.Link()), libnl.ErrOpNotSupp)
}
