//go:build linux && asan

// SPDX-License-Identifier: MIT

package nltest

// ASan says whether the tests run under AddressSanitizer, which keeps freed memory for a while.
const ASan = true
