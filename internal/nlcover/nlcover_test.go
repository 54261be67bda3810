//go:build linux

// SPDX-License-Identifier: MIT

package nlcover_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/golibnl/libnl/internal/nlcover"
)

const root = "../.."

// installed is the libnl at hand; a test binary may run where there is no compiler.
func installed(t *testing.T) *nlcover.Installed {
	t.Helper()
	if _, err := exec.LookPath("pkg-config"); err != nil {
		t.Skip("no headers of libnl to read: ", err)
	}
	in, err := nlcover.ReadInstalled()
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// Everything of libnl is bound, excused or open, and docs/api-status.md says so.
func TestCoverage(t *testing.T) {
	r, err := nlcover.Check(root, installed(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range r.Problems {
		t.Error(p)
	}
	if !r.Current(root) {
		t.Errorf("%s is not current: make api-status writes it", nlcover.StatusFile)
	}
	for _, c := range r.Counts() {
		if c.Bound() == 0 || c.Bound() > c.All() {
			t.Errorf("%s: %d of %d", c.Lib, c.Bound(), c.All())
		}
	}
}

// tree returns a copy of what the check reads.
func tree(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	var files []string
	for _, pattern := range []string{"*.go", "cgo_helpers.*", "internal/*/*_test.go", "internal/cmd/*/*_test.go", nlcover.SurfaceFile, nlcover.NotesFile, nlcover.StatusFile} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(dir, strings.TrimPrefix(name, root))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, to, text)
	}
	return dir
}

// edit replaces the one place in a file that the pattern matches, for the length of the test.
func edit(t *testing.T, name, pattern, by string) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	re := regexp.MustCompile("(?ms)" + pattern)
	if n := len(re.FindAll(text, -1)); n != 1 {
		t.Fatalf("%s: %d places match %s", name, n, pattern)
	}
	write(t, name, re.ReplaceAll(text, []byte(by)))
	t.Cleanup(func() { write(t, name, text) })
}

func write(t *testing.T, name string, text []byte) {
	t.Helper()
	if err := os.WriteFile(name, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// Each change of a copy of the tree breaks the check.
func TestCheckFails(t *testing.T) {
	in, dir := installed(t), tree(t)
	const notes, status, surface = nlcover.NotesFile, nlcover.StatusFile, nlcover.SurfaceFile
	for _, c := range []struct {
		name, file, pattern, by string
		want                    string // a problem begins so
	}{
		{
			"a function less", "route_link_vlan.go", `^// ID returns the number of the VLAN.*?^}\n`, "",
			"netlink/route/link/vlan.h: neither bound nor excused: rtnl_link_vlan_get_id",
		},
		{
			"a call less", "route_link_vlan.go", `C\.rtnl_link_vlan_get_id\(c\)`, "0",
			"rtnl_link_vlan_get_id: LinkVLAN.ID implements it without a call of it",
		},
		{
			"a call in C less", "cgo_helpers.c", `rtnl_link_vf_vlan_alloc\(&vlans, n\)`, "0",
			"rtnl_link_vf_vlan_alloc: ",
		},
		{
			"an Implements less", "route_link_vlan.go", `^//\n// Implements: rtnl_link_vlan_get_id\n`, "",
			"netlink/route/link/vlan.h: called, but no Go symbol says that it implements it, and docs/coverage.md has no excuse: rtnl_link_vlan_get_id",
		},
		{
			"a symbol without Implements", "route_link_vlan.go", `^//\n// Implements: rtnl_link_vlan_get_id\n`, "",
			"LinkVLAN.ID: no Implements: line",
		},
		{
			"Implements in a comment of its own", "route_link_vlan.go", `^// Implements: rtnl_link_vlan_get_id\n`, "// Implements: rtnl_link_vlan_get_id\n\n",
			"route_link_vlan.go:",
		},
		{
			"Implements of nothing", "route_link_vlan.go", `^// Implements: rtnl_link_vlan_get_id\n`, "// Implements: rtnl_link_vlan_get_id rtnl_link_vlan_got_id\n",
			"LinkVLAN.ID: implements rtnl_link_vlan_got_id, which libnl does not have",
		},
		{
			"a bound one excused", notes, "^- `nl_perror`", "- `nl_perror`, `rtnl_link_vlan_get_id`",
			"docs/coverage.md:",
		},
		{
			"an excuse for nothing", notes, "^- `nl_perror`", "- `nl_perror`, `nl_pterror`",
			"docs/coverage.md:",
		},
		{
			"an excuse less", notes, "^- `nl_perror`.*?\n", "",
			"netlink/errno.h: neither bound nor excused: nl_perror",
		},
		{
			"no reason", notes, "^- `nl_perror`: .*?\n", "- `nl_perror`\n",
			"docs/coverage.md:",
		},
		{
			"proven by no test", notes, "TestUtilSize$", "TestUtilSizes",
			"docs/coverage.md:",
		},
		{
			"called and said to be Go code", notes, "^- `nl_size2str`", "- `nl_size2str`, `nl_size2int`",
			"docs/coverage.md:",
		},
		{
			"open for nothing", notes, "^- `netlink/route/tc.h`", "- `netlink/route/rule.h`, `netlink/route/tc.h`",
			"docs/coverage.md:",
		},
		{
			"not open", notes, "^- `netlink/route/tc.h`.*?\n", "",
			"netlink/route/tc.h",
		},
		{
			"a constant less", "route_link_vlan.go", `// VLAN_PRIO_MAX$`, "",
			"netlink/route/link/vlan.h: the constant VLAN_PRIO_MAX has no counterpart",
		},
		{
			"a macro less", notes, "^- `NLA_PUT`, `NLA_PUT_\\*`.*?\n", "",
			"netlink/attr.h: the macro NLA_PUT_U32 has no counterpart",
		},
		{
			"a Go symbol unknown", notes, "^- `TraceLeaks`.*?\n", "",
			"TraceLeaks: no Implements: line",
		},
		{
			"the list knows one less", surface, "^\\S*\t\\S*\tfunction\tnl_perror\t\\S*\n", "",
			"netlink/errno.h: nl_perror of libnl",
		},
		{
			"the list knows one more", surface, "\tnl_perror(\t\\S*\n)", "\tnl_perror${1}libnl-3\tnetlink/utils.h\tfunction\tnl_pterror\t3.5\n",
			surface + ": libnl " + in.Version + " has no function nl_pterror",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			edit(t, filepath.Join(dir, c.file), c.pattern, c.by)
			r, err := nlcover.Check(dir, in)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range r.Problems {
				if strings.HasPrefix(p, c.want) {
					return
				}
			}
			t.Errorf("no problem begins with %q: %q", c.want, r.Problems)
		})
	}
	t.Run("not current", func(t *testing.T) {
		edit(t, filepath.Join(dir, status), "^\\| `nl_perror` .*?\n", "")
		r, err := nlcover.Check(dir, in)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Problems) > 0 || r.Current(dir) {
			t.Errorf("%q, current: %v", r.Problems, r.Current(dir))
		}
	})
	t.Run("nothing", func(t *testing.T) {
		r, err := nlcover.Check(dir, in)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Problems) > 0 || !r.Current(dir) {
			t.Errorf("%q, current: %v", r.Problems, r.Current(dir))
		}
	})
}

// Functions of a newer libnl are there whatever is installed, and the result is the same without any.
func TestCheckWithoutLibnl(t *testing.T) {
	r, err := nlcover.Check(root, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Problems) > 0 || !r.Current(root) {
		t.Errorf("%q, current: %v", r.Problems, r.Current(root))
	}
}

// What the list lacks is learnt, and the rest of it stays as it is.
func TestLearn(t *testing.T) {
	in, dir := installed(t), tree(t)
	name := filepath.Join(dir, nlcover.SurfaceFile)
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if added, err := nlcover.Learn(dir, in); err != nil || len(added) > 0 {
		t.Fatal(added, err)
	}
	edit(t, name, "^\\S*\t\\S*\tfunction\tnl_perror\t\\S*\n", "")
	added, err := nlcover.Learn(dir, in)
	if err != nil || len(added) != 1 || added[0].Name != "nl_perror" || added[0].Lib != "libnl-3" || added[0].Header != "netlink/errno.h" {
		t.Fatal(added, err)
	}
	edit(t, name, "(\tnl_perror\t)\\S*\n", "${1}3.2.25\n")
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(whole) {
		t.Error("the list is another")
	}
}
