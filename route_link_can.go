//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"context"
	"encoding/binary"
	"math"
	"strconv"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// LinkCAN is what a link of kind can has beside other links. It is a view without a life of its own: the link is closed, not the view.
// Every method looks at the kind anew and returns [ErrOpNotSupp] for a link of another. An attribute
// that is not set is [ErrNoAttr]. libnl does not compare what links of this kind have. Virtual CAN interfaces are of kinds of their own,
// vcan and vxcan, which have nothing.
type LinkCAN struct{ l *Link }

// NewLinkCAN returns a new link of kind can, for requests to change one; the caller closes its Link. libnl has no such function.
func NewLinkCAN() (LinkCAN, error) {
	l, err := NewLink()
	if err != nil {
		return LinkCAN{}, err
	}
	if err := l.SetType("can"); err != nil {
		l.Close()
		return LinkCAN{}, err
	}
	return LinkCAN{l}, nil
}

// CAN returns the view of a link of kind can; false for any other.
//
// Implements: rtnl_link_is_can
func (l *Link) CAN() (LinkCAN, bool) { return LinkCAN{l}, l.isKind(C.NLGO_LINK_CAN) }

// Link returns the link that the view is of.
func (v LinkCAN) Link() *Link { return v.l }

func (v LinkCAN) ptr(fn string) (*C.struct_rtnl_link, error) {
	return v.l.ofKind(fn, C.NLGO_LINK_CAN)
}

// BuildRestart returns the request that [LinkCAN.Restart] sends, without sending it.
func (v LinkCAN) BuildRestart() (*Msg, error) {
	const fn = "rtnl_link_can_restart"
	if _, err := v.ptr(fn); err != nil {
		return nil, err
	}
	index, name := v.l.Index(), v.l.Name()
	if index == 0 && name == "" {
		return nil, &Error{Func: fn, Code: ErrMissingAttr, Msg: "the link has neither index nor name"}
	}
	var ifi [unix.SizeofIfInfomsg]byte
	binary.NativeEndian.PutUint32(ifi[4:], uint32(index))
	m := newMsg(256)
	m.own.proto = int(ProtoRoute)
	m.SetHeader(Header{Type: RTMNewLink})
	m.Append(ifi[:], 4)
	if index == 0 {
		m.PutString(unix.IFLA_IFNAME, name)
	}
	m.Nest(unix.IFLA_LINKINFO, func(m *Msg) {
		m.PutString(unix.IFLA_INFO_KIND, "can")
		m.Nest(unix.IFLA_INFO_DATA, func(m *Msg) { m.PutU32(unix.IFLA_CAN_RESTART, 1) })
	})
	return m, nil
}

// Restart has the kernel restart the interface, named by its index or its name, which is off the bus. libnl's function of that name notes
// in the link that it be restarted, and then no request says so. Equivalent to: ip link set dev NAME type can restart.
//
// Implements: rtnl_link_can_restart
func (v LinkCAN) Restart(ctx context.Context, s *Socket) error {
	m, err := v.BuildRestart()
	if err != nil {
		return err
	}
	return s.ask(ctx, "rtnl_link_can_restart", m)
}

// Freq returns the frequency of the clock of the controller in Hz.
//
// Implements: rtnl_link_can_freq
func (v LinkCAN) Freq() (uint32, error) {
	const fn = "rtnl_link_can_freq"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint32_t
	rc := C.rtnl_link_can_freq(c, &n)
	return uint32(n), attrErr(fn, rc)
}

// State returns the state of the controller, [CANErrorActive] if unset.
//
// Implements: rtnl_link_can_state
func (v LinkCAN) State() (CANState, error) {
	const fn = "rtnl_link_can_state"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint32_t
	rc := C.rtnl_link_can_state(c, &n)
	return CANState(n), attrErr(fn, rc)
}

// BerrRx returns the receive error counter.
//
// Implements: rtnl_link_can_berr_rx
func (v LinkCAN) BerrRx() (uint16, error) {
	const fn = "rtnl_link_can_berr_rx"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	rc := C.rtnl_link_can_berr_rx(c)
	return uint16(max(rc, 0)), attrErr(fn, rc)
}

// BerrTx returns the transmit error counter.
//
// Implements: rtnl_link_can_berr_tx
func (v LinkCAN) BerrTx() (uint16, error) {
	const fn = "rtnl_link_can_berr_tx"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	rc := C.rtnl_link_can_berr_tx(c)
	return uint16(max(rc, 0)), attrErr(fn, rc)
}

// CANBerrCounter are the error counters of a CAN controller (struct can_berr_counter).
type CANBerrCounter struct{ Tx, Rx uint16 }

// Berr returns the error counters.
//
// Implements: rtnl_link_can_berr
func (v LinkCAN) Berr() (CANBerrCounter, error) {
	const fn = "rtnl_link_can_berr"
	c, err := v.ptr(fn)
	if err != nil {
		return CANBerrCounter{}, err
	}
	var n C.struct_can_berr_counter
	rc := C.rtnl_link_can_berr(c, &n)
	return CANBerrCounter{Tx: uint16(n.txerr), Rx: uint16(n.rxerr)}, attrErr(fn, rc)
}

// CANBitTiming is the bit timing of a CAN controller (struct can_bittiming). In a request either Bitrate is set, and perhaps SamplePoint,
// or TQ and what follows.
type CANBitTiming struct {
	Bitrate     uint32 // bits per second
	SamplePoint uint32 // tenths of a percent
	TQ          uint32 // time quantum in nanoseconds
	PropSeg     uint32 // propagation segment in time quanta
	PhaseSeg1   uint32 // phase buffer segments in time quanta
	PhaseSeg2   uint32
	SJW         uint32 // synchronisation jump width in time quanta
	BRP         uint32 // prescaler of the bit rate
}

func canBitTiming(c *C.struct_can_bittiming) CANBitTiming {
	return CANBitTiming{
		uint32(c.bitrate), uint32(c.sample_point), uint32(c.tq), uint32(c.prop_seg),
		uint32(c.phase_seg1), uint32(c.phase_seg2), uint32(c.sjw), uint32(c.brp),
	}
}

func (t CANBitTiming) toC() C.struct_can_bittiming {
	return C.struct_can_bittiming{
		C.__u32(t.Bitrate), C.__u32(t.SamplePoint), C.__u32(t.TQ), C.__u32(t.PropSeg),
		C.__u32(t.PhaseSeg1), C.__u32(t.PhaseSeg2), C.__u32(t.SJW), C.__u32(t.BRP),
	}
}

// CANBitTimingConst are the limits of the bit timing of a CAN controller (struct can_bittiming_const), in time quanta.
type CANBitTimingConst struct {
	Name               string // of the controller, 15 bytes at most
	TSeg1Min, TSeg1Max uint32 // of PropSeg and PhaseSeg1 together
	TSeg2Min, TSeg2Max uint32 // of PhaseSeg2
	SJWMax             uint32
	BRPMin, BRPMax     uint32 // of the prescaler
	BRPInc             uint32 // its step
}

func canBitTimingConst(c *C.struct_can_bittiming_const) CANBitTimingConst {
	name := unsafe.Slice((*byte)(unsafe.Pointer(&c.name)), len(c.name))
	return CANBitTimingConst{
		textOf(name), uint32(c.tseg1_min), uint32(c.tseg1_max), uint32(c.tseg2_min), uint32(c.tseg2_max),
		uint32(c.sjw_max), uint32(c.brp_min), uint32(c.brp_max), uint32(c.brp_inc),
	}
}

// BitTimingConst returns the limits of the bit timing.
//
// Implements: rtnl_link_can_get_bt_const
func (v LinkCAN) BitTimingConst() (CANBitTimingConst, error) {
	const fn = "rtnl_link_can_get_bt_const"
	c, err := v.ptr(fn)
	if err != nil {
		return CANBitTimingConst{}, err
	}
	var t C.struct_can_bittiming_const
	rc := C.rtnl_link_can_get_bt_const(c, &t)
	return canBitTimingConst(&t), attrErr(fn, rc)
}

// BitTiming returns the bit timing.
//
// Implements: rtnl_link_can_get_bittiming
func (v LinkCAN) BitTiming() (CANBitTiming, error) {
	const fn = "rtnl_link_can_get_bittiming"
	c, err := v.ptr(fn)
	if err != nil {
		return CANBitTiming{}, err
	}
	var t C.struct_can_bittiming
	rc := C.rtnl_link_can_get_bittiming(c, &t)
	return canBitTiming(&t), attrErr(fn, rc)
}

// SetBitTiming sets the bit timing.
//
// Implements: rtnl_link_can_set_bittiming
func (v LinkCAN) SetBitTiming(t CANBitTiming) error {
	const fn = "rtnl_link_can_set_bittiming"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	ct := t.toC()
	return codeErr(fn, int(C.rtnl_link_can_set_bittiming(c, &ct)))
}

// Bitrate returns the bit rate in bits per second, 0 if another part of BitTiming was set.
//
// Implements: rtnl_link_can_get_bitrate
func (v LinkCAN) Bitrate() (uint32, error) {
	const fn = "rtnl_link_can_get_bitrate"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint32_t
	rc := C.rtnl_link_can_get_bitrate(c, &n)
	return uint32(n), attrErr(fn, rc)
}

// SetBitrate sets the bit rate in bits per second; the rest of BitTiming stays.
//
// Implements: rtnl_link_can_set_bitrate
func (v LinkCAN) SetBitrate(n uint32) error {
	const fn = "rtnl_link_can_set_bitrate"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_can_set_bitrate(c, C.uint32_t(n))))
}

// SamplePoint returns the sample point in tenths of a percent, 0 if another part of BitTiming was set.
//
// Implements: rtnl_link_can_get_sample_point
func (v LinkCAN) SamplePoint() (uint32, error) {
	const fn = "rtnl_link_can_get_sample_point"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint32_t
	rc := C.rtnl_link_can_get_sample_point(c, &n)
	return uint32(n), attrErr(fn, rc)
}

// SetSamplePoint sets the sample point in tenths of a percent, 0 to 1000; the rest of BitTiming stays.
//
// Implements: rtnl_link_can_set_sample_point
func (v LinkCAN) SetSamplePoint(n uint32) error {
	const fn = "rtnl_link_can_set_sample_point"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	if n > 1000 {
		return &Error{Func: fn, Code: ErrRange, Msg: "sample point " + strconv.FormatUint(uint64(n), 10)}
	}
	return codeErr(fn, int(C.rtnl_link_can_set_sample_point(c, C.uint32_t(n))))
}

// RestartInterval returns after what time off the bus the interface is restarted, 0 for never.
//
// Implements: rtnl_link_can_get_restart_ms
func (v LinkCAN) RestartInterval() (time.Duration, error) {
	const fn = "rtnl_link_can_get_restart_ms"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint32_t
	rc := C.rtnl_link_can_get_restart_ms(c, &n)
	return time.Duration(n) * time.Millisecond, attrErr(fn, rc)
}

// SetRestartInterval sets after what time off the bus the interface is restarted, whole milliseconds below 2^32, 0 for never.
//
// Implements: rtnl_link_can_set_restart_ms
func (v LinkCAN) SetRestartInterval(d time.Duration) error {
	const fn = "rtnl_link_can_set_restart_ms"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	ms := d / time.Millisecond
	if d%time.Millisecond != 0 || ms < 0 || ms > math.MaxUint32 {
		return &Error{Func: fn, Code: ErrRange, Msg: d.String()}
	}
	return codeErr(fn, int(C.rtnl_link_can_set_restart_ms(c, C.uint32_t(ms))))
}

// CtrlMode returns the modes that are on.
//
// Implements: rtnl_link_can_get_ctrlmode
func (v LinkCAN) CtrlMode() (CANCtrlMode, error) {
	const fn = "rtnl_link_can_get_ctrlmode"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint32_t
	rc := C.rtnl_link_can_get_ctrlmode(c, &n)
	return CANCtrlMode(n), attrErr(fn, rc)
}

// SetCtrlMode turns modes on; others stay. A request changes those alone that were turned on or off.
//
// Implements: rtnl_link_can_set_ctrlmode
func (v LinkCAN) SetCtrlMode(m CANCtrlMode) error {
	const fn = "rtnl_link_can_set_ctrlmode"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_can_set_ctrlmode(c, C.uint32_t(m))))
}

// UnsetCtrlMode turns modes off; others stay.
//
// Implements: rtnl_link_can_unset_ctrlmode
func (v LinkCAN) UnsetCtrlMode(m CANCtrlMode) error {
	const fn = "rtnl_link_can_unset_ctrlmode"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_can_unset_ctrlmode(c, C.uint32_t(m))))
}

// DataBitTimingConst returns the limits of the bit timing of data (CAN FD).
//
// Implements: rtnl_link_can_get_data_bittiming_const
func (v LinkCAN) DataBitTimingConst() (CANBitTimingConst, error) {
	const fn = "rtnl_link_can_get_data_bittiming_const"
	c, err := v.ptr(fn)
	if err != nil {
		return CANBitTimingConst{}, err
	}
	var t C.struct_can_bittiming_const
	rc := C.rtnl_link_can_get_data_bittiming_const(c, &t)
	return canBitTimingConst(&t), attrErr(fn, rc)
}

// SetDataBitTimingConst sets the limits of the bit timing of data (CAN FD), which the kernel does not take from anybody.
//
// Implements: rtnl_link_can_set_data_bittiming_const
func (v LinkCAN) SetDataBitTimingConst(t CANBitTimingConst) error {
	const fn = "rtnl_link_can_set_data_bittiming_const"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	ct := C.struct_can_bittiming_const{
		tseg1_min: C.__u32(t.TSeg1Min), tseg1_max: C.__u32(t.TSeg1Max), tseg2_min: C.__u32(t.TSeg2Min), tseg2_max: C.__u32(t.TSeg2Max),
		sjw_max: C.__u32(t.SJWMax), brp_min: C.__u32(t.BRPMin), brp_max: C.__u32(t.BRPMax), brp_inc: C.__u32(t.BRPInc),
	}
	name := unsafe.Slice((*byte)(unsafe.Pointer(&ct.name)), len(ct.name))
	if err := setText(fn, t.Name, len(name)-1, func(*C.char) { copy(name, t.Name) }); err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_can_set_data_bittiming_const(c, &ct)))
}

// DataBitTiming returns the bit timing of data (CAN FD).
//
// Implements: rtnl_link_can_get_data_bittiming
func (v LinkCAN) DataBitTiming() (CANBitTiming, error) {
	const fn = "rtnl_link_can_get_data_bittiming"
	c, err := v.ptr(fn)
	if err != nil {
		return CANBitTiming{}, err
	}
	var t C.struct_can_bittiming
	rc := C.rtnl_link_can_get_data_bittiming(c, &t)
	return canBitTiming(&t), attrErr(fn, rc)
}

// SetDataBitTiming sets the bit timing of data (CAN FD).
//
// Implements: rtnl_link_can_set_data_bittiming
func (v LinkCAN) SetDataBitTiming(t CANBitTiming) error {
	const fn = "rtnl_link_can_set_data_bittiming"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	ct := t.toC()
	return codeErr(fn, int(C.rtnl_link_can_set_data_bittiming(c, &ct)))
}

// CANDeviceStats are counters of a CAN controller (struct can_device_stats).
type CANDeviceStats struct {
	BusError        uint32
	ErrorWarning    uint32 // changes to that state, as the next two
	ErrorPassive    uint32
	BusOff          uint32
	ArbitrationLost uint32
	Restarts        uint32
}

// DeviceStats returns counters. It takes libnl 3.9 ([HasCapability]), an older one is [ErrOpNotSupp].
//
// Implements: rtnl_link_can_get_device_stats
func (v LinkCAN) DeviceStats() (CANDeviceStats, error) {
	const fn = "rtnl_link_can_get_device_stats"
	c, err := v.ptr(fn)
	if err != nil {
		return CANDeviceStats{}, err
	}
	var n C.struct_can_device_stats
	rc := C.rtnl_link_can_get_device_stats(c, &n)
	return CANDeviceStats{
		uint32(n.bus_error), uint32(n.error_warning), uint32(n.error_passive),
		uint32(n.bus_off), uint32(n.arbitration_lost), uint32(n.restarts),
	}, attrErr(fn, rc)
}

// CANState is the state of a CAN controller (CAN_STATE_*).
type CANState uint32

// The states of a CAN controller.
const (
	CANErrorActive  CANState = iota // CAN_STATE_ERROR_ACTIVE
	CANErrorWarning                 // CAN_STATE_ERROR_WARNING
	CANErrorPassive                 // CAN_STATE_ERROR_PASSIVE
	CANBusOff                       // CAN_STATE_BUS_OFF
	CANStopped                      // CAN_STATE_STOPPED
	CANSleeping                     // CAN_STATE_SLEEPING
)

var canStateWords = words{"error active", "error warning", "error passive", "bus off", "stopped", "sleeping"}

// String returns the word for the state that libnl prints, "error active", a number if it has none.
func (s CANState) String() string { return canStateWords.text(uint64(s)) }

// ParseCANState reads what [CANState.String] writes.
func ParseCANState(s string) (CANState, error) {
	n, err := canStateWords.parse("ParseCANState", s, math.MaxUint32)
	return CANState(n), err
}

// CANCtrlMode are the modes of a CAN controller (CAN_CTRLMODE_*). The constants of package unix are assignable.
type CANCtrlMode uint32

// String returns libnl's names of the modes, "loopback,one-shot", and a number for those it has no name for.
//
// Implements: rtnl_link_can_ctrlmode2str
func (m CANCtrlMode) String() string {
	return flagText(uint32(m), func(v C.int, p *C.char, n C.size_t) { C.rtnl_link_can_ctrlmode2str(v, p, n) })
}

// ParseCANCtrlMode reads what [CANCtrlMode.String] writes. A name that libnl does not know is [ErrObjNotFound].
//
// Implements: rtnl_link_can_str2ctrlmode
func ParseCANCtrlMode(s string) (CANCtrlMode, error) {
	n, err := parseFlags("rtnl_link_can_str2ctrlmode", s, func(p *C.char) C.int { return C.rtnl_link_can_str2ctrlmode(p) })
	return CANCtrlMode(n), err
}
