//go:build linux

// SPDX-License-Identifier: MIT

package main

// variant does a work of size n, several times, and says how long the best took.
type variant func(n, times int) (result, error)

// variants are those in Go, by the name that the table of works has for them. The others are programs of bench/c.
var variants = map[string]variant{
	"routes/messages":         repeat(routesMessages),
	"routes/values":           repeat(routesValues),
	"routes/infos":            repeat(routesInfos),
	"routes/index":            repeat(routesIndex),
	"routes/callback":         repeat(routesCallback),
	"routes/objects":          repeat(routesObjects),
	"routes/vishvananda-list": repeat(vishRouteList),
	"routes/vishvananda-iter": repeat(vishRouteIter),
	"routes/mdlayher":         repeat(mdlRoutes),
	"routes/jsimonetti":       repeat(jsiRoutes),

	"events/messages":    fed(eventsMessages),
	"events/vishvananda": fed(vishEvents),
	"events/mdlayher":    fed(mdlEvents),

	"rate/messages": eventsRate,

	"changes/messages":    repeat(changesMessages),
	"changes/objects":     repeat(changesObjects),
	"changes/batch":       repeat(changesBatch),
	"changes/vishvananda": repeat(vishChanges),

	"resolve/libnl-go":    repeat(resolve),
	"resolve/vishvananda": repeat(vishResolve),
	"resolve/mdlayher":    repeat(mdlResolve),

	"conntrack/messages":    repeat(conntrackMessages),
	"conntrack/values":      repeat(conntrackValues),
	"conntrack/infos":       repeat(conntrackInfos),
	"conntrack/objects":     repeat(conntrackObjects),
	"conntrack/vishvananda": repeat(vishConntrack),
	"conntrack/ti-mo":       repeat(timoConntrack),

	"sockets/waiting": waitingSockets,
}

// work is a thing to do, in several ways.
type work struct {
	name        string
	n, quick    int // how many, and with -quick
	times       int // iterations in a process
	c, variants []string
	feed        bool // the parent makes n events before each iteration
	alone       bool // counts what cannot be compared; three rounds
}

var works = []work{
	{
		name: "routes", n: 100_000, quick: 20_000, times: 5,
		c:        []string{"recv", "libnl", "libnl-objects"},
		variants: []string{"messages", "values", "infos", "index", "callback", "objects", "vishvananda-list", "vishvananda-iter", "mdlayher", "jsimonetti"},
	},
	{
		name: "events", n: 20_000, quick: 10_000, times: 4, feed: true,
		c:        []string{"libnl"},
		variants: []string{"messages", "vishvananda", "mdlayher"},
	},
	{
		name: "rate", n: 60_000, quick: 60_000, times: 1, feed: true, alone: true,
		c:        []string{"recv"}, // its sum is the number of overruns
		variants: []string{"messages"},
	},
	{
		name: "changes", n: 10_000, quick: 4_000, times: 4,
		c:        []string{"raw", "libnl"},
		variants: []string{"messages", "objects", "batch", "vishvananda"},
	},
	{
		name: "resolve", n: 5_000, quick: 2_000, times: 5,
		c:        []string{"raw", "libnl"},
		variants: []string{"libnl-go", "vishvananda", "mdlayher"},
	},
	{
		name: "conntrack", n: 50_000, quick: 10_000, times: 4,
		c:        []string{"recv", "libnl"},
		variants: []string{"messages", "values", "infos", "objects", "vishvananda", "ti-mo"},
	},
	{name: "sockets", n: 9_500, quick: 2_000, times: 1, alone: true, feed: true, variants: []string{"waiting"}},
}

// goal is a line of the table of docs/performance.md: the time of ours by that of another is to be at most target,
// if there is one.
type goal struct {
	work, ours, against string
	target              float64
}

var goals = []goal{
	{"routes", "messages", "recv", 1.25},
	{"routes", "messages", "libnl", 0.85},
	{"routes", "messages", "vishvananda-list", 0.10},
	{"routes", "messages", "vishvananda-iter", 0.30},
	{"routes", "messages", "mdlayher", 0.30},
	{"routes", "values", "recv", 1.5},
	{"routes", "values", "vishvananda-list", 0.12},
	{"routes", "infos", "recv", 0},
	{"routes", "infos", "vishvananda-list", 0},
	{"routes", "callback", "libnl", 1.75},
	{"routes", "objects", "libnl-objects", 1.25},
	{"routes", "objects", "vishvananda-list", 0.4},
	{"routes", "objects", "jsimonetti", 0.6},
	{"events", "messages", "libnl", 0.65},
	{"events", "messages", "vishvananda", 0.28},
	{"events", "messages", "mdlayher", 0.18},
	{"changes", "messages", "raw", 0},
	{"changes", "messages", "libnl", 0.72},
	{"changes", "messages", "vishvananda", 0.46},
	{"changes", "objects", "libnl", 1.0},
	{"changes", "objects", "vishvananda", 0.6},
	{"changes", "batch", "libnl", 0.42},
	{"resolve", "libnl-go", "raw", 0},
	{"resolve", "libnl-go", "libnl", 0.45},
	{"resolve", "libnl-go", "vishvananda", 0.35},
	{"resolve", "libnl-go", "mdlayher", 0.20},
	{"conntrack", "messages", "libnl", 1.0},
	{"conntrack", "messages", "ti-mo", 0.36},
	{"conntrack", "messages", "vishvananda", 0.40},
	{"conntrack", "values", "libnl", 1.2},
	{"conntrack", "values", "ti-mo", 0.42},
	{"conntrack", "values", "vishvananda", 0.47},
}
