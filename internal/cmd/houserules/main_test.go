//go:build linux

// SPDX-License-Identifier: MIT

package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

const head = "//go:build linux\n\n// SPDX-License-Identifier: MIT\n\n"

func TestRules(t *testing.T) {
	for _, c := range []struct {
		name, file, text string
		want             []string // line: start of the rule
	}{
		{"good", "a.go", head + "package libnl\n\n// #include \"cgo_helpers.h\"\nimport \"C\"\n\n// F does.\n//\n// Implements: nl_a nl_b\nfunc F() {}\n", nil},
		{"good directives", "libnl.go", head + "package libnl\n\n// #cgo pkg-config: libnl-3.0\n// #include \"cgo_helpers.h\"\nimport \"C\"\n", nil},
		{"good fence", "unsupported.go", "//go:build !linux || !cgo\n\n// SPDX-License-Identifier: MIT\n\npackage libnl\n", nil},
		{"good build", "a_race.go", "//go:build linux && race\n\n// SPDX-License-Identifier: MIT\n\npackage libnl\n", nil},
		{"no build line", "a.go", "package libnl\n", []string{"1: a Go file starts"}},
		{"no licence", "a.go", "//go:build linux\n\npackage libnl\n", []string{"3: after the build line"}},
		{"C file", "a.c", "#include <stdio.h>\n", []string{"1: the first line of a C file"}},
		{"preamble", "a.go", head + "package libnl\n\n// #include \"cgo_helpers.h\"\n// #include <stdlib.h>\nimport \"C\"\n", []string{"9: the preamble"}},
		{"block preamble", "a.go", head + "package libnl\n\n/*\n#include \"cgo_helpers.h\"\n*/\nimport \"C\"\n", []string{"10: the preamble"}},
		{"no preamble", "a.go", head + "package libnl\n\nimport \"C\"\n", []string{"7: the preamble"}},
		{"directive elsewhere", "a.go", head + "package libnl\n\n// #cgo noescape f\n// #include \"cgo_helpers.h\"\nimport \"C\"\n", []string{"9: the preamble"}},
		{"preamble in a tool", "internal/oracle/a.go", head + "package oracle\n\n// #include <netlink/netlink.h>\nimport \"C\"\n", nil},
		{"export", "cb.go", head + "package libnl\n\n//export goCB\nfunc goCB() {}\n", []string{"7: //export"}},
		{"export in place", "export.go", head + "package libnl\n\n//export goCB\nfunc goCB() {}\n", nil},
		{"inside test", "a_test.go", head + "package libnl\n", []string{"5: tests of the root"}},
		{"inside test below", "internal/x/a_test.go", head + "package x\n", []string{"5: tests are in a package"}},
		{"test of a program", "internal/x/main_test.go", head + "package main\n", nil},
		{"not last", "a.go", head + "package libnl\n\n// F does.\n//\n// Implements: nl_a\n// More.\nfunc F() {}\n", []string{"9: Implements: is the last"}},
		{"no paragraph", "a.go", head + "package libnl\n\n// F does.\n// Implements: nl_a\nfunc F() {}\n", []string{"8: Implements: is a paragraph"}},
		{"prose", "a.go", head + "package libnl\n\n// F does.\n//\n// Implements: nl_a, nl_b\nfunc F() {}\n", []string{"9: Implements: names"}},
		{"none named", "a.go", head + "package libnl\n\n// F does.\n//\n// Implements:\nfunc F() {}\n", []string{"9: Implements: names"}},
		{"path", "notes.md", "see /wo" + "rk/x\nnet/wo" + "rk/x is fine\n", []string{"1: a path"}},
		{"worktree", "notes.md", "in /tm" + "p/wt-a\n", []string{"1: a path"}},
		{"host", "notes.md", "from https://proxy." + "golang.org/x\n", []string{"1: the host"}},
		{
			"handles", "a.go",
			head + "package libnl\n\nfunc f(p, q *int) {\n\th := cgo.NewHandle(1)\n\t_ = unsafe.Pointer(uintptr(h))\n\t_ = unsafe.Pointer(q)\n\t_ = unsafe.Pointer(&s.hd)\n}\n\ntype T struct{ hd cgo.Handle }\n",
			[]string{"11: a cgo.Handle", "9: a cgo.Handle"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := t.TempDir()
			name := filepath.Join(root, c.file)
			if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, []byte(c.text), 0o644); err != nil {
				t.Fatal(err)
			}
			got, err := check(root, []string{c.file})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.EqualFunc(got, c.want, func(g, w string) bool {
				return len(g) > len(c.file)+1+len(w) && g[:len(c.file)+1+len(w)] == c.file+":"+w
			}) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
