//go:build linux

// SPDX-License-Identifier: MIT

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// options are what the command line says.
type options struct {
	quick  bool
	rounds int
	c      string // directory of the C programs
}

// measured has, of each variant, what its process of each round said.
type measured map[string][]result

// measure runs the rounds of a work.
func (w *work) measure(o options) (measured, error) {
	n, rounds := w.n, o.rounds
	if o.quick {
		n = w.quick
	}
	if w.alone {
		rounds = min(rounds, 3)
	}
	names := append(append([]string{}, w.c...), w.variants...)
	m := measured{}
	for range rounds {
		rand.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		for _, name := range names {
			r, err := w.run(o, name, n)
			if err != nil {
				return nil, fmt.Errorf("%s by %s: %w", w.name, name, err)
			}
			m[name] = append(m[name], r)
		}
	}
	return m, w.agree(m)
}

// agree returns an error unless all variants found as many things, and read the same of them: a faster one that did less is no result.
// A few more or fewer are let pass: some libraries leave out the table of local routes.
func (w *work) agree(m measured) error {
	if w.alone {
		return nil
	}
	const few = 16
	sums := map[uint64]uint64{} // by count
	least, most := uint64(math.MaxUint64), uint64(0)
	for name, rs := range m {
		for _, r := range rs {
			least, most = min(least, r.Count), max(most, r.Count)
			if r.Sum == 0 { // it reads nothing
				continue
			}
			if sum, ok := sums[r.Count]; ok && sum != r.Sum {
				return fmt.Errorf("%s: %s read other things than the others", w.name, name)
			}
			sums[r.Count] = r.Sum
		}
	}
	if most-least > few {
		return fmt.Errorf("%s: from %d to %d things were found", w.name, least, most)
	}
	return nil
}

// run runs a process of one variant.
func (w *work) run(o options, name string, n int) (r result, err error) {
	self, err := os.Executable()
	if err != nil {
		return r, err
	}
	args := []string{self, "variant", w.name + "/" + name, strconv.Itoa(n), strconv.Itoa(w.times)}
	for _, c := range w.c {
		if c == name {
			args = append([]string{filepath.Join(o.c, w.name), name}, args[3:]...)
		}
	}
	cmd := exec.Command(args[0], args[1:]...)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	in, err := cmd.StdinPipe()
	if err != nil {
		return r, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return r, err
	}
	if err := cmd.Start(); err != nil {
		return r, err
	}
	r, err = w.attend(in, out, n)
	in.Close()
	if waited := cmd.Wait(); waited != nil {
		return r, fmt.Errorf("%w: %s", waited, complaint.Bytes())
	}
	return r, err
}

// attend feeds a process and reads what it says.
func (w *work) attend(in io.Writer, out io.Reader, n int) (r result, err error) {
	rate := 0.0
	var f *feeder
	if w.feed {
		if f, err = newFeeder(); err != nil {
			return r, err
		}
		defer f.s.Close()
	}
	lines := bufio.NewScanner(out)
	for asked := 0; lines.Scan(); {
		if text, ok := strings.CutPrefix(lines.Text(), prefix); ok {
			err := json.Unmarshal([]byte(text), &r)
			r.Rate = rate
			return r, err
		}
		if lines.Text() != "ready" || !w.feed {
			return r, fmt.Errorf("it says %q", lines.Text())
		}
		asked++
		// A process drains what is queued already; those that live by themselves are told first, so that they see the events come.
		made := func() error {
			made := n
			if w.name == "sockets" {
				made = socketEvents * (asked - 1)
			}
			rate, err = f.events(made)
			return err
		}
		if !w.alone {
			if err := made(); err != nil {
				return r, err
			}
		}
		if _, err := io.WriteString(in, "go\n"); err != nil {
			return r, err
		}
		if w.alone {
			if err := made(); err != nil {
				return r, err
			}
		}
	}
	return r, fmt.Errorf("it ended without a result: %w", lines.Err())
}
