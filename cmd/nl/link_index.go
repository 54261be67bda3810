//go:build linux

// SPDX-License-Identifier: MIT

package main

import (
	"fmt"

	"github.com/golibnl/libnl"
)

func linkName2Index(c *cli) error {
	if err := c.parse(); err != nil {
		return err
	}
	if len(c.args) == 0 {
		return c.usage(0)
	}
	if err := c.open(); err != nil {
		return err
	}
	i, ok := libnl.LinkIndex(c.links, c.args[0])
	if !ok {
		return fatal(noEntry, "Interface \"%s\" does not exist", c.args[0])
	}
	fmt.Fprintln(c.out, i)
	return nil
}

func linkIndex2Name(c *cli) error {
	if err := c.parse(); err != nil {
		return err
	}
	if len(c.args) == 0 {
		return c.usage(0)
	}
	i, err := number(c.args[0])
	if err != nil {
		return err
	}
	if err := c.open(); err != nil {
		return err
	}
	name, ok := libnl.LinkName(c.links, int(i))
	if !ok {
		return fatal(noEntry, "Interface index %d does not exist", int32(i))
	}
	fmt.Fprintln(c.out, name)
	return nil
}
