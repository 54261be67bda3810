//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// RouteTable is a routing table (RT_TABLE_*).
type RouteTable uint32

// String returns the name of the table in libnl's list, "main", or its number, "0x64". The list is process-wide: [ReadRouteTableNames].
//
// Implements: rtnl_route_table2str
func (t RouteTable) String() string {
	refs.Lock()
	defer refs.Unlock()
	return enumText(func(p *C.char, n C.size_t) { C.rtnl_route_table2str(C.int(t), p, n) })
}

// ParseRouteTable returns the table with this name, in any case, in libnl's process-wide list, or with this number. A name that is not in
// it is [ErrObjNotFound].
//
// Implements: rtnl_route_str2table
func ParseRouteTable(s string) (RouteTable, error) {
	n, err := parseListed("rtnl_route_str2table", s, math.MaxUint32, func(p *C.char) C.int { return C.rtnl_route_str2table(p) })
	return RouteTable(n), err
}

// RouteProtocol says who made a route (RTPROT_*).
type RouteProtocol uint8

// String returns the name of the protocol in libnl's list, "static", or its number, "0xba". The list is process-wide:
// [ReadRouteProtocolNames].
//
// Implements: rtnl_route_proto2str
func (p RouteProtocol) String() string {
	refs.Lock()
	defer refs.Unlock()
	return enumText(func(b *C.char, n C.size_t) { C.rtnl_route_proto2str(C.int(p), b, n) })
}

// ParseRouteProtocol returns the protocol with this name, in any case, in libnl's process-wide list, or with this number. A name that is
// not in it is [ErrObjNotFound].
//
// Implements: rtnl_route_str2proto
func ParseRouteProtocol(s string) (RouteProtocol, error) {
	n, err := parseListed("rtnl_route_str2proto", s, math.MaxUint8, func(p *C.char) C.int { return C.rtnl_route_str2proto(p) })
	return RouteProtocol(n), err
}

// parseListed reads a name of one of libnl's lists, or a number, which comes back as an int and so may look like an error.
func parseListed(fn, s string, limit uint64, f func(*C.char) C.int) (uint32, error) {
	var buf [64]byte
	p, err := nameArg(fn, buf[:0], s)
	if err != nil {
		return 0, err
	}
	refs.Lock()
	rc := f(p)
	refs.Unlock()
	n, numErr := strconv.ParseUint(s, 0, 64)
	switch {
	case numErr == nil && uint32(n) == uint32(rc) && n > limit:
		return 0, textErr(fn, ErrRange, s)
	case numErr == nil && uint32(n) == uint32(rc):
		return uint32(n), nil
	case rc == -C.NLE_OBJ_NOTFOUND:
		return 0, textErr(fn, ErrObjNotFound, s)
	case uint64(uint32(rc)) > limit:
		return 0, textErr(fn, ErrRange, s)
	}
	return uint32(rc), nil
}

// ReadRouteTableNames makes the names of a file, such as /etc/iproute2/rt_tables, libnl's list of routing tables, in place of those it had.
// The list is process-wide. A line is a number and a name; what follows a # is not read. An error leaves the list as it was: a line that
// is neither is [ErrParseErr], a number that is no table, or a name of more than 64 bytes, [ErrRange].
//
// Implements: rtnl_route_read_table_names
func ReadRouteTableNames(path string) error {
	return readNames("rtnl_route_read_table_names", path, math.MaxUint32, func(p *C.char) C.int { return C.rtnl_route_read_table_names(p) })
}

// ReadRouteProtocolNames makes the names of a file, such as /etc/iproute2/rt_protos, libnl's list of routing protocols: see
// [ReadRouteTableNames].
//
// Implements: rtnl_route_read_protocol_names
func ReadRouteProtocolNames(path string) error {
	return readNames("rtnl_route_read_protocol_names", path, math.MaxUint8, func(p *C.char) C.int { return C.rtnl_route_read_protocol_names(p) })
}

// readNames has libnl read the names in a file. libnl drops what it has before it opens the file, stops in the middle at what it does not
// understand, and takes the 128th byte of a line for the start of another; so it gets a file that it cannot misread.
func readNames(fn, path string, limit uint64, read func(*C.char) C.int) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return &Error{Func: fn, Code: ErrFailure, cause: err}
	}
	clean, err := cleanNames(fn, text, limit)
	if err != nil {
		return err
	}
	fd, err := unix.MemfdCreate("names", unix.MFD_CLOEXEC)
	if err != nil {
		return &Error{Func: fn, Code: ErrFailure, cause: os.NewSyscallError("memfd_create", err)}
	}
	f := os.NewFile(uintptr(fd), "names")
	defer f.Close()
	if _, err := f.Write(clean); err != nil {
		return &Error{Func: fn, Code: ErrFailure, cause: err}
	}
	name := fmt.Sprintf("/proc/self/fd/%d", fd)
	if _, err := os.Stat(name); err != nil {
		return &Error{Func: fn, Code: ErrFailure, cause: err}
	}
	p := C.CString(name)
	defer C.free(unsafe.Pointer(p))
	refs.Lock()
	defer refs.Unlock()
	return codeErr(fn, int(read(p)))
}

// cleanNames returns the numbers and names of a list, a line each.
func cleanNames(fn string, text []byte, limit uint64) ([]byte, error) {
	var clean bytes.Buffer
	for line := range bytes.Lines(text) {
		line, _, _ = bytes.Cut(line, []byte("#"))
		f := bytes.Fields(line)
		if len(f) == 0 {
			continue
		}
		n, err := strconv.ParseUint(string(f[0]), 0, 64)
		switch {
		case len(f) < 2 || err != nil || bytes.IndexByte(line, 0) >= 0:
			return nil, textErr(fn, ErrParseErr, string(line))
		case n > limit || len(f[1]) > 64:
			return nil, textErr(fn, ErrRange, string(line))
		}
		fmt.Fprintf(&clean, "%d %s\n", n, f[1])
	}
	return clean.Bytes(), nil
}

// RouteType is a type of a route (RTN_*).
type RouteType uint8

// String returns libnl's word for the type, "unicast", a number if it has none.
//
// Implements: nl_rtntype2str
func (t RouteType) String() string {
	return enumText(func(p *C.char, n C.size_t) { C.nl_rtntype2str(C.int(t), p, n) })
}

// ParseRouteType reads a type of a route.
//
// Implements: nl_str2rtntype
func ParseRouteType(s string) (RouteType, error) {
	n, err := parseName("nl_str2rtntype", s, math.MaxUint8, func(p *C.char) C.int { return C.nl_str2rtntype(p) })
	return RouteType(n), err
}

// Scope says how far away a destination or an address is (RT_SCOPE_*): the lower, the farther.
type Scope uint8

// String returns libnl's word for the scope, "link", a number if it has none.
//
// Implements: rtnl_scope2str
func (s Scope) String() string {
	return enumText(func(p *C.char, n C.size_t) { C.rtnl_scope2str(C.int(s), p, n) })
}

// ParseScope reads a scope.
//
// Implements: rtnl_str2scope
func ParseScope(s string) (Scope, error) {
	n, err := parseName("rtnl_str2scope", s, math.MaxUint8, func(p *C.char) C.int { return C.rtnl_str2scope(p) })
	return Scope(n), err
}

// RouteMetric is a metric of a route (RTAX_*). The constants of package unix are assignable.
type RouteMetric int

// String returns libnl's name of the metric, "mtu", a number if it has none.
//
// Implements: rtnl_route_metric2str
func (m RouteMetric) String() string {
	if !fitsInt(int(m)) {
		return hexText(int(m))
	}
	return enumText(func(p *C.char, n C.size_t) { C.rtnl_route_metric2str(C.int(m), p, n) })
}

// ParseRouteMetric reads the name of a metric.
//
// Implements: rtnl_route_str2metric
func ParseRouteMetric(s string) (RouteMetric, error) {
	n, err := parseName("rtnl_route_str2metric", s, math.MaxInt32, func(p *C.char) C.int { return C.rtnl_route_str2metric(p) })
	return RouteMetric(n), err
}

// Realms are a source and a destination realm, for classification and accounting.
type Realms uint32

// MakeRealms returns a pair of realms. (The macro RTNL_MAKE_REALM gives 0 for most.)
//
// Implements: RTNL_MAKE_REALM
func MakeRealms(from, to uint16) Realms { return Realms(from)<<16 | Realms(to) }

// From returns the source realm.
//
// Implements: RTNL_REALM_FROM
func (r Realms) From() uint16 { return uint16(r >> 16) }

// To returns the destination realm.
//
// Implements: RTNL_REALM_TO RTNL_REALM_MASK
func (r Realms) To() uint16 { return uint16(r) }

// String returns both realms, "1/2".
//
// Implements: rtnl_realms2str
func (r Realms) String() string {
	return enumText(func(p *C.char, n C.size_t) { C.rtnl_realms2str(C.uint32_t(r), p, n) })
}

// ParseRealms reads what [Realms.String] writes, or a destination realm alone. libnl has no such function.
func ParseRealms(s string) (Realms, error) {
	const fn = "ParseRealms"
	from, to, both := strings.Cut(s, "/")
	if !both {
		from, to = "0", s
	}
	f, err := strconv.ParseUint(from, 10, 16)
	if err != nil {
		return 0, textErr(fn, ErrInval, s)
	}
	t, err := strconv.ParseUint(to, 10, 16)
	if err != nil {
		return 0, textErr(fn, ErrInval, s)
	}
	return MakeRealms(uint16(f), uint16(t)), nil
}

// NexthopFlags are the flags of a next hop (RTNH_F_*). The constants of package unix are assignable.
type NexthopFlags uint32

// String returns libnl's names of the flags, "dead,onlink", and a number for those it has no name for.
//
// Implements: rtnl_route_nh_flags2str
func (f NexthopFlags) String() string {
	return flagText(uint32(f), func(v C.int, p *C.char, n C.size_t) { C.rtnl_route_nh_flags2str(v, p, n) })
}

// ParseNexthopFlags reads what [NexthopFlags.String] writes. A name that libnl does not know is [ErrObjNotFound].
//
// Implements: rtnl_route_nh_str2flags
func ParseNexthopFlags(s string) (NexthopFlags, error) {
	n, err := parseFlags("rtnl_route_nh_str2flags", s, func(p *C.char) C.int { return C.rtnl_route_nh_str2flags(p) })
	return NexthopFlags(n), err
}

// RouteFlags are the flags of a route: RTM_F_*, and in the low byte those of its only next hop (RTNH_F_*). The constants of package unix are
// assignable.
type RouteFlags uint32

// routeFlags names the flags of routes, for which libnl has no function.
var routeFlags = []struct {
	bit  RouteFlags
	name string
}{
	{unix.RTNH_F_DEAD, "dead"},
	{unix.RTNH_F_PERVASIVE, "pervasive"},
	{unix.RTNH_F_ONLINK, "onlink"},
	{unix.RTNH_F_OFFLOAD, "nh_offload"},
	{unix.RTNH_F_LINKDOWN, "linkdown"},
	{unix.RTNH_F_UNRESOLVED, "unresolved"},
	{1 << 6, "nh_trap"},
	{unix.RTM_F_NOTIFY, "notify"},
	{unix.RTM_F_CLONED, "cloned"},
	{unix.RTM_F_EQUALIZE, "equalize"},
	{unix.RTM_F_PREFIX, "prefix"},
	{unix.RTM_F_LOOKUP_TABLE, "lookup_table"},
	{unix.RTM_F_FIB_MATCH, "fib_match"},
	{1 << 14, "offload"},
	{1 << 15, "trap"},
	{1 << 29, "offload_failed"},
}

// String returns the names of the flags, "onlink,cloned", and behind them in one number those without a name.
func (f RouteFlags) String() string {
	var names []string
	for _, d := range routeFlags {
		if f&d.bit != 0 {
			names = append(names, d.name)
			f &^= d.bit
		}
	}
	if f != 0 {
		names = append(names, hexText(int(f)))
	}
	return strings.Join(names, ",")
}

// ParseRouteFlags reads what [RouteFlags.String] writes. An unknown name is [ErrObjNotFound].
func ParseRouteFlags(s string) (RouteFlags, error) {
	const fn = "ParseRouteFlags"
	var all RouteFlags
	if s == "" {
		return 0, nil
	}
	for name := range strings.SplitSeq(s, ",") {
		bit, ok := routeFlag(name)
		if !ok {
			return 0, textErr(fn, ErrObjNotFound, name)
		}
		all |= bit
	}
	return all, nil
}

func routeFlag(name string) (RouteFlags, bool) {
	for _, d := range routeFlags {
		if d.name == name {
			return d.bit, true
		}
	}
	n, ok := hexFlag(name)
	return RouteFlags(n), ok
}
