//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// CacheManager keeps caches equal to what the kernel has, and tells of each change. It follows the notifications, and asks anew where these are not
// enough: when some were lost ([CacheManager.HandleOverrun]), and for what the kernel changes without a word, as it does with IPv4 routes
// when a link goes down.
//
// It delivers in [CacheManager.Run], [CacheManager.Poll] or [CacheManager.DataReady]: one of these at a time, and in the goroutine that calls it.
// Every other method, and the caches that it follows, may be used at any time, from any goroutine and from inside the functions that are
// told of changes.
type CacheManager struct {
	n *NetLink

	mu      sync.Mutex // guards the caches too
	closed  bool
	list    []*managed
	told    []telling
	kick    func() // ends the wait of the one who delivers
	lost    error  // why all caches are stale
	overrun func(*Overrun) error
}

// managed is a cache that is followed. It is guarded by the manager's lock.
type managed struct {
	st      *cacheState
	t       *cacheType
	handle  io.Closer // of a cache that the manager made
	tell    func(C.struct_nlgo_change)
	filling bool
	held    []*Msg // messages that came meanwhile
	stale   bool
	gone    bool
	links   links
	behind  *C.struct_nlgo_list // routes that the cache has no place for
}

// telling is a change and whom to tell.
type telling struct {
	a *managed
	c C.struct_nlgo_change
}

// Overrun tells that notifications were lost, and what was done about it.
type Overrun struct {
	Err     error // what was lost, it matches ErrOverrun or, for a message too large to take, ErrMsgTrunc
	Changes int   // found when all caches were resynchronised; they have been told
}

// NewCacheManager returns a manager without caches for a protocol. It opens two sockets, one for notifications and one for requests, both as cfg
// says; the receive buffer of the first is 16 MiB if cfg does not say otherwise, or what the system allows.
//
// Implements: nl_cache_mngr_alloc nl_cache_mngr_alloc_ex
func NewCacheManager(p Protocol, cfg *Config) (*CacheManager, error) {
	n, err := openNetLink(p, routeRcvBuf, cfg)
	if err != nil {
		return nil, named("nl_cache_mngr_alloc", err)
	}
	return &CacheManager{n: n}, nil
}

// Close closes the manager, its sockets, and the caches that [CacheManager.Add] made; those of [ManageCache] stay as they are. A delivery under
// way ends with [ErrClosed]. Closing again, or nil, does nothing.
//
// Implements: nl_cache_mngr_free
func (m *CacheManager) Close() error {
	if m == nil {
		return nil
	}
	err := m.n.Close()
	m.mu.Lock()
	list := m.list
	told := m.told
	m.list, m.told, m.closed = nil, nil, true
	for _, a := range list {
		a.leave()
	}
	m.mu.Unlock()
	for _, t := range told {
		t.drop()
	}
	for _, a := range list {
		if a.handle != nil {
			_ = a.handle.Close()
		}
	}
	return err
}

// leave ends the following of a cache. The manager is locked.
func (a *managed) leave() {
	a.gone = true
	a.held = nil
	a.st.manager.Store(nil)
	refs.Lock()
	C.nlgo_list_free(a.behind, 1)
	refs.Unlock()
	C.free(unsafe.Pointer(a.behind))
	a.behind = nil
}

// drop gives back the references of a change that nobody will be told.
func (t *telling) drop() { tellOne[*Object](t.c, nil) }

// forget ends the following of a cache that is closed. The manager is locked, and so is refs.
func (m *CacheManager) forget(st *cacheState) {
	refs.Unlock()
	defer refs.Lock()
	i := slices.IndexFunc(m.list, func(a *managed) bool { return a.st == st })
	if i < 0 {
		return
	}
	a := m.list[i]
	m.list = slices.Delete(m.list, i, i+1)
	a.leave()
	m.unsubscribe(a)
}

// unsubscribe leaves the groups that only a wants. The manager is locked.
func (m *CacheManager) unsubscribe(a *managed) {
	for _, g := range slices.Concat(a.t.groups, a.t.watch) {
		if !slices.ContainsFunc(m.list, func(o *managed) bool { return slices.Contains(o.t.groups, g) || slices.Contains(o.t.watch, g) }) {
			_ = m.n.UnregisterGroup(g)
		}
	}
}

// Add makes a cache of the named type, fills it and follows it: fn, which may be nil, is told of each change. The manager owns the cache; the
// caller may close it, which ends the following. Errors are those of [NewCache] and [ManageCache].
//
// Implements: nl_cache_mngr_add
func (m *CacheManager) Add(typeName string, fn func(Change[*Object])) (*Cache[*Object], error) {
	const name = "nl_cache_mngr_add"
	c, err := newCache[*Object](name, typeName)
	if err != nil {
		return nil, err
	}
	if err := manage(m, name, c, fn, c); err != nil {
		_ = c.Close()
		return nil, err
	}
	return c, nil
}

// ManageCache fills a cache and makes the manager follow it: fn, which may be nil, is told of each change that comes after. The cache stays the caller's,
// who uses it under the manager's lock from now on; closing it ends the following. Objects that users hold do not change: another takes the place of
// one in the cache. A second cache of one type is [ErrExist], a type without notifications [ErrOpNotSupp], one of another protocol
// [ErrProtoMismatch].
//
// Implements: nl_cache_mngr_add_cache nl_cache_mngr_add_cache_v2
func ManageCache[O Kind](m *CacheManager, c *Cache[O], fn func(Change[O])) error {
	return manage(m, "nl_cache_mngr_add_cache", c, fn, nil)
}

func manage[O Kind](m *CacheManager, fn string, c *Cache[O], told func(Change[O]), handle io.Closer) error {
	if m == nil {
		return argErr(fn, "nil CacheManager")
	}
	st := c.state()
	if st == nil {
		return closedErr(fn)
	}
	a := &managed{st: st, t: cacheTypes[st.typ], handle: handle, filling: true}
	if told != nil {
		a.tell = func(c C.struct_nlgo_change) { tellOne(c, told) }
	}
	p, err := m.enlist(fn, a)
	if err == nil {
		err = m.fill(a, p)
	}
	return err
}

// enlist makes a cache one of the manager's, not yet filled.
func (m *CacheManager) enlist(fn string, a *managed) (plan, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.closed:
		return plan{}, closedErr(fn)
	case a.t == nil || a.t.request == nil || len(a.t.groups) == 0:
		return plan{}, &Error{Func: fn, Code: ErrOpNotSupp, Msg: "caches of type " + a.st.typ + " cannot be followed"}
	case a.t.proto != m.n.s.proto:
		return plan{}, &Error{Func: fn, Code: ErrProtoMismatch}
	case slices.ContainsFunc(m.list, func(o *managed) bool { return o.t == a.t }):
		return plan{}, &Error{Func: fn, Code: ErrExist, Msg: "there is a cache of this type already"}
	case !a.st.manager.CompareAndSwap(nil, m):
		return plan{}, &Error{Func: fn, Code: ErrBusy, Msg: "another manager follows the cache"}
	}
	a.behind = (*C.struct_nlgo_list)(C.calloc(1, C.sizeof_struct_nlgo_list))
	m.list = append(m.list, a)
	return a.st.plan(fn)
}

// fill subscribes, asks, and takes over what was told meanwhile.
func (m *CacheManager) fill(a *managed, p plan) error {
	err := m.n.RegisterGroup(slices.Concat(a.t.groups, a.t.watch)...)
	var d *dumped
	if err == nil {
		d, err = p.ask(context.Background(), m.n.Socket())
		defer d.free()
		if isCode(err, ErrDumpIntr) {
			err, a.stale = nil, true
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if err == nil && a.gone {
		return closedErr(p.fn)
	}
	if err == nil {
		err = a.st.refill(p.fn, d)
	}
	if err != nil {
		if i := slices.Index(m.list, a); i >= 0 {
			m.list = slices.Delete(m.list, i, i+1)
			a.leave()
			m.unsubscribe(a)
		}
		return named(p.fn, err)
	}
	a.takeBehind(d)
	a.filling = false
	held := a.held
	a.held = nil
	var ch changes
	defer ch.free()
	for _, msg := range held {
		if err := a.include(p.fn, msg, &ch); err != nil {
			a.stale = true
		}
	}
	if a.stale {
		m.due()
	}
	return nil
}

// takeBehind keeps what had no place in the cache. The manager is locked.
func (a *managed) takeBehind(d *dumped) {
	refs.Lock()
	defer refs.Unlock()
	C.nlgo_list_free(a.behind, 1)
	*a.behind = d.r.behind
	d.r.behind = C.struct_nlgo_list{}
}

// due makes FD readable, without a message, and wakes the one who delivers: there is work. The manager is locked.
func (m *CacheManager) due() {
	m.n.d.kept.Store(true)
	m.n.signal()
	if m.kick != nil {
		m.kick()
	}
}

// HandleOverrun sets the function that is told when notifications were lost, after all caches have been resynchronised, and each change
// found by that has been told. Its error ends the delivery, which returns it as it is. Without such a function the delivery
// ends with an error that matches [ErrOverrun], the caches being resynchronised all the same.
func (m *CacheManager) HandleOverrun(fn func(*Overrun) error) {
	m.mu.Lock()
	m.overrun = fn
	m.mu.Unlock()
}

// Stats returns what the manager has seen.
func (m *CacheManager) Stats() Stats { return m.n.Stats() }

// FD returns a descriptor that is readable as long as there is something for [CacheManager.DataReady] to do: see [NetLink.FD].
//
// Implements: nl_cache_mngr_get_fd
func (m *CacheManager) FD() int {
	if m == nil {
		return -1
	}
	return m.n.FD()
}

// begin takes the role of the one who delivers.
func (m *CacheManager) begin(fn string, ctx context.Context) error {
	if m == nil {
		return argErr(fn, "nil CacheManager")
	}
	return m.n.begin(fn, ctx)
}

// end gives the role back. What is left to do keeps FD readable.
func (m *CacheManager) end() {
	m.n.end()
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.closed && (len(m.told) > 0 || m.isStale()) {
		m.due()
	}
}

// isStale reports whether there is a cache to resynchronise. The manager is locked.
func (m *CacheManager) isStale() bool {
	return m.lost != nil || slices.ContainsFunc(m.list, func(a *managed) bool { return a.stale && !a.filling })
}

// DataReady takes over what is there, and tells of the changes. It does not wait for notifications, but asks the kernel where it has to. It
// returns the number of messages, and an error: that notifications were lost ([CacheManager.HandleOverrun]); [ErrDumpIntr] when what
// it had to ask for kept changing, it asks again next time; [ErrClosed]; [ErrNested] while another delivery is under way. It reads up to
// 128 datagrams; when there is more to do FD stays readable.
//
// Implements: nl_cache_mngr_data_ready
func (m *CacheManager) DataReady() (int, error) {
	const fn = "nl_cache_mngr_data_ready"
	ctx := context.Background()
	if err := m.begin(fn, ctx); err != nil {
		return 0, err
	}
	defer m.end()
	reads := readBound
	return m.drain(fn, ctx, &reads)
}

// Poll is DataReady that waits for something to come, for d at most; less than 0 is for ever. It returns 0 when nothing came.
//
// Implements: nl_cache_mngr_poll
func (m *CacheManager) Poll(d time.Duration) (int, error) {
	const fn = "nl_cache_mngr_poll"
	ctx := context.Background()
	if err := m.begin(fn, ctx); err != nil {
		return 0, err
	}
	defer m.end()
	reads := readBound
	n, err := m.drain(fn, ctx, &reads)
	if n > 0 || err != nil || d == 0 {
		return n, err
	}
	first, err := m.wait(fn, ctx, d)
	if err != nil {
		return first, err
	}
	n, err = m.drain(fn, ctx, &reads)
	return first + n, err
}

// Run takes over what comes, and tells of the changes, until ctx is done or the manager is closed ([ErrClosed]), or notifications were
// lost and nobody handles that ([CacheManager.HandleOverrun]). It can be called again.
func (m *CacheManager) Run(ctx context.Context) error {
	const fn = "Run"
	if err := m.begin(fn, ctx); err != nil {
		return err
	}
	defer m.end()
	for pause := firstPause; ; {
		reads := -1
		_, err := m.drain(fn, ctx, &reads)
		again := time.Duration(-1)
		switch {
		case isCode(err, ErrDumpIntr):
			again = pause
			pause = longer(pause)
		case err != nil:
			return err
		default:
			pause = firstPause
		}
		if _, err := m.wait(fn, ctx, again); err != nil {
			return err
		}
	}
}

// wait waits for an event, for d at most if that is not negative, and takes it over. It ends with none when there is other work.
func (m *CacheManager) wait(fn string, ctx context.Context, d time.Duration) (int, error) {
	wctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if d >= 0 {
		wctx, cancel = context.WithTimeout(wctx, d)
		defer cancel()
	}
	m.mu.Lock()
	if d < 0 && m.isStale() {
		m.mu.Unlock()
		return 0, nil
	}
	m.kick = cancel
	m.mu.Unlock()
	reads := -1
	e, err := m.n.next(wait{ctx: wctx}, &reads)
	m.mu.Lock()
	m.kick = nil
	m.mu.Unlock()
	switch {
	case err == nil:
		return 1, m.event(fn, e)
	case wctx.Err() != nil && ctx.Err() == nil && errors.Is(err, wctx.Err()):
		return 0, nil
	}
	return 0, named(fn, err)
}

// Where things change faster than they can be read, the next try waits.
const (
	firstPause = 10 * time.Millisecond
	lastPause  = time.Second
)

func longer(pause time.Duration) time.Duration { return min(2*pause, lastPause) }

// catchUpAfter is how many messages may come before stale caches are resynchronised.
const catchUpAfter = 4096

// drain takes over all that is there, and then resynchronises what is stale.
func (m *CacheManager) drain(fn string, ctx context.Context, reads *int) (int, error) {
	w := wait{ctx: ctx, never: true}
	m.tellAll()
	for count := 0; ; count++ {
		e, err := m.n.next(w, reads)
		if err == errAgain {
			return count, m.catchUp(fn, ctx)
		}
		if err != nil {
			return count, named(fn, err)
		}
		if err := m.event(fn, e); err != nil {
			return count + 1, err
		}
		if (count+1)%catchUpAfter == 0 {
			if err := m.catchUp(fn, ctx); err != nil {
				return count + 1, err
			}
		}
	}
}

// event takes over an event, and tells of the changes.
func (m *CacheManager) event(fn string, e *Event) error {
	err := m.apply(fn, e)
	m.tellAll()
	return err
}

func (m *CacheManager) apply(fn string, e *Event) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e.Kind == EventOverrun {
		m.lost = e.Err
		return nil
	}
	if e.Msg == nil {
		return nil
	}
	var failed error
	for _, a := range m.list {
		if a.t.unsure != nil && a.t.unsure(&a.links, e.Msg) {
			a.stale = true
		}
		if a.t.action(e.Header.Type) == ActUnspec {
			continue
		}
		if a.filling {
			a.held = append(a.held, e.Msg.Retain())
			continue
		}
		var ch changes
		if err := a.include(fn, e.Msg, &ch); err != nil {
			a.stale = true
			failed = err
		}
		m.queue(a, &ch)
	}
	return failed
}

// queue takes over changes that are to be told. The manager is locked.
func (m *CacheManager) queue(a *managed, ch *changes) {
	for {
		one, ok := ch.pop()
		if !ok {
			break
		}
		m.told = append(m.told, telling{a, one})
	}
	ch.free()
}

// include takes over a notification. The manager is locked.
func (a *managed) include(fn string, m *Msg, ch *changes) error {
	b := m.bytes()
	if len(b) <= headerLen || !a.t.wants(a.st.args, Family(b[headerLen])) || partialLink(m) {
		return nil
	}
	if !m.kernels() {
		if err := validateMsg(m.Proto(), b); err != nil {
			return named(fn, err)
		}
	}
	how := C.struct_nlgo_including{behind: a.behind}
	refs.Lock()
	defer refs.Unlock()
	a.st.gen.Add(1)
	res := C.nlgo_cache_event(a.st.c, unsafe.Pointer(&b[0]), C.uint32_t(len(b)), C.int(m.Proto()), a.st.ops, &how, &ch.l)
	if how.uncertain != 0 {
		a.stale = true
	}
	return resultErr(fn, res)
}

// partialLink reports whether a message is an event of a wireless driver, which looks like a link and has nothing of it.
func partialLink(m *Msg) bool {
	if m.Header().Type != RTMNewLink {
		return false
	}
	_, wireless := m.FindAttr(unix.SizeofIfInfomsg, unix.IFLA_WIRELESS)
	return wireless
}

// tellAll tells of the changes. When a function panics the others stay for the next delivery.
func (m *CacheManager) tellAll() {
	for {
		m.mu.Lock()
		if len(m.told) == 0 {
			m.told = nil
			m.mu.Unlock()
			return
		}
		t := m.told[0]
		m.told = m.told[1:]
		gone := t.a.gone
		m.mu.Unlock()
		if gone || t.a.tell == nil {
			t.drop()
		} else {
			t.a.tell(t.c)
		}
	}
}

// catchUp resynchronises what is stale, and tells of the changes and of what was lost.
func (m *CacheManager) catchUp(fn string, ctx context.Context) error {
	m.mu.Lock()
	lost := m.lost
	handler := m.overrun
	var stale []*managed
	for _, a := range m.list {
		if !a.filling && (a.stale || lost != nil) {
			a.stale = true
			stale = append(stale, a)
		}
	}
	m.mu.Unlock()
	found := 0
	var failed error
	for _, a := range stale {
		n, err := m.resync(fn, ctx, a)
		found += n
		if err != nil && (failed == nil || isCode(failed, ErrDumpIntr)) {
			failed = err
		}
	}
	m.tellAll()
	if failed != nil || lost == nil {
		return failed
	}
	m.mu.Lock()
	m.lost = nil
	m.mu.Unlock()
	if handler != nil {
		return handler(&Overrun{Err: lost, Changes: found})
	}
	return &Error{Func: fn, cause: lost, Msg: "the caches have been resynchronised"}
}

// resync makes a cache equal to what the kernel has, and queues the changes.
func (m *CacheManager) resync(fn string, ctx context.Context, a *managed) (int, error) {
	m.mu.Lock()
	if a.gone {
		m.mu.Unlock()
		return 0, nil
	}
	p, err := a.st.plan(fn)
	m.mu.Unlock()
	if err != nil {
		return 0, err
	}
	d, failed := p.ask(ctx, m.n.Socket())
	defer d.free()
	if failed != nil && !isCode(failed, ErrDumpIntr) {
		return 0, failed
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if a.gone {
		return 0, nil
	}
	var ch changes
	if err := a.st.resync(fn, d, &ch); err != nil {
		m.queue(a, &ch)
		return 0, err
	}
	a.takeBehind(d)
	n := int(ch.l.n)
	m.queue(a, &ch)
	a.stale = failed != nil
	return n, failed
}

// Dump writes what the manager is about and what the caches hold to w.
//
// Implements: nl_cache_mngr_info
func (m *CacheManager) Dump(w io.Writer, t DumpType) error {
	const fn = "nl_cache_mngr_info"
	switch {
	case m == nil:
		return argErr(fn, "nil CacheManager")
	case w == nil:
		return argErr(fn, "nil writer")
	case t < DumpLine || t > DumpStats:
		return &Error{Func: fn, Code: ErrRange}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return closedErr(fn)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "cache-manager\n  .protocol = %v\n  .ncaches  = %d\n", m.n.s.proto, len(m.list))
	for i, a := range m.list {
		refs.Lock()
		n := C.nl_cache_nitems(a.st.c)
		text := C.nlgo_cache_dump(a.st.c, C.int(t), nil)
		refs.Unlock()
		if text.text == nil {
			return &Error{Func: fn, Code: ErrNoMem}
		}
		fmt.Fprintf(&b, "  .cache[%d] = {\n    .name = %s\n    .nitems = %d\n    .objects = {\n", i, a.st.typ, n)
		for line := range strings.Lines(C.GoStringN(text.text, C.int(text.len))) {
			b.WriteString("      " + line)
		}
		C.free(unsafe.Pointer(text.text))
		b.WriteString("    }\n  }\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}
