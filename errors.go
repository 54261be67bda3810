//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"errors"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// Errno is a libnl error code (NLE_*), positive, usable as a target of [errors.Is].
type Errno int32

// The error codes of libnl: NLE_FOO_BAR is ErrFooBar.
const (
	ErrFailure          Errno = 1  // NLE_FAILURE
	ErrIntr             Errno = 2  // NLE_INTR
	ErrBadSock          Errno = 3  // NLE_BAD_SOCK
	ErrAgain            Errno = 4  // NLE_AGAIN
	ErrNoMem            Errno = 5  // NLE_NOMEM
	ErrExist            Errno = 6  // NLE_EXIST
	ErrInval            Errno = 7  // NLE_INVAL
	ErrRange            Errno = 8  // NLE_RANGE
	ErrMsgSize          Errno = 9  // NLE_MSGSIZE
	ErrOpNotSupp        Errno = 10 // NLE_OPNOTSUPP
	ErrAFNoSupport      Errno = 11 // NLE_AF_NOSUPPORT
	ErrObjNotFound      Errno = 12 // NLE_OBJ_NOTFOUND
	ErrNoAttr           Errno = 13 // NLE_NOATTR
	ErrMissingAttr      Errno = 14 // NLE_MISSING_ATTR
	ErrAFMismatch       Errno = 15 // NLE_AF_MISMATCH
	ErrSeqMismatch      Errno = 16 // NLE_SEQ_MISMATCH
	ErrMsgOverflow      Errno = 17 // NLE_MSG_OVERFLOW
	ErrMsgTrunc         Errno = 18 // NLE_MSG_TRUNC
	ErrNoAddr           Errno = 19 // NLE_NOADDR
	ErrSrcRtNoSupport   Errno = 20 // NLE_SRCRT_NOSUPPORT
	ErrMsgTooShort      Errno = 21 // NLE_MSG_TOOSHORT
	ErrMsgTypeNoSupport Errno = 22 // NLE_MSGTYPE_NOSUPPORT
	ErrObjMismatch      Errno = 23 // NLE_OBJ_MISMATCH
	ErrNoCache          Errno = 24 // NLE_NOCACHE
	ErrBusy             Errno = 25 // NLE_BUSY
	ErrProtoMismatch    Errno = 26 // NLE_PROTO_MISMATCH
	ErrNoAccess         Errno = 27 // NLE_NOACCESS
	ErrPerm             Errno = 28 // NLE_PERM
	ErrPktLocFile       Errno = 29 // NLE_PKTLOC_FILE
	ErrParseErr         Errno = 30 // NLE_PARSE_ERR
	ErrNoDev            Errno = 31 // NLE_NODEV
	ErrImmutable        Errno = 32 // NLE_IMMUTABLE
	ErrDumpIntr         Errno = 33 // NLE_DUMP_INTR
	ErrAttrSize         Errno = 34 // NLE_ATTRSIZE
	ErrHostUnreach      Errno = 35 // NLE_HOSTUNREACH
	ErrNetDown          Errno = 36 // NLE_NETDOWN
)

// Error returns libnl's text for the code in lower case.
//
// Implements: nl_geterror
func (e Errno) Error() string {
	switch {
	case e == ErrHostUnreach:
		return "host unreachable" // since 3.12, an older libnl does not know it
	case e == ErrNetDown:
		return "network is down"
	case e < 0 || e > ErrNetDown:
		return "libnl error " + strconv.Itoa(int(e))
	}
	return strings.ToLower(C.GoString(C.nl_geterror(C.int(e))))
}

// Is makes [fs.ErrExist], [fs.ErrNotExist], [fs.ErrPermission] and [ErrOverrun]'s kin match their codes.
func (e Errno) Is(target error) bool {
	switch target {
	case fs.ErrExist:
		return e == ErrExist
	case fs.ErrNotExist:
		return e == ErrObjNotFound || e == ErrNoDev
	case fs.ErrPermission:
		return e == ErrPerm || e == ErrNoAccess
	}
	return false
}

// ErrnoFromSyscall returns libnl's code for an errno of the system. Many differ only in the errno: libnl has no word for them and says ErrFailure.
//
// Implements: nl_syserr2nlerr
func ErrnoFromSyscall(e syscall.Errno) Errno { return Errno(C.nl_syserr2nlerr(C.int(e))) }

// Error is what every failing call returns.
type Error struct {
	Func   string        // the C function, "rtnl_link_add"
	Code   Errno         // NLE_*
	Errno  syscall.Errno // what the kernel said, 0 if the failure was local
	Msg    string        // text: the kernel's extended acknowledgement, or what the package found wrong
	Offset uint32        // offset into the request of the attribute the kernel complains about, 0 if none

	cause error // a context's error, os.ErrDeadlineExceeded, or one of the sentinels
}

// Error reads "libnl: rtnl_route_add: network is unreachable: Nexthop has invalid gateway".
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("libnl: ")
	if e.Func != "" {
		b.WriteString(e.Func)
		b.WriteString(": ")
	}
	switch {
	case e.cause != nil:
		b.WriteString(strings.TrimPrefix(e.cause.Error(), "libnl: "))
	case e.Errno != 0:
		b.WriteString(e.Errno.Error())
	default:
		b.WriteString(e.Code.Error())
	}
	if e.Msg != "" {
		b.WriteString(": ")
		b.WriteString(e.Msg)
	}
	return b.String()
}

// Unwrap returns the code, the errno and the cause, as far as they are known.
func (e *Error) Unwrap() []error {
	var errs []error
	if e.Code != 0 {
		errs = append(errs, e.Code)
	}
	if e.Errno != 0 {
		errs = append(errs, e.Errno)
	}
	if e.cause != nil {
		errs = append(errs, e.cause)
	}
	return errs
}

// sentinel is an error with identity that also matches others.
type sentinel struct {
	text string
	also []error
}

func (s *sentinel) Error() string { return s.text }

func (s *sentinel) Is(target error) bool {
	for _, e := range s.also {
		if e == target {
			return true
		}
	}
	return false
}

var (
	// ErrClosed says that a handle was closed, or that a lent one outlived its callback or loop step. It matches [os.ErrClosed].
	ErrClosed error = &sentinel{"libnl: use of a closed handle", []error{os.ErrClosed}}
	// ErrOverrun says that events were lost, because a receive buffer or a queue was full: resynchronise. It matches [syscall.ENOBUFS].
	ErrOverrun error = &sentinel{"libnl: messages were lost: receive buffer overrun", []error{syscall.ENOBUFS}}
	// ErrNested says that a socket was asked to receive while it is receiving: inside one of its callbacks, or by a second goroutine.
	ErrNested error = errors.New("libnl: the socket is receiving already")

	// Skip is returned from a [MsgFunc] for NL_SKIP.
	Skip error = errors.New("libnl: skip this message")
	// Stop is returned from a [MsgFunc] for NL_STOP.
	Stop error = errors.New("libnl: stop receiving")
	// Ignore is returned from an [ErrFunc] for NL_OK: the error is swallowed and reading goes on.
	Ignore error = errors.New("libnl: ignore this error")
)

// codeErr returns the error for what a libnl function returned: nil unless it is negative.
func codeErr(fn string, rc int) error {
	if rc >= 0 {
		return nil
	}
	return &Error{Func: fn, Code: Errno(-rc)}
}

// sysErr returns the error for an errno of the system.
func sysErr(fn string, errno syscall.Errno) error {
	if errno == 0 {
		return nil
	}
	return &Error{Func: fn, Code: ErrnoFromSyscall(errno), Errno: errno}
}

// argErr returns the error for an argument that is refused before C is entered.
func argErr(fn, why string) error { return &Error{Func: fn, Code: ErrInval, Msg: why} }

// closedErr returns the error for a closed handle, with the name of the call.
func closedErr(fn string) error { return &Error{Func: fn, cause: ErrClosed} }

// panicClosed is for calls without an error result.
func panicClosed(handle string) { panic("libnl: use of a closed " + handle) }
