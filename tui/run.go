// Package tui is the console: what people see and the keys they press.
//
// There is one tea.Model, the Console. Screens, dialogs and lists are plain
// structs that it sizes, feeds and draws. What the outside has to say comes as
// one kind of message, the frame: a level (what stands now, and the time), so
// that a slow terminal skips frames and never queues them. Every key goes
// through the one table of actions, and every change through Space.Do.
//
// Measured on two cores with 100,000 open incidents at 200×50, more than 30
// countdowns in sight (go test ./tui -run - -bench .):
//
//	a tick drawn                0.58 ms
//	a key press drawn           0.47 ms
//	a changed space drawn       2.2 ms, all rows taken anew
//	a search for two words      18 ms, off the event loop
//
// A tick of a 300×80 wall costs what one of the console's does.
//
// On the wire (go test ./cmd/tocsin -run TestTickOnTheWire -v) such a tick is
// 265 bytes on a terminal that takes its default colours from the theme, and
// an idle one nothing.
package tui

import (
	"context"
	"time"

	"tocsin/model"
	"tocsin/model/calendar"
	"tocsin/model/policy"
)

// Options is what a console runs on.
type Options struct {
	Space Space
	Actor model.Actor
	// Now is the console's clock; nil is time.Now.
	Now func() time.Time
	// Steady is a clock that only ever runs on, whatever is done to Now, and
	// stands still while the machine sleeps; nil watches for nothing.
	Steady func() time.Duration
	// Bell rings the terminal's bell when a reminder comes up; Notify sends it
	// to the desktop too (OSC 9).
	Bell, Notify bool
	// SetUp is called with the answers of the first-run screen, which is shown
	// while the space has no settings. Packs are what it offers.
	SetUp func(ctx context.Context, answers SetUpAnswers) error
	Packs []*policy.Pack
	// HomeCalendar proposes the home calendar of a zone, "" where none is known
	// to be its; nil proposes none.
	HomeCalendar func(zone string) string
	// Defaults are what the first-run screen starts with.
	Defaults SetUpAnswers
	// Evidence takes files in and gives copies out; nil can do neither.
	Evidence Evidence
	// Audit reads and verifies the whole log; nil can do neither.
	Audit Audit
	// Retention purges what was kept long enough; nil can not.
	Retention Retention
	// Affected reads and changes who is affected; nil can do neither.
	Affected Affected
	// Notices is what notices are written and told with; nil can do neither.
	Notices Notices
	// Factor checks a code of the actor's second factor, where a decision asks for
	// one; nil where they have none. It is called off the event loop.
	Factor func(ctx context.Context, code string) error
	// ReadKeys reads public keys, one to a line; nil reads none. What is wrong
	// with them is a *model.Refusal.
	ReadKeys func(lines string) ([]model.AccessKey, error)
	// Health checks what costs nothing of the record and its surroundings, off
	// the event loop; nil checks nothing.
	Health func(ctx context.Context) []HealthLine
	// Theme is "auto", "dark", "light" or "contrast"; "" is auto.
	Theme string
	// Keys overrides the default keys of actions, by action id.
	Keys map[string][]string
	// NoMouse leaves the mouse to the terminal.
	NoMouse bool
	// Calendars are the newest versions that are known here, which a space may
	// count by older ones of.
	Calendars []*calendar.Edition
	// Company is who else works here at this moment; nil tells nobody. Its seat is
	// given up when the console ends.
	Company Company
	// Drafts keeps what is typed and not saved; nil keeps it for as long as the
	// console is open.
	Drafts Drafts
	// Resume is where the console opens; Leave is told where it was left.
	Resume Resume
	Leave  func(Resume)
	// LockAfter is how long nobody may type before the console hides everything,
	// by Steady or else Now; 0 is never.
	LockAfter time.Duration
	// Unlock checks a code of the actor's second factor, which unlocks the
	// console; nil where they have none. It is called off the event loop.
	Unlock func(ctx context.Context, code string) error
	// Banner is shown in the header, such as DEMO; "" shows nothing.
	Banner string
	// Fault says why the record can only be read, and what to do; "" where it
	// can be written to. The header shows that it can not.
	Fault string
	// Writable says whether commands are taken now, nil where they are, as while
	// the disk is nearly full; the header shows that they are not. It is asked
	// every second; nil is never asked.
	Writable func() error
	// Echo writes what is typed, in plain mode, as where no terminal does.
	Echo bool
	// Notice is said in the status line until the first key, such as that a
	// file could not be read; "" says nothing.
	Notice string
}

// SetUpAnswers is what the first-run screen asks.
type SetUpAnswers struct {
	Organisation string
	Zone         string            // IANA name
	Calendar     string            // the home calendar's id; "" is none
	Packs        []string          // pack ids, the procedure first
	Answers      []model.OwnAnswer // standing answers that were changed
}
