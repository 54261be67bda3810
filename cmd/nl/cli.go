//go:build linux

// SPDX-License-Identifier: MIT

package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/golibnl/libnl"
	"github.com/spf13/pflag"
)

// cli is what a tool runs with.
type cli struct {
	tool   *tool
	name   string   // as it was called
	args   []string // behind the name; after parse those that are no options
	in     *bufio.Reader
	out    *bufio.Writer
	errOut io.Writer

	flags *pflag.FlagSet
	form  libnl.DumpType
	json  bool

	// of open
	sock      *libnl.Socket
	linkFlags libnl.CacheFlags
	links     *libnl.Cache[*libnl.Link]
}

func newCLI(t *tool, name string, args []string, in io.Reader, out, errOut io.Writer) *cli {
	c := &cli{tool: t, name: name, args: args, in: bufio.NewReader(in), out: bufio.NewWriter(out), errOut: errOut}
	c.flags = newFlags(c)
	return c
}

// finish says what went wrong, and returns the exit code.
func (c *cli) finish(err error) int {
	if c.sock != nil {
		_ = c.links.Close()
		_ = c.sock.Close()
	}
	f := asFailure(err)
	if err := c.out.Flush(); err != nil && f.code == 0 {
		f = failure{1, fmt.Sprintf("Error: %v\n", err)}
	}
	io.WriteString(c.errOut, f.text)
	return f.code
}

func (c *cli) ctx() context.Context { return context.Background() }

// open connects to the kernel and provides a cache of links, so that libnl's texts name interfaces. Once is enough.
func (c *cli) open() error {
	if c.sock != nil {
		return nil
	}
	s, err := dial(libnl.ProtoRoute)
	if err != nil {
		return err
	}
	links, err := libnl.NewLinkCacheFlags(c.ctx(), s, libnl.FamilyUnspec, c.linkFlags)
	if err := cacheErr("link", links, err); err != nil {
		_ = s.Close()
		return err
	}
	links.Provide()
	c.sock, c.links = s, links
	return nil
}

func dial(p libnl.Protocol) (*libnl.Socket, error) {
	s, err := libnl.Dial(p, nil)
	if err != nil {
		return nil, because(err, "Unable to connect netlink socket: %s")
	}
	return s, nil
}

// cacheErr is for the results of NewXCache. A cache that changes went through while it was filled will do, as it does for the originals.
func cacheErr[O libnl.Kind](what string, c *libnl.Cache[O], err error) error {
	if err == nil || c != nil {
		return nil
	}
	return because(err, "Unable to allocate %s cache: %s", what)
}

// linkIndex finds the interface that an option names.
func (c *cli) linkIndex(name string) (int, error) {
	if err := c.open(); err != nil {
		return 0, err
	}
	i, ok := libnl.LinkIndex(c.links, name)
	if !ok {
		return 0, fatal(noEntry, "Link \"%s\" does not exist", name)
	}
	return i, nil
}

// dumper is what all objects are.
type dumper interface {
	Dump(w io.Writer, t libnl.DumpType) error
}

// confirm asks whether to delete o. At the end of the input the answer is no.
func (c *cli) confirm(o dumper, defaultYes bool) (bool, error) {
	if err := o.Dump(c.out, libnl.DumpLine); err != nil {
		return false, err
	}
	choice := "y/N"
	if defaultYes {
		choice = "Y/n"
	}
	for {
		fmt.Fprintf(c.out, "Delete? (%s) ", choice)
		if err := c.out.Flush(); err != nil {
			return false, err
		}
		line, err := c.in.ReadString('\n')
		if err != nil && line == "" {
			fmt.Fprint(c.errOut, "Error while reading\n.")
			return false, nil
		}
		switch strings.ToLower(line[:1]) {
		case "\n":
			return defaultYes, nil
		case "y":
			return true, nil
		case "n":
			return false, nil
		}
		fmt.Fprintln(c.errOut, "Invalid input, try again.")
	}
}
