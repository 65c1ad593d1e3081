package calendar

import (
	"fmt"
	"strconv"
	"strings"
)

// MaxYears bounds every period: ten years is longer than any promise about an
// incident and keeps a slip of the keyboard from making a due time in the year
// 9999.
const MaxYears = 10

// limits says how many of each unit MaxYears are.
var limits = map[Unit]int{
	Hours:        MaxYears * 366 * 24,
	Days:         MaxYears * 366,
	BusinessDays: MaxYears * 262,
	Months:       MaxYears * 12,
}

// spellings are the ways people write a unit that we understand well enough
// to name the right one, but do not accept: a file has one spelling.
var spellings = map[string]Unit{
	"h": Hours, "hr": Hours, "hrs": Hours, "hour": Hours, "hours": Hours,
	"d": Days, "day": Days, "days": Days, "calendar day": Days, "calendar days": Days,
	"bd": BusinessDays, "business day": BusinessDays, "business days": BusinessDays,
	"working day": BusinessDays, "working days": BusinessDays, "wd": BusinessDays,
	"mo": Months, "mon": Months, "month": Months, "months": Months,
}

// weekLong are the spellings of weeks, which are counted in days.
var weekLong = map[string]bool{"w": true, "wk": true, "wks": true, "week": true, "weeks": true}

// ParsePeriod reads a whole number from 1 and a unit, written together: "72h",
// "30d", "7bd" or "1mo", at most MaxYears long. The error names the right
// spelling where it can be guessed.
func ParsePeriod(text string) (Period, error) {
	digits := len(text) - len(strings.TrimLeft(text, "0123456789"))
	unit := Unit(text[digits:])
	if _, known := limits[unit]; digits == 0 || !known {
		return Period{}, misspelt(text)
	}
	n, err := strconv.Atoi(text[:digits])
	switch {
	case err != nil || n > limits[unit]:
		return Period{}, fmt.Errorf("period %q is longer than %d years: at most %d%s", clip(text), MaxYears, limits[unit], unit)
	case n == 0:
		return Period{}, fmt.Errorf("period %q is no time at all: leave it out for “without undue delay”", clip(text))
	case text[0] == '0':
		return Period{}, fmt.Errorf("period %q: write %d%s", clip(text), n, unit)
	}
	return Period{N: n, Unit: unit}, nil
}

const periodForms = "a number with h (hours), d (days), bd (business days) or mo (months), such as 72h, 30d, 7bd or 1mo"

func misspelt(text string) error {
	if guess, found := guessPeriod(text); found {
		return fmt.Errorf("period %q: write %s (%s)", clip(text), guess, periodForms)
	}
	return fmt.Errorf("period %q: write %s", clip(text), periodForms)
}

func guessPeriod(text string) (Period, bool) {
	loose := strings.ToLower(strings.TrimSpace(text))
	digits := len(loose) - len(strings.TrimLeft(loose, "0123456789"))
	n, err := strconv.Atoi(loose[:digits])
	if err != nil || n < 1 {
		return Period{}, false
	}
	word := strings.Join(strings.Fields(strings.NewReplacer("-", " ", "_", " ", ".", " ").Replace(loose[digits:])), " ")
	if weekLong[word] {
		n, word = n*7, "d"
	}
	unit, known := spellings[word]
	if !known || n > limits[unit] {
		return Period{}, false
	}
	return Period{N: n, Unit: unit}, true
}

// clip keeps a message readable that quotes what somebody typed.
func clip(text string) string {
	const most = 40
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most]) + "…"
}

// String returns the period as ParsePeriod reads it, "" for none.
func (p Period) String() string {
	if p.IsZero() {
		return ""
	}
	return strconv.Itoa(p.N) + string(p.Unit)
}

// unitWords are the units as people say them, for one and for many.
var unitWords = map[Unit][2]string{
	Hours:        {"hour", "hours"},
	Days:         {"calendar day", "calendar days"},
	BusinessDays: {"business day", "business days"},
	Months:       {"month", "months"},
}

// Words returns the period as people say it: "72 hours", "1 business day";
// "" for none.
func (p Period) Words() string {
	switch {
	case p.IsZero():
		return ""
	case p.N == 1:
		return "1 " + unitWords[p.Unit][0]
	}
	return strconv.Itoa(p.N) + " " + unitWords[p.Unit][1]
}

// MarshalText writes the period as String does.
func (p Period) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads what ParsePeriod reads; empty text is no period.
func (p *Period) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*p = Period{}
		return nil
	}
	parsed, err := ParsePeriod(string(text))
	if err != nil {
		return err
	}
	*p = parsed
	return nil
}
