//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"reflect"
	"slices"
	"testing"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
	"github.com/golibnl/libnl/internal/oracle"
)

// attrTest sets an attribute, in Go and, on an object of plain libnl's, in C. What C's builders say of the two must be the same.
type attrTest[O libnl.Kind] struct {
	name  string // what Diff calls it, empty if libnl does not compare it
	get   func(O) any
	unset any // what get returns before
	set   func(O) error
	c     []any // function and arguments
	want  any   // what get returns afterwards
}

// builders are the requests of an object, in Go and C.
type builders[O libnl.Kind] struct {
	build func(O) (*libnl.Msg, error)
	c     string
	args  []any // between the object and the result
}

// maybe is a getter's value that may be absent.
type maybe[T any] struct {
	v  T
	ok bool
}

func some[T any](v T) maybe[T]              { return maybe[T]{v, true} }
func opt[T any](v T, ok bool) maybe[T]      { return maybe[T]{v, ok} }
func none[T any]() (m maybe[T])             { return m }
func okFunc[O any](f func(O)) func(O) error { return func(o O) error { f(o); return nil } }

// cAddr is an address for C.
func cAddr(a libnl.Addr) oracle.Addr {
	return oracle.Addr{Family: int(a.Family()), Bytes: a.Bytes(), PrefixLen: a.PrefixLen()}
}

// testAttrs sets one attribute after the other.
func testAttrs[O libnl.Kind](t *testing.T, o O, typeName string, requests []builders[O], tests []attrTest[O]) {
	t.Helper()
	c := madeC(t, typeName)
	for _, a := range tests {
		what := a.name
		if what == "" {
			what = a.c[0].(string)
		}
		if got := a.get(o); got != a.unset {
			t.Errorf("%s: unset it is %v, want %v", what, got, a.unset)
		}
		before, err := libnl.Clone(o)
		noErr(t, err)
		noErr(t, a.set(o))
		c.Call(a.c[0].(string), a.c[1:]...)
		if got := a.get(o); got != a.want {
			t.Errorf("%s: set it is %v, want %v", what, got, a.want)
		}
		after, err := libnl.Clone(o)
		noErr(t, err)
		if got := a.get(after); got != a.want {
			t.Errorf("%s: %v in the clone, want %v", what, got, a.want)
		}
		checkDiff(t, what, a.name, o, before, after)
		noErr(t, before.Close())
		noErr(t, after.Close())
		for _, r := range requests {
			sameBuilt(t, what, o, c, r)
		}
	}
}

// differ is what all kinds have.
type differ interface {
	Diff(libnl.Objecter) uint64
	AttrNames(uint64) []string
}

func checkDiff(t *testing.T, what, name string, o, before, after libnl.Objecter) {
	t.Helper()
	d := any(o).(differ)
	equal(t, what+": difference of the clone", d.Diff(after), 0)
	names := d.AttrNames(d.Diff(before))
	if name == "" && len(names) > 0 || name != "" && !slices.Contains(names, name) {
		t.Errorf("%s: setting it made a difference in %q", what, names)
	}
}

// sameBuilt compares a request, or the reason why there is none.
func sameBuilt[O libnl.Kind](t *testing.T, what string, o O, c oracle.Ptr, r builders[O]) {
	t.Helper()
	m, err := r.build(o)
	want, rc := oracle.Build(r.c, append([]any{c}, r.args...)...)
	if rc < 0 || err != nil {
		if code(err) != libnl.Errno(-rc) {
			t.Errorf("%s: %s: %v, in C %d", what, r.c, err, rc)
		}
		return
	}
	if !bytes.Equal(m.Bytes(), want) {
		t.Errorf("%s: %s: the request is not C's:\n%s\nC's:\n%s", what, r.c, hex.Dump(m.Bytes()), hex.Dump(want))
	}
}

// testNames checks that texts stand for values both ways.
func testNames[T comparable](t *testing.T, str func(T) string, parse func(string) (T, error), names map[T]string) {
	t.Helper()
	for v, name := range names {
		equal(t, "text", str(v), name)
		got, err := parse(name)
		noErr(t, err)
		equal(t, "value of "+name, got, v)
	}
	for _, s := range []string{"nosuchname", " ", "-1", "1x", "a\x00b", "99999999999999999999", "0x100000000"} {
		if v, err := parse(s); err == nil {
			t.Errorf("%q is read as %v", s, v)
		}
	}
}

// ipJSON runs a program that prints a list in JSON.
func ipMaps(t testing.TB, name string, args ...string) []map[string]any {
	t.Helper()
	var list []map[string]any
	out := nltest.Run(t, name, append([]string{"-j", "-d"}, args...)...)
	if err := json.Unmarshal(out, &list); err != nil {
		t.Fatalf("%s %q: %v: %s", name, args, err, out)
	}
	return slices.DeleteFunc(list, func(m map[string]any) bool { return len(m) == 0 })
}

// roundTrip checks that a snapshot is comparable and survives JSON.
func roundTrip[T comparable](t testing.TB, v T) {
	t.Helper()
	text, err := json.Marshal(v)
	noErr(t, err)
	var back T
	noErr(t, json.Unmarshal(text, &back))
	if back != v {
		t.Errorf("%+v came back from %s as %+v", v, text, back)
	}
	for f := range reflect.TypeFor[T]().Fields() {
		if f.Tag.Get("json") == "" {
			t.Errorf("no JSON name for %s", f.Name)
		}
	}
}

// collect keeps what a stream yields.
func collect[O libnl.Kind](t testing.TB, seq func(func(O, error) bool)) (all []O) {
	t.Helper()
	for o, err := range seq {
		if err != nil {
			t.Fatal(err)
		}
		kept, err := libnl.Retain(o)
		all = append(all, made(t, kept, err))
	}
	return all
}

// failure is the first error of a stream.
func failure[O libnl.Kind](seq func(func(O, error) bool)) error {
	for _, err := range seq {
		if err != nil {
			return err
		}
	}
	return nil
}
