//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"context"
	"iter"
	"os"
	"unsafe"
)

// What the objects of libnl have in common where they meet a socket: requests that libnl builds, answers that are objects.

// builtMsg returns what one of libnl's request builders made, with room for attributes of the caller's own.
func builtMsg(fn string, p Protocol, rc C.int, msg *C.struct_nl_msg) (*Msg, error) {
	if err := codeErr(fn, int(rc)); err != nil {
		return nil, err
	}
	h := C.nlmsg_hdr(msg)
	m := copyMsg(unsafe.Slice((*byte)(unsafe.Pointer(h)), h.nlmsg_len))
	C.nlmsg_free(msg)
	m.own.max = max(m.own.max, os.Getpagesize())
	m.own.proto = int(p)
	return m, nil
}

// speaks returns an error unless the socket can be asked in the protocol p.
func (s *Socket) speaks(fn string, p Protocol) error {
	if err := s.lockConnected(fn); err != nil {
		return err
	}
	defer s.mu.Unlock()
	if s.proto != p {
		return &Error{Func: fn, Code: ErrProtoMismatch, Msg: "the socket speaks " + s.proto.String()}
	}
	return nil
}

// ask is Do for a request that the package built to implement fn.
func (s *Socket) ask(ctx context.Context, fn string, m *Msg) error {
	if err := s.speaks(fn, m.Proto()); err != nil {
		return err
	}
	return s.do(ctx, fn, m)
}

// askOne sends a request for one object and returns it, owned; [ErrObjNotFound] if the answer holds none.
func askOne[O Kind](ctx context.Context, s *Socket, fn string, m *Msg) (O, error) {
	var found O
	for o, err := range objects[O](ctx, s, fn, m, nil) {
		if err != nil {
			_ = found.Close()
			return *new(O), err
		}
		if objectOf(found) == nil {
			if found, err = Retain(o); err != nil {
				return found, err
			}
		}
	}
	if objectOf(found) == nil {
		return found, &Error{Func: fn, Code: ErrObjNotFound}
	}
	return found, nil
}

// objects sends a request when the loop starts and yields the objects in the answer that are of kind O and that keep, if not nil, wants.
// Each is lent for its step. Errors are those of [Socket.Request], and of libnl's parsers; each ends the loop.
func objects[O Kind](ctx context.Context, s *Socket, fn string, m *Msg, keep func(O) bool) iter.Seq2[O, error] {
	return func(yield func(O, error) bool) {
		if err := s.speaks(fn, m.Proto()); err != nil {
			yield(*new(O), err)
			return
		}
		var ops *C.struct_nl_object_ops // of kind O, once seen
		step := func(o *Object, got *C.struct_nl_object_ops) bool {
			if got != ops {
				if name := typeName[O](); name != "" && o.TypeName() != name {
					return true
				}
				ops = got
			}
			k := handle[O](o)
			return keep != nil && !keep(k) || yield(k, nil)
		}
		var batch objectBatch
		for st, err := range s.answers(ctx, fn, m) {
			if err != nil {
				yield(*new(O), err)
				return
			}
			for rest := st.d.b; rest != nil; {
				var msgs []byte
				var n int
				msgs, n, rest = st.run(fn, rest, len(batch.made))
				more, err := batch.all(msgs, n, &st.in, step)
				if err != nil {
					yield(*new(O), named(fn, err))
				}
				if !more {
					return
				}
			}
		}
	}
}

// objectBatch is what objects are parsed into, and put back from, in one crossing for all.
type objectBatch struct{ made [64]C.struct_nlgo_made }

// all lends the objects of n messages in a row one by one, and returns whether to go on: not after an error.
func (t *objectBatch) all(msgs []byte, n int, in *inbound, step func(*Object, *C.struct_nl_object_ops) bool) (more bool, err error) {
	for n > 0 {
		done, more := t.each(msgs, n, in, step)
		if !more {
			return false, nil
		}
		for range done {
			_, msgs = nextMsg(msgs)
		}
		if n -= done; n == 0 {
			break
		}
		var one []byte
		one, msgs = nextMsg(msgs)
		n--
		if more, err := eachObject(one, in, step); !more || err != nil {
			return false, err
		}
	}
	return true, nil
}

// each lends the objects of n messages in a row one by one, and returns how many of the messages it did, and whether to go on. It stops
// at one that does not make one object; of messages that the kernel did not send it does none.
func (t *objectBatch) each(msgs []byte, n int, in *inbound, step func(*Object, *C.struct_nl_object_ops) bool) (done int, more bool) {
	if !in.trusted {
		return 0, true
	}
	refs.Lock()
	made := t.made[:C.nlgo_msgs_objects(unsafe.Pointer(&msgs[0]), C.uint32_t(n), C.int(in.proto), &t.made[0])]
	lent := newLent(len(made))
	refs.Unlock()
	defer func() {
		refs.Lock()
		C.nlgo_made_put(&t.made[0], C.uint32_t(len(made)))
		refs.Unlock()
	}()
	for i := range made {
		if !lent[i].lend(made[i].obj, func(o *Object, _ error) bool { return step(o, made[i].ops) }) {
			return i, false
		}
	}
	return len(made), true
}

// eachObject lends the objects of a message that came in one by one, and returns whether to go on.
func eachObject(b []byte, in *inbound, step func(*Object, *C.struct_nl_object_ops) bool) (bool, error) {
	m := Msg{view: b, in: in}
	objs, err := m.parse(true)
	if err != nil {
		return false, err
	}
	return objs.each(func(o *Object, _ error) bool { return step(o, C.nl_object_get_ops(o.r.c)) }), nil
}

// addrOf returns the copy of an nl_addr, the zero Addr for NULL.
func addrOf(a *C.struct_nl_addr) Addr {
	if a == nil {
		return Addr{}
	}
	var out C.struct_nlgo_addr
	C.nlgo_addr_get(a, &out)
	return addrFromC(&out)
}

// attrErr returns the error for what a getter returned: [ErrNoAttr] for an attribute that is not set, for which libnl has several codes.
func attrErr(fn string, rc C.int) error {
	switch Errno(-rc) {
	case ErrAgain, ErrNoAttr, ErrMissingAttr, ErrNoAddr:
		return &Error{Func: fn, Code: ErrNoAttr}
	}
	return codeErr(fn, int(rc))
}
