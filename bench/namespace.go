//go:build linux

// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/golibnl/libnl"
	"golang.org/x/sys/unix"
)

// inNamespace runs this program again, with "measure" before its arguments, in a network namespace of its own.
func inNamespace(args []string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command("unshare", append([]string{"-n", "--", self, "measure"}, args...)...)
	if os.Getuid() != 0 {
		cmd = exec.Command("unshare", append([]string{"-Urn", "--", self, "measure"}, args...)...)
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	return cmd.Run()
}

// populate makes what is measured: a pair of links, routes by the first, and connections.
func populate(routes, flows int) error {
	for _, words := range []string{
		"link set lo up", "link add v0 type veth peer name v1",
		"link set v0 addrgenmode none", "link set v1 addrgenmode none", // no events of IPv6 later
		"addr add 192.0.2.1/24 dev v0", "link set v0 up", "link set v1 up",
	} {
		if out, err := exec.Command("ip", strings.Fields(words)...).CombinedOutput(); err != nil {
			return fmt.Errorf("ip %s: %w: %s", words, err, out)
		}
	}
	index, err := deviceIndex()
	if err != nil {
		return err
	}
	s, err := libnl.DialRoute(nil)
	if err != nil {
		return err
	}
	defer s.Close()
	const from = -0x100_0000 // 10.0.0.0, seen from changedFrom
	if err := inBatches(s, routes, func(i int) (*libnl.Msg, error) { return change(from+i, true, index) }); err != nil || flows == 0 {
		return err
	}
	nf, err := libnl.DialNetfilter(nil)
	if err != nil {
		return err
	}
	defer nf.Close()
	return inBatches(nf, flows, newFlow)
}

func inBatches(s *libnl.Socket, n int, make func(i int) (*libnl.Msg, error)) error {
	var batch []*libnl.Msg
	for i := range n {
		m, err := make(i)
		if err != nil {
			return err
		}
		if batch = append(batch, m); len(batch) < 256 && i != n-1 {
			continue
		}
		if err := errors.Join(s.Batch(context.Background(), batch)...); err != nil {
			return err
		}
		batch = batch[:0]
	}
	return nil
}

// newFlow is the request for the i-th connection, of UDP, which lasts for an hour.
func newFlow(i int) (*libnl.Msg, error) {
	m, err := libnl.NewNFMsg(libnl.NFHeader{Subsys: ctNew >> 8, Subtype: ctNew & 0xff, Family: unix.AF_INET}, libnl.FlagCreate|libnl.FlagExcl)
	if err != nil {
		return nil, err
	}
	const here, there = 0x0a00_0001, 0x0a00_0002
	src, dst := uint16(1024+i%50_000), uint16(1+i/50_000)
	tuple := func(t uint16, a, b uint32, p, q uint16) {
		m.Nest(t, func(m *libnl.Msg) {
			m.Nest(tupleIP, func(m *libnl.Msg) {
				m.PutBytes(ipV4Src, binary.BigEndian.AppendUint32(nil, a))
				m.PutBytes(ipV4Dst, binary.BigEndian.AppendUint32(nil, b))
			})
			m.Nest(tupleProto, func(m *libnl.Msg) {
				m.PutU8(protoNum, unix.IPPROTO_UDP)
				m.PutBytes(protoSrcPort, binary.BigEndian.AppendUint16(nil, p))
				m.PutBytes(protoDstPort, binary.BigEndian.AppendUint16(nil, q))
			})
		})
	}
	tuple(ctTupleOrig, here, there, src, dst)
	tuple(ctTupleReply, there, here, dst, src)
	m.PutBytes(ctStatus, binary.BigEndian.AppendUint32(nil, 8)) // IPS_CONFIRMED
	m.PutBytes(ctTimeout, binary.BigEndian.AppendUint32(nil, 3600))
	return m, m.Err()
}

// feeder makes events: a blackhole that comes and goes.
type feeder struct {
	s     *libnl.Socket
	batch []*libnl.Msg
}

func newFeeder() (*feeder, error) {
	s, err := libnl.DialRoute(nil)
	if err != nil {
		return nil, err
	}
	f := &feeder{s: s}
	for range 32 {
		for _, add := range []bool{true, false} {
			t, fl := libnl.MsgType(unix.RTM_DELROUTE), libnl.MsgFlags(0)
			if add {
				t, fl = unix.RTM_NEWROUTE, libnl.FlagCreate
			}
			m, err := libnl.NewMsgSimple(t, fl)
			if err != nil {
				return nil, err
			}
			m.Append([]byte{unix.AF_INET, 32, 0, 0, unix.RT_TABLE_MAIN, unix.RTPROT_STATIC, 0, unix.RTN_BLACKHOLE, 0, 0, 0, 0}, 4)
			m.PutBytes(unix.RTA_DST, []byte{172, 16, 0, 1})
			f.batch = append(f.batch, m)
		}
	}
	return f, nil
}

// events makes n events and returns how many it made in a second.
func (f *feeder) events(n int) (float64, error) {
	start := time.Now()
	for left := n; left > 0; left -= len(f.batch) {
		if err := errors.Join(f.s.Batch(context.Background(), f.batch[:min(left, len(f.batch))])...); err != nil {
			return 0, err
		}
	}
	return float64(n) / time.Since(start).Seconds(), nil
}
