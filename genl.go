//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

import "iter"

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
	if hdrlen < 0 {
		return argErr("genlmsg_put", "negative header length")
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

// GenlUserHeader returns the first n bytes of the family's own header; false if the message is too short to have them.
//
// Implements: genlmsg_user_hdr genlmsg_user_data genlmsg_user_datalen genlmsg_data
func (m *Msg) GenlUserHeader(n int) ([]byte, bool) {
	p := m.Payload()
	if n < 0 || len(p) < genlHeaderLen+n {
		return nil, false
	}
	return p[genlHeaderLen : genlHeaderLen+n : genlHeaderLen+n], true
}

// GenlAttrs yields the attributes behind the generic header and hdrlen bytes of the family's own.
//
// Implements: genlmsg_attrdata genlmsg_attrlen genlmsg_len
func (m *Msg) GenlAttrs(hdrlen int) iter.Seq[Attr] {
	if hdrlen < 0 {
		return func(func(Attr) bool) {}
	}
	return m.Attrs(genlHeaderLen + hdrlen)
}
