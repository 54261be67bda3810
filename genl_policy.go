//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

import (
	"context"
	"slices"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// GenlPolicies is what the kernel checks the attributes of a family's requests by: plain values.
type GenlPolicies struct {
	ID       MsgType        `json:"id"`                 // of the family
	Ops      []GenlOpPolicy `json:"ops,omitempty"`      // which policy is for which request; kernels before 5.10 do not tell
	Policies []GenlPolicy   `json:"policies,omitempty"` // in the order of their indexes, those that others refer to among them
}

// GenlOpPolicy says which policies the requests of an operation are checked by.
type GenlOpPolicy struct {
	Cmd  uint32  `json:"cmd"`
	Do   *uint32 `json:"do,omitempty"`   // index of a policy, nil without one
	Dump *uint32 `json:"dump,omitempty"` // of that for dumps
}

// GenlPolicy says what is expected of the attributes of a request, or of a nested attribute. Types it does not list are refused, or not looked at.
type GenlPolicy struct {
	Index uint32           `json:"index"`
	Attrs []GenlAttrPolicy `json:"attrs,omitempty"` // by type, in order
}

// GenlAttrPolicy says what is expected of an attribute. What is nil the kernel did not tell.
type GenlAttrPolicy struct {
	Attr      uint16       `json:"attr"` // its type
	Type      GenlAttrType `json:"type"` // of its payload
	Min       *uint64      `json:"min,omitempty"`
	Max       *uint64      `json:"max,omitempty"`
	MinSigned *int64       `json:"min_signed,omitempty"`
	MaxSigned *int64       `json:"max_signed,omitempty"`
	MinLen    *uint32      `json:"min_len,omitempty"` // in bytes
	MaxLen    *uint32      `json:"max_len,omitempty"` // in bytes, a NUL at the end not among them
	Mask      *uint64      `json:"mask,omitempty"`    // bits that may be set
	Nested    *uint32      `json:"nested,omitempty"`  // index of the policy for the attributes in it
	MaxAttr   *uint32      `json:"max_attr,omitempty"`
}

// GenlAttrType is what the payload of an attribute is, as the kernel describes it (NL_ATTR_TYPE_*).
type GenlAttrType uint32

// The types of payload.
const (
	GenlAttrInvalid     GenlAttrType = iota // NL_ATTR_TYPE_INVALID
	GenlAttrFlag                            // NL_ATTR_TYPE_FLAG
	GenlAttrU8                              // NL_ATTR_TYPE_U8
	GenlAttrU16                             // NL_ATTR_TYPE_U16
	GenlAttrU32                             // NL_ATTR_TYPE_U32
	GenlAttrU64                             // NL_ATTR_TYPE_U64
	GenlAttrS8                              // NL_ATTR_TYPE_S8
	GenlAttrS16                             // NL_ATTR_TYPE_S16
	GenlAttrS32                             // NL_ATTR_TYPE_S32
	GenlAttrS64                             // NL_ATTR_TYPE_S64
	GenlAttrBinary                          // NL_ATTR_TYPE_BINARY
	GenlAttrString                          // NL_ATTR_TYPE_STRING: its NUL may be missing
	GenlAttrNulString                       // NL_ATTR_TYPE_NUL_STRING
	GenlAttrNested                          // NL_ATTR_TYPE_NESTED
	GenlAttrNestedArray                     // NL_ATTR_TYPE_NESTED_ARRAY
	GenlAttrBitfield32                      // NL_ATTR_TYPE_BITFIELD32
	GenlAttrSint                            // NL_ATTR_TYPE_SINT: of four or eight bytes
	GenlAttrUint                            // NL_ATTR_TYPE_UINT: of four or eight bytes
)

var genlAttrTypes = []string{
	"invalid", "flag", "u8", "u16", "u32", "u64", "s8", "s16", "s32", "s64", "binary", "string", "nul_string", "nested", "nested_array",
	"bitfield32", "sint", "uint",
}

// String returns the kernel's name of the type, "nul_string", or its number, "0x12".
func (t GenlAttrType) String() string {
	if int64(t) < int64(len(genlAttrTypes)) {
		return genlAttrTypes[t]
	}
	return "0x" + strconv.FormatUint(uint64(t), 16)
}

// ParseGenlAttrType reads what [GenlAttrType.String] writes. An unknown name is [ErrObjNotFound].
func ParseGenlAttrType(s string) (GenlAttrType, error) {
	if i := slices.Index(genlAttrTypes, s); i >= 0 {
		return GenlAttrType(i), nil
	}
	n, err := strconv.ParseUint(s, 0, 32)
	if err != nil {
		return 0, textErr("ParseGenlAttrType", ErrObjNotFound, s)
	}
	return GenlAttrType(n), nil
}

// MarshalText returns the text of [GenlAttrType.String].
func (t GenlAttrType) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText is [ParseGenlAttrType].
func (t *GenlAttrType) UnmarshalText(text []byte) error {
	return unmarshalText(t, text, ParseGenlAttrType)
}

// Policy returns the policy with an index.
func (p *GenlPolicies) Policy(index uint32) (GenlPolicy, bool) {
	i, ok := slices.BinarySearchFunc(p.Policies, index, comparePolicy)
	if !ok {
		return GenlPolicy{}, false
	}
	return p.Policies[i], true
}

// Op returns what the requests of an operation are checked by.
func (p *GenlPolicies) Op(cmd uint32) (GenlOpPolicy, bool) {
	for _, op := range p.Ops {
		if op.Cmd == cmd {
			return op, true
		}
	}
	return GenlOpPolicy{}, false
}

func comparePolicy(p GenlPolicy, index uint32) int {
	switch {
	case p.Index < index:
		return -1
	case p.Index > index:
		return 1
	}
	return 0
}

// Attr returns what is expected of an attribute type.
func (p *GenlPolicy) Attr(t uint16) (GenlAttrPolicy, bool) {
	for _, a := range p.Attrs {
		if a.Attr == t {
			return a, true
		}
	}
	return GenlAttrPolicy{}, false
}

// GetGenlPolicies returns the policies of a family (CTRL_CMD_GETPOLICY), none for one that has none. Kernels before 5.7 do not tell:
// [ErrOpNotSupp]. Other errors are those of [GetGenlFamily] and [Socket.Request].
func GetGenlPolicies(ctx context.Context, s *Socket, family string) (GenlPolicies, error) {
	const fn = "GetGenlPolicies"
	var p GenlPolicies
	if err := checkGenlName(fn, family); err != nil {
		return p, err
	}
	if err := s.speaks(fn, ProtoGeneric); err != nil {
		return p, err
	}
	m := genlCtrlRequest(unix.CTRL_CMD_GETPOLICY, FlagDump)
	m.PutString(unix.CTRL_ATTR_FAMILY_NAME, family)
	for r, err := range s.request(ctx, fn, m) {
		if e, ok := err.(*Error); ok && e.Errno == syscall.ENODATA {
			return p, nil
		}
		if err != nil {
			return GenlPolicies{}, noGenlFamily(err, strconv.Quote(family))
		}
		if err := p.parse(r.bytes()); err != nil {
			return GenlPolicies{}, genlErr(fn, err)
		}
	}
	return p, p.nameDumps(ctx, s, family)
}

// nameDumps puts in the commands that the kernel leaves out: those of operations that can only be dumped, which it numbers 0, in the
// order of the family's operations.
func (p *GenlPolicies) nameDumps(ctx context.Context, s *Socket, family string) error {
	var unnamed []*GenlOpPolicy
	for i := range p.Ops {
		if op := &p.Ops[i]; op.Cmd == 0 && op.Do == nil {
			unnamed = append(unnamed, op)
		}
	}
	if len(unnamed) == 0 {
		return nil
	}
	f, err := GetGenlFamily(ctx, s, family)
	if err != nil {
		return err
	}
	var cmds []uint32
	for _, op := range f.Ops {
		if op.Flags&(GenlCapDo|GenlCapDump|GenlCapHasPol) == GenlCapDump|GenlCapHasPol && op.Cmd != 0 {
			if _, known := p.Op(op.Cmd); !known {
				cmds = append(cmds, op.Cmd)
			}
		}
	}
	if len(cmds) == len(unnamed) {
		for i, cmd := range cmds {
			unnamed[i].Cmd = cmd
		}
	}
	return nil
}

// parse adds what one message of the answer tells.
func (p *GenlPolicies) parse(b []byte) error {
	if len(b) < headerLen+genlHeaderLen {
		return &Error{Func: "genlmsg_parse", Code: ErrMsgTooShort}
	}
	for a := range EachAttr(b[headerLen+genlHeaderLen:]) {
		var err error
		switch a.Type() {
		case unix.CTRL_ATTR_FAMILY_ID:
			var id uint16
			id, err = a.U16()
			p.ID = MsgType(id)
		case unix.CTRL_ATTR_OP_POLICY:
			for op := range a.Nested() {
				err = p.addOp(op)
				if err != nil {
					return err
				}
			}
		case unix.CTRL_ATTR_POLICY:
			for pol := range a.Nested() {
				for attr := range pol.Nested() {
					if err = p.addAttr(uint32(pol.Type()), attr); err != nil {
						return err
					}
				}
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *GenlPolicies) addOp(a Attr) error {
	op := GenlOpPolicy{Cmd: uint32(a.Type())}
	for v := range a.Nested() {
		var err error
		switch v.Type() {
		case unix.CTRL_ATTR_POLICY_DO:
			op.Do, err = genlU32(v)
		case unix.CTRL_ATTR_POLICY_DUMP:
			op.Dump, err = genlU32(v)
		}
		if err != nil {
			return err
		}
	}
	p.Ops = append(p.Ops, op)
	return nil
}

// What the kernel says of an attribute (NL_POLICY_TYPE_ATTR_*).
const (
	policyAttrType       = 1
	policyMinSigned      = 2
	policyMaxSigned      = 3
	policyMin            = 4
	policyMax            = 5
	policyMinLen         = 6
	policyMaxLen         = 7
	policyNested         = 8
	policyMaxAttr        = 9
	policyBitfield32Mask = 10
	policyMask           = 12
)

func (p *GenlPolicies) addAttr(index uint32, a Attr) error {
	v := GenlAttrPolicy{Attr: a.Type()}
	for d := range a.Nested() {
		var err error
		switch d.Type() {
		case policyAttrType:
			var t uint32
			t, err = d.U32()
			v.Type = GenlAttrType(t)
		case policyMinSigned:
			v.MinSigned, err = genlS64(d)
		case policyMaxSigned:
			v.MaxSigned, err = genlS64(d)
		case policyMin:
			v.Min, err = genlU64(d)
		case policyMax:
			v.Max, err = genlU64(d)
		case policyMinLen:
			v.MinLen, err = genlU32(d)
		case policyMaxLen:
			v.MaxLen, err = genlU32(d)
		case policyNested:
			v.Nested, err = genlU32(d)
		case policyMaxAttr:
			v.MaxAttr, err = genlU32(d)
		case policyBitfield32Mask:
			var mask uint32
			mask, err = d.U32()
			v.Mask = new(uint64(mask))
		case policyMask:
			v.Mask, err = genlU64(d)
		}
		if err != nil {
			return err
		}
	}
	i, ok := slices.BinarySearchFunc(p.Policies, index, comparePolicy)
	if !ok {
		p.Policies = slices.Insert(p.Policies, i, GenlPolicy{Index: index})
	}
	p.Policies[i].Attrs = append(p.Policies[i].Attrs, v)
	return nil
}

func genlU32(a Attr) (*uint32, error) { v, err := a.U32(); return &v, err }
func genlU64(a Attr) (*uint64, error) { v, err := a.U64(); return &v, err }
func genlS64(a Attr) (*int64, error)  { v, err := a.S64(); return &v, err }
