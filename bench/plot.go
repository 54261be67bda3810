//go:build linux

// SPDX-License-Identifier: MIT

package main

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"math"
	"os"
)

// plot draws what -json wrote: a bar for each goal, as long as the time of ours is by that of the other, with a mark at the target.
func plot(file string, out io.Writer) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var all map[string]measured
	if err := json.Unmarshal(text, &all); err != nil {
		return err
	}
	const (
		row, top      = 22, 30
		labels, scale = 330, 240 // pixels: for the words, and for a ratio of 1
		most          = 2.2      // the longest bar
	)
	x := func(v float64) float64 { return labels + scale*min(v, most) }
	height := top + row*len(goals) + 30
	fmt.Fprintf(out, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%d" font-family="sans-serif" font-size="12">`+"\n", x(most)+60, height)
	fmt.Fprintln(out, `<rect width="100%" height="100%" fill="white"/>`)
	fmt.Fprintf(out, `<text x="10" y="18">time by that of others, less is better; | is the target</text>`+"\n")
	fmt.Fprintf(out, `<line x1="%.0f" x2="%.0f" y1="%d" y2="%d" stroke="#888" stroke-dasharray="3"/>`+"\n", x(1), x(1), top-4, height-26)
	fmt.Fprintf(out, `<text x="%.0f" y="%d" text-anchor="middle">1</text>`+"\n", x(1), height-10)
	for i, g := range goals {
		m := all[g.work]
		r := ratio(m[g.ours], m[g.against], wall)
		if math.IsNaN(r) {
			continue
		}
		y, colour := top+row*i, "#4c8c4a"
		switch {
		case g.target == 0:
			colour = "#8a8a8a"
		case r > g.target:
			colour = "#c77d2e"
		}
		name := html.EscapeString(fmt.Sprintf("%s as %s, against %s", g.work, g.ours, g.against))
		fmt.Fprintf(out, `<text x="%d" y="%d" text-anchor="end">%s</text>`+"\n", labels-8, y+13, name)
		fmt.Fprintf(out, `<rect x="%d" y="%d" width="%.1f" height="14" fill="%s"/>`+"\n", labels, y+2, x(r)-labels, colour)
		if g.target != 0 {
			fmt.Fprintf(out, `<line x1="%.1f" x2="%.1f" y1="%d" y2="%d" stroke="black" stroke-width="2"/>`+"\n", x(g.target), x(g.target), y, y+18)
		}
		fmt.Fprintf(out, `<text x="%.1f" y="%d">%.2f</text>`+"\n", x(max(r, g.target))+6, y+13, r)
	}
	_, err = fmt.Fprintln(out, `</svg>`)
	return err
}
