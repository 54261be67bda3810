//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"iter"
	"os"
	"sync/atomic"
	"syscall"
	"unsafe"
)

const (
	headerLen  = 16      // NLMSG_HDRLEN
	maxMsgSize = 1 << 30 // keeps every sum of two sizes an int on 32 bits
	maxNesting = 256     // of the attributes that libnl's recursive dump is given
)

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
// An owned message (NewMsg, Retain, Clone, the builders) keeps its bytes in Go memory and becomes an nl_msg for the time of a
// call that needs one: one that is never closed leaks nothing. A lent one (in a callback, in a loop body) is a view that is
// revoked afterwards; Retain and Clone make an owned copy of it.
//
// A lent message is read-only: the methods that change a message and have no error result panic on it, as all methods without
// one do on a closed or revoked message. The calls that append to a message latch the first failure instead: [Msg.Err] returns
// it, sending the message returns it, and until then nothing more is put. A message is for one goroutine at a time.
type Msg struct {
	own  *ownMsg  // owned: shared by the handles that Retain made
	view []byte   // lent: the bytes, nlmsg_len of them
	in   *inbound // lent: how it came
}

// ownMsg is an owned message.
type ownMsg struct {
	b       []byte // nlmsg_len bytes, nlmsg_len kept true in the header
	max     int    // size it may grow to (nm_size)
	proto   int    // -1: unset
	src     SockAddr
	dst     SockAddr
	creds   syscall.Ucred
	group   uint32 // these two from the lent message it is a copy of
	nsid    int32
	filled  uint32 // the sequence number that the package gave it
	sent    bool   // and with which it was sent: the next time it needs another
	hasDst  bool   // an address was set, the socket's peer does not apply
	hasCr   bool
	trusted bool  // an unchanged copy of what the kernel sent
	err     error // the first put that failed
}

// msgBlock is an owned message in one allocation, as long as it stays small.
type msgBlock struct {
	m   Msg
	o   ownMsg
	buf [160]byte
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
	unasked bool   // to this socket alone, but it answers nothing
}

// notice reports whether it answers nothing: it was sent to a group, or holds packets that netfilter logs or queues.
func (in *inbound) notice() bool { return in.group != 0 || in.src.Groups != 0 || in.unasked }

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

// write returns the owned message behind m, which is about to be changed; a panic if there is none.
func (m *Msg) write() *ownMsg {
	if m == nil || m.own == nil {
		m.live()
		panic("libnl: change of a lent Msg: Clone it first")
	}
	m.own.trusted = false
	return m.own
}

// tryWrite is write for calls that have an error result.
func (m *Msg) tryWrite(fn string) (*ownMsg, error) {
	if m.bytes() == nil {
		return nil, closedErr(fn)
	}
	if m.own == nil {
		return nil, argErr(fn, "the message is lent: Clone it first")
	}
	return m.write(), nil
}

// defaultMax is what SetDefaultMsgSize set, 0 for the page size.
var defaultMax atomic.Int64

// SetDefaultMsgSize sets the size to which messages of NewMsg, NewMsgSimple and NewMsgInherit can grow: at first it is the size
// of a page, below 16 becomes 16. It is process-wide. libnl's own default follows, but never below a page: libnl's
// requests for itself must fit.
//
// Implements: nlmsg_set_default_size
func SetDefaultMsgSize(n int) error {
	if n < 0 || n > maxMsgSize {
		return argErr("nlmsg_set_default_size", "size out of range")
	}
	refs.Lock()
	defer refs.Unlock()
	defaultMax.Store(int64(max(n, headerLen)))
	C.nlmsg_set_default_size(C.size_t(max(n, os.Getpagesize())))
	return nil
}

func newMsg(limit int) *Msg {
	k := new(msgBlock)
	k.o.b = k.buf[:headerLen]
	k.o.max = max(limit, headerLen)
	k.o.proto = -1
	k.o.nsid = -1
	k.o.setLen()
	k.m.own = &k.o
	return &k.m
}

// NewMsg returns an empty message: a header with nothing set but the length, that can grow to the default size.
//
// Implements: nlmsg_alloc
func NewMsg() (*Msg, error) {
	n := int(defaultMax.Load())
	if n == 0 {
		n = os.Getpagesize()
	}
	return newMsg(n), nil
}

// NewMsgSize returns an empty message that can grow to limit bytes, header included. Below 16 is 16. Memory is taken as the
// message grows.
//
// Implements: nlmsg_alloc_size
func NewMsgSize(limit int) (*Msg, error) {
	if limit < 0 || limit > maxMsgSize {
		return nil, argErr("nlmsg_alloc_size", "size out of range")
	}
	return newMsg(limit), nil
}

// NewMsgSimple returns an empty message with type and flags. Port and sequence number stay 0: SendAuto and the requests fill
// them in.
//
// Implements: nlmsg_alloc_simple
func NewMsgSimple(t MsgType, f MsgFlags) (*Msg, error) {
	return NewMsgInherit(Header{Type: t, Flags: f})
}

// NewMsgInherit returns an empty message with type, flags, sequence number and port of h.
//
// Implements: nlmsg_inherit
func NewMsgInherit(h Header) (*Msg, error) {
	m, err := NewMsg()
	if err != nil {
		return nil, err
	}
	m.SetHeader(h)
	return m, nil
}

// MsgFromBytes returns an owned copy of the one message that b holds, neither less nor more ([EachMsg] splits a datagram). It
// has no room to grow: see Expand. Such a message is not taken to be the kernel's.
//
// Implements: nlmsg_convert
func MsgFromBytes(b []byte) (*Msg, error) {
	if len(b) < headerLen || len(b) > maxMsgSize {
		return nil, &Error{Func: "nlmsg_convert", Code: ErrMsgTooShort, Msg: "no netlink message"}
	}
	switch n := uint64(getHeader(b).Len); {
	case n < headerLen, n > uint64(len(b)):
		return nil, &Error{Func: "nlmsg_convert", Code: ErrMsgTooShort, Msg: fmt.Sprintf("its length is %d, of %d bytes", n, len(b))}
	case n < uint64(len(b)):
		return nil, argErr("nlmsg_convert", fmt.Sprintf("%d bytes behind the message", uint64(len(b))-n))
	}
	return copyMsg(b), nil
}

// copyMsg returns an owned message with a copy of b, one whole message.
func copyMsg(b []byte) *Msg {
	m := newMsg(align4(len(b)))
	m.own.grow(len(b))
	copy(m.own.b, b)
	m.own.setLen()
	return m
}

// Retain returns another handle of an owned message: both show the same message, each is closed by itself. Of a lent one it
// returns an owned copy, with what is known of its sender. Nil of a nil, closed or revoked message.
//
// Implements: nlmsg_get
func (m *Msg) Retain() *Msg {
	if m != nil && m.own != nil {
		return &Msg{own: m.own}
	}
	return m.Clone()
}

// Clone returns an owned copy of the message, independent of it. The copy of a lent one has no room to grow: see Expand.
// Nil of a nil, closed or revoked message.
func (m *Msg) Clone() *Msg {
	b := m.bytes()
	if b == nil {
		return nil
	}
	c := copyMsg(b)
	o := c.own
	switch {
	case m.own != nil:
		kept := o.b
		*o = *m.own
		o.b = kept
	case m.in != nil:
		o.proto, o.src, o.dst = m.in.proto, m.in.src, m.in.dst
		o.creds, o.hasCr = m.in.creds, m.in.hasCr
		o.group, o.nsid, o.trusted = m.in.group, m.in.nsid, m.in.trusted
	}
	return c
}

// Close ends this handle; a second time does nothing. The message itself lives on in handles that Retain made.
//
// Implements: nlmsg_free
func (m *Msg) Close() error {
	if m != nil {
		m.own = nil
		m.revoke()
	}
	return nil
}

// Err returns the first failure of a call that appends to the message, [ErrClosed] for a closed one.
func (m *Msg) Err() error {
	if m.bytes() == nil {
		return closedErr("nlmsg_put")
	}
	if m.own != nil {
		return m.own.err
	}
	return nil
}

// Header returns the message's header.
//
// Implements: nlmsg_hdr
func (m *Msg) Header() Header {
	b := m.live()
	h := getHeader(b)
	h.Len = uint32(len(b))
	return h
}

// SetHeader sets type, flags, sequence number and port; the length stays what it is.
//
// Implements: nlmsg_hdr
func (m *Msg) SetHeader(h Header) {
	o := m.write()
	h.Len = uint32(len(o.b))
	putHeader(o.b, h)
}

// PutHeader sets the header, and appends payload zeroed bytes, padded to a multiple of four: for the family header, which
// Payload then shows. A second call appends them again. It fails with ErrNoMem if they do not fit, which Err returns too.
//
// Implements: nlmsg_put
func (m *Msg) PutHeader(port, seq uint32, t MsgType, payload int, f MsgFlags) error {
	o, err := m.tryWrite("nlmsg_put")
	if err != nil {
		return err
	}
	if payload < 0 {
		return argErr("nlmsg_put", "negative payload")
	}
	m.SetHeader(Header{Type: t, Flags: f, Seq: seq, Port: port})
	if payload > 0 {
		o.reserve("nlmsg_put", payload, 4)
	}
	return o.err
}

// Bytes returns the whole message, header included: a view to read from, of an owned message good until something more is put,
// of a lent one as long as that is.
//
// Implements: nlmsg_hdr
func (m *Msg) Bytes() []byte {
	b := m.live()
	return b[:len(b):len(b)]
}

// Payload returns what follows the header: a view like that of Bytes. Of an owned message that is not sent yet it may be
// written to.
//
// Implements: nlmsg_data nlmsg_datalen
func (m *Msg) Payload() []byte { return m.Bytes()[headerLen:] }

// Len returns the length of the message, header included.
func (m *Msg) Len() int { return len(m.live()) }

// MaxSize returns the length to which the message can grow.
//
// Implements: nlmsg_get_max_size
func (m *Msg) MaxSize() int {
	b := m.live()
	if m.own != nil {
		return m.own.max
	}
	return align4(len(b))
}

// Expand raises the length to which the message can grow. It fails with ErrInval if that is n or more already. It
// does not take back a failure that is latched.
//
// Implements: nlmsg_expand
func (m *Msg) Expand(n int) error {
	o, err := m.tryWrite("nlmsg_expand")
	switch {
	case err != nil:
		return err
	case n <= o.max || n > maxMsgSize:
		return argErr("nlmsg_expand", "size out of range")
	}
	o.max = n
	return nil
}

// Reserve appends n zeroed bytes, padded to a multiple of pad (a power of two; 0 and 1 for none), and returns a view of the n
// bytes to fill, good until something more is put. Nil if it failed: ErrNoMem if they do not fit, ErrInval for a
// negative length or another pad.
//
// Implements: nlmsg_reserve nlmsg_tail
func (m *Msg) Reserve(n, pad int) []byte { return m.write().reserve("nlmsg_reserve", n, pad) }

// Append appends b, padded with zeros to a multiple of pad. It fails as Reserve does.
//
// Implements: nlmsg_append
func (m *Msg) Append(b []byte, pad int) { copy(m.write().reserve("nlmsg_append", len(b), pad), b) }

func (o *ownMsg) reserve(fn string, n, pad int) []byte {
	switch {
	case o.err != nil:
		return nil
	case n < 0 || pad < 0 || pad&(pad-1) != 0:
		o.err = argErr(fn, "length or padding out of range")
		return nil
	case n > o.max || n > 0 && pad > o.max: // nothing needs no padding
		o.full(fn, n)
		return nil
	}
	start, size := len(o.b), n
	if pad > 0 {
		size = (n + pad - 1) &^ (pad - 1)
	}
	if start+size > o.max {
		o.full(fn, n)
		return nil
	}
	o.grow(start + size)
	o.setLen()
	return o.b[start : start+n : start+n]
}

// full latches that n bytes do not fit.
func (o *ownMsg) full(fn string, n int) {
	o.err = &Error{Func: fn, Code: ErrNoMem, Msg: fmt.Sprintf("%d bytes do not fit: the message has %d of at most %d", n, len(o.b), o.max)}
}

// grow makes the message n bytes long, which is not less than it is; the new ones are zero.
func (o *ownMsg) grow(n int) {
	old := len(o.b)
	if n > cap(o.b) {
		b := make([]byte, old, max(n, min(2*cap(o.b), o.max)))
		copy(b, o.b)
		o.b = b
	}
	o.b = o.b[:n]
	clear(o.b[old:])
}

func (o *ownMsg) setLen() { binary.NativeEndian.PutUint32(o.b, uint32(len(o.b))) }

// inboundOf returns how a lent message came.
func (m *Msg) inboundOf() inbound {
	m.live()
	if m.in == nil {
		return inbound{proto: -1, nsid: -1}
	}
	return *m.in
}

// Proto returns the netlink protocol, -1 if none was set.
//
// Implements: nlmsg_get_proto
func (m *Msg) Proto() Protocol {
	if m.live(); m.own != nil {
		return Protocol(m.own.proto)
	}
	return Protocol(m.inboundOf().proto)
}

// SetProto sets the netlink protocol. libnl's parsers need it.
//
// Implements: nlmsg_set_proto
func (m *Msg) SetProto(p Protocol) { m.write().proto = int(p) }

// Src returns the sender: the zero value is the kernel, or none.
//
// Implements: nlmsg_get_src
func (m *Msg) Src() SockAddr {
	if m.live(); m.own != nil {
		return m.own.src
	}
	return m.inboundOf().src
}

// SetSrc sets the sender.
//
// Implements: nlmsg_set_src
func (m *Msg) SetSrc(a SockAddr) { m.write().src = a }

// Dst returns the destination: the zero value is the kernel, or none.
//
// Implements: nlmsg_get_dst
func (m *Msg) Dst() SockAddr {
	if m.live(); m.own != nil {
		return m.own.dst
	}
	return m.inboundOf().dst
}

// SetDst sets the destination, which then stands in place of the socket's peer.
//
// Implements: nlmsg_set_dst
func (m *Msg) SetDst(a SockAddr) {
	o := m.write()
	o.dst, o.hasDst = a, true
}

// Creds returns the sender's credentials: those that came with a message on a socket that asks for them, or those to send.
//
// Implements: nlmsg_get_creds
func (m *Msg) Creds() (c syscall.Ucred, ok bool) {
	if m.live(); m.own != nil {
		return m.own.creds, m.own.hasCr
	}
	in := m.inboundOf()
	return in.creds, in.hasCr
}

// SetCreds sets the credentials to send. The kernel lets only the privileged claim others than their own.
//
// Implements: nlmsg_set_creds
func (m *Msg) SetCreds(c syscall.Ucred) {
	o := m.write()
	o.creds, o.hasCr = c, true
}

// Group returns the multicast group the message was sent to: 0 if it was sent to this socket alone, or if the socket does not
// ask for packet info.
func (m *Msg) Group() Group {
	if m.live(); m.own != nil {
		return Group(m.own.group)
	}
	return Group(m.inboundOf().group)
}

// NSID returns the number of the network namespace the message came from, on a socket that listens to all; false for the
// socket's own.
func (m *Msg) NSID() (id int, ok bool) {
	n := m.inNSID()
	return int(n), n >= 0
}

func (m *Msg) inNSID() int32 {
	if m.live(); m.own != nil {
		return m.own.nsid
	}
	return m.inboundOf().nsid
}

// kernels reports whether the message is as the kernel sent it.
func (m *Msg) kernels() bool {
	if m.own != nil {
		return m.own.trusted
	}
	return m.in != nil && m.in.trusted
}

// cmeta returns what an nl_msg holds beside the bytes.
func (m *Msg) cmeta() C.struct_nlgo_msg {
	src, dst := m.Src(), m.Dst()
	c := C.struct_nlgo_msg{
		proto:    C.int32_t(m.Proto()),
		src_port: C.uint32_t(src.Port), src_groups: C.uint32_t(src.Groups),
		dst_port: C.uint32_t(dst.Port), dst_groups: C.uint32_t(dst.Groups),
	}
	if m.own != nil && m.own.hasDst {
		c.has_dst = 1
	}
	if cr, ok := m.Creds(); ok {
		c.has_creds, c.creds = 1, credsToC(cr)
	}
	return c
}

func credsToC(c syscall.Ucred) C.struct_ucred {
	return C.struct_ucred{pid: C.pid_t(c.Pid), uid: C.uid_t(c.Uid), gid: C.gid_t(c.Gid)}
}

func credsFromC(c C.struct_ucred) syscall.Ucred {
	return syscall.Ucred{Pid: int32(c.pid), Uid: uint32(c.uid), Gid: uint32(c.gid)}
}

// Dump writes the message in libnl's readable form: header, payload, and the attributes if libnl has a parser for protocol and
// type. A message not from the kernel whose bytes could nest deeper than 256 levels is written as plain bytes. An error of w is
// returned as it is.
//
// Implements: nl_msg_dump
func (m *Msg) Dump(w io.Writer) error {
	b := m.bytes()
	switch {
	case b == nil:
		return closedErr("nl_msg_dump")
	case w == nil:
		return argErr("nl_msg_dump", "no writer")
	}
	meta := m.cmeta()
	if !m.kernels() && nestsDeep(b) {
		meta.proto = -1
	}
	var text *C.char
	var n C.size_t
	refs.Lock()
	rc := C.nlgo_msg_dump(unsafe.Pointer(&b[0]), C.uint32_t(len(b)), &meta, &text, &n)
	refs.Unlock()
	if rc < 0 {
		return codeErr("nl_msg_dump", int(rc))
	}
	out := bytes.Clone(unsafe.Slice((*byte)(unsafe.Pointer(text)), n))
	C.free(unsafe.Pointer(text))
	_, err := w.Write(out)
	return err
}

// nestsDeep reports whether attributes could be nested more than maxNesting deep, wherever they begin. libnl's dump recurses for
// each level on a thread's stack, and indents each line by it.
func nestsDeep(b []byte) bool {
	if len(b) < 4*maxNesting {
		return false
	}
	level := make([]int32, len(b)/4+2) // what begins less what ends there
	for i := headerLen; i+attrHdrLen <= len(b); i += 4 {
		a := Attr{b[i:]}
		if n := a.size(); a.IsNested() && n >= attrHdrLen && n <= len(a.b) {
			level[i/4]++
			level[(i+n+3)/4]--
		}
	}
	var depth int32
	for _, d := range level {
		if depth += d; depth > maxNesting {
			return true
		}
	}
	return false
}

// EachMsg iterates over the messages in b, a datagram for example: each with its header and its bytes, header included. It ends
// at the first that is not whole.
//
// Implements: nlmsg_for_each_msg nlmsg_for_each nlmsg_ok nlmsg_next
func EachMsg(b []byte) iter.Seq2[Header, []byte] {
	return func(yield func(Header, []byte) bool) {
		for rest := b; len(rest) >= headerLen; {
			h := getHeader(rest)
			if h.Len < headerLen || uint64(h.Len) > uint64(len(rest)) {
				return
			}
			n := int(h.Len)
			if !yield(h, rest[:n:n]) {
				return
			}
			rest = rest[min(align4(n), len(rest)):]
		}
	}
}

// MsgSize returns the length of a message with so much payload.
//
// Implements: nlmsg_size
func MsgSize(payload int) int { return headerLen + payload }

// MsgTotalSize returns the room that a message with so much payload takes: MsgSize and the padding behind it.
//
// Implements: nlmsg_total_size
func MsgTotalSize(payload int) int { return align4(MsgSize(payload)) }

// MsgPadLen returns the length of the padding behind a message with so much payload.
//
// Implements: nlmsg_padlen
func MsgPadLen(payload int) int { return MsgTotalSize(payload) - MsgSize(payload) }

func align4(n int) int { return (n + 3) &^ 3 }
