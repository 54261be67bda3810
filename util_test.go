//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/golibnl/libnl"
)

// checkNameErrors gives a name parser what no name parser takes.
func checkNameErrors(t *testing.T, fn string, parse func(string) error) {
	t.Helper()
	for s, want := range map[string]libnl.Errno{
		"":                         libnl.ErrInval,
		"no such name":             libnl.ErrObjNotFound,
		"in\x00et":                 libnl.ErrObjNotFound,
		"\x00":                     libnl.ErrObjNotFound,
		" 5":                       libnl.ErrObjNotFound,
		"+5":                       libnl.ErrObjNotFound,
		"-1":                       libnl.ErrObjNotFound,
		"-2":                       libnl.ErrObjNotFound,
		"-18446744073709551614":    libnl.ErrObjNotFound,
		"5x":                       libnl.ErrObjNotFound,
		"0x":                       libnl.ErrObjNotFound,
		"4294967296":               libnl.ErrRange, // 0 to libnl
		"4294967298":               libnl.ErrRange,
		"18446744073709551614":     libnl.ErrRange,
		"99999999999999999999":     libnl.ErrRange,
		strings.Repeat("a", 1<<20): libnl.ErrObjNotFound,
	} {
		err := parse(s)
		short := s[:min(len(s), 30)]
		if e, ok := errors.AsType[*libnl.Error](err); !ok || e.Func != fn || e.Code != want {
			t.Errorf("%s: %q: %v, want %v", fn, short, err, want)
			continue
		}
		if len(err.Error()) > 200 {
			t.Errorf("%s: %q: error text of %d bytes", fn, short, len(err.Error()))
		}
	}
}

func TestUtilCancelDown(t *testing.T) {
	for _, tt := range []struct {
		n     uint64
		bytes string
		bits  string
	}{
		{0, "0B", "0bit"},
		{999, "999B", "999bit"},
		{1000, "1000B", "1Kbit"},
		{1536, "1.5KiB", "1.536Kbit"},
		{1000000, "976.562KiB", "1Mbit"},
		{1000000000, "953.674MiB", "1Gbit"},
		{1 << 30, "1GiB", "1.07374Gbit"},
		{1 << 40, "1TiB", "1.09951Tbit"},
		{1 << 63, "8.38861e+06TiB", "9.22337e+06Tbit"},
	} {
		f, unit := libnl.CancelDownBytes(tt.n)
		if got := fmt.Sprintf("%.6g%s", f, unit); got != tt.bytes {
			t.Errorf("%d bytes: %s, want %s", tt.n, got, tt.bytes)
		}
		f, unit = libnl.CancelDownBits(tt.n)
		if got := fmt.Sprintf("%.6g%s", f, unit); got != tt.bits {
			t.Errorf("%d bits: %s, want %s", tt.n, got, tt.bits)
		}
	}
	for us, want := range map[uint32]string{0: "0us", 999: "999us", 1500: "1.5ms", 1000000: "1s", math.MaxUint32: "4294.97s"} {
		f, unit := libnl.CancelDownUS(us)
		if got := fmt.Sprintf("%.6g%s", f, unit); got != want {
			t.Errorf("%d us: %s, want %s", us, got, want)
		}
	}
}

func TestUtilFormatRate(t *testing.T) {
	for _, tt := range []struct {
		n           uint64
		bytes, bits string
	}{
		{0, "0.00B/s", "0.00bit/s"},
		{1536, "1.50KiB/s", "1.54Kbit/s"},
		{1 << 40, "1.00TiB/s", "1.10Tbit/s"},
		{1 << 63, "8388608.00TiB/s", "9223372.04Tbit/s"},
	} {
		if got, err := libnl.FormatRate(tt.n, libnl.RateByte); err != nil || got != tt.bytes {
			t.Errorf("%d: %s, %v, want %s", tt.n, got, err, tt.bytes)
		}
		if got, err := libnl.FormatRate(tt.n, libnl.RateBit); err != nil || got != tt.bits {
			t.Errorf("%d: %s, %v, want %s", tt.n, got, err, tt.bits)
		}
	}
	for _, typ := range []libnl.RateType{-1, 2, math.MaxInt64, 1 << 32} { // plain libnl aborts
		if s, err := libnl.FormatRate(1, typ); s != "" || !errors.Is(err, libnl.ErrInval) {
			t.Errorf("type %d: %q, %v", typ, s, err)
		}
	}
}

func TestUtilSize(t *testing.T) {
	for s, want := range map[string]uint64{
		"0": 0, "5": 5, "5b": 5, "5k": 5120, "5kb": 5120, "5KB": 5120, "5m": 5 << 20, "5Mb": 5 << 20, "5gb": 5 << 30, "5g": 5 << 30,
		"5gbit": 625000000, "5mbit": 625000, "5kbit": 625, "5bit": 0, "12BIT": 1, "16bit": 2, "0x10": 16, "010": 8,
		"9223372036854775807": math.MaxInt64, "8589934591gb": 8589934591 << 30,
	} {
		if got, err := libnl.ParseSize(s); err != nil || got != want {
			t.Errorf("%q is %d, %v, want %d", s, got, err, want)
		}
	}
	for s, want := range map[string]libnl.Errno{
		"": libnl.ErrInval, "k": libnl.ErrInval, "5tb": libnl.ErrInval, "5 k": libnl.ErrInval, "-5": libnl.ErrInval, "+5": libnl.ErrInval,
		" 5": libnl.ErrInval, "08": libnl.ErrInval, "5\x00k": libnl.ErrInval, "5k\x00": libnl.ErrInval, "0x": libnl.ErrInval, "1_0": libnl.ErrInval,
		"9999999999gb": libnl.ErrRange, "9223372036854775808": libnl.ErrRange, "99999999999999999999": libnl.ErrRange,
		"99999999999999999999bit": libnl.ErrRange, "8589934592gb": libnl.ErrRange,
		"5" + strings.Repeat("k", 1<<20): libnl.ErrInval,
	} {
		got, err := libnl.ParseSize(s)
		if e, ok := errors.AsType[*libnl.Error](err); !ok || got != 0 || e.Code != want || e.Func != "nl_size2int" {
			t.Errorf("%q is %d, %v, want %v", s[:min(len(s), 30)], got, err, want)
		}
	}
	for n, want := range map[uint64]string{
		0: "0B", 1: "1B", 1023: "1023B", 1024: "1KiB", 1536: "1.5KiB", 100 << 10: "100KiB", 965176: "942.55KiB", 1 << 20: "1MiB",
		1 << 30: "1GiB", 1 << 40: "1TiB", 1 << 50: "1PiB", 3 << 49: "1.5PiB", 1 << 60: "1EiB", math.MaxUint64: "16EiB",
	} {
		if got := libnl.FormatSize(n); got != want {
			t.Errorf("%d prints %s, want %s", n, got, want)
		}
	}
}

func TestUtilProb(t *testing.T) {
	for s, want := range map[string]uint32{
		"0": libnl.ProbMin, "1": libnl.ProbMax, "1.0": libnl.ProbMax, "0.5": 1 << 31, "50%": 1 << 31, "5e-1": 1 << 31, "100%": libnl.ProbMax, "100": libnl.ProbMax,
		"50": 1 << 31, "0%": 0,
		"1%": 42949673, "0.5%": 21474836, "1.5": 64424509, "1.5%": 64424509, // libnl: 100 %, 50 %
	} {
		if got, err := libnl.ParseProb(s); err != nil || got != want {
			t.Errorf("%q is %d, %v, want %d", s, got, err, want)
		}
	}
	for s, want := range map[string]libnl.Errno{
		"": libnl.ErrInval, "x": libnl.ErrInval, "%": libnl.ErrInval, "50 %": libnl.ErrInval, "0.5x": libnl.ErrInval, "nan": libnl.ErrInval, "-NaN": libnl.ErrInval,
		"inf": libnl.ErrInval, "-1": libnl.ErrRange, "101%": libnl.ErrRange, "1e300": libnl.ErrRange, "0.5\x00": libnl.ErrInval,
		strings.Repeat("9", 1<<20): libnl.ErrRange,
	} {
		got, err := libnl.ParseProb(s)
		if e, ok := errors.AsType[*libnl.Error](err); !ok || got != 0 || e.Code != want || e.Func != "nl_prob2int" {
			t.Errorf("%q is %d, %v, want %v", s[:min(len(s), 30)], got, err, want)
		}
	}
}

func TestUtilMsec(t *testing.T) {
	for s, want := range map[string]time.Duration{
		"0": 0, "5": 5 * time.Millisecond, "5sec": 5 * time.Second, "5s": 5 * time.Second, "1min": time.Minute, "1m": time.Minute, "1hour": time.Hour,
		"1h": time.Hour, "1day": 24 * time.Hour, "1D": 24 * time.Hour, "0x10": 16 * time.Millisecond, "5 6": 11 * time.Millisecond,
		"1d 2h 3m 4s 5":     26*time.Hour + 3*time.Minute + 4*time.Second + 5*time.Millisecond,
		"1d 2h 3m 4s 5msec": 26*time.Hour + 3*time.Minute + 4*time.Second + 5*time.Millisecond,
		"9223372036854":     9223372036854 * time.Millisecond,
	} {
		if got, err := libnl.ParseMsec(s); err != nil || got != want {
			t.Errorf("%q is %v, %v, want %v", s, got, err, want)
		}
	}
	for s, want := range map[string]libnl.Errno{
		"": libnl.ErrInval, " ": libnl.ErrInval, "sec": libnl.ErrInval, "5 sec": libnl.ErrInval, "5seconds": libnl.ErrInval, "5ms": libnl.ErrInval,
		"-1": libnl.ErrInval, "5\x00": libnl.ErrInval, "5s\x00": libnl.ErrInval,
		"9223372036855": libnl.ErrRange, "9223372036854 1": libnl.ErrRange, "106752d": libnl.ErrRange, "99999999999999999999": libnl.ErrRange,
		"213503982335d": libnl.ErrRange, // wraps
	} {
		got, err := libnl.ParseMsec(s)
		if e, ok := errors.AsType[*libnl.Error](err); !ok || got != 0 || e.Code != want || e.Func != "nl_str2msec" {
			t.Errorf("%q is %v, %v, want %v", s, got, err, want)
		}
	}
	for d, want := range map[time.Duration]string{
		0: "0msec", time.Microsecond: "0msec", time.Millisecond: "1msec", 999 * time.Millisecond: "999msec", time.Second: "1s", 61 * time.Second: "1m 1s",
		time.Hour: "1h", 24 * time.Hour: "1d", 93784005 * time.Millisecond: "1d 2h 3m 4s 5msec", -1500 * time.Millisecond: "-1s 500msec",
		math.MaxInt64: "106751d 23h 47m 16s 854msec", math.MinInt64: "-106751d 23h 47m 16s 854msec",
	} {
		if got := libnl.FormatMsec(d); got != want {
			t.Errorf("%v prints %q, want %q", d, got, want)
		}
	}
}

func TestUtilNames(t *testing.T) {
	for got, want := range map[fmt.Stringer]string{
		libnl.LLProto(0): "generic", libnl.LLProto(1): "ether", libnl.LLProto(772): "loopback", libnl.LLProto(65534): "nohdr", libnl.LLProto(12345): "0x3039",
		libnl.EtherProto(0x800): "ip", libnl.EtherProto(0x8100): "802.1q", libnl.EtherProto(0x86dd): "ipv6", libnl.EtherProto(0x1234): "0x1234",
		libnl.ProtoRoute: "route", libnl.ProtoGeneric: "generic", libnl.ProtoUEvent: "kobject_uevent", libnl.Protocol(99): "0x63",
		libnl.Protocol(-1): "0xffffffff", libnl.Protocol(1 << 32): "0x100000000",
		libnl.MsgNoop: "NOOP", libnl.MsgError: "ERROR", libnl.MsgDone: "DONE", libnl.MsgOverrun: "OVERRUN", libnl.RTMNewLink: "0x10", libnl.MsgType(0): "0x0",
		libnl.MsgFlags(0): "", libnl.FlagRequest | libnl.FlagAck | libnl.FlagDump: "REQUEST,ACK,ROOT,MATCH", libnl.FlagDumpIntr: "0x10",
		libnl.MsgFlags(0xffff): "REQUEST,MULTI,ACK,ECHO,ROOT,MATCH,ATOMIC,APPEND,0xf0f0",
		libnl.IPProto(250):     "0xfa",
	} {
		if got.String() != want {
			t.Errorf("%T %s, want %s", got, got, want)
		}
	}
	if p, err := libnl.ParseLLProto("Ether"); p != 1 || err != nil {
		t.Error("ether: ", p, err)
	}
	if p, err := libnl.ParseEtherProto("802.1q"); p != 0x8100 || err != nil {
		t.Error("802.1q: ", p, err)
	}
	if p, err := libnl.ParseProtocol("netfilter"); p != libnl.ProtoNetfilter || err != nil {
		t.Error("netfilter: ", p, err)
	}
	if m, err := libnl.ParseMsgType("done"); m != libnl.MsgDone || err != nil {
		t.Error("done: ", m, err)
	}
	if m, err := libnl.ParseMsgType("0x10"); m != libnl.RTMNewLink || err != nil {
		t.Error("0x10: ", m, err)
	}
	if p, err := libnl.ParseIPProto("17"); p != 17 || err != nil {
		t.Error("17: ", p, err)
	}
	for fn, parse := range map[string]func(string) error{
		"nl_str2llproto":     func(s string) error { _, err := libnl.ParseLLProto(s); return err },
		"nl_str2ether_proto": func(s string) error { _, err := libnl.ParseEtherProto(s); return err },
		"nl_str2ip_proto":    func(s string) error { _, err := libnl.ParseIPProto(s); return err },
		"nl_str2nlfamily":    func(s string) error { _, err := libnl.ParseProtocol(s); return err },
		"nl_str2nlmsgtype":   func(s string) error { _, err := libnl.ParseMsgType(s); return err },
	} {
		checkNameErrors(t, fn, parse)
	}
	if _, err := libnl.ParseIPProto("256"); !errors.Is(err, libnl.ErrRange) {
		t.Error("256: ", err)
	}
	if _, err := libnl.ParseLLProto("65536"); !errors.Is(err, libnl.ErrRange) {
		t.Error("65536: ", err)
	}
}

// The system's protocol database has one buffer for all threads in libnl 3.7.
func TestUtilIPProtoConcurrent(t *testing.T) {
	if s := libnl.IPProto(6).String(); s != "tcp" {
		t.Skip("no protocol database: tcp is ", s)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 200 {
				if s := libnl.IPProto(17).String(); s != "udp" {
					t.Error("udp is ", s)
				}
				if p, err := libnl.ParseIPProto("tcp"); p != 6 || err != nil {
					t.Error("tcp is ", p, err)
				}
			}
		})
	}
	wg.Wait()
}

func TestUtilTicks(t *testing.T) {
	if hz := libnl.UserHz(); hz < 1 {
		t.Error("UserHz: ", hz)
	}
	hz, err := libnl.PschedHz()
	if err != nil {
		if _, statErr := os.Stat("/proc/net/psched"); !errors.Is(statErr, fs.ErrNotExist) {
			t.Error(err)
		}
		t.Skip(err)
	}
	if hz < 1 {
		t.Error("PschedHz: ", hz)
	}
	ticks, err := libnl.USToTicks(1000000)
	if err != nil || ticks == 0 {
		t.Error("a second has ticks: ", ticks, err)
	}
	if us, err := libnl.TicksToUS(ticks); err != nil || us < 999999 || us > 1000000 {
		t.Error("a second of ticks is us: ", us, err)
	}
}

// A child process for each environment: libnl reads it once.
func TestUtilPsched(t *testing.T) {
	if os.Getenv("LIBNL_TEST_PSCHED") != "" {
		pschedHz, err := libnl.PschedHz()
		ticks, err1 := libnl.USToTicks(1000)
		us, err2 := libnl.TicksToUS(15625)
		_, err3 := libnl.USToTicks(math.MaxUint32)
		fmt.Printf("hz %d psched %d ticks %d us %d %s\n", libnl.UserHz(), pschedHz, ticks, us, os.Getenv("HZ")+","+os.Getenv("TICKS_PER_USEC"))
		for _, err := range []error{err, err1, err2, err3} {
			e, _ := errors.AsType[*libnl.Error](err)
			if e == nil {
				fmt.Print("ok ")
				continue
			}
			fmt.Print(syscallName(e.Errno), " ")
		}
		fmt.Println()
		os.Exit(0)
	}
	dir := t.TempDir()
	file := func(name, text string) string {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return p
	}
	fifo := filepath.Join(dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o644); err != nil {
		t.Fatal(err)
	}
	good := file("good", "000003e8 00000040 000f4240 3b9aca00\n")
	file("proc/net/psched", "000003e8 000003e8 000f4240 000f4240\n")
	const bad = "psched 0 ticks 0 us 0"
	for _, tt := range []struct {
		name string
		env  []string
		want string
		errs string
	}{
		{"good", []string{"PROC_NET_PSCHED=" + good}, "hz 100 psched 1000000000 ticks 15625 us 1000 ,", "ok ok ok ERANGE"},
		{"root", []string{"PROC_ROOT=" + filepath.Join(dir, "proc")}, "hz 100 psched 1000000 ticks 1000 us 15625 ,", "ok ok ok ok"},
		{"rate", []string{"TICKS_PER_USEC=2"}, "hz 100 psched 100 ticks 2000 us 7812 ,2", "ok ok ok ERANGE"},
		{"hz", []string{"HZ=250", "PROC_NET_PSCHED=" + good}, "hz 250 psched 1000000000 ticks 15625 us 1000 250,", "ok ok ok ERANGE"},
		{"hz 0", []string{"HZ=0", "PROC_NET_PSCHED=" + good}, "hz 100 psched 1000000000 ticks 15625 us 1000 0,", "ok ok ok ERANGE"},
		{"hz nonsense", []string{"HZ=x", "PROC_NET_PSCHED=" + good}, "hz 100 psched 1000000000 ticks 15625 us 1000 x,", "ok ok ok ERANGE"},
		{"missing", []string{"PROC_NET_PSCHED=" + filepath.Join(dir, "nowhere")}, "hz 100 psched 0 ticks 0 us 0 ,", "ENOENT ENOENT ENOENT ENOENT"},
		// plain libnl calls exit(1)
		{"empty", []string{"PROC_NET_PSCHED=" + file("empty", "")}, "hz 100 " + bad + " ,", "EINVAL EINVAL EINVAL EINVAL"},
		{"text", []string{"PROC_NET_PSCHED=" + file("text", "not here\n")}, "hz 100 " + bad + " ,", "EINVAL EINVAL EINVAL EINVAL"},
		{"short", []string{"PROC_NET_PSCHED=" + file("short", "000003e8 00000040\n")}, "hz 100 " + bad + " ,", "EINVAL EINVAL EINVAL EINVAL"},
		{"directory", []string{"PROC_NET_PSCHED=" + dir}, "hz 100 " + bad + " ,", "EINVAL EINVAL EINVAL EINVAL"},
		// plain libnl divides by zero, or waits for ever
		{"zeroes", []string{"PROC_NET_PSCHED=" + file("zeroes", "00000000 00000000 000f4240 00000000\n")}, "hz 100 " + bad + " ,", "EINVAL EINVAL EINVAL EINVAL"},
		{"rate 0", []string{"TICKS_PER_USEC=0"}, "hz 100 " + bad + " ,0", "EINVAL EINVAL EINVAL EINVAL"},
		{"rate nan", []string{"TICKS_PER_USEC=nan"}, "hz 100 " + bad + " ,nan", "EINVAL EINVAL EINVAL EINVAL"},
		{"fifo", []string{"PROC_NET_PSCHED=" + fifo}, "hz 100 " + bad + " ,", "EINVAL EINVAL EINVAL EINVAL"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestUtilPsched$")
			for _, v := range os.Environ() {
				if !strings.HasPrefix(v, "HZ=") && !strings.HasPrefix(v, "TICKS_PER_USEC=") && !strings.HasPrefix(v, "PROC_") {
					cmd.Env = append(cmd.Env, v)
				}
			}
			cmd.Env = append(append(cmd.Env, "LIBNL_TEST_PSCHED=1", "GORACE=atexit_sleep_ms=0"), tt.env...)
			out, err := cmd.CombinedOutput()
			want := tt.want + "\n" + tt.errs + " \n"
			if err != nil || string(out) != want {
				t.Errorf("%v: %s\nwant %s", err, out, want)
			}
		})
	}
}

func syscallName(e syscall.Errno) string {
	switch e {
	case syscall.EINVAL:
		return "EINVAL"
	case syscall.ENOENT:
		return "ENOENT"
	case syscall.ERANGE:
		return "ERANGE"
	}
	return "errno " + strconv.Itoa(int(e))
}

func TestUtilDebugLevel(t *testing.T) {
	was := libnl.DebugLevel()
	defer libnl.SetDebugLevel(was)
	for level, want := range map[int]int{0: 0, 3: 3, -1: 0, math.MaxInt64: math.MaxInt32} {
		libnl.SetDebugLevel(level)
		if got := libnl.DebugLevel(); got != want {
			t.Errorf("level %d became %d", level, got)
		}
	}
}

func TestUtilCapability(t *testing.T) {
	v := libnl.RuntimeVersion()
	for c, minor := range map[libnl.Capability]int{libnl.CapVersion3_7_0: 7, libnl.CapVersion3_8_0: 8, libnl.CapVersion3_12_0: 12} {
		if got, want := libnl.HasCapability(c), v.Major == 3 && v.Minor >= minor; got != want {
			t.Errorf("libnl %v has the capability of 3.%d: %v", v, minor, got)
		}
	}
	if !libnl.HasCapability(libnl.CapRouteBuildMsgSetScope) || !libnl.HasCapability(libnl.CapObjectDiff64) {
		t.Error("no capabilities")
	}
	for _, c := range []libnl.Capability{0, -1, 1 << 20, math.MaxInt64, math.MinInt64, 1<<32 + 1} {
		if libnl.HasCapability(c) {
			t.Errorf("has capability %d", c)
		}
	}
	for c, want := range map[libnl.Capability]bool{0x6fff: false, 0x7000: true, 0x7fff: true, 0x8000: false, -1: false} {
		if c.UserReserved() != want {
			t.Errorf("%#x", int(c))
		}
	}
}

func FuzzUtilParse(f *testing.F) {
	for _, s := range []string{"5kb", "50%", "1d 2h 5msec", "inet6", "0x10", "802.1q", "", "\x00", "99999999999999999999", "1e-400", "-nan"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if n, err := libnl.ParseSize(s); err == nil && n > math.MaxInt64 {
			t.Fatalf("%q is %d", s, n)
		}
		if d, err := libnl.ParseMsec(s); err == nil {
			if back, err := libnl.ParseMsec(libnl.FormatMsec(d)); d < 0 || err != nil || back != d {
				t.Fatalf("%q is %v, and that %v, %v", s, d, back, err)
			}
		}
		_, _ = libnl.ParseProb(s)
		if p, err := libnl.ParseLLProto(s); err == nil {
			if back, err := libnl.ParseLLProto(p.String()); err != nil || back != p {
				t.Fatalf("%q is %v, and that %v, %v", s, p, back, err)
			}
		}
		if p, err := libnl.ParseEtherProto(s); err == nil {
			if back, err := libnl.ParseEtherProto(p.String()); err != nil || back != p {
				t.Fatalf("%q is %v, and that %v, %v", s, p, back, err)
			}
		}
		if p, err := libnl.ParseFamily(s); err == nil {
			if back, err := libnl.ParseFamily(p.String()); err != nil || back != p {
				t.Fatalf("%q is %v, and that %v, %v", s, p, back, err)
			}
		}
		if p, err := libnl.ParseProtocol(s); err == nil {
			if back, err := libnl.ParseProtocol(p.String()); err != nil || back != p {
				t.Fatalf("%q is %v, and that %v, %v", s, p, back, err)
			}
		}
		if m, err := libnl.ParseMsgType(s); err == nil {
			if back, err := libnl.ParseMsgType(m.String()); err != nil || back != m {
				t.Fatalf("%q is %v, and that %v, %v", s, m, back, err)
			}
		}
		_, _ = libnl.ParseIPProto(s)
	})
}
