//go:build linux

// SPDX-License-Identifier: MIT

// Command demo follows the kernel's links, addresses, routes and neighbours in a network namespace of its own: it subscribes, asks for
// all there are, then makes one of each and shows the events that come of it, and what the kernel says to a request it refuses.
// Without the right to make a namespace it lists and listens where it is.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"syscall"
	"time"

	"github.com/golibnl/libnl"
	"golang.org/x/sys/unix"
)

const (
	timeLimit = 20 * time.Second // for all
	stepLimit = 5 * time.Second  // for one event to come
	listLimit = 12               // lines of one kind
)

func init() { runtime.LockOSThread() } // a network namespace is a thread's

func main() {
	kind := flag.String("kind", "veth", "kind of link to make; where the kernel lacks it, another")
	flag.Parse()
	ctx, cancel := context.WithTimeout(context.Background(), timeLimit)
	defer cancel()
	if err := run(ctx, *kind); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, kind string) error {
	refused := unix.Unshare(unix.CLONE_NEWNET)
	where := "in a network namespace of its own"
	if refused != nil {
		where = "in the network namespace it was started in"
	}
	fmt.Printf("libnl %v, %s, %s\n", libnl.RuntimeVersion(), kernel(), where)

	nl, err := libnl.NewNetLink(nil)
	if err != nil {
		return err
	}
	defer nl.Close()
	d := &demo{ctx: ctx, nl: nl}
	if refused == nil { // so that there is something to list
		err := nl.Socket().Do(ctx, setUp("lo"))
		if errors.Is(err, fs.ErrPermission) {
			refused = err
		} else if err != nil {
			return err
		}
	}

	title("All there is, subscribed before it was asked for")
	err = nl.RegisterGroup(libnl.GroupLink, libnl.GroupIPv4IfAddr, libnl.GroupIPv6IfAddr, libnl.GroupIPv4Route, libnl.GroupIPv6Route, libnl.GroupNeigh)
	if err != nil {
		return err
	}
	if err := d.list(); err != nil {
		return err
	}
	if refused != nil {
		title("What happens within two seconds")
		if err := d.listen(2 * time.Second); err != nil {
			return err
		}
		title("Left out")
		fmt.Printf("  making a link, an address, a route and a neighbour, and a request that is refused:\n  no right to make a network namespace and links in it (%v)\n", refused)
		return nil
	}
	if err := d.change(kind); err != nil {
		return err
	}
	st := nl.Stats()
	title("In numbers")
	fmt.Printf("  %d messages in %d datagrams, %d overruns, receive buffer of %d KiB\n", st.Messages, st.Datagrams, st.Overruns, st.RcvBuf>>10)
	return nil
}

func kernel() string {
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		return "Linux"
	}
	return "Linux " + unix.ByteSliceToString(u.Release[:])
}

func title(s string) { fmt.Printf("\n%s\n", s) }

type demo struct {
	ctx context.Context
	nl  *libnl.NetLink
}

// show prints an event: as the typed object has it, and as libnl writes it.
func (d *demo) show(e *libnl.Event) {
	sign := "+"
	if t := e.Header.Type; t >= libnl.MsgMinType && t%4 == libnl.RTMDelLink%4 {
		sign = "-"
	}
	fmt.Printf("  %s %s\n", sign, describe(e))
	if o, err := e.Object(); err == nil {
		fmt.Printf("      %s: %s\n", o.TypeName(), o)
	}
}

// await shows what comes until an event is the wanted one.
func (d *demo) await(what string, wanted func(*libnl.Event) bool) error {
	ctx, cancel := context.WithTimeout(d.ctx, stepLimit)
	defer cancel()
	for e, err := range d.nl.Events(ctx) {
		if errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("%s: no such event came", what)
		}
		if err != nil {
			return err
		}
		if e.Kind == libnl.EventMsg {
			d.show(e)
		}
		if wanted(e) {
			return nil
		}
	}
	return nil
}

var kindNames = map[libnl.MsgType]string{libnl.RTMGetLink: "link", libnl.RTMGetAddr: "address", libnl.RTMGetRoute: "route", libnl.RTMGetNeigh: "neighbour"}

// list asks for all links, addresses, routes and neighbours.
func (d *demo) list() error {
	kinds := []libnl.MsgType{libnl.RTMGetLink, libnl.RTMGetAddr, libnl.RTMGetRoute, libnl.RTMGetNeigh}
	for _, k := range kinds {
		if err := d.nl.DumpRequest(k); err != nil {
			return err
		}
	}
	left, count := len(kinds), map[libnl.MsgType]int{}
	for e, err := range d.nl.Events(d.ctx) {
		switch {
		case e == nil || e.Kind == libnl.EventDumpFailed:
			return err
		case e.Kind == libnl.EventMsg:
			if count[e.Dump]++; count[e.Dump] <= listLimit {
				d.show(e)
			} else {
				describe(e) // it has a link's name
			}
		case e.Kind == libnl.EventDumpDone:
			if more := count[e.Dump] - listLimit; more > 0 {
				fmt.Printf("    and %d more\n", more)
			} else if more == -listLimit {
				fmt.Printf("    none of kind %s\n", kindNames[e.Dump])
			}
			if left--; left == 0 {
				return nil
			}
		default: // interrupted, overrun
			fmt.Printf("  ! %v\n", e.Kind)
		}
	}
	return nil
}

func (d *demo) listen(limit time.Duration) error {
	ctx, cancel := context.WithTimeout(d.ctx, limit)
	defer cancel()
	for e, err := range d.nl.Events(ctx) {
		switch {
		case e != nil && e.Kind == libnl.EventMsg:
			d.show(e)
		case e != nil:
			fmt.Printf("  ! %v\n", e.Kind)
		case !errors.Is(err, context.DeadlineExceeded):
			return err
		}
	}
	return nil
}

// change makes one of each, and takes them away again.
func (d *demo) change(kind string) error {
	index, ends, err := d.makeLink(kind)
	if err != nil {
		return err
	}
	for _, name := range ends {
		err := d.step("Bring "+name+" up", setUp(name), func(e *libnl.Event) bool {
			var h unix.IfInfomsg
			return e.Header.Type == libnl.RTMNewLink && header(e.Msg, &h) && names[h.Index] == name && h.Flags&unix.IFF_UP != 0
		})
		if err != nil {
			return err
		}
	}

	for _, s := range []struct {
		title string
		m     *libnl.Msg
		hdr   int
		attr  uint16
		value string
	}{
		{"Add the address 192.0.2.1/24", newAddr(index), unix.SizeofIfAddrmsg, unix.IFA_LOCAL, "192.0.2.1"},
		{"Add a route to 198.51.100.0/24 via 192.0.2.2", newRoute("192.0.2.2"), unix.SizeofRtMsg, unix.RTA_DST, "198.51.100.0"},
		{"Add the neighbour 192.0.2.2", newNeigh(index), unix.SizeofNdMsg, unix.NDA_DST, "192.0.2.2"},
	} {
		err := d.step(s.title, s.m, func(e *libnl.Event) bool {
			if e.Header.Type != s.m.Header().Type {
				return false
			}
			a, _ := e.Msg.FindAttr(s.hdr, s.attr)
			got, err := a.Addr(libnl.FamilyIPv4)
			return err == nil && got == ip(s.value)
		})
		if err != nil {
			return err
		}
	}

	title("Ask for a route through a gateway that cannot be reached")
	err = d.nl.Socket().Do(d.ctx, newRoute("203.0.113.1"))
	refusal, ok := errors.AsType[*libnl.Error](err)
	if !ok || refusal.Errno == 0 {
		return fmt.Errorf("the kernel did not refuse the request: %v", err)
	}
	fmt.Printf("  ! %v\n      errno %d (%v), and in the kernel's words: %q\n", refusal, refusal.Errno, refusal.Errno, refusal.Msg)

	del := request(libnl.RTMDelLink, 0, unix.IfInfomsg{Index: index})
	return d.step("Delete the link, and what hung on it", del, func(e *libnl.Event) bool {
		var h unix.IfInfomsg
		return e.Header.Type == libnl.RTMDelLink && header(e.Msg, &h) && h.Index == index
	})
}

// makeLink makes a link, if it can a veth pair, and returns the index of the end that is worked with, and the names of all.
func (d *demo) makeLink(kind string) (index int32, ends []string, err error) {
	for _, k := range []string{kind, "veth", "dummy", "ifb"} {
		ends = []string{"demo0"}
		if k == "veth" {
			ends = []string{"demo1", "demo0"}
		}
		err = d.step("Make a link of kind "+k, newLink(k), func(e *libnl.Event) bool {
			var h unix.IfInfomsg
			if e.Header.Type != libnl.RTMNewLink || !header(e.Msg, &h) || names[h.Index] != "demo0" {
				return false
			}
			index = h.Index
			return true
		})
		if !errors.Is(err, syscall.EOPNOTSUPP) {
			return index, ends, err
		}
		fmt.Printf("  ! this kernel has none: %v\n", err)
	}
	return 0, nil, err
}

// step makes a request and waits for the event that comes of it.
func (d *demo) step(name string, m *libnl.Msg, wanted func(*libnl.Event) bool) error {
	title(name)
	if err := d.nl.Socket().Do(d.ctx, m); err != nil {
		return err
	}
	return d.await(name, wanted)
}
