//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
	"github.com/golibnl/libnl/internal/oracle"
	"golang.org/x/sys/unix"
)

// procEntry is a line of /proc/net/netlink.
type procEntry struct{ proto, port, groups, rmem, drops uint32 }

// proc returns what the kernel says of a socket, nil if it knows none.
func proc(t testing.TB, p libnl.Protocol, port uint32) *procEntry {
	t.Helper()
	f, err := os.Open("/proc/thread-self/net/netlink")
	check(t, err)
	defer f.Close()
	for sc := bufio.NewScanner(f); sc.Scan(); {
		var sk, dump, locks string
		var e procEntry
		var wmem uint32
		if _, err := fmt.Sscanf(sc.Text(), "%s %d %d %x %d %d %s %s %d", &sk, &e.proto, &e.port, &e.groups, &e.rmem, &wmem, &dump, &locks, &e.drops); err != nil {
			continue
		}
		if e.proto == uint32(p) && e.port == port {
			return &e
		}
	}
	return nil
}

func TestLocalPort(t *testing.T) {
	nltest.NetNS(t)
	t.Run("libnl", func(t *testing.T) {
		nltest.NetNS(t)
		asked, control, err := oracle.TrapLocalPort()
		check(t, err)
		if asked != cCode(libnl.ErrExist) || control != 0 {
			t.Fatalf("codes %d and %d", asked, control)
		}
	})
	const port = 4242
	s, err := libnl.Dial(libnl.ProtoRoute, &libnl.Config{Port: port})
	check(t, err)
	defer s.Close()
	if s.LocalPort() != port || proc(t, libnl.ProtoRoute, port) == nil {
		t.Errorf("port %d, /proc has %v", s.LocalPort(), proc(t, libnl.ProtoRoute, port))
	}
	_, err = libnl.Dial(libnl.ProtoRoute, &libnl.Config{Port: port})
	isErr(t, "taken", err, libnl.ErrExist, syscall.EADDRINUSE)

	// asking for the port fixes nothing: the process's own is taken, another is found
	taken, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW, unix.NETLINK_ROUTE)
	check(t, err)
	defer unix.Close(taken)
	x, err := libnl.NewSocket()
	check(t, err)
	defer x.Close()
	if p := x.LocalPort(); p != 0 {
		t.Errorf("port %d before Connect", p)
	}
	// as in the twin, whatever libnl would choose first is taken
	for i := range uint32(8) {
		fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW, unix.NETLINK_ROUTE)
		check(t, err)
		defer unix.Close(fd)
		_ = unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Pid: uint32(unix.Getpid())&0x3fffff + i<<22})
	}
	check(t, x.Connect(libnl.ProtoRoute))
	if p := x.LocalPort(); p == 0 || proc(t, libnl.ProtoRoute, p) == nil {
		t.Errorf("port %d after Connect, unknown to /proc", p)
	}
	check(t, x.Do(t.Context(), loRequest(t, libnl.RTMNewLink)))

	// set, taken, set anew on the same socket
	y, err := libnl.NewSocket()
	check(t, err)
	defer y.Close()
	y.SetLocalPort(port)
	isErr(t, "taken", y.Connect(libnl.ProtoRoute), libnl.ErrExist)
	y.SetLocalPort(port + 1)
	check(t, y.Connect(libnl.ProtoRoute))
	if y.LocalPort() != port+1 || proc(t, libnl.ProtoRoute, port+1) == nil {
		t.Errorf("port %d", y.LocalPort())
	}
	check(t, y.SendSync(loRequest(t, libnl.RTMNewLink)))
	isErr(t, "connected twice", y.Connect(libnl.ProtoRoute), libnl.ErrBadSock)
	if got := y.Protocol(); got != libnl.ProtoRoute {
		t.Errorf("protocol %d", got)
	}
}

func TestGroups(t *testing.T) {
	nltest.NetNS(t)
	s, err := libnl.NewSocket()
	check(t, err)
	defer s.Close()
	s.JoinGroups(1<<(libnl.GroupLink-1) | 1<<(libnl.GroupNexthop-1))
	isErr(t, "before Connect", s.AddMembership(libnl.GroupIPv4Route), libnl.ErrBadSock)
	check(t, s.Connect(libnl.ProtoRoute))
	mask := func(want uint32) {
		t.Helper()
		if e := proc(t, libnl.ProtoRoute, s.LocalPort()); e == nil || e.groups != want {
			t.Errorf("/proc: %+v, want groups %#x", e, want)
		}
	}
	mask(0x80000001)
	check(t, s.AddMembership(libnl.GroupIPv4Route, libnl.GroupNeigh))
	mask(0x80000045)
	check(t, s.DropMembership(libnl.GroupLink, libnl.GroupNexthop))
	mask(0x44)
	check(t, s.AddMembership())
	for _, bad := range []libnl.Group{0, -1, 1 << 40, 5000} {
		err := s.AddMembership(libnl.GroupTC, bad, libnl.GroupLink)
		if e, ok := errors.AsType[*libnl.Error](err); !ok || e.Code != libnl.ErrInval || !strings.Contains(e.Msg, fmt.Sprint(int(bad))) {
			t.Errorf("group %d: %v", bad, err)
		}
	}
	mask(0x4c)
	isErr(t, "dropping none", s.DropMembership(0), libnl.ErrInval)
	rx, tx, err := s.BufferSize()
	check(t, err)
	if rx < 2<<20 || tx < 2<<20 { // as root it is what was asked for
		t.Logf("buffers %d and %d", rx, tx)
	}
	if rx <= 64<<10 {
		t.Errorf("receive buffer of %d bytes", rx)
	}
}

// The receive buffer after connecting is not what libnl makes of it.
func TestTrapRcvBuf(t *testing.T) {
	nltest.NetNS(t)
	t.Run("libnl", func(t *testing.T) {
		nltest.NetNS(t)
		kernel, connected, err := oracle.TrapRcvBuf()
		check(t, err)
		if connected >= kernel {
			t.Fatalf("%d bytes, the kernel's own %d", connected, kernel)
		}
	})
	rx, _, err := dial(t, nil).BufferSize()
	check(t, err)
	if rx < 212992 {
		t.Errorf("%d bytes", rx)
	}
	s := dial(t, &libnl.Config{RcvBuf: 16 << 20, SndBuf: 4 << 20})
	rx, tx, err := s.BufferSize()
	check(t, err)
	if os.Getuid() == 0 && (rx < 16<<20 || tx < 4<<20) {
		t.Skip("no right to force buffer sizes: ", rx, " ", tx)
	}
	check(t, s.SetBufferSize(0, 1<<16))
	if r, w, err := s.BufferSize(); err != nil || r != rx || w != 2<<16 {
		t.Errorf("%d and %d, error %v; want %d and %d", r, w, err, rx, 2<<16)
	}
	isErr(t, "negative", s.SetBufferSize(-1, 0), libnl.ErrInval)
	isErr(t, "huge", s.SetBufferSize(0, 1<<31), libnl.ErrInval)
}

func TestSetFD(t *testing.T) {
	nltest.NetNS(t)
	raw := func(typ, proto int, bind bool) int {
		t.Helper()
		fd, err := unix.Socket(unix.AF_NETLINK, typ, proto)
		check(t, err)
		if bind {
			check(t, unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: 1}))
		}
		return fd
	}
	open := func(fd int) bool { _, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); return err == nil }
	for _, p := range []libnl.Protocol{-1, libnl.ProtoRoute} {
		s, err := libnl.NewSocket()
		check(t, err)
		fd := raw(unix.SOCK_RAW, unix.NETLINK_ROUTE, true)
		check(t, s.SetFD(p, fd))
		if s.FD() != fd || s.Protocol() != libnl.ProtoRoute || proc(t, libnl.ProtoRoute, s.LocalPort()) == nil {
			t.Errorf("descriptor %d, protocol %d, port %d", s.FD(), s.Protocol(), s.LocalPort())
		}
		isErr(t, "refused", s.Do(t.Context(), badRequest(t)), syscall.EADDRNOTAVAIL)
		s.DisableSeqCheck()
		nltest.Run(t, "ip", "link", "set", "lo", "mtu", fmt.Sprint(1400+int(p)))
		if m, err := nextEvent(t, s); err != nil || m.Header().Type != libnl.RTMNewLink || m.Group() != libnl.GroupLink {
			t.Errorf("event: %v %v", m, err)
		}
		isErr(t, "again", s.SetFD(p, fd), libnl.ErrBadSock)
		go func() { time.Sleep(10 * time.Millisecond); s.Close() }()
		isErr(t, "closed", s.Recv(t.Context()), libnl.ErrClosed)
		if open(fd) {
			t.Error("Close left the descriptor open")
		}
	}
	s, err := libnl.NewSocket()
	check(t, err)
	defer s.Close()
	file, err := os.Open("/dev/null")
	check(t, err)
	defer file.Close()
	udp, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	check(t, err)
	defer unix.Close(udp)
	dgram := raw(unix.SOCK_DGRAM, unix.NETLINK_ROUTE, true)
	defer unix.Close(dgram)
	other := raw(unix.SOCK_RAW, unix.NETLINK_GENERIC, true)
	defer unix.Close(other)
	for what, fd := range map[string]int{"negative": -1, "closed": 999, "a file": int(file.Fd()), "UDP": udp, "SOCK_DGRAM": dgram, "another protocol": other} {
		before, _ := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
		if err := s.SetFD(libnl.ProtoRoute, fd); err == nil {
			t.Errorf("%s was taken", what)
		} else if e, ok := errors.AsType[*libnl.Error](err); !ok || e.Func != "nl_socket_set_fd" {
			t.Errorf("%s: %v", what, err)
		}
		if fd >= 0 && fd != 999 {
			if after, _ := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0); !open(fd) || after != before {
				t.Errorf("%s: the refused descriptor was closed or changed: flags %#x, before %#x", what, after, before)
			}
		}
		if s.FD() != -1 {
			t.Errorf("%s: descriptor %d", what, s.FD())
		}
	}
	check(t, s.Connect(libnl.ProtoRoute)) // still good
}

// What the peer receives is what was sent, from whom and to whom.
func TestSends(t *testing.T) {
	nltest.NetNS(t)
	p, q := newPeer(t, 0), newPeer(t, 0)
	s := dialPeer(t, p, libnl.Config{})
	if s.PeerPort() != p.port || s.PeerGroups() != 0 {
		t.Errorf("peer %d, %#x", s.PeerPort(), s.PeerGroups())
	}
	expect := func(what string, at *peer, want []byte, n int, err error) []byte {
		t.Helper()
		if err != nil {
			t.Errorf("%s: %v", what, err)
			return nil
		}
		got, from, ok := at.recv()
		if !ok || from != s.LocalPort() || want != nil && string(got) != string(want) || n >= 0 && n != len(got) {
			t.Errorf("%s: the peer received %x from %d, want %x from %d; the call said %d", what, got, from, want, s.LocalPort(), n)
		}
		return got
	}
	m := plainMsg(t, typData, libnl.FlagEcho, "body")
	h := m.Header()
	h.Seq, h.Port = 77, 88
	m.SetHeader(h)
	raw := append([]byte(nil), m.Bytes()...)

	n, err := s.Send(m)
	expect("Send", p, raw, n, err)
	n, err = s.SendTo(raw)
	expect("SendTo", p, raw, n, err)
	n, err = s.SendIovec(m, []byte("one"), nil, []byte("two"))
	expect("SendIovec", p, []byte("onetwo"), n, err)
	n, err = s.SendMsg(m, &libnl.MsgHdr{Dst: libnl.SockAddr{Port: q.port}, Iov: [][]byte{[]byte("a"), []byte("bc")}})
	expect("SendMsg", q, []byte("abc"), n, err)

	// a destination of the message's own goes before the socket's
	d := m.Clone()
	d.SetDst(libnl.SockAddr{Port: q.port})
	n, err = s.Send(d)
	expect("Send with a destination", q, raw, n, err)
	n, err = s.SendIovec(d, raw)
	expect("SendIovec with a destination", q, raw, n, err)
	_ = s.Do(short(t), d)
	if got := expect("Do with a destination", q, nil, -1, nil); len(got) != len(raw) {
		t.Errorf("Do with a destination sent %x", got)
	}
	s.SetPeerPort(q.port)
	n, err = s.Send(m)
	expect("Send to another peer", q, raw, n, err)
	s.SetPeerPort(p.port)

	// Complete, SendAuto, SendSimple: libnl's numbers, in a row
	c := plainMsg(t, typData, 0, "body")
	check(t, s.Complete(c))
	first := c.Header()
	if first.Seq == 0 || first.Port != s.LocalPort() || first.Flags != libnl.FlagRequest|libnl.FlagAck || c.Proto() != libnl.ProtoUserSock {
		t.Errorf("completed: %v, protocol %d", first, c.Proto())
	}
	n, err = s.SendAuto(c)
	expect("SendAuto", p, c.Bytes(), n, err)
	if got := s.UseSeq(); got != first.Seq+1 {
		t.Errorf("UseSeq: %d after %d", got, first.Seq)
	}
	n, err = s.SendSimple(typData, libnl.FlagEcho, []byte("four"))
	want := oracle.Message(typData, uint16(libnl.FlagEcho|libnl.FlagRequest|libnl.FlagAck), first.Seq+2, []byte("four"))
	binary.NativeEndian.PutUint32(want[12:], s.LocalPort())
	expect("SendSimple", p, want, n, err)
	s.DisableAutoAck()
	n, err = s.SendSimple(typData, 0, nil)
	expect("SendSimple without body", p, nil, n, err)
	check(t, s.RTGenRequest(typData, libnl.FamilyIPv6, libnl.FlagDump))
	got := expect("RTGenRequest", p, nil, -1, nil)
	if len(got) < 17 || got[16] != byte(libnl.FamilyIPv6) || libnl.MsgFlags(binary.NativeEndian.Uint16(got[6:])) != libnl.FlagDump|libnl.FlagRequest {
		t.Errorf("RTGenRequest sent %x", got)
	}
	s.EnableAutoAck()
	isErr(t, "RTGenRequest", s.RTGenRequest(typData, -1, 0), libnl.ErrInval)
	isErr(t, "RTGenRequest", s.RTGenRequest(typData, 256, 0), libnl.ErrInval)

	// nothing to send, nobody to send to, too much
	for what, f := range map[string]func() (int, error){
		"SendTo":    func() (int, error) { return s.SendTo(nil) },
		"SendIovec": func() (int, error) { return s.SendIovec(m) },
		"SendMsg":   func() (int, error) { return s.SendMsg(m, nil) },
		"SendMsg ":  func() (int, error) { return s.SendMsg(m, &libnl.MsgHdr{}) },
		"Send":      func() (int, error) { return s.Send(nil) },
		"SendAuto":  func() (int, error) { return s.SendAuto(nil) },
	} {
		if _, err := f(); !errors.Is(err, libnl.ErrInval) {
			t.Errorf("%s of nothing: %v", what, err)
		}
	}
	gone := newPeer(t, 0)
	unix.Close(gone.fd)
	s.SetPeerPort(gone.port)
	_, err = s.Send(m)
	isErr(t, "Send to nobody", err, syscall.ECONNREFUSED)
	isErr(t, "Do to nobody", s.Do(t.Context(), m), syscall.ECONNREFUSED)
	for _, err := range s.Request(t.Context(), m) {
		isErr(t, "Request to nobody", err, syscall.ECONNREFUSED)
	}
	s.SetPeerPort(p.port)
	check(t, s.SetBufferSize(0, 4096))
	huge := plainMsg(t, typData, 0, strings.Repeat("x", 1<<20))
	_, err = s.Send(huge)
	isErr(t, "Send of too much", err, syscall.EMSGSIZE)
	isErr(t, "Do of too much", s.Do(t.Context(), huge), syscall.EMSGSIZE)
}

// Credentials that a message has, or control data of the caller's, go with it.
func TestSendCredentials(t *testing.T) {
	nltest.NetNS(t)
	r := dialPeer(t, nil, libnl.Config{Events: true})
	check(t, r.SetPassCred(true))
	s := dialPeer(t, nil, libnl.Config{})
	s.SetPeerPort(r.LocalPort())
	me := syscall.Ucred{Pid: int32(unix.Getpid()), Uid: 0, Gid: 0}
	other := syscall.Ucred{Pid: me.Pid, Uid: 1234, Gid: 5678}
	m := plainMsg(t, typData, 0, "")
	as := m.Clone()
	as.SetCreds(other)
	if _, err := s.Send(as); err != nil {
		t.Skip("no right to be another user: ", err)
	}
	_, err := nextEvent(t, r)
	check(t, err)
	for _, c := range []struct {
		name string
		send func() error
		want syscall.Ucred
	}{
		{"Send", func() error { _, err := s.Send(m); return err }, me},
		{"Send", func() error { _, err := s.Send(as); return err }, other},
		{"SendAuto", func() error { _, err := s.SendAuto(as); return err }, other},
		{"SendIovec", func() error { _, err := s.SendIovec(as, m.Bytes()); return err }, other},
		{"SendMsg", func() error {
			_, err := s.SendMsg(m, &libnl.MsgHdr{Dst: libnl.SockAddr{Port: r.LocalPort()}, Iov: [][]byte{m.Bytes()}, Control: unix.UnixCredentials(&unix.Ucred{Pid: other.Pid, Uid: other.Uid, Gid: other.Gid})})
			return err
		}, other},
		{"Do", func() error { _ = s.Do(short(t), as); return nil }, other},
		{"Do", func() error { _ = s.Do(short(t), m); return nil }, me},
		{"Batch", func() error { s.Batch(short(t), []*libnl.Msg{as}); return nil }, other},
		{"Request", func() error { _, _ = s.RequestAll(short(t), as); return nil }, other},
	} {
		check(t, c.send())
		got, err := nextEvent(t, r)
		if err != nil {
			t.Fatal(c.name, err)
		}
		if creds, ok := got.Creds(); !ok || creds != c.want {
			t.Errorf("%s: credentials %+v %v, want %+v", c.name, creds, ok, c.want)
		}
		if src := got.Src(); src.Port != s.LocalPort() {
			t.Errorf("%s: from %+v", c.name, src)
		}
	}
	// libnl's loop hands them over too
	var creds syscall.Ucred
	check(t, r.ModifyCallback(libnl.CbValid, libnl.KindCustom, func(m *libnl.Msg) error { creds, _ = m.Creds(); return nil }))
	_, err = s.Send(as)
	check(t, err)
	check(t, r.Recv(within(t, time.Second)))
	if creds != other {
		t.Errorf("Recv: %+v", creds)
	}
}

// Sending to groups.
func TestSendGroups(t *testing.T) {
	nltest.NetNS(t)
	r := dialPeer(t, nil, libnl.Config{Groups: []libnl.Group{5}})
	s := dialPeer(t, nil, libnl.Config{})
	s.SetPeerGroups(1 << 4)
	if s.PeerGroups() != 1<<4 {
		t.Errorf("groups %#x", s.PeerGroups())
	}
	m := plainMsg(t, typData, 0, "hello")
	// nobody at port 0 of this protocol: the unicast half fails after the broadcast was sent
	_, err := s.Send(m)
	if err != nil && !errors.Is(err, syscall.ECONNREFUSED) {
		t.Fatal(err)
	}
	got, err := nextEvent(t, r)
	check(t, err)
	if string(got.Payload()[:5]) != "hello" || got.Src() != (libnl.SockAddr{Port: s.LocalPort(), Groups: 1 << 4}) {
		t.Errorf("%v from %+v", got.Header(), got.Src())
	}
	check(t, r.SetRecvPktInfo(true))
	_, _ = s.Send(m)
	got, err = nextEvent(t, r)
	check(t, err)
	if got.Group() != 5 {
		t.Errorf("group %d", got.Group())
	}
	check(t, r.DropMembership(5))
	_, _ = s.Send(m)
	for _, err := range r.Messages(short(t)) {
		isErr(t, "dropped", err, context.DeadlineExceeded)
	}
}

// SetMsgBufSize and the peek switches are kept, and have no effect.
func TestMsgBufSize(t *testing.T) {
	nltest.NetNS(t)
	s := dial(t, nil)
	for _, n := range []int{0, 1, 16384, 1 << 30} {
		check(t, s.SetMsgBufSize(n))
		if got := s.MsgBufSize(); got != n {
			t.Errorf("%d, want %d", got, n)
		}
	}
	isErr(t, "negative", s.SetMsgBufSize(-1), libnl.ErrInval)
	check(t, s.SetMsgBufSize(1))
	for _, f := range []func(){s.EnableMsgPeek, s.DisableMsgPeek} {
		f()
		n := 0
		cb := counting(t, &n)
		_, err := s.SendAuto(linkDump(t))
		check(t, err)
		if err := s.RecvMsgs(cb); err != nil || n == 0 {
			t.Errorf("%d links, error %v", n, err)
		}
	}
}

// Every call on a closed socket is ErrClosed, or a panic that names it; on nil likewise.
func TestClosedSocket(t *testing.T) {
	nltest.NetNS(t)
	m := loRequest(t, libnl.RTMNewLink)
	cb, err := libnl.NewCallbacks(libnl.KindDefault)
	check(t, err)
	defer cb.Close()
	closed, err := libnl.Dial(libnl.ProtoRoute, nil)
	check(t, err)
	check(t, closed.Close())
	check(t, closed.Close())
	check(t, (*libnl.Socket)(nil).Close())
	ctx := t.Context()
	for _, s := range []*libnl.Socket{closed, nil} {
		want := libnl.ErrClosed
		if s == nil {
			want = libnl.ErrInval
		}
		for name, f := range map[string]func() error{
			"Connect":           func() error { return s.Connect(0) },
			"SetFD":             func() error { return s.SetFD(-1, 0) },
			"SyscallConn":       func() error { _, err := s.SyscallConn(); return err },
			"AddMembership":     func() error { return s.AddMembership(1) },
			"DropMembership":    func() error { return s.DropMembership(1) },
			"SetBufferSize":     func() error { return s.SetBufferSize(1, 1) },
			"BufferSize":        func() error { _, _, err := s.BufferSize(); return err },
			"SetMsgBufSize":     func() error { return s.SetMsgBufSize(1) },
			"SetPassCred":       func() error { return s.SetPassCred(true) },
			"SetRecvPktInfo":    func() error { return s.SetRecvPktInfo(true) },
			"SetListenAllNSID":  func() error { return s.SetListenAllNSID(true) },
			"SetNonblocking":    func() error { return s.SetNonblocking() },
			"SetDeadline":       func() error { return s.SetDeadline(time.Time{}) },
			"Callbacks":         func() error { _, err := s.Callbacks(); return err },
			"SetCallbacks":      func() error { return s.SetCallbacks(cb) },
			"ModifyCallback":    func() error { return s.ModifyCallback(libnl.CbValid, libnl.KindDefault, nil) },
			"ModifyErrCallback": func() error { return s.ModifyErrCallback(libnl.KindDefault, nil) },
			"Send":              func() error { _, err := s.Send(m); return err },
			"SendAuto":          func() error { _, err := s.SendAuto(m); return err },
			"SendIovec":         func() error { _, err := s.SendIovec(m, []byte("x")); return err },
			"SendMsg":           func() error { _, err := s.SendMsg(m, &libnl.MsgHdr{Iov: [][]byte{[]byte("x")}}); return err },
			"SendTo":            func() error { _, err := s.SendTo([]byte("x")); return err },
			"SendSimple":        func() error { _, err := s.SendSimple(1, 1, nil); return err },
			"RTGenRequest":      func() error { return s.RTGenRequest(1, 1, 1) },
			"Complete":          func() error { return s.Complete(m) },
			"SendSync":          func() error { return s.SendSync(m) },
			"WaitForAck":        func() error { return s.WaitForAck() },
			"Recv":              func() error { return s.Recv(ctx) },
			"RecvMsgsDefault":   func() error { return s.RecvMsgsDefault() },
			"RecvMsgs":          func() error { return s.RecvMsgs(cb) },
			"RecvMsgsReport":    func() error { _, err := s.RecvMsgsReport(cb); return err },
			"RecvRaw":           func() error { _, _, err := s.RecvRaw(ctx); return err },
			"Do":                func() error { return s.Do(ctx, m) },
			"RequestAll":        func() error { _, err := s.RequestAll(ctx, m); return err },
			"Batch":             func() error { return s.Batch(ctx, []*libnl.Msg{m})[0] },
			"Messages": func() (err error) {
				for _, err = range s.Messages(ctx) {
				}
				return err
			},
		} {
			err := f()
			if e, ok := errors.AsType[*libnl.Error](err); !ok || !errors.Is(err, want) || e.Func == "" {
				t.Errorf("%s: %#v, want %v", name, err, want)
			}
		}
		for name, f := range map[string]func(){
			"LocalPort":       func() { s.LocalPort() },
			"SetLocalPort":    func() { s.SetLocalPort(1) },
			"PeerPort":        func() { s.PeerPort() },
			"SetPeerPort":     func() { s.SetPeerPort(1) },
			"PeerGroups":      func() { s.PeerGroups() },
			"SetPeerGroups":   func() { s.SetPeerGroups(1) },
			"JoinGroups":      func() { s.JoinGroups(1) },
			"MsgBufSize":      func() { s.MsgBufSize() },
			"EnableMsgPeek":   s.EnableMsgPeek,
			"DisableMsgPeek":  s.DisableMsgPeek,
			"DisableSeqCheck": s.DisableSeqCheck,
			"DisableAutoAck":  s.DisableAutoAck,
			"EnableAutoAck":   s.EnableAutoAck,
			"UseSeq":          func() { s.UseSeq() },
			"Protocol":        func() { s.Protocol() },
			"Stats":           func() { s.Stats() },
			"PanicStack":      func() { _ = s.PanicStack() },
		} {
			func() {
				defer func() {
					if v := recover(); !strings.Contains(fmt.Sprint(v), "Socket") {
						t.Errorf("%s: panic %v, want one that names the Socket", name, v)
					}
				}()
				f()
			}()
		}
		if s.FD() != -1 {
			t.Errorf("descriptor %d", s.FD())
		}
	}
	// before Connect
	s, err := libnl.NewSocket()
	check(t, err)
	defer s.Close()
	if s.FD() != -1 || s.LocalPort() != 0 {
		t.Errorf("descriptor %d, port %d", s.FD(), s.LocalPort())
	}
	check(t, s.Complete(m))
	isErr(t, "Send", func() error { _, err := s.Send(m); return err }(), libnl.ErrBadSock)
	isErr(t, "SetPassCred", s.SetPassCred(true), libnl.ErrBadSock)
	for range s.Messages(ctx) {
	}
}
