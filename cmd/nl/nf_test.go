//go:build linux

// SPDX-License-Identifier: MIT

package main_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/golibnl/libnl"
	"github.com/golibnl/libnl/internal/nltest"
	"golang.org/x/sys/unix"
)

// tracked fills the table of connections, and makes one that the helper for FTP follows.
func tracked(t *testing.T) {
	t.Helper()
	nltest.NetNS(t)
	nltest.Rule(t, "iptables", "-t raw -A OUTPUT -p tcp --dport 21 -j CT --helper ftp")
	for _, args := range []string{
		"-I -p tcp -s 10.0.0.1 -d 10.0.0.9 --sport 1000 --dport 80 --state ESTABLISHED -t 900000 -u SEEN_REPLY,ASSURED",
		"-I -p udp -s 10.0.0.1 -d 10.0.0.9 --sport 1000 --dport 53 -t 900000 --mark 7",
		"-I -p udp -s 2001:db8::1 -d 2001:db8::2 --sport 1000 --dport 53 -t 900000",
	} {
		nltest.Probe(t, "conntrack", strings.Fields(args)...)
	}
	s, err := libnl.DialNetfilter(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	m, err := libnl.NewNFMsg(libnl.NFHeader{Subsys: unix.NFNL_SUBSYS_CTNETLINK, Family: libnl.FamilyIPv4}, libnl.FlagCreate|libnl.FlagExcl)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	tuple := func(typ uint16, src, dst byte, sport, dport uint16) {
		m.Nest(typ, func(m *libnl.Msg) {
			m.Nest(1, func(m *libnl.Msg) { // CTA_TUPLE_IP
				m.PutBytes(1, []byte{198, 51, 100, src})
				m.PutBytes(2, []byte{198, 51, 100, dst})
			})
			m.Nest(2, func(m *libnl.Msg) { // CTA_TUPLE_PROTO
				m.PutU8(1, unix.IPPROTO_TCP)
				m.PutBE16(2, sport)
				m.PutBE16(3, dport)
			})
		})
	}
	tuple(1, 1, 2, 1000, 21)                                // CTA_TUPLE_ORIG
	tuple(2, 2, 1, 21, 1000)                                // CTA_TUPLE_REPLY
	m.PutBE32(7, 900000)                                    // CTA_TIMEOUT
	m.Nest(5, func(m *libnl.Msg) { m.PutString(1, "ftp") }) // CTA_HELP
	if err := s.Do(t.Context(), m); err != nil {
		t.Fatal(err)
	}
}

const expectation = " -4 --expect-src 198.51.100.1 --expect-dst 198.51.100.2 --expect-proto tcp --expect-sport 0 --expect-dport 7000"

const expectationToAdd = "nf-exp-add --timeout 90000 --helper ftp" + expectation +
	" --master-src 198.51.100.1 --master-dst 198.51.100.2 --master-proto tcp --master-sport 1000 --master-dport 21" +
	" --mask-src 255.255.255.255 --mask-dst 255.255.255.255 --mask-proto tcp --mask-sport 0 --mask-dport 65535"

func TestReadNetfilter(t *testing.T) {
	tracked(t)
	compareCalls(t, unmasked, `
		nf-ct-list
		nf-ct-list -f brief
		nf-ct-list -f details
		nf-ct-list -f stats
		nf-ct-list -p tcp
		nf-ct-list -F inet6 -f details
		nf-ct-list -4 --orig-src 10.0.0.1
		nf-ct-list --orig-dport 53
		nf-ct-list --reply-src 10.0.0.9 --reply-sport 80
		nf-ct-list --mark 7
		nf-ct-list --tcp-state ESTABLISHED
		nf-ct-list --tcp-state nosuch
		nf-ct-list -p nosuch
		nf-ct-list --orig-src x
		nf-ct-list --nosuch
		nf-exp-list
	`)
	compareCalls(t, unmasked, expectationToAdd)
	compareCalls(t, unmasked, `
		nf-exp-list
		nf-exp-list -f brief
		nf-exp-list -f details
		nf-exp-list --expect-dst 198.51.100.2
		nf-exp-list --master-dport 21
		nf-exp-list --helper ftp
	`)
	for _, words := range []string{"ct list", "exp list"} {
		rows(t, nltest.Run(t, nl, append(strings.Fields("nf "+words), "--json")...))
	}
}

var seconds = regexp.MustCompile(`\b8\d{4,5}\b`)

// trackedState is what the kernel has, in the words of conntrack, without the times. The order is another in every namespace.
func trackedState(t *testing.T) string {
	t.Helper()
	var lines []string
	for _, args := range []string{"-L -f ipv4", "-L -f ipv6", "-L expect"} {
		text := nltest.Run(t, "conntrack", strings.Fields(args)...)
		lines = slices.AppendSeq(lines, strings.Lines(seconds.ReplaceAllString(string(text), "T")))
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}

func TestChangeNetfilter(t *testing.T) {
	const reply = " --reply-src 10.0.0.9 --reply-sport 80 --reply-dst 10.0.0.1 --reply-dport 1000"
	const entry = " -p udp --orig-src 10.0.0.1 --orig-sport 1000 --orig-dst 10.0.0.9 --orig-dport 80" + reply + " --timeout 900000"
	for _, line := range []string{
		"nf-ct-add -F inet" + entry,
		"nf-ct-add -4 --quiet --mark 9" + entry,
		"nf-ct-add --family inet --zone 3" + entry,
		"nf-ct-add -4 -p nosuch",
		"nf-ct-add -4 --orig-src x",
		"nf-exp-delete" + expectation,
		"nf-exp-delete",
		"nf-exp-delete --expect-proto nosuch",
	} {
		c := command(line)
		t.Run(line, func(t *testing.T) {
			fresh := func(run func(*testing.T) result) func() result {
				return func() result {
					tracked(t)
					if added := command(expectationToAdd).ours(t); added.code != 0 {
						t.Skip("no expectation can be added: ", added)
					}
					r := run(t)
					r.out += "\n-- state\n" + trackedState(t)
					return r
				}
			}
			compare(t, c, fresh(c.original), fresh(c.ours))
		})
	}
}
