//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/golibnl/libnl"
)

// Datagrams that were read together are those that were sent, in order, whatever their size.
func TestMessagesOfAllSizes(t *testing.T) {
	p := newPeer(t, 0)
	s := dialPeer(t, nil, libnl.Config{RcvBuf: 32 << 20})
	var sizes []int
	for _, n := range []int{1, 2, 3, 5, 100, 1000, 3, 40_000, 1, 9000, 20_000, 20_000, 20_000, 20_000, 20_000, 7, 300_000, 70_000, 33, 1 << 20, 8} {
		sizes = append(sizes, n)
		for i := range 30 { // whole reads of small ones between
			sizes = append(sizes, 20+i)
		}
	}
	body := func(i, n int) string { return string(bytes.Repeat([]byte{byte(i + 1)}, n)) }
	for round := range 2 {
		for i, n := range sizes {
			p.send(s.LocalPort(), message(typData, 0, uint32(i), body(i, n)))
		}
		i := 0
		for m, err := range s.Messages(within(t, 10*time.Second)) {
			check(t, err)
			if got := string(m.Payload()); got != body(i, sizes[i]) || m.Header().Seq != uint32(i) {
				t.Fatalf("round %d, message %d: %d bytes, want %d", round, i, len(got), sizes[i])
			}
			if i++; i == len(sizes) || i%97 == 96 && round == 1 {
				break // what was read and not seen comes with the next loop
			}
		}
		for i < len(sizes) {
			m, err := nextEvent(t, s)
			check(t, err)
			if got := string(m.Payload()); got != body(i, sizes[i]) {
				t.Fatalf("round %d, message %d: %d bytes, want %d", round, i, len(got), sizes[i])
			}
			i++
		}
	}
	if st := s.Stats(); st.Overruns+st.Truncated != 0 || st.Datagrams != uint64(2*len(sizes)) {
		t.Errorf("%+v, want %d datagrams", st, 2*len(sizes))
	}
}
