//go:build linux && valgrind

// SPDX-License-Identifier: MIT

package nltest

// Valgrind says that the test runs under valgrind, where no garbage collection must run.
const Valgrind = true
