//go:build linux

// SPDX-License-Identifier: MIT

// Command taskstats prints what the kernel's accounting knows of a process, for root:
//
//	taskstats PID
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"strconv"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/golibnl/libnl"
)

type request struct {
	PID uint32 `netlink:"attr=1"` // TASKSTATS_CMD_ATTR_PID
}

type reply struct {
	Of struct {
		PID   uint32 `netlink:"attr=1"` // TASKSTATS_TYPE_PID
		Stats []byte `netlink:"attr=3"` // TASKSTATS_TYPE_STATS
	} `netlink:"attr=4,required"` // TASKSTATS_TYPE_AGGR_PID
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: taskstats PID")
	}
	pid, err := strconv.ParseUint(os.Args[1], 10, 31)
	if err != nil {
		log.Fatal(err)
	}
	st, err := stats(context.Background(), uint32(pid))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("comm:", unix.ByteSliceToString(bytesOf(st.Ac_comm[:])))
	fmt.Println("pid:", st.Ac_pid)
	fmt.Println("ppid:", st.Ac_ppid)
	fmt.Println("uid:", st.Ac_uid)
	fmt.Println("gid:", st.Ac_gid)
	fmt.Println("nice:", int8(st.Ac_nice))
	fmt.Println("started:", time.Unix(int64(st.Ac_btime), 0).UTC().Format(time.RFC3339))
	fmt.Println("user time:", time.Duration(st.Ac_utime)*time.Microsecond)
	fmt.Println("system time:", time.Duration(st.Ac_stime)*time.Microsecond)
	fmt.Println("minor faults:", st.Ac_minflt)
	fmt.Println("major faults:", st.Ac_majflt)
	fmt.Println("KiB read:", st.Read_char>>10)
	fmt.Println("KiB written:", st.Write_char>>10)
	fmt.Println("voluntary switches:", st.Nvcsw)
	fmt.Println("involuntary switches:", st.Nivcsw)
	fmt.Println("peak memory:", st.Hiwater_rss, "KiB")
}

// stats asks the kernel.
func stats(ctx context.Context, pid uint32) (st unix.Taskstats, err error) {
	g, err := libnl.NewGenlNetLink(ctx, "TASKSTATS", nil)
	if err != nil {
		return st, err
	}
	defer g.Close()
	var r reply
	for m, err := range g.Request(ctx, unix.TASKSTATS_CMD_GET, 0, func(m *libnl.Msg) { _ = m.PutStruct(request{pid}) }) {
		if err == nil {
			err = m.UnmarshalGenl(0, &r)
		}
		if err != nil {
			return st, err
		}
	}
	if len(r.Of.Stats) == 0 {
		return st, errors.New("no answer")
	}
	// an older kernel's is shorter, a newer one's longer
	copy(unsafe.Slice((*byte)(unsafe.Pointer(&st)), unsafe.Sizeof(st)), r.Of.Stats)
	return st, nil
}

// bytesOf takes C's char, which has a sign on some machines.
func bytesOf[T int8 | uint8](c []T) []byte {
	b := make([]byte, len(c))
	for i := range c {
		b[i] = byte(c[i])
	}
	return b
}
