//go:build linux

// SPDX-License-Identifier: MIT

// Command ethtool prints the link settings of a network device, and sets of strings by their number (ETH_SS_*: 1 the names of its statistics,
// 4 of features, 9 of link modes), over ethtool netlink:
//
//	ethtool DEVICE [SET...]
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/golibnl/libnl"
)

// device is the head of every request and reply.
type device struct {
	Index uint32 `netlink:"attr=1,omitempty"`
	Name  string `netlink:"attr=2,omitempty"`
}

type about struct {
	Device device `netlink:"attr=1"`
}

type linkInfo struct {
	Device      device `netlink:"attr=1"`
	Port        uint8  `netlink:"attr=2"`
	Transceiver uint8  `netlink:"attr=6"`
}

type linkModes struct {
	Autoneg bool   `netlink:"attr=2,u8"`
	Modes   bitset `netlink:"attr=3"`
	Speed   uint32 `netlink:"attr=5"`
	Duplex  uint8  `netlink:"attr=6"`
}

type bitset struct {
	Bits []struct {
		Name       string `netlink:"attr=2"`
		Advertised bool   `netlink:"attr=3"`
	} `netlink:"attr=3,array"`
}

type linkState struct {
	Link bool `netlink:"attr=2,u8"`
}

// stringSets is a request with the ID alone.
type stringSets struct {
	Device device `netlink:"attr=1"`
	Sets   struct {
		Sets []stringSet `netlink:"attr=1,multi"`
	} `netlink:"attr=2"`
}

type stringSet struct {
	ID      uint32 `netlink:"attr=1"`
	Strings struct {
		Strings []struct {
			Index uint32 `netlink:"attr=1"`
			Value string `netlink:"attr=2"`
		} `netlink:"attr=1,multi"`
	} `netlink:"attr=3,omitempty"`
}

func main() {
	log.SetFlags(0)
	if len(os.Args) < 2 {
		log.Fatal("usage: ethtool DEVICE [SET...]")
	}
	ctx := context.Background()
	g, err := libnl.NewGenlNetLink(ctx, "ethtool", nil)
	if err != nil {
		log.Fatal(err)
	}
	defer g.Close()
	if err := settings(ctx, g, os.Args[1]); err != nil {
		log.Fatal(err)
	}
	for _, arg := range os.Args[2:] {
		id, err := strconv.ParseUint(arg, 10, 32)
		if err == nil {
			err = strings(ctx, g, os.Args[1], uint32(id))
		}
		if err != nil {
			log.Fatal(err)
		}
	}
}

// ask sends a request made of one struct and reads the reply into another.
func ask(ctx context.Context, g *libnl.GenlNetLink, cmd uint8, request, reply any) error {
	for m, err := range g.Request(ctx, cmd, 0, func(m *libnl.Msg) { _ = m.PutStruct(request) }) {
		if err != nil {
			return err
		}
		if err := m.UnmarshalGenl(0, reply); err != nil {
			return err
		}
	}
	return nil
}

func settings(ctx context.Context, g *libnl.GenlNetLink, name string) error {
	var info linkInfo
	var modes linkModes
	var state linkState
	of := about{device{Name: name}}
	if err := ask(ctx, g, unix.ETHTOOL_MSG_LINKINFO_GET, of, &info); err != nil {
		return err
	}
	if err := ask(ctx, g, unix.ETHTOOL_MSG_LINKMODES_GET, of, &modes); err != nil {
		return err
	}
	if err := ask(ctx, g, unix.ETHTOOL_MSG_LINKSTATE_GET, of, &state); err != nil {
		return err
	}
	fmt.Printf("%d: %s\n", info.Device.Index, info.Device.Name)
	if modes.Speed == ^uint32(0) {
		fmt.Println("speed: unknown")
	} else {
		fmt.Println("speed:", modes.Speed)
	}
	fmt.Println("duplex:", word(modes.Duplex, "half", "full"))
	fmt.Println("port:", word(info.Port, "twisted pair", "AUI", "MII", "fibre", "BNC", "direct attach"))
	fmt.Println("transceiver:", word(info.Transceiver, "internal", "external"))
	fmt.Println("auto-negotiation:", modes.Autoneg)
	for _, m := range modes.Modes.Bits {
		if m.Advertised {
			fmt.Println("advertised:", m.Name)
		}
	}
	fmt.Println("link:", state.Link)
	return nil
}

func word(n uint8, words ...string) string {
	if int(n) < len(words) {
		return words[n]
	}
	return "unknown"
}

func strings(ctx context.Context, g *libnl.GenlNetLink, name string, id uint32) error {
	var request, reply stringSets
	request.Device.Name = name
	request.Sets.Sets = []stringSet{{ID: id}}
	if err := ask(ctx, g, unix.ETHTOOL_MSG_STRSET_GET, request, &reply); err != nil {
		return err
	}
	for _, set := range reply.Sets.Sets {
		for _, s := range set.Strings.Strings {
			fmt.Printf("string %d/%d: %s\n", set.ID, s.Index, s.Value)
		}
	}
	return nil
}
