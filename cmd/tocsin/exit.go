package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"tocsin/model"
	"tocsin/store"
)

// Exit codes, the same for every verb.
const (
	exitDone    = 0
	exitRefused = 1 // the command was understood and refused; why is on standard error
	exitUsage   = 2 // the command line is not one
	exitStore   = 3 // the record cannot be opened, read or written
)

// usageError says that the command line is malformed, and where help is.
type usageError struct {
	err  error
	help string // the command to ask for help
}

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

// storeError marks trouble with the record, as against a refusal by the domain.
type storeError struct{ err error }

func (e *storeError) Error() string { return e.err.Error() }
func (e *storeError) Unwrap() error { return e.err }

// troubled marks an error of the store as one, unless it is the domain's no
// or the end of the caller's patience.
func troubled(err error) error {
	for _, no := range []error{model.ErrRefused, store.ErrTooLarge, store.ErrSpaceName, context.Canceled} {
		if errors.Is(err, no) {
			return err
		}
	}
	if err == nil {
		return nil
	}
	return &storeError{err: err}
}

func exitCode(err error) int {
	var usage *usageError
	var trouble *storeError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &usage):
		return exitUsage
	case errors.As(err, &trouble):
		return exitStore
	}
	return exitRefused
}

// complain writes an error for people: all of it, cleaned, nothing else.
func (a *app) complain(err error) {
	text := err.Error()
	if errors.Is(err, context.Canceled) {
		text = "interrupted"
	}
	fmt.Fprintln(a.err, "tocsin: "+model.CleanText(text))
	var usage *usageError
	if errors.As(err, &usage) && usage.help != "" {
		fmt.Fprintln(a.err, "See "+strings.TrimSpace(usage.help)+" --help.")
	}
}
