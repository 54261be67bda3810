//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/oracle"
	"golang.org/x/sys/unix"
)

// datagrams makes datagrams of a fuzzer's bytes: mostly messages, some of them damaged. Sequence numbers are base and a few above.
//
// A message takes six bytes and its payload: what to do with it, type, flags (two), number, length of the payload.
func datagrams(data []byte, base uint32) (out [][]byte) {
	var d []byte
	flush := func() {
		if len(d) > 0 {
			out = append(out, d)
			d = nil
		}
	}
	for len(data) >= 6 && len(out) < 16 {
		op, typ := data[0], uint16(data[1])%24
		flags := binary.LittleEndian.Uint16(data[2:])
		n := min(int(data[5])%64, len(data)-6)
		m := oracle.Message(typ, flags, base+uint32(data[4]%4), data[6:6+n])
		data = data[6+n:]
		if op&1 != 0 {
			flush()
		}
		if op&2 != 0 && op&4 != 0 && len(data) >= 4 {
			copy(m, data[:4]) // another length
		}
		if op&2 != 0 && op&8 != 0 {
			m = m[:max(len(m)-int(op>>4), 1)]
		}
		d = append(d, m...)
	}
	flush()
	return out
}

// compact is the opposite of datagrams, for the seeds.
func compact(op byte, typ, flags uint16, seq byte, payload []byte) []byte {
	return cat([]byte{op, byte(typ), byte(flags), byte(flags >> 8), seq, byte(len(payload))}, payload)
}

func seeds(f *testing.F, more ...any) {
	none := request{}
	errPayload := func(errno int) []byte { return errorMsg(none, errno)[16:] }
	for _, s := range [][]byte{
		nil,
		cat(compact(1, 16, flagMulti, 0, []byte("data")), compact(0, 16, flagMulti, 0, []byte("x")), compact(1, unix.NLMSG_DONE, flagMulti, 0, int32Bytes(0))),
		cat(compact(1, 16, flagMulti|flagIntr, 0, []byte("data")), compact(0, unix.NLMSG_DONE, flagMulti, 0, int32Bytes(0)), compact(0, 17, 0, 0, nil)),
		cat(compact(1, 16, flagMulti|flagIntr, 1, []byte("data")), compact(1, unix.NLMSG_ERROR, 0, 2, errPayload(0)), compact(1, unix.NLMSG_DONE, flagMulti, 1, int32Bytes(0))),
		cat(compact(1, unix.NLMSG_DONE, flagMulti, 0, int32Bytes(-2)), compact(1, unix.NLMSG_DONE, flagMulti, 1, int32Bytes(2)), compact(1, unix.NLMSG_DONE, 0, 2, nil)),
		cat(compact(1, unix.NLMSG_ERROR, 0, 0, errPayload(0)), compact(1, unix.NLMSG_ERROR, 0, 1, errPayload(17)), compact(0, 16, 0, 2, []byte("after"))),
		cat(compact(1, unix.NLMSG_ERROR, 0, 0, errPayload(0)[:8]), compact(1, unix.NLMSG_ERROR, 0x100, 1, errPayload(-17))),
		cat(compact(1, unix.NLMSG_NOOP, 0, 0, nil), compact(0, unix.NLMSG_OVERRUN, 0, 1, nil), compact(0, 5, 4, 0, []byte("?"))),
		cat(compact(1, 16, flagMulti, 0, []byte("cut")), compact(0x2b, 16, 0, 0, []byte("away"))),
		cat(compact(1, 16, 0, 0, []byte("len")), compact(7, 16, 0, 0, []byte("too long")), []byte{255, 255, 255, 255}),
		cat(compact(1, unix.NLMSG_ERROR, 0, 0, append(int32Bytes(-1<<31), make([]byte, 16)...))),
	} {
		f.Add(append([]any{s}, more...)...)
	}
}

// delivery is what a receiver is told of one message.
type delivery struct {
	typ, flags uint16
	seq        uint32
	payload    uint64 // hash
	code       int    // of the error that came with it, 0 for none
	errno      uint32
}

func (d delivery) String() string {
	return fmt.Sprintf("{type %d flags %#x seq %#x hash %x: code %d errno %d}", d.typ, d.flags, d.seq, d.payload, d.code, d.errno)
}

func deliveryOf(m *libnl.Msg, err error) delivery {
	h := m.Header()
	d := delivery{uint16(h.Type), uint16(h.Flags), h.Seq, oracle.Hash(m.Payload()), 0, 0}
	if e, ok := errors.AsType[*libnl.Error](err); ok {
		d.code, d.errno = -int(e.Code), uint32(e.Errno)
	}
	return d
}

// expected makes of the callbacks of libnl's loop, all of which were there and said to go on, what the engine has to deliver. It is
// the same sequence of messages. By design
//
//   - the engine goes on after an error message, an overrun message and a truncated one, as libnl's loop does only where a callback says so;
//     without one it ends there, and the rest of the datagram is lost;
//   - a no-op message is passed over, where libnl calls NL_CB_SKIPPED;
//   - a DONE that carries an error is that error, which libnl does not look at;
//   - an interrupted dump is an error at its end, the message of the dump's number that ends it, where libnl without a callback makes the whole
//     receive fail, whatever else it read, and with one not at all;
//   - sequence numbers are not checked.
func expected(events []oracle.Event) (want []delivery) {
	intr, intrSeq := false, uint32(0)
	for _, e := range events {
		d := delivery{e.Type, e.Flags, e.Seq, e.Hash, 0, 0}
		switch e.Callback {
		case oracle.CbDumpIntr:
			intr, intrSeq = true, e.Seq
			continue
		case oracle.CbValid:
			want = append(want, d)
			continue
		case oracle.CbFinish:
			if n := e.Len - 16; n >= 4 {
				if code := doneCode(e); code < 0 {
					d.code, d.errno = oracle.SysErr(code), uint32(-code)
				}
			}
		case oracle.CbErr:
			d.code, d.errno = oracle.SysErr(e.Err), uint32(e.Err)
			if e.Err < 0 {
				d.errno = uint32(-e.Err)
			}
		case oracle.CbOverrun:
			d.code = cCode(libnl.ErrMsgOverflow)
		case oracle.CbInvalid:
			d.code = cCode(libnl.ErrMsgTrunc)
		case oracle.CbAck:
		default:
			continue
		}
		if d.code > 0 {
			d.code = -d.code
		}
		if d.code == 0 && intr && intrSeq == e.Seq {
			d.code = cCode(libnl.ErrDumpIntr)
		}
		if intrSeq == e.Seq {
			intr = false
		}
		want = append(want, d)
	}
	return want
}

// doneCodes has what the DONE messages of the input carry, by hash of their payload; the oracle gives only that.
var doneCodes map[uint64]int32

func doneCode(e oracle.Event) int { return int(doneCodes[e.Hash]) }

func noteDone(in [][]byte) {
	doneCodes = map[uint64]int32{}
	for _, b := range in {
		for h, m := range libnl.EachMsg(b) {
			if h.Type == libnl.MsgDone && len(m) >= 20 {
				doneCodes[oracle.Hash(m[16:])] = int32(binary.NativeEndian.Uint32(m[16:]))
			}
		}
	}
}

// goingOn are options with which libnl's loop stops at nothing.
func goingOn(n int) (o oracle.LoopOptions) {
	for i := range o.Callbacks {
		o.Callbacks[i].Set = true
	}
	o.Calls, o.End = n+1, cCode(libnl.ErrAgain)
	return o
}

// FuzzLoop feeds libnl's loop and the engine the same bytes and compares what they deliver.
func FuzzLoop(f *testing.F) {
	p := newPeer(f, 0)
	s := dialPeer(f, p, libnl.Config{Events: true})
	to := s.LocalPort()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	marker := message(4711, 0, 0, "end of input")
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		// Messages
		in := datagrams(data, 1000)
		noteDone(in)
		events, _ := oracle.Loop(in, goingOn(len(in)))
		want := expected(events)
		p.send(to, in...)
		p.send(to, marker)
		var got []delivery
		for m, err := range s.Messages(ctx) {
			if m == nil {
				t.Fatal(err)
			}
			if m.Header().Type == 4711 {
				break
			}
			got = append(got, deliveryOf(m, err))
		}
		// the state of a dump goes on from loop to loop: end it
		p.send(to, doneMsg(0, 1000, 0), doneMsg(0, 1001, 0), doneMsg(0, 1002, 0), doneMsg(0, 1003, 0))
		for n := 0; n < 4; {
			for range s.Messages(ctx) {
				if n++; n == 4 {
					break
				}
			}
		}
		compare(t, "Messages", in, got, want)

		// Request: the same up to the first end, which it takes for its own
		asked := make(chan uint32, 1)
		go func() {
			b := make([]byte, 256)
			for {
				if _, _, err := unix.Recvfrom(p.fd, b, 0); err != unix.EINTR {
					break
				}
			}
			seq := binary.NativeEndian.Uint32(b[8:])
			in = append(datagrams(data, 0), message(unix.NLMSG_DONE, flagMulti, 0, ""))
			for _, d := range in {
				renumber(d, seq)
			}
			p.send(to, in...)
			p.send(to, marker)
			asked <- seq
		}()
		got, want = nil, nil
		var end error
		var all int
		for m, err := range s.Request(within(t, 5*time.Second), plainMsg(t, typData, 0, "")) {
			if err != nil {
				end = err
				break
			}
			got = append(got, deliveryOf(m, nil))
			all++
		}
		<-asked
		noteDone(in)
		events, _ = oracle.Loop(in, goingOn(len(in)))
		var wantEnd delivery
		for _, d := range expected(events) {
			if d.typ < 16 && d.typ >= 2 && d.typ <= 4 {
				wantEnd = d
				break
			}
			want = append(want, d)
		}
		compare(t, "Request", in, got, want)
		if e, ok := errors.AsType[*libnl.Error](end); ok != (wantEnd.code != 0) || ok && (-int(e.Code) != wantEnd.code || uint32(e.Errno) != wantEnd.errno) {
			t.Errorf("Request: error %v, want %v; of %x", end, wantEnd, in)
		}
		for m, err := range s.Messages(ctx) {
			if m == nil {
				t.Fatal(err)
			}
			if m.Header().Type == 4711 {
				break
			}
			t.Errorf("Request left %v; of %x", m.Header(), in)
		}
	})
}

// renumber gives all messages of a datagram the same number, and none the flag of a request, which is no answer.
func renumber(d []byte, seq uint32) {
	for h, m := range libnl.EachMsg(d) {
		binary.NativeEndian.PutUint32(m[8:], seq)
		binary.NativeEndian.PutUint16(m[6:], uint16(h.Flags&^libnl.FlagRequest))
	}
	if len(d) >= 12 { // also where it is no message
		binary.NativeEndian.PutUint32(d[8:], seq)
		d[6] &^= byte(libnl.FlagRequest)
	}
}

func compare(t *testing.T, who string, in [][]byte, got, want []delivery) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("%s: differs at %d:\n got %v\nwant %v\nof %x", who, i, got, want, in)
		}
	}
}

// FuzzTrampoline feeds libnl's loop under the package, with Go callbacks and overrides, and plain libnl the same bytes: the callbacks are
// the same, with the same messages, and so is the outcome. By design an error of a callback's comes back as it is also where libnl says
// NLE_DUMP_INTR, and a DONE that carries an error is one. After an early end the package sees to it that the next answer has the number that is
// expected, so several receives are compared only where numbers are not checked.
func FuzzTrampoline(f *testing.F) {
	seeds(f, []byte{0xff, 0xff}, []byte{})
	f.Add(cat(compact(1, 16, flagMulti|flagIntr, 0, []byte("data")), compact(1, 3, flagMulti, 0, int32Bytes(0))), []byte{0xff, 0x07}, []byte{0, 0, 0, 0, 0, 3})
	f.Add(cat(compact(1, 2, 0, 0, errorMsg(request{}, 13)[16:]), compact(1, 2, 0, 1, errorMsg(request{}, 14)[16:])), []byte{0xff, 0x1f}, bytes.Repeat([]byte{0, 1, 2, 3}, 6))
	verdicts := []struct {
		ret int
		err error
	}{{oracle.OK, nil}, {oracle.Skip, libnl.Skip}, {oracle.Stop, libnl.Stop}, {cCode(libnl.ErrPerm), errors.New("mine")}}
	f.Fuzz(func(t *testing.T, data, set, says []byte) {
		s, err := libnl.Dial(libnl.ProtoUserSock, nil)
		check(t, err)
		defer s.Close()
		cb, err := libnl.NewCallbacks(libnl.KindCustom)
		check(t, err)
		defer cb.Close()
		base := s.UseSeq()
		in := datagrams(data, base)
		noteDone(in)

		opt := oracle.LoopOptions{Seq: base, Calls: 1}
		mask := uint16(0)
		if len(set) >= 2 {
			mask = binary.LittleEndian.Uint16(set)
		}
		if mask&(1<<13) != 0 {
			opt.NoAutoAck = true
			s.DisableAutoAck()
		}
		if opt.NoAutoAck || mask&(1<<oracle.CbSeqCheck) != 0 {
			opt.Calls = 1 + int(mask>>14)
		}
		var got []oracle.Event
		mine, failures := verdicts[3].err, 0
		for i := range oracle.CbCount {
			if mask&(1<<i) == 0 {
				continue
			}
			a := oracle.Action{Set: true}
			var seq []int // indices into verdicts
			for k := i; k < len(says) && len(seq) < 16; k += oracle.CbCount {
				v := int(says[k]) % len(verdicts)
				seq = append(seq, v)
				a.Returns = append(a.Returns, verdicts[v].ret)
			}
			opt.Callbacks[i] = a
			calls := 0
			next := func() error {
				if len(seq) == 0 {
					return nil
				}
				v := verdicts[seq[min(calls, len(seq)-1)]]
				calls++
				if v.err == mine {
					failures++
				}
				return v.err
			}
			if i == oracle.CbErr {
				check(t, cb.SetErr(libnl.KindCustom, func(e *libnl.Error) error {
					got = append(got, oracle.Event{Callback: i, Err: int(e.Errno)})
					if err := next(); err != nil {
						return err
					}
					return libnl.Ignore
				}))
				continue
			}
			check(t, cb.Set(libnl.CallbackType(i), libnl.KindCustom, func(m *libnl.Msg) error {
				h := m.Header()
				got = append(got, oracle.Event{Callback: i, Type: uint16(h.Type), Flags: uint16(h.Flags), Seq: h.Seq, Len: h.Len, Hash: oracle.Hash(m.Payload())})
				return next()
			}))
		}
		feed := in
		check(t, cb.OverwriteRecv(func(*libnl.Socket) ([]byte, libnl.SockAddr, *syscall.Ucred, error) {
			if len(feed) == 0 {
				return nil, libnl.SockAddr{}, nil, nil
			}
			d := feed[0]
			feed = feed[1:]
			return d, libnl.SockAddr{}, nil, nil
		}))
		type outcome struct {
			n        int
			err      error
			read     [][]byte // what it read
			verdicts int      // errors that callbacks returned
		}
		var outcomes []outcome
		for range opt.Calls {
			before := feed
			failures = 0
			n, err := s.RecvMsgsReport(cb)
			outcomes = append(outcomes, outcome{n, err, before[:len(before)-len(feed)], failures})
		}

		events, codes := oracle.Loop(in, opt)
		for i := range max(len(got), len(events)) {
			if i >= len(got) || i >= len(events) {
				t.Fatalf("%d callbacks, want %d\n got %+v\nwant %+v\nof %x", len(got), len(events), got, events, in)
			}
			w := events[i]
			if w.Callback == oracle.CbErr {
				w = oracle.Event{Callback: w.Callback, Err: w.Err}
				if w.Err < 0 {
					w.Err = int(uint32(-w.Err))
				}
			}
			w.Ret = 0
			if got[i] != w {
				t.Fatalf("callback %d is %+v, want %+v\nof %x", i, got[i], w, in)
			}
		}
		for i, o := range outcomes {
			var failed int // errno of a DONE
			for _, d := range o.read {
				for h, m := range libnl.EachMsg(d) {
					if h.Type == libnl.MsgDone && len(m) >= 20 && failed == 0 {
						failed = min(int(int32(binary.NativeEndian.Uint32(m[16:]))), 0)
					}
				}
			}
			e, _ := errors.AsType[*libnl.Error](o.err)
			ok := false
			switch {
			case o.verdicts > 0:
				ok = o.err == mine
			case codes[i] < 0:
				ok = e != nil && -int(e.Code) == codes[i]
			case failed != 0:
				ok = e != nil && e.Errno == syscall.Errno(uint32(-failed))
			default:
				ok = o.err == nil && o.n == codes[i]
			}
			if !ok {
				t.Fatalf("receive %d: %d, error %v; libnl's code %d, %d errors of callbacks, DONE with %d\nof %x", i, o.n, o.err, codes[i], o.verdicts, failed, in)
			}
		}
	})
}
