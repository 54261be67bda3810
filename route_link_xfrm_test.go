//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"testing"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
)

func xfrmAttrs(v libnl.LinkXFRM) []kindAttr {
	return []kindAttr{
		{get: gets(v.LinkIndex), getC: "rtnl_link_xfrmi_get_link", set: with(v.SetLinkIndex, 7), setC: "rtnl_link_xfrmi_set_link", args: []any{7}, want: 7},
		{get: gets(v.IfID), getC: "rtnl_link_xfrmi_get_if_id", set: with(v.SetIfID, maxU32), setC: "rtnl_link_xfrmi_set_if_id", args: []any{uint32(maxU32)}, want: uint32(maxU32)},
	}
}

func newXFRM(t testing.TB) libnl.LinkXFRM {
	t.Helper()
	v, err := libnl.NewLinkXFRM()
	made(t, v.Link(), err)
	return v
}

func xfrmCalls(v libnl.LinkXFRM) map[string]error {
	errs := kindCalls(xfrmAttrs(v))
	return errs
}

func init() { guardView(newXFRM, xfrmCalls) }

func TestLinkXFRMOtherKind(t *testing.T) { viewOfOtherKind(t, newXFRM(t), xfrmCalls) }

func TestLinkXFRM(t *testing.T) {
	testKind(t, newXFRM(t), (*libnl.Link).XFRM, xfrmAttrs, false)
}

func TestKernelLinkXFRM(t *testing.T) {
	s := netNS(t)
	below := nltest.Link(t, "veth", "v0", "peer name v1")
	nltest.Link(t, "xfrm", "name x0", "dev v0 if_id 9")
	x0, ok := linkNow(t, s, "x0").XFRM()
	equal(t, "is an xfrm", ok, true)
	kernelSays(t, xfrmAttrs(x0), map[string]any{"rtnl_link_xfrmi_get_link": below, "rtnl_link_xfrmi_get_if_id": uint32(9)})
	deleteFrom(t, s, x0.Link())

	v := newXFRM(t)
	noErr(t, v.SetLinkIndex(below))
	noErr(t, v.SetIfID(10))
	addTo(t, s, v.Link(), "x1", 0)
	ipShows(t, "x1", map[string]string{"if_id": `"0xa"`})
	isErr(t, "SetLinkIndex", v.SetLinkIndex(1<<31), libnl.ErrRange)
	deleteFrom(t, s, v.Link())
}
