//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"bytes"
	"encoding/binary"
	"io/fs"
	"os/exec"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/oracle"
)

func newGenlFamily(t testing.TB) *libnl.GenlFamily {
	t.Helper()
	g, err := libnl.NewGenlFamily()
	return made(t, g, err)
}

func TestGenlFamilyAttrs(t *testing.T) {
	type G = *libnl.GenlFamily
	g := newGenlFamily(t)
	testAttrs(t, g, "genl/family", nil, []attrTest[G]{
		{"0x1", func(g G) any { return g.ID() }, libnl.MsgType(0), okFunc(func(g G) { g.SetID(0xffff) }), []any{"genl_family_set_id", 0xffff}, libnl.MsgType(0xffff)},
		{"0x2", func(g G) any { return g.Name() }, "", func(g G) error { return g.SetName("fifteen-letters") }, []any{"genl_family_set_name", "fifteen-letters"}, "fifteen-letters"},
		{"0x4", func(g G) any { return g.Version() }, uint8(0), okFunc(func(g G) { g.SetVersion(255) }), []any{"genl_family_set_version", 255}, uint8(255)},
		{"0x8", func(g G) any { return g.HdrSize() }, uint32(0), okFunc(func(g G) { g.SetHdrSize(^uint32(0)) }), []any{"genl_family_set_hdrsize", ^uint32(0)}, ^uint32(0)},
		{"0x10", func(g G) any { return g.MaxAttr() }, uint32(0), okFunc(func(g G) { g.SetMaxAttr(^uint32(0)) }), []any{"genl_family_set_maxattr", ^uint32(0)}, ^uint32(0)},
	})

	// what C says of an object that has got the same
	c := madeC(t, "genl/family")
	g.SetID(0x1234)
	noErr(t, g.SetName("name"))
	g.SetVersion(3)
	g.SetHdrSize(8)
	g.SetMaxAttr(9)
	c.Call("genl_family_set_id", 0x1234)
	c.Call("genl_family_set_name", "name")
	c.Call("genl_family_set_version", 3)
	c.Call("genl_family_set_hdrsize", 8)
	c.Call("genl_family_set_maxattr", 9)
	equal(t, "ID", uint32(g.ID()), uint32(c.Call("genl_family_get_id")))
	equal(t, "name", g.Name(), oracle.String(c.Call("genl_family_get_name")))
	equal(t, "version", g.Version(), uint8(c.Call("genl_family_get_version")))
	equal(t, "header", g.HdrSize(), uint32(c.Call("genl_family_get_hdrsize")))
	equal(t, "highest attribute", g.MaxAttr(), uint32(c.Call("genl_family_get_maxattr")))
	noErr(t, g.AddOp(3, libnl.GenlAdminPerm|libnl.GenlCapDo))
	noErr(t, g.AddOp(0xffffffff, 0))
	noErr(t, g.AddGroup(0xffffffff, "fifteen-letters"))
	noErr(t, g.AddGroup(5, "second"))
	copied, err := libnl.Clone(g)
	made(t, copied, err)
	for _, g := range []*libnl.GenlFamily{g, copied} {
		equal(t, "line", g.String(), "0x1234 name version 3")
		var text bytes.Buffer
		noErr(t, g.Dump(&text, libnl.DumpDetails))
		equal(t, "details", text.String(), "0x1234 name version 3\n    hdrsize 8 maxattr 9\n      op unknown (0x03) <admin_perm,has_doit>\n"+
			"      op unknown (0xffffffff)\n      grp fifteen-letters (0xffffffff)\n      grp second (0x05)\n")
	}
}

func TestGenlFamilyRefused(t *testing.T) {
	g := newGenlFamily(t)
	isErr(t, "name", g.SetName("sixteen-letters!"), libnl.ErrRange)
	isErr(t, "name", g.SetName("a\x00"), libnl.ErrInval)
	equal(t, "name", g.Name(), "")
	isErr(t, "group", g.AddGroup(1, "sixteen-letters!"), libnl.ErrRange)
	isErr(t, "group", g.AddGroup(1, "a\x00"), libnl.ErrInval)
	isErr(t, "group", g.AddGroup(-1, "a"), libnl.ErrRange)
	closed := newGenlFamily(t)
	noErr(t, closed.Close())
	for what, g := range map[string]*libnl.GenlFamily{"closed": closed, "nil": nil, "zero": {}} {
		isErr(t, what, g.SetName("a"), libnl.ErrClosed)
		isErr(t, what, g.AddOp(1, 0), libnl.ErrClosed)
		isErr(t, what, g.AddGroup(1, "a"), libnl.ErrClosed)
		for _, fn := range []func(){
			func() { g.ID() }, func() { g.SetID(1) }, func() { g.Name() }, func() { g.Version() }, func() { g.SetVersion(1) },
			func() { g.HdrSize() }, func() { g.SetHdrSize(1) }, func() { g.MaxAttr() }, func() { g.SetMaxAttr(1) },
		} {
			mustPanic(t, "closed GenlFamily", fn)
		}
		noErr(t, g.Close())
	}
}

// sameFamily compares an object with a snapshot.
func sameFamily(t testing.TB, g *libnl.GenlFamily, f libnl.GenlFamilyInfo) {
	t.Helper()
	equal(t, "ID", g.ID(), f.ID)
	equal(t, "name", g.Name(), f.Name)
	equal(t, "version", g.Version(), uint8(f.Version))
	equal(t, "header", g.HdrSize(), f.HdrLen)
	equal(t, "highest attribute", g.MaxAttr(), f.MaxAttr)
	equal(t, "message type", g.MsgType(), libnl.MsgType(unix.GENL_ID_CTRL))
	var text bytes.Buffer
	noErr(t, g.Dump(&text, libnl.DumpDetails))
	equal(t, "details", text.String(), cFamily(f))
}

func TestGenlFamilyStream(t *testing.T) {
	ctx := t.Context()
	s := dialGenl(t, nil)
	infos := genlInfos(t, s)
	families := collect(t, s.GenlFamilies(ctx))
	equal(t, "families", len(families), len(infos))
	for i, g := range families {
		sameFamily(t, g, infos[i])
	}
	for g, err := range s.GenlFamilies(ctx) { // the body may ask on the same socket, and leave early
		noErr(t, err)
		id, err := s.ResolveGenl(ctx, g.Name())
		noErr(t, err)
		equal(t, "ID", id, g.ID())
		defer mustPanic(t, "closed GenlFamily", func() { g.ID() })
		break
	}
	noErr(t, s.Close())
	isErr(t, "closed", failure(s.GenlFamilies(ctx)), libnl.ErrClosed)
	isErr(t, "nil", failure((*libnl.Socket)(nil).GenlFamilies(ctx)), libnl.ErrInval)
	isErr(t, "of another protocol", failure(dialRoute(t, nil).GenlFamilies(ctx)), libnl.ErrProtoMismatch)
}

func TestGenlCtrlCache(t *testing.T) {
	ctx := t.Context()
	s := dialGenl(t, nil)
	infos := genlInfos(t, s)
	c, err := libnl.NewGenlCtrlCache(ctx, s)
	noErr(t, err)
	defer c.Close()
	equal(t, "type", c.TypeName(), "genl/family")
	equal(t, "families", c.Len(), len(infos))
	for _, f := range infos {
		g, ok := libnl.GenlFamilyByID(c, f.ID)
		if !ok {
			t.Fatalf("no %s", f.Name)
		}
		sameFamily(t, g, f)
		equal(t, "references", g.RefCount(), 2)
		same, ok := libnl.GenlFamilyByName(c, f.Name)
		if !ok || !g.Identical(same) {
			t.Errorf("%s by name: %v", f.Name, same)
		}
		equal(t, "references", g.RefCount(), 3)
		noErr(t, same.Close())
		noErr(t, g.Close())
	}
	for _, name := range []string{"", "nosuch", "a\x00", "a name much longer than sixteen letters"} {
		if g, ok := libnl.GenlFamilyByName(c, name); ok {
			t.Errorf("there is a family %q: %v", name, g)
		}
	}
	_, ok := libnl.GenlFamilyByID(c, 0xfff0)
	equal(t, "no such ID", ok, false)
	noErr(t, c.Refill(ctx, s))
	equal(t, "families", c.Len(), len(infos))
	changes := 0
	noErr(t, c.Resync(ctx, s, func(libnl.Change[*libnl.GenlFamily]) { changes++ }))
	equal(t, "changes", changes, 0)

	// the type of a message of the controller does not say what became of a family, nor does a manager follow it
	g, _ := libnl.GenlFamilyByName(c, "nlctrl")
	defer g.Close()
	other, err := libnl.NewGenlCtrlCache(ctx, nil)
	noErr(t, err)
	defer other.Close()
	isErr(t, "Include", other.Include(g, nil), libnl.ErrMsgTypeNoSupport)
	m, err := libnl.NewCacheManager(libnl.ProtoGeneric, nil)
	noErr(t, err)
	defer m.Close()
	if err := libnl.ManageCache(m, other, nil); err == nil {
		t.Error("a manager took a cache of families")
	}
	isErr(t, "of another protocol", c.Refill(ctx, dialRoute(t, nil)), libnl.ErrProtoMismatch)
	_, err = libnl.NewGenlCtrlCache(ctx, dialRoute(t, nil))
	isErr(t, "of another protocol", err, libnl.ErrProtoMismatch)
	noErr(t, c.Close())
	mustPanic(t, "closed", func() { libnl.GenlFamilyByID(c, 16) })
	mustPanic(t, "closed", func() { libnl.GenlFamilyByName(c, "nlctrl") })
}

// genlEvent is a notification of the controller.
func genlEvent(t testing.TB, answer []byte, cmd uint8) *libnl.Msg {
	t.Helper()
	b := bytes.Clone(answer)
	b[16] = cmd
	binary.NativeEndian.PutUint32(b[8:], 0)
	m, err := libnl.MsgFromBytes(b)
	noErr(t, err)
	m.SetProto(libnl.ProtoGeneric)
	return m
}

// genlAnswer is what the kernel tells of a family.
func genlAnswer(t testing.TB, s *libnl.Socket, name string) []byte {
	t.Helper()
	m, err := libnl.NewMsgSize(64)
	noErr(t, err)
	noErr(t, m.PutGenl(0, 0, unix.GENL_ID_CTRL, 0, 0, libnl.GenlHeader{Cmd: unix.CTRL_CMD_GETFAMILY, Version: 1}))
	m.PutString(unix.CTRL_ATTR_FAMILY_NAME, name)
	all, err := s.RequestAll(t.Context(), m)
	noErr(t, err)
	equal(t, "answers", len(all), 1)
	return all[0].Bytes()
}

// genlGroupEvent is what the kernel tells of a group.
func genlGroupEvent(t testing.TB, cmd uint8) *libnl.Msg {
	t.Helper()
	m, err := libnl.NewMsg()
	noErr(t, err)
	noErr(t, m.PutGenl(0, 0, unix.GENL_ID_CTRL, 0, 0, libnl.GenlHeader{Cmd: cmd, Version: 1}))
	m.PutString(unix.CTRL_ATTR_FAMILY_NAME, "fam")
	m.PutU16(unix.CTRL_ATTR_FAMILY_ID, 0x22)
	m.Nest(unix.CTRL_ATTR_MCAST_GROUPS, func(m *libnl.Msg) {
		m.Nest(1, func(m *libnl.Msg) {
			m.PutU32(unix.CTRL_ATTR_MCAST_GRP_ID, 77)
			m.PutString(unix.CTRL_ATTR_MCAST_GRP_NAME, "grp")
		})
	})
	noErr(t, m.Err())
	m.SetProto(libnl.ProtoGeneric)
	return m
}

// Notifications of all four kinds become objects and snapshots. They come through the controller's group, from a program with the rights to send
// there.
func TestGenlEvents(t *testing.T) {
	ctx := t.Context()
	s := dialGenl(t, nil)
	f, err := libnl.GetGenlFamily(ctx, s, "nlctrl")
	noErr(t, err)
	answer := genlAnswer(t, s, "nlctrl")
	events := []*libnl.Msg{
		genlEvent(t, answer, unix.CTRL_CMD_NEWFAMILY), genlEvent(t, answer, unix.CTRL_CMD_DELFAMILY),
		genlGroupEvent(t, unix.CTRL_CMD_NEWMCAST_GRP), genlGroupEvent(t, unix.CTRL_CMD_DELMCAST_GRP),
	}
	group := libnl.GenlFamilyInfo{Name: "fam", ID: 0x22, Groups: []libnl.GenlGroup{{Name: "grp", ID: 77}}}
	same := func(i int, m *libnl.Msg) {
		t.Helper()
		want := f
		if i >= 2 {
			want = group
		}
		got, err := libnl.ParseGenlFamily(m)
		noErr(t, err)
		deepEqual(t, "snapshot", got, want)
		o, err := m.Object()
		noErr(t, err)
		defer o.Close()
		g, ok := libnl.As[*libnl.GenlFamily](o)
		if !ok {
			t.Fatalf("a %s", o.TypeName())
		}
		sameFamily(t, g, want)
	}
	for i, m := range events {
		same(i, m)
	}
	for _, cmd := range []uint8{0, unix.CTRL_CMD_GETFAMILY, unix.CTRL_CMD_GETPOLICY, 255} {
		m := genlEvent(t, answer, cmd)
		_, err := libnl.ParseGenlFamily(m)
		isErr(t, "command", err, libnl.ErrMsgTypeNoSupport)
		_, err = m.Object()
		isErr(t, "command", err, libnl.ErrInval)
	}

	in := dialGenl(t, &libnl.Config{Untrusted: true})
	noErr(t, in.AddMembership(f.Groups[0].ID))
	out := dialGenl(t, nil)
	i := 0
	for _, m := range events {
		m.SetDst(libnl.SockAddr{Groups: 1 << (f.Groups[0].ID - 1)})
		if _, err := out.Send(m); err != nil {
			t.Skip("no right to send to a group: ", err)
		}
	}
	for m, err := range in.Messages(within(t, 10*time.Second)) {
		noErr(t, err)
		if m.Src().Port != out.LocalPort() {
			continue
		}
		same(i, m)
		if i++; i == len(events) {
			break
		}
	}
	equal(t, "events", i, len(events))
}

// TestKernelGenlEvents follows families that come and go with a module.
func TestKernelGenlEvents(t *testing.T) {
	ctx := t.Context()
	s := dialGenl(t, nil)
	notify, err := s.ResolveGenlGroup(ctx, "nlctrl", "notify")
	noErr(t, err)
	for _, module := range []string{"l2tp_netlink", "team", "wireguard", "macsec", "hsr", "gtp", "nbd", "ipvs", "mac80211_hwsim", "tipc", "batman_adv"} {
		before := genlInfos(t, s)
		in := dialGenl(t, nil)
		noErr(t, in.AddMembership(notify))
		if out, err := exec.Command("modprobe", module).CombinedOutput(); err != nil {
			t.Logf("not here: %s: %s", module, bytes.TrimSpace(out))
			continue
		}
		var come []libnl.GenlFamilyInfo
		for _, f := range genlInfos(t, s) {
			if !slices.ContainsFunc(before, func(o libnl.GenlFamilyInfo) bool { return o.Name == f.Name }) {
				come = append(come, f)
			}
		}
		if len(come) == 0 {
			t.Logf("%s: loaded already, or without a family", module)
			continue
		}
		f := come[0]
		if out, err := exec.Command("modprobe", "-r", module).CombinedOutput(); err != nil {
			t.Logf("%s stays: %s", module, bytes.TrimSpace(out))
			continue
		}
		if slices.ContainsFunc(genlInfos(t, s), func(o libnl.GenlFamilyInfo) bool { return o.Name == f.Name }) {
			t.Errorf("%s is still there", f.Name)
		}
		genlFollow(t, in, f)
		// the kernel may load the module to answer
		if _, err := s.ResolveGenl(ctx, f.Name); err != nil {
			isErr(t, "gone", err, fs.ErrNotExist)
		}
		return
	}
	t.Skip("no module with a family that can be loaded and removed")
}

// genlFollow reads what was told of a family that came and went.
func genlFollow(t *testing.T, in *libnl.Socket, f libnl.GenlFamilyInfo) {
	t.Helper()
	groups := 0
	for m, err := range in.Messages(within(t, 10*time.Second)) {
		noErr(t, err)
		got, err := libnl.ParseGenlFamily(m)
		noErr(t, err)
		if got.Name != f.Name {
			continue
		}
		o, err := m.Object()
		noErr(t, err)
		g, _ := libnl.As[*libnl.GenlFamily](o)
		sameFamily(t, g, got)
		noErr(t, o.Close())
		h, _ := m.Genl()
		switch h.Cmd {
		case unix.CTRL_CMD_NEWFAMILY:
			deepEqual(t, "new", got, f)
		case unix.CTRL_CMD_NEWMCAST_GRP:
			groups++
			equal(t, "groups in one", len(got.Groups), 1)
		case unix.CTRL_CMD_DELFAMILY:
			equal(t, "groups that came", groups, len(f.Groups))
			equal(t, "gone", got.ID, f.ID)
			return
		}
	}
}

// Whatever the bytes: no panic, and what libnl makes an object of is the same in the snapshot.
func FuzzGenlFamily(f *testing.F) {
	s := dialGenl(f, nil)
	for _, info := range genlInfos(f, s) {
		f.Add(genlAnswer(f, s, info.Name)[16:])
	}
	f.Add(genlGroupEvent(f, unix.CTRL_CMD_DELMCAST_GRP).Payload())
	f.Fuzz(func(t *testing.T, payload []byte) {
		m, err := libnl.MsgFromBytes(oracle.Message(unix.GENL_ID_CTRL, 0, 1, payload)[:16+len(payload)])
		noErr(t, err)
		m.SetProto(libnl.ProtoGeneric)
		info, failed := libnl.ParseGenlFamily(m)
		o, err := m.Object()
		if err != nil {
			return
		}
		defer o.Close()
		g, _ := libnl.As[*libnl.GenlFamily](o)
		if failed != nil {
			if c := code(failed); c != libnl.ErrMissingAttr && c != libnl.ErrRange { // names and numbers that are empty, or too large
				t.Errorf("libnl parses what is refused: %v", failed)
			}
			return
		}
		equal(t, "ID", g.ID(), info.ID)
		equal(t, "name", g.Name(), info.Name)
		equal(t, "version", g.Version(), uint8(info.Version))
		var text bytes.Buffer
		noErr(t, g.Dump(&text, libnl.DumpDetails))
		equal(t, "details", text.String(), cFamily(info))
	})
}
