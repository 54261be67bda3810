//go:build linux

// SPDX-License-Identifier: MIT

// Package docs has only tests: they run what the documentation shows.
package docs
