//go:build linux

// SPDX-License-Identifier: MIT

package main

import (
	"bufio"
	"fmt"
	"os"

	"github.com/golibnl/libnl"
)

// socketInfo is a socket in JSON.
type socketInfo struct {
	Address uint64 `json:"address"` // the kernel tells a hash of it
	Family  string `json:"family"`
	Port    int32  `json:"port"`
	Groups  uint32 `json:"groups"` // the first 32, as bits
	RMem    int    `json:"rmem"`   // bytes that wait to be received
	WMem    int    `json:"wmem"`
	Dump    uint64 `json:"dump"` // a dump is under way
	Refs    int    `json:"refcnt"`
}

func listSockets(c *cli) error {
	c.jsonOption()
	if err := c.parse(); err != nil {
		return err
	}
	f, err := os.Open("/proc/thread-self/net/netlink")
	if err != nil {
		return err
	}
	defer f.Close()
	if !c.json {
		fmt.Fprintln(c.out, "Address            Family           PID    Groups   rmem   wmem   CB         refcnt")
	}
	all := []socketInfo{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		s, err := parseSocket(lines.Text())
		if err != nil {
			continue // the heading
		}
		if c.json {
			all = append(all, s)
			continue
		}
		fmt.Fprintf(c.out, "0x%016x %-16s %-6d %08x %-6d %-6d 0x%08x %d\n",
			s.Address, s.Family, s.Port, s.Groups, s.RMem, s.WMem, s.Dump, s.Refs)
	}
	if c.json {
		return writeJSON(c.out, all)
	}
	return lines.Err()
}

func parseSocket(line string) (s socketInfo, err error) {
	var p libnl.Protocol
	var port uint32 // the original prints it with a sign
	_, err = fmt.Sscanf(line, "%x %d %d %x %d %d %x %d", &s.Address, (*int)(&p), &port, &s.Groups, &s.RMem, &s.WMem, &s.Dump, &s.Refs)
	s.Family, s.Port = p.String(), int32(port)
	return s, err
}
