//go:build linux

// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"encoding/binary"

	"github.com/golibnl/libnl"
	"golang.org/x/sys/unix"
)

const (
	ctNew, ctGet = 1 << 8, 1<<8 | 1 // NFNL_SUBSYS_CTNETLINK and IPCTNL_MSG_CT_*
	ctTupleOrig  = 1                // CTA_*
	ctTupleReply = 2
	ctStatus     = 3
	ctTimeout    = 7
	tupleIP      = 1
	tupleProto   = 2
	ipV4Src      = 1
	ipV4Dst      = 2
	protoNum     = 1
	protoSrcPort = 2
	protoDstPort = 3
)

// flow is what is read of each connection.
type flow struct {
	src, dst         uint32 // network order
	srcPort, dstPort uint16
	proto            uint8
}

func readFlow(m *libnl.Msg) (f flow) {
	for a := range m.Attrs(4) {
		if a.Type() == ctTupleOrig {
			readTuple(&f, a)
			return f
		}
	}
	return f
}

func readTuple(f *flow, tuple libnl.Attr) {
	for part := range tuple.Nested() {
		for a := range part.Nested() {
			b := a.Bytes()
			switch t := a.Type(); {
			case part.Type() == tupleIP && t == ipV4Src && len(b) == 4:
				f.src = binary.NativeEndian.Uint32(b)
			case part.Type() == tupleIP && t == ipV4Dst && len(b) == 4:
				f.dst = binary.NativeEndian.Uint32(b)
			case part.Type() == tupleProto && t == protoNum && len(b) == 1:
				f.proto = b[0]
			case part.Type() == tupleProto && t == protoSrcPort && len(b) == 2:
				f.srcPort = binary.BigEndian.Uint16(b)
			case part.Type() == tupleProto && t == protoDstPort && len(b) == 2:
				f.dstPort = binary.BigEndian.Uint16(b)
			}
		}
	}
}

func eachFlow(s *libnl.Socket, each func(flow)) error {
	m, err := libnl.NewNFMsg(libnl.NFHeader{Subsys: ctGet >> 8, Subtype: ctGet & 0xff, Family: unix.AF_INET}, libnl.FlagDump)
	if err != nil {
		return err
	}
	for m, err := range s.Request(context.Background(), m) {
		if err != nil {
			return err
		}
		each(readFlow(m))
	}
	return nil
}

func conntrackMessages(int) (iteration, error) {
	s, err := libnl.DialNetfilter(nil)
	return func() (f found, err error) {
		err = eachFlow(s, func(c flow) {
			f.count++
			f.sum += uint64(c.srcPort) + uint64(c.dstPort)
		})
		return f, err
	}, err
}

func conntrackValues(int) (iteration, error) {
	s, err := libnl.DialNetfilter(nil)
	return func() (f found, err error) {
		var list []flow
		err = eachFlow(s, func(c flow) { list = append(list, c) })
		for _, c := range list {
			f.count++
			f.sum += uint64(c.srcPort) + uint64(c.dstPort)
		}
		return f, err
	}, err
}

// conntrackInfos reads all that the package has of an entry, of which the others read the tuple alone.
func conntrackInfos(int) (iteration, error) {
	s, err := libnl.DialNetfilter(nil)
	return func() (f found, err error) {
		for c, err := range s.CTInfos(context.Background(), &libnl.CTFilter{Family: unix.AF_INET}) {
			if err != nil {
				return f, err
			}
			f.count++
			f.sum += uint64(c.Orig.Src.Port()) + uint64(c.Orig.Dst.Port())
		}
		return f, nil
	}, err
}

func conntrackObjects(int) (iteration, error) {
	s, err := libnl.DialNetfilter(nil)
	return func() (f found, err error) {
		for c, err := range s.CTs(context.Background(), &libnl.CTFilter{Family: unix.AF_INET}) {
			if err != nil {
				return f, err
			}
			src, _ := c.SrcPort(libnl.CTOriginal)
			dst, _ := c.DstPort(libnl.CTOriginal)
			f.count++
			f.sum += uint64(src) + uint64(dst)
		}
		return f, nil
	}, err
}
