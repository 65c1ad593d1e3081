package tui

import (
	"cmp"
	"slices"
	"time"

	"tocsin/model"
	"tocsin/model/policy"
	"tocsin/tui/sign"
)

const (
	maxWallNext  = 3   // deadlines that are written large
	maxWallLate  = 40  // overdue ones that are listed, the gravest first
	maxWallCount = 999 // how far overdue ones and reminders are counted
	maxWallGap   = 12  // incidents that are named for a role nobody holds
)

// wallSurvey is what a wall takes from a space. Counting goes through every
// open incident and is done when the space changes; deadlines and reminders
// are looked through again when one passes, and every minute. It holds whole
// incidents, so that nothing of it may reach the drawing but through wallSight.
type wallSurvey struct {
	known bool
	seq   uint64
	asOf  time.Time
	until time.Time // when the deadlines have to be looked through again

	counts []wallCount
	gaps   []wallGap
	bare   int      // incidents with a gap, those included that are withheld
	people []string // who holds a role in an open incident

	next             []wallDue
	late             []wallDue
	overdue, perhaps int
	reminders        int
}

// wallCount is how many open incidents have a severity.
type wallCount struct {
	sign sign.Sign
	n    int
}

// wallGap is a required role and the incidents in which nobody holds it.
type wallGap struct {
	label string
	n     int
	some  []model.ID // the most urgent of them
}

// wallDue is a due time, and how many others the incident has at that moment.
type wallDue struct {
	standing *model.Standing
	due      model.Due
	more     int
}

// follow takes a frame. shows says of which incidents more than severity and
// countdown may be told.
func (v *wallSurvey) follow(frame frameMsg, shows func(*model.Incident) bool) {
	changed := !v.known || v.seq != frame.snapshot.Seq()
	if !changed && !frame.now.Before(v.asOf) && frame.now.Before(v.until) {
		return
	}
	v.known, v.seq, v.asOf = true, frame.snapshot.Seq(), frame.now
	if changed {
		v.count(frame.snapshot, shows)
	}
	v.until = frame.now.Truncate(time.Minute).Add(time.Minute)
	v.gatherLate(frame)
	v.gatherNext(frame)
	v.countReminders(frame)
}

// count goes through all open incidents once.
func (v *wallSurvey) count(snapshot Snapshot, shows func(*model.Incident) bool) {
	type level struct {
		pack *policy.Pack
		rank int
	}
	levels, people, gaps := make(map[level]int), make(map[string]bool), make(map[string]int)
	v.gaps, v.bare = nil, 0
	for _, s := range snapshot.Queue() {
		levels[level{s.Procedure, s.Rank}]++
		for k := range s.Incident.Roles {
			people[s.Incident.Roles[k].Person] = true
		}
		v.addGaps(s, shows(s.Incident), gaps)
	}
	v.people = v.people[:0]
	for person := range people {
		v.people = append(v.people, person)
	}
	signs := make(map[sign.Sign]int)
	for l, n := range levels {
		signs[sign.Severity(&model.Standing{Procedure: l.pack, Rank: l.rank})] += n
	}
	v.counts = orderCounts(signs, usualLevels(snapshot))
	slices.SortStableFunc(v.gaps, func(a, b wallGap) int { return cmp.Compare(b.n, a.n) })
}

// addGaps notes the required roles that nobody holds in an incident, by name
// where that may be told; index is where a role's label is in v.gaps.
func (v *wallSurvey) addGaps(s *model.Standing, named bool, index map[string]int) {
	found := false
	for k := range s.Procedure.Roles {
		role := &s.Procedure.Roles[k]
		if !role.Required || slices.ContainsFunc(s.Incident.Roles, func(h model.Holder) bool { return h.Role == role.ID }) {
			continue
		}
		found = true
		if !named {
			continue
		}
		at, known := index[role.Label]
		if !known {
			at = len(v.gaps)
			index[role.Label] = at
			v.gaps = append(v.gaps, wallGap{label: role.Label})
		}
		gap := &v.gaps[at]
		if gap.n++; len(gap.some) < maxWallGap {
			gap.some = append(gap.some, s.Incident.ID)
		}
	}
	if found {
		v.bare++
	}
}

// usualLevels are the severities of the procedure that incidents of the space
// run under, from the top.
func usualLevels(snapshot Snapshot) (levels []sign.Sign) {
	for _, ref := range snapshot.Meta().Packs {
		for pack := range snapshot.Packs() {
			if pack.Ref() != ref || pack.Kind != policy.Procedure {
				continue
			}
			for k := len(pack.Severities) - 1; k >= 0; k-- {
				levels = append(levels, sign.Level(pack, k))
			}
		}
	}
	return levels
}

// orderCounts puts the usual levels first, there or not, so that each is found
// where it always is; then those of other procedures; last what nobody triaged.
func orderCounts(counts map[sign.Sign]int, usual []sign.Sign) []wallCount {
	untriaged := sign.Severity(&model.Standing{})
	var ordered, others []wallCount
	for _, level := range usual {
		ordered = append(ordered, wallCount{level, counts[level]})
	}
	for level, n := range counts {
		if level != untriaged && !slices.Contains(usual, level) {
			others = append(others, wallCount{level, n})
		}
	}
	slices.SortFunc(others, func(a, b wallCount) int {
		return cmp.Or(cmp.Compare(b.sign.Tone, a.sign.Tone), cmp.Compare(a.sign.Word, b.sign.Word))
	})
	return append(append(ordered, others...), wallCount{untriaged, counts[untriaged]})
}

// gatherLate counts what is overdue and keeps the gravest of it.
func (v *wallSurvey) gatherLate(frame frameMsg) {
	v.late, v.overdue, v.perhaps = v.late[:0], 0, 0
	for standing, due := range frame.snapshot.Dues() {
		if due.At.After(frame.now) || v.overdue == maxWallCount {
			break
		}
		switch {
		case !due.Passed(frame.now):
		case due.Conditional:
			v.perhaps = min(v.perhaps+1, maxWallCount)
		default:
			v.overdue++
			v.late = append(v.late, wallDue{standing: standing, due: due})
		}
	}
	slices.SortStableFunc(v.late, func(a, b wallDue) int { return cmp.Compare(b.standing.Rank, a.standing.Rank) })
	v.late = v.late[:min(len(v.late), maxWallLate)]
}

// gatherNext finds the deadlines that come first and are not past. What one
// incident has at one moment is one of them.
func (v *wallSurvey) gatherNext(frame frameMsg) {
	v.next = v.next[:0]
	for standing, due := range frame.snapshot.DuesFrom(frame.now) {
		if due.Passed(frame.now) {
			continue
		}
		if n := len(v.next); n > 0 && v.next[n-1].standing == standing && v.next[n-1].due.At.Equal(due.At) {
			v.next[n-1].more++
			continue
		}
		if len(v.next) == maxWallNext {
			return
		}
		if passes := due.At.Add(time.Millisecond); passes.Before(v.until) && passes.After(frame.now) {
			v.until = passes
		}
		v.next = append(v.next, wallDue{standing: standing, due: due})
	}
}

// countReminders counts what anybody is reminded of and nobody acknowledged.
func (v *wallSurvey) countReminders(frame frameMsg) {
	found := make(map[reminderKey]bool)
	v.remind(frame, "", found)
	for _, person := range v.people {
		v.remind(frame, person, found)
	}
	v.reminders = len(found)
}

// reminderKey tells what is reminded of once, whoever it reminds.
type reminderKey struct {
	standing *model.Standing
	key      policy.RuleKey
}

func (v *wallSurvey) remind(frame frameMsg, person string, found map[reminderKey]bool) {
	for standing, due := range frame.snapshot.Reminding(person) {
		if len(found) >= maxWallCount || standing.RemindFrom(&due).After(frame.now) {
			return
		}
		if _, ok := standing.Reminder(&due, frame.now); ok {
			found[reminderKey{standing, due.Key()}] = true
		}
	}
}
