//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
)

func gnlLink(t testing.TB, family string, cfg *libnl.Config) *libnl.GenlNetLink {
	t.Helper()
	g, err := libnl.NewGenlNetLink(t.Context(), family, cfg)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip(err)
	}
	noErr(t, err)
	t.Cleanup(func() { g.Close() })
	return g
}

// Messages of ethtool netlink.
type gnlBits struct {
	NoMask bool   `netlink:"attr=1"`
	Size   uint32 `netlink:"attr=2,omitempty"`
	Bits   []struct {
		Name  string `netlink:"attr=2"`
		Value bool   `netlink:"attr=3"`
	} `netlink:"attr=3,array"`
}

type gnlFeatures struct {
	Dev struct {
		Name string `netlink:"attr=2"`
	} `netlink:"attr=1"`
	Wanted gnlBits `netlink:"attr=3,omitempty"`
}

// gnlChecksum turns a feature of a link on or off, which makes a notification.
func gnlChecksum(t testing.TB, g *libnl.GenlNetLink, dev string, on bool) {
	t.Helper()
	var v gnlFeatures
	v.Dev.Name = dev
	v.Wanted.Bits = append(v.Wanted.Bits, struct {
		Name  string `netlink:"attr=2"`
		Value bool   `netlink:"attr=3"`
	}{"tx-checksum-ip-generic", on})
	noErr(t, g.Do(t.Context(), unix.ETHTOOL_MSG_FEATURES_SET, 0, func(m *libnl.Msg) { _ = m.PutStruct(v) }))
}

func gnlRead(t testing.TB, g *libnl.GenlNetLink) (n int) {
	t.Helper()
	for {
		k, err := g.ReadData()
		noErr(t, err)
		if n += k; k == 0 {
			return n
		}
	}
}

// A family with notifications, and its dumps.
func TestGenlNetLink(t *testing.T) {
	nltest.NetNS(t)
	nltest.Run(t, "ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1")
	g := gnlLink(t, "ethtool", nil)
	info, err := libnl.GetGenlFamily(t.Context(), g.Socket(), "ethtool")
	noErr(t, err)
	deepEqual(t, "family", g.Family(), info)
	g.Family().Groups[0].Name = "mine" // a copy
	deepEqual(t, "family", g.Family(), info)

	var notes []string
	noErr(t, g.Handle(unix.ETHTOOL_MSG_FEATURES_NTF, func(e *libnl.Event) error {
		var v gnlFeatures
		noErr(t, e.Msg.UnmarshalGenl(0, &v))
		equal(t, "of a dump", e.Dump, libnl.MsgType(0))
		notes = append(notes, v.Dev.Name)
		return nil
	}))
	gnlChecksum(t, g, "v0", false)
	equal(t, "before the group is joined", gnlRead(t, g), 0)
	noErr(t, g.RegisterGroup("monitor", "monitor"))
	gnlChecksum(t, g, "v0", true)
	gnlChecksum(t, g, "v1", false)
	gnlRead(t, g)
	deepEqual(t, "notifications", notes, []string{"v0", "v1"})
	noErr(t, g.Resolve(t.Context())) // nothing changed, nothing is lost
	gnlChecksum(t, g, "v1", true)
	gnlRead(t, g)
	deepEqual(t, "notifications", notes, []string{"v0", "v1", "v1"})
	noErr(t, g.UnregisterGroup("monitor"))
	noErr(t, g.Resolve(t.Context()))
	gnlChecksum(t, g, "v1", false)
	equal(t, "after the group is left", gnlRead(t, g), 0)

	// dumps by command
	var names []string
	var ends []uint8
	noErr(t, g.Handle(unix.ETHTOOL_MSG_FEATURES_GET_REPLY, func(e *libnl.Event) error {
		var v gnlFeatures
		noErr(t, e.Msg.UnmarshalGenl(0, &v))
		equal(t, "of a dump", e.Dump, info.ID)
		equal(t, "by command", e.Cmd, uint8(unix.ETHTOOL_MSG_FEATURES_GET))
		names = append(names, v.Dev.Name)
		return nil
	}))
	noErr(t, g.HandleControl(func(e *libnl.Event) error {
		equal(t, "kind", e.Kind, libnl.EventDumpDone)
		ends = append(ends, e.Cmd)
		return nil
	}))
	noErr(t, g.DumpRequest(unix.ETHTOOL_MSG_FEATURES_GET))
	noErr(t, g.DumpRequest(unix.ETHTOOL_MSG_LINKSTATE_GET))
	m, err := g.NewRequest(unix.ETHTOOL_MSG_FEATURES_GET, 0)
	noErr(t, err)
	noErr(t, g.DumpMsg(m))
	for len(ends) < 3 {
		gnlRead(t, g)
	}
	deepEqual(t, "ends", ends, []uint8{unix.ETHTOOL_MSG_FEATURES_GET, unix.ETHTOOL_MSG_LINKSTATE_GET, unix.ETHTOOL_MSG_FEATURES_GET})
	slices.Sort(names)
	for _, want := range []string{"v0", "v1"} {
		if n := len(slices.DeleteFunc(slices.Clone(names), func(s string) bool { return s != want })); n != 2 {
			t.Errorf("%s is %d times in two dumps: %q", want, n, names)
		}
	}
	if st := g.Stats(); st.Unhandled == 0 || st.Dumps != 0 {
		t.Errorf("%+v", st)
	}

	// replies on the other socket
	replies := 0
	for m, err := range g.Request(t.Context(), unix.ETHTOOL_MSG_LINKSTATE_GET, 0, func(m *libnl.Msg) {
		m.Nest(1, func(m *libnl.Msg) { m.PutString(2, "v0") })
	}) {
		noErr(t, err)
		h, _ := m.Genl()
		equal(t, "command", h.Cmd, uint8(unix.ETHTOOL_MSG_LINKSTATE_GET_REPLY))
		replies++
	}
	equal(t, "replies", replies, 1)
	err = g.Do(t.Context(), unix.ETHTOOL_MSG_LINKSTATE_GET, 0, func(m *libnl.Msg) {
		m.Nest(1, func(m *libnl.Msg) { m.PutString(2, "nosuch") })
	})
	isErr(t, "no such device", err, unix.ENODEV)
	for _, err := range g.Request(t.Context(), 1, 0, func(m *libnl.Msg) { m.PutString(1, strings.Repeat("x", 70000)) }) {
		isErr(t, "what put did", err, libnl.ErrNoMem)
	}
}

// The controller is a family as others are.
func TestGenlNetLinkCtrl(t *testing.T) {
	g := gnlLink(t, "nlctrl", nil)
	noErr(t, g.RegisterGroup("notify"))
	var got []libnl.GenlFamilyInfo
	noErr(t, g.Handle(unix.CTRL_CMD_NEWFAMILY, func(e *libnl.Event) error {
		f, err := libnl.ParseGenlFamily(e.Msg)
		got = append(got, f)
		return err
	}))
	noErr(t, g.DumpRequest(unix.CTRL_CMD_GETFAMILY))
	done := errors.New("done")
	noErr(t, g.HandleControl(func(*libnl.Event) error { return done }))
	isErr(t, "run", g.Run(within(t, 10*time.Second)), done)
	deepEqual(t, "families", got, genlInfos(t, g.Socket()))

	noErr(t, g.DumpRequest(unix.CTRL_CMD_GETFAMILY))
	n := 0
	for e, err := range g.Events(within(t, 10*time.Second)) {
		noErr(t, err)
		if e.Kind != libnl.EventMsg {
			break
		}
		n++
	}
	equal(t, "events", n, len(got))
}

func TestGenlNetLinkMissing(t *testing.T) {
	before := count(t, "/proc/self/fd")
	for range 3 {
		_, err := libnl.NewGenlNetLink(t.Context(), "nosuch", nil)
		isErr(t, "missing", err, fs.ErrNotExist)
		if !strings.Contains(err.Error(), `"nosuch"`) {
			t.Error(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := libnl.NewGenlNetLink(ctx, "nlctrl", nil)
	isErr(t, "canceled", err, context.Canceled)
	if !eventually(func() bool { return count(t, "/proc/self/fd") <= before }) {
		t.Errorf("%d descriptors, %d before", count(t, "/proc/self/fd"), before)
	}
	_, err = libnl.NewGenlNetLink(t.Context(), "", nil)
	isErr(t, "name", err, libnl.ErrInval)
	_, err = libnl.NewGenlNetLink(t.Context(), "sixteen-letters!", nil)
	isErr(t, "name", err, libnl.ErrRange)

	g := gnlLink(t, "nlctrl", nil)
	for _, err := range []error{g.RegisterGroup("nosuch"), g.UnregisterGroup("notify", "nosuch")} {
		isErr(t, "group", err, fs.ErrNotExist)
		if !strings.Contains(err.Error(), `"nlctrl" has no group "nosuch"`) {
			t.Error(err)
		}
	}
	isErr(t, "group", g.RegisterGroup(""), libnl.ErrInval)
	nop := func(*libnl.Event) error { return nil }
	isErr(t, "no handler", g.Handle(1, nil), libnl.ErrInval)
	noErr(t, g.Handle(1, nop))
	isErr(t, "a second handler", g.Handle(1, nop), libnl.ErrExist)
	noErr(t, g.Handle(2, nop))
	noErr(t, g.Unhandle(1))
	isErr(t, "no handler", g.Unhandle(1), libnl.ErrObjNotFound)
	isErr(t, "by type", g.NetLink.DumpRequest(16), libnl.ErrInval)

	noErr(t, g.Close())
	noErr(t, g.Close())
	info := g.Family()
	equal(t, "family", info.Name, "nlctrl")
	var none *libnl.GenlNetLink
	noErr(t, none.Close())
	mustPanic(t, "nil GenlNetLink", func() { none.Family() })
	for what, g := range map[string]*libnl.GenlNetLink{"closed": g, "nil": nil} {
		want := error(libnl.ErrClosed)
		if g == nil {
			want = libnl.ErrInval
		}
		_, err := g.NewRequest(1, 0)
		for i, err := range []error{
			err, g.Resolve(t.Context()), g.RegisterGroup("notify"), g.UnregisterGroup("notify"), g.Handle(3, nop), g.Unhandle(2),
			g.DumpRequest(1), g.Do(t.Context(), 1, 0, nil),
		} {
			if !errors.Is(err, want) {
				t.Errorf("%s: %d: %v", what, i, err)
			}
		}
		for _, err := range g.Request(t.Context(), 1, 0, nil) {
			isErr(t, what, err, want)
		}
	}
}

// gnlMsg is a message as a family sends it, with its own header of hdrlen bytes.
func gnlMsg(t testing.TB, id libnl.MsgType, cmd uint8, hdrlen int, value uint32) []byte {
	t.Helper()
	m, err := libnl.NewMsg()
	noErr(t, err)
	noErr(t, m.PutGenl(0, 0, id, hdrlen, 0, libnl.GenlHeader{Cmd: cmd, Version: 1}))
	m.PutU32(1, value)
	noErr(t, m.Err())
	return m.Bytes()
}

// What is fed goes to the same handlers, whoever it is from; the rest to that for others.
func TestGenlNetLinkFeed(t *testing.T) {
	g := gnlLink(t, "TASKSTATS", nil)
	id := g.Family().ID
	var got []string
	note := func(what string) libnl.Handler {
		return func(e *libnl.Event) error {
			h, _ := e.Msg.Genl()
			got = append(got, what+" "+string('0'+rune(h.Cmd)))
			return nil
		}
	}
	noErr(t, g.Handle(1, note("one")))
	noErr(t, g.Handle(2, note("two")))
	short, err := libnl.NewMsg()
	noErr(t, err)
	noErr(t, short.PutHeader(0, 0, id, 2, 0))
	stream := slices.Concat(gnlMsg(t, id, 1, 0, 1), gnlMsg(t, id, 2, 8, 2), gnlMsg(t, id, 3, 0, 3), gnlMsg(t, id+1, 1, 0, 4), short.Bytes(), gnlMsg(t, id, 1, 0, 5))
	noErr(t, g.Feed(stream))
	deepEqual(t, "delivered", got, []string{"one 1", "two 2", "one 1"})
	equal(t, "unhandled", g.Stats().Unhandled, 3)
	noErr(t, g.HandleOther(note("other")))
	got = nil
	// not the kernel's: no event of the family's
	forged := genlEvent(t, genlAnswer(t, g.Socket(), "TASKSTATS"), unix.CTRL_CMD_DELFAMILY).Bytes()
	noErr(t, g.Feed(slices.Concat(stream, forged)))
	deepEqual(t, "delivered", got, []string{"one 1", "two 2", "other 3", "other 1", "other 0", "one 1", "other 2"})
	noErr(t, g.Unhandle(1))
	got = nil
	noErr(t, g.Feed(stream[:len(gnlMsg(t, id, 1, 0, 1))]))
	deepEqual(t, "delivered", got, []string{"other 1"})

	// another program's word that the family is gone does not get here
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_GENERIC)
	noErr(t, err)
	defer unix.Close(fd)
	got = nil
	sent := unix.Sendto(fd, forged, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: 1 << 15})
	gnlRead(t, g)
	if refused := g.Stats().Refused; sent == nil && refused != 1 || sent != nil && refused != 0 {
		t.Errorf("sent: %v; %d refused", sent, refused)
	}
	deepEqual(t, "delivered", got, []string(nil))
	noErr(t, g.Resolve(t.Context()))
}

// Errors, panics, and what a handler may do.
func TestGenlNetLinkHandlers(t *testing.T) {
	g := gnlLink(t, "TASKSTATS", nil)
	id := g.Family().ID
	mine := errors.New("mine")
	got := 0
	noErr(t, g.Handle(1, func(e *libnl.Event) error {
		got++
		a, _ := e.Msg.FindAttr(4, 1)
		switch v, _ := a.U32(); v {
		case 1:
			return mine
		case 2:
			panic(mine)
		case 3:
			noErr(t, g.Resolve(t.Context()))
			noErr(t, g.Unhandle(1))
			m, err := libnl.GetGenlFamily(t.Context(), g.Socket(), "TASKSTATS")
			noErr(t, err)
			equal(t, "inside", m.ID, id)
			isErr(t, "nested", g.Run(t.Context()), libnl.ErrNested)
		case 4:
			return g.Close()
		}
		return nil
	}))
	one := func(v uint32) []byte { return gnlMsg(t, id, 1, 0, v) }
	isErr(t, "error", g.Feed(slices.Concat(one(1), one(0))), mine)
	equal(t, "delivered", got, 1)
	gnlRead(t, g)
	equal(t, "the rest", got, 2)
	func() {
		defer func() { equal(t, "panic", recover(), any(mine)) }()
		_ = g.Feed(slices.Concat(one(2), one(0)))
	}()
	gnlRead(t, g)
	equal(t, "the rest", got, 4)
	noErr(t, g.Feed(slices.Concat(one(3), one(0))))
	equal(t, "after Unhandle", got, 5)
	noErr(t, g.Handle(1, func(*libnl.Event) error { return g.Close() }))
	isErr(t, "closed", g.Feed(slices.Concat(one(4), one(0))), libnl.ErrClosed)
	isErr(t, "closed", g.Resolve(t.Context()), libnl.ErrClosed)
}

// Everything at once.
func TestGenlNetLinkConcurrent(t *testing.T) {
	g := gnlLink(t, "nlctrl", nil)
	noErr(t, g.HandleControl(func(*libnl.Event) error { return nil }))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- g.Run(ctx) }()
	var wg sync.WaitGroup
	for i := range uint8(4) {
		wg.Go(func() {
			for range 20 {
				check(t, g.RegisterGroup("notify"))
				check(t, g.Resolve(t.Context()))
				check(t, g.Handle(100+i, func(*libnl.Event) error { return nil }))
				check(t, g.DumpRequest(unix.CTRL_CMD_GETFAMILY))
				equal(t, "name", g.Family().Name, "nlctrl")
				check(t, g.Unhandle(100+i))
			}
		})
	}
	wg.Wait()
	for end := time.Now().Add(10 * time.Second); g.Stats().Dumps > 0 && time.Now().Before(end); time.Sleep(time.Millisecond) {
	}
	equal(t, "dumps", g.Stats().Dumps, 0)
	cancel()
	isErr(t, "run", <-ended, context.Canceled)
	waiting, stop := context.WithCancel(t.Context())
	stop()
	isErr(t, "canceled", g.Resolve(waiting), context.Canceled)
}

// gnlModules are families that come and go with a module, and what makes a notification of theirs.
var gnlModules = []struct{ module, family, group, does, undoes string }{
	{"team", "team", "change_event", "link add x0 type team", "link del x0"},
	{"l2tp_netlink", "l2tp", "l2tp", "l2tp add tunnel tunnel_id 1 peer_tunnel_id 2 encap udp local 127.0.0.1 remote 127.0.0.1 udp_sport 1 udp_dport 2", "l2tp del tunnel tunnel_id 1"},
	{"gtp", "gtp", "gtp", "", ""},
	{"nbd", "nbd", "nbd_mc_group", "", ""},
	{"mac80211_hwsim", "MAC80211_HWSIM", "config", "", ""},
}

// A module that is unloaded takes its family away, and gives it back with other numbers.
func TestKernelGenlReload(t *testing.T) {
	for _, c := range gnlModules {
		if out, err := exec.Command("modprobe", c.module).CombinedOutput(); err != nil {
			t.Logf("not here: %s: %s", c.module, bytes.TrimSpace(out))
			continue
		}
		if out, err := exec.Command("modprobe", "-r", c.module).CombinedOutput(); err != nil {
			t.Logf("%s stays: %s", c.module, bytes.TrimSpace(out))
			continue
		}
		t.Log(c.module)
		nltest.Run(t, "modprobe", c.module)
		g := gnlLink(t, c.family, nil)
		noErr(t, g.RegisterGroup(c.group))
		old := g.Family()
		gnlRead(t, g) // of its coming, which is known
		gnlNotified(t, g, c.does, c.undoes)

		nltest.Run(t, "modprobe", "-r", c.module)
		_, err := g.ReadData()
		isErr(t, "without a handler", err, fs.ErrNotExist)
		if err == nil || !strings.Contains(err.Error(), `"`+c.family+`"`) {
			t.Error(err)
		}
		isErr(t, "group", g.RegisterGroup(c.group), fs.ErrNotExist)
		isErr(t, "request", g.Do(t.Context(), 1, 0, nil), fs.ErrNotExist)
		deepEqual(t, "what was known", g.Family(), old)

		// back, and not resolved yet
		nltest.Run(t, "modprobe", c.module)
		for e, err := range g.Events(within(t, 10*time.Second)) {
			noErr(t, err)
			equal(t, "event", e.Kind, libnl.EventFamilyAdded)
			break
		}
		isErr(t, "group", g.RegisterGroup(c.group), fs.ErrNotExist)
		isErr(t, "request", g.Do(t.Context(), 1, 0, nil), fs.ErrNotExist)
		noErr(t, g.Resolve(t.Context()))
		gnlNotified(t, g, c.does, c.undoes)
		old = g.Family()
		nltest.Run(t, "modprobe", "-r", c.module)
		_, err = g.ReadData()
		isErr(t, "again", err, fs.ErrNotExist)

		var kinds []libnl.EventKind
		noErr(t, g.HandleControl(func(e *libnl.Event) error {
			kinds = append(kinds, e.Kind)
			f, err := libnl.ParseGenlFamily(e.Msg)
			noErr(t, err)
			equal(t, "name", f.Name, c.family)
			if e.Kind == libnl.EventFamilyAdded {
				return g.Resolve(t.Context())
			}
			isErr(t, "event", e.Err, fs.ErrNotExist)
			return nil
		}))
		nltest.Run(t, "modprobe", c.module)
		gnlRead(t, g)
		deepEqual(t, "events", kinds, []libnl.EventKind{libnl.EventFamilyAdded})
		if now := g.Family(); now.ID == old.ID {
			t.Errorf("the same number: %v", now)
		}
		gnlNotified(t, g, c.does, c.undoes)

		// gone and back before anybody looks; and one who resolves first is told nothing more
		kinds = nil
		for range 2 {
			nltest.Run(t, "modprobe", "-r", c.module)
			nltest.Run(t, "modprobe", c.module)
		}
		gnlRead(t, g)
		deepEqual(t, "events", kinds, []libnl.EventKind{libnl.EventFamilyRemoved, libnl.EventFamilyAdded})
		gnlNotified(t, g, c.does, c.undoes)
		kinds = nil
		nltest.Run(t, "modprobe", "-r", c.module)
		nltest.Run(t, "modprobe", c.module)
		noErr(t, g.Resolve(t.Context()))
		gnlRead(t, g)
		deepEqual(t, "events", kinds, []libnl.EventKind(nil))
		gnlNotified(t, g, c.does, c.undoes)
		noErr(t, exec.Command("modprobe", "-r", c.module).Run())
		gnlRead(t, g)
		deepEqual(t, "events", kinds, []libnl.EventKind{libnl.EventFamilyRemoved})
		return
	}
	t.Skip("no module with a family that can be loaded and removed")
}

// gnlNotified has ip do something that the family tells its group.
func gnlNotified(t *testing.T, g *libnl.GenlNetLink, does, undoes string) {
	t.Helper()
	if does == "" {
		return
	}
	before := g.Stats()
	nltest.Run(t, "ip", strings.Fields(does)...)
	nltest.Run(t, "ip", strings.Fields(undoes)...)
	gnlRead(t, g)
	if now := g.Stats(); now.Messages == before.Messages || now.Messages-before.Messages != now.Unhandled-before.Unhandled {
		t.Errorf("no notification after %q: %+v, before %+v", does, now, before)
	}
}
