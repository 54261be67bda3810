//go:build linux && asan

// SPDX-License-Identifier: MIT

package nltest

// ASan says that the test was built with -asan: freed C memory stays in quarantine, so that the process grows.
const ASan = true
