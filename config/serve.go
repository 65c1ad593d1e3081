package config

import (
	"net"
	"net/netip"
	"strconv"
	"time"
)

// ServeSettings say where people log in over SSH, and how much of the server
// they may take.
type ServeSettings struct {
	Listen  string `json:"listen"`  // address and port to log in at
	Metrics string `json:"metrics"` // address and port, of this machine alone, for figures and health; "" is off
	Reports bool   `json:"reports"` // whether the user name report takes reports from anybody, without a key

	Connections int    `json:"connections"` // at the same time; 0 is the server's own bound
	PerAddress  int    `json:"per_address"` // of these, from one address
	PerPerson   int    `json:"per_person"`  // sessions of one person at the same time
	Life        string `json:"life"`        // how long a session may be silent, such as 12h
}

// DefaultListen is where people log in where nothing is said: on the machine
// itself, so that nobody opens a record to a network unawares.
const DefaultListen = "127.0.0.1:2222"

// Bounds of the life of a session.
const (
	DefaultLife          = 12 * time.Hour
	shortestLife, oneDay = time.Minute, 24 * time.Hour
	longestLife          = 7 * oneDay
)

// SessionLife is how long a session may be silent.
func (s ServeSettings) SessionLife() time.Duration {
	if life, err := time.ParseDuration(s.Life); err == nil {
		return life
	}
	return DefaultLife
}

// CheckAddress says what is wrong with an address and port to listen at, ""
// where nothing is.
func CheckAddress(address string) string {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return "must be an address and a port, such as " + DefaultListen
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return "has no port between 0 and 65535"
	}
	return ""
}

// isLoopback reports whether an address is of this machine alone.
func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// serve checks what the settings say of the server.
func (d *document) serve(s ServeSettings) {
	if wrong := CheckAddress(s.Listen); wrong != "" {
		d.problem("serve.listen", "%s", wrong)
	}
	if s.Metrics != "" {
		if wrong := CheckAddress(s.Metrics); wrong != "" {
			d.problem("serve.metrics", "%s", wrong)
		} else if !isLoopback(s.Metrics) {
			d.problem("serve.metrics", "must be an address of this machine alone, such as 127.0.0.1:9222")
		}
	}
	if life, err := time.ParseDuration(s.Life); err != nil || life < shortestLife || life > longestLife {
		d.problem("serve.life", "%q is no time from 1m to 168h", s.Life)
	}
	for _, limit := range []struct {
		place string
		n     int
	}{{"serve.connections", s.Connections}, {"serve.per_address", s.PerAddress}, {"serve.per_person", s.PerPerson}} {
		if limit.n < 0 || limit.n > 10_000 {
			d.problem(limit.place, "must be from 0 to 10000")
		}
	}
}
