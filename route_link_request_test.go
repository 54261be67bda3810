//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
	"github.com/golibnl/libnl/internal/oracle"
	"golang.org/x/sys/unix"
)

// linkIn reads a link.
func linkIn(t testing.TB, s *libnl.Socket, name string) *libnl.Link {
	t.Helper()
	l, err := libnl.GetLink(context.Background(), s, 0, name)
	return made(t, l, err)
}

func TestLinkAddChangeDelete(t *testing.T) {
	s := netNS(t)
	ctx := context.Background()
	l := newLink(t)
	noErr(t, l.SetName("t0"))
	noErr(t, l.SetType("ifb"))
	noErr(t, l.SetAddr(libnl.AddrFromMAC(testMAC.Bytes)))
	l.SetMTU(1280)
	l.SetTxQLen(77)
	l.SetGroup(7)
	l.SetNumTxQueues(3)
	l.SetNumRxQueues(2)
	l.SetFlags(unix.IFF_UP)
	noErr(t, l.Add(ctx, s, libnl.FlagCreate|libnl.FlagExcl))
	isErr(t, "again", l.Add(ctx, s, libnl.FlagCreate|libnl.FlagExcl), fs.ErrExist, unix.EEXIST)

	ip := ipLinks(t)
	equal(t, "address", ip["t0"].Address, "02:00:00:00:00:01")
	equal(t, "MTU", ip["t0"].MTU, 1280)
	equal(t, "transmit queue", ip["t0"].TxQLen, 77)
	equal(t, "group", ip["t0"].Group, "7")
	equal(t, "transmit queues", ip["t0"].NumTxQueues, 3)
	equal(t, "receive queues", ip["t0"].NumRxQueues, 2)
	equal(t, "up", slices.Contains(ip["t0"].Flags, "UP"), true)

	t0 := linkIn(t, s, "t0")
	changes := newLink(t)
	noErr(t, changes.SetName("t1"))
	noErr(t, changes.SetAlias("an alias"))
	changes.SetMTU(1400)
	changes.UnsetFlags(unix.IFF_UP)
	noErr(t, t0.Change(ctx, s, changes, 0))
	ip = ipLinks(t)
	equal(t, "index", ip["t1"].IfIndex, t0.Index())
	equal(t, "alias", ip["t1"].IfAlias, "an alias")
	equal(t, "MTU", ip["t1"].MTU, 1400)
	equal(t, "up", slices.Contains(ip["t1"].Flags, "UP"), false)
	equal(t, "group stays", ip["t1"].Group, "7")
	equal(t, "name in the changes", changes.Name(), "t1")

	// by name
	byName := newLink(t)
	noErr(t, byName.SetName("t1"))
	changes = newLink(t)
	changes.SetMTU(1500)
	noErr(t, byName.Change(ctx, s, changes, 0))
	equal(t, "MTU", ipLinks(t)["t1"].MTU, 1500)
	noErr(t, changes.SetName("t1"))
	changes.SetMTU(1501)
	noErr(t, byName.Change(ctx, s, changes, 0))
	equal(t, "MTU", ipLinks(t)["t1"].MTU, 1501)
	noErr(t, changes.SetName("t2"))
	isErr(t, "a new name without the index", byName.Change(ctx, s, changes, 0), libnl.ErrMissingAttr)

	// by nothing: with a group the kernel would take all of its links
	changes = newLink(t)
	changes.SetGroup(7)
	changes.SetMTU(1502)
	isErr(t, "neither index nor name", newLink(t).Change(ctx, s, changes, 0), libnl.ErrMissingAttr)
	equal(t, "MTU", ipLinks(t)["t1"].MTU, 1501)

	// what is not there
	missing := newLink(t)
	noErr(t, missing.SetIndex(12345))
	isErr(t, "change", missing.Change(ctx, s, changes, 0), fs.ErrNotExist, unix.ENODEV)
	isErr(t, "delete", missing.Delete(ctx, s), fs.ErrNotExist, unix.ENODEV)
	_, err := libnl.GetLink(ctx, s, 12345, "")
	isErr(t, "get by index", err, fs.ErrNotExist, unix.ENODEV)
	_, err = libnl.GetLink(ctx, s, 0, "missing")
	isErr(t, "get by name", err, fs.ErrNotExist, unix.ENODEV)
	_, err = libnl.GetLink(ctx, s, 0, "")
	isErr(t, "get by nothing", err, libnl.ErrMissingAttr)
	_, err = libnl.GetLink(ctx, s, -1, "")
	isErr(t, "get by a negative index", err, libnl.ErrRange)
	_, err = libnl.GetLink(ctx, s, 0, "abcdefghijklmnop")
	isErr(t, "get by a long name", err, libnl.ErrRange)
	isErr(t, "delete nothing", newLink(t).Delete(ctx, s), libnl.ErrMissingAttr)

	// a refusal with the kernel's words
	changes = newLink(t)
	changes.SetMTU(1 << 30)
	nltest.Run(t, "ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1")
	err = linkIn(t, s, "v0").Change(ctx, s, changes, 0)
	isErr(t, "MTU", err, unix.EINVAL)
	if e, ok := errors.AsType[*libnl.Error](err); !ok || e.Func != "rtnl_link_change" || e.Msg == "" {
		t.Errorf("a refused change: %v", err)
	}

	noErr(t, linkIn(t, s, "t1").Delete(ctx, s))
	_, there := ipLinks(t)["t1"]
	equal(t, "deleted", there, false)
	noErr(t, l.Add(ctx, s, libnl.FlagCreate))
	byName = newLink(t)
	noErr(t, byName.SetName("t0"))
	noErr(t, byName.Delete(ctx, s))
	_, there = ipLinks(t)["t0"]
	equal(t, "deleted by name", there, false)
}

func TestLinkOtherProtocol(t *testing.T) {
	netNS(t)
	s, err := libnl.Dial(libnl.ProtoGeneric, nil)
	noErr(t, err)
	defer s.Close()
	ctx := context.Background()
	l := newLink(t)
	noErr(t, l.SetIndex(1))
	isErr(t, "add", l.Add(ctx, s, 0), libnl.ErrProtoMismatch)
	isErr(t, "change", l.Change(ctx, s, l, 0), libnl.ErrProtoMismatch)
	isErr(t, "delete", l.Delete(ctx, s), libnl.ErrProtoMismatch)
	_, err = libnl.GetLink(ctx, s, 1, "")
	isErr(t, "get", err, libnl.ErrProtoMismatch)
	for _, err := range s.Links(ctx, nil) {
		isErr(t, "links", err, libnl.ErrProtoMismatch)
	}
	noErr(t, s.Close())
	isErr(t, "on a closed socket", l.Add(ctx, s, 0), libnl.ErrClosed)
	isErr(t, "on a nil socket", l.Delete(ctx, nil), libnl.ErrInval)
}

func TestGetLink(t *testing.T) {
	for _, cfg := range []*libnl.Config{nil, {Strict: true}} {
		netNS(t)
		s := dialRoute(t, cfg)
		ctx := context.Background()
		lo, err := libnl.GetLink(ctx, s, 1, "")
		made(t, lo, err)
		equal(t, "name", lo.Name(), "lo")
		lo, err = libnl.GetLink(ctx, s, 0, "lo")
		made(t, lo, err)
		equal(t, "index", lo.Index(), 1)
		lo, err = libnl.GetLink(ctx, s, 1, "other")
		made(t, lo, err)
		equal(t, "the index decides", lo.Name(), "lo")
		equal(t, "message", lo.MsgType(), libnl.RTMNewLink)
		equal(t, "address", lo.Addr(), libnl.AddrFromMAC(make([]byte, 6)))
		equal(t, "flags", lo.Flags()&unix.IFF_LOOPBACK != 0, true)
	}
}

// Before 3.8 libnl calls no function where a link of these families is changed.
func TestLinkChangeOfFamily(t *testing.T) {
	s := netNS(t)
	ctx := context.Background()
	nltest.Run(t, "ip", "link", "add", "t0", "type", "ifb")
	nltest.Run(t, "ip", "link", "set", "t0", "up")
	n := 0
	for l, err := range s.Links(ctx, &libnl.LinkFilter{Family: libnl.FamilyIPv6}) {
		noErr(t, err)
		equal(t, "family", l.Family(), libnl.FamilyIPv6)
		if l.Name() != "t0" {
			continue
		}
		n++
		changes := newLink(t)
		changes.SetMTU(1400)
		err := l.Change(ctx, s, changes, 0)
		if libnl.HasCapability(libnl.CapVersion3_8_0) {
			noErr(t, err)
			equal(t, "MTU", ipLinks(t)["t0"].MTU, 1400)
		} else {
			isErr(t, "before 3.8", err, libnl.ErrOpNotSupp)
		}
		noErr(t, changes.SetFamily(libnl.FamilyBridge))
		isErr(t, "another family", l.Change(ctx, s, changes, 0), libnl.ErrImmutable)
	}
	equal(t, "links", n, 1)
	l := newLink(t)
	noErr(t, l.SetFamily(libnl.FamilyIPv4))
	_, err := l.BuildChange(newLink(t), 0)
	if !libnl.HasCapability(libnl.CapVersion3_8_0) {
		isErr(t, "before 3.8", err, libnl.ErrOpNotSupp)
	}
}

func init() {
	guards = append(guards, func(t *testing.T) map[string]error {
		l, other := newLink(t), newLink(t)
		noErr(t, other.SetFamily(libnl.FamilyBridge))
		errs := map[string]error{"rtnl_link_change": l.Change(context.Background(), nil, other, 0)}
		_, errs["rtnl_link_build_change_request"] = l.BuildChange(other, 0)
		_, errs["rtnl_link_build_delete_request"] = l.BuildDelete()
		_, errs["rtnl_link_build_get_request"] = libnl.BuildGetLink(0, "")
		return errs
	})
}

func TestEnslave(t *testing.T) {
	s := netNS(t)
	ctx := context.Background()
	nltest.Run(t, "ip", "link", "add", "br0", "type", "bridge")
	nltest.Run(t, "ip", "link", "add", "t0", "type", "veth", "peer", "name", "t1")
	ip := ipLinks(t)
	br, t0 := ip["br0"].IfIndex, ip["t0"].IfIndex
	noErr(t, libnl.Enslave(ctx, s, br, t0))
	equal(t, "master", ipLinks(t)["t0"].Master, "br0")
	equal(t, "kind of the master", linkIn(t, s, "t0").SlaveType(), "bridge")
	noErr(t, libnl.Release(ctx, s, t0))
	equal(t, "master", ipLinks(t)["t0"].Master, "")
	isErr(t, "no such master", libnl.Enslave(ctx, s, 12345, t0), unix.EINVAL)
	isErr(t, "no master", libnl.Enslave(ctx, s, 1, t0), unix.EOPNOTSUPP)
	isErr(t, "no such slave", libnl.Enslave(ctx, s, br, 12345), fs.ErrNotExist)
	isErr(t, "slave 0", libnl.Enslave(ctx, s, br, 0), libnl.ErrMissingAttr)
	isErr(t, "a negative master", libnl.Enslave(ctx, s, -1, t0), libnl.ErrRange)
	isErr(t, "a negative slave", libnl.Release(ctx, s, -1), libnl.ErrRange)
	noErr(t, libnl.Release(ctx, s, t0))
}

func TestLinkNetNS(t *testing.T) {
	s := netNS(t)
	ctx := context.Background()
	nltest.Run(t, "ip", "netns", "add", "libnl-test-link")
	t.Cleanup(func() { nltest.Run(t, "ip", "netns", "del", "libnl-test-link") })
	ns, err := os.Open("/run/netns/libnl-test-link")
	noErr(t, err)
	defer ns.Close()
	nltest.Run(t, "ip", "link", "add", "t0", "type", "ifb")
	nltest.Run(t, "ip", "link", "add", "t1", "type", "ifb")
	to := newLink(t)
	noErr(t, to.SetNetNSFD(int(ns.Fd())))
	noErr(t, linkIn(t, s, "t0").Change(ctx, s, to, 0))
	if out := string(nltest.Run(t, "ip", "-n", "libnl-test-link", "link")); !strings.Contains(out, "t0") {
		t.Errorf("the link is not in the namespace: %s", out)
	}
	// this process is in the namespace of the machine, the test's thread alone is not
	to = newLink(t)
	noErr(t, to.SetNetNSPID(os.Getpid()))
	noErr(t, to.SetName("libnl-test-t1"))
	noErr(t, linkIn(t, s, "t1").Change(ctx, s, to, 0))
	_, there := ipLinks(t)["t1"]
	equal(t, "here", there, false)
	machine := dialRoute(t, &libnl.Config{NetNS: netNSOf(t, os.Getpid())})
	noErr(t, linkIn(t, machine, "libnl-test-t1").Delete(ctx, machine))
}

// netNSOf returns a descriptor of the namespace of a process.
func netNSOf(t testing.TB, pid int) int {
	t.Helper()
	f, err := os.Open("/proc/" + strconv.Itoa(pid) + "/ns/net")
	noErr(t, err)
	t.Cleanup(func() { f.Close() })
	return int(f.Fd())
}

func TestLinksFilter(t *testing.T) {
	netNS(t)
	someLinks(t)
	ctx := context.Background()
	ip := ipLinks(t)
	br := ip["br0"].IfIndex
	for _, cfg := range []*libnl.Config{nil, {Strict: true}} {
		s := dialRoute(t, cfg)
		names := func(f *libnl.LinkFilter) string {
			t.Helper()
			var names []string
			for l, err := range s.Links(ctx, f) {
				noErr(t, err)
				names = append(names, l.Name())
			}
			slices.Sort(names)
			return strings.Join(names, " ")
		}
		all := strings.Join(slices.Sorted(maps.Keys(ip)), " ")
		equal(t, "all", names(nil), all)
		equal(t, "all", names(&libnl.LinkFilter{}), all)
		equal(t, "IPv4", names(&libnl.LinkFilter{Family: libnl.FamilyIPv4}), all)
		equal(t, "by master", names(&libnl.LinkFilter{Master: br}), "v0")
		equal(t, "by another master", names(&libnl.LinkFilter{Master: 1}), "")
		equal(t, "by kind", names(&libnl.LinkFilter{Type: "veth"}), "v0 v1 w0")
		equal(t, "by kind", names(&libnl.LinkFilter{Type: "bridge"}), "br0")
		equal(t, "by a kind that is none", names(&libnl.LinkFilter{Type: "nosuchkind"}), "")
		equal(t, "by both", names(&libnl.LinkFilter{Type: "veth", Master: br}), "v0")
		equal(t, "by both", names(&libnl.LinkFilter{Type: "ifb", Master: br}), "")
		equal(t, "ports", names(&libnl.LinkFilter{Family: libnl.FamilyBridge, NoStats: true, VFs: true}), "br0 v0")
		equal(t, "ports by master", names(&libnl.LinkFilter{Family: libnl.FamilyBridge, Master: br}), "br0 v0")
		equal(t, "everything at once", names(&libnl.LinkFilter{Type: "veth", Master: br, NoStats: true, VFs: true}), "v0")
		inet6 := names(&libnl.LinkFilter{Family: libnl.FamilyIPv6, NoStats: true, VFs: true})
		equal(t, "IPv6", strings.Contains(inet6, "lo") && strings.Contains(inet6, "v0"), true)
		for what, f := range map[string]*libnl.LinkFilter{
			"master": {Master: -1}, "family": {Family: 44}, "negative family": {Family: -1}, "kind": {Type: strings.Repeat("a", 56)}, "NUL in a kind": {Type: "a\x00"},
		} {
			n := 0
			for l, err := range s.Links(ctx, f) {
				n++
				if l != nil || err == nil {
					t.Errorf("%s: %v, %v", what, l, err)
				}
			}
			equal(t, what, n, 1)
		}
	}
}

// NoStats: the kernel leaves out the counters of IPv6, but not those that it sends for FamilyIPv6, and those of the links in new versions alone.
func TestLinksNoStats(t *testing.T) {
	s := netNS(t)
	ctx := context.Background()
	sendSome(t)
	read := func(f libnl.LinkFilter) (stats, inet6 uint64) {
		t.Helper()
		for l, err := range s.Links(ctx, &f) {
			noErr(t, err)
			stats += l.Stat(libnl.LinkStatRxPackets)
			inet6 += l.Stat(libnl.LinkStatIP6InPkts)
		}
		return stats, inet6
	}
	size := func(f libnl.LinkFilter) (n int) {
		for r, err := range s.Request(ctx, newLinkDump(t, f)) {
			noErr(t, err)
			n += r.Len()
		}
		return n
	}
	for _, f := range []libnl.Family{libnl.FamilyUnspec, libnl.FamilyIPv4} {
		with, without := libnl.LinkFilter{Family: f}, libnl.LinkFilter{Family: f, NoStats: true}
		stats, inet6 := read(with)
		equal(t, "counters", stats > 0 && inet6 > 0, true)
		_, inet6 = read(without)
		equal(t, "counters of IPv6", inet6, 0)
		a, b := size(with), size(without)
		t.Logf("%v: %d bytes, %d without counters", f, a, b)
		equal(t, "smaller by a fifth", b < a*4/5, true)
	}
	stats, inet6 := read(libnl.LinkFilter{Family: libnl.FamilyIPv6, NoStats: true})
	equal(t, "IPv6: counters of links", stats, 0)
	equal(t, "IPv6: its own counters", inet6 > 0, true)
}

// newLinkDump returns the request for a dump as [libnl.Socket.Links] sends it, without other filters.
func newLinkDump(t testing.TB, f libnl.LinkFilter) *libnl.Msg {
	t.Helper()
	m, err := libnl.NewMsgSimple(libnl.RTMGetLink, libnl.FlagDump)
	noErr(t, err)
	m.Append(append([]byte{byte(f.Family)}, make([]byte, unix.SizeofIfInfomsg-1)...), 4)
	if f.NoStats {
		m.PutU32(unix.IFLA_EXT_MASK, 8)
	}
	return m
}

// sendSome sends a packet over lo.
func sendSome(t testing.TB) {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET6, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	noErr(t, err)
	defer unix.Close(fd)
	noErr(t, unix.Sendto(fd, []byte("x"), 0, &unix.SockaddrInet6{Port: 9, Addr: [16]byte{15: 1}}))
}

func TestLinksLoop(t *testing.T) {
	s := netNS(t)
	ctx := context.Background()
	for i := range 60 { // more than one datagram
		nltest.Run(t, "ip", "link", "add", "t"+strconv.Itoa(i), "type", "ifb")
	}
	var kept *libnl.Link
	var lent *libnl.Link
	n := 0
	for l, err := range s.Links(ctx, nil) {
		noErr(t, err)
		n++
		// a request inside of the loop, on its socket
		again, err := libnl.GetLink(ctx, s, l.Index(), "")
		noErr(t, err)
		equal(t, "name", again.Name(), l.Name())
		noErr(t, again.Close())
		changes := newLink(t)
		changes.SetMTU(1400)
		if l.Type() == "ifb" {
			noErr(t, l.Change(ctx, s, changes, 0))
		}
		for _, err := range s.Links(ctx, nil) {
			isErr(t, "a dump inside of a dump", err, libnl.ErrBusy)
		}
		if n == 2 {
			kept, err = libnl.Retain(l)
			made(t, kept, err)
		}
		lent = l
		if n == 5 {
			break
		}
	}
	mustPanicIn(t, "a link after its step", func() { lent.Name() })
	isErr(t, "a link after its step", lent.SetName("a"), libnl.ErrClosed)
	equal(t, "a kept link", kept.Name() != "", true)

	// after a break the socket is good for more
	n = 0
	for _, err := range s.Links(ctx, nil) {
		noErr(t, err)
		n++
	}
	equal(t, "links", n, 61)
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	for _, err := range s.Links(cancelled, nil) {
		isErr(t, "a context that has ended", err, context.Canceled)
	}
}

func TestHandleObject(t *testing.T) {
	nltest.NetNS(t)
	n, err := libnl.NewNetLink(nil)
	noErr(t, err)
	defer n.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	noErr(t, n.RegisterGroup(libnl.GroupLink))
	var lent *libnl.Link
	seen := ""
	noErr(t, libnl.HandleObject(n, libnl.RTMNewLink, func(e *libnl.Event, l *libnl.Link) error {
		seen += l.Name() + " "
		lent = l
		o, err := e.Object()
		noErr(t, err)
		same, ok := libnl.As[*libnl.Link](o)
		equal(t, "the event's object", ok && same.Index() == l.Index(), true)
		if l.Name() == "t0" {
			cancel()
		}
		return nil
	}))
	isErr(t, "a second one", libnl.HandleObject(n, libnl.RTMNewLink, func(*libnl.Event, *libnl.Link) error { return nil }), fs.ErrExist)
	isErr(t, "none", libnl.HandleObject[*libnl.Link](n, libnl.RTMDelLink, nil), libnl.ErrInval)
	noErr(t, n.DumpRequest(libnl.RTMGetLink))
	nltest.Run(t, "ip", "link", "add", "t0", "type", "ifb")
	isErr(t, "run", n.Run(ctx), context.Canceled)
	equal(t, "links", strings.HasPrefix(seen, "lo ") && strings.HasSuffix(seen, "t0 "), true)
	mustPanicIn(t, "a link after its handler", func() { lent.Name() })

	// a type that is another, and an error of the handler's own
	noErr(t, n.Unhandle(libnl.RTMNewLink))
	noErr(t, libnl.HandleObject(n, libnl.RTMNewLink, func(*libnl.Event, *libnl.Route) error { return nil }))
	noErr(t, n.DumpRequest(libnl.RTMGetLink))
	isErr(t, "another type", n.Run(context.Background()), libnl.ErrObjMismatch)
	noErr(t, n.Unhandle(libnl.RTMNewLink))
	own := errors.New("own")
	noErr(t, libnl.HandleObject(n, libnl.RTMNewLink, func(*libnl.Event, *libnl.Link) error { return own }))
	noErr(t, n.DumpRequest(libnl.RTMGetLink))
	isErr(t, "the handler's error", n.Run(context.Background()), own)
}

// A request for a change by the name of the link is not C's, which names the link by what changes.
func TestLinkChangeByName(t *testing.T) {
	orig, changes := newLink(t), newLink(t)
	noErr(t, orig.SetName("t0"))
	changes.SetMTU(1400)
	m, err := orig.BuildChange(changes, 0)
	noErr(t, err)
	a, ok := m.FindAttr(unix.SizeofIfInfomsg, unix.IFLA_IFNAME)
	equal(t, "a name", ok, true)
	name, err := a.Text()
	noErr(t, err)
	equal(t, "name", name, "t0")
	origC, c := madeC(t, "route/link"), madeC(t, "route/link")
	origC.Call("rtnl_link_set_name", "t0")
	c.Call("rtnl_link_set_mtu", 1400)
	b, _ := oracle.Build("rtnl_link_build_change_request", origC, c, 0)
	plain, err := libnl.MsgFromBytes(b)
	noErr(t, err)
	_, ok = plain.FindAttr(unix.SizeofIfInfomsg, unix.IFLA_IFNAME)
	equal(t, "a name in C's", ok, false)
}
