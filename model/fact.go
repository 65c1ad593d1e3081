package model

import (
	"time"

	"tocsin/model/policy"
)

// Value is what a fact says: a time, a three-valued answer, or a word or
// number for one of the packs' settings. What is expressly not known is the
// zero Value: of a named time, that it may have happened and nobody knows when.
// A named time that has not happened is a no.
type Value struct {
	At     time.Time     `json:"time,omitzero"` // UTC, whole milliseconds
	Answer policy.Answer `json:"answer,omitzero"`
	Word   string        `json:"word,omitempty"` // a setting's word, or a count in digits
}

// Time makes a value of a moment.
func Time(at time.Time) Value { return Value{At: at.UTC().Truncate(time.Millisecond)} }

// Equal reports whether two values say the same.
func (v Value) Equal(w Value) bool {
	return v.At.Equal(w.At) && v.Answer == w.Answer && v.Word == w.Word
}

// Fact is a named time or a three-valued question, with who stated it, when
// and on what ground. It is corrected, never edited: what it said before
// stays, with the reason.
type Fact struct {
	Seq     uint64    `json:"seq"` // of the event that stated what stands
	Name    string    `json:"name"`
	Value   Value     `json:"value"`
	By      string    `json:"by"`
	Stated  time.Time `json:"stated"`
	Ground  string    `json:"ground,omitempty"`
	Earlier []Earlier `json:"earlier,omitempty"` // what it said before, oldest first
}

// Earlier is a value a fact had before a correction.
type Earlier struct {
	Value  Value     `json:"value"`
	By     string    `json:"by"`
	Stated time.Time `json:"stated"`
	Reason string    `json:"reason"` // why it was corrected
}
