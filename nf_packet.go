//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// NFPacket is a packet that the kernel holds in a queue until it gets a verdict, one: of two that decide, the second gets [ErrExist].
//
// [NFQueueReader] lends packets. One that was neither decided nor retained when the loop step or the call that it was lent for has ended, however
// it ended, gets the reader's fallback verdict. [NFPacket.Retain] keeps a packet, to decide it later, from another goroutine too. A handle is for
// one goroutine at a time; after the reader was closed, deciding is [ErrClosed].
type NFPacket struct {
	r    *NFQueueReader
	m    *Msg // dead: the packet is
	n    uint64
	kept bool
	t    *tracker
}

// NFDecision is a verdict with what goes along.
type NFDecision struct {
	Verdict Verdict
	Mark    *uint32 // the packet's new mark; nil: it keeps its own
	Payload []byte  // what takes its place: see NFQueueMsg.SendVerdictPayload; nil: it stays as it is
}

// live returns the message, for calls without an error result.
func (p *NFPacket) live() *Msg {
	if p == nil || p.m.bytes() == nil {
		panicClosed("NFPacket")
	}
	return p.m
}

// Retain returns a handle that is good until it is closed. Whoever has it sees to it that the packet gets a verdict, or closes it.
// Nil of a dead packet.
func (p *NFPacket) Retain() *NFPacket {
	if p == nil || p.m.bytes() == nil {
		return nil
	}
	p.kept = true
	o := &NFPacket{r: p.r, m: p.m.Retain(), n: p.n}
	o.t = track(o, "NFPacket")
	return o
}

// Close ends the handle; a packet without a verdict gets the reader's fallback. Closing again, or nil, does nothing.
func (p *NFPacket) Close() error {
	if p == nil || p.m.bytes() == nil {
		return nil
	}
	p.r.fallBack(p.n)
	p.end()
	return nil
}

func (p *NFPacket) end() {
	p.t.done()
	_ = p.m.Close()
}

// release ends what was lent.
func (p *NFPacket) release() {
	if p.m.bytes() == nil {
		return
	}
	if !p.kept {
		p.r.fallBack(p.n)
	}
	p.end()
}

// ID returns the number of the packet in its queue.
func (p *NFPacket) ID() uint32 {
	p.live()
	return p.r.idOf(p.m)
}

// Payload returns the packet, from its network header on, as far as the queue's copy range goes; nil if there is none. It is a view, good as long
// as the handle is.
func (p *NFPacket) Payload() []byte {
	a, _ := p.live().FindAttr(nfHeaderLen, nfqaPayload)
	return a.Bytes()
}

// Info returns what is known of the packet.
func (p *NFPacket) Info() NFPacketInfo {
	i, _ := p.live().NFPacket() // it was read already when it came
	return i
}

// CT returns the connection that the packet belongs to, which the caller owns: see [Msg.NFPacketCT].
func (p *NFPacket) CT() (*CT, error) {
	if p == nil {
		return nil, closedErr("nfnlmsg_ct_parse_nested")
	}
	return p.m.NFPacketCT()
}

// Object returns libnl's object of the packet, which the caller owns. Its verdict is for [NFQueueMsg.BuildVerdict]: a packet of a reader is
// decided through the reader.
func (p *NFPacket) Object() (*NFQueueMsg, error) {
	if p == nil {
		return nil, closedErr("nfnlmsg_queue_msg_parse")
	}
	return ParseNFQueueMsg(p.m)
}

// Msg returns the message that brought the packet, which belongs to the handle.
func (p *NFPacket) Msg() *Msg { return p.live() }

// Decide gives the packet its verdict. It is sent at once, or together with others: see [NFQueueConfig]. The error of a send is of all
// verdicts that were to go with it; they stay with the reader, and go with the next. What the kernel says of it comes to the receiver.
func (p *NFPacket) Decide(d NFDecision) error {
	const fn = "Decide"
	if p == nil || p.m.bytes() == nil {
		return closedErr(fn)
	}
	if err := d.Verdict.check(fn); err != nil {
		return err
	}
	if d.Payload != nil {
		if err := checkNewPayload(fn, d.Payload); err != nil {
			return err
		}
	}
	err := p.r.decide(fn, p.n, &d)
	p.t.done()
	return err
}

// Accept is Decide with [VerdictAccept].
func (p *NFPacket) Accept() error { return p.Decide(NFDecision{Verdict: VerdictAccept}) }

// Drop is Decide with [VerdictDrop].
func (p *NFPacket) Drop() error { return p.Decide(NFDecision{Verdict: VerdictDrop}) }
