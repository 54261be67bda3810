//go:build linux

// SPDX-License-Identifier: MIT

package main

import "github.com/golibnl/libnl"

func neighAdd(c *cli) error {
	neigh, err := libnl.NewNeigh()
	if err != nil {
		return err
	}
	defer neigh.Close()
	flags := libnl.FlagReplace | libnl.FlagCreate
	quiet := c.quietOption()
	c.toggle("update-only", "", "change a neighbour that is there, do not add one", func() { flags &^= libnl.FlagCreate })
	c.toggle("create-only", "", "add a neighbour, do not change one that is there", func() { flags |= libnl.FlagExcl })
	c.neighOptions(neigh)
	if err := c.parse(); err != nil {
		return err
	}
	if !neigh.Dst().IsValid() {
		return c.usage(0)
	}
	if err := c.open(); err != nil {
		return err
	}
	if err := neigh.Add(c.ctx(), c.sock, flags); err != nil {
		return because(err, "Unable to add neighbour: %s")
	}
	return c.tell(*quiet, "Added", neigh)
}

func neighDelete(c *cli) error {
	filter, err := libnl.NewNeigh()
	if err != nil {
		return err
	}
	defer filter.Close()
	d := c.deleteOptions()
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
	return deleteAll(c, d, neighs.Matching(filter), "neighbours", func(n *libnl.Neigh) error {
		if err := n.Delete(c.ctx(), c.sock, 0); err != nil {
			return because(err, "Unable to delete neighbour: %s\n")
		}
		return nil
	})
}
