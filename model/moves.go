package model

import (
	"iter"

	"tocsin/model/policy"
)

// What may happen to an obligation beside the words that DueMove has for it.
const (
	Unmoved    = "stays"
	MayStart   = "may start"         // new, and waiting for an answer and a start
	LegalMoves = "legal limit moves" // the strict due time stays
)

// Move is one obligation as it stands, and as it would be if something were
// decided.
type Move struct {
	Before, After *policy.Obligation // nil where there is none
	Change        string             // DueMove's word, or one of those above
}

// Obligation is what the move is about: as it would be, where it would be.
func (m *Move) Obligation() *policy.Obligation {
	if m.After != nil {
		return m.After
	}
	return m.Before
}

// Moves puts obligations as they stand beside those of a draft: what would
// change, in the order of after and what is gone at the end, then what stays.
// What it calls a change is what the timeline would tell, and a legal limit
// that moves alone. The moves point into both lists.
func Moves(before, after []policy.Obligation) []Move {
	words := make(map[policy.RuleKey]string)
	for _, m := range compareDues(before, after) {
		words[m.Key] = m.Change
	}
	old := make(map[policy.RuleKey]*policy.Obligation, len(before))
	for k := range before {
		old[before[k].Key()] = &before[k]
	}
	split := splitRules(old, after)
	var moved, stay []Move
	for k := range after {
		m := Move{Before: old[after[k].Key()], After: &after[k], Change: words[after[k].Key()]}
		if m.Before == nil {
			m.Before = split[after[k].Key().Whole()]
		}
		delete(old, after[k].Key())
		switch {
		case m.Change != "":
		case m.Before == nil:
			m.Change = MayStart
		case !m.Before.Legal.Equal(m.After.Legal):
			m.Change = LegalMoves
		default:
			m.Change = Unmoved
			stay = append(stay, m)
			continue
		}
		moved = append(moved, m)
	}
	for k := range before {
		if word := words[before[k].Key()]; old[before[k].Key()] != nil && word != "" {
			moved = append(moved, Move{Before: &before[k], Change: word})
		}
	}
	return append(moved, stay...)
}

// NewerPacks are the newest adopted versions of the packs that an incident
// runs under, in that order, where they are newer than its own.
func (i *Incident) NewerPacks(adopted iter.Seq[*policy.Pack]) []*policy.Pack {
	newest := make([]*policy.Pack, len(i.Packs))
	for p := range adopted {
		for k, ref := range i.Packs {
			if ref.ID == p.ID && ref.Version < p.Version && (newest[k] == nil || newest[k].Version < p.Version) {
				newest[k] = p
			}
		}
	}
	var newer []*policy.Pack
	for _, p := range newest {
		if p != nil {
			newer = append(newer, p)
		}
	}
	return newer
}
