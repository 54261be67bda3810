//go:build linux

// SPDX-License-Identifier: MIT

package main

import "github.com/golibnl/libnl"

func linkList(c *cli) error {
	filter, err := libnl.NewLink()
	if err != nil {
		return err
	}
	defer filter.Close()
	c.toggle("details", "", "show more of each", func() { c.form = libnl.DumpDetails })
	c.toggle("stats", "", "show statistics too", func() { c.form = libnl.DumpStats })
	c.jsonOption()
	c.linkSelection(filter)
	c.option("family", "", "address family `NAME`; bridge: ports of bridges", func(s string) error {
		f, err := word(s, libnl.ParseFamily, "Unable to translate address family \"%s\"")
		if err != nil {
			return err
		}
		if err := filter.SetFamily(f); err != nil {
			return because(err, "Unable to set address family: %s")
		}
		return nil
	})
	c.linkOptions(filter)
	if err := c.parse(); err != nil {
		return err
	}
	s, err := dial(libnl.ProtoRoute)
	if err != nil {
		return err
	}
	defer s.Close()
	links, err := libnl.NewLinkCache(c.ctx(), s, filter.Family())
	if err := cacheErr("link", links, err); err != nil {
		return err
	}
	defer links.Close()
	links.Provide()
	return list(c, links, filter, (*libnl.Link).Info)
}
