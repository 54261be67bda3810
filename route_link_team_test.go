//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"testing"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
)

func TestLinkTeam(t *testing.T) {
	v, err := libnl.NewLinkTeam()
	made(t, v.Link(), err)
	equal(t, "kind", v.Link().Type(), "team")
	testKind(t, v, (*libnl.Link).Team, func(libnl.LinkTeam) []kindAttr { return nil }, false)
}

func TestKernelAddTeam(t *testing.T) {
	s := netNS(t)
	nltest.Link(t, "team", "name x0")
	_, ok := linkNow(t, s, "x0").Team()
	equal(t, "is a team", ok, true)
	isErr(t, "one that exists", libnl.AddTeam(t.Context(), s, "x0"), libnl.ErrExist)
	noErr(t, libnl.AddTeam(t.Context(), s, "x1"))
	noErr(t, libnl.AddTeam(t.Context(), s, ""))
	for _, name := range []string{"x1", "team0"} {
		info, _ := ipDetails(t, name)["linkinfo"].(map[string]any)
		deepEqual(t, "ip: kind of "+name, info["info_kind"], "team")
	}
	isErr(t, "a name that is too long", libnl.AddTeam(t.Context(), s, "0123456789abcdef"), libnl.ErrRange)
}
