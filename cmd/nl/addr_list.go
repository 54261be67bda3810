//go:build linux

// SPDX-License-Identifier: MIT

package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/golibnl/libnl"
)

// addrInfo is an address in JSON.
type addrInfo struct {
	libnl.IfAddrInfo
	Interface string `json:"ifname,omitempty"`
}

func addrList(c *cli) error {
	filter, err := libnl.NewIfAddr()
	if err != nil {
		return err
	}
	defer filter.Close()
	var env bool
	var prefix string
	c.toggle("details", "", "show more, on several lines", func() { c.form = libnl.DumpDetails })
	c.toggle("env", "", "print variables for a shell", func() { env = true })
	c.option("prefix", "", "begin every line with `TEXT`", func(s string) error { prefix = s; return nil })
	c.jsonOption()
	c.toggle("ipv4", "4", "addresses of IPv4", func() { filter.SetFamily(libnl.FamilyIPv4) })
	c.toggle("ipv6", "6", "addresses of IPv6", func() { filter.SetFamily(libnl.FamilyIPv6) })
	c.addrOptions(filter)
	if err := c.parse(); err != nil {
		return err
	}
	addrs, err := c.addrs()
	if err != nil {
		return err
	}
	defer addrs.Close()

	var text strings.Builder
	switch {
	case c.json:
		return list(c, addrs, filter, func(a *libnl.IfAddr) addrInfo {
			return addrInfo{a.Info(), c.linkName(a.Index())}
		})
	case env:
		n := 0
		for a := range addrs.Matching(filter) {
			for _, v := range c.addrEnv(a) {
				fmt.Fprintf(&text, "ADDR%d_%s\n", n, v)
			}
			n++
		}
	default:
		if err := addrs.DumpMatching(&text, c.form, filter); err != nil {
			return err
		}
	}
	for line := range strings.Lines(text.String()) {
		fmt.Fprint(c.out, prefix, line)
	}
	return nil
}

// addrs returns the addresses of all interfaces.
func (c *cli) addrs() (*libnl.Cache[*libnl.IfAddr], error) {
	if err := c.open(); err != nil {
		return nil, err
	}
	addrs, err := libnl.NewIfAddrCache(c.ctx(), c.sock)
	if err := cacheErr("address", addrs, err); err != nil {
		return nil, err
	}
	addrs.Provide()
	return addrs, nil
}

// addrEnv returns the variables of an address, without what they have in common.
func (c *cli) addrEnv(a *libnl.IfAddr) (vars []string) {
	add := func(name string, v any) { vars = append(vars, fmt.Sprint(name, "=", v)) }
	add("FAMILY", a.Family())
	add("LOCAL", a.Local())
	add("IFINDEX", a.Index())
	if name := c.linkName(a.Index()); name != "" {
		add("IFNAME", name)
	} else {
		add("IFNAME", "(null)")
	}
	if p := a.Peer(); p.IsValid() {
		add("PEER", p)
	}
	if b := a.Broadcast(); b.IsValid() {
		add("BROADCAST", b)
	}
	add("SCOPE", a.Scope())
	if l := a.Label(); l != "" {
		add("LABEL", l)
	}
	if f := namedFlags(a.Flags().String()); f != "" {
		add("FLAGS", f)
	}
	valid := uint32(1<<32 - 1)
	if v := a.ValidLifetime(); v != libnl.Forever {
		valid = uint32(v / time.Second)
	}
	add("CACHEINFO_VALID", valid)
	return vars
}

// namedFlags takes the number of the flags without a name out of the text. libnl leaves the comma before it.
func namedFlags(text string) string {
	if i := strings.LastIndex(text, "0x"); i >= 0 {
		return text[:i]
	}
	return text
}
