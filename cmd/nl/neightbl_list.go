//go:build linux

// SPDX-License-Identifier: MIT

package main

import "github.com/golibnl/libnl"

func neightblList(c *cli) error {
	c.formatOption()
	c.jsonOption()
	if err := c.parse(); err != nil {
		return err
	}
	if err := c.open(); err != nil {
		return err
	}
	tables, err := libnl.NewNeighTableCache(c.ctx(), c.sock)
	if err := cacheErr("neighbour table", tables, err); err != nil {
		return err
	}
	defer tables.Close()
	if !c.json {
		return tables.Dump(c.out, c.form)
	}
	all := []libnl.NeighTableInfo{}
	for t := range tables.All() {
		info, err := t.Info()
		if err != nil {
			return err
		}
		all = append(all, info)
	}
	return writeJSON(c.out, all)
}
