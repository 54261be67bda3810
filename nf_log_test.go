//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/oracle"
)

func newNFLog(t testing.TB) *libnl.NFLog {
	t.Helper()
	l, err := libnl.NewNFLog()
	return made(t, l, err)
}

// nfLog makes a group for the socket, whose packets are sent one by one.
func nfLog(t testing.TB, s *libnl.Socket, group uint16, set func(l *libnl.NFLog)) *libnl.NFLog {
	t.Helper()
	l := newNFLog(t)
	l.SetGroup(group)
	l.SetQueueThreshold(1)
	if set != nil {
		set(l)
	}
	noErr(t, l.Create(t.Context(), s))
	return l
}

var nfLogRequests = []builders[*libnl.NFLog]{
	{(*libnl.NFLog).BuildCreate, "nfnl_log_build_create_request", nil},
	{(*libnl.NFLog).BuildChange, "nfnl_log_build_change_request", nil},
	{(*libnl.NFLog).BuildDelete, "nfnl_log_build_delete_request", nil},
}

func TestNFLogAttrs(t *testing.T) {
	type L = *libnl.NFLog
	testAttrs(t, newNFLog(t), "netfilter/log", nfLogRequests, []attrTest[L]{
		{"copy_mode", func(l L) any { return opt(l.CopyMode()) }, none[libnl.NFLogCopyMode](), func(l L) error { return l.SetCopyMode(libnl.NFLogCopyMeta) }, []any{"nfnl_log_set_copy_mode", 1}, some(libnl.NFLogCopyMeta)},
		{"group", func(l L) any { return opt(l.Group()) }, none[uint16](), okFunc(func(l L) { l.SetGroup(0xfedc) }), []any{"nfnl_log_set_group", 0xfedc}, some(uint16(0xfedc))},
		{"copy_mode", func(l L) any { return opt(l.CopyMode()) }, some(libnl.NFLogCopyMeta), func(l L) error { return l.SetCopyMode(libnl.NFLogCopyPacket) }, []any{"nfnl_log_set_copy_mode", 2}, some(libnl.NFLogCopyPacket)},
		{"copy_range", func(l L) any { return opt(l.CopyRange()) }, none[uint32](), okFunc(func(l L) { l.SetCopyRange(1 << 31) }), []any{"nfnl_log_set_copy_range", uint32(1) << 31}, some(uint32(1 << 31))},
		{"flush_timeout", func(l L) any { return opt(l.FlushTimeout()) }, none[time.Duration](), func(l L) error { return l.SetFlushTimeout(1230 * time.Millisecond) }, []any{"nfnl_log_set_flush_timeout", 123}, some(1230 * time.Millisecond)},
		{"alloc_size", func(l L) any { return opt(l.AllocSize()) }, none[uint32](), func(l L) error { return l.SetAllocSize(131072) }, []any{"nfnl_log_set_alloc_size", 131072}, some(uint32(131072))},
		{"queue_threshold", func(l L) any { return opt(l.QueueThreshold()) }, none[uint32](), okFunc(func(l L) { l.SetQueueThreshold(1 << 31) }), []any{"nfnl_log_set_queue_threshold", uint32(1) << 31}, some(uint32(1 << 31))},
		{"", func(l L) any { return l.Flags() }, libnl.NFLogFlags(0), okFunc(func(l L) { l.SetFlags(7) }), []any{"nfnl_log_set_flags", 7}, libnl.NFLogFlags(7)},
		{"", func(l L) any { return l.Flags() }, libnl.NFLogFlags(7), okFunc(func(l L) { l.UnsetFlags(2) }), []any{"nfnl_log_unset_flags", 2}, libnl.NFLogFlags(5)},
	})
}

func TestNFLogRefused(t *testing.T) {
	l := newNFLog(t)
	_, err := l.BuildCreate()
	isErr(t, "no group", err, libnl.ErrMissingAttr)
	_, err = l.BuildChange()
	isErr(t, "no group", err, libnl.ErrMissingAttr)
	_, err = l.BuildDelete()
	isErr(t, "no group", err, libnl.ErrMissingAttr)
	l.SetGroup(1)
	l.SetCopyRange(64)
	_, err = l.BuildCreate()
	isErr(t, "a copy range alone", err, libnl.ErrMissingAttr)
	_, err = l.BuildChange()
	isErr(t, "a copy range alone", err, libnl.ErrMissingAttr)
	isErr(t, "copy mode", l.SetCopyMode(3), libnl.ErrRange)
	isErr(t, "alloc size", l.SetAllocSize(131073), libnl.ErrRange)
	for _, d := range []time.Duration{-time.Second, time.Millisecond, (1 << 32) * 10 * time.Millisecond} {
		isErr(t, d.String(), l.SetFlushTimeout(d), libnl.ErrRange)
	}
	for _, f := range []libnl.Family{-1, 256} {
		_, err = libnl.BuildBindNFLog(f)
		isErr(t, "family", err, libnl.ErrAFNoSupport)
		isErr(t, "family", libnl.BindNFLog(t.Context(), nil, f), libnl.ErrAFNoSupport)
		_, err = libnl.BuildUnbindNFLog(f)
		isErr(t, "family", err, libnl.ErrAFNoSupport)
		isErr(t, "family", libnl.UnbindNFLog(t.Context(), nil, f), libnl.ErrAFNoSupport)
	}
	noErr(t, l.SetCopyMode(libnl.NFLogCopyPacket))
	isErr(t, "another protocol", l.Create(t.Context(), dialRoute(t, nil)), libnl.ErrProtoMismatch)

	closed := newNFLog(t)
	noErr(t, closed.Close())
	for what, l := range map[string]*libnl.NFLog{"closed": closed, "nil": nil, "zero": {}} {
		errs := map[string]error{
			"SetCopyMode": l.SetCopyMode(0), "SetFlushTimeout": l.SetFlushTimeout(0), "SetAllocSize": l.SetAllocSize(0),
			"Create": l.Create(t.Context(), nil), "Change": l.Change(t.Context(), nil), "Delete": l.Delete(t.Context(), nil),
		}
		for name, err := range errs {
			isErr(t, what+": "+name, err, libnl.ErrClosed)
		}
		for _, f := range []func(){
			func() { l.Group() }, func() { l.SetGroup(1) }, func() { l.CopyMode() }, func() { l.CopyRange() }, func() { l.SetCopyRange(1) },
			func() { l.FlushTimeout() }, func() { l.AllocSize() }, func() { l.QueueThreshold() }, func() { l.SetQueueThreshold(1) },
			func() { l.Flags() }, func() { l.SetFlags(1) }, func() { l.UnsetFlags(1) },
		} {
			mustPanic(t, "closed NFLog", f)
		}
	}
}

func TestNFLogText(t *testing.T) {
	testNames(t, libnl.NFLogCopyMode.String, libnl.ParseNFLogCopyMode, map[libnl.NFLogCopyMode]string{0: "none", 1: "meta", 2: "packet", 3: "0x3", 255: "0xff"})
	testNames(t, libnl.NFLogFlags.String, libnl.ParseNFLogFlags, map[libnl.NFLogFlags]string{
		0: "", 1: "seq", 3: "seq,seq_global", 7: "seq,seq_global,conntrack", 8: "0x8", 0xfffc: "conntrack,0xfff8",
	})
	testNames(t, libnl.NFHook.String, libnl.ParseNFHook, map[libnl.NFHook]string{
		libnl.NFHookPreRouting: "NF_INET_PREROUTING", libnl.NFHookLocalIn: "NF_INET_LOCAL_IN", libnl.NFHookForward: "NF_INET_FORWARD",
		libnl.NFHookLocalOut: "NF_INET_LOCAL_OUT", libnl.NFHookPostRouting: "NF_INET_POST_ROUTING", 9: "0x9", 255: "0xff",
	})
	_, err := libnl.ParseNFLogFlags("0x10000")
	isErr(t, "too large", err, libnl.ErrRange)
	l := newNFLog(t)
	l.SetGroup(5)
	noErr(t, l.SetCopyMode(libnl.NFLogCopyPacket))
	equal(t, "text", l.String(), "group=5 copy_mode=packet ")
}

// libnl leaves the flags out of a request when none is left, so that those of the group stay.
func TestNFLogFlags(t *testing.T) {
	flags := func(l *libnl.NFLog) string {
		m, err := l.BuildChange()
		noErr(t, err)
		a, ok := m.FindAttr(4, 6) // NFULA_CFG_FLAGS
		if !ok {
			return "none"
		}
		return fmt.Sprintf("%x", a.Bytes())
	}
	l := newNFLog(t)
	l.SetGroup(5)
	equal(t, "never set", flags(l), "none")
	l.SetFlags(libnl.NFLogFlagSeq | libnl.NFLogFlagConntrack)
	equal(t, "set", flags(l), "0005")
	l.UnsetFlags(libnl.NFLogFlagSeq)
	equal(t, "one left", flags(l), "0004")
	l.UnsetFlags(libnl.NFLogFlagConntrack)
	equal(t, "none left", flags(l), "0000")
	c, err := libnl.Clone(l)
	made(t, c, err)
	equal(t, "none left in the clone", flags(c), "0000")
	l = newNFLog(t)
	l.SetGroup(5)
	l.UnsetFlags(libnl.NFLogFlagSeqGlobal)
	equal(t, "never set, but cleared", flags(l), "0000")
}

// nfLogGroups is what the kernel says of its groups: number, port, packets waiting, copy mode, copy range, flush timeout.
func nfLogGroups(t testing.TB) (lines []string) {
	t.Helper()
	b, err := os.ReadFile("/proc/thread-self/net/netfilter/nfnetlink_log")
	if os.IsNotExist(err) {
		t.Skip(err)
	}
	noErr(t, err)
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		lines = append(lines, strings.Join(f[:len(f)-1], " ")) // without the kernel's count of references
	}
	slices.Sort(lines)
	return lines
}

func sameGroups(t testing.TB, what string, want ...string) {
	t.Helper()
	if got := nfLogGroups(t); !slices.Equal(got, want) {
		t.Errorf("%s: groups %q, want %q", what, got, want)
	}
}

func TestNFLogKernel(t *testing.T) {
	s := nfNS(t)
	ctx := t.Context()
	port := fmt.Sprint(s.LocalPort())
	l := nfLog(t, s, 5, nil)
	sameGroups(t, "created", "5 "+port+" 0 2 65531 100")
	isErr(t, "again", l.Create(ctx, s), libnl.ErrBusy)
	noErr(t, l.SetCopyMode(libnl.NFLogCopyPacket))
	l.SetCopyRange(64)
	noErr(t, l.SetFlushTimeout(2*time.Second))
	noErr(t, l.SetAllocSize(100000))
	noErr(t, l.Change(ctx, s))
	sameGroups(t, "changed", "5 "+port+" 0 2 64 200")
	noErr(t, l.SetCopyMode(libnl.NFLogCopyMeta))
	noErr(t, l.Change(ctx, s))
	sameGroups(t, "changed", "5 "+port+" 0 1 0 200")

	other := dialNF(t, nil)
	isErr(t, "another's", l.Create(ctx, other), libnl.ErrPerm)
	isErr(t, "another's", l.Change(ctx, other), libnl.ErrPerm)
	isErr(t, "another's", l.Delete(ctx, other), libnl.ErrPerm)
	l2 := nfLog(t, other, 65535, func(l *libnl.NFLog) { noErr(t, l.SetCopyMode(libnl.NFLogCopyNone)) })
	sameGroups(t, "two", "5 "+port+" 0 1 0 200", fmt.Sprint("65535 ", other.LocalPort(), " 0 0 0 100"))
	noErr(t, l.Delete(ctx, s))
	isErr(t, "deleted", l.Delete(ctx, s), libnl.ErrNoDev)
	isErr(t, "deleted", l.Change(ctx, s), libnl.ErrNoDev)
	noErr(t, l2.Delete(ctx, other))
	sameGroups(t, "deleted")
	nfLog(t, other, 1, nil)
	noErr(t, other.Close())
	sameGroups(t, "its socket closed")
}

// The kernel's own words for who logs packets of a family.
func nfLogger(t testing.TB, f libnl.Family) string {
	t.Helper()
	b, err := os.ReadFile("/proc/thread-self/net/netfilter/nf_log")
	if os.IsNotExist(err) {
		t.Skip(err)
	}
	noErr(t, err)
	for line := range strings.Lines(string(b)) {
		var n libnl.Family
		var name string
		if _, err := fmt.Sscan(line, &n, &name); err == nil && n == f {
			return name
		}
	}
	return ""
}

func TestNFLogBind(t *testing.T) {
	s := nfNS(t)
	for _, f := range []libnl.Family{libnl.FamilyIPv4, libnl.FamilyIPv6} {
		noErr(t, libnl.BindNFLog(t.Context(), s, f))
		equal(t, "bound", nfLogger(t, f), "nfnetlink_log")
		noErr(t, libnl.UnbindNFLog(t.Context(), s, f))
		equal(t, "unbound", nfLogger(t, f), "NONE")
		for _, b := range []struct {
			build func(libnl.Family) (*libnl.Msg, error)
			c     string
		}{{libnl.BuildBindNFLog, "nfnl_log_build_pf_bind"}, {libnl.BuildUnbindNFLog, "nfnl_log_build_pf_unbind"}} {
			m, err := b.build(f)
			want, rc := oracle.Build(b.c, int(f))
			sameRequest(t, b.c, m, err, want, rc)
		}
	}
}
