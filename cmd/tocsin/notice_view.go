package main

import (
	"strconv"
	"strings"

	"tocsin/model"
)

type noticeView struct {
	ID         string              `json:"id" help:"within the incident, such as N1"`
	Kind       string              `json:"kind" help:"initial, update, resolution, regulator, leadership, partner, public or summary"`
	State      string              `json:"state" help:"draft, proposed, approved, released, done or withdrawn"`
	Version    int                 `json:"version" help:"of the draft, from 1"`
	Rules      []string            `json:"rules" help:"the obligations it answers"`
	Groups     []string            `json:"groups" help:"of affected customers, whom it goes to"`
	Channel    string              `json:"channel"`
	Template   string              `json:"template"`
	Corrects   string              `json:"corrects" help:"the earlier notice that it corrects"`
	Fields     []noticeFieldView   `json:"fields"`
	Texts      []noticeTextView    `json:"texts" help:"one for each language; {customer} and {contact} are filled for every recipient"`
	Contents   []noticeContentView `json:"contents" help:"what its rules and its template want said"`
	Promises   []promiseView       `json:"promises" help:"times that the texts bind their sender to: past one of them the notice may not leave"`
	Digest     string              `json:"digest" help:"SHA-256 of what was proposed; approvals are bound to it"`
	WaitsFor   []string            `json:"waits_for" help:"roles whose approval is missing"`
	Approvals  []approvalView      `json:"approvals"`
	Override   string              `json:"override" help:"why it may leave without approvals"`
	OverrideBy string              `json:"override_by"`
	By         string              `json:"by" help:"who wrote this version"`
	At         stamp               `json:"at"`
	Released   stamp               `json:"released"`
	ReleasedBy string              `json:"released_by"`
	Reference  string              `json:"reference" help:"of what was filed by hand"`
	Evidence   string              `json:"evidence"`
	Recipients int                 `json:"recipients"`
	Paused     bool                `json:"paused"`
	Cancelled  bool                `json:"cancelled"`
	Delivery   []outcomeView       `json:"delivery" help:"how many recipients there are of each outcome"`
}

type noticeFieldView struct {
	Name    string `json:"name"`
	Value   string `json:"value"`
	Unknown bool   `json:"unknown" help:"not known yet"`
}

type noticeTextView struct {
	Language string `json:"language"`
	Subject  string `json:"subject"`
	Body     string `json:"body"`
}

type noticeContentView struct {
	Content string `json:"content"`
	State   string `json:"state" help:"covered, not yet known or missing"`
	Where   string `json:"where"`
}

type promiseView struct {
	Field string `json:"field"`
	By    stamp  `json:"by"`
}

type approvalView struct {
	Role   string `json:"role"`
	Person string `json:"person"`
	At     stamp  `json:"at"`
	Second bool   `json:"second" help:"a code of the second factor was given"`
}

type outcomeView struct {
	Outcome string `json:"outcome" help:"waiting, attempted, accepted, deferred, refused, uncertain, bounced, told by hand, received, given up or cancelled"`
	Count   int    `json:"count"`
}

func (g *gatherer) notice(i *model.Incident, n *model.Notice) noticeView {
	view := noticeView{
		ID: n.ID, Kind: string(n.Kind), State: string(n.State), Version: n.Version, Rules: []string{}, Groups: list(n.Groups), Channel: n.Channel,
		Template: n.Template, Corrects: n.Corrects, Fields: []noticeFieldView{}, Texts: []noticeTextView{}, Contents: []noticeContentView{}, Promises: []promiseView{},
		Digest: n.Digest, WaitsFor: []string{}, Approvals: []approvalView{}, Override: n.Override, OverrideBy: n.OverrideBy, By: n.By, At: g.stamp(n.At),
		Released: g.stamp(n.Released), ReleasedBy: n.ReleasedBy, Reference: n.Reference, Evidence: n.Evidence, Recipients: n.Recipients,
		Paused: n.Delivery.Paused, Cancelled: n.Delivery.Cancelled, Delivery: []outcomeView{},
	}
	for _, key := range n.Rules {
		view.Rules = append(view.Rules, key.String())
	}
	for _, f := range n.Fields {
		view.Fields = append(view.Fields, noticeFieldView{f.Name, f.Value, f.Unknown})
	}
	for _, t := range n.Texts {
		view.Texts = append(view.Texts, noticeTextView(t))
	}
	for _, c := range n.Contents {
		view.Contents = append(view.Contents, noticeContentView{c.Label, contentState(c), c.Where})
	}
	for _, p := range n.Promises {
		view.Promises = append(view.Promises, promiseView{p.Field, g.stamp(p.By)})
	}
	if n.State == model.NoticeIsProposed {
		view.WaitsFor = list(g.snapshot.NoticeNeeds(i, n))
	}
	for _, a := range n.Approvals {
		view.Approvals = append(view.Approvals, approvalView{a.Role, a.Person, g.stamp(a.At), a.Second})
	}
	for _, outcome := range model.DeliveryOutcomes() {
		if of := n.Delivery.Counts.Of(outcome); of > 0 {
			view.Delivery = append(view.Delivery, outcomeView{outcome.String(), of})
		}
	}
	return view
}

func contentState(c model.NoticeContent) string {
	switch {
	case c.Covered:
		return "covered"
	case c.Unknown:
		return "not yet known"
	}
	return "missing"
}

// standing says in a few words where a notice is.
func (v *noticeView) standing() painted {
	switch model.NoticeState(v.State) {
	case model.NoticeIsDraft:
		return painted{"draft", plain}
	case model.NoticeIsProposed:
		return painted{"waits for " + strings.Join(v.WaitsFor, ", "), warning}
	case model.NoticeIsApproved:
		return painted{"approved, not released", warning}
	case model.NoticeIsReleased:
		switch {
		case v.Cancelled:
			return painted{"cancelled", warning}
		case v.Paused:
			return painted{"paused", warning}
		}
		return painted{"on its way", strong}
	case model.NoticeIsDone:
		return painted{"done", good}
	}
	return painted{v.State, quiet}
}

// delivered says how far the delivery is: "9,998 accepted, 2 refused".
func (v *noticeView) delivered() string {
	words := make([]string, len(v.Delivery))
	for k, d := range v.Delivery {
		words[k] = grouped(d.Count) + " " + d.Outcome
	}
	return strings.Join(words, ", ")
}

// grouped writes a number for people: 1,000,000.
func grouped(n int) string {
	digits := strconv.Itoa(n)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}
