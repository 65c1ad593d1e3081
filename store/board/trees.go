package board

import (
	"cmp"
	"maps"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/tidwall/btree"

	"tocsin/model"
)

// trees are the orders in which incidents are read. Copies share their nodes
// until one of them is written.
type trees struct {
	known  *btree.Map[model.ID, *model.Standing]
	open   *btree.BTreeG[*model.Standing] // by urgency
	closed *btree.BTreeG[*model.Standing] // latest first
	dues   *btree.BTreeG[due]             // of open incidents, by time
	alarms *btree.BTreeG[alarm]           // dues that are brought to mind, by whom and from when
	calls  *btree.BTreeG[call]            // incidents on which people are called, by whom and by number
	asks   *btree.BTreeG[*model.Standing] // incidents with notices that wait for approval, by id
	people map[string]int32               // the numbers alarms and calls know people by
	lent   bool                           // a copy has people too
}

// due is one entry of the order by time: 24 bytes, since there are several
// for each incident.
type due struct {
	at       int64 // Unix time in milliseconds, as fine as the record is
	standing *model.Standing
	index    int // in standing.Dues
}

// compareDues orders by time, then incident; a due without a standing is a
// position before all of its time.
func compareDues(a, b due) int {
	switch {
	case a.at != b.at:
		return cmp.Compare(a.at, b.at)
	case a.standing == nil || b.standing == nil:
		return cmp.Compare(rank(a.standing), rank(b.standing))
	}
	return cmp.Or(strings.Compare(string(a.standing.Incident.ID), string(b.standing.Incident.ID)), cmp.Compare(a.index, b.index))
}

func rank(s *model.Standing) int {
	if s == nil {
		return 0
	}
	return 1
}

// alarm is a due in the order in which dues begin to be brought to mind of one
// person, or of everybody where nobody holds the roles that are reminded. Like
// a due it is 24 bytes.
type alarm struct {
	from     int64 // Unix time in milliseconds
	standing *model.Standing
	person   int32 // the number of a person, or of ""
	index    int32 // in standing.Dues
}

// compareAlarms orders by person, then time, then incident; an alarm without a
// standing is a position before all of its time.
func compareAlarms(a, b alarm) int {
	if a.person != b.person {
		return cmp.Compare(a.person, b.person)
	}
	return compareDues(due{at: a.from, standing: a.standing, index: int(a.index)}, due{at: b.from, standing: b.standing, index: int(b.index)})
}

// call is an incident on which somebody is called.
type call struct {
	person   int32
	standing *model.Standing // nil is a position before all
}

func compareCalls(a, b call) int {
	if a.person != b.person || a.standing == nil || b.standing == nil {
		return cmp.Or(cmp.Compare(a.person, b.person), cmp.Compare(rank(a.standing), rank(b.standing)))
	}
	return strings.Compare(string(a.standing.Incident.ID), string(b.standing.Incident.ID))
}

func newTrees() trees {
	// The board's goroutine alone writes, and readers have copies of their own.
	unlocked := btree.Options{NoLocks: true}
	urgency := func(a, b *model.Standing) bool { return model.CompareUrgency(a, b) < 0 }
	return trees{
		known:  new(btree.Map[model.ID, *model.Standing]),
		open:   btree.NewBTreeGOptions(urgency, unlocked),
		closed: btree.NewBTreeGOptions(urgency, unlocked),
		dues:   btree.NewBTreeGOptions(func(a, b due) bool { return compareDues(a, b) < 0 }, unlocked),
		alarms: btree.NewBTreeGOptions(func(a, b alarm) bool { return compareAlarms(a, b) < 0 }, unlocked),
		calls:  btree.NewBTreeGOptions(func(a, b call) bool { return compareCalls(a, b) < 0 }, unlocked),
		asks:   btree.NewBTreeGOptions(func(a, b *model.Standing) bool { return compareIDs(a, b) < 0 }, unlocked),
		people: make(map[string]int32),
	}
}

// plant makes the trees of many standings at once: sorted first, since trees
// that are filled in order need no search.
func plant(standings []*model.Standing) trees {
	t := newTrees()
	running, owed := weigh(standings)
	open, closed := make([]urgent, 0, running), make([]urgent, 0, len(standings)-running)
	dues := make([]due, 0, owed)
	for _, s := range standings {
		if !s.Incident.Open() {
			closed = append(closed, urgent{standing: s})
			continue
		}
		open = append(open, urgent{first: firstDue(s), standing: s})
		dues = appendDues(dues, s)
	}
	var work sync.WaitGroup
	work.Go(func() { fill(t.open, open) })
	work.Go(func() { fill(t.closed, closed) })
	work.Go(func() {
		slices.SortFunc(dues, compareDues)
		load(t.dues, dues)
	})
	all := standings
	work.Go(func() { t.fillAlarms(all, owed) })
	work.Go(func() {
		if !slices.IsSortedFunc(standings, compareIDs) {
			standings = slices.SortedFunc(slices.Values(standings), compareIDs)
		}
		for k := 0; k < len(standings); k += 2 {
			t.known.Load(standings[k].Incident.ID, standings[k])
		}
		for k := 1; k < len(standings); k += 2 {
			t.known.Set(standings[k].Incident.ID, standings[k])
		}
	})
	work.Wait()
	return t
}

// weigh counts the open incidents and their due times.
func weigh(standings []*model.Standing) (open, dues int) {
	for _, s := range standings {
		if s.Incident.Open() {
			open++
			dues += len(s.Dues)
		}
	}
	return open, dues
}

// urgent is a standing to be sorted, with what decides between most of them at
// hand.
type urgent struct {
	first    int64 // Unix time in milliseconds of the first due time, the latest of all where there is none
	standing *model.Standing
}

func firstDue(s *model.Standing) int64 {
	if due, ok := s.Next(); ok {
		return due.At.UnixMilli()
	}
	return math.MaxInt64
}

func fill(tree *btree.BTreeG[*model.Standing], list []urgent) {
	slices.SortFunc(list, func(a, b urgent) int {
		if a.first != b.first {
			return cmp.Compare(a.first, b.first)
		}
		return model.CompareUrgency(a.standing, b.standing)
	})
	for _, u := range list {
		tree.Load(u.standing)
	}
}

func (t *trees) fillAlarms(standings []*model.Standing, owed int) {
	alarms := make([]alarm, 0, owed)
	for _, s := range standings {
		if s.Incident.Open() {
			alarms = t.appendAlarms(alarms, s)
		}
	}
	slices.SortFunc(alarms, compareAlarms)
	load(t.alarms, alarms)
	for _, s := range standings {
		t.addCalls(s)
	}
}

// load fills a tree with what is in order, every other item first: a tree that
// is filled from one end alone leaves its nodes half empty, with room for the
// whole.
func load[T any](tree *btree.BTreeG[T], sorted []T) {
	for k := 0; k < len(sorted); k += 2 {
		tree.Load(sorted[k])
	}
	var hint btree.PathHint
	for k := 1; k < len(sorted); k += 2 {
		tree.SetHint(sorted[k], &hint)
	}
}

func compareIDs(a, b *model.Standing) int {
	return strings.Compare(string(a.Incident.ID), string(b.Incident.ID))
}

func appendDues(dues []due, s *model.Standing) []due {
	for k := range s.Dues {
		dues = append(dues, due{at: s.Dues[k].At.UnixMilli(), standing: s, index: k})
	}
	return dues
}

func (t *trees) appendAlarms(alarms []alarm, s *model.Standing) []alarm {
	for k := range s.Dues {
		d := &s.Dues[k]
		a := alarm{from: s.RemindFrom(d).UnixMilli(), standing: s, index: int32(k)}
		people := s.People(d)
		if len(people) == 0 {
			a.person = t.number("")
			alarms = append(alarms, a)
		}
		for _, person := range people {
			a.person = t.number(person)
			alarms = append(alarms, a)
		}
	}
	return alarms
}

// addCalls puts an incident where those find it who are called on it, or whose
// approval it waits for.
func (t *trees) addCalls(s *model.Standing) {
	for k := range s.Incident.Calls {
		t.calls.Set(call{t.number(s.Incident.Calls[k].Person), s})
	}
	if asks(s) {
		t.asks.Set(s)
	}
}

// asks reports whether a notice of an incident waits for approval.
func asks(s *model.Standing) bool {
	return slices.ContainsFunc(s.Incident.Notices, func(n model.Notice) bool { return n.State == model.NoticeIsProposed })
}

// number is what alarms know a person by; "" is everybody.
func (t *trees) number(person string) int32 {
	n, known := t.people[person]
	if !known {
		if t.lent {
			t.people, t.lent = maps.Clone(t.people), false
		}
		n = int32(len(t.people))
		t.people[person] = n
	}
	return n
}

// put puts an incident where it stands now, and takes away where it stood.
func (t *trees) put(s *model.Standing) (before *model.Standing, replaced bool) {
	before, replaced = t.known.Set(s.Incident.ID, s)
	if replaced {
		t.remove(before)
	}
	t.addCalls(s)
	if !s.Incident.Open() {
		t.closed.Set(s)
		return before, replaced
	}
	t.open.Set(s)
	for _, d := range appendDues(nil, s) {
		t.dues.Set(d)
	}
	for _, a := range t.appendAlarms(nil, s) {
		t.alarms.Set(a)
	}
	return before, replaced
}

func (t *trees) remove(s *model.Standing) {
	for k := range s.Incident.Calls {
		t.calls.Delete(call{t.number(s.Incident.Calls[k].Person), s})
	}
	if asks(s) {
		t.asks.Delete(s)
	}
	if !s.Incident.Open() {
		t.closed.Delete(s)
		return
	}
	t.open.Delete(s)
	for _, d := range appendDues(nil, s) {
		t.dues.Delete(d)
	}
	for _, a := range t.appendAlarms(nil, s) {
		t.alarms.Delete(a)
	}
}

func (t *trees) copy() trees {
	t.lent = true
	return trees{known: t.known.Copy(), open: t.open.Copy(), closed: t.closed.Copy(), dues: t.dues.Copy(), alarms: t.alarms.Copy(), calls: t.calls.Copy(), asks: t.asks.Copy(), people: t.people}
}

// alone is how many standings one goroutine computes before another helps.
const alone = 256

// standAll computes the standings of incidents, on all cores where there are
// many.
func standAll(laws *model.State, incidents []*model.Incident) []*model.Standing {
	standings := make([]*model.Standing, len(incidents))
	workers := min(runtime.GOMAXPROCS(0), len(incidents)/alone+1)
	var work sync.WaitGroup
	for w := range workers {
		work.Go(func() {
			for k := w * len(incidents) / workers; k < (w+1)*len(incidents)/workers; k++ {
				standings[k] = laws.Stand(incidents[k])
			}
		})
	}
	work.Wait()
	return standings
}
