//go:build linux

// SPDX-License-Identifier: MIT

package main

import (
	"github.com/mdlayher/genetlink"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// mdlRoutes receives the messages and reads nothing of them: the library would have the caller decode them.
func mdlRoutes(int) (iteration, error) {
	c, err := netlink.Dial(unix.NETLINK_ROUTE, nil)
	return func() (f found, err error) {
		ms, err := c.Execute(netlink.Message{
			Header: netlink.Header{Type: unix.RTM_GETROUTE, Flags: netlink.Request | netlink.Dump},
			Data:   append([]byte{unix.AF_INET}, make([]byte, unix.SizeofRtMsg-1)...),
		})
		f.count = uint64(len(ms))
		return f, err
	}, err
}

// mdlEvents, too, reads nothing of the messages.
func mdlEvents(n int) (iteration, error) {
	c, err := netlink.Dial(unix.NETLINK_ROUTE, nil)
	if err != nil {
		return nil, err
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return nil, err
	}
	err = raw.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 64<<20) })
	if err != nil {
		return nil, err
	}
	return func() (f found, err error) {
		for f.count < uint64(n) {
			ms, err := c.Receive()
			if err != nil {
				return f, err
			}
			f.count += uint64(len(ms))
		}
		return f, nil
	}, c.JoinGroup(unix.RTNLGRP_IPV4_ROUTE)
}

func mdlResolve(n int) (iteration, error) {
	c, err := genetlink.Dial(nil)
	return resolving(n, func() (uint64, error) {
		got, err := c.GetFamily(family)
		if err != nil {
			return 0, err
		}
		return uint64(got.ID), nil
	}), err
}
