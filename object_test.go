//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
)

// objectTypes are the names NewObject takes, with the name such an object has.
func objectTypes() map[string]string {
	types := map[string]string{}
	for _, name := range []string{
		"route/link", "route/addr", "route/route", "route/neigh", "route/neightbl", "route/rule", "route/netconf", "route/mdb",
		"route/qdisc", "route/class", "route/cls", "route/act",
		"netfilter/ct", "netfilter/exp", "netfilter/log", "netfilter/log_msg", "netfilter/queue", "netfilter/queue_msg",
		"genl/family", "fib_lookup/fib_lookup",
	} {
		types[name] = name
	}
	types["netfilter/queue_msg"] = "netfilter/queuemsg"
	types["fib_lookup/fib_lookup"] = "fib_lookup/result"
	if v := libnl.RuntimeVersion(); v.Minor >= 8 {
		types["route/nh"] = "route/nh"
	}
	return types
}

func newObject(t testing.TB, name string) *libnl.Object {
	t.Helper()
	o, err := libnl.NewObject(name)
	if err != nil {
		t.Fatalf("NewObject(%q): %v", name, err)
	}
	t.Cleanup(func() { o.Close() })
	return o
}

var dumpTypes = []libnl.DumpType{libnl.DumpLine, libnl.DumpDetails, libnl.DumpStats}

func TestObjectNewEveryType(t *testing.T) {
	for name, want := range objectTypes() {
		o := newObject(t, name)
		if got := o.TypeName(); got != want {
			t.Errorf("NewObject(%q): type %q, want %q", name, got, want)
		}
		if got := o.MsgType(); got != 0 {
			t.Errorf("%s: message type %d of a new object", name, got)
		}
		if got := o.RefCount(); got != 1 {
			t.Errorf("%s: %d references, want 1", name, got)
		}
		for _, d := range dumpTypes {
			var b bytes.Buffer
			if err := o.Dump(&b, d); err != nil {
				t.Errorf("%s: dump %d: %v", name, d, err)
			}
			if d == libnl.DumpLine && strings.TrimSuffix(b.String(), "\n") != o.String() {
				t.Errorf("%s: String %q, dump %q", name, o.String(), b.String())
			}
		}
		if got := o.AttrList(); len(got) != 0 {
			t.Errorf("%s: a new object has %q", name, got)
		}
		if k, err := o.HashKey(1024); err != nil || k >= 1024 {
			t.Errorf("%s: hash key %d, %v", name, k, err)
		}
		o.IDAttrs()
		o.AttrNames(^uint64(0))
		c, err := libnl.Clone(o)
		if err != nil {
			t.Fatalf("%s: clone: %v", name, err)
		}
		if c.TypeName() != want || c.String() != o.String() {
			t.Errorf("%s: the clone is %s %q, not %q", name, c.TypeName(), c, o)
		}
		if got := o.Diff(c); got != 0 && got != ^uint64(0) {
			t.Errorf("%s: differs from its clone: %#x", name, got)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestObjectNewErrors(t *testing.T) {
	for name, want := range map[string]error{
		"": libnl.ErrInval, "route/link\x00": libnl.ErrInval, "\x00": libnl.ErrInval,
		"route/nosuch": libnl.ErrOpNotSupp, "route/link ": libnl.ErrOpNotSupp, strings.Repeat("x", 1<<20): libnl.ErrOpNotSupp,
	} {
		o, err := libnl.NewObject(name)
		if o != nil || !errors.Is(err, want) {
			t.Errorf("NewObject(%.20q) = %v, %v, want %v", name, o, err, want)
		}
	}
}

// Every pair of types, so that nothing compares or merges two different structs.
func TestObjectPairs(t *testing.T) {
	objs := map[string]*libnl.Object{}
	for name := range objectTypes() {
		objs[name] = newObject(t, name)
	}
	// these have no function to compare
	blind := []string{"netfilter/log_msg", "netfilter/queue_msg"}
	for na, a := range objs {
		for nb, b := range objs {
			same := na == nb
			if got := a.Identical(b); got != same {
				t.Errorf("%s identical to %s: %t", na, nb, got)
			}
			if got := a.Diff(b); (got == 0) != same || got != 0 && got != ^uint64(0) {
				t.Errorf("%s diff %s: %#x", na, nb, got)
			}
			if got := a.Match(b); got != (same && !slices.Contains(blind, na)) {
				t.Errorf("%s match %s: %t", na, nb, got)
			}
			err := a.Update(b)
			want := error(libnl.ErrObjMismatch)
			if same {
				want = libnl.ErrInval // itself
			}
			if !errors.Is(err, want) {
				t.Errorf("%s update %s: %v, want %v", na, nb, err, want)
			}
			if !same {
				continue
			}
			other := newObject(t, na)
			if got := a.Match(other); got != !slices.Contains(blind, na) {
				t.Errorf("%s: match of two empty objects: %t", na, got)
			}
			if err := a.Update(other); err == nil && na != "route/mdb" || err != nil && !errors.Is(err, libnl.ErrOpNotSupp) {
				t.Errorf("%s: update of an empty object: %v", na, err)
			}
		}
	}
}

func TestObjectRetain(t *testing.T) {
	a := newObject(t, "route/link")
	b, err := libnl.Retain(a)
	if err != nil {
		t.Fatal(err)
	}
	if a.RefCount() != 2 || b.RefCount() != 2 || !a.Identical(b) {
		t.Errorf("references %d, %d", a.RefCount(), b.RefCount())
	}
	b.Mark(true)
	if !a.Marked() {
		t.Error("a mark set through one handle is not seen through the other")
	}
	a.Mark(false)
	if b.Marked() {
		t.Error("the mark is still there")
	}
	a.Close()
	if b.RefCount() != 1 || b.TypeName() != "route/link" {
		t.Error("the object did not survive its first owner")
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}

func TestObjectAs(t *testing.T) {
	o := newObject(t, "route/link")
	p, ok := libnl.As[*libnl.Object](o)
	if !ok || p.RefCount() != 1 {
		t.Fatalf("As: %v, %t", p, ok)
	}
	p.Close()
	if _, ok := libnl.As[*libnl.Object](o); ok {
		t.Error("closing one handle left the other open")
	}
	if _, ok := libnl.As[*libnl.Object](nil); ok {
		t.Error("As of nil")
	}
}

// checkDead checks that every method of a dead handle fails as it should.
func checkDead(t *testing.T, what string, o *libnl.Object) {
	t.Helper()
	live := newObject(t, "route/link")
	for name, f := range map[string]func() error{
		"Retain":  func() error { _, err := libnl.Retain(o); return err },
		"Clone":   func() error { _, err := libnl.Clone(o); return err },
		"Update":  func() error { return o.Update(live) },
		"update":  func() error { return live.Update(o) },
		"HashKey": func() error { _, err := o.HashKey(1); return err },
		"Dump":    func() error { return o.Dump(&bytes.Buffer{}, libnl.DumpLine) },
	} {
		if err := f(); !errors.Is(err, libnl.ErrClosed) || !errors.Is(err, os.ErrClosed) {
			t.Errorf("%s object: %s: %v", what, name, err)
		}
	}
	for name, f := range map[string]func(){
		"TypeName": func() { o.TypeName() }, "MsgType": func() { o.MsgType() }, "RefCount": func() { o.RefCount() },
		"Identical": func() { o.Identical(live) }, "Diff": func() { o.Diff(live) }, "Match": func() { o.Match(live) },
		"identical": func() { live.Identical(o) }, "diff": func() { live.Diff(o) }, "match": func() { live.Match(o) },
		"AttrNames": func() { o.AttrNames(1) }, "AttrList": func() { o.AttrList() }, "IDAttrs": func() { o.IDAttrs() },
		"Mark": func() { o.Mark(true) }, "unmark": func() { o.Mark(false) }, "Marked": func() { o.Marked() },
	} {
		t.Run(what+" "+name, func(t *testing.T) { mustPanic(t, "closed Object", f) })
	}
	for range 2 {
		if err := o.Close(); err != nil {
			t.Errorf("%s object: close: %v", what, err)
		}
	}
}

func TestObjectClosed(t *testing.T) {
	o := newObject(t, "route/addr")
	o.Close()
	checkDead(t, "closed", o)
	mustPanic(t, "closed Object", func() { _ = o.String() })
	checkDead(t, "nil", nil)
	checkDead(t, "zero", &libnl.Object{})
	if got := (*libnl.Object)(nil).String(); got != "<nil>" {
		t.Errorf("a nil object prints %q", got)
	}
	live := newObject(t, "route/link")
	for name, f := range map[string]func(){
		"Identical": func() { live.Identical(nil) }, "Diff": func() { live.Diff(nil) }, "Match": func() { live.Match(nil) },
	} {
		t.Run(name+" of nothing", func(t *testing.T) { mustPanic(t, "closed Object", f) })
	}
	if err := live.Update(nil); !errors.Is(err, libnl.ErrClosed) {
		t.Errorf("Update(nil): %v", err)
	}
}

func TestObjectBadArguments(t *testing.T) {
	o := newObject(t, "route/route")
	for _, d := range []libnl.DumpType{-1, 3, 1 << 31, -1 << 40} {
		if err := o.Dump(&bytes.Buffer{}, d); !errors.Is(err, libnl.ErrRange) {
			t.Errorf("dump type %d: %v", d, err)
		}
	}
	if err := o.Dump(nil, libnl.DumpLine); !errors.Is(err, libnl.ErrInval) {
		t.Errorf("nil writer: %v", err)
	}
	if _, err := o.HashKey(0); !errors.Is(err, libnl.ErrInval) {
		t.Errorf("hash table without slots: %v", err)
	}
}

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }

func TestObjectDumpWriterError(t *testing.T) {
	want := errors.New("disk full")
	if err := newObject(t, "route/link").Dump(failingWriter{want}, libnl.DumpLine); err != want {
		t.Errorf("got %v, want the writer's own error", err)
	}
}

func TestObjectAttrNames(t *testing.T) {
	link := newObject(t, "route/link")
	for mask, want := range map[uint64]string{
		0:                     "",
		1 << 0:                "mtu",
		1<<10 | 1<<11 | 1<<12: "name ifindex family",
		1<<18 | 1<<26 | 1<<27: "linkinfo protinfo af_spec",
		1<<30 | 1<<31 | 1<<32: "ns_pid 0x80000000 link_netnsid",
		0xff << 32:            "link_netnsid vf_list carrier_changes phys_port_name phys_switch_id gso_max_segs gso_max_size slave_kind",
		1 << 63:               "0x8000000000000000",
	} {
		if got := strings.Join(link.AttrNames(mask), " "); got != want {
			t.Errorf("names of %#x: %q, want %q", mask, got, want)
		}
	}
	if got := fmt.Sprint(link.AttrNames(link.IDAttrs())); got != "[ifindex family]" {
		t.Errorf("a link is identified by %s", got)
	}
	if got := fmt.Sprint(newObject(t, "route/qdisc").AttrNames(4)); got != "[0x4]" {
		t.Errorf("libnl has no names for a qdisc, got %s", got)
	}
}

// The test runs itself in another process, drops an object there, and sees the run fail.
func TestObjectLeakIsReported(t *testing.T) {
	const drop = "LIBNL_TEST_DROP_OBJECT"
	if os.Getenv(drop) != "" {
		o, err := libnl.NewObject("route/neigh")
		if err != nil {
			t.Fatal(err)
		}
		o.Mark(true)
		p, err := libnl.NewObject("route/rule")
		if err != nil {
			t.Fatal(err)
		}
		p.Close()
		return
	}
	if nltest.Valgrind {
		t.Skip("no garbage collection under valgrind")
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestObjectLeakIsReported$")
	cmd.Env = append(os.Environ(), drop+"=1")
	out, err := cmd.CombinedOutput()
	if n := strings.Count(string(out), "leaked Object, made at:"); err == nil || n != 1 {
		t.Errorf("%v, %d leaks, want one:\n%s", err, n, out)
	}
}

// flat runs f n times and fails if memory grows by more than a few MiB.
func flat(t *testing.T, n int, f func()) {
	t.Helper()
	if nltest.ASan || nltest.Race {
		t.Skip("the checker has memory of its own, and AddressSanitizer keeps what is freed")
	}
	nltest.RSS(t) // skips where there is none
	for range n / 10 {
		f()
	}
	before := nltest.RSS(t)
	for range n {
		f()
	}
	if grown := nltest.RSS(t) - before; grown > 8<<20 {
		t.Errorf("%d rounds cost %d KiB of memory", n, grown>>10)
	}
}

func TestObjectMemoryFlat(t *testing.T) {
	names := slices.Collect(func(yield func(string) bool) {
		for name := range objectTypes() {
			if !yield(name) {
				return
			}
		}
	})
	i := 0
	flat(t, 50_000, func() {
		o, err := libnl.NewObject(names[i%len(names)])
		if err != nil {
			t.Fatal(err)
		}
		i++
		c, err := libnl.Clone(o)
		if err != nil {
			t.Fatal(err)
		}
		r, err := libnl.Retain(c)
		if err != nil {
			t.Fatal(err)
		}
		_ = r.String()
		for _, h := range []*libnl.Object{o, c, r} {
			h.Close()
		}
	})
}
