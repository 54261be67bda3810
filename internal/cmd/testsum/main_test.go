//go:build linux

// SPDX-License-Identifier: MIT

package main

import (
	"strings"
	"testing"
)

// sum returns what testsum prints for the events, and its verdict.
func sum(t *testing.T, events ...string) (string, bool) {
	t.Helper()
	var b strings.Builder
	s := newSummary(&b)
	if err := s.read(strings.NewReader(strings.Join(events, "\n"))); err != nil {
		t.Fatal(err)
	}
	ok := s.close()
	return b.String(), ok
}

func TestPassAndSkip(t *testing.T) {
	out, ok := sum(t,
		`{"Action":"start","Package":"x/a"}`,
		`{"Action":"run","Package":"x/a","Test":"TestA"}`,
		`{"Action":"output","Package":"x/a","Test":"TestA","Output":"=== RUN   TestA\n"}`,
		`{"Action":"run","Package":"x/a","Test":"TestA/one"}`,
		`{"Action":"pass","Package":"x/a","Test":"TestA/one"}`,
		`{"Action":"run","Package":"x/a","Test":"TestA/two"}`,
		`{"Action":"output","Package":"x/a","Test":"TestA/two","Output":"    a_test.go:3: no module: dummy\n"}`,
		`{"Action":"output","Package":"x/a","Test":"TestA/two","Output":"--- SKIP: TestA/two (0.00s)\n"}`,
		`{"Action":"skip","Package":"x/a","Test":"TestA/two"}`,
		`{"Action":"pass","Package":"x/a","Test":"TestA"}`,
		`{"Action":"output","Package":"x/a","Output":"PASS\n"}`,
		`{"Action":"output","Package":"x/a","Output":"ok  \tx/a\t0.004s\n"}`,
		`{"Action":"pass","Package":"x/a"}`,
		`{"Action":"output","Package":"x/b","Output":"?   \tx/b\t[no test files]\n"}`,
		`{"Action":"skip","Package":"x/b"}`,
	)
	want := "ok  \tx/a\t0.004s\n\nskipped:\n  x/a TestA/two: no module: dummy\n\n1 passed, 0 failed, 1 skipped\n"
	if out != want || !ok {
		t.Errorf("got %v\n%s\nwant\n%s", ok, out, want)
	}
}

func TestFailures(t *testing.T) {
	for _, c := range []struct {
		name   string
		events []string
		want   []string
		not    string
	}{
		{"test", []string{
			`{"Action":"output","Package":"x","Test":"TestOK","Output":"quiet\n"}`,
			`{"Action":"pass","Package":"x","Test":"TestOK"}`,
			`{"Action":"output","Package":"x","Test":"TestBad","Output":"    x_test.go:9: boo\n"}`,
			`{"Action":"fail","Package":"x","Test":"TestBad"}`,
			`{"Action":"output","Package":"x","Output":"FAIL\tx\t0.01s\n"}`,
			`{"Action":"fail","Package":"x"}`,
		}, []string{"boo\n", "FAIL\tx\t", "\n1 passed, 1 failed, 0 skipped\n"}, "quiet"},
		{"build", []string{
			`{"ImportPath":"x [x.test]","Action":"build-output","Output":"x_test.go:3: undefined: y\n"}`,
			`{"ImportPath":"x [x.test]","Action":"build-fail"}`,
			`{"Action":"fail","Package":"x","FailedBuild":"x [x.test]"}`,
		}, []string{"undefined: y\n", "\n0 passed, 1 failed, 0 skipped\n"}, "quiet"},
		{"leak", []string{
			`{"Action":"pass","Package":"x","Test":"TestOK"}`,
			`{"Action":"output","Package":"x","Output":"libnl: leaked Socket\n"}`,
			`{"Action":"fail","Package":"x"}`,
		}, []string{"leaked Socket\n", "\n1 passed, 1 failed, 0 skipped\n"}, "quiet"},
		{"crash", []string{
			`{"Action":"run","Package":"x","Test":"TestCrash"}`,
			`{"Action":"output","Package":"x","Test":"TestCrash","Output":"SIGSEGV\n"}`,
			`{"Action":"fail","Package":"x"}`,
		}, []string{"SIGSEGV\n", "\n0 passed, 1 failed, 0 skipped\n"}, "quiet"},
		{"cut short", []string{
			`{"Action":"pass","Package":"x","Test":"TestOK"}`,
			`{"Action":"run","Package":"x","Test":"TestCut"}`,
		}, []string{"FAIL\tx did not finish\n", "\n1 passed, 1 failed, 0 skipped\n"}, "quiet"},
		{"parent alone", []string{
			`{"Action":"run","Package":"x","Test":"TestP"}`,
			`{"Action":"pass","Package":"x","Test":"TestP/sub"}`,
			`{"Action":"output","Package":"x","Test":"TestP","Output":"after\n"}`,
			`{"Action":"fail","Package":"x","Test":"TestP"}`,
			`{"Action":"fail","Package":"x"}`,
		}, []string{"after\n", "\n1 passed, 1 failed, 0 skipped\n"}, "quiet"},
		{"nothing", []string{`go: no such module`}, []string{"go: no such module", "\n0 passed, 0 failed, 0 skipped\n"}, "quiet"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, ok := sum(t, c.events...)
			if ok {
				t.Error("a failure was called success")
			}
			for _, w := range c.want {
				if !strings.Contains(out, w) {
					t.Errorf("no %q in\n%s", w, out)
				}
			}
			if strings.Contains(out, c.not) {
				t.Errorf("%q in\n%s", c.not, out)
			}
		})
	}
}
