//go:build linux

// SPDX-License-Identifier: MIT

// Command listen prints the links there are, and then what becomes of them.
package main

import (
	"context"
	"fmt"
	"log"
	"os/signal"
	"syscall"

	"github.com/golibnl/libnl"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	nl, err := libnl.NewNetLink(&libnl.Config{Groups: []libnl.Group{libnl.GroupLink}})
	if err != nil {
		log.Fatal(err)
	}
	defer nl.Close()
	if err := nl.DumpRequest(libnl.RTMGetLink); err != nil { // subscribed first, dumped then: nothing is missed
		log.Fatal(err)
	}
	for e, err := range nl.Events(ctx) {
		if ctx.Err() != nil {
			return
		} else if err != nil {
			log.Fatal(err)
		}
		link, err := e.Object()
		if err != nil {
			continue // not a message, but the end of the dump
		}
		attr, _ := e.Msg.FindAttr(syscall.SizeofIfInfomsg, syscall.IFLA_MTU)
		mtu, _ := attr.U32()
		fmt.Println(link, "mtu", mtu, "gone:", e.Header.Type == libnl.RTMDelLink)
	}
}
