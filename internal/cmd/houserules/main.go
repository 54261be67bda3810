//go:build linux

// SPDX-License-Identifier: MIT

// Houserules checks the rules of this module that no other tool knows, over the files git tracks in the current directory, and
// prints file:line: rule for each breach. It exits 1 if there is one.
package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

const (
	preamble = `// #include "cgo_helpers.h"`
	spdx     = "SPDX-License-Identifier: MIT"
)

// source is a Go file.
type source struct {
	name string // slash separated, from the module's root
	text []byte
	ast  *ast.File
}

type checker struct {
	fset  *token.FileSet
	found []string
}

func (c *checker) report(file string, line int, rule string) {
	c.found = append(c.found, fmt.Sprintf("%s:%d: %s", file, line, rule))
}

func (c *checker) reportAt(pos token.Pos, rule string) {
	p := c.fset.Position(pos)
	c.report(p.Filename, p.Line, rule)
}

// check returns what breaks the rules in the files below root.
func check(root string, files []string) ([]string, error) {
	c := &checker{fset: token.NewFileSet()}
	dirs := map[string][]*source{}
	for _, name := range files {
		text, err := os.ReadFile(filepath.Join(root, name))
		if os.IsNotExist(err) {
			continue // deleted, not yet committed
		}
		if err != nil {
			return nil, err
		}
		c.places(name, text)
		if strings.Contains(name, "testdata/") {
			continue
		}
		switch path.Ext(name) {
		case ".c", ".h":
			c.cHead(name, text)
		case ".go":
			f, err := parser.ParseFile(c.fset, name, text, parser.ParseComments)
			if err != nil {
				return nil, err
			}
			dirs[path.Dir(name)] = append(dirs[path.Dir(name)], &source{name, text, f})
		}
	}
	for dir, sources := range dirs {
		fields := handleFields(sources)
		for _, s := range sources {
			c.goHead(s)
			c.testPackage(dir, s)
			c.comments(s)
			c.handles(s, fields)
			if dir == "." {
				c.preamble(s)
			}
		}
	}
	slices.Sort(c.found)
	return c.found, nil
}

// Split, so that this file does not break its own rule.
var (
	machinePath = regexp.MustCompile(`(^|[^\w.\-])(/(work|farm)/|/tmp` + `/wt\b)`)
	registry    = regexp.MustCompile(`\b(` + strings.Join([]string{
		`(proxy|sum)\.` + `golang\.org`, `(deb|security|snapshot)\.` + `debian\.org`, `(archive|security)\.` + `ubuntu\.com`,
		`([\w-]+\.)?` + `docker\.io/`, `(ghcr|quay|gcr)\.` + `io/`, `registry\.` + `npmjs\.org`, `pypi\.` + `org`,
	}, "|") + `)`)
)

// places: a file says nothing of the machine it was written on.
func (c *checker) places(name string, text []byte) {
	if bytes.IndexByte(text, 0) >= 0 {
		return
	}
	for i, line := range bytes.Split(text, []byte("\n")) {
		if machinePath.Match(line) {
			c.report(name, i+1, "a path of somebody's machine")
		}
		if registry.Match(line) {
			c.report(name, i+1, "the host of a registry")
		}
	}
}

func (c *checker) cHead(name string, text []byte) {
	first, _, _ := bytes.Cut(text, []byte("\n"))
	if !bytes.Contains(first, []byte(spdx)) {
		c.report(name, 1, "the first line of a C file is its SPDX line")
	}
}

func (c *checker) goHead(s *source) {
	lines := strings.SplitN(string(s.text), "\n", 5)
	build := lines[0]
	if build != "//go:build linux" && !strings.HasPrefix(build, "//go:build linux && ") && s.name != "unsupported.go" {
		c.report(s.name, 1, "a Go file starts with //go:build linux")
	} else if len(lines) < 4 || lines[1] != "" || lines[2] != "// "+spdx || lines[3] != "" {
		c.report(s.name, 3, "after the build line stand an empty line, the SPDX line, an empty line")
	}
}

// testPackage: tests are outside of what they test; a program cannot be imported, so its tests stay with it.
func (c *checker) testPackage(dir string, s *source) {
	name := s.ast.Name.Name
	switch {
	case !strings.HasSuffix(s.name, "_test.go"):
	case dir == "." && name != "libnl_test":
		c.reportAt(s.ast.Name.Pos(), "tests of the root are package libnl_test")
	case name != "main" && !strings.HasSuffix(name, "_test"):
		c.reportAt(s.ast.Name.Pos(), "tests are in a package of their own, named _test")
	}
}

func (c *checker) preamble(s *source) {
	for _, d := range s.ast.Decls {
		gen, ok := d.(*ast.GenDecl)
		if !ok || gen.Tok != token.IMPORT {
			continue
		}
		for _, spec := range gen.Specs {
			imp := spec.(*ast.ImportSpec)
			if imp.Path.Value != `"C"` {
				continue
			}
			doc := imp.Doc
			if doc == nil && !gen.Lparen.IsValid() {
				doc = gen.Doc
			}
			var lines []string
			if doc != nil {
				for _, l := range doc.List {
					if s.name != "libnl.go" || !strings.HasPrefix(l.Text, "// #cgo ") {
						lines = append(lines, l.Text)
					}
				}
			}
			if !slices.Equal(lines, []string{preamble}) {
				c.reportAt(imp.Pos(), "the preamble of a cgo file is exactly the line "+preamble+"; #cgo lines stand in libnl.go")
			}
		}
	}
}

var identifier = regexp.MustCompile(`^[A-Za-z_]\w*$`)

// comments: //export stands in export.go only, and Implements: is the last paragraph, one line of C names.
func (c *checker) comments(s *source) {
	for _, group := range s.ast.Comments {
		for i, l := range group.List {
			if strings.HasPrefix(l.Text, "//export ") && path.Base(s.name) != "export.go" {
				c.reportAt(l.Pos(), "//export stands in export.go only")
			}
			names, ok := strings.CutPrefix(l.Text, "// Implements:")
			if !ok {
				continue
			}
			if i != len(group.List)-1 {
				c.reportAt(l.Pos(), "Implements: is the last line of a doc comment")
			}
			if i > 0 && group.List[i-1].Text != "//" {
				c.reportAt(l.Pos(), "Implements: is a paragraph of its own")
			}
			fields := strings.Fields(names)
			if len(fields) == 0 || slices.ContainsFunc(fields, func(f string) bool { return !identifier.MatchString(f) }) {
				c.reportAt(l.Pos(), "Implements: names C identifiers and nothing else")
			}
		}
	}
}

// isHandle reports whether e is the type cgo.Handle, or a call that makes one.
func isHandle(e ast.Expr) bool {
	if call, ok := e.(*ast.CallExpr); ok {
		e = call.Fun
	}
	sel, ok := e.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	x, ok := sel.X.(*ast.Ident)
	return ok && x.Name == "cgo" && (sel.Sel.Name == "Handle" || sel.Sel.Name == "NewHandle")
}

// handleFields returns the names of the struct fields that hold a cgo.Handle.
func handleFields(sources []*source) map[string]bool {
	names := map[string]bool{}
	for _, s := range sources {
		ast.Inspect(s.ast, func(n ast.Node) bool {
			if st, ok := n.(*ast.StructType); ok {
				for _, f := range st.Fields.List {
					if isHandle(f.Type) {
						addNames(names, f.Names)
					}
				}
			}
			return true
		})
	}
	return names
}

func addNames(to map[string]bool, ids []*ast.Ident) {
	for _, id := range ids {
		to[id.Name] = true
	}
}

// localHandles returns the names of the parameters and variables of a function that hold a cgo.Handle.
func localHandles(fn *ast.FuncDecl) map[string]bool {
	names := map[string]bool{}
	ast.Inspect(fn, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field:
			if isHandle(n.Type) {
				addNames(names, n.Names)
			}
		case *ast.ValueSpec:
			if (n.Type != nil && isHandle(n.Type)) || slices.ContainsFunc(n.Values, isHandle) {
				addNames(names, n.Names)
			}
		case *ast.AssignStmt:
			for i, rhs := range n.Rhs {
				if id, ok := n.Lhs[i].(*ast.Ident); ok && isHandle(rhs) {
					names[id.Name] = true
				}
			}
		}
		return true
	})
	return names
}

// handles: a cgo.Handle crosses as uintptr_t; as unsafe.Pointer it is an invalid pointer to the garbage collector.
func (c *checker) handles(s *source, fields map[string]bool) {
	for _, d := range s.ast.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			continue
		}
		locals := localHandles(fn)
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 1 {
				return true
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || sel.Sel.Name != "Pointer" {
				return true
			}
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == "unsafe" && mentions(call.Args[0], locals, fields) {
				c.reportAt(call.Pos(), "a cgo.Handle crosses as C.uintptr_t, not as unsafe.Pointer")
			}
			return true
		})
	}
}

// mentions reports whether e is a handle, its address, or a conversion of it.
func mentions(e ast.Expr, locals, fields map[string]bool) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			found = found || fields[n.Sel.Name] || isHandle(n)
			return false
		case *ast.Ident:
			found = found || locals[n.Name]
		}
		return true
	})
	return found
}

// tracked lists what git tracks and what is new, or without git every file.
func tracked() ([]string, error) {
	out, err := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err == nil {
		return strings.FieldsFunc(string(out), func(r rune) bool { return r == 0 }), nil
	}
	var files []string
	err = filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.Name() == ".git" {
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		if d.Type().IsRegular() {
			files = append(files, filepath.ToSlash(name))
		}
		return nil
	})
	return files, err
}

func main() {
	files, err := tracked()
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("no files here")
	}
	var found []string
	if err == nil {
		found, err = check(".", files)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "houserules:", err)
		os.Exit(1)
	}
	for _, f := range found {
		fmt.Println(f)
	}
	if len(found) > 0 {
		os.Exit(1)
	}
}
