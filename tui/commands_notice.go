package tui

import (
	"context"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/model/policy"
)

// noticeDialog is a dialog about the notice that is selected.
func (c *Console) noticeDialog(title, confirm string, how danger, n *model.Notice, id model.ID) *dialog {
	return &dialog{title: title, confirm: confirm, danger: how, draft: c.draftKey(strings.ToLower(confirm)+" "+n.ID, id)}
}

func (c *Console) proposeNotice() tea.Cmd {
	standing, n := c.noticeAt()
	id := standing.Incident.ID
	if missing := c.missingContents(standing.Incident, n); len(missing) > 0 {
		c.push(&reader{theme: c.theme, title: n.ID + " cannot be put to approval yet", lines: func(width int) []string { return c.missingLines(missing, width) }})
		return nil
	}
	return c.do(model.ProposeNotice{Incident: id, Notice: n.ID}, nil, n.ID+" of {id} is put to those who approve")
}

// missingContent is a required content that a notice lacks.
type missingContent struct{ label, why string }

// missingContents are the contents that keep a notice from being proposed, each
// with the rule that asks for it.
func (c *Console) missingContents(i *model.Incident, n *model.Notice) []missingContent {
	var missing []missingContent
	for _, key := range n.Rules {
		rule := c.ruleOf(i, key)
		if rule == nil {
			continue
		}
		for _, label := range rule.Contents {
			if why := lacks(n, rule, label); why != "" {
				missing = append(missing, missingContent{label, why})
			}
		}
	}
	return missing
}

// lacks says why a content that a rule asks for will not do, "" where it will.
func lacks(n *model.Notice, rule *policy.Rule, label string) string {
	for k := range n.Contents {
		switch one := &n.Contents[k]; {
		case one.Label != label:
		case one.Covered, one.Unknown && rule.Phased:
			return ""
		case one.Unknown:
			return "is not known yet, and “" + rule.Title + "” does not take it later"
		}
	}
	return "is missing; “" + rule.Title + "” asks for it"
}

func (c *Console) missingLines(missing []missingContent, width int) []string {
	t := c.theme
	var lines []string
	for _, m := range missing {
		lines = append(lines, t.Overdue.Paint("! ")+t.Bold.Paint(safe(m.label)))
		for _, line := range wrap(m.why, width-4) {
			lines = append(lines, "  "+t.Muted.Paint(line))
		}
	}
	return append(lines, "", t.Muted.Paint(c.keyOf("notice-edit")+" opens the draft."))
}

// codeField asks for a code of the second factor, where the actor's role is
// asked for one.
func (c *Console) codeField() []*field {
	if !c.needsCode() {
		return nil
	}
	return []*field{c.line("code", "Code", "Of your second factor: your role is asked for one.")}
}

// needsCode reports whether the actor's role is asked for a second factor.
func (c *Console) needsCode() bool {
	access := c.frame.snapshot.Meta().Access
	return access.Rule(c.opts.Actor.Role).SecondFactor
}

// withCode has the code of a form checked before its command is given.
func (c *Console) withCode(d *dialog) {
	if !c.needsCode() {
		return
	}
	factor := c.opts.Factor
	d.first = func(f *form) func(context.Context) error {
		code := strings.TrimSpace(f.value("code"))
		return func(ctx context.Context) error {
			const accepts = "the code that your second factor shows now"
			switch {
			case factor == nil:
				return model.Refuse(model.Field("code", "is asked for, and you have no second factor here", "a second factor, which tocsin people factor enrols"))
			case code == "":
				return model.Refuse(model.Field("code", "is empty", accepts))
			}
			if err := factor(ctx, code); err != nil {
				return model.Refuse(model.Field("code", err.Error(), accepts))
			}
			return nil
		}
	}
}

// approveNotice asks whether to approve exactly what is shown. The default is
// no.
func (c *Console) approveNotice() tea.Cmd {
	standing, n := c.noticeAt()
	id, second := standing.Incident.ID, c.needsCode()
	d := c.noticeDialog("Approve "+n.ID+" of "+string(id), "Approve", consequence, n, id)
	d.draft = "" // a code is not kept
	d.intro = c.approvalIntro(standing, n)
	fields := c.codeField()
	if roles := c.rolesToApprove(standing, n); len(roles) > 1 {
		options := make([]option, len(roles))
		for k, role := range roles {
			options[k] = option{id: role, label: roleWords(standing, role)}
		}
		fields = append([]*field{c.one("role", "As", "Your approval counts for one of the roles that are asked for.", options, roles[0])}, fields...)
	}
	if len(fields) > 0 {
		d.form = newForm(c.theme, fields...)
	}
	c.withCode(d)
	digest := n.Digest
	d.command = func(f *form) (model.Command, bool) {
		command := model.ApproveNotice{Incident: id, Notice: n.ID, Digest: digest, Second: second}
		if f != nil && f.field("role") != nil {
			command.Role = f.value("role")
		}
		return command, true
	}
	d.said = n.ID + " of {id} is approved by you"
	return c.ask(d)
}

// approvalIntro says what an approval is about.
func (c *Console) approvalIntro(standing *model.Standing, n *model.Notice) []string {
	lines := []string{capital(noticeName(n)) + " to " + c.recipientWords(standing.Incident, n) + "."}
	if len(n.Texts) > 0 {
		lines = append(lines, "“"+n.Texts[0].Subject+"”")
	}
	return append(lines, "You approve exactly this text and these recipients, SHA-256 "+short(n.Digest)+"…; any change voids it. It does not leave by this.")
}

// short is the beginning of a digest, by which people tell it from others.
func short(digest string) string { return digest[:min(len(digest), 12)] }

func (c *Console) rejectNotice() tea.Cmd {
	standing, n := c.noticeAt()
	id := standing.Incident.ID
	d := c.noticeDialog("Reject "+n.ID+" of "+string(id), "Reject", recorded, n, id)
	d.intro = []string{"It is a draft again, and whoever wrote it reads your reason."}
	d.said = n.ID + " of {id} is a draft again"
	d.form = newForm(c.theme, c.text("reason", "Reason", "What is to be changed.", 3))
	d.command = func(f *form) (model.Command, bool) {
		return model.RejectNotice{Incident: id, Notice: n.ID, Reason: f.value("reason")}, true
	}
	return c.ask(d)
}

// overrideNotice asks whether to go without the approvals that are missing. It
// is meant to be loud.
func (c *Console) overrideNotice() tea.Cmd {
	standing, n := c.noticeAt()
	id, second := standing.Incident.ID, c.needsCode()
	var missing []string
	for _, w := range c.approvalsOf(standing, n) {
		if w.person == "" {
			missing = append(missing, roleWords(standing, w.role))
		}
	}
	d := c.noticeDialog("EMERGENCY: without approval, "+n.ID+" of "+string(id), "Override", consequence, n, id)
	d.intro = []string{
		"! Nobody approved it as " + strings.Join(missing, ", ") + ". This goes past them.",
		"Your name and your reason stand in the log and on the timeline, and a task to review it is opened.",
	}
	d.said = "! " + n.ID + " of {id} may be released without approval; a review is opened"
	d.form = newForm(c.theme, append([]*field{c.text("reason", "Reason", "Why it cannot wait for them.", 3)}, c.codeField()...)...)
	c.withCode(d)
	if second {
		d.draft = ""
	}
	d.command = func(f *form) (model.Command, bool) {
		return model.OverrideApproval{Incident: id, Notice: n.ID, Digest: n.Digest, Reason: f.value("reason"), Second: second}, true
	}
	return c.ask(d)
}

// releaseNotice asks whether to let a notice go, with how many people it goes
// to and how. The default is no.
func (c *Console) releaseNotice() tea.Cmd {
	standing, n := c.noticeAt()
	i := standing.Incident
	if ch, _ := c.channel(n.Channel); len(n.Groups) == 0 && ch.Kind == model.ByHandChannel {
		return c.fileNotice()
	}
	d := c.noticeDialog("Release "+n.ID+" of "+string(i.ID), "Release", consequence, n, i.ID)
	d.draft = ""
	d.intro = c.releaseIntro(i, n)
	d.said = n.ID + " of {id} is released"
	digest := n.Digest
	d.command = func(*form) (model.Command, bool) {
		return model.ReleaseNotice{Incident: i.ID, Notice: n.ID, Digest: digest}, true
	}
	return c.ask(d)
}

func (c *Console) releaseIntro(i *model.Incident, n *model.Notice) []string {
	customers, addresses := 0, 0
	for _, id := range n.Groups {
		if g, ok := i.Affected(id); ok {
			customers, addresses = customers+g.Customers, addresses+g.Addresses
		}
	}
	lines := []string{capital(noticeName(n)) + " to " + c.recipientWords(i, n) + "."}
	if addresses > 0 {
		lines[0] = fmt.Sprintf("%s goes to %s of %s: %s.", capital(noticeName(n)), amount(addresses, "address", "addresses"), amount(customers, "customer", "customers"), c.recipientWords(i, n))
	}
	if n.Override != "" {
		lines = append(lines, "! Approval was overridden by "+n.OverrideBy+": "+n.Override)
	}
	switch ch, known := c.channel(n.Channel); {
	case !known:
		lines = append(lines, "! There is no channel "+n.Channel+" here: nothing leaves until one is set up with tocsin channel.")
	case ch.Kind == model.ByHandChannel:
		lines = append(lines, "Nothing leaves by itself: people tell them, and record it for each.")
	default:
		lines = append(lines, "It leaves the building by "+channelWords(&ch)+", and what has left cannot be taken back.",
			"To see what each of them would get, with nothing leaving: tocsin notice release "+string(i.ID)+" "+n.ID+" --dry-run FOLDER")
	}
	return append(lines, "SHA-256 "+short(n.Digest)+"…")
}

// channel finds a way by its name.
func (c *Console) channel(name string) (model.Channel, bool) {
	meta := c.frame.snapshot.Meta()
	return meta.Channel(name)
}

// channelWords say what a channel is: "e-mail by mail.example.org:587".
func channelWords(ch *model.Channel) string {
	switch ch.Kind {
	case model.EmailChannel:
		text := "e-mail by " + ch.Server
		if ch.From != "" {
			text += ", from " + ch.From
		}
		return text
	case model.WebhookChannel:
		return "webhook to " + ch.Server
	}
	return "people, by hand"
}

// fileNotice records that people filed or published a notice.
func (c *Console) fileNotice() tea.Cmd {
	standing, n := c.noticeAt()
	id := standing.Incident.ID
	d := c.noticeDialog("Filed by hand: "+n.ID+" of "+string(id), "Record", consequence, n, id)
	d.intro = []string{capital(noticeName(n)) + " to " + c.recipientWords(standing.Incident, n) + ": say when it was filed or published."}
	d.said = n.ID + " of {id} is recorded as filed"
	d.form = newForm(c.theme,
		c.time("at", "Filed", "Empty: now. The real moment counts, not when it is recorded."),
		c.time("received", "Received", "Only where receipt is known."),
		c.line("reference", "Reference", "The recipient's number, or where it was published."),
		c.line("evidence", "Evidence", "A piece of the incident's evidence that shows it, such as E-1."),
	)
	d.command = func(f *form) (model.Command, bool) {
		at, ok := f.moment("at", c.zone(), c.opts.Now())
		received, also := f.moment("received", c.zone(), c.opts.Now())
		return model.FileNotice{Incident: id, Notice: n.ID, At: at, Received: received, Reference: f.value("reference"), Evidence: f.value("evidence")}, ok && also
	}
	return c.ask(d)
}

// reasonOf asks for the reason of something that is done with a notice.
func (c *Console) reasonOf(title, confirm, said, help string, how danger, make func(id model.ID, notice, reason string) model.Command) tea.Cmd {
	standing, n := c.noticeAt()
	id := standing.Incident.ID
	d := c.noticeDialog(title+" "+n.ID+" of "+string(id), confirm, how, n, id)
	d.said = n.ID + " of {id}: " + said
	d.form = newForm(c.theme, c.text("reason", "Reason", help, 3))
	d.command = func(f *form) (model.Command, bool) { return make(id, n.ID, f.value("reason")), true }
	return c.ask(d)
}

func (c *Console) withdrawNotice() tea.Cmd {
	return c.reasonOf("Withdraw", "Withdraw", "withdrawn; it stays on record", "Why it is not to be sent.", consequence, func(id model.ID, n, reason string) model.Command {
		return model.WithdrawNotice{Incident: id, Notice: n, Reason: reason}
	})
}

// pauseNotice holds back what has not left, or lets it go on.
func (c *Console) pauseNotice() tea.Cmd {
	standing, n := c.noticeAt()
	if n.Delivery.Paused {
		return c.do(model.ResumeNotice{Incident: standing.Incident.ID, Notice: n.ID}, nil, n.ID+" of {id} goes on")
	}
	return c.reasonOf("Pause", "Pause", "what has not left waits", "Why it waits.", recorded, func(id model.ID, n, reason string) model.Command {
		return model.PauseNotice{Incident: id, Notice: n, Reason: reason}
	})
}

func (c *Console) cancelNotice() tea.Cmd {
	return c.reasonOf("Cancel what has not left of", "Cut short", "what had not left never will", "Why the others are not told by this notice.", consequence, func(id model.ID, n, reason string) model.Command {
		return model.CancelNotice{Incident: id, Notice: n, Reason: reason}
	})
}

// nothingNew decides that no material facts became known, in place of an update.
func (c *Console) nothingNew() tea.Cmd {
	id, o := c.target().Incident.ID, c.obligation()
	key := o.Key()
	d := &dialog{title: "Nothing new: " + o.Rule.Title, confirm: "Decide", danger: consequence, draft: c.draftKey("nothing-new "+key.String(), id), said: "decided for {id}; the next update counts from now"}
	d.intro = []string{"No material facts became known since the last notice, so that no update is sent. This is a decision, with your name."}
	d.form = newForm(c.theme, c.text("rationale", "Rationale", "What was looked at, and why nothing of it is material. A regulator may read this.", 4))
	d.command = func(f *form) (model.Command, bool) {
		return model.NoMaterialFacts{Incident: id, Rule: key, Rationale: f.value("rationale")}, true
	}
	return c.ask(d)
}

// needUpdate says why no update is asked for, "" where one is.
func needUpdate(c *Console) string {
	switch {
	case needOpen(c) != "":
		return needOpen(c)
	case c.obligation() == nil:
		return "no obligation is selected"
	case c.obligation().Rule.Every.IsZero():
		return "its rule asks for no updates"
	case len(c.obligation().Done) == 0:
		return "nobody was told anything yet that could be nothing new"
	}
	return ""
}
