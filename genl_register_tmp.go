//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

import (
	"context"
	"strconv"
)

// ResolveGenl: branch genl has the real one.
func (s *Socket) ResolveGenl(ctx context.Context, family string) (MsgType, error) {
	m, _ := NewMsg()
	if err := m.PutGenl(0, 0, 16, 0, FlagRequest, GenlHeader{3, 1}); err != nil {
		return 0, err
	}
	m.PutString(2, family)
	var id MsgType
	for r, err := range s.request(ctx, "genl_ctrl_resolve", m) {
		if err != nil {
			return 0, err
		}
		for a := range r.GenlAttrs(0) {
			if a.Type() == 1 {
				v, _ := a.U16()
				id = MsgType(v)
			}
		}
	}
	if id == 0 {
		return 0, &Error{Func: "genl_ctrl_resolve", Code: ErrObjNotFound, Msg: strconv.Quote(family)}
	}
	return id, nil
}
