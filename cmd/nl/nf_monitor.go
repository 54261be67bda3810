//go:build linux

// SPDX-License-Identifier: MIT

package main

import (
	"github.com/golibnl/libnl"
	"golang.org/x/sys/unix"
)

func nfMonitor(c *cli) error {
	c.form = libnl.DumpStats
	if err := c.parse(); err != nil {
		return helpExits(err, 2)
	}
	groups := map[string]libnl.Group{
		"ct-new":     unix.NFNLGRP_CONNTRACK_NEW,
		"ct-update":  unix.NFNLGRP_CONNTRACK_UPDATE,
		"ct-destroy": unix.NFNLGRP_CONNTRACK_DESTROY,
	}
	s, err := libnl.Dial(libnl.ProtoNetfilter, &libnl.Config{Events: true})
	if err != nil {
		return because(err, "Unable to connect netlink socket: %s")
	}
	defer s.Close()
	for _, name := range c.args {
		g, ok := groups[name]
		if !ok {
			return fatal(int(libnl.ErrObjNotFound), "Unknown group: \"%s\"", name)
		}
		if err := s.AddMembership(g); err != nil {
			return because(err, "Unable to add membership: %s")
		}
	}
	return c.follow(s, c.event)
}
