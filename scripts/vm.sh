# SPDX-License-Identifier: MIT
# Sourced after common.sh by what makes and runs throw-away kernels: where they are kept, how Debian's packages get there.
# shellcheck shell=bash
#
#	LIBNL_VM_DIR           where all of it is kept, ${XDG_CACHE_HOME:-~/.cache}/libnl-vm; to begin anew, remove it
#	LIBNL_DEBIAN_MIRROR    a mirror of Debian, if not the one apt uses
vms=${LIBNL_VM_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/libnl-vm}

# cannot ends the script where the machine is to blame: .ci/run tells that from a failure by the number.
cannot() {
	say "$@"
	exit 77
}

# mirror prints the address of a Debian mirror that apt knows.
mirror() {
	if [ -n "${LIBNL_DEBIAN_MIRROR:-}" ]; then
		echo "$LIBNL_DEBIAN_MIRROR"
		return
	fi
	# shellcheck disable=SC2016 # apt's own variables
	local format='$(ORIGIN) $(REPO_URI)' lists=() found
	for _ in own fresh; do
		found=$(apt-get "${lists[@]}" indextargets --format "$format" 'Created-By: Packages' 2>/dev/null |
			sed -n 's/^Debian //p' | grep -v security | head -n 1) || true
		[ -z "$found" ] || break
		# apt has no lists, as in an image: it tells by fetching them, to somewhere else
		lists=(-o "Dir::State::lists=$PWD/lists.host" -o APT::Sandbox::User=root)
		mkdir -p lists.host/partial
		apt-get "${lists[@]}" -qq update || return
	done
	[ -n "$found" ] || cannot "apt knows no mirror of Debian: name one in LIBNL_DEBIAN_MIRROR"
	echo "$found"
}

# debs SUITE ARCH prepares apt in the current directory for the packages of another suite or architecture: it keeps lists of its own,
# checks their signatures, and installs nothing.
debs() {
	local keys=/usr/share/keyrings/debian-archive-keyring at
	at=$(mirror)
	if [ -e "$keys.gpg" ]; then
		keys=$keys.gpg
	elif [ -e "$keys.pgp" ]; then
		keys=$keys.pgp
	else
		cannot "Debian's keys are not here: install debian-archive-keyring"
	fi
	mkdir -p lists/partial cache/archives/partial
	: >status
	echo "deb [arch=$2 signed-by=$keys] $at $1 main" >sources.list
	apt_options=(-qq -o "APT::Architecture=$2" -o "APT::Architectures=$2" -o "Dir::Etc::SourceList=$PWD/sources.list"
		-o Dir::Etc::SourceParts=/dev/null -o "Dir::State::Lists=$PWD/lists" -o "Dir::Cache=$PWD/cache"
		-o "Dir::State::status=$PWD/status" -o APT::Sandbox::User=root -o Acquire::Languages=none -o Acquire::Retries=3)
	apt-get "${apt_options[@]}" -o APT::Update::Error-Mode=any update
}

# unpack DIR PACKAGE... downloads packages of the suite debs was called for and unpacks them in DIR.
unpack() {
	local to=$1 deb
	shift
	mkdir -p debs
	(cd debs && apt-get "${apt_options[@]}" download "$@")
	for deb in debs/*.deb; do dpkg -x "$deb" "$to"; done
	rm -rf debs
}

# kernel_packages META prints the packages that make up the kernel a meta package stands for: one, or several where it is split.
kernel_packages() {
	apt-cache "${apt_options[@]}" depends --recurse --no-recommends --no-suggests --no-enhances --no-breaks --no-conflicts \
		--no-replaces "$1" | grep -E '^linux-(image|binary|modules)-[0-9]' | sort -u
}

# kept NAME FUNCTION [ARG...] prints nothing and makes sure that $vms/NAME is there: FUNCTION makes it, once, in the directory work/,
# its words going to $vms/NAME.log. Who comes second waits.
kept() {
	local name=$1 start=$SECONDS
	shift
	[ ! -e "$vms/$name" ] || return 0
	mkdir -p "$vms"
	exec 9>"$vms/$name.lock"
	flock 9
	if [ ! -e "$vms/$name" ]; then
		say "setting up $name in $vms"
		rm -rf "$vms/$name.part"
		mkdir -p "$vms/$name.part/work"
		local rc=0
		# a process of its own: errexit is off in the left of ||
		(set -e && cd "$vms/$name.part" && "$@") 9>&- >"$vms/$name.log" 2>&1 &
		wait $! || rc=$?
		if [ $rc != 0 ]; then
			tail -n 20 "$vms/$name.log" >&2
			[ $rc != 77 ] || exit 77
			die "$name cannot be set up; all of it is in $vms/$name.log"
		fi
		rm -rf "$vms/$name.part/work"
		mv "$vms/$name.part" "$vms/$name"
		say "set up $name: $((SECONDS - start)) s"
	fi
	exec 9>&-
}

# complaints FILE shows what a kernel's console says of trouble in the kernel itself.
complaints() {
	grep -aE 'BUG:|WARNING:|Oops|Kernel panic|general protection|Call Trace' "$1" | sed 's/^/kernel: /' >&2 || true
}

# finished DIR returns the guest's exit status, or shows the console if it left none.
finished() {
	complaints "$1/console"
	if [ ! -s "$1/res/rc" ]; then
		tail -n 20 "$1/console" >&2
		die "the guest ended without a result, or was stopped after its time"
	fi
	return "$(cat "$1/res/rc")"
}

# build DIR PACKAGE... builds the tests of packages for a guest, each in a directory with its name and its testdata. GOARCH and the like
# are the caller's.
build() {
	local dir=$1 pkg n=0 to
	shift
	for pkg in "$@"; do
		to=$dir/$n
		n=$((n + 1))
		mkdir -p "$to"
		go list -f '{{.ImportPath}}' "./$pkg" >"$to/name"
		go test -c -o "$to/test" "./$pkg"
		[ ! -d "$pkg/testdata" ] || cp -r "$pkg/testdata" "$to/"
	done
}

# script DIR ARG... writes DIR/run, which runs the tests with these arguments, one package after the other.
# DIR/N/pattern, where there is one, is a package's own -run.
script() {
	local dir=$1
	shift
	mkdir -p "$dir/res"
	printf '%q ' "$@" >"$dir/args"
	cat >"$dir/run" <<-'EOF'
		dir=$PWD
		uname -srm >res/kernel
		export LIBNL_LEAKS=1 LIBNL_KERNEL_TIER=1
		# new namespaces come without the devices that some modules make in each
		echo 1 >/proc/sys/net/core/fb_tunnels_only_for_init_net
		# what no request makes the kernel load
		for m in tun ila mpls_router mpls_iptunnel mpls_gso mac80211_hwsim; do modprobe $m 2>/dev/null; done
		failed=0
		for n in [0-9]*; do
			cd "$dir/$n"
			set --
			[ ! -e pattern ] || set -- "-test.run=$(cat pattern)"
			eval "./test -test.v=test2json $(cat ../args)" '"$@"' >../res/$n.out 2>&1
			rc=$?
			echo $rc >../res/$n.rc
			[ $rc = 0 ] || failed=1
		done
		exit $failed
	EOF
}

# results DIR GUEST prints what the tests in DIR did as go test -json prints it, each package named for the guest too.
results() {
	local d
	for d in "$1"/[0-9]*; do
		# shellcheck disable=SC2016 # its own
		go tool test2json -t -p "$2: $(cat "$d/name")" sh -c 'cat "$1.out"; exit "$(cat "$1.rc" || echo 1)"' sh "$1/res/${d##*/}" || true
	done
}

# skipped DIR/res/N.out prints the tests that a package skipped, as a pattern for -run.
skipped() {
	sed -nE 's/^[[:cntrl:] ]*--- SKIP: ([^ ]+) .*/\1/p' "$1" | sed 's/[^A-Za-z0-9_/]/\\&/g; s#/#$/^#g; s/.*/^&$/' | paste -s -d '|'
}
