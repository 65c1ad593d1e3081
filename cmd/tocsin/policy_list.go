package main

import (
	"context"
	"slices"
	"strconv"

	"github.com/spf13/cobra"
)

func (a *app) policyListCommand() *cobra.Command {
	return a.reading(&cobra.Command{
		Use:   "list",
		Short: "List the packs this console knows",
		Args:  words(0, 0),
		RunE:  func(cmd *cobra.Command, _ []string) error { return a.listPacks(cmd) },
	})
}

func (a *app) listPacks(cmd *cobra.Command) error {
	return a.withSession(cmd, func(_ context.Context, s *session) error {
		packs := s.packs()
		if a.json {
			return s.out.printJSON(packs)
		}
		t := newTable(column{title: "id"}, column{title: "version"}, column{title: "kind"}, column{title: "use"}, column{title: "title", flexible: true}, column{title: "source", flexible: true})
		for _, p := range packs {
			use := painted{"adopted", quiet}
			if p.Default {
				use = painted{"new incidents", good}
			}
			t.add(painted{p.ID, strong}, painted{strconv.Itoa(p.Version), plain}, painted{p.Kind, plain}, use, painted{p.Title, plain}, painted{p.Source, quiet})
		}
		t.write(s.out)
		s.printAdoptedCalendars()
		return nil
	})
}

func (s *session) packs() []packView {
	views := []packView{}
	snapshot := s.snapshot()
	for _, p := range s.library.Packs() {
		_, adopted := snapshot.Pack(p.Ref())
		views = append(views, packView{
			ID: p.ID, Version: p.Version, Kind: string(p.Kind), Title: p.Title, Source: p.Source,
			Adopted: adopted, Default: slices.Contains(snapshot.Meta.Packs, p.Ref()),
		})
	}
	return views
}
