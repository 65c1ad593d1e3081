package calendar

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func edition() *Edition {
	return &Edition{
		ID: "home", Version: 1, Title: "Our place", Weekend: []time.Weekday{time.Friday, time.Saturday}, Years: Years{First: 2026, Last: 2026},
		Days: map[Date]string{{2026, time.December, 23}: "Town fair"},
	}
}

func TestEditionCounts(t *testing.T) {
	c := edition().In(time.UTC)
	// Tue 22 Dec 2026: the 23rd is off, Thu 24 counts, Fri and Sat are off, Sun 27 counts.
	if got, want := c.Due(Period{N: 2, Unit: BusinessDays}, time.Date(2026, 12, 22, 9, 0, 0, 0, time.UTC)), time.Date(2026, 12, 28, 0, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("two business days end %v, want %v", got, want)
	}
}

func TestEditionReadsBack(t *testing.T) {
	e := edition()
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	again := new(Edition)
	if err := json.Unmarshal(text, again); err != nil || !again.Same(e) {
		t.Errorf("%s reads as %+v, %v", text, again, err)
	}
	again.Days[Date{2026, time.May, 1}] = "another"
	if again.Same(e) {
		t.Error("another day makes no difference")
	}
}

func TestEditionCheck(t *testing.T) {
	if err := edition().Check(); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(*Edition){
		"no run of at most 101 years": func(e *Edition) { e.Years.Last = 2200 },
		"from 1990 on":                func(e *Edition) { e.Years.First = 1900 },
		"names Friday twice":          func(e *Edition) { e.Weekend = []time.Weekday{time.Friday, time.Friday} },
		"that no week has":            func(e *Edition) { e.Weekend = []time.Weekday{9} },
		"the whole week":              func(e *Edition) { e.Weekend = []time.Weekday{0, 1, 2, 3, 4, 5, 6} },
		"2026-02-30 is no date":       func(e *Edition) { e.Days[Date{2026, time.February, 30}] = "x" },
		"2027-01-01 is outside":       func(e *Edition) { e.Days[Date{2027, time.January, 1}] = "x" },
	} {
		e := edition()
		spoil(e)
		if err := e.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
