//go:build linux && race

// SPDX-License-Identifier: MIT

package libnl_test

const raceOn = true
