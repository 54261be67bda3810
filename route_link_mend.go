//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"encoding/binary"
	"slices"

	"golang.org/x/sys/unix"
)

// linkMends put right what libnl writes wrongly for a kind of links. Each is given the link that a request was built from and the payload of
// its IFLA_INFO_DATA, nil if there is none, and returns it as it should be; it may write into what it was given. It must leave alone what a
// libnl without the mistake writes.
var linkMends = map[string]func(l *Link, data []byte) ([]byte, error){
	"geneve":  mendGeneve,
	"gre":     mendGRE,
	"gretap":  mendGRE,
	"macsec":  mendMACsec,
	"macvlan": mendMACVLAN,
	"vlan":    mendVLAN,
	"vti":     mendVTI,
	"vxlan":   mendVXLAN,
}

// linkChecks find, for a kind of links, what a request would leave out or the kernel would not understand.
var linkChecks = map[string]func(l *Link) error{
	"macsec":  checkMACsec,
	"macvlan": checkMACVLAN,
}

// checkLink returns the error for a link that no request can be built from.
func checkLink(fn string, l *Link) error {
	check := linkChecks[l.Type()]
	if check == nil {
		return nil
	}
	return named(fn, check(l))
}

// mendLink puts right what libnl wrote wrongly in a request that it built from l.
func mendLink(m *Msg, l *Link) error {
	mend := linkMends[l.Type()]
	if mend == nil {
		return nil
	}
	const start = headerLen + unix.SizeofIfInfomsg
	var err error
	attrs := editAttr(m.own.b[start:], unix.IFLA_LINKINFO, func(info []byte) []byte {
		return editAttr(info, unix.IFLA_INFO_DATA, func(data []byte) []byte {
			data, err = mend(l, data)
			return data
		})
	})
	if err != nil {
		return err
	}
	replaceLinkAttrs(m, attrs)
	return nil
}

// editAttr returns attributes with the payload of the first of type t replaced by what f makes of it: without that attribute f is given nil
// and what it returns is appended. It copies only if the length changes.
func editAttr(attrs []byte, t uint16, f func([]byte) []byte) []byte {
	at := 0
	for a := range EachAttr(attrs) {
		if a.Type() != t {
			at += align4(len(a.b))
			continue
		}
		payload := f(a.Bytes())
		if len(payload) == a.Len() {
			copy(a.Bytes(), payload)
			return attrs
		}
		end := min(at+align4(len(a.b)), len(attrs))
		return slices.Concat(attrs[:at], attrOf(a.RawType(), payload), attrs[end:])
	}
	if payload := f(nil); len(payload) != 0 {
		return slices.Concat(attrs, attrOf(t, payload))
	}
	return attrs
}

// attrOf returns an attribute with its padding.
func attrOf(t uint16, payload []byte) []byte {
	b := make([]byte, attrHdrLen, align4(attrHdrLen+len(payload)))
	binary.NativeEndian.PutUint16(b, uint16(attrHdrLen+len(payload)))
	binary.NativeEndian.PutUint16(b[2:], t)
	return append(b, payload...)[:cap(b)]
}

// builtLink is builtMsg for a request that has what the link l has.
func builtLink(fn string, rc C.int, msg *C.struct_nl_msg, l *Link) (*Msg, error) {
	full := rc >= 0 && C.nlgo_link_full(l.ptr(), msg) != 0
	m, err := builtMsg(fn, ProtoRoute, rc, msg)
	if err != nil {
		return nil, err
	}
	if full {
		return nil, &Error{Func: fn, Code: ErrMsgSize, Msg: "too many virtual functions for one request"}
	}
	if err := mendLink(m, l); err != nil {
		return nil, named(fn, err)
	}
	mendInet6(m, l)
	mendVFs(m)
	return m, nil
}

// replaceLinkAttrs gives a request for a link other attributes.
func replaceLinkAttrs(m *Msg, attrs []byte) {
	const start = headerLen + unix.SizeofIfInfomsg
	m.own.b = append(m.own.b[:start:start], attrs...)
	m.own.setLen()
	m.own.max = max(m.own.max, len(m.own.b))
}
