//go:build linux

// SPDX-License-Identifier: MIT

// Command conntrack prints the connections that the kernel tracks, and then what becomes of them until it is interrupted. It needs CAP_NET_ADMIN.
//
//	conntrack [-list] [-mark value/mask]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os/signal"
	"strings"
	"syscall"

	"github.com/golibnl/libnl"
)

func main() {
	list := flag.Bool("list", false, "print what is there, and end")
	var f libnl.CTFilter
	flag.Func("mark", "print what has this mark alone, `value/mask`", func(s string) error {
		_, err := fmt.Sscanf(s, "%v/%v", &f.Mark, &f.MarkMask)
		return err
	})
	flag.Parse()
	log.SetFlags(0)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *list, &f); err != nil && !errors.Is(err, context.Canceled) {
		log.Fatal(err)
	}
}

var errListed = errors.New("all is listed")

func run(ctx context.Context, list bool, f *libnl.CTFilter) error {
	n, err := libnl.NewNfNetLink(nil)
	if err != nil {
		return err
	}
	defer n.Close()
	show := func(e *libnl.Event) error {
		i, err := libnl.ParseCTInfo(e.Msg)
		if err != nil {
			return err
		}
		if i.Mark&f.MarkMask == f.Mark {
			fmt.Println(line(word(e), &i))
		}
		return nil
	}
	ask := func() error {
		m, err := libnl.NewCTDump(f)
		if err != nil {
			return err
		}
		return n.DumpMsg(m)
	}
	control := func(e *libnl.Event) error {
		switch e.Kind {
		case libnl.EventDumpDone:
			if list {
				return errListed
			}
			fmt.Println("following")
		case libnl.EventOverrun:
			log.Print("some of what happened was lost; this is what there is now")
			return ask()
		case libnl.EventDumpFailed:
			return e.Err
		}
		return nil
	}
	if err := errors.Join(n.Handle(libnl.MsgCTNew, show), n.Handle(libnl.MsgCTDelete, show), n.HandleControl(control)); err != nil {
		return err
	}
	if !list { // first, so that nothing is missed between the list and what follows
		if err := n.RegisterGroup(libnl.GroupCTNew, libnl.GroupCTUpdate, libnl.GroupCTDestroy); err != nil {
			return err
		}
	}
	if err := ask(); err != nil {
		return err
	}
	if err := n.Run(ctx); err != errListed {
		return err
	}
	return nil
}

// word says what an event tells.
func word(e *libnl.Event) string {
	if e.Dump != 0 {
		return "is"
	}
	switch libnl.CTGroup(e.Msg) {
	case libnl.GroupCTNew:
		return "new"
	case libnl.GroupCTDestroy:
		return "gone"
	}
	return "update"
}

// line prints a connection.
func line(word string, i *libnl.CTInfo) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %v %v > %v", word, i.Proto, i.Orig.Src, i.Orig.Dst)
	if i.TCPState != libnl.TCPStateNone {
		fmt.Fprintf(&b, " %v", i.TCPState)
	}
	if i.Status&(libnl.CTStatusSrcNAT|libnl.CTStatusDstNAT) != 0 {
		fmt.Fprintf(&b, " (replies %v > %v)", i.Reply.Src, i.Reply.Dst)
	}
	if i.Mark != 0 {
		fmt.Fprintf(&b, " mark %#x", i.Mark)
	}
	if i.Helper != "" {
		fmt.Fprintf(&b, " helper %s", i.Helper)
	}
	if i.OrigCount.Packets != 0 {
		fmt.Fprintf(&b, " %d+%d bytes", i.OrigCount.Bytes, i.ReplyCount.Bytes)
	}
	if !i.Stop.IsZero() {
		fmt.Fprintf(&b, " lasted %v", i.Stop.Sub(i.Start))
	}
	return b.String()
}
