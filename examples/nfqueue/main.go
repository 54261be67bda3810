//go:build linux

// SPDX-License-Identifier: MIT

// Command nfqueue shows the packets that a rule sends to a queue, and decides: it drops those that hold a text, and accepts the others.
//
//	iptables -A INPUT -p udp -j NFQUEUE --queue-num 5
//	nfqueue 5 forbidden
//
// When it ends, by an interrupt, what is in the queue is accepted.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"github.com/golibnl/libnl"
)

const workers = 4

func main() {
	log.SetFlags(0)
	if len(os.Args) < 2 || len(os.Args) > 3 {
		log.Fatal("usage: nfqueue QUEUE [TEXT]")
	}
	number, err := strconv.ParseUint(os.Args[1], 10, 16)
	if err != nil {
		log.Fatal(err)
	}
	text := ""
	if len(os.Args) > 2 {
		text = os.Args[2]
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, uint16(number), text); !errors.Is(err, context.Canceled) {
		log.Fatal(err)
	}
}

func run(ctx context.Context, number uint16, text string) error {
	q, err := libnl.NewNFQueue()
	if err != nil {
		return err
	}
	defer q.Close()
	q.SetGroup(number)
	r, err := libnl.OpenNFQueue(q, &libnl.NFQueueConfig{Flags: libnl.NFQueueUIDGID, Fallback: libnl.VerdictAccept})
	if err != nil {
		return err
	}
	defer r.Close()
	fmt.Println("reading queue", number)
	err = r.Run(ctx, workers, func(p *libnl.NFPacket, err error) error {
		if err != nil { // packets were lost, or a verdict came too late
			fmt.Println(err)
			return nil
		}
		verdict := libnl.VerdictAccept
		if text != "" && bytes.Contains(p.Payload(), []byte(text)) {
			verdict = libnl.VerdictDrop
		}
		show(p, verdict)
		return p.Decide(libnl.NFDecision{Verdict: verdict})
	})
	st := r.Stats()
	fmt.Println(st.Packets, "packets,", st.Lost, "lost")
	return err
}

// show prints one packet.
func show(p *libnl.NFPacket, v libnl.Verdict) {
	i := p.Info()
	line := fmt.Sprintf("%d %v %v %v, %d bytes", i.ID, v, i.Hook, i.HWProto, len(p.Payload()))
	if i.InDev != 0 {
		line += fmt.Sprint(", in by ", i.InDev)
	}
	if i.OutDev != 0 {
		line += fmt.Sprint(", out by ", i.OutDev)
	}
	if i.HasUser {
		line += fmt.Sprint(", of user ", i.UID)
	}
	fmt.Println(line)
}
