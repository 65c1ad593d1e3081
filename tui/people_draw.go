package tui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
)

func (p *peopleScreen) draw() ([]string, *tea.Position) {
	t, width := p.c.theme, p.width
	if p.width >= peopleWide {
		width = p.width / 2
	}
	lines := []string{p.heading(), ""}
	if len(p.rows) == 0 {
		lines = append(lines, block([]string{t.Muted.Paint("  Nobody is registered: whoever can open the data directory is its owner.")}, width, p.height-2)...)
	} else {
		lines = append(lines, p.drawPeople(width)...)
	}
	lines = block(lines, width, p.height)
	if width < p.width {
		lines = p.withRights(lines, width)
	}
	from, _ := p.list.window()
	return lines, &tea.Position{X: 0, Y: peopleHead + max(p.list.index-from, 0)}
}

func (p *peopleScreen) heading() string {
	t := p.c.theme
	about := t.Muted.Paint("  who may enter, in which role and by which keys")
	if p.ownersOut() {
		about = t.DueSoon.Paint("  ! no owner can log in over SSH")
	}
	return beside(" "+t.Title.Paint("People")+about, t.Muted.Paint(p.doors()), p.width)
}

// ownersOut reports whether others can log in, and no owner can.
func (p *peopleScreen) ownersOut() bool {
	keyed := func(one model.Person) bool { return one.Active() && len(one.Keys) > 0 }
	return len(p.access.OwnersWhoCanEnter()) == 0 && (len(p.access.Authorities) > 0 || slices.ContainsFunc(p.access.People, keyed))
}

// doors says how many authorities there are, whose certificates are taken too.
func (p *peopleScreen) doors() string {
	if n := len(p.access.Authorities); n > 0 {
		return fmt.Sprintf("authorities whose certificates are taken: %d ", n)
	}
	return ""
}

// withRights puts what roles may do beside the people.
func (p *peopleScreen) withRights(lines []string, width int) []string {
	t, room := p.c.theme, p.width-width-3
	rights := append([]string{t.Muted.Paint("WHAT EACH ROLE MAY DO AND READ")}, p.c.rightsLines(room)...)
	for k := range lines {
		if k == 0 {
			lines[k] = p.heading()
			continue
		}
		right := ""
		if n := k - peopleHead + 1; n >= 0 && n < len(rights) {
			right = rights[n]
		}
		lines[k] = fit(lines[k], width) + t.Rule.Paint(" │ ") + fit(right, room)
	}
	return lines
}

// peopleColumns is how wide each column is.
type peopleColumns struct{ name, role, factor, keys, since int }

func peopleLayout(width int) peopleColumns {
	const roomy = 76
	k := peopleColumns{role: 16, factor: 9, keys: 14}
	if width >= roomy {
		k.since = 16
	}
	k.name = max(width-2-k.role-k.factor-k.keys-k.since-1, 10)
	return k
}

func (p *peopleScreen) drawPeople(width int) []string {
	t, k := p.c.theme, peopleLayout(width)
	lines := []string{t.Muted.Paint(fit("  "+fit("NAME", k.name)+fit("ROLE", k.role)+fit("2ND", k.factor)+fit("KEYS", k.keys)+fit("SINCE", k.since), width))}
	from, to := p.list.window()
	for row := from; row < to; row++ {
		lines = append(lines, p.drawPerson(k, &p.rows[row], row == p.list.index, width))
	}
	lines = block(lines, width, p.height-peopleFoot-peopleHead+1)
	return append(lines, p.drawFoot(width)...)
}

func (p *peopleScreen) drawPerson(k peopleColumns, one *model.Person, selected bool, width int) string {
	t := p.c.theme
	mark, name := "  ", t.Text
	if selected {
		mark, name = t.Focus.Paint("▌ "), t.Bold
	}
	role, since := t.Text.Paint(fit(string(one.Role), k.role)), one.Since
	if !one.Active() {
		since = one.Revoked
		role = t.Doubtful.Paint(fit("○ revoked", k.role))
	}
	factor := "–"
	if one.Factor {
		factor = "✓ yes"
	}
	line := mark + name.Paint(fit(safe(one.Name), k.name)) + role + t.Muted.Paint(fit(factor, k.factor)) + p.keysMark(one, k.keys) +
		t.Muted.Paint(fit(clock(since, p.c.now(), p.c.zone()), k.since))
	if selected {
		return t.Selected.Over(fit(line, width))
	}
	return fit(line, width)
}

// keysMark says how many keys somebody has, and whether these are enough.
func (p *peopleScreen) keysMark(one *model.Person, width int) string {
	t := p.c.theme
	switch lacks := p.lacks(one); {
	case lacks != "" && one.Active():
		return t.DueSoon.Paint(fit(fmt.Sprintf("! %d", len(one.Keys)), width))
	case hardwareKeys(one.Keys) > 0:
		return t.Muted.Paint(fit(fmt.Sprintf("%d, hardware", len(one.Keys)), width))
	}
	return t.Muted.Paint(fit(fmt.Sprint(len(one.Keys)), width))
}

func hardwareKeys(keys []model.AccessKey) int {
	n := 0
	for _, k := range keys {
		if k.Hardware {
			n++
		}
	}
	return n
}

// lacks says what keeps somebody at the door, "" where nothing does.
func (p *peopleScreen) lacks(one *model.Person) string {
	rule := p.access.Rule(one.Role)
	switch {
	case len(one.Keys) == 0 && len(p.access.Authorities) == 0:
		return "has no key, and enters here alone"
	case rule.HardwareKey && hardwareKeys(one.Keys) == 0:
		return fmt.Sprintf("has no hardware key, which %s takes", one.Role)
	}
	return ""
}

// drawFoot tells all of the selected person.
func (p *peopleScreen) drawFoot(width int) []string {
	t, one := p.c.theme, p.selected()
	if one == nil {
		return nil
	}
	lines := []string{t.Rule.Paint(strings.Repeat("─", width))}
	for _, line := range wrap(p.standing(one), max(width-2, 1)) {
		lines = append(lines, " "+t.Bold.Paint(line))
	}
	lines = append(lines, " "+t.Muted.Paint(fit("To enter as "+string(one.Role)+" takes "+p.access.Rule(one.Role).Words()+".", width-2)))
	if lacks := p.lacks(one); lacks != "" && one.Active() {
		lines = append(lines, " "+t.DueSoon.Paint(fit("! "+safe(one.Name)+" "+lacks+".", width-2)))
	}
	for _, k := range one.Keys {
		for _, line := range wrap(keyWords(k), max(width-2, 1)) {
			lines = append(lines, " "+t.Text.Paint(line))
		}
	}
	if p.width < peopleWide {
		for _, line := range wrap(rightsOf(one.Role), max(width-2, 1)) {
			lines = append(lines, " "+t.Muted.Paint(line))
		}
	}
	return block(lines, width, peopleFoot)
}

// standing says in a line since when somebody is here, or is not.
func (p *peopleScreen) standing(one *model.Person) string {
	c := p.c
	text := safe(one.Name) + ", " + string(one.Role) + " since " + clock(one.Since, c.now(), c.zone()) + ", added by " + safe(one.By)
	if !one.Active() {
		text = safe(one.Name) + ", revoked " + clock(one.Revoked, c.now(), c.zone()) + ", was " + string(one.Role)
	}
	return text
}

func keyWords(k model.AccessKey) string {
	words := k.Fingerprint + "  " + strings.TrimSuffix(k.Type, "@openssh.com")
	if k.Hardware {
		words += ", hardware"
	}
	return words
}

// rightsOf says what a role may do and read.
func rightsOf(role model.Role) string {
	if role == model.Owner {
		return "May do and read everything."
	}
	base, more := role.Beyond()
	text := "May do nothing"
	switch {
	case base != "" && len(more) > 0:
		text = "May do all that " + string(base) + " may; " + strings.Join(more, "; ")
	case len(more) > 0:
		text = "May " + strings.Join(more, "; ")
	}
	return text + ". Reads " + strings.Join(role.Sights(), ", ") + "."
}

// rightsLines is the table of rights, in words.
func (c *Console) rightsLines(width int) []string {
	const names = 15
	access := c.frame.snapshot.Meta().Access
	var lines []string
	for _, role := range model.Roles() {
		rule := access.Rule(role)
		text := rightsOf(role)
		if rule != (model.AccessRule{}) {
			text += " Enters by " + rule.Words() + "."
		}
		for k, part := range wrap(text, max(width-names, 20)) {
			head := spaces(names)
			if k == 0 {
				head = c.theme.Accent.Paint(fit(string(role), names))
			}
			lines = append(lines, head+c.theme.Text.Paint(part))
		}
	}
	return lines
}
