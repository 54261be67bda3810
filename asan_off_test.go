//go:build linux && !asan

// SPDX-License-Identifier: MIT

package libnl_test

const asanOn = false
