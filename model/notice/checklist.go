package notice

import (
	"fmt"
	"strings"
)

// State says whether a text tells a required content.
type State string

// The states of a required content.
const (
	Covered State = "covered"
	Unknown State = "not yet known" // the text says so; whether that is enough for now is the rule's to say
	Missing State = "missing"
	Passed  State = "has passed"                        // it promises a time that is over
	Late    State = "later than promised by the policy" // it promises a time after the one that the policy sets
)

// Told reports whether the text tells the content, though what it promises may
// not hold.
func (s State) Told() bool { return s == Covered || s == Passed || s == Late }

// Item is one required content, held against a text.
type Item struct {
	Content string `json:"content"`
	State   State  `json:"state"`
	Where   string `json:"where,omitempty"` // the labels of the fields, or the passages, that cover it
	Says    string `json:"says,omitempty"`  // what the text says of what is not known yet, or what it promises
	Why     string `json:"why,omitempty"`   // why it is missing, and what would be right
}

// Checklist holds a rendered text against what rules want said, each content
// once, in the order given. After them comes what the template itself cannot
// go without, and what it promises that does not hold, where none of the
// contents speaks of it.
func Checklist(contents []string, t *Template, r Rendered) []Item {
	var items []Item
	spoken, listed := map[string]bool{}, map[string]bool{}
	for _, content := range contents {
		if key := strings.ToLower(content); listed[key] {
			continue
		} else {
			listed[key] = true
		}
		items = append(items, t.item(content, &r, spoken))
	}
	for _, name := range r.Gaps {
		if f, has := t.Field(name); has && !spoken[name] {
			items = append(items, Item{Content: f.Label, State: Missing, Where: f.Label, Why: f.empty()})
		}
	}
	for _, p := range r.Promises {
		f, has := t.Field(p.Field)
		if state, says := p.standing(); has && !spoken[p.Field] && state != Covered {
			items = append(items, Item{Content: f.Label, State: state, Where: f.Label, Says: says})
		}
	}
	return items
}

// item judges one content; spoken takes in the fields that it was found missing
// for, and those whose promise it tells.
func (t *Template) item(content string, r *Rendered, spoken map[string]bool) Item {
	places, has := t.place(content)
	if !has {
		return Item{Content: content, State: Missing, Why: fmt.Sprintf("the template %s has no place for it: choose another, or write it into one of your own", t.ID)}
	}
	item := Item{Content: content, State: Covered}
	var where []string
	for _, place := range places {
		name, said := r.either(place)
		where = append(where, t.labelOf(name))
		switch {
		case !said:
			item.State, item.Why = Missing, t.why(place, r, spoken)
		case r.unknown[name] && item.State == Covered:
			item.State, item.Says = Unknown, r.tells[name]
		case item.State == Covered:
			if p, promised := r.promised(name); promised {
				spoken[name] = true
				item.State, item.Says = p.standing()
			}
		}
	}
	if item.Where = strings.Join(where, ", "); item.State == Missing {
		item.Says = ""
	}
	return item
}

// either returns the first of "a|b" that is in the text, known before not known
// yet, or the first of them where none is.
func (r *Rendered) either(place string) (name string, said bool) {
	alternatives := strings.Split(place, "|")
	for _, known := range []bool{true, false} {
		for _, name := range alternatives {
			if r.said[name] && r.unknown[name] != known {
				return name, true
			}
		}
	}
	return alternatives[0], false
}

func (t *Template) labelOf(name string) string {
	if f, has := t.Field(name); has {
		return f.Label
	}
	return "passage " + name
}

// why says what is missing of a place, and how to mend it.
func (t *Template) why(place string, r *Rendered, spoken map[string]bool) string {
	var why []string
	for name := range strings.SplitSeq(place, "|") {
		f, has := t.Field(name)
		switch {
		case has && r.given[name]:
			why = append(why, fmt.Sprintf("the text in %s leaves out “%s” (%s)", r.Language, f.Label, name))
		case has:
			spoken[name] = true
			why = append(why, f.empty())
		default:
			why = append(why, fmt.Sprintf("the text leaves out its passage %s", name))
		}
	}
	return strings.Join(why, ", and ")
}

func (f *Field) empty() string { return fmt.Sprintf("“%s” (%s) says nothing yet", f.Label, f.Name) }
