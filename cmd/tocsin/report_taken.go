package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"tocsin/model"
	"tocsin/tui/sshd"
)

// reportUser is the user name under which anybody may report, where the
// settings allow that.
const reportUser = "report"

// strange reports whether a visit is of somebody whom nobody knows.
func strange(visitor sshd.Visitor) bool {
	return visitor.Entrance == sshd.Network && visitor.Name == ""
}

// takeReport takes one report from somebody whom nobody knows, and lets them do
// nothing else: they read nothing, and give no verbs.
func (r *reception) takeReport(ctx context.Context, visit *sshd.Visit) int {
	visit.Look("a report")
	if len(visit.Args) > 0 {
		fmt.Fprintln(visit.Err, "tocsin: nothing but a report is taken here, and no words are needed: ssh "+reportUser+"@HOST, or with the report through a pipe")
		return exitUsage
	}
	now := r.house.now()
	leave, err := r.gate.enter(visit.From, now())
	if err != nil {
		fmt.Fprintln(visit.Err, "tocsin: "+err.Error())
		return exitRefused
	}
	defer leave()
	ctx, cancel := context.WithTimeout(ctx, reportPatience)
	defer cancel()
	library, _ := r.house.lastLibrary()
	s, err := r.house.enter(ctx, r.space, library)
	if err == nil {
		err = s.space.Writable()
	}
	if err != nil || !s.snapshot().IsSetUp() {
		fmt.Fprintln(visit.Err, "tocsin: no report can be taken now: tell somebody another way")
		return exitStore
	}
	form := reportForm{zone: s.zone(), now: now}
	report, err := form.fill(interruptible{ctx, visit.In}, visit.Out, visit.Terminal != nil)
	if err == nil {
		err = r.gate.take(visit.From, now())
	}
	if err != nil {
		return refuseReport(visit.Err, err)
	}
	receipt, err := s.space.Do(ctx, model.Actor{Name: model.Itself, Role: model.Owner}, report)
	if err != nil {
		return refuseReport(visit.Err, err)
	}
	fmt.Fprintf(visit.Out, "Received. The reference is %s.\nKeep it, and name it when you speak of this again.\n", receipt.Incident)
	fmt.Fprintln(visit.Out, nextWords(report))
	return exitDone
}

// nextWords say what becomes of a report.
func nextWords(report model.Report) string {
	if report.Contact == "" {
		return "Those who handle incidents see it now.\nNobody can ask you back, since you left no way to reach you."
	}
	return "Those who handle incidents see it now.\nThey ask you back as you said if they have to."
}

// fill fills the form in: with answers where somebody sits at a terminal, else
// from what comes.
func (f reportForm) fill(in io.Reader, out io.Writer, terminal bool) (model.Report, error) {
	if terminal {
		return f.ask(in, out)
	}
	return f.read(in)
}

// refuseReport says why a report was not taken. What is wrong with the record
// is not for everybody.
func refuseReport(to io.Writer, err error) int {
	var refusal *model.Refusal
	code, text := exitStore, "no report can be taken now: tell somebody another way"
	switch {
	case errors.As(err, &refusal), errors.Is(err, errNothingReported), errors.Is(err, errReportsOfOne), errors.Is(err, errReportsOfAll):
		code, text = exitRefused, err.Error()
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		code, text = exitRefused, errNothingReported.Error()
	}
	fmt.Fprintln(to, "tocsin: "+model.CleanText(text))
	return code
}

// onlyReports reports whether the guest is a registered reporter, who gets the
// form in place of the console.
func (a *app) onlyReports() bool {
	return a.guest != nil && !a.guest.here() && a.guest.Role == model.Reporter
}

// fillReport gives a registered reporter the form.
func (a *app) fillReport(cmd *cobra.Command) error {
	a.called = "report"
	return a.withSession(cmd, func(ctx context.Context, s *session) error {
		form := reportForm{person: s.actor.Name, zone: s.zone(), now: s.now}
		report, err := form.fill(s.in, a.out, a.guest.Terminal != nil)
		if errors.Is(err, errNothingReported) {
			return &model.Refusal{Reason: err.Error()}
		}
		if err != nil {
			return err
		}
		receipt, err := s.space.Do(ctx, s.actor, report)
		if err != nil {
			return troubled(err)
		}
		s.out.printf("Received as %s. Those who handle incidents see it now.", receipt.Incident)
		s.out.printf("How far it is: ssh HOST reports")
		return nil
	})
}
