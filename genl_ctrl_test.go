//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
	"github.com/golibnl/libnl/internal/oracle"
)

func dialGenl(t testing.TB, cfg *libnl.Config) *libnl.Socket {
	t.Helper()
	s, err := libnl.DialGeneric(cfg)
	noErr(t, err)
	t.Cleanup(func() { s.Close() })
	return s
}

func TestGenlResolve(t *testing.T) {
	ctx := t.Context()
	s := dialGenl(t, nil)
	id, err := s.ResolveGenl(ctx, "nlctrl")
	noErr(t, err)
	equal(t, "nlctrl", id, libnl.MsgType(16))
	g, err := s.ResolveGenlGroup(ctx, "nlctrl", "notify")
	noErr(t, err)
	equal(t, "notify", g, libnl.Group(16))
	f, err := libnl.GetGenlFamily(ctx, s, "nlctrl")
	noErr(t, err)
	byID, err := libnl.GetGenlFamilyByID(ctx, s, 16)
	noErr(t, err)
	deepEqual(t, "by ID", byID, f)
	if op, ok := f.Op(3); !ok || op.Flags&libnl.GenlCapDump == 0 {
		t.Errorf("CTRL_CMD_GETFAMILY: %v", op)
	}

	_, err = s.ResolveGenl(ctx, "no such family")
	isErr(t, "family", err, fs.ErrNotExist)
	if e, ok := errors.AsType[*libnl.Error](err); !ok || !strings.Contains(e.Error(), `"no such family"`) || e.Code != libnl.ErrObjNotFound {
		t.Errorf("no family: %v", err)
	}
	_, err = s.ResolveGenlGroup(ctx, "nosuch", "notify")
	isErr(t, "family of a group", err, fs.ErrNotExist)
	_, err = s.ResolveGenlGroup(ctx, "nlctrl", "nosuch")
	isErr(t, "group", err, fs.ErrNotExist)
	if err == nil || !strings.Contains(err.Error(), `"nlctrl"`) || !strings.Contains(err.Error(), `"nosuch"`) {
		t.Errorf("no group: %v", err)
	}
	_, err = libnl.GetGenlFamily(ctx, s, "nosuch")
	isErr(t, "family", err, fs.ErrNotExist)
	_, err = libnl.GetGenlFamilyByID(ctx, s, 0xfff0)
	isErr(t, "ID", err, fs.ErrNotExist)
	if err == nil || !strings.Contains(err.Error(), "0xfff0") {
		t.Errorf("no ID: %v", err)
	}
	for name, want := range map[string]error{"": libnl.ErrInval, "a\x00": libnl.ErrInval, "sixteen-letters!": libnl.ErrRange} {
		_, err = s.ResolveGenl(ctx, name)
		isErr(t, "name", err, want)
		_, err = s.ResolveGenlGroup(ctx, "nlctrl", name)
		isErr(t, "name of a group", err, want)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	_, err = s.ResolveGenl(cancelled, "nlctrl")
	isErr(t, "cancelled", err, context.Canceled)
	var none context.Context
	_, err = s.ResolveGenl(none, "nlctrl")
	isErr(t, "nil context", err, libnl.ErrInval)
}

// genlInfos is what the kernel tells of all its families.
func genlInfos(t testing.TB, s *libnl.Socket) (all []libnl.GenlFamilyInfo) {
	t.Helper()
	for f, err := range s.GenlFamilyInfos(t.Context()) {
		noErr(t, err)
		all = append(all, f)
	}
	return all
}

// cFamily is what libnl prints of a family: it has no name for GENL_UNS_ADMIN_PERM, and leaves a comma for it.
func cFamily(f libnl.GenlFamilyInfo) string {
	var b strings.Builder
	fmt.Fprintf(&b, "0x%04x %s version %d\n    hdrsize %d maxattr %d\n", uint16(f.ID), f.Name, f.Version&0xff, f.HdrLen, f.MaxAttr)
	for _, op := range f.Ops {
		name := "unknown"
		if ctrl := []string{1: "NEWFAMILY", 2: "DELFAMILY", 3: "GETFAMILY", 4: "NEWOPS", 5: "DELOPS"}; f.ID == 16 && op.Cmd > 0 && op.Cmd < 6 {
			name = ctrl[op.Cmd]
		}
		fmt.Fprintf(&b, "      op %s (0x%02x)", name, op.Cmd)
		if op.Flags != 0 {
			known := op.Flags & 0xf
			text := known.String()
			if known != 0 && op.Flags != known {
				text += ","
			}
			fmt.Fprintf(&b, " <%s>", text)
		}
		b.WriteByte('\n')
	}
	for _, g := range f.Groups {
		fmt.Fprintf(&b, "      grp %s (0x%02x)\n", g.Name, g.ID)
	}
	return b.String()
}

// genlTool is what genl(8) prints of a family, without what it says in words. An older one takes the family's version for the controller's, and
// prints no flags below 2; a newer one prints all.
func genlTool(f libnl.GenlFamilyInfo, all bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Name: %s\nID: 0x%x Version: 0x%x header size: %d max attribs: %d\n", f.Name, uint16(f.ID), f.Version, f.HdrLen, f.MaxAttr)
	for i, op := range f.Ops {
		fmt.Fprintf(&b, "#%d: ID-0x%x\n", i+1, op.Cmd)
		if all || f.Version >= 2 {
			fmt.Fprintf(&b, "Capabilities (0x%x):\n", uint32(op.Flags))
		}
	}
	for i, g := range f.Groups {
		fmt.Fprintf(&b, "#%d: ID-0x%x name: %s\n", i+1, g.ID, g.Name)
	}
	return b.String()
}

// hasTool reports whether there is a program.
func hasTool(t testing.TB, name string) bool {
	t.Helper()
	_, err := exec.LookPath(name)
	if err != nil {
		t.Log("not compared: ", err)
	}
	return err == nil
}

// genlOutput runs genl(8) and leaves one blank of each row, and the lines with numbers.
func genlOutput(t testing.TB, args ...string) string {
	t.Helper()
	var b strings.Builder
	for line := range strings.Lines(string(nltest.Run(t, "genl", args...))) {
		line = strings.Join(strings.Fields(line), " ")
		if strings.Contains(line, "Name:") || strings.Contains(line, "ID") || strings.Contains(line, "Capabilities") {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

// What genl-ctrl-list and genl(8) print is what the snapshots say.
func TestGenlFamilyInfos(t *testing.T) {
	s := dialGenl(t, nil)
	var c, genl, genlAll strings.Builder
	ctx := t.Context()
	for _, f := range genlInfos(t, s) {
		c.WriteString(cFamily(f))
		genl.WriteString(genlTool(f, false))
		genlAll.WriteString(genlTool(f, true))
		one, err := libnl.GetGenlFamily(ctx, s, f.Name)
		noErr(t, err)
		deepEqual(t, f.Name, one, f)
		one, err = libnl.GetGenlFamilyByID(ctx, s, f.ID)
		noErr(t, err)
		deepEqual(t, f.Name, one, f)
		id, err := s.ResolveGenl(ctx, f.Name)
		noErr(t, err)
		equal(t, f.Name, id, f.ID)
		for _, g := range f.Groups {
			got, err := s.ResolveGenlGroup(ctx, f.Name, g.Name)
			noErr(t, err)
			equal(t, f.Name+"/"+g.Name, got, g.ID)
			if found, ok := f.Group(g.Name); !ok || found != g {
				t.Errorf("group %s of %s: %v", g.Name, f.Name, found)
			}
		}
		text, err := json.Marshal(f)
		noErr(t, err)
		var back libnl.GenlFamilyInfo
		noErr(t, json.Unmarshal(text, &back))
		deepEqual(t, string(text), back, f)
	}
	if hasTool(t, "genl") {
		if got := genlOutput(t, "ctrl", "list"); got != genlAll.String() {
			equal(t, "genl ctrl list", genl.String(), got)
		}
	}
	if hasTool(t, "genl-ctrl-list") {
		equal(t, "genl-ctrl-list", c.String(), string(nltest.Run(t, "genl-ctrl-list", "--details")))
	}
}

func TestGenlFlagsText(t *testing.T) {
	testNames(t, libnl.GenlOpFlags.String, libnl.ParseGenlOpFlags, map[libnl.GenlOpFlags]string{
		0: "", 1: "admin_perm", 2: "has_doit", 4: "has_dump", 8: "has_policy", 0x10: "uns_admin_perm", 0x2e: "has_doit,has_dump,has_policy,0x20",
	})
	testNames(t, libnl.GenlAttrType.String, libnl.ParseGenlAttrType, map[libnl.GenlAttrType]string{
		0: "invalid", 1: "flag", 4: "u32", 9: "s64", 12: "nul_string", 14: "nested_array", 15: "bitfield32", 17: "uint", 18: "0x12",
	})
	equal(t, "admin", libnl.GenlAdminPerm, unix.GENL_ADMIN_PERM)
	equal(t, "do", libnl.GenlCapDo, unix.GENL_CMD_CAP_DO)
	equal(t, "dump", libnl.GenlCapDump, unix.GENL_CMD_CAP_DUMP)
	equal(t, "policy", libnl.GenlCapHasPol, unix.GENL_CMD_CAP_HASPOL)
	equal(t, "unprivileged admin", libnl.GenlUnsAdminPerm, unix.GENL_UNS_ADMIN_PERM)
}

// A closed socket is not a family that is missing, which it is for libnl.
func TestGenlClosed(t *testing.T) {
	if got, err := oracle.TrapResolveClosed(); err != nil || got != cCode(libnl.ErrObjNotFound) {
		t.Errorf("libnl: %d, %v", got, err)
	}
	ctx := t.Context()
	s := dialGenl(t, nil)
	noErr(t, s.Close())
	unopened, err := libnl.NewSocket()
	noErr(t, err)
	defer unopened.Close()
	for _, c := range []struct {
		s    *libnl.Socket
		want error
	}{{s, libnl.ErrClosed}, {nil, libnl.ErrInval}, {unopened, libnl.ErrBadSock}, {dialRoute(t, nil), libnl.ErrProtoMismatch}} {
		for what, err := range genlCalls(ctx, c.s) {
			isErr(t, what, err, c.want)
			if errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s: a missing family: %v", what, err)
			}
		}
	}
}

// genlCalls are all calls that ask the controller.
func genlCalls(ctx context.Context, s *libnl.Socket) map[string]error {
	errs := map[string]error{}
	_, errs["ResolveGenl"] = s.ResolveGenl(ctx, "nlctrl")
	_, errs["ResolveGenlGroup"] = s.ResolveGenlGroup(ctx, "nlctrl", "notify")
	_, errs["GetGenlFamily"] = libnl.GetGenlFamily(ctx, s, "nlctrl")
	_, errs["GetGenlFamilyByID"] = libnl.GetGenlFamilyByID(ctx, s, 16)
	_, errs["GetGenlPolicies"] = libnl.GetGenlPolicies(ctx, s, "nlctrl")
	for _, err := range s.GenlFamilyInfos(ctx) {
		errs["GenlFamilyInfos"] = err
	}
	errs["GenlFamilies"] = failure(s.GenlFamilies(ctx))
	return errs
}

// Where the socket stands, and what else uses it, does not matter; nor does the size of messages, with which libnl aborts.
func TestGenlResolveAnywhere(t *testing.T) {
	ctx := t.Context()
	noErr(t, libnl.SetDefaultMsgSize(16))
	defer func() { noErr(t, libnl.SetDefaultMsgSize(os.Getpagesize())) }()
	s := dialGenl(t, nil)
	s.SetPeerPort(4711) // another program, which is not there
	for what, err := range genlCalls(ctx, s) {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	s.SetPeerPort(0)
	equal(t, "sockets that are left", s.Stats().Stale, 0)

	// while somebody receives
	receiving, stop := context.WithCancel(ctx)
	done := make(chan error)
	go func() { done <- s.Recv(receiving) }()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 100 {
				if id, err := s.ResolveGenl(ctx, "nlctrl"); err != nil || id != 16 {
					t.Errorf("nlctrl: %d, %v", id, err)
				}
				if _, err := s.ResolveGenl(ctx, "nosuch"); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("nosuch: %v", err)
				}
			}
		})
	}
	wg.Wait()
	stop()
	isErr(t, "Recv", <-done, context.Canceled)

	// inside a callback
	var inside error
	noErr(t, s.ModifyCallback(libnl.CbValid, libnl.KindCustom, func(*libnl.Msg) error {
		_, inside = s.ResolveGenl(ctx, "nlctrl")
		return nil
	}))
	noErr(t, s.SendGenlSimple(16, 3, 1, libnl.FlagDump))
	noErr(t, s.RecvMsgsDefault())
	isErr(t, "in a callback", inside, libnl.ErrNested)
	_, err := s.ResolveGenl(ctx, "nlctrl")
	noErr(t, err)
}

func TestGenlResolveAllocs(t *testing.T) {
	if nltest.Race || nltest.ASan {
		t.Skip("counts what the detector allocates too")
	}
	s := dialGenl(t, nil)
	n := testing.AllocsPerRun(200, func() {
		_, err := s.ResolveGenl(t.Context(), "nlctrl")
		noErr(t, err)
	})
	if n > 8 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkGenlResolve(b *testing.B) {
	s := dialGenl(b, nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.ResolveGenl(b.Context(), "nlctrl"); err != nil {
			b.Fatal(err)
		}
	}
}

// genlPolicyLines is what genl(8) prints of policies, its numbers 0 for operations that can only be dumped put back.
func genlPolicyLines(p libnl.GenlPolicies) (lines []string) {
	for _, op := range p.Ops {
		cmd := op.Cmd
		if op.Do == nil {
			cmd = 0
		}
		line := fmt.Sprintf("ID: 0x%x op %d policies:", uint16(p.ID), cmd)
		if op.Do != nil {
			line += fmt.Sprintf(" do=%d", *op.Do)
		}
		if op.Dump != nil {
			line += fmt.Sprintf(" dump=%d", *op.Dump)
		}
		lines = append(lines, line)
	}
	for _, pol := range p.Policies {
		for _, a := range pol.Attrs {
			line := fmt.Sprintf("ID: 0x%x policy[%d]:attr[%d]: type=%s", uint16(p.ID), pol.Index, a.Attr, strings.ToUpper(a.Type.String()))
			if a.Min != nil && a.Max != nil {
				line += fmt.Sprintf(" range:[%d,%d]", *a.Min, *a.Max)
			}
			if a.MinSigned != nil && a.MaxSigned != nil {
				line += fmt.Sprintf(" range:[%d,%d]", *a.MinSigned, *a.MaxSigned)
			}
			if a.MinLen != nil {
				line += fmt.Sprintf(" min len:%d", *a.MinLen)
			}
			if a.MaxLen != nil {
				line += fmt.Sprintf(" max len:%d", *a.MaxLen)
			}
			if a.Nested != nil {
				line += fmt.Sprintf(" policy:%d", *a.Nested)
			}
			if a.MaxAttr != nil {
				line += fmt.Sprintf(" maxattr:%d", *a.MaxAttr)
			}
			lines = append(lines, line)
		}
	}
	return lines
}

func TestGenlPolicies(t *testing.T) {
	ctx := t.Context()
	s := dialGenl(t, nil)
	p, err := libnl.GetGenlPolicies(ctx, s, "nlctrl")
	if errors.Is(err, libnl.ErrOpNotSupp) {
		t.Skip("the kernel does not tell policies: ", err)
	}
	noErr(t, err)
	equal(t, "nlctrl", p.ID, libnl.MsgType(16))
	compared := 0
	tool := hasTool(t, "genl")
	for _, f := range genlInfos(t, s) {
		p, err := libnl.GetGenlPolicies(ctx, s, f.Name)
		noErr(t, err)
		text, err := json.Marshal(p)
		noErr(t, err)
		var back libnl.GenlPolicies
		noErr(t, json.Unmarshal(text, &back))
		deepEqual(t, string(text), back, p)
		if !slices.ContainsFunc(f.Ops, func(op libnl.GenlOp) bool { return op.Flags&libnl.GenlCapHasPol != 0 }) {
			equal(t, f.Name+": policies", len(p.Policies)+len(p.Ops), 0)
			continue
		}
		sameGenlOps(t, f, p)
		whole, _, _ := genlAsk(t, s, f.ID, 0, false)
		for _, op := range p.Ops {
			for _, index := range []*uint32{op.Do, op.Dump} {
				if index == nil {
					continue
				}
				alone, own, told := genlAsk(t, s, f.ID, op.Cmd, index == op.Dump)
				if !told && op.Do == nil {
					t.Errorf("%s op %d: no policy when asked for alone", f.Name, op.Cmd)
				}
				if !told {
					continue // of an operation for both this kernel tells one
				}
				compared++
				deepEqual(t, fmt.Sprintf("%s op %d", f.Name, op.Cmd), whole.reach(*index), alone.reach(own))
			}
		}
		for _, pol := range p.Policies {
			found, ok := p.Policy(pol.Index)
			equal(t, f.Name+": policy", ok, true)
			for _, a := range pol.Attrs {
				got, ok := found.Attr(a.Attr)
				if !ok || got != a {
					t.Errorf("%s: policy %d: attribute %d is not found", f.Name, pol.Index, a.Attr)
				}
			}
		}
		if !tool {
			continue
		}
		want := strings.Split(strings.TrimSpace(genlOutput(t, "ctrl", "policy", "name", f.Name)), "\n")
		got := genlPolicyLines(p)
		slices.Sort(got)
		slices.Sort(want)
		equal(t, f.Name+": lines", len(got), len(want))
		for i := range got {
			if i >= len(want) {
				break
			}
			// genl(8) may be older than the kernel
			g, w := strings.Fields(got[i]), strings.Fields(want[i])
			if len(w) > 3 && w[3] == "type=unknown" && len(g) > 3 {
				g[3] = w[3]
			}
			equal(t, f.Name, strings.Join(g[:min(len(g), len(w))], " "), strings.Join(w, " "))
		}
	}
	if compared == 0 {
		t.Error("no policy was asked for alone")
	}
	_, err = libnl.GetGenlPolicies(ctx, s, "nosuch")
	isErr(t, "family", err, fs.ErrNotExist)
	if err == nil || !strings.Contains(err.Error(), `"nosuch"`) {
		t.Errorf("no family: %v", err)
	}
	_, err = libnl.GetGenlPolicies(ctx, s, "")
	isErr(t, "name", err, libnl.ErrInval)
}

// sameGenlOps checks that the operations with a policy are among those of which the family says so, in their order. Older kernels say so of some
// whose dumps they do not check.
func sameGenlOps(t testing.TB, f libnl.GenlFamilyInfo, p libnl.GenlPolicies) {
	t.Helper()
	var want, got []uint32
	for _, op := range f.Ops {
		if op.Flags&libnl.GenlCapHasPol != 0 {
			want = append(want, op.Cmd)
		}
	}
	for _, op := range p.Ops {
		got = append(got, op.Cmd)
		if found, ok := p.Op(op.Cmd); !ok || found.Cmd != op.Cmd {
			t.Errorf("%s: operation %d is not found", f.Name, op.Cmd)
		}
	}
	all := want
	for _, cmd := range got {
		i := slices.Index(want, cmd)
		if i < 0 {
			t.Errorf("%s: operations %v, want them of %v", f.Name, got, all)
			return
		}
		want = want[i+1:]
	}
}

// genlRaw is what the kernel says of policies, undecoded: by index, in order, of each attribute its type and what is said of it.
type genlRaw map[uint16][]genlRawAttr

type genlRawAttr struct {
	typ  uint16
	said []libnl.Attr
}

// genlAsk asks for the policies of a family, or of one operation; index says by which of them its requests are checked, or its dumps,
// if the answer does.
func genlAsk(t testing.TB, s *libnl.Socket, id libnl.MsgType, cmd uint32, dump bool) (raw genlRaw, index uint32, ok bool) {
	t.Helper()
	m, err := libnl.NewMsg()
	noErr(t, err)
	noErr(t, m.PutGenl(0, 0, 16, 0, libnl.FlagDump, libnl.GenlHeader{Cmd: unix.CTRL_CMD_GETPOLICY, Version: 1}))
	m.PutU16(unix.CTRL_ATTR_FAMILY_ID, uint16(id))
	if cmd != 0 {
		m.PutU32(unix.CTRL_ATTR_OP, cmd)
	}
	all, err := s.RequestAll(t.Context(), m)
	noErr(t, err)
	raw = genlRaw{}
	typ := uint16(unix.CTRL_ATTR_POLICY_DO)
	if dump {
		typ = unix.CTRL_ATTR_POLICY_DUMP
	}
	for _, r := range all {
		if ops, found := r.FindAttr(4, unix.CTRL_ATTR_OP_POLICY); found && cmd != 0 {
			for op := range ops.Nested() {
				a, _ := libnl.FindAttr(op.Bytes(), typ)
				index, err = a.U32()
				ok = err == nil
			}
		}
		if policies, ok := r.FindAttr(4, unix.CTRL_ATTR_POLICY); ok {
			for p := range policies.Nested() {
				for a := range p.Nested() {
					raw[p.Type()] = append(raw[p.Type()], genlRawAttr{a.Type(), slices.Collect(a.Nested())})
				}
			}
		}
	}
	return raw, index, ok
}

// reach is what is said of the attributes of a policy and of those nested in it; indexes differ between questions.
func (raw genlRaw) reach(index uint32) (lines []string) {
	seen := map[uint32]bool{}
	for next := []uint32{index}; len(next) > 0; next = next[1:] {
		if seen[next[0]] {
			continue
		}
		seen[next[0]] = true
		for _, a := range raw[uint16(next[0])] {
			line := fmt.Sprint("attribute ", a.typ)
			for _, v := range a.said {
				if v.Type() == 8 { // NL_POLICY_TYPE_ATTR_POLICY_IDX
					n, _ := v.U32()
					next = append(next, n)
					continue
				}
				line += fmt.Sprintf(" %d:%x", v.Type(), v.Bytes())
			}
			lines = append(lines, line)
		}
	}
	return lines
}
