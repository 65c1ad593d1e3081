package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/model"
	"tocsin/model/policy"
)

func (a *app) policyShowCommand() *cobra.Command {
	return a.reading(&cobra.Command{
		Use:   "show ID[@VERSION]",
		Short: "Print a pack in words: severities, phases, roles, questions, rules",
		Args:  words(1, 1),
		ValidArgsFunction: func(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return a.offer(cmd, "", completePacks)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withSession(cmd, func(_ context.Context, s *session) error {
				pack, err := s.pack(args[0])
				if err != nil {
					return err
				}
				if a.json {
					return s.out.printJSON(pack)
				}
				(&packSheet{paper: s.out, pack: pack}).write()
				return nil
			})
		},
	})
}

func completePacks(s *session, _ model.ID) []cobra.Completion {
	var offered []cobra.Completion
	for _, pack := range s.library.Packs() {
		offered = append(offered, cobra.CompletionWithDesc(pack.ID, pack.Title))
	}
	return offered
}

// pack finds a pack by its id, or one version of it, which may be one that
// only the space still knows.
func (s *session) pack(text string) (*policy.Pack, error) {
	if ref, err := policy.ParseRef(text); err == nil {
		if pack, ok := s.snapshot().Pack(ref); ok {
			return pack, nil
		}
	}
	if pack, ok := s.library.Latest(strings.ToLower(text)); ok {
		return pack, nil
	}
	return nil, unknown("pack", text, s.library.IDs())
}

// packSheet is one pack on paper.
type packSheet struct {
	*paper
	pack *policy.Pack
}

func (s *packSheet) write() {
	p := s.pack
	s.line(painted{p.Title, strong}, painted{"  " + p.Ref().String() + ", " + string(p.Kind), quiet})
	if p.Summary != "" {
		s.indented(0, p.Summary, plain)
	}
	s.line(painted{joinNonEmpty(" · ", after("Source: ", p.Source), inForce(p), after("checked against the source on ", p.CheckedOn)), quiet})
	if counted := joinNonEmpty(" · ", after("days in ", p.Zone), after("holidays of ", p.CalendarID), after("what it has no words for: procedure ", p.Procedure)); counted != "" {
		s.line(painted{counted, quiet})
	}
	if len(p.Rules) > 0 {
		s.indented(0, "Brought to mind, where a rule says nothing else: "+p.Reminds(), quiet)
	}
	s.severities()
	s.terms("Incident types", p.Types)
	s.terms("Data categories", p.Data)
	s.roles()
	s.phases()
	s.questions()
	s.settings()
	s.terms("Facts beyond the standard ones", p.Facts)
	s.rules()
}

func inForce(p *policy.Pack) string {
	switch {
	case p.EffectiveFrom != "" && p.EffectiveTo != "":
		return "in force " + p.EffectiveFrom + " to " + p.EffectiveTo
	case p.EffectiveFrom != "":
		return "in force from " + p.EffectiveFrom
	case p.EffectiveTo != "":
		return "in force until " + p.EffectiveTo
	}
	return ""
}

// after puts a label before a text that is there.
func after(label, text string) string {
	if text == "" {
		return ""
	}
	return label + text
}

func (s *packSheet) title(text string) {
	s.line()
	s.line(painted{text, strong})
}

func (s *packSheet) severities() {
	if len(s.pack.Severities) == 0 {
		return
	}
	s.title("Severities, the highest first, with their criteria")
	for _, level := range slices.Backward(s.pack.Severities) {
		s.line(painted{"  " + padded(level.ID, 16), plain}, painted{level.Label, quiet})
		for k, criterion := range level.Criteria {
			s.indented(4, fmt.Sprintf("%d. %s", k+1, criterion), plain)
		}
	}
}

// termWidth is the room that the ids of a pack's words have, at least.
const termWidth = 28

func (s *packSheet) terms(title string, terms []policy.Term) {
	if len(terms) == 0 {
		return
	}
	s.title(title)
	width := termWidth
	for _, term := range terms {
		width = max(width, len(term.ID)+2)
	}
	for _, term := range terms {
		s.line(painted{"  " + padded(term.ID, width), plain}, painted{joinNonEmpty(". ", term.Label, term.Help), quiet})
	}
}

func (s *packSheet) roles() {
	if len(s.pack.Roles) == 0 {
		return
	}
	s.title("Roles")
	for _, role := range s.pack.Roles {
		label := role.Label
		if role.Required {
			label += ", required"
		}
		s.line(painted{"  " + padded(role.ID, termWidth), plain}, painted{label, quiet})
		for _, duty := range role.Duties {
			s.indented(4, "- "+duty, quiet)
		}
	}
}

func (s *packSheet) phases() {
	if len(s.pack.Phases) == 0 {
		return
	}
	s.title("Phases and their tasks")
	for k, phase := range s.pack.Phases {
		s.line(painted{fmt.Sprintf("  %d. %s", k+1, phase.Label), plain}, painted{"  " + phase.ID, quiet})
		for _, task := range phase.Tasks {
			s.line(painted{"     □ " + task.Label, plain}, painted{"  " + joinNonEmpty(", ", task.ID, mandatory(task), task.Role, s.pack.When(&task.When)), quiet})
		}
	}
}

func mandatory(task policy.Task) string {
	if task.Mandatory {
		return "mandatory"
	}
	return ""
}

func (s *packSheet) questions() {
	if len(s.pack.Questions) == 0 {
		return
	}
	s.title("Questions, answered yes, no or unknown")
	for _, q := range s.pack.Questions {
		s.line(painted{"  " + padded(q.ID, termWidth), plain}, painted{joinNonEmpty(" ", q.Label, q.Help, aboutUs(q.Organisation)), quiet})
	}
}

// aboutUs says of a question that its answer is the organisation's.
func aboutUs(organisation bool) string {
	if organisation {
		return "(about the organisation: tocsin setup --answer)"
	}
	return ""
}

func (s *packSheet) settings() {
	if len(s.pack.Settings) == 0 {
		return
	}
	s.title("Settings, where yes and no are not enough")
	for k := range s.pack.Settings {
		setting := &s.pack.Settings[k]
		s.line(painted{"  " + padded(setting.ID, termWidth), plain}, painted{joinNonEmpty(". ", setting.Label, setting.Help, aboutUs(setting.Organisation)), quiet})
		s.indented(4, setting.Says(), quiet)
	}
}

func (s *packSheet) rules() {
	if len(s.pack.Rules) == 0 {
		return
	}
	s.title("Rules")
	for k := range s.pack.Rules {
		rule := &s.pack.Rules[k]
		s.line(painted{"  " + rule.Title, strong}, painted{"  " + s.pack.ID + "/" + rule.ID, quiet})
		for k, said := range s.pack.Says(rule) {
			ink := quiet
			if k == 0 { // when it is due, which is what readers look for
				ink = plain
			}
			s.indented(4, said.Name+": "+said.Text, ink)
		}
	}
}
