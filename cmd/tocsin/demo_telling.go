package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/config"
	"tocsin/model"
	wording "tocsin/model/notice"
	"tocsin/model/policy"
)

// demoChannel is how the demo's notices leave, or would: nobody is at the other
// end.
const demoChannel = "mail"

// register makes the channel and brings the made-up customers in.
func (st *stage) register(ctx context.Context) error {
	commands := []model.Command{
		model.SetChannel{Channel: model.Channel{Name: demoChannel, Kind: model.EmailChannel, Server: "mail.northlight.example:587", Security: "starttls", From: "Northlight Security <security@northlight.example>", Digest: strings.Repeat("5e", 32)}},
		model.CustomersOpen{Batch: "demo", Source: "customers.csv"},
		model.CustomersTake{Batch: "demo", Rows: demoCustomers()},
		model.CustomersClose{Batch: "demo"},
	}
	for _, command := range commands {
		if _, err := st.space.Do(ctx, st.actor, command); err != nil {
			return fmt.Errorf("customers, %s: %w", command.Kind(), err)
		}
	}
	return nil
}

// affects lists customers by their numbers, from one to another, as affected;
// since is so long before the present, 0 from the start.
func affects(direct bool, since time.Duration, from, to uint64, what ...string) deed {
	return func(st *stage, id model.ID) ([]model.Command, error) {
		open := model.AffectedOpen{Incident: id, Batch: fmt.Sprintf("demo-%s-%d", id, from), Source: "customers.csv", What: what, Direct: direct}
		if since > 0 {
			open.Since = st.now.Add(-since)
		}
		var numbers []uint64
		for n := from; n <= to; n++ {
			numbers = append(numbers, n)
		}
		return []model.Command{open, model.AffectedTake{Incident: id, Batch: open.Batch, Numbers: numbers}, model.AffectedClose{Incident: id, Batch: open.Batch}}, nil
	}
}

// said is what a notice says in its fields; "?" is not known yet.
type said map[string]string

// writes drafts a notice from a template, for a rule to groups.
func writes(template, pack, rule string, groups, languages []string, fields said) deed {
	return func(st *stage, id model.ID) ([]model.Command, error) {
		known, err := demoTemplate(template)
		if err != nil {
			return nil, err
		}
		draft := model.NoticeDraft{Kind: model.NoticeKind(known.Kind), Groups: groups, Channel: demoChannel}
		for _, group := range groups {
			draft.Rules = append(draft.Rules, policy.RuleKey{Pack: pack, Rule: rule, Group: group})
		}
		if len(groups) == 0 {
			draft.Rules, draft.Channel = []policy.RuleKey{{Pack: pack, Rule: rule}}, model.ManualChannel
		}
		return st.composed(id, known, draft, languages, fields, func(draft model.NoticeDraft) model.Command {
			return model.DraftNotice{Incident: id, Draft: draft}
		})
	}
}

// rewrites saves another version of a notice, with some fields said otherwise.
func rewrites(notice string, fields said) deed {
	return func(st *stage, id model.ID) ([]model.Command, error) {
		n, err := st.notice(id, notice)
		if err != nil {
			return nil, err
		}
		known, err := demoTemplate(n.Template)
		if err != nil {
			return nil, err
		}
		all := said{}
		for _, f := range n.Fields {
			if all[f.Name] = f.Value; f.Unknown {
				all[f.Name] = "?"
			}
		}
		for name, text := range fields {
			all[name] = text
		}
		var languages []string
		for _, text := range n.Texts {
			languages = append(languages, text.Language)
		}
		return st.composed(id, known, n.NoticeDraft, languages, all, func(draft model.NoticeDraft) model.Command {
			return model.EditNotice{Incident: id, Notice: notice, Base: n.Version, Draft: draft}
		})
	}
}

// composed puts what the fields say into a draft, in the template's order.
func (st *stage) composed(id model.ID, t *wording.Template, draft model.NoticeDraft, languages []string, fields said, command func(model.NoticeDraft) model.Command) ([]model.Command, error) {
	standing, ok := st.snapshot().Incident(id)
	if !ok {
		return nil, fmt.Errorf("no incident %s", id)
	}
	draft.Fields = nil
	for _, f := range t.Fields {
		for _, language := range append([]string{""}, languages...) {
			name := f.Name
			if language != "" {
				name += "@" + language
			}
			if text, has := fields[name]; has {
				draft.Fields = append(draft.Fields, model.NoticeField{Name: name, Value: strings.TrimPrefix(text, "?"), Unknown: text == "?"})
			}
		}
	}
	snapshot := st.snapshot()
	made, _, err := model.Compose(draft, t, languages, snapshot.PacksOf(standing.Incident), snapshot.NoticeFacts(standing.Incident, draft.Rules, st.session.now()))
	return []model.Command{command(made)}, err
}

// demoTemplate is a template that comes with the console.
func demoTemplate(id string) (*wording.Template, error) {
	known, _, err := config.LoadTemplates("")
	if err != nil {
		return nil, err
	}
	return known.Template(id)
}

func (st *stage) notice(id model.ID, notice string) (model.Notice, error) {
	standing, ok := st.snapshot().Incident(id)
	if !ok {
		return model.Notice{}, fmt.Errorf("no incident %s", id)
	}
	n, ok := standing.Incident.Notice(notice)
	if !ok {
		return n, fmt.Errorf("no notice %s of %s", notice, id)
	}
	return n, nil
}

func proposes(notice string) deed {
	return one(func(_ *stage, id model.ID) model.Command { return model.ProposeNotice{Incident: id, Notice: notice} })
}

// approves consents to a notice as it stands, with a code of the second factor.
func approves(notice, role string) deed {
	return func(st *stage, id model.ID) ([]model.Command, error) {
		n, err := st.notice(id, notice)
		return []model.Command{model.ApproveNotice{Incident: id, Notice: notice, Digest: n.Digest, Role: role, Second: true}}, err
	}
}

func rejects(notice, reason string) deed {
	return one(func(_ *stage, id model.ID) model.Command {
		return model.RejectNotice{Incident: id, Notice: notice, Reason: reason}
	})
}

func releases(notice string) deed {
	return func(st *stage, id model.ID) ([]model.Command, error) {
		n, err := st.notice(id, notice)
		return []model.Command{model.ReleaseNotice{Incident: id, Notice: notice, Digest: n.Digest}}, err
	}
}

// delivers tells what became of every recipient of a notice: accepted, but for
// some.
func delivers(notice string, but map[int]model.DeliveryResult) deed {
	return func(st *stage, id model.ID) ([]model.Command, error) {
		n, err := st.notice(id, notice)
		if err != nil {
			return nil, err
		}
		ordinals := make([]int, n.Recipients)
		results := make([]model.DeliveryResult, n.Recipients)
		for k := range ordinals {
			ordinals[k] = k
			results[k] = model.DeliveryResult{Outcome: model.ToldAccepted, Words: fmt.Sprintf("250 2.0.0 Ok: queued as %08X", 0x4f1c0000+k)}
			if other, has := but[k]; has {
				results[k] = other
			}
			results[k].Ordinal = k
		}
		var commands []model.Command
		for part := range slices.Chunk(ordinals, model.MaxOrdinals) {
			commands = append(commands, model.AttemptDelivery{Incident: id, Notice: notice, Ordinals: part}, model.RecordDelivery{Incident: id, Notice: notice, Results: results[part[0] : part[len(part)-1]+1]})
		}
		return commands, nil
	}
}

// rings records that somebody told a recipient by telephone.
func rings(notice string, recipient int, reference string) deed {
	return one(func(_ *stage, id model.ID) model.Command {
		return model.RecordContact{Incident: id, Notice: notice, Ordinals: []int{recipient}, How: model.ByTelephone, Reference: reference}
	})
}

func confirms(notice string, recipients ...int) deed {
	return one(func(_ *stage, id model.ID) model.Command {
		return model.RecordReceipt{Incident: id, Notice: notice, Ordinals: recipients, How: model.ReceiptAcknowledged}
	})
}
