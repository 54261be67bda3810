//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
)

// The receive engine: takes datagrams from the descriptor into Go memory, sees whom they are for, and keeps what is for others.

const (
	hotSize   = 32 << 10 // the kernel makes the parts of a dump no larger
	spareSize = 1 << 20  // for the rest of larger datagrams
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// rbuf is what a datagram of up to 32 KiB is read into.
type rbuf struct {
	b [hotSize]byte
	d C.struct_nlgo_dgram
}

const batchSize = C.NLGO_RECV_MAX

var rbufs = sync.Pool{New: func() any { return new(rbuf) }}

// shelf keeps large things of which few are needed at a time; unlike a pool's they survive garbage collections.
type shelf[T any] struct {
	one  atomic.Pointer[T] // the first, for those who do not meet another
	mu   sync.Mutex
	free []*T
}

// take returns one, nil if there is none.
func (s *shelf[T]) take() *T {
	if v := s.one.Swap(nil); v != nil {
		return v
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.free)
	if n == 0 {
		return nil
	}
	v := s.free[n-1]
	s.free = s.free[:n-1]
	return v
}

// give puts one back, and returns one that has no place any more.
func (s *shelf[T]) give(v *T) *T {
	if v = s.one.Swap(v); v == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.free) == 8 {
		return v
	}
	s.free = append(s.free, v)
	return nil
}

// spares take what does not fit into an rbuf.
var spares shelf[[spareSize]byte]

func takeSpare() *[spareSize]byte {
	if b := spares.take(); b != nil {
		return b
	}
	return new([spareSize]byte)
}

func giveSpare(b *[spareSize]byte) { spares.give(b) }

// datagram is one datagram in Go memory.
type datagram struct {
	b    []byte
	meta inbound
	err  error // what its owner has to be told: an overrun, without bytes; that it was cut
}

// notice reports whether it answers nothing: see [inbound.notice].
func (d *datagram) notice() bool { return d.meta.notice() }

// isAnswer reports whether it may answer a request.
func (d *datagram) isAnswer() bool { return len(d.b) > 0 && !d.notice() }

// toC fills the C half.
func (d *datagram) toC(c *C.struct_nlgo_dgram) {
	*c = C.struct_nlgo_dgram{n: C.int32_t(len(d.b)), port: C.uint32_t(d.meta.src.Port), groups: C.uint32_t(d.meta.src.Groups)}
	if d.meta.hasCr {
		c.has_creds, c.creds = 1, credsToC(d.meta.creds)
	}
}

// queue keeps datagrams in order, up to a number of bytes.
type queue struct {
	d       []datagram
	bytes   int
	answers int // of them, those that are no notifications
	lost    bool
}

const queueLimit = 16 << 20

// push keeps a datagram, whose bytes are the queue's from now on. Beyond the limit it is dropped, and the queue ends in an overrun.
func (q *queue) push(d datagram) (ok bool) {
	if q.bytes+len(d.b) > queueLimit {
		q.overrun()
		return false
	}
	q.add(d)
	return true
}

func (q *queue) add(d datagram) {
	q.d = append(q.d, d)
	q.count(&d, 1)
	q.lost = false
}

// unread puts datagrams back, in front.
func (q *queue) unread(ds []datagram) {
	q.d = slices.Insert(q.d, 0, ds...)
	for i := range ds {
		q.count(&ds[i], 1)
	}
}

func (q *queue) count(d *datagram, n int) {
	q.bytes += n * len(d.b)
	if d.isAnswer() {
		q.answers += n
	}
}

// overrun puts word of lost messages in the queue, once in a row.
func (q *queue) overrun() {
	if !q.lost {
		q.lost = true
		q.d = append(q.d, datagram{err: ErrOverrun})
	}
}

func (q *queue) empty() bool { return len(q.d) == 0 }

func (q *queue) take(i int) datagram {
	d := q.d[i]
	if i == 0 {
		q.d[0] = datagram{}
		q.d = q.d[1:]
	} else {
		q.d = slices.Delete(q.d, i, i+1)
	}
	q.count(&d, -1)
	if len(q.d) == 0 {
		*q = queue{}
	}
	return d
}

func metaOf(s *Socket, d *C.struct_nlgo_dgram) inbound {
	m := inbound{
		proto:   int(s.proto),
		src:     SockAddr{uint32(d.port), uint32(d.groups)},
		group:   uint32(d.group),
		nsid:    int32(d.nsid),
		hasCr:   d.has_creds != 0,
		trusted: d.port == 0,
	}
	if m.hasCr {
		m.creds = credsFromC(d.creds)
	}
	return m
}

// errAgain: nothing has arrived.
var errAgain = sysErr("recvmsg", syscall.EAGAIN)

// recvErr returns the error for an errno of a read. The token is held.
func (s *Socket) recvErr(errno syscall.Errno) error {
	switch errno {
	case syscall.EAGAIN:
		return errAgain
	case syscall.ENOBUFS:
		s.mu.Lock()
		s.stats.Overruns++
		s.lost++
		s.notify() // whoever waits for an answer: it may be among what was lost
		s.mu.Unlock()
		return ErrOverrun
	}
	return sysErr("recvmsg", errno)
}

// recvGo takes one datagram into b, or, where it is larger, into memory of its own. Its bytes are good until b is used again.
// The token is held.
func (s *Socket) recvGo(b []byte, c *C.struct_nlgo_dgram) (datagram, error) {
	spare := takeSpare()
	C.nlgo_recv(C.int(s.fd), bytesPtr(b), C.uint32_t(len(b)), bytesPtr(spare[:]), spareSize, c)
	d, err := s.received(c, b, spare[:])
	giveSpare(spare)
	return d, err
}

// received returns the datagram that was read into first, and into rest what did not fit. One that did not fit there either keeps its
// header, and has the error.
func (s *Socket) received(c *C.struct_nlgo_dgram, first, rest []byte) (datagram, error) {
	if c.n < 0 {
		return datagram{}, s.recvErr(syscall.Errno(-c.n))
	}
	n := int(c.n)
	d := datagram{meta: metaOf(s, c)}
	switch {
	case n <= len(first):
		d.b = first[:n:n]
	case n <= len(first)+len(rest):
		d.b = make([]byte, n)
		copy(d.b[copy(d.b, first):], rest)
	default:
		s.mu.Lock()
		s.stats.Truncated++
		s.mu.Unlock()
		d.b = bytes.Clone(first[:headerLen])
		d.err = &Error{Func: "recvmsg", Code: ErrMsgTrunc, Msg: "datagram of " + strconv.Itoa(n) + " bytes"}
	}
	d.meta.unasked = s.proto == ProtoNetfilter && d.meta.trusted && holdsPackets(d.b)
	return d, nil
}

// owner says whom a datagram is for.
type owner int

const (
	forReceiver owner = iota
	forStream
	forNobody
)

// route sees whom a datagram is for. own is the sequence number of the request that the reader itself waits for, with more numbers
// following it; it returns forStream with a nil stream for those.
func (s *Socket) route(d *datagram, own uint32, more int) (owner, *stream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats.Datagrams++
	if d.meta.src.Port != 0 && !s.untrusted && !(s.rootOK && d.meta.hasCr && d.meta.creds.Uid == 0) {
		s.stats.Refused++
		return forNobody, nil
	}
	if d.notice() || len(d.b) < headerLen {
		return forReceiver, nil
	}
	if d.meta.src.Port != 0 && getHeader(d.b).Flags&FlagRequest != 0 {
		return forReceiver, nil // another program's request, whose numbers may be like ours
	}
	seq := binary.NativeEndian.Uint32(d.b[8:])
	if more >= 0 && seq-own <= uint32(more) {
		return forStream, nil
	}
	for _, st := range s.streams {
		if seq-st.seq <= st.more {
			return forStream, st
		}
	}
	if s.seq-seq < s.issued { // an answer to one of the engine's requests that was given up
		s.stats.Stale++
		return forNobody, nil
	}
	if i := slices.Index(s.skips, seq); i >= 0 {
		if ends(d.b) {
			s.skips = slices.Delete(s.skips, i, i+1)
		}
		s.stats.Stale++
		return forNobody, nil
	}
	return forReceiver, nil
}

// keep puts a datagram that was read by another than its owner where the owner finds it.
func (s *Socket) keep(d datagram, who owner, st *stream) {
	if who == forNobody {
		return
	}
	d.b = append([]byte(nil), d.b...)
	s.mu.Lock()
	defer s.mu.Unlock()
	q := &s.pending
	if st != nil {
		q = &st.q
	}
	if s.keepsAll {
		q.add(d)
	} else if !q.push(d) {
		s.stats.Overruns++
	}
	s.notify()
}

// keepOverrun tells the receiver that messages were lost.
func (s *Socket) keepOverrun() {
	s.mu.Lock()
	s.pending.overrun()
	s.notify()
	s.mu.Unlock()
}

// popPending takes the receiver's next datagram from the queue, of those it wants, which may be answers alone.
func (s *Socket) popPending(wants func(*datagram) bool, answers bool) (datagram, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if answers && s.pending.answers == 0 {
		return datagram{}, false
	}
	for i := range s.pending.d {
		if wants == nil || wants(&s.pending.d[i]) {
			return s.pending.take(i), true
		}
	}
	return datagram{}, false
}

// avoidSeq moves the engine's range away from a number that libnl just used.
func (s *Socket) avoidSeq(seq uint32) {
	if seq-s.seq < 1<<24 || s.seq-seq < 1<<24 {
		s.seq += 1 << 31
		s.issued = 0
	}
}

// nextMsg splits the first message off b, nil if there is none (left).
func nextMsg(b []byte) (msg, rest []byte) {
	if len(b) < headerLen {
		return nil, nil
	}
	n := int(binary.NativeEndian.Uint32(b))
	if n < headerLen || n > len(b) {
		return nil, nil
	}
	if next := (n + 3) &^ 3; next < len(b) {
		return b[:n:n], b[next:]
	}
	return b[:n:n], nil
}

// ends reports whether a datagram holds the end of its answer.
func ends(b []byte) bool {
	for m, rest := nextMsg(b); m != nil; m, rest = nextMsg(rest) {
		if t := getHeader(m).Type; t == MsgDone || t == MsgError {
			return true
		}
	}
	return false
}

// kernelError returns the error that an ERROR or DONE message carries, nil if it carries none.
func kernelError(fn string, m []byte) *Error {
	h := getHeader(m)
	body := m[headerLen:]
	if h.Type == MsgDone && len(body) < 4 {
		return nil // a plain DONE
	}
	if h.Type == MsgError && len(body) < 4+headerLen {
		return &Error{Func: fn, Code: ErrMsgTrunc, Msg: "truncated error message"}
	}
	code := int32(binary.NativeEndian.Uint32(body))
	if code == 0 || code > 0 && h.Type == MsgDone {
		return nil
	}
	if code > 0 {
		code = -code
	}
	e := sysErr(fn, syscall.Errno(uint32(-code))).(*Error) // ENOBUFS is the kernel's answer, not an overrun of ours
	e.Msg, e.Offset = extAck(m)
	return e
}

const (
	nlmsgerrAttrMsg  = 1
	nlmsgerrAttrOffs = 2
)

// extAck reads the kernel's explanation from an ERROR or DONE message.
func extAck(m []byte) (text string, offset uint32) {
	h := getHeader(m)
	if h.Flags&FlagAckTLVs == 0 {
		return "", 0
	}
	skip := headerLen + 4
	if h.Type == MsgError {
		if len(m) < headerLen+4+headerLen {
			return "", 0
		}
		skip += headerLen
		if orig := int(binary.NativeEndian.Uint32(m[headerLen+4:])); h.Flags&FlagCapped == 0 && int32(binary.NativeEndian.Uint32(m[headerLen:])) != 0 {
			if orig < headerLen || orig > len(m) {
				return "", 0
			}
			skip += (orig - headerLen + 3) &^ 3
		}
	}
	for b := m[min(skip, len(m)):]; len(b) >= 4; {
		n := int(binary.NativeEndian.Uint16(b))
		if n < 4 || n > len(b) {
			break
		}
		v := b[4:n]
		switch binary.NativeEndian.Uint16(b[2:]) & 0x3fff {
		case nlmsgerrAttrMsg:
			for len(v) > 0 && v[len(v)-1] == 0 {
				v = v[:len(v)-1]
			}
			text = string(v)
		case nlmsgerrAttrOffs:
			if len(v) >= 4 {
				offset = binary.NativeEndian.Uint32(v)
			}
		}
		b = b[min((n+3)&^3, len(b)):]
	}
	return text, offset
}

// msgSlab makes lent messages, few at a time first and then many. They are never used twice: one that is kept stays dead.
type msgSlab struct {
	m []Msg
	n int
}

func (l *msgSlab) lend(b []byte, in *inbound) *Msg {
	if l.n == len(l.m) {
		l.m, l.n = make([]Msg, min(max(8, 2*len(l.m)), 128)), 0
	}
	m := &l.m[l.n]
	l.n++
	m.view, m.in = b, in
	return m
}

// revoke ends the life of the message lent last.
func (l *msgSlab) revoke() {
	if l.n > 0 {
		l.m[l.n-1].revoke()
	}
}
