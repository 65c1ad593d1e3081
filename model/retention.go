package model

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/model/calendar"
)

// Class is a kind of thing that the record keeps for a period of its own.
type Class string

// The classes. What each is kept for by default follows the security and
// compliance summary of iVentory.
const (
	// AuditLog: an incident with its history, counted from its end, where
	// nothing shorter is set. The order of the log stays: of a purged event its
	// leaf is kept. Settings, packs and calendars stay as long as the space.
	AuditLog Class = "audit-log"
	// IncidentBodies: an incident with its history, counted from its end.
	IncidentBodies Class = "incidents"
	// EvidenceContent: what evidence consists of, counted from the incident's
	// end. The ledger of custody goes with the incident.
	EvidenceContent Class = "evidence"
	// Undo: how long a deletion can be taken back before a sweep takes it.
	Undo Class = "undo"
	// Deleted: within what time of the decision a deleted incident is gone.
	Deleted Class = "deleted"
	// Backups: within what further time no backup holds what was purged.
	Backups Class = "backups"
	// Customers: records of customers, counted from the end of their
	// subscription. Nothing is in this class yet.
	Customers Class = "customers"
)

// Retention is how long a space keeps what. A zero period is the class's
// default, so the zero Retention is the default of all.
type Retention struct {
	AuditLog  calendar.Period `json:"audit_log,omitzero"`
	Incidents calendar.Period `json:"incidents,omitzero"`
	Evidence  calendar.Period `json:"evidence,omitzero"`
	Undo      calendar.Period `json:"undo,omitzero"`
	Deleted   calendar.Period `json:"deleted,omitzero"`
	Backups   calendar.Period `json:"backups,omitzero"`
	Customers calendar.Period `json:"customers,omitzero"`
	Second    bool            `json:"second,omitempty"` // a sweep needs a second person
}

// Keeping is a class as people are told of it.
type Keeping struct {
	Class   Class
	Label   string
	Default calendar.Period // zero: as Else says
	Else    string
	Counts  string // from when the period counts, and what goes
	period  func(*Retention) *calendar.Period
}

var keepings = []Keeping{
	{AuditLog, "Audit log", calendar.Period{N: 120, Unit: calendar.Months}, "", "from an incident's end; its number, its place in the log and every proof stay", func(r *Retention) *calendar.Period { return &r.AuditLog }},
	{IncidentBodies, "Incidents", calendar.Period{}, "as long as the audit log", "from an incident's end; goes with its history and its evidence", func(r *Retention) *calendar.Period { return &r.Incidents }},
	{EvidenceContent, "Evidence", calendar.Period{}, "as long as its incident", "from the incident's end; the content goes, the ledger of custody stays", func(r *Retention) *calendar.Period { return &r.Evidence }},
	{Undo, "Undo of a deletion", calendar.Period{N: 14, Unit: calendar.Days}, "", "from the decision to delete; until then no sweep takes it", func(r *Retention) *calendar.Period { return &r.Undo }},
	{Deleted, "Deleted records", calendar.Period{N: 30, Unit: calendar.Days}, "", "from the decision to delete; purged within this time", func(r *Retention) *calendar.Period { return &r.Deleted }},
	{Backups, "Backups", calendar.Period{N: 7, Unit: calendar.Days}, "", "from a purge; older backups are to be destroyed within this time", func(r *Retention) *calendar.Period { return &r.Backups }},
	{Customers, "Customer data", calendar.Period{N: 90, Unit: calendar.Days}, "", "from the end of a subscription; nothing is in this class yet", func(r *Retention) *calendar.Period { return &r.Customers }},
}

// Keepings returns the classes, in the order that people are told of them.
func Keepings() []Keeping { return slices.Clone(keepings) }

// Classes returns the names of the classes.
func Classes() []string {
	names := make([]string, len(keepings))
	for k, kept := range keepings {
		names[k] = string(kept.Class)
	}
	return names
}

// Set is what was set for a class, the zero period where its default holds.
func (r Retention) Set(class Class) calendar.Period {
	for _, kept := range keepings {
		if kept.Class == class {
			return *kept.period(&r)
		}
	}
	return calendar.Period{}
}

// With is r with another period for a class; the zero period is the default.
func (r Retention) With(class Class, p calendar.Period) Retention {
	for _, kept := range keepings {
		if kept.Class == class {
			*kept.period(&r) = p
		}
	}
	return r
}

// Period is how long a class is kept: what was set, its default, or what the
// class follows.
func (r Retention) Period(class Class) calendar.Period {
	if p := r.Set(class); !p.IsZero() {
		return p
	}
	switch class {
	case IncidentBodies:
		return r.Period(AuditLog)
	case EvidenceContent:
		return r.Period(IncidentBodies)
	}
	for _, kept := range keepings {
		if kept.Class == class {
			return kept.Default
		}
	}
	return calendar.Period{}
}

// Words says for how long a class is kept: "10 years", "as long as the audit
// log".
func (r Retention) Words(class Class) string {
	for _, kept := range keepings {
		if kept.Class == class && kept.Else != "" && r.Set(class).IsZero() {
			return kept.Else
		}
	}
	return PeriodWords(r.Period(class))
}

// PeriodWords says a period in words, whole years as years.
func PeriodWords(p calendar.Period) string {
	switch {
	case p.Unit == calendar.Months && p.N == 12:
		return "1 year"
	case p.Unit == calendar.Months && p.N > 0 && p.N%12 == 0:
		return fmt.Sprintf("%d years", p.N/12)
	case p.Unit == calendar.Days && p.N == 1:
		return "1 day"
	case p.Unit == calendar.Days:
		return fmt.Sprintf("%d days", p.N)
	}
	return p.Words()
}

// Deletion is the decision that an incident, reported by mistake, is to go.
type Deletion struct {
	Reason string    `json:"reason"`
	By     string    `json:"by"`
	Since  time.Time `json:"since"`
}

// Expiry is something that is not to be kept for ever.
type Expiry struct {
	Incident *Incident
	Class    Class           // Deleted, IncidentBodies, AuditLog, or EvidenceContent
	Period   calendar.Period // that ends at From
	Since    time.Time       // the incident's end, or the decision to delete it
	From     time.Time       // a sweep takes it from then on
	By       time.Time       // it is to be gone by then; zero: nobody promised when
	Items    []string        // for EvidenceContent: the pieces whose content goes
}

// Expiries is what of an incident is to go, and when; nothing of one that is
// open. Days end with the day in the zone.
func (r Retention) Expiries(i *Incident, zone *time.Location) []Expiry {
	if i.Open() {
		return nil
	}
	count := calendar.Calendar{Zone: zone}
	whole := Expiry{Incident: i, Class: IncidentBodies, Since: i.Closed, Period: r.Period(IncidentBodies)}
	if r.Incidents.IsZero() {
		whole.Class = AuditLog
	}
	whole.From = count.Due(whole.Period, whole.Since)
	if d := i.Deletion; d != nil {
		if from := count.Due(r.Period(Undo), d.Since); from.Before(whole.From) {
			whole = Expiry{Incident: i, Class: Deleted, Since: d.Since, Period: r.Period(Undo), From: from, By: count.Due(r.Period(Deleted), d.Since)}
		}
	}
	all := []Expiry{whole}
	if items := i.keptEvidence(); len(items) > 0 && !r.Evidence.IsZero() {
		if from := count.Due(r.Evidence, i.Closed); from.Before(whole.From) {
			all = append(all, Expiry{Incident: i, Class: EvidenceContent, Since: i.Closed, Period: r.Evidence, From: from, Items: items})
		}
	}
	return all
}

// keptEvidence lists the pieces of evidence whose content was not purged.
func (i *Incident) keptEvidence() []string {
	var items []string
	for k := range i.Evidence {
		if e := &i.Evidence[k]; e.Purged.IsZero() {
			items = append(items, e.ID)
		}
	}
	return items
}

// Why says which rule something goes by.
func (e *Expiry) Why() string {
	switch e.Class {
	case Deleted:
		return "deleted; undo ends after " + PeriodWords(e.Period)
	case EvidenceContent:
		return "evidence is kept " + PeriodWords(e.Period) + " from the incident's end"
	case IncidentBodies:
		return "incidents are kept " + PeriodWords(e.Period) + " from their end"
	}
	return "the audit log is kept " + PeriodWords(e.Period) + " from an incident's end"
}

// Overdue reports whether something should be gone by now.
func (e *Expiry) Overdue(now time.Time) bool { return !e.By.IsZero() && !now.Before(e.By) }

// Preview is what a sweep would do.
type Preview struct {
	Due  []Expiry // goes, the one that is due longest first
	Held []Expiry // would go if no legal hold were on the incident
	Wait []Expiry // deletions that can still be taken back, the next one first
	Next time.Time
}

// Preview says what a sweep at now would take of the ended incidents. Next is
// when something more comes due; zero where nothing ever does.
func (r Retention) Preview(ended []*Standing, zone *time.Location, now time.Time) Preview {
	var p Preview
	for _, s := range ended {
		for _, e := range r.Expiries(s.Incident, zone) {
			p.take(e, now)
		}
	}
	for _, list := range [][]Expiry{p.Due, p.Held, p.Wait} {
		slices.SortFunc(list, func(a, b Expiry) int {
			return cmp.Or(a.From.Compare(b.From), strings.Compare(string(a.Incident.ID), string(b.Incident.ID)), cmp.Compare(a.Class, b.Class))
		})
	}
	return p
}

func (p *Preview) take(e Expiry, now time.Time) {
	switch {
	case !now.Before(e.From) && e.Incident.Held():
		p.Held = append(p.Held, e)
	case !now.Before(e.From):
		p.Due = append(p.Due, e)
	default:
		if e.Class == Deleted {
			p.Wait = append(p.Wait, e)
		}
		if p.Next.IsZero() || e.From.Before(p.Next) {
			p.Next = e.From
		}
	}
}
