//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

import (
	"net/netip"

	"golang.org/x/sys/unix"
)

// TODO: this file goes when branch ct is merged, which has all of it.

// CTDir is a direction of a connection.
type CTDir int

// The directions of a connection.
const (
	CTOriginal CTDir = 0
	CTReply    CTDir = 1
)

func (d CTDir) valid() bool { return d == CTOriginal || d == CTReply }

const (
	ctaTupleIP    = 1 | unix.NLA_F_NESTED
	ctaTupleProto = 2 | unix.NLA_F_NESTED
	ctaTupleZone  = 3
)

// CTTuple is what the packets of one direction of a connection have in common.
type CTTuple struct {
	Src  netip.AddrPort `json:"src"` // with port 0 where the protocol has none
	Dst  netip.AddrPort `json:"dst"`
	ICMP CTICMP         `json:"icmp,omitzero"`
	Zone uint16         `json:"zone,omitzero"` // of this direction alone; in messages alone
}

// CTICMP is what a tuple of ICMP or ICMPv6 has.
type CTICMP struct {
	ID   uint16 `json:"id"`
	Type uint8  `json:"type"`
	Code uint8  `json:"code"`
}

// ofFamilyIP reports whether a is an address of the family.
func ofFamilyIP(a netip.Addr, f Family) bool {
	return f == FamilyIPv4 && a.Is4() || f == FamilyIPv6 && a.Is6() && a.Zone() == ""
}

// of reports whether both addresses are there, and of the family.
func (t *CTTuple) of(f Family) bool {
	return ofFamilyIP(t.Src.Addr(), f) && ofFamilyIP(t.Dst.Addr(), f)
}

// put puts what a tuple holds.
func (t *CTTuple) put(m *Msg, p IPProto) {
	icmp := uint16(4)
	src, dst := uint16(1), uint16(2)
	if t.Src.Addr().Is6() {
		src, dst, icmp = 3, 4, 7
	}
	m.Nest(ctaTupleIP, func(m *Msg) {
		m.PutBytes(src, t.Src.Addr().AsSlice())
		m.PutBytes(dst, t.Dst.Addr().AsSlice())
	})
	m.Nest(ctaTupleProto, func(m *Msg) {
		m.PutU8(1, uint8(p))
		if p == unix.IPPROTO_ICMP || p == unix.IPPROTO_ICMPV6 {
			m.PutBE16(icmp, t.ICMP.ID)
			m.PutU8(icmp+1, t.ICMP.Type)
			m.PutU8(icmp+2, t.ICMP.Code)
			return
		}
		m.PutBE16(2, t.Src.Port())
		m.PutBE16(3, t.Dst.Port())
	})
	if t.Zone != 0 {
		m.PutBE16(ctaTupleZone, t.Zone)
	}
}
