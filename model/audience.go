package model

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/model/calendar"
	"tocsin/model/policy"
)

// Outreach is who would be told of an incident, and who would not.
type Outreach struct {
	Tellings []Telling // in the order of the packs, their rules and the groups
	Untold   []Untold
}

// Telling is one obligation to tell somebody: who, what, when and why, and
// what still keeps it from leaving.
type Telling struct {
	Obligation policy.Obligation
	Key        policy.RuleKey
	Kind       NoticeKind     // of the notice that comes next
	Group      *AffectedGroup // nil: as the rule's audience says, or the affected customers are not listed yet
	Customers  int            // how many, where they are listed
	Addresses  int            // how many recipients they are
	State      policy.State
	Due        time.Time // zero: no time stands
	NotBefore  time.Time // before which it must not leave, where that is known
	Why        []string  // what makes it apply, one line a condition
	Blocks     []Block   // in the order in which they can be cleared
}

// Block is something in the way of a notice.
type Block struct {
	Kind  BlockKind
	Text  string    // for people
	Until time.Time // when it ends by itself; zero: somebody has to act
	Hard  bool      // the notice must not leave; else it may, but not as it should
}

// BlockKind names what is in the way.
type BlockKind string

// What may be in the way of a notice.
const (
	BlockUndecided  BlockKind = "undecided"       // an answer that decides whether it is to be told is not known
	BlockNotStarted BlockKind = "not started"     // what it is about has not happened, or is not stated
	BlockDelayed    BlockKind = "delayed"         // an evidenced delay runs
	BlockPaidFirst  BlockKind = "paid first"      // paying customers are not told yet
	BlockBuffer     BlockKind = "buffer"          // paying customers are still given time
	BlockOrder      BlockKind = "others first"    // its rule comes after others
	BlockUnlisted   BlockKind = "nobody listed"   // the affected customers are not known
	BlockNoAddress  BlockKind = "without address" // there is nobody to write to
)

// Untold is somebody whom the rules of a pack do not tell, and why.
type Untold struct {
	Pack  *policy.Pack
	To    policy.To
	Group *AffectedGroup   // nil: whoever To names
	Keys  []policy.RuleKey // the rules that would have told them
	Why   string
	// Waived says that somebody decided so; otherwise it follows from the rules.
	Waived bool
}

// Audience tells who would be told what of a case, when and why, what still
// blocks each notice, and who is not told and why: before anything leaves. It
// is a pure function of what obligations are computed from, and what releases
// of notices are decided by.
//
// It says what the packs say. The ones that notices by tier come from tell
// paying customers by severity; the free tier only where it is directly
// impacted, after a buffer for paying customers; the public only after the fix,
// after the free tier, and only where nobody has to act for themselves.
func Audience(packs []*policy.Pack, c *policy.Case, groups []AffectedGroup, home calendar.Calendar, now time.Time) Outreach {
	every := *c
	every.Applied = allRules(packs)
	a := &audience{c: c, groups: groups, home: home, now: now, told: make(map[listener]bool), refused: make(map[listener][]policy.Obligation)}
	for _, o := range policy.ObligationsIn(packs, &every, home) {
		if o.Rule.To != policy.ToNobody || !o.Rule.Internal {
			a.weigh(o)
		}
	}
	a.untold()
	return a.out
}

// Audience is who would be told of an incident at now.
func (s *State) Audience(i *Incident, now time.Time) Outreach {
	return Audience(s.PacksOf(i), i.Case(), i.Groups, s.Home(), now)
}

// allRules are the keys of all rules, so that those which do not apply are
// computed too, with what speaks against them.
func allRules(packs []*policy.Pack) []policy.RuleKey {
	var keys []policy.RuleKey
	for _, p := range packs {
		for k := range p.Rules {
			keys = append(keys, policy.RuleKey{Pack: p.ID, Rule: p.Rules[k].ID})
		}
	}
	return keys
}

// listener is somebody whom rules of one pack may tell.
type listener struct {
	pack  string
	to    policy.To
	group string
}

type audience struct {
	c      *policy.Case
	groups []AffectedGroup
	home   calendar.Calendar
	now    time.Time

	told    map[listener]bool
	refused map[listener][]policy.Obligation
	order   []listener // of those refused
	out     Outreach
}

// weigh puts an obligation where it belongs.
func (a *audience) weigh(o policy.Obligation) {
	who := listener{pack: o.Pack.ID, to: o.Rule.To, group: o.Key().Group}
	switch o.State(a.now) {
	case policy.Waived:
		a.out.Untold = append(a.out.Untold, Untold{
			Pack: o.Pack, To: o.Rule.To, Group: a.group(who.group), Keys: []policy.RuleKey{o.Key()}, Waived: true,
			Why: "waived by " + o.Waiver.Decider + ": " + o.Waiver.Rationale,
		})
		a.told[who] = true // whoever asks is answered
	case policy.NoLongerApplies:
		if len(a.refused[who]) == 0 {
			a.order = append(a.order, who)
		}
		a.refused[who] = append(a.refused[who], o)
	default:
		a.told[who] = true
		a.out.Tellings = append(a.out.Tellings, a.telling(o))
	}
}

func (a *audience) group(id string) *AffectedGroup {
	for k := range a.groups {
		if a.groups[k].ID == id {
			return &a.groups[k]
		}
	}
	return nil
}

func (a *audience) telling(o policy.Obligation) Telling {
	t := Telling{
		Obligation: o, Key: o.Key(), Kind: nextKind(&o), Group: a.group(o.Key().Group), State: o.State(a.now), Due: o.Strict,
		Why: policy.ExplainIn(&o, a.c, a.home).Why,
	}
	if t.Group != nil {
		t.Customers, t.Addresses = t.Group.Customers, t.Group.Addresses
	}
	if t.State != policy.Met && t.State != policy.MetLate {
		a.block(&t)
	}
	return t
}

// nextKind is the kind of an obligation's next notice: what recurs is an
// update.
func nextKind(o *policy.Obligation) NoticeKind {
	kind := o.Rule.NoticeKind()
	if kind == policy.NoticeInitial && o.Occurrence > 1 {
		kind = policy.NoticeUpdate
	}
	return NoticeKind(kind)
}

// block finds what is in the way of a notice.
func (a *audience) block(t *Telling) {
	o := &t.Obligation
	strict := o.Rule.To == policy.ToFree || o.Rule.To == policy.ToPublic // they are told only where the source says so
	switch {
	case o.Applies == policy.Unknown:
		t.blocked(Block{Kind: BlockUndecided, Text: o.Why, Hard: strict})
	case !o.Started:
		t.blocked(Block{Kind: BlockNotStarted, Text: o.Why, Hard: strict || t.Kind == ResolutionNotice})
	}
	for _, s := range o.Suspensions {
		if s.Holds(a.now) {
			t.blocked(Block{Kind: BlockDelayed, Text: fmt.Sprintf("delayed at the word of %s: %s", s.By, s.Evidence), Until: s.Until, Hard: true})
		}
	}
	if len(o.Done) == 0 {
		a.holdBack(t)
	}
	switch {
	case o.Rule.To.Customers() && t.Group == nil:
		t.blocked(Block{Kind: BlockUnlisted, Text: "the affected customers are not listed yet"})
	case t.Group != nil && t.Addresses == 0:
		t.blocked(Block{Kind: BlockNoAddress, Text: "no address is known: they are told by hand"})
	}
}

func (t *Telling) blocked(b Block) {
	t.Blocks = append(t.Blocks, b)
	if b.Hard && b.Until.After(t.NotBefore) {
		t.NotBefore = b.Until
	}
}

// holdBack lets others hear first.
func (a *audience) holdBack(t *Telling) {
	hold := policy.HoldOf(&t.Obligation, a.c, a.home)
	switch {
	case len(hold.Paid) > 0:
		t.blocked(Block{Kind: BlockPaidFirst, Text: "paying customers hear first, and are not told yet: " + keyList(hold.Paid), Hard: true})
	case a.now.Before(hold.Until):
		t.blocked(Block{Kind: BlockBuffer, Text: fmt.Sprintf("paying customers are given %s to act first", hold.Buffer.Words()), Until: hold.Until, Hard: true})
	}
	if len(hold.First) > 0 {
		t.blocked(Block{Kind: BlockOrder, Text: "others hear first, and are not told yet: " + keyList(hold.First), Hard: true})
	}
}

func keyList(keys []policy.RuleKey) string {
	words := make([]string, len(keys))
	for k := range keys {
		words[k] = keys[k].String()
	}
	return strings.Join(words, ", ")
}

// Blocked is the first thing that keeps a notice from leaving; ok is false
// where nothing does.
func (t *Telling) Blocked() (b Block, ok bool) {
	for _, b := range t.Blocks {
		if b.Hard {
			return b, true
		}
	}
	return Block{}, false
}

// untold lists those whom no rule of a pack tells although some are about
// them.
func (a *audience) untold() {
	for _, who := range a.order {
		if a.told[who] {
			continue
		}
		refused := a.refused[who]
		u := Untold{Pack: refused[0].Pack, To: who.to, Group: a.group(who.group), Why: a.whyNot(refused)}
		for k := range refused {
			u.Keys = append(u.Keys, refused[k].Key())
		}
		a.out.Untold = append(a.out.Untold, u)
	}
}

// whyNot sums up what speaks against every rule. Where that is the severity,
// it is said once.
func (a *audience) whyNot(refused []policy.Obligation) string {
	var texts []string
	for k := range refused {
		text := refused[k].Why
		if levels := refused[k].Rule.When.Severity; len(levels) > 0 && a.c.Severity != "" && !slices.Contains(levels, a.c.Severity) {
			text = "nothing is scheduled where the severity is " + a.c.Severity
		}
		if text != "" && !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	return strings.Join(texts, "; ")
}
