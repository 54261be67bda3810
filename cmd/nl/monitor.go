//go:build linux

// SPDX-License-Identifier: MIT

package main

import (
	"fmt"
	"strconv"

	"github.com/golibnl/libnl"
	"golang.org/x/sys/unix"
)

// monitorGroups are those that the original knows, in its order.
var monitorGroups = []struct {
	name  string
	group libnl.Group
}{
	{"link", unix.RTNLGRP_LINK},
	{"notify", unix.RTNLGRP_NOTIFY},
	{"neigh", unix.RTNLGRP_NEIGH},
	{"tc", unix.RTNLGRP_TC},
	{"ipv4-ifaddr", unix.RTNLGRP_IPV4_IFADDR},
	{"ipv4-mroute", unix.RTNLGRP_IPV4_MROUTE},
	{"ipv4-route", unix.RTNLGRP_IPV4_ROUTE},
	{"ipv6-ifaddr", unix.RTNLGRP_IPV6_IFADDR},
	{"ipv6-mroute", unix.RTNLGRP_IPV6_MROUTE},
	{"ipv6-route", unix.RTNLGRP_IPV6_ROUTE},
	{"ipv6-ifinfo", unix.RTNLGRP_IPV6_IFINFO},
	{"decnet-ifaddr", unix.RTNLGRP_DECnet_IFADDR},
	{"decnet-route", unix.RTNLGRP_DECnet_ROUTE},
	{"ipv6-prefix", unix.RTNLGRP_IPV6_PREFIX},
	{"ipv4-netconf", unix.RTNLGRP_IPV4_NETCONF},
	{"ipv6-netconf", unix.RTNLGRP_IPV6_NETCONF},
	{"mpls-netconf", unix.RTNLGRP_MPLS_NETCONF},
	{"mdb", unix.RTNLGRP_MDB},
}

func monitor(c *cli) error {
	c.form = libnl.DumpStats
	c.formatOption()
	c.option("debug", "d", "have libnl tell what it does, by `LEVEL`, 0 to 7", func(s string) error {
		n, err := strconv.Atoi(s)
		if err != nil {
			return fatal(invalid, "Unable to parse \"%s\", not a number.", s)
		}
		libnl.SetDebugLevel(n)
		return nil
	})
	if err := c.parse(); err != nil {
		return err
	}
	events, err := libnl.Dial(libnl.ProtoRoute, &libnl.Config{Events: true})
	if err != nil {
		return because(err, "Unable to connect netlink socket: %s")
	}
	defer events.Close()
	for _, name := range c.args {
		g, ok := groupByName(name)
		if !ok {
			fmt.Fprintf(c.errOut, "Warning: Unknown group: %s\n", name)
			continue
		}
		if err := events.AddMembership(g); err != nil {
			return because(err, "%s: %s\n", name)
		}
	}
	if err := c.open(); err != nil {
		return err
	}
	return c.follow(events, c.event)
}

func groupByName(name string) (libnl.Group, bool) {
	for _, g := range monitorGroups {
		if g.name == name {
			return g.group, true
		}
	}
	return 0, false
}

// follow gives what arrives to event, until that or the socket fails.
func (c *cli) follow(s *libnl.Socket, event func(*libnl.Msg) error) error {
	var last error
	for m, err := range s.Messages(c.ctx()) {
		last = err
		if err != nil { // events were lost: the loop goes on
			fmt.Fprintln(c.errOut, "Warning:", err)
			continue
		}
		if err := event(m); err != nil {
			return err
		}
	}
	return last
}

// event prints the objects in a message.
func (c *cli) event(m *libnl.Msg) error {
	for o, err := range m.Objects() {
		if err != nil {
			fmt.Fprintln(c.errOut, "<<EVENT>> Unknown message type")
			return nil
		}
		if err := o.Dump(c.out, c.form); err != nil {
			return err
		}
	}
	return c.out.Flush()
}
