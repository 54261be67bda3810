//go:build linux

// SPDX-License-Identifier: MIT

package main

import (
	"github.com/golibnl/libnl"
)

// fibInfo is a result in JSON.
type fibInfo struct {
	Table     libnl.RouteTable `json:"table"`
	PrefixLen int              `json:"prefixlen"`
	Nexthop   int              `json:"nexthop"` // its number in the route
	Type      string           `json:"type"`
	Scope     string           `json:"scope"`
	Error     string           `json:"error,omitempty"`
}

func fibLookup(c *cli) error {
	var req libnl.FIBRequest
	c.option("table", "t", "routing table `NUM`", func(s string) error {
		return setNumber(s, func(n uint32) { req.Table = libnl.RouteTable(n) })
	})
	c.option("fwmark", "f", "mark `NUM` of the packet", func(s string) error {
		return setNumber(s, func(n uint32) { req.Mark = n })
	})
	c.option("scope", "s", "scope `NUM` that the route has at least", func(s string) error { return setByte(s, (*uint8)(&req.Scope)) })
	c.option("tos", "T", "type of service `NUM` of the packet", func(s string) error { return setByte(s, &req.TOS) })
	c.jsonOption()
	if err := c.parse(); err != nil {
		return helpExits(err, 1)
	}
	if len(c.args) == 0 {
		return c.usage(1)
	}
	a, err := libnl.ParseAddr(c.args[0], libnl.FamilyIPv4)
	if err != nil {
		return because(err, "Unable to parse address \"%s\": %s\n", c.args[0])
	}
	req.Addr = a
	m, err := req.Build()
	if err != nil {
		return because(err, "Unable to send request: %s")
	}
	s, err := dial(libnl.ProtoFIBLookup)
	if err != nil {
		return err
	}
	defer s.Close()

	// libnl.LookupFIB makes an error of a lookup that found nothing; here that is an answer too
	err = s.ModifyCallback(libnl.CbValid, libnl.KindCustom, func(m *libnl.Msg) error {
		o, err := m.Object()
		if err != nil {
			return err
		}
		defer o.Close()
		if err := c.fibResult(o); err != nil {
			return err
		}
		return libnl.Stop // neither an acknowledgement nor an end follows
	})
	if err == nil {
		_, err = s.SendAuto(m)
	}
	if err == nil {
		err = s.Recv(c.ctx())
	}
	if err != nil {
		return because(err, "Unable to lookup: %s\n")
	}
	return nil
}

func (c *cli) fibResult(o *libnl.Object) error {
	r, ok := libnl.As[*libnl.FIBResult](o)
	if !c.json || !ok {
		return o.Dump(c.out, libnl.DumpDetails)
	}
	info := fibInfo{r.Table(), r.PrefixLen(), r.NexthopSel(), r.Type().String(), r.Scope().String(), ""}
	if err := r.Err(); err != nil {
		info.Error = err.Error()
	}
	return writeJSON(c.out, info)
}

func setByte(s string, to *uint8) error {
	n, err := number(s)
	if err != nil {
		return err
	}
	if n > 255 {
		return fatal(int(libnl.ErrRange), "%s is more than 255", s)
	}
	*to = uint8(n)
	return nil
}
