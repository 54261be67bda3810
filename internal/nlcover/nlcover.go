//go:build linux

// SPDX-License-Identifier: MIT

// Package nlcover holds what libnl offers against what the package libnl makes of it. What libnl offers is in surface.tsv, which is
// compared with the headers and libraries of this machine; what the package does is read from its source; what it leaves
// out, and why, is in docs/coverage.md.
package nlcover

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Where things are, from the module's root.
const (
	SurfaceFile = "internal/nlcover/surface.tsv"
	NotesFile   = "docs/coverage.md"
	StatusFile  = "docs/api-status.md"
)

// Kinds of what headers declare.
const (
	Function = "function"
	Macro    = "macro" // one with arguments
	Inline   = "inline"
	Variable = "variable"
	Type     = "type"
	Constant = "constant"
)

// What became of a function.
const (
	Called        = "called"
	Reimplemented = "reimplemented" // the same in Go, and a test says so
	Excused       = "not bound"
	Open          = "open"
	Missing       = "missing"
)

// Report is what there is to say about a source tree.
type Report struct {
	Problems  []string
	Functions []Row // in the order of the surface
	Others    []Row
}

// Row is one thing of libnl and what became of it.
type Row struct {
	Item
	Status string
	Go     []string // the symbols that implement it
	Reason string   // why it is not bound, or what proves it
}

func (r *Report) problem(format string, args ...any) {
	r.Problems = append(r.Problems, fmt.Sprintf(format, args...))
}

// Check reads the tree at root and holds it against libnl; what is wrong is in the report. installed may be nil: then the list alone counts.
func Check(root string, installed *Installed) (*Report, error) {
	items, err1 := readSurface(filepath.Join(root, SurfaceFile))
	code, err2 := readGo(root)
	notes, err3 := readNotes(filepath.Join(root, NotesFile))
	tests, err4 := testNames(root)
	inC, err5 := cCalls(root)
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		return nil, err
	}
	r := &Report{Problems: notes.problems}
	if installed != nil {
		r.compare(items, installed)
	}
	c := &checker{Report: r, code: code, inC: inC, notes: notes, tests: tests, names: map[string]string{}}
	for _, it := range items {
		c.names[it.Name] = it.Kind
	}
	for _, it := range items {
		if it.Kind == Function {
			r.Functions = append(r.Functions, c.function(it))
		} else {
			r.Others = append(r.Others, c.other(it))
		}
	}
	c.implements()
	c.symbols()
	c.unused()
	return r, nil
}

// Current says whether docs/api-status.md is what the report makes of it.
func (r *Report) Current(root string) bool {
	text, err := os.ReadFile(filepath.Join(root, StatusFile))
	return err == nil && string(text) == r.Status()
}
