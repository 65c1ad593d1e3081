// Package sign gives severities and the states of obligations their shape,
// word and tone: one table for the console, the command line and whatever
// else shows them. A sign is always shape and word; colour only adds to them.
package sign

import (
	"fmt"
	"strings"
	"tocsin/model"
	"tocsin/model/policy"
)

// Tone is what a sign's colour says. Themes and printers give it a colour.
type Tone uint8

const (
	Quiet   Tone = iota // decided, or of no concern now
	Plain               // as it should be
	Fresh               // nobody has looked yet
	Good                // done, or low
	Notice              // to be kept in mind
	Warning             // soon, or high
	Alarm               // too late, or critical
	Doubt               // cannot be excluded
)

// Sign is a shape, a word and a tone.
type Sign struct {
	Shape, Word string
	Tone        Tone
}

// String is shape and word.
func (s Sign) String() string { return s.Shape + " " + s.Word }

// Severity is an incident's severity.
func Severity(s *model.Standing) Sign {
	if s.Rank == 0 {
		return Sign{"?", "Untriaged", Fresh}
	}
	return Level(s.Procedure, s.Rank-1)
}

// usual are the names nearly every scale has, from the top.
var usual = map[string]int{"critical": 0, "high": 1, "medium": 2, "low": 3}

// Level is a level of a pack's scale, 0 for the lowest. The usual four names
// look the same in every pack; another name follows its place on the scale,
// counted from the top.
func Level(pack *policy.Pack, index int) Sign {
	level := pack.Severities[index]
	place, named := usual[level.ID]
	if !named {
		place = len(pack.Severities) - 1 - index
	}
	switch place {
	case 0:
		return Sign{"◆", level.Label, Alarm}
	case 1:
		return Sign{"▲", level.Label, Warning}
	case 2:
		return Sign{"●", level.Label, Notice}
	}
	return Sign{"○", level.Label, Good}
}

// Integrity is what a verification of evidence found.
func Integrity(found model.Integrity) Sign {
	switch found {
	case model.Intact:
		return Sign{"✓", string(found), Good}
	case model.Changed:
		return Sign{"≠", string(found), Alarm}
	case model.Missing:
		return Sign{"∅", string(found), Alarm}
	}
	return Sign{"·", "not verified", Quiet}
}

// Custody sums up evidence: how many pieces there are, and those of which the
// content is not what was taken in; "" for what there is nothing of. What was
// removed because it was kept long enough is not wrong.
func Custody(items []model.Evidence) (kept, wrong string) {
	var intact, removed int
	var bad []string
	for k := range items {
		switch item := &items[k]; {
		case !item.Purged.IsZero():
			removed++
		case item.Integrity == model.Intact:
			intact++
		case item.Integrity != model.Unverified:
			bad = append(bad, item.ID+" "+string(item.Integrity))
		}
	}
	if len(items) == 0 {
		return "", ""
	}
	kept = fmt.Sprintf("%d pieces", len(items))
	if len(items) == 1 {
		kept = "1 piece"
	}
	if intact > 0 {
		kept += fmt.Sprintf(", %d verified intact", intact)
	}
	if removed > 0 {
		kept += fmt.Sprintf(", %d removed at the end of its time", removed)
	}
	return kept, strings.Join(bad, ", ")
}

// State is an obligation's state.
func State(state policy.State) Sign {
	s := Sign{"·", string(state), Quiet}
	switch state {
	case policy.Overdue:
		s.Shape, s.Tone = "!", Alarm
	case policy.DueSoon:
		s.Shape, s.Tone = "◐", Warning
	case policy.Running:
		s.Shape, s.Tone = "○", Plain
	case policy.Open:
		s.Shape, s.Tone = "◇", Plain
	case policy.Met:
		s.Shape, s.Tone = "✓", Good
	case policy.MetLate:
		s.Shape, s.Tone = "✓", Warning
	case policy.CannotExclude:
		s.Shape, s.Tone = "?", Doubt
	case policy.Suspended:
		s.Shape, s.Tone = "‖", Notice
	case policy.Waived:
		s.Shape, s.Tone = "–", Quiet
	}
	return s
}
