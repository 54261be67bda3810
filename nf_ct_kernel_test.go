//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
)

// ctNS moves the test into a namespace of a kernel with conntrack, and opens a socket in it.
func ctNS(t testing.TB) *libnl.Socket {
	t.Helper()
	s := nfNS(t)
	nltest.Rule(t, "iptables", "-A INPUT -m conntrack --ctstate INVALID -j DROP")
	return s
}

// ctXML is an entry as conntrack(8) prints it.
type ctXML struct {
	Meta []struct {
		Direction string `xml:"direction,attr"`
		Layer3    struct {
			Src string `xml:"src"`
			Dst string `xml:"dst"`
		} `xml:"layer3"`
		Layer4 struct {
			Proto libnl.IPProto `xml:"protonum,attr"`
			Sport uint16        `xml:"sport"`
			Dport uint16        `xml:"dport"`
		} `xml:"layer4"`
		Counters struct {
			Packets uint64 `xml:"packets"`
			Bytes   uint64 `xml:"bytes"`
		} `xml:"counters"`
		State     string    `xml:"state"`
		Timeout   int       `xml:"timeout"`
		Mark      uint32    `xml:"mark"`
		Zone      uint16    `xml:"zone"`
		Use       uint32    `xml:"use"`
		ID        uint32    `xml:"id"`
		Assured   *struct{} `xml:"assured"`
		Unreplied *struct{} `xml:"unreplied"`
		Helper    string    `xml:"helper"`
		DeltaTime *int      `xml:"deltatime"`
	} `xml:"meta"`
}

// ctList returns what conntrack(8) lists, by ID.
func ctList(t testing.TB) map[uint32]libnl.CTInfo {
	t.Helper()
	all := map[uint32]libnl.CTInfo{}
	for _, family := range []string{"ipv4", "ipv6"} {
		var list struct {
			Flow []ctXML `xml:"flow"`
		}
		out := nltest.Run(t, "conntrack", "-L", "-f", family, "-o", "xml,id")
		if len(out) == 0 {
			continue
		}
		noErr(t, xml.Unmarshal(out, &list))
		for _, f := range list.Flow {
			i := infoOfXML(t, f)
			i.Family = map[string]libnl.Family{"ipv4": libnl.FamilyIPv4, "ipv6": libnl.FamilyIPv6}[family]
			all[i.ID] = i
		}
	}
	return all
}

func infoOfXML(t testing.TB, f ctXML) (i libnl.CTInfo) {
	t.Helper()
	for _, m := range f.Meta {
		if m.Direction == "independent" {
			i.Mark, i.Zone, i.ID, i.Helper = m.Mark, m.Zone, m.ID, m.Helper
			i.Timeout = time.Duration(m.Timeout) * time.Second
			if m.Assured != nil {
				i.Status |= libnl.CTStatusAssured
			}
			if m.Unreplied == nil {
				i.Status |= libnl.CTStatusSeenReply
			}
			if m.State != "" {
				var err error
				i.TCPState, err = libnl.ParseTCPState(m.State)
				noErr(t, err)
			}
			continue
		}
		tuple, count := &i.Orig, &i.OrigCount
		if m.Direction == "reply" {
			tuple, count = &i.Reply, &i.ReplyCount
		}
		i.Proto = m.Layer4.Proto
		tuple.Src = netip.AddrPortFrom(netip.MustParseAddr(m.Layer3.Src), m.Layer4.Sport)
		tuple.Dst = netip.AddrPortFrom(netip.MustParseAddr(m.Layer3.Dst), m.Layer4.Dport)
		*count = libnl.CTCount{Packets: m.Counters.Packets, Bytes: m.Counters.Bytes}
	}
	return i
}

// sameAsConntrack compares an entry with what conntrack(8) says, a moment apart.
func sameAsConntrack(t testing.TB, i, want libnl.CTInfo) {
	t.Helper()
	if d := i.Timeout - want.Timeout; d < -60*time.Second || d > 60*time.Second {
		t.Errorf("timeout %v, conntrack(8) says %v", i.Timeout, want.Timeout)
	}
	const told = libnl.CTStatusAssured | libnl.CTStatusSeenReply
	want.Timeout, want.Use, want.Start, want.Stop = i.Timeout, i.Use, i.Start, i.Stop
	want.OrigTCP, want.ReplyTCP, want.SecCtx, want.Labels = i.OrigTCP, i.ReplyTCP, i.SecCtx, i.Labels
	want.Orig.ICMP, want.Reply.ICMP = i.Orig.ICMP, i.Reply.ICMP // its XML does not have them
	want.Status |= i.Status &^ told
	equal(t, "entry", i, want)
}

// ctInfos collects a loop.
func ctInfos(t testing.TB, s *libnl.Socket, f *libnl.CTFilter) map[uint32]libnl.CTInfo {
	t.Helper()
	all := map[uint32]libnl.CTInfo{}
	for i, err := range s.CTInfos(t.Context(), f) {
		noErr(t, err)
		all[i.ID] = i
	}
	return all
}

func TestCTKernel(t *testing.T) {
	s := ctNS(t)
	ctx := t.Context()
	tcp := ctFlow(t, unix.IPPROTO_TCP, "192.0.2.1:4000", "198.51.100.7:21")
	tcp.SetTCPState(libnl.TCPStateEstablished)
	tcp.SetStatus(libnl.CTStatusSeenReply | libnl.CTStatusAssured)
	tcp.SetMark(7)
	noErr(t, tcp.Add(ctx, s, libnl.FlagCreate|libnl.FlagExcl))
	isErr(t, "adding again", tcp.Add(ctx, s, libnl.FlagCreate|libnl.FlagExcl), fs.ErrExist)
	udp := ctFlow(t, unix.IPPROTO_UDP, "[2001:db8::1]:53", "[2001:db8::2]:53")
	udp.SetZone(9)
	noErr(t, udp.Add(ctx, s, libnl.FlagCreate))
	icmp := newCT(t)
	for d, typ := range []uint8{8, 0} {
		d := libnl.CTDir(d)
		noErr(t, icmp.SetSrc(d, mustAddr(t, fmt.Sprintf("192.0.2.%d", 1+d))))
		noErr(t, icmp.SetDst(d, mustAddr(t, fmt.Sprintf("192.0.2.%d", 2-d))))
		noErr(t, icmp.SetICMPID(d, 0x1234))
		noErr(t, icmp.SetICMPType(d, typ))
		noErr(t, icmp.SetICMPCode(d, 0))
	}
	icmp.SetProto(unix.IPPROTO_ICMP)
	noErr(t, icmp.SetTimeout(100*time.Second))
	noErr(t, icmp.Add(ctx, s, libnl.FlagCreate))

	want := ctList(t)
	equal(t, "entries", len(want), 3)
	got := ctInfos(t, s, nil)
	equal(t, "entries", len(got), len(want))
	for id, i := range got {
		sameAsConntrack(t, i, want[id])
	}
	for _, c := range collect(t, s.CTs(ctx, nil)) {
		i := c.Info()
		sameCTGetters(t, c)
		sameAsConntrack(t, i, want[i.ID])
	}

	// by its tuple, of either direction
	q, err := tcp.Query(ctx, s, 0)
	made(t, q, err)
	equal(t, "mark", opt(q.Mark()), some[uint32](7))
	equal(t, "state", opt(q.TCPState()), some(libnl.TCPStateEstablished))
	back := newCT(t)
	setCTTuple(t, back, libnl.CTReply, "198.51.100.7:21", "192.0.2.1:4000")
	back.SetProto(unix.IPPROTO_TCP)
	q2, err := back.Query(ctx, s, 0)
	made(t, q2, err)
	equal(t, "the same", q2.Info().ID, q.Info().ID)
	six, err := udp.Query(ctx, s, 0)
	made(t, six, err)
	equal(t, "zone", opt(six.Zone()), some[uint16](9))
	ping, err := icmp.Query(ctx, s, 0)
	made(t, ping, err)
	equal(t, "tuple", ping.Info().Orig, icmp.Info().Orig)
	line := string(nltest.Run(t, "conntrack", "-L", "-p", "icmp"))
	for _, want := range []string{"type=8 code=0 id=4660", "type=0 code=0 id=4660"} {
		equal(t, want, strings.Contains(line, want), true)
	}
	other := ctFlow(t, unix.IPPROTO_UDP, "[2001:db8::1]:53", "[2001:db8::2]:53")
	_, err = other.Query(ctx, s, 0)
	isErr(t, "in no zone", err, fs.ErrNotExist)

	// what is read can be changed and sent back
	changed, err := libnl.Clone(q)
	made(t, changed, err)
	changed.SetMark(0xf0)
	changed.SetTCPState(libnl.TCPStateTimeWait)
	noErr(t, changed.SetTimeout(5000*time.Second))
	noErr(t, q.Update(ctx, s, changed))
	now, err := tcp.Query(ctx, s, 0)
	made(t, now, err)
	equal(t, "mark", opt(now.Mark()), some[uint32](0xf0))
	equal(t, "state", opt(now.TCPState()), some(libnl.TCPStateTimeWait))
	if d, _ := now.Timeout(); d < 4000*time.Second || d > 5000*time.Second {
		t.Error("timeout", d)
	}
	equal(t, "status", now.Info().Status, q.Info().Status)
	assured := newCT(t)
	assured.SetStatus(libnl.CTStatusSeenReply | libnl.CTStatusAssured)
	noErr(t, six.Update(ctx, s, assured))
	lesser := newCT(t)
	lesser.SetStatus(libnl.CTStatusSeenReply)
	isErr(t, "what cannot be unset", six.Update(ctx, s, lesser), unix.EBUSY)
	isErr(t, "of none", other.Update(ctx, s, lesser), fs.ErrNotExist)
	m, err := tcp.BuildUpdate(changed)
	noErr(t, err)
	noErr(t, (&libnl.CTExtra{MarkMask: 0xff, OrigTCP: libnl.CTTCP{Flags: libnl.TCPBeLiberal}}).Put(m))
	noErr(t, s.Do(ctx, m))
	for _, i := range ctInfos(t, s, &libnl.CTFilter{Family: libnl.FamilyIPv4, MarkMask: 0xf0, Mark: 0xf0}) {
		equal(t, "mark", i.Mark, 0xf0)
		equal(t, "flags", i.OrigTCP.Flags&libnl.TCPBeLiberal, libnl.TCPBeLiberal)
	}

	// an ID is that of one entry
	gone, err := libnl.Clone(now)
	made(t, gone, err)
	gone.SetID(now.Info().ID + 1)
	isErr(t, "another ID", gone.Delete(ctx, s, 0), fs.ErrNotExist)
	noErr(t, now.Delete(ctx, s, 0))
	isErr(t, "gone", now.Delete(ctx, s, 0), fs.ErrNotExist)
	_, err = tcp.Query(ctx, s, 0)
	isErr(t, "gone", err, fs.ErrNotExist)
	noErr(t, ping.Delete(ctx, s, 0))
	noErr(t, six.Delete(ctx, s, 0))
	equal(t, "left", len(ctList(t)), 0)

	// what conntrack(8) adds
	nltest.Run(t, "conntrack", "-I", "-s", "192.0.2.9", "-d", "192.0.2.10", "-p", "tcp", "--sport", "5", "--dport", "6", "--state", "SYN_RECV", "-t", "600", "-m", "3", "-u", "SEEN_REPLY")
	want = ctList(t)
	got = ctInfos(t, s, nil)
	equal(t, "entries", len(got), 1)
	for id, i := range got {
		sameAsConntrack(t, i, want[id])
	}
	isErr(t, "another protocol", failure(dialRoute(t, nil).CTs(ctx, nil)), libnl.ErrProtoMismatch)
}

func TestCTExtraKernel(t *testing.T) {
	s := ctNS(t)
	ctx := t.Context()
	add := func(src string, x libnl.CTExtra) *libnl.CT {
		t.Helper()
		c := ctFlow(t, unix.IPPROTO_TCP, src, "198.51.100.7:80")
		c.SetTCPState(libnl.TCPStateEstablished)
		m, err := c.BuildAdd(libnl.FlagCreate | libnl.FlagExcl)
		noErr(t, err)
		noErr(t, x.Put(m))
		err = s.Do(ctx, m)
		if errors.Is(err, unix.EOPNOTSUPP) {
			t.Skip("the kernel: ", err)
		}
		noErr(t, err)
		return c
	}
	one := func(c *libnl.CT) libnl.CTInfo {
		t.Helper()
		m, err := c.BuildQuery(0)
		noErr(t, err)
		all, err := s.RequestAll(ctx, m)
		noErr(t, err)
		equal(t, "answers", len(all), 1)
		i, err := libnl.ParseCTInfo(all[0])
		noErr(t, err)
		return i
	}
	tcp := libnl.CTTCP{Flags: libnl.TCPWindowScale | libnl.TCPBeLiberal, WScale: 7}
	i := one(add("192.0.2.1:4000", libnl.CTExtra{OrigTCP: tcp, ReplyTCP: tcp}))
	equal(t, "one end", i.OrigTCP, tcp)
	equal(t, "the other", i.ReplyTCP, tcp)

	// connections that another one announced
	child := one(add("192.0.2.1:4001", libnl.CTExtra{Master: i.Orig, MasterProto: 6}))
	equal(t, "master", child.Master, i.Orig)
	equal(t, "announced", child.Status&libnl.CTStatusExpected, libnl.CTStatusExpected)

	nat := one(add("192.0.2.1:4002", libnl.CTExtra{
		SrcNAT: libnl.CTNAT{Min: netip.MustParseAddr("203.0.113.1"), MinPort: 1024, MaxPort: 1024}, DstNAT: libnl.CTNAT{Min: netip.MustParseAddr("203.0.113.7")},
	}))
	equal(t, "translated", nat.Status&(libnl.CTStatusSrcNAT|libnl.CTStatusDstNAT), libnl.CTStatusSrcNAT|libnl.CTStatusDstNAT)
	equal(t, "replies to", nat.Reply.Dst, netip.MustParseAddrPort("203.0.113.1:1024"))
	equal(t, "replies from", nat.Reply.Src.Addr(), netip.MustParseAddr("203.0.113.7"))
}

func TestCTHelperLabels(t *testing.T) {
	s := ctNS(t)
	ctx := t.Context()
	nltest.Rule(t, "iptables", "-A INPUT -m connlabel --label 100 --set") // makes room for labels
	nltest.Rule(t, "iptables", "-t raw -A PREROUTING -p tcp --dport 21 -j CT --helper ftp")
	c := ctFlow(t, unix.IPPROTO_TCP, "192.0.2.1:4000", "198.51.100.7:21")
	m, err := c.BuildAdd(libnl.FlagCreate)
	noErr(t, err)
	labels := libnl.CTLabels{}.With(1).With(100)
	noErr(t, (&libnl.CTExtra{Helper: "ftp", Labels: labels}).Put(m))
	noErr(t, s.Do(ctx, m))
	for _, i := range ctInfos(t, s, nil) {
		equal(t, "helper", i.Helper, "ftp")
		equal(t, "labels", i.Labels, labels)
		equal(t, "given", i.Status&libnl.CTStatusHelper, libnl.CTStatusHelper)
	}
	m, err = c.BuildUpdate(newCT(t))
	noErr(t, err)
	noErr(t, (&libnl.CTExtra{NoHelper: true, Labels: libnl.CTLabels{}.With(2), LabelsMask: libnl.CTLabels{}.With(1).With(2)}).Put(m))
	noErr(t, s.Do(ctx, m))
	for _, i := range ctInfos(t, s, nil) {
		equal(t, "helper", i.Helper, "")
		equal(t, "labels", i.Labels, libnl.CTLabels{}.With(2).With(100))
	}
}

// addCTs adds n entries of UDP with the ports from 1 on, in batches.
func addCTs(t testing.TB, s *libnl.Socket, n int, set func(i int, c *libnl.CT)) {
	t.Helper()
	c := ctFlow(t, unix.IPPROTO_UDP, "192.0.2.1:1", "198.51.100.7:53")
	var batch []*libnl.Msg
	for i := range n {
		noErr(t, c.SetSrcPort(libnl.CTOriginal, uint16(i+1)))
		noErr(t, c.SetDstPort(libnl.CTReply, uint16(i+1)))
		if set != nil {
			set(i, c)
		}
		m, err := c.BuildAdd(libnl.FlagCreate | libnl.FlagExcl)
		noErr(t, err)
		if batch = append(batch, m); len(batch) < 512 && i < n-1 {
			continue
		}
		for _, err := range s.Batch(t.Context(), batch) {
			noErr(t, err)
		}
		batch = batch[:0]
	}
}

func TestCTFilters(t *testing.T) {
	s := ctNS(t)
	ctx := t.Context()
	zones := []uint16{0, 7, 9}
	fill := func() {
		noErr(t, s.FlushCT(ctx, nil))
		addCTs(t, s, 240, func(i int, c *libnl.CT) {
			c.SetMark(uint32(i % 4))
			c.SetZone(zones[i%3])
			c.UnsetStatus(^libnl.CTStatus(0))
			if i%5 == 0 {
				c.SetStatus(libnl.CTStatusSeenReply)
			}
		})
		six := ctFlow(t, unix.IPPROTO_UDP, "[2001:db8::1]:53", "[2001:db8::2]:53")
		noErr(t, six.Add(ctx, s, libnl.FlagCreate))
	}
	fill()
	all := ctInfos(t, s, nil)
	equal(t, "all", len(all), 241)
	for what, f := range map[string]libnl.CTFilter{
		"v6": {Family: libnl.FamilyIPv6}, "v4": {Family: libnl.FamilyIPv4}, "none": {Family: libnl.FamilyBridge},
		"mark": {Mark: 2, MarkMask: 3}, "no mark": {MarkMask: 0xffffffff}, "bit of the mark": {Mark: 1, MarkMask: 1},
		"default zone": {Zone: &zones[0]}, "zone": {Zone: &zones[1]}, "no such zone": {Zone: new(uint16(77))},
		"status": {Status: libnl.CTStatusSeenReply, StatusMask: libnl.CTStatusSeenReply}, "not the status": {StatusMask: libnl.CTStatusSeenReply},
		"several": {Family: libnl.FamilyIPv4, Mark: 1, MarkMask: 1, Zone: &zones[2], StatusMask: libnl.CTStatusSeenReply},
	} {
		wanted := func(i libnl.CTInfo) bool {
			return (f.Family == 0 || i.Family == f.Family) && i.Mark&f.MarkMask == f.Mark && i.Status&f.StatusMask == f.Status && (f.Zone == nil || *f.Zone == i.Zone)
		}
		want := 0
		for _, i := range all {
			if wanted(i) {
				want++
			}
		}
		got := ctInfos(t, s, &f)
		equal(t, what, len(got), want)
		for _, i := range got {
			if !wanted(i) {
				t.Errorf("%s: %+v", what, i)
			}
		}
		equal(t, what+": objects", len(collect(t, s.CTs(ctx, &f))), want)
		m, err := libnl.NewCTDump(&f)
		noErr(t, err)
		msgs, err := s.RequestAll(ctx, m)
		noErr(t, err)
		if len(msgs) < want || len(msgs) > len(all) {
			t.Errorf("%s: %d messages", what, len(msgs))
		}
		noErr(t, s.FlushCT(ctx, &f))
		left := ctInfos(t, s, nil)
		equal(t, what+": left by a flush", len(left), len(all)-want)
		for _, i := range left {
			if wanted(i) {
				t.Errorf("%s: left by a flush: %+v", what, i)
			}
		}
		fill()
		all = ctInfos(t, s, nil)
	}
	noErr(t, s.FlushCT(ctx, nil))
	equal(t, "left", len(ctInfos(t, s, nil)), 0)
}

// manyCTs is how many entries the tests with many have.
func manyCTs(t testing.TB, n int) int {
	if testing.Short() || nltest.Race || nltest.ASan {
		n /= 10
	}
	b, err := os.ReadFile("/proc/sys/net/netfilter/nf_conntrack_max")
	noErr(t, err)
	limit, err := strconv.Atoi(strings.TrimSpace(string(b)))
	noErr(t, err)
	return min(n, limit-10)
}

func TestCTMany(t *testing.T) {
	s := ctNS(t)
	ctx := t.Context()
	n := manyCTs(t, 50000)
	addCTs(t, s, n, nil)
	seen := make([]bool, n)
	k := 0
	began := time.Now()
	for i, err := range s.CTInfos(ctx, nil) {
		noErr(t, err)
		k++
		seen[i.Orig.Src.Port()-1] = true
	}
	t.Logf("%d values in %v", k, time.Since(began))
	equal(t, "values", k, n)
	equal(t, "each once", slices.Contains(seen, false), false)
	began = time.Now()
	k = 0
	for c, err := range s.CTs(ctx, nil) {
		noErr(t, err)
		if p, _ := c.SrcPort(0); p > 0 {
			k++
		}
	}
	t.Logf("%d objects in %v", k, time.Since(began))
	equal(t, "objects", k, n)

	mallocs := testing.AllocsPerRun(1, func() {
		for _, err := range s.CTInfos(ctx, nil) {
			noErr(t, err)
		}
	})
	if mallocs > float64(n)/64+100 && !nltest.Race && !nltest.ASan {
		t.Errorf("%v allocations for %d values", mallocs, n)
	}

	// a cache, and what has changed since
	cache, err := libnl.NewCTCache(ctx, s)
	filled(t, cache, err)
	equal(t, "cached", cache.Len(), n)
	late := ctFlow(t, unix.IPPROTO_UDP, "192.0.2.1:7", "198.51.100.7:5353")
	noErr(t, late.Add(ctx, s, libnl.FlagCreate))
	marked := ctFlow(t, unix.IPPROTO_UDP, "192.0.2.1:99", "198.51.100.7:53")
	mark := newCT(t)
	mark.SetMark(5)
	noErr(t, marked.Update(ctx, s, mark))
	gone := ctFlow(t, unix.IPPROTO_UDP, "192.0.2.1:111", "198.51.100.7:53")
	noErr(t, gone.Delete(ctx, s, 0))
	changes := map[string]int{}
	began = time.Now()
	noErr(t, cache.Resync(ctx, s, func(c libnl.Change[*libnl.CT]) {
		o := c.New
		if o == nil {
			o = c.Old
		}
		names := slices.DeleteFunc(c.Names(), func(s string) bool { return s == "timeout" || s == "use" })
		if c.Action == libnl.ActChange && len(names) == 0 {
			return
		}
		port, _ := o.SrcPort(0)
		changes[fmt.Sprintf("%v %d %v", c.Action, port, names)]++
	}))
	t.Logf("resynchronised in %v", time.Since(began))
	for _, want := range []string{"new 7 []", "change 99 [mark]", "del 111 []"} {
		equal(t, want, changes[want], 1)
	}
	equal(t, "changes", len(changes), 3)
	equal(t, "cached", cache.Len(), n)
	filter := newCT(t)
	filter.SetMark(5)
	equal(t, "marked", cache.Count(filter), 1)
	noErr(t, s.FlushCT(ctx, nil))
	noErr(t, cache.Refill(ctx, s))
	equal(t, "left", cache.Len(), 0)
}

// ctNetLink opens a NetLink that follows connections.
func ctNetLink(t testing.TB, rcvBuf int) *libnl.NetLink {
	t.Helper()
	n, err := libnl.NewNfNetLink(&libnl.Config{RcvBuf: rcvBuf})
	noErr(t, err)
	t.Cleanup(func() { n.Close() })
	noErr(t, n.RegisterGroup(libnl.GroupCTNew, libnl.GroupCTUpdate, libnl.GroupCTDestroy))
	return n
}

func TestCTEvents(t *testing.T) {
	s := ctNS(t)
	ctx := t.Context()
	n := ctNetLink(t, 0)
	var ports [4][]uint16 // by group
	note := func(e *libnl.Event, c *libnl.CT) error {
		g := libnl.CTGroup(e.Msg)
		p, _ := c.SrcPort(libnl.CTOriginal)
		ports[g] = append(ports[g], p)
		i, err := libnl.ParseCTInfo(e.Msg)
		equal(t, "snapshot", i.Orig, c.Info().Orig)
		return err
	}
	noErr(t, libnl.HandleObject(n, libnl.MsgCTNew, func(e *libnl.Event, c *libnl.CT) error {
		if g := libnl.CTGroup(e.Msg); g != libnl.GroupCTNew || len(ports[g]) > 0 {
			return note(e, c)
		}
		// the first is changed and sent back, from within the handler
		changed, err := libnl.Clone(c)
		made(t, changed, err)
		changed.SetMark(7)
		if err := c.Update(ctx, n.Socket(), changed); err != nil {
			return err
		}
		return note(e, c)
	}))
	noErr(t, libnl.HandleObject(n, libnl.MsgCTDelete, note))
	count := manyCTs(t, 5000)
	addCTs(t, s, count, nil)
	readAll(t, n)
	want := make([]uint16, count)
	for i := range want {
		want[i] = uint16(i + 1)
	}
	equal(t, "new, in order", slices.Equal(ports[libnl.GroupCTNew], want), true)
	equal(t, "changed", fmt.Sprint(ports[libnl.GroupCTUpdate]), "[1]")
	marked := ctInfos(t, s, &libnl.CTFilter{MarkMask: 0xff, Mark: 7})
	equal(t, "marked", len(marked), 1)
	noErr(t, s.FlushCT(ctx, nil))
	readAll(t, n)
	slices.Sort(ports[libnl.GroupCTDestroy])
	equal(t, "gone", slices.Equal(ports[libnl.GroupCTDestroy], want), true)
	equal(t, "overruns", n.Stats().Overruns, 0)

	// a dump with a filter, in the same stream
	addCTs(t, s, 20, func(i int, c *libnl.CT) { c.SetMark(uint32(i % 2)) })
	readAll(t, n)
	ports = [4][]uint16{}
	m, err := libnl.NewCTDump(&libnl.CTFilter{Mark: 1, MarkMask: 1})
	noErr(t, err)
	noErr(t, n.DumpMsg(m))
	readAll(t, n)
	equal(t, "dumped", len(ports[libnl.GroupCTUpdate]), 10)
}

func TestCTOverrun(t *testing.T) {
	s := ctNS(t)
	n := ctNetLink(t, 4<<10)
	got := 0
	noErr(t, libnl.HandleObject(n, libnl.MsgCTNew, func(*libnl.Event, *libnl.CT) error { got++; return nil }))
	addCTs(t, s, 1000, nil)
	_, err := n.ReadData()
	isErr(t, "a queue too small", err, libnl.ErrOverrun)
	readAll(t, n)
	if st := n.Stats(); st.Overruns == 0 || st.Dropped == 0 || got >= 1000 {
		t.Errorf("%d of 1000, %+v", got, st)
	}
	noErr(t, s.FlushCT(t.Context(), nil))
}

func TestCTManager(t *testing.T) {
	s := ctNS(t)
	nltest.Sysctl(t, "netfilter/nf_conntrack_events", "1") // of what was there before too
	ctx := t.Context()
	addCTs(t, s, 3, nil)
	m, err := libnl.NewCacheManager(libnl.ProtoNetfilter, nil)
	noErr(t, err)
	t.Cleanup(func() { m.Close() })
	var told []string
	cache, err := libnl.NewCTCache(ctx, nil)
	filled(t, cache, err)
	noErr(t, libnl.ManageCache(m, cache, func(c libnl.Change[*libnl.CT]) {
		o := c.New
		if o == nil {
			o = c.Old
		}
		port, _ := o.SrcPort(0)
		told = append(told, fmt.Sprint(c.Action, port))
	}))
	equal(t, "there", cache.Len(), 3)
	c := ctFlow(t, unix.IPPROTO_UDP, "192.0.2.1:4", "198.51.100.7:53")
	noErr(t, c.Add(ctx, s, libnl.FlagCreate))
	drained(t, m)
	mark := newCT(t)
	mark.SetMark(5)
	noErr(t, c.Update(ctx, s, mark))
	drained(t, m)
	equal(t, "marked", cache.Count(mark), 1)
	noErr(t, c.Delete(ctx, s, 0))
	drained(t, m)
	equal(t, "told", fmt.Sprint(told), "[new 4 change 4 del 4]")
	equal(t, "left", cache.Len(), 3)
	noErr(t, s.FlushCT(ctx, nil))
	drained(t, m)
	equal(t, "left", cache.Len(), 0)
}

// Connections of programs.
func TestCTTraffic(t *testing.T) {
	in := nfPeer(t)
	s := dialNF(t, nil)
	ctx := t.Context()
	nltest.Sysctl(t, "netfilter/nf_conntrack_acct", "1")
	nltest.Sysctl(t, "netfilter/nf_conntrack_timestamp", "1")
	n := ctNetLink(t, 0)
	type event struct {
		group libnl.Group
		info  libnl.CTInfo
	}
	var events []event
	noErr(t, n.HandleOther(func(e *libnl.Event) error {
		i, err := libnl.ParseCTInfo(e.Msg)
		events = append(events, event{libnl.CTGroup(e.Msg), i})
		return err
	}))
	began := time.Now().Add(-time.Second)
	var conns []net.Conn
	for _, address := range []string{"192.0.2.2:7", "[2001:db8::2]:7"} {
		var l net.Listener
		var p net.PacketConn
		var err error
		in(func() {
			if l, err = net.Listen("tcp", address); err == nil {
				p, err = net.ListenPacket("udp", address)
			}
		})
		noErr(t, err)
		defer l.Close()
		defer p.Close()
		c, err := net.DialTimeout("tcp", address, 10*time.Second)
		noErr(t, err)
		defer c.Close()
		there, err := l.Accept()
		noErr(t, err)
		defer there.Close()
		conns = append(conns, c, there)
		_, err = c.Write([]byte("hello"))
		noErr(t, err)
		_, err = io.ReadFull(there, make([]byte, 5))
		noErr(t, err)
		u, err := net.Dial("udp", address)
		noErr(t, err)
		defer u.Close()
		_, err = u.Write([]byte("hello"))
		noErr(t, err)
	}
	if _, err := exec.LookPath("ping"); err == nil {
		nltest.Run(t, "ping", "-c", "1", "-W", "10", "192.0.2.2")
		nltest.Run(t, "ping", "-c", "1", "-W", "10", "2001:db8::2")
	}

	// the last acknowledgements may be on the way: compare until all agree
	deadline := time.Now().Add(10 * time.Second)
	var got, want map[uint32]libnl.CTInfo
	quiet := func() bool {
		got, want = ctInfos(t, s, nil), ctList(t)
		again := ctInfos(t, s, nil)
		for id, i := range got {
			j := again[id]
			if i.OrigCount != j.OrigCount || i.ReplyCount != j.ReplyCount {
				return false
			}
		}
		return len(got) == len(want) && len(got) == len(again)
	}
	for !quiet() && time.Now().Before(deadline) {
		time.Sleep(20 * time.Millisecond)
	}
	kinds := map[string]int{}
	for id, i := range got {
		sameAsConntrack(t, i, want[id])
		kinds[fmt.Sprint(i.Family, i.Proto)]++
		if i.Start.Before(began) || i.Start.After(time.Now()) || !i.Stop.IsZero() {
			t.Errorf("from %v to %v", i.Start, i.Stop)
		}
		if i.Proto == unix.IPPROTO_TCP {
			equal(t, "state", i.TCPState, libnl.TCPStateEstablished)
			if i.OrigTCP.Flags&libnl.TCPSACKPerm == 0 || i.OrigTCP.WScale == 0 {
				t.Errorf("of the ends: %+v %+v", i.OrigTCP, i.ReplyTCP)
			}
		}
	}
	for _, k := range []string{"inet tcp", "inet6 tcp", "inet udp", "inet6 udp"} {
		if kinds[k] == 0 {
			t.Errorf("no %s in %v", k, kinds)
		}
	}
	for _, c := range collect(t, s.CTs(ctx, nil)) {
		sameCTGetters(t, c)
		start, stop, ok := c.Timestamp()
		if !ok || start.Before(began) || !stop.IsZero() {
			t.Errorf("from %v to %v, %v", start, stop, ok)
		}
	}
	sameProc(t, got)

	// what the kernel says passes as anybody's words
	m, err := libnl.NewCTDump(nil)
	noErr(t, err)
	all, err := s.RequestAll(ctx, m)
	noErr(t, err)
	for _, m := range all {
		again, err := libnl.MsgFromBytes(m.Bytes())
		noErr(t, err)
		again.SetProto(libnl.ProtoNetfilter)
		c, err := libnl.ParseCT(again)
		made(t, c, err)
		i, err := libnl.ParseCTInfo(m)
		noErr(t, err)
		equal(t, "entry", c.Info().Orig, i.Orig)
	}

	// counters are read and set to zero, of one and of all
	var udp *libnl.CT
	for _, c := range collect(t, s.CTs(ctx, &libnl.CTFilter{Family: libnl.FamilyIPv4})) {
		if p, _ := c.Proto(); p == unix.IPPROTO_UDP && c.Dst(0) == mustAddr(t, "192.0.2.2") {
			udp = c
		}
	}
	q, err := udp.QueryZero(ctx, s)
	made(t, q, err)
	equal(t, "before", q.Info().OrigCount, libnl.CTCount{1, 33}) // headers of 28 bytes
	q, err = udp.Query(ctx, s, 0)
	made(t, q, err)
	equal(t, "after", q.Info().OrigCount, libnl.CTCount{})
	zeroed := 0
	for i, err := range s.CTInfos(ctx, &libnl.CTFilter{Family: libnl.FamilyIPv6, Zero: true}) {
		noErr(t, err)
		if i.Proto == unix.IPPROTO_UDP && i.Orig.Dst.Port() == 7 {
			equal(t, "before", i.OrigCount, libnl.CTCount{1, 53})
			zeroed++
		}
	}
	equal(t, "zeroed", zeroed, 1)
	for _, i := range ctInfos(t, s, &libnl.CTFilter{Family: libnl.FamilyIPv6}) {
		if i.Proto == unix.IPPROTO_UDP && i.Orig.Dst.Port() == 7 {
			equal(t, "after", i.OrigCount, libnl.CTCount{})
		}
	}
	for _, c := range conns {
		noErr(t, c.Close())
	}
	noErr(t, s.FlushCT(ctx, nil))
	readAll(t, n)

	// the life of each: new first, gone last
	lives := map[uint32][]event{}
	for _, e := range events {
		lives[e.info.ID] = append(lives[e.info.ID], e)
	}
	for id := range got {
		l := lives[id]
		if len(l) < 2 || l[0].group != libnl.GroupCTNew || l[len(l)-1].group != libnl.GroupCTDestroy {
			t.Errorf("events of %+v: %+v", got[id], l)
			continue
		}
		last := l[len(l)-1].info
		if last.Stop.Before(last.Start) || last.Start != got[id].Start {
			t.Errorf("from %v to %v", last.Start, last.Stop)
		}
		for _, e := range l[1 : len(l)-1] {
			equal(t, "between", e.group, libnl.GroupCTUpdate)
		}
	}
}

// sameProc compares entries with /proc, where root may read it.
func sameProc(t *testing.T, got map[uint32]libnl.CTInfo) {
	t.Helper()
	b, err := os.ReadFile("/proc/thread-self/net/nf_conntrack")
	if err != nil {
		t.Log(err)
		return
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	for _, i := range got {
		if i.Proto != unix.IPPROTO_TCP && i.Proto != unix.IPPROTO_UDP {
			continue
		}
		want := fmt.Sprintf("src=%s dst=%s sport=%d dport=%d packets=%d bytes=%d ", i.Orig.Src.Addr().StringExpanded(), i.Orig.Dst.Addr().StringExpanded(),
			i.Orig.Src.Port(), i.Orig.Dst.Port(), i.OrigCount.Packets, i.OrigCount.Bytes)
		n := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, want) })
		if n < 0 {
			t.Errorf("%q is not in\n%s", want, b)
			continue
		}
		if i.Proto == unix.IPPROTO_TCP && !strings.Contains(lines[n], " "+i.TCPState.String()+" ") {
			t.Errorf("%q has not state %v", lines[n], i.TCPState)
		}
	}
}

func BenchmarkCT(b *testing.B) {
	s := ctNS(b)
	ctx := b.Context()
	n := manyCTs(b, 50000)
	addCTs(b, s, n, nil)
	each := func(name string, loop func() int) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if got := loop(); got != n {
					b.Fatal(got)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/entry")
		})
	}
	each("messages", func() (k int) {
		m, err := libnl.NewCTDump(nil)
		noErr(b, err)
		for _, err := range s.Request(ctx, m) {
			noErr(b, err)
			k++
		}
		return k
	})
	each("values", func() (k int) {
		for _, err := range s.CTInfos(ctx, nil) {
			noErr(b, err)
			k++
		}
		return k
	})
	each("objects", func() (k int) {
		for _, err := range s.CTs(ctx, nil) {
			noErr(b, err)
			k++
		}
		return k
	})
}
