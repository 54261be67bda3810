//go:build linux

// SPDX-License-Identifier: MIT

package nlcover

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// goCode is what the source of the root package says.
type goCode struct {
	calls      map[string]bool     // names behind "C."
	implements map[string][]string // C name to Go symbols
	constants  map[string][]string // C constant to the Go constants and variables that say it is theirs
	symbols    []symbol
	loose      []string // where Implements: belongs to nothing

	read map[*ast.CommentGroup]bool // of the file at hand
}

// symbol is an exported function or method.
type symbol struct {
	name       string // "Link.MTU"
	implements bool
}

// readGo reads the Go files of the directory, but for its tests.
func readGo(root string) (*goCode, error) {
	files, err := filepath.Glob(filepath.Join(root, "*.go"))
	if err != nil {
		return nil, err
	}
	code := &goCode{calls: map[string]bool{}, implements: map[string][]string{}, constants: map[string][]string{}}
	fset := token.NewFileSet()
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		code.addCalls(f)
		code.read = map[*ast.CommentGroup]bool{}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				code.addFunc(d)
			case *ast.GenDecl:
				code.addGen(d)
			}
		}
		for _, c := range f.Comments {
			if !code.read[c] && strings.Contains("\n"+c.Text(), "\nImplements: ") {
				p := fset.Position(c.Pos())
				code.loose = append(code.loose, fmt.Sprintf("%s:%d", filepath.Base(p.Filename), p.Line))
			}
		}
	}
	return code, nil
}

func (code *goCode) addCalls(f *ast.File) {
	ast.Inspect(f, func(n ast.Node) bool {
		if name := cName(n); name != "" {
			code.calls[name] = true
		}
		return true
	})
}

// cName returns x of C.x.
func cName(n ast.Node) string {
	sel, ok := n.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	if x, ok := sel.X.(*ast.Ident); !ok || x.Name != "C" {
		return ""
	}
	return sel.Sel.Name
}

func (code *goCode) addFunc(d *ast.FuncDecl) {
	name := d.Name.Name
	if d.Recv != nil {
		name = receiver(d.Recv.List[0].Type) + "." + name
	}
	said := code.addDoc(name, d.Doc)
	if d.Name.IsExported() && ast.IsExported(name) {
		code.symbols = append(code.symbols, symbol{name, said})
	}
}

// receiver returns the name of a method's type.
func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// addDoc notes what the comment says to be implemented, and whether it says anything.
func (code *goCode) addDoc(name string, doc *ast.CommentGroup) bool {
	code.read[doc] = true
	said := false
	for line := range strings.Lines(doc.Text()) {
		list, ok := strings.CutPrefix(line, "Implements: ")
		if !ok {
			continue
		}
		said = true
		for _, c := range strings.Fields(list) {
			code.implements[c] = append(code.implements[c], name)
		}
	}
	return said
}

func (code *goCode) addGen(d *ast.GenDecl) {
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			code.addDoc(spec.Name.Name, docOf(d, spec.Doc))
			if it, ok := spec.Type.(*ast.InterfaceType); ok {
				for _, m := range it.Methods.List {
					if len(m.Names) == 1 {
						code.addDoc(spec.Name.Name+"."+m.Names[0].Name, m.Doc)
					}
				}
			}
		case *ast.ValueSpec:
			name := spec.Names[0].Name
			doc := docOf(d, spec.Doc)
			code.addDoc(name, doc)
			if ast.IsExported(name) {
				code.addConstant(name, spec, doc)
			}
		}
	}
}

// docOf returns the comment of what is declared: without parentheses the parser gives it to the declaration.
func docOf(d *ast.GenDecl, doc *ast.CommentGroup) *ast.CommentGroup {
	if !d.Lparen.IsValid() {
		return d.Doc
	}
	return doc
}

var capitals = regexp.MustCompile(`\b[A-Z_][A-Z0-9_]*_[A-Za-z0-9_]+\b`)

// addConstant: a constant is that of C if its value is C.NAME, or if its own comment, above or behind it, names NAME.
func (code *goCode) addConstant(name string, spec *ast.ValueSpec, doc *ast.CommentGroup) {
	said := capitals.FindAllString(doc.Text()+" "+spec.Comment.Text(), -1)
	for _, v := range spec.Values {
		ast.Inspect(v, func(n ast.Node) bool {
			if c := cName(n); c != "" {
				said = append(said, c)
			}
			return true
		})
	}
	for _, c := range said {
		if !slices.Contains(code.constants[c], name) {
			code.constants[c] = append(code.constants[c], name)
		}
	}
}

var testFunc = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)

// testNames returns the names of the tests and fuzz targets of the root and of internal.
func testNames(root string) (map[string]bool, error) {
	files, err := filepath.Glob(filepath.Join(root, "*_test.go"))
	if err != nil {
		return nil, err
	}
	err = filepath.WalkDir(filepath.Join(root, "internal"), func(name string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(name, "_test.go") {
			files = append(files, name)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	names := map[string]bool{}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		for _, m := range testFunc.FindAllSubmatch(text, -1) {
			names[string(m[1])] = true
		}
	}
	return names, nil
}
