//go:build linux

// SPDX-License-Identifier: MIT

package main

import (
	"encoding/binary"
	"net"

	"github.com/vishvananda/netlink"
)

func vishSum(r *netlink.Route) uint64 {
	sum := uint64(r.LinkIndex)
	if r.Dst != nil {
		if b := r.Dst.IP.To4(); b != nil {
			sum += uint64(binary.NativeEndian.Uint32(b))
		}
	}
	if b := r.Gw.To4(); b != nil {
		sum += uint64(binary.NativeEndian.Uint32(b))
	}
	return sum
}

func vishRouteList(int) (iteration, error) {
	h, err := netlink.NewHandle()
	return func() (f found, err error) {
		list, err := h.RouteListFiltered(netlink.FAMILY_V4, &netlink.Route{}, 0)
		for i := range list {
			f.count++
			f.sum += vishSum(&list[i])
		}
		return f, err
	}, err
}

func vishRouteIter(int) (iteration, error) {
	h, err := netlink.NewHandle()
	return func() (f found, err error) {
		err = h.RouteListFilteredIter(netlink.FAMILY_V4, &netlink.Route{}, 0, func(r netlink.Route) bool {
			f.count++
			f.sum += vishSum(&r)
			return true
		})
		return f, err
	}, err
}

func vishEvents(n int) (iteration, error) {
	updates := make(chan netlink.RouteUpdate)
	err := netlink.RouteSubscribeWithOptions(updates, nil, netlink.RouteSubscribeOptions{ReceiveBufferSize: 64 << 20, ReceiveBufferForceSize: true})
	return func() (f found, err error) {
		for range n {
			u := <-updates
			f.count++
			f.sum += vishSum(&u.Route)
		}
		return f, nil
	}, err
}

func vishChanges(n int) (iteration, error) {
	index, err := deviceIndex()
	if err != nil {
		return nil, err
	}
	h, err := netlink.NewHandle()
	return func() (found, error) {
		return changes(n, func(i int, add bool) error {
			to, via := make(net.IP, 4), make(net.IP, 4)
			binary.BigEndian.PutUint32(to, changedFrom+uint32(i))
			binary.BigEndian.PutUint32(via, gateway)
			r := netlink.Route{LinkIndex: index, Dst: &net.IPNet{IP: to, Mask: net.CIDRMask(32, 32)}, Gw: via}
			if add {
				return h.RouteAdd(&r)
			}
			return h.RouteDel(&r)
		})
	}, err
}

func vishResolve(n int) (iteration, error) {
	h, err := netlink.NewHandle()
	return resolving(n, func() (uint64, error) {
		got, err := h.GenlFamilyGet(family)
		if err != nil {
			return 0, err
		}
		return uint64(got.ID), nil
	}), err
}

func vishConntrack(int) (iteration, error) {
	h, err := netlink.NewHandle()
	return func() (f found, err error) {
		list, err := h.ConntrackTableList(netlink.ConntrackTable, netlink.FAMILY_V4)
		for _, c := range list {
			f.count++
			f.sum += uint64(c.Forward.SrcPort) + uint64(c.Forward.DstPort)
		}
		return f, err
	}, err
}
