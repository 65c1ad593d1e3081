package tui

import (
	"context"
	"iter"
	"time"

	"tocsin/model"
	"tocsin/model/calendar"
	"tocsin/model/notice"
	"tocsin/model/policy"
)

// Space is what the console needs of a space: reading what stands now,
// waking when that changes, and giving commands.
type Space interface {
	// Snapshot is what stands now. It is immutable and cheap to get.
	Snapshot() Snapshot
	// Wake returns a channel that gets a value whenever a newer snapshot may
	// stand, and a function that ends the subscription.
	Wake() (wake <-chan struct{}, stop func())
	// Do gives a command and waits until it is durable or refused. The id is
	// the incident it was about.
	Do(ctx context.Context, actor model.Actor, command model.Command) (model.ID, error)
	// History is everything that happened to an incident, oldest first.
	History(ctx context.Context, id model.ID) ([]model.Event, error)
}

// Snapshot is one immutable view of a space, shared by all consoles.
type Snapshot interface {
	Seq() uint64
	Meta() model.Meta
	Zone() *time.Location
	// Queue is every open incident, most urgent first (model.CompareUrgency).
	// It is shared: do not change it.
	Queue() []*model.Standing
	// Closed is every ended incident, latest first. It is shared.
	Closed() []*model.Standing
	Incident(id model.ID) (*model.Standing, bool)
	// Dues walks what open incidents owe at a known time, soonest first.
	Dues() iter.Seq2[*model.Standing, model.Due]
	// DuesFrom is Dues beginning with the first due time that is not before from.
	DuesFrom(from time.Time) iter.Seq2[*model.Standing, model.Due]
	// Reminding walks the due times that are brought to mind of a person, those
	// that concern everybody where it is "", by when that begins
	// (Standing.RemindFrom).
	Reminding(person string) iter.Seq2[*model.Standing, model.Due]
	// Calling walks the incidents, open or ended, on which a person is called.
	Calling(person string) iter.Seq[*model.Standing]
	// Approving walks the incidents, open or ended, with notices that wait for
	// approval.
	Approving() iter.Seq[*model.Standing]
	// NoticeFacts is what is known of an incident for a notice about it that
	// answers these rules and is written at now.
	NoticeFacts(i *model.Incident, rules []policy.RuleKey, now time.Time) notice.Facts
	// Obligations is all that an incident owes, whatever its state.
	Obligations(i *model.Incident) []policy.Obligation
	PacksOf(i *model.Incident) []*policy.Pack
	// Packs is every adopted pack version, in no order.
	Packs() iter.Seq[*policy.Pack]
	// Calendars is the newest version of every adopted calendar, in no order.
	Calendars() iter.Seq[*calendar.Edition]
	// Home is what days are counted by where a pack has no authority of its own.
	Home() calendar.Calendar
}
