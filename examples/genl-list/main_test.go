//go:build linux

// SPDX-License-Identifier: MIT

package main_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
)

// The program prints what genl-ctrl-list does, and with -d what genl-ctrl-list --details does: but for names of operations, which that has for
// five of the controller's alone, and for the flag it has no name for.
func TestGenlList(t *testing.T) {
	if nltest.ASan && os.Getenv("PKG_CONFIG_PATH") != "" {
		t.Skip("a libnl with AddressSanitizer runs in programs with AddressSanitizer alone")
	}
	if _, err := exec.LookPath("genl-ctrl-list"); err != nil {
		t.Skip("no libnl-utils: ", err)
	}
	program := filepath.Join(t.TempDir(), "genl-list")
	nltest.Run(t, "go", "build", "-o", program, ".")
	run := func(args ...string) string { return string(nltest.Run(t, program, args...)) }

	if got, want := run(), string(nltest.Run(t, "genl-ctrl-list")); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	names := regexp.MustCompile(`op \w+ \((0x\w+)\)`)
	want := names.ReplaceAllString(string(nltest.Run(t, "genl-ctrl-list", "--details")), "op $1")
	want = strings.ReplaceAll(want, ",>", ",uns_admin_perm>")
	var got strings.Builder
	policy := regexp.MustCompile(` (do|dump) policy \d+`)
	policies := 0
	for line := range strings.Lines(run("-d")) {
		if strings.HasPrefix(line, "      policy") || strings.HasPrefix(line, "        attr") {
			policies++
			continue
		}
		got.WriteString(policy.ReplaceAllString(line, ""))
	}
	if got.String() != want {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want)
	}
	if policies == 0 {
		t.Log("the kernel tells no policies")
	}
	var one []libnl.GenlFamilyInfo
	if err := json.Unmarshal([]byte(run("-json", "nlctrl")), &one); err != nil || len(one) != 1 || one[0].ID != 16 {
		t.Errorf("nlctrl in JSON: %+v, %v", one, err)
	}
	out, err := exec.Command(program, "nosuch").CombinedOutput()
	if err == nil || !strings.Contains(string(out), `"nosuch"`) {
		t.Errorf("a family that is missing: %v: %s", err, out)
	}
}
