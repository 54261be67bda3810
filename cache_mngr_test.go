//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"testing"

	"github.com/golibnl/libnl"
)

func manager(t testing.TB, cfg *libnl.Config) *libnl.CacheManager {
	t.Helper()
	m, err := libnl.NewCacheManager(libnl.ProtoRoute, cfg)
	check(t, err)
	t.Cleanup(func() { m.Close() })
	return m
}
