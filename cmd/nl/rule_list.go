//go:build linux

// SPDX-License-Identifier: MIT

package main

import "github.com/golibnl/libnl"

// ruleInfo is a rule in JSON.
type ruleInfo struct {
	Family libnl.Family     `json:"family"`
	Prio   uint32           `json:"priority"`
	Action string           `json:"action"`
	Table  libnl.RouteTable `json:"table,omitempty"`
	Goto   uint32           `json:"goto,omitempty"`
	Src    string           `json:"src,omitempty"`
	Dst    string           `json:"dst,omitempty"`
	IIF    string           `json:"iif,omitempty"`
	OIF    string           `json:"oif,omitempty"`
	Mark   uint32           `json:"mark,omitempty"`
	Mask   uint32           `json:"mask,omitempty"`
	TOS    uint8            `json:"tos,omitempty"`
	Realms string           `json:"realms,omitempty"`
	L3MDev bool             `json:"l3mdev,omitempty"`
	Proto  string           `json:"ipproto,omitempty"`
	SPort  []uint16         `json:"sport,omitempty"` // first and last
	DPort  []uint16         `json:"dport,omitempty"`
}

func infoOfRule(r *libnl.Rule) ruleInfo {
	info := ruleInfo{
		Family: r.Family(), Prio: r.Prio(), Action: r.Action().String(), Table: r.Table(), Goto: r.Goto(),
		Src: addrText(r.Src()), Dst: addrText(r.Dst()), IIF: r.IIF(), OIF: r.OIF(),
		Mark: r.Mark(), Mask: r.Mask(), TOS: r.DSField(), L3MDev: r.L3MDev(),
	}
	if v := r.Realms(); v != 0 {
		info.Realms = v.String()
	}
	if p, ok := r.IPProto(); ok {
		info.Proto = p.String()
	}
	if from, to, ok := r.SPort(); ok {
		info.SPort = []uint16{from, to}
	}
	if from, to, ok := r.DPort(); ok {
		info.DPort = []uint16{from, to}
	}
	return info
}

func ruleList(c *cli) error {
	filter, err := libnl.NewRule()
	if err != nil {
		return err
	}
	defer filter.Close()
	c.formatOption()
	c.jsonOption()
	c.option("family", "", "address family `FAMILY`", func(s string) error {
		f, err := word(s, libnl.ParseFamily, "Unable to translate address family \"%s\"")
		if err != nil {
			return err
		}
		return setFamily(f, filter.SetFamily)
	})
	if err := c.parse(); err != nil {
		return err
	}
	if err := c.open(); err != nil {
		return err
	}
	rules, err := libnl.NewRuleCache(c.ctx(), c.sock, libnl.FamilyUnspec)
	if rules == nil {
		return because(err, "Unable to allocate routing rule cache: %s\n")
	}
	defer rules.Close()
	return list(c, rules, filter, infoOfRule)
}
