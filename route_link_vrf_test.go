//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"testing"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
)

func vrfAttrs(v libnl.LinkVRF) []kindAttr {
	return []kindAttr{
		{get: gets(v.TableID), getC: "rtnl_link_vrf_get_tableid", set: with(v.SetTableID, maxU32), setC: "rtnl_link_vrf_set_tableid", args: []any{uint32(maxU32)}, want: uint32(maxU32)},
	}
}

func newVRF(t testing.TB) libnl.LinkVRF {
	t.Helper()
	v, err := libnl.NewLinkVRF()
	made(t, v.Link(), err)
	return v
}

func vrfCalls(v libnl.LinkVRF) map[string]error {
	errs := kindCalls(vrfAttrs(v))
	return errs
}

func init() { guardView(newVRF, vrfCalls) }

func TestLinkVRFOtherKind(t *testing.T) { viewOfOtherKind(t, newVRF(t), vrfCalls) }

func TestLinkVRF(t *testing.T) {
	testKind(t, newVRF(t), (*libnl.Link).VRF, vrfAttrs, false)
}

func TestKernelLinkVRF(t *testing.T) {
	s := netNS(t)
	nltest.Link(t, "vrf", "name x0", "table 1000")
	x0, ok := linkNow(t, s, "x0").VRF()
	equal(t, "is a vrf", ok, true)
	kernelSays(t, vrfAttrs(x0), map[string]any{"rtnl_link_vrf_get_tableid": uint32(1000)})
	deleteFrom(t, s, x0.Link())

	v := newVRF(t)
	noErr(t, v.SetTableID(70000))
	addTo(t, s, v.Link(), "x1", 0)
	ipShows(t, "x1", map[string]string{"table": "70000"})
	nltest.Link(t, "veth", "v0", "peer name v1")
	noErr(t, libnl.Enslave(t.Context(), s, index(t, "x1"), index(t, "v0")))
	equal(t, "kind of the master", linkNow(t, s, "v0").SlaveType(), "vrf")
	deleteFrom(t, s, v.Link())
}
