//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"io"
	"iter"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"
	"weak"
)

// Cache is a cache of libnl: a list of objects of one type, with a hash table where libnl knows a key for them. A Cache[*Link] holds links; a
// Cache[*Object], which [NewCache] makes, holds any one type, and [CacheAs] turns it into one of the others.
//
// Objects with the same identity ([Object.Identical]) are one and the same to links, routes, neighbours, nexthops and netconf: the cache keeps the
// first that it is given. So of two IPv4 routes that differ only in the next hop it has one; [Socket.Routes] yields both. The other types
// have no hash table, can be in a cache several times, and are found by going through all of them.
//
// As for maps, one goroutine at a time may use a cache; a second one makes it panic. A cache that a [CacheManager] follows is locked
// by it, and may be used by many. The objects in it belong to the cache too: attributes that identify one must not be changed.
type Cache[O Kind] struct{ r *cacheRef }

// cacheRef is one owner of a cache. The handles that CacheAs makes of a handle share it.
type cacheRef struct {
	st   atomic.Pointer[cacheState] // nil: closed
	leak *tracker
}

// cacheState is a cache, of which there can be several owners.
type cacheState struct {
	c       *C.struct_nl_cache
	ops     *C.struct_nl_object_ops // of what it holds
	typ     string
	owners  int  // guarded by refs
	mine    bool // it was provided through an owner, guarded by refs
	busy    atomic.Bool
	manager atomic.Pointer[CacheManager] // whose lock guards it
	gen     atomic.Uint64                // changes when something may have been taken out
	args    cacheArgs
}

// cacheStates finds the state of a cache, guarded by refs.
var cacheStates = map[*C.struct_nl_cache]weak.Pointer[cacheState]{}

// lock makes the caller the user of the cache; what it returns goes to unlock.
func (st *cacheState) lock() *sync.Mutex {
	if m := st.manager.Load(); m != nil {
		m.mu.Lock()
		return &m.mu
	}
	if !st.busy.CompareAndSwap(false, true) {
		panic("libnl: concurrent use of a Cache")
	}
	return nil
}

func (st *cacheState) unlock(mu *sync.Mutex) {
	if mu != nil {
		mu.Unlock()
		return
	}
	st.busy.Store(false)
}

// ownCache makes a handle of a reference that c comes with.
func ownCache[O Kind](c *C.struct_nl_cache, ops *C.struct_nl_object_ops, typ string) *Cache[O] {
	refs.Lock()
	defer refs.Unlock()
	st := &cacheState{c: c, ops: ops, typ: typ, owners: 1}
	cacheStates[c] = weak.Make(st)
	return handleOf[O](st)
}

// handleOf makes a handle; the owner has been counted.
func handleOf[O Kind](st *cacheState) *Cache[O] {
	r := &cacheRef{}
	r.st.Store(st)
	r.leak = track(r, "Cache")
	return &Cache[O]{r}
}

// state returns what is behind the handle, nil if it is nil or closed.
func (c *Cache[O]) state() *cacheState {
	if c == nil || c.r == nil {
		return nil
	}
	return c.r.st.Load()
}

// live returns the C cache, for calls without an error result. Where it can be, use is better: it locks.
func (c *Cache[O]) live() *C.struct_nl_cache {
	st := c.state()
	if st == nil {
		panicClosed("Cache")
	}
	return st.c
}

// try calls do with the cache and refs locked; an error if it is closed.
func (c *Cache[O]) try(fn string, do func(*cacheState) error) error {
	st := c.state()
	if st == nil {
		return closedErr(fn)
	}
	mu := st.lock()
	defer st.unlock(mu)
	if c.state() != st {
		return closedErr(fn)
	}
	refs.Lock()
	defer refs.Unlock()
	return do(st)
}

// use is try for calls without an error result.
func (c *Cache[O]) use(do func(*cacheState)) {
	if c.try("", func(st *cacheState) error { do(st); return nil }) != nil {
		panicClosed("Cache")
	}
}

// lookup returns what find, a function of libnl, has found: a new reference, or NULL.
func lookup[O Kind](c *Cache[O], find func(*C.struct_nl_cache) unsafe.Pointer) (O, bool) {
	var p unsafe.Pointer
	c.use(func(st *cacheState) { p = find(st.c) })
	if p == nil {
		return *new(O), false
	}
	return own[O]((*C.struct_nl_object)(p)), true
}

// newCache returns an empty cache of the named type, which is that of the kind.
func newCache[O Kind](fn, typeName string) (*Cache[O], error) {
	if typeName == "" || strings.IndexByte(typeName, 0) >= 0 {
		return nil, argErr(fn, "bad type name "+strconv.Quote(typeName))
	}
	name := C.CString(typeName)
	defer C.free(unsafe.Pointer(name))
	var ops *C.struct_nl_object_ops
	refs.Lock()
	res := C.nlgo_cache_new(name, &ops)
	refs.Unlock()
	if Errno(-res.err) == ErrNoCache {
		return nil, &Error{Func: fn, Code: ErrNoCache, Msg: "no cache type " + strconv.Quote(typeName)}
	}
	if err := codeErr(fn, int(res.err)); err != nil {
		return nil, err
	}
	return ownCache[O](res.cache, ops, typeName), nil
}

// NewCache returns an empty cache of the named type, one of those of [NewObject]; the caller owns it. An unknown name is [ErrNoCache].
//
// Implements: nl_cache_alloc_name nl_cache_alloc
func NewCache(typeName string) (*Cache[*Object], error) {
	return newCache[*Object]("nl_cache_alloc_name", typeName)
}

// CacheAs returns the cache as one of a kind, if it holds objects of that kind. The result is another handle for the same owner: closing either
// closes both. A closed cache is of no kind.
func CacheAs[O Kind](c *Cache[*Object]) (*Cache[O], bool) {
	st := c.state()
	if st == nil {
		return nil, false
	}
	if name := typeName[O](); name != "" && st.holds() != name {
		return nil, false
	}
	return &Cache[O]{c.r}, true
}

// holds returns the name by which the objects call their type: see Object.TypeName.
func (st *cacheState) holds() string {
	switch st.typ {
	case "fib_lookup/fib_lookup":
		return "fib_lookup/result"
	case "netfilter/queue_msg":
		return "netfilter/queuemsg"
	}
	return st.typ
}

// Close gives the handle's reference back; the cache and what nobody else holds of it dies with its last one. If it was provided through this
// cache it no longer is; a manager no longer follows it. Closing again, or nil, does nothing.
//
// Implements: nl_cache_put nl_cache_free
func (c *Cache[O]) Close() error {
	st := c.state()
	if st == nil {
		return nil
	}
	mu := st.lock()
	defer st.unlock(mu)
	if c.r.st.CompareAndSwap(st, nil) {
		c.r.leak.done()
		st.drop()
	}
	return nil
}

// drop counts an owner out. The cache is locked.
func (st *cacheState) drop() {
	refs.Lock()
	defer refs.Unlock()
	if st.owners--; st.owners > 0 {
		C.nl_cache_put(st.c)
		return
	}
	if st.mine {
		C.nl_cache_mngt_unprovide(st.c)
		st.mine = false
	}
	if m := st.manager.Load(); m != nil {
		m.forget(st)
	}
	delete(cacheStates, st.c)
	st.gen.Add(1)
	C.nlgo_cache_free(st.c)
}

// TypeName returns the name of the cache's type, such as "route/link".
func (c *Cache[O]) TypeName() string {
	st := c.state()
	if st == nil {
		panicClosed("Cache")
	}
	return st.typ
}

// Len returns the number of objects in the cache.
//
// Implements: nl_cache_nitems nl_cache_is_empty
func (c *Cache[O]) Len() (n int) {
	c.use(func(st *cacheState) { n = int(C.nl_cache_nitems(st.c)) })
	return n
}

// filterOf returns the C object of a filter of the cache's type; ok is false for one of another type. A closed one panics.
func (st *cacheState) filterOf(filter Objecter) (f *C.struct_nl_object, ok bool) {
	f = liveObject(filter)
	return f, C.nl_object_get_ops(f) == st.ops
}

// Count returns the number of objects that match filter, as [Object.Match] has it.
//
// Implements: nl_cache_nitems_filter
func (c *Cache[O]) Count(filter O) (n int) {
	c.use(func(st *cacheState) {
		if f, ok := st.filterOf(filter); ok {
			n = int(C.nl_cache_nitems_filter(st.c, f))
		}
	})
	return n
}

// items is what a cache holds at a moment, with a reference to each.
type items struct {
	l   C.struct_nlgo_list
	gen uint64
}

func (i *items) all() []*C.struct_nl_object { return unsafe.Slice(i.l.v, i.l.n) }

func (i *items) free(put bool) {
	refs.Lock()
	C.nlgo_list_free(&i.l, cbool(put))
	refs.Unlock()
}

func cbool(b bool) C.int {
	if b {
		return 1
	}
	return 0
}

// items returns the objects that match; without a filter all.
func (c *Cache[O]) items(filtered bool, filter O) *items {
	i := &items{}
	c.use(func(st *cacheState) {
		i.gen = st.gen.Load()
		var f *C.struct_nl_object
		if filtered {
			var ok bool
			if f, ok = st.filterOf(filter); !ok {
				return
			}
		}
		if C.nlgo_cache_items(st.c, f, &i.l) < 0 {
			panic("libnl: out of memory")
		}
	})
	return i
}

// All yields the objects of the cache, each lent for its step; [Retain] and [Clone] keep one. The body may use the cache, and add and
// remove objects: what was removed before its turn is passed over, what was added is not yielded.
//
// Implements: nl_cache_foreach nl_cache_get_first nl_cache_get_next
func (c *Cache[O]) All() iter.Seq[O] {
	return func(yield func(O) bool) { c.each(c.items(false, *new(O)), yield) }
}

// Matching is All for the objects that match filter, as [Object.Match] has it.
//
// Implements: nl_cache_foreach_filter
func (c *Cache[O]) Matching(filter O) iter.Seq[O] {
	return func(yield func(O) bool) { c.each(c.items(true, filter), yield) }
}

func (c *Cache[O]) each(i *items, yield func(O) bool) {
	defer i.free(true)
	var lent []lentObject
	for n, obj := range i.all() {
		if !c.still(obj, i.gen) {
			continue
		}
		if len(lent) == 0 {
			refs.Lock()
			lent = newLent(min(64, int(i.l.n)-n))
			refs.Unlock()
		}
		if !lend(&lent[0], obj, yield) {
			return
		}
		lent = lent[1:]
	}
}

// lend lends an object for one step of a loop.
func lend[O Kind](l *lentObject, obj *C.struct_nl_object, yield func(O) bool) bool {
	o := lendTo[O](l, obj)
	defer func() { l.r.c = nil }()
	return yield(o)
}

// lendTo makes an unused handle one of obj, until its r.c is cleared.
func lendTo[O Kind](l *lentObject, obj *C.struct_nl_object) O {
	l.r = objectRef{c: obj, lent: true}
	l.o.r = &l.r
	return handle[O](&l.o)
}

// still reports whether the cache holds an object that it held as of gen.
func (c *Cache[O]) still(obj *C.struct_nl_object, gen uint64) (in bool) {
	st := c.state()
	if st == nil {
		return false
	}
	if st.gen.Load() == gen {
		return true
	}
	refs.Lock()
	defer refs.Unlock()
	return C.nl_object_get_cache(obj) == st.c
}

// Collect returns the objects of the cache. The caller owns each of them.
func (c *Cache[O]) Collect() []O {
	i := c.items(false, *new(O))
	defer i.free(false) // the references go with the handles
	all := make([]O, i.l.n)
	for n, obj := range i.all() {
		all[n] = own[O](obj)
	}
	return all
}

// find returns the new reference that a function of an object of the cache's type has found.
func (c *Cache[O]) find(o O, do func(st *cacheState, obj *C.struct_nl_object) *C.struct_nl_object) (O, bool) {
	var found *C.struct_nl_object
	c.use(func(st *cacheState) {
		if obj, ok := st.filterOf(o); ok {
			found = do(st, obj)
		}
	})
	if found == nil {
		return *new(O), false
	}
	return own[O](found), true
}

// Search returns the object in the cache that is identical to o: see [Object.Identical]. The caller owns it.
//
// Implements: nl_cache_search
func (c *Cache[O]) Search(o O) (O, bool) {
	return c.find(o, func(st *cacheState, obj *C.struct_nl_object) *C.struct_nl_object {
		return C.nlgo_cache_search(st.c, obj)
	})
}

// Find returns the first object in the cache that matches filter: see [Object.Match]. The caller owns it. A filter that has the attributes that
// identify an object, and no others, is looked up in the hash table.
//
// Implements: nl_cache_find
func (c *Cache[O]) Find(filter O) (O, bool) {
	return c.find(filter, func(st *cacheState, obj *C.struct_nl_object) *C.struct_nl_object { return C.nlgo_cache_find(st.c, obj) })
}

// step returns the object before or behind obj, without one the last or the first.
func (c *Cache[O]) step(o Objecter, back bool) (O, bool) {
	var obj *C.struct_nl_object
	if o != nil {
		obj = liveObject(o)
	}
	return lookup(c, func(cc *C.struct_nl_cache) unsafe.Pointer {
		return unsafe.Pointer(C.nlgo_cache_step(cc, obj, cbool(back)))
	})
}

// First returns the first object of the cache, if it has any. The caller owns it.
//
// Implements: nl_cache_get_first
func (c *Cache[O]) First() (O, bool) { return c.step(nil, false) }

// Last returns the last object of the cache, if it has any. The caller owns it.
//
// Implements: nl_cache_get_last
func (c *Cache[O]) Last() (O, bool) { return c.step(nil, true) }

// Next returns the object behind o, if o is in the cache and not the last. The caller owns it.
//
// Implements: nl_cache_get_next
func (c *Cache[O]) Next(o O) (O, bool) { return c.step(o, false) }

// Prev returns the object before o, if o is in the cache and not the first. The caller owns it.
//
// Implements: nl_cache_get_prev
func (c *Cache[O]) Prev(o O) (O, bool) { return c.step(o, true) }

// Holds reports whether o itself, not one identical to it, is in the cache.
//
// Implements: nl_object_get_cache
func (c *Cache[O]) Holds(o O) (in bool) {
	c.use(func(st *cacheState) { in = C.nl_object_get_cache(liveObject(o)) == st.c })
	return in
}

// change calls a function of the cache and an object of its type.
func (c *Cache[O]) change(fn string, o O, do func(st *cacheState, obj *C.struct_nl_object) error) error {
	return c.try(fn, func(st *cacheState) error {
		obj := objectOf(o)
		switch {
		case obj == nil:
			return closedErr(fn)
		case C.nl_object_get_ops(obj) != st.ops:
			return &Error{Func: fn, Code: ErrObjMismatch}
		}
		return do(st, obj)
	})
}

// resultErr returns the error for what a helper returned.
func resultErr(fn string, res C.struct_nlgo_result) error {
	if res.why != nil {
		return &Error{Func: fn, Code: Errno(-res.err), Msg: "libnl cannot copy " + C.GoString(res.why)}
	}
	return codeErr(fn, int(res.err))
}

// Add puts the object into the cache, which is one more owner of it; one that is in a cache already is copied as [Clone] does. An identical
// one in a cache with a hash table is [ErrExist], an object of another type [ErrObjMismatch].
//
// Implements: nl_cache_add
func (c *Cache[O]) Add(o O) error {
	const fn = "nl_cache_add"
	return c.change(fn, o, func(st *cacheState, obj *C.struct_nl_object) error {
		return resultErr(fn, C.nlgo_cache_add(st.c, obj))
	})
}

// Move takes the object out of the cache that it is in, if any, and puts it into this one. When that fails, as for Add, it stays where it
// was. Out of a cache that a manager follows it cannot be moved: [ErrBusy].
//
// Implements: nl_cache_move
func (c *Cache[O]) Move(o O) error {
	const fn = "nl_cache_move"
	return c.change(fn, o, func(st *cacheState, obj *C.struct_nl_object) error {
		from := cacheStates[C.nl_object_get_cache(obj)].Value()
		if from == st {
			return nil
		}
		if from != nil {
			if from.manager.Load() != nil {
				return &Error{Func: fn, Code: ErrBusy, Msg: "a manager follows the cache the object is in"}
			}
			from.unlock(from.lock()) // nobody else is in it
			from.gen.Add(1)
		}
		return resultErr(fn, C.nlgo_cache_move(st.c, obj))
	})
}

// Remove takes the object, itself and not one that is identical, out of the cache and reports whether it was there.
//
// Implements: nl_cache_remove
func (c *Cache[O]) Remove(o O) (was bool) {
	c.use(func(st *cacheState) {
		st.gen.Add(1)
		was = C.nlgo_cache_remove(st.c, liveObject(o)) != 0
	})
	return was
}

// Clear empties the cache.
//
// Implements: nl_cache_clear
func (c *Cache[O]) Clear() {
	c.use(func(st *cacheState) {
		st.gen.Add(1)
		C.nlgo_cache_clear(st.c)
	})
}

// MarkAll marks all objects of the cache: see [Object.Mark]. Resync uses the marks too.
//
// Implements: nl_cache_mark_all
func (c *Cache[O]) MarkAll() { c.use(func(st *cacheState) { C.nl_cache_mark_all(st.c) }) }

// copy returns a new cache with copies of the objects that match.
func (c *Cache[O]) copy(fn string, filtered bool, filter O) (*Cache[O], error) {
	var res C.struct_nlgo_result
	var of *cacheState
	var args cacheArgs
	err := c.try(fn, func(st *cacheState) error {
		of, args = st, st.args
		var f *C.struct_nl_object
		if filtered {
			if f = objectOf(filter); f == nil {
				return closedErr(fn)
			}
			if C.nl_object_get_ops(f) != st.ops {
				return &Error{Func: fn, Code: ErrObjMismatch}
			}
		}
		res = C.nlgo_cache_copy(st.c, f)
		return resultErr(fn, res)
	})
	if err != nil {
		return nil, err
	}
	n := ownCache[O](res.cache, of.ops, of.typ)
	n.state().args = args
	return n, nil
}

// Clone returns a cache with copies of the objects, which the caller owns. What [Clone] refuses to copy is refused here.
//
// Implements: nl_cache_clone
func (c *Cache[O]) Clone() (*Cache[O], error) { return c.copy("nl_cache_clone", false, *new(O)) }

// Subset is Clone with the objects that match filter: see [Object.Match].
//
// Implements: nl_cache_subset
func (c *Cache[O]) Subset(filter O) (*Cache[O], error) {
	return c.copy("nl_cache_subset", true, filter)
}

// Dump writes the objects of the cache as text to w, in libnl's words: see [Object.Dump]. In a cache of links masters are named, others name
// interfaces when a link cache is provided.
//
// Implements: nl_cache_dump
func (c *Cache[O]) Dump(w io.Writer, t DumpType) error {
	return c.dump("nl_cache_dump", w, t, false, *new(O))
}

// DumpMatching is Dump for the objects that match filter: see [Object.Match].
//
// Implements: nl_cache_dump_filter
func (c *Cache[O]) DumpMatching(w io.Writer, t DumpType, filter O) error {
	return c.dump("nl_cache_dump_filter", w, t, true, filter)
}

func (c *Cache[O]) dump(fn string, w io.Writer, t DumpType, filtered bool, filter O) error {
	if t < DumpLine || t > DumpStats {
		return &Error{Func: fn, Code: ErrRange, Msg: "dump type " + strconv.Itoa(int(t))}
	}
	if w == nil {
		return argErr(fn, "nil writer")
	}
	var text C.struct_nlgo_text
	err := c.try(fn, func(st *cacheState) error {
		var f *C.struct_nl_object
		if filtered {
			if f = objectOf(filter); f == nil {
				return closedErr(fn)
			}
			if C.nl_object_get_ops(f) != st.ops {
				return &Error{Func: fn, Code: ErrObjMismatch}
			}
		}
		if text = C.nlgo_cache_dump(st.c, C.int(t), f); text.text == nil {
			return &Error{Func: fn, Code: ErrNoMem}
		}
		return nil
	})
	if err != nil {
		return err
	}
	defer C.free(unsafe.Pointer(text.text))
	_, err = w.Write([]byte(unsafe.String((*byte)(unsafe.Pointer(text.text)), int(text.len))))
	return err
}

// Provide makes the cache the one of its type that libnl itself looks into, in the whole process: with links provided, dumps name interfaces. It
// takes the place of another; a cache that is closed, or unprovided, is provided no longer.
//
// Implements: nl_cache_mngt_provide
func (c *Cache[O]) Provide() {
	c.use(func(st *cacheState) {
		name := C.CString(st.typ)
		defer C.free(unsafe.Pointer(name))
		C.nlgo_cache_provide(st.c, name)
		st.mine = true
	})
}

// Unprovide takes Provide back, for the whole process, if the cache is the one that is provided.
//
// Implements: nl_cache_mngt_unprovide
func (c *Cache[O]) Unprovide() {
	c.use(func(st *cacheState) {
		C.nl_cache_mngt_unprovide(st.c)
		st.mine = false
	})
}

// RequireCache returns the cache of the named type that is provided in this process, if there is one. The caller is one more owner of it, and uses
// it as the others do: one goroutine at a time.
//
// Implements: nl_cache_mngt_require_safe nl_cache_mngt_require __nl_cache_mngt_require
func RequireCache(typeName string) (*Cache[*Object], bool) {
	if strings.IndexByte(typeName, 0) >= 0 {
		return nil, false
	}
	name := C.CString(typeName)
	defer C.free(unsafe.Pointer(name))
	refs.Lock()
	defer refs.Unlock()
	c := C.nl_cache_mngt_require_safe(name)
	st := cacheStates[c].Value()
	if st == nil { // none, or one of other code in the process
		C.nl_cache_put(c)
		return nil, false
	}
	st.owners++
	return handleOf[*Object](st), true
}
