//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"encoding/binary"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
)

const sci = 0x0200000000110003 // in host order

// networkSCI returns it as C wants it.
func networkSCI() uint64 {
	return binary.NativeEndian.Uint64(binary.BigEndian.AppendUint64(nil, sci))
}

func macsecAttrs(v libnl.LinkMACsec) []kindAttr {
	return []kindAttr{
		{get: gets(v.Port), getC: "rtnl_link_macsec_get_port", set: with(v.SetPort, 3), setC: "rtnl_link_macsec_set_port", args: []any{3}, want: uint16(3), blind: true},
		{get: gets(v.SCI), getC: "rtnl_link_macsec_get_sci", set: with(v.SetSCI, sci), setC: "rtnl_link_macsec_set_sci", args: []any{networkSCI()}, want: uint64(sci), blind: true},
		{get: gets(v.CipherSuite), getC: "rtnl_link_macsec_get_cipher_suite", unset: libnl.MACsecDefaultCipher, set: with(v.SetCipherSuite, libnl.MACsecGCMAES256), setC: "rtnl_link_macsec_set_cipher_suite", args: []any{libnl.MACsecGCMAES256}, want: libnl.MACsecGCMAES256},
		{get: gets(v.ICVLen), getC: "rtnl_link_macsec_get_icv_len", unset: uint16(16), set: with(v.SetICVLen, 8), setC: "rtnl_link_macsec_set_icv_len", args: []any{8}, want: uint16(8)},
		{get: gets(v.Protect), getC: "rtnl_link_macsec_get_protect", set: with(v.SetProtect, true), setC: "rtnl_link_macsec_set_protect", args: []any{1}, want: true},
		{get: gets(v.Encrypt), getC: "rtnl_link_macsec_get_encrypt", set: with(v.SetEncrypt, true), setC: "rtnl_link_macsec_set_encrypt", args: []any{1}, want: true},
		{get: gets(v.Offload), getC: "rtnl_link_macsec_get_offload", set: with(v.SetOffload, libnl.MACsecOffloadPHY), setC: "rtnl_link_macsec_set_offload", args: []any{1}, want: libnl.MACsecOffloadPHY, blind: true},
		{get: gets(v.EncodingSA), getC: "rtnl_link_macsec_get_encoding_sa", set: with(v.SetEncodingSA, 3), setC: "rtnl_link_macsec_set_encoding_sa", args: []any{3}, want: uint8(3)},
		{get: gets(v.ValidationType), getC: "rtnl_link_macsec_get_validation_type", set: with(v.SetValidationType, libnl.MACsecStrict), setC: "rtnl_link_macsec_set_validation_type", args: []any{2}, want: libnl.MACsecStrict},
		{get: gets(v.SendSCI), getC: "rtnl_link_macsec_get_send_sci", set: with(v.SetSendSCI, true), setC: "rtnl_link_macsec_set_send_sci", args: []any{1}, want: true},
		{get: gets(v.EndStation), getC: "rtnl_link_macsec_get_end_station", set: with(v.SetEndStation, false), setC: "rtnl_link_macsec_set_end_station", args: []any{0}, want: false},
		{get: gets(v.SCB), getC: "rtnl_link_macsec_get_scb", set: with(v.SetSCB, true), setC: "rtnl_link_macsec_set_scb", args: []any{1}, want: true},
		{get: gets(v.Window), getC: "rtnl_link_macsec_get_window", set: with(v.SetWindow, 32), setC: "rtnl_link_macsec_set_window", args: []any{32}, want: uint32(32), mends: true, blind: true},
		{get: gets(v.ReplayProtect), getC: "rtnl_link_macsec_get_replay_protect", set: with(v.SetReplayProtect, true), setC: "rtnl_link_macsec_set_replay_protect", args: []any{1}, want: true, mends: true, blind: true},
	}
}

func newMACsec(t testing.TB) libnl.LinkMACsec {
	t.Helper()
	v, err := libnl.NewLinkMACsec()
	made(t, v.Link(), err)
	return v
}

func macsecCalls(v libnl.LinkMACsec) map[string]error {
	errs := kindCalls(macsecAttrs(v))
	return errs
}

func init() { guardView(newMACsec, macsecCalls) }

func TestLinkMACsecOtherKind(t *testing.T) { viewOfOtherKind(t, newMACsec(t), macsecCalls) }

func TestLinkMACsec(t *testing.T) {
	testKind(t, newMACsec(t), (*libnl.Link).MACsec, macsecAttrs, true)
}

func TestLinkMACsecRefused(t *testing.T) {
	v := newMACsec(t)
	isErr(t, "SetICVLen", v.SetICVLen(17), libnl.ErrInval)
	isErr(t, "SetEncodingSA", v.SetEncodingSA(4), libnl.ErrInval)
	isErr(t, "SetValidationType", v.SetValidationType(3), libnl.ErrRange)
	isErr(t, "SetOffload", v.SetOffload(3), libnl.ErrRange)
	err := v.SetOffload(libnl.MACsecOffloadMAC)
	if libnl.HasCapability(libnl.CapVersion3_8_0) {
		noErr(t, err)
	} else {
		isErr(t, "SetOffload(MACsecOffloadMAC)", err, libnl.ErrOpNotSupp)
	}
	noErr(t, v.SetReplayProtect(true))
	_, err = v.Link().BuildAdd(0)
	isErr(t, "ReplayProtect without a window", err, libnl.ErrMissingAttr)
	noErr(t, v.SetReplayProtect(false))
	_, err = v.Link().BuildAdd(0)
	noErr(t, err)
	noErr(t, v.SetSCI(sci))
	noErr(t, v.SetPort(4))
	_, err = v.Link().BuildChange(v.Link(), 0)
	isErr(t, "an SCI with another port", err, libnl.ErrInval)
}

// libnl drops a window that comes alone.
func TestLinkMACsecWindow(t *testing.T) {
	v := newMACsec(t)
	window := func() (n uint32, count int) {
		m, err := v.Link().BuildAdd(0)
		noErr(t, err)
		for a := range libnl.EachAttr(linkData(t, m)) {
			if a.Type() == unix.IFLA_MACSEC_WINDOW {
				n, err = a.U32()
				noErr(t, err)
				count++
			}
		}
		return n, count
	}
	for _, set := range []func() error{with(v.SetWindow, 77), with(v.SetReplayProtect, true), with(v.SetEncrypt, true)} {
		noErr(t, set())
		n, count := window()
		equal(t, "window", n, 77)
		equal(t, "windows", count, 1)
	}
}

func TestMACsecText(t *testing.T) {
	wordsBothWays(t, libnl.ParseMACsecCipher, map[libnl.MACsecCipher]string{
		libnl.MACsecDefaultCipher: "default", libnl.MACsecGCMAES128: "GCM-AES-128", libnl.MACsecGCMAES256: "GCM-AES-256",
		libnl.MACsecGCMAESXPN128: "GCM-AES-XPN-128", libnl.MACsecGCMAESXPN256: "GCM-AES-XPN-256", 1 << 63: "0x8000000000000000",
	})
	wordsBothWays(t, libnl.ParseMACsecValidation, map[libnl.MACsecValidation]string{0: "disabled", 1: "check", 2: "strict", 255: "0xff"})
	wordsBothWays(t, libnl.ParseMACsecOffload, map[libnl.MACsecOffload]string{0: "off", 1: "phy", 2: "mac", 3: "0x3"})
	_, err := libnl.ParseMACsecOffload("256")
	isErr(t, "a number beyond 8 bits", err, libnl.ErrRange)
}

func TestKernelLinkMACsec(t *testing.T) {
	s := netNS(t)
	below := nltest.Link(t, "veth", "v0", "peer name v1")
	nltest.Link(t, "macsec", "link v0 name x0", "sci 0200000000110003 cipher gcm-aes-256 icvlen 8 encrypt on validate check replay on window 32 encodingsa 2")
	x0, ok := linkNow(t, s, "x0").MACsec()
	equal(t, "is a macsec", ok, true)
	kernelSays(t, macsecAttrs(x0), map[string]any{
		"rtnl_link_macsec_get_sci": uint64(sci), "rtnl_link_macsec_get_cipher_suite": libnl.MACsecGCMAES256, "rtnl_link_macsec_get_icv_len": uint16(8),
		"rtnl_link_macsec_get_encrypt": true, "rtnl_link_macsec_get_validation_type": libnl.MACsecCheck, "rtnl_link_macsec_get_replay_protect": true,
		"rtnl_link_macsec_get_window": uint32(32), "rtnl_link_macsec_get_encoding_sa": uint8(2), "rtnl_link_macsec_get_protect": true,
	})
	deleteFrom(t, s, x0.Link())

	v := newMACsec(t)
	noErr(t, v.SetPort(5))
	noErr(t, v.SetEncrypt(true))
	noErr(t, v.SetReplayProtect(true))
	noErr(t, v.SetWindow(9))
	noErr(t, v.SetValidationType(libnl.MACsecStrict))
	noErr(t, v.SetEncodingSA(1))
	noErr(t, v.SetSendSCI(true))
	addTo(t, s, v.Link(), "x1", below)
	ipShows(t, "x1", map[string]string{"encrypt": "true", "replay_protect": "true", "window": "9", "validation": `"strict"`, "encoding_sa": "1", "inc_sci": "true"})
	x1, _ := linkNow(t, s, "x1").MACsec()
	got, err := x1.SCI()
	noErr(t, err)
	equal(t, "port of the SCI", got&0xffff, 5)

	changes := newMACsec(t)
	noErr(t, changes.SetWindow(12)) // alone: libnl would not say it
	changeLink(t, s, "x1", changes.Link())
	ipShows(t, "x1", map[string]string{"window": "12", "encrypt": "true"})
	deleteFrom(t, s, v.Link())
}
