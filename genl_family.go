//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"context"
	"iter"
	"math"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// GenlFamily is a family of generic netlink: struct genl_family, "genl/family". Getters return zero, or an empty text, where the object does
// not have the attribute. libnl has no getters for operations and groups, which only [Object.Dump] shows: [GenlFamilyInfo] has them.
//
// Objects come from dumps and from notifications of the controller's group "notify", of families and groups that come and go. The
// command of the message says which it was: see [ParseGenlFamily].
type GenlFamily struct{ Object }

func (g *GenlFamily) object() *Object { return (*Object)(unsafe.Pointer(g)) }

// NewGenlFamily returns a new, empty family; the caller owns it.
//
// Implements: genl_family_alloc
func NewGenlFamily() (*GenlFamily, error) {
	return newHandle[*GenlFamily]("genl_family_alloc", unsafe.Pointer(C.genl_family_alloc()))
}

// Close gives the handle's reference back: see [Object.Close].
//
// Implements: genl_family_put
func (g *GenlFamily) Close() error { return g.object().Close() }

// ptr returns the C object, nil if the handle is nil, closed or revoked.
func (g *GenlFamily) ptr() *C.struct_genl_family {
	return (*C.struct_genl_family)(unsafe.Pointer(g.object().ptr()))
}

// live returns the C object, for calls without an error result.
func (g *GenlFamily) live() *C.struct_genl_family {
	c := g.ptr()
	if c == nil {
		panicClosed("GenlFamily")
	}
	return c
}

// ID returns the type of the family's messages, 0 if unset.
//
// Implements: genl_family_get_id
func (g *GenlFamily) ID() MsgType { return MsgType(C.genl_family_get_id(g.live())) }

// SetID sets the type of the family's messages.
//
// Implements: genl_family_set_id
func (g *GenlFamily) SetID(id MsgType) { C.genl_family_set_id(g.live(), C.uint(id)) }

// Name returns the name, empty if unset.
//
// Implements: genl_family_get_name
func (g *GenlFamily) Name() string { return C.GoString(C.genl_family_get_name(g.live())) }

// SetName sets the name, of 15 bytes at most ([ErrRange]).
//
// Implements: genl_family_set_name
func (g *GenlFamily) SetName(name string) error {
	const fn = "genl_family_set_name"
	c := g.ptr()
	if c == nil {
		return closedErr(fn)
	}
	return setText(fn, name, genlNameSize-1, func(p *C.char) { C.genl_family_set_name(c, p) })
}

// Version returns the version of the family's interface, 0 if unset. libnl keeps its low eight bits alone.
//
// Implements: genl_family_get_version
func (g *GenlFamily) Version() uint8 { return uint8(C.genl_family_get_version(g.live())) }

// SetVersion sets the version of the family's interface.
//
// Implements: genl_family_set_version
func (g *GenlFamily) SetVersion(v uint8) { C.genl_family_set_version(g.live(), C.uint8_t(v)) }

// HdrSize returns the length of the header of the family's own, behind the generic one, 0 if unset.
//
// Implements: genl_family_get_hdrsize
func (g *GenlFamily) HdrSize() uint32 { return uint32(C.genl_family_get_hdrsize(g.live())) }

// SetHdrSize sets the length of the header of the family's own.
//
// Implements: genl_family_set_hdrsize
func (g *GenlFamily) SetHdrSize(n uint32) { C.genl_family_set_hdrsize(g.live(), C.uint32_t(n)) }

// MaxAttr returns the highest attribute type, 0 if unset, and where each operation has its own.
//
// Implements: genl_family_get_maxattr
func (g *GenlFamily) MaxAttr() uint32 { return uint32(C.genl_family_get_maxattr(g.live())) }

// SetMaxAttr sets the highest attribute type.
//
// Implements: genl_family_set_maxattr
func (g *GenlFamily) SetMaxAttr(n uint32) { C.genl_family_set_maxattr(g.live(), C.uint32_t(n)) }

// AddOp adds an operation.
//
// Implements: genl_family_add_op
func (g *GenlFamily) AddOp(cmd uint32, f GenlOpFlags) error {
	const fn = "genl_family_add_op"
	c := g.ptr()
	if c == nil {
		return closedErr(fn)
	}
	return codeErr(fn, int(C.genl_family_add_op(c, C.int(int32(cmd)), C.int(int32(f)))))
}

// AddGroup adds a multicast group, with a name of 15 bytes at most ([ErrRange]).
//
// Implements: genl_family_add_grp
func (g *GenlFamily) AddGroup(id Group, name string) error {
	const fn = "genl_family_add_grp"
	c := g.ptr()
	if c == nil {
		return closedErr(fn)
	}
	if id < 0 || int64(id) > math.MaxUint32 {
		return &Error{Func: fn, Code: ErrRange, Msg: "group " + strconv.Itoa(int(id))}
	}
	var rc C.int
	err := setText(fn, name, genlNameSize-1, func(p *C.char) { rc = C.genl_family_add_grp(c, C.uint32_t(id), p) })
	if err != nil {
		return err
	}
	return codeErr(fn, int(rc))
}

// GenlFamilies asks the kernel for its families and yields them one by one, each lent for its step; [Retain] or [Clone] keeps one. Errors are
// those of [Socket.Request], each ends the loop. [Socket.GenlFamilyInfos] yields plain values instead, operations and groups among them.
// Equivalent to: genl ctrl list.
func (s *Socket) GenlFamilies(ctx context.Context) iter.Seq2[*GenlFamily, error] {
	return objects[*GenlFamily](ctx, s, "GenlFamilies", genlCtrlRequest(unix.CTRL_CMD_GETFAMILY, FlagDump), nil)
}

// NewGenlCtrlCache returns a cache of the kernel's families, filled through s; without a socket it is empty, and [Cache.Refill] fills it. The caller
// owns it. The kernel loads no module for what is looked up in it: see [Socket.ResolveGenl].
//
// Implements: genl_ctrl_alloc_cache
func NewGenlCtrlCache(ctx context.Context, s *Socket) (*Cache[*GenlFamily], error) {
	return newFilledCache[*GenlFamily](ctx, s, "genl_ctrl_alloc_cache", cacheArgs{})
}

// GenlFamilyByID returns the family with a message type, which the caller owns.
//
// Implements: genl_ctrl_search
func GenlFamilyByID(c *Cache[*GenlFamily], id MsgType) (*GenlFamily, bool) {
	return lookup(c, func(p *C.struct_nl_cache) unsafe.Pointer { return unsafe.Pointer(C.genl_ctrl_search(p, C.int(id))) })
}

// GenlFamilyByName returns the family with a name, which the caller owns.
//
// Implements: genl_ctrl_search_by_name
func GenlFamilyByName(c *Cache[*GenlFamily], name string) (*GenlFamily, bool) {
	var buf [genlNameSize]byte
	text, ok := cString(buf[:0], name)
	if !ok {
		return nil, false
	}
	return lookup(c, func(p *C.struct_nl_cache) unsafe.Pointer { return unsafe.Pointer(C.genl_ctrl_search_by_name(p, text)) })
}
