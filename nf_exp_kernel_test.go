//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
)

// ftpRules make the kernel's helper for FTP follow connections to port 21.
func ftpRules(t testing.TB) {
	t.Helper()
	for _, program := range []string{"iptables", "ip6tables"} {
		nltest.Rule(t, program, "-t raw -A OUTPUT -p tcp --dport 21 -j CT --helper ftp")
	}
}

// ftpServer is a server in the other namespace that knows one thing: to name the port of a data connection, on which it then accepts one.
func ftpServer(t testing.TB, in func(func()), ip string) (control, data net.Listener) {
	t.Helper()
	var failed error
	listen := func(port string) (l net.Listener) {
		if failed == nil {
			l, failed = net.Listen("tcp", net.JoinHostPort(ip, port))
		}
		return l
	}
	in(func() { control, data = listen("21"), listen("0") })
	if failed != nil {
		t.Fatal(failed)
	}
	t.Cleanup(func() { control.Close(); data.Close() })
	port := data.Addr().(*net.TCPAddr).Port
	reply := fmt.Sprintf("227 Entering Passive Mode (%s,%d,%d).\r\n", strings.ReplaceAll(ip, ".", ","), port>>8, port&0xff)
	if strings.Contains(ip, ":") {
		reply = fmt.Sprintf("229 Entering Extended Passive Mode (|||%d|)\r\n", port)
	}
	go func() {
		for {
			c, err := control.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				if _, err := c.Write([]byte("220 hello\r\n")); err != nil { // the helper follows from the second line on
					return
				}
				for r := bufio.NewReader(c); ; {
					if _, err := r.ReadString('\n'); err != nil {
						return
					}
					if _, err := c.Write([]byte(reply)); err != nil {
						return
					}
				}
			}()
		}
	}()
	return control, data
}

// passive makes a connection to the server and has it name a port, which the kernel reads too.
func passive(t testing.TB, server net.Listener) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", server.Addr().String())
	noErr(t, err)
	t.Cleanup(func() { c.Close() })
	noErr(t, c.SetDeadline(time.Now().Add(20*time.Second)))
	command := "PASV\r\n"
	if strings.Contains(server.Addr().String(), "[") {
		command = "EPSV\r\n"
	}
	r := bufio.NewReader(c)
	_, err = r.ReadString('\n')
	noErr(t, err)
	_, err = c.Write([]byte(command))
	noErr(t, err)
	_, err = r.ReadString('\n')
	noErr(t, err)
	return c
}

// xmlExpect is an expectation as conntrack -o xml prints it.
type xmlExpect struct {
	L3 struct {
		Num    uint8  `xml:"protonum,attr"`
		Expect xmlIPs `xml:"expected"`
		Mask   xmlIPs `xml:"mask"`
		Master xmlIPs `xml:"master"`
	} `xml:"layer3"`
	L4 struct {
		Num    uint8    `xml:"protonum,attr"`
		Expect xmlPorts `xml:"expected"`
		Mask   xmlPorts `xml:"mask"`
		Master xmlPorts `xml:"master"`
	} `xml:"layer4"`
	Meta struct {
		Helper  string `xml:"helper-name"`
		Timeout int    `xml:"timeout"`
		Class   uint32 `xml:"class"`
	} `xml:"meta"`
}

type xmlIPs struct {
	Src netip.Addr `xml:"src"`
	Dst netip.Addr `xml:"dst"`
}

type xmlPorts struct {
	Src uint16 `xml:"sport"`
	Dst uint16 `xml:"dport"`
}

func (x *xmlExpect) tuple(ips xmlIPs, ports xmlPorts) libnl.CTExpectTuple {
	return libnl.CTExpectTuple{Proto: libnl.IPProto(x.L4.Num), CTTuple: libnl.CTTuple{Src: netip.AddrPortFrom(ips.Src, ports.Src), Dst: netip.AddrPortFrom(ips.Dst, ports.Dst)}}
}

// conntrackExpects is what conntrack says.
func conntrackExpects(t testing.TB) (all []xmlExpect) {
	t.Helper()
	for _, family := range []string{"ipv4", "ipv6"} {
		out := nltest.Run(t, "conntrack", "-L", "expect", "-f", family, "-o", "xml")
		if len(out) == 0 {
			continue
		}
		var doc struct {
			Flows []xmlExpect `xml:"flow"`
		}
		if err := xml.Unmarshal(out, &doc); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		all = append(all, doc.Flows...)
	}
	return all
}

// sameExpects compares expectations with what conntrack says, by their tuples.
func sameExpects(t testing.TB, all []*libnl.CTExpect, says []xmlExpect) {
	t.Helper()
	equal(t, "expectations", len(all), len(says))
	for _, e := range all {
		i := slices.IndexFunc(says, func(x xmlExpect) bool { return e.Info().Master == x.tuple(x.L3.Master, x.L4.Master) })
		if i < 0 {
			t.Errorf("conntrack does not have %v", e)
			continue
		}
		sameExpect(t, e, says[i])
	}
}

// sameExpect compares an expectation with what conntrack says.
func sameExpect(t testing.TB, e *libnl.CTExpect, x xmlExpect) {
	t.Helper()
	i := e.Info()
	roundTrip(t, i)
	equal(t, "family", i.Family, libnl.Family(x.L3.Num))
	equal(t, "tuple", i.Expect, x.tuple(x.L3.Expect, x.L4.Expect))
	equal(t, "mask", i.Mask, x.tuple(x.L3.Mask, x.L4.Mask))
	equal(t, "master", i.Master, x.tuple(x.L3.Master, x.L4.Master))
	equal(t, "helper", i.Helper, x.Meta.Helper)
	equal(t, "class", i.Class, x.Meta.Class)
	if d := int(i.Timeout/time.Second) - x.Meta.Timeout; d < -60 || d > 60 {
		t.Errorf("timeout %v, conntrack says %d", i.Timeout, x.Meta.Timeout)
	}
}

// expectEvents follows expectations.
func expectEvents(t testing.TB, handle func(*libnl.NetLink, *libnl.Event, *libnl.CTExpect) error) *libnl.NetLink {
	t.Helper()
	n, err := libnl.NewNfNetLink(nil)
	noErr(t, err)
	t.Cleanup(func() { n.Close() })
	for _, typ := range []libnl.MsgType{libnl.MsgCTExpectNew, libnl.MsgCTExpectDelete} {
		noErr(t, libnl.HandleObject(n, typ, func(e *libnl.Event, x *libnl.CTExpect) error { return handle(n, e, x) }))
	}
	noErr(t, n.RegisterGroup(libnl.GroupCTExpectNew, libnl.GroupCTExpectUpdate, libnl.GroupCTExpectDestroy))
	return n
}

// The kernel's helper for FTP makes an expectation, of which it tells; a clone of what the handler got changes it; the connection uses it up.
func TestCTExpectFTP(t *testing.T) {
	in := nfPeer(t)
	ftpRules(t)
	s := dialNF(t, nil)
	for _, ip := range []string{"192.0.2.2", "2001:db8::2"} {
		control, data := ftpServer(t, in, ip)
		var told []string
		var first libnl.CTExpectInfo
		seen := errors.New("seen")
		n := expectEvents(t, func(n *libnl.NetLink, ev *libnl.Event, e *libnl.CTExpect) error {
			if libnl.CTExpectGroup(ev.Msg) == libnl.GroupCTExpectDestroy {
				told = append(told, "destroy")
				equal(t, "id of the one that goes", e.Info().ID, first.ID)
				return seen
			}
			equal(t, "group", libnl.CTExpectGroup(ev.Msg), libnl.GroupCTExpectNew)
			told = append(told, "new")
			first = e.Info()
			c, err := libnl.Clone(e)
			made(t, c, err)
			noErr(t, c.SetTimeout(77*time.Second))
			noErr(t, c.Add(t.Context(), n.Socket(), 0)) // changes it
			return seen
		})
		master := passive(t, control)
		isErr(t, "event", n.Run(within(t, 20*time.Second)), seen)
		equal(t, "master", first.Master, tcp(master.LocalAddr().String(), control.Addr().String()))
		equal(t, "where it goes", first.Expect.Dst, addrPort(data.Addr().String()))
		equal(t, "helper", first.Helper, "ftp")

		all, says := collect(t, s.CTExpects(t.Context(), nil)), conntrackExpects(t)
		if len(all) != 1 {
			t.Fatalf("%d expectations", len(all))
		}
		sameExpects(t, all, says)
		equal(t, "id", all[0].Info().ID, first.ID)
		if d, _ := all[0].Timeout(); d > 77*time.Second {
			t.Errorf("the timeout was not changed: %v", d)
		}

		c, err := net.Dial("tcp", data.Addr().String())
		noErr(t, err)
		noErr(t, c.Close())
		isErr(t, "event", n.Run(within(t, 20*time.Second)), seen)
		equal(t, "events", strings.Join(told, " "), "new destroy")
		equal(t, "expectations left", len(collect(t, s.CTExpects(t.Context(), nil))), 0)
		noErr(t, n.Close())
	}
}

// ctMaster makes a connection that the helper for FTP follows, without packets.
func ctMaster(t testing.TB, s *libnl.Socket, src, dst netip.AddrPort, more func(*libnl.Msg)) libnl.CTExpectTuple {
	t.Helper()
	m, err := libnl.NewNFMsg(libnl.NFHeader{Subsys: unix.NFNL_SUBSYS_CTNETLINK, Family: familyOf(src)}, libnl.FlagCreate|libnl.FlagExcl)
	noErr(t, err)
	putTuple(m, 1, src.Addr().String(), dst.Addr().String(), src.Port(), dst.Port()) // CTA_TUPLE_ORIG
	putTuple(m, 2, dst.Addr().String(), src.Addr().String(), dst.Port(), src.Port()) // CTA_TUPLE_REPLY
	m.PutBE32(7, 1000)                                                               // CTA_TIMEOUT
	m.Nest(5, func(m *libnl.Msg) { m.PutString(1, "ftp") })                          // CTA_HELP
	if more != nil {
		more(m)
	}
	noErr(t, s.Do(t.Context(), m))
	return tcp(src.String(), dst.String())
}

func familyOf(a netip.AddrPort) libnl.Family {
	if a.Addr().Is4() {
		return libnl.FamilyIPv4
	}
	return libnl.FamilyIPv6
}

// setTuple gives an expectation a tuple.
func setTuple(t testing.TB, e *libnl.CTExpect, which libnl.ExpTuple, v libnl.CTExpectTuple) {
	t.Helper()
	noErr(t, e.SetSrc(which, libnl.AddrFromIP(v.Src.Addr())))
	noErr(t, e.SetDst(which, libnl.AddrFromIP(v.Dst.Addr())))
	noErr(t, e.SetL4ProtoNum(which, v.Proto))
	switch v.Proto {
	case unix.IPPROTO_ICMP, unix.IPPROTO_ICMPV6:
		noErr(t, e.SetICMP(which, v.ICMP.ID, v.ICMP.Type, v.ICMP.Code))
	default:
		noErr(t, e.SetPorts(which, v.Src.Port(), v.Dst.Port()))
	}
}

// expectOf is an expectation of a connection to port 7000 of where the master goes to.
func expectOf(t testing.TB, master libnl.CTExpectTuple) *libnl.CTExpect {
	t.Helper()
	e := newExpect(t)
	zero, ones := netip.IPv4Unspecified(), netip.MustParseAddr("255.255.255.255")
	if master.Src.Addr().Is6() {
		zero, ones = netip.IPv6Unspecified(), netip.MustParseAddr("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")
	}
	setTuple(t, e, libnl.ExpTupleMaster, master)
	port := func(a netip.Addr, port uint16) string { return netip.AddrPortFrom(a, port).String() }
	setTuple(t, e, libnl.ExpTupleExpect, tcp(port(master.Src.Addr(), 0), port(master.Dst.Addr(), 7000)))
	setTuple(t, e, libnl.ExpTupleMask, tcp(port(ones, 0), port(zero, 0)))
	return e
}

// Expectations of one's own: the kernel has what was asked for, and conntrack says the same.
func TestCTExpectKernel(t *testing.T) {
	s := nfNS(t)
	ftpRules(t)
	ctx := t.Context()
	var masters []libnl.CTExpectTuple
	for i := range 20 {
		masters = append(masters, ctMaster(t, s, addrPort(fmt.Sprintf("198.51.100.%d:1000", i+1)), addrPort("203.0.113.1:21"), nil))
	}
	masters = append(masters, ctMaster(t, s, addrPort("[2001:db8::1]:1000"), addrPort("[2001:db8::2]:21"), nil))
	for i, master := range masters {
		e := expectOf(t, master)
		isErr(t, "change of nothing", e.Add(ctx, s, 0), fs.ErrNotExist)
		noErr(t, e.SetHelperName("ftp"))
		e.SetClass(0)
		e.SetFlags(libnl.CTExpectPermanent)
		if i%2 == 0 {
			e.SetFlags(libnl.CTExpectInactive)
		}
		noErr(t, e.Add(ctx, s, libnl.FlagCreate|libnl.FlagExcl))
		isErr(t, "again", e.Add(ctx, s, libnl.FlagCreate|libnl.FlagExcl), fs.ErrExist)

		got, err := e.Query(ctx, s, 0)
		made(t, got, err)
		want := e.Info()
		info := got.Info()
		equal(t, "tuple", info.Expect, want.Expect)
		equal(t, "mask", info.Mask.Src, want.Mask.Src)
		equal(t, "master", info.Master, want.Master)
		equal(t, "flags", info.Flags, want.Flags)
		equal(t, "helper", info.Helper, "ftp")
		equal(t, "NAT", info.NAT, libnl.CTExpectTuple{})
		equal(t, "direction of NAT", opt(got.NATDir()), none[libnl.CTDir]())
		noErr(t, e.SetTimeout(60*time.Second))
		noErr(t, e.Add(ctx, s, 0))
	}

	all, says := collect(t, s.CTExpects(ctx, nil)), conntrackExpects(t)
	if len(all) != len(masters) {
		t.Fatalf("%d expectations, want %d", len(all), len(masters))
	}
	sameExpects(t, all, says)
	for _, e := range all {
		if d, _ := e.Timeout(); d > 60*time.Second {
			t.Errorf("timeout %v", d)
		}
	}
	equal(t, "of IPv4", len(collect(t, s.CTExpects(ctx, &libnl.CTExpectFilter{Family: libnl.FamilyIPv4}))), 20)
	equal(t, "of IPv6", len(collect(t, s.CTExpects(ctx, &libnl.CTExpectFilter{Family: libnl.FamilyIPv6}))), 1)
	for _, master := range masters {
		of := collect(t, s.CTExpects(ctx, &libnl.CTExpectFilter{Master: master}))
		if len(of) != 1 || of[0].Info().Master != master {
			t.Errorf("%d expectations of %v", len(of), master)
		}
	}
	noErr(t, s.DumpCTExpect())
	left := 0
	noErr(t, s.ModifyCallback(libnl.CbValid, libnl.KindCustom, func(*libnl.Msg) error { left++; return nil }))
	noErr(t, s.Recv(ctx))
	equal(t, "for a callback", left, len(masters))

	// one with an id of another
	wrong := expectOf(t, masters[0])
	id, _ := all[0].ID()
	for _, e := range all {
		if e.Info().Master == masters[0] {
			id, _ = e.ID()
		}
	}
	wrong.SetID(id + 1)
	isErr(t, "another id", wrong.Delete(ctx, s, 0), fs.ErrNotExist)
	_, err := wrong.Query(ctx, s, 0)
	isErr(t, "another id", err, fs.ErrNotExist)
	wrong.SetID(id)
	noErr(t, wrong.Delete(ctx, s, 0))
	isErr(t, "gone", wrong.Delete(ctx, s, 0), fs.ErrNotExist)
	equal(t, "left", len(conntrackExpects(t)), len(masters)-1)

	noErr(t, s.FlushCTExpects(ctx, "tftp"))
	equal(t, "after a flush of others", len(conntrackExpects(t)), len(masters)-1)
	isErr(t, "name", s.FlushCTExpects(ctx, "sixteen-letters!"), libnl.ErrRange)
	noErr(t, s.FlushCTExpects(ctx, "ftp"))
	equal(t, "after a flush", len(conntrackExpects(t)), 0)
	noErr(t, expectOf(t, masters[1]).Add(ctx, s, libnl.FlagCreate))
	noErr(t, s.FlushCTExpects(ctx, ""))
	equal(t, "after a flush of all", len(conntrackExpects(t)), 0)
}

// What conntrack makes is what we see, and what we ask for wrongly fails as it should.
func TestCTExpectConntrack(t *testing.T) {
	s := nfNS(t)
	ftpRules(t)
	ctx := t.Context()
	ctMaster(t, s, addrPort("198.51.100.1:10"), addrPort("203.0.113.1:21"), nil)
	nltest.Run(t, "conntrack", strings.Fields("-I expect --orig-src 198.51.100.1 --orig-dst 203.0.113.1 -p tcp --sport 10 --dport 21 --tuple-src 192.0.2.4"+
		" --tuple-dst 192.0.2.5 --mask-src 255.255.255.0 --mask-dst 255.255.255.255 --tuple-port-src 3 --tuple-port-dst 50 --mask-port-src 10 --mask-port-dst 65535 -t 100")...)
	all, says := collect(t, s.CTExpects(ctx, nil)), conntrackExpects(t)
	if len(all) != 1 || len(says) != 1 {
		t.Fatalf("%d expectations, conntrack has %d", len(all), len(says))
	}
	info := all[0].Info() // conntrack gives the protocol to the master alone
	equal(t, "tuple", info.Expect, libnl.CTExpectTuple{CTTuple: libnl.CTTuple{Src: addrPort("192.0.2.4:0"), Dst: addrPort("192.0.2.5:0")}})
	equal(t, "mask", info.Mask.Src, addrPort("255.255.255.0:0"))
	equal(t, "master", info.Master, tcp("198.51.100.1:10", "203.0.113.1:21"))
	equal(t, "conntrack's tuple", says[0].L3.Expect.Src, info.Expect.Src.Addr())
	noErr(t, all[0].Delete(ctx, s, 0)) // as it came from the kernel

	for name, f := range map[string]struct {
		f    libnl.CTExpectFilter
		want error
	}{
		"no such master":   {libnl.CTExpectFilter{Master: tcp("192.0.2.1:1", "192.0.2.2:2")}, fs.ErrNotExist},
		"half a master":    {libnl.CTExpectFilter{Master: libnl.CTExpectTuple{Proto: 6, CTTuple: libnl.CTTuple{Src: addrPort("192.0.2.1:1")}}}, libnl.ErrMissingAttr},
		"mixed master":     {libnl.CTExpectFilter{Master: tcp("192.0.2.1:1", "[::1]:2")}, libnl.ErrAFMismatch},
		"mixed families":   {libnl.CTExpectFilter{Family: libnl.FamilyIPv6, Master: tcp("192.0.2.1:1", "192.0.2.2:2")}, libnl.ErrAFMismatch},
		"zone of nothing":  {libnl.CTExpectFilter{Zone: 1}, libnl.ErrMissingAttr},
		"family too large": {libnl.CTExpectFilter{Family: 256}, libnl.ErrAFNoSupport},
	} {
		isErr(t, name, failure(s.CTExpects(ctx, &f.f)), f.want)
	}
	// a connection without a helper has none
	m := ctMaster(t, s, addrPort("198.51.100.2:10"), addrPort("203.0.113.1:80"), nil)
	equal(t, "of another master", len(collect(t, s.CTExpects(ctx, &libnl.CTExpectFilter{Master: m}))), 0)
	orphan := expectOf(t, tcp("192.0.2.1:1", "192.0.2.2:2"))
	isErr(t, "without a master", orphan.Add(ctx, s, libnl.FlagCreate), fs.ErrNotExist)
	noErr(t, orphan.SetHelperName("nosuch"))
	isErr(t, "without a master", orphan.Add(ctx, s, libnl.FlagCreate), fs.ErrNotExist)

	route := dialRoute(t, nil)
	isErr(t, "another protocol", orphan.Add(ctx, route, 0), libnl.ErrProtoMismatch)
	isErr(t, "another protocol", failure(route.CTExpects(ctx, nil)), libnl.ErrProtoMismatch)
	isErr(t, "another protocol", route.FlushCTExpects(ctx, ""), libnl.ErrProtoMismatch)
	isErr(t, "another protocol", route.DumpCTExpect(), libnl.ErrProtoMismatch)
}

// The kernel takes what NAT has done, and ICMPv6, and tells the same: libnl does neither.
func TestCTExpectNATKernel(t *testing.T) {
	s := nfNS(t)
	ftpRules(t)
	ctx := t.Context()
	master := ctMaster(t, s, addrPort("198.51.100.1:10"), addrPort("203.0.113.1:21"), nil)
	for _, dir := range []libnl.CTDir{libnl.CTReply, libnl.CTOriginal} {
		e := expectOf(t, master)
		nat := tcp("192.0.2.99:4321", "0.0.0.0:0")
		setTuple(t, e, libnl.ExpTupleNAT, nat)
		noErr(t, e.SetNATDir(dir))
		noErr(t, e.SetFn("nat-follow-master"))
		err := e.Add(ctx, s, libnl.FlagCreate)
		if dir == libnl.CTReply && isFailure(err, syscall.EINVAL) {
			t.Skip("the kernel has no NAT: ", err)
		}
		noErr(t, err)
		for m, err := range s.Request(ctx, must(e.BuildQuery(0))(t)) {
			noErr(t, err)
			equal(t, "the kernel's direction", string(attrAt(t, m, ctaExpectNAT, 1)), string(be32(uint32(dir))))
			equal(t, "the kernel's address", string(attrAt(t, m, ctaExpectNAT, 2, 1, 1)), string(nat.Src.Addr().AsSlice()))
		}
		got, err := e.Query(ctx, s, 0)
		made(t, got, err)
		equal(t, "NAT", got.Info().NAT, nat)
		equal(t, "direction", opt(got.NATDir()), some(dir))
		equal(t, "function", opt(got.Fn()), some("nat-follow-master"))
		if before, now := e.Info(), got.Info(); before.Expect != now.Expect || before.Mask.Src != now.Mask.Src {
			t.Errorf("%+v, want %+v", now, before)
		}
		noErr(t, got.Delete(ctx, s, 0))
	}

	master = ctMaster(t, s, addrPort("[2001:db8::1]:1000"), addrPort("[2001:db8::2]:21"), nil)
	e := newExpect(t)
	setTuple(t, e, libnl.ExpTupleMaster, master)
	echo := libnl.CTExpectTuple{Proto: unix.IPPROTO_ICMPV6, CTTuple: libnl.CTTuple{
		Src: addrPort("[2001:db8::1]:0"), Dst: addrPort("[2001:db8::2]:0"), ICMP: libnl.CTICMP{ID: 0x1234, Type: 128},
	}}
	mask := echo
	mask.Src, mask.Dst, mask.ICMP.ID = addrPort("[ffff::]:0"), addrPort("[ffff::]:0"), 0xffff // the kernel wants a type here too
	setTuple(t, e, libnl.ExpTupleExpect, echo)
	setTuple(t, e, libnl.ExpTupleMask, mask)
	noErr(t, e.Add(ctx, s, libnl.FlagCreate))
	got, err := e.Query(ctx, s, 0)
	made(t, got, err)
	equal(t, "ICMPv6", got.Info().Expect, echo)
}

func isFailure(err error, errno syscall.Errno) bool {
	e, ok := err.(*libnl.Error)
	return ok && e.Errno == errno
}

// must returns a message that was built.
func must(m *libnl.Msg, err error) func(t testing.TB) *libnl.Msg {
	return func(t testing.TB) *libnl.Msg {
		t.Helper()
		noErr(t, err)
		return m
	}
}

// A cache, by itself and followed by a manager. To libnl an expectation of which the timeout runs down is another one.
func TestCTExpectCache(t *testing.T) {
	s := nfNS(t)
	ftpRules(t)
	ctx := t.Context()
	m, err := libnl.NewCacheManager(libnl.ProtoNetfilter, nil)
	noErr(t, err)
	defer m.Close()
	empty, err := libnl.NewCTExpectCache(ctx, nil)
	followed := filled(t, empty, err)
	var told []string
	noErr(t, libnl.ManageCache(m, followed, func(c libnl.Change[*libnl.CTExpect]) {
		told = append(told, c.Action.String())
	}))
	var all []*libnl.CTExpect
	for i := range 3 {
		master := ctMaster(t, s, addrPort(fmt.Sprintf("198.51.100.%d:10", i+1)), addrPort("203.0.113.1:21"), nil)
		e := expectOf(t, master)
		noErr(t, e.Add(ctx, s, libnl.FlagCreate))
		all = append(all, e)
	}
	poll := func(want int) {
		t.Helper()
		for end := time.Now().Add(10 * time.Second); len(told) < want && time.Now().Before(end); {
			_, err := m.Poll(time.Second)
			noErr(t, err)
		}
	}
	poll(3)
	equal(t, "changes", strings.Join(told, " "), "new new new")
	equal(t, "followed", followed.Len(), 3)

	own, err := libnl.NewCTExpectCache(ctx, s)
	cache := filled(t, own, err)
	equal(t, "filled", cache.Len(), 3)
	noErr(t, all[0].SetTimeout(50*time.Second)) // of which the kernel does not tell
	noErr(t, all[0].Add(ctx, s, 0))
	noErr(t, all[1].Delete(ctx, s, 0))
	changes := map[string]int{}
	noErr(t, cache.Resync(ctx, s, func(c libnl.Change[*libnl.CTExpect]) {
		changes[c.Action.String()]++
		if c.Action == libnl.ActChange && strings.Join(c.Names(), ",") != "timeout" {
			t.Errorf("changed: %q", c.Names())
		}
	}))
	if changes["new"] != 0 || changes["del"] != 1 || changes["change"] < 1 {
		t.Errorf("resynchronised: %v", changes)
	}
	equal(t, "resynchronised", cache.Len(), 2)

	noErr(t, all[0].Delete(ctx, s, 0)) // its timeout is not that in the cache
	poll(5)
	equal(t, "changes", strings.Join(told, " "), "new new new del del")
	equal(t, "followed", followed.Len(), 1)
	cache.SetArg1(unix.AF_INET6)
	noErr(t, cache.Refill(ctx, s))
	equal(t, "of IPv6", cache.Len(), 0)
}
