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
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
	"github.com/golibnl/libnl/internal/oracle"
)

// regID is the id of the tests' families, regID+1 that of a second one.
const regID = libnl.MsgType(0x7010)

// regHandler describes a family with one command, 1.
func regHandler(name string, id libnl.MsgType, hdrlen int, cmd libnl.GenlCmd) libnl.GenlHandler {
	if cmd.Name == "" {
		cmd.Name = "ONE"
	}
	return libnl.GenlHandler{Name: name, ID: id, Hdrlen: hdrlen, Cmds: map[uint8]libnl.GenlCmd{1: cmd}}
}

// regFamily registers a family for the length of the test.
func regFamily(t testing.TB, h libnl.GenlHandler) *libnl.GenlRegistration {
	t.Helper()
	o, err := libnl.RegisterGenl(h)
	noErr(t, err)
	t.Cleanup(func() { o.Close() })
	return o
}

// regMsg makes a message for a family's command.
func regMsg(t testing.TB, id libnl.MsgType, cmd uint8, hdrlen int, put func(m *libnl.Msg)) *libnl.Msg {
	t.Helper()
	m, err := libnl.NewMsgSize(1 << 16)
	noErr(t, err)
	noErr(t, m.PutGenl(77, 99, id, hdrlen, libnl.FlagRequest, libnl.GenlHeader{Cmd: cmd, Version: 3}))
	if put != nil {
		put(m)
	}
	noErr(t, m.Err())
	return m
}

func TestGenlRegister(t *testing.T) {
	const hdrlen = 6
	var got *libnl.GenlInfo
	calls := 0
	fail := errors.New("the handler's own")
	h := regHandler("go-family", regID, hdrlen, libnl.GenlCmd{
		Name:    "PUT",
		MaxAttr: 5,
		Policy:  libnl.Policy{2: {Kind: libnl.AttrU32}},
		Handle: func(in *libnl.GenlInfo) error {
			calls++
			got = in
			equal(t, "header", in.Header, libnl.GenlHeader{Cmd: 1, Version: 3})
			equal(t, "user header", string(in.UserHeader), "abcdef")
			equal(t, "argument", in.Arg.(string), "arg")
			equal(t, "type", in.Msg.Header().Type, regID)
			equal(t, "sender", in.Msg.Src(), libnl.SockAddr{Port: 5})
			a, ok := in.Attrs.Get(2)
			v, err := a.U32()
			if !ok || err != nil || v != 8 { // the last counts
				t.Errorf("attribute 2: %d, %t, %v", v, ok, err)
			}
			if _, ok := in.Attrs.Get(1); ok {
				t.Error("attribute 1 is not there")
			}
			if _, ok := in.Attrs.Get(6); ok {
				t.Error("attribute 6 is above the highest")
			}
			return fail
		},
	})
	h.Cmds[2] = libnl.GenlCmd{Name: "DEAF"}
	o := regFamily(t, h)
	delete(h.Cmds, 1) // the family has a copy
	equal(t, "id", o.ID(), regID)

	m := regMsg(t, regID, 1, hdrlen, func(m *libnl.Msg) {
		copy(m.Payload()[4:], "abcdef")
		m.PutU32(2, 7)
		m.PutU16(6, 1)
		m.PutU32(2, 8)
		m.SetSrc(libnl.SockAddr{Port: 5})
	})
	if err := libnl.GenlHandleMsg(m, "arg"); err != fail || calls != 1 {
		t.Errorf("%v, %d calls", err, calls)
	}
	if v := panics(func() { got.Msg.Header() }); v == nil {
		t.Error("the message outlives the handler")
	}
	m.Header() // the caller's own does

	// what no handler gets
	for what, c := range map[string]struct {
		m    *libnl.Msg
		err  error
		text string
		at   uint32
	}{
		"family":      {regMsg(t, regID+1, 1, hdrlen, nil), libnl.ErrMsgTypeNoSupport, "no family with the id 28689 is registered", 0},
		"libnl's own": {regMsg(t, 16, 1, 0, nil), libnl.ErrMsgTypeNoSupport, "no family with the id 16 is registered", 0},
		"command":     {regMsg(t, regID, 9, hdrlen, nil), libnl.ErrMsgTypeNoSupport, `family "go-family" has no command 9`, 0},
		"handler":     {regMsg(t, regID, 2, hdrlen, nil), libnl.ErrOpNotSupp, `command "DEAF" of family "go-family" has no handler`, 0},
		"header":      {regMsg(t, regID, 1, 0, nil), libnl.ErrMsgTooShort, "4 bytes of payload, headers of 10", 0},
		"no header":   {plainMsg(t, regID, 0, ""), libnl.ErrMsgTooShort, "no room for a generic header", 0},
		"attribute": {
			regMsg(t, regID, 1, hdrlen, func(m *libnl.Msg) { m.PutU8(1, 1); m.PutU16(2, 1) }),
			libnl.ErrRange, "attribute 2 has 2 bytes, fewer than 4", 16 + 12 + 8,
		},
	} {
		err := libnl.GenlHandleMsg(c.m, "arg")
		isErr(t, what, err, c.err)
		if e, ok := errors.AsType[*libnl.Error](err); !ok || e.Msg != c.text || e.Offset != c.at || e.Func != "genl_handle_msg" {
			t.Errorf("%s: %#v", what, err)
		}
	}
	isErr(t, "closed", libnl.GenlHandleMsg(nil, nil), libnl.ErrClosed)
	bad := regMsg(t, regID, 1, hdrlen, nil)
	bad.PutString(1, "a\x00b")
	isErr(t, "latched", libnl.GenlHandleMsg(bad, nil), libnl.ErrInval)
	equal(t, "calls", calls, 1)
}

// libnl itself has the family, its commands and its id, and nobody else's calls get through to Go.
func TestGenlRegisterInLibnl(t *testing.T) {
	called := 0
	h := regHandler("go-libnl", regID, 4, libnl.GenlCmd{Name: "CALL", Handle: func(*libnl.GenlInfo) error { called++; return nil }})
	o := regFamily(t, h)
	name := func(id libnl.MsgType, op uint8) (string, bool) {
		b := make([]byte, 32)
		ok := oracle.Call("genl_op2name", id, op, b, len(b)) != 0
		text, _, _ := strings.Cut(string(b), "\x00")
		return text, ok
	}
	for _, c := range []struct {
		id   libnl.MsgType
		op   uint8
		want string
	}{{regID, 1, "CALL"}, {regID, 2, ""}, {regID + 1, 1, ""}, {16, 3, "GETFAMILY"}} {
		text, ok := libnl.GenlOpName(c.id, c.op)
		inC, okC := name(c.id, c.op)
		if !okC {
			inC = "" // libnl says "unknown"
		}
		if text != c.want || ok != (c.want != "") || text != inC || ok != okC {
			t.Errorf("%d, %d: %q, %t, in C %q, %t", c.id, c.op, text, ok, inC, okC)
		}
	}
	m := regMsg(t, regID, 1, 4, nil)
	c := oracle.Ptr(oracle.Call("nlmsg_convert", m.Bytes()))
	defer oracle.Call("nlmsg_free", c)
	equal(t, "genl_handle_msg in C", int32(oracle.Call("genl_handle_msg", c, nil)), -int32(libnl.ErrOpNotSupp))
	equal(t, "calls", called, 0)
	noErr(t, libnl.GenlHandleMsg(m, nil))
	equal(t, "calls", called, 1)
	noErr(t, o.Unregister())
	equal(t, "genl_handle_msg in C", int32(oracle.Call("genl_handle_msg", c, nil)), -int32(libnl.ErrMsgTypeNoSupport))
	isErr(t, "unregistered", libnl.GenlHandleMsg(m, nil), libnl.ErrMsgTypeNoSupport)
	if _, ok := libnl.GenlOpName(regID, 1); ok {
		t.Error("the name is still there")
	}
}

func TestGenlRegisterErrors(t *testing.T) {
	handle := func(*libnl.GenlInfo) error { return nil }
	o := regFamily(t, regHandler("go-first", regID, 0, libnl.GenlCmd{Handle: handle}))
	unresolved := regFamily(t, regHandler("go-unresolved", 0, 0, libnl.GenlCmd{Handle: handle}))
	equal(t, "id", unresolved.ID(), 0)
	// libnl would hand messages of type 0 to a family that has no id yet
	isErr(t, "type 0", libnl.GenlHandleMsg(regMsg(t, 0, 1, 0, nil), nil), libnl.ErrMsgTypeNoSupport)
	if _, ok := libnl.GenlOpName(0, 1); ok {
		t.Error("a command of a family that has no id")
	}
	ok := libnl.GenlCmd{Name: "X", MaxAttr: 1, Policy: libnl.Policy{{}, {}}}
	cmd := func(change func(c *libnl.GenlCmd)) libnl.GenlHandler {
		c := ok
		change(&c)
		return libnl.GenlHandler{Name: "go-bad", Cmds: map[uint8]libnl.GenlCmd{1: c}}
	}
	for what, c := range map[string]struct {
		h   libnl.GenlHandler
		err error
	}{
		"name twice":      {regHandler("go-first", regID+1, 0, ok), libnl.ErrExist},
		"unresolved name": {regHandler("go-unresolved", 0, 0, ok), libnl.ErrExist},
		"id twice":        {regHandler("go-bad", regID, 0, ok), fs.ErrExist},
		"libnl's name":    {regHandler("nlctrl", 0, 0, ok), libnl.ErrExist},
		"libnl's id":      {regHandler("go-bad", 16, 0, ok), libnl.ErrExist},
		"no name":         {regHandler("", regID+1, 0, ok), libnl.ErrInval},
		"NUL":             {regHandler("a\x00b", regID+1, 0, ok), libnl.ErrInval},
		"control message": {regHandler("go-bad", 15, 0, ok), libnl.ErrRange},
		"negative header": {regHandler("go-bad", 0, -1, ok), libnl.ErrRange},
		"huge header":     {regHandler("go-bad", 0, 1<<16, ok), libnl.ErrRange},
		"no commands":     {libnl.GenlHandler{Name: "go-bad"}, libnl.ErrInval},
		"command's name":  {cmd(func(c *libnl.GenlCmd) { c.Name = "" }), libnl.ErrInval},
		"command's NUL":   {cmd(func(c *libnl.GenlCmd) { c.Name = "a\x00" }), libnl.ErrInval},
		"long name":       {cmd(func(c *libnl.GenlCmd) { c.Name = strings.Repeat("x", 256) }), libnl.ErrInval},
		"negative type":   {cmd(func(c *libnl.GenlCmd) { c.MaxAttr = -1 }), libnl.ErrRange},
		"highest type":    {cmd(func(c *libnl.GenlCmd) { c.MaxAttr = 1 << 14 }), libnl.ErrRange},
		"long policy":     {cmd(func(c *libnl.GenlCmd) { c.MaxAttr = 0 }), libnl.ErrInval},
		"kind":            {cmd(func(c *libnl.GenlCmd) { c.Policy = libnl.Policy{1: {Kind: 16}} }), libnl.ErrInval},
		"huge kind":       {cmd(func(c *libnl.GenlCmd) { c.Policy = libnl.Policy{1: {Kind: 65535}} }), libnl.ErrInval},
	} {
		o, err := libnl.RegisterGenl(c.h)
		isErr(t, what, err, c.err)
		if o != nil {
			t.Errorf("%s: registered", what)
			o.Close()
		}
	}
	edge := cmd(func(c *libnl.GenlCmd) { c.Name = strings.Repeat("x", 255); c.MaxAttr = 1<<14 - 1; c.Handle = handle })
	edge.ID, edge.Hdrlen = regID+1, 65535
	noErr(t, regFamily(t, edge).Close()) // and its name is free again
	regFamily(t, edge)
	if name, ok := libnl.GenlOpName(regID+1, 1); !ok || len(name) != 255 {
		t.Errorf("%q, %t", name, ok)
	}
	huge, err := libnl.NewMsgSize(1 << 17)
	noErr(t, err)
	noErr(t, huge.PutGenl(0, 0, regID+1, 65535, 0, libnl.GenlHeader{Cmd: 1}))
	noErr(t, libnl.GenlHandleMsg(huge, nil))

	noErr(t, o.Unregister())
	isErr(t, "twice", o.Unregister(), libnl.ErrClosed)
	noErr(t, o.Close())
	isErr(t, "resolve", o.Resolve(t.Context(), nil), libnl.ErrClosed)
	var none *libnl.GenlRegistration
	noErr(t, none.Close())
	noErr(t, new(libnl.GenlRegistration).Close())
	isErr(t, "nil", none.Unregister(), libnl.ErrClosed)
	isErr(t, "zero", new(libnl.GenlRegistration).Unregister(), libnl.ErrClosed)
	isErr(t, "nil", none.Resolve(t.Context(), nil), libnl.ErrClosed)
	for _, o := range []*libnl.GenlRegistration{o, none, {}} {
		if v := panics(func() { o.ID() }); v == nil {
			t.Error("ID of what is not registered")
		}
	}
	var info *libnl.GenlInfo
	_, err = info.NewReply(0, libnl.GenlHeader{})
	isErr(t, "nil", err, libnl.ErrInval)
	_, err = new(libnl.GenlInfo).NewReply(0, libnl.GenlHeader{})
	isErr(t, "zero", err, libnl.ErrClosed)
}

func init() {
	guards = append(guards, func(t *testing.T) map[string]error {
		h := regHandler("go-guard", regID, 0, libnl.GenlCmd{Handle: func(*libnl.GenlInfo) error { return nil }})
		o := regFamily(t, h)
		noErr(t, o.Unregister())
		h.Cmds[1] = libnl.GenlCmd{Name: "BAD", MaxAttr: 1, Policy: libnl.Policy{1: {Kind: 1000}}}
		_, err := libnl.RegisterGenl(h)
		return map[string]error{
			"genl_register_family":   err,
			"genl_unregister_family": o.Unregister(),
			"genl_handle_msg":        libnl.GenlHandleMsg(regMsg(t, 16, 1, 0, func(m *libnl.Msg) { m.PutString(2, "x") }), nil),
		}
	})
}

// What handlers get, and what is refused, is what plain libnl's parser says, for random policies and attributes.
func TestGenlPolicyRandom(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	var tab libnl.AttrTable
	var seen bool
	refused := 0
	for range 3000 {
		limit := rnd.IntN(6)
		hdrlen := rnd.IntN(10)
		var p libnl.Policy
		var op []oracle.Policy
		for range rnd.IntN(limit + 2) {
			e := libnl.PolicyEntry{Kind: libnl.AttrKind(rnd.IntN(16)), MinLen: uint16(rnd.IntN(3) * rnd.IntN(3)), MaxLen: uint16(rnd.IntN(2) * rnd.IntN(9))}
			p = append(p, e)
			op = append(op, oracle.Policy{Type: uint16(e.Kind), MinLen: e.MinLen, MaxLen: e.MaxLen})
		}
		o, err := libnl.RegisterGenl(regHandler("go-random", regID, hdrlen, libnl.GenlCmd{
			MaxAttr: limit,
			Policy:  p,
			Handle: func(in *libnl.GenlInfo) error {
				tab, seen = in.Attrs, true
				return nil
			},
		}))
		noErr(t, err)
		m := regMsg(t, regID, 1, hdrlen, func(m *libnl.Msg) {
			for range rnd.IntN(5) {
				b := make([]byte, rnd.IntN(10))
				for i := range b {
					b[i] = byte(rnd.IntN(2))
				}
				m.PutBytes(uint16(rnd.IntN(limit+2)), b)
			}
		})
		b := bytes.Clone(m.Bytes())
		if rnd.IntN(2) == 0 { // cut short
			b = b[:20+rnd.IntN(len(b)-19)]
			binary.NativeEndian.PutUint32(b, uint32(len(b)))
			m, err = libnl.MsgFromBytes(b)
			noErr(t, err)
		}
		want, ok := oracle.ParseMsg(b, 4+hdrlen, limit, op)
		if !ok {
			t.Fatal("no reference")
		}
		seen = false
		err = libnl.GenlHandleMsg(m, nil)
		if int(code(err)) != -want.Code || seen != (want.Code == 0) {
			t.Fatalf("%v, libnl says %d: % x", err, want.Code, b)
		}
		if err != nil {
			refused++
			if e := err.(*libnl.Error); e.Msg == "" || e.Code != libnl.ErrMsgTooShort && e.Offset == 0 {
				t.Fatalf("%#v", e)
			} else if at := b[min(int(e.Offset), len(b)):]; e.Offset > 0 && !strings.Contains(e.Msg, fmt.Sprintf("attribute %d ", binary.NativeEndian.Uint16(at[2:]))) {
				t.Fatalf("%v, but the attribute at %d is % x", e, e.Offset, at)
			}
		}
		for i, off := range want.Offsets {
			a, ok := tab.Get(uint16(i))
			if !seen {
				break
			}
			if ok != (off >= 0) || ok && !bytes.Equal(a.Bytes(), b[off+4:off+4+a.Len()]) {
				t.Fatalf("attribute %d: %t, libnl: at %d", i, ok, off)
			}
		}
		noErr(t, o.Close())
	}
	if refused < 100 {
		t.Errorf("only %d refused", refused)
	}
}

// The kinds that libnl before 3.12 aborts on are checked like in ParseAttrs.
func TestGenlPolicyUint(t *testing.T) {
	for _, kind := range []libnl.AttrKind{libnl.AttrSint, libnl.AttrUint} {
		for _, e := range []libnl.PolicyEntry{{Kind: kind}, {Kind: kind, MinLen: 2}, {Kind: kind, MinLen: 8, MaxLen: 8}, {Kind: kind, MaxLen: 4}} {
			o := regFamily(t, regHandler("go-uint", regID, 0, libnl.GenlCmd{
				MaxAttr: 1, Policy: libnl.Policy{1: e}, Handle: func(*libnl.GenlInfo) error { return nil },
			}))
			for n := range 10 {
				m := regMsg(t, regID, 1, 0, func(m *libnl.Msg) { m.PutBytes(1, make([]byte, n)) })
				_, want := m.ParseAttrs(4, 1, libnl.Policy{1: e})
				equal(t, fmt.Sprintf("%+v, %d bytes", e, n), code(libnl.GenlHandleMsg(m, nil)), code(want))
			}
			o.Close()
		}
	}
}

// A handler may panic, leave its goroutine, unregister its family and dispatch further messages.
func TestGenlHandlerInside(t *testing.T) {
	var ops *libnl.GenlRegistration
	var do func(in *libnl.GenlInfo) error
	h := regHandler("go-inside", regID, 0, libnl.GenlCmd{MaxAttr: 1, Handle: func(in *libnl.GenlInfo) error { return do(in) }})
	ops = regFamily(t, h)
	m := regMsg(t, regID, 1, 0, func(m *libnl.Msg) { m.PutU32(1, 4) })

	type thing struct{ int }
	do = func(*libnl.GenlInfo) error { panic(&thing{7}) }
	if v, ok := panics(func() { _ = libnl.GenlHandleMsg(m, nil) }).(*thing); !ok || v.int != 7 {
		t.Error("not the panic of the handler")
	}
	exited := make(chan bool)
	do = func(*libnl.GenlInfo) error { runtime.Goexit(); return nil }
	go func() {
		defer close(exited)
		_ = libnl.GenlHandleMsg(m, nil)
	}()
	<-exited

	do = func(in *libnl.GenlInfo) error {
		n := in.Arg.(int)
		if n == 0 {
			return ops.Unregister()
		}
		if err := libnl.GenlHandleMsg(in.Msg, n-1); err != nil {
			return err
		}
		a, _ := in.Attrs.Get(1)
		if v, err := a.U32(); err != nil || v != 4 {
			t.Errorf("after unregistering: %d, %v", v, err)
		}
		return nil
	}
	noErr(t, libnl.GenlHandleMsg(m, 100))
	isErr(t, "unregistered", libnl.GenlHandleMsg(m, 0), libnl.ErrMsgTypeNoSupport)
	ops = regFamily(t, h) // anew
	noErr(t, libnl.GenlHandleMsg(m, 0))
}

// Messages are dispatched from callbacks under libnl's loop, and what the handler returns or panics with comes out of the receive.
func TestGenlHandleInCallback(t *testing.T) {
	p := newPeer(t, 0)
	s := dialPeer(t, p, libnl.Config{Events: true})
	var do func(in *libnl.GenlInfo) error
	ops := regFamily(t, regHandler("go-callback", regID, 0, libnl.GenlCmd{Handle: func(in *libnl.GenlInfo) error { return do(in) }}))
	noErr(t, s.ModifyCallback(libnl.CbValid, libnl.KindCustom, func(m *libnl.Msg) error { return libnl.GenlHandleMsg(m, s) }))
	recv := func() error {
		p.send(s.LocalPort(), regMsg(t, regID, 1, 0, nil).Bytes())
		return s.Recv(within(t, 5*time.Second))
	}

	ran := 0
	do = func(in *libnl.GenlInfo) error {
		ran++
		equal(t, "sender", in.Msg.Src().Port, p.port)
		m, err := in.NewReply(0, libnl.GenlHeader{Cmd: 2})
		noErr(t, err)
		return in.Arg.(*libnl.Socket).Post(t.Context(), m) // a callback may send
	}
	noErr(t, recv())
	equal(t, "calls", ran, 1)
	b, _, ok := p.recv()
	if !ok {
		t.Fatal("no reply")
	}
	for h := range libnl.EachMsg(b) {
		equal(t, "reply", h, libnl.Header{Len: 20, Type: regID, Seq: 99, Port: p.port})
	}

	mine := errors.New("mine")
	do = func(*libnl.GenlInfo) error { return mine }
	if err := recv(); err != mine {
		t.Error(err)
	}
	do = func(*libnl.GenlInfo) error { return libnl.Skip }
	noErr(t, recv())
	do = func(*libnl.GenlInfo) error { panic("boom") }
	equal(t, "panic", panics(func() { _ = recv() }), any("boom"))
	do = func(*libnl.GenlInfo) error { return ops.Unregister() }
	noErr(t, recv())
	isErr(t, "unregistered", recv(), libnl.ErrMsgTypeNoSupport)
	ops = regFamily(t, regHandler("go-callback", regID, 0, libnl.GenlCmd{Handle: func(in *libnl.GenlInfo) error { return do(in) }}))
	do = func(*libnl.GenlInfo) error { return s.Close() }
	isErr(t, "closed inside", recv(), libnl.ErrClosed)
}

// Goroutines register, dispatch and unregister families, some of the same name, at the same time.
func TestGenlRegisterConcurrent(t *testing.T) {
	const workers = 6
	rounds := 300
	if nltest.Race || nltest.ASan {
		rounds = 100
	}
	var handled, unknown atomic.Int64
	var wg sync.WaitGroup
	for i := range workers {
		wg.Go(func() {
			id := regID + libnl.MsgType(i/2) // two share each
			m := regMsg(t, id, 1, 4, func(m *libnl.Msg) { m.PutString(3, "text") })
			for range rounds {
				h := regHandler(fmt.Sprint("go-worker", i/2), id, 4, libnl.GenlCmd{
					MaxAttr: 3,
					Policy:  libnl.Policy{3: {Kind: libnl.AttrString}},
					Handle: func(in *libnl.GenlInfo) error {
						a, _ := in.Attrs.Get(3)
						if s, err := a.Text(); err != nil || s != "text" {
							t.Errorf("%q, %v", s, err)
						}
						handled.Add(1)
						return nil
					},
				})
				o, err := libnl.RegisterGenl(h)
				if err != nil && !errors.Is(err, libnl.ErrExist) {
					t.Error(err)
				}
				for range 5 {
					if err := libnl.GenlHandleMsg(m, nil); errors.Is(err, libnl.ErrMsgTypeNoSupport) {
						unknown.Add(1)
					} else if err != nil {
						t.Error(err)
					}
					libnl.GenlOpName(id, 1)
				}
				if o != nil {
					noErr(t, o.Unregister())
				}
			}
		})
	}
	wg.Wait()
	if handled.Load() == 0 {
		t.Error("nothing was handled")
	}
	t.Logf("%d handled, %d came too early or too late", handled.Load(), unknown.Load())
}

// Neither a registration nor a dispatch, nor one that is refused, leaves memory behind.
func TestGenlRegisterMemoryFlat(t *testing.T) {
	h := regHandler("go-flat", regID, 0, libnl.GenlCmd{MaxAttr: 1000, Policy: libnl.Policy{1: {Kind: libnl.AttrU32}}, Handle: func(*libnl.GenlInfo) error { return nil }})
	good := regMsg(t, regID, 1, 0, func(m *libnl.Msg) { m.PutBytes(9, make([]byte, 2000)) })
	bad := regMsg(t, regID, 1, 0, func(m *libnl.Msg) { m.PutU8(1, 1); m.PutBytes(9, make([]byte, 2000)) })
	twice := regFamily(t, regHandler("go-twice", regID+1, 0, libnl.GenlCmd{}))
	taken := h
	taken.Name = "go-twice"
	flat(t, 20000, func() {
		o, err := libnl.RegisterGenl(h)
		noErr(t, err)
		noErr(t, libnl.GenlHandleMsg(good, nil))
		if libnl.GenlHandleMsg(bad, nil) == nil {
			t.Fatal("not refused")
		}
		if _, err := libnl.RegisterGenl(taken); err == nil {
			t.Fatal("not refused")
		}
		noErr(t, o.Close())
	})
	noErr(t, twice.Close())
}

// A registration that is forgotten is reported, and lives on.
func TestGenlRegisterForgotten(t *testing.T) {
	if !inChild(t) {
		return
	}
	leaks := make(chan libnl.Leak, 10)
	libnl.TraceLeaks(func(l libnl.Leak) { leaks <- l })
	func() {
		_, err := libnl.RegisterGenl(regHandler("go-forgotten", regID, 0, libnl.GenlCmd{Handle: func(*libnl.GenlInfo) error { return nil }}))
		noErr(t, err)
	}()
	if !eventually(func() bool { runtime.GC(); return len(leaks) > 0 }) {
		t.Fatal("not reported")
	}
	equal(t, "leak", (<-leaks).Kind, "GenlRegistration")
	noErr(t, libnl.GenlHandleMsg(regMsg(t, regID, 1, 0, nil), nil))
}

// Families of the kernel's are found by name, and what the kernel sends goes to their handlers.
func TestGenlRegisterResolve(t *testing.T) {
	nltest.NetNS(t)
	s, err := libnl.DialGeneric(nil)
	noErr(t, err)
	defer s.Close()
	const reply = 1 // ETHTOOL_MSG_STRSET_GET, and its reply
	got := 0
	ethtool := regFamily(t, regHandler("ethtool", 0, 0, libnl.GenlCmd{Name: "STRSET", MaxAttr: 2, Handle: func(in *libnl.GenlInfo) error {
		got++
		if sets, ok := in.Attrs.Get(2); !ok || sets.Len() < 100 {
			t.Error("no strings")
		}
		return nil
	}}))
	if _, err := s.ResolveGenl(t.Context(), "ethtool"); errors.Is(err, fs.ErrNotExist) {
		t.Skip("the kernel has no ethtool netlink: ", err)
	}
	absent := regFamily(t, regHandler("go-absent", 0, 0, libnl.GenlCmd{}))
	long := regFamily(t, regHandler("go-name-longer-than-the-kernel-has", 0, 0, libnl.GenlCmd{}))
	fixed := regFamily(t, regHandler("go-fixed", regID, 0, libnl.GenlCmd{}))

	err = libnl.ResolveGenlRegistrations(t.Context(), s)
	isErr(t, "all", err, fs.ErrNotExist)
	if err != nil && !strings.Contains(err.Error(), "go-absent") {
		t.Errorf("%v does not name the family", err)
	}
	isErr(t, "absent", absent.Resolve(t.Context(), s), fs.ErrNotExist)
	if long.Resolve(t.Context(), s) == nil {
		t.Error("resolved")
	}
	equal(t, "absent", absent.ID(), 0)
	equal(t, "fixed", fixed.ID(), regID)
	want := 0
	out := string(nltest.Run(t, "genl-ctrl-list"))
	for line := range strings.Lines(out) {
		if f := strings.Fields(line); len(f) > 1 && f[1] == "ethtool" {
			fmt.Sscanf(f[0], "%v", &want)
		}
	}
	if want == 0 {
		t.Fatal(out)
	}
	equal(t, "id", ethtool.ID(), libnl.MsgType(want))

	m := regMsg(t, ethtool.ID(), reply, 0, func(m *libnl.Msg) {
		m.Nest(1, func(m *libnl.Msg) { m.PutU32(3, 0) })                                   // the kernel wants a header
		m.Nest(2, func(m *libnl.Msg) { m.Nest(1, func(m *libnl.Msg) { m.PutU32(1, 4) }) }) // the set of features
	})
	for r, err := range s.Request(t.Context(), m) {
		noErr(t, err)
		noErr(t, libnl.GenlHandleMsg(r, nil))
	}
	equal(t, "replies", got, 1)

	// an id that another family was given is not handed out twice
	noErr(t, ethtool.Unregister())
	taken := regFamily(t, regHandler("go-taken", libnl.MsgType(want), 0, libnl.GenlCmd{}))
	other := regFamily(t, regHandler("ethtool", 0, 0, libnl.GenlCmd{}))
	isErr(t, "taken", other.Resolve(t.Context(), s), libnl.ErrExist)
	equal(t, "id", other.ID(), 0)
	noErr(t, taken.Unregister())
	noErr(t, other.Resolve(t.Context(), s))
	noErr(t, other.Resolve(t.Context(), s)) // again
	equal(t, "id", other.ID(), libnl.MsgType(want))
	noErr(t, other.Unregister())
	isErr(t, "unregistered", other.Resolve(t.Context(), s), libnl.ErrClosed)

	unconnected, err := libnl.NewSocket()
	noErr(t, err)
	defer unconnected.Close()
	isErr(t, "unconnected", absent.Resolve(t.Context(), unconnected), libnl.ErrBadSock)
	isErr(t, "no socket", absent.Resolve(t.Context(), nil), libnl.ErrInval)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	isErr(t, "ended", absent.Resolve(ended, s), context.Canceled)
}
