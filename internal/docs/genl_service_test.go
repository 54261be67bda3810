//go:build linux

// SPDX-License-Identifier: MIT

package docs_test

import (
	"os/exec"
	"testing"
)

// The example with a family of its own prints what the service answers.
func TestExampleGenlService(t *testing.T) {
	program := example(t, "genl-service")
	out, err := exec.Command(program).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	want := `list: apples 3
list: pears 5
get: pears 5
wrong: libnl: request: no such file or directory: no note "plums"
wrong: libnl: request: numerical result out of range: attribute 2 has 2 bytes, fewer than 4
`
	if string(out) != want {
		t.Errorf("it prints\n%s\nwant\n%s", out, want)
	}
}
