//go:build linux

// SPDX-License-Identifier: MIT

// Command genl-list prints the families of generic netlink that the kernel has: all, or those named.
//
//	genl-list [-d] [-json] [FAMILY...]
//
// Without options it prints what genl-ctrl-list does. With -d come operations, who may ask for them and by which policies their attributes
// are checked, multicast groups, and the policies.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"strings"

	"github.com/golibnl/libnl"
)

// family is what is printed of one.
type family struct {
	libnl.GenlFamilyInfo
	Policies *libnl.GenlPolicies `json:"policies,omitempty"`
}

func main() {
	log.SetFlags(0)
	details := flag.Bool("d", false, "operations, groups and policies")
	asJSON := flag.Bool("json", false, "in JSON, with details")
	flag.Parse()
	ctx := context.Background()
	s, err := libnl.DialGeneric(nil)
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	families, err := list(ctx, s, flag.Args(), *details || *asJSON)
	if err != nil {
		log.Fatal(err)
	}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	if *asJSON {
		enc := json.NewEncoder(out)
		enc.SetIndent("", "\t")
		if err := enc.Encode(families); err != nil {
			log.Fatal(err)
		}
		return
	}
	for _, f := range families {
		f.print(out)
	}
}

// list asks the kernel.
func list(ctx context.Context, s *libnl.Socket, names []string, details bool) (all []family, err error) {
	for _, name := range names {
		f, err := libnl.GetGenlFamily(ctx, s, name)
		if err != nil {
			return nil, err
		}
		all = append(all, family{GenlFamilyInfo: f})
	}
	if len(names) == 0 {
		for f, err := range s.GenlFamilyInfos(ctx) {
			if err != nil {
				return nil, err
			}
			all = append(all, family{GenlFamilyInfo: f})
		}
	}
	for i := range all {
		if !details {
			continue
		}
		p, err := libnl.GetGenlPolicies(ctx, s, all[i].Name)
		if err != nil {
			log.Print(err) // the kernel is too old, perhaps
		}
		all[i].Policies = &p
	}
	return all, nil
}

func (f family) print(w io.Writer) {
	fmt.Fprintf(w, "0x%04x %s version %d\n", uint16(f.ID), f.Name, f.Version)
	if f.Policies == nil {
		return
	}
	fmt.Fprintf(w, "    hdrsize %d maxattr %d\n", f.HdrLen, f.MaxAttr)
	for _, op := range f.Ops {
		fmt.Fprintf(w, "      op 0x%02x <%s>", op.Cmd, op.Flags)
		p, _ := f.Policies.Op(op.Cmd)
		if p.Do != nil {
			fmt.Fprintf(w, " do policy %d", *p.Do)
		}
		if p.Dump != nil {
			fmt.Fprintf(w, " dump policy %d", *p.Dump)
		}
		fmt.Fprintln(w)
	}
	for _, g := range f.Groups {
		fmt.Fprintf(w, "      grp %s (0x%02x)\n", g.Name, g.ID)
	}
	for _, p := range f.Policies.Policies {
		fmt.Fprintf(w, "      policy %d\n", p.Index)
		for _, a := range p.Attrs {
			fmt.Fprintf(w, "        attr %d %s\n", a.Attr, expects(a))
		}
	}
}

// expects says in words what is expected of an attribute.
func expects(a libnl.GenlAttrPolicy) string {
	words := []string{a.Type.String()}
	if a.Min != nil && a.Max != nil {
		words = append(words, fmt.Sprintf("%d to %d", *a.Min, *a.Max))
	}
	if a.MinSigned != nil && a.MaxSigned != nil {
		words = append(words, fmt.Sprintf("%d to %d", *a.MinSigned, *a.MaxSigned))
	}
	if a.MinLen != nil {
		words = append(words, fmt.Sprintf("at least %d bytes", *a.MinLen))
	}
	if a.MaxLen != nil {
		words = append(words, fmt.Sprintf("at most %d bytes", *a.MaxLen))
	}
	if a.Mask != nil {
		words = append(words, fmt.Sprintf("of the bits %#x", *a.Mask))
	}
	if a.Nested != nil {
		words = append(words, fmt.Sprintf("policy %d", *a.Nested))
	}
	return strings.Join(words, ", ")
}
