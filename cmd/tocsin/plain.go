package main

import (
	"context"
	"errors"
	"io"

	"github.com/spf13/cobra"

	"tocsin/tui"
)

const plainLong = `Works the console line by line, for screen readers, serial lines and very thin
links: what the screens show is told in lines, what keys do there is typed by
name, and forms ask field by field with what they hold in brackets. Everything
that can be done on the screens can be done here.

It says something by itself only when a due time comes within 24 h, 4 h or 1 h
or passes, and when somebody else changes an incident. Nothing but text is
written: no colours, no cursor movement, no escape sequences.

? lists what can be typed, q leaves. What is typed may come from a pipe; it is
written out then, too, and the end of the input leaves in order.`

func (a *app) plainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "plain",
		Short: "Work in the console line by line, as with a screen reader",
		Long:  plainLong,
		Example: `  tocsin plain
  printf 'deadlines\nmore\n' | tocsin plain`,
		Args: words(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.runPlain(cmd) },
	}
}

// runPlain opens the console line by line.
func (a *app) runPlain(cmd *cobra.Command) error {
	ctx, cancel := context.WithCancelCause(cmd.Context())
	defer cancel(nil)
	quiet := *a
	quiet.err = io.Discard // what it would say is said in the conversation
	options, s, err := quiet.openConsole(ctx, cancel)
	if err != nil {
		return err
	}
	done := a.letJoin(ctx, s, &options.Notice)
	options.Echo = a.echoes()
	err = tui.RunPlain(ctx, options, a.in, a.out)
	done()
	var trouble *storeError
	if errors.As(context.Cause(ctx), &trouble) {
		err = trouble
	}
	return errors.Join(err, s.close())
}

// echoes reports whether what is typed is to be written, as where a pipe types.
// Over the network somebody may sit at a terminal that was not asked for, and
// shows what is typed by itself.
func (a *app) echoes() bool {
	return !a.ends().in && (a.guest == nil || a.guest.here())
}
