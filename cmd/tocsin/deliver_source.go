package main

import (
	"context"
	"iter"

	"tocsin/model"
	wording "tocsin/model/notice"
	"tocsin/store"
	"tocsin/store/outbox"
)

// sourcePage is how many recipients are read at once.
const sourcePage = 256

// messages are those to recipients of whom nothing has left, from an ordinal on.
// From 0 on those that were settled before are left out; from elsewhere all are
// given, since a few are asked for.
func (s *noticeSource) messages(ctx context.Context, from int) iter.Seq2[*outbox.Message, error] {
	return func(yield func(*outbox.Message, error) bool) {
		var stand *model.Deliveries
		page := sourcePage
		if from > 0 {
			page = 16
		} else {
			var err error
			if stand, err = s.space.Deliveries(ctx, s.ref); err != nil {
				yield(nil, err)
				return
			}
		}
		for {
			if stand != nil {
				next := stand.Find(from, 1, model.ToldWaiting, model.ToldDeferred)
				if len(next) == 0 {
					return
				}
				from = next[0]
			}
			some, err := s.recipients(ctx, from, page)
			if err != nil {
				yield(nil, err)
				return
			}
			if len(some) == 0 || !s.give(some, stand, yield) {
				return
			}
			from = some[len(some)-1].Ordinal + 1
		}
	}
}

// give yields the messages of some recipients; it reports whether more are
// wanted.
func (s *noticeSource) give(some []store.Recipient, stand *model.Deliveries, yield func(*outbox.Message, error) bool) bool {
	for k := range some {
		is, _ := stand.Outcome(some[k].Ordinal)
		if stand != nil && is != model.ToldWaiting && is != model.ToldDeferred {
			continue
		}
		message, err := s.message(&some[k])
		if !yield(message, err) || err != nil {
			return false
		}
	}
	return true
}

// recipients are those of the notice's groups as they were released, or those of
// its channel.
func (s *noticeSource) recipients(ctx context.Context, from, n int) ([]store.Recipient, error) {
	if len(s.notice.Groups) > 0 {
		var refs []string
		for _, share := range s.notice.Delivery.Shares {
			refs = append(refs, share.Ref)
		}
		return s.space.Recipients(ctx, s.ref.Incident, refs, from, n)
	}
	var some []store.Recipient
	for k := from; k < min(len(s.settings.To), from+n); k++ {
		some = append(some, store.Recipient{Ordinal: k, Address: s.settings.To[k]})
	}
	return some, nil
}

// message is what one recipient gets.
func (s *noticeSource) message(to *store.Recipient) (*outbox.Message, error) {
	text, err := textFor(&s.notice, to.Customer.Language)
	if err != nil {
		return nil, err
	}
	id, err := s.ids.Of(outbox.Place{Incident: s.ref.Incident, Notice: s.ref.Notice, Ordinal: to.Ordinal})
	if err != nil {
		return nil, err
	}
	m := &outbox.Message{
		Ordinal: to.Ordinal, Customer: to.Customer.Number, ID: id, From: s.settings.From, To: to.Address, Language: text.Language, Date: s.notice.Released,
		Incident: string(s.ref.Incident), Notice: s.ref.Notice, Kind: string(s.notice.Kind),
	}
	m.Subject, m.Body = wording.Fill(text.Subject, text.Body, wording.Recipient{Customer: to.Customer.Name, Contact: to.Address})
	return m, nil
}
