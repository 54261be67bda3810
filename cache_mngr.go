//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

import "sync"

// CacheManager follows the kernel and keeps caches up to date.
type CacheManager struct{ mu sync.Mutex }

func (m *CacheManager) forget(st *cacheState) {}
