//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"testing"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
	"github.com/golibnl/libnl/internal/oracle"
)

// What the tests of libnl-route's objects share.

// made returns what a constructor returned and closes it at the end of the test.
func made[O libnl.Kind](t testing.TB, o O, err error) O {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.Close() })
	return o
}

// madeC returns a new object of plain libnl's for the length of the test.
func madeC(t testing.TB, typeName string) oracle.Ptr {
	t.Helper()
	o := oracle.New(typeName)
	t.Cleanup(o.Free)
	return o
}

// equal fails the test unless two values are equal.
func equal[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// sameRequest compares a request with the one that plain libnl built: see [oracle.Build].
func sameRequest(t testing.TB, what string, m *libnl.Msg, err error, want []byte, code int) {
	t.Helper()
	if err != nil || code < 0 {
		t.Errorf("%s: built with %v, in C with code %d", what, err, code)
		return
	}
	if got := m.Bytes(); !bytes.Equal(got, want) {
		t.Errorf("%s: the request is not C's:\n%s\nC's:\n%s", what, hex.Dump(got), hex.Dump(want))
	}
}

// dialRoute opens a socket in the current namespace for the length of the test.
func dialRoute(t testing.TB, cfg *libnl.Config) *libnl.Socket {
	t.Helper()
	s, err := libnl.DialRoute(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// netNS moves the test into a network namespace of its own and opens a socket in it.
func netNS(t testing.TB) *libnl.Socket {
	t.Helper()
	nltest.NetNS(t)
	return dialRoute(t, nil)
}

// networkOrder returns a number of two bytes in network order, as some of libnl's functions want it.
func networkOrder(v uint16) uint16 {
	var b [2]byte
	binary.BigEndian.PutUint16(b[:], v)
	return binary.NativeEndian.Uint16(b[:])
}

// linkView is a view of a link, such as [libnl.LinkVLAN].
type linkView interface{ Link() *libnl.Link }

// viewOfOtherKind makes all calls of a view after the kind of its link was changed through another handle, after the link was closed, and
// on the zero view: each must return an error.
func viewOfOtherKind[V linkView](t *testing.T, v V, calls func(V) map[string]error) {
	t.Helper()
	other, err := libnl.Retain(v.Link())
	made(t, other, err)
	each := func(what string, v V, want error) {
		t.Helper()
		for name, err := range calls(v) {
			isErr(t, what+": "+name, err, want)
		}
	}
	own := other.Type()
	for _, kind := range []string{"nosuchkind", "vlan", "vxlan", "bridge"} {
		if kind != own {
			noErr(t, other.SetType(kind))
			each("now "+kind, v, libnl.ErrOpNotSupp)
		}
	}
	noErr(t, v.Link().Close())
	each("closed", v, libnl.ErrClosed)
	var zero V
	each("zero", zero, libnl.ErrClosed)
}
