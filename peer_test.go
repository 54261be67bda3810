//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/oracle"
	"golang.org/x/sys/unix"
)

// A peer is another program on NETLINK_USERSOCK: it sees requests as they were sent and answers with bytes of the test's choice.
type peer struct {
	t    testing.TB
	fd   int
	port uint32
	mu   sync.Mutex
	reqs []request
	done chan struct{}
}

type request struct {
	libnl.Header
	body []byte
	from uint32
}

// newPeer opens a peer that reads nothing by itself.
func newPeer(t testing.TB, rcvbuf int) *peer {
	t.Helper()
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_USERSOCK)
	check(t, err)
	t.Cleanup(func() { unix.Close(fd) })
	if rcvbuf > 0 {
		check(t, unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, rcvbuf))
	}
	check(t, unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUFFORCE, 8<<20))
	check(t, unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}))
	sa, err := unix.Getsockname(fd)
	check(t, err)
	return &peer{t: t, fd: fd, port: sa.(*unix.SockaddrNetlink).Pid}
}

func (p *peer) send(to uint32, datagrams ...[]byte) {
	for _, b := range datagrams {
		if err := unix.Sendto(p.fd, b, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Pid: to}); err != nil {
			p.t.Errorf("peer: send of %d bytes: %v", len(b), err)
		}
	}
}

// recv takes one datagram; not ok if nothing arrives within a while.
func (p *peer) recv() (b []byte, from uint32, ok bool) {
	b = make([]byte, 2<<20)
	check(p.t, unix.SetsockoptTimeval(p.fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Usec: 100e3}))
	for {
		n, _, _, sa, err := unix.Recvmsg(p.fd, b, nil, 0)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return nil, 0, false
		}
		return b[:n], sa.(*unix.SockaddrNetlink).Pid, true
	}
}

// serve answers every request with what fn makes of it, until the test ends.
func (p *peer) serve(fn func(r request) [][]byte) {
	p.done = make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-p.done:
				return
			default:
			}
			b, from, ok := p.recv()
			if !ok {
				continue
			}
			for h, body := range libnl.EachMsg(b) {
				r := request{h, bytes.Clone(body), from}
				p.mu.Lock()
				p.reqs = append(p.reqs, r)
				p.mu.Unlock()
				p.send(from, fn(r)...)
			}
		}
	})
	p.t.Cleanup(func() { close(p.done); wg.Wait() })
}

func (p *peer) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.reqs)
}

// dialPeer opens a socket of ours that talks to p.
func dialPeer(t testing.TB, p *peer, cfg libnl.Config) *libnl.Socket {
	t.Helper()
	cfg.Untrusted = true
	s, err := libnl.Dial(libnl.ProtoUserSock, &cfg)
	check(t, err)
	t.Cleanup(func() { s.Close() })
	if p != nil {
		s.SetPeerPort(p.port)
	}
	return s
}

const (
	flagMulti = unix.NLM_F_MULTI
	flagIntr  = unix.NLM_F_DUMP_INTR
)

func message(typ, flags int, seq uint32, payload string) []byte {
	return oracle.Message(uint16(typ), uint16(flags), seq, []byte(payload))
}

func int32Bytes(n int) []byte { return binary.NativeEndian.AppendUint32(nil, uint32(int32(n))) }

// doneMsg is the end of a dump, with an errno or 0.
func doneMsg(flags int, seq uint32, errno int) []byte {
	return oracle.Message(unix.NLMSG_DONE, uint16(flagMulti|flags), seq, int32Bytes(-errno))
}

// errorMsg is an error, or with 0 an ACK, of a request.
func errorMsg(r request, errno int) []byte {
	b := append(int32Bytes(-errno), message(int(r.Type), int(r.Flags), r.Seq, "")...)
	return oracle.Message(unix.NLMSG_ERROR, unix.NLM_F_CAPPED, r.Seq, b)
}

func cat(parts ...[]byte) (b []byte) {
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// plainMsg makes a message of no protocol in particular.
func plainMsg(t testing.TB, typ libnl.MsgType, f libnl.MsgFlags, body string) *libnl.Msg {
	t.Helper()
	m, err := libnl.NewMsgSize(max(2*len(body), 4096))
	check(t, err)
	check(t, m.PutHeader(0, 0, typ, 0, f))
	m.Append([]byte(body), 4)
	check(t, m.Err())
	return m
}

func within(t testing.TB, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}

// isErr fails the test unless err matches each of the targets.
func isErr(t testing.TB, what string, err error, targets ...error) {
	t.Helper()
	for _, target := range targets {
		if !errors.Is(err, target) {
			t.Errorf("%s: error %v, want one that matches %v", what, err, target)
		}
	}
}
