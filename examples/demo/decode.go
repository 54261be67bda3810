//go:build linux

// SPDX-License-Identifier: MIT

package main

import (
	"encoding/binary"
	"fmt"

	"github.com/golibnl/libnl"
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

// describe puts the event's object into words: it is one of the package's types, and its snapshot a plain value.
func describe(e *libnl.Event) string {
	o, err := e.Object()
	if err != nil {
		return err.Error()
	}
	if l, ok := libnl.As[*libnl.Link](o); ok {
		i := l.Info()
		names[int32(i.Index)] = i.Name
		text := fmt.Sprintf("link %s index %d mtu %d <%v> %v", i.Name, i.Index, i.MTU, i.Flags, i.OperState)
		if i.Type != "" {
			text += " kind " + i.Type
		}
		return text
	}
	if a, ok := libnl.As[*libnl.IfAddr](o); ok {
		i := a.Info()
		return fmt.Sprintf("address %s/%d scope %v dev %s", i.Local, i.PrefixLen, i.Scope, dev(int32(i.Index)))
	}
	if r, ok := libnl.As[*libnl.Route](o); ok {
		i := r.Info()
		text := fmt.Sprintf("route %v %s", i.Type, i.Dst)
		if i.Gateway.IsValid() {
			text += " via " + i.Gateway.String()
		}
		return fmt.Sprintf("%s dev %s table %v", text, dev(int32(i.OIF)), i.Table)
	}
	if n, ok := libnl.As[*libnl.Neigh](o); ok {
		i := n.Info()
		return fmt.Sprintf("neighbour %s lladdr %s dev %s %v", i.Dst, i.LLAddr, dev(int32(i.Index)), i.State)
	}
	return o.TypeName()
}
