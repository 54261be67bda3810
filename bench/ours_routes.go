//go:build linux

// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"encoding/binary"

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

func routesValues(int) (iteration, error) {
	s, err := dialRoute(nil)
	return func() (f found, err error) {
		var list []route
		err = eachRoute(s, func(r route) { list = append(list, r) })
		for _, r := range list {
			f.count++
			f.sum += r.sum()
		}
		return f, err
	}, err
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
			f.sum += uint64(i.OIF)
			if i.Dst.Addr().Is4() {
				b := i.Dst.Addr().As4()
				f.sum += uint64(binary.NativeEndian.Uint32(b[:]))
			}
			if i.Gateway.Is4() {
				b := i.Gateway.As4()
				f.sum += uint64(binary.NativeEndian.Uint32(b[:]))
			}
		}
		return f, nil
	}, err
}
