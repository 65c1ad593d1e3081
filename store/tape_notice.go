package store

import "tocsin/model"

func (t *tape) notice(n *model.Notice) {
	word(t, &n.ID)
	t.draft(&n.NoticeDraft)
	t.int(&n.Version)
	word(t, &n.State)
	t.person(&n.By)
	t.time(&n.At)
	text(t, &n.Digest)
	list(t, &n.Approvals, (*tape).approval)
	text(t, &n.Override)
	t.person(&n.OverrideBy)
	t.time(&n.Released)
	t.person(&n.ReleasedBy)
	text(t, &n.Reference)
	word(t, &n.Evidence)
	t.int(&n.Recipients)
	t.delivery(&n.Delivery)
}

func (t *tape) draft(d *model.NoticeDraft) {
	word(t, &d.Kind)
	shared(t, &d.Rules, &t.rules, (*tape).ruleKey)
	shared(t, &d.Groups, &t.lists, word)
	word(t, &d.Channel)
	word(t, &d.Template)
	list(t, &d.Fields, (*tape).noticeField)
	list(t, &d.Texts, (*tape).noticeText)
	list(t, &d.Contents, (*tape).noticeContent)
	list(t, &d.Promises, (*tape).noticePromise)
	word(t, &d.Corrects)
}

func (t *tape) noticePromise(p *model.NoticePromise) {
	word(t, &p.Field)
	t.time(&p.By)
}

func (t *tape) noticeField(f *model.NoticeField) {
	word(t, &f.Name)
	text(t, &f.Value)
	t.bool(&f.Unknown)
}

func (t *tape) noticeText(n *model.NoticeText) {
	word(t, &n.Language)
	text(t, &n.Subject)
	text(t, &n.Body)
}

func (t *tape) noticeContent(c *model.NoticeContent) {
	word(t, &c.Label)
	t.bool(&c.Covered)
	t.bool(&c.Unknown)
	text(t, &c.Where)
}

func (t *tape) approval(a *model.Approval) {
	word(t, &a.Role)
	t.person(&a.Person)
	t.time(&a.At)
	text(t, &a.Digest)
	t.bool(&a.Second)
}

func (t *tape) delivery(d *model.Delivery) {
	for k := range d.Counts {
		t.int(&d.Counts[k])
	}
	list(t, &d.Shares, (*tape).share)
	t.bool(&d.Paused)
	t.bool(&d.Cancelled)
}

func (t *tape) share(s *model.Share) {
	word(t, &s.Group)
	text(t, &s.Ref)
	text(t, &s.Root)
	t.int(&s.Customers)
	t.int(&s.From)
	t.int(&s.Of)
	t.int(&s.Sent)
	t.int(&s.Received)
	t.time(&s.LastSent)
	t.time(&s.LastReceived)
}
