//go:build linux

// SPDX-License-Identifier: MIT

package main

import "strings"

// tool is one of the originals.
type tool struct {
	name  string
	args  string // what stands behind the options
	about string
	run   func(*cli) error
}

// words returns the name as it is given to nl: "link list".
func (t *tool) words() string {
	return strings.ReplaceAll(strings.TrimPrefix(t.name, "nl-"), "-", " ")
}

var tools = []tool{
	{"nl-link-list", "", "list the network interfaces", linkList},
	{"nl-link-set", "", "change network interfaces", linkSet},
	{"nl-link-stats", "[COUNTER]...", "print counters of network interfaces", linkStats},
	{"nl-link-name2ifindex", "NAME", "print the index of a network interface", linkName2Index},
	{"nl-link-ifindex2name", "INDEX", "print the name of a network interface", linkIndex2Name},
	{"nl-link-enslave", "MASTER SLAVE", "give a network interface to a master", linkEnslave},
	{"nl-link-release", "SLAVE", "take a network interface from its master", linkRelease},
	{"nl-addr-list", "", "list the addresses of network interfaces", addrList},
	{"nl-addr-add", "", "give an address to a network interface", addrAdd},
	{"nl-addr-delete", "", "take addresses from network interfaces", addrDelete},
	{"nl-neigh-list", "", "list neighbours, and the forwarding databases of bridges", neighList},
	{"nl-neigh-add", "", "add a neighbour, or change one", neighAdd},
	{"nl-neigh-delete", "", "delete neighbours", neighDelete},
	{"nl-neightbl-list", "", "list the tables of neighbours with their parameters", neightblList},
	{"nl-route-list", "", "list routes", routeList},
	{"nl-route-get", "ADDR", "print how the kernel would send to an address of IPv4", routeGet},
	{"nl-route-add", "", "add a route", routeAdd},
	{"nl-route-delete", "", "delete routes", routeDelete},
	{"nl-rule-list", "", "list routing rules", ruleList},
	{"nl-fib-lookup", "ADDR", "look an address of IPv4 up in a routing table", fibLookup},
	{"nl-monitor", "GROUP...", "print what changes", monitor},
	{"nl-list-sockets", "", "list the netlink sockets", listSockets},
	{"genl-ctrl-list", "", "list the families of generic netlink", genlCtrlList},
	{"nf-ct-list", "", "list tracked connections", nfCTList},
	{"nf-ct-add", "", "add a tracked connection", nfCTAdd},
	{"nf-exp-list", "", "list expectations of connections", nfExpList},
	{"nf-exp-add", "", "add an expectation", nfExpAdd},
	{"nf-exp-delete", "", "delete an expectation, or without options all", nfExpDelete},
	{"nf-ct-events", "", "print what becomes of tracked connections", nfCTEvents},
	{"nf-log", "FAMILY GROUP [COPY-MODE [COPY-RANGE]]", "print the packets that rules log", nfLog},
	{"nf-queue", "FAMILY QUEUE [COPY-MODE [COPY-RANGE]]", "print the packets that rules queue, and accept them", nfQueue},
	{"nf-monitor", "GROUP...", "print what changes in the packet filter: ct-new, ct-update, ct-destroy", nfMonitor},
}
