//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"context"
	"unsafe"
)

// newFilledCache returns a cache of a kind, filled through s on behalf of fn. Without a socket it is empty, and remembers what it is to be
// filled with. With an error that matches ErrDumpIntr comes a cache.
func newFilledCache[O Kind](ctx context.Context, s *Socket, fn string, args cacheArgs) (*Cache[O], error) {
	c, err := newCache[O](fn, typeName[O]())
	if err != nil {
		return nil, err
	}
	c.setArgs(args)
	if s == nil {
		return c, nil
	}
	err = c.refill(ctx, s, fn)
	if err != nil && !isCode(err, ErrDumpIntr) {
		_ = c.Close()
		return nil, err
	}
	return c, err
}

func (c *Cache[O]) setArgs(args cacheArgs) {
	c.use(func(st *cacheState) {
		st.args = args
		C.nl_cache_set_arg1(st.c, C.int(args.arg1))
		C.nl_cache_set_arg2(st.c, C.int(args.arg2))
		C.nl_cache_set_flags(st.c, C.uint(args.flags))
	})
}

// SetArg1 sets the first argument of the requests that fill the cache: the address family, for most types.
//
// Implements: nl_cache_set_arg1
func (c *Cache[O]) SetArg1(n int32) {
	c.use(func(st *cacheState) {
		st.args.arg1 = int(n)
		C.nl_cache_set_arg1(st.c, C.int(n))
	})
}

// SetArg2 sets the second argument of the requests that fill the cache; what it means depends on the type.
//
// Implements: nl_cache_set_arg2
func (c *Cache[O]) SetArg2(n int32) {
	c.use(func(st *cacheState) {
		st.args.arg2 = int(n)
		C.nl_cache_set_arg2(st.c, C.int(n))
	})
}

// SetFlags adds flags to those of the cache; there is no way to take one away.
//
// Implements: nl_cache_set_flags
func (c *Cache[O]) SetFlags(f CacheFlags) {
	c.use(func(st *cacheState) {
		st.args.flags |= f
		C.nl_cache_set_flags(st.c, C.uint(f))
	})
}

// Refill replaces what is in the cache by what the kernel has now. The cache changes when all of it has come: on an error it keeps what it had.
// A dump that a change interrupts is asked for again, five times at most; when it still was interrupted, the cache has what came last, and the
// error matches [ErrDumpIntr]. A cache that a manager follows is refilled by that alone: [ErrBusy].
//
// Implements: nl_cache_refill nl_cache_alloc_and_fill
func (c *Cache[O]) Refill(ctx context.Context, s *Socket) error {
	return c.refill(ctx, s, "nl_cache_refill")
}

func (c *Cache[O]) refill(ctx context.Context, s *Socket, fn string) error {
	return c.update(ctx, s, fn, func(st *cacheState, d *dumped) error { return st.refill(fn, d) })
}

// Resync makes the cache equal to what the kernel has now and then calls fn, which may be nil, with each change, old and new objects lent
// for the call. It asks as Refill does; after a dump that was interrupted all the same, what is new and changed has been taken over, what was
// not seen is kept, and the error matches [ErrDumpIntr]. It uses the marks of the objects.
//
// Implements: nl_cache_resync nl_cache_resync_v2
func (c *Cache[O]) Resync(ctx context.Context, s *Socket, fn func(Change[O])) error {
	const name = "nl_cache_resync"
	var ch changes
	defer ch.free()
	err := c.update(ctx, s, name, func(st *cacheState, d *dumped) error { return st.resync(name, d, &ch) })
	tell(&ch, fn)
	return err
}

// update gives the answer of the kernel to apply, with the cache locked.
func (c *Cache[O]) update(ctx context.Context, s *Socket, fn string, apply func(*cacheState, *dumped) error) error {
	var p plan
	err := c.try(fn, func(st *cacheState) (err error) {
		if st.manager.Load() != nil {
			return &Error{Func: fn, Code: ErrBusy, Msg: "a manager follows the cache"}
		}
		p, err = st.plan(fn)
		return err
	})
	if err != nil {
		return err
	}
	d, failed := p.ask(ctx, s)
	defer d.free()
	if failed != nil && !isCode(failed, ErrDumpIntr) {
		return failed
	}
	st := c.state()
	if st == nil {
		return closedErr(fn)
	}
	mu := st.lock()
	defer st.unlock(mu)
	if c.state() != st {
		return closedErr(fn)
	}
	if err := apply(st, d); err != nil {
		return err
	}
	return failed
}

// plan is how a cache is filled.
type plan struct {
	fn   string
	t    *cacheType
	args cacheArgs
	ops  *C.struct_nl_object_ops
}

// plan tells how the cache is filled. The cache is locked.
func (st *cacheState) plan(fn string) (plan, error) {
	t := cacheTypes[st.typ]
	if t == nil || t.request == nil {
		return plan{}, &Error{Func: fn, Code: ErrOpNotSupp, Msg: "caches of type " + st.typ + " cannot be filled"}
	}
	return plan{fn, t, st.args, st.ops}, nil
}

// dumped is what the kernel has told, on its way into a cache.
type dumped struct{ r C.struct_nlgo_resync }

func (d *dumped) free() {
	refs.Lock()
	C.nlgo_resync_free(&d.r)
	refs.Unlock()
}

// ask asks the kernel for what the cache is of. With an error that matches ErrDumpIntr comes the answer to the last try.
func (p *plan) ask(ctx context.Context, s *Socket) (*dumped, error) {
	for try := 1; ; try++ {
		d := &dumped{}
		err := p.dump(ctx, s, d)
		switch {
		case err == nil:
			return d, nil
		case !isCode(err, ErrDumpIntr), try == dumpTries:
			d.r.partial = 1
			return d, err
		}
		d.free()
	}
}

// dump adds the answers for all families to d.
func (p *plan) dump(ctx context.Context, s *Socket, d *dumped) error {
	if p.args.flags&CacheFlagAFIter == 0 || len(p.t.families) == 0 {
		return p.dumpOne(ctx, s, d, p.args)
	}
	var interrupted error
	for _, f := range p.t.families {
		args := p.args
		args.arg1 = int(f)
		err := p.dumpOne(ctx, s, d, args)
		switch {
		case isCode(err, ErrDumpIntr):
			interrupted = err
		case err != nil:
			return err
		}
	}
	return interrupted
}

func (p *plan) dumpOne(ctx context.Context, s *Socket, d *dumped, args cacheArgs) error {
	m, err := p.t.request(p.t.get, args)
	if err != nil {
		return named(p.fn, err)
	}
	if err := s.speaks(p.fn, p.t.proto); err != nil {
		return err
	}
	for r, err := range s.request(ctx, p.fn, m) {
		if err != nil {
			return err
		}
		if err := d.parse(p.fn, r, p.ops); err != nil {
			return err
		}
	}
	return nil
}

// parse adds the objects in a message.
func (d *dumped) parse(fn string, m *Msg, ops *C.struct_nl_object_ops) error {
	b := m.bytes()
	proto := m.Proto()
	if !m.kernels() {
		if err := validateMsg(proto, b); err != nil {
			return named(fn, err)
		}
	}
	refs.Lock()
	defer refs.Unlock()
	return codeErr(fn, int(C.nlgo_list_parse(&d.r.now, unsafe.Pointer(&b[0]), C.uint32_t(len(b)), C.int(proto), ops)))
}

// fillPart is how many objects go into a cache before others may use libnl again: up to 3.11 that takes a time that grows with what is in the
// cache.
const fillPart = 1024

// parts calls do with parts of n, refs locked for each. What libnl itself looks into changes in one go.
func (st *cacheState) parts(n C.uint32_t, do func(from, to C.uint32_t) C.int) C.int {
	part := C.uint32_t(fillPart)
	refs.Lock()
	defer refs.Unlock()
	if st.mine {
		part = max(n, 1)
	}
	for from := C.uint32_t(0); from < n; from += part {
		if from > 0 {
			refs.Unlock()
			refs.Lock()
		}
		if rc := do(from, min(from+part, n)); rc < 0 {
			return rc
		}
	}
	return 0
}

// refill replaces what is in the cache. The cache is locked.
func (st *cacheState) refill(fn string, d *dumped) error {
	refs.Lock()
	st.gen.Add(1)
	C.nlgo_cache_clear(st.c)
	refs.Unlock()
	return codeErr(fn, int(st.parts(d.r.now.n, func(from, to C.uint32_t) C.int {
		return C.nlgo_resync_fill(st.c, &d.r, nil, from, to)
	})))
}

// resync makes the cache equal to what the kernel has told. The cache is locked.
func (st *cacheState) resync(fn string, d *dumped, ch *changes) error {
	refs.Lock()
	st.gen.Add(1)
	rc := C.nlgo_resync_begin(st.c, &d.r)
	refs.Unlock()
	if rc < 0 {
		return codeErr(fn, int(rc))
	}
	st.parts(d.r.now.n, func(from, to C.uint32_t) C.int {
		C.nlgo_resync_match(st.c, &d.r, from, to)
		return 0
	})
	refs.Lock()
	C.nlgo_cache_clear(st.c)
	refs.Unlock()
	rc = st.parts(d.r.now.n, func(from, to C.uint32_t) C.int {
		return C.nlgo_resync_fill(st.c, &d.r, &ch.l, from, to)
	})
	if rc == 0 {
		refs.Lock()
		rc = C.nlgo_resync_end(st.c, &d.r, &ch.l)
		refs.Unlock()
	}
	return codeErr(fn, int(rc))
}

// ParseAndAdd adds the objects in the message to the cache, as [Cache.Add] does. Messages of other types are [ErrMsgTypeNoSupport].
//
// Implements: nl_cache_parse_and_add
func (c *Cache[O]) ParseAndAdd(m *Msg) error {
	const fn = "nl_cache_parse_and_add"
	objs, err := m.parse(false)
	if err != nil {
		return named(fn, err)
	}
	defer objs.put()
	return c.try(fn, func(st *cacheState) error {
		if objs.c.first != nil && C.nl_object_get_ops(objs.c.first) != st.ops {
			return &Error{Func: fn, Code: ErrMsgTypeNoSupport}
		}
		for i := range objs.len() {
			if err := resultErr(fn, C.nlgo_cache_add(st.c, objs.at(i))); err != nil {
				return err
			}
		}
		return nil
	})
}

// Pickup waits for the answer to a dump request that was sent with [Socket.SendAuto] or its kin, as [Socket.WaitForAck] waits, and adds the
// objects in it. Those that the cache has already are passed over; with replace they take the place of what it has.
//
// Implements: nl_cache_pickup nl_cache_pickup_checkdup
func (c *Cache[O]) Pickup(s *Socket, replace bool) error {
	const fn = "nl_cache_pickup"
	var ops *C.struct_nl_object_ops
	if err := c.try(fn, func(st *cacheState) error { ops = st.ops; return nil }); err != nil {
		return err
	}
	d := &dumped{}
	defer d.free()
	if err := s.pickup(fn, func(m *Msg) error { return d.parse(fn, m, ops) }); err != nil {
		return err
	}
	return c.try(fn, func(st *cacheState) error {
		st.gen.Add(1)
		if !replace {
			return codeErr(fn, int(C.nlgo_resync_fill(st.c, &d.r, nil, 0, d.r.now.n)))
		}
		var ch changes
		defer C.nlgo_changes_free(&ch.l, 0)
		var how C.struct_nlgo_including
		for _, obj := range unsafe.Slice(d.r.now.v, d.r.now.n) {
			if err := resultErr(fn, C.nlgo_cache_include(st.c, obj, C.NL_ACT_NEW, &how, &ch.l)); err != nil {
				return err
			}
		}
		return nil
	})
}
