package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin/model"
	"tocsin/store"
)

// logFlags says what of the log is wanted.
type logFlags struct{ person, incident, kind, from, to string }

func (a *app) auditLogCommand() *cobra.Command {
	var given logFlags
	cmd := &cobra.Command{
		Use:   "log",
		Short: "Print the record as people read it: who, when, what",
		Long: `Prints every event of the record, the oldest first, with what it changed from
what to what. It is printed while it is read, however long it is.`,
		Example: `  tocsin audit log --person "Ana Ruiz" --from -7d
  tocsin audit log --kind obligation --json
  tocsin audit log --incident 7`,
		Args: words(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withSession(cmd, func(ctx context.Context, s *session) error {
				wanted, err := s.readLogFlags(given)
				if err != nil {
					return err
				}
				return a.printLog(ctx, s, wanted)
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&given.person, "person", "", "who did it: the name, or a part of it")
	flags.StringVar(&given.incident, "incident", "", "about which incident")
	flags.StringVar(&given.kind, "kind", "", "what: such as fact.stated, or fact for all that begin so")
	flags.StringVar(&given.from, "from", "", "recorded at this time or later")
	flags.StringVar(&given.to, "to", "", "recorded before this time")
	if err := cmd.RegisterFlagCompletionFunc("incident", a.completeIncident); err != nil {
		cmd.PrintErrln(err)
	}
	return a.reading(cmd)
}

// logWanted is what of the log is wanted.
type logWanted struct {
	model.EventFilter
	from, to time.Time
}

func (s *session) readLogFlags(given logFlags) (w logWanted, err error) {
	w.Person, w.Kind = given.person, given.kind
	if given.incident != "" {
		if w.Incident, err = s.incidentID(given.incident); err != nil {
			return w, err
		}
	}
	if w.from, err = s.readTime("from", given.from); err != nil {
		return w, err
	}
	w.to, err = s.readTime("to", given.to)
	return w, err
}

func (w logWanted) wants(e store.Entry) bool {
	if e.RemovedBy > 0 { // nobody can say more of it
		return w == (logWanted{})
	}
	at := e.Event.At
	return w.Wants(e.Event) && !at.Before(w.from) && (w.to.IsZero() || at.Before(w.to))
}

// logView is an event of the record as it is printed.
type logView struct {
	Seq       uint64   `json:"seq" help:"sequence number in the space's record"`
	At        stamp    `json:"at" help:"when it was recorded"`
	Actor     string   `json:"actor"`
	Role      string   `json:"role" help:"in which role the actor did it"`
	Kind      string   `json:"kind" help:"such as fact.stated"`
	Incident  string   `json:"incident" help:"\"\" where it is about the space itself"`
	What      string   `json:"what"`
	Detail    []string `json:"detail" help:"before and after, reasons, grounds"`
	Leaf      string   `json:"leaf" help:"its hash in the tree, base64"`
	Bytes     int      `json:"bytes" help:"of the event as it is stored"`
	RemovedBy uint64   `json:"removed_by" help:"the event that removed its text; 0 where it is there"`
}

// handOverEvery is after how many events what was written is handed over.
const handOverEvery = 500

func (a *app) printLog(ctx context.Context, s *session, wanted logWanted) error {
	g, found := s.gather(), 0
	each := func(e store.Entry) error {
		if !wanted.wants(e) {
			return nil
		}
		view := s.logEntry(g, e)
		if err := a.printLogEntry(g, s.out, view, found == 0); err != nil {
			return err
		}
		if found++; found%handOverEvery > 0 {
			return nil
		}
		return a.handOver(s.out)
	}
	if err := s.eachWanted(ctx, wanted, each); err != nil {
		return err
	}
	switch {
	case a.json && found == 0:
		s.out.printf("[]")
	case a.json:
		s.out.WriteString("\n]\n")
	case found == 0:
		s.out.printf("Nothing in the record is like that.")
	}
	return nil
}

// eachWanted goes through the whole log, or through one incident's part of it.
func (s *session) eachWanted(ctx context.Context, wanted logWanted, each func(store.Entry) error) error {
	if wanted.Incident == "" {
		return troubled(s.space.Entries(ctx, 1, math.MaxUint64, each))
	}
	seqs, err := s.space.EntriesAbout(ctx, wanted.Incident)
	if errors.Is(err, model.ErrNotFound) {
		return &model.Refusal{Cause: model.ErrNotFound, Reason: fmt.Sprintf("there is no incident %s", wanted.Incident)}
	}
	for _, seq := range seqs {
		e, err := s.space.Entry(ctx, seq)
		if err != nil {
			return troubled(err)
		}
		if err := each(e); err != nil {
			return err
		}
	}
	return troubled(err)
}

func (s *session) logEntry(g *gatherer, e store.Entry) logView {
	view := logView{Seq: e.Seq, Leaf: e.Leaf.String(), Bytes: len(e.Stored), RemovedBy: e.RemovedBy, Detail: []string{}}
	if e.RemovedBy > 0 {
		view.What = fmt.Sprintf("Its text was removed by event %d", e.RemovedBy)
		return view
	}
	told := model.Tell(e.Event, s.packsOfEvent(e.Event), g.zone)
	view.At, view.Actor, view.Role, view.Kind = g.stamp(told.At), told.Actor, string(e.Event.Role), told.Kind
	view.Incident, view.What, view.Detail = string(e.Event.Body.Incident()), told.What, list(told.Detail)
	return view
}

// printLogEntry prints an event. JSON is a list with an object to a line.
func (a *app) printLogEntry(g *gatherer, p *paper, view logView, first bool) error {
	if a.json {
		data, err := json.Marshal(view)
		separator := ",\n"
		if first {
			separator = "[\n"
		}
		p.WriteString(separator)
		p.Write(data)
		return err
	}
	at := ""
	if !view.At.IsZero() {
		at = view.At.Format("2006-01-02 15:04:05")
	}
	head := fmt.Sprintf("%6d  %-19s  ", view.Seq, at)
	p.line(painted{head, quiet}, painted{padded(view.Actor, 18), plain}, painted{padded(view.Incident, 15), quiet}, painted{view.What, strong})
	if len(view.Detail) > 0 {
		p.indented(len(head)+18+15, strings.Join(view.Detail, "\n"), quiet)
	}
	return nil
}
