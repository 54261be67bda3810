//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"math"
	"syscall"

	"golang.org/x/sys/unix"
)

// LocalPort returns the port of the socket; before Connect it is 0 unless SetLocalPort set one. (libnl would choose one then and
// there, and lose its way out when it is taken.)
//
// Implements: nl_socket_get_local_port
func (s *Socket) LocalPort() uint32 {
	s.mustLock("nl_socket_get_local_port")
	defer s.mu.Unlock()
	return s.port
}

// SetLocalPort sets the port that Connect binds to; 0 lets Connect choose.
//
// Implements: nl_socket_set_local_port
func (s *Socket) SetLocalPort(port uint32) {
	s.mustLock("nl_socket_set_local_port")
	defer s.mu.Unlock()
	C.nl_socket_set_local_port(s.res.sk, C.uint32_t(port))
	s.port = port
}

// PeerPort returns the port that messages go to, 0 for the kernel.
//
// Implements: nl_socket_get_peer_port
func (s *Socket) PeerPort() uint32 {
	s.mustLock("nl_socket_get_peer_port")
	defer s.mu.Unlock()
	return uint32(C.nl_socket_get_peer_port(s.res.sk))
}

// SetPeerPort sets the port that messages go to that have no destination of their own.
//
// Implements: nl_socket_set_peer_port
func (s *Socket) SetPeerPort(port uint32) {
	s.mustLock("nl_socket_set_peer_port")
	defer s.mu.Unlock()
	C.nl_socket_set_peer_port(s.res.sk, C.uint32_t(port))
	s.peer.Port = port
}

// PeerGroups returns the mask of groups that messages go to.
//
// Implements: nl_socket_get_peer_groups
func (s *Socket) PeerGroups() uint32 {
	s.mustLock("nl_socket_get_peer_groups")
	defer s.mu.Unlock()
	return uint32(C.nl_socket_get_peer_groups(s.res.sk))
}

// SetPeerGroups sets the mask of groups that messages go to.
//
// Implements: nl_socket_set_peer_groups
func (s *Socket) SetPeerGroups(mask uint32) {
	s.mustLock("nl_socket_set_peer_groups")
	defer s.mu.Unlock()
	C.nl_socket_set_peer_groups(s.res.sk, C.uint32_t(mask))
	s.peer.Groups = mask
}

// JoinGroups adds to the mask of groups that Connect will bind to. Afterwards use [Socket.AddMembership].
//
// Implements: nl_join_groups
func (s *Socket) JoinGroups(mask uint32) {
	s.mustLock("nl_join_groups")
	defer s.mu.Unlock()
	s.grouped = true
	C.nl_join_groups(s.res.sk, C.int(mask))
}

// AddMembership joins multicast groups. At the first that fails it stops and names it; those before it stay joined.
//
// Implements: nl_socket_add_membership nl_socket_add_memberships
func (s *Socket) AddMembership(groups ...Group) error {
	return s.membership("nl_socket_add_membership", true, groups)
}

// DropMembership leaves multicast groups. Messages that were queued before may still arrive.
//
// Implements: nl_socket_drop_membership nl_socket_drop_memberships
func (s *Socket) DropMembership(groups ...Group) error {
	return s.membership("nl_socket_drop_membership", false, groups)
}

func (s *Socket) membership(fn string, join bool, groups []Group) error {
	if err := s.lockConnected(fn); err != nil {
		return err
	}
	defer s.mu.Unlock()
	if join && len(groups) > 0 { // somebody will wait: better fail here than there
		if err := s.usePoller(); err != nil {
			return err
		}
	}
	for _, g := range groups {
		if g <= 0 || g > math.MaxInt32 {
			return argErr(fn, "no such group: "+itoa(int64(g)))
		}
		if g > 32 && join {
			// the sender's address has no bit for these: only the control message tells a notification from an answer
			s.pktinfo = true
			C.nlgo_setsockopt(C.int(s.fd), unix.SOL_NETLINK, unix.NETLINK_PKTINFO, 1)
		}
		s.grouped = s.grouped || join
		var errno C.int
		if rc := C.nlgo_membership(s.res.sk, C.int(g), cBool(join), &errno); rc < 0 {
			return &Error{Func: fn, Code: Errno(-rc), Errno: syscall.Errno(errno), Msg: "group " + itoa(int64(g))}
		}
	}
	return nil
}

// SetBufferSize sets the sizes of the kernel's queues for the socket in bytes, beyond the system's limit where the caller has
// CAP_NET_ADMIN; 0 leaves one as it is (libnl would set 32 KiB). [Socket.BufferSize] tells what was granted.
//
// Implements: nl_socket_set_buffer_size
func (s *Socket) SetBufferSize(rx, tx int) error {
	const fn = "nl_socket_set_buffer_size"
	if err := s.lockConnected(fn); err != nil {
		return err
	}
	defer s.mu.Unlock()
	if rx < 0 || tx < 0 || rx > math.MaxInt32/2 || tx > math.MaxInt32/2 {
		return argErr(fn, "size out of range")
	}
	if rx > 0 {
		if errno := s.bufferSize(unix.SO_RCVBUFFORCE, unix.SO_RCVBUF, rx); errno != 0 {
			return sysErr(fn, errno)
		}
	}
	if tx > 0 {
		if errno := s.bufferSize(unix.SO_SNDBUFFORCE, unix.SO_SNDBUF, tx); errno != 0 {
			return sysErr(fn, errno)
		}
	}
	return nil
}

func (s *Socket) bufferSize(force, plain, n int) syscall.Errno {
	if C.nlgo_setsockopt(C.int(s.fd), unix.SOL_SOCKET, C.int(force), C.int(n)) == 0 {
		return 0
	}
	return syscall.Errno(-C.nlgo_setsockopt(C.int(s.fd), unix.SOL_SOCKET, C.int(plain), C.int(n)))
}

// BufferSize returns the effective sizes of the kernel's queues in bytes. The kernel counts its own overhead: they are about twice
// what was asked for.
func (s *Socket) BufferSize() (rx, tx int, err error) {
	if err := s.lockConnected("getsockopt"); err != nil {
		return 0, 0, err
	}
	defer s.mu.Unlock()
	var r, t C.int
	if rc := C.nlgo_getsockopt(C.int(s.fd), unix.SOL_SOCKET, unix.SO_RCVBUF, &r); rc < 0 {
		return 0, 0, sysErr("getsockopt(SO_RCVBUF)", syscall.Errno(-rc))
	}
	if rc := C.nlgo_getsockopt(C.int(s.fd), unix.SOL_SOCKET, unix.SO_SNDBUF, &t); rc < 0 {
		return 0, 0, sysErr("getsockopt(SO_SNDBUF)", syscall.Errno(-rc))
	}
	return int(r), int(t), nil
}

// SetMsgBufSize sets what MsgBufSize returns and has no other effect: the engine takes datagrams of any size up to a MiB whole.
//
// Implements: nl_socket_set_msg_buf_size
func (s *Socket) SetMsgBufSize(n int) error {
	if err := s.lock("nl_socket_set_msg_buf_size"); err != nil {
		return err
	}
	defer s.mu.Unlock()
	if n < 0 {
		return argErr("nl_socket_set_msg_buf_size", "negative size")
	}
	return codeErr("nl_socket_set_msg_buf_size", int(C.nl_socket_set_msg_buf_size(s.res.sk, C.size_t(n))))
}

// MsgBufSize returns what SetMsgBufSize set, 0 if nothing.
//
// Implements: nl_socket_get_msg_buf_size
func (s *Socket) MsgBufSize() int {
	s.mustLock("nl_socket_get_msg_buf_size")
	defer s.mu.Unlock()
	return int(C.nl_socket_get_msg_buf_size(s.res.sk))
}

// EnableMsgPeek has no effect: the engine needs no peeking to take a datagram whole.
//
// Implements: nl_socket_enable_msg_peek
func (s *Socket) EnableMsgPeek() {
	s.mustLock("nl_socket_enable_msg_peek")
	defer s.mu.Unlock()
	C.nl_socket_enable_msg_peek(s.res.sk)
}

// DisableMsgPeek has no effect: the engine never peeks.
//
// Implements: nl_socket_disable_msg_peek
func (s *Socket) DisableMsgPeek() {
	s.mustLock("nl_socket_disable_msg_peek")
	defer s.mu.Unlock()
	C.nl_socket_disable_msg_peek(s.res.sk)
}

// SetPassCred makes messages carry their sender's credentials: see [Msg.Creds].
//
// Implements: nl_socket_set_passcred
func (s *Socket) SetPassCred(on bool) error {
	if err := s.lockConnected("nl_socket_set_passcred"); err != nil {
		return err
	}
	defer s.mu.Unlock()
	return codeErr("nl_socket_set_passcred", int(C.nl_socket_set_passcred(s.res.sk, cBool(on))))
}

// SetRecvPktInfo makes messages carry the multicast group they were sent to: see [Msg.Group]. A socket that joined a group above 32, or
// that was made by SetFD, needs that itself: switching it off has no effect.
//
// Implements: nl_socket_recv_pktinfo
func (s *Socket) SetRecvPktInfo(on bool) error {
	if err := s.lockConnected("nl_socket_recv_pktinfo"); err != nil {
		return err
	}
	defer s.mu.Unlock()
	on = on || s.pktinfo
	return codeErr("nl_socket_recv_pktinfo", int(C.nl_socket_recv_pktinfo(s.res.sk, cBool(on))))
}

// SetListenAllNSID makes the socket receive the events of all namespaces that have an id in its own: see [Msg.NSID].
func (s *Socket) SetListenAllNSID(on bool) error {
	return s.setOption("setsockopt(NETLINK_LISTEN_ALL_NSID)", unix.SOL_NETLINK, unix.NETLINK_LISTEN_ALL_NSID, int(cBool(on)))
}

func (s *Socket) setOption(fn string, level, name, value int) error {
	if err := s.lockConnected(fn); err != nil {
		return err
	}
	defer s.mu.Unlock()
	return sysErr(fn, syscall.Errno(-C.nlgo_setsockopt(C.int(s.fd), C.int(level), C.int(name), C.int(value))))
}

// SetNonblocking makes the calls that wait as libnl's do return [ErrAgain] instead, once nothing has arrived. (The descriptor is
// non-blocking in any case.)
//
// Implements: nl_socket_set_nonblocking
func (s *Socket) SetNonblocking() error {
	if err := s.lockConnected("nl_socket_set_nonblocking"); err != nil {
		return err
	}
	defer s.mu.Unlock()
	s.never = true
	return nil
}

// DisableSeqCheck makes libnl's loop accept messages whatever their sequence number: needed for events.
//
// Implements: nl_socket_disable_seq_check
func (s *Socket) DisableSeqCheck() {
	s.mustLock("nl_socket_disable_seq_check")
	defer s.mu.Unlock()
	set := s.latest()
	set.mu.Lock()
	defer set.mu.Unlock()
	if set == s.set {
		C.nl_socket_disable_seq_check(s.res.sk)
	} else {
		C.nlgo_cb_accept_seq(set.cb)
	}
	set.msg[CbSeqCheck], set.anySeq = nil, true
}

// DisableAutoAck makes SendAuto ask for no acknowledgement.
//
// Implements: nl_socket_disable_auto_ack
func (s *Socket) DisableAutoAck() {
	s.mustLock("nl_socket_disable_auto_ack")
	defer s.mu.Unlock()
	C.nl_socket_disable_auto_ack(s.res.sk)
	s.noAck = true
}

// EnableAutoAck makes SendAuto ask for an acknowledgement, as is the default.
//
// Implements: nl_socket_enable_auto_ack
func (s *Socket) EnableAutoAck() {
	s.mustLock("nl_socket_enable_auto_ack")
	defer s.mu.Unlock()
	C.nl_socket_enable_auto_ack(s.res.sk)
	s.noAck = false
}

// UseSeq returns libnl's next sequence number and counts on.
//
// Implements: nl_socket_use_seq
func (s *Socket) UseSeq() uint32 {
	s.mustLock("nl_socket_use_seq")
	defer s.mu.Unlock()
	return uint32(C.nl_socket_use_seq(s.res.sk))
}

// latest returns the set that is in force, or will be once the calls on the stack are out.
func (s *Socket) latest() *cbSet {
	if s.next != nil {
		return s.next
	}
	return s.set
}

// Callbacks returns a handle of the callback set the socket uses; close it.
//
// Implements: nl_socket_get_cb
func (s *Socket) Callbacks() (*Callbacks, error) {
	if err := s.lock("nl_socket_get_cb"); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	return newCallbacks(s.latest()), nil
}

// SetCallbacks makes the socket use cb, and share it with whoever else does. During a receive or a send it takes effect afterwards.
//
// Implements: nl_socket_set_cb
func (s *Socket) SetCallbacks(cb *Callbacks) error {
	set, err := cb.hold("nl_socket_set_cb")
	if err != nil {
		return err
	}
	defer set.release()
	if err := s.lock("nl_socket_set_cb"); err != nil {
		return err
	}
	defer s.mu.Unlock()
	if s.next != nil {
		s.next.release()
	}
	s.next = set.retain()
	if s.stack == 0 {
		s.applySet()
	}
	return nil
}

func (s *Socket) applySet() {
	if s.next == nil {
		return
	}
	refs.Lock()
	C.nl_socket_set_cb(s.res.sk, s.next.cb)
	refs.Unlock()
	s.set.release()
	s.set, s.next = s.next, nil
}

// ModifyCallback puts a callback in the slot for t of the socket's set: libnl's of kind k, or, with [KindCustom], fn; a nil fn empties
// the slot. It holds from the next message on. Callbacks run under libnl's loop (Recv, RecvMsgs and the like), not under the engine's
// calls (Messages, Do, Request, streams).
//
// Implements: nl_socket_modify_cb
func (s *Socket) ModifyCallback(t CallbackType, k CallbackKind, fn MsgFunc) error {
	if err := s.lock("nl_socket_modify_cb"); err != nil {
		return err
	}
	defer s.mu.Unlock()
	return s.latest().set(t, k, fn)
}

// ModifyErrCallback sets the callback for error messages of the socket's set.
//
// Implements: nl_socket_modify_err_cb
func (s *Socket) ModifyErrCallback(k CallbackKind, fn ErrFunc) error {
	if err := s.lock("nl_socket_modify_err_cb"); err != nil {
		return err
	}
	defer s.mu.Unlock()
	return s.latest().setErr(k, fn)
}
