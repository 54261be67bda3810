//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"context"
	"unsafe"
)

// LinkVeth is what a link of kind veth has beside other links. It is a view without a life of its own: the link is closed, not the view.
// Every method looks at the kind anew and returns [ErrOpNotSupp] for a link of another. A veth has a
// peer, a link too; libnl does not compare the peers.
type LinkVeth struct{ l *Link }

// NewLinkVeth returns a new link of kind veth; the caller closes its Link.
//
// Implements: rtnl_link_veth_alloc
func NewLinkVeth() (LinkVeth, error) {
	l, err := newHandle[*Link]("rtnl_link_veth_alloc", unsafe.Pointer(C.rtnl_link_veth_alloc()))
	return LinkVeth{l}, err
}

// Veth returns the view of a link of kind veth; false for any other.
//
// Implements: rtnl_link_is_veth
func (l *Link) Veth() (LinkVeth, bool) { return LinkVeth{l}, l.isKind(C.NLGO_LINK_VETH) }

// Link returns the link that the view is of.
func (v LinkVeth) Link() *Link { return v.l }

func (v LinkVeth) ptr(fn string) (*C.struct_rtnl_link, error) {
	return v.l.ofKind(fn, C.NLGO_LINK_VETH)
}

// Peer returns the other link of the pair, which the caller closes; its attributes, such as its name and the namespace it is made in, are part
// of the request that makes the first. The peer of a link that the kernel sent has nothing but its kind: the kernel does not tell; the index of
// the other interface is the link's Link. The peer of the peer is the first link.
//
// Implements: rtnl_link_veth_get_peer
func (v LinkVeth) Peer() (*Link, error) {
	const fn = "rtnl_link_veth_get_peer"
	c, err := v.ptr(fn)
	if err != nil {
		return nil, err
	}
	refs.Lock()
	p := C.nlgo_veth_peer(c)
	refs.Unlock()
	return newHandle[*Link](fn, unsafe.Pointer(p))
}

// AddVeth makes a pair of links of kind veth, the second of them in the namespace of the process pid, or in this one if that is 0, for which
// libnl's own function fails. The kernel chooses names that are empty. Equivalent to: ip link add NAME type veth peer name PEER netns PID.
//
// Implements: rtnl_link_veth_add
func AddVeth(ctx context.Context, s *Socket, name, peerName string, pid int) error {
	v, err := NewLinkVeth()
	if err != nil {
		return err
	}
	defer v.l.Close()
	peer, err := v.Peer()
	if err != nil {
		return err
	}
	defer peer.Close()
	if name != "" {
		if err := v.l.SetName(name); err != nil {
			return err
		}
	}
	if peerName != "" {
		if err := peer.SetName(peerName); err != nil {
			return err
		}
	}
	if pid != 0 {
		if err := peer.SetNetNSPID(pid); err != nil {
			return err
		}
	}
	m, err := v.l.BuildAdd(FlagCreate | FlagExcl)
	if err != nil {
		return err
	}
	return s.ask(ctx, "rtnl_link_veth_add", m)
}
