//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
	"github.com/golibnl/libnl/internal/oracle"
)

// What is Go code here, and no test of its own holds against libnl: docs/coverage.md names these tests.

func TestReimplementedSizes(t *testing.T) {
	for fn, f := range map[string]func(int) int{
		"nlmsg_size": libnl.MsgSize, "nlmsg_total_size": libnl.MsgTotalSize, "nlmsg_padlen": libnl.MsgPadLen,
		"nla_attr_size": libnl.AttrSize, "nla_total_size": libnl.AttrTotalSize, "nla_padlen": libnl.AttrPadLen,
	} {
		for n := range 100 {
			equal(t, fn, f(n), int(int32(oracle.Call(fn, n))))
		}
	}
}

func TestReimplementedAddr(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	families := []libnl.Family{libnl.FamilyIPv4, libnl.FamilyIPv6, libnl.FamilyLLC}
	random := func() (libnl.Addr, oracle.Addr) {
		f := families[r.IntN(3)]
		b := make([]byte, map[libnl.Family]int{libnl.FamilyIPv4: 4, libnl.FamilyIPv6: 16, libnl.FamilyLLC: 6}[f])
		for i := range b {
			b[i] = byte(r.IntN(2)) << r.IntN(8)
		}
		bits := r.IntN(8*len(b) + 1)
		return libnl.AddrFrom(f, b).WithPrefixLen(bits), oracle.Addr{Family: int(f), Bytes: b, PrefixLen: bits}
	}
	for range 5000 {
		a, ca := random()
		b, cb := random()
		equal(t, "nl_addr_cmp_prefix", a.ComparePrefix(b), cmp.Compare(int32(oracle.Call("nl_addr_cmp_prefix", ca, cb)), 0))
		equal(t, "nl_addr_iszero", a.IsZero(), int32(oracle.Call("nl_addr_iszero", ca)) != 0)
		equal(t, "nl_addr_guess_family", int(a.GuessFamily()), int(int32(oracle.Call("nl_addr_guess_family", ca))))
		equal(t, "nl_addr_fill_sockaddr", sockaddr(t, a), sockaddrC(ca))
		if t.Failed() {
			t.Fatal(a, b)
		}
	}
}

// sockaddr returns family and address that a socket address has, "" for none.
func sockaddr(t *testing.T, a libnl.Addr) string {
	t.Helper()
	sa, err := a.FillSockaddr()
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		return string(rune(unix.AF_INET)) + string(sa.Addr[:])
	case *unix.SockaddrInet6:
		return string(rune(unix.AF_INET6)) + string(sa.Addr[:])
	}
	isErr(t, "no socket address", err, libnl.ErrInval)
	return ""
}

func sockaddrC(a oracle.Addr) string {
	sa := make([]byte, unix.SizeofSockaddrInet6)
	size := make([]byte, 8)
	binary.NativeEndian.PutUint32(size, uint32(len(sa)))
	if int32(oracle.Call("nl_addr_fill_sockaddr", a, sa, size)) < 0 {
		return ""
	}
	at, n := 4, 4
	if a.Family == unix.AF_INET6 {
		at, n = 8, 16
	}
	return string(rune(binary.NativeEndian.Uint16(sa))) + string(sa[at:at+n])
}

func TestReimplementedNF(t *testing.T) {
	h := libnl.NFHeader{Subsys: 7, Subtype: 9, Family: libnl.FamilyIPv6, ResID: 0x1234}
	c := oracle.Ptr(oracle.Call("nfnlmsg_alloc_simple", h.Subsys, h.Subtype, int(libnl.FlagAck), int(h.Family), h.ResID))
	t.Cleanup(func() { c.Call("nlmsg_free") })
	nlh := oracle.Ptr(c.Call("nlmsg_hdr"))
	want := make([]byte, 20)
	oracle.Call("memcpy", want, nlh, len(want))

	m, err := libnl.NewNFMsg(h, libnl.FlagAck)
	noErr(t, err)
	equal(t, "nfnlmsg_alloc_simple", string(m.Bytes()), string(want))
	got, ok := m.NF()
	equal(t, "there is a header", ok, true)
	equal(t, "header", got, h)
	equal(t, "nfnlmsg_subsys", got.Subsys, uint8(nlh.Call("nfnlmsg_subsys")))
	equal(t, "nfnlmsg_subtype", got.Subtype, uint8(nlh.Call("nfnlmsg_subtype")))
	equal(t, "nfnlmsg_family", got.Family, libnl.Family(uint8(nlh.Call("nfnlmsg_family"))))
	equal(t, "nfnlmsg_res_id", got.ResID, uint16(nlh.Call("nfnlmsg_res_id")))

	// nfnlmsg_put has more arguments than the oracle; it is the same message with port and sequence number
	binary.NativeEndian.PutUint32(want[8:], 5)
	binary.NativeEndian.PutUint32(want[12:], 6)
	m, err = libnl.NewMsg()
	noErr(t, err)
	noErr(t, m.PutNF(6, 5, h, libnl.FlagAck))
	equal(t, "nfnlmsg_put", string(m.Bytes()), string(want))

	s := netNS(t)
	var sent []byte
	noErr(t, s.ModifyCallback(libnl.CbMsgOut, libnl.KindCustom, func(m *libnl.Msg) error {
		sent = bytes.Clone(m.Bytes())
		return nil
	}))
	noErr(t, s.SendNFSimple(h, libnl.FlagAck))
	equal(t, "nfnl_send_simple", len(sent), len(want))
	copy(sent[8:16], want[8:16])
	binary.NativeEndian.PutUint16(want[6:], uint16(libnl.FlagAck|libnl.FlagRequest)) // completing adds one
	equal(t, "nfnl_send_simple", string(sent), string(want))
}

// The constructors with flags make the caches that C makes, which asks for each family that has such objects.
func TestReimplementedCacheFlags(t *testing.T) {
	s := netNS(t)
	ctx := t.Context()
	const flags = libnl.CacheFlagAFIter
	nltest.Run(t, "ip", "link", "add", "br0", "type", "bridge")
	nltest.Run(t, "ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1")
	nltest.Run(t, "ip", "link", "set", "v0", "master", "br0", "up")

	sk := oracle.Ptr(oracle.Call("nl_socket_alloc"))
	t.Cleanup(func() { sk.Call("nl_socket_free") })
	equal(t, "nl_connect", int32(sk.Call("nl_connect", unix.NETLINK_ROUTE)), 0)
	out := make([]byte, 8)
	inC := func(fn string, args ...any) int {
		t.Helper()
		equal(t, fn, int32(sk.Call(fn, args...)), 0)
		c := oracle.PtrIn(out)
		defer c.Call("nl_cache_free")
		return int(int32(c.Call("nl_cache_nitems")))
	}
	links, err := libnl.NewLinkCacheFlags(ctx, s, libnl.FamilyUnspec, flags)
	equal(t, "links", filled(t, links, err).Len(), inC("rtnl_link_alloc_cache_flags", 0, out, int(flags)))
	neighs, err := libnl.NewNeighCacheFlags(ctx, s, flags)
	equal(t, "neighbours", filled(t, neighs, err).Len(), inC("rtnl_neigh_alloc_cache_flags", out, int(flags)))
	mdbs, err := libnl.NewMDBCacheFlags(ctx, s, flags)
	equal(t, "mdbs", filled(t, mdbs, err).Len(), inC("rtnl_mdb_alloc_cache_flags", out, int(flags)))
}

func TestReimplementedAttrAddr(t *testing.T) {
	for _, a := range []oracle.Addr{
		{Family: unix.AF_INET, Bytes: []byte{192, 0, 2, 1}},
		{Family: unix.AF_INET6, Bytes: []byte{0x20, 1, 0xd, 0xb8, 15: 1}},
		{Family: unix.AF_LLC, Bytes: []byte{2, 0, 0, 0, 0, 1}},
	} {
		want, _, failed := oracle.BuildMsg(256, []oracle.Op{{Kind: oracle.Put}, {Kind: oracle.PutAddr, Type: 3, Value: a.Bytes, Arg: a.Family}})
		equal(t, "nla_put_addr", failed, -1)
		m := msg(t, 256)
		m.PutAddr(3, libnl.AddrFrom(libnl.Family(a.Family), a.Bytes))
		noErr(t, m.Err())
		equal(t, "nla_put_addr", string(m.Bytes()[16:]), string(want[16:]))

		attr, ok := libnl.FindAttr(m.Bytes()[16:], 3)
		equal(t, "the attribute", ok, true)
		got, err := attr.Addr(libnl.Family(a.Family))
		noErr(t, err)
		p := oracle.Call("nl_addr_alloc_attr", m.Bytes()[16:], a.Family)
		c, ok := oracle.AddrAt(p)
		oracle.Call("nl_addr_put", oracle.Ptr(p))
		equal(t, "nl_addr_alloc_attr", ok, true)
		equal(t, "family", got.Family(), libnl.Family(c.Family))
		equal(t, "bytes", string(got.Bytes()), string(c.Bytes))
		equal(t, "prefix", got.PrefixLen(), c.PrefixLen)
	}
}
