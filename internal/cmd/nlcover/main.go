//go:build linux

// SPDX-License-Identifier: MIT

// Nlcover says how much of libnl the module in the current directory has, and writes docs/api-status.md. It exits 1, and writes nothing, if
// something is neither there nor excused, or an excuse is stale; with -check also if docs/api-status.md is not current.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/golibnl/libnl/internal/nlcover"
)

func main() {
	check := flag.Bool("check", false, "write nothing, fail if docs/api-status.md is not current")
	learn := flag.Bool("learn", false, "add to the list of libnl's API what the installed libnl has, and nothing else")
	flag.Parse()
	ok, err := run(*check, *learn)
	if err != nil {
		fmt.Fprintln(os.Stderr, "nlcover:", err)
	}
	if err != nil || !ok {
		os.Exit(1)
	}
}

func run(check, learn bool) (ok bool, err error) {
	installed, err := nlcover.ReadInstalled()
	if err != nil {
		return false, err
	}
	if learn {
		added, err := nlcover.Learn(".", installed)
		for _, it := range added {
			fmt.Println(it.Lib, it.Header, it.Kind, it.Name, it.Since)
		}
		return true, err
	}
	r, err := nlcover.Check(".", installed)
	if err != nil {
		return false, err
	}
	fmt.Print(r.Summary())
	if check && !r.Current(".") {
		r.Problems = append(r.Problems, nlcover.StatusFile+" is not current: make api-status writes it")
	}
	for _, p := range r.Problems {
		fmt.Println(p)
	}
	if check || len(r.Problems) > 0 {
		return len(r.Problems) == 0, nil
	}
	return true, os.WriteFile(nlcover.StatusFile, []byte(r.Status()), 0o644)
}
