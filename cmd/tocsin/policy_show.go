package main

import (
	"context"
	"fmt"
	"maps"
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
	s.line(painted{joinNonEmpty(" · ", "Source: "+p.Source, inForce(p), checked(p)), quiet})
	s.severities()
	s.terms("Incident types", p.Types)
	s.terms("Data categories", p.Data)
	s.roles()
	s.phases()
	s.questions()
	s.terms("Facts beyond the standard ones", p.Facts)
	s.rules()
}

func inForce(p *policy.Pack) string {
	switch {
	case p.EffectiveFrom != "" && p.EffectiveTo != "":
		return "in force " + p.EffectiveFrom + " to " + p.EffectiveTo
	case p.EffectiveFrom != "":
		return "in force from " + p.EffectiveFrom
	}
	return ""
}

func checked(p *policy.Pack) string {
	if p.CheckedOn == "" {
		return ""
	}
	return "checked against the source on " + p.CheckedOn
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
			s.line(painted{"     □ " + task.Label, plain}, painted{"  " + joinNonEmpty(", ", task.ID, mandatory(task), task.Role, conditionWords(&task.When, s.pack)), quiet})
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
		s.line(painted{"  " + padded(q.ID, termWidth), plain}, painted{joinNonEmpty(" ", q.Label, q.Help), quiet})
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
		s.indented(4, clockWords(rule, s.pack), plain)
		for _, line := range ruleDetails(rule, s.pack) {
			s.indented(4, line, quiet)
		}
	}
}

// clockWords says a rule's clock as a person would.
func clockWords(rule *policy.Rule, pack *policy.Pack) string {
	within := "without undue delay after: "
	if !rule.Soft() {
		within = "within " + rule.Within.Words() + " of: "
	}
	text := within + startWords(rule.Starts, pack)
	if !rule.Every.IsZero() {
		text += "; then every " + rule.Every.Words()
		if rule.Until != "" {
			text += " until: " + factLabel([]*policy.Pack{pack}, rule.Until)
		}
	}
	if rule.Audience != "" {
		text += "; to: " + rule.Audience
	}
	return text
}

func startWords(starts string, pack *policy.Pack) string {
	id, submitted := strings.CutPrefix(starts, "submitted:")
	if !submitted {
		return factLabel([]*policy.Pack{pack}, starts)
	}
	if rule, ok := pack.Rule(id); ok {
		return "“" + rule.Title + "” submitted"
	}
	return id + " submitted"
}

func ruleDetails(rule *policy.Rule, pack *policy.Pack) []string {
	var lines []string
	add := func(label, text string) {
		if text != "" {
			lines = append(lines, label+text)
		}
	}
	add("applies ", conditionWords(&rule.When, pack))
	add("says: ", strings.Join(rule.Contents, "; "))
	add("approved by: ", strings.Join(rule.Approval, ", "))
	if name, ok := strings.CutPrefix(rule.MetBy, "fact:"); ok {
		add("met by: ", factLabel([]*policy.Pack{pack}, name))
	} else if rule.MetBy != "" {
		add("met when ", rule.MetBy)
	}
	add("", rule.Note)
	add("source: ", rule.Citation)
	return lines
}

// conditionWords says when a rule or task applies; "" where it always does.
func conditionWords(when *policy.Condition, pack *policy.Pack) string {
	var parts []string
	add := func(name string, words []string) {
		if len(words) > 0 {
			parts = append(parts, name+" "+strings.Join(words, " or "))
		}
	}
	add("severity", when.Severity)
	add("classification", when.Classification)
	add("type", when.Types)
	add("data", when.Data)
	add("tier", when.Tier)
	add("acting as", when.Acting)
	for _, id := range slices.Sorted(maps.Keys(when.Answers)) {
		parts = append(parts, questionLabel(id, pack)+" is "+when.Answers[id].String())
	}
	if len(parts) == 0 {
		return ""
	}
	return "if " + strings.Join(parts, " and ")
}

// questionLabel is a question's wording, or its id where the pack does not ask it.
func questionLabel(id string, pack *policy.Pack) string {
	if q, ok := pack.Question(id); ok {
		return "“" + q.Label + "”"
	}
	return id
}
