package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/model/policy"
)

// changePacks asks which regimes an incident runs under beside its procedure.
// Those that its facts call for are named with the reason.
func (c *Console) changePacks() tea.Cmd {
	standing := c.target()
	i := standing.Incident
	d := &dialog{title: "Packs of " + string(i.ID), confirm: "Change", danger: consequence, said: "{id} runs under these packs now; what moved is on the timeline", intro: c.proposals(standing)}
	var chosen []string
	for _, ref := range i.Packs[1:] {
		chosen = append(chosen, ref.String())
	}
	d.form = newForm(c.theme,
		c.many("packs", "Regimes", "Beside "+i.Packs[0].String()+", its procedure.", c.regimeOptions(i), chosen...),
		c.line("reason", "Reason", "Why these. It is logged."),
	)
	d.command = func(f *form) (model.Command, bool) {
		packs := []policy.Ref{i.Packs[0]}
		for _, name := range f.field("packs").list() {
			if ref, err := policy.ParseRef(name); err == nil {
				packs = append(packs, ref)
			}
		}
		return model.ChangePacks{Incident: i.ID, Packs: packs, Reason: f.value("reason")}, true
	}
	return c.ask(d)
}

// regimes are the newest adopted version of each regime, by id.
func (c *Console) regimes() []*policy.Pack {
	newest := make(map[string]*policy.Pack)
	for p := range c.frame.snapshot.Packs() {
		if old := newest[p.ID]; p.Kind == policy.Regime && (old == nil || old.Version < p.Version) {
			newest[p.ID] = p
		}
	}
	var packs []*policy.Pack
	for _, p := range newest {
		packs = append(packs, p)
	}
	slices.SortFunc(packs, func(a, b *policy.Pack) int { return strings.Compare(a.ID, b.ID) })
	return packs
}

// regimeOptions offers the newest versions, and those that the incident is
// pinned to where they are older: keeping one is a choice too.
func (c *Console) regimeOptions(i *model.Incident) []option {
	var options []option
	for _, p := range c.regimes() {
		for _, ref := range i.Packs {
			if ref.ID == p.ID && ref.Version != p.Version {
				options = append(options, option{id: ref.String(), label: ref.String() + " as now", help: "the version the incident runs under"})
			}
		}
		options = append(options, option{id: p.Ref().String(), label: p.Ref().String(), help: p.Title})
	}
	return options
}

// proposals says which other regimes surely apply by what is known, and why.
func (c *Console) proposals(standing *model.Standing) []string {
	i := standing.Incident
	others := slices.DeleteFunc(c.regimes(), func(p *policy.Pack) bool {
		return slices.ContainsFunc(i.Packs, func(ref policy.Ref) bool { return ref.ID == p.ID })
	})
	var lines []string
	for _, proposal := range policy.Propose(others, i.Case(), c.zone()) {
		if proposal.Answer != policy.Yes {
			continue
		}
		var why []string
		for _, reason := range proposal.Reasons {
			why = append(why, reason.Text)
		}
		lines = append(lines, "· "+proposal.Pack.ID+": "+proposal.Rule.Title+" ("+orElse(strings.Join(why, "; "), "always")+")")
	}
	if len(lines) == 0 {
		return nil
	}
	return append([]string{"By what is known, these would apply too:"}, lines...)
}
