//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"iter"
	"math"
	"math/bits"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// BridgePort is what a link of FamilyBridge holds: the data of a bridge's port, as [Socket.Links] with FamilyBridge and the notifications of
// bridges bring it. To change a port, set what is to change in a [NewBridgePort] and give its link to [Link.Change] of a link of FamilyBridge
// with the index of the port. BridgePort is a view without a life of its own: the link is closed, not the view. Every method looks at the
// family anew and returns [ErrOpNotSupp] for a link of another.
//
// Attributes that are not set are 0, unless a method says otherwise.
type BridgePort struct{ l *Link }

// NewBridgePort returns a new link of FamilyBridge; the caller closes its Link.
//
// Implements: rtnl_link_alloc rtnl_link_set_family
func NewBridgePort() (BridgePort, error) {
	l, err := NewLink()
	if err != nil {
		return BridgePort{}, err
	}
	if err := l.SetFamily(FamilyBridge); err != nil {
		_ = l.Close()
		return BridgePort{}, err
	}
	return BridgePort{l}, nil
}

// BridgePort returns the view of a link of FamilyBridge; false for any other. A bridge itself is of that family too: libnl makes it so.
//
// Implements: rtnl_link_is_bridge
func (l *Link) BridgePort() (BridgePort, bool) {
	c := l.ptr()
	return BridgePort{l}, c != nil && C.rtnl_link_is_bridge(c) != 0
}

// Link returns the link that the view is of.
func (p BridgePort) Link() *Link { return p.l }

func (p BridgePort) ptr(fn string) (*C.struct_rtnl_link, error) {
	c := p.l.ptr()
	if c == nil {
		return nil, closedErr(fn)
	}
	if C.rtnl_link_is_bridge(c) == 0 {
		return nil, &Error{Func: fn, Code: ErrOpNotSupp, Msg: "the link is of family " + p.l.Family().String()}
	}
	return c, nil
}

// HasExtInfo reports whether the kernel told more than the state: every kernel since 3.8 does.
//
// Implements: rtnl_link_bridge_has_ext_info
func (p BridgePort) HasExtInfo() (bool, error) {
	c, err := p.ptr("rtnl_link_bridge_has_ext_info")
	if err != nil {
		return false, err
	}
	return C.rtnl_link_bridge_has_ext_info(c) != 0, nil
}

// State returns the state of the port in the spanning tree.
//
// Implements: rtnl_link_bridge_get_port_state
func (p BridgePort) State() (BridgePortState, error) {
	const fn = "rtnl_link_bridge_get_port_state"
	c, err := p.ptr(fn)
	if err != nil {
		return 0, err
	}
	return BridgePortState(C.rtnl_link_bridge_get_port_state(c)), nil
}

// SetState sets the state of the port; the kernel takes it while it does not run a spanning tree itself.
//
// Implements: rtnl_link_bridge_set_port_state
func (p BridgePort) SetState(s BridgePortState) error {
	const fn = "rtnl_link_bridge_set_port_state"
	c, err := p.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_bridge_set_port_state(c, C.uint8_t(s))))
}

// Priority returns the priority of the port, 0 to 63.
//
// Implements: rtnl_link_bridge_get_priority
func (p BridgePort) Priority() (uint16, error) {
	const fn = "rtnl_link_bridge_get_priority"
	c, err := p.ptr(fn)
	if err != nil {
		return 0, err
	}
	return uint16(C.rtnl_link_bridge_get_priority(c)), nil
}

// SetPriority sets the priority of the port, 0 to 63 for the kernel.
//
// Implements: rtnl_link_bridge_set_priority
func (p BridgePort) SetPriority(n uint16) error {
	const fn = "rtnl_link_bridge_set_priority"
	c, err := p.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_bridge_set_priority(c, C.uint16_t(n))))
}

// Cost returns the cost of the path through the port, 1 to 65535.
//
// Implements: rtnl_link_bridge_get_cost
func (p BridgePort) Cost() (uint32, error) {
	const fn = "rtnl_link_bridge_get_cost"
	c, err := p.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint32_t
	rc := C.rtnl_link_bridge_get_cost(c, &n)
	return uint32(n), attrErr(fn, rc)
}

// SetCost sets the cost of the path through the port, 1 to 65535 for the kernel.
//
// Implements: rtnl_link_bridge_set_cost
func (p BridgePort) SetCost(n uint32) error {
	const fn = "rtnl_link_bridge_set_cost"
	c, err := p.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_bridge_set_cost(c, C.uint32_t(n))))
}

// Flags returns the flags of the port, as far as this libnl knows them.
//
// Implements: rtnl_link_bridge_get_flags
func (p BridgePort) Flags() (BridgePortFlags, error) {
	const fn = "rtnl_link_bridge_get_flags"
	c, err := p.ptr(fn)
	if err != nil {
		return 0, err
	}
	return BridgePortFlags(uint32(C.rtnl_link_bridge_get_flags(c))), nil
}

// SetFlags sets flags; others stay, and a request changes those alone that were set or unset. Flags that this libnl would leave out of a
// request are [ErrOpNotSupp].
//
// Implements: rtnl_link_bridge_set_flags
func (p BridgePort) SetFlags(f BridgePortFlags) error {
	const fn = "rtnl_link_bridge_set_flags"
	c, err := p.ptr(fn)
	if err != nil {
		return err
	}
	if err := f.known(fn); err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_bridge_set_flags(c, C.uint(f))))
}

// UnsetFlags clears flags; others stay. Flags that this libnl would leave out of a request are [ErrOpNotSupp].
//
// Implements: rtnl_link_bridge_unset_flags
func (p BridgePort) UnsetFlags(f BridgePortFlags) error {
	const fn = "rtnl_link_bridge_unset_flags"
	c, err := p.ptr(fn)
	if err != nil {
		return err
	}
	if err := f.known(fn); err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_bridge_unset_flags(c, C.uint(f))))
}

// known returns the error for flags that this libnl has no word for: it writes none of those into requests.
func (f BridgePortFlags) known(fn string) error {
	for name := range strings.SplitSeq(f.String(), ",") {
		if _, ok := hexFlag(name); ok {
			return &Error{Func: fn, Code: ErrOpNotSupp, Msg: "this libnl does not know the flags " + name}
		}
	}
	return nil
}

// SetSelf has a request change the device itself, not its place in a bridge.
//
// Implements: rtnl_link_bridge_set_self
func (p BridgePort) SetSelf() error {
	const fn = "rtnl_link_bridge_set_self"
	c, err := p.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_bridge_set_self(c)))
}

// SetMaster has a request change the place of the device in a bridge, which it does without SetSelf too. It takes libnl 3.10.
//
// Implements: rtnl_link_bridge_set_master
func (p BridgePort) SetMaster() error {
	const fn = "rtnl_link_bridge_set_master"
	c, err := p.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_bridge_set_master(c)))
}

// HWMode returns the mode of a bridge in hardware, [ErrNoAttr] if the device has none.
//
// Implements: rtnl_link_bridge_get_hwmode
func (p BridgePort) HWMode() (BridgeHWMode, error) {
	const fn = "rtnl_link_bridge_get_hwmode"
	c, err := p.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint16_t
	rc := C.rtnl_link_bridge_get_hwmode(c, &n)
	return BridgeHWMode(n), attrErr(fn, rc)
}

// SetHWMode sets the mode of a bridge in hardware, and does SetSelf.
//
// Implements: rtnl_link_bridge_set_hwmode
func (p BridgePort) SetHWMode(m BridgeHWMode) error {
	const fn = "rtnl_link_bridge_set_hwmode"
	c, err := p.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_bridge_set_hwmode(c, C.uint16_t(m))))
}

// PVID returns the VLAN of packets without a tag, 0 if there is none; [ErrNoAttr] if the link says nothing of VLANs.
//
// Implements: rtnl_link_bridge_pvid
func (p BridgePort) PVID() (uint16, error) {
	const fn = "rtnl_link_bridge_pvid"
	c, err := p.ptr(fn)
	if err != nil {
		return 0, err
	}
	n := C.rtnl_link_bridge_pvid(c)
	if n < 0 { // -EINVAL, which is no code of libnl's
		return 0, &Error{Func: fn, Code: ErrNoAttr}
	}
	return uint16(n), nil
}

// HasVLAN reports whether the port is in a VLAN.
//
// Implements: rtnl_link_bridge_has_vlan
func (p BridgePort) HasVLAN() (bool, error) {
	c, err := p.ptr("rtnl_link_bridge_has_vlan")
	if err != nil {
		return false, err
	}
	return C.rtnl_link_bridge_has_vlan(c) != 0, nil
}

// BridgeVLANs are the VLANs of a port (struct rtnl_link_bridge_vlan), comparable with ==.
type BridgeVLANs struct {
	PVID     uint16  // of packets without a tag, 0 if there is none
	VLANs    VLANSet // all
	Untagged VLANSet // those whose packets leave without a tag
}

// VLANs returns the VLANs of the port; [ErrNoAttr] if the link says nothing of them.
//
// Implements: rtnl_link_bridge_get_port_vlan
func (p BridgePort) VLANs() (BridgeVLANs, error) {
	const fn = "rtnl_link_bridge_get_port_vlan"
	c, err := p.ptr(fn)
	if err != nil {
		return BridgeVLANs{}, err
	}
	v := C.rtnl_link_bridge_get_port_vlan(c)
	if v == nil {
		return BridgeVLANs{}, &Error{Func: fn, Code: ErrNoAttr}
	}
	return BridgeVLANs{
		PVID:     uint16(v.pvid),
		VLANs:    VLANSet{*(*[vlanWords]uint32)(unsafe.Pointer(&v.vlan_bitmap))},
		Untagged: VLANSet{*(*[vlanWords]uint32)(unsafe.Pointer(&v.untagged_bitmap))},
	}, nil
}

// EnableVLAN makes room for VLANs, which the calls below need; a request then carries them. It takes libnl 3.10, as they do.
//
// Implements: rtnl_link_bridge_enable_vlan
func (p BridgePort) EnableVLAN() error {
	const fn = "rtnl_link_bridge_enable_vlan"
	c, err := p.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_bridge_enable_vlan(c)))
}

// SetVLANs puts the port into the VLANs first to last, 1 to 4094. Packets leave it untagged, or with a tag. [ErrNoAttr] is for a call before
// EnableVLAN.
//
// Implements: rtnl_link_bridge_set_port_vlan_map_range
func (p BridgePort) SetVLANs(first, last uint16, untagged bool) error {
	const fn = "rtnl_link_bridge_set_port_vlan_map_range"
	c, err := p.ptr(fn)
	if err != nil {
		return err
	}
	out := C.int(0)
	if untagged {
		out = 1
	}
	return codeErr(fn, int(C.rtnl_link_bridge_set_port_vlan_map_range(c, C.uint16_t(first), C.uint16_t(last), out)))
}

// UnsetVLANs takes the port out of the VLANs first to last. It changes the object: a request adds VLANs and takes none away.
//
// Implements: rtnl_link_bridge_unset_port_vlan_map_range
func (p BridgePort) UnsetVLANs(first, last uint16) error {
	const fn = "rtnl_link_bridge_unset_port_vlan_map_range"
	c, err := p.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_bridge_unset_port_vlan_map_range(c, C.uint16_t(first), C.uint16_t(last))))
}

// SetPVID sets the VLAN of packets without a tag, 1 to 4094, 0 for none. A request puts the port into it.
//
// Implements: rtnl_link_bridge_set_port_vlan_pvid
func (p BridgePort) SetPVID(vlan uint16) error {
	const fn = "rtnl_link_bridge_set_port_vlan_pvid"
	c, err := p.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_bridge_set_port_vlan_pvid(c, C.uint16_t(vlan))))
}

// MSTState returns the state of the port in an instance of the multiple spanning trees, [ErrObjNotFound] if the link does not have the
// instance. It takes libnl 3.11, as the calls below do.
//
// Implements: rtnl_link_bridge_get_mst_port_state
func (p BridgePort) MSTState(instance uint16) (BridgePortState, error) {
	const fn = "rtnl_link_bridge_get_mst_port_state"
	c, err := p.ptr(fn)
	if err != nil {
		return 0, err
	}
	n := C.rtnl_link_bridge_get_mst_port_state(c, C.uint16_t(instance))
	if n < 0 {
		return 0, codeErr(fn, int(n))
	}
	return BridgePortState(n), nil
}

// SetMSTState sets the state of the port in an instance.
//
// Implements: rtnl_link_bridge_set_mst_port_state
func (p BridgePort) SetMSTState(instance uint16, s BridgePortState) error {
	const fn = "rtnl_link_bridge_set_mst_port_state"
	c, err := p.ptr(fn)
	if err != nil {
		return err
	}
	if s > BridgePortBlocking {
		return &Error{Func: fn, Code: ErrInval, Msg: "state " + s.String()}
	}
	return codeErr(fn, int(C.rtnl_link_bridge_set_mst_port_state(c, C.uint16_t(instance), C.uint8_t(s))))
}

// DeleteMSTState removes an instance from the object.
//
// Implements: rtnl_link_bridge_del_mst_port_state
func (p BridgePort) DeleteMSTState(instance uint16) error {
	const fn = "rtnl_link_bridge_del_mst_port_state"
	c, err := p.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_bridge_del_mst_port_state(c, C.uint16_t(instance))))
}

// ClearMSTStates removes all instances from the object.
//
// Implements: rtnl_link_bridge_clear_mst_port_state_info
func (p BridgePort) ClearMSTStates() error {
	const fn = "rtnl_link_bridge_clear_mst_port_state_info"
	c, err := p.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_bridge_clear_mst_port_state_info(c)))
}

// MSTState is the state of a port in an instance of the multiple spanning trees.
type MSTState struct {
	Instance uint16
	State    BridgePortState
}

// MSTStates returns the states of the port in all instances that the link has.
//
// Implements: rtnl_link_bridge_foreach_mst_entry
func (p BridgePort) MSTStates() ([]MSTState, error) {
	const fn = "rtnl_link_bridge_foreach_mst_entry"
	c, err := p.ptr(fn)
	if err != nil {
		return nil, err
	}
	n := C.nlgo_bridge_mst(c, nil, 0)
	if n <= 0 {
		return nil, codeErr(fn, int(n))
	}
	found := make([]C.struct_nlgo_mst, n)
	C.nlgo_bridge_mst(c, &found[0], n)
	states := make([]MSTState, n)
	for i, s := range found {
		states[i] = MSTState{uint16(s.instance), BridgePortState(s.state)}
	}
	return states, nil
}

// vlanWords is how many words the bitmap of 4096 VLANs has.
const vlanWords = C.RTNL_LINK_BRIDGE_VLAN_BITMAP_LEN

// VLANSet is a set of VLANs, comparable with ==.
type VLANSet struct{ bits [vlanWords]uint32 }

// Contains reports whether the VLAN is in the set.
func (s *VLANSet) Contains(vlan uint16) bool {
	return int(vlan) < 32*vlanWords && s.bits[vlan/32]&(1<<(vlan%32)) != 0
}

// Len returns the number of VLANs.
func (s *VLANSet) Len() int {
	n := 0
	for _, w := range s.bits {
		n += bits.OnesCount32(w)
	}
	return n
}

// All yields the VLANs in ascending order.
func (s *VLANSet) All() iter.Seq[uint16] {
	return func(yield func(uint16) bool) {
		for i, w := range s.bits {
			for ; w != 0; w &= w - 1 {
				if !yield(uint16(32*i + bits.TrailingZeros32(w))) {
					return
				}
			}
		}
	}
}

// String returns the VLANs as the bridge program takes them, "1,10-20".
func (s VLANSet) String() string {
	var text []byte
	first, last := -1, -2
	flush := func() {
		if first < 0 {
			return
		}
		if len(text) > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendInt(text, int64(first), 10)
		if last > first {
			text = strconv.AppendInt(append(text, '-'), int64(last), 10)
		}
	}
	for vlan := range s.All() {
		if int(vlan) != last+1 {
			flush()
			first = int(vlan)
		}
		last = int(vlan)
	}
	flush()
	return string(text)
}

// BridgePortState is the state of a port in a spanning tree (BR_STATE_*).
type BridgePortState uint8

// The states of a port in a spanning tree.
const (
	BridgePortDisabled   BridgePortState = iota // BR_STATE_DISABLED
	BridgePortListening                         // BR_STATE_LISTENING
	BridgePortLearning                          // BR_STATE_LEARNING
	BridgePortForwarding                        // BR_STATE_FORWARDING
	BridgePortBlocking                          // BR_STATE_BLOCKING
)

// String returns libnl's word for the state, a number if it has none.
//
// Implements: rtnl_link_bridge_portstate2str
func (s BridgePortState) String() string {
	return enumText(func(p *C.char, n C.size_t) { C.rtnl_link_bridge_portstate2str(C.int(s), p, n) })
}

// ParseBridgePortState reads a state.
//
// Implements: rtnl_link_bridge_str2portstate
func ParseBridgePortState(s string) (BridgePortState, error) {
	n, err := parseName("rtnl_link_bridge_str2portstate", s, math.MaxUint8, func(p *C.char) C.int { return C.rtnl_link_bridge_str2portstate(p) })
	return BridgePortState(n), err
}

// BridgePortFlags are the flags of a bridge's port (RTNL_BRIDGE_*).
type BridgePortFlags uint32

// The flags of a bridge's port.
const (
	BridgeHairpinMode       BridgePortFlags = 1 << iota // RTNL_BRIDGE_HAIRPIN_MODE: packets may leave by the port they came in
	BridgeBPDUGuard                                     // RTNL_BRIDGE_BPDU_GUARD: the spanning tree's packets close the port
	BridgeRootBlock                                     // RTNL_BRIDGE_ROOT_BLOCK: the port cannot become the root port
	BridgeFastLeave                                     // RTNL_BRIDGE_FAST_LEAVE: who leaves a multicast group has left at once
	BridgeUnicastFlood                                  // RTNL_BRIDGE_UNICAST_FLOOD
	BridgeLearning                                      // RTNL_BRIDGE_LEARNING
	BridgeLearningSync                                  // RTNL_BRIDGE_LEARNING_SYNC
	BridgeProxyARP                                      // RTNL_BRIDGE_PROXYARP, since libnl 3.11, as those that follow
	BridgeProxyARPWiFi                                  // RTNL_BRIDGE_PROXYARP_WIFI
	BridgeMcastFlood                                    // RTNL_BRIDGE_MCAST_FLOOD
	BridgeMcastToUcast                                  // RTNL_BRIDGE_MCAST_TO_UCAST
	BridgeVLANTunnel                                    // RTNL_BRIDGE_VLAN_TUNNEL
	BridgeBcastFlood                                    // RTNL_BRIDGE_BCAST_FLOOD
	BridgeNeighSuppress                                 // RTNL_BRIDGE_NEIGH_SUPPRESS
	BridgeIsolated                                      // RTNL_BRIDGE_ISOLATED: no packets to other isolated ports
	BridgeLocked                                        // RTNL_BRIDGE_LOCKED: packets of known senders alone
	BridgeMAB                                           // RTNL_BRIDGE_MAB
	BridgeNeighVLANSuppress                             // RTNL_BRIDGE_NEIGH_VLAN_SUPPRESS
)

// String returns libnl's names of the flags, "hairpin_mode,learning", and a number for those that this libnl does not know.
//
// Implements: rtnl_link_bridge_flags2str
func (f BridgePortFlags) String() string {
	return flagText(uint32(f), func(v C.int, p *C.char, n C.size_t) { C.rtnl_link_bridge_flags2str(v, p, n) })
}

// ParseBridgePortFlags reads what [BridgePortFlags.String] writes. A name that libnl does not know is [ErrObjNotFound].
//
// Implements: rtnl_link_bridge_str2flags
func ParseBridgePortFlags(s string) (BridgePortFlags, error) {
	n, err := parseFlags("rtnl_link_bridge_str2flags", s, func(p *C.char) C.int { return C.rtnl_link_bridge_str2flags(p) })
	return BridgePortFlags(n), err
}

// BridgeHWMode is the mode of a bridge in hardware (RTNL_BRIDGE_HWMODE_*).
type BridgeHWMode uint16

// The modes of a bridge in hardware.
const (
	BridgeVEB         BridgeHWMode = 0      // RTNL_BRIDGE_HWMODE_VEB: the device itself switches
	BridgeVEPA        BridgeHWMode = 1      // RTNL_BRIDGE_HWMODE_VEPA: the switch it is connected to does
	BridgeHWModeUndef BridgeHWMode = 0xffff // RTNL_BRIDGE_HWMODE_UNDEF
)

// String returns libnl's word for the mode, a number if it has none.
//
// Implements: rtnl_link_bridge_hwmode2str
func (m BridgeHWMode) String() string {
	return enumText(func(p *C.char, n C.size_t) { C.rtnl_link_bridge_hwmode2str(C.uint16_t(m), p, n) })
}

// ParseBridgeHWMode reads a mode.
//
// Implements: rtnl_link_bridge_str2hwmode
func ParseBridgeHWMode(s string) (BridgeHWMode, error) {
	n, err := parseName("rtnl_link_bridge_str2hwmode", s, math.MaxUint16, func(p *C.char) C.int {
		return unsignedName(s, C.int(C.rtnl_link_bridge_str2hwmode(p)), 1<<16)
	})
	return BridgeHWMode(n), err
}

// bridgePortData reports whether a request for a link holds the data of a bridge's port, and whether it holds something else.
func bridgePortData(m *Msg) (port, other bool) {
	if m.own.b[headerLen] != unix.AF_BRIDGE {
		return false, true
	}
	for a := range m.Attrs(unix.SizeofIfInfomsg) {
		switch a.Type() {
		case unix.IFLA_PROTINFO:
			port = true
		case unix.IFLA_AF_SPEC:
			for s := range a.Nested() {
				// what other families put here, libnl marks as nested, and numbers like attributes of ports
				if s.IsNested() && s.Type() != bridgeMST {
					other = true
				} else {
					port = true
				}
			}
		case unix.IFLA_IFNAME:
		default:
			other = true
		}
	}
	return port, other
}

// bridgeMST is IFLA_BRIDGE_MST.
const bridgeMST = 6
