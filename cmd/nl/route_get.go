//go:build linux

// SPDX-License-Identifier: MIT

package main

import (
	"errors"

	"github.com/golibnl/libnl"
)

func routeGet(c *cli) error {
	c.jsonOption()
	if err := c.parse(); err != nil {
		return helpExits(err, 1)
	}
	if len(c.args) == 0 {
		return c.usage(1)
	}
	dst, err := address(c.args[0], libnl.FamilyIPv4)
	if err != nil {
		return err
	}
	if err := c.open(); err != nil {
		return err
	}
	r, err := libnl.LookupRoute(c.ctx(), c.sock, dst)
	if err != nil {
		return noRoute(err)
	}
	defer r.Close()
	if c.json {
		return writeJSON(c.out, c.routeInfo(r))
	}
	return r.Dump(c.out, libnl.DumpDetails)
}

// noRoute is how the original says that the kernel said no: it takes the length of its request, which is 36, for the error.
func noRoute(err error) error {
	if e, ok := errors.AsType[*libnl.Error](err); ok && e.Errno != 0 {
		return fatal(36, "%s", text(libnl.ErrFailure))
	}
	return because(err, "%s")
}
