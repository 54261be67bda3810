//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

import (
	"encoding/binary"
	"slices"
)

// The verdicts of a reader, between being given and being sent.

type verdictState uint8

const (
	undecided verdictState = iota
	decided
	sending
	settled
)

// heldPacket is a packet that the kernel holds, as far as the reader knows.
type heldPacket struct {
	n       uint64 // in the order in which they came
	id      uint32
	state   verdictState
	marked  bool
	verdict Verdict
	mark    uint32
	payload []byte
}

// alike reports whether one message can decide both.
func (h *heldPacket) alike(o *heldPacket) bool {
	return h.verdict == o.verdict && h.marked == o.marked && h.mark == o.mark && h.payload == nil && o.payload == nil
}

// window is the packets of a queue that are not settled, and settled ones between them, in the order of the queue.
type window struct {
	list []heldPacket
	next uint64
	live int    // not settled
	last uint32 // id of the last
}

// add takes a packet in and returns its number.
func (w *window) add(id uint32) uint64 {
	n := w.next
	w.next++
	w.live++
	w.last = id
	w.list = append(w.list, heldPacket{n: n, id: id})
	return n
}

// find returns the packet with a number, nil if it is settled and gone.
func (w *window) find(n uint64) *heldPacket {
	i, ok := slices.BinarySearchFunc(w.list, n, func(h heldPacket, n uint64) int {
		switch {
		case h.n < n:
			return -1
		case h.n > n:
			return 1
		}
		return 0
	})
	if !ok {
		return nil
	}
	return &w.list[i]
}

// settle notes that a packet's verdict was sent.
func (w *window) settle(n uint64) {
	h := w.find(n)
	h.state, h.payload = settled, nil
	w.live--
}

// trim forgets settled packets: in front all, and between others when they have become many.
func (w *window) trim() {
	i := 0
	for i < len(w.list) && w.list[i].state == settled {
		i++
	}
	if i == len(w.list) {
		w.list = w.list[:0]
		return
	}
	w.list = w.list[i:]
	if len(w.list) > 1024 && len(w.list) > 4*w.live {
		w.list = slices.DeleteFunc(w.list, func(h heldPacket) bool { return h.state == settled })
	}
}

// outgoing is a datagram of verdicts.
type outgoing struct {
	b       []byte
	sent    []uint64 // whose
	batches uint64   // messages in it that are for several packets
}

// collect makes a datagram of all that is decided. A verdict for all packets up to one (NFQNL_MSG_VERDICT_BATCH) is only for those that have
// nothing undecided before them, and nothing that is on its way in another datagram, which may come later.
func (w *window) collect(queue uint16, ready []uint64, o *outgoing) {
	w.trim()
	var run *heldPacket // the last of those that go together
	count := 0
	end := func() {
		switch {
		case count == 1:
			o.put(nfqnlVerdict, queue, run)
		case count > 1:
			o.put(nfqnlVerdictBatch, queue, run)
			o.batches++
		}
		count = 0
	}
	for i := range w.list {
		h := &w.list[i]
		if h.state == settled {
			continue
		}
		if h.state != decided {
			break
		}
		if count > 0 && !h.alike(run) {
			end()
		}
		run = h
		count++
		o.take(h)
	}
	end()
	for _, n := range ready {
		if h := w.find(n); h.state == decided {
			o.put(nfqnlVerdict, queue, h)
			o.take(h)
		}
	}
}

func (o *outgoing) take(h *heldPacket) {
	h.state = sending
	o.sent = append(o.sent, h.n)
}

// Types of messages (NFQNL_MSG_*).
const (
	nfqnlVerdict      = nfSubsysQueue<<8 | 1
	nfqnlConfig       = nfSubsysQueue<<8 | 2
	nfqnlVerdictBatch = nfSubsysQueue<<8 | 3
)

// put appends a message with the verdict on a packet. Its sequence number, and so that of an error, is that of the packet.
func (o *outgoing) put(t MsgType, queue uint16, h *heldPacket) {
	start := o.begin(t, queue, h.id)
	o.attr(nfqaVerdictHdr, 8)
	o.b = binary.BigEndian.AppendUint32(o.b, uint32(h.verdict))
	o.b = binary.BigEndian.AppendUint32(o.b, h.id)
	if h.marked {
		o.attr(nfqaMark, 4)
		o.b = binary.BigEndian.AppendUint32(o.b, h.mark)
	}
	if h.payload != nil {
		o.attr(nfqaPayload, len(h.payload))
		o.b = append(o.b, h.payload...)
		o.b = append(o.b, make([]byte, -len(h.payload)&3)...)
	}
	o.end(start)
}

func (o *outgoing) begin(t MsgType, queue uint16, seq uint32) (start int) {
	start = len(o.b)
	o.b = append(o.b, make([]byte, headerLen)...)
	putHeader(o.b[start:], Header{Type: t, Flags: FlagRequest, Seq: seq})
	o.b = append(o.b, 0, 0, byte(queue>>8), byte(queue))
	return start
}

func (o *outgoing) attr(t uint16, n int) {
	o.b = binary.NativeEndian.AppendUint16(o.b, uint16(attrHdrLen+n))
	o.b = binary.NativeEndian.AppendUint16(o.b, t)
}

func (o *outgoing) end(start int) {
	binary.NativeEndian.PutUint32(o.b[start:], uint32(len(o.b)-start))
}

// putLast appends what gives every packet in the queue a verdict, and gives the queue up. Packets that come while it goes through them are
// accepted if the verdict is that, or else dropped.
func (o *outgoing) putLast(queue uint16, last uint32, v Verdict) {
	if v == VerdictAccept {
		start := o.begin(nfqnlConfig, queue, 0) // no more room, and fail open
		for _, a := range [][2]uint32{{nfqaCfgMaxLen, 0}, {nfqaCfgFlags, uint32(NFQueueFailOpen)}, {nfqaCfgMask, uint32(NFQueueFailOpen)}} {
			o.attr(uint16(a[0]), 4)
			o.b = binary.BigEndian.AppendUint32(o.b, a[1])
		}
		o.end(start)
	}
	if v != VerdictDrop { // which the packets of a queue that goes get anyhow
		o.put(nfqnlVerdictBatch, queue, &heldPacket{id: last + 1<<30, verdict: v})
	}
	start := o.begin(nfqnlConfig, queue, 0)
	o.attr(nfqaCfgCmd, 4)
	o.b = append(o.b, nfqnlCfgCmdUnbind, 0, 0, 0)
	o.end(start)
}

const nfqnlCfgCmdUnbind = 2 // NFQNL_CFG_CMD_UNBIND
