//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

import "golang.org/x/sys/unix"

// Several datagrams that are read at once need a place each, as large as one can be, of which they mostly use some hundred bytes: memory of
// the kernel's, of which only what was written to exists.

const (
	placeSize   = hotSize + spareSize
	placeStride = placeSize + 4096 + 64 // they do not begin in the same lines of the processor's caches
	placeLarge  = 64 << 10              // who uses that much gives it back to the kernel
)

// places is what the datagrams of one read are read into. They are copied from there: the places are for the next one who reads.
type places struct {
	b     []byte
	large bool
}

var allPlaces shelf[places]

// takePlaces returns nil if the kernel gives no memory.
func takePlaces() *places {
	if s := allPlaces.take(); s != nil {
		return s
	}
	b, err := unix.Mmap(-1, 0, batchSize*placeStride, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON|unix.MAP_NORESERVE)
	if err != nil {
		return nil
	}
	return &places{b: b}
}

func givePlaces(s *places) {
	if s.large {
		_ = unix.Madvise(s.b, unix.MADV_DONTNEED) // which fails for locked memory
		s.large = false
	}
	if s = allPlaces.give(s); s != nil {
		_ = unix.Munmap(s.b)
	}
}

// at returns the i-th.
func (s *places) at(i int) []byte { return s.b[i*placeStride:][:placeSize] }
