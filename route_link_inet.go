//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"math"
	"strconv"

	"golang.org/x/sys/unix"
)

// InetConf is a setting of IPv4 for one interface (IPV4_DEVCONF_*), as in /proc/sys/net/ipv4/conf.
type InetConf int

// The settings of IPv4 of Linux 6.1. Later ones are numbered on.
const (
	InetConfForwarding                      InetConf = iota + 1 // IPV4_DEVCONF_FORWARDING
	InetConfMCForwarding                                        // IPV4_DEVCONF_MC_FORWARDING
	InetConfProxyARP                                            // IPV4_DEVCONF_PROXY_ARP
	InetConfAcceptRedirects                                     // IPV4_DEVCONF_ACCEPT_REDIRECTS
	InetConfSecureRedirects                                     // IPV4_DEVCONF_SECURE_REDIRECTS
	InetConfSendRedirects                                       // IPV4_DEVCONF_SEND_REDIRECTS
	InetConfSharedMedia                                         // IPV4_DEVCONF_SHARED_MEDIA
	InetConfRPFilter                                            // IPV4_DEVCONF_RP_FILTER
	InetConfAcceptSourceRoute                                   // IPV4_DEVCONF_ACCEPT_SOURCE_ROUTE
	InetConfBootpRelay                                          // IPV4_DEVCONF_BOOTP_RELAY
	InetConfLogMartians                                         // IPV4_DEVCONF_LOG_MARTIANS
	InetConfTag                                                 // IPV4_DEVCONF_TAG
	InetConfARPFilter                                           // IPV4_DEVCONF_ARPFILTER
	InetConfMediumID                                            // IPV4_DEVCONF_MEDIUM_ID
	InetConfNoXfrm                                              // IPV4_DEVCONF_NOXFRM
	InetConfNoPolicy                                            // IPV4_DEVCONF_NOPOLICY
	InetConfForceIGMPVersion                                    // IPV4_DEVCONF_FORCE_IGMP_VERSION
	InetConfARPAnnounce                                         // IPV4_DEVCONF_ARP_ANNOUNCE
	InetConfARPIgnore                                           // IPV4_DEVCONF_ARP_IGNORE
	InetConfPromoteSecondaries                                  // IPV4_DEVCONF_PROMOTE_SECONDARIES
	InetConfARPAccept                                           // IPV4_DEVCONF_ARP_ACCEPT
	InetConfARPNotify                                           // IPV4_DEVCONF_ARP_NOTIFY
	InetConfAcceptLocal                                         // IPV4_DEVCONF_ACCEPT_LOCAL
	InetConfSrcVMark                                            // IPV4_DEVCONF_SRC_VMARK
	InetConfProxyARPPVLAN                                       // IPV4_DEVCONF_PROXY_ARP_PVLAN
	InetConfRouteLocalnet                                       // IPV4_DEVCONF_ROUTE_LOCALNET
	InetConfIGMPv2UnsolicitedReportInterval                     // IPV4_DEVCONF_IGMPV2_UNSOLICITED_REPORT_INTERVAL, in milliseconds
	InetConfIGMPv3UnsolicitedReportInterval                     // IPV4_DEVCONF_IGMPV3_UNSOLICITED_REPORT_INTERVAL, in milliseconds
	InetConfIgnoreRoutesWithLinkdown                            // IPV4_DEVCONF_IGNORE_ROUTES_WITH_LINKDOWN
	InetConfDropUnicastInL2Multicast                            // IPV4_DEVCONF_DROP_UNICAST_IN_L2_MULTICAST
	InetConfDropGratuitousARP                                   // IPV4_DEVCONF_DROP_GRATUITOUS_ARP
	InetConfBCForwarding                                        // IPV4_DEVCONF_BC_FORWARDING
	InetConfARPEvictNoCarrier                                   // IPV4_DEVCONF_ARP_EVICT_NOCARRIER
)

// String returns libnl's name of the setting, "forwarding", a number if it has none.
//
// Implements: rtnl_link_inet_devconf2str
func (c InetConf) String() string {
	return enumText(func(p *C.char, n C.size_t) { C.rtnl_link_inet_devconf2str(C.int(c), p, n) })
}

// ParseInetConf reads the name of a setting, or its number.
//
// Implements: rtnl_link_inet_str2devconf
func ParseInetConf(s string) (InetConf, error) {
	n, err := parseName("rtnl_link_inet_str2devconf", s, math.MaxInt32, func(p *C.char) C.int { return C.rtnl_link_inet_str2devconf(p) })
	return InetConf(n), err
}

// InetConf returns a setting of IPv4; false if the link does not have it. Links of a dump without a family have all that the kernel and libnl
// know.
//
// Implements: rtnl_link_inet_get_conf
func (l *Link) InetConf(id InetConf) (v int32, ok bool) {
	c := l.live()
	if id <= 0 || id > math.MaxInt32 {
		return 0, false
	}
	var n C.uint32_t
	rc := C.rtnl_link_inet_get_conf(c, C.uint(id), &n)
	return int32(n), rc == 0
}

// SetInetConf sets a setting of IPv4. One that this libnl does not have is [ErrRange].
//
// Implements: rtnl_link_inet_set_conf
func (l *Link) SetInetConf(id InetConf, v int32) error {
	const fn = "rtnl_link_inet_set_conf"
	c := l.ptr()
	if c == nil {
		return closedErr(fn)
	}
	// asked first because the setter makes room before it looks at the number
	var n C.uint32_t
	if id <= 0 || id > math.MaxInt32 || Errno(-C.rtnl_link_inet_get_conf(c, C.uint(id), &n)) == ErrRange {
		return &Error{Func: fn, Code: ErrRange, Msg: "setting " + strconv.Itoa(int(id))}
	}
	return codeErr(fn, int(C.rtnl_link_inet_set_conf(c, C.uint(id), C.uint32_t(v))))
}

// Inet6Flags are the flags of an interface for IPv6 (IF_RA_*, IF_RS_SENT, IF_READY).
type Inet6Flags uint32

// The flags of an interface for IPv6.
const (
	Inet6RSSent      Inet6Flags = 0x10       // IF_RS_SENT: a router was asked for
	Inet6RARcvd      Inet6Flags = 0x20       // IF_RA_RCVD: a router has answered
	Inet6RAManaged   Inet6Flags = 0x40       // IF_RA_MANAGED: addresses by DHCP
	Inet6RAOtherConf Inet6Flags = 0x80       // IF_RA_OTHERCONF: other configuration by DHCP
	Inet6Ready       Inet6Flags = 0x80000000 // IF_READY
)

// String returns libnl's names of the flags, "ra_rcvd,ready".
//
// Implements: rtnl_link_inet6_flags2str
func (f Inet6Flags) String() string {
	return flagText(uint32(f), func(v C.int, p *C.char, n C.size_t) { C.rtnl_link_inet6_flags2str(v, p, n) })
}

// ParseInet6Flags reads what [Inet6Flags.String] writes. A name that libnl does not know is [ErrObjNotFound].
//
// Implements: rtnl_link_inet6_str2flags
func ParseInet6Flags(s string) (Inet6Flags, error) {
	n, err := parseFlags("rtnl_link_inet6_str2flags", s, func(p *C.char) C.int { return C.rtnl_link_inet6_str2flags(p) })
	return Inet6Flags(n), err
}

// Inet6Flags returns the flags of the interface for IPv6; false if the link has nothing of IPv6.
//
// Implements: rtnl_link_inet6_get_flags
func (l *Link) Inet6Flags() (f Inet6Flags, ok bool) {
	var n C.uint32_t
	rc := C.rtnl_link_inet6_get_flags(l.live(), &n)
	return Inet6Flags(n), rc == 0
}

// SetInet6Flags sets the flags, all of them; requests do not carry them.
//
// Implements: rtnl_link_inet6_set_flags
func (l *Link) SetInet6Flags(f Inet6Flags) error {
	const fn = "rtnl_link_inet6_set_flags"
	c := l.ptr()
	if c == nil {
		return closedErr(fn)
	}
	return codeErr(fn, int(C.rtnl_link_inet6_set_flags(c, C.uint32_t(f))))
}

// Inet6Token returns the token that the interface part of its global IPv6 addresses is made of, the zero Addr if there is none.
//
// Implements: rtnl_link_inet6_get_token
func (l *Link) Inet6Token() Addr {
	var out C.struct_nlgo_addr
	if C.nlgo_link_inet6_token(l.live(), &out) < 0 {
		return Addr{}
	}
	return addrFromC(&out)
}

// SetInet6Token sets the token, an address of FamilyIPv6, of which the last eight bytes count. The kernel takes one on interfaces that accept
// router advertisements alone. Requests carry it, which plain libnl's do not. Equivalent to: ip token set.
//
// Implements: rtnl_link_inet6_set_token
func (l *Link) SetInet6Token(a Addr) error {
	return l.setAddr("rtnl_link_inet6_set_token", C.NLGO_LINK_INET6_TOKEN, a)
}

// AddrGenMode says how an interface makes its link-local IPv6 address (IN6_ADDR_GEN_MODE_*).
type AddrGenMode uint8

// The ways to make a link-local address.
const (
	AddrGenEUI64         AddrGenMode = iota // IN6_ADDR_GEN_MODE_EUI64: of the link-layer address
	AddrGenNone                             // IN6_ADDR_GEN_MODE_NONE: none is made
	AddrGenStablePrivacy                    // IN6_ADDR_GEN_MODE_STABLE_PRIVACY: of a secret
	AddrGenRandom                           // IN6_ADDR_GEN_MODE_RANDOM: of a secret that changes; libnl has no name for it
)

// String returns libnl's word for the mode, a number if it has none.
//
// Implements: rtnl_link_inet6_addrgenmode2str
func (m AddrGenMode) String() string {
	return enumText(func(p *C.char, n C.size_t) { C.rtnl_link_inet6_addrgenmode2str(C.uint8_t(m), p, n) })
}

// ParseAddrGenMode reads a mode.
//
// Implements: rtnl_link_inet6_str2addrgenmode
func ParseAddrGenMode(s string) (AddrGenMode, error) {
	n, err := parseName("rtnl_link_inet6_str2addrgenmode", s, math.MaxUint8, func(p *C.char) C.int {
		return unsignedName(s, C.int(C.rtnl_link_inet6_str2addrgenmode(p)), 1<<8)
	})
	return AddrGenMode(n), err
}

// unsignedName gives the code of an error back its sign, which a function of libnl lost in returning an unsigned number below limit. It is
// the code that names have which libnl does not know; no name starts with a digit.
func unsignedName(s string, rc, limit C.int) C.int {
	if rc == limit-C.NLE_OBJ_NOTFOUND && (s == "" || s[0] < '0' || s[0] > '9') {
		return -C.NLE_OBJ_NOTFOUND
	}
	return rc
}

// AddrGenMode returns how the interface makes its link-local address; false if the link does not tell.
//
// Implements: rtnl_link_inet6_get_addr_gen_mode
func (l *Link) AddrGenMode() (m AddrGenMode, ok bool) {
	var n C.uint8_t
	rc := C.rtnl_link_inet6_get_addr_gen_mode(l.live(), &n)
	return AddrGenMode(n), rc == 0
}

// SetAddrGenMode sets how the interface makes its link-local address. 255 is libnl's way to say that none is set ([ErrRange]). Equivalent to:
// ip link set dev DEVICE addrgenmode.
//
// Implements: rtnl_link_inet6_set_addr_gen_mode
func (l *Link) SetAddrGenMode(m AddrGenMode) error {
	const fn = "rtnl_link_inet6_set_addr_gen_mode"
	c := l.ptr()
	switch {
	case c == nil:
		return closedErr(fn)
	case m == math.MaxUint8:
		return &Error{Func: fn, Code: ErrRange, Msg: "mode 255"}
	}
	return codeErr(fn, int(C.rtnl_link_inet6_set_addr_gen_mode(c, C.uint8_t(m))))
}

// mendInet6 adds the token, which libnl has in links and not in requests. IFLA_AF_SPEC is the last attribute of a request.
func mendInet6(m *Msg, l *Link) {
	token := l.Inet6Token()
	if !token.IsValid() {
		return
	}
	const start = headerLen + unix.SizeofIfInfomsg
	replaceLinkAttrs(m, editAttr(m.own.b[start:], unix.IFLA_AF_SPEC, func(spec []byte) []byte {
		return editAttr(spec, unix.AF_INET6, func(inet6 []byte) []byte {
			return append(inet6[:len(inet6):len(inet6)], attrOf(unix.IFLA_INET6_TOKEN, token.Bytes())...)
		})
	}))
}
