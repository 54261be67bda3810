//go:build !linux || !cgo

// SPDX-License-Identifier: MIT

package libnl

const _ string = libnl_needs_linux_and_cgo_with_a_C_compiler_and_the_libnl_3_development_packages
