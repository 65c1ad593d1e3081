package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin/model"
	"tocsin/tui"
)

func (a *app) noticeListCommand() *cobra.Command {
	return a.reading(&cobra.Command{
		Use:               "list ID",
		Short:             "List an incident's notices and where they stand",
		Args:              words(1, 1),
		ValidArgsFunction: a.completeIncident,
		RunE: a.aboutIncident(func(_ context.Context, s *session, standing *model.Standing, _ []string) error {
			views := []noticeView{}
			for k := range standing.Incident.Notices {
				views = append(views, s.gather().notice(standing.Incident, &standing.Incident.Notices[k]))
			}
			if a.json {
				return s.out.printJSON(views)
			}
			s.printNotices(standing.Incident.ID, views)
			return nil
		}),
	})
}

func (s *session) printNotices(id model.ID, views []noticeView) {
	if len(views) == 0 {
		s.out.printf("%s has no notices. tocsin notice draft %s KIND begins one.", id, id)
		return
	}
	t := newTable(column{title: "id"}, column{title: "kind"}, column{title: "standing", flexible: true}, column{title: "answers", flexible: true}, column{title: "to"}, column{title: "written"})
	for k := range views {
		v := &views[k]
		to := strings.Join(v.Groups, ", ")
		if v.Recipients > 0 {
			to = v.delivered()
		}
		t.add(painted{v.ID, strong}, painted{v.Kind, plain}, v.standing(), painted{strings.Join(v.Rules, ", "), quiet}, painted{to, plain},
			painted{when(v.At.Time, s.zone(), s.now()) + ", " + v.By, quiet})
	}
	t.write(s.out)
}

func (a *app) noticeShowCommand() *cobra.Command {
	cmd := a.noticeVerb("show ID [NOTICE]", "Show all of a notice: its texts, what they have to say, who approved, how far it is", func(ctx context.Context, s *session, i *model.Incident, n model.Notice) error {
		view := s.gather().notice(i, &n)
		if a.json {
			return s.out.printJSON(view)
		}
		s.printNotice(i.ID, &view)
		return s.printMissed(ctx, i.ID, &n)
	})
	return a.reading(cmd)
}

// missedShown is how many of those whom a notice has not reached are listed.
const missedShown = 100

// printMissed lists whom a released notice has not reached and does not reach by
// itself, for whoever tells them by hand. It is not for those who may not see
// customers.
func (s *session) printMissed(ctx context.Context, id model.ID, n *model.Notice) error {
	missed := []model.DeliveryOutcome{model.ToldRefused, model.ToldBounced, model.ToldUncertain}
	total := 0
	for _, outcome := range missed {
		total += n.Delivery.Counts.Of(outcome)
	}
	if total == 0 || s.mayOpen() != nil {
		return nil
	}
	rows, more, err := noticesOf(s).Told(ctx, id, n.ID, missed, tui.Page{Limit: missedShown})
	if err != nil {
		return err
	}
	s.out.line()
	s.out.line(painted{"Not reached", strong}, painted{": tocsin notice contact records who told them by hand, retry sends again", quiet})
	t := newTable(column{title: "no."}, column{title: "outcome"}, column{title: "customer"}, column{title: "name", flexible: true}, column{title: "address"}, column{title: "said", flexible: true})
	for _, r := range rows {
		t.add(painted{strconv.Itoa(r.Ordinal), quiet}, painted{r.Outcome.String(), alarm}, painted{r.Customer, plain}, painted{r.Name, plain}, painted{r.Address, plain}, painted{r.Words, quiet})
	}
	t.write(s.out)
	if more {
		s.out.line(painted{fmt.Sprintf("The first %d of %d are shown; tocsin notice proof writes all.", missedShown, total), quiet})
	}
	return nil
}

func (s *session) printNotice(id model.ID, v *noticeView) {
	s.out.line(painted{fmt.Sprintf("%s/%s  ", id, v.ID), quiet}, painted{v.Kind + " notice", strong}, painted{" · ", quiet}, v.standing())
	row := func(label, text string) {
		if text != "" {
			s.out.line(painted{fmt.Sprintf("%-12s  ", label), quiet}, painted{text, plain})
		}
	}
	row("Answers", strings.Join(v.Rules, ", "))
	row("Goes to", strings.Join(v.Groups, ", "))
	row("By", v.Channel)
	row("Template", v.Template)
	row("Waits", s.keptBecause(model.NoticeRef{Incident: id, Notice: v.ID}))
	row("Corrects", v.Corrects)
	row("Written", fmt.Sprintf("version %d, by %s, %s", v.Version, v.By, when(v.At.Time, s.zone(), s.now())))
	for _, p := range v.Promises {
		row("Promises", p.Field+" by "+when(p.By.Time, s.zone(), s.now())+s.over(p.By.Time, v))
	}
	row("Digest", v.Digest)
	for _, approved := range v.Approvals {
		row("Approved", fmt.Sprintf("by %s, as %s, %s%s", approved.Person, approved.Role, when(approved.At.Time, s.zone(), s.now()), secondWords(approved.Second)))
	}
	if v.Override != "" {
		row("Override", v.OverrideBy+": "+v.Override)
	}
	if !v.Released.IsZero() {
		row("Released", joinNonEmpty(", ", when(v.Released.Time, s.zone(), s.now()), v.ReleasedBy, v.Reference, v.Evidence))
		row("Delivery", v.delivered())
	}
	s.printContents(v.Contents)
	for _, text := range v.Texts {
		s.printNoticeText(text)
	}
}

// over says that a notice which has not left promises what is past.
func (s *session) over(by time.Time, v *noticeView) string {
	if v.Released.IsZero() && !by.After(s.now()) {
		return ", which has passed"
	}
	return ""
}

func secondWords(second bool) string {
	if second {
		return ", with a code"
	}
	return ""
}

var contentMarks = map[string]painted{"covered": {"✓ ", good}, "not yet known": {"? ", notYet}, "missing": {"✗ ", alarm}}

func (s *session) printContents(contents []noticeContentView) {
	if len(contents) == 0 {
		return
	}
	s.out.line()
	for _, c := range contents {
		state := ""
		if c.State != "covered" {
			state = ", " + c.State
		}
		s.out.line(contentMarks[c.State], painted{c.Content, plain}, painted{state, contentMarks[c.State].ink})
	}
}

// printNoticeText shows a text as it is read.
func (s *session) printNoticeText(text noticeTextView) {
	s.out.line()
	s.out.line(painted{"── " + text.Language + " ── ", quiet}, painted{text.Subject, strong})
	s.out.line()
	for line := range strings.SplitSeq(text.Body, "\n") {
		if line == "" {
			s.out.line()
			continue
		}
		s.out.indented(2, line, plain)
	}
}
