//go:build linux

// SPDX-License-Identifier: MIT

package docs_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/golibnl/libnl/internal/nltest"
)

// example builds one of the examples.
func example(t *testing.T, name string) (program string) {
	t.Helper()
	program = filepath.Join(t.TempDir(), name)
	goBuild(t, program, "./examples/"+name)
	return program
}

// output runs a program, and skips the test where the kernel does not have the family.
func output(t *testing.T, program string, args ...string) string {
	t.Helper()
	out, err := exec.Command(program, args...).CombinedOutput()
	if bytes.Contains(out, []byte("no generic netlink family")) {
		t.Skipf("%s", out)
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

// The example with accounting prints of a process that does nothing what /proc has.
func TestExampleTaskstats(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("for root")
	}
	program := example(t, "taskstats")
	sleep := exec.Command("nice", "-n", "3", "cat")
	in, err := sleep.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sleep.StdoutPipe(); err != nil {
		t.Fatal(err)
	}
	if err := sleep.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = in.Close()
		_ = sleep.Wait()
	}()
	proc := fmt.Sprintf("/proc/%d/", sleep.Process.Pid)
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if string(read(t, proc+"comm")) == "cat\n" && strings.HasPrefix(field(t, proc+"status", "State:"), "S") {
			break
		}
		if time.Now().After(end) {
			t.Fatal("cat does not wait for input")
		}
	}
	_, stat, _ := strings.Cut(string(read(t, proc+"stat")), ") ")
	fields := append([]string{1: "", 2: ""}, strings.Fields(stat)...) // from 1, as in proc(5), with the two before
	want := fmt.Sprintf("comm: cat\npid: %d\nppid: %d\nuid: 0\ngid: 0\nnice: 3\n", sleep.Process.Pid, os.Getpid())
	got := output(t, program, fmt.Sprint(sleep.Process.Pid))
	if !strings.HasPrefix(got, want) {
		t.Errorf("it prints\n%s\nwant\n%s", got, want)
	}
	for name, value := range map[string]string{
		"minor faults":         fields[10],
		"major faults":         fields[12],
		"voluntary switches":   field(t, proc+"status", "voluntary_ctxt_switches:"),
		"involuntary switches": field(t, proc+"status", "nonvoluntary_ctxt_switches:"),
		"KiB read":             kib(t, field(t, proc+"io", "rchar:")),
		"KiB written":          kib(t, field(t, proc+"io", "wchar:")),
	} {
		if line := name + ": " + value + "\n"; !strings.Contains(got, line) {
			t.Errorf("no line %q in\n%s", line, got)
		}
	}
	if out, err := exec.Command(program, "2147483647").CombinedOutput(); err == nil || !bytes.Contains(out, []byte("no such process")) {
		t.Errorf("%v %s", err, out)
	}
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// field returns what stands behind a name at the beginning of a line.
func field(t *testing.T, file, name string) string {
	t.Helper()
	for line := range strings.Lines(string(read(t, file))) {
		if rest, ok := strings.CutPrefix(line, name); ok {
			return strings.TrimSpace(rest)
		}
	}
	t.Fatalf("no %s in %s", name, file)
	return ""
}

func kib(t *testing.T, bytes string) string {
	t.Helper()
	n, err := strconv.ParseUint(bytes, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(n >> 10)
}

// The example with ethtool netlink prints of a link what the older interface says.
func TestExampleEthtool(t *testing.T) {
	program := example(t, "ethtool")
	nltest.NetNS(t)
	nltest.Run(t, "ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1")
	nltest.Run(t, "ip", "link", "set", "v0", "up")
	for _, link := range []bool{false, true} {
		if link {
			nltest.Run(t, "ip", "link", "set", "v1", "up")
		}
		got := output(t, program, "v0")
		v0, err := net.InterfaceByName("v0")
		if err != nil {
			t.Fatal(err)
		}
		var old [44]byte // struct ethtool_cmd
		binary.NativeEndian.PutUint32(old[:], unix.ETHTOOL_GSET)
		ethtoolAsk(t, "v0", old[:])
		want := fmt.Sprintf("%d: v0\nspeed: %d\nduplex: %s\nport: %s\ntransceiver: %s\nauto-negotiation: %v\nlink: %v\n", v0.Index,
			binary.NativeEndian.Uint16(old[12:]), []string{"half", "full"}[old[14]], []string{"twisted pair", "AUI"}[old[15]],
			[]string{"internal", "external"}[old[17]], old[18] == 1, link)
		if got != want {
			t.Errorf("it prints\n%s\nwant\n%s", got, want)
		}
	}
	got := output(t, program, "v0", "1", "4")
	var want strings.Builder
	for _, set := range []uint32{1, 4} {
		for i, s := range ethtoolStrings(t, "v0", set) {
			fmt.Fprintf(&want, "string %d/%d: %s\n", set, i, s)
		}
	}
	if _, strs, _ := strings.Cut(got, "link: true\n"); strs != want.String() || !strings.Contains(strs, "tx-checksum-ip-generic") {
		t.Errorf("it prints\n%s\nwant\n%s", strs, want.String())
	}
	out, err := exec.Command(program, "nosuch").CombinedOutput()
	if err == nil || !bytes.Contains(out, []byte("no such device: no device matches name")) {
		t.Errorf("%v %s", err, out)
	}
}

// ethtoolAsk asks by ioctl; the answer is where the question was.
func ethtoolAsk(t *testing.T, dev string, data []byte) {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	var ifr struct {
		name [unix.IFNAMSIZ]byte
		data *byte
		_    [16]byte
	}
	copy(ifr.name[:], dev)
	ifr.data = &data[0]
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.SIOCETHTOOL, uintptr(unsafe.Pointer(&ifr))); errno != 0 {
		t.Fatal(errno)
	}
}

func ethtoolStrings(t *testing.T, dev string, set uint32) (all []string) {
	t.Helper()
	const size = 32             // ETH_GSTRING_LEN
	data := make([]byte, 1<<16) // for both answers
	order := binary.NativeEndian
	order.PutUint32(data, unix.ETHTOOL_GSSET_INFO) // struct ethtool_sset_info: command, padding, mask, counts
	order.PutUint64(data[8:], 1<<set)
	ethtoolAsk(t, dev, data)
	n := order.Uint32(data[16:])
	clear(data)
	order.PutUint32(data, unix.ETHTOOL_GSTRINGS) // struct ethtool_gstrings: command, set, number
	order.PutUint32(data[4:], set)
	order.PutUint32(data[8:], n)
	ethtoolAsk(t, dev, data)
	for text := data[12:]; n > 0; n-- {
		all = append(all, unix.ByteSliceToString(text[:size]))
		text = text[size:]
	}
	return all
}
