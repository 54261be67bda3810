# SPDX-License-Identifier: MIT
# Each target installs what it needs on Debian and Ubuntu, and says what to install elsewhere. The work is done by scripts/.

.PHONY: help demo test race asan cgocheck2 valgrind fuzz fuzz-libnl-asan lint fmt image \
	api-status bench bench-quick kernel-test bigendian-test tools-test docs-test

help:
	@echo 'make demo             the main job on the kernel of this machine, in a network namespace of its own'
	@echo 'make test             the test suite'
	@echo 'make race|asan|cgocheck2|valgrind    the test suite under a checker'
	@echo 'make fuzz             every fuzz target for FUZZTIME (10s)'
	@echo 'make fuzz-libnl-asan  the same, and the test suite, with a libnl built with AddressSanitizer'
	@echo 'make kernel-test      tests in throw-away kernels, for what the running one lacks; scripts/kernel-test says more'
	@echo 'make bigendian-test   the test suite on an emulated s390x, with the other byte order'
	@echo 'make api-status       how much of libnl is bound; writes docs/api-status.md'
	@echo 'make tools-test       libnl'\''s own command line tools beside those of cmd/nl: the same, byte by byte'
	@echo 'make lint             go vet, staticcheck, gofumpt, clang-format, the house rules'
	@echo 'make fmt              format the source'
	@echo 'make bench            beside C and other Go libraries, some minutes; bench-quick: half a minute'
	@echo 'make docs-test        the programs and commands of README and docs'
	@echo 'make image            build the Dockerfile and run it'

demo:
	@scripts/demo

test:
	@scripts/test plain

race asan cgocheck2 valgrind fuzz:
	@scripts/test $@

fuzz-libnl-asan:
	@scripts/asan-libnl

kernel-test bigendian-test api-status tools-test:
	@scripts/$@

lint:
	@scripts/lint

fmt:
	@scripts/lint fmt

image:
	@scripts/image

bench:
	@scripts/bench

bench-quick:
	@scripts/bench -quick

docs-test:
	@scripts/test plain ./internal/docs
	@scripts/test plain . -run '^Example'
