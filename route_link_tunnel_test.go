//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io/fs"
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
	"github.com/golibnl/libnl/internal/oracle"
)

// What the tests of the views of tunnels share.

// tunnelAttr is an attribute of a tunnel, set to a value that the kernel takes.
type tunnelAttr struct {
	setter string // C function; the getter has the same name but for that word
	set    func() error
	c      func(oracle.Ptr) // the same in plain C, if that is more than the setter with arg
	arg    any
	get    func() (any, error)
	want   any
	unset  any // nil: ErrNoAttr
	other  any // what the kernel makes of it, if that is not want
	more   []string
}

// tunnelAttrOf makes an attribute of the methods of a view.
func tunnelAttrOf[T any](setter string, set func(T) error, get func() (T, error), want T, arg, unset any) tunnelAttr {
	return tunnelAttr{
		setter: setter,
		set:    func() error { return set(want) },
		arg:    arg,
		get:    func() (any, error) { return get() },
		want:   want,
		unset:  unset,
	}
}

// kernel has the kernel make another value of it.
func (a tunnelAttr) kernel(v any) tunnelAttr {
	a.other = v
	return a
}

// in4 and in6 return what C wants for an address.
func in4(s string) uint32 {
	b := netip.MustParseAddr(s).As4()
	return binary.NativeEndian.Uint32(b[:])
}

func in6(s string) []byte { return netip.MustParseAddr(s).AsSlice() }

// networkOrder32 returns a number of four bytes in network order.
func networkOrder32(v uint32) uint32 {
	b := binary.BigEndian.AppendUint32(nil, v)
	return binary.NativeEndian.Uint32(b)
}

// tunnelCalls makes the calls of all attributes, under the names of the C functions.
func tunnelCalls[V linkView](attrs func(V) []tunnelAttr) func(V) map[string]error {
	return func(v V) map[string]error {
		errs := map[string]error{}
		for _, a := range attrs(v) {
			errs[a.setter] = a.set()
			_, err := a.get()
			errs[strings.Replace(a.setter, "_set_", "_get_", 1)] = err
			for _, fn := range a.more {
				errs[fn] = err
			}
		}
		return errs
	}
}

// testTunnel sets attribute after attribute, in plain C too, and compares: requests, values, those of the clone and of what the request is
// parsed into.
func testTunnel[V linkView](t *testing.T, v V, viewOf func(*libnl.Link) (V, bool), attrs func(V) []tunnelAttr) {
	t.Helper()
	l := v.Link()
	c := madeC(t, "route/link")
	c.Call("rtnl_link_set_type", l.Type())
	noErr(t, l.SetName("x0"))
	c.Call("rtnl_link_set_name", "x0")
	same := func(what string) {
		t.Helper()
		m, err := l.BuildAdd(libnl.FlagCreate)
		want, code := oracle.Build("rtnl_link_build_add_request", c, 0x400)
		sameRequest(t, what, m, err, want, code)
		m, err = l.BuildChange(l, 0)
		want, code = oracle.Build("rtnl_link_build_change_request", c, c, 0)
		sameRequest(t, "change of "+what, m, err, want, code)
		c.Call("rtnl_link_set_name", "x0") // libnl takes it from the changes
	}
	same("empty")
	for _, a := range attrs(v) {
		got, err := a.get()
		if a.unset == nil {
			isErr(t, a.setter+": unset", err, libnl.ErrNoAttr)
		} else {
			noErr(t, err)
			equal(t, a.setter+": unset", got, a.unset)
		}
		noErr(t, a.set())
		if a.c != nil {
			a.c(c)
		} else {
			equal(t, a.setter, c.Call(a.setter, a.arg), 0)
		}
		same(a.setter)
	}
	has := func(what string, l *libnl.Link) {
		t.Helper()
		w, ok := viewOf(l)
		equal(t, what+" has the view", ok, true)
		for _, a := range attrs(w) {
			got, err := a.get()
			noErr(t, err)
			equal(t, what+": "+a.setter, got, a.want)
		}
	}
	has("the link", l)
	copied, err := libnl.Clone(l)
	made(t, copied, err)
	equal(t, "difference of the clone", l.Diff(copied), 0)
	has("the clone", copied)
	m, err := l.BuildAdd(0)
	noErr(t, err)
	has("parsed", parseLink(t, m.Bytes()))
	other, err := libnl.NewLink()
	made(t, other, err)
	_, ok := viewOf(other)
	equal(t, "a link without a kind has the view", ok, false)
}

// parseLink has libnl parse a request as the message of a link.
func parseLink(t testing.TB, b []byte) *libnl.Link {
	t.Helper()
	m, err := libnl.MsgFromBytes(b)
	noErr(t, err)
	m.SetProto(libnl.ProtoRoute)
	for o, err := range m.Objects() {
		noErr(t, err)
		kept, err := libnl.Retain(o)
		noErr(t, err)
		l, ok := libnl.As[*libnl.Link](kept)
		equal(t, "it is a link", ok, true)
		return made(t, l, nil)
	}
	t.Fatal("no object")
	return nil
}

// getLink returns the kernel's link of that name.
func getLink(t testing.TB, s *libnl.Socket, name string) *libnl.Link {
	t.Helper()
	l, err := libnl.GetLink(t.Context(), s, 0, name)
	return made(t, l, err)
}

// ipInfo returns what ip says of the kind of a link.
func ipInfo(t testing.TB, name string) (kind string, data map[string]any) {
	t.Helper()
	var links []struct {
		LinkInfo struct {
			Kind string         `json:"info_kind"`
			Data map[string]any `json:"info_data"`
		} `json:"linkinfo"`
	}
	noErr(t, json.Unmarshal(nltest.Run(t, "ip", "-j", "-d", "link", "show", "dev", name), &links))
	return links[0].LinkInfo.Kind, links[0].LinkInfo.Data
}

// kernelTunnel makes a tunnel with ip and the same with the package, and reads each with the other; then changes it, and deletes it.
func kernelTunnel[V linkView](t *testing.T, newV func() (V, error), viewOf func(*libnl.Link) (V, bool), attrs func(V) []tunnelAttr,
	options string, add func(context.Context, *libnl.Socket, string) error,
) {
	t.Helper()
	s := netNS(t)
	ctx := t.Context()
	v, err := newV()
	l := made(t, v.Link(), err)
	kind := l.Type()
	equal(t, "index of lo", nltest.Link(t, "dummy", "d0") > 1, true)
	nltest.Link(t, kind, "x0", options)
	has := func(what string) {
		t.Helper()
		w, ok := viewOf(getLink(t, s, "x0"))
		equal(t, what+" has the view", ok, true)
		for _, a := range attrs(w) {
			want := a.want
			if a.other != nil {
				want = a.other
			}
			got, err := a.get()
			noErr(t, err)
			equal(t, what+": "+a.setter, got, want)
		}
	}
	has("made by ip")
	_, byIP := ipInfo(t, "x0")
	noErr(t, getLink(t, s, "x0").Delete(ctx, s))
	_, err = libnl.GetLink(ctx, s, 0, "x0")
	isErr(t, "the deleted tunnel", err, fs.ErrNotExist)

	for _, a := range attrs(v) {
		noErr(t, a.set())
	}
	noErr(t, l.SetName("x0"))
	noErr(t, l.Add(ctx, s, libnl.FlagCreate|libnl.FlagExcl))
	isErr(t, "the tunnel again", l.Add(ctx, s, libnl.FlagCreate|libnl.FlagExcl), fs.ErrExist)
	ourKind, ours := ipInfo(t, "x0")
	equal(t, "kind", ourKind, kind)
	if !reflect.DeepEqual(ours, byIP) {
		t.Errorf("made by us: %v\nmade by ip: %v", ours, byIP)
	}
	has("made by us")

	isErr(t, "a name that is taken", add(ctx, s, "d0"), fs.ErrExist)
	// without end points there is one of a kind, and that is there already where the kernel makes fallback devices
	switch err := add(ctx, s, "y0"); {
	case errors.Is(err, fs.ErrExist):
		t.Log("there is a fallback device")
	default:
		noErr(t, err)
		got, _ := ipInfo(t, "y0")
		equal(t, "kind of the one with a name alone", got, kind)
	}
	n := 0
	for l, err := range s.Links(ctx, &libnl.LinkFilter{Type: kind}) {
		noErr(t, err)
		equal(t, "kind", l.Type(), kind)
		if _, ok := viewOf(l); !ok {
			t.Error("a link of the kind without the view")
		}
		n++
	}
	equal(t, "at least two of the kind", n >= 2, true)

	// as a change of nothing but the kind's data
	nltest.Run(t, "ip", "link", "set", "x0", "mtu", "1300")
	noErr(t, l.Change(ctx, s, l, 0))
	has("changed by us")
}

func TestGREFlagsText(t *testing.T) {
	for text, f := range map[string]libnl.GREFlags{
		"": 0, "csum": libnl.GRECsum, "routing,key,seq,strict": libnl.GRERouting | libnl.GREKey | libnl.GRESeq | libnl.GREStrict, "key,0x3": libnl.GREKey | 3,
	} {
		equal(t, "text", f.String(), text)
		g, err := libnl.ParseGREFlags(text)
		noErr(t, err)
		equal(t, text, g, f)
	}
	_, err := libnl.ParseGREFlags("key,nosuch")
	isErr(t, "an unknown flag", err, libnl.ErrObjNotFound)
	_, err = libnl.ParseGREFlags("key,")
	isErr(t, "an empty flag", err, libnl.ErrObjNotFound)
	_, err = libnl.ParseGREFlags("0x10000")
	isErr(t, "too big a number", err, libnl.ErrRange)
}

func TestIP6TnlFlagsText(t *testing.T) {
	for i, text := range []string{
		"ign_encap_limit", "use_orig_tclass", "use_orig_flowlabel", "mip6_dev", "rcv_dscp_copy", "use_orig_fwmark", "allow_local_remote", "0x80",
	} {
		f := libnl.IP6TnlFlags(1) << i
		equal(t, "text", f.String(), text)
		g, err := libnl.ParseIP6TnlFlags(text)
		noErr(t, err)
		equal(t, text, g, f)
	}
	equal(t, "two flags", (libnl.IP6TnlMIP6Dev | 1<<31).String(), "mip6_dev,0x80000000")
	_, err := libnl.ParseIP6TnlFlags("nosuch")
	isErr(t, "an unknown flag", err, libnl.ErrObjNotFound)
}

// Addresses of the wrong family, with a zone, and none.
func TestTunnelAddresses(t *testing.T) {
	v4, err := libnl.NewLinkIPIP()
	made(t, v4.Link(), err)
	v6, err := libnl.NewLinkIP6Tnl()
	made(t, v6.Link(), err)
	for _, s := range []string{"2001:db8::1", "::ffff:192.0.2.1"} {
		isErr(t, "SetLocal("+s+")", v4.SetLocal(netip.MustParseAddr(s)), libnl.ErrAFMismatch)
	}
	for _, s := range []string{"192.0.2.1", "fe80::1%lo"} {
		isErr(t, "SetRemote("+s+")", v6.SetRemote(netip.MustParseAddr(s)), libnl.ErrAFMismatch)
	}
	isErr(t, "no IPv4 address", v4.SetRemote(netip.Addr{}), libnl.ErrAFMismatch)
	isErr(t, "no IPv6 address", v6.SetLocal(netip.Addr{}), libnl.ErrAFMismatch)
	isErr(t, "SetLinkIndex(-1)", v4.SetLinkIndex(-1), libnl.ErrRange)
	isErr(t, "SetLinkIndex(2^31)", v4.SetLinkIndex(1<<31), libnl.ErrRange)
	isErr(t, "SetFlowInfo", v6.SetFlowInfo(1<<28), libnl.ErrRange)
}

// The details of a link in a cache name the link below; before 3.12 libnl keeps a reference to it each time.
func TestTunnelDetailsKeepNothing(t *testing.T) {
	below, err := libnl.NewLink()
	made(t, below, err)
	noErr(t, below.SetIndex(7))
	noErr(t, below.SetName("below0"))
	any, err := libnl.NewCache("route/link")
	noErr(t, err)
	defer any.Close()
	c, ok := libnl.CacheAs[*libnl.Link](any)
	equal(t, "a cache of links", ok, true)
	noErr(t, c.Add(below))
	v, err := libnl.NewLinkIPIP()
	l := made(t, v.Link(), err)
	noErr(t, l.SetName("x0"))
	noErr(t, l.SetIndex(8))
	noErr(t, v.SetLinkIndex(7))
	noErr(t, c.Add(l))
	n := below.RefCount()
	for range 3 {
		var b strings.Builder
		noErr(t, l.Dump(&b, libnl.DumpDetails))
		equal(t, "the details name the link below: "+b.String(), strings.Contains(b.String(), "link below0\n"), true)
	}
	equal(t, "references", below.RefCount(), n)
}
