//go:build linux

// SPDX-License-Identifier: MIT

package main

import (
	"fmt"

	"github.com/golibnl/libnl"
)

func linkEnslave(c *cli) error {
	is, err := c.linkArgs(2)
	if err != nil {
		return err
	}
	if err := libnl.Enslave(c.ctx(), c.sock, is[0], is[1]); err != nil {
		return plain("Unable to enslave %s to %s: %s", c.args[1], c.args[0], text(codeOf(err)))
	}
	return nil
}

func linkRelease(c *cli) error {
	is, err := c.linkArgs(1)
	if err != nil {
		return err
	}
	if err := libnl.Release(c.ctx(), c.sock, is[0]); err != nil {
		return plain("Unable to release slave %s: %s", c.args[0], text(codeOf(err)))
	}
	return nil
}

// linkArgs returns the indexes of the n interfaces that the arguments name.
func (c *cli) linkArgs(n int) ([]int, error) {
	if err := c.parse(); err != nil {
		return nil, err
	}
	if len(c.args) < n {
		return nil, failure{1, c.help()}
	}
	if err := c.open(); err != nil {
		return nil, err
	}
	var is []int
	for _, name := range c.args[:n] {
		i, ok := libnl.LinkIndex(c.links, name)
		if !ok {
			return nil, plain("Unknown link: %s", name)
		}
		is = append(is, i)
	}
	return is, nil
}

// plain is how these tools say that they failed.
func plain(format string, a ...any) error { return failure{1, fmt.Sprintf(format+"\n", a...)} }
