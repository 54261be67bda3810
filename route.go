//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import "math"

// DialRoute opens a socket of NETLINK_ROUTE: links, addresses, routes, neighbours, rules and traffic control.
//
// Implements: nl_socket_alloc nl_connect
func DialRoute(cfg *Config) (*Socket, error) { return Dial(ProtoRoute, cfg) }

// RTGenRequest sends a request that consists of an address family alone, as for a dump of everything. The answer is for RecvMsgs and
// its kin. A socket with strict checking refuses such short requests.
//
// Implements: nl_rtgen_request
func (s *Socket) RTGenRequest(t MsgType, f Family, fl MsgFlags) error {
	const fn = "nl_rtgen_request"
	if f < 0 || f > math.MaxUint8 {
		return argErr(fn, "address family out of range")
	}
	if err := s.lockConnected(fn); err != nil {
		return err
	}
	_, err := s.outward(fn, nil, func(h C.uintptr_t, res *C.struct_nlgo_res) {
		C.nlgo_rtgen_request(s.res.sk, h, C.int(t), C.int(f), C.int(fl), res)
	})
	return err
}
