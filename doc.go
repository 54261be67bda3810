//go:build linux && cgo

// SPDX-License-Identifier: MIT

/*
Package libnl is libnl for Go: cgo bindings of libnl-3, libnl-route-3, libnl-genl-3 and libnl-nf-3, for programs that want libnl's
semantics with Go's safety. No call, in any order, from any goroutine, with any argument or any bytes from the wire, is to abort the
process, corrupt memory, hang without a way out, or report success when something failed or was lost.

# Layers

	NetLink                      subscribe, dump, follow: events by message type, in one ordered stream
	Cache CacheManager           sets of objects, and what keeps them equal to the kernel's
	Link IfAddr Route Neigh ...  objects of one kind, as libnl's parsers make them of messages; Object is any of them
	Socket Msg Attr Callbacks    struct nl_sock, nl_msg, nlattr, nl_cb
	libnl, the kernel

Two ways lead into a [Socket], and they mix. The calls that libnl has too ([Socket.SendAuto], [Socket.RecvMsgsDefault],
[Socket.ModifyCallback] ...) run libnl's own loop, with callbacks in Go. The others ([Socket.Do], [Socket.Request],
[Socket.Messages], [Socket.Batch], [NetLink]) run the package's engine: no callback, no copy, your code runs after C has returned, so that
break, panic and blocking are ordinary Go. Whoever waits, waits in Go's poller, without a thread, until the context is done, the deadline
has passed, or the socket is closed.

# A complete example

It prints the links there are, and then what becomes of them; examples/demo shows more.

	nl, err := libnl.NewNetLink(&libnl.Config{Groups: []libnl.Group{libnl.GroupLink}})
	if err != nil {
		return err
	}
	defer nl.Close()
	if err := nl.DumpRequest(libnl.RTMGetLink); err != nil { // subscribed first, dumped then: nothing is missed
		return err
	}
	for e, err := range nl.Events(ctx) {
		if err != nil {
			return err // an overrun, a refused dump, the end of ctx
		}
		if link, err := e.Object(); err == nil {
			fmt.Println(e.Header.Type, link)
		}
	}

# Names

The C prefix picks the Go type, the rest is the method: nl_socket_set_peer_port is [Socket.SetPeerPort].

	nl_socket_, nl_ on a socket   Socket          alloc          NewX
	nlmsg_, nl_msg_               Msg             get_F, set_F   F, SetF
	nla_put_, nla_get_            Msg.Put, Attr   free, put      Close
	nl_cb_                        Callbacks       get (a count)  Retain
	nl_addr_                      Addr            F2str, str2F   String, ParseF
	nl_object_                    Object          foreach        an iterator
	rtnl_link_, rtnl_addr_        Link, IfAddr    is_K           a view of that kind
	rtnl_link_vlan_               LinkVLAN        build_V        BuildV

NLE_OBJ_NOTFOUND is [ErrObjNotFound], NL_CB_VALID [CbValid], NLM_F_DUMP [FlagDump], RTNLGRP_LINK [GroupLink]. Constants of the kernel that the
package does not name are those of golang.org/x/sys/unix; they are assignable. The documentation of each function ends with the C
functions it implements.

# Ownership

	NewX, Dial, Retain, Clone, NewObject     yours: Close it
	Msg                                      yours, but Go's memory: Close is a courtesy
	what a callback or a loop step is given  lent until it returns or the loop moves on; afterwards it is closed
	Payload, Bytes, Attr                     views: good as long as their message is
	Addr, Header, Error, snapshots           values: copy them, compare them, keep them

Close is idempotent and does nothing to nil. Any other method of a closed handle returns [ErrClosed], or, where it has no error result, panics
with the name of the handle. The garbage collector does not release what you forget, except sockets; [TraceLeaks] tells where it was made.

# Goroutines

A Socket and a set of Callbacks are safe for concurrent use: one goroutine receives, others send, make requests, join groups, change callbacks
or close it. A Msg and an Object are for one goroutine at a time. There is one receiver at a time, a second gets [ErrNested], and so
does a callback that receives from its own socket.

# Errors

Every failing call returns an [*Error]: the C function, libnl's code, the kernel's errno and its words. [errors.Is] works with libnl's codes,
[syscall.Errno], [io/fs.ErrNotExist] and its kin, [os.ErrDeadlineExceeded] and the errors of contexts. A dump that was interrupted
matches [ErrDumpIntr], lost messages match [ErrOverrun].

# Versions

The package compiles against libnl 3.7 and later. [CompiledVersion] and [RuntimeVersion] tell which.
*/
package libnl
