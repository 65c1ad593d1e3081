package calendar

import (
	"fmt"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loaded, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

// at reads an RFC 3339 time, seconds optional.
func at(t testing.TB, text string) time.Time {
	t.Helper()
	for _, layout := range absoluteLayouts {
		if read, err := time.Parse(layout, text); err == nil {
			return read
		}
	}
	t.Fatalf("no time: %s", text)
	return time.Time{}
}

func period(t testing.TB, text string) Period {
	t.Helper()
	p, err := ParsePeriod(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestDue(t *testing.T) {
	for _, test := range []struct{ name, zone, period, from, due string }{
		{"GDPR over Christmas does not roll", "Europe/Berlin", "72h", "2020-12-22T12:17+01:00", "2020-12-25T12:17+01:00"},
		{"hours over the start of summer time", "Europe/Berlin", "72h", "2027-03-26T10:00+01:00", "2027-03-29T11:00+02:00"},
		{"hours over its end", "Europe/Berlin", "72h", "2026-10-23T10:00+02:00", "2026-10-26T09:00+01:00"},
		{"72 hours are not 3 days", "Europe/Berlin", "3d", "2020-12-22T12:17+01:00", "2020-12-26T00:00+01:00"},
		{"nor 3 business days", "Europe/Berlin", "3bd", "2020-12-22T12:17+01:00", "2020-12-26T00:00+01:00"},
		{"business days skip the weekend", "Europe/Berlin", "3bd", "2026-11-19T12:00+01:00", "2026-11-25T00:00+01:00"},
		{"an event on a Saturday", "UTC", "1bd", "2026-11-21T12:00Z", "2026-11-24T00:00Z"},
		{"Singapore counts after the day of assessment", "Asia/Singapore", "3d", "2027-02-04T23:50+08:00", "2027-02-08T00:00+08:00"},
		{"the civil date is that of the zone, not of UTC", "Asia/Singapore", "3d", "2027-02-04T16:10Z", "2027-02-09T00:00+08:00"},
		{"days over the start of summer time", "Europe/Berlin", "3d", "2027-03-26T10:00+01:00", "2027-03-30T00:00+02:00"},
		{"a last day of 25 hours", "Europe/Berlin", "2d", "2026-10-23T10:00+02:00", "2026-10-26T00:00+01:00"},
		{"a day that starts at one, for its midnight is skipped", "America/Havana", "1d", "2026-03-06T12:00-05:00", "2026-03-08T01:00-04:00"},
		{"a day whose midnight comes twice starts with the first", "America/Havana", "1d", "2026-10-30T12:00-04:00", "2026-11-01T00:00-04:00"},
		{"a day that was never there", "Pacific/Apia", "1d", "2011-12-28T12:00-10:00", "2011-12-31T00:00+14:00"},
		{"a month ends on the same number", "Europe/Berlin", "1mo", "2027-01-15T10:00+01:00", "2027-02-16T00:00+01:00"},
		{"or clips to the end of February", "Europe/Berlin", "1mo", "2027-01-31T10:00+01:00", "2027-03-01T00:00+01:00"},
		{"which in a leap year is the 29th", "Europe/Berlin", "1mo", "2028-01-31T10:00+01:00", "2028-03-01T00:00+01:00"},
		{"two months are not one month twice", "Europe/Berlin", "2mo", "2027-01-31T10:00+01:00", "2027-04-01T00:00+02:00"},
		{"months over the year's end", "Europe/Berlin", "3mo", "2026-11-30T10:00+01:00", "2027-03-01T00:00+01:00"},
		{"HIPAA's 60 days", "America/New_York", "60d", "2026-11-23T10:00-05:00", "2027-01-23T00:00-05:00"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := Calendar{Zone: zone(t, test.zone)}
			due := c.Due(period(t, test.period), at(t, test.from))
			if want := at(t, test.due); !due.Equal(want) {
				t.Errorf("%s from %s is %s, want %s", test.period, test.from, due.In(c.Zone), want)
			}
			if due.Location() != time.UTC {
				t.Errorf("due in %s, want UTC", due.Location())
			}
		})
	}
}

func TestDueSkipsHolidays(t *testing.T) {
	thanksgiving := Calendar{Zone: zone(t, "America/New_York"), Holidays: map[Date]string{{2026, time.November, 26}: "Thanksgiving Day"}}
	from := at(t, "2026-11-23T10:00-05:00")
	due, steps := thanksgiving.Explain(Period{N: 4, Unit: BusinessDays}, from)
	if want := at(t, "2026-12-01T00:00-05:00"); !due.Equal(want) {
		t.Errorf("four business days from %s end %s, want %s", from, due, want)
	}
	wantSteps(t, steps,
		"Mon 23 Nov is not counted: the day of the event",
		"Thu 26 Nov skipped: Thanksgiving Day",
		"Sat 28 and Sun 29 Nov skipped: weekend",
		"4 business days counted: the last one ends with Mon 30 Nov 2026",
		"the end of that day is Tue 1 Dec 2026 00:00 EST")
}

func wantSteps(t *testing.T, steps []Step, want ...string) {
	t.Helper()
	var got []string
	for _, step := range steps {
		got = append(got, step.Text)
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("explained as\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func TestExplain(t *testing.T) {
	berlin := Calendar{Zone: zone(t, "Europe/Berlin")}
	christmas := Calendar{Zone: berlin.Zone, Holidays: map[Date]string{
		{2026, time.December, 24}: "Christmas", {2026, time.December, 25}: "Christmas",
		{2026, time.December, 26}: "Christmas", {2026, time.December, 31}: "New Year's Eve",
	}}
	for _, test := range []struct {
		name     string
		calendar Calendar
		period   string
		from     string
		want     []string
	}{
		{"hours", berlin, "72h", "2020-12-22T12:17+01:00", []string{
			"72 hours added in UTC: Fri 25 Dec 2020 11:17, which in Europe/Berlin is Fri 25 Dec 2020 12:17 CET"}},
		{"hours in UTC", Calendar{}, "1h", "2020-12-22T12:17:05Z", []string{
			"1 hour added in UTC: Tue 22 Dec 2020 13:17:05 UTC"}},
		{"hours over a change of clocks", berlin, "72h", "2027-03-26T10:00+01:00", []string{
			"72 hours added in UTC: Mon 29 Mar 2027 09:00, which in Europe/Berlin is Mon 29 Mar 2027 11:00 CEST",
			"clocks in Europe/Berlin go forward by 1 h on the way: the elapsed time is the same, the reading differs"}},
		{"half an hour of summer time", Calendar{Zone: zone(t, "Australia/Lord_Howe")}, "24h", "2026-04-04T12:00+11:00", []string{
			"24 hours added in UTC: Sun 5 Apr 2026 01:00, which in Australia/Lord_Howe is Sun 5 Apr 2026 11:30 +1030",
			"clocks in Australia/Lord_Howe go back by 30 min on the way: the elapsed time is the same, the reading differs"}},
		{"a clipped month", berlin, "1mo", "2027-01-31T10:00+01:00", []string{
			"Sun 31 Jan is not counted: the day of the event",
			"February 2027 has no day 31: the month's last day stands for it",
			"1 month counted: the last one ends with Sun 28 Feb 2027",
			"the end of that day is Mon 1 Mar 2027 00:00 CET"}},
		{"runs of holidays and weekends", christmas, "4bd", "2026-12-23T10:00+01:00", []string{
			"Wed 23 Dec is not counted: the day of the event",
			"Thu 24 to Sat 26 Dec skipped: Christmas",
			"Sun 27 Dec skipped: weekend",
			"Thu 31 Dec skipped: New Year's Eve",
			"4 business days counted: the last one ends with Fri 1 Jan 2027",
			"the end of that day is Sat 2 Jan 2027 00:00 CET"}},
		{"no period", berlin, "", "2026-12-23T10:00+01:00", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var p Period
			if err := p.UnmarshalText([]byte(test.period)); err != nil {
				t.Fatal(err)
			}
			_, steps := test.calendar.Explain(p, at(t, test.from))
			wantSteps(t, steps, test.want...)
		})
	}
}

func TestFullHour(t *testing.T) {
	for _, test := range []struct{ name, zone, strict, legal string }{
		{"Christmas 2020", "Europe/Berlin", "2020-12-25T12:17+01:00", "2020-12-25T13:00+01:00"},
		{"an event on the hour falls into the hour it begins", "Europe/Berlin", "2027-03-29T11:00+02:00", "2027-03-29T12:00+02:00"},
		{"the hour is that of a local clock", "Asia/Kolkata", "2026-11-23T12:17+05:30", "2026-11-23T13:00+05:30"},
		{"also with quarters", "Asia/Kathmandu", "2026-11-23T12:17+05:45", "2026-11-23T13:00+05:45"},
		{"west of Greenwich", "America/St_Johns", "2026-11-23T12:59:59-03:30", "2026-11-23T13:00-03:30"},
	} {
		t.Run(test.name, func(t *testing.T) {
			legal := FullHour(at(t, test.strict), zone(t, test.zone))
			if want := at(t, test.legal); !legal.Equal(want) {
				t.Errorf("the full hour of %s ends %s, want %s", test.strict, legal.In(zone(t, test.zone)), want)
			}
		})
	}
	if legal := FullHour(time.Unix(1, 0), nil); !legal.Equal(time.Unix(3600, 0)) {
		t.Errorf("without a zone: %s", legal)
	}
}

func TestDueHoursAllocatesNothing(t *testing.T) {
	c, from := Calendar{Zone: zone(t, "Europe/Berlin")}, time.Unix(1_800_000_000, 0)
	if n := testing.AllocsPerRun(100, func() { c.Due(Period{N: 72, Unit: Hours}, from) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

var zonesToDraw = []string{"UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "America/Havana", "Australia/Lord_Howe", "Pacific/Apia"}

func drawInstant(t *rapid.T, label string) time.Time {
	return time.Unix(rapid.Int64Range(1_000_000_000, 2_500_000_000).Draw(t, label), 0)
}

func drawPeriod(t *rapid.T) Period {
	return Period{
		N:    rapid.IntRange(1, 120).Draw(t, "n"),
		Unit: rapid.SampledFrom([]Unit{Hours, Days, BusinessDays, Months}).Draw(t, "unit"),
	}
}

// A later event never makes an earlier due time, a due time is always after
// its event, and the legal limit is never before the strict one.
func TestDueIsMonotone(t *testing.T) {
	zones := map[string]*time.Location{}
	for _, name := range zonesToDraw {
		zones[name] = zone(t, name)
	}
	rapid.Check(t, func(t *rapid.T) {
		c := Calendar{Zone: zones[rapid.SampledFrom(zonesToDraw).Draw(t, "zone")]}
		p, from := drawPeriod(t), drawInstant(t, "from")
		later := from.Add(time.Duration(rapid.Int64Range(0, 5_000_000).Draw(t, "later")) * time.Second)
		due := c.Due(p, from)
		if due.After(c.Due(p, later)) {
			t.Fatalf("%v from %s is after the one from %s", p, from, later)
		}
		if !due.After(from) {
			t.Fatalf("%v from %s ends before it: %s", p, from, due)
		}
		if legal := FullHour(due, c.Zone); !legal.After(due) || legal.Sub(due) > time.Hour {
			t.Fatalf("legal %s for strict %s", legal, due)
		}
		if explained, _ := c.Explain(p, from); !explained.Equal(due) {
			t.Fatalf("explained %s, due %s", explained, due)
		}
	})
}

// Every instant is inside the civil day that a clock shows at it.
func TestDayHoldsItsInstants(t *testing.T) {
	zones := map[string]*time.Location{}
	for _, name := range zonesToDraw {
		zones[name] = zone(t, name)
	}
	rapid.Check(t, func(t *rapid.T) {
		in := zones[rapid.SampledFrom(zonesToDraw).Draw(t, "zone")]
		instant := drawInstant(t, "instant")
		day := DateOf(instant, in)
		if instant.Before(day.Start(in)) || !instant.Before(day.End(in)) {
			t.Fatalf("%s is not in %s, which runs from %s to %s", instant.In(in), day, day.Start(in).In(in), day.End(in).In(in))
		}
	})
}

func BenchmarkDue(b *testing.B) {
	c, from := Calendar{Zone: zone(b, "Europe/Berlin")}, time.Unix(1_800_000_000, 0)
	for _, p := range []Period{{72, Hours}, {30, Days}, {7, BusinessDays}, {1, Months}} {
		b.Run(fmt.Sprint(p), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.Due(p, from)
			}
		})
	}
}
