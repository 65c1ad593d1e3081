package tui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/model/policy"
)

// peopleScreen says who may enter, in which role and by which keys, and beside
// it what each role may do.
type peopleScreen struct {
	c             *Console
	width, height int
	access        model.Access
	rows          []model.Person // those who may enter first, by name
	list          list
}

// Where things lie on the screen of people.
const (
	peopleHead = 3   // lines above the rows
	peopleWide = 110 // cells from which on the rights lie beside the people
	peopleFoot = 7   // lines below the rows, that tell all of the selected one
)

func newPeopleScreen(c *Console) *peopleScreen { return &peopleScreen{c: c, list: list{index: -1}} }

func (p *peopleScreen) here() where                    { return onPeople }
func (p *peopleScreen) move(rows int)                  { p.list.selectAt(saturate(p.list.index, rows)) }
func (p *peopleScreen) typing() bool                   { return false }
func (p *peopleScreen) update(tea.Msg) tea.Cmd         { return nil }
func (p *peopleScreen) target() *model.Standing        { return nil }
func (p *peopleScreen) obligation() *policy.Obligation { return nil }

func (p *peopleScreen) size(width, height int) {
	p.width, p.height = width, height
	p.list.resize(height - peopleHead - peopleFoot)
}

func (p *peopleScreen) apply(frame frameMsg) {
	p.access = frame.snapshot.Meta().Access
	p.rows = slices.SortedStableFunc(slices.Values(p.access.People), func(a, b model.Person) int {
		switch {
		case a.Active() == b.Active():
			return strings.Compare(a.Name, b.Name)
		case a.Active():
			return -1
		}
		return 1
	})
	p.list.set(idsOf(p.rows, func(one model.Person) string { return one.Name }))
}

func (p *peopleScreen) selected() *model.Person {
	if p.list.index < 0 || p.list.index >= len(p.rows) {
		return nil
	}
	return &p.rows[p.list.index]
}

func (p *peopleScreen) extent() extent {
	if p.width >= peopleWide {
		return extent{} // the mark would lie beside the rights
	}
	return extent{from: peopleHead, height: p.list.height, top: p.list.top, show: p.list.height, total: len(p.rows)}
}

func (p *peopleScreen) click(_, y int) tea.Cmd {
	if row := p.list.top + y - peopleHead; y >= peopleHead && y < peopleHead+p.list.height && row < len(p.rows) {
		p.list.selectAt(row)
	}
	return nil
}

func needPeople(c *Console) string {
	if !c.opts.Actor.Role.MayRead("people") {
		return "not allowed as " + string(c.opts.Actor.Role)
	}
	return ""
}

func (c *Console) showPeople() tea.Cmd {
	if c.current != c.people {
		c.leave()
	}
	return c.show(c.people)
}

// readRights shows what every role may do, for screens with no room beside.
func (c *Console) readRights() tea.Cmd {
	c.push(&reader{theme: c.theme, title: "What each role may do and read", lines: func(width int) []string { return c.rightsLines(width) }})
	return nil
}

func (p *peopleScreen) told() telling {
	head := []string{"People: who may enter, in which role and by which keys."}
	if p.ownersOut() {
		head = append(head, "Attention: no owner can log in over SSH.")
	}
	return telling{
		name: "people", head: head, rows: &p.list, open: "rights",
		empty: "Nobody is registered: whoever can open the data directory is its owner.",
		row: func(k int) string {
			one := &p.rows[k]
			text := p.standing(one) + ", " + keyCount(one.Keys)
			if one.Factor {
				text += ", second factor"
			}
			if lacks := p.lacks(one); lacks != "" && one.Active() {
				text += ". " + safe(one.Name) + " " + lacks
			}
			return text + "."
		},
	}
}

// keyCount says how many keys there are, and how many of them are hardware.
func keyCount(keys []model.AccessKey) string {
	switch n, hard := len(keys), hardwareKeys(keys); {
	case n == 0:
		return "no key"
	case n == 1 && hard == 1:
		return "1 key, hardware"
	case n == 1:
		return "1 key, not hardware"
	default:
		return fmt.Sprintf("%d keys, of which %d hardware", n, hard)
	}
}
