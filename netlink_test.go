//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
)

func netLink(t testing.TB, cfg *libnl.Config) *libnl.NetLink {
	t.Helper()
	n, err := libnl.NewNetLink(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() })
	return n
}

func TestNetLinkSmoke(t *testing.T) {
	nltest.NetNS(t)
	n := netLink(t, nil)
	if err := n.RegisterGroup(libnl.GroupLink); err != nil {
		t.Fatal(err)
	}
	for _, k := range []libnl.MsgType{libnl.RTMGetLink, libnl.RTMGetAddr, libnl.RTMGetRoute, libnl.RTMGetNeigh} {
		if err := n.DumpRequest(k); err != nil {
			t.Fatal(err)
		}
	}
	nltest.Run(t, "ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1")
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	done := 0
	for e, err := range n.Events(ctx) {
		if err != nil {
			if errors.Is(err, context.DeadlineExceeded) && done == 4 {
				break
			}
			t.Fatal(err)
		}
		if e.Kind == libnl.EventMsg {
			o, err := e.Object()
			t.Log(e.Header, e.Dump, o, err)
		} else {
			t.Log(e.Kind, e.Dump, e.Err)
			done++
			if done == 4 {
				cancel()
				break
			}
		}
	}
	t.Logf("%+v", n.Stats())
}
