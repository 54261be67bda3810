//go:build linux

// SPDX-License-Identifier: MIT

package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/golibnl/libnl"
	"github.com/spf13/pflag"
)

// newFlags returns the options that all tools have.
func newFlags(c *cli) *pflag.FlagSet {
	fs := pflag.NewFlagSet(c.name, pflag.ContinueOnError)
	fs.SortFlags = false
	fs.SetNormalizeFunc(abbreviated)
	fs.BoolFuncP("help", "h", "show this", func(string) error { return errHelp })
	fs.BoolFuncP("version", "v", "show the version", func(string) error { return errVersion })
	return fs
}

var (
	errHelp    = errors.New("help")
	errVersion = errors.New("version")
	// of an option that has none
	errArgument = errors.New("argument")
)

// abbreviated lets an option be named by a beginning that no other has, as getopt_long(3) does.
func abbreviated(fs *pflag.FlagSet, name string) pflag.NormalizedName {
	if all := beginning(fs, name); len(all) == 1 {
		return pflag.NormalizedName(all[0])
	}
	return pflag.NormalizedName(name)
}

// beginning returns the options that begin with name, or that alone which is name.
func beginning(fs *pflag.FlagSet, name string) (all []string) {
	fs.VisitAll(func(f *pflag.Flag) {
		if strings.HasPrefix(f.Name, name) {
			all = append(all, f.Name)
		}
	})
	if slices.Contains(all, name) {
		return []string{name}
	}
	return all
}

// option declares an option with an argument, which set gets as soon as it is read. In the text the argument stands in back quotes.
func (c *cli) option(name, short, about string, set func(string) error) {
	c.flags.FuncP(name, short, about, set)
}

// toggle declares an option without an argument.
func (c *cli) toggle(name, short, about string, set func()) {
	c.flags.BoolFuncP(name, short, about, func(s string) error {
		if s != "true" {
			return errArgument
		}
		set()
		return nil
	})
}

// formatOption declares the choice of a form, as most tools that list have it.
func (c *cli) formatOption() {
	c.option("format", "f", "print in the form `FORM`: brief, details or stats", func(s string) (err error) {
		c.form, err = dumpType(s)
		return err
	})
}

func (c *cli) jsonOption() { c.toggle("json", "", "print JSON", func() { c.json = true }) }

// parse reads the options. What is left in args are the arguments.
func (c *cli) parse() error {
	err := c.flags.Parse(c.args)
	switch {
	case err == nil:
		c.args = c.flags.Args()
		return nil
	case errors.Is(err, errHelp):
		return c.usage(0)
	case errors.Is(err, errVersion):
		fmt.Fprintln(c.out, version())
		return failure{}
	}
	if e, ok := errors.AsType[*pflag.InvalidValueError](err); ok && !errors.Is(err, errArgument) {
		return e.Unwrap()
	}
	return failure{int(libnl.ErrInval), c.complaint(err)}
}

// complaint is what getopt_long(3) says of an option.
func (c *cli) complaint(err error) string {
	what := err.Error()
	if e, ok := errors.AsType[*pflag.NotExistError](err); ok {
		switch opt := e.GetSpecifiedName(); {
		case e.GetSpecifiedShortnames() != "":
			what = fmt.Sprintf("invalid option -- '%s'", opt)
		case len(beginning(c.flags, opt)) > 1:
			what = fmt.Sprintf("option '--%s' is ambiguous; possibilities: '--%s'", opt, strings.Join(beginning(c.flags, opt), "' '--"))
		default:
			what = fmt.Sprintf("unrecognized option '--%s'", opt)
		}
	}
	if e, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		if e.GetSpecifiedShortnames() != "" {
			what = fmt.Sprintf("option requires an argument -- '%s'", e.GetSpecifiedName())
		} else {
			what = fmt.Sprintf("option '--%s' requires an argument", e.GetFlag().Name)
		}
	}
	if e, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		what = fmt.Sprintf("option '--%s' doesn't allow an argument", e.GetFlag().Name)
	}
	return c.name + ": " + what + "\n"
}

// usage prints how the tool is used, and ends it with an exit code.
func (c *cli) usage(code int) error {
	fmt.Fprint(c.out, c.help())
	return failure{code: code}
}

func (c *cli) help() string {
	line := strings.TrimSpace("Usage: " + c.tool.name + " [OPTION]... " + c.tool.args)
	about := strings.ToUpper(c.tool.about[:1]) + c.tool.about[1:]
	return fmt.Sprintf("%s\n%s.\n\nOptions\n%s", line, about, c.flags.FlagUsages())
}

// helpExits gives help and a wrong option the exit code that they have with some tools.
func helpExits(err error, code int) error {
	if f := asFailure(err); f.code == 0 || f.code == int(libnl.ErrInval) {
		return failure{code, f.text}
	}
	return err
}

func dumpType(s string) (libnl.DumpType, error) {
	switch strings.ToLower(s) {
	case "brief":
		return libnl.DumpLine, nil
	case "details", "detailed":
		return libnl.DumpDetails, nil
	case "stats":
		return libnl.DumpStats, nil
	}
	return 0, fatal(invalid, "Invalid dump type \"%s\".\n", s)
}

// number reads a number as C writes it: 10, 0xa or 012.
func number(s string) (uint32, error) {
	n, ok := cNumber(s)
	if !ok {
		return 0, fatal(invalid, "Unable to parse \"%s\", not a number.", s)
	}
	return n, nil
}

func cNumber(s string) (uint32, bool) {
	if strings.ContainsAny(s, "_bBoO") && !strings.HasPrefix(s, "0x") {
		return 0, false // what Go alone writes
	}
	n, err := strconv.ParseUint(s, 0, 32)
	return uint32(n), err == nil
}

// word reads a name, or its number, with a function of the package; complaint has a place for the name.
func word[T any](s string, parse func(string) (T, error), complaint string) (T, error) {
	v, err := parse(s)
	if err != nil {
		return v, fatal(invalid, complaint, s)
	}
	return v, nil
}

// address reads an address.
func address(s string, hint libnl.Family) (libnl.Addr, error) {
	a, err := libnl.ParseAddr(s, hint)
	if err != nil {
		return a, because(err, "Unable to parse address \"%s\": %s", s)
	}
	return a, nil
}

// setAddress reads an address and gives it to set; complaint has a place for why that fails.
func setAddress(s string, hint libnl.Family, set func(libnl.Addr) error, complaint string) error {
	a, err := address(s, hint)
	if err != nil {
		return err
	}
	if err := set(a); err != nil {
		return because(err, complaint)
	}
	return nil
}
