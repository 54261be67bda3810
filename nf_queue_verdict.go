//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"context"
	"strconv"
)

// checkVerdict returns what a verdict lacks: libnl would drop packet 0 of queue 0.
func (m *NFQueueMsg) checkVerdict(fn string) error {
	c := m.ptr()
	missing := ""
	switch {
	case c == nil:
		return closedErr(fn)
	case C.nfnl_queue_msg_test_group(c) == 0:
		missing = "no queue"
	case C.nfnl_queue_msg_test_packetid(c) == 0:
		missing = "no packet"
	case C.nfnl_queue_msg_test_verdict(c) == 0:
		missing = "no verdict"
	default:
		return nil
	}
	return &Error{Func: fn, Code: ErrMissingAttr, Msg: missing}
}

func builtVerdict(fn string, msg *C.struct_nl_msg) (*Msg, error) {
	if msg == nil {
		return nil, &Error{Func: fn, Code: ErrNoMem}
	}
	return builtMsg(fn, ProtoNetfilter, 0, msg)
}

// BuildVerdict returns the request that [NFQueueMsg.SendVerdict] sends, without sending it. Without queue, packet or verdict it is
// [ErrMissingAttr].
//
// Implements: nfnl_queue_msg_build_verdict
func (m *NFQueueMsg) BuildVerdict() (*Msg, error) {
	const fn = "nfnl_queue_msg_build_verdict"
	if err := m.checkVerdict(fn); err != nil {
		return nil, err
	}
	return builtVerdict(fn, C.nfnl_queue_msg_build_verdict(m.ptr()))
}

// SendVerdict sends the verdict, and the mark if one is set, to the kernel, which then lets go of the packet: s has to be the socket that
// made the queue. It may be called from any goroutine.
//
// On a socket whose auto-ack is off, as that of [DialNFQueue], it does not wait, and may be called inside a callback; what goes
// wrong comes to the receiver, in an error message whose sequence number is that of the packet. Otherwise it waits for the kernel's answer:
// [fs.ErrNotExist] for a packet that is not there any more, [fs.ErrPermission] for another socket's queue.
//
// Implements: nfnl_queue_msg_send_verdict
func (m *NFQueueMsg) SendVerdict(ctx context.Context, s *Socket) error {
	v, err := m.BuildVerdict()
	if err != nil {
		return err
	}
	return m.send(ctx, s, "nfnl_queue_msg_send_verdict", v)
}

// send sends a verdict, and waits for the answer if libnl would.
func (m *NFQueueMsg) send(ctx context.Context, s *Socket, fn string, v *Msg) error {
	if err := s.speaks(fn, ProtoNetfilter); err != nil {
		return err
	}
	s.mu.Lock()
	noAck := s.noAck
	s.mu.Unlock()
	if !noAck {
		return s.do(ctx, fn, v)
	}
	h := v.Header()
	h.Flags |= FlagRequest
	h.Seq, _ = m.PacketID()
	v.SetHeader(h)
	return s.Post(ctx, v)
}

// BuildVerdictBatch returns the request that [NFQueueMsg.SendVerdictBatch] sends, without sending it.
//
// Implements: nfnl_queue_msg_build_verdict_batch
func (m *NFQueueMsg) BuildVerdictBatch() (*Msg, error) {
	const fn = "nfnl_queue_msg_build_verdict_batch"
	if err := m.checkVerdict(fn); err != nil {
		return nil, err
	}
	return builtVerdict(fn, C.nfnl_queue_msg_build_verdict_batch(m.ptr()))
}

// SendVerdictBatch is SendVerdict for the packet and all that came before it in its queue and have no verdict yet, other goroutines' too. If there is
// none it is [fs.ErrNotExist].
//
// Implements: nfnl_queue_msg_send_verdict_batch
func (m *NFQueueMsg) SendVerdictBatch(ctx context.Context, s *Socket) error {
	v, err := m.BuildVerdictBatch()
	if err != nil {
		return err
	}
	return m.send(ctx, s, "nfnl_queue_msg_send_verdict_batch", v)
}

// checkNewPayload returns why a packet cannot take the place of a queued one.
func checkNewPayload(fn string, b []byte) error {
	switch {
	case len(b) == 0:
		return argErr(fn, "an empty packet")
	case len(b) > maxAttrLen:
		return &Error{Func: fn, Code: ErrRange, Msg: "a packet of " + strconv.Itoa(len(b)) + " bytes, of at most " + strconv.Itoa(maxAttrLen)}
	}
	return nil
}

// BuildVerdictPayload returns the request that [NFQueueMsg.SendVerdictPayload] sends, without sending it.
func (m *NFQueueMsg) BuildVerdictPayload(packet []byte) (*Msg, error) {
	if err := checkNewPayload("nfnl_queue_msg_send_verdict_payload", packet); err != nil {
		return nil, err
	}
	v, err := m.BuildVerdict()
	if err != nil {
		return nil, err
	}
	v.own.max += align4(attrHdrLen + len(packet))
	v.PutBytes(nfqaPayload, packet)
	return v, v.Err()
}

// SendVerdictPayload is SendVerdict with a packet that takes the place of the queued one, from the network header on: with the checksums that
// it is to have, of 1 to 65531 bytes. The kernel drops what it has no memory for. A copy is sent, whose padding is zero; libnl reads up to three
// bytes behind the packet, and cuts its length to 16 bits.
//
// Implements: nfnl_queue_msg_send_verdict_payload
func (m *NFQueueMsg) SendVerdictPayload(ctx context.Context, s *Socket, packet []byte) error {
	v, err := m.BuildVerdictPayload(packet)
	if err != nil {
		return err
	}
	return m.send(ctx, s, "nfnl_queue_msg_send_verdict_payload", v)
}
