//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"context"
	"encoding/binary"
	"iter"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// MDB is the multicast database of a bridge, or the part of it that a notification carries: struct rtnl_mdb, "route/mdb".
type MDB struct{ Object }

func (m *MDB) object() *Object { return (*Object)(unsafe.Pointer(m)) }

// NewMDB returns a new, empty database of no bridge; the caller owns it.
//
// Implements: rtnl_mdb_alloc
func NewMDB() (*MDB, error) {
	o, err := NewObject(typeName[*MDB]()) // rtnl_mdb_alloc is exported by Debian's libnl alone
	if err != nil {
		return nil, named("rtnl_mdb_alloc", err)
	}
	return handle[*MDB](o), nil
}

// Close gives the handle's reference back: see [Object.Close].
//
// Implements: rtnl_mdb_put
func (m *MDB) Close() error { return m.object().Close() }

// ptr returns the C object, nil if the handle is nil, closed or revoked.
func (m *MDB) ptr() *C.struct_rtnl_mdb {
	return (*C.struct_rtnl_mdb)(unsafe.Pointer(m.object().ptr()))
}

// live returns the C object, for calls without an error result.
func (m *MDB) live() *C.struct_rtnl_mdb {
	c := m.ptr()
	if c == nil {
		panicClosed("MDB")
	}
	return c
}

// Index returns the index of the bridge.
//
// Implements: rtnl_mdb_get_ifindex
func (m *MDB) Index() int { return int(int32(C.rtnl_mdb_get_ifindex(m.live()))) }

// MDBEntry is an entry of a multicast database: a port that a group is sent to. It is a copy of a struct rtnl_mdb_entry, which has no life
// outside of its database.
//
// Implements: rtnl_mdb_entry_get_ifindex rtnl_mdb_entry_get_vid rtnl_mdb_entry_get_state rtnl_mdb_entry_get_addr rtnl_mdb_entry_get_proto
type MDBEntry struct {
	Index int        // of the port
	VID   uint16     // VLAN, 0 for none
	State MDBState   // temporary or permanent
	Addr  Addr       // the group: IPv4, IPv6 or of the link layer
	Proto EtherProto // of the group, in host order: that of IPv4 or IPv6, or 0
}

// MDBState says how long an entry stays (MDB_TEMPORARY, MDB_PERMANENT).
type MDBState uint8

// The states of an entry.
const (
	MDBTemporary MDBState = iota
	MDBPermanent
)

// String returns the word of bridge(8), "temp" or "permanent", or the number.
func (s MDBState) String() string {
	switch s {
	case MDBTemporary:
		return "temp"
	case MDBPermanent:
		return "permanent"
	}
	return hexText(int(s))
}

// ParseMDBState reads what [MDBState.String] writes; what is neither a word of it nor a number is [ErrObjNotFound].
func ParseMDBState(s string) (MDBState, error) {
	switch s {
	case "temp":
		return MDBTemporary, nil
	case "permanent":
		return MDBPermanent, nil
	}
	n, err := strconv.ParseUint(s, 0, 8)
	if err != nil {
		return 0, textErr("ParseMDBState", ErrObjNotFound, s)
	}
	return MDBState(n), nil
}

// Entries yields copies of the entries, as they are when the loop starts.
//
// Implements: rtnl_mdb_foreach_entry
func (m *MDB) Entries() iter.Seq[MDBEntry] {
	return func(yield func(MDBEntry) bool) {
		c := m.live()
		entries := make([]C.struct_nlgo_mdb_entry, C.nlgo_mdb_entries(c, nil, 0))
		C.nlgo_mdb_entries(c, unsafe.SliceData(entries), C.uint32_t(len(entries)))
		for i := range entries {
			e := &entries[i]
			if !yield(MDBEntry{int(e.ifindex), uint16(e.vid), MDBState(e.state), addrFromC(&e.addr), EtherProto(e.proto)}) {
				return
			}
		}
	}
}

// Attributes of a multicast database (MDBA_*), and the size of struct br_mdb_entry.
const (
	mdbaMDB          = 1
	mdbaMDBEntry     = 1
	mdbaMDBEntryInfo = 1

	sizeofBrPortMsg  = 8
	sizeofBrMDBEntry = 28
)

// AddEntry adds an entry to the object; the kernel does not see it. The protocol must be that of the address: 0x0800 of IPv4, 0x86dd of IPv6, any
// other of six bytes of the link layer.
//
// Implements: rtnl_mdb_add_entry
func (m *MDB) AddEntry(e MDBEntry) error {
	const fn = "rtnl_mdb_add_entry"
	if m.ptr() == nil {
		return closedErr(fn)
	}
	if err := checkIndex(fn, e.Index); err != nil {
		return err
	}
	family := FamilyLLC
	switch e.Proto {
	case unix.ETH_P_IP:
		family = FamilyIPv4
	case unix.ETH_P_IPV6:
		family = FamilyIPv6
	}
	if e.Addr.Family() != family || e.Addr.Len() == 0 || family == FamilyLLC && e.Addr.Len() != 6 || e.Addr.PrefixLen() != 8*e.Addr.Len() {
		return argErr(fn, "not an address of protocol "+e.Proto.String()+": "+e.Addr.String())
	}
	// a caller cannot make an entry in C, but libnl's parser can, and copies what it is to merge
	o, err := e.message(m.Index()).Object()
	if err != nil {
		return named(fn, err)
	}
	defer o.Close()
	return m.object().Update(o)
}

// message returns a notification of the entry.
func (e *MDBEntry) message(bridge int) *Msg {
	var info [sizeofBrMDBEntry]byte
	binary.NativeEndian.PutUint32(info[0:], uint32(e.Index))
	info[4] = byte(e.State)
	binary.NativeEndian.PutUint16(info[6:], e.VID)
	copy(info[8:24], e.Addr.raw)
	binary.BigEndian.PutUint16(info[24:], uint16(e.Proto))

	var hdr [sizeofBrPortMsg]byte
	hdr[0] = byte(FamilyBridge)
	binary.NativeEndian.PutUint32(hdr[4:], uint32(bridge))

	m := newMsg(256)
	m.own.proto = int(ProtoRoute)
	m.SetHeader(Header{Type: unix.RTM_NEWMDB})
	m.Append(hdr[:], 4)
	m.Nest(mdbaMDB, func(m *Msg) {
		m.Nest(mdbaMDBEntry, func(m *Msg) { m.PutBytes(mdbaMDBEntryInfo, info[:]) })
	})
	return m
}

// MDBFilter says which databases [Socket.MDBs] yields. The zero value, and nil, is all of them.
type MDBFilter struct {
	Index int // of the bridge
}

func (f *MDBFilter) wants(m *MDB) bool { return f.Index == 0 || m.Index() == f.Index }

// MDBs asks the kernel for the multicast databases of bridges and yields them one by one, each lent for its step; [Retain] or [Clone] keeps
// one. A large one can come in several parts. Errors are those of [Socket.Request], each ends the loop; a dump that a change interrupted
// ends with [ErrDumpIntr]. Equivalent to: bridge mdb show.
func (s *Socket) MDBs(ctx context.Context, f *MDBFilter) iter.Seq2[*MDB, error] {
	if f == nil {
		f = &MDBFilter{}
	}
	return func(yield func(*MDB, error) bool) {
		const fn = "MDBs"
		if err := checkIndex(fn, f.Index); err != nil {
			yield(nil, err)
			return
		}
		hdr := [sizeofBrPortMsg]byte{byte(FamilyBridge)}
		objects(ctx, s, fn, dumpRequest(unix.RTM_GETMDB, hdr[:]), f.wants)(yield)
	}
}
