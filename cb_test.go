//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"syscall"
	"testing"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
	"github.com/golibnl/libnl/internal/oracle"
	"golang.org/x/sys/unix"
)

func noErr(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// cbErr stands for the error callback where the others are numbered.
const cbErr = libnl.CallbackType(oracle.CbErr)

var cbNames = [...]string{"VALID", "FINISH", "OVERRUN", "SKIPPED", "ACK", "MSG_IN", "MSG_OUT", "INVALID", "SEQ_CHECK", "SEND_ACK", "DUMP_INTR", "ERR"}

// feed makes receives with the set read datagrams from memory, and then the end of the data.
func feed(t testing.TB, set *libnl.Callbacks, datagrams ...[]byte) {
	t.Helper()
	noErr(t, set.OverwriteRecv(func(*libnl.Socket) ([]byte, libnl.SockAddr, *syscall.Ucred, error) {
		if len(datagrams) == 0 {
			return nil, libnl.SockAddr{}, nil, nil
		}
		d := datagrams[0]
		datagrams = datagrams[1:]
		return d, libnl.SockAddr{}, nil, nil
	}))
}

// ackMsg is an ERROR message with the errno, 0 for an acknowledgement.
func ackMsg(errno syscall.Errno, seq uint32) []byte {
	p := make([]byte, 20)
	binary.NativeEndian.PutUint32(p, -uint32(errno))
	binary.NativeEndian.PutUint32(p[4:], 16)
	return oracle.Message(unix.NLMSG_ERROR, unix.NLM_F_CAPPED, seq, p)
}

// A verdict is what a callback says: libnl's word for it, and ours.
type verdict struct {
	ret int
	err error
}

// oneLoop runs the datagrams through libnl's loop, in plain C and in ours, and compares.
func oneLoop(t *testing.T, datagrams [][]byte, opt oracle.LoopOptions) {
	t.Helper()
	want, codes := oracle.Loop(datagrams, opt)

	set, err := libnl.NewCallbacks(libnl.KindCustom)
	noErr(t, err)
	defer set.Close()
	s, err := libnl.Dial(libnl.ProtoRoute, &libnl.Config{Callbacks: set})
	noErr(t, err)
	defer s.Close()
	if opt.NoAutoAck {
		s.DisableAutoAck()
	}
	if opt.NoSeqCheck {
		s.DisableSeqCheck()
	}
	delta := s.UseSeq() - opt.Seq
	var shifted [][]byte
	for _, d := range datagrams {
		d = slices.Clone(d)
		for h, m := range libnl.EachMsg(d) {
			binary.NativeEndian.PutUint32(m[8:], h.Seq+delta)
		}
		shifted = append(shifted, d)
	}
	feed(t, set, shifted...)

	var got []oracle.Event
	var ours error // what a callback of ours returned as an error
	var calls [oracle.CbCount]int
	say := func(i int) (ret int, err error) {
		if a := opt.Callbacks[i].Returns; len(a) > 0 {
			ret = a[min(calls[i], len(a)-1)]
		}
		calls[i]++
		switch ret {
		case oracle.Skip:
			return ret, libnl.Skip
		case oracle.Stop:
			return ret, libnl.Stop
		case oracle.OK:
			return ret, nil
		}
		ours = fmt.Errorf("callback %d said %d", i, ret)
		return ret, ours
	}
	for i, a := range opt.Callbacks {
		switch {
		case !a.Set:
		case i == oracle.CbErr:
			noErr(t, set.SetErr(libnl.KindCustom, func(e *libnl.Error) error {
				ret, err := say(i)
				got = append(got, oracle.Event{Callback: i, Err: int(e.Errno), Ret: ret})
				if err == nil {
					return libnl.Ignore
				}
				return err
			}))
		default:
			noErr(t, set.Set(libnl.CallbackType(i), libnl.KindCustom, func(m *libnl.Msg) error {
				h := m.Header()
				ret, err := say(i)
				got = append(got, oracle.Event{
					Callback: i, Type: uint16(h.Type), Flags: uint16(h.Flags), Seq: h.Seq - delta, Len: h.Len,
					Hash: oracle.Hash(m.Payload()), Ret: ret,
				})
				return err
			}))
		}
	}
	n, err := s.RecvMsgsReport(set)

	for i, e := range want {
		if e.Callback == oracle.CbErr { // ours is given the error, not the message, and the errno without a sign
			want[i] = oracle.Event{Callback: e.Callback, Err: max(e.Err, -e.Err), Ret: e.Ret}
		}
	}
	if !slices.Equal(got, want) {
		t.Fatalf("callbacks:\n got %+v\nwant %+v\noptions %+v\n%x", got, want, opt, datagrams)
	}
	switch code := codes[0]; {
	case ours != nil:
		if err != ours {
			t.Fatalf("returned %v, want the callback's error (plain libnl: %d)\n%+v\n%x", err, code, opt, datagrams)
		}
	case code < 0:
		if !errors.Is(err, libnl.Errno(-code)) {
			t.Fatalf("returned %v, want %d\n%+v\n%x", err, code, opt, datagrams)
		}
	case err != nil:
		if e := (*libnl.Error)(nil); !errors.As(err, &e) || !slices.Contains(doneErrors(datagrams), e.Errno) {
			t.Fatalf("returned %v, want %d messages\n%+v\n%x", err, code, opt, datagrams)
		}
	case n != code:
		t.Fatalf("returned %d messages, want %d\n%+v\n%x", n, code, opt, datagrams)
	}
}

// doneErrors returns the errors inside DONE messages, which plain libnl does not see.
func doneErrors(datagrams [][]byte) (errs []syscall.Errno) {
	for _, d := range datagrams {
		for h, m := range libnl.EachMsg(d) {
			if h.Type == libnl.MsgDone && len(m) >= 20 {
				errs = append(errs, syscall.Errno(-binary.NativeEndian.Uint32(m[16:])))
			}
		}
	}
	return errs
}

// sample returns messages of all sorts, the expected one numbered seq.
func sample(seq uint32) [][]byte {
	const multi, intr, ack = unix.NLM_F_MULTI, unix.NLM_F_DUMP_INTR, unix.NLM_F_ACK
	body := []byte{1, 2, 3, 4, 5, 6, 7}
	return [][]byte{
		oracle.Message(16, 0, seq, body),
		oracle.Message(16, multi, seq, body),
		oracle.Message(24, multi|intr, seq, body[:4]),
		oracle.Message(17, ack, seq, nil),
		oracle.Message(16, 0, seq+1000, body),
		oracle.Message(unix.NLMSG_NOOP, 0, seq, nil),
		oracle.Message(unix.NLMSG_NOOP, multi|intr|ack, seq, body),
		oracle.Message(unix.NLMSG_OVERRUN, 0, seq, nil),
		oracle.Message(unix.NLMSG_DONE, multi, seq, make([]byte, 4)),
		oracle.Message(unix.NLMSG_DONE, multi|intr, seq, make([]byte, 4)),
		oracle.Message(unix.NLMSG_DONE, multi, seq, binary.NativeEndian.AppendUint32(nil, ^uint32(1))), // ENOENT
		oracle.Message(unix.NLMSG_DONE, 0, seq, nil),
		oracle.Message(5, 0, seq, body), // a control message that nobody knows
		ackMsg(0, seq),
		ackMsg(0, seq+7),
		ackMsg(syscall.EEXIST, seq),
		ackMsg(syscall.ENODEV, seq+1),
		oracle.Message(unix.NLMSG_ERROR, 0, seq, []byte{0xef, 0xff, 0xff, 0xff}), // truncated
	}
}

// Each callback type fires where libnl's loop fires it, alone and among all others, whatever it returns: compared with plain libnl.
func TestLoopOrder(t *testing.T) {
	const seq = 100
	all := sample(seq)
	end := oracle.Message(unix.NLMSG_DONE, unix.NLM_F_MULTI, seq, make([]byte, 4))
	var feeds [][][]byte
	for _, m := range all {
		feeds = append(feeds, [][]byte{m}, [][]byte{slices.Concat(m, m), slices.Concat(m, end)})
	}
	fired := map[int]bool{}
	for _, f := range feeds {
		for _, others := range []string{"none", "all", "all but SEQ_CHECK", "all but INVALID and ERR"} {
			var opt oracle.LoopOptions
			opt.Seq = seq
			for i := range opt.Callbacks {
				opt.Callbacks[i].Set = others != "none"
			}
			switch others {
			case "all but SEQ_CHECK":
				opt.Callbacks[oracle.CbSeqCheck].Set = false
			case "all but INVALID and ERR":
				opt.Callbacks[oracle.CbSeqCheck].Set = false
				opt.Callbacks[oracle.CbInvalid].Set = false
				opt.Callbacks[oracle.CbErr].Set = false
			}
			oneLoop(t, f, opt)
			ev, _ := oracle.Loop(f, opt)
			for _, e := range ev {
				fired[e.Callback] = true
				o := opt
				for _, ret := range []int{oracle.OK, oracle.Skip, oracle.Stop, -int(libnl.ErrPerm)} {
					o.Callbacks[e.Callback] = oracle.Action{Set: true, Returns: []int{ret}}
					oneLoop(t, f, o)
					o.Callbacks[e.Callback].Returns = []int{oracle.OK, ret, oracle.OK}
					oneLoop(t, f, o)
				}
			}
		}
	}
	for i, name := range cbNames {
		if !fired[i] && i != oracle.CbMsgOut {
			t.Errorf("%s never fired", name)
		}
	}
}

// The same with datagrams, callbacks and returns drawn by lot, and with bytes that are no messages.
func TestLoopOrderRandom(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	const seq = 100
	all := sample(seq)
	rounds := 3000
	if testing.Short() || nltest.Race {
		rounds = 300
	}
	for range rounds {
		opt := oracle.LoopOptions{Seq: seq, NoAutoAck: rnd.IntN(5) == 0, NoSeqCheck: rnd.IntN(3) == 0}
		for i := range opt.Callbacks {
			opt.Callbacks[i].Set = rnd.IntN(2) == 0
			for range rnd.IntN(4) {
				opt.Callbacks[i].Returns = append(opt.Callbacks[i].Returns, []int{oracle.OK, oracle.OK, oracle.Skip, oracle.Stop, -1, -33}[rnd.IntN(6)])
			}
		}
		if opt.NoSeqCheck {
			opt.Callbacks[oracle.CbSeqCheck].Set = false
		}
		var f [][]byte
		for range 1 + rnd.IntN(3) {
			var d []byte
			for range 1 + rnd.IntN(4) {
				d = append(d, all[rnd.IntN(len(all))]...)
			}
			switch rnd.IntN(8) {
			case 0:
				d = d[:len(d)-rnd.IntN(min(len(d), 20))]
			case 1:
				binary.NativeEndian.PutUint32(d, uint32(rnd.IntN(64)))
			}
			if len(d) > 0 {
				f = append(f, d)
			}
		}
		oneLoop(t, f, opt)
	}
}

// An error from a callback comes back as it is, whatever the loop thinks of it. Its twin on plain libnl is
// TestTrapCallbackErrorLostToDumpIntr; here both are seen side by side.
func TestCallbackErrorOfInterruptedDump(t *testing.T) {
	const seq = 7
	d := [][]byte{oracle.Message(16, unix.NLM_F_MULTI|unix.NLM_F_DUMP_INTR, seq, make([]byte, 16)), oracle.Message(unix.NLMSG_DONE, unix.NLM_F_MULTI, seq, make([]byte, 4))}
	var opt oracle.LoopOptions
	opt.Seq = seq
	opt.Callbacks[oracle.CbValid] = oracle.Action{Set: true, Returns: []int{-int(libnl.ErrPerm)}}
	if _, codes := oracle.Loop(d, opt); codes[0] != -int(libnl.ErrDumpIntr) {
		t.Fatalf("plain libnl returned %d: the scene is not the right one", codes[0])
	}
	oneLoop(t, d, opt)
}

// Errors of the package's own are no exception: a callback that returns one gets that very one back.
func TestCallbackErrorVerbatim(t *testing.T) {
	wrapped := fmt.Errorf("mine: %w", libnl.ErrClosed)
	for _, mine := range []error{
		errors.New("mine"), wrapped, libnl.ErrClosed, libnl.ErrNested, libnl.ErrOverrun, libnl.ErrExist, syscall.ENOENT, libnl.Ignore,
		&libnl.Error{Code: libnl.ErrAgain}, &libnl.Error{Func: "mine"}, fmt.Errorf("%w", libnl.Stop),
	} {
		for typ := range cbTypes {
			for _, explicit := range []bool{false, true} {
				sc := newScene(t, typ, explicit)
				sc.hook(func(*libnl.Msg) error { return mine })
				err := sc.call()
				if typ == cbErr && mine == libnl.Ignore {
					noErr(t, err)
				} else if err != mine {
					t.Errorf("%v: returned %#v, want %#v", sc, err, mine)
				}
				sc.usable()
			}
		}
		// and from the overrides
		sc := newScene(t, libnl.CbValid, false)
		noErr(t, sc.set.OverwriteRecv(func(*libnl.Socket) ([]byte, libnl.SockAddr, *syscall.Ucred, error) {
			return nil, libnl.SockAddr{}, nil, mine
		}))
		if err := sc.s.RecvMsgsDefault(); err != mine {
			t.Errorf("recv override: returned %#v, want %#v", err, mine)
		}
		noErr(t, sc.set.OverwriteRecvMsgs(func(*libnl.Socket, *libnl.Callbacks) (int, error) { return 3, mine }))
		if err := sc.s.RecvMsgsDefault(); err != mine {
			t.Errorf("loop override: returned %#v, want %#v", err, mine)
		}
		noErr(t, sc.set.OverwriteSend(func(*libnl.Socket, *libnl.Msg) (int, error) { return 3, mine }))
		if n, err := sc.s.SendAuto(noopMsg(t)); err != mine || n != 0 {
			t.Errorf("send override: returned %d, %#v, want %#v", n, err, mine)
		}
	}
}
