//go:build linux

// SPDX-License-Identifier: MIT

package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/golibnl/libnl/internal/nltest"
)

// pages returns the text of the pages for readers, by path below the root.
func pages(t *testing.T) map[string]string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	top, err := filepath.Glob(filepath.Join(root, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, p := range append(paths, top...) {
		text, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		name, err := filepath.Rel(root, p)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = string(text)
	}
	return all
}

// A page that another refers to is there.
func TestLinks(t *testing.T) {
	for name, text := range pages(t) {
		for _, m := range regexp.MustCompile(`\]\(([^):#]+)\)`).FindAllStringSubmatch(text, -1) {
			if _, err := os.Stat(filepath.Join(root, filepath.Dir(name), m[1])); err != nil {
				t.Errorf("%s refers to %s: %v", name, m[1], err)
			}
		}
	}
}

// The tests that are to prove that a trap is defused are there.
func TestTrapsAreTested(t *testing.T) {
	tests := ""
	for _, pattern := range []string{"*_test.go", "internal/*/*_test.go"} {
		paths, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range paths {
			text, err := os.ReadFile(p)
			if err != nil {
				t.Fatal(err)
			}
			tests += string(text)
		}
	}
	names := regexp.MustCompile("`((?:Test|Fuzz)[A-Z][A-Za-z0-9]*)`").FindAllStringSubmatch(pages(t)["docs/traps.md"], -1)
	if len(names) < 50 {
		t.Errorf("only %d tests are named", len(names))
	}
	for _, m := range names {
		if !strings.Contains(tests, "func "+m[1]+"(") {
			t.Errorf("there is no %s", m[1])
		}
	}
}

// exported returns the names that the package exports: of functions and types, and of methods and fields with a dot before them.
func exported(t *testing.T) map[string]bool {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(root, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, p := range paths {
		if strings.HasSuffix(p, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), p, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Recv != nil {
					names["."+n.Name.Name] = true
				} else {
					names[n.Name.Name] = true
				}
				return false
			case *ast.TypeSpec:
				names[n.Name.Name] = true
			case *ast.ValueSpec:
				for _, id := range n.Names {
					names[id.Name] = true
				}
			case *ast.Field:
				for _, id := range n.Names {
					names["."+id.Name] = true
				}
			}
			return true
		})
	}
	return names
}

// What the tables say there is in the package, is. Their last column but one, or the second, is the package's.
func TestTablesNameWhatIsThere(t *testing.T) {
	names := exported(t)
	call := regexp.MustCompile(`(^|[^A-Za-z0-9_"])(libnl\.|[a-z]\.)?([A-Z][A-Za-z0-9]*)`)
	for _, page := range []string{"docs/migrating.md", "docs/from-c.md"} {
		n := 0
		for line := range strings.Lines(pages(t)[page]) {
			cells := strings.Split(line, "|")
			if len(cells) < 4 {
				continue
			}
			for _, code := range regexp.MustCompile("`[^`]+`").FindAllString(cells[2], -1) {
				for _, m := range call.FindAllStringSubmatch(strings.Trim(code, "`"), -1) {
					name := m[3]
					n++
					method := m[2] != "" && m[2] != "libnl."
					if names["."+name] && (method || m[2] == "") || names[name] && !method {
						continue
					}
					switch name {
					case "O_NONBLOCK", "Is", "ErrNotExist": // others'
					default:
						t.Errorf("%s names %s: there is no such thing", page, m[0])
					}
				}
			}
		}
		if n < 20 {
			t.Errorf("%s: only %d names", page, n)
		}
	}
}

// programs returns the whole programs on a page, in a language.
func programs(t *testing.T, page, lang string) []string {
	t.Helper()
	var found []string
	for _, m := range regexp.MustCompile("(?s)```"+lang+"\n(.*?)```").FindAllStringSubmatch(pages(t)[page], -1) {
		found = append(found, m[1])
	}
	return found
}

// The README in Chinese has the same programs and commands.
func TestReadmeInChinese(t *testing.T) {
	all := pages(t)
	fence := regexp.MustCompile("(?s)```(?:sh|go)\n(.*?)```")
	comment := regexp.MustCompile(`(?m) +#.*$`)
	english := comment.ReplaceAllString(all["README.md"], "")
	for _, m := range fence.FindAllStringSubmatch(comment.ReplaceAllString(all["README.zh.md"], ""), -1) {
		if !strings.Contains(english, m[1]) {
			t.Errorf("the README does not have\n%s", m[1])
		}
	}
}

// The C program, its translation, and what one would write instead of its end print the same.
func TestFromC(t *testing.T) {
	if nltest.Valgrind {
		t.Skip("builds programs of its own, which valgrind does not see")
	}
	if nltest.ASan && os.Getenv("PKG_CONFIG_PATH") != "" {
		t.Skip("a libnl with AddressSanitizer runs in programs with AddressSanitizer alone")
	}
	inC, inGo := programs(t, "docs/from-c.md", "c"), programs(t, "docs/from-c.md", "go")
	if len(inC) != 1 || len(inGo) != 2 {
		t.Fatalf("%d programs in C, %d in Go", len(inC), len(inGo))
	}
	dir := t.TempDir()
	c := filepath.Join(dir, "c")
	if err := os.WriteFile(c+".c", []byte(inC[0]), 0o644); err != nil {
		t.Fatal(err)
	}
	build := exec.Command("sh", "-ec", `${CC:-gcc} -Wall -Werror $(${PKG_CONFIG:-pkg-config} --cflags libnl-route-3.0) -o "$1" "$1.c" $(${PKG_CONFIG:-pkg-config} --libs libnl-route-3.0)`, "sh", c)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	commands := []string{c}
	for i, text := range inGo {
		commands = append(commands, buildGo(t, dir, string(rune('a'+i)), text))
	}
	nltest.NetNS(t)
	nltest.Run(t, "ip", "addr", "add", "192.0.2.1/24", "dev", "lo")
	want := string(nltest.Run(t, commands[0]))
	if !strings.Contains(want, "1: lo mtu 65536\n") || strings.Count(want, "address of family 2 on 1\n") != 2 {
		t.Fatalf("the C program prints\n%s", want)
	}
	if got := string(nltest.Run(t, commands[1])); got != want {
		t.Errorf("its translation prints\n%s\nwant\n%s", got, want)
	}
	if got := string(nltest.Run(t, commands[2])); !strings.HasSuffix(want, got) || strings.Count(got, "\n") != 2 {
		t.Errorf("the last program prints\n%s\nwant the end of\n%s", got, want)
	}
}

// buildGo builds a program in this module, so that no network is needed.
func buildGo(t *testing.T, dir, name, text string) string {
	t.Helper()
	source := filepath.Join(dir, name+".go")
	if err := os.WriteFile(source, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, name)
	goBuild(t, program, source)
	return program
}

// goBuild builds a program in this module.
func goBuild(t *testing.T, program, target string) {
	t.Helper()
	build := exec.Command("go", "build", "-o", program, target)
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
