//go:build linux

// SPDX-License-Identifier: MIT

// Command genl-service has a service and a client that speak a family of their own over NETLINK_USERSOCK: notes, each a name and a number. Two
// programs would do the same; the client has to know the service's port.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"maps"
	"slices"
	"syscall"
	"time"

	"github.com/golibnl/libnl"
)

const (
	family  = 0x20 // of one's own choice: the kernel has no say in it
	version = 1
)

const (
	cmdSet  = iota + 1 // a note
	cmdGet             // a note by its name
	cmdList            // all of them
)

const (
	attrName  = iota + 1 // text
	attrValue            // u32
	attrMax   = iota
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()

	srv, err := newService()
	if err != nil {
		log.Fatal(err)
	}
	defer srv.close()
	done := make(chan error)
	serving, stop := context.WithCancel(ctx)
	go func() { done <- srv.serve(serving) }()

	if err := client(ctx, srv.sk.LocalPort()); err != nil {
		log.Fatal(err)
	}
	stop()
	if err := <-done; !errors.Is(err, context.Canceled) {
		log.Fatal(err)
	}
}

// service keeps notes.
type service struct {
	sk    *libnl.Socket
	ops   *libnl.GenlRegistration
	notes map[string]uint32
}

func newService() (*service, error) {
	v := &service{notes: map[string]uint32{}}
	name := libnl.PolicyEntry{Kind: libnl.AttrString, MaxLen: 16}
	value := libnl.PolicyEntry{Kind: libnl.AttrU32, MaxLen: 4}
	var err error
	v.ops, err = libnl.RegisterGenl(libnl.GenlHandler{
		Name: "notes",
		ID:   family,
		Cmds: map[uint8]libnl.GenlCmd{
			cmdSet:  {Name: "SET", MaxAttr: attrMax, Policy: libnl.Policy{attrName: name, attrValue: value}, Handle: v.set},
			cmdGet:  {Name: "GET", MaxAttr: attrMax, Policy: libnl.Policy{attrName: name}, Handle: v.get},
			cmdList: {Name: "LIST", Handle: v.list},
		},
	})
	if err != nil {
		return nil, err
	}
	// Untrusted: it is not the kernel that sends the requests
	v.sk, err = libnl.Dial(libnl.ProtoUserSock, &libnl.Config{Untrusted: true, Events: true})
	if err != nil {
		v.ops.Close()
		return nil, err
	}
	return v, nil
}

func (v *service) close() {
	v.sk.Close()
	v.ops.Close()
}

// serve answers requests, one after the other.
func (v *service) serve(ctx context.Context) error {
	for m, err := range v.sk.Messages(ctx) {
		switch {
		case m != nil && m.Header().Flags&libnl.FlagRequest != 0:
			if err := v.answer(ctx, m); err != nil {
				log.Print(err) // of a client that is gone, or does not read
			}
		case m == nil && err != nil && !errors.Is(err, libnl.ErrOverrun):
			return err
		}
	}
	return nil
}

func (v *service) answer(ctx context.Context, m *libnl.Msg) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second) // for a client that reads slowly
	defer cancel()
	flags := m.Header().Flags
	err := libnl.GenlHandleMsg(m, ctx)
	end := libnl.NewAck
	if flags&libnl.FlagDump == libnl.FlagDump {
		end = libnl.NewDone
	} else if err == nil && flags&libnl.FlagAck == 0 {
		return nil
	}
	reply, err := end(m, err)
	if err != nil {
		return err
	}
	return v.sk.Post(ctx, reply)
}

func (v *service) set(in *libnl.GenlInfo) error {
	name, err := nameOf(in)
	if err != nil {
		return err
	}
	a, ok := in.Attrs.Get(attrValue)
	if !ok {
		return &libnl.Error{Code: libnl.ErrMissingAttr, Msg: "no value"}
	}
	v.notes[name], err = a.U32()
	return err
}

func (v *service) get(in *libnl.GenlInfo) error {
	name, err := nameOf(in)
	if err != nil {
		return err
	}
	if _, ok := v.notes[name]; !ok {
		return &libnl.Error{Errno: syscall.ENOENT, Msg: fmt.Sprintf("no note %q", name)}
	}
	return v.send(in, name, 0)
}

func (v *service) list(in *libnl.GenlInfo) error {
	for _, name := range slices.Sorted(maps.Keys(v.notes)) {
		if err := v.send(in, name, libnl.FlagMulti); err != nil {
			return err
		}
	}
	return nil
}

func nameOf(in *libnl.GenlInfo) (string, error) {
	a, ok := in.Attrs.Get(attrName)
	if !ok {
		return "", &libnl.Error{Code: libnl.ErrMissingAttr, Msg: "no name"}
	}
	return a.Text()
}

// send sends a note to whoever asked.
func (v *service) send(in *libnl.GenlInfo, name string, f libnl.MsgFlags) error {
	m, err := in.NewReply(f, libnl.GenlHeader{Cmd: cmdSet, Version: version})
	if err != nil {
		return err
	}
	m.PutString(attrName, name)
	m.PutU32(attrValue, v.notes[name])
	return v.sk.Post(in.Arg.(context.Context), m)
}

// client sets notes, asks for them, and makes mistakes.
func client(ctx context.Context, port uint32) error {
	s, err := libnl.Dial(libnl.ProtoUserSock, &libnl.Config{Untrusted: true})
	if err != nil {
		return err
	}
	defer s.Close()
	s.SetPeerPort(port)

	for name, value := range map[string]uint32{"apples": 3, "pears": 5} {
		m, err := request(cmdSet, 0)
		if err != nil {
			return err
		}
		m.PutString(attrName, name)
		m.PutU32(attrValue, value)
		if err := s.Do(ctx, m); err != nil {
			return err
		}
	}
	if err := show(ctx, s, "list", cmdList, libnl.FlagDump, func(*libnl.Msg) {}); err != nil {
		return err
	}
	if err := show(ctx, s, "get", cmdGet, 0, func(m *libnl.Msg) { m.PutString(attrName, "pears") }); err != nil {
		return err
	}
	fmt.Println("wrong:", show(ctx, s, "get", cmdGet, 0, func(m *libnl.Msg) { m.PutString(attrName, "plums") }))
	fmt.Println("wrong:", show(ctx, s, "set", cmdSet, 0, func(m *libnl.Msg) {
		m.PutString(attrName, "plums")
		m.PutU16(attrValue, 7)
	}))
	return nil
}

func request(cmd uint8, f libnl.MsgFlags) (*libnl.Msg, error) {
	m, err := libnl.NewMsg()
	if err != nil {
		return nil, err
	}
	return m, m.PutGenl(0, 0, family, 0, f, libnl.GenlHeader{Cmd: cmd, Version: version})
}

// show makes a request and prints the notes that come back.
func show(ctx context.Context, s *libnl.Socket, what string, cmd uint8, f libnl.MsgFlags, put func(*libnl.Msg)) error {
	m, err := request(cmd, f)
	if err != nil {
		return err
	}
	put(m)
	for r, err := range s.Request(ctx, m) {
		if err != nil {
			return err
		}
		t, err := r.ParseAttrs(4, attrMax, nil)
		if err != nil {
			return err
		}
		name, _ := t.Get(attrName)
		value, _ := t.Get(attrValue)
		text, err := name.Text()
		if err != nil {
			return err
		}
		n, err := value.U32()
		if err != nil {
			return err
		}
		fmt.Printf("%s: %s %d\n", what, text, n)
	}
	return nil
}
