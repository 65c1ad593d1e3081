package tui

import (
	"errors"
	"slices"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
)

// needPerson says why nothing can be done about the selected person.
func needPerson(c *Console) string {
	switch one := c.people.selected(); {
	case one == nil:
		return "nobody is selected"
	case !one.Active():
		return one.Name + " was revoked; add them again"
	}
	return ""
}

func needReadKeys(c *Console) string {
	if c.opts.ReadKeys == nil {
		return "keys cannot be read from here"
	}
	return ""
}

func needKeyless(c *Console) string {
	if why := needPerson(c); why != "" {
		return why
	}
	return needReadKeys(c)
}

func needKeys(c *Console) string {
	if why := needPerson(c); why != "" {
		return why
	}
	if len(c.people.selected().Keys) == 0 {
		return c.people.selected().Name + " has no key"
	}
	return ""
}

// admitting is a dialog about who may enter: it asks, and the default is no.
func (c *Console) admitting(title, confirm, draft, said string) *dialog {
	return &dialog{title: title, confirm: confirm, danger: consequence, draft: draft, said: said}
}

func roleChoices() []option {
	var options []option
	for _, role := range model.Roles() {
		options = append(options, option{id: string(role), label: string(role), help: rightsOf(role)})
	}
	return options
}

func (c *Console) addPerson() tea.Cmd {
	d := c.admitting("Let somebody in", "Let in", "person-add", "they may enter")
	name, role := "", string(model.Responder)
	if one := c.people.selected(); one != nil && !one.Active() {
		name, role = one.Name, string(one.Role)
		d.draft = "person-add " + name
	}
	d.intro = []string{"They enter by their keys, over SSH. Of a key the record keeps its fingerprint and type."}
	d.form = newForm(c.theme,
		c.line("name", "Name", "How the record is to call them.", name),
		c.one("role", "Role", "What they may do.", roleChoices(), role),
		c.text("keys", "Keys", "Public keys as ssh-keygen writes them, one to a line; none lets them act here alone.", 3),
	)
	d.command = func(f *form) (model.Command, bool) {
		keys, ok := c.keysOf(f.field("keys"))
		return model.AddPerson{Name: f.value("name"), Role: model.Role(f.value("role")), Keys: keys}, ok
	}
	return c.ask(d)
}

// keysOf reads the public keys in a field; false means that it says what is
// wrong with them.
func (c *Console) keysOf(f *field) ([]model.AccessKey, bool) {
	f.problem = ""
	keys, err := c.opts.ReadKeys(f.value())
	if err == nil {
		return keys, true
	}
	f.problem = err.Error()
	var refusal *model.Refusal
	if errors.As(err, &refusal) && len(refusal.Fields) > 0 {
		first := refusal.Fields[0]
		f.problem = model.Field("", first.Problem, first.Accepts).String()
	}
	return nil, false
}

func (c *Console) setPersonRole() tea.Cmd {
	one := *c.people.selected()
	d := c.admitting("Role of "+one.Name, "Change", "person-role "+one.Name, one.Name+" has another role")
	d.intro = []string{"Is " + string(one.Role) + ". It holds at once, in open sessions too."}
	if one.Role == model.Owner && c.locksOwnersOut(model.SetRole{Person: one.Name, Role: model.Lead}) {
		d.intro = append(d.intro, lockingOut)
	}
	d.form = newForm(c.theme, c.one("role", "Role", "What they may do from now on.", roleChoices(), string(one.Role)))
	d.command = func(f *form) (model.Command, bool) {
		return model.SetRole{Person: one.Name, Role: model.Role(f.value("role"))}, true
	}
	return c.ask(d)
}

func (c *Console) addPersonKey() tea.Cmd {
	one := *c.people.selected()
	d := c.admitting("Another key for "+one.Name, "Add", "person-key "+one.Name, one.Name+" has another key")
	d.form = newForm(c.theme, c.text("key", "Key", "A public key as ssh-keygen writes it.", 3))
	d.command = func(f *form) (model.Command, bool) {
		keys, ok := c.keysOf(f.field("key"))
		if ok && len(keys) != 1 {
			f.field("key").problem, ok = "is no single key; accepted: one public key", false
		}
		if !ok {
			return nil, false
		}
		return model.AddKey{Person: one.Name, Key: keys[0]}, true
	}
	return c.ask(d)
}

// lockingOut is what somebody has to know before no owner can log in any more.
const lockingOut = "! After this no owner can log in over SSH: only whoever has the data directory could mend that."

func (c *Console) locksOwnersOut(command model.Command) bool {
	access := c.frame.snapshot.Meta().Access
	return access.LocksOwnersOut(command)
}

func (c *Console) removePersonKey() tea.Cmd {
	one := *c.people.selected()
	d := c.admitting("Take a key from "+one.Name, "Take", "person-key-remove "+one.Name, "the key opens nothing any more")
	d.intro = []string{"Sessions that were opened with it end."}
	if slices.ContainsFunc(one.Keys, func(k model.AccessKey) bool { return c.locksOwnersOut(model.RemoveKey{Person: one.Name, Key: k}) }) {
		d.intro = append(d.intro, lockingOut)
	}
	var options []option
	for _, k := range one.Keys {
		options = append(options, option{id: k.Fingerprint, label: keyWords(k)})
	}
	d.form = newForm(c.theme, c.one("key", "Key", "The one to take away.", options))
	d.command = func(f *form) (model.Command, bool) {
		return model.RemoveKey{Person: one.Name, Key: model.AccessKey{Fingerprint: f.value("key")}}, true
	}
	return c.ask(d)
}

func (c *Console) revokePerson() tea.Cmd {
	one := *c.people.selected()
	d := c.admitting("Revoke "+one.Name, "Revoke", "person-revoke "+one.Name, one.Name+" may enter no more")
	d.intro = []string{"Their keys open nothing, their sessions end at once, and commands under their name are refused. What they did stays in the record."}
	if c.locksOwnersOut(model.RevokePerson{Person: one.Name}) {
		d.intro = append(d.intro, lockingOut)
	}
	d.form = newForm(c.theme, c.line("reason", "Reason", "Why they may enter no more."))
	d.command = func(f *form) (model.Command, bool) {
		return model.RevokePerson{Person: one.Name, Reason: f.value("reason")}, true
	}
	return c.ask(d)
}

func (c *Console) endSessions() tea.Cmd {
	one := *c.people.selected()
	d := c.admitting("End the sessions of "+one.Name, "End them", "sessions-revoke "+one.Name, "the sessions of "+one.Name+" end")
	d.intro = []string{"They can come in again, by their keys."}
	d.form = newForm(c.theme, c.line("reason", "Reason", "Why they are ended."))
	d.command = func(f *form) (model.Command, bool) {
		return model.RevokeSessions{Person: one.Name, Reason: f.value("reason")}, true
	}
	return c.ask(d)
}
