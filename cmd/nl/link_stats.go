//go:build linux

// SPDX-License-Identifier: MIT

package main

import (
	"fmt"

	"github.com/golibnl/libnl"
)

// linkCounters is an interface in JSON.
type linkCounters struct {
	Interface string            `json:"ifname"`
	Index     int               `json:"ifindex"`
	Counters  map[string]uint64 `json:"counters"`
}

func linkStats(c *cli) error {
	filter, err := libnl.NewLink()
	if err != nil {
		return err
	}
	defer filter.Close()
	names := false
	c.toggle("list", "l", "list the names of counters", func() { names = true })
	c.jsonOption()
	c.linkSelection(filter)
	if err := c.parse(); err != nil {
		return err
	}
	if names {
		for id := range allStats {
			fmt.Fprintln(c.out, id)
		}
		return nil
	}
	if err := c.open(); err != nil {
		return err
	}
	if c.json {
		ids := c.statArgs()
		return list(c, c.links, filter, func(l *libnl.Link) linkCounters {
			n := linkCounters{l.Name(), l.Index(), map[string]uint64{}}
			for _, id := range ids {
				n.Counters[id.String()] = l.Stat(id)
			}
			return n
		})
	}
	for l := range c.links.Matching(filter) {
		// the names are for the first one, as with the original, and all counters for the others
		for _, id := range c.statArgs() {
			fmt.Fprintf(c.out, "%s.%s %d\n", l.Name(), id, l.Stat(id))
		}
		c.args = nil
	}
	return nil
}

// statArgs returns the counters that the arguments name, all without any.
func (c *cli) statArgs() (ids []libnl.LinkStat) {
	for _, name := range c.args {
		id, err := libnl.ParseLinkStat(name)
		if err != nil {
			fmt.Fprintf(c.errOut, "Warning: Unknown statistic \"%s\"\n", name)
			continue
		}
		ids = append(ids, id)
	}
	if len(c.args) == 0 {
		for id := range allStats {
			ids = append(ids, id)
		}
	}
	return ids
}

// allStats yields every counter that libnl has.
func allStats(yield func(libnl.LinkStat) bool) {
	for id := libnl.LinkStat(0); id <= libnl.LinkStatMax; id++ {
		if !yield(id) {
			return
		}
	}
}
