//go:build linux

// SPDX-License-Identifier: MIT

package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/golibnl/libnl"
	"golang.org/x/sys/unix"
)

// The originals exit with these numbers of the system too.
const (
	noEntry  = int(unix.ENOENT)
	invalid  = int(unix.EINVAL)
	outRange = int(unix.ERANGE)
)

// failure ends a tool: what is left to say on the standard error, and the exit code.
type failure struct {
	code int
	text string
}

func (f failure) Error() string { return f.text }

// fatal returns a failure as the originals put it.
func fatal(code int, format string, a ...any) error {
	return failure{code, fmt.Sprintf("Error: "+format+"\n", a...)}
}

// because returns the failure for an error of the package: its code is the exit code, and libnl's text of that the last of what is formatted.
func because(err error, format string, a ...any) error {
	code := codeOf(err)
	return fatal(int(code), format, append(a, text(code))...)
}

// codeOf returns the code that libnl makes of an error; the package has a better one for some that the kernel gives.
func codeOf(err error) libnl.Errno {
	e, ok := errors.AsType[*libnl.Error](err)
	switch {
	case ok && e.Errno != 0:
		return libnl.ErrnoFromSyscall(e.Errno)
	case ok && e.Code != 0:
		return e.Code
	}
	return libnl.ErrFailure
}

// text returns libnl's words for a code as it writes them.
func text(e libnl.Errno) string {
	if e == libnl.ErrNoAccess {
		return "No Access"
	}
	s := e.Error()
	return strings.ToUpper(s[:1]) + s[1:]
}

// asFailure returns how a tool that returned err ends.
func asFailure(err error) failure {
	if err == nil {
		return failure{}
	}
	if f, ok := errors.AsType[failure](err); ok {
		return f
	}
	return failure{int(codeOf(err)), fmt.Sprintf("Error: %v\n", err)}
}
