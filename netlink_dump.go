//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

import "context"

// dump is a dump that was asked for. The first in the queue is on its way.
type dump struct {
	m    *Msg
	kind MsgType
	cmd  uint8 // of generic netlink
	seq  uint32
	lost bool // since it was sent, answers had no room: its end may be among them
	answer
}

// DumpRequest asks the kernel for everything of a kind: t is a GET type, such as [RTMGetLink], and what comes are messages of the NEW type
// to its handlers, then a [EventDumpDone] event. Requests queue: the kernel allows one dump on a socket, and the next is sent when the one
// before has ended. Whoever joins the groups first and asks then misses nothing: notifications and the dump come in the order in which
// the kernel sent them. A kind that the kernel dumps only with a filter needs [NetLink.DumpMsg].
func (n *NetLink) DumpRequest(t MsgType) error {
	const fn = "DumpRequest"
	if err := n.lock(fn); err != nil {
		return err
	}
	proto := n.s.proto
	n.mu.Unlock()
	if proto == ProtoGeneric {
		return argErr(fn, "a family's dumps go by command")
	}
	m, err := NewMsgSimple(t, FlagDump)
	if err != nil {
		return err
	}
	family, size, ok := dumpHeader(proto, t)
	if !ok {
		return argErr(fn, "no kind of which everything can be asked for: "+t.String())
	}
	if p := m.Reserve(size, 4); p != nil {
		p[0] = byte(family)
	}
	return n.DumpMsg(m)
}

// DumpMsg is DumpRequest with a request of the caller's, with family, header and filter attributes as the kind wants them. It adds the
// flags of a dump. The message stays the caller's.
//
// A dump that a change interrupted is not asked for again: what it delivered may lack or repeat things, and only the program knows what to
// forget before it asks anew.
func (n *NetLink) DumpMsg(m *Msg) error {
	const fn = "DumpMsg"
	if m == nil {
		return argErr(fn, "nil Msg")
	}
	if err := m.Err(); err != nil {
		return err
	}
	d := &dump{m: m.Clone(), kind: m.Header().Type}
	h := d.m.Header()
	h.Flags |= FlagDump
	d.m.SetHeader(h)
	if err := n.lock(fn); err != nil {
		return err
	}
	defer n.mu.Unlock()
	if !isDump(n.s.proto, d.m.Bytes()) {
		return argErr(fn, "the type is not that of a GET request: "+d.kind.String())
	}
	if g, ok := d.m.Genl(); ok && n.s.proto == ProtoGeneric {
		d.cmd = g.Cmd
	}
	if len(n.dumps) == 0 {
		if err := n.sendDump(d); err != nil {
			return err
		}
	}
	n.dumps = append(n.dumps, d)
	return nil
}

// sendDump sends the request. The mutex is held: whoever reads an answer finds the dump in the queue.
func (n *NetLink) sendDump(d *dump) error {
	const fn = "DumpRequest"
	n.req.seq++
	d.seq = n.req.seq
	b, to, err := n.s.prepare(fn, d.m, n.req)
	if err != nil {
		return err
	}
	if to.SockAddr != (SockAddr{}) {
		return argErr(fn, "the destination is not the kernel")
	}
	if err := n.s.begin(fn); err != nil {
		return err
	}
	defer n.s.end()
	return named(fn, n.s.post(wait{ctx: context.Background()}, fn, b, &to))
}

// flying returns the dump that is on its way.
func (n *NetLink) flying() *dump {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.dumps) == 0 {
		return nil
	}
	return n.dumps[0]
}

// see takes a message of the answer and reports whether it is one to deliver.
func (d *dump) see(b []byte) bool {
	data := d.answer.see("dump", b)
	if e, ok := d.err.(*Error); ok && getHeader(b).Type == MsgError && e.cause == ErrOverrun {
		// no room for the first part: the kernel goes on when there is
		d.lost, d.ended, d.err = true, false, nil
	}
	return data
}

// endDump makes events of the dump's end, and sends the next.
func (n *NetLink) endDump(d *dump, h Header) {
	e := Event{Kind: EventDumpDone, Header: h, Dump: d.kind, Cmd: d.cmd, Err: d.err}
	switch {
	case isCode(d.err, ErrDumpIntr):
		e.Kind = EventDumpInterrupted
		n.d.ready = append(n.d.ready, e)
		e.Kind, e.Err = EventDumpDone, nil
	case d.err != nil:
		e.Kind = EventDumpFailed
	}
	n.d.ready = append(n.d.ready, e)

	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed.Load() {
		return
	}
	for n.dumps = n.dumps[1:]; len(n.dumps) > 0; n.dumps = n.dumps[1:] {
		next := n.dumps[0]
		err := n.sendDump(next)
		if err == nil {
			return
		}
		n.d.ready = append(n.d.ready, Event{Kind: EventDumpFailed, Dump: next.kind, Cmd: next.cmd, Err: err})
	}
	n.dumps = nil
}

// dumpHeaders are the family headers of the GET requests of NETLINK_ROUTE that dump everything when they are zero but for the family.
var dumpHeaders = map[MsgType]struct {
	family Family
	size   int
}{
	RTMGetLink:  {0, 16},           // ifinfomsg
	RTMGetAddr:  {0, 8},            // ifaddrmsg
	RTMGetRoute: {0, 12},           // rtmsg
	RTMGetNeigh: {0, 12},           // ndmsg
	RTMGetRule:  {0, 12},           // fib_rule_hdr
	38:          {0, 20},           // QDISC: tcmsg
	66:          {0, 4},            // NEIGHTBL: ndtmsg
	74:          {FamilyIPv6, 12},  // ADDRLABEL: ifaddrlblmsg
	82:          {0, 4},            // NETCONF: netconfmsg
	86:          {FamilyBridge, 8}, // MDB: br_port_msg
	90:          {0, 4},            // NSID: rtgenmsg
	106:         {0, 8},            // NEXTHOP: nhmsg
	118:         {0, 8},            // NEXTHOPBUCKET: nhmsg
	114:         {FamilyBridge, 8}, // VLAN: br_vlan_msg
}

// dumpHeader returns what follows the netlink header in a request for everything of a kind.
func dumpHeader(p Protocol, t MsgType) (family Family, size int, ok bool) {
	if p != ProtoRoute {
		return 0, 4, t >= 1<<8 // nfgenmsg
	}
	h, ok := dumpHeaders[t]
	return h.family, h.size, ok
}
