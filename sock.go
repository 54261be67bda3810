//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"math"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Socket is a netlink socket: struct nl_sock. It is safe for concurrent use: while one goroutine receives, others send, make
// requests, join groups, change callbacks or close it. Inside, sockets are always non-blocking, and whoever waits, waits in Go's
// poller, without a thread.
type Socket struct {
	token chan struct{} // the reader token: held by whoever takes datagrams from the descriptor
	done  chan struct{} // closed by Close

	mu     sync.Mutex // the state mutex: held for short C calls that never wait
	res    *sockRes
	file   *os.File        // Go's duplicate of the descriptor, for the poller; nil until somebody waits
	conn   syscall.RawConn // of file
	fd     int             // libnl's descriptor, -1 until connected
	proto  Protocol
	set    *cbSet // libnl's s_cb
	next   *cbSet // replaces set as soon as no call is on the stack
	users  int    // calls on the stack that use res or fd
	stack  int    // of these, the ones that can reach a callback
	closed bool
	noAck  bool // auto-ack is off
	never  bool // SetNonblocking
	port   uint32
	peer   SockAddr

	grouped  bool  // its queue may hold notifications
	unopened error // why NetLink.Socket could not connect it

	untrusted bool
	keepsAll  bool // of a queue of packets: the kernel bounds how many there can be, and waits for each
	pktinfo   bool // notifications are known by the control message alone
	rootOK    bool // senders with uid 0 are as good as the kernel: udev

	// waiting
	change  chan struct{}
	polling bool // a goroutine is in the poller
	kicked  bool // and is being called out of it
	timer   *time.Timer
	expired bool

	// receiving
	receiving  bool        // a receive is under way
	answer     answer      // that Messages is in the middle of
	loop       *activation // libnl's loop is running
	pending    queue       // for the receiver, read by others
	streams    []*stream
	dump       *stream  // the dump in progress
	skips      []uint32 // answers to libnl's requests that are to be discarded, as far as they still come
	alignTo    uint32   // libnl is to expect this sequence number next
	misaligned bool
	unseen     uint32 // answers since that libnl's loop did not see
	answered   uint32 // the last number of libnl's that was
	stats      SocketStats
	lost       uint64 // how often the kernel's queue was full
	seq        uint32 // of the engine's last request
	issued     uint32 // so many up to it may still be answered

	spare      *activation
	panicStack []byte
	t          *tracker
	net        runtime.Cleanup
}

// sockRes is what a forgotten Socket leaves to its cleanup: nothing in it leads back to the Socket.
type sockRes struct {
	sk   *C.struct_nl_sock
	file atomic.Pointer[os.File]
}

func (r *sockRes) free() {
	if f := r.file.Swap(nil); f != nil {
		_ = f.Close()
	}
	refs.Lock()
	C.nl_socket_free(r.sk)
	refs.Unlock()
}

// SocketStats counts what happened on a socket.
type SocketStats struct {
	Datagrams uint64 // read from the descriptor
	Refused   uint64 // dropped: their sender was not the kernel
	Stale     uint64 // dropped: answers to requests that nobody waits for any more
	Overruns  uint64 // times the receive buffer or a queue was full
	Truncated uint64 // datagrams too large even for the spare buffer
	Pending   int    // bytes read already, waiting for the receiver
}

// Config says how to open a socket; nil and the zero value are the defaults.
type Config struct {
	Groups    []Group // joined at once; implies Events
	RcvBuf    int     // receive buffer in bytes, forced if allowed; 0: 1 MiB
	SndBuf    int     // send buffer in bytes, forced if allowed; 0: 1 MiB
	Strict    bool    // the kernel checks requests strictly and honours dump filters (NETLINK_GET_STRICT_CHK)
	Port      uint32  // local port; 0: chosen
	Events    bool    // a socket that listens: no sequence check, no automatic ACK
	Untrusted bool    // accept messages whose sender is not the kernel
	NoExtAck  bool    // the kernel does not explain errors
	Callbacks *Callbacks
	NetNS     int // descriptor of the network namespace to open the socket in; 0: this thread's
}

func newSocket(sk *C.struct_nl_sock, set *cbSet) *Socket {
	// where libnl's numbers start depends on its version: one is taken, and its answer taken for seen
	first := uint32(C.nl_socket_use_seq(sk))
	C.nlgo_expect_seq(sk, C.uint32_t(first+1), 1)
	s := &Socket{
		token: make(chan struct{}, 1),
		done:  make(chan struct{}),
		res:   &sockRes{sk: sk},
		set:   set.retain(),
		fd:    -1,
		seq:   first ^ 1<<31, // far from libnl's

		answered: first,
	}
	s.t = track(s, "Socket")
	// the net for a Socket forgotten unclosed; set is not released: its functions may lead back here
	s.net = runtime.AddCleanup(s, (*sockRes).free, s.res)
	return s
}

// envDebug: libnl reads the variable as it is loaded, and gives its sockets other callbacks.
var envDebug = strings.EqualFold(os.Getenv("NLCB"), "debug")

// NewSocket makes an unconnected socket with libnl's default callbacks, or those that the environment asks for
// (NLCB=verbose, NLCB=debug).
//
// Implements: nl_socket_alloc
func NewSocket() (*Socket, error) {
	sk := C.nlgo_socket_alloc()
	if sk == nil {
		return nil, &Error{Func: "nl_socket_alloc", Code: ErrNoMem}
	}
	return newSocket(sk, newSet(&cbSet{cb: C.nl_socket_get_cb(sk), debug: envDebug})), nil
}

// NewSocketCallbacks makes an unconnected socket that uses cb, and shares it with whoever else does.
//
// Implements: nl_socket_alloc_cb
func NewSocketCallbacks(cb *Callbacks) (*Socket, error) {
	set, err := cb.hold("nl_socket_alloc_cb")
	if err != nil {
		return nil, err
	}
	defer set.release()
	refs.Lock()
	sk := C.nl_socket_alloc_cb(set.cb)
	refs.Unlock()
	if sk == nil {
		return nil, &Error{Func: "nl_socket_alloc_cb", Code: ErrNoMem}
	}
	return newSocket(sk, set), nil
}

// Dial makes a socket and connects it to the kernel.
//
// Implements: nl_socket_alloc nl_connect
func Dial(p Protocol, cfg *Config) (*Socket, error) {
	if cfg == nil {
		cfg = &Config{}
	}
	var s *Socket
	var err error
	if cfg.Callbacks != nil {
		s, err = NewSocketCallbacks(cfg.Callbacks)
	} else {
		s, err = NewSocket()
	}
	if err != nil {
		return nil, err
	}
	if err := s.open(p, cfg); err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

func (s *Socket) open(p Protocol, cfg *Config) error {
	s.untrusted = cfg.Untrusted
	if cfg.Port != 0 {
		s.SetLocalPort(cfg.Port)
	}
	err := inNetNS(cfg.NetNS, func() error { return s.Connect(p) })
	if err != nil {
		return err
	}
	if cfg.RcvBuf != 0 || cfg.SndBuf != 0 {
		if err := s.SetBufferSize(cfg.RcvBuf, cfg.SndBuf); err != nil {
			return err
		}
	}
	if cfg.NoExtAck {
		if err := s.setOption("setsockopt(NETLINK_EXT_ACK)", unix.SOL_NETLINK, unix.NETLINK_EXT_ACK, 0); err != nil {
			return err
		}
	}
	if cfg.Strict {
		if err := s.setOption("setsockopt(NETLINK_GET_STRICT_CHK)", unix.SOL_NETLINK, unix.NETLINK_GET_STRICT_CHK, 1); err != nil {
			return err
		}
	}
	if cfg.Events || len(cfg.Groups) > 0 {
		s.DisableSeqCheck()
		s.DisableAutoAck()
	}
	return s.AddMembership(cfg.Groups...)
}

// inNetNS runs fn in the network namespace that fd is of. It takes a thread of its own, which ends if it cannot find back.
func inNetNS(fd int, fn func() error) error {
	if fd == 0 {
		return fn()
	}
	if fd < 0 {
		return argErr("setns", "negative namespace descriptor")
	}
	if done, err := inOwnNetNS(fd, fn); done {
		return err
	}
	ch := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		home, err := os.Open("/proc/thread-self/ns/net")
		if err != nil {
			runtime.UnlockOSThread()
			ch <- &Error{Func: "setns", Code: ErrFailure, cause: err}
			return
		}
		defer home.Close()
		if err := unix.Setns(fd, unix.CLONE_NEWNET); err != nil {
			runtime.UnlockOSThread()
			ch <- sysErr("setns", err.(syscall.Errno))
			return
		}
		err = fn()
		if unix.Setns(int(home.Fd()), unix.CLONE_NEWNET) == nil {
			runtime.UnlockOSThread()
		}
		ch <- err
	}()
	return <-ch
}

// inOwnNetNS runs fn if fd is of the namespace this thread is in anyhow: that takes no privilege.
func inOwnNetNS(fd int, fn func() error) (done bool, err error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var a, b unix.Stat_t
	if unix.Fstat(fd, &a) != nil || unix.Stat("/proc/thread-self/ns/net", &b) != nil || a.Dev != b.Dev || a.Ino != b.Ino {
		return false, nil
	}
	return true, fn()
}

// lock takes the state mutex, unless the socket is closed.
func (s *Socket) lock(fn string) error {
	if s == nil {
		return argErr(fn, "nil Socket")
	}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return closedErr(fn)
	}
	return nil
}

// mustLock is lock for calls without an error result.
func (s *Socket) mustLock(fn string) {
	if s == nil {
		panic("libnl: nil Socket")
	}
	if s.lock(fn) != nil {
		panicClosed("Socket")
	}
}

// lockConnected is lock for calls that need the descriptor.
func (s *Socket) lockConnected(fn string) error {
	if err := s.lock(fn); err != nil {
		return err
	}
	if s.fd < 0 {
		err := s.unopened
		s.mu.Unlock()
		if err != nil {
			return err
		}
		return &Error{Func: fn, Code: ErrBadSock, Msg: "the socket is not connected"}
	}
	return nil
}

// begin counts a request in, which uses the descriptor without the mutex.
func (s *Socket) begin(fn string) error {
	err := s.beginLocked(fn)
	if err == nil {
		s.mu.Unlock()
	}
	return err
}

// beginLocked is begin for those who go on with the state mutex.
func (s *Socket) beginLocked(fn string) error {
	if err := s.lockConnected(fn); err != nil {
		return err
	}
	if s.nested() {
		s.mu.Unlock()
		return &Error{Func: fn, cause: ErrNested}
	}
	s.users++
	return nil
}

func (s *Socket) end() {
	s.mu.Lock()
	s.endLocked()
	s.mu.Unlock()
}

func (s *Socket) endLocked() {
	s.users--
	if s.users == 0 && s.closed {
		s.freeLocked()
	}
}

func (s *Socket) freeLocked() {
	if s.res == nil {
		return
	}
	s.net.Stop()
	s.res.free()
	s.res = nil
	s.fd = -1
	if s.next != nil {
		s.next.release()
		s.next = nil
	}
	s.set.release()
}

func (s *Socket) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// Close closes the socket and wakes whoever waits on it. Calls that are on the stack end with [ErrClosed]; the last of them frees
// libnl's half. Closing again, or nil, does nothing.
//
// Implements: nl_close nl_socket_free
func (s *Socket) Close() error {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	close(s.done)
	s.notify()
	file := s.res.file.Swap(nil)
	if s.timer != nil {
		s.timer.Stop()
	}
	s.pending = queue{}
	s.t.done()
	s.mu.Unlock()

	if file != nil {
		_ = file.Close() // brings the one in the poller out
	}

	s.mu.Lock()
	if s.users == 0 {
		s.freeLocked()
	}
	s.mu.Unlock()
	return nil
}

// Connect opens the descriptor and binds it. Unlike libnl it leaves buffers of 1 MiB, or what the system allows, instead of 32 KiB,
// and asks the kernel to explain errors.
//
// Implements: nl_connect
func (s *Socket) Connect(p Protocol) error {
	if err := s.lock("nl_connect"); err != nil {
		return err
	}
	defer s.mu.Unlock()
	if p < 0 || p > math.MaxInt32 {
		return argErr("nl_connect", "no such protocol")
	}
	if s.fd >= 0 {
		return &Error{Func: "nl_connect", Code: ErrBadSock, Msg: "the socket is connected already"}
	}
	var errno C.int
	if rc := C.nlgo_connect(s.res.sk, C.int(p), &errno); rc < 0 {
		return &Error{Func: "nl_connect", Code: Errno(-rc), Errno: syscall.Errno(errno)}
	}
	return s.adopt(p)
}

// SetFD makes the socket use a descriptor that is a bound netlink socket already. On success it belongs to the socket, which makes
// it non-blocking, also for those who share it, and closes it; p may be -1 for its own protocol.
//
// Implements: nl_socket_set_fd
func (s *Socket) SetFD(p Protocol, fd int) error {
	if err := s.lock("nl_socket_set_fd"); err != nil {
		return err
	}
	defer s.mu.Unlock()
	if p < -1 || p > math.MaxInt32 || fd < 0 || fd > math.MaxInt32 {
		return argErr("nl_socket_set_fd", "no such protocol or descriptor")
	}
	if s.fd >= 0 {
		return &Error{Func: "nl_socket_set_fd", Code: ErrBadSock, Msg: "the socket is connected already"}
	}
	if p == -1 {
		got, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_PROTOCOL)
		if err != nil {
			return sysErr("nl_socket_set_fd", err.(syscall.Errno))
		}
		p = Protocol(got)
	}
	var errno C.int
	if rc := C.nlgo_set_fd(s.res.sk, C.int(p), C.int(fd), &errno); rc < 0 {
		return &Error{Func: "nl_socket_set_fd", Code: Errno(-rc), Errno: syscall.Errno(errno)}
	}
	C.nlgo_nonblock(C.int(fd)) // cannot fail: it is a socket
	s.attach(p)
	// it may be in a group above 32
	s.pktinfo, s.grouped = true, true
	C.nlgo_setsockopt(C.int(s.fd), unix.SOL_NETLINK, unix.NETLINK_PKTINFO, 1)
	return nil
}

// adopt takes a connected nl_sock over: buffers, options.
func (s *Socket) adopt(p Protocol) error {
	if rc := C.nlgo_nonblock(C.nl_socket_get_fd(s.res.sk)); rc < 0 {
		C.nl_close(s.res.sk)
		return sysErr("nl_connect", syscall.Errno(-rc))
	}
	s.attach(p)
	s.bufferSize(unix.SO_RCVBUFFORCE, unix.SO_RCVBUF, defaultBuf)
	s.bufferSize(unix.SO_SNDBUFFORCE, unix.SO_SNDBUF, defaultBuf)
	// kernels before 4.12 know no extended acknowledgements; errors then come without a text
	C.nlgo_setsockopt(C.int(s.fd), unix.SOL_NETLINK, unix.NETLINK_EXT_ACK, 1)
	C.nlgo_setsockopt(C.int(s.fd), unix.SOL_NETLINK, unix.NETLINK_CAP_ACK, 1)
	return nil
}

const defaultBuf = 1 << 20

func (s *Socket) attach(p Protocol) {
	s.proto = p
	s.fd = int(C.nl_socket_get_fd(s.res.sk))
	s.port = uint32(C.nl_socket_get_local_port(s.res.sk))
}

// usePoller gives the descriptor to Go's poller, once there is a reason: it takes note of every message from then on. libnl closes its
// descriptor, so Go gets a duplicate. The state mutex is held.
func (s *Socket) usePoller() error {
	if s.file != nil {
		return nil
	}
	dup, err := unix.FcntlInt(uintptr(s.fd), unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return sysErr("dup", err.(syscall.Errno))
	}
	_ = unix.SetNonblock(dup, true) // in case somebody undid it
	f := os.NewFile(uintptr(dup), "netlink")
	conn, err := f.SyscallConn()
	if err == nil {
		err = f.SetReadDeadline(time.Time{}) // fails if the poller did not take it
	}
	if err != nil {
		_ = f.Close()
		return &Error{Func: "poll", Code: ErrFailure, cause: err}
	}
	s.file, s.conn = f, conn
	s.res.file.Store(f)
	return nil
}

// FD returns libnl's descriptor, -1 while the socket is not connected or is closed. It is for poll and the like: reading from it
// takes messages away from the socket.
//
// Implements: nl_socket_get_fd
func (s *Socket) FD() int {
	if s == nil {
		return -1
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return -1
	}
	return s.fd
}

// SyscallConn gives access to the descriptor, for options that the package has no method for.
func (s *Socket) SyscallConn() (syscall.RawConn, error) {
	if err := s.lockConnected("SyscallConn"); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	if err := s.usePoller(); err != nil {
		return nil, err
	}
	return s.conn, nil
}

// Protocol returns the protocol the socket is connected to, 0 before.
func (s *Socket) Protocol() Protocol {
	s.mustLock("Protocol")
	defer s.mu.Unlock()
	return s.proto
}

// Stats returns the socket's counters.
func (s *Socket) Stats() SocketStats {
	s.mustLock("Stats")
	defer s.mu.Unlock()
	st := s.stats
	st.Pending = s.pending.bytes
	return st
}

// PanicStack returns the stack of the last panic in one of the socket's callbacks. The panic itself is raised again where C was
// called; this tells where it began.
func (s *Socket) PanicStack() string {
	s.mustLock("PanicStack")
	defer s.mu.Unlock()
	return string(s.panicStack)
}

// nested reports whether the caller stands in a callback of this socket. The state mutex is held.
func (s *Socket) nested() bool { return s.stack > 0 && C.nlgo_inside(s.res.sk) != 0 }

// inside is nested for those who do not hold the state mutex.
func (s *Socket) inside() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.nested()
}

// bytesPtr is for arguments of C functions. It is no unsafe.Pointer: for those cgo would look for pointers in all that b is part of.
func bytesPtr(b []byte) *C.uint8_t { return (*C.uint8_t)(unsafe.SliceData(b)) }
