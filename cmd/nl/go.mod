module github.com/golibnl/libnl/cmd/nl

go 1.26.0

require github.com/golibnl/libnl v0.0.0

require (
	github.com/spf13/pflag v1.1.0
	golang.org/x/sys v0.49.0
)

replace github.com/golibnl/libnl => ../..
