package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin/model"
	"tocsin/model/calendar"
	"tocsin/store"
)

const retentionLong = `Says how long the space keeps what, and purges what was kept long enough.

A sweep takes incidents with their whole history: the texts of their events,
what is known of their reporters, and evidence that no other incident has. Of
each event its place in the log and its hash stay, so that every proof still
verifies, and so does the decision itself: which incidents, by which rule, who
approved. Numbers are not given again. Names of people stay as long as anything
names them; tocsin people forget makes one unreadable.

Nothing that is open or under a legal hold is ever swept. Settings, packs and
calendars stay as long as the space.

The database's files hold older versions of what was purged until their tables
are rewritten, which tocsin retention sweep does at its end, and the console
does not. Everything in them is encrypted. Backups from before a sweep still
hold what it took: destroy them within the time set for backups.`

func (a *app) retentionCommand() *cobra.Command {
	cmd := a.reading(&cobra.Command{
		Use:   "retention",
		Short: "Say how long what is kept, and purge what was kept long enough",
		Long:  retentionLong,
		Args:  a.noVerb,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withSession(cmd, func(_ context.Context, s *session) error { return a.printRetention(s) })
		},
	})
	cmd.AddCommand(a.retentionSetCommand(), a.retentionPreviewCommand(), a.retentionSweepCommand())
	return cmd
}

// keepingView is a class of what is kept.
type keepingView struct {
	Class  string `json:"class"`
	Label  string `json:"label"`
	Period string `json:"period" help:"such as 30d or 120mo"`
	Set    bool   `json:"set" help:"false where the default holds"`
	Words  string `json:"words"`
	Counts string `json:"counts" help:"from when it counts, and what goes"`
}

func (a *app) printRetention(s *session) error {
	r := s.snapshot().Meta.Retention
	var views []keepingView
	for _, k := range model.Keepings() {
		views = append(views, keepingView{string(k.Class), k.Label, r.Period(k.Class).String(), !r.Set(k.Class).IsZero(), r.Words(k.Class), k.Counts})
	}
	if a.json {
		return s.out.printJSON(views)
	}
	s.printClasses()
	p := s.preview()
	s.out.printf("%s due to be purged now; tocsin retention preview lists it.", count(len(p.Due), "is", "are"))
	return nil
}

// printClasses is the table of classes, as the settings show it too.
func (s *session) printClasses() {
	r := s.snapshot().Meta.Retention
	for _, k := range model.Keepings() {
		s.out.line(painted{fmt.Sprintf("%-12s  ", k.Class), quiet}, painted{fmt.Sprintf("%-26s  ", r.Words(k.Class)), plain}, painted{k.Counts, quiet})
	}
	people := "one person"
	if r.Second {
		people = "two people"
	}
	s.out.line(painted{fmt.Sprintf("%-12s  ", "a sweep"), quiet}, painted{"takes " + people, plain})
}

// count is a number with the word for one, or the one for many.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func (s *session) preview() model.Preview {
	snapshot := s.snapshot()
	return snapshot.Meta.Retention.Preview(snapshot.Closed(), snapshot.Zone(), s.now())
}

const defaultPeriod = "default"

func (a *app) retentionSetCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "set CLASS PERIOD | set people 1|2",
		Short: "Change how long a class is kept, or how many people a sweep takes",
		Long: `Changes how long a class is kept: days (30d) or months (120mo), counted in the
space's zone to the end of the day, or default. What was recorded before is
under it, too. With people it says how many a sweep takes.`,
		Example: `  tocsin retention set incidents 36mo
  tocsin retention set undo default
  tocsin retention set people 2`,
		Args:              words(2, 2),
		ValidArgsFunction: cobra.FixedCompletions(append(model.Classes(), "people"), cobra.ShellCompDirectiveNoFileComp),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withSession(cmd, func(ctx context.Context, s *session) error {
				r, err := retentionWith(s.snapshot().Meta.Retention, args[0], args[1])
				if err != nil {
					return err
				}
				receipt, err := s.space.Do(ctx, s.actor, model.SetRetention{Retention: r})
				if err != nil {
					return troubled(err)
				}
				if len(receipt.Events) == 0 {
					s.out.printf("Nothing to change, it is so already.")
				}
				s.printClasses()
				return nil
			})
		},
	}
	return cmd
}

func retentionWith(r model.Retention, what, value string) (model.Retention, error) {
	if what == "people" {
		if value != "1" && value != "2" {
			return r, model.Refuse(model.Field("people", fmt.Sprintf("%q is no number of people", model.Clip(model.CleanLine(value), 40)), "1 or 2"))
		}
		r.Second = value == "2"
		return r, nil
	}
	if !slices.Contains(model.Classes(), what) {
		return r, unknown("class", what, append(model.Classes(), "people"))
	}
	if value == defaultPeriod {
		return r.With(model.Class(what), calendar.Period{}), nil
	}
	p, err := calendar.ParsePeriod(value)
	if err != nil {
		return r, model.Refuse(model.Field(what, err.Error(), "such as 30d, 120mo or "+defaultPeriod))
	}
	return r.With(model.Class(what), p), nil
}

// expiryView is something that is not to be kept for ever.
type expiryView struct {
	Incident model.ID `json:"incident"`
	Title    string   `json:"title"`
	Class    string   `json:"class" help:"deleted, incidents, audit-log or evidence"`
	Standing string   `json:"standing" help:"goes with the next sweep, held by a legal hold, or waits and can be taken back"`
	Why      string   `json:"why" help:"the rule"`
	Since    stamp    `json:"since" help:"the incident's end, or the decision to delete it"`
	From     stamp    `json:"from" help:"a sweep takes it from then on"`
	By       stamp    `json:"by" help:"it is to be gone by then"`
	Overdue  bool     `json:"overdue" help:"it should be gone"`
	Items    []string `json:"items" help:"the pieces of evidence whose content goes, where the incident stays"`
}

func (a *app) retentionPreviewCommand() *cobra.Command {
	return a.reading(&cobra.Command{
		Use:   "preview",
		Short: "Show what a sweep would purge, and by which rule",
		Args:  words(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withSession(cmd, func(_ context.Context, s *session) error { return a.printPreview(s) })
		},
	})
}

func (a *app) printPreview(s *session) error {
	p := s.preview()
	if a.json {
		views := make([]expiryView, 0)
		for _, part := range previewParts(p) {
			for _, e := range part.list {
				views = append(views, s.expiryView(part.standing, e))
			}
		}
		return s.out.printJSON(views)
	}
	for _, part := range previewParts(p) {
		if len(part.list) == 0 {
			continue
		}
		s.out.line(painted{part.title, strong})
		for _, e := range part.list {
			s.printExpiry(e)
		}
	}
	if len(p.Due) == 0 {
		s.out.printf("Nothing is due to be purged.")
	}
	if !p.Next.IsZero() {
		s.out.printf("More comes due %s.", when(p.Next, s.zone(), s.now()))
	}
	return nil
}

// previewPart is one of the lists of a preview.
type previewPart struct {
	standing, title string
	list            []model.Expiry
}

func previewParts(p model.Preview) []previewPart {
	return []previewPart{
		{"goes", "A sweep takes:", p.Due},
		{"held", "A legal hold keeps:", p.Held},
		{"waits", "To be deleted, and can be taken back with tocsin delete ID --undo:", p.Wait},
	}
}

func (s *session) expiryView(standing string, e model.Expiry) expiryView {
	at := func(t time.Time) stamp {
		if t.IsZero() {
			return stamp{}
		}
		return stamp{t.In(s.zone())}
	}
	return expiryView{
		Incident: e.Incident.ID, Title: e.Incident.Title, Class: string(e.Class), Standing: standing, Why: e.Why(),
		Since: at(e.Since), From: at(e.From), By: at(e.By), Overdue: e.Overdue(s.now()), Items: list(e.Items),
	}
}

func (s *session) printExpiry(e model.Expiry) {
	what := e.Incident.Title
	if e.Class == model.EvidenceContent {
		what = "content of " + strings.Join(e.Items, ", ")
	}
	s.out.line(painted{"  " + string(e.Incident.ID) + "  ", quiet}, painted{what, plain})
	text := fmt.Sprintf("%s; since %s, due from %s", e.Why(), when(e.Since, s.zone(), s.now()), when(e.From, s.zone(), s.now()))
	if !e.By.IsZero() {
		text += ", to be gone by " + when(e.By, s.zone(), s.now())
	}
	s.out.indented(4, text, quiet)
	if e.Overdue(s.now()) {
		s.out.indented(4, "! overdue: it should be gone", strong)
	}
}

func (a *app) retentionSweepCommand() *cobra.Command {
	var approver string
	var yes bool
	cmd := &cobra.Command{
		Use:   "sweep",
		Short: "Purge what was kept long enough, for good",
		Long: `Purges what tocsin retention preview lists, for good: it asks first, and records
what goes, by which rule, and who approved. Where the space asks for two people,
--approver names the second: a registered owner or lead. An interrupted sweep is finished by the next start.
At its end, and where nothing is due, the database's tables are rewritten, which
takes as long as writing the whole record once. Where a console or a server has
the record they are left as they are: give it again after that ended.`,
		Example: `  tocsin retention sweep
  tocsin retention sweep --yes --approver "Ana Ruiz"`,
		Args: words(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withSession(cmd, func(ctx context.Context, s *session) error { return a.sweep(ctx, s, approver, yes) })
		},
	}
	cmd.Flags().StringVar(&approver, "approver", "", "the second person who agrees to it")
	cmd.Flags().BoolVar(&yes, "yes", false, "purge without asking")
	return cmd
}

func (a *app) sweep(ctx context.Context, s *session, approver string, yes bool) error {
	due := s.preview().Due
	if len(due) == 0 {
		return a.rewrite(ctx, s)
	}
	if !yes {
		agreed, err := a.agreed(s, due)
		if err != nil || !agreed {
			return err
		}
	}
	said, err := s.purge(ctx, due, approver, nil)
	if err != nil {
		return err
	}
	s.out.printf("%s", said)
	return s.compact(ctx)
}

// rewrite takes out of the database's files what a sweep from the console left
// there.
func (a *app) rewrite(ctx context.Context, s *session) error {
	if err := a.printPreview(s); err != nil {
		return err
	}
	return s.compact(ctx)
}

// compact rewrites the database's tables. That closes the spaces that are open,
// so it waits for a time when nobody else works in them.
func (s *session) compact(ctx context.Context) error {
	if s.owns {
		return troubled(s.store.Compact(ctx))
	}
	s.out.printf("The database's tables are rewritten once tocsin retention sweep is given where no console and no server has the record.")
	return nil
}

// agreed asks at the terminal whether to purge. The default is no.
func (a *app) agreed(s *session, due []model.Expiry) (bool, error) {
	if !a.interactive() {
		return false, model.Refuse(model.Field("--yes", fmt.Sprintf("%s would be purged for good, and nobody is here to be asked", count(len(due), "entry", "entries")), "--yes, after a look at tocsin retention preview"))
	}
	if err := a.printPreview(s); err != nil {
		return false, err
	}
	if err := a.handOver(s.out); err != nil {
		return false, err
	}
	fmt.Fprint(a.out, "Purge this for good? [y/N] ")
	answer, err := bufio.NewReader(s.in).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return false, fmt.Errorf("read the answer: %w", err)
	}
	s.out = a.newPaper()
	if answer = strings.ToLower(strings.TrimSpace(answer)); answer == "y" || answer == "yes" {
		return true, nil
	}
	s.out.printf("Nothing is purged.")
	return false, nil
}

// purge sweeps, removes evidence that nothing needs any more, and says what
// came of it. progress, where it is not nil, hears how many events are done.
func (s *session) purge(ctx context.Context, due []model.Expiry, approver string, progress func(done, total int)) (string, error) {
	swept, err := s.space.Sweep(ctx, s.actor, due, approver, progress)
	if err != nil {
		return "", troubled(err)
	}
	if err := s.discard(ctx); err != nil {
		return "", err
	}
	return sweptWords(s.snapshot().Meta.Retention, swept), nil
}

func sweptWords(r model.Retention, swept store.Swept) string {
	var said []string
	for _, e := range swept.Events {
		switch body := e.Body.(type) {
		case *model.IncidentsPurged:
			said = append(said, fmt.Sprintf("%s purged, with %s", count(len(body.Incidents), "incident", "incidents"), count(body.Events, "event", "events")))
		case *model.EvidencePurged:
			said = append(said, fmt.Sprintf("the content of %s of %s purged", strings.Join(body.Items, ", "), body.ID))
		}
	}
	text := strings.Join(said, "; ") + ". Backups from before still hold it: destroy them within " + model.PeriodWords(r.Period(model.Backups)) + "."
	if swept.Left > 0 {
		text += fmt.Sprintf(" %s due and for the next sweep.", count(swept.Left, "more is", "more are"))
	}
	return text
}

// discardMargin is how long before a purge content must have been stored to be
// removed with it: what is newer is perhaps about to be named.
const discardMargin = time.Minute

// discard removes the content of evidence that purges left behind.
func (s *session) discard(ctx context.Context) error {
	err := s.space.Discard(ctx, func(digests []string, purged time.Time) error {
		blobs, err := s.blobs()
		if err != nil {
			return err
		}
		for _, digest := range digests {
			if err := blobs.Discard(digest, purged.Add(-discardMargin)); err != nil {
				return err
			}
		}
		return nil
	})
	return troubled(err)
}
