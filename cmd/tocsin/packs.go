package main

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/model"
	"tocsin/model/policy"
)

// moveView is what a decision would do to one due time.
type moveView struct {
	Rule        string `json:"rule" help:"PACK/RULE"`
	Title       string `json:"title"`
	Change      string `json:"change" help:"applies, no longer applies, cannot be excluded, is excluded, may start, starts, moves, stops, met or legal limit moves"`
	Before      stamp  `json:"before" help:"strict due time as it stands"`
	After       stamp  `json:"after" help:"strict due time as it would be"`
	BeforeLegal stamp  `json:"before_legal"`
	AfterLegal  stamp  `json:"after_legal"`
	State       string `json:"state" help:"as it would be, in the words of deadlines; \"\" where nothing would be left"`
}

// repacking is how the packs of one incident are to change, as typed.
type repacking struct {
	add, remove []string
	reason      string
	preview     bool
}

// packsCommand changes the packs that one incident runs under.
func (a *app) packsCommand() *cobra.Command {
	var asked repacking
	cmd := &cobra.Command{
		Use:               "packs ID",
		Short:             "Put an incident under other packs, or newer versions",
		Args:              words(1, 1),
		ValidArgsFunction: a.completeIncident,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withSession(cmd, func(ctx context.Context, s *session) error { return a.repack(ctx, s, args[0], asked) })
		},
	}
	cmd.Long = `An incident keeps the packs, and their versions, that it was reported under.
This changes them by a decision with a reason; every due time that moves is on
the timeline. The procedure stays, in whatever version. With --preview it says
which due times would move and changes nothing; without --add or --remove that
is what the newest versions would do.`
	cmd.Example = `  tocsin packs 7 --preview
  tocsin packs 7 --add nis2 --reason "the affected service is essential"`
	flags := cmd.Flags()
	flags.StringSliceVar(&asked.add, "add", nil, "a pack, as ID for its newest version or ID@VERSION; takes the place of another version")
	flags.StringSliceVar(&asked.remove, "remove", nil, "a pack it no longer runs under")
	flags.StringVar(&asked.reason, "reason", "", "why, required to change them")
	flags.BoolVar(&asked.preview, "preview", false, "say what would move, and change nothing")
	return a.reading(cmd)
}

func (a *app) repack(ctx context.Context, s *session, incident string, asked repacking) error {
	standing, err := s.incident(incident)
	if err != nil {
		return err
	}
	i := standing.Incident
	if asked.preview && len(asked.add)+len(asked.remove) == 0 {
		for _, newer := range i.NewerPacks(s.snapshot().Packs()) {
			asked.add = append(asked.add, newer.Ref().String())
		}
	}
	packs, err := s.repacked(i, asked)
	switch {
	case err != nil:
		return err
	case asked.preview:
		return a.printRepacking(s, i, packs)
	case a.json:
		return model.Refuse(model.Field("--json", "there is nothing to print as JSON", "--json with --preview"))
	}
	return s.change(ctx, model.ChangePacks{Incident: i.ID, Packs: packs, Reason: asked.reason})
}

// repacked are the packs that an incident is to run under.
func (s *session) repacked(i *model.Incident, asked repacking) ([]policy.Ref, error) {
	packs := slices.Clone(i.Packs)
	for _, name := range asked.remove {
		packs = slices.DeleteFunc(packs, func(ref policy.Ref) bool { return ref.ID == name || ref.String() == name })
	}
	for _, name := range asked.add {
		ref, err := s.packRef(name)
		if err != nil {
			return nil, err
		}
		packs = withPack(packs, ref)
	}
	return packs, nil
}

// printRepacking says what other packs would do to an incident's due times.
func (a *app) printRepacking(s *session, i *model.Incident, refs []policy.Ref) error {
	g := s.gather()
	packs, err := g.packsNamed(refs)
	if err != nil {
		return err
	}
	would := policy.ObligationsIn(packs, i.Case(), g.snapshot.Home())
	moves := slices.DeleteFunc(model.Moves(g.snapshot.Obligations(i), would), func(m model.Move) bool { return m.Change == model.Unmoved })
	if a.json {
		return s.out.printJSON(g.moveViews(moves))
	}
	s.out.line(painted{string(i.ID) + "  ", quiet}, painted{refList(i.Packs) + " → " + refList(refs), strong})
	t := newTable(column{title: "change"}, column{title: "as it stands"}, column{title: "would be"}, column{title: "what", flexible: true}, column{title: "rule", flexible: true})
	for _, m := range moves {
		t.add(painted{m.Change, plain}, painted{g.standsAt(m.Before), quiet}, painted{g.standsAt(m.After), strong}, painted{m.Obligation().Title(), plain}, painted{m.Obligation().Key().String(), quiet})
	}
	if len(moves) == 0 {
		s.out.printf("Nothing would move.")
		return nil
	}
	t.write(s.out)
	s.out.line(painted{"A preview: nothing is recorded.", quiet})
	return nil
}

// packsNamed are adopted packs by their names.
func (g *gatherer) packsNamed(refs []policy.Ref) ([]*policy.Pack, error) {
	var packs []*policy.Pack
	for _, ref := range refs {
		p, ok := g.snapshot.Pack(ref)
		if !ok {
			return nil, model.Refuse(model.Field("packs", ref.String()+" is not adopted in this space", "see tocsin policy list"))
		}
		packs = append(packs, p)
	}
	return packs, nil
}

func (g *gatherer) moveViews(moves []model.Move) []moveView {
	views := []moveView{}
	for _, m := range moves {
		view := moveView{Rule: m.Obligation().Key().String(), Title: m.Obligation().Title(), Change: m.Change}
		if m.Before != nil {
			view.Before, view.BeforeLegal = g.stamp(m.Before.Strict), g.stamp(m.Before.Legal)
		}
		if m.After != nil {
			view.After, view.AfterLegal, view.State = g.stamp(m.After.Strict), g.stamp(m.After.Legal), string(m.After.State(g.now))
		}
		views = append(views, view)
	}
	return views
}

// standsAt is where an obligation stands, in few words: its due time, else its
// state.
func (g *gatherer) standsAt(o *policy.Obligation) string {
	switch {
	case o == nil:
		return "–"
	case o.Strict.IsZero():
		return string(o.State(g.now))
	}
	return whenDue(o.Strict, o.Rule, g.zone, g.now)
}

func refList(refs []policy.Ref) string {
	names := make([]string, len(refs))
	for k, ref := range refs {
		names[k] = ref.String()
	}
	return strings.Join(names, ", ")
}

// packRef finds an adopted pack by ID@VERSION, or the newest one by ID.
func (s *session) packRef(name string) (policy.Ref, error) {
	if ref, err := policy.ParseRef(name); err == nil {
		return ref, nil
	}
	refs, err := s.refs([]string{name})
	if err != nil {
		return policy.Ref{}, err
	}
	return refs[0], nil
}

// withPack puts a pack in the place of its other version, else at the end.
func withPack(packs []policy.Ref, ref policy.Ref) []policy.Ref {
	for k := range packs {
		if packs[k].ID == ref.ID {
			packs[k] = ref
			return packs
		}
	}
	return append(packs, ref)
}
