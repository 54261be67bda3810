//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"context"
	"fmt"
	"log"

	"github.com/golibnl/libnl"
)

// A family is followed, also when its module is loaded anew: devices of team, and their options.
func ExampleGenlNetLink() {
	ctx := context.Background()
	const optionsGet = 2 // TEAM_CMD_OPTIONS_GET, which notifications have too
	g, err := libnl.NewGenlNetLink(ctx, "team", nil)
	if err != nil {
		log.Fatal(err)
	}
	defer g.Close()
	if err := g.RegisterGroup("change_event"); err != nil {
		log.Fatal(err)
	}
	_ = g.Handle(optionsGet, func(e *libnl.Event) error { // fails if there is one already
		var team struct {
			Index uint32 `netlink:"attr=1,required"`
		}
		if err := e.Msg.UnmarshalGenl(0, &team); err != nil {
			return err
		}
		fmt.Println("options of device", team.Index)
		return nil
	})
	_ = g.HandleControl(func(e *libnl.Event) error {
		switch e.Kind {
		case libnl.EventFamilyRemoved:
			return nil // wait for it
		case libnl.EventFamilyAdded, libnl.EventOverrun:
			return g.Resolve(ctx) // and joins the group again
		}
		return e.Err
	})
	log.Fatal(g.Run(ctx))
}
