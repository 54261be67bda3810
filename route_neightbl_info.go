//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"strconv"
	"strings"
	"time"
)

// Attributes of neighbour tables (NDTA_*) and of their parameters (NDTPA_*).
const (
	ndtaName       = 1
	ndtaThresh1    = 2
	ndtaThresh2    = 3
	ndtaThresh3    = 4
	ndtaParms      = 6
	ndtaGCInterval = 8

	ndtpaIfindex           = 1
	ndtpaBaseReachableTime = 4
	ndtpaRetransTime       = 5
	ndtpaGCStaleTime       = 6
	ndtpaDelayProbeTime    = 7
	ndtpaQueueLen          = 8
	ndtpaAppProbes         = 9
	ndtpaUcastProbes       = 10
	ndtpaMcastProbes       = 11
	ndtpaAnycastDelay      = 12
	ndtpaProxyDelay        = 13
	ndtpaProxyQlen         = 14
	ndtpaLocktime          = 15

	sizeofNdtMsg = 4 // struct ndtmsg
)

// NeighTableInfo is a snapshot of a [NeighTable]: a comparable value that needs no closing. Parameters are those of an interface, or where
// Index is 0 the defaults of the table, which alone has thresholds, an interval, a state and counters. What is unset is zero. Its times are
// in nanoseconds in JSON.
type NeighTableInfo struct {
	Family     Family        `json:"family"`
	Name       string        `json:"name"`
	Index      int           `json:"ifindex,omitempty"`
	GCThresh1  uint32        `json:"gc_thresh1,omitempty"`
	GCThresh2  uint32        `json:"gc_thresh2,omitempty"`
	GCThresh3  uint32        `json:"gc_thresh3,omitempty"`
	GCInterval time.Duration `json:"gc_interval,omitempty"`

	QueueLen          uint32        `json:"queue_len"`
	ProxyQueueLen     uint32        `json:"proxy_queue_len"`
	AppProbes         uint32        `json:"app_probes"`
	UcastProbes       uint32        `json:"ucast_probes"`
	McastProbes       uint32        `json:"mcast_probes"`
	ReachableTime     time.Duration `json:"reachable_time"` // what the kernel made of the base at random
	BaseReachableTime time.Duration `json:"base_reachable_time"`
	RetransTime       time.Duration `json:"retrans_time"`
	GCStaleTime       time.Duration `json:"gc_stale_time"`
	DelayProbeTime    time.Duration `json:"delay_probe_time"`
	AnycastDelay      time.Duration `json:"anycast_delay"`
	ProxyDelay        time.Duration `json:"proxy_delay"`
	LockTime          time.Duration `json:"lock_time"`
	RefCount          uint32        `json:"refcnt,omitempty"` // of the parameters

	Entries   uint32        `json:"entries,omitempty"`
	KeyLen    uint32        `json:"key_len,omitempty"`    // bytes of an address
	EntrySize uint32        `json:"entry_size,omitempty"` // bytes
	LastFlush time.Duration `json:"last_flush,omitempty"` // ago
	LastRand  time.Duration `json:"last_rand,omitempty"`  // since the reachable time was made anew

	Lookups        uint64 `json:"lookups,omitempty"`
	Hits           uint64 `json:"hits,omitempty"`
	ResFailed      uint64 `json:"res_failed,omitempty"` // addresses that nobody answered for
	Allocs         uint64 `json:"allocs,omitempty"`
	Destroys       uint64 `json:"destroys,omitempty"`
	HashGrows      uint64 `json:"hash_grows,omitempty"`
	ForcedGCRuns   uint64 `json:"forced_gc_runs,omitempty"`
	PeriodicGCRuns uint64 `json:"periodic_gc_runs,omitempty"`
	RcvProbesUcast uint64 `json:"rcv_probes_ucast,omitempty"`
	RcvProbesMcast uint64 `json:"rcv_probes_mcast,omitempty"`
}

// Info returns a snapshot of the table. It is put together from what libnl tells of a table, in requests and dumps; on big-endian machines
// libnl reads the kernel's times as 0.
func (t *NeighTable) Info() (NeighTableInfo, error) {
	const fn = "Info"
	if t.ptr() == nil {
		return NeighTableInfo{}, closedErr(fn)
	}
	m, err := t.build(fn, t)
	if err != nil {
		return NeighTableInfo{}, err
	}
	text, ok := t.object().dump(DumpStats)
	if !ok {
		return NeighTableInfo{}, &Error{Func: fn, Code: ErrNoMem}
	}
	i := NeighTableInfo{Family: Family(m.Payload()[0])}
	for a := range m.Attrs(sizeofNdtMsg) {
		i.attr(a)
	}
	var v C.uint32_t
	if C.nlgo_neightbl_thresh3(t.live(), &v) != 0 {
		i.GCThresh3 = uint32(v)
	}
	i.words(tableWords(text))
	return i, nil
}

func (i *NeighTableInfo) attr(a Attr) {
	n, _ := a.U32()
	switch a.Type() {
	case ndtaName:
		i.Name, _ = a.Text()
	case ndtaThresh1:
		i.GCThresh1 = n
	case ndtaThresh2:
		i.GCThresh2 = n
	case ndtaGCInterval:
		i.GCInterval, _ = a.Msecs()
	case ndtaParms:
		for p := range a.Nested() {
			i.param(p)
		}
	}
}

func (i *NeighTableInfo) param(a Attr) {
	n, _ := a.U32()
	d, _ := a.Msecs()
	switch a.Type() {
	case ndtpaIfindex:
		i.Index = int(int32(n))
	case ndtpaQueueLen:
		i.QueueLen = n
	case ndtpaProxyQlen:
		i.ProxyQueueLen = n
	case ndtpaAppProbes:
		i.AppProbes = n
	case ndtpaUcastProbes:
		i.UcastProbes = n
	case ndtpaMcastProbes:
		i.McastProbes = n
	case ndtpaBaseReachableTime:
		i.BaseReachableTime = d
	case ndtpaRetransTime:
		i.RetransTime = d
	case ndtpaGCStaleTime:
		i.GCStaleTime = d
	case ndtpaAnycastDelay:
		i.AnycastDelay = d
	case ndtpaProxyDelay:
		i.ProxyDelay = d
	case ndtpaLocktime:
		i.LockTime = d
	}
}

// words takes over what no request of libnl's carries.
func (i *NeighTableInfo) words(w map[string]string) {
	for key, p := range map[string]*time.Duration{
		"reachable-time": &i.ReachableTime, "initial-probe-delay": &i.DelayProbeTime, "last-flush": &i.LastFlush, "last-rand": &i.LastRand,
	} {
		*p, _ = ParseMsec(w[key])
	}
	for key, p := range map[string]*uint32{"refcnt": &i.RefCount, "entries": &i.Entries, "key-len": &i.KeyLen, "entry-size": &i.EntrySize} {
		n, _ := strconv.ParseUint(w[key], 10, 32)
		*p = uint32(n)
	}
	for key, p := range map[string]*uint64{
		"lookups": &i.Lookups, "hits": &i.Hits, "failed": &i.ResFailed, "allocations": &i.Allocs, "destroys": &i.Destroys,
		"hash-grows": &i.HashGrows, "forced-gc-runs": &i.ForcedGCRuns, "periodic-gc-runs": &i.PeriodicGCRuns,
		"rcv-unicast-probes": &i.RcvProbesUcast, "rcv-multicast-probes": &i.RcvProbesMcast,
	} {
		*p, _ = strconv.ParseUint(w[key], 10, 64)
	}
}

// tableWords splits the dump of a table: behind the name it is words, each with the numbers that follow it.
func tableWords(text []byte) map[string]string {
	w := map[string]string{}
	fields := strings.Fields(string(text))
	if len(fields) == 0 {
		return w
	}
	key := ""
	for _, f := range fields[1:] {
		switch {
		case f[0] < '0' || f[0] > '9':
			key = f
		case w[key] == "":
			w[key] = f
		default:
			w[key] += " " + f
		}
	}
	return w
}
