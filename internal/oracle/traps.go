//go:build linux

// SPDX-License-Identifier: MIT

package oracle

// #include "oracle.h"
import "C"

import (
	"fmt"
	"unsafe"
)

// scene returns an error if a trap's scene could not be set up.
func scene(trap string, rc C.int) error {
	if rc == 0 {
		return nil
	}
	return fmt.Errorf("oracle: %s: the scene could not be set, see line %d of traps.c", trap, -int(rc))
}

// FillRoutes adds n blackhole routes 10.x.y.z/32 to the main table of the namespace: enough of them make a dump of several
// datagrams, and each adds one event to the socket of a subscriber of RTNLGRP_IPV4_ROUTE.
func FillRoutes(n int) error { return scene("FillRoutes", C.orc_fill_routes(C.int(n))) }

// StoppedDump is what happens around a dump whose first NL_CB_VALID callback did not return NL_OK.
type StoppedDump struct {
	Code      int // of nl_recvmsgs_default
	Callbacks int
	NextFill  int // of rtnl_link_alloc_cache on the same socket
	// NextRefused is the code of a request that the kernel refuses, on the same socket after another such dump.
	// It is not the kernel's.
	NextRefused int
}

// TrapStop dumps the routes (there must be some 2000, see [FillRoutes]), with a callback that returns ret. NL_STOP is turned into
// success; whatever ends the dump early leaves the rest of it in the socket, for the next request to trip over.
func TrapStop(ret int) (StoppedDump, error) {
	var o [4]C.int32_t
	rc := C.orc_trap_stop(C.int(ret), &o[0])
	return StoppedDump{int(o[0]), int(o[1]), int(o[2]), int(o[3])}, scene("TrapStop", rc)
}

// TrapRefusedDump asks for the routes of a table that does not exist, with strict checking. It returns the code of
// nl_recvmsgs_default, and the errno that the kernel put into NLMSG_DONE.
func TrapRefusedDump() (code, done int, err error) {
	var o [2]C.int32_t
	rc := C.orc_trap_refused_dump(&o[0])
	return int(o[0]), int(o[1]), scene("TrapRefusedDump", rc)
}

// TrapAnyDatagram makes a request that the kernel refuses on a socket (sequence check off) in which a route notification is queued
// already. It returns what nl_send_sync said, and what it says on the same socket with nothing queued.
func TrapAnyDatagram() (code, control int, err error) {
	var o [2]C.int32_t
	rc := C.orc_trap_any_datagram(&o[0])
	return int(o[0]), int(o[1]), scene("TrapAnyDatagram", rc)
}

// TrapRename is [TrapAnyDatagram] with a rename of a link to the name of another, and a notification of the change of a link.
func TrapRename(from, to string) (code, control int, err error) {
	f, t := C.CString(from), C.CString(to)
	defer C.free(unsafe.Pointer(f))
	defer C.free(unsafe.Pointer(t))
	var o [2]C.int32_t
	rc := C.orc_trap_rename(f, t, &o[0])
	return int(o[0]), int(o[1]), scene("TrapRename", rc)
}

// TrapUnreadAck asks for one link, reads the object and leaves the ACK; then fills a link cache on the same socket. It returns the
// fill's code and how many links it found.
func TrapUnreadAck() (code, items int, err error) {
	var o [3]C.int32_t
	rc := C.orc_trap_unread_ack(&o[0])
	if rc == 0 && o[2] != 1 {
		return 0, 0, fmt.Errorf("oracle: TrapUnreadAck: the request was answered by %d links", o[2])
	}
	return int(o[0]), int(o[1]), scene("TrapUnreadAck", rc)
}

// TrapOverrun overflows a small receive buffer with 2000 events. It returns the code of the next read, and the code libnl has for
// being out of memory.
func TrapOverrun() (code, noMem int, err error) {
	var o [2]C.int32_t
	rc := C.orc_trap_overrun(&o[0])
	return int(o[0]), int(o[1]), scene("TrapOverrun", rc)
}

// BigDatagram is what reading an oversized datagram gave, and reading on after it.
type BigDatagram struct{ Code, Next, PeekCode, PeekNext int }

// TrapBigDatagram makes a request of some size bytes that the kernel refuses with an error that quotes all of it, and reads the
// error with a message buffer of 16 KiB, without and with peeking.
func TrapBigDatagram(size int) (BigDatagram, error) {
	var o [4]C.int32_t
	rc := C.orc_trap_big_datagram(C.int(size), &o[0])
	return BigDatagram{int(o[0]), int(o[1]), int(o[2]), int(o[3])}, scene("TrapBigDatagram", rc)
}

// TrapControlData reads an answer with nl_recv: after nl_socket_recv_pktinfo, after nl_socket_set_passcred with no place for the
// credentials, and after neither.
func TrapControlData() (pktinfo, passcred, control int, err error) {
	var o [3]C.int32_t
	rc := C.orc_trap_control_data(&o[0])
	return int(o[0]), int(o[1]), int(o[2]), scene("TrapControlData", rc)
}

// FullQueue is what happens to a sender whose receiver does not read.
type FullQueue struct {
	Code     int  // of the send that did not go through
	Sent     int  // messages before it
	Millis   int  // how long that send took; the socket has a send timeout of 300 ms, without one it would never end
	Writable bool // what poll said of the sender just before
}

// TrapFullQueue sends from one socket of the protocol to another that does not read, until a send fails.
func TrapFullQueue(proto int, nonblock bool) (FullQueue, error) {
	var o [4]C.int32_t
	rc := C.orc_trap_full_queue(C.int(proto), C.int(cbool(nonblock)), &o[0])
	return FullQueue{int(o[0]), int(o[1]), int(o[2]), o[3] != 0}, scene("TrapFullQueue", rc)
}

// TrapSecondDump asks for a second dump while one of the routes (there must be some 2000) is under way, and reads. It returns what
// nl_recvmsgs_default says of the first dump, with the sequence check and without.
func TrapSecondDump() (checked, unchecked int, err error) {
	var o [2]C.int32_t
	rc := C.orc_trap_second_dump(&o[0])
	return int(o[0]), int(o[1]), scene("TrapSecondDump", rc)
}

// ForeignSender is what a socket made of messages that another program sent it.
type ForeignSender struct {
	Code       int  // of nl_recvmsgs_default
	Delivered  int  // forged link messages that reached NL_CB_VALID
	NotKernel  bool // they carried the liar's port
	RefusedAck int  // code of a refused request for which an ACK had been forged
}

// TrapForeignSender lets one NETLINK_ROUTE socket write to another's port.
func TrapForeignSender() (ForeignSender, error) {
	var o [4]C.int32_t
	rc := C.orc_trap_foreign(&o[0])
	return ForeignSender{int(o[0]), int(o[1]), o[2] != 0, int(o[3])}, scene("TrapForeignSender", rc)
}

// TrapWrongAck makes a request that is granted and does not read its ACK, then one that is refused, then one that is granted. It
// returns the codes of the latter two.
func TrapWrongAck() (refused, granted int, err error) {
	var o [2]C.int32_t
	rc := C.orc_trap_wrong_ack(&o[0])
	return int(o[0]), int(o[1]), scene("TrapWrongAck", rc)
}

// TrapRcvBuf returns the effective receive buffer, in bytes, of a socket as the kernel makes it and after nl_connect.
func TrapRcvBuf() (kernel, connected int, err error) {
	var o [2]C.int32_t
	rc := C.orc_trap_rcvbuf(&o[0])
	return int(o[0]), int(o[1]), scene("TrapRcvBuf", rc)
}

// TrapSameMsg sends the same message twice and waits for an ACK each time.
func TrapSameMsg() (once, again int, err error) {
	var o [2]C.int32_t
	rc := C.orc_trap_same_msg(&o[0])
	return int(o[0]), int(o[1]), scene("TrapSameMsg", rc)
}

// TrapNestedRequest makes a request that the kernel grants from the first callback of a dump of the routes (there must be some
// 2000). It returns the request's code and the dump's.
func TrapNestedRequest() (inner, outer int, err error) {
	var o [2]C.int32_t
	rc := C.orc_trap_nested_request(&o[0])
	return int(o[0]), int(o[1]), scene("TrapNestedRequest", rc)
}

// TrapClose closes a socket while another thread receives on it, and reports whether that thread was still waiting 300 ms later.
func TrapClose() (stillWaiting bool, err error) {
	var o C.int32_t
	rc := C.orc_trap_close(&o)
	return o != 0, scene("TrapClose", rc)
}

// TrapLocalPort connects a socket whose port another program has taken: after nl_socket_get_local_port, which fixes the port, and
// without that call.
func TrapLocalPort() (asked, control int, err error) {
	var o [2]C.int32_t
	rc := C.orc_trap_local_port(&o[0])
	return int(o[0]), int(o[1]), scene("TrapLocalPort", rc)
}

// TrapResolveClosed returns the code of genl_ctrl_resolve on a socket that is not open.
func TrapResolveClosed() (code int, err error) {
	var o C.int32_t
	rc := C.orc_trap_resolve_closed(&o)
	return int(o), scene("TrapResolveClosed", rc)
}

// TrapShortU32 returns what nla_get_u32 makes of an attribute of the one byte 0x11; 0xaa, 0xbb, 0xcc stand behind it.
func TrapShortU32() uint32 { return uint32(C.orc_trap_short_u32()) }

// TrapGetKernel runs rtnl_link_get_kernel over datagrams from memory. It returns its code and whether it gave a link.
func TrapGetKernel(datagrams [][]byte) (code int, found bool, err error) {
	bytes, lens := flat(datagrams)
	var o [2]C.int32_t
	rc := C.orc_trap_get_kernel((*C.uint8_t)(&bytes[0]), &lens[0], C.int(len(datagrams)), &o[0])
	return int(o[0]), o[1] != 0, scene("TrapGetKernel", rc)
}
