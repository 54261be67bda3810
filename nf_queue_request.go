//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import "context"

// Attributes of a request for a queue (NFQA_CFG_*).
const (
	nfqaCfgCmd    = 1
	nfqaCfgMaxLen = 3
	nfqaCfgMask   = 4
	nfqaCfgFlags  = 5
)

// DialNFQueue opens a socket of NETLINK_NETFILTER for packets: one that listens, as with Events in cfg, so that sending a verdict does not
// wait. See [NFQueueMsg.SendVerdict].
//
// Implements: nfnl_queue_socket_alloc
func DialNFQueue(cfg *Config) (*Socket, error) {
	var c Config
	if cfg != nil {
		c = *cfg
	}
	c.Events = true
	return DialNetfilter(&c)
}

// checkQueue returns what libnl builds a wrong request of, or none.
func (q *NFQueue) checkQueue(fn string) error {
	c := q.ptr()
	if c == nil {
		return closedErr(fn)
	}
	if C.nfnl_queue_test_copy_range(c) != 0 && C.nfnl_queue_test_copy_mode(c) == 0 {
		return &Error{Func: fn, Code: ErrMissingAttr, Msg: "a copy range without a copy mode, which the kernel takes together"}
	}
	return nil
}

// putQueueFlags adds what libnl 3.7 has no setters for.
func (m *Msg) putQueueFlags(f, mask NFQueueFlags) error {
	m.PutBE32(nfqaCfgFlags, uint32(f))
	m.PutBE32(nfqaCfgMask, uint32(mask))
	return m.Err()
}

// BuildCreate returns the request that [NFQueue.Create] sends, without sending it. Without the number of the queue, or with a copy range and
// no copy mode, it is [ErrMissingAttr].
//
// Implements: nfnl_queue_build_create_request
func (q *NFQueue) BuildCreate(f NFQueueFlags) (*Msg, error) {
	const fn = "nfnl_queue_build_create_request"
	if err := q.checkQueue(fn); err != nil {
		return nil, err
	}
	var msg *C.struct_nl_msg
	rc := C.nfnl_queue_build_create_request(q.ptr(), &msg)
	m, err := builtMsg(fn, ProtoNetfilter, rc, msg)
	if err != nil || f == 0 {
		return m, err
	}
	return m, m.putQueueFlags(f, f)
}

// Create makes the queue, with flags, for the socket: it alone gets the packets and can send verdicts, and the queue goes with it. One that another
// socket has is [ErrPerm], one that this has already [ErrBusy]; a flag that the kernel cannot do, as conntrack where it
// was built without (CONFIG_NETFILTER_NETLINK_GLUE_CT), is [ErrOpNotSupp].
//
// Implements: nfnl_queue_create
func (q *NFQueue) Create(ctx context.Context, s *Socket, f NFQueueFlags) error {
	m, err := q.BuildCreate(f)
	if err != nil {
		return err
	}
	return s.ask(ctx, "nfnl_queue_create", m)
}

// BuildChange returns the request that [NFQueue.Change] sends, without sending it.
//
// Implements: nfnl_queue_build_change_request
func (q *NFQueue) BuildChange(f, mask NFQueueFlags) (*Msg, error) {
	const fn = "nfnl_queue_build_change_request"
	if err := q.checkQueue(fn); err != nil {
		return nil, err
	}
	if f&^mask != 0 {
		return nil, argErr(fn, "flags that are not in the mask: "+(f&^mask).String())
	}
	var msg *C.struct_nl_msg
	rc := C.nfnl_queue_build_change_request(q.ptr(), &msg)
	m, err := builtMsg(fn, ProtoNetfilter, rc, msg)
	if err != nil || mask == 0 {
		return m, err
	}
	return m, m.putQueueFlags(f, mask)
}

// Change changes what is set of a queue that the socket made, and of its flags those in mask to what they are in f. A queue that is not there is
// [ErrNoDev], one of another socket [ErrPerm].
//
// Implements: nfnl_queue_change
func (q *NFQueue) Change(ctx context.Context, s *Socket, f, mask NFQueueFlags) error {
	m, err := q.BuildChange(f, mask)
	if err != nil {
		return err
	}
	return s.ask(ctx, "nfnl_queue_change", m)
}

// BuildDelete returns the request that [NFQueue.Delete] sends, without sending it.
//
// Implements: nfnl_queue_build_delete_request
func (q *NFQueue) BuildDelete() (*Msg, error) {
	const fn = "nfnl_queue_build_delete_request"
	c := q.ptr()
	if c == nil {
		return nil, closedErr(fn)
	}
	var msg *C.struct_nl_msg
	rc := C.nfnl_queue_build_delete_request(c, &msg)
	return builtMsg(fn, ProtoNetfilter, rc, msg)
}

// Delete gives up a queue that the socket made. The packets in it are dropped.
//
// Implements: nfnl_queue_delete
func (q *NFQueue) Delete(ctx context.Context, s *Socket) error {
	m, err := q.BuildDelete()
	if err != nil {
		return err
	}
	return s.ask(ctx, "nfnl_queue_delete", m)
}

// BuildBindNFQueue returns the request that [BindNFQueue] sends, without sending it.
//
// Implements: nfnl_queue_build_pf_bind
func BuildBindNFQueue(f Family) (*Msg, error) {
	const fn = "nfnl_queue_build_pf_bind"
	if err := checkFamily(fn, f); err != nil {
		return nil, err
	}
	var msg *C.struct_nl_msg
	rc := C.nfnl_queue_build_pf_bind(C.uint8_t(f), &msg)
	return builtMsg(fn, ProtoNetfilter, rc, msg)
}

// BindNFQueue makes the kernel hand packets of a family to queues. Since Linux 3.8 it always does, and this does nothing.
//
// Implements: nfnl_queue_pf_bind
func BindNFQueue(ctx context.Context, s *Socket, f Family) error {
	m, err := BuildBindNFQueue(f)
	if err != nil {
		return err
	}
	return s.ask(ctx, "nfnl_queue_pf_bind", m)
}

// BuildUnbindNFQueue returns the request that [UnbindNFQueue] sends, without sending it.
//
// Implements: nfnl_queue_build_pf_unbind
func BuildUnbindNFQueue(f Family) (*Msg, error) {
	const fn = "nfnl_queue_build_pf_unbind"
	if err := checkFamily(fn, f); err != nil {
		return nil, err
	}
	var msg *C.struct_nl_msg
	rc := C.nfnl_queue_build_pf_unbind(C.uint8_t(f), &msg)
	return builtMsg(fn, ProtoNetfilter, rc, msg)
}

// UnbindNFQueue takes back what [BindNFQueue] did, in kernels before 3.8.
//
// Implements: nfnl_queue_pf_unbind
func UnbindNFQueue(ctx context.Context, s *Socket, f Family) error {
	m, err := BuildUnbindNFQueue(f)
	if err != nil {
		return err
	}
	return s.ask(ctx, "nfnl_queue_pf_unbind", m)
}
