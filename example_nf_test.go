//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/netip"
	"time"

	"github.com/golibnl/libnl"
	"golang.org/x/sys/unix"
)

// An entry of the connection tracking table, as the request that would make it.
func ExampleCT() {
	c, err := libnl.NewCT()
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	here, there := libnl.AddrFromIP(netip.MustParseAddr("192.0.2.1")), libnl.AddrFromIP(netip.MustParseAddr("198.51.100.7"))
	c.SetProto(unix.IPPROTO_UDP)
	err = errors.Join(
		c.SetSrc(libnl.CTOriginal, here), c.SetDst(libnl.CTOriginal, there),
		c.SetSrcPort(libnl.CTOriginal, 1053), c.SetDstPort(libnl.CTOriginal, 53),
		c.SetSrc(libnl.CTReply, there), c.SetDst(libnl.CTReply, here),
		c.SetSrcPort(libnl.CTReply, 53), c.SetDstPort(libnl.CTReply, 1053),
		c.SetTimeout(time.Minute),
	)
	if err != nil {
		log.Fatal(err)
	}
	i := c.Info()
	fmt.Println(i.Orig.Src, i.Orig.Dst, i.Reply.Src)
	_, err = c.BuildAdd(libnl.FlagCreate | libnl.FlagExcl) // c.Add(ctx, s, flags) sends it, too
	fmt.Println(err)
	// Output:
	// 192.0.2.1:1053 198.51.100.7:53 198.51.100.7:53
	// <nil>
}

// The connections there are, one by one, as plain values.
func ExampleSocket_CTInfos() {
	s, err := libnl.DialNetfilter(nil)
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	for c, err := range s.CTInfos(context.Background(), &libnl.CTFilter{Family: libnl.FamilyIPv4}) {
		if err != nil {
			log.Fatal(err) // without CAP_NET_ADMIN: operation not permitted
		}
		fmt.Println(c.Proto, c.Orig.Src, c.Orig.Dst)
	}
}

// Packets that a rule logs: iptables -A INPUT -j NFLOG --nflog-group 5
func ExampleNFLog() {
	ctx := context.Background()
	s, err := libnl.DialNetfilter(&libnl.Config{Events: true})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	group, err := libnl.NewNFLog()
	if err != nil {
		log.Fatal(err)
	}
	defer group.Close()
	group.SetGroup(5)
	if err := errors.Join(group.SetCopyMode(libnl.NFLogCopyPacket), group.Create(ctx, s)); err != nil {
		log.Fatal(err)
	}
	for m, err := range s.NFLogMsgs(ctx) {
		if errors.Is(err, libnl.ErrOverrun) {
			fmt.Println("some were lost")
			continue
		} else if err != nil {
			log.Fatal(err)
		}
		i := m.Info()
		fmt.Println(i.Prefix, i.InDev, len(i.Payload))
	}
}

// Packets that a rule queues: iptables -A INPUT -j NFQUEUE --queue-num 5
func ExampleOpenNFQueue() {
	q, err := libnl.NewNFQueue()
	if err != nil {
		log.Fatal(err)
	}
	defer q.Close()
	q.SetGroup(5)
	r, err := libnl.OpenNFQueue(q, &libnl.NFQueueConfig{Fallback: libnl.VerdictAccept})
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	err = r.Run(context.Background(), 4, func(p *libnl.NFPacket, err error) error {
		if err != nil {
			fmt.Println(err) // packets were lost, or a verdict came too late
			return nil
		}
		if len(p.Payload()) > 1000 {
			return p.Drop()
		}
		return p.Accept()
	})
	log.Fatal(err)
}
