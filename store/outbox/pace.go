package outbox

import (
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// pace spreads the messages to each domain over time. The zero pace holds
// nothing up.
type pace struct {
	limit   rate.Limit // messages a second to one domain
	domains map[string]*rate.Limiter
	prune   int // at how many domains those are forgotten that hold nothing up
}

// leastPrune is at how many domains a pace first forgets.
const leastPrune = 4096

// delay is how long a message to somebody has to wait from now. Its turn is
// taken.
func (p *pace) delay(to string, now time.Time) time.Duration {
	if p.limit <= 0 {
		return 0
	}
	domain := domainOf(to)
	limiter, ok := p.domains[domain]
	if !ok {
		p.forget(now)
		limiter = rate.NewLimiter(p.limit, max(1, int(p.limit)))
		p.domains[domain] = limiter
	}
	return limiter.ReserveN(now, 1).DelayFrom(now)
}

func (p *pace) forget(now time.Time) {
	if p.domains == nil {
		p.domains, p.prune = make(map[string]*rate.Limiter), leastPrune
	}
	if len(p.domains) < p.prune {
		return
	}
	for domain, limiter := range p.domains {
		if limiter.TokensAt(now) >= float64(limiter.Burst()) {
			delete(p.domains, domain)
		}
	}
	p.prune = max(leastPrune, 2*len(p.domains))
}

// domainOf is what is paced together: all behind one @, or at one host.
func domainOf(to string) string {
	if _, rest, ok := strings.Cut(to, "://"); ok {
		host, _, _ := strings.Cut(rest, "/")
		return strings.ToLower(host)
	}
	return strings.ToLower(to[strings.LastIndexByte(to, '@')+1:])
}
