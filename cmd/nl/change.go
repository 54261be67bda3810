//go:build linux

// SPDX-License-Identifier: MIT

package main

import (
	"fmt"
	"iter"

	"github.com/golibnl/libnl"
)

// What the tools that change something have in common.

func (c *cli) quietOption() *bool {
	quiet := new(bool)
	c.toggle("quiet", "q", "do not tell what was done", func() { *quiet = true })
	return quiet
}

// tell prints what was done to o.
func (c *cli) tell(quiet bool, what string, o dumper) error {
	if quiet {
		return nil
	}
	fmt.Fprint(c.out, what, " ")
	return o.Dump(c.out, libnl.DumpLine)
}

// deletion is how a tool deletes.
type deletion struct {
	interactive, yes bool
	quiet            *bool
}

func (c *cli) deleteOptions() *deletion {
	d := &deletion{quiet: c.quietOption()}
	c.toggle("interactive", "i", "ask before each", func() { d.interactive = true })
	c.toggle("yes", "", "take no answer for yes", func() { d.yes = true })
	return d
}

// deleteAll deletes the objects with del, and tells how many of what they were.
func deleteAll[O dumper](c *cli, d *deletion, objects iter.Seq[O], what string, del func(O) error) error {
	n := 0
	for o := range objects {
		if d.interactive {
			if yes, err := c.confirm(o, d.yes); err != nil {
				return err
			} else if !yes {
				continue
			}
		}
		if err := del(o); err != nil {
			return err
		}
		if err := c.tell(*d.quiet, "Deleted", o); err != nil {
			return err
		}
		n++
	}
	if !*d.quiet {
		fmt.Fprintln(c.out, "Deleted", n, what)
	}
	return nil
}
