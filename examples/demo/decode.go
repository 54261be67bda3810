//go:build linux

// SPDX-License-Identifier: MIT

package main

import (
	"encoding/binary"
	"fmt"
	"net"
	"strings"

	"github.com/golibnl/libnl"
	"golang.org/x/sys/unix"
)

// names are the links seen so far, by index.
var names = map[int32]string{}

func dev(index int32) string {
	if name, ok := names[index]; ok {
		return name
	}
	return fmt.Sprint("#", index)
}

// header reads the family header of a message into h, and reports whether the message is long enough.
func header(m *libnl.Msg, h any) bool {
	_, err := binary.Decode(m.Payload(), binary.NativeEndian, h)
	return err == nil
}

// describe puts a message of the four kinds into words, from its own header and attributes.
func describe(m *libnl.Msg) string {
	switch (m.Header().Type - libnl.MsgMinType) / 4 {
	case (libnl.RTMNewLink - libnl.MsgMinType) / 4:
		return describeLink(m)
	case (libnl.RTMNewAddr - libnl.MsgMinType) / 4:
		return describeAddr(m)
	case (libnl.RTMNewRoute - libnl.MsgMinType) / 4:
		return describeRoute(m)
	case (libnl.RTMNewNeigh - libnl.MsgMinType) / 4:
		return describeNeigh(m)
	}
	return "message of type " + m.Header().Type.String()
}

var linkFlags = []string{"up", "broadcast", "debug", "loopback", "pointopoint", "notrailers", "running", "noarp", "promisc", "allmulti", "master", "slave", "multicast"}

func describeLink(m *libnl.Msg) string {
	var h unix.IfInfomsg
	if !header(m, &h) {
		return "link: too short"
	}
	var name, kind string
	var mtu uint32
	for a := range m.Attrs(unix.SizeofIfInfomsg) {
		switch a.Type() {
		case unix.IFLA_IFNAME:
			name, _ = a.Text()
		case unix.IFLA_MTU:
			mtu, _ = a.U32()
		case unix.IFLA_LINKINFO:
			for in := range a.Nested() {
				if in.Type() == unix.IFLA_INFO_KIND {
					kind, _ = in.Text()
				}
			}
		}
	}
	names[h.Index] = name
	var flags []string
	for bit, flag := range linkFlags {
		if h.Flags&(1<<bit) != 0 {
			flags = append(flags, flag)
		}
	}
	text := fmt.Sprintf("link %s index %d mtu %d <%s>", name, h.Index, mtu, strings.Join(flags, ","))
	if kind != "" {
		text += " kind " + kind
	}
	return text
}

func describeAddr(m *libnl.Msg) string {
	var h unix.IfAddrmsg
	if !header(m, &h) {
		return "address: too short"
	}
	var local, remote libnl.Addr
	for a := range m.Attrs(unix.SizeofIfAddrmsg) {
		switch a.Type() {
		case unix.IFA_LOCAL:
			local, _ = a.Addr(libnl.Family(h.Family))
		case unix.IFA_ADDRESS:
			remote, _ = a.Addr(libnl.Family(h.Family))
		}
	}
	if !local.IsValid() { // IPv6 has the other only
		local = remote
	}
	return fmt.Sprintf("address %s dev %s", local.WithPrefixLen(int(h.Prefixlen)), dev(int32(h.Index)))
}

func describeRoute(m *libnl.Msg) string {
	var h unix.RtMsg
	if !header(m, &h) {
		return "route: too short"
	}
	dst, table := "default", uint32(h.Table)
	var rest string
	for a := range m.Attrs(unix.SizeofRtMsg) {
		switch a.Type() {
		case unix.RTA_DST:
			if x, err := a.Addr(libnl.Family(h.Family)); err == nil {
				dst = x.WithPrefixLen(int(h.Dst_len)).String()
			}
		case unix.RTA_GATEWAY:
			if x, err := a.Addr(libnl.Family(h.Family)); err == nil {
				rest += " via " + x.String()
			}
		case unix.RTA_OIF:
			if x, err := a.S32(); err == nil {
				rest += " dev " + dev(x)
			}
		case unix.RTA_TABLE:
			table, _ = a.U32()
		}
	}
	return fmt.Sprintf("route %s%s table %d", dst, rest, table)
}

func describeNeigh(m *libnl.Msg) string {
	var h unix.NdMsg
	if !header(m, &h) {
		return "neighbour: too short"
	}
	var dst libnl.Addr
	var lladdr net.HardwareAddr
	for a := range m.Attrs(unix.SizeofNdMsg) {
		switch a.Type() {
		case unix.NDA_DST:
			dst, _ = a.Addr(libnl.Family(h.Family))
		case unix.NDA_LLADDR:
			lladdr = a.Bytes()
		}
	}
	return fmt.Sprintf("neighbour %s lladdr %s dev %s state %#x", dst, lladdr, dev(h.Ifindex), h.State)
}
