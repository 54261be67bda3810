//go:build linux

// SPDX-License-Identifier: MIT

package libnl

import (
	"encoding/binary"
	"syscall"
)

const headerLen = 16 // NLMSG_HDRLEN

// Header is the fixed head of a message (struct nlmsghdr).
type Header struct {
	Len   uint32
	Type  MsgType
	Flags MsgFlags
	Seq   uint32
	Port  uint32
}

// SockAddr is a netlink address (struct sockaddr_nl): the zero value is the kernel.
type SockAddr struct {
	Port   uint32
	Groups uint32 // mask of the first 32 multicast groups
}

// Msg is a netlink message: struct nl_msg.
//
// An owned message (NewMsg, Retain, the builders) keeps its bytes in Go memory and becomes an nl_msg for the time of a call
// that needs one. A lent one (in a callback, in a loop body) is a view that is revoked afterwards.
type Msg struct {
	own  *ownMsg  // owned: shared by the handles that Retain made
	view []byte   // lent: the bytes, nlmsg_len of them
	in   *inbound // lent: how it came
}

// ownMsg is an owned message.
type ownMsg struct {
	b      []byte // nlmsg_len bytes, nlmsg_len kept true in the header
	max    int    // size it may grow to (nm_size)
	proto  int    // -1: unset
	src    SockAddr
	dst    SockAddr
	hasDst bool // an address was set, the socket's peer does not apply
	creds  syscall.Ucred
	hasCr  bool
	err    error // the first put that failed
}

// inbound is what is known about the datagram a lent message came in.
type inbound struct {
	proto   int
	src     SockAddr
	dst     SockAddr
	creds   syscall.Ucred
	hasCr   bool
	group   uint32 // multicast group it was sent to, 0 if to this socket alone or unknown
	nsid    int32  // namespace it came from, -1 unless the socket listens to all
	trusted bool   // the kernel sent it: libnl's parsers may have it as it is
}

// live returns the message's bytes, or panics for a closed or revoked one.
func (m *Msg) live() []byte {
	switch {
	case m == nil:
		panic("libnl: nil Msg")
	case m.own != nil:
		return m.own.b
	case m.view != nil:
		return m.view
	}
	panicClosed("Msg")
	return nil
}

// bytes returns the message's bytes, nil for a nil, closed or revoked one.
func (m *Msg) bytes() []byte {
	switch {
	case m == nil:
		return nil
	case m.own != nil:
		return m.own.b
	}
	return m.view
}

// revoke ends the life of a lent message.
func (m *Msg) revoke() { m.view, m.in = nil, nil }

func getHeader(b []byte) Header {
	return Header{
		Len:   binary.NativeEndian.Uint32(b),
		Type:  MsgType(binary.NativeEndian.Uint16(b[4:])),
		Flags: MsgFlags(binary.NativeEndian.Uint16(b[6:])),
		Seq:   binary.NativeEndian.Uint32(b[8:]),
		Port:  binary.NativeEndian.Uint32(b[12:]),
	}
}

func putHeader(b []byte, h Header) {
	binary.NativeEndian.PutUint32(b, h.Len)
	binary.NativeEndian.PutUint16(b[4:], uint16(h.Type))
	binary.NativeEndian.PutUint16(b[6:], uint16(h.Flags))
	binary.NativeEndian.PutUint32(b[8:], h.Seq)
	binary.NativeEndian.PutUint32(b[12:], h.Port)
}

// Header returns the message's header.
//
// Implements: nlmsg_hdr
func (m *Msg) Header() Header { return getHeader(m.live()) }
