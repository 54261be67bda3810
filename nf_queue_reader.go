//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"context"
	"encoding/binary"
	"iter"
	"os"
	"sync"
	"time"
)

// NFQueueReader has a queue: it receives its packets and sends their verdicts, in batches. One goroutine receives at a time, in the loop over
// [NFQueueReader.Packets] or in [NFQueueReader.Run]; packets may be decided in any goroutine.
//
// No packet is left without a verdict: what nobody decides gets the fallback, at the end of the step or call that it was lent for, or when the
// reader is closed. Should the program die, the kernel drops what is in the queue.
type NFQueueReader struct {
	s        *Socket
	queue    uint16
	fallback Verdict
	batch    int
	proc     *os.File // what the kernel counts; nil if it does not tell
	t        *tracker

	mu     sync.Mutex
	still  sync.Cond // no datagram is on its way
	closed bool
	window window
	ready  []uint64 // decided, to be sent
	size   int      // bytes of their new packets
	idle   bool     // the receiver waits: verdicts go at once
	sends  int      // datagrams on their way
	free   []*outgoing
	timer  *time.Timer
	armed  bool
	stats  NFQueueReaderStats
}

// NFQueueConfig says how [OpenNFQueue] reads a queue; nil and the zero value are the defaults.
type NFQueueConfig struct {
	Config                // of the socket; its receive buffer is 10 MiB if RcvBuf is 0
	Flags    NFQueueFlags // of the queue
	Fallback Verdict      // for packets that nobody decides; the zero value drops them
	Batch    int          // verdicts that are sent together, while packets keep coming, but within a millisecond; 0: 64, 1: each at once
}

const (
	defaultVerdictBatch = 64
	maxVerdictBatch     = 1024     // 40 KiB of messages, well within a send buffer
	verdictBytes        = 16 << 10 // of new packets, in a datagram before the last
	verdictDelay        = time.Millisecond
)

// NFQueueReaderStats tells what a reader has seen.
type NFQueueReaderStats struct {
	SocketStats             // Overruns: times the kernel had packets that the socket had no room for
	Packets     uint64      // received
	Verdicts    uint64      // sent
	Batches     uint64      // of the messages with verdicts, those for several packets
	Fallbacks   uint64      // packets that nobody decided; those that Close found are not counted
	Failed      uint64      // verdicts that the kernel refused
	Lost        uint64      // messages that the socket had no room for
	Waiting     int         // packets received and not decided
	Kernel      NFQueueStat // what the kernel counts: zero if the program may not read it
}

// OpenNFQueue makes the queue that q describes and returns a reader of it, which the caller closes. Without a copy mode in q whole packets are
// copied. Errors are those of [NFQueue.Create].
func OpenNFQueue(q *NFQueue, cfg *NFQueueConfig) (*NFQueueReader, error) {
	const fn = "nfnl_queue_create"
	if cfg == nil {
		cfg = &NFQueueConfig{}
	}
	q, err := readable(fn, q)
	if err != nil {
		return nil, err
	}
	defer q.Close()
	if err := cfg.check(fn); err != nil {
		return nil, err
	}
	r := &NFQueueReader{fallback: cfg.Fallback, batch: cfg.Batch}
	r.still.L = &r.mu
	r.queue, _ = q.Group()
	if r.batch == 0 {
		r.batch = defaultVerdictBatch
	}
	c := cfg.Config
	if c.RcvBuf == 0 {
		c.RcvBuf = netfilterRcvBuf
	}
	if r.s, err = DialNFQueue(&c); err != nil {
		return nil, err
	}
	r.s.keepsAll = true
	if err := q.Create(context.Background(), r.s, cfg.Flags); err != nil {
		_ = r.s.Close()
		return nil, err
	}
	_ = inNetNS(c.NetNS, func() error {
		r.proc, _ = os.Open(nfQueueProc)
		return nil
	})
	r.t = track(r, "NFQueueReader")
	return r, nil
}

// readable returns a copy of q that copies packets.
func readable(fn string, q *NFQueue) (*NFQueue, error) {
	if q.ptr() == nil {
		return nil, closedErr(fn)
	}
	if _, ok := q.Group(); !ok {
		return nil, &Error{Func: fn, Code: ErrMissingAttr, Msg: "no queue"}
	}
	c, err := Clone(q)
	if err != nil {
		return nil, err
	}
	mode, ok := c.CopyMode()
	switch {
	case !ok:
		err = c.SetCopyMode(NFQueueCopyPacket)
	case mode == NFQueueCopyNone:
		err = argErr(fn, "a queue with copy mode none takes no packets")
	}
	if err != nil {
		_ = c.Close()
		return nil, err
	}
	return c, nil
}

func (c *NFQueueConfig) check(fn string) error {
	if c.Batch < 0 || c.Batch > maxVerdictBatch {
		return argErr(fn, "batches are of 1 to "+itoa(maxVerdictBatch)+" verdicts")
	}
	if c.Callbacks != nil || len(c.Groups) > 0 || c.Untrusted {
		return argErr(fn, "the reader's socket has no callbacks, no groups, and no sender but the kernel")
	}
	return c.Fallback.check(fn)
}

// Socket returns the reader's socket, which belongs to it, for [NFQueue.Change] and for options. It is not for receiving, nor for closing.
func (r *NFQueueReader) Socket() *Socket {
	if r == nil {
		return nil
	}
	return r.s
}

// Packets yields packets as they come, each lent for its step. Errors: [ErrOverrun] tells that packets were lost at this point, which the kernel
// dropped, or accepted with [NFQueueFailOpen]; an error with the function "verdict", that the kernel refused one, most often as [fs.ErrNotExist]
// because the packet's interface went down; the loop goes on. It ends, with the error, when the context is done or the reader is closed.
func (r *NFQueueReader) Packets(ctx context.Context) iter.Seq2[*NFPacket, error] {
	return func(yield func(*NFPacket, error) bool) {
		if err := r.receive(ctx, yield); err != nil {
			yield(nil, err)
		}
	}
}

// receive lends packets to each until that returns false; it returns what else ends it.
func (r *NFQueueReader) receive(ctx context.Context, each func(*NFPacket, error) bool) error {
	const fn = "receive"
	if r == nil {
		return argErr(fn, "nil NFQueueReader")
	}
	if err := r.s.receiverRole(fn, ctx); err != nil {
		return err
	}
	in := inbox{s: r.s, max: batchSize}
	defer in.leave()
	defer r.setIdle(false)
	w := wait{ctx: ctx}
	var slab []NFPacket
	for {
		err := r.fetch(&in, w)
		if err != nil {
			if !passing(err) {
				return named(fn, err)
			}
			if !each(nil, named(fn, err)) {
				return nil
			}
			continue
		}
		in.in = in.d.meta
		var b []byte
		for b, in.rest = nextMsg(in.d.b); b != nil; b, in.rest = nextMsg(in.rest) {
			id, isPacket, err := r.see(b)
			if !isPacket {
				if err != nil && !each(nil, err) {
					return nil
				}
				continue
			}
			if len(slab) == 0 {
				slab = make([]NFPacket, 64)
			}
			p := &slab[0]
			slab = slab[1:]
			*p = NFPacket{r: r, m: in.slab.lend(b, &in.in), n: r.admit(id)}
			if !p.lend(each) {
				return nil
			}
		}
	}
}

// fetch takes the next datagram. Before it waits for one, what is decided is sent, and until it comes nothing is held back.
func (r *NFQueueReader) fetch(in *inbox, w wait) error {
	now := w
	now.never = true
	err := in.fetch(now)
	if err != errAgain {
		return err
	}
	r.setIdle(true)
	err = in.fetch(w)
	r.setIdle(false)
	return err
}

func (r *NFQueueReader) setIdle(idle bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.idle = idle
	if idle && !r.closed {
		_ = r.flush() // what could not be sent is tried again
	}
}

// see returns the number of the packet that a message brings, or the error that it tells of.
func (r *NFQueueReader) see(b []byte) (id uint32, isPacket bool, err error) {
	const fn = "verdict"
	switch h := getHeader(b); h.Type {
	case NFQueuePacket:
		var p NFPacketInfo
		if !p.read(b) || p.Queue != r.queue {
			return 0, false, argErr("receive", "malformed packet message")
		}
		return p.ID, true, nil
	case MsgError:
		e := kernelError(fn, b)
		if e == nil {
			return 0, false, nil
		}
		if e.Msg == "" {
			e.Msg = "packet " + itoa(int64(h.Seq))
		}
		r.mu.Lock()
		r.stats.Failed++
		r.mu.Unlock()
		return 0, false, e
	}
	return 0, false, nil
}

// idOf returns the number in a message that see has seen.
func (r *NFQueueReader) idOf(m *Msg) uint32 {
	a, _ := m.FindAttr(nfHeaderLen, nfqaPacketHdr)
	return binary.BigEndian.Uint32(a.Bytes())
}

func (r *NFQueueReader) admit(id uint32) uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stats.Packets++
	return r.window.add(id)
}

// lend gives the packet to a step.
func (p *NFPacket) lend(each func(*NFPacket, error) bool) bool {
	defer p.release()
	return each(p, nil)
}

// decide notes the verdict on a packet, and sends it with others when it is time.
func (r *NFQueueReader) decide(fn string, n uint64, d *NFDecision) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return closedErr(fn)
	}
	h := r.window.find(n)
	if h == nil || h.state != undecided {
		return &Error{Func: fn, Code: ErrExist, Msg: "the packet has its verdict"}
	}
	h.state, h.verdict = decided, d.Verdict
	if d.Mark != nil {
		h.marked, h.mark = true, *d.Mark
	}
	if d.Payload != nil {
		h.payload = append([]byte(nil), d.Payload...)
		r.size += len(h.payload)
	}
	r.ready = append(r.ready, n)
	if r.idle || len(r.ready) >= r.batch || r.size >= verdictBytes {
		return r.flush()
	}
	r.arm(verdictDelay)
	return nil
}

// fallBack decides a packet that nobody did.
func (r *NFQueueReader) fallBack(n uint64) {
	if r.decide("Close", n, &NFDecision{Verdict: r.fallback}) == nil {
		r.mu.Lock()
		r.stats.Fallbacks++
		r.mu.Unlock()
	}
}

// arm sees to it that verdicts do not wait long. The mutex is held.
func (r *NFQueueReader) arm(after time.Duration) {
	switch {
	case r.armed:
		return
	case r.timer == nil:
		r.timer = time.AfterFunc(after, r.expire)
	default:
		r.timer.Reset(after)
	}
	r.armed = true
}

func (r *NFQueueReader) expire() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.armed = false
	if !r.closed {
		_ = r.flush() // what could not be sent is tried again
	}
}

// Flush sends the verdicts that wait for others. There is a need for it only where a millisecond is too long.
func (r *NFQueueReader) Flush() error {
	if r == nil {
		return argErr("Flush", "nil NFQueueReader")
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return closedErr("Flush")
	}
	return r.flush()
}

// flush sends what is decided. The mutex is held, and let go of meanwhile: the kernel goes on with the packets inside the send.
func (r *NFQueueReader) flush() error {
	if len(r.ready) == 0 {
		return nil
	}
	o := r.take()
	r.sends++
	r.mu.Unlock()
	err := r.post(o.b)
	r.mu.Lock()
	r.sends--
	r.sent(o, err)
	if r.sends == 0 {
		r.still.Broadcast()
	}
	return err
}

// take makes a datagram of what is decided.
func (r *NFQueueReader) take() *outgoing {
	o := &outgoing{}
	if n := len(r.free); n > 0 {
		o, r.free = r.free[n-1], r.free[:n-1]
	}
	r.window.collect(r.queue, r.ready, o)
	r.ready, r.size = r.ready[:0], 0
	return o
}

// sent notes what became of a datagram.
func (r *NFQueueReader) sent(o *outgoing, err error) {
	if err == nil {
		for _, n := range o.sent {
			r.window.settle(n)
		}
		r.window.trim()
		r.stats.Verdicts += uint64(len(o.sent))
		r.stats.Batches += o.batches
	} else {
		for _, n := range o.sent {
			h := r.window.find(n)
			h.state = decided
			r.size += len(h.payload)
		}
		r.ready = append(r.ready, o.sent...)
		if !r.closed {
			r.arm(10 * verdictDelay)
		}
	}
	*o = outgoing{b: o.b[:0], sent: o.sent[:0]}
	r.free = append(r.free, o)
}

func (r *NFQueueReader) post(b []byte) error {
	const fn = "verdict"
	if err := r.s.begin(fn); err != nil {
		return err
	}
	defer r.s.end()
	return named(fn, r.s.post(wait{ctx: context.Background()}, fn, b, &target{}))
}

// Close gives the queue up and closes the socket. First it sends what is decided, then every packet that is still in the queue, received or not,
// retained or not, gets the fallback verdict. With [VerdictAccept] none is lost on the way; afterwards it is the rule that decides what becomes of
// packets that have no queue. Closing again, or nil, does nothing.
func (r *NFQueueReader) Close() error {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return nil
	}
	r.closed = true
	for r.sends > 0 { // its verdicts may be others than the fallback
		r.still.Wait()
	}
	o := r.take()
	o.putLast(r.queue, r.window.last, r.fallback)
	err := r.post(o.b)
	r.sent(o, err)
	r.refreshStats()
	if r.timer != nil {
		r.timer.Stop()
	}
	_ = r.proc.Close()
	r.t.done()
	r.mu.Unlock()
	_ = r.s.Close()
	return err
}

// Stats returns the counters; of a closed reader those at the time of Close.
func (r *NFQueueReader) Stats() NFQueueReaderStats {
	if r == nil {
		panic("libnl: nil NFQueueReader")
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.closed {
		r.refreshStats()
	}
	return r.stats
}

// refreshStats fills in what others count.
func (r *NFQueueReader) refreshStats() {
	st := &r.stats
	r.s.mu.Lock() // a socket that somebody closed has counters still
	st.SocketStats = r.s.stats
	st.Pending = r.s.pending.bytes
	fd, port := r.s.fd, r.s.port
	r.s.mu.Unlock()
	if fd >= 0 {
		st.Lost = uint64(C.nlgo_drops(C.int(fd)))
	}
	st.Waiting = 0
	for i := range r.window.list {
		if r.window.list[i].state == undecided {
			st.Waiting++
		}
	}
	st.Kernel = NFQueueStat{}
	if r.proc == nil {
		return
	}
	all, _ := readQueueStats(r.proc)
	for _, q := range all {
		if q.Queue == r.queue && q.Port == port {
			st.Kernel = q
		}
	}
}
