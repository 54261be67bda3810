//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

import (
	"context"
	"iter"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// The controller of generic netlink ("nlctrl"), which knows the families of the kernel. Its requests go to the kernel whatever the
// socket's peer is. libnl makes every failure of theirs a family that is not there, a closed socket too, and aborts when
// the default size of messages is small: they are the engine's here.

const (
	genlNameSize    = 16 // GENL_NAMSIZ, with the NUL
	genlCtrlVersion = 1  // CTRL_VERSION
)

// GenlFamilyInfo is what the controller tells of a family: plain values.
type GenlFamilyInfo struct {
	Name    string      `json:"name"`
	ID      MsgType     `json:"id"`               // the type of its messages
	Version uint32      `json:"version"`          // of its interface
	HdrLen  uint32      `json:"hdrlen"`           // length of the header of its own, behind the generic one
	MaxAttr uint32      `json:"maxattr"`          // highest attribute type; 0 also where each operation has its own
	Ops     []GenlOp    `json:"ops,omitempty"`    // in the kernel's order
	Groups  []GenlGroup `json:"groups,omitempty"` // in the kernel's order
}

// GenlOp is an operation of a family.
type GenlOp struct {
	Cmd   uint32      `json:"cmd"`
	Flags GenlOpFlags `json:"flags"`
}

// GenlGroup is a multicast group of a family.
type GenlGroup struct {
	Name string `json:"name"`
	ID   Group  `json:"id"`
}

// Op returns the operation of a command.
func (f *GenlFamilyInfo) Op(cmd uint32) (GenlOp, bool) {
	for _, op := range f.Ops {
		if op.Cmd == cmd {
			return op, true
		}
	}
	return GenlOp{}, false
}

// Group returns the multicast group with a name.
func (f *GenlFamilyInfo) Group(name string) (GenlGroup, bool) {
	for _, g := range f.Groups {
		if g.Name == name {
			return g, true
		}
	}
	return GenlGroup{}, false
}

// GenlOpFlags say what an operation can do, and who may ask for it (GENL_CMD_CAP_* and kin).
type GenlOpFlags uint32

// The flags of operations.
const (
	GenlAdminPerm    GenlOpFlags = 1 << iota // GENL_ADMIN_PERM: needs CAP_NET_ADMIN
	GenlCapDo                                // GENL_CMD_CAP_DO: can be asked for once
	GenlCapDump                              // GENL_CMD_CAP_DUMP: can be asked for as a dump
	GenlCapHasPol                            // GENL_CMD_CAP_HASPOL: its attributes have a policy
	GenlUnsAdminPerm                         // GENL_UNS_ADMIN_PERM: needs CAP_NET_ADMIN in the namespace's owner
)

var genlOpFlagNames = []flagName{
	{uint32(GenlAdminPerm), "admin_perm"},
	{uint32(GenlCapDo), "has_doit"},
	{uint32(GenlCapDump), "has_dump"},
	{uint32(GenlCapHasPol), "has_policy"},
	{uint32(GenlUnsAdminPerm), "uns_admin_perm"}, // for which libnl has no name
}

// String returns libnl's names of the flags, "has_doit,has_policy", and of those without a name the number.
func (f GenlOpFlags) String() string { return flagNameText(uint32(f), genlOpFlagNames) }

// ParseGenlOpFlags reads what [GenlOpFlags.String] writes. An unknown name is [ErrObjNotFound].
func ParseGenlOpFlags(s string) (GenlOpFlags, error) {
	n, err := parseFlagNames("ParseGenlOpFlags", s, genlOpFlagNames, ^uint32(0))
	return GenlOpFlags(n), err
}

// MarshalText returns the text of [GenlOpFlags.String].
func (f GenlOpFlags) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText is [ParseGenlOpFlags].
func (f *GenlOpFlags) UnmarshalText(text []byte) error {
	return unmarshalText(f, text, ParseGenlOpFlags)
}

// ResolveGenl returns the type of a family's messages, in one transaction with the kernel, which loads the module of the family if
// need be. A family that is not there is an [*Error] that matches [fs.ErrNotExist] and has its name.
//
// Implements: genl_ctrl_resolve
func (s *Socket) ResolveGenl(ctx context.Context, family string) (MsgType, error) {
	var id MsgType
	err := s.genlFamily(ctx, "genl_ctrl_resolve", family, func(b []byte) (err error) {
		id, err = genlFamilyID(b)
		return err
	})
	return id, err
}

// ResolveGenlGroup returns the number of a multicast group of a family, for [Socket.AddMembership], in one transaction with the kernel.
// A family or a group that is not there is an [*Error] that matches [fs.ErrNotExist] and has the names.
//
// Implements: genl_ctrl_resolve_grp
func (s *Socket) ResolveGenlGroup(ctx context.Context, family, group string) (Group, error) {
	const fn = "genl_ctrl_resolve_grp"
	if err := checkGenlName(fn, group); err != nil {
		return 0, err
	}
	var f GenlFamilyInfo
	err := s.genlFamily(ctx, fn, family, func(b []byte) error { return f.parse(b) })
	if err != nil {
		return 0, err
	}
	g, ok := f.Group(group)
	if !ok {
		return 0, &Error{Func: fn, Code: ErrObjNotFound, Msg: "family " + strconv.Quote(family) + " has no group " + strconv.Quote(group)}
	}
	return g.ID, nil
}

// GetGenlFamily returns what the kernel tells of the family with a name, as [Socket.ResolveGenl] asks for it.
func GetGenlFamily(ctx context.Context, s *Socket, name string) (GenlFamilyInfo, error) {
	var f GenlFamilyInfo
	err := s.genlFamily(ctx, "GetGenlFamily", name, func(b []byte) error { return f.parse(b) })
	return f, err
}

// GetGenlFamilyByID returns what the kernel tells of the family with a message type.
func GetGenlFamilyByID(ctx context.Context, s *Socket, id MsgType) (GenlFamilyInfo, error) {
	const fn = "GetGenlFamilyByID"
	m := genlCtrlRequest(unix.CTRL_CMD_GETFAMILY, 0)
	m.PutU16(unix.CTRL_ATTR_FAMILY_ID, uint16(id))
	var f GenlFamilyInfo
	err := s.askGenlCtrl(ctx, fn, m, func(b []byte) error { return f.parse(b) })
	return f, noGenlFamily(err, func() string { return hexText(int(id)) })
}

// GenlFamilyInfos yields what the kernel tells of each of its families. Errors are those of [Socket.Request], each ends the loop.
func (s *Socket) GenlFamilyInfos(ctx context.Context) iter.Seq2[GenlFamilyInfo, error] {
	return func(yield func(GenlFamilyInfo, error) bool) {
		const fn = "GenlFamilyInfos"
		if err := s.speaks(fn, ProtoGeneric); err != nil {
			yield(GenlFamilyInfo{}, err)
			return
		}
		for m, err := range s.request(ctx, fn, genlCtrlRequest(unix.CTRL_CMD_GETFAMILY, FlagDump)) {
			var f GenlFamilyInfo
			if err == nil {
				err = f.parse(m.bytes())
			}
			if err != nil {
				yield(GenlFamilyInfo{}, genlErr(fn, err))
				return
			}
			if !yield(f, nil) {
				return
			}
		}
	}
}

// ParseGenlFamily returns what a message of the controller tells of a family: an answer, or a notification of its group "notify". The
// generic header says which (CTRL_CMD_*). One of a group that came or went has the family's name, its ID, and that group alone. Another
// message is [ErrMsgTypeNoSupport]; one that is malformed is an error too.
func ParseGenlFamily(m *Msg) (GenlFamilyInfo, error) {
	const fn = "ParseGenlFamily"
	b := m.bytes()
	if b == nil {
		return GenlFamilyInfo{}, closedErr(fn)
	}
	var f GenlFamilyInfo
	if err := f.parse(b); err != nil {
		return GenlFamilyInfo{}, genlErr(fn, err)
	}
	return f, nil
}

// checkGenlName refuses what cannot be the name of a family or a group.
func checkGenlName(fn, name string) error {
	switch {
	case name == "", strings.IndexByte(name, 0) >= 0:
		return textErr(fn, ErrInval, name)
	case len(name) >= genlNameSize:
		return textErr(fn, ErrRange, name)
	}
	return nil
}

// genlCtrlRequest returns a request for the controller of the kernel.
func genlCtrlRequest(cmd uint8, f MsgFlags) *Msg {
	m := newMsg(64)
	m.own.proto = int(ProtoGeneric)
	m.own.hasDst = true
	m.SetHeader(Header{Type: unix.GENL_ID_CTRL, Flags: f})
	copy(m.own.reserve("genlmsg_put", genlHeaderLen, 4), []byte{cmd, genlCtrlVersion})
	return m
}

// genlFamily asks for the family with a name, and gives the message that tells of it to see.
func (s *Socket) genlFamily(ctx context.Context, fn, name string, see func(b []byte) error) error {
	if err := checkGenlName(fn, name); err != nil {
		return err
	}
	m := genlCtrlRequest(unix.CTRL_CMD_GETFAMILY, 0)
	m.PutString(unix.CTRL_ATTR_FAMILY_NAME, name)
	return noGenlFamily(s.askGenlCtrl(ctx, fn, m, see), func() string { return strconv.Quote(name) })
}

// noGenlFamily puts the family's name into the error for one that is not there.
func noGenlFamily(err error, name func() string) error {
	if e, ok := err.(*Error); ok && e.Errno == syscall.ENOENT {
		text := "no generic netlink family " + name()
		if e.Msg != "" {
			text += ": " + e.Msg
		}
		e.Msg = text
	}
	return err
}

// askGenlCtrl sends a request that one message answers, and gives that to see. The message is all the answer: an acknowledgement would cost
// one more read.
func (s *Socket) askGenlCtrl(ctx context.Context, fn string, m *Msg, see func(b []byte) error) error {
	if err := s.speaks(fn, ProtoGeneric); err != nil {
		return err
	}
	w := wait{ctx: ctx}
	r, err := s.beginRequest(fn, w, 1)
	if err != nil {
		return err
	}
	defer s.end()
	b, to, err := s.prepare(fn, m, r)
	if err != nil {
		return err
	}
	h := getHeader(b)
	h.Flags &^= FlagAck
	putHeader(b, h)
	return s.settled(w, fn, b, &to, r.seq, func(b []byte) error { return genlErr(fn, see(b)) })
}

// genlErr makes an error of an attribute's getter one of fn.
func genlErr(fn string, err error) error {
	if e, ok := err.(*Error); ok && e.Func != fn {
		c := *e
		c.Func = fn
		return &c
	}
	return err
}

// genlCtrlAttrs returns the attributes in a message of the controller that tells of a family.
func genlCtrlAttrs(b []byte) ([]byte, error) {
	const fn = "genlmsg_parse"
	if len(b) < headerLen+genlHeaderLen {
		return nil, &Error{Func: fn, Code: ErrMsgTooShort}
	}
	if getHeader(b).Type != unix.GENL_ID_CTRL {
		return nil, &Error{Func: fn, Code: ErrMsgTypeNoSupport, Msg: "not a message of the controller"}
	}
	switch cmd := b[headerLen]; cmd {
	case unix.CTRL_CMD_NEWFAMILY, unix.CTRL_CMD_DELFAMILY, unix.CTRL_CMD_NEWMCAST_GRP, unix.CTRL_CMD_DELMCAST_GRP:
	default:
		return nil, &Error{Func: fn, Code: ErrMsgTypeNoSupport, Msg: "command " + strconv.Itoa(int(cmd)) + " of the controller"}
	}
	return b[headerLen+genlHeaderLen:], nil
}

// genlFamilyID returns the ID alone.
func genlFamilyID(b []byte) (MsgType, error) {
	attrs, err := genlCtrlAttrs(b)
	if err != nil {
		return 0, err
	}
	a, _ := FindAttr(attrs, unix.CTRL_ATTR_FAMILY_ID)
	id, err := a.U16()
	if err == nil && id == 0 {
		err = genlMissing("family")
	}
	return MsgType(id), err
}

func genlMissing(what string) error {
	return &Error{Func: "genlmsg_parse", Code: ErrMissingAttr, Msg: "a " + what + " without name or ID"}
}

// parse reads a message of the controller.
func (f *GenlFamilyInfo) parse(b []byte) error {
	attrs, err := genlCtrlAttrs(b)
	if err != nil {
		return err
	}
	for a := range EachAttr(attrs) {
		switch a.Type() {
		case unix.CTRL_ATTR_FAMILY_ID:
			var id uint16
			id, err = a.U16()
			f.ID = MsgType(id)
		case unix.CTRL_ATTR_FAMILY_NAME:
			f.Name, err = a.Text()
		case unix.CTRL_ATTR_VERSION:
			f.Version, err = a.U32()
		case unix.CTRL_ATTR_HDRSIZE:
			f.HdrLen, err = a.U32()
		case unix.CTRL_ATTR_MAXATTR:
			f.MaxAttr, err = a.U32()
		case unix.CTRL_ATTR_OPS:
			f.Ops, err = genlList(a, parseGenlOp)
		case unix.CTRL_ATTR_MCAST_GROUPS:
			f.Groups, err = genlList(a, parseGenlGroup)
		}
		if err != nil {
			return err
		}
	}
	if f.Name == "" || f.ID == 0 {
		return genlMissing("family")
	}
	return nil
}

// genlList reads an attribute that holds numbered ones.
func genlList[T any](list Attr, parse func(Attr) (T, error)) ([]T, error) {
	n := 0
	for range list.Nested() {
		n++
	}
	if n == 0 {
		return nil, nil
	}
	all := make([]T, 0, n)
	for a := range list.Nested() {
		v, err := parse(a)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

func parseGenlOp(a Attr) (op GenlOp, err error) {
	known := false
	for a := range a.Nested() {
		switch a.Type() {
		case unix.CTRL_ATTR_OP_ID:
			op.Cmd, err = a.U32()
			known = true
		case unix.CTRL_ATTR_OP_FLAGS:
			var flags uint32
			flags, err = a.U32()
			op.Flags = GenlOpFlags(flags)
		}
		if err != nil {
			return op, err
		}
	}
	if !known {
		err = genlMissing("operation")
	}
	return op, err
}

func parseGenlGroup(a Attr) (g GenlGroup, err error) {
	for a := range a.Nested() {
		switch a.Type() {
		case unix.CTRL_ATTR_MCAST_GRP_ID:
			var id uint32
			id, err = a.U32()
			if err == nil && id > 1<<31-1 {
				err = &Error{Func: "genlmsg_parse", Code: ErrRange, Msg: "group " + strconv.FormatUint(uint64(id), 10)}
			}
			g.ID = Group(id)
		case unix.CTRL_ATTR_MCAST_GRP_NAME:
			g.Name, err = a.Text()
		}
		if err != nil {
			return g, err
		}
	}
	if g.Name == "" || g.ID == 0 {
		err = genlMissing("group")
	}
	return g, err
}
