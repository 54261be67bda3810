//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
	"golang.org/x/sys/unix"
)

// ipLinkDetails is what ip -j -d link show says of a link.
type ipLinkDetails struct {
	IfIndex     int      `json:"ifindex"`
	IfName      string   `json:"ifname"`
	Link        string   `json:"link"`
	LinkIndex   int      `json:"link_index"`
	LinkNetNSID *int32   `json:"link_netnsid"`
	Flags       []string `json:"flags"`
	MTU         uint32   `json:"mtu"`
	Qdisc       string   `json:"qdisc"`
	Master      string   `json:"master"`
	OperState   string   `json:"operstate"`
	LinkMode    string   `json:"linkmode"`
	Group       string   `json:"group"`
	TxQLen      uint32   `json:"txqlen"`
	LinkType    string   `json:"link_type"`
	Address     string   `json:"address"`
	Broadcast   string   `json:"broadcast"`
	Promiscuity uint32   `json:"promiscuity"`
	IfAlias     string   `json:"ifalias"`
	NumTxQueues uint32   `json:"num_tx_queues"`
	NumRxQueues uint32   `json:"num_rx_queues"`
	GSOMaxSegs  uint32   `json:"gso_max_segs"`
	GSOMaxSize  uint32   `json:"gso_max_size"`
	LinkInfo    struct {
		InfoKind      string `json:"info_kind"`
		InfoSlaveKind string `json:"info_slave_kind"`
	} `json:"linkinfo"`
}

// ipLinks returns what ip says of all links, by name.
func ipLinks(t testing.TB) map[string]ipLinkDetails {
	t.Helper()
	var list []ipLinkDetails
	noErr(t, json.Unmarshal(nltest.Run(t, "ip", "-j", "-d", "link", "show"), &list))
	links := map[string]ipLinkDetails{}
	for _, l := range list {
		links[l.IfName] = l
	}
	return links
}

// sameLink compares a snapshot with what ip says.
func sameLink(t testing.TB, i libnl.LinkInfo, ip ipLinkDetails, byName map[string]ipLinkDetails) {
	t.Helper()
	what := i.Name + ": "
	equal(t, what+"index", i.Index, ip.IfIndex)
	equal(t, what+"MTU", i.MTU, ip.MTU)
	equal(t, what+"qdisc", i.Qdisc, ip.Qdisc)
	equal(t, what+"master", i.Master, byName[ip.Master].IfIndex)
	equal(t, what+"operational state", strings.ToUpper(i.OperState.String()), ip.OperState)
	equal(t, what+"mode", strings.ToUpper(i.Mode.String()), ip.LinkMode)
	equal(t, what+"transmit queue", i.TxQLen, ip.TxQLen)
	equal(t, what+"link type", i.ARPType.String(), ip.LinkType)
	equal(t, what+"address", i.Addr.String(), ip.Address)
	equal(t, what+"broadcast", i.Broadcast.String(), ip.Broadcast)
	equal(t, what+"promiscuity", i.Promiscuity, ip.Promiscuity)
	equal(t, what+"alias", i.Alias, ip.IfAlias)
	equal(t, what+"transmit queues", i.NumTxQueues, ip.NumTxQueues)
	equal(t, what+"receive queues", i.NumRxQueues, ip.NumRxQueues)
	equal(t, what+"segments", i.GSOMaxSegs, ip.GSOMaxSegs)
	equal(t, what+"size", i.GSOMaxSize, ip.GSOMaxSize)
	equal(t, what+"kind", i.Type, ip.LinkInfo.InfoKind)
	equal(t, what+"kind of the master", i.SlaveType, ip.LinkInfo.InfoSlaveKind)
	nsid := int32(-1)
	if ip.LinkNetNSID != nil {
		nsid = *ip.LinkNetNSID
	}
	equal(t, what+"namespace below", i.LinkNetNSID, nsid)
	below := ip.LinkIndex
	if ip.Link != "" {
		below = byName[ip.Link].IfIndex
	}
	equal(t, what+"link below", i.Link, below)
	if ip.Group != "default" {
		equal(t, what+"group", i.Group, 7)
	}
	for _, f := range []struct {
		name string
		bit  libnl.LinkFlags
	}{{"UP", unix.IFF_UP}, {"LOWER_UP", unix.IFF_LOWER_UP}, {"LOOPBACK", unix.IFF_LOOPBACK}, {"NOARP", unix.IFF_NOARP}, {"BROADCAST", unix.IFF_BROADCAST}} {
		has := false
		for _, s := range ip.Flags {
			has = has || s == f.name
		}
		equal(t, what+"flag "+f.name, i.Flags&f.bit != 0, has)
	}
}

// someLinks makes links of every kind that this kernel has, and one of whose pair is in another namespace.
func someLinks(t testing.TB) {
	t.Helper()
	for _, args := range []string{
		"link add t0 address 02:00:00:00:00:07 numtxqueues 3 numrxqueues 2 group 7 mtu 1280 txqueuelen 55 type ifb",
		"link set t0 alias some-alias",
		"link set t0 up",
		"link add br0 type bridge",
		"link add v0 type veth peer name v1",
		"link set v0 master br0",
		"link set v0 up",
		"link set br0 up",
		"link set v1 promisc on",
		"netns add libnl-test-other",
	} {
		nltest.Run(t, "ip", strings.Fields(args)...)
	}
	t.Cleanup(func() { nltest.Run(t, "ip", "netns", "del", "libnl-test-other") })
	nltest.Run(t, "ip", "link", "add", "w0", "type", "veth", "peer", "name", "w1", "netns", "libnl-test-other")
}

func TestLinkInfoKernel(t *testing.T) {
	s := netNS(t)
	someLinks(t)
	want := ipLinks(t)
	n := 0
	for l, err := range s.Links(context.Background(), nil) {
		noErr(t, err)
		i := l.Info()
		sameLink(t, i, want[i.Name], want)
		equal(t, "again", l.Info() == i, true)
		text, err := json.Marshal(i)
		noErr(t, err)
		var back libnl.LinkInfo
		noErr(t, json.Unmarshal(text, &back))
		equal(t, "through JSON", back, i)
		n++
	}
	equal(t, "links", n, len(want))
}

// A snapshot agrees with the getters, attribute by attribute.
func TestLinkInfo(t *testing.T) {
	equal(t, "of an empty link", newLink(t).Info(), libnl.LinkInfo{LinkNetNSID: -1, ARPType: libnl.LLProto(unix.ARPHRD_VOID)})
	l := newLink(t)
	for _, a := range linkAttrs() {
		noErr(t, a.set(l))
	}
	mac := libnl.HWAddrFrom(testMAC.Bytes)
	want := libnl.LinkInfo{
		Index: l.Index(), Name: l.Name(), Type: l.Type(), SlaveType: l.SlaveType(), Alias: l.Alias(), Qdisc: l.Qdisc(), Family: l.Family(), ARPType: l.ARPType(),
		Flags: l.Flags(), OperState: l.OperState(), Mode: l.Mode(), Carrier: l.Carrier(), MTU: l.MTU(), TxQLen: l.TxQLen(), Addr: mac,
		Broadcast: libnl.HWAddrFrom(testBcast.Bytes), Link: l.Link(), LinkNetNSID: -5, Master: l.Master(), Group: l.Group(), NumTxQueues: l.NumTxQueues(),
		NumRxQueues: l.NumRxQueues(), Promiscuity: l.Promiscuity(),
	}
	equal(t, "all that can be set", l.Info(), want)
	p := parsedLink(t, 0, func(m *libnl.Msg) {
		m.PutU32(unix.IFLA_CARRIER_CHANGES, 11)
		m.PutU32(unix.IFLA_NUM_VF, 12)
		m.PutU32(unix.IFLA_GSO_MAX_SEGS, 13)
		m.PutU32(unix.IFLA_GSO_MAX_SIZE, 14)
		m.PutBytes(unix.IFLA_PERM_ADDRESS, testMAC.Bytes)
	})
	want = libnl.LinkInfo{Name: "test0", LinkNetNSID: -1, CarrierChanges: 11, NumVF: 12, GSOMaxSegs: 13, GSOMaxSize: 14}
	if libnl.HasCapability(libnl.CapVersion3_11_0) {
		want.PermAddr = mac
	}
	equal(t, "what the kernel alone sets", p.Info(), want)

	noErr(t, l.SetAddr(libnl.AddrFromMAC(make([]byte, 33))))
	equal(t, "an address that has no room", l.Info().Addr, libnl.HWAddr{})
	noErr(t, l.SetAddr(libnl.AddrFromMAC(make([]byte, 32))))
	equal(t, "one that has", l.Info().Addr.Len(), 32)
}

func TestLinkInfoAllocs(t *testing.T) {
	if nltest.Race || nltest.ASan {
		t.Skip("counts allocations")
	}
	l := newLink(t)
	noErr(t, l.SetAddr(libnl.AddrFromMAC(testMAC.Bytes)))
	var i libnl.LinkInfo
	equal(t, "allocations without texts", testing.AllocsPerRun(100, func() { i = l.Info() }), 0)
	noErr(t, l.SetName("eth0"))
	noErr(t, l.SetType("nosuchkind"))
	equal(t, "allocations with two texts", testing.AllocsPerRun(100, func() { i = l.Info() }), 2)
	equal(t, "name", i.Name, "eth0")
}

func BenchmarkLinkInfo(b *testing.B) {
	l := newLink(b)
	noErr(b, l.SetAddr(libnl.AddrFromMAC(testMAC.Bytes)))
	noErr(b, l.SetName("eth0"))
	b.ReportAllocs()
	for b.Loop() {
		_ = l.Info()
	}
}
