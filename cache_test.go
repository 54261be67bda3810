//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"testing"

	"github.com/golibnl/libnl"
)

func TestCacheFill(t *testing.T) {
	s := netNS(t)
	for _, typ := range []string{"route/link", "route/addr", "route/route", "route/neigh", "route/neightbl", "route/rule", "route/netconf", "route/mdb"} {
		c, err := libnl.NewCache(typ)
		check(t, err)
		if err := c.Refill(t.Context(), s); err != nil {
			t.Errorf("%s: %v", typ, err)
		}
		n := 0
		for o := range c.All() {
			n++
			if o.TypeName() != typ {
				t.Errorf("%s: %s", typ, o.TypeName())
			}
		}
		t.Log(typ, n)
		equal(t, "elements", n, c.Len())
		noErr(t, c.Close())
	}
}
