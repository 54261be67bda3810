//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"io"
	"iter"
	"math/bits"
	"strconv"
	"strings"
	"unsafe"
)

func init() { C.nlgo_init() }

// Object is an object of libnl: a link, an address, a route, a conntrack entry and so on. The types of the package that stand for
// one kind embed it, so what it does they all do. [As] turns an Object into one of them.
//
// An object has owners, each of whom closes it: who made it, and who called [Retain]. An object lent by a callback, a loop or a
// change notification is revoked when that moves on; Retain and [Clone] keep it. On a closed or revoked object, methods with an
// error result return [ErrClosed] and the others panic. As for maps, one goroutine at a time may use an object.
type Object struct{ r *objectRef }

// objectRef is one reference. The handles that As makes of a handle share it, and so end together.
type objectRef struct {
	c    *C.struct_nl_object // nil: closed or revoked
	lent bool                // the reference is the lender's
	leak *tracker
}

// ownObject makes a handle's state of a reference that c comes with.
func ownObject(c *C.struct_nl_object) *objectRef {
	r := &objectRef{c: c}
	r.leak = track(r, "Object")
	return r
}

// Objecter is implemented by Object and by everything that embeds it.
type Objecter interface {
	object() *Object // nil for a nil handle
	Close() error
}

// Kind is the closed set of the types that stand for an object of libnl: pointers to structs that hold an Object and nothing else.
type Kind interface {
	Objecter
	*Object | *Link | *IfAddr | *Route | *Nexthop | *Neigh | *NeighTable | *Rule | *Netconf | *MDB | *FIBResult | *GenlFamily |
		*CT | *CTExpect | *NFLog | *NFLogMsg | *NFQueue | *NFQueueMsg
}

// handle returns the handle o as one of another kind; what the C object is has been seen to.
func handle[O Kind](o *Object) O { return *(*O)(unsafe.Pointer(&o)) }

// own makes a handle of a reference that c comes with.
func own[O Kind](c *C.struct_nl_object) O { return handle[O](&Object{ownObject(c)}) }

// typeName returns the name of the type of a kind's objects (nl_object_get_type), empty for any.
func typeName[O Kind]() string {
	var o O
	switch any(o).(type) {
	case *Link:
		return "route/link"
	case *IfAddr:
		return "route/addr"
	case *Route:
		return "route/route"
	case *Nexthop:
		return "route/nh"
	case *Neigh:
		return "route/neigh"
	case *NeighTable:
		return "route/neightbl"
	case *Rule:
		return "route/rule"
	case *Netconf:
		return "route/netconf"
	case *MDB:
		return "route/mdb"
	case *FIBResult:
		return "fib_lookup/result"
	case *GenlFamily:
		return "genl/family"
	case *CT:
		return "netfilter/ct"
	case *CTExpect:
		return "netfilter/exp"
	case *NFLog:
		return "netfilter/log"
	case *NFLogMsg:
		return "netfilter/log_msg"
	case *NFQueue:
		return "netfilter/queue"
	case *NFQueueMsg:
		return "netfilter/queuemsg"
	}
	return ""
}

func (o *Object) object() *Object { return o }

// ptr returns the C object, nil if the handle is nil, closed or revoked.
func (o *Object) ptr() *C.struct_nl_object {
	if o == nil || o.r == nil {
		return nil
	}
	return o.r.c
}

// live returns the C object, for calls without an error result.
func (o *Object) live() *C.struct_nl_object {
	c := o.ptr()
	if c == nil {
		panicClosed("Object")
	}
	return c
}

// objectOf returns the C object behind an argument, nil if there is none.
func objectOf(p Objecter) *C.struct_nl_object {
	if p == nil {
		return nil
	}
	return p.object().ptr()
}

func liveObject(p Objecter) *C.struct_nl_object {
	c := objectOf(p)
	if c == nil {
		panicClosed("Object")
	}
	return c
}

// NewObject returns a new, empty object of the named type; the caller owns it. libnl 3.7 knows
//
//	route/link route/addr route/route route/neigh route/neightbl route/rule route/netconf route/mdb
//	route/qdisc route/class route/cls route/act
//	netfilter/ct netfilter/exp netfilter/log netfilter/log_msg netfilter/queue netfilter/queue_msg
//	genl/family fib_lookup/fib_lookup
//
// and since 3.8 route/nh. An unknown name is [ErrOpNotSupp].
//
// Implements: nl_object_alloc_name
func NewObject(typeName string) (*Object, error) {
	const fn = "nl_object_alloc_name"
	if typeName == "" || strings.IndexByte(typeName, 0) >= 0 {
		return nil, argErr(fn, "bad type name "+strconv.Quote(typeName))
	}
	name := C.CString(typeName)
	defer C.free(unsafe.Pointer(name))
	refs.Lock()
	res := C.nlgo_object_new(name)
	refs.Unlock()
	if Errno(-res.err) == ErrOpNotSupp {
		return nil, &Error{Func: fn, Code: ErrOpNotSupp, Msg: "no object type " + strconv.Quote(typeName)}
	}
	if err := codeErr(fn, int(res.err)); err != nil {
		return nil, err
	}
	return &Object{ownObject(res.first)}, nil
}

// Close gives the handle's reference back; the object dies with its last one. Closing again, or a nil handle, does nothing. Closing
// a lent handle only ends the use of it.
//
// Implements: nl_object_put
func (o *Object) Close() error {
	c := o.ptr()
	if c == nil {
		return nil
	}
	o.r.c = nil
	o.r.leak.done()
	if o.r.lent {
		return nil
	}
	refs.Lock()
	C.nlgo_object_put(c)
	refs.Unlock()
	return nil
}

// Retain returns one more handle of the same object, which its caller owns.
//
// Implements: nl_object_get
func Retain[O Kind](o O) (O, error) {
	var none O
	c := objectOf(o)
	if c == nil {
		return none, closedErr("nl_object_get")
	}
	refs.Lock()
	C.nl_object_get(c)
	refs.Unlock()
	return own[O](c), nil
}

// Clone returns a copy of the object, which the caller owns and which is in no cache. The link that an address or a traffic control
// object refers to is shared between original and copy. What libnl copies wrongly is refused with [ErrOpNotSupp]: a link with
// virtual functions, a macvtap in source mode, a netem qdisc with a delay distribution, a basic classifier, a classifier with actions or, of kind
// cgroup, with ematches, an action in a list.
//
// Implements: nl_object_clone
func Clone[O Kind](o O) (O, error) {
	const fn = "nl_object_clone"
	var none O
	c := objectOf(o)
	if c == nil {
		return none, closedErr(fn)
	}
	refs.Lock()
	res := C.nlgo_object_clone(c)
	refs.Unlock()
	switch {
	case res.why != nil:
		return none, &Error{Func: fn, Code: ErrOpNotSupp, Msg: "libnl cannot copy " + C.GoString(res.why)}
	case res.obj == nil:
		return none, &Error{Func: fn, Code: ErrNoMem}
	}
	return own[O](res.obj), nil
}

// As returns the object as one of the package's kinds, if it is of that kind. The result is another handle for the same reference:
// it is owned or lent as o is, and closing either closes both. A closed object is of no kind.
func As[O Kind](o *Object) (O, bool) {
	var none O
	c := o.ptr()
	if c == nil {
		return none, false
	}
	if name := typeName[O](); name != "" && o.TypeName() != name {
		return none, false
	}
	return handle[O](&Object{o.r}), true
}

// TypeName returns the name of the object's type, such as "route/link". It is the name [NewObject] takes but for two types, which
// call themselves "netfilter/queuemsg" and "fib_lookup/result".
//
// Implements: nl_object_get_type
func (o *Object) TypeName() string { return C.GoString(C.nl_object_get_type(o.live())) }

// MsgType returns the type of the message the object was parsed from, 0 if it was not.
//
// Implements: nl_object_get_msgtype
func (o *Object) MsgType() MsgType { return MsgType(C.nl_object_get_msgtype(o.live())) }

// RefCount returns the number of references to the object, those of caches and other objects included.
//
// Implements: nl_object_get_refcnt nl_object_shared
func (o *Object) RefCount() int {
	c := o.live()
	refs.Lock()
	defer refs.Unlock()
	return int(C.nl_object_get_refcnt(c))
}

// Identical reports whether two objects are of one type and agree in the attributes that identify such an object, as
// [Object.IDAttrs] names them. It is false for types that libnl cannot compare (log_msg, queue_msg), but an object is always
// identical to itself.
//
// Implements: nl_object_identical
func (o *Object) Identical(p Objecter) bool {
	return C.nlgo_object_identical(o.live(), liveObject(p)) != 0
}

// Diff returns a mask of the attributes in which two objects differ, 0 if in none; an attribute that only one of them has differs.
// [Object.AttrNames] tells the bits. Objects of different types, and of types that libnl cannot compare (log_msg, queue_msg),
// differ in every bit. Results of fib_lookup never differ; two links of a dump for IPv6 always do, in "protinfo".
//
// Implements: nl_object_diff64 nl_object_diff
func (o *Object) Diff(p Objecter) uint64 {
	return uint64(C.nlgo_object_diff(o.live(), liveObject(p)))
}

// Match reports whether the object agrees with filter, an object of the same type, in all attributes that filter has. The entries
// of an mdb must always agree, and so must the protocol data of a link, which libnl can compare for bridges alone: no link of a
// dump for IPv6 matches another.
//
// Implements: nl_object_match_filter
func (o *Object) Match(filter Objecter) bool {
	return C.nlgo_object_match(o.live(), liveObject(filter)) != 0
}

// IDAttrs returns a mask of the attributes that together identify an object of this type. It can depend on what the object holds.
//
// Implements: nl_object_get_id_attrs
func (o *Object) IDAttrs() uint64 { return uint64(C.nl_object_get_id_attrs(o.live())) }

// linkAttrs names the attributes of a link that libnl's table cannot: it ends at bit 31 and has holes.
var linkAttrs = map[int]string{
	18: "linkinfo", 26: "protinfo", 27: "af_spec",
	32: "link_netnsid", 33: "vf_list", 34: "carrier_changes", 35: "phys_port_name", 36: "phys_switch_id", 37: "gso_max_segs",
	38: "gso_max_size", 39: "slave_kind", 40: "permanent_addr",
}

// nexthopAttrs names the attributes of a nexthop object; libnl takes them for flags of a next hop.
var nexthopAttrs = map[int]string{
	0: "flags", 1: "id", 2: "group", 3: "blackhole", 4: "oif", 5: "gateway", 6: "groups", 7: "group_type", 8: "fdb",
	9: "res_group", 10: "res_buckets", 11: "res_idle_timer", 12: "res_unbalanced_timer", 13: "encap",
}

// AttrNames returns the names of the attributes in mask, a mask as of [Object.Diff] or [Object.IDAttrs] for an object of this type.
// An attribute without a name is given as its bit, such as "0x4": libnl has no names for traffic control, neightbl, mdb, log_msg,
// genl/family and fib_lookup.
//
// Implements: nl_object_attrs2str
func (o *Object) AttrNames(mask uint64) []string {
	c := o.live()
	var own map[int]string // the package's own names
	var nexthop bool
	if mask != 0 {
		switch o.TypeName() {
		case "route/link":
			own = linkAttrs
		case "route/nh":
			own, nexthop = nexthopAttrs, true
		}
	}
	var names []string
	var buf [64]byte
	for ; mask != 0; mask &= mask - 1 {
		bit := bits.TrailingZeros64(mask)
		name := ""
		if bit < 31 && !nexthop { // libnl takes the mask for a signed number
			C.nl_object_attrs2str(c, C.uint32_t(1)<<bit, (*C.char)(unsafe.Pointer(&buf)), C.size_t(len(buf)))
			name = cText(buf[:])
		}
		if name == "" {
			name = own[bit]
		}
		if name == "" {
			name = "0x" + strconv.FormatUint(1<<bit, 16)
		}
		names = append(names, name)
	}
	return names
}

// AttrList returns the names of the attributes the object has, of those libnl has names for; see [Object.AttrNames].
//
// Implements: nl_object_attr_list
func (o *Object) AttrList() []string {
	c := o.live()
	if o.TypeName() == "route/nh" {
		return o.AttrNames(uint64(C.nlgo_nh_attrs((*C.struct_rtnl_nh)(unsafe.Pointer(c)))))
	}
	var buf [2048]byte
	C.nl_object_attr_list(c, (*C.char)(unsafe.Pointer(&buf)), C.size_t(len(buf)))
	var names []string
	for name := range strings.SplitSeq(cText(buf[:]), ",") {
		if name != "" {
			names = append(names, name)
		}
	}
	if o.TypeName() == "route/link" {
		names = append(names, o.AttrNames(uint64(C.nlgo_link_high_attrs(c)))...)
	}
	return names
}

// cText returns the text in buf up to the NUL.
func cText(buf []byte) string {
	s, _, _ := strings.Cut(string(buf), "\x00")
	return s
}

// Update merges src, an object of the same type, into the object, as a cache does with a notification that carries a part of an
// object: a nexthop of an IPv6 route, entries of an mdb, values of a netconf. Other types, and other cases, are [ErrOpNotSupp];
// another type of src is [ErrObjMismatch].
//
// Implements: nl_object_update
func (o *Object) Update(src Objecter) error {
	const fn = "nl_object_update"
	dst, c := o.ptr(), objectOf(src)
	switch {
	case dst == nil || c == nil:
		return closedErr(fn)
	case dst == c:
		return argErr(fn, "an object cannot be merged into itself")
	}
	refs.Lock()
	defer refs.Unlock()
	return codeErr(fn, int(C.nlgo_object_update(dst, c)))
}

// Mark sets or clears the mark of the object, a flag for the use of caches and programs.
//
// Implements: nl_object_mark nl_object_unmark
func (o *Object) Mark(on bool) {
	if on {
		C.nl_object_mark(o.live())
	} else {
		C.nl_object_unmark(o.live())
	}
}

// Marked reports whether the object is marked.
//
// Implements: nl_object_is_marked
func (o *Object) Marked() bool { return C.nl_object_is_marked(o.live()) != 0 }

// HashKey returns the object's slot in a hash table of size slots, as libnl's caches compute it: 0 for types without such a
// function.
//
// Implements: nl_object_keygen
func (o *Object) HashKey(size uint32) (uint32, error) {
	const fn = "nl_object_keygen"
	c := o.ptr()
	if c == nil {
		return 0, closedErr(fn)
	}
	if size == 0 {
		return 0, argErr(fn, "a table without slots")
	}
	var key C.uint32_t
	C.nl_object_keygen(c, &key, C.uint32_t(size))
	return uint32(key), nil
}

// DumpType is how much a dump tells (NL_DUMP_*).
type DumpType int

// The forms of a dump.
const (
	DumpLine    DumpType = iota // briefly, on one line
	DumpDetails                 // all attributes but statistics
	DumpStats                   // all attributes and statistics
)

// Dump writes the object as text to w, in libnl's words. A type that does not have a form writes nothing: netconf, exp and
// fib_lookup have no statistics. Interfaces and masters are named if a link cache is provided, and else numbered.
//
// Implements: nl_object_dump
func (o *Object) Dump(w io.Writer, t DumpType) error {
	const fn = "nl_object_dump"
	if o.ptr() == nil {
		return closedErr(fn)
	}
	if t < DumpLine || t > DumpStats {
		return &Error{Func: fn, Code: ErrRange, Msg: "dump type " + strconv.Itoa(int(t))}
	}
	if w == nil {
		return argErr(fn, "nil writer")
	}
	text, ok := o.dump(t)
	if !ok {
		return &Error{Func: fn, Code: ErrNoMem}
	}
	_, err := w.Write(text)
	return err
}

// dump returns the text of a live object, and false without memory. Dumps take references to links, and read tables of the whole
// process.
func (o *Object) dump(t DumpType) ([]byte, bool) {
	c := o.live()
	refs.Lock()
	res := C.nlgo_object_dump(c, C.int(t))
	refs.Unlock()
	if res.text == nil {
		return nil, false
	}
	defer C.free(unsafe.Pointer(res.text))
	return []byte(unsafe.String((*byte)(unsafe.Pointer(res.text)), int(res.len))), true
}

// String returns the object as one line of text, without the newline at its end.
//
// Implements: nl_object_dump_buf
func (o *Object) String() string {
	if o == nil {
		return "<nil>"
	}
	text, ok := o.dump(DumpLine)
	if !ok {
		panic("libnl: out of memory")
	}
	return strings.TrimSuffix(string(text), "\n")
}

// Objects parses the message and yields the objects in it, each lent for its step of the loop. The only error, such as
// [ErrMsgTypeNoSupport] for a message that holds no object libnl knows, comes first and alone. [Msg.SetProto] tells the protocol of
// a message that was not received. A message that does not come from the kernel must be one that the package can check before
// libnl's parsers see it: other kinds are [ErrInval].
//
// Implements: nl_msg_parse
func (m *Msg) Objects() iter.Seq2[*Object, error] {
	return func(yield func(*Object, error) bool) {
		objs, err := m.parse(true)
		if err != nil {
			yield(nil, err)
			return
		}
		objs.each(yield)
	}
}

// Object parses the message and returns the first object in it, which the caller owns. Few messages hold more than one. The errors
// are those of [Msg.Objects], and [ErrObjNotFound] for a message without any.
//
// Implements: nl_msg_parse
func (m *Msg) Object() (*Object, error) {
	objs, err := m.parse(false)
	if err != nil {
		return nil, err
	}
	defer objs.put()
	if objs.c.first == nil {
		return nil, &Error{Func: "nl_msg_parse", Code: ErrObjNotFound}
	}
	return &Object{ownObject(objs.take())}, nil
}

// parse makes the objects of the message, with handles to lend them if asked.
func (m *Msg) parse(lend bool) (parsed, error) {
	const fn = "nl_msg_parse"
	b := m.bytes()
	if b == nil {
		return parsed{}, closedErr(fn)
	}
	proto := m.Proto()
	if proto < 0 {
		return parsed{}, argErr(fn, "the message's protocol is not known: use SetProto")
	}
	if len(b) < headerLen || int(getHeader(b).Len) != len(b) {
		return parsed{}, argErr(fn, "the message's length is not that in its header")
	}
	if !m.kernels() {
		if err := validateMsg(proto, b); err != nil {
			return parsed{}, err
		}
	}
	refs.Lock()
	p := parsed{c: C.nlgo_msg_objects(unsafe.Pointer(&b[0]), C.uint32_t(len(b)), C.int(proto))}
	if lend && p.c.first != nil {
		p.lent = newLent(1 + int(p.c.n_more))
	}
	refs.Unlock()
	if err := codeErr(fn, int(p.c.err)); err != nil {
		return parsed{}, err
	}
	return p, nil
}

// parsed holds the references of objects made by one message.
type parsed struct {
	c    C.struct_nlgo_objects
	lent []lentObject // one for each
}

// lentObject is a lent handle with its state.
type lentObject struct {
	o Object
	r objectRef
}

// lentSlab holds unused lent handles, guarded by refs. None is used twice: a kept one stays revoked.
var lentSlab []lentObject

// newLent returns n unused lent handles. refs is held.
func newLent(n int) []lentObject {
	if len(lentSlab) < n {
		lentSlab = make([]lentObject, max(n, 64))
	}
	s := lentSlab[:n:n]
	lentSlab = lentSlab[n:]
	return s
}

func (p *parsed) len() int {
	if p.c.first == nil {
		return 0
	}
	return 1 + int(p.c.n_more)
}

func (p *parsed) at(i int) *C.struct_nl_object {
	if i == 0 {
		return p.c.first
	}
	return unsafe.Slice(p.c.more, p.c.n_more)[i-1]
}

// each lends the objects one by one until yield is false, and gives the references back.
func (p *parsed) each(yield func(*Object, error) bool) bool {
	defer p.put()
	for i := range p.lent {
		if !p.step(i, yield) {
			return false
		}
	}
	return true
}

// step lends one object for one step of a loop.
func (p *parsed) step(i int, yield func(*Object, error) bool) bool {
	return p.lent[i].lend(p.at(i), yield)
}

// lend lends c, whose reference stays the lender's, for one step of a loop.
func (l *lentObject) lend(c *C.struct_nl_object, yield func(*Object, error) bool) bool {
	l.r = objectRef{c: c, lent: true}
	l.o.r = &l.r
	defer func() { l.r.c = nil }()
	return yield(&l.o, nil)
}

// take hands over the first object with its reference. What is left can only be put.
func (p *parsed) take() *C.struct_nl_object {
	c := p.c.first
	p.c.first = nil
	return c
}

// put gives the references back.
func (p *parsed) put() {
	refs.Lock()
	defer refs.Unlock()
	C.nl_object_put(p.c.first)
	C.nlgo_objects_put(p.c.more, p.c.n_more)
	C.free(unsafe.Pointer(p.c.more))
	p.c = C.struct_nlgo_objects{}
}
