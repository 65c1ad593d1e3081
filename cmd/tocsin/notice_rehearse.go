package main

import (
	"context"
	"errors"
	"fmt"

	"tocsin/model"
	wording "tocsin/model/notice"
	"tocsin/store"
	"tocsin/store/outbox"
)

// rehearse writes what each recipient would get into a folder. Nothing leaves,
// and nothing of it is in the record.
func (s *session) rehearse(ctx context.Context, i *model.Incident, n *model.Notice, dir string) (err error) {
	if len(n.Groups) == 0 {
		return &model.Refusal{Reason: n.ID + " goes to no group of customers: tocsin notice preview shows it"}
	}
	if err := s.mayOpen(); err != nil {
		return err
	}
	folder, err := outbox.Folder{Dir: dir}.Open(ctx)
	if err != nil {
		return model.Refuse(model.Field("--dry-run", err.Error(), "a folder that can be written to"))
	}
	defer func() { err = errors.Join(err, folder.Close()) }()
	const page = 500
	written := 0
	for from := 0; ; from += page {
		some, err := s.space.Recipients(ctx, i.ID, groupsOf(n), from, page)
		if err != nil {
			return troubled(err)
		}
		for k := range some {
			if err := s.rehearseOne(ctx, i, n, &some[k], folder); err != nil {
				return err
			}
			written++
		}
		if len(some) < page {
			break
		}
	}
	s.out.printf("%s in %s. Nothing has left.", count(written, "message is", "messages are"), dir)
	return nil
}

// rehearsed is the sender in messages that nobody sends.
const rehearsed = "nobody@example.invalid"

func (s *session) rehearseOne(ctx context.Context, i *model.Incident, n *model.Notice, to *store.Recipient, folder outbox.Line) error {
	if to.Address == "" {
		return nil // forgotten
	}
	text, err := textFor(n, to.Customer.Language)
	if err != nil {
		return err
	}
	m := &outbox.Message{
		Ordinal: to.Ordinal, ID: fmt.Sprintf("rehearsal%d", to.Ordinal+1), From: rehearsed, To: to.Address, Language: text.Language, Date: s.now(),
		Incident: string(i.ID), Notice: n.ID, Kind: string(n.Kind),
	}
	m.Subject, m.Body = wording.Fill(text.Subject, text.Body, wording.Recipient{Customer: to.Customer.Name, Contact: to.Address})
	if reply := folder.Send(ctx, m); reply.Outcome != outbox.Accepted {
		return model.Refuse(model.Field("--dry-run", orElse(reply.Words, errorWords(reply.Channel)), "a new folder that can be written to"))
	}
	return nil
}

func errorWords(err error) string {
	if err == nil {
		return "the message was not written"
	}
	return err.Error()
}
