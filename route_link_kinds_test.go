//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net"
	"reflect"
	"strconv"
	"testing"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
	"github.com/golibnl/libnl/internal/oracle"
)

// What the tests of the kinds of links share.

// kindAttr is an attribute of a kind of links.
type kindAttr struct {
	get   func() (any, error)
	getC  string // C's name of it
	unset any    // what it is before it is set; nil for [libnl.ErrNoAttr]
	set   func() error
	setC  string
	args  []any // of the call in C that does what set does
	want  any
	mends bool // plain libnl's request is another from here on
	blind bool // libnl does not compare it, though it compares others
}

// gets makes a getter that fits a kindAttr.
func gets[T any](f func() (T, error)) func() (any, error) {
	return func() (any, error) { return f() }
}

// with makes a setter that fits a kindAttr.
func with[T any](f func(T) error, v T) func() error { return func() error { return f(v) } }

// addr reads an address.
func addr(t testing.TB, s string) libnl.Addr {
	t.Helper()
	a, err := libnl.ParseAddr(s, libnl.FamilyUnspec)
	noErr(t, err)
	return a
}

// kindCalls makes the calls of all attributes, for guards.
func kindCalls(attrs []kindAttr) map[string]error {
	errs := map[string]error{}
	for _, a := range attrs {
		if a.getC != "" {
			_, errs[a.getC] = a.get()
		}
		if a.setC != "" {
			errs[a.setC] = a.set()
		}
	}
	return errs
}

// testKind sets the attributes of a new link one after the other, as plain C does with one of its own: values before and after, requests,
// what Diff sees, the clone. compared says whether libnl compares links of the kind.
func testKind[V linkView](t *testing.T, v V, viewOf func(*libnl.Link) (V, bool), attrs func(V) []kindAttr, compared bool) {
	t.Helper()
	l := v.Link()
	c := madeC(t, "route/link")
	c.Call("rtnl_link_set_type", l.Type())
	plain := true // plain libnl's requests are right
	same := func(what string) {
		t.Helper()
		m, err := l.BuildAdd(libnl.FlagCreate)
		want, code := oracle.Build("rtnl_link_build_add_request", c, 0x400)
		if !plain {
			noErr(t, err)
			return
		}
		sameRequest(t, what, m, err, want, code)
	}
	same("empty")
	for _, a := range attrs(v) {
		name := a.setC
		if name == "" {
			name = a.getC
		}
		v, err := a.get()
		if a.unset == nil {
			isErr(t, name+": unset", err, libnl.ErrNoAttr)
		} else {
			noErr(t, err)
			deepEqual(t, name+": unset", v, a.unset)
		}
		if a.set == nil {
			continue
		}
		before, err := libnl.Clone(l)
		made(t, before, err)
		noErr(t, a.set())
		c.Call(a.setC, a.args...)
		plain = plain && !a.mends
		same(name)
		v, err = a.get()
		noErr(t, err)
		deepEqual(t, name, v, a.want)
		equal(t, name+": Diff sees it", l.Diff(before) != 0, compared && !a.blind)
	}
	copied, err := libnl.Clone(l)
	made(t, copied, err)
	equal(t, "difference of the clone", l.Diff(copied), 0)
	w, ok := viewOf(copied)
	equal(t, "kind of the clone", ok, true)
	of := attrs(w)
	for i, a := range attrs(v) {
		want, err := a.get()
		got, copyErr := of[i].get()
		equal(t, "error of the clone", fmt.Sprint(copyErr), fmt.Sprint(err))
		deepEqual(t, a.getC+" of the clone", got, want)
	}
	m, err := l.BuildAdd(0)
	noErr(t, err)
	cm, err := copied.BuildAdd(0)
	sameRequest(t, "the clone's", cm, err, m.Bytes(), 0)
	_ = copied.String()
	_, ok = viewOf(newDummy(t))
	equal(t, "a view of another kind", ok, false)
	_, ok = viewOf(nil)
	equal(t, "a view of nil", ok, false)
}

func newDummy(t testing.TB) *libnl.Link {
	t.Helper()
	l, err := libnl.NewLink()
	made(t, l, err)
	noErr(t, l.SetType("dummy"))
	return l
}

func deepEqual(t testing.TB, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: %v (%T), want %v (%T)", what, got, got, want, want)
	}
}

// wordsBothWays writes and reads the texts of values.
func wordsBothWays[T interface {
	comparable
	String() string
}](t *testing.T, parse func(string) (T, error), texts map[T]string) {
	t.Helper()
	for v, text := range texts {
		equal(t, "text", v.String(), text)
		got, err := parse(text)
		noErr(t, err)
		equal(t, "parsed "+strconv.Quote(text), got, v)
	}
	for _, bad := range []string{"nosuch", "1x", "-1"} {
		if _, err := parse(bad); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
	_, err := parse("0x1ffffffffffffffff")
	if err == nil {
		t.Error("a number beyond 64 bits: no error")
	}
}

// index returns the index of an interface.
func index(t testing.TB, name string) int {
	t.Helper()
	i, err := net.InterfaceByName(name)
	noErr(t, err)
	return i.Index
}

// linkNow asks the kernel for a link, for the length of the test.
func linkNow(t testing.TB, s *libnl.Socket, name string) *libnl.Link {
	t.Helper()
	l, err := libnl.GetLink(t.Context(), s, 0, name)
	return made(t, l, err)
}

// ipDetails returns what ip tells of an interface.
func ipDetails(t testing.TB, name string) map[string]any {
	t.Helper()
	var links []map[string]any
	noErr(t, json.Unmarshal(nltest.Run(t, "ip", "-j", "-d", "link", "show", "dev", name), &links))
	return links[0]
}

// ipShows fails the test unless ip tells the same of the kind of an interface, as JSON text by name.
func ipShows(t testing.TB, name string, want map[string]string) {
	t.Helper()
	info, _ := ipDetails(t, name)["linkinfo"].(map[string]any)
	data, _ := info["info_data"].(map[string]any)
	for k, w := range want {
		v, ok := data[k]
		if ok && v == nil {
			v = true // how newer versions of ip write what is on when it is there
		}
		got, err := json.Marshal(v)
		noErr(t, err)
		equal(t, "ip: "+k, string(got), w)
	}
}

// kernelSays fails the test unless the attributes of a link of the kernel's, by C name of the getter, are those of the map.
func kernelSays(t testing.TB, attrs []kindAttr, want map[string]any) {
	t.Helper()
	left := maps.Clone(want)
	for _, a := range attrs {
		w, ok := want[a.getC]
		if !ok {
			continue
		}
		delete(left, a.getC)
		v, err := a.get()
		noErr(t, err)
		deepEqual(t, a.getC, v, w)
	}
	for name := range left {
		t.Errorf("no attribute %s", name)
	}
}

// addTo adds a link in the kernel, of the interface below if that is not 0.
func addTo(t testing.TB, s *libnl.Socket, l *libnl.Link, name string, below int) {
	t.Helper()
	noErr(t, l.SetName(name))
	if below != 0 {
		noErr(t, l.SetLink(below))
	}
	noErr(t, l.Add(t.Context(), s, libnl.FlagCreate|libnl.FlagExcl))
	isErr(t, "added again", l.Add(t.Context(), s, libnl.FlagCreate|libnl.FlagExcl), libnl.ErrExist)
}

// changeLink changes a link in the kernel.
func changeLink(t testing.TB, s *libnl.Socket, name string, changes *libnl.Link) {
	t.Helper()
	noErr(t, linkNow(t, s, name).Change(t.Context(), s, changes, 0))
}

// deleteFrom deletes a link in the kernel.
func deleteFrom(t testing.TB, s *libnl.Socket, l *libnl.Link) {
	t.Helper()
	noErr(t, l.Delete(t.Context(), s))
	isErr(t, "deleted again", l.Delete(t.Context(), s), libnl.ErrNoDev)
	_, err := libnl.GetLink(t.Context(), s, 0, l.Name())
	isErr(t, "asked for", err, libnl.ErrNoDev)
}

const maxU32 = math.MaxUint32
