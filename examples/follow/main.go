//go:build linux

// SPDX-License-Identifier: MIT

// Command follow prints what becomes of links, addresses and routes, by the names of the attributes that change.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os/signal"
	"strings"
	"syscall"

	"github.com/golibnl/libnl"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	m, err := libnl.NewCacheManager(libnl.ProtoRoute, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer m.Close()
	m.HandleOverrun(func(o *libnl.Overrun) error {
		fmt.Println(o.Err, "-", o.Changes, "changes were found by asking anew")
		return nil
	})
	for _, typ := range []string{"route/link", "route/addr", "route/route"} {
		c, err := m.Add(typ, show)
		if err != nil {
			log.Fatal(err)
		}
		if typ == "route/link" {
			c.Provide() // libnl's texts name interfaces
		}
		fmt.Println(c.Len(), typ)
	}
	if err := m.Run(ctx); !errors.Is(err, context.Canceled) {
		log.Fatal(err)
	}
}

// show prints one change.
func show(c libnl.Change[*libnl.Object]) {
	switch c.Action {
	case libnl.ActDel:
		fmt.Println("del", c.Old)
	case libnl.ActChange:
		fmt.Println("change", c.New, "changed:", strings.Join(c.Names(), ","))
	default:
		fmt.Println(c.Action, c.New)
	}
}
