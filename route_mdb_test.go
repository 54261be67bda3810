//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"encoding/json"
	"net"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
)

func newMDB(t testing.TB) *libnl.MDB {
	t.Helper()
	m, err := libnl.NewMDB()
	return made(t, m, err)
}

func TestMDBEntries(t *testing.T) {
	m := newMDB(t)
	equal(t, "index", m.Index(), 0)
	equal(t, "entries of nothing", len(slices.Collect(m.Entries())), 0)
	want := []libnl.MDBEntry{
		{3, 0, libnl.MDBTemporary, mustAddr(t, "239.1.2.3"), unix.ETH_P_IP},
		{4, 4095, libnl.MDBPermanent, mustAddr(t, "ff0e::1"), unix.ETH_P_IPV6},
		{5, 1, 7, mustAddr(t, "01:00:5e:00:00:01"), 0},
	}
	for i, e := range want {
		before, err := libnl.Clone(m)
		made(t, before, err)
		noErr(t, m.AddEntry(e))
		after, err := libnl.Clone(m)
		made(t, after, err)
		checkDiff(t, "entry", "0x2", m, before, after)
		for _, m := range []*libnl.MDB{m, after} {
			got := slices.Collect(m.Entries())
			if !slices.Equal(got, want[:i+1]) {
				t.Errorf("entries: %+v, want %+v", got, want[:i+1])
			}
		}
	}
	for e := range m.Entries() {
		equal(t, "the first", e, want[0])
		break
	}
	for _, e := range []libnl.MDBEntry{
		{},
		{Proto: unix.ETH_P_IP},
		{Proto: unix.ETH_P_IP, Addr: want[1].Addr},
		{Proto: unix.ETH_P_IPV6, Addr: want[0].Addr},
		{Addr: want[0].Addr},
		{Addr: libnl.AddrFromMAC(make(net.HardwareAddr, 8))},
		{Proto: unix.ETH_P_IP, Addr: want[0].Addr.WithPrefixLen(8)},
	} {
		isErr(t, "entry", m.AddEntry(e), libnl.ErrInval)
	}
	isErr(t, "index", m.AddEntry(libnl.MDBEntry{Index: -1}), libnl.ErrRange)
	noErr(t, m.Close())
	isErr(t, "closed", m.AddEntry(want[0]), libnl.ErrClosed)
	mustPanic(t, "closed MDB", func() { m.Index() })
	mustPanic(t, "closed MDB", func() { _ = slices.Collect(m.Entries()) })
}

func TestMDBStateText(t *testing.T) {
	for s, text := range map[libnl.MDBState]string{0: "temp", 1: "permanent", 2: "0x2"} {
		equal(t, "text", s.String(), text)
		got, err := libnl.ParseMDBState(text)
		noErr(t, err)
		equal(t, "value", got, s)
	}
	_, err := libnl.ParseMDBState("nosuch")
	isErr(t, "an unknown word", err, libnl.ErrObjNotFound)
}

// bridgeMDB returns what bridge says of the entries of all bridges.
func bridgeMDB(t testing.TB, dev string) (list []map[string]any) {
	t.Helper()
	var out []struct{ MDB []map[string]any }
	text := nltest.Run(t, "bridge", "-j", "-d", "mdb", "show", "dev", dev)
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	for _, o := range out {
		list = append(list, o.MDB...)
	}
	return list
}

func TestMDBKernel(t *testing.T) {
	nltest.NetNS(t)
	ctx := t.Context()
	v0, v1 := vethPair(t)
	br := nltest.Link(t, "bridge", "br0", "mcast_snooping 1 vlan_filtering 1")
	other := nltest.Link(t, "bridge", "br1", "mcast_snooping 1")
	nltest.Run(t, "ip", "link", "set", "v0", "master", "br0")
	nltest.Run(t, "ip", "link", "set", "v1", "master", "br1")
	nltest.Run(t, "ip", "link", "set", "br0", "up")
	nltest.Run(t, "ip", "link", "set", "br1", "up")
	for _, args := range [][]string{
		{"br0", "port", "v0", "grp", "239.1.2.3", "permanent", "vid", "1"},
		{"br0", "port", "v0", "grp", "239.1.2.4", "temp", "vid", "1"},
		{"br0", "port", "v0", "grp", "ff0e::1", "permanent"},
		{"br1", "port", "v1", "grp", "239.9.9.9", "permanent"},
		{"br0", "port", "v0", "grp", "01:02:03:04:05:06", "permanent"},
	} {
		nltest.Run(t, "bridge", append([]string{"mdb", "add", "dev"}, args...)...)
	}
	ports := map[int]string{v0: "v0", v1: "v1", br: "br0", other: "br1"}
	for _, strict := range []bool{false, true} {
		s := dialRoute(t, &libnl.Config{Strict: strict})
		for index, dev := range map[int]string{br: "br0", other: "br1"} {
			var got []libnl.MDBEntry
			for _, m := range collect(t, s.MDBs(ctx, &libnl.MDBFilter{Index: index})) {
				equal(t, "bridge", m.Index(), index)
				got = slices.AppendSeq(got, m.Entries())
			}
			want := bridgeMDB(t, dev)
			equal(t, "entries", len(got), len(want))
			for i, e := range got {
				equal(t, "port", ports[e.Index], want[i]["port"].(string))
				equal(t, "group", e.Addr.String(), want[i]["grp"].(string))
				equal(t, "state", e.State.String(), want[i]["state"].(string))
				vid, _ := want[i]["vid"].(float64)
				equal(t, "vlan", float64(e.VID), vid)
			}
			if len(got) == 0 {
				t.Error("no entries of ", dev)
			}
		}
		equal(t, "bridges", len(collect(t, s.MDBs(ctx, nil))), 2)
		isErr(t, "index", failure(s.MDBs(ctx, &libnl.MDBFilter{Index: -1})), libnl.ErrRange)
	}
}

// A notification carries one entry; merged it is added, and one that was taken away cannot be merged: libnl loses it.
func TestMDBUpdate(t *testing.T) {
	s := netNS(t)
	ctx := t.Context()
	v0, _ := vethPair(t)
	nltest.Link(t, "bridge", "br0", "mcast_snooping 1")
	nltest.Run(t, "ip", "link", "set", "v0", "master", "br0")
	nltest.Run(t, "ip", "link", "set", "br0", "up")
	all := collect(t, s.MDBs(ctx, nil))
	equal(t, "bridges", len(all), 1)
	events := dialRoute(t, &libnl.Config{Groups: []libnl.Group{unix.RTNLGRP_MDB}})
	nltest.Run(t, "bridge", "mdb", "add", "dev", "br0", "port", "v0", "grp", "239.1.2.3", "permanent")
	nltest.Run(t, "bridge", "mdb", "del", "dev", "br0", "port", "v0", "grp", "239.1.2.3")
	n := 0
	for m, err := range events.Messages(ctx) {
		noErr(t, err)
		if m.Header().Type != unix.RTM_NEWMDB && m.Header().Type != unix.RTM_DELMDB {
			continue
		}
		o, err := m.Object()
		made(t, o, err)
		change, ok := libnl.As[*libnl.MDB](o)
		equal(t, "is an mdb", ok, true)
		got := slices.Collect(change.Entries())
		if len(got) != 1 || got[0].Addr != mustAddr(t, "239.1.2.3") || got[0].Index != v0 {
			continue
		}
		if m.Header().Type == unix.RTM_DELMDB {
			isErr(t, "a deletion", all[0].Update(change), libnl.ErrOpNotSupp)
			break
		}
		n++
		noErr(t, all[0].Update(change))
	}
	if got := len(slices.Collect(all[0].Entries())); got < 1 || n == 0 {
		t.Errorf("%d entries", got)
	}
}
