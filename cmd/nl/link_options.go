//go:build linux

// SPDX-License-Identifier: MIT

package main

import (
	"github.com/golibnl/libnl"
	"golang.org/x/sys/unix"
)

// linkSelection declares what names an interface; given counts.
func (c *cli) linkSelection(l *libnl.Link) (given *int) {
	given = new(int)
	c.option("name", "n", "network interface `NAME`", func(s string) error {
		*given++
		return setLinkName(l, s)
	})
	c.option("index", "i", "network interface `NUM`", func(s string) error {
		*given++
		n, err := number(s)
		if err != nil {
			return err
		}
		if err := l.SetIndex(int(n)); err != nil {
			return because(err, "Unable to set interface index: %s")
		}
		return nil
	})
	return given
}

// linkOptions declares what can be set, or be asked for.
func (c *cli) linkOptions(l *libnl.Link) {
	c.option("mtu", "", "maximum transmission unit `NUM`", func(s string) error { return setNumber(s, l.SetMTU) })
	c.option("txqlen", "", "length `NUM` of the transmit queue", func(s string) error { return setNumber(s, l.SetTxQLen) })
	c.option("weight", "", "`NUM`, which does nothing", func(string) error { return nil })
}

func setLinkName(l *libnl.Link, s string) error {
	if err := l.SetName(s); err != nil {
		return because(err, "Unable to set interface name: %s")
	}
	return nil
}

func setNumber(s string, set func(uint32)) error {
	n, err := number(s)
	if err == nil {
		set(n)
	}
	return err
}

// aliasSize is how long the original lets an alias be; the kernel takes one byte less.
const aliasSize = 256

func setAlias(l *libnl.Link, s string) error {
	if l.SetAlias(s) != nil {
		return fatal(outRange, "Link ifalias too big, must not exceed %d in length.", aliasSize)
	}
	return nil
}

// setState reads "up" or "down"; of anything else the original thinks nothing.
func setState(l *libnl.Link, s string) error {
	switch s {
	case "up":
		l.SetFlags(unix.IFF_UP)
	case "down":
		l.UnsetFlags(unix.IFF_UP)
	default:
		return fatal(invalid, "Unknown state \"%s\"", s)
	}
	return nil
}
