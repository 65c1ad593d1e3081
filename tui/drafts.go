package tui

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
)

// Draft is what somebody typed into a form and did not save.
type Draft struct {
	ID       string       `json:"id"`                 // names it among all drafts
	Form     string       `json:"form"`               // such as "note", with what else the form is about
	Incident model.ID     `json:"incident,omitempty"` // that the form is about; "" is none
	Base     uint64       `json:"base,omitempty"`     // the incident's revision when the form was opened; 0 where the form has none
	At       time.Time    `json:"at"`                 // when something was last typed
	Fields   []DraftField `json:"fields"`             // those that were changed
}

// DraftField is what a field of a draft holds: a text, or the options taken.
type DraftField struct {
	ID     string   `json:"id"`
	Values []string `json:"values"`
}

// DraftMark names a draft as it was at a moment.
type DraftMark struct {
	ID string
	At time.Time
}

// Mark names the draft as it is.
func (d *Draft) Mark() DraftMark { return DraftMark{d.ID, d.At} }

// Drafts keeps what somebody typed and did not save, for all of their consoles
// and longer than any. It is safe for concurrent use.
type Drafts interface {
	// Kept is what is kept now, latest first. It is quick; the drafts are shared
	// and never changed.
	Kept() []Draft
	// Keep keeps a draft in place of an earlier state of it, and of the one that
	// it was begun from, if that is still as it was. It is durable when Keep
	// returns.
	Keep(ctx context.Context, draft Draft, from DraftMark) error
	// Discard forgets a draft in whatever state, and the one that it was begun
	// from, if that is still as it was.
	Discard(ctx context.Context, id string, from DraftMark) error
}

// keepAfter is how long after a key what was typed is kept: seldom enough for
// any disk, soon enough that nobody misses what a crash took.
const keepAfter = 500 * time.Millisecond

// keeping hands what was typed to Options.Drafts, off the event loop and one
// thing after another. All but mu belongs to the event loop.
type keeping struct {
	waiting bool // a keepMsg is to come
	writing bool // a keptMsg is to come
	failed  bool // the last attempt failed, and somebody was told
	gone    []discarded
	mu      sync.Mutex // held while anything is handed over
}

// discarded is a draft that is no longer needed.
type discarded struct {
	id   string
	from DraftMark
}

type keepMsg struct{}

type keptMsg struct {
	err  error
	kept []handed
}

// handed is a form as it was when it was handed over.
type handed struct {
	form    *form
	changes int
	draft   Draft
	from    DraftMark
}

// live are the forms in which something was typed that is not saved, by draft
// key.
func (c *Console) live() map[string]*form {
	live := maps.Clone(c.drafts)
	for _, o := range c.overlays {
		if d, ok := o.(*dialog); ok && d.draft != "" && d.form != nil {
			live[d.draft] = d.form
		}
	}
	if c.current == c.triage {
		live[c.triage.dialog.draft] = c.triage.form
	}
	if c.current == c.drafting {
		live[c.drafting.dialog.draft] = c.drafting.form
	}
	maps.DeleteFunc(live, func(_ string, f *form) bool { return f.done })
	return live
}

// behind reports whether a form changed since it was handed over last, and notes
// when that was.
func (c *Console) behind() (behind bool) {
	for _, f := range c.live() {
		if f.changes != f.seen {
			f.seen, f.typed = f.changes, c.opts.Now()
		}
		behind = behind || f.changes != f.kept
	}
	return behind
}

// unkept are the forms that changed since they were handed over last. Of one
// that is as it was before anybody typed, nothing is to be kept.
func (c *Console) unkept() (all []handed, gone []discarded) {
	c.behind()
	live := c.live()
	for _, key := range slices.Sorted(maps.Keys(live)) {
		switch f := live[key]; {
		case f.changes == f.kept:
		case f.dirty():
			all = append(all, handed{form: f, changes: f.changes, draft: f.asDraft(key), from: f.from})
		default:
			gone = append(gone, discarded{f.draft, f.from})
			f.kept = f.changes
		}
	}
	return all, gone
}

// asDraft is what a form holds that was typed.
func (f *form) asDraft(key string) Draft {
	if f.draft == "" {
		f.draft = rand.Text()[:16]
	}
	d := Draft{ID: f.draft, Base: f.base, At: f.typed}
	d.Form, d.Incident = splitDraftKey(key)
	for _, one := range f.fields {
		if one.edited {
			d.Fields = append(d.Fields, DraftField{ID: one.id, Values: one.values()})
		}
	}
	return d
}

// values are what a field holds as enter takes it.
func (f *field) values() []string {
	switch {
	case f.kind == textField:
		return strings.Split(f.area.Value(), "\n")
	case f.typing():
		return []string{f.input.Value()}
	}
	return slices.Clone(f.chosen)
}

// splitDraftKey is the inverse of draftKey.
func splitDraftKey(key string) (form string, id model.ID) {
	k := strings.LastIndexByte(key, ' ')
	if k < 0 {
		return key, ""
	}
	return key[:k], model.ID(key[k+1:])
}

func (d *Draft) key() string {
	if d.Incident == "" {
		return d.Form
	}
	return d.Form + " " + string(d.Incident)
}

// keepSoon sees to it that what was typed is kept shortly.
func (c *Console) keepSoon() tea.Cmd {
	k := &c.keeping
	if c.opts.Drafts == nil || k.waiting || k.writing || !c.behind() {
		return nil
	}
	k.waiting = true
	return tea.Tick(keepAfter, func(time.Time) tea.Msg { return keepMsg{} })
}

// keepNow hands over what was typed, and says what is no longer needed.
func (c *Console) keepNow() tea.Cmd {
	k := &c.keeping
	if c.opts.Drafts == nil || k.writing {
		return nil
	}
	forms, gone := c.unkept()
	gone = append(k.gone, gone...)
	if len(gone) == 0 && len(forms) == 0 {
		return nil
	}
	k.gone, k.writing = nil, true
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(c.ctx), commandTimeout)
		defer cancel()
		return c.handOver(ctx, gone, forms)
	}
}

// handOver is safe for concurrent use with itself.
func (c *Console) handOver(ctx context.Context, gone []discarded, forms []handed) (done keptMsg) {
	c.keeping.mu.Lock()
	defer c.keeping.mu.Unlock()
	for _, one := range gone {
		if err := c.opts.Drafts.Discard(ctx, one.id, one.from); err != nil {
			done.err = err
		}
	}
	for _, one := range forms {
		if err := c.opts.Drafts.Keep(ctx, one.draft, one.from); err != nil {
			done.err = err
			continue
		}
		done.kept = append(done.kept, one)
	}
	return done
}

// takeKept takes the answer of keepNow.
func (c *Console) takeKept(msg keptMsg) tea.Cmd {
	k := &c.keeping
	k.writing = false
	for _, one := range msg.kept {
		one.form.kept, one.form.from = one.changes, DraftMark{}
	}
	if msg.err == nil {
		k.failed = false
	} else if !k.failed {
		k.failed = true
		c.alarm("what you type is not kept: " + strings.ReplaceAll(msg.err.Error(), "\n", " "))
	}
	if len(k.gone) > 0 {
		return c.keepNow()
	}
	return c.keepSoon()
}

// keepLast keeps what was typed last, once the event loop has ended.
func (c *Console) keepLast() {
	if c.opts.Drafts == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.ctx), commandTimeout)
	defer cancel()
	forms, gone := c.unkept()
	c.handOver(ctx, append(c.keeping.gone, gone...), forms)
}

// takeUp puts into a form what was typed into one like it before, here or on
// another console: the latest. It returns the form to go on with, and what to
// say of it; "" where nothing was typed.
func (c *Console) takeUp(key string, fresh *form, changed func(*form)) (*form, string) {
	own := c.drafts[key]
	kept, found := c.keptDraft(key, own)
	switch {
	case own != nil && own.changes == own.kept && !c.stillKept(orElse(own.draft, own.from.ID)):
		delete(c.drafts, key) // it was saved or discarded elsewhere
		own = nil
	case own != nil && (!found || !kept.At.After(own.typed)):
		return own, c.draftWords(own.typed)
	}
	if !found {
		return fresh, ""
	}
	if own != nil {
		delete(c.drafts, key) // it is kept, and comes after this one
	}
	fresh.restore(kept, changed)
	return fresh, c.draftWords(kept.At)
}

// keptDraft is the latest draft of a form that is not this form's own.
func (c *Console) keptDraft(key string, own *form) (Draft, bool) {
	if c.opts.Drafts == nil {
		return Draft{}, false
	}
	for _, d := range c.opts.Drafts.Kept() {
		if d.key() == key && (own == nil || d.ID != own.draft) {
			return d, true
		}
	}
	return Draft{}, false
}

func (c *Console) stillKept(id string) bool {
	return id == "" || c.opts.Drafts == nil || slices.ContainsFunc(c.opts.Drafts.Kept(), func(d Draft) bool { return d.ID == id })
}

// restore puts a draft into a form. Answers may bring other fields up, which
// are filled then; what there is no field for any more is left.
func (f *form) restore(d Draft, changed func(*form)) {
	f.base, f.typed, f.from = d.Base, d.At, d.Mark()
	rest := d.Fields
	for len(rest) > 0 {
		var later []DraftField
		for _, kept := range rest {
			one := f.field(kept.ID)
			if one == nil {
				later = append(later, kept)
				continue
			}
			one.enter(one.possible(kept.Values))
			one.edited = true
			f.goTo(kept.ID)
			if changed != nil {
				changed(f)
			}
		}
		if len(later) == len(rest) {
			break
		}
		rest = later
	}
	f.goTo(f.fields[0].id)
}

// possible are the values that a field still takes.
func (f *field) possible(values []string) []string {
	if f.typing() {
		return values
	}
	return slices.DeleteFunc(slices.Clone(values), func(id string) bool {
		return !slices.ContainsFunc(f.options, func(o option) bool { return o.id == id })
	})
}

// draftWords say of a form that it is as it was left.
func (c *Console) draftWords(at time.Time) string {
	text := "What you had typed is still here."
	if c.opts.Drafts != nil {
		text = fmt.Sprintf("What you had typed is still here: draft of %s. %s", clock(at, c.now(), c.zone()), discardHint)
	}
	return text
}

// discardHint says how a draft goes.
const discardHint = "^X discards it."

// forget leaves no draft of a form that was saved, or is not wanted.
func (c *Console) forget(key string, f *form) tea.Cmd {
	delete(c.drafts, key)
	if f != nil {
		f.done = true
	}
	if f == nil || c.opts.Drafts == nil || f.draft == "" && f.from.ID == "" {
		return nil
	}
	c.keeping.gone = append(c.keeping.gone, discarded{f.draft, f.from})
	return c.keepNow()
}

// discardForm leaves a whole screen of fields, and keeps nothing of what was
// typed, when it is asked for twice.
func (c *Console) discardForm() tea.Cmd {
	d := c.triage.dialog
	if c.current == c.drafting {
		d = c.drafting.dialog
	}
	if d.form.changes+len(d.form.from.ID) > 0 && !c.discarding {
		c.discarding = true
		c.alarm("the same key again discards what you typed")
		return nil
	}
	gone := c.forget(d.draft, d.form)
	back := c.back()
	c.say("discarded; nothing is recorded")
	return tea.Batch(gone, back)
}

// greeting says which drafts wait, at the start; "" where none do.
func (c *Console) greeting() string {
	if c.opts.Drafts == nil {
		return ""
	}
	kept := c.opts.Drafts.Kept()
	if len(kept) == 0 {
		return ""
	}
	var words []string
	for k, d := range kept {
		if k == 3 {
			words = append(words, fmt.Sprintf("%d more", len(kept)-k))
			break
		}
		words = append(words, draftName(&d)+" ("+clock(d.At, c.now(), c.zone())+")")
	}
	what := "a draft is kept: "
	if len(kept) > 1 {
		what = fmt.Sprintf("%d drafts are kept: ", len(kept))
	}
	return what + strings.Join(words, ", ")
}

// draftName says what a draft is of.
func draftName(d *Draft) string {
	name, _, _ := strings.Cut(d.Form, " ")
	if d.Incident != "" {
		name += " on " + string(d.Incident)
	}
	return name
}
