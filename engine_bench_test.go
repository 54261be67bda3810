//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
)

// benchRoutes is the size of the table that is dumped.
const benchRoutes = 10_000

// perMessage reports what one of n messages in each iteration costs.
func perMessage(b *testing.B, n int, run func()) {
	b.Helper()
	run()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	least := time.Hour
	for b.Loop() {
		start := time.Now()
		run()
		least = min(least, time.Since(start))
	}
	runtime.ReadMemStats(&after)
	total := float64(b.N * n)
	b.ReportMetric(float64(least.Nanoseconds())/float64(n), "least-ns/msg")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/total, "ns/msg")
	b.ReportMetric(float64(after.Mallocs-before.Mallocs)/total, "allocs/msg")
}

func BenchmarkRequestDump(b *testing.B) {
	ns := nltest.NetNS(b)
	fill(b, ns, dumped, benchRoutes)
	s := dial(b, &libnl.Config{NetNS: ns})
	perMessage(b, benchRoutes, func() {
		n := 0
		for _, err := range s.Request(b.Context(), routesDump()) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n < benchRoutes {
			b.Fatal(n)
		}
	})
}

func BenchmarkRecvDump(b *testing.B) {
	ns := nltest.NetNS(b)
	fill(b, ns, dumped, benchRoutes)
	s := dial(b, &libnl.Config{NetNS: ns})
	n := 0
	if err := s.ModifyCallback(libnl.CbValid, libnl.KindCustom, func(*libnl.Msg) error { n++; return nil }); err != nil {
		b.Fatal(err)
	}
	perMessage(b, benchRoutes, func() {
		n = 0
		_, err := s.SendAuto(routesDump())
		if err := errors.Join(err, s.Recv(b.Context())); err != nil {
			b.Fatal(err)
		}
		if n < benchRoutes {
			b.Fatal(n)
		}
	})
}

// queueEvents makes n events: blackhole routes that come and go.
func queueEvents(b *testing.B, s *libnl.Socket, n int) {
	b.Helper()
	r := routeSpec{dst: [4]byte{10, 0, 0, 1}}
	ms := make([]*libnl.Msg, 0, n)
	for range n / 2 {
		ms = append(ms, r.add(), r.del())
	}
	if err := errors.Join(s.Batch(b.Context(), ms)...); err != nil {
		b.Fatal(err)
	}
}

func benchEvents(b *testing.B, n int, drain func(s *libnl.Socket)) {
	ns := nltest.NetNS(b)
	maker := dial(b, &libnl.Config{NetNS: ns})
	s := dial(b, &libnl.Config{NetNS: ns, Groups: []libnl.Group{libnl.GroupIPv4Route}, RcvBuf: 64 << 20})
	allocs := uint64(0)
	var before, after runtime.MemStats
	least := time.Hour
	for b.Loop() {
		b.StopTimer()
		queueEvents(b, maker, n)
		runtime.ReadMemStats(&before)
		b.StartTimer()
		start := time.Now()
		drain(s)
		least = min(least, time.Since(start))
		b.StopTimer()
		runtime.ReadMemStats(&after)
		allocs += after.Mallocs - before.Mallocs
		b.StartTimer()
	}
	total := float64(b.N * n)
	b.ReportMetric(float64(least.Nanoseconds())/float64(n), "least-ns/msg")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/total, "ns/msg")
	b.ReportMetric(float64(allocs)/total, "allocs/msg")
}

func BenchmarkMessagesDrain(b *testing.B) {
	const n = 10_000
	benchEvents(b, n, func(s *libnl.Socket) {
		left := n
		for _, err := range s.Messages(b.Context()) {
			if err != nil {
				b.Fatal(err)
			}
			if left--; left == 0 {
				return
			}
		}
	})
}

func BenchmarkRecvDrain(b *testing.B) {
	const n = 10_000
	got := 0
	ready := false
	benchEvents(b, n, func(s *libnl.Socket) {
		if !ready {
			ready = true
			if err := s.ModifyCallback(libnl.CbValid, libnl.KindCustom, func(*libnl.Msg) error { got++; return nil }); err != nil {
				b.Fatal(err)
			}
		}
		for got = 0; got < n; {
			if err := s.Recv(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func benchDo(b *testing.B, do func(s *libnl.Socket, m *libnl.Msg) error) {
	s := dial(b, &libnl.Config{NetNS: nltest.NetNS(b)})
	r := routeSpec{dst: [4]byte{10, 0, 0, 1}}
	ms := []*libnl.Msg{r.add(), r.del()}
	const n = 500
	perMessage(b, 2*n, func() {
		for range n {
			for _, m := range ms {
				m.SetHeader(libnl.Header{Type: m.Header().Type, Flags: m.Header().Flags}) // to be numbered anew
				if err := do(s, m); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}

func BenchmarkDo(b *testing.B) {
	benchDo(b, func(s *libnl.Socket, m *libnl.Msg) error { return s.Do(b.Context(), m) })
}

func BenchmarkSendSync(b *testing.B) {
	benchDo(b, (*libnl.Socket).SendSync)
}

func BenchmarkBatch64(b *testing.B) {
	s := dial(b, &libnl.Config{NetNS: nltest.NetNS(b)})
	var ms []*libnl.Msg
	for i := range 32 {
		r := routeSpec{dst: [4]byte{10, 0, 1, byte(i)}}
		ms = append(ms, r.add(), r.del())
	}
	perMessage(b, len(ms), func() {
		for _, err := range s.Batch(b.Context(), ms) {
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}

func benchRouteIndex(b *testing.B) (*libnl.Socket, func() *libnl.RouteIndex) {
	ns := nltest.NetNS(b)
	fill(b, ns, dumped, benchRoutes)
	s := dial(b, &libnl.Config{NetNS: ns})
	return s, func() *libnl.RouteIndex {
		x, err := libnl.NewRouteIndex(b.Context(), &libnl.Config{NetNS: ns}, nil)
		if err != nil {
			b.Fatal(err)
		}
		return x
	}
}

func BenchmarkRouteIndexFill(b *testing.B) {
	_, open := benchRouteIndex(b)
	perMessage(b, benchRoutes, func() { open().Close() })
}

func BenchmarkRouteIndexChange(b *testing.B) {
	s, open := benchRouteIndex(b)
	x := open()
	defer x.Close()
	const n = 1000
	for b.Loop() {
		b.StopTimer()
		queueEvents(b, s, n)
		b.StartTimer()
		for left := n; left > 0; {
			got, err := x.DataReady()
			if err != nil {
				b.Fatal(err)
			}
			left -= got
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/event")
}

func BenchmarkRouteInfos(b *testing.B) {
	s, _ := benchRouteIndex(b)
	perMessage(b, benchRoutes, func() {
		for _, err := range s.RouteInfos(b.Context(), nil) {
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}
