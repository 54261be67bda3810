//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"context"
	"unsafe"
)

// LinkTeam is what a link of kind team has beside other links: nothing that libnl knows. It is a view without a life of its own: the link
// is closed, not the view.
type LinkTeam struct{ l *Link }

// NewLinkTeam returns a new link of kind team; the caller closes its Link.
//
// Implements: rtnl_link_team_alloc
func NewLinkTeam() (LinkTeam, error) {
	l, err := newHandle[*Link]("rtnl_link_team_alloc", unsafe.Pointer(C.rtnl_link_team_alloc()))
	return LinkTeam{l}, err
}

// Team returns the view of a link of kind team; false for any other.
func (l *Link) Team() (LinkTeam, bool) { return LinkTeam{l}, l.isKind(C.NLGO_LINK_TEAM) }

// Link returns the link that the view is of.
func (v LinkTeam) Link() *Link { return v.l }

// AddTeam makes a link of kind team with this name, or with one of the kernel's choice if it is empty. One that exists is [fs.ErrExist];
// libnl's own function takes it for made. Equivalent to: ip link add NAME type team.
//
// Implements: rtnl_link_team_add
func AddTeam(ctx context.Context, s *Socket, name string) error {
	v, err := NewLinkTeam()
	if err != nil {
		return err
	}
	defer v.l.Close()
	if name != "" {
		if err := v.l.SetName(name); err != nil {
			return err
		}
	}
	m, err := v.l.BuildAdd(FlagCreate | FlagExcl)
	if err != nil {
		return err
	}
	return s.ask(ctx, "rtnl_link_team_add", m)
}
