//go:build linux

// SPDX-License-Identifier: MIT

package main

import "github.com/golibnl/libnl"

func routeAdd(c *cli) error {
	route, err := libnl.NewRoute()
	if err != nil {
		return err
	}
	defer route.Close()
	quiet := c.quietOption()
	c.routeOptions(route)
	if err := c.parse(); err != nil {
		return err
	}
	if err := c.open(); err != nil {
		return err
	}
	if err := route.Add(c.ctx(), c.sock, libnl.FlagExcl); err != nil {
		return because(err, "Unable to add route: %s")
	}
	return c.tell(*quiet, "Added", route)
}

func routeDelete(c *cli) error {
	filter, err := libnl.NewRoute()
	if err != nil {
		return err
	}
	defer filter.Close()
	d := c.deleteOptions()
	given := c.routeOptions(filter)
	if err := c.parse(); err != nil {
		return err
	}
	if *given == 0 && !d.interactive && !d.yes {
		return failure{0, "You attempted to delete all routes in non-interactive mode, aborting.\n"}
	}
	routes, err := c.routes(0)
	if err != nil {
		return err
	}
	defer routes.Close()
	return deleteAll(c, d, routes.Matching(filter), "routes", func(r *libnl.Route) error {
		if err := r.Delete(c.ctx(), c.sock, 0); err != nil {
			return because(err, "Unable to delete route: %s")
		}
		return nil
	})
}
