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
	"exp/nat without a mask",
}

// overreads names messages that make every version of libnl read beyond them, or beyond what they become: only a libnl with
// AddressSanitizer dies of that. Rules that are not here guard against what depends on the version, or on memory that is not there.
var overreads = []string{
	"mdb/entry short", // in libnl's own code, not in a function of C's library that -asan alone sees
	"link/slave kind unterminated",
	"link/family too large",
	"link/functions: rate short",
	"link/functions: stats short",
	"kind/macsec validation",
	"kind/macsec encrypt",
	"addr/v4 short",
	"addr/v4 prefix",
	"addr/v6 prefix",
	"addr/mpls",
	"route/dst short",
	"route/dst prefix",
	"route/gateway of another family",
	"route/via short",
	"route/via labels",
	"route/mpls dst without bottom",
	"route/mpls newdst without bottom",
	"route/mpls newdst odd",
	"route/mpls newdst too deep",
	"route/hop without its padding",
	"route/encap mpls without bottom",
	"neigh/master short",
	"rule/src short",
	"rule/src prefix",
	"rule/dst prefix",
	"neightbl/parameter",
	"netconf/of another family",
	"mdb/entry empty",
	"mdb/gone, none",
	"mdb/gone, empty",
	"mdb/gone, group empty",
}

const victim = "VALIDATE_TEST_VICTIM"

// TestVictim is the process that dies in TestKills.
func TestVictim(t *testing.T) {
	name, ok := os.LookupEnv(victim)
	if !ok {
		t.Skip("runs as a child of TestKills")
	}
	if strings.HasPrefix(name, "mdb/gone") { // what it takes away from
		run(good["mdb/new"], byName(t, name))
		return
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
			if out, dies := dies(t, name); !dies {
				t.Fatalf("libnl survives it:\n%s", out)
			}
		})
	}
}

// TestOverreads shows the same of what only a sanitizer in libnl sees.
func TestOverreads(t *testing.T) {
	if _, dies := dies(t, overreads[0]); !dies {
		t.Skip("libnl is not built with AddressSanitizer")
	}
	for _, name := range overreads {
		t.Run(name, func(t *testing.T) {
			if out, dies := dies(t, name); !dies {
				t.Fatalf("libnl survives it:\n%s", out)
			}
		})
	}
}

// dies says whether a process that gives the message to libnl dies, and what it prints.
func dies(t *testing.T, name string) ([]byte, bool) {
	byName(t, name)
	cmd := exec.Command(os.Args[0], "-test.run=^TestVictim$")
	cmd.Env = append(slices.Clone(os.Environ()), victim+"="+name)
	out, err := cmd.CombinedOutput()
	return out, err != nil && !strings.Contains(string(out), "--- FAIL")
}
