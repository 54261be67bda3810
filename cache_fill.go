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
// filled with.
func newFilledCache[O Kind](ctx context.Context, s *Socket, fn string, args cacheArgs) (*Cache[O], error) {
	c, err := newCache[O](fn, typeName[O]())
	if err != nil {
		return nil, err
	}
	c.setArgs(args)
	if s == nil {
		return c, nil
	}
	if err := c.refill(ctx, s, fn); err != nil && !isCode(err, ErrDumpIntr) {
		_ = c.Close()
		return nil, err
	} else if err != nil {
		return c, err
	}
	return c, nil
}

func (c *Cache[O]) setArgs(args cacheArgs) {
	c.use(func(st *cacheState) {
		st.args = args
		C.nl_cache_set_arg1(st.c, C.int(args.arg1))
		C.nl_cache_set_arg2(st.c, C.int(args.arg2))
		C.nl_cache_set_flags(st.c, C.uint(args.flags))
	})
}

// SetArg1 sets the first argument of the requests that fill the cache, an address family for most types.
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
// error matches [ErrDumpIntr].
//
// Implements: nl_cache_refill
func (c *Cache[O]) Refill(ctx context.Context, s *Socket) error {
	return c.refill(ctx, s, "nl_cache_refill")
}

func (c *Cache[O]) refill(ctx context.Context, s *Socket, fn string) error {
	l, failed := c.ask(ctx, s, fn)
	defer l.free(true)
	if failed != nil && !isCode(failed, ErrDumpIntr) {
		return failed
	}
	err := c.try(fn, func(st *cacheState) error { return st.replace(fn, l, failed != nil) })
	if err != nil {
		return err
	}
	return failed
}

// replace makes the objects in l those of the cache; with dups there may be some twice. The cache is locked, and refs.
func (st *cacheState) replace(fn string, l *items, dups bool) error {
	st.gen.Add(1)
	C.nlgo_cache_clear(st.c)
	return resultErr(fn, C.nlgo_cache_fill(st.c, &l.l, 0, l.l.n, cbool(dups)))
}

// ask asks the kernel for what the cache is of. With an error that matches ErrDumpIntr comes the answer to the last try.
func (c *Cache[O]) ask(ctx context.Context, s *Socket, fn string) (*items, error) {
	var t *cacheType
	var args cacheArgs
	var ops *C.struct_nl_object_ops
	err := c.try(fn, func(st *cacheState) error {
		t, args, ops = cacheTypes[st.typ], st.args, st.ops
		if t == nil {
			return &Error{Func: fn, Code: ErrOpNotSupp, Msg: "caches of type " + st.typ + " cannot be filled"}
		}
		return nil
	})
	if err != nil {
		return &items{}, err
	}
	families := []Family{Family(args.arg1)}
	if args.flags&CacheFlagAFIter != 0 && len(t.families) > 0 {
		families = t.families
	}
	for try := 1; ; try++ {
		l := &items{}
		var failed error
		for _, f := range families {
			args.arg1 = int(f)
			if err := t.dump(ctx, s, fn, args, ops, l); err != nil {
				failed = err
				if !isCode(err, ErrDumpIntr) {
					break
				}
			}
		}
		if failed == nil || try == dumpTries || !isCode(failed, ErrDumpIntr) {
			return l, failed
		}
		l.free(true)
	}
}

// dump adds the answer to one request to l.
func (t *cacheType) dump(ctx context.Context, s *Socket, fn string, args cacheArgs, ops *C.struct_nl_object_ops, l *items) error {
	m, err := t.request(t.get, args)
	if err != nil {
		return err
	}
	if err := s.speaks(fn, t.proto); err != nil {
		return err
	}
	for r, err := range s.request(ctx, fn, m) {
		if err != nil {
			return err
		}
		if err := l.parse(fn, r, ops); err != nil {
			return err
		}
	}
	return nil
}

// parse adds the objects in a message.
func (i *items) parse(fn string, m *Msg, ops *C.struct_nl_object_ops) error {
	b := m.bytes()
	proto := m.Proto()
	if !m.kernels() {
		if err := validateMsg(proto, b); err != nil {
			return named(fn, err)
		}
	}
	refs.Lock()
	defer refs.Unlock()
	return codeErr(fn, int(C.nlgo_list_parse(&i.l, unsafe.Pointer(&b[0]), C.uint32_t(len(b)), C.int(proto), ops)))
}
