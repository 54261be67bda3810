//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// LinkMACVLAN is what a link of kind macvlan has beside other links. It is a view without a life of its own: the link is closed, not the view.
// Every method looks at the kind anew and returns [ErrOpNotSupp] for a link of another. libnl
// does not compare what links of this kind have.
type LinkMACVLAN struct{ l *Link }

// NewLinkMACVLAN returns a new link of kind macvlan; the caller closes its Link.
//
// Implements: rtnl_link_macvlan_alloc
func NewLinkMACVLAN() (LinkMACVLAN, error) {
	l, err := newHandle[*Link]("rtnl_link_macvlan_alloc", unsafe.Pointer(C.rtnl_link_macvlan_alloc()))
	return LinkMACVLAN{l}, err
}

// MACVLAN returns the view of a link of kind macvlan; false for any other.
//
// Implements: rtnl_link_is_macvlan
func (l *Link) MACVLAN() (LinkMACVLAN, bool) { return LinkMACVLAN{l}, l.isKind(C.NLGO_LINK_MACVLAN) }

// Link returns the link that the view is of.
func (v LinkMACVLAN) Link() *Link { return v.l }

func (v LinkMACVLAN) ptr(fn string) (*C.struct_rtnl_link, error) {
	return v.l.ofKind(fn, C.NLGO_LINK_MACVLAN)
}

// Mode returns the mode, 0 if unset.
//
// Implements: rtnl_link_macvlan_get_mode
func (v LinkMACVLAN) Mode() (MACVLANMode, error) {
	const fn = "rtnl_link_macvlan_get_mode"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	return MACVLANMode(C.rtnl_link_macvlan_get_mode(c)), nil
}

// SetMode sets the mode. Another than [MACVLANSource] makes MACMode unset and drops the source addresses.
//
// Implements: rtnl_link_macvlan_set_mode
func (v LinkMACVLAN) SetMode(m MACVLANMode) error {
	const fn = "rtnl_link_macvlan_set_mode"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_macvlan_set_mode(c, C.uint32_t(m))))
}

// Flags returns the flags.
//
// Implements: rtnl_link_macvlan_get_flags
func (v LinkMACVLAN) Flags() (MACVLANFlags, error) {
	const fn = "rtnl_link_macvlan_get_flags"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	return MACVLANFlags(C.rtnl_link_macvlan_get_flags(c)), nil
}

// SetFlags sets flags; others stay. A request that has one set or unset sets all of them.
//
// Implements: rtnl_link_macvlan_set_flags
func (v LinkMACVLAN) SetFlags(f MACVLANFlags) error {
	const fn = "rtnl_link_macvlan_set_flags"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_macvlan_set_flags(c, C.uint16_t(f))))
}

// UnsetFlags clears flags; others stay.
//
// Implements: rtnl_link_macvlan_unset_flags
func (v LinkMACVLAN) UnsetFlags(f MACVLANFlags) error {
	const fn = "rtnl_link_macvlan_unset_flags"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_macvlan_unset_flags(c, C.uint16_t(f))))
}

// MACMode returns what a request does with the source addresses; [ErrNoAttr] if unset, which it always is in other modes than [MACVLANSource].
//
// Implements: rtnl_link_macvlan_get_macmode
func (v LinkMACVLAN) MACMode() (MACVLANMACMode, error) {
	const fn = "rtnl_link_macvlan_get_macmode"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint32_t
	rc := C.rtnl_link_macvlan_get_macmode(c, &n)
	return MACVLANMACMode(n), inModeErr(fn, rc)
}

// SetMACMode sets what a request does with the source addresses. Other modes than [MACVLANSource] have none ([ErrInval]).
//
// Implements: rtnl_link_macvlan_set_macmode
func (v LinkMACVLAN) SetMACMode(m MACVLANMACMode) error {
	const fn = "rtnl_link_macvlan_set_macmode"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_macvlan_set_macmode(c, C.uint32_t(m))))
}

// MACAddrs returns the source addresses: those whose packets the kernel gives to the link, or those of a request. [ErrNoAttr] if MACMode
// is unset.
//
// Implements: rtnl_link_macvlan_count_macaddr rtnl_link_macvlan_get_macaddr
func (v LinkMACVLAN) MACAddrs() ([]Addr, error) {
	n, err := v.macCount()
	if err != nil {
		return nil, err
	}
	addrs := make([]Addr, 0, n)
	for i := range n {
		a, err := v.macAddr(i)
		if err != nil {
			return nil, err
		}
		addrs = append(addrs, a)
	}
	return addrs, nil
}

func (v LinkMACVLAN) macCount() (C.uint32_t, error) {
	const fn = "rtnl_link_macvlan_count_macaddr"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint32_t
	rc := C.rtnl_link_macvlan_count_macaddr(c, &n)
	return n, inModeErr(fn, rc)
}

func (v LinkMACVLAN) macAddr(i C.uint32_t) (Addr, error) {
	const fn = "rtnl_link_macvlan_get_macaddr"
	c, err := v.ptr(fn)
	if err != nil {
		return Addr{}, err
	}
	var a *C.struct_nl_addr
	rc := C.rtnl_link_macvlan_get_macaddr(c, i, &a)
	return addrOf(a), codeErr(fn, int(rc))
}

// AddMACAddr adds a source address, one of six bytes (FamilyLLC). MACMode must be set ([ErrInval]).
//
// Implements: rtnl_link_macvlan_add_macaddr
func (v LinkMACVLAN) AddMACAddr(a Addr) error {
	_, err := v.editMAC("rtnl_link_macvlan_add_macaddr", C.NLGO_MACVLAN_ADD, a)
	return err
}

// DelMACAddr takes a source address, one of six bytes (FamilyLLC), from those of the link and returns how often it was there. MACMode must
// be set ([ErrInval]).
//
// Implements: rtnl_link_macvlan_del_macaddr
func (v LinkMACVLAN) DelMACAddr(a Addr) (int, error) {
	return v.editMAC("rtnl_link_macvlan_del_macaddr", C.NLGO_MACVLAN_DEL, a)
}

func (v LinkMACVLAN) editMAC(fn string, which C.int, a Addr) (int, error) {
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	if err := a.check(fn); err != nil {
		return 0, err
	}
	if a.family != FamilyLLC || len(a.raw) != 6 {
		return 0, argErr(fn, "not a link-layer address of six bytes: "+a.String())
	}
	rc := C.nlgo_kind_set_addr(c, which, C.int(a.family), a.data(), C.size_t(len(a.raw)))
	return int(rc), codeErr(fn, int(rc))
}

// inModeErr is attrErr for getters that say NLE_INVAL.
func inModeErr(fn string, rc C.int) error {
	if Errno(-rc) == ErrInval {
		return &Error{Func: fn, Code: ErrNoAttr}
	}
	return attrErr(fn, rc)
}

// checkMACVLAN finds what the kernel cannot be asked for.
func checkMACVLAN(l *Link) error {
	v := LinkMACVLAN{l}
	mode, err := v.MACMode()
	if err != nil || mode != MACVLANAddrAdd && mode != MACVLANAddrDel {
		return nil
	}
	if n, _ := v.macCount(); n != 1 {
		return argErr("", "a request adds, or deletes, one source address, not "+strconv.Itoa(int(n)))
	}
	return nil
}

// mendMACVLAN puts the one address of a request that adds or deletes it where the kernel looks for it, which is not in the list.
func mendMACVLAN(l *Link, data []byte) ([]byte, error) {
	mode, err := LinkMACVLAN{l}.MACMode()
	if err != nil || mode != MACVLANAddrAdd && mode != MACVLANAddrDel {
		return data, nil
	}
	at := 0
	for a := range EachAttr(data) {
		if a.Type() == unix.IFLA_MACVLAN_MACADDR_DATA {
			return slices.Concat(data[:at], a.Bytes(), data[at+len(a.b):]), nil
		}
		at += align4(len(a.b))
	}
	return data, nil
}

// MACVLANMode says whom a link of kind macvlan or macvtap talks to (MACVLAN_MODE_*).
type MACVLANMode uint32

// The modes of a link of kind macvlan or macvtap.
const (
	MACVLANPrivate  MACVLANMode = 1 << iota // MACVLAN_MODE_PRIVATE: not to others on the same interface
	MACVLANVEPA                             // MACVLAN_MODE_VEPA: to them through an external bridge
	MACVLANBridge                           // MACVLAN_MODE_BRIDGE: to them directly
	MACVLANPassthru                         // MACVLAN_MODE_PASSTHRU: it has the interface for itself
	MACVLANSource                           // MACVLAN_MODE_SOURCE: it gets what comes from a list of addresses
)

// String returns libnl's name of the mode, "bridge", a number if it has none.
//
// Implements: rtnl_link_macvlan_mode2str rtnl_link_macvtap_mode2str
func (m MACVLANMode) String() string {
	return enumText(func(p *C.char, n C.size_t) { C.rtnl_link_macvlan_mode2str(C.int(m), p, n) })
}

// ParseMACVLANMode reads the name of a mode, or a number.
//
// Implements: rtnl_link_macvlan_str2mode rtnl_link_macvtap_str2mode
func ParseMACVLANMode(s string) (MACVLANMode, error) {
	n, err := parseName("rtnl_link_macvlan_str2mode", s, math.MaxUint32, func(p *C.char) C.int { return C.rtnl_link_macvlan_str2mode(p) })
	return MACVLANMode(n), err
}

// MACVLANMACMode says what a request does with the source addresses of a link of kind macvlan (enum macvlan_macaddr_mode).
type MACVLANMACMode uint32

// What a request does with the source addresses.
const (
	MACVLANAddrAdd   MACVLANMACMode = iota // MACVLAN_MACADDR_ADD: adds the one in it
	MACVLANAddrDel                         // MACVLAN_MACADDR_DEL: deletes the one in it
	MACVLANAddrFlush                       // MACVLAN_MACADDR_FLUSH: deletes all
	MACVLANAddrSet                         // MACVLAN_MACADDR_SET: puts those in it in their place
)

// String returns libnl's name of the mode, "set" (without the quotation marks that libnl has around it), a number if it has none.
//
// Implements: rtnl_link_macvlan_macmode2str
func (m MACVLANMACMode) String() string {
	return strings.Trim(enumText(func(p *C.char, n C.size_t) { C.rtnl_link_macvlan_macmode2str(C.int(m), p, n) }), `"`)
}

// ParseMACVLANMACMode reads the name of a mode, or a number.
//
// Implements: rtnl_link_macvlan_str2macmode
func ParseMACVLANMACMode(s string) (MACVLANMACMode, error) {
	const fn = "rtnl_link_macvlan_str2macmode"
	parse := func(s string) (int, error) {
		return parseName(fn, s, math.MaxUint32, func(p *C.char) C.int { return C.rtnl_link_macvlan_str2macmode(p) })
	}
	n, err := parse(`"` + s + `"`)
	if err != nil {
		n, err = parse(s)
	}
	return MACVLANMACMode(n), err
}

// MACVLANFlags are the flags of a link of kind macvlan or macvtap (MACVLAN_FLAG_*).
type MACVLANFlags uint16

// The flags of a link of kind macvlan or macvtap.
const (
	MACVLANNoPromisc MACVLANFlags = 1 << iota // MACVLAN_FLAG_NOPROMISC
	MACVLANNoDst                              // MACVLAN_FLAG_NODST
)

// String returns libnl's names of the flags, "nopromisc", and a number for those it has no name for.
//
// Implements: rtnl_link_macvlan_flags2str rtnl_link_macvtap_flags2str
func (f MACVLANFlags) String() string {
	return flagText(uint32(f), func(v C.int, p *C.char, n C.size_t) { C.rtnl_link_macvlan_flags2str(v, p, n) })
}

// ParseMACVLANFlags reads what [MACVLANFlags.String] writes. A name that libnl does not know is [ErrObjNotFound].
//
// Implements: rtnl_link_macvlan_str2flags rtnl_link_macvtap_str2flags
func ParseMACVLANFlags(s string) (MACVLANFlags, error) {
	const fn = "rtnl_link_macvlan_str2flags"
	n, err := parseFlags(fn, s, func(p *C.char) C.int { return C.rtnl_link_macvlan_str2flags(p) })
	if err == nil && n > math.MaxUint16 {
		err = textErr(fn, ErrRange, s)
	}
	return MACVLANFlags(n), err
}

// LinkMACVTAP is what a link of kind macvtap has beside other links. It is a view without a life of its own: the link is closed, not the view.
// Every method looks at the kind anew and returns [ErrOpNotSupp] for a link of another. libnl
// does not compare what links of this kind have.
type LinkMACVTAP struct{ l *Link }

// NewLinkMACVTAP returns a new link of kind macvtap; the caller closes its Link.
//
// Implements: rtnl_link_macvtap_alloc
func NewLinkMACVTAP() (LinkMACVTAP, error) {
	l, err := newHandle[*Link]("rtnl_link_macvtap_alloc", unsafe.Pointer(C.rtnl_link_macvtap_alloc()))
	return LinkMACVTAP{l}, err
}

// MACVTAP returns the view of a link of kind macvtap; false for any other.
//
// Implements: rtnl_link_is_macvtap
func (l *Link) MACVTAP() (LinkMACVTAP, bool) { return LinkMACVTAP{l}, l.isKind(C.NLGO_LINK_MACVTAP) }

// Link returns the link that the view is of.
func (v LinkMACVTAP) Link() *Link { return v.l }

func (v LinkMACVTAP) ptr(fn string) (*C.struct_rtnl_link, error) {
	return v.l.ofKind(fn, C.NLGO_LINK_MACVTAP)
}

// Mode returns the mode, 0 if unset.
//
// Implements: rtnl_link_macvtap_get_mode
func (v LinkMACVTAP) Mode() (MACVLANMode, error) {
	const fn = "rtnl_link_macvtap_get_mode"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	return MACVLANMode(C.rtnl_link_macvtap_get_mode(c)), nil
}

// SetMode sets the mode.
//
// Implements: rtnl_link_macvtap_set_mode
func (v LinkMACVTAP) SetMode(m MACVLANMode) error {
	const fn = "rtnl_link_macvtap_set_mode"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_macvtap_set_mode(c, C.uint32_t(m))))
}

// Flags returns the flags.
//
// Implements: rtnl_link_macvtap_get_flags
func (v LinkMACVTAP) Flags() (MACVLANFlags, error) {
	const fn = "rtnl_link_macvtap_get_flags"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	return MACVLANFlags(C.rtnl_link_macvtap_get_flags(c)), nil
}

// SetFlags sets flags; others stay. A request that has one set or unset sets all of them.
//
// Implements: rtnl_link_macvtap_set_flags
func (v LinkMACVTAP) SetFlags(f MACVLANFlags) error {
	const fn = "rtnl_link_macvtap_set_flags"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_macvtap_set_flags(c, C.uint16_t(f))))
}

// UnsetFlags clears flags; others stay.
//
// Implements: rtnl_link_macvtap_unset_flags
func (v LinkMACVTAP) UnsetFlags(f MACVLANFlags) error {
	const fn = "rtnl_link_macvtap_unset_flags"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_macvtap_unset_flags(c, C.uint16_t(f))))
}
