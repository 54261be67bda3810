//go:build linux

// SPDX-License-Identifier: MIT

package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"text/tabwriter"
)

func median(v []float64) float64 {
	if len(v) == 0 {
		return math.NaN()
	}
	v = slices.Sorted(slices.Values(v))
	if n := len(v); n%2 == 0 {
		return (v[n/2-1] + v[n/2]) / 2
	}
	return v[len(v)/2]
}

// of returns a number of each round.
func of(rs []result, what func(result) float64) []float64 {
	var v []float64
	for _, r := range rs {
		v = append(v, what(r))
	}
	return v
}

func wall(r result) float64 { return r.Wall }
func cpu(r result) float64  { return r.CPU }

// ratio is the median over the rounds of the ratio between two processes of the same round.
func ratio(a, b []result, what func(result) float64) float64 {
	var v []float64
	for i := range min(len(a), len(b)) {
		v = append(v, what(a[i])/what(b[i]))
	}
	return median(v)
}

// report prints a table of all that was measured, and a line for each goal.
func report(out io.Writer, all map[string]measured) {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "work\tby\tns each\tCPU ns each\tallocs each\tbytes each\tpeak MiB\t")
	for _, w := range works {
		m := all[w.name]
		if m == nil || w.alone {
			continue
		}
		for _, name := range append(append([]string{}, w.c...), w.variants...) {
			each := func(what func(result) float64) float64 {
				return median(of(m[name], func(r result) float64 { return what(r) / float64(r.Count) }))
			}
			by := name
			allocs, bytes := fmt.Sprintf("%.4f", each(func(r result) float64 { return float64(r.Allocs) })), fmt.Sprintf("%.1f", each(func(r result) float64 { return float64(r.Bytes) }))
			if slices.Contains(w.c, name) {
				by, allocs, bytes = "C: "+name, "", ""
			}
			fmt.Fprintf(t, "%s\t%s\t%.0f\t%.0f\t%s\t%s\t%.1f\t\n", w.name, by, each(wall), each(cpu), allocs, bytes,
				median(of(m[name], func(r result) float64 { return r.RSS / 1024 })))
		}
	}
	t.Flush()
	fmt.Fprintln(out)
	for _, g := range goals {
		m := all[g.work]
		if m == nil {
			continue
		}
		r := ratio(m[g.ours], m[g.against], wall)
		verdict := ""
		switch {
		case g.target == 0:
		case r <= g.target:
			verdict = fmt.Sprintf("; target %.2f: met", g.target)
		default:
			verdict = fmt.Sprintf("; target %.2f: missed", g.target)
		}
		fmt.Fprintf(out, "ratio %s/%s %s %.3f (CPU %.3f%s)\n", g.work, g.ours, g.against, r, ratio(m[g.ours], m[g.against], cpu), verdict)
	}
	for _, r := range all["rate"]["recv"] {
		fmt.Fprintf(out, "events made at %.0f a second, 1 MiB buffer: C: recv saw %d, %d overruns\n", r.Rate, r.Count, r.Sum)
	}
	for _, r := range all["rate"]["messages"] {
		fmt.Fprintf(out, "events made at %.0f a second, 1 MiB buffer: messages saw %d, %d overruns\n", r.Rate, r.Count, r.Overruns)
	}
	for _, r := range all["sockets"]["waiting"] {
		n := float64(r.Count) / socketEvents
		fmt.Fprintf(out, "%.0f sockets waiting: %d threads, %.0f bytes and %.2f us of CPU an event for each\n", n, r.Threads, r.Memory, r.CPU/float64(r.Count)/1000)
	}
}
