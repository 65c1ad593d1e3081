package tui

import (
	"fmt"
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
	d := &dialog{title: "Packs of " + string(i.ID), confirm: "Change", danger: consequence, said: "{id} runs under these packs now; what moved is on the timeline"}
	d.intro = append(c.newerInWords(i), c.proposals(standing)...)
	d.changed = oneVersionEach
	d.below = func(f *form, width, height int) []string { return c.movedByPacks(i, chosenPacks(f, i), width, height) }
	d.form = newForm(c.theme, append(c.packFields(i), c.line("reason", "Reason", "Why these. It is logged."))...)
	d.command = func(f *form) (model.Command, bool) {
		return model.ChangePacks{Incident: i.ID, Packs: chosenPacks(f, i), Reason: f.value("reason")}, true
	}
	return c.ask(d)
}

// newerInWords says where there is a newer version of a pack, and the first
// things that it says otherwise.
func (c *Console) newerInWords(i *model.Incident) []string {
	const shown = 2
	var lines []string
	now := c.packsNamed(i.Packs)
	for _, newer := range i.NewerPacks(c.frame.snapshot.Packs()) {
		lines = append(lines, newer.Ref().String()+" is newer than what this incident runs under.")
		k := slices.IndexFunc(now, func(p *policy.Pack) bool { return p.ID == newer.ID })
		if k < 0 {
			continue
		}
		changes := policy.Diff(now[k], newer)
		for _, change := range changes[:min(len(changes), shown)] {
			lines = append(lines, "· "+change.String())
		}
		if more := len(changes) - shown; more > 0 {
			lines = append(lines, fmt.Sprintf("· and %d more: tocsin policy diff %s %s", more, now[k].Ref(), newer.Ref()))
		}
	}
	return lines
}

// movedByPacks says what other packs would do to the incident's due times.
func (c *Console) movedByPacks(i *model.Incident, refs []policy.Ref, width, height int) []string {
	moves := c.compared(c.frame.snapshot.Obligations(i), c.owed(c.packsNamed(refs), i.Case()))
	t := c.theme
	lines := []string{t.Title.Paint("Due times") + "  " + t.Muted.Paint(movesInWords(moves))}
	for k := range moves {
		if moves[k].Change == model.Unmoved {
			break // these come last
		}
		if len(lines)+moveHeight(width) > height-1 {
			return append(lines, t.Muted.Paint("  and more: i tries it, with all of them"))
		}
		lines = append(lines, c.drawMove(&moves[k], width, false)...)
	}
	return lines
}

// packFields ask which packs an incident runs under: its procedure where there
// is another version of that, and the regimes beside it.
func (c *Console) packFields(i *model.Incident) []*field {
	var fields []*field
	if versions := c.procedureVersions(i); len(versions) > 1 {
		fields = append(fields, c.one("procedure", "Procedure", "The version of its phases, severities and promises.", versions, i.Packs[0].String()))
	}
	var chosen []string
	regimes := c.regimeOptions(i)
	for _, ref := range i.Packs {
		if slices.ContainsFunc(regimes, func(o option) bool { return o.id == ref.String() }) {
			chosen = append(chosen, ref.String())
		}
	}
	return append(fields, c.many("packs", "Regimes", "What binds you beside the procedure. Space takes one.", regimes, chosen...))
}

// procedureVersions are the version of its procedure that an incident runs
// under and the newest one.
func (c *Console) procedureVersions(i *model.Incident) []option {
	now, newest := i.Packs[0], (*policy.Pack)(nil)
	for p := range c.frame.snapshot.Packs() {
		if p.ID == now.ID && p.Kind == policy.Procedure && p.Version >= now.Version && (newest == nil || newest.Version < p.Version) {
			newest = p
		}
	}
	switch {
	case newest == nil:
		return nil
	case newest.Version == now.Version:
		return []option{{id: now.String(), label: now.String()}}
	}
	return []option{{id: now.String(), label: now.String() + " as now"}, {id: newest.Ref().String(), label: newest.Ref().String(), help: newest.Title}}
}

// chosenPacks are the packs that a form of packFields chose, the procedure of
// the incident first.
func chosenPacks(f *form, i *model.Incident) []policy.Ref {
	names := f.field("packs").list()
	if procedure := f.field("procedure"); procedure != nil {
		names = append([]string{procedure.value()}, names...)
	} else if !slices.ContainsFunc(f.field("packs").options, func(o option) bool { return o.id == i.Packs[0].String() }) {
		names = append([]string{i.Packs[0].String()}, names...)
	}
	var refs []policy.Ref
	for _, name := range names {
		if ref, err := policy.ParseRef(name); err == nil && !slices.Contains(refs, ref) {
			refs = append(refs, ref)
		}
	}
	return refs
}

// oneVersionEach leaves the version of each regime that was taken last:
// taking one gives the other back.
func oneVersionEach(f *form) {
	packs := f.field("packs")
	var kept []string
	for k := len(packs.chosen) - 1; k >= 0; k-- {
		id, _, _ := strings.Cut(packs.chosen[k], "@")
		if !slices.ContainsFunc(kept, func(other string) bool { return strings.HasPrefix(other, id+"@") }) {
			kept = append(kept, packs.chosen[k])
		}
	}
	slices.Reverse(kept)
	packs.chosen = kept
}

// packsNamed are the adopted packs of the names, in their order.
func (c *Console) packsNamed(refs []policy.Ref) []*policy.Pack {
	packs := make([]*policy.Pack, len(refs))
	for p := range c.frame.snapshot.Packs() {
		if k := slices.Index(refs, p.Ref()); k >= 0 {
			packs[k] = p
		}
	}
	return slices.DeleteFunc(packs, func(p *policy.Pack) bool { return p == nil })
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
	known, meta := i.Case(), c.frame.snapshot.Meta()
	meta.Complete(known)
	for _, proposal := range policy.Propose(others, known, c.zone()) {
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
