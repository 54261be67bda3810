//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
	"github.com/golibnl/libnl/internal/oracle"
	"golang.org/x/sys/unix"
)

// Each test here shows a scene in which plain libnl loses a result, and that the package does not. The first subtest is the twin:
// it runs plain libnl through the same scene (internal/oracle) and fails if libnl gets it right, so that the rest cannot pass by
// accident.

// The codes of libnl, as C returns them.
func cCode(e libnl.Errno) int { return -int(e) }

// routeDump is a dump of the IPv4 routes, of one table unless that is 0.
func routeDump(t testing.TB, table uint32) *libnl.Msg {
	t.Helper()
	m, err := libnl.NewMsgSimple(libnl.RTMGetRoute, libnl.FlagDump)
	check(t, err)
	m.Append([]byte{unix.AF_INET, 11: 0}, 4)
	if table != 0 {
		m.PutU32(unix.RTA_TABLE, table)
	}
	check(t, m.Err())
	return m
}

// blackhole is a request for the blackhole route 10.0.0.n/32: a NEW with flags that make it go through, or a DEL.
func blackholeRoute(t testing.TB, typ libnl.MsgType, n byte) *libnl.Msg {
	t.Helper()
	var f libnl.MsgFlags
	if typ == libnl.RTMNewRoute {
		f = libnl.FlagCreate | libnl.FlagExcl
	}
	m, err := libnl.NewMsgSimple(typ, f)
	check(t, err)
	m.Append([]byte{unix.AF_INET, 32, 0, 0, unix.RT_TABLE_MAIN, unix.RTPROT_STATIC, 0, unix.RTN_BLACKHOLE, 0, 0, 0, 0}, 4)
	m.PutBytes(unix.RTA_DST, []byte{10, 99, 0, n})
	check(t, m.Err())
	return m
}

// badRequest is one that the kernel refuses with EADDRNOTAVAIL: delete an address that is not there.
func badRequest(t testing.TB) *libnl.Msg {
	t.Helper()
	m, err := libnl.NewMsgSimple(libnl.RTMDelAddr, 0)
	check(t, err)
	m.Append(append([]byte{unix.AF_INET, 32, 0, 0}, u32(1)...), 4)
	m.PutBytes(unix.IFA_LOCAL, []byte{192, 0, 2, 1})
	check(t, m.Err())
	return m
}

// loRequest is a request about lo: a GET is answered by lo and an ACK, a NEW changes nothing and is answered by an ACK.
func loRequest(t testing.TB, typ libnl.MsgType) *libnl.Msg {
	t.Helper()
	m, err := libnl.NewMsgSimple(typ, 0)
	check(t, err)
	m.Append(ifinfo(0, 1, 0), 4)
	check(t, m.Err())
	return m
}

// sound makes sure that a socket is in order: a request that is refused is refused with its own error, one that is granted is
// granted, and a dump has n routes, through the engine and through libnl's loop.
func sound(t *testing.T, s *libnl.Socket, n int) {
	t.Helper()
	isErr(t, "a refused request", s.Do(t.Context(), badRequest(t)), syscall.EADDRNOTAVAIL)
	if err := s.Do(t.Context(), loRequest(t, libnl.RTMNewLink)); err != nil {
		t.Error("a granted request: ", err)
	}
	all, err := s.RequestAll(t.Context(), routeDump(t, 0))
	if err != nil || len(all) != n {
		t.Errorf("a dump by RequestAll has %d routes, want %d; error %v", len(all), n, err)
	}
	isErr(t, "a refused SendSync", s.SendSync(badRequest(t)), syscall.EADDRNOTAVAIL)
	if err := s.SendSync(loRequest(t, libnl.RTMNewLink)); err != nil {
		t.Error("a granted SendSync: ", err)
	}
	got := 0
	cb := counting(t, &got)
	if _, err := s.SendAuto(routeDump(t, 0)); err != nil {
		t.Error("SendAuto: ", err)
	}
	if err := s.RecvMsgs(cb); err != nil || got != n {
		t.Errorf("a dump by RecvMsgs has %d routes, want %d; error %v", got, n, err)
	}
	if st := s.Stats(); st.Pending != 0 {
		t.Errorf("left over: %d bytes", st.Pending)
	}
}

// counting is a callback set that counts messages with data.
func counting(t *testing.T, n *int) *libnl.Callbacks {
	t.Helper()
	cb, err := libnl.NewCallbacks(libnl.KindDefault)
	check(t, err)
	t.Cleanup(func() { cb.Close() })
	check(t, cb.Set(libnl.CbValid, libnl.KindCustom, func(*libnl.Msg) error { *n++; return nil }))
	return cb
}

// countRoutes asks another socket how many routes there are.
func countRoutes(t *testing.T) int {
	t.Helper()
	all, err := dial(t, nil).RequestAll(t.Context(), routeDump(t, 0))
	check(t, err)
	return len(all)
}

// short is for a receive that is to find nothing.
func short(t *testing.T) context.Context { return within(t, 50*time.Millisecond) }

// nextEvent takes the next message of the receiver, as an owned one.
func nextEvent(t *testing.T, s *libnl.Socket) (*libnl.Msg, error) {
	t.Helper()
	for m, err := range s.Messages(within(t, 2*time.Second)) {
		if m != nil {
			m = m.Clone()
		}
		return m, err
	}
	return nil, errors.New("no step")
}

// A dump that the kernel refuses inside NLMSG_DONE is an error.
func TestTrapRefusedDump(t *testing.T) {
	nltest.NetNS(t)
	t.Run("libnl", func(t *testing.T) {
		nltest.NetNS(t)
		code, inDone, err := oracle.TrapRefusedDump()
		check(t, err)
		if code != 0 || inDone != -int(unix.ENOENT) {
			t.Fatalf("code %d with %d in DONE, want 0 with %d", code, inDone, -int(unix.ENOENT))
		}
	})
	s := dial(t, &libnl.Config{Strict: true})
	refused := func(how string, err error) {
		t.Helper()
		isErr(t, how, err, syscall.ENOENT, libnl.ErrObjNotFound)
		if e, ok := errors.AsType[*libnl.Error](err); !ok || !strings.Contains(e.Msg, "table does not exist") || e.Errno != syscall.ENOENT {
			t.Errorf("%s: %#v: the kernel's text is missing", how, err)
		}
	}
	for range 2 {
		refused("Do", s.Do(t.Context(), routeDump(t, 9999)))
		for m, err := range s.Request(t.Context(), routeDump(t, 9999)) {
			if m != nil {
				t.Error("Request: a message")
			}
			refused("Request", err)
		}
		_, err := s.RequestAll(t.Context(), routeDump(t, 9999))
		refused("RequestAll", err)
		_, err = s.SendAuto(routeDump(t, 9999))
		check(t, err)
		refused("RecvMsgsDefault", s.RecvMsgsDefault())
		_, err = s.SendAuto(routeDump(t, 9999))
		check(t, err)
		refused("Recv", s.Recv(t.Context()))
		_, err = s.SendAuto(routeDump(t, 9999))
		check(t, err)
		refused("WaitForAck", s.WaitForAck())
		refused("SendSync", s.SendSync(routeDump(t, 9999)))
		_, err = s.SendAuto(routeDump(t, 9999))
		check(t, err)
		m, err := nextEvent(t, s)
		refused("Messages", err)
		if m.Header().Type != libnl.MsgDone {
			t.Errorf("Messages: %v, want the DONE", m.Header())
		}
	}
	sound(t, s, countRoutes(t))
}

// A request that fails is an error, also when a notification was queued before it; and that still reaches the receiver.
func TestTrapAnyDatagram(t *testing.T) {
	nltest.NetNS(t)
	t.Run("libnl", func(t *testing.T) {
		nltest.NetNS(t)
		code, control, err := oracle.TrapAnyDatagram()
		check(t, err)
		if code != 0 || control >= 0 {
			t.Fatalf("code %d, want 0; with nothing queued %d, want an error", code, control)
		}
	})
	other := dial(t, nil)
	s := dial(t, &libnl.Config{Groups: []libnl.Group{libnl.GroupIPv4Route}})
	n := byte(0)
	event := func(how string) {
		t.Helper()
		m, err := nextEvent(t, s)
		if err != nil || m.Header().Type != libnl.RTMNewRoute {
			t.Fatalf("%s: the notification: %v %v", how, m, err)
		}
		if a, _ := m.FindAttr(12, unix.RTA_DST); !slices.Equal(a.Bytes(), []byte{10, 99, 0, n}) {
			t.Errorf("%s: the notification is about %v", how, a.Bytes())
		}
		for m, err := range s.Messages(short(t)) {
			if m != nil {
				t.Errorf("%s: left over: %v", how, m.Header())
			}
			isErr(t, how, err, context.DeadlineExceeded)
		}
	}
	for _, c := range []struct {
		name string
		call func() error
	}{
		{"Do", func() error { return s.Do(t.Context(), badRequest(t)) }},
		{"Batch", func() error { return s.Batch(t.Context(), []*libnl.Msg{badRequest(t)})[0] }},
		{"RequestAll", func() error { _, err := s.RequestAll(t.Context(), badRequest(t)); return err }},
		{"SendSync", func() error { s.EnableAutoAck(); defer s.DisableAutoAck(); return s.SendSync(badRequest(t)) }},
		{"WaitForAck", func() error {
			s.EnableAutoAck()
			defer s.DisableAutoAck()
			if _, err := s.SendAuto(badRequest(t)); err != nil {
				t.Fatal(err)
			}
			return s.WaitForAck()
		}},
	} {
		n++
		check(t, other.Do(t.Context(), blackholeRoute(t, libnl.RTMNewRoute, n)))
		isErr(t, c.name, c.call(), syscall.EADDRNOTAVAIL)
		event(c.name)
	}
	// and where it is the request itself that makes the notification
	n++
	check(t, s.Do(t.Context(), blackholeRoute(t, libnl.RTMNewRoute, n)))
	event("Do that makes an event")
	n++
	s.EnableAutoAck()
	check(t, s.SendSync(blackholeRoute(t, libnl.RTMNewRoute, n)))
	event("SendSync that makes an event")
}

// An ACK that nobody read does not empty the next dump.
func TestTrapUnreadAck(t *testing.T) {
	nltest.NetNS(t)
	t.Run("libnl", func(t *testing.T) {
		nltest.NetNS(t)
		code, items, err := oracle.TrapUnreadAck()
		check(t, err)
		if code != 0 || items != 0 {
			t.Fatalf("code %d and %d links, want 0 and none", code, items)
		}
	})
	links, err := dial(t, nil).RequestAll(t.Context(), linkDump(t))
	check(t, err)
	for _, c := range []struct {
		name string
		dump func(s *libnl.Socket) (int, error)
	}{
		{"Request", func(s *libnl.Socket) (n int, err error) {
			for m, e := range s.Request(t.Context(), linkDump(t)) {
				if m != nil {
					n++
				}
				err = e
			}
			return n, err
		}},
		{"RequestAll", func(s *libnl.Socket) (int, error) {
			all, err := s.RequestAll(t.Context(), linkDump(t))
			return len(all), err
		}},
		// libnl's loop takes one answer at a time: the ACK is one receive, the dump the next, and neither is lost
		{"SendAuto and RecvMsgs", func(s *libnl.Socket) (n int, err error) {
			cb := counting(t, &n)
			if _, err := s.SendAuto(linkDump(t)); err != nil {
				return 0, err
			}
			for range 2 {
				if err := s.RecvMsgs(cb); err != nil {
					return n, err
				}
			}
			return n, nil
		}},
		{"SendSync, SendAuto and RecvMsgs", func(s *libnl.Socket) (n int, err error) {
			if err := s.SendSync(loRequest(t, libnl.RTMNewLink)); err != nil {
				return 0, err
			}
			cb := counting(t, &n)
			if _, err := s.SendAuto(linkDump(t)); err != nil {
				return 0, err
			}
			return n, s.RecvMsgs(cb)
		}},
	} {
		s := dial(t, nil)
		n := 0
		cb := counting(t, &n)
		_, err := s.SendAuto(loRequest(t, libnl.RTMGetLink))
		check(t, err)
		check(t, s.RecvMsgs(cb))
		if n != 1 {
			t.Fatalf("%d links for one", n)
		}
		got, err := c.dump(s)
		if err != nil || got != len(links) {
			t.Errorf("%s: %d links, want %d; error %v", c.name, got, len(links), err)
		}
	}
}

// A break in the middle of a dump leaves the socket sound, and what Stop ended is no success of the dump's.
func TestTrapStop(t *testing.T) {
	nltest.NetNS(t)
	check(t, oracle.FillRoutes(2000))
	n := countRoutes(t)
	t.Run("libnl", func(t *testing.T) {
		nltest.NetNS(t)
		check(t, oracle.FillRoutes(2000))
		for _, ret := range []int{oracle.Stop, -int(libnl.ErrPerm)} {
			d, err := oracle.TrapStop(ret)
			check(t, err)
			if d.NextFill >= 0 || d.NextRefused != cCode(libnl.ErrSeqMismatch) {
				t.Fatalf("callback returned %d: %+v: the socket is sound", ret, d)
			}
		}
	})
	mine := errors.New("enough")
	for _, at := range []int{1, 700, n} {
		s := dial(t, nil)
		got := 0
		for _, err := range s.Request(t.Context(), routeDump(t, 0)) {
			check(t, err)
			if got++; got == at {
				break
			}
		}
		sound(t, s, n)

		func() {
			defer func() { _ = recover() }()
			got := 0
			for range s.Request(t.Context(), routeDump(t, 0)) {
				if got++; got == at {
					panic("in the body")
				}
			}
		}()
		sound(t, s, n)

		for _, verdict := range []error{libnl.Stop, mine} {
			got := 0
			cb, err := libnl.NewCallbacks(libnl.KindDefault)
			check(t, err)
			check(t, cb.Set(libnl.CbValid, libnl.KindCustom, func(*libnl.Msg) error {
				if got++; got == at {
					return verdict
				}
				return nil
			}))
			_, err = s.SendAuto(routeDump(t, 0))
			check(t, err)
			err = s.RecvMsgs(cb)
			if verdict == libnl.Stop && err != nil || verdict == mine && err != mine || got != at {
				t.Errorf("%v at %d: %d callbacks, error %v", verdict, at, got, err)
			}
			check(t, cb.Close())
			sound(t, s, n)
		}
	}
}

// What a loop over Messages has not seen of a datagram is there for the next.
func TestMessagesBreak(t *testing.T) {
	nltest.NetNS(t)
	check(t, oracle.FillRoutes(2000))
	n := countRoutes(t)
	s := dial(t, nil)
	_, err := s.SendAuto(routeDump(t, 0))
	check(t, err)
	for got := 1; ; got++ {
		m, err := nextEvent(t, s)
		check(t, err)
		if m.Header().Type == libnl.MsgDone {
			if got != n+1 {
				t.Errorf("%d routes, want %d", got-1, n)
			}
			break
		}
	}
	sound(t, s, n)
}

// A second dump while one runs is refused at once, by the socket or by the kernel, and harms neither.
func TestTrapSecondDump(t *testing.T) {
	nltest.NetNS(t)
	check(t, oracle.FillRoutes(2000))
	n := countRoutes(t)
	t.Run("libnl", func(t *testing.T) {
		nltest.NetNS(t)
		check(t, oracle.FillRoutes(2000))
		checked, unchecked, err := oracle.TrapSecondDump()
		check(t, err)
		if checked != cCode(libnl.ErrSeqMismatch) || unchecked != cCode(libnl.ErrBusy) {
			t.Fatalf("codes %d and %d of the first dump, want %d and %d", checked, unchecked, cCode(libnl.ErrSeqMismatch), cCode(libnl.ErrBusy))
		}
	})
	s := dial(t, nil)
	got := 0
	for m, err := range s.Request(t.Context(), routeDump(t, 0)) {
		check(t, err)
		if m.Header().Type != libnl.RTMNewRoute {
			t.Error("in the dump: ", m.Header())
		}
		if got++; got%500 == 1 {
			start := time.Now()
			_, err := s.RequestAll(t.Context(), linkDump(t))
			isErr(t, "RequestAll", err, libnl.ErrBusy)
			isErr(t, "Do", s.Do(t.Context(), linkDump(t)), libnl.ErrBusy)
			if got == 1 { // the kernel's own answer; getting at it ends the dump in the kernel
				isErr(t, "SendSync", s.SendSync(linkDump(t)), libnl.ErrBusy, syscall.EBUSY)
			}
			if d := time.Since(start); d > time.Second {
				t.Errorf("ErrBusy took %v", d)
			}
			isErr(t, "a refused request", s.Do(t.Context(), badRequest(t)), syscall.EADDRNOTAVAIL)
		}
	}
	if got != n {
		t.Errorf("%d routes, want %d", got, n)
	}
	sound(t, s, n)

	// the first is libnl's
	_, err := s.SendAuto(routeDump(t, 0))
	check(t, err)
	_, err = s.RequestAll(t.Context(), linkDump(t))
	isErr(t, "RequestAll in a dump of libnl's", err, libnl.ErrBusy)
	got = 0
	cb := counting(t, &got)
	if err := s.RecvMsgs(cb); err != nil || got != n {
		t.Errorf("libnl's dump: %d routes, want %d; error %v", got, n, err)
	}
	sound(t, s, n)
}

// Messages that are not the kernel's are refused and counted, unless the socket says otherwise; none of them is an answer.
func TestTrapForeignSender(t *testing.T) {
	nltest.NetNS(t)
	t.Run("libnl", func(t *testing.T) {
		nltest.NetNS(t)
		f, err := oracle.TrapForeignSender()
		check(t, err)
		if f.Delivered != 1 || f.RefusedAck != 0 {
			t.Fatalf("%+v: libnl saw through it", f)
		}
	})
	s := dial(t, nil)
	liar := dial(t, nil)
	liar.SetPeerPort(s.LocalPort())
	forge := func(seq uint32) {
		t.Helper()
		_, err := liar.SendTo(cat(message(unix.RTM_NEWLINK, 0, seq, strings.Repeat("\x00", 16)), errorMsg(request{Header: libnl.Header{Seq: seq}}, 0)))
		check(t, err)
	}
	// libnl's next number is known to all, as is the engine's with luck
	m := loRequest(t, libnl.RTMNewLink)
	check(t, s.SendSync(m))
	forge(m.Header().Seq + 1)
	isErr(t, "SendSync", s.SendSync(badRequest(t)), syscall.EADDRNOTAVAIL)
	check(t, s.Do(t.Context(), loRequest(t, libnl.RTMNewLink)))
	for range 10 {
		forge(0)
	}
	isErr(t, "Do", s.Do(t.Context(), badRequest(t)), syscall.EADDRNOTAVAIL)
	for m, err := range s.Messages(short(t)) {
		if m != nil {
			t.Error("delivered: ", m.Header())
		}
		isErr(t, "Messages", err, context.DeadlineExceeded)
	}
	if st := s.Stats(); st.Refused != 11 {
		t.Errorf("%+v: want 11 refused", st)
	}

	u := dial(t, &libnl.Config{Untrusted: true})
	liar.SetPeerPort(u.LocalPort())
	forge(0)
	m, err := nextEvent(t, u)
	if err != nil || m.Header().Type != libnl.RTMNewLink || m.Src().Port != liar.LocalPort() {
		t.Errorf("untrusted: %v %v", m, err)
	}
	if st := u.Stats(); st.Refused != 0 {
		t.Errorf("untrusted: %+v", st)
	}
}

// Receiving the group a message was sent to, its sender's credentials and its namespace.
func TestTrapControlData(t *testing.T) {
	ns := nltest.NetNS(t)
	t.Run("libnl", func(t *testing.T) {
		nltest.NetNS(t)
		pktinfo, passcred, control, err := oracle.TrapControlData()
		check(t, err)
		if pktinfo != cCode(libnl.ErrMsgTrunc) || passcred != cCode(libnl.ErrMsgTrunc) || control <= 0 {
			t.Fatalf("codes %d and %d, want %d; with neither %d", pktinfo, passcred, cCode(libnl.ErrMsgTrunc), control)
		}
	})
	other := dial(t, nil)
	s := dial(t, &libnl.Config{Groups: []libnl.Group{libnl.GroupIPv4Route}})
	check(t, s.SetRecvPktInfo(true))
	check(t, s.SetPassCred(true))
	see := func(how string, m *libnl.Msg, group libnl.Group) {
		t.Helper()
		if m == nil {
			t.Fatal(how, ": no message")
		}
		if g := m.Group(); g != group {
			t.Errorf("%s: group %d, want %d", how, g, group)
		}
		// root, which inside a user namespace is nobody
		if c, ok := m.Creds(); !ok || c.Pid != 0 || c.Uid != c.Gid || c.Uid != 0 && c.Uid != 65534 {
			t.Errorf("%s: credentials %+v %v, want the kernel's", how, c, ok)
		}
	}
	check(t, other.Do(t.Context(), blackholeRoute(t, libnl.RTMNewRoute, 1)))
	m, err := nextEvent(t, s)
	check(t, err)
	see("Messages", m, libnl.GroupIPv4Route)
	check(t, other.Do(t.Context(), blackholeRoute(t, libnl.RTMDelRoute, 1)))
	check(t, s.ModifyCallback(libnl.CbValid, libnl.KindCustom, func(l *libnl.Msg) error { m = l.Retain(); return nil }))
	check(t, s.Recv(t.Context()))
	see("Recv", m, libnl.GroupIPv4Route)
	all, err := s.RequestAll(t.Context(), loRequest(t, libnl.RTMGetLink))
	check(t, err)
	see("RequestAll", all[0], 0)

	t.Run("namespaces", func(t *testing.T) {
		l := dial(t, &libnl.Config{Groups: []libnl.Group{libnl.GroupIPv4Route}, NetNS: ns})
		if err := l.SetListenAllNSID(true); err != nil {
			t.Skip("NETLINK_LISTEN_ALL_NSID: ", err)
		}
		inner := nltest.NetNS(t)
		there, err := libnl.Dial(libnl.ProtoRoute, nil)
		check(t, err)
		defer there.Close()
		// an id for the inner namespace in the outer one
		outer, err := libnl.Dial(libnl.ProtoRoute, &libnl.Config{NetNS: ns})
		check(t, err)
		defer outer.Close()
		id, err := libnl.NewMsgSimple(libnl.MsgType(unix.RTM_NEWNSID), 0)
		check(t, err)
		id.Append(make([]byte, 4), 4)
		id.PutU32(unix.NETNSA_NSID, 42)
		id.PutU32(unix.NETNSA_FD, uint32(inner))
		check(t, outer.Do(t.Context(), id))
		check(t, there.Do(t.Context(), blackholeRoute(t, libnl.RTMNewRoute, 1)))
		m, err := nextEvent(t, l)
		check(t, err)
		if n, ok := m.NSID(); !ok || n != 42 {
			t.Errorf("namespace %d %v, want 42", n, ok)
		}
		check(t, outer.Do(t.Context(), blackholeRoute(t, libnl.RTMNewRoute, 2)))
		m, err = nextEvent(t, l)
		check(t, err)
		if n, ok := m.NSID(); ok {
			t.Errorf("namespace %d for an event of one's own", n)
		}
	})

	t.Run("of a program", func(t *testing.T) {
		nltest.NetNS(t)
		u := dialPeer(t, nil, libnl.Config{})
		check(t, u.SetPassCred(true))
		p := newPeer(t, 0)
		p.send(u.LocalPort(), message(100, 0, 0, ""))
		m, err := nextEvent(t, u)
		check(t, err)
		want := syscall.Ucred{Pid: int32(unix.Getpid()), Uid: uint32(unix.Getuid()), Gid: uint32(unix.Getgid())}
		if c, ok := m.Creds(); !ok || c != want {
			t.Errorf("credentials %+v %v, want %+v", c, ok, want)
		}
	})
}

// A group above 32 has no bit in the sender's address; what is sent to it is a notification all the same.
func TestHighGroups(t *testing.T) {
	nltest.NetNS(t)
	const groupIPv4MCAddr, newMulticast = 37, 56 // since Linux 6.15
	s := dial(t, &libnl.Config{Events: true})
	if err := s.AddMembership(groupIPv4MCAddr); err != nil {
		t.Skip("group 37: ", err)
	}
	join := func() bool {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
		check(t, err)
		defer unix.Close(fd)
		check(t, unix.SetsockoptIPMreqn(fd, unix.IPPROTO_IP, unix.IP_ADD_MEMBERSHIP, &unix.IPMreqn{Multiaddr: [4]byte{239, 1, 2, 3}, Ifindex: 1}))
		for m, err := range s.Messages(within(t, 300*time.Millisecond)) {
			if err != nil {
				return false
			}
			if m.Header().Type == newMulticast {
				if m.Group() != groupIPv4MCAddr || m.Src() != (libnl.SockAddr{}) {
					t.Errorf("%v of group %d, from %+v", m.Header(), m.Group(), m.Src())
				}
				return true
			}
		}
		return false
	}
	if !join() {
		t.Skip("this kernel tells nobody of multicast addresses")
	}
	// switched off for the caller, it still tells notifications from answers
	check(t, s.SetRecvPktInfo(false))
	if !join() {
		t.Error("no event without packet info")
	}
	check(t, s.DropMembership(groupIPv4MCAddr))
	if join() {
		t.Error("an event after leaving the group")
	}
	// on a protocol with fewer groups it is an error that names the group
	err := dialPeer(t, nil, libnl.Config{}).AddMembership(33)
	if e, ok := errors.AsType[*libnl.Error](err); !ok || !strings.Contains(e.Msg, "33") {
		t.Errorf("group 33 of NETLINK_USERSOCK: %v", err)
	}
}
