//go:build linux

// SPDX-License-Identifier: MIT

package main

import (
	"strings"
	"time"

	"github.com/golibnl/libnl"
)

// addrOptions declares what the tools for addresses say of one.
func (c *cli) addrOptions(a *libnl.IfAddr) {
	c.option("local", "a", "local address `ADDR`", func(s string) error {
		return setAddress(s, a.Family(), a.SetLocal, "Unable to set local address: %s")
	})
	c.option("dev", "d", "network interface `DEV`", func(s string) error {
		i, err := c.linkIndex(s)
		if err != nil {
			return err
		}
		return a.SetIndex(i)
	})
	c.option("family", "", "address family `FAMILY`, for words such as any too", func(s string) error {
		f, err := word(s, libnl.ParseFamily, "Unable to translate address family \"%s\"")
		if err != nil {
			return err
		}
		return setFamily(f, a.SetFamily)
	})
	c.option("label", "", "label `TEXT` (IPv4)", func(s string) error {
		if err := a.SetLabel(s); err != nil {
			return because(err, "Unable to set address label: %s")
		}
		return nil
	})
	c.option("peer", "", "address `ADDR` of the other end (IPv4)", func(s string) error {
		return setAddress(s, a.Family(), a.SetPeer, "Unable to set peer address: %s")
	})
	c.option("scope", "", "`SCOPE`: global, site, link, host or nowhere", func(s string) error {
		v, err := word(s, libnl.ParseScope, "Unknown address scope \"%s\"")
		if err == nil {
			a.SetScope(v)
		}
		return err
	})
	c.option("broadcast", "", "broadcast address `ADDR` (IPv4)", func(s string) error {
		return setAddress(s, a.Family(), a.SetBroadcast, "Unable to set broadcast address: %s")
	})
	c.option("preferred", "", "preferred for the `TIME` to come: forever, or such as 1h 30min", func(s string) error {
		return setLifetime(s, a.SetPreferredLifetime)
	})
	c.option("valid", "", "valid for the `TIME` to come", func(s string) error {
		return setLifetime(s, a.SetValidLifetime)
	})
}

// setFamily gives a family to an object; none leaves it without.
func setFamily(f libnl.Family, set func(libnl.Family) error) error {
	if f == libnl.FamilyUnspec {
		return nil
	}
	if err := set(f); err != nil {
		return because(err, "Unable to set address family: %s")
	}
	return nil
}

// setLifetime reads a time in whole seconds, or "forever".
func setLifetime(s string, set func(time.Duration) error) error {
	d := libnl.Forever
	if !strings.EqualFold(s, "forever") {
		var err error
		if d, err = libnl.ParseMsec(s); err != nil {
			return because(err, "Unable to parse time string \"%s\": %s", s)
		}
		d = d.Truncate(time.Second)
	}
	if err := set(d); err != nil {
		return because(err, "Unable to set lifetime: %s")
	}
	return nil
}
