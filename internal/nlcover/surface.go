//go:build linux

// SPDX-License-Identifier: MIT

package nlcover

import (
	"bufio"
	"cmp"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
)

// Item is something that a public header of libnl declares.
type Item struct {
	Lib    string // of a function: the library that exports it
	Header string // "netlink/addr.h"
	Kind   string
	Name   string
	Since  string // the release that had it first; 3.2.25 stands for that one and all before
}

// Debian is the release of what no release of libnl exports: Debian links without libnl's list of exports.
const Debian = "Debian"

const surfaceHead = `# What libnl's public headers declare and its libraries export: library, header, kind, name, the release that had it first (3.2.25: that or before;
# of what is no function 3.7: that or before; Debian: only its builds export it). go run ./internal/cmd/nlcover -learn adds what the installed libnl has.
`

func readSurface(name string) ([]Item, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var items []Item
	sc := bufio.NewScanner(f)
	for line := 1; sc.Scan(); line++ {
		text := sc.Text()
		if strings.HasPrefix(text, "#") {
			continue
		}
		v := strings.Split(text, "\t")
		if len(v) != 5 {
			return nil, fmt.Errorf("%s:%d: %d fields", name, line, len(v))
		}
		items = append(items, Item{v[0], v[1], v[2], v[3], v[4]})
	}
	return items, sc.Err()
}

func writeSurface(name string, items []Item) error {
	slices.SortFunc(items, func(a, b Item) int {
		return cmp.Or(cmp.Compare(order(a.Lib), order(b.Lib)), cmp.Compare(a.Header, b.Header), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	var b strings.Builder
	b.WriteString(surfaceHead)
	for _, it := range items {
		fmt.Fprintf(&b, "%s\t%s\t%s\t%s\t%s\n", it.Lib, it.Header, it.Kind, it.Name, it.Since)
	}
	return os.WriteFile(name, []byte(b.String()), 0o644)
}

// order is the place of a library in lists.
func order(lib string) int {
	return slices.IndexFunc(libraries, func(l library) bool { return l.name == lib })
}

// Learn adds to the list below root what the installed libnl has and the list does not, and returns it.
func Learn(root string, installed *Installed) ([]Item, error) {
	name := root + "/" + SurfaceFile
	items, err := readSurface(name)
	if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	known := map[string]bool{}
	for _, it := range items {
		known[it.Kind+" "+it.Name] = true
	}
	var added []Item
	for _, it := range installed.Items {
		if !known[it.Kind+" "+it.Name] {
			added = append(added, it)
		}
	}
	return added, writeSurface(name, append(items, added...))
}

// compare holds the list against what is installed: each has all that the other has, as far as the installed release goes.
func (r *Report) compare(items []Item, installed *Installed) {
	known := map[string]Item{}
	for _, it := range items {
		key := it.Kind + " " + it.Name
		if _, ok := known[key]; ok {
			r.problem("%s: %s is there twice", SurfaceFile, it.Name)
		}
		known[key] = it
	}
	here := map[string]bool{}
	for _, it := range installed.Items {
		key := it.Kind + " " + it.Name
		here[key] = true
		k, ok := known[key]
		switch {
		case !ok:
			r.problem("%s: %s of libnl %s is not in %s", it.Header, it.Name, installed.Version, SurfaceFile)
		case k.Lib != it.Lib:
			r.problem("%s: %s is exported by %s, not by %s", SurfaceFile, it.Name, it.Lib, k.Lib)
		}
	}
	for _, it := range items {
		if it.Since == Debian || later(it.Since, installed.Version) || here[it.Kind+" "+it.Name] {
			continue
		}
		r.problem("%s: libnl %s has no %s %s", SurfaceFile, installed.Version, it.Kind, it.Name)
	}
}

// later reports whether release a came after release b.
func later(a, b string) bool {
	va, vb := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(va), len(vb)) {
		x, _ := strconv.Atoi(va[i])
		y, _ := strconv.Atoi(vb[i])
		if x != y {
			return x > y
		}
	}
	return false
}
