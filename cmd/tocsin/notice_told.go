package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/model"
)

// toldFlags name some recipients of a notice.
type toldFlags struct {
	customers  []string
	recipients []string
	outcomes   []string
}

func (f *toldFlags) on(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVar(&f.customers, "customer", nil, "a customer, by the team's own id, several times")
	flags.StringSliceVar(&f.recipients, "recipient", nil, "recipients by their numbers in the record, from 0, such as 3,7-9")
	flags.StringSliceVar(&f.outcomes, "outcome", nil, "all that stand so, such as refused,bounced")
}

// toldVerb is a verb about some recipients of a released notice. Many of them
// are many commands of at most model.MaxOrdinals each.
func (a *app) toldVerb(use, short string, outcomes []model.DeliveryOutcome, command func(s *session, id model.ID, notice string, ordinals []int, customer uint64) (model.Command, error)) *cobra.Command {
	var given toldFlags
	cmd := a.noticeVerb(use, short, func(ctx context.Context, s *session, i *model.Incident, n model.Notice) error {
		ordinals, customer, err := s.ordinals(ctx, i, &n, given, outcomes)
		if err != nil {
			return err
		}
		for some := range slices.Chunk(ordinals, model.MaxOrdinals) {
			order, err := command(s, i.ID, n.ID, some, customer)
			if err != nil {
				return err
			}
			if err := s.change(ctx, order); err != nil {
				return err
			}
		}
		return nil
	})
	given.on(cmd)
	return cmd
}

// ordinals are the recipients that were named; customer is whose they are where
// they are one's. Of a customer only those are meant for whom the step is
// possible.
func (s *session) ordinals(ctx context.Context, i *model.Incident, n *model.Notice, given toldFlags, outcomes []model.DeliveryOutcome) (ordinals []int, customer uint64, err error) {
	stand, err := s.space.Deliveries(ctx, model.NoticeRef{Incident: i.ID, Notice: n.ID})
	switch {
	case errors.Is(err, model.ErrNotFound):
		return nil, 0, &model.Refusal{Reason: fmt.Sprintf("%s is %s and was released to nobody", n.ID, n.State)}
	case err != nil:
		return nil, 0, troubled(err)
	}
	for _, name := range given.customers {
		of, err := s.recipientsOf(ctx, i.ID, groupsOf(n), name)
		if err != nil {
			return nil, 0, err
		}
		for _, r := range of {
			if is, known := stand.Outcome(r.Ordinal); known && slices.Contains(outcomes, is) || len(of) == 1 {
				ordinals, customer = append(ordinals, r.Ordinal), r.Customer.Number
			}
		}
	}
	if len(given.customers) != 1 || len(given.recipients)+len(given.outcomes) > 0 {
		customer = 0
	}
	for _, text := range given.recipients {
		run, err := numbers(text)
		if err != nil {
			return nil, 0, err
		}
		ordinals = append(ordinals, run...)
	}
	for _, word := range given.outcomes {
		var outcome model.DeliveryOutcome
		if err := outcome.UnmarshalText([]byte(word)); err != nil {
			return nil, 0, model.Refuse(model.Field("--outcome", err.Error(), ""))
		}
		ordinals = append(ordinals, stand.Find(0, n.Recipients, outcome)...)
	}
	if len(ordinals) == 0 {
		return nil, 0, model.Refuse(model.Field("recipients", "are not named, or none of them is left to do this for", "--customer ID, --recipient 3,7-9 or --outcome refused"))
	}
	slices.Sort(ordinals)
	return slices.Compact(ordinals), customer, nil
}

// numbers reads "3" or "7-9".
func numbers(text string) ([]int, error) {
	const most = 1 << 20
	first, last, isRun := strings.Cut(strings.TrimSpace(text), "-")
	if !isRun {
		last = first
	}
	from, errFrom := strconv.Atoi(first)
	to, errTo := strconv.Atoi(last)
	if errFrom != nil || errTo != nil || from < 0 || to < from || to-from > most {
		return nil, model.Refuse(model.Field("--recipient", fmt.Sprintf("%q is no recipient's number", model.Clip(model.CleanLine(text), 20)), "a number from 0, or two with a hyphen between them"))
	}
	run := make([]int, 0, to-from+1)
	for n := from; n <= to; n++ {
		run = append(run, n)
	}
	return run, nil
}

func (a *app) noticeContactCommand() *cobra.Command {
	var how, at, person, reference, evidence string
	able := []model.DeliveryOutcome{model.ToldWaiting, model.ToldAccepted, model.ToldDeferred, model.ToldRefused, model.ToldUncertain, model.ToldBounced, model.ToldGivenUp, model.ToldCancelled}
	cmd := a.toldVerb("contact ID [NOTICE] --how WAY", "Record that somebody told recipients themselves", able, func(s *session, id model.ID, notice string, ordinals []int, customer uint64) (model.Command, error) {
		told, err := s.readTime("--at", at)
		return model.RecordContact{Incident: id, Notice: notice, Ordinals: ordinals, Customer: customer, How: model.ContactWay(how), At: told, Person: person, Reference: reference, Evidence: evidence}, err
	})
	cmd.Example = `  tocsin notice contact 7 N1 --customer acme --how telephone --person "Ana Ruiz" --at 15:20`
	flags := cmd.Flags()
	flags.StringVar(&how, "how", "", "telephone, portal, post or other")
	flags.StringVar(&at, "at", "", "when (else now)")
	flags.StringVar(&person, "person", "", "who told them (else who is acting)")
	flags.StringVar(&reference, "reference", "", "a number or name that it is found by")
	flags.StringVar(&evidence, "evidence", "", "a piece of the incident's evidence that shows it, such as E-3")
	completeWords(cmd, "how", wordsOf(model.ContactWays())...)
	return cmd
}

func (a *app) noticeReceiptCommand() *cobra.Command {
	var how, at, reference string
	able := []model.DeliveryOutcome{model.ToldAccepted, model.ToldUncertain, model.ToldBounced, model.ToldByHand}
	cmd := a.toldVerb("receipt ID [NOTICE]", "Record that recipients said they have a notice", able, func(s *session, id model.ID, notice string, ordinals []int, _ uint64) (model.Command, error) {
		said, err := s.readTime("--at", at)
		return model.RecordReceipt{Incident: id, Notice: notice, Ordinals: ordinals, How: model.ReceiptKind(how), At: said, Reference: reference}, err
	})
	flags := cmd.Flags()
	flags.StringVar(&how, "how", string(model.ReceiptAcknowledged), "read or acknowledged")
	flags.StringVar(&at, "at", "", "when (else now)")
	flags.StringVar(&reference, "reference", "", "where it is found, such as a ticket")
	completeWords(cmd, "how", wordsOf(model.ReceiptKinds())...)
	return cmd
}

func (a *app) noticeRetryCommand() *cobra.Command {
	var reason string
	able := []model.DeliveryOutcome{model.ToldRefused, model.ToldUncertain, model.ToldBounced, model.ToldGivenUp}
	cmd := a.toldVerb("retry ID [NOTICE] --reason TEXT", "Order a notice to be sent again to recipients of whom that is not done by itself", able, func(_ *session, id model.ID, notice string, ordinals []int, _ uint64) (model.Command, error) {
		return model.RetryDelivery{Incident: id, Notice: notice, Ordinals: ordinals, Reason: reason}, nil
	})
	cmd.Long = `Sends a notice again to recipients whose server refused it, from whom it came
back, or of whom nobody knows whether they have it: those may get it twice.`
	cmd.Flags().StringVar(&reason, "reason", "", "why, and what is known of the first time")
	return cmd
}

func (a *app) noticeGiveUpCommand() *cobra.Command {
	var reason string
	able := []model.DeliveryOutcome{model.ToldWaiting, model.ToldDeferred, model.ToldRefused, model.ToldUncertain, model.ToldBounced}
	cmd := a.toldVerb("give-up ID [NOTICE] --reason TEXT", "Decide that some recipients are not told by a notice", able, func(_ *session, id model.ID, notice string, ordinals []int, _ uint64) (model.Command, error) {
		return model.GiveUp{Incident: id, Notice: notice, Ordinals: ordinals, Reason: reason}, nil
	})
	cmd.Flags().StringVar(&reason, "reason", "", "why they are not to be told by it")
	return cmd
}

func wordsOf[T ~string](all []T) []string {
	words := make([]string, len(all))
	for k, word := range all {
		words[k] = string(word)
	}
	return words
}
