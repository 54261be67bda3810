//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"testing"

	"github.com/golibnl/libnl"
)

func linkDump(t testing.TB) *libnl.Msg {
	t.Helper()
	m, err := libnl.NewMsgSimple(libnl.RTMGetLink, libnl.FlagDump)
	if err != nil {
		t.Fatal(err)
	}
	m.Append(make([]byte, 16), 4)
	if err := m.Err(); err != nil {
		t.Fatal(err)
	}
	return m
}

func dial(t testing.TB, cfg *libnl.Config) *libnl.Socket {
	t.Helper()
	s, err := libnl.Dial(libnl.ProtoRoute, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}
