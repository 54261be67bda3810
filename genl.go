//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

import (
	"fmt"
	"iter"
)

// genlHeaderLen is GENL_HDRLEN.
const genlHeaderLen = 4

// GenlHeader is the header of a generic netlink message, behind the netlink header (struct genlmsghdr).
type GenlHeader struct{ Cmd, Version uint8 }

// DialGeneric opens a socket of NETLINK_GENERIC.
//
// Implements: genl_connect
func DialGeneric(cfg *Config) (*Socket, error) { return Dial(ProtoGeneric, cfg) }

// ConnectGenl is [Socket.Connect] for NETLINK_GENERIC.
//
// Implements: genl_connect
func (s *Socket) ConnectGenl() error { return s.Connect(ProtoGeneric) }

// PutGenl sets the netlink header (see [Msg.PutHeader]) and puts the generic one, with hdrlen zero bytes of the family's own behind it.
//
// Implements: genlmsg_put
func (m *Msg) PutGenl(port, seq uint32, family MsgType, hdrlen int, f MsgFlags, h GenlHeader) error {
	if hdrlen < 0 || hdrlen > maxMsgSize {
		return argErr("genlmsg_put", "header length out of range")
	}
	if err := m.PutHeader(port, seq, family, genlHeaderLen+hdrlen, f); err != nil {
		return err
	}
	p := m.Payload()
	p = p[len(p)-align4(genlHeaderLen+hdrlen):]
	clear(p)
	p[0], p[1] = h.Cmd, h.Version
	return nil
}

// Genl returns the generic header; false if the message is too short to have one.
//
// Implements: genlmsg_hdr genlmsg_valid_hdr
func (m *Msg) Genl() (GenlHeader, bool) {
	p := m.Payload()
	if len(p) < genlHeaderLen {
		return GenlHeader{}, false
	}
	return GenlHeader{p[0], p[1]}, true
}

// GenlUserHeader returns the first n bytes of the family's own header; false if the message is too short to have them. Of an owned message that
// is not sent yet they may be written to.
//
// Implements: genlmsg_user_hdr
func (m *Msg) GenlUserHeader(n int) ([]byte, bool) {
	p := m.Payload()
	if n < 0 || n > len(p)-genlHeaderLen {
		return nil, false
	}
	return p[genlHeaderLen : genlHeaderLen+n : genlHeaderLen+n], true
}

// GenlUserData returns what stands behind the generic header, hdrlen bytes of the family's own and their padding; false if the
// message is too short to have those.
//
// Implements: genlmsg_user_data genlmsg_user_datalen genlmsg_data genlmsg_len
func (m *Msg) GenlUserData(hdrlen int) ([]byte, bool) {
	p := m.Payload()
	if hdrlen < 0 || hdrlen > len(p) || genlHeaderLen+align4(hdrlen) > len(p) {
		return nil, false
	}
	return p[genlHeaderLen+align4(hdrlen):], true
}

// GenlAttrs yields the attributes behind the generic header and hdrlen bytes of the family's own, and ends at the first that is not whole.
//
// Implements: genlmsg_attrdata genlmsg_attrlen
func (m *Msg) GenlAttrs(hdrlen int) iter.Seq[Attr] {
	b, _ := m.GenlUserData(hdrlen)
	return EachAttr(b)
}

// ParseGenl is [ParseAttrs] of what stands behind the generic header and hdrlen bytes of the family's own. A message without room for those is
// [ErrMsgTooShort].
//
// Implements: genlmsg_parse
func (m *Msg) ParseGenl(hdrlen, limit int, p Policy) (AttrTable, error) {
	b, err := m.genlAttrData("genlmsg_parse", hdrlen)
	if err != nil {
		return AttrTable{}, err
	}
	return ParseAttrs(b, limit, p)
}

// ValidateGenl is [ValidateAttrs] of what stands behind the generic header and hdrlen bytes of the family's own. A message without room
// for those is [ErrMsgTooShort].
//
// Implements: genlmsg_validate
func (m *Msg) ValidateGenl(hdrlen, limit int, p Policy) error {
	b, err := m.genlAttrData("genlmsg_validate", hdrlen)
	if err != nil {
		return err
	}
	return ValidateAttrs(b, limit, p)
}

func (m *Msg) genlAttrData(fn string, hdrlen int) ([]byte, error) {
	switch {
	case m.bytes() == nil:
		return nil, closedErr(fn)
	case hdrlen < 0:
		return nil, argErr(fn, "negative header length")
	}
	b, ok := m.GenlUserData(hdrlen)
	if !ok {
		return nil, &Error{Func: fn, Code: ErrMsgTooShort, Msg: fmt.Sprintf("%d bytes of payload, a header of %d behind the generic one", len(m.Payload()), hdrlen)}
	}
	return b, nil
}

// SendGenlSimple completes and sends a message that consists of its headers, with flags f. The answer is for RecvMsgs and its kin, or
// WaitForAck.
//
// Implements: genl_send_simple
func (s *Socket) SendGenlSimple(family MsgType, cmd, version uint8, f MsgFlags) error {
	_, err := s.sendSimple("genl_send_simple", family, f, []byte{cmd, version, 0, 0})
	return err
}
