//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"bytes"
	"crypto/ecdh"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
)

// gnlUntil delivers what comes until a handler has seen what it waits for, which it says by an error.
func gnlUntil(t testing.TB, g *libnl.GenlNetLink, seen error) {
	t.Helper()
	if err := g.Run(within(t, 60*time.Second)); !errors.Is(err, seen) {
		t.Fatal(err)
	}
}

var errSeen = errors.New("seen")

type nl80211Interface struct {
	Wiphy uint32           `netlink:"attr=1"`
	Index uint32           `netlink:"attr=3"`
	Name  string           `netlink:"attr=4,omitempty"`
	Type  uint32           `netlink:"attr=5"`
	MAC   net.HardwareAddr `netlink:"attr=6"`
}

type nl80211IBSS struct {
	Index uint32           `netlink:"attr=3"`
	BSSID net.HardwareAddr `netlink:"attr=6"`
	Freq  uint32           `netlink:"attr=38"`
	SSID  string           `netlink:"attr=52,nonul"`
	Fixed bool             `netlink:"attr=60"`
}

type nl80211Scan struct {
	Index uint32   `netlink:"attr=3"`
	Freqs []uint32 `netlink:"attr=44,array,omitempty"`
	SSIDs []string `netlink:"attr=45,array,nonul,omitempty"`
}

type nl80211Result struct {
	Index uint32 `netlink:"attr=3"`
	BSS   struct {
		BSSID net.HardwareAddr `netlink:"attr=1"`
		Freq  uint32           `netlink:"attr=2"`
		IEs   []byte           `netlink:"attr=6"`
	} `netlink:"attr=47"`
}

// hwsim returns the indexes of the radios that are simulated, by name; it has the kernel make some.
func hwsim(t *testing.T) map[string]uint32 {
	t.Helper()
	if _, err := os.Stat("/sys/module/mac80211_hwsim"); err != nil {
		if out, err := exec.Command("modprobe", "mac80211_hwsim", "radios=2").CombinedOutput(); err != nil {
			t.Skipf("no simulated radios: %s", bytes.TrimSpace(out))
		}
		t.Cleanup(func() { nltest.Run(t, "modprobe", "-r", "mac80211_hwsim") })
	}
	radios := map[string]uint32{}
	all, err := filepath.Glob("/sys/class/ieee80211/*")
	noErr(t, err)
	for _, dir := range all {
		driver, err := os.Readlink(dir + "/device/driver")
		if err != nil || filepath.Base(driver) != "mac80211_hwsim" {
			continue
		}
		radios[filepath.Base(dir)] = sysNumber(t, dir+"/index")
	}
	if len(radios) < 2 {
		t.Skip("simulated radios: ", radios)
	}
	return radios
}

func sysNumber(t testing.TB, name string) uint32 {
	t.Helper()
	text, err := os.ReadFile(name)
	noErr(t, err)
	n, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 32)
	noErr(t, err)
	return uint32(n)
}

// TestKernelGenlNL80211 lists simulated radios and their interfaces, has one make a network, and the other find it.
func TestKernelGenlNL80211(t *testing.T) {
	radios := hwsim(t)
	g := gnlLink(t, "nl80211", nil)
	found := map[string]uint32{}
	noErr(t, g.Handle(unix.NL80211_CMD_NEW_WIPHY, func(e *libnl.Event) error { // many to a radio
		var v struct {
			Index uint32 `netlink:"attr=1,required"`
			Name  string `netlink:"attr=2,required"`
		}
		err := e.Msg.UnmarshalGenl(0, &v)
		if _, ok := radios[v.Name]; ok {
			found[v.Name] = v.Index
		}
		return err
	}))
	var links []nl80211Interface
	noErr(t, g.Handle(unix.NL80211_CMD_NEW_INTERFACE, func(e *libnl.Event) error {
		var v nl80211Interface
		err := e.Msg.UnmarshalGenl(0, &v)
		if slices.Contains(slices.Collect(maps.Values(radios)), v.Wiphy) && v.Name != "" {
			links = append(links, v)
		}
		return err
	}))
	noErr(t, g.HandleControl(func(e *libnl.Event) error {
		if e.Kind == libnl.EventDumpDone && e.Cmd != unix.NL80211_CMD_GET_WIPHY {
			return errSeen
		}
		return e.Err
	}))
	m, err := g.NewRequest(unix.NL80211_CMD_GET_WIPHY, libnl.FlagDump)
	noErr(t, err)
	noErr(t, m.PutStruct(struct {
		Split bool `netlink:"attr=174"` // NL80211_ATTR_SPLIT_WIPHY_DUMP
	}{true}))
	noErr(t, g.DumpMsg(m))
	noErr(t, g.DumpRequest(unix.NL80211_CMD_GET_INTERFACE))
	gnlUntil(t, g, errSeen)
	deepEqual(t, "radios", found, radios)
	slices.SortFunc(links, func(a, b nl80211Interface) int { return int(a.Index) - int(b.Index) })
	if len(links) < 2 {
		t.Fatalf("interfaces: %+v", links)
	}
	for _, l := range links {
		dev, err := net.InterfaceByName(l.Name)
		noErr(t, err)
		equal(t, "index", int(l.Index), dev.Index)
		equal(t, "address", l.MAC.String(), dev.HardwareAddr.String())
		equal(t, "radio", l.Wiphy, sysNumber(t, "/sys/class/net/"+l.Name+"/phy80211/index"))
		equal(t, "type", l.Type, uint32(unix.NL80211_IFTYPE_STATION))
	}

	// a network of the first
	from, to := links[0], links[1]
	put := func(v any) func(*libnl.Msg) { return func(m *libnl.Msg) { _ = m.PutStruct(v) } }
	nltest.Run(t, "ip", "link", "set", from.Name, "down")
	noErr(t, g.Do(t.Context(), unix.NL80211_CMD_SET_INTERFACE, 0, put(struct {
		Index uint32 `netlink:"attr=3"`
		Type  uint32 `netlink:"attr=5"`
	}{from.Index, unix.NL80211_IFTYPE_ADHOC})))
	nltest.Run(t, "ip", "link", "set", from.Name, "up")
	nltest.Run(t, "ip", "link", "set", to.Name, "up")
	ibss := nl80211IBSS{from.Index, net.HardwareAddr{2, 0, 0, 0, 0, 0x99}, 2412, "libnl test", true}
	noErr(t, g.RegisterGroup("mlme", "scan"))
	noErr(t, g.Handle(unix.NL80211_CMD_JOIN_IBSS, func(e *libnl.Event) error {
		equal(t, "group's", e.Dump, libnl.MsgType(0))
		var v nl80211IBSS
		noErr(t, e.Msg.UnmarshalGenl(0, &v))
		equal(t, "joined", v.BSSID.String(), ibss.BSSID.String())
		return errSeen
	}))
	noErr(t, g.Do(t.Context(), unix.NL80211_CMD_JOIN_IBSS, 0, put(ibss)))
	gnlUntil(t, g, errSeen)

	// which the second finds
	results := 0
	noErr(t, g.Handle(unix.NL80211_CMD_NEW_SCAN_RESULTS, func(e *libnl.Event) error {
		if e.Dump == 0 {
			var v nl80211Scan
			noErr(t, e.Msg.UnmarshalGenl(0, &v))
			equal(t, "scanned by", v.Index, to.Index)
			deepEqual(t, "frequencies", v.Freqs, []uint32{ibss.Freq})
			m, err := g.NewRequest(unix.NL80211_CMD_GET_SCAN, libnl.FlagDump)
			noErr(t, err)
			put(struct {
				Index uint32 `netlink:"attr=3"`
			}{to.Index})(m)
			return g.DumpMsg(m)
		}
		var v nl80211Result
		noErr(t, e.Msg.UnmarshalGenl(0, &v))
		if v.BSS.BSSID.String() != ibss.BSSID.String() {
			return nil
		}
		results++
		equal(t, "frequency", v.BSS.Freq, ibss.Freq)
		if want := append([]byte{0, byte(len(ibss.SSID))}, ibss.SSID...); !bytes.HasPrefix(v.BSS.IEs, want) {
			t.Errorf("the network's name is not in % x", v.BSS.IEs)
		}
		return nil
	}))
	for try := 0; results == 0 && try < 5; try++ {
		noErr(t, g.Do(t.Context(), unix.NL80211_CMD_TRIGGER_SCAN, 0, put(nl80211Scan{to.Index, []uint32{ibss.Freq}, []string{""}})))
		isErr(t, "a second one", g.Do(t.Context(), unix.NL80211_CMD_TRIGGER_SCAN, 0, put(nl80211Scan{Index: to.Index})), unix.EBUSY)
		gnlUntil(t, g, errSeen)
	}
	equal(t, "results", results, 1)
}

type wgAllowed struct {
	Family uint16     `netlink:"attr=1"`
	Addr   netip.Addr `netlink:"attr=2"`
	Bits   uint8      `netlink:"attr=3"`
}

type wgPeer struct {
	Key      [32]byte    `netlink:"attr=1,required"`
	Shared   [32]byte    `netlink:"attr=2"`
	Endpoint []byte      `netlink:"attr=4,omitempty"` // a sockaddr
	Alive    uint16      `netlink:"attr=5"`           // seconds
	Allowed  []wgAllowed `netlink:"attr=9,array"`
}

type wgDevice struct {
	Index   uint32    `netlink:"attr=1,omitempty"`
	Name    string    `netlink:"attr=2,omitempty"`
	Private *[32]byte `netlink:"attr=3"`
	Public  *[32]byte `netlink:"attr=4"`
	Port    uint16    `netlink:"attr=6"`
	Mark    uint32    `netlink:"attr=7"`
	Peers   []wgPeer  `netlink:"attr=8,array,omitempty"`
}

// TestKernelGenlWireguard configures a device and reads it back: what the kernel derives from a key is what Go does.
func TestKernelGenlWireguard(t *testing.T) {
	nltest.NetNS(t)
	index := nltest.Link(t, "wireguard", "name x0")
	g := gnlLink(t, "wireguard", nil)
	key, err := ecdh.X25519().GenerateKey(rand.Reader)
	noErr(t, err)
	want := wgDevice{Name: "x0", Private: (*[32]byte)(key.Bytes()), Port: 51820, Mark: 0x1234}
	for i := range 100 { // more than fit into one message
		p := wgPeer{Alive: uint16(i), Allowed: []wgAllowed{
			{unix.AF_INET, netip.AddrFrom4([4]byte{10, 0, byte(i), 0}), 24},
			{unix.AF_INET6, netip.MustParseAddr(fmt.Sprintf("fd00:%x::", i+1)), 32},
		}}
		_, _ = rand.Read(p.Key[:])
		p.Key[31] &= 0x7f
		_, _ = rand.Read(p.Shared[:])
		p.Endpoint = make([]byte, 16) // struct sockaddr_in
		binary.NativeEndian.PutUint16(p.Endpoint, unix.AF_INET)
		binary.BigEndian.PutUint16(p.Endpoint[2:], 1000+uint16(i))
		copy(p.Endpoint[4:], []byte{192, 0, 2, byte(i)})
		want.Peers = append(want.Peers, p)
	}
	noErr(t, g.Do(t.Context(), unix.WG_CMD_SET_DEVICE, 0, func(m *libnl.Msg) { _ = m.PutStruct(want) }))

	var got wgDevice
	parts := 0
	noErr(t, g.Handle(unix.WG_CMD_GET_DEVICE, func(e *libnl.Event) error {
		var v wgDevice
		err := e.Msg.UnmarshalGenl(0, &v)
		if parts++; parts == 1 {
			got = v
			return err
		}
		got.Peers = wgJoin(got.Peers, v.Peers)
		return err
	}))
	noErr(t, g.HandleControl(func(e *libnl.Event) error {
		equal(t, "kind", e.Kind, libnl.EventDumpDone)
		equal(t, "of", e.Cmd, uint8(unix.WG_CMD_GET_DEVICE))
		return errSeen
	}))
	m, err := g.NewRequest(unix.WG_CMD_GET_DEVICE, libnl.FlagDump)
	noErr(t, err)
	m.PutString(unix.WGDEVICE_A_IFNAME, "x0")
	noErr(t, g.DumpMsg(m))
	gnlUntil(t, g, errSeen)
	if parts < 2 {
		t.Error("all of it in one message")
	}
	clamped := *want.Private
	clamped[0] &= 248
	clamped[31] = clamped[31]&127 | 64
	want.Index, want.Private, want.Public = uint32(index), &clamped, (*[32]byte)(key.PublicKey().Bytes())
	byKey := func(a, b wgPeer) int { return bytes.Compare(a.Key[:], b.Key[:]) }
	slices.SortFunc(want.Peers, byKey)
	slices.SortFunc(got.Peers, byKey)
	for _, p := range slices.Concat(want.Peers, got.Peers) {
		slices.SortFunc(p.Allowed, func(a, b wgAllowed) int { return int(a.Family) - int(b.Family) })
	}
	deepEqual(t, "device", got, want)

	// without a device
	err = g.Do(t.Context(), unix.WG_CMD_SET_DEVICE, 0, func(m *libnl.Msg) { m.PutString(unix.WGDEVICE_A_IFNAME, "nosuch") })
	isErr(t, "no device", err, unix.ENODEV)
	err = g.Do(t.Context(), unix.WG_CMD_SET_DEVICE, 0, func(m *libnl.Msg) {
		m.PutString(unix.WGDEVICE_A_IFNAME, "x0")
		m.PutBytes(unix.WGDEVICE_A_PRIVATE_KEY, make([]byte, 31))
	})
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a short key: %v", err)
	}
}

// wgJoin adds peers of a later message, of which the first may go on with the last before.
func wgJoin(all, more []wgPeer) []wgPeer {
	if len(all) > 0 && len(more) > 0 && all[len(all)-1].Key == more[0].Key {
		last := &all[len(all)-1]
		last.Allowed = append(last.Allowed, more[0].Allowed...)
		more = more[1:]
	}
	return append(all, more...)
}
