//go:build linux

// SPDX-License-Identifier: MIT

package main

import (
	"encoding/json"
	"io"
	"iter"

	"github.com/golibnl/libnl"
)

// list prints the objects of a cache that match filter: in libnl's text, or in JSON what info makes of each.
func list[O libnl.Kind, I any](c *cli, cache *libnl.Cache[O], filter O, info func(O) I) error {
	if c.json {
		return writeJSON(c.out, collect(cache.Matching(filter), info))
	}
	return cache.DumpMatching(c.out, c.form, filter)
}

func collect[O, I any](objects iter.Seq[O], info func(O) I) []I {
	all := []I{}
	for o := range objects {
		all = append(all, info(o))
	}
	return all
}

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "\t")
	return enc.Encode(v)
}

// linkName returns the name of an interface for JSON, "" if it has none.
func (c *cli) linkName(index int) string {
	name, _ := libnl.LinkName(c.links, index)
	return name
}
