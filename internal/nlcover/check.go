//go:build linux

// SPDX-License-Identifier: MIT

package nlcover

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

type checker struct {
	*Report
	code  *goCode
	inC   map[string]bool
	notes *notes
	tests map[string]bool
	names map[string]string // of all that libnl has, its kind
}

// function says what became of a function.
func (c *checker) function(it Item) Row {
	row := Row{Item: it, Go: c.code.implements[it.Name]}
	excuse := c.notes.find(sectionExcused, it.Name)
	inGo := c.notes.find(sectionGo, it.Name)
	called := c.code.calls[it.Name] || c.inC[it.Name]
	bound := len(row.Go) > 0
	for _, n := range []*note{excuse, inGo} {
		if n != nil {
			n.used = true // if not rightly: that is said below
		}
	}
	switch {
	case bound && excuse != nil:
		c.problem("%s:%d: %s has an excuse, and %s implements it", NotesFile, excuse.line, it.Name, row.Go[0])
	case inGo != nil && !bound:
		c.problem("%s:%d: %s is said to be Go code, and nothing implements it", NotesFile, inGo.line, it.Name)
	case inGo != nil && called:
		c.problem("%s:%d: %s is said to be Go code, and is called", NotesFile, inGo.line, it.Name)
	}
	switch {
	case bound && called:
		row.Status = Called
	case bound && inGo != nil:
		row.Status, row.Reason = Reimplemented, inGo.why
		c.proven(inGo)
	case bound:
		row.Status = Missing
		c.problem("%s: %s implements it without a call of it, and %s does not say that it is Go code", it.Name, row.Go[0], NotesFile)
	case excuse != nil:
		row.Status, row.Reason = Excused, excuse.why
	default:
		row.Status = c.unbound(it)
	}
	return row
}

// unbound: of nothing that libnl has there is no word, unless its header is open.
func (c *checker) unbound(it Item) string {
	if open := c.notes.open(it.Header); open != nil {
		open.used = true
		return Open
	}
	if c.code.calls[it.Name] || c.inC[it.Name] {
		c.problem("%s: called, but no Go symbol says that it implements it, and %s has no excuse: %s", it.Header, NotesFile, it.Name)
	} else {
		c.problem("%s: neither bound nor excused: %s", it.Header, it.Name)
	}
	return Missing
}

var testName = regexp.MustCompile(`\b(?:Test|Fuzz)[A-Z]\w*`)

// proven: what is Go code has a test that holds it against libnl or the kernel, and the line names it.
func (c *checker) proven(n *note) {
	names := testName.FindAllString(n.why, -1)
	if len(names) == 0 {
		c.problem("%s:%d: no test is named", NotesFile, n.line)
	}
	for _, name := range names {
		if !c.tests[name] {
			c.problem("%s:%d: there is no %s", NotesFile, n.line, name)
		}
	}
}

// other says what became of a macro, an inline function, a variable, a type or a constant.
func (c *checker) other(it Item) Row {
	row := Row{Item: it, Go: c.code.implements[it.Name]}
	section := sectionOthers
	if it.Kind == Constant {
		section = sectionConst
		row.Go = append(slices.Clip(row.Go), c.code.constants[it.Name]...)
	}
	excuse := c.notes.find(section, it.Name)
	switch {
	case len(row.Go) > 0 && excuse != nil && excuse.name == it.Name:
		excuse.used = true
		c.problem("%s:%d: %s has an excuse, and %s is its counterpart", NotesFile, excuse.line, it.Name, row.Go[0])
	case len(row.Go) > 0:
		row.Status = Called
	case excuse != nil:
		excuse.used = true
		row.Status, row.Reason = Excused, excuse.why
	default:
		row.Status = c.unboundOther(it)
	}
	return row
}

func (c *checker) unboundOther(it Item) string {
	if open := c.notes.open(it.Header); open != nil {
		open.used = true
		return Open
	}
	c.problem("%s: the %s %s has no counterpart and no excuse", it.Header, it.Kind, it.Name)
	return Missing
}

// implements: each name behind "Implements:" is one that libnl has.
func (c *checker) implements() {
	for _, name := range slices.Sorted(maps.Keys(c.code.implements)) {
		if c.names[name] == "" {
			c.problem("%s: implements %s, which libnl does not have", strings.Join(c.code.implements[name], ", "), name)
		}
	}
	for _, where := range c.code.loose {
		c.problem("%s: Implements: belongs to no declaration", where)
	}
}

// symbols: each exported function and method says what it implements, or is listed.
func (c *checker) symbols() {
	for _, s := range c.code.symbols {
		n := c.notes.find(sectionSymbols, s.name)
		switch {
		case s.implements && n != nil && n.name == s.name:
			n.used = true
			c.problem("%s:%d: %s binds something", NotesFile, n.line, s.name)
		case s.implements:
		case n == nil:
			c.problem("%s: no Implements: line, and %s does not say that it binds nothing", s.name, NotesFile)
		default:
			n.used = true
		}
	}
}

// unused: a line about what is not there, or needs none, is stale.
func (c *checker) unused() {
	for _, section := range sections {
		for _, n := range c.notes.in[section] {
			if !n.used {
				c.problem("%s:%d: stale: %s", NotesFile, n.line, n.name)
			}
		}
	}
}
