//go:build linux

// SPDX-License-Identifier: MIT

package docs_test

import (
	"bufio"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// later are the headers of libnl whose functions are bound by a later part of the work.
var later = []string{
	"netlink/route/tc.h", "netlink/route/qdisc", "netlink/route/class", "netlink/route/cls", "netlink/route/act", "netlink/route/pktloc.h",
	"netlink/netfilter/exp.h",
}

// lines yields the fields of a file of lines with tabs between them.
func lines(t *testing.T, name string, fn func(fields []string)) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for sc := bufio.NewScanner(f); sc.Scan(); {
		if line := sc.Text(); line != "" && line[0] != '#' {
			fn(strings.Split(line, "\t"))
		}
	}
}

// implemented returns the names behind "Implements:" in the root's documentation, with the file each is in.
func implemented(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../../*.go")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		in := false
		for line := range strings.Lines(string(b)) {
			text, comment := strings.CutPrefix(strings.TrimSpace(line), "//")
			list, begins := strings.CutPrefix(text, " Implements: ")
			if in = comment && (begins || in); !in {
				continue
			}
			for _, name := range strings.Fields(list) {
				names[name] = filepath.Base(file)
			}
		}
	}
	return names
}

// TestCoverage: every function of the headers at hand is implemented, or docs/notbound.tsv says why not; and what is said to be implemented
// or not bound exists.
func TestCoverage(t *testing.T) {
	done := implemented(t)
	reasons := map[string]string{}
	lines(t, "../../docs/notbound.tsv", func(f []string) {
		if len(f) != 2 || f[1] == "" {
			t.Errorf("docs/notbound.tsv: %q has no reason", f[0])
			return
		}
		reasons[f[0]] = f[1]
	})
	known := map[string]bool{}
	missing := map[string][]string{}
	lines(t, "testdata/functions.tsv", func(f []string) {
		header, fn := f[0], f[1]
		known[fn] = true
		if slices.ContainsFunc(later, func(p string) bool { return strings.HasPrefix(header, p) }) {
			return
		}
		switch {
		case done[fn] != "" && reasons[fn] != "":
			t.Errorf("%s: implemented in %s, and not bound for a reason", fn, done[fn])
		case done[fn] == "" && reasons[fn] == "":
			missing[header] = append(missing[header], fn)
		}
	})
	for _, header := range slices.Sorted(maps.Keys(missing)) {
		t.Errorf("%s: neither implemented nor explained: %s", header, strings.Join(missing[header], " "))
	}
	for _, fn := range slices.Sorted(maps.Keys(reasons)) {
		if !known[fn] && !slices.Contains(macros, fn) {
			t.Errorf("docs/notbound.tsv: libnl has no function %s", fn)
		}
	}
	for fn, file := range done {
		if !known[fn] && strings.ToUpper(fn) != fn && !slices.Contains(macros, fn) {
			t.Errorf("%s: implements %s, which libnl does not have", file, fn)
		}
	}
}

// macros are what libnl has as macros, variables and inline functions.
var macros = []string{
	"nl_debug", "nl_debug_dp", "nl_ver_maj", "nl_ver_mic", "nl_ver_min", "nl_ver_num", "nla_for_each_attr", "nla_for_each_nested",
	"nlmsg_for_each", "nlmsg_for_each_attr", "nlmsg_for_each_msg",
}
