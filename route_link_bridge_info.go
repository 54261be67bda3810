//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"context"
	"math"
	"strconv"
	"time"
	"unsafe"
)

// LinkBridge is what a link of kind bridge has beside other links: the settings of the bridge itself; [BridgePort] is what its ports have. It
// is a view without a life of its own: the link is closed, not the view. Every method looks at the kind anew and returns [ErrOpNotSupp] for a
// link of another.
//
// libnl has settings of bridges since 3.8; each method says which version it takes, and returns ErrOpNotSupp with an older one. A setting
// that is not set is [ErrNoAttr].
type LinkBridge struct{ l *Link }

// NewLinkBridge returns a new link of kind bridge; the caller closes its Link.
//
// Implements: rtnl_link_bridge_alloc
func NewLinkBridge() (LinkBridge, error) {
	l, err := newHandle[*Link]("rtnl_link_bridge_alloc", unsafe.Pointer(C.rtnl_link_bridge_alloc()))
	return LinkBridge{l}, err
}

// AddBridge makes a bridge; with an empty name the kernel names it. Equivalent to: ip link add NAME type bridge. One that is there is
// [fs.ErrExist]; plain libnl says yes to that.
//
// Implements: rtnl_link_bridge_add
func AddBridge(ctx context.Context, s *Socket, name string) error {
	const fn = "rtnl_link_bridge_add"
	v, err := NewLinkBridge()
	if err != nil {
		return err
	}
	defer v.l.Close()
	if name != "" {
		if err := v.l.SetName(name); err != nil {
			return named(fn, err)
		}
	}
	m, err := v.l.BuildAdd(FlagCreate | FlagExcl)
	if err != nil {
		return err
	}
	return s.ask(ctx, fn, m)
}

// Bridge returns the view of a link of kind bridge; false for any other.
func (l *Link) Bridge() (LinkBridge, bool) { return LinkBridge{l}, l.isKind(C.NLGO_LINK_BRIDGE) }

// Link returns the link that the view is of.
func (v LinkBridge) Link() *Link { return v.l }

// libnlHas returns the error for a function that came with libnl 3.minor, if the package was built with an older one.
func libnlHas(fn string, minor int) error {
	if C.LIBNL_VER_NUM >= 3<<8|minor {
		return nil
	}
	return &Error{Func: fn, Code: ErrOpNotSupp, Msg: "it takes libnl 3." + strconv.Itoa(minor)}
}

// ptr returns the C object for a function that came with libnl 3.minor.
func (v LinkBridge) ptr(fn string, minor int) (*C.struct_rtnl_link, error) {
	c, err := v.l.ofKind(fn, C.NLGO_LINK_BRIDGE)
	if err != nil {
		return nil, err
	}
	return c, libnlHas(fn, minor)
}

func (v LinkBridge) get8(fn string, minor int, get func(*C.struct_rtnl_link, *C.uint8_t) C.int) (uint8, error) {
	c, err := v.ptr(fn, minor)
	if err != nil {
		return 0, err
	}
	var n C.uint8_t
	rc := get(c, &n)
	return uint8(n), attrErr(fn, rc)
}

func (v LinkBridge) getBool(fn string, minor int, get func(*C.struct_rtnl_link, *C.uint8_t) C.int) (bool, error) {
	n, err := v.get8(fn, minor, get)
	return n != 0, err
}

func (v LinkBridge) setBool(fn string, minor int, on bool, set func(*C.struct_rtnl_link, C.uint8_t)) error {
	c, err := v.ptr(fn, minor)
	if err != nil {
		return err
	}
	n := C.uint8_t(0)
	if on {
		n = 1
	}
	set(c, n)
	return nil
}

// VLANFiltering reports whether the bridge looks at VLANs. Since libnl 3.8.
//
// Implements: rtnl_link_bridge_get_vlan_filtering
func (v LinkBridge) VLANFiltering() (bool, error) {
	return v.getBool("rtnl_link_bridge_get_vlan_filtering", 8, func(c *C.struct_rtnl_link, n *C.uint8_t) C.int {
		return C.rtnl_link_bridge_get_vlan_filtering(c, n)
	})
}

// SetVLANFiltering has the bridge look at VLANs, or not. Since libnl 3.8.
//
// Implements: rtnl_link_bridge_set_vlan_filtering
func (v LinkBridge) SetVLANFiltering(on bool) error {
	return v.setBool("rtnl_link_bridge_set_vlan_filtering", 8, on, func(c *C.struct_rtnl_link, n C.uint8_t) {
		C.rtnl_link_bridge_set_vlan_filtering(c, n)
	})
}

// VLANProtocol returns the EtherType of the VLANs' tags, 0x8100 (802.1Q) or 0x88a8 (802.1ad). Since libnl 3.8.
//
// Implements: rtnl_link_bridge_get_vlan_protocol
func (v LinkBridge) VLANProtocol() (EtherProto, error) {
	const fn = "rtnl_link_bridge_get_vlan_protocol"
	c, err := v.ptr(fn, 8)
	if err != nil {
		return 0, err
	}
	var n C.uint16_t
	rc := C.rtnl_link_bridge_get_vlan_protocol(c, &n)
	return EtherProto(n), attrErr(fn, rc)
}

// SetVLANProtocol sets the EtherType of the VLANs' tags. Since libnl 3.8.
//
// Implements: rtnl_link_bridge_set_vlan_protocol
func (v LinkBridge) SetVLANProtocol(p EtherProto) error {
	c, err := v.ptr("rtnl_link_bridge_set_vlan_protocol", 8)
	if err != nil {
		return err
	}
	C.rtnl_link_bridge_set_vlan_protocol(c, C.uint16_t(p))
	return nil
}

// VLANStats reports whether the bridge counts by VLAN. Since libnl 3.8.
//
// Implements: rtnl_link_bridge_get_vlan_stats_enabled
func (v LinkBridge) VLANStats() (bool, error) {
	return v.getBool("rtnl_link_bridge_get_vlan_stats_enabled", 8, func(c *C.struct_rtnl_link, n *C.uint8_t) C.int {
		return C.rtnl_link_bridge_get_vlan_stats_enabled(c, n)
	})
}

// SetVLANStats has the bridge count by VLAN, or not. Since libnl 3.8.
//
// Implements: rtnl_link_bridge_set_vlan_stats_enabled
func (v LinkBridge) SetVLANStats(on bool) error {
	return v.setBool("rtnl_link_bridge_set_vlan_stats_enabled", 8, on, func(c *C.struct_rtnl_link, n C.uint8_t) {
		C.rtnl_link_bridge_set_vlan_stats_enabled(c, n)
	})
}

// VLANDefaultPVID returns the VLAN that new ports get for packets without a tag, 0 for none. Since libnl 3.10.
//
// Implements: rtnl_link_bridge_get_vlan_default_pvid
func (v LinkBridge) VLANDefaultPVID() (uint16, error) {
	const fn = "rtnl_link_bridge_get_vlan_default_pvid"
	c, err := v.ptr(fn, 10)
	if err != nil {
		return 0, err
	}
	var n C.uint16_t
	rc := C.rtnl_link_bridge_get_vlan_default_pvid(c, &n)
	return uint16(n), attrErr(fn, rc)
}

// SetVLANDefaultPVID sets the VLAN that new ports get for packets without a tag, 0 for none. Since libnl 3.11.
//
// Implements: rtnl_link_bridge_set_vlan_default_pvid
func (v LinkBridge) SetVLANDefaultPVID(vlan uint16) error {
	const fn = "rtnl_link_bridge_set_vlan_default_pvid"
	c, err := v.ptr(fn, 11)
	if err != nil {
		return err
	}
	if vlan > 4094 {
		return &Error{Func: fn, Code: ErrRange, Msg: "VLAN " + strconv.Itoa(int(vlan))}
	}
	C.nlgo_bridge_set_vlan_default_pvid(c, C.uint16_t(vlan))
	return nil
}

// bridgeTick is the unit of the times of bridges, on every architecture: USER_HZ of the kernel's interface.
const bridgeTick = time.Second / 100

// AgeingTime returns how long the bridge remembers a sender. Since libnl 3.10.
//
// Implements: rtnl_link_bridge_get_ageing_time
func (v LinkBridge) AgeingTime() (time.Duration, error) {
	const fn = "rtnl_link_bridge_get_ageing_time"
	c, err := v.ptr(fn, 10)
	if err != nil {
		return 0, err
	}
	var n C.uint32_t
	rc := C.rtnl_link_bridge_get_ageing_time(c, &n)
	return time.Duration(n) * bridgeTick, attrErr(fn, rc)
}

// SetAgeingTime sets how long the bridge remembers a sender, in whole hundredths of a second ([ErrRange]). Since libnl 3.10.
//
// Implements: rtnl_link_bridge_set_ageing_time
func (v LinkBridge) SetAgeingTime(d time.Duration) error {
	const fn = "rtnl_link_bridge_set_ageing_time"
	c, err := v.ptr(fn, 10)
	if err != nil {
		return err
	}
	if d < 0 || d%bridgeTick != 0 || d/bridgeTick > math.MaxUint32 {
		return &Error{Func: fn, Code: ErrRange, Msg: d.String()}
	}
	C.rtnl_link_bridge_set_ageing_time(c, C.uint32_t(d/bridgeTick))
	return nil
}

// NFCallIPTables reports whether iptables sees IPv4 packets that are bridged. Since libnl 3.11.
//
// Implements: rtnl_link_bridge_get_nf_call_iptables
func (v LinkBridge) NFCallIPTables() (bool, error) {
	return v.getBool("rtnl_link_bridge_get_nf_call_iptables", 11, func(c *C.struct_rtnl_link, n *C.uint8_t) C.int {
		return C.rtnl_link_bridge_get_nf_call_iptables(c, n)
	})
}

// SetNFCallIPTables has iptables see IPv4 packets that are bridged, or not. Since libnl 3.10.
//
// Implements: rtnl_link_bridge_set_nf_call_iptables
func (v LinkBridge) SetNFCallIPTables(on bool) error {
	return v.setBool("rtnl_link_bridge_set_nf_call_iptables", 10, on, func(c *C.struct_rtnl_link, n C.uint8_t) {
		C.rtnl_link_bridge_set_nf_call_iptables(c, n)
	})
}

// NFCallIP6Tables reports whether ip6tables sees IPv6 packets that are bridged. Since libnl 3.11.
//
// Implements: rtnl_link_bridge_get_nf_call_ip6tables
func (v LinkBridge) NFCallIP6Tables() (bool, error) {
	return v.getBool("rtnl_link_bridge_get_nf_call_ip6tables", 11, func(c *C.struct_rtnl_link, n *C.uint8_t) C.int {
		return C.rtnl_link_bridge_get_nf_call_ip6tables(c, n)
	})
}

// SetNFCallIP6Tables has ip6tables see IPv6 packets that are bridged, or not. Since libnl 3.10.
//
// Implements: rtnl_link_bridge_set_nf_call_ip6tables
func (v LinkBridge) SetNFCallIP6Tables(on bool) error {
	return v.setBool("rtnl_link_bridge_set_nf_call_ip6tables", 10, on, func(c *C.struct_rtnl_link, n C.uint8_t) {
		C.rtnl_link_bridge_set_nf_call_ip6tables(c, n)
	})
}

// NFCallARPTables reports whether arptables sees ARP packets that are bridged. Since libnl 3.11.
//
// Implements: rtnl_link_bridge_get_nf_call_arptables
func (v LinkBridge) NFCallARPTables() (bool, error) {
	return v.getBool("rtnl_link_bridge_get_nf_call_arptables", 11, func(c *C.struct_rtnl_link, n *C.uint8_t) C.int {
		return C.rtnl_link_bridge_get_nf_call_arptables(c, n)
	})
}

// SetNFCallARPTables has arptables see ARP packets that are bridged, or not. Since libnl 3.10.
//
// Implements: rtnl_link_bridge_set_nf_call_arptables
func (v LinkBridge) SetNFCallARPTables(on bool) error {
	return v.setBool("rtnl_link_bridge_set_nf_call_arptables", 10, on, func(c *C.struct_rtnl_link, n C.uint8_t) {
		C.rtnl_link_bridge_set_nf_call_arptables(c, n)
	})
}

// STPState returns who runs the spanning tree: 0 nobody, 1 the kernel, 2 a program. Since libnl 3.11.
//
// Implements: rtnl_link_bridge_get_stp_state
func (v LinkBridge) STPState() (uint32, error) {
	const fn = "rtnl_link_bridge_get_stp_state"
	c, err := v.ptr(fn, 11)
	if err != nil {
		return 0, err
	}
	var n C.uint32_t
	rc := C.rtnl_link_bridge_get_stp_state(c, &n)
	return uint32(n), attrErr(fn, rc)
}

// SetSTPState switches the spanning tree off (0) or on: who runs it then is for the kernel to decide. Since libnl 3.11.
//
// Implements: rtnl_link_bridge_set_stp_state
func (v LinkBridge) SetSTPState(n uint32) error {
	c, err := v.ptr("rtnl_link_bridge_set_stp_state", 11)
	if err != nil {
		return err
	}
	C.rtnl_link_bridge_set_stp_state(c, C.uint32_t(n))
	return nil
}

// McastRouter returns whether multicast routers are reached through the bridge itself (MDB_RTR_TYPE_*): 0 never, 1 as it learns, 2 always.
// Since libnl 3.11.
//
// Implements: rtnl_link_bridge_get_mcast_router
func (v LinkBridge) McastRouter() (uint8, error) {
	return v.get8("rtnl_link_bridge_get_mcast_router", 11, func(c *C.struct_rtnl_link, n *C.uint8_t) C.int {
		return C.rtnl_link_bridge_get_mcast_router(c, n)
	})
}

// SetMcastRouter sets whether multicast routers are reached through the bridge itself. Since libnl 3.11.
//
// Implements: rtnl_link_bridge_set_mcast_router
func (v LinkBridge) SetMcastRouter(n uint8) error {
	c, err := v.ptr("rtnl_link_bridge_set_mcast_router", 11)
	if err != nil {
		return err
	}
	C.rtnl_link_bridge_set_mcast_router(c, C.uint8_t(n))
	return nil
}

// McastSnooping reports whether the bridge learns who is in which multicast group. Since libnl 3.11.
//
// Implements: rtnl_link_bridge_get_mcast_snooping
func (v LinkBridge) McastSnooping() (bool, error) {
	return v.getBool("rtnl_link_bridge_get_mcast_snooping", 11, func(c *C.struct_rtnl_link, n *C.uint8_t) C.int {
		return C.rtnl_link_bridge_get_mcast_snooping(c, n)
	})
}

// SetMcastSnooping has the bridge learn who is in which multicast group, or not. Since libnl 3.11.
//
// Implements: rtnl_link_bridge_set_mcast_snooping
func (v LinkBridge) SetMcastSnooping(on bool) error {
	return v.setBool("rtnl_link_bridge_set_mcast_snooping", 11, on, func(c *C.struct_rtnl_link, n C.uint8_t) {
		C.rtnl_link_bridge_set_mcast_snooping(c, n)
	})
}

// BridgeBoolOpt is one of the settings of a bridge that are on or off (BR_BOOLOPT_*).
type BridgeBoolOpt int

// The settings of a bridge that are on or off.
const (
	BridgeNoLinkLocalLearn  BridgeBoolOpt = iota // BR_BOOLOPT_NO_LL_LEARN
	BridgeMcastVLANSnooping                      // BR_BOOLOPT_MCAST_VLAN_SNOOPING
	BridgeMSTEnable                              // BR_BOOLOPT_MST_ENABLE
)

// BoolOpt returns one of the settings that are on or off. Since libnl 3.11.
//
// Implements: rtnl_link_bridge_get_boolopt
func (v LinkBridge) BoolOpt(o BridgeBoolOpt) (bool, error) {
	const fn = "rtnl_link_bridge_get_boolopt"
	c, err := v.ptr(fn, 11)
	if err != nil {
		return false, err
	}
	if err := o.check(fn); err != nil {
		return false, err
	}
	rc := C.rtnl_link_bridge_get_boolopt(c, C.int(o))
	return rc > 0, attrErr(fn, rc)
}

// SetBoolOpt sets one of the settings that are on or off. Since libnl 3.11.
//
// Implements: rtnl_link_bridge_set_boolopt
func (v LinkBridge) SetBoolOpt(o BridgeBoolOpt, on bool) error {
	const fn = "rtnl_link_bridge_set_boolopt"
	c, err := v.ptr(fn, 11)
	if err != nil {
		return err
	}
	if err := o.check(fn); err != nil {
		return err
	}
	n := C.int(0)
	if on {
		n = 1
	}
	return codeErr(fn, int(C.rtnl_link_bridge_set_boolopt(c, C.int(o), n)))
}

func (o BridgeBoolOpt) check(fn string) error {
	if o < 0 || o >= 32 {
		return &Error{Func: fn, Code: ErrRange, Msg: "setting " + strconv.Itoa(int(o))}
	}
	return nil
}
