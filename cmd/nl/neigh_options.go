//go:build linux

// SPDX-License-Identifier: MIT

package main

import "github.com/golibnl/libnl"

// neighOptions declares what the tools for neighbours say of one.
func (c *cli) neighOptions(n *libnl.Neigh) {
	c.option("addr", "a", "network address `ADDR`", func(s string) error {
		return setAddress(s, n.Family(), n.SetDst, "Unable to set local address: %s")
	})
	c.option("lladdr", "l", "link-layer address `ADDR`", func(s string) error {
		return setAddress(s, libnl.FamilyUnspec, n.SetLLAddr, "Unable to set link-layer address: %s")
	})
	c.option("dev", "d", "network interface `DEV`", func(s string) error {
		i, err := c.linkIndex(s)
		if err != nil {
			return err
		}
		return n.SetIndex(i)
	})
	c.option("state", "", "`STATE`: permanent, reachable, stale ...", func(s string) error {
		state, err := libnl.ParseNeighState(s)
		if err != nil {
			return because(err, "Unable to translate state \"%s\": %s", s)
		}
		n.SetState(state)
		return nil
	})
}

// neighFamily declares the family, which the original cannot be told of a neighbour to add.
func (c *cli) neighFamily(n *libnl.Neigh) {
	c.option("family", "", "address family `FAMILY`; bridge: forwarding databases", func(s string) error {
		f, err := word(s, libnl.ParseFamily, "Unable to translate address family \"%s\"")
		if err != nil {
			return err
		}
		if f == libnl.FamilyUnspec {
			return fatal(invalid, "Unable to translate address family \"%s\"", s)
		}
		return setFamily(f, n.SetFamily)
	})
}

// neighs returns the neighbours of all families.
func (c *cli) neighs() (*libnl.Cache[*libnl.Neigh], error) {
	if err := c.open(); err != nil {
		return nil, err
	}
	neighs, err := libnl.NewNeighCacheFlags(c.ctx(), c.sock, libnl.CacheFlagAFIter)
	if err := cacheErr("neighbour", neighs, err); err != nil {
		return nil, err
	}
	neighs.Provide()
	return neighs, nil
}
