# SPDX-License-Identifier: MIT
# Sourced by every script here: the module's root, the path, the build cache.
# shellcheck shell=bash
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit
# where Debian keeps ip and unshare for those who are not root
export PATH="$PATH:/usr/sbin:/sbin"

say() { echo "${0##*/}: $*" >&2; }
die() {
	say "$@"
	exit 1
}

# Go's build cache does not notice another PKG_CONFIG_PATH: one cache for each.
if [ -n "${PKG_CONFIG_PATH:-}" ] && command -v go >/dev/null; then
	tag=libnl-$(printf %s "$PKG_CONFIG_PATH" | sha256sum | cut -c1-12)
	cache=$(go env GOCACHE)
	case $cache in
	*"-$tag") ;;
	*) export GOCACHE="$cache-$tag" ;;
	esac
fi
