//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
	"golang.org/x/sys/unix"
)

func netLink(t testing.TB, cfg *libnl.Config) *libnl.NetLink {
	t.Helper()
	n, err := libnl.NewNetLink(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() })
	return n
}

// aboutLink returns a request about one link, by index or, where that is 0, by name.
func aboutLink(t testing.TB, typ libnl.MsgType, flags libnl.MsgFlags, index int32, name string) *libnl.Msg {
	t.Helper()
	m, err := libnl.NewMsgSimple(typ, flags)
	if err != nil {
		t.Fatal(err)
	}
	binary.NativeEndian.PutUint32(m.Reserve(unix.SizeofIfInfomsg, 4)[4:], uint32(index))
	if name != "" {
		m.PutString(unix.IFLA_IFNAME, name)
	}
	return m
}

func ask(t testing.TB, s *libnl.Socket, m *libnl.Msg) {
	t.Helper()
	if err := s.Do(context.Background(), m); err != nil {
		t.Fatal(err)
	}
}

// addBridge makes a link with no more than one notification.
func addBridge(t testing.TB, s *libnl.Socket, name string) {
	t.Helper()
	m := aboutLink(t, libnl.RTMNewLink, libnl.FlagCreate|libnl.FlagExcl, 0, name)
	m.Nest(unix.IFLA_LINKINFO, func(m *libnl.Msg) { m.PutString(unix.IFLA_INFO_KIND, "bridge") })
	err := s.Do(context.Background(), m)
	if errors.Is(err, syscall.EOPNOTSUPP) {
		t.Skip("the kernel has no bridges: ", err)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// setMTU makes a notification.
func setMTU(t testing.TB, s *libnl.Socket, name string, mtu uint32) {
	t.Helper()
	m := aboutLink(t, libnl.RTMNewLink, 0, 0, name)
	m.PutU32(unix.IFLA_MTU, mtu)
	ask(t, s, m)
}

func ifName(m *libnl.Msg) string {
	a, _ := m.FindAttr(unix.SizeofIfInfomsg, unix.IFLA_IFNAME)
	s, _ := a.Text()
	return s
}

func succeed(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantIs(t testing.TB, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Fatalf("got %v, want %v", err, target)
	}
}

// readAll reads until a whole call finds nothing.
func readAll(t testing.TB, n *libnl.NetLink) {
	t.Helper()
	for {
		k, err := n.ReadData()
		if err != nil {
			t.Fatal(err)
		}
		if k == 0 {
			return
		}
	}
}

// journal has handlers that write down what comes.
type journal struct{ lines []string }

func (j *journal) note(e *libnl.Event) error {
	switch {
	case e.Kind != libnl.EventMsg:
		j.lines = append(j.lines, fmt.Sprintf("%v %d", e.Kind, e.Dump))
	case e.Header.Type == libnl.RTMNewLink:
		j.lines = append(j.lines, fmt.Sprintf("%d %d %s", e.Header.Type, e.Dump, ifName(e.Msg)))
	default:
		j.lines = append(j.lines, fmt.Sprintf("%d %d", e.Header.Type, e.Dump))
	}
	return nil
}

func (j *journal) attach(t testing.TB, n *libnl.NetLink) {
	t.Helper()
	succeed(t, n.HandleOther(j.note))
	succeed(t, n.HandleControl(j.note))
}

func (j *journal) want(t testing.TB, lines ...string) {
	t.Helper()
	if !slices.Equal(j.lines, lines) {
		t.Fatalf("got  %q\nwant %q", j.lines, lines)
	}
	j.lines = nil
}

func TestNetLinkOrder(t *testing.T) {
	nltest.NetNS(t)
	n := netLink(t, nil)
	var j journal
	j.attach(t, n)
	succeed(t, n.RegisterGroup(libnl.GroupLink))
	addBridge(t, n.Socket(), "before")
	succeed(t, n.DumpRequest(libnl.RTMGetLink))
	addBridge(t, n.Socket(), "after")
	setMTU(t, n.Socket(), "lo", 1400)
	readAll(t, n)
	// the first part of the dump lies in the queue when the request has been sent, its end comes last
	j.want(t, "16 0 before", "16 18 lo", "16 18 before", "16 0 after", "16 0 lo", "dump done 18")

	succeed(t, n.UnregisterGroup(libnl.GroupLink))
	setMTU(t, n.Socket(), "lo", 1300)
	readAll(t, n)
	j.want(t)
}

func TestNetLinkHandlers(t *testing.T) {
	nltest.NetNS(t)
	n := netLink(t, &libnl.Config{Groups: []libnl.Group{libnl.GroupLink}})
	var got []string
	named := func(name string) libnl.Handler {
		return func(e *libnl.Event) error {
			got = append(got, name+" "+ifName(e.Msg))
			return nil
		}
	}
	succeed(t, n.Handle(libnl.RTMNewLink, named("first")))
	wantIs(t, n.Handle(libnl.RTMNewLink, named("second")), libnl.ErrExist)
	wantIs(t, n.Handle(libnl.RTMDelLink, nil), libnl.ErrInval)
	wantIs(t, n.Unhandle(libnl.RTMDelLink), libnl.ErrObjNotFound)
	succeed(t, n.HandleOther(named("other")))
	wantIs(t, n.HandleOther(named("other")), libnl.ErrExist)
	wantIs(t, n.HandleControl(nil), libnl.ErrObjNotFound)

	addBridge(t, n.Socket(), "b0")
	readAll(t, n)
	succeed(t, n.Unhandle(libnl.RTMNewLink))
	setMTU(t, n.Socket(), "b0", 1400)
	readAll(t, n)
	succeed(t, n.HandleOther(nil))
	setMTU(t, n.Socket(), "b0", 1300)
	readAll(t, n)
	if st := n.Stats(); st.Unhandled != 1 || st.Messages != 3 {
		t.Errorf("%+v", st)
	}

	// all that is allowed inside
	succeed(t, n.Handle(libnl.RTMNewLink, func(e *libnl.Event) error {
		if _, err := n.ReadData(); !errors.Is(err, libnl.ErrNested) {
			t.Error("a delivery inside a handler: ", err)
		}
		wantIs(t, n.Run(t.Context()), libnl.ErrNested)
		succeed(t, n.Unhandle(libnl.RTMNewLink))
		succeed(t, n.Handle(libnl.RTMNewLink, named("later")))
		succeed(t, n.RegisterGroup(libnl.GroupIPv4IfAddr))
		succeed(t, n.Handle(libnl.RTMNewAddr, func(*libnl.Event) error { got = append(got, "addr"); return nil }))
		succeed(t, n.DumpRequest(libnl.RTMGetAddr))
		n.FD()
		n.Stats()
		setMTU(t, n.Socket(), "b0", 1201)
		got = append(got, "inside")
		return nil
	}))
	setMTU(t, n.Socket(), "b0", 1200)
	succeed(t, n.HandleControl(func(e *libnl.Event) error { got = append(got, e.Kind.String()); return nil }))
	readAll(t, n)
	want := []string{"first b0", "other b0", "inside", "addr", "addr", "later b0", "dump done"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestNetLinkHandlerErrors(t *testing.T) {
	nltest.NetNS(t)
	n := netLink(t, nil)
	for i := range 3 {
		addBridge(t, n.Socket(), fmt.Sprint("b", i))
	}
	mine := errors.New("mine")
	count := 0
	fail := func(*libnl.Event) error {
		count++
		switch count {
		case 2:
			return mine
		case 3:
			panic("handler")
		}
		return nil
	}
	succeed(t, n.Handle(libnl.RTMNewLink, fail))
	succeed(t, n.DumpRequest(libnl.RTMGetLink))
	if k, err := n.ReadData(); k != 2 || err != mine {
		t.Fatal(k, err)
	}
	func() {
		defer func() {
			if v := recover(); v != "handler" {
				t.Error("recovered ", v)
			}
		}()
		t.Error(n.Run(t.Context()))
	}()
	if k, err := n.ReadData(); k != 2 || err != nil { // the fourth link, and the end
		t.Fatal(k, err)
	}
	if count != 4 {
		t.Error(count)
	}
}

func TestNetLinkDumps(t *testing.T) {
	nltest.NetNS(t)
	n := netLink(t, &libnl.Config{Strict: true})
	var j journal
	j.attach(t, n)
	types := []libnl.MsgType{libnl.RTMGetNeigh, libnl.RTMGetRule, libnl.RTMGetLink, 38, 66, 82, 90, libnl.RTMGetLink}
	for _, typ := range types {
		succeed(t, n.DumpRequest(typ))
	}
	if st := n.Stats(); st.Dumps != len(types) {
		t.Errorf("%+v", st)
	}
	readAll(t, n)
	var want, got []string
	for _, typ := range types {
		want = append(want, fmt.Sprintf("dump done %d", typ))
	}
	for _, l := range j.lines {
		if strings.HasPrefix(l, "dump") {
			got = append(got, l)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}

	wantIs(t, n.DumpRequest(libnl.RTMNewLink), libnl.ErrInval)
	wantIs(t, n.DumpRequest(0), libnl.ErrInval)
	wantIs(t, n.DumpRequest(9999), libnl.ErrInval)
	wantIs(t, n.DumpMsg(nil), libnl.ErrInval)
	wantIs(t, n.DumpMsg(aboutLink(t, libnl.RTMNewLink, 0, 0, "")), libnl.ErrInval)
	if st := n.Stats(); st.Dumps != 0 {
		t.Errorf("%+v", st)
	}
}

func TestNetLinkDumpRefused(t *testing.T) {
	nltest.NetNS(t)
	n := netLink(t, &libnl.Config{Strict: true})
	table := func() *libnl.Msg {
		m, err := libnl.NewMsgSimple(libnl.RTMGetRoute, 0)
		succeed(t, err)
		m.Reserve(unix.SizeofRtMsg, 4)[0] = unix.AF_INET
		m.PutU32(unix.RTA_TABLE, 9999)
		return m
	}
	inDone, inError := table(), aboutLink(t, libnl.RTMGetLink, 0, 77, "")
	var failed []*libnl.Error
	var j journal
	succeed(t, n.HandleOther(j.note))
	succeed(t, n.HandleControl(func(e *libnl.Event) error {
		if e.Kind == libnl.EventDumpFailed {
			err, ok := errors.AsType[*libnl.Error](e.Err)
			if !ok {
				t.Fatal(e.Err)
			}
			failed = append(failed, err)
		}
		return j.note(e)
	}))
	succeed(t, n.DumpMsg(inDone))
	succeed(t, n.DumpMsg(inError))
	succeed(t, n.DumpRequest(libnl.RTMGetLink))
	readAll(t, n)
	j.want(t, "dump failed 26", "dump failed 18", "16 18 lo", "dump done 18")
	if failed[0].Errno != unix.ENOENT || failed[1].Errno != unix.EINVAL || failed[1].Msg == "" {
		t.Error(failed)
	}
	t.Log(failed[0], failed[1])

	// without a handler it ends the delivery, and the next goes on
	succeed(t, n.HandleControl(nil))
	succeed(t, n.DumpMsg(inDone))
	succeed(t, n.DumpRequest(libnl.RTMGetLink))
	_, err := n.ReadData()
	wantIs(t, err, unix.ENOENT)
	readAll(t, n)
	j.want(t, "16 18 lo")
}

// floodMTU makes more notifications than fit in a small receive buffer.
func floodMTU(t testing.TB, s *libnl.Socket) {
	t.Helper()
	for i := range 50 {
		setMTU(t, s, "lo", uint32(1300+i))
	}
}

func TestNetLinkOverrun(t *testing.T) {
	nltest.NetNS(t)
	n := netLink(t, &libnl.Config{Groups: []libnl.Group{libnl.GroupLink}, RcvBuf: 8 << 10})
	overruns := 0
	mtu := func(e *libnl.Event) uint32 {
		a, _ := e.Msg.FindAttr(unix.SizeofIfInfomsg, unix.IFLA_MTU)
		v, _ := a.U32()
		return v
	}
	var last, lastDumped uint32
	var done int
	succeed(t, n.Handle(libnl.RTMNewLink, func(e *libnl.Event) error {
		last = mtu(e)
		if e.Dump != 0 {
			lastDumped = last
		}
		return nil
	}))
	succeed(t, n.HandleControl(func(e *libnl.Event) error {
		switch e.Kind {
		case libnl.EventOverrun:
			wantIs(t, e.Err, libnl.ErrOverrun)
			overruns++
			return n.DumpRequest(libnl.RTMGetLink) // while the queue is still full
		case libnl.EventDumpDone:
			done++
		default:
			t.Error(e.Kind, e.Err)
		}
		return nil
	}))
	floodMTU(t, n.Socket())
	readAll(t, n)
	if overruns == 0 || done != overruns || lastDumped != 1349 || last != 1349 {
		t.Errorf("%d overruns, %d dumps, mtu %d, dumped %d", overruns, done, last, lastDumped)
	}
	st := n.Stats()
	if st.Overruns != uint64(overruns) || st.Dropped == 0 || st.Dumps != 0 {
		t.Errorf("%+v", st)
	}
	t.Logf("%+v", st)
	setMTU(t, n.Socket(), "lo", 1500)
	readAll(t, n)
	if last != 1500 {
		t.Error("after the overrun: ", last)
	}

	succeed(t, n.HandleControl(nil))
	floodMTU(t, n.Socket())
	_, err := n.ReadData()
	wantIs(t, err, libnl.ErrOverrun)
	readAll(t, n)
}

// TestNetLinkDumpLost has the refusal of a dump lost: the queue is full when the kernel answers.
func TestNetLinkDumpLost(t *testing.T) {
	nltest.NetNS(t)
	n := netLink(t, &libnl.Config{Groups: []libnl.Group{libnl.GroupLink}, RcvBuf: 8 << 10, Strict: true})
	var kinds []string
	succeed(t, n.HandleControl(func(e *libnl.Event) error {
		kinds = append(kinds, e.Kind.String())
		if e.Kind == libnl.EventDumpFailed {
			wantIs(t, e.Err, libnl.ErrOverrun)
		}
		return nil
	}))
	floodMTU(t, n.Socket())
	const rtmGetDCB = 78 // of which there is no dump
	succeed(t, n.DumpMsg(aboutLink(t, rtmGetDCB, 0, 0, "")))
	succeed(t, n.DumpRequest(libnl.RTMGetAddr))
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	mine := errors.New("enough")
	succeed(t, n.Handle(libnl.RTMNewAddr, func(*libnl.Event) error { return mine }))
	if err := n.Run(ctx); err != mine { // it waits, and would for ever
		t.Fatal(err)
	}
	if want := []string{"overrun", "dump failed"}; !slices.Equal(kinds, want) {
		t.Errorf("got %q", kinds)
	}
}

func TestNetLinkInterrupted(t *testing.T) {
	nltest.NetNS(t)
	n := netLink(t, nil)
	for i := range 100 { // more than fit in one part
		addBridge(t, n.Socket(), fmt.Sprint("b", i))
	}
	var kinds []string
	links := 0
	succeed(t, n.HandleControl(func(e *libnl.Event) error {
		kinds = append(kinds, e.Kind.String())
		if e.Kind == libnl.EventDumpInterrupted {
			wantIs(t, e.Err, libnl.ErrDumpIntr)
		}
		return nil
	}))
	succeed(t, n.Handle(libnl.RTMNewLink, func(e *libnl.Event) error {
		if links++; links == 1 {
			addBridge(t, n.Socket(), "late")
		}
		return nil
	}))
	succeed(t, n.DumpRequest(libnl.RTMGetLink))
	readAll(t, n)
	if want := []string{"dump interrupted", "dump done"}; !slices.Equal(kinds, want) || links < 101 {
		t.Errorf("%d links, %q", links, kinds)
	}
}

func TestNetLinkClose(t *testing.T) {
	nltest.NetNS(t)
	n := netLink(t, nil)
	succeed(t, n.Handle(libnl.RTMNewLink, func(*libnl.Event) error { return n.Close() }))
	fd := n.FD()
	succeed(t, n.DumpRequest(libnl.RTMGetLink))
	succeed(t, n.DumpRequest(libnl.RTMGetAddr))
	wantIs(t, n.Run(t.Context()), libnl.ErrClosed)
	if st := n.Stats(); st.Messages != 1 || st.Dumps != 2 {
		t.Errorf("%+v", st)
	}
	if n.FD() != -1 || fd < 0 {
		t.Error(fd, n.FD())
	}
	_, err := n.ReadData()
	wantIs(t, err, libnl.ErrClosed)
	for e, err := range n.Events(t.Context()) {
		wantIs(t, err, libnl.ErrClosed)
		if e != nil {
			t.Error(e)
		}
	}
	wantIs(t, n.Run(t.Context()), libnl.ErrClosed)
	wantIs(t, n.RegisterGroup(1), libnl.ErrClosed)
	wantIs(t, n.UnregisterGroup(1), libnl.ErrClosed)
	wantIs(t, n.Handle(1, func(*libnl.Event) error { return nil }), libnl.ErrClosed)
	wantIs(t, n.Unhandle(libnl.RTMNewLink), libnl.ErrClosed)
	wantIs(t, n.HandleOther(nil), libnl.ErrClosed)
	wantIs(t, n.DumpRequest(libnl.RTMGetLink), libnl.ErrClosed)
	wantIs(t, n.DumpMsg(linkDump(t)), libnl.ErrClosed)
	wantIs(t, n.Feed(nil), libnl.ErrClosed)
	wantIs(t, n.Socket().Do(t.Context(), linkDump(t)), libnl.ErrClosed)
	succeed(t, n.Close())

	var none *libnl.NetLink
	succeed(t, none.Close())
	_, err = none.ReadData()
	wantIs(t, err, libnl.ErrInval)
	wantIs(t, none.Run(t.Context()), libnl.ErrInval)
	wantIs(t, none.RegisterGroup(1), libnl.ErrInval)
	wantIs(t, none.UnregisterGroup(1), libnl.ErrInval)
	wantIs(t, none.Unhandle(1), libnl.ErrInval)
	wantIs(t, none.DumpRequest(libnl.RTMGetLink), libnl.ErrInval)
	wantIs(t, none.Feed(nil), libnl.ErrInval)
	wantIs(t, none.Socket().Do(t.Context(), linkDump(t)), libnl.ErrInval)
	if none.FD() != -1 {
		t.Error("descriptor of nil")
	}

	n = netLink(t, nil)
	var noContext context.Context
	wantIs(t, n.Run(noContext), libnl.ErrInval)
	ended, started := make(chan error), make(chan struct{})
	succeed(t, n.HandleControl(func(*libnl.Event) error { close(started); return nil }))
	succeed(t, n.DumpRequest(libnl.RTMGetRule))
	go func() { ended <- n.Run(context.Background()) }()
	<-started
	wantIs(t, n.Run(t.Context()), libnl.ErrNested)
	start := time.Now()
	succeed(t, n.Close())
	wantIs(t, <-ended, libnl.ErrClosed)
	if d := time.Since(start); d > 100*time.Millisecond {
		t.Error("woke after ", d)
	}
}

func TestNetLinkEvents(t *testing.T) {
	nltest.NetNS(t)
	n := netLink(t, nil)
	addBridge(t, n.Socket(), "b0")
	succeed(t, n.RegisterGroup(libnl.GroupLink))
	succeed(t, n.DumpRequest(libnl.RTMGetLink))
	var kept *libnl.Event
	var obj *libnl.Object
	for e, err := range n.Events(t.Context()) {
		succeed(t, err)
		o, err := e.Object()
		succeed(t, err)
		if again, err := e.Object(); err != nil || again != o {
			t.Error(again, err)
		}
		if o.TypeName() != "route/link" || ifName(e.Msg) != "lo" || e.Dump != libnl.RTMGetLink || e.Header.Type != libnl.RTMNewLink {
			t.Errorf("%v %+v", o, e)
		}
		kept = e
		obj, err = libnl.Retain(o)
		succeed(t, err)
		break
	}
	_, err := kept.Object()
	wantIs(t, err, libnl.ErrClosed)
	wantIs(t, kept.Msg.Err(), libnl.ErrClosed)
	if !strings.HasPrefix(obj.String(), "lo ") {
		t.Error(obj)
	}
	succeed(t, obj.Close())

	// the rest of the datagram stays
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var j journal
	for e, err := range n.Events(ctx) {
		if err != nil {
			wantIs(t, err, context.Canceled)
			if e != nil {
				t.Error(e)
			}
			continue
		}
		succeed(t, j.note(e))
		if e.Kind == libnl.EventDumpDone {
			if o, err := e.Object(); err == nil {
				t.Error("an object of no message: ", o)
			}
			cancel()
		}
	}
	j.want(t, "16 18 b0", "dump done 18")
}

// woken reports whether an epoll loop would be woken.
func woken(t testing.TB, ep int) bool {
	t.Helper()
	var ev [4]unix.EpollEvent
	k, err := unix.EpollWait(ep, ev[:], 0)
	if err != nil {
		t.Fatal(err)
	}
	return k > 0
}

func TestNetLinkEpoll(t *testing.T) {
	nltest.NetNS(t)
	n := netLink(t, nil)
	ep, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	succeed(t, err)
	defer unix.Close(ep)
	succeed(t, unix.EpollCtl(ep, unix.EPOLL_CTL_ADD, n.FD(), &unix.EpollEvent{Events: unix.EPOLLIN}))
	if fd := n.FD(); fd != n.FD() {
		t.Error("two descriptors")
	}
	for i := range 3 {
		addBridge(t, n.Socket(), fmt.Sprint("b", i))
	}
	mine := errors.New("mine")
	var failing error
	links, done := 0, 0
	succeed(t, n.Handle(libnl.RTMNewLink, func(*libnl.Event) error { links++; return failing }))
	succeed(t, n.HandleControl(func(*libnl.Event) error { done++; return failing }))
	if woken(t, ep) {
		t.Error("readable at first")
	}
	// a loop as programs have it, with a handler that fails each time: what was read already has to wake it
	failing = mine
	succeed(t, n.DumpRequest(libnl.RTMGetLink))
	for range 5 {
		if !woken(t, ep) {
			t.Fatalf("silent after %d links", links)
		}
		if k, err := n.ReadData(); k != 1 || err != mine {
			t.Fatal(k, err)
		}
	}
	if k, err := n.ReadData(); k != 0 || err != nil || links != 4 || done != 1 {
		t.Fatal(k, err, links, done)
	}
	if woken(t, ep) {
		t.Error("readable at the end")
	}

	// more than one call reads stays in the kernel
	failing = nil
	succeed(t, n.RegisterGroup(libnl.GroupLink))
	for i := range 200 {
		setMTU(t, n.Socket(), "b0", uint32(1000+i))
	}
	links = 0
	calls := 0
	for ; woken(t, ep); calls++ {
		if k, err := n.ReadData(); err != nil || k == 0 || k > 128 {
			t.Fatal(k, err)
		}
	}
	if links != 200 || calls < 2 {
		t.Errorf("%d links in %d calls", links, calls)
	}

	// messages fed inside a handler that fails after it
	succeed(t, n.Unhandle(libnl.RTMNewLink))
	succeed(t, n.Handle(libnl.RTMNewLink, func(e *libnl.Event) error {
		succeed(t, n.Feed(aboutLink(t, libnl.RTMDelLink, 0, 7, "x").Bytes()))
		return mine
	}))
	setMTU(t, n.Socket(), "b0", 1500)
	_, err = n.ReadData()
	wantIs(t, err, mine)
	if !woken(t, ep) {
		t.Error("fed message hidden")
	}
	if k, err := n.ReadData(); k != 1 || err != nil || woken(t, ep) {
		t.Error(k, err)
	}
	succeed(t, n.Close())
	if woken(t, ep) {
		t.Error("readable after Close")
	}
}

func TestNetLinkFeed(t *testing.T) {
	nltest.NetNS(t)
	n := netLink(t, nil)
	var j journal
	j.attach(t, n)
	var two []byte
	two = append(two, aboutLink(t, libnl.RTMNewLink, 0, 5, "a").Bytes()...)
	one := len(two)
	two = append(two, aboutLink(t, libnl.RTMNewLink, 0, 6, "bcd").Bytes()...)
	succeed(t, n.Feed(two))
	j.want(t, "16 0 a", "16 0 bcd")
	succeed(t, n.Feed(nil))
	for cut := 1; cut < len(two); cut++ {
		err := n.Feed(two[:cut])
		if cut == one {
			succeed(t, err)
			j.want(t, "16 0 a")
			continue
		}
		wantIs(t, err, libnl.ErrMsgTooShort)
		j.want(t)
	}

	// it is not the kernel's, and ends no dump
	succeed(t, n.HandleOther(nil))
	succeed(t, n.HandleOther(func(e *libnl.Event) error {
		_, err := e.Object()
		j.lines = append(j.lines, fmt.Sprint(e.Kind, e.Header.Type, e.Err != nil, errors.Is(err, libnl.ErrInval)))
		return nil
	}))
	bad := aboutLink(t, libnl.RTMNewLink, 0, 5, "")
	bad.PutBytes(unix.IFLA_MTU, []byte{1})
	succeed(t, n.DumpRequest(libnl.RTMGetLink))
	succeed(t, n.Feed(bad.Bytes()))
	done, err := libnl.NewMsgSimple(libnl.MsgDone, 0)
	succeed(t, err)
	done.Append(make([]byte, 4), 4)
	refusal, err := libnl.NewMsgSimple(libnl.MsgError, 0)
	succeed(t, err)
	binary.NativeEndian.PutUint32(refusal.Reserve(20, 4), ^uint32(unix.EPERM-1))
	succeed(t, n.Feed(append(slices.Clone(done.Bytes()), refusal.Bytes()...)))
	j.want(t, "message 0x10 false true", "message DONE false true", "message ERROR true true")
	if n.Stats().Dumps != 1 {
		t.Error("fed messages ended a dump")
	}

	// a handler's error, and the rest afterwards
	mine := errors.New("mine")
	succeed(t, n.HandleOther(nil))
	succeed(t, n.HandleOther(func(e *libnl.Event) error { _ = j.note(e); return mine }))
	if err := n.Feed(two); err != mine {
		t.Error(err)
	}
	j.want(t, "16 0 a")
	succeed(t, n.HandleOther(nil))
	succeed(t, n.HandleOther(j.note))
	readAll(t, n)
	j.want(t, "16 0 bcd", "16 18 lo", "dump done 18")

	// while a loop runs it is the loop's
	var feeder sync.WaitGroup
	feeder.Go(func() {
		for n.Feed(two) == nil {
			time.Sleep(time.Millisecond)
		}
	})
	got := 0
	for e, err := range n.Events(t.Context()) {
		succeed(t, err)
		if got++; ifName(e.Msg) == "bcd" && got > 10 {
			break
		}
	}
	succeed(t, n.Close())
	feeder.Wait()

	n = netLink(t, nil)
	big := slices.Repeat(two, 64<<10/len(two))
	succeed(t, n.HandleOther(func(*libnl.Event) error {
		for n.Stats().Pending < 16<<20-len(big) {
			succeed(t, n.Feed(big))
		}
		wantIs(t, n.Feed(big), libnl.ErrAgain)
		return n.Close()
	}))
	wantIs(t, n.Feed(two), libnl.ErrClosed)
}

func TestNetLinkNamespace(t *testing.T) {
	there := nltest.NetNS(t)
	nltest.Run(t, "ip", "link", "add", "there", "type", "bridge")
	fd, err := unix.FcntlInt(uintptr(there), unix.F_DUPFD_CLOEXEC, 3)
	succeed(t, err)
	byThread := netLink(t, nil)
	nltest.NetNS(t) // on to another
	byConfig := netLink(t, &libnl.Config{NetNS: fd})
	succeed(t, unix.Close(fd)) // the NetLink has its own
	for _, n := range []*libnl.NetLink{byThread, byConfig} {
		ask(t, n.Socket(), aboutLink(t, libnl.RTMGetLink, 0, 0, "there"))
		if s := n.Socket(); s != n.Socket() {
			t.Error("two sockets")
		}
		var j journal
		j.attach(t, n)
		succeed(t, n.DumpRequest(libnl.RTMGetLink))
		readAll(t, n)
		j.want(t, "16 18 lo", "16 18 there", "dump done 18")
	}
	if _, err := libnl.NewNetLink(&libnl.Config{NetNS: -1}); !errors.Is(err, libnl.ErrInval) {
		t.Error(err)
	}
	if _, err := libnl.NewNetLink(&libnl.Config{NetNS: 1 << 20}); !errors.Is(err, unix.EBADF) {
		t.Error(err)
	}
}

// unprivileged runs fn on a thread that is nobody's.
func unprivileged(t *testing.T, fn func()) {
	t.Helper()
	if os.Getuid() != 0 {
		fn()
		return
	}
	failed := make(chan unix.Errno)
	go func() {
		defer close(failed)
		runtime.LockOSThread() // and never unlocked: the thread ends
		if _, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, 65534, 65534, 65534); errno != 0 {
			failed <- errno
			return
		}
		fn()
	}()
	if errno, ok := <-failed; ok {
		t.Skip("this user namespace has no other user: setresuid: ", errno)
	}
}

func TestNetLinkUnprivileged(t *testing.T) {
	unprivileged(t, func() {
		n, err := libnl.NewNetLink(nil)
		if err != nil {
			t.Error(err)
			return
		}
		defer n.Close()
		if err := n.Socket().Do(t.Context(), aboutLink(t, libnl.RTMGetLink, 0, 0, "lo")); err != nil {
			t.Error("a request in the thread's own namespace: ", err)
		}
		t.Logf("%+v", n.Stats())
	})
}

// TestNetLinkNoSocket has the second socket fail to open.
func TestNetLinkNoSocket(t *testing.T) {
	cb, err := libnl.NewCallbacks(libnl.KindDefault)
	succeed(t, err)
	n := netLink(t, &libnl.Config{Callbacks: cb})
	succeed(t, cb.Close())
	for range 2 {
		wantIs(t, n.Socket().Do(t.Context(), linkDump(t)), libnl.ErrClosed)
	}
	succeed(t, n.DumpRequest(libnl.RTMGetLink))
	if k, err := n.ReadData(); k == 0 || err != nil {
		t.Error(k, err)
	}
}

func TestNfNetLink(t *testing.T) {
	nltest.NetNS(t)
	n, err := libnl.NewNfNetLink(nil)
	succeed(t, err)
	defer n.Close()
	var kinds []libnl.EventKind
	succeed(t, n.HandleControl(func(e *libnl.Event) error {
		kinds = append(kinds, e.Kind)
		t.Log(e.Kind, e.Dump, e.Err)
		return nil
	}))
	const conntrack, nowhere = 1<<8 | 1, 99<<8 | 1
	succeed(t, n.DumpRequest(conntrack))
	succeed(t, n.DumpRequest(nowhere))
	wantIs(t, n.DumpRequest(libnl.RTMGetLink), libnl.ErrInval)
	readAll(t, n)
	if len(kinds) != 2 || kinds[1] != libnl.EventDumpFailed {
		t.Error(kinds)
	}
}

// TestNetLinkConcurrent is for the race detector.
func TestNetLinkConcurrent(t *testing.T) {
	nltest.NetNS(t)
	n := netLink(t, &libnl.Config{Groups: []libnl.Group{libnl.GroupLink}})
	const rounds = 200
	seen := make(chan struct{}, rounds)
	succeed(t, n.HandleOther(func(e *libnl.Event) error {
		if e.Header.Type == libnl.RTMNewLink {
			seen <- struct{}{}
		}
		return nil
	}))
	dumped := make(chan struct{}, rounds)
	succeed(t, n.HandleControl(func(e *libnl.Event) error {
		if e.Kind != libnl.EventDumpInterrupted {
			dumped <- struct{}{}
		}
		return e.Err
	}))
	ended := make(chan error)
	go func() { ended <- n.Run(context.Background()) }()
	succeed(t, n.DumpRequest(libnl.RTMGetRule))
	<-dumped // it runs: from now on Feed leaves the delivery to it
	fed := aboutLink(t, libnl.RTMDelLink, 0, 1, "lo").Bytes()
	var wg sync.WaitGroup
	for _, fn := range []func(i int) error{
		func(i int) error {
			m := aboutLink(t, libnl.RTMNewLink, 0, 0, "lo")
			m.PutU32(unix.IFLA_MTU, uint32(1000+i))
			return n.Socket().Do(t.Context(), m)
		},
		func(int) error {
			if err := n.Handle(libnl.RTMNewRule, func(*libnl.Event) error { return nil }); err != nil {
				return err
			}
			return n.Unhandle(libnl.RTMNewRule)
		},
		func(int) error { return n.DumpRequest(libnl.RTMGetRule) },
		func(int) error { n.Stats(); n.FD(); return n.Feed(fed) },
		func(int) error {
			if err := n.RegisterGroup(libnl.GroupNeigh); err != nil {
				return err
			}
			return n.UnregisterGroup(libnl.GroupNeigh)
		},
	} {
		wg.Go(func() {
			for i := range rounds {
				if err := fn(i); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	for range rounds {
		for _, ch := range []chan struct{}{dumped, seen} {
			select {
			case <-ch:
			case err := <-ended:
				t.Fatal("ended early: ", err)
			}
		}
	}
	succeed(t, n.Close())
	wantIs(t, <-ended, libnl.ErrClosed)
}
