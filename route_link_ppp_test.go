//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"os"
	"testing"

	"github.com/golibnl/libnl"
)

func pppAttrs(v libnl.LinkPPP) []kindAttr {
	return []kindAttr{
		{get: gets(v.FD), getC: "rtnl_link_ppp_get_fd", set: with(v.SetFD, 5), setC: "rtnl_link_ppp_set_fd", args: []any{5}, want: 5},
	}
}

func newPPP(t testing.TB) libnl.LinkPPP {
	t.Helper()
	v, err := libnl.NewLinkPPP()
	made(t, v.Link(), err)
	return v
}

func pppCalls(v libnl.LinkPPP) map[string]error {
	errs := kindCalls(pppAttrs(v))
	return errs
}

func init() { guardView(newPPP, pppCalls) }

func TestLinkPPPOtherKind(t *testing.T) { viewOfOtherKind(t, newPPP(t), pppCalls) }

func TestLinkPPP(t *testing.T) {
	testKind(t, newPPP(t), (*libnl.Link).PPP, pppAttrs, false)
}

// libnl's setter mixes the bits of descriptors.
func TestLinkPPPAgain(t *testing.T) {
	v := newPPP(t)
	noErr(t, v.Link().SetName("p0"))
	for _, fd := range []int{6, 9, 0} {
		noErr(t, v.SetFD(fd))
		got, err := v.FD()
		noErr(t, err)
		equal(t, "descriptor", got, fd)
	}
	equal(t, "name", v.Link().Name(), "p0")
	isErr(t, "SetFD(-1)", v.SetFD(-1), libnl.ErrRange)
}

func TestKernelLinkPPP(t *testing.T) {
	f, err := os.OpenFile("/dev/ppp", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no PPP:", err)
	}
	defer f.Close()
	s := netNS(t)
	v := newPPP(t)
	noErr(t, v.SetFD(int(f.Fd())))
	addTo(t, s, v.Link(), "x0", 0)
	x0, ok := linkNow(t, s, "x0").PPP()
	equal(t, "is a ppp", ok, true)
	_, err = x0.FD()
	isErr(t, "the kernel does not report the descriptor", err, libnl.ErrNoAttr)
	noErr(t, x0.Link().Delete(t.Context(), s))
}
