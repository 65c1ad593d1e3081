package sshd

import (
	"net"
	"net/netip"
	"sync"
	"time"
)

// Limits bound what visitors can take. The zero value of each means its
// default.
type Limits struct {
	Connections int // at the same time; 512
	PerAddress  int // connections of one address, or of one /64 network of IPv6; 64
	Waiting     int // connections on which nobody is logged in yet, a quarter of them of one address; 64
	PerPerson   int // visits of one person from the network; 32
	Strangers   int // connections of people whom nobody knows by a name, as of those who report; 32
	PerLine     int // visits on one connection; 10

	Handshake  time.Duration // until somebody is logged in, a code included; 1 min
	Life       time.Duration // of a connection from the network without input; 12 h
	Idle       time.Duration // of a connection without any visit; 10 min, and of a stranger's as long as a handshake
	KeepAlive  time.Duration // of silence after which a client is asked whether it is there; 30 s
	Answer     time.Duration // for the answer to that; 30 s
	Stall      time.Duration // without progress of output to a screen; 30 s
	Pause      time.Duration // without progress of output of a command, whose reader may rest; 10 min
	Farewell   time.Duration // to leave in order once a session was ended; 5 s
	Reluctance time.Duration // before a refusal is answered where many failed lately; 1 s

	Buffer int // bytes of output that may wait in a session; 256 KiB
}

func (l Limits) withDefaults() Limits {
	defaults := Limits{
		Connections: 512, PerAddress: 64, Waiting: 64, PerPerson: 32, Strangers: 32, PerLine: 10,
		Handshake: time.Minute, Life: 12 * time.Hour, Idle: 10 * time.Minute,
		KeepAlive: 30 * time.Second, Answer: 30 * time.Second,
		Stall: 30 * time.Second, Pause: 10 * time.Minute, Farewell: 5 * time.Second,
		Reluctance: time.Second,
		Buffer:     256 << 10,
	}
	for _, pair := range [][2]*int{
		{&l.Connections, &defaults.Connections}, {&l.PerAddress, &defaults.PerAddress}, {&l.Waiting, &defaults.Waiting},
		{&l.PerPerson, &defaults.PerPerson}, {&l.Strangers, &defaults.Strangers}, {&l.PerLine, &defaults.PerLine}, {&l.Buffer, &defaults.Buffer},
	} {
		if *pair[0] <= 0 {
			*pair[0] = *pair[1]
		}
	}
	for _, pair := range [][2]*time.Duration{
		{&l.Handshake, &defaults.Handshake}, {&l.Life, &defaults.Life}, {&l.Idle, &defaults.Idle},
		{&l.KeepAlive, &defaults.KeepAlive}, {&l.Answer, &defaults.Answer}, {&l.Stall, &defaults.Stall},
		{&l.Pause, &defaults.Pause}, {&l.Farewell, &defaults.Farewell},
		{&l.Reluctance, &defaults.Reluctance},
	} {
		if *pair[0] <= 0 {
			*pair[0] = *pair[1]
		}
	}
	return l
}

// addressOf is where a connection comes from, without port.
func addressOf(conn net.Conn) string {
	address := conn.RemoteAddr()
	if address == nil {
		return ""
	}
	if parsed, err := netip.ParseAddrPort(address.String()); err == nil {
		return parsed.Addr().Unmap().WithZone("").String()
	}
	if host, _, err := net.SplitHostPort(address.String()); err == nil {
		return host
	}
	return address.String()
}

// networkOf is what limits are counted by: an address, or the network that one
// subscriber has of IPv6.
func networkOf(address string) string {
	parsed, err := netip.ParseAddr(address)
	if err != nil || parsed.Is4() {
		return address
	}
	prefix, err := parsed.Prefix(64)
	if err != nil {
		return address
	}
	return prefix.String()
}

// backoff remembers who failed several times. People who get codes wrong are
// asked for none for a while; networks, which many people share, are answered
// slowly where they are refused, and kept from nothing: keys cannot be guessed.
// The zero value is ready.
type backoff struct {
	mu    sync.Mutex
	known map[string]failures
}

type failures struct {
	times       int
	last, until time.Time
}

const (
	freeFailures  = 4                // that cost nothing: agents hold several keys, people mistype
	longestWait   = 5 * time.Minute  // so that nobody is kept out by others for long
	forgetFailure = 15 * time.Minute // after the last
	mostFailing   = 4096             // who are remembered
)

// waits reports whether somebody has to wait still.
func (b *backoff) waits(who string, now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return now.Before(b.known[who].until)
}

func (b *backoff) failed(who string, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f := b.known[who]
	if now.Sub(f.last) > forgetFailure {
		f = failures{}
	}
	f.times++
	f.last = now
	if over := f.times - freeFailures; over > 0 {
		f.until = now.Add(min(time.Second<<min(over, 20), longestWait))
	}
	if b.known == nil {
		b.known = make(map[string]failures)
	}
	if _, known := b.known[who]; !known && len(b.known) >= mostFailing {
		b.forget(now)
	}
	b.known[who] = f
}

func (b *backoff) passed(who string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.known, who)
}

// forget makes room: for all who failed long ago, else for whoever failed
// first.
func (b *backoff) forget(now time.Time) {
	oldest, at := "", now
	for who, f := range b.known {
		if now.Sub(f.last) > forgetFailure {
			delete(b.known, who)
		} else if !f.last.After(at) {
			oldest, at = who, f.last
		}
	}
	if len(b.known) >= mostFailing {
		delete(b.known, oldest)
	}
}
