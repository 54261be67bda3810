//go:build linux

// SPDX-License-Identifier: MIT

package main_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/golibnl/libnl/internal/nltest"
)

// rows reads a list of JSON objects.
func rows(t *testing.T, text []byte) (all []map[string]any) {
	t.Helper()
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return all
}

// column returns what the rows have under the names, sorted, as text.
func column(all []map[string]any, names ...string) []string {
	var texts []string
	for _, row := range all {
		var values []string
		for _, name := range names {
			values = append(values, fmt.Sprint(row[name]))
		}
		texts = append(texts, strings.Join(values, " "))
	}
	slices.Sort(texts)
	return texts
}

func equal(t *testing.T, what string, got, want []string) {
	t.Helper()
	if len(want) == 0 || !slices.Equal(got, want) {
		t.Errorf("%s:\n%q\nnot\n%q", what, got, want)
	}
}

// What the lists say in JSON is what ip says in its own.
func TestJSON(t *testing.T) {
	nltest.NetNS(t)
	populate(t)
	ours := func(words string) []map[string]any {
		return rows(t, nltest.Run(t, nl, append(strings.Fields(words), "--json")...))
	}
	ip := func(words string) []map[string]any {
		return rows(t, nltest.Run(t, "ip", append([]string{"-j"}, strings.Fields(words)...)...))
	}
	equal(t, "links", column(ours("link list"), "index", "name", "mtu", "addr"), column(ip("link"), "ifindex", "ifname", "mtu", "address"))
	equal(t, "a link", column(ours("link list --name ifb1"), "name", "alias"), []string{"ifb1 second"})

	var addrs []string
	for _, l := range ip("addr") {
		for _, a := range l["addr_info"].([]any) {
			a := a.(map[string]any)
			addrs = append(addrs, fmt.Sprint(l["ifname"], " ", a["local"], " ", a["prefixlen"]))
		}
	}
	slices.Sort(addrs)
	equal(t, "addresses", column(ours("addr list"), "ifname", "local", "prefixlen"), addrs)
	equal(t, "neighbours", column(ours("neigh list --family inet6 -d ifb0"), "dst", "lladdr"), column(ip("-6 neigh show dev ifb0"), "dst", "lladdr"))
	equal(t, "rules", column(ours("rule list --family inet6"), "priority"), column(ip("-6 rule"), "priority"))
	if got := column(ours("neightbl list"), "name", "ifindex"); !slices.Contains(got, "arp_cache <nil>") || !slices.Contains(got, "ndisc_cache 2") {
		t.Error("tables of neighbours: ", got)
	}

	multipath := ours("route list -d 10.12.0.0/16")
	if len(multipath) != 1 {
		t.Fatal("routes: ", multipath)
	}
	hops, _ := multipath[0]["nexthops"].([]any)
	if len(hops) != 2 || fmt.Sprint(hops[1]) != "map[gateway:10.2.0.9 ifindex:3 ifname:ifb1 weight:2]" {
		t.Error("next hops: ", multipath)
	}
	if got, want := len(ours("route list --family inet")), len(ip("-4 route show table all")); got != want {
		t.Errorf("%d routes, ip has %d", got, want)
	}
	stats := ours("link stats -n lo rx_packets tx_bytes")
	if counters, _ := stats[0]["counters"].(map[string]any); len(counters) != 2 {
		t.Error("counters: ", stats)
	}
	for _, words := range []string{"route get 10.10.1.1 --json", "fib lookup 10.10.1.1 --json"} {
		var one map[string]any
		if err := json.Unmarshal(nltest.Run(t, nl, strings.Fields(words)...), &one); err != nil || one["type"] == nil {
			t.Error(words, one, err)
		}
	}
	if got := column(ours("genl ctrl list"), "name", "id"); !slices.Contains(got, "nlctrl 16") {
		t.Error("families: ", got)
	}
	if got := ours("list-sockets"); len(got) == 0 || got[0]["family"] == "" {
		t.Error("sockets: ", got)
	}
}

// helpOf returns the help of a tool. The exit code is another for some.
func helpOf(program string, args ...string) string {
	out, _ := exec.Command(program, append(args, "--help")...).Output()
	return string(out)
}

// A tool is found by the words, by the words with dashes, and by its own name, as the program's or as the first word.
func TestNames(t *testing.T) {
	overview := string(nltest.Run(t, nl))
	links := t.TempDir()
	found := map[string]bool{}
	for line := range strings.Lines(overview) {
		words, ok := strings.CutPrefix(line, "  nl ")
		if !ok {
			continue
		}
		words = strings.TrimSpace(words[:20])
		name := "nl-" + strings.ReplaceAll(words, " ", "-")
		if strings.HasPrefix(words, "genl ") || strings.HasPrefix(words, "nf ") {
			name = name[3:]
		}
		found[name] = true
		link := filepath.Join(links, name)
		if err := os.Symlink(nl, link); err != nil {
			t.Fatal(err)
		}
		want := helpOf(link)
		if !strings.HasPrefix(want, "Usage: "+name+" [OPTION]...") {
			t.Errorf("%s: %s", name, want)
		}
		for _, args := range [][]string{strings.Fields(words), {strings.ReplaceAll(words, " ", "-")}, {name}} {
			if got := helpOf(nl, args...); got != want {
				t.Errorf("%s: %s", args, got)
			}
		}
		if _, err := exec.LookPath(name); err != nil {
			t.Errorf("there is no original: %v", err)
		}
	}
	if len(found) < 30 {
		t.Errorf("%d tools: %q", len(found), slices.Sorted(maps.Keys(found)))
	}
	if out, err := exec.Command(nl, "nosuch", "tool").CombinedOutput(); err == nil || !strings.Contains(string(out), `"nosuch tool"`) {
		t.Errorf("%v: %s", err, out)
	}
}
