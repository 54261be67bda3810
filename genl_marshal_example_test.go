//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/netip"
	"time"

	"github.com/golibnl/libnl"
)

// Attributes from a struct, and a struct from attributes.
func ExampleMarshal() {
	type Peer struct {
		Key      [4]byte       `netlink:"attr=1,required"`
		Endpoint netip.Addr    `netlink:"attr=2,omitempty"`
		Port     uint16        `netlink:"attr=3,be"`
		Alive    time.Duration `netlink:"attr=4,u16,s,omitempty"`
	}
	type Device struct {
		Name  string  `netlink:"attr=1,omitempty"`
		MTU   *uint32 `netlink:"attr=2"`
		Peers []Peer  `netlink:"attr=3,array"`
	}
	b, err := libnl.Marshal(Device{Name: "wg0", Peers: []Peer{{Key: [4]byte{1}, Endpoint: netip.MustParseAddr("192.0.2.1"), Port: 51820}, {Alive: time.Minute}}})
	if err != nil {
		log.Fatal(err)
	}
	var d Device
	if err := libnl.Unmarshal(b, &d); err != nil {
		log.Fatal(err)
	}
	fmt.Println(d.Name, d.MTU == nil, d.Peers[0].Endpoint, d.Peers[0].Port, d.Peers[1].Alive)

	_, err = libnl.Marshal(Device{Peers: []Peer{{}, {Alive: 24 * time.Hour}}})
	if e, ok := errors.AsType[*libnl.FieldError](err); ok {
		fmt.Println(e.Field, e.Attr)
	}
	fmt.Println(err)
	// Output:
	// wg0 true 192.0.2.1 51820 1m0s
	// Peers[1].Alive 4
	// libnl: Marshal: Peers[1].Alive, attribute 4: 24h0m0s does not fit in u16 in units of 1s
}

// The kernel's answer to a request, both as structs: the controller of generic netlink about itself.
func ExampleMsg_UnmarshalGenl() {
	s, err := libnl.DialGeneric(nil)
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	m, err := libnl.NewMsg()
	if err != nil {
		log.Fatal(err)
	}
	const nlctrl, getFamily = 16, 3 // GENL_ID_CTRL, CTRL_CMD_GETFAMILY
	_ = m.PutGenl(0, 0, nlctrl, 0, 0, libnl.GenlHeader{Cmd: getFamily, Version: 1})
	_ = m.PutStruct(struct {
		Name string `netlink:"attr=2"`
	}{"nlctrl"}) // what fails is returned by Request too
	var family struct {
		ID     uint16 `netlink:"attr=1,required"`
		Groups []struct {
			Name string `netlink:"attr=1"`
			ID   uint32 `netlink:"attr=2"`
		} `netlink:"attr=7,array"`
	}
	for answer, err := range s.Request(context.Background(), m) {
		if err != nil {
			log.Fatal(err)
		}
		if err := answer.UnmarshalGenl(0, &family); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(family.ID, family.Groups)
	// Output: 16 [{notify 16}]
}
