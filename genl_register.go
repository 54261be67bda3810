//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unsafe"
)

// GenlHandler describes a family whose messages go to Go functions (struct genl_ops).
type GenlHandler struct {
	Name   string            // unique in the process
	ID     MsgType           // type of its messages, 16 or more and unique in the process; 0: what GenlRegistration.Resolve finds
	Hdrlen int               // length of the family's own header, behind the generic one
	Cmds   map[uint8]GenlCmd // by command; at least one
}

// GenlCmd describes a command of a family (struct genl_cmd).
type GenlCmd struct {
	Name    string // as GenlOpName returns it
	MaxAttr int    // the highest attribute type: others are ignored
	Policy  Policy // for attributes of types up to MaxAttr; nil allows anything

	// Handle gets the messages of this command that the policy allows, outside of libnl: it may return any error, panic, use the
	// socket, dispatch further messages, register and unregister families, its own too. A nil Handle refuses the command with
	// ErrOpNotSupp. Several goroutines that call GenlHandleMsg run it at the same time.
	Handle func(in *GenlInfo) error
}

// GenlInfo is a message as a handler gets it (struct genl_info). All of it is lent until the handler returns.
type GenlInfo struct {
	Msg        *Msg
	Header     GenlHeader
	UserHeader []byte    // Hdrlen bytes, a view
	Attrs      AttrTable // the last of each type counts
	Arg        any       // what GenlHandleMsg was given
}

// NewReply returns a message to answer with: with the family and the sequence number of the request, addressed to its sender, with
// flags f, the generic header h and a zeroed family header. The caller puts the attributes and sends it with [Socket.Post].
func (in *GenlInfo) NewReply(f MsgFlags, h GenlHeader) (*Msg, error) {
	const fn = "genlmsg_put"
	if in == nil {
		return nil, argErr(fn, "nil GenlInfo")
	}
	m, err := newReply(fn, in.Msg)
	if err != nil {
		return nil, err
	}
	to := m.Header()
	return m, m.PutGenl(to.Port, to.Seq, in.Msg.Header().Type, len(in.UserHeader), f, h)
}

// GenlRegistration is a family registered from Go. The registration is process-wide and lasts until it is closed; a GenlRegistration is safe for
// concurrent use.
type GenlRegistration struct {
	r *genlReg
	t *tracker
}

// genlReg is a registered family. All but what never changes is under refs.
type genlReg struct {
	c      *C.struct_nlgo_genl // nil: no longer registered
	name   string
	id     MsgType
	fixed  bool // the id was given
	hdrlen int
	cmds   map[uint8]genlEntry
}

type genlEntry struct {
	GenlCmd
	at C.uint32_t // place in libnl's table
}

// genlRegs are the registered families, in libnl's order; under refs.
var genlRegs []*genlReg

func genlRegByID(id MsgType) *genlReg {
	for _, r := range genlRegs {
		if r.id == id && id != 0 { // libnl would take messages of type 0 for those of any unresolved family
			return r
		}
	}
	return nil
}

// RegisterGenl registers a family, so that [GenlHandleMsg] hands its messages to the functions in h, of which a copy is made. It is
// process-wide. The caller closes the result. Errors: [ErrExist] for a name or an id that is registered already (libnl itself has
// nlctrl, 16), ErrInval and ErrRange for a description that does not make sense.
//
// Implements: genl_register_family
func RegisterGenl(h GenlHandler) (*GenlRegistration, error) {
	const fn = "genl_register_family"
	if err := h.check(fn); err != nil {
		return nil, err
	}
	r := &genlReg{name: h.Name, id: h.ID, fixed: h.ID != 0, hdrlen: h.Hdrlen, cmds: make(map[uint8]genlEntry, len(h.Cmds))}
	name := C.CString(h.Name)
	defer C.free(unsafe.Pointer(name))
	c := C.nlgo_genl_new(name, C.uint32_t(h.Hdrlen), C.int(h.ID), C.uint32_t(len(h.Cmds)))
	if c == nil {
		return nil, &Error{Func: fn, Code: ErrNoMem}
	}
	for i, id := range slices.Sorted(maps.Keys(h.Cmds)) {
		cmd := h.Cmds[id]
		cmd.Policy = slices.Clone(cmd.Policy)
		r.cmds[id] = genlEntry{cmd, C.uint32_t(i)}
		if !addGenlCmd(c, i, id, &cmd) {
			C.nlgo_genl_free(c)
			return nil, &Error{Func: fn, Code: ErrNoMem}
		}
	}
	refs.Lock()
	defer refs.Unlock()
	if rc := C.nlgo_genl_register(c); rc < 0 {
		C.nlgo_genl_free(c)
		return nil, &Error{Func: fn, Code: Errno(-rc), Msg: fmt.Sprintf("family %q, id %d", h.Name, h.ID)}
	}
	r.c = c
	genlRegs = append(genlRegs, r)
	o := &GenlRegistration{r: r}
	o.t = track(o, "GenlRegistration")
	return o, nil
}

// addGenlCmd fills in a command's place in the table; false without memory.
func addGenlCmd(c *C.struct_nlgo_genl, at int, id uint8, cmd *GenlCmd) bool {
	name := C.CString(cmd.Name)
	defer C.free(unsafe.Pointer(name))
	var policy []PolicyEntry // with an entry for each type, as libnl wants it
	if cmd.Policy != nil {
		policy = make([]PolicyEntry, cmd.MaxAttr+1)
		copy(policy, cmd.Policy)
		for i := range policy {
			if e := &policy[i]; e.Kind > AttrS64 { // libnl before 3.12 aborts on it
				if e.MinLen == 0 {
					least, _ := e.Kind.minLen()
					e.MinLen = uint16(least)
				}
				e.Kind = AttrUnspec
			}
		}
	}
	return C.nlgo_genl_add_cmd(c, C.uint32_t(at), C.int(id), name, C.int(cmd.MaxAttr), unsafe.Pointer(unsafe.SliceData(policy)),
		cBool(cmd.Handle != nil)) == 0
}

// check returns what is wrong with the description.
func (h *GenlHandler) check(fn string) error {
	switch {
	case h.Name == "" || strings.IndexByte(h.Name, 0) >= 0:
		return argErr(fn, "bad name "+strconv.Quote(h.Name))
	case h.ID != 0 && h.ID < MsgMinType:
		return &Error{Func: fn, Code: ErrRange, Msg: fmt.Sprintf("id %d is a control message's", h.ID)}
	case h.Hdrlen < 0 || h.Hdrlen > math.MaxUint16:
		return &Error{Func: fn, Code: ErrRange, Msg: fmt.Sprintf("a header of %d bytes", h.Hdrlen)}
	case len(h.Cmds) == 0:
		return argErr(fn, "no commands")
	}
	for id, cmd := range h.Cmds {
		if err := cmd.check(fn, id); err != nil {
			return err
		}
	}
	return nil
}

func (c *GenlCmd) check(fn string, id uint8) error {
	switch {
	case c.Name == "" || strings.IndexByte(c.Name, 0) >= 0 || len(c.Name) >= genlCmdNameSize:
		return argErr(fn, fmt.Sprintf("command %d: bad name %q", id, c.Name))
	case c.MaxAttr < 0 || c.MaxAttr > attrTypeMask:
		return &Error{Func: fn, Code: ErrRange, Msg: fmt.Sprintf("command %q: highest attribute type %d", c.Name, c.MaxAttr)}
	case len(c.Policy) > c.MaxAttr+1:
		return argErr(fn, fmt.Sprintf("command %q: the policy is for attributes above %d too", c.Name, c.MaxAttr))
	}
	for t, e := range c.Policy {
		if _, known := e.Kind.minLen(); !known {
			return argErr(fn, fmt.Sprintf("command %q: the policy has an unknown kind %d for attribute %d", c.Name, e.Kind, t))
		}
	}
	return nil
}

// Unregister ends the registration: from now on GenlHandleMsg does not know the family; handlers that are running run to their end.
// Of a family that is not registered, nil or the zero value, or any more, it returns [ErrClosed].
//
// Implements: genl_unregister_family
func (o *GenlRegistration) Unregister() error {
	refs.Lock()
	defer refs.Unlock()
	if o == nil || o.r == nil || o.r.c == nil {
		return closedErr("genl_unregister_family")
	}
	r := o.r
	C.nlgo_genl_unregister(r.c)
	C.nlgo_genl_free(r.c)
	r.c = nil
	genlRegs = slices.DeleteFunc(genlRegs, func(other *genlReg) bool { return other == r })
	o.t.done()
	return nil
}

// Close is Unregister, but does nothing to a family that is not registered.
func (o *GenlRegistration) Close() error {
	_ = o.Unregister() // fails for those only
	return nil
}

// ID returns the type of the family's messages, 0 if it is not resolved yet.
func (o *GenlRegistration) ID() MsgType {
	refs.Lock()
	defer refs.Unlock()
	if o == nil || o.r == nil || o.r.c == nil {
		panicClosed("GenlRegistration")
	}
	return o.r.id
}

// Resolve asks the kernel for the family of this name, and takes its id. A family that the kernel does not have is an error that
// matches [io/fs.ErrNotExist]; an id that another registered family has is [ErrExist]. The id stays what it was then.
//
// Implements: genl_ops_resolve
func (o *GenlRegistration) Resolve(ctx context.Context, s *Socket) error {
	if o == nil || o.r == nil {
		return closedErr("genl_ops_resolve")
	}
	return o.r.resolve(ctx, s)
}

func (r *genlReg) resolve(ctx context.Context, s *Socket) error {
	const fn = "genl_ops_resolve"
	refs.Lock()
	gone := r.c == nil
	refs.Unlock()
	if gone {
		return closedErr(fn)
	}
	id, err := s.ResolveGenl(ctx, r.name)
	if err != nil {
		return err
	}
	refs.Lock()
	defer refs.Unlock()
	if r.c == nil {
		return closedErr(fn)
	}
	if other := genlRegByID(id); other != nil && other != r {
		return &Error{Func: fn, Code: ErrExist, Msg: fmt.Sprintf("family %q has the id %d, as %q has in the kernel", other.name, id, r.name)}
	}
	C.nlgo_genl_set_id(r.c, C.int(id))
	r.id = id
	return nil
}

// ResolveGenlRegistrations resolves all families that were registered without an id; the error is that of all that failed.
//
// Implements: genl_mngt_resolve
func ResolveGenlRegistrations(ctx context.Context, s *Socket) error {
	refs.Lock()
	all := slices.Clone(genlRegs)
	refs.Unlock()
	var errs []error
	for _, r := range all {
		if r.fixed {
			continue
		}
		if err := r.resolve(ctx, s); err != nil && !errors.Is(err, ErrClosed) { // unregistered meanwhile
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// genlCmdNameSize is the room for the name of a command.
const genlCmdNameSize = 256

// GenlOpName returns the name of a command of a registered family, false for one that is not known. libnl itself registers nlctrl.
//
// Implements: genl_op2name
func GenlOpName(family MsgType, op uint8) (string, bool) {
	if family == 0 { // any family that is not resolved
		return "", false
	}
	var b [genlCmdNameSize]byte
	refs.Lock()
	found := C.nlgo_genl_op2name(C.int(family), C.int(op), bufPtr(b[:]), genlCmdNameSize) != 0
	refs.Unlock()
	if !found {
		return "", false
	}
	return textOf(b[:]), true
}
