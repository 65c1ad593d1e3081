package notice

import (
	"fmt"
	"time"
)

// words are what the console itself says within a text, in one language.
type words struct {
	unknown  string // within a sentence
	unknowns string // where it has a line to itself
	day      func(time.Time) string
	moment   func(time.Time) string
}

// spoken are the languages whose words come with the console. A template in
// another brings its own for what is not known, and dates are said in digits.
var spoken = map[string]words{
	"en": {
		unknown:  "not known yet",
		unknowns: "Not known yet. We will tell you when we know.",
		day:      func(at time.Time) string { return fmt.Sprintf("%d %s %d", at.Day(), at.Month(), at.Year()) },
		moment: func(at time.Time) string {
			return fmt.Sprintf("%d %s %d, %s %s", at.Day(), at.Month(), at.Year(), at.Format("15:04"), offset(at))
		},
	},
	"de": {
		unknown:  "noch nicht bekannt",
		unknowns: "Noch nicht bekannt. Wir melden uns, sobald wir es wissen.",
		day:      func(at time.Time) string { return fmt.Sprintf("%d. %s %d", at.Day(), monate[at.Month()-1], at.Year()) },
		moment: func(at time.Time) string {
			return fmt.Sprintf("%d. %s %d, %s Uhr %s", at.Day(), monate[at.Month()-1], at.Year(), at.Format("15:04"), offset(at))
		},
	},
}

var monate = [12]string{"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"}

// digits is how dates are said in a language that is not spoken.
var digits = words{
	day:    func(at time.Time) string { return at.Format(time.DateOnly) },
	moment: func(at time.Time) string { return at.Format("2006-01-02 15:04 ") + offset(at) },
}

func wordsOf(language string) words {
	if known, has := spoken[primary(language)]; has {
		return known
	}
	return digits
}

// offset says which clock a time is read on, so that nobody has to know the
// abbreviation of a zone.
func offset(at time.Time) string {
	if _, seconds := at.Zone(); seconds == 0 {
		return "UTC"
	}
	return "(UTC" + at.Format("-07:00") + ")"
}

// notKnown is what the text says of a field that is not known yet.
func (t *Text) notKnown(field string, alone bool) string {
	if own := t.Unknowns[field]; own != "" {
		return own
	}
	if t.Unknown != "" {
		return t.Unknown
	}
	if alone {
		return wordsOf(t.Language).unknowns
	}
	return wordsOf(t.Language).unknown
}
