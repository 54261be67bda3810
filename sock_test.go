//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"context"
	"errors"
	"testing"
	"time"

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

func TestSmoke(t *testing.T) {
	nltest.NetNS(t)
	s := dial(t, nil)
	n := 0
	if err := s.ModifyCallback(libnl.CbValid, libnl.KindCustom, func(m *libnl.Msg) error { n++; return nil }); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SendAuto(linkDump(t)); err != nil {
		t.Fatal(err)
	}
	if err := s.RecvMsgsDefault(); err != nil {
		t.Fatal(err)
	}
	t.Log("links", n)
	k := 0
	for m, err := range s.Request(t.Context(), linkDump(t)) {
		if err != nil {
			t.Fatal(err)
		}
		k++
		_ = m.Header()
	}
	if k != n {
		t.Fatal(k, n)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	t0 := time.Now()
	err := s.Recv(ctx)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	t.Log(time.Since(t0), err)
	go func() { time.Sleep(20 * time.Millisecond); s.Close() }()
	err = s.Recv(t.Context())
	t.Log(err)
	if !errors.Is(err, libnl.ErrClosed) {
		t.Fatal(err)
	}
}
