//go:build linux

// SPDX-License-Identifier: MIT

package main

import "github.com/golibnl/libnl"

// neighInfo is a neighbour in JSON.
type neighInfo struct {
	libnl.NeighInfo
	Interface string `json:"ifname,omitempty"`
}

func neighList(c *cli) error {
	filter, err := libnl.NewNeigh()
	if err != nil {
		return err
	}
	defer filter.Close()
	c.linkFlags = libnl.CacheFlagAFIter
	c.formatOption()
	c.jsonOption()
	c.neighOptions(filter)
	c.neighFamily(filter)
	if err := c.parse(); err != nil {
		return err
	}
	neighs, err := c.neighs()
	if err != nil {
		return err
	}
	defer neighs.Close()
	return list(c, neighs, filter, func(n *libnl.Neigh) neighInfo {
		return neighInfo{n.Info(), c.linkName(n.Index())}
	})
}
