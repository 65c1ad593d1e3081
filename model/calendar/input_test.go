package calendar

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestParseTime(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	now := at(t, "2027-03-29T11:00:00.123456+02:00")
	for _, test := range []struct{ text, want string }{
		{"2026-11-23T12:17:05+05:30", "2026-11-23T06:47:05Z"},
		{"2026-11-23T12:17:05.123456Z", "2026-11-23T12:17:05.123Z"},
		{"2026-11-23 12:17+01:00", "2026-11-23T11:17Z"},
		{"2026-11-23 12:17", "2026-11-23T11:17Z"},
		{"2026-11-23 12:17:05", "2026-11-23T11:17:05Z"},
		{"2026-11-23T12:17", "2026-11-23T11:17Z"},
		{"  2026-11-23 12:17\n", "2026-11-23T11:17Z"},
		{"2026-07-23 12:17", "2026-07-23T10:17Z"},
		{"10:30", "2027-03-29T08:30Z"},
		{"11:00", "2027-03-29T09:00Z"},
		{"11:01", "2027-03-28T09:01Z"},
		{"now", "2027-03-29T09:00:00.123Z"},
		{"NOW", "2027-03-29T09:00:00.123Z"},
		{"-2h", "2027-03-29T07:00:00.123Z"},
		{"2h ago", "2027-03-29T07:00:00.123Z"},
		{"2 h ago", "2027-03-29T07:00:00.123Z"},
		{"-30m", "2027-03-29T08:30:00.123Z"},
		{"-1h30m", "2027-03-29T07:30:00.123Z"},
		{"-1d", "2027-03-28T09:00:00.123Z"},
		{"-3d", "2027-03-26T10:00:00.123Z"}, // the same reading before clocks changed, not 72 h
		{"2026-10-25T02:30:00+02:00", "2026-10-25T00:30Z"},
	} {
		got, err := ParseTime(test.text, berlin, now)
		if err != nil {
			t.Errorf("%q: %v", test.text, err)
			continue
		}
		if !got.Equal(at(t, test.want)) || got.Location() != time.UTC {
			t.Errorf("%q is %s, want %s", test.text, got, test.want)
		}
	}
}

func TestParseTimeRefusesTheUnreadable(t *testing.T) {
	for _, text := range []string{
		"", "tomorrow", "2h", "+2h", "-2h ago", "2026-11-23", "2026-13-01 10:00", "2026-02-30 10:00", "25:00",
		"23.11.2026 12:17", "0001-01-01 00:00", "-99999999d", "-", "ago", "- 2 parsecs", strings.Repeat("1", 1<<20),
	} {
		_, err := ParseTime(text, nil, time.Unix(1_800_000_000, 0))
		var syntax *TimeSyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("%.40q: %v, want a TimeSyntaxError", text, err)
			continue
		}
		if message := err.Error(); !strings.Contains(message, "2006-01-02 15:04") || len(message) > 400 {
			t.Errorf("%.40q: the message does not help: %.200s", text, message)
		}
	}
}

func TestParseTimeInTheGap(t *testing.T) {
	for _, test := range []struct{ zone, text, want string }{
		{"Europe/Berlin", "2027-03-28 02:00", "on Sun 28 Mar 2027 clocks go from 02:00 to 03:00"},
		{"Europe/Berlin", "2027-03-28 02:59:59", "on Sun 28 Mar 2027 clocks go from 02:00 to 03:00"},
		{"America/Havana", "2026-03-08 00:15", "on Sun 8 Mar 2026 clocks go from 00:00 to 01:00"},
		{"Australia/Lord_Howe", "2026-10-04 02:15", "on Sun 4 Oct 2026 clocks go from 02:00 to 02:30"},
		{"Pacific/Apia", "2011-12-30 12:00", "on Sat 31 Dec 2011 clocks go from 00:00 to 00:00"},
	} {
		_, err := ParseTime(test.text, zone(t, test.zone), time.Unix(1_800_000_000, 0))
		var gap *NonexistentTimeError
		if !errors.As(err, &gap) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s in %s: %v, want it to say %q", test.text, test.zone, err, test.want)
		}
	}
}

func TestParseTimeInTheOverlap(t *testing.T) {
	for _, test := range []struct{ zone, text, first, second string }{
		{"Europe/Berlin", "2026-10-25 02:00", "2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00"},
		{"Europe/Berlin", "2026-10-25T02:30", "2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"},
		{"America/New_York", "2026-11-01 01:30", "2026-11-01T01:30:00-04:00", "2026-11-01T01:30:00-05:00"},
		{"Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-05T01:45:00+11:00", "2026-04-05T01:45:00+10:30"},
	} {
		_, err := ParseTime(test.text, zone(t, test.zone), time.Unix(1_800_000_000, 0))
		var overlap *AmbiguousTimeError
		if !errors.As(err, &overlap) {
			t.Errorf("%s in %s: %v, want an AmbiguousTimeError", test.text, test.zone, err)
			continue
		}
		if !overlap.First.Equal(at(t, test.first)) || !overlap.Second.Equal(at(t, test.second)) {
			t.Errorf("%s: %s and %s", test.text, overlap.First, overlap.Second)
		}
		for _, choice := range []string{test.first, test.second} {
			if !strings.Contains(err.Error(), choice) {
				t.Errorf("%v does not offer %s", err, choice)
			}
			if _, err := ParseTime(choice, zone(t, test.zone), time.Now()); err != nil {
				t.Errorf("the offered %s is refused: %v", choice, err)
			}
		}
	}
	for _, edge := range []string{"2026-10-25 01:59:59", "2026-10-25 03:00"} {
		if _, err := ParseTime(edge, zone(t, "Europe/Berlin"), time.Unix(1_800_000_000, 0)); err != nil {
			t.Errorf("%s happens once: %v", edge, err)
		}
	}
}

func FuzzParseTime(f *testing.F) {
	for _, seed := range []string{
		"now", "-2h", "2h ago", "15:04", "2027-03-28 02:30", "2026-10-25T02:30", "2026-11-23T12:17:05+05:30",
		"-3d", "9999-12-31 23:59:59", "\x1b[2J", "24:00", "-1d1h1m1s",
	} {
		f.Add(seed)
	}
	berlin := zone(f, "Europe/Berlin")
	now := time.Date(2027, 3, 29, 9, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		got, err := ParseTime(text, berlin, now)
		switch {
		case err != nil && !got.IsZero():
			t.Errorf("%s beside an error", got)
		case err != nil && strings.ContainsRune(err.Error(), '\x1b'):
			t.Errorf("a control character reaches the message: %q", err)
		case err == nil && !got.Equal(got.Truncate(time.Millisecond)):
			t.Errorf("%s is not cut to the millisecond", got)
		}
	})
}
