//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"context"
	"math"
	"slices"
	"strconv"
	"time"
	"unsafe"
)

// LinkBond is what a link of kind bond has beside other links. It is a view without a life of its own: the link is closed, not the view.
// Every method looks at the kind anew and returns [ErrOpNotSupp] for a link of another, and where libnl is too old: setters take libnl 3.8
// or 3.9, getters 3.11.
type LinkBond struct{ l *Link }

// NewLinkBond returns a new link of kind bond; the caller closes its Link.
//
// Implements: rtnl_link_bond_alloc
func NewLinkBond() (LinkBond, error) {
	l, err := newHandle[*Link]("rtnl_link_bond_alloc", unsafe.Pointer(C.rtnl_link_bond_alloc()))
	return LinkBond{l}, err
}

// Bond returns the view of a link of kind bond; false for any other.
//
// Implements: rtnl_link_is_bond
func (l *Link) Bond() (LinkBond, bool) { return LinkBond{l}, l.isKind(C.NLGO_LINK_BOND) }

// AddBond makes a bond with what opts has, a link of kind bond, and with this name. If name is empty it is the name in opts, else the kernel
// chooses one. A nil opts has nothing. A name that is taken is [fs.ErrExist]. libnl ignores all of opts but the name, and would change the
// link that has it. Equivalent to: ip link add NAME type bond.
//
// [Enslave] and [Release] put links into the bond and take them out.
//
// Implements: rtnl_link_bond_add
func AddBond(ctx context.Context, s *Socket, name string, opts *Link) error {
	const fn = "rtnl_link_bond_add"
	if opts == nil {
		v, err := NewLinkBond()
		if err != nil {
			return err
		}
		defer v.l.Close()
		return v.l.addNamed(ctx, s, fn, name)
	}
	if _, err := opts.ofKind(fn, C.NLGO_LINK_BOND); err != nil {
		return err
	}
	l, err := Clone(opts)
	if err != nil {
		return err
	}
	defer l.Close()
	return l.addNamed(ctx, s, fn, name)
}

// Link returns the link that the view is of.
func (v LinkBond) Link() *Link { return v.l }

func (v LinkBond) ptr(fn string) (*C.struct_rtnl_link, error) {
	return v.l.ofKind(fn, C.NLGO_LINK_BOND)
}

// ptrSince is ptr for a function that came with libnl 3.minor.
func (v LinkBond) ptrSince(fn string, minor int) (*C.struct_rtnl_link, error) {
	c, err := v.ptr(fn)
	if err == nil && C.LIBNL_VER_NUM < 3<<8|minor {
		err = &Error{Func: fn, Code: ErrOpNotSupp, Msg: "it takes libnl 3." + strconv.Itoa(minor)}
	}
	return c, err
}

// Mode returns the mode, [ErrNoAttr] if unset.
//
// Implements: rtnl_link_bond_get_mode
func (v LinkBond) Mode() (BondMode, error) {
	const fn = "rtnl_link_bond_get_mode"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint8_t
	rc := C.rtnl_link_bond_get_mode(c, &n)
	return BondMode(n), attrErr(fn, rc)
}

// SetMode sets the mode, which the kernel changes while the bond is down and has no slaves.
//
// Implements: rtnl_link_bond_set_mode
func (v LinkBond) SetMode(m BondMode) error {
	c, err := v.ptrSince("rtnl_link_bond_set_mode", 8)
	if err != nil {
		return err
	}
	C.rtnl_link_bond_set_mode(c, C.uint8_t(m))
	return nil
}

// ActiveSlave returns the index of the active slave, [ErrNoAttr] if unset.
//
// Implements: rtnl_link_bond_get_activeslave
func (v LinkBond) ActiveSlave() (int, error) {
	const fn = "rtnl_link_bond_get_activeslave"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.int
	rc := C.rtnl_link_bond_get_activeslave(c, &n)
	return int(n), attrErr(fn, rc)
}

// SetActiveSlave sets the index of the active slave, 0 to have the kernel choose.
//
// Implements: rtnl_link_bond_set_activeslave
func (v LinkBond) SetActiveSlave(i int) error {
	const fn = "rtnl_link_bond_set_activeslave"
	c, err := v.ptrSince(fn, 8)
	if err != nil {
		return err
	}
	if err := checkIndex(fn, i); err != nil {
		return err
	}
	C.rtnl_link_bond_set_activeslave(c, C.int(i))
	return nil
}

// HashingType returns by what the slave of a packet is chosen, [ErrNoAttr] if unset.
//
// Implements: rtnl_link_bond_get_hashing_type
func (v LinkBond) HashingType() (BondHashing, error) {
	const fn = "rtnl_link_bond_get_hashing_type"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint8_t
	rc := C.rtnl_link_bond_get_hashing_type(c, &n)
	return BondHashing(n), attrErr(fn, rc)
}

// SetHashingType sets by what the slave of a packet is chosen, in the modes that have a choice.
//
// Implements: rtnl_link_bond_set_hashing_type
func (v LinkBond) SetHashingType(h BondHashing) error {
	c, err := v.ptrSince("rtnl_link_bond_set_hashing_type", 9)
	if err != nil {
		return err
	}
	C.rtnl_link_bond_set_hashing_type(c, C.uint8_t(h))
	return nil
}

// MIIMon returns how often the carrier of the slaves is looked at, 0 for never, [ErrNoAttr] if unset.
//
// Implements: rtnl_link_bond_get_miimon
func (v LinkBond) MIIMon() (time.Duration, error) {
	const fn = "rtnl_link_bond_get_miimon"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint32_t
	rc := C.rtnl_link_bond_get_miimon(c, &n)
	return time.Duration(n) * time.Millisecond, attrErr(fn, rc)
}

// SetMIIMon sets how often the carrier of the slaves is looked at, in whole milliseconds ([ErrRange]), 0 for never.
//
// Implements: rtnl_link_bond_set_miimon
func (v LinkBond) SetMIIMon(d time.Duration) error {
	const fn = "rtnl_link_bond_set_miimon"
	c, err := v.ptrSince(fn, 9)
	if err != nil {
		return err
	}
	if d < 0 || d%time.Millisecond != 0 || d.Milliseconds() > math.MaxInt32 {
		return &Error{Func: fn, Code: ErrRange, Msg: "interval " + d.String()}
	}
	C.rtnl_link_bond_set_miimon(c, C.uint32_t(d.Milliseconds()))
	return nil
}

// MinLinks returns how many slaves must be up for the bond to be, [ErrNoAttr] if unset.
//
// Implements: rtnl_link_bond_get_min_links
func (v LinkBond) MinLinks() (uint32, error) {
	const fn = "rtnl_link_bond_get_min_links"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint32_t
	rc := C.rtnl_link_bond_get_min_links(c, &n)
	return uint32(n), attrErr(fn, rc)
}

// SetMinLinks sets how many slaves must be up for the bond to be.
//
// Implements: rtnl_link_bond_set_min_links
func (v LinkBond) SetMinLinks(n uint32) error {
	c, err := v.ptrSince("rtnl_link_bond_set_min_links", 9)
	if err != nil {
		return err
	}
	C.rtnl_link_bond_set_min_links(c, C.uint32_t(n))
	return nil
}

// BondMode is how a bond uses its slaves (BOND_MODE_*).
type BondMode uint8

// The modes of bonds.
const (
	BondBalanceRR    BondMode = iota // BOND_MODE_ROUNDROBIN: one after the other
	BondActiveBackup                 // BOND_MODE_ACTIVEBACKUP: one at a time
	BondBalanceXOR                   // BOND_MODE_XOR: by a hash
	BondBroadcast                    // BOND_MODE_BROADCAST: all
	Bond8023AD                       // BOND_MODE_8023AD: link aggregation (LACP)
	BondBalanceTLB                   // BOND_MODE_TLB: adaptive for what is sent
	BondBalanceALB                   // BOND_MODE_ALB: adaptive for both directions
)

var bondModeNames = []string{"balance-rr", "active-backup", "balance-xor", "broadcast", "802.3ad", "balance-tlb", "balance-alb"}

// String returns the kernel's name of the mode, "active-backup", or the number.
func (m BondMode) String() string { return bondText(uint8(m), bondModeNames) }

// ParseBondMode reads what [BondMode.String] writes. An unknown name is [ErrObjNotFound].
func ParseBondMode(s string) (BondMode, error) {
	n, err := parseBondText("ParseBondMode", s, bondModeNames)
	return BondMode(n), err
}

// BondHashing is by what a bond chooses the slave for a packet (BOND_XMIT_POLICY_*).
type BondHashing uint8

// What the slave of a packet is chosen by.
const (
	BondLayer2     BondHashing = iota // BOND_XMIT_POLICY_LAYER2: MAC addresses
	BondLayer34                       // BOND_XMIT_POLICY_LAYER34: IP addresses and ports
	BondLayer23                       // BOND_XMIT_POLICY_LAYER23: MAC and IP addresses
	BondEncap23                       // BOND_XMIT_POLICY_ENCAP23: MAC and IP addresses, of the packet inside
	BondEncap34                       // BOND_XMIT_POLICY_ENCAP34: IP addresses and ports, of the packet inside
	BondVLANSrcMAC                    // BOND_XMIT_POLICY_VLAN_SRCMAC: VLAN and source MAC address
)

var bondHashingNames = []string{"layer2", "layer3+4", "layer2+3", "encap2+3", "encap3+4", "vlan+srcmac"}

// String returns the kernel's name of the choice, "layer3+4", or the number.
func (h BondHashing) String() string { return bondText(uint8(h), bondHashingNames) }

// ParseBondHashing reads what [BondHashing.String] writes. An unknown name is [ErrObjNotFound].
func ParseBondHashing(s string) (BondHashing, error) {
	n, err := parseBondText("ParseBondHashing", s, bondHashingNames)
	return BondHashing(n), err
}

func bondText(v uint8, names []string) string {
	if int(v) < len(names) {
		return names[v]
	}
	return hexText(int(v))
}

func parseBondText(fn, s string, names []string) (uint8, error) {
	if i := slices.Index(names, s); i >= 0 {
		return uint8(i), nil
	}
	n, ok := hexFlag(s)
	switch {
	case !ok:
		return 0, textErr(fn, ErrObjNotFound, s)
	case n > math.MaxUint8:
		return 0, textErr(fn, ErrRange, s)
	}
	return uint8(n), nil
}
