package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/model"
)

// affectedFlags say who is added, and how they are affected.
type affectedFlags struct {
	ids, query, since string
	from              string // the incident whose affected customers are taken over
	all, direct       bool
	what              []string
}

func (a *app) affectedAddCommand() *cobra.Command {
	var given affectedFlags
	cmd := &cobra.Command{
		Use:   "add ID --ids FILE|- | --query QUERY | --all | --from ID",
		Short: "Say which customers an incident affects",
		Long: `Adds customers of the registry to those whom an incident affects, all or none
of them: by a list of your own ids, one a line, by a query as tocsin affected
customers takes it, or all. Those who are affected already stay where they are.

Without --since they count from the start: what starts the clock of a rule
starts theirs. With --since they are a later addition with a clock of its own.

With --from those whom another incident affects are taken over, group after
group, with what was affected, whether directly, and since when. An incident
ends as a duplicate, or merged into another, only once the other has all whom it
affects.`,
		Example: `  tocsin affected add 7 --query 'tier=paid jurisdiction=DE' --direct --what "names" --what "invoices"
  cut -d, -f1 exposed.csv | tocsin affected add 7 --ids - --direct --since "today 09:15"`,
		Args:              words(1, 1),
		ValidArgsFunction: a.completeIncident,
		RunE: func(cmd *cobra.Command, args []string) error {
			ways := 0
			for _, flag := range []string{"ids", "query", "all", "from"} {
				if cmd.Flags().Changed(flag) {
					ways++
				}
			}
			if ways != 1 {
				return usage(cmd, "who is affected? --ids with a list, --query, --all, or --from another incident")
			}
			if given.from != "" && (given.direct || given.since != "" || len(given.what) > 0) {
				return usage(cmd, "--from takes over what was affected, how, and since when: give nothing of that")
			}
			return a.withSession(cmd, func(ctx context.Context, s *session) error {
				return s.addAffected(ctx, args[0], given, a.newProgress())
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&given.ids, "ids", "", "a file of ids, one a line, or - for standard input")
	flags.StringVar(&given.query, "query", "", "those whom a query of the registry finds")
	flags.BoolVar(&given.all, "all", false, "all customers of the registry")
	flags.StringVar(&given.from, "from", "", "those whom another incident affects")
	flags.BoolVar(&given.direct, "direct", false, "they are directly impacted")
	flags.StringArrayVar(&given.what, "what", nil, "what of theirs was affected; may be given several times")
	flags.StringVar(&given.since, "since", "", "when they were found to be affected, as a later addition with its own clock")
	return cmd
}

func (s *session) addAffected(ctx context.Context, incident string, given affectedFlags, progress *progress) error {
	standing, err := s.incident(incident)
	if err != nil {
		return err
	}
	open := model.AffectedOpen{Incident: standing.Incident.ID, What: given.what, Direct: given.direct}
	if err := (custodian{s}).mayGive(open); err != nil {
		return err // before anything is read
	}
	if given.from != "" {
		return s.takeOver(ctx, standing.Incident, given.from, progress)
	}
	if open.Since, err = s.readTime("since", given.since); err != nil {
		return err
	}
	var numbers []uint64
	if given.ids != "" {
		open.Source = "a list: " + filepath.Base(given.ids)
		if given.ids == "-" {
			open.Source = "a list: standard input"
		}
		numbers, err = s.numbersOfIDs(ctx, given.ids)
	} else {
		open.Source = "the registry: " + orElse(strings.TrimSpace(given.query), "all customers")
		numbers, err = s.numbersOfQuery(ctx, given.query)
	}
	if err != nil {
		return err
	}
	return s.bringAffected(ctx, open, numbers, progress)
}

func (s *session) numbersOfQuery(ctx context.Context, text string) (numbers []uint64, err error) {
	query, err := model.ParseCustomerQuery(text)
	if err != nil {
		return nil, err
	}
	if query.Name != "" && !s.actor.Role.MayRead("customers") {
		return nil, &model.Refusal{Cause: model.ErrForbidden, Reason: fmt.Sprintf("%s may not look for names of customers as %s", s.actor.Name, s.actor.Role)}
	}
	err = s.space.CustomerNumbers(ctx, query, func(n uint64) error {
		numbers = append(numbers, n)
		return nil
	})
	if err == nil && len(numbers) == 0 {
		return nil, model.Refuse(model.Field("query", "finds no customer", "one that tocsin affected customers finds somebody with"))
	}
	return numbers, troubled(err)
}

// numbersOfIDs reads a list of ids, and reports all that are nobody's.
func (s *session) numbersOfIDs(ctx context.Context, name string) (numbers []uint64, err error) {
	var from io.Reader = s.in
	shown := "standard input"
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, model.Refuse(model.Field("ids", err.Error(), "a file with an id on each line, or - for standard input"))
		}
		defer file.Close()
		from, shown = file, filepath.Base(name)
	}
	text, wrong, ended := bufio.NewReaderSize(interruptible{ctx, from}, 64<<10), 0, false
	for number := 1; !ended; number++ {
		line, _, err := readLine(text)
		if ended = errors.Is(err, io.EOF); err != nil && !ended {
			return nil, fmt.Errorf("read the list of ids: %w", err)
		}
		id := strings.TrimSpace(strings.TrimPrefix(string(line), "\ufeff"))
		if id == "" {
			continue
		}
		found, ok, err := s.space.CustomerNumber(id)
		switch {
		case err != nil:
			return nil, troubled(err)
		case ok:
			numbers = append(numbers, found)
		default:
			if wrong++; wrong <= mostWrongRows {
				fmt.Fprintln(s.err, model.CleanLine(fmt.Sprintf("%s:%d: there is no customer %q in the registry", shown, number, model.Clip(id, model.MaxCustomerID))))
			}
		}
	}
	switch {
	case wrong > 0:
		return nil, &model.Refusal{Reason: fmt.Sprintf("%s in the list are nobody's: nobody was added; accepted: ids that were imported (tocsin affected import)", several(uint64(wrong), "id"))}
	case len(numbers) == 0:
		return nil, model.Refuse(model.Field("ids", "the list is empty", "an id on each line"))
	}
	slices.Sort(numbers)
	return slices.Compact(numbers), nil
}

// bringAffected adds or refreshes customers by their numbers, ascending: all of
// them or none.
func (s *session) bringAffected(ctx context.Context, open model.AffectedOpen, numbers []uint64, progress *progress) error {
	defer spare()()
	open.Batch = s.batchName("affected")
	if _, err := s.space.Do(ctx, s.actor, open); err != nil {
		return troubled(err)
	}
	err := s.takeAffected(ctx, open, numbers, func(done, total uint64) { progress.bar("adding", done, total) })
	progress.clear()
	if err == nil && !open.Refresh && open.From == "" && len(s.adding(open.Incident)) == 0 {
		return s.nobodyNew(ctx, open, len(numbers))
	}
	if err == nil {
		err = s.change(ctx, model.AffectedClose{Incident: open.Incident, Batch: open.Batch})
	}
	if err != nil {
		return errors.Join(troubled(err), s.giveUpAffected(ctx, open, whyGivenUp(ctx, err)))
	}
	return nil
}

// adding is the groups that an addition under way has so far.
func (s *session) adding(id model.ID) []model.AffectedGroup {
	standing, ok := s.snapshot().Incident(id)
	if !ok || standing.Incident.Adding == nil {
		return nil
	}
	return standing.Incident.Adding.Groups
}

func (s *session) nobodyNew(ctx context.Context, open model.AffectedOpen, n int) error {
	if err := s.giveUpAffected(ctx, open, "all of them are affected already"); err != nil {
		return err
	}
	s.out.printf("%s: %s, all of them affected already: nobody was added.", open.Incident, several(uint64(n), "customer"))
	return nil
}

func (s *session) giveUpAffected(ctx context.Context, open model.AffectedOpen, why string) error {
	_, err := s.space.Do(context.WithoutCancel(ctx), s.actor, model.AffectedClose{Incident: open.Incident, Batch: open.Batch, Abandon: why})
	return troubled(err)
}

func (s *session) takeAffected(ctx context.Context, open model.AffectedOpen, numbers []uint64, told func(done, total uint64)) error {
	done := 0
	for part := range slices.Chunk(numbers, model.MaxAffectedRows) {
		if _, err := s.space.Do(ctx, s.actor, model.AffectedTake{Incident: open.Incident, Batch: open.Batch, Numbers: part}); err != nil {
			return err
		}
		done += len(part)
		told(uint64(done), uint64(len(numbers)))
	}
	return nil
}

func (a *app) affectedRefreshCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "refresh ID",
		Short: "Take the newest versions of the customers an incident affects",
		Long: `Takes languages and addresses of affected customers as the registry has them
now. Approvals of notices that are not released are void where that changes whom
they go to; what was released goes to whom it was approved for. Groups, tiers
and terms stay: they say which clock runs for whom.`,
		Example:           "  tocsin affected refresh 7",
		Args:              words(1, 1),
		ValidArgsFunction: a.completeIncident,
		RunE: a.aboutIncident(func(ctx context.Context, s *session, standing *model.Standing, _ []string) error {
			numbers, err := s.affectedNumbers(ctx, standing.Incident)
			if err != nil {
				return err
			}
			open := model.AffectedOpen{Incident: standing.Incident.ID, Source: "the registry", Refresh: true}
			return s.bringAffected(ctx, open, numbers, a.newProgress())
		}),
	}
}

// affectedNumbers are the numbers of all whom an incident affects, ascending.
func (s *session) affectedNumbers(ctx context.Context, i *model.Incident) (numbers []uint64, err error) {
	for k := range i.Groups {
		some, err := s.numbersOfGroup(ctx, i.ID, i.Groups[k].ID)
		if err != nil {
			return nil, err
		}
		numbers = append(numbers, some...)
	}
	slices.Sort(numbers)
	return numbers, nil
}
