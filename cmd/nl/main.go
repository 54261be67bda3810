//go:build linux

// SPDX-License-Identifier: MIT

// Command nl is libnl's command line tools in one program: each is a subcommand, and is also called by its own name through a link to nl.
//
//	nl link list --details
//	nl route add --dst 10.0.0.0/8 --nexthop dev=eth0,via=192.0.2.1
//	ln -s nl nl-link-list && ./nl-link-list --details
//
// A tool has the options of the original, prints what that prints, and exits as that exits. Those that list also have --json. Where the original
// goes on with half of what it was told, ours stops: at an option it does not know, at a number or a name that it cannot read.
package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/golibnl/libnl"
)

func main() { os.Exit(run(os.Args, os.Stdin, os.Stdout, os.Stderr)) }

// run runs the tool that argv names, and returns the exit code.
func run(argv []string, in io.Reader, out, errOut io.Writer) int {
	t, name, args := find(argv)
	if t == nil {
		return overview(argv[1:], out, errOut)
	}
	c := newCLI(t, name, args, in, out, errOut)
	err := t.run(c)
	return c.finish(err)
}

// find returns the tool, what it was called as, and its arguments.
func find(argv []string) (*tool, string, []string) {
	if t := byName(filepath.Base(argv[0])); t != nil {
		return t, argv[0], argv[1:]
	}
	for i := range argv[1:] {
		words := argv[1 : i+2]
		name := strings.Join(words, "-")
		for _, n := range []string{name, "nl-" + name} {
			if t := byName(n); t != nil {
				return t, argv[0] + " " + strings.Join(words, " "), argv[i+2:]
			}
		}
	}
	return nil, "", nil
}

func byName(name string) *tool {
	for i := range tools {
		if tools[i].name == name {
			return &tools[i]
		}
	}
	return nil
}

// overview lists the tools, or those whose names begin with the words.
func overview(words []string, out, errOut io.Writer) int {
	switch {
	case slices.Contains(words, "--version") || slices.Contains(words, "-v"):
		fmt.Fprintln(out, version())
		return 0
	case len(words) > 0 && (words[0] == "help" || strings.HasPrefix(words[0], "-")):
		words = nil
	}
	begin := strings.Join(words, " ")
	var list strings.Builder
	for _, t := range tools {
		if begin == "" || strings.HasPrefix(t.words()+" ", begin+" ") {
			fmt.Fprintf(&list, "  nl %-20s %s\n", t.words(), t.about)
		}
	}
	if list.Len() == 0 {
		fmt.Fprintf(errOut, "Error: there is no tool %q, nl alone lists them\n", begin)
		return int(libnl.ErrInval)
	}
	fmt.Fprintf(out, "Usage: nl TOOL [OPTION]...\n\n%s\nEach tells more with --help.\n", &list)
	return 0
}

func version() string {
	return fmt.Sprintf("nl of the Go package libnl, with libnl %s", libnl.RuntimeVersion())
}
