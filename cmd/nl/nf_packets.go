//go:build linux

// SPDX-License-Identifier: MIT

package main

import (
	"fmt"
	"strconv"

	"github.com/golibnl/libnl"
)

// packetArgs are those of nf-log and nf-queue: family group [copy mode] [copy range].
type packetArgs struct {
	family    libnl.Family
	group     uint16
	copyMode  string // empty: none given
	copyRange uint32
}

func (c *cli) packetArgs() (a packetArgs, err error) {
	if err := c.parse(); err != nil {
		return a, helpExits(err, 2)
	}
	if len(c.args) < 2 {
		fmt.Fprintf(c.out, "Usage: %s %s\n", c.name, c.tool.args)
		return a, failure{code: 2}
	}
	if a.family, err = libnl.ParseFamily(c.args[0]); err != nil || a.family == libnl.FamilyUnspec {
		return a, fatal(int(libnl.ErrInval), "Unknown family \"%s\"", c.args[0])
	}
	group, err := strconv.ParseUint(c.args[1], 10, 16)
	if err != nil {
		return a, fatal(invalid, "Unable to parse \"%s\", not a number.", c.args[1])
	}
	a.group, a.copyRange = uint16(group), 0xffff
	if len(c.args) > 2 {
		a.copyMode = c.args[2]
	}
	if len(c.args) > 3 {
		n, err := strconv.ParseUint(c.args[3], 10, 32)
		if err != nil {
			return a, fatal(invalid, "Unable to parse \"%s\", not a number.", c.args[3])
		}
		a.copyRange = uint32(n)
	}
	return a, nil
}

func nfLog(c *cli) error {
	c.form = libnl.DumpStats
	a, err := c.packetArgs()
	if err != nil {
		return err
	}
	s, err := libnl.DialNetfilter(&libnl.Config{Events: true})
	if err != nil {
		return because(err, "Unable to connect netlink socket: %s")
	}
	defer s.Close()
	_ = libnl.UnbindNFLog(c.ctx(), s, a.family) // another program may have done it
	if err := libnl.BindNFLog(c.ctx(), s, a.family); err != nil {
		return because(err, "Unable to bind logger: %s")
	}
	l, err := libnl.NewNFLog()
	if err != nil {
		return err
	}
	defer l.Close()
	l.SetGroup(a.group)
	mode := libnl.NFLogCopyMeta
	if a.copyMode != "" {
		if mode, err = libnl.ParseNFLogCopyMode(a.copyMode); err != nil {
			return because(err, "Unable to parse copy mode \"%s\": %s", a.copyMode)
		}
	}
	if err := l.SetCopyMode(mode); err != nil {
		return err
	}
	l.SetCopyRange(a.copyRange)
	if err := l.Create(c.ctx(), s); err != nil {
		return because(err, "Unable to bind instance: %s")
	}
	fmt.Fprint(c.out, "log params: ")
	if err := l.Dump(c.out, c.form); err != nil {
		return err
	}
	if err := c.out.Flush(); err != nil {
		return err
	}
	if err := c.open(); err != nil { // for the names of interfaces
		return err
	}
	return c.follow(s, c.event)
}

func nfQueue(c *cli) error {
	c.form = libnl.DumpStats
	a, err := c.packetArgs()
	if err != nil {
		return err
	}
	s, err := libnl.DialNFQueue(nil)
	if err != nil {
		return because(err, "Unable to connect netlink socket: %s")
	}
	defer s.Close()
	_ = libnl.UnbindNFQueue(c.ctx(), s, a.family) // another program may have done it
	if err := libnl.BindNFQueue(c.ctx(), s, a.family); err != nil {
		return because(err, "Unable to bind logger: %s")
	}
	q, err := libnl.NewNFQueue()
	if err != nil {
		return err
	}
	defer q.Close()
	q.SetGroup(a.group)
	mode := libnl.NFQueueCopyPacket
	if a.copyMode != "" {
		if mode, err = libnl.ParseNFQueueCopyMode(a.copyMode); err != nil {
			return because(err, "Unable to parse copy mode \"%s\": %s", a.copyMode)
		}
	}
	if err := q.SetCopyMode(mode); err != nil {
		return err
	}
	q.SetCopyRange(a.copyRange)
	if err := q.Create(c.ctx(), s, 0); err != nil {
		return because(err, "Unable to bind queue: %s")
	}
	if err := c.open(); err != nil { // for the names of interfaces
		return err
	}
	return c.follow(s, func(m *libnl.Msg) error {
		for o, err := range m.Objects() {
			p, ok := libnl.As[*libnl.NFQueueMsg](o)
			if err != nil || !ok {
				fmt.Fprintln(c.errOut, "<<EVENT>> Unknown message type")
				return nil
			}
			if err := p.SetVerdict(libnl.VerdictAccept); err != nil {
				return err
			}
			if err := p.Dump(c.out, c.form); err != nil {
				return err
			}
			if err := p.SendVerdict(c.ctx(), s); err != nil {
				return err
			}
		}
		return c.out.Flush()
	})
}
