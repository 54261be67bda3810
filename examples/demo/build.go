//go:build linux

// SPDX-License-Identifier: MIT

package main

import (
	"encoding/binary"

	"github.com/golibnl/libnl"
	"golang.org/x/sys/unix"
)

// request makes a message with its family header; a failure shows when it is sent.
func request(t libnl.MsgType, f libnl.MsgFlags, hdr any) *libnl.Msg {
	m, err := libnl.NewMsgSimple(t, f)
	if err != nil {
		panic(err)
	}
	m.Append(bytesOf(hdr), 4)
	return m
}

func bytesOf(v any) []byte {
	b, err := binary.Append(nil, binary.NativeEndian, v)
	if err != nil {
		panic(err)
	}
	return b
}

// setUp is the request that brings a link up.
func setUp(name string) *libnl.Msg {
	m := request(libnl.RTMNewLink, 0, unix.IfInfomsg{Flags: unix.IFF_UP, Change: unix.IFF_UP})
	m.PutString(unix.IFLA_IFNAME, name)
	return m
}

// newLink makes demo0, and where it is a veth its other end demo1.
func newLink(kind string) *libnl.Msg {
	m := request(libnl.RTMNewLink, libnl.FlagCreate|libnl.FlagExcl, unix.IfInfomsg{})
	m.PutString(unix.IFLA_IFNAME, "demo0")
	m.Nest(unix.IFLA_LINKINFO, func(m *libnl.Msg) {
		m.PutString(unix.IFLA_INFO_KIND, kind)
		if kind != "veth" {
			return
		}
		m.Nest(unix.IFLA_INFO_DATA, func(m *libnl.Msg) {
			m.Nest(vethInfoPeer, func(m *libnl.Msg) {
				m.Append(bytesOf(unix.IfInfomsg{}), 4)
				m.PutString(unix.IFLA_IFNAME, "demo1")
			})
		})
	})
	return m
}

const vethInfoPeer = 1

func newAddr(index int32) *libnl.Msg {
	m := request(libnl.RTMNewAddr, libnl.FlagCreate|libnl.FlagExcl, unix.IfAddrmsg{Family: unix.AF_INET, Prefixlen: 24, Index: uint32(index)})
	m.PutAddr(unix.IFA_LOCAL, ip("192.0.2.1"))
	m.PutAddr(unix.IFA_ADDRESS, ip("192.0.2.1"))
	return m
}

func newRoute(gateway string) *libnl.Msg {
	m := request(libnl.RTMNewRoute, libnl.FlagCreate|libnl.FlagExcl, unix.RtMsg{
		Family: unix.AF_INET, Dst_len: 24, Table: unix.RT_TABLE_MAIN, Protocol: unix.RTPROT_STATIC, Type: unix.RTN_UNICAST,
	})
	m.PutAddr(unix.RTA_DST, ip("198.51.100.0"))
	m.PutAddr(unix.RTA_GATEWAY, ip(gateway))
	return m
}

func newNeigh(index int32) *libnl.Msg {
	m := request(libnl.RTMNewNeigh, libnl.FlagCreate|libnl.FlagReplace, unix.NdMsg{Family: unix.AF_INET, Ifindex: index, State: unix.NUD_PERMANENT})
	m.PutAddr(unix.NDA_DST, ip("192.0.2.2"))
	m.PutBytes(unix.NDA_LLADDR, []byte{2, 0, 0, 0, 0, 2})
	return m
}

// ip is an address of this program's own.
func ip(s string) libnl.Addr {
	a, err := libnl.ParseAddr(s, libnl.FamilyIPv4)
	if err != nil {
		panic(err)
	}
	return a
}
