package notice

import (
	"slices"
	"time"

	"tocsin/model/clean"
)

// Promise is a time by which a text promises something, such as that the
// customer hears more. It binds whoever sends the text, and what is sent late
// may promise what is past.
type Promise struct {
	Field  string
	Says   string    // as the text has it
	By     time.Time // a day that is promised lasts until its midnight
	Filled bool      // counted when the text was made; nobody typed it
	Passed bool      // it lay in the past when the text was made
	Later  bool      // than the incident's own time for it, such as when the next notice is due
}

// moment reads a time as fields take it, "" being none. A day is its midnight,
// by the clock of UTC.
func moment(typed string, zone *time.Location) (at time.Time, day, ok bool) {
	typed = clean.Line(typed)
	if at, err := time.Parse(time.DateOnly, typed); err == nil {
		return at, true, true
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04Z07:00", "2006-01-02 15:04", "2006-01-02T15:04"} {
		if at, err := time.ParseInLocation(layout, typed, zone); err == nil {
			return at.In(zone), false, true
		}
	}
	return time.Time{}, false, false
}

// until is the moment until which a time that was typed lasts.
func until(typed string, zone *time.Location) (time.Time, bool) {
	at, day, ok := moment(typed, zone)
	if day {
		at = time.Date(at.Year(), at.Month(), at.Day()+1, 0, 0, 0, 0, zone)
	}
	return at, ok
}

// promise takes in what a field promises in what was typed for it, or else in
// what the incident says.
func (r *renderer) promise(f *Field, typed string, facts Facts) {
	own, known := until(facts.Text[f.From], facts.zone())
	p := Promise{Field: f.Name, Filled: typed == ""}
	by, ok := until(typed, facts.zone())
	if p.Filled {
		by, ok = own, known
	}
	if v := r.values[f.Name]; !ok || len(v.lines) == 0 {
		return
	} else {
		p.Says = v.lines[0]
	}
	p.By, p.Later = by, known && by.After(own)
	p.Passed = !facts.Now.IsZero() && !by.After(facts.Now)
	r.out.Promises = append(r.out.Promises, p)
}

// promised is the promise that a field makes in a text.
func (r *Rendered) promised(field string) (Promise, bool) {
	k := slices.IndexFunc(r.Promises, func(p Promise) bool { return p.Field == field })
	if k < 0 {
		return Promise{}, false
	}
	return r.Promises[k], true
}

// standing is how a text stands for what it promises, and what is said of that.
func (p Promise) standing() (state State, why string) {
	switch {
	case p.Passed:
		return Passed, p.Says
	case p.Later:
		return Late, p.Says
	case p.Filled:
		return Covered, p.Says + ", counted from now; every version counts it anew"
	}
	return Covered, ""
}
