//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/oracle"
)

// genlC copies a message to C's memory.
func genlC(t testing.TB, b []byte) oracle.Ptr {
	t.Helper()
	p := oracle.Ptr(oracle.Call("malloc", len(b)+64))
	oracle.Call("memset", p, 0, len(b)+64)
	oracle.Call("memcpy", p, b, len(b))
	t.Cleanup(func() { oracle.Call("free", p) })
	return p
}

func TestGenlHeaders(t *testing.T) {
	for _, hdrlen := range []int{0, 1, 4, 7, 8, 20} {
		m, err := libnl.NewMsgSize(256)
		noErr(t, err)
		noErr(t, m.PutGenl(7, 9, 0x1f, hdrlen, libnl.FlagAck, libnl.GenlHeader{Cmd: 3, Version: 2}))
		want, _, failed := oracle.BuildMsg(256, []oracle.Op{{Kind: oracle.Put, Type: 0x1f, N: int64(4 + hdrlen), Arg: int(libnl.FlagAck), Port: 7, Seq: 9}})
		equal(t, "nlmsg_put", failed, -1)
		want[16], want[17] = 3, 2
		if !bytes.Equal(m.Bytes(), want) {
			t.Errorf("header of %d: % x, want % x", hdrlen, m.Bytes(), want)
		}
		user, ok := m.GenlUserHeader(hdrlen)
		if !ok || len(user) != hdrlen {
			t.Fatalf("user header of %d: %v %v", hdrlen, user, ok)
		}
		for i := range user {
			user[i] = byte(0xa0 + i)
		}
		m.PutU32(1, 5)
		m.PutString(2, "text")
		noErr(t, m.Err())
		h, ok := m.Genl()
		equal(t, "header", h, libnl.GenlHeader{Cmd: 3, Version: 2})
		equal(t, "has one", ok, true)
		c := genlC(t, m.Bytes())
		g := c + 16
		equal(t, "genlmsg_hdr", oracle.Ptr(c.Call("genlmsg_hdr")), g)
		data, ok := m.GenlUserData(hdrlen)
		equal(t, "data", ok, true)
		equal(t, "genlmsg_user_datalen", int64(len(data)), int64(int32(g.Call("genlmsg_user_datalen", hdrlen))))
		equal(t, "genlmsg_attrlen", int64(len(data)), int64(int32(g.Call("genlmsg_attrlen", hdrlen))))
		at := m.Len() - len(data)
		equal(t, "genlmsg_user_data", oracle.Ptr(g.Call("genlmsg_user_data", hdrlen)), c+oracle.Ptr(at))
		equal(t, "genlmsg_attrdata", oracle.Ptr(g.Call("genlmsg_attrdata", hdrlen)), c+oracle.Ptr(at))
		equal(t, "genlmsg_user_hdr", oracle.Ptr(g.Call("genlmsg_user_hdr")), c+20)
		equal(t, "genlmsg_data", oracle.Ptr(g.Call("genlmsg_data")), c+20)
		all, _ := m.GenlUserData(0)
		equal(t, "genlmsg_len", int64(len(all)), int64(int32(g.Call("genlmsg_len"))))
		var types []uint16
		for a := range m.GenlAttrs(hdrlen) {
			types = append(types, a.Type())
		}
		deepEqual(t, "attributes", types, []uint16{1, 2})
	}
}

// What libnl's parser makes of messages cut anywhere, with policies, is what ours makes.
func TestGenlParse(t *testing.T) {
	whole, err := libnl.NewMsgSize(256)
	noErr(t, err)
	noErr(t, whole.PutGenl(0, 0, 0x1f, 6, 0, libnl.GenlHeader{Cmd: 1}))
	whole.PutU32(1, 5)
	whole.PutString(2, "text")
	whole.PutU16(3, 1)
	policies := []libnl.Policy{
		nil,
		{1: {Kind: libnl.AttrU32}, 2: {Kind: libnl.AttrString, MaxLen: 5}, 3: {Kind: libnl.AttrU16}},
		{1: {Kind: libnl.AttrU64}, 3: {}},
		{2: {Kind: libnl.AttrString, MaxLen: 4}, 3: {}},
		{3: {Kind: libnl.AttrU32}},
	}
	for n := 0; n <= whole.Len()-16; n++ {
		b := bytes.Clone(whole.Bytes()[:whole.Len()-n])
		binary.NativeEndian.PutUint32(b, uint32(len(b)))
		m, err := libnl.MsgFromBytes(b)
		noErr(t, err)
		c := genlC(t, b)
		for i, p := range policies {
			for _, hdrlen := range []int{0, 5, 6, 8, 200} {
				var pol []byte
				var arg any
				if p != nil {
					for _, e := range p[:4] {
						for _, v := range []uint16{uint16(e.Kind), e.MinLen, e.MaxLen} {
							pol = binary.NativeEndian.AppendUint16(pol, v)
						}
					}
					arg = pol
				}
				tb := make([]byte, 8*4)
				rc := int(int32(c.Call("genlmsg_parse", hdrlen, tb, 3, arg)))
				attrs, err := m.ParseGenl(hdrlen, 3, p)
				equal(t, "genlmsg_parse", code(err), libnl.Errno(-rc))
				if p != nil {
					rc = int(int32(c.Call("genlmsg_validate", hdrlen, 3, arg)))
				}
				equal(t, "genlmsg_validate", code(m.ValidateGenl(hdrlen, 3, p)), libnl.Errno(-rc))
				valid := c.Call("genlmsg_valid_hdr", hdrlen)&0xffffffff != 0
				_, ok := m.GenlUserData(hdrlen)
				equal(t, "genlmsg_valid_hdr", ok, valid)
				if err != nil {
					continue
				}
				for typ := range uint16(4) {
					at := oracle.Ptr(binary.NativeEndian.Uint64(tb[8*typ:]))
					a, ok := attrs.Get(typ)
					equal(t, "has attribute", ok, at != 0)
					if ok && !bytes.Equal(a.Bytes(), b[at-c+4:][:a.Len()]) {
						t.Errorf("policy %d, attribute %d is another", i, typ)
					}
				}
			}
		}
	}
}

func TestGenlRefused(t *testing.T) {
	m, err := libnl.NewMsg()
	noErr(t, err)
	isErr(t, "PutGenl", m.PutGenl(0, 0, 1, -1, 0, libnl.GenlHeader{}), libnl.ErrInval)
	isErr(t, "PutGenl", m.PutGenl(0, 0, 1, int(^uint(0)>>1), 0, libnl.GenlHeader{}), libnl.ErrInval)
	_, ok := m.Genl()
	equal(t, "header", ok, false)
	for _, n := range []int{-1, 1, int(^uint(0) >> 1), -1 << 31} {
		_, ok = m.GenlUserHeader(n)
		equal(t, "user header", ok, false)
		_, ok = m.GenlUserData(n)
		equal(t, "user data", ok, false)
		equal(t, "attributes", len(slices.Collect(m.GenlAttrs(n))), 0)
	}
	_, err = m.ParseGenl(-1, 3, nil)
	isErr(t, "ParseGenl", err, libnl.ErrInval)
	_, err = m.ParseGenl(0, 3, nil)
	isErr(t, "ParseGenl", err, libnl.ErrMsgTooShort)
	_, err = m.ParseGenl(int(^uint(0)>>1), 3, nil)
	isErr(t, "ParseGenl", err, libnl.ErrMsgTooShort)
	isErr(t, "ValidateGenl", m.ValidateGenl(0, 3, nil), libnl.ErrMsgTooShort)
	noErr(t, m.Close())
	_, err = m.ParseGenl(0, 3, nil)
	isErr(t, "closed", err, libnl.ErrClosed)
	isErr(t, "closed", m.ValidateGenl(0, 3, nil), libnl.ErrClosed)
	isErr(t, "closed", m.PutGenl(0, 0, 1, 0, 0, libnl.GenlHeader{}), libnl.ErrClosed)
	mustPanic(t, "closed Msg", func() { m.Genl() })
}

func TestGenlConnect(t *testing.T) {
	s, err := libnl.NewSocket()
	noErr(t, err)
	defer s.Close()
	isErr(t, "not connected", s.SendGenlSimple(unix.GENL_ID_CTRL, 3, 1, 0), libnl.ErrBadSock)
	noErr(t, s.ConnectGenl())
	isErr(t, "again", s.ConnectGenl(), libnl.ErrBadSock)
	families := 0
	noErr(t, s.ModifyCallback(libnl.CbValid, libnl.KindCustom, func(m *libnl.Msg) error {
		if h, ok := m.Genl(); ok && h.Cmd == unix.CTRL_CMD_NEWFAMILY {
			families++
		}
		return nil
	}))
	noErr(t, s.SendGenlSimple(unix.GENL_ID_CTRL, unix.CTRL_CMD_GETFAMILY, 1, libnl.FlagDump))
	noErr(t, s.RecvMsgsDefault())
	want := 0
	for _, err := range s.GenlFamilyInfos(t.Context()) {
		noErr(t, err)
		want++
	}
	equal(t, "families", families, want)
	noErr(t, s.Close())
	isErr(t, "closed", s.ConnectGenl(), libnl.ErrClosed)
	isErr(t, "closed", s.SendGenlSimple(unix.GENL_ID_CTRL, 3, 1, 0), libnl.ErrClosed)
}
