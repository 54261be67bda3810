//go:build linux

// SPDX-License-Identifier: MIT

package main

import "github.com/golibnl/libnl"

// routeInfo is a route in JSON.
type routeInfo struct {
	libnl.RouteInfo
	Nexthops []nexthopInfo `json:"nexthops,omitempty"` // in place of their number
}

type nexthopInfo struct {
	Interface string             `json:"ifname,omitempty"`
	Index     int                `json:"ifindex,omitempty"`
	Gateway   string             `json:"gateway,omitempty"`
	Via       string             `json:"via,omitempty"`
	NewDst    string             `json:"newdst,omitempty"`
	Weight    uint8              `json:"weight"` // the share less one
	Flags     libnl.NexthopFlags `json:"flags,omitempty"`
}

func (c *cli) routeInfo(r *libnl.Route) routeInfo {
	info := routeInfo{RouteInfo: r.Info()}
	for n := range r.Nexthops() {
		info.Nexthops = append(info.Nexthops, nexthopInfo{
			c.linkName(n.Index()), n.Index(), addrText(n.Gateway()), addrText(n.Via()), addrText(n.NewDst()), n.Weight(), n.Flags(),
		})
	}
	return info
}

// addrText returns an address as text, "" for none.
func addrText(a libnl.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

func routeList(c *cli) error {
	filter, err := libnl.NewRoute()
	if err != nil {
		return err
	}
	defer filter.Close()
	var flags libnl.RouteCacheFlags
	c.toggle("cache", "c", "list the kernel's cache of routes", func() { flags = libnl.RouteCacheContent })
	c.formatOption()
	c.jsonOption()
	c.routeOptions(filter)
	if err := c.parse(); err != nil {
		return err
	}
	routes, err := c.routes(flags)
	if err != nil {
		return err
	}
	defer routes.Close()
	return list(c, routes, filter, c.routeInfo)
}
