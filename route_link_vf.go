//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// LinkVF is a virtual function of an SR-IOV device: struct rtnl_link_vf, of which a link has a list. A handle is an owner beside the list:
// whoever gets one closes it, before or after the link. A link with virtual functions cannot be cloned.
//
// A function in a link that was read changes nothing in the kernel: [Link.AddVF] to a link for [Link.Change] does.
type LinkVF struct {
	c    *C.struct_rtnl_link_vf // nil: closed
	used bool                   // it is, or was, in the list of a link
	leak *tracker
}

func newVF(c *C.struct_rtnl_link_vf, used bool) *LinkVF {
	v := &LinkVF{c: c, used: used}
	v.leak = track(v, "LinkVF")
	return v
}

// NewLinkVF returns a new virtual function with nothing set; the caller owns it.
//
// Implements: rtnl_link_vf_alloc
func NewLinkVF() (*LinkVF, error) {
	c := C.rtnl_link_vf_alloc()
	if c == nil {
		return nil, &Error{Func: "rtnl_link_vf_alloc", Code: ErrNoMem}
	}
	return newVF(c, false), nil
}

// Close gives the handle's reference back. Closing again, or a nil handle, does nothing.
//
// Implements: rtnl_link_vf_put
func (v *LinkVF) Close() error {
	if v == nil || v.c == nil {
		return nil
	}
	c := v.c
	v.c = nil
	v.leak.done()
	refs.Lock()
	C.rtnl_link_vf_put(c)
	refs.Unlock()
	return nil
}

// ptr returns the C object, nil if the handle is nil or closed.
func (v *LinkVF) ptr() *C.struct_rtnl_link_vf {
	if v == nil {
		return nil
	}
	return v.c
}

func (v *LinkVF) live() *C.struct_rtnl_link_vf {
	c := v.ptr()
	if c == nil {
		panicClosed("LinkVF")
	}
	return c
}

// HasVFs reports whether the link has a list of virtual functions: [GetLink] asks for it, [Socket.Links] if its filter says so.
//
// Implements: rtnl_link_has_vf_list
func (l *Link) HasVFs() bool { return C.rtnl_link_has_vf_list(l.live()) != 0 }

// VF returns the virtual function with the index, which the caller closes; false if the link does not have it.
//
// Implements: rtnl_link_vf_get
func (l *Link) VF(index uint32) (*LinkVF, bool) {
	c := l.live()
	if C.rtnl_link_has_vf_list(c) == 0 { // libnl looks into the list without looking for it
		return nil, false
	}
	refs.Lock()
	vf := C.rtnl_link_vf_get(c, C.uint32_t(index))
	refs.Unlock()
	if vf == nil {
		return nil, false
	}
	return newVF(vf, true), true
}

// AddVF adds the virtual function, which must have an index ([ErrMissingAttr]), to the link's list. It can be in one list, once: [ErrBusy].
// The handle stays with its owner. Equivalent to, with Change: ip link set dev DEVICE vf INDEX ...
//
// Implements: rtnl_link_vf_add
func (l *Link) AddVF(v *LinkVF) error {
	const fn = "rtnl_link_vf_add"
	c, vf := l.ptr(), v.ptr()
	if c == nil || vf == nil {
		return closedErr(fn)
	}
	if _, ok := v.Index(); !ok {
		return &Error{Func: fn, Code: ErrMissingAttr, Msg: "the function has no index"}
	}
	if v.used {
		return &Error{Func: fn, Code: ErrBusy, Msg: "the function is in the list of a link"}
	}
	refs.Lock()
	defer refs.Unlock()
	rc := C.rtnl_link_vf_add(c, vf)
	v.used = rc >= 0
	return codeErr(fn, int(rc))
}

// Index returns the index of the function.
//
// Implements: rtnl_link_vf_get_index
func (v *LinkVF) Index() (n uint32, ok bool) {
	var u C.uint32_t
	rc := C.rtnl_link_vf_get_index(v.live(), &u)
	return uint32(u), rc == 0
}

// SetIndex sets the index of the function.
//
// Implements: rtnl_link_vf_set_index
func (v *LinkVF) SetIndex(n uint32) { C.rtnl_link_vf_set_index(v.live(), C.uint32_t(n)) }

// Addr returns the link-layer address, the zero Addr if unset.
//
// Implements: rtnl_link_vf_get_addr
func (v *LinkVF) Addr() Addr {
	var a *C.struct_nl_addr
	if C.rtnl_link_vf_get_addr(v.live(), &a) < 0 {
		return Addr{}
	}
	return addrOf(a)
}

// SetAddr sets the link-layer address, of 32 bytes at most ([ErrRange]).
//
// Implements: rtnl_link_vf_set_addr
func (v *LinkVF) SetAddr(a Addr) error {
	const fn = "rtnl_link_vf_set_addr"
	c := v.ptr()
	if c == nil {
		return closedErr(fn)
	}
	if err := a.check(fn); err != nil {
		return err
	}
	if a.Len() > maxHWAddr { // requests have an array of that size
		return &Error{Func: fn, Code: ErrRange, Msg: "address of " + strconv.Itoa(a.Len()) + " bytes"}
	}
	return codeErr(fn, int(C.nlgo_vf_set_addr(c, C.int(a.family), a.data(), C.size_t(len(a.raw)), C.int(a.prefixLen))))
}

// SetIBNodeGUID sets the GUID of the InfiniBand node, which cannot be read back.
//
// Implements: rtnl_link_vf_set_ib_node_guid
func (v *LinkVF) SetIBNodeGUID(g VFGUID) { C.rtnl_link_vf_set_ib_node_guid(v.live(), C.uint64_t(g)) }

// SetIBPortGUID sets the GUID of the InfiniBand port, which cannot be read back.
//
// Implements: rtnl_link_vf_set_ib_port_guid
func (v *LinkVF) SetIBPortGUID(g VFGUID) { C.rtnl_link_vf_set_ib_port_guid(v.live(), C.uint64_t(g)) }

// LinkState returns what the function's link shows.
//
// Implements: rtnl_link_vf_get_linkstate
func (v *LinkVF) LinkState() (s VFLinkState, ok bool) {
	var u C.uint32_t
	rc := C.rtnl_link_vf_get_linkstate(v.live(), &u)
	return VFLinkState(u), rc == 0
}

// SetLinkState sets what the function's link shows.
//
// Implements: rtnl_link_vf_set_linkstate
func (v *LinkVF) SetLinkState(s VFLinkState) {
	C.rtnl_link_vf_set_linkstate(v.live(), C.uint32_t(s))
}

// VFRate limits what a virtual function sends, in Mbit/s, 0 for no limit: by the old interface Rate, by the new one MaxTx and MinTx.
type VFRate struct {
	API          VFRateAPI
	Rate         uint32
	MaxTx, MinTx uint32
}

// VFRateAPI says which interface for limits is meant.
type VFRateAPI int

// The interfaces for limits.
const (
	VFRateAPIUnspec VFRateAPI = C.RTNL_LINK_VF_RATE_API_UNSPEC
	VFRateAPIOld    VFRateAPI = C.RTNL_LINK_VF_RATE_API_OLD
	VFRateAPINew    VFRateAPI = C.RTNL_LINK_VF_RATE_API_NEW
)

// Rate returns the limit; false if there is none, also if it was set to 0.
//
// Implements: rtnl_link_vf_get_rate
func (v *LinkVF) Rate() (r VFRate, ok bool) {
	var c C.struct_nl_vf_rate
	rc := C.rtnl_link_vf_get_rate(v.live(), &c)
	return VFRate{VFRateAPI(c.api), uint32(c.rate), uint32(c.max_tx_rate), uint32(c.min_tx_rate)}, rc == 0
}

// SetRate sets the limit by one of the two interfaces, VFRateAPIOld or VFRateAPINew ([ErrInval] otherwise, and for the values of the other). The
// new one sets both MaxTx and MinTx.
//
// Implements: rtnl_link_vf_set_rate
func (v *LinkVF) SetRate(r VFRate) error {
	const fn = "rtnl_link_vf_set_rate"
	c := v.ptr()
	switch {
	case c == nil:
		return closedErr(fn)
	case r.API == VFRateAPIOld && r.MaxTx == 0 && r.MinTx == 0:
	case r.API == VFRateAPINew && r.Rate == 0:
	default:
		return argErr(fn, "not the values of one interface")
	}
	C.rtnl_link_vf_set_rate(c, &C.struct_nl_vf_rate{
		api: C.int(r.API), rate: C.uint32_t(r.Rate), max_tx_rate: C.uint32_t(r.MaxTx), min_tx_rate: C.uint32_t(r.MinTx),
	})
	return nil
}

// truth is for settings that libnl keeps as numbers.
func truth(on bool) C.uint32_t {
	if on {
		return 1
	}
	return 0
}

// RSSQuery reports whether the function may ask how received packets are spread over its queues.
//
// Implements: rtnl_link_vf_get_rss_query_en
func (v *LinkVF) RSSQuery() (on, ok bool) {
	var u C.uint32_t
	rc := C.rtnl_link_vf_get_rss_query_en(v.live(), &u)
	return u != 0, rc == 0
}

// SetRSSQuery allows the function to ask how received packets are spread over its queues, or not.
//
// Implements: rtnl_link_vf_set_rss_query_en
func (v *LinkVF) SetRSSQuery(on bool) { C.rtnl_link_vf_set_rss_query_en(v.live(), truth(on)) }

// SpoofCheck reports whether packets with a sender that is not the function's are dropped.
//
// Implements: rtnl_link_vf_get_spoofchk
func (v *LinkVF) SpoofCheck() (on, ok bool) {
	var u C.uint32_t
	rc := C.rtnl_link_vf_get_spoofchk(v.live(), &u)
	return u != 0, rc == 0
}

// SetSpoofCheck has packets with a sender that is not the function's dropped, or not.
//
// Implements: rtnl_link_vf_set_spoofchk
func (v *LinkVF) SetSpoofCheck(on bool) { C.rtnl_link_vf_set_spoofchk(v.live(), truth(on)) }

// Trust reports whether the function is trusted: it may change its address and be promiscuous.
//
// Implements: rtnl_link_vf_get_trust
func (v *LinkVF) Trust() (on, ok bool) {
	var u C.uint32_t
	rc := C.rtnl_link_vf_get_trust(v.live(), &u)
	return u != 0, rc == 0
}

// SetTrust trusts the function, or not.
//
// Implements: rtnl_link_vf_set_trust
func (v *LinkVF) SetTrust(on bool) { C.rtnl_link_vf_set_trust(v.live(), truth(on)) }

// VFStat is a counter of a virtual function (RTNL_LINK_VF_STATS_*).
type VFStat int

// The counters of a virtual function.
const (
	VFStatRxPackets VFStat = C.RTNL_LINK_VF_STATS_RX_PACKETS // packets received
	VFStatTxPackets VFStat = C.RTNL_LINK_VF_STATS_TX_PACKETS // packets sent
	VFStatRxBytes   VFStat = C.RTNL_LINK_VF_STATS_RX_BYTES   // bytes received
	VFStatTxBytes   VFStat = C.RTNL_LINK_VF_STATS_TX_BYTES   // bytes sent
	VFStatBroadcast VFStat = C.RTNL_LINK_VF_STATS_BROADCAST  // broadcast packets received
	VFStatMulticast VFStat = C.RTNL_LINK_VF_STATS_MULTICAST  // multicast packets received

	VFStatMax = VFStatMulticast // RTNL_LINK_VF_STATS_MAX
)

// Stat returns a counter; false if the function has no counters.
//
// Implements: rtnl_link_vf_get_stat
func (v *LinkVF) Stat(id VFStat) (n uint64, ok bool) {
	c := v.live()
	if id < 0 || id > VFStatMax { // libnl does not look
		return 0, false
	}
	var u C.uint64_t
	rc := C.rtnl_link_vf_get_stat(c, C.rtnl_link_vf_stats_t(id), &u)
	return uint64(u), rc == 0
}

// VFVLAN is a VLAN that the packets of a virtual function are in. VLAN 0 is none.
type VFVLAN struct {
	VLAN     uint16 // 0 to 4094
	QoS      uint8  // priority, 0 to 7
	Protocol VFVLANProto
}

// VLANs returns the VLANs of the function, nil if there are none. libnl, as the kernel, has room for one.
//
// Implements: rtnl_link_vf_get_vlans rtnl_link_vf_vlan_put
func (v *LinkVF) VLANs() []VFVLAN {
	c := v.live()
	var room [4]C.struct_nlgo_vf_vlan
	refs.Lock()
	n := int(C.nlgo_vf_get_vlans(c, &room[0], C.int(len(room))))
	refs.Unlock()
	var vlans []VFVLAN
	for _, r := range room[:min(max(n, 0), len(room))] {
		vlans = append(vlans, VFVLAN{uint16(r.vlan), uint8(r.qos), VFVLANProto(r.proto)})
	}
	return vlans
}

// SetVLAN sets the VLAN that the packets of the function are in, 0 for none. A Protocol of 0 is 802.1Q.
//
// Implements: rtnl_link_vf_set_vlans rtnl_link_vf_vlan_alloc
func (v *LinkVF) SetVLAN(vlan VFVLAN) error {
	const fn = "rtnl_link_vf_set_vlans"
	c := v.ptr()
	if c == nil {
		return closedErr(fn)
	}
	if vlan.Protocol == 0 {
		vlan.Protocol = VFVLAN8021Q
	}
	switch {
	case vlan.VLAN > 4094 || vlan.QoS > 7:
		return &Error{Func: fn, Code: ErrRange, Msg: fmt.Sprintf("VLAN %d, priority %d", vlan.VLAN, vlan.QoS)}
	case vlan.Protocol != VFVLAN8021Q && vlan.Protocol != VFVLAN8021AD:
		return &Error{Func: fn, Code: ErrInval, Msg: "protocol " + vlan.Protocol.String()}
	}
	one := C.struct_nlgo_vf_vlan{vlan: C.uint32_t(vlan.VLAN), qos: C.uint32_t(vlan.QoS), proto: C.uint16_t(vlan.Protocol)}
	refs.Lock()
	defer refs.Unlock()
	return codeErr(fn, int(C.nlgo_vf_set_vlans(c, &one, 1)))
}

// VFVLANProto is the EtherType of the tag of a virtual function's VLAN.
type VFVLANProto uint16

// The protocols of the VLANs of virtual functions.
const (
	VFVLAN8021Q  VFVLANProto = 0x8100 // ETH_P_8021Q
	VFVLAN8021AD VFVLANProto = 0x88a8 // ETH_P_8021AD
)

// String returns libnl's word for the protocol, "8021Q", a number if it has none.
//
// Implements: rtnl_link_vf_vlanproto2str
func (p VFVLANProto) String() string {
	return enumText(func(b *C.char, n C.size_t) { C.rtnl_link_vf_vlanproto2str(C.uint16_t(p), b, n) })
}

// ParseVFVLANProto reads a protocol.
//
// Implements: rtnl_link_vf_str2vlanproto
func ParseVFVLANProto(s string) (VFVLANProto, error) {
	n, err := parseName("rtnl_link_vf_str2vlanproto", s, math.MaxUint16, func(p *C.char) C.int { return C.rtnl_link_vf_str2vlanproto(p) })
	return VFVLANProto(n), err
}

// VFLinkState says what a virtual function's link shows (IFLA_VF_LINK_STATE_*).
type VFLinkState uint32

// What a virtual function's link shows.
const (
	VFLinkAuto    VFLinkState = iota // IFLA_VF_LINK_STATE_AUTO: the state of the device's link
	VFLinkEnable                     // IFLA_VF_LINK_STATE_ENABLE: up
	VFLinkDisable                    // IFLA_VF_LINK_STATE_DISABLE: down
)

// String returns libnl's word for the state, a number if it has none.
//
// Implements: rtnl_link_vf_linkstate2str
func (s VFLinkState) String() string {
	return enumText(func(p *C.char, n C.size_t) { C.rtnl_link_vf_linkstate2str(C.uint32_t(s), p, n) })
}

// ParseVFLinkState reads a state.
//
// Implements: rtnl_link_vf_str2linkstate
func ParseVFLinkState(s string) (VFLinkState, error) {
	n, err := parseName("rtnl_link_vf_str2linkstate", s, math.MaxInt32, func(p *C.char) C.int { return C.rtnl_link_vf_str2linkstate(p) })
	return VFLinkState(n), err
}

// VFGUID is a GUID of InfiniBand.
type VFGUID uint64

// String returns the eight bytes in hexadecimal with colons between them.
func (g VFGUID) String() string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(g))
	return HWAddrFrom(b[:]).String()
}

// ParseVFGUID reads a GUID, eight bytes of two hexadecimal digits with colons between them.
//
// Implements: rtnl_link_vf_str2guid
func ParseVFGUID(s string) (VFGUID, error) {
	const fn = "rtnl_link_vf_str2guid"
	var buf [64]byte
	p, ok := cString(buf[:0], s)
	if !ok || strings.Trim(s, ":0123456789abcdefABCDEF") != "" { // strtoul takes signs and spaces
		return 0, textErr(fn, ErrInval, s)
	}
	var g C.uint64_t
	if C.rtnl_link_vf_str2guid(&g, p) < 0 {
		return 0, textErr(fn, ErrInval, s)
	}
	return VFGUID(g), nil
}

// mendVFs turns the protocols of the functions' VLANs into network order, in which the kernel takes them and libnl does not write them.
func mendVFs(m *Msg) {
	vfs, ok := m.FindAttr(unix.SizeofIfInfomsg, unix.IFLA_VFINFO_LIST)
	if !ok {
		return
	}
	for vf := range vfs.Nested() {
		list, _ := FindAttr(vf.Bytes(), unix.IFLA_VF_VLAN_LIST)
		for vlan := range list.Nested() {
			mendVFVLAN(vlan.Bytes())
		}
	}
}

// mendVFVLAN does so for a struct ifla_vf_vlan_info: function, VLAN, priority, each of four bytes, protocol.
func mendVFVLAN(b []byte) {
	const at = 12
	if len(b) < at+2 {
		return
	}
	switch p := binary.NativeEndian.Uint16(b[at:]); VFVLANProto(p) {
	case VFVLAN8021Q, VFVLAN8021AD:
		binary.BigEndian.PutUint16(b[at:], p)
	}
}
