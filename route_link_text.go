//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import "math"

// LinkFlags are the flags of an interface (IFF_*). The constants of package unix are assignable.
type LinkFlags uint32

// String returns libnl's names of the flags, "broadcast,multicast,up", and a number for those it has no name for.
//
// Implements: rtnl_link_flags2str
func (f LinkFlags) String() string {
	return flagText(uint32(f), func(v C.int, p *C.char, n C.size_t) { C.rtnl_link_flags2str(v, p, n) })
}

// ParseLinkFlags reads what [LinkFlags.String] writes. A name that libnl does not know is [ErrObjNotFound].
//
// Implements: rtnl_link_str2flags
func ParseLinkFlags(s string) (LinkFlags, error) {
	n, err := parseFlags("rtnl_link_str2flags", s, func(p *C.char) C.int { return C.rtnl_link_str2flags(p) })
	return LinkFlags(n), err
}

// MarshalText returns the text of [LinkFlags.String].
func (f LinkFlags) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText is [ParseLinkFlags].
func (f *LinkFlags) UnmarshalText(text []byte) error { return unmarshalText(f, text, ParseLinkFlags) }

// OperState is an operational state of an interface (IF_OPER_*, RFC 2863).
type OperState uint8

// The operational states.
const (
	OperUnknown        OperState = iota // IF_OPER_UNKNOWN
	OperNotPresent                      // IF_OPER_NOTPRESENT
	OperDown                            // IF_OPER_DOWN
	OperLowerLayerDown                  // IF_OPER_LOWERLAYERDOWN
	OperTesting                         // IF_OPER_TESTING
	OperDormant                         // IF_OPER_DORMANT
	OperUp                              // IF_OPER_UP
)

// String returns libnl's word for the state, a number if it has none.
//
// Implements: rtnl_link_operstate2str
func (s OperState) String() string {
	return enumText(func(p *C.char, n C.size_t) { C.rtnl_link_operstate2str(C.uint8_t(s), p, n) })
}

// ParseOperState reads an operational state.
//
// Implements: rtnl_link_str2operstate
func ParseOperState(s string) (OperState, error) {
	n, err := parseName("rtnl_link_str2operstate", s, math.MaxUint8, func(p *C.char) C.int { return C.rtnl_link_str2operstate(p) })
	return OperState(n), err
}

// MarshalText returns the text of [OperState.String].
func (s OperState) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText is [ParseOperState].
func (s *OperState) UnmarshalText(text []byte) error { return unmarshalText(s, text, ParseOperState) }

// LinkMode says when an interface goes up (IF_LINK_MODE_*): 0 by its carrier, 1 when somebody has been let in (802.1X).
type LinkMode uint8

// String returns libnl's word for the mode, a number if it has none.
//
// Implements: rtnl_link_mode2str
func (m LinkMode) String() string {
	return enumText(func(p *C.char, n C.size_t) { C.rtnl_link_mode2str(C.uint8_t(m), p, n) })
}

// ParseLinkMode reads a link mode.
//
// Implements: rtnl_link_str2mode
func ParseLinkMode(s string) (LinkMode, error) {
	n, err := parseName("rtnl_link_str2mode", s, math.MaxUint8, func(p *C.char) C.int { return C.rtnl_link_str2mode(p) })
	return LinkMode(n), err
}

// MarshalText returns the text of [LinkMode.String].
func (m LinkMode) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText is [ParseLinkMode].
func (m *LinkMode) UnmarshalText(text []byte) error { return unmarshalText(m, text, ParseLinkMode) }

// Carrier is the state of a carrier: 0 down, 1 up.
type Carrier uint8

// String returns libnl's word for the state, a number if it has none.
//
// Implements: rtnl_link_carrier2str
func (c Carrier) String() string {
	return enumText(func(p *C.char, n C.size_t) { C.rtnl_link_carrier2str(C.uint8_t(c), p, n) })
}

// ParseCarrier reads the state of a carrier.
//
// Implements: rtnl_link_str2carrier
func ParseCarrier(s string) (Carrier, error) {
	n, err := parseName("rtnl_link_str2carrier", s, math.MaxUint8, func(p *C.char) C.int { return C.rtnl_link_str2carrier(p) })
	return Carrier(n), err
}

// MarshalText returns the text of [Carrier.String].
func (c Carrier) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText is [ParseCarrier].
func (c *Carrier) UnmarshalText(text []byte) error { return unmarshalText(c, text, ParseCarrier) }

// LinkStat is a counter of an interface (RTNL_LINK_*).
type LinkStat int

// The counters.
const (
	LinkStatRxPackets           LinkStat = C.RTNL_LINK_RX_PACKETS           // packets received
	LinkStatTxPackets           LinkStat = C.RTNL_LINK_TX_PACKETS           // packets sent
	LinkStatRxBytes             LinkStat = C.RTNL_LINK_RX_BYTES             // bytes received
	LinkStatTxBytes             LinkStat = C.RTNL_LINK_TX_BYTES             // bytes sent
	LinkStatRxErrors            LinkStat = C.RTNL_LINK_RX_ERRORS            // receive errors
	LinkStatTxErrors            LinkStat = C.RTNL_LINK_TX_ERRORS            // send errors
	LinkStatRxDropped           LinkStat = C.RTNL_LINK_RX_DROPPED           // received packets dropped
	LinkStatTxDropped           LinkStat = C.RTNL_LINK_TX_DROPPED           // packets dropped during transmit
	LinkStatRxCompressed        LinkStat = C.RTNL_LINK_RX_COMPRESSED        // compressed packets received
	LinkStatTxCompressed        LinkStat = C.RTNL_LINK_TX_COMPRESSED        // compressed packets sent
	LinkStatRxFIFOErr           LinkStat = C.RTNL_LINK_RX_FIFO_ERR          // receive FIFO errors
	LinkStatTxFIFOErr           LinkStat = C.RTNL_LINK_TX_FIFO_ERR          // send FIFO errors
	LinkStatRxLenErr            LinkStat = C.RTNL_LINK_RX_LEN_ERR           // length errors
	LinkStatRxOverErr           LinkStat = C.RTNL_LINK_RX_OVER_ERR          // over errors
	LinkStatRxCRCErr            LinkStat = C.RTNL_LINK_RX_CRC_ERR           // CRC errors
	LinkStatRxFrameErr          LinkStat = C.RTNL_LINK_RX_FRAME_ERR         // frame errors
	LinkStatRxMissedErr         LinkStat = C.RTNL_LINK_RX_MISSED_ERR        // missed errors
	LinkStatTxAbortErr          LinkStat = C.RTNL_LINK_TX_ABORT_ERR         // aborted errors
	LinkStatTxCarrierErr        LinkStat = C.RTNL_LINK_TX_CARRIER_ERR       // carrier errors
	LinkStatTxHBeatErr          LinkStat = C.RTNL_LINK_TX_HBEAT_ERR         // heartbeat errors
	LinkStatTxWinErr            LinkStat = C.RTNL_LINK_TX_WIN_ERR           // window errors
	LinkStatCollisions          LinkStat = C.RTNL_LINK_COLLISIONS           // send collisions
	LinkStatMulticast           LinkStat = C.RTNL_LINK_MULTICAST            // multicast
	LinkStatIP6InPkts           LinkStat = C.RTNL_LINK_IP6_INPKTS           // IPv6 SNMP InReceives
	LinkStatIP6InHdrErrors      LinkStat = C.RTNL_LINK_IP6_INHDRERRORS      // IPv6 SNMP InHdrErrors
	LinkStatIP6InTooBigErrors   LinkStat = C.RTNL_LINK_IP6_INTOOBIGERRORS   // IPv6 SNMP InTooBigErrors
	LinkStatIP6InNoRoutes       LinkStat = C.RTNL_LINK_IP6_INNOROUTES       // IPv6 SNMP InNoRoutes
	LinkStatIP6InAddrErrors     LinkStat = C.RTNL_LINK_IP6_INADDRERRORS     // IPv6 SNMP InAddrErrors
	LinkStatIP6InUnknownProtos  LinkStat = C.RTNL_LINK_IP6_INUNKNOWNPROTOS  // IPv6 SNMP InUnknownProtos
	LinkStatIP6InTruncatedPkts  LinkStat = C.RTNL_LINK_IP6_INTRUNCATEDPKTS  // IPv6 SNMP InTruncatedPkts
	LinkStatIP6InDiscards       LinkStat = C.RTNL_LINK_IP6_INDISCARDS       // IPv6 SNMP InDiscards
	LinkStatIP6InDelivers       LinkStat = C.RTNL_LINK_IP6_INDELIVERS       // IPv6 SNMP InDelivers
	LinkStatIP6OutForwDatagrams LinkStat = C.RTNL_LINK_IP6_OUTFORWDATAGRAMS // IPv6 SNMP OutForwDatagrams
	LinkStatIP6OutPkts          LinkStat = C.RTNL_LINK_IP6_OUTPKTS          // IPv6 SNMP OutRequests
	LinkStatIP6OutDiscards      LinkStat = C.RTNL_LINK_IP6_OUTDISCARDS      // IPv6 SNMP OutDiscards
	LinkStatIP6OutNoRoutes      LinkStat = C.RTNL_LINK_IP6_OUTNOROUTES      // IPv6 SNMP OutNoRoutes
	LinkStatIP6ReasmTimeout     LinkStat = C.RTNL_LINK_IP6_REASMTIMEOUT     // IPv6 SNMP ReasmTimeout
	LinkStatIP6ReasmReqds       LinkStat = C.RTNL_LINK_IP6_REASMREQDS       // IPv6 SNMP ReasmReqds
	LinkStatIP6ReasmOKs         LinkStat = C.RTNL_LINK_IP6_REASMOKS         // IPv6 SNMP ReasmOKs
	LinkStatIP6ReasmFails       LinkStat = C.RTNL_LINK_IP6_REASMFAILS       // IPv6 SNMP ReasmFails
	LinkStatIP6FragOKs          LinkStat = C.RTNL_LINK_IP6_FRAGOKS          // IPv6 SNMP FragOKs
	LinkStatIP6FragFails        LinkStat = C.RTNL_LINK_IP6_FRAGFAILS        // IPv6 SNMP FragFails
	LinkStatIP6FragCreates      LinkStat = C.RTNL_LINK_IP6_FRAGCREATES      // IPv6 SNMP FragCreates
	LinkStatIP6InMcastPkts      LinkStat = C.RTNL_LINK_IP6_INMCASTPKTS      // IPv6 SNMP InMcastPkts
	LinkStatIP6OutMcastPkts     LinkStat = C.RTNL_LINK_IP6_OUTMCASTPKTS     // IPv6 SNMP OutMcastPkts
	LinkStatIP6InBcastPkts      LinkStat = C.RTNL_LINK_IP6_INBCASTPKTS      // IPv6 SNMP InBcastPkts
	LinkStatIP6OutBcastPkts     LinkStat = C.RTNL_LINK_IP6_OUTBCASTPKTS     // IPv6 SNMP OutBcastPkts
	LinkStatIP6InOctets         LinkStat = C.RTNL_LINK_IP6_INOCTETS         // IPv6 SNMP InOctets
	LinkStatIP6OutOctets        LinkStat = C.RTNL_LINK_IP6_OUTOCTETS        // IPv6 SNMP OutOctets
	LinkStatIP6InMcastOctets    LinkStat = C.RTNL_LINK_IP6_INMCASTOCTETS    // IPv6 SNMP InMcastOctets
	LinkStatIP6OutMcastOctets   LinkStat = C.RTNL_LINK_IP6_OUTMCASTOCTETS   // IPv6 SNMP OutMcastOctets
	LinkStatIP6InBcastOctets    LinkStat = C.RTNL_LINK_IP6_INBCASTOCTETS    // IPv6 SNMP InBcastOctets
	LinkStatIP6OutBcastOctets   LinkStat = C.RTNL_LINK_IP6_OUTBCASTOCTETS   // IPv6 SNMP OutBcastOctets
	LinkStatICMP6InMsgs         LinkStat = C.RTNL_LINK_ICMP6_INMSGS         // ICMPv6 SNMP InMsgs
	LinkStatICMP6InErrors       LinkStat = C.RTNL_LINK_ICMP6_INERRORS       // ICMPv6 SNMP InErrors
	LinkStatICMP6OutMsgs        LinkStat = C.RTNL_LINK_ICMP6_OUTMSGS        // ICMPv6 SNMP OutMsgs
	LinkStatICMP6OutErrors      LinkStat = C.RTNL_LINK_ICMP6_OUTERRORS      // ICMPv6 SNMP OutErrors
	LinkStatICMP6CsumErrors     LinkStat = C.RTNL_LINK_ICMP6_CSUMERRORS     // ICMPv6 SNMP InCsumErrors
	LinkStatIP6CsumErrors       LinkStat = C.RTNL_LINK_IP6_CSUMERRORS       // IPv6 SNMP InCsumErrors
	LinkStatIP6NoECTPkts        LinkStat = C.RTNL_LINK_IP6_NOECTPKTS        // IPv6 SNMP InNoECTPkts
	LinkStatIP6ECT1Pkts         LinkStat = C.RTNL_LINK_IP6_ECT1PKTS         // IPv6 SNMP InECT1Pkts
	LinkStatIP6ECT0Pkts         LinkStat = C.RTNL_LINK_IP6_ECT0PKTS         // IPv6 SNMP InECT0Pkts
	LinkStatIP6CEPkts           LinkStat = C.RTNL_LINK_IP6_CEPKTS           // IPv6 SNMP InCEPkts
	LinkStatRxNoHandler         LinkStat = C.RTNL_LINK_RX_NOHANDLER         // received packets dropped on inactive device
	LinkStatReasmOverlaps       LinkStat = C.RTNL_LINK_REASM_OVERLAPS       // SNMP ReasmOverlaps

	LinkStatMax = LinkStatReasmOverlaps // RTNL_LINK_STATS_MAX
)

// String returns libnl's name of the counter, a number if it has none.
//
// Implements: rtnl_link_stat2str
func (s LinkStat) String() string {
	return enumText(func(p *C.char, n C.size_t) { C.rtnl_link_stat2str(C.int(s), p, n) })
}

// ParseLinkStat reads the name of a counter.
//
// Implements: rtnl_link_str2stat
func ParseLinkStat(s string) (LinkStat, error) {
	n, err := parseName("rtnl_link_str2stat", s, uint64(LinkStatMax), func(p *C.char) C.int { return C.rtnl_link_str2stat(p) })
	return LinkStat(n), err
}

// unmarshalText sets to what parse makes of the text.
func unmarshalText[T any](to *T, text []byte, parse func(string) (T, error)) error {
	v, err := parse(string(text))
	if err != nil {
		return err
	}
	*to = v
	return nil
}
