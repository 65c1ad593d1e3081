package model

import (
	"errors"
	"fmt"
	"strings"
)

// What a refusal is about; match with errors.Is.
var (
	ErrRefused   = errors.New("refused")                     // every refusal is one
	ErrNotFound  = errors.New("not found")                   // names something that does not exist
	ErrForbidden = errors.New("not allowed for this role")   // the actor may not
	ErrConflict  = errors.New("changed since it was opened") // based on a version that is no longer current
	ErrUndecided = errors.New("obligations are undecided")   // closing with promises open
	ErrGate      = errors.New("mandatory tasks are open")    // leaving a phase early
)

// FieldError says what is wrong with one input and what would be accepted.
type FieldError struct {
	Row     int    `json:"row,omitempty"` // of an import, from 1; 0 elsewhere
	Field   string `json:"field"`
	Problem string `json:"problem"`
	Accepts string `json:"accepts,omitempty"`
}

// Field makes a FieldError.
func Field(field, problem, accepts string) FieldError {
	return FieldError{Field: field, Problem: problem, Accepts: accepts}
}

// String is the whole error in one line: row, field, problem, and what would
// be accepted.
func (f FieldError) String() string {
	text := f.Problem
	if f.Field != "" {
		text = f.Field + ": " + text
	}
	if f.Row > 0 {
		text = fmt.Sprintf("row %d: %s", f.Row, text)
	}
	if f.Accepts != "" {
		text += "; accepted: " + f.Accepts
	}
	return text
}

// Clash is one field of a form that somebody else changed meanwhile.
type Clash struct {
	Field  string `json:"field"`
	Yours  string `json:"yours"`
	Theirs string `json:"theirs"`
}

// Refusal is a clear no: what was refused, why, and what would be accepted.
// Nothing of the command has happened. It matches ErrRefused and its cause.
type Refusal struct {
	Cause   error        // one of the Err values above, nil for plain bad input
	Reason  string       // one sentence
	Fields  []FieldError // the inputs at fault
	Open    []string     // what stands in the way: tasks, obligations
	Clashes []Clash      // for ErrConflict: both sides
	Current uint64       // for ErrConflict: the Revision that was met, to try again on
}

// Refuse makes a refusal of inputs.
func Refuse(fields ...FieldError) *Refusal { return &Refusal{Fields: fields} }

// Error is the whole refusal in one text; fields and obstacles on lines of
// their own where there are several.
func (r *Refusal) Error() string {
	var lines []string
	if r.Reason != "" {
		lines = append(lines, r.Reason)
	}
	for _, f := range r.Fields {
		lines = append(lines, f.String())
	}
	for _, o := range r.Open {
		lines = append(lines, "  · "+o)
	}
	for _, c := range r.Clashes {
		lines = append(lines, fmt.Sprintf("  · %s: yours %q, now %q", c.Field, c.Yours, c.Theirs))
	}
	if len(lines) == 0 && r.Cause != nil {
		return r.Cause.Error()
	}
	return strings.Join(lines, "\n")
}

// Is matches ErrRefused.
func (r *Refusal) Is(target error) bool { return target == ErrRefused }

// Unwrap gives the cause.
func (r *Refusal) Unwrap() error { return r.Cause }
