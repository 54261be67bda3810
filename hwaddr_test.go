//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/golibnl/libnl"
)

func TestHWAddr(t *testing.T) {
	all := bytes.Repeat([]byte{0xa5}, 33)
	for n := range 33 {
		h := libnl.HWAddrFrom(all[:n])
		equal(t, "valid", h.IsValid(), n > 0)
		equal(t, "length", h.Len(), n)
		equal(t, "bytes", string(h.HardwareAddr()), string(all[:n]))
		equal(t, "text", h.String(), strings.TrimSuffix(strings.Repeat("a5:", n), ":"))
		var back libnl.HWAddr
		text, err := h.MarshalText()
		noErr(t, err)
		noErr(t, back.UnmarshalText(text))
		equal(t, "unmarshalled", back, h)
	}
	equal(t, "33 bytes", libnl.HWAddrFrom(all), libnl.HWAddr{})
	h, err := libnl.ParseHWAddr("00:DE:ad:be:EF:01")
	noErr(t, err)
	equal(t, "text", h.String(), "00:de:ad:be:ef:01")
	equal(t, "zeroes are an address", libnl.HWAddrFrom(make([]byte, 6)) == libnl.HWAddr{}, false)
	for _, s := range []string{"", ":", "0", "000", "00:", "00:0", "00-01", "0g", "00:0x1", strings.Repeat("00:", 32) + "00", strings.Repeat("x", 1000)} {
		_, err := libnl.ParseHWAddr(s)
		isErr(t, s, err, libnl.ErrNoAddr)
		if s != "" {
			isErr(t, s, h.UnmarshalText([]byte(s)), libnl.ErrNoAddr)
		}
	}
	type info struct {
		Addr  libnl.HWAddr `json:"addr,omitzero"`
		Other libnl.HWAddr `json:"other,omitzero"`
	}
	b, err := json.Marshal(info{Addr: h})
	noErr(t, err)
	equal(t, "JSON", string(b), `{"addr":"00:de:ad:be:ef:01"}`)
	var back info
	noErr(t, json.Unmarshal(b, &back))
	equal(t, "from JSON", back, info{Addr: h})
}
