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
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Nexthop is a nexthop object, which routes refer to by its id ([Route.SetNHID]), or a group of such: struct rtnl_nh, "route/nh". It takes
// libnl 3.8 to read them and 3.12 to make them: with an older one constructors and setters return [ErrOpNotSupp], and there is no object to
// call the getters on. Family, group type, resilient group and encapsulation show from 3.12 on.
type Nexthop struct{ Object }

func (n *Nexthop) object() *Object { return (*Object)(unsafe.Pointer(n)) }

// NewNexthop returns a new, empty nexthop object; the caller owns it.
//
// Implements: rtnl_nh_alloc
func NewNexthop() (*Nexthop, error) {
	const fn = "rtnl_nh_alloc"
	if C.NLGO_HAS_NH == 0 {
		return nil, &Error{Func: fn, Code: ErrOpNotSupp}
	}
	return newHandle[*Nexthop](fn, unsafe.Pointer(C.rtnl_nh_alloc()))
}

// Close gives the handle's reference back: see [Object.Close].
//
// Implements: rtnl_nh_put
func (n *Nexthop) Close() error { return n.object().Close() }

// ptr returns the C object, nil if the handle is nil, closed or revoked.
func (n *Nexthop) ptr() *C.struct_rtnl_nh {
	return (*C.struct_rtnl_nh)(unsafe.Pointer(n.object().ptr()))
}

// live returns the C object, for calls without an error result.
func (n *Nexthop) live() *C.struct_rtnl_nh {
	c := n.ptr()
	if c == nil {
		panicClosed("Nexthop")
	}
	return c
}

// has reports whether the object has an attribute, NLGO_NH_ATTR_*.
func (n *Nexthop) has(attr C.uint32_t) bool { return C.nlgo_nh_attrs(n.live())&attr != 0 }

// set is a setter that takes a number.
func (n *Nexthop) set(fn string, f func(*C.struct_rtnl_nh) C.int) error {
	c := n.ptr()
	if c == nil {
		return closedErr(fn)
	}
	return codeErr(fn, int(f(c)))
}

// ID returns the id, 0 if unset.
//
// Implements: rtnl_nh_get_id
func (n *Nexthop) ID() uint32 {
	if !n.has(C.NLGO_NH_ATTR_ID) { // of ids above 2^31, one looks like an error
		return 0
	}
	return uint32(C.rtnl_nh_get_id(n.live()))
}

// SetID sets the id; 0 makes it unset, and has the kernel choose one.
//
// Implements: rtnl_nh_set_id
func (n *Nexthop) SetID(id uint32) error {
	return n.set("rtnl_nh_set_id", func(c *C.struct_rtnl_nh) C.int { return C.rtnl_nh_set_id(c, C.uint32_t(id)) })
}

// Family returns the address family, FamilyUnspec if unset, as for a group.
//
// Implements: rtnl_nh_get_family
func (n *Nexthop) Family() Family { return Family(max(0, C.rtnl_nh_get_family(n.live()))) }

// SetFamily sets the address family, which the kernel wants of all but groups.
//
// Implements: rtnl_nh_set_family
func (n *Nexthop) SetFamily(f Family) error {
	const fn = "rtnl_nh_set_family"
	if f < 0 || f > math.MaxUint8 {
		return &Error{Func: fn, Code: ErrAFNoSupport, Msg: "family " + strconv.Itoa(int(f))}
	}
	return n.set(fn, func(c *C.struct_rtnl_nh) C.int { return C.rtnl_nh_set_family(c, C.uint8_t(f)) })
}

// OIF returns the index of the interface, 0 if unset.
//
// Implements: rtnl_nh_get_oif
func (n *Nexthop) OIF() int { return int(C.rtnl_nh_get_oif(n.live())) }

// SetOIF sets the index of the interface; 0 makes it unset.
//
// Implements: rtnl_nh_set_oif
func (n *Nexthop) SetOIF(i int) error {
	const fn = "rtnl_nh_set_oif"
	if err := checkIndex(fn, i); err != nil {
		return err
	}
	return n.set(fn, func(c *C.struct_rtnl_nh) C.int { return C.rtnl_nh_set_oif(c, C.uint32_t(i)) })
}

// Gateway returns the gateway, the zero Addr if unset.
//
// Implements: rtnl_nh_get_gateway
func (n *Nexthop) Gateway() Addr { return addrOf(C.rtnl_nh_get_gateway(n.live())) }

// SetGateway sets the gateway.
//
// Implements: rtnl_nh_set_gateway
func (n *Nexthop) SetGateway(a Addr) error {
	const fn = "rtnl_nh_set_gateway"
	c := n.ptr()
	if c == nil {
		return closedErr(fn)
	}
	if err := a.check(fn); err != nil {
		return err
	}
	return codeErr(fn, int(C.nlgo_route_set_addr(unsafe.Pointer(c), C.NLGO_NH_GATEWAY, C.int(a.family), a.data(), C.size_t(len(a.raw)), C.int(a.prefixLen))))
}

// UnsetGateway makes the gateway unset. It takes libnl 3.12 ([ErrOpNotSupp]): an older one copies the null pointer.
//
// Implements: rtnl_nh_set_gateway
func (n *Nexthop) UnsetGateway() error {
	const fn = "rtnl_nh_set_gateway"
	c := n.ptr()
	switch {
	case c == nil:
		return closedErr(fn)
	case !HasCapability(CapVersion3_12_0):
		return &Error{Func: fn, Code: ErrOpNotSupp}
	}
	return codeErr(fn, int(C.rtnl_nh_set_gateway(c, nil)))
}

// FDB reports whether the object is for forwarding databases (VXLAN), not for routes.
//
// Implements: rtnl_nh_get_fdb
func (n *Nexthop) FDB() bool { return C.rtnl_nh_get_fdb(n.live()) != 0 }

// SetFDB says whether the object is for forwarding databases. Requests of libnl leave it out, those of the package hold it.
//
// Implements: rtnl_nh_set_fdb
func (n *Nexthop) SetFDB(on bool) error {
	return n.set("rtnl_nh_set_fdb", func(c *C.struct_rtnl_nh) C.int {
		if on {
			return C.rtnl_nh_set_fdb(c, 1)
		}
		return C.rtnl_nh_set_fdb(c, 0)
	})
}

// Blackhole reports whether packets are dropped. libnl has no function for it, and none to set it.
func (n *Nexthop) Blackhole() bool { return n.has(C.NLGO_NH_ATTR_BLACKHOLE) }

// Group returns the ids of the nexthop objects in the group, nil if the object is no group. libnl does not tell their weights.
//
// Implements: rtnl_nh_get_group_size rtnl_nh_get_group_entry
func (n *Nexthop) Group() []uint32 {
	c := n.live()
	size := C.rtnl_nh_get_group_size(c)
	if size <= 0 {
		return nil
	}
	ids := make([]uint32, size)
	for i := range ids {
		ids[i] = uint32(C.rtnl_nh_get_group_entry(c, C.int(i)))
	}
	return ids
}

// NexthopGroupEntry is a member of a group (nl_nh_group_info_t).
type NexthopGroupEntry struct {
	ID     uint32 // of a nexthop object
	Weight uint8  // its share less one: ip prints one more
}

// SetGroup makes the object a group of these; none make it no group.
//
// Implements: rtnl_nh_set_group
func (n *Nexthop) SetGroup(entries ...NexthopGroupEntry) error {
	const fn = "rtnl_nh_set_group"
	const limit = math.MaxUint16/8 - 1 // what fits the attribute
	if len(entries) > limit {
		return &Error{Func: fn, Code: ErrRange, Msg: strconv.Itoa(len(entries)) + " members"}
	}
	group := make([]C.nl_nh_group_info_t, len(entries)+1)
	for i, e := range entries {
		group[i].nh_id = C.uint32_t(e.ID)
		group[i].weight = C.uint8_t(e.Weight)
	}
	return n.set(fn, func(c *C.struct_rtnl_nh) C.int { return C.rtnl_nh_set_group(c, &group[0], C.unsigned(len(entries))) })
}

// NexthopGroupType says how a group spreads packets (NEXTHOP_GRP_TYPE_*).
type NexthopGroupType uint16

// The types of groups.
const (
	NexthopGroupMpath     NexthopGroupType = 0 // NEXTHOP_GRP_TYPE_MPATH: by hash
	NexthopGroupResilient NexthopGroupType = 1 // NEXTHOP_GRP_TYPE_RES: by a table that changes little
)

// String returns ip's word for the type, a number if it has none.
func (t NexthopGroupType) String() string {
	switch t {
	case NexthopGroupMpath:
		return "mpath"
	case NexthopGroupResilient:
		return "resilient"
	}
	return hexText(int(t))
}

// ParseNexthopGroupType reads a type of a group. An unknown one is [ErrObjNotFound].
func ParseNexthopGroupType(s string) (NexthopGroupType, error) {
	const fn = "ParseNexthopGroupType"
	switch {
	case strings.EqualFold(s, "mpath"):
		return NexthopGroupMpath, nil
	case strings.EqualFold(s, "resilient"):
		return NexthopGroupResilient, nil
	}
	v, err := strconv.ParseUint(s, 0, 16)
	if err != nil {
		return 0, textErr(fn, ErrObjNotFound, s)
	}
	return NexthopGroupType(v), nil
}

// GroupType returns the type of the group.
//
// Implements: rtnl_nh_get_group_type
func (n *Nexthop) GroupType() (t NexthopGroupType, ok bool) {
	rc := C.rtnl_nh_get_group_type(n.live())
	return NexthopGroupType(max(0, rc)), rc >= 0
}

// SetGroupType sets the type of the group. Requests hold it if there is a group.
//
// Implements: rtnl_nh_set_group_type
func (n *Nexthop) SetGroupType(t NexthopGroupType) error {
	return n.set("rtnl_nh_set_group_type", func(c *C.struct_rtnl_nh) C.int { return C.rtnl_nh_set_group_type(c, C.uint16_t(t)) })
}

// Buckets returns the number of buckets of a resilient group, false if it is unset or the group is no such.
//
// Implements: rtnl_nh_get_res_group_bucket_size
func (n *Nexthop) Buckets() (count uint16, ok bool) {
	rc := C.rtnl_nh_get_res_group_bucket_size(n.live())
	return uint16(max(0, rc)), rc >= 0
}

// SetBuckets sets the number of buckets of a resilient group; 0 makes it unset. For any other it is [ErrInval].
//
// Implements: rtnl_nh_set_res_group_bucket_size
func (n *Nexthop) SetBuckets(count uint16) error {
	return n.set("rtnl_nh_set_res_group_bucket_size", func(c *C.struct_rtnl_nh) C.int {
		return C.rtnl_nh_set_res_group_bucket_size(c, C.uint16_t(count))
	})
}

// The kernel counts the timers of resilient groups in hundredths of a second.
const nexthopTick = 10 * time.Millisecond

func nexthopTicks(fn string, d time.Duration) (C.uint32_t, error) {
	n := d / nexthopTick
	if d < 0 || d%nexthopTick != 0 || n > math.MaxUint32 {
		return 0, &Error{Func: fn, Code: ErrRange, Msg: "no hundredths of a second: " + d.String()}
	}
	return C.uint32_t(n), nil
}

// IdleTimer returns how long a bucket of a resilient group is without packets before it may move, false if it is unset or the group is no
// such.
//
// Implements: rtnl_nh_get_res_group_idle_timer
func (n *Nexthop) IdleTimer() (d time.Duration, ok bool) {
	var v C.uint32_t
	rc := C.rtnl_nh_get_res_group_idle_timer(n.live(), &v)
	return time.Duration(v) * nexthopTick, rc >= 0
}

// SetIdleTimer sets how long a bucket of a resilient group is without packets before it may move, in hundredths of a second ([ErrRange]). For
// any other group it is [ErrInval].
//
// Implements: rtnl_nh_set_res_group_idle_timer
func (n *Nexthop) SetIdleTimer(d time.Duration) error {
	const fn = "rtnl_nh_set_res_group_idle_timer"
	v, err := nexthopTicks(fn, d)
	if err != nil {
		return err
	}
	return n.set(fn, func(c *C.struct_rtnl_nh) C.int { return C.rtnl_nh_set_res_group_idle_timer(c, v) })
}

// UnbalancedTimer returns how long a resilient group may be out of balance before buckets move that are in use, 0 for ever; false if it is
// unset or the group is no such.
//
// Implements: rtnl_nh_get_res_group_unbalanced_timer
func (n *Nexthop) UnbalancedTimer() (d time.Duration, ok bool) {
	var v C.uint32_t
	rc := C.rtnl_nh_get_res_group_unbalanced_timer(n.live(), &v)
	return time.Duration(v) * nexthopTick, rc >= 0
}

// SetUnbalancedTimer sets how long a resilient group may be out of balance, in hundredths of a second ([ErrRange]), 0 for ever. For any other
// group it is [ErrInval].
//
// Implements: rtnl_nh_set_res_group_unbalanced_timer
func (n *Nexthop) SetUnbalancedTimer(d time.Duration) error {
	const fn = "rtnl_nh_set_res_group_unbalanced_timer"
	v, err := nexthopTicks(fn, d)
	if err != nil {
		return err
	}
	return n.set(fn, func(c *C.struct_rtnl_nh) C.int { return C.rtnl_nh_set_res_group_unbalanced_timer(c, v) })
}

// BuildAdd returns the request that [Nexthop.Add] sends, without sending it. It takes libnl 3.12 ([ErrOpNotSupp]).
//
// Implements: rtnl_nh_add
func (n *Nexthop) BuildAdd(f MsgFlags) (*Msg, error) {
	const fn = "rtnl_nh_add"
	c := n.ptr()
	if c == nil {
		return nil, closedErr(fn)
	}
	var msg *C.struct_nl_msg
	rc := C.nlgo_nh_build_add(c, C.int(f), &msg)
	return builtMsg(fn, ProtoRoute, rc, msg)
}

// Add makes the nexthop object (RTM_NEWNEXTHOP); with FlagReplace in f one that exists is replaced. libnl adds FlagCreate. It takes libnl
// 3.12 ([ErrOpNotSupp]). Equivalent to: ip nexthop add, replace.
//
// Implements: rtnl_nh_add
func (n *Nexthop) Add(ctx context.Context, s *Socket, f MsgFlags) error {
	m, err := n.BuildAdd(f)
	if err != nil {
		return err
	}
	return s.ask(ctx, "rtnl_nh_add", m)
}

// BuildDelete returns the request that [Nexthop.Delete] sends, without sending it.
func (n *Nexthop) BuildDelete() (*Msg, error) {
	const fn = "Nexthop.BuildDelete"
	if n.ptr() == nil {
		return nil, closedErr(fn)
	}
	id := n.ID()
	if id == 0 {
		return nil, &Error{Func: fn, Code: ErrMissingAttr, Msg: "the nexthop object has no id"}
	}
	m := nexthopMsg(unix.RTM_DELNEXTHOP, 0, 0)
	m.PutU32(unix.NHA_ID, id)
	return m, nil
}

// Delete removes the nexthop object with the id of n (RTM_DELNEXTHOP), and with it the routes that lead there. libnl has no such function.
// Equivalent to: ip nexthop delete.
func (n *Nexthop) Delete(ctx context.Context, s *Socket) error {
	m, err := n.BuildDelete()
	if err != nil {
		return err
	}
	return s.ask(ctx, "Nexthop.Delete", m)
}

const nhaFDB = 11 // NHA_FDB

// nexthopMsg returns a message that begins with a struct nhmsg.
func nexthopMsg(t MsgType, f MsgFlags, family Family) *Msg {
	m := newMsg(256)
	m.own.proto = int(ProtoRoute)
	m.SetHeader(Header{Type: t, Flags: f})
	m.Append([]byte{byte(family), 0, 0, 0, 0, 0, 0, 0}, 4)
	return m
}

// NexthopFilter says which nexthop objects [Socket.Nexthops] yields. The zero value, and nil, is all of them.
type NexthopFilter struct {
	OIF    int  // index of the interface
	Groups bool // groups alone
	FDB    bool // those for forwarding databases alone
}

func (f *NexthopFilter) request() *Msg {
	m := nexthopMsg(unix.RTM_GETNEXTHOP, FlagDump, 0)
	if f.OIF != 0 {
		m.PutU32(unix.NHA_OIF, uint32(f.OIF))
	}
	if f.Groups {
		m.PutFlag(unix.NHA_GROUPS)
	}
	if f.FDB {
		m.PutFlag(nhaFDB)
	}
	return m
}

func (f *NexthopFilter) wants(n *Nexthop) bool {
	return (f.OIF == 0 || n.OIF() == f.OIF) && (!f.Groups || n.has(C.NLGO_NH_ATTR_GROUP)) && (!f.FDB || n.FDB())
}

// Nexthops asks the kernel for nexthop objects and yields them one by one, each lent for its step; [Retain] or [Clone] keeps one. It takes
// libnl 3.8 ([ErrOpNotSupp]). Errors are those of [Socket.Request], each ends the loop. Equivalent to: ip nexthop show.
func (s *Socket) Nexthops(ctx context.Context, f *NexthopFilter) iter.Seq2[*Nexthop, error] {
	if f == nil {
		f = &NexthopFilter{}
	}
	return func(yield func(*Nexthop, error) bool) {
		const fn = "Nexthops"
		if C.NLGO_HAS_NH == 0 {
			yield(nil, &Error{Func: fn, Code: ErrOpNotSupp})
			return
		}
		if err := checkIndex(fn, f.OIF); err != nil {
			yield(nil, err)
			return
		}
		objects(ctx, s, fn, f.request(), f.wants)(yield)
	}
}
