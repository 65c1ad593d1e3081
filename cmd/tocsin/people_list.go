package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/model"
)

func (a *app) peopleListCommand() *cobra.Command {
	return a.reading(&cobra.Command{
		Use:   "list",
		Short: "List who may enter, and everybody else whom the record names",
		Args:  words(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withSession(cmd, func(_ context.Context, s *session) error { return a.printPeople(s) })
		},
	})
}

// personView is somebody who may enter, or whom the record names.
type personView struct {
	Name      string    `json:"name"`
	Forgotten bool      `json:"forgotten" help:"known by this name alone, and nothing else"`
	Role      string    `json:"role" help:"\"\" where they are not registered"`
	Keys      []keyView `json:"keys" help:"what they enter by"`
	Factor    bool      `json:"second_factor" help:"one is enrolled"`
	Since     stamp     `json:"since" help:"when they were registered"`
	By        string    `json:"added_by"`
	Revoked   stamp     `json:"revoked" help:"since when they may enter no more"`
}

// keyView is a public key.
type keyView struct {
	Fingerprint string `json:"fingerprint"`
	Type        string `json:"type" help:"such as ssh-ed25519"`
	Hardware    bool   `json:"hardware" help:"it lives in a security key"`
	Added       stamp  `json:"added"`
}

// peopleViews are the registered people, those who may enter first, and then
// the others whom the record names.
func (s *session) peopleViews() []personView {
	views, g := make([]personView, 0), s.gather()
	access := s.snapshot().Meta.Access
	for _, p := range sortedPeople(access.People) {
		views = append(views, personView{
			Name: p.Name, Role: string(p.Role), Keys: g.keys(p.Keys), Factor: p.Factor,
			Since: g.stamp(p.Since), By: p.By, Revoked: g.stamp(p.Revoked),
		})
	}
	for _, p := range s.space.People() {
		if _, registered := access.Person(p.Name); !registered && p.Name != model.Itself {
			views = append(views, personView{Name: p.Name, Forgotten: p.Forgotten, Keys: []keyView{}})
		}
	}
	return views
}

// sortedPeople are people in the order of their names, revoked ones last.
func sortedPeople(people []model.Person) []model.Person {
	return slices.SortedStableFunc(slices.Values(people), func(a, b model.Person) int {
		if a.Active() != b.Active() {
			if a.Active() {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Name, b.Name)
	})
}

func (g *gatherer) keys(keys []model.AccessKey) []keyView {
	views := make([]keyView, 0, len(keys))
	for _, k := range keys {
		views = append(views, keyView{k.Fingerprint, k.Type, k.Hardware, g.stamp(k.Added)})
	}
	return views
}

func (a *app) printPeople(s *session) error {
	views := s.peopleViews()
	if a.json {
		return s.out.printJSON(views)
	}
	t := newTable(column{title: "name", flexible: true}, column{title: "role"}, column{title: "since"}, column{title: "second factor"}, column{title: "keys", flexible: true})
	for _, v := range views {
		if v.Role == "" {
			continue
		}
		role, ink := v.Role, plain
		if !v.Revoked.IsZero() {
			role, ink = "revoked "+v.Revoked.Format("2006-01-02"), quiet
		}
		keys := keyLines(v.Keys)
		t.add(painted{v.Name, ink}, painted{role, ink}, painted{v.Since.Format("2006-01-02"), quiet}, painted{yesNo(v.Factor), quiet}, painted{keys[0], quiet})
		for _, key := range keys[1:] {
			t.add(painted{}, painted{}, painted{}, painted{}, painted{key, quiet})
		}
	}
	t.write(s.out)
	s.printOthers(views)
	return nil
}

// keyLines are keys as they are listed, at least one line.
func keyLines(keys []keyView) []string {
	if len(keys) == 0 {
		return []string{"none"}
	}
	var lines []string
	for _, k := range keys {
		line := k.Fingerprint + " " + k.Type
		if k.Hardware {
			line += ", hardware"
		}
		lines = append(lines, line)
	}
	return lines
}

func yesNo(holds bool) string {
	if holds {
		return "yes"
	}
	return "no"
}

// printOthers lists whom the record names beside those who are registered.
func (s *session) printOthers(views []personView) {
	var others []string
	for _, v := range views {
		if v.Role == "" {
			others = append(others, v.Name)
		}
	}
	if len(others) == 0 {
		return
	}
	s.out.printf("")
	s.out.line(painted{fmt.Sprintf("Named in the record, and not registered: %d", len(others)), quiet})
	for _, name := range others {
		s.out.line(painted{"  " + name, plain})
	}
}
