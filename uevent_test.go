//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"context"
	"encoding/binary"
	"errors"
	"maps"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/golibnl/libnl"
	"golang.org/x/sys/unix"
)

// udevMessage builds a message as udev sends them.
func udevMessage(properties string) []byte {
	b := append([]byte("libudev\x00"), 0xfe, 0xed, 0xca, 0xfe)
	for _, v := range []uint32{40, 40, uint32(len(properties)), 0, 0, 0, 0} {
		b = binary.NativeEndian.AppendUint32(b, v)
	}
	return append(b, properties...)
}

const (
	kernelText = "add@/devices/virtual/net/x0\x00ACTION=add\x00DEVPATH=/devices/virtual/net/x0\x00SUBSYSTEM=net\x00INTERFACE=x0\x00SEQNUM=4711\x00"
	udevText   = "ACTION=change\x00DEVPATH=/devices/libnl-test\x00SUBSYSTEM=mem\x00SEQNUM=12\x00TAGS=:a=b:\x00EMPTY=\x00"
)

func TestParseUEvent(t *testing.T) {
	e, err := libnl.ParseUEvent([]byte(kernelText))
	succeed(t, err)
	vars := map[string]string{"ACTION": "add", "DEVPATH": "/devices/virtual/net/x0", "SUBSYSTEM": "net", "INTERFACE": "x0", "SEQNUM": "4711"}
	if e.Source != libnl.UEventKernel || e.Action != "add" || e.DevPath != vars["DEVPATH"] || e.Subsystem != "net" || e.SeqNum != 4711 || !maps.Equal(e.Vars, vars) {
		t.Errorf("%+v", e)
	}
	e, err = libnl.ParseUEvent(udevMessage(udevText))
	succeed(t, err)
	vars = map[string]string{"ACTION": "change", "DEVPATH": "/devices/libnl-test", "SUBSYSTEM": "mem", "SEQNUM": "12", "TAGS": ":a=b:", "EMPTY": ""}
	if e.Source != libnl.UEventUdev || e.Action != "change" || e.DevPath != vars["DEVPATH"] || e.Subsystem != "mem" || e.SeqNum != 12 || !maps.Equal(e.Vars, vars) {
		t.Errorf("%+v", e)
	}
	e, err = libnl.ParseUEvent([]byte("remove@/module/x"))
	if err != nil || e.Action != "remove" || e.DevPath != "/module/x" || e.Subsystem != "" || e.SeqNum != 0 || len(e.Vars) != 0 {
		t.Errorf("%+v %v", e, err)
	}
	if libnl.UEventKernel.String() != "kernel" || libnl.UEventUdev.String() != "udev" || libnl.UEventSource(9).String() != "source 9" {
		t.Error("names")
	}
}

func TestParseUEventBad(t *testing.T) {
	with := func(off int, v uint32) []byte {
		b := udevMessage(udevText)
		binary.NativeEndian.PutUint32(b[off:], v)
		return b
	}
	for _, c := range []struct {
		name string
		b    []byte
		code libnl.Errno
	}{
		{"nothing", nil, libnl.ErrInval},
		{"no device", []byte("add\x00ACTION=add\x00"), libnl.ErrInval},
		{"an empty device", []byte("add@\x00"), libnl.ErrInval},
		{"an empty action", []byte("@/x\x00"), libnl.ErrInval},
		{"a netlink header", make([]byte, 16), libnl.ErrInval},
		{"half a head", udevMessage(udevText)[:39], libnl.ErrMsgTrunc},
		{"another magic number", with(8, 1), libnl.ErrInval},
		{"properties in the head", with(16, 8), libnl.ErrInval},
		{"properties beyond the end", with(16, 0xffffffff), libnl.ErrMsgTrunc},
		{"properties too long", with(20, 0xffffffff), libnl.ErrMsgTrunc},
		{"no properties", with(20, 0), libnl.ErrInval},
	} {
		if e, err := libnl.ParseUEvent(c.b); !errors.Is(err, c.code) {
			t.Errorf("%s: %+v, %v", c.name, e, err)
		}
	}
}

func FuzzUEvent(f *testing.F) {
	f.Add([]byte(kernelText))
	f.Add(udevMessage(udevText))
	f.Add([]byte("libudev\x00"))
	f.Add([]byte("@"))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := libnl.ParseUEvent(b)
		switch {
		case err != nil:
			if e.Vars != nil || e.Action != "" {
				t.Error("an event with an error: ", e)
			}
		case e.Action == "" || e.DevPath == "" || e.Vars == nil:
			t.Errorf("%+v", e)
		case e.Subsystem != e.Vars["SUBSYSTEM"]:
			t.Errorf("%+v", e)
		}
		for name, value := range e.Vars {
			if name == "" || strings.ContainsAny(name, "=\x00") || strings.Contains(value, "\x00") {
				t.Errorf("%q=%q", name, value)
			}
		}
	})
}

func ueventSocket(t *testing.T, cfg *libnl.Config) *libnl.UEvents {
	t.Helper()
	u, err := libnl.NewUEvent(cfg)
	succeed(t, err)
	t.Cleanup(func() { u.Close() })
	return u
}

// ofTest reports whether an event is one that these tests made.
func ofTest(e libnl.UEvent) bool {
	return strings.Contains(e.DevPath, "libnl-test") || e.Vars["SYNTH_ARG_FROM"] == "libnltest"
}

// awaitUEvent returns the first event of these tests.
func awaitUEvent(t *testing.T, u *libnl.UEvents) libnl.UEvent {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	for e, err := range u.Events(ctx) {
		succeed(t, err)
		if ofTest(e) {
			return e
		}
	}
	return libnl.UEvent{}
}

func TestUEventKernel(t *testing.T) {
	u := ueventSocket(t, nil)
	const file = "/sys/class/mem/null/uevent"
	const uuid = "6e5eae0e-3b5b-4d68-9b6e-5b1a6d5c0f11"
	if err := os.WriteFile(file, []byte("change "+uuid+" FROM=libnltest"), 0); err != nil {
		t.Skip("no right to have the kernel send a uevent: ", err)
	}
	e := awaitUEvent(t, u)
	if e.Source != libnl.UEventKernel || e.Action != "change" || e.DevPath != "/devices/virtual/mem/null" || e.Subsystem != "mem" ||
		e.SeqNum == 0 || e.Vars["SYNTH_UUID"] != uuid || e.Vars["DEVNAME"] != "null" {
		t.Errorf("%+v", e)
	}
}

// sendUEvent sends to a group of the uevent protocol from a socket that is not the kernel's, as uid claims to be.
func sendUEvent(t *testing.T, group uint, b []byte, uid uint32) {
	t.Helper()
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_KOBJECT_UEVENT)
	succeed(t, err)
	defer unix.Close(fd)
	succeed(t, unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}))
	creds := unix.UnixCredentials(&unix.Ucred{Pid: int32(os.Getpid()), Uid: uid, Gid: uint32(os.Getgid())})
	to := &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: 1 << (group - 1)}
	err = unix.Sendmsg(fd, b, creds, to, 0)
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EINVAL) && uid != uint32(os.Getuid()) {
		t.Skip("no right to send as udev does, or no such user in this namespace: ", err)
	}
	// what another program listens with may be full
	if err != nil && !errors.Is(err, syscall.ECONNREFUSED) && !errors.Is(err, syscall.ENOBUFS) {
		t.Fatal(err)
	}
}

func TestUEventUdev(t *testing.T) {
	u := ueventSocket(t, nil)
	other := ueventSocket(t, &libnl.Config{Groups: []libnl.Group{libnl.GroupUEventKernel}})
	open := ueventSocket(t, &libnl.Config{Untrusted: true})
	sendUEvent(t, 2, udevMessage(udevText), 65534)             // not udev's user
	sendUEvent(t, 1, []byte("add@/devices/libnl-test\x00"), 0) // not the kernel
	sendUEvent(t, 2, []byte("add@/devices/libnl-test\x00"), 0) // nor there
	sendUEvent(t, 2, udevMessage("nonsense"), 0)               // makes no sense
	sendUEvent(t, 2, udevMessage(udevText+"MARK=true\x00"), 0) // as udev does

	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	bad := 0
	for e, err := range u.Events(ctx) {
		if errors.Is(err, libnl.ErrInval) {
			bad++
			continue
		}
		succeed(t, err)
		if !ofTest(e) {
			continue
		}
		if e.Source != libnl.UEventUdev || e.Vars["MARK"] != "true" {
			t.Errorf("%+v", e)
		}
		break
	}
	if st := u.Stats(); st.Refused != 3 || bad != 1 {
		t.Errorf("%+v, %d made no sense", st, bad)
	}
	if e := awaitUEvent(t, open); e.Vars["MARK"] != "" || e.Source != libnl.UEventUdev {
		t.Errorf("%+v", e)
	}
	for {
		e, err := other.ReadEvent()
		if errors.Is(err, libnl.ErrAgain) {
			break
		}
		succeed(t, err)
		if ofTest(e) {
			t.Errorf("in another group: %+v", e)
		}
	}
}

func TestUEventClose(t *testing.T) {
	u := ueventSocket(t, nil)
	if u.FD() < 0 {
		t.Error("no descriptor")
	}
	ended := make(chan error)
	go func() {
		for _, err := range u.Events(context.Background()) {
			if err != nil {
				ended <- err
			}
		}
		close(ended)
	}()
	time.Sleep(20 * time.Millisecond)
	_, err := u.ReadEvent()
	wantIs(t, err, libnl.ErrNested)
	succeed(t, u.Close())
	wantIs(t, <-ended, libnl.ErrClosed)
	if err, more := <-ended; more {
		t.Error("the loop went on: ", err)
	}
	_, err = u.ReadEvent()
	wantIs(t, err, libnl.ErrClosed)
	succeed(t, u.Close())
	if u.FD() != -1 {
		t.Error("descriptor of a closed one")
	}

	var none *libnl.UEvents
	succeed(t, none.Close())
	_, err = none.ReadEvent()
	wantIs(t, err, libnl.ErrInval)

	u = ueventSocket(t, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	for e, err := range u.Events(ctx) {
		if err != nil {
			wantIs(t, err, context.DeadlineExceeded)
		} else if ofTest(e) {
			t.Error(e)
		}
	}
}
