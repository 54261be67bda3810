//go:build linux

// SPDX-License-Identifier: MIT

package main

import (
	"errors"
	"fmt"

	"github.com/golibnl/libnl"
	"golang.org/x/sys/unix"
)

func nfCTEvents(c *cli) error {
	if err := c.parse(); err != nil {
		return err
	}
	s, err := libnl.Dial(libnl.ProtoNetfilter, &libnl.Config{Groups: []libnl.Group{
		unix.NFNLGRP_CONNTRACK_NEW, unix.NFNLGRP_CONNTRACK_UPDATE, unix.NFNLGRP_CONNTRACK_DESTROY,
		unix.NFNLGRP_CONNTRACK_EXP_NEW, unix.NFNLGRP_CONNTRACK_EXP_UPDATE, unix.NFNLGRP_CONNTRACK_EXP_DESTROY,
	}})
	if err != nil {
		return because(err, "Unable to connect netlink socket: %s")
	}
	defer s.Close()
	for m, err := range s.Messages(c.ctx()) {
		switch {
		case errors.Is(err, libnl.ErrOverrun):
			fmt.Fprintln(c.errOut, "Lost events because of ENOBUFS")
			continue
		case err != nil:
			return because(err, "Failed to receive: %s")
		}
		if err := c.ctEvent(m); err != nil {
			return err
		}
	}
	return nil
}

// ctEvent prints what became of an entry.
func (c *cli) ctEvent(m *libnl.Msg) error {
	fmt.Fprint(c.out, happened(m.Header()), " ")
	for o, err := range m.Objects() {
		if err != nil {
			return because(err, "nl_msg_parse: %s")
		}
		if err := o.Dump(c.out, libnl.DumpDetails); err != nil {
			return err
		}
	}
	return c.out.Flush()
}

// happened says what a message tells of. The low byte of its type is one for entries (IPCTNL_MSG_CT_*) and expectations.
func happened(h libnl.Header) string {
	const created, deleted = 0, 2
	switch {
	case h.Type&0xff == deleted:
		return "DELETE"
	case h.Type&0xff != created:
		return "UNKNOWN"
	case h.Flags&(libnl.FlagCreate|libnl.FlagExcl) != 0:
		return "NEW"
	}
	return "UPDATE"
}
