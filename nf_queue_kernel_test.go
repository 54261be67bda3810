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
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
)

// packetLine is a pair of namespaces with a UDP socket in each. What is sent goes through queue 5, and then arrives.
type packetLine struct {
	t    testing.TB
	out  net.Conn
	in   net.PacketConn
	peer func(func())
}

const patience = 20 * time.Second

func newPacketLine(t testing.TB, family string) *packetLine {
	t.Helper()
	l := &packetLine{t: t, peer: nfPeer(t)}
	program, to := "iptables", "192.0.2.2:7"
	if family == "ipv6" {
		program, to = "ip6tables", "[2001:db8::2]:7"
	}
	nltest.Rule(t, program, "-A OUTPUT -p udp --dport 7 -j NFQUEUE --queue-num 5")
	var err error
	l.peer(func() { l.in, err = net.ListenPacket("udp", to) })
	noErr(t, err)
	t.Cleanup(func() { l.in.Close() })
	c, err := l.in.(*net.UDPConn).SyscallConn()
	noErr(t, err)
	noErr(t, c.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 4<<20) }))
	noErr(t, err)
	l.out, err = net.Dial("udp", to)
	noErr(t, err)
	t.Cleanup(func() { l.out.Close() })
	return l
}

func (l *packetLine) send(texts ...string) {
	l.t.Helper()
	for _, s := range texts {
		if _, err := l.out.Write([]byte(s)); err != nil {
			l.t.Fatal(err)
		}
	}
}

// arrives fails the test unless these texts come next, in this order.
func (l *packetLine) arrives(texts ...string) {
	l.t.Helper()
	var b [65536]byte
	noErr(l.t, l.in.SetReadDeadline(time.Now().Add(patience)))
	for _, s := range texts {
		n, _, err := l.in.ReadFrom(b[:])
		if err != nil || string(b[:n]) != s {
			l.t.Fatalf("%q %v arrives, want %q", b[:n], err, s)
		}
	}
}

// arrivesAll is arrives for packets that need not keep their order.
func (l *packetLine) arrivesAll(texts ...string) {
	l.t.Helper()
	var got []string
	var b [65536]byte
	noErr(l.t, l.in.SetReadDeadline(time.Now().Add(patience)))
	for range texts {
		n, _, err := l.in.ReadFrom(b[:])
		if err != nil {
			l.t.Fatalf("%q %v arrives, want %q", got, err, texts)
		}
		got = append(got, string(b[:n]))
	}
	if !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(texts))) {
		l.t.Fatalf("%q arrives, want %q", got, texts)
	}
}

// queue5 describes queue 5, in copy mode packet.
func queue5(t testing.TB) *libnl.NFQueue {
	t.Helper()
	q := newQueue(t)
	q.SetGroup(5)
	noErr(t, q.SetCopyMode(libnl.NFQueueCopyPacket))
	return q
}

// queued returns the next packet that a socket gets, with its message.
func queued(t testing.TB, s *libnl.Socket) (*libnl.NFQueueMsg, *libnl.Msg) {
	t.Helper()
	for m, err := range s.Messages(within(t, patience)) {
		noErr(t, err)
		if m.Header().Type != libnl.NFQueuePacket {
			t.Fatal("a message of type ", m.Header().Type)
		}
		o, err := libnl.ParseNFQueueMsg(m)
		return made(t, o, err), m.Retain()
	}
	t.Fatal("no packet")
	return nil, nil
}

// udpText is what a UDP packet carries.
func udpText(packet []byte) string {
	n := 40
	if packet[0]>>4 == 4 {
		n = 20
	}
	return string(packet[n+8:])
}

// withText returns a UDP packet with another text, and checksums that are right.
func withText(packet []byte, text string) []byte {
	v4 := packet[0]>>4 == 4
	n := 40
	if v4 {
		n = 20
	}
	p := append(bytes.Clone(packet[:n+8]), text...)
	size := uint16(len(p) - n)
	be16 := binary.BigEndian
	be16.PutUint16(p[n+4:], size)
	be16.PutUint16(p[n+6:], 0)
	var pseudo []byte
	if v4 {
		be16.PutUint16(p[2:], uint16(len(p)))
		be16.PutUint16(p[10:], 0)
		be16.PutUint16(p[10:], checksum(p[:20]))
		pseudo = bytes.Clone(p[12:20])
	} else {
		be16.PutUint16(p[4:], size)
		pseudo = bytes.Clone(p[8:40])
	}
	pseudo = be16.AppendUint16(append(pseudo, 0, 17), size)
	be16.PutUint16(p[n+6:], checksum(append(pseudo, p[n:]...)))
	return p
}

func checksum(b []byte) uint16 {
	if len(b)%2 != 0 {
		b = append(bytes.Clone(b), 0)
	}
	var sum uint32
	for ; len(b) > 0; b = b[2:] {
		sum += uint32(binary.BigEndian.Uint16(b))
	}
	for sum > 0xffff {
		sum = sum&0xffff + sum>>16
	}
	return ^uint16(sum)
}

func decideOne(t testing.TB, s *libnl.Socket, o *libnl.NFQueueMsg, v libnl.Verdict) {
	t.Helper()
	noErr(t, o.SetVerdict(v))
	noErr(t, o.SendVerdict(t.Context(), s))
}

func TestNFQueueVerdicts(t *testing.T) {
	for _, family := range []string{"ipv4", "ipv6"} {
		t.Run(family, func(t *testing.T) {
			l := newPacketLine(t, family)
			s := dialNF(t, nil)
			q := queue5(t)
			noErr(t, q.Create(t.Context(), s, libnl.NFQueueUIDGID|libnl.NFQueueFailOpen))

			l.send("accept", "drop", "change", "longer")
			first, m := queued(t, s)
			info, err := m.NFPacket()
			noErr(t, err)
			v0, err := net.InterfaceByName("v0")
			noErr(t, err)
			equal(t, "queue", info.Queue, 5)
			equal(t, "hook", info.Hook, libnl.NFHookLocalOut)
			equal(t, "outdev", info.OutDev, v0.Index)
			equal(t, "user", info.HasUser, true)
			if m, _ := os.ReadFile("/proc/self/uid_map"); strings.Join(strings.Fields(string(m)), " ") == "0 0 4294967295" {
				equal(t, "uid", int(info.UID), os.Geteuid())
				equal(t, "gid", int(info.GID), os.Getegid())
			}
			proto, ok := first.HWProto()
			equal(t, "protocol", proto, map[string]libnl.EtherProto{"ipv4": 0x800, "ipv6": 0x86dd}[family])
			equal(t, "protocol", ok, true)
			equal(t, "text", udpText(first.Payload()), "accept")
			decideOne(t, s, first, libnl.VerdictAccept)
			l.arrives("accept")
			isErr(t, "again", first.SendVerdict(t.Context(), s), fs.ErrNotExist)

			second, _ := queued(t, s)
			third, _ := queued(t, s)
			fourth, _ := queued(t, s)
			decideOne(t, s, second, libnl.VerdictDrop)
			stranger := dialNF(t, nil)
			noErr(t, third.SetVerdict(libnl.VerdictAccept))
			isErr(t, "another socket", third.SendVerdict(t.Context(), stranger), fs.ErrPermission)
			noErr(t, third.SendVerdictPayload(t.Context(), s, withText(third.Payload(), "ch"))) // shorter
			long := "longer " + strings.Repeat("and longer ", 100)
			noErr(t, fourth.SetVerdict(libnl.VerdictAccept))
			noErr(t, fourth.SendVerdictPayload(t.Context(), s, withText(fourth.Payload(), long)))
			l.arrives("ch", long) // and not what was dropped: their checksums are right, or they would not
			noErr(t, q.Delete(t.Context(), s))
			isErr(t, "no queue", first.SendVerdict(t.Context(), s), libnl.ErrNoDev)
		})
	}
}

func TestNFQueueMarkAndRequeue(t *testing.T) {
	l := newPacketLine(t, "ipv4")
	nltest.Rule(t, "iptables", "-t mangle -A POSTROUTING -p udp -m mark --mark 42")
	s, other := dialNF(t, nil), dialNF(t, nil)
	noErr(t, queue5(t).Create(t.Context(), s, 0))
	isErr(t, "taken", queue5(t).Create(t.Context(), other, 0), libnl.ErrPerm)
	isErr(t, "its own again", queue5(t).Create(t.Context(), s, 0), libnl.ErrBusy)
	six := queue5(t)
	six.SetGroup(6)
	noErr(t, six.Create(t.Context(), other, 0))

	l.send("marked")
	m, _ := queued(t, s)
	m.SetMark(42)
	decideOne(t, s, m, libnl.VerdictAccept)
	l.arrives("marked")
	rules := string(nltest.Run(t, "iptables", "-w", "-t", "mangle", "-nvxL", "POSTROUTING"))
	if line := strings.Fields(strings.Split(rules, "\n")[2]); line[0] != "1" {
		t.Errorf("the packet has no mark:\n%s", rules)
	}

	l.send("requeued")
	m, _ = queued(t, s)
	decideOne(t, s, m, libnl.VerdictToQueue(6))
	m, _ = queued(t, other)
	group, _ := m.Group()
	equal(t, "queue", group, 6)
	equal(t, "text", udpText(m.Payload()), "requeued")
	decideOne(t, other, m, libnl.VerdictAccept)
	l.arrives("requeued")

	l.send("a", "b", "c", "d")
	var ms [4]*libnl.NFQueueMsg
	for i := range ms {
		ms[i], _ = queued(t, s)
	}
	noErr(t, ms[2].SetVerdict(libnl.VerdictAccept))
	noErr(t, ms[2].SendVerdictBatch(t.Context(), s))
	isErr(t, "nothing before it any more", ms[1].SendVerdictBatch(t.Context(), s), libnl.ErrMissingAttr)
	noErr(t, ms[1].SetVerdict(libnl.VerdictDrop))
	isErr(t, "nothing before it any more", ms[1].SendVerdictBatch(t.Context(), s), fs.ErrNotExist)
	decideOne(t, s, ms[3], libnl.VerdictAccept)
	l.arrives("a", "b", "c", "d")
}

// Verdicts are sent inside a callback of the receive that brought the packet, and by other goroutines meanwhile.
func TestNFQueueCallback(t *testing.T) {
	l := newPacketLine(t, "ipv4")
	s, err := libnl.DialNFQueue(nil)
	noErr(t, err)
	defer s.Close()
	noErr(t, queue5(t).Create(t.Context(), s, 0))
	later := make(chan *libnl.NFQueueMsg, 2)
	failed := make(chan error, 1)
	go func() {
		var err error
		for m := range later {
			err = errors.Join(err, m.SetVerdict(libnl.VerdictAccept), m.SendVerdict(context.Background(), s), m.Close())
		}
		failed <- err
	}()
	n := 0
	noErr(t, s.ModifyCallback(libnl.CbValid, libnl.KindCustom, func(m *libnl.Msg) error {
		o, err := libnl.ParseNFQueueMsg(m)
		if err != nil {
			return err
		}
		if n++; n%2 == 0 {
			later <- o
			return nil
		}
		return errors.Join(o.SetVerdict(libnl.VerdictAccept), o.SendVerdict(context.Background(), s), o.Close())
	}))
	l.send("1", "2", "3", "4")
	for n < 4 {
		err := s.Recv(within(t, patience))
		noErr(t, err)
	}
	close(later)
	noErr(t, <-failed)
	l.arrivesAll("1", "2", "3", "4")
	// what goes wrong with a verdict nobody waits for comes to the receiver
	o := newQueueMsg(t)
	o.SetGroup(5)
	o.SetPacketID(1)
	noErr(t, o.SetVerdict(libnl.VerdictAccept))
	noErr(t, o.SendVerdict(t.Context(), s))
	for m, err := range s.Messages(within(t, patience)) {
		isErr(t, "late verdict", err, fs.ErrNotExist)
		equal(t, "packet", m.Header().Seq, 1)
		break
	}
	// with auto-ack on, a verdict inside a callback cannot wait for its answer
	s.EnableAutoAck()
	var inside error
	noErr(t, s.ModifyCallback(libnl.CbValid, libnl.KindCustom, func(m *libnl.Msg) error {
		o, err := libnl.ParseNFQueueMsg(m)
		if err != nil {
			return err
		}
		defer o.Close()
		inside = errors.Join(o.SetVerdict(libnl.VerdictAccept), o.SendVerdict(context.Background(), s))
		return nil
	}))
	l.send("5")
	err = s.Recv(within(t, patience))
	noErr(t, err)
	isErr(t, "inside", inside, libnl.ErrNested)
}

func TestNFQueueSettings(t *testing.T) {
	l := newPacketLine(t, "ipv4")
	s := dialNF(t, nil)
	q := queue5(t)
	q.SetCopyRange(30)
	q.SetMaxLen(2)
	noErr(t, q.Create(t.Context(), s, 0))
	l.send("of which two bytes are copied")
	_, m := queued(t, s)
	info, err := m.NFPacket()
	noErr(t, err)
	equal(t, "length", info.Len, 28+29)
	o, err := libnl.ParseNFQueueMsg(m)
	made(t, o, err)
	equal(t, "text", udpText(o.Payload()), "of")
	stat := func() libnl.NFQueueStat {
		t.Helper()
		all, err := libnl.NFQueueStats()
		noErr(t, err)
		if len(all) != 1 {
			t.Fatalf("queues: %+v", all)
		}
		return all[0]
	}
	equal(t, "as the kernel has it", stat(), libnl.NFQueueStat{Queue: 5, Port: s.LocalPort(), Waiting: 1, CopyMode: 2, CopyRange: 30, LastID: 1})

	l.send("second")
	_, _ = l.out.Write([]byte("too many")) // of which the sender is told
	st := stat()
	equal(t, "waiting", st.Waiting, 2)
	equal(t, "dropped", st.Dropped, 1)
	change := newQueue(t)
	change.SetGroup(5)
	noErr(t, change.Change(t.Context(), s, libnl.NFQueueFailOpen, libnl.NFQueueFailOpen))
	l.send("past the queue")
	l.arrives("past the queue")
	change.SetMaxLen(10)
	noErr(t, change.SetCopyMode(libnl.NFQueueCopyMeta))
	noErr(t, change.Change(t.Context(), s, 0, libnl.NFQueueFailOpen))
	l.send("third")
	st = stat()
	equal(t, "waiting", st.Waiting, 3)
	equal(t, "copy mode", st.CopyMode, libnl.NFQueueCopyMeta)
	second, _ := queued(t, s)
	third, m3 := queued(t, s)
	equal(t, "payload", len(third.Payload()), 0)
	info, err = m3.NFPacket()
	noErr(t, err)
	decideOne(t, s, o, libnl.VerdictDrop)
	decideOne(t, s, second, libnl.VerdictAccept)
	decideOne(t, s, third, libnl.VerdictAccept)
	l.arrives("second", "third")
	isErr(t, "a stranger's change", change.Change(t.Context(), dialNF(t, nil), 0, libnl.NFQueueFailOpen), libnl.ErrPerm)
	change.SetGroup(9)
	isErr(t, "no such queue", change.Change(t.Context(), s, 0, 0), libnl.ErrNoDev)
	isErr(t, "no such flag", change.Change(t.Context(), s, 1<<20, 1<<20), libnl.ErrOpNotSupp)
	route := dialRoute(t, nil)
	isErr(t, "another protocol", q.Create(t.Context(), route, 0), libnl.ErrProtoMismatch)
}

// With the flag the kernel does not finish packets before it queues them, and says so.
func TestNFQueueGSO(t *testing.T) {
	l := newPacketLine(t, "ipv4")
	s := dialNF(t, nil)
	q := queue5(t)
	noErr(t, q.Create(t.Context(), s, libnl.NFQueueGSO))
	change := newQueue(t)
	change.SetGroup(5)
	for _, unfinished := range []bool{true, false} {
		text := fmt.Sprint("unfinished: ", unfinished)
		l.send(text)
		o, m := queued(t, s)
		info, err := m.NFPacket()
		noErr(t, err)
		p := o.Payload()
		right := bytes.Equal(p, withText(p, text))
		equal(t, text, info.Flags&libnl.NFPacketChecksumNotReady != 0, unfinished)
		equal(t, text+": the checksum is right", right, !unfinished)
		decideOne(t, s, o, libnl.VerdictAccept)
		l.arrives(text)
		noErr(t, change.Change(t.Context(), s, 0, libnl.NFQueueGSO))
	}
}

// The connection comes with the packet, and after it was accepted is what the kernel's table has.
func TestNFQueueConntrack(t *testing.T) {
	l := newPacketLine(t, "ipv4")
	s := dialNF(t, nil)
	err := queue5(t).Create(t.Context(), s, libnl.NFQueueConntrack)
	if errors.Is(err, libnl.ErrOpNotSupp) {
		t.Skip("a kernel without CONFIG_NETFILTER_NETLINK_GLUE_CT: ", err)
	}
	noErr(t, err)
	for round, ctinfo := range []uint32{2, 0} { // IP_CT_NEW, IP_CT_ESTABLISHED
		l.send("hello")
		o, m := queued(t, s)
		ct, err := m.NFPacketCT()
		made(t, ct, err)
		i := ct.Info()
		equal(t, "from", i.Orig.Src.String(), l.out.LocalAddr().String())
		equal(t, "to", i.Orig.Dst.String(), l.out.RemoteAddr().String())
		info, err := m.NFPacket()
		noErr(t, err)
		equal(t, "what the packet is to it", info.CTInfo, ctinfo)
		decideOne(t, s, o, libnl.VerdictAccept)
		l.arrives("hello")
		if round == 0 { // an answer makes it established
			_, err := l.in.WriteTo([]byte("answer"), l.out.LocalAddr())
			noErr(t, err)
			var b [8]byte
			noErr(t, l.out.SetReadDeadline(time.Now().Add(patience)))
			_, err = l.out.Read(b[:])
			noErr(t, err)
		}
	}
}
