package tui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
)

// whom is which recipients something is recorded of: the selected one, all of
// its customer, or all of some outcomes.
type whom struct {
	row    *ToldRow
	wanted []model.DeliveryOutcome
}

// recipientMeant is the selected recipient of a notice, nil where none is or
// nothing of the kind can happen to it.
func (c *Console) recipientMeant(n *model.Notice, wanted []model.DeliveryOutcome) *ToldRow {
	row := c.incident.recipients.pages.selected()
	if row == nil || c.incident.recipients.of != n.ID || !slices.Contains(wanted, row.Outcome) {
		return nil
	}
	return row
}

// whomField asks which recipients are meant: one, or all of an outcome.
func (c *Console) whomField(n *model.Notice, row *ToldRow, wanted []model.DeliveryOutcome) *field {
	var options []option
	if row != nil {
		options = append(options, option{id: "this", label: safe(orElse(row.Name, row.Customer)) + ", " + safe(row.Address)})
	}
	for _, o := range wanted {
		if count := n.Delivery.Counts.Of(o); count > 0 {
			options = append(options, option{id: o.String(), label: fmt.Sprintf("all %s %s", number(count), o)})
		}
	}
	first := ""
	if len(options) > 0 {
		first = options[0].id
	}
	return c.one("whom", "Whom", "", options, first)
}

// whomOf reads the answer to whomField.
func whomOf(f *form, row *ToldRow) whom {
	if f.value("whom") == "this" {
		return whom{row: row}
	}
	for _, o := range model.DeliveryOutcomes() {
		if o.String() == f.value("whom") {
			return whom{wanted: []model.DeliveryOutcome{o}}
		}
	}
	return whom{}
}

// each gives a command for all of the recipients, as many at a time as one may
// be about. What it has given stays given where a later one is refused.
func (c *Console) each(id model.ID, notice string, who whom, what, said string, f *form, draft string, command func(ordinals []int, customer uint64) model.Command) tea.Cmd {
	from, space, actor := c.opts.Notices, c.opts.Space, c.opts.Actor
	return c.send(what, func(ctx context.Context, told Told) errandMsg {
		done := 0
		give := func(rows []ToldRow) error {
			ordinals := make([]int, len(rows))
			for k := range rows {
				ordinals[k] = rows[k].Ordinal
			}
			customer := rows[0].Number
			if slices.ContainsFunc(rows, func(r ToldRow) bool { return r.Number != customer }) {
				customer = 0
			}
			if _, err := space.Do(ctx, actor, command(ordinals, customer)); err != nil {
				return err
			}
			done += len(rows)
			told(uint64(done), 0)
			return nil
		}
		err := recipientsOf(ctx, from, id, notice, who, give)
		if err != nil && done > 0 {
			err = errors.Join(fmt.Errorf("%s were recorded before this", amount(done, "recipient", "recipients")), err)
		}
		return errandMsg{said: fmt.Sprintf("%s: %s", amount(done, "recipient", "recipients"), said), err: err, form: f, draft: draft}
	})
}

// recipientsOf hands over whom somebody means, in parts that one command may be
// about.
func recipientsOf(ctx context.Context, from Notices, id model.ID, notice string, who whom, give func([]ToldRow) error) error {
	if who.row != nil {
		return give([]ToldRow{*who.row})
	}
	page := Page{Limit: model.MaxOrdinals}
	for {
		rows, more, err := from.Told(ctx, id, notice, who.wanted, page)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return nil
		}
		if err := give(rows); err != nil || !more {
			return err
		}
		page.After = uint64(rows[len(rows)-1].Ordinal) + 1
	}
}

// Outcomes from which people may act; see the model's table of steps.
var (
	byHandFrom  = []model.DeliveryOutcome{model.ToldRefused, model.ToldUncertain, model.ToldBounced, model.ToldWaiting, model.ToldDeferred, model.ToldGivenUp, model.ToldCancelled, model.ToldAccepted}
	receiptFrom = []model.DeliveryOutcome{model.ToldAccepted, model.ToldByHand, model.ToldUncertain, model.ToldBounced}
	retryFrom   = []model.DeliveryOutcome{model.ToldUncertain, model.ToldRefused, model.ToldBounced, model.ToldGivenUp}
	giveUpFrom  = []model.DeliveryOutcome{model.ToldRefused, model.ToldUncertain, model.ToldBounced, model.ToldDeferred, model.ToldWaiting}
)

// recordContact records that people told recipients themselves.
func (c *Console) recordContact() tea.Cmd {
	standing, n := c.noticeAt()
	id, notice := standing.Incident.ID, n.ID
	row := c.recipientMeant(n, byHandFrom)
	d := c.noticeDialog("Told by hand: "+n.ID+" of "+string(id), "Record", recorded, n, id)
	d.form = newForm(c.theme,
		c.whomField(n, row, byHandFrom),
		c.one("how", "How", "", []option{{id: string(model.ByTelephone), label: "telephone"}, {id: string(model.ByPortal), label: "portal"}, {id: string(model.ByPost), label: "post"}, {id: string(model.ByOther), label: "other"}}, string(model.ByTelephone)),
		c.time("at", "When", "Empty: now. The real moment counts."),
		c.line("person", "By", "Who told them.", c.opts.Actor.Name),
		c.line("reference", "Reference", "Of the call, the letter or the message."),
		c.line("evidence", "Evidence", "A piece of the incident's evidence that shows it, such as E-1."),
	)
	d.errand = func(f *form) (tea.Cmd, bool) {
		at, ok := f.moment("at", c.zone(), c.opts.Now())
		if !ok {
			return nil, false
		}
		contact := model.RecordContact{Incident: id, Notice: notice, How: model.ContactWay(f.value("how")), At: at, Person: f.value("person"), Reference: f.value("reference"), Evidence: f.value("evidence")}
		return c.each(id, notice, whomOf(f, row), "recording", "told by "+f.value("how"), f, d.draft, func(ordinals []int, customer uint64) model.Command {
			one := contact
			one.Ordinals, one.Customer = ordinals, customer
			return one
		}), true
	}
	return c.ask(d)
}

// recordReceipt records that recipients have a notice.
func (c *Console) recordReceipt() tea.Cmd {
	standing, n := c.noticeAt()
	id, notice := standing.Incident.ID, n.ID
	row := c.recipientMeant(n, receiptFrom)
	d := c.noticeDialog("Receipt: "+n.ID+" of "+string(id), "Record", recorded, n, id)
	d.form = newForm(c.theme,
		c.whomField(n, row, receiptFrom),
		c.one("how", "What", "", []option{{id: string(model.ReceiptAcknowledged), label: "acknowledged", help: "They said that they have it."}, {id: string(model.ReceiptRead), label: "read", help: "They were seen to have read it."}}, string(model.ReceiptAcknowledged)),
		c.time("at", "When", "Empty: now."),
		c.line("reference", "Reference", "Of their answer."),
	)
	d.errand = func(f *form) (tea.Cmd, bool) {
		at, ok := f.moment("at", c.zone(), c.opts.Now())
		if !ok {
			return nil, false
		}
		receipt := model.RecordReceipt{Incident: id, Notice: notice, How: model.ReceiptKind(f.value("how")), At: at, Reference: f.value("reference")}
		return c.each(id, notice, whomOf(f, row), "recording", "a receipt is recorded", f, d.draft, func(ordinals []int, _ uint64) model.Command {
			one := receipt
			one.Ordinals = ordinals
			return one
		}), true
	}
	return c.ask(d)
}

// retryDelivery orders a notice to go to recipients again.
func (c *Console) retryDelivery() tea.Cmd {
	standing, n := c.noticeAt()
	id, notice := standing.Incident.ID, n.ID
	row := c.recipientMeant(n, retryFrom)
	d := c.noticeDialog("Send again: "+n.ID+" of "+string(id), "Send again", consequence, n, id)
	d.intro = []string{"It leaves the building again. Who is uncertain may have it already, and would be told twice: that is why it is never done by itself."}
	d.form = newForm(c.theme, c.whomField(n, row, retryFrom), c.text("reason", "Reason", "Why it is sent again.", 3))
	d.errand = c.withReason(id, notice, row, d, "ordering", "they are written to again", func(ordinals []int, reason string) model.Command {
		return model.RetryDelivery{Incident: id, Notice: notice, Ordinals: ordinals, Reason: reason}
	})
	return c.ask(d)
}

// giveUpDelivery decides that recipients are not told by a notice.
func (c *Console) giveUpDelivery() tea.Cmd {
	standing, n := c.noticeAt()
	id, notice := standing.Incident.ID, n.ID
	row := c.recipientMeant(n, giveUpFrom)
	d := c.noticeDialog("Give up: "+n.ID+" of "+string(id), "Give up", consequence, n, id)
	d.intro = []string{"They are not told by this notice, and the obligation stays partly met. Your reason stays on record."}
	d.form = newForm(c.theme, c.whomField(n, row, giveUpFrom), c.text("reason", "Reason", "Why they are left.", 3))
	d.errand = c.withReason(id, notice, row, d, "recording", "given up", func(ordinals []int, reason string) model.Command {
		return model.GiveUp{Incident: id, Notice: notice, Ordinals: ordinals, Reason: reason}
	})
	return c.ask(d)
}

// withReason is the errand of a dialog that asks whom and why.
func (c *Console) withReason(id model.ID, notice string, row *ToldRow, d *dialog, what, said string, command func(ordinals []int, reason string) model.Command) func(*form) (tea.Cmd, bool) {
	return func(f *form) (tea.Cmd, bool) {
		reason := strings.TrimSpace(f.value("reason"))
		if reason == "" {
			f.field("reason").problem = "is empty; accepted: why"
			return nil, false
		}
		return c.each(id, notice, whomOf(f, row), what, said, f, d.draft, func(ordinals []int, _ uint64) model.Command { return command(ordinals, reason) }), true
	}
}
