//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"context"
	"encoding/binary"
	"math"
	"net/netip"
	"strings"
	"unsafe"
)

// What the views of tunnels have in common.

// addNamed makes the link with this name, or with one that the kernel chooses, and no other that has the name.
func (l *Link) addNamed(ctx context.Context, s *Socket, fn, name string) error {
	if name != "" {
		if err := l.SetName(name); err != nil {
			return err
		}
	}
	m, err := l.BuildAdd(FlagCreate | FlagExcl)
	if err != nil {
		return err
	}
	return s.ask(ctx, fn, m)
}

// swap32 converts between host and network order.
func swap32(v uint32) uint32 {
	var b [4]byte
	binary.NativeEndian.PutUint32(b[:], v)
	return binary.BigEndian.Uint32(b[:])
}

// toIn4 returns an IPv4 address in network order.
func toIn4(fn string, ip netip.Addr) (C.uint32_t, error) {
	if !ip.Is4() {
		return 0, &Error{Func: fn, Code: ErrAFMismatch, Msg: "not an IPv4 address: " + ip.String()}
	}
	b := ip.As4()
	return C.uint32_t(binary.NativeEndian.Uint32(b[:])), nil
}

func fromIn4(a C.uint32_t) netip.Addr {
	var b [4]byte
	binary.NativeEndian.PutUint32(b[:], uint32(a))
	return netip.AddrFrom4(b)
}

// in6 is a struct in6_addr, whose alignment cgo does not keep.
type in6 [4]uint32

// toIn6 returns an IPv6 address; libnl has no place for a zone.
func toIn6(fn string, ip netip.Addr) (a in6, err error) {
	if !ip.Is6() || ip.Zone() != "" {
		return a, &Error{Func: fn, Code: ErrAFMismatch, Msg: "not an IPv6 address without a zone: " + ip.String()}
	}
	*a.bytes() = ip.As16()
	return a, nil
}

func (a *in6) bytes() *[16]byte      { return (*[16]byte)(unsafe.Pointer(a)) }
func (a *in6) c() *C.struct_in6_addr { return (*C.struct_in6_addr)(unsafe.Pointer(a)) }
func (a *in6) addr() netip.Addr      { return netip.AddrFrom16(*a.bytes()) }

// checkFlowInfo returns the error for what is more than a traffic class and a flow label: the kernel ignores the rest.
func checkFlowInfo(fn string, f uint32) error {
	if f > 0x0fffffff {
		return &Error{Func: fn, Code: ErrRange, Msg: "flow information " + hexText(int(f))}
	}
	return nil
}

// GREFlags are flags in the header of GRE (GRE_*), in host order.
type GREFlags uint16

// The flags of GRE.
const (
	GRECsum    GREFlags = 0x8000 // GRE_CSUM: a checksum
	GRERouting GREFlags = 0x4000 // GRE_ROUTING
	GREKey     GREFlags = 0x2000 // GRE_KEY: a key
	GRESeq     GREFlags = 0x1000 // GRE_SEQ: a sequence number
	GREStrict  GREFlags = 0x0800 // GRE_STRICT
)

var greFlagNames = []flagName{
	{uint32(GRECsum), "csum"},
	{uint32(GRERouting), "routing"},
	{uint32(GREKey), "key"},
	{uint32(GRESeq), "seq"},
	{uint32(GREStrict), "strict"},
}

// String returns the names of the flags, "csum,key", and of those without a name the number.
func (f GREFlags) String() string { return flagNameText(uint32(f), greFlagNames) }

// ParseGREFlags reads what [GREFlags.String] writes. An unknown name is [ErrObjNotFound].
func ParseGREFlags(s string) (GREFlags, error) {
	n, err := parseFlagNames("ParseGREFlags", s, greFlagNames, math.MaxUint16)
	return GREFlags(n), err
}

// IP6TnlFlags are flags of a tunnel over IPv6 (IP6_TNL_F_*). The kernel adds some of its own.
type IP6TnlFlags uint32

// The flags of tunnels over IPv6.
const (
	IP6TnlIgnEncapLimit    IP6TnlFlags = 1 << iota // IP6_TNL_F_IGN_ENCAP_LIMIT: no encapsulation limit
	IP6TnlUseOrigTClass                            // IP6_TNL_F_USE_ORIG_TCLASS: the traffic class of the packet inside
	IP6TnlUseOrigFlowLabel                         // IP6_TNL_F_USE_ORIG_FLOWLABEL: the flow label of the packet inside
	IP6TnlMIP6Dev                                  // IP6_TNL_F_MIP6_DEV: for Mobile IPv6
	IP6TnlRcvDSCPCopy                              // IP6_TNL_F_RCV_DSCP_COPY: received packets get the DSCP from outside
	IP6TnlUseOrigFWMark                            // IP6_TNL_F_USE_ORIG_FWMARK: routed by the mark of the packet inside
	IP6TnlAllowLocalRemote                         // IP6_TNL_F_ALLOW_LOCAL_REMOTE: the remote end point may be on this host
)

var ip6TnlFlagNames = []flagName{
	{uint32(IP6TnlIgnEncapLimit), "ign_encap_limit"},
	{uint32(IP6TnlUseOrigTClass), "use_orig_tclass"},
	{uint32(IP6TnlUseOrigFlowLabel), "use_orig_flowlabel"},
	{uint32(IP6TnlMIP6Dev), "mip6_dev"},
	{uint32(IP6TnlRcvDSCPCopy), "rcv_dscp_copy"},
	{uint32(IP6TnlUseOrigFWMark), "use_orig_fwmark"},
	{uint32(IP6TnlAllowLocalRemote), "allow_local_remote"},
}

// String returns the names of the flags, "ign_encap_limit,rcv_dscp_copy", and of those without a name the number.
func (f IP6TnlFlags) String() string { return flagNameText(uint32(f), ip6TnlFlagNames) }

// ParseIP6TnlFlags reads what [IP6TnlFlags.String] writes. An unknown name is [ErrObjNotFound].
func ParseIP6TnlFlags(s string) (IP6TnlFlags, error) {
	n, err := parseFlagNames("ParseIP6TnlFlags", s, ip6TnlFlagNames, math.MaxUint32)
	return IP6TnlFlags(n), err
}

// flagName names a flag of a set for which libnl has no names.
type flagName struct {
	bit  uint32
	name string
}

// flagNameText is [flagText] for such a set.
func flagNameText(v uint32, names []flagName) string {
	var words []string
	for _, f := range names {
		if v&f.bit != 0 {
			words = append(words, f.name)
			v &^= f.bit
		}
	}
	if v != 0 {
		words = append(words, hexText(int(v)))
	}
	return strings.Join(words, ",")
}

// parseFlagNames is [parseFlags] for such a set.
func parseFlagNames(fn, s string, names []flagName, limit uint32) (uint32, error) {
	var all uint32
	if s == "" {
		return 0, nil
	}
	for word := range strings.SplitSeq(s, ",") {
		bits, ok := hexFlag(word)
		for _, f := range names {
			if f.name == word {
				bits, ok = f.bit, true
			}
		}
		switch {
		case !ok:
			return 0, textErr(fn, ErrObjNotFound, word)
		case bits > limit:
			return 0, textErr(fn, ErrRange, word)
		}
		all |= bits
	}
	return all, nil
}

// mendGRE adds the flags of sent packets, which before 3.12 libnl leaves out unless link or the flags of received packets are set.
func mendGRE(l *Link, data []byte) ([]byte, error) {
	flags, err := LinkGRE{l}.OFlags()
	if err != nil || flags == 0 {
		return data, err
	}
	return editAttr(data, iflaGREOFlags, func([]byte) []byte {
		return binary.NativeEndian.AppendUint16(nil, swap16(uint16(flags)))
	}), nil
}

// mendVTI adds the key of sent packets, which before 3.12 libnl leaves out unless that of received packets is set.
func mendVTI(l *Link, data []byte) ([]byte, error) {
	key, err := LinkVTI{l}.OKey()
	if err != nil || key == 0 {
		return data, err
	}
	return editAttr(data, iflaVTIOKey, func([]byte) []byte {
		return binary.NativeEndian.AppendUint32(nil, swap32(key))
	}), nil
}

// Attributes of the kernel that package unix does not have.
const (
	iflaGREOFlags = 3 // IFLA_GRE_OFLAGS
	iflaVTIOKey   = 3 // IFLA_VTI_OKEY
)
