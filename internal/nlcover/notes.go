//go:build linux

// SPDX-License-Identifier: MIT

package nlcover

import (
	"fmt"
	"os"
	"regexp"
	"strings"
)

// Sections of docs/coverage.md. Each holds lines "- `name`, `name`: why"; the text and the headings between are for people.
const (
	sectionExcused = "Functions that are not bound"
	sectionOpen    = "Headers that are open"
	sectionGo      = "Functions that are Go code"
	sectionOthers  = "Macros, inline functions, variables and types"
	sectionConst   = "Constants"
	sectionSymbols = "Go symbols that bind nothing"
)

var sections = []string{sectionExcused, sectionOpen, sectionGo, sectionOthers, sectionConst, sectionSymbols}

// note is what a line says of a name.
type note struct {
	name string // or pattern: one * stands for any text
	why  string
	line int
	used bool
}

type notes struct {
	in       map[string][]*note // by section
	problems []string
}

var (
	bullet = regexp.MustCompile("^- ((?:`[^`]+`(?:, )?)+): (.+)$")
	quoted = regexp.MustCompile("`([^`]+)`")
)

func readNotes(name string) (*notes, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	n := &notes{in: map[string][]*note{}}
	section := ""
	for i, line := range strings.Split(string(b), "\n") {
		if title, ok := strings.CutPrefix(line, "## "); ok {
			section = title
			n.in[section] = nil
			continue
		}
		if !strings.HasPrefix(line, "- ") {
			continue
		}
		n.add(section, i+1, line)
	}
	for _, s := range sections {
		if _, ok := n.in[s]; !ok {
			n.problems = append(n.problems, fmt.Sprintf("%s: there is no section %q", NotesFile, s))
		}
	}
	return n, nil
}

func (n *notes) add(section string, line int, text string) {
	m := bullet.FindStringSubmatch(text)
	if m == nil {
		n.problems = append(n.problems, fmt.Sprintf("%s:%d: not of the form - `name`, `name`: why", NotesFile, line))
		return
	}
	for _, q := range quoted.FindAllStringSubmatch(m[1], -1) {
		for _, other := range n.in[section] {
			if other.name == q[1] {
				n.problems = append(n.problems, fmt.Sprintf("%s:%d: %s stands in line %d too", NotesFile, line, q[1], other.line))
			}
		}
		n.in[section] = append(n.in[section], &note{name: q[1], why: m[2], line: line})
	}
}

// find returns the line about a name, one with the name itself before one with a pattern.
func (n *notes) find(section, name string) *note {
	var found *note
	for _, note := range n.in[section] {
		if note.name == name {
			return note
		}
		if found == nil && note.matches(name) {
			found = note
		}
	}
	return found
}

func (n *note) matches(name string) bool {
	before, after, pattern := strings.Cut(n.name, "*")
	if !pattern {
		return n.name == name
	}
	return len(name) >= len(before)+len(after) && strings.HasPrefix(name, before) && strings.HasSuffix(name, after)
}

// open returns the line about a header: a name that ends in / is a directory.
func (n *notes) open(header string) *note {
	for _, note := range n.in[sectionOpen] {
		if note.name == header || strings.HasSuffix(note.name, "/") && strings.HasPrefix(header, note.name) {
			return note
		}
	}
	return nil
}
