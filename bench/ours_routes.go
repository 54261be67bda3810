//go:build linux

// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"encoding/binary"
	"net/netip"

	"github.com/golibnl/libnl"
	"golang.org/x/sys/unix"
)

func dialRoute(cfg *libnl.Config) (*libnl.Socket, error) { return libnl.DialRoute(cfg) }

// routesDump is a request for the routes of IPv4.
func routesDump() (*libnl.Msg, error) {
	m, err := libnl.NewMsgSimple(unix.RTM_GETROUTE, libnl.FlagDump)
	if err != nil {
		return nil, err
	}
	m.Append(append([]byte{unix.AF_INET}, make([]byte, unix.SizeofRtMsg-1)...), 4)
	return m, m.Err()
}

// route is what is read of each: network order, as in the message.
type route struct {
	dst, gateway uint32
	device       uint32
}

func (r route) sum() uint64 { return uint64(r.dst) + uint64(r.gateway) + uint64(r.device) }

func readRoute(m *libnl.Msg) (r route) {
	for a := range m.Attrs(unix.SizeofRtMsg) {
		b := a.Bytes()
		if len(b) != 4 {
			continue
		}
		switch a.Type() {
		case unix.RTA_DST:
			r.dst = binary.NativeEndian.Uint32(b)
		case unix.RTA_GATEWAY:
			r.gateway = binary.NativeEndian.Uint32(b)
		case unix.RTA_OIF:
			r.device = binary.NativeEndian.Uint32(b)
		}
	}
	return r
}

// eachRoute dumps the routes.
func eachRoute(s *libnl.Socket, each func(route)) error {
	m, err := routesDump()
	if err != nil {
		return err
	}
	for m, err := range s.Request(context.Background(), m) {
		if err != nil {
			return err
		}
		each(readRoute(m))
	}
	return nil
}

func routesMessages(int) (iteration, error) {
	s, err := dialRoute(nil)
	return func() (f found, err error) {
		err = eachRoute(s, func(r route) {
			f.count++
			f.sum += r.sum()
		})
		return f, err
	}, err
}

// routesValues keeps them, in pieces: a slice that grows is copied again and again.
func routesValues(int) (iteration, error) {
	const piece = 512
	s, err := dialRoute(nil)
	return func() (f found, err error) {
		var list [][]route
		var last []route
		err = eachRoute(s, func(r route) {
			if len(last) == cap(last) {
				last = make([]route, 0, piece)
				list = append(list, nil)
			}
			last = append(last, r)
			list[len(list)-1] = last
		})
		for _, some := range list {
			for _, r := range some {
				f.count++
				f.sum += r.sum()
			}
		}
		return f, err
	}, err
}

// infoSum is what is read of a route as a value.
func infoSum(i *libnl.RouteInfo) uint64 {
	sum := uint64(i.OIF)
	for _, a := range []netip.Addr{i.Dst.Addr(), i.Gateway} {
		if a.Is4() {
			b := a.As4()
			sum += uint64(binary.NativeEndian.Uint32(b[:]))
		}
	}
	return sum
}

func routesInfos(int) (iteration, error) {
	s, err := dialRoute(nil)
	return func() (f found, err error) {
		for i, err := range s.RouteInfos(context.Background(), &libnl.RouteFilter{Family: unix.AF_INET}) {
			if err != nil {
				return f, err
			}
			f.count++
			f.sum += infoSum(&i)
		}
		return f, nil
	}, err
}

// routesIndex opens an index, which is filled, and goes through it.
func routesIndex(int) (iteration, error) {
	return func() (f found, err error) {
		x, err := libnl.NewRouteIndex(context.Background(), nil, &libnl.RouteFilter{Family: unix.AF_INET})
		if err != nil {
			return f, err
		}
		defer x.Close()
		for i := range x.All() {
			f.count++
			f.sum += infoSum(&i)
		}
		return f, nil
	}, nil
}

func routesCallback(int) (iteration, error) {
	s, err := dialRoute(nil)
	if err != nil {
		return nil, err
	}
	var f found
	err = s.ModifyCallback(libnl.CbValid, libnl.KindCustom, func(m *libnl.Msg) error {
		f.count++
		f.sum += readRoute(m).sum()
		return nil
	})
	return func() (found, error) {
		f = found{}
		m, err := routesDump()
		if err != nil {
			return f, err
		}
		if _, err := s.SendAuto(m); err != nil {
			return f, err
		}
		return f, s.Recv(context.Background())
	}, err
}

func routesObjects(int) (iteration, error) {
	s, err := dialRoute(nil)
	return func() (f found, err error) {
		for r, err := range s.Routes(context.Background(), &libnl.RouteFilter{Family: unix.AF_INET}) {
			if err != nil {
				return f, err
			}
			i := r.Info()
			f.count++
			f.sum += infoSum(&i)
		}
		return f, nil
	}, err
}
