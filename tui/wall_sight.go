package tui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/model"
	"tocsin/model/policy"
	"tocsin/tui/sign"
)

// wallSight is all that the drawing of a wall knows: texts, numbers and signs,
// without what its limit withholds.
type wallSight struct {
	organisation, banner string
	limit                model.TLP
	clocks               []wallClock
	stale                wallStale
	troubles             []string // what is wrong with the record, in a sentence each
	overdue, perhaps     int
	reminders            int
	late, next           []wallItem
	counts               []wallCount
	bare                 int
	open                 int
	last                 *wallItem // what was closed last; nil where nothing ever was
	page                 wallPage
	number, pages        int // which page it is, from 1 on
	held                 bool
}

// wallClock is the time somewhere.
type wallClock struct{ place, time, zone string }

// wallStale says since when what is shown may not be so any more, and why; the
// zero value is that it is.
type wallStale struct {
	since  string
	why    string
	frozen bool // nothing arrives: even countdowns are those of then
}

// wallItem is an incident or a deadline of one. Of one that is withheld only
// the id, the label, the severity and the countdown are filled in.
type wallItem struct {
	id       model.ID
	severity sign.Sign
	tlp      model.TLP
	withheld bool

	title, phase string
	step, steps  int    // which phase it is in, from 1 on, 0 unknown; of how many
	missing      string // the roles that nobody holds
	ended        string // how and when it ended

	what      string // the obligation
	state     sign.Sign
	countdown string
	due       string // when it is due, in the space's zone
	gone      int    // how much of its time is gone, in thousandths
}

// wallPage is what the turning part of a wall shows.
type wallPage struct {
	title string
	items []wallItem
	gaps  []wallGap
	more  string // what the pages do not reach
}

// tlpRank orders labels, 0 the most restrictive; what is no label is the most
// restrictive of all.
func tlpRank(label model.TLP) int { return slices.Index(model.TLPs(), label) }

// shows reports whether more than severity and countdown may be told of an
// incident here. A limit that is no label lets nothing through.
func (w *Wall) shows(i *model.Incident) bool {
	limit := tlpRank(w.opts.Limit)
	return limit >= 0 && tlpRank(i.TLP) >= limit
}

// sight is what the wall shows now.
func (w *Wall) sight() wallSight {
	v, snapshot := &w.survey, w.frame.snapshot
	s := wallSight{
		organisation: safe(snapshot.Meta().Organisation), banner: w.opts.Banner, limit: w.opts.Limit, clocks: w.clocks(), stale: w.staleness(),
		overdue: v.overdue, perhaps: v.perhaps, reminders: v.reminders, counts: v.counts, bare: v.bare, open: len(snapshot.Queue()), held: w.held,
	}
	for _, trouble := range w.health {
		s.troubles = append(s.troubles, trouble.Sign.Shape+" "+safe(trouble.Check)+": "+safe(trouble.Text))
	}
	for _, late := range v.late[:min(len(v.late), w.plan.lateItems())] {
		s.late = append(s.late, w.dueItem(late))
	}
	for _, next := range v.next {
		s.next = append(s.next, w.dueItem(next))
	}
	for k := 0; len(s.next) < maxWallNext && k < len(v.late); k++ {
		s.next = append(s.next, w.dueItem(v.late[k]))
	}
	if s.open == 0 {
		s.last = w.lastClosed()
		return s
	}
	pages := w.pages()
	w.page = min(w.page, len(pages)-1)
	s.page, s.number, s.pages = pages[w.page](), w.page+1, len(pages)
	return s
}

// item is an incident as the wall may show it.
func (w *Wall) item(s *model.Standing) wallItem {
	i := s.Incident
	item := wallItem{id: i.ID, severity: sign.Severity(s), tlp: i.TLP, withheld: !w.shows(i)}
	if item.withheld {
		return item
	}
	item.title, item.phase = safe(i.Title), safe(phaseLabel(s))
	item.step, item.steps = s.Procedure.PhaseIndex(i.Phase())+1, len(s.Procedure.Phases)
	item.missing = roleLabels(s.Gaps())
	return item
}

// dueItem is a deadline as the wall may show it.
func (w *Wall) dueItem(d wallDue) wallItem {
	now, item := w.frame.now, w.item(d.standing)
	state, at := d.due.State(now), d.due.At
	if item.withheld {
		state = plainState(d.due, now)
	}
	item.state, item.countdown = sign.State(state), wallCountdown(at, now)
	item.gone = thousandths(d.due.Start, at, now)
	if item.withheld {
		return item
	}
	item.what = safe(d.due.Title())
	if d.more > 0 {
		item.what += fmt.Sprintf(", and %d more then", d.more)
	}
	zone := w.frame.snapshot.Zone()
	item.due = dueTime(at, now, zone, d.due.Rule) + " " + at.In(zone).Format("MST")
	return item
}

// plainState is what a countdown alone says: neither doubts nor delays.
func plainState(d model.Due, now time.Time) policy.State {
	d.Conditional, d.Suspensions = false, nil
	return d.State(now)
}

func thousandths(start, due, now time.Time) int {
	total := due.Sub(start)
	if total <= 0 || !now.Before(due) {
		return 1000
	}
	return min(max(int(now.Sub(start)*1000/total), 0), 1000)
}

// wallCountdown is a countdown of at most two parts, both of two digits, so
// that it stays as wide as it is while it runs. Seconds appear in the last hour.
func wallCountdown(at, now time.Time) string {
	left, before := at.Sub(now).Truncate(time.Second), ""
	if at.Before(now) {
		left, before = -left, "−"
	}
	days, hours, minutes, seconds := int(left/(24*time.Hour)), int(left/time.Hour)%24, int(left/time.Minute)%60, int(left/time.Second)%60
	switch {
	case days > 0:
		return fmt.Sprintf("%s%dd %02dh", before, days, hours)
	case hours > 0:
		return fmt.Sprintf("%s%dh %02dm", before, hours, minutes)
	}
	return fmt.Sprintf("%s%02dm %02ds", before, minutes, seconds)
}

// staleness judges whether what is shown still holds.
func (w *Wall) staleness() wallStale {
	zone := w.frame.snapshot.Zone()
	switch {
	case w.behind():
		return wallStale{since: clock(w.frame.now, w.opts.Now(), zone), why: "nothing new arrives: all below is as it was then", frozen: true}
	case w.refused.IsZero():
		return wallStale{}
	}
	since, why := clock(w.refused, w.frame.now, zone), "the record takes nothing new"
	if w.refused.Equal(w.started) {
		why += " since this wall was opened, or before"
	}
	if w.opts.Fault != "" {
		why = "the record can only be read: " + safe(w.opts.Fault)
	}
	return wallStale{since: since, why: why}
}

// clocks are the times of the wall's zones. While the feed stands still they
// run on, so that it can be seen for how long.
func (w *Wall) clocks() []wallClock {
	now, zones := w.frame.now, w.opts.Zones
	if w.behind() {
		now = w.opts.Now()
	}
	if len(zones) == 0 {
		zones = []*time.Location{w.frame.snapshot.Zone()}
		if zones[0].String() != "UTC" {
			zones = append(zones, time.UTC)
		}
	}
	clocks := make([]wallClock, 0, len(zones))
	for k, zone := range zones {
		local := now.In(zone)
		one := wallClock{place: placeOf(zone), time: local.Format("15:04"), zone: local.Format("MST")}
		if k == 0 {
			one.time = local.Format("15:04:05")
		} else if local.YearDay() != now.In(zones[0]).YearDay() {
			one.zone += local.Format(" Mon")
		}
		clocks = append(clocks, one)
	}
	return clocks
}

// placeOf is the city a zone is named after; "" where its abbreviation says it.
func placeOf(zone *time.Location) string {
	_, city, found := strings.Cut(zone.String(), "/")
	if !found {
		return ""
	}
	if k := strings.LastIndexByte(city, '/'); k >= 0 {
		city = city[k+1:]
	}
	return strings.ReplaceAll(city, "_", " ")
}

// takeHealth keeps what is not as it should be.
func (w *Wall) takeHealth(found healthMsg) {
	w.checking, w.health = false, nil
	for _, line := range found {
		if line.Sign.Tone == sign.Alarm || line.Sign.Tone == sign.Warning {
			w.health = append(w.health, line)
		}
	}
	slices.SortStableFunc(w.health, func(a, b HealthLine) int { return int(b.Sign.Tone) - int(a.Sign.Tone) })
}

// lastClosed is what ended last.
func (w *Wall) lastClosed() *wallItem {
	closed := w.frame.snapshot.Closed()
	if len(closed) == 0 {
		return nil
	}
	s := closed[0]
	item := w.item(s)
	item.ended = clock(s.Incident.Closed, w.frame.now, w.frame.snapshot.Zone()) + ", " + ago(s.Incident.Closed, w.frame.now)
	if !item.withheld {
		item.ended = string(s.Incident.Outcome) + " " + item.ended
	}
	return &item
}
