//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

import (
	"bytes"
	"fmt"
	"io"
	"os"
)

// NFQueueStat is what the kernel counts of a queue, a line of /proc/net/netfilter/nfnetlink_queue.
type NFQueueStat struct {
	Queue       uint16          `json:"queue"`
	Port        uint32          `json:"port"`    // of the socket that made it
	Waiting     uint32          `json:"waiting"` // packets without a verdict
	CopyMode    NFQueueCopyMode `json:"copy_mode"`
	CopyRange   uint32          `json:"copy_range"`
	Dropped     uint32          `json:"dropped"`      // packets, because the queue was full
	UserDropped uint32          `json:"user_dropped"` // packets, because the socket was: each is one that [ErrOverrun] tells of
	LastID      uint32          `json:"last_id"`      // number of the last packet
}

const nfQueueProc = "/proc/thread-self/net/netfilter/nfnetlink_queue"

// NFQueueStats returns what the kernel counts of the queues in the calling thread's network namespace. Packets that were accepted because the queue
// fails open are not counted. Root may read it.
func NFQueueStats() ([]NFQueueStat, error) {
	f, err := os.Open(nfQueueProc)
	if err != nil {
		return nil, &Error{Func: "NFQueueStats", Code: ErrFailure, cause: err}
	}
	defer f.Close()
	return readQueueStats(f)
}

// readQueueStats reads the open file from its beginning.
func readQueueStats(f *os.File) ([]NFQueueStat, error) {
	text, err := io.ReadAll(io.NewSectionReader(f, 0, 1<<24))
	if err != nil {
		return nil, &Error{Func: "NFQueueStats", Code: ErrFailure, cause: err}
	}
	var all []NFQueueStat
	for line := range bytes.Lines(text) {
		var q NFQueueStat
		if _, err := fmt.Sscan(string(line), &q.Queue, &q.Port, &q.Waiting, (*uint8)(&q.CopyMode), &q.CopyRange, &q.Dropped, &q.UserDropped, &q.LastID); err != nil {
			return nil, &Error{Func: "NFQueueStats", Code: ErrParseErr, cause: err}
		}
		all = append(all, q)
	}
	return all, nil
}
