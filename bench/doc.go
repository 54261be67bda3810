//go:build linux

// SPDX-License-Identifier: MIT

// Bench measures the package beside C programs that use libnl and beside other Go libraries, on the same work, in the same run.
//
// It makes a network namespace, fills it, and runs every variant of a work in a process of its own, in rounds of shuffled order. A process warms up
// and repeats the work; its best time counts. What is printed is the median over the rounds of the ratio between two processes of the same round,
// so a machine that is slow for a while slows both. See docs/performance.md.
//
//	bench [-quick] [-works regexp] [-rounds n] [-json file]
//	bench plot FILE     prints what -json wrote as SVG
package main
