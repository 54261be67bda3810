//go:build linux

// SPDX-License-Identifier: MIT

package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) { // else the child has said it
			fmt.Fprintln(os.Stderr, "bench:", err)
		}
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 4 && args[0] == "variant":
		n, err := strconv.Atoi(args[2])
		if err != nil {
			return err
		}
		times, err := strconv.Atoi(args[3])
		if err != nil {
			return err
		}
		return child(args[1], n, times)
	case len(args) == 2 && args[0] == "plot":
		return plot(args[1], os.Stdout)
	case len(args) > 0 && args[0] == "measure":
		return measureAll(args[1:])
	}
	return inNamespace(args)
}

func measureAll(args []string) error {
	fs := flag.NewFlagSet("bench", flag.ExitOnError)
	var o options
	fs.BoolVar(&o.quick, "quick", false, "smaller works and fewer rounds")
	fs.IntVar(&o.rounds, "rounds", 0, "rounds (7; 3 with -quick)")
	fs.StringVar(&o.c, "c", "c", "directory of the C programs, which make builds")
	only := fs.String("works", ".", "regular expression: the works to do")
	file := fs.String("json", "", "file for what was measured")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if o.rounds == 0 {
		o.rounds = 7
		if o.quick {
			o.rounds = 3
		}
	}
	match, err := regexp.Compile(*only)
	if err != nil {
		return err
	}
	size := func(name string) int {
		for _, w := range works {
			switch {
			case w.name != name || !match.MatchString(name):
			case o.quick:
				return w.quick
			default:
				return w.n
			}
		}
		return 0
	}
	if err := populate(size("routes"), size("conntrack")); err != nil {
		return err
	}
	all := map[string]measured{}
	for i := range works {
		w := &works[i]
		if !match.MatchString(w.name) {
			continue
		}
		fmt.Fprintln(os.Stderr, "measuring", w.name)
		m, err := w.measure(o)
		if err != nil {
			return err
		}
		all[w.name] = m
	}
	report(os.Stdout, all)
	if *file == "" {
		return nil
	}
	text, err := json.MarshalIndent(all, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(*file, text, 0o644)
}
