//go:build linux && !asan && !race && !msan

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"testing"

	"github.com/golibnl/libnl"
)

func TestAddrAllocs(t *testing.T) {
	a := mustAddr(t, "10.0.0.1/8")
	for name, tt := range map[string]struct {
		most float64
		fn   func()
	}{
		"String":      {1, func() { _ = a.String() }},
		"ParseAddr":   {1, func() { _, _ = libnl.ParseAddr("10.0.0.1/8", 0) }},
		"Compare":     {0, func() { a.Compare(a) }},
		"ValidAddr":   {0, func() { libnl.ValidAddr("10.0.0.1", libnl.FamilyIPv4) }},
		"IP":          {0, func() { a.IP() }},
		"ParseFamily": {0, func() { _, _ = libnl.ParseFamily("inet6") }},
	} {
		if n := testing.AllocsPerRun(100, tt.fn); n > tt.most {
			t.Errorf("%s: %v allocations, want %v", name, n, tt.most)
		}
	}
}
