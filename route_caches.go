//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// #include "cgo_helpers.h"
import "C"

import (
	"context"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Caches of the objects of libnl-route, and what is looked up in them. Routes and nexthops have theirs beside the rest.
//
// Constructors fill the cache through s; without a socket it is empty, and [Cache.Refill] fills it. The caller owns it. An error that matches
// [ErrDumpIntr] comes with a cache, which may not be consistent. What a lookup returns is the caller's too.

// NewLinkCache returns a cache of links: of all, or for FamilyBridge of the ports of bridges with their data, or for FamilyIPv6 with
// that of IPv6.
//
// Implements: rtnl_link_alloc_cache
func NewLinkCache(ctx context.Context, s *Socket, f Family) (*Cache[*Link], error) {
	return NewLinkCacheFlags(ctx, s, f, 0)
}

// NewLinkCacheFlags is [NewLinkCache] with flags for the cache.
//
// Implements: rtnl_link_alloc_cache_flags
func NewLinkCacheFlags(ctx context.Context, s *Socket, f Family, flags CacheFlags) (*Cache[*Link], error) {
	const fn = "rtnl_link_alloc_cache"
	if f < 0 || f > maxLinkFamily {
		return nil, &Error{Func: fn, Code: ErrAFNoSupport, Msg: "family " + f.String()}
	}
	return newFilledCache[*Link](ctx, s, fn, cacheArgs{arg1: int(f), flags: flags})
}

// LinkByIndex returns the link with an interface index.
//
// Implements: rtnl_link_get
func LinkByIndex(c *Cache[*Link], index int) (*Link, bool) {
	if !fitsInt(index) {
		return nil, false
	}
	return lookup(c, func(p *C.struct_nl_cache) unsafe.Pointer { return unsafe.Pointer(C.rtnl_link_get(p, C.int(index))) })
}

// LinkByName returns the link with a name.
//
// Implements: rtnl_link_get_by_name
func LinkByName(c *Cache[*Link], name string) (*Link, bool) {
	var buf [unix.IFNAMSIZ]byte
	text, ok := cString(buf[:0], name)
	if !ok {
		return nil, false
	}
	return lookup(c, func(p *C.struct_nl_cache) unsafe.Pointer { return unsafe.Pointer(C.rtnl_link_get_by_name(p, text)) })
}

// LinkName returns the name of the link with an interface index.
//
// Implements: rtnl_link_i2name
func LinkName(c *Cache[*Link], index int) (string, bool) {
	l, ok := LinkByIndex(c, index)
	if !ok {
		return "", false
	}
	defer l.Close()
	return l.Name(), true
}

// LinkIndex returns the interface index of the link with a name.
//
// Implements: rtnl_link_name2i
func LinkIndex(c *Cache[*Link], name string) (int, bool) {
	l, ok := LinkByName(c, name)
	if !ok {
		return 0, false
	}
	defer l.Close()
	return l.Index(), true
}

// NewIfAddrCache returns a cache of the addresses of interfaces.
//
// Implements: rtnl_addr_alloc_cache
func NewIfAddrCache(ctx context.Context, s *Socket) (*Cache[*IfAddr], error) {
	return newFilledCache[*IfAddr](ctx, s, "rtnl_addr_alloc_cache", cacheArgs{})
}

// first returns the first object that is wanted.
func first[O Kind](c *Cache[O], wanted func(O) bool) (O, bool) {
	for o := range c.All() {
		if wanted(o) {
			found, err := Retain(o)
			return found, err == nil
		}
	}
	return *new(O), false
}

// IfAddrByLocal returns the entry with a local address, which has to agree in its prefix length too; of any interface if ifindex is 0.
//
// Implements: rtnl_addr_get
func IfAddrByLocal(c *Cache[*IfAddr], ifindex int, local Addr) (*IfAddr, bool) {
	return first(c, func(a *IfAddr) bool {
		return (ifindex == 0 || a.Index() == ifindex) && local.IsValid() && a.Local() == local
	})
}

// NewNeighCache returns a cache of neighbours, those of bridges and VXLANs (FamilyBridge) not among them.
//
// Implements: rtnl_neigh_alloc_cache
func NewNeighCache(ctx context.Context, s *Socket) (*Cache[*Neigh], error) {
	return NewNeighCacheFlags(ctx, s, 0)
}

// NewNeighCacheFlags is [NewNeighCache] with flags for the cache: with [CacheFlagAFIter] the entries of FamilyBridge are in it too.
//
// Implements: rtnl_neigh_alloc_cache_flags
func NewNeighCacheFlags(ctx context.Context, s *Socket, flags CacheFlags) (*Cache[*Neigh], error) {
	return newFilledCache[*Neigh](ctx, s, "rtnl_neigh_alloc_cache", cacheArgs{flags: flags})
}

// NeighByDst returns the neighbour of an interface with a network address.
//
// Implements: rtnl_neigh_get
func NeighByDst(c *Cache[*Neigh], ifindex int, dst Addr) (*Neigh, bool) {
	return first(c, func(n *Neigh) bool { return n.Index() == ifindex && dst.IsValid() && n.Dst() == dst })
}

// NeighByVLAN returns the neighbour of an interface with a link-layer address in a VLAN; 0 is none.
//
// Implements: rtnl_neigh_get_by_vlan
func NeighByVLAN(c *Cache[*Neigh], ifindex int, lladdr Addr, vlan uint16) (*Neigh, bool) {
	return first(c, func(n *Neigh) bool {
		id, _ := n.VLAN()
		return n.Index() == ifindex && id == vlan && lladdr.IsValid() && n.LLAddr() == lladdr
	})
}

// NewNeighTableCache returns a cache of the neighbour tables.
//
// Implements: rtnl_neightbl_alloc_cache
func NewNeighTableCache(ctx context.Context, s *Socket) (*Cache[*NeighTable], error) {
	return newFilledCache[*NeighTable](ctx, s, "rtnl_neightbl_alloc_cache", cacheArgs{})
}

// NeighTableByName returns the table with a name, "arp_cache", in any case: its parameters for an interface, or for index 0 its own.
//
// Implements: rtnl_neightbl_get
func NeighTableByName(c *Cache[*NeighTable], name string, ifindex int) (*NeighTable, bool) {
	return first(c, func(t *NeighTable) bool {
		i, err := t.Info()
		return err == nil && strings.EqualFold(i.Name, name) && i.Index == ifindex
	})
}

// NewNetconfCache returns a cache of network configurations.
//
// Implements: rtnl_netconf_alloc_cache
func NewNetconfCache(ctx context.Context, s *Socket) (*Cache[*Netconf], error) {
	return newFilledCache[*Netconf](ctx, s, "rtnl_netconf_alloc_cache", cacheArgs{})
}

// NetconfByIndex returns the configuration of an interface for a family, or one of [NetconfAll] and [NetconfDefault].
//
// Implements: rtnl_netconf_get_by_idx rtnl_netconf_get_all rtnl_netconf_get_default
func NetconfByIndex(c *Cache[*Netconf], f Family, ifindex int) (*Netconf, bool) {
	if !fitsInt(ifindex) || !fitsInt(int(f)) {
		return nil, false
	}
	return lookup(c, func(p *C.struct_nl_cache) unsafe.Pointer {
		return unsafe.Pointer(C.rtnl_netconf_get_by_idx(p, C.int(f), C.int(ifindex)))
	})
}

// NewRuleCache returns a cache of routing rules: of a family, or of all.
//
// Implements: rtnl_rule_alloc_cache
func NewRuleCache(ctx context.Context, s *Socket, f Family) (*Cache[*Rule], error) {
	const fn = "rtnl_rule_alloc_cache"
	if f < 0 || f > 255 {
		return nil, &Error{Func: fn, Code: ErrAFNoSupport, Msg: "family " + f.String()}
	}
	return newFilledCache[*Rule](ctx, s, fn, cacheArgs{arg1: int(f)})
}

// NewMDBCache returns a cache of the multicast databases of bridges, one object for each bridge.
//
// Implements: rtnl_mdb_alloc_cache
func NewMDBCache(ctx context.Context, s *Socket) (*Cache[*MDB], error) {
	return NewMDBCacheFlags(ctx, s, 0)
}

// NewMDBCacheFlags is [NewMDBCache] with flags for the cache.
//
// Implements: rtnl_mdb_alloc_cache_flags
func NewMDBCacheFlags(ctx context.Context, s *Socket, flags CacheFlags) (*Cache[*MDB], error) {
	return newFilledCache[*MDB](ctx, s, "rtnl_mdb_alloc_cache", cacheArgs{flags: flags})
}
