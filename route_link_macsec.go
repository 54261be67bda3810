//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"encoding/binary"
	"errors"
	"math"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// LinkMACsec is what a link of kind macsec has beside other links. It is a view without a life of its own: the link is closed, not the view.
// Every method looks at the kind anew and returns [ErrOpNotSupp] for a link of another. An attribute
// that is not set is [ErrNoAttr]. libnl does not compare Offload.
type LinkMACsec struct{ l *Link }

// NewLinkMACsec returns a new link of kind macsec; the caller closes its Link.
//
// Implements: rtnl_link_macsec_alloc
func NewLinkMACsec() (LinkMACsec, error) {
	l, err := newHandle[*Link]("rtnl_link_macsec_alloc", unsafe.Pointer(C.rtnl_link_macsec_alloc()))
	return LinkMACsec{l}, err
}

// MACsec returns the view of a link of kind macsec; false for any other.
func (l *Link) MACsec() (LinkMACsec, bool) { return LinkMACsec{l}, l.isKind(C.NLGO_LINK_MACSEC) }

// Link returns the link that the view is of.
func (v LinkMACsec) Link() *Link { return v.l }

func (v LinkMACsec) ptr(fn string) (*C.struct_rtnl_link, error) {
	return v.l.ofKind(fn, C.NLGO_LINK_MACSEC)
}

// SCI returns the secure channel identifier, in host order: the link-layer address and below it the port. (C has it in network order.)
//
// Implements: rtnl_link_macsec_get_sci
func (v LinkMACsec) SCI() (uint64, error) {
	const fn = "rtnl_link_macsec_get_sci"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint64_t
	rc := C.rtnl_link_macsec_get_sci(c, &n)
	return swap64(uint64(n)), attrErr(fn, rc)
}

// SetSCI sets the secure channel identifier, in host order: the link-layer address and below it the port. (C wants it in network order.)
//
// Implements: rtnl_link_macsec_set_sci
func (v LinkMACsec) SetSCI(sci uint64) error {
	const fn = "rtnl_link_macsec_set_sci"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_macsec_set_sci(c, C.uint64_t(swap64(sci)))))
}

// swap64 converts between host and network order.
func swap64(v uint64) uint64 {
	var b [8]byte
	binary.NativeEndian.PutUint64(b[:], v)
	return binary.BigEndian.Uint64(b[:])
}

// Port returns the port of the identifier that a request asks for, in host order. The kernel reports it as part of SCI.
//
// Implements: rtnl_link_macsec_get_port
func (v LinkMACsec) Port() (uint16, error) {
	const fn = "rtnl_link_macsec_get_port"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint16_t
	rc := C.rtnl_link_macsec_get_port(c, &n)
	return uint16(n), attrErr(fn, rc)
}

// SetPort sets the port of the identifier, in host order; the rest of it is the link-layer address of the link. A link with an SCI of another
// port cannot be built.
//
// Implements: rtnl_link_macsec_set_port
func (v LinkMACsec) SetPort(port uint16) error {
	const fn = "rtnl_link_macsec_set_port"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_macsec_set_port(c, C.uint16_t(port))))
}

// CipherSuite returns the cipher suite, in a new link [MACsecDefaultCipher].
//
// Implements: rtnl_link_macsec_get_cipher_suite
func (v LinkMACsec) CipherSuite() (MACsecCipher, error) {
	const fn = "rtnl_link_macsec_get_cipher_suite"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint64_t
	rc := C.rtnl_link_macsec_get_cipher_suite(c, &n)
	return MACsecCipher(n), attrErr(fn, rc)
}

// SetCipherSuite sets the cipher suite.
//
// Implements: rtnl_link_macsec_set_cipher_suite
func (v LinkMACsec) SetCipherSuite(s MACsecCipher) error {
	const fn = "rtnl_link_macsec_set_cipher_suite"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_macsec_set_cipher_suite(c, C.uint64_t(s))))
}

// ICVLen returns the length of the integrity check value in bytes, in a new link 16.
//
// Implements: rtnl_link_macsec_get_icv_len
func (v LinkMACsec) ICVLen() (uint16, error) {
	const fn = "rtnl_link_macsec_get_icv_len"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint16_t
	rc := C.rtnl_link_macsec_get_icv_len(c, &n)
	return uint16(n), attrErr(fn, rc)
}

// SetICVLen sets the length of the integrity check value, up to 16 bytes; the kernel takes it from 8.
//
// Implements: rtnl_link_macsec_set_icv_len
func (v LinkMACsec) SetICVLen(n uint16) error {
	const fn = "rtnl_link_macsec_set_icv_len"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_macsec_set_icv_len(c, C.uint16_t(n))))
}

// Protect reports whether frames that are sent are protected.
//
// Implements: rtnl_link_macsec_get_protect
func (v LinkMACsec) Protect() (bool, error) {
	const fn = "rtnl_link_macsec_get_protect"
	c, err := v.ptr(fn)
	if err != nil {
		return false, err
	}
	var n C.uint8_t
	rc := C.rtnl_link_macsec_get_protect(c, &n)
	return n != 0, attrErr(fn, rc)
}

// SetProtect says whether frames that are sent are protected.
//
// Implements: rtnl_link_macsec_set_protect
func (v LinkMACsec) SetProtect(on bool) error {
	const fn = "rtnl_link_macsec_set_protect"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_macsec_set_protect(c, C.uint8_t(cBool(on)))))
}

// Encrypt reports whether frames that are sent are encrypted.
//
// Implements: rtnl_link_macsec_get_encrypt
func (v LinkMACsec) Encrypt() (bool, error) {
	const fn = "rtnl_link_macsec_get_encrypt"
	c, err := v.ptr(fn)
	if err != nil {
		return false, err
	}
	var n C.uint8_t
	rc := C.rtnl_link_macsec_get_encrypt(c, &n)
	return n != 0, attrErr(fn, rc)
}

// SetEncrypt says whether frames that are sent are encrypted.
//
// Implements: rtnl_link_macsec_set_encrypt
func (v LinkMACsec) SetEncrypt(on bool) error {
	const fn = "rtnl_link_macsec_set_encrypt"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_macsec_set_encrypt(c, C.uint8_t(cBool(on)))))
}

// Offload returns what hardware does the work.
//
// Implements: rtnl_link_macsec_get_offload
func (v LinkMACsec) Offload() (MACsecOffload, error) {
	const fn = "rtnl_link_macsec_get_offload"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint8_t
	rc := C.rtnl_link_macsec_get_offload(c, &n)
	return MACsecOffload(n), attrErr(fn, rc)
}

// SetOffload sets what hardware does the work. Before 3.8 libnl does not know [MACsecOffloadMAC] ([ErrOpNotSupp]).
//
// Implements: rtnl_link_macsec_set_offload
func (v LinkMACsec) SetOffload(o MACsecOffload) error {
	const fn = "rtnl_link_macsec_set_offload"
	c, err := v.ptr(fn)
	switch {
	case err != nil:
		return err
	case o > MACsecOffloadMAC:
		return &Error{Func: fn, Code: ErrRange, Msg: o.String()}
	}
	rc := C.rtnl_link_macsec_set_offload(c, C.uint8_t(o))
	if Errno(-rc) == ErrInval {
		return &Error{Func: fn, Code: ErrOpNotSupp, Msg: o.String()}
	}
	return codeErr(fn, int(rc))
}

// EncodingSA returns the number of the secure association that frames are sent with.
//
// Implements: rtnl_link_macsec_get_encoding_sa
func (v LinkMACsec) EncodingSA() (uint8, error) {
	const fn = "rtnl_link_macsec_get_encoding_sa"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint8_t
	rc := C.rtnl_link_macsec_get_encoding_sa(c, &n)
	return uint8(n), attrErr(fn, rc)
}

// SetEncodingSA sets the number of the secure association that frames are sent with, 0 to 3.
//
// Implements: rtnl_link_macsec_set_encoding_sa
func (v LinkMACsec) SetEncodingSA(an uint8) error {
	const fn = "rtnl_link_macsec_set_encoding_sa"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_macsec_set_encoding_sa(c, C.uint8_t(an))))
}

// ValidationType returns what becomes of received frames that are not protected well.
//
// Implements: rtnl_link_macsec_get_validation_type
func (v LinkMACsec) ValidationType() (MACsecValidation, error) {
	const fn = "rtnl_link_macsec_get_validation_type"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.enum_macsec_validation_type
	rc := C.rtnl_link_macsec_get_validation_type(c, &n)
	return MACsecValidation(n), attrErr(fn, rc)
}

// SetValidationType sets what becomes of received frames that are not protected well.
//
// Implements: rtnl_link_macsec_set_validation_type
func (v LinkMACsec) SetValidationType(t MACsecValidation) error {
	const fn = "rtnl_link_macsec_set_validation_type"
	c, err := v.ptr(fn)
	switch {
	case err != nil:
		return err
	case t > MACsecStrict:
		return &Error{Func: fn, Code: ErrRange, Msg: t.String()}
	}
	return codeErr(fn, int(C.rtnl_link_macsec_set_validation_type(c, C.enum_macsec_validation_type(t))))
}

// ReplayProtect reports whether old frames are dropped; it takes a Window.
//
// Implements: rtnl_link_macsec_get_replay_protect
func (v LinkMACsec) ReplayProtect() (bool, error) {
	const fn = "rtnl_link_macsec_get_replay_protect"
	c, err := v.ptr(fn)
	if err != nil {
		return false, err
	}
	var n C.uint8_t
	rc := C.rtnl_link_macsec_get_replay_protect(c, &n)
	return n != 0, attrErr(fn, rc)
}

// SetReplayProtect says whether old frames are dropped; it takes a Window.
//
// Implements: rtnl_link_macsec_set_replay_protect
func (v LinkMACsec) SetReplayProtect(on bool) error {
	const fn = "rtnl_link_macsec_set_replay_protect"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_macsec_set_replay_protect(c, C.uint8_t(cBool(on)))))
}

// Window returns by how many frames one may be late with ReplayProtect.
//
// Implements: rtnl_link_macsec_get_window
func (v LinkMACsec) Window() (uint32, error) {
	const fn = "rtnl_link_macsec_get_window"
	c, err := v.ptr(fn)
	if err != nil {
		return 0, err
	}
	var n C.uint32_t
	rc := C.rtnl_link_macsec_get_window(c, &n)
	return uint32(n), attrErr(fn, rc)
}

// SetWindow sets by how many frames one may be late with ReplayProtect.
//
// Implements: rtnl_link_macsec_set_window
func (v LinkMACsec) SetWindow(n uint32) error {
	const fn = "rtnl_link_macsec_set_window"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_macsec_set_window(c, C.uint32_t(n))))
}

// SendSCI reports whether frames carry the SCI.
//
// Implements: rtnl_link_macsec_get_send_sci
func (v LinkMACsec) SendSCI() (bool, error) {
	const fn = "rtnl_link_macsec_get_send_sci"
	c, err := v.ptr(fn)
	if err != nil {
		return false, err
	}
	var n C.uint8_t
	rc := C.rtnl_link_macsec_get_send_sci(c, &n)
	return n != 0, attrErr(fn, rc)
}

// SetSendSCI says whether frames carry the SCI.
//
// Implements: rtnl_link_macsec_set_send_sci
func (v LinkMACsec) SetSendSCI(on bool) error {
	const fn = "rtnl_link_macsec_set_send_sci"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_macsec_set_send_sci(c, C.uint8_t(cBool(on)))))
}

// EndStation reports whether frames say that their sender is an end station, instead of carrying the SCI.
//
// Implements: rtnl_link_macsec_get_end_station
func (v LinkMACsec) EndStation() (bool, error) {
	const fn = "rtnl_link_macsec_get_end_station"
	c, err := v.ptr(fn)
	if err != nil {
		return false, err
	}
	var n C.uint8_t
	rc := C.rtnl_link_macsec_get_end_station(c, &n)
	return n != 0, attrErr(fn, rc)
}

// SetEndStation says whether frames say that their sender is an end station, instead of carrying the SCI.
//
// Implements: rtnl_link_macsec_set_end_station
func (v LinkMACsec) SetEndStation(on bool) error {
	const fn = "rtnl_link_macsec_set_end_station"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_macsec_set_end_station(c, C.uint8_t(cBool(on)))))
}

// SCB reports whether frames say that they are broadcast by a single copy (EPON), instead of carrying the SCI.
//
// Implements: rtnl_link_macsec_get_scb
func (v LinkMACsec) SCB() (bool, error) {
	const fn = "rtnl_link_macsec_get_scb"
	c, err := v.ptr(fn)
	if err != nil {
		return false, err
	}
	var n C.uint8_t
	rc := C.rtnl_link_macsec_get_scb(c, &n)
	return n != 0, attrErr(fn, rc)
}

// SetSCB says whether frames say that they are broadcast by a single copy (EPON), instead of carrying the SCI.
//
// Implements: rtnl_link_macsec_set_scb
func (v LinkMACsec) SetSCB(on bool) error {
	const fn = "rtnl_link_macsec_set_scb"
	c, err := v.ptr(fn)
	if err != nil {
		return err
	}
	return codeErr(fn, int(C.rtnl_link_macsec_set_scb(c, C.uint8_t(cBool(on)))))
}

// MACsecCipher is a cipher suite of MACsec (MACSEC_CIPHER_ID_*).
type MACsecCipher uint64

// The cipher suites.
const (
	MACsecDefaultCipher MACsecCipher = 0x0080020001000001 // MACSEC_DEFAULT_CIPHER_ID: GCM-AES-128, which the kernel reports so
	MACsecGCMAES128     MACsecCipher = 0x0080C20001000001 // MACSEC_CIPHER_ID_GCM_AES_128
	MACsecGCMAES256     MACsecCipher = 0x0080C20001000002 // MACSEC_CIPHER_ID_GCM_AES_256
	MACsecGCMAESXPN128  MACsecCipher = 0x0080C20001000003 // MACSEC_CIPHER_ID_GCM_AES_XPN_128
	MACsecGCMAESXPN256  MACsecCipher = 0x0080C20001000004 // MACSEC_CIPHER_ID_GCM_AES_XPN_256
)

var macsecCipherNames = map[MACsecCipher]string{
	MACsecDefaultCipher: "default",
	MACsecGCMAES128:     "GCM-AES-128",
	MACsecGCMAES256:     "GCM-AES-256",
	MACsecGCMAESXPN128:  "GCM-AES-XPN-128",
	MACsecGCMAESXPN256:  "GCM-AES-XPN-256",
}

// String returns the name of the suite, "GCM-AES-256", a number if it has none.
func (s MACsecCipher) String() string {
	if name, ok := macsecCipherNames[s]; ok {
		return name
	}
	return "0x" + strconv.FormatUint(uint64(s), 16)
}

// ParseMACsecCipher reads what [MACsecCipher.String] writes, in any case, or a number. An unknown name is [ErrObjNotFound].
func ParseMACsecCipher(s string) (MACsecCipher, error) {
	const fn = "ParseMACsecCipher"
	for c, name := range macsecCipherNames {
		if strings.EqualFold(s, name) {
			return c, nil
		}
	}
	n, err := strconv.ParseUint(s, 0, 64)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, textErr(fn, ErrRange, s)
	case err != nil:
		return 0, textErr(fn, ErrObjNotFound, s)
	}
	return MACsecCipher(n), nil
}

// MACsecValidation says what becomes of received frames that are not protected well (enum macsec_validation_type).
type MACsecValidation uint8

// What becomes of received frames.
const (
	MACsecDisabled MACsecValidation = iota // MACSEC_VALIDATE_DISABLED: they are taken unchecked
	MACsecCheck                            // MACSEC_VALIDATE_CHECK: they are checked, counted and taken
	MACsecStrict                           // MACSEC_VALIDATE_STRICT: they are dropped
)

var macsecValidationWords = words{"disabled", "check", "strict"}

// String returns the word for the type, "strict", a number if it has none.
func (t MACsecValidation) String() string { return macsecValidationWords.text(uint64(t)) }

// ParseMACsecValidation reads what [MACsecValidation.String] writes.
func ParseMACsecValidation(s string) (MACsecValidation, error) {
	n, err := macsecValidationWords.parse("ParseMACsecValidation", s, math.MaxUint8)
	return MACsecValidation(n), err
}

// MACsecOffload says what hardware does the work of MACsec (enum macsec_offload).
type MACsecOffload uint8

// What hardware does the work.
const (
	MACsecOffloadOff MACsecOffload = iota // MACSEC_OFFLOAD_OFF: none
	MACsecOffloadPHY                      // MACSEC_OFFLOAD_PHY
	MACsecOffloadMAC                      // MACSEC_OFFLOAD_MAC
)

var macsecOffloadWords = words{"off", "phy", "mac"}

// String returns the word for the hardware, "phy", a number if it has none.
func (o MACsecOffload) String() string { return macsecOffloadWords.text(uint64(o)) }

// ParseMACsecOffload reads what [MACsecOffload.String] writes.
func ParseMACsecOffload(s string) (MACsecOffload, error) {
	n, err := macsecOffloadWords.parse("ParseMACsecOffload", s, math.MaxUint8)
	return MACsecOffload(n), err
}

// checkMACsec finds what a request would not, or could not, say.
func checkMACsec(l *Link) error {
	v := LinkMACsec{l}
	if on, _ := v.ReplayProtect(); on {
		if _, err := v.Window(); err != nil {
			return &Error{Code: ErrMissingAttr, Msg: "ReplayProtect takes a Window"}
		}
	}
	sci, noSCI := v.SCI()
	port, noPort := v.Port()
	if noSCI == nil && noPort == nil && uint16(sci) != port {
		return &Error{Code: ErrInval, Msg: "the SCI has another port"}
	}
	return nil
}

// mendMACsec adds the window, which libnl leaves out without ReplayProtect.
func mendMACsec(l *Link, data []byte) ([]byte, error) {
	n, err := LinkMACsec{l}.Window()
	if err != nil {
		return data, nil
	}
	if _, ok := FindAttr(data, unix.IFLA_MACSEC_WINDOW); ok {
		return data, nil
	}
	return append(data[:len(data):len(data)], attrOf(unix.IFLA_MACSEC_WINDOW, binary.NativeEndian.AppendUint32(nil, n))...), nil
}
