//go:build linux && !asan && !race && !msan

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"testing"

	"github.com/golibnl/libnl"
)

// TestMarshalAllocs: encoding allocates what grows, decoding what the struct then holds.
func TestMarshalAllocs(t *testing.T) {
	small, device := &marshPeer{}, marshDeviceOf(2)
	m := msg(t, 1<<20)
	flat, err := libnl.Marshal(small)
	if err != nil {
		t.Fatal(err)
	}
	nested, err := libnl.Marshal(device)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		most float64
		fn   func()
	}{
		"Marshal":          {1, func() { _, _ = libnl.Marshal(small) }},
		"PutStruct":        {0, func() { _ = m.PutStruct(small) }}, // less than one in a hundred
		"Unmarshal":        {0, func() { _ = libnl.Unmarshal(flat[:36], small) }},
		"Unmarshal nested": {3, func() { _ = libnl.Unmarshal(nested, device) }}, // three slices
	} {
		if n := testing.AllocsPerRun(100, tt.fn); n > tt.most {
			t.Errorf("%s: %v allocations, want %v", name, n, tt.most)
		}
	}
	if m.Err() != nil {
		t.Error(m.Err())
	}
}
