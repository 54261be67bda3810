//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/oracle"
)

func newVeth(t testing.TB) libnl.LinkVeth {
	t.Helper()
	v, err := libnl.NewLinkVeth()
	made(t, v.Link(), err)
	return v
}

// peerOf returns the peer for the length of the test.
func peerOf(t testing.TB, v libnl.LinkVeth) *libnl.Link {
	t.Helper()
	p, err := v.Peer()
	return made(t, p, err)
}

// asVeth returns the view of a link that must be a veth.
func asVeth(t testing.TB, l *libnl.Link) libnl.LinkVeth {
	t.Helper()
	v, ok := l.Veth()
	equal(t, "is a veth", ok, true)
	return v
}

func vethCalls(v libnl.LinkVeth) map[string]error {
	_, err := v.Peer()
	return map[string]error{"rtnl_link_veth_get_peer": err}
}

func init() { guardView(newVeth, vethCalls) }

func TestLinkVethOtherKind(t *testing.T) { viewOfOtherKind(t, newVeth(t), vethCalls) }

func TestLinkVeth(t *testing.T) {
	v := newVeth(t)
	peer := peerOf(t, v)
	c := madeC(t, "route/link")
	c.Call("rtnl_link_set_type", "veth")
	cPeer := oracle.Ptr(c.Call("rtnl_link_veth_get_peer"))
	t.Cleanup(cPeer.Free)
	same := func(what string) {
		t.Helper()
		m, err := v.Link().BuildAdd(libnl.FlagCreate)
		want, code := oracle.Build("rtnl_link_build_add_request", c, 0x400)
		sameRequest(t, what, m, err, want, code)
	}
	same("empty")
	noErr(t, v.Link().SetName("v0"))
	c.Call("rtnl_link_set_name", "v0")
	noErr(t, peer.SetName("v1"))
	cPeer.Call("rtnl_link_set_name", "v1")
	noErr(t, peer.SetNetNSPID(7))
	cPeer.Call("rtnl_link_set_ns_pid", 7)
	noErr(t, peer.SetAddr(mac1))
	cPeer.Call("rtnl_link_set_addr", addrForC(mac1))
	same("names")

	first := peerOf(t, asVeth(t, peer))
	equal(t, "the peer of the peer", first.Name(), "v0")
	equal(t, "details", details(t, v.Link()) != "", true)

	copied, err := libnl.Clone(v.Link())
	made(t, copied, err)
	equal(t, "peer of the clone", peerOf(t, asVeth(t, copied)).Name(), "v1")
	noErr(t, peer.SetName("v9"))
	equal(t, "peer of the clone after a change", peerOf(t, asVeth(t, copied)).Name(), "v1")
	back, err := libnl.Clone(peer)
	made(t, back, err)
	equal(t, "peer of the clone of the peer", peerOf(t, asVeth(t, back)).Name(), "v0")
}

// details returns the details of a link, which before 3.11 crashed without a peer.
func details(t testing.TB, l *libnl.Link) string {
	t.Helper()
	var b bytes.Buffer
	noErr(t, l.Dump(&b, libnl.DumpDetails))
	return b.String()
}

// use does with a veth what crashes libnl when it has no peer.
func use(t *testing.T, l *libnl.Link) {
	t.Helper()
	_, err := l.BuildAdd(0)
	noErr(t, err)
	details(t, l)
	p, err := asVeth(t, l).Peer()
	noErr(t, err)
	noErr(t, p.Close())
	c, err := libnl.Clone(l)
	noErr(t, err)
	noErr(t, c.Close())
}

// A peer in any order with the link that has it.
func TestLinkVethLifetime(t *testing.T) {
	pair := func() (v libnl.LinkVeth, peer *libnl.Link) {
		v = newVeth(t)
		peer = peerOf(t, v)
		noErr(t, v.Link().SetName("v0"))
		noErr(t, peer.SetName("v1"))
		return v, peer
	}
	t.Run("link first", func(t *testing.T) {
		v, peer := pair()
		noErr(t, v.Link().Close())
		use(t, peer)
		link := peerOf(t, asVeth(t, peer))
		equal(t, "the link", link.Name(), "v0")
		noErr(t, peer.Close())
		use(t, link)
		equal(t, "the peer", peerOf(t, asVeth(t, link)).Name(), "v1")
	})
	t.Run("peer first", func(t *testing.T) {
		v, peer := pair()
		noErr(t, peer.Close())
		use(t, v.Link())
		equal(t, "the peer", peerOf(t, v).Name(), "v1")
	})
	t.Run("references", func(t *testing.T) {
		v, peer := pair()
		more, err := libnl.Retain(peer)
		made(t, more, err)
		same := peerOf(t, v)
		noErr(t, v.Link().Close())
		noErr(t, peer.Close())
		use(t, more)
		noErr(t, more.Close())
		use(t, same)
	})
	t.Run("another kind", func(t *testing.T) {
		v, peer := pair()
		isErr(t, "another kind of the peer", peer.SetType("vlan"), libnl.ErrBusy)
		noErr(t, v.Link().SetType("vlan"))
		use(t, peer) // alone now
		equal(t, "name", peer.Name(), "v1")
		noErr(t, v.Link().Close())
		use(t, peer)
		noErr(t, peer.SetType("vlan"))
	})
	t.Run("the same kind", func(t *testing.T) {
		v, peer := pair()
		noErr(t, v.Link().SetType("veth"))
		use(t, peer)
		use(t, v.Link())
		equal(t, "a new peer", peerOf(t, v).Name(), "")
	})
}

// What the kernel sends has no peer before 3.11.
func TestLinkVethParse(t *testing.T) {
	m, err := libnl.NewMsgSimple(libnl.RTMNewLink, 0)
	noErr(t, err)
	m.Append(make([]byte, unix.SizeofIfInfomsg), 4)
	m.PutString(unix.IFLA_IFNAME, "v0")
	m.Nest(unix.IFLA_LINKINFO, func(m *libnl.Msg) { m.PutString(unix.IFLA_INFO_KIND, "veth") })
	m.SetProto(libnl.ProtoRoute)
	var kept *libnl.Link
	for o, err := range m.Objects() {
		noErr(t, err)
		l, _ := libnl.As[*libnl.Link](o)
		use(t, l)
		kept = peerOf(t, asVeth(t, l))
	}
	use(t, kept)
	equal(t, "the link of the peer", peerOf(t, asVeth(t, kept)).Name(), "v0")
}

func TestKernelLinkVeth(t *testing.T) {
	s := netNS(t)
	v := newVeth(t)
	peer := peerOf(t, v)
	noErr(t, peer.SetName("v1"))
	noErr(t, peer.SetAddr(mac1))
	addTo(t, s, v.Link(), "v0", 0)
	deepEqual(t, "ip: address", ipDetails(t, "v1")["address"], "02:00:00:00:00:01")
	deepEqual(t, "ip: the other end", ipDetails(t, "v0")["link"], "v1")

	v0 := linkNow(t, s, "v0")
	use(t, v0)
	equal(t, "index of the peer", v0.Link(), index(t, "v1"))
	deleteFrom(t, s, v.Link())
	_, err := libnl.GetLink(t.Context(), s, 0, "v1")
	isErr(t, "the peer", err, libnl.ErrNoDev)
}

func TestKernelAddVeth(t *testing.T) {
	s := netNS(t)
	noErr(t, libnl.AddVeth(t.Context(), s, "v0", "v1", 0))
	equal(t, "the other end", linkNow(t, s, "v0").Link(), index(t, "v1"))
	isErr(t, "names that exist", libnl.AddVeth(t.Context(), s, "v0", "v1", 0), libnl.ErrExist)
	noErr(t, libnl.AddVeth(t.Context(), s, "v2", "", os.Getpid()))
	noErr(t, libnl.AddVeth(t.Context(), s, "", "", 0))
	isErr(t, "a name that is too long", libnl.AddVeth(t.Context(), s, "x", "0123456789abcdef", 0), libnl.ErrRange)
	isErr(t, "a process that is not there", libnl.AddVeth(t.Context(), s, "v4", "v5", 1<<22+1), libnl.ErrObjNotFound)

	// in the namespace of another process, which it tells when it is there
	other := exec.Command("unshare", "-n", "sh", "-c", "echo; read line; ip -o link show dev v7")
	in, err := other.StdinPipe()
	noErr(t, err)
	out, err := other.StdoutPipe()
	noErr(t, err)
	noErr(t, other.Start())
	_, err = out.Read(make([]byte, 1))
	noErr(t, err)
	noErr(t, libnl.AddVeth(t.Context(), s, "v6", "v7", other.Process.Pid))
	_, err = libnl.GetLink(t.Context(), s, 0, "v7")
	isErr(t, "the peer is here", err, libnl.ErrNoDev)
	noErr(t, in.Close())
	text, err := io.ReadAll(out)
	noErr(t, err)
	equal(t, "the peer is there", bytes.Contains(text, []byte("v7@")), true)
	noErr(t, other.Wait())
}
