package model

import (
	"fmt"
	"slices"
	"strings"
)

// addEvidence takes in a piece of evidence whose content is stored already.
func (d *decider) addEvidence(i *Incident, c AddEvidence) error {
	in := &inputs{}
	body := &EvidenceAdded{
		ID: i.ID, Item: fmt.Sprintf("E-%d", len(i.Evidence)+1),
		Title:     in.need("title", c.Title, "what it is, in one line"),
		What:      EvidenceOther,
		Name:      Clip(CleanLine(Clip(c.Name, MaxText)), MaxLine),
		Size:      c.Size,
		Collected: d.now,
		Collector: d.actor.Name,
		From:      in.line("from", c.From),
		Note:      in.text("note", c.Note),
	}
	if !c.Check {
		body.SHA256 = in.digest(c.SHA256)
	}
	if c.What != "" {
		body.What = EvidenceKind(in.oneOf("kind", string(c.What), plain(EvidenceKinds())))
	}
	if !c.Collected.IsZero() {
		body.Collected = in.past("collected", c.Collected, d.now)
	}
	if collector := in.person("collector", c.Collector); collector != "" {
		body.Collector = collector
	}
	if len(i.Evidence) >= MaxEvidence {
		in.bad("evidence", fmt.Sprintf("%s has %d pieces already", i.ID, len(i.Evidence)), "an archive of several files as one piece, or another incident")
	}
	if err := in.refusal(); err != nil || c.Check {
		return err
	}
	d.emit(body)
	return nil
}

// moveEvidence records a step of custody. Steps do not run backwards in time;
// what is handed on comes from who holds it, and what nobody here holds can
// only be collected again.
func (d *decider) moveEvidence(i *Incident, c MoveEvidence) error {
	in := &inputs{}
	item := in.item(i, c.Item)
	deed := Deed(in.oneOf("deed", string(c.Deed), plain(movable)))
	if err := in.refusal(); err != nil {
		return err
	}
	body := &EvidenceMoved{ID: i.ID, Item: item.ID, Deed: deed, Title: item.Title, At: d.now, Before: item.Holder()}
	from, person := in.line("from", c.From), in.person("person", c.Person, item.Holder())
	if !c.At.IsZero() {
		body.At = in.past("at", c.At, d.now)
	}
	if last := item.last(); body.At.Before(last) {
		in.bad("at", fmt.Sprintf("%s lies before the last step of custody", d.show(body.At)), "a time from "+d.show(last)+" on")
	}
	in.holds(item, deed, from)
	body.Person, body.Holder = in.movedTo(item, deed, person, d.actor.Name)
	body.Reason = in.needText("reason", c.Reason, "why, in a line or more")
	if err := in.refusal(); err != nil {
		return err
	}
	d.emit(body)
	return nil
}

// holds checks that the deed fits who has the item.
func (in *inputs) holds(item Evidence, deed Deed, from string) {
	holder := item.Holder()
	ended := item.Custody[len(item.Custody)-1].Deed
	switch {
	case deed == Collected && holder != "":
		in.bad("deed", fmt.Sprintf("%s is held by %s already", item.ID, holder), "transferred, examined, returned or released")
	case deed != Collected && holder == "":
		in.bad("deed", fmt.Sprintf("%s was %s: nobody here holds it, so it cannot be %s", item.ID, ended, deed), "collected, when it is here again")
	case deed != Collected && from != "" && from != holder:
		in.bad("from", fmt.Sprintf("%s is held by %s, not by %s", item.ID, holder, Clip(from, 40)), holder)
	}
}

// movedTo is who a deed concerns, and who holds the item after it.
func (in *inputs) movedTo(item Evidence, deed Deed, person, actor string) (concerned, holder string) {
	switch deed {
	case Transferred:
		if person == "" {
			in.bad("person", "is empty", "who holds it from now on")
		} else if person == item.Holder() {
			in.bad("person", fmt.Sprintf("%s holds %s already", Clip(person, 40), item.ID), "somebody else")
		}
		return person, person
	case Examined:
		if person == "" {
			person = actor
		}
		return person, item.Holder()
	case Collected:
		if person == "" {
			person = actor
		}
		return person, person
	case Returned:
		if person == "" {
			in.bad("person", "is empty", "whom it is returned to")
		}
	}
	return person, ""
}

func (d *decider) verifyEvidence(i *Incident, c VerifyEvidence) error {
	in := &inputs{}
	item := in.stored(i, c.Item)
	found := Integrity(in.oneOf("found", string(c.Found), plain(Integrities())))
	if err := in.refusal(); err != nil {
		return err
	}
	d.emit(&EvidenceVerified{ID: i.ID, Item: item.ID, Title: item.Title, Before: item.Integrity, Found: found})
	return nil
}

// exportEvidence records that a copy of the content leaves the record. It is
// given before the copy can be used.
func (d *decider) exportEvidence(i *Incident, c ExportEvidence) error {
	in := &inputs{}
	item := in.stored(i, c.Item)
	reason := in.text("reason", c.Reason)
	if err := in.refusal(); err != nil {
		return err
	}
	d.emit(&EvidenceExported{ID: i.ID, Item: item.ID, Title: item.Title, SHA256: item.SHA256, Holder: item.Holder(), Reason: reason})
	return nil
}

// MaxUnnamed is how many stored contents one RemoveUnnamed may name.
const MaxUnnamed = 500

func (d *decider) removeUnnamed(c RemoveUnnamed) error {
	in := &inputs{}
	if n := len(c.Stored); n == 0 || n > MaxUnnamed {
		in.bad("stored", fmt.Sprintf("%d are named", n), fmt.Sprintf("1 to %d at a time", MaxUnnamed))
		return in.refusal()
	}
	body := &UnnamedRemoved{Stored: make([]Unnamed, len(c.Stored))}
	for k, u := range c.Stored {
		body.Stored[k] = Unnamed{Name: in.digest(u.Name), Size: u.Size}
	}
	if err := in.refusal(); err != nil {
		return err
	}
	d.emit(body)
	return nil
}

// item finds a piece of evidence by its id, as people type it.
func (in *inputs) item(i *Incident, id string) Evidence {
	ids := make([]string, len(i.Evidence))
	for k, e := range i.Evidence {
		ids[k] = e.ID
	}
	if len(ids) == 0 {
		in.bad("item", fmt.Sprintf("%s has no evidence", i.ID), "evidence that was added")
		return Evidence{}
	}
	found := in.oneOf("item", EvidenceID(id), ids)
	k := slices.Index(ids, found)
	if k < 0 {
		return Evidence{}
	}
	return i.Evidence[k]
}

// stored is item for one whose content is to be read.
func (in *inputs) stored(i *Incident, id string) Evidence {
	item := in.item(i, id)
	if !item.Purged.IsZero() {
		in.bad("item", fmt.Sprintf("the content of %s was purged after the time it was kept for", item.ID), "evidence whose content is kept")
	}
	return item
}

// digest accepts a SHA-256, or a name made of one, as 64 hexadecimal digits.
func (in *inputs) digest(text string) string {
	const digits = "0123456789abcdef"
	text = strings.ToLower(text)
	if len(text) != 64 || strings.Trim(text, digits) != "" {
		in.bad("sha256", fmt.Sprintf("%q is no SHA-256", Clip(CleanLine(text), 40)), "64 hexadecimal digits")
		return ""
	}
	return text
}

// plain is a list of words of a type of their own as plain texts.
func plain[W ~string](list []W) []string {
	texts := make([]string, len(list))
	for k, w := range list {
		texts[k] = string(w)
	}
	return texts
}
