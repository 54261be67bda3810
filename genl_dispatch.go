//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"fmt"
	"unsafe"
)

// GenlHandleMsg hands a message to the function that [RegisterGenl] registered for its family and command, after libnl has checked the
// attributes against the command's policy, and returns what the function returns. It can be called anywhere, also in callbacks and in
// handlers; arg is for the handler.
//
// A message that no handler gets is an error: [ErrMsgTypeNoSupport] for a family or a command that is not registered,
// [ErrOpNotSupp] for a command without a handler, [ErrMsgTooShort] for one without room for its headers, and for an attribute that the policy
// refuses ErrRange or ErrInval, with the attribute in the text and its offset in the message. [NewAck] makes an answer of it.
//
// Implements: genl_handle_msg
func GenlHandleMsg(m *Msg, arg any) error {
	const fn = "genl_handle_msg"
	b := m.bytes()
	if b == nil {
		return closedErr(fn)
	}
	if m.own != nil && m.own.err != nil {
		return m.own.err
	}
	if len(b) < headerLen+genlHeaderLen {
		return &Error{Func: fn, Code: ErrMsgTooShort, Msg: "no room for a generic header"}
	}
	c := genlCall{b: b, family: getHeader(b).Type, cmd: b[headerLen]}
	if err := c.parse(fn, m); err != nil {
		return err
	}
	return c.run(m, arg)
}

// genlCall is one message on its way to its handler.
type genlCall struct {
	b      []byte
	family MsgType
	cmd    uint8
	hdrlen int
	entry  genlEntry
	at     []uint32 // where the attributes are, as AttrTable has it
}

// parse has libnl look the handler up, check and sort the attributes.
func (c *genlCall) parse(fn string, m *Msg) error {
	meta := m.cmeta()
	refs.Lock()
	defer refs.Unlock()
	r := genlRegByID(c.family)
	if r == nil { // libnl's own handler of nlctrl does not survive it
		return &Error{Func: fn, Code: ErrMsgTypeNoSupport, Msg: fmt.Sprintf("no family with the id %d is registered", c.family)}
	}
	entry, known := r.cmds[c.cmd]
	if !known {
		return &Error{Func: fn, Code: ErrMsgTypeNoSupport, Msg: fmt.Sprintf("family %q has no command %d", r.name, c.cmd)}
	}
	c.entry, c.hdrlen = entry, r.hdrlen
	c.at = make([]uint32, entry.MaxAttr+1)
	rc := C.nlgo_genl_handle(r.c, entry.at, unsafe.Pointer(&c.b[0]), C.uint32_t(len(c.b)), &meta, (*C.uint32_t)(&c.at[0]))
	if rc > 0 { // it has arrived
		return nil
	}
	code := Errno(-rc)
	switch code {
	case ErrOpNotSupp:
		return &Error{Func: fn, Code: code, Msg: fmt.Sprintf("command %q of family %q has no handler", entry.Name, r.name)}
	case ErrMsgTooShort:
		return &Error{Func: fn, Code: code, Msg: fmt.Sprintf("%d bytes of payload, headers of %d", len(c.b)-headerLen, genlHeaderLen+r.hdrlen)}
	case ErrRange, ErrInval:
		if err := c.refused(fn); err != nil {
			return err
		}
	}
	return &Error{Func: fn, Code: code}
}

// attrs returns the bytes behind the headers, nil if there are none.
func (c *genlCall) attrs() []byte {
	return c.b[min(headerLen+align4(genlHeaderLen+c.hdrlen), len(c.b)):]
}

// refused finds the attribute that the policy does not allow: libnl does not say which.
func (c *genlCall) refused(fn string) error {
	b := c.attrs()
	at := len(c.b) - len(b)
	for a := range EachAttr(b) {
		if err := c.entry.Policy.check(fn, a, c.entry.MaxAttr); err != nil {
			e := *err.(*Error)
			e.Offset = uint32(at)
			return &e
		}
		at += align4(len(a.b))
	}
	return nil
}

// run calls the handler.
func (c *genlCall) run(m *Msg, arg any) error {
	in := inboundOfAny(m)
	lent := &Msg{view: c.b, in: &in}
	info := &GenlInfo{
		Msg:    lent,
		Header: GenlHeader{c.b[headerLen], c.b[headerLen+1]},
		Attrs:  AttrTable{c.attrs(), c.at},
		Arg:    arg,
	}
	const user = headerLen + genlHeaderLen
	info.UserHeader = c.b[user : user+c.hdrlen : user+c.hdrlen]
	defer lent.revoke()
	return c.entry.Handle(info)
}

// inboundOfAny returns how a message came, of an owned one as far as it is known.
func inboundOfAny(m *Msg) inbound {
	o := m.own
	if o == nil {
		return m.inboundOf()
	}
	return inbound{
		proto: o.proto, src: o.src, dst: o.dst, creds: o.creds, hasCr: o.hasCr, group: o.group, nsid: o.nsid, trusted: o.trusted,
	}
}
