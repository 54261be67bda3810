//go:build linux

// SPDX-License-Identifier: MIT

package main

import (
	"strings"

	"github.com/golibnl/libnl"
)

// routeOptions declares what the tools for routes say of one; given counts the options.
func (c *cli) routeOptions(r *libnl.Route) (given *int) {
	given = new(int)
	option := func(name, short, about string, set func(string) error) {
		c.option(name, short, about, func(s string) error { *given++; return set(s) })
	}
	option("dst", "d", "destination `ADDR`, such as 10.10.0.0/16", func(s string) error {
		return setAddress(s, r.Family(), r.SetDst, "Unable to set destination address: %s")
	})
	option("nexthop", "n", "next hop `NH`: dev=DEV,via=ADDR,weight=NUM,as=LABELS, any of them", func(s string) error {
		return c.addNexthop(r, s)
	})
	option("table", "t", "routing table `TABLE`", func(s string) error {
		t, err := word(s, libnl.ParseRouteTable, "Unknown table name \"%s\"")
		if err == nil {
			r.SetTable(t)
		}
		return err
	})
	option("family", "", "address family `FAMILY`", func(s string) error {
		f, err := word(s, libnl.ParseFamily, "Unable to translate address family \"%s\"")
		if err != nil {
			return err
		}
		return setFamily(f, r.SetFamily)
	})
	option("src", "", "network `ADDR` that packets come from (IPv6)", func(s string) error {
		return setAddress(s, r.Family(), r.SetSrc, "Unable to set source address: %s")
	})
	option("iif", "", "interface `DEV` that packets come in by", func(s string) error {
		i, err := c.linkIndex(s)
		if err != nil {
			return err
		}
		return r.SetIIF(i)
	})
	option("pref-src", "", "source address `ADDR` for packets of this host", func(s string) error {
		return setAddress(s, r.Family(), r.SetPrefSrc, "Unable to set preferred source address: %s")
	})
	option("metrics", "", "metrics `LIST`, such as mtu=1400,hoplimit=3", func(s string) error { return setMetrics(r, s) })
	option("priority", "", "priority `NUM`", func(s string) error {
		n, ok := cNumber(s)
		if !ok {
			return fatal(invalid, "Invalid priority value, not numeric")
		}
		r.SetPriority(n)
		return nil
	})
	option("scope", "", "`SCOPE`: global, site, link, host or nowhere", func(s string) error {
		v, err := word(s, libnl.ParseScope, "Unknown routing scope \"%s\"")
		if err == nil {
			r.SetScope(v)
		}
		return err
	})
	option("protocol", "", "who made it, `PROTO`: kernel, boot, static ...", func(s string) error {
		p, err := word(s, libnl.ParseRouteProtocol, "Unknown routing protocol name \"%s\"")
		if err == nil {
			r.SetProtocol(p)
		}
		return err
	})
	option("type", "", "`TYPE`: unicast, local, broadcast, multicast, blackhole ...", func(s string) error {
		t, err := word(s, libnl.ParseRouteType, "Unknown routing type \"%s\"")
		if err != nil {
			return err
		}
		if err := r.SetType(t); err != nil {
			return because(err, "Unable to set routing type: %s")
		}
		return nil
	})
	return given
}

// metrics are libnl-cli's names of them, and the one that it means to have.
var metrics = map[string]libnl.RouteMetric{
	"lock": 1, "mtu": 2, "window": 3, "rtt": 4, "rttvar": 5, "sstresh": 6, "ssthresh": 6, "cwnd": 7, "advmss": 8,
	"reordering": 9, "hoplimit": 10, "initcwnd": 11, "features": 12,
}

func setMetrics(r *libnl.Route, list string) error {
	for part := range strings.SplitSeq(list, ",") {
		if part == "" {
			continue
		}
		name, value, given := strings.Cut(part, "=")
		m, known := metrics[name]
		switch {
		case name == "unspec":
			return fatal(invalid, "Invalid metric \"%s\"", name)
		case !known:
			return fatal(invalid, "Unknown metric token \"%s\"", part)
		case !given:
			return fatal(invalid, "Metric \"%s\", no value given", name)
		}
		n, ok := cNumber(value)
		if !ok {
			return fatal(invalid, "Metric \"%s\", value not numeric", name)
		}
		if err := r.SetMetric(m, n); err != nil {
			return because(err, "Unable to set metric: %s")
		}
	}
	return nil
}

// addNexthop gives the route the next hop that the text describes.
func (c *cli) addNexthop(r *libnl.Route, text string) error {
	n, err := libnl.NewRouteNexthop()
	if err != nil {
		return err
	}
	defer n.Close() // lent, once the route has it
	for part := range strings.SplitSeq(text, ",") {
		if part == "" {
			continue
		}
		if err := c.nexthopPart(n, r.Family(), part); err != nil {
			return err
		}
	}
	return r.AddNexthop(n)
}

func (c *cli) nexthopPart(n *libnl.RouteNexthop, family libnl.Family, part string) error {
	const words = "Unable to set nexthop: %s"
	name, value, given := strings.Cut(part, "=")
	known := name == "dev" || name == "via" || name == "weight" || name == "as"
	switch {
	case !known:
		return fatal(invalid, "Unknown nexthop token \"%s\"", part)
	case !given:
		return fatal(invalid, "Missing argument to option \"%s\"\n", name)
	}
	switch name {
	case "dev":
		i, err := c.linkIndex(value)
		if err != nil {
			return err
		}
		return n.SetIndex(i)
	case "via":
		if family == libnl.FamilyMPLS {
			return setAddress(value, libnl.FamilyUnspec, n.SetVia, words)
		}
		return setAddress(value, family, n.SetGateway, words)
	case "as":
		return setAddress(value, family, n.SetNewDst, words)
	}
	w, ok := cNumber(value)
	if !ok || w > 255 {
		return fatal(invalid, "Invalid weight \"%s\", not numeric", value)
	}
	n.SetWeight(uint8(w))
	return nil
}

// routes returns the routes of all families.
func (c *cli) routes(flags libnl.RouteCacheFlags) (*libnl.Cache[*libnl.Route], error) {
	if err := c.open(); err != nil {
		return nil, err
	}
	routes, err := libnl.NewRouteCache(c.ctx(), c.sock, libnl.FamilyUnspec, flags)
	if routes == nil {
		return nil, because(err, "Unable to allocate route cache: %s\n")
	}
	routes.Provide()
	return routes, nil
}
