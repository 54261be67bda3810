//go:build linux

// SPDX-License-Identifier: MIT

package oracle

// #include "oracle.h"
import "C"

import "unsafe"

// OpKind is a call of [BuildMsg].
type OpKind int

// The calls, with the fields of [Op] they use.
const (
	Put              OpKind = C.ORC_PUT                 // nlmsg_put: Type, N (payload), Arg (flags), Port, Seq
	Append           OpKind = C.ORC_APPEND              // nlmsg_append: Value, Arg (padding)
	Reserve          OpKind = C.ORC_RESERVE             // nlmsg_reserve: N, Arg (padding)
	Expand           OpKind = C.ORC_EXPAND              // nlmsg_expand: N
	NlaReserve       OpKind = C.ORC_NLA_RESERVE         // nla_reserve: Type, N
	NlaPut           OpKind = C.ORC_NLA_PUT             // nla_put: Type, Value
	PutU8            OpKind = C.ORC_U8                  // nla_put_u8 and the like: Type, N
	PutU16           OpKind = C.ORC_U16                 //
	PutU32           OpKind = C.ORC_U32                 //
	PutU64           OpKind = C.ORC_U64                 //
	PutS8            OpKind = C.ORC_S8                  //
	PutS16           OpKind = C.ORC_S16                 //
	PutS32           OpKind = C.ORC_S32                 //
	PutS64           OpKind = C.ORC_S64                 //
	PutString        OpKind = C.ORC_STRING              // nla_put_string: Type, Value (up to its first NUL)
	PutFlag          OpKind = C.ORC_FLAG                // nla_put_flag: Type
	PutMsecs         OpKind = C.ORC_MSECS               // nla_put_msecs: Type, N
	PutAddr          OpKind = C.ORC_ADDR                // nla_put_addr: Type, Value, Arg (family)
	PutData          OpKind = C.ORC_DATA                // nla_put_data: Type, Value
	PutNested        OpKind = C.ORC_NESTED              // nla_put_nested: Type, Value (payload of the inner message)
	NestStart        OpKind = C.ORC_NEST_START          // nla_nest_start: Type
	NestEnd          OpKind = C.ORC_NEST_END            // nla_nest_end of the innermost
	NestEndKeepEmpty OpKind = C.ORC_NEST_END_KEEP_EMPTY // nla_nest_end_keep_empty
	NestCancel       OpKind = C.ORC_NEST_CANCEL         // nla_nest_cancel
)

// Op is one call of [BuildMsg].
type Op struct {
	Kind  OpKind
	Type  int // of the attribute, or of the message
	N     int64
	Arg   int
	Value []byte
	Port  uint32
	Seq   uint32
}

// BuildMsg allocates a message of maxSize bytes (nlmsg_alloc_size), runs the calls until one fails, and returns the message's
// bytes. Failed is the index of the call that failed, -1 if none did, and code what it returned; a call that returns a pointer has
// -NLE_NOMEM for NULL. A size or an order of calls that would make libnl abort or write beyond the message is [Bad].
func BuildMsg(maxSize int, ops []Op) (msg []byte, code, failed int) {
	if maxSize < 0 || maxSize > 1<<24 {
		return nil, Bad, 0
	}
	var values []byte
	cops := make([]C.struct_orc_op, len(ops)+1)
	for i, op := range ops {
		cops[i] = C.struct_orc_op{
			n: C.int64_t(op.N), kind: C.int32_t(op.Kind), _type: C.int32_t(op.Type), arg: C.int32_t(op.Arg),
			port: C.uint32_t(op.Port), seq: C.uint32_t(op.Seq), off: C.uint32_t(len(values)), len: C.uint32_t(len(op.Value)),
		}
		values = append(values, op.Value...)
	}
	var (
		out  unsafe.Pointer
		n    C.uint32_t
		fail C.int32_t
	)
	rc := C.orc_build(C.size_t(maxSize), &cops[0], C.int(len(ops)), (*C.uint8_t)(first(values)), &out, &n, &fail)
	defer C.free(out)
	return C.GoBytes(out, C.int(n)), int(rc), int(fail)
}

// AttrValues is what libnl's getters say of one attribute. A getter that reads beyond a payload of that length is left out: its
// field is zero.
type AttrValues struct {
	Type, Len    int // nla_type, nla_len
	Nested, Flag bool
	U8           uint8
	S8           int8
	U16          uint16
	S16          int16
	U32          uint32
	S32          int32
	U64          uint64
	S64          int64
	Msecs        uint64
	HasString    bool   // the payload has a NUL
	String       string // nla_get_string
	Copied       []byte // what nla_memcpy wrote
	Strlcpy      string // what nla_strlcpy wrote, up to the NUL
	StrlcpyLen   int    // what it returned
}

// AttrGet runs libnl's getters on the attribute at the beginning of b, with size bytes of room for nla_memcpy and nla_strlcpy. Not
// ok means that nla_ok says so.
func AttrGet(b []byte, size int) (v AttrValues, ok bool) {
	var a C.struct_orc_attr
	str := make([]byte, len(b)+1)
	mem, text := make([]byte, size+1), make([]byte, size+1)
	rc := C.orc_attr_get(unsafe.Pointer(first(b)), C.uint32_t(len(b)), &a, (*C.char)(unsafe.Pointer(&str[0])),
		unsafe.Pointer(&mem[0]), C.uint32_t(size), (*C.char)(unsafe.Pointer(&text[0])), C.uint32_t(size))
	if rc != 0 {
		return v, false
	}
	v = AttrValues{
		Type: int(a._type), Len: int(a.len), Nested: a.nested != 0, Flag: a.flag != 0,
		U8: uint8(a.u8), S8: int8(a.s8), U16: uint16(a.u16), S16: int16(a.s16), U32: uint32(a.u32), S32: int32(a.s32),
		U64: uint64(a.u64), S64: int64(a.s64), Msecs: uint64(a.msecs), HasString: a.string_len >= 0,
		Copied: mem[:a.memcpy_n], Strlcpy: cString(text), StrlcpyLen: int(a.strlcpy_n),
	}
	if v.HasString {
		v.String = string(str[:a.string_len])
	}
	return v, true
}

// The types of a [Policy], NLA_*.
const (
	NlaUnspec  = C.NLA_UNSPEC
	NlaU8      = C.NLA_U8
	NlaU16     = C.NLA_U16
	NlaU32     = C.NLA_U32
	NlaU64     = C.NLA_U64
	NlaString  = C.NLA_STRING
	NlaFlag    = C.NLA_FLAG
	NlaMsecs   = C.NLA_MSECS
	NlaNested  = C.NLA_NESTED
	NlaTypeMax = C.NLA_TYPE_MAX
)

// Policy is a struct nla_policy.
type Policy struct{ Type, MinLen, MaxLen uint16 }

// Parsed is what libnl's attribute parser made of some bytes.
type Parsed struct {
	Code     int   // nla_parse or nlmsg_parse
	Validate int   // nla_validate or nlmsg_validate; 0 without a policy, through which they would read
	Offsets  []int // by type, where in the bytes the attribute stands, -1 if it is absent
}

// ParseAttrs runs nla_parse and nla_validate. A nil policy means none; one that is shorter than maxType is filled up with zeros.
// Not ok means that libnl would abort: a policy's type is out of range, maxType is.
func ParseAttrs(b []byte, maxType int, policy []Policy) (p Parsed, ok bool) {
	return parse(b, -1, maxType, policy)
}

// ParseMsg runs nlmsg_parse and nlmsg_validate on a message whose own header has hdrLen bytes. Not ok is said as in [ParseAttrs],
// and if b does not hold a whole message.
func ParseMsg(b []byte, hdrLen, maxType int, policy []Policy) (p Parsed, ok bool) {
	if hdrLen < 0 {
		return p, false
	}
	return parse(b, hdrLen, maxType, policy)
}

func parse(b []byte, hdrLen, maxType int, policy []Policy) (p Parsed, ok bool) {
	if maxType < 0 || maxType > 1<<14 {
		return p, false
	}
	n := len(policy)
	pol := make([]C.struct_orc_policy, max(n, 1))
	for i, q := range policy {
		pol[i] = C.struct_orc_policy{C.uint16_t(q.Type), C.uint16_t(q.MinLen), C.uint16_t(q.MaxLen)}
	}
	if policy != nil {
		n = len(pol)
	}
	offs := make([]C.int32_t, maxType+1)
	var parsed, validated C.int32_t
	rc := C.orc_parse(unsafe.Pointer(first(b)), C.uint32_t(len(b)), C.int(hdrLen), C.int(maxType), &pol[0], C.int(n), &offs[0],
		&parsed, &validated)
	if rc != 0 {
		return p, false
	}
	p = Parsed{Code: int(parsed), Validate: int(validated)}
	for _, o := range offs {
		p.Offsets = append(p.Offsets, int(o))
	}
	return p, true
}

// Find returns where nla_find finds an attribute of the type among those in b, -1 if nowhere.
func Find(b []byte, typ int) int {
	return int(C.orc_find(unsafe.Pointer(first(b)), C.uint32_t(len(b)), C.int(typ)))
}

// MsgDump returns what nl_msg_dump writes. Not ok means that b is not a message, or one of more than 16 KiB: the text of deep
// nesting grows with the square of its length.
func MsgDump(b []byte, proto int) (text string, ok bool) {
	var n C.size_t
	p := C.orc_msg_dump(unsafe.Pointer(first(b)), C.uint32_t(len(b)), C.int(proto), &n)
	if p == nil {
		return "", false
	}
	defer C.free(unsafe.Pointer(p))
	return C.GoStringN(p, C.int(n)), true
}

// The forms of a dump, NL_DUMP_*.
const (
	DumpLine    = C.NL_DUMP_LINE
	DumpDetails = C.NL_DUMP_DETAILS
	DumpStats   = C.NL_DUMP_STATS
)

// Object is an object that libnl made from a message.
type Object struct {
	Type string // "route/link"
	Text string // what nl_object_dump writes
}

// ParseObjects runs nl_msg_parse on a message, which must be well-formed, and dumps each object it gives in the form. Of a veth the
// form is DumpLine before libnl 3.11, and a blackhole qdisc is [Bad]: libnl crashes on them.
func ParseObjects(b []byte, proto, form int) (objs []Object, code int) {
	var (
		p *C.struct_orc_object
		n C.int32_t
	)
	rc := C.orc_parse_objects(unsafe.Pointer(first(b)), C.uint32_t(len(b)), C.int(proto), C.int(form), &p, &n)
	defer C.orc_free_objects(p, C.int(n))
	for _, o := range unsafe.Slice(p, n) {
		objs = append(objs, Object{C.GoString(o._type), C.GoStringN(o.text, C.int(o.text_len))})
	}
	return objs, int(rc)
}
