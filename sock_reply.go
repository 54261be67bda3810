//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

import (
	"context"
	"encoding/binary"
	"errors"
	"io/fs"
	"strings"
	"syscall"
)

// What a service needs, a program that answers requests of others.

// Post sends a message as it is, and expects no answer: a service's replies, or notices to other programs. While the receiver's
// queue is full it waits, within ctx, trying again less and less often; what arrives meanwhile is kept for the receiver. It may be called
// inside callbacks, and is not seen by any. Without a destination of its own ([Msg.SetDst]) the message goes to the socket's peer.
func (s *Socket) Post(ctx context.Context, m *Msg) error {
	const fn = "send"
	b, err := m.sendable(fn)
	if err != nil {
		return err
	}
	if ctx == nil {
		return argErr(fn, "nil context")
	}
	if err := s.lockConnected(fn); err != nil {
		return err
	}
	s.users++
	to := target{SockAddr: s.peer}
	s.mu.Unlock()
	defer s.end()
	w := wait{ctx: ctx}
	if err := s.goOn(w); err != nil {
		return named(fn, err)
	}
	if o := m.own; o != nil {
		to.creds, to.hasCr = o.creds, o.hasCr
		if o.hasDst {
			to.SockAddr = o.dst
		}
	}
	return named(fn, s.post(w, fn, b, &to))
}

// ackText is the longest text that an answer carries.
const ackText = 4096

// newReply returns an empty message to the sender of req, with its sequence number.
func newReply(fn string, req *Msg) (*Msg, error) {
	b := req.bytes()
	if b == nil {
		return nil, closedErr(fn)
	}
	m, err := NewMsg()
	if err != nil {
		return nil, err
	}
	m.SetHeader(Header{Seq: getHeader(b).Seq, Port: req.Src().Port})
	m.SetDst(req.Src())
	return m, nil
}

// NewAck returns the message that ends the answer to a request, addressed to its sender: an acknowledgement, or the error as the kernel
// would report it. The errno is the one that err holds, or that of libnl's code in it, of [io/fs.ErrNotExist] and its kin, or of a context's
// error, otherwise EIO. The text goes along as an extended acknowledgement, up to 4 KiB of it, and so does the offset of an
// [Error], where the requester finds them in its own. [Socket.Post] sends it.
func NewAck(req *Msg, err error) (*Msg, error) {
	return newEnd("NewAck", req, MsgError, FlagCapped, err)
}

// NewDone is NewAck for a request that asked for a dump ([FlagDump]): the end of the replies, which are sent with [FlagMulti] before it.
func NewDone(req *Msg, err error) (*Msg, error) {
	return newEnd("NewDone", req, MsgDone, FlagMulti, err)
}

func newEnd(fn string, req *Msg, t MsgType, f MsgFlags, err error) (*Msg, error) {
	m, failed := newReply(fn, req)
	if failed != nil {
		return nil, failed
	}
	m.own.max = max(m.own.max, 2*ackText)
	code, text, offset := ackParts(err)
	if text != "" || offset != 0 {
		f |= FlagAckTLVs
	}
	h := m.Header()
	h.Type, h.Flags = t, f
	m.SetHeader(h)
	m.putErrno(code)
	if t == MsgError {
		m.Append(req.Bytes()[:headerLen], 4)
	}
	if text != "" {
		m.PutString(nlmsgerrAttrMsg, text)
	}
	if offset != 0 {
		m.PutU32(nlmsgerrAttrOffs, offset)
	}
	return m, m.Err()
}

// putErrno appends the number as the kernel has it in its answers.
func (m *Msg) putErrno(e syscall.Errno) {
	if b := m.Reserve(4, 4); b != nil {
		binary.NativeEndian.PutUint32(b, uint32(-int32(e)))
	}
}

// ackParts returns what an answer tells of an error.
func ackParts(err error) (code syscall.Errno, text string, offset uint32) {
	if err == nil {
		return 0, "", 0
	}
	if e, ok := errors.AsType[*Error](err); ok {
		offset = e.Offset
	}
	text = err.Error()
	switch e := err.(type) {
	case *Error:
		if e.cause == nil {
			text = e.Msg
		}
	case syscall.Errno, Errno: // the number says it
		text = ""
	}
	if text, _, _ = strings.Cut(text, "\x00"); len(text) > ackText {
		text = text[:ackText]
	}
	return errnoOf(err), text, offset
}

// errnoOf returns the errno that stands for an error.
func errnoOf(err error) syscall.Errno {
	if e, ok := errors.AsType[syscall.Errno](err); ok && e > 0 {
		return e
	}
	if e, ok := errors.AsType[Errno](err); ok {
		if n, ok := ackErrnos[e]; ok {
			return n
		}
	}
	for _, k := range ackErrors {
		if errors.Is(err, k.err) {
			return k.errno
		}
	}
	return syscall.EIO
}

var ackErrors = []struct {
	err   error
	errno syscall.Errno
}{
	{fs.ErrExist, syscall.EEXIST},
	{fs.ErrNotExist, syscall.ENOENT},
	{fs.ErrPermission, syscall.EPERM},
	{context.DeadlineExceeded, syscall.ETIMEDOUT},
	{context.Canceled, syscall.ECANCELED},
}

var ackErrnos = map[Errno]syscall.Errno{
	ErrIntr:             syscall.EINTR,
	ErrBadSock:          syscall.EBADF,
	ErrAgain:            syscall.EAGAIN,
	ErrNoMem:            syscall.ENOMEM,
	ErrExist:            syscall.EEXIST,
	ErrInval:            syscall.EINVAL,
	ErrRange:            syscall.ERANGE,
	ErrMsgSize:          syscall.EMSGSIZE,
	ErrOpNotSupp:        syscall.EOPNOTSUPP,
	ErrAFNoSupport:      syscall.EAFNOSUPPORT,
	ErrObjNotFound:      syscall.ENOENT,
	ErrNoAttr:           syscall.EINVAL,
	ErrMissingAttr:      syscall.EINVAL,
	ErrMsgTrunc:         syscall.EINVAL,
	ErrNoAddr:           syscall.EADDRNOTAVAIL,
	ErrMsgTooShort:      syscall.EINVAL,
	ErrMsgTypeNoSupport: syscall.EOPNOTSUPP,
	ErrBusy:             syscall.EBUSY,
	ErrProtoMismatch:    syscall.EPROTONOSUPPORT,
	ErrNoAccess:         syscall.EACCES,
	ErrPerm:             syscall.EPERM,
	ErrParseErr:         syscall.EINVAL,
	ErrNoDev:            syscall.ENODEV,
	ErrAttrSize:         syscall.EINVAL,
	ErrHostUnreach:      syscall.EHOSTUNREACH,
	ErrNetDown:          syscall.ENETDOWN,
}
