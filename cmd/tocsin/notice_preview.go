package main

import (
	"cmp"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"tocsin/model"
	wording "tocsin/model/notice"
	"tocsin/store"
)

type previewView struct {
	Language string `json:"language"`
	Customer string `json:"customer" help:"the team's own id of the customer whom it is shown for"`
	Contact  string `json:"contact" help:"the address that this copy is for"`
	Subject  string `json:"subject"`
	Body     string `json:"body"`
}

func (a *app) noticePreviewCommand() *cobra.Command {
	var customer, language string
	cmd := a.noticeVerb("preview ID [NOTICE]", "Show a notice as a recipient will read it", func(ctx context.Context, s *session, i *model.Incident, n model.Notice) error {
		view, err := s.previewNotice(ctx, i, n, customer, language)
		if err != nil {
			return err
		}
		if a.json {
			return s.out.printJSON(view)
		}
		s.out.line(painted{"To:       ", quiet}, painted{orElse(view.Contact, "nobody in particular"), plain})
		s.out.line(painted{"Subject:  ", quiet}, painted{view.Subject, strong})
		s.out.line()
		s.out.indented(0, view.Body, plain)
		return nil
	})
	cmd.Flags().StringVar(&customer, "customer", "", "the customer whose copy is shown, by the team's own id (else the first recipient, or nobody)")
	cmd.Flags().StringVar(&language, "language", "", "the language that is shown (else the recipient's)")
	return a.reading(cmd)
}

// textFor is the text of a notice for a reader of a language, the first one
// where there is none.
func textFor(n *model.Notice, language string) (model.NoticeText, error) {
	if len(n.Texts) == 0 {
		return model.NoticeText{}, &model.Refusal{Reason: n.ID + " has no text yet: tocsin notice edit writes it"}
	}
	languages := make([]string, len(n.Texts))
	for k, t := range n.Texts {
		languages[k] = t.Language
	}
	at, _ := wording.Nearest(language, languages)
	return n.Texts[at], nil
}

// previewNotice is a notice as one recipient reads it.
func (s *session) previewNotice(ctx context.Context, i *model.Incident, n model.Notice, customer, language string) (previewView, error) {
	to, err := s.recipient(ctx, i.ID, groupsOf(&n), customer)
	if err != nil {
		return previewView{}, err
	}
	text, err := textFor(&n, cmp.Or(language, to.Customer.Language))
	if err != nil {
		return previewView{}, err
	}
	view := previewView{Language: text.Language, Customer: to.Customer.ID, Contact: to.Address, Subject: text.Subject, Body: text.Body}
	if to.Address != "" {
		view.Subject, view.Body = wording.Fill(text.Subject, text.Body, wording.Recipient{Customer: to.Customer.Name, Contact: to.Address})
	}
	return view, nil
}

// groupsOf are the groups that a notice goes to: as they were when it was
// released, or as they are.
func groupsOf(n *model.Notice) []string {
	if len(n.Groups) == 0 || len(n.Delivery.Shares) == 0 {
		return n.Groups
	}
	refs := make([]string, len(n.Delivery.Shares))
	for k, share := range n.Delivery.Shares {
		refs[k] = share.Ref
	}
	return refs
}

// mayOpen refuses to open what is known of customers to those who may not see
// it.
func (s *session) mayOpen() error {
	if s.actor.Role.MayRead(customers) {
		return nil
	}
	return &model.Refusal{Cause: model.ErrForbidden, Reason: fmt.Sprintf("%s may not see customers and their addresses as %s", s.actor.Name, s.actor.Role)}
}

// recipient is the first one of a customer, or of all where none is named. A
// notice to nobody in particular has none, and whoever may not see customers is
// shown none.
func (s *session) recipient(ctx context.Context, id model.ID, groups []string, customer string) (store.Recipient, error) {
	if customer == "" && s.mayOpen() != nil {
		return store.Recipient{}, nil
	}
	if customer == "" {
		found, err := s.space.Recipients(ctx, id, groups, 0, 1)
		if err != nil || len(found) == 0 {
			return store.Recipient{}, troubled(err)
		}
		return found[0], nil
	}
	of, err := s.recipientsOf(ctx, id, groups, customer)
	if err != nil {
		return store.Recipient{}, err
	}
	return of[0], nil
}

// recipientsOf are the recipients of one customer, by the team's own id.
func (s *session) recipientsOf(ctx context.Context, id model.ID, groups []string, customer string) ([]store.Recipient, error) {
	if err := s.mayOpen(); err != nil {
		return nil, err
	}
	const page = 1000
	var found []store.Recipient
	for from := 0; ; from += page {
		some, err := s.space.Recipients(ctx, id, groups, from, page)
		if err != nil {
			return nil, troubled(err)
		}
		for _, r := range some {
			if r.Customer.ID == customer {
				found = append(found, r)
			}
		}
		if len(some) < page || len(found) > 0 && some[len(some)-1].Customer.ID != customer {
			break
		}
	}
	if len(found) == 0 {
		return nil, &model.Refusal{Cause: model.ErrNotFound, Reason: fmt.Sprintf("%q is no customer whom this notice goes to", model.Clip(model.CleanLine(customer), 40))}
	}
	return found, nil
}
