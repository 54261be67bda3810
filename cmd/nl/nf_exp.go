//go:build linux

// SPDX-License-Identifier: MIT

package main

import "github.com/golibnl/libnl"

// expOptions declares what the tools for expectations say of one, with the tuples that prefixes name.
func (c *cli) expOptions(e *libnl.CTExpect, prefixes ...string) {
	c.numberOption("id", "i", "identity `NUM`", e.SetID)
	which := map[string]libnl.ExpTuple{
		"expect": libnl.ExpTupleExpect, "master": libnl.ExpTupleMaster, "mask": libnl.ExpTupleMask, "nat": libnl.ExpTupleNAT,
	}
	for _, prefix := range prefixes {
		c.expTuple(e, prefix, which[prefix])
	}
	c.nfFamily(e.SetFamily, "Unable to nl_cli_exp_parse family \"%s\": %s")
	c.timeoutOption(e.SetTimeout)
	c.option("helper", "", "helper `NAME`", e.SetHelperName)
	c.numberOption("flags", "", "flags `NUM`", func(n uint32) { e.SetFlags(libnl.CTExpectFlags(n)) })
}

// expTuple declares one of the tuples. Ports are set together: the other stays.
func (c *cli) expTuple(e *libnl.CTExpect, prefix string, t libnl.ExpTuple) {
	c.protoOption(prefix+"-proto", "", func(p libnl.IPProto) error { return e.SetL4ProtoNum(t, p) },
		"Unable to nl_cli_exp_parse protocol \"%s\": %s")
	c.option(prefix+"-src", "", "source `ADDR`", func(s string) error {
		return setAddress(s, e.Family(), func(a libnl.Addr) error { return e.SetSrc(t, a) }, "Unable to set source address: %s")
	})
	c.portOption(prefix+"-sport", "source port `NUM`", func(n uint16) error {
		other, _ := e.DstPort(t)
		return e.SetPorts(t, n, other)
	})
	c.option(prefix+"-dst", "", "destination `ADDR`", func(s string) error {
		return setAddress(s, e.Family(), func(a libnl.Addr) error { return e.SetDst(t, a) }, "Unable to set destination address: %s")
	})
	c.portOption(prefix+"-dport", "destination port `NUM`", func(n uint16) error {
		other, _ := e.SrcPort(t)
		return e.SetPorts(t, other, n)
	})
}

func nfExpList(c *cli) error {
	filter, err := libnl.NewCTExpect()
	if err != nil {
		return err
	}
	defer filter.Close()
	c.formatOption()
	c.jsonOption()
	c.expOptions(filter, "expect", "master")
	if err := c.parse(); err != nil {
		return err
	}
	s, err := dial(libnl.ProtoNetfilter)
	if err != nil {
		return err
	}
	defer s.Close()
	all, err := libnl.NewCTExpectCache(c.ctx(), s)
	if err := cacheErr("expectation", all, err); err != nil {
		return err
	}
	defer all.Close()
	return list(c, all, filter, (*libnl.CTExpect).Info)
}

func nfExpDelete(c *cli) error {
	e, err := libnl.NewCTExpect()
	if err != nil {
		return err
	}
	defer e.Close()
	quiet := c.quietOption()
	c.expOptions(e, "expect", "master", "mask")
	if err := c.parse(); err != nil {
		return err
	}
	s, err := dial(libnl.ProtoNetfilter)
	if err != nil {
		return err
	}
	defer s.Close()
	if len(e.AttrList()) == 0 {
		err = s.FlushCTExpects(c.ctx(), "") // all, as with the original
	} else {
		err = e.Delete(c.ctx(), s, 0)
	}
	if err != nil {
		return because(err, "Unable to delete expectation: %s")
	}
	return c.tell(*quiet, "Deleted", e)
}

func nfExpAdd(c *cli) error {
	e, err := libnl.NewCTExpect()
	if err != nil {
		return err
	}
	defer e.Close()
	flags := libnl.FlagCreate
	quiet := c.quietOption()
	c.toggle("replace", "", "change the expectation if it is there", func() { flags |= libnl.FlagReplace })
	c.expOptions(e, "expect", "master", "mask", "nat")
	c.numberOption("nat-dir", "", "direction `NUM` of NAT", func(n uint32) { _ = e.SetNATDir(libnl.CTDir(n)) })
	if err := c.parse(); err != nil {
		return err
	}
	s, err := dial(libnl.ProtoNetfilter)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := e.Add(c.ctx(), s, flags); err != nil {
		return because(err, "Unable to add expectation: %s")
	}
	return c.tell(*quiet, "Added", e)
}
