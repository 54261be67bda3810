//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/golibnl/libnl"
)

func dialGenl(t testing.TB, cfg *libnl.Config) *libnl.Socket {
	t.Helper()
	s, err := libnl.DialGeneric(cfg)
	noErr(t, err)
	t.Cleanup(func() { s.Close() })
	return s
}

func TestGenlResolve(t *testing.T) {
	ctx := t.Context()
	s := dialGenl(t, nil)
	id, err := s.ResolveGenl(ctx, "nlctrl")
	noErr(t, err)
	equal(t, "nlctrl", id, libnl.MsgType(16))
	g, err := s.ResolveGenlGroup(ctx, "nlctrl", "notify")
	noErr(t, err)
	equal(t, "notify", g, libnl.Group(16))
	f, err := libnl.GetGenlFamily(ctx, s, "nlctrl")
	noErr(t, err)
	byID, err := libnl.GetGenlFamilyByID(ctx, s, 16)
	noErr(t, err)
	deepEqual(t, "by ID", byID, f)
	if op, ok := f.Op(3); !ok || op.Flags&libnl.GenlCapDump == 0 {
		t.Errorf("CTRL_CMD_GETFAMILY: %v", op)
	}

	_, err = s.ResolveGenl(ctx, "no such family")
	isErr(t, "family", err, fs.ErrNotExist)
	if e, ok := errors.AsType[*libnl.Error](err); !ok || !strings.Contains(e.Error(), `"no such family"`) || e.Code != libnl.ErrObjNotFound {
		t.Errorf("no family: %v", err)
	}
	_, err = s.ResolveGenlGroup(ctx, "nosuch", "notify")
	isErr(t, "family of a group", err, fs.ErrNotExist)
	_, err = s.ResolveGenlGroup(ctx, "nlctrl", "nosuch")
	isErr(t, "group", err, fs.ErrNotExist)
	if err == nil || !strings.Contains(err.Error(), `"nlctrl"`) || !strings.Contains(err.Error(), `"nosuch"`) {
		t.Errorf("no group: %v", err)
	}
	_, err = libnl.GetGenlFamily(ctx, s, "nosuch")
	isErr(t, "family", err, fs.ErrNotExist)
	_, err = libnl.GetGenlFamilyByID(ctx, s, 0xfff0)
	isErr(t, "ID", err, fs.ErrNotExist)
	if err == nil || !strings.Contains(err.Error(), "0xfff0") {
		t.Errorf("no ID: %v", err)
	}
	for name, want := range map[string]error{"": libnl.ErrInval, "a\x00": libnl.ErrInval, "sixteen-letters!": libnl.ErrRange} {
		_, err = s.ResolveGenl(ctx, name)
		isErr(t, "name", err, want)
		_, err = s.ResolveGenlGroup(ctx, "nlctrl", name)
		isErr(t, "name of a group", err, want)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	_, err = s.ResolveGenl(cancelled, "nlctrl")
	isErr(t, "cancelled", err, context.Canceled)
	_, err = s.ResolveGenl(nil, "nlctrl") //nolint:staticcheck // what is tested
	isErr(t, "nil context", err, libnl.ErrInval)
}
