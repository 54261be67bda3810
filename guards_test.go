//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"os"
	"strings"
	"testing"

	"github.com/golibnl/libnl"
)

// guards make calls in the condition in which the C function aborts, or writes where it should not, and return what came of each
// under the name of the C function. Test files add theirs.
var guards []func(t *testing.T) map[string]error

// guardView adds the calls of a view of a link, for a link that has become one of another kind.
func guardView[V linkView](make func(testing.TB) V, calls func(V) map[string]error) {
	guards = append(guards, func(t *testing.T) map[string]error {
		v := make(t)
		kind := "vxlan"
		if v.Link().Type() == kind {
			kind = "vlan"
		}
		noErr(t, v.Link().SetType(kind))
		return calls(v)
	})
}

func init() {
	guards = append(guards, func(t *testing.T) map[string]error {
		errs := map[string]error{}
		_, errs["nl_rate2str"] = libnl.FormatRate(1, 2)
		_, errs["nl_socket_alloc_cb"] = libnl.NewSocketCallbacks(nil)
		s, err := libnl.NewSocket()
		noErr(t, err)
		defer s.Close()
		errs["nl_socket_set_cb"] = s.SetCallbacks(nil)
		m, err := libnl.NewMsgSize(16)
		noErr(t, err)
		errs["nlmsg_put"] = m.PutHeader(0, 0, libnl.RTMNewLink, 100, 0)
		_, errs["rtnl_route_parse"] = libnl.ParseRoute(m)
		return errs
	})
}

// testdata/guards.tsv names the functions of libnl that abort the process, or corrupt it, when they are called wrongly: a line is a function
// and, with a tab before it, the reason why there is no such call through the package, if there is none. Every one is called wrongly
// here, gives an error, and the process lives.
func TestGuards(t *testing.T) {
	text, err := os.ReadFile("testdata/guards.tsv")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, calls := range guards {
		for fn, err := range calls(t) {
			seen[fn] = true
			if err == nil {
				t.Errorf("%s: no error", fn)
			}
		}
	}
	for line := range strings.Lines(string(text)) {
		fn, reason, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		switch {
		case strings.HasPrefix(fn, "#"):
		case !seen[fn] && reason == "":
			t.Errorf("%s: not called", fn)
		case seen[fn] && reason != "":
			t.Errorf("%s: called, though the list says: %s", fn, reason)
		}
	}
}
