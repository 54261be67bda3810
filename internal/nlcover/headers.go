//go:build linux

// SPDX-License-Identifier: MIT

package nlcover

import (
	"regexp"
	"slices"
	"strings"
)

// Declaration is what a header says of a name.
type Declaration struct{ Header, Kind, Name string }

var (
	marker   = regexp.MustCompile(`^# \d+ "(.*?)"`)
	define   = regexp.MustCompile(`^#define (\w+)(\(?)(.*)$`)
	cToken   = regexp.MustCompile(`[A-Za-z_]\w*|[0-9]\w*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\S`)
	wordOnly = regexp.MustCompile(`^[A-Za-z_]\w*$`)
)

// Declarations reads what the compiler made of the headers (gcc -E -dD): linemarkers say whose a line is.
func Declarations(text string) []Declaration {
	var found []Declaration
	seen := map[Declaration]bool{}
	add := func(header, kind, name string) {
		// what an earlier header declared too is that one's
		d := Declaration{header, kind, name}
		if !public(header) || seen[Declaration{"", kind, name}] {
			return
		}
		seen[Declaration{"", kind, name}] = true
		found = append(found, d)
	}
	var header string
	var current statement
	for line := range strings.Lines(text) {
		if m := marker.FindStringSubmatch(line); m != nil {
			header = headerName(m[1])
			continue
		}
		if m := define.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
			switch {
			case m[2] == "(":
				add(header, Macro, m[1])
			case strings.TrimSpace(m[3]) != "":
				add(header, Constant, m[1])
			}
			continue
		}
		if strings.HasPrefix(line, "#") {
			continue
		}
		for _, tok := range cToken.FindAllString(line, -1) {
			if current.add(tok) {
				for _, d := range current.declares() {
					add(header, d.Kind, d.Name)
				}
				current = statement{}
			}
		}
	}
	return found
}

// headerName leaves what is after the directory that -I names.
func headerName(file string) string {
	if i := strings.LastIndex(file, "/netlink/"); i >= 0 {
		return file[i+1:]
	}
	return file
}

// statement is one at file scope, in tokens.
type statement struct {
	tokens        []string
	parens, brace int
	body          int // where a function's body begins
}

// add takes a token and says whether the statement is complete.
func (s *statement) add(tok string) bool {
	s.tokens = append(s.tokens, tok)
	switch tok {
	case "(":
		s.parens++
	case ")":
		s.parens--
	case "{":
		if s.brace == 0 && len(s.tokens) > 1 && s.tokens[len(s.tokens)-2] == ")" {
			s.body = len(s.tokens) - 1
		}
		s.brace++
	case "}":
		s.brace--
		return s.brace == 0 && s.body > 0
	case ";":
		return s.brace == 0
	}
	return false
}

// declares returns what the statement makes known.
func (s *statement) declares() []Declaration {
	toks := withoutAttributes(s.tokens)
	if s.body > 0 {
		return []Declaration{{"", Inline, beforeParen(toks)}}
	}
	found := enumerators(toks)
	outer := outside(toks)
	switch name := beforeParen(outer); {
	case outer[0] == "typedef":
		return append(found, Declaration{"", Type, typeName(outer)})
	case name != "":
		return append(found, Declaration{"", Function, name})
	case slices.Contains(outer, "extern"):
		return append(found, Declaration{"", Variable, lastWord(outer)})
	}
	return found
}

// withoutAttributes leaves out __attribute__((...)) and its like.
func withoutAttributes(toks []string) []string {
	var kept []string
	for i := 0; i < len(toks); i++ {
		switch toks[i] {
		case "__extension__":
		case "__attribute__", "__asm__":
			for depth := 0; i+1 < len(toks); {
				i++
				if toks[i] == "(" {
					depth++
				} else if toks[i] == ")" {
					if depth--; depth == 0 {
						break
					}
				}
			}
		default:
			kept = append(kept, toks[i])
		}
	}
	return kept
}

// outside leaves out what is between braces.
func outside(toks []string) []string {
	var kept []string
	depth := 0
	for _, tok := range toks {
		switch {
		case tok == "{":
			depth++
		case tok == "}":
			depth--
		case depth == 0:
			kept = append(kept, tok)
		}
	}
	return kept
}

// beforeParen returns the word before the first parenthesis: of a prototype, its name.
func beforeParen(toks []string) string {
	i := slices.Index(toks, "(")
	if i < 1 || !wordOnly.MatchString(toks[i-1]) {
		return ""
	}
	return toks[i-1]
}

// typeName returns what a typedef names: the word after (* of a function, the last one otherwise.
func typeName(toks []string) string {
	for i := range len(toks) - 2 {
		if toks[i] == "(" && toks[i+1] == "*" {
			return toks[i+2]
		}
	}
	return lastWord(toks)
}

// lastWord returns the last word before brackets.
func lastWord(toks []string) string {
	name := ""
	for _, tok := range toks {
		if tok == "[" {
			break
		}
		if wordOnly.MatchString(tok) {
			name = tok
		}
	}
	return name
}

// enumerators returns the constants of an enum.
func enumerators(toks []string) []Declaration {
	var found []Declaration
	begin := slices.Index(toks, "enum")
	if begin < 0 {
		return nil
	}
	open := slices.Index(toks[begin:], "{")
	if open < 0 {
		return nil
	}
	next := true
	for _, tok := range toks[begin+open+1:] {
		if tok == "}" {
			break
		}
		if next && wordOnly.MatchString(tok) {
			found = append(found, Declaration{"", Constant, tok})
		}
		next = tok == ","
	}
	return found
}
