// Package tui is the console: what people see and the keys they press.
package tui

import (
	"context"
	"time"

	"tocsin/model"
	"tocsin/model/policy"
)

// Options is what a console runs on.
type Options struct {
	Space Space
	Actor model.Actor
	// Now is the console's clock; nil is time.Now.
	Now func() time.Time
	// SetUp is called with the answers of the first-run screen, which is shown
	// while the space has no settings. Packs are what it offers.
	SetUp func(ctx context.Context, answers SetUpAnswers) error
	Packs []*policy.Pack
	// Defaults are what the first-run screen starts with.
	Defaults SetUpAnswers
	// Theme is "auto", "dark", "light" or "contrast"; "" is auto.
	Theme string
	// Keys overrides the default keys of actions, by action id.
	Keys map[string][]string
	// NoMouse leaves the mouse to the terminal.
	NoMouse bool
	// Banner is shown in the header, such as DEMO; "" shows nothing.
	Banner string
}

// SetUpAnswers is what the first-run screen asks.
type SetUpAnswers struct {
	Organisation string
	Zone         string   // IANA name
	Packs        []string // pack ids, the procedure first
}
