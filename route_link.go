//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"math"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Link is a network interface: struct rtnl_link, "route/link". What belongs to one kind of links stands on a view of it:
// [Link.VLAN] and its kin.
//
// Getters return what the object holds: zero, or an empty text or the zero [Addr], where it does not have the attribute. Those that
// can tell say so. Setters prepare a request or a filter; nothing changes in the kernel until [Link.Add] or [Link.Change].
type Link struct{ Object }

func (l *Link) object() *Object { return (*Object)(unsafe.Pointer(l)) }

// NewLink returns a new, empty link; the caller owns it.
//
// Implements: rtnl_link_alloc
func NewLink() (*Link, error) {
	return newHandle[*Link]("rtnl_link_alloc", unsafe.Pointer(C.rtnl_link_alloc()))
}

// Close gives the handle's reference back: see [Object.Close].
//
// Implements: rtnl_link_put rtnl_link_veth_release
func (l *Link) Close() error { return l.object().Close() }

// ptr returns the C object, nil if the handle is nil, closed or revoked.
func (l *Link) ptr() *C.struct_rtnl_link {
	return (*C.struct_rtnl_link)(unsafe.Pointer(l.object().ptr()))
}

// live returns the C object, for calls without an error result.
func (l *Link) live() *C.struct_rtnl_link {
	c := l.ptr()
	if c == nil {
		panicClosed("Link")
	}
	return c
}

// ofKind returns the C object if the link is of a kind (NLGO_LINK_*) now: libnl aborts, or takes one struct for another, where it is not,
// and another handle of the same link may have changed it.
func (l *Link) ofKind(fn string, kind C.int) (*C.struct_rtnl_link, error) {
	c := l.ptr()
	if c == nil {
		return nil, closedErr(fn)
	}
	if C.nlgo_link_is(c, kind) == 0 {
		return nil, &Error{Func: fn, Code: ErrOpNotSupp, Msg: "the link is of kind " + strconv.Quote(C.GoString(C.rtnl_link_get_type(c)))}
	}
	return c, nil
}

// isKind reports whether a view of the kind (NLGO_LINK_*) can be made.
func (l *Link) isKind(kind C.int) bool {
	c := l.ptr()
	return c != nil && C.nlgo_link_is(c, kind) != 0
}

// Index returns the interface index, 0 if unset.
//
// Implements: rtnl_link_get_ifindex
func (l *Link) Index() int { return int(C.rtnl_link_get_ifindex(l.live())) }

// SetIndex sets the interface index, which says what link is changed or deleted.
//
// Implements: rtnl_link_set_ifindex
func (l *Link) SetIndex(i int) error {
	const fn = "rtnl_link_set_ifindex"
	c := l.ptr()
	if c == nil {
		return closedErr(fn)
	}
	if err := checkIndex(fn, i); err != nil {
		return err
	}
	C.rtnl_link_set_ifindex(c, C.int(i))
	return nil
}

// checkIndex returns the error for what is no interface index.
func checkIndex(fn string, i int) error {
	if i < 0 || i > math.MaxInt32 {
		return &Error{Func: fn, Code: ErrRange, Msg: "interface index " + strconv.Itoa(i)}
	}
	return nil
}

// setText gives a text to a setter of libnl's, which would cut what is longer than limit bytes.
func setText(fn, s string, limit int, set func(*C.char)) error {
	var buf [64]byte
	p, ok := cString(buf[:0], s)
	switch {
	case !ok:
		return textErr(fn, ErrInval, s)
	case len(s) > limit:
		return textErr(fn, ErrRange, s)
	}
	set(p)
	return nil
}

// Name returns the name of the interface, empty if unset.
//
// Implements: rtnl_link_get_name
func (l *Link) Name() string { return C.GoString(C.rtnl_link_get_name(l.live())) }

// SetName sets the name of the interface, of 15 bytes at most ([ErrRange]).
//
// Implements: rtnl_link_set_name
func (l *Link) SetName(s string) error {
	const fn = "rtnl_link_set_name"
	c := l.ptr()
	if c == nil {
		return closedErr(fn)
	}
	return setText(fn, s, unix.IFNAMSIZ-1, func(p *C.char) { C.rtnl_link_set_name(c, p) })
}

// Alias returns the alias of the interface (SNMP's ifAlias), empty if unset.
//
// Implements: rtnl_link_get_ifalias
func (l *Link) Alias() string { return C.GoString(C.rtnl_link_get_ifalias(l.live())) }

// SetAlias sets the alias, which the kernel takes up to 255 bytes of ([ErrRange]).
//
// Implements: rtnl_link_set_ifalias
func (l *Link) SetAlias(s string) error {
	const fn = "rtnl_link_set_ifalias"
	c := l.ptr()
	if c == nil {
		return closedErr(fn)
	}
	return setText(fn, s, 255, func(p *C.char) { C.rtnl_link_set_ifalias(c, p) })
}

// UnsetAlias makes the alias unset.
//
// Implements: rtnl_link_set_ifalias
func (l *Link) UnsetAlias() { C.rtnl_link_set_ifalias(l.live(), nil) }

// Qdisc returns the name of the queueing discipline, empty if unset.
//
// Implements: rtnl_link_get_qdisc
func (l *Link) Qdisc() string { return C.GoString(C.rtnl_link_get_qdisc(l.live())) }

// SetQdisc sets the name of the queueing discipline, of 31 bytes at most, for filters: requests do not carry it.
//
// Implements: rtnl_link_set_qdisc
func (l *Link) SetQdisc(s string) error {
	const fn = "rtnl_link_set_qdisc"
	c := l.ptr()
	if c == nil {
		return closedErr(fn)
	}
	return setText(fn, s, 31, func(p *C.char) { C.rtnl_link_set_qdisc(c, p) })
}

// Type returns the kind of the link, "vlan", empty for a physical interface.
//
// Implements: rtnl_link_get_type rtnl_link_get_info_type
func (l *Link) Type() string { return C.GoString(C.rtnl_link_get_type(l.live())) }

// SetType makes the link one of the kind; what a former kind had is lost. A kind that libnl does not know has no view, and a request for it
// carries the name alone. An empty name is [ErrInval]: libnl would keep the old kind to free it twice. The kind of what
// [LinkVeth.Peer] returned does not change ([ErrBusy]).
//
// Implements: rtnl_link_set_type rtnl_link_set_info_type
func (l *Link) SetType(kind string) error {
	const fn = "rtnl_link_set_type"
	c := l.ptr()
	switch {
	case c == nil:
		return closedErr(fn)
	case kind == "":
		return argErr(fn, "empty kind")
	}
	refs.Lock()
	defer refs.Unlock()
	var rc C.int
	err := setText(fn, kind, 255, func(p *C.char) { rc = C.nlgo_link_set_type(c, p) })
	if err != nil {
		return err
	}
	if Errno(-rc) == ErrBusy {
		return &Error{Func: fn, Code: ErrBusy, Msg: "the link is the peer of another"}
	}
	return codeErr(fn, int(rc))
}

// SlaveType returns the kind of the link's master, if that shows in the link ("bond", "bridge"), else empty.
//
// Implements: rtnl_link_get_slave_type
func (l *Link) SlaveType() string { return C.GoString(C.rtnl_link_get_slave_type(l.live())) }

// SetSlaveType sets the kind of the link's master; empty makes it unset.
//
// Implements: rtnl_link_set_slave_type
func (l *Link) SetSlaveType(kind string) error {
	const fn = "rtnl_link_set_slave_type"
	c := l.ptr()
	if c == nil {
		return closedErr(fn)
	}
	if kind == "" {
		return codeErr(fn, int(C.rtnl_link_set_slave_type(c, nil)))
	}
	var rc C.int
	err := setText(fn, kind, 255, func(p *C.char) { rc = C.rtnl_link_set_slave_type(c, p) })
	if err != nil {
		return err
	}
	return codeErr(fn, int(rc))
}

// Group returns the group of the interface.
//
// Implements: rtnl_link_get_group
func (l *Link) Group() uint32 { return uint32(C.rtnl_link_get_group(l.live())) }

// SetGroup sets the group of the interface.
//
// Implements: rtnl_link_set_group
func (l *Link) SetGroup(n uint32) { C.rtnl_link_set_group(l.live(), C.uint32_t(n)) }

// Flags returns the flags of the interface.
//
// Implements: rtnl_link_get_flags
func (l *Link) Flags() LinkFlags { return LinkFlags(C.rtnl_link_get_flags(l.live())) }

// SetFlags sets flags; others stay. A request changes those alone that were set or unset.
//
// Implements: rtnl_link_set_flags
func (l *Link) SetFlags(f LinkFlags) { C.rtnl_link_set_flags(l.live(), C.uint(f)) }

// UnsetFlags clears flags; others stay.
//
// Implements: rtnl_link_unset_flags
func (l *Link) UnsetFlags(f LinkFlags) { C.rtnl_link_unset_flags(l.live(), C.uint(f)) }

// MTU returns the maximum transmission unit in bytes.
//
// Implements: rtnl_link_get_mtu
func (l *Link) MTU() uint32 { return uint32(C.rtnl_link_get_mtu(l.live())) }

// SetMTU sets the maximum transmission unit in bytes.
//
// Implements: rtnl_link_set_mtu
func (l *Link) SetMTU(n uint32) { C.rtnl_link_set_mtu(l.live(), C.uint(n)) }

// TxQLen returns the length of the transmit queue in packets, 0 if unset.
//
// Implements: rtnl_link_get_txqlen
func (l *Link) TxQLen() uint32 { return uint32(C.rtnl_link_get_txqlen(l.live())) }

// SetTxQLen sets the length of the transmit queue in packets.
//
// Implements: rtnl_link_set_txqlen
func (l *Link) SetTxQLen(n uint32) { C.rtnl_link_set_txqlen(l.live(), C.uint(n)) }

// Family returns the address family by which the link was read, FamilyUnspec if unset; libnl makes that of bridges FamilyBridge in
// every dump.
//
// Implements: rtnl_link_get_family
func (l *Link) Family() Family { return Family(C.rtnl_link_get_family(l.live())) }

// SetFamily sets the address family. A family of its own data, FamilyBridge or FamilyIPv6, is that of requests about that data.
//
// Implements: rtnl_link_set_family
func (l *Link) SetFamily(f Family) error {
	const fn = "rtnl_link_set_family"
	c := l.ptr()
	switch {
	case c == nil:
		return closedErr(fn)
	case f < 0 || f > maxLinkFamily:
		return &Error{Func: fn, Code: ErrAFNoSupport, Msg: "family " + strconv.Itoa(int(f))}
	}
	refs.Lock()
	defer refs.Unlock()
	C.rtnl_link_set_family(c, C.int(f))
	return nil
}

// maxLinkFamily is the last family that every libnl has room for in a link.
const maxLinkFamily = C.NLGO_LINK_FAMILY_MAX

// ARPType returns the hardware type (ARPHRD_*), ARPHRD_VOID if unset.
//
// Implements: rtnl_link_get_arptype
func (l *Link) ARPType() LLProto { return LLProto(C.rtnl_link_get_arptype(l.live())) }

// SetARPType sets the hardware type, for filters: requests do not carry it.
//
// Implements: rtnl_link_set_arptype
func (l *Link) SetARPType(t LLProto) { C.rtnl_link_set_arptype(l.live(), C.uint(t)) }

// setAddr gives an address to the setter NLGO_LINK_*.
func (l *Link) setAddr(fn string, which C.int, a Addr) error {
	c := l.ptr()
	if c == nil {
		return closedErr(fn)
	}
	if err := a.check(fn); err != nil {
		return err
	}
	return codeErr(fn, int(C.nlgo_link_set_addr(c, which, C.int(a.family), a.data(), C.size_t(len(a.raw)), C.int(a.prefixLen))))
}

// Addr returns the link-layer address, the zero Addr if unset.
//
// Implements: rtnl_link_get_addr
func (l *Link) Addr() Addr { return addrOf(C.rtnl_link_get_addr(l.live())) }

// SetAddr sets the link-layer address.
//
// Implements: rtnl_link_set_addr
func (l *Link) SetAddr(a Addr) error { return l.setAddr("rtnl_link_set_addr", C.NLGO_LINK_ADDR, a) }

// Broadcast returns the link-layer broadcast address, the zero Addr if unset.
//
// Implements: rtnl_link_get_broadcast
func (l *Link) Broadcast() Addr { return addrOf(C.rtnl_link_get_broadcast(l.live())) }

// SetBroadcast sets the link-layer broadcast address.
//
// Implements: rtnl_link_set_broadcast
func (l *Link) SetBroadcast(a Addr) error {
	return l.setAddr("rtnl_link_set_broadcast", C.NLGO_LINK_BROADCAST, a)
}

// PermAddr returns the permanent link-layer address of the hardware, the zero Addr if unset. It takes libnl 3.11 ([HasCapability]).
//
// Implements: rtnl_link_get_perm_addr
func (l *Link) PermAddr() Addr { return addrOf(C.rtnl_link_get_perm_addr(l.live())) }

// Link returns the index of the interface below, 0 if there is none.
//
// Implements: rtnl_link_get_link
func (l *Link) Link() int { return int(C.rtnl_link_get_link(l.live())) }

// SetLink sets the index of the interface below.
//
// Implements: rtnl_link_set_link
func (l *Link) SetLink(i int) error {
	const fn = "rtnl_link_set_link"
	c := l.ptr()
	if c == nil {
		return closedErr(fn)
	}
	if err := checkIndex(fn, i); err != nil {
		return err
	}
	C.rtnl_link_set_link(c, C.int(i))
	return nil
}

// Master returns the index of the master, 0 if there is none.
//
// Implements: rtnl_link_get_master
func (l *Link) Master() int { return int(C.rtnl_link_get_master(l.live())) }

// SetMaster sets the index of the master, 0 to leave one.
//
// Implements: rtnl_link_set_master
func (l *Link) SetMaster(i int) error {
	const fn = "rtnl_link_set_master"
	c := l.ptr()
	if c == nil {
		return closedErr(fn)
	}
	if err := checkIndex(fn, i); err != nil {
		return err
	}
	C.rtnl_link_set_master(c, C.int(i))
	return nil
}

// Carrier returns the state of the carrier.
//
// Implements: rtnl_link_get_carrier
func (l *Link) Carrier() Carrier { return Carrier(C.rtnl_link_get_carrier(l.live())) }

// SetCarrier sets the state of the carrier.
//
// Implements: rtnl_link_set_carrier
func (l *Link) SetCarrier(c Carrier) { C.rtnl_link_set_carrier(l.live(), C.uint8_t(c)) }

// CarrierChanges returns how often the carrier came or went.
//
// Implements: rtnl_link_get_carrier_changes
func (l *Link) CarrierChanges() (n uint32, ok bool) {
	var v C.uint32_t
	rc := C.rtnl_link_get_carrier_changes(l.live(), &v)
	return uint32(v), rc == 0
}

// OperState returns the operational state of RFC 2863.
//
// Implements: rtnl_link_get_operstate
func (l *Link) OperState() OperState { return OperState(C.rtnl_link_get_operstate(l.live())) }

// SetOperState sets the operational state.
//
// Implements: rtnl_link_set_operstate
func (l *Link) SetOperState(s OperState) { C.rtnl_link_set_operstate(l.live(), C.uint8_t(s)) }

// Mode returns the link mode.
//
// Implements: rtnl_link_get_linkmode
func (l *Link) Mode() LinkMode { return LinkMode(C.rtnl_link_get_linkmode(l.live())) }

// SetMode sets the link mode.
//
// Implements: rtnl_link_set_linkmode
func (l *Link) SetMode(m LinkMode) { C.rtnl_link_set_linkmode(l.live(), C.uint8_t(m)) }

// LinkNetNSID returns the id of the namespace that the link below is in, if that is another one.
//
// Implements: rtnl_link_get_link_netnsid
func (l *Link) LinkNetNSID() (id int32, ok bool) {
	var v C.int32_t
	rc := C.rtnl_link_get_link_netnsid(l.live(), &v)
	return int32(v), rc == 0
}

// SetLinkNetNSID sets the id of the namespace that the link below is in.
//
// Implements: rtnl_link_set_link_netnsid
func (l *Link) SetLinkNetNSID(id int32) { C.rtnl_link_set_link_netnsid(l.live(), C.int32_t(id)) }

// NumVF returns the number of virtual functions, false where the link is no SR-IOV device.
//
// Implements: rtnl_link_get_num_vf
func (l *Link) NumVF() (n uint32, ok bool) {
	var v C.uint32_t
	rc := C.rtnl_link_get_num_vf(l.live(), &v)
	return uint32(v), rc == 0
}

// Stat returns a counter, 0 if unset.
//
// Implements: rtnl_link_get_stat
func (l *Link) Stat(id LinkStat) uint64 {
	c := l.live()
	if id < 0 || id > LinkStatMax {
		return 0
	}
	return uint64(C.rtnl_link_get_stat(c, C.rtnl_link_stat_id_t(id)))
}

// SetStat sets a counter of the object; the kernel does not see it.
//
// Implements: rtnl_link_set_stat
func (l *Link) SetStat(id LinkStat, v uint64) error {
	const fn = "rtnl_link_set_stat"
	c := l.ptr()
	switch {
	case c == nil:
		return closedErr(fn)
	case id < 0 || id > LinkStatMax:
		return &Error{Func: fn, Code: ErrRange, Msg: "counter " + strconv.Itoa(int(id))}
	}
	return codeErr(fn, int(C.rtnl_link_set_stat(c, C.rtnl_link_stat_id_t(id), C.uint64_t(v))))
}

// Promiscuity returns how many want the interface to be promiscuous.
//
// Implements: rtnl_link_get_promiscuity
func (l *Link) Promiscuity() uint32 { return uint32(C.rtnl_link_get_promiscuity(l.live())) }

// SetPromiscuity sets the number, for filters: requests do not carry it.
//
// Implements: rtnl_link_set_promiscuity
func (l *Link) SetPromiscuity(n uint32) { C.rtnl_link_set_promiscuity(l.live(), C.uint32_t(n)) }

// NumTxQueues returns the number of transmit queues.
//
// Implements: rtnl_link_get_num_tx_queues
func (l *Link) NumTxQueues() uint32 { return uint32(C.rtnl_link_get_num_tx_queues(l.live())) }

// SetNumTxQueues sets the number of transmit queues that a new link is made with.
//
// Implements: rtnl_link_set_num_tx_queues
func (l *Link) SetNumTxQueues(n uint32) { C.rtnl_link_set_num_tx_queues(l.live(), C.uint32_t(n)) }

// NumRxQueues returns the number of receive queues.
//
// Implements: rtnl_link_get_num_rx_queues
func (l *Link) NumRxQueues() uint32 { return uint32(C.rtnl_link_get_num_rx_queues(l.live())) }

// SetNumRxQueues sets the number of receive queues that a new link is made with.
//
// Implements: rtnl_link_set_num_rx_queues
func (l *Link) SetNumRxQueues(n uint32) { C.rtnl_link_set_num_rx_queues(l.live(), C.uint32_t(n)) }

// GSOMaxSegs returns the most segments that segmentation offload makes of one packet.
//
// Implements: rtnl_link_get_gso_max_segs
func (l *Link) GSOMaxSegs() (n uint32, ok bool) {
	var v C.uint32_t
	rc := C.rtnl_link_get_gso_max_segs(l.live(), &v)
	return uint32(v), rc == 0
}

// GSOMaxSize returns the most bytes of a packet for segmentation offload.
//
// Implements: rtnl_link_get_gso_max_size
func (l *Link) GSOMaxSize() (n uint32, ok bool) {
	var v C.uint32_t
	rc := C.rtnl_link_get_gso_max_size(l.live(), &v)
	return uint32(v), rc == 0
}

// PhysPortID returns the id of the physical port, a copy, nil if unset.
//
// Implements: rtnl_link_get_phys_port_id
func (l *Link) PhysPortID() []byte { return dataOf(C.rtnl_link_get_phys_port_id(l.live())) }

// PhysPortName returns the name of the physical port, empty if unset.
//
// Implements: rtnl_link_get_phys_port_name
func (l *Link) PhysPortName() string { return C.GoString(C.rtnl_link_get_phys_port_name(l.live())) }

// PhysSwitchID returns the id of the physical switch, a copy, nil if unset.
//
// Implements: rtnl_link_get_phys_switch_id
func (l *Link) PhysSwitchID() []byte { return dataOf(C.rtnl_link_get_phys_switch_id(l.live())) }

// dataOf returns a copy of an nl_data, nil for NULL.
func dataOf(d *C.struct_nl_data) []byte {
	if d == nil {
		return nil
	}
	return C.GoBytes(C.nl_data_get(d), C.int(C.nl_data_get_size(d)))
}

// NetNSFD returns the descriptor of the namespace that a request moves the link to.
//
// Implements: rtnl_link_get_ns_fd
func (l *Link) NetNSFD() int { return int(C.rtnl_link_get_ns_fd(l.live())) }

// SetNetNSFD has a request move the link to the namespace of the descriptor.
//
// Implements: rtnl_link_set_ns_fd
func (l *Link) SetNetNSFD(fd int) error {
	const fn = "rtnl_link_set_ns_fd"
	c := l.ptr()
	switch {
	case c == nil:
		return closedErr(fn)
	case fd < 0 || fd > math.MaxInt32:
		return &Error{Func: fn, Code: ErrRange, Msg: "descriptor " + strconv.Itoa(fd)}
	}
	C.rtnl_link_set_ns_fd(c, C.int(fd))
	return nil
}

// NetNSPID returns the process to whose namespace a request moves the link.
//
// Implements: rtnl_link_get_ns_pid
func (l *Link) NetNSPID() int { return int(C.rtnl_link_get_ns_pid(l.live())) }

// SetNetNSPID has a request move the link to the namespace of the process.
//
// Implements: rtnl_link_set_ns_pid
func (l *Link) SetNetNSPID(pid int) error {
	const fn = "rtnl_link_set_ns_pid"
	c := l.ptr()
	switch {
	case c == nil:
		return closedErr(fn)
	case pid < 0 || pid > math.MaxInt32:
		return &Error{Func: fn, Code: ErrRange, Msg: "process " + strconv.Itoa(pid)}
	}
	C.rtnl_link_set_ns_pid(c, C.pid_t(pid))
	return nil
}

// Weight returns the weight, which no kernel uses any more.
//
// Implements: rtnl_link_get_weight
func (l *Link) Weight() uint32 { return uint32(C.rtnl_link_get_weight(l.live())) }

// SetWeight sets the weight, which no kernel uses any more.
//
// Implements: rtnl_link_set_weight
func (l *Link) SetWeight(n uint32) { C.rtnl_link_set_weight(l.live(), C.uint(n)) }
