//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/golibnl/libnl"
)

func TestVersion(t *testing.T) {
	out, err := exec.Command("pkg-config", "--modversion", "libnl-3.0").Output()
	if err != nil {
		t.Skip("pkg-config: ", err)
	}
	want := strings.TrimSpace(string(out))
	if got := libnl.CompiledVersion().String(); got != want {
		t.Errorf("compiled with %s, pkg-config says %s", got, want)
	}
	if got := libnl.RuntimeVersion().String(); got != want {
		t.Errorf("running with %s, pkg-config says %s", got, want)
	}
}

func TestHasCapability(t *testing.T) {
	for c, want := range map[libnl.Capability]bool{-1 << 31: false, -1: false, 0: false, 1: true, 2: true, 1 << 30: false} {
		if got := libnl.HasCapability(c); got != want {
			t.Errorf("capability %d: %v, want %v", c, got, want)
		}
	}
}
