// Package board is the live read model of a space: what queues, deadlines and
// incident screens read, in memory, without ever waiting for a writer.
//
// A Board belongs to the one goroutine that commits events. It applies what
// they touched and publishes a Snapshot, which never changes afterwards and is
// shared by all readers. Its trees are copied on write (github.com/tidwall/btree),
// so a snapshot costs the same however many incidents there are, and each
// change O(log n).
//
// Figures are in the package store.
package board

import (
	"maps"
	"slices"

	"tocsin/model"
	"tocsin/model/policy"
)

// Board is the writer's side. One goroutine owns it.
type Board struct {
	seq   uint64
	meta  model.Meta
	laws  *model.State // packs, calendars and zone alone; replaced, never changed, when they do
	trees trees
	bySev map[string]int // open incidents by severity; replaced, never changed
}

// New makes the board of a state. standings are those of its incidents where
// they are known already; nil has them computed, on all cores. The state is
// only read, and not kept.
func New(s *model.State, standings []*model.Standing) (*Board, error) {
	b := &Board{seq: s.Seq, meta: s.Meta}
	if err := b.enact(s); err != nil {
		return nil, err
	}
	if standings == nil {
		standings = standAll(b.laws, slices.Collect(maps.Values(s.Incidents)))
	}
	b.trees = plant(standings)
	b.bySev = countBySeverity(standings)
	return b, nil
}

// Apply follows the state, which has folded the events that touched it so.
// Incidents of an import under way stay off the board until it is complete.
func (b *Board) Apply(s *model.State, touched []model.Touched) error {
	incidents, meta, laws := gather(touched)
	b.seq = s.Seq
	if meta {
		laws = laws || s.Meta.Zone != b.meta.Zone || s.Meta.Calendar != b.meta.Calendar
		b.meta = s.Meta
	}
	if laws {
		before := b.laws
		if err := b.enact(s); err != nil {
			return err
		}
		b.restand(b.laws.Recounted(before))
	}
	b.put(standAll(b.laws, incidents))
	return nil
}

// Publish makes the snapshot of what was applied so far.
func (b *Board) Publish() *Snapshot {
	return &Snapshot{Seq: b.seq, Meta: b.meta, laws: b.laws, trees: b.trees.copy(), bySev: b.bySev}
}

// enact takes over packs, calendars and zone as they are now.
func (b *Board) enact(s *model.State) error {
	laws := new(model.State)
	if err := laws.Restore(s.Seq, model.Meta{Zone: s.Meta.Zone, Calendar: s.Meta.Calendar}, s.Laws(), nil); err != nil {
		return err
	}
	b.laws = laws
	return nil
}

// restand computes the open incidents anew that run under packs whose days are
// counted otherwise now.
func (b *Board) restand(packs map[policy.Ref]bool) {
	if len(packs) == 0 {
		return
	}
	var open []*model.Incident
	b.trees.open.Scan(func(s *model.Standing) bool {
		if s.Incident.Under(packs) {
			open = append(open, s.Incident)
		}
		return true
	})
	b.put(standAll(b.laws, open))
}

// put puts standings where they belong. Where they are most of all, as at the
// end of an import or by another calendar, all are planted anew together.
func (b *Board) put(standings []*model.Standing) {
	if len(standings) > b.trees.known.Len()/2 {
		b.replant(standings)
		return
	}
	counts := maps.Clone(b.bySev)
	for _, s := range standings {
		if before, replaced := b.trees.put(s); replaced && before.Incident.Open() {
			counts[before.Incident.Severity()]--
		}
		if s.Incident.Open() {
			counts[s.Incident.Severity()]++
		}
	}
	maps.DeleteFunc(counts, func(_ string, n int) bool { return n == 0 })
	b.bySev = counts
}

func (b *Board) replant(standings []*model.Standing) {
	replaced := make(map[model.ID]bool, len(standings))
	for _, s := range standings {
		replaced[s.Incident.ID] = true
	}
	b.trees.known.Scan(func(id model.ID, s *model.Standing) bool {
		if !replaced[id] {
			standings = append(standings, s)
		}
		return true
	})
	b.trees = plant(standings)
	b.bySev = countBySeverity(standings)
}

// gather reduces what events touched to each incident's latest version, and to
// whether the space's own settings and what it adopted changed.
func gather(touched []model.Touched) (incidents []*model.Incident, meta, laws bool) {
	latest := make(map[model.ID]int, len(touched))
	add := func(i *model.Incident) {
		if k, known := latest[i.ID]; known {
			incidents[k] = i
			return
		}
		latest[i.ID] = len(incidents)
		incidents = append(incidents, i)
	}
	for _, t := range touched {
		if t.Incident != nil && !t.Pending {
			add(t.Incident)
		}
		for _, i := range t.Completed {
			add(i)
		}
		meta = meta || t.Meta
		laws = laws || t.Pack != nil || t.Calendar != nil
	}
	return incidents, meta, laws
}

func countBySeverity(standings []*model.Standing) map[string]int {
	counts := make(map[string]int)
	for _, s := range standings {
		if s.Incident.Open() {
			counts[s.Incident.Severity()]++
		}
	}
	return counts
}
