//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

import (
	"context"
	"iter"
	"maps"
	"slices"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

const (
	genlRcvBuf     = 16 << 20
	genlRequestMax = 64 << 10
	genlNotify     = Group(unix.GENL_ID_CTRL) // "notify" of the controller, the one group with a number that never changes
)

// GenlNetLink is a [NetLink] for one family of generic netlink: groups go by name, handlers, requests and dumps by command. All else is as
// with a NetLink; [NetLink.HandleOther] gets the messages of the family that have no handler.
//
// A family may be removed, and come back with other numbers, when its module is. Both are events for [NetLink.HandleControl]:
// [EventFamilyRemoved], with an error that matches [fs.ErrNotExist] and so ends a delivery where nobody handles it; and [EventFamilyAdded], on
// which, from inside the handler perhaps, [GenlNetLink.Resolve] asks anew. From the first until then requests and groups fail with such an error too. After an [EventOverrun] either may have been lost: Resolve then tells.
// What the controller tells of other families is not delivered.
type GenlNetLink struct {
	*NetLink
	f *genlBound
}

// genlBound is the family a NetLink is bound to. The mutex of the NetLink is held, but for asking.
type genlBound struct {
	name   string
	info   GenlFamilyInfo // as last resolved; replaced as a whole
	there  MsgType        // the type last told of, 0 when it is gone
	joined []string       // groups
	asking chan struct{}  // one at a time, so that the last answer is the newest
}

// NewGenlNetLink opens a GenlNetLink for a family, which it resolves in one transaction ([GetGenlFamily]): a family that is not there is an
// [*Error] that matches [fs.ErrNotExist] and has its name. Unless cfg says otherwise it asks for a receive buffer of 16 MiB. cfg.Groups are
// numbers, joined as they are; for groups of the family see [GenlNetLink.RegisterGroup].
func NewGenlNetLink(ctx context.Context, family string, cfg *Config) (*GenlNetLink, error) {
	if err := checkGenlName("NewGenlNetLink", family); err != nil {
		return nil, err
	}
	n, err := openNetLink(ProtoGeneric, genlRcvBuf, cfg)
	if err != nil {
		return nil, err
	}
	g := &GenlNetLink{n, &genlBound{name: family, asking: make(chan struct{}, 1)}}
	n.genl = g.f
	if family != "nlctrl" { // which is always there, and whose notifications are its own
		err = n.s.AddMembership(genlNotify)
	}
	if err == nil {
		err = g.Resolve(ctx)
	}
	if err != nil {
		_ = n.Close()
		return nil, err
	}
	return g, nil
}

// Close is [NetLink.Close].
func (g *GenlNetLink) Close() error {
	if g == nil {
		return nil
	}
	return g.NetLink.Close()
}

// lock is [NetLink.lock].
func (g *GenlNetLink) lock(fn string) error {
	if g == nil {
		return argErr(fn, "nil GenlNetLink")
	}
	return g.NetLink.lock(fn)
}

// Family returns what the controller told of the family when it was last resolved.
func (g *GenlNetLink) Family() GenlFamilyInfo {
	if g == nil {
		panic("libnl: nil GenlNetLink")
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	info := g.f.info
	info.Ops, info.Groups = slices.Clone(info.Ops), slices.Clone(info.Groups)
	return info
}

// Resolve asks for the family again, in one transaction, takes its new numbers and joins the groups that were joined before by their new
// ones. A family that is not there is an error as with [NewGenlNetLink], a group that it no longer has one with the group's name, after all others
// are joined; what was known stays. What happened between the family's coming back and Resolve was sent to nobody here.
func (g *GenlNetLink) Resolve(ctx context.Context) error {
	const fn = "GetGenlFamily"
	if err := g.lock(fn); err != nil {
		return err
	}
	g.mu.Unlock()
	select {
	case g.f.asking <- struct{}{}:
	case <-ctx.Done():
		return named(fn, g.s.goOn(wait{ctx: ctx}))
	}
	defer func() { <-g.f.asking }()
	info, err := GetGenlFamily(ctx, g.Socket(), g.f.name)
	if err != nil {
		return err
	}
	if err := g.lock(fn); err != nil {
		return err
	}
	defer g.mu.Unlock()
	return g.takeLocked(info)
}

// takeLocked makes info what is known of the family.
func (g *GenlNetLink) takeLocked(info GenlFamilyInfo) error {
	f := g.f
	old := f.info
	f.info, f.there = info, info.ID
	h := *g.handlers.Load()
	h.family = info.ID
	g.handlers.Store(&h)

	var failed error
	for _, name := range f.joined {
		was, _ := old.Group(name)
		now, err := f.group("nl_socket_add_membership", name)
		if was.ID != 0 && was != now {
			_ = g.s.DropMembership(was.ID) // the kernel did, unless it was another family's by then
		}
		if err == nil {
			err = g.s.AddMembership(now.ID)
		}
		if failed == nil {
			failed = err
		}
	}
	return failed
}

// group returns the group with a name.
func (f *genlBound) group(fn, name string) (GenlGroup, error) {
	if err := checkGenlName(fn, name); err != nil {
		return GenlGroup{}, err
	}
	if err := f.stale(fn); err != nil {
		return GenlGroup{}, err
	}
	g, ok := f.info.Group(name)
	if !ok {
		return g, &Error{Func: fn, Code: ErrObjNotFound, Msg: "family " + strconv.Quote(f.name) + " has no group " + strconv.Quote(name)}
	}
	return g, nil
}

// stale returns the error for a family that is not there as it was resolved, which is much as that for one that was never there.
func (f *genlBound) stale(fn string) error {
	e := &Error{Func: fn, Code: ErrObjNotFound, Errno: syscall.ENOENT, Msg: "no generic netlink family " + strconv.Quote(f.name)}
	switch f.there {
	case f.info.ID:
		return nil
	case 0:
		e.Msg += ": it was removed"
	default:
		e.Msg += " as it was resolved: it came back"
	}
	return e
}

// RegisterGroup joins multicast groups of the family, by name; what the kernel sends to them from now on is delivered. At the first that fails it
// stops and names it; those before it stay joined. A group that is not there is an error that matches [fs.ErrNotExist].
func (g *GenlNetLink) RegisterGroup(names ...string) error {
	const fn = "nl_socket_add_membership"
	return g.eachGroup(fn, names, func(group GenlGroup) error {
		if err := g.s.AddMembership(group.ID); err != nil {
			return err
		}
		if !slices.Contains(g.f.joined, group.Name) {
			g.f.joined = append(g.f.joined, group.Name)
		}
		return nil
	})
}

// UnregisterGroup leaves multicast groups of the family, by name. What arrived before is still delivered.
func (g *GenlNetLink) UnregisterGroup(names ...string) error {
	const fn = "nl_socket_drop_membership"
	return g.eachGroup(fn, names, func(group GenlGroup) error {
		g.f.joined = slices.DeleteFunc(g.f.joined, func(name string) bool { return name == group.Name })
		return g.s.DropMembership(group.ID)
	})
}

func (g *GenlNetLink) eachGroup(fn string, names []string, do func(GenlGroup) error) error {
	if err := g.lock(fn); err != nil {
		return err
	}
	defer g.mu.Unlock()
	for _, name := range names {
		group, err := g.f.group(fn, name)
		if err == nil {
			err = do(group)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Handle registers fn for the messages of the family with a command, notifications and parts of dumps alike. A second one for a
// command is [ErrExist].
func (g *GenlNetLink) Handle(cmd uint8, fn Handler) error {
	return g.change("Handle", func(h *handlers) error {
		if fn == nil {
			return argErr("Handle", "nil handler")
		}
		if h.byCmd[cmd] != nil {
			return &Error{Func: "Handle", Code: ErrExist, Msg: "command " + strconv.Itoa(int(cmd)) + " has a handler"}
		}
		m := maps.Clone(h.byCmd)
		if m == nil {
			m = map[uint8]Handler{}
		}
		m[cmd] = fn
		h.byCmd = m
		return nil
	})
}

// Unhandle removes the handler of a command. If there is none it fails with [ErrObjNotFound].
func (g *GenlNetLink) Unhandle(cmd uint8) error {
	return g.change("Unhandle", func(h *handlers) error {
		if h.byCmd[cmd] == nil {
			return &Error{Func: "Unhandle", Code: ErrObjNotFound, Msg: "command " + strconv.Itoa(int(cmd)) + " has no handler"}
		}
		h.byCmd = maps.Clone(h.byCmd)
		delete(h.byCmd, cmd)
		return nil
	})
}

func (g *GenlNetLink) change(fn string, edit func(*handlers) error) error {
	if g == nil {
		return argErr(fn, "nil GenlNetLink")
	}
	return g.NetLink.change(fn, edit)
}

// NewRequest returns a request of the family: the headers, with zeros for the family's own, which [Msg.GenlUserHeader] has before
// attributes are put; it can grow to 64 KiB. It is for [NetLink.DumpMsg], and for the calls of [NetLink.Socket].
func (g *GenlNetLink) NewRequest(cmd uint8, f MsgFlags) (*Msg, error) {
	const fn = "NewRequest"
	if err := g.lock(fn); err != nil {
		return nil, err
	}
	info, err := g.f.info, g.f.stale(fn)
	g.mu.Unlock()
	if err != nil {
		return nil, err
	}
	m, err := NewMsgSize(genlRequestMax)
	if err != nil {
		return nil, err
	}
	h := GenlHeader{Cmd: cmd, Version: uint8(info.Version)}
	if err := m.PutGenl(0, 0, info.ID, int(min(info.HdrLen, maxMsgSize)), f, h); err != nil {
		return nil, err
	}
	return m, nil
}

// request is NewRequest with what put puts.
func (g *GenlNetLink) request(cmd uint8, f MsgFlags, put func(*Msg)) (*Msg, error) {
	m, err := g.NewRequest(cmd, f)
	if err != nil || put == nil {
		return m, err
	}
	put(m)
	return m, m.Err()
}

// Request sends a request on the socket for requests and yields the replies, as [Socket.Request] does. Put, which may be nil, adds to what
// [GenlNetLink.NewRequest] makes.
func (g *GenlNetLink) Request(ctx context.Context, cmd uint8, f MsgFlags, put func(*Msg)) iter.Seq2[*Msg, error] {
	return func(yield func(*Msg, error) bool) {
		m, err := g.request(cmd, f, put)
		if err != nil {
			yield(nil, err)
			return
		}
		g.Socket().Request(ctx, m)(yield)
	}
}

// Do is Request for requests whose acknowledgement is all that matters, as [Socket.Do] is.
func (g *GenlNetLink) Do(ctx context.Context, cmd uint8, f MsgFlags, put func(*Msg)) error {
	m, err := g.request(cmd, f, put)
	if err != nil {
		return err
	}
	return g.Socket().Do(ctx, m)
}

// DumpRequest asks for a dump by a command, as [NetLink.DumpRequest] does: what comes goes to the handlers of the commands it has, which may be
// another, and then there is an [EventDumpDone] event. A dump with attributes of one's own is made by [GenlNetLink.NewRequest] and
// [NetLink.DumpMsg].
func (g *GenlNetLink) DumpRequest(cmd uint8) error {
	m, err := g.NewRequest(cmd, FlagDump)
	if err != nil {
		return err
	}
	return g.DumpMsg(m)
}

// familyEvent makes an event of a notification of the controller, and reports whether it is one of the family's coming or going that is
// news.
func (n *NetLink) familyEvent(e *Event, b []byte) bool {
	var info GenlFamilyInfo
	if info.parse(b) != nil || info.Name != n.genl.name {
		return false
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	switch f, cmd := n.genl, b[headerLen]; {
	case cmd == unix.CTRL_CMD_NEWFAMILY && info.ID != f.there:
		e.Kind, f.there = EventFamilyAdded, info.ID
	case cmd == unix.CTRL_CMD_DELFAMILY && info.ID == f.there:
		e.Kind, f.there = EventFamilyRemoved, 0
		e.Err = f.stale("receive")
	default:
		return false
	}
	return true
}
