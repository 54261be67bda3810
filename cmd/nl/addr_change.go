//go:build linux

// SPDX-License-Identifier: MIT

package main

import "github.com/golibnl/libnl"

func addrAdd(c *cli) error {
	addr, err := libnl.NewIfAddr()
	if err != nil {
		return err
	}
	defer addr.Close()
	flags := libnl.FlagCreate
	quiet := c.quietOption()
	c.toggle("replace", "", "change the address if it is there", func() { flags |= libnl.FlagReplace })
	c.addrOptions(addr)
	if err := c.parse(); err != nil {
		return err
	}
	if err := c.open(); err != nil {
		return err
	}
	if err := addr.Add(c.ctx(), c.sock, flags); err != nil {
		return because(err, "Unable to add address: %s")
	}
	return c.tell(*quiet, "Added", addr)
}

func addrDelete(c *cli) error {
	filter, err := libnl.NewIfAddr()
	if err != nil {
		return err
	}
	defer filter.Close()
	d := c.deleteOptions()
	c.addrOptions(filter)
	if err := c.parse(); err != nil {
		return err
	}
	addrs, err := c.addrs()
	if err != nil {
		return err
	}
	defer addrs.Close()
	return deleteAll(c, d, addrs.Matching(filter), "addresses", func(a *libnl.IfAddr) error {
		if err := a.Delete(c.ctx(), c.sock, 0); err != nil {
			return because(err, "Unable to delete address: %s\n")
		}
		return nil
	})
}
