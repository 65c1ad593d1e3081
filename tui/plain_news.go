package tui

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/model"
	"tocsin/model/policy"
)

// threshold is a distance from a due time at which plain mode says something,
// and what it says then.
type threshold struct {
	before time.Duration
	says   string
}

// thresholds are the distances, the farthest first. Being overdue comes after
// all of them.
var thresholds = []threshold{{24 * time.Hour, "due within 24 h"}, {4 * time.Hour, "due within 4 h"}, {time.Hour, "due within 1 h"}}

// Bounds of what is told at once: of how many incidents what changed, and how
// many due times, as after a night's sleep of the machine.
const (
	mostChanged = 8
	mostReached = 20
)

// news is what plain mode told of what happens by itself: due times that draw
// near or pass, and what others do.
type news struct {
	seq  uint64    // up to which event changes were told
	asOf time.Time // up to when due times were watched
	next time.Time // when another threshold is reached; zero: never
	of   uint64    // the snapshot that next is of
	ring bool      // the bell is to ring

	moved time.Duration // by how much the clock had moved when that was told
}

// begin takes what stands now as told.
func (n *news) begin(c *Console) {
	snapshot := c.opts.Space.Snapshot()
	n.seq, n.asOf = snapshot.Seq(), c.opts.Now()
	n.reached(snapshot, n.asOf, n.asOf)
}

// gather is what is new since it was last asked, a line each.
func (n *news) gather(p *plain) []string {
	c := p.c
	snapshot, now := c.opts.Space.Snapshot(), c.opts.Now()
	var lines []string
	if n.of != snapshot.Seq() || now.Before(n.asOf) || !n.next.IsZero() && !now.Before(n.next) {
		lines = n.reached(snapshot, n.asOf, now)
	}
	n.asOf = now
	if moved := c.clockwatch.moved; moved != n.moved {
		if n.moved = moved; moved != 0 {
			lines = append(lines, strings.TrimPrefix(model.CleanText(c.clockSign()), "≠ "))
		}
	}
	if c.held == nil && n.seq != snapshot.Seq() {
		lines = append(lines, n.changes(p, snapshot)...)
		n.seq = snapshot.Seq()
	}
	return lines
}

// reached tells the thresholds that were reached since a moment, and notes when
// the next one is.
func (n *news) reached(snapshot Snapshot, since, now time.Time) []string {
	n.of, n.next = snapshot.Seq(), time.Time{}
	var lines []string
	told, more := 0, 0
	for standing, due := range snapshot.Dues() {
		if due.State(now) == policy.Suspended {
			for k := range due.Suspensions {
				if delay := &due.Suspensions[k]; delay.Holds(now) {
					n.comes(delay.Until)
				}
			}
			continue
		}
		if left := due.At.Sub(now); left > thresholds[0].before {
			n.comes(due.At.Add(-thresholds[0].before))
			break
		}
		if told++; told > maxDeadlines {
			break
		}
		before, after := levelOf(&due, since), levelOf(&due, now)
		if after < len(thresholds) {
			n.comes(due.At.Add(-thresholds[after].before))
		} else if after == len(thresholds) {
			n.comes(due.At)
		}
		switch {
		case after <= before:
		case len(lines) == mostReached:
			more++
		default:
			lines = append(lines, thresholdLine(standing, &due, after))
		}
	}
	if more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more due times came near or passed; deadlines lists them", more))
	}
	return lines
}

func (n *news) comes(at time.Time) {
	if n.next.IsZero() || at.Before(n.next) {
		n.next = at
	}
}

// levelOf counts the thresholds that a due time is within at a moment, and its
// passing.
func levelOf(due *model.Due, at time.Time) int {
	if due.Passed(at) {
		return len(thresholds) + 1
	}
	k := slices.IndexFunc(thresholds, func(t threshold) bool { return due.At.Sub(at) > t.before })
	if k < 0 {
		return len(thresholds)
	}
	return k
}

func thresholdLine(standing *model.Standing, due *model.Due, level int) string {
	says := "overdue"
	if level <= len(thresholds) {
		says = thresholds[level-1].says
	}
	if due.Conditional {
		says = "perhaps " + says
	}
	return fmt.Sprintf("%s: %s: %s", says, standing.Incident.ID, due.Title())
}

// changes tells what others did to incidents since it was last told.
func (n *news) changes(p *plain, snapshot Snapshot) []string {
	var changed []*model.Incident
	for _, list := range [][]*model.Standing{snapshot.Queue(), snapshot.Closed()} {
		for _, s := range list {
			if s.Incident.Version > n.seq {
				changed = append(changed, s.Incident)
			}
		}
	}
	slices.SortFunc(changed, func(a, b *model.Incident) int { return int(int64(a.Version) - int64(b.Version)) })
	var lines []string
	for k, i := range changed {
		if k == mostChanged {
			lines = append(lines, fmt.Sprintf("and %d more incidents changed", len(changed)-k))
			break
		}
		lines = append(lines, n.done(p, snapshot, i)...)
	}
	return lines
}

// done tells what others did to one incident.
func (n *news) done(p *plain, snapshot Snapshot, i *model.Incident) []string {
	ctx, cancel := context.WithTimeout(p.ctx, commandTimeout)
	defer cancel()
	events, err := p.c.opts.Space.History(ctx, i.ID)
	if err != nil {
		return []string{string(i.ID) + " changed; what happened cannot be read"}
	}
	var lines []string
	for _, e := range events {
		if e.Seq <= n.seq || e.Actor == p.c.opts.Actor.Name {
			continue
		}
		told := model.Tell(e, model.WithOthers(snapshot.PacksOf(i), snapshot.Packs()), snapshot.Zone())
		lines = append(lines, fmt.Sprintf("%s: %s: %s", i.ID, e.Actor, told.What))
	}
	return lines
}
