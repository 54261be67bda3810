//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"runtime"
	"testing"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
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

// runtime.Goexit, of which t.FailNow is made, leaves C's frames behind: no lock, no token, nothing dangling that a later call would trip
// over.
func TestGoexitInCallback(t *testing.T) {
	nltest.NetNS(t)
	s := dial(t, nil)
	gone := 0
	exit := func(*libnl.Msg) error { gone++; runtime.Goexit(); return nil }
	for _, typ := range []libnl.CallbackType{libnl.CbValid, libnl.CbMsgOut} {
		if err := s.ModifyCallback(typ, libnl.KindCustom, exit); err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			if _, err := s.SendAuto(linkDump(t)); err != nil {
				t.Error(err)
			}
			if err := s.RecvMsgsDefault(); err != nil {
				t.Error(err)
			}
		}()
		<-done
		if err := s.ModifyCallback(typ, libnl.KindCustom, nil); err != nil {
			t.Fatal(err)
		}
	}
	if gone != 2 {
		t.Errorf("the callbacks ran %d times, want 2", gone)
	}
	for range 3 {
		if err := s.Do(t.Context(), linkDump(t)); err != nil {
			t.Error(err)
		}
	}
}
