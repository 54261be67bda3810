//go:build linux

// SPDX-License-Identifier: MIT

package nlcover

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

var (
	cIgnored   = regexp.MustCompile(`(?s)/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'`)
	continued  = regexp.MustCompile(`\\\n`)
	defineBody = regexp.MustCompile(`^\s*#\s*define\s+\w+(?:\([^)]*\))?(.*)$`)
	cWord      = regexp.MustCompile(`[A-Za-z_]\w*|[{}]`)
)

// cCalls returns the names that stand in function bodies, initialisers and macros of the C files. A name outside of braces is a
// declaration, such as that of a stub for an older libnl, and calls nothing.
func cCalls(root string) (map[string]bool, error) {
	calls := map[string]bool{}
	for _, name := range []string{"cgo_helpers.h", "cgo_helpers.c"} {
		b, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return nil, err
		}
		text := continued.ReplaceAllString(cIgnored.ReplaceAllString(string(b), " "), " ")
		depth := 0
		for line := range strings.Lines(text) {
			if strings.HasPrefix(strings.TrimSpace(line), "#") {
				addWords(calls, defineBody.FindStringSubmatch(strings.TrimSuffix(line, "\n")))
				continue
			}
			for _, word := range cWord.FindAllString(line, -1) {
				switch {
				case word == "{":
					depth++
				case word == "}":
					depth--
				case depth > 0:
					calls[word] = true
				}
			}
		}
	}
	return calls, nil
}

// addWords adds the words of a macro's body, the second element.
func addWords(calls map[string]bool, match []string) {
	if match == nil {
		return
	}
	for _, word := range cWord.FindAllString(match[1], -1) {
		calls[word] = true
	}
}
