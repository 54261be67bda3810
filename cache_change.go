//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import "unsafe"

// ChangeAction says what happened to an object of a cache (NL_ACT_*).
type ChangeAction int

// What changes say.
const (
	ActUnspec ChangeAction = iota // NL_ACT_UNSPEC
	ActNew                        // NL_ACT_NEW: an object came
	ActDel                        // NL_ACT_DEL: an object went
	ActGet                        // NL_ACT_GET: not a change
	ActSet                        // NL_ACT_SET: not a change
	ActChange                     // NL_ACT_CHANGE: attributes changed
)

var changeActions = [...]string{"unspec", "new", "del", "get", "set", "change"}

// String returns a word for the action.
func (a ChangeAction) String() string {
	if a >= 0 && int(a) < len(changeActions) {
		return changeActions[a]
	}
	return "action " + itoa(int64(a))
}

// Change is what happened to an object of a cache. The objects are lent for the call that tells of it; [Retain] and [Clone] keep them.
type Change[O Kind] struct {
	Action ChangeAction
	Old    O      // what the cache had; nil for ActNew
	New    O      // what it has now; nil for ActDel
	Diff   uint64 // the attributes that changed, as Object.Diff has them; 0 but for ActChange
}

// Names returns the names of the attributes that changed, as [Object.AttrNames] has them; none but for ActChange.
func (c Change[O]) Names() []string {
	if c.Diff == 0 || objectOf(c.New) == nil {
		return nil
	}
	return c.New.object().AttrNames(c.Diff)
}

// changes are changes nobody has been told yet from next on, with a reference to each object.
type changes struct {
	l    C.struct_nlgo_changes
	next C.uint32_t
}

func (ch *changes) free() {
	refs.Lock()
	C.nlgo_changes_free(&ch.l, ch.next)
	refs.Unlock()
}

// pop takes the next change with its references.
func (ch *changes) pop() (one C.struct_nlgo_change, ok bool) {
	if ch.next == ch.l.n {
		return one, false
	}
	one = unsafe.Slice(ch.l.v, ch.l.n)[ch.next]
	ch.next++
	return one, true
}

// tell calls fn with each of the changes.
func tell[O Kind](ch *changes, fn func(Change[O])) {
	for {
		one, ok := ch.pop()
		if !ok {
			return
		}
		tellOne(one, fn)
	}
}

// tellOne calls fn with a change, and gives back the references.
func tellOne[O Kind](one C.struct_nlgo_change, fn func(Change[O])) {
	refs.Lock()
	lent := newLent(2)
	refs.Unlock()
	defer func() {
		lent[0].r.c, lent[1].r.c = nil, nil
		refs.Lock()
		C.nl_object_put(one.old)
		C.nl_object_put(one.obj)
		refs.Unlock()
	}()
	if fn == nil {
		return
	}
	c := Change[O]{Action: ChangeAction(one.action), Diff: uint64(one.diff)}
	if one.old != nil {
		c.Old = lendTo[O](&lent[0], one.old)
	}
	if one.obj != nil {
		c.New = lendTo[O](&lent[1], one.obj)
	}
	fn(c)
}

// Include takes over what o, parsed from a notification, tells: its message type says whether it is new or gone. It calls fn, which may be nil, with the change,
// if there is one. What comes in parts, as nexthops of IPv6 routes, entries of an mdb and values of a netconf do, is merged into what
// the cache has; otherwise o takes the place of the identical object, or a copy of o, if o is in another cache. No object is changed: a new
// one takes the place of the old. An object that was not parsed from a NEW or DEL message is [ErrMsgTypeNoSupport].
//
// Implements: nl_cache_include nl_cache_include_v2
func (c *Cache[O]) Include(o O, fn func(Change[O])) error {
	const name = "nl_cache_include"
	var ch changes
	defer ch.free()
	err := c.change(name, o, func(st *cacheState, obj *C.struct_nl_object) error {
		act := cacheTypes[st.typ].action(MsgType(C.nl_object_get_msgtype(obj)))
		if act == ActUnspec {
			return &Error{Func: name, Code: ErrMsgTypeNoSupport}
		}
		st.gen.Add(1)
		var how C.struct_nlgo_including
		return resultErr(name, C.nlgo_cache_include(st.c, obj, C.int(act), &how, &ch.l))
	})
	if err != nil {
		return err
	}
	tell(&ch, fn)
	return nil
}
