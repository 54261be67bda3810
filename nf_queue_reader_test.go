//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
)

// reader opens queue 5 for the length of the test.
func (l *packetLine) reader(cfg *libnl.NFQueueConfig) *libnl.NFQueueReader {
	l.t.Helper()
	q := newQueue(l.t)
	q.SetGroup(5)
	r, err := libnl.OpenNFQueue(q, cfg)
	noErr(l.t, err)
	l.t.Cleanup(func() { r.Close() })
	return r
}

func numbered(from, n int) (texts []string) {
	for i := range n {
		texts = append(texts, fmt.Sprint("packet ", from+i))
	}
	return texts
}

func TestNFQueueReader(t *testing.T) {
	l := newPacketLine(t, "ipv4")
	r := l.reader(nil)
	l.send("accept", "drop", "nobody", "change", "mark", "twice")
	var kept *libnl.NFPacket
	n := 0
	for p, err := range r.Packets(within(t, patience)) {
		noErr(t, err)
		n++
		equal(t, "number", p.ID(), uint32(n))
		switch udpText(p.Payload()) {
		case "accept":
			noErr(t, p.Accept())
			o, err := p.Object()
			made(t, o, err)
			info := p.Info()
			info.Flags = 0
			equal(t, "snapshot", o.Info(), info)
			kept = p
		case "drop":
			noErr(t, p.Drop())
		case "change":
			isErr(t, "stolen", p.Decide(libnl.NFDecision{Verdict: libnl.VerdictStolen}), libnl.ErrInval)
			isErr(t, "empty", p.Decide(libnl.NFDecision{Payload: []byte{}}), libnl.ErrInval)
			noErr(t, p.Decide(libnl.NFDecision{Verdict: libnl.VerdictAccept, Payload: withText(p.Payload(), "changed")}))
		case "mark":
			noErr(t, p.Decide(libnl.NFDecision{Verdict: libnl.VerdictAccept, Mark: new(uint32(42))}))
		case "twice":
			noErr(t, p.Accept())
			isErr(t, "second verdict", p.Drop(), libnl.ErrExist)
			noErr(t, p.Close())
			isErr(t, "closed", p.Accept(), libnl.ErrClosed)
		}
		if n == 6 {
			break
		}
	}
	isErr(t, "after its step", kept.Accept(), libnl.ErrClosed)
	panicsIn(t, "Payload", func() { kept.Payload() })
	noErr(t, r.Flush())
	l.arrives("accept", "changed", "mark", "twice")
	st := r.Stats()
	equal(t, "packets", st.Packets, 6)
	equal(t, "verdicts", st.Verdicts, 6)
	equal(t, "fallbacks", st.Fallbacks, 1)
	equal(t, "waiting", st.Waiting, 0)
	equal(t, "last", st.Kernel.LastID, 6)
	equal(t, "in the kernel", st.Kernel.Waiting, 0)
	noErr(t, r.Close())
	noErr(t, r.Close())
	equal(t, "packets, closed", r.Stats().Packets, 6)
	isErr(t, "closed", r.Flush(), libnl.ErrClosed)
	for _, err := range r.Packets(t.Context()) {
		isErr(t, "closed", err, libnl.ErrClosed)
	}
}

// A retained packet is decided when its time has come: after its step, after the loop, in another goroutine, before earlier ones.
func TestNFQueueRetain(t *testing.T) {
	l := newPacketLine(t, "ipv4")
	r := l.reader(&libnl.NFQueueConfig{Batch: 3})
	texts := numbered(0, 8)
	l.send(texts...)
	var held []*libnl.NFPacket
	for p, err := range r.Packets(within(t, patience)) {
		noErr(t, err)
		if held = append(held, p.Retain()); len(held) == len(texts) {
			break
		}
	}
	equal(t, "waiting", r.Stats().Waiting, 8)
	// out of order; what comes before is not decided with it
	for _, i := range []int{5, 3, 7} {
		equal(t, "text", udpText(held[i].Payload()), texts[i])
		noErr(t, held[i].Accept())
	}
	l.arrivesAll(texts[5], texts[3], texts[7])
	equal(t, "batches", r.Stats().Batches, 0)
	equal(t, "waiting", r.Stats().Waiting, 5)
	var wg sync.WaitGroup
	for _, i := range []int{0, 1, 2} {
		wg.Go(func() {
			if err := held[i].Accept(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	l.arrivesAll(texts[0], texts[1], texts[2])
	noErr(t, held[4].Accept())
	noErr(t, held[6].Drop())
	noErr(t, r.Flush())
	l.arrives(texts[4])
	for _, p := range held {
		isErr(t, "again", p.Accept(), libnl.ErrExist)
		noErr(t, p.Close())
		if p.Retain() != nil {
			t.Error("a closed packet is retained")
		}
	}
	st := r.Stats()
	equal(t, "verdicts", st.Verdicts, 8)
	equal(t, "refused", st.Failed, 0)
	equal(t, "in the kernel", st.Kernel.Waiting, 0)
}

// Verdicts that wait for others do not wait long, and not at all while the receiver has nothing to do.
func TestNFQueueDelay(t *testing.T) {
	l := newPacketLine(t, "ipv4")
	r := l.reader(&libnl.NFQueueConfig{Batch: 1024})
	l.send("a", "b")
	for p, err := range r.Packets(within(t, patience)) {
		noErr(t, err)
		noErr(t, p.Accept())
		if p.ID() == 2 {
			l.arrives("a", "b") // inside the step
			break
		}
	}
	done := make(chan error)
	go func() {
		for p, err := range r.Packets(within(t, patience)) {
			if err == nil {
				err = p.Accept()
			}
			if err != nil || p.ID() == 4 {
				done <- err
				return
			}
		}
	}()
	l.send("c")
	l.arrives("c")
	l.send("d")
	noErr(t, <-done)
	l.arrives("d")
}

// However a step ends, its packet has a verdict, and so has every other when the reader is closed.
func TestNFQueueNoneLeft(t *testing.T) {
	for _, fallback := range []libnl.Verdict{libnl.VerdictAccept, libnl.VerdictDrop} {
		t.Run(fallback.String(), func(t *testing.T) {
			l := newPacketLine(t, "ipv4")
			r := l.reader(&libnl.NFQueueConfig{Fallback: fallback})
			texts := numbered(0, 16)
			l.send(texts...)
			step := func(do func(p *libnl.NFPacket)) {
				for p, err := range r.Packets(within(t, patience)) {
					noErr(t, err)
					do(p)
					break
				}
			}
			equal(t, "panic", panics(func() { step(func(*libnl.NFPacket) { panic("in the loop") }) }), any("in the loop"))
			equal(t, "panic", panics(func() {
				_ = r.Run(within(t, patience), 1, func(*libnl.NFPacket, error) error { panic("in the handler") })
			}), any("in the handler"))
			if s := r.Socket().PanicStack(); !strings.Contains(s, "TestNFQueueNoneLeft") {
				t.Errorf("the stack is\n%s", s)
			}
			var kept *libnl.NFPacket
			step(func(p *libnl.NFPacket) { kept = p.Retain() })
			other := errors.New("an error of the handler's")
			err := r.Run(within(t, patience), 1, func(p *libnl.NFPacket, err error) error { return other })
			equal(t, "error", err, other)
			err = r.Run(within(t, patience), 1, func(p *libnl.NFPacket, err error) error { runtime.Goexit(); return nil })
			if err == nil || !strings.Contains(err.Error(), "Goexit") {
				t.Error("Goexit: ", err)
			}
			noErr(t, r.Close())
			isErr(t, "closed", kept.Accept(), libnl.ErrClosed)
			noErr(t, kept.Close())
			// who counts them is there no more
			all, err := libnl.NFQueueStats()
			noErr(t, err)
			equal(t, "queues", len(all), 0)
			if fallback == libnl.VerdictAccept {
				l.arrivesAll(texts...)
				return
			}
			// nothing arrives but what the next reader accepts
			r = l.reader(&libnl.NFQueueConfig{Fallback: libnl.VerdictAccept})
			l.send("after it")
			step(func(*libnl.NFPacket) {})
			noErr(t, r.Close())
			l.arrives("after it")
		})
	}
}

// While packets come the reader is closed: with fallback accept none is lost, what comes afterwards goes past the queue, which the rule allows.
func TestNFQueueCloseUnderLoad(t *testing.T) {
	l := newPacketLine(t, "ipv4")
	nltest.Rule(t, "iptables", "-R OUTPUT 1 -p udp --dport 7 -j NFQUEUE --queue-num 5 --queue-bypass")
	for round := range 5 {
		r := l.reader(&libnl.NFQueueConfig{Fallback: libnl.VerdictAccept})
		const n = 300
		done := make(chan error, 1)
		go func() {
			done <- r.Run(context.Background(), 2, func(p *libnl.NFPacket, err error) error {
				if p != nil && p.ID()%3 != 0 {
					_ = p.Accept() // fails when the reader is closed
				}
				return nil
			})
		}()
		sent := make(chan bool)
		go func() {
			for _, s := range numbered(0, n) {
				_, _ = l.out.Write([]byte(s))
			}
			close(sent)
		}()
		for r.Stats().Packets < uint64(10*round) {
			runtime.Gosched()
		}
		noErr(t, r.Close())
		isErr(t, "the end", <-done, libnl.ErrClosed)
		<-sent
		l.arrivesAll(numbered(0, n)...)
	}
}

// What the socket has no room for is lost, told and counted.
func TestNFQueueOverrun(t *testing.T) {
	l := newPacketLine(t, "ipv4")
	r := l.reader(&libnl.NFQueueConfig{Config: libnl.Config{RcvBuf: 1}})
	for range 200 {
		_, _ = l.out.Write(make([]byte, 1000)) // of the lost the sender is told
	}
	overruns := 0
	for p, err := range r.Packets(within(t, patience)) {
		if err != nil {
			isErr(t, "overrun", err, libnl.ErrOverrun)
			overruns++
			continue
		}
		noErr(t, p.Drop())
		if udpText(p.Payload()) == "after it" {
			break
		}
		_, _ = l.out.Write([]byte("after it"))
	}
	noErr(t, r.Flush())
	st := r.Stats()
	equal(t, "overruns", st.Overruns, uint64(overruns))
	if overruns == 0 || st.Lost < 100 || st.Lost != uint64(st.Kernel.UserDropped) {
		t.Errorf("%d overruns, %d packets lost; the kernel dropped %d", overruns, st.Lost, st.Kernel.UserDropped)
	}
	// a handler is told, too
	for range 200 {
		_, _ = l.out.Write(make([]byte, 1000))
	}
	told := errors.New("told")
	err := r.Run(within(t, patience), 2, func(p *libnl.NFPacket, err error) error {
		if errors.Is(err, libnl.ErrOverrun) {
			return told
		}
		return p.Drop()
	})
	equal(t, "Run", err, told)
}

// A verdict that the kernel refuses is told and counted: the packet went with its interface.
func TestNFQueueRefusedVerdict(t *testing.T) {
	l := newPacketLine(t, "ipv4")
	r := l.reader(&libnl.NFQueueConfig{Batch: 1})
	l.send("lost")
	for p, err := range r.Packets(within(t, patience)) {
		if err != nil {
			if !strings.Contains(err.Error(), "packet 1") {
				t.Error(err)
			}
			isErr(t, "verdict", err, libnl.ErrObjNotFound)
			break
		}
		nltest.Run(t, "ip", "link", "set", "v0", "down")
		noErr(t, p.Accept())
	}
	equal(t, "refused", r.Stats().Failed, 1)
}

// 100,000 packets, decided by four goroutines: each once, and each arrives.
func TestNFQueueWorkers(t *testing.T) {
	n := 100_000
	if testing.Short() || nltest.ASan {
		n = 10_000
	}
	const workers, window = 4, 500
	l := newPacketLine(t, "ipv4")
	r := l.reader(nil)
	var ids sync.Map
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	defer cancel()
	done := make(chan error, 1)
	go func() {
		done <- r.Run(ctx, workers, func(p *libnl.NFPacket, err error) error {
			if err != nil {
				return err
			}
			if _, twice := ids.LoadOrStore(p.ID(), true); twice {
				return fmt.Errorf("packet %d comes twice", p.ID())
			}
			if p.ID()%64 == 0 {
				return p.Decide(libnl.NFDecision{Verdict: libnl.VerdictAccept, Mark: new(p.ID())})
			}
			return p.Accept()
		})
	}()
	room := make(chan bool, window)
	arrived := make(chan int, 1)
	go func() {
		var b [64]byte
		got := 0
		for ; got < n; got++ {
			_ = l.in.SetReadDeadline(time.Now().Add(patience))
			if _, _, err := l.in.ReadFrom(b[:]); err != nil {
				break
			}
			<-room
		}
		arrived <- got
		cancel()
	}()
	begin := time.Now()
	for range n {
		select {
		case room <- true:
			l.send("a packet")
		case <-ctx.Done():
			t.Fatal("they do not arrive: ", <-arrived)
		}
	}
	equal(t, "arrived", <-arrived, n)
	isErr(t, "the end", <-done, context.Canceled)
	st := r.Stats()
	equal(t, "verdicts", st.Verdicts, uint64(n))
	equal(t, "refused", st.Failed, 0)
	equal(t, "fallbacks", st.Fallbacks, 0)
	equal(t, "in the kernel", st.Kernel.Waiting, 0)
	if st.Batches == 0 {
		t.Error("no verdict for several packets")
	}
	t.Logf("%d packets in %v, %d messages for several", n, time.Since(begin).Round(time.Millisecond), st.Batches)
}

// Four readers of four queues, that the kernel balances packets over, each with a loop of its own.
func TestNFQueueBalance(t *testing.T) {
	l := newPacketLine(t, "ipv4")
	nltest.Rule(t, "iptables", "-R OUTPUT 1 -p udp --dport 7 -j NFQUEUE --queue-balance 5:8")
	var readers []*libnl.NFQueueReader
	ctx, cancel := context.WithCancel(within(t, patience))
	var wg sync.WaitGroup
	for i := range uint16(4) {
		q := newQueue(t)
		q.SetGroup(5 + i)
		r, err := libnl.OpenNFQueue(q, nil)
		noErr(t, err)
		defer r.Close()
		readers = append(readers, r)
		wg.Go(func() {
			for p, err := range r.Packets(ctx) {
				if err != nil {
					return
				}
				_ = p.Accept()
			}
		})
	}
	l.send(numbered(0, 50)...)
	l.arrives(numbered(0, 50)...)
	cancel()
	wg.Wait()
	total := uint64(0)
	for _, r := range readers {
		total += r.Stats().Verdicts
	}
	equal(t, "verdicts", total, 50)
}

// Changes of the queue and verdicts go through one socket, while its packets are received.
func TestNFQueueChangeMeanwhile(t *testing.T) {
	l := newPacketLine(t, "ipv4")
	r := l.reader(&libnl.NFQueueConfig{Flags: libnl.NFQueueFailOpen})
	done := make(chan error, 1)
	ctx, cancel := context.WithCancel(within(t, patience))
	go func() {
		done <- r.Run(ctx, 2, func(p *libnl.NFPacket, err error) error { return errors.Join(err, p.Accept()) })
	}()
	change := newQueue(t)
	change.SetGroup(5)
	for i := range 50 {
		change.SetMaxLen(uint32(1000 + i))
		noErr(t, change.Change(t.Context(), r.Socket(), 0, 0))
		l.send(fmt.Sprint(i))
	}
	var texts []string
	for i := range 50 {
		texts = append(texts, fmt.Sprint(i))
	}
	l.arrivesAll(texts...)
	cancel()
	isErr(t, "the end", <-done, context.Canceled)
}

// What a request on the reader's socket has to read past stays for the receiver, however much it is: the kernel waits for a verdict on each.
func TestNFQueueKeepsAll(t *testing.T) {
	l := newPacketLine(t, "ipv4")
	c, err := l.out.(*net.UDPConn).SyscallConn()
	noErr(t, err)
	noErr(t, c.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_SNDBUFFORCE, 64<<20) }))
	noErr(t, err)
	r := l.reader(&libnl.NFQueueConfig{Config: libnl.Config{RcvBuf: 64 << 20}})
	const n = 300 // of 60,000 bytes: more than is kept of what nobody waits for
	for range n {
		l.send(strings.Repeat("x", 60_000))
	}
	change := newQueue(t)
	change.SetGroup(5)
	change.SetMaxLen(2000)
	noErr(t, change.Change(t.Context(), r.Socket(), 0, 0))
	if pending := r.Stats().Pending; pending < n*60_000 {
		t.Fatalf("%d bytes were read", pending)
	}
	l.send("last")
	for p, err := range r.Packets(within(t, patience)) {
		noErr(t, err)
		last := udpText(p.Payload()) == "last"
		noErr(t, p.Drop())
		if last {
			break
		}
	}
	noErr(t, r.Flush())
	st := r.Stats()
	equal(t, "packets", st.Packets, n+1)
	equal(t, "in the kernel", st.Kernel.Waiting, 0)
}
