//go:build linux

// SPDX-License-Identifier: MIT

package main

import (
	"github.com/golibnl/libnl"
)

// ctOptions declares what the tools for entries of connection tracking say of one.
func (c *cli) ctOptions(ct *libnl.CT) {
	c.protoOption("proto", "p", func(p libnl.IPProto) error { ct.SetProto(p); return nil }, "Unable to nl_cli_ct_parse protocol \"%s\": %s")
	for d, prefix := range []string{libnl.CTOriginal: "orig", libnl.CTReply: "reply"} {
		d := libnl.CTDir(d)
		c.option(prefix+"-src", "", "source `ADDR` in this direction", func(s string) error {
			return setAddress(s, ct.Family(), func(a libnl.Addr) error { return ct.SetSrc(d, a) }, "Unable to set source address: %s")
		})
		c.option(prefix+"-dst", "", "destination `ADDR` in this direction", func(s string) error {
			return setAddress(s, ct.Family(), func(a libnl.Addr) error { return ct.SetDst(d, a) }, "Unable to set destination address: %s")
		})
		c.portOption(prefix+"-sport", "source port `NUM`", func(n uint16) error { return ct.SetSrcPort(d, n) })
		c.portOption(prefix+"-dport", "destination port `NUM`", func(n uint16) error { return ct.SetDstPort(d, n) })
	}
	c.nfFamily(ct.SetFamily, "Unable to nl_cli_ct_parse family \"%s\": %s")
	c.numberOption("mark", "", "mark `NUM`", ct.SetMark)
	c.timeoutOption(ct.SetTimeout)
}

func nfCTList(c *cli) error {
	filter, err := libnl.NewCT()
	if err != nil {
		return err
	}
	defer filter.Close()
	c.formatOption()
	c.jsonOption()
	c.numberOption("id", "i", "identity `NUM`", filter.SetID)
	c.option("tcp-state", "", "state `STATE` of TCP", func(s string) error {
		state, err := libnl.ParseTCPState(s)
		if err != nil {
			return because(err, "Unable to nl_cli_ct_parse tcp state \"%s\": %s", s)
		}
		filter.SetTCPState(state)
		return nil
	})
	c.ctOptions(filter)
	c.numberOption("refcnt", "", "references `NUM`", filter.SetUse)
	if err := c.parse(); err != nil {
		return err
	}
	s, err := dial(libnl.ProtoNetfilter)
	if err != nil {
		return err
	}
	defer s.Close()
	entries, err := libnl.NewCTCache(c.ctx(), s)
	if err := cacheErr("conntrack", entries, err); err != nil {
		return err
	}
	defer entries.Close()
	return list(c, entries, filter, (*libnl.CT).Info)
}

func nfCTAdd(c *cli) error {
	ct, err := libnl.NewCT()
	if err != nil {
		return err
	}
	defer ct.Close()
	quiet := c.quietOption()
	c.ctOptions(ct)
	c.option("status", "", "`FLAGS`: assured, seen_reply ...", func(s string) error {
		f, err := libnl.ParseCTStatus(s)
		if err != nil {
			return because(err, "Unable to nl_cli_ct_parse flags \"%s\": %s", s)
		}
		ct.SetStatus(f)
		return nil
	})
	c.option("zone", "", "zone `NUM`", func(s string) error {
		n, err := number(s)
		if err != nil {
			return err
		}
		if n > 1<<16-1 {
			return fatal(int(libnl.ErrRange), "zone %d is more than 65535", n)
		}
		ct.SetZone(uint16(n))
		return nil
	})
	if err := c.parse(); err != nil {
		return err
	}
	if err := c.tell(*quiet, "Adding", ct); err != nil {
		return err
	}
	s, err := dial(libnl.ProtoNetfilter)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := ct.Add(c.ctx(), s, libnl.FlagCreate); err != nil {
		return because(err, "Unable to add conntrack: %s")
	}
	return c.tell(*quiet, "Added", ct)
}
