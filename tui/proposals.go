package tui

import (
	"slices"

	"tocsin/model/policy"
)

// sureShape and openShape stand before the packs that triage offers.
const (
	sureShape = "+"
	openShape = "?"
)

// arrange puts behind the triage's own fields what decides which other
// regimes apply, the packs that the answers so far call for, and what those
// that are taken ask for themselves. Nothing is asked twice, and what was
// answered stays.
func (s *triageScreen) arrange() {
	c, i := s.c, s.standing.Incident
	own := c.frame.snapshot.PacksOf(i)
	others := c.packsAbout(i)[len(own):]
	draft := c.supposed(i, s.form)
	proposals := policy.Propose(others, draft, c.zone())
	fields := slices.Clone(s.own)
	first := len(fields)
	for _, pack := range others {
		for k := range pack.Questions {
			q := &pack.Questions[k]
			if s.asks(q.ID) || decides(q, proposals, draft) {
				fields = s.with(fields, unknownAtFirst(c.questionField(q, i)))
			}
		}
	}
	if offered := s.offer(proposals); len(offered.options) > 0 {
		fields = s.with(fields, offered)
	}
	for _, one := range c.factFields(c.packsNamed(s.taken()), i, "resolved", "reported") {
		fields = s.with(fields, one)
	}
	for k, one := range fields {
		one.above = ""
		if k == first {
			one.above = "Other laws: answer what you know, the rest stays unknown"
		}
	}
	s.form.arrange(fields)
}

// unknownAtFirst shows what an answer that nobody gave means. It states nothing.
func unknownAtFirst(one *field) *field {
	if len(one.chosen) == 0 {
		one.at = len(one.options) - 1
		one.chosen = []string{one.options[one.at].id}
	}
	return one
}

// asks reports whether the question was asked and somebody answered it.
func (s *triageScreen) asks(question string) bool {
	one := s.shelf[factPrefix+question]
	return one != nil && one.edited
}

// decides reports whether a pack waits for the question next.
func decides(q *policy.Question, proposals []policy.Proposal, draft *policy.Case) bool {
	return slices.ContainsFunc(proposals, func(p policy.Proposal) bool {
		open := p.Open(draft)
		return open != nil && open.ID == q.ID
	})
}

// with adds a field that is not there yet: as it was, where it was asked
// before.
func (s *triageScreen) with(fields []*field, one *field) []*field {
	if slices.ContainsFunc(fields, func(f *field) bool { return f.id == one.id }) {
		return fields
	}
	if known := s.shelf[one.id]; known != nil {
		one = known
	}
	s.shelf[one.id] = one
	return append(fields, one)
}

// offer is the field of the packs that the answers call for. One that has just
// come to apply is taken, and can be given back; one that an answer excludes
// goes.
func (s *triageScreen) offer(proposals []policy.Proposal) *field {
	offered := s.shelf["packs"]
	fresh := offered == nil
	if fresh {
		offered = s.c.many("packs", "Packs to add", "The incident runs under these from now on too. ? cannot be excluded yet.", nil)
	}
	before := offered.options
	offered.options = nil
	for k := range proposals {
		p := &proposals[k]
		one := option{id: p.Pack.Ref().String(), label: p.Pack.Ref().String(), shape: openShape, help: p.Pack.Title + ": " + p.Why()}
		if p.Answer == policy.Yes {
			one.shape, one.label, one.help = sureShape, one.label+": "+p.Why(), p.Pack.Title
		}
		was, is := sureAmong(before, one.id), p.Answer == policy.Yes
		taken := slices.Contains(offered.chosen, one.id)
		if is && !was && !fresh && !taken || was && !is && taken {
			offered.take(one.id)
		}
		offered.options = append(offered.options, one)
	}
	offered.chosen = slices.DeleteFunc(slices.Clone(offered.chosen), func(id string) bool {
		return !slices.ContainsFunc(offered.options, func(o option) bool { return o.id == id })
	})
	offered.at = min(offered.at, max(len(offered.options)-1, 0))
	return offered
}

// sureAmong reports whether a pack was offered as one that applies.
func sureAmong(options []option, id string) bool {
	return slices.ContainsFunc(options, func(o option) bool { return o.id == id && o.shape == sureShape })
}

// taken are the packs that triage adds.
func (s *triageScreen) taken() []policy.Ref {
	offered := s.shelf["packs"]
	if offered == nil {
		return nil
	}
	var refs []policy.Ref
	for _, name := range offered.list() {
		if ref, err := policy.ParseRef(name); err == nil {
			refs = append(refs, ref)
		}
	}
	return refs
}
