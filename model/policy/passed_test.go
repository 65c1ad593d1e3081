package policy

import (
	"testing"
	"time"

	"tocsin/model/calendar"
)

// Overdue and perhaps overdue have passed; a decided or suspended obligation has
// not, and a time that is shown is still in time.
func TestPassed(t *testing.T) {
	due := time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)
	hours := &Rule{ID: "hours", Within: calendar.Period{N: 72, Unit: calendar.Hours}}
	days := &Rule{ID: "days", Within: calendar.Period{N: 3, Unit: calendar.Days}}
	delay := &Suspension{From: due.Add(-time.Hour), Until: due.Add(time.Hour)}
	for _, tt := range []struct {
		name string
		d    Due
		now  time.Time
		want bool
	}{
		{"overdue", Due{Rule: hours, At: due}, due.Add(1), true},
		{"at the time that is shown", Due{Rule: hours, At: due}, due, false},
		{"at the end of the day", Due{Rule: days, At: due, Occurrence: 1}, due, true},
		{"perhaps overdue", Due{Rule: hours, At: due, Conditional: true}, due.Add(1), true},
		{"perhaps, still to come", Due{Rule: hours, At: due, Conditional: true}, due.Add(-1), false},
		{"suspended", Due{Rule: hours, At: due, Suspensions: []Suspension{*delay}}, due.Add(time.Minute), false},
	} {
		tt.d.Pack = &Pack{ID: "p"}
		if got := tt.d.Passed(tt.now); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
		o := Obligation{Pack: tt.d.Pack, Rule: tt.d.Rule, Applies: Yes, Started: true, Strict: tt.d.At, Occurrence: tt.d.Occurrence, Suspensions: tt.d.Suspensions}
		if tt.d.Conditional {
			o.Applies = Unknown
		}
		if got := o.Passed(tt.now); got != tt.want {
			t.Errorf("%s, as an obligation: %v", tt.name, got)
		}
		o.Waiver = &Waiver{}
		if o.Passed(tt.now) {
			t.Errorf("%s, but waived", tt.name)
		}
	}
}
