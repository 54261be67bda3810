//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// Inet6Conf is a setting of IPv6 for one interface (DEVCONF_*), as in /proc/sys/net/ipv6/conf.
type Inet6Conf int

// The settings of IPv6 of Linux 6.1. Later ones are numbered on.
const (
	Inet6ConfForwarding                     Inet6Conf = iota // DEVCONF_FORWARDING
	Inet6ConfHopLimit                                        // DEVCONF_HOPLIMIT
	Inet6ConfMTU                                             // DEVCONF_MTU6
	Inet6ConfAcceptRA                                        // DEVCONF_ACCEPT_RA
	Inet6ConfAcceptRedirects                                 // DEVCONF_ACCEPT_REDIRECTS
	Inet6ConfAutoConf                                        // DEVCONF_AUTOCONF
	Inet6ConfDADTransmits                                    // DEVCONF_DAD_TRANSMITS
	Inet6ConfRtrSolicits                                     // DEVCONF_RTR_SOLICITS
	Inet6ConfRtrSolicitInterval                              // DEVCONF_RTR_SOLICIT_INTERVAL
	Inet6ConfRtrSolicitDelay                                 // DEVCONF_RTR_SOLICIT_DELAY
	Inet6ConfUseTempAddr                                     // DEVCONF_USE_TEMPADDR
	Inet6ConfTempValidLft                                    // DEVCONF_TEMP_VALID_LFT
	Inet6ConfTempPreferedLft                                 // DEVCONF_TEMP_PREFERED_LFT
	Inet6ConfRegenMaxRetry                                   // DEVCONF_REGEN_MAX_RETRY
	Inet6ConfMaxDesyncFactor                                 // DEVCONF_MAX_DESYNC_FACTOR
	Inet6ConfMaxAddresses                                    // DEVCONF_MAX_ADDRESSES
	Inet6ConfForceMLDVersion                                 // DEVCONF_FORCE_MLD_VERSION
	Inet6ConfAcceptRADefRtr                                  // DEVCONF_ACCEPT_RA_DEFRTR
	Inet6ConfAcceptRAPInfo                                   // DEVCONF_ACCEPT_RA_PINFO
	Inet6ConfAcceptRARtrPref                                 // DEVCONF_ACCEPT_RA_RTR_PREF
	Inet6ConfRtrProbeInterval                                // DEVCONF_RTR_PROBE_INTERVAL
	Inet6ConfAcceptRARtInfoMaxPLen                           // DEVCONF_ACCEPT_RA_RT_INFO_MAX_PLEN
	Inet6ConfProxyNDP                                        // DEVCONF_PROXY_NDP
	Inet6ConfOptimisticDAD                                   // DEVCONF_OPTIMISTIC_DAD
	Inet6ConfAcceptSourceRoute                               // DEVCONF_ACCEPT_SOURCE_ROUTE
	Inet6ConfMCForwarding                                    // DEVCONF_MC_FORWARDING
	Inet6ConfDisableIPv6                                     // DEVCONF_DISABLE_IPV6
	Inet6ConfAcceptDAD                                       // DEVCONF_ACCEPT_DAD
	Inet6ConfForceTLLAO                                      // DEVCONF_FORCE_TLLAO
	Inet6ConfNDiscNotify                                     // DEVCONF_NDISC_NOTIFY
	Inet6ConfMLDv1UnsolicitedReportInterval                  // DEVCONF_MLDV1_UNSOLICITED_REPORT_INTERVAL
	Inet6ConfMLDv2UnsolicitedReportInterval                  // DEVCONF_MLDV2_UNSOLICITED_REPORT_INTERVAL
	Inet6ConfSuppressFragNDisc                               // DEVCONF_SUPPRESS_FRAG_NDISC
	Inet6ConfAcceptRAFromLocal                               // DEVCONF_ACCEPT_RA_FROM_LOCAL
	Inet6ConfUseOptimistic                                   // DEVCONF_USE_OPTIMISTIC
	Inet6ConfAcceptRAMTU                                     // DEVCONF_ACCEPT_RA_MTU
	Inet6ConfStableSecret                                    // DEVCONF_STABLE_SECRET
	Inet6ConfUseOIFAddrsOnly                                 // DEVCONF_USE_OIF_ADDRS_ONLY
	Inet6ConfAcceptRAMinHopLimit                             // DEVCONF_ACCEPT_RA_MIN_HOP_LIMIT
	Inet6ConfIgnoreRoutesWithLinkdown                        // DEVCONF_IGNORE_ROUTES_WITH_LINKDOWN
	Inet6ConfDropUnicastInL2Multicast                        // DEVCONF_DROP_UNICAST_IN_L2_MULTICAST
	Inet6ConfDropUnsolicitedNA                               // DEVCONF_DROP_UNSOLICITED_NA
	Inet6ConfKeepAddrOnDown                                  // DEVCONF_KEEP_ADDR_ON_DOWN
	Inet6ConfRtrSolicitMaxInterval                           // DEVCONF_RTR_SOLICIT_MAX_INTERVAL
	Inet6ConfSeg6Enabled                                     // DEVCONF_SEG6_ENABLED
	Inet6ConfSeg6RequireHMAC                                 // DEVCONF_SEG6_REQUIRE_HMAC
	Inet6ConfEnhancedDAD                                     // DEVCONF_ENHANCED_DAD
	Inet6ConfAddrGenMode                                     // DEVCONF_ADDR_GEN_MODE
	Inet6ConfDisablePolicy                                   // DEVCONF_DISABLE_POLICY
	Inet6ConfAcceptRARtInfoMinPLen                           // DEVCONF_ACCEPT_RA_RT_INFO_MIN_PLEN
	Inet6ConfNDiscTClass                                     // DEVCONF_NDISC_TCLASS
	Inet6ConfRPLSegEnabled                                   // DEVCONF_RPL_SEG_ENABLED
	Inet6ConfRADefRtrMetric                                  // DEVCONF_RA_DEFRTR_METRIC
	Inet6ConfIOAM6Enabled                                    // DEVCONF_IOAM6_ENABLED
	Inet6ConfIOAM6ID                                         // DEVCONF_IOAM6_ID
	Inet6ConfIOAM6IDWide                                     // DEVCONF_IOAM6_ID_WIDE
	Inet6ConfNDiscEvictNoCarrier                             // DEVCONF_NDISC_EVICT_NOCARRIER
	Inet6ConfAcceptUntrackedNA                               // DEVCONF_ACCEPT_UNTRACKED_NA
	Inet6ConfAcceptRAMinLft                                  // DEVCONF_ACCEPT_RA_MIN_LFT
)

// inet6ConfNames are libnl's words, which only its dumps use, and for the settings that it has none for words made in the same way.
var inet6ConfNames = [...]string{
	Inet6ConfForwarding:                     "forwarding",
	Inet6ConfHopLimit:                       "hoplimit",
	Inet6ConfMTU:                            "mtu6",
	Inet6ConfAcceptRA:                       "accept_ra",
	Inet6ConfAcceptRedirects:                "accept_redirects",
	Inet6ConfAutoConf:                       "autoconf",
	Inet6ConfDADTransmits:                   "dad_transmits",
	Inet6ConfRtrSolicits:                    "rtr_solicits",
	Inet6ConfRtrSolicitInterval:             "rtr_solicit_interval",
	Inet6ConfRtrSolicitDelay:                "rtr_solicit_delay",
	Inet6ConfUseTempAddr:                    "use_tempaddr",
	Inet6ConfTempValidLft:                   "temp_valid_lft",
	Inet6ConfTempPreferedLft:                "temp_prefered_lft",
	Inet6ConfRegenMaxRetry:                  "regen_max_retry",
	Inet6ConfMaxDesyncFactor:                "max_desync_factor",
	Inet6ConfMaxAddresses:                   "max_addresses",
	Inet6ConfForceMLDVersion:                "force_mld_version",
	Inet6ConfAcceptRADefRtr:                 "accept_ra_defrtr",
	Inet6ConfAcceptRAPInfo:                  "accept_ra_pinfo",
	Inet6ConfAcceptRARtrPref:                "accept_ra_rtr_pref",
	Inet6ConfRtrProbeInterval:               "rtr_probe_interval",
	Inet6ConfAcceptRARtInfoMaxPLen:          "accept_ra_rt_info",
	Inet6ConfProxyNDP:                       "proxy_ndp",
	Inet6ConfOptimisticDAD:                  "optimistic_dad",
	Inet6ConfAcceptSourceRoute:              "accept_source_route",
	Inet6ConfMCForwarding:                   "mc_forwarding",
	Inet6ConfDisableIPv6:                    "disable_ipv6",
	Inet6ConfAcceptDAD:                      "accept_dad",
	Inet6ConfForceTLLAO:                     "force_tllao",
	Inet6ConfNDiscNotify:                    "ndisc_notify",
	Inet6ConfMLDv1UnsolicitedReportInterval: "mldv1_unsolicited_report_interval",
	Inet6ConfMLDv2UnsolicitedReportInterval: "mldv2_unsolicited_report_interval",
	Inet6ConfSuppressFragNDisc:              "suppress_frag_ndisc",
	Inet6ConfAcceptRAFromLocal:              "accept_ra_from_local",
	Inet6ConfUseOptimistic:                  "use_optimistic",
	Inet6ConfAcceptRAMTU:                    "accept_ra_mtu",
	Inet6ConfStableSecret:                   "stable_secret",
	Inet6ConfUseOIFAddrsOnly:                "use_oif_addrs_only",
	Inet6ConfAcceptRAMinHopLimit:            "accept_ra_min_hop_limit",
	Inet6ConfIgnoreRoutesWithLinkdown:       "ignore_routes_with_linkdown",
	Inet6ConfDropUnicastInL2Multicast:       "drop_unicast_in_l2_multicast",
	Inet6ConfDropUnsolicitedNA:              "drop_unsolicited_na",
	Inet6ConfKeepAddrOnDown:                 "keep_addr_on_down",
	Inet6ConfRtrSolicitMaxInterval:          "rtr_solicit_max_interval",
	Inet6ConfSeg6Enabled:                    "seg6_enabled",
	Inet6ConfSeg6RequireHMAC:                "seg6_require_hmac",
	Inet6ConfEnhancedDAD:                    "enhanced_dad",
	Inet6ConfAddrGenMode:                    "addr_gen_mode",
	Inet6ConfDisablePolicy:                  "disable_policy",
	Inet6ConfAcceptRARtInfoMinPLen:          "accept_ra_rt_info_min_plen",
	Inet6ConfNDiscTClass:                    "ndisc_tclass",
	Inet6ConfRPLSegEnabled:                  "rpl_seg_enabled",
	Inet6ConfRADefRtrMetric:                 "ra_defrtr_metric",
	Inet6ConfIOAM6Enabled:                   "ioam6_enabled",
	Inet6ConfIOAM6ID:                        "ioam6_id",
	Inet6ConfIOAM6IDWide:                    "ioam6_id_wide",
	Inet6ConfNDiscEvictNoCarrier:            "ndisc_evict_nocarrier",
	Inet6ConfAcceptUntrackedNA:              "accept_untracked_na",
	Inet6ConfAcceptRAMinLft:                 "accept_ra_min_lft",
}

// String returns the name of the setting as libnl's dumps write it, "forwarding", a number if there is none.
func (c Inet6Conf) String() string {
	if c >= 0 && int(c) < len(inet6ConfNames) {
		return inet6ConfNames[c]
	}
	return hexText(int(c))
}

// ParseInet6Conf reads the name of a setting, in any case, or its number. An unknown name is [ErrObjNotFound].
func ParseInet6Conf(s string) (Inet6Conf, error) {
	const fn = "ParseInet6Conf"
	for i, name := range inet6ConfNames {
		if strings.EqualFold(s, name) {
			return Inet6Conf(i), nil
		}
	}
	n, err := strconv.ParseUint(s, 0, 31)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, textErr(fn, ErrRange, s)
	case err != nil:
		return 0, textErr(fn, ErrObjNotFound, s)
	}
	return Inet6Conf(n), nil
}

// Inet6Conf returns a setting of IPv6; false if the link does not have it, and always before libnl 3.8. Links of a dump without a family, or
// for FamilyIPv6, have all that the kernel and libnl know. Requests carry none.
//
// Implements: rtnl_link_inet6_get_conf
func (l *Link) Inet6Conf(id Inet6Conf) (v int32, ok bool) {
	c := l.live()
	if id < 0 || id > math.MaxInt32 {
		return 0, false
	}
	var n C.uint32_t
	rc := C.rtnl_link_inet6_get_conf(c, C.uint(id), &n)
	return int32(n), rc == 0
}
