//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"io/fs"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/oracle"
)

func newNeighTable(t testing.TB) *libnl.NeighTable {
	t.Helper()
	n, err := libnl.NewNeighTable()
	return made(t, n, err)
}

// tableTest sets a value of a table, in Go and C.
type tableTest struct {
	set  func(n *libnl.NeighTable) error
	c    []any
	want func(i *libnl.NeighTableInfo) // changes a snapshot in the same way
	diff string                        // what Diff says of it
}

var tableTests = []tableTest{
	{func(n *libnl.NeighTable) error { return n.SetName("arp_cache") }, []any{"rtnl_neightbl_set_name", "arp_cache"}, func(i *libnl.NeighTableInfo) { i.Name = "arp_cache" }, "0x4"},
	{func(n *libnl.NeighTable) error { return n.SetFamily(2) }, []any{"rtnl_neightbl_set_family", 2}, func(i *libnl.NeighTableInfo) { i.Family = 2 }, "0x1"},
	{okFunc(func(n *libnl.NeighTable) { n.SetGCThresh1(1 << 31) }), []any{"rtnl_neightbl_set_gc_tresh1", uint32(1) << 31}, func(i *libnl.NeighTableInfo) { i.GCThresh1 = 1 << 31 }, "0x8"},
	{okFunc(func(n *libnl.NeighTable) { n.SetGCThresh2(22) }), []any{"rtnl_neightbl_set_gc_tresh2", 22}, func(i *libnl.NeighTableInfo) { i.GCThresh2 = 22 }, "0x10"},
	{func(n *libnl.NeighTable) error { return n.SetGCInterval(3 * time.Second) }, []any{"rtnl_neightbl_set_gc_interval", 3000}, func(i *libnl.NeighTableInfo) { i.GCInterval = 3 * time.Second }, "0x100"},
	{func(n *libnl.NeighTable) error { return n.SetDev(7) }, []any{"rtnl_neightbl_set_dev", 7}, func(i *libnl.NeighTableInfo) { i.Index = 7 }, ""},
	{okFunc(func(n *libnl.NeighTable) { n.SetQueueLen(5) }), []any{"rtnl_neightbl_set_queue_len", 5}, func(i *libnl.NeighTableInfo) { i.QueueLen = 5 }, ""},
	{okFunc(func(n *libnl.NeighTable) { n.SetProxyQueueLen(6) }), []any{"rtnl_neightbl_set_proxy_queue_len", 6}, func(i *libnl.NeighTableInfo) { i.ProxyQueueLen = 6 }, ""},
	{okFunc(func(n *libnl.NeighTable) { n.SetAppProbes(7) }), []any{"rtnl_neightbl_set_app_probes", 7}, func(i *libnl.NeighTableInfo) { i.AppProbes = 7 }, ""},
	{okFunc(func(n *libnl.NeighTable) { n.SetUcastProbes(8) }), []any{"rtnl_neightbl_set_ucast_probes", 8}, func(i *libnl.NeighTableInfo) { i.UcastProbes = 8 }, ""},
	{okFunc(func(n *libnl.NeighTable) { n.SetMcastProbes(9) }), []any{"rtnl_neightbl_set_mcast_probes", 9}, func(i *libnl.NeighTableInfo) { i.McastProbes = 9 }, ""},
	{func(n *libnl.NeighTable) error { return n.SetBaseReachableTime(time.Hour) }, []any{"rtnl_neightbl_set_base_reachable_time", 3600000}, func(i *libnl.NeighTableInfo) { i.BaseReachableTime = time.Hour }, ""},
	{func(n *libnl.NeighTable) error { return n.SetRetransTime(time.Second) }, []any{"rtnl_neightbl_set_retrans_time", 1000}, func(i *libnl.NeighTableInfo) { i.RetransTime = time.Second }, ""},
	{func(n *libnl.NeighTable) error { return n.SetGCStaleTime(math.MaxInt32 * time.Millisecond) }, []any{"rtnl_neightbl_set_gc_stale_time", math.MaxInt32}, func(i *libnl.NeighTableInfo) { i.GCStaleTime = math.MaxInt32 * time.Millisecond }, ""},
	{func(n *libnl.NeighTable) error { return n.SetAnycastDelay(time.Microsecond) }, []any{"rtnl_neightbl_set_anycast_delay", 1}, func(i *libnl.NeighTableInfo) { i.AnycastDelay = time.Millisecond }, ""},
	{func(n *libnl.NeighTable) error { return n.SetProxyDelay(42 * time.Millisecond) }, []any{"rtnl_neightbl_set_proxy_delay", 42}, func(i *libnl.NeighTableInfo) { i.ProxyDelay = 42 * time.Millisecond }, ""},
	{func(n *libnl.NeighTable) error { return n.SetLockTime(0) }, []any{"rtnl_neightbl_set_locktime", 0}, func(i *libnl.NeighTableInfo) { i.LockTime = 0 }, ""},
}

func TestNeighTableAttrs(t *testing.T) {
	n, old := newNeighTable(t), newNeighTable(t)
	c, cOld := madeC(t, "route/neightbl"), madeC(t, "route/neightbl")
	noErr(t, old.SetName("ndisc_cache"))
	cOld.Call("rtnl_neightbl_set_name", "ndisc_cache")
	var want libnl.NeighTableInfo
	info := func(n *libnl.NeighTable) libnl.NeighTableInfo {
		t.Helper()
		i, err := n.Info()
		noErr(t, err)
		return i
	}
	equal(t, "of nothing", info(n), want)
	for _, a := range tableTests {
		what := a.c[0].(string)
		before, err := libnl.Clone(n)
		made(t, before, err)
		noErr(t, a.set(n))
		c.Call(what, a.c[1:]...)
		a.want(&want)
		equal(t, what, info(n), want)
		after, err := libnl.Clone(n)
		made(t, after, err)
		equal(t, what+": clone", info(after), want)
		checkDiff(t, what, a.diff, n, before, after)

		m, err := old.BuildChange(n)
		noErr(t, err)
		bytesC, rc := oracle.Build("rtnl_neightbl_build_change_request", cOld, c)
		if got := m.Bytes(); rc < 0 || !bytes.Equal(got, withoutTwice(bytesC)) {
			t.Errorf("%s: the request is not C's:\n%s\nC's:\n%s", what, hex.Dump(got), hex.Dump(bytesC))
		}
	}
	roundTrip(t, info(n))
}

// withoutTwice returns a message without the second of two equal attributes, which libnl puts for another.
func withoutTwice(b []byte) []byte {
	out := bytes.Clone(b[:20])
	last := []byte(nil)
	for rest := b[20:]; len(rest) >= 4; {
		n := min((int(binary.NativeEndian.Uint16(rest))+3)&^3, len(rest))
		if !bytes.Equal(last, rest[:n]) {
			out = append(out, rest[:n]...)
		}
		last, rest = rest[:n], rest[n:]
	}
	binary.NativeEndian.PutUint32(out, uint32(len(out)))
	return out
}

// libnl puts the second threshold twice and the third never, and the proxy delay for that of the first probe.
func TestNeighTableMended(t *testing.T) {
	old, n := newNeighTable(t), newNeighTable(t)
	noErr(t, old.SetName("arp_cache"))
	n.SetGCThresh3(0x87654321)
	noErr(t, n.SetDelayProbeTime(1234*time.Millisecond))
	noErr(t, n.SetProxyDelay(5*time.Millisecond))
	i, err := n.Info()
	noErr(t, err)
	equal(t, "third threshold", i.GCThresh3, 0x87654321)
	equal(t, "delay of the first probe", i.DelayProbeTime, 1234*time.Millisecond)
	m, err := old.BuildChange(n)
	noErr(t, err)
	a, _ := m.FindAttr(4, 4) // NDTA_THRESH3
	v, err := a.U32()
	noErr(t, err)
	equal(t, "third threshold in the request", v, 0x87654321)
	_, second := m.FindAttr(4, 3)
	equal(t, "second threshold in the request", second, false)
	parms, _ := m.FindAttr(4, 6)
	delay, _ := libnl.FindAttr(parms.Bytes(), 7)
	d, err := delay.Msecs()
	noErr(t, err)
	equal(t, "delay in the request", d, 1234*time.Millisecond)

	c, cOld := madeC(t, "route/neightbl"), madeC(t, "route/neightbl")
	cOld.Call("rtnl_neightbl_set_name", "arp_cache")
	c.Call("rtnl_neightbl_set_gc_tresh3", 5)
	plain, _ := oracle.Build("rtnl_neightbl_build_change_request", cOld, c)
	msg, err := libnl.MsgFromBytes(plain)
	noErr(t, err)
	_, has := msg.FindAttr(4, 4)
	equal(t, "plain libnl has the third threshold", has, false)

	n.SetGCThresh2(9)
	m, err = old.BuildChange(n)
	noErr(t, err)
	times := 0
	for a := range m.Attrs(4) {
		if a.Type() == 3 {
			times++
		}
	}
	equal(t, "second threshold in the request, times", times, 1)
}

func TestNeighTableRefused(t *testing.T) {
	n := newNeighTable(t)
	_, err := n.BuildChange(n)
	isErr(t, "no name", err, libnl.ErrMissingAttr)
	isErr(t, "name", n.SetName(strings.Repeat("x", 32)), libnl.ErrRange)
	isErr(t, "name", n.SetName("a\x00"), libnl.ErrInval)
	isErr(t, "index", n.SetDev(-1), libnl.ErrRange)
	isErr(t, "family", n.SetFamily(256), libnl.ErrAFNoSupport)
	times := func(n *libnl.NeighTable, d time.Duration) map[string]error {
		return map[string]error{
			"SetGCInterval": n.SetGCInterval(d), "SetBaseReachableTime": n.SetBaseReachableTime(d), "SetRetransTime": n.SetRetransTime(d),
			"SetGCStaleTime": n.SetGCStaleTime(d), "SetDelayProbeTime": n.SetDelayProbeTime(d), "SetAnycastDelay": n.SetAnycastDelay(d),
			"SetProxyDelay": n.SetProxyDelay(d), "SetLockTime": n.SetLockTime(d),
		}
	}
	for _, d := range []time.Duration{-1, (math.MaxInt32 + 1) * time.Millisecond, math.MaxInt64} {
		for what, err := range times(n, d) {
			isErr(t, what+" "+d.String(), err, libnl.ErrRange)
		}
	}
	closed := newNeighTable(t)
	noErr(t, closed.Close())
	for what, c := range map[string]*libnl.NeighTable{"closed": closed, "nil": nil, "zero": {}} {
		errs := times(c, 0)
		errs["SetName"], errs["SetDev"], errs["SetFamily"] = c.SetName("x"), c.SetDev(1), c.SetFamily(1)
		errs["Change"], errs["Change of"] = c.Change(t.Context(), nil, n), n.Change(t.Context(), nil, c)
		_, errs["Info"] = c.Info()
		for name, err := range errs {
			isErr(t, what+": "+name, err, libnl.ErrClosed)
		}
		mustPanic(t, "closed NeighTable", func() { c.SetQueueLen(1) })
	}
}

// sameTable compares a snapshot with what ip says.
func sameTable(t *testing.T, i libnl.NeighTableInfo, dev string, ip map[string]any) {
	t.Helper()
	num := func(key string) uint32 { f, _ := ip[key].(float64); return uint32(f) }
	ms := func(key string) time.Duration { return time.Duration(num(key)) * time.Millisecond }
	name, _ := ip["name"].(string)
	equal(t, "name", i.Name, name)
	ipDev, _ := ip["dev"].(string)
	equal(t, "interface", dev, ipDev)
	family, _ := ip["family"].(string)
	equal(t, "family", i.Family.String(), family)
	for _, v := range []struct {
		what      string
		got, want any
	}{
		{"thresh1", i.GCThresh1, num("thresh1")},
		{"thresh2", i.GCThresh2, num("thresh2")},
		{"thresh3", i.GCThresh3, num("thresh3")},
		{"gc_interval", i.GCInterval, ms("gc_interval")},
		{"reachable", i.ReachableTime, ms("reachable")},
		{"base_reachable", i.BaseReachableTime, ms("base_reachable")},
		{"retrans", i.RetransTime, ms("retrans")},
		{"gc_stale", i.GCStaleTime, ms("gc_stale")},
		{"delay_probe", i.DelayProbeTime, ms("delay_probe")},
		{"queue", i.QueueLen, num("queue")},
		{"app_probes", i.AppProbes, num("app_probes")},
		{"ucast_probes", i.UcastProbes, num("ucast_probes")},
		{"mcast_probes", i.McastProbes, num("mcast_probes")},
		{"anycast_delay", i.AnycastDelay, ms("anycast_delay")},
		{"proxy_delay", i.ProxyDelay, ms("proxy_delay")},
		{"proxy_queue", i.ProxyQueueLen, num("proxy_queue")},
		{"locktime", i.LockTime, ms("locktime")},
		{"key_length", i.KeyLen, num("key_length")},
		{"entry_size", i.EntrySize, num("entry_size")},
	} {
		if v.got != v.want {
			t.Errorf("%s %s: %s: %v, ip says %v", i.Name, dev, v.what, v.got, v.want)
		}
	}
}

func TestNeighTableKernel(t *testing.T) {
	s := netNS(t)
	ctx := t.Context()
	v0, _ := vethPair(t)
	names := map[int]string{0: "", 1: "lo", v0: "v0", v0 + 1: "v1", v0 - 1: "v1"}
	for _, strict := range []bool{false, true} {
		s := dialRoute(t, &libnl.Config{Strict: strict})
		want := ipMaps(t, "ip", "-s", "ntable", "show")
		got := collect(t, s.NeighTables(ctx, nil))
		equal(t, "tables", len(got), len(want))
		var lookups uint64
		for i, n := range got {
			info, err := n.Info()
			noErr(t, err)
			sameTable(t, info, names[info.Index], want[i])
			roundTrip(t, info)
			lookups += info.Lookups + info.Allocs
		}
		if lookups == 0 {
			t.Error("no counters")
		}
		for _, n := range collect(t, s.NeighTables(ctx, &libnl.NeighTableFilter{Family: libnl.FamilyIPv6})) {
			info, err := n.Info()
			noErr(t, err)
			equal(t, "family", info.Family, libnl.FamilyIPv6)
		}
		isErr(t, "family", failure(s.NeighTables(ctx, &libnl.NeighTableFilter{Family: 256})), libnl.ErrAFNoSupport)
	}

	// the parameters of an interface
	table, ch := newNeighTable(t), newNeighTable(t)
	noErr(t, table.SetName("arp_cache"))
	noErr(t, table.SetFamily(libnl.FamilyIPv4))
	noErr(t, table.SetDev(v0))
	ch.SetQueueLen(50)
	ch.SetUcastProbes(5)
	ch.SetMcastProbes(6)
	ch.SetAppProbes(7)
	ch.SetProxyQueueLen(8)
	noErr(t, ch.SetBaseReachableTime(11*time.Second))
	noErr(t, ch.SetRetransTime(12*time.Second))
	noErr(t, ch.SetGCStaleTime(13*time.Second))
	noErr(t, ch.SetDelayProbeTime(14*time.Second))
	noErr(t, ch.SetAnycastDelay(15*time.Second))
	noErr(t, ch.SetProxyDelay(16*time.Second))
	noErr(t, ch.SetLockTime(17*time.Second))
	noErr(t, table.Change(ctx, s, ch))
	ip := ipMaps(t, "ip", "ntable", "show", "dev", "v0", "name", "arp_cache")[0]
	for key, want := range map[string]float64{
		"base_reachable": 11000, "retrans": 12000, "gc_stale": 13000, "delay_probe": 14000, "anycast_delay": 15000, "proxy_delay": 16000,
		"locktime": 17000, "ucast_probes": 5, "mcast_probes": 6, "app_probes": 7, "proxy_queue": 8,
	} {
		if ip[key] != want {
			t.Errorf("%s: %v, want %v", key, ip[key], want)
		}
	}
	noErr(t, table.SetName("nosuch"))
	isErr(t, "no table", table.Change(ctx, s, ch), fs.ErrNotExist)
}

// Thresholds are of the first network namespace alone, so that they are tried where the machine is the test's own.
func TestKernelNeighTableThresholds(t *testing.T) {
	if os.Getenv("LIBNL_KERNEL_TIER") == "" {
		t.Skip("the thresholds are those of the whole machine: make kernel-test")
	}
	s := dialRoute(t, nil)
	table, ch := newNeighTable(t), newNeighTable(t)
	noErr(t, table.SetName("arp_cache"))
	noErr(t, table.SetFamily(libnl.FamilyIPv4))
	ch.SetGCThresh1(111)
	ch.SetGCThresh2(222)
	ch.SetGCThresh3(333)
	noErr(t, ch.SetGCInterval(44*time.Second))
	noErr(t, table.Change(t.Context(), s, ch))
	for file, want := range map[string]string{"gc_thresh1": "111", "gc_thresh2": "222", "gc_thresh3": "333", "gc_interval": "44"} {
		got, err := os.ReadFile("/proc/sys/net/ipv4/neigh/default/" + file)
		noErr(t, err)
		equal(t, file, strings.TrimSpace(string(got)), want)
	}
}
