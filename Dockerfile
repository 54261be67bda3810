# The package with what it needs: runs the demo, or a command, and serves as FROM for a program of one's own.
ARG BASE=golang:1.26-trixie
FROM ${BASE}

RUN apt-get update \
	&& DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
		gcc libc6-dev pkg-config make iproute2 iptables conntrack \
		libnl-3-dev libnl-route-3-dev libnl-genl-3-dev libnl-nf-3-dev libnl-utils \
	&& rm -rf /var/lib/apt/lists/*

WORKDIR /usr/src/libnl
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN go build ./... && go build -o /usr/local/bin/libnl-demo ./examples/demo

CMD ["libnl-demo"]
