//go:build linux

// SPDX-License-Identifier: MIT

package validate

import "golang.org/x/sys/unix"

func init() {
	m := message{
		name:   "multicast database message",
		header: 8, // struct br_port_msg
		env:    func(h []byte) env { return env{family: h[0]} },
		attrs:  mdbAttrs,
	}
	register(unix.NETLINK_ROUTE, m, unix.RTM_NEWMDB, unix.RTM_GETMDB)
	m.attrs = mdbDelAttrs
	register(unix.NETLINK_ROUTE, m, unix.RTM_DELMDB)
}

var mdbAttrs = attrs(table{rules: []attrRule{
	{mdbaMDB, "MDBA_MDB", nest(attrs(table{each: new(nest(mdbEntries))}))},
}})

// mdbDelAttrs: what is updated by a message that deletes takes the first of its entries for granted.
var mdbDelAttrs = attrs(table{
	rules: []attrRule{
		{mdbaMDB, "MDBA_MDB", nest(attrs(table{
			each:  new(nest(attrs(table{each: mdbEntry, count: notEmpty}))),
			count: notEmpty,
		}))},
	},
	need: []int{mdbaMDB},
})

const mdbaMDB = 1 // MDBA_MDB

// mdbEntries has the entries of one group. libnl takes every attribute in it for one, whatever its type.
var mdbEntries = attrs(table{each: mdbEntry})

// mdbEntry is struct br_mdb_entry, which may have attributes behind it.
var mdbEntry = new(atLeast(28))
