//go:build linux

// SPDX-License-Identifier: MIT

package libnl_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"syscall"

	"github.com/golibnl/libnl"
)

// follow is the example of the package documentation.
func follow(ctx context.Context) error {
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
	return nil
}

// Subscribe, dump, then follow.
func ExampleNetLink() {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	fmt.Println(errors.Is(follow(ctx), context.Canceled))
	// Output: true
}

// A request and its answer, message by message.
func ExampleSocket_Request() {
	s, err := libnl.Dial(libnl.ProtoRoute, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	m, err := libnl.NewMsgSimple(libnl.RTMGetLink, 0)
	if err != nil {
		log.Fatal(err)
	}
	m.Append(make([]byte, syscall.SizeofIfInfomsg), 4)
	m.PutString(syscall.IFLA_IFNAME, "lo")
	for link, err := range s.Request(context.Background(), m) {
		if err != nil {
			log.Fatal(err)
		}
		name, _ := link.FindAttr(syscall.SizeofIfInfomsg, syscall.IFLA_IFNAME)
		fmt.Println(name.Text())
	}
	// Output: lo <nil>
}

// libnl's own loop, with a callback in Go.
func ExampleSocket_ModifyCallback() {
	s, err := libnl.Dial(libnl.ProtoRoute, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	found := false
	err = s.ModifyCallback(libnl.CbValid, libnl.KindCustom, func(m *libnl.Msg) error {
		o, err := m.Object()
		if err != nil {
			return err // ends the receive, which returns it
		}
		defer o.Close()
		found = found || o.TypeName() == "route/link"
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	if err := s.RTGenRequest(libnl.RTMGetLink, libnl.FamilyUnspec, libnl.FlagDump); err != nil {
		log.Fatal(err)
	}
	fmt.Println(s.RecvMsgsDefault(), found)
	// Output: <nil> true
}

// What the kernel says when it refuses.
func ExampleError() {
	s, err := libnl.Dial(libnl.ProtoRoute, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	m, err := libnl.NewMsgSimple(libnl.RTMGetLink, 0)
	if err != nil {
		log.Fatal(err)
	}
	m.Append(make([]byte, syscall.SizeofIfInfomsg), 4)
	m.PutString(syscall.IFLA_IFNAME, "nosuchlink0")
	err = s.Do(context.Background(), m)
	if e, ok := errors.AsType[*libnl.Error](err); ok {
		fmt.Println(e.Errno, errors.Is(err, libnl.ErrNoDev))
	}
	// Output: no such device true
}
