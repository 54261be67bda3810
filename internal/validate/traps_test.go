//go:build linux

// SPDX-License-Identifier: MIT

package validate_test

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// kills names malformed messages that end the process in every version of libnl, sanitizer or not.
var kills = []string{
	"link/can with statistics only",
	"link/functions: empty vlan list",
	"kind/vlan egress empty",
	"kind/macvlan count",
	"kind/macvlan address",
	"kind/macvlan not an address",
	"route/via empty",
	"route/via one byte",
}

const victim = "VALIDATE_TEST_VICTIM"

// TestVictim is the process that dies in TestKills.
func TestVictim(t *testing.T) {
	name, ok := os.LookupEnv(victim)
	if !ok {
		t.Skip("runs as a child of TestKills")
	}
	run(byName(t, name))
}

func byName(t *testing.T, name string) []byte {
	for _, c := range bad {
		if c.name == name {
			return c.b
		}
	}
	t.Fatal("no such message: ", name)
	return nil
}

// TestKills shows that the harness finds what the rules are for: plain libnl dies of these messages.
func TestKills(t *testing.T) {
	for _, name := range kills {
		t.Run(name, func(t *testing.T) {
			byName(t, name)
			cmd := exec.Command(os.Args[0], "-test.run=^TestVictim$")
			cmd.Env = append(slices.Clone(os.Environ()), victim+"="+name)
			out, err := cmd.CombinedOutput()
			if err == nil || strings.Contains(string(out), "--- FAIL") {
				t.Fatalf("libnl survives it: %v\n%s", err, out)
			}
		})
	}
}
