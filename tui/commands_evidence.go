package tui

import (
	"context"
	"path/filepath"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/tui/sign"
)

// addEvidence asks for a file. The record is asked first whether what was
// typed would do; then the file is taken in while people go on.
func (c *Console) addEvidence() tea.Cmd {
	id := c.target().Incident.ID
	draft := c.draftKey("evidence", id)
	d := &dialog{title: "Add evidence to " + string(id), confirm: "Add", danger: recorded, draft: draft, outlives: true}
	d.form = newForm(c.theme,
		c.line("path", "File", "Its path, where tocsin runs. The file stays there."),
		c.line("title", "Title", "What it is, in one line. Empty: the file's name."),
		c.one("kind", "Kind", "", kindOptions(), string(model.EvidenceOther)),
		c.line("from", "From", "Where it comes from: a host, a mailbox, a person."),
		c.line("collector", "Collected by", "Who collected it, and holds it.", c.opts.Actor.Name),
		c.time("collected", "Collected", "When. Empty: now."),
		c.text("note", "Note", "What else is to be known of it.", 3),
	)
	var path string
	var command model.AddEvidence
	d.command = func(f *form) (model.Command, bool) {
		if path = f.value("path"); path == "" {
			f.field("path").problem = "is empty; accepted: the path of a file"
			return nil, false
		}
		collected, ok := f.moment("collected", c.zone(), c.opts.Now())
		command = model.AddEvidence{
			Incident: id, Title: orElse(f.value("title"), filepath.Base(path)), What: model.EvidenceKind(f.value("kind")), Name: filepath.Base(path),
			From: f.value("from"), Collector: f.value("collector"), Collected: collected, Note: f.value("note"),
		}
		check := command
		check.Check = true
		return check, ok
	}
	d.then = func(c *Console, _ model.ID) tea.Cmd {
		return c.send("storing "+safe(command.Name), func(ctx context.Context, told Told) errandMsg {
			err := c.opts.Evidence.Add(ctx, path, command, told)
			return errandMsg{said: command.Name + " is stored and recorded", err: err, form: d.form, draft: draft}
		})
	}
	return c.ask(d)
}

func kindOptions() []option {
	var options []option
	for _, kind := range model.EvidenceKinds() {
		options = append(options, option{id: string(kind), label: string(kind)})
	}
	return options
}

// moveEvidence records a step of custody of the selected piece.
func (c *Console) moveEvidence() tea.Cmd {
	id, item := c.incident.id, *c.incident.item()
	d := &dialog{title: "Custody of " + item.ID + ", " + item.Title, confirm: "Record", danger: recorded, said: "the ledger of " + item.ID + " has a new step"}
	holder := item.Holder()
	deeds := []option{
		{id: string(model.Transferred), label: "Transferred", help: "Handed on: the person holds it from now on."},
		{id: string(model.Examined), label: "Examined", help: "By the person; the holder stays. Empty: you."},
		{id: string(model.Returned), label: "Returned", help: "To the person it belongs to; nobody here holds it then."},
		{id: string(model.Released), label: "Released", help: "No longer needed; to a person, where somebody takes it."},
	}
	d.intro = []string{"Held by " + holder + "."}
	if holder == "" {
		d.intro = []string{"Nobody here holds it."}
		deeds = []option{{id: string(model.Collected), label: "Collected", help: "Taken in again, by the person. Empty: you."}}
	}
	d.form = newForm(c.theme,
		c.one("deed", "What", "", deeds, deeds[0].id),
		c.line("person", "Person", "Who receives, examines or collects it."),
		c.text("reason", "Reason", "Why.", 3),
		c.time("at", "When", "Empty: now."),
	)
	d.command = func(f *form) (model.Command, bool) {
		at, ok := f.moment("at", c.zone(), c.opts.Now())
		return model.MoveEvidence{Incident: id, Item: item.ID, Deed: model.Deed(f.value("deed")), From: holder, Person: f.value("person"), Reason: f.value("reason"), At: at}, ok
	}
	return c.ask(d)
}

func (c *Console) verifyEvidence() tea.Cmd {
	id, item := c.incident.id, *c.incident.item()
	return c.send("verifying "+item.ID, func(ctx context.Context, told Told) errandMsg {
		found, err := c.opts.Evidence.Verify(ctx, id, item, told)
		mark := sign.Integrity(found)
		return errandMsg{said: item.ID + " is verified: " + mark.String(), alarming: mark.Tone == sign.Alarm, err: err}
	})
}

// exportEvidence writes a copy, which leaves the record: it asks first.
func (c *Console) exportEvidence() tea.Cmd {
	id, item := c.incident.id, *c.incident.item()
	draft := c.draftKey("export "+item.ID, id)
	d := &dialog{title: "Export " + item.ID + ", " + item.Title, confirm: "Export", danger: consequence, draft: draft}
	d.intro = []string{"A copy leaves the record, and the ledger says so."}
	d.form = newForm(c.theme,
		c.line("path", "To", "A path, where tocsin runs, with nothing there yet."),
		c.line("reason", "Reason", "Why it leaves, and to whom."),
	)
	d.errand = func(f *form) (tea.Cmd, bool) {
		path, reason := f.value("path"), f.value("reason")
		if path == "" {
			f.field("path").problem = "is empty; accepted: the path of a new file"
			return nil, false
		}
		return c.send("copying "+item.ID, func(ctx context.Context, told Told) errandMsg {
			err := c.opts.Evidence.Export(ctx, id, item, path, reason, told)
			return errandMsg{said: item.ID + " is exported to " + safe(path), err: err, form: f, draft: draft}
		}), true
	}
	return c.ask(d)
}
