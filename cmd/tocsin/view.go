package main

import (
	"encoding/json"
	"fmt"
	"time"

	"tocsin/model"
	"tocsin/model/policy"
)

// What verbs print as JSON. Field names are stable: they are added to, never
// renamed. Lists are never null; a time or an object that is not there is
// null, a text that is not there is "". The help tag says what a field holds,
// and "tocsin help json" prints it.

// stamp is a moment in JSON: RFC 3339 with the space's offset, null where there is none.
type stamp struct{ time.Time }

// MarshalJSON writes the moment, or null.
func (t stamp) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return json.Marshal(t.Format(time.RFC3339Nano))
}

type queueView struct {
	ID             model.ID `json:"id" help:"such as INC-2026-0007"`
	Title          string   `json:"title"`
	Severity       string   `json:"severity" help:"id in the pack; \"\" before triage"`
	SeverityRank   int      `json:"severity_rank" help:"1 for the pack's lowest; 0 before triage"`
	Classification string   `json:"classification" help:"confirmed, potential or \"\""`
	Types          []string `json:"types" help:"ids in the pack"`
	Phase          string   `json:"phase" help:"id in the pack"`
	TLP            string   `json:"tlp" help:"TLP 2.0 label"`
	Lead           []string `json:"lead" help:"who holds the role lead"`
	Gaps           []string `json:"gaps" help:"required roles that nobody holds"`
	Opened         stamp    `json:"opened"`
	Closed         stamp    `json:"closed"`
	Outcome        string   `json:"outcome" help:"\"\" while open; resolved, false positive, duplicate or merged"`
	Overdue        int      `json:"overdue" help:"how many obligations are overdue for certain"`
	Next           *dueView `json:"next" help:"what is due first"`
	WaitsFor       string   `json:"waits_for" help:"the fact that an applying rule's clock waits for, where nothing counts yet; else \"\""`
}

type dueView struct {
	Rule        string `json:"rule" help:"PACK/RULE"`
	Title       string `json:"title"`
	State       string `json:"state" help:"running, due soon, overdue or cannot be excluded"`
	Due         stamp  `json:"due" help:"strict; the exclusive midnight where it ends a day"`
	LeftSeconds int64  `json:"left_seconds" help:"negative once it has passed"`
	Conditional bool   `json:"conditional" help:"it may turn out not to apply; due is the worst case"`
}

type reminderView struct {
	Incident    model.ID `json:"incident"`
	Rule        string   `json:"rule" help:"PACK/RULE"`
	Title       string   `json:"title"`
	Level       string   `json:"level" help:"the highest that is reached: half, 24h and the like, or overdue"`
	Since       stamp    `json:"since" help:"when it was reached"`
	Again       int      `json:"again" help:"how often it came up anew since it is overdue"`
	Due         stamp    `json:"due" help:"strict; the exclusive midnight where it ends a day"`
	LeftSeconds int64    `json:"left_seconds" help:"negative once it has passed"`
	Conditional bool     `json:"conditional" help:"it may turn out not to apply; due is the worst case"`
	Reminds     []string `json:"reminds" help:"ids of the roles that are reminded"`
	People      []string `json:"people" help:"who holds them; none: everybody is reminded"`
	Call        string   `json:"call" help:"role, task or note, where it is no deadline and you are called by others; else \"\""`
	By          string   `json:"by" help:"who called you; \"\" for a deadline"`
}

type incidentView struct {
	queueView
	Description   string           `json:"description"`
	Data          []string         `json:"data_categories" help:"ids in the pack"`
	Systems       []string         `json:"systems"`
	Reporter      string           `json:"reporter"`
	Contact       string           `json:"contact"`
	Source        string           `json:"source"`
	External      string           `json:"external_id" help:"its id where it was imported from"`
	Packs         []string         `json:"packs" help:"pinned versions, the procedure first"`
	NewerPacks    []string         `json:"newer_packs" help:"adopted versions that are newer than those pinned"`
	OpenedBy      string           `json:"opened_by"`
	Triaged       stamp            `json:"triaged"`
	Reopened      int              `json:"reopened" help:"how often"`
	Notes         int              `json:"notes" help:"how many; the texts are on the timeline"`
	Version       uint64           `json:"version" help:"sequence number of its last event"`
	SeverityCalls []severityView   `json:"severity_decisions" help:"oldest first"`
	Phases        []phaseView      `json:"phases" help:"as entered, oldest first"`
	Roles         []roleView       `json:"roles" help:"the procedure's"`
	Facts         []factView       `json:"facts" help:"in the order stated"`
	Tasks         []taskView       `json:"tasks"`
	Obligations   []obligationView `json:"obligations"`
	Links         []linkView       `json:"links"`
	Hold          *keptView        `json:"hold" help:"the legal hold that is on it"`
	Deletion      *keptView        `json:"deletion" help:"the decision that it is to go"`
}

// keptView is a decision on whether an incident is kept.
type keptView struct {
	Reason string `json:"reason"`
	By     string `json:"by"`
	Since  stamp  `json:"since"`
}

type severityView struct {
	Level    string   `json:"level"`
	Criteria []string `json:"criteria"`
	Reason   string   `json:"reason"`
	By       string   `json:"by"`
	At       stamp    `json:"at"`
}

type phaseView struct {
	Phase    string `json:"phase"`
	Label    string `json:"label"`
	From     stamp  `json:"from"`
	By       string `json:"by"`
	Override string `json:"override" help:"why it was entered with mandatory tasks open"`
}

type roleView struct {
	Role     string   `json:"role"`
	Label    string   `json:"label"`
	Required bool     `json:"required"`
	People   []string `json:"people"`
}

type factView struct {
	Name     string        `json:"name"`
	Label    string        `json:"label"`
	Question bool          `json:"question" help:"answered yes, no or unknown; otherwise a time"`
	Stated   bool          `json:"stated" help:"false where it could be stated and is not"`
	Time     stamp         `json:"time" help:"null for questions and times not known"`
	Answer   string        `json:"answer" help:"yes, no or unknown; \"\" for times and settings"`
	Value    string        `json:"value" help:"a setting's word or number; \"\" for the rest"`
	By       string        `json:"by"`
	At       stamp         `json:"stated_at"`
	Ground   string        `json:"ground"`
	Earlier  []earlierView `json:"earlier" help:"what it said before corrections, oldest first"`
}

type earlierView struct {
	Time   stamp  `json:"time"`
	Answer string `json:"answer"`
	Value  string `json:"value"`
	By     string `json:"by"`
	At     stamp  `json:"stated_at"`
	Reason string `json:"reason" help:"why it was corrected"`
}

type taskView struct {
	ID        string `json:"id"`
	Phase     string `json:"phase"`
	Title     string `json:"title"`
	Role      string `json:"role" help:"who it is meant for"`
	Mandatory bool   `json:"mandatory"`
	Added     bool   `json:"added" help:"by a responder, not by the pack"`
	State     string `json:"state" help:"open, done or not needed"`
	Assignee  string `json:"assignee"`
	By        string `json:"by" help:"who touched it last"`
	At        stamp  `json:"at"`
	Reason    string `json:"reason"`
}

type obligationView struct {
	Incident    model.ID         `json:"incident"`
	Pack        string           `json:"pack" help:"pinned version, such as gdpr@1"`
	Rule        string           `json:"rule" help:"PACK/RULE, as fact and waive take it"`
	Title       string           `json:"title"`
	State       string           `json:"state" help:"not started, running, due soon, overdue, open, met, met late, suspended, waived, cannot be excluded, no longer applies"`
	Audience    string           `json:"audience"`
	Started     stamp            `json:"started" help:"what the due time is counted from"`
	Due         stamp            `json:"due" help:"strict; null where there is none"`
	Legal       stamp            `json:"legal" help:"latest arguable limit; shown, never counted to"`
	LeftSeconds *int64           `json:"left_seconds" help:"to due, negative once it has passed"`
	Occurrence  int              `json:"occurrence" help:"which one of a recurring rule is due, from 1"`
	Missed      int              `json:"missed" help:"due times of a recurring rule that passed with nothing sent"`
	Why         string           `json:"why" help:"what decided that it cannot be excluded, has not started or no longer applies"`
	Filings     []filingView     `json:"filings" help:"every submission that counted"`
	Waiver      *waiverView      `json:"waiver"`
	Delays      []delayView      `json:"delays" help:"on record for it, as they hold; one that was lifted until then"`
	Contents    []string         `json:"contents" help:"what the notice must say"`
	Approval    []string         `json:"approval" help:"roles that approve before it leaves"`
	Citation    string           `json:"citation"`
	Explanation *explanationView `json:"explanation" help:"in show, and in deadlines with --explain"`

	rule   *policy.Rule
	passed bool // it is overdue, or perhaps
	pack   *policy.Pack
}

type filingView struct {
	At        stamp  `json:"at"`
	Received  stamp  `json:"received"`
	Due       stamp  `json:"due" help:"the due time it was held against"`
	Late      bool   `json:"late"`
	Reference string `json:"reference"`
	By        string `json:"by"`
}

type waiverView struct {
	Decider   string `json:"decider"`
	Rationale string `json:"rationale"`
	At        stamp  `json:"at"`
}

type delayView struct {
	From      stamp  `json:"from"`
	Until     stamp  `json:"until"`
	Requester string `json:"requester"`
	Evidence  string `json:"evidence"`
	Reason    string `json:"reason"`
	By        string `json:"by" help:"who recorded it"`
}

type explanationView struct {
	Why      []string   `json:"why" help:"one line for each condition"`
	Steps    []stepView `json:"steps" help:"from what started it to the due time"`
	Stated   []string   `json:"stated" help:"on whose word the times it counts from rest; empty in due"`
	Warnings []string   `json:"warnings"`
}

type stepView struct {
	Text string `json:"text"`
	At   stamp  `json:"at"`
}

type linkView struct {
	Kind  string   `json:"kind" help:"related, duplicate of, has duplicate, merged into or merged from"`
	Other model.ID `json:"other"`
}

type evidenceView struct {
	ID        string        `json:"id" help:"within the incident, such as E-1"`
	Title     string        `json:"title"`
	Kind      string        `json:"kind" help:"log, image, disk-image, memory, e-mail, document or other"`
	Name      string        `json:"name" help:"of the file it was; a label, cleaned"`
	Size      uint64        `json:"size" help:"bytes"`
	SHA256    string        `json:"sha256"`
	From      string        `json:"from" help:"where it comes from"`
	Note      string        `json:"note"`
	By        string        `json:"by" help:"who recorded it"`
	Recorded  stamp         `json:"recorded"`
	Holder    string        `json:"holder" help:"\"\" where it was returned or released"`
	Integrity string        `json:"integrity" help:"intact, changed or missing at the last verification; \"\" before the first"`
	Verified  stamp         `json:"verified"`
	Custody   []custodyView `json:"custody" help:"the ledger, oldest first"`
}

type custodyView struct {
	Deed     string `json:"deed" help:"collected, transferred, examined, exported, returned or released"`
	At       stamp  `json:"at" help:"when it was done"`
	From     string `json:"from" help:"who held it before"`
	Holder   string `json:"holder" help:"who holds it afterwards"`
	Person   string `json:"person" help:"who collected, received or examined it"`
	Reason   string `json:"reason"`
	By       string `json:"by" help:"who recorded it"`
	Recorded stamp  `json:"recorded"`
}

type verdictView struct {
	ID     string `json:"id" help:"within the incident, such as E-1"`
	Title  string `json:"title"`
	SHA256 string `json:"sha256" help:"that the content was compared with"`
	Found  string `json:"found" help:"intact, changed or missing"`
}

type entryView struct {
	Seq    uint64   `json:"seq" help:"sequence number in the space's record"`
	At     stamp    `json:"at" help:"when it was recorded"`
	Actor  string   `json:"actor"`
	Kind   string   `json:"kind" help:"such as fact.stated"`
	What   string   `json:"what"`
	Detail []string `json:"detail"`
	Minor  bool     `json:"minor" help:"a consequence of another entry"`
}

type packView struct {
	ID      string `json:"id"`
	Version int    `json:"version"`
	Kind    string `json:"kind" help:"procedure or regime"`
	Title   string `json:"title"`
	Source  string `json:"source" help:"the document it was made from"`
	Adopted bool   `json:"adopted" help:"taken into the space"`
	Default bool   `json:"default" help:"new incidents run under it"`
}

// calendarView is a calendar as lists have it.
type calendarView struct {
	ID        string `json:"id"`
	Version   int    `json:"version" help:"this console's, or the adopted one where it has none"`
	Title     string `json:"title"`
	FirstYear int    `json:"first_year" help:"the first year whose holidays are known"`
	LastYear  int    `json:"last_year" help:"the last one"`
	Source    string `json:"source" help:"where the days come from"`
	Adopted   int    `json:"adopted" help:"the version that the space counts by, 0 for none"`
	Home      bool   `json:"home" help:"holidays of the space's own place"`
}

type versionView struct {
	Version string `json:"version"`
	Go      string `json:"go"`
	TZData  string `json:"tzdata" help:"release of the zone database in use, and which that is"`
	Badger  string `json:"badger"`
	Format  int    `json:"data_format" help:"of the record that this version writes"`
}

// printJSON writes a view, indented, with a line end.
func (p *paper) printJSON(view any) error {
	encoder := json.NewEncoder(p)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(view); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return nil
}
