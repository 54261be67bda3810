//go:build linux

// SPDX-License-Identifier: MIT

package nlcover

import (
	"bytes"
	"cmp"
	"debug/elf"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

type library struct{ name, pkg string }

var libraries = []library{
	{"libnl-3", "libnl-3.0"},
	{"libnl-genl-3", "libnl-genl-3.0"},
	{"libnl-route-3", "libnl-route-3.0"},
	{"libnl-nf-3", "libnl-nf-3.0"},
}

// Installed is the libnl of this machine.
type Installed struct {
	Version string
	Items   []Item
}

// ReadInstalled reads the headers and libraries that pkg-config tells of.
func ReadInstalled() (*Installed, error) {
	version, err := pkgConfig("--modversion", libraries[0].pkg)
	if err != nil {
		return nil, err
	}
	cflags, err := pkgConfig("--cflags", libraries[0].pkg)
	if err != nil {
		return nil, err
	}
	text, err := preprocess(strings.Fields(cflags))
	if err != nil {
		return nil, err
	}
	exports := map[string]export{}
	for _, lib := range libraries {
		if err := addExports(exports, lib); err != nil {
			return nil, err
		}
	}
	in := &Installed{Version: version}
	for _, d := range Declarations(text) {
		it := Item{Lib: "-", Header: d.Header, Kind: d.Kind, Name: d.Name, Since: release(version)}
		if d.Kind == Function || d.Kind == Variable {
			e, ok := exports[d.Name]
			if !ok {
				continue // declared, and nowhere to be found
			}
			if d.Kind == Function {
				it.Lib = e.lib
			}
			it.Since = cmp.Or(e.since, it.Since)
		}
		in.Items = append(in.Items, it)
	}
	return in, nil
}

// release leaves the two numbers that libnl's releases are counted by.
func release(version string) string {
	v := strings.Split(version, ".")
	return strings.Join(v[:min(len(v), 2)], ".")
}

func pkgConfig(args ...string) (string, error) {
	return output(exec.Command(cmp.Or(os.Getenv("PKG_CONFIG"), "pkg-config"), args...))
}

func compiler(args ...string) *exec.Cmd {
	cc := strings.Fields(cmp.Or(os.Getenv("CC"), "gcc"))
	return exec.Command(cc[0], append(cc[1:], args...)...)
}

func output(cmd *exec.Cmd) (string, error) {
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, errs.String())
	}
	return strings.TrimSpace(string(out)), nil
}

// preprocess returns all public headers as the compiler sees them, with the macros.
func preprocess(cflags []string) (string, error) {
	search, err := searchPath(cflags)
	if err != nil {
		return "", err
	}
	dir := ""
	for _, d := range search {
		if _, err := os.Stat(filepath.Join(d, "netlink/netlink.h")); err == nil {
			dir = d
			break
		}
	}
	if dir == "" {
		return "", errors.New("netlink/netlink.h is nowhere that the compiler looks")
	}
	var includes strings.Builder
	err = filepath.WalkDir(filepath.Join(dir, "netlink"), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(name) != ".h" {
			return err
		}
		if header, _ := filepath.Rel(dir, name); public(header) {
			fmt.Fprintf(&includes, "#include <%s>\n", header)
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	// -w: some headers warn that they are old
	cmd := compiler(append(cflags, "-std=gnu11", "-D_GNU_SOURCE", "-w", "-E", "-dD", "-x", "c", "-")...)
	cmd.Stdin = strings.NewReader(includes.String())
	return output(cmd)
}

// searchPath returns where the compiler looks for headers; pkg-config leaves out what it knows the compiler to look at anyway.
func searchPath(cflags []string) ([]string, error) {
	cmd := compiler(append(cflags, "-E", "-v", "-x", "c", "/dev/null")...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, out)
	}
	_, list, _ := strings.Cut(string(out), "#include <...> search starts here:\n")
	list, _, _ = strings.Cut(list, "End of search list.")
	return strings.Fields(list), nil
}

// Headers of other libraries than the four, and one that stands in for the system's where that lacks something.
var foreign = []string{"netlink/cli/", "netlink/idiag/", "netlink/xfrm/", "netlink/netlink-compat.h"}

func public(header string) bool {
	return strings.HasPrefix(header, "netlink/") && !slices.ContainsFunc(foreign, func(p string) bool { return strings.HasPrefix(header, p) })
}

type export struct {
	lib   string
	since string // by the symbol's version, "" for the oldest and for libraries without
}

// addExports adds the symbols of a library.
func addExports(exports map[string]export, lib library) error {
	dir, err := pkgConfig("--variable=libdir", lib.pkg)
	if err != nil {
		return err
	}
	name := filepath.Join(dir, lib.name+".so")
	if _, err := os.Stat(name); err != nil {
		if name, err = output(compiler("-print-file-name=" + lib.name + ".so")); err != nil {
			return err
		}
	}
	f, err := elf.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	symbols, err := f.DynamicSymbols()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for _, s := range symbols {
		if s.Section == elf.SHN_UNDEF {
			continue
		}
		e := export{lib: lib.name}
		// libnl_3 is the node of the beginnings, the others have a release each: libnl_3_2_26, libnl_3_8
		if node, ok := strings.CutPrefix(s.Version, "libnl_3_"); ok {
			e.since = "3." + strings.ReplaceAll(node, "_", ".")
		}
		exports[s.Name] = e
	}
	return nil
}
