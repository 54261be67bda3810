//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
	"golang.org/x/sys/unix"
)

// This file is the package's basic contract, against the real kernel, from top to bottom: a socket, a message, the callback set with
// its overrides, groups, dumps. Each test has a network namespace of its own.

// nl_socket_alloc, nl_connect, nl_close.
func TestBindingSocket(t *testing.T) {
	nltest.NetNS(t)
	s, err := libnl.NewSocket()
	if err != nil {
		t.Fatal(err)
	}
	if fd := s.FD(); fd != -1 {
		t.Errorf("FD of an unconnected socket = %d, want -1", fd)
	}
	if _, err := s.SendAuto(linkDump(t)); !errors.Is(err, libnl.ErrBadSock) {
		t.Errorf("sending unconnected: %v, want ErrBadSock", err)
	}
	if err := s.Connect(libnl.ProtoRoute); err != nil {
		t.Fatal(err)
	}
	if err := s.Connect(libnl.ProtoRoute); !errors.Is(err, libnl.ErrBadSock) {
		t.Errorf("connecting twice: %v, want ErrBadSock", err)
	}
	// the kernel knows the socket by the port that we know
	sa, err := unix.Getsockname(s.FD())
	if err != nil {
		t.Fatal(err)
	}
	if got := sa.(*unix.SockaddrNetlink).Pid; got != s.LocalPort() {
		t.Errorf("LocalPort = %d, the kernel says %d", s.LocalPort(), got)
	}
	if proto, err := unix.GetsockoptInt(s.FD(), unix.SOL_SOCKET, unix.SO_PROTOCOL); err != nil || proto != int(s.Protocol()) {
		t.Errorf("Protocol = %d, the kernel says %d, %v", s.Protocol(), proto, err)
	}
	if rx, tx, err := s.BufferSize(); err != nil || rx <= 64<<10 || tx <= 64<<10 {
		t.Errorf("BufferSize = %d, %d, %v: connecting left small buffers", rx, tx, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("closing again: %v", err)
	}
	if err := s.RecvMsgsDefault(); !errors.Is(err, libnl.ErrClosed) || !errors.Is(err, os.ErrClosed) {
		t.Errorf("receiving from a closed socket: %v, want ErrClosed", err)
	}
}

// nl_socket_alloc_cb, nl_socket_get_cb, nl_socket_set_cb, nl_socket_modify_cb.
func TestBindingSocketCallbacks(t *testing.T) {
	nltest.NetNS(t)
	cb, err := libnl.NewCallbacks(libnl.KindDefault)
	if err != nil {
		t.Fatal(err)
	}
	defer cb.Close()
	s, err := libnl.NewSocketCallbacks(cb)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Connect(libnl.ProtoRoute); err != nil {
		t.Fatal(err)
	}
	dump := func(s *libnl.Socket) {
		t.Helper()
		if _, err := s.SendAuto(linkDump(t)); err != nil {
			t.Fatal(err)
		}
		if err := s.RecvMsgsDefault(); err != nil {
			t.Fatal(err)
		}
	}

	var shared, modified, replaced int
	count := func(n *int) libnl.MsgFunc {
		return func(*libnl.Msg) error { *n++; return nil }
	}
	if err := cb.Set(libnl.CbValid, libnl.KindCustom, count(&shared)); err != nil {
		t.Fatal(err)
	}
	dump(s)
	if shared != 1 { // lo
		t.Errorf("callback of the set that the socket was made with ran %d times, want 1", shared)
	}

	if err := s.ModifyCallback(libnl.CbValid, libnl.KindCustom, count(&modified)); err != nil {
		t.Fatal(err)
	}
	dump(s)
	if modified != 1 || shared != 1 {
		t.Errorf("after nl_socket_modify_cb: new ran %d times, old %d times, want 1, 1", modified, shared)
	}
	// the set is shared: another socket with it sees the change
	other := dial(t, &libnl.Config{Callbacks: cb})
	dump(other)
	if modified != 2 {
		t.Errorf("through another socket with the same set: %d times, want 2", modified)
	}

	next, err := libnl.NewCallbacks(libnl.KindDefault)
	if err != nil {
		t.Fatal(err)
	}
	defer next.Close()
	if err := next.Set(libnl.CbValid, libnl.KindCustom, count(&replaced)); err != nil {
		t.Fatal(err)
	}
	if err := s.SetCallbacks(next); err != nil {
		t.Fatal(err)
	}
	got, err := s.Callbacks()
	if err != nil {
		t.Fatal(err)
	}
	defer got.Close()
	if err := got.Set(libnl.CbFinish, libnl.KindCustom, count(&replaced)); err != nil { // it is next's nl_cb
		t.Fatal(err)
	}
	dump(s)
	if replaced != 2 || modified != 2 {
		t.Errorf("after nl_socket_set_cb: new ran %d times, old %d times, want 2, 2", replaced, modified)
	}
}

// Every field of a message: protocol, flags, source, destination, credentials, header, size.
func TestBindingMessage(t *testing.T) {
	m, err := libnl.NewMsgSize(128)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if m.MaxSize() != 128 || m.Len() != 16 {
		t.Errorf("size %d of %d, want 16 of 128", m.Len(), m.MaxSize())
	}
	if m.Proto() != -1 {
		t.Errorf("protocol of a new message = %d, want -1 (unset)", m.Proto())
	}
	m.SetProto(libnl.ProtoRoute)
	m.SetSrc(libnl.SockAddr{Port: 11, Groups: 12})
	m.SetDst(libnl.SockAddr{Port: 21, Groups: 22})
	if _, ok := m.Creds(); ok {
		t.Error("a new message has credentials")
	}
	creds := syscall.Ucred{Pid: int32(os.Getpid()), Uid: 1, Gid: 2}
	m.SetCreds(creds)
	if err := m.PutHeader(3, 4, libnl.RTMGetLink, 16, libnl.FlagRequest|libnl.FlagAck); err != nil {
		t.Fatal(err)
	}
	m.PutU32(unix.IFLA_EXT_MASK, 9)

	want := libnl.Header{Len: 40, Type: libnl.RTMGetLink, Flags: libnl.FlagRequest | libnl.FlagAck, Seq: 4, Port: 3}
	if got := m.Header(); got != want {
		t.Errorf("header %+v, want %+v", got, want)
	}
	if m.Proto() != libnl.ProtoRoute || m.Src() != (libnl.SockAddr{Port: 11, Groups: 12}) || m.Dst() != (libnl.SockAddr{Port: 21, Groups: 22}) {
		t.Errorf("protocol %v, source %v, destination %v", m.Proto(), m.Src(), m.Dst())
	}
	if got, ok := m.Creds(); !ok || got != creds {
		t.Errorf("credentials %v %v, want %v", got, ok, creds)
	}
	// as it goes over the wire
	var wire []byte
	wire = binary.NativeEndian.AppendUint32(wire, 40)
	wire = binary.NativeEndian.AppendUint16(wire, unix.RTM_GETLINK)
	wire = binary.NativeEndian.AppendUint16(wire, unix.NLM_F_REQUEST|unix.NLM_F_ACK)
	wire = binary.NativeEndian.AppendUint32(wire, 4)
	wire = binary.NativeEndian.AppendUint32(wire, 3)
	wire = append(wire, make([]byte, 16)...)
	wire = binary.NativeEndian.AppendUint16(wire, 8)
	wire = binary.NativeEndian.AppendUint16(wire, unix.IFLA_EXT_MASK)
	wire = binary.NativeEndian.AppendUint32(wire, 9)
	if !bytes.Equal(m.Bytes(), wire) {
		t.Errorf("bytes\n%x, want\n%x", m.Bytes(), wire)
	}
	var text strings.Builder
	if err := m.Dump(&text); err != nil || !strings.Contains(text.String(), "NETLINK HEADER") {
		t.Errorf("dump %q, %v", text.String(), err)
	}
	m.PutBytes(1, make([]byte, 200))
	if err := m.Err(); !errors.Is(err, libnl.ErrNoMem) {
		t.Errorf("putting more than fits: %v, want ErrNoMem", err)
	}
}

// nl_sendto, nl_sendmsg, nl_send, nl_send_iovec, nl_send_auto: what one socket sends, another program receives.
func TestBindingSend(t *testing.T) {
	peer, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_USERSOCK)
	if err != nil {
		t.Skip("no NETLINK_USERSOCK: ", err)
	}
	defer unix.Close(peer)
	if err := unix.Bind(peer, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		t.Fatal(err)
	}
	if err := unix.SetsockoptInt(peer, unix.SOL_SOCKET, unix.SO_PASSCRED, 1); err != nil {
		t.Fatal(err)
	}
	sa, err := unix.Getsockname(peer)
	if err != nil {
		t.Fatal(err)
	}
	to := libnl.SockAddr{Port: sa.(*unix.SockaddrNetlink).Pid}
	s, err := libnl.Dial(libnl.ProtoUserSock, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.SetPeerPort(to.Port)

	receive := func(what string) []byte {
		t.Helper()
		b := make([]byte, 256)
		oob := make([]byte, 64)
		n, oobn, _, from, err := unix.Recvmsg(peer, b, oob, unix.MSG_DONTWAIT)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if got := from.(*unix.SockaddrNetlink).Pid; got != s.LocalPort() {
			t.Errorf("%s: came from port %d, want %d", what, got, s.LocalPort())
		}
		scms, err := unix.ParseSocketControlMessage(oob[:oobn])
		if err != nil || len(scms) != 1 {
			t.Fatalf("%s: control messages %v, %v", what, scms, err)
		}
		if c, err := unix.ParseUnixCredentials(&scms[0]); err != nil || int(c.Pid) != os.Getpid() {
			t.Errorf("%s: credentials %v, %v", what, c, err)
		}
		return b[:n]
	}
	m, err := libnl.NewMsgSimple(100, libnl.FlagEcho)
	if err != nil {
		t.Fatal(err)
	}
	m.Append([]byte("payload!"), 4)

	if n, err := s.SendTo([]byte("anything at all")); n != 15 || err != nil {
		t.Fatal("nl_sendto: ", n, err)
	}
	if got := receive("nl_sendto"); string(got) != "anything at all" {
		t.Errorf("nl_sendto: %q", got)
	}

	if n, err := s.Send(m); n != 24 || err != nil {
		t.Fatal("nl_send: ", n, err)
	}
	if got := receive("nl_send"); !bytes.Equal(got, m.Bytes()) {
		t.Errorf("nl_send: %x, want %x", got, m.Bytes())
	}

	s.SetPeerPort(0) // the message's own destination counts
	m.SetDst(to)
	if n, err := s.SendIovec(m, m.Bytes()[:20], m.Bytes()[20:]); n != 24 || err != nil {
		t.Fatal("nl_send_iovec: ", n, err)
	}
	if got := receive("nl_send_iovec"); !bytes.Equal(got, m.Bytes()) {
		t.Errorf("nl_send_iovec: %x, want %x", got, m.Bytes())
	}

	if n, err := s.SendMsg(m, &libnl.MsgHdr{Dst: to, Iov: [][]byte{[]byte("by "), []byte("sendmsg")}}); n != 10 || err != nil {
		t.Fatal("nl_sendmsg: ", n, err)
	}
	if got := receive("nl_sendmsg"); string(got) != "by sendmsg" {
		t.Errorf("nl_sendmsg: %q", got)
	}
	if m.Src().Port != s.LocalPort() {
		t.Errorf("nl_sendmsg did not set the source: %v", m.Src())
	}

	seq := s.UseSeq()
	if n, err := s.SendAuto(m); n != 24 || err != nil {
		t.Fatal("nl_send_auto: ", n, err)
	}
	h := m.Header()
	if h.Port != s.LocalPort() || h.Seq != seq+1 || h.Flags != libnl.FlagRequest|libnl.FlagAck|libnl.FlagEcho || m.Proto() != libnl.ProtoUserSock {
		t.Errorf("nl_send_auto completed the message to %+v, protocol %v; want port %d, seq %d", h, m.Proto(), s.LocalPort(), seq+1)
	}
	if got := receive("nl_send_auto"); !bytes.Equal(got, m.Bytes()) {
		t.Errorf("nl_send_auto: %x, want %x", got, m.Bytes())
	}
}

// The callback set: the error callback.
func TestBindingErrCallback(t *testing.T) {
	nltest.NetNS(t)
	s := dial(t, nil)
	refused, err := libnl.NewMsgSimple(libnl.RTMNewRoute, libnl.FlagCreate)
	if err != nil {
		t.Fatal(err)
	}
	// a route through a gateway that nobody has: the kernel says so in words
	refused.Append([]byte{unix.AF_INET, 32, 0, 0, unix.RT_TABLE_MAIN, unix.RTPROT_STATIC, 0, unix.RTN_UNICAST, 0, 0, 0, 0}, 4)
	refused.PutBytes(unix.RTA_DST, []byte{192, 0, 2, 1})
	refused.PutBytes(unix.RTA_GATEWAY, []byte{198, 51, 100, 1})

	check := func(what string, err error) {
		t.Helper()
		e, ok := errors.AsType[*libnl.Error](err)
		if !ok || e.Errno != syscall.ENETUNREACH || e.Msg != "Nexthop has invalid gateway" || !errors.Is(err, syscall.ENETUNREACH) {
			t.Errorf("%s: %v", what, err)
		}
	}
	send := func() {
		t.Helper()
		refused.SetHeader(libnl.Header{Type: libnl.RTMNewRoute, Flags: libnl.FlagCreate})
		if _, err := s.SendAuto(refused); err != nil {
			t.Fatal(err)
		}
	}
	send()
	err = s.RecvMsgsDefault()
	check("without a callback", err)
	if want := "network is unreachable: Nexthop has invalid gateway"; !strings.HasSuffix(err.Error(), want) {
		t.Errorf("text %q does not end in %q", err, want)
	}

	var seen error
	answer := error(nil)
	if err := s.ModifyErrCallback(libnl.KindCustom, func(e *libnl.Error) error { seen = e; return answer }); err != nil {
		t.Fatal(err)
	}
	send()
	check("reported by the callback", s.RecvMsgsDefault())
	check("seen by the callback", seen)

	answer = libnl.Ignore
	send()
	if err := s.RecvMsgsDefault(); err != nil {
		t.Errorf("ignored by the callback: %v", err)
	}
	answer = fs.ErrInvalid
	send()
	if err := s.RecvMsgsDefault(); err != fs.ErrInvalid {
		t.Errorf("replaced by the callback: %v", err)
	}
	if err := s.SendSync(linkDump(t)); err != nil {
		t.Errorf("after the refusals: %v", err)
	}
	check("from Do", s.Do(t.Context(), refused))
}

// The callback set: the three overrides.
func TestBindingOverrides(t *testing.T) {
	nltest.NetNS(t)
	s := dial(t, nil)
	cb, err := s.Callbacks()
	if err != nil {
		t.Fatal(err)
	}
	defer cb.Close()
	var trace []string
	note := func(format string, args ...any) { trace = append(trace, fmt.Sprintf(format, args...)) }

	// cb_send_ow does the sending, and the one after it
	err = cb.OverwriteSend(func(sk *libnl.Socket, m *libnl.Msg) (int, error) {
		note("send %v", m.Header().Type == libnl.RTMGetLink)
		return sk.SendTo(m.Bytes())
	})
	if err != nil {
		t.Fatal(err)
	}
	// cb_recv_ow reads
	err = cb.OverwriteRecv(func(sk *libnl.Socket) ([]byte, libnl.SockAddr, *syscall.Ucred, error) {
		b, from, err := sk.RecvRaw(t.Context())
		note("recv from %d", from.Port)
		return b, from, nil, err
	})
	if err != nil {
		t.Fatal(err)
	}
	err = cb.Set(libnl.CbValid, libnl.KindCustom, func(m *libnl.Msg) error {
		note("valid %v", m.Header().Type == libnl.RTMNewLink)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.SendAuto(linkDump(t)); err != nil {
		t.Fatal(err)
	}
	if err := s.RecvMsgsDefault(); err != nil {
		t.Fatal(err)
	}
	if trace = slices.Compact(trace); !slices.Equal(trace, []string{"send true", "recv from 0", "valid true", "recv from 0"}) &&
		!slices.Equal(trace, []string{"send true", "recv from 0", "valid true"}) {
		t.Errorf("trace %q", trace)
	}

	// cb_recvmsgs_ow replaces the loop
	err = cb.OverwriteRecvMsgs(func(sk *libnl.Socket, c *libnl.Callbacks) (int, error) { return 7, nil })
	if err != nil {
		t.Fatal(err)
	}
	if n, err := s.RecvMsgsReport(cb); n != 7 || err != nil {
		t.Errorf("nl_recvmsgs_report with the loop replaced: %d, %v, want 7", n, err)
	}
	boom := errors.New("boom")
	err = cb.OverwriteRecvMsgs(func(*libnl.Socket, *libnl.Callbacks) (int, error) { return 0, boom })
	if err != nil {
		t.Fatal(err)
	}
	if err := s.RecvMsgsDefault(); err != boom {
		t.Errorf("nl_recvmsgs_default with the loop replaced: %v, want boom", err)
	}
	// without them all is as before
	for _, err := range []error{cb.OverwriteSend(nil), cb.OverwriteRecv(nil), cb.OverwriteRecvMsgs(nil)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	trace = nil
	if err := s.SendSync(linkDump(t)); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(trace, []string{"valid true"}) {
		t.Errorf("trace %q after the overrides were removed", trace)
	}
}

// Groups on a bare socket: an event for each change, to whom has joined.
func TestBindingGroups(t *testing.T) {
	nltest.NetNS(t)
	s := dial(t, &libnl.Config{Groups: []libnl.Group{libnl.GroupLink}})
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	nltest.Run(t, "ip", "link", "set", "lo", "mtu", "1400")
	mtu := uint32(0)
	err := s.ModifyCallback(libnl.CbValid, libnl.KindCustom, func(m *libnl.Msg) error {
		if a, ok := m.FindAttr(unix.SizeofIfInfomsg, unix.IFLA_MTU); ok && m.Header().Type == libnl.RTMNewLink {
			mtu, _ = a.U32()
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for mtu != 1400 {
		if err := s.Recv(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.DropMembership(libnl.GroupLink); err != nil {
		t.Fatal(err)
	}
	nltest.Run(t, "ip", "link", "set", "lo", "mtu", "1300")
	short, stop := context.WithTimeout(ctx, 50*time.Millisecond)
	defer stop()
	for {
		err := s.Recv(short)
		if errors.Is(err, context.DeadlineExceeded) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if mtu == 1300 {
		t.Error("an event of a group that was left")
	}
	if err := s.AddMembership(-1); !errors.Is(err, libnl.ErrInval) {
		t.Errorf("joining group -1: %v, want ErrInval", err)
	}
}

// nl_pickup: an answer becomes an object.
func TestBindingPickup(t *testing.T) {
	nltest.NetNS(t)
	s := dial(t, nil)
	m, err := libnl.NewMsgSimple(libnl.RTMGetLink, 0)
	if err != nil {
		t.Fatal(err)
	}
	m.Append(make([]byte, unix.SizeofIfInfomsg), 4)
	m.PutString(unix.IFLA_IFNAME, "lo")
	if _, err := s.SendAuto(m); err != nil {
		t.Fatal(err)
	}
	o, err := s.Pickup()
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	if o.TypeName() != "route/link" || !strings.HasPrefix(o.String(), "lo ") {
		t.Errorf("%s %q, want route/link lo", o.TypeName(), o)
	}
	m.SetHeader(libnl.Header{Type: libnl.RTMGetLink})
	m2, _ := libnl.NewMsgSimple(libnl.RTMGetLink, 0)
	m2.Append(make([]byte, unix.SizeofIfInfomsg), 4)
	m2.PutString(unix.IFLA_IFNAME, "nosuch0")
	if _, err := s.SendAuto(m2); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Pickup(); !errors.Is(err, syscall.ENODEV) || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("asking for a link that is not there: %v", err)
	}
}

// NetLink: groups and dumps, in one ordered stream, to handlers by message type.
func TestBindingNetLink(t *testing.T) {
	nltest.NetNS(t)
	nltest.Run(t, "ip", "link", "add", "bind0", "type", "veth", "peer", "name", "bind1")
	nl, err := libnl.NewNetLink(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer nl.Close()
	if err := nl.RegisterGroup(libnl.GroupLink, libnl.GroupIPv4IfAddr); err != nil {
		t.Fatal(err)
	}
	for _, typ := range []libnl.MsgType{libnl.RTMGetLink, libnl.RTMGetAddr} {
		if err := nl.DumpRequest(typ); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	var trace []string
	addr := []byte{192, 0, 2, 7}
	handle := func(typ libnl.MsgType, fn libnl.Handler) {
		t.Helper()
		if err := nl.Handle(typ, fn); err != nil {
			t.Fatal(err)
		}
		if err := nl.Handle(typ, fn); !errors.Is(err, libnl.ErrExist) {
			t.Errorf("a second handler for %v: %v, want ErrExist", typ, err)
		}
	}
	handle(libnl.RTMNewLink, func(e *libnl.Event) error {
		name, ok := e.Msg.FindAttr(unix.SizeofIfInfomsg, unix.IFLA_IFNAME)
		if !ok {
			t.Error("a link without a name")
		}
		text, err := name.Text()
		if err != nil {
			t.Error(err)
		}
		o, err := e.Object() // the same message, as libnl's parser sees it
		if err != nil || o.TypeName() != "route/link" || !strings.HasPrefix(o.String(), text+" ") {
			t.Errorf("object of link %s: %v, %v", text, o, err)
		}
		trace = append(trace, "link "+text)
		return nil
	})
	handle(libnl.RTMNewAddr, func(e *libnl.Event) error {
		if a, ok := e.Msg.FindAttr(unix.SizeofIfAddrmsg, unix.IFA_LOCAL); ok && bytes.Equal(a.Bytes(), addr) {
			trace = append(trace, "address")
			cancel()
		}
		return nil
	})
	err = nl.HandleControl(func(e *libnl.Event) error {
		trace = append(trace, fmt.Sprint(e.Kind, " ", e.Dump, " ", e.Err))
		if e.Kind == libnl.EventDumpDone && e.Dump == libnl.RTMGetAddr {
			// a request from inside, on the other socket; it is answered before its event arrives
			m, err := libnl.NewMsgSimple(libnl.RTMNewAddr, libnl.FlagCreate|libnl.FlagExcl)
			if err != nil {
				return err
			}
			m.Append(binary.NativeEndian.AppendUint32([]byte{unix.AF_INET, 24, 0, 0}, 1), 4)
			m.PutBytes(unix.IFA_LOCAL, addr)
			return nl.Socket().Do(ctx, m)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := nl.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	slices.Sort(trace[:min(3, len(trace))]) // the kernel's order of links is its own
	want := []string{"link bind0", "link bind1", "link lo", "dump done 0x12 <nil>", "dump done 0x16 <nil>", "address"}
	if !slices.Equal(trace, want) {
		t.Errorf("trace %q, want %q", trace, want)
	}
	if err := nl.Unhandle(libnl.RTMDelLink); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("removing a handler that is not there: %v, want ErrNotExist", err)
	}
}
