//go:build linux

// SPDX-License-Identifier: MIT

package main

import (
	"context"

	"github.com/golibnl/libnl"
)

// family is what is resolved: every kernel has it.
const family = "nlctrl"

func resolve(n int) (iteration, error) {
	s, err := libnl.DialGeneric(nil)
	return resolving(n, func() (uint64, error) {
		id, err := s.ResolveGenl(context.Background(), family)
		return uint64(id), err
	}), err
}

// resolving resolves the family n times.
func resolving(n int, once func() (id uint64, err error)) iteration {
	return func() (f found, err error) {
		for range n {
			id, err := once()
			if err != nil {
				return f, err
			}
			f.count++
			f.sum += id
		}
		return f, nil
	}
}
