//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/golibnl/libnl"
)

var (
	canTiming = libnl.CANBitTiming{Bitrate: 1, SamplePoint: 2, TQ: 3, PropSeg: 4, PhaseSeg1: 5, PhaseSeg2: 6, SJW: 7, BRP: maxU32}
	canLimits = libnl.CANBitTimingConst{Name: "fifteen letters", TSeg1Min: 1, TSeg1Max: 2, TSeg2Min: 3, TSeg2Max: 4, SJWMax: 5, BRPMin: 6, BRPMax: 7, BRPInc: maxU32}
)

// cNumbers returns C's memory of numbers of 32 bits.
func cNumbers(ns ...uint32) []byte {
	var b []byte
	for _, n := range ns {
		b = binary.NativeEndian.AppendUint32(b, n)
	}
	return b
}

func canAttrs(v libnl.LinkCAN) []kindAttr {
	timing := cNumbers(1, 2, 3, 4, 5, 6, 7, maxU32)
	return []kindAttr{
		{get: gets(v.Freq), getC: "rtnl_link_can_freq"},
		{get: gets(v.State), getC: "rtnl_link_can_state", unset: libnl.CANErrorActive},
		{get: gets(v.BerrRx), getC: "rtnl_link_can_berr_rx"},
		{get: gets(v.BerrTx), getC: "rtnl_link_can_berr_tx"},
		{get: gets(v.Berr), getC: "rtnl_link_can_berr"},
		{get: gets(v.BitTimingConst), getC: "rtnl_link_can_get_bt_const"},
		{get: gets(v.BitTiming), getC: "rtnl_link_can_get_bittiming", set: with(v.SetBitTiming, canTiming), setC: "rtnl_link_can_set_bittiming", args: []any{timing}, want: canTiming},
		{get: gets(v.Bitrate), getC: "rtnl_link_can_get_bitrate", unset: uint32(1), set: with(v.SetBitrate, 125000), setC: "rtnl_link_can_set_bitrate", args: []any{125000}, want: uint32(125000)},
		{get: gets(v.SamplePoint), getC: "rtnl_link_can_get_sample_point", unset: uint32(2), set: with(v.SetSamplePoint, 875), setC: "rtnl_link_can_set_sample_point", args: []any{875}, want: uint32(875)},
		{get: gets(v.RestartInterval), getC: "rtnl_link_can_get_restart_ms", set: with(v.SetRestartInterval, 100*time.Millisecond), setC: "rtnl_link_can_set_restart_ms", args: []any{100}, want: 100 * time.Millisecond},
		{get: gets(v.CtrlMode), getC: "rtnl_link_can_get_ctrlmode", set: with(v.SetCtrlMode, unix.CAN_CTRLMODE_LOOPBACK|unix.CAN_CTRLMODE_FD), setC: "rtnl_link_can_set_ctrlmode", args: []any{0x21}, want: libnl.CANCtrlMode(0x21)},
		{get: gets(v.CtrlMode), getC: "rtnl_link_can_get_ctrlmode", unset: libnl.CANCtrlMode(0x21), set: with(v.UnsetCtrlMode, unix.CAN_CTRLMODE_LOOPBACK|unix.CAN_CTRLMODE_ONE_SHOT), setC: "rtnl_link_can_unset_ctrlmode", args: []any{9}, want: libnl.CANCtrlMode(0x20)},
		{get: gets(v.DataBitTimingConst), getC: "rtnl_link_can_get_data_bittiming_const", set: with(v.SetDataBitTimingConst, canLimits), setC: "rtnl_link_can_set_data_bittiming_const", args: []any{append([]byte("fifteen letters\x00"), cNumbers(1, 2, 3, 4, 5, 6, 7, maxU32)...)}, want: canLimits},
		{get: gets(v.DataBitTiming), getC: "rtnl_link_can_get_data_bittiming", set: with(v.SetDataBitTiming, canTiming), setC: "rtnl_link_can_set_data_bittiming", args: []any{timing}, want: canTiming},
	}
}

func newCAN(t testing.TB) libnl.LinkCAN {
	t.Helper()
	v, err := libnl.NewLinkCAN()
	made(t, v.Link(), err)
	return v
}

func canCalls(v libnl.LinkCAN) map[string]error {
	errs := kindCalls(canAttrs(v))
	errs["rtnl_link_can_restart"] = v.Restart(context.Background(), nil)
	_, errs["rtnl_link_can_get_device_stats"] = v.DeviceStats()
	return errs
}

func init() { guardView(newCAN, canCalls) }

func TestLinkCANOtherKind(t *testing.T) { viewOfOtherKind(t, newCAN(t), canCalls) }

func TestLinkCAN(t *testing.T) {
	testKind(t, newCAN(t), (*libnl.Link).CAN, canAttrs, false)
}

func TestLinkCANRefused(t *testing.T) {
	v := newCAN(t)
	isErr(t, "SetSamplePoint", v.SetSamplePoint(1001), libnl.ErrRange)
	for _, d := range []time.Duration{-time.Second, time.Microsecond, time.Millisecond << 32} {
		isErr(t, "SetRestartInterval "+d.String(), v.SetRestartInterval(d), libnl.ErrRange)
	}
	isErr(t, "a name of 16 bytes", v.SetDataBitTimingConst(libnl.CANBitTimingConst{Name: "0123456789abcdef"}), libnl.ErrRange)
	isErr(t, "a NUL in a name", v.SetDataBitTimingConst(libnl.CANBitTimingConst{Name: "a\x00b"}), libnl.ErrInval)
	_, err := v.DeviceStats()
	if libnl.HasCapability(libnl.CapVersion3_9_0) {
		isErr(t, "DeviceStats", err, libnl.ErrNoAttr)
	} else {
		isErr(t, "DeviceStats", err, libnl.ErrOpNotSupp)
	}
}

// A message of the kernel's about a CAN interface.
func TestLinkCANParse(t *testing.T) {
	m, err := libnl.NewMsgSimple(libnl.RTMNewLink, 0)
	noErr(t, err)
	m.Append(make([]byte, unix.SizeofIfInfomsg), 4)
	m.PutString(unix.IFLA_IFNAME, "can0")
	m.Nest(unix.IFLA_LINKINFO, func(m *libnl.Msg) {
		m.PutString(unix.IFLA_INFO_KIND, "can")
		m.Nest(unix.IFLA_INFO_DATA, func(m *libnl.Msg) {
			m.PutU32(unix.IFLA_CAN_STATE, uint32(libnl.CANBusOff))
			m.PutBytes(unix.IFLA_CAN_CLOCK, cNumbers(8000000))
			m.PutBytes(unix.IFLA_CAN_BERR_COUNTER, binary.NativeEndian.AppendUint16(binary.NativeEndian.AppendUint16(nil, 248), 65535))
			m.PutBytes(unix.IFLA_CAN_BITTIMING, cNumbers(1, 2, 3, 4, 5, 6, 7, maxU32))
			m.PutBytes(unix.IFLA_CAN_BITTIMING_CONST, append([]byte("fifteen letters\x00"), cNumbers(1, 2, 3, 4, 5, 6, 7, maxU32)...))
		})
		m.PutBytes(unix.IFLA_INFO_XSTATS, cNumbers(1, 2, 3, 4, 5, 6))
	})
	m.SetProto(libnl.ProtoRoute)
	o, err := m.Object()
	made(t, o, err)
	l, _ := libnl.As[*libnl.Link](o)
	v, ok := l.CAN()
	equal(t, "is a can", ok, true)
	kernelSays(t, canAttrs(v), map[string]any{
		"rtnl_link_can_freq": uint32(8000000), "rtnl_link_can_state": libnl.CANBusOff, "rtnl_link_can_berr_rx": uint16(65535), "rtnl_link_can_berr_tx": uint16(248),
		"rtnl_link_can_berr": libnl.CANBerrCounter{Tx: 248, Rx: 65535}, "rtnl_link_can_get_bittiming": canTiming, "rtnl_link_can_get_bt_const": canLimits,
	})
	if libnl.HasCapability(libnl.CapVersion3_9_0) {
		stats, err := v.DeviceStats()
		noErr(t, err)
		equal(t, "statistics", stats, libnl.CANDeviceStats{1, 2, 3, 4, 5, 6})
	}
}

// libnl forgets to say it.
func TestLinkCANRestart(t *testing.T) {
	v := newCAN(t)
	_, err := v.BuildRestart()
	isErr(t, "without a name", err, libnl.ErrMissingAttr)
	noErr(t, v.Link().SetName("can0"))
	for range 2 {
		m, err := v.BuildRestart()
		noErr(t, err)
		noErr(t, m.Err())
		equal(t, "type", m.Header().Type, libnl.RTMNewLink)
		if want := cNumbers(8|7<<16, 1); !bytes.Equal(linkData(t, m), want) && binary.NativeEndian.Uint16([]byte{1, 0}) == 1 {
			t.Errorf("data % x, want % x", linkData(t, m), want)
		}
		_, named := m.FindAttr(unix.SizeofIfInfomsg, unix.IFLA_IFNAME)
		equal(t, "named", named, v.Link().Index() == 0)
		equal(t, "index", msgLinkIndex(m), v.Link().Index())
		noErr(t, v.Link().SetIndex(7))
	}
}

func TestCANText(t *testing.T) {
	wordsBothWays(t, libnl.ParseCANState, map[libnl.CANState]string{0: "error active", 1: "error warning", 2: "error passive", 3: "bus off", 4: "stopped", 5: "sleeping", 6: "0x6"})
	wordsBothWays(t, libnl.ParseCANCtrlMode, map[libnl.CANCtrlMode]string{
		0: "", 0xff: "loopback,listen-only,triple-sampling,one-shot,berr-reporting,fd,presume-ack,fd-non-iso", 0x101: "loopback,0x100",
	})
}

// newSLCAN makes a CAN interface of a terminal, in the first namespace of the kernel, and returns its name.
func newSLCAN(t *testing.T) string {
	t.Helper()
	const nSLCAN = 17
	dir := t.TempDir()
	if err := unix.Mount("devpts", dir, "devpts", 0, ""); err != nil {
		t.Skip("no terminals:", err)
	}
	t.Cleanup(func() { noErr(t, unix.Unmount(dir, 0)) })
	master, err := os.OpenFile(dir+"/ptmx", os.O_RDWR, 0)
	noErr(t, err)
	t.Cleanup(func() { master.Close() })
	noErr(t, unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0))
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	noErr(t, err)
	slave, err := os.OpenFile(dir+"/"+strconv.Itoa(n), os.O_RDWR|unix.O_NOCTTY, 0)
	noErr(t, err)
	t.Cleanup(func() { slave.Close() })
	_ = exec.Command("modprobe", "slcan").Run()
	if err := unix.IoctlSetPointerInt(int(slave.Fd()), unix.TIOCSETD, nSLCAN); err != nil {
		t.Skip("no slcan:", err)
	}
	var name [unix.IFNAMSIZ]byte
	const siocGIFNAME = 0x8910
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, slave.Fd(), siocGIFNAME, uintptr(unsafe.Pointer(&name))); errno != 0 {
		t.Fatal(errno)
	}
	return unix.ByteSliceToString(name[:])
}

func TestKernelLinkCAN(t *testing.T) {
	if os.Getenv("LIBNL_KERNEL_TIER") == "" {
		t.Skip("the interface would not be in a namespace of its own")
	}
	s := dialRoute(t, nil)
	name := newSLCAN(t)
	l := linkNow(t, s, name)
	if _, ok := l.CAN(); !ok {
		t.Skipf("%s is of kind %q", name, l.Type())
	}
	changes := newCAN(t)
	noErr(t, changes.SetBitrate(500000))
	noErr(t, l.Change(t.Context(), s, changes.Link(), 0))
	ip := ipDetails(t, name)["linkinfo"].(map[string]any)
	deepEqual(t, "ip: kind", ip["info_kind"], "can")
	v, _ := linkNow(t, s, name).CAN()
	rate, err := v.Bitrate()
	noErr(t, err)
	equal(t, "bit rate", rate, 500000)
	state, err := v.State()
	noErr(t, err)
	equal(t, "state", state, libnl.CANStopped)
	err = v.Restart(t.Context(), s)
	t.Log("restart of an interface that is down:", err)
	if err == nil {
		t.Error("an interface that is down was restarted")
	}
}
