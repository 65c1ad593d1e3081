package bundle

import (
	"fmt"
	"strings"
	"time"

	"tocsin/store/tree"
)

// Outcome is the end of a verification, and the exit code that says so.
type Outcome int

// The outcomes.
const (
	Whole     Outcome = 0
	Wrong     Outcome = 1
	CannotSay Outcome = 2 // who signed
)

// Outcome is what the verdict comes to. A log whose key came with it can be
// whole in itself and still be forged from end to end, unless a checkpoint that
// was kept bears a signature by the same key.
func (v Verdict) Outcome() Outcome {
	switch {
	case v.Fault != nil:
		return Wrong
	case v.NoKey, v.OwnKey && len(v.Kept) == 0:
		return CannotSay
	}
	return Whole
}

// Line is a line of what a verification found: what about, and what.
type Line struct{ About, Found string }

// Lines tell what was found, in the order in which people read it.
func (v Verdict) Lines() []Line {
	lines := []Line{}
	add := func(about, format string, args ...any) {
		lines = append(lines, Line{about, fmt.Sprintf(format, args...)})
	}
	if v.Note == nil {
		return lines
	}
	add("log", "%s", v.Origin)
	add("checkpoint", "%d events, root %s", v.Size, v.Root)
	switch {
	case v.NoKey:
		add("key", "none, so that nobody looked at the signature")
	case v.OwnKey:
		add("key", "came with the log")
	default:
		add("key", "as you gave it")
	}
	for _, w := range v.Witnesses {
		add("cosigned", "%s", TellWitness(w))
	}
	for _, c := range v.Kept {
		if v.Fault == nil {
			add("begins with", "the %d events of the checkpoint that you kept", c.Size)
		}
	}
	if v.Removed > 0 {
		add("removed", "the text of %d events, by %s; their leaves are here", v.Removed, numbers(v.Removers))
	}
	if v.Opened > 0 {
		add("opened", "%d events have sealed texts beside them as the sender opened them; no signature covers those", v.Opened)
	}
	return lines
}

// TellWitness says who cosigned a checkpoint, and when.
func TellWitness(w tree.Witness) string {
	if w.At.IsZero() {
		return w.Name
	}
	return w.Name + ", " + w.At.Format(time.RFC3339)
}

// numbers lists some of many events.
func numbers(seqs []uint64) string {
	const most = 5
	var words []string
	for _, seq := range seqs[:min(most, len(seqs))] {
		words = append(words, fmt.Sprint(seq))
	}
	text := "events " + strings.Join(words, ", ")
	if len(seqs) == 1 {
		text = "event " + words[0]
	}
	if more := len(seqs) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// Sentence is the verdict in one plain sentence.
func (v Verdict) Sentence() string {
	switch v.Outcome() {
	case Wrong:
		return "WRONG: " + v.Fault.Detail + "."
	case CannotSay:
		if v.NoKey {
			return fmt.Sprintf("CANNOT SAY who signed it: the %d events are whole, but no key is there. Verify with the key that you hold.", v.Size)
		}
		return fmt.Sprintf("CANNOT SAY who signed it: the %d events are whole, but the key came with them. Verify with the key that you hold.", v.Size)
	}
	return fmt.Sprintf("WHOLE: the %d events are those that the log's key signed.", v.Size)
}
