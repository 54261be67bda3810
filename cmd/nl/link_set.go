//go:build linux

// SPDX-License-Identifier: MIT

package main

import "github.com/golibnl/libnl"

func linkSet(c *cli) error {
	filter, err := libnl.NewLink()
	if err != nil {
		return err
	}
	defer filter.Close()
	change, err := libnl.NewLink()
	if err != nil {
		return err
	}
	defer change.Close()
	quiet := c.quietOption()
	selected := c.linkSelection(filter)
	c.option("rename", "", "give it the name `NAME`", func(s string) error { return setLinkName(change, s) })
	c.linkOptions(change)
	c.option("ifalias", "", "give it the alias `TEXT`", func(s string) error { return setAlias(change, s) })
	c.option("state", "", "set it `up` or down", func(s string) error { return setState(change, s) })
	if err := c.parse(); err != nil {
		return err
	}
	if *selected == 0 {
		return c.usage(0)
	}
	if err := c.open(); err != nil {
		return err
	}
	for l := range c.links.Matching(filter) {
		if err := l.Change(c.ctx(), c.sock, change, 0); err != nil {
			return because(err, "Unable to change link: %s")
		}
		if err := c.tell(*quiet, "Changed", l); err != nil { // as it was
			return err
		}
	}
	return nil
}
