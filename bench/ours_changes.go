//go:build linux

// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"encoding/binary"
	"errors"
	"net"

	"github.com/golibnl/libnl"
	"golang.org/x/sys/unix"
)

const (
	changedFrom = 0x0b00_0000 // 11.0.0.0, as in bench/c/changes.c
	gateway     = 0xc000_0202 // 192.0.2.2
	device      = "v0"
)

func deviceIndex() (int, error) {
	i, err := net.InterfaceByName(device)
	if err != nil {
		return 0, err
	}
	return i.Index, nil
}

// change is the request to add or delete the i-th route.
func change(i int, add bool, index int) (*libnl.Msg, error) {
	t, f, r := libnl.MsgType(unix.RTM_NEWROUTE), libnl.FlagCreate|libnl.FlagExcl, unix.RtMsg{Family: unix.AF_INET, Dst_len: 32, Table: unix.RT_TABLE_MAIN}
	if add {
		r.Protocol, r.Type = unix.RTPROT_STATIC, unix.RTN_UNICAST
	} else {
		t, f, r.Scope = unix.RTM_DELROUTE, 0, unix.RT_SCOPE_NOWHERE
	}
	m, err := libnl.NewMsgSimple(t, f)
	if err != nil {
		return nil, err
	}
	m.Append([]byte{r.Family, r.Dst_len, 0, 0, r.Table, r.Protocol, r.Scope, r.Type, 0, 0, 0, 0}, 4)
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], changedFrom+uint32(i))
	m.PutBytes(unix.RTA_DST, b[:])
	binary.BigEndian.PutUint32(b[:], gateway)
	m.PutBytes(unix.RTA_GATEWAY, b[:])
	m.PutU32(unix.RTA_OIF, uint32(index))
	return m, m.Err()
}

// changes calls do for n routes that are added, and then deleted.
func changes(n int, do func(i int, add bool) error) (f found, err error) {
	for _, add := range []bool{true, false} {
		for i := range n {
			if err := do(i, add); err != nil {
				return f, err
			}
			f.count++
		}
	}
	return f, nil
}

func changesMessages(n int) (iteration, error) {
	index, err := deviceIndex()
	if err != nil {
		return nil, err
	}
	s, err := dialRoute(nil)
	ctx := context.Background()
	return func() (found, error) {
		return changes(n, func(i int, add bool) error {
			m, err := change(i, add, index)
			if err != nil {
				return err
			}
			return s.Do(ctx, m)
		})
	}, err
}

func changesBatch(n int) (iteration, error) {
	const size = 64
	index, err := deviceIndex()
	if err != nil {
		return nil, err
	}
	s, err := dialRoute(nil)
	ctx := context.Background()
	batch := make([]*libnl.Msg, 0, size)
	return func() (found, error) {
		return changes(n, func(i int, add bool) error {
			m, err := change(i, add, index)
			if err != nil {
				return err
			}
			batch = append(batch, m)
			if len(batch) < size && i != n-1 {
				return nil
			}
			err = errors.Join(s.Batch(ctx, batch)...)
			batch = batch[:0]
			return err
		})
	}, err
}

func changesObjects(n int) (iteration, error) {
	index, err := deviceIndex()
	if err != nil {
		return nil, err
	}
	s, err := dialRoute(nil)
	ctx := context.Background()
	return func() (found, error) {
		return changes(n, func(i int, add bool) error {
			r, err := changed(i, index)
			if err != nil {
				return err
			}
			defer r.Close()
			if add {
				return r.Add(ctx, s, libnl.FlagExcl)
			}
			return r.Delete(ctx, s, 0)
		})
	}, err
}

// changed is the i-th route as an object.
func changed(i, index int) (*libnl.Route, error) {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], changedFrom+uint32(i))
	dst := libnl.AddrFrom(unix.AF_INET, b[:])
	binary.BigEndian.PutUint32(b[:], gateway)
	via := libnl.AddrFrom(unix.AF_INET, b[:])
	r, err := libnl.NewRoute()
	if err != nil {
		return nil, err
	}
	nh, err := libnl.NewRouteNexthop()
	if err == nil {
		err = errors.Join(r.SetDst(dst), nh.SetIndex(index), nh.SetGateway(via), r.AddNexthop(nh))
	}
	if err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}
