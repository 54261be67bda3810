//go:build linux

// SPDX-License-Identifier: MIT

package validate

import (
	"fmt"

	"golang.org/x/sys/unix"
)

func init() {
	register(unix.NETLINK_ROUTE, message{
		name:   "address message",
		header: unix.SizeofIfAddrmsg,
		env:    func(h []byte) env { return env{family: h[0], dst: h[1]} },
		attrs:  addrAttrs,
	}, unix.RTM_NEWADDR, unix.RTM_DELADDR, unix.RTM_GETADDR)
}

var addrAttrs = attrs(table{
	rules: []attrRule{
		{unix.IFA_ADDRESS, "IFA_ADDRESS", familyAddr},
		{unix.IFA_LOCAL, "IFA_LOCAL", familyAddr},
		{unix.IFA_LABEL, "IFA_LABEL", text(unix.IFNAMSIZ)},
		{unix.IFA_BROADCAST, "IFA_BROADCAST", familyAddr},
		{unix.IFA_ANYCAST, "IFA_ANYCAST", familyAddr},
		{unix.IFA_CACHEINFO, "IFA_CACHEINFO", atLeast(16)},
		{unix.IFA_MULTICAST, "IFA_MULTICAST", familyAddr},
		{unix.IFA_FLAGS, "IFA_FLAGS", u32},
	},
	last: addrPrefix,
})

// addrPrefix checks the prefix length, which libnl gives to the local or the peer address.
func addrPrefix(e env, b []byte) error {
	local, hasLocal, _ := find(b, unix.IFA_LOCAL)
	peer, hasPeer, _ := find(b, unix.IFA_ADDRESS)
	n := 0
	switch {
	case hasLocal && hasPeer:
		n = min(len(local), len(peer))
	case hasLocal:
		n = len(local)
	case hasPeer:
		n = len(peer)
	}
	if e.family == unix.AF_INET {
		n = 4 // what is missing is 0.0.0.0
	}
	if int(e.dst) > 8*n {
		return fmt.Errorf("prefix of %d bits on an address of %d bytes", e.dst, n)
	}
	return nil
}
