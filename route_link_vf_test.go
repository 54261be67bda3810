//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
	"github.com/golibnl/libnl/internal/oracle"
	"golang.org/x/sys/unix"
)

func newVF(t testing.TB, index uint32) *libnl.LinkVF {
	t.Helper()
	v, err := libnl.NewLinkVF()
	noErr(t, err)
	t.Cleanup(func() { v.Close() })
	v.SetIndex(index)
	return v
}

// vfOf returns a virtual function of a link.
func vfOf(t testing.TB, l *libnl.Link, index uint32) *libnl.LinkVF {
	t.Helper()
	v, ok := l.VF(index)
	equal(t, "there is the function", ok, true)
	t.Cleanup(func() { v.Close() })
	return v
}

func newVFC(t testing.TB, index uint32) oracle.Ptr {
	t.Helper()
	v := oracle.Ptr(oracle.Call("rtnl_link_vf_alloc"))
	t.Cleanup(func() { v.Call("rtnl_link_vf_put") })
	v.Call("rtnl_link_vf_set_index", index)
	return v
}

func TestLinkVF(t *testing.T) {
	v, err := libnl.NewLinkVF()
	noErr(t, err)
	defer v.Close()
	equal(t, "unset index", pair(v.Index()), "0 false")
	equal(t, "unset address", v.Addr(), libnl.Addr{})
	equal(t, "unset state", pair(v.LinkState()), pair(libnl.VFLinkState(0), false))
	equal(t, "unset rate", pair(v.Rate()), pair(libnl.VFRate{}, false))
	equal(t, "unset RSS", pair(v.RSSQuery()), "false false")
	equal(t, "unset spoof check", pair(v.SpoofCheck()), "false false")
	equal(t, "unset trust", pair(v.Trust()), "false false")
	equal(t, "unset counter", pair(v.Stat(libnl.VFStatRxBytes)), "0 false")
	equal(t, "counter out of range", pair(v.Stat(libnl.VFStatMax+1)), "0 false")
	equal(t, "unset VLANs", len(v.VLANs()), 0)

	l, c, cv := newLink(t), madeC(t, "route/link"), newVFC(t, 7)
	isErr(t, "without an index", l.AddVF(v), libnl.ErrMissingAttr)
	equal(t, "a list", l.HasVFs(), false)
	_, ok := l.VF(0)
	equal(t, "a function without a list", ok, false)
	v.SetIndex(7)
	noErr(t, l.AddVF(v))
	isErr(t, "again", l.AddVF(v), libnl.ErrBusy)
	isErr(t, "to another", newLink(t).AddVF(v), libnl.ErrBusy)
	isErr(t, "what a link lent", newLink(t).AddVF(vfOf(t, l, 7)), libnl.ErrBusy)
	equal(t, "a list", l.HasVFs(), true)
	c.Call("rtnl_link_vf_add", cv)
	same := func(what string) {
		t.Helper()
		m, err := l.BuildAdd(0)
		want, code := oracle.Build("rtnl_link_build_add_request", c, 0)
		sameRequest(t, what, m, err, want, code)
	}
	same("index")
	equal(t, "index", pair(v.Index()), "7 true")
	noErr(t, v.SetAddr(libnl.AddrFromMAC(testMAC.Bytes)))
	cv.Call("rtnl_link_vf_set_addr", testMAC)
	equal(t, "address", v.Addr(), libnl.AddrFromMAC(testMAC.Bytes))
	same("address")
	isErr(t, "an address of 33 bytes", v.SetAddr(libnl.AddrFromMAC(make([]byte, 33))), libnl.ErrRange)
	noErr(t, v.SetAddr(libnl.AddrFromMAC(bytes.Repeat([]byte{1}, 32))))
	noErr(t, v.SetAddr(libnl.AddrFromMAC(testMAC.Bytes)))
	same("another address")
	v.SetLinkState(libnl.VFLinkDisable)
	cv.Call("rtnl_link_vf_set_linkstate", 2)
	equal(t, "state", pair(v.LinkState()), pair(libnl.VFLinkDisable, true))
	same("state")
	for _, on := range []bool{true, false} {
		v.SetRSSQuery(on)
		cv.Call("rtnl_link_vf_set_rss_query_en", on)
		equal(t, "RSS", pair(v.RSSQuery()), pair(on, true))
		v.SetSpoofCheck(on)
		cv.Call("rtnl_link_vf_set_spoofchk", on)
		equal(t, "spoof check", pair(v.SpoofCheck()), pair(on, true))
		v.SetTrust(on)
		cv.Call("rtnl_link_vf_set_trust", on)
		equal(t, "trust", pair(v.Trust()), pair(on, true))
		same("truth values")
	}
	for _, r := range []libnl.VFRate{
		{API: libnl.VFRateAPIOld, Rate: 100}, {API: libnl.VFRateAPINew, MaxTx: 10, MinTx: 5}, {API: libnl.VFRateAPINew, MaxTx: 10}, {API: libnl.VFRateAPINew, MinTx: 1},
	} {
		noErr(t, v.SetRate(r))
		cv.Call("rtnl_link_vf_set_rate", nativeU32(uint32(r.API), r.Rate, r.MaxTx, r.MinTx))
		equal(t, "rate", pair(v.Rate()), pair(r, true))
		same("rate")
	}
	for _, r := range []libnl.VFRate{{}, {API: 3}, {Rate: 1}, {API: libnl.VFRateAPIOld, MaxTx: 1}, {API: libnl.VFRateAPINew, Rate: 1}} {
		isErr(t, "half a rate", v.SetRate(r), libnl.ErrInval)
	}
	for range 3 { // libnl loses the list that it had
		noErr(t, v.SetVLAN(libnl.VFVLAN{VLAN: 4094, QoS: 7}))
	}
	m, err := l.BuildAdd(0)
	noErr(t, err)
	a := vfAttrs(t, m)[unix.IFLA_VF_VLAN]
	equal(t, "VLAN in a request", bytes.Equal(a.Bytes(), nativeU32(7, 4094, 7)), true)
	vlans := v.VLANs()
	equal(t, "VLANs", len(vlans), 1)
	equal(t, "VLAN", vlans[0], libnl.VFVLAN{4094, 7, libnl.VFVLAN8021Q})

	// of 802.1ad libnl writes the protocol as the host has it, for which the kernel has no name
	noErr(t, v.SetVLAN(libnl.VFVLAN{VLAN: 5, Protocol: libnl.VFVLAN8021AD}))
	for what, build := range map[string]func() (*libnl.Msg, error){
		"add":    func() (*libnl.Msg, error) { return l.BuildAdd(0) },
		"change": func() (*libnl.Msg, error) { return newLink(t).BuildChange(l, 0) },
	} {
		m, err := build()
		noErr(t, err)
		list := vfAttrs(t, m)[unix.IFLA_VF_VLAN_LIST]
		info, _ := libnl.FindAttr(list.Bytes(), unix.IFLA_VF_VLAN_INFO)
		equal(t, what+": VLAN", bytes.Equal(info.Bytes()[:12], nativeU32(7, 5, 0)), true)
		equal(t, what+": protocol in network order", binary.BigEndian.Uint16(info.Bytes()[12:]), 0x88a8)
	}
	equal(t, "VLAN", v.VLANs()[0], libnl.VFVLAN{5, 0, libnl.VFVLAN8021AD})
	isErr(t, "VLAN 4095", v.SetVLAN(libnl.VFVLAN{VLAN: 4095}), libnl.ErrRange)
	isErr(t, "priority 8", v.SetVLAN(libnl.VFVLAN{QoS: 8}), libnl.ErrRange)
	isErr(t, "another protocol", v.SetVLAN(libnl.VFVLAN{Protocol: 0x9100}), libnl.ErrInval)

	v.SetIBNodeGUID(0x0102030405060708)
	v.SetIBPortGUID(0x1112131415161718)
	m, err = l.BuildAdd(0)
	noErr(t, err)
	for typ, want := range map[uint16]uint64{unix.IFLA_VF_IB_NODE_GUID: 0x0102030405060708, unix.IFLA_VF_IB_PORT_GUID: 0x1112131415161718} {
		g := vfAttrs(t, m)[typ].Bytes()
		equal(t, "function of a GUID", binary.NativeEndian.Uint32(g), 7)
		equal(t, "GUID", binary.NativeEndian.Uint64(g[8:]), want)
	}

	_, err = libnl.Clone(l)
	isErr(t, "a clone", err, libnl.ErrOpNotSupp)
	var text bytes.Buffer
	noErr(t, l.Dump(&text, libnl.DumpStats))

	// a handle outlives the link, and the other way round
	w := vfOf(t, l, 7)
	noErr(t, v.Close())
	noErr(t, v.Close())
	noErr(t, l.Close())
	equal(t, "address after the link", w.Addr(), libnl.AddrFromMAC(testMAC.Bytes))
	isErr(t, "what a link had", newLink(t).AddVF(w), libnl.ErrBusy)
}

// vfAttrs returns the attributes of the first virtual function in a request.
func vfAttrs(t testing.TB, m *libnl.Msg) map[uint16]libnl.Attr {
	t.Helper()
	list, ok := m.FindAttr(unix.SizeofIfInfomsg, unix.IFLA_VFINFO_LIST)
	equal(t, "a list of functions", ok, true)
	attrs := map[uint16]libnl.Attr{}
	for vf := range list.Nested() {
		for a := range vf.Nested() {
			attrs[a.Type()] = a
		}
		break
	}
	return attrs
}

// More functions than a message has room for: libnl would leave some of what they have out.
func TestLinkVFMany(t *testing.T) {
	built := 0
	for n := range uint32(200) {
		l := newLink(t)
		for i := range n {
			v := newVF(t, i)
			noErr(t, v.SetAddr(libnl.AddrFromMAC(testMAC.Bytes)))
			v.SetTrust(true)
			noErr(t, l.AddVF(v))
			noErr(t, v.Close())
		}
		m, err := l.BuildAdd(0)
		if err != nil {
			isErr(t, "too many", err, libnl.ErrMsgSize)
			continue
		}
		equal(t, "built after one that was too long", built, int(n))
		built++
		list, _ := m.FindAttr(unix.SizeofIfInfomsg, unix.IFLA_VFINFO_LIST)
		got := uint32(0)
		for vf := range list.Nested() {
			_, mac := libnl.FindAttr(vf.Bytes(), unix.IFLA_VF_MAC)
			_, trust := libnl.FindAttr(vf.Bytes(), unix.IFLA_VF_TRUST)
			equal(t, "address and trust", mac && trust, true)
			got++
		}
		equal(t, "functions", got, n)
		noErr(t, l.Close())
	}
	if built < 20 || built == 200 {
		t.Errorf("%d functions have room", built)
	}
}

func TestLinkVFParsed(t *testing.T) {
	u64 := func(m *libnl.Msg, typ uint16, v uint64) { m.PutU64(typ, v) }
	l := parsedLink(t, 0, func(m *libnl.Msg) {
		m.PutU32(unix.IFLA_NUM_VF, 3)
		m.Nest(unix.IFLA_VFINFO_LIST, func(m *libnl.Msg) {
			for i := range uint32(3) {
				m.Nest(unix.IFLA_VF_INFO, func(m *libnl.Msg) {
					m.PutBytes(unix.IFLA_VF_MAC, append(nativeU32(i), append(bytes.Clone(testMAC.Bytes), make([]byte, 26)...)...))
					m.PutBytes(unix.IFLA_VF_VLAN, nativeU32(i, 100+i, 3))
					m.PutBytes(unix.IFLA_VF_TX_RATE, nativeU32(i, 1000))
					m.PutBytes(unix.IFLA_VF_SPOOFCHK, nativeU32(i, i%2))
					m.PutBytes(unix.IFLA_VF_LINK_STATE, nativeU32(i, i))
					m.PutBytes(unix.IFLA_VF_RATE, nativeU32(i, i*10, i*100))
					m.PutBytes(unix.IFLA_VF_RSS_QUERY_EN, nativeU32(i, 0xffffffff))
					m.PutBytes(unix.IFLA_VF_TRUST, nativeU32(i, 1))
					m.Nest(unix.IFLA_VF_STATS, func(m *libnl.Msg) {
						for typ := uint16(unix.IFLA_VF_STATS_RX_PACKETS); typ <= unix.IFLA_VF_STATS_MULTICAST; typ++ {
							u64(m, typ, uint64(i)<<32+uint64(typ))
						}
					})
					if i == 2 {
						m.Nest(unix.IFLA_VF_VLAN_LIST, func(m *libnl.Msg) {
							b := append(nativeU32(i, 9, 1), 0x88, 0xa8, 0, 0)
							m.PutBytes(unix.IFLA_VF_VLAN_INFO, b)
						})
					}
				})
			}
		})
	})
	equal(t, "functions", pair(l.NumVF()), "3 true")
	equal(t, "a list", l.HasVFs(), true)
	_, ok := l.VF(3)
	equal(t, "function 3", ok, false)
	for i := range uint32(3) {
		v := vfOf(t, l, i)
		equal(t, "index", pair(v.Index()), pair(i, true))
		equal(t, "address", v.Addr(), libnl.AddrFromMAC(testMAC.Bytes))
		equal(t, "spoof check", pair(v.SpoofCheck()), pair(i%2 == 1, true))
		equal(t, "state", pair(v.LinkState()), pair(libnl.VFLinkState(i), true))
		equal(t, "RSS", pair(v.RSSQuery()), "false false")
		equal(t, "trust", pair(v.Trust()), "true true")
		rate := libnl.VFRate{API: libnl.VFRateAPINew, MinTx: i * 10, MaxTx: i * 100}
		vlan := libnl.VFVLAN{uint16(100 + i), 3, libnl.VFVLAN8021Q}
		switch i {
		case 0:
			rate = libnl.VFRate{API: libnl.VFRateAPIOld, Rate: 1000}
		case 2:
			vlan = libnl.VFVLAN{9, 1, libnl.VFVLAN8021AD}
		}
		equal(t, "rate", pair(v.Rate()), pair(rate, true))
		equal(t, "VLAN", v.VLANs()[0], vlan)
		for id := range libnl.VFStatMax + 1 {
			n, ok := v.Stat(id)
			equal(t, "there is the counter", ok, true)
			equal(t, "function of the counter", n>>32, uint64(i))
		}
		equal(t, "packets received", pair(v.Stat(libnl.VFStatRxPackets)), pair(uint64(i)<<32+unix.IFLA_VF_STATS_RX_PACKETS, true))
		equal(t, "multicast packets", pair(v.Stat(libnl.VFStatMulticast)), pair(uint64(i)<<32+unix.IFLA_VF_STATS_MULTICAST, true))
	}
	_, err := libnl.Clone(l)
	isErr(t, "a clone", err, libnl.ErrOpNotSupp)
}

func TestLinkVFClosed(t *testing.T) {
	closed := newVF(t, 1)
	noErr(t, closed.Close())
	for _, v := range []*libnl.LinkVF{closed, nil} {
		isErr(t, "add", newLink(t).AddVF(v), libnl.ErrClosed)
		isErr(t, "address", v.SetAddr(libnl.AddrFromMAC(testMAC.Bytes)), libnl.ErrClosed)
		isErr(t, "rate", v.SetRate(libnl.VFRate{}), libnl.ErrClosed)
		isErr(t, "VLAN", v.SetVLAN(libnl.VFVLAN{}), libnl.ErrClosed)
		noErr(t, v.Close())
		for what, f := range map[string]func(){
			"Index": func() { v.Index() }, "SetIndex": func() { v.SetIndex(1) }, "Addr": func() { v.Addr() }, "LinkState": func() { v.LinkState() },
			"SetLinkState": func() { v.SetLinkState(1) }, "Rate": func() { v.Rate() }, "RSSQuery": func() { v.RSSQuery() }, "SetRSSQuery": func() { v.SetRSSQuery(true) },
			"SpoofCheck": func() { v.SpoofCheck() }, "SetSpoofCheck": func() { v.SetSpoofCheck(true) }, "Trust": func() { v.Trust() },
			"SetTrust": func() { v.SetTrust(true) }, "Stat": func() { v.Stat(0) }, "VLANs": func() { v.VLANs() },
			"SetIBNodeGUID": func() { v.SetIBNodeGUID(1) }, "SetIBPortGUID": func() { v.SetIBPortGUID(1) },
		} {
			mustPanicIn(t, what, f)
		}
	}
}

// netdevsim makes a device with virtual functions and returns its name; without it the test is skipped.
func netdevsim(t testing.TB, functions string) string {
	t.Helper()
	_ = exec.Command("modprobe", "netdevsim").Run()
	const bus = "/sys/bus/netdevsim/"
	if err := os.WriteFile(bus+"new_device", []byte("7 1"), 0); err != nil {
		t.Skip("no netdevsim: ", err)
	}
	t.Cleanup(func() { noErr(t, os.WriteFile(bus+"del_device", []byte("7"), 0)) })
	noErr(t, os.WriteFile(bus+"devices/netdevsim7/sriov_numvfs", []byte(functions), 0))
	names, err := filepath.Glob(bus + "devices/netdevsim7/net/*")
	noErr(t, err)
	equal(t, "devices", len(names), 1)
	return filepath.Base(names[0])
}

// Needs a kernel with netdevsim.
func TestKernelVF(t *testing.T) {
	name := netdevsim(t, "3")
	ctx := context.Background()
	s := dialRoute(t, nil)
	orig, err := libnl.GetLink(ctx, s, 0, name)
	made(t, orig, err)
	equal(t, "functions", pair(orig.NumVF()), "3 true")

	v := newVF(t, 1)
	noErr(t, v.SetAddr(libnl.AddrFromMAC(testMAC.Bytes)))
	v.SetSpoofCheck(true)
	v.SetTrust(true)
	v.SetLinkState(libnl.VFLinkEnable)
	noErr(t, v.SetRate(libnl.VFRate{API: libnl.VFRateAPINew, MaxTx: 200, MinTx: 100}))
	noErr(t, v.SetVLAN(libnl.VFVLAN{VLAN: 5, QoS: 2, Protocol: libnl.VFVLAN8021AD}))
	changes := newLink(t)
	noErr(t, changes.AddVF(v))
	noErr(t, orig.Change(ctx, s, changes, 0))
	var list []struct {
		VFs []map[string]any `json:"vfinfo_list"`
	}
	noErr(t, json.Unmarshal(nltest.Run(t, "ip", "-j", "-d", "link", "show", name), &list))
	vf := list[0].VFs[1]
	rate := vf["rate"].(map[string]any)
	vlan := vf["vlan_list"].([]any)[0].(map[string]any)
	for what, x := range map[string][2]any{
		"address": {vf["address"], "02:00:00:00:00:01"}, "spoof check": {vf["spoofchk"], true}, "trust": {vf["trust"], true}, "state": {vf["link_state"], "enable"},
		"max": {rate["max_tx"], 200.0}, "min": {rate["min_tx"], 100.0}, "VLAN": {vlan["vlan"], 5.0}, "priority": {vlan["qos"], 2.0}, "protocol": {vlan["protocol"], "802.1ad"},
	} {
		equal(t, what, x[0], x[1])
	}

	for _, args := range [][]string{
		{"vf", "2", "mac", "02:00:00:00:00:02"}, {"vf", "2", "vlan", "9", "qos", "1"}, {"vf", "2", "state", "disable"}, {"vf", "2", "max_tx_rate", "77"}, {"vf", "2", "spoofchk", "on"},
	} {
		nltest.Run(t, "ip", append([]string{"link", "set", name}, args...)...)
	}
	now, err := libnl.GetLink(ctx, s, orig.Index(), "")
	made(t, now, err)
	check := func(w *libnl.LinkVF) {
		t.Helper()
		equal(t, "address", w.Addr().String(), "02:00:00:00:00:02")
		equal(t, "VLAN", w.VLANs()[0], libnl.VFVLAN{9, 1, libnl.VFVLAN8021Q})
		equal(t, "state", pair(w.LinkState()), pair(libnl.VFLinkDisable, true))
		equal(t, "rate", pair(w.Rate()), pair(libnl.VFRate{API: libnl.VFRateAPINew, MaxTx: 77}, true))
		equal(t, "spoof check", pair(w.SpoofCheck()), "true true")
	}
	check(vfOf(t, now, 2))
	equal(t, "VLAN of ours", vfOf(t, now, 1).VLANs()[0], libnl.VFVLAN{5, 2, libnl.VFVLAN8021AD})
	for _, with := range []bool{true, false} {
		for l, err := range s.Links(ctx, &libnl.LinkFilter{VFs: with}) {
			noErr(t, err)
			if l.Name() != name {
				continue
			}
			equal(t, "a list", l.HasVFs(), with)
			if with {
				check(vfOf(t, l, 2))
			}
		}
	}
}
