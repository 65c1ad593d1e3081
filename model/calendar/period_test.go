package calendar

import (
	"strings"
	"testing"
)

func TestParsePeriod(t *testing.T) {
	for text, want := range map[string]Period{
		"72h": {72, Hours}, "30d": {30, Days}, "7bd": {7, BusinessDays}, "1mo": {1, Months}, "120mo": {120, Months},
	} {
		got, err := ParsePeriod(text)
		if err != nil || got != want {
			t.Errorf("ParsePeriod(%q) = %v, %v; want %v", text, got, err, want)
		}
		if got.String() != text {
			t.Errorf("%q is written back as %q", text, got)
		}
	}
}

func TestParsePeriodNamesTheRightSpelling(t *testing.T) {
	for text, hint := range map[string]string{
		"72 hrs":                "write 72h ",
		"72H":                   "write 72h ",
		"3 business days":       "write 3bd ",
		"3-working-days":        "write 3bd ",
		"1 month":               "write 1mo ",
		"2 weeks":               "write 14d ",
		" 72h":                  "write 72h ",
		"072h":                  "write 72h",
		"h":                     "write a number with",
		"":                      "write a number with",
		"72":                    "write a number with",
		"72 parsecs":            "write a number with",
		"-72h":                  "write a number with",
		"7.5h":                  "write a number with",
		"0h":                    "leave it out",
		"121mo":                 "at most 120mo",
		"99999999999999999999h": "at most 87840h",
	} {
		p, err := ParsePeriod(text)
		if err == nil {
			t.Errorf("ParsePeriod(%q) = %v, want an error", text, p)
			continue
		}
		if !strings.Contains(err.Error(), hint) {
			t.Errorf("ParsePeriod(%q): %v; want it to say %q", text, err, hint)
		}
	}
}

func TestPeriodText(t *testing.T) {
	var p Period
	if err := p.UnmarshalText(nil); err != nil || !p.IsZero() || p.String() != "" || p.Words() != "" {
		t.Errorf("no period: %v %v", p, err)
	}
	if words := (Period{1, BusinessDays}).Words(); words != "1 business day" {
		t.Errorf("in words: %s", words)
	}
	if words := (Period{2, Months}).Words(); words != "2 months" {
		t.Errorf("in words: %s", words)
	}
}

func FuzzParsePeriod(f *testing.F) {
	for _, seed := range []string{"72h", "30d", "7bd", "1mo", "72 hrs", "0h", "9e9h", "٣h", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParsePeriod(text)
		if err != nil {
			if p != (Period{}) {
				t.Errorf("%v beside an error", p)
			}
			return
		}
		if p.String() != text || p.N < 1 || p.N > limits[p.Unit] {
			t.Errorf("%q is read as %v", text, p)
		}
	})
}
