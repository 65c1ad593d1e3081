package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"tocsin/model"
)

// voice tells people at the command line what the store warns of, in a line of
// the kind that everything else is told in.
type voice struct {
	out   io.Writer
	about []slog.Attr
}

// Enabled leaves out what is no warning.
func (v voice) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelWarn }

// Handle writes "tocsin: MESSAGE (NAME: VALUE, …)".
func (v voice) Handle(_ context.Context, r slog.Record) error {
	var about []string
	add := func(a slog.Attr) bool {
		about = append(about, a.Key+": "+a.Value.String())
		return true
	}
	for _, a := range v.about {
		add(a)
	}
	r.Attrs(add)
	text := strings.TrimSpace(r.Message)
	if len(about) > 0 {
		text += " (" + strings.Join(about, ", ") + ")"
	}
	_, err := fmt.Fprintln(v.out, "tocsin: "+model.CleanLine(text))
	return err
}

// WithAttrs returns a voice that says these too.
func (v voice) WithAttrs(attrs []slog.Attr) slog.Handler {
	return voice{out: v.out, about: append(v.about[:len(v.about):len(v.about)], attrs...)}
}

// WithGroup is the voice itself: people are told no groups.
func (v voice) WithGroup(string) slog.Handler { return v }
