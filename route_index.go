//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

import (
	"context"
	"iter"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// RouteIndex holds the kernel's routes of IPv4 and IPv6 as plain values, kept current by notifications, for tables too large for a cache: it
// takes the time of a stream to fill, and a constant time for a change. It finds routes by prefix, by address and by interface.
//
// Like a [CacheManager] it asks anew where notifications are not enough: when some were lost, for what the kernel changes without a word,
// as it does with IPv4 routes when a link goes down, and after changes to one of several next hops of an IPv6 route. It reads all routes then, in
// the background of what it holds: who looks something up finds the state before or the state after.
//
// It takes over what comes in [RouteIndex.Run] or [RouteIndex.DataReady]: one of these at a time. All other methods may be called at any time, from any
// goroutine.
type RouteIndex struct {
	n      *NetLink
	filter RouteFilter
	links  links       // these two are of the one who delivers
	p      routeParser // of an event

	mu    sync.RWMutex
	set   *routeSet
	stale bool
}

// NewRouteIndex opens an index and fills it with the routes that the filter wants, nil for all. It opens two sockets as cfg says, one for
// notifications, with a receive buffer of 16 MiB unless cfg says otherwise, and one for requests. When routes change faster than they are
// read it tries again until ctx is done.
func NewRouteIndex(ctx context.Context, cfg *Config, f *RouteFilter) (*RouteIndex, error) {
	const fn = "NewRouteIndex"
	x := &RouteIndex{stale: true}
	if f != nil {
		x.filter = *f
	}
	switch {
	case ctx == nil:
		return nil, argErr(fn, "nil context")
	case x.filter.Cached:
		return nil, argErr(fn, "the kernel does not tell of entries of its cache")
	case x.filter.Family != 0 && x.filter.Family != FamilyIPv4 && x.filter.Family != FamilyIPv6:
		return nil, &Error{Func: fn, Code: ErrAFNoSupport, Msg: "family " + x.filter.Family.String()}
	}
	if err := checkIndex(fn, x.filter.OIF); err != nil {
		return nil, err
	}
	var err error
	if x.n, err = NewNetLink(cfg); err != nil {
		return nil, err
	}
	err = x.n.RegisterGroup(GroupIPv4Route, GroupIPv6Route, GroupLink, GroupIPv4IfAddr, GroupNexthop)
	for pause := firstPause; err == nil; pause = longer(pause) {
		if err = x.catchUp(ctx); !isCode(err, ErrDumpIntr) {
			break
		}
		err = nil
		select {
		case <-ctx.Done(): // which the next try reports
		case <-time.After(pause):
		}
	}
	if err != nil {
		_ = x.n.Close()
		return nil, named(fn, err)
	}
	return x, nil
}

// Close closes the index and its sockets; a delivery under way ends with [ErrClosed]. What it holds can still be looked up. Closing again, or
// nil, does nothing.
func (x *RouteIndex) Close() error {
	if x == nil {
		return nil
	}
	return x.n.Close()
}

// FD returns a descriptor for a loop with epoll, which is readable when [RouteIndex.DataReady] has something to do; -1 after Close. See [NetLink.FD].
func (x *RouteIndex) FD() int { return x.n.FD() }

// Stats tells what came, and what was lost.
func (x *RouteIndex) Stats() Stats { return x.n.Stats() }

// DataReady takes over what is there. It does not wait for notifications, but reads all routes where it has to; [ErrDumpIntr] says that these
// kept changing, and that it does so next time. It returns the number of events. Other errors are [ErrClosed], and [ErrNested] while another
// delivery is under way. It reads up to 128 datagrams; when there are more FD stays readable.
func (x *RouteIndex) DataReady() (int, error) {
	const fn = "DataReady"
	if x == nil {
		return 0, argErr(fn, "nil RouteIndex")
	}
	w := wait{ctx: context.Background(), never: true}
	if err := x.n.begin(fn, w.ctx); err != nil {
		return 0, err
	}
	defer x.n.end()
	reads := readBound
	return x.drain(fn, w, &reads)
}

// Run takes over what comes until ctx is done or the index is closed ([ErrClosed]). It can be called again.
func (x *RouteIndex) Run(ctx context.Context) error {
	const fn = "Run"
	if x == nil {
		return argErr(fn, "nil RouteIndex")
	}
	if err := x.n.begin(fn, ctx); err != nil {
		return err
	}
	defer x.n.end()
	for pause := firstPause; ; {
		reads := -1
		_, err := x.drain(fn, wait{ctx: ctx, never: true}, &reads)
		w := wait{ctx: ctx}
		switch {
		case isCode(err, ErrDumpIntr):
			var cancel context.CancelFunc
			w.ctx, cancel = context.WithTimeout(ctx, pause)
			pause = longer(pause)
			err = x.await(w)
			cancel()
			if ctx.Err() == nil && w.ctx.Err() != nil {
				err = nil
			}
		case err == nil:
			pause = firstPause
			err = x.await(w)
		}
		if err != nil {
			return named(fn, err)
		}
	}
}

// await waits for an event and takes it over.
func (x *RouteIndex) await(w wait) error {
	reads := -1
	e, err := x.n.next(w, &reads)
	if err == nil {
		x.apply(e)
	}
	return err
}

// drain takes over all that is there, and then reads the routes if it has to.
func (x *RouteIndex) drain(fn string, w wait, reads *int) (int, error) {
	for count := 0; ; count++ {
		e, err := x.n.next(w, reads)
		if err == errAgain {
			return count, named(fn, x.catchUp(w.ctx))
		}
		if err != nil {
			return count, named(fn, err)
		}
		x.apply(e)
		if (count+1)%catchUpAfter == 0 {
			if err := x.catchUp(w.ctx); err != nil {
				return count + 1, named(fn, err)
			}
		}
	}
}

// apply takes over an event. What cannot be told from it has to be read.
func (x *RouteIndex) apply(e *Event) {
	switch {
	case e.Kind == EventOverrun || e.Msg != nil && routesUnsure(&x.links, e.Msg):
		x.mark()
	case e.Kind == EventMsg && (e.Header.Type == RTMNewRoute || e.Header.Type == RTMDelRoute):
		if err := x.p.parse(e.Msg.bytes()); err != nil {
			x.mark()
			return
		}
		v := routeValue{x.p.c, x.p.print()}
		wanted := x.wants()
		x.mu.Lock()
		defer x.mu.Unlock()
		var sure bool
		switch {
		case !wanted: // but it may replace one that was
			sure = e.Header.Flags&FlagReplace == 0 || x.set.find(v.key(), &v).rivals == 0
		case e.Header.Type == RTMDelRoute:
			sure = x.set.deleted(&v)
		default:
			sure = x.set.added(&v, x.p.moreInterfaces(), e.Header.Flags)
		}
		x.stale = x.stale || !sure
	}
}

func (x *RouteIndex) mark() {
	x.mu.Lock()
	x.stale = true
	x.mu.Unlock()
}

// wants reports whether the route just parsed is one for the index.
func (x *RouteIndex) wants() bool {
	f := Family(x.p.c.family)
	return (f == FamilyIPv4 || f == FamilyIPv6) && x.p.c.flags&unix.RTM_F_CLONED == 0 && x.filter.wantsParsed(&x.p)
}

// catchUp reads the routes if the index is stale. The notifications of what changes meanwhile come afterwards.
func (x *RouteIndex) catchUp(ctx context.Context) error {
	if x.Current() {
		return nil
	}
	set := newRouteSet()
	for _, family := range []Family{FamilyIPv4, FamilyIPv6} {
		f := x.filter
		if f.Family != 0 && f.Family != family {
			continue
		}
		f.Family = family
		var failed error
		x.n.Socket().parsedRoutes(ctx, "RouteIndex", &f, func(p *routeParser, err error) bool {
			if failed = err; err == nil {
				set.add(&routeValue{p.c, p.print()}, p.moreInterfaces())
			}
			return err == nil
		})
		if failed != nil {
			return failed
		}
	}
	x.mu.Lock()
	x.set, x.stale = set, false
	x.mu.Unlock()
	return nil
}

// Current reports whether the index has all that the kernel told it, and knows of nothing that it was not told. It is false from when it finds
// that it has to read the routes until it has.
func (x *RouteIndex) Current() bool {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return !x.stale
}

// Len returns how many routes there are.
func (x *RouteIndex) Len() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.set.n
}

// allStep is how many routes All copies at a time.
const allStep = 64

// All yields the routes, in no order. What changes during the loop may or may not be seen; the loop may call any method.
func (x *RouteIndex) All() iter.Seq[RouteInfo] {
	return func(yield func(RouteInfo) bool) {
		x.mu.RLock()
		set := x.set
		x.mu.RUnlock()
		var some [allStep]RouteInfo
		for from := int32(0); from >= 0; {
			x.mu.RLock()
			var n int
			n, from = set.copy(some[:], from)
			x.mu.RUnlock()
			for _, r := range some[:n] {
				if !yield(r) {
					return
				}
			}
		}
	}
}

// Prefix returns the routes to a prefix in a table, in the order in which the kernel has them: the first applies, but for the TOS. Bits behind
// the length of the prefix do not matter.
func (x *RouteIndex) Prefix(t RouteTable, p netip.Prefix) []RouteInfo {
	x.mu.RLock()
	defer x.mu.RUnlock()
	k, ok := prefixKeyOf(t, p)
	if !ok {
		return nil
	}
	return x.set.infos(k)
}

// Covering returns the routes in a table to the longest prefix that holds an address, in the kernel's order. It is not the answer to where the
// kernel sends, for which rules, TOS and the state of next hops count too: that is [LookupRoute].
func (x *RouteIndex) Covering(t RouteTable, a netip.Addr) []RouteInfo {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.set.covering(t, a)
}

// Interface returns the routes of which a next hop goes through an interface, in no order.
func (x *RouteIndex) Interface(ifindex int) []RouteInfo {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.set.through(ifindex)
}
