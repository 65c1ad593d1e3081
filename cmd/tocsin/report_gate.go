package main

import (
	"errors"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// How much people whom nobody knows may report: enough for a building behind
// one address in which something happens, too little to bury the queue.
const (
	reportsOfOne   = 5               // at once, from one network
	betweenOfOne   = 5 * time.Minute // after these
	reportsOfAll   = 20
	betweenOfAll   = time.Minute
	formsOfOne     = 3 // open at the same time, from one network
	formsOfAll     = 24
	mostReporting  = 4096 // networks that are remembered
	reportPatience = 15 * time.Minute
)

var (
	errReportsOfOne = errors.New("too many reports came from where you are: try again in some minutes, or tell somebody another way")
	errReportsOfAll = errors.New("too many reports come in just now: try again in some minutes, or tell somebody another way")
)

// reportGate bounds what comes in from people whom nobody knows. It is safe for
// concurrent use.
type reportGate struct {
	mu   sync.Mutex
	all  *rate.Limiter
	open int
	from map[string]*reporting
}

// reporting is what comes from one network.
type reporting struct {
	limit *rate.Limiter
	open  int
}

func newReportGate() *reportGate {
	return &reportGate{all: rate.NewLimiter(rate.Every(betweenOfAll), reportsOfAll), from: make(map[string]*reporting)}
}

// enter lets somebody begin a report, until leave is called.
func (g *reportGate) enter(address string, now time.Time) (leave func(), err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.open >= formsOfAll || g.all.TokensAt(now) < 1 {
		return nil, errReportsOfAll
	}
	network := reportNetwork(address)
	one, known := g.from[network]
	if !known {
		if !g.makeRoom(now) {
			return nil, errReportsOfAll
		}
		one = &reporting{limit: rate.NewLimiter(rate.Every(betweenOfOne), reportsOfOne)}
		g.from[network] = one
	}
	if one.open >= formsOfOne || one.limit.TokensAt(now) < 1 {
		return nil, errReportsOfOne
	}
	one.open++
	g.open++
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		one.open--
		g.open--
	}, nil
}

// makeRoom forgets those who could report as much as anybody new.
func (g *reportGate) makeRoom(now time.Time) bool {
	if len(g.from) < mostReporting {
		return true
	}
	for network, one := range g.from {
		if one.open == 0 && one.limit.TokensAt(now) >= reportsOfOne {
			delete(g.from, network)
		}
	}
	return len(g.from) < mostReporting
}

// take counts a report that is about to be recorded, by somebody who entered.
func (g *reportGate) take(address string, now time.Time) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if one := g.from[reportNetwork(address)]; one == nil || !one.limit.AllowN(now, 1) {
		return errReportsOfOne
	}
	if !g.all.AllowN(now, 1) {
		return errReportsOfAll
	}
	return nil
}

// reportNetwork is what one subscriber has: an IPv4 address, 64 bits of an IPv6
// one.
func reportNetwork(address string) string {
	parsed, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	parsed = parsed.Unmap().WithZone("")
	if parsed.Is4() {
		return parsed.String()
	}
	prefix, err := parsed.Prefix(64)
	if err != nil {
		return address
	}
	return prefix.String()
}
