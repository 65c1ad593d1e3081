package calendar

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// novemberInNewYork knows the holidays around Thanksgiving 2026.
func novemberInNewYork(t testing.TB) Calendar {
	return Calendar{
		Name: "US federal holidays", Zone: zone(t, "America/New_York"), Years: Years{2026, 2026},
		Holidays: map[Date]string{{2026, time.November, 26}: "Thanksgiving Day", {2026, time.December, 25}: "Christmas Day"},
	}
}

func TestEnd(t *testing.T) {
	for _, test := range []struct {
		name      string
		count     Count
		from, end string
	}{
		{"17:30 on the fourth business day", Count{Period: Period{4, BusinessDays}, At: "17:30"}, "2026-11-23T10:00-05:00", "2026-11-30T17:30-05:00"},
		{"an event on a Saturday: Monday is day 1", Count{Period: Period{4, BusinessDays}, At: "17:30"}, "2026-11-14T10:00-05:00", "2026-11-19T17:30-05:00"},
		{"an event on a holiday: the next business day is day 1", Count{Period: Period{4, BusinessDays}, At: "17:30"}, "2026-11-26T10:00-05:00", "2026-12-02T17:30-05:00"},
		{"noon of the next working day", Count{Period: Period{1, BusinessDays}, At: Noon}, "2026-11-25T10:00-05:00", "2026-11-27T12:00-05:00"},
		{"holidays counted", Count{Period: Period{3, BusinessDays}, HolidaysCount: true}, "2026-11-24T10:00-05:00", "2026-11-28T00:00-05:00"},
		{"holidays not counted", Count{Period: Period{3, BusinessDays}}, "2026-11-24T10:00-05:00", "2026-12-01T00:00-05:00"},
		{"the day of the event is day 1", Count{Period: Period{30, Days}, From: FromEventDay}, "2026-11-01T23:59-05:00", "2026-12-01T00:00-05:00"},
		{"end of the day of the event", Count{Period: Period{1, Days}, From: FromEventDay}, "2026-11-23T10:00-05:00", "2026-11-24T00:00-05:00"},
		{"a month from the day of the event", Count{Period: Period{1, Months}, From: FromEventDay}, "2026-11-15T10:00-05:00", "2026-12-15T00:00-05:00"},
		{"60 days after the year's end", Count{Period: Period{60, Days}, From: FromYearEnd}, "2026-11-23T10:00-05:00", "2027-03-02T00:00-05:00"},
		{"60 days after the year's end before a leap February", Count{Period: Period{60, Days}, From: FromYearEnd}, "2027-01-01T10:00-05:00", "2028-03-01T00:00-05:00"},
		{"the year is that of the zone", Count{Period: Period{60, Days}, From: FromYearEnd}, "2027-01-01T04:59Z", "2027-03-02T00:00-05:00"},
		{"hours do not know days", Count{Period: Period{36, Hours}, From: FromYearEnd}, "2026-11-26T10:00-05:00", "2026-11-27T22:00-05:00"},
		{"no period, no limit", Count{At: Noon}, "2026-11-26T10:00-05:00", "0001-01-01T00:00Z"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := novemberInNewYork(t)
			if end, want := c.End(test.count, at(t, test.from)), at(t, test.end); !end.Equal(want) {
				t.Errorf("from %s to %s, want %s", test.from, end.In(c.Zone), want)
			}
		})
	}
}

func TestRoll(t *testing.T) {
	c := novemberInNewYork(t)
	for _, test := range []struct {
		name         string
		limit        string
		ends         bool
		at           TimeOfDay
		rolled, text string
	}{
		{"a working day stays", "2026-11-25T15:00-05:00", false, Noon, "2026-11-25T15:00-05:00", ""},
		{"a holiday to noon of the next working day", "2026-11-26T15:00-05:00", false, Noon, "2026-11-27T12:00-05:00", "Thu 26 Nov is no working day: Thanksgiving Day"},
		{"the end of a Saturday belongs to the Saturday", "2026-11-22T00:00-05:00", true, EndOfDay, "2026-11-24T00:00-05:00", "Sat 21 Nov is no working day: weekend"},
		{"the end of a Friday belongs to the Friday", "2026-11-21T00:00-05:00", true, EndOfDay, "2026-11-21T00:00-05:00", ""},
		{"no roll into a year that is not known", "2026-12-31T15:00-05:00", false, Noon, "2026-12-31T15:00-05:00", ""},
		{"no roll in a year that is not known", "2027-01-02T15:00-05:00", false, Noon, "2027-01-02T15:00-05:00", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			rolled, steps := c.ExplainRoll(at(t, test.limit), test.ends, test.at)
			if want := at(t, test.rolled); !rolled.Equal(want) {
				t.Errorf("rolled to %s, want %s", rolled.In(c.Zone), want)
			}
			if test.text == "" && len(steps) > 0 || test.text != "" && (len(steps) == 0 || steps[0].Text != test.text) {
				t.Errorf("explained as %v, want %q", steps, test.text)
			}
		})
	}
}

func TestExplainCount(t *testing.T) {
	c := novemberInNewYork(t)
	for _, test := range []struct {
		name  string
		count Count
		from  string
		want  []string
	}{
		{"the SEC's four business days", Count{Period: Period{4, BusinessDays}, At: "17:30"}, "2026-11-23T10:00-05:00", []string{
			"Mon 23 Nov is not counted: the day of the event",
			"Thu 26 Nov skipped: Thanksgiving Day",
			"Sat 28 and Sun 29 Nov skipped: weekend",
			"4 business days counted: the last one ends with Mon 30 Nov 2026",
			"on that day the limit is 17:30: Mon 30 Nov 2026 17:30 EST"}},
		{"holidays that count", Count{Period: Period{3, BusinessDays}, HolidaysCount: true}, "2026-11-24T10:00-05:00", []string{
			"Tue 24 Nov is not counted: the day of the event",
			"Thu 26 Nov is counted all the same: Thanksgiving Day",
			"3 business days counted: the last one ends with Fri 27 Nov 2026",
			"the end of that day is Sat 28 Nov 2026 00:00 EST"}},
		{"after the year's end", Count{Period: Period{60, Days}, From: FromYearEnd}, "2026-11-23T10:00-05:00", []string{
			"counted from the end of the calendar year: Fri 1 Jan 2027 is day 1",
			"60 calendar days counted: the last one ends with Mon 1 Mar 2027",
			"the end of that day is Tue 2 Mar 2027 00:00 EST"}},
		{"day one", Count{Period: Period{3, Days}, From: FromEventDay}, "2026-11-23T10:00-05:00", []string{
			"Mon 23 Nov is day 1: the day of the event counts",
			"3 calendar days counted: the last one ends with Wed 25 Nov 2026",
			"the end of that day is Thu 26 Nov 2026 00:00 EST"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, steps := c.ExplainCount(test.count, at(t, test.from))
			wantSteps(t, steps, test.want...)
		})
	}
}

func TestUnknownYears(t *testing.T) {
	c := novemberInNewYork(t)
	if years := c.Unknown(at(t, "2026-01-01T05:00Z"), at(t, "2027-01-01T04:59Z")); years != nil {
		t.Errorf("%v are not known, though both instants are in 2026 in New York", years)
	}
	if years := c.Unknown(at(t, "2025-12-31T05:00Z"), at(t, "2027-01-01T05:00Z")); len(years) != 2 || years[0] != 2025 || years[1] != 2027 {
		t.Errorf("%v are not known, want 2025 and 2027", years)
	}
}

func TestTimeOfDay(t *testing.T) {
	for _, text := range []TimeOfDay{"17:30", Noon, EndOfDay, "23:59", "00:01"} {
		if err := text.Check(); err != nil {
			t.Error(err)
		}
	}
	for _, text := range []TimeOfDay{"5:30 pm", "9:00", "25:00", "00:00", "17:30:00", "noon"} {
		if text.Check() == nil {
			t.Errorf("%q is taken for a time", text)
		}
	}
}

// A later event never makes an earlier limit, whichever way days are told, a
// rolled limit is never before the strict one, and a calendar that knows more
// holidays never makes business days end earlier.
func TestEndIsMonotone(t *testing.T) {
	c := novemberInNewYork(t)
	c.Years = Years{1990, 2060}
	rapid.Check(t, func(t *rapid.T) {
		n := Count{
			Period:        drawPeriod(t),
			From:          rapid.SampledFrom(Anchors).Draw(t, "from"),
			At:            rapid.SampledFrom([]TimeOfDay{EndOfDay, Noon, "17:30"}).Draw(t, "at"),
			HolidaysCount: rapid.Bool().Draw(t, "holidays count"),
		}
		from := at2026(t)
		later := from.Add(time.Duration(rapid.Int64Range(0, 10_000_000).Draw(t, "later")) * time.Second)
		end := c.End(n, from)
		if end.After(c.End(n, later)) {
			t.Fatalf("%+v from %s ends %s, from %s earlier", n, from, end, later)
		}
		if explained, _ := c.ExplainCount(n, from); !explained.Equal(end) {
			t.Fatalf("explained %s, ends %s", explained, end)
		}
		if rolled := c.Roll(end, n.EndsDay(), Noon); rolled.Before(end) {
			t.Fatalf("%s rolls back to %s", end, rolled)
		}
		lenient := n
		lenient.HolidaysCount = true
		if c.End(lenient, from).After(c.End(n, from)) && !n.HolidaysCount {
			t.Fatalf("skipping holidays ends earlier: %+v from %s", n, from)
		}
	})
}

func at2026(t *rapid.T) time.Time {
	return time.Unix(rapid.Int64Range(1_767_000_000, 1_799_000_000).Draw(t, "at"), 0)
}
