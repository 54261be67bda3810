//go:build linux

// SPDX-License-Identifier: MIT

package main

import (
	"math"
	"time"

	"github.com/golibnl/libnl"
)

// Options that entries of connection tracking and expectations have in common.

// protoOption declares the protocol of a tuple; complaint has places for the name and the reason.
func (c *cli) protoOption(name, short string, set func(libnl.IPProto) error, complaint string) {
	c.option(name, short, "protocol `PROTO`: tcp, udp ...", func(s string) error {
		p, err := libnl.ParseIPProto(s)
		if err != nil {
			return because(err, complaint, s)
		}
		return set(p)
	})
}

// nfFamily declares the family; complaint has places for the name and the reason.
func (c *cli) nfFamily(set func(libnl.Family) error, complaint string) {
	c.toggle("ipv4", "4", "IPv4", func() { _ = set(libnl.FamilyIPv4) })
	c.toggle("ipv6", "6", "IPv6", func() { _ = set(libnl.FamilyIPv6) })
	c.option("family", "F", "address family `FAMILY`", func(s string) error {
		f, err := libnl.ParseFamily(s)
		if err != nil || f == libnl.FamilyUnspec {
			return fatal(invalid, complaint, s, text(libnl.ErrInval))
		}
		return setFamily(f, set)
	})
}

// numberOption declares an option that takes a number.
func (c *cli) numberOption(name, short, about string, set func(uint32)) {
	c.option(name, short, about, func(s string) error { return setNumber(s, set) })
}

func (c *cli) portOption(name, about string, set func(uint16) error) {
	c.option(name, "", about, func(s string) error {
		n, err := number(s)
		if err != nil {
			return err
		}
		if n > math.MaxUint16 {
			return fatal(int(libnl.ErrRange), "Unable to set port %d", n)
		}
		return set(uint16(n))
	})
}

func (c *cli) timeoutOption(set func(time.Duration) error) {
	c.option("timeout", "", "seconds `NUM` until it ends", func(s string) error {
		n, err := number(s)
		if err != nil {
			return err
		}
		return set(time.Duration(n) * time.Second)
	})
}
