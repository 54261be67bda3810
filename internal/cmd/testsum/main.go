//go:build linux

// SPDX-License-Identifier: MIT

// Testsum reads what go test -json writes and prints it short: a line for each package, the whole output of what failed, what was
// skipped and why, and how many there were of each. It exits 1 if anything failed or nothing was read.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
)

// event is a line of go test -json.
type event struct {
	Action      string
	Package     string
	ImportPath  string // of build-output: "example.com/x [example.com/x.test]"
	Test        string
	Output      string
	FailedBuild string
}

type test struct {
	name   string
	output []string
	state  string // "", pass, fail, skip
	parent bool   // it has subtests, which are counted in its place
}

type pkg struct {
	tests  map[string]*test
	order  []*test
	output []string // what belongs to no test
}

func (p *pkg) test(name string) *test {
	t := p.tests[name]
	if t == nil {
		t = &test{name: name}
		p.tests[name] = t
		p.order = append(p.order, t)
		for i := strings.LastIndexByte(name, '/'); i > 0; i = strings.LastIndexByte(name[:i], '/') {
			if parent := p.tests[name[:i]]; parent != nil {
				parent.parent = true
			}
		}
	}
	return t
}

// summary is what has been read so far.
type summary struct {
	w       io.Writer
	running map[string]*pkg
	builds  map[string][]string // output of the compiler by import path
	skips   []string

	packages, passed, failed, skipped int
}

func newSummary(w io.Writer) *summary {
	return &summary{w: w, running: map[string]*pkg{}, builds: map[string][]string{}}
}

func (s *summary) read(r io.Reader) error {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			s.line(line)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (s *summary) line(line string) {
	var e event
	if json.Unmarshal([]byte(line), &e) != nil || e.Action == "" {
		fmt.Fprint(s.w, line) // go's own words
		return
	}
	switch {
	case e.Action == "build-output":
		s.builds[e.ImportPath] = append(s.builds[e.ImportPath], e.Output)
	case e.Package != "":
		s.event(e)
	}
}

func (s *summary) event(e event) {
	p := s.running[e.Package]
	if p == nil {
		p = &pkg{tests: map[string]*test{}}
		s.running[e.Package] = p
	}
	if e.Test != "" {
		t := p.test(e.Test)
		switch e.Action {
		case "output":
			t.output = append(t.output, e.Output)
		case "pass", "fail", "skip":
			t.state = e.Action
		}
		return
	}
	switch e.Action {
	case "output":
		p.output = append(p.output, e.Output)
	case "pass", "fail", "skip":
		s.finish(e, p)
	}
}

// finish counts and prints a package that has ended.
func (s *summary) finish(e event, p *pkg) {
	delete(s.running, e.Package)
	s.packages++
	for _, t := range p.order {
		if t.state == "" && e.Action == "fail" {
			t.state = "fail" // the process died in it
		}
		if t.state == "fail" {
			fmt.Fprint(s.w, strings.Join(t.output, ""))
		}
		if t.parent {
			continue
		}
		switch t.state {
		case "pass":
			s.passed++
		case "fail":
			s.failed++
		case "skip":
			s.skipped++
			s.skips = append(s.skips, fmt.Sprintf("%s %s: %s", e.Package, t.name, reason(t.output)))
		}
	}
	if e.Action == "fail" {
		if !s.countedFailure(p) {
			s.failed++ // a build, a leak, an exit: no test of its own
		}
		fmt.Fprint(s.w, strings.Join(s.builds[e.FailedBuild], ""))
		delete(s.builds, e.FailedBuild)
	}
	for _, line := range p.output {
		verdict := strings.HasPrefix(line, "ok ") || strings.HasPrefix(line, "FAIL\t")
		if verdict || e.Action == "fail" || !noise.MatchString(line) {
			fmt.Fprint(s.w, line)
		}
	}
}

func (s *summary) countedFailure(p *pkg) bool {
	return slices.ContainsFunc(p.order, func(t *test) bool { return t.state == "fail" && !t.parent })
}

// noise is what go test says of a package in which all is well, beside its ok line.
var noise = regexp.MustCompile(`^(PASS|\?   .*|coverage: .*|testing: warning: no tests to run|\t.*coverage: .*)?\n?$`)

var skipLine = regexp.MustCompile(`^\s+\S+\.go:\d+: (.*)\n?$`)

// reason is the text of t.Skip in the output of a skipped test.
func reason(output []string) string {
	for _, line := range slices.Backward(output) {
		if m := skipLine.FindStringSubmatch(line); m != nil {
			return m[1]
		}
	}
	return "no reason given"
}

// close prints the end and reports whether all is well.
func (s *summary) close() bool {
	for name, p := range s.running { // go test itself was stopped
		s.finish(event{Action: "fail", Package: name}, p)
		fmt.Fprintf(s.w, "FAIL\t%s did not finish\n", name)
	}
	for _, out := range s.builds {
		fmt.Fprint(s.w, strings.Join(out, ""))
	}
	if len(s.skips) > 0 {
		fmt.Fprintln(s.w, "\nskipped:")
		for _, line := range s.skips {
			fmt.Fprintln(s.w, "  "+line)
		}
	}
	fmt.Fprintf(s.w, "\n%d passed, %d failed, %d skipped\n", s.passed, s.failed, s.skipped)
	return s.failed == 0 && s.packages > 0
}

func main() {
	s := newSummary(os.Stdout)
	if err := s.read(os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, "testsum:", err)
		os.Exit(1)
	}
	if !s.close() {
		os.Exit(1)
	}
}
