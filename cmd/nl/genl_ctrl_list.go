//go:build linux

// SPDX-License-Identifier: MIT

package main

import "github.com/golibnl/libnl"

func genlCtrlList(c *cli) error {
	c.toggle("details", "d", "show operations and groups too", func() { c.form = libnl.DumpDetails })
	c.formatOption()
	c.jsonOption()
	if err := c.parse(); err != nil {
		return err
	}
	s, err := dial(libnl.ProtoGeneric)
	if err != nil {
		return err
	}
	defer s.Close()
	if c.json {
		return c.genlJSON(s)
	}
	families, err := libnl.NewGenlCtrlCache(c.ctx(), s)
	if err := cacheErr("generic netlink family", families, err); err != nil {
		return err
	}
	defer families.Close()
	return families.Dump(c.out, c.form)
}

// genlJSON prints what the controller tells, which libnl's objects do not have all of.
func (c *cli) genlJSON(s *libnl.Socket) error {
	all := []libnl.GenlFamilyInfo{}
	for f, err := range s.GenlFamilyInfos(c.ctx()) {
		if err != nil {
			return err
		}
		all = append(all, f)
	}
	return writeJSON(c.out, all)
}
